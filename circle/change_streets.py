"""What changes to streets do to a city."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from circle.change_effects import (
    Apply,
    Changed,
    Effect,
    fault,
    fresh_id,
    place_at,
)
from circle.city import City
from circle.contracts import MODE_WORDS
from circle.errors import ConfigError, Words
from circle.profile import MODES, Mode
from circle.rejoining import streets_of, with_rules
from circle.scenario import AddStreet, CutStreet
from circle.street_access import CLOSED, FERRY, RIDING, WALKING
from circle.streets import Streets

# The end of a new street is joined to the nearest street no farther off than this.
_JOIN_M = 100.0
_WAY_ID = -1
# A cut is a gap of this length, so that other modes can still pass it.
_GAP_M = 0.2


def _add_street(city: City, change: AddStreet, where: Words) -> Changed:
    """
    Lay a new street, path, bridge or ferry and join its ends to what is there.

    It meets other streets at its ends only, so a bridge crosses what lies below.
    """
    streets = _streets(city, where)
    places = _places(city, change, where)
    xy = shapely.get_coordinates(places)
    joined = streets
    ends = []
    for end in (xy[0], xy[-1]):
        joined, node = _joined_at(joined, end, change.modes, where)
        ends.append(node)
    laid = _laid(joined, xy, ends, change)
    length_m = round(float(laid.length_m.sum() - joined.length_m.sum()), 1)
    key = change.name or fresh_id("street", places[0])
    told = {"length_m": length_m, "open_to": ", ".join(change.modes),
            "ferry_min": change.ferry_min}  # fmt: skip
    effects = [
        Effect("street", key, name, None, value)
        for name, value in told.items()
        if value is not None
    ]
    return with_rules(city, city.profile, streets=laid), effects


def _cut_street(city: City, change: CutStreet, where: Words) -> Changed:
    """
    Cut the streets that cross a line, just where they cross it.

    Raises
    ------
    ConfigError
        If the line crosses no street that is open.
    """
    streets = _streets(city, where)
    line = shapely.LineString(_places(city, change, where))
    columns = [column for mode in change.modes for column in _columns(mode)]
    near = _near_box(streets, line.bounds)
    drawn = _lines(streets, near)
    cut = shapely.intersects(drawn, line)
    cut &= (streets.pace[near][:, columns] != CLOSED).any(axis=1)
    crossed, lines = near[cut], drawn[cut]
    if not len(crossed):
        modes = Words(", ".join(change.modes), zh=_modes_zh(change.modes))
        raise ConfigError(fault(where, "change-cuts-nothing", item="line", modes=modes))
    effects = _cut_effects(streets, crossed, change.modes)
    for piece, drawn_piece in zip(crossed, lines, strict=True):
        there = shapely.intersection(drawn_piece, line).representative_point()
        share = shapely.line_locate_point(drawn_piece, there, normalized=True)
        streets = _parted(streets, int(piece), float(share), columns)
    return with_rules(city, city.profile, streets=streets), effects


def _cut_effects(
    streets: Streets, crossed: NDArray[np.intp], modes: tuple[Mode, ...]
) -> list[Effect]:
    """Say of each way who could pass where it is cut, and who still can."""
    effects = []
    for way in np.unique(streets.way_id[crossed]):
        pieces = crossed[streets.way_id[crossed] == way]
        was = [
            mode
            for mode in MODES
            if (streets.pace[pieces][:, list(_columns(mode))] != CLOSED).any()
        ]
        texts = (", ".join(was), ", ".join(one for one in was if one not in modes))
        effects.append(
            Effect("street", str(way), "open_to", *(x or None for x in texts))
        )
    return effects


def _places(
    city: City, change: AddStreet | CutStreet, where: Words
) -> list[shapely.Point]:
    """Find the points of a line."""
    return [
        place_at(at, change.crs, target=city.crs, where=where, item="line")
        for at in change.line
    ]


def _modes_zh(modes: tuple[Mode, ...]) -> str:
    """Name modes in Chinese."""
    return "、".join(MODE_WORDS[one][0] for one in modes)


def _streets(city: City, where: Words) -> Streets:
    """
    Give the streets of the city.

    Raises
    ------
    ConfigError
        In the screening mode, where there are none.
    """
    streets = streets_of(city)
    if streets is None:
        raise ConfigError(fault(where, "change-no-streets"))
    return streets


def _columns(mode: Mode) -> tuple[int, int]:
    """Give the columns of `pace` of a mode: along the piece, and against it."""
    first = 2 * MODES.index(mode)
    return first, first + 1


def _near_box(
    streets: Streets, box: tuple[float, float, float, float], *, around_m: float = 0.0
) -> NDArray[np.intp]:
    """List the pieces whose own box meets another one, widened all around."""
    west, south, east, north = box
    near = np.ones(len(streets.start), dtype=bool)
    for at, low, high in ((streets.x_m, west, east), (streets.y_m, south, north)):
        one, other = at[streets.start], at[streets.end]
        near &= np.maximum(one, other) >= low - around_m
        near &= np.minimum(one, other) <= high + around_m
    return np.flatnonzero(near)


def _lines(streets: Streets, pieces: NDArray[np.intp]) -> NDArray[np.object_]:
    """Draw some pieces as lines."""
    ends = np.stack([streets.start[pieces], streets.end[pieces]], axis=1).ravel()
    xy = np.column_stack([streets.x_m[ends], streets.y_m[ends]])
    return np.asarray(shapely.linestrings(xy.reshape(-1, 2, 2)))


def _joined_at(
    streets: Streets, end: NDArray[np.float64], modes: tuple[Mode, ...], where: Words
) -> tuple[Streets, int]:
    """
    Split the nearest open piece where a new street meets it, and give the new node.

    Raises
    ------
    ConfigError
        If no piece is near enough.
    """
    columns = [column for mode in modes for column in _columns(mode)]
    is_open = (streets.pace[:, columns] != CLOSED).any(axis=1)
    is_open &= (streets.pace != FERRY).all(axis=1)
    point = shapely.Point(end)
    close = _near_box(streets, point.bounds, around_m=_JOIN_M)
    # Only to say how far away the nearest one is, all are looked at.
    pieces = close[is_open[close]] if is_open[close].any() else np.flatnonzero(is_open)
    lines = _lines(streets, pieces)
    away = shapely.distance(lines, point)
    near = int(np.argmin(away)) if len(away) else None
    away_m = np.inf if near is None else float(away[near])
    if near is None or away_m > _JOIN_M:
        told = {"away": f"{away_m:.0f}", "limit": f"{_JOIN_M:g}"}
        raise ConfigError(fault(where, "change-end-far", item="line", **told))
    piece = int(pieces[near])
    share = float(shapely.line_locate_point(lines[near], point, normalized=True))
    if share in {0.0, 1.0}:
        return streets, int((streets.start, streets.end)[int(share)][piece])
    return _split(streets, piece, share)


def _split(streets: Streets, piece: int, share: float) -> tuple[Streets, int]:
    """Split a piece in two at a share of its length, and give the new node."""
    node = len(streets.node_id)
    a, b = streets.start[piece], streets.end[piece]
    x_m = streets.x_m[a] + share * (streets.x_m[b] - streets.x_m[a])
    y_m = streets.y_m[a] + share * (streets.y_m[b] - streets.y_m[a])
    end, length_m = streets.end.copy(), streets.length_m.copy()
    end[piece], length_m[piece] = node, share * streets.length_m[piece]
    # A timed crossing takes as long in two parts as it did in one.
    ferry_s = np.append(streets.ferry_s, (1.0 - share) * streets.ferry_s[piece])
    ferry_s[piece] *= share
    own, height_m = streets.own_mps, streets.height_m
    if height_m is not None:
        between_m = height_m[a] + share * (height_m[b] - height_m[a])
        height_m = np.append(height_m, between_m)
    return replace(
        streets,
        node_id=np.append(streets.node_id, _fresh_node(streets)),
        x_m=np.append(streets.x_m, x_m),
        y_m=np.append(streets.y_m, y_m),
        start=np.append(streets.start, np.int32(node)),
        end=np.append(end, b),
        length_m=np.append(length_m, (1.0 - share) * streets.length_m[piece]),
        pace=np.vstack([streets.pace, streets.pace[piece]]),
        ferry_s=ferry_s,
        way_id=np.append(streets.way_id, streets.way_id[piece]),
        own_mps=None if own is None else np.vstack([own, own[piece]]),
        height_m=height_m,
    ), node


def _parted(streets: Streets, piece: int, share: float, columns: list[int]) -> Streets:
    """Put a short gap into a piece that some modes cannot pass."""
    half = min(_GAP_M / 2 / streets.length_m[piece], 0.1)
    share = min(max(share, 2 * half), 1 - 2 * half)
    rest = len(streets.start)
    streets, _ = _split(streets, piece, share - half)
    gap = 2 * half / (1 - share + half)
    streets, _ = _split(streets, rest, gap)
    pace = streets.pace.copy()
    pace[rest, columns] = CLOSED
    return replace(streets, pace=pace)


def _laid(
    streets: Streets, xy: NDArray[np.float64], ends: list[int], change: AddStreet
) -> Streets:
    """Lay the pieces of a new street between two nodes."""
    between = len(xy)
    first = len(streets.node_id)
    nodes = np.array([ends[0], *range(first, first + between), ends[1]], dtype=np.int32)
    ids = _fresh_node(streets) - np.arange(between)
    x_m = np.append(streets.x_m, xy[:, 0])
    y_m = np.append(streets.y_m, xy[:, 1])
    start, end = nodes[:-1], nodes[1:]
    length_m = np.hypot(x_m[end] - x_m[start], y_m[end] - y_m[start])
    # An end that lies on its street needs no piece of no length to get there.
    there = length_m > 0
    there[1:-1] = True
    pace = np.full(2 * len(MODES), CLOSED, dtype=streets.pace.dtype)
    for mode in change.modes:
        pace[list(_columns(mode))] = WALKING if mode == "walk" else RIDING
    n = len(start)
    paces, ferry_s = np.tile(pace, (n, 1)), np.full(n, np.nan)
    if change.ferry_min is not None:
        water = slice(1, -1)
        paces[water] = np.where(pace != CLOSED, FERRY, CLOSED)
        aboard = length_m[water]
        ferry_s[water] = change.ferry_min * 60.0 * aboard / aboard.sum()
    own, height_m = streets.own_mps, streets.height_m
    if height_m is not None:  # not known, so level
        height_m = np.append(height_m, np.full(between, np.nan))
    return replace(
        streets,
        node_id=np.append(streets.node_id, ids),
        x_m=x_m,
        y_m=y_m,
        start=np.append(streets.start, start[there]),
        end=np.append(streets.end, end[there]),
        length_m=np.append(streets.length_m, length_m[there]),
        pace=np.vstack([streets.pace, paces[there]]),
        ferry_s=np.append(streets.ferry_s, ferry_s[there]),
        way_id=np.append(streets.way_id, np.full(int(there.sum()), _WAY_ID)),
        own_mps=None
        if own is None
        else np.vstack([own, np.full((int(there.sum()), own.shape[1]), np.nan)]),
        height_m=height_m,
    )


def _fresh_node(streets: Streets) -> int:
    """Give a node id below all that there are; new nodes count down from it."""
    return int(min(streets.node_id.min(initial=0), 0)) - 1


STREET_CHANGES: Mapping[type, Apply] = {
    AddStreet: _add_street,
    CutStreet: _cut_street,
}
