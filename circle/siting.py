"""Choose sites in a city: points, plan, and how good the plan is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.city import City
from circle.evaluation import Evaluation, evaluate
from circle.points import Points, make_points
from circle.site_candidates import check_candidates
from circle.site_capacity import SERVED, solve_capacities
from circle.site_cover import cover_seconds
from circle.site_demand import open_demand
from circle.site_plan import (
    SitePlan,
    opened_types,
    order_steps,
    share_before,
    sites_table,
)
from circle.site_problem import (
    CityProblem,
    build_problem,
    distance_problem,
    take_cheaper_routes,
    with_limits,
)
from circle.site_words import Step
from circle.siting_cover import solve_cover
from circle.siting_distance import solve_pcenter, solve_pmedian
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


def site(
    city: City,
    *,
    evaluation: Evaluation | None = None,
    options: SitingOptions | None = None,
) -> SitePlan:
    """
    Choose sites among the points of a city.

    Existing facilities stay; what they cover already counts for nothing. A site
    opens those of its types that clear something there.

    Parameters
    ----------
    city
        The city with its candidates.
    evaluation
        What has been measured of this city already.
    options
        What is asked for, in place of the study's ``siting:``.

    Returns
    -------
    plan
        Sites in order, with objective, bound and gap. Where the headline counts pairs
        and there are committees, items are missing (committee, required type) pairs;
        else they are (cell, required type) pairs. Shorter than asked for when no
        point is left that clears anything.

    Raises
    ------
    SitingError
        If no plan meets the requirements; it says which of them clash.
    ConfigError
        If the options name what is not there.

    Notes
    -----
    Maximal covering (Church and ReVelle, 1974), greedily and with swaps, or exactly;
    see docs/siting.md. Equal gains are settled by more items, then by the lower id.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> plan = site(city)
    >>> len(plan.sites), plan.bound >= plan.objective
    (20, True)
    """
    evaluation = evaluation or evaluate(city)
    options = options or city.study.siting
    points = make_points(city, evaluation, options)
    return site_points(points, evaluation, options)


def site_points(
    points: Points, evaluation: Evaluation, options: SitingOptions
) -> SitePlan:
    """
    Choose sites among points that have been made already.

    Parameters
    ----------
    points
        The points.
    evaluation
        Reach of the city.
    options
        What is asked for.

    Returns
    -------
    plan
        As of `site`.
    """
    if options.model in {"pmedian", "pcenter"}:
        return _site_by_distance(points, evaluation, options)
    if options.has_capacity:
        return _site_with_capacity(points, evaluation, options)
    problem = build_problem(points.city, evaluation, options)
    chosen = _solve(points.city, problem, options)
    return finish_plan(points, problem, chosen, options)


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


def finish_plan(
    points: Points, problem: CityProblem, chosen: Chosen, options: SitingOptions
) -> SitePlan:
    """
    Put what was chosen into order, and write it as a plan.

    Parameters
    ----------
    points
        The points.
    problem
        The problem.
    chosen
        What a solver chose.
    options
        What was asked for.

    Returns
    -------
    plan
        The plan.
    """
    city, demand = points.city, problem.demand
    allowed = np.zeros(len(city.candidates), bool)
    allowed[problem.candidate[~problem.cover.forbidden]] = True
    steps = _steps(city, problem, chosen, allowed)
    return SitePlan(
        sites=sites_table(city, demand, steps, options),
        options=options,
        objective=chosen.plan.objective,
        bound=chosen.plan.bound,
        status=chosen.plan.status,
        seconds=chosen.plan.seconds,
        share_before=share_before(city, demand),
        points=city.candidates,
        refused=points.refused,
        unplaceable=tuple(demand.item_id[problem.uncoverable]),
        rows=tuple(one.candidate for one in steps),
        served=chosen.served,
    )


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
    types: dict[int, tuple[str, ...]] = {}
    if options.by_type:
        for row in rows.tolist():
            own = int(problem.candidate[row])
            types[own] = (*types.get(own, ()), str(problem.option_type[row]))
    objective = plan_cost(cover, plan.options)
    if cover.aim == "cover":
        objective = _covered(problem, plan.options)
    if cover.aim == "cost":
        return Chosen(candidates, types, {}, replace(plan, objective=objective))
    return Chosen(candidates, types, {}, _proven(problem, plan, objective))


def _proven(problem: CityProblem, plan: Plan, objective: float) -> Plan:
    """Hold a plan's objective in the weights of the city against its bound."""
    # The solver gave items of no weight a very small one.
    bound = objective if plan.gap_pct == 0 else max(plan.bound, objective)
    weight = problem.demand.weight
    if (weight == np.rint(weight)).all():
        bound = max(float(np.floor(bound + _SLACK)), objective)
    late = plan.status == "time_limit"
    return replace(plan, objective=objective).proven(bound, timed_out=late)


def _covered(problem: CityProblem, rows: Sequence[int]) -> float:
    """Sum the weight of the items that options cover."""
    items = np.unique(problem.cover.cover[np.asarray(rows, np.int64)].indices)
    weight = problem.demand.weight
    return float(weight[items[items < len(weight)]].sum())


