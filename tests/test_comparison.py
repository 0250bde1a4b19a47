"""Comparisons: cleared, new and unchanged items, and who gains and loses."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from chinese import is_chinese
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_city import CRS, EAST, NORTH, write_toy

from circle import assess, load_city, read_study, site
from circle.changes import apply_changes
from circle.comparison import compare
from circle.comparison_summary import plan_cards, plan_figures
from circle.errors import InputError
from circle.evaluation import evaluate
from circle.results import read_results, results_of, write_results
from circle.scenario import Scenario


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return load_city(read_study(write_toy(tmp_path_factory.mktemp("toy"))))


@pytest.fixture(scope="module")
def base(toy):
    return results_of(evaluate(toy))


def after(city, *changes: dict):
    scenario = Scenario.model_validate({"name": "test", "changes": list(changes)})
    return results_of(evaluate(apply_changes(city, scenario).city))


def at(x, y):
    return {"at": [EAST + x, NORTH + y], "crs": CRS}


MOVE = {"change": "move_facility", "id": "F1", **at(2800, 0)}


def test_a_clinic_that_moves_clears_one_item_and_makes_another(toy):
    found = compare(results_of(evaluate(toy)), after(toy, MOVE))
    items = found.items.set_index("item_id")["change"]
    assert items["C2:clinic"] == "cleared"
    assert items["C1:clinic"] == "new"
    assert items["C4:school"] == "unchanged"
    district = found.coverage.iloc[0]
    assert district["pair_share_before"] == 5 / 8
    assert district["pair_share_change"] == 0


def test_gains_and_losses_are_told_apart_and_never_only_the_net(toy):
    """G01 and G02 (150 people) lose the clinic, G03 and G04 (350) win it."""
    found = compare(results_of(evaluate(toy)), after(toy, MOVE))
    rows = found.people.set_index(["area_kind", "age_band", "type_id"])
    clinic = rows.loc[("district", "all", "clinic")]
    assert clinic[["people_gain", "people_lose", "people_net"]].tolist() == [
        350.0, 150.0, 200.0,
    ]  # fmt: skip


def test_facilities_are_counted_by_type(toy):
    add = {"change": "add_facility", "type": "court", "id": "N1", **at(5000, 0)}
    close = {"change": "close_facility", "id": "F7"}
    found = compare(results_of(evaluate(toy)), after(toy, add, close))
    court = found.facilities.set_index("type_id").loc["court"]
    assert court[["open_before", "added", "closed", "open_after"]].tolist() == [
        2, 1, 1, 2,
    ]  # fmt: skip
    assert court["added_ids"] == ("N1",)
    assert court["closed_ids"] == ("F7",)


def test_other_measures_are_remarked(toy):
    slower = after(toy, {"change": "new_estate", "people": 9, **at(500, 0)})
    assert compare(results_of(evaluate(toy)), slower).remarks == (
        "other-cells", "not-recomputed",
    )  # fmt: skip


TABLES = ("coverage", "items", "facilities", "domains", "people", "ages", "gaps",
          "measures", "indicators", "cells")  # fmt: skip


def test_two_folders_say_as_much_as_two_live_results(toy, tmp_path):
    """Whatever is compared of what was just measured is compared of what was kept."""
    close = Scenario.model_validate(
        {"name": "x", "changes": [{"change": "close_facility", "id": "F1"}]}
    )
    live = [results_of(assess(toy)), results_of(assess(apply_changes(toy, close).city))]
    for name, one in zip("ab", live, strict=True):
        paths = write_results(one, tmp_path / name / "results")
        assert [one.name for one in paths] == sorted(one.name for one in paths)
    kept = [read_results(tmp_path / name) for name in "ab"]
    one, other = compare(*live), compare(*kept)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            getattr(other, name), getattr(one, name), check_dtype=False
        )
    for name in ("sites", "routes", "items"):
        pd.testing.assert_frame_equal(
            getattr(other.plans, name), getattr(one.plans, name), check_dtype=False
        )
    assert other.remarks == one.remarks == ()
    assert len(one.gaps)
    assert {"gone", "new", "grown", "shrunk"} & set(one.gaps["change"])
    assert set(one.indicators["state"]) == {"recomputed"}
    assert set(one.measures["measure"]) >= {"choice"}


def test_results_of_the_first_form_are_compared_and_what_they_lack_is_marked(
    toy, tmp_path
):
    whole = results_of(assess(toy))
    paths = write_results(whole, tmp_path / "results")
    first = {"facilities", "facts", "cells", "coverage", "missing_items", "sites"}
    for path in paths:
        if path.stem not in first:
            path.unlink()
    facts = json.loads((tmp_path / "results/facts.json").read_text("utf-8"))
    facts |= {"form": 1, "figures": {"sites": 2, "gap_clusters": 3}}
    (tmp_path / "results/facts.json").write_text(json.dumps(facts), "utf-8")
    found = compare(read_results(tmp_path), whole)
    assert found.remarks == ("not-recomputed",)
    states = found.indicators.set_index("indicator")["state"]
    assert states["sites"] == "recomputed"
    assert states["gini"] == "not_recomputed"
    facts |= {"form": 99}
    (tmp_path / "results/facts.json").write_text(json.dumps(facts), "utf-8")
    with pytest.raises(InputError, match="form 99") as error:
        read_results(tmp_path)
    assert is_chinese(error.value.problems[0].in_language("zh"), names=[str(tmp_path)])


def test_coverage_by_age_is_that_of_the_assessment(demo):
    """The share of each age band, counted from the cells, is that of coverage_by."""
    one = results_of(demo)
    ages = compare(one, one).ages
    known = demo.coverage_by.query("by_kind == 'age_band' and group_kind == 'required'")
    known = known.set_index(["area_kind", "area_id", "by_id"])
    assert len(known)
    own = ages.set_index(["area_kind", "area_id", "age_band"]).loc[known.index]
    for name in ("population", "person_item_share"):
        np.testing.assert_allclose(own[f"{name}_after"], known[name], rtol=1e-12)
    assert (ages["person_item_share_change"].dropna() == 0).all()


def test_two_plans_are_compared_site_by_site(demo):
    """The same sites, but for one that is dropped and what the others then clear."""
    options = demo.city.study.siting
    plans = [
        site(demo.city, options=options.model_copy(update={"sites": n})) for n in (3, 5)
    ]
    live = [results_of(dataclasses.replace(demo, sites=one.sites)) for one in plans]
    found = compare(*live)
    fates = found.plans.sites["change"].value_counts().to_dict()
    ids = [set(one.sites["candidate_id"]) for one in plans]
    assert fates["added"] == len(ids[1] - ids[0])
    assert fates.get("dropped", 0) == len(ids[0] - ids[1])
    last = found.plans.routes.iloc[-1]
    assert (last["route"], last["sites_before"], last["sites_after"]) == ("all", 3, 5)
    for key, plan in zip(("before", "after"), plans, strict=True):
        assert last[f"cost_10k_{key}"] == pytest.approx(plan.cost_10k)
        cleared = {item for items in plan.sites["item_ids"] for item in items}
        own = found.plans.items[f"site_{key}"].notna()
        assert set(found.plans.items.loc[own, "item_id"]) == cleared
        assert last[f"items_cleared_{key}"] == len(cleared)
    cards = plan_cards(plan_figures(found.plans), "en")
    assert cards[0][1].startswith("3 → 5 (")


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(InputError, match="there are no results to read") as error:
        read_results(tmp_path)
    assert is_chinese(error.value.problems[0].in_language("zh"), names=[str(tmp_path)])


@settings(max_examples=20, deadline=None)
@given(
    x=st.integers(0, 6000),
    closed=st.sampled_from(["F1", "F2", "F6", "F7", "F9"]),
    type_id=st.sampled_from(["clinic", "hospital", "school", "court"]),
)
def test_changes_add_up(toy, base, x, closed, type_id):
    """Before − cleared + new = after, and net people = change of covered people."""
    add = {"change": "add_facility", "type": type_id, "id": "N", **at(x, 0)}
    one = base
    other = after(toy, add, {"change": "close_facility", "id": closed})
    found = compare(one, other)
    counts = found.items["change"].value_counts()
    assert len(one.missing_items) - counts.get("cleared", 0) + counts.get(
        "new", 0
    ) == len(other.missing_items)
    for type_of in one.type_ids:
        people = [
            (each.cells["population"] * each.cells[f"covered_{type_of}"]).sum()
            for each in (one, other)
        ]
        rows = found.people.query(
            "area_kind == 'district' and age_band == 'all' and type_id == @type_of"
        )
        np.testing.assert_allclose(rows["people_net"].sum(), people[1] - people[0])
