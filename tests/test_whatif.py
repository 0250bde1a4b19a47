"""Scenarios on the command line, and what a comparison writes."""

import dataclasses
import json

import openpyxl
import pandas as pd
import pytest
from chromium import BROWSER, Chromium
from click.testing import CliRunner
from toy_city import CRS, EAST, NORTH, toy_study, toy_tables, write_toy

from circle import load_city, read_study, site
from circle.changes import apply_changes
from circle.cli import main
from circle.comparison import compare
from circle.comparison_files import write_comparison
from circle.comparison_summary import comparison_figures
from circle.errors import ConfigError, InputError, OutputError
from circle.evaluation import evaluate
from circle.periods import track_periods
from circle.periods_files import write_periods
from circle.results import results_of
from circle.scenario_sources import (
    combine,
    find_scenario,
    plan_changes,
    short_changes,
)
from circle.what_if import what_if

HOSTILE = "<script>alert(1)</script>{{ 7*7 }}' \" &"
MOVE = {
    "change": "move_facility",
    "id": "F1",
    "at": [EAST + 2800, NORTH],
    "crs": CRS,
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    tables = toy_tables()
    tables["facilities"].loc[0, "name"] = HOSTILE
    tables["facilities"].loc[1, "name"] = "=1+1"
    content = toy_study() | {"scenarios": {"moved": [MOVE]}, "as_of": "2022-12-31"}
    folder = tmp_path_factory.mktemp("toy")
    return write_toy(folder, tables=tables, study=content)


@pytest.fixture(scope="module")
def toy(study):
    return load_city(read_study(study))


@pytest.fixture(scope="module")
def moved(toy):
    return what_if(toy, find_scenario("moved", toy.study))


def run(*words: object):
    done = CliRunner().invoke(main, [str(one) for one in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done


def test_short_forms_say_the_same_as_records():
    add, move, close = short_changes(
        add=["clinic@121.5,31.2"], close=["F1"], move=["F@2@3,4"]
    )
    assert (add.type, add.at, add.crs) == ("clinic", (121.5, 31.2), "WGS-84")
    assert (move.id, move.at, close.id) == ("F@2", (3.0, 4.0), "F1")


@pytest.mark.parametrize("text", ["clinic", "clinic@1", "@1,2", "clinic@1,b"])
def test_a_short_form_that_cannot_be_read_is_told(text):
    with pytest.raises(ConfigError, match="expected type@x,y"):
        short_changes(add=[text])


def test_nothing_to_change_is_told():
    with pytest.raises(ConfigError, match="nothing to change"):
        combine([])


def test_an_unknown_scenario_is_told(toy):
    with pytest.raises(ConfigError, match="expected one of: moved"):
        find_scenario("bridge", toy.study)


def test_scenarios_combine_and_contradictions_are_told(toy):
    both = combine([find_scenario("moved", toy.study)], short_changes(close=["F1"]))
    assert both.name == "moved-what-if"
    with pytest.raises(ConfigError, match="both act on facility F1"):
        apply_changes(toy, both)


def test_the_command_tells_old_and_new(study):
    done = run("whatif", study, "--close", "F1")
    assert done.exit_code == 0
    assert "facility F1 · status: open → closed" in done.output
    # C1 loses the clinic: 4 of 8 pairs in place of 5.
    assert "62.5% → 50.0% (-12.50 points)" in done.output
    assert "New missing items: 1" in done.output
    assert "People who lose some type: 150" in done.output
    assert "not recomputed" in done.output


def test_the_command_speaks_json(study):
    where = f"clinic@{EAST + 2800},{NORTH}"
    done = run("whatif", study, "--add", where, "--crs", CRS, "--json")
    found = json.loads(done.stdout)
    assert found["share_before"] == 0.625
    assert found["share_after"] == 0.75
    assert found["items_cleared"] == 1
    assert found["people_who_gain"] == 350
    assert found["people_who_lose"] == 0
    assert found["changes"][0]["old"] is None


def test_a_scenario_of_the_study_writes_its_difference(study, tmp_path):
    done = run(
        "whatif", study, "--scenario", "moved", "--full", "--out", tmp_path / "o"
    )
    assert done.exit_code == 0, done.output
    assert "not recomputed" not in done.output
    files = sorted(
        one.relative_to(tmp_path / "o").as_posix()
        for one in (tmp_path / "o").rglob("*")
        if one.is_file() and "results" not in one.parts
    )
    assert files == [
        "difference.html", "difference.xlsx", "index.html", "run.json",
        "tables/ages.csv", "tables/coverage.csv", "tables/domains.csv",
        "tables/facilities.csv", "tables/gaps.csv", "tables/indicators.csv",
        "tables/items.csv", "tables/log.csv", "tables/measures.csv",
        "tables/people.csv", "tables/plan_items.csv", "tables/routes.csv",
        "tables/sites.csv",
    ]  # fmt: skip
    # What circle wrote may be replaced; results can be compared again.
    again = run(
        "whatif", study, "--scenario", "moved", "--full", "--out", tmp_path / "o"
    )
    assert again.exit_code == 0
    same = run("compare", tmp_path / "o", tmp_path / "o", "--json")
    assert json.loads(same.stdout)["items_new"] == 0


def test_a_folder_of_somebody_else_is_left_alone(study, tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    done = run("whatif", study, "--close", "F1", "--out", tmp_path)
    assert done.exit_code == 3
    assert "thesis.docx" in done.output


@pytest.mark.usefixtures("few_files")
def test_results_of_a_run_are_kept_and_compared(study, tmp_path):
    first = run("run", study, "--out", tmp_path / "a")
    assert first.exit_code == 0, first.output
    assert (tmp_path / "a" / "results" / "facts.json").is_file()
    second = run("run", study, "--out", tmp_path / "a")
    assert second.exit_code == 0, second.output
    done = run("compare", tmp_path / "a", study, "--json")
    found = json.loads(done.stdout)
    assert found["share_change"] == 0
    assert found["remarks"] == []


def plan_file(path, *sites: tuple):
    """A version of a plan as circle site writes it, as far as it is compared."""
    rows = [
        {"step": step, "candidate_id": key, "name": key, "subdistrict_id": "A1",
         "route": route, "type_ids": types, "year": 2026, "cost_10k": cost,
         "items_cleared": len(items), "person_items_gained": 10.0 * len(items),
         "item_ids": items}
        for step, (key, route, types, cost, items) in enumerate(sites, start=1)
    ]  # fmt: skip
    record = {"number": 1, "sites": rows, "share_before": 0.5, "share_after": 0.75}
    path.write_text(json.dumps(record), "utf-8")
    return path


def test_two_versions_of_a_plan_are_compared_by_site_route_cost_and_cover(tmp_path):
    one = plan_file(
        tmp_path / "plan-001.json",
        ("K1", "reuse", ["clinic"], 50.0, ["C1:clinic"]),
        ("K2", "build", ["school"], 300.0, ["C2:school", "C4:school"]),
    )
    other = plan_file(
        tmp_path / "plan-002.json",
        ("K1", "reuse", ["clinic", "court"], 80.0, ["C1:clinic", "C1:court"]),
        ("K3", "co-use", ["school"], 100.0, ["C2:school"]),
    )
    done = run("compare", one, other, "--json", "--out", tmp_path / "o")
    found = json.loads(done.stdout)
    fates = {
        key: found[f"sites_{key}"] for key in ("kept", "changed", "added", "dropped")
    }
    assert fates == {"kept": 0, "changed": 1, "added": 1, "dropped": 1}
    assert (found["plan_cost_10k_before"], found["plan_cost_10k_after"]) == (350, 180)
    assert found["plan_items_both"] == 2
    routes = pd.read_csv(tmp_path / "o/tables/routes.csv", encoding="utf-8-sig")
    assert routes.iloc[:, 1].tolist() == [1, 0, 1, 2]
    assert routes.iloc[:, 2].tolist() == [1, 1, 0, 2]
    items = pd.read_csv(tmp_path / "o/tables/plan_items.csv", encoding="utf-8-sig")
    assert items["缺项编号"].tolist() == [
        "C4:school", "C1:court", "C1:clinic", "C2:school",
    ]  # fmt: skip
    text = run("compare", one, other, "--language", "en").stdout
    assert "Cost of the plans: 350 → 180 × 10,000 CNY" in text
    assert "方案造价：350 → 180 万元" in run("compare", one, other).stdout


def test_what_is_no_plan_is_told(tmp_path):
    (tmp_path / "a.json").write_text("{}", "utf-8")
    done = run("compare", tmp_path / "a.json", tmp_path / "a.json")
    assert done.exit_code == 3
    assert "不是选址方案的版本文件" in done.stderr


def test_what_is_not_recomputed_is_marked(toy, moved):
    states = moved.comparison.indicators.set_index("indicator")["state"]
    assert states["coverage"] == "recomputed"
    assert set(states.drop("coverage")) == {"not_recomputed"}
    whole = what_if(toy, find_scenario("moved", toy.study), full=True).comparison
    assert set(whole.indicators["state"]) == {"recomputed"}
    clusters = whole.indicators.set_index("indicator").loc["gap_clusters"]
    assert clusters[["before", "after"]].notna().all()


def test_quick_and_full_agree_on_coverage(toy, moved):
    whole = what_if(toy, find_scenario("moved", toy.study), full=True).comparison
    for name in ("coverage", "items", "facilities", "people"):
        pd.testing.assert_frame_equal(
            getattr(whole, name), getattr(moved.comparison, name)
        )


def test_the_workbook_holds_the_changes_and_no_formula(moved, tmp_path):
    paths = write_comparison(moved.comparison, tmp_path / "o", log=moved.changed.log)
    book = openpyxl.load_workbook(paths.workbook)
    assert book.sheetnames == [
        "cover", "changes", "coverage", "ages", "items", "facilities", "people",
        "indicators",
    ]  # fmt: skip
    cells = [one for sheet in book for row in sheet.iter_rows() for one in row]
    assert not any(one.data_type == "f" for one in cells)
    rows = [[one.value for one in row] for row in book["items"].iter_rows(min_row=4)]
    fates = {row[4]: row[0] for row in rows if row[0]}
    assert fates["C2:clinic"] == "cleared"
    assert fates["C1:clinic"] == "new"


def test_the_same_comparison_gives_the_same_bytes(moved, tmp_path):
    log = moved.changed.log
    one = write_comparison(moved.comparison, tmp_path / "a", log=log)
    other = write_comparison(moved.comparison, tmp_path / "b", log=log)
    for name in ("index.html", "difference.html", "tables/people.csv"):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_every_text_of_the_page_is_escaped(moved, tmp_path):
    paths = write_comparison(moved.comparison, tmp_path / "o", log=moved.changed.log)
    for page in (paths.map, paths.start):
        assert "<script>alert" not in page.read_text("utf-8")


def test_chinese_outputs_have_no_english_words_left(moved, tmp_path):
    comparison = moved.comparison
    for one in (comparison.before, comparison.after):
        one.facts["language"] = "zh"
    try:
        paths = write_comparison(comparison, tmp_path / "o", log=moved.changed.log)
        text = paths.start.read_text("utf-8")
        book = openpyxl.load_workbook(paths.workbook)
    finally:
        for one in (comparison.before, comparison.after):
            one.facts["language"] = "en"
    assert "达标率" in text
    assert "Coverage" not in text
    assert book.sheetnames[1:4] == ["变更记录", "达标率变化", "分年龄达标率"]


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the path")
def test_the_map_works_without_a_network(moved, tmp_path):
    paths = write_comparison(moved.comparison, tmp_path / "o", log=moved.changed.log)
    browser = Chromium(tmp_path / "profile")
    try:
        browser.open(paths.map.as_uri())
        people = "document.getElementById('people-%s').textContent"
        assert browser.run(people % "gained") == "350"
        assert browser.run(people % "lost") == "150"
        pick = "const s=document.getElementById('type');s.value='%s';"
        browser.run(pick % "school" + "s.dispatchEvent(new Event('change'));1")
        assert browser.run(people % "gained") == "0"
        assert browser.run("document.getElementById('gained').getAttribute('d')") == ""
        outside = [one for one in browser.requests() if not one.startswith("file:")]
        assert [one for one in outside if not one.startswith("data:")] == []
        assert browser.complaints() == []
    finally:
        browser.close()


def dated(results, day):
    return dataclasses.replace(results, facts={**results.facts, "as_of": day})


def test_periods_are_told_in_the_order_of_their_dates(toy, tmp_path):
    base = results_of(evaluate(toy))
    add = short_changes(add=[f"clinic@{EAST + 2800},{NORTH}"], crs=CRS)
    added = results_of(evaluate(apply_changes(toy, combine([], add)).city))
    found = track_periods([dated(added, "2022-01-01"), dated(base, "2020-01-01")])
    assert found.labels == ("2020-01-01", "2022-01-01")
    district = found.coverage[found.coverage["area_kind"] == "district"]
    assert district["share"].tolist() == [0.625, 0.75]
    assert found.items["cleared"].tolist()[1] == 1
    health = found.facilities[found.facilities["domain"] == "health"]
    assert health["added"].tolist()[1] == 1
    paths = write_periods(found, tmp_path / "o")
    text = paths.start.read_text("utf-8")
    assert "<svg" in text
    assert "2020-01-01" in text
    assert len(paths.tables) == 3


def test_one_period_is_no_progress(toy):
    with pytest.raises(InputError, match="two results or more"):
        track_periods([results_of(evaluate(toy))])


def test_figures_of_a_comparison_with_itself_are_nought(toy):
    one = results_of(evaluate(toy))
    figures = comparison_figures(compare(one, one))
    assert figures["share_change"] == 0
    assert figures["people_gain"] == figures["people_lose"] == 0


def test_a_broken_folder_is_an_output_error(moved, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        write_comparison(moved.comparison, tmp_path / "file")


def test_a_plan_in_memory_clears_what_it_said(toy):
    plan = site(toy)
    found = what_if(toy, combine([], plan_changes(plan.sites)))
    items = found.comparison.items
    cleared = set(items.loc[items["change"] == "cleared", "item_id"])
    assert {item for ids in plan.sites["item_ids"] for item in ids} <= cleared
    assert comparison_figures(found.comparison)["share_after"] == plan.share_after


def test_the_record_of_progress_is_a_command(study, tmp_path):
    for name, code in (("a", "F2"), ("b", "F1")):
        done = run("whatif", study, "--close", code, "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
    folders = (tmp_path / "a", tmp_path / "b")
    labels = ("--label", "2020", "--label", "2021")
    done = run("progress", *folders, *labels, "--out", tmp_path / "record")
    assert done.exit_code == 0, done.output
    assert "2021\t50.0%" in done.output
    names = {one.name for one in (tmp_path / "record").rglob("*.*")}
    assert names >= {"index.html", "progress.xlsx", "coverage.csv", "items.csv"}
