"""What each block of the demo district is used for."""

from enum import IntEnum

import numpy as np

from circle.demo_ground import URBAN, Flags, Floats, Ints
from circle.demo_land import Land, value_at
from circle.demo_lattice import Blocks


class Use(IntEnum):
    """What a block is used for."""

    OUTSIDE = 0
    BARRIER = 1
    COMPOUND = 2
    LANES = 3
    PARK = 4
    WORKS = 5
    FIELD = 6
    VILLAGE = 7
    YARD = 8


# shares of compound, lanes, park, works and field, by block size and urbanity
SHARES = {
    (1, 2): (0.44, 0.44, 0.07, 0.05, 0.0),
    (1, 1): (0.44, 0.34, 0.07, 0.13, 0.02),
    (1, 0): (0.10, 0.25, 0.0, 0.10, 0.55),
    (2, 2): (0.62, 0.22, 0.12, 0.04, 0.0),
    (2, 1): (0.52, 0.20, 0.08, 0.16, 0.04),
    (2, 0): (0.02, 0.05, 0.01, 0.07, 0.85),
    (4, 2): (0.5, 0.2, 0.2, 0.1, 0.0),
    (4, 1): (0.35, 0.0, 0.15, 0.40, 0.10),
    (4, 0): (0.0, 0.0, 0.02, 0.08, 0.90),
}


def choose_uses(
    land: Land, blocks: Blocks, *, n_villages: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """
    Choose the use of each block and the blocks of the villages.

    Parameters
    ----------
    land
        The land.
    blocks
        The blocks.
    n_villages
        How many villages each subdistrict has, without the one on the island.
    rng
        The source of chance.

    Returns
    -------
    uses, villages
        The use of each block, and the block of each village sorted by subdistrict.
    """
    x, y = blocks.centre.T
    label = value_at(land, land.label, x, y).astype(np.int64)
    intensity = value_at(land, land.intensity, x, y)
    urbanity = np.digitize(intensity, [0.3, 0.62])
    uses = np.full(len(x), Use.OUTSIDE, dtype=np.int64)
    kinds = np.array([Use.COMPOUND, Use.LANES, Use.PARK, Use.WORKS, Use.FIELD])
    draw = rng.random(len(x))
    for (size, degree), shares in SHARES.items():
        own = (blocks.size == size) & (urbanity == degree)
        step = np.searchsorted(np.cumsum(shares), draw[own], side="right")
        uses[own] = kinds[np.minimum(step, 4)]
    uses[label < 0] = Use.OUTSIDE
    uses[blocks.straddles] = Use.BARRIER
    villages: list[int] = []
    for one in np.flatnonzero(n_villages > 0):
        fit = (label == one) & ~blocks.straddles & _inland(land, blocks, int(one))
        chosen = _spread(fit, blocks, intensity, n=int(n_villages[one]))
        uses[chosen] = Use.VILLAGE
        villages += chosen
    yards = np.flatnonzero((uses == Use.FIELD) & (blocks.size == 4))
    if not len(yards):
        yards = np.flatnonzero((uses == Use.FIELD) & (blocks.size == 2))
    uses[rng.permutation(yards)[: max(1, len(yards) // 60)]] = Use.YARD
    return uses, np.array(villages, dtype=np.int64)


def share_villages(land: Land, n_villages: int) -> Ints:
    """
    Share the villages out to subdistricts, one of them to the island.

    Parameters
    ----------
    land
        The land.
    n_villages
        How many there are.

    Returns
    -------
    counts
        Villages of each subdistrict, without the one on the island.
    """
    cells = np.bincount(land.label[land.label >= 0], minlength=len(land.area_class))
    weight = cells * np.array([0.0, 0.52, 0.80])[land.area_class]
    weight[land.area_class == URBAN] = 0
    return split_whole(n_villages - 1, weight)


def split_whole(total: int, weights: Floats) -> Ints:
    """
    Split a whole number in proportion to weights, by largest remainders.

    Parameters
    ----------
    total
        What to split.
    weights
        At least one above zero.

    Returns
    -------
    parts
        Whole numbers that add up to `total`.

    Examples
    --------
    >>> split_whole(5, np.array([1.0, 1.0, 2.0])).tolist()
    [1, 1, 3]
    """
    exact = total * weights / weights.sum()
    parts: Ints = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts


def _inland(land: Land, blocks: Blocks, subdistrict: int) -> Flags:
    """Tell which blocks have their surroundings in one subdistrict, too."""
    x, y = blocks.centre.T
    inside = np.ones(len(x), dtype=np.bool_)
    for dx, dy in ((150, 0), (-150, 0), (0, 150), (0, -150)):
        inside &= value_at(land, land.label, x + dx, y + dy) == subdistrict
    return inside


def _spread(fit: Flags, blocks: Blocks, intensity: Floats, *, n: int) -> list[int]:
    """Choose n fitting blocks far apart, large rural ones first."""
    rural = fit & (blocks.size > 1) & (intensity < 0.62)
    if rural.sum() < n:
        rural = fit
    pool = np.flatnonzero(rural)
    chosen = [int(pool[np.argmin(intensity[pool])])]
    away = np.hypot(*(blocks.centre[pool] - blocks.centre[chosen[0]]).T)
    while len(chosen) < min(n, len(pool)):
        best = int(np.argmax(away * (1.3 - intensity[pool])))
        chosen.append(int(pool[best]))
        further = np.hypot(*(blocks.centre[pool] - blocks.centre[pool[best]]).T)
        away = np.minimum(away, further)
    return chosen
