"""The worked script runs, and the page on scenarios says what the records have."""

import re
import typing
from pathlib import Path

import pytest
import yaml

from circle.scenario import Change, Scenario
from circle.sweep_spec import SweepSpec

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_worked_script_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in BLOCK.findall((DOCS / "scripting.md").read_text("utf-8")):
        exec(compile(block, "scripting.md", "exec"), names)  # noqa: S102
    assert (tmp_path / "closed" / "difference.html").is_file()
    assert "difference.html" in capsys.readouterr().out
    assert not names["losers"].empty
    shares = [one[2] for one in names["rows"]]
    assert shares[:3] == sorted(shares[:3])
    assert shares[3:] == sorted(shares[3:])
    assert len(names["table"]) == 5


def records():
    return {
        typing.get_args(one.model_fields["change"].annotation)[0]: one
        for one in typing.get_args(typing.get_args(Change)[0])
    }


@pytest.mark.parametrize("name", sorted(records()))
def test_every_record_stands_on_the_page(name):
    model = records()[name]
    text = (DOCS / "whatif.md").read_text("utf-8")
    row = next(one for one in text.splitlines() if one.startswith(f"| `{name}` |"))
    _, _, what, keys, _ = (cell.strip() for cell in row.split("|"))
    assert what == model.__doc__.strip()
    assert set(re.findall(r"`(\w+)`", keys)) == set(model.model_fields) - {"change"}


def test_the_examples_of_the_page_are_valid():
    text = (DOCS / "whatif.md").read_text("utf-8")
    scenario, sweep = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(Scenario.model_validate(yaml.safe_load(scenario)).changes) == 3
    assert SweepSpec.model_validate(yaml.safe_load(sweep)).grid.minutes == (10, 15)
