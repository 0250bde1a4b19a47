"""Gap clusters: neighbouring cells that lack one facility type."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numba import njit
from numpy.typing import NDArray

from circle.city import City
from circle.contracts import GAP_CLUSTERS
from circle.gap_parts import CellField, find_neighbours, find_parts, lay_out_cells
from circle.nearest_places import nearest_places
from circle.outlines import trace_outlines
from circle.profile import MODES
from circle.reached import Reach

# The result does not depend on it.
_THREADS = 2
# A type is lacking together with a cluster's own where so many of its people lack it.
TOGETHER_SHARE = 0.5


@dataclass(frozen=True)
class _Ground:
    """Cells and committees as arrays, for describing many clusters quickly."""

    field: CellField
    speed_mps: NDArray[np.float64]
    square: NDArray[np.int64]
    """Column and row of the grid square of each cell, shape (cells, 2)."""
    cell_id: NDArray[np.object_]
    home: NDArray[np.int64]
    home_id: NDArray[np.object_]
    home_name: NDArray[np.object_]
    committee_name: NDArray[np.object_]
    committee_places: NDArray[np.float64]


@dataclass(frozen=True)
class _Clusters:
    """Clusters and the cells that make them up."""

    column: NDArray[np.int64]
    """Column of the type of each cluster."""
    people: NDArray[np.float64]
    """People of each cluster."""
    cluster: NDArray[np.int64]
    """Cluster of each member, ascending."""
    members: NDArray[np.int64]
    """Rows of the cells."""


def find_gap_clusters(city: City, reach: Reach) -> gpd.GeoDataFrame:
    """
    Join neighbouring cells that do not reach a type into clusters.

    Parameters
    ----------
    city
        The city; its study says how near cells must be to join, and how few people
        are too few to list.
    reach
        Reach from its cells.

    Returns
    -------
    gap_clusters
        Contract ``gap_clusters``, sorted by rank: required types first, then by
        people, then id. Cells without people join no cluster.

    Notes
    -----
    Cells within `gaps.link_m` of one another are linked once for all types, and the
    uncovered cells of a type fall into connected parts: DBSCAN with one sample as the
    least number. A part wider than one service circle could not be served from one
    place, so it is halved by people along its longer side until no side is longer than
    the circle's diameter.
    """
    ground = _ground(city)
    uncovered = ~reach.covered & (ground.field.people > 0)[:, None]
    lacking = np.asarray(uncovered.any(axis=1))
    pairs = find_neighbours(
        ground.field, np.flatnonzero(lacking), link_m=city.study.gaps.link_m
    )

    def join(column: int) -> _Clusters:
        members, cuts = find_parts(
            pairs,
            np.ascontiguousarray(uncovered[:, column]),
            field=ground.field,
            widest_m=2 * reach.thresholds_s(column) * ground.speed_mps,
        )
        return _listed(ground, members, cuts, column)

    with ThreadPoolExecutor(_THREADS) as pool:
        clusters = _large_enough(
            list(pool.map(join, range(len(reach.type_ids)))),
            city.study.gaps.smallest_population,
        )
    rows = _described(ground, city, reach.type_ids, clusters)
    rows["missing_together"] = _together(reach.type_ids, ground, clusters, uncovered)
    return _ranked_clusters(city, rows)


def _ground(city: City) -> _Ground:
    """Lay out cells and committees as arrays."""
    places = shapely.get_coordinates(city.cells.geometry.to_numpy())
    kmh = {mode: city.profile.speeds.kmh(mode) for mode in MODES}
    corner = np.array(city.grid_corner_m)
    return _Ground(
        field=lay_out_cells(
            places[:, 0].copy(),
            places[:, 1].copy(),
            city.cells["population"].to_numpy(dtype=float),
        ),
        speed_mps=city.cells["mode"].map(kmh).to_numpy(dtype=float) / 3.6,
        square=np.floor((places - corner) / city.cell_size_m).astype(np.int64),
        cell_id=city.cells["cell_id"].to_numpy(dtype=object),
        home=city.cells["home"].to_numpy(dtype=np.int64),
        home_id=city.subdistricts["subdistrict_id"].to_numpy(dtype=object),
        home_name=city.subdistricts["name"].to_numpy(dtype=object),
        committee_name=city.committees["name"].to_numpy(dtype=object),
        committee_places=shapely.get_coordinates(city.committees.geometry.to_numpy()),
    )


def _listed(
    ground: _Ground,
    members: NDArray[np.int64],
    cuts: NDArray[np.int64],
    column: int,
) -> _Clusters:
    """Give the parts of one type with their people."""
    part = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    weight = ground.field.people[members]
    people = np.bincount(part, weight, len(cuts) - 1).astype(float)
    return _Clusters(np.full(len(people), column), people, part, members)


def _large_enough(found: Sequence[_Clusters], smallest: float) -> _Clusters:
    """Put the clusters of all types below each other, without those of few people."""
    ends = np.cumsum([len(one.people) for one in found])
    people = np.concatenate([one.people for one in found])
    cluster = np.concatenate(
        [
            one.cluster + end - len(one.people)
            for one, end in zip(found, ends, strict=True)
        ]
    )
    large = people >= smallest
    number = np.cumsum(large) - 1
    listed = large[cluster]
    return _Clusters(
        column=np.concatenate([one.column for one in found])[large],
        people=people[large],
        cluster=number[cluster[listed]],
        members=np.concatenate([one.members for one in found])[listed],
    )


def _described(
    ground: _Ground, city: City, type_ids: Sequence[str], clusters: _Clusters
) -> pd.DataFrame:
    """Describe all clusters, one row each."""
    n, which, members = len(clusters.people), clusters.cluster, clusters.members
    weight = ground.field.people[members]
    fullest = members[_heaviest(which, members, weight, n)]
    home, in_home, part = _by_home(ground, clusters, weight)
    most = home[_heaviest(part, home, in_home, n)]
    middle = [
        np.bincount(which, one[members] * weight, n) / clusters.people
        for one in (ground.field.x_m, ground.field.y_m)
    ]
    tiers, types = city.profile.coverage.tiers, np.array(type_ids, dtype=object)
    asked = [city.profile.type_of(one).tier in tiers for one in type_ids]
    outlines = trace_outlines(
        which,
        ground.square[members],
        size_m=city.cell_size_m,
        corner_m=city.grid_corner_m,
    )
    return pd.DataFrame(
        {
            "gap_id": types[clusters.column] + ":" + ground.cell_id[fullest],
            "type_id": types[clusters.column],
            "required": np.array(asked, dtype=bool)[clusters.column],
            "subdistrict_id": ground.home_id[most],
            "name": _place_names(ground, np.column_stack(middle), most),
            "cells": np.bincount(which, minlength=n),
            "population": clusters.people,
            "area_km2": shapely.area(outlines) / 1e6,
            "geometry": outlines,
        }
    )


def _together(
    type_ids: Sequence[str],
    ground: _Ground,
    clusters: _Clusters,
    uncovered: NDArray[np.bool_],
) -> list[tuple[str, ...]]:
    """Name the other types that at least half of the people of a cluster lack."""
    lacking = _summed(
        clusters.cluster,
        clusters.members,
        ground.field.people,
        np.ascontiguousarray(uncovered),
        len(clusters.people),
    )
    among = lacking >= TOGETHER_SHARE * clusters.people[:, None]
    among[np.arange(len(among)), clusters.column] = False
    names = np.array(type_ids, dtype=object)[np.nonzero(among)[1]].tolist()
    ends = np.cumsum(among.sum(axis=1)).tolist()
    return [tuple(names[a:b]) for a, b in zip([0, *ends], ends, strict=False)]


@njit(cache=True, nogil=True)
def _summed(
    group: NDArray[np.int64],
    members: NDArray[np.int64],
    people: NDArray[np.float64],
    lacks: NDArray[np.bool_],
    n: int,
) -> NDArray[np.float64]:
    """Sum the people of each group that lack each type, shape (n, types)."""
    total = np.zeros((n, lacks.shape[1]))
    for i in range(len(members)):
        for column in range(lacks.shape[1]):
            if lacks[members[i], column]:
                total[group[i], column] += people[members[i]]
    return total


@njit(cache=True, nogil=True)
def _heaviest(
    group: NDArray[np.int64],
    row: NDArray[np.int64],
    weight: NDArray[np.float64],
    n: int,
) -> NDArray[np.int64]:
    """Find in each group the place of the heaviest, the lowest row of equals."""
    best = np.full(n, -1, np.int64)
    for i in range(len(group)):
        known = best[group[i]]
        if (
            known < 0
            or weight[i] > weight[known]
            or (weight[i] == weight[known] and row[i] < row[known])
        ):
            best[group[i]] = i
    return best


def _by_home(
    ground: _Ground, clusters: _Clusters, weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Sum the people of each cluster by subdistrict: subdistrict, people, cluster."""
    return _sums_by_home(
        clusters.cluster,
        ground.home[clusters.members],
        weight,
        max(1, len(ground.home_id)),
    )


