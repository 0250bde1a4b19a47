import numpy as np
import pytest
from toy_city import toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.study import read_study
from circle.type_groups import type_groups

# (area, group) to: pairs, covered, committees complete, person-items, covered, people
# who reach all. Worked out in the docstring of toy_city.
HAND = {
    ("district", "required"): (8, 5, 2, 1420, 540, 180),
    ("A1", "required"): (4, 2, 1, 1000, 250, 100),
    ("B1", "required"): (4, 3, 1, 420, 290, 80),
    ("urban", "required"): (4, 2, 1, 1000, 250, 100),
    ("outer", "required"): (4, 3, 1, 420, 290, 80),
    ("district", "basic"): (8, 5, 2, 1420, 540, 180),
    ("district", "extension"): (8, 5, 1, 1420, 840, 180),
    ("district", "health"): (4, 3, 3, 710, 360, 360),
    ("district", "education"): (4, 2, 2, 710, 180, 180),
    ("district", "clinic"): (4, 3, 3, 710, 360, 360),
    ("district", "hospital"): (4, 2, 2, 710, 210, 210),
    ("district", "school"): (4, 2, 2, 710, 180, 180),
    ("district", "court"): (4, 3, 3, 710, 630, 630),
    ("A1", "court"): (2, 2, 2, 500, 450, 450),
    ("B1", "court"): (2, 1, 1, 210, 180, 180),
    ("A1", "hospital"): (2, 0, 0, 500, 0, 0),
    ("B1", "hospital"): (2, 2, 2, 210, 210, 210),
}
COUNTS = ["pairs", "pairs_covered", "committees_complete", "person_items",
          "person_items_covered", "population_complete"]  # fmt: skip
PLAIN = [*COUNTS, "committees", "population"]
TIMES_MIN = {
    "C1": (7.5, 52.5, 7.5, 12.0),
    "C2": (25.5, 25.5, 19.5, 4.5),
    "C3": (5.0, 5.0, 10.0, 4.0),
    "C4": (7.0, 7.0, 22.0, 16.0),
    "G01": (9.0, 54.0, 9.0, 13.5),
    "G02": (6.0, 66.0, 21.0, 25.5),
    "G03": (27.0, 27.0, 18.0, 6.0),
    "G04": (25.5, 25.5, 19.5, 4.5),
    "G05": (24.0, 24.0, 21.0, 3.0),
    "G06": (6.0, 6.0, 9.0, 3.0),
    "G07": (1.0, 1.0, 16.0, 10.0),
    "G08": (5.5, 5.5, 20.5, 14.5),
    "G09": (6.5, 6.5, 21.5, 15.5),
}


@pytest.mark.parametrize("table", ["committee_reach", "cell_reach"])
def test_times_are_those_worked_out_by_hand(toy, table):
    reach = getattr(toy, table)
    assert reach.type_ids == ("clinic", "hospital", "school", "court")
    for origin, time_s in zip(reach.origin_ids, reach.time_s, strict=True):
        # Coordinates of streets are rounded to a centimetre.
        assert time_s / 60 == pytest.approx(TIMES_MIN[origin], abs=0.002), origin


def test_reach_table_names_mode_time_and_facility(toy):
    rows = toy.reach.set_index(["committee_id", "type_id"])
    assert len(rows) == 16
    assert list(rows.loc[("C2", "clinic"), ["mode", "facility_id"]]) == ["walk", "F6"]
    assert list(rows.loc[("C4", "court"), ["mode", "facility_id"]]) == ["cycle", "F9"]
    assert rows.loc[("C3", "school"), "facility_id"] == "F2"
    assert (rows["threshold_min"] == 15.0).all()
    assert rows["covered"].sum() == 10


@pytest.mark.parametrize(("area", "group"), list(HAND))
def test_counts_are_those_worked_out_by_hand(toy, area, group):
    rows = toy.coverage
    row = rows[(rows["area_id"] == area) & (rows["group_id"] == group)]
    assert len(row) == 1
    assert tuple(row[COUNTS].iloc[0]) == HAND[area, group]


def test_areas_and_groups_are_all_there_once(toy):
    rows = toy.coverage
    areas = list(dict.fromkeys(zip(rows.area_kind, rows.area_id, strict=True)))
    assert areas == [
        ("district", "district"),
        ("area_class", "urban"),
        ("area_class", "outer"),
        ("subdistrict", "A1"),
        ("subdistrict", "B1"),
    ]
    groups = list(dict.fromkeys(zip(rows.group_kind, rows.group_id, strict=True)))
    # Sport has no required type, so there is no such domain.
    assert groups == [
        ("required", "required"),
        ("tier", "basic"),
        ("tier", "extension"),
        ("level", "committee"),
        ("level", "community"),
        ("level", "district"),
        ("domain", "education"),
        ("domain", "health"),
        *(("type", one) for one in ("clinic", "hospital", "school", "court")),
    ]
    assert len(toy.coverage) == len(areas) * len(groups)


