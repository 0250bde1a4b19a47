"""Apply a scenario to a city: check that it is of one piece, change, log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from circle.change_effects import Changed, Effect
from circle.change_facilities import adopt_plan, change_facility
from circle.change_people import add_estate, grow_population
from circle.change_rules import change_limit, change_norm, change_speed
from circle.change_streets import add_street, cut_street
from circle.city import City
from circle.contracts import CHANGE_LOG
from circle.errors import ConfigError
from circle.scenario import (
    AddFacility,
    AddStreet,
    AdoptPlan,
    Change,
    ChangeLimit,
    ChangeNorm,
    ChangeSpeed,
    CloseFacility,
    CutStreet,
    EnlargeFacility,
    GrowPopulation,
    MoveFacility,
    NewEstate,
    OpenPlanned,
    Scenario,
)

_FACILITY = (AddFacility, CloseFacility, MoveFacility, EnlargeFacility, OpenPlanned)


@dataclass(frozen=True)
class ChangedCity:
    """A city after a scenario."""

    city: City
    """The city as it would be."""
    log: pd.DataFrame
    """Contract ``change_log``: every effect, old and new."""
    type_ids: tuple[str, ...] | None
    """The facility types whose reach can be another; None where all can."""


def apply_changes(city: City, scenario: Scenario) -> ChangedCity:
    """
    Make the changes of a scenario, one after the other.

    Parameters
    ----------
    city
        The city; it stays as it is.
    scenario
        The scenario.

    Returns
    -------
    changed
        The city as it would be, the log of effects, and the types that are touched.

    Raises
    ------
    ConfigError
        If two changes contradict each other, or one does not fit the city; all
        contradictions at once.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> close = {"change": "close_facility", "id": "F00001"}
    >>> scenario = Scenario.model_validate({"name": "x", "changes": [close]})
    >>> apply_changes(city, scenario).log["new"].tolist()
    ['closed']
    """
    problems = contradictions(scenario.changes)
    if problems:
        raise ConfigError(
            "\n".join(f"scenario {scenario.name}: {one}" for one in problems)
        )
    rows: list[dict[str, Any]] = []
    touched: set[str] | None = set()
    for number, change in enumerate(scenario.changes, start=1):
        where = f"scenario {scenario.name}: change {number} ({change.change})"
        before = city
        city, effects = _APPLIERS[type(change)](city, change, where=where)
        touched = _more_touched(touched, before, city, change, effects)
        rows += [
            {
                "number": number,
                "change": change.change,
                "kind": one.kind,
                "id": one.id,
                "name": one.name,
                "old": _text(one.old),
                "new": _text(one.new),
            }
            for one in effects
        ]
    types = None if touched is None else tuple(
        one for one in city.type_ids if one in touched
    )  # fmt: skip
    return ChangedCity(city, pd.DataFrame(rows, columns=list(CHANGE_LOG.names)), types)


def contradictions(changes: Sequence[Change]) -> list[str]:
    """
    Find changes that contradict each other.

    Parameters
    ----------
    changes
        The changes of one scenario.

    Returns
    -------
    problems
        One message for each pair: the same facility, speed, limit, norm or people
        changed twice in a way that would depend on the order.

    Examples
    --------
    >>> move = MoveFacility(change="move_facility", id="F1", at=(121.5, 31.2))
    >>> contradictions([move, CloseFacility(change="close_facility", id="F1")])
    ['changes 1 and 2 both act on facility F1; expected one change of it; delete one.']
    """
    seen: dict[str, int] = {}
    problems = []
    for number, change in enumerate(changes, start=1):
        for thing in _acts_on(change):
            if thing in seen:
                problems.append(
                    f"changes {seen[thing]} and {number} both act on {thing}; expected "
                    "one change of it; delete one."
                )
            seen.setdefault(thing, number)
    return problems


def _acts_on(change: Change) -> list[str]:
    """Name the things that no second change of a scenario may act on."""
    match change:
        case ChangeSpeed():
            things = [f"the speed of {change.mode}"]
        case ChangeNorm():
            things = [f"norm {change.norm}"]
        case ChangeLimit():
            whose = _each(change.area_classes, change.committee_kinds)
            types = change.types or ("every type",)
            things = [f"the limit of {one}{who}" for one in types for who in whose]
        case GrowPopulation():
            areas = change.subdistricts or ("every subdistrict",)
            bands = _each(change.age_bands, ())
            things = [f"the people of {one}{band}" for one in areas for band in bands]
        case AdoptPlan():
            things = ["the siting plan"]
        case AddStreet() | CutStreet() | NewEstate():
            things = []
        case _:
            things = [] if change.id is None else [f"facility {change.id}"]
    return things


def _each(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Pair two filters as endings of a text; an empty one is no filter."""
    return [
        "".join(f" {part}" for part in (one, other) if part)
        for one in first or ("",)
        for other in second or ("",)
    ]


_APPLIERS: Mapping[type, Callable[..., Changed]] = {
    GrowPopulation: grow_population,
    NewEstate: add_estate,
    ChangeLimit: change_limit,
    ChangeSpeed: change_speed,
    ChangeNorm: change_norm,
    AddStreet: add_street,
    CutStreet: cut_street,
    AdoptPlan: adopt_plan,
    **dict.fromkeys(_FACILITY, change_facility),
}


def _more_touched(
    touched: set[str] | None,
    before: City,
    after: City,
    change: Change,
    effects: list[Effect],
) -> set[str] | None:
    """Add the types whose reach can be another after one more change."""
    if touched is None or not isinstance(change, (*_FACILITY, AdoptPlan)):
        return None
    ids = {one.id for one in effects}
    types: set[str] = set()
    for city in (before, after):
        rows = city.facilities["facility_id"].isin(ids)
        types |= set(city.facilities.loc[rows, "type_id"])
    serves = {
        one for one in after.type_ids if types & set(after.profile.serving_types(one))
    }
    return touched | serves


def _text(value: object) -> str | None:
    """Write a value for the log."""
    if value is None or isinstance(value, str):
        return value
    return f"{value:.10g}" if isinstance(value, float) else str(value)
