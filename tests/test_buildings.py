"""Residential buildings: read from layers and OSM files, counted one by one."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from toy_city import CRS, EAST, NORTH, toy_study, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.coverage import count_buildings
from circle.errors import InputError
from circle.indicator_values import IndicatorValues
from circle.rejoining import with_rules
from circle.sheet_coverage import summary_block, types_block
from circle.study import read_study
from circle.travel import measure_table

# As the table in `toy_city`: B1 reaches clinic and school, B2 neither, B3 both, B4 the
# clinic only; B5 lies in no subdistrict.
PLACES = {"B1": 900, "B2": 2800, "B3": 3300, "B4": 5600, "B5": 6500}


def footprints(places):
    features = [
        {
            "type": "Feature",
            "properties": {"楼栋编号": name},
            "geometry": shapely.box(
                EAST + x - 10, NORTH - 8, EAST + x + 10, NORTH + 8
            ).__geo_interface__,
        }
        for name, x in places.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def with_layer(folder):
    study = toy_study() | {
        "buildings": {"kind": "layer", "path": "houses.geojson", "crs": CRS},
    }
    path = write_toy(folder, study=study)
    (folder / "houses.geojson").write_text(footprints(PLACES), "utf-8")
    return read_study(path)


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """The toy city with five residential buildings, assessed."""
    return assess(load_city(with_layer(tmp_path_factory.mktemp("buildings"))))


def share(table, area, group, name):
    rows = table.set_index(["area_id", "group_id"])
    return rows.loc[(area, group), name]


def test_buildings_are_counted_one_by_one(counted):
    table = counted.measures.coverage_buildings
    whole = table.set_index(["area_id", "group_id"]).loc[("district", "required")]
    assert list(whole[["buildings", "buildings_complete"]]) == [4, 2]
    assert whole["building_complete_share"] == 0.5
    assert list(whole[["building_items", "building_items_covered"]]) == [8, 5]
    assert whole["building_item_share"] == 5 / 8
    assert share(table, "B1", "clinic", "building_complete_share") == 1.0
    assert share(table, "A1", "clinic", "building_complete_share") == 0.5
    assert share(table, "outer", "school", "buildings_complete") == 1


def test_every_area_and_group_of_coverage_is_there(counted):
    keys = ["area_kind", "area_id", "group_kind", "group_id"]
    table = counted.measures.coverage_buildings
    pd.testing.assert_frame_equal(table[keys], counted.coverage[keys])


def test_a_building_outside_is_named_and_not_counted(counted):
    (told,) = [one for one in counted.warnings if one.name == "buildings-outside"]
    assert told.text.startswith("1 residential building")
    assert "1栋" in told.in_language("zh")
    assert list(counted.city.buildings["building_id"]) == ["B1", "B2", "B3", "B4"]


def test_the_summary_has_the_share_with_its_denominator(counted):
    for block in (summary_block(counted), types_block(counted, "A1")):
        headers = {one.key: one.header for one in block.fields}
        told = headers["building_complete_share"]
        assert headers["buildings"] in told
    rows = summary_block(counted).rows
    assert rows["building_complete_share"].iloc[-1] == 0.5


def test_without_buildings_there_are_no_columns_of_them(toy):
    assert toy.measures.coverage_buildings.empty
    keys = {one.key for one in summary_block(toy).fields}
    assert not {one for one in keys if one.startswith("building")}


def test_indicators_read_the_table(counted):
    tables = {"coverage_buildings": counted.measures.coverage_buildings}
    found = IndicatorValues(tables).find(
        "building_complete_share:type:clinic", "subdistrict", "A1"
    )
    assert (found.value, found.numerator, found.denominator) == (0.5, 1, 2)
    nothing = IndicatorValues({}).find("building_item_share", "district", "district")
    assert pd.isna(nothing.value)


def test_the_rule_of_a_building_is_that_of_the_nearest_committee(counted):
    rules = counted.city.buildings.set_index("building_id")
    assert list(rules["committee_id"]) == ["C1", "C2", "C3", "C4"]
    assert list(rules["mode"]) == ["walk", "walk", "cycle", "cycle"]


def test_buildings_follow_when_a_rule_changes(counted):
    profile = counted.city.profile
    slow = profile.speeds.walk_kmh.model_copy(update={"value": 2.0})
    speeds = profile.speeds.model_copy(update={"walk_kmh": slow})
    city = with_rules(counted.city, profile.model_copy(update={"speeds": speeds}))
    reach = measure_table(city, "buildings")
    table = count_buildings(city, reach).set_index(["area_id", "group_id"])
    # B1 walks 600 m to the clinic, now in 18 minutes; B3 and B4 cycle.
    assert table.loc[("district", "required"), "buildings_complete"] == 1
    assert table.loc[("A1", "clinic"), "buildings_complete"] == 0


def test_points_without_codes_get_some(tmp_path):
    study = toy_study() | {
        "buildings": {"kind": "layer", "path": "houses.csv", "crs": CRS}
    }
    path = write_toy(tmp_path, study=study)
    rows = [(EAST + x, NORTH) for x in (900, 900, 2800)]
    pd.DataFrame(rows, columns=["x", "y"]).to_csv(tmp_path / "houses.csv")
    city = load_city(read_study(path))
    assert city.buildings["building_id"].is_unique
    assert len(city.buildings) == 3


def test_lines_are_no_buildings(tmp_path):
    study = with_layer(tmp_path)
    line = shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)]).__geo_interface__
    feature = {"type": "Feature", "properties": {"id": "x"}, "geometry": line}
    content = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "houses.geojson").write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError, match="LineString"):
        load_city(study)


HOUSES = """<osm version="0.6">
{nodes}
<way id="1">{a}<tag k="building" v="apartments"/></way>
<way id="2">{b}<tag k="building" v="yes"/><tag k="shop" v="mall"/></way>
</osm>"""


def test_homes_of_an_osm_file_are_counted(tmp_path, toy):
    corners = [(0, 0), (20, 0), (20, 16), (0, 16)]
    easting = [EAST + 900 + x for x, _ in corners] + [
        EAST + 2800 + x for x, _ in corners
    ]
    northing = [NORTH + y for _, y in corners] * 2
    places = gpd.GeoSeries(gpd.points_from_xy(easting, northing), crs=CRS).to_crs(4326)
    nodes = "".join(
        f'<node id="{i}" lon="{one.x:.7f}" lat="{one.y:.7f}"/>'
        for i, one in enumerate(places, start=1)
    )
    refs = ["".join(f'<nd ref="{i}"/>' for i in ring)
            for ring in ((1, 2, 3, 4, 1), (5, 6, 7, 8, 5))]  # fmt: skip
    study = toy_study() | {"buildings": {"kind": "osm", "path": "homes.osm"}}
    path = write_toy(tmp_path, study=study)
    text = HOUSES.format(nodes=nodes, a=refs[0], b=refs[1])
    (tmp_path / "homes.osm").write_text(text, "utf-8")
    city = load_city(read_study(path))
    assert list(city.buildings["building_id"]) == ["w1"]
    assert city.cells["population"].sum() == toy.city.cells["population"].sum()
