"""Declared coordinate systems: read what a study says of a file, convert once."""

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from circle.crs import WGS84, parse_crs, project
from circle.errors import CrsError
from circle.offsets import Offset, shift_back, shift_to
from circle.problems import problem_of

Floats = NDArray[np.float64]

_WGS84_NAMES = ("wgs84", "wgs1984", "gps", "世界坐标", "大地坐标wgs84")
_CGCS2000_NAMES = (
    "cgcs2000", "国家2000", "国家2000坐标系", "2000国家大地坐标系",
    "国家大地2000", "大地2000",
)  # fmt: skip
_OFFSET_NAMES: dict[Offset, tuple[str, ...]] = {
    "GCJ-02": (
        "gcj02", "gcj", "火星坐标", "火星坐标系", "国测局坐标", "国测局坐标系",
        "amap", "gaode", "autonavi", "高德", "高德坐标", "高德地图",
        "tencent", "qqmap", "腾讯", "腾讯坐标", "腾讯地图",
    ),
    "BD-09": (
        "bd09", "bd09ll", "bd", "baidu", "百度", "百度坐标", "百度坐标系", "百度地图",
    ),
}  # fmt: skip
_OFFSETS = {name: one for one, names in _OFFSET_NAMES.items() for name in names}
_BAIDU_METRES = ("bd09mc", "bd09m", "百度墨卡托", "百度米制坐标")
_SHANGHAI_NAMES = ("上海2000", "上海2000坐标系", "上海城建", "shanghai2000", "sh2000")

# CGCS2000 / 3-degree Gauss-Krüger: EPSG 4513 is zone 25 (75° E) with its number
# before the easting, EPSG 4534 the same zone without it.
FIRST_ZONE, LAST_ZONE = 25, 45
_FIRST_PREFIXED_EPSG, _FIRST_PLAIN_EPSG = 4513, 4534
_MERIDIAN = re.compile(r"cgcs2000(?:cm)?(\d{2,3})[e°度]?e?")
_ZONE = re.compile(r"cgcs2000(?:zone|第)?(\d{2})(?:zone|带|号带)?")
_THROUGH = re.compile(r"(?P<offset>.+?)\s+via\s+(?P<crs>.+)", re.IGNORECASE)


@dataclass(frozen=True)
class DeclaredCrs:
    """The coordinate system of one file, as the study declares it."""

    text: str
    """What the study says."""
    crs: pyproj.CRS
    """The system of the numbers; WGS-84 longitude and latitude for map offsets."""
    offset: Offset | None = None
    """The map offset under the numbers; None for true positions."""

    @property
    def name(self) -> str:
        """Name of the system, for messages."""
        if self.offset is None:
            return str(self.crs.name)
        if self.crs == WGS84:
            return self.offset
        return f"{self.offset} via {self.crs.name}"


def parse_declared(text: str, *, where: str) -> DeclaredCrs:
    """
    Read the coordinate system that a study declares for a file.

    Parameters
    ----------
    text
        ``WGS-84``, ``CGCS2000`` (longitude and latitude), ``CGCS2000 120E`` (plane,
        by central meridian), ``CGCS2000 zone 40`` (plane, zone number before the
        easting), ``GCJ-02``, ``BD-09``, one of their Chinese names, an EPSG code, or
        a PROJ or WKT string. ``GCJ-02 via EPSG:4549`` stands for offset positions
        that somebody converted to metres as if they were true.
    where
        The file and key that declare it, for messages.

    Returns
    -------
    declared
        The system; EPSG:3857 is fine here, as positions can be converted from it.

    Raises
    ------
    CrsError
        If the text names no system that circle can convert.

    Examples
    --------
    >>> parse_declared("高德", where="study.yaml: facilities.crs").name
    'GCJ-02'
    >>> parse_declared("CGCS2000 zone 40", where="").crs.to_epsg()
    4528
    >>> parse_declared("GCJ-02 via EPSG:4549", where="").offset
    'GCJ-02'
    """
    through = _THROUGH.fullmatch(text.strip())
    if through is not None and _fold(through["offset"]) in _OFFSETS:
        inner = parse_declared(through["crs"], where=where)
        if inner.offset is not None:
            raise CrsError(problem_of(where, "unknown-crs", text=text))
        return DeclaredCrs(text, inner.crs, _OFFSETS[_fold(through["offset"])])
    name = _fold(text)
    if name in _OFFSETS:
        return DeclaredCrs(text, WGS84, _OFFSETS[name])
    if name in _WGS84_NAMES:
        return DeclaredCrs(text, WGS84)
    if name in _CGCS2000_NAMES:
        return DeclaredCrs(text, pyproj.CRS.from_epsg(4490))
    _refuse_what_nobody_can_convert(text, name, where)
    epsg = _cgcs2000_zone(name)
    return DeclaredCrs(text, _known(text if epsg is None else f"EPSG:{epsg}", where))


