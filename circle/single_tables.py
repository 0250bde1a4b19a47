"""Check one table by itself: what kind it is, its columns, values and places."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from circle.accidents import find_plain_accident
from circle.age_bands import band_problems, with_age_bands
from circle.contracts import CANDIDATES, CELLS, COMMITTEES, FACILITIES, SUBDISTRICTS
from circle.crs import WGS84, choose_metric_crs, project
from circle.declared import DeclaredCrs, parse_declared
from circle.errors import CircleWarning, InputError, list_ids
from circle.facilities import fold_type_name, type_names
from circle.facility_levels import level_warnings
from circle.facility_status import turned_dates
from circle.files import RawTable
from circle.placing import COORDINATES, Shape, accident_text, place, without_place
from circle.problems import Problem, as_problems, problem_in, shown_value
from circle.profile import Profile
from circle.raw_table import where_zh
from circle.tables import Contract, conform, match_columns
from circle.type_cells import is_other_type, other_types_warning, unknown_types

KINDS = {
    "facilities": FACILITIES,
    "committees": COMMITTEES,
    "candidates": CANDIDATES,
    "population": CELLS,
    "subdistricts": SUBDISTRICTS,
}
_PLACE_KINDS = frozenset({"point", "area"})
# Middle of China: a table without a single usable place is measured nowhere.
_SOMEWHERE = (120.0, 31.0)


@dataclass(frozen=True)
class CheckedTable:
    """One table as far as it could be read, and what is wrong with it."""

    contract: Contract
    """What kind of table it is."""
    table: gpd.GeoDataFrame
    """The columns found, under their names in circle, with their places."""
    problems: tuple[Problem, ...]
    """Every problem found."""
    warnings: tuple[CircleWarning, ...] = ()
    """What is no fault but needs care."""


def table_kind(raw: RawTable) -> str:
    """
    Find out from its columns what kind of table a file holds.

    Parameters
    ----------
    raw
        The table as read from a file.

    Returns
    -------
    kind
        A key of `KINDS`.

    Raises
    ------
    InputError
        If less than half of the columns of every kind are there.
    """
    scores = {}
    for kind, contract in KINDS.items():
        found, missing = match_columns(raw, contract, columns={})
        wanted = sum(
            one.required and one.kind not in _PLACE_KINDS for one in contract.columns
        )
        have = wanted - len(missing)
        if 2 * have >= wanted:
            scores[kind] = (have - len(missing), len(found) / len(contract.columns))
    if not scores:
        names = ", ".join(str(one) for one in raw.rows.columns)
        raise InputError(problem_in(raw, "unknown-table", columns=names))
    return max(scores, key=lambda one: scores[one])


def check_table_rows(
    raw: RawTable, kind: str, *, profile: Profile, crs: str | None = None
) -> CheckedTable:
    """
    Check the rows of one table by themselves.

    Parameters
    ----------
    raw
        The table as read from a file.
    kind
        A key of `KINDS`.
    profile
        The profile whose type names and age bands are used.
    crs
        Coordinate system of the file; if not given, that of the layer, or WGS-84.

    Returns
    -------
    checked
        The table and its problems. What needs other files is not checked, such as
        whether the subdistrict of a committee exists.

    Raises
    ------
    CrsError
        If `crs` names no system that circle can convert.
    """
    contract = with_age_bands(CELLS, profile) if kind == "population" else KINDS[kind]
    table, messages = conform(raw, contract, columns={})
    problems: list[str] = [*raw.problems, *messages]
    unknown, others = _unknown_types(raw, table, profile)
    problems += [*unknown, *turned_dates(raw, table)]
    if kind == "population" and not problems and "population" in table.columns:
        problems += band_problems(table, where=raw.where, row_word=raw.row_word)
    geometry, faults = _places(raw, kind, crs)
    problems += faults
    if kind in {"committees", "population"} and not faults:
        problems += without_place(raw, geometry)
    return CheckedTable(
        contract,
        gpd.GeoDataFrame(
            table.drop(columns="geometry", errors="ignore"),
            geometry=geometry,
            crs=geometry.crs,
        ),
        as_problems(dict.fromkeys(problems)),
        (
            *raw.warnings,
            *level_warnings(raw, table, profile=profile),
            *others,
            *(
                _not_placed(raw, geometry)
                if kind == "facilities" and not faults
                else ()
            ),
        ),
    )


def _not_placed(raw: RawTable, places: gpd.GeoSeries) -> tuple[CircleWarning, ...]:
    """Say which facilities have no coordinates; nothing where no row has any."""
    rows = places.index[places.isna()]
    if not len(rows) or len(rows) == len(places):
        return ()
    text = (
        f"{raw.where}: {len(rows)} facilities have no coordinates and count as not "
        f"placed: {raw.row_word} {list_ids(rows)}."
    )
    shown = shown_value(tuple(str(one) for one in rows), "zh")
    zh = (
        f"{where_zh(raw.where)}：{len(rows)}处设施没有坐标，列为未落位：第{shown}行；"
        "请补充坐标，或提供地址对照表。"
    )
    return (CircleWarning("facilities-not-placed", text, zh),)


def metric_for(raw: RawTable, declared: DeclaredCrs) -> pyproj.CRS:
    """
    Choose a metric coordinate system for a table by itself.

    Parameters
    ----------
    raw
        The table.
    declared
        The coordinate system of the file.

    Returns
    -------
    crs
        The declared system where it measures metres, else one that fits the middle
        of the places.

    Raises
    ------
    InputError
        If the numbers cannot be meant in the declared system.
    """
    x, y = _numbers(raw)
    accident = find_plain_accident(x, y, declared=declared)
    if accident is not None:
        raise InputError(accident_text(raw.where, declared, accident))
    if declared.offset is None and _measures_metres(declared.crs):
        return declared.crs
    lon, lat = project(x, y, source=declared.crs, target=WGS84)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return choose_metric_crs(*_SOMEWHERE)
    return choose_metric_crs(float(np.median(lon[known])), float(np.median(lat[known])))


def _measures_metres(crs: pyproj.CRS) -> bool:
    """Tell whether a system is projected and fit for measuring."""
    return bool(crs.is_projected) and crs.to_epsg() != 3857


def _numbers(raw: RawTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the two numbers of each place, as the file has them."""
    if isinstance(raw.rows, gpd.GeoDataFrame):
        west, south, east, north = shapely.bounds(raw.rows.geometry.to_numpy()).T
        return (west + east) / 2, (south + north) / 2
    table, _ = conform(raw, COORDINATES, columns={})
    table = table.reindex(columns=["x", "y"]).astype(float)
    x, y = table.to_numpy().T
    return x, y


