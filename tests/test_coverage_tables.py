"""The tables of reach and of coverage by age and area, worked out with a pencil."""

import dataclasses

import pytest
from toy_city import toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.coverage import count_coverage_by
from circle.study import read_study

TYPES = ["clinic", "hospital", "school", "court"]
# Of each committee: mode, and of each type the facility, the minutes, if in time.
REACH = {
    "C1": ("walk", "F1 7.5 yes", "F6 52.5 no", "F2 7.5 yes", "F7 12.0 yes"),
    "C2": ("walk", "F6 25.5 no", "F6 25.5 no", "F2 19.5 no", "F9 4.5 yes"),
    "C3": ("cycle", "F6 5.0 yes", "F6 5.0 yes", "F2 10.0 yes", "F9 4.0 yes"),
    "C4": ("cycle", "F6 7.0 yes", "F6 7.0 yes", "F2 22.0 no", "F9 16.0 no"),
}
# One tenth of the people are old; squares of 100 m are 0.01 km² each, G05 is empty.
OLD = [10, 5, 20, 15, 0, 8, 4, 6, 3, 2]
# Weight, its items, those covered, weight that reaches both required types.
REQUIRED = {
    ("age_band", "old", "district"): (71, 142, 54, 18),
    ("age_band", "old", "A1"): (50, 100, 25, 10),
    ("age_band", "old", "B1"): (21, 42, 29, 8),
    ("area", "km2", "district"): (0.08, 0.16, 0.08, 0.02),
    ("area", "km2", "A1"): (0.04, 0.08, 0.03, 0.01),
    ("area", "km2", "B1"): (0.04, 0.08, 0.05, 0.01),
}


@pytest.fixture(scope="module")
def aged(tmp_path_factory):
    """The toy city with an age band."""
    people = toy_tables()["population"].assign(**{"60+": OLD})
    study = write_toy(tmp_path_factory.mktemp("aged"), tables={"population": people})
    return assess(load_city(read_study(study)))


def test_the_table_of_reach(toy):
    table = toy.reach
    assert table["committee_id"].tolist() == [one for one in REACH for _ in TYPES]
    assert table["type_id"].tolist() == TYPES * 4
    assert set(table["threshold_min"]) == {15.0}
    assert table[["threshold_m", "distance_m"]].isna().all(axis=None)
    assert set(table["person_group"]) == {"standard"}
    rows = iter(table.itertuples())
    for mode, *cells in REACH.values():
        for cell in cells:
            row = next(rows)
            facility, minutes, covered = cell.split()
            assert (row.mode, row.facility_id) == (mode, facility)
            assert row.travel_time_min == pytest.approx(float(minutes), abs=0.001)
            assert row.covered == (covered == "yes")


def test_coverage_by_age_and_by_area(aged):
    table = aged.coverage_by
    assert list(dict.fromkeys(zip(table["by_kind"], table["by_id"], strict=True))) == [
        ("age_band", "old"),
        ("area", "km2"),
    ]
    assert (table[["pairs", "committees", "committees_complete"]] == 0).all(axis=None)
    rows = table[table["group_kind"] == "required"].set_index(
        ["by_kind", "by_id", "area_id"]
    )
    columns = [
        "population", "person_items", "person_items_covered", "population_complete",
    ]  # fmt: skip
    for key, wanted in REQUIRED.items():
        assert rows.loc[key, columns].tolist() == pytest.approx(wanted), key


def test_a_square_with_less_than_one_person_is_inhabited(aged):
    """G05 of A1 is empty; rasters hold parts of people."""
    cells = aged.city.cells.copy()
    cells.loc[cells["cell_id"] == "G05", "population"] = 0.4
    city = dataclasses.replace(aged.city, cells=cells)
    table = count_coverage_by(city, cells=aged.cell_reach, groups={})
    areas = table[(table["by_kind"] == "area") & (table["group_kind"] == "required")]
    areas = areas.set_index("area_id")["population"]
    assert areas.loc["A1"] == pytest.approx(0.05)
    assert areas.loc["B1"] == pytest.approx(0.04)
