"""Every shipped profile: its own rule on a pencil city, and the demo district."""

import re

import pandas as pd
import pytest
import yaml
from toy_city import (
    COMMITTEES,
    EAST,
    NORTH,
    STREETS,
    toy_profile,
    toy_streets,
    toy_study,
    write_toy,
)

from circle.assessment import assess
from circle.capacity import count_capacity
from circle.city import load_city
from circle.demo import make_demo
from circle.errors import InputError
from circle.facts import headline
from circle.profile_reading import read_profile, shipped_profiles
from circle.study import read_study

# Committees of the toy city: C1 (1000, 0) and C2 (2800, 0, a village) in urban A1,
# C3 (3500, 0) and C4 (5900, 0, a village) in outer B1; one street runs from 0 to 6000.


def pencil(
    folder, name, *rows: tuple, streets=None, committees=COMMITTEES, **options: object
):
    """Read a city with facilities of (type, x, y) on the street of the toy city."""
    columns = ["facility_id", "name", "type", "x", "y"]
    more = sorted({key for row in rows if len(row) > 3 for key in row[3]})
    table = pd.DataFrame(
        [
            (f"F{i}", f"house {i}", kind, EAST + x, NORTH + y)
            for i, (kind, x, y, *_) in enumerate(rows, start=1)
        ],
        columns=columns,
    )
    for key in more:
        table[key] = [row[3].get(key) if len(row) > 3 else None for row in rows]
    offices = pd.DataFrame(
        committees, columns=["编号", "名称", "类别", "街镇编号", "x", "y"]
    )
    offices["x"], offices["y"] = offices["x"] + EAST, offices["y"] + NORTH
    study = toy_study() | {"profile": name}
    study["facilities"] |= options
    del study["candidates"]
    path = write_toy(
        folder, study=study, tables={"facilities": table, "committees": offices}
    )
    if streets is not None:
        (folder / "streets.osm").write_text(streets, "utf-8")
    return load_city(read_study(path))


def who(assessment, type_id):
    reach = assessment.reach[assessment.reach["type_id"] == type_id]
    return set(reach.loc[reach["covered"], "committee_id"])