def _places(
    raw: RawTable, kind: str, crs: str | None
) -> tuple[gpd.GeoSeries, list[str]]:
    """Give each row its place, in metres."""
    declared = _declared(raw, crs)
    shape: Shape = "area" if kind == "subdistricts" else "point"
    nowhere = gpd.GeoSeries([None] * len(raw.rows), index=raw.rows.index)
    try:
        target = metric_for(raw, declared)
    except InputError as error:
        return nowhere, [*error.problems]
    return place(raw, columns={}, declared=declared, target=target, shape=shape)


def _declared(raw: RawTable, crs: str | None) -> DeclaredCrs:
    """Parse the system given, or take that of the layer, or longitude and latitude."""
    own = raw.rows.crs if isinstance(raw.rows, gpd.GeoDataFrame) else None
    text = crs or ("WGS-84" if own is None else str(own.to_string()))
    return parse_declared(text, where=f"{raw.where}: --crs")


def _unknown_types(
    raw: RawTable, table: pd.DataFrame, profile: Profile
) -> tuple[list[str], tuple[CircleWarning, ...]]:
    """Name facility types that the profile, or every profile, does not know."""
    column = next((one for one in ("type_id", "type_ids") if one in table), None)
    if column is None:
        return [], ()
    types = type_names(profile)
    names = table[column].explode().dropna()
    strange = names[[fold_type_name(str(one)) not in types for one in names]]
    other = np.array([is_other_type(str(one)) for one in strange], dtype=bool)
    passed, unknown = strange[other], strange[~other]
    warnings = other_types_warning(raw, passed) if column == "type_id" else ()
    if unknown.empty:
        return [], warnings
    contract = FACILITIES if column == "type_id" else CANDIDATES
    found, _ = match_columns(raw, contract, columns={})
    named = [(row, str(name)) for row, name in unknown.items()]
    return unknown_types(raw, named, column=found[column]), warnings
