"""Several person groups and a raster of heights in one run of the pencil city."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from toy_city import CRS, EAST, FACT, NORTH, toy_profile, toy_study, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.profile_rules import Limit
from circle.rejoining import with_rules
from circle.study import read_study
from circle.travel import measure_table

GROUPS = {
    "elder": {"label": {"zh": "老年人", "en": "elders"},
              "walk_kmh": {"value": 2.88, **FACT}, "cycle_kmh": {"value": 7.8, **FACT}},
    "child": {"label": {"zh": "儿童", "en": "children"},
              "walk_kmh": {"value": 3.24, **FACT}},
}  # fmt: skip
CLIMB = 0.05


def write_hill(path):
    """A plane over the whole toy city that climbs 5 % eastward."""
    rows, columns = np.mgrid[:80, :160]
    values = (CLIMB * columns * 50.0).astype(np.float32) + 0 * rows.astype(np.float32)
    place = Affine(50, 0, EAST - 1000, 0, -50, NORTH + 2000)
    with rasterio.open(
        path, "w", driver="GTiff", width=160, height=80, count=1, dtype="float32",
        crs=CRS, transform=place,
    ) as file:  # fmt: skip
        file.write(values, 1)


def with_groups(folder, *, heights=False):
    study = toy_study() | {"groups": ["elder", "child"]}
    if heights:
        study["streets"] = {"path": "streets.osm", "heights": "hill.tif"}
        write_hill(folder / "hill.tif")
    profile = toy_profile() | {"groups": GROUPS}
    return load_city(read_study(write_toy(folder, study=study, profile=profile)))


@pytest.fixture(scope="module")
def level(tmp_path_factory):
    """The level toy city with two person groups, assessed."""
    return assess(with_groups(tmp_path_factory.mktemp("level")))


@pytest.fixture(scope="module")
def hill(tmp_path_factory):
    """The same on a slope."""
    return assess(with_groups(tmp_path_factory.mktemp("hill"), heights=True))


def minutes(city, group=None):
    reach = measure_table(city, "committees", group=group)
    return dict(
        zip(
            [(one, kind) for one in reach.origin_ids for kind in reach.type_ids],
            (reach.time_s / 60).ravel().tolist(),
            strict=True,
        )
    )


def test_each_group_has_its_own_rows_of_coverage(level):
    table = level.coverage_by
    groups = table[table["by_kind"] == "person_group"]
    assert list(groups["by_id"].unique()) == ["elder", "child"]
    district = groups[
        (groups["area_kind"] == "district") & (groups["group_kind"] == "required")
    ].set_index("by_id")
    # Elders walk 720 m and cycle 1950 m, children walk 810 m, cycle 3000 m. Both: C1,
    # and of C3 the children only; C3 and C4 reach the hospital in place of a clinic.
    assert district["pairs_covered"].to_dict() == {"elder": 4, "child": 5}
    assert district["pairs"].to_dict() == {"elder": 8, "child": 8}


def test_a_group_may_have_a_limit_of_its_own(level, tmp_path):
    """Elders within 10 minutes, children and everybody within 15."""
    city = with_groups(tmp_path)
    limit = {"minutes": 10, "person_groups": ["elder"], **FACT}
    rule = city.profile.rule.model_copy(update={"limits": (Limit(**limit),)})
    city = with_rules(city, city.profile.model_copy(update={"rule": rule}))
    for group, minutes_most in ((None, 15), ("child", 15), ("elder", 10)):
        reach = measure_table(city, "committees", group=group)
        assert (reach.threshold_s == 60 * minutes_most).all()
    keys = ["by_id", "area_kind", "area_id", "group_kind", "group_id"]
    before = level.coverage_by.query("by_kind == 'person_group'").set_index(keys)
    found = assess(city).coverage_by.query("by_kind == 'person_group'").set_index(keys)
    pairs = found["pairs_covered"] - before["pairs_covered"]
    assert (pairs.loc["elder"] <= 0).all()
    assert (pairs.loc["elder"] < 0).any()
    assert (pairs.loc["child"] == 0).all()


def test_times_of_groups_are_those_of_their_speeds(level):
    usual, elder, child = (minutes(level.city, one) for one in (None, "elder", "child"))
    # C1 walks, C3 cycles; a child cycles like everybody.
    assert elder["C1", "school"] == pytest.approx(7.5 * 4 / 2.88, abs=0.01)
    assert child["C1", "school"] == pytest.approx(7.5 * 4 / 3.24, abs=0.01)
    assert elder["C3", "clinic"] == pytest.approx(5 * 12 / 7.8, abs=0.01)
    assert child["C3", "clinic"] == pytest.approx(usual["C3", "clinic"], abs=0.01)


@pytest.mark.parametrize("city", ["level", "hill"])
def test_slower_people_are_never_sooner_there(city, request):
    city = request.getfixturevalue(city).city
    usual = minutes(city)
    for group in ("elder", "child"):
        own = minutes(city, group)
        late = [own[pair] - usual[pair] for pair in usual]
        assert min(late) >= -1e-6
        assert max(late) > 1


def test_slower_people_never_have_more_in_reach(level):
    by = level.coverage_by.set_index(["by_kind", "by_id"])
    keys = ["area_kind", "area_id", "group_kind", "group_id"]
    usual = level.coverage.set_index(keys)
    for group in ("elder", "child"):
        own = by.loc[("person_group", group)].set_index(keys)
        for name in ("pairs_covered", "person_items_covered", "population_complete"):
            assert (own[name] <= usual[name].reindex(own.index)).all()


def test_a_study_with_heights_climbs_slowly_and_descends_fast(level, hill):
    flat, steep = minutes(level.city), minutes(hill.city)
    # North to the clinic the street is level.
    assert steep["C1", "clinic"] == pytest.approx(flat["C1", "clinic"], abs=0.02)
    # 500 m uphill on foot, at exp(-3.5 × 0.05) of the speed on the level.
    up = np.exp(-3.5 * (abs(CLIMB + 0.05) - 0.05))
    assert steep["C1", "school"] == pytest.approx(7.5 / up, rel=0.01)
    # 1300 m downhill on foot.
    down = np.exp(-3.5 * (abs(0.05 - CLIMB) - 0.05))
    assert steep["C2", "school"] == pytest.approx(19.5 / down, rel=0.01)
    # 1000 m uphill by bicycle, which loses 7 % of its speed for each 1 % of climb.
    assert steep["C3", "clinic"] == pytest.approx(5 / (1 - 0.07 * 5), rel=0.01)
    # Downhill a bicycle gains nothing.
    assert steep["C3", "court"] == pytest.approx(flat["C3", "court"], rel=0.01)


def test_the_outputs_of_a_steep_study_keep_their_sense(level, hill):
    assert len(hill.missing_items) >= len(level.missing_items) - 1
    assert set(hill.missing_items["kind"]) <= {"beyond", "unreachable", "not_joined",
                                               "not_placed", "planned"}  # fmt: skip
    assert "streets-without-height" not in {one.name for one in hill.warnings}
