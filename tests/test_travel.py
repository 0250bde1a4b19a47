"""Reach by the rule of each type, worked out on the toy city with a pencil."""

import copy

import numpy as np
import pandas as pd
import pytest
from toy_city import EAST, FACT, NORTH, toy_profile, toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.facts import headline
from circle.study import read_study
from circle.travel import find_limits, measure_table, serving_rows

LABEL = {"zh": "一", "en": "one"}
ROW = {"C1": 0, "C2": 1, "C3": 2, "C4": 3}
COLUMN = {"clinic": 0, "hospital": 1, "school": 2, "court": 3}


def near(minutes):
    # The street file is rounded to the centimetre.
    return pytest.approx(minutes, abs=0.01)


def fact(value):
    return {"value": value, **FACT}


def changed(change):
    content = copy.deepcopy(toy_profile())
    change(content)
    return content


def with_limits(*limits: dict):
    return changed(
        lambda p: p["rule"].update(limits=[{**one, **FACT} for one in limits])
    )


def city_of(folder, profile, tables=None):
    return load_city(read_study(write_toy(folder, profile=profile, tables=tables)))


def facilities(*rows: tuple, **columns: list[str]):
    table = toy_tables()["facilities"]
    more = pd.DataFrame(rows, columns=table.columns)
    more["x"], more["y"] = more["x"] + EAST, more["y"] + NORTH
    return {"facilities": pd.concat([table, more]).assign(**columns)}


def minutes(reach, committee, type_id):
    return reach.time_s[ROW[committee], COLUMN[type_id]] / 60


def covered(reach, type_id):
    column = reach.covered[:, COLUMN[type_id]]
    return {one for one, row in ROW.items() if column[row]}


def test_metres_along_the_network(tmp_path):
    limit = {"types": ["school"], "metres": 600, "measure": "length", "mode": "walk"}
    reach = measure_table(city_of(tmp_path, with_limits(limit)), "committees")
    distance = reach.distance_m[:, COLUMN["school"]]
    assert distance == pytest.approx([500, 1300, 2000, 4400], abs=0.05)
    assert covered(reach, "school") == {"C1"}
    # The other types keep minutes.
    assert np.isnan(reach.distance_m[:, COLUMN["clinic"]]).all()
    assert covered(reach, "clinic") == {"C1", "C3", "C4"}


@pytest.mark.parametrize("measure", ["length", "straight"])
def test_a_limit_in_metres_includes_its_end(tmp_path, measure):
    limit = {"types": ["school"], "measure": measure, "mode": "walk"}
    metres, found = 600.0, []
    for less in (0, 0, 0.01):
        folder = tmp_path / str(len(found))
        folder.mkdir()
        profile = with_limits({**limit, "metres": metres - less})
        reach = measure_table(city_of(folder, profile), "committees")
        metres = float(reach.distance_m[ROW["C1"], COLUMN["school"]])
        assert metres == pytest.approx(500, abs=0.05)
        found.append("C1" in covered(reach, "school"))
    assert found == [True, True, False]


def test_a_straight_line_is_shorter_than_the_way(tmp_path):
    # Court F9 is 600 m from C3 by the street, and the root of 500² + 100² as the crow
    # flies.
    limit = {"types": ["court"], "metres": 550}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    straight = city_of(tmp_path / "a", with_limits({**limit, "measure": "straight"}))
    along = city_of(tmp_path / "b", with_limits({**limit, "measure": "length"}))
    crow, way = (measure_table(one, "committees") for one in (straight, along))
    assert crow.distance_m[ROW["C3"], COLUMN["court"]] == pytest.approx(509.902)
    assert way.distance_m[ROW["C3"], COLUMN["court"]] == pytest.approx(600, abs=0.01)
    assert covered(crow, "court") == {"C2", "C3"}
    assert covered(way, "court") == {"C2"}


