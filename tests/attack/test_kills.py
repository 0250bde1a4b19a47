"""Runs that are killed, runs at once, and full disks: the old result stays whole."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from few_files import few_maps
from table_toy import toy_assessment

from circle import outputs
from circle.cache import FOLDER_NAME
from circle.demo import make_demo
from circle.errors import OutputError
from circle.outputs import write_outputs

SECONDS = float(os.environ.get("CIRCLE_ATTACK_SECONDS", "1.5"))
SEED = int(os.environ.get("CIRCLE_ATTACK_SEED", "1"))
# `make attack` kills more often.
KILLS = max(8, int(SECONDS / 3))
OLD = "an older result"
posix = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")


def start(folder: Path) -> subprocess.Popen:
    """Begin a run with its own cache."""
    surroundings = {**os.environ, "CIRCLE_CACHE": str(folder / FOLDER_NAME)}
    return subprocess.Popen(
        [sys.executable, "-m", "circle", "run", "study.yaml"],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(folder: Path) -> None:
    """Run to the end."""
    process = start(folder)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode("utf-8", "replace")


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file but the record, which holds seconds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def passing(folder: Path) -> list[str]:
    """List what a run keeps beside its result while it writes."""
    return [one.name for one in folder.iterdir() if one.name.startswith(".results.")]


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A small district, run once: the study, and how long a run takes."""
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder, size=0.1)
    finish(folder)
    begun = time.monotonic()
    finish(folder)
    return folder, contents(folder / "results"), time.monotonic() - begun


def grown_old(folder: Path) -> dict[str, bytes]:
    """Mark a result as an old one, as circle would have written it."""
    page, record = folder / "results" / "report.html", folder / "results" / "run.json"
    page.write_text(OLD, encoding="utf-8")
    assert "report.html" in {
        one["file"] for one in json.loads(record.read_text("utf-8"))["outputs"]
    }
    return contents(folder / "results")


@posix
@pytest.mark.slow
@pytest.mark.skipif(SECONDS < 2, reason="long: make attack runs it")
def test_a_run_killed_at_any_moment_leaves_a_whole_result(district, record_property):
    folder, new, seconds = district
    at = random.Random(SEED)  # noqa: S311
    survived = 0
    for _ in range(KILLS):
        old = grown_old(folder)
        process = start(folder)
        # Most of a run is writing, and the swap comes last: look there more closely.
        time.sleep(seconds * at.choice((at.random(), at.uniform(0.8, 1.1))))
        process.kill()
        process.communicate()
        result = folder / "results"
        if result.exists():
            found = contents(result)
            assert found in (old, new)
            survived += found == old
        else:
            # Killed between two renames: the old one stands beside, whole.
            (aside,) = (one for one in passing(folder) if ".old-" in one)
            assert contents(folder / aside) == old
        if at.random() < 0.5:
            _damage_cache(folder / FOLDER_NAME, at)
    record_property("kills", KILLS)
    record_property("old result kept", survived)
    finish(folder)
    assert contents(folder / "results") == new
    assert passing(folder) == []
    assert json.loads((folder / "results" / "run.json").read_text("utf-8"))["outputs"]


def _damage_cache(folder: Path, at: random.Random) -> None:
    """Cut an entry of the cache, as a lost write would."""
    entries = sorted(folder.glob("*.cache"))
    if entries:
        entry = at.choice(entries)
        content = entry.read_bytes()
        entry.write_bytes(content[: at.randrange(len(content))])


@pytest.mark.slow
@pytest.mark.skipif(SECONDS < 2, reason="long: make attack runs it")
def test_two_runs_into_one_folder_leave_one_whole_result(district):
    folder, new, _ = district
    shutil.rmtree(folder / FOLDER_NAME)
    grown_old(folder)
    runs = [start(folder) for _ in range(2)]
    for one in runs:
        _, said = one.communicate(timeout=300)
        assert one.returncode == 0, said.decode("utf-8", "replace")
        assert b"damaged" not in said
    assert contents(folder / "results") == new
    assert passing(folder) == []


WRITERS = (
    "write_atlas", "write_report", "write_workbook", "write_csv_twins",
    "write_geopackage", "write_layer_files", "write_start_page", "write_results",
    "write_record",
)  # fmt: skip


def test_every_writer_is_tried_on_a_full_disk():
    known = {one for one in vars(outputs) if one.startswith("write_")}
    assert known - {"write_outputs", "write_whole"} == set(WRITERS)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The toy, and the folder of its result, which each test takes a copy of."""
    toy = toy_assessment(tmp_path_factory.mktemp("toy"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outputs, "write_atlas", few_maps)
        return toy, write_outputs(toy).folder


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_fills_leaves_the_old_result(toy, tmp_path, monkeypatch, name):
    toy, old = toy
    result = tmp_path / "result"
    shutil.copytree(old, result)
    # Told from the new one, which has the same bytes otherwise.
    (result / "gaps.xlsx").write_bytes(b"old")
    before = contents(result)
    monkeypatch.setattr(outputs, "write_atlas", few_maps)
    write = getattr(outputs, name)

    def fill(*given: object, **named: object):
        write(*given, **named)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(outputs, name, fill)
    with pytest.raises(OutputError, match="No space left"):
        write_outputs(toy, result)
    assert contents(result) == before
    assert not list(tmp_path.glob(".result*"))


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.skipif(SECONDS < 2, reason="long: make attack runs it")
def test_a_summary_that_cannot_be_printed_is_no_lost_result(tmp_path):
    """The result is in place before anything is printed."""
    make_demo(tmp_path, size=0.1)
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "circle", "run", "study.yaml"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 3
    assert "stdout: 无法写入（磁盘空间不足）" in said
    assert "Traceback" not in said
    assert (tmp_path / "results" / "run.json").is_file()
    assert passing(tmp_path) == []
