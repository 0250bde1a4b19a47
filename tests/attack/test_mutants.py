"""The tool that puts small faults into modules, on a few lines of its own."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from mutants import TESTS, mutants_of, sample

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''"""Text with 1 < 2, which is no code."""
LIMIT: int = 15


def is_near(seconds: float, *, limit: float = 15.0) -> bool:
    """Tell whether a < b."""
    rows = [1]
    if not seconds <= limit and True:
        rows.append(2)
    return min(rows) == 1
'''


def applied():
    """Give the line that each fault changes, after the change."""
    lines = SOURCE.splitlines()
    found = []
    for one in mutants_of("near", SOURCE):
        changed = one.apply(SOURCE).splitlines()
        (line,) = [new for old, new in zip(lines, changed, strict=True) if old != new]
        found.append(line.strip())
    return found


def test_faults_are_made_in_code_and_nowhere_else():
    assert set(applied()) == {
        "LIMIT: int = 16",
        "def is_near(seconds: float, *, limit: float = 16.0) -> bool:",
        "rows = [2]",
        "if False:",
        "if seconds <= limit and True:",
        "if not seconds < limit and True:",
        "if not seconds <= limit or True:",
        "if not seconds <= limit and False:",
        "pass",
        "rows.count(2)",
        "rows.append(3)",
        "return max(rows) == 1",
        "return min(rows) != 1",
        "return min(rows) == 2",
    }


def test_the_same_seed_draws_the_same_faults():
    every = mutants_of("near", SOURCE)
    drawn = [sample(every, each=5, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(sample(every, each=99, seed=1)) == len(every)


def test_modules_and_tests_are_there():
    for module, tests in TESTS.items():
        assert (ROOT / "circle" / f"{module}.py").is_file()
        assert all((ROOT / "tests" / f"{one}.py").is_file() for one in tests)


def test_all_that_reach_coverage_gaps_and_siting_consist_of_is_listed():
    families = runpy.run_path(str(ROOT / "docs" / "generate.py"))["placed"]()
    chain = {"coverage", "type_groups", "cut_off"}
    chain |= {"gaps", "gap_parts", "outlines", "missing_items", "item_texts"}
    assert chain <= set(families["The chain"])
    names = ("Network and reach", "Siting in a city", "Siting on plain matrices")
    wanted = chain.union(*(families[one] for one in names))
    assert sorted(wanted - set(TESTS)) == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes by fork")
@pytest.mark.skipif(
    "CIRCLE_ATTACK_SECONDS" not in os.environ, reason="long: make attack runs it"
)
def test_faults_are_noticed():
    program = Path(__file__).with_name("mutants.py")
    done = subprocess.run(
        [sys.executable, str(program), "--each", "4", "--seed", "1", "gap_parts"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    noticed, tried = (int(done.stdout.splitlines()[-1].split()[i]) for i in (0, 2))
    assert tried == 4
    assert noticed >= 2