def test_shares_are_counts_over_their_denominators(toy):
    district = toy.coverage.iloc[0]
    assert district["pair_share"] == 5 / 8
    assert district["committee_complete_share"] == 2 / 4
    assert district["person_item_share"] == 540 / 1420
    assert district["population_complete_share"] == 180 / 710


def count_plainly(assessment, groups):
    """Count every row of coverage with loops and dictionaries and nothing else."""
    city = assessment.city
    class_of = {
        row.subdistrict_id: row.area_class for row in city.subdistricts.itertuples()
    }
    counts = {}
    for table, reach in (
        ("committees", assessment.committee_reach),
        ("cells", assessment.cell_reach),
    ):
        frame, column = (
            getattr(city, table),
            {t: i for i, t in enumerate(reach.type_ids)},
        )
        columns = {group: [column[one] for one in ids] for group, ids in groups.items()}
        homes, people = frame["subdistrict_id"].tolist(), frame["population"].tolist()
        for home, weight, times in zip(
            homes, people, reach.time_s.tolist(), strict=True
        ):
            areas = (("district", "district"), ("area_class", class_of[home]),
                     ("subdistrict", home))  # fmt: skip
            for group, wanted in columns.items():
                reached = sum(1 for i in wanted if times[i] <= 900.001)
                whole = reached == len(wanted)
                for area in areas:
                    row = counts.setdefault(area + group, dict.fromkeys(PLAIN, 0))
                    if table == "committees":
                        row["committees"] += 1
                        row["pairs"] += len(wanted)
                        row["pairs_covered"] += reached
                        row["committees_complete"] += whole
                    else:
                        row["population"] += weight
                        row["person_items"] += weight * len(wanted)
                        row["person_items_covered"] += weight * reached
                        row["population_complete"] += weight * whole
    return counts


@pytest.mark.parametrize("name", ["toy", "demo"])
def test_every_row_agrees_with_a_plain_count(name, request):
    assessment = request.getfixturevalue(name)
    profile = assessment.city.profile
    required = [one.id for one in profile.types if one.tier in profile.coverage.tiers]
    groups = {("required", "required"): required}
    for one in profile.types:
        groups.setdefault(("tier", one.tier), []).append(one.id)
        groups.setdefault(("level", one.level), []).append(one.id)
        groups["type", one.id] = [one.id]
        if one.id in required:
            groups.setdefault(("domain", one.domain), []).append(one.id)
    plain = count_plainly(assessment, groups)
    found = {
        (row["area_kind"], row["area_id"], row["group_kind"], row["group_id"]): {
            one: row[one] for one in PLAIN
        }
        for row in assessment.coverage.to_dict("records")
    }
    assert found == plain


def test_areas_and_types_add_up_on_the_demo(demo):
    by_area = demo.coverage.groupby(["area_kind", "group_kind", "group_id"])[
        PLAIN
    ].sum()
    for kind in ("area_class", "subdistrict"):
        np.testing.assert_array_equal(
            by_area.loc[kind].to_numpy(), by_area.loc["district"].to_numpy()
        )
    types = demo.coverage[demo.coverage["group_kind"] == "type"].groupby("area_id")
    tiers = demo.coverage[demo.coverage["group_kind"] == "tier"].groupby("area_id")
    names = ["pairs", "pairs_covered", "person_items", "person_items_covered"]
    np.testing.assert_array_equal(types[names].sum(), tiers[names].sum())


def test_groups_point_at_the_columns_of_reach(toy):
    groups = {one[:2]: one[2] for one in type_groups(toy.city)}
    assert groups["required", "required"] == [0, 2]
    assert groups["tier", "extension"] == [1, 3]
    assert groups["type", "court"] == [3]


def test_unreachable_pairs_stay_empty_and_uncovered(tmp_path):
    tables = toy_tables()
    courts = tables["facilities"]["type"] == "court"
    tables["facilities"] = tables["facilities"][~courts]
    city = load_city(read_study(write_toy(tmp_path, tables=tables)))
    found = assess(city)
    rows = found.reach[found.reach["type_id"] == "court"]
    assert len(rows) == 4
    assert rows["travel_time_min"].isna().all()
    assert rows["facility_id"].isna().all()
    assert not rows["covered"].any()
    missing = found.missing_items[found.missing_items["type_id"] == "court"]
    assert set(missing["kind"]) == {"unreachable"}
    assert missing["minutes_over"].isna().all()
    # Unreachable goes before any number of minutes.
    extension = found.missing_items[~found.missing_items["required"].astype(bool)]
    assert list(extension["item_id"])[:2] == ["C2:court", "C2:hospital"]
    names = [one.name for one in city.warnings]
    assert "types-without-facility" in names
