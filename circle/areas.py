"""Subdistricts and committees: read, check, and say what lies where."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from circle.accidents import find_plain_accident
from circle.contracts import COMMITTEES, SUBDISTRICTS
from circle.crs import WGS84, choose_metric_crs, parse_crs, require_metric
from circle.declared import DeclaredCrs, parse_declared, shapes_to_metric
from circle.derived_ids import ID_RULES, with_ids
from circle.errors import InputError, gather
from circle.files import RawTable
from circle.nearest_places import nearest_places
from circle.placing import COORDINATES, accident_text, place, without_place
from circle.problems import problem_in
from circle.raw_table import fold_name
from circle.reading import read_table, with_warnings
from circle.study import Study
from circle.tables import Contract, conform

# Polygons drawn by hand overlap by slivers.
_SLIVER_M2 = 10_000.0
# One that shares more than this part of its area is a mistake.
_DOUBLED_SHARE = 0.5
# Longitudes and latitudes of west, south, east, north, in degrees.
_GLOBE = np.array([180.0, 90.0, 180.0, 90.0])


def study_crs(study: Study) -> pyproj.CRS:
    """
    Give the metric coordinate system of a study.

    Parameters
    ----------
    study
        The study; its subdistricts place it on the globe where it declares no
        system.

    Returns
    -------
    crs
        Projected, in metres.

    Raises
    ------
    CrsError
        If a declared system is unknown or cannot measure metres.
    InputError
        If the subdistricts have no geometry to place the study by.
    """
    if study.crs is not None:
        where = f"{study.file}: crs"
        return require_metric(parse_crs(study.crs, where=where), where=where)
    raw = _read_subdistrict_file(study)
    declared = _declared(study, study.subdistricts.crs, "subdistricts")
    if not isinstance(raw.rows, gpd.GeoDataFrame):
        raise InputError(problem_in(raw, "no-polygons"))
    shapes = gpd.GeoSeries(raw.rows["geometry"], crs=None)
    x, y = shapely.get_coordinates(shapes.to_numpy()).T
    accident = find_plain_accident(x, y, declared=declared)
    if accident is not None:
        raise InputError(accident_text(raw.where, declared, accident))
    bounds = shapes_to_metric(shapes, declared=declared, target=WGS84).total_bounds
    if not (np.abs(bounds) <= _GLOBE).all():
        text = problem_in(
            raw, "off-the-globe", declared=declared.name, file=str(study.file)
        )
        raise InputError(text)
    west, south, east, north = (float(one) for one in bounds)
    return choose_metric_crs((west + east) / 2, (south + north) / 2)


def read_subdistricts(study: Study, *, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """
    Read the subdistricts of a study.

    Parameters
    ----------
    study
        The study.
    crs
        Metric coordinate system of the result.

    Returns
    -------
    subdistricts
        Contract ``subdistricts``, sorted by id.

    Raises
    ------
    InputError
        With every fault of the file: columns, values, ids, polygons, areas that lie
        mostly inside another.
    """
    raw = _read_subdistrict_file(study)
    table, problems = conform(raw, SUBDISTRICTS, columns=study.subdistricts.columns)
    if study.subdistricts.area_class is not None:
        table["area_class"] = study.subdistricts.area_class
    elif "area_class" not in table.columns:
        name = SUBDISTRICTS.column("area_class").zh
        problems.append(problem_in(raw, "no-area-class", header=name))
    geometry, faults = place(
        raw,
        columns={},
        declared=_declared(study, study.subdistricts.crs, "subdistricts"),
        target=crs,
        shape="area",
    )
    gather(problems + faults, InputError)
    frame = with_ids(
        gpd.GeoDataFrame(table, geometry=geometry, crs=crs), ID_RULES["subdistricts"]
    )
    frame = with_warnings(_sorted(frame, SUBDISTRICTS), raw.warnings)
    gather(_doubled(frame, raw), InputError)
    return frame


def read_committees(
    study: Study, *, crs: pyproj.CRS, subdistricts: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Read the committees of a study.

    Parameters
    ----------
    study
        The study.
    crs
        Metric coordinate system of the result.
    subdistricts
        The subdistricts that committees belong to; an empty table if they are not
        known, and then no committee is held against them.

    Returns
    -------
    committees
        Contract ``committees``, sorted by id; empty where the study has none.

    Raises
    ------
    InputError
        With every fault of the file: columns, values, ids, unknown subdistricts.
    """
    if study.committees is None:
        columns = [one for one in COMMITTEES.names if one != "geometry"]
        empty = pd.DataFrame(columns=columns, dtype=object)
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))
    source = study.committees
    raw = read_table(
        study.input_path(source.path),
        (COMMITTEES, COORDINATES),
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, COMMITTEES, columns=source.columns)
    geometry, faults = place(
        raw,
        columns=source.columns,
        declared=_declared(study, source.crs, "committees"),
        target=crs,
        shape="point",
    )
    problems += faults
    if "subdistrict_id" in table.columns and len(subdistricts):
        table["subdistrict_id"] = home_ids(table["subdistrict_id"], subdistricts)
        known = sorted(subdistricts["subdistrict_id"])
        problems += _unknown_homes(raw, table["subdistrict_id"], known)
    if not faults:
        problems += without_place(raw, geometry)
    gather(problems, InputError)
    frame = with_ids(
        gpd.GeoDataFrame(table, geometry=geometry, crs=crs), ID_RULES["committees"]
    )
    return with_warnings(_sorted(frame, COMMITTEES), raw.warnings)


