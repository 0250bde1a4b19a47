"""Points that are made: hosts with room, clusters of gaps, committees, a grid."""

from collections.abc import Callable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from circle.areas import locate
from circle.city import City
from circle.contracts import CANDIDATES, MADE_FROM
from circle.evaluation import Evaluation
from circle.joining import coordinates
from circle.site_demand import headline_columns
from circle.siting_settings import CoUseOptions, PointOptions


def point_rows(
    ids: Sequence[str],
    names: Sequence[str],
    types: Sequence[tuple[str, ...]],
    geometry: NDArray[np.object_],
    *,
    made_from: str,
    route: str = "build",
) -> pd.DataFrame:
    """
    Lay out points of one kind.

    Parameters
    ----------
    ids
        Their codes.
    names
        Their names.
    types
        Types that may go to each.
    geometry
        Their places, in metres.
    made_from
        Where they come from.
    route
        Supply route.

    Returns
    -------
    points
        Columns of the contract ``candidates``, ``made_from`` and ``made_of``.
    """
    n = len(ids)
    columns = {name: [None] * n for name in CANDIDATES.names} | {
        "candidate_id": list(ids),
        "name": list(names),
        "route": [route] * n,
        "floor_area_m2": [np.nan] * n,
        "cost_10k": [np.nan] * n,
        "type_ids": list(types),
        "subdistrict_id": [None] * n,
        "geometry": list(geometry),
        "made_from": [made_from] * n,
        "made_of": [None] * n,
    }
    return pd.DataFrame(
        {name: pd.Series(one, dtype=object) for name, one in columns.items()}
    )


def host_points(city: City, options: CoUseOptions) -> pd.DataFrame:
    """
    Take open facilities as points of co-use, one for each place.

    Parameters
    ----------
    city
        The city.
    options
        Which types may be added, and to which facilities.

    Returns
    -------
    points
        As of `point_rows`; ``made_of`` is the facility.
    """
    table = city.facilities
    area = pd.to_numeric(table["floor_area_m2"], errors="coerce")
    fits = (table["status"] == "open") & table.geometry.notna()
    if options.smallest_area_m2 > 0:
        fits &= area >= options.smallest_area_m2
    place = table.geometry.to_wkb()
    there = table[fits | (table["status"] == "open")].groupby(place)["type_id"].agg(set)
    if options.hosts:
        fits &= table["type_id"].isin(options.hosts)
    hosts = table[fits].sort_values("facility_id")
    hosts = hosts[~place[hosts.index].duplicated().to_numpy()]
    types = [
        tuple(
            one
            for one in city.profile.type_ids
            if one in options.types and one not in there[place[row]]
        )
        for row in hosts.index
    ]
    some = np.array([bool(one) for one in types], dtype=bool)
    hosts = hosts[some]
    frame = point_rows(
        [f"F-{one}" for one in hosts["facility_id"]],
        [str(one or "") for one in hosts["name"]],
        [one for one in types if one],
        hosts.geometry.to_numpy(),
        made_from="facility",
        route="co-use",
    )
    frame["made_of"] = hosts["facility_id"].to_numpy(dtype=object)
    return frame


def types_to_place(
    city: City, evaluation: Evaluation, only: Sequence[str]
) -> tuple[str, ...]:
    """
    List the types that may go to points that are made.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach.
    only
        Types that are asked for; all that count if empty.

    Returns
    -------
    type_ids
        In the order of the profile.
    """
    if only:
        return tuple(one for one in city.profile.type_ids if one in only)
    reach = evaluation.cell_reach
    counted = headline_columns(city, reach)
    return tuple(
        one for one, counts in zip(reach.type_ids, counted, strict=True) if counts
    )


def _lacking(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[str, ...]]:
    """Find the cells with people that lack some type, and which ones they lack."""
    types = types_to_place(city, evaluation, wanted.types)
    reach = evaluation.cell_reach
    columns = [reach.type_ids.index(one) for one in types if one in reach.type_ids]
    lacks = ~reach.covered[:, columns]
    people = city.cells["population"].to_numpy(dtype=float)
    rows = np.flatnonzero(lacks.any(axis=1) & (people > 0))
    return rows, lacks, tuple(reach.type_ids[one] for one in columns)


