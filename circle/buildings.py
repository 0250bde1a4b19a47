"""Residential buildings: out of a layer, a table or an OpenStreetMap file."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from circle.areas import locate
from circle.contracts import BUILDINGS
from circle.declared import parse_declared
from circle.derived_ids import ID_RULES, with_ids
from circle.errors import CircleWarning, InputError, gather
from circle.input_settings import LayerBuildings, OsmBuildings
from circle.osm_features import Tags, read_osm_features
from circle.placing import COORDINATES, place, without_place
from circle.problems import Problem
from circle.reading import read_table, taken_warnings, with_warnings
from circle.study import Study
from circle.tables import conform

_HOUSES = frozenset(
    {"apartments", "residential", "house", "detached", "semidetached_house",
     "terrace", "bungalow", "dormitory", "farm", "cabin", "static_caravan"}
)  # fmt: skip
_STOREY_LIMIT = 120
# A building tagged only building=yes is taken as a home unless another tag says what
# it is for, or it is too small to live in or too large to be one.
_PURPOSES = (
    *("amenity", "shop", "office", "tourism", "leisure", "man_made", "power"),
    *("aeroway", "military", "railway", "craft", "industrial", "historic"),
)
_HOME_M2 = (25.0, 5000.0)


def no_buildings(crs: pyproj.CRS | None = None) -> gpd.GeoDataFrame:
    """
    Give the table of a study that names no residential buildings.

    Parameters
    ----------
    crs
        Metric coordinate system of the table.

    Returns
    -------
    buildings
        Contract ``buildings``, without rows.

    Examples
    --------
    >>> len(no_buildings())
    0
    """
    columns = [one for one in BUILDINGS.names if one != "geometry"]
    empty = pd.DataFrame(columns=columns, dtype=object)
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))


def read_buildings(
    study: Study, *, crs: pyproj.CRS, subdistricts: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Read the residential buildings of a study.

    Parameters
    ----------
    study
        The study.
    crs
        Metric coordinate system of the result.
    subdistricts
        Contract ``subdistricts``.

    Returns
    -------
    buildings
        Contract ``buildings`` with ``subdistrict_id`` (None outside), sorted by id;
        empty where the study names none. A footprint stands as the point in its
        middle.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    source = study.buildings
    if source is None:
        return no_buildings(crs).assign(subdistrict_id=None)
    if isinstance(source, OsmBuildings):
        path = study.input_path(source.path)
        frame = read_osm_homes(path, source.path, crs=crs, subdistricts=subdistricts)
        frame = frame[list(BUILDINGS.names)]
    else:
        frame = _from_layer(study, source, crs)
    frame["subdistrict_id"] = locate(frame.geometry, subdistricts)
    return frame.sort_values("building_id", kind="stable").reset_index(drop=True)


def buildings_inside(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Leave out the buildings that lie in no subdistrict, and say how many.

    Parameters
    ----------
    buildings
        What `read_buildings` gives.

    Returns
    -------
    buildings
        Those inside, with a warning where others were left out.
    """
    inside = buildings["subdistrict_id"].notna()
    out = int((~inside).sum())
    if not out:
        return buildings
    text = f"{out:,} residential buildings lie in no subdistrict and do not count."
    zh = f"有{out:,}栋居住建筑不在任何街镇范围内，未计入。"
    told = (*taken_warnings(buildings), CircleWarning("buildings-outside", text, zh))
    return with_warnings(buildings[inside].reset_index(drop=True), told)


def read_osm_homes(
    path: Path, name: str, *, crs: pyproj.CRS, subdistricts: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Read the residential buildings of an OpenStreetMap file.

    Parameters
    ----------
    path
        The file.
    name
        What messages call it.
    crs
        Metric coordinate system of the result.
    subdistricts
        Contract ``subdistricts``; only buildings inside them are kept.

    Returns
    -------
    homes
        ``building_id``, ``footprint_m2``, ``storeys`` (1 where not given) and
        ``geometry`` (the middle), in the order of the file's ids.

    Raises
    ------
    InputError
        If there are none.

    Notes
    -----
    Buildings tagged only ``building=yes`` count if they are 25–5,000 m² and carry no
    other purpose.
    """
    features = read_osm_features(path, keys=("building",), wanted=_may_be_home, crs=crs)
    shapes = features.geometry.to_numpy()
    footprint_m2 = shapely.area(shapes)
    sure = np.array([tags["building"] in _HOUSES for tags in features["tags"]])
    fits = (footprint_m2 >= _HOME_M2[0]) & (footprint_m2 <= _HOME_M2[1])
    middles = gpd.GeoSeries(shapely.centroid(shapes), crs=crs)
    inside = np.array([one is not None for one in locate(middles, subdistricts)])
    homes = (sure | fits) & (footprint_m2 > 0) & inside
    if not homes.any():
        raise InputError(Problem("no-homes", name))
    return gpd.GeoDataFrame(
        {
            "building_id": features["osm_id"][homes].to_numpy(dtype=object),
            "footprint_m2": footprint_m2[homes],
            "storeys": [_storeys(tags) for tags in features["tags"][homes]],
        },
        geometry=middles[homes].to_numpy(),
        crs=crs,
    )


def _from_layer(
    study: Study, source: LayerBuildings, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Read a layer of footprints or points, or a table with coordinates."""
    raw = read_table(
        study.input_path(source.path),
        (BUILDINGS, COORDINATES),
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, BUILDINGS, columns=source.columns)
    where = f"{study.file}: buildings.crs"
    geometry, faults = place(
        raw,
        columns=source.columns,
        declared=parse_declared(source.crs, where=where),
        target=crs,
        shape="footprint",
    )
    problems += faults
    if not faults:
        problems += without_place(raw, geometry)
    gather(problems, InputError)
    frame = gpd.GeoDataFrame(table, geometry=geometry.centroid, crs=crs)
    return with_warnings(with_ids(frame, ID_RULES["buildings"]), raw.warnings)


def _may_be_home(tags: Tags) -> bool:
    """Tell whether people may live in a building, by its tags."""
    kind = tags.get("building", "no")
    if kind in _HOUSES:
        return True
    return kind == "yes" and not any(key in tags for key in _PURPOSES)


def _storeys(tags: Tags) -> float:
    """Read the storeys of a building; one where they are not given."""
    text = tags.get("building:levels", "").split(";")[0].replace(",", ".").strip()
    try:
        storeys = float(text)
    except ValueError:
        return 1.0
    return storeys if 1 <= storeys <= _STOREY_LIMIT else 1.0
