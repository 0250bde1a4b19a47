"""Assess a demo district: from the street file, and again with what was cached."""

import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.measure import (
    Stopwatch,
    describe_machine,
    keep_result,
    middle,
    peak_mb,
    run_module,
)

PACKAGES = ("numpy", "numba", "scipy", "pandas", "geopandas")
CACHE = ".circle-cache"


def measure_district(
    size: str, *, rounds: int = 3, warm_up: bool = True
) -> dict[str, Any]:
    """
    Make a demo district and assess it, each time in a process of its own.

    Parameters
    ----------
    size
        Size as `make_demo` takes it, such as ``pudong`` or ``1``.
    rounds
        Counted rounds with the cache; medians are given.
    warm_up
        Whether a run that does not count goes first, so that all is compiled.

    Returns
    -------
    result
        What `report` prints: counts, seconds by stage, peak megabytes, first from the
        street file and then cached.
    """
    make_demo = import_module("circle.demo").make_demo
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "district"
        counts = make_demo(folder, size=size)
        study = str(folder / "study.yaml")
        # Compiles what is not compiled yet; what it cached is thrown away.
        if warm_up:
            run_module("benchmarks.district", ["--once", study])
        first = []
        for _ in range(rounds):
            _forget(folder)
            first.append(run_module("benchmarks.district", ["--once", study]))
        again = [
            run_module("benchmarks.district", ["--once", study]) for _ in range(rounds)
        ]
        cached = any(folder.rglob(CACHE))
    return {
        "size": size,
        "rounds": rounds,
        "machine": describe_machine(PACKAGES),
        "counts": {key: int(value) for key, value in vars(counts).items()},
        "cached": cached,
        "from_file": _sum_up(first),
        "again": _sum_up(again),
    }


def assess_once(study: Path) -> dict[str, Any]:
    """
    Load and assess one study in this process.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    measured
        Seconds by stage and peak megabytes; importing circle counts as a stage.
    """
    watch = Stopwatch()
    with watch.lap("import"):
        circle = import_module("circle")
        for name in ("read_study", "load_city", "assess"):
            getattr(circle, name)
    with watch.lap("load"):
        city = circle.load_city(circle.read_study(study))
    with watch.lap("assess"):
        assessment = circle.assess(city)
    stages = {f"assess: {one}": s for one, s in assessment.seconds.items()}
    seconds = {"import": watch.seconds["import"], "load": watch.seconds["load"]}
    return {"seconds": {**seconds, **stages}, "peak_mb": peak_mb()}


def _forget(folder: Path) -> None:
    """Remove the caches beside the inputs."""
    for cache in list(folder.rglob(CACHE)):
        for one in sorted(cache.rglob("*"), reverse=True):
            one.rmdir() if one.is_dir() else one.unlink()
        cache.rmdir()


def _sum_up(rounds: list[dict[str, Any] | None]) -> dict[str, Any]:
    """Give medians of seconds and the largest peak."""
    done = [one for one in rounds if one is not None]
    return {
        "seconds": middle([one["seconds"] for one in done]),
        "peak_mb": max(one["peak_mb"] for one in done),
        "rounds": [sum(one["seconds"].values()) for one in done],
    }


@click.command(help=__doc__)
@click.option("--size", default="pudong", show_default=True, help="Size of the demo.")
@click.option("--rounds", default=3, show_default=True, help="Rounds to count.")
def main(*, size: str, rounds: int) -> None:
    """Measure, keep and print."""
    result = measure_district(size, rounds=rounds)
    keep_result("district", result)
    click.echo(report.district_section(result))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        path, out = Path(sys.argv[2]), Path(sys.argv[3])
        out.write_text(json.dumps(assess_once(path)), "utf-8")
    else:
        main()
