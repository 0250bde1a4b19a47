"""The tutorial, run as a reader would run it, in an empty folder."""

import re
import shlex
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from circle.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(sh|csv|json)( \S+)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"((?:^\|.*\|\n)+)", re.MULTILINE)


def write_tables(text):
    """Write the two spreadsheets that the page shows."""
    names = ("committees.xlsx", "facilities.xlsx")
    for name, block in zip(names, TABLE.findall(text), strict=True):
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in block.splitlines()
            if "---" not in line
        ]
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(Path("my-district") / "data" / name)


def do(line):
    """Do one line of a shell block; give its exit code."""
    words = shlex.split(line)
    if words[0] == "sed":
        path = Path(words[-1])
        _, old, new, _ = words[2].split("/")
        path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
        return 0
    assert words[0] == "circle"
    done = CliRunner().invoke(main, words[1:])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.output


def test_the_tutorial_leads_from_nothing_to_an_atlas(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text("utf-8")
    done = []
    for kind, path, block in BLOCK.findall(text):
        if kind != "sh":
            Path(path.strip()).write_text(block, encoding="utf-8")
            continue
        for line in block.splitlines():
            if line.startswith("circle check") and "facilities" in line:
                write_tables(text)
            outcome = do(line)
            assert outcome == 0 or outcome[0] == 0, (line, outcome)
            done.append(line)
    assert done[-1] == "circle run my-district/study.yaml"
    results = tmp_path / "my-district" / "results"
    for name in ("index.html", "gaps.xlsx", "tables/missing_items.csv"):
        assert (results / name).is_file()


def test_another_outcome_would_be_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert do("circle run nothing.yaml")[0] == 3
    with pytest.raises(AssertionError):
        do("rm -r folder")