def cluster_points(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> pd.DataFrame:
    """
    Put a point in the middle of each cluster of people who lack something.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach, which says where the gaps are.
    wanted
        Which points to make.

    Returns
    -------
    points
        As of `point_rows`.

    Notes
    -----
    k-means of the cells that lack some type that counts, weighted by people times
    types lacking (Lloyd, 1982; scikit-learn, from a fixed start). A point is put at
    the cell nearest to the middle of its cluster, so that it lies by the network.
    """
    rows, lacks, types = _lacking(city, evaluation, wanted)
    if not len(rows):
        return point_rows([], [], [], np.empty(0, object), made_from="cluster")
    places = coordinates(city.cells.iloc[rows])
    people = city.cells["population"].to_numpy(dtype=float)[rows]
    weight = people * lacks[rows].sum(axis=1)
    # The library takes a second to load, and few studies make points.
    from sklearn.cluster import KMeans  # noqa: PLC0415

    n = min(wanted.clusters, len(np.unique(places, axis=0)))
    # One thread, as sums in another order may give other clusters.
    with threadpool_limits(1):
        found = KMeans(n, n_init=1, random_state=0).fit(places, sample_weight=weight)
    ids, types_of, at = [], [], []
    for one in range(n):
        members = np.flatnonzero(found.labels_ == one)
        if not len(members):
            continue
        away = np.hypot(*(places[members] - found.cluster_centers_[one]).T)
        middle = rows[members[int(np.argmin(away))]]
        at.append(city.cells.geometry.to_numpy()[middle])
        ids.append(f"G-{city.cells['cell_id'].iloc[middle]}")
        some = np.flatnonzero(lacks[rows[members]].any(axis=0))
        types_of.append(tuple(types[column] for column in some))
    return named_by_area(city, ids, types_of, at, "cluster")


def committee_points(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> pd.DataFrame:
    """
    Take every committee's point.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach, which says where the gaps are.
    wanted
        Which points to make.

    Returns
    -------
    points
        As of `point_rows`.
    """
    types = types_to_place(city, evaluation, wanted.types)
    table = city.committees
    return point_rows(
        [f"C-{one}" for one in table["committee_id"]],
        [str(one or "") for one in table["name"]],
        [types] * len(table),
        table.geometry.to_numpy(),
        made_from="committee",
    )


def grid_points(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> pd.DataFrame:
    """
    Put a point into every square with people, at the cell nearest its middle.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach, which says where the gaps are.
    wanted
        Which points to make.

    Returns
    -------
    points
        As of `point_rows`.
    """
    types = types_to_place(city, evaluation, wanted.types)
    people = city.cells["population"].to_numpy(dtype=float)
    rows = np.flatnonzero(people > 0)
    places = coordinates(city.cells.iloc[rows])
    square = np.floor(places / wanted.grid_m).astype(np.int64)
    middle = (square + 0.5) * wanted.grid_m
    away = np.hypot(*(places - middle).T)
    order = np.lexsort((rows, away, square[:, 1], square[:, 0]))
    _, first = np.unique(square[order], axis=0, return_index=True)
    chosen = rows[order[first]]
    ids = [f"S-{one}" for one in city.cells["cell_id"].to_numpy(dtype=object)[chosen]]
    at = list(city.cells.geometry.to_numpy()[chosen])
    return named_by_area(city, ids, [types] * len(ids), at, "grid")


def named_by_area(
    city: City,
    ids: list[str],
    types: list[tuple[str, ...]],
    at: list[shapely.Point],
    made_from: str,
) -> pd.DataFrame:
    """
    Name points after the subdistrict they lie in, and number them there.

    Parameters
    ----------
    city
        The city.
    ids
        Codes of the points.
    types
        Types that may go to each.
    at
        Their places, in metres.
    made_from
        Where they come from.

    Returns
    -------
    points
        As of `point_rows`.
    """
    geometry = np.empty(len(at), dtype=object)
    geometry[:] = at
    home = pd.Series(
        locate(gpd.GeoSeries(geometry, crs=city.crs), city.subdistricts), dtype=object
    )
    name = dict(
        zip(city.subdistricts["subdistrict_id"], city.subdistricts["name"], strict=True)
    )
    word = MADE_FROM[made_from][0] if city.study.language == "zh" else made_from
    number = home.groupby(home, dropna=False).cumcount() + 1
    names = [
        f"{name.get(one, '')}{' ' if city.study.language == 'en' else ''}{word}{k}"
        for one, k in zip(home, number, strict=True)
    ]
    return point_rows(ids, names, types, geometry, made_from=made_from)


MAKERS: Mapping[str, Callable[[City, Evaluation, PointOptions], pd.DataFrame]] = {
    "clusters": cluster_points,
    "committees": committee_points,
    "grid": grid_points,
}
