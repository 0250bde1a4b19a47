"""Choices beside a plan: other plans nearly as good, and coverage against effort."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from circle.chart_parts import Axis
from circle.charts import Series, line_chart
from circle.errors import ConfigError, Words
from circle.evaluation import Evaluation
from circle.points import Points
from circle.problems import problem_of
from circle.site_chosen import chosen_of, effort_of
from circle.site_plan import SitePlan
from circle.site_problem import CityProblem, build_problem, with_limits
from circle.site_words import site_word
from circle.siting import finish_plan
from circle.siting_cover import other_plans
from circle.siting_plan import Plan
from circle.siting_series import trace_frontier
from circle.siting_settings import SitingOptions


def other_sites(
    points: Points, evaluation: Evaluation, options: SitingOptions, *, k: int
) -> list[SitePlan]:
    """
    Find the best plans that differ, the best first.

    Parameters
    ----------
    points
        The points.
    evaluation
        Reach of the city.
    options
        What is asked for; the plans are solved exactly.
    k
        Plans at most.

    Returns
    -------
    plans
        Each leaves out at least one site of every earlier one.

    Raises
    ------
    ConfigError
        If the options are not those of a covering problem without years.
    """
    _check_covering(options, Words("alternatives", zh="备选方案"))
    problem = build_problem(points.city, evaluation, options)
    cover = with_limits(problem, options)
    exact = options.model_copy(update={"solver": "exact"})
    return [
        finish_plan(points, problem, chosen_of(problem, cover, one, exact), exact)
        for one in other_plans(cover, k, effort=effort_of(options))
    ]


def site_frontier(
    points: Points,
    evaluation: Evaluation,
    options: SitingOptions,
    *,
    amounts: Sequence[float],
    budget: bool = False,
) -> pd.DataFrame:
    """
    Measure coverage against the number of sites or the budget.

    Parameters
    ----------
    points
        The points.
    evaluation
        Reach of the city.
    options
        What is asked for; its own number of sites (or budget) is left out.
    amounts
        Numbers of sites, or budgets in ten thousand yuan; those that do not hold
        what is locked are left out.
    budget
        The amounts are budgets.

    Returns
    -------
    frontier
        ``amount``, ``objective``, ``bound``, ``gap_pct``, ``status``, ``sites``
        (number), ``cost_10k``, ``items_cleared``, ``share_after``; ascending. The
        objective never falls.

    Raises
    ------
    ConfigError
        If the options are not those of maximal covering without years.
    """
    _check_covering(options, Words("frontier", zh="投入与达标率的关系"))
    if options.model != "mclp":
        raise ConfigError(problem_of("siting", "frontier-of-lscp"))
    key = "budget_10k" if budget else "sites"
    asked = options.model_copy(update={key: None})
    # Sites of unknown cost stay closed along a frontier of budgets.
    known = options.model_copy(update={"budget_10k": 0.0}) if budget else asked
    problem = build_problem(points.city, evaluation, known)
    base = with_limits(problem, asked)
    if budget:
        # A limit on money is on candidates, whatever a site counts for.
        base = replace(base, site_cost=np.nan_to_num(problem.cost_10k))
    least = _least_cost(problem, options) if budget else float(len(options.locked))
    table = trace_frontier(
        base,
        [one for one in amounts if one >= least],
        budget=budget,
        solver=options.solver,
        effort=effort_of(options),
    )
    rows = []
    for one in table.to_dict("records"):
        plan = Plan(
            tuple(one["options"]), one["objective"], one["bound"], one["status"], 0.0
        )
        chosen = chosen_of(problem, base, plan, asked)
        found = finish_plan(points, problem, chosen, asked)
        rows.append({"amount": float(one["amount"]), **_frontier_row(found)})
    return pd.DataFrame(rows)


def _least_cost(problem: CityProblem, options: SitingOptions) -> float:
    """Add up what the locked candidates cost at least, each with its cheapest type."""
    total = 0.0
    for row in np.flatnonzero(np.isin(problem.keys, list(options.locked))):
        own = problem.cover.cost[problem.candidate == row]
        total += float(np.nan_to_num(problem.cost_10k[row]) + own.min(initial=np.inf))
    return total


def _frontier_row(plan: SitePlan) -> dict[str, object]:
    """Write a plan as one row of a frontier."""
    return {
        "objective": plan.objective,
        "bound": plan.bound,
        "gap_pct": plan.gap_pct,
        "status": plan.status,
        "sites": len(plan.sites),
        "cost_10k": plan.cost_10k,
        "items_cleared": int(plan.sites["items_cleared"].sum()),
        "share_after": plan.share_after,
    }


def frontier_chart(frontier: pd.DataFrame, *, budget: bool, language: str) -> str:
    """
    Draw coverage against the number of sites or the budget.

    Parameters
    ----------
    frontier
        As of `site_frontier`.
    budget
        The amounts are budgets.
    language
        ``zh`` or ``en``.

    Returns
    -------
    svg
        One ``svg`` element.
    """
    points = tuple(
        (float(one), float(share))
        for one, share in zip(frontier["amount"], frontier["share_after"], strict=True)
    )
    word = "frontier_budget" if budget else "frontier_sites"
    return line_chart(
        [Series("", points)],
        x=Axis(site_word(word, language), "number" if budget else "count"),
        y=Axis(site_word("frontier_share", language), "share", from_zero=False),
        title=site_word("frontier", language),
    )


def _check_covering(options: SitingOptions, what: str) -> None:
    """
    Refuse models that have no such series.

    Raises
    ------
    ConfigError
        If the model is about distance, or years are planned.
    """
    others = {
        options.model: options.model in {"pmedian", "pcenter"},
        "years": options.years,
    }
    found = ", ".join(name for name, one in others.items() if one)
    if found:
        raise ConfigError(
            problem_of("siting", "no-such-series", what=what, found=found)
        )
