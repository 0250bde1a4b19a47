"""Broken inputs: each is named, all at once, with exit code 3 and no traceback."""

import shutil
from pathlib import Path

import pytest
from broken_inputs import BROKEN, FILE, both, cell, put
from click.testing import CliRunner
from toy_city import write_toy

from circle.check import check_study
from circle.cli import main


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A toy city without fault."""
    return write_toy(tmp_path_factory.mktemp("sound")).parent


@pytest.fixture
def folder(sound, tmp_path):
    """A copy of it to break."""
    return Path(shutil.copytree(sound, tmp_path / "toy"))


def contents(folder):
    return {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_there_are_eighty_and_more_and_each_has_its_own_name():
    assert len(BROKEN) >= 80
    assert len({one.name for one in BROKEN}) == len(BROKEN)
    assert all(one.told and one.file for one in BROKEN)


def test_without_a_change_nothing_is_wrong(sound):
    assert check_study(sound / "study.yaml").problems == ()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.name)
def test_what_is_broken_is_named(broken, folder):
    broken.change(folder)
    before = contents(folder)
    study = folder / "study.yaml"
    result = CliRunner().invoke(main, ["check", str(study), "--language", "en"])
    assert result.exit_code == 3, result.output
    assert isinstance(result.exception, SystemExit)
    lines = [one for one in result.stdout.splitlines() if broken.told in one]
    assert lines, result.stdout
    assert broken.file in lines[0]
    assert contents(folder) == before


def test_the_faults_of_all_files_come_at_once(folder):
    both(
        cell("facilities", 0, "type", "teahouse"),
        cell("committees", 0, "类别", "家委"),
        cell("population", 3, "人口", -5),
        cell("candidates", 0, "route", "buy"),
        put("nowhere.osm", "streets", "path"),
    )(folder)
    (folder / "areas.geojson").write_text("nothing", "utf-8")
    found = check_study(folder / "study.yaml").problems
    named = {Path(one.file).name for one in found}
    assert named >= {*FILE.values(), "areas.geojson", "study.yaml"}


@pytest.mark.parametrize(
    "change",
    [
        cell("facilities", 0, "type", "teahouse"),
        put("nowhere.csv", "committees", "path"),
        put("nowhere", "profile"),
    ],
    ids=["unknown-type", "missing-file", "unknown-profile"],
)
def test_a_run_on_broken_inputs_leaves_the_old_results_whole(change, folder):
    change(folder)
    results = folder / "results"
    results.mkdir()
    (results / "run.json").write_text("{}", "utf-8")
    before = contents(folder)
    result = CliRunner().invoke(main, ["run", str(folder / "study.yaml")])
    assert result.exit_code == 3
    assert "Traceback" not in result.output
    assert contents(folder) == before
