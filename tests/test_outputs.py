"""Whole result folders: complete or not at all, and never someone else's files."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyogrio
import pytest
from few_files import few_maps
from table_toy import CRS, INPUT_FILES, toy_assessment

from circle import outputs
from circle.errors import OutputError
from circle.geopackage import write_geopackage
from circle.outputs import check_output_folder, write_outputs, write_whole
from circle.record import run_record
from circle.whole_files import passing_path


@pytest.fixture(autouse=True)
def small_atlas(monkeypatch):
    """Stand in for the maps, which have tests of their own."""
    monkeypatch.setattr(outputs, "write_atlas", few_maps)


@pytest.fixture
def toy(tmp_path):
    return toy_assessment(tmp_path)


@pytest.fixture(scope="module")
def first_toy(tmp_path_factory):
    """A toy in a folder with nothing but its inputs and its result."""
    return toy_assessment(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def first_paths(first_toy):
    """The result of the first toy, written once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outputs, "write_atlas", few_maps)
        return write_outputs(first_toy)


@pytest.fixture
def old(first_paths, tmp_path):
    """An old result where the toy writes its own: a copy of the first."""
    shutil.copytree(first_paths.folder, tmp_path / "result")
    return tmp_path / "result"


def contents(folder):
    """Read every file of a folder but the record, which holds seconds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def test_everything_is_written_and_recorded(first_toy, first_paths):
    paths, folder = first_paths, first_toy.city.study.folder
    assert paths.folder == folder / "result"
    named = (paths.start, *paths.maps, paths.report, paths.workbook)
    assert all(one.is_file() for one in (*named, *paths.tables, *paths.layers))
    assert paths.record.is_file()
    record = json.loads(paths.record.read_text(encoding="utf-8"))
    listed = {one["file"]: one["bytes"] for one in record["outputs"]}
    assert listed == {name: len(data) for name, data in contents(paths.folder).items()}
    assert {one.name for one in folder.iterdir()} == {
        "result",
        "study.yaml",
        *INPUT_FILES,
    }


def test_two_runs_give_the_same_bytes(first_toy, first_paths, tmp_path):
    first = contents(first_paths.folder)
    # Dates in files have a second as their grain.
    time.sleep(1.1)
    second = contents(write_outputs(first_toy, tmp_path / "two").folder)
    assert first == second
    assert "coverage.gpkg" in first


@pytest.mark.usefixtures("few_files")
def test_a_new_result_replaces_the_old_one(toy, old, tmp_path):
    (old / "gaps.xlsx").write_bytes(b"old")
    write_outputs(toy)
    # Nothing is left of the old one.
    assert contents(old) == contents(write_outputs(toy, tmp_path / "new").folder)
    assert (old / "gaps.xlsx").stat().st_size > 3


@pytest.mark.usefixtures("few_files")
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, ZeroDivisionError])
def test_a_run_that_stops_leaves_the_old_result(toy, old, tmp_path, monkeypatch, kind):
    before = contents(old)

    def stop(*_arguments: object, **_options: object):
        raise kind

    monkeypatch.setattr(outputs, "write_record", stop)
    with pytest.raises(OutputError if kind is OSError else kind):
        write_outputs(toy)
    assert contents(tmp_path / "result") == before
    assert not list(tmp_path.glob(".result*"))


@pytest.mark.usefixtures("few_files")
def test_a_failed_move_puts_the_old_result_back(toy, old, tmp_path, monkeypatch):
    before = contents(old)
    rename = type(tmp_path).rename

    def refuse(path, target):
        if ".part-" in path.name:
            raise PermissionError(13, "in use")
        return rename(path, target)

    monkeypatch.setattr(type(tmp_path), "rename", refuse)
    with pytest.raises(OutputError, match="close files that are open"):
        write_outputs(toy)
    assert contents(tmp_path / "result") == before
    assert not list(tmp_path.glob(".result*"))


def _write_and_wait(assessment, ready):
    """Write until the record, then wait to be killed."""

    def wait(*_arguments: object, **_options: object):
        ready.set()
        time.sleep(60)

    outputs.write_record = wait
    write_outputs(assessment)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes by fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("few_files")
def test_a_killed_run_leaves_the_old_result_and_is_cleaned_up(toy, tmp_path):
    before = contents(write_outputs(toy).folder)
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=_write_and_wait, args=(toy, ready))
    process.start()
    assert ready.wait(30)
    assert len(list(tmp_path.glob(".result.part-*"))) == 1
    # The run is alive: another one leaves its folder alone.
    write_outputs(toy)
    assert len(list(tmp_path.glob(".result.part-*"))) == 1
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert contents(tmp_path / "result") == before
    write_outputs(toy)
    assert not list(tmp_path.glob(".result*"))


def _dead_process():
    """Give the number of a process that has ended."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=time.sleep, args=(0,))
    process.start()
    process.join()
    return process.pid


