"""Missing items of committees, and clusters of cells that lack one type."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import radius_neighbors_graph

from circle.city import City
from circle.contracts import GAP_CLUSTERS, MISSING_ITEMS
from circle.profile import MODES
from circle.reach import Reach

# Unions run side by side; they do not depend on it.
_THREADS = 2


@dataclass(frozen=True)
class _Ground:
    """Cells and committees as arrays, for describing many clusters quickly."""

    people: NDArray[np.float64]
    places: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    square: NDArray[np.int64]
    """Position in `boxes` of the grid square of each cell."""
    boxes: NDArray[np.object_]
    """The squares that hold cells, from west to east and from south to north."""
    cell_id: NDArray[np.object_]
    home: NDArray[np.int64]
    home_id: NDArray[np.object_]
    home_name: NDArray[np.object_]
    committee_name: NDArray[np.object_]
    committee_places: NDArray[np.float64]


def find_missing_items(city: City, reach: Reach | None) -> pd.DataFrame:
    """
    List every (committee, type) pair outside the rule.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its committees; None where there are none.

    Returns
    -------
    missing_items
        Contract ``missing_items``, sorted by rank: required items first, then by
        people concerned (most first), minutes over (most first, unreachable before
        all), then id.
    """
    if reach is None:
        return pd.DataFrame(columns=list(MISSING_ITEMS.names))
    row, column = np.nonzero(~reach.covered)
    types = [city.profile.type_of(one) for one in reach.type_ids]
    tiers = city.profile.coverage.tiers
    committees = city.committees.iloc[row].reset_index(drop=True)
    type_ids = np.array(reach.type_ids, dtype=object)[column]
    time_min = reach.time_s[row, column] / 60
    threshold_min = reach.threshold_s[row, column] / 60
    facility = reach.facility[row, column]
    items = pd.DataFrame(
        {
            "item_id": committees["committee_id"].astype(str) + ":" + type_ids,
            "subdistrict_id": committees["subdistrict_id"],
            "committee_id": committees["committee_id"],
            "committee_name": committees["name"],
            "type_id": type_ids,
            "domain": [types[i].domain for i in column],
            "tier": [types[i].tier for i in column],
            "required": [types[i].tier in tiers for i in column],
            "mode": committees["mode"],
            "threshold_min": threshold_min,
            "travel_time_min": time_min,
            "minutes_over": time_min - threshold_min,
            "facility_id": _looked_up(city.facilities["facility_id"], facility),
            "facility_name": _looked_up(city.facilities["name"], facility),
            "population": committees["population"],
            "kind": _kinds(reach.joined[row], time_min),
        }
    )
    return _ranked_items(items)


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
    Cells within `gaps.link_m` of one another are linked once for all types
    (scikit-learn), and the uncovered cells of a type fall into connected parts: DBSCAN
    with one sample as the least number. A part wider than one service circle could
    not be served from one place, so it is halved by people along its longer side
    until no side is longer than the circle's diameter.
    """
    ground = _ground(city)
    uncovered = ~reach.covered & (ground.people > 0)[:, None]
    lacking = np.flatnonzero(uncovered.any(axis=1))
    smallest = city.study.gaps.smallest_population
    parts: list[tuple[str, NDArray[np.int64]]] = []
    if len(lacking):
        near = csr_array(
            radius_neighbors_graph(
                ground.places[lacking], radius=city.study.gaps.link_m
            )
        )
        for column, type_id in enumerate(reach.type_ids):
            here = np.flatnonzero(uncovered[lacking, column])
            _, label = connected_components(near[here][:, here], directed=False)
            widest_m = 2 * reach.threshold_s[:, column] * ground.speed_mps
            parts += [
                (type_id, members)
                for part in _grouped(lacking[here], label)
                for members in _halved(part, ground, widest_m)
                if ground.people[members].sum() >= smallest
            ]
    rows = [_cluster(ground, city, type_id, members) for type_id, members in parts]
    outlines = _outlines(ground, [members for _, members in parts])
    for row, outline, area_m2 in zip(
        rows, outlines, shapely.area(outlines).tolist(), strict=True
    ):
        row |= {"area_km2": area_m2 / 1e6, "geometry": outline}
    return _ranked_clusters(city, rows)


def _ground(city: City) -> _Ground:
    """Lay out cells and committees as arrays."""
    places = shapely.get_coordinates(city.cells.geometry.to_numpy())
    home_id = city.subdistricts["subdistrict_id"].to_numpy(dtype=object)
    kmh = {mode: city.profile.speeds.kmh(mode) for mode in MODES}
    corner = np.array(city.grid_corner_m)
    column_row = np.floor((places - corner) / city.cell_size_m).astype(np.int64)
    squares, square = np.unique(column_row, axis=0, return_inverse=True)
    near = squares * city.cell_size_m + city.grid_corner_m
    far = near + city.cell_size_m
    return _Ground(
        people=city.cells["population"].to_numpy(dtype=float),
        places=places,
        speed_mps=city.cells["mode"].map(kmh).to_numpy(dtype=float) / 3.6,
        square=square.reshape(-1),
        boxes=shapely.box(near[:, 0], near[:, 1], far[:, 0], far[:, 1]),
        cell_id=city.cells["cell_id"].to_numpy(dtype=object),
        home=np.searchsorted(home_id, city.cells["subdistrict_id"].to_numpy(object)),
        home_id=home_id,
        home_name=city.subdistricts["name"].to_numpy(dtype=object),
        committee_name=city.committees["name"].to_numpy(dtype=object),
        committee_places=np.ascontiguousarray(
            shapely.get_coordinates(city.committees.geometry.to_numpy()).T
        ),
    )


