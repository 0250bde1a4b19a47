"""Coordinate systems: declare, convert once, and measure in metres only."""

import math
from functools import cache

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError as ProjError

from circle.errors import CrsError, Words
from circle.problems import problem_of

WGS84 = pyproj.CRS.from_epsg(4326)
WEB_MERCATOR_EPSG = 3857

# CGCS2000 / 3-degree Gauss-Krüger zones without zone prefix, EPSG 4534 (75° E) to
# 4554 (135° E): the plane systems of Chinese planning offices.
_CGCS2000_FIRST_EPSG = 4534
_CGCS2000_FIRST_MERIDIAN = 75
_CHINA_LON = (73.5, 136.5)
_CHINA_LAT = (3.0, 54.0)

_EARTH_RADIUS_M, _EARTH_SLACK_M = 6_378_137.0, 20_000.0


def parse_crs(text: str, *, where: str) -> pyproj.CRS:
    """
    Read a declared coordinate system.

    Parameters
    ----------
    text
        An EPSG code such as ``EPSG:4326``, or a PROJ or WKT string.
    where
        The file and key that declare it, for messages.

    Returns
    -------
    crs
        The coordinate system.

    Raises
    ------
    CrsError
        If the text names no coordinate system known to PROJ.

    Examples
    --------
    >>> parse_crs("EPSG:4550", where="study.yaml: crs").is_projected
    True
    """
    problem = problem_of(where, "unknown-metric-crs", text=text)
    try:
        crs = pyproj.CRS.from_user_input(text)
    except ProjError as error:
        raise CrsError(problem) from error
    # PROJ knows systems of other planets by name.
    radius_m = crs.ellipsoid.semi_major_metre if crs.ellipsoid else _EARTH_RADIUS_M
    if abs(radius_m - _EARTH_RADIUS_M) > _EARTH_SLACK_M:
        raise CrsError(problem)
    return crs


def require_metric(crs: pyproj.CRS, *, where: str) -> pyproj.CRS:
    """
    Refuse a coordinate system in which metres cannot be measured.

    Parameters
    ----------
    crs
        The coordinate system.
    where
        What declares it, for messages.

    Returns
    -------
    crs
        The same coordinate system, if it is projected and in metres.

    Raises
    ------
    CrsError
        For longitude and latitude, for web Mercator, and for other units.

    Examples
    --------
    >>> require_metric(pyproj.CRS.from_epsg(4550), where="study.yaml: crs").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 123E'
    """
    if _is_web_mercator(crs):
        why = Words(
            "web Mercator stretches lengths (16.8 % at 31° N)",
            zh="网络墨卡托会拉长距离（北纬31°处 16.8 %）",
        )
    elif not crs.is_projected:
        why = Words(
            "it is not projected, and degrees are not metres",
            zh="它不是投影坐标系，度不是米",
        )
    elif crs.axis_info[0].unit_conversion_factor != 1.0:
        unit = crs.axis_info[0].unit_name
        why = Words(f"its unit is {unit}", zh=f"其单位为“{unit}”")
    else:
        return crs
    raise CrsError(problem_of(where, "refused-crs", name=crs.name, why=why))


def _is_web_mercator(crs: pyproj.CRS) -> bool:
    """Tell web Mercator by any of its names: its method, or Mercator on a sphere."""
    operation = crs.coordinate_operation
    if crs.to_epsg() == WEB_MERCATOR_EPSG or operation is None:
        return crs.to_epsg() == WEB_MERCATOR_EPSG
    if operation.method_name == "Popular Visualisation Pseudo Mercator":
        return True
    sphere = crs.ellipsoid is not None and crs.ellipsoid.inverse_flattening == 0
    return sphere and operation.method_name.startswith("Mercator")


def choose_metric_crs(lon: float, lat: float) -> pyproj.CRS:
    """
    Choose a metric coordinate system for a place.

    Parameters
    ----------
    lon
        Longitude of the study area's middle, in degrees.
    lat
        Latitude of the study area's middle, in degrees.

    Returns
    -------
    crs
        The CGCS2000 3-degree zone in China, the UTM zone (WGS-84) elsewhere.

    Examples
    --------
    >>> choose_metric_crs(121.5, 31.2).to_epsg()
    4549
    >>> choose_metric_crs(-15.4, 28.1).to_epsg()
    32628
    """
    in_china = (
        _CHINA_LON[0] <= lon <= _CHINA_LON[1] and _CHINA_LAT[0] <= lat <= _CHINA_LAT[1]
    )
    if in_china:
        # A place on the border of two zones belongs to the western one.
        zone = max(0, math.ceil((lon - _CGCS2000_FIRST_MERIDIAN) / 3 - 0.5))
        return pyproj.CRS.from_epsg(_CGCS2000_FIRST_EPSG + zone)
    zone = int((lon + 180) // 6) % 60 + 1
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def project(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    source: pyproj.CRS,
    target: pyproj.CRS,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Convert coordinates, easting or longitude first.

    Parameters
    ----------
    x
        Eastings in metres or longitudes in degrees, shape (n,).
    y
        Northings in metres or latitudes in degrees, shape (n,).
    source
        Coordinate system of `x` and `y`.
    target
        Coordinate system wanted.

    Returns
    -------
    coordinates
        Two arrays of shape (n,) in `target`; infinite where the point lies
        outside the domain of `target`.

    Examples
    --------
    >>> x, y = project(np.array([123.0]), np.array([31.0]), source=WGS84,
    ...                target=pyproj.CRS.from_epsg(4550))
    >>> round(float(x[0]))
    500000
    """
    return _transformer(source, target).transform(x, y)


@cache
def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Prepare a conversion; that takes far longer than to convert some points."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