def to_metric(
    x: Floats, y: Floats, *, declared: DeclaredCrs, target: pyproj.CRS
) -> tuple[Floats, Floats]:
    """
    Convert coordinates of a file to the coordinate system of the study.

    Parameters
    ----------
    x
        Longitudes in degrees or eastings in metres, shape (n,).
    y
        Latitudes in degrees or northings in metres, shape (n,).
    declared
        The system of the file.
    target
        The system wanted.

    Returns
    -------
    coordinates
        Two arrays of shape (n,) in `target`; not finite where a position cannot be
        meant in the declared system.

    Examples
    --------
    >>> gcj02 = parse_declared("GCJ-02", where="")
    >>> x, y = to_metric(np.array([121.5]), np.array([31.2]), declared=gcj02,
    ...                  target=pyproj.CRS.from_epsg(4549))
    >>> round(float(x[0])), round(float(y[0]))
    (642537, 3454336)
    """
    if declared.offset is None:
        return project(x, y, source=declared.crs, target=target)
    lon, lat = project(x, y, source=declared.crs, target=WGS84)
    lon, lat = shift_back(lon, lat, system=declared.offset)
    return project(lon, lat, source=WGS84, target=target)


def from_metric(
    x: Floats, y: Floats, *, declared: DeclaredCrs, source: pyproj.CRS
) -> tuple[Floats, Floats]:
    """
    Convert coordinates back to the system of a file: the inverse of `to_metric`.

    Parameters
    ----------
    x
        Eastings or longitudes in `source`, shape (n,).
    y
        Northings or latitudes in `source`, shape (n,).
    declared
        The system of the file.
    source
        The system of `x` and `y`.

    Returns
    -------
    coordinates
        Two arrays of shape (n,), the numbers that the file would hold.
    """
    if declared.offset is None:
        return project(x, y, source=source, target=declared.crs)
    lon, lat = project(x, y, source=source, target=WGS84)
    lon, lat = shift_to(lon, lat, system=declared.offset)
    return project(lon, lat, source=WGS84, target=declared.crs)


def shapes_to_metric(
    shapes: gpd.GeoSeries, *, declared: DeclaredCrs, target: pyproj.CRS
) -> gpd.GeoSeries:
    """
    Convert shapes of a file to the coordinate system of the study.

    Parameters
    ----------
    shapes
        Shapes in the numbers of the file; missing ones stay missing.
    declared
        The system of the file.
    target
        The system wanted.

    Returns
    -------
    shapes
        In `target`, on the same index; every vertex is converted on its own.
    """

    def convert(places: Floats) -> Floats:
        return np.column_stack(
            to_metric(places[:, 0], places[:, 1], declared=declared, target=target)
        )

    moved = shapely.transform(shapes.to_numpy(), convert)
    return gpd.GeoSeries(moved, index=shapes.index, crs=target)


def zone_epsg(meridian: int, *, prefixed: bool) -> int | None:
    """
    Give the EPSG code of a CGCS2000 3-degree zone.

    Parameters
    ----------
    meridian
        Central meridian in degrees east.
    prefixed
        Whether the zone number stands before the easting.

    Returns
    -------
    epsg
        The code; None if no zone has this central meridian.

    Examples
    --------
    >>> zone_epsg(120, prefixed=True), zone_epsg(120, prefixed=False)
    (4528, 4549)
    """
    zone, rest = divmod(meridian, 3)
    if rest or not FIRST_ZONE <= zone <= LAST_ZONE:
        return None
    first = _FIRST_PREFIXED_EPSG if prefixed else _FIRST_PLAIN_EPSG
    return first + zone - FIRST_ZONE


def _fold(text: str) -> str:
    """Fold a name for comparison: case, blanks, hyphens and brackets do not count."""
    return re.sub(r"[\s\-_–()（）/,，]", "", text).casefold()


def _cgcs2000_zone(name: str) -> int | None:
    """Read a CGCS2000 plane system by meridian (120E) or by zone number (40)."""
    zone = _ZONE.fullmatch(name)
    if zone is not None:
        return zone_epsg(3 * int(zone[1]), prefixed=True)
    meridian = _MERIDIAN.fullmatch(name)
    return None if meridian is None else zone_epsg(int(meridian[1]), prefixed=False)


def _refuse_what_nobody_can_convert(text: str, name: str, where: str) -> None:
    """
    Refuse systems whose parameters are not public, and say what to do.

    Raises
    ------
    CrsError
        For Shanghai 2000 by name, and for Baidu's metres.
    """
    if name in _SHANGHAI_NAMES:
        raise CrsError(problem_of(where, "crs-not-public", text=text))
    if name in _BAIDU_METRES:
        raise CrsError(problem_of(where, "baidu-metres", text=text))


def _known(text: str, where: str) -> pyproj.CRS:
    """
    Parse an EPSG code, with or without its name, or a PROJ or WKT string.

    Raises
    ------
    CrsError
        If PROJ does not know it.
    """
    code = text.strip()
    try:
        return parse_crs(f"EPSG:{code}" if code.isdecimal() else code, where=where)
    except CrsError as error:
        raise CrsError(problem_of(where, "unknown-crs", text=text)) from error
