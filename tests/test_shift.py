"""The shift detector: finds both offset systems in each file, cries no wolf."""

import os
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from circle.areas import locate
from circle.declared import from_metric, parse_declared, to_metric
from circle.ground import PlacedFile, lay_ground, thin_out
from circle.shift import find_shifts, other_systems, too_small_to_judge
from circle.shift_evidence import FEWEST_PLACES, Evidence
from circle.streets import Streets, read_streets

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("CIRCLE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
CRS = pyproj.CRS.from_epsg(4549)
TRUE = parse_declared("WGS-84", where="")
OFFSETS = ("GCJ-02", "BD-09")
QUIET = (0,) * 7
WEST, SOUTH, SIDE_M, BLOCK_M = 640_000.0, 3_450_000.0, 2_500.0, 180.0


def town(seed):
    """Nine subdistricts of 2.5 km, streets in irregular blocks, buildings at them."""
    random = np.random.default_rng(seed)
    size = 3 * SIDE_M
    lines = {}
    for axis in "xy":
        steps = random.uniform(0.5, 3.0, 200) * BLOCK_M
        at = np.cumsum(steps)
        lines[axis] = at[at < size]
    nodes = np.array([(x, y) for x in lines["x"] for y in lines["y"]])
    nodes += (WEST, SOUTH)
    n, m = len(lines["x"]), len(lines["y"])
    index = np.arange(n * m).reshape(n, m)
    start = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    end = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    # A third of the pieces is missing: fields, water, large compounds.
    keep = random.random(len(start)) < 0.67
    start, end = start[keep].astype(np.int32), end[keep].astype(np.int32)
    areas = gpd.GeoDataFrame(
        {"subdistrict_id": [f"S{i}{j}" for i in range(3) for j in range(3)]},
        geometry=[
            shapely.box(
                WEST + i * SIDE_M, SOUTH + j * SIDE_M,
                WEST + (i + 1) * SIDE_M, SOUTH + (j + 1) * SIDE_M,
            )
            for i in range(3) for j in range(3)
        ],
        crs=CRS,
    )  # fmt: skip
    return areas, streets_of(nodes, start, end), random


def streets_of(nodes, start, end):
    length = np.hypot(*(nodes[end] - nodes[start]).T)
    return Streets(
        node_id=np.arange(len(nodes)), x_m=nodes[:, 0], y_m=nodes[:, 1],
        start=start, end=end, length_m=length,
        pace=np.ones((len(start), 4), dtype=np.uint8),
        ferry_s=np.full(len(start), np.nan), way_id=np.arange(len(start)),
    )  # fmt: skip


def buildings(areas, streets, random, *, n=300, name="facilities", error_m=15.0):
    """Places beside streets, with the subdistrict they lie in."""
    piece = random.integers(0, len(streets.start), n)
    along = random.random(n)
    start, end = streets.start[piece], streets.end[piece]
    x = streets.x_m[start] + along * (streets.x_m[end] - streets.x_m[start])
    y = streets.y_m[start] + along * (streets.y_m[end] - streets.y_m[start])
    x, y = x + random.normal(0, error_m, n), y + random.normal(0, error_m, n)
    boxes = areas.geometry.to_numpy()
    points = shapely.points(x, y)
    home = [
        areas["subdistrict_id"][int(np.argmin(shapely.distance(boxes, p)))]
        for p in points
    ]
    return PlacedFile(name, TRUE, x, y, np.array(home, dtype=object))


def misread(file, *, really, declared="WGS-84"):
    """The places where they end up if the numbers are declared wrongly."""
    wrong, right = (parse_declared(one, where="") for one in (declared, really))
    numbers = from_metric(file.x_m, file.y_m, declared=right, source=CRS)
    x, y = to_metric(*numbers, declared=wrong, target=CRS)
    return replace(file, declared=wrong, x_m=x, y_m=y)


def shifts(files, areas, streets, declared=TRUE):
    ground = lay_ground(areas, streets)
    return {
        one.name: one
        for one in find_shifts(files, areas=declared, ground=ground, crs=CRS)
    }


def moved_areas(areas, *, really):
    wrong = parse_declared(really, where="")

    def convert(places):
        numbers = from_metric(*places.T, declared=wrong, source=CRS)
        return np.column_stack(to_metric(*numbers, declared=TRUE, target=CRS))

    return areas.set_geometry(shapely.transform(areas.geometry.to_numpy(), convert))


@pytest.mark.parametrize("seed", range(5))
def test_a_right_file_is_left_alone(seed):
    areas, streets, random = town(seed)
    files = [buildings(areas, streets, random, name=one) for one in ("a", "b")]
    assert shifts(files, areas, streets) == {}
    right = [misread(one, really="GCJ-02", declared="GCJ-02") for one in files]
    assert shifts(right, areas, streets) == {}


@pytest.mark.parametrize("error_m", [100.0, 250.0, 500.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_sloppy_file_is_not_called_shifted(seed, error_m):
    areas, streets, random = town(seed)
    neat = buildings(areas, streets, random)
    x, y = (v + random.normal(0, error_m, len(v)) for v in (neat.x_m, neat.y_m))
    assert shifts([replace(neat, x_m=x, y_m=y)], areas, streets) == {}


@pytest.mark.parametrize(
    ("east_m", "north_m"),
    [
        (-900.0, -500.0),
        (-470.0, -500.0),
        (200.0, 500.0),
        (0.0, -900.0),
        (-480.0, 240.0),
    ],
)
def test_another_shift_is_not_called_an_offset_system(east_m, north_m):
    areas, streets, random = town(1)
    file = buildings(areas, streets, random)
    file = replace(file, x_m=file.x_m + east_m, y_m=file.y_m + north_m)
    assert shifts([file], areas, streets) == {}


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("seed", range(5))
def test_an_undeclared_offset_is_found(seed, offset):
    areas, streets, random = town(seed)
    right = buildings(areas, streets, random, name="right")
    wrong = misread(buildings(areas, streets, random, name="wrong"), really=offset)
    found = shifts([right, wrong], areas, streets)
    assert list(found) == ["wrong"]
    assert found["wrong"].fits.text == offset
    assert found["wrong"].sure == "strong"
    expected = 480 if offset == "GCJ-02" else 1120
    assert found["wrong"].distance_m == pytest.approx(expected, abs=60)


@pytest.mark.parametrize(
    ("really", "declared", "write"),
    [
        ("WGS-84", "GCJ-02", "EPSG:4326"),
        ("WGS-84", "BD-09", "EPSG:4326"),
        ("BD-09", "GCJ-02", "BD-09"),
        ("GCJ-02", "BD-09", "GCJ-02"),
        ("GCJ-02 via EPSG:4549", "EPSG:4549", "GCJ-02 via EPSG:4549"),
        ("EPSG:4549", "BD-09 via EPSG:4549", "EPSG:4549"),
    ],
)
def test_every_mix_of_systems_is_found(really, declared, write):
    areas, streets, random = town(3)
    file = misread(buildings(areas, streets, random), really=really, declared=declared)
    found = shifts([file], areas, streets)["facilities"]
    assert found.fits.text == write
    assert parse_declared(write, where="").offset == found.fits.offset


@pytest.mark.parametrize("offset", OFFSETS)
def test_shifted_subdistricts_are_named_and_not_the_files(offset):
    areas, streets, random = town(2)
    files = [buildings(areas, streets, random, name=one) for one in ("a", "b")]
    found = shifts(files, moved_areas(areas, really=offset), streets)
    assert list(found) == ["subdistricts"]
    assert found["subdistricts"].fits.text == offset
    found = shifts(files, moved_areas(areas, really=offset), None)
    assert list(found) == ["subdistricts"]


@pytest.mark.parametrize("offset", OFFSETS)
def test_borders_and_files_off_together_are_told_by_the_streets(offset):
    areas, streets, random = town(2)
    files = [
        misread(buildings(areas, streets, random, name=one), really=offset)
        for one in ("a", "b")
    ]
    found = shifts(files, moved_areas(areas, really=offset), streets)
    assert {name: one.fits.text for name, one in found.items()} == dict.fromkeys(
        ("subdistricts", "a", "b"), offset
    )
    assert {one.sure for one in found.values()} == {"strong"}
    assert found["subdistricts"].with_files
    # One file alone may be off for other reasons: a warning is enough.
    found = shifts(files[:1], moved_areas(areas, really=offset), streets)
    assert {one.sure for one in found.values()} == {"weak"}


@pytest.mark.parametrize("offset", OFFSETS)
def test_street_lines_in_an_offset_system_are_named(offset):
    areas, streets, random = town(2)
    files = [buildings(areas, streets, random, name=one) for one in ("a", "b")]
    numbers = from_metric(
        streets.x_m, streets.y_m, declared=parse_declared(offset, where=""), source=CRS
    )
    x_m, y_m = to_metric(*numbers, declared=TRUE, target=CRS)
    ground = lay_ground(areas, replace(streets, x_m=x_m, y_m=y_m))
    given = {"areas": TRUE, "ground": ground, "crs": CRS}
    (found,) = find_shifts(files, **given, lines=TRUE)
    assert (found.name, found.fits.text, found.sure) == ("streets", offset, "strong")
    assert find_shifts(files, **given) == []
    ground = lay_ground(areas, streets)
    assert find_shifts(files, areas=TRUE, ground=ground, crs=CRS, lines=TRUE) == []


def test_files_of_fewer_than_seven_places_cannot_be_judged_alone():
    areas, streets, random = town(1)
    few, more = (buildings(areas, streets, random, n=n, name=f"f{n}") for n in (5, 100))
    assert [one.name for one in too_small_to_judge([few, more], crs=CRS)] == ["f5"]
    assert too_small_to_judge([few, replace(few, name="g")], crs=CRS) == []
    assert FEWEST_PLACES == 7
    assert Evidence(7, FEWEST_PLACES, 0, QUIET).sure == "weak"
    assert Evidence(6, FEWEST_PLACES - 1, 0, QUIET).sure is None


def test_shifted_subdistricts_and_a_shifted_file_are_both_named():
    areas, streets, random = town(2)
    files = [
        buildings(areas, streets, random, name="a"),
        misread(buildings(areas, streets, random, name="b"), really="BD-09"),
    ]
    found = shifts(files, moved_areas(areas, really="GCJ-02"), streets)
    assert {name: one.fits.text for name, one in found.items()} == {
        "subdistricts": "GCJ-02",
        "b": "BD-09",
    }


@pytest.mark.parametrize("offset", OFFSETS)
def test_without_streets_the_subdistricts_are_enough(offset):
    areas, streets, random = town(4)
    file = misread(buildings(areas, streets, random), really=offset)
    assert shifts([file], areas, None)["facilities"].fits.text == offset


@pytest.mark.parametrize("offset", OFFSETS)
def test_without_subdistricts_named_the_streets_are_enough(offset):
    areas, streets, random = town(4)
    file = buildings(areas, streets, random)
    file = misread(replace(file, home=np.full(len(file.x_m), None)), really=offset)
    assert shifts([file], areas, streets)["facilities"].fits.text == offset


def test_outside_china_there_is_nothing_to_find():
    areas, streets, random = town(0)
    file = buildings(areas, streets, random)
    utm = pyproj.CRS.from_epsg(32628)
    ground = lay_ground(areas.set_crs(utm, allow_override=True), streets)
    file = replace(file, x_m=file.x_m + 490.0)
    assert find_shifts([file], areas=TRUE, ground=ground, crs=utm) == []


def test_rows_in_one_building_are_one_witness():
    x = np.repeat([640_000.0, 640_500.0], 50)
    file = PlacedFile("f", TRUE, x, np.full(100, SOUTH), np.full(100, None))
    assert len(thin_out(file).x_m) == 2
    order = np.random.default_rng(1).permutation(100)
    turned = replace(file, x_m=file.x_m[order])
    assert sorted(thin_out(turned).x_m) == sorted(thin_out(file).x_m)


def test_no_more_places_than_needed_are_looked_at():
    x = np.arange(100_000) * 11.0
    file = PlacedFile("f", TRUE, x, np.full(100_000, SOUTH), np.full(100_000, None))
    assert 1_000 < len(thin_out(file).x_m) <= 1_500


@pytest.mark.parametrize(
    ("better", "worse", "rivals", "sure"),
    [
        (60, 0, QUIET, "strong"),
        (60, 8, QUIET, "strong"),
        (60, 12, QUIET, "weak"),
        (60, 13, QUIET, None),
        (60, 0, (0, 0, 41, 0, 0, 0, 0), None),
        (60, 0, (0, 0, 40, 0, 0, 0, 0), "strong"),
        (17, 0, QUIET, "weak"),
        (18, 0, QUIET, "strong"),
        (7, 0, QUIET, "weak"),
        (6, 0, QUIET, None),
        (0, 0, QUIET, None),
    ],
)
def test_how_sure_the_evidence_is(better, worse, rivals, sure):
    assert Evidence(200, better, worse, rivals).sure == sure


def test_evidence_against_is_seen():
    assert Evidence(100, 2, 20, QUIET).against
    assert not Evidence(100, 4, 5, QUIET).against


def test_what_is_proposed_can_be_written_in_a_study():
    for text in (
        "WGS-84",
        "EPSG:4549",
        "GCJ-02",
        "BD-09 via CGCS2000 zone 40",
        "CGCS2000",
    ):
        declared = parse_declared(text, where="")
        for one in other_systems(declared):
            again = parse_declared(one.text, where="")
            assert again.offset == one.offset != declared.offset
            assert again.crs.is_projected == declared.crs.is_projected
            if one.crs.is_projected:
                assert again.crs == one.crs


SHANGHAI = DATA / "shanghai"
has_shanghai = pytest.mark.skipif(
    not SHANGHAI.is_dir(),
    reason="no real city; set CIRCLE_REAL_DATA to the folder that holds shanghai",
)


@pytest.fixture(scope="module")
def shanghai():
    """Real towns and facilities, and the streets of a small part."""
    towns = gpd.read_file(SHANGHAI / "boundaries" / "osm_town_references_8.geojson")
    towns = towns.rename(columns={"id": "subdistrict_id"}).to_crs(CRS)
    path = SHANGHAI / "facilities_osm" / "osm_facilities_shanghai_2026-05.gpkg"
    shapes = gpd.read_file(path).to_crs(CRS)
    points = shapes.representative_point()
    streets = read_streets(
        SHANGHAI / "network_small" / "huangpu_jingan_drive.osm", crs=CRS
    )
    nowhere = np.full(len(points), None)
    file = PlacedFile(
        "facilities", TRUE, points.x.to_numpy(), points.y.to_numpy(), nowhere
    )
    return towns, file, streets


def part(file, keep, home=None):
    home = file.home[keep] if home is None else home[keep]
    return replace(file, x_m=file.x_m[keep], y_m=file.y_m[keep], home=home)


@has_shanghai
@pytest.mark.parametrize("with_streets", [True, False])
def test_no_wolf_in_real_facilities(shanghai, with_streets):
    towns, file, streets = shanghai
    use = streets if with_streets else None
    points = gpd.GeoSeries(gpd.points_from_xy(file.x_m, file.y_m), crs=CRS)
    home = locate(points, towns)
    inside = np.array([one is not None for one in home])
    pudong = (file.x_m > 645_000) & (file.y_m < 3_475_000)
    for files in (
        [file],
        [part(file, pudong)],
        [part(file, inside)],
        [part(file, inside, home)],
        [part(file, np.ones(len(home), dtype=bool), home)],
    ):
        assert shifts(files, towns, use) == {}


@has_shanghai
@pytest.mark.parametrize("offset", OFFSETS)
def test_real_facilities_in_an_offset_system_are_found(shanghai, offset):
    towns, file, _ = shanghai
    points = gpd.GeoSeries(gpd.points_from_xy(file.x_m, file.y_m), crs=CRS)
    home = locate(points, towns)
    inside = np.array([one is not None for one in home])
    for named in (home, None):
        wrong = misread(part(file, inside, named), really=offset)
        assert shifts([wrong], towns, None)["facilities"].fits.text == offset


@has_shanghai
def test_real_facilities_are_found_by_streets_alone(shanghai):
    # The streets are few, for cars only: enough for BD-09, too little for GCJ-02.
    _, file, streets = shanghai
    west, east = streets.x_m.min(), streets.x_m.max()
    south, north = streets.y_m.min(), streets.y_m.max()
    around = gpd.GeoDataFrame(
        {"subdistrict_id": ["all"]}, geometry=[shapely.box(0, 0, 2e6, 8e6)], crs=CRS
    )
    here = (
        (file.x_m > west) & (file.x_m < east) & (file.y_m > south) & (file.y_m < north)
    )
    right = part(file, here)
    assert shifts([right], around, streets) == {}
    wrong = misread(right, really="BD-09")
    assert shifts([wrong], around, streets)["facilities"].fits.text == "BD-09"
