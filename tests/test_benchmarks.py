"""The benchmarks run on a small input, without the optional peers."""

import inspect
import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

# `benchmarks` is not installed with circle; the tests may run from any folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from toy_city import write_toy
from toy_streets import diamond

from benchmarks.district import measure_district
from benchmarks.growth import growth_exponent
from benchmarks.matrix import measure_matrix
from benchmarks.measure import (
    MISSING,
    Stopwatch,
    describe_machine,
    keep_result,
    middle,
    read_results,
    run_module,
)
from benchmarks.pages import write_once
from benchmarks.peers import compare_peers
from benchmarks.raw_graph import RawGraph
from benchmarks.raw_streets import make_raw_graph
from benchmarks.report import (
    district_section,
    fill_page,
    growth_section,
    matrix_section,
    pages_section,
    peers_section,
    street_rows,
    whatif_section,
)
from benchmarks.siting import measure_streets
from benchmarks.street_cover import make_street_cover
from benchmarks.whatif import described, measure_whatif
from circle import load_city, read_study
from circle.demo import make_demo


@pytest.fixture(scope="module")
def osm_path(tmp_path_factory):
    """Streets of the smallest demo district."""
    folder = tmp_path_factory.mktemp("small") / "district"
    make_demo(folder, size=0.05)
    return folder / "streets.osm.pbf"


