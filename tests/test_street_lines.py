"""Line layers: joined where they meet, open to whom their class says."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import yaml
from toy_city import CRS, EAST, NORTH, toy_study, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.errors import ConfigError, CrsError, InputError
from circle.network import build_network
from circle.noding import node_lines
from circle.profile_reading import read_profile
from circle.street_lines import LineRules, read_street_lines
from circle.street_settings import StreetClass
from circle.study import read_study

METRIC = pyproj.CRS.from_user_input(CRS)
SPEEDS = read_profile("pudong").speeds


def noded(*lines: object, level=None, noding="crossings", snap_m=0.5):
    shapes = np.array([shapely.LineString(one) for one in lines], dtype=object)
    levels = np.array(level or [0] * len(lines))
    return node_lines(shapes, level=levels, noding=noding, snap_m=snap_m)


def n_parts(found):
    """Count the connected parts by painting nodes."""
    paint = np.arange(len(found.x_m))
    for _ in paint:
        low = np.minimum(paint[found.start], paint[found.end])
        np.minimum.at(paint, found.start, low)
        np.minimum.at(paint, found.end, low)
    return len(set(paint))


EAST_WEST, NORTH_SOUTH = [(0, 0), (10, 0)], [(5, -5), (5, 5)]
WITH_CORNERS = [[(0, 0), (5, 0), (10, 0)], [(5, -5), (5, 0), (5, 5)]]
HALVES = [[(5, 0), (5, 5)], [(5, -5), (5, 0)]]


@pytest.mark.parametrize(
    ("lines", "level", "noding", "parts", "pieces"),
    [
        ([EAST_WEST, NORTH_SOUTH], [0, 0], "crossings", 1, 4),
        ([EAST_WEST, NORTH_SOUTH], [0, 1], "crossings", 2, 2),
        ([EAST_WEST, NORTH_SOUTH], [1, 1], "crossings", 1, 4),
        ([EAST_WEST, NORTH_SOUTH], [0, 0], "corners", 2, 2),
        (WITH_CORNERS, None, "corners", 1, 4),
        (WITH_CORNERS, [0, 1], "corners", 2, 4),
        # T-junctions: short, exact, overshot by less than the tolerance, too far
        ([EAST_WEST, [(5, 0.4), (5, 5)]], None, "crossings", 1, 3),
        ([EAST_WEST, [(5, 0), (5, 5)]], None, "corners", 1, 3),
        ([EAST_WEST, [(5, -0.4), (5, 5)]], None, "crossings", 1, 3),
        ([EAST_WEST, [(5, 0.6), (5, 5)]], None, "crossings", 2, 2),
        # ends: exact, with a gap, with too wide a gap, on another level
        ([EAST_WEST, [(10.4, 0), (20, 0)]], None, "crossings", 1, 2),
        ([EAST_WEST, [(10.6, 0), (20, 0)]], None, "crossings", 2, 2),
        ([EAST_WEST, [(10, 0), (20, 0)]], [0, 1], "crossings", 1, 2),
        # a footbridge lands on a street; a bridge in two parts only passes over it
        ([EAST_WEST, [(5, 0), (5, 5)]], [0, 1], "crossings", 1, 3),
        ([EAST_WEST, *HALVES], [0, 1, 1], "crossings", 2, 3),
        # a line across itself, a ring
        ([[(0, 0), (10, 0), (10, 10), (5, -5)]], None, "crossings", 1, 5),
        ([[(0, 0), (10, 0), (10, 10), (0, 0)]], None, "corners", 1, 3),
    ],
)  # fmt: skip
def test_lines_join_where_they_meet(lines, level, noding, parts, pieces):
    found = noded(*lines, level=level, noding=noding)
    assert n_parts(found) == parts
    assert len(found.start) == pieces


def test_noding_keeps_the_length_and_does_not_depend_on_order():
    draw = np.random.default_rng(3)
    ends = draw.uniform(0, 100, (40, 2, 2))
    whole = np.hypot(*(ends[:, 0] - ends[:, 1]).T).sum()
    for order in (np.arange(40), draw.permutation(40)):
        found = noded(*ends[order], snap_m=1e-3)
        length = np.hypot(
            found.x_m[found.end] - found.x_m[found.start],
            found.y_m[found.end] - found.y_m[found.start],
        )
        assert length.sum() == pytest.approx(whole, abs=1e-6)
        assert len(found.x_m) == 80 + n_crossings(ends)


def n_crossings(ends):
    lines = [shapely.LineString(one) for one in ends]
    return sum(a.crosses(b) for i, a in enumerate(lines) for b in lines[:i])


def write_lines(path, rows, *, crs=CRS):
    """Write lines in metres from the corner of the toy city."""
    shapes = [
        None if one is None else shapely.LineString(np.add(one, (EAST, NORTH)))
        for one in (row.pop("line") for row in (dict(one) for one in rows))
    ]
    table = [
        {key: value for key, value in one.items() if key != "line"} for one in rows
    ]
    layer = gpd.GeoDataFrame(table, geometry=shapes, crs=METRIC)
    if crs is not None:
        layer = layer.to_crs(crs)
    if path.suffix == ".parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path)
    return path


def read(path, **rules: object):
    return read_street_lines(
        path, crs=METRIC, rules=LineRules(**rules), where="streets"
    )


ROADS = (
    {"roadclass": "主干路", "line": ((0, 0), (1000, 0), (6000, 0))},
    {"roadclass": "支路", "line": ((1000, -1000), (1000, 1000))},
)


@pytest.mark.parametrize("ending", ["shp", "gpkg", "geojson", "parquet"])
def test_the_toy_city_is_the_same_from_every_kind_of_layer(tmp_path, toy, ending):
    path = tmp_path / f"roads.{ending}"
    write_lines(path, ROADS, crs="EPSG:4326" if ending == "geojson" else CRS)
    classes = {"主干路": "primary", "支路": "residential"}
    streets = {"path": path.name, "columns": {"class": "roadclass"}, "classes": classes}
    study = read_study(write_toy(tmp_path, study={**toy_study(), "streets": streets}))
    found = assess(load_city(study))
    assert found.reach.equals(toy.reach) or np.allclose(
        found.reach["travel_time_min"], toy.reach["travel_time_min"], equal_nan=True,
        atol=1e-4,
    )  # fmt: skip
    assert found.figures["walk_main_component_km"] == pytest.approx(8.0, abs=1e-3)
    assert set(found.city.backdrop["kind"]) == {"major", "minor"}


def test_classes_say_who_goes_how_fast(tmp_path):
    path = write_lines(
        tmp_path / "roads.gpkg",
        [
            {"class": "慢行", "oneway": "", "line": ((0, 0), (1000, 0))},
            {"class": "台阶", "oneway": "", "line": ((1000, 0), (2000, 0))},
            {"class": "单行", "oneway": "yes", "line": ((2000, 0), (3000, 0))},
            {"class": "高架", "oneway": "", "line": ((0, 0), (0, 1000))},
        ],
    )
    streets = read(
        path,
        classes={
            "慢行": StreetClass(walk=True, ride=True, cycle_kmh=18),
            "台阶": StreetClass(walk=True, ride=False, walk_kmh=2),
            "单行": "residential",
            "高架": "closed",
        },
    ).streets
    walk = build_network(streets, "walk", speeds=SPEEDS)
    cycle = build_network(streets, "cycle", speeds=SPEEDS)
    assert walk.length_m == pytest.approx(3000)

    def minutes(seconds):
        return sorted(np.round(seconds / 60, 3))

    assert minutes(walk.piece_forward_s) == [15.0, 15.0, 30.0]
    assert minutes(cycle.piece_forward_s) == [3.333, 5.0, 15.0]
    assert minutes(cycle.piece_back_s) == [3.333, 15.0, 15.0]


def test_a_bridge_column_keeps_crossings_apart(tmp_path):
    rows = [
        {"highway": "primary", "bridge": "T", "line": ((-50, 0), (50, 0))},
        {"highway": "residential", "bridge": "F", "line": ((0, -50), (0, 50))},
    ]
    network = build_network(
        read(write_lines(tmp_path / "a.gpkg", rows)).streets, "walk", speeds=SPEEDS
    )
    assert network.main_length_m == pytest.approx(100)
    rows[0]["bridge"] = "F"
    network = build_network(
        read(write_lines(tmp_path / "b.gpkg", rows)).streets, "walk", speeds=SPEEDS
    )
    assert network.main_length_m == pytest.approx(200)


def test_lines_without_a_shape_are_counted(tmp_path):
    rows = [
        {"highway": "path", "line": ((0, 0), (9, 0))},
        {"highway": "path", "line": None},
    ]
    found = read(write_lines(tmp_path / "a.gpkg", rows))
    assert [one.name for one in found.warnings] == ["street-lines-without-shape"]
    assert "1 of 2 lines" in str(found.warnings[0])
    assert len(found.streets.start) == 1


PATH = {"line": ((0, 0), (9, 0))}


@pytest.mark.parametrize(
    ("rows", "rules", "text"),
    [
        ([{"highway": "主干路", **PATH}], {}, "nothing explains: '主干路' (1 lines)"),
        ([{"what": "path", **PATH}], {}, "no column for 'class'"),
        ([{"highway": "path", "oneway": "east", **PATH}], {}, "cannot be read: 'east'"),
        ([{"highway": "path", "layer": "up", **PATH}], {}, "no numbers: up"),
        ([{"highway": "motorway", **PATH}], {}, "found no line that can be walked"),
        ([{"highway": "path", **PATH}], {"crs": "EPSG:4326"}, "do not fit"),
    ],
)  # fmt: skip
def test_faults_are_named(tmp_path, rows, rules, text):
    with pytest.raises(InputError) as caught:
        read(write_lines(tmp_path / "a.gpkg", rows), **rules)
    assert text in str(caught.value)
    assert str(caught.value).startswith("a.gpkg")


def test_points_are_no_streets(tmp_path):
    points = gpd.GeoDataFrame({"highway": ["path"]}, geometry=[shapely.Point(1, 1)])
    points.set_crs(CRS).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="found Point; expected lines"):
        read(tmp_path / "a.gpkg")


def test_a_half_parquet_file_is_named(tmp_path):
    path = write_lines(tmp_path / "a.parquet", ROADS)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="half-downloaded"):
        read(path)


def test_a_parquet_file_with_texts_that_are_not_utf_8_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    line = shapely.LineString([(0, 0), (9, 9)])
    layer = gpd.GeoDataFrame({"highway": ["footway"]}, geometry=[line], crs=CRS)
    layer.to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"footway", b"foo\xffway"[:7]))
    with pytest.raises(InputError, match="half-downloaded"):
        read(path)


def test_a_layer_without_a_system_needs_one(tmp_path):
    path = tmp_path / "a.parquet"
    layer = gpd.GeoDataFrame(
        {"highway": ["path"]}, geometry=[shapely.LineString([(0, 0), (9, 9)])]
    )
    layer.to_parquet(path)
    with pytest.raises(CrsError, match="names no coordinate system"):
        read(path)
    assert len(read(path, crs=CRS).streets.start) == 1


@pytest.mark.parametrize(
    ("streets", "text"),
    [
        (
            {"path": "streets.osm", "snap_m": 2},
            "snap_m, which means nothing for an OSM",
        ),
        ({"path": "a.gpkg", "classes": {"x": "hiway"}}, "classes.x: found 'hiway'"),
    ],
)
def test_keys_that_mean_nothing_are_refused(tmp_path, streets, text):
    write_lines(tmp_path / "a.gpkg", ROADS)
    study = write_toy(tmp_path, study={**toy_study(), "streets": streets})
    with pytest.raises(ConfigError) as caught:
        load_city(read_study(study))
    assert text in str(caught.value)


def test_a_study_names_classes_as_words_or_sections(tmp_path):
    write_lines(tmp_path / "a.gpkg", ROADS)
    text = "{path: a.gpkg, classes: {支路: {walk: yes, ride: no, walk_kmh: 3}}}"
    streets = yaml.safe_load(text)
    path = write_toy(tmp_path, study={**toy_study(), "streets": streets})
    chosen = read_study(path).streets.classes["支路"]
    assert chosen == StreetClass(walk=True, ride=False, walk_kmh=3)


@pytest.mark.parametrize(
    ("cut", "columns"),
    # In UTF-8 all of these have more than ten bytes, and three signs are left.
    [
        ("道路等", None),
        ("道路等", {"class": "道路等级"}),
        ("我的道", {"class": "我的道路"}),
    ],
)
def test_a_name_that_a_shapefile_has_cut_is_found(tmp_path, cut, columns):
    lines = gpd.GeoDataFrame(
        {cut: ["residential", "motorway"]},
        geometry=[shapely.LineString([(0, i), (90, i)]) for i in (0, 50)],
        crs=METRIC,
    )
    lines.to_file(tmp_path / "roads.shp", encoding="utf-8")
    rules = LineRules(columns=columns)
    path = tmp_path / "roads.shp"
    found = read_street_lines(path, crs=METRIC, rules=rules, where="study: streets")
    assert found.streets.way_id.tolist() == [1]
