"""Points where facilities may go: from a table, from layers, from hosts, or made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from circle.areas import locate
from circle.city import City
from circle.contracts import CANDIDATES
from circle.evaluation import Evaluation
from circle.points_layers import layer_points
from circle.points_made import MAKERS, host_points, point_rows
from circle.rejoining import with_table
from circle.site_candidates import closed_candidates, least_sizes
from circle.siting_settings import SitingOptions

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
        frames.append(host_points(city, wanted.co_use))
    frames += [
        layer_points(city, evaluation, wanted, k) for k in range(len(wanted.layers))
    ]
    frames += [MAKERS[one](city, evaluation, wanted) for one in wanted.made]
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
    more = point_rows(
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
