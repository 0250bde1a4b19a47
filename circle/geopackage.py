"""The results as layers of one GeoPackage, for QGIS and other GIS programs."""

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely

from circle.assessment import Assessment
from circle.bands import outline_bands
from circle.city import City
from circle.contracts import (
    CANDIDATES,
    COMMITTEES,
    FACILITIES,
    GAP_CLUSTERS,
    SITES,
    SUBDISTRICTS,
    UNSNAPPED,
)
from circle.errors import OutputError
from circle.facts import coverage_rows
from circle.map_areas import MapAreas, measure_map_areas
from circle.problems import os_reason, problem_of
from circle.reached import TOLERANCE_S, Reach
from circle.sheet_parts import clean_text
from circle.styles import layer_styles
from circle.tables import Contract

# A file's date would change its bytes from run to run.
WRITTEN = "2000-01-01T00:00:00.000Z"
# As QGIS makes it, so that its styles can be changed and saved there.
_STYLE_TABLE = """CREATE TABLE layer_styles (
id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_AREAS = ("subdistricts", "gap_clusters", "bands", "site_areas")
_SHAPES = dict.fromkeys(_AREAS, "MultiPolygon")
Layers = Mapping[str, gpd.GeoDataFrame]
_HEADLINE = (
    "pairs",
    "pairs_covered",
    "pair_share",
    "population",
    "person_items",
    "person_items_covered",
    "person_item_share",
)


def write_geopackage(
    assessment: Assessment, path: Path, *, layers: Layers | None = None
) -> None:
    """
    Write the results as layers in the metric coordinate system of the study.

    The layers are ``subdistricts``, ``committees``, ``cells``, ``facilities``,
    ``candidates``, ``gap_clusters``, ``sites``, ``unsnapped``, ``bands`` and
    ``site_areas``; their fields have the names of the data dictionary.
    ``min_<type>`` holds the minutes to the nearest facility, null where there is no
    way; the cells have whole seconds in ``s_<type>`` instead, rounded up, as there are
    many of them. Each layer has a style, by which QGIS draws it as the maps do. The
    same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        The assessment.
    path
        The .gpkg file to write; replaced where it is there already.
    layers
        What `result_layers` gives; gathered if not given.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        path.unlink(missing_ok=True)
        for name, layer in (layers or result_layers(assessment)).items():
            pyogrio.write_dataframe(
                _with_whole_seconds(layer) if name == "cells" else layer,
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                geometry_type=_SHAPES.get(name, "Point"),
                promote_to_multi=name in _SHAPES,
            )
        _add_styles(path, layer_styles(assessment))
        _settle_dates(path)
    except (
        OSError,
        sqlite3.Error,
        RuntimeError,
        pyogrio.errors.DataSourceError,
    ) as error:
        problem = problem_of(path.name, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error


def result_layers(
    assessment: Assessment, areas: MapAreas | None = None
) -> dict[str, gpd.GeoDataFrame]:
    """
    Gather the layers of an assessment.

    Parameters
    ----------
    assessment
        The assessment.
    areas
        Bands of travel time and areas of the sites; measured if not given.

    Returns
    -------
    layers
        Layer name to features in the metric system of the study; lists are
        joined texts.
    """
    city = assessment.city
    if areas is None:
        areas = measure_map_areas(city, assessment.sites)
    layers = {
        "subdistricts": _subdistricts(assessment),
        "committees": _committees(assessment),
        "cells": _cells(assessment),
        "facilities": _plain(city.facilities, FACILITIES),
        "candidates": _plain(city.candidates, CANDIDATES),
        "gap_clusters": _gap_clusters(assessment),
        "sites": _plain(assessment.sites, SITES),
        "unsnapped": _unsnapped(assessment),
        "bands": _bands(city, areas),
        "site_areas": areas.sites,
    }
    return {name: layer.set_crs(city.crs) for name, layer in layers.items()}


def _plain(
    table: gpd.GeoDataFrame, contract: Contract, more: tuple[str, ...] = ()
) -> gpd.GeoDataFrame:
    """Keep the contract's columns, then `more`; texts and lists are one line."""
    names = [one for one in (*contract.names, *more) if one != "geometry"]
    fields = pd.DataFrame(table.reindex(columns=names)).reset_index(drop=True)
    kinds = {one.name: one.kind for one in contract.columns}
    for name in names:
        is_number = pd.api.types.is_numeric_dtype(fields[name])
        kind = kinds.get(name, "number" if is_number else "text")
        if kind in {"number", "count"}:
            fields[name] = fields[name].astype(float)
        elif kind == "flag":
            fields[name] = fields[name].astype(bool)
        else:
            texts = fields[name].map(clean_text).astype(object)
            fields[name] = texts.where(texts != "", None)
    geometry = gpd.GeoSeries(table.geometry.to_numpy(), index=fields.index)
    return gpd.GeoDataFrame(fields, geometry=geometry)


def _subdistricts(assessment: Assessment) -> gpd.GeoDataFrame:
    """Give the subdistricts with their coverage and their missing items."""
    layer = _plain(assessment.city.subdistricts, SUBDISTRICTS)
    rows = coverage_rows(assessment, area_kind="subdistrict", group_kind="required")
    rows = rows.set_index("area_id").reindex(layer["subdistrict_id"])
    for name in _HEADLINE:
        layer[name] = rows[name].to_numpy(dtype=float)
    items = assessment.missing_items
    counts = {
        "n_missing_required": items[items["required"].astype(bool)],
        "n_missing": items,
    }
    for name, table in counts.items():
        found = table["subdistrict_id"].value_counts()
        layer[name] = [int(found.get(one, 0)) for one in layer["subdistrict_id"]]
    return layer


def _committees(assessment: Assessment) -> gpd.GeoDataFrame:
    """Give the committees with the minutes to each type."""
    city = assessment.city
    layer = _plain(city.committees, COMMITTEES, ("mode", "population"))
    if assessment.committee_reach is None:
        return layer
    times = _minutes(assessment, assessment.committee_reach)
    return _beside(layer, times.reindex(layer["committee_id"]))


def _cells(assessment: Assessment) -> gpd.GeoDataFrame:
    """Give the cells with the minutes to each type."""
    cells = assessment.city.cells
    texts = ("cell_id", "subdistrict_id", "committee_id", "mode")
    people = [one for one in cells.columns if str(one).startswith("population")]
    fields = {name: cells[name].astype(object) for name in texts}
    fields |= {str(name): cells[name].astype(float) for name in people}
    table = pd.DataFrame(fields).reset_index(drop=True)
    layer = gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(cells.geometry.to_numpy(), index=table.index)
    )
    times = _minutes(assessment, assessment.cell_reach)
    return _beside(layer, times.reindex(layer["cell_id"]))