def test_a_straight_line_reaches_what_no_street_does(tmp_path):
    # School F8 stands 300 m from the street: no way leads there.
    limit = {"types": ["school"], "metres": 900, "measure": "straight"}
    reach = measure_table(city_of(tmp_path, with_limits(limit)), "committees")
    assert reach.distance_m[ROW["C2"], COLUMN["school"]] == pytest.approx(854.4, 1e-4)
    assert covered(reach, "school") == {"C1", "C2"}


def test_a_limit_may_change_the_mode(tmp_path):
    city = city_of(tmp_path, with_limits({"types": ["school"], "mode": "walk"}))
    reach = measure_table(city, "committees")
    assert minutes(reach, "C3", "school") == near(30)
    assert minutes(reach, "C3", "clinic") == near(5)
    assert set(reach.mode[ROW["C3"]]) == {"walk", "cycle"}


def elders(content):
    content["groups"] = {"elder": {"label": LABEL, "walk_kmh": fact(2.1)}}
    content["rule"]["limits"] = [{"types": ["clinic"], "group": "elder", **FACT}]


def test_a_person_group_is_as_slow_as_it_is(tmp_path):
    reach = measure_table(city_of(tmp_path, changed(elders)), "committees")
    # 500 m at 35 m a minute.
    assert minutes(reach, "C1", "clinic") == near(14.286)
    assert covered(reach, "clinic") == {"C1", "C3", "C4"}
    assert minutes(reach, "C1", "school") == near(7.5)
    # Where nothing is said of cycling they ride like everybody.
    assert minutes(reach, "C4", "clinic") == near(7)
    assert set(reach.group[ROW["C1"], 1:]) == {"standard"}
    assert reach.group[ROW["C1"], 0] == "elder"


def test_a_group_is_measured_in_place_of_the_rule_s_own(tmp_path):
    path = write_toy(tmp_path, profile=changed(elders))
    text = path.read_text("utf-8")
    path.write_text(f"{text}\ngroups: [elder]\n", "utf-8")
    reach = measure_table(load_city(read_study(path)), "committees", group="elder")
    assert minutes(reach, "C1", "court") == near(22.857)
    assert covered(reach, "court") == {"C2", "C3"}


def test_circles_give_each_type_its_own_limit(tmp_path):
    def change(content):
        content["circles"] = {
            "near": {"label": LABEL, "metres": 700, "measure": "length", **FACT},
            "far": {"label": LABEL, "minutes": 5, **FACT},
        }
        content["types"][0]["circle"] = "near"
        content["types"][3]["circle"] = "far"

    city = city_of(tmp_path, changed(change))
    reach = measure_table(city, "committees")
    assert covered(reach, "clinic") == {"C1"}
    assert covered(reach, "court") == {"C2", "C3"}
    assert covered(reach, "school") == {"C1", "C3"}
    limits = find_limits(city, "committees", type_ids=["court", "clinic"])
    assert limits.threshold_s[0].tolist() == pytest.approx([300, 630])
    assert np.isnan(limits.limit_m[0, 0])
    assert limits.limit_m[0, 1] == 700


def test_searches_go_as_far_as_the_longest_limit_that_holds_for_anybody(tmp_path):
    # Nobody lives in an urbanising area; who cycles lives in an outer one.
    far = {"types": ["school"], "minutes": 60, "area_classes": ["urbanising"]}
    near = {"types": [*COLUMN], "minutes": 10, "area_classes": ["outer"]}
    city = city_of(tmp_path, with_limits(far, near))
    limits = find_limits(city, "committees")
    assert limits.threshold_s.max() == 3600
    assert [one.mode for one in limits.travels] == ["walk", "cycle"]
    assert (limits.longest_s(0), limits.longest_s(1)) == (900, 600)
    assert limits.longest_s() == 900
    # C1 walks 12 minutes to the court.
    reach = measure_table(city, "committees", bounded=True)
    assert covered(reach, "court") == {"C1", "C2", "C3"}


def test_planned_facilities_count_where_the_standard_says_so(tmp_path):
    city = city_of(tmp_path, changed(lambda p: p.update(use={"planned": fact(True)})))
    reach = measure_table(city, "committees")
    assert minutes(reach, "C2", "clinic") == near(0)
    assert covered(reach, "clinic") == {"C1", "C2", "C3", "C4"}


