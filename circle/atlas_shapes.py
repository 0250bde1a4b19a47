"""Geometry for the maps: WGS-84 degrees, packed as whole numbers, within a budget."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from circle.crs import WGS84
from circle.offsets import shift_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from circle.offsets import Offset

# Degrees are kept to six decimals (about 0.1 m) and packed as differences.
_PER_DEGREE = 1_000_000
AREA_KINDS = ("green", "water")
# Rivers and canals that the source gives as lines only.
_STREAM = "stream"
Packed = list[Any]


def to_wgs84(
    geometry: NDArray[np.object_], crs: pyproj.CRS, offset: Offset | None = None
) -> NDArray[np.object_]:
    """
    Convert geometries to longitude and latitude.

    Parameters
    ----------
    geometry
        Shape (n,), in `crs`.
    crs
        Their coordinate system.
    offset
        Map offset that they are drawn with, to lie right on tiles that have it.

    Returns
    -------
    geometry
        Shape (n,), WGS-84, or WGS-84 with the offset.
    """
    degrees = gpd.GeoSeries(geometry, crs=crs).to_crs(WGS84)
    found = np.asarray(degrees.to_numpy(), dtype=object)
    if offset is None:
        return found

    def shifted(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(shift_to(*lon_lat.T.copy(), system=offset))

    return np.asarray(shapely.transform(found, shifted))


def picture_bounds(
    corners: tuple[float, float, float, float], offset: Offset | None = None
) -> list[list[float]]:
    """
    Give the corners between which a page stretches a picture.

    Parameters
    ----------
    corners
        South, west, north, east edge in degrees (WGS-84).
    offset
        Map offset of the page; within one picture it counts as even.

    Returns
    -------
    bounds
        South-west and north-east corner: latitude and longitude in degrees.
    """
    south, west, north, east = corners
    lon, lat = np.array([west, east]), np.array([south, north])
    if offset is not None:
        lon, lat = shift_to(lon, lat, system=offset)
    places = np.round(np.column_stack([lat, lon]), 6)
    return [list(map(float, one)) for one in places]


def pack_points(geometry: NDArray[np.object_]) -> list[list[int]]:
    """
    Write points as latitude and longitude in millionths of a degree.

    Parameters
    ----------
    geometry
        Points in WGS-84, shape (n,).

    Returns
    -------
    points
        One ``[latitude, longitude]`` per point.

    Examples
    --------
    >>> pack_points(shapely.points([[121.5, 31.25]]))
    [[31250000, 121500000]]
    """
    found = shapely.get_coordinates(geometry)[:, ::-1] * _PER_DEGREE
    return [[int(lat), int(lon)] for lat, lon in np.rint(found)]


def pack_line(line: shapely.Geometry) -> list[int]:
    """
    Write a line or ring as a first point and steps from each point to the next.

    Parameters
    ----------
    line
        In WGS-84.

    Returns
    -------
    numbers
        Latitude, longitude, then steps of both, in millionths of a degree.

    Examples
    --------
    >>> pack_line(shapely.LineString([(121.5, 31.25), (121.50001, 31.25)]))
    [31250000, 121500000, 0, 10]
    """
    return _pack_lines(np.array([line], dtype=object))[0]


def _pack_lines(lines: NDArray[np.object_]) -> list[list[int]]:
    """Pack many lines at once."""
    found, line_of = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint(found[:, ::-1] * _PER_DEGREE).astype(np.int64)
    is_first = np.diff(line_of, prepend=-1) != 0
    steps = np.where(is_first[:, None], whole, whole - np.roll(whole, 1, axis=0))
    kept = is_first | (steps != 0).any(axis=1)
    numbers = steps[kept].ravel().tolist()
    ends = 2 * np.cumsum(np.bincount(line_of[kept], minlength=len(lines)))
    return [numbers[i:j] for i, j in itertools.pairwise([0, *ends.tolist()])]


def _pack_areas(areas: NDArray[np.object_]) -> list[Packed]:
    """Write polygons and multipolygons: per polygon its outer ring, then its holes."""
    parts, area_of = shapely.get_parts(areas, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    packed: list[Packed] = [[] for _ in areas]
    polygon: Packed = []
    last = -1
    for ring, part in zip(_pack_lines(rings), part_of.tolist(), strict=True):
        if part != last:
            polygon, last = [], part
            packed[area_of[part]].append(polygon)
        polygon.append(ring)
    return packed


def pack_areas(
    geometry: NDArray[np.object_],
    crs: pyproj.CRS,
    *,
    tolerance_m: float,
    offset: Offset | None = None,
) -> list[Packed]:
    """
    Simplify and pack areas.

    Parameters
    ----------
    geometry
        Polygons in `crs`, shape (n,).
    crs
        A metric coordinate system.
    tolerance_m
        How far the outline may move, in metres.
    offset
        Map offset of the page.

    Returns
    -------
    areas
        One packed area per geometry.
    """
    simple = shapely.simplify(geometry, tolerance_m, preserve_topology=True)
    return _pack_areas(to_wgs84(simple, crs, offset))


def pack_backdrop(
    backdrop: gpd.GeoDataFrame,
    bounds: tuple[float, float, float, float],
    *,
    kinds: Sequence[str],
    most_vertices: int,
    offset: Offset | None = None,
) -> dict[str, Packed]:
    """
    Cut, simplify and pack water, green and streets for the background of a map.

    Detail is halved until the vertices fit the budget.

    Parameters
    ----------
    backdrop
        Columns `kind` and `geometry`, in a metric system.
    bounds
        West, south, east, north of the map in metres.
    kinds
        The kinds to draw.
    most_vertices
        Budget for all kinds together.
    offset
        Map offset of the page.

    Returns
    -------
    packed
        Kind to its packed areas or lines.
    """
    # The index of the whole backdrop is built once and serves every page.
    near = backdrop.iloc[np.sort(backdrop.sindex.query(shapely.box(*bounds)))]
    inside = near[near["kind"].isin(list(kinds))]
    cut = shapely.clip_by_rect(inside.geometry.to_numpy(), *bounds)
    kind = inside["kind"].to_numpy()
    gathered = {
        one: _gather(cut[kind == one], 2 if one in AREA_KINDS else 1) for one in kinds
    }
    gathered[_STREAM] = _gather(cut[kind == "water"], 1)
    tolerance_m = max(2.0, (bounds[2] - bounds[0]) / 5000)
    simple = _simplify(gathered, tolerance_m)
    while _vertices(simple) > most_vertices:
        tolerance_m *= 2
        simple = _simplify(gathered, tolerance_m)
    return {
        one: _pack(to_wgs84(parts, pyproj.CRS(backdrop.crs), offset), one)
        for one, parts in simple.items()
        if len(parts)
    }


def _gather(geometry: NDArray[np.object_], dimension: int) -> NDArray[np.object_]:
    """Keep the parts of one dimension; join lines end to end."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[shapely.get_dimensions(parts) == dimension]
    parts = parts[~shapely.is_empty(parts)]
    if dimension == 1 and len(parts):
        parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return np.asarray(parts, dtype=object)


def _simplify(
    gathered: dict[str, NDArray[np.object_]], tolerance_m: float
) -> dict[str, NDArray[np.object_]]:
    """Simplify all kinds; leave out areas too small to see."""
    result = {}
    for kind, parts in gathered.items():
        simple = shapely.simplify(parts, tolerance_m, preserve_topology=True)
        if kind in AREA_KINDS:
            simple = simple[shapely.area(simple) >= (3 * tolerance_m) ** 2]
        else:
            simple = simple[shapely.length(simple) >= tolerance_m]
        result[kind] = simple
    return result


def _vertices(parts: dict[str, NDArray[np.object_]]) -> int:
    """Count the vertices of all kinds."""
    return sum(int(shapely.get_num_coordinates(one).sum()) for one in parts.values())


def _pack(degrees: NDArray[np.object_], kind: str) -> Packed:
    """Pack the areas or lines of one kind."""
    if kind in AREA_KINDS:
        return [polygon for one in _pack_areas(degrees) for polygon in one]
    return list(_pack_lines(degrees))
