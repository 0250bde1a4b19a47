"""Services under one roof that make up a facility of their own."""

import copy

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml
from toy_city import FACT, toy_profile

from circle.complexes import with_complexes
from circle.contracts import FACILITIES
from circle.profile_reading import read_profile

ROWS = (
    ("F1", "clinic", "open", "all", "B1", 100.0, 5.0),
    ("F2", "school", "open", "all", "B1", 200.0, 5.0),
    ("F3", "court", "planned", "all", "B1", None, 5.0),
    ("F4", "clinic", "open", "all", "B2", 50.0, 9.0),
    ("F5", "clinic", "open", "all", "B2", 50.0, 9.0),
    ("F6", "school", "open", "all", None, 70.0, 1.0),
)
COLUMNS = (
    "facility_id", "type_id", "status", "open_to", "building_id", "floor_area_m2", "x",
)  # fmt: skip


def inventory(*changes: tuple):
    rows = {one[0]: one for one in (*ROWS, *changes)}
    table = pd.DataFrame(rows.values(), columns=list(COLUMNS))
    table["name"] = table["facility_id"] + " house"
    table["geometry"] = [shapely.Point(x, 0) for x in table.pop("x")]
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4550")
    frame = frame.reindex(columns=list(FACILITIES.names))
    return frame.sort_values("facility_id").reset_index(drop=True)


@pytest.fixture
def profile(tmp_path):
    return profile_with(tmp_path)


def profile_with(tmp_path, at_least=2, **more: object):
    content = copy.deepcopy(toy_profile()) | more
    label = {"zh": "综合体", "en": "complex"}
    content["types"].append(
        {**content["types"][3], "id": "hub", "code": "X1", "label": label}
    )
    content["complexes"] = [
        {
            "type": "hub",
            "of": ["clinic", "school", "court"],
            "at_least": at_least,
            **FACT,
        }
    ]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return read_profile("own.yaml", folder=tmp_path)


def hubs(table):
    return table[table["type_id"] == "hub"].set_index("facility_id")


def test_enough_open_types_under_one_roof_make_a_complex(profile):
    table = with_complexes(inventory(), profile)
    found = hubs(table)
    # B2 has two clinics, which are one type; F6 has no building.
    assert list(found.index) == ["B1:hub"]
    hub = found.loc["B1:hub"]
    assert (hub["status"], hub["name"], hub["building_id"]) == (
        "open",
        "F1 house",
        "B1",
    )
    assert hub["floor_area_m2"] == 300
    assert hub.geometry == shapely.Point(5, 0)
    assert table["facility_id"].is_monotonic_increasing
    assert len(table) == len(ROWS) + 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [("open", "open"), ("building", "building"), ("planned", "planned")],
)
def test_it_is_open_only_if_its_services_are(profile, status, expected):
    change = ("F2", "school", status, "all", "B1", 200.0, 5.0)
    found = hubs(with_complexes(inventory(change), profile))
    assert found.loc["B1:hub", "status"] == expected


def test_closed_services_make_none(tmp_path):
    three = profile_with(tmp_path, at_least=3)
    closed = ("F3", "court", "closed", "all", "B1", None, 5.0)
    assert hubs(with_complexes(inventory(), three))["status"].tolist() == ["planned"]
    assert hubs(with_complexes(inventory(closed), three)).empty


def test_it_is_for_members_where_too_few_services_are_for_all(profile, tmp_path):
    inner = ("F2", "school", "open", "members", "B1", 200.0, 5.0)
    found = hubs(with_complexes(inventory(inner), profile))
    assert found.loc["B1:hub", "open_to"] == "members"
    use = {"members_only": {"value": True, **FACT}}
    every = profile_with(tmp_path, use=use)
    found = hubs(with_complexes(inventory(inner), every))
    assert found.loc["B1:hub", "open_to"] == "all"


def test_one_that_the_inventory_lists_is_not_added_again(profile):
    listed = ("F7", "hub", "closed", "all", "B1", 300.0, 5.0)
    found = hubs(with_complexes(inventory(listed), profile))
    assert list(found.index) == ["F7"]


def test_order_of_rows_changes_nothing(profile):
    table = inventory()
    turned = table.iloc[::-1].reset_index(drop=True)
    first, second = (with_complexes(one, profile) for one in (table, turned))
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))


def test_a_profile_without_complexes_adds_nothing():
    table = inventory()
    assert with_complexes(table, read_profile("pudong")) is table
