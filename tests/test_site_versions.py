"""Feedback on a plan: versions with reasons, what changed, and the command."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from toy_city import EAST, NORTH, toy_study, write_toy

from circle.cli import main
from circle.errors import ConfigError, InputError, OutputError
from circle.site_feedback import (
    Addition,
    Feedback,
    check_feedback,
    parse_addition,
    read_feedback,
)
from circle.site_versions import keep_version, read_versions
from circle.siting_settings import SitingOptions

PAGE = Path(__file__).parents[1] / "docs" / "siting.md"


def circle(*arguments: object):
    return CliRunner().invoke(main, ["site", *map(str, arguments)])


@pytest.fixture
def asked(tmp_path):
    """The toy study and a folder for its plans."""
    return write_toy(tmp_path), tmp_path / "plans"


def version(folder, number):
    return json.loads((folder / f"plan-{number:03d}.json").read_text("utf-8"))


def test_every_round_of_feedback_is_a_version(asked):
    study, out = asked
    first = circle(study, "--out", out, "--sites", 1, "--reason", "draft")
    assert first.exit_code == 0, first.output
    assert "coverage 62.5% to 87.5%; 1 sites clear 2 items, cost 50" in first.stdout
    assert "001  maximal covering, greedy: objective 700, bound 700" in first.stdout
    text = (out / "plan-001.json").read_bytes()
    second = circle(
        study, "--out", out, "--sites", 2, "--forbid", "K1", "--reason", "no room",
        "--add", f"school@{EAST + 2800},{NORTH},12",
    )  # fmt: skip
    assert second.exit_code == 0, second.output
    found = version(out, 2)
    assert found["reason"] == "no room"
    assert found["feedback"]["forbid"] == ["K1"]
    ids = [one["candidate_id"] for one in found["sites"]]
    added = next(one for one in ids if one.startswith("N_"))
    assert found["changes"]["added"] == ids
    assert found["changes"]["removed"] == ["K1"]
    assert found["sites"][ids.index(added)]["made_from"] == "feedback"
    assert "against version 1: added" in second.stdout
    # What was forbidden and added holds on, and nothing is lost.
    third = circle(study, "--out", out, "--lock", "K3", "--sites", 1, "--json")
    assert third.exit_code == 0, third.output
    record = json.loads(third.stdout)
    assert record["number"] == 3
    assert [one["candidate_id"] for one in record["sites"]] == ["K3"]
    assert record["feedback"]["forbid"] == ["K1"]
    assert record["changes"]["since"] == 2
    assert (out / "plan-001.json").read_bytes() == text
    fresh = circle(study, "--out", out, "--fresh", "--sites", 1, "--json")
    assert [one["candidate_id"] for one in json.loads(fresh.stdout)["sites"]] == ["K1"]
    listed = circle(study, "--out", out, "--versions")
    assert [line[:3] for line in listed.stdout.splitlines() if line[:3].isdigit()] == [
        "001", "002", "003", "004",
    ]  # fmt: skip
    assert "no room" in listed.stdout


def test_points_may_be_looked_at_before_anything_is_solved(tmp_path):
    study = {key: one for key, one in toy_study().items() if key != "candidates"}
    out = tmp_path / "plans"
    found = circle(write_toy(tmp_path, study=study), "--out", out, "--points")
    assert found.exit_code == 0, found.output
    # Where there are no candidates, points are made of clusters.
    assert "6 points (cluster 6)" in found.stdout
    names = ["points.csv", "points.geojson", "points.html"]
    assert sorted(one.name for one in out.iterdir()) == names


def test_series_are_written_beside_the_version(asked):
    study, out = asked
    found = circle(
        study, "--out", out, "--alternatives", 2, "--frontier", "sites",
        "--solver", "exact",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert {one.name for one in out.iterdir()} == {
        "points.csv", "points.geojson", "points.html", "plan-001.json", "plan-001.csv",
        "plan-001-alternatives.csv", "plan-001-frontier.csv", "plan-001-frontier.svg",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--sites", 1, "--lock", "K1", "--lock", "K2"), 4, "locked sites"),
        (("--lock", "K9"), 3, "siting.locked: found K9"),
        (("--lock", "K1", "--forbid", "K1"), 3, "found K1 in both"),
        (("--add", "moon@1,2"), 3, "found the types moon"),
        (("--add", "school"), 3, "expected types@x,y"),
        (("--radius", 5), 2, "--radius goes with --matrix"),
        (("--model", "pmedian", "--alternatives", 2), 3, "alternatives: only with"),
        (("--model", "lscp", "--frontier", "sites"), 3, "goes with model mclp"),
    ],
)
def test_what_cannot_be_done_is_said_and_keeps_no_version(asked, arguments, code, text):
    study, out = asked
    found = circle(study, "--out", out, *arguments)
    assert found.exit_code == code, found.output
    assert text in found.stderr
    assert not list(out.glob("plan-*"))


def test_options_of_a_city_do_not_go_with_a_table(tmp_path):
    table = tmp_path / "table.csv"
    found = circle("--matrix", table, "--model", "mclp", "--lock", "A", "--fresh")
    assert found.exit_code == 2
    assert "--lock, --fresh goes with a STUDY" in found.stderr
    assert circle().exit_code == 2


def test_a_version_is_never_written_over(tmp_path):
    keep_version({"number": 1, "sites": []}, tmp_path)
    with pytest.raises(OutputError, match=r"plan-001\.json"):
        keep_version({"number": 1, "sites": []}, tmp_path)
    assert [one["number"] for one in read_versions(tmp_path)] == [1]
    (tmp_path / "plan-002.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"plan-002\.json"):
        read_versions(tmp_path)


def test_newer_feedback_holds():
    earlier = Feedback(("A", "B"), ("C",), (Addition("x", 1, 2, None, "WGS-84"),))
    after = Feedback(("C",), ("A",)).after(earlier)
    assert after == Feedback(("B", "C"), ("A",), earlier.add)
    assert read_feedback(json.loads(json.dumps(after.as_record()))) == after
    with pytest.raises(ConfigError, match="A in both"):
        check_feedback(Feedback(("A",), ("A",)))


@pytest.mark.parametrize(
    "text", ["school", "@1,2", "school@1", "school@1,2,3,4", "a@x,y", "a@1,2,-3",
             "a@nan,2"],
)  # fmt: skip
def test_points_in_another_form_are_refused(text):
    with pytest.raises(ConfigError, match="expected types@x,y"):
        parse_addition(text, crs="WGS-84")


def test_the_commands_of_the_page_run(asked):
    study, out = asked
    text = PAGE.read_text("utf-8")
    lines = re.findall(r"^circle site STUDY (.*)$", text, flags=re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        # The toy city has other candidates than the demo district.
        plain = line.replace("K0056", "K1").replace("K0001", "K3")
        found = circle(
            study, *shlex.split(plain.replace("--out plans", f"--out {out}"))
        )
        assert found.exit_code == 0, found.output
    assert [one["number"] for one in read_versions(out)] == [1, 2]


def test_the_options_of_the_page_are_options():
    text = PAGE.read_text("utf-8")
    layers, options = (
        SitingOptions.model_validate(yaml.safe_load(block)["siting"])
        for block in re.findall(
            r"^```yaml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL
        )
    )
    assert layers.points.layers[0].where == {"class": ("A33", "R22")}
    assert options.budget_10k == 9000
    years = [{"year": 2026, "budget_10k": 800}]
    assert SitingOptions.model_validate({"years": years}).years
    for name in re.findall(
        r"^\| `(\w+)", text[: text.index("## A table")], re.MULTILINE
    ):
        known = {*SitingOptions.model_fields, "made_from", "table", "facility"}
        known |= {
            "cluster",
            "layer",
            "committee",
            "grid",
            "feedback",
            "option",
            "model",
        }
        assert name in known or name in {"pmedian", "pcenter"}, name
