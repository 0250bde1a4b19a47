"""Places of signs and names on a small map, so that none lies on another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_GAP = 1.5
_RINGS = (1.0, 1.4, 1.9, 2.5, 3.2, 4.0, 5.0, 6.5, 8.0)
_BEARINGS = 24
# Across in halves of the name, upwards in heights of a line.
_NAME_STEPS = (
    *((0.0, up) for up in (0.0, 1.0, -1.0, 2.0, -2.0)),
    *((0.7 * side, up) for up in (0.0, 1.0, -1.0, 2.0, -2.0) for side in (1, -1)),
    *((1.4 * side, up) for up in (0.0, 1.0, -1.0, 2.0, -2.0) for side in (1, -1)),
    *((2.1 * side, up) for up in (0.0, 1.0, -1.0, 2.0, -2.0) for side in (1, -1)),
    *((0.0, up) for up in (3.0, -3.0, 4.0, -4.0)),
)


@dataclass(frozen=True)
class Taken:
    """What is drawn already, and the field that holds the drawing."""

    width: float
    """Width of the field."""
    height: float
    """Height of the field."""
    shapes: tuple[shapely.Geometry, ...] = ()
    """Boxes and lines that nothing may lie on."""

    def is_free(self, box: shapely.Geometry) -> bool:
        """Whether a box lies in the field and on nothing that is taken."""
        west, south, east, north = shapely.bounds(box)
        if west < 0 or south < 0 or east > self.width or north > self.height:
            return False
        return not shapely.intersects(box, _array(self.shapes)).any()

    def add(self, *shapes: shapely.Geometry) -> Taken:
        """Take more of the field."""
        return Taken(self.width, self.height, (*self.shapes, *shapes))


def spread_signs(
    places: NDArray[np.float64], sizes: Sequence[tuple[float, float]], taken: Taken
) -> tuple[NDArray[np.float64], Taken]:
    """
    Move signs that would lie on one another to the nearest free place around.

    A sign that lies on no other stays. Of those that do, each in turn stays if it
    covers neither what is drawn nor the place of another, and moves if not: in rings,
    first away from the places of the others nearby. It lies on no other sign, line
    or place; a line leads back from it, which crosses nothing if that can be. A sign
    for which no room is left stays.

    Parameters
    ----------
    places
        True places on the drawing, shape (n, 2), in the order of the signs.
    sizes
        Width and height of each sign, in the unit of the drawing.
    taken
        What is drawn already.

    Returns
    -------
    centres
        Where each sign stands, shape (n, 2).
    taken
        What is taken afterwards: the signs and the lines too.

    Examples
    --------
    >>> places = np.array([[50.0, 50.0], [54.0, 50.0], [80.0, 80.0]])
    >>> centres, _ = spread_signs(places, [(13.0, 13.0)] * 3, Taken(100, 100))
    >>> centres.round(1).tolist()
    [[35.5, 50.0], [68.5, 50.0], [80.0, 80.0]]
    """
    boxes = [_box(place, size) for place, size in zip(places, sizes, strict=True)]
    centres = places.copy()
    crowded = _crowded(boxes, taken)
    for i in np.flatnonzero(~crowded).tolist():
        taken = taken.add(boxes[i])
    for i in np.flatnonzero(crowded).tolist():
        # Two sites on one plot have one place: it cannot be kept clear of both.
        apart = np.hypot(*(places - places[i]).T) >= 1
        clear = taken.add(*shapely.points(places[apart]))
        found = None
        if not clear.is_free(boxes[i]):
            found = _room_around(places[i], sizes[i], clear, _away(places, i, sizes[i]))
        if found is None:
            taken = taken.add(boxes[i])
            continue
        centres[i] = found
        line = shapely.LineString([places[i], found])
        taken = taken.add(_box(found, sizes[i]), line)
    return centres, taken


def place_names(
    widths: Sequence[float],
    areas: Sequence[shapely.Geometry],
    places: NDArray[np.float64],
    *,
    line: float,
    taken: Taken,
) -> list[tuple[float, float] | None]:
    """
    Place the names of areas where they cover neither signs nor one another.

    Parameters
    ----------
    widths
        Width of each name, in the unit of the drawing.
    areas
        The areas on the drawing; the middle of a name stays within its own.
    places
        Where each name would stand if nothing else did, shape (n, 2).
    line
        Height of a line.
    taken
        What is drawn already.

    Returns
    -------
    centres
        The middle of each name; None for a name for which no room is left.

    Examples
    --------
    >>> area, places = shapely.box(0, 0, 100, 100), np.array([[50.0, 50.0]])
    >>> sign = Taken(100, 100, (shapely.box(45, 45, 55, 55),))
    >>> place_names([40.0], [area], places, line=14.0, taken=sign)
    [(50.0, 64.0)]
    """
    found: list[tuple[float, float] | None] = []
    for wide, area, (x, y) in zip(widths, areas, places.tolist(), strict=True):
        centre = None
        for across, up in _NAME_STEPS:
            middle = (x + across * wide / 2, y + up * line)
            box = _box(middle, (wide, line))
            if taken.is_free(box) and shapely.contains_xy(area, *middle):
                centre, taken = middle, taken.add(box)
                break
        found.append(centre)
    return found


def _box(
    middle: NDArray[np.float64] | tuple[float, float], size: tuple[float, float]
) -> shapely.Geometry:
    """Draw the box around a place."""
    (x, y), (wide, high) = middle, size
    return shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _array(shapes: Sequence[shapely.Geometry]) -> NDArray[np.object_]:
    """Put shapes into an array, of which none is no exception."""
    return np.array(shapes, dtype=object)


def _crowded(boxes: list[shapely.Geometry], taken: Taken) -> NDArray[np.bool_]:
    """Mark the boxes that lie on another box or on what is taken."""
    marked = np.zeros(len(boxes), dtype=bool)
    tree = shapely.STRtree(_array(boxes))
    one, other = tree.query(_array(boxes), predicate="intersects")
    marked[one[one != other]] = True
    marked[tree.query(_array(taken.shapes), predicate="intersects")[1]] = True
    return marked


def _away(places: NDArray[np.float64], i: int, size: tuple[float, float]) -> float:
    """Give the bearing away from the other places nearby; to the right if none."""
    steps = places - places[i]
    near = np.hypot(*steps.T) < 3 * max(size)
    x, y = -steps[near].sum(axis=0)
    return math.atan2(y, x) if (x, y) != (0, 0) else 0.0


def _room_around(
    place: NDArray[np.float64],
    size: tuple[float, float],
    taken: Taken,
    away: float,
) -> NDArray[np.float64] | None:
    """Find the nearest free place for a sign, and for the line that leads to it."""
    step, crossing = max(size) + _GAP, None
    for ring in _RINGS:
        for i in range(_BEARINGS):
            # To both sides by turns: 0, 1, -1, 2, -2 …
            turn = (i + 1) // 2 * (1 if i % 2 else -1)
            angle = away + 2 * math.pi * turn / _BEARINGS
            middle = place + ring * step * np.array([math.cos(angle), math.sin(angle)])
            box = _box(middle, (size[0] + _GAP, size[1] + _GAP))
            if not taken.is_free(box):
                continue
            line = shapely.difference(shapely.LineString([place, middle]), box)
            if not _crosses(line, place, taken):
                return middle
            crossing = middle if crossing is None else crossing
    return crossing


def _crosses(line: shapely.Geometry, place: NDArray[np.float64], taken: Taken) -> bool:
    """Whether a line runs over something that does not cover its own beginning."""
    shapes = _array(taken.shapes)
    own = shapely.intersects(shapes, shapely.points(place))
    return bool(shapely.intersects(line, shapes[~own]).any())
