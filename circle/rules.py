"""The rule that holds for one facility type and one kind of origin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from circle.profile import (
    AREA_CLASSES,
    COMMITTEE_KINDS,
    FacilityType,
    Mode,
    Number,
    Profile,
    Sourced,
)
from circle.profile_rules import (
    STANDARD,
    Circle,
    Limit,
    Measure,
    ReachRule,
    Speeds,
    Travel,
)

# (area class, committee kind): what the rule of an origin depends on.
OriginClass = tuple[str, str]


@dataclass(frozen=True)
class TypeRule:
    """How, and within what limit, one type must be reached by one kind of origin."""

    travel: Travel
    """How the way is made and measured."""
    minutes: float | None
    """Longest travel time in minutes, inclusive; None where there are metres."""
    metres: float | None
    """Longest way in metres, inclusive; None where there are minutes."""
    fact: Sourced
    """Where the limit comes from, and how sure it is."""

    def limit_s(self, speeds: Speeds) -> float:
        """
        Give the limit in seconds; metres are walked or ridden at the mode's speed.

        Parameters
        ----------
        speeds
            The speeds of everybody.

        Returns
        -------
        limit_s
            Seconds, inclusive.
        """
        if self.minutes is not None:
            return self.minutes * 60.0
        return (self.metres or 0.0) * 3.6 / speeds.kmh(self.travel.mode)


def type_rule(
    profile: Profile,
    one_type: FacilityType,
    origin: OriginClass,
    *,
    group: str | None = None,
) -> TypeRule:
    """
    Find the rule for one facility type and one kind of origin.

    The rule of the profile holds, then the circle of the type, then the entries of
    `rule.limits` in their order: the last one that fits decides, for limit, mode and
    person group each.

    Parameters
    ----------
    profile
        The standard.
    one_type
        The facility type.
    origin
        Area class and committee kind of the origin.
    group
        Person group to measure in place of the rule's own.

    Returns
    -------
    rule
        The rule.

    Examples
    --------
    >>> from circle import read_profile
    >>> pudong = read_profile("pudong")
    >>> rule = type_rule(pudong, pudong.type_of("kindergarten"), ("outer", "village"))
    >>> rule.travel.id, rule.minutes
    ('cycle', 15.0)
    """
    mode, people = profile.rule.mode_for(*origin), profile.rule.group
    found = _usual_limit(profile.rule)
    if one_type.circle is not None:
        found = _limit_of(profile.circles[one_type.circle])
    for limit in profile.rule.limits:
        if _fits(limit, one_type, origin, group or profile.rule.group):
            if limit.minutes is not None or limit.metres is not None:
                found = _limit_of(limit)
            mode, people = limit.mode or mode, limit.group or people
    return TypeRule(
        travel=_travel(mode, group or people, found.metres, found.measure),
        minutes=found.minutes,
        metres=found.metres,
        fact=found.fact,
    )


def rule_table(
    profile: Profile,
    *,
    type_ids: Iterable[str] | None = None,
    group: str | None = None,
) -> dict[OriginClass, tuple[TypeRule, ...]]:
    """
    Find the rules of facility types for every kind of origin.

    Parameters
    ----------
    profile
        The standard.
    type_ids
        The facility types; all if not given.
    group
        Person group to measure in place of the rule's own.

    Returns
    -------
    rules
        For each (area class, committee kind), the rules in the order of the types.
    """
    types = profile.types
    if type_ids is not None:
        types = tuple(profile.type_of(one) for one in type_ids)
    return {
        (area, kind): tuple(
            type_rule(profile, one, (area, kind), group=group) for one in types
        )
        for area in AREA_CLASSES
        for kind in COMMITTEE_KINDS
    }


def travels_of(
    profile: Profile,
    origins: Iterable[OriginClass],
    *,
    type_ids: Iterable[str],
    groups: Iterable[str] = (),
) -> Mapping[str, Travel]:
    """
    List the ways of travel that some origin needs for some type.

    Parameters
    ----------
    profile
        The standard.
    origins
        Area class and committee kind of the origins there are.
    type_ids
        The types that are measured.
    groups
        Person groups measured beside the rule's own.

    Returns
    -------
    travels
        Id to way of travel, sorted. The time of each origin's own mode is always
        among them: maps and gap clusters go by it.
    """
    types = [profile.type_of(one) for one in type_ids]
    present = set(origins)
    found = {
        type_rule(profile, one, origin, group=group).travel
        for one in types
        for origin in present
        for group in (None, *groups)
    }
    found |= {Travel(profile.rule.mode_for(*origin)) for origin in present}
    return {one.id: one for one in sorted(found, key=_travel_order)}


def speeds_of(profile: Profile, travel: Travel) -> Speeds:
    """
    Give the speeds at which a way of travel is made.

    Parameters
    ----------
    profile
        The standard.
    travel
        The way of travel.

    Returns
    -------
    speeds
        Those of its person group.
    """
    if travel.group == STANDARD:
        return profile.speeds
    return profile.groups[travel.group].speeds(profile.speeds)


@dataclass(frozen=True)
class _LimitFound:
    """A limit on its way through the rules."""

    minutes: float | None
    metres: float | None
    measure: Measure | None
    fact: Sourced


def _usual_limit(rule: ReachRule) -> _LimitFound:
    """Give the limit that holds where no other does."""
    if rule.metres is not None:
        return _LimitFound(None, rule.metres.value, rule.measure, rule.metres)
    minutes = cast("Number", rule.minutes)  # a rule has one of the two
    return _LimitFound(minutes.value, None, None, minutes)


def _limit_of(one: Circle | Limit) -> _LimitFound:
    """Give the limit of a circle or of an entry of `rule.limits`."""
    return _LimitFound(one.minutes, one.metres, one.measure, one)


def _fits(
    limit: Limit, one_type: FacilityType, origin: OriginClass, group: str
) -> bool:
    """Tell whether a limit holds for a type, an origin and a person group."""
    area_class, kind = origin
    asked: tuple[tuple[tuple[str, ...], str], ...] = (
        (limit.types, one_type.id),
        (limit.levels, one_type.level),
        (limit.domains, one_type.domain),
        (limit.tiers, one_type.tier),
        (limit.area_classes, area_class),
        (limit.committee_kinds, kind),
        (limit.person_groups, group),
    )
    return all(not wanted or value in wanted for wanted, value in asked)


def _travel(
    mode: Mode, group: str, metres: float | None, measure: Measure | None
) -> Travel:
    """Name the way of travel of a limit; a length is the same for every group."""
    if metres is None:
        return Travel(mode, group)
    return Travel(mode, measure="straight" if measure == "straight" else "length")


def _travel_order(travel: Travel) -> tuple[bool, str, str, str]:
    """Put walking first, and everybody's times before those of groups and lengths."""
    return (travel.mode != "walk", travel.measure, travel.group, travel.id)