ALL = {"C1", "C2", "C3", "C4"}
# profile: facilities (type, x, y) and, for some types, who reaches them.
RULES = {
    # On foot in the city, by bicycle in the outer towns: 1000 m and 3000 m.
    "pudong": (
        [("幼儿园", 2050, 0), ("小学", 1990, 0)],
        {"kindergarten": {"C2", "C3"}, "primary_school": {"C1", "C2", "C3"}},
    ),
    # Further fields are measured by the same rule.
    "pudong-5-3-x": (
        [("公园", 1990, 0), ("公交站", 2050, 0), ("菜市场", 5000, 0)],
        {"park": {"C1", "C2", "C3"}, "bus_stop": {"C2", "C3"}, "market": {"C3", "C4"}},
    ),
    # Ten minutes on foot are 667 m.
    "futian-10min": (
        [("幼儿园", 1660, 0), ("小学", 1680, 0)],
        {"kindergarten": {"C1"}, "primary_school": set()},
    ),
    # 300 m, 500 m and 1000 m along the street; a centre is no station.
    "gb50180": (
        [("幼儿园", 1290, 0), ("小学", 1490, 0), ("初中", 1990, 0),
         ("社区卫生服务站", 1310, 0), ("社区卫生服务中心", 1010, 0),
         ("文化活动站", 1490, 0), ("轨道站点", 1810, 0)],
        {"kindergarten": {"C1"}, "primary_school": {"C1"},
         "junior_school": {"C1", "C2"}, "health_station": set(),
         "health_centre": {"C1"}, "culture_room": {"C1"}, "rail_station": set()},
    ),
    # The rows that are known, and ten minutes for the one without a radius.
    "tdt1062": (
        [("小学", 1490, 0), ("菜市场", 1510, 0), ("小超市", 1290, 0),
         ("卫生服务站", 1490, 0), ("幼儿园", 1660, 0)],
        {"primary_school": {"C1"}, "market": set(), "supermarket": {"C1"},
         "health_station": {"C1"}, "kindergarten": {"C1"}},
    ),
    # 1000 m on foot in the main city, 5000 m by bicycle in new towns; bus stops 500 m.
    "shanghai-2024-draft": (
        [("一站式综合服务中心", 1990, 0), ("公交站", 1000, 490), ("公交站", 1000, 510)],
        {"area_centre": ALL, "neighbourhood_centre": ALL, "bus_stop": {"C1", "C3"}},
    ),
    # Fifteen minutes on foot are 1000 m; hospitals serve the levels below.
    "cixi-health-15min": (
        [("区级医院", 1990, 0), ("药店", 2010, 0)],
        {"health_station": {"C1", "C2"}, "health_centre": {"C1", "C2"},
         "pharmacy": {"C2"}},
    ),
    # A bus stop within 500 m in a straight line: 500 m off the street it is no way.
    "haiyan": (
        [("公交站", 2800, 190), ("公交站", 1300, 400), ("公交站", 1000, -501)],
        {"bus_stop": {"C1", "C2"}},
    ),
    # Twenty minutes on foot are 1333 m.
    "putuo-island-20min": (
        [("卫生室", 2320, 0), ("共享药房", 2340, 0)],
        {"health_station": {"C1", "C2", "C3"}, "pharmacy": {"C2", "C3"}},
    ),
    # A library serves those who want a reading room, a bookshop does not.
    "hefei-reading-15min": (
        [("图书馆", 1990, 0), ("书店", 3500, 0)],
        {"reading_room": {"C1", "C2"}, "bookshop": {"C2", "C3"}},
    ),
    # Centres of banner and street serve those who want a station.
    "baotou-government-15min": (
        [("旗县区政务服务中心", 1500, 0), ("居村便民服务站", 5900, 0)],
        {"affairs_station": {"C1", "C4"}, "affairs_centre": {"C1"}},
    ),
    # 1 + 9 + 184 + N: utilities, finance and post are measured beside.
    "xindu-citizen-15min": (
        [("区级政务服务中心", 1500, 0), ("邮政网点", 3500, 0), ("银行网点", 5000, 0)],
        {"affairs_station": {"C1"}, "post_office": {"C2", "C3"}, "bank": {"C4"},
         "utility_counter": set()},
    ),
    # The stall of the night market.
    "yinchuan-life-15min": (
        [("社保服务点", 1990, 0)],
        {"insurance_point": {"C1", "C2"}, "affairs_station": {"C1", "C2"}},
    ),
    # Three services under one roof are one stop, two are none.
    "chengdu-complex": (
        [(kind, 1500, 0, {"building_id": "B1"})
         for kind in ("社区文化活动中心", "社区助餐点", "托育机构")]
        + [(kind, 5000, 0, {"building_id": "B2"}) for kind in ("书店", "社区助餐点")],
        {"community_complex": {"C1"}, "meal_point": {"C1", "C4"}},
    ),
    # Fifteen minutes at the speed of elders are 720 m.
    "jincheng-elderly": (
        [("老年活动室", 1710, 0), ("日间照料中心", 1730, 0)],
        {"elder_activity_room": {"C1"}, "elder_day_care": set()},
    ),
    # The centre beyond the border of the subdistrict counts.
    "tongzhou-1plusX": (
        [("片区综合服务中心", 3600, 0), ("社区中心", 1000, 0)],
        {"area_centre": {"C2", "C3"}, "neighbourhood_centre": {"C1"}},
    ),
}  # fmt: skip


