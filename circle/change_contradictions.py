"""Contradictions: changes of one scenario that say two things of one thing."""

from collections.abc import Mapping
from dataclasses import dataclass

from circle.errors import Words
from circle.problems import Problem
from circle.scenario import (
    AddStreet,
    AdoptPlan,
    Change,
    ChangeLimit,
    ChangeNorm,
    ChangeSpeed,
    CutStreet,
    EnlargeFacility,
    GrowPopulation,
    MoveFacility,
    NewEstate,
    OpenPlanned,
    Scenario,
)


def contradictions(scenario: Scenario) -> tuple[Problem, ...]:
    """
    Find changes that contradict each other.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    problems
        One for each pair that acts on the same facility, limit, speed, norm or people
        in a way that would depend on the order, or say two things of it.

    Examples
    --------
    >>> from circle.scenario import CloseFacility
    >>> move = MoveFacility(change="move_facility", id="F1", at=(121.5, 31.2))
    >>> close = CloseFacility(change="close_facility", id="F1")
    >>> print(contradictions(Scenario(name="x", changes=(move, close)))[0])
    scenario x: changes 1 and 2 both act on facility F1; expected one change of it; \
delete one.
    """
    where = Words(f"scenario {scenario.name}", zh=f"情景“{scenario.name}”")
    seen: list[tuple[int, _Scope]] = []
    problems = []
    for number, change in enumerate(scenario.changes, start=1):
        own = _scopes(change)
        for scope in own:
            for earlier, other in seen:
                shared = scope.shared(other)
                if shared is not None:
                    values = {"first": str(earlier), "second": str(number)}
                    problems.append(
                        Problem(
                            "changes-contradict",
                            where,
                            values={**values, "thing": shared.said},
                        )
                    )
        seen += [(number, scope) for scope in own]
    return tuple(problems)


_Filter = frozenset[str]
_ANY: _Filter = frozenset()


@dataclass(frozen=True)
class _Scope:
    """What a change acts on: a kind of thing, and filters of which; empty for all."""

    what: Words
    names: _Filter
    others: tuple[_Filter, ...] = ()

    def shared(self, other: "_Scope") -> "_Scope | None":
        """Give what both act on; None where there is nothing."""
        if str(self.what) != str(other.what):
            return None
        found = []
        pairs = zip(
            (self.names, *self.others), (other.names, *other.others), strict=True
        )
        for one, another in pairs:
            both = one & another if one and another else one | another
            if one and another and not both:
                return None
            found.append(both)
        return _Scope(self.what, found[0], tuple(found[1:]))

    @property
    def said(self) -> Words:
        """Name it."""
        filters = (self.names, *(() if self.what is _FACILITY else self.others))
        names = [sorted(one) for one in filters if one]
        text = " ".join(", ".join(one) for one in names)
        if not self.names:
            text = f"all {text}".rstrip()
        zh = "、".join("、".join(one) for one in names) or "全部"
        return Words(f"{self.what} {text}", zh=f"{self.what.in_language('zh')}（{zh}）")


_FACILITY = Words("facility", zh="设施")
_PEOPLE = Words("the people of", zh="人口")
_LIMIT = Words("the limit of", zh="时限")
_MODE = Words("the mode of", zh="出行方式")
_SPEED = Words("the speed of", zh="速度")
_NORM = Words("norm", zh="配置标准")
# What of a facility a change acts on; those that open or close it act on all of it.
_ASPECT: Mapping[type, _Filter] = {
    MoveFacility: frozenset({"place"}),
    EnlargeFacility: frozenset({"size"}),
    OpenPlanned: frozenset({"status"}),
}


def _scopes(change: Change) -> list[_Scope]:
    """Name the things that no second change of a scenario may act on."""
    match change:
        case ChangeSpeed():
            found = [_Scope(_SPEED, frozenset({change.mode}))]
        case ChangeNorm():
            found = [_Scope(_NORM, frozenset({change.norm}))]
        case ChangeLimit():
            whose = (frozenset(change.area_classes), frozenset(change.committee_kinds))
            limit = change.minutes is not None or change.metres is not None
            asked = ((_LIMIT, limit), (_MODE, change.mode is not None))
            types = frozenset(change.types)
            found = [_Scope(what, types, whose) for what, given in asked if given]
        case GrowPopulation():
            areas, bands = frozenset(change.subdistricts), frozenset(change.age_bands)
            found = [_Scope(_PEOPLE, areas, (bands,))]
        case AddStreet() | CutStreet() | NewEstate() | AdoptPlan():
            found = []
        case _:
            ids = frozenset() if change.id is None else frozenset({change.id})
            aspect = _ASPECT.get(type(change), _ANY)
            found = [_Scope(_FACILITY, ids, (aspect,))] if ids else []
    return found
