"""Join lines where they meet: crossings, shared corners, ends that touch."""

from dataclasses import dataclass
from importlib import import_module
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array

from circle.street_settings import Noding

# Nearer than this to one another, places along one line are one.
_SAME_M: Final = 1e-3

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Noded:
    """Lines cut into straight pieces between nodes."""

    x_m: Floats
    """Easting of each node, shape (nodes,)."""
    y_m: Floats
    """Northing of each node, shape (nodes,)."""
    start: NDArray[np.int32]
    """Node at which each piece starts, shape (pieces,)."""
    end: NDArray[np.int32]
    """Node at which each piece ends, shape (pieces,)."""
    line: NDArray[np.int32]
    """Line of each piece, shape (pieces,)."""


@dataclass(frozen=True)
class _Cuts:
    """Places on lines that are nodes, and which of them are the same node."""

    line: Positions
    along_m: Floats
    a: Positions
    """First cut of each pair that is one node."""
    b: Positions


def node_lines(
    lines: NDArray[np.object_],
    *,
    level: NDArray[np.int64],
    noding: Noding,
    snap_m: float,
) -> Noded:
    """
    Cut lines into straight pieces and join them where they meet.

    An end joins every other end and every line within the tolerance. Lines that
    cross away from their ends join only on the same level, so that a street under
    a bridge stays apart from it.

    Parameters
    ----------
    lines
        Lines in metres, none empty, shape (lines,).
    level
        Level of each line, 0 on the ground, shape (lines,).
    noding
        ``crossings`` joins lines of one level wherever they cross; ``corners``
        only where both have a corner at exactly the same place.
    snap_m
        Largest gap between an end and what it joins, in metres.

    Returns
    -------
    noded
        Pieces in the order of `lines` and along them. Pieces that collapse to a
        point are left out.

    Notes
    -----
    An end on one level joins the middle of a line on another only if it is loose:
    if it meets no end of its own level. A bridge cut in two above a street does
    not touch the street; a footbridge that lands on one does.

    Examples
    --------
    >>> cross = shapely.from_wkt(["LINESTRING (0 0, 10 0)", "LINESTRING (5 -5, 5 5)"])
    >>> len(node_lines(cross, level=np.array([0, 0]), noding="crossings",
    ...                snap_m=0.5).x_m)
    5
    >>> len(node_lines(cross, level=np.array([0, 1]), noding="crossings",
    ...                snap_m=0.5).x_m)
    4
    """
    snap_m = max(snap_m, _SAME_M)
    whole = np.arange(len(lines))
    if noding == "crossings":
        lines, whole = _without_loops(lines)
        level = level[whole]
    length_m = shapely.length(lines)
    parts = [_ends(lines, length_m, snap_m), _touching(lines, level, length_m, snap_m)]
    if noding == "crossings":
        parts.append(_crossing(lines, level))
    else:
        parts.append(_shared_corners(lines, level))
    cuts = _merged(parts, length_m, snap_m)
    noded = _cut(lines, cuts)
    return Noded(
        noded.x_m, noded.y_m, noded.start, noded.end, whole[noded.line].astype(np.int32)
    )


def _without_loops(
    lines: NDArray[np.object_],
) -> tuple[NDArray[np.object_], Positions]:
    """Cut lines that cross themselves; give the parts and the line of each."""
    parts = lines.copy()
    crossed = np.flatnonzero(~shapely.is_simple(lines))
    for at in crossed:
        parts[at] = shapely.node(lines[at])
    found, whole = shapely.get_parts(parts, return_index=True)
    return found, whole


def _ends(lines: NDArray[np.object_], length_m: Floats, snap_m: float) -> _Cuts:
    """Make a cut of both ends of every line; the two of a ring are one."""
    n = len(lines)
    line = np.repeat(np.arange(n), 2)
    along_m = np.zeros(2 * n)
    along_m[1::2] = length_m
    first, last = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    rings = np.flatnonzero(
        (shapely.distance(first, last) <= snap_m) & (length_m > 3 * snap_m)
    )
    return _Cuts(line, along_m, 2 * rings, 2 * rings + 1)


