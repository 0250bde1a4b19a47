"""Outlines of many sets of grid squares, traced all at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]

# Sides of a square in clockwise order: west, north, east, south. What lies beyond
# each (columns, rows), and the corner at which each begins.
_BEYOND = np.array([(-1, 0), (0, 1), (1, 0), (0, -1)])
_BEGINS = np.array([(0, 0), (0, 1), (1, 1), (1, 0)])
_SIDES = 4
_AT_ONCE = 50_000
_THREADS = 2


class _Squares(NamedTuple):
    """The squares of all sets, sorted by set, column and row."""

    number: Whole
    """Number of each square, ascending; neighbours in a column follow each other."""
    height: int
    """By how much the numbers of neighbours in a row differ."""
    owner: Whole
    """Set of each square."""
    place: Whole
    """Column and row of each square, shape (squares, 2)."""


def trace_outlines(
    owner: Whole,
    square: Whole,
    *,
    size_m: float,
    corner_m: tuple[float, float],
) -> NDArray[np.object_]:
    """
    Draw the outline of each set of squares.

    Parameters
    ----------
    owner
        Number of the set that each square belongs to, from 0 without a gap,
        ascending, shape (squares,).
    square
        Column and row of each square, shape (squares, 2). One that stands twice in
        a set counts once.
    size_m
        Side of a square in metres.
    corner_m
        Easting and northing of the corner of column 0 and row 0 in metres.

    Returns
    -------
    outlines
        A polygon for each set, or a multipolygon where it falls into parts that
        share no side, with a vertex at every corner of the grid along the outline.

    Notes
    -----
    A side is part of the outline if no square of the same set lies beyond it. At a
    corner where two squares of a set meet diagonally, a ring stays with its square;
    one that passes such a corner twice is cut into two rings there.

    Examples
    --------
    >>> owner, square = np.array([0, 0, 1]), np.array([(0, 0), (1, 0), (5, 5)])
    >>> drawn = trace_outlines(owner, square, size_m=100.0, corner_m=(0.0, 0.0))
    >>> [float(one.area) for one in drawn]
    [20000.0, 10000.0]
    """
    # Whole sets, so many squares at a time: memory is bounded, and used again.
    cuts = np.unique(np.searchsorted(owner, owner[::_AT_ONCE]))
    cuts = np.append(cuts, len(owner))
    corner = np.array(corner_m)

    def trace(part: tuple[int, int]) -> NDArray[np.object_]:
        a, b = part
        return _traced(owner[a:b] - owner[a], square[a:b], size_m, corner)

    with ThreadPoolExecutor(_THREADS) as pool:
        drawn = list(pool.map(trace, pairwise(cuts.tolist())))
    return np.concatenate([np.empty(0, dtype=object), *drawn])


def _traced(
    owner: Whole, square: Whole, size_m: float, corner_m: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Draw the outline of each set of squares, all at once."""
    squares = _numbered(owner, square)
    beside = np.column_stack([_across(squares, one) for one in _BEYOND])
    sides, after = _sides_and_followers(beside)
    order, cuts = _rings(after, _corners_met_twice(squares, beside, sides))
    cell, side = np.divmod(sides[order], _SIDES)
    corner = squares.place[cell] + _BEGINS[side]
    first = cell[cuts[:-1]]
    # The area to the left: rings around squares run clockwise, holes do not.
    turn = np.select([side == 0, side == 2], [corner[:, 0], -corner[:, 0]], 0)
    hole = np.add.reduceat(turn, cuts[:-1]) > 0
    rings = shapely.linearrings(
        corner * size_m + corner_m,
        indices=np.repeat(np.arange(len(first)), np.diff(cuts)),
    )
    return _assembled(rings, _parts(beside)[first], hole, squares.owner[first])


def _numbered(owner: Whole, square: Whole) -> _Squares:
    """Give every square of every set a number by which neighbours are found."""
    # A free line all around keeps neighbours across the border apart.
    low, high = square.min(axis=0) - 1, square.max(axis=0) + 1
    width, height = (int(one) for one in high - low + 1)
    column, row = (square - low).T
    number = np.sort((owner * width + column) * height + row, kind="stable")
    # Sets come in order: sorting is far quicker than hashing each square.
    number = number[np.diff(number, prepend=-1) > 0]
    rest, row = np.divmod(number, height)
    owner, column = np.divmod(rest, width)
    return _Squares(number, height, owner, np.column_stack([column, row]) + low)


def _across(squares: _Squares, step: Whole) -> Whole:
    """Find the square of the same set so many columns and rows away, -1 if none."""
    return _found(squares.number, int(step[0] * squares.height + step[1]))


