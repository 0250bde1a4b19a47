"""Street edges from OpenStreetMap files: every piece with its length and pace."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import pyproj
from numpy.typing import NDArray

from circle.crs import WGS84, project
from circle.errors import InputError
from circle.street_access import (
    PrivateWays,
    WayAccess,
    blocks_passage,
    ferry_seconds,
    way_access,
)

# Columns of `Streets.pace`: two for each mode, in the order of `profile.MODES`.
PACE_COLUMNS = ("walk_forward", "walk_back", "cycle_forward", "cycle_back")


@dataclass(frozen=True)
class Streets:
    """Nodes and straight pieces of all streets, paths and ferries, in metres."""

    node_id: NDArray[np.int64]
    """Id of each node in the file, shape (nodes,); a negative id marks an end cut
    off at a closed gate."""
    x_m: NDArray[np.float64]
    """Easting of each node, shape (nodes,)."""
    y_m: NDArray[np.float64]
    """Northing of each node, shape (nodes,)."""
    start: NDArray[np.int32]
    """Position of the node at which each piece starts, shape (pieces,)."""
    end: NDArray[np.int32]
    """Position of the node at which each piece ends, shape (pieces,)."""
    length_m: NDArray[np.float64]
    """Length of each piece, shape (pieces,)."""
    pace: NDArray[np.uint8]
    """Pace of each piece by mode and direction, shape (pieces, 4); see
    `PACE_COLUMNS` and `street_access`."""
    ferry_s: NDArray[np.float64]
    """Seconds on board along a piece of a ferry with a known duration, NaN for all
    other pieces, shape (pieces,)."""
    way_id: NDArray[np.int64]
    """Id of the way each piece belongs to, shape (pieces,)."""


@dataclass
class _Ways:
    """What the streaming reader gathers, way by way."""

    refs: list[int] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    way_id: list[int] = field(default_factory=list)
    access: list[WayAccess] = field(default_factory=list)
    ferry_s: list[float] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)


def read_streets(
    path: Path, *, crs: pyproj.CRS, private_ways: PrivateWays = "allow"
) -> Streets:
    """
    Stream the streets, paths and ferries out of an OpenStreetMap file.

    Parameters
    ----------
    path
        The file (.osm.pbf, .osm, or another format of OSM).
    crs
        Metric coordinate system to measure in.
    private_ways
        Whether ways and gates tagged private may be used, ``allow`` or ``refuse``.

    Returns
    -------
    streets
        All pieces that may be walked or cycled at least one way. A closed gate
        cuts its node apart. Nodes missing from the file end a way there.

    Raises
    ------
    InputError
        If the file cannot be read as OSM data or holds no street.

    Notes
    -----
    Tag rules are those of `street_access`. Lengths are planar, in `crs`.
    """
    ways = _gather_ways(path, private_ways)
    if not ways.refs:
        message = (
            f"{path.name}: found no street that can be walked or cycled; expected an "
            "OSM extract with ways tagged highway=*."
        )
        raise InputError(message)
    return _cut_into_pieces(ways, crs)


def _gather_ways(path: Path, private_ways: PrivateWays) -> _Ways:
    """Read every usable way and every closed gate in one pass."""
    ways = _Ways()
    wanted = osmium.filter.KeyFilter("highway", "route", "barrier")
    try:
        stream = osmium.FileProcessor(
            str(path), osmium.osm.NODE | osmium.osm.WAY
        ).with_locations()
        for one in stream.with_filter(wanted):
            if one.is_node():
                if blocks_passage(dict(one.tags), private_ways=private_ways):
                    ways.blocked.add(one.id)
            else:
                _gather_way(one, ways, private_ways)
    except (RuntimeError, OSError, ValueError) as error:
        message = (
            f"{path.name}: cannot be read as an OSM file ({error}); it may be "
            "half-downloaded: fetch it again."
        )
        raise InputError(message) from error
    return ways


def _gather_way(way: osmium.osm.Way, ways: _Ways, private_ways: PrivateWays) -> None:
    """Add one way, in as many parts as missing nodes leave."""
    tags = dict(way.tags)
    access = way_access(tags, private_ways=private_ways)
    if access.closed:
        return
    seconds = ferry_seconds(tags) if tags.get("route") == "ferry" else None
    for part in _located_parts(way):
        ways.refs += [ref for ref, _, _ in part]
        ways.lon += [lon for _, lon, _ in part]
        ways.lat += [lat for _, _, lat in part]
        ways.size.append(len(part))
        ways.way_id.append(way.id)
        ways.access.append(access)
        ways.ferry_s.append(np.nan if seconds is None else seconds)


def _located_parts(way: osmium.osm.Way) -> Iterator[list[tuple[int, float, float]]]:
    """Yield the runs of two or more nodes whose places are known."""
    part: list[tuple[int, float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            part.append((node.ref, node.lon, node.lat))
            continue
        if len(part) > 1:
            yield part
        part = []
    if len(part) > 1:
        yield part


def _cut_into_pieces(ways: _Ways, crs: pyproj.CRS) -> Streets:
    """Turn the gathered ways into arrays of nodes and pieces."""
    refs = np.array(ways.refs, dtype=np.int64)
    refs = _cut_at_blocked(refs, ways.blocked)
    node_id, first, position = np.unique(refs, return_index=True, return_inverse=True)
    x_m, y_m = project(
        np.array(ways.lon)[first], np.array(ways.lat)[first], source=WGS84, target=crs
    )
    size = np.array(ways.size)
    way_of_ref = np.repeat(np.arange(len(size)), size)
    inside = way_of_ref[:-1] == way_of_ref[1:]
    start = position[:-1][inside].astype(np.int32)
    end = position[1:][inside].astype(np.int32)
    way = way_of_ref[:-1][inside]
    length_m = np.hypot(x_m[end] - x_m[start], y_m[end] - y_m[start])
    pace = np.array(
        [[getattr(a, name) for name in PACE_COLUMNS] for a in ways.access], np.uint8
    )
    streets = Streets(
        node_id=node_id,
        x_m=x_m,
        y_m=y_m,
        start=start,
        end=end,
        length_m=length_m,
        pace=pace[way],
        ferry_s=_share_out(np.array(ways.ferry_s), way, length_m),
        way_id=np.array(ways.way_id, dtype=np.int64)[way],
    )
    return _without_points(streets)


def _cut_at_blocked(
    refs: NDArray[np.int64], blocked: set[int]
) -> NDArray[np.int64]:
    """Give every passage through a closed gate a node of its own."""
    if not blocked:
        return refs
    closed = np.isin(refs, np.array(sorted(blocked), dtype=np.int64))
    refs = refs.copy()
    refs[closed] = -1 - np.arange(closed.sum())
    return refs


def _share_out(
    seconds: NDArray[np.float64],
    way: NDArray[np.int64],
    length_m: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Spread each way's seconds over its pieces in proportion to length."""
    total_m = np.bincount(way, weights=length_m, minlength=len(seconds))
    share = np.divide(
        length_m, total_m[way], out=np.zeros_like(length_m), where=total_m[way] > 0
    )
    return seconds[way] * share


def _without_points(streets: Streets) -> Streets:
    """Drop pieces that start and end at one node; they lead nowhere."""
    keep = streets.start != streets.end
    return Streets(
        node_id=streets.node_id,
        x_m=streets.x_m,
        y_m=streets.y_m,
        start=streets.start[keep],
        end=streets.end[keep],
        length_m=streets.length_m[keep],
        pace=streets.pace[keep],
        ferry_s=streets.ferry_s[keep],
        way_id=streets.way_id[keep],
    )