def _solve(city: City, problem: CityProblem, options: SitingOptions) -> Chosen:
    """Solve a covering problem, over years where these are planned."""
    cover = with_limits(problem, options)
    effort = effort_of(options)
    if options.years:
        return _solve_years(city, problem, cover, options)
    plan = solve_cover(cover, options.solver, effort=effort)
    plan = take_cheaper_routes(city, problem, cover, plan)
    if options.then_minutes:
        plan = shorten_ways(cover, plan, problem.minutes)
    return chosen_of(problem, cover, plan, options)


def _site_with_capacity(
    points: Points, evaluation: Evaluation, options: SitingOptions
) -> SitePlan:
    """Choose sites whose facilities serve so many people only."""
    city = points.city
    check_candidates(city, options)
    free = options.model_copy(update={"locked": ()})
    problem = build_problem(city, evaluation, free)
    found, served = solve_capacities(
        city, problem, with_limits(problem, options), options,
        effort=effort_of(options),
    )  # fmt: skip
    types: dict[int, tuple[str, ...]] = {}
    for row in found.plan.options:
        own = int(problem.candidate[row])
        types[own] = (*types.get(own, ()), str(problem.option_type[row]))
    chosen = Chosen(tuple(types), types, {}, found.plan, served)
    return finish_plan(points, problem, chosen, options)


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
    phased: Phased = phase_problem(paid, earliest[problem.candidate], budgets)
    plan = solve_cover(phased.problem, options.solver, effort=effort_of(options))
    rows = np.asarray(plan.options, np.int64)
    opened = {
        int(problem.candidate[phased.option[row]]): int(years[phased.year[row]])
        for row in rows
    }
    objective = 0.0
    for year in years:
        there = [row for row in rows if years[phased.year[row]] <= year]
        objective += _covered(problem, phased.option[there].tolist())
    found = replace(_proven(problem, plan, objective), seconds=time.monotonic() - begun)
    return Chosen(tuple(opened), {}, opened, found)


def _steps(
    city: City, problem: CityProblem, chosen: Chosen, allowed: NDArray[np.bool_]
) -> list[Step]:
    """Put the sites into order: by year, then by what they newly cover."""
    demand = problem.demand
    seconds = problem.seconds.copy()
    if chosen.types:
        seconds = _by_chosen_types(problem, chosen)
    steps: list[Step] = []
    is_open = np.ones(len(demand.origin), bool)
    groups: list[int | None] = [*sorted(set(chosen.years.values()))] or [None]
    for year in groups:
        mine = [
            one
            for one in chosen.candidates
            if year is None or chosen.years[one] == year
        ]
        weight = np.where(is_open, demand.solver_weight, 0.0)
        for row, items, best in order_steps(weight, seconds, mine, allowed=allowed):
            fresh = items[is_open[items]]
            types = chosen.types.get(row, ())
            types = types or opened_types(city, demand, row, fresh)
            steps.append(Step(row, fresh, types, best and not chosen.types, year))
            is_open[fresh] = False
    return steps


def _by_chosen_types(problem: CityProblem, chosen: Chosen) -> csr_array:
    """Keep of what a site covers only what its chosen types serve."""
    rows = [
        row
        for row, own in enumerate(problem.option_type)
        if own in chosen.types.get(int(problem.candidate[row]), ())
    ]
    n_items = len(problem.demand.origin)
    found = coo_array(problem.minutes[rows])
    kept = found.col < n_items
    where = problem.candidate[rows][found.row[kept]], found.col[kept]
    ones = np.ones(len(where[0]))
    # What two types at a site serve stands there once, as a sum.
    return csr_array(coo_array((ones, where), shape=problem.seconds.shape))


def _site_by_distance(
    points: Points, evaluation: Evaluation, options: SitingOptions
) -> SitePlan:
    """Choose sites so that ways are short, beside what there is."""
    city = points.city
    every, places = distance_problem(city, evaluation, options)
    solve = solve_pmedian if options.model == "pmedian" else solve_pcenter
    plan = solve(places, options.solver, effort=effort_of(options))
    today = len(city.candidates)
    rows = [one for one in plan.options if one != today]
    demand = open_demand(city, evaluation, options)
    seconds = cover_seconds(city, demand)
    allowed = np.zeros(today, bool)
    steps = []
    for row, items, _ in order_steps(
        demand.solver_weight, seconds, rows, allowed=allowed
    ):
        mine = np.unique(places.demand[places.option == row])
        types = opened_types(city, every, row, mine)
        steps.append(Step(row, items, types, best=False))
    covered = np.unique(
        seconds[np.flatnonzero(~np.isin(np.arange(today), places.forbidden))].indices
    )
    out = np.setdiff1d(np.arange(len(demand.origin)), covered)
    return SitePlan(
        sites=sites_table(city, demand, steps, options),
        options=options,
        objective=plan.objective,
        bound=plan.bound,
        status=plan.status,
        seconds=plan.seconds,
        share_before=share_before(city, demand),
        points=city.candidates,
        refused=points.refused,
        unplaceable=tuple(demand.item_id[out]),
        rows=tuple(one.candidate for one in steps),
    )
