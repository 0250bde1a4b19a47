"""Fuzzing led by coverage, in a process of its own for each reader."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_fuzz_readers import NAMES, SEED

SECONDS = float(os.environ.get("CIRCLE_ATTACK_SECONDS", "0"))
PROGRAM = Path(__file__).with_name("coverage_fuzz.py")
# libFuzzer ends so for an uncaught error, a slow and a large input.
FOUND = {77: "an error that is none of circle", 70: "too slow", 71: "too much memory"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SECONDS == 0, reason="long: make attack runs it"),
    pytest.mark.skipif(
        importlib.util.find_spec("atheris") is None,
        reason="needs atheris: pip install --group fuzz (Linux)",
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_only_errors_of_circle_come_out(name, tmp_path, record_property):
    given = ["--seconds", str(max(2, round(SECONDS))), "--seed", str(SEED % 10**9)]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), name, *given, "--folder", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace")
    runs = said.rpartition("number_of_executed_units:")[2].split()
    why = said[said.find("Uncaught Python exception") :] if "Uncaught" in said else said
    assert done.returncode == 0, f"{FOUND.get(done.returncode)}: {why[-3000:]}"
    record_property("coverage led", int(runs[0]))
    assert int(runs[0]) > 0
