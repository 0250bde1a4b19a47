"""Slips with the coordinates of a whole file, each with what to write instead."""

import numpy as np
import pyproj
import pytest

from circle.accidents import (
    at_zero,
    find_accident,
    find_plain_accident,
    within_bounds,
    within_zone,
)
from circle.crs import WGS84, project
from circle.declared import parse_declared

PUDONG, LAS_PALMAS = pyproj.CRS.from_epsg(4549), pyproj.CRS.from_epsg(32628)
RANDOM = np.random.default_rng(7)
LON, LAT = RANDOM.uniform(121.45, 121.6, 50), RANDOM.uniform(31.1, 31.3, 50)
BOUNDS = (634_000.0, 3_440_000.0, 655_000.0, 3_466_000.0)


def numbers(text, lon=LON, lat=LAT):
    declared = parse_declared(text, where="")
    return project(lon, lat, source=WGS84, target=declared.crs)


def slip(x, y, declared, *, target=PUDONG, fits=None):
    return find_accident(
        x, y, declared=parse_declared(declared, where=""), target=target,
        fits=fits or within_zone(target),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["WGS-84", "EPSG:4549", "EPSG:4528", "EPSG:3857", "GCJ-02"]
)
def test_a_right_file_has_no_accident(text):
    assert slip(*numbers(text), text) is None


@pytest.mark.parametrize(
    "text", ["WGS-84", "CGCS2000", "GCJ-02", "EPSG:4549", "EPSG:4528"]
)
def test_x_and_y_exchanged(text):
    x, y = numbers(text)
    found = slip(y, x, text)
    assert "the other way round" in found.seen
    assert "the two columns exchanged" in found.write


@pytest.mark.parametrize(
    ("really", "declared", "seen", "write"),
    [
        ("WGS-84", "EPSG:4549", "degrees", "`crs: WGS-84`"),
        ("WGS-84", "EPSG:4528", "degrees", "BD-09 if from Baidu"),
        ("EPSG:4549", "WGS-84", "metres", "`crs: EPSG:4549`"),
        ("EPSG:4549", "GCJ-02", "metres", "`crs: EPSG:4549`"),
        ("EPSG:4528", "WGS-84", "with the zone number 40", "`crs: EPSG:4528`"),
        ("EPSG:4528", "EPSG:4549", "with the zone number 40", "`crs: EPSG:4528`"),
        ("EPSG:4549", "EPSG:4528", "metres", "`crs: EPSG:4549`"),
        ("EPSG:4529", "EPSG:4550", "with the zone number 41", "`crs: EPSG:4529`"),
        ("EPSG:3857", "WGS-84", "web Mercator", "`crs: EPSG:3857`"),
        ("EPSG:3857", "EPSG:4549", "web Mercator", "`crs: EPSG:3857`"),
    ],
)
def test_another_system_than_the_declared_one(really, declared, seen, write):
    found = slip(*numbers(really), declared)
    assert seen in found.seen
    assert write in found.write


@pytest.mark.parametrize(
    ("really", "declared"), [("EPSG:4549", "EPSG:4550"), ("EPSG:4550", "EPSG:4549")]
)
def test_the_neighbouring_zone_shows_against_the_study_area(really, declared):
    x, y = numbers(really)
    found = slip(x, y, declared, fits=within_bounds(BOUNDS, margin_m=20_000.0))
    assert f"`crs: {really}`" in found.write


def test_degrees_exchanged_in_a_file_of_metres():
    found = slip(LAT, LON, "EPSG:4549")
    assert "degrees, with x and y the other way round" in found.seen
    assert "WGS-84" in found.write
    assert "the two columns exchanged" in found.write


def test_outside_china_no_chinese_system_is_proposed():
    lon, lat = np.full(9, -15.42), np.linspace(28.05, 28.15, 9)
    assert slip(lon, lat, "WGS-84", target=LAS_PALMAS) is None
    found = slip(lon, lat, "EPSG:32628", target=LAS_PALMAS)
    assert found.write == "`crs: WGS-84`"
    found = slip(*numbers("EPSG:32628", lon, lat), "WGS-84", target=LAS_PALMAS)
    assert found.write == "`crs: EPSG:32628`"


def test_a_few_stray_points_and_missing_ones_are_no_accident():
    x, y = LON.copy(), LAT.copy()
    x[:20], y[:20] = LAT[:20], LON[:20]
    assert slip(x, y, "WGS-84") is None
    x, y = np.append(LON, [np.nan, 5.0]), np.append(LAT, [31.0, 5.0])
    assert slip(x, y, "WGS-84") is None
    assert slip(np.array([np.nan]), np.array([np.nan]), "WGS-84") is None


def test_numbers_that_mean_nothing_are_not_explained():
    assert slip(np.full(9, 7e8), np.full(9, 7e8), "WGS-84") is None


def test_zero_is_no_place_unless_the_others_are_there_too():
    degrees, metric = (
        parse_declared("WGS-84", where=""),
        parse_declared("EPSG:4549", where=""),
    )
    x, y = np.array([0.0, 121.5, 0.0, np.nan]), np.array([0.0, 31.2, 31.2, np.nan])
    assert at_zero(x, y, declared=degrees).tolist() == [True, False, False, False]
    assert at_zero(np.zeros(2), np.zeros(2), declared=degrees).all()
    x, y = np.array([0.0, 642_000.0]), np.array([0.0, 3_454_000.0])
    assert at_zero(x, y, declared=metric).tolist() == [True, False]
    # A local system may have its origin in the middle of the city.
    x, y = np.array([0.0, 900.0, -5_000.0]), np.array([0.0, 12_000.0, 400.0])
    assert not at_zero(x, y, declared=metric).any()


@pytest.mark.parametrize(
    ("x", "y", "declared", "seen", "write"),
    [
        (121.5, 31.2, "EPSG:4549", "degrees", "`crs: WGS-84`"),
        (642_000.0, 3_454_000.0, "WGS-84", "metres", "such as `crs: EPSG:4549`"),
        (31.2, 121.5, "GCJ-02", "the other way round", "the two columns exchanged"),
        (40_642_000.0, 3_454_000.0, "EPSG:4549", "zone number 40", "`crs: EPSG:4528`"),
    ],
)
def test_slips_that_the_numbers_alone_betray(x, y, declared, seen, write):
    found = find_plain_accident(
        np.array([x, np.nan]), np.array([y, 1.0]),
        declared=parse_declared(declared, where=""),
    )  # fmt: skip
    assert seen in found.seen
    assert write in found.write


@pytest.mark.parametrize(
    "text", ["WGS-84", "EPSG:4549", "EPSG:4528", "EPSG:3857", "BD-09"]
)
def test_right_numbers_betray_nothing(text):
    declared = parse_declared(text, where="")
    assert find_plain_accident(*numbers(text), declared=declared) is None
    nothing = np.array([np.nan])
    assert find_plain_accident(nothing, nothing, declared=declared) is None
