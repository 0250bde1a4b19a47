"""Upper bounds on what a plan can be worth, by prices of items (Lagrange)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.siting_kernels import (
    Rows,
    move_prices,
    option_worths,
    price_slopes,
    rows_of,
    two_best,
    worth_keeping,
)
from circle.siting_plan import SAME_SHARE, exact_amounts
from circle.siting_problem import CoverProblem

# Rounds without gain after which smaller steps are taken, for few and many rounds.
_PATIENCE = 15
_LONG_PATIENCE = 40
_MANY_ROUNDS = 1000
_LEAST_STEP = 1e-3
_MEMORY = 0.9


@dataclass(frozen=True)
class Bound:
    """A bound, and the prices that prove it."""

    value: float
    """No plan is worth more."""
    item_price: NDArray[np.float64]
    """Price of each item, shape (items,)."""
    limit_price: float
    """Price of one unit of the limit."""
    surplus: NDArray[np.float64]
    """Worth of each option above what it uses at these prices, shape (options,)."""


@dataclass(frozen=True)
class Knapsack:
    """The one limit of a plain problem."""

    amount: NDArray[np.float64]
    """What each option uses of it, shape (options,)."""
    at_most: float
    """How much there is."""
    locked: NDArray[np.bool_]
    """Options that are in every plan, shape (options,)."""
    forbidden: NDArray[np.bool_]
    """Options that are in no plan, shape (options,)."""


def knapsack_of(problem: CoverProblem) -> Knapsack | None:
    """
    Take a problem as one limit on options at a site each, if it is that.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    knapsack
        None where there are floors, required items, shared sites, sizes of facilities
        or other limits.
    """
    limits = problem.limits
    plain = problem.one_option_per_site and problem.aim == "cover"
    plain = plain and problem.service is None
    if not plain or problem.floors or problem.must_cover.any():
        return None
    if len(limits.at_most) != 1:
        return None
    amount = limits.options.toarray()[0] + limits.sites.toarray()[0][problem.site]
    if (amount < 0).any():
        return None
    return Knapsack(amount, float(limits.at_most[0]), problem.locked, problem.forbidden)


def bound_by_prices(
    values: csr_array,
    knapsack: Knapsack,
    plan: Sequence[int],
    *,
    gap: float = 0.0,
    deadline: float = np.inf,
    rounds: int = 400,
) -> Bound:
    """
    Bound what a plan can be worth if each item counts its best option.

    Parameters
    ----------
    values
        Value of each item to each option, shape (options, items).
    knapsack
        The limit.
    plan
        The best plan known.
    gap
        Stop when bound and known plan are this near, as a share.
    deadline
        Time of `time.monotonic` after which to stop.
    rounds
        Rounds at most.

    Returns
    -------
    bound
        Never below the best plan. With enough rounds it comes near the bound of the
        linear relaxation, and never below it.

    Notes
    -----
    Every item gets a price; options earn what is above it, and the limit is filled
    with the best (Lagrangian relaxation; Cornuéjols, Fisher and Nemhauser, 1977).
    Prices move against the slope of the bound, with the step of Polyak (1969).

    Examples
    --------
    >>> values = csr_array(np.array([[5.0, 1.0, 0.0], [0.0, 1.0, 2.0]]))
    >>> free = np.zeros(2, bool)
    >>> limit = Knapsack(np.ones(2), 1.0, free, free)
    >>> round(bound_by_prices(values, limit, [0]).value, 6)
    6.0
    """
    rows, known = rows_of(values), plan_worth(values, plan)
    price = _first_prices(rows, values.shape[1], knapsack, plan)
    step, stale, smooth = 1.0, 0, np.zeros(len(price))
    patience = _LONG_PATIENCE if rounds > _MANY_ROUNDS else _PATIENCE
    best: Bound | None = None
    target = known + gap * abs(known)
    for _ in range(rounds):
        worth = option_worths(rows, price)
        share, unit = fill_knapsack(worth, knapsack)
        found = _bound_at(price, worth, unit, knapsack)
        if best is None or found.value < best.value * (1 - 1e-6):
            stale = 0
        else:
            stale += 1
        if best is None or found.value < best.value:
            best = found
        if best.value <= target * (1 + SAME_SHARE) or time.monotonic() > deadline:
            break
        if stale >= patience:
            step, stale = step / 2, 0
            price, smooth = best.item_price, np.zeros(len(price))
            if step < _LEAST_STEP:
                break
            continue
        excess = step * max(found.value - known, 1e-9 * abs(known))
        slope = price_slopes(rows, price, share)
        price = move_prices(price, slope, smooth, excess, _MEMORY)
    if best is None:
        return Bound(float("inf"), price, 0.0, np.zeros(values.shape[0]))
    return best


def fill_knapsack(
    worth: NDArray[np.float64], knapsack: Knapsack
) -> tuple[NDArray[np.float64], float]:
    """
    Fill the limit with parts of options, the best for their amount first.

    Parameters
    ----------
    worth
        What each option is worth, shape (options,).
    knapsack
        The limit.

    Returns
    -------
    share
        How much of each option is taken, 0 to 1, shape (options,).
    unit
        Price of one more unit of the limit.
    """
    share = knapsack.locked.astype(float)
    left = knapsack.at_most - float(knapsack.amount[knapsack.locked].sum())
    free = np.flatnonzero(~knapsack.locked & ~knapsack.forbidden & (worth > 0))
    amount = knapsack.amount[free]
    with np.errstate(divide="ignore"):
        rate = worth[free] / amount
    order = free[np.argsort(-rate, kind="stable")]
    used = np.cumsum(knapsack.amount[order])
    whole = int(np.searchsorted(used, left * (1 + 1e-12), side="right"))
    share[order[:whole]] = 1.0
    if whole == len(order):
        return share, 0.0
    option = order[whole]
    spent = used[whole - 1] if whole else 0.0
    share[option] = max(left - spent, 0.0) / knapsack.amount[option]
    return share, float(worth[option] / knapsack.amount[option])


@dataclass(frozen=True)
class Reduced:
    """What may still be in a plan better than the known one."""

    options: NDArray[np.bool_]
    """Options that may be in it, shape (options,)."""
    settled: NDArray[np.bool_]
    """Options that must be in it, shape (options,)."""
    values: csr_array
    """Pairs that may be used, shape (options, items)."""


def reduce_by_bound(
    values: csr_array, knapsack: Knapsack, bound: Bound, known: float
) -> Reduced:
    """
    Leave out what no plan better than the known one can hold.

    Parameters
    ----------
    values
        Value of each item to each option, shape (options, items).
    knapsack
        The limit.
    bound
        Bound with its prices.
    known
        Worth of the best plan known.

    Returns
    -------
    reduced
        The rest of the problem.

    Notes
    -----
    If the bound, less what forcing an option in or out costs, is not above the known
    plan, then no better plan has it so (fixing by reduced costs).
    """
    room = bound.value - known + 1e-9 * abs(known)
    may = ~knapsack.forbidden & ((bound.surplus > -room) | knapsack.locked)
    must = (bound.surplus >= room) | knapsack.locked
    must &= ~knapsack.forbidden
    short = np.where(may, room + np.minimum(bound.surplus, 0.0), -np.inf)
    short[knapsack.locked] = room
    kept = worth_keeping(rows_of(values), bound.item_price, short)
    pairs = coo_array(values)
    rest = csr_array(
        (pairs.data[kept], (pairs.row[kept], pairs.col[kept])), shape=values.shape
    )
    return Reduced(may, must, rest)


def _first_prices(
    rows: Rows, n_items: int, knapsack: Knapsack, plan: Sequence[int]
) -> NDArray[np.float64]:
    """Begin with prices at which every option of a plan just earns its place."""
    chosen = np.array(list(plan), np.int64)
    best, second, owner = two_best(rows, chosen, n_items)
    served = owner >= 0
    own = (best - second)[served]
    loss = np.bincount(owner[served], own, minlength=len(chosen))
    amount = knapsack.amount[chosen]
    rates = loss[amount > 0] / amount[amount > 0]
    unit = float(rates.min()) if len(rates) else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.nan_to_num(np.clip(unit * amount / loss, 0.0, 1.0), nan=1.0)
    price = best.copy()
    price[served] -= own * part[owner[served]]
    return price


def _bound_at(
    price: NDArray[np.float64],
    worth: NDArray[np.float64],
    unit: float,
    knapsack: Knapsack,
) -> Bound:
    """Give the bound at some prices."""
    surplus = worth - unit * knapsack.amount
    earned = np.where(knapsack.locked, surplus, np.maximum(surplus, 0.0))
    earned[knapsack.forbidden] = 0.0
    value = float(price.sum()) + unit * knapsack.at_most + float(earned.sum())
    return Bound(value, price, unit, surplus)


def plan_worth(values: csr_array, options: Sequence[int]) -> float:
    """
    Sum the best value of each item in a plan.

    Parameters
    ----------
    values
        Value of each item to each option, shape (options, items).
    options
        Positions of the options.

    Returns
    -------
    worth
        Exact if the values are, see `exact_amounts`.
    """
    if not len(options):
        return 0.0
    chosen = values[np.asarray(options, np.int64)].tocsc()
    best = np.zeros(values.shape[1])
    filled = np.flatnonzero(np.diff(chosen.indptr))
    if len(filled):
        best[filled] = np.maximum.reduceat(chosen.data, chosen.indptr[:-1][filled])
    return float(exact_amounts(best).sum())
