"""Reached pieces of street, and the bands that maps draw around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from circle.network import Network
from circle.reached import TOLERANCE_S
from circle.search import spread
from circle.search_layout import (
    lay_out_places,
    pick_places,
    plant_seeds,
)
from circle.snapping import Access
from circle.street_access import FERRY

Direction = Literal["to", "from"]
# A band reaches this far to both sides of a street: about half a block.
WIDTH_M: Final = 40.0
# What is left of a band on a bridge.
_BRIDGE_M = 8.0
_ARC_PARTS = 2
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReachedStreets:
    """The parts of street pieces that are reached in time, none of them twice."""

    row: NDArray[np.int64]
    """Row of the network's pieces, ascending, shape (parts,)."""
    begin: Floats
    """Share of the piece, in the sense of its edge, where each part begins."""
    end: Floats
    """Share of the piece where each part ends."""

    def length_m(self, network: Network) -> float:
        """Give the reached length in metres."""
        piece_m = network.streets.length_m[network.chains.piece[self.row]]
        return float(((self.end - self.begin) * piece_m).sum())


def find_reached(
    network: Network, places: Access, *, limit_s: float, direction: Direction = "to"
) -> ReachedStreets:
    """
    Find the parts of the streets from which, or to which, a time is enough.

    Parameters
    ----------
    network
        Network of one mode.
    places
        Access of facilities (``to``) or of origins (``from``) to it; the nearest of
        them counts everywhere.
    limit_s
        Longest time in seconds, inclusive as in `reach.within`; the access legs of
        the places are included.
    direction
        ``to`` for the streets from which a place is reached, ``from`` for those that
        are reached from one.

    Returns
    -------
    reached
        Whole pieces and parts of pieces, cut where the time is up. Ferries are
        passed, but are no place to be.
    """
    seeds_at = lay_out_places(places)
    seeds_at = pick_places(seeds_at, np.flatnonzero(seeds_at.edge >= 0))
    seeds = plant_seeds(network, seeds_at, sets_out=direction == "from")
    core = network.reverse_core if direction == "to" else network.core
    limit_s += TOLERANCE_S
    node_s, _ = spread(core, seeds, limit_s)
    ahead, behind = _senses(network, direction)
    begun = _from_ends(network, node_s, limit_s, ahead=ahead, behind=behind)
    joined = np.flatnonzero(places.joined)
    along = _beside_places(
        network, places, joined, limit_s=limit_s, senses=(ahead, behind)
    )
    return _merged(network, [*begun, *along])


def reached_lines(network: Network, reached: ReachedStreets) -> NDArray[np.object_]:
    """
    Draw reached parts as lines, those of one edge that meet as one.

    Parameters
    ----------
    network
        The network.
    reached
        Parts of its pieces.

    Returns
    -------
    lines
        In the coordinate system of the streets.
    """
    row, streets = reached.row, network.streets
    if not len(row):
        return np.empty(0, dtype=object)
    piece, turned = network.chains.piece[row], network.chains.turned[row]
    first = np.where(turned, streets.end[piece], streets.start[piece])
    last = np.where(turned, streets.start[piece], streets.end[piece])
    a = np.column_stack([streets.x_m[first], streets.y_m[first]])
    b = np.column_stack([streets.x_m[last], streets.y_m[last]])
    xy = np.stack(
        [a + share[:, None] * (b - a) for share in (reached.begin, reached.end)], axis=1
    )
    edge = _edge_of_rows(network)[row]
    goes_on = (
        (row[1:] == row[:-1] + 1)
        & (edge[1:] == edge[:-1])
        & (reached.end[:-1] == 1.0)
        & (reached.begin[1:] == 0.0)
    )
    line = np.concatenate([[0], np.cumsum(~goes_on)])
    kept = np.ones((len(row), 2), dtype=bool)
    kept[1:, 0] = ~goes_on
    points = kept.ravel()
    return np.asarray(
        shapely.linestrings(
            xy.reshape(-1, 2)[points], indices=np.repeat(line, 2)[points]
        ),
        dtype=object,
    )


