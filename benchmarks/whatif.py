"""Measure how long a what-if takes once a city is loaded: facilities and streets."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
import shapely

from benchmarks import report
from benchmarks.measure import describe_machine, keep_result, peak_mb
from circle.changes import apply_changes
from circle.city import City, load_city
from circle.demo import make_demo
from circle.evaluation import Evaluation, evaluate
from circle.scenario import Scenario
from circle.street_access import CLOSED
from circle.study import read_study

PACKAGES = ("numba", "numpy", "pandas", "scipy")
N_RUNS = 100


def whatif_changes(city: City, n: int) -> dict[str, list[dict[str, Any]]]:
    """
    Make single changes that are spread over a city.

    Parameters
    ----------
    city
        The city.
    n
        How many of each kind.

    Returns
    -------
    changes
        Kind to changes: close, open and move a facility.
    """
    open_now = city.facilities[city.facilities["status"] == "open"]
    open_now = open_now[~open_now.geometry.isna()]
    step = max(1, len(open_now) // n)
    some = open_now.iloc[::step].head(n)
    crs = city.crs.to_string()
    x, y = (one(some.geometry.to_numpy()) for one in (shapely.get_x, shapely.get_y))
    ids, types = some["facility_id"].tolist(), some["type_id"].tolist()
    there = [
        {"at": [float(a) + 300.0, float(b) + 300.0], "crs": crs}
        for a, b in zip(x, y, strict=True)
    ]
    return {
        "close": [{"change": "close_facility", "id": one} for one in ids],
        "open": [
            {"change": "add_facility", "type": one, **place}
            for one, place in zip(types, there, strict=True)
        ],
        "move": [
            {"change": "move_facility", "id": one, **place}
            for one, place in zip(ids, there, strict=True)
        ],
    }


def measure_whatif(city: City, *, n: int = N_RUNS) -> dict[str, Any]:
    """
    Time what-ifs on a loaded city.

    Parameters
    ----------
    city
        The city.
    n
        What-ifs of each kind; one street.

    Returns
    -------
    result
        Seconds of the base, of the middle what-if of each kind and of all of a kind
        together, of one cut street, and peak memory in MB.
    """
    begun = time.perf_counter()
    base = evaluate(city)
    result: dict[str, Any] = {"base_s": time.perf_counter() - begun, "n": n}
    for kind, changes in whatif_changes(city, n).items():
        _one(city, base, changes[0])
        seconds = [_one(city, base, one) for one in changes]
        result |= {
            f"{kind}_s": statistics.median(seconds),
            f"{kind}_all_s": sum(seconds),
        }
    if city.networks:
        result["street_s"] = _one(city, base, _cut(city))
    return {**result, "cells": len(city.cells), "peak_mb": peak_mb()}


def _cut(city: City) -> dict[str, Any]:
    """Cut the street nearest to the middle of all streets, straight across."""
    streets = next(iter(city.networks.values())).streets
    is_open = (streets.pace != CLOSED).all(axis=1)
    ends = [
        np.stack([streets.x_m[one], streets.y_m[one]], axis=1)[is_open]
        for one in (streets.start, streets.end)
    ]
    middles = (ends[0] + ends[1]) / 2
    away_m = np.hypot(*(middles - middles.mean(axis=0)).T)
    nearest = int(np.argmin(away_m))
    along = ends[1][nearest] - ends[0][nearest]
    across = np.array([-along[1], along[0]]) / np.hypot(*along) * 5.0
    line = [(middles[nearest] + one).tolist() for one in (-across, across)]
    return {"change": "cut_street", "line": line, "crs": city.crs.to_string()}


def _one(city: City, base: Evaluation, change: dict[str, Any]) -> float:
    """Time one what-if, from the record to coverage and missing items."""
    begun = time.perf_counter()
    scenario = Scenario.model_validate({"name": "one", "changes": [change]})
    changed = apply_changes(city, scenario)
    known = None if changed.type_ids is None else base
    evaluate(changed.city, base=known, type_ids=changed.type_ids)
    return time.perf_counter() - begun


def measure_size(size: str, *, n: int = N_RUNS) -> dict[str, Any]:
    """
    Make a demo district and time what-ifs on it.

    Parameters
    ----------
    size
        Size as `make_demo` takes it, such as ``pudong`` or ``1``.
    n
        What-ifs of each kind.

    Returns
    -------
    result
        What `report` prints.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "district"
        make_demo(folder, size=size)
        city = load_city(read_study(folder / "study.yaml"))
    return described(measure_whatif(city, n=n), size)


def described(result: dict[str, Any], size: str) -> dict[str, Any]:
    """
    Add on what the figures were measured.

    Parameters
    ----------
    result
        What `measure_whatif` gave.
    size
        Name of the district.

    Returns
    -------
    result
        With size, rounds and machine.
    """
    machine = describe_machine(PACKAGES)
    return {"size": size, "rounds": 1, "machine": machine, **result}


@click.command(help=__doc__)
@click.option("--size", default="pudong", show_default=True, help="Size of the demo.")
@click.option(
    "--study",
    type=click.Path(path_type=Path, exists=True),
    help="A study that is there already, in place of a new demo.",
)
@click.option(
    "--runs", default=N_RUNS, show_default=True, help="What-ifs of each kind."
)
def main(*, size: str, study: Path | None, runs: int) -> None:
    """Measure, keep and print."""
    if study is None:
        result = measure_size(size, n=runs)
    else:
        city = load_city(read_study(study))
        result = described(measure_whatif(city, n=runs), size)
    keep_result("whatif", result)
    click.echo(report.whatif_section(result))


if __name__ == "__main__":
    main()
