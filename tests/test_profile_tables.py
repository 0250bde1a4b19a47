"""Standards as tables: the command, the page, what tells two apart."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from circle.cli import main
from circle.profile_differences import profile_differences
from circle.profile_page import profiles_page
from circle.profile_reading import read_profile, shipped_profiles
from circle.profile_tables import (
    profile_list,
    profile_tables,
)
from circle.words_standards import STANDARD_WORDS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "profiles.md"


def run(*arguments: str):
    found = CliRunner().invoke(main, ["profiles", *arguments])
    assert found.exit_code == 0, found.output
    return found.output


def test_the_page_is_made_from_the_files():
    page = profiles_page(read_profile(one) for one in shipped_profiles())
    assert PAGE.read_text("utf-8") == page, "run: python docs/generate.py"


def test_the_list_names_every_profile():
    lines = run("--language", "en").splitlines()
    assert [one.split()[0] for one in lines] == ["profile", *shipped_profiles()]
    table = profile_list([read_profile("gb50180")], language="en")
    row = dict(zip(table.headers, table.rows[0], strict=True))
    assert row["threshold"].split(", ")[0] == "1,000 m along the network"
    assert row["confidence"] == "threshold B/R, mode B, types B/R"
    assert row["origin"] == "cell"


def test_the_list_is_there_for_scripts():
    rows = json.loads(run("--json"))
    assert [one["name"] for one in rows] == list(shipped_profiles())
    (pudong,) = (one for one in rows if one["name"] == "pudong")
    assert (pudong["types"], pudong["required_types"]) == (21, 13)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", shipped_profiles())
def test_every_profile_can_be_printed(name, language):
    profile = read_profile(name)
    tables = profile_tables(profile, language=language)
    assert all(len(row) == len(one.headers) for one in tables for row in one.rows)
    codes = [row[0] for row in tables[1].rows]
    assert codes == [one.code for one in profile.types]
    # Whatever is not official says so.
    unsure = {"zh": "待核实", "en": "to be verified"}[language]
    for one, row in zip(profile.types, tables[1].rows, strict=True):
        assert (unsure in row[-1]) == one.to_be_verified


def test_one_profile_is_printed_with_its_note():
    text = run("show", "haiyan")
    assert read_profile("haiyan").note.zh in text
    assert "500米（直线）" in text
    assert json.loads(run("show", "haiyan", "--json"))["name"] == "haiyan"


def test_an_unknown_profile_ends_with_a_message():
    found = CliRunner().invoke(main, ["profiles", "show", "nowhere"])
    assert found.exit_code == 3
    assert "gb50180" in found.output


def test_differences_are_what_was_overridden(tmp_path, monkeypatch):
    own = "extends: pudong\nname: mine\nrule: {minutes: {value: 10}}\n"
    (tmp_path / "mine.yaml").write_text(own, "utf-8")
    mine = read_profile("mine.yaml", folder=tmp_path)
    (found,) = profile_differences(read_profile("pudong"), mine)
    assert vars(found) == {
        "key": "rule.minutes.value",
        "before": "15.0",
        "after": "10.0",
    }
    monkeypatch.chdir(tmp_path)
    assert run("diff", "pudong", "mine.yaml", "--language", "en") == (
        "pudong -> mine: 1 differences, by the keys of the files\n"
        "rule.minutes.value: 15 -> 10\n"
    )
    assert json.loads(run("diff", "pudong", "mine.yaml", "--json")) == [vars(found)]
    assert run("diff", "pudong", "pudong", "--language", "en") == (
        "The two say the same.\n"
    )


def test_an_entry_that_only_one_has_is_one_line_with_its_name():
    text = run("diff", "pudong", "pudong-5-3-x")
    assert text.count("types.park") == 1
    assert "types.park: – -> 公园绿地 (GRE-01)" in text
    back = run("diff", "pudong-5-3-x", "pudong", "--language", "en")
    assert "types.park: park (GRE-01) -> –" in back
    modes = run("diff", "pudong", "shanghai-2024-draft", "--language", "en")
    assert "rule.modes.urbanising.resident.mode: walk -> cycle" in modes
    assert "rule.minutes: value 15 [S0 A] -> –" in modes


def test_one_profile_tells_groups_marks_and_that_no_norm_is_known():
    text = run("show", "pudong", "--language", "en")
    assert "elders: walking speed (km/h)" in text
    assert "warning line: share of satisfied pairs" in text
    assert "(the tool's own index): pairs covered" in text
    assert "no norm of capacity or size is known" in text
    assert "未见容量" not in run("show", "jincheng-elderly")
    assert "老年人" in run("show", "jincheng-elderly").split("人群")[1].splitlines()[0]


def test_words_are_there_in_both_languages():
    for key, (zh, en) in STANDARD_WORDS.items():
        assert zh, key
        assert en, key
        assert zh.count("{") == en.count("{"), key
