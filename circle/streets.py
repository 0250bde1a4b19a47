"""Street edges from OpenStreetMap files: every piece with its length and pace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import osmium
import osmium.geom
import pyproj
from numpy.typing import NDArray

from circle.crs import WGS84, project
from circle.errors import InputError
from circle.problems import problem_of
from circle.street_access import (
    ACCESS_KEYS,
    PrivateWays,
    WayAccess,
    blocks_passage,
    ferry_seconds,
    has_signals,
    way_access,
)

# Columns of `Streets.pace`: two for each mode, in the order of `profile.MODES`.
PACE_COLUMNS = ("walk_forward", "walk_back", "cycle_forward", "cycle_back")

# Only what has one of these keys is looked at.
_KEYS = ("highway", "route", "barrier", "man_made", "public_transport", "railway",
         "crossing", "crossing:signals")  # fmt: skip
# Ways with one of these leave the ground.
_OFF_GROUND = ("bridge", "tunnel")
_TAGS = (*ACCESS_KEYS, *_OFF_GROUND)


def _no_nodes() -> NDArray[np.int32]:
    """Give an empty list of nodes."""
    return np.empty(0, dtype=np.int32)


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
    own_mps: NDArray[np.float64] | None = None
    """Speed of each piece by mode in metres per second where its class has one of its
    own, NaN where the profile's holds, shape (pieces, 2); None where no class has."""
    signal: NDArray[np.int32] = field(default_factory=_no_nodes)
    """Positions of the nodes with signals, ascending."""
    aloft: NDArray[np.int32] = field(default_factory=_no_nodes)
    """Positions of the nodes that only bridges or tunnels meet, ascending: a height
    raster says nothing of them."""
    height_m: NDArray[np.float64] | None = None
    """Height of each node, NaN where it is not known, shape (nodes,); None without a
    height raster."""

    @property
    def has_signal(self) -> NDArray[np.bool_]:
        """Whether each node has a signal, shape (nodes,)."""
        marked = np.zeros(len(self.node_id), dtype=bool)
        marked[self.signal] = True
        return marked


@dataclass(frozen=True)
class _Kind:
    """What the tags of a way amount to; many ways share one kind."""

    access: WayAccess
    ferry_s: float
    is_surface: bool
    """Whether it is an area, pier or platform: no street unless it joins one."""
    off_ground: bool
    """Whether it is a bridge or a tunnel."""


