"""The public roads of the demo district: streets, bridges and signals."""

from dataclasses import dataclass

import numpy as np

from circle.demo_drawing import Drawing, Tags, add_nodes, add_way
from circle.demo_ground import Floats, Ints, offset_of
from circle.demo_land import Land, value_at
from circle.demo_lattice import Lattice, level_of, middles
from circle.demo_names import name_street

CITY = ("residential", "tertiary", "secondary", "primary")
COUNTRY = ("unclassified", "unclassified", "tertiary", "secondary")
ABUTMENT_M = {"river": 15.0, "creek": 7.0, "expressway": 8.0}
LONGEST_RUN = 12


@dataclass(frozen=True)
class Abutment:
    """
    The two ends of a bridge.

    Attributes
    ----------
    edge
        The lattice edge of the bridge.
    barrier
        The barrier it crosses.
    along_m
        Where along the barrier it crosses.
    low, high
        Drawing nodes on the side of lower and of higher offset.
    """

    edge: int
    barrier: int
    along_m: float
    low: int
    high: int


@dataclass(frozen=True)
class Roads:
    """
    Where the drawn roads offer junctions.

    Attributes
    ----------
    node
        Drawing node of each lattice node, -1 where none is drawn.
    inner
        Drawing nodes between both ends of each edge.
    middle
        Drawing node in the middle of the edge between two lattice nodes.
    abutments
        The ends of all bridges.
    """

    node: Ints
    inner: list[list[int]]
    middle: dict[tuple[int, int], int]
    abutments: list[Abutment]


