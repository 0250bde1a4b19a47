"""The land of the demo district: its cells, waters, zones and subdistricts.

All coordinates are metres east and north of the centre of the district.
"""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from circle.demo_ground import (
    CELL_M,
    OUTER,
    URBAN,
    Barrier,
    Flags,
    Floats,
    Ints,
    raster_centres,
)
from circle.demo_scale import DemoScale
from circle.demo_zones import divide, find_centres, rank_from_core, spread_towns

FERRY_GAP_M = 2_000.0
SHAPE_RATIO = 1.25


@dataclass(frozen=True)
class Land:
    """
    The cells of the district and what lies where.

    Attributes
    ----------
    corner_m
        Lower left corner of the raster, in both directions.
    label
        Subdistrict of each cell, -1 outside; rows run northward.
    area_class
        Area class of each subdistrict: 0 urban, 1 urbanising, 2 outer.
    centre
        Centre of each subdistrict, one row each.
    intensity
        How urban each cell is, from 0 to 1.
    island
        Whether the cell lies on the island.
    island_subdistrict
        The subdistrict the island belongs to.
    barriers
        Rivers, creeks and expressways.
    """

    corner_m: float
    label: Ints
    area_class: Ints
    centre: Floats
    intensity: Floats
    island: Flags
    island_subdistrict: int
    barriers: tuple[Barrier, ...]


def cell_centres(land: Land) -> tuple[Floats, Floats]:
    """
    Give the centres of all cells of the raster.

    Parameters
    ----------
    land
        The land.

    Returns
    -------
    x, y
        Two arrays in the shape of the raster, in metres.
    """
    return raster_centres(land.label.shape[0], land.corner_m)


def value_at(land: Land, raster: NDArray[np.generic], x: Floats, y: Floats) -> Floats:
    """
    Look up a raster of the land at points.

    Parameters
    ----------
    land
        The land.
    raster
        One value per cell.
    x, y
        Points in metres; those off the raster take the value of its rim.

    Returns
    -------
    values
        One value per point.
    """
    top = raster.shape[0] - 1
    row = np.clip(np.floor((y - land.corner_m) / CELL_M), 0, top).astype(np.int64)
    column = np.clip(np.floor((x - land.corner_m) / CELL_M), 0, top).astype(np.int64)
    return raster[row, column].astype(np.float64)


def make_land(scale: DemoScale, rng: np.random.Generator) -> Land:
    """
    Lay out the cells, waters, zones and subdistricts.

    Parameters
    ----------
    scale
        The counts to meet; the number of cells is met exactly.
    rng
        The source of chance.

    Returns
    -------
    land
        The land.
    """
    height_m = sqrt(scale.n_cells / (0.9 * SHAPE_RATIO)) * CELL_M
    width_m = SHAPE_RATIO * height_m
    half = int(np.ceil((width_m * 0.68 + FERRY_GAP_M + 1_200) / CELL_M))
    corner_m = -half * CELL_M
    x, y = raster_centres(2 * half, corner_m)
    n_island = int(np.clip(round(70 * sqrt(scale.factor)), 26, 160))
    shape = _outline(x, y, width_m, height_m, rng=rng)
    mainland = _lowest_connected(shape, scale.n_cells - n_island)
    island = _island(mainland, x, y, n_island)
    barriers = _barriers(width_m, height_m, rng)
    rank = rank_from_core(mainland, x, y, width_m, rng=rng)
    label, area_class = divide(mainland, rank, scale, barriers=barriers, rng=rng)
    centre = find_centres(label, x, y, len(area_class))
    outer = np.flatnonzero(area_class == OUTER)
    middle = np.array([x[island].mean(), y[island].mean()])
    nearest = outer[np.argmin(np.hypot(*(centre[outer] - middle).T))]
    label[island] = nearest
    intensity = spread_towns(rank, centre[area_class > URBAN], x, y)
    intensity[island] = 0.1
    return Land(
        corner_m, label, area_class, centre, intensity, island, int(nearest), barriers
    )


def _outline(
    x: Floats,
    y: Floats,
    width_m: float,
    height_m: float,
    *,
    rng: np.random.Generator,
) -> Floats:
    """Grow from 0 at the centre; level lines are rounded, uneven rectangles."""
    angle = np.arctan2(y, x)
    radius = (np.abs(2 * x / width_m) ** 3 + np.abs(2 * y / height_m) ** 3) ** (1 / 3)
    uneven = np.ones_like(radius)
    for k in (2, 3, 5, 9, 14):
        uneven += 0.11 / k * np.cos(k * angle + rng.uniform(0, 2 * pi))
    return np.asarray(radius * uneven)


def _lowest_connected(field: Floats, n: int) -> Flags:
    """Choose the n cells of lowest value that hang together."""
    order = np.argsort(field, axis=None, kind="stable")
    chosen = np.zeros(field.size, dtype=np.bool_)
    chosen[order[:n]] = True
    spare = n
    while True:
        parts, n_parts = ndimage.label(chosen.reshape(field.shape))
        if n_parts == 1:
            return chosen.reshape(field.shape)
        biggest = 1 + np.argmax(np.bincount(parts.ravel())[1:])
        stray = chosen & (parts.ravel() != biggest)
        chosen[stray] = False
        chosen[order[spare : spare + stray.sum()]] = True
        spare += int(stray.sum())


def _island(mainland: Flags, x: Floats, y: Floats, n: int) -> Flags:
    """Choose the n cells of an oval island off the eastern coast."""
    span = y[mainland].max() - y[mainland].min()
    middle = 0.12 * span
    coast = x[mainland & (np.abs(y - middle) < 0.06 * span)].max()
    radius = CELL_M * sqrt(n / pi)
    dx, dy = x - (coast + FERRY_GAP_M + radius), (y - middle) / 1.35
    away = np.hypot(dx, dy) * (1 + 0.1 * np.sin(3 * np.arctan2(dy, dx)))
    return _lowest_connected(np.asarray(away), n)


def _barriers(
    width_m: float, height_m: float, rng: np.random.Generator
) -> tuple[Barrier, ...]:
    """Lay rivers northward and creeks and expressways eastward."""
    bend = min(1.0, height_m / 9_000)
    n_rivers = max(1, round(width_m / 14_000))
    n_creeks = max(1, round(height_m / 10_000))
    n_expressways = max(1, round(height_m / 18_000))
    barriers = []
    for k in range(n_rivers):
        base = width_m * ((k + 0.52) / n_rivers - 0.5)
        bends = _bends(((330 * bend, 5_300), (90 * bend, 2_300)), rng)
        barriers.append(
            Barrier("river", True, base, bends, 75 if bend == 1 else 45, 32)
        )
    for k in range(n_creeks):
        base = height_m * ((k + 0.28) / n_creeks - 0.5)
        bends = _bends(((150 * bend, 3_900), (40 * bend, 1_500)), rng)
        barriers.append(Barrier("creek", False, base, bends, 18, 26))
    for k in range(n_expressways):
        base = height_m * ((k + 0.70) / n_expressways - 0.5)
        bends = _bends(((130 * bend, 9_000),), rng)
        barriers.append(Barrier("expressway", False, base, bends, 20, 26))
    return tuple(barriers)


def _bends(
    sizes: tuple[tuple[float, float], ...], rng: np.random.Generator
) -> tuple[tuple[float, float, float], ...]:
    """Give each bend a phase."""
    return tuple((a, length, float(rng.uniform(0, 2 * pi))) for a, length in sizes)
