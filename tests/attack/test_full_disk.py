"""Disks that fill for real, under every command: the old stays whole, the rest goes."""

import gc
import os
import random
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner
from osm_canned import canned_services

from circle import cache
from circle.cli import main
from circle.demo import make_demo
from circle.inventory import read_inventory
from circle.profile_reading import read_profile
from circle.template import write_template

SECONDS = float(os.environ.get("CIRCLE_ATTACK_SECONDS", "0"))
SEED = int(os.environ.get("CIRCLE_ATTACK_SEED", "1"))
TRIES = 2 if SECONDS < 60 else 6
MB = 1 << 20
DISK_MB = 64
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SECONDS == 0, reason="long: make attack runs it"),
    pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX systems"),
]

# What each command writes is named after the folder it is given.
COMMANDS = {
    "run": "run study.yaml --out {}/results",
    "site": "site study.yaml --out {}/plans --alternatives 1 --frontier sites",
    "points": "site study.yaml --out {}/points --points",
    "accept": "accept study.yaml --out {}/acceptance",
    "sweep": "sweep sweep.yaml --out {}/sweep.csv --workers 1",
    "merge": "merge facilities.xlsx return.xlsx --out {0}/all.xlsx --report {0}/r.csv",
    "merge to text": "merge facilities.xlsx return.xlsx --out {}/all.csv",
    "template": "template --out {}/items.xlsx --inventory facilities.xlsx",
    "marked": "check faulty.xlsx --marked {}/marked.xlsx",
    "demo": "demo --out {}/made --size 0.05",
    "init": "init {}/fresh",
    "compare": "compare old new --out {}/progress",
    "progress": "progress old new --label 1 --label 2 --out {}/record",
    "whatif": "whatif study.yaml --close F00001 --out {}/otherwise",
    "fetch": "fetch Testland --out {}/fetched",
}
NOT_WRITTEN = re.compile("无法写入（|cannot be (written|kept)|cannot be fetched")
# These refuse to write over what is there.
ONCE = ("init", "fetch")
CODES = {"marked": (3,)}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Everything that the commands read, and the current folder."""
    place = tmp_path_factory.mktemp("place")
    make_demo(place, size=0.05)
    sweep = {"studies": ["study.yaml"], "grid": {"minutes": [10, 15]}}
    (place / "sweep.yaml").write_text(yaml.safe_dump(sweep), "utf-8")
    pudong = read_profile("pudong")
    old = [read_inventory(place / "facilities.xlsx", profile=pudong)]
    write_template(
        place / "return.xlsx", profile=pudong, language="zh", inventories=old
    )
    with pytest.MonkeyPatch.context() as patch, canned_services() as (services, _):
        at_once = SimpleNamespace(sleep=lambda _: None)
        patch.setattr("osmnx._nominatim.time", at_once)
        patch.setattr("osmnx._overpass.time", at_once)
        patch.chdir(place)
        patch.setenv("CIRCLE_CACHE", str(place / "kept"))
        for name in ("old", "new"):
            assert call(f"run study.yaml --out {name}").exit_code == 0
        table = (place / "facilities.csv").read_text("utf-8-sig")
        (place / "faulty.csv").write_text(table.replace("开放", "半开"), "utf-8")
        _as_workbook(place / "faulty.csv", place / "faulty.xlsx")
        yield SimpleNamespace(folder=place, services=services)


def _as_workbook(table: Path, book: Path) -> None:
    """Write a CSV table as a workbook."""
    import pandas as pd  # noqa: PLC0415

    pd.read_csv(table, dtype=str).to_excel(book, index=False)


def call(line: str, **more: object):
    """Call circle; folders of a line have no spaces."""
    return CliRunner().invoke(main, [*line.split(), *more.get("words", [])])


def words_for(name: str, place) -> list[str]:
    """Name the canned servers."""
    if name != "fetch":
        return []
    servers = place.services
    return ["--nominatim", servers.nominatim_url, "--overpass", servers.overpass_url]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A small disk of its own."""
    folder = tmp_path_factory.mktemp("disk")
    asked = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only the administrator may mount a small disk")
    done = subprocess.run(asked, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a small disk: {done.stderr.decode()}")
    yield folder
    umount = [shutil.which("umount") or "umount", "-l", str(folder)]
    subprocess.run(umount, check=True)


@contextmanager
def little_room(folder: Path, n_bytes: int):
    """Leave so many bytes on a disk."""
    filler = folder / "filler"
    found = os.statvfs(folder)
    size = found.f_bavail * found.f_frsize - n_bytes
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def small_files(_: Path, n_bytes: int):
    """Let no file grow beyond so many bytes, as a quota would."""
    import resource  # noqa: PLC0415

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file, hidden ones too, but for what holds seconds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"run.json", "filler"}
    }