def draw_bands(
    network: Network,
    places: Access,
    *,
    limits_s: Sequence[float],
    water: NDArray[np.object_],
    width_m: float = WIDTH_M,
    direction: Direction = "to",
) -> NDArray[np.object_]:
    """
    Draw the band of each time limit around the reached streets.

    Parameters
    ----------
    network
        Network of one mode.
    places
        Access of the facilities or origins to it.
    limits_s
        Time limits in seconds, ascending.
    water
        Polygons that cut the bands, in the coordinate system of the streets.
    width_m
        How far a band reaches to both sides of a street, in metres.
    direction
        As of `find_reached`.

    Returns
    -------
    bands
        One polygon or multipolygon for each limit, holes kept; each holds the one
        before. For maps only: coverage is decided by the time at the origin.

    Notes
    -----
    Each reached line is widened and cut at the water; what then lies apart from the
    line, such as the other bank, is left out. Over water only a narrow strip remains:
    the bridge.
    """
    tree = shapely.STRtree(water)
    bands: list[shapely.Geometry] = []
    for limit_s in limits_s:
        reached = find_reached(network, places, limit_s=limit_s, direction=direction)
        widened = _widened(reached_lines(network, reached), tree, width_m)
        before = bands[-1:]
        bands.append(_areas_only(shapely.union_all([*before, *widened])))
    found = np.empty(len(bands), dtype=object)
    found[:] = bands
    return found


@dataclass(frozen=True)
class _Sense:
    """Times along the pieces in one sense of travel, as seen from the edge's start."""

    run_s: Floats
    """From the edge's start to each piece, or back."""
    piece_s: Floats
    """Along each piece."""
    edge_s: Floats
    """Along each whole edge."""
    place: str
    """Field of `Access` with the time between the edge's start and a place."""


def _senses(network: Network, direction: Direction) -> tuple[_Sense, _Sense]:
    """Give the sense in which places ahead of a point, and behind it, are tied."""
    forward = _Sense(
        network.run_forward_s,
        network.piece_forward_s,
        network.edge_forward_s,
        "from_start_s",
    )
    back = _Sense(
        network.run_back_s, network.piece_back_s, network.edge_back_s, "to_start_s"
    )
    return (back, forward) if direction == "to" else (forward, back)


def _edge_of_rows(network: Network) -> NDArray[np.int64]:
    """Give the edge of each row."""
    return np.repeat(
        np.arange(len(network.chains.edge_from)), np.diff(network.chains.first)
    )


