"""The offset map coordinates of China, GCJ-02 and BD-09: there and exactly back."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Offset = Literal["GCJ-02", "BD-09"]
Floats = NDArray[np.float64]

# Krasovsky 1940, the ellipsoid that the published GCJ-02 formula is written for.
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
# Outside this box the formula leaves coordinates alone.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
# 1e-11 degrees are a thousandth of a millimetre. A round gains two digits or more.
_CLOSE_DEGREES = 1e-11
_ROUNDS = 30
_BD_TURN = np.pi * 3000.0 / 180.0


def shift_to(lon: Floats, lat: Floats, *, system: Offset) -> tuple[Floats, Floats]:
    """
    Convert true positions to the coordinates a map service shows.

    Parameters
    ----------
    lon
        Longitudes in WGS-84, in degrees, shape (n,).
    lat
        Latitudes in WGS-84, in degrees, shape (n,).
    system
        ``GCJ-02`` (Amap, Tencent) or ``BD-09`` (Baidu).

    Returns
    -------
    coordinates
        Longitudes and latitudes in `system`, in degrees, shape (n,). Positions
        outside China, and missing ones, stay as they are.

    Notes
    -----
    The published formula of GCJ-02 is used: no official text of it is public. Outside
    China means outside the box 72.004–137.8347° E, 0.8293–55.8271° N, as in the
    published code; the box also holds neighbouring countries.

    Examples
    --------
    >>> lon, lat = shift_to(np.array([121.5]), np.array([31.2]), system="GCJ-02")
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (121.504429, 31.197967)
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    inside = in_china(lon, lat)
    shifted = _FORWARD[system](
        np.where(inside, lon, 105.0), np.where(inside, lat, 35.0)
    )
    return np.where(inside, shifted[0], lon), np.where(inside, shifted[1], lat)


def shift_back(lon: Floats, lat: Floats, *, system: Offset) -> tuple[Floats, Floats]:
    """
    Convert the coordinates a map service shows to true positions.

    Parameters
    ----------
    lon
        Longitudes in `system`, in degrees, shape (n,).
    lat
        Latitudes in `system`, in degrees, shape (n,).
    system
        ``GCJ-02`` (Amap, Tencent) or ``BD-09`` (Baidu).

    Returns
    -------
    coordinates
        Longitudes and latitudes in WGS-84, in degrees, shape (n,): those that
        `shift_to` takes to `lon` and `lat`, to well under a millimetre.

    Notes
    -----
    Solved by iteration: the offset hardly changes over its own length, so that each
    round adds two digits or more. Where the box of `shift_to` cuts the answer in two,
    the one inside is given.

    Examples
    --------
    >>> lon, lat = shift_to(np.array([121.5]), np.array([31.2]), system="BD-09")
    >>> lon, lat = shift_back(lon, lat, system="BD-09")
    >>> round(float(lon[0]), 9), round(float(lat[0]), 9)
    (121.5, 31.2)
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    # Half a degree around the box is far more than any offset.
    near = in_china(lon, lat, margin=0.5)
    seen_lon, seen_lat = np.where(near, lon, 105.0), np.where(near, lat, 35.0)
    true_lon, true_lat = seen_lon, seen_lat
    for _ in range(_ROUNDS):
        again_lon, again_lat = _FORWARD[system](true_lon, true_lat)
        miss_lon, miss_lat = again_lon - seen_lon, again_lat - seen_lat
        true_lon, true_lat = true_lon - miss_lon, true_lat - miss_lat
        if _largest(miss_lon) < _CLOSE_DEGREES and _largest(miss_lat) < _CLOSE_DEGREES:
            break
    inside = near & in_china(true_lon, true_lat)
    return np.where(inside, true_lon, lon), np.where(inside, true_lat, lat)


def in_china(lon: Floats, lat: Floats, *, margin: float = 0.0) -> NDArray[np.bool_]:
    """
    Tell where the offset systems apply.

    Parameters
    ----------
    lon
        Longitudes in degrees, shape (n,).
    lat
        Latitudes in degrees, shape (n,).
    margin
        Degrees by which to widen the box.

    Returns
    -------
    inside
        Shape (n,); False for missing positions.

    Examples
    --------
    >>> in_china(np.array([121.5, -15.4]), np.array([31.2, 28.1])).tolist()
    [True, False]
    """
    return np.asarray(
        (lon >= _WEST - margin)
        & (lon <= _EAST + margin)
        & (lat >= _SOUTH - margin)
        & (lat <= _NORTH + margin)
    )


def _largest(values: Floats) -> float:
    """Give the largest absolute value, 0 where there is none."""
    return float(np.max(np.abs(values), initial=0.0))


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Apply the published formula of GCJ-02."""
    x, y = lon - 105.0, lat - 35.0
    fine = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    east_m = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    ) + 2.0 / 3.0 * (
        fine
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi * x / 3.0)
        + 150.0 * np.sin(np.pi * x / 12.0)
        + 300.0 * np.sin(np.pi * x / 30.0)
    )
    north_m = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y
        + 0.2 * np.sqrt(np.abs(x))
    ) + 2.0 / 3.0 * (
        fine
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi * y / 3.0)
        + 160.0 * np.sin(np.pi * y / 12.0)
        + 320.0 * np.sin(np.pi * y / 30.0)
    )  # fmt: skip
    angle = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY_SQUARED * np.sin(angle) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (w2 * np.sqrt(w2))
    parallel_m = _SEMI_MAJOR_M / np.sqrt(w2) * np.cos(angle)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Apply GCJ-02 and Baidu's own turn and stretch on top of it."""
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.000_02 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000_003 * np.cos(x * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_FORWARD: dict[Offset, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "GCJ-02": _gcj02,
    "BD-09": _bd09,
}
