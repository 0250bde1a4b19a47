"""Broken inputs: each is named, all at once, with exit code 3 and no traceback."""

import re
import shutil
from pathlib import Path

import pytest
from broken_inputs import BROKEN, FILE, both, cell, put
from chinese import is_chinese
from click.testing import CliRunner
from toy_city import write_toy

from circle.check import check_path, check_study
from circle.check_report import report_lines
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
def test_what_is_broken_is_named(broken, folder, monkeypatch):
    broken.change(folder)
    before = contents(folder)
    checks = []
    monkeypatch.setattr(
        "circle.check.check_path",
        lambda *args, **options: (
            checks.append(check_path(*args, **options)) or checks[0]
        ),
    )
    study = folder / "study.yaml"
    result = CliRunner().invoke(main, ["check", str(study), "--language", "en"])
    assert result.exit_code == 3, result.output
    assert isinstance(result.exception, SystemExit)
    lines = [one for one in result.stdout.splitlines() if broken.told in one]
    assert lines, result.stdout
    assert broken.file in lines[0]
    assert contents(folder) == before
    chinese = report_lines(checks[0], language="zh")
    assert len(chinese) == len(result.stdout.splitlines())
    for line in chinese:
        assert is_chinese(line, names=[str(folder)]), line
        assert "\n" not in line


def test_english_in_a_chinese_line_is_seen():
    assert not is_chinese("a.csv: 无法读取（no such file）")
    assert not is_chinese("a.csv: found no rows")
    assert is_chinese("a.csv: 没有列“name of it”；请改正 `crs:`")


def test_the_lines_of_a_check_are_in_the_language_of_a_faulty_study(folder):
    put("fr", "population", "kind")(folder)
    study = folder / "study.yaml"
    said = CliRunner().invoke(main, ["check", str(study)]).stdout
    assert "1 problem" in said
    study.write_text(study.read_text("utf-8").replace("language: en", ""), "utf-8")
    said = CliRunner().invoke(main, ["check", str(study)]).stdout
    assert "共1个问题" in said


@pytest.mark.parametrize(
    "change",
    [put(None, "facilities"), put("nowhere.csv", "committees", "path"), None],
    ids=["invalid-study", "missing-file", "foreign-files"],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_tells_its_errors_in_the_language_of_the_study(change, language, folder):
    if change is None:
        (folder / "results").mkdir()
        (folder / "results" / "mine.txt").write_text("x", "utf-8")
    else:
        change(folder)
    study = folder / "study.yaml"
    text = study.read_text("utf-8")
    study.write_text(text.replace("language: en", f"language: {language}"), "utf-8")
    result = CliRunner().invoke(main, ["run", str(study)])
    assert result.exit_code == 3
    lines = result.stderr.splitlines()
    assert lines
    for line in lines:
        if language == "zh":
            assert line.startswith("错误：")
            assert is_chinese(line, names=[str(folder)])
        else:
            assert line.startswith("error: ")
            assert not re.search("[一-鿿]", line)


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
