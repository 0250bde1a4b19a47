"""A grid over street pieces that finds the nearest place on them."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

CELL_M: Final = 50.0
NONE: Final = -1
# More than rounding can add to a square, and than it can shift a cell.
_HAIR = 1 + 1e-9
_MARGIN_M = 1e-2


class Pieces(NamedTuple):
    """Straight pieces, each drawn from its western end (the southern of equals).

    The sense in which a street is mapped thus changes no rounding.
    """

    ax: NDArray[np.float64]
    """Easting of the western end in metres, shape (pieces,)."""
    ay: NDArray[np.float64]
    """Northing of the western end."""
    bx: NDArray[np.float64]
    """Easting of the eastern end."""
    by: NDArray[np.float64]
    """Northing of the eastern end."""
    rank: NDArray[np.int64]
    """Settles which of two pieces counts that are equally near at one place."""


class PieceGrid(NamedTuple):
    """Square cells, each with the list of pieces that pass through it."""

    pieces: Pieces
    """The pieces."""
    west_m: float
    """Western border in metres."""
    south_m: float
    """Southern border in metres."""
    size_m: float
    """Side of a cell in metres."""
    columns: int
    """Number of cells from west to east."""
    rows: int
    """Number of cells from south to north."""
    first: NDArray[np.int64]
    """Where the list of each cell begins in `member`, shape (cells + 1,)."""
    member: NDArray[np.int32]
    """Pieces, cell by cell."""


class _Best(NamedTuple):
    """The nearest place so far."""

    piece: np.int64
    share: float
    order: tuple[float, float, float, float, float, float, float, np.int64]
    """What decides: distance_m, the place, both ends of the piece, rank; less wins."""


@njit(cache=True, nogil=True)
def draw_pieces(
    nodes: tuple[NDArray[np.float64], NDArray[np.float64]],
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    way_id: NDArray[np.int64],
    piece: NDArray[np.int32],
) -> tuple[Pieces, NDArray[np.bool_]]:
    """
    Draw street pieces from west to east.

    Parameters
    ----------
    nodes
        Eastings and northings of the street nodes in metres.
    ends
        Nodes at which each street piece starts and ends.
    way_id
        Way of each street piece, which ranks it.
    piece
        Which street pieces to draw, shape (pieces,).

    Returns
    -------
    pieces
        In the order of `piece`.
    back
        Whether each one is drawn from its end to its start.
    """
    x_m, y_m = nodes
    n = len(piece)
    back = np.empty(n, np.bool_)
    drawn = Pieces(
        np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)
    )
    for i in range(n):
        a, b = ends[0][piece[i]], ends[1][piece[i]]
        back[i] = x_m[b] < x_m[a] or (x_m[b] == x_m[a] and y_m[b] < y_m[a])
        if back[i]:
            a, b = b, a
        drawn.ax[i], drawn.ay[i] = x_m[a], y_m[a]
        drawn.bx[i], drawn.by[i] = x_m[b], y_m[b]
        drawn.rank[i] = way_id[piece[i]]
    return drawn, back


def build_grid(pieces: Pieces) -> PieceGrid:
    """
    Sort pieces into square cells.

    Parameters
    ----------
    pieces
        At least one piece.

    Returns
    -------
    grid
        Cells of at least `CELL_M`, at most some four times as many as pieces.
    """
    west_m, east_m = float(pieces.ax.min()), float(pieces.bx.max())
    south_m = float(min(pieces.ay.min(), pieces.by.min()))
    north_m = float(max(pieces.ay.max(), pieces.by.max()))
    area = (east_m - west_m) * (north_m - south_m)
    side_m = max(east_m - west_m, north_m - south_m)
    n = len(pieces.ax)
    size_m = max(CELL_M, (area / (4 * n)) ** 0.5, side_m / (4 * n))
    columns = int((east_m - west_m) // size_m) + 1
    rows = int((north_m - south_m) // size_m) + 1
    frame = (west_m, south_m, size_m, columns, rows)
    counts = np.zeros(columns * rows + 1, dtype=np.int64)
    _sort_in(pieces, frame, counts, np.empty(0, np.int32))
    first = np.concatenate([[0], np.cumsum(counts[:-1])])
    member = np.empty(first[-1], dtype=np.int32)
    _sort_in(pieces, frame, first.copy(), member)
    return PieceGrid(pieces, *frame, first, member)


@njit(cache=True, nogil=True)
def _sort_in(
    pieces: Pieces,
    frame: tuple[float, float, float, int, int],
    cursor: NDArray[np.int64],
    member: NDArray[np.int32],
) -> None:
    """Count the pieces of each cell or, given room in `member`, list them."""
    west_m, south_m, size_m, columns, rows = frame
    for i in range(len(pieces.ax)):
        ax, ay, bx, by = pieces.ax[i], pieces.ay[i], pieces.bx[i], pieces.by[i]
        low, high = min(ay, by), max(ay, by)
        row_to = min(int((high - south_m) // size_m), rows - 1)
        for row in range(int((low - south_m) // size_m), row_to + 1):
            x_from, x_to = ax, bx
            if high > low:
                slope = (bx - ax) / (by - ay)
                x_low = ax + (max(low, south_m + row * size_m) - ay) * slope
                x_high = ax + (min(high, south_m + (row + 1) * size_m) - ay) * slope
                # A millimetre more takes in what rounding might leave out.
                x_from = max(ax, min(x_low, x_high) - 1e-3)
                x_to = min(bx, max(x_low, x_high) + 1e-3)
            column_to = min(int((x_to - west_m) // size_m), columns - 1)
            for column in range(int((x_from - west_m) // size_m), column_to + 1):
                cell = row * columns + column
                if len(member):
                    member[cursor[cell]] = i
                cursor[cell] += 1


@njit(cache=True, nogil=True)
def _better(pieces: Pieces, i: int, place: tuple[float, float], best: _Best) -> _Best:
    """Drop a perpendicular on one piece; keep it if it beats the best so far."""
    x, y = place
    ax, ay = pieces.ax[i], pieces.ay[i]
    dx, dy = pieces.bx[i] - ax, pieces.by[i] - ay
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0.0:
        share = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / square))
    east_m, north_m = ax + share * dx, ay + share * dy
    if share == 1.0:  # exactly the end that neighbouring pieces share
        east_m, north_m = pieces.bx[i], pieces.by[i]
    square = (x - east_m) ** 2 + (y - north_m) ** 2
    # Most pieces are farther by far; the others are compared to the last bit.
    if square > best.order[0] * best.order[0] * _HAIR:
        return best
    # Two pieces of one way may end beside each other, at a locked gate.
    order = (
        np.hypot(x - east_m, y - north_m),
        east_m,
        north_m,
        ax,
        ay,
        pieces.bx[i],
        pieces.by[i],
        pieces.rank[i],
    )
    if order < best.order:
        return _Best(np.int64(i), share, order)
    return best


@njit(cache=True, nogil=True)
def _look(grid: PieceGrid, cell: int, place: tuple[float, float], best: _Best) -> _Best:
    """Look through one cell, unless all of it is farther than the best so far."""
    x, y = place
    west_m = grid.west_m + (cell % grid.columns) * grid.size_m
    south_m = grid.south_m + (cell // grid.columns) * grid.size_m
    aside_m = max(0.0, west_m - x, x - west_m - grid.size_m)
    above_m = max(0.0, south_m - y, y - south_m - grid.size_m)
    # Pieces are listed a millimetre beyond the cell too.
    if (aside_m - _MARGIN_M > best.order[0]) or (above_m - _MARGIN_M > best.order[0]):
        return best
    for k in range(grid.first[cell], grid.first[cell + 1]):
        best = _better(grid.pieces, grid.member[k], place, best)
    return best


@njit(cache=True, nogil=True)
def _look_round(
    grid: PieceGrid,
    centre: tuple[int, int],
    ring: int,
    place: tuple[float, float],
    best: _Best,
) -> _Best:
    """Look through the cells that lie `ring` cells from the centre."""
    column, row = centre
    west, east = max(column - ring, 0), min(column + ring, grid.columns - 1)
    for j in range(max(row - ring, 0), min(row + ring, grid.rows - 1) + 1):
        if abs(j - row) == ring:
            for i in range(west, east + 1):
                best = _look(grid, j * grid.columns + i, place, best)
            continue
        if column - ring >= 0 and column - ring < grid.columns:
            best = _look(grid, j * grid.columns + column - ring, place, best)
        if column + ring >= 0 and column + ring < grid.columns:
            best = _look(grid, j * grid.columns + column + ring, place, best)
    return best


@njit(cache=True, nogil=True)
def _nearest(grid: PieceGrid, place: tuple[float, float], within_m: float) -> _Best:
    """Look through ring after ring until nothing nearer can follow."""
    x, y = place
    column = int((x - grid.west_m) // grid.size_m)
    row = int((y - grid.south_m) // grid.size_m)
    inset_x = x - grid.west_m - column * grid.size_m
    inset_y = y - grid.south_m - row * grid.size_m
    inset_m = min(inset_x, grid.size_m - inset_x, inset_y, grid.size_m - inset_y)
    far = np.inf
    best = _Best(np.int64(-1), 0.0, (far, far, far, far, far, far, far, np.int64(0)))
    # Rings that do not reach the grid are passed over at once.
    ring = max(0, -column, column - grid.columns + 1, -row, row - grid.rows + 1)
    last = max(column, grid.columns - 1 - column, row, grid.rows - 1 - row)
    while ring <= last:
        best = _look_round(grid, (column, row), ring, place, best)
        seen_m = ring * grid.size_m + inset_m
        if seen_m > best.order[0] or seen_m > within_m:
            break
        ring += 1
    return best


@njit(cache=True, nogil=True)
def find_nearest(
    grid: PieceGrid,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    within_m: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """
    Find the nearest place on the pieces for every point.

    Parameters
    ----------
    grid
        The pieces, sorted into cells.
    x_m
        Eastings in metres, shape (points,).
    y_m
        Northings in metres, shape (points,).
    within_m
        Distance in metres up to which to look, inclusive; infinite for no limit.

    Returns
    -------
    piece
        Nearest piece, shape (points,); of equals the one whose place lies further
        west, then further south, then the one that begins so, then of lower rank.
        -1 where there is none.
    distance_m
        Straight line to it, infinite where there is none.
    share
        How far along the piece the place lies, 0 to 1, from its western end.
    """
    n = len(x_m)
    piece = np.full(n, NONE, np.int32)
    distance_m = np.full(n, np.inf)
    share = np.zeros(n)
    for k in range(n):
        if not (np.isfinite(x_m[k]) and np.isfinite(y_m[k])):
            continue
        best = _nearest(grid, (x_m[k], y_m[k]), within_m[k])
        if best.order[0] <= within_m[k]:
            piece[k] = best.piece
            distance_m[k] = best.order[0]
            share[k] = best.share
    return piece, distance_m, share