def test_a_result_set_aside_by_a_killed_run_comes_back(old, tmp_path):
    before = contents(old)
    aside = passing_path(tmp_path / "result", "old")
    aside = aside.with_name(
        aside.name.replace(f"-{os.getpid()}-", f"-{_dead_process()}-")
    )
    (tmp_path / "result").rename(aside)
    outputs._put_back(tmp_path / "result")
    assert contents(tmp_path / "result") == before
    assert not aside.exists()


def _write_at_once(assessments, target):
    """Write all into one folder at once; what went wrong."""
    faults = []

    def run(assessment):
        try:
            write_outputs(assessment, target)
        except OutputError as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in assessments]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return faults


@pytest.fixture
def two_toys(first_toy, tmp_path):
    """Two cities of the same names with other times."""
    (tmp_path / "study").mkdir()
    return [first_toy, toy_assessment(tmp_path / "study", seed=1)]


def test_hundreds_of_folders_written_at_once_are_each_whole(tmp_path):
    def write_numbered(number):
        def write(folder):
            for name in ("a.txt", "b.txt"):
                (folder / name).write_text(str(number), encoding="utf-8")
            files = [{"file": "a.txt"}, {"file": "b.txt"}]
            record = json.dumps({"circle": "", "outputs": files})
            (folder / "run.json").write_text(record, encoding="utf-8")
            return number

        return write

    target, usual_s = tmp_path / "shared", sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            jobs = [
                pool.submit(write_whole, target, write_numbered(n)) for n in range(200)
            ]
            assert [one.result() for one in jobs] == list(range(200))
    finally:
        sys.setswitchinterval(usual_s)
    assert (target / "a.txt").read_text("utf-8") == (target / "b.txt").read_text(
        "utf-8"
    )
    assert [one.name for one in tmp_path.iterdir()] == ["shared"]


@pytest.mark.usefixtures("few_files")
def test_runs_at_once_never_mix(two_toys, tmp_path):
    wanted = [
        contents(write_outputs(one, tmp_path / f"alone{number}").folder)
        for number, one in enumerate(two_toys)
    ]
    assert wanted[0]["report.html"] != wanted[1]["report.html"]
    assert _write_at_once(two_toys * 2, tmp_path / "shared") == []
    assert contents(tmp_path / "shared") in wanted
    assert not list(tmp_path.glob(".shared*"))


def test_files_written_at_once_are_those_written_alone(two_toys, first_paths, tmp_path):
    other = contents(write_outputs(two_toys[1], tmp_path / "alone").folder)
    assert _write_at_once(two_toys, tmp_path / "shared") == []
    assert contents(tmp_path / "shared") in [contents(first_paths.folder), other]
    assert not list(tmp_path.glob(".shared*"))


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: (folder / "letter.docx").write_text("mine"),
        lambda folder: (folder / "run.json").write_text('{"outputs": []}'),
        lambda folder: (folder / "run.json").write_text("[1]"),
        lambda folder: (folder / "run.json").write_text("not json"),
        lambda folder: (folder / "empty" / "folder").mkdir(parents=True),
        lambda folder: (folder / "link").symlink_to(folder.parent),
    ],
    ids=["letter", "record", "list", "text", "folder", "link"],
)
def test_a_folder_of_someone_else_is_refused(toy, tmp_path, make):
    target = tmp_path / "home"
    target.mkdir()
    make(target)
    before = sorted(target.rglob("*"))
    with pytest.raises(OutputError, match="files that circle did not write"):
        write_outputs(toy, target)
    assert sorted(target.rglob("*")) == before


def test_own_files_put_into_a_result_are_not_deleted(toy, old):
    note = old / "tables" / "note.txt"
    note.write_text("mine")
    with pytest.raises(OutputError, match=r"tables/note\.txt"):
        write_outputs(toy)
    assert note.read_text() == "mine"


@pytest.mark.usefixtures("few_files")
def test_litter_of_programs_does_not_matter(toy, old):
    for name in (".DS_Store", "~$gaps.xlsx", "coverage.gpkg-wal", ".~lock.gaps.xlsx#"):
        (old / name).write_text("")
    check_output_folder(old)
    write_outputs(toy)
    assert not (old / ".DS_Store").exists()


def test_files_and_roots_are_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for folder in (file, type(tmp_path)(tmp_path.anchor)):
        with pytest.raises(OutputError, match="name another one"):
            check_output_folder(folder)


