"""Every measure of the pencil city, worked out by hand; see toy_city.py.

Cells in reach of clinics (clinic F1, hospital F6 serves as one): G01 and G02 reach F1
(9 and 6 min), G03 and G04 none, G06 to G09 reach F6; G06 cycles 2800 m to F1 as well
(14 min). Schools: F2 only, from G01 (9) and G06 (9), not from G02 (21), nor G07 (16).
Of the required types, 100 + 80 people have two, 50 + 40 + 60 + 30 have one, 200 + 150
have none.
"""

import csv
import json
import math

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from few_files import write_few_files
from measures_toy import measured_profile, measured_tables
from toy_city import write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.cli import main
from circle.csv_tables import write_csv_twins
from circle.indicator_values import IndicatorValues, find_all
from circle.outputs import write_outputs
from circle.result_contracts_measures import FULL_ITEMS, MEASURE_CONTRACTS
from circle.study import read_study
from circle.tables import check_table


def assessed(folder, **parts: object):
    given = {"tables": measured_tables(), "profile": measured_profile(), **parts}
    return assess(load_city(read_study(write_toy(folder, **given))))


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("measured"))


def row(table, **key: object):
    for name, value in key.items():
        table = table[table[name] == value]
    (found,) = table.to_dict("records")
    return found


def test_every_table_keeps_its_contract(toy):
    for contract in MEASURE_CONTRACTS:
        table = getattr(toy.measures, contract.name)
        # Nothing in reach is full in this city: see `test_reachable_but_full`; for
        # buildings see `test_buildings`.
        empty = {"full_items", "coverage_buildings"}
        assert len(table) or contract.name in empty, contract.name
        check_table(table, contract)


def test_floating_catchments(toy):
    access = toy.measures.access
    # F1 has 30 places for the 230 people of G01, G02 and G06; the norm is 0.1 each.
    a = row(access, norm_id="clinic_places", area_id="A1")
    assert (a["demand"], a["demand_in_reach"], a["demand_full"]) == (500, 150, 0)
    assert a["access_ratio"] == pytest.approx(30 / 230 * 150 / 500)
    # The hospital is no clinic of the norm, though it serves as one: G06 has F1 only.
    b = row(access, norm_id="clinic_places", area_id="B1")
    assert b["demand_in_reach"] == 80
    assert b["access_ratio"] == pytest.approx(30 / 230 * 80 / 210)
    # School F2 has 100 places for G01 (100) and G06 (80): 0.556 each, norm 0.5.
    school = row(toy.measures.facility_load, facility_id="F2")
    assert (school["supply"], school["demand"]) == (100, 180)
    assert school["load"] == pytest.approx(180 / 200)
    district = row(access, norm_id="school_places", area_kind="district")
    assert district["full_share"] == 0


def test_reachable_but_full(tmp_path):
    profile = measured_profile()
    profile["norms"][1]["rates"][0]["value"] = 600
    toy = assessed(tmp_path, profile=profile)
    district = row(toy.measures.access, norm_id="school_places", area_kind="district")
    # All 180 people who reach the school find 0.556 places where 0.6 are due.
    assert (district["demand_full"], district["full_share"]) == (180, 1)
    full = toy.measures.norm_access[1].full
    assert list(toy.city.cells["cell_id"][full]) == ["G01", "G06"]
    # C1 and C3 reach no school but that one; they count as covered all the same.
    items = toy.measures.full_items
    check_table(items, FULL_ITEMS)
    rows = zip(items["item_id"], items["population"], items["kind"], strict=True)
    assert list(rows) == [("C1:school", 150, "full"), ("C3:school", 120, "full")]
    assert items["supply_per_person"].tolist() == pytest.approx([100 / 180] * 2)
    # They say which rule holds and what is nearest, as missing items do.
    assert items["facility_name"].tolist() == ["School", "School"]
    assert items["travel_time_min"].tolist() == pytest.approx([7.5, 10], abs=0.01)
    assert items["mode"].tolist() == ["walk", "cycle"]
    assert not set(items["item_id"]) & set(toy.missing_items["item_id"])
    text = (
        write_csv_twins(toy, tmp_path / "csv")[0].parent / "full_items.csv"
    ).read_text("utf-8-sig")
    assert "C3:school" in text