def locate(
    points: gpd.GeoSeries, subdistricts: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """
    Say in which subdistrict each point lies.

    Parameters
    ----------
    points
        Points in metres; missing and empty points are nowhere.
    subdistricts
        Contract ``subdistricts``, in the same coordinate system.

    Returns
    -------
    subdistrict_id
        Shape (points,); None outside all of them. A point on a border belongs to
        the lower id.
    """
    polygons, shapes = subdistricts.geometry.to_numpy(), points.to_numpy()
    ids = subdistricts["subdistrict_id"].to_numpy(dtype=object)
    found = np.full(len(points), None, dtype=object)
    near, polygon = shapely.STRtree(polygons).query(shapes)
    near = near[np.argsort(polygon, kind="stable")]
    ends = np.cumsum(np.bincount(polygon, minlength=len(polygons)))
    # Prepared polygons answer quickly for many points; the lowest id comes last.
    shapely.prepare(polygons)
    for one in reversed(range(len(polygons))):
        rows = near[ends[one - 1] if one else 0 : ends[one]]
        inside = shapely.intersects(polygons[one], shapes[rows])
        found[rows[inside]] = ids[one]
    return found


def nearest_committee(
    cells: gpd.GeoDataFrame, committees: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """
    Give each cell the nearest committee of its subdistrict.

    Parameters
    ----------
    cells
        Cells with ``subdistrict_id``, in metres.
    committees
        Contract ``committees``, in the same coordinate system.

    Returns
    -------
    committee_id
        Shape (cells,); None where a subdistrict has no committee. Straight line;
        of two equally near committees the lower id.

    Notes
    -----
    Stands in for committee polygons, which offices rarely hold.
    """
    found = np.full(len(cells), None, dtype=object)
    ids = committees["committee_id"].to_numpy(dtype=object)
    home = committees["subdistrict_id"].to_numpy(dtype=object)
    places = shapely.get_coordinates(committees.geometry.to_numpy())
    at = shapely.get_coordinates(cells.geometry.to_numpy())
    homes = sorted(set(home))
    wanted = pd.Index(homes, dtype=object).get_indexer(cells["subdistrict_id"])
    for number, subdistrict in enumerate(homes):
        members = np.flatnonzero(home == subdistrict)
        here = np.flatnonzero(wanted == number)
        if not len(here):
            continue
        found[here] = ids[members[nearest_places(places[members], at[here])]]
    return found


def _declared(study: Study, text: str, section: str) -> DeclaredCrs:
    """Parse the coordinate system that a section of the study declares."""
    return parse_declared(text, where=f"{study.file}: {section}.crs")


def _read_subdistrict_file(study: Study) -> RawTable:
    """Read the subdistrict layer as it is."""
    source = study.subdistricts
    return read_table(
        study.input_path(source.path),
        (SUBDISTRICTS,),
        columns=source.columns,
        layer=source.layer,
    )


def home_ids(home: pd.Series, subdistricts: gpd.GeoDataFrame) -> pd.Series:
    """
    Turn names of subdistricts into ids, where a name stands for one of them.

    Parameters
    ----------
    home
        Ids or names, as a file writes them.
    subdistricts
        Contract ``subdistricts``.

    Returns
    -------
    ids
        What is neither an id nor the name of one subdistrict stays as it is.
    """
    names = subdistricts["name"].map(fold_name)
    once = ~names.duplicated(keep=False)
    ids = dict(zip(names[once], subdistricts.loc[once, "subdistrict_id"], strict=True))
    known = set(subdistricts["subdistrict_id"])
    return home.map(
        lambda one: ids.get(fold_name(str(one)), one) if one not in known else one
    )


def _unknown_homes(raw: RawTable, home: pd.Series, known: list[str]) -> list[str]:
    """Name committees of subdistricts that the study does not have."""
    unknown = home.dropna()
    unknown = unknown[~unknown.isin(known)]
    if unknown.empty:
        return []
    return [
        problem_in(
            raw,
            "unknown-subdistrict",
            rows=unknown.index,
            values=tuple(unknown.unique()),
            known=tuple(known),
        )
    ]


def _sorted(frame: gpd.GeoDataFrame, contract: Contract) -> gpd.GeoDataFrame:
    """Sort a table by its key and give it a clean index."""
    return frame.sort_values(list(contract.key), kind="stable").reset_index(drop=True)


def overlaps(subdistricts: gpd.GeoDataFrame) -> list[tuple[str, str, float]]:
    """
    List the pairs of subdistricts that overlap.

    Parameters
    ----------
    subdistricts
        Contract ``subdistricts``, in metres.

    Returns
    -------
    pairs
        Lower id, higher id and the common area in m²; slivers under 1 ha, as hand
        drawing leaves them, are left out.
    """
    shapes = subdistricts.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    a, b = a[a < b], b[a < b]
    area_m2 = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    ids = subdistricts["subdistrict_id"].to_numpy(dtype=object)
    return [
        (str(ids[i]), str(ids[j]), float(size))
        for i, j, size in zip(a, b, area_m2, strict=True)
        if size > _SLIVER_M2
    ]


def _doubled(frame: gpd.GeoDataFrame, raw: RawTable) -> list[str]:
    """Name subdistricts that lie mostly inside another."""
    area_m2 = dict(zip(frame["subdistrict_id"], frame.area, strict=True))
    return [
        problem_in(raw, "doubled-area", a=a, b=b, size=f"{size / 1e6:.2f}")
        for a, b, size in overlaps(frame)
        if size > _DOUBLED_SHARE * min(area_m2[a], area_m2[b])
    ]
