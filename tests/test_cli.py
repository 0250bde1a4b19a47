"""The command line: exit codes, messages, what a run leaves behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from circle.cli import main
from circle.demo import make_demo
from circle.progress import RUN_STAGES


def circle(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder, size=0.1)
    return folder


@pytest.fixture(scope="module")
def ran(district):
    return circle("run", district / "study.yaml")


def test_without_arguments_it_helps():
    result = circle()
    assert result.exit_code == 0
    assert "circle demo --out my-district" in result.stdout


def test_help_gives_the_whole_first_sentence_of_each_command():
    text = " ".join(circle("--help").stdout.split())
    for name, command in main.commands.items():
        first = " ".join(command.help.split("\n\n")[0].split())
        assert f"{name} {first}" in text


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_helps_with_an_example(command):
    result = circle(command, "-h")
    assert result.exit_code == 0
    assert f"circle {command} " in result.stdout.split("Example:")[1]


def test_a_run_ends_with_a_summary_and_names_the_next_step(ran):
    assert ran.exit_code == 0, ran.output
    assert "分母为居村项数" in ran.stdout
    for label in ("城市化地区", "教育", "必备缺项", "建议选址"):
        assert label in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("下一步：打开 ")
    assert f"[{len(RUN_STAGES)}/{len(RUN_STAGES)}] 写出结果" in ran.stderr


def test_a_run_writes_what_the_readme_lists(ran, district):
    assert ran.exit_code == 0
    results = district / "results"
    readme = Path(__file__).parents[1].joinpath("README.md").read_text("utf-8")
    for name in ("index.html", "gaps.xlsx", "coverage.gpkg", "run.json"):
        assert (results / name).stat().st_size > 0
        assert f"`{name}`" in readme
    codes = {one.stem for one in (results / "subdistricts").glob("*.html")}
    assert codes == {"L01", "L02", "L03"}
    assert (results / "tables" / "missing_items.csv").is_file()
    record = json.loads((results / "run.json").read_text("utf-8"))
    assert record["profile"]["name"] == "pudong"
    assert set(record["seconds"]) >= {"reach", "coverage", "gaps", "siting"}


def test_the_same_inputs_give_the_same_bytes(ran, district, tmp_path):
    assert ran.exit_code == 0
    again = circle("run", district / "study.yaml", "--out", tmp_path / "again")
    assert again.exit_code == 0
    first = sorted(p for p in (district / "results").rglob("*") if p.is_file())
    for path in first:
        twin = tmp_path / "again" / path.relative_to(district / "results")
        if path.name != "run.json":  # holds the seconds of each stage
            assert path.read_bytes() == twin.read_bytes(), path.name


def test_usage_errors_end_with_2():
    assert circle("run").exit_code == 2
    assert circle("nonsense").exit_code == 2
    assert circle("run", "a.yaml", "--dta", "x").exit_code == 2


def test_a_missing_study_ends_with_3_and_no_traceback(tmp_path):
    result = circle("run", tmp_path / "none.yaml")
    assert result.exit_code == 3
    assert "cannot be read" in result.stderr
    assert "Traceback" not in result.output


def test_missing_inputs_are_all_named_at_once(district, tmp_path):
    study = tmp_path / "study.yaml"
    study.write_bytes((district / "study.yaml").read_bytes())
    result = circle("run", study)
    assert result.exit_code == 3
    for name in ("subdistricts.geojson", "population.csv", "streets.osm.pbf"):
        assert name in result.stderr
    assert "--data" in result.stderr


@pytest.mark.usefixtures("few_files")
def test_the_data_folder_can_be_given(district, tmp_path):
    study = tmp_path / "study.yaml"
    study.write_bytes((district / "study.yaml").read_bytes())
    result = circle("run", study, "--data", district)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "results" / "index.html").is_file()


def test_foreign_files_in_the_output_folder_stop_the_run_before_it_begins(
    district, tmp_path
):
    (tmp_path / "thesis.docx").write_text("years of work")
    result = circle("run", district / "study.yaml", "--out", tmp_path)
    assert result.exit_code == 3
    assert "thesis.docx" in result.stderr
    assert "] " not in result.stderr
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_debug_shows_the_traceback(tmp_path):
    result = circle("--debug", "run", tmp_path / "none.yaml")
    assert result.exit_code == 3
    assert "Traceback" in result.output


def test_demo_refuses_a_size_that_is_none(tmp_path):
    result = circle("demo", "--out", tmp_path / "d", "--size", "huge")
    assert result.exit_code == 3
    assert "pudong" in result.stderr
    assert not (tmp_path / "d").exists()


def test_demo_prints_counts_and_the_next_step(tmp_path):
    result = circle("demo", "--out", tmp_path / "d", "--size", "0.1")
    assert result.exit_code == 0
    assert "on 1,210 cells" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("next: circle run ")


def test_help_imports_none_of_the_heavy_packages():
    code = (
        "import sys; from click.testing import CliRunner; from circle.cli import main;"
        "CliRunner().invoke(main, ['--help']);"
        "heavy = {'geopandas', 'numba', 'pandas', 'folium', 'sklearn'};"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
