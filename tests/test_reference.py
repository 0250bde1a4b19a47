"""The reference says what the code has: commands, keys, columns, warnings, names."""

import ast
import dataclasses
import re
import sys
from pathlib import Path

import pytest

import circle
from circle.cli import main
from circle.contracts import INPUT_CONTRACTS, RESULT_CONTRACTS
from circle.indicators import INDICATORS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))
reference = __import__("reference")


def page(name):
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_pages_are_made_from_the_code(name):
    assert page(name) == reference.pages()[name], "run: make docs"


def test_every_command_and_option_stands_in_the_reference():
    text = page("reference_commands.md")
    for name, command in reference._commands(main, "circle"):
        assert f"## {name}\n" in text
        for option in command.params:
            assert all(one in text for one in option.opts if one.startswith("--"))


def test_every_indicator_and_what_bundles_hold_stand_in_the_reference():
    profile, python = page("reference_profile.md"), page("reference_python.md")
    for one in INDICATORS:
        assert re.search(rf"^\| `{one}[:\[`]", profile, re.MULTILINE), one
    for bundle in (circle.Assessment, circle.City, circle.Comparison):
        for field in dataclasses.fields(bundle):
            if not field.name.startswith("_"):
                assert re.search(rf"^\| `{field.name}` \| \S", python, re.MULTILINE)


def warnings_in(source):
    """Give a pattern for the name of each warning that a module makes."""
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Call) and getattr(node.func, "id", "")
        if called != "CircleWarning" or not node.args:
            continue
        name = node.args[0]
        if isinstance(name, ast.Constant):
            yield re.escape(name.value)
        elif isinstance(name, ast.JoinedStr):
            yield "".join(
                re.escape(part.value) if isinstance(part, ast.Constant) else ".+"
                for part in name.values
            )


def test_every_warning_stands_in_the_reference_and_the_other_way_round():
    made = {
        pattern
        for path in (ROOT / "circle").glob("*.py")
        for pattern in warnings_in(path.read_text("utf-8"))
    }
    known = set(reference.WARNINGS)
    unknown = [one for one in made if not any(re.fullmatch(one, x) for x in known)]
    assert sorted(unknown) == []
    gone = [one for one in known if not any(re.fullmatch(x, one) for x in made)]
    assert sorted(gone) == []


def test_an_unknown_warning_would_be_found():
    assert list(warnings_in('CircleWarning(f"a-{b}", "c")')) == [r"a\-.+"]
    assert list(warnings_in('CircleWarning("a", "c")')) == ["a"]


def test_every_column_stands_in_the_documents():
    text = "".join(one.read_text("utf-8") for one in DOCS.glob("*.md"))
    for contract in (*INPUT_CONTRACTS, *RESULT_CONTRACTS):
        for column in contract.columns:
            assert f"`{column.name}`" in text, (contract.name, column.name)


def test_every_public_name_stands_in_the_reference():
    text = page("reference_python.md")
    for name in set(circle.__all__) - {"__version__"}:
        assert f"## {name}\n" in text
