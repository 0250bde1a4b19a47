"""The people of the demo district: how many live in each cell, and how old."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from circle.demo_ground import CELL_M, Flags, Floats, Ints, offset_of
from circle.demo_land import Land, cell_centres
from circle.demo_lattice import Blocks
from circle.demo_uses import Use, split_whole

CLASS_SHARES = (0.45, 0.42, 0.13)
DENSITY = {
    Use.OUTSIDE: 0.05,
    Use.BARRIER: 0.15,
    Use.COMPOUND: 1.3,
    Use.LANES: 1.0,
    Use.PARK: 0.02,
    Use.WORKS: 0.03,
    Use.FIELD: 0.012,
    Use.VILLAGE: 0.03,
    Use.YARD: 0.0,
}
VILLAGE_CORE, ISLAND_CORE = 0.5, 0.25
VILLAGE_REACH_M = 90
EMPTY_FIELDS = 0.75
# people crowd within about this distance of the centre of their subdistrict
CENTRE_M = 900.0


@dataclass(frozen=True)
class People:
    """
    The cells of the district, row by row northward.

    Attributes
    ----------
    x, y
        Centres in metres.
    label
        Subdistrict of each cell.
    use
        Use of the block around each cell.
    island
        Whether the cell lies on the island.
    total
        People of each cell.
    bands
        People aged 0-14, 15-59 and 60 or more; shape (n_cells, 3).
    """

    x: Floats
    y: Floats
    label: Ints
    use: Ints
    island: Ints
    total: Ints
    bands: Ints


def settle_people(
    land: Land,
    blocks: Blocks,
    *,
    of_cell: Ints,
    uses: Ints,
    n_people: int,
    rng: np.random.Generator,
) -> People:
    """
    Settle whole people in the cells, so that they add up exactly.

    Parameters
    ----------
    land
        The land.
    blocks
        The blocks.
    of_cell
        The block around each cell of the raster.
    uses
        The use of each block.
    n_people
        People in all.
    rng
        The source of chance.

    Returns
    -------
    people
        The cells of the district and their people.
    """
    inside = land.label >= 0
    grid_x, grid_y = cell_centres(land)
    x, y, label = grid_x[inside], grid_y[inside], land.label[inside]
    block, island = of_cell[inside], land.island[inside]
    use = np.where(island, Use.VILLAGE, uses[block])
    weight = np.array([DENSITY[Use(k)] for k in range(len(Use))])[use]
    away = np.hypot(x - blocks.centre[block, 0], y - blocks.centre[block, 1])
    weight *= 0.05 + land.intensity[inside] ** 2.4
    weight *= 0.45 + np.exp(-((_from_centre(land, x, y) / CENTRE_M) ** 2))
    reach = np.minimum(VILLAGE_REACH_M * blocks.size[block], 200)
    weight[(use == Use.VILLAGE) & (away < reach)] = VILLAGE_CORE
    weight[island] = ISLAND_CORE * _island_core(x[island], y[island])
    weight *= rng.lognormal(0, 0.45, len(weight))
    weight[(use == Use.FIELD) & (rng.random(len(weight)) < EMPTY_FIELDS)] = 0
    weight[_in_water(land, x, y)] = 0
    area_class = land.area_class[label]
    class_totals = split_whole(n_people, np.array(CLASS_SHARES))
    total = np.zeros(len(weight), dtype=np.int64)
    for one, people in enumerate(class_totals):
        own = area_class == one
        total[own] = split_whole(int(people), weight[own])
    bands = _bands(total, land.intensity[inside], use, rng=rng)
    return People(x, y, label, use, island.astype(np.int64), total, bands)


def _island_core(x: Floats, y: Floats) -> Floats:
    """Weigh island cells: nobody lives on the shore."""
    away = np.hypot((x - x.mean()) / np.ptp(x), (y - y.mean()) / np.ptp(y))
    return np.where(away < 0.36, 1.0, 0.0)


def _from_centre(land: Land, x: Floats, y: Floats) -> Floats:
    """Measure how far cells lie from the nearest centre of a subdistrict."""
    away, _ = cKDTree(land.centre).query(np.column_stack([x, y]))
    return np.asarray(away)


def _in_water(land: Land, x: Floats, y: Floats) -> Flags:
    """Tell which cells lie mostly in water or under the expressway."""
    wet = np.zeros(len(x), dtype=np.bool_)
    for barrier in land.barriers:
        reach = barrier.half_width_m + CELL_M / 5
        wet |= np.abs(offset_of(barrier, x, y)) < reach
    return wet


def _bands(
    total: Ints, intensity: Floats, use: Ints, *, rng: np.random.Generator
) -> Ints:
    """Split each cell's people by age: old villages and core, young belt."""
    old = np.interp(intensity, [0.1, 0.3, 0.5, 0.75, 1], [0.37, 0.30, 0.19, 0.24, 0.31])
    old = np.where(use == Use.VILLAGE, np.maximum(old, 0.36), old)
    old = np.clip(old + rng.normal(0, 0.035, len(old)), 0.06, 0.7)
    young = np.clip(0.205 - 0.32 * old + rng.normal(0, 0.015, len(old)), 0.03, 0.3)
    n_old = np.floor(total * old + rng.random(len(old))).astype(np.int64)
    n_old = np.minimum(n_old, total)
    n_young = np.floor(total * young + rng.random(len(old))).astype(np.int64)
    n_young = np.minimum(n_young, total - n_old)
    return np.column_stack([n_young, total - n_young - n_old, n_old])
