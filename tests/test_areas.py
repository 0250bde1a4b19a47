import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from toy_city import EAST, NORTH, toy_areas, toy_study, toy_tables, write_toy

from circle import nearest_places
from circle.areas import (
    locate,
    nearest_committee,
    overlaps,
    read_committees,
    read_subdistricts,
    study_crs,
)
from circle.crs import parse_crs
from circle.errors import CrsError, InputError
from circle.study import read_study

METRIC = parse_crs("EPSG:4550", where="test")


def square(x, y, side=1000.0):
    return shapely.box(x, y, x + side, y + side)


def areas_of(shapes):
    ids = [f"A{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"subdistrict_id": ids}, geometry=list(shapes), crs=METRIC)


def changed_areas(path, change):
    content = toy_areas()
    change(content["features"])
    (path.parent / "areas.geojson").write_text(json.dumps(content), "utf-8")
    return read_study(path)


def complaint(path, change):
    study = changed_areas(path, change)
    with pytest.raises(InputError) as caught:
        read_subdistricts(study, crs=METRIC)
    assert "areas.geojson" in str(caught.value)
    return str(caught.value)


def test_subdistricts_of_the_toy_are_read(toy_path):
    areas = read_subdistricts(read_study(toy_path), crs=METRIC)
    assert list(areas["subdistrict_id"]) == ["A1", "B1"]
    assert list(areas["area_class"]) == ["urban", "outer"]
    assert areas.area.to_numpy() == pytest.approx([9e6, 9e6])


def test_one_area_class_may_do_for_all(tmp_path):
    study = toy_study()
    study["subdistricts"]["area_class"] = "urbanising"
    areas = read_subdistricts(read_study(write_toy(tmp_path, study=study)), crs=METRIC)
    assert set(areas["area_class"]) == {"urbanising"}


def bowtie(features):
    ring = features[0]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (bowtie, "feature 1: found an area that is not valid"),
        (lambda f: f[1].update(geometry=None), "feature 2: found an empty area"),
        (
            lambda f: f[1]["geometry"].update(coordinates=[]),
            "2: found an empty area; expected a valid polygon",
        ),
        (
            lambda f: f[0].update(
                geometry={"type": "Point", "coordinates": [EAST, NORTH]}
            ),
            "feature 1: found Point; expected MultiPolygon or Polygon",
        ),
        (lambda f: f[1]["properties"].update(街镇编号="A1"), "A1 more than once"),
        (
            lambda f: f[1]["properties"].update(地区类型="rural"),
            "found 'rural'; expected",
        ),
        (lambda f: f[1]["properties"].update(街镇名称=None), "feature 2: empty"),
        (
            lambda f: [one["properties"].pop("街镇名称") for one in f],
            "no column for 'name'",
        ),
        (lambda f: [one["properties"].pop("地区类型") for one in f], "no area class"),
        (
            lambda f: f[1].update(geometry=f[0]["geometry"]),
            "subdistricts A1 and B1 share 9.00 km²",
        ),
        (lambda f: f.clear(), "found no rows"),
    ],
)
def test_what_is_wrong_with_subdistricts(toy_path, change, told):
    assert told in complaint(toy_path, change)


def test_all_faults_of_the_subdistricts_come_together(toy_path):
    def change(features):
        bowtie(features)
        features[1]["properties"].update(地区类型="rural")

    assert len(complaint(toy_path, change).splitlines()) == 2


def test_a_table_has_no_polygons(tmp_path):
    study = toy_study()
    study["subdistricts"]["path"] = "committees.csv"
    study.pop("crs")
    study = read_study(write_toy(tmp_path, study=study))
    for read in (study_crs, lambda one: read_subdistricts(one, crs=METRIC)):
        with pytest.raises(InputError, match=r"committees\.csv: has no polygons"):
            read(study)


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4326"])
def test_a_system_without_metres_is_refused(tmp_path, crs):
    study = read_study(write_toy(tmp_path, study=toy_study() | {"crs": crs}))
    with pytest.raises(
        CrsError, match=r"study\.yaml: crs: .* is refused for measuring"
    ):
        study_crs(study)


def test_the_system_is_chosen_by_place(tmp_path):
    study = toy_study()
    study.pop("crs")
    assert study_crs(read_study(write_toy(tmp_path, study=study))).to_epsg() == 4550


def test_metres_declared_as_degrees_are_refused(tmp_path):
    study = toy_study()
    study["subdistricts"]["crs"] = "EPSG:4326"
    with_crs = read_study(write_toy(tmp_path, study=study))
    with pytest.raises(InputError, match="do not fit the declared WGS 84"):
        read_subdistricts(with_crs, crs=METRIC)
    study.pop("crs")
    without = read_study(write_toy(tmp_path, study=study))
    with pytest.raises(InputError, match="do not fit the declared WGS 84"):
        study_crs(without)