def _looked_up(values: pd.Series, position: NDArray[np.int32]) -> NDArray[np.object_]:
    """Take values by position; None where the position is negative."""
    found = np.full(len(position), None, dtype=object)
    known = position >= 0
    found[known] = values.to_numpy(dtype=object)[position[known]]
    return found


def _kinds(
    joined: NDArray[np.bool_], time_min: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Say why each item is missing."""
    kind = np.where(np.isnan(time_min), "unreachable", "beyond").astype(object)
    kind[~joined] = "not_joined"
    return kind


def _ranked_items(items: pd.DataFrame) -> pd.DataFrame:
    """Sort missing items by weight and number them."""
    order = np.lexsort(
        (
            items["item_id"].to_numpy(dtype=str),
            -items["minutes_over"].fillna(np.inf).to_numpy(dtype=float),
            -items["population"].to_numpy(dtype=float),
            ~items["required"].to_numpy(dtype=bool),
        )
    )
    items = items.iloc[order].reset_index(drop=True)
    items["rank"] = np.arange(1, len(items) + 1)
    return items[list(MISSING_ITEMS.names)]


def _grouped(
    members: NDArray[np.int64], label: NDArray[np.int32]
) -> list[NDArray[np.int64]]:
    """Split members by label."""
    if not len(members):
        return []
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return np.split(members[order], cuts)


def _halved(
    members: NDArray[np.int64], ground: _Ground, widest_m: NDArray[np.float64]
) -> list[NDArray[np.int64]]:
    """Halve a part by people until it fits the smallest circle of its cells.

    Members are ascending, and stay so.
    """
    places = ground.places[members]
    extent = places.max(axis=0) - places.min(axis=0)
    axis = int(np.argmax(extent))
    if extent[axis] <= widest_m[members].min():
        return [members]
    along = places[:, axis]
    order = np.argsort(along, kind="stable")
    people = ground.people[members[order]]
    middle = np.searchsorted(np.cumsum(people), people.sum() / 2)
    # Cells in one column stay together, and neither half may be empty.
    at, least = along[order[middle]], along[order[0]]
    if at <= least:
        at = along[along > least].min()
    return [
        part
        for half in (members[along < at], members[along >= at])
        for part in _halved(half, ground, widest_m)
    ]


def _cluster(
    ground: _Ground, city: City, type_id: str, members: NDArray[np.int64]
) -> dict[str, object]:
    """Describe one cluster, all but its outline."""
    weight = ground.people[members]
    middle = (ground.places[members] * weight[:, None]).sum(axis=0) / weight.sum()
    by_home = np.bincount(ground.home[members], weights=weight)
    home = int(np.argmax(by_home))
    return {
        "gap_id": f"{type_id}:{ground.cell_id[members[np.argmax(weight)]]}",
        "type_id": type_id,
        "required": city.profile.type_of(type_id).tier in city.profile.coverage.tiers,
        "subdistrict_id": ground.home_id[home],
        "name": _place_name(ground, middle, home),
        "cells": len(members),
        "population": float(weight.sum()),
    }


def _outlines(
    ground: _Ground, clusters: Sequence[NDArray[np.int64]]
) -> NDArray[np.object_]:
    """Unite the grid squares of each cluster."""
    squares = [np.unique(ground.square[members]) for members in clusters]
    # Types that are lacking together often leave the very same cluster.
    first: dict[bytes, int] = {}
    which = [first.setdefault(one.tobytes(), len(first)) for one in squares]
    distinct = [np.frombuffer(one, dtype=np.int64) for one in first]
    with ThreadPoolExecutor(_THREADS) as pool:
        squares_of = (ground.boxes[one] for one in distinct)
        united = list(pool.map(shapely.coverage_union_all, squares_of))
    outlines = np.full(len(which), None, dtype=object)
    outlines[:] = [united[one] for one in which]
    return outlines


def _place_name(ground: _Ground, middle: NDArray[np.float64], home: int) -> str:
    """Name a cluster after the nearest committee, else after its subdistrict."""
    if not len(ground.committee_name):
        return str(ground.home_name[home])
    x_m, y_m = ground.committee_places
    away_m = np.hypot(x_m - middle[0], y_m - middle[1])
    return str(ground.committee_name[np.argmin(away_m)])


def _ranked_clusters(city: City, rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Sort clusters by weight and number them."""
    columns = [one for one in GAP_CLUSTERS.names if one != "rank"]
    clusters = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=columns), geometry="geometry", crs=city.crs
    )
    order = np.lexsort(
        (
            clusters["gap_id"].to_numpy(dtype=str),
            -clusters["population"].to_numpy(dtype=float),
            ~clusters["required"].to_numpy(dtype=bool),
        )
    )
    clusters = clusters.iloc[order].reset_index(drop=True)
    clusters["rank"] = np.arange(1, len(clusters) + 1)
    return clusters[list(GAP_CLUSTERS.names)]
