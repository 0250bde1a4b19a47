"""The lattice of the demo district: where streets may run, and the blocks between.

Lattice lines lie about 200 m apart, bent and shifted. Every eighth line is a primary
road, every fourth a secondary, every second a tertiary. Blocks of four units are split
into blocks of two and of one where the land is urban.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from circle.demo_ground import CELL_M, Barrier, Flags, Floats, Ints, offset_of, waves
from circle.demo_land import Land, cell_centres, value_at

UNIT_M = 200.0
TURN_RAD = 0.14
SPACING_M = {"river": (1_300.0, 2_200.0), "creek": (650.0, 1_300.0)}
SPACING_EXPRESSWAY_M = (900.0, 1_400.0)


@dataclass(frozen=True)
class Lattice:
    """
    Lattice nodes and the unit edges between them.

    Attributes
    ----------
    xy
        Place of node (i, j) in metres; shape (n + 1, m + 1, 2).
    ends
        Node numbers (i × (m + 1) + j) of both ends of each edge.
    line
        The lattice line of each edge: i for northward, j for eastward edges.
    eastward
        Whether the edge runs along a line of constant j.
    crosses
        The barrier that each edge crosses, or -1.
    bridge
        Whether the edge crosses its barrier.
    """

    xy: Floats
    ends: Ints
    line: Ints
    eastward: Flags
    crosses: Ints
    bridge: Flags


@dataclass(frozen=True)
class Blocks:
    """
    The blocks between the streets.

    Attributes
    ----------
    corner
        Lower left lattice node (i, j) of each block.
    size
        Units along each side: 1, 2 or 4.
    centre
        Middle of each block, in metres.
    straddles
        Whether a barrier runs through it.
    of_unit
        The block of each unit square.
    """

    corner: Ints
    size: Ints
    centre: Floats
    straddles: Flags
    of_unit: Ints


def make_lattice(land: Land, rng: np.random.Generator) -> tuple[Lattice, Blocks]:
    """
    Bend the lattice over the land, split it into blocks and choose the bridges.

    Parameters
    ----------
    land
        The land.
    rng
        The source of chance.

    Returns
    -------
    lattice, blocks
        The streets that hang together, and the blocks between them.
    """
    xy = _bent_nodes(land, rng)
    blocks = _split(land, xy, rng)
    lattice = _edges(land, xy, blocks)
    lattice = _with_bridges(land, lattice)
    return _joined(lattice), blocks


def place(xy: Floats, i: Floats, j: Floats) -> Floats:
    """
    Find points given in lattice units.

    Parameters
    ----------
    xy
        Places of the lattice nodes, in metres.
    i, j
        Points in lattice units, both of shape (n,).

    Returns
    -------
    points
        Shape (n, 2), in metres.
    """
    low_i = np.clip(np.floor(i), 0, xy.shape[0] - 2).astype(np.int64)
    low_j = np.clip(np.floor(j), 0, xy.shape[1] - 2).astype(np.int64)
    u, v = (i - low_i)[:, None], (j - low_j)[:, None]
    near = xy[low_i, low_j] * (1 - u) + xy[low_i + 1, low_j] * u
    far = xy[low_i, low_j + 1] * (1 - u) + xy[low_i + 1, low_j + 1] * u
    return np.asarray(near * (1 - v) + far * v)


def block_of_cells(land: Land, lattice: Lattice, blocks: Blocks) -> Ints:
    """
    Find the block around the centre of each cell.

    Parameters
    ----------
    land
        The land.
    lattice
        The lattice.
    blocks
        The blocks.

    Returns
    -------
    block
        One block number per cell, in the shape of the raster.
    """
    n, m = blocks.of_unit.shape
    steps = (np.arange(3) + 0.5) / 3
    i = np.repeat((np.arange(n)[:, None] + steps).ravel(), 3 * m)
    j = np.tile((np.arange(m)[:, None] + steps).ravel(), 3 * n)
    sample = place(lattice.xy, i, j)
    x, y = cell_centres(land)
    nearest = cKDTree(sample).query(np.column_stack([x.ravel(), y.ravel()]))[1]
    unit_i, unit_j = i[nearest].astype(np.int64), j[nearest].astype(np.int64)
    return np.asarray(blocks.of_unit[unit_i, unit_j].reshape(x.shape))


def level_of(line: Ints) -> Ints:
    """
    Rank lattice lines: 3 primary, 2 secondary, 1 tertiary, 0 residential.

    Parameters
    ----------
    line
        Line numbers.

    Returns
    -------
    level
        One level per line.
    """
    level = (line % 8 == 0).astype(np.int64) + (line % 4 == 0) + (line % 2 == 0)
    return np.asarray(level)


def _bent_nodes(land: Land, rng: np.random.Generator) -> Floats:
    """Place the lattice nodes: turned, bent, shifted, and parted at barriers."""
    rows, columns = np.nonzero(land.label >= 0)
    reach = land.corner_m + CELL_M * np.array([columns.max(), rows.max()])
    count = 8 * np.ceil((reach * 1.12 + 900) / UNIT_M / 8).astype(np.int64)
    along = [np.arange(-n, n + 1) * UNIT_M for n in count]
    flat_x, flat_y = np.meshgrid(along[0], along[1], indexing="ij")
    x = flat_x * np.cos(TURN_RAD) - flat_y * np.sin(TURN_RAD)
    y = flat_x * np.sin(TURN_RAD) + flat_y * np.cos(TURN_RAD)
    rural = 1 - value_at(land, land.intensity, x, y)
    moved = []
    for flat in (x, y):
        bend = 150 * waves(x, y, (4_300, 3_100), rng)
        winding = 75 * rural * waves(x, y, (1_100, 1_500), rng)
        shift = rng.normal(0, 8, x.shape) + rural * rng.normal(0, 9, x.shape)
        moved.append(flat + bend + winding + shift)
    for barrier in land.barriers:
        _part(moved, barrier)
    return np.stack(moved, axis=-1)


def _part(moved: list[Floats], barrier: Barrier) -> None:
    """Push nodes away from a barrier, the nearest ones most."""
    free = barrier.half_width_m + barrier.margin_m
    offset = offset_of(barrier, moved[0], moved[1])
    near = np.abs(offset) < 2 * free
    pushed = np.where(offset < 0, -1, 1) * (free + np.abs(offset) / 2)
    axis = 0 if barrier.north_south else 1
    moved[axis] = np.where(near, moved[axis] + pushed - offset, moved[axis])


def _sides(land: Land, xy: Floats) -> Ints:
    """Tell on which side of each barrier every node lies; shape (n + 1, m + 1, k)."""
    sides = [offset_of(one, xy[..., 0], xy[..., 1]) > 0 for one in land.barriers]
    return np.stack(sides, axis=-1).astype(np.int64)


def _straddles(sides: Ints, size: int) -> Flags:
    """Tell which blocks of a size have corners on both sides of a barrier."""
    low, high = sides, sides
    n, m = sides.shape[0] - 1, sides.shape[1] - 1
    grown_low, grown_high = [], []
    for di in range(size + 1):
        for dj in range(size + 1):
            part = np.s_[di : n - size + di + 1 : size, dj : m - size + dj + 1 : size]
            grown_low.append(low[part])
            grown_high.append(high[part])
    return np.asarray(
        (np.min(grown_low, axis=0) != np.max(grown_high, axis=0)).any(axis=-1)
    )


def _split(land: Land, xy: Floats, rng: np.random.Generator) -> Blocks:
    """Split blocks of four units into two, and of two into one, where urban."""
    n, m = xy.shape[0] - 1, xy.shape[1] - 1
    sides = _sides(land, xy)
    halves = []
    for size, chances in ((4, (0.10, 0.55, 1, 1)), (2, (0.03, 0.12, 0.38, 0.92))):
        i, j = np.meshgrid(np.arange(0, n, size), np.arange(0, m, size), indexing="ij")
        middle = place(xy, (i + size / 2).ravel(), (j + size / 2).ravel())
        intensity = value_at(land, land.intensity, middle[:, 0], middle[:, 1])
        chance = np.array(chances)[np.digitize(intensity, [0.16, 0.3, 0.62])]
        split = (rng.random(len(chance)) < chance).reshape(i.shape)
        split |= _straddles(sides, size) & (intensity.reshape(i.shape) > 0.1)
        halves.append(split)
    whole = ~halves[0].repeat(2, 0).repeat(2, 1)
    pairs = ~halves[1] & ~whole
    unit_size = np.where(
        whole.repeat(2, 0).repeat(2, 1),
        4,
        np.where(pairs.repeat(2, 0).repeat(2, 1), 2, 1),
    )
    i, j = np.indices((n, m))
    first_i, first_j = i - i % unit_size, j - j % unit_size
    key = first_i * m + first_j
    starts, of_unit = np.unique(key, return_inverse=True)
    corner = np.column_stack([starts // m, starts % m])
    size = unit_size[corner[:, 0], corner[:, 1]]
    straddles = np.zeros(len(size), dtype=np.bool_)
    for one in (1, 2, 4):
        own = size == one
        at = corner[own] // one
        straddles[own] = _straddles(sides, one)[at[:, 0], at[:, 1]]
    centre = place(xy, *(corner + size[:, None] / 2).T)
    return Blocks(corner, size, centre, straddles, of_unit.reshape(n, m))


def _edges(land: Land, xy: Floats, blocks: Blocks) -> Lattice:
    """Keep the unit edges between different blocks and near the district."""
    n, m = xy.shape[0] - 1, xy.shape[1] - 1
    number = np.arange((n + 1) * (m + 1)).reshape(n + 1, m + 1)
    allowed = _allowed(land, xy)
    parts = []
    for eastward in (False, True):
        of_unit = blocks.of_unit if not eastward else blocks.of_unit.T
        ids = number if not eastward else number.T
        between = np.ones((ids.shape[0], of_unit.shape[1]), dtype=np.bool_)
        between[1:-1] = of_unit[1:] != of_unit[:-1]
        major = (np.arange(ids.shape[0]) % 4 == 0)[:, None]
        near = allowed.ravel()[ids]
        reach = np.where(major, 2, 1)
        near_enough = (near[:, :-1] <= reach) & (near[:, 1:] <= reach)
        line, along = np.nonzero(between & near_enough)
        ends = np.column_stack([ids[line, along], ids[line, along + 1]])
        parts.append((ends, line, np.full(len(line), eastward)))
    ends, line, heading = (np.concatenate(part) for part in zip(*parts, strict=True))
    crosses, double = _crossings(land, xy, ends)
    keep = ~double
    nothing = np.zeros(int(keep.sum()), dtype=np.bool_)
    return Lattice(xy, ends[keep], line[keep], heading[keep], crosses[keep], nothing)


def _allowed(land: Land, xy: Floats) -> Ints:
    """Grade nodes: 1 in the district or just outside, 2 a little further, else 3."""
    mainland = (land.label >= 0) & ~land.island
    x, _ = cell_centres(land)
    sea = ~mainland & (x > 0.25 * x[mainland].max())
    grade = np.full(mainland.shape, 3)
    grade[ndimage.binary_dilation(mainland, iterations=7) & ~sea] = 2
    grade[ndimage.binary_dilation(mainland, iterations=1) & ~sea] = 1
    return value_at(land, grade, xy[..., 0], xy[..., 1]).astype(np.int64)


def _crossings(land: Land, xy: Floats, ends: Ints) -> tuple[Ints, Flags]:
    """Find the barrier each edge crosses; more than one is marked as double."""
    sides = _sides(land, xy).reshape(-1, len(land.barriers))
    differ = sides[ends[:, 0]] != sides[ends[:, 1]]
    crosses = np.where(differ.any(axis=1), np.argmax(differ, axis=1), -1)
    return crosses, differ.sum(axis=1) > 1


def middles(lattice: Lattice) -> Floats:
    """
    Find the middle of each edge.

    Parameters
    ----------
    lattice
        The lattice.

    Returns
    -------
    points
        Shape (n_edges, 2), in metres.
    """
    flat = lattice.xy.reshape(-1, 2)
    return np.asarray(flat[lattice.ends].mean(axis=1))


def _with_bridges(land: Land, lattice: Lattice) -> Lattice:
    """Choose the bridges of each barrier: large roads first, well apart."""
    points = middles(lattice)
    level = level_of(lattice.line)
    intensity = value_at(land, land.intensity, points[:, 0], points[:, 1])
    bridge = lattice.bridge.copy()
    for number, barrier in enumerate(land.barriers):
        near, far = SPACING_M.get(barrier.kind, SPACING_EXPRESSWAY_M)
        # an edge that runs along a barrier and drifts over it makes no bridge
        square = lattice.eastward == barrier.north_south
        edges = np.flatnonzero((lattice.crosses == number) & square & (level > 0))
        taken: list[int] = []
        for edge in edges[np.lexsort((edges, -level[edges]))]:
            gap = near if intensity[edge] > 0.5 else far
            away = np.hypot(*(points[taken] - points[edge]).T)
            if not taken or away.min() >= gap:
                taken.append(int(edge))
        bridge[taken] = True
    return replace(lattice, bridge=bridge)


def _parts(lattice: Lattice, used: Flags) -> Ints:
    """Give each node the number of its connected part over the used edges."""
    n = lattice.xy.shape[0] * lattice.xy.shape[1]
    ends = lattice.ends[used]
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _joined(lattice: Lattice) -> Lattice:
    """Bridge to parts that are cut off, and drop what stays alone."""
    bridge = lattice.bridge.copy()
    level = level_of(lattice.line)
    crossing = lattice.crosses >= 0
    while True:
        part = _parts(lattice, ~crossing | bridge)
        size = np.bincount(part)
        ends = part[lattice.ends]
        worth = crossing & (ends[:, 0] != ends[:, 1]) & (size[ends].min(axis=1) >= 8)
        if not worth.any():
            break
        bridge[np.argmax(np.where(worth, level, -1))] = True
    keep = (ends == np.argmax(size)).all(axis=1)
    return Lattice(
        lattice.xy,
        lattice.ends[keep],
        lattice.line[keep],
        lattice.eastward[keep],
        lattice.crosses[keep],
        bridge[keep],
    )