@dataclass
class _Ways:
    """What the streaming reader gathers, way by way."""

    private_ways: PrivateWays
    refs: list[int] = field(default_factory=list)
    places: list[NDArray[np.float64]] = field(default_factory=list)
    """Longitudes and latitudes, in the order of `refs`."""
    size: list[int] = field(default_factory=list)
    way_id: list[int] = field(default_factory=list)
    kind: list[_Kind] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    signals: set[int] = field(default_factory=set)
    kinds: dict[tuple[str | None, ...], _Kind] = field(default_factory=dict)
    """Kinds already worked out, by the tags in the order of `_TAGS`."""


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
    Tag rules are those of `street_access`. Lengths are planar, in `crs`. Areas such
    as squares are walked along their rim; an area, pier or platform that meets no
    other way is a surface beside the streets, not a street, and is left out.
    """
    ways = _gather_ways(path, private_ways)
    if not ways.refs:
        raise InputError(problem_of(path.name, "no-open-street"))
    return _cut_into_pieces(ways, crs)


def _gather_ways(path: Path, private_ways: PrivateWays) -> _Ways:
    """
    Read every usable way and every closed gate in one pass.

    Raises
    ------
    InputError
        If the file cannot be read as OSM data.
    """
    ways = _Ways(private_ways)
    factory = osmium.geom.WKBFactory()
    try:
        stream = osmium.FileProcessor(
            str(path), osmium.osm.NODE | osmium.osm.WAY
        ).with_locations()
        for one in stream.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            if isinstance(one, osmium.osm.Way):
                _gather_way(one, ways, factory)
                continue
            tags = dict(one.tags)
            if blocks_passage(tags, private_ways=private_ways):
                ways.blocked.add(one.id)
            if has_signals(tags):
                ways.signals.add(one.id)
    except (
        RuntimeError,
        OSError,
        ValueError,
        osmium.InvalidLocationError,
    ) as error:
        problem = problem_of(path.name, "osm-not-read", error=str(error))
        raise InputError(problem) from error
    return ways


def _gather_way(
    way: osmium.osm.Way, ways: _Ways, factory: osmium.geom.WKBFactory
) -> None:
    """Add one way, in as many parts as missing nodes leave."""
    # One look-up per key is several times faster than a dict of all tags.
    key = tuple(map(way.tags.get, _TAGS))
    kind = ways.kinds.get(key)
    if kind is None:
        kind = ways.kinds[key] = _kind_of(key, ways.private_ways)
    if kind.access.closed:
        return
    for refs, places in _parts(way, factory):
        ways.refs += refs
        ways.places.append(places)
        ways.size.append(len(refs))
        ways.way_id.append(way.id)
        ways.kind.append(kind)


def _kind_of(values: tuple[str | None, ...], private_ways: PrivateWays) -> _Kind:
    """Work out a kind from the values of `_TAGS`."""
    tags: Mapping[str, str] = {
        key: value
        for key, value in zip(_TAGS, values, strict=True)
        if value is not None
    }
    seconds = ferry_seconds(tags) if tags.get("route") == "ferry" else None
    return _Kind(
        access=way_access(tags, private_ways=private_ways),
        ferry_s=np.nan if seconds is None else seconds,
        is_surface=tags.get("area") == "yes" or not {"highway", "route"} & set(tags),
        off_ground=any(tags.get(key, "no") != "no" for key in _OFF_GROUND),
    )


def _parts(
    way: osmium.osm.Way, factory: osmium.geom.WKBFactory
) -> Iterator[tuple[list[int], NDArray[np.float64]]]:
    """Yield the runs of two or more nodes whose places are known."""
    nodes = way.nodes
    refs = [one.ref for one in map(nodes.__getitem__, range(len(nodes)))]
    try:
        line = factory.create_linestring(way, use_nodes=osmium.geom.use_nodes.ALL)
    except (RuntimeError, osmium.InvalidLocationError):
        yield from _located_parts(way)
    else:
        # Nine bytes of header (order, type, count), then the places in native order.
        yield (
            refs,
            np.frombuffer(bytes.fromhex(line), np.float64, offset=9).reshape(-1, 2),
        )


def _located_parts(
    way: osmium.osm.Way,
) -> Iterator[tuple[list[int], NDArray[np.float64]]]:
    """Yield the runs of a way that has nodes without a place."""
    refs: list[int] = []
    places: list[tuple[float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            refs.append(node.ref)
            places.append((node.lon, node.lat))
            continue
        if len(refs) > 1:
            yield refs, np.array(places)
        refs, places = [], []
    if len(refs) > 1:
        yield refs, np.array(places)


def _cut_into_pieces(ways: _Ways, crs: pyproj.CRS) -> Streets:
    """Turn the gathered ways into arrays of nodes and pieces."""
    refs = np.array(ways.refs, dtype=np.int64)
    node_id, first, position = np.unique(refs, return_index=True, return_inverse=True)
    lon, lat = np.concatenate(ways.places)[first].T
    x_m, y_m = project(lon, lat, source=WGS84, target=crs)
    size = np.array(ways.size)
    way_of_ref = np.repeat(np.arange(len(size)), size)
    inside = way_of_ref[:-1] == way_of_ref[1:]
    inside &= ~_surfaces(ways, position, way_of_ref)[way_of_ref[:-1]]
    start = position[:-1][inside].astype(np.int32)
    end = position[1:][inside].astype(np.int32)
    way = way_of_ref[:-1][inside]
    length_m = np.hypot(x_m[end] - x_m[start], y_m[end] - y_m[start])
    pace = np.array(
        [[getattr(one.access, name) for name in PACE_COLUMNS] for one in ways.kind],
        dtype=np.uint8,
    )
    ferry_s = np.array([one.ferry_s for one in ways.kind])
    off_ground = np.array([one.off_ground for one in ways.kind], dtype=bool)
    streets = Streets(
        node_id=node_id,
        x_m=x_m,
        y_m=y_m,
        start=start,
        end=end,
        length_m=length_m,
        pace=pace[way],
        ferry_s=_share_out(ferry_s, way, length_m),
        way_id=np.array(ways.way_id, dtype=np.int64)[way],
        signal=_positions(ways.signals, node_id),
        aloft=nodes_aloft((start, end), off_ground[way], len(node_id)),
    )
    return _cut_at_blocked(_without_points(streets), ways.blocked)


def nodes_aloft(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    off_ground: NDArray[np.bool_],
    n_nodes: int,
) -> NDArray[np.int32]:
    """
    Find the nodes that only bridges or tunnels meet.

    Parameters
    ----------
    ends
        Nodes at which each piece starts and ends, each of shape (pieces,).
    off_ground
        Whether each piece is part of a bridge or a tunnel, shape (pieces,).
    n_nodes
        Number of nodes.

    Returns
    -------
    aloft
        Their positions, ascending.

    Examples
    --------
    >>> ends = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> nodes_aloft(ends, np.array([False, True, True]), 4).tolist()
    [2, 3]
    """
    high, low = np.zeros(n_nodes, dtype=bool), np.zeros(n_nodes, dtype=bool)
    for nodes in ends:
        high[nodes[off_ground]] = True
        low[nodes[~off_ground]] = True
    return np.flatnonzero(high & ~low).astype(np.int32)


def _positions(ids: set[int], node_id: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give the positions of some nodes, by their ids."""
    found = np.isin(node_id, np.array(sorted(ids), dtype=np.int64))
    return np.flatnonzero(found).astype(np.int32)


