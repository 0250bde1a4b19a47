"""Water, green and main streets of the study area, to draw maps upon."""

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from circle.osm_features import Tags, read_osm_features
from circle.study import Study

_MAJOR = frozenset({"trunk", "primary", "secondary"})
_MINOR = frozenset(
    {"tertiary", "unclassified", "residential", "living_street", "pedestrian"}
)
_GREEN_LEISURE = frozenset({"park", "garden", "nature_reserve"})
_GREEN_LANDUSE = frozenset({"forest", "recreation_ground", "village_green"})
_GREEN_NATURAL = frozenset({"wood", "scrub"})
_WATER_WAYS = frozenset({"river", "canal"})
_KEYS = ("highway", "waterway", "natural", "leisure", "landuse", "water")
# Finer than a pen stroke on a district sheet.
_SIMPLIFY_M = 4.0
_SMALLEST_AREA_M2 = 5_000.0


def read_backdrop(
    study: Study, *, crs: pyproj.CRS, area: shapely.Geometry
) -> gpd.GeoDataFrame:
    """
    Read what maps are drawn upon out of the study's own street file.

    Parameters
    ----------
    study
        The study.
    crs
        Metric coordinate system of the result.
    area
        The part of the plane to draw, in `crs`.

    Returns
    -------
    backdrop
        Columns ``kind`` (water, green, motorway, major or minor) and ``geometry``
        (polygons and lines, simplified to 4 m), cut to the bounds of `area`. For
        drawing only; nothing is measured on it. Empty where the study has no streets.
    """
    if study.streets is None:
        return gpd.GeoDataFrame({"kind": []}, geometry=[], crs=crs)
    features = read_osm_features(
        study.input_path(study.streets.path),
        keys=_KEYS,
        wanted=lambda tags: _kind(tags) is not None,
        crs=crs,
    )
    kind = np.array([_kind(tags) for tags in features["tags"]], dtype=object)
    shapes = shapely.simplify(features.geometry.to_numpy(), _SIMPLIFY_M)
    shapes = shapely.clip_by_rect(shapely.make_valid(shapes), *shapely.bounds(area))
    is_area = shapely.get_dimensions(shapes) == 2
    drawn = ~shapely.is_empty(shapes)
    drawn &= np.where(is_area, shapely.area(shapes) >= _SMALLEST_AREA_M2, True)
    # A square mapped as an area is no street to draw; rivers may be lines or areas.
    drawn &= (is_area == (kind == "green")) | (kind == "water")
    table = gpd.GeoDataFrame({"kind": kind}, geometry=shapes, crs=crs)[drawn]
    return table.sort_values("kind", kind="stable").reset_index(drop=True)


def backdrop_of_lines(
    lines: gpd.GeoDataFrame, *, area: shapely.Geometry
) -> gpd.GeoDataFrame:
    """
    Draw what maps are drawn upon from street lines: there is no water or green.

    Parameters
    ----------
    lines
        Column ``highway`` with values of OpenStreetMap, and lines in metres.
    area
        The part of the plane to draw, in the same coordinate system.

    Returns
    -------
    backdrop
        As of `read_backdrop`.
    """
    kind = lines["highway"].map(lambda one: _kind({"highway": one})).to_numpy(object)
    shapes = shapely.simplify(lines.geometry.to_numpy(), _SIMPLIFY_M)
    shapes = shapely.clip_by_rect(shapes, *shapely.bounds(area))
    drawn = ~shapely.is_empty(shapes) & (kind != None)  # noqa: E711 (element-wise)
    table = gpd.GeoDataFrame({"kind": kind}, geometry=shapes, crs=lines.crs)[drawn]
    return table.sort_values("kind", kind="stable").reset_index(drop=True)


def _kind(tags: Tags) -> str | None:
    """Say how a feature is drawn; None where it is not."""
    highway = tags.get("highway", "").removesuffix("_link")
    if highway == "motorway":
        return "motorway"
    if highway in _MAJOR:
        return "major"
    if highway in _MINOR:
        return "minor"
    return _area_kind(tags)


def _area_kind(tags: Tags) -> str | None:
    """Say how water and green are drawn."""
    water = (
        tags.get("natural") in {"water", "bay"}
        or tags.get("waterway") in _WATER_WAYS | {"riverbank"}
        or tags.get("landuse") in {"reservoir", "basin"}
    )
    if water:
        return "water"
    green = (
        tags.get("leisure") in _GREEN_LEISURE
        or tags.get("landuse") in _GREEN_LANDUSE
        or tags.get("natural") in _GREEN_NATURAL
    )
    return "green" if green else None
