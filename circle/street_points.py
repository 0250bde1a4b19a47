"""Points spread along streets and sorted into squares: is a place far from them all."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.streets import Streets

SPACING_M: Final = 20.0
SQUARE_M: Final = 100.0
# More than rounding can shift a place across the side of a square.
_MARGIN_M = 1e-3

Floats = NDArray[np.float64]
Frame = tuple[float, float, float, int, int]


@dataclass(frozen=True)
class StreetPoints:
    """Points along all streets, near enough to one another to stand for them."""

    frame: Frame
    """West, south and side of the squares in metres; their columns and rows."""
    first: NDArray[np.int64]
    """Where the points of each square begin, shape (squares + 1,)."""
    x_m: Floats
    """Eastings, square by square."""
    y_m: Floats
    """Northings."""


def spread_points(streets: Streets) -> StreetPoints:
    """
    Spread points along all streets.

    Parameters
    ----------
    streets
        The streets.

    Returns
    -------
    points
        At most `SPACING_M` apart along each piece, in the middles of equal parts.
    """
    parts = np.maximum(1, np.ceil(streets.length_m / SPACING_M)).astype(np.int64)
    x_m, y_m = _along(
        (streets.x_m, streets.y_m), streets.start, streets.end, parts, parts.sum()
    )
    if not len(x_m):
        return StreetPoints((0.0, 0.0, SQUARE_M, 1, 1), np.zeros(2, np.int64), x_m, y_m)
    west_m, south_m = float(x_m.min()), float(y_m.min())
    wide_m, high_m = float(x_m.max()) - west_m, float(y_m.max()) - south_m
    n = len(x_m)
    size_m = max(
        SQUARE_M, (wide_m * high_m / (4 * n)) ** 0.5, max(wide_m, high_m) / (4 * n)
    )
    columns, rows = int(wide_m // size_m) + 1, int(high_m // size_m) + 1
    frame = (west_m, south_m, size_m, columns, rows)
    return StreetPoints(frame, *_sorted(frame, x_m, y_m))


def lie_far(
    points: StreetPoints, x_m: Floats, y_m: Floats, *, far_m: float
) -> NDArray[np.bool_]:
    """
    Tell which places lie far from every point.

    Parameters
    ----------
    points
        The points along the streets.
    x_m
        Eastings in metres, shape (places,).
    y_m
        Northings in metres, shape (places,).
    far_m
        A place at this distance or beyond is far, in metres.

    Returns
    -------
    far
        Shape (places,); true also for a place that is nowhere.
    """
    places = np.ascontiguousarray(x_m, float), np.ascontiguousarray(y_m, float)
    held = (points.first, points.x_m, points.y_m)
    return np.asarray(_far(points.frame, held, places, float(far_m)))


@njit(cache=True, nogil=True)
def _along(
    nodes: tuple[Floats, Floats],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    parts: NDArray[np.int64],
    n: int,
) -> tuple[Floats, Floats]:
    """Give the middles of the equal parts of each piece."""
    x_m, y_m = np.empty(n), np.empty(n)
    k = 0
    for i in range(len(parts)):
        ax, ay = nodes[0][start[i]], nodes[1][start[i]]
        bx, by = nodes[0][end[i]], nodes[1][end[i]]
        for part in range(parts[i]):
            along = (part + 0.5) / parts[i]
            x_m[k] = ax + along * (bx - ax)
            y_m[k] = ay + along * (by - ay)
            k += 1
    return x_m, y_m


@njit(cache=True, nogil=True)
def _sorted(
    frame: Frame, x_m: Floats, y_m: Floats
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Sort points by the square in which they lie."""
    west_m, south_m, size_m, columns, rows = frame
    n = len(x_m)
    square = np.empty(n, np.int64)
    first = np.zeros(columns * rows + 1, np.int64)
    for i in range(n):
        row = min(int((y_m[i] - south_m) // size_m), rows - 1)
        column = min(int((x_m[i] - west_m) // size_m), columns - 1)
        square[i] = row * columns + column
        first[square[i] + 1] += 1
    first = np.cumsum(first)
    cursor = first[:-1].copy()
    east, north = np.empty(n), np.empty(n)
    for i in range(n):
        at = cursor[square[i]]
        east[at], north[at] = x_m[i], y_m[i]
        cursor[square[i]] += 1
    return first, east, north


@njit(cache=True, nogil=True)
def _far(
    frame: Frame,
    points: tuple[NDArray[np.int64], Floats, Floats],
    places: tuple[Floats, Floats],
    far_m: float,
) -> NDArray[np.bool_]:
    """Look for a point nearer than `far_m` in the squares around each place."""
    west_m, south_m, size_m, columns, rows = frame
    first, east, north = points
    far = np.ones(len(places[0]), np.bool_)
    wide_m = far_m + _MARGIN_M
    for k in range(len(far)):
        x, y = places[0][k] - west_m, places[1][k] - south_m
        if not (
            -wide_m <= x <= columns * size_m + wide_m
            and -wide_m <= y <= rows * size_m + wide_m
        ):
            continue
        left = max(int((x - wide_m) // size_m), 0)
        right = min(int((x + wide_m) // size_m), columns - 1)
        bottom = max(int((y - wide_m) // size_m), 0)
        top = min(int((y + wide_m) // size_m), rows - 1)
        for row in range(bottom, top + 1):
            a, b = first[row * columns + left], first[row * columns + right + 1]
            for i in range(a, b):
                aside, above = places[0][k] - east[i], places[1][k] - north[i]
                if aside * aside + above * above < far_m * far_m:
                    far[k] = False
                    break
            if not far[k]:
                break
    return far
