"""What changes to streets do to a city."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from circle.change_effects import Changed, Effect, place_at
from circle.city import City
from circle.errors import ConfigError
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


def add_street(city: City, change: AddStreet, *, where: str) -> Changed:
    """
    Lay a new street, path, bridge or ferry and join its ends to what is there.

    It meets other streets at its ends only, so a bridge crosses what lies below.

    Parameters
    ----------
    city
        The city.
    change
        The change.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city with its networks built again, and the effect.

    Raises
    ------
    ConfigError
        If an end is farther than 100 m from every street, or there are no streets.
    """
    streets = _streets(city, where)
    places = [
        place_at(at, change.crs, target=city.crs, where=f"{where}: line")
        for at in change.line
    ]
    xy = shapely.get_coordinates(places)
    joined = streets
    ends = []
    for end in (xy[0], xy[-1]):
        joined, node = _joined_at(joined, end, change.modes, where)
        ends.append(node)
    laid = _laid(joined, xy, ends, change)
    length_m = float(laid.length_m.sum() - joined.length_m.sum())
    effect = Effect(
        "street", change.name or where, "length_m", None, round(length_m, 1)
    )
    return with_rules(city, city.profile, streets=laid), [effect]


def cut_street(city: City, change: CutStreet, *, where: str) -> Changed:
    """
    Cut the streets that cross a line, just where they cross it.

    Parameters
    ----------
    city
        The city.
    change
        The change.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city with its networks built again, and the effects by way.

    Raises
    ------
    ConfigError
        If the line crosses no street, or there are no streets.
    """
    streets = _streets(city, where)
    line = shapely.LineString(
        [
            place_at(at, change.crs, target=city.crs, where=f"{where}: line")
            for at in change.line
        ]
    )
    columns = [column for mode in change.modes for column in _columns(mode)]
    crossed = shapely.STRtree(_lines(streets)).query(line, predicate="intersects")
    crossed = np.sort(
        crossed[(streets.pace[crossed][:, columns] != CLOSED).any(axis=1)]
    )
    if not len(crossed):
        message = (
            f"{where}: line: it crosses no street open to {', '.join(change.modes)}; "
            "expected a line across the streets to be cut; check its points and `crs`."
        )
        raise ConfigError(message)
    ways = np.unique(streets.way_id[crossed])
    effects = [
        Effect("street", str(way), "open_to", ", ".join(change.modes), None)
        for way in ways
    ]
    lines = _lines(streets)
    for piece in crossed:
        there = shapely.intersection(lines[piece], line).representative_point()
        share = shapely.line_locate_point(lines[piece], there, normalized=True)
        streets = _parted(streets, int(piece), float(share), columns)
    return with_rules(city, city.profile, streets=streets), effects


def _streets(city: City, where: str) -> Streets:
    """
    Give the streets of the city.

    Raises
    ------
    ConfigError
        In the screening mode, where there are none.
    """
    streets = streets_of(city)
    if streets is None:
        message = (
            f"{where}: the study has no streets (screening mode); expected `streets:` "
            "in the study."
        )
        raise ConfigError(message)
    return streets


def _columns(mode: Mode) -> tuple[int, int]:
    """Give the columns of `pace` of a mode: along the piece, and against it."""
    first = 2 * MODES.index(mode)
    return first, first + 1


def _lines(streets: Streets) -> NDArray[np.object_]:
    """Draw every piece as a line."""
    ends = np.stack([streets.start, streets.end], axis=1).ravel()
    xy = np.column_stack([streets.x_m[ends], streets.y_m[ends]])
    return np.asarray(shapely.linestrings(xy.reshape(-1, 2, 2)))


def _joined_at(
    streets: Streets, end: NDArray[np.float64], modes: tuple[Mode, ...], where: str
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
    pieces = np.flatnonzero(is_open)
    lines = _lines(streets)[pieces]
    point = shapely.Point(end)
    near = shapely.STRtree(lines).nearest(point) if len(lines) else None
    away_m = np.inf if near is None else float(shapely.distance(lines[near], point))
    if near is None or away_m > _JOIN_M:
        message = (
            f"{where}: line: an end lies {away_m:.0f} m from the nearest street; "
            f"expected at most {_JOIN_M:g} m; draw the line up to the street."
        )
        raise ConfigError(message)
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
        ferry_s=np.append(streets.ferry_s, np.nan),
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
