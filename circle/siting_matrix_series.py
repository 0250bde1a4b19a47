"""Series on a table of distances: objective against sites, and the k best plans."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array

from circle.errors import SitingError
from circle.siting_cover import other_plans
from circle.siting_distance import DistanceProblem, travel_sum
from circle.siting_matrix import (
    MatrixTask,
    cover_of_table,
    places_of_table,
    plan_record,
    solve_matrix,
)
from circle.siting_plan import Plan
from circle.siting_problem import CoverProblem, plain_problem
from circle.siting_table import MatrixTable

# Numbers of sites of a frontier, and entries of the model of a p-median.
_STEPS = 10
_MOST_ENTRIES = 3_000_000


def matrix_frontier(table: MatrixTable, task: MatrixTask) -> list[dict[str, Any]]:
    """
    Solve a table for several numbers of sites, up to twice those asked for.

    Parameters
    ----------
    table
        The table.
    task
        What to solve; not ``lscp``, which has no number of sites.

    Returns
    -------
    frontier
        By ``p``: ``objective``, ``bound``, ``gap``, ``status`` and ``sites``. Numbers
        with which no plan is feasible are left out. The objective never gets worse.

    Raises
    ------
    ValueError
        If the model is ``lscp``.

    Examples
    --------
    >>> table = MatrixTable(
    ...     np.array(["a", "b"], object), np.array([5.0, 2.0]),
    ...     np.array(["x", "y"], object), np.array([0, 1]), np.array([0, 1]),
    ...     np.array([10.0, 20.0]))
    >>> found = matrix_frontier(table, MatrixTask("mclp", radius=25.0, p=1))
    >>> [(one["p"], one["objective"]) for one in found]
    [(0, 0.0), (1, 5.0), (2, 7.0)]
    """
    if task.model == "lscp" or task.p is None:
        message = "a frontier goes with mclp, pmedian and pcenter, and needs p"
        raise ValueError(message)
    most = 2 * max(task.p, 1)
    sign = 1.0 if task.model == "mclp" else -1.0
    rows: list[dict[str, Any]] = []
    last: tuple[Plan, tuple[str, ...]] | None = None
    for p in range(0, most + 1, max(most // _STEPS, 1)):
        try:
            found = solve_matrix(table, replace(task, p=p))
        except SitingError:
            # So few sites cannot serve every demand.
            continue
        plan, sites = found.plan, found.sites
        if last is not None and sign * last[0].objective > sign * plan.objective:
            bound = sign * max(sign * plan.bound, sign * last[0].objective)
            plan, sites = last[0].proven(bound), last[1]
        last = plan, sites
        rows.append({"p": p, **plan_record(plan), "sites": list(sites)})
    return rows


def matrix_alternatives(
    table: MatrixTable, task: MatrixTask, k: int
) -> list[dict[str, Any]]:
    """
    Find the k best plans of a table, each without some site of every earlier one.

    Parameters
    ----------
    table
        The table.
    task
        What to solve; not ``pcenter``. The plans are solved exactly.
    k
        Plans at most.

    Returns
    -------
    plans
        ``objective``, ``bound``, ``gap``, ``status`` and ``sites`` of each, the best
        first; fewer where no other plan is feasible.

    Raises
    ------
    ValueError
        If the model is ``pcenter``, or the table too large for it.

    Examples
    --------
    >>> table = MatrixTable(
    ...     np.array(["a", "b"], object), np.array([5.0, 2.0]),
    ...     np.array(["x", "y"], object), np.array([0, 1]), np.array([0, 1]),
    ...     np.array([10.0, 20.0]))
    >>> found = matrix_alternatives(table, MatrixTask("mclp", radius=25.0, p=1), 3)
    >>> [(one["objective"], one["sites"]) for one in found]
    [(5.0, ['x']), (2.0, ['y']), (0.0, [])]
    """
    if task.model == "pcenter":
        message = "alternatives go with mclp, lscp and pmedian"
        raise ValueError(message)
    if task.model == "pmedian":
        places, _ = places_of_table(table, task.p or 0)
        plans = _other_medians(places, k, task)
    else:
        problem, _ = cover_of_table(table, task)
        plans = other_plans(problem, k, effort=task.effort)
    return [
        {
            **plan_record(plan),
            "sites": [str(table.candidate_id[one]) for one in plan.options],
        }
        for plan in plans
    ]


def _other_medians(places: DistanceProblem, k: int, task: MatrixTask) -> list[Plan]:
    """Find the k plans of least travel."""
    problem, worst = by_levels(places)
    found = []
    for plan in other_plans(problem, k, effort=task.effort):
        objective = travel_sum(places, plan.options)
        bound = min(max(worst - plan.bound, 0.0), objective)
        if plan.status == "optimal":
            bound = objective
        one = replace(plan, objective=objective)
        found.append(one.proven(bound, timed_out=plan.status == "time_limit"))
    return found


def by_levels(places: DistanceProblem) -> tuple[CoverProblem, float]:
    """
    Write a p-median as a cover problem.

    Parameters
    ----------
    places
        Candidates, demands and distances.

    Returns
    -------
    problem
        One item for each demand and each of its distances but the last: covered
        where a site is no farther, and worth what that saves against the next
        distance. Being served at all is required.
    worst
        Travel where every demand has its farthest candidate; less the covered weight
        that is the travel of a plan.

    Raises
    ------
    ValueError
        If the problem would be too large.

    Notes
    -----
    The radius formulation of Cornuéjols, Nemhauser and Wolsey (1980).

    Examples
    --------
    >>> places = DistanceProblem(
    ...     np.array([0, 1]), np.array([0, 0]), np.array([1.0, 4.0]), np.ones(1), 2, 1)
    >>> problem, worst = by_levels(places)
    >>> problem.cover.toarray().tolist(), problem.weight.tolist(), worst
    ([[1.0, 1.0], [0.0, 1.0]], [3.0, 0.0], 4.0)
    """
    order = np.lexsort((places.option, places.distance, places.demand))
    option, demand = places.option[order], places.demand[order]
    distance = places.distance[order]
    n = len(places.weight)
    count = np.bincount(demand, minlength=n)
    entries = int((count * (count + 1) // 2).sum())
    if entries > _MOST_ENTRIES:
        message = (
            f"alternatives of pmedian: found {entries:,} pairs of levels; expected at "
            f"most {_MOST_ENTRIES:,}; leave out distant pairs"
        )
        raise ValueError(message)
    last = np.cumsum(count) - 1
    # A pair counts at its own level and at all farther ones of its demand.
    n_levels = last[demand] - np.arange(len(demand)) + 1
    row = np.repeat(option, n_levels)
    start = np.repeat(np.arange(len(demand)), n_levels)
    column = start + _counting(n_levels)
    shape = places.n_options, len(demand)
    cover = csr_array(coo_array((np.ones(len(row)), (row, column)), shape=shape))
    ends = np.isin(np.arange(len(demand)), last)
    step = np.append(np.diff(distance), 0.0)
    weight = np.where(ends, 0.0, step * places.weight[demand])
    problem = plain_problem(
        cover, weight, locked=places.locked, forbidden=places.forbidden
    )
    problem = replace(problem.limit_count(places.n_sites), required=ends)
    return problem, float((distance[last] * places.weight).sum())


def _counting(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Count from 0 again in each run of some lengths."""
    sizes = np.asarray(lengths, np.int64)
    begins = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.asarray(np.arange(int(sizes.sum())) - begins)
