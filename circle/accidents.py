"""Name what went wrong with the coordinates of a whole file, and what to write."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

from circle.crs import WGS84, project
from circle.declared import DeclaredCrs, to_metric, zone_epsg
from circle.errors import Words
from circle.offsets import in_china

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Fits = Callable[[Floats, Floats], Flags]

# Less than half of a file where it should be, and nine tenths of it there if read
# another way: that is no stray point.
_TOO_FEW, _ENOUGH = 0.5, 0.9
# Wider than any zone of a transverse Mercator system in use.
_ZONE_HALF_WIDTH_M = 400_000.0
_POLAR_DEGREES, _CORNER_M = 85.0, 1_000.0
# So far from the equator along a zone lies latitude 81°.
_NEAR_POLE_M = 9_000_000.0
_SWAP = Words(
    "`columns: {x: …, y: …}` with the two columns exchanged",
    zh="`columns: {x: …, y: …}`（两列对调）",
)
_TURNED = Words("x and y the other way round", zh="x、y 两列颠倒")
_DEGREES = Words("longitude and latitude in degrees", zh="以度为单位的经纬度")
_ZERO = 1e-9
# Degrees or metres around the other points within which 0, 0 may be a place.
_NEAR_ZERO_DEGREES, _NEAR_ZERO_M = 0.5, 50_000.0


@dataclass(frozen=True)
class Accident:
    """A slip that explains why a file's places are not where they should be."""

    seen: Words
    """What the numbers look like."""
    write: Words
    """What to write in the study in place of what is there."""


@dataclass(frozen=True)
class _Reading:
    """One way to read two numbers."""

    accident: Accident
    system: DeclaredCrs
    swapped: bool