def _minutes(assessment: Assessment, reach: Reach) -> pd.DataFrame:
    """Tabulate minutes to each type and how many required types are missing."""
    required = {one.id for one in assessment.city.profile.required_types}
    counted = np.array([one in required for one in reach.type_ids], dtype=bool)
    times = pd.DataFrame(
        reach.time_s / 60,
        index=pd.Index(reach.origin_ids),
        columns=[f"min_{one}" for one in reach.type_ids],
    )
    n_missing = (~reach.covered[:, counted]).sum(axis=1)
    times.insert(0, "n_missing_required", n_missing)
    return times


def _with_whole_seconds(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give times in whole seconds, which take a quarter of the room; none is lessened.

    A time within a limit of whole seconds stays within it.
    """
    times = [str(one) for one in cells.columns if str(one).startswith("min_")]
    seconds = {
        f"s_{one.removeprefix('min_')}": pd.array(
            np.ceil(cells[one].to_numpy(dtype=float) * 60 - TOLERANCE_S), dtype="Int32"
        )
        for one in times
    }
    plain = pd.DataFrame(cells.drop(columns=[*times, "geometry"]))
    return _beside(
        gpd.GeoDataFrame(plain, geometry=cells.geometry), pd.DataFrame(seconds)
    )


def _bands(city: City, areas: MapAreas) -> gpd.GeoDataFrame:
    """Give the bands of travel time of each type, with the name of the type."""
    if areas.bands is None:
        names = ("type_id", "type", "band", "limit", "unit")
        return gpd.GeoDataFrame({one: [] for one in names}, geometry=[], crs=city.crs)
    layer = outline_bands(areas.bands, city.crs)
    language = city.study.language
    labels = [city.profile.type_of(one).label[language] for one in layer["type_id"]]
    layer.insert(1, "type", [clean_text(one) for one in labels])
    return layer


def _beside(layer: gpd.GeoDataFrame, columns: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put columns beside a layer's fields, before its geometry."""
    fields = pd.DataFrame(layer.drop(columns="geometry"))
    table = pd.concat([fields, columns.reset_index(drop=True)], axis=1)
    return gpd.GeoDataFrame(table, geometry=layer.geometry)


def _gap_clusters(assessment: Assessment) -> gpd.GeoDataFrame:
    """Give the gap clusters without the vertices in the middle of straight sides."""
    layer = _plain(assessment.gap_clusters, GAP_CLUSTERS)
    # Outlines of cells have one at every cell, which doubles the size of the layer.
    return layer.set_geometry(shapely.simplify(layer.geometry.to_numpy(), 0.0))


def _unsnapped(assessment: Assessment) -> gpd.GeoDataFrame:
    """Give the unsnapped points that have a place."""
    city, table = assessment.city, assessment.unsnapped
    places: dict[tuple[str, str], Any] = {}
    for kind, rows in (
        ("committee", city.committees),
        ("cell", city.cells),
        ("facility", city.facilities),
        ("candidate", city.candidates),
    ):
        wanted = set(table.loc[table["kind"] == kind, "id"])
        found = rows[rows[f"{kind}_id"].isin(wanted)] if wanted else rows.iloc[:0]
        for code, point in zip(
            found.get(f"{kind}_id", ()), found.geometry, strict=True
        ):
            places[kind, str(code)] = point
    points = [
        places.get((str(kind), str(code)))
        for kind, code in zip(table["kind"], table["id"], strict=True)
    ]
    placed = np.array([one is not None and not one.is_empty for one in points], bool)
    layer = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(points, index=table.index))
    return _plain(layer[placed], UNSNAPPED, ())


def _add_styles(path: Path, styles: Mapping[str, str]) -> None:
    """Put a style beside each layer, in the table where QGIS looks for it."""
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute(_STYLE_TABLE)
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
        columns = dict(
            file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
        )
        file.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, "
            "description, owner, update_time) "
            "VALUES ('', '', ?, ?, 'circle', ?, '', 1, '', '', ?)",
            [
                (name, columns[name], style, WRITTEN)
                for name, style in styles.items()
                if name in columns
            ],
        )


def _settle_dates(path: Path) -> None:
    """Set the date of every layer to a constant."""
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE gpkg_contents SET last_change = ?", (WRITTEN,))
