"""Greedy siting with lazy evaluation, on plain matrices."""

import heapq
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_draft import Draft, use_prices
from circle.siting_plan import SLACK, broken_requirements, exact_amounts, plan_cost
from circle.siting_problem import CoverProblem


def choose_greedily(problem: CoverProblem, values: csr_array) -> list[int]:
    """
    Open what gains most, again and again, after what is locked and required.

    Parameters
    ----------
    problem
        The problem.
    values
        Value of each item to each option, shape (options, items).

    Returns
    -------
    options
        In order. Where gains can be weighed against prices, the better of two plans:
        most gain first, and most gain for its price first. The plan may miss
        requirements, see `broken_requirements`.

    Notes
    -----
    Lazy evaluation (Minoux, 1978). With a number of sites only, the plan has at least
    1 - 1/e of the best value (Nemhauser, Wolsey and Fisher, 1978); with one budget
    only, at least (1 - 1/e) / 2 (Khuller, Moss and Naor, 1999; Leskovec et al.,
    2007). Equal keys are settled by more items, then by the lower position. With
    other limits, or floors, nothing is guaranteed; the bound tells.

    Examples
    --------
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    >>> problem = plain_problem(cover, [5, 1, 2]).limit_count(1)
    >>> choose_greedily(problem, cover_values(problem))
    [0]
    """
    own, sites = use_prices(problem)
    uniform = not own.any() and len(np.unique(sites)) == 1
    plans = []
    for by_price in (False,) if uniform and problem.aim == "cover" else (True, False):
        start = _meet_requirements(problem, by_price=by_price)
        draft = Draft(problem, values, by_price=by_price)
        for option in start:
            draft.add(option)
        if problem.aim == "cover":
            _grow(draft)
        plan = draft.chosen
        worth = draft.worth
        if problem.aim == "cost":
            plan = drop_needless(problem, plan)
            worth = -plan_cost(problem, plan)
        broken = len(broken_requirements(problem, plan))
        plans.append(((-broken, worth), plan))
    # Of equals the first stays.
    return max(plans, key=lambda one: one[0])[1]


def complete_plan(
    problem: CoverProblem,
    values: csr_array,
    plan: Sequence[int],
    *,
    wanted: Sequence[int] | None = None,
    only: Sequence[int] | None = None,
) -> list[int]:
    """
    Add to a plan what fits and still gains.

    Parameters
    ----------
    problem
        The problem.
    values
        Value of each item to each option, shape (options, items).
    plan
        Options to begin with.
    wanted
        Options to try first, one by one in this order.
    only
        Options to choose among; all if not given.

    Returns
    -------
    options
        The plan, then what was added, in order.
    """
    draft = Draft(problem, values, by_price=False)
    locked = [int(one) for one in np.flatnonzero(problem.locked) if one not in plan]
    for option in (*plan, *(locked if not plan else ())):
        draft.add(option)
    for option in wanted or ():
        draft.try_adding(option)
    if problem.aim == "cover":
        draft.keep_to(only)
        _grow(draft)
    return draft.chosen


def cover_values(problem: CoverProblem) -> csr_array:
    """
    Write the weight of its item into every entry of the cover matrix.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    values
        Shape (options, items).
    """
    weight = exact_amounts(problem.weight)
    cover = problem.cover
    data = weight[cover.indices]
    return csr_array((data, cover.indices, cover.indptr), shape=cover.shape)


def drop_needless(problem: CoverProblem, plan: Iterable[int]) -> list[int]:
    """
    Leave out options without which all requirements are still met.

    Parameters
    ----------
    problem
        The problem.
    plan
        Options.

    Returns
    -------
    options
        In the same order. The dearest go first, of equals the last chosen.
    """
    kept = list(plan)
    if broken_requirements(problem, kept):
        return kept
    order = sorted(range(len(kept)), key=lambda k: (-float(problem.cost[kept[k]]), -k))
    count = np.zeros(problem.n_items, np.int64)
    for option in kept:
        count[_items(problem, option)] += 1
    required = problem.must_cover
    for option in [kept[k] for k in order]:
        items = _items(problem, option)
        if (count[items][required[items]] == 1).any():
            continue
        rest = [one for one in kept if one != option]
        if not broken_requirements(problem, rest):
            kept = rest
            count[items] -= 1
    return kept


def _grow(draft: Draft, *, needed: bool = False) -> None:
    """Open bundles until nothing is gained any more, or nothing more is needed."""
    heap = _first_keys(draft)
    while heap:
        site = heapq.heappop(heap)[2]
        key, n_items, options = draft.bundle(site)
        if not options:
            continue
        fresh = (-key, -n_items, site)
        if heap and heap[0] < fresh:
            heapq.heappush(heap, fresh)
            continue
        for option in options:
            draft.add(option)
        if needed:
            # What counts gets less with every floor that is met: old keys stay bounds.
            draft.active = _unmet_items(draft.problem, draft.covered)
        again = draft.bundle(site)
        if again[2]:
            heapq.heappush(heap, (-again[0], -again[1], site))


def _first_keys(draft: Draft) -> list[tuple[float, int, int]]:
    """Rate every site once."""
    heap = []
    for site in range(len(draft.problem.site_cost)):
        key, n_items, options = draft.bundle(site)
        if options:
            heap.append((-key, -n_items, site))
    heapq.heapify(heap)
    return heap


def _meet_requirements(problem: CoverProblem, *, by_price: bool) -> list[int]:
    """Open what is locked, then what floors and required items ask for."""
    share = problem.weight / max(float(problem.weight.sum()), 1.0)
    must = problem.must_cover.astype(float)
    if problem.service is not None:
        # By heads, so that one place is worth the same whoever takes it.
        people = problem.service.people
        must *= np.where(people > 0, people / max(float(people.mean()), 1e-9), 1.0)
    need = exact_amounts(share + must)
    cover = problem.cover
    values = csr_array((need[cover.indices], cover.indices, cover.indptr), cover.shape)
    draft = Draft(problem, values, by_price=by_price)
    for option in np.flatnonzero(problem.locked):
        draft.add(int(option))
    while True:
        before = len(draft.chosen)
        draft.active = _unmet_items(problem, draft.covered)
        if not draft.active.any():
            return draft.chosen
        _grow(draft, needed=bool(problem.floors))
        if len(draft.chosen) == before:
            return draft.chosen


def _unmet_items(
    problem: CoverProblem, covered: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Mark the items that count towards a requirement not met yet."""
    unmet = problem.must_cover & (covered < 1)
    for floor in problem.floors:
        own = covered[floor.items]
        got = float((problem.weight[floor.items] * own).sum())
        if got < floor.at_least - SLACK * max(1.0, floor.at_least):
            unmet[floor.items[own < 1]] = True
    return unmet


def _items(problem: CoverProblem, option: int) -> NDArray[np.int32]:
    """Give the items of an option."""
    cover = problem.cover
    return np.asarray(cover.indices[cover.indptr[option] : cover.indptr[option + 1]])