def _surfaces(
    ways: _Ways, position: NDArray[np.int64], way_of_ref: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark the surfaces that share no node with another way, shape (ways,)."""
    is_surface = np.array([one.is_surface for one in ways.kind])
    # A node has other company unless its first and its last way are the same.
    first_way = np.full(position.max() + 1, len(is_surface))
    last_way = np.full(position.max() + 1, -1)
    np.minimum.at(first_way, position, way_of_ref)
    np.maximum.at(last_way, position, way_of_ref)
    shared = first_way[position] != last_way[position]
    meets = np.bincount(way_of_ref, weights=shared, minlength=len(is_surface)) > 0
    return is_surface & ~meets


def _cut_at_blocked(streets: Streets, blocked: set[int]) -> Streets:
    """Give every piece that ends at a closed gate an end of its own there."""
    shut = np.zeros(len(streets.node_id), dtype=bool)
    shut[_positions(blocked, streets.node_id)] = True
    n = len(streets.node_id)
    start, end = streets.start.copy(), streets.end.copy()
    at_start, at_end = np.flatnonzero(shut[start]), np.flatnonzero(shut[end])
    gate = np.concatenate([start[at_start], end[at_end]])
    own = (n + np.arange(len(gate))).astype(np.int32)
    start[at_start], end[at_end] = own[: len(at_start)], own[len(at_start) :]
    return replace(
        streets,
        node_id=np.concatenate([streets.node_id, -1 - np.arange(len(gate))]),
        x_m=np.concatenate([streets.x_m, streets.x_m[gate]]),
        y_m=np.concatenate([streets.y_m, streets.y_m[gate]]),
        start=start,
        end=end,
    )


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
    return np.asarray(seconds[way] * share)


def _without_points(streets: Streets) -> Streets:
    """Drop pieces that start and end at one node; they lead nowhere."""
    keep = streets.start != streets.end
    return replace(
        streets,
        start=streets.start[keep],
        end=streets.end[keep],
        length_m=streets.length_m[keep],
        pace=streets.pace[keep],
        ferry_s=streets.ferry_s[keep],
        way_id=streets.way_id[keep],
    )
