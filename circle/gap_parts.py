"""Parts of gaps: cells joined by nearness, halved until one circle holds each part."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Numbers = NDArray[np.float64]


class CellField(NamedTuple):
    """The cells that parts are made of."""

    x_m: Numbers
    """Easting of each cell in metres, shape (cells,)."""
    y_m: Numbers
    """Northing of each cell in metres, shape (cells,)."""
    people: Numbers
    """People of each cell, shape (cells,)."""


def find_neighbours(field: CellField, rows: Rows, *, link_m: float) -> Rows:
    """
    Find the pairs of cells that are near enough to be neighbours.

    Parameters
    ----------
    field
        The cells.
    rows
        Those that are looked at.
    link_m
        Longest distance between neighbours in metres, inclusive; above zero.

    Returns
    -------
    pairs
        Rows of both cells, each pair once, shape (pairs, 2).

    Notes
    -----
    Cells are sorted into squares of this side, so that neighbours lie in the same
    square or in one beside it; time grows with cells and pairs.

    Examples
    --------
    >>> x_m, y_m = np.array([0.0, 3.0, 9.0]), np.array([0.0, 4.0, 0.0])
    >>> field = CellField(x_m, y_m, np.ones(3))
    >>> find_neighbours(field, np.arange(3), link_m=5.0).tolist()
    [[0, 1]]
    """
    if not len(rows):
        return np.empty((0, 2), dtype=np.int64)
    x_m, y_m = field.x_m[rows], field.y_m[rows]
    column = np.floor((x_m - x_m.min()) / link_m).astype(np.int64)
    line = np.floor((y_m - y_m.min()) / link_m).astype(np.int64)
    # Free lines between columns keep the ends of two of them apart.
    height = int(line.max()) + 3
    square = column * height + line
    order = np.argsort(square, kind="stable")
    pairs = _near_pairs(square[order], height, x_m[order], y_m[order], link_m * link_m)
    return np.asarray(rows[order][pairs])


@njit(cache=True, nogil=True)
def _near_pairs(
    square: Rows, height: int, x_m: Numbers, y_m: Numbers, most_m2: float
) -> Rows:
    """Pair cells that are sorted by square with those after them."""
    n, n_pairs = len(square), 0
    pairs = np.empty((4 * n + 16, 2), np.int64)
    beyond = 0
    for i in range(n):
        # Squares of the next column from which the cell's own may be reached.
        while beyond < n and square[beyond] < square[i] + height - 1:
            beyond += 1
        for begin, last in (
            (i + 1, square[i] + 1),
            (max(beyond, i + 1), square[i] + height + 1),
        ):
            k = begin
            while k < n and square[k] <= last:
                aside, above = x_m[k] - x_m[i], y_m[k] - y_m[i]
                if aside * aside + above * above <= most_m2:
                    if n_pairs == len(pairs):
                        more = np.empty((2 * n_pairs, 2), np.int64)
                        more[:n_pairs] = pairs
                        pairs = more
                    pairs[n_pairs, 0], pairs[n_pairs, 1] = i, k
                    n_pairs += 1
                k += 1
    return pairs[:n_pairs]


def find_parts(
    pairs: Rows,
    lacking: NDArray[np.bool_],
    *,
    field: CellField,
    widest_m: Numbers,
) -> tuple[Rows, Rows]:
    """
    Join neighbouring cells that lack something into parts of bounded width.

    Parameters
    ----------
    pairs
        The cells that are neighbours, shape (pairs, 2).
    lacking
        Whether each cell lacks it, shape (cells,).
    field
        The cells.
    widest_m
        Longest side that a part with the cell may have in metres, shape (cells,).

    Returns
    -------
    members
        Rows of the cells, part by part, ascending within each.
    cuts
        Where each part begins in `members`, and where the last one ends.

    Notes
    -----
    Connected parts by union and find. One that is wider than its cells allow is
    halved by people along its longer side, as often as it takes; cells in one line
    across stay together.

    Examples
    --------
    >>> x_m = np.array([0.0, 100.0, 200.0, 900.0])
    >>> field = CellField(x_m, np.zeros(4), np.ones(4))
    >>> pairs, lacking = np.array([(0, 1), (1, 2)]), np.ones(4, dtype=bool)
    >>> members, cuts = find_parts(
    ...     pairs, lacking, field=field, widest_m=np.full(4, 150.0)
    ... )
    >>> [part.tolist() for part in np.split(members, cuts[1:-1])]
    [[0], [1, 2], [3]]
    """
    here = np.flatnonzero(lacking)
    lowest = _joined(pairs, lacking)[here]
    order = np.argsort(lowest, kind="stable")
    starts = np.flatnonzero(np.diff(lowest[order], prepend=-1))
    return _halved(here[order], np.append(starts, len(here)), field, widest_m)


@njit(cache=True, nogil=True)
def _joined(pairs: Rows, lacking: NDArray[np.bool_]) -> Rows:
    """Give each cell the lowest cell of its part."""
    lowest = np.arange(len(lacking))
    for i in range(len(pairs)):
        a, b = pairs[i, 0], pairs[i, 1]
        if not (lacking[a] and lacking[b]):
            continue
        while lowest[a] != a:
            lowest[a] = lowest[lowest[a]]
            a = lowest[a]
        while lowest[b] != b:
            lowest[b] = lowest[lowest[b]]
            b = lowest[b]
        lowest[max(a, b)] = min(a, b)
    for one in range(len(lowest)):
        # No cell points to a higher one: those below are settled.
        lowest[one] = lowest[lowest[one]]
    return lowest


@njit(cache=True, nogil=True)
def _halved(
    members: Rows, cuts: Rows, field: CellField, widest_m: Numbers
) -> tuple[Rows, Rows]:
    """Halve parts, in place, until each fits the smallest circle of its cells."""
    found = np.empty(len(members) + 1, np.int64)
    found[0], n = 0, 1
    ends = np.empty(len(members), np.int64)
    for part in range(len(cuts) - 1):
        begin, waiting = cuts[part], 1
        ends[0] = cuts[part + 1]
        while waiting:
            end = ends[waiting - 1]
            middle = _cut(members[begin:end], field, widest_m)
            if middle:
                ends[waiting] = begin + middle
                waiting += 1
            else:
                found[n], begin = end, end
                n, waiting = n + 1, waiting - 1
    return members, found[:n]


@njit(cache=True, nogil=True)
def _cut(members: Rows, field: CellField, widest_m: Numbers) -> int:
    """Bring a part that is too wide into two halves; give the size of the first."""
    west, east, south, north, most_m = np.inf, -np.inf, np.inf, -np.inf, np.inf
    for one in members:
        west, east = min(west, field.x_m[one]), max(east, field.x_m[one])
        south, north = min(south, field.y_m[one]), max(north, field.y_m[one])
        most_m = min(most_m, widest_m[one])
    if max(east - west, north - south) <= most_m:
        return 0
    lies_wide = east - west >= north - south
    along = field.x_m[members] if lies_wide else field.y_m[members]
    order = np.argsort(along, kind="mergesort")
    people = np.cumsum(field.people[members[order]])
    middle = np.searchsorted(people, people[-1] / 2)
    at = along[order[middle]]
    # Cells in one line stay together, and neither half may be empty.
    if at <= along[order[0]]:
        at = along[along > at].min()
    first, second = members[along < at], members[along >= at]
    members[: len(first)], members[len(first) :] = first, second
    return len(first)
