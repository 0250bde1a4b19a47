"""Declared systems: every spelling, the conversion there and back, what is refused."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from circle.crs import WGS84, project
from circle.declared import (
    from_metric,
    parse_declared,
    shapes_to_metric,
    to_metric,
    zone_epsg,
)
from circle.errors import CrsError
from circle.offsets import shift_to

TARGET = pyproj.CRS.from_epsg(4549)
LON, LAT = np.array([121.50, 121.62]), np.array([31.20, 31.05])
SHANGHAI = (
    "+proj=tmerc +lat_0=0 +lon_0=121.464444444 +k=1.000002559 +ellps=GRS80 +units=m"
)
# Every system an office may declare.
SYSTEMS = (
    "WGS-84", "CGCS2000", "CGCS2000 120E", "CGCS2000 zone 40", "CGCS2000 123E",
    "EPSG:4326", "EPSG:4490", "EPSG:4549", "EPSG:4528", "EPSG:3857", "EPSG:32651",
    SHANGHAI, "GCJ-02", "BD-09", "GCJ-02 via EPSG:4549", "BD-09 via CGCS2000 zone 40",
)  # fmt: skip


def parsed(text):
    return parse_declared(text, where="study.yaml: facilities.crs")


@pytest.mark.parametrize(
    ("texts", "offset"),
    [
        (("GCJ-02", "gcj02", "火星坐标", "amap", "高德", "tencent", "腾讯地图"),
         "GCJ-02"),
        (("BD-09", "bd09", "BD09LL", "baidu", "百度", "百度坐标"), "BD-09"),
        (("WGS-84", "wgs84", "WGS 84", "EPSG:4326", "4326"), None),
    ],
)  # fmt: skip
def test_names_of_degrees(texts, offset):
    for text in texts:
        assert parsed(text).offset == offset
        assert parsed(text).crs == WGS84


@pytest.mark.parametrize(
    ("text", "epsg"),
    [
        ("CGCS2000", 4490), ("国家2000", 4490), ("2000国家大地坐标系", 4490),
        ("CGCS2000 120E", 4549), ("CGCS2000 120°E", 4549), ("cgcs2000 zone 40", 4528),
        ("CGCS2000 40带", 4528), ("CGCS2000 123E", 4550), ("CGCS2000 zone 41", 4529),
        ("CGCS2000 75E", 4534), ("epsg:4549", 4549), ("4549", 4549),
    ],
)  # fmt: skip
def test_cgcs2000_by_name_meridian_and_zone(text, epsg):
    assert parsed(text).crs.to_epsg() == epsg


@pytest.mark.parametrize("zone", range(25, 46))
def test_zones_are_those_of_proj(zone):
    for prefixed, easting in ((True, zone * 1e6 + 5e5), (False, 5e5)):
        crs = pyproj.CRS.from_epsg(zone_epsg(3 * zone, prefixed=prefixed))
        x, _ = project(
            np.array([3.0 * zone]), np.array([31.0]), source=WGS84, target=crs
        )
        assert x[0] == pytest.approx(easting)


@pytest.mark.parametrize("meridian", [121, 72, 138])
def test_no_zone_has_another_meridian(meridian):
    assert zone_epsg(meridian, prefixed=False) is None


@pytest.mark.parametrize("text", SYSTEMS)
def test_there_and_back_is_the_same_place(text):
    x, y = project(LON, LAT, source=WGS84, target=TARGET)
    numbers = from_metric(x, y, declared=parsed(text), source=TARGET)
    again = to_metric(*numbers, declared=parsed(text), target=TARGET)
    assert np.abs(np.array(again) - np.array([x, y])).max() < 1e-3


def test_gcj02_is_taken_back():
    x, y = project(LON, LAT, source=WGS84, target=TARGET)
    numbers = shift_to(LON, LAT, system="GCJ-02")
    assert np.allclose(
        to_metric(*numbers, declared=parsed("高德"), target=TARGET), (x, y)
    )


def test_gcj02_converted_to_metres_as_if_true_is_taken_back():
    x, y = project(LON, LAT, source=WGS84, target=TARGET)
    seen = shift_to(LON, LAT, system="GCJ-02")
    numbers = project(*seen, source=WGS84, target=pyproj.CRS.from_epsg(4528))
    declared = parsed("高德 via EPSG:4528")
    assert np.allclose(to_metric(*numbers, declared=declared, target=TARGET), (x, y))
    assert declared.name.startswith("GCJ-02 via CGCS2000")


def test_every_vertex_of_a_shape_is_converted_and_none_stays_none():
    square = shapely.box(121.5, 31.2, 121.6, 31.3)
    shapes = gpd.GeoSeries([square, None], index=[4, 7])
    moved = shapes_to_metric(shapes, declared=parsed("BD-09"), target=TARGET)
    corners = shapely.get_coordinates(square)
    expected = to_metric(*corners.T, declared=parsed("BD-09"), target=TARGET)
    assert np.array_equal(shapely.get_coordinates(moved[4]), np.column_stack(expected))
    assert moved[7] is None
    assert moved.crs == TARGET


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Atlantis", "expected WGS-84, CGCS2000"),
        ("EPSG:999999", "expected WGS-84, CGCS2000"),
        ("CGCS2000 121E", "not a known coordinate system"),
        ("CGCS2000 zone 99", "not a known coordinate system"),
        ("", "not a known coordinate system"),
        ("GCJ-02 via BD-09", "not a known coordinate system"),
        ("上海2000", "the PROJ string that the surveying office gives"),
        ("bd09mc", "longitude and latitude in BD-09"),
    ],
)
def test_what_cannot_be_converted_is_refused(text, hint):
    with pytest.raises(CrsError, match=r"^study\.yaml: facilities\.crs: ") as caught:
        parsed(text)
    assert hint in str(caught.value)