def test_what_is_for_members_only_does_not_count(tmp_path):
    tables = facilities(open_to=["内部", *["所有人"] * 8])
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    usual = city_of(tmp_path / "a", toy_profile(), tables)
    assert covered(measure_table(usual, "committees"), "clinic") == {"C3", "C4"}
    content = changed(lambda p: p.update(use={"members_only": fact(True)}))
    every = city_of(tmp_path / "b", content, tables)
    assert covered(measure_table(every, "committees"), "clinic") == {"C1", "C3", "C4"}


@pytest.mark.parametrize(
    ("borders", "c2", "c4"), [("open", 25.5, 2), ("district", 25.5, 7)]
)
def test_facilities_beyond_the_border_count_if_it_is_open(tmp_path, borders, c2, c4):
    beyond = ("F10", "Clinic beyond", "clinic", "open", 6100, 0)
    content = changed(lambda p: p.update(use={"borders": fact(borders)}))
    city = city_of(tmp_path, content, facilities(beyond))
    reach = measure_table(city, "committees")
    assert minutes(reach, "C2", "clinic") == near(c2)
    assert minutes(reach, "C4", "clinic") == near(c4)


def test_only_the_own_subdistrict_counts_where_the_standard_says_so(tmp_path):
    content = changed(lambda p: p.update(use={"borders": fact("subdistrict")}))
    reach = measure_table(city_of(tmp_path, content), "committees")
    # C2 walks back to F1 (2300 m); the school stands in the other subdistrict.
    assert minutes(reach, "C2", "clinic") == near(34.5)
    assert minutes(reach, "C3", "clinic") == near(5)
    assert np.isnan(minutes(reach, "C3", "school"))


def test_committees_with_every_required_type_may_be_the_headline(tmp_path):
    content = changed(lambda p: p["coverage"].update(definition="committee_all"))
    figure = headline(assess(city_of(tmp_path, content)))
    # C1 and C3 reach clinic and school.
    assert (figure.definition, figure.covered, figure.total) == ("committee_all", 2, 4)


def test_people_may_be_the_headline(tmp_path):
    content = changed(lambda p: p["coverage"].update(definition="population"))
    figure = headline(assess(city_of(tmp_path, content)))
    # G01 both; G02 the clinic; G06 both; G07, G08 and G09 the clinic.
    assert figure.covered == 2 * 100 + 50 + 2 * 80 + 40 + 60 + 30
    assert figure.total == 2 * 710


@pytest.mark.parametrize("measure", ["length", "straight"])
def test_more_metres_never_cover_less(tmp_path, measure):
    before = None
    for metres in (100, 300, 520, 700, 1500, 5000):
        folder = tmp_path / str(metres)
        folder.mkdir()
        limit = {"metres": metres, "measure": measure}
        reach = measure_table(city_of(folder, with_limits(limit)), "cells")
        assert before is None or (reach.covered | ~before).all()
        before = reach.covered


def test_a_study_without_streets_measures_lengths_with_its_detour(tmp_path):
    limit = {"types": ["court"], "metres": 550}
    path = write_toy(tmp_path, profile=with_limits({**limit, "measure": "length"}))
    text = path.read_text("utf-8").replace(
        "streets:\n  path: streets.osm", "screening:\n  detour: 1.3"
    )
    path.write_text(text, "utf-8")
    reach = measure_table(load_city(read_study(path)), "committees")
    at = ROW["C3"], COLUMN["court"]
    assert reach.distance_m[at] == pytest.approx(1.3 * 509.902)


def test_a_higher_type_serves_and_a_closed_facility_does_not(tmp_path):
    city = city_of(tmp_path, toy_profile())
    ids = city.facilities["facility_id"].to_numpy()
    assert ids[serving_rows(city, ("clinic",))[0]].tolist() == ["F1", "F5", "F6"]
    assert ids[serving_rows(city, ("school",))[0]].tolist() == ["F2", "F8"]
    assert ids[serving_rows(city, ("clinic",), statuses=("planned",))[0]].tolist() == [
        "F3"
    ]
