"""Other machines: little memory, one core, strange paths and locales, same bytes."""

import os
import platform
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from circle.demo import make_demo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX systems"),
]
ONE_GB = 10**9


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder, size=0.1)
    return folder


@pytest.fixture(scope="module")
def plain(district):
    """The files of a run as it usually is."""
    run(district, {"PYTHONHASHSEED": "0"})
    return contents(district / "results")


def run(folder: Path, surroundings: dict[str, str], before=None, *, at=None) -> None:
    """Run in a folder, or from another one."""
    study = "study.yaml" if at is None else os.path.relpath(folder / "study.yaml", at)
    done = subprocess.run(
        [sys.executable, "-m", "circle", "run", study],
        cwd=at or folder,
        env={**os.environ, "CIRCLE_CACHE": "off", **surroundings},
        preexec_fn=before,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file but the record, which holds seconds and the hash of inputs."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def little_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (ONE_GB, ONE_GB))


def one_core():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


SURROUNDINGS = {
    "one core, other seed and clock, C locale, Chinese path": (
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        one_core,
    ),
    "more threads than cores, German locale, other folder": (
        {
            "PYTHONHASHSEED": "3",
            "TZ": "America/St_Johns",
            "LC_ALL": "de_DE.UTF-8",
            "NUMBA_NUM_THREADS": "7",
            "OMP_NUM_THREADS": "5",
            "OPENBLAS_NUM_THREADS": "5",
        },
        None,
    ),
    "one thread": (
        {
            "PYTHONHASHSEED": "random",
            "TZ": "UTC",
            "NUMBA_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        None,
    ),
    # Without what newer ones add, sums and functions may be worked out otherwise.
    "an older processor": (
        {
            "NUMBA_CPU_NAME": "x86-64",
            "NUMBA_CPU_FEATURES": "",
            "NPY_DISABLE_CPU_FEATURES": "X86_V3",
            "OPENBLAS_CORETYPE": "Nehalem",
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX,-FMA4",
        },
        None,
    ),
    "1 GB of memory, locale that is not UTF-8": (
        {
            "PYTHONHASHSEED": "2",
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
        little_memory,
    ),
}


@pytest.mark.skipif(
    "CIRCLE_ATTACK_SECONDS" not in os.environ, reason="long: make attack runs it"
)
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_same_bytes_come_out_everywhere(district, plain, tmp_path, name):
    # Python can spell such a path in every locale but one that forbids UTF-8.
    folder = tmp_path / "a b" / "c'd"
    if "PYTHONUTF8" not in SURROUNDINGS[name][0]:
        folder = tmp_path / "带 空格 的目录" / "区'县"
    if "processor" in name and platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("the switches are those of x86")
    shutil.copytree(district, folder, ignore=shutil.ignore_patterns("results"))
    run(folder, *SURROUNDINGS[name], at=tmp_path if "other folder" in name else None)
    found = contents(folder / "results")
    assert different(found, plain) == []


def test_a_path_that_cannot_be_spelt_is_named(district, tmp_path):
    folder = tmp_path / "目录"
    shutil.copytree(district, folder, ignore=shutil.ignore_patterns("results"))
    limited = SURROUNDINGS["1 GB of memory, locale that is not UTF-8"][0]
    done = subprocess.run(
        [sys.executable, "-m", "circle", "run", str(folder / "study.yaml")],
        env={**os.environ, **limited},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3
    assert b"PYTHONUTF8=1" in done.stderr


def different(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Name the files that are not the same in both."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def test_a_difference_would_be_found():
    plain = {"tables/coverage.csv": b"1", "gaps.xlsx": b"2"}
    assert different(plain, plain) == []
    assert different(plain, plain | {"tables/coverage.csv": b""}) == [
        "tables/coverage.csv"
    ]
    assert different(plain, {**plain, "more.csv": b""}) == ["more.csv"]
