"""The streets inside the blocks of the demo: compounds, lanes, parks, villages."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from circle.demo_drawing import Drawing, add_nodes, add_way
from circle.demo_ground import Flags, Floats, Ints
from circle.demo_lattice import Blocks, Lattice, place
from circle.demo_roads import Roads
from circle.demo_uses import Use

WALL = 0.11
INNER = {1: 0.23, 2: 0.30, 4: 0.40}
PITCH = {1: 3, 2: 5, 4: 8}


@dataclass(frozen=True)
class Joint:
    """
    A place where inner streets may join the street around a block.

    Attributes
    ----------
    node
        The drawing node in the street.
    i, j
        Its place in lattice units.
    inward
        The direction into the block, in lattice units.
    """

    node: int
    i: float
    j: float
    inward: tuple[int, int]


@dataclass(frozen=True)
class Plot:
    """
    The square of the lattice that a block covers.

    Attributes
    ----------
    xy
        Places of the lattice nodes, in metres.
    corner
        Lower left lattice node of the block.
    size
        Units along each side.
    """

    xy: Floats
    corner: Ints
    size: int


def draw_blocks(
    drawing: Drawing,
    lattice: Lattice,
    *,
    blocks: Blocks,
    uses: Ints,
    roads: Roads,
    rng: np.random.Generator,
) -> None:
    """
    Draw what lies inside each block, joined to the streets around it.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    lattice
        Where streets run.
    blocks
        The blocks.
    uses
        The use of each block.
    roads
        Where the roads offer junctions.
    rng
        The source of chance.
    """
    draw = {
        Use.COMPOUND: _draw_compound,
        Use.LANES: _draw_lanes,
        Use.PARK: _draw_park,
        Use.WORKS: _draw_works,
        Use.FIELD: _draw_field,
        Use.VILLAGE: _draw_village,
    }
    for block in np.flatnonzero(uses > Use.BARRIER):
        corner, size = blocks.corner[block], int(blocks.size[block])
        use = Use(int(uses[block]))
        if use == Use.YARD:
            _draw_yard(drawing, lattice.xy, corner, size=size)
            continue
        joints = _joints(lattice, corner, size, roads=roads)
        if joints:
            order = rng.permutation(len(joints))
            mixed = [joints[k] for k in order]
            plot = Plot(lattice.xy, corner, size)
            draw[use](drawing, plot, joints=mixed, rng=rng)


def _joints(lattice: Lattice, corner: Ints, size: int, *, roads: Roads) -> list[Joint]:
    """Find the middles of the street edges around a block."""
    columns = lattice.xy.shape[1]
    i0, j0 = int(corner[0]), int(corner[1])
    found = []
    for k in range(size):
        sides = (
            (i0 + k, j0, 1, 0, (0, 1)),
            (i0 + k, j0 + size, 1, 0, (0, -1)),
            (i0, j0 + k, 0, 1, (1, 0)),
            (i0 + size, j0 + k, 0, 1, (-1, 0)),
        )
        for i, j, di, dj, inward in sides:
            a = i * columns + j
            node = roads.middle.get((a, a + di * columns + dj))
            if node is not None:
                found.append(Joint(node, i + di / 2, j + dj / 2, inward))
    return found


def _nodes(drawing: Drawing, xy: Floats, i: Floats, j: Floats) -> list[int]:
    """Add nodes given in lattice units."""
    return add_nodes(drawing, place(xy, np.asarray(i), np.asarray(j)))


def _draw_grid(
    drawing: Drawing,
    xy: Floats,
    lines: Sequence[Floats],
    *,
    kinds: tuple[str, str],
    keep: Sequence[Flags],
) -> tuple[Ints, Floats, Floats]:
    """Draw rows and columns of lanes; give their nodes and places."""
    i, j = np.meshgrid(lines[0], lines[1], indexing="ij")
    nodes = np.array(_nodes(drawing, xy, i.ravel(), j.ravel())).reshape(i.shape)
    for k in np.flatnonzero(keep[0]):
        add_way(drawing, nodes[k], highway=kinds[k in {0, len(nodes) - 1}])
    for k in np.flatnonzero(keep[1]):
        add_way(drawing, nodes[:, k], highway=kinds[k in {0, nodes.shape[1] - 1}])
    return nodes, i, j


def _nearest(grid: tuple[Ints, Floats, Floats], joint: Joint) -> int:
    """Find the grid node closest to a joint."""
    nodes, i, j = grid
    return int(nodes.flat[np.argmin(np.hypot(i - joint.i, j - joint.j))])


def _draw_compound(
    drawing: Drawing,
    plot: Plot,
    *,
    joints: list[Joint],
    rng: np.random.Generator,
) -> None:
    """Draw a walled estate with one or two gates, and perhaps a closed one."""
    xy, corner, size = plot.xy, plot.corner, plot.size
    inset, pitch = INNER[size], PITCH[size]
    lines = tuple(np.linspace(c + inset, c + size - inset, pitch) for c in corner)
    keep = tuple(rng.random(pitch) < 0.5 for _ in range(2))
    for one in keep:
        one[[0, -1]] = True
    kinds = ("footway", "service")
    grid = _draw_grid(drawing, xy, lines, kinds=kinds, keep=keep)
    gates = joints[: 1 + int(rng.random() < 0.55) + (size > 1)]
    walls = []
    for number, joint in enumerate(gates):
        i, j = (joint.i + WALL * joint.inward[0], joint.j + WALL * joint.inward[1])
        gate = _nodes(drawing, xy, np.array([i]), np.array([j]))[0]
        shut = number == 2 or (number == 1 and rng.random() < 0.25)
        tags = {"barrier": "gate"}
        if shut:
            tags["access"] = "no"
        elif rng.random() < 0.6:
            tags |= {"access": "private", "foot": "yes", "bicycle": "yes"}
        drawing.node_tags[gate] = tags
        kind = "footway" if shut else "service"
        add_way(drawing, [joint.node, gate, _nearest(grid, joint)], highway=kind)
        walls.append((i, j, gate))
    _draw_wall(drawing, xy, corner, size=size, gates=walls)


def _draw_wall(
    drawing: Drawing,
    xy: Floats,
    corner: Ints,
    *,
    size: int,
    gates: list[tuple[float, float, int]],
) -> None:
    """Draw the wall around an estate, through its gates."""
    steps = np.linspace(WALL, size - WALL, size + 1)
    zero = np.zeros(size)
    far = zero + size - WALL
    i = corner[0] + np.concatenate([steps[:-1], far, steps[:0:-1], zero + WALL])
    j = corner[1] + np.concatenate([zero + WALL, steps[:-1], far, steps[:0:-1]])
    nodes = _nodes(drawing, xy, i, j)
    ring = list(zip(i, j, nodes, strict=True)) + gates
    middle_i, middle_j = corner[0] + size / 2, corner[1] + size / 2
    ring.sort(key=lambda one: np.arctan2(one[1] - middle_j, one[0] - middle_i))
    wall = [one[2] for one in ring]
    add_way(drawing, [*wall, wall[0]], barrier="wall", landuse="residential")


def _draw_lanes(
    drawing: Drawing,
    plot: Plot,
    *,
    joints: list[Joint],
    rng: np.random.Generator,
) -> None:
    """Draw open lanes that run through the block."""
    xy, corner, size = plot.xy, plot.corner, plot.size
    lines = tuple(np.arange(size) + c + 0.5 for c in corner)
    kind = ("residential", "living_street", "service", "pedestrian", "living_street")
    lane = kind[int(rng.integers(5))]
    keep = [np.full(size, size > 1)] * 2
    grid = _draw_grid(drawing, xy, lines, kinds=(lane, lane), keep=keep)
    for joint in joints if rng.random() < 0.6 else joints[:2]:
        tags = {"highway": lane}
        if lane == "residential" and rng.random() < 0.2:
            tags["oneway"] = "yes"
        half = np.array([joint.i + 0.25 * joint.inward[0] + rng.normal(0, 0.02)])
        way = np.array([joint.j + 0.25 * joint.inward[1] + rng.normal(0, 0.02)])
        bend = _nodes(drawing, xy, half, way)
        drawing.ways.append(([joint.node, bend[0], _nearest(grid, joint)], tags))


def _draw_park(
    drawing: Drawing,
    plot: Plot,
    *,
    joints: list[Joint],
    rng: np.random.Generator,
) -> None:
    """Draw a park with footways that meet at a ring in its middle."""
    xy, corner, size = plot.xy, plot.corner, plot.size
    i0, j0 = corner + size / 2
    turn = np.linspace(0, 2 * np.pi, 9)[:-1]
    radius = size * rng.uniform(0.15, 0.24)
    ring_i, ring_j = i0 + radius * np.cos(turn), j0 + radius * np.sin(turn)
    ring = _nodes(drawing, xy, ring_i, ring_j)
    add_way(drawing, [*ring, ring[0]], highway="footway")
    for joint in joints:
        nearest = int(np.argmin(np.hypot(ring_i - joint.i, ring_j - joint.j)))
        add_way(drawing, [joint.node, ring[nearest]], highway="footway")
    steps = (0.12, size - 0.12)
    edge = [(steps[a], steps[b]) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
    i, j = (corner + np.array(edge)).T
    border = _nodes(drawing, xy, i, j)
    add_way(drawing, [*border, border[0]], leisure="park")


def _draw_works(
    drawing: Drawing,
    plot: Plot,
    *,
    joints: list[Joint],
    rng: np.random.Generator,
) -> None:
    """Draw a works with service roads behind one gate."""
    xy, corner, size = plot.xy, plot.corner, plot.size
    lines = tuple(np.linspace(c + 0.3, c + size - 0.3, 2 + (size > 1)) for c in corner)
    keep = [np.ones(len(one), dtype=np.bool_) for one in lines]
    grid = _draw_grid(drawing, xy, lines, kinds=("service", "service"), keep=keep)
    sides = corner + np.array([[0.1, 0.1], [size - 0.1, 0.1]])
    fence = np.concatenate([sides, sides[::-1] + np.array([0, size - 0.2])])
    border = _nodes(drawing, xy, *fence.T)
    add_way(drawing, [*border, border[0]], landuse="industrial")
    joint = joints[0]
    out = rng.uniform(0.12, 0.16)
    i, j = joint.i + out * joint.inward[0], joint.j + out * joint.inward[1]
    gate = _nodes(drawing, xy, np.array([i]), np.array([j]))[0]
    drawing.node_tags[gate] = {"barrier": "lift_gate"}
    add_way(drawing, [joint.node, gate, _nearest(grid, joint)], highway="service")


def _draw_field(
    drawing: Drawing,
    plot: Plot,
    *,
    joints: list[Joint],
    rng: np.random.Generator,
) -> None:
    """Draw a track into a field, or none; some go through to the other side."""
    xy, size = plot.xy, plot.size
    if rng.random() < 0.45:
        return
    joint = joints[0]
    depth = size * rng.uniform(0.3, 0.6) * np.array([0.35, 0.7, 1.0])
    wind = rng.normal(0, 0.06 * size, 3)
    i = joint.i + depth * joint.inward[0] + wind * joint.inward[1]
    j = joint.j + depth * joint.inward[1] + wind * joint.inward[0]
    track = _nodes(drawing, xy, i, j)
    add_way(drawing, [joint.node, *track], highway="track")
    across = [one for one in joints[1:] if one.inward != joint.inward]
    if across and rng.random() < 0.5:
        add_way(drawing, [track[-1], across[0].node], highway="path")


def _draw_village(
    drawing: Drawing,
    plot: Plot,
    *,
    joints: list[Joint],
    rng: np.random.Generator,
) -> None:
    """Draw the lanes of a village and the roads that lead to it."""
    xy, corner, size = plot.xy, plot.corner, plot.size
    half = min(0.33 * size, 0.72)
    lines = tuple(
        c + size / 2 + np.linspace(-half, half, n) + rng.normal(0, 0.05, n)
        for c, n in zip(corner, rng.integers(4, 7, 2), strict=True)
    )
    keep = tuple(rng.random(len(one)) < 0.75 for one in lines)
    for one in keep:
        one[[0, -1]] = True
    kinds = ("footway", "residential")
    grid = _draw_grid(drawing, xy, lines, kinds=kinds, keep=keep)
    heads: set[tuple[int, int]] = set()
    for joint in joints:
        if joint.inward not in heads and len(heads) < 3:
            heads.add(joint.inward)
            nodes = [joint.node, _nearest(grid, joint)]
            add_way(drawing, nodes, highway="unclassified")


def _draw_yard(drawing: Drawing, xy: Floats, corner: Ints, *, size: int) -> None:
    """Draw the private lanes of a works that no public street reaches."""
    middle = corner + size / 2
    i = middle[0] + 0.12 * size * np.array([-1, 1, 1, -1])
    j = middle[1] + 0.08 * size * np.array([-1, -1, 1, 1])
    nodes = _nodes(drawing, xy, i, j)
    add_way(drawing, [*nodes, nodes[0]], highway="service", access="private")
    add_way(drawing, nodes[::2], highway="service", access="private")