@njit(cache=True, nogil=True)
def _sums_by_home(
    cluster: NDArray[np.int64],
    home: NDArray[np.int64],
    weight: NDArray[np.float64],
    n_homes: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Sum weights by cluster, which ascend, and subdistrict: both, and the sums."""
    found, part = np.empty(len(cluster), np.int64), np.empty(len(cluster), np.int64)
    total = np.empty(len(cluster))
    here, is_here = np.zeros(n_homes), np.zeros(n_homes, np.bool_)
    n = 0
    for i in range(len(cluster)):
        here[home[i]] += weight[i]
        is_here[home[i]] = True
        if i + 1 < len(cluster) and cluster[i + 1] == cluster[i]:
            continue
        for one in np.flatnonzero(is_here):
            found[n], part[n], total[n] = one, cluster[i], here[one]
            here[one], is_here[one] = 0.0, False
            n += 1
    return found[:n].copy(), total[:n].copy(), part[:n].copy()


def _place_names(
    ground: _Ground, middle: NDArray[np.float64], home: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Name clusters after the nearest committee, else after their subdistrict."""
    if not len(ground.committee_name):
        return np.asarray(ground.home_name[home], dtype=object)
    nearest = nearest_places(ground.committee_places, middle)
    return np.asarray(ground.committee_name[nearest], dtype=object)


def _ranked_clusters(city: City, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Sort clusters by weight and number them."""
    clusters = gpd.GeoDataFrame(rows, geometry="geometry", crs=city.crs)
    people, ranking = clusters["population"].to_numpy(float), city.study.gaps.ranking
    if ranking is not None:
        people = people * ranking.type_weights(clusters["type_id"])
    order = np.lexsort(
        (
            clusters["gap_id"].to_numpy(dtype=str),
            -people,
            ~clusters["required"].to_numpy(dtype=bool),
        )
    )
    clusters = clusters.iloc[order].reset_index(drop=True)
    clusters["rank"] = np.arange(1, len(clusters) + 1)
    return clusters[list(GAP_CLUSTERS.names)]
