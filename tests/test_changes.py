"""Scenarios: what each change does, and that nothing measured before goes stale."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import yaml
from chinese import is_chinese
from few_files import write_few_files
from toy_city import (
    CRS,
    EAST,
    FACT,
    NORTH,
    toy_profile,
    toy_study,
    toy_tables,
    write_toy,
)

from circle import assess, load_city, read_study, write_outputs
from circle.change_contradictions import contradictions
from circle.changes import apply_changes
from circle.errors import ConfigError
from circle.evaluation import evaluate
from circle.scenario import Scenario, read_scenario


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return load_city(read_study(write_toy(tmp_path_factory.mktemp("toy"))))


def scenario(*changes: dict):
    return Scenario.model_validate({"name": "test", "changes": list(changes)})


def at(x, y):
    return {"at": [EAST + x, NORTH + y], "crs": CRS}


def line(*places: tuple):
    return {"line": [[EAST + x, NORTH + y] for x, y in places], "crs": CRS}


def covered(evaluation):
    """The pairs of committee and type that are within the rule."""
    reach = evaluation.committee_reach
    return {
        f"{reach.origin_ids[i]}:{reach.type_ids[j]}"
        for i, j in zip(*np.nonzero(reach.covered), strict=True)
    }


def same_tables(one, other):
    for name in ("coverage", "missing_items"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    for name in ("committee_reach", "cell_reach"):
        for field in ("time_s", "facility", "joined", "threshold_s"):
            np.testing.assert_array_equal(
                getattr(getattr(one, name), field), getattr(getattr(other, name), field)
            )


CHANGES = {
    "add": ({"change": "add_facility", "type": "clinic", "id": "A9", **at(2800, 0)},),
    "add last": ({"change": "add_facility", "type": "school", "id": "Z", **at(0, 0)},),
    "close": ({"change": "close_facility", "id": "F1"},),
    "move": ({"change": "move_facility", "id": "F2", **at(5000, 0)},),
    "open": ({"change": "open_planned", "id": "F3"},),
    "several": (
        {"change": "close_facility", "id": "F6"},
        {"change": "add_facility", "type": "hospital", "id": "F0", **at(3500, 0)},
        {"change": "move_facility", "id": "F7", **at(1000, -100)},
    ),
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_few_types_measured_again_are_all_that_changed(toy, changes):
    changed = apply_changes(toy, scenario(*changes))
    assert changed.type_ids
    quick = evaluate(changed.city, base=evaluate(toy), type_ids=changed.type_ids)
    same_tables(quick, evaluate(changed.city))


def bordered(folder):
    """Only facilities of the own subdistrict count."""
    borders = {"borders": {"value": "subdistrict", **FACT}}
    return write_toy(folder, profile=toy_profile() | {"use": borders})


def screened(folder):
    """No streets: straight lines."""
    study = toy_study() | {"screening": {"detour": 1.3}}
    del study["streets"]
    return write_toy(folder, study=study)


@pytest.mark.parametrize("make", [bordered, screened])
@pytest.mark.parametrize("name", ["add", "close", "several"])
def test_what_no_network_tells_is_measured_anew(tmp_path, make, name):
    city = load_city(read_study(make(tmp_path)))
    changed = apply_changes(city, scenario(*CHANGES[name]))
    base = evaluate(city)
    quick = evaluate(changed.city, base=base, type_ids=changed.type_ids)
    whole = evaluate(changed.city)
    same_tables(quick, whole)
    assert (whole.cell_reach.time_s != base.cell_reach.time_s).any()


def test_another_order_of_facilities_is_measured_anew(toy):
    """Of two equally near the first one counts: there are two at each place."""
    twice = apply_changes(
        toy,
        scenario(
            {"change": "add_facility", "type": "clinic", "id": "F1b", **at(900, 0)},
            {"change": "add_facility", "type": "clinic", "id": "Z1", **at(900, 0)},
        ),
    ).city
    turned = dataclasses.replace(
        twice,
        facilities=twice.facilities.iloc[::-1].reset_index(drop=True),
        access={
            key: reversed_rows(one) if key[0] == "facilities" else one
            for key, one in twice.access.items()
        },
    )
    quick = evaluate(turned, base=evaluate(twice), type_ids=turned.type_ids)
    whole = evaluate(turned)
    same_tables(quick, whole)
    nearest = [
        set(city.facilities["facility_id"].to_numpy()[one.cell_reach.facility.ravel()])
        for city, one in ((twice, evaluate(twice)), (turned, whole))
    ]
    assert "Z1" in nearest[1] - nearest[0]


def reversed_rows(access):
    return dataclasses.replace(
        access,
        **{
            one.name: getattr(access, one.name)[::-1].copy()
            for one in dataclasses.fields(access)
        },
    )


def test_closing_a_clinic_takes_it_from_those_who_have_no_other(toy):
    changed = apply_changes(toy, scenario({"change": "close_facility", "id": "F1"}))
    before, after = covered(evaluate(toy)), covered(evaluate(changed.city))
    assert before - after == {"C1:clinic"}
    assert after <= before
    row = changed.log.iloc[0]
    assert (row["id"], row["name"], row["old"], row["new"]) == (
        "F1", "status", "open", "closed",
    )  # fmt: skip


def test_a_new_clinic_clears_the_item_of_its_neighbours(toy):
    add = {"change": "add_facility", "type": "clinic", **at(2800, 0)}
    changed = apply_changes(toy, scenario(add))
    assert covered(evaluate(changed.city)) - covered(evaluate(toy)) == {"C2:clinic"}


def test_a_hospital_serves_as_a_clinic_and_touches_both(toy):
    close = apply_changes(toy, scenario({"change": "close_facility", "id": "F6"}))
    assert close.type_ids == ("clinic", "hospital")


def test_a_limit_of_its_own_for_one_type(toy):
    """School in 25 minutes: C2 (19.5) and C4 (22.0) reach it, nothing else changes."""
    change = {"change": "change_limit", "types": ["school"], "minutes": 25}
    changed = apply_changes(toy, scenario(change))
    assert changed.type_ids is None
    gained = covered(evaluate(changed.city)) - covered(evaluate(toy))
    assert gained == {"C2:school", "C4:school"}
    assert set(changed.log["old"]) == {"walk 15 min", "cycle 15 min"}
    assert set(changed.log["new"]) == {"walk 25 min", "cycle 25 min"}


def test_a_slower_walk_takes_longer_in_proportion(toy):
    change = {"change": "change_speed", "mode": "walk", "factor": 0.5}
    changed = apply_changes(toy, scenario(change))
    before, after = (
        evaluate(toy).committee_reach,
        evaluate(changed.city).committee_reach,
    )
    walks = before.mode[:, 0] == "walk"
    np.testing.assert_allclose(after.time_s[walks], 2 * before.time_s[walks], rtol=1e-6)


def test_people_grow_where_they_are_said_to(toy):
    change = {"change": "grow_population", "subdistricts": ["A1"], "factor": 2}
    changed = apply_changes(toy, scenario(change))
    people = toy.cells.groupby("subdistrict_id")["population"].sum()
    grown = changed.city.cells.groupby("subdistrict_id")["population"].sum()
    assert (grown / people).to_dict() == {"A1": 2.0, "B1": 1.0}
    assert changed.city.committees["population"].sum() == grown.sum()


def test_a_new_estate_is_one_more_cell(toy):
    change = {"change": "new_estate", "people": 500, **at(5900, 0)}
    changed = apply_changes(toy, scenario(change))
    fresh = changed.city.cells[~changed.city.cells.cell_id.isin(toy.cells.cell_id)]
    names = ["population", "subdistrict_id", "committee_id"]
    assert fresh[names].iloc[0].tolist() == [500.0, "B1", "C4"]
    after = evaluate(changed.city)
    row = list(after.cell_reach.origin_ids).index(fresh["cell_id"].iloc[0])
    # 1400 m to the hospital at 12 km/h.
    assert after.cell_reach.time_s[row, 0] == pytest.approx(420, abs=0.01)
    assert list(changed.city.cells["cell_id"]) == sorted(changed.city.cells["cell_id"])


SCHOOL_PATH = line((1000, 900), (1500, 0))


def minutes_to_school(city, cell_id):
    reach = evaluate(city).cell_reach
    row = reach.origin_ids.index(cell_id)
    return reach.time_s[row, reach.type_ids.index("school")] / 60


def test_a_street_from_end_to_end_is_a_short_cut(toy):
    """G02 walks 1400 m to school by the crossing, and straight over 1030 m."""
    assert minutes_to_school(toy, "G02") == pytest.approx(21, abs=0.01)
    changed = apply_changes(toy, scenario({"change": "add_street", **SCHOOL_PATH}))
    expected = np.hypot(500, 900) / 1000 * 15
    assert minutes_to_school(changed.city, "G02") == pytest.approx(expected, abs=0.01)


def test_a_ferry_takes_its_time(toy):
    ferry = {"change": "add_street", "ferry_min": 2, **SCHOOL_PATH}
    changed = apply_changes(toy, scenario(ferry))
    assert minutes_to_school(changed.city, "G02") == pytest.approx(2, abs=0.01)


def test_a_cut_ferry_takes_those_who_may_pass_no_longer(toy):
    """The crossing of 2 minutes is cut for bicycles; walkers still need 2."""
    cut = {"change": "cut_street", "modes": ["cycle"], **line((1200, 400), (1300, 500))}
    ferry = {"change": "add_street", "ferry_min": 2, **SCHOOL_PATH}
    changed = apply_changes(toy, scenario(ferry, cut))
    assert minutes_to_school(changed.city, "G02") == pytest.approx(2, abs=0.01)
    last = changed.log.iloc[-1]
    assert (last["name"], last["old"], last["new"]) == (
        "open_to",
        "walk, cycle",
        "walk",
    )


def test_a_cut_street_parts_the_town(toy):
    change = {"change": "cut_street", **line((4000, -100), (4000, 100))}
    changed = apply_changes(toy, scenario(change))
    lost = covered(evaluate(toy)) - covered(evaluate(changed.city))
    # What lies beyond is a fragment now, and points are never joined to one.
    assert lost == {f"{one}:{type_id}" for one in ("C3", "C4")
                    for type_id in ("clinic", "hospital")}  # fmt: skip


def test_a_cut_for_bicycles_lets_walkers_through(toy):
    """C3 rode 1 km to the hospital; now the bicycle is pushed over the gap."""
    change = {"change": "cut_street", **line((4000, -100), (4000, 100))}
    closed = apply_changes(toy, scenario(change | {"modes": ["walk"]}))
    assert covered(evaluate(closed.city)) == covered(evaluate(toy))


def test_changes_that_contradict_each_other_are_told_all_at_once(toy):
    with pytest.raises(ConfigError) as error:
        apply_changes(
            toy,
            scenario(
                {"change": "close_facility", "id": "F1"},
                {"change": "move_facility", "id": "F1", **at(0, 0)},
                {"change": "change_speed", "mode": "walk", "kmh": 3},
                {"change": "change_speed", "mode": "walk", "factor": 2},
            ),
        )
    assert "changes 1 and 2 both act on facility F1" in str(error.value)
    assert "changes 3 and 4 both act on the speed of walk" in str(error.value)


CLOSE = {"change": "close_facility", "id": "F1"}
SIZE = {"change": "enlarge_facility", "id": "F1", "capacity": 9}
OF_ALL = {"change": "grow_population", "factor": 1.1}
OF_A1 = OF_ALL | {"subdistricts": ["A1"]}
LONGER = {"change": "change_limit", "minutes": 20}
OF_SCHOOL = LONGER | {"types": ["school"]}


@pytest.mark.parametrize(
    ("one", "other", "thing"),
    [
        (CLOSE, SIZE, "facility F1"),
        (OF_ALL, OF_A1, "the people of A1"),
        (OF_ALL, OF_ALL, "the people of all"),
        (LONGER, OF_SCHOOL, "the limit of school"),
        (OF_SCHOOL | {"area_classes": ["urban"]}, OF_SCHOOL, "the limit of school"),
        (LONGER | {"mode": "walk"}, LONGER | {"mode": "cycle"}, "the mode of all"),
    ],
)
def test_what_one_change_says_of_all_no_other_says_of_some(one, other, thing):
    for pair in ((one, other), (other, one)):
        texts = contradictions(scenario(*pair))
        assert any(f"both act on {thing}" in text for text in texts)
        assert all(is_chinese(one.in_language("zh")) for one in texts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SIZE, {"change": "move_facility", "id": "F1", **at(0, 0)}),
        (OF_A1, OF_ALL | {"subdistricts": ["B1"]}),
        (OF_SCHOOL, LONGER | {"types": ["clinic"]}),
        (OF_SCHOOL, {"change": "change_limit", "types": ["school"], "mode": "walk"}),
    ],
)
def test_changes_that_leave_each_other_alone_combine(one, other):
    assert contradictions(scenario(one, other)) == ()


def test_every_effect_is_logged_old_and_new(toy):
    move = {"change": "move_facility", "id": "F1", **at(5000, 0)}
    logged = apply_changes(toy, scenario(move, OF_A1)).log
    rows = logged.set_index(["id", "name"])[["old", "new"]].to_dict("index")
    assert rows["F1", "subdistrict_id"] == {"old": "A1", "new": "B1"}
    assert rows["F1", "place"]["new"] == f"{EAST + 5000:.1f}, {NORTH:.1f}"
    people = {name: one for (area, name), one in rows.items() if area == "A1"}
    assert people["population"]["old"] is not None
    bands = [one for one in toy.cells.columns if one.startswith("population_")]
    assert set(people) == {"population", *(one.replace("_", " ", 1) for one in bands)}


FAR = line((0, 900), (10, 900))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"change": "close_facility", "id": "F99"}, "there is no facility F99"),
        ({"change": "add_facility", "type": "x", **at(0, 0)}, "no facility type x"),
        ({"change": "change_norm", "norm": "x", "factor": 2}, "there is no norm x"),
        ({"change": "open_planned", "id": "F1"}, "facility F1 is open"),
        (
            {"change": "add_facility", "type": "clinic", "id": "F1", **at(0, 0)},
            "there is a facility F1 already",
        ),
        (
            {"change": "grow_population", "subdistricts": ["X"], "factor": 2},
            "no subdistrict X",
        ),
        ({"change": "new_estate", "people": 5, **at(9999, 0)}, "in none of the 2"),
        ({"change": "add_street", **FAR}, "m from the nearest"),
        ({"change": "cut_street", **FAR}, "crosses no street"),
        (
            {"change": "change_limit", "types": ["x"], "minutes": 5},
            "no facility type x",
        ),
    ],
)
def test_what_does_not_fit_the_city_is_told(toy, change, text):
    with pytest.raises(ConfigError, match=text) as error:
        apply_changes(toy, scenario(change))
    (problem,) = error.value.problems
    assert problem.in_language("zh").startswith("情景“test”：第1项变更（")
    assert is_chinese(problem.in_language("zh"))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"change": "change_limit", "types": ["school"]}, "needs `minutes` or"),
        ({"change": "change_limit", "minutes": 5, "metres": 5}, "needs `minutes` or"),
        ({"change": "enlarge_facility", "id": "F1"}, "needs `capacity`"),
        ({"change": "change_speed", "mode": "walk"}, "needs either `kmh`"),
    ],
)
def test_a_record_that_says_nothing_is_told_in_both_languages(tmp_path, change, text):
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump({"name": "x", "changes": [change]}), "utf-8")
    with pytest.raises(ConfigError, match=text) as error:
        read_scenario(path)
    (problem,) = error.value.problems
    assert is_chinese(problem.in_language("zh"), names=[str(path)])


def test_two_estates_do_not_stand_on_one_place(toy):
    estate = {"change": "new_estate", "people": 5, **at(500, 0)}
    with pytest.raises(ConfigError, match=r"there is a cell estate_\w+ already"):
        apply_changes(toy, scenario(estate, estate))


def test_the_city_itself_stays_as_it_is(toy):
    before = evaluate(toy)
    for changes in CHANGES.values():
        apply_changes(toy, scenario(*changes))
    same_tables(before, evaluate(toy))


def test_a_plan_that_is_adopted_clears_what_it_said(toy, tmp_path, monkeypatch):
    """Every site opens, as the table written for the office lists them."""
    write_few_files(monkeypatch, but=["write_csv_twins"])
    city = dataclasses.replace(toy)
    assessment = assess(city)
    write_outputs(assessment, tmp_path / "out")
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "name: adopted\nchanges: [{change: adopt_plan, sites: out/tables/sites.csv}]\n",
        encoding="utf-8",
    )
    changed = apply_changes(city, read_scenario(file))
    gained = covered(evaluate(changed.city)) - covered(evaluate(city))
    cleared = {item for items in assessment.sites["item_ids"] for item in items}
    assert cleared
    assert cleared <= gained


def complex_city(folder, move=None):
    """Clinic F1 and school F2 share a building, and make up a hub together."""
    label = {"zh": "综合体", "en": "hub"}
    profile = toy_profile()
    profile["types"].append(
        {**profile["types"][3], "id": "hub", "code": "X1", "label": label}
    )
    own = {"type": "hub", "of": ["clinic", "school", "court"], "at_least": 2, **FACT}
    profile["complexes"] = [own]
    facilities = toy_tables()["facilities"]
    if move is not None:
        facilities.loc[facilities["facility_id"] == "F1", "status"] = move
    inside = facilities["facility_id"].isin(["F1", "F2"])
    facilities["building_id"] = np.where(inside, "B1", None)
    tables = {"facilities": facilities}
    return load_city(read_study(write_toy(folder, tables=tables, profile=profile)))


def test_a_complex_closes_with_its_services(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    city = complex_city(tmp_path / "a")
    assert "B1:hub" in set(city.facilities["facility_id"])
    changed = apply_changes(city, scenario({"change": "close_facility", "id": "F1"}))
    assert set(changed.type_ids) == {"clinic", "hub"}
    rows = changed.log.set_index("id")
    assert rows.loc["B1:hub", "old"] == "open"
    assert rows.loc["B1:hub", "new"] is None or pd.isna(rows.loc["B1:hub", "new"])
    quick = evaluate(changed.city, base=evaluate(city), type_ids=changed.type_ids)
    same_tables(quick, evaluate(complex_city(tmp_path / "b", move="closed")))


def test_a_service_that_moves_leaves_its_building(tmp_path):
    city = complex_city(tmp_path)
    move = {"change": "move_facility", "id": "F1", **at(5000, 0)}
    changed = apply_changes(city, scenario(move))
    assert "B1:hub" not in set(changed.city.facilities["facility_id"])
    back = apply_changes(city, scenario({"change": "close_facility", "id": "F7"}))
    assert "B1:hub" in set(back.city.facilities["facility_id"])
