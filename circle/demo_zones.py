"""The zones of the demo district: core, belt and outer land, and their subdistricts."""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from circle.demo_ground import (
    CELL_M,
    OUTER,
    URBAN,
    URBANISING,
    Barrier,
    Flags,
    Floats,
    Ints,
    offset_of,
    raster_centres,
    waves,
)
from circle.demo_scale import DemoScale

URBAN_SHARE, URBANISING_SHARE = 0.20, 0.42


def cluster(
    points: Floats, weights: Floats, *, n: int, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """
    Group weighted points into compact clusters (Lloyd's method).

    Parameters
    ----------
    points
        One row of coordinates per point, in metres.
    weights
        One weight above zero per point.
    n
        Number of clusters, at most the number of points.
    rng
        The source of chance.

    Returns
    -------
    member
        The cluster of each point.
    centres
        One row per cluster.
    """
    first = rng.choice(len(points), n, replace=False, p=weights / weights.sum())
    centres = points[first].astype(np.float64)
    member = np.zeros(len(points), dtype=np.int64)
    for _ in range(25):
        member = np.asarray(cKDTree(centres).query(points)[1], dtype=np.int64)
        total = np.bincount(member, weights, n)
        used = total > 0
        for axis in range(points.shape[1]):
            moment = np.bincount(member, weights * points[:, axis], n)
            centres[used, axis] = moment[used] / total[used]
    member = np.asarray(cKDTree(centres).query(points)[1], dtype=np.int64)
    return member, centres


def rank_from_core(
    mainland: Flags,
    x: Floats,
    y: Floats,
    width_m: float,
    *,
    rng: np.random.Generator,
) -> Floats:
    """
    Rank the mainland cells by their distance from the core.

    Parameters
    ----------
    mainland
        The cells of the district without its island.
    x, y
        Centres of all cells in metres.
    width_m
        Width of the district.
    rng
        The source of chance.

    Returns
    -------
    rank
        From 0 in the core to 1 at the far end and outside.
    """
    core_x, core_y = -0.16 * width_m, 0.02 * width_m
    away = np.hypot(x - core_x, (y - core_y) * 1.1)
    away *= 1 + 0.16 * waves(x, y, (width_m / 2, width_m / 3.1, width_m / 5), rng)
    rank = np.ones(x.shape)
    order = np.argsort(away[mainland], kind="stable")
    places = np.empty(order.size)
    places[order] = np.arange(order.size) / order.size
    rank[mainland] = places
    return rank


def divide(
    mainland: Flags,
    rank: Floats,
    scale: DemoScale,
    *,
    barriers: tuple[Barrier, ...],
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """
    Divide each zone into subdistricts that seldom straddle a river.

    Parameters
    ----------
    mainland
        The cells of the district without its island.
    rank
        Their rank by distance from the core.
    scale
        The counts to meet.
    barriers
        Rivers, creeks and expressways.
    rng
        The source of chance.

    Returns
    -------
    label, area_class
        The subdistrict of each cell, and the area class of each subdistrict.
    """
    zone = np.where(rank < URBAN_SHARE, URBAN, OUTER)
    belt = (rank >= URBAN_SHARE) & (rank < URBAN_SHARE + URBANISING_SHARE)
    zone[belt] = URBANISING
    x, y = raster_centres(rank.shape[0], -rank.shape[0] / 2 * CELL_M)
    u = x + 220 * waves(x, y, (2_300, 1_400), rng)
    v = y + 220 * waves(x, y, (2_300, 1_400), rng)
    for barrier in barriers:
        if barrier.kind == "river":
            u += 700 * np.sign(offset_of(barrier, x, y))
    label = np.full(rank.shape, -1, dtype=np.int64)
    classes: list[int] = []
    for area_class, n in enumerate(scale.n_subdistricts):
        cells = mainland & (zone == area_class)
        points = np.column_stack([u[cells], v[cells]])
        member, _ = cluster(points, np.ones(len(points)), n=n, rng=rng)
        label[cells] = member + len(classes)
        classes += [area_class] * n
    return _join_pieces(label, len(classes)), np.array(classes)


def _join_pieces(label: Ints, n: int) -> Ints:
    """Give stray pieces of a subdistrict to the neighbour around them."""
    label = label.copy()
    inside = label >= 0
    for _ in range(6):
        stray = np.zeros(label.shape, dtype=np.bool_)
        for one, window in enumerate(ndimage.find_objects(label + 1, n)):
            parts, n_parts = ndimage.label(label[window] == one)
            if n_parts > 1:
                biggest = 1 + np.argmax(np.bincount(parts.ravel())[1:])
                stray[window] |= (parts > 0) & (parts != biggest)
        if not stray.any():
            break
        known = inside & ~stray
        nearest = ndimage.distance_transform_edt(
            ~known, return_distances=False, return_indices=True
        )
        label[stray] = label[nearest[0], nearest[1]][stray]
    return label


def find_centres(label: Ints, x: Floats, y: Floats, n: int) -> Floats:
    """
    Find a cell well inside each subdistrict and near its centroid.

    Parameters
    ----------
    label
        The subdistrict of each cell.
    x, y
        Centres of all cells in metres.
    n
        Number of subdistricts.

    Returns
    -------
    centres
        One row per subdistrict, in metres.
    """
    centres = np.empty((n, 2))
    for one, window in enumerate(ndimage.find_objects(label + 1, n)):
        own = label[window] == one
        deep = ndimage.distance_transform_edt(np.pad(own, 1))[1:-1, 1:-1]
        place = np.column_stack([x[window][own], y[window][own]])
        away = np.hypot(*(place - place.mean(axis=0)).T)
        away[deep[own] < min(4.0, deep.max())] = np.inf
        centres[one] = place[np.argmin(away)]
    return centres


def spread_towns(rank: Floats, towns: Floats, x: Floats, y: Floats) -> Floats:
    """
    Let urbanity fall from the core, with a bump at each town centre.

    Parameters
    ----------
    rank
        Rank of the cells by distance from the core.
    towns
        Centres of the towns in metres.
    x, y
        Centres of all cells in metres.

    Returns
    -------
    intensity
        How urban each cell is, from 0 to 1.
    """
    edge = URBAN_SHARE + URBANISING_SHARE
    steps = np.array([0, URBAN_SHARE, URBAN_SHARE + 0.03, edge, edge + 0.04, 1])
    base = np.interp(rank, steps, [1.0, 0.76, 0.60, 0.32, 0.18, 0.06])
    away = cKDTree(towns).query(np.column_stack([x.ravel(), y.ravel()]))[0]
    bump = 0.75 * np.exp(-((away / 800) ** 2)).reshape(rank.shape)
    return np.asarray(np.minimum(1.0, base + bump * (1 - base)))