def _touching(
    lines: NDArray[np.object_],
    level: NDArray[np.int64],
    length_m: Floats,
    snap_m: float,
) -> _Cuts:
    """Find the lines that each end touches; pairs of (end, cut on the other)."""
    points = np.column_stack(
        [shapely.get_point(lines, 0), shapely.get_point(lines, -1)]
    ).ravel()
    tree = shapely.STRtree(lines)
    point, other = tree.query(points, predicate="dwithin", distance=snap_m)
    foreign = point // 2 != other
    point, other = point[foreign], other[foreign]
    along_m = shapely.line_locate_point(lines[other], points[point])
    at_end = (along_m <= snap_m) | (along_m >= length_m[other] - snap_m)
    same_level = level[point // 2] == level[other]
    held = np.zeros(len(points), dtype=bool)
    held[point[at_end & same_level]] = True
    joined = at_end | same_level | ~held[point]
    point, other, along_m = point[joined], other[joined], along_m[joined]
    # The first 2 × lines cuts are the ends themselves, so a point is its own cut.
    return _Cuts(other, along_m, point, 2 * len(lines) + np.arange(len(point)))


def _crossing(lines: NDArray[np.object_], level: NDArray[np.int64]) -> _Cuts:
    """Find the places where two lines of one level cross; two cuts for each."""
    a, b = shapely.STRtree(lines).query(lines, predicate="crosses")
    once = (a < b) & (level[a] == level[b])
    a, b = a[once], b[once]
    shared = shapely.intersection(lines[a], lines[b])
    places, which = shapely.get_coordinates(shared, return_index=True)
    points = shapely.points(places)
    a, b = a[which], b[which]
    along_m = np.concatenate(
        [
            shapely.line_locate_point(lines[a], points),
            shapely.line_locate_point(lines[b], points),
        ]
    )
    own = np.arange(len(a))
    return _Cuts(np.concatenate([a, b]), along_m, own, own + len(a))


def _shared_corners(lines: NDArray[np.object_], level: NDArray[np.int64]) -> _Cuts:
    """Find the corners at which lines of one level have exactly the same place."""
    places, line, along_m = _corners(lines)
    keys = np.column_stack([places, level[line].astype(float)])
    _, group, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    group = group.ravel()
    member = np.flatnonzero(count[group] > 1)
    member = member[np.argsort(group[member], kind="stable")]
    alike = np.flatnonzero(group[member][1:] == group[member][:-1])
    return _Cuts(line[member], along_m[member], alike, alike + 1)


def _corners(lines: NDArray[np.object_]) -> tuple[Floats, Positions, Floats]:
    """Give the places of all corners, their line, and how far along it they are."""
    places, line = shapely.get_coordinates(lines, return_index=True)
    step_m = np.hypot(*np.diff(places, axis=0, prepend=places[:1]).T)
    is_first = np.concatenate([[True], line[1:] != line[:-1]])
    step_m[is_first] = 0.0
    run_m = np.cumsum(step_m)
    return places, line, run_m - run_m[is_first][line]


def _merged(parts: list[_Cuts], length_m: Floats, snap_m: float) -> _Cuts:
    """Put the cuts of all steps together; those near an end become the end."""
    ends, touching, third = parts
    n_ends = len(ends.line)
    offset = n_ends + len(touching.line)
    line = np.concatenate([ends.line, touching.line, third.line])
    along_m = np.concatenate([ends.along_m, touching.along_m, third.along_m])
    a = np.concatenate([ends.a, touching.a, third.a + offset])
    b = np.concatenate([ends.b, touching.b, third.b + offset])
    beyond_m = length_m[line] - along_m
    inner = np.arange(len(line)) >= n_ends
    to_start = inner & (along_m <= snap_m) & (along_m <= beyond_m)
    to_end = inner & (beyond_m <= snap_m) & ~to_start
    stand_in = np.arange(len(line))
    stand_in[to_start] = 2 * line[to_start]
    stand_in[to_end] = 2 * line[to_end] + 1
    along_m = along_m[stand_in]
    order = np.lexsort((along_m, line))
    near = line[order][1:] == line[order][:-1]
    near &= np.diff(along_m[order]) < _SAME_M
    again = np.flatnonzero(near)
    return _Cuts(
        line,
        along_m,
        np.concatenate([stand_in[a], order[again]]),
        np.concatenate([stand_in[b], order[again + 1]]),
    )


def _cut(lines: NDArray[np.object_], cuts: _Cuts) -> Noded:
    """Cut the lines into straight pieces between cuts and corners."""
    n_cuts = len(cuts.line)
    links = coo_array((np.ones(len(cuts.a)), (cuts.a, cuts.b)), shape=(n_cuts, n_cuts))
    # Only streets of a line layer are joined so; others need not import this.
    csgraph = import_module("scipy.sparse.csgraph")
    n_nodes, node = csgraph.connected_components(links, directed=False)
    at = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[cuts.line], cuts.along_m)
    )
    # A node stands at the westernmost, then southernmost of its cuts.
    order = np.lexsort((at[:, 1], at[:, 0], node))
    spot = at[order[np.unique(node[order], return_index=True)[1]]]
    places, line, along_m = _corners(lines)
    all_line = np.concatenate([cuts.line, line])
    all_along_m = np.concatenate([cuts.along_m, along_m])
    is_corner = np.arange(len(all_line)) >= n_cuts
    all_node = np.concatenate([node, n_nodes + np.arange(len(line))])
    x_m = np.concatenate([spot[:, 0], places[:, 0]])
    y_m = np.concatenate([spot[:, 1], places[:, 1]])
    order = np.lexsort((is_corner, all_along_m, all_line))
    order = order[_kept(all_line[order], all_along_m[order], is_corner[order])]
    start, end = all_node[order][:-1], all_node[order][1:]
    inside = (all_line[order][:-1] == all_line[order][1:]) & (start != end)
    used, ends = np.unique(
        np.concatenate([start[inside], end[inside]]), return_inverse=True
    )
    start, end = ends.astype(np.int32).reshape(2, -1)
    of_line = all_line[order][:-1][inside].astype(np.int32)
    return Noded(x_m[used], y_m[used], start, end, of_line)


def _kept(
    line: Positions, along_m: Floats, is_corner: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Leave out the corners at which there is a cut already."""
    near = (line[1:] == line[:-1]) & (np.diff(along_m) < _SAME_M)
    # Two equal corners in a row drop only one of them; cuts always stay.
    after_cut = np.concatenate([[False], near & ~is_corner[:-1]])
    before_cut = np.concatenate([near & ~is_corner[1:], [False]])
    return np.asarray(~(is_corner & (after_cut | before_cut)))
