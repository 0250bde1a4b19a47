"""Compiled loops of siting: what an option adds, and what a swap would bring."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array


class Rows(NamedTuple):
    """Compressed rows of a matrix of values."""

    first: NDArray[np.int64]
    """Where each row begins, shape (rows + 1,)."""
    column: NDArray[np.int32]
    """Column of each entry, shape (entries,)."""
    value: NDArray[np.float64]
    """Value of each entry, shape (entries,)."""


def rows_of(matrix: csr_array) -> Rows:
    """
    Give the rows of a sparse matrix to the compiled loops.

    Parameters
    ----------
    matrix
        The matrix.

    Returns
    -------
    rows
        Its rows.
    """
    return Rows(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float64),
    )


@njit(cache=True, nogil=True)
def gain_of(
    rows: Rows, option: int, best: NDArray[np.float64], active: NDArray[np.bool_]
) -> tuple[float, int]:
    """
    Sum what an option would add to a plan.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    option
        The option.
    best
        Value that the plan gives each item so far, shape (items,).
    active
        Items that count, shape (items,).

    Returns
    -------
    gain
        Value added.
    n_items
        Items that gain.
    """
    gain, n_items = 0.0, 0
    for k in range(rows.first[option], rows.first[option + 1]):
        item = rows.column[k]
        if active[item] and rows.value[k] > best[item]:
            gain += rows.value[k] - best[item]
            n_items += 1
    return gain, n_items


@njit(cache=True, nogil=True)
def all_gains(
    rows: Rows, best: NDArray[np.float64], active: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """
    Sum what every option would add to a plan.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    best
        Value that the plan gives each item so far, shape (items,).
    active
        Items that count, shape (items,).

    Returns
    -------
    gain
        Value added, shape (options,).
    n_items
        Items that gain, shape (options,).
    """
    n = len(rows.first) - 1
    gain, n_items = np.zeros(n), np.zeros(n, np.int64)
    for option in range(n):
        gain[option], n_items[option] = gain_of(rows, option, best, active)
    return gain, n_items


@njit(cache=True, nogil=True)
def take(rows: Rows, option: int, best: NDArray[np.float64]) -> None:
    """
    Add an option to a plan.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    option
        The option.
    best
        Value that the plan gives each item, shape (items,); is changed.
    """
    for k in range(rows.first[option], rows.first[option + 1]):
        best[rows.column[k]] = max(best[rows.column[k]], rows.value[k])


@njit(cache=True, nogil=True)
def two_best(
    rows: Rows, plan: NDArray[np.int64], n_items: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """
    Find the best and the second best value that a plan has for each item.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    plan
        Options of the plan.
    n_items
        Number of items.

    Returns
    -------
    best
        Shape (items,), 0 where the plan has nothing.
    second
        Shape (items,).
    owner
        Place in the plan of the option that gives the best; -1 where none does.
    """
    best, second = np.zeros(n_items), np.zeros(n_items)
    owner = np.full(n_items, -1, np.int64)
    for place in range(len(plan)):
        option = plan[place]
        for k in range(rows.first[option], rows.first[option + 1]):
            item, value = rows.column[k], rows.value[k]
            if value > best[item]:
                second[item] = best[item]
                best[item], owner[item] = value, place
            elif value > second[item]:
                second[item] = value
    return best, second, owner


@njit(cache=True, nogil=True)
def swap_profits(
    by_item: Rows,
    mine: NDArray[np.int64],
    best: NDArray[np.float64],
    second: NDArray[np.float64],
    gain: NDArray[np.float64],
) -> NDArray[np.float64]:
    """
    Say what replacing one option of a plan by each other one would bring.

    Parameters
    ----------
    by_item
        Value of each option to each item, one row per item.
    mine
        Items that the option to be replaced serves best.
    best
        Best value of each item in the plan, shape (items,).
    second
        Second best value, shape (items,).
    gain
        What each option would add to the whole plan, shape (options,).

    Returns
    -------
    profit
        Shape (options,); what is lost is taken off.

    Notes
    -----
    The sums of Whitaker (1983), one option of the plan at a time.
    """
    profit = gain.copy()
    loss = 0.0
    for item in mine:
        loss += best[item] - second[item]
        for k in range(by_item.first[item], by_item.first[item + 1]):
            value = by_item.value[k]
            if value > second[item]:
                kept = min(value, best[item]) - second[item]
                profit[by_item.column[k]] += kept
    return profit - loss


@njit(cache=True, nogil=True)
def _worth_of(rows: Rows, price: NDArray[np.float64], option: int) -> float:
    """Sum what an option is worth above the prices of its items."""
    total = 0.0
    for k in range(rows.first[option], rows.first[option + 1]):
        total += max(rows.value[k] - price[rows.column[k]], 0.0)
    return total


@njit(cache=True, nogil=True)
def option_worths(rows: Rows, price: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Sum what each option is worth above the prices of the items.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    price
        Price of each item, 0 or more, shape (items,).

    Returns
    -------
    worth
        Sum of value less price over the items where that is positive, (options,).
    """
    worth = np.zeros(len(rows.first) - 1)
    for option in range(len(worth)):
        worth[option] = _worth_of(rows, price, option)
    return worth


