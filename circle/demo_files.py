"""The files of the demo district: how each one is written, byte for byte alike."""

import ctypes
import errno
import io
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import shapely
import xlsxwriter
from osmium.osm import Box, mutable
from pyproj import Transformer

from circle.demo_borders import Area
from circle.demo_drawing import Drawing
from circle.demo_ground import Floats

METRIC_CRS = "EPSG:4550"
PLAIN_CRS = "EPSG:4326"
CENTRE_LON, CENTRE_LAT = 123.5, 31.0
DIGITS = 7
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def centre_m() -> Floats:
    """
    Place the centre of the district on a corner of the 100 m grid.

    Returns
    -------
    centre
        Easting and northing in EPSG:4550, in metres.
    """
    to_metres = _transformer(PLAIN_CRS, METRIC_CRS)
    return np.round(np.array(to_metres.transform(CENTRE_LON, CENTRE_LAT)), -2)


def to_degrees(points: Floats) -> Floats:
    """
    Turn places in the district into longitude and latitude.

    Parameters
    ----------
    points
        Metres east and north of the centre, shape (n, 2).

    Returns
    -------
    degrees
        Longitude and latitude, rounded to seven digits; shape (n, 2).
    """
    to_plain = _transformer(METRIC_CRS, PLAIN_CRS)
    east, north = (points + centre_m()).T
    return np.round(np.column_stack(to_plain.transform(east, north)), DIGITS)


@cache
def _transformer(source: str, target: str) -> Transformer:
    """Prepare a conversion; that takes far longer than to convert some points."""
    return Transformer.from_crs(source, target, always_xy=True)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """
    Write a table as CSV that Excel opens with Chinese text intact.

    Parameters
    ----------
    path
        The file.
    table
        The table, without its index.
    """
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_workbook(path: Path, table: pd.DataFrame, *, sheet: str) -> None:
    """
    Write a table as an Excel workbook of one sheet.

    Parameters
    ----------
    path
        The file.
    table
        The table, without its index; missing values become empty cells.
    sheet
        Name of the sheet.
    """
    # In memory: what cannot be written is told by the file alone, as everywhere.
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"strings_to_formulas": False, "in_memory": True}
    )
    book.set_properties({"created": CREATED.replace(tzinfo=None)})
    page = book.add_worksheet(sheet)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, list(table.columns), book.add_format({"bold": True}))
    for column, name in enumerate(table.columns):
        numeric = pd.api.types.is_numeric_dtype(table[name])
        for row, value in enumerate(table[name], start=1):
            if numeric and not pd.isna(value):
                page.write_number(row, column, float(value))
            elif not numeric and value:
                page.write_string(row, column, str(value))
    book.close()
    path.write_bytes(content.getbuffer())


def write_areas(
    path: Path, areas: list[Area], properties: list[dict[str, str]]
) -> None:
    """
    Write polygons as GeoJSON in longitude and latitude.

    Parameters
    ----------
    path
        The file.
    areas
        Polygons in metres from the centre.
    properties
        The attributes of each polygon.
    """
    plain = shapely.transform(shapely.orient_polygons(np.array(areas)), to_degrees)
    features = [
        {
            "type": "Feature",
            "properties": attributes,
            "geometry": json.loads(text),
        }
        for attributes, text in zip(properties, shapely.to_geojson(plain), strict=True)
    ]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def write_streets(path: Path, drawing: Drawing) -> None:
    """
    Write the drawn streets as an OSM file, nodes before ways, ids from one.

    Parameters
    ----------
    path
        The file, ending in ``.osm.pbf``.
    drawing
        The drawn streets.

    Raises
    ------
    OSError
        If the disk is full.
    """
    places = to_degrees(np.array(drawing.xy))
    low, high = places.min(axis=0), places.max(axis=0)
    header = osmium.io.Header()
    header.set("generator", "circle demo")
    header.add_box(Box(*(float(one) for one in (*low, *high))))
    file = osmium.io.File(str(path), "pbf,add_metadata=version")
    writer = osmium.SimpleWriter(file, header=header, overwrite=True)
    try:
        with writer:
            _add_all(writer, places, drawing)
    except RuntimeError as error:
        # Taken apart, a writer that could not write ends the whole process: it is kept
        # for good.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        raise OSError(errno.EIO, str(error), str(path)) from error


def _add_all(writer: osmium.SimpleWriter, places: Floats, drawing: Drawing) -> None:
    """Write nodes, then ways."""
    for number, (lon, lat) in enumerate(places.tolist()):
        tags = drawing.node_tags.get(number, {})
        node = mutable.Node(id=number + 1, version=1, location=(lon, lat), tags=tags)
        writer.add_node(node)
    for number, (nodes, tags) in enumerate(drawing.ways, start=1):
        ids = [node + 1 for node in nodes]
        writer.add_way(mutable.Way(id=number, version=1, nodes=ids, tags=tags))


STUDY = """\
# 虚构示范区的评估任务 / study of the fictional demo district
version: 1
name: demo
title: 临澜区（虚构）十五分钟服务圈评估
language: zh
profile: pudong
crs: EPSG:4550
data: .                       # folder of the inputs, relative to this file
outputs:
  folder: results
subdistricts: {path: subdistricts.geojson, crs: EPSG:4326}
committees: {path: committees.csv, crs: EPSG:4326}
population: {kind: table, path: population.csv, crs: EPSG:4550}
facilities: {kind: table, path: facilities.xlsx, crs: EPSG:4326}
candidates: {path: candidates.csv, crs: EPSG:4326}
streets: {path: streets.osm.pbf}
siting: {sites: 20}
"""


def write_study(path: Path) -> None:
    """
    Write the study file that assesses the demo district.

    Parameters
    ----------
    path
        The file.
    """
    path.write_text(STUDY, encoding="utf-8")
