"""Every command has examples in its help, and every one of them runs."""

import json
import os
import re
import shlex
import shutil

import pytest
from click.testing import CliRunner

from circle.cli import main
from circle.demo import make_demo
from circle.inventory import read_inventory
from circle.profile_reading import read_profile
from circle.template import write_template

# These need the internet, or a cluster.
ELSEWHERE = ("circle fetch", "--scheduler")
# What the examples say of the whole demo district holds for a small one.
SMALL = {
    "K0056": "K0001",
    "demo --out my-district": "demo --out my-district --size 0.05",
}
BRIDGE = """name: bridge
title: {zh: 新步行桥, en: A new foot bridge}
changes:
  - {change: close_facility, id: F00001}
"""
INSTANCE = "demand_id,weight,candidate_id,distance\n" + "".join(
    f"d{i},{i + 1},c{j},{abs(i - j) * 100}\n" for i in range(8) for j in range(8)
)


def commands(command, name="circle"):
    """Give every command with its name in full."""
    yield name, command
    for word, one in getattr(command, "commands", {}).items():
        yield from commands(one, f"{name} {word}")


def examples(command):
    """List the examples in the help of a command."""
    block = (command.help or "").partition("Example:")[2].partition("\n\n")[0]
    return re.findall(r"^\s*(circle .*)$", block, re.MULTILINE)


EXAMPLES = [one for _, command in commands(main) for one in examples(command)]


@pytest.mark.parametrize(("name", "command"), list(commands(main)))
def test_every_command_has_an_example(name, command):
    found = examples(command)
    assert found
    if not getattr(command, "commands", None):
        assert all(one.startswith(name) for one in found)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with everything that the examples name."""
    place = tmp_path_factory.mktemp("place")
    make_demo(place, size=0.05)
    text = (place / "study.yaml").read_text("utf-8")
    (place / "study-worldpop.yaml").write_text(text, "utf-8")
    (place / "config").mkdir()
    folders = {"data: .": "data: ..", "folder: results": "folder: ../maps/demo"}
    for old, new in folders.items():
        assert old in text
        text = text.replace(old, new)
    (place / "config" / "demo.yaml").write_text(text, "utf-8")
    sweep = "studies: [study.yaml]\ngrid:\n  minutes: [10, 15]\n"
    (place / "sweep.yaml").write_text(sweep, "utf-8")
    (place / "bridge.yaml").write_text(BRIDGE, "utf-8")
    (place / "instance.csv").write_text(INSTANCE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        planned = ["site", "study.yaml", "--out", "plans"]
        for words in (["run", "config/demo.yaml", "--json"], planned, planned):
            done = CliRunner().invoke(main, words)
            assert done.exit_code == 0, done.output
    shutil.copytree(place / "maps" / "demo", place / "results-2020")
    for year in ("2021", "2022"):
        shutil.copytree(place / "results-2020", place / f"results-{year}")
    shutil.copy(place / "maps" / "demo" / "gaps.xlsx", place / "gaps-returned.xlsx")
    pudong = read_profile("pudong")
    old = [read_inventory(place / "facilities.xlsx", profile=pudong)]
    for name in ("returned", "return-1", "return-2"):
        write_template(
            place / f"{name}.xlsx", profile=pudong, language="zh", inventories=old
        )
    return place


@pytest.mark.slow
@pytest.mark.skipif(
    "CIRCLE_EXAMPLES" not in os.environ, reason="long: make docs runs it"
)
@pytest.mark.parametrize("line", dict.fromkeys(EXAMPLES))
def test_an_example_runs(place, monkeypatch, line):
    if any(one in line for one in ELSEWHERE):
        pytest.skip("needs the internet or a cluster")
    monkeypatch.chdir(place)
    for name, small in SMALL.items():
        line = line.replace(name, small)
    command, _, target = (one.strip() for one in line.partition(">"))
    shown = CliRunner().invoke(main, shlex.split(command)[1:])
    assert shown.exit_code == 0, (line, shown.output)
    if target:
        assert shown.stdout.strip()
    if "--json" in line:
        json.loads(shown.stdout)
