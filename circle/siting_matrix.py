"""Solve a published location instance: a plain table of demands and candidates."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.errors import SitingError
from circle.problems import problem_of
from circle.siting_cover import Solver, require_reachable, solve_cover
from circle.siting_distance import DistanceProblem, solve_pcenter, solve_pmedian
from circle.siting_highs import Effort
from circle.siting_plan import Plan
from circle.siting_problem import CoverProblem, plain_problem
from circle.siting_table import MatrixTable

Model = Literal["mclp", "lscp", "pmedian", "pcenter"]

# Distances are sums of decimals: this much over the radius, as a share, is rounding.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class MatrixTask:
    """What to solve on a table of distances."""

    model: Model
    """The location model."""
    radius: float | None = None
    """Distance within which a demand is covered; for ``mclp`` and ``lscp``."""
    p: int | None = None
    """Number of sites at most; for all but ``lscp``."""
    solver: Solver = "greedy"
    """How it is solved."""
    effort: Effort = field(default_factory=Effort)
    """Time limit, and the gap at which to stop."""


@dataclass(frozen=True)
class MatrixResult:
    """The plan for a table of distances."""

    task: MatrixTask
    """What was solved."""
    plan: Plan
    """Objective, bound, status, seconds."""
    sites: tuple[str, ...]
    """Ids of the chosen candidates, in the order they were chosen."""
    uncoverable: tuple[str, ...]
    """Ids of the demands that no candidate reaches."""
    counts: Mapping[str, int]
    """Demands, candidates and pairs of the table."""
    seconds: float
    """How long it took, reading not included."""


def solve_matrix(table: MatrixTable, task: MatrixTask) -> MatrixResult:
    """
    Solve a location model on a table of distances.

    Parameters
    ----------
    table
        The table.
    task
        What to solve.

    Returns
    -------
    result
        Objective as published: covered weight (``mclp``), number of sites (``lscp``),
        sum of weight times distance (``pmedian``), greatest distance (``pcenter``).

    Raises
    ------
    SitingError
        If no plan is feasible.
    ValueError
        If the model needs a radius or a number of sites that is not given.

    Examples
    --------
    >>> from circle.siting_table import MatrixTable
    >>> table = MatrixTable(
    ...     np.array(["a", "b"], object), np.array([5.0, 2.0]),
    ...     np.array(["x", "y"], object), np.array([0, 1]), np.array([0, 1]),
    ...     np.array([10.0, 20.0]))
    >>> solve_matrix(table, MatrixTask("mclp", radius=15.0, p=1)).sites
    ('x',)
    """
    begun = time.monotonic()
    check_task(task)
    if task.model in {"mclp", "lscp"}:
        problem, out = cover_of_table(table, task)
        plan = solve_cover(problem, task.solver, effort=task.effort)
    else:
        plan, out = _solve_distance(table, task)
    return MatrixResult(
        task,
        plan,
        tuple(str(table.candidate_id[one]) for one in plan.options),
        tuple(str(table.demand_id[one]) for one in out),
        {
            "demands": len(table.demand_id),
            "candidates": len(table.candidate_id),
            "pairs": len(table.distance),
        },
        time.monotonic() - begun,
    )


def check_task(task: MatrixTask) -> None:
    """
    Check that a model has what it needs.

    Parameters
    ----------
    task
        What to solve.

    Raises
    ------
    ValueError
        If the radius or the number of sites is missing, or negative.
    """
    if task.model in {"mclp", "lscp"} and task.radius is None:
        message = f"model {task.model} needs a radius"
        raise ValueError(message)
    if task.model != "lscp" and task.p is None:
        message = f"model {task.model} needs p, the number of sites"
        raise ValueError(message)
    if task.radius is not None and not 0 <= task.radius < np.inf:
        message = f"found the radius {task.radius:g}; expected a number, 0 or more"
        raise ValueError(message)
    if task.p is not None and task.p < 0:
        message = f"found p = {task.p}; expected a whole number, 0 or more"
        raise ValueError(message)


def result_record(result: MatrixResult) -> dict[str, Any]:
    """
    Write a result as plain values for JSON.

    Parameters
    ----------
    result
        The result.

    Returns
    -------
    record
        ``objective``, ``bound``, ``gap`` (per cent), ``status``, ``sites``,
        ``seconds``, ``uncoverable`` (how many) and ``uncoverable_ids``, and what was
        asked. Values that are not known are None.
    """
    task, plan = result.task, result.plan
    return {
        "model": task.model,
        "solver": task.solver,
        "radius": task.radius,
        "p": task.p,
        **plan_record(plan),
        "sites": list(result.sites),
        "seconds": round(result.seconds, 3),
        "uncoverable": len(result.uncoverable),
        "uncoverable_ids": list(result.uncoverable),
        **dict(result.counts),
    }


def plan_record(plan: Plan) -> dict[str, Any]:
    """
    Write how good a plan is as plain values for JSON.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    record
        ``objective``, ``bound``, ``gap`` (per cent) and ``status``; None where a
        value is not known.
    """
    return {
        "objective": _finite(plan.objective),
        "bound": _finite(plan.bound),
        "gap": _finite(plan.gap_pct),
        "status": plan.status,
    }


def cover_of_table(
    table: MatrixTable, task: MatrixTask
) -> tuple[CoverProblem, NDArray[np.int64]]:
    """
    Write a model with a radius as a cover problem.

    Parameters
    ----------
    table
        The table.
    task
        ``mclp`` or ``lscp``.

    Returns
    -------
    problem
        Ready to be solved; a distance equal to the radius is covered.
    uncoverable
        Positions of the demands that no candidate covers.
    """
    radius = task.radius or 0.0
    near = table.distance <= radius * (1 + _TOLERANCE)
    shape = len(table.candidate_id), len(table.demand_id)
    where = table.candidate[near], table.demand[near]
    cover = csr_array(coo_array((np.ones(int(near.sum())), where), shape=shape))
    problem = plain_problem(cover, table.weight)
    fewest, out = require_reachable(problem)
    problem = fewest if task.model == "lscp" else problem.limit_count(task.p or 0)
    return problem, out


def places_of_table(
    table: MatrixTable, p: int
) -> tuple[DistanceProblem, NDArray[np.int64]]:
    """
    Write a model without a radius as a problem of distances.

    Parameters
    ----------
    table
        The table.
    p
        Sites at most.

    Returns
    -------
    places
        Candidates, and the demands that some candidate reaches.
    uncoverable
        Positions of the others.
    """
    served = np.zeros(len(table.demand_id), bool)
    served[table.demand] = True
    out, inside = np.flatnonzero(~served), np.flatnonzero(served)
    position = np.cumsum(served) - 1
    places = DistanceProblem(
        table.candidate.astype(np.int64),
        position[table.demand],
        table.distance,
        table.weight[inside],
        len(table.candidate_id),
        p,
    )
    return places, out


def _solve_distance(
    table: MatrixTable, task: MatrixTask
) -> tuple[Plan, NDArray[np.int64]]:
    """
    Solve a model without a radius.

    Raises
    ------
    SitingError
        If there are demands but no site may be chosen.
    """
    places, out = places_of_table(table, task.p or 0)
    if not len(places.weight):
        return Plan((), 0.0, 0.0, "optimal", 0.0), out
    if not task.p:
        raise SitingError(problem_of("siting", "no-site-asked", model=task.model))
    solve = solve_pmedian if task.model == "pmedian" else solve_pcenter
    return solve(places, task.solver, effort=task.effort), out


def _finite(number: float) -> float | None:
    """Give a number that JSON knows."""
    return float(number) if np.isfinite(number) else None
