"""One scenario against its base: what changes, measured quickly or whole."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from circle.assessment import assess
from circle.changes import ChangedCity, apply_changes
from circle.city import City
from circle.comparison import Comparison, compare
from circle.evaluation import Evaluation, Stage, evaluate
from circle.results import Results, results_of
from circle.scenario import Scenario

if TYPE_CHECKING:
    from circle.assessment import Assessment


@dataclass(frozen=True)
class WhatIf:
    """A scenario and what it changes."""

    changed: ChangedCity
    """The city as it would be, with the log of effects."""
    comparison: Comparison
    """The base against the scenario."""


def what_if(
    city: City,
    scenario: Scenario,
    *,
    base: Evaluation | None = None,
    full: bool = False,
    on_stage: Stage = lambda _: None,
) -> WhatIf:
    """
    Measure a scenario against the city as it is.

    Parameters
    ----------
    city
        The city.
    scenario
        The scenario.
    base
        An evaluation of the city, if there is one already.
    full
        Recompute everything: gap clusters, sites and the measures beside coverage
        too. Without it, they are marked as not recomputed.
    on_stage
        Called with the name of each stage as it begins.

    Returns
    -------
    what_if
        The changed city and the comparison.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.scenario_sources import combine, short_changes
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> found = what_if(city, combine([], short_changes(close=["F00001"])))
    >>> int(found.comparison.facilities["closed"].sum())
    1
    """
    if base is None:
        base = evaluate(city, on_stage=on_stage)
    changed = apply_changes(city, scenario)
    after = evaluate(
        changed.city,
        base=None if changed.type_ids is None else base,
        type_ids=changed.type_ids,
        on_stage=on_stage,
    )
    found: list[Evaluation | Assessment] = [base, after]
    if full:
        found = [
            assess(one.city, evaluation=one, on_stage=on_stage) for one in (base, after)
        ]
    before, then = (results_of(one) for one in found)
    return WhatIf(changed, compare(before, _named(then, scenario)))


def _named(results: Results, scenario: Scenario) -> Results:
    """Name the scenario in the facts of its results."""
    language = results.facts["language"]
    title = scenario.name if scenario.title is None else scenario.title[language]
    return replace(results, facts={**results.facts, "scenario": title})
