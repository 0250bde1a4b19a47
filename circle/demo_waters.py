"""Rivers, river paths, the expressway, the island and the ferry of the demo."""

from itertools import pairwise

import numpy as np

from circle.demo_drawing import Drawing, add_nodes, add_way
from circle.demo_ground import Barrier, Floats, line_of, offset_of
from circle.demo_land import Land, cell_centres, value_at
from circle.demo_lattice import Lattice, level_of
from circle.demo_roads import Abutment, Roads

STEP_M = 140.0
PATH_GAP_M = 4_000.0
CARRIAGEWAY_M = 11.0
INTERCHANGE_GAP_M = 3_200.0
RAMP_M = 300.0


def draw_waters(drawing: Drawing, land: Land) -> None:
    """
    Draw rivers and creeks as lines and as water surfaces.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    land
        The land.
    """
    for barrier in land.barriers:
        if barrier.kind == "expressway":
            continue
        along = _stations(land, barrier)
        name = "临澜江" if barrier.kind == "river" else "听澜河"
        line = add_nodes(drawing, _points(barrier, along, 0))
        kind = "river" if barrier.kind == "river" else "canal"
        add_way(drawing, line, waterway=kind, name=name)
        banks = [
            add_nodes(drawing, _points(barrier, along, side * barrier.half_width_m))
            for side in (-1, 1)
        ]
        shore = [*banks[0], *banks[1][::-1], banks[0][0]]
        add_way(drawing, shore, natural="water", water=kind, name=name)


def draw_river_paths(drawing: Drawing, land: Land, abutments: list[Abutment]) -> None:
    """
    Draw paths along the river banks from bridge to bridge.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    land
        The land.
    abutments
        The ends of all bridges.
    """
    for number, barrier in enumerate(land.barriers):
        own = [one for one in abutments if one.barrier == number]
        own.sort(key=lambda one: one.along_m)
        for first, second in pairwise(own if barrier.kind == "river" else []):
            for side in (-1, 1):
                _draw_bank(drawing, land, barrier, ends=(first, second), side=side)


def _draw_bank(
    drawing: Drawing,
    land: Land,
    barrier: Barrier,
    *,
    ends: tuple[Abutment, Abutment],
    side: int,
) -> None:
    """Draw one bank between two bridges, unless another barrier cuts it."""
    span = ends[1].along_m - ends[0].along_m
    if not 2 * STEP_M < span < PATH_GAP_M:
        return
    along = np.linspace(ends[0].along_m, ends[1].along_m, int(span / 90) + 1)
    points = _points(barrier, along[1:-1], side * (barrier.half_width_m + 15))
    x, y = points.T
    urban = value_at(land, land.intensity, x, y).mean() > 0.3
    inside = (value_at(land, land.label, x, y) >= 0).all()
    others = [one for one in land.barriers if one is not barrier]
    cut = any(len(set(offset_of(one, x, y) > 0)) > 1 for one in others)
    if cut or not (inside and urban):
        return
    heads = [one.high if side > 0 else one.low for one in ends]
    nodes = [heads[0], *add_nodes(drawing, points), heads[1]]
    if side > 0:
        add_way(drawing, nodes, highway="cycleway", foot="yes", name="临澜江滨江绿道")
    else:
        add_way(drawing, nodes, highway="footway", name="临澜江滨江步道")


