import numpy as np
import pyproj
import pytest

from circle.crs import WGS84, choose_metric_crs, parse_crs, project, require_metric
from circle.errors import CrsError


@pytest.mark.parametrize("text", ["EPSG:4550", "+proj=tmerc +lon_0=121.5 +datum=WGS84"])
def test_metric_systems_are_taken(text):
    require_metric(parse_crs(text, where="study.yaml: crs"), where="study.yaml: crs")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EPSG:3857", "web Mercator"),
        ("EPSG:3785", "web Mercator"),
        ("EPSG:900913", "web Mercator"),
        ("ESRI:102100", "web Mercator"),
        ("+proj=merc +a=6378137 +b=6378137 +units=m", "web Mercator"),
        ("EPSG:4326", "degrees are not metres"),
        ("EPSG:4490", "degrees are not metres"),
        ("EPSG:4978", "not projected"),
        ("EPSG:2263", "its unit is US survey foot"),
    ],
)
def test_other_systems_are_refused(text, told):
    crs = parse_crs(text, where="study.yaml: crs")
    with pytest.raises(CrsError) as caught:
        require_metric(crs, where="study.yaml: crs")
    assert told in str(caught.value)
    assert str(caught.value).startswith("study.yaml: crs: ")
    assert "expected a projected system in metres" in str(caught.value)


@pytest.mark.parametrize("text", ["", "EPSG:999999", "GCJ-02", "metres"])
def test_unknown_systems_are_refused(text):
    with pytest.raises(CrsError, match=r"study\.yaml: crs: .* EPSG:4326"):
        parse_crs(text, where="study.yaml: crs")


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (121.5, 31.2, 4549),
        (119.9, 30.0, 4549),
        (123.4, 31.0, 4550),
        (75.0, 39.0, 4534),
        (135.0, 48.0, 4554),
        (-15.4, 28.1, 32628),
        (-51.2, -30.0, 32722),
        (179.99, 10.0, 32660),
        (180.0, 10.0, 32601),
        (-180.0, -1.0, 32701),
    ],
)
def test_the_zone_of_a_place(lon, lat, epsg):
    crs = choose_metric_crs(lon, lat)
    assert crs.to_epsg() == epsg
    require_metric(crs, where="test")


def test_the_chosen_system_measures_true():
    # A thousandth of a degree of latitude is 110.9 m at 31° N, in any zone.
    for lon in (120.6, 121.5, 122.4):
        crs = choose_metric_crs(lon, 31.0)
        x, y = project(
            np.array([lon, lon]), np.array([31.0, 31.001]), source=WGS84, target=crs
        )
        geod = pyproj.Geod(ellps="WGS84")
        true_m = geod.inv(lon, 31.0, lon, 31.001)[2]
        assert np.hypot(*np.diff([x, y])[:, 0]) == pytest.approx(true_m, rel=3e-4)


def test_points_outside_a_system_are_not_finite():
    x, _ = project(
        np.array([121.0, 544050.0]), np.array([31.0, 3425650.0]), source=WGS84,
        target=pyproj.CRS.from_epsg(4549),
    )  # fmt: skip
    assert np.isfinite(x).tolist() == [True, False]
