"""Points where facilities may go: from a table, from hosts with room, or made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from circle.rejoining import with_table
from circle.site_candidates import closed_candidates, least_sizes
from circle.site_demand import headline_columns
from circle.siting_settings import CoUseOptions, PointOptions, SitingOptions

REFUSALS: Mapping[str, tuple[str, str]] = {
    "small": (
        "建筑面积{area:g}平方米，低于该类设施最小规模{least:g}平方米",
        "floor area {area:g} m², below the least size {least:g} m² of this type",
    ),
    "no_place": ("没有坐标", "has no place"),
    "not_joined": ("未接入路网", "is not joined to any network"),
    "not_counted": ("清单不评估该类设施", "the inventory does not measure this type"),
    "closed": (
        "被禁用、造价不明或年份太晚",
        "is forbidden, of unknown cost, or too late",
    ),
}


@dataclass(frozen=True)
class Points:
    """The points of a city, checked, before anything is solved."""

    city: City
    """The city with the points as its candidates, with what may go to each."""
    refused: pd.DataFrame
    """``candidate_id``, ``type_id`` (None for all types), ``why`` (a word),
    ``text`` (in the language of the study); by id, then type."""


@dataclass(frozen=True)
class Proposed:
    """A point that somebody proposes."""

    candidate_id: str
    """Its code."""
    name: str
    """Its name."""
    type_ids: tuple[str, ...]
    """Types that may go there."""
    cost_10k: float
    """Cost in ten thousand yuan, NaN where unknown."""
    geometry: shapely.Point
    """Its place in metres."""


def make_points(city: City, evaluation: Evaluation, options: SitingOptions) -> Points:
    """
    Gather the points where facilities may go, and check them (点位制定).

    Parameters
    ----------
    city
        The city with its table of candidates, which may be empty.
    evaluation
        Its reach, which says where the gaps are.
    options
        Which points to make beside the table.

    Returns
    -------
    points
        All points with ``made_from`` and ``made_of``. Types whose least size by the
        standard is above the floor area of a point are taken off it. Points off the
        network stay listed, and cannot be chosen.

    Notes
    -----
    Clusters are k-means of the cells that lack some type that counts, weighted by
    people times types lacking (Lloyd, 1982; scikit-learn, from a fixed start). A
    point is put at the cell nearest to the middle of its cluster, so that it lies by
    the network.

    Examples
    --------
    >>> from circle import evaluate, load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> points = make_points(city, evaluate(city), city.study.siting)
    >>> set(points.city.candidates["made_from"])
    {'table'}
    """
    wanted = options.points
    frames = [_labelled(city.candidates)]
    if wanted.co_use is not None:
        frames.append(_hosts(city, wanted.co_use))
    makers = {"clusters": _clusters, "committees": _committees, "grid": _grid}
    frames += [makers[one](city, evaluation, wanted) for one in wanted.made]
    rows = pd.concat([one for one in frames if len(one)] or frames[:1])
    rows = rows.sort_values("candidate_id", kind="stable").reset_index(drop=True)
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=city.crs)
    known = pd.Index(city.candidates["candidate_id"]).get_indexer(table["candidate_id"])
    fresh = known < 0
    home = locate(table.geometry[fresh], city.subdistricts)
    table.loc[fresh, "subdistrict_id"] = home
    joined = with_table(city, "candidates", table, known=known)
    return check_points(joined, options)


def check_points(city: City, options: SitingOptions) -> Points:
    """
    Take off points what is too big for them, and say why each cannot be used.

    Parameters
    ----------
    city
        The city with its points as candidates.
    options
        What is asked for.

    Returns
    -------
    points
        The city with what may go to each point, and what may not.
    """
    table, least = city.candidates.copy(), least_sizes(city)
    faults = _point_faults(city, options)
    area_m2 = table["floor_area_m2"].astype(float).to_numpy()
    rows, kept = list[dict[str, object]](), []
    for i, types in enumerate(table["type_ids"]):
        area = float(area_m2[i])
        small = [one for one in types if area < least.get(one, 0.0)]
        kept.append(tuple(one for one in types if one not in small))
        found: list[tuple[str | None, str]] = [(None, one) for one in faults[i]]
        found += [(one, "small") for one in small]
        found += [(one, "not_counted") for one in types if one not in city.type_ids]
        for type_id, why in found:
            text = REFUSALS[why][0 if city.study.language == "zh" else 1]
            text = text.format(area=area, least=least.get(str(type_id), 0.0))
            key = table["candidate_id"].iloc[i]
            rows.append(
                {"candidate_id": key, "type_id": type_id, "why": why, "text": text}
            )
    table["type_ids"] = pd.Series(kept, index=table.index, dtype=object)
    columns = ["candidate_id", "type_id", "why", "text"]
    return Points(replace(city, candidates=table), pd.DataFrame(rows, columns=columns))


def _point_faults(city: City, options: SitingOptions) -> list[list[str]]:
    """Say of each point why nothing may open there; empty where something may."""
    shapes = city.candidates.geometry.to_numpy()
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    joined = np.zeros(len(shapes), bool)
    for key in city.travels:
        joined |= city.access["candidates", key].joined
    faults = {
        "no_place": ~placed,
        "not_joined": placed & ~joined,
        "closed": closed_candidates(city, options),
    }
    return [
        [why for why, wrong in faults.items() if wrong[i]] for i in range(len(shapes))
    ]


def add_points(city: City, rows: Sequence[Proposed]) -> City:
    """
    Add single points, such as those named in a consultation.

    Parameters
    ----------
    city
        The city.
    rows
        The points.

    Returns
    -------
    city
        With these candidates, each made from ``feedback``.
    """
    if not rows:
        return city
    old = _labelled(city.candidates)
    more = _frame(
        [one.candidate_id for one in rows],
        [one.name for one in rows],
        [one.type_ids for one in rows],
        np.array([one.geometry for one in rows], dtype=object),
        made_from="feedback",
    )
    more["cost_10k"] = [one.cost_10k for one in rows]
    table = pd.concat([old, more] if len(old) else [more])
    table = table.sort_values("candidate_id", kind="stable").reset_index(drop=True)
    known = pd.Index(city.candidates["candidate_id"]).get_indexer(table["candidate_id"])
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=city.crs)
    fresh = known < 0
    home = locate(frame.geometry[fresh], city.subdistricts)
    frame.loc[fresh, "subdistrict_id"] = home
    return with_table(city, "candidates", frame, known=known)


def _labelled(candidates: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say of the candidates of the table that they come from it."""
    table = pd.DataFrame(candidates).copy()
    for name in (*CANDIDATES.names, "subdistrict_id"):
        if name not in table.columns:
            table[name] = None
    if "made_from" not in table.columns:
        table["made_from"], table["made_of"] = "table", None
    return table