def _delays(network: Network, row: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give the delay of signals at the first and the last node of some rows."""
    streets, piece = network.streets, network.chains.piece[row]
    turned, is_signal = network.chains.turned[row], streets.has_signal
    first = is_signal[np.where(turned, streets.end[piece], streets.start[piece])]
    last = is_signal[np.where(turned, streets.start[piece], streets.end[piece])]
    return (
        np.where(first, network.signal_s, 0.0),
        np.where(last, network.signal_s, 0.0),
    )


def _share(budget_s: Floats, delay_s: Floats, moving_s: Floats) -> Floats:
    """Give the share of each piece that a time is enough for, after a delay."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (budget_s - delay_s) / moving_s
    share = np.where(moving_s > 0, share, np.where(budget_s >= delay_s, 1.0, 0.0))
    return np.clip(np.nan_to_num(share, nan=0.0, neginf=0.0, posinf=1.0), 0.0, 1.0)


Parts = tuple[NDArray[np.int64], Floats, Floats]


def _from_ends(
    network: Network, node_s: Floats, limit_s: float, *, ahead: _Sense, behind: _Sense
) -> list[Parts]:
    """List the parts that are reached through the ends of their edges."""
    edge = _edge_of_rows(network)
    start, end = network.chains.edge_from[edge], network.chains.edge_to[edge]
    with np.errstate(invalid="ignore"):  # infinite less infinite
        before_s = limit_s - node_s[start] - ahead.run_s
        rest_s = behind.edge_s[edge] - behind.run_s - behind.piece_s
        after_s = limit_s - node_s[end] - rest_s
    found: list[Parts] = []
    row = np.flatnonzero(before_s > 0)
    head_s, tail_s = _delays(network, row)
    moving_s = ahead.piece_s[row] - head_s - tail_s
    share = _share(before_s[row], head_s, moving_s)
    found.append((row, np.zeros(len(row)), share))
    row = np.flatnonzero(after_s > 0)
    head_s, tail_s = _delays(network, row)
    moving_s = behind.piece_s[row] - head_s - tail_s
    share = _share(after_s[row], tail_s, moving_s)
    found.append((row, 1.0 - share, np.ones(len(row))))
    return found


def _beside_places(
    network: Network,
    places: Access,
    joined: NDArray[np.int64],
    *,
    limit_s: float,
    senses: tuple[_Sense, _Sense],
) -> list[Parts]:
    """List the parts that are reached straight along the edge of a place."""
    first = network.chains.first
    edge = places.edge[joined]
    count = first[edge + 1] - first[edge]
    place = np.repeat(joined, count)
    begins = np.cumsum(count) - count
    row = (np.arange(len(place)) - np.repeat(begins - first[edge], count)).astype(
        np.int64
    )
    length_m = network.streets.length_m[network.chains.piece[row]]
    here = _share(
        places.position_m[place] - network.run_m[row], np.zeros(len(row)), length_m
    )
    head_s, tail_s = _delays(network, row)
    left_s = limit_s - places.leg_s[place]
    ahead, behind = senses
    found: list[Parts] = []
    with np.errstate(invalid="ignore"):  # infinite less infinite
        until_s = getattr(places, ahead.place)[place] + left_s - ahead.run_s[row]
        time_s = getattr(places, behind.place)[place] - left_s - behind.run_s[row]
    until = _share(until_s, head_s, ahead.piece_s[row] - head_s - tail_s)
    found.append((row, here, until))
    moving_s = behind.piece_s[row] - head_s - tail_s
    since = _share(time_s, head_s, moving_s)
    since = np.where(np.isfinite(moving_s) & np.isfinite(time_s), since, 1.0)
    found.append((row, since, here))
    enough = left_s >= 0
    return [(r[enough], a[enough], b[enough]) for r, a, b in found]


def _merged(network: Network, parts: list[Parts]) -> ReachedStreets:
    """Join parts that overlap or touch; leave out ferries and parts of no length."""
    row = np.concatenate([one[0] for one in parts])
    begin = np.concatenate([one[1] for one in parts])
    end = np.concatenate([one[2] for one in parts])
    aboard = (network.streets.pace[network.chains.piece] == FERRY).any(axis=1)
    kept = (end > begin) & ~aboard[row]
    row, begin, end = row[kept], begin[kept], end[kept]
    order = np.lexsort((end, begin, row))
    row, begin, end = row[order], begin[order], end[order]
    if not len(row):
        return ReachedStreets(row, begin, end)
    # Shares are below 2, so the farthest end so far never passes into the next row.
    farthest = np.maximum.accumulate(2.0 * row + end)
    fresh = np.concatenate([[True], 2.0 * row[1:] + begin[1:] > farthest[:-1]])
    group = np.flatnonzero(fresh)
    return ReachedStreets(row[group], begin[group], np.maximum.reduceat(end, group))


def _widened(
    lines: NDArray[np.object_], water: shapely.STRtree, width_m: float
) -> NDArray[np.object_]:
    """Widen lines to areas, cut at the water."""
    areas = np.asarray(
        shapely.buffer(lines, width_m, quad_segs=_ARC_PARTS), dtype=object
    )
    near, which = water.query(areas, predicate="intersects")
    for i in np.unique(near).tolist():
        pond = shapely.union_all(water.geometries[which[near == i]])
        parts = shapely.get_parts(shapely.difference(areas[i], pond))
        dry = parts[shapely.intersects(parts, lines[i])]
        bridge = shapely.buffer(
            shapely.intersection(lines[i], pond), _BRIDGE_M, quad_segs=_ARC_PARTS
        )
        areas[i] = shapely.union_all([*dry, bridge])
    return areas


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a union."""
    parts = shapely.get_parts(shape)
    is_area = np.isin(shapely.get_type_id(parts), shapely.GeometryType.POLYGON)
    return shapely.MultiPolygon(parts[is_area].tolist())
