"""Exact plans of problems with one limit: bound by prices, fix, then solve the rest."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.siting_anneal import anneal
from circle.siting_bound import (
    Bound,
    Knapsack,
    Reduced,
    bound_by_prices,
    knapsack_of,
    plan_worth,
    reduce_by_bound,
)
from circle.siting_branch import Search
from circle.siting_highs import STRUCTURE, Effort, Model, Solution, solve_model
from circle.siting_merge import merge_columns, merge_items
from circle.siting_plan import SAME_SHARE
from circle.siting_problem import CoverProblem
from circle.siting_swaps import improve_by_swaps

_ROUNDS = 2000
# Parts of the gap for which a better plan is sought, one after the other.
_PARTS = (0.05, 0.2, 0.5, 1.0)
_PART_OF_TIME = 0.3
_ANNEALING_SHARE = 0.6
# Courses of annealing whose plans are put together, and swaps of each.
_COURSES = 4
_SWAPS = 750_000
_MERGED_GAP = 0.0005
# Options looked at first, per option of the known plan; how many pairs, nodes.
_CORE = 4
_CORE_PAIRS = 300_000
_CORE_NODES = 500
# Up to so many pairs the whole rest is solved at once.
_SMALL_PAIRS = 100_000
# Numbers that branching keeps in memory, and its share of the time given.
_SEARCH_NUMBERS = 100_000_000
_SEARCH_SHARE = 0.8


def solve_by_fixing(
    problem: CoverProblem,
    values: csr_array,
    plan: Sequence[int],
    *,
    effort: Effort,
) -> tuple[list[int], float]:
    """
    Find the best plan under one limit where each item counts its best option.

    Parameters
    ----------
    problem
        A problem with one limit and nothing required.
    values
        Value of each item to each option, shape (options, items).
    plan
        The best plan known.
    effort
        Time limit, and the gap at which to stop.

    Returns
    -------
    plan
        The best plan found.
    bound
        No plan is worth more.

    Raises
    ------
    ValueError
        If the problem has other requirements.
    """
    knapsack = knapsack_of(problem)
    if knapsack is None:
        message = "found more than one limit, or requirements; expected one limit only"
        raise ValueError(message)
    begun = time.monotonic()
    deadline = begun + effort.time_limit_s
    best = list(plan)
    bound = bound_by_prices(
        values, knapsack, best, gap=effort.gap, rounds=_ROUNDS,
        deadline=begun + 0.4 * effort.time_limit_s,
    )  # fmt: skip
    top = bound.value
    whole = bool((values.data == np.rint(values.data)).all())
    # With whole values a better plan is better by 1 at least.
    step = 1.0 - 1e-6 if whole else 0.0
    limits = (effort, deadline)
    if not _near(values, best, top, effort.gap):
        best = _annealed(values, knapsack, best, bound, deadline)
        best, top = _first_search(problem, values, best, bound, limits, step)
    for part in _PARTS if values.nnz > _SMALL_PAIRS else (1.0,):
        known = plan_worth(values, best)
        if top < known + step:
            return best, known
        if _near(values, best, top, effort.gap) or time.monotonic() > deadline:
            break
        # As if a plan of this worth were known: much can be left out then.
        supposed = max(known + step, bound.value - part * (bound.value - known))
        reduced = reduce_by_bound(values, knapsack, bound, supposed)
        left = deadline - time.monotonic()
        share = Effort(left if part == 1 else left * _PART_OF_TIME, gap=effort.gap / 4)
        found, solution = _solve_reduced(knapsack, best, reduced, share)
        if found is not None and plan_worth(values, found) > known:
            best = improve_by_swaps(problem, values, found, deadline=deadline)
        top = min(top, _top(values, best, supposed, solution, share))
    known = plan_worth(values, best)
    return best, known if top <= known + step else top


def _annealed(
    values: csr_array, knapsack: Knapsack, plan: list[int], bound: Bound,
    deadline: float,
) -> list[int]:  # fmt: skip
    """
    Leave a local best, where every option uses the same and items have one value.

    Several courses of annealing, put together, are better than a long one.
    """
    allowed = ~knapsack.forbidden
    same = (knapsack.amount[allowed] == knapsack.amount[allowed][:1]).all()
    if not (same and _same_for_all(values) and values.nnz > _SMALL_PAIRS):
        return plan
    now = time.monotonic()
    until = now + _ANNEALING_SHARE * (deadline - now)
    # What holds less than its place costs at the prices of the bound earns nothing.
    worth = np.asarray(values.sum(axis=1))
    earns = worth > bound.limit_price * knapsack.amount
    earns[plan] = True
    free = allowed & ~knapsack.locked & earns
    plans = [plan]
    for course in range(_COURSES):
        now = time.monotonic()
        end = now + max(until - now, 0.0) / (_COURSES - course)
        plans.append(
            anneal(values, plan, free, deadline=end, swaps=_SWAPS, course=course)
        )
    return join_plans(values, knapsack, plans, deadline=deadline)


def join_plans(
    values: csr_array,
    knapsack: Knapsack,
    plans: Sequence[list[int]],
    *,
    deadline: float,
) -> list[int]:
    """
    Choose a plan of the options that several plans have.

    Parameters
    ----------
    values
        Value of each item to each option, shape (options, items).
    knapsack
        The limit.
    plans
        Plans that keep it, one at least.
    deadline
        Time of `time.monotonic` after which to stop.

    Returns
    -------
    plan
        No worse than the best of them.

    Notes
    -----
    Solution merging (Aggarwal, Orlin and Tai, 1997), by HiGHS.
    """
    best = max(plans, key=lambda one: plan_worth(values, one))
    inside = np.zeros(values.shape[0], bool)
    for one in plans:
        inside[one] = True
    entries = coo_array(values)
    kept = inside[entries.row]
    where = entries.row[kept], entries.col[kept]
    rows = csr_array((entries.data[kept], where), shape=values.shape)
    seconds = max(_PART_OF_TIME * (deadline - time.monotonic()), 0.01)
    merged = Reduced(inside, knapsack.locked & inside, rows)
    quick = Effort(seconds, gap=_MERGED_GAP, work=_CORE_NODES)
    found, _ = _solve_reduced(knapsack, best, merged, quick)
    gains = found is not None and plan_worth(values, found) > plan_worth(values, best)
    return found if found is not None and gains else best


def _first_search(
    problem: CoverProblem,
    values: csr_array,
    plan: list[int],
    bound: Bound,
    limits: tuple[Effort, float],
    step: float,
) -> tuple[list[int], float]:
    """Branch with prices where items have pairs; else look at the best options."""
    effort, deadline = limits
    knapsack = knapsack_of(problem)
    same = _same_for_all(values)
    if knapsack is None or (same and values.nnz <= _SMALL_PAIRS):
        return plan, bound.value
    if same:
        return _search_core(problem, values, plan, bound, limits), bound.value
    # Pairs make large models: here branching with prices is quicker.
    left = deadline - time.monotonic()
    branched, top = Search(values, knapsack, plan, step).run(
        bound, gap=effort.gap, nodes=_SEARCH_NUMBERS // (sum(values.shape) + 1),
        deadline=time.monotonic() + _SEARCH_SHARE * left,
    )  # fmt: skip
    return improve_by_swaps(problem, values, branched, deadline=deadline), top


def _search_core(
    problem: CoverProblem,
    values: csr_array,
    plan: list[int],
    bound: Bound,
    limits: tuple[Effort, float],
) -> list[int]:
    """Solve the problem over the most promising options only, for a better plan."""
    knapsack = knapsack_of(problem)
    if knapsack is None:
        return plan
    effort, deadline = limits
    n = min(values.shape[0], max(_CORE * len(plan), 40))
    inside = np.zeros(values.shape[0], bool)
    inside[np.argsort(-bound.surplus, kind="stable")[:n]] = True
    inside[plan] = True
    inside &= ~knapsack.forbidden
    entries = coo_array(values)
    # Pairs that the prices leave far behind are not used by a good plan.
    useful = inside[entries.row] & (entries.data >= bound.item_price[entries.col])
    if useful.sum() > _CORE_PAIRS:
        return plan
    rows = csr_array(
        (entries.data[useful], (entries.row[useful], entries.col[useful])),
        shape=values.shape,
    )
    seconds = _PART_OF_TIME * (deadline - time.monotonic())
    core = Reduced(inside, knapsack.locked & inside, rows)
    quick = Effort(max(seconds, 0.01), gap=effort.gap / 4, work=_CORE_NODES)
    found, _ = _solve_reduced(knapsack, plan, core, quick)
    if found is None or plan_worth(values, found) <= plan_worth(values, plan):
        return plan
    return improve_by_swaps(problem, values, found, deadline=deadline)


def _top(
    values: csr_array,
    plan: list[int],
    supposed: float,
    solution: Solution,
    effort: Effort,
) -> float:
    """Bound all plans: those left out are no better than was supposed."""
    if solution.outcome == "infeasible":
        return supposed
    if solution.outcome == "optimal" and not effort.gap:
        return max(supposed, plan_worth(values, plan))
    return max(supposed, solution.bound)


def _solve_reduced(
    knapsack: Knapsack,
    plan: Sequence[int],
    reduced: Reduced,
    effort: Effort,
) -> tuple[list[int] | None, Solution]:
    """Solve what is left of a problem."""
    options = np.flatnonzero(reduced.options)
    rest = csr_array(reduced.values[options])
    block, worth = _service_rows(rest)
    n = len(options)
    amounts = csr_array(
        (knapsack.amount[options], (np.zeros(n, int), np.arange(n))),
        shape=(1, n + len(worth)),
    )
    rows = csr_array(coo_array(_stack(block, amounts)))
    n_rows = block.shape[0]
    upper = np.concatenate([_service_limits(block, n), [knapsack.at_most]])
    lower = np.zeros(n + len(worth))
    lower[:n][reduced.settled[options]] = 1.0
    model = Model(
        worth=np.concatenate([np.zeros(n), worth]),
        lower=lower,
        upper=np.ones(n + len(worth)),
        whole=np.arange(n + len(worth)) < n,
        rows=rows,
        row_lower=np.full(n_rows + 1, -np.inf),
        row_upper=upper,
        requirement=np.full(n_rows + 1, STRUCTURE),
        maximise=True,
    )
    start = None
    if reduced.options[list(plan)].all():
        start = _start(model, n, np.isin(options, list(plan)))
    solution = solve_model(model, effort, start=start)
    if not len(solution.values):
        return None, solution
    taken = options[solution.values[:n] > 0.5]
    known = [one for one in plan if one in set(taken.tolist())]
    return known + [int(one) for one in taken if one not in set(known)], solution


def _service_rows(values: csr_array) -> tuple[csr_array, NDArray[np.float64]]:
    """
    Write who serves whom: shared variables where an item has one value, else pairs.

    The first rows say that an item is served only by open options, the last that it
    is served once.
    """
    columns = values.tocsc()
    columns.sort_indices()
    filled = np.flatnonzero(np.diff(columns.indptr))
    n = values.shape[0]
    if not len(filled):
        return csr_array((0, n)), np.zeros(0)
    starts = columns.indptr[:-1][filled]
    low = np.minimum.reduceat(columns.data, starts)
    high = np.maximum.reduceat(columns.data, starts)
    if (low == high).all():
        cover = csr_array(columns[:, filled].tocsr())
        merged = merge_items(cover)
        cover, worth = merge_columns(cover, high, merged)
        served = coo_array(cover.T)
        m = served.shape[0]
        row = np.concatenate([served.row, np.arange(m)])
        col = np.concatenate([served.col, n + np.arange(m)])
        data = np.concatenate([-np.ones(served.nnz), np.ones(m)])
        return csr_array(coo_array((data, (row, col)), shape=(m, n + m))), worth
    pairs = columns.tocoo()
    m = pairs.nnz
    item = np.unique(pairs.col, return_inverse=True)[1]
    row = np.concatenate([np.arange(m), np.arange(m), m + item])
    col = np.concatenate([pairs.row, n + np.arange(m), n + np.arange(m)])
    data = np.concatenate([-np.ones(m), np.ones(2 * m)])
    shape = m + int(item.max()) + 1, n + m
    return csr_array(coo_array((data, (row, col)), shape=shape)), pairs.data


def _service_limits(block: csr_array, n: int) -> NDArray[np.float64]:
    """Give 0 to rows that hold service to open options, 1 to those that say once."""
    entries = coo_array(block)
    opens = np.zeros(block.shape[0], bool)
    opens[entries.row[entries.col < n]] = True
    return np.where(opens, 0.0, 1.0)


def _start(
    model: Model, n: int, inside: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Complete a plan to a solution: every item takes its best open option."""
    values = np.zeros(len(model.worth))
    values[:n] = inside
    entries = coo_array(model.rows[: len(model.row_upper) - 1])
    service = (entries.col >= n) & (model.row_upper[entries.row] == 0)
    of_row = np.full(model.rows.shape[0], -1, np.int64)
    of_row[entries.row[service]] = entries.col[service]
    opened = -(model.rows[: len(model.row_upper) - 1, :n] @ inside.astype(float))
    served = (opened > 0) & (of_row[:-1] >= 0)
    columns = of_row[:-1][served]
    once = np.full(len(values), -1, np.int64)
    last = (entries.col >= n) & (model.row_upper[entries.row] == 1)
    once[entries.col[last]] = entries.row[last]
    if not last.any():
        values[columns] = 1.0
        return values
    order = columns[np.argsort(-model.worth[columns], kind="stable")]
    _, first = np.unique(once[order], return_index=True)
    values[order[first]] = 1.0
    return values


def _stack(block: csr_array, line: csr_array) -> csr_array:
    """Put a line below a block that may be narrower."""
    upper, lower = coo_array(block), coo_array(line)
    row = np.concatenate([upper.row, lower.row + block.shape[0]])
    col = np.concatenate([upper.col, lower.col])
    data = np.concatenate([upper.data, lower.data])
    shape = block.shape[0] + 1, line.shape[1]
    return csr_array(coo_array((data, (row, col)), shape=shape))


def _same_for_all(values: csr_array) -> bool:
    """Say whether every item is worth the same to all options that have it."""
    worth = np.zeros(values.shape[1])
    worth[values.indices] = values.data
    return bool((worth[values.indices] == values.data).all())


def _near(values: csr_array, plan: Sequence[int], bound: float, gap: float) -> bool:
    """Say whether plan and bound are near enough."""
    worth = plan_worth(values, plan)
    return bound <= worth * (1 + max(gap, SAME_SHARE))