def test_capacity(toy):
    capacity = toy.measures.capacity
    # C1: 100 new households × 30 / 100, C2: 200 old × 20 / 100: 70 m²; F1 has 90.
    a = row(capacity, norm_id="clinic_area", area_id="A1")
    assert (a["required"], a["provided"], a["state"]) == (70, 90, "met")
    # The households of C4 are not known, nor is what they need.
    b = row(capacity, norm_id="clinic_area", area_id="B1")
    assert math.isnan(b["required"])
    courts = row(capacity, norm_id="court_count", area_id="A1")
    # 500 people, one court for at most 400: two, F7 and F9 on the border.
    assert (courts["required"], courts["state"]) == (2, "met")
    courts = row(capacity, norm_id="court_count", area_id="B1")
    assert (courts["required"], courts["state"]) == (1, "short")
    size = row(capacity, norm_id="court_size", area_id="A1")
    assert (size["too_small"], size["state"]) == (1, "undersized")


def test_choice_and_dependence(toy):
    clinic = row(toy.measures.choice, type_id="clinic", area_kind="district")
    assert clinic["population_none"] == 350
    assert clinic["population_single"] == 280
    assert clinic["facilities_in_reach"] == pytest.approx((280 + 2 * 80) / 710)
    school = row(toy.measures.dependence, facility_id="F2", type_id="school")
    # G01 and G06; committees C1 and C3.
    assert (school["population_lost"], school["committees_lost"]) == (180, 2)


def test_covered_is_where_something_is_in_reach(toy):
    choice = toy.measures.choice
    for type_id in toy.city.type_ids:
        none = row(choice, type_id=type_id, area_kind="district")["population_none"]
        covered = row(
            toy.coverage, area_kind="district", group_kind="type", group_id=type_id
        )["person_items_covered"]
        assert none == 710 - covered


def test_fairness(toy):
    people = row(toy.measures.fairness, group_kind="required", across="people")
    # 350 people with 0, 180 with 1/2, 180 with 1: the mean is 270 / 710.
    assert people["mean"] == pytest.approx(270 / 710)
    assert people["worst_tenth"] == 0
    values = np.repeat([0.0, 0.5, 1.0], [350, 180, 180])
    apart = np.abs(values[:, None] - values[None, :]).mean()
    assert people["gini"] == pytest.approx(apart / (2 * values.mean()))
    areas = row(toy.measures.fairness, group_kind="required", across="area_classes")
    # A1: (2 × 100 + 50) / 1000 items; B1: (2 × 80 + 130) / 420.
    assert areas["gap"] == pytest.approx(290 / 420 - 0.25)


def test_realisation(toy):
    degree = row(toy.measures.realisation, area_kind="district", indicator_id="degree")
    # Pairs: 5 of 8 against 0.5 is fully; schools: 180 of 710 people.
    assert degree["part"] == pytest.approx((3 * 1 + 180 / 710) / 4)
    assert degree["weight"] == 4
    assert "own index" in degree["label"]


def test_alerts(toy):
    alerts = toy.measures.alerts
    assert [tuple(one) for one in alerts[["indicator", "area_id"]].to_numpy()] == [
        ("pair_share", "A1"),
        ("gini_people", "district"),
    ]
    assert row(alerts, area_id="A1")["beyond"] == pytest.approx(0.6 - 0.5)


def test_acceptance(toy):
    table = toy.measures.acceptance
    found = {
        (one["requirement_id"], one["area_id"]): one["result"]
        for one in table.to_dict("records")
    }
    assert found == {
        ("missing", "district"): "passed",
        ("pairs", "A1"): "failed",
        ("courts", "A1"): "passed",
        ("area", "A1"): "passed",
        ("pairs", "B1"): "passed",
        ("courts", "B1"): "failed",
        ("area", "B1"): "unknown",
    }
    evidence = row(table, requirement_id="pairs", area_id="A1")["evidence"]
    assert evidence == "2 of 4; 2 missing items: C2:clinic, C2:school"