def test_a_place_that_cannot_be_written_is_an_output_error(toy, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="name another folder"):
        write_outputs(toy, tmp_path / "file" / "result")


def test_a_full_disk_is_an_output_error(toy, tmp_path, monkeypatch):
    def fill(*_arguments: object, **_options: object):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "write_atlas", fill)
    with pytest.raises(OutputError, match=r"No space .* expected a folder with room"):
        write_outputs(toy)
    assert not list(tmp_path.glob("*result*"))


@pytest.mark.usefixtures("few_files")
def test_the_record_has_no_path_of_the_machine(toy, tmp_path):
    text = write_outputs(toy).record.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    record = json.loads(text)
    assert record["inputs"][0]["file"] == "study.yaml"
    assert {one["file"] for one in record["inputs"]} == {"study.yaml", *INPUT_FILES}
    assert record["warnings"] == [
        {"name": "toy-warning", "text": "people.csv is a toy"}
    ]
    assert record["resolved_study"]["data"] == tmp_path.name
    assert record["figures"] == {"walk_network_km": 3.5, "unknown_km": None}
    assert record["seconds"] == {"reach": 1.25}


def test_the_record_states_the_rule_and_the_share(toy, tmp_path):
    record = run_record(toy, outputs=(), folder=tmp_path)
    table = toy.coverage
    row = table[(table.area_kind == "district") & (table.group_kind == "required")]
    assert record["coverage"]["share"] == row["pair_share"].iloc[0]
    assert record["coverage"]["total"] == row["pairs"].iloc[0]
    assert record["profile"]["walk_kmh"] == {"value": 4.0, "to_be_verified": True}
    assert record["profile"]["thresholds_min"] == [15.0]
    assert record["rows"]["missing_items"] == len(toy.missing_items)


@pytest.mark.usefixtures("few_files")
def test_an_input_that_is_gone_is_an_output_error(toy, tmp_path):
    (tmp_path / "people.csv").unlink()
    with pytest.raises(OutputError, match="input files still in their places"):
        write_outputs(toy)
    assert not (tmp_path / "result").exists()


@pytest.mark.parametrize("committees", [True, False])
def test_geopackage_layers_equal_the_assessment(tmp_path, committees):
    toy = toy_assessment(tmp_path, committees=committees)
    path = tmp_path / "coverage.gpkg"
    write_geopackage(toy, path)
    layers = {
        name: pyogrio.read_dataframe(path, layer=name)
        for name, _ in pyogrio.list_layers(path)
        if name != "layer_styles"
    }
    sizes = {name: len(layer) for name, layer in layers.items()}
    assert sizes == {
        "subdistricts": 3,
        "committees": 6 if committees else 0,
        "cells": 75,
        "facilities": 42,
        "candidates": 2,
        "gap_clusters": len(toy.gap_clusters),
        "sites": 2,
        "unsnapped": 3 if committees else 0,
        # The toy has no streets to travel on.
        "bands": 0,
        "site_areas": 0,
    }
    assert all(one.crs == CRS for one in layers.values())
    cells = layers["cells"]
    for column, one in enumerate(toy.city.type_ids):
        seconds = toy.cell_reach.time_s[:, column]
        np.testing.assert_array_equal(cells[f"s_{one}"], np.ceil(seconds - 1e-3))
        within = cells[f"s_{one}"] <= toy.cell_reach.threshold_s[:, column]
        assert (within == toy.cell_reach.covered[:, column]).all()
    required = [one.tier == "basic" for one in toy.city.profile.types]
    missing = (~toy.cell_reach.covered[:, required]).sum(axis=1)
    assert list(cells["n_missing_required"]) == list(missing)
    table = toy.coverage
    rows = table[(table.area_kind == "subdistrict") & (table.group_kind == "required")]
    np.testing.assert_allclose(
        layers["subdistricts"]["person_item_share"], rows["person_item_share"]
    )
    if committees:
        assert layers["committees"]["n_missing_required"].sum() == (
            toy.missing_items["required"].sum()
        )
        assert layers["sites"]["type_ids"][0] == "primary_school、nursing_home"


def test_geopackage_dates_are_constant(toy, tmp_path):
    path = tmp_path / "coverage.gpkg"
    write_geopackage(toy, path)
    with sqlite3.connect(path) as file:
        dates = pd.read_sql("SELECT DISTINCT last_change FROM gpkg_contents", file)
    assert list(dates["last_change"]) == ["2000-01-01T00:00:00.000Z"]


def test_geopackage_in_no_folder_is_an_output_error(toy, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_geopackage(toy, tmp_path / "none" / "coverage.gpkg")
