"""Outlines of many sets of grid squares, traced all at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]

# Sides of a square in clockwise order: west, north, east, south. The corner at which
# each begins (columns, rows).
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
    beside, aslant = _neighbours(squares.number, squares.height)
    sides, after = _sides_and_followers(beside)
    order, cuts = _rings(after, _corners_met_twice(squares, beside, aslant, sides))
    sides = sides[order]
    corner, hole = _corners(sides, cuts, squares.place)
    first = sides[cuts[:-1]] // _SIDES
    ring = np.repeat(np.arange(len(first)), np.diff(cuts))
    rings = np.asarray(shapely.linearrings(corner * size_m + corner_m, indices=ring))
    return _assembled(rings, _parts(beside)[first], hole, squares.owner[first])


def _numbered(owner: Whole, square: Whole) -> _Squares:
    """Give every square of every set a number by which neighbours are found."""
    column, row = square.T
    # A free line all around keeps neighbours across the border apart.
    west, south = int(column.min()) - 1, int(row.min()) - 1
    width, height = int(column.max()) - west + 2, int(row.max()) - south + 2
    number = (owner * width + (column - west)) * height + (row - south)
    # Sets come in order: sorting is far quicker than hashing each square.
    number.sort(kind="stable")
    number = number[np.diff(number, prepend=-1) > 0]
    return _Squares(number, height, *_read_back(number, (width, height), (west, south)))


@njit(cache=True, nogil=True)
def _read_back(
    number: Whole, size: tuple[int, int], corner: tuple[int, int]
) -> tuple[Whole, Whole]:
    """Read sets, and columns and rows, back from the numbers of squares."""
    owner, place = np.empty(len(number), np.int64), np.empty((len(number), 2), np.int64)
    for i in range(len(number)):
        rest = number[i] // size[1]
        place[i, 1] = number[i] - rest * size[1] + corner[1]
        owner[i] = rest // size[0]
        place[i, 0] = rest - owner[i] * size[0] + corner[0]
    return owner, place


@njit(cache=True, nogil=True)
def _neighbours(number: Whole, height: int) -> tuple[Whole, Whole]:
    """
    Find the squares of the same set around each, -1 for none.

    Across the west, north, east and south side, and beyond the corner at which each of
    these sides begins: south-west, north-west, north-east and south-east.
    """
    n = len(number)
    beside, aslant = np.full((n, 4), -1, np.int64), np.full((n, 4), -1, np.int64)
    at = 0
    for i in range(n):
        if i + 1 < n and number[i + 1] == number[i] + 1:
            beside[i, 1], beside[i + 1, 3] = i + 1, i
        # Three squares of the next column; numbers ascend, so that one walk finds all.
        while at < n and number[at] < number[i] + height - 1:
            at += 1
        for k in range(at, min(at + 3, n)):
            above = number[k] - number[i] - height
            if above == 0:
                beside[i, 2], beside[k, 0] = k, i
            elif above == 1:
                aslant[i, 2], aslant[k, 0] = k, i
            elif above == -1:
                aslant[i, 3], aslant[k, 1] = k, i
    return beside, aslant


@njit(cache=True, nogil=True)
def _sides_and_followers(beside: Whole) -> tuple[Whole, Whole]:
    """List the sides along the outlines, and which of them follows which."""
    number = np.full(beside.shape, -1, np.int64)
    sides, n = np.empty(beside.size, np.int64), 0
    for cell in range(len(beside)):
        for side in range(_SIDES):
            if beside[cell, side] < 0:
                sides[n], number[cell, side] = cell * _SIDES + side, n
                n += 1
    after = np.empty(n, np.int64)
    for i in range(n):
        cell, side = sides[i] // _SIDES, sides[i] % _SIDES
        ahead = (side + 1) % _SIDES
        next_cell = beside[cell, ahead]
        if next_cell < 0:
            after[i] = number[cell, ahead]
        elif beside[next_cell, side] < 0:
            after[i] = number[next_cell, side]
        else:
            after[i] = number[beside[next_cell, side], (side + 3) % _SIDES]
    return sides[:n].copy(), after


def _corners_met_twice(
    squares: _Squares, beside: Whole, aslant: Whole, sides: Whole
) -> Whole:
    """Give the number of the corner where a side begins if squares only meet there."""
    cell, side = np.divmod(sides, _SIDES)
    met = (beside[cell, (side + 3) % _SIDES] < 0) & (aslant[cell, side] >= 0)
    corner = np.full(len(sides), -1, dtype=np.int64)
    at = squares.number[cell[met]] + _BEGINS[side[met]] @ (squares.height, 1)
    _, corner[met] = np.unique(at, return_inverse=True)
    return corner


@njit(cache=True, nogil=True)
def _corners(
    sides: Whole, cuts: Whole, place: Whole
) -> tuple[Whole, NDArray[np.bool_]]:
    """Give where each side begins, columns and rows, and which rings are holes."""
    corner = np.empty((len(sides), 2), np.int64)
    hole = np.empty(len(cuts) - 1, np.bool_)
    for ring in range(len(hole)):
        area = 0
        for i in range(cuts[ring], cuts[ring + 1]):
            cell, side = sides[i] // _SIDES, sides[i] % _SIDES
            corner[i, 0] = place[cell, 0] + _BEGINS[side, 0]
            corner[i, 1] = place[cell, 1] + _BEGINS[side, 1]
            # The area to the left: rings around squares run clockwise, holes do not.
            if side == 0:
                area += corner[i, 0]
            elif side == 2:
                area -= corner[i, 0]
        hole[ring] = area > 0
    return corner, hole


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