def test_evidence_by_level_lists_the_items_of_that_level(tmp_path):
    profile = measured_profile()
    mark = {**profile["acceptance"][0], "area": "district", "at_most": None}
    profile["acceptance"] = [
        {**mark, "id": level, "indicator": f"pair_share:level:{level}",
         "at_least": 1}
        for level in ("committee", "district")
    ]  # fmt: skip
    found = assessed(tmp_path, profile=profile).measures.acceptance
    evidence = found.set_index("requirement_id")["evidence"]
    assert evidence["committee"] == "3 of 4; 1 missing items: C2:clinic"
    assert evidence["district"] == "2 of 4; 2 missing items: C2:hospital, C1:hospital"


def test_what_is_unknown_is_told_with_its_counts(toy):
    told = {one.name: one for one in toy.warnings}
    # The places of school F8 and the floor area of court F9 are not known.
    assert "school_places: 1 of 2" in told["capacity-unknown"].text
    assert "court_size: 1 of 2" in told["capacity-unknown"].text
    assert "2处中1处" in told["capacity-unknown"].in_language("zh")
    # C4 has not said its households.
    assert "1 subdistricts (Outer Town)" in told["households-unknown"].text
    assert "age-band-unknown" not in told


def test_an_age_band_that_nobody_counted_is_told(tmp_path):
    profile = measured_profile()
    profile["norms"][0]["age_band"] = "old"
    assessment = assessed(tmp_path, profile=profile)
    (told,) = [one for one in assessment.warnings if one.name == "age-band-unknown"]
    assert "2 subdistricts (Cross Street, Outer Town)" in told.text
    rows = assessment.measures.capacity.set_index("norm_id").loc["clinic_places"]
    assert set(rows["state"]) == {"unknown"}


def test_an_indicator_without_a_row_is_unknown(toy):
    values = IndicatorValues({"coverage": toy.coverage})
    table = find_all(values, ["pair_share", "gini_people"], [("subdistrict", "A1")])
    # The Gini coefficient exists for the district only.
    assert list(table["indicator"]) == ["pair_share"]
    assert math.isnan(values.find("capacity_ratio:x", "subdistrict", "A1").value)


def test_renaming_rows_changes_nothing(toy, tmp_path):
    tables = {name: one.iloc[::-1] for name, one in measured_tables().items()}
    again = assessed(tmp_path, tables=tables)
    for contract in MEASURE_CONTRACTS:
        pd.testing.assert_frame_equal(
            getattr(again.measures, contract.name),
            getattr(toy.measures, contract.name),
        )


def test_csv_twins_and_workbook(toy, tmp_path, monkeypatch):
    paths = write_csv_twins(toy, tmp_path / "tables")
    names = {one.stem for one in paths}
    # A table without rows is left out.
    empty = {"full_items", "coverage_buildings"}
    assert {one.name for one in MEASURE_CONTRACTS} - empty <= names
    table = pd.read_csv(tmp_path / "tables" / "capacity.csv")
    assert table["required"].notna().any()
    write_few_files(monkeypatch, but=["write_workbook"])
    write_outputs(toy, tmp_path / "results")
    book = openpyxl.load_workbook(tmp_path / "results" / "gaps.xlsx")
    assert {"capacity", "choice", "fairness", "acceptance"} <= set(book.sheetnames)


def test_accept_on_the_command_line(tmp_path):
    study = write_toy(tmp_path, tables=measured_tables(), profile=measured_profile())
    command = ["accept", str(study), "--out", str(tmp_path / "pass"), "--no-cache"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "failed\tCross Street\trequirement (to be verified)\t0.5" in done.output
    record = json.loads((tmp_path / "pass" / "acceptance.json").read_text("utf-8"))
    assert record["results"] == {"passed": 4, "failed": 2, "unknown": 1}
    assert {one["confidence"] for one in record["requirements"]} == {"C"}
    with (tmp_path / "pass" / "acceptance.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 7
    strict = CliRunner().invoke(main, [*command, "--strict"])
    assert strict.exit_code == 5


def test_accept_needs_pass_marks(tmp_path):
    done = CliRunner().invoke(main, ["accept", str(write_toy(tmp_path)), "--no-cache"])
    assert done.exit_code == 3
    assert "has no requirements" in done.output
