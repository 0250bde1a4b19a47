"""Siting with capacities: a site serves so many people, who are shared out."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.errors import SitingError
from circle.siting_highs import STRUCTURE, Effort, Model, solve_model
from circle.siting_plan import Plan


@dataclass(frozen=True)
class CapacityProblem:
    """Options with capacities, and the items they may serve in part."""

    cover: csr_array
    """Ones where an option may serve an item, shape (options, items)."""
    weight: NDArray[np.float64]
    """People of each item, shape (items,)."""
    capacity: NDArray[np.float64]
    """People that each option serves at most, shape (options,)."""
    n_sites: int
    """Options at most."""
    forbidden: NDArray[np.bool_]
    """Options that must not be chosen, shape (options,)."""


@dataclass(frozen=True)
class Allocation:
    """A plan and who is served where."""

    plan: Plan
    """Objective: people served."""
    option: NDArray[np.int64]
    """Option of each share, shape (shares,)."""
    item: NDArray[np.int64]
    """Item of each share, shape (shares,)."""
    people: NDArray[np.float64]
    """People of each share, shape (shares,)."""


def solve_capacitated(
    problem: CapacityProblem, *, exact: bool = True, effort: Effort | None = None
) -> Allocation:
    """
    Choose options so that most people are served within the capacities.

    Parameters
    ----------
    problem
        The problem.
    exact
        Prove the plan; else choose greedily and give the bound of the relaxation.
    effort
        Time limit, and the gap at which to stop.

    Returns
    -------
    allocation
        The plan, and who is served where; the people of an item may be parted.

    Raises
    ------
    SitingError
        If time runs out before anything is known.

    Notes
    -----
    Capacitated maximal covering (Current and Storbeck, 1988) with divisible demand.
    Greedy: the option that lets most more people be served, as the best allocation
    counts them; people served so are a submodular sum, so that the plan has at least
    1 - 1/e of the best.

    Examples
    --------
    >>> problem = CapacityProblem(
    ...     csr_array(np.array([[1, 1], [0, 1]])), np.array([5.0, 4.0]),
    ...     np.array([6.0, 2.0]), 2, np.zeros(2, bool))
    >>> found = solve_capacitated(problem)
    >>> found.plan.options, found.plan.objective
    ((0, 1), 8.0)
    """
    begun = time.monotonic()
    effort = effort or Effort()
    greedy = _choose(problem)
    start = _allocate(problem, greedy)[0]
    model, pairs = _model(problem, None)
    if exact:
        known = np.concatenate([np.isin(_open(problem), greedy).astype(float), start])
        found = solve_model(model, effort, start=known)
    else:
        found = solve_model(
            model, Effort(effort.time_limit_s, effort.gap, relaxed=True)
        )
    options = greedy
    if exact and len(found.values):
        taken = found.values[: len(_open(problem))] > 0.5
        options = [int(one) for one in _open(problem)[taken]]
    if found.outcome == "infeasible":
        message = "siting: found no allocation; expected one; look at the capacities."
        raise SitingError(message)
    people, served = _allocate(problem, options)
    if served < start.sum():
        options, (people, served) = greedy, _allocate(problem, greedy)
    used = people > 1e-9
    kept = [one for one in options if used[pairs.row == one].any()]
    plan = Plan(tuple(kept), served, found.bound, "feasible", time.monotonic() - begun)
    proven = exact and found.outcome == "optimal" and not effort.gap
    bound = served if proven else max(found.bound, served)
    return Allocation(
        plan.proven(bound, timed_out=found.outcome == "time_limit"),
        pairs.row[used].astype(np.int64),
        pairs.col[used].astype(np.int64),
        people[used],
    )


def _open(problem: CapacityProblem) -> NDArray[np.int64]:
    """Give the options that may be chosen."""
    return np.flatnonzero(~problem.forbidden)


def _choose(problem: CapacityProblem) -> list[int]:
    """Choose greedily by the best allocation; an old gain is at least the new one."""
    gains = np.minimum(problem.capacity, problem.cover @ problem.weight)
    gains[problem.forbidden] = 0.0
    chosen: list[int] = []
    served = 0.0
    fresh = np.zeros(len(gains), bool)
    while len(chosen) < problem.n_sites and gains.max(initial=0.0) > 1e-9:
        option = int(np.argmax(gains))
        if not fresh[option]:
            gains[option] = _allocate(problem, [*chosen, option])[1] - served
            fresh[option] = True
            continue
        chosen.append(option)
        served += float(gains[option])
        gains[option] = 0.0
        fresh[:] = False
    return chosen


def _allocate(
    problem: CapacityProblem, options: list[int]
) -> tuple[NDArray[np.float64], float]:
    """Share people out among chosen options so that most are served."""
    model, _ = _model(problem, options)
    found = solve_model(model, Effort(relaxed=True))
    people = found.values[len(_open(problem)) :]
    return people, round(float(people.sum()), 6)


def _model(
    problem: CapacityProblem, options: list[int] | None
) -> tuple[Model, coo_array]:
    """Write the model: options that may open, then people of each pair."""
    allowed = _open(problem)
    place = np.full(len(problem.capacity), -1, np.int64)
    place[allowed] = np.arange(len(allowed))
    pairs = coo_array(problem.cover)
    kept = place[pairs.row] >= 0
    pairs = coo_array(
        (pairs.data[kept], (pairs.row[kept], pairs.col[kept])), problem.cover.shape
    )
    n, m, n_items = len(allowed), pairs.nnz, problem.cover.shape[1]
    most = np.minimum(problem.capacity[pairs.row], problem.weight[pairs.col])
    mine = place[pairs.row]
    rows = _capacity_rows(problem.capacity[allowed], n_items, pairs.col, (mine, most))
    n_rows = rows.shape[0]
    upper = np.concatenate(
        [np.zeros(n), problem.weight, np.zeros(m), [float(problem.n_sites)]]
    )
    lower = np.zeros(n + m)
    top = np.concatenate([np.ones(n), most])
    if options is not None:
        inside = np.isin(allowed, options).astype(float)
        lower[:n], top[:n] = inside, inside
        upper[-1] = np.inf
    whole = np.arange(n + m) < n
    worth = np.concatenate([np.zeros(n), np.ones(m)])
    none = np.full(n_rows, -np.inf)
    numbers = np.full(n_rows, STRUCTURE)
    return Model(worth, lower, top, whole, rows, none, upper, numbers, True), pairs


def _capacity_rows(
    capacity: NDArray[np.float64],
    n_items: int,
    item: NDArray[np.int32],
    pairs: tuple[NDArray[np.int64], NDArray[np.float64]],
) -> csr_array:
    """Write the rows of the model; pairs are given by option and most people."""
    mine, most = pairs
    n, m = len(capacity), len(mine)
    variable = n + np.arange(m)
    # Capacity of each option, people of each item, each pair only if open, count.
    row: list[NDArray[np.int64]] = [mine, np.arange(n), n + item.astype(np.int64)]
    column: list[NDArray[np.int64]] = [variable, np.arange(n), variable]
    value: list[NDArray[np.float64]] = [
        np.ones(m),
        -capacity,
        np.ones(m),
    ]
    row += [n + n_items + np.arange(m)] * 2
    column += [variable, mine]
    value += [np.ones(m), -most]
    row.append(np.full(n, n + n_items + m))
    column.append(np.arange(n))
    value.append(np.ones(n))
    n_rows = n + n_items + m + 1
    where = np.concatenate(row), np.concatenate(column)
    return csr_array(coo_array((np.concatenate(value), where), (n_rows, n + m)))
