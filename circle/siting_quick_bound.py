"""Bounds of greedy plans that do not take long."""

import time
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array

from circle.siting_bound import Knapsack, bound_by_prices
from circle.siting_greedy import cover_values
from circle.siting_highs import Effort, solve_model
from circle.siting_kernels import move_prices
from circle.siting_model import build_model
from circle.siting_plan import exact_amounts, plan_cost
from circle.siting_problem import CoverProblem

# Rounds of prices for a plan that only wants to know about how good it is.
_QUICK_ROUNDS = 150
# Rounds of prices for set covering, and rounds times pairs.
_COST_ROUNDS, _FEWEST_ROUNDS, _COST_WORK = 1_000, 150, 3 * 10**9
# So much above a cost is beyond its rounding.
_ABOVE = 1e-6
_PATIENCE, _MEMORY, _LEAST_STEP = 20, 0.8, 0.002
# Steps of a relaxation times pairs; counted, since a clock is not the same twice.
_RELAXATION_WORK = 10**10
# Above so many pairs no relaxation is tried: where cover, where cost is the aim.
_MOST_PAIRS, _MOST_PAIRS_OF_COST = 2_000_000, 100_000


def quick_bound(
    problem: CoverProblem, knapsack: Knapsack | None, plan: list[int],
    deadline: float, *, enough: float | None = None,
) -> float:  # fmt: skip
    """
    Bound a greedy plan without spending long on it.

    Parameters
    ----------
    problem
        The problem.
    knapsack
        Its limit, where it is plain.
    plan
        The plan.
    deadline
        Time of `time.monotonic` after which to stop.
    enough
        A cost: whether some plan costs no more is all that is asked.

    Returns
    -------
    bound
        No plan is better: by prices where there is one limit and where the relaxation
        would take long, else by the relaxation.
    """
    if knapsack is not None:
        return bound_by_prices(
            cover_values(problem), knapsack, plan, deadline=deadline,
            rounds=_QUICK_ROUNDS,
        ).value  # fmt: skip
    if problem.aim == "cost":
        return _bound_least(problem, plan, enough, deadline)
    if problem.cover.nnz > _MOST_PAIRS:
        return _bound_by_sites(problem, plan, deadline)
    found = _bound_by_relaxation(problem, deadline)
    return found if np.isfinite(found) else float(problem.weight.sum())


def _bound_least(
    problem: CoverProblem, plan: list[int], enough: float | None, deadline: float
) -> float:
    """Bound a least cost, where that is of use."""
    if enough is not None and plan_cost(problem, plan) <= enough:
        return 0.0
    if problem.cover.nnz <= _MOST_PAIRS_OF_COST:
        found = _bound_by_relaxation(problem, deadline)
        if np.isfinite(found):
            return found
    return bound_cost(problem, plan, enough=enough, deadline=deadline)


def _bound_by_relaxation(problem: CoverProblem, deadline: float) -> float:
    """Bound by the linear relaxation; infinite where that takes too many steps."""
    effort = Effort(
        deadline - time.monotonic(), relaxed=True,
        work=min(_RELAXATION_WORK // max(problem.cover.nnz, 1), 10**9),
    )  # fmt: skip
    return solve_model(build_model(problem).model, effort).bound


def _bound_by_sites(problem: CoverProblem, plan: list[int], deadline: float) -> float:
    """Bound by the number of sites alone, as if all opened at every site."""
    limits = problem.limits
    counts = np.diff(limits.options.indptr) == 0
    bound = float(problem.weight.sum())
    entries = coo_array(problem.cover)
    allowed = ~problem.forbidden[entries.row]
    where = problem.site[entries.row[allowed]], entries.col[allowed]
    shape = len(problem.site_cost), problem.n_items
    values = csr_array(coo_array((np.ones(int(allowed.sum())), where), shape=shape))
    values.data = exact_amounts(problem.weight)[values.indices]
    free = np.zeros(shape[0], bool)
    sites = np.unique(problem.site[plan]).tolist()
    for row in np.flatnonzero(counts):
        amount = limits.sites[[row]].toarray()[0]
        knapsack = Knapsack(amount, float(limits.at_most[row]), free, free)
        found = bound_by_prices(
            values, knapsack, sites, deadline=deadline, rounds=_QUICK_ROUNDS
        )
        bound = min(bound, found.value)
    return bound


def bound_cost(
    problem: CoverProblem,
    plan: Sequence[int],
    *,
    enough: float | None = None,
    deadline: float = np.inf,
) -> float:
    """
    Bound the least cost of covering what is required, by prices of items.

    Parameters
    ----------
    problem
        A problem whose aim is cost; limits and floors are left out of account, and
        so is what sites cost that several options share.
    plan
        The best plan known.
    enough
        Stop where it is proven that every plan costs more than this.
    deadline
        Time of `time.monotonic` after which to stop.

    Returns
    -------
    bound
        No plan costs less.

    Notes
    -----
    Every item gets a price, options are taken whose items pay more than they cost
    (Lagrangian relaxation of set covering; Beasley, 1990).

    Examples
    --------
    >>> from dataclasses import replace
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 0], [0, 1]]))
    >>> both = replace(plain_problem(cover), required=np.ones(2, bool), aim="cost")
    >>> round(bound_cost(both, [0, 1]), 6)
    2.0
    """
    allowed = np.flatnonzero(~problem.forbidden)
    cover = csr_array(problem.cover[allowed][:, np.flatnonzero(problem.must_cover)])
    cost = problem.cost[allowed].astype(float)
    if problem.one_option_per_site:
        cost += problem.site_cost[problem.site[allowed]]
    known = plan_cost(problem, plan)
    asked = known if enough is None else min(known, enough + _ABOVE)
    held = np.maximum(np.diff(cover.indptr), 1)
    # An option that shares its cost out among its items pays for itself.
    price = np.full(cover.shape[1], np.inf)
    np.minimum.at(price, cover.indices, np.repeat(cost / held, np.diff(cover.indptr)))
    price[np.isinf(price)] = 0.0
    best, kept = 0.0, price
    step, stale, smooth = 1.0, 0, np.zeros(len(price))
    rounds = np.clip(_COST_WORK // max(cover.nnz, 1), _FEWEST_ROUNDS, _COST_ROUNDS)
    for _ in range(int(rounds)):
        left = cost - cover @ price
        value = float(price.sum() + np.minimum(left, 0.0).sum())
        stale = 0 if value > best * (1 + 1e-6) else stale + 1
        if value > best:
            best, kept = value, price
        if best >= asked or time.monotonic() > deadline:
            break
        if stale >= _PATIENCE:
            step, stale = step / 2, 0
            price, smooth = kept, np.zeros(len(price))
            if step < _LEAST_STEP:
                break
            continue
        slope = (left < 0).astype(float) @ cover - 1.0
        price = move_prices(price, slope, smooth, step * (known - value), _MEMORY)
    return min(best, known)
