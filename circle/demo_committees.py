"""The residents' and villagers' committees of the demo district."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from circle.demo_ground import OUTER, URBANISING, Flags, Floats, Ints
from circle.demo_land import Land
from circle.demo_names import name_estates, name_villages
from circle.demo_people import People
from circle.demo_places import StreetPoints, place_beside
from circle.demo_scale import DemoScale
from circle.demo_uses import Use, split_whole
from circle.demo_zones import cluster

CLASS_SHARES = (0.56, 0.35, 0.09)
PEOPLE_PER_HOUSEHOLD = 2.45
CITY_USES = (Use.COMPOUND, Use.LANES, Use.PARK, Use.WORKS, Use.BARRIER)
HOLE_RADIUS_M = 1_000.0
VILLAGE_HOLES = 0.12
# cells with fewer people are scattered houses that found no committee
SETTLED = 20


@dataclass(frozen=True)
class Committees:
    """
    The committees, sorted by subdistrict, residents' before villagers'.

    Attributes
    ----------
    code
        Twelve digits that begin with 999.
    name
        Short name of the estate or village.
    village
        Whether it is a villagers' committee.
    cycles
        Whether its people go by bicycle under the rule of Pudong.
    subdistrict
        Its subdistrict.
    xy
        Place of its office in metres.
    households
        Households in its care.
    island
        Whether it lies on the island.
    hole
        Whether its neighbourhood lacks facilities of several types.
    """

    code: list[str]
    name: list[str]
    village: Flags
    cycles: Flags
    subdistrict: Ints
    xy: Floats
    households: Ints
    island: Flags
    hole: Flags


def found_committees(
    land: Land,
    people: People,
    *,
    villages: Floats,
    streets: StreetPoints,
    scale: DemoScale,
    rng: np.random.Generator,
) -> Committees:
    """
    Found committees in the middle of their people.

    Parameters
    ----------
    land
        The land.
    people
        The cells and their people.
    villages
        Middles of the villages in metres, that of the island last.
    streets
        Points along the streets.
    scale
        The counts to meet.
    rng
        The source of chance.

    Returns
    -------
    committees
        The committees.
    """
    estates, estate_label = _group_residents(land, people, scale, rng)
    near = cKDTree(np.column_stack([people.x, people.y])).query(villages)[1]
    label = np.concatenate([estate_label, people.label[near]])
    village = np.arange(len(label)) >= len(estates)
    order = np.lexsort((np.arange(len(label)), village, label))
    targets = np.concatenate([estates, villages])[order]
    label, village = label[order], village[order]
    xy = place_beside(land, streets, targets=targets, subdistricts=label, rng=rng)
    island = order == len(order) - 1
    names = name_estates(len(estates), rng) + name_villages(len(villages), rng)
    if len(villages):
        names[-1] = "星屿村"
    count = _count_within(label, village)
    codes = [
        f"999001{one + 1:03d}{k + 200 * v:03d}"
        for one, k, v in zip(label, count, village, strict=True)
    ]
    households = _households(people, xy, label, island=island)
    hole = _holes(land, xy, label, village=village, rng=rng) | island
    name = [names[k] for k in order]
    area_class = land.area_class[label]
    cycles = (area_class == OUTER) | ((area_class == URBANISING) & village)
    return Committees(codes, name, village, cycles, label, xy, households, island, hole)


def _group_residents(
    land: Land, people: People, scale: DemoScale, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Group the people of each subdistrict's built-up cells."""
    n_subdistricts = len(land.area_class)
    urban = np.isin(people.use, CITY_USES) & (people.island == 0)
    per_label = np.bincount(people.label, people.total * urban, n_subdistricts)
    rest = scale.n_residents - n_subdistricts
    class_total = np.bincount(land.area_class, per_label)
    share = np.array(CLASS_SHARES)[land.area_class]
    weight = share * (per_label + 1) / (class_total + 1)[land.area_class]
    counts = 1 + split_whole(rest, weight)
    points, label = [], []
    for one, n in enumerate(counts):
        own = (people.label == one) & urban & (people.total >= SETTLED)
        if own.sum() < n:
            own = (people.label == one) & (people.island == 0)
        cells = np.column_stack([people.x[own], people.y[own]])
        _, middle = cluster(cells, people.total[own] + 0.01, n=int(n), rng=rng)
        points.append(middle)
        label += [one] * int(n)
    return np.concatenate(points), np.array(label)


def _count_within(label: Ints, village: Flags) -> Ints:
    """Count committees from one within each subdistrict and kind."""
    key = 2 * label + village
    first = np.searchsorted(key, key)
    return np.asarray(np.arange(len(key)) - first + 1)


def _households(people: People, xy: Floats, label: Ints, *, island: Flags) -> Ints:
    """Give every cell's people to the nearest committee of their subdistrict."""
    # far-off marks keep subdistricts, and the island, apart in one search
    mark = 1e6 * (label + 500.0 * island)
    cell_mark = 1e6 * (people.label + 500.0 * people.island)
    cells = np.column_stack([people.x, people.y, cell_mark])
    nearest = cKDTree(np.column_stack([xy, mark])).query(cells)[1]
    total = np.bincount(nearest, people.total, len(label))
    return np.maximum(np.round(total / PEOPLE_PER_HOUSEHOLD), 20).astype(np.int64)


def _holes(
    land: Land,
    xy: Floats,
    label: Ints,
    *,
    village: Flags,
    rng: np.random.Generator,
) -> Flags:
    """Choose new estates of the belt, and villages, that lack facilities."""
    hole = np.zeros(len(label), dtype=np.bool_)
    belt = np.flatnonzero((land.area_class[label] == URBANISING) & ~village)
    away = np.hypot(*(xy[belt] - land.centre[label[belt]]).T)
    order = belt[np.argsort(-away, kind="stable")]
    centres: list[int] = []
    for one in order:
        gap = np.hypot(*(xy[centres] - xy[one]).T)
        if not len(gap) or gap.min() > 3 * HOLE_RADIUS_M:
            centres.append(int(one))
        if len(centres) > len(belt) / 27:
            break
    for one in centres:
        hole |= np.hypot(*(xy - xy[one]).T) < HOLE_RADIUS_M
    return hole | (village & (rng.random(len(label)) < VILLAGE_HOLES))
