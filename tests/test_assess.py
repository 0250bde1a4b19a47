import dataclasses

import numpy as np
import pandas as pd
import pyproj
import pytest
from toy_city import EAST, NORTH, toy_study, toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.contracts import INPUT_CONTRACTS, RESULT_CONTRACTS
from circle.rejoining import with_table
from circle.shipped import shipped_folder
from circle.snapping import Access
from circle.study import read_study
from circle.tables import check_table

TABLES = ("reach", "coverage", "missing_items", "gap_clusters", "sites", "unsnapped")


def run(path):
    return assess(load_city(read_study(path)))


@pytest.mark.parametrize("city", ["toy", "demo"])
@pytest.mark.parametrize("contract", RESULT_CONTRACTS, ids=lambda one: one.name)
def test_every_result_keeps_its_contract(city, contract, request):
    table = getattr(request.getfixturevalue(city), contract.name)
    check_table(table, contract)
    assert tuple(table.columns) == contract.names
    assert table.index.equals(pd.RangeIndex(len(table)))


@pytest.mark.parametrize("city", ["toy", "demo"])
@pytest.mark.parametrize("contract", INPUT_CONTRACTS, ids=lambda one: one.name)
def test_every_input_keeps_its_contract_and_order(city, contract, request):
    table = getattr(request.getfixturevalue(city).city, contract.name)
    check_table(table, contract)
    assert table[contract.key[0]].is_monotonic_increasing


def test_unsnapped_points_are_listed_with_their_distance(toy):
    found = toy.unsnapped.set_index(["id", "mode"])["snap_distance_m"]
    assert set(found.index) == {
        (one, mode) for one in ("F5", "F8") for mode in ("walk", "cycle")
    }
    assert found.xs("F5").isna().all()
    assert found.xs("F8").to_numpy() == pytest.approx(300.0, abs=0.02)


def test_warnings_name_what_needs_care(toy):
    texts = {one.name: one.text for one in toy.warnings}
    assert set(texts) == {
        "facilities-not-placed",
        "people-outside",
        "unsnapped-facilities",
    }
    assert "F5" in texts["facilities-not-placed"]
    assert "25 people" in texts["people-outside"]
    assert "F8" in texts["unsnapped-facilities"]
    assert "F5" not in texts["unsnapped-facilities"]


def test_figures_of_the_run_record(toy):
    assert toy.figures["walk_network_km"] == pytest.approx(8.0, abs=1e-3)
    assert toy.figures["walk_fragments_km"] == 0.0
    assert toy.figures["population"] == 710.0
    assert toy.figures["population_outside"] == 25.0
    stages = {"reach", "coverage", "gaps", "measures", "siting"}
    assert set(toy.seconds) == stages


def test_stages_are_announced_in_order(toy):
    stages = []
    assess(toy.city, on_stage=stages.append)
    assert stages == ["reach", "coverage", "measures", "siting", "gaps"]


def test_what_fails_while_gaps_are_joined_is_told(toy, monkeypatch):
    monkeypatch.setattr("circle.assessment.find_gap_clusters", None)
    with pytest.raises(TypeError, match="not callable"):
        assess(toy.city)


def test_points_whose_places_are_known_are_not_joined_again(toy, monkeypatch):
    monkeypatch.setattr("circle.snapping.Snapper.join", None)
    table = toy.city.candidates.iloc[::-1].reset_index(drop=True)
    known = np.arange(len(table))[::-1]
    turned = with_table(toy.city, "candidates", table, known=known)
    for key in toy.city.travels:
        now, before = (
            turned.access["candidates", key],
            toy.city.access["candidates", key],
        )
        for one in dataclasses.fields(Access):
            values = getattr(before, one.name)
            np.testing.assert_array_equal(getattr(now, one.name), values[::-1])
            assert getattr(now, one.name).dtype == values.dtype


def test_the_same_city_gives_the_same_tables(toy):
    again = assess(toy.city)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(again, name)),
            pd.DataFrame(getattr(toy, name)),
            check_exact=True,
        )


def test_the_order_of_rows_changes_nothing(toy, tmp_path):
    rng = np.random.default_rng(7)
    tables = {
        name: table.iloc[rng.permutation(len(table))]
        for name, table in toy_tables().items()
    }
    shuffled = run(write_toy(tmp_path, tables=tables))
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(shuffled, name)),
            pd.DataFrame(getattr(toy, name)),
            check_exact=True,
        )


