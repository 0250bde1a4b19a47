"""Parts of gaps: cells joined by nearness, halved until one circle holds each part."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Numbers = NDArray[np.float64]


class CellField(NamedTuple):
    """The cells that parts are made of, as `lay_out_cells` gives them."""

    x_m: Numbers
    """Easting of each cell in metres, shape (cells,)."""
    y_m: Numbers
    """Northing of each cell in metres, shape (cells,)."""
    people: Numbers
    """People of each cell, shape (cells,)."""
    eastward: Rows
    """Rows from west to east, of equals the lower first, shape (cells,)."""
    northward: Rows
    """Rows from south to north, of equals the lower first, shape (cells,)."""


def lay_out_cells(x_m: Numbers, y_m: Numbers, people: Numbers) -> CellField:
    """
    Lay out cells for finding parts: they are sorted once for all types.

    Parameters
    ----------
    x_m, y_m
        Easting and northing of each cell in metres, shape (cells,).
    people
        People of each cell, shape (cells,).

    Returns
    -------
    field
        The cells with their orders.

    Examples
    --------
    >>> field = lay_out_cells(np.array([5.0, 2.0]), np.zeros(2), np.ones(2))
    >>> field.eastward.tolist(), field.northward.tolist()
    ([1, 0], [0, 1])
    """
    eastward, northward = (np.argsort(one, kind="stable") for one in (x_m, y_m))
    return CellField(x_m, y_m, people, eastward, northward)


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
    >>> field = lay_out_cells(x_m, y_m, np.ones(3))
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
    >>> field = lay_out_cells(x_m, np.zeros(4), np.ones(4))
    >>> pairs, lacking = np.array([(0, 1), (1, 2)]), np.ones(4, dtype=bool)
    >>> members, cuts = find_parts(
    ...     pairs, lacking, field=field, widest_m=np.full(4, 150.0)
    ... )
    >>> [part.tolist() for part in np.split(members, cuts[1:-1])]
    [[0], [1, 2], [3]]
    """
    part, cuts = _numbered(_joined(pairs, lacking), lacking)
    eastward = _by_part(field.eastward, part, cuts)
    northward = _by_part(field.northward, part, cuts)
    cuts = _halved((eastward, northward), cuts, field, widest_m)
    part[eastward] = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    return _by_part(np.arange(len(part)), part, cuts), cuts


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
def _numbered(lowest: Rows, lacking: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Give each cell the number of its part; say where each begins in a list of all."""
    part, n = np.full(len(lowest), -1, np.int64), 0
    sizes = np.zeros(len(lowest) + 1, np.int64)
    for one in range(len(lowest)):
        if not lacking[one]:
            continue
        # The lowest cell of a part comes before all others.
        if lowest[one] == one:
            part[one] = n
            n += 1
        part[one] = part[lowest[one]]
        sizes[part[one] + 1] += 1
    return part, np.cumsum(sizes[: n + 1])


@njit(cache=True, nogil=True)
def _by_part(order: Rows, part: Rows, cuts: Rows) -> Rows:
    """List the cells of each part as an order of all cells has them; -1 is no part."""
    listed, place = np.empty(cuts[-1], np.int64), cuts[:-1].copy()
    for one in order:
        if part[one] >= 0:
            listed[place[part[one]]] = one
            place[part[one]] += 1
    return listed


@njit(cache=True, nogil=True)
def _halved(
    orders: tuple[Rows, Rows], cuts: Rows, field: CellField, widest_m: Numbers
) -> Rows:
    """
    Halve parts until each fits the smallest circle of its cells.

    Both orders of the cells of a part, eastward and northward, stay orders of each
    half: none is sorted again.
    """
    found = np.empty(cuts[-1] + 1, np.int64)
    found[0], n = 0, 1
    ends, people = np.empty(cuts[-1], np.int64), np.empty(cuts[-1])
    beyond = np.empty(cuts[-1], np.int64)
    most_m = widest_m.max() if len(widest_m) else 0.0
    for part in range(len(cuts) - 1):
        begin, waiting = cuts[part], 1
        ends[0] = cuts[part + 1]
        while waiting:
            end = ends[waiting - 1]
            along = orders[0][begin:end], orders[1][begin:end]
            axis = _too_wide(along, field, widest_m, most_m)
            if axis < 0:
                found[n], begin = end, end
                n, waiting = n + 1, waiting - 1
                continue
            place_m = field.y_m if axis else field.x_m
            middle = _middle(along[axis], place_m, field.people, people)
            _part_at(along[1 - axis], place_m, place_m[along[axis][middle]], beyond)
            ends[waiting] = begin + middle
            waiting += 1
    return found[:n]


@njit(cache=True, nogil=True)
def _too_wide(
    along: tuple[Rows, Rows], field: CellField, widest_m: Numbers, most_m: float
) -> int:
    """Tell along which side to halve a part: 0 eastward, 1 northward, -1 none."""
    eastward, northward = along
    wide = field.x_m[eastward[-1]] - field.x_m[eastward[0]]
    high = field.y_m[northward[-1]] - field.y_m[northward[0]]
    side = max(wide, high)
    axis = 0 if wide >= high else 1
    if side > most_m:
        return axis
    for one in eastward:
        if side > widest_m[one]:
            return axis
    return -1


@njit(cache=True, nogil=True)
def _middle(along: Rows, place_m: Numbers, people: Numbers, scratch: Numbers) -> int:
    """Find where the second half of a part by people begins, in order along a side."""
    total = 0.0
    for i in range(len(along)):
        total += people[along[i]]
        scratch[i] = total
    middle = int(np.searchsorted(scratch[: len(along)], total / 2))
    # Cells in one line stay together, and neither half may be empty.
    while middle > 0 and place_m[along[middle - 1]] == place_m[along[middle]]:
        middle -= 1
    if middle == 0:
        while place_m[along[middle]] == place_m[along[0]]:
            middle += 1
    return middle


@njit(cache=True, nogil=True)
def _part_at(along: Rows, place_m: Numbers, at_m: float, beyond: Rows) -> None:
    """Bring cells before a place to the front, all in the order in which they were."""
    n_before, n_beyond = 0, 0
    for one in along:
        if place_m[one] < at_m:
            along[n_before] = one
            n_before += 1
        else:
            beyond[n_beyond] = one
            n_beyond += 1
    along[n_before:] = beyond[:n_beyond]