def find_accident(
    x: Floats, y: Floats, *, declared: DeclaredCrs, target: pyproj.CRS, fits: Fits
) -> Accident | None:
    """
    Find the slip that explains a file whose places are not where they should be.

    Parameters
    ----------
    x
        The first number of each place, as the file has it, shape (n,).
    y
        The second number, shape (n,).
    declared
        The system that the study declares for the file.
    target
        Metric coordinate system of the study; says which zones are near.
    fits
        Tells which places, in `target`, can be meant.

    Returns
    -------
    accident
        The likeliest slip; None if half of the places fit as declared, or if no
        reading brings nine in ten to where they fit.

    Examples
    --------
    >>> from circle.declared import parse_declared
    >>> target = pyproj.CRS.from_epsg(4549)
    >>> accident = find_accident(
    ...     np.array([40_642_000.0]), np.array([3_454_000.0]),
    ...     declared=parse_declared("EPSG:4549", where=""), target=target,
    ...     fits=within_zone(target))
    >>> accident.write
    '`crs: EPSG:4528`'
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not len(x) or _share(x, y, declared, target, fits) >= _TOO_FEW:
        return None
    best, found = _ENOUGH, None
    for reading in _readings(declared, target):
        first, second = (y, x) if reading.swapped else (x, y)
        share = _share(first, second, reading.system, target, fits)
        if share > best or (found is None and share >= best):
            best, found = share, reading.accident
    return found


def find_plain_accident(
    x: Floats, y: Floats, *, declared: DeclaredCrs
) -> Accident | None:
    """
    Find a slip by the size of the numbers alone, where nothing else is known yet.

    Parameters
    ----------
    x
        The first number of each place, as the file has it, shape (n,).
    y
        The second number, shape (n,).
    declared
        The system that the study declares for the file.

    Returns
    -------
    accident
        Degrees in a file of metres, metres in a file of degrees, x and y exchanged,
        or a zone number that the declared system does not have; else None.

    Examples
    --------
    >>> from circle.declared import parse_declared
    >>> find_plain_accident(np.array([31.2]), np.array([121.5]),
    ...                     declared=parse_declared("WGS-84", where="")).seen
    'x and y the other way round'
    """
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return None
    first, second = (float(np.median(np.abs(one[known]))) for one in (x, y))
    degrees = first <= 180.0 and second <= 180.0
    if declared.crs.is_projected and not degrees:
        return _zone_number(first, declared)
    if declared.crs.is_projected:
        write = Words(
            "`crs: WGS-84` (or GCJ-02, BD-09, if taken from such a map)",
            zh="`crs: WGS-84`（如取自此类地图，则写 GCJ-02 或 BD-09）",
        )
        return Accident(_DEGREES, write)
    if not degrees:
        write = Words(
            "the system of the metres, such as `crs: EPSG:4549`,",
            zh="相应的平面坐标系，如 `crs: EPSG:4549`",
        )
        return Accident(Words("metres", zh="以米为单位的坐标"), write)
    return Accident(_TURNED, _SWAP) if second > 90.0 else None


def _zone_number(easting_m: float, declared: DeclaredCrs) -> Accident | None:
    """Find a zone number before the easting that the declared system does not have."""
    zone = int(easting_m // 1e6)
    false_easting_m = _false_easting_m(declared.crs)
    epsg = zone_epsg(3 * zone, prefixed=True)
    if epsg is None or false_easting_m is None or false_easting_m >= 1e6:
        return None
    _, seen = _zone(epsg, 3 * zone, prefixed=True)
    return Accident(seen, _code(f"`crs: EPSG:{epsg}`"))


def within_zone(target: pyproj.CRS) -> Fits:
    """
    Make a test of which places can be meant in a metric system at all.

    Parameters
    ----------
    target
        Metric coordinate system of the study.

    Returns
    -------
    fits
        True for finite places less than 400 km east or west of the middle of a
        transverse Mercator zone, and on the globe.
    """
    middle_m = _false_easting_m(target)
    from_equator = middle_m is not None and not _given(target, "False northing")

    def fits(x: Floats, y: Floats) -> Flags:
        # Nonsense ends up at a pole; degrees taken for metres, by the corner of the
        # system, which few places are near.
        sound = np.isfinite(x) & np.isfinite(y) & (np.abs(y) > _CORNER_M)
        if middle_m is not None:
            sound &= np.abs(x - middle_m) <= _ZONE_HALF_WIDTH_M
        polar = sound & (np.abs(y) >= _NEAR_POLE_M) if from_equator else sound
        if polar.any():
            _, lat = project(x[polar], y[polar], source=target, target=WGS84)
            sound[polar] = np.abs(lat) < _POLAR_DEGREES
        return np.asarray(sound)

    return fits


def within_bounds(
    bounds: tuple[float, float, float, float], *, margin_m: float
) -> Fits:
    """
    Make a test of which places lie around a study area.

    Parameters
    ----------
    bounds
        West, south, east and north of the area, in metres.
    margin_m
        How far outside a place may lie, in metres.

    Returns
    -------
    fits
        True for places inside the bounds, widened by the margin.

    Examples
    --------
    >>> fits = within_bounds((0.0, 0.0, 10.0, 10.0), margin_m=5.0)
    >>> fits(np.array([12.0, 16.0]), np.array([3.0, 3.0])).tolist()
    [True, False]
    """
    west, south, east, north = bounds

    def fits(x: Floats, y: Floats) -> Flags:
        return np.asarray(
            (x >= west - margin_m)
            & (x <= east + margin_m)
            & (y >= south - margin_m)
            & (y <= north + margin_m)
        )

    return fits


def at_zero(x: Floats, y: Floats, *, declared: DeclaredCrs) -> Flags:
    """
    Mark the places at 0, 0, which stand for a place that is not known.

    Parameters
    ----------
    x
        The first number of each place, as the file has it, shape (n,).
    y
        The second number, shape (n,).
    declared
        The system of the file.

    Returns
    -------
    zero
        Shape (n,); False throughout where the other places lie around 0, 0, as they
        may in a local system.

    Examples
    --------
    >>> from circle.declared import parse_declared
    >>> wgs84 = parse_declared("WGS-84", where="")
    >>> at_zero(np.array([121.5, 0.0]), np.array([31.2, 0.0]), declared=wgs84).tolist()
    [False, True]
    """
    zero = np.asarray((np.abs(x) < _ZERO) & (np.abs(y) < _ZERO))
    others = np.isfinite(x) & np.isfinite(y) & ~zero
    near = _NEAR_ZERO_M if declared.crs.is_projected else _NEAR_ZERO_DEGREES
    if others.any() and np.median(np.hypot(x[others], y[others])) <= near:
        return np.zeros(len(x), dtype=bool)
    return zero


def _share(
    x: Floats, y: Floats, system: DeclaredCrs, target: pyproj.CRS, fits: Fits
) -> float:
    """Give the share of places that fit when read in a system."""
    return float(fits(*to_metric(x, y, declared=system, target=target)).mean())


def _readings(declared: DeclaredCrs, target: pyproj.CRS) -> Iterator[_Reading]:
    """List the ways to read a file, the commonest slips first."""
    yield _Reading(Accident(_TURNED, _SWAP), declared, swapped=True)
    for system, seen in _systems(target):
        if system.crs == declared.crs:
            continue
        write = _code(f"`crs: {system.text}`")
        if system.crs == WGS84 and _is_in_china(target):
            write = Words(
                f"{write} (or GCJ-02 if taken from Amap or Tencent, BD-09 if from "
                "Baidu)",
                zh=f"{write}（如取自高德、腾讯地图写 GCJ-02，取自百度地图写 BD-09）",
            )
        yield _Reading(Accident(seen, write), system, swapped=False)
        seen_zh, write_zh = seen.in_language("zh"), write.in_language("zh")
        both = Accident(
            Words(f"{seen}, with {_TURNED}", zh=f"{seen_zh}，且 x、y 两列颠倒"),
            Words(f"{write} and {_SWAP}", zh=f"{write_zh}和{_SWAP.in_language('zh')}"),
        )
        yield _Reading(both, system, swapped=True)


def _systems(target: pyproj.CRS) -> Iterator[tuple[DeclaredCrs, Words]]:
    """List the systems in use around a place, and how to call their numbers."""
    yield DeclaredCrs("WGS-84", WGS84), _DEGREES
    code = target.to_epsg()
    if code is not None:
        metres = Words(f"metres in {target.name}", zh=f"{target.name} 的米制坐标")
        yield DeclaredCrs(f"EPSG:{code}", target), metres
    if _is_in_china(target):
        nearest = 3 * round(_middle(target)[0] / 3)
        for meridian in (nearest, nearest - 3, nearest + 3):
            for prefixed in (False, True):
                epsg = zone_epsg(meridian, prefixed=prefixed)
                if epsg is not None:
                    yield _zone(epsg, meridian, prefixed=prefixed)
    web = Words("web Mercator metres", zh="网络墨卡托的米制坐标")
    yield DeclaredCrs("EPSG:3857", pyproj.CRS.from_epsg(3857)), web


def _zone(epsg: int, meridian: int, *, prefixed: bool) -> tuple[DeclaredCrs, Words]:
    """Describe one CGCS2000 3-degree zone."""
    with_number = (
        f"with the zone number {meridian // 3} before"
        if prefixed
        else "without a zone number before"
    )
    with_zh = f"东坐标前带有带号 {meridian // 3}" if prefixed else "东坐标前不带带号"
    seen = Words(
        f"metres in the CGCS2000 zone of {meridian}° E {with_number} the easting",
        zh=f"CGCS2000 东经{meridian}°带的米制坐标（{with_zh}）",
    )
    return DeclaredCrs(f"EPSG:{epsg}", pyproj.CRS.from_epsg(epsg)), seen


def _code(text: str) -> Words:
    """Give what reads the same in both languages."""
    return Words(text, zh=text)


def _is_in_china(target: pyproj.CRS) -> bool:
    """Tell whether a metric system is one of places in China."""
    lon, lat = _middle(target)
    return bool(in_china(np.array([lon]), np.array([lat]))[0])


def _middle(target: pyproj.CRS) -> tuple[float, float]:
    """Give a longitude and latitude in the middle of a metric system."""
    area = target.area_of_use
    if area is not None:
        return (area.west + area.east) / 2, (area.south + area.north) / 2
    easting_m = np.array([_false_easting_m(target) or 0.0])
    northing_m = np.array([3_500_000.0])
    lon, lat = project(easting_m, northing_m, source=target, target=WGS84)
    return float(lon[0]), float(lat[0])


def _false_easting_m(target: pyproj.CRS) -> float | None:
    """Give the easting of the central meridian; None for other projections."""
    operation = target.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    return _given(target, "False easting")


def _given(target: pyproj.CRS, name: str) -> float | None:
    """Give a parameter of a projection; None if it has no such parameter."""
    operation = target.coordinate_operation
    params = () if operation is None else operation.params
    value = {one.name: one.value for one in params}.get(name)
    return None if value is None else float(value)
