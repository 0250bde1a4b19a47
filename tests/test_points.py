"""Where facilities may go: points from tables, from hosts, and points that are made."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from toy_city import CRS, EAST, NORTH, toy_study, toy_tables, write_toy

from circle.city import load_city
from circle.evaluation import evaluate
from circle.input_contracts import MADE_FROM
from circle.points import Proposed, add_points, make_points
from circle.site_files import points_rows, points_text, write_points
from circle.siting import site
from circle.siting_settings import SitingOptions
from circle.study import read_study


def measured(path):
    return evaluate(load_city(read_study(path)))


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The toy city without a table of candidates."""
    study = {key: one for key, one in toy_study().items() if key != "candidates"}
    return measured(write_toy(tmp_path_factory.mktemp("bare"), study=study))


def points_of(evaluation, **wanted: object):
    options = SitingOptions.model_validate({"points": wanted})
    return make_points(evaluation.city, evaluation, options)


def test_points_of_the_table_say_so(toy):
    points = points_of(evaluate(toy.city))
    table = points.city.candidates
    assert list(table["candidate_id"]) == ["K1", "K2", "K3"]
    assert set(table["made_from"]) == {"table"}
    assert points.refused.empty


def test_every_committee_may_be_a_point(bare):
    table = points_of(bare, made=["committees"]).city.candidates
    assert list(table["candidate_id"]) == ["C-C1", "C-C2", "C-C3", "C-C4"]
    assert set(table["type_ids"]) == {("clinic", "school")}
    assert list(table["subdistrict_id"]) == ["A1", "A1", "B1", "B1"]
    assert set(table["made_from"]) == {"committee"}
    assert table.geometry.geom_equals(bare.city.committees.geometry).all()


def test_clusters_lie_at_cells_that_lack_something(bare):
    # Lacking: school G02 (also far from a clinic? no), clinic and school G03, G04,
    # school G07, G08, G09; G05 has no people.
    points = points_of(bare, made=["clusters"], clusters=2)
    table = points.city.candidates
    assert len(table) == 2
    assert set(table["made_from"]) == {"cluster"}
    cells = [one.removeprefix("G-") for one in table["candidate_id"]]
    assert set(cells) <= {"G02", "G03", "G04", "G07", "G08", "G09"}
    # The two weigh the most: 200 and 150 people who lack both types.
    assert {"G03", "G04"} & set(cells)
    many = points_of(bare, made=["clusters"], clusters=99).city.candidates
    assert len(many) == 6
    types = dict(zip(many["candidate_id"], many["type_ids"], strict=True))
    assert types["G-G04"] == ("clinic", "school")
    assert types["G-G09"] == ("school",)


def test_a_grid_has_a_point_in_every_square_with_people(bare):
    points = points_of(bare, made=["grid"], grid_m=1000, types=["clinic"])
    table = points.city.candidates
    assert set(table["type_ids"]) == {("clinic",)}
    x = table.geometry.x.to_numpy() - 500_000
    y = table.geometry.y.to_numpy() - 3_430_000
    squares = set(zip(np.floor(x / 1000), np.floor(y / 1000), strict=True))
    # G02 is alone in its square; G03 and G04 share one, as do G08 and G09.
    assert len(squares) == len(table) == 6


def test_a_facility_with_room_takes_in_other_types(tmp_path):
    tables = toy_tables()
    tables["facilities"]["floor_area_m2"] = [90, 500, 0, 0, 0, 900, None, 700, 50]
    evaluation = measured(write_toy(tmp_path, tables=tables))
    co_use = {"types": ["school", "court"], "smallest_area_m2": 400}
    table = points_of(evaluation, co_use=co_use).city.candidates
    hosts = table[table["made_from"] == "facility"].set_index("candidate_id")
    # F2 and F8 are schools of 500 and 700 m²; F6 is a hospital of 900 m².
    assert hosts["type_ids"].to_dict() == {
        "F-F2": ("court",),
        "F-F6": ("school", "court"),
        "F-F8": ("court",),
    }
    assert set(hosts["route"]) == {"co-use"}
    assert list(hosts["made_of"]) == ["F2", "F6", "F8"]
    assert len(table) == 6
    only = points_of(evaluation, co_use={**co_use, "hosts": ["hospital"]})
    assert set(only.city.candidates["made_from"].value_counts()) == {1, 3}


def test_a_type_that_the_inventory_does_not_measure_is_refused(tmp_path):
    study = toy_study()
    study["facilities"]["types"] = ["clinic", "hospital"]
    points = points_of(measured(write_toy(tmp_path, study=study)))
    found = points.refused.drop(columns="text").to_dict("records")
    assert found == [
        {"candidate_id": one, "type_id": "school", "why": "not_counted"}
        for one in ("K1", "K2")
    ]


def test_points_that_are_added_lie_in_their_subdistrict(toy):
    places = {"Z": (EAST + 100, NORTH), "Y": (EAST + 5900, NORTH), "X": (EAST - 9e4, 0)}
    proposed = [
        Proposed(key, key, ("clinic",), 10.0, shapely.Point(at))
        for key, at in places.items()
    ]
    city = add_points(toy.city, proposed)
    table = city.candidates.set_index("candidate_id")
    assert list(table.index) == ["K1", "K2", "K3", "X", "Y", "Z"]
    home = table["subdistrict_id"]
    assert home[["K1", "K2", "Y", "Z"]].to_list() == ["A1", "B1", "B1", "A1"]
    assert pd.isna(home["X"])
    assert add_points(toy.city, []) is toy.city


