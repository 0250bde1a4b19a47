"""Structure of the code, held by tests: sizes, names, suppressions, docstrings."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
MODULES = sorted((REPOSITORY / "circle").glob("*.py"))
MODULE_LINES, BODY_LINES = 400, 40
VAGUE_NAME = re.compile(r"(^|_)(utils?|helpers?|common|misc)(_|$)")
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)")
CODED = re.compile(r"^(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[a-z-]+(,\s*[a-z-]+)*\])")
SUPPRESSIONS_AT_MOST = 24
# Where threads are, with what they share: arrays that nobody changes. Two threads that
# ask one prepared shape end Python (GEOS is not safe there), and rasterio changes the
# filters of warnings for all of them.
THREADED = {
    "assessment": "the city and reach from its cells, which gaps only read",
    "catchment_search": "the network; each thread has rooms of its own",
    "gaps": "cells and pairs of them",
    "joining": "tables of points; each thread has a network of its own",
    "k_nearest": "the network",
    "network": "lengths and ends of pieces",
    "outlines": "squares; each thread makes shapes of its own",
    "reach": "the network",
    "sweeps": "a pipe",
    "travel": "networks and access",
    "travel_again": "networks, access, and searches that are kept once they are found",
}


def long_bodies(source):
    """Name the functions whose body, less the docstring, is too long."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) else node.body
        if body and body[-1].end_lineno - body[0].lineno + 1 > BODY_LINES:
            yield node.name


def suppressions(source):
    """Give what follows each marker that silences a checker."""
    return [one["rest"] for one in SUPPRESSION.finditer(source)]


def summary_problem(source):
    """Say what is wrong with a module's first line."""
    text = ast.get_docstring(ast.parse(source)) or ""
    first = text.split("\n\n")[0]
    return not first.endswith(".") or "\n" in first


@pytest.mark.parametrize("path", MODULES, ids=lambda one: one.stem)
def test_modules_are_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda one: one.stem)
def test_functions_are_short(path):
    assert list(long_bodies(path.read_text("utf-8"))) == []


def test_no_module_has_a_vague_name():
    assert [one.stem for one in MODULES if VAGUE_NAME.search(one.stem)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda one: one.stem)
def test_modules_begin_with_one_sentence(path):
    assert not summary_problem(path.read_text("utf-8"))


def test_silenced_checks_carry_a_code_and_are_few():
    found = [
        (path.name, rest)
        for path in MODULES
        for rest in suppressions(path.read_text("utf-8"))
    ]
    assert [one for one in found if not CODED.match(one[1])] == []
    assert len(found) <= SUPPRESSIONS_AT_MOST


def test_threads_are_where_they_were_looked_at():
    begun = re.compile(r"ThreadPoolExecutor\(|threading\.Thread\(")
    found = {one.stem for one in MODULES if begun.search(one.read_text("utf-8"))}
    assert found == set(THREADED)


def lint_docstrings(paths):
    return subprocess.run(
        [sys.executable, "-m", "numpydoc", "lint", *map(str, paths)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_docstrings_pass_numpydoc():
    # Relative paths: the patterns of pyproject.toml begin at the repository.
    found = lint_docstrings(one.relative_to(REPOSITORY) for one in MODULES)
    assert found.returncode == 0, found.stdout + found.stderr


def test_each_gate_can_fail(tmp_path):
    long = "def f():\n    '''Do.'''\n" + "    x = 1\n" * (BODY_LINES + 1)
    assert list(long_bodies(long)) == ["f"]
    assert list(long_bodies(long.replace("    x = 1\n", "", 1))) == []
    assert VAGUE_NAME.search("map_utils")
    assert VAGUE_NAME.search("common")
    assert not VAGUE_NAME.search("committees")
    marker = "#" + " noqa"
    assert not CODED.match(suppressions(f"x = 1  {marker}")[0])
    assert CODED.match(suppressions(f"x = 1  {marker}: S101")[0])
    ignore = "#" + " type: ignore"
    assert not CODED.match(suppressions(f"x = 1  {ignore}")[0])
    assert CODED.match(suppressions(f"x = 1  {ignore}[misc]")[0])
    assert summary_problem('"""No full stop"""')
    assert summary_problem("x = 1")
    undocumented = tmp_path / "undocumented.py"
    undocumented.write_text('def add(one):\n    """Add."""\n    return one\n', "utf-8")
    found = lint_docstrings([undocumented])
    assert found.returncode != 0
    assert "PR01" in found.stdout + found.stderr
