"""What a solver chose, in terms of the city: candidates, their types and years."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from circle.city import City
from circle.site_capacity import SERVED, served_table
from circle.site_problem import CityProblem, take_cheaper_routes, with_limits
from circle.siting_cover import solve_cover
from circle.siting_highs import Effort
from circle.siting_plan import Plan, plan_cost
from circle.siting_problem import CoverProblem
from circle.siting_series import Phased, phase_problem, shorten_ways
from circle.siting_settings import SitingOptions

# Rounding in bounds of whole numbers.
_SLACK = 1e-6


@dataclass(frozen=True)
class Chosen:
    """What a solver chose, in terms of the city."""

    candidates: tuple[int, ...]
    """Rows of the candidates."""
    types: dict[int, tuple[str, ...]]
    """Types that open at each, where each type was chosen by itself."""
    years: dict[int, int]
    """Year in which each opens, where years were planned."""
    plan: Plan
    """Objective, bound, status and seconds."""
    served: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SERVED))
    """People served by each type at each site, where capacities hold."""


def effort_of(options: SitingOptions) -> Effort:
    """
    Say how hard to try.

    Parameters
    ----------
    options
        Time limit and gap.

    Returns
    -------
    effort
        For the solvers.
    """
    limit = options.time_limit_s
    return Effort(np.inf if limit is None else limit, options.gap_pct / 100)


def choose_in_city(city: City, problem: CityProblem, options: SitingOptions) -> Chosen:
    """
    Solve a covering problem, over years where these are planned.

    Parameters
    ----------
    city
        The city with its points as candidates.
    problem
        The problem.
    options
        What is asked for.

    Returns
    -------
    chosen
        What opens, and who is served where facilities have sizes.
    """
    cover = with_limits(problem, options)
    effort = effort_of(options)
    if options.years:
        return _solve_years(city, problem, cover, options)
    plan = solve_cover(cover, options.solver, effort=effort)
    plan = take_cheaper_routes(city, problem, cover, plan)
    if options.then_minutes:
        plan = shorten_ways(cover, plan, problem.minutes)
    chosen = chosen_of(problem, cover, plan, options)
    names = problem.keys[problem.candidate], problem.option_type
    return replace(chosen, served=served_table(names, cover, plan.options))


def chosen_of(
    problem: CityProblem, cover: CoverProblem, plan: Plan, options: SitingOptions
) -> Chosen:
    """
    Read a solver's plan in terms of the city.

    Parameters
    ----------
    problem
        The problem.
    cover
        The problem as it was solved, with all limits.
    plan
        Its plan.
    options
        What was asked for.

    Returns
    -------
    chosen
        Its objective is summed from the items, with their own weights.
    """
    rows = np.asarray(plan.options, np.int64)
    candidates = tuple(dict.fromkeys(problem.candidate[rows].tolist()))
    types = _types_at(problem, plan.options, options)
    if cover.aim == "cost":
        held = replace(plan, objective=plan_cost(cover, plan.options))
    elif cover.service is not None:
        held = plan
    else:
        held = _proven(problem, plan, _covered(problem, plan.options))
    return Chosen(candidates, types, {}, held)


def _solve_years(
    city: City, problem: CityProblem, cover: CoverProblem, options: SitingOptions
) -> Chosen:
    """Solve over years, each with its budget."""
    begun = time.monotonic()
    years = np.array([one.year for one in options.years])
    first = city.candidates["earliest_year"].astype(float).to_numpy()
    earliest = np.searchsorted(years, np.nan_to_num(first, nan=-np.inf))
    budgets = [one.budget_10k for one in options.years]
    paid = replace(cover, site_cost=np.nan_to_num(problem.cost_10k))
    phased: Phased = phase_problem(
        paid, earliest[problem.candidate], budgets, years.tolist()
    )
    plan = solve_cover(phased.problem, options.solver, effort=effort_of(options))
    rows = np.asarray(plan.options, np.int64)
    opened = {
        int(problem.candidate[phased.option[row]]): int(years[phased.year[row]])
        for row in rows
    }
    objective = plan.objective
    if cover.service is None:
        objective = sum(
            _covered(problem, phased.option[rows[phased.year[rows] <= k]].tolist())
            for k in range(len(years))
        )
    found = replace(_proven(problem, plan, objective), seconds=time.monotonic() - begun)
    own = phased.option[rows].tolist()
    each = phased.option
    names = problem.keys[problem.candidate[each]], problem.option_type[each]
    served = served_table(names, phased.problem, plan.options)
    return Chosen(
        tuple(opened), _types_at(problem, own, options), opened, found, served
    )


def _proven(problem: CityProblem, plan: Plan, objective: float) -> Plan:
    """Hold a plan's objective in the weights of the city against its bound."""
    # The solver gave items of no weight a very small one.
    bound = objective if plan.gap_pct == 0 else max(plan.bound, objective)
    weight = problem.demand.weight
    if problem.cover.service is None and (weight == np.rint(weight)).all():
        bound = max(float(np.floor(bound + _SLACK)), objective)
    late = plan.status == "time_limit"
    return replace(plan, objective=objective).proven(bound, timed_out=late)


def _covered(problem: CityProblem, rows: Sequence[int]) -> float:
    """Sum the weight of the items that options cover."""
    items = np.unique(problem.cover.cover[np.asarray(rows, np.int64)].indices)
    weight = problem.demand.weight
    return float(weight[items[items < len(weight)]].sum())


def _types_at(
    problem: CityProblem, rows: Sequence[int], options: SitingOptions
) -> dict[int, tuple[str, ...]]:
    """Say which types open at each candidate, where each is chosen by itself."""
    types: dict[int, tuple[str, ...]] = {}
    for row in rows if options.by_type else ():
        own = int(problem.candidate[row])
        types[own] = (*types.get(own, ()), str(problem.option_type[row]))
    return types
