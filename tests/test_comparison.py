"""Comparisons: cleared, new and unchanged items, and who gains and loses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_city import CRS, EAST, NORTH, write_toy

from circle import load_city, read_study
from circle.changes import apply_changes
from circle.comparison import compare
from circle.errors import InputError
from circle.evaluation import evaluate
from circle.results import read_results, results_of, write_results
from circle.scenario import Scenario


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return load_city(read_study(write_toy(tmp_path_factory.mktemp("toy"))))


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


def test_results_come_back_from_disk_as_they_were(toy, tmp_path):
    whole = results_of(evaluate(toy))
    paths = write_results(whole, tmp_path / "results")
    back = read_results(tmp_path)
    assert [one.name for one in paths] == sorted(one.name for one in paths)
    for name in ("coverage", "missing_items", "facilities", "cells"):
        pd.testing.assert_frame_equal(
            getattr(back, name), getattr(whole, name), check_dtype=False
        )
    assert set(compare(whole, back).items["change"]) == {"unchanged"}


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(InputError, match="there are no results to read"):
        read_results(tmp_path)


@settings(max_examples=20, deadline=None)
@given(
    x=st.integers(0, 6000),
    closed=st.sampled_from(["F1", "F2", "F6", "F7", "F9"]),
    type_id=st.sampled_from(["clinic", "hospital", "school", "court"]),
)
def test_changes_add_up(toy, x, closed, type_id):
    """Before − cleared + new = after, and net people = change of covered people."""
    add = {"change": "add_facility", "type": type_id, "id": "N", **at(x, 0)}
    one = results_of(evaluate(toy))
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
