"""Choose sites in a city: points, plan, and how good the plan is."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.city import City
from circle.evaluation import Evaluation, evaluate
from circle.points import Points, make_points
from circle.site_chosen import Chosen, choose_in_city, effort_of
from circle.site_cover import cover_seconds
from circle.site_demand import Demand, open_demand
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
)
from circle.site_words import Step
from circle.siting_distance import solve_pcenter, solve_pmedian
from circle.siting_plan import Plan
from circle.siting_settings import SitingOptions


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
    problem = build_problem(points.city, evaluation, options)
    chosen = choose_in_city(points.city, problem, options)
    return finish_plan(points, problem, chosen, options)


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
    out = problem.uncoverable
    made = _plan_of_steps(points, (demand, steps), chosen.plan, options, out)
    return replace(made, served=chosen.served)


def _plan_of_steps(
    points: Points,
    ordered: tuple[Demand, list[Step]],
    plan: Plan,
    options: SitingOptions,
    uncoverable: NDArray[np.int64],
) -> SitePlan:
    """Write steps as a plan, with how good it is."""
    (demand, steps), city = ordered, points.city
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
        unplaceable=tuple(demand.item_id[uncoverable]),
        rows=tuple(one.candidate for one in steps),
    )


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
    return _plan_of_steps(points, (demand, steps), plan, options, out)
