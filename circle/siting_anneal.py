"""Better plans by annealing: many swaps, of which ever fewer may lose a little."""

import time
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_kernels import Rows, rows_of

_SEED = 20260101
# Swaps tried between two looks at the clock.
_AT_ONCE = 100_000
# What a swap may lose at first and at last, as parts of the worth of one option.
_HOT, _COLD = 0.05, 0.0005
# Part of the swaps that put in an option from the same place; others are drawn from
# those that hold the most, so many per option of the plan.
_NEAR = 0.8
_BEST = 16


def anneal(
    values: csr_array,
    plan: Sequence[int],
    free: NDArray[np.bool_],
    *,
    deadline: float = np.inf,
    swaps: int = 4_000_000,
    course: int = 0,
) -> list[int]:
    """
    Seek a better plan of as many options by many small swaps.

    Parameters
    ----------
    values
        Value of each item to each option, the same for all options that cover the
        item, shape (options, items).
    plan
        Options.
    free
        Options that may be taken out and put in, shape (options,).
    deadline
        Time of `time.monotonic` after which to stop.
    swaps
        Swaps tried.
    course
        Number of the course of chances; others lead to other plans.

    Returns
    -------
    plan
        The best plan met, never worse than the one given; the same for the same
        problem unless time ran out.

    Notes
    -----
    Simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) from a fixed seed, with
    a temperature that falls by the same part at every swap.

    Examples
    --------
    >>> values = csr_array(np.array([[3.0, 2, 0, 0], [0, 2, 2, 0], [0, 0, 2, 3]]))
    >>> sorted(anneal(values, [0, 1], np.ones(3, bool), swaps=1000))
    [0, 2]
    """
    best = np.array(list(plan), np.int64)
    places = np.flatnonzero(free[best])
    held = np.asarray(values.sum(axis=1))
    order = np.argsort(-held, kind="stable")
    most = order[free[order]][: _BEST * len(best)]
    begun = time.monotonic()
    left = deadline - begun
    if not len(places) or not len(most) or left <= 0:
        return list(map(int, best))
    worth = np.zeros(values.shape[1])
    worth[values.indices] = values.data
    ways = rows_of(values), rows_of(csr_array(values.T.tocsr()))
    state = best.copy(), best
    unit = float(held[best].mean())
    for done in range(0, swaps, _AT_ONCE):
        # Where the time is short, it cools in the time there is.
        spent = time.monotonic() - begun
        part = max(done / swaps, spent / left)
        if part >= 1:
            break
        heat = _HOT ** (1 - part) * _COLD**part
        cooling = (_COLD / _HOT) ** (1 / swaps)
        n = min(_AT_ONCE, swaps - done)
        chance = np.random.default_rng([_SEED, course, done]).random((n, 5))
        _swap(ways, worth, (free, places, most), state,
              (chance, unit * heat, cooling))  # fmt: skip
    return list(map(int, best))


@njit(cache=True, nogil=True)
def _swap(
    ways: tuple[Rows, Rows],
    worth: NDArray[np.float64],
    choice: tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]],
    plans: tuple[NDArray[np.int64], NDArray[np.int64]],
    course: tuple[NDArray[np.float64], float, float],
) -> None:
    """Try swaps; the plan at hand and the best plan are changed."""
    now, best = plans
    chance, heat, cooling = course
    held = _count(ways[0], best, len(worth))
    known = worth[held > 0].sum()
    held = _count(ways[0], now, len(worth))
    value = worth[held > 0].sum()
    inside = np.zeros(len(ways[0].first) - 1, np.bool_)
    inside[now] = True
    for turn in range(len(chance)):
        heat *= cooling
        place = choice[1][int(chance[turn, 0] * len(choice[1]))]
        old = now[place]
        new = _other(ways, old, choice[2], chance[turn])
        if inside[new] or not choice[0][new]:
            continue
        gain = _change(ways[0], worth, held, old, -1)
        gain += _gain(ways[0], worth, held, new)
        if gain < 0 and chance[turn, 4] >= np.exp(gain / heat):
            _change(ways[0], worth, held, old, 1)
            continue
        _change(ways[0], worth, held, new, 1)
        inside[old], inside[new], now[place] = False, True, new
        value += gain
        if value > known * (1 + 1e-12):
            known = value
            best[:] = now


@njit(cache=True, nogil=True)
def _other(
    ways: tuple[Rows, Rows],
    old: int,
    most: NDArray[np.int64],
    chance: NDArray[np.float64],
) -> int:
    """Draw an option that shares an item with one, or one of those that hold most."""
    rows, by_item = ways
    n = rows.first[old + 1] - rows.first[old]
    if n == 0 or chance[1] >= _NEAR:
        return int(most[int(chance[2] * len(most))])
    item = rows.column[rows.first[old] + int(chance[2] * n)]
    first, last = by_item.first[item], by_item.first[item + 1]
    return int(by_item.column[first + int(chance[3] * (last - first))])


@njit(cache=True, nogil=True)
def _count(rows: Rows, plan: NDArray[np.int64], n_items: int) -> NDArray[np.int32]:
    """Count the options of a plan that cover each item."""
    held = np.zeros(n_items, np.int32)
    for option in plan:
        for k in range(rows.first[option], rows.first[option + 1]):
            held[rows.column[k]] += 1
    return held


@njit(cache=True, nogil=True)
def _change(
    rows: Rows,
    worth: NDArray[np.float64],
    held: NDArray[np.int32],
    option: int,
    step: int,
) -> float:
    """Put an option in (1) or take it out (-1), and say what that changes."""
    changed = 0.0
    for k in range(rows.first[option], rows.first[option + 1]):
        item = rows.column[k]
        held[item] += step
        if held[item] == (step + 1) // 2:
            changed += step * worth[item]
    return changed


@njit(cache=True, nogil=True)
def _gain(
    rows: Rows, worth: NDArray[np.float64], held: NDArray[np.int32], option: int
) -> float:
    """Sum what nobody covers and an option would."""
    gain = 0.0
    for k in range(rows.first[option], rows.first[option + 1]):
        if held[rows.column[k]] == 0:
            gain += worth[rows.column[k]]
    return gain
