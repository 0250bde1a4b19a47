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