def passing(folder: Path) -> list[str]:
    """List what is kept while a command writes."""
    return [one for one in contents(folder) if ".part" in one or ".old" in one]


def attack(name: str, place, folder: Path, room, *, amounts) -> int:
    """Call a command with less and less room; count how often it could not write."""
    line, words = COMMANDS[name].format(folder), words_for(name, place)
    good = CODES.get(name, (0,))
    if name not in ONCE:
        done = call(line, words=words)
        assert done.exit_code in good, done.output
    refused = 0
    for n_bytes in amounts:
        before = contents(folder)
        with room(folder, n_bytes):
            done = call(line, words=words)
        told = NOT_WRITTEN.search(done.output) is not None
        if done.exit_code in good and not told:
            if name in ONCE:
                _remove_all(folder)
            continue
        refused += 1
        assert done.exit_code == 3, (n_bytes, done.output, done.exception)
        assert told, (n_bytes, done.output)
        assert "Traceback" not in done.output
        after = contents(folder)
        for one, content in before.items():
            # A sweep adds its finished runs line by line.
            assert after[one].startswith(content), one
            assert after[one] == content or one.endswith(".runs.jsonl"), one
        assert passing(folder) == []
        if name in ONCE:
            assert after == before
    done = call(line, words=words)
    assert done.exit_code in good, done.output
    assert passing(folder) == []
    return refused


def _remove_all(folder: Path) -> None:
    """Empty a folder."""
    for one in folder.iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()


def amounts_for(largest: int, name: str) -> list[int]:
    """Choose amounts of room below the largest, the same for the same seed."""
    at = random.Random(f"{SEED} {name}")  # noqa: S311
    return [0, *(int(largest * at.random() ** 2) for _ in range(TRIES))]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(name, place, disk, record_property):
    _remove_all(disk)
    amounts = amounts_for(6 * MB if name in {"run"} else MB // 2, name)
    refused = attack(name, place, disk, little_room, amounts=amounts)
    record_property("refused", refused)
    assert refused


# Temporary files may not grow either; openpyxl complains of its own once more when what
# it has left is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", COMMANDS)
def test_files_that_may_not_grow(name, place, tmp_path, record_property):
    sizes = [max(256, one) for one in amounts_for(64 * 1024, name)]
    refused = attack(name, place, tmp_path, small_files, amounts=sizes)
    # Now, under this mark, and not in the test that comes next.
    gc.collect()
    record_property("refused", refused)
    assert refused


@contextmanager
def read_only(folder: Path):
    """Let nothing be written to a disk."""
    mount = shutil.which("mount") or "mount"
    subprocess.run([mount, "-o", "remount,ro", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run([mount, "-o", "remount,rw", str(folder)], check=True)


@pytest.mark.parametrize("name", ["run", "site", "merge", "template", "init"])
def test_a_disk_that_is_read_only(name, place, disk):
    _remove_all(disk)
    line, words = COMMANDS[name].format(disk), words_for(name, place)
    if name not in ONCE:
        assert call(line, words=words).exit_code == 0
    before = contents(disk)
    with read_only(disk):
        done = call(line, words=words)
        assert done.exit_code == 3, (done.output, done.exception)
        assert "磁盘为只读" in done.output or "Read-only" in done.output
    assert contents(disk) == before
    assert passing(disk) == []


def test_a_cache_on_a_full_disk(place, disk, monkeypatch, caplog):
    """The run ends well without it, and nothing half-written is kept."""
    _remove_all(disk)
    monkeypatch.setenv("CIRCLE_CACHE", str(disk / "kept"))
    for n_bytes in (64 * 1024, 512 * 1024):
        with little_room(disk, n_bytes):
            done = call("check study.yaml")
            assert done.exit_code == 0, done.output
            done = call(f"run study.yaml --out {place.folder / 'elsewhere'}")
        assert done.exit_code == 0, done.output
        assert not list(disk.rglob("*.part"))
    assert "No space left on device" in caplog.text
    caplog.clear()
    assert call("run study.yaml --out elsewhere").exit_code == 0
    assert list((disk / "kept").glob(f"*{cache._SUFFIX}"))
    assert call("run study.yaml --out elsewhere").exit_code == 0
    assert "damaged" not in caplog.text


def test_every_command_that_writes_is_tried():
    tried = {line.split()[0] for line in COMMANDS.values()}
    quiet = {"profiles", "completion"}
    # Writes like a comparison, and takes long.
    quiet |= {"sensitivity"}
    assert tried | quiet == set(main.commands)
