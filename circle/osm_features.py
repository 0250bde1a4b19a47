"""Tagged points, lines and areas out of OpenStreetMap files."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import osmium.geom
import pyproj
import shapely

from circle.crs import WGS84
from circle.errors import InputError
from circle.problems import problem_of

Tags = Mapping[str, str]


def read_osm_features(
    path: Path,
    *,
    keys: tuple[str, ...],
    wanted: Callable[[Tags], bool],
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """
    Read the features of an OpenStreetMap file that fit a rule.

    Parameters
    ----------
    path
        The file (.osm.pbf, .osm).
    keys
        Tag keys of which a feature must have at least one; sorts out most of the
        file before it is looked at.
    wanted
        Tells from its tags whether a feature is kept.
    crs
        Metric coordinate system of the result.

    Returns
    -------
    features
        Columns ``osm_id`` (such as ``n123``, ``w45``, ``r6``), ``tags`` (a dict) and
        ``geometry`` (points, lines, multipolygons) in `crs`, sorted by id. A closed
        way is an area where OSM reads it as one, else a line.

    Raises
    ------
    InputError
        If the file cannot be read as OSM data.
    """
    rows: list[tuple[str, dict[str, str], str]] = []
    try:
        rows += _areas(path, keys, wanted)
        areas = {row[0] for row in rows}
        others = _points_and_lines(path, keys, wanted)
        rows += [row for row in others if row[0] not in areas]
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        problem = problem_of(path.name, "osm-not-read", error=str(error))
        raise InputError(problem) from error
    rows.sort(key=lambda row: (row[0][0], int(row[0][1:])))
    geometry = shapely.from_wkb([row[2] for row in rows])
    table = {"osm_id": [row[0] for row in rows], "tags": [row[1] for row in rows]}
    return gpd.GeoDataFrame(table, geometry=geometry, crs=WGS84).to_crs(crs)


def _areas(
    path: Path, keys: tuple[str, ...], wanted: Callable[[Tags], bool]
) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield areas: closed ways and multipolygon relations."""
    factory = osmium.geom.WKBFactory()
    key_filter = osmium.filter.KeyFilter(*keys)
    stream = osmium.FileProcessor(str(path)).with_areas(key_filter)
    for one in stream.with_filter(key_filter):
        if not isinstance(one, osmium.osm.Area):
            continue
        tags = dict(one.tags)
        if wanted(tags):
            letter = "w" if one.from_way() else "r"
            wkb = _drawn(factory.create_multipolygon, one)
            if wkb is not None:
                yield f"{letter}{one.orig_id()}", tags, wkb


def _points_and_lines(
    path: Path, keys: tuple[str, ...], wanted: Callable[[Tags], bool]
) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield nodes and ways."""
    factory = osmium.geom.WKBFactory()
    stream = osmium.FileProcessor(
        str(path), osmium.osm.NODE | osmium.osm.WAY
    ).with_locations()
    for one in stream.with_filter(osmium.filter.KeyFilter(*keys)):
        tags = dict(one.tags)
        if not wanted(tags):
            continue
        if isinstance(one, osmium.osm.Node):
            wkb = _drawn(factory.create_point, one)
        else:
            wkb = _drawn(factory.create_linestring, one)
        if wkb is not None:
            letter = "n" if isinstance(one, osmium.osm.Node) else "w"
            yield f"{letter}{one.id}", tags, wkb


def _drawn(create: Callable[[Any], str], feature: object) -> str | None:
    """Draw a feature; None where nodes are missing or the shape collapses."""
    try:
        return create(feature)
    except (RuntimeError, osmium.InvalidLocationError):
        return None