def test_points_that_are_made_can_be_sites(bare):
    options = SitingOptions.model_validate(
        {"sites": 2, "points": {"made": ["committees"]}}
    )
    plan = site(bare.city, evaluation=bare, options=options)
    assert plan.share_after == 1.0
    assert set(plan.sites["made_from"]) == {"committee"}
    assert plan.sites["year"].isna().all()


def test_points_do_not_hang_on_the_order_of_rows(tmp_path):
    tables = toy_tables()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = measured(write_toy(tmp_path / "a", tables=tables))
    turned = {name: table.iloc[::-1] for name, table in tables.items()}
    other = measured(write_toy(tmp_path / "b", tables=turned))
    wanted = {"made": ["clusters", "grid", "committees"], "clusters": 3}
    first, second = (
        pd.DataFrame(points_of(each, **wanted).city.candidates.drop(columns="geometry"))
        for each in (one, other)
    )
    pd.testing.assert_frame_equal(first, second)


def test_points_are_written_as_table_and_layer(tmp_path):
    tables = toy_tables()
    tables["candidates"].loc[0, "name"] = "=1+1"
    tables["candidates"].loc[2, "name"] = "<b>Ward</b>"
    tables["candidates"].loc[1, ["x", "y"]] = None
    evaluation = measured(write_toy(tmp_path, tables=tables))
    points = points_of(evaluation, made=["committees"])
    csv, layer, page = write_points(points, tmp_path / "points")
    table = pd.read_csv(csv, encoding="utf-8-sig").set_index("candidate_id")
    assert len(table) == 7
    assert table.loc["K1", "name"] == "'=1+1"
    assert table.loc["K2", "refused"] == "has no place"
    assert table.loc["C-C1", "made_from"] == "committee"
    placed = gpd.read_file(layer)
    assert len(placed) == 6
    assert placed.crs.to_epsg() == 4326
    assert len(points_rows(points)) == 7
    text = page.read_text(encoding="utf-8")
    assert text.count("<circle ") == 6
    assert "6 points on the map, 1 without a place." in text
    assert "&lt;b&gt;Ward" in text
    assert "<b>Ward" not in text
    assert points_text(points) == (
        "7 points (committee 4, table 3); 1 notes on what cannot be used"
    )


def test_the_map_of_points_shows_all_of_them_in_the_language_of_the_study(tmp_path):
    study = {**toy_study(), "language": "zh"}
    evaluation = measured(write_toy(tmp_path, study=study))
    points = points_of(evaluation, made=["committees"])
    csv, _, page = write_points(points, tmp_path / "points")
    table = pd.read_csv(csv, encoding="utf-8-sig")
    words = {MADE_FROM[one][0] for one in ("committee", "table")}
    assert words in [set(table[one]) for one in table.columns]
    text = page.read_text(encoding="utf-8")
    box = re.search(r'viewBox="([^"]+)"', text)
    west, north, wide, high = map(float, box[1].split())
    numbers = re.compile(r'<circle [^>]*cx="([^"]+)" cy="([^"]+)" r="([^"]+)"')
    drawn = [tuple(map(float, one)) for one in numbers.findall(text)]
    assert len(drawn) == 7
    areas = re.findall(r'<path d="([^"]+)" fill="none" stroke="#48535d"', text)
    corners = re.findall(r"(-?[\d.]+)[ ,](-?[\d.]+)", " ".join(areas))
    assert len(areas) == 2
    drawn += [(float(x), float(y), 0.0) for x, y in corners]
    for x, y, radius in drawn:
        assert west <= x - radius <= x + radius <= west + wide
        assert north <= y - radius <= y + radius <= north + high


def write_land(folder, rows):
    """Write squares of land as a layer: x, side in metres, class, name, floor area."""
    shapes = [
        shapely.box(EAST + x, NORTH - side / 2, EAST + x + side, NORTH + side / 2)
        for x, side, *_ in rows
    ]
    table = {
        "use": [one[2] for one in rows],
        "name": [one[3] for one in rows],
        "floor": [one[4] for one in rows],
    }
    layer = gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)
    layer.to_file(folder / "land.gpkg", driver="GPKG")


LAND = [
    (1000.0, 40.0, 7, "Old school", None),
    (2780.0, 40.0, 7, None, 900.0),
    (3300.0, 10.0, 7, "Too small", None),
    (3480.0, 40.0, 3, "Other use", None),
    (7000.0, 40.0, 7, "Outside", None),
]


def test_a_layer_gives_points_by_class_and_area(tmp_path):
    path = write_toy(tmp_path)
    write_land(tmp_path, LAND)
    layer = {
        "path": "land.gpkg", "crs": CRS, "where": {"use": [7]}, "types": ["clinic"],
        "smallest_area_m2": 900, "columns": {"floor_area_m2": "floor"},
    }  # fmt: skip
    points = points_of(measured(path), layers=[layer])
    table = points.city.candidates
    mine = table[table["made_from"] == "layer"].set_index("name")
    # 40 × 40 m and 900 m² of floor are enough, 10 × 10 m are not; the last is outside.
    assert len(mine) == 2
    assert "Old school" in mine.index
    assert set(mine["route"]) == {"reuse"}
    assert set(mine["type_ids"]) == {("clinic",)}
    assert set(mine["floor_area_m2"].dropna()) == {900.0}
    assert mine["candidate_id"].str.startswith("L1-k").all()
    assert mine["made_of"].str.startswith("land.gpkg: k").all()
    own = mine.loc["Old school"].geometry
    assert (own.x - EAST, own.y - NORTH) == (1020, 0)