@njit(cache=True, nogil=True)
def _found(number: Whole, step: int) -> Whole:
    """Find where each number and a step stand in the numbers, -1 if nowhere."""
    # Both ascend, so that one walk finds all.
    place, at = np.full(len(number), -1, np.int64), 0
    for i in range(len(number)):
        wanted = number[i] + step
        while at < len(number) and number[at] < wanted:
            at += 1
        if at < len(number) and number[at] == wanted:
            place[i] = at
    return place


def _sides_and_followers(beside: Whole) -> tuple[Whole, Whole]:
    """List the sides along the outlines, and which of them follows which."""
    free = beside < 0
    sides = np.flatnonzero(free)
    cell, side = np.divmod(sides, _SIDES)
    ahead = (side + 1) % _SIDES
    next_cell = beside[cell, ahead]
    across = beside[next_cell, side]
    follower = np.select(
        [next_cell < 0, across < 0],
        [cell * _SIDES + ahead, next_cell * _SIDES + side],
        across * _SIDES + (side + 3) % _SIDES,
    )
    number = np.cumsum(free.ravel()) - 1
    return sides, number[follower]


def _corners_met_twice(squares: _Squares, beside: Whole, sides: Whole) -> Whole:
    """Give the number of the corner where a side begins if squares only meet there."""
    cell, side = np.divmod(sides, _SIDES)
    before = (side + 3) % _SIDES
    steps = _BEYOND + _BEYOND[[3, 0, 1, 2]]
    across = np.column_stack([_across(squares, one) for one in steps])
    met = (beside[cell, before] < 0) & (across[cell, side] >= 0)
    corner = np.full(len(sides), -1, dtype=np.int64)
    at = squares.number[cell[met]] + _BEGINS[side[met]] @ (squares.height, 1)
    _, corner[met] = np.unique(at, return_inverse=True)
    return corner


@njit(cache=True, nogil=True)
def _parts(beside: Whole) -> Whole:
    """Give squares that share sides, or are linked by such, their lowest number."""
    lowest = np.arange(len(beside))
    for i in range(len(beside)):
        # Each shared side once: from its later square, to the west and the south.
        for side in (0, 3):
            a, b = i, beside[i, side]
            if b < 0:
                continue
            while lowest[a] != a:
                lowest[a] = lowest[lowest[a]]
                a = lowest[a]
            while lowest[b] != b:
                lowest[b] = lowest[lowest[b]]
                b = lowest[b]
            lowest[max(a, b)] = min(a, b)
    for i in range(len(lowest)):
        # No square points to a higher one: those below are settled.
        lowest[i] = lowest[lowest[i]]
    return lowest


@njit(cache=True, nogil=True)
def _rings(after: Whole, twice: Whole) -> tuple[Whole, Whole]:
    """List the sides ring by ring, and where each ring begins in the list."""
    n = len(after)
    order, cuts, n_cuts, at = np.empty(n, np.int64), np.zeros(n + 1, np.int64), 0, 0
    done, seat = np.zeros(n, np.bool_), np.full(n, -1, np.int64)
    path = np.empty(n, np.int64)
    for first in range(n):
        one, length = first, 0
        while not done[one]:
            done[one] = True
            corner = twice[one]
            if corner >= 0 and seat[corner] >= 0:
                begins = seat[corner]
                for i in range(begins, length):
                    order[at] = path[i]
                    at += 1
                    if twice[path[i]] >= 0:
                        seat[twice[path[i]]] = -1
                n_cuts += 1
                cuts[n_cuts] = at
                length = begins
            if corner >= 0:
                seat[corner] = length
            path[length] = one
            length += 1
            one = after[one]
        for i in range(length):
            order[at] = path[i]
            at += 1
            if twice[path[i]] >= 0:
                seat[twice[path[i]]] = -1
        if length:
            n_cuts += 1
            cuts[n_cuts] = at
    return order, cuts[: n_cuts + 1]


def _assembled(
    rings: NDArray[np.object_],
    part: Whole,
    hole: NDArray[np.bool_],
    owner: Whole,
) -> NDArray[np.object_]:
    """Put rings together: one shell and its holes a part, the parts of a set in one."""
    order = np.lexsort((hole, part))
    _, begins, of_part = np.unique(part[order], return_index=True, return_inverse=True)
    polygons = np.asarray(shapely.polygons(rings[order], indices=of_part))
    owner = owner[order][begins]
    order = np.argsort(owner, kind="stable")
    owner, polygons = owner[order], polygons[order]
    _, begins, count = np.unique(owner, return_index=True, return_counts=True)
    outlines = polygons[begins]
    many = count > 1
    several = np.repeat(many, count)
    within = np.repeat(np.cumsum(many) - 1, count)[several]
    if many.any():
        outlines[many] = shapely.multipolygons(polygons[several], indices=within)
    return np.asarray(outlines, dtype=object)