def draw_expressways(
    drawing: Drawing, land: Land, lattice: Lattice, *, roads: Roads
) -> None:
    """
    Draw the two carriageways of each expressway and its interchanges.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    land
        The land.
    lattice
        Where streets run.
    roads
        Where the roads offer junctions.
    """
    level = level_of(lattice.line)
    for number, barrier in enumerate(land.barriers):
        if barrier.kind != "expressway":
            continue
        along = _stations(land, barrier)
        over = _over_water(land, barrier, along)
        lanes = {}
        for side in (-1, 1):
            points = _points(barrier, along, side * CARRIAGEWAY_M)
            lanes[side] = add_nodes(drawing, points)
            _draw_carriageway(drawing, lanes[side], over, eastward=side < 0)
        own = [one for one in roads.abutments if one.barrier == number]
        own.sort(key=lambda one: (-level[one.edge], one.along_m))
        taken: list[float] = []
        for one in own[: max(1, len(own) // 2)]:
            if all(abs(one.along_m - other) > INTERCHANGE_GAP_M for other in taken):
                taken.append(one.along_m)
                _draw_ramps(drawing, barrier, one, along=along, lanes=lanes)


def _draw_carriageway(
    drawing: Drawing, lane: list[int], over: list[bool], *, eastward: bool
) -> None:
    """Draw one carriageway, cut into plain stretches and bridges."""
    start = 0
    for stop in range(1, len(lane)):
        if stop == len(lane) - 1 or over[stop] != over[stop - 1]:
            nodes = lane[start : stop + 1]
            bridge = "yes" if over[stop - 1] else ""
            add_way(
                drawing,
                nodes if eastward else nodes[::-1],
                highway="motorway",
                name="临澜高速",
                ref="L1",
                oneway="yes",
                bridge=bridge,
                layer="1" if bridge else "",
            )
            start = stop


def _draw_ramps(
    drawing: Drawing,
    barrier: Barrier,
    abutment: Abutment,
    *,
    along: Floats,
    lanes: dict[int, list[int]],
) -> None:
    """Draw the four ramps of an interchange between road and carriageways."""
    for side, head in ((-1, abutment.low), (1, abutment.high)):
        for ahead in (-1, 1):
            there = abutment.along_m + ahead * RAMP_M
            joint = lanes[side][int(np.argmin(np.abs(along - there)))]
            half_way = np.array([abutment.along_m + ahead * RAMP_M / 2])
            bend = add_nodes(drawing, _points(barrier, half_way, side * 30.0))
            nodes = [joint, bend[0], head]
            # traffic keeps right: the southern carriageway runs east
            leaves = ahead == side
            add_way(
                drawing,
                nodes if leaves else nodes[::-1],
                highway="motorway_link",
                oneway="yes",
            )


def draw_island(
    drawing: Drawing, land: Land, lattice: Lattice, *, roads: Roads
) -> Floats:
    """
    Draw the lanes of the island, both piers and the ferry between them.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    land
        The land.
    lattice
        Where streets run.
    roads
        Where the roads offer junctions.

    Returns
    -------
    middle
        The middle of the village on the island, in metres.
    """
    x, y = cell_centres(land)
    middle = np.array([x[land.island].mean(), y[land.island].mean()])
    half = np.array([np.ptp(x[land.island]), np.ptp(y[land.island])]) / 2
    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = middle + 0.72 * half * np.column_stack([np.cos(turn), np.sin(turn)])
    shore = add_nodes(drawing, ring)
    add_way(drawing, [*shore, shore[0]], highway="unclassified", name="星屿环岛路")
    across = np.linspace(-0.72, 0.72, 7)[1:-1]
    lane = add_nodes(drawing, middle + np.outer(across, [half[0], 0]))
    add_way(drawing, [shore[6], *lane, shore[0]], highway="residential", name="星屿街")
    up = add_nodes(drawing, middle + np.outer([0.25, 0.5], [0, half[1]]))
    down = add_nodes(drawing, middle + np.outer([-0.5, -0.25], [0, half[1]]))
    nodes = [shore[9], *down, lane[2], *up, shore[3]]
    add_way(drawing, nodes, highway="residential", name="渔火巷")
    for k in (1, 3):
        ends = middle + np.array([[across[k], 0.25], [across[k], -0.25]]) * half
        north, south = add_nodes(drawing, ends)
        add_way(drawing, [north, lane[k], south], highway="path")
    _draw_ferry(drawing, lattice, roads, shore=shore[6])
    return np.asarray(middle)


def _draw_ferry(
    drawing: Drawing, lattice: Lattice, roads: Roads, *, shore: int
) -> None:
    """Draw the ferry from the nearest mainland street to the island."""
    landing = np.array(drawing.xy[shore])
    drawn = np.flatnonzero(roads.node >= 0)
    away = np.hypot(*(lattice.xy.reshape(-1, 2)[drawn] - landing).T)
    start = int(roads.node[drawn[np.argmin(away)]])
    coast = np.array(drawing.xy[start])
    step = landing - coast
    share = np.array([90, 90 + 0.45 * np.hypot(*step), np.hypot(*step) - 60])
    points = coast + share[:, None] / np.hypot(*step) * step
    points[1] += 0.05 * np.array([-step[1], step[0]])
    pier, sea, jetty = add_nodes(drawing, points)
    drawing.node_tags[pier] = {"amenity": "ferry_terminal", "name": "望海渡口"}
    drawing.node_tags[jetty] = {"amenity": "ferry_terminal", "name": "星屿渡口"}
    add_way(drawing, [start, pier], highway="service", name="望海渡口路")
    add_way(drawing, [jetty, shore], highway="service")
    add_way(
        drawing,
        [pier, sea, jetty],
        route="ferry",
        name="望海—星屿轮渡",
        duration="00:08",
        foot="yes",
        bicycle="yes",
    )


def _stations(land: Land, barrier: Barrier) -> Floats:
    """Space stations along a barrier, a little beyond the district."""
    x, y = cell_centres(land)
    mainland = (land.label >= 0) & ~land.island
    along = (y if barrier.north_south else x)[mainland]
    # the expressway turns back from the coast, rivers run on into the sea
    beyond = -700.0 if barrier.kind == "expressway" else 250.0
    first, last = along.min() - 250.0, along.max() + beyond
    return np.linspace(first, last, int((last - first) / STEP_M) + 1)


def _points(barrier: Barrier, along: Floats, shift_m: float) -> Floats:
    """Give points beside the centre line of a barrier."""
    across = line_of(barrier, along) + shift_m
    pair = [across, along] if barrier.north_south else [along, across]
    return np.column_stack(pair)


def _over_water(land: Land, barrier: Barrier, along: Floats) -> list[bool]:
    """Tell which pieces of an expressway lie over a river."""
    over = np.zeros(len(along) - 1, dtype=np.bool_)
    x, y = _points(barrier, along, 0).T
    for other in land.barriers:
        if other.kind == "river":
            offset = offset_of(other, x, y)
            low = np.minimum(offset[:-1], offset[1:])
            high = np.maximum(offset[:-1], offset[1:])
            over |= (low < other.half_width_m) & (high > -other.half_width_m)
    return [bool(one) for one in over]