def committees_complaint(tmp_path, change, study=None):
    tables = toy_tables()
    change(tables["committees"])
    read = read_study(write_toy(tmp_path, tables=tables, study=study))
    areas = read_subdistricts(read, crs=METRIC)
    with pytest.raises(InputError) as caught:
        read_committees(read, crs=METRIC, subdistricts=areas)
    assert "committees.csv" in str(caught.value)
    return str(caught.value)


def put(column, row, value):
    def change(table):
        table[column] = table[column].astype(object)
        table.loc[row, column] = value

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            put("街镇编号", 3, "C9"),
            "row 5: found subdistrict C9; expected one of A1, B1",
        ),
        (put("编号", 3, "C1"), "row 2, 5: found committee_id C1 more than once"),
        (put("类别", 0, "社区"), "row 2: found '社区'"),
        (
            put("x", 1, ""),
            "row 3: found one coordinate without the other; expected both",
        ),
        (put("x", 1, "east"), "column 'x': row 3: found 'east'; expected a number"),
        (lambda one: one.pop("x"), "no column for 'x'"),
    ],
)
def test_what_is_wrong_with_committees(tmp_path, change, told):
    assert told in committees_complaint(tmp_path, change)


def test_a_wrong_system_of_the_committees_is_named(tmp_path):
    study = toy_study()
    study["committees"]["crs"] = "EPSG:4326"
    text = committees_complaint(tmp_path, lambda _: None, study)
    assert "found coordinates that do not fit the declared WGS 84" in text
    assert "in the study" in text


def test_codes_of_committees_keep_leading_zeros(tmp_path):
    tables = toy_tables()
    tables["committees"]["编号"] = ["001", "1_2", "999001001001", "0"]
    study = read_study(write_toy(tmp_path, tables=tables))
    areas = read_subdistricts(study, crs=METRIC)
    found = read_committees(study, crs=METRIC, subdistricts=areas)
    assert list(found["committee_id"]) == ["0", "001", "1_2", "999001001001"]


def test_points_are_located_with_borders_to_the_lower_id():
    areas = areas_of([square(0, 0), square(1000, 0)])
    points = gpd.GeoSeries(
        [shapely.Point(500, 500), shapely.Point(1000, 500), shapely.Point(1500, 1000),
         shapely.Point(2000.1, 0), None, shapely.Point()],
        crs=METRIC,
    )  # fmt: skip
    assert list(locate(points, areas)) == ["A0", "A0", "A1", None, None, None]


def test_overlaps_less_than_slivers_are_let_pass():
    # A0 and A1 share 5 m × 1000 m, A1 and A2 share 100 m × 1000 m.
    areas = areas_of([square(0, 0), square(995, 0), square(1895, 0)])
    assert overlaps(areas) == [("A1", "A2", 100_000.0)]


def test_the_nearest_committee_is_of_the_own_subdistrict():
    def places(points, columns):
        geometry = [shapely.Point(one) for one in points]
        return gpd.GeoDataFrame(columns, geometry=geometry, crs=METRIC)

    committees = places(
        [(0, 0), (100, 0), (100, 100), (0, 100), (60, 50)],
        {
            "committee_id": ["C1", "C2", "C3", "C4", "D1"],
            "subdistrict_id": ["A", "A", "A", "A", "B"],
        },
    )
    cells = places(
        [(50, 50), (50, 0), (99, 60), (60, 50), (60, 50)],
        {"subdistrict_id": ["A", "A", "A", "B", "E"]},
    )
    # The first is equally far from four committees, the second from two.
    assert list(nearest_committee(cells, committees)) == ["C1", "C1", "C3", "D1", None]
    none = nearest_committee(cells, committees.iloc[:0])
    assert (none == np.full(5, None)).all()


@given(
    seed=st.integers(0, 1_000),
    n=st.integers(1, 12),
    wide_m=st.sampled_from([1, 5, 100_000]),
)
def test_few_committees_are_found_as_many_are(seed, n, wide_m):
    draw = np.random.default_rng(seed)
    # On a grid many are equally near.
    places = draw.integers(0, wide_m * 4, (n, 2)).astype(float)
    at = draw.integers(-2, wide_m * 4, (50, 2)) / 2.0
    distance = np.hypot(*(at[:, None] - places).transpose(2, 0, 1))
    first = distance.argmin(axis=1)
    assert nearest_places._nearest_of_few(places, at).tolist() == first.tolist()
    many = nearest_places._nearest_of_many(places, at)
    assert (distance[np.arange(50), many] == distance.min(axis=1)).all()
    few_tie = (distance == distance.min(axis=1)[:, None]).sum(
        axis=1
    ) <= nearest_places._TIED
    assert many[few_tie].tolist() == first[few_tie].tolist()