@njit(cache=True, nogil=True)
def some_worths(
    rows: Rows, price: NDArray[np.float64], options: NDArray[np.int64]
) -> NDArray[np.float64]:
    """
    Sum what some options are worth above the prices of the items.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    price
        Price of each item, 0 or more, shape (items,).
    options
        The options to look at.

    Returns
    -------
    worth
        As `option_worths`; 0 for all other options, shape (options,).
    """
    worth = np.zeros(len(rows.first) - 1)
    for option in options:
        worth[option] = _worth_of(rows, price, option)
    return worth


@njit(cache=True, nogil=True)
def price_slopes(
    rows: Rows, price: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Say how the bound changes with the price of each item.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    price
        Price of each item, shape (items,).
    share
        How much of each option the relaxed plan takes, 0 to 1, shape (options,).

    Returns
    -------
    slope
        1 less the times the item is served, shape (items,).
    """
    slope = np.ones(len(price))
    for option in range(len(share)):
        if share[option] > 0.0:
            for k in range(rows.first[option], rows.first[option + 1]):
                if rows.value[k] > price[rows.column[k]]:
                    slope[rows.column[k]] -= share[option]
    return slope


@njit(cache=True, nogil=True)
def worth_keeping(
    rows: Rows, price: NDArray[np.float64], room: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """
    Mark the pairs that a plan better than the known one may use.

    Parameters
    ----------
    rows
        Value of each item to each option, one row per option.
    price
        Price of each item, shape (items,).
    room
        How far an option may fall short and still be in a better plan, (options,).

    Returns
    -------
    kept
        Shape (entries,).
    """
    kept = np.zeros(len(rows.value), np.bool_)
    for option in range(len(room)):
        for k in range(rows.first[option], rows.first[option + 1]):
            short = price[rows.column[k]] - rows.value[k]
            kept[k] = max(short, 0.0) < room[option]
    return kept


@njit(cache=True, nogil=True)
def move_prices(
    price: NDArray[np.float64],
    slope: NDArray[np.float64],
    smooth: NDArray[np.float64],
    excess: float,
    memory: float,
) -> NDArray[np.float64]:
    """
    Move the prices of items against the smoothed slope of the bound.

    Parameters
    ----------
    price
        Price of each item, shape (items,).
    slope
        Slope of the bound at these prices, shape (items,).
    smooth
        Direction of the last move, shape (items,); is changed to that of this one.
    excess
        How far the bound should fall by this move.
    memory
        Part of the last direction that is kept, 0 to 1.

    Returns
    -------
    price
        New prices, 0 or more; as they were where there is nowhere to go.
    """
    length = 0.0
    for item in range(len(price)):
        own = slope[item]
        if price[item] <= 0.0 and own > 0.0:
            own = 0.0
        smooth[item] = own + memory * smooth[item]
        length += smooth[item] * smooth[item]
    if length == 0.0:
        return price
    moved = np.empty(len(price))
    for item in range(len(price)):
        moved[item] = max(price[item] - excess / length * smooth[item], 0.0)
    return moved
