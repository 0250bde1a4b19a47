"""The screening mode: straight lines in place of a network, and it says so."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from few_files import write_few_files
from python_calamine import CalamineWorkbook
from toy_city import toy_study, toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.errors import ConfigError
from circle.facts import basis_text
from circle.outputs import write_outputs
from circle.profile_reading import read_profile
from circle.reached import TOLERANCE_S
from circle.screening import (
    StraightLine,
    measure_straight_catchments,
    measure_straight_reach,
    straight_access,
    straight_line,
)
from circle.study import read_study
from circle.summary import summary_text

LINE = StraightLine(mps=1.0, detour=1.3)


def screened(folder, detour=1.25, **more: object):
    study = {**toy_study(), "screening": {"detour": detour}, **more}
    del study["streets"]
    return assess(load_city(read_study(write_toy(folder, study=study))))


def random_places(seed, n):
    return np.random.default_rng(seed).uniform(0, 3000, (n, 2))


def test_times_are_those_of_a_pencil(tmp_path):
    found = screened(tmp_path)
    times = found.reach.set_index(["committee_id", "type_id"])["travel_time_min"]
    # C1 (1000, 0) walks 500 m × 1.25 at 4 km/h; C2 (2800, 0) walks to the school at
    # (2000, 300); C4 (5900, 0) cycles 1400 m × 1.25 at 12 km/h.
    assert times["C1", "clinic"] == pytest.approx(500 * 1.25 / 4000 * 60, abs=1e-4)
    school_m = np.hypot(800, 300)
    assert times["C2", "school"] == pytest.approx(school_m * 1.25 / 4000 * 60, abs=1e-4)
    assert times["C4", "clinic"] == pytest.approx(1400 * 1.25 / 12000 * 60, abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_reach_is_that_of_every_pair_looked_at(seed):
    origins, facilities = random_places(seed, 30), random_places(seed + 50, 40)
    facilities[::7] = np.nan
    rows = np.arange(0, 40, 2, dtype=np.int32)
    none = np.empty(0, dtype=np.int32)
    time_s, facility = measure_straight_reach(
        LINE, origins=origins, facilities=facilities, serving=[rows, none]
    )
    away = np.hypot(*(origins[:, None] - facilities[rows]).transpose(2, 0, 1)) * 1.3
    assert np.allclose(time_s[:, 0], np.nanmin(away, axis=1), atol=1e-6)
    assert (facility[:, 0] == rows[np.nanargmin(away, axis=1)]).all()
    assert np.isnan(time_s[:, 1]).all()
    assert (facility[:, 1] == -1).all()


def test_of_equals_the_lower_row_is_taken():
    corners = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1], [-1, -1]], dtype=float)
    rows = np.array([1, 2, 3, 4], dtype=np.int32)
    _, facility = measure_straight_reach(
        LINE, origins=np.zeros((1, 2)), facilities=corners, serving=[rows]
    )
    assert facility.tolist() == [[1]]


@pytest.mark.parametrize("seed", range(5))
def test_catchments_hold_just_the_pairs_within_the_limit(seed):
    places, origins = random_places(seed, 25), random_places(seed + 50, 30)
    places[3], origins[4] = np.nan, np.nan
    origins[5] = places[6]
    found = measure_straight_catchments(
        LINE, places=places, origins=origins, limit_s=900.0
    )
    seconds = np.hypot(*(places[:, None] - origins).transpose(2, 0, 1)) * 1.3
    near = {tuple(one) for one in np.argwhere(seconds <= 900.0 + TOLERANCE_S)}
    pairs = found.tocoo()
    assert set(zip(*pairs.coords, strict=True)) == near
    assert np.allclose(pairs.data, seconds[pairs.coords], atol=1e-6)


def test_the_limit_is_inclusive():
    found = measure_straight_catchments(
        StraightLine(mps=1.0, detour=1.0),
        places=np.array([[0.0, 0.0]]),
        origins=np.array([[900.0, 0.0], [900.01, 0.0]]),
        limit_s=900.0,
    )
    assert found.indices.tolist() == [0]


def test_a_point_without_a_place_is_not_joined():
    access = straight_access(np.array([[1.0, 2.0], [np.nan, np.nan]]))
    assert access.joined.tolist() == [True, False]
    assert access.snap_distance_m.tolist() == [0.0, np.inf]


def test_a_longer_detour_never_brings_anything_nearer(tmp_path):
    found = []
    for detour in (1.0, 1.3, 2.0):
        folder = tmp_path / str(detour)
        folder.mkdir()
        found.append(screened(folder, detour))
    for shorter, longer in itertools.pairwise(found):
        a, b = shorter.cell_reach, longer.cell_reach
        assert (b.time_s >= a.time_s)[np.isfinite(a.time_s)].all()
        assert not (b.covered & ~a.covered).any()
        assert b.covered.sum() < a.covered.sum()


def test_a_faster_mode_is_never_later():
    speeds = read_profile("pudong").speeds
    walk = straight_line("walk", speeds=speeds, detour=1.3)
    cycle = straight_line("cycle", speeds=speeds, detour=1.3)
    assert walk.s_per_m == pytest.approx(1.3 / (4 / 3.6))
    assert cycle.s_per_m == pytest.approx(walk.s_per_m / 3)


def test_sites_clear_what_they_say(tmp_path):
    found = screened(tmp_path)
    assert len(found.sites)
    # Opening the first site for good covers just the items it names.
    first = found.sites.iloc[0]
    tables = toy_tables()
    facilities = tables["facilities"]
    place = tables["candidates"].set_index("candidate_id").loc[first["candidate_id"]]
    for number, type_id in enumerate(first["type_ids"]):
        row = [f"N{number}", "new", type_id, "open", place["x"], place["y"]]
        facilities.loc[len(facilities)] = row
    folder = tmp_path / "after"
    folder.mkdir()
    study = {**toy_study(), "screening": {"detour": 1.25}}
    del study["streets"]
    path = write_toy(folder, study=study, tables={"facilities": facilities})
    after = assess(load_city(read_study(path)))
    gone = set(found.missing_items["item_id"]) - set(after.missing_items["item_id"])
    required = found.missing_items.set_index("item_id")["required"]
    assert {one for one in gone if required[one]} == set(first["item_ids"])


def test_every_output_says_so(tmp_path, monkeypatch):
    found = screened(tmp_path)
    assert not found.city.networks
    assert found.city.detour == 1.25
    assert found.warnings[0].name == "screening-mode"
    looked_at = ["measure_map_areas", "write_atlas", "write_workbook"]
    write_few_files(monkeypatch, but=looked_at)
    paths = write_outputs(found, tmp_path / "result")
    record = json.loads(paths.record.read_text(encoding="utf-8"))
    assert record["warnings"][0]["name"] == "screening-mode"
    assert record["figures"]["screening_detour"] == 1.25
    assert record["resolved_study"]["screening"] == {"detour": 1.25}
    language = found.city.study.language
    words = {"zh": "筛查模式", "en": "Screening mode"}[language]
    assert words in summary_text(found)
    for page in paths.maps:
        assert words in page.read_text(encoding="utf-8")
    assert words in sheet_text(paths.workbook)


def sheet_text(path: Path):
    with CalamineWorkbook.from_path(path) as book:
        names = book.sheet_names
        texts = [str(book.get_sheet_by_name(one).to_python()) for one in names]
    titles = {"zh": "筛查模式", "en": "creening mode"}
    assert all(any(word in one for word in titles.values()) for one in texts)
    return " ".join(texts)


def test_with_a_network_nothing_speaks_of_screening(toy):
    assert toy.city.detour is None
    assert "creening" not in summary_text(toy)
    assert "creening" not in basis_text(toy)
    screened = replace(toy, city=replace(toy.city, detour=1.3))
    assert "Screening mode" in basis_text(screened)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"screening": {"detour": 1.3}}, "give either `streets:` or `screening:`"),
        ({"streets": None}, "give either `streets:` or `screening:`"),
        ({"streets": None, "screening": {"detour": 0.9}}, "screening.detour"),
        ({"streets": None, "screening": {}}, "screening.detour: is missing"),
    ],
)
def test_the_mode_is_asked_for_by_name(tmp_path, change, text):
    with pytest.raises(ConfigError) as caught:
        read_study(write_toy(tmp_path, study={**toy_study(), **change}))
    assert text in str(caught.value)