def draw_roads(
    drawing: Drawing,
    land: Land,
    *,
    lattice: Lattice,
    pairs: list[str],
    rng: np.random.Generator,
) -> Roads:
    """
    Draw the streets along the lattice, with their bridges and signals.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    land
        The land.
    lattice
        Where streets run.
    pairs
        Words for street names.
    rng
        The source of chance.

    Returns
    -------
    roads
        Where the roads offer junctions.
    """
    points = middles(lattice)
    intensity = value_at(land, land.intensity, points[:, 0], points[:, 1])
    plain = lattice.crosses < 0
    node = np.full(lattice.xy.shape[0] * lattice.xy.shape[1], -1)
    used = np.unique(lattice.ends[plain | lattice.bridge])
    node[used] = add_nodes(drawing, lattice.xy.reshape(-1, 2)[used])
    inner: list[list[int]] = [[] for _ in range(len(plain))]
    middle: dict[tuple[int, int], int] = {}
    for edge in np.flatnonzero(plain):
        inner[edge] = add_nodes(
            drawing, _curve(lattice, int(edge), intensity[edge], rng)
        )
        a, b = lattice.ends[edge]
        middle[int(a), int(b)] = inner[edge][len(inner[edge]) // 2]
    abutments = []
    for edge in np.flatnonzero(lattice.bridge):
        abutment, inner[edge] = _abutment(drawing, land, lattice, edge=int(edge))
        abutments.append(abutment)
    roads = Roads(node, inner, middle, abutments)
    tags = _road_tags(lattice, intensity, pairs, rng=rng)
    _draw_runs(drawing, lattice, roads, tags=tags)
    _draw_bridges(drawing, land, lattice, roads=roads, tags=tags, rng=rng)
    _mark_signals(drawing, lattice, roads, intensity=intensity, rng=rng)
    return roads


def _curve(
    lattice: Lattice, edge: int, intensity: float, rng: np.random.Generator
) -> Floats:
    """Bend an edge a little; country roads bend more."""
    ends = lattice.xy.reshape(-1, 2)[lattice.ends[edge]]
    step = ends[1] - ends[0]
    normal = np.array([-step[1], step[0]]) / np.hypot(*step)
    country = intensity < 0.3
    share = np.array([0.25, 0.5, 0.75]) if country else np.array([0.5])
    bulge = rng.normal(0, 9 if country else 3.5) * np.sin(share * np.pi)
    return np.asarray(ends[0] + share[:, None] * step + bulge[:, None] * normal)


def _abutment(
    drawing: Drawing, land: Land, lattice: Lattice, *, edge: int
) -> tuple[Abutment, list[int]]:
    """Place the two ends of a bridge just off the banks."""
    barrier = land.barriers[lattice.crosses[edge]]
    ends = lattice.xy.reshape(-1, 2)[lattice.ends[edge]]
    away = offset_of(barrier, ends[:, 0], ends[:, 1])
    bank = barrier.half_width_m + ABUTMENT_M[barrier.kind]
    whole = np.abs(away).sum()
    cross = np.abs(away[0]) / whole
    share = np.clip([cross - bank / whole, cross + bank / whole], 0.04, 0.96)
    nodes = add_nodes(drawing, ends[0] + share[:, None] * (ends[1] - ends[0]))
    low, high = nodes if away[0] < 0 else nodes[::-1]
    along = 1 if barrier.north_south else 0
    along_m = float(ends[0][along] + cross * (ends[1] - ends[0])[along])
    return Abutment(edge, int(lattice.crosses[edge]), along_m, low, high), nodes


def _road_tags(
    lattice: Lattice,
    intensity: Floats,
    pairs: list[str],
    *,
    rng: np.random.Generator,
) -> list[Tags]:
    """Choose class, name and direction of each edge, alike along each line."""
    along = _along(lattice)
    section = along // 7
    draw = rng.random((2, lattice.line.max() + 1, section.max() + 1))
    draw = draw[lattice.eastward.astype(np.int64), lattice.line, section]
    level = level_of(lattice.line)
    oneway = (level == 0) & (intensity > 0.6) & (draw < 0.18)
    tags: list[Tags] = []
    for edge in range(len(level)):
        kinds = CITY if intensity[edge] > 0.27 else COUNTRY
        line, eastward = int(lattice.line[edge]), bool(lattice.eastward[edge])
        tag = {
            "highway": kinds[level[edge]],
            "name": name_street(pairs, line, int(along[edge]), eastward=eastward),
        }
        if oneway[edge]:
            tag["oneway"] = "yes"
            if draw[edge] < 0.08:
                tag["oneway:bicycle"] = "no"
        tags.append(tag)
    return tags


def _along(lattice: Lattice) -> Ints:
    """Count the units from the start of its line to each edge."""
    columns = lattice.xy.shape[1]
    i, j = lattice.ends[:, 0] // columns, lattice.ends[:, 0] % columns
    return np.asarray(np.where(lattice.eastward, i, j))


def _draw_runs(
    drawing: Drawing, lattice: Lattice, roads: Roads, *, tags: list[Tags]
) -> None:
    """Draw edges that follow each other with the same tags as one way."""
    run: list[int] = []
    last_edge, length = -1, 0
    order = np.lexsort((_along(lattice), lattice.line, lattice.eastward))
    for edge in map(int, order[lattice.crosses[order] < 0]):
        a, b = (int(roads.node[end]) for end in lattice.ends[edge])
        follows = run and run[-1] == a and length < LONGEST_RUN
        if not follows or tags[edge] != tags[last_edge]:
            if run:
                drawing.ways.append((run, tags[last_edge]))
            run, length = [a], 0
        run += [*roads.inner[edge], b]
        last_edge, length = edge, length + 1
    if run:
        drawing.ways.append((run, tags[last_edge]))


def _draw_bridges(
    drawing: Drawing,
    land: Land,
    lattice: Lattice,
    *,
    roads: Roads,
    tags: list[Tags],
    rng: np.random.Generator,
) -> None:
    """Draw each bridge with its approaches; some streets dive under instead."""
    for abutment in roads.abutments:
        edge = abutment.edge
        a, b = (int(roads.node[end]) for end in lattice.ends[edge])
        first, second = roads.inner[edge]
        tag = {key: tags[edge][key] for key in ("highway", "name")}
        over = {"bridge": "yes", "layer": "1"}
        under = {"tunnel": "yes", "layer": "-1"}
        dives = land.barriers[abutment.barrier].kind == "expressway"
        dives = dives and rng.random() < 0.3
        drawing.ways.append(([a, first], tag))
        drawing.ways.append(([first, second], {**tag, **(under if dives else over)}))
        drawing.ways.append(([second, b], tag))


def draw_footbridges(
    drawing: Drawing,
    land: Land,
    lattice: Lattice,
    *,
    roads: Roads,
    rng: np.random.Generator,
) -> None:
    """
    Draw footbridges with steps over some creeks and expressways.

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
    rng
        The source of chance.
    """
    points = middles(lattice)
    intensity = value_at(land, land.intensity, points[:, 0], points[:, 1])
    for edge in np.flatnonzero((lattice.crosses >= 0) & ~lattice.bridge):
        barrier = land.barriers[lattice.crosses[edge]]
        square = lattice.eastward[edge] == barrier.north_south
        joined = (roads.node[lattice.ends[edge]] >= 0).all()
        likely = 0.16 if intensity[edge] > 0.3 else 0.05
        if barrier.kind == "river" or not (square and joined):
            continue
        if rng.random() < likely:
            _, (first, second) = _abutment(drawing, land, lattice, edge=int(edge))
            a, b = (int(roads.node[end]) for end in lattice.ends[edge])
            add_way(drawing, [a, first], highway="steps")
            add_way(
                drawing, [first, second], highway="footway", bridge="yes", layer="1"
            )
            add_way(drawing, [second, b], highway="steps")


def _mark_signals(
    drawing: Drawing,
    lattice: Lattice,
    roads: Roads,
    *,
    intensity: Floats,
    rng: np.random.Generator,
) -> None:
    """Put signals on large junctions and crossings on some others."""
    level = level_of(lattice.line)
    n = len(roads.node)
    best = np.full((2, n), -1)
    urban = np.zeros(n)
    for way in (0, 1):
        edges = np.flatnonzero(
            (lattice.eastward == bool(way)) & ((lattice.crosses < 0) | lattice.bridge)
        )
        for end in (0, 1):
            np.maximum.at(best[way], lattice.ends[edges, end], level[edges])
            np.maximum.at(urban, lattice.ends[edges, end], intensity[edges])
    low, high = best.min(axis=0), best.max(axis=0)
    chance = rng.random(n)
    signal = (low >= 1) & (high >= 2) & (urban > 0.33)
    crossing = (low >= 0) & (high >= 1) & (urban > 0.5) & (chance < 0.35) & ~signal
    for junction in np.flatnonzero(signal | crossing):
        kind = "traffic_signals" if signal[junction] else "crossing"
        drawing.node_tags[int(roads.node[junction])] = {"highway": kind}