def test_every_shipped_profile_has_a_rule_here():
    assert set(RULES) == set(shipped_profiles())


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_rule_of_a_profile_on_the_pencil_city(tmp_path, name):
    rows, expected = RULES[name]
    options = {"other_types": "skip"}
    assessment = assess(pencil(tmp_path, name, *rows, **options))
    assert {one: who(assessment, one) for one in expected} == expected
    # The headline is the one that the profile names.
    definition = read_profile(name).coverage.definition
    told = "person_item" if definition == "population" else definition
    assert headline(assessment).definition == told


def test_further_fields_leave_the_headline_of_pudong_as_it_is():
    first, second = read_profile("pudong"), read_profile("pudong-5-3-x")
    assert first.required_types == second.required_types
    assert set(second.domains) - set(first.domains) == {
        *("commerce", "green", "transport", "childcare", "local")
    }


def test_the_levels_of_the_national_standard_do_not_stand_in_for_one_another():
    profile = read_profile("gb50180")
    assert all(len(profile.serving_types(one)) == 1 for one in profile.type_ids)
    assert {one.metres for one in profile.circles.values()} == {300, 500, 1000}
    people = {
        one.types[0]: (one.people_per_facility.least, one.people_per_facility.most)
        for one in profile.norms
        if one.people_per_facility is not None
    }
    assert people["kindergarten"] == (5_000, 12_000)
    assert people["junior_school"] == (50_000, 100_000)


@pytest.mark.parametrize("name", ["jincheng-elderly", "yinchuan-life-15min"])
def test_elderly_floor_area_goes_by_new_and_old_households(name):
    profile = read_profile(name)
    homes = pd.DataFrame(
        {
            "subdistrict_id": ["A1"],
            "area_class": ["urban"],
            "population": [9_000.0],
            "households": [2_500.0],
            "households_new": [1_000.0],
            "households_old": [1_500.0],
        }
    )
    rooms = pd.DataFrame(
        {
            "facility_id": ["F1", "F2"],
            "type_id": ["elder_day_care", "nursing_home"],
            "subdistrict_id": ["A1", "A1"],
            "floor_area_m2": [250.0, 200.0],
            "status": ["open", "open"],
        }
    )
    level = {one.id: one.level for one in profile.types}
    table = count_capacity(
        profile.norms, subdistricts=homes, facilities=rooms, level_of=level
    )
    row = table[(table["norm_id"] == "elder_floor_area")].iloc[0]
    # 10 hundreds of new homes at 30 m², 15 of old ones at 20 m².
    assert row["required"] == 10 * 30 + 15 * 20
    assert row["provided"] == 450


def test_full_cover_of_bus_stops_is_passed_or_failed_by_subdistrict(tmp_path):
    stops = [("公交站", 1000, 0), ("公交站", 2800, 0), ("公交站", 3500, 0)]
    assessment = assess(pencil(tmp_path, "haiyan", *stops))
    found = assessment.measures.acceptance.set_index("area_id")
    result = found[found["requirement_id"] == "every_village_has_a_bus"]["result"]
    assert result.to_dict() == {"A1": "passed", "B1": "failed"}


def test_where_committees_are_counted_whole_so_is_a_plan(tmp_path):
    profile = toy_profile()
    profile["coverage"]["definition"] = "committee_all"
    assessment = assess(load_city(read_study(write_toy(tmp_path, profile=profile))))
    # C2 lacks clinic and school, C4 a school; K1 and K2 clear them.
    assert headline(assessment).share == assessment.plan.share_before == 2 / 4
    assert assessment.sites["share_after"].tolist() == [3 / 4, 4 / 4]
    assert assessment.sites["items_cleared"].sum() == 3


ISLAND = ("C5", "Seagull Island", "village", "B1", 5300, -1000)
WITH_PIER = (*STREETS[1:], ((0, 0), (1000, 0), (4500, 0), (6000, 0)))
WITH_ISLAND = (*WITH_PIER, ((5000, -1000), (5600, -1000)))