def in_this_process(module, arguments, **_: object):
    """Run a module as `run_module` does, without a process that imports all anew."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        answer = Path(folder) / "answer.json"
        called = [*arguments, str(answer)]
        patch.setattr(sys, "argv", [module, *called])
        main = import_module(module).main
        code = main(called) if inspect.signature(main).parameters else main()
        if code == MISSING:
            return None
        assert not code
        return json.loads(answer.read_text("utf-8"))


@pytest.fixture(scope="module")
def peers(osm_path):
    # That each has a process of its own is seen where a peer is not installed.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.peers.run_module", in_this_process)
        return compare_peers(
            osm_path, rounds=1, contenders=("circle", "plain", "scipy")
        )


def test_peers_give_the_same_answers_to_the_bit(peers):
    compared = {(one["task"], one["peer"]): one for one in peers["agreement"]}
    assert set(compared) == {
        ("nearest", "plain"),
        ("nearest", "scipy"),
        ("catchments", "plain"),
        ("catchments", "scipy"),
        ("places", "plain"),
    }
    for one in compared.values():
        assert one["compared"] > 1_000
        assert one["same_share"] == 1
        assert one["only_one"] == 0


def test_peers_are_measured_and_printed(peers):
    for task in ("nearest", "catchments"):
        for name in ("circle", "plain", "scipy"):
            one = peers[task][name]
            assert 0 < one["seconds"]["query"] <= one["seconds"]["total"]
    text = peers_section(peers)
    assert f"{peers['graph']['nodes']:,} raw nodes" in text
    assert "| scipy |" in text
    assert "| nearest | scipy |" in text
    assert "100 %" in text


def test_an_uninstalled_peer_is_left_out(osm_path, tmp_path, monkeypatch):
    """A Python that finds nothing installed answers for pandana."""
    hollow = tmp_path / "pandana.py"
    hollow.write_text("raise ImportError\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = compare_peers(osm_path, rounds=1, contenders=("pandana",))
    assert result["nearest"] == {}
    assert result["agreement"] == []


def test_the_graph_survives_a_file(tmp_path):
    raw = make_raw_graph(diamond())
    raw.save(tmp_path / "raw.npz")
    again = RawGraph.load(tmp_path / "raw.npz")
    assert raw.settled.all()
    assert np.array_equal(raw.length_m, again.length_m)
    assert np.array_equal(raw.facilities, again.facilities)


def test_a_district_is_measured_twice_and_printed():
    # Compiled or not, it is measured alike: the round for warming up is left out.
    result = measure_district("0.05", rounds=1, warm_up=False)
    stages = result["from_file"]["seconds"]
    assert {"import", "load", "assess: reach", "total"} <= set(stages)
    assert result["from_file"]["peak_mb"] > 50
    text = district_section(result)
    assert f"{result['counts']['n_cells']:,} cells" in text
    assert "| assess: reach |" in text


def test_growth_is_the_slope_of_logarithms():
    assert growth_exponent([1, 3, 10], [2, 18, 200]) == pytest.approx(2)


def test_growth_is_printed():
    row = {"size": 3.0, "cells": 36_300, "nodes": 60_000, "facilities": 1_200}
    row |= {"file_s": 9.0, "again_s": 4.0, "working_s": 3.0, "peak_mb": 500.0}
    result = {
        "rounds": 1,
        "machine": {"cores": 2, "load": 0.1, "python": "3.11", "versions": {}},
        "rows": [row],
        "exponents": {"file_s": 0.9, "again_s": 0.8, "working_s": 1.1, "peak_mb": 0.7},
    }
    text = growth_section(result)
    assert "| 3 | 36,300 | 60,000 | 1,200 | 9.00 | 4.00 | 3.00 | 500 |" in text
    assert "| exponent |  |  |  | 0.90 | 0.80 | 1.10 | 0.70 |" in text


def test_a_page_is_filled_between_its_markers_only(peers):
    page = "before\n<!-- benchmark: peers -->\nold\n<!-- end: peers -->\nafter\n"
    filled = fill_page(page, {"peers": peers})
    assert filled.startswith("before\n<!-- benchmark: peers -->\n\n`streets.osm.pbf`")
    assert filled.endswith("<!-- end: peers -->\nafter\n")
    assert "old" not in filled
    assert fill_page(filled, {"peers": peers}) == filled


def test_a_page_without_markers_is_refused(peers):
    with pytest.raises(ValueError, match="no markers of peers"):
        fill_page("nothing here", {"peers": peers})


def test_results_are_kept_side_by_side(tmp_path):
    path = tmp_path / "results.json"
    keep_result("one", {"seconds": 1.0}, path=path)
    keep_result("two", {"seconds": 2.0}, path=path)
    keep_result("one", {"seconds": 3.0}, path=path)
    assert read_results(path) == {"one": {"seconds": 3.0}, "two": {"seconds": 2.0}}


def test_laps_of_one_name_are_added():
    watch = Stopwatch()
    for _ in range(2):
        with watch.lap("query"):
            np.sort(np.arange(200_000)[::-1])
    assert watch.seconds["query"] > 0
    assert watch.peak_mb > 10


def test_middle_takes_the_median_of_totals():
    rounds = [{"a": 1.0, "b": 9.0}, {"a": 2.0, "b": 1.0}, {"a": 3.0, "b": 1.0}]
    assert middle(rounds) == {"a": 2.0, "b": 1.0, "total": 4.0}


def test_what_ifs_are_timed(tmp_path):
    result = measure_whatif(load_city(read_study(write_toy(tmp_path))), n=2)
    assert {"base_s", "close_s", "open_s", "move_s", "street_s"} <= set(result)
    assert all(value > 0 for value in result.values())
    text = whatif_section(described(result, "toy"))
    assert f"| a facility closes | 2 | {result['close_s']:.3f} |" in text


def test_pages_and_layers_are_measured_and_printed(tmp_path):
    measured = write_once(write_toy(tmp_path), tmp_path / "out")
    assert {"map pages", "GeoPackage"} <= set(measured["seconds"])
    assert measured["files_mb"]["coverage.gpkg"] > 0
    switches = {"without bands": 81.0, "with bands": 92.0}
    result = {
        "size": "toy",
        "rounds": 1,
        "machine": describe_machine(()),
        "n_pages": 3,
        "pages_mb": {"district.html": 1.25},
        "switch_ms": {"district.html": switches},
        **measured,
    }
    assert "| district.html | 1.25 | 8 MB | 81 | 92 | 300 ms |" in pages_section(result)


def test_a_table_is_read_and_solved_by_every_model(monkeypatch):
    def run(module, arguments):
        # One process of its own shows that all would run so.
        alone = "mclp" in arguments
        return (run_module if alone else in_this_process)(module, arguments)

    monkeypatch.setattr("benchmarks.matrix.run_module", run)
    result = measure_matrix(120, 60)
    assert result["pairs"] == 120 * 60
    assert [row["name"] for row in result["rows"]] == [
        "mclp", "lscp", "pmedian", "pcenter",
    ]  # fmt: skip
    text = matrix_section(result)
    assert "7,200 rows" in text
    assert text.count("\n| p") == 2


def test_sites_are_chosen_on_the_streets_of_a_demo_district():
    cover, people = make_street_cover("0.05", 12)
    assert cover.shape == (12, len(people))
    # Every candidate stands at a cell, and the way back is no shorter.
    assert (cover.max(axis=1).toarray() <= 1_001).all()
    assert np.diff(cover.indptr).min() >= 1
    nearest = np.minimum.reduceat(cover.data, cover.indptr[:-1])
    assert (nearest < 500).all()
    measured = measure_streets("0.05", 12)
    assert measured["pairs"] == cover.nnz
    greedy, exact = measured["rows"]
    assert greedy["objective"] <= people[np.unique(cover.indices)].sum()
    assert exact["gap_pct"] <= 1
    text = street_rows(measured)
    assert "12 candidates" in text
    assert "| exact within 1 %, streets of the demo (0.05) |" in text
