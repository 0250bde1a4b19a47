"""Places beside the streets of the demo district, for offices and facilities."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from circle.demo_drawing import Drawing, sample_streets
from circle.demo_ground import Flags, Floats, Ints, offset_of
from circle.demo_land import Land, cell_centres, value_at

SPACING_M = 10.0
TRIES = 40
NEAREST_M, FURTHEST_M = 10.0, 45.0
LEAST_M = 8.0
MARK_M = 1e6
FAR_M = 225.0


@dataclass(frozen=True)
class StreetPoints:
    """
    Points along the streets.

    Attributes
    ----------
    xy
        Points that everybody may walk to, in metres.
    tree
        The same points for finding the nearest.
    tree_within
        The same points with their subdistrict, a million metres apart, as third
        coordinate: for finding the nearest in a subdistrict.
    named_tree
        Points on streets with a name.
    names
        Name of the street of each named point.
    """

    xy: Floats
    tree: cKDTree
    tree_within: cKDTree
    named_tree: cKDTree
    names: list[str]


def sample_places(drawing: Drawing, land: Land) -> StreetPoints:
    """
    Sample the public streets inside the district.

    Parameters
    ----------
    drawing
        The drawn streets.
    land
        The land.

    Returns
    -------
    streets
        Points along the streets.
    """
    points, names = sample_streets(drawing, SPACING_M, public=True)
    label = value_at(land, land.label, points[:, 0], points[:, 1])
    inside = label >= 0
    named = np.array([bool(name) for name in names])
    return StreetPoints(
        points[inside],
        cKDTree(points),
        cKDTree(np.column_stack([points, MARK_M * label])[inside]),
        cKDTree(points[named]),
        [name for name in names if name],
    )


def place_beside(
    land: Land,
    streets: StreetPoints,
    *,
    targets: Floats,
    subdistricts: Ints,
    rng: np.random.Generator,
) -> Floats:
    """
    Find a place beside a street near each target, in its subdistrict.

    Parameters
    ----------
    land
        The land.
    streets
        Points along the streets.
    targets
        Wanted places in metres, shape (n, 2).
    subdistricts
        The subdistrict each place must lie in.
    rng
        The source of chance.

    Returns
    -------
    points
        Shape (n, 2), in metres, mostly 10 to 45 m off a street.
    """
    marked = np.column_stack([targets, MARK_M * subdistricts])
    nearest = streets.tree_within.query(marked, k=min(TRIES, len(streets.xy)))[1]
    base = streets.xy[nearest]
    angle = rng.uniform(0, 2 * np.pi, nearest.shape)
    reach = rng.uniform(NEAREST_M, FURTHEST_M, nearest.shape)
    tries = base + np.stack([np.cos(angle), np.sin(angle)], -1) * reach[..., None]
    inside = _well_inside(land, tries, subdistricts[:, None])
    free = streets.tree.query(tries, distance_upper_bound=LEAST_M)[0] > LEAST_M
    good = 4 * inside + 2 * free + 1 * _same_bank(land, base, tries)
    best = np.argmax(good, axis=1)
    return np.asarray(tries[np.arange(len(tries)), best])


def name_places(
    streets: StreetPoints, points: Floats, rng: np.random.Generator
) -> list[str]:
    """
    Write an address for each place: the nearest street with a name, and a number.

    Parameters
    ----------
    streets
        Points along the streets.
    points
        Places in metres, shape (n, 2).
    rng
        The source of chance.

    Returns
    -------
    addresses
        One per place.
    """
    nearest = np.atleast_1d(streets.named_tree.query(points)[1])
    numbers = rng.integers(1, 1800, len(points))
    return [f"{streets.names[k]}{n}号" for k, n in zip(nearest, numbers, strict=True)]


def find_remote(drawing: Drawing, land: Land, n: int) -> Floats:
    """
    Find the cells furthest from any street, well apart.

    Parameters
    ----------
    drawing
        The drawn streets.
    land
        The land.
    n
        How many to find.

    Returns
    -------
    points
        Shape (n, 2), in metres.
    """
    points, _ = sample_streets(drawing, SPACING_M, public=False)
    inside = (land.label >= 0) & ~land.island
    x, y = cell_centres(land)
    cells = np.column_stack([x[inside], y[inside]])
    away = cKDTree(points).query(cells)[0]
    away = np.where(_dry(land, cells), away, 0)
    chosen: list[int] = []
    for _ in range(n):
        chosen.append(int(np.argmax(away)))
        near = np.hypot(*(cells - cells[chosen[-1]]).T) < 2 * FAR_M
        away = np.where(near, 0, away)
    return np.asarray(cells[chosen])


def _well_inside(land: Land, points: Floats, subdistricts: Ints) -> Flags:
    """Tell which points lie where no rounded corner of a border can pass."""
    inside = np.ones(points.shape[:-1], dtype=np.bool_)
    for dx in (-50, 50):
        for dy in (-50, 50):
            label = value_at(land, land.label, points[..., 0] + dx, points[..., 1] + dy)
            inside &= label == subdistricts
    return inside


def _same_bank(land: Land, base: Floats, points: Floats) -> Flags:
    """Tell which points lie dry and on the bank of their street."""
    same = np.ones(points.shape[:-1], dtype=np.bool_)
    for barrier in land.barriers:
        here = offset_of(barrier, base[..., 0], base[..., 1])
        there = offset_of(barrier, points[..., 0], points[..., 1])
        same &= (here > 0) == (there > 0)
        same &= np.abs(there) > barrier.half_width_m + 5
    return same


def _dry(land: Land, points: Floats) -> Flags:
    """Tell which points lie well away from water and expressways."""
    dry = np.ones(len(points), dtype=np.bool_)
    for barrier in land.barriers:
        offset = np.abs(offset_of(barrier, points[:, 0], points[:, 1]))
        dry &= offset > barrier.half_width_m + 20
    return dry
