"""Apply a scenario to a city: check that it is of one piece, change, log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from circle.change_contradictions import contradictions
from circle.change_effects import Apply, Effect
from circle.change_facilities import FACILITY_CHANGES
from circle.change_people import PEOPLE_CHANGES
from circle.change_rules import RULE_CHANGES
from circle.change_streets import STREET_CHANGES
from circle.city import City
from circle.contracts import CHANGE_LOG
from circle.errors import ConfigError, Words, gather
from circle.scenario import Change, Scenario
from circle.words_compared import compared_word


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
    gather(contradictions(scenario), ConfigError)
    rows: list[dict[str, Any]] = []
    touched: set[str] | None = set()
    for number, change in enumerate(scenario.changes, start=1):
        before = city
        where = _where(scenario, number, change)
        city, effects = _MADE_BY[type(change)](city, change, where)
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


_MADE_BY: Mapping[type, Apply] = {
    **FACILITY_CHANGES,
    **PEOPLE_CHANGES,
    **RULE_CHANGES,
    **STREET_CHANGES,
}


def _where(scenario: Scenario, number: int, change: Change) -> Words:
    """Name a change of a scenario, for messages."""
    kind = compared_word(f"change_{change.change}", "zh")
    return Words(
        f"scenario {scenario.name}: change {number} ({change.change})",
        zh=f"情景“{scenario.name}”：第{number}项变更（{kind}）",
    )


def _more_touched(
    touched: set[str] | None,
    before: City,
    after: City,
    change: Change,
    effects: list[Effect],
) -> set[str] | None:
    """Add the types whose reach can be another after one more change."""
    if touched is None or type(change) not in FACILITY_CHANGES:
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