def island_streets(ferry):
    if not ferry:
        return toy_streets(WITH_ISLAND)
    text = toy_streets((*WITH_ISLAND, ((4500, 0), (5000, -1000))))
    tags = {"route": "ferry", "foot": "yes", "duration": "00:05"}
    told = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
    way = f'(<way id="{len(WITH_ISLAND) + 1}".*?)<tag k="highway" v="residential"/>'
    return re.sub(way, rf"\1{told}", text)


def test_a_ferry_takes_its_time_and_the_wait(tmp_path):
    city = pencil(
        tmp_path, "putuo-island-20min", ("卫生室", 4500, 0),
        streets=island_streets(ferry=True), committees=(*COMMITTEES, ISLAND),
    )  # fmt: skip
    assessment = assess(city)
    reach = assessment.reach.set_index(["committee_id", "type_id"])
    row = reach.loc["C5", "health_station"]
    # 300 m to the pier are 4.5 minutes, then 5 of waiting and 5 on board.
    assert row["travel_time_min"] == pytest.approx(14.5, abs=0.01)
    assert row["covered"]
    assert "cut-off" not in {one.name for one in assessment.warnings}


def test_an_island_without_a_ferry_is_named_as_such(tmp_path):
    city = pencil(
        tmp_path, "putuo-island-20min", ("卫生室", 4500, 0),
        streets=island_streets(ferry=False), committees=(*COMMITTEES, ISLAND),
    )  # fmt: skip
    assessment = assess(city)
    (told,) = [one for one in assessment.warnings if one.name == "cut-off"]
    assert "Seagull Island (C5)" in told.in_language("en")
    assert "Seagull Island (C5)" in told.in_language("zh")
    assert "First" not in told.in_language("en")
    items = assessment.missing_items
    kinds = items.loc[items["committee_id"] == "C5", "kind"]
    assert set(kinds) <= {"unreachable", "not_joined"}


@pytest.mark.parametrize(
    ("policy", "refused"),
    [("known", {"幼儿圆"}), ("skip", set()), ("refuse", {"幼儿圆", "幼儿园"})],
)
def test_types_of_other_standards_are_passed_over(tmp_path, policy, refused):
    rows = [("卫生室", 1000, 0), ("幼儿园", 1500, 0), ("幼儿圆", 1500, 0)]
    if refused:
        with pytest.raises(InputError) as caught:
            pencil(tmp_path, "haiyan", *rows, other_types=policy)
        told = str(caught.value)
        assert {one for one in ("幼儿圆", "幼儿园", "卫生室") if one in told} == refused
        return
    city = pencil(tmp_path, "haiyan", *rows, other_types=policy)
    assert list(city.facilities["type_id"]) == ["health_station"]
    (told,) = [one for one in city.warnings if one.name == "other-types"]
    assert "2 entries are of 2 types" in told.in_language("en")
    assert "幼儿园（1）" in told.in_language("zh")


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A small demo district whose streets are read once."""
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder / "demo", size=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CIRCLE_CACHE")
        yield folder / "demo"


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_profile_runs_on_the_demo_district(district, name):
    study = yaml.safe_load((district / "study.yaml").read_text("utf-8"))
    path = district / f"study-{name}.yaml"
    path.write_text(yaml.safe_dump(study | {"profile": name}), "utf-8")
    assessment = assess(load_city(read_study(path)))
    figure = headline(assessment)
    assert 0 <= figure.covered <= figure.total
    assert figure.total > 0
    assert assessment.missing_items["item_id"].is_unique
    # There are sites, or the plan names what no candidate comes near.
    told = {one.name for one in assessment.warnings}
    assert len(assessment.sites) > 0 or assessment.plan.unplaceable
    assert ("points-made" in told) == ("cluster" in set(assessment.sites["made_from"]))
    assert "marks-inherited" not in told
    profile = read_profile(name)
    provided = set(assessment.city.facilities["type_id"])
    # The demo has no rails; all the rest is there.
    wanted = {one.id for one in profile.required_types}
    assert wanted <= provided or name == "chengdu-complex"