def test_the_order_of_rows_changes_nothing_on_the_demo(demo, tmp_path):
    folder = shipped_folder("demo_district")
    rng = np.random.default_rng(8)
    for name in ("committees", "population", "facilities", "candidates"):
        header, *lines = (folder / f"{name}.csv").read_text("utf-8").splitlines()
        mixed = [header, *(lines[i] for i in rng.permutation(len(lines)))]
        (tmp_path / f"{name}.csv").write_text("\n".join(mixed), encoding="utf-8")
    for name in ("subdistricts.geojson", "streets.osm.pbf"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    study = (folder / "study.yaml").read_text("utf-8")
    (tmp_path / "study.yaml").write_text(study.replace(".xlsx", ".csv"), "utf-8")
    shuffled = run(tmp_path / "study.yaml")
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(shuffled, name)),
            pd.DataFrame(getattr(demo, name)),
            check_exact=True,
        )


def test_renamed_ids_change_nothing_but_the_ids(tmp_path):
    tables, names = off_the_tie(), {}
    before = run(write_toy(tmp_path, tables=tables))
    keys = {
        "committees": "编号",
        "population": "cell_id",
        "facilities": "facility_id",
        "candidates": "candidate_id",
    }
    for name, key in keys.items():
        old = list(tables[name][key])
        names |= dict(
            zip(old, [f"{one[0]}-{99 - i}" for i, one in enumerate(old)], strict=True)
        )
        tables[name][key] = tables[name][key].map(names)
    after = run(write_toy(tmp_path, tables=tables))
    pd.testing.assert_frame_equal(after.coverage, before.coverage, check_exact=True)

    def renamed(item):
        return ":".join(names.get(part, part) for part in item.split(":"))

    assert list(after.missing_items["item_id"]) == [
        renamed(one) for one in before.missing_items["item_id"]
    ]
    assert list(after.gap_clusters["gap_id"]) == [
        renamed(one) for one in before.gap_clusters["gap_id"]
    ]
    assert list(after.sites["candidate_id"]) == [
        names[one] for one in before.sites["candidate_id"]
    ]
    assert list(after.sites["share_after"]) == list(before.sites["share_after"])


def off_the_tie():
    """Tables without the cell that is equally far from two committees."""
    tables = toy_tables()
    tables["population"].loc[6, "x"] -= 100
    return tables


def test_longitude_and_latitude_agree_with_metres(tmp_path):
    back = pyproj.Transformer.from_crs("EPSG:4550", "EPSG:4326", always_xy=True)
    tables, study = off_the_tie(), toy_study()
    metres = run(write_toy(tmp_path, tables=tables))
    for name in ("committees", "facilities", "candidates", "population"):
        lon, lat = back.transform(tables[name]["x"], tables[name]["y"])
        placed = tables[name].drop(columns=["x", "y"])
        tables[name] = placed.assign(经度=lon, 纬度=lat).replace(np.inf, "")
        study[name] = study[name] | {"crs": "EPSG:4326"}
    found = run(write_toy(tmp_path, tables=tables, study=study))
    pd.testing.assert_frame_equal(found.coverage, metres.coverage)
    pd.testing.assert_frame_equal(found.missing_items, metres.missing_items)


def test_a_new_facility_never_lowers_coverage(toy, tmp_path):
    tables = toy_tables()
    extra = (
        tables["facilities"].iloc[[0]].assign(facility_id="F0", x=EAST + 5000, y=NORTH)
    )
    tables["facilities"] = pd.concat([extra, tables["facilities"]])
    found = run(write_toy(tmp_path, tables=tables))
    for name in ("pairs_covered", "committees_complete", "person_items_covered",
                 "population_complete"):  # fmt: skip
        assert (found.coverage[name] >= toy.coverage[name]).all(), name


def test_a_study_without_committees_and_candidates(tmp_path):
    study = {
        key: value
        for key, value in toy_study().items()
        if key not in {"committees", "candidates"}
    }
    found = run(write_toy(tmp_path, study=study))
    assert found.committee_reach is None
    assert found.reach.empty
    assert found.missing_items.empty
    assert found.sites.empty
    district = found.coverage.iloc[0]
    assert (district["pairs"], district["committees"]) == (0, 0)
    assert np.isnan(district["pair_share"])
    # All cells of A1 walk, all cells of B1 cycle: as with committees.
    assert district["person_items_covered"] == 540.0
    assert set(found.gap_clusters["name"]) == {"Cross Street", "Outer Town"}
    for contract in RESULT_CONTRACTS:
        check_table(getattr(found, contract.name), contract)


def test_assessments_are_frozen(toy):
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy.sites = None