def _frame(
    ids: Sequence[str],
    names: Sequence[str],
    types: Sequence[tuple[str, ...]],
    geometry: NDArray[np.object_],
    *,
    made_from: str,
    route: str = "build",
) -> pd.DataFrame:
    """Lay out points of one kind."""
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


def _hosts(city: City, options: CoUseOptions) -> pd.DataFrame:
    """Take open facilities as points of co-use, one for each place."""
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
    frame = _frame(
        [f"F-{one}" for one in hosts["facility_id"]],
        [str(one or "") for one in hosts["name"]],
        [one for one in types if one],
        hosts.geometry.to_numpy(),
        made_from="facility",
        route="co-use",
    )
    frame["made_of"] = hosts["facility_id"].to_numpy(dtype=object)
    return frame


def _types_of(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> tuple[str, ...]:
    """List the types that may go to points that are made."""
    if wanted.types:
        return tuple(one for one in city.profile.type_ids if one in wanted.types)
    reach = evaluation.cell_reach
    counted = headline_columns(city, reach)
    return tuple(
        one for one, counts in zip(reach.type_ids, counted, strict=True) if counts
    )


def _lacking(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[str, ...]]:
    """Find the cells with people that lack some type, and which ones they lack."""
    types = _types_of(city, evaluation, wanted)
    reach = evaluation.cell_reach
    columns = [reach.type_ids.index(one) for one in types if one in reach.type_ids]
    lacks = ~reach.covered[:, columns]
    people = city.cells["population"].to_numpy(dtype=float)
    rows = np.flatnonzero(lacks.any(axis=1) & (people > 0))
    return rows, lacks, tuple(reach.type_ids[one] for one in columns)


def _clusters(city: City, evaluation: Evaluation, wanted: PointOptions) -> pd.DataFrame:
    """Put a point in the middle of each cluster of people who lack something."""
    rows, lacks, types = _lacking(city, evaluation, wanted)
    if not len(rows):
        return _frame([], [], [], np.empty(0, object), made_from="cluster")
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
    return _named_by_area(city, ids, types_of, at, "cluster")


def _committees(
    city: City, evaluation: Evaluation, wanted: PointOptions
) -> pd.DataFrame:
    """Take every committee's point."""
    types = _types_of(city, evaluation, wanted)
    table = city.committees
    return _frame(
        [f"C-{one}" for one in table["committee_id"]],
        [str(one or "") for one in table["name"]],
        [types] * len(table),
        table.geometry.to_numpy(),
        made_from="committee",
    )


def _grid(city: City, evaluation: Evaluation, wanted: PointOptions) -> pd.DataFrame:
    """Put a point into every square with people, at the cell nearest its middle."""
    types = _types_of(city, evaluation, wanted)
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
    return _named_by_area(city, ids, [types] * len(ids), at, "grid")


def _named_by_area(
    city: City,
    ids: list[str],
    types: list[tuple[str, ...]],
    at: list[shapely.Point],
    made_from: str,
) -> pd.DataFrame:
    """Name points after the subdistrict they lie in, and number them there."""
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
    return _frame(ids, names, types, geometry, made_from=made_from)
