"""GCJ-02 and BD-09: known positions, exact round trips, the border of China."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circle.offsets import in_china, shift_back, shift_to

GLOBE = pyproj.Geod(ellps="WGS84")
SYSTEMS = ("GCJ-02", "BD-09")


def moved(lon, lat, system):
    x, y = shift_to(np.array([lon]), np.array([lat]), system=system)
    return float(x[0]), float(y[0])


def metres(lon, lat, there, up):
    return GLOBE.inv(lon, lat, there, up)[2]


# Published values of two independent implementations of the formula.
@pytest.mark.parametrize(
    ("lon", "lat", "there", "up"),
    [
        (116.404, 39.915, 116.41024449916938, 39.91640428150164),
        (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
        (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    ],
)
def test_gcj02_agrees_with_published_values(lon, lat, there, up):
    assert moved(lon, lat, "GCJ-02") == pytest.approx((there, up), abs=1e-9)


def test_bd09_agrees_with_a_published_value():
    # Published: GCJ-02 (116.404, 39.915) is BD-09 (116.41036949, 39.92133699).
    true = shift_back(np.array([116.404]), np.array([39.915]), system="GCJ-02")
    there, up = moved(float(true[0][0]), float(true[1][0]), "BD-09")
    assert (there, up) == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-9
    )


@pytest.mark.parametrize(
    ("system", "least", "most"), [("GCJ-02", 460, 485), ("BD-09", 1090, 1150)]
)
def test_pudong_is_moved_as_far_as_known(system, least, most):
    for lon, lat in ((121.5, 31.2), (121.6, 31.25), (121.8, 31.1), (121.75, 30.9)):
        assert least < metres(lon, lat, *moved(lon, lat, system)) < most


@pytest.mark.parametrize("system", SYSTEMS)
@given(lon=st.floats(72.02, 137.8), lat=st.floats(0.85, 55.8))
def test_there_and_back_is_the_same_place_to_a_millimetre(system, lon, lat):
    there, up = moved(lon, lat, system)
    x, y = shift_back(np.array([there]), np.array([up]), system=system)
    assert metres(lon, lat, float(x[0]), float(y[0])) < 1e-3


@pytest.mark.parametrize("system", SYSTEMS)
def test_many_at_once_is_the_same_as_one_by_one(system):
    lon, lat = np.linspace(75.0, 135.0, 40), np.linspace(5.0, 53.0, 40)
    x, y = shift_to(lon, lat, system=system)
    single = np.array([moved(*one, system) for one in zip(lon, lat, strict=True)])
    assert np.array_equal(np.column_stack([x, y]), single)


@pytest.mark.parametrize("system", SYSTEMS)
def test_places_outside_china_and_missing_ones_stay(system):
    lon, lat = np.array([-15.4, 2.35, np.nan]), np.array([28.1, 48.85, np.nan])
    for change in (shift_to, shift_back):
        x, y = change(lon, lat, system=system)
        assert np.array_equal(x, lon, equal_nan=True)
        assert np.array_equal(y, lat, equal_nan=True)


def test_the_box_of_china_is_the_published_one():
    lon, lat = np.array([72.0, 72.01, 137.83, 137.84]), np.full(4, 31.0)
    assert in_china(lon, lat).tolist() == [False, True, True, False]
    lon, lat = np.full(4, 105.0), np.array([0.82, 0.83, 55.82, 55.83])
    assert in_china(lon, lat).tolist() == [False, True, True, False]


def test_no_places_at_all_are_fine():
    x, y = shift_back(np.zeros(0), np.zeros(0), system="BD-09")
    assert len(x) == len(y) == 0
