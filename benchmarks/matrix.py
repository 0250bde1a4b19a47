"""Read ten million rows of distances and solve each model on them, greedily."""

import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
from pyarrow import csv
from scipy.spatial import KDTree

from benchmarks import report
from benchmarks.matrix_once import TASKS
from benchmarks.measure import describe_machine, keep_result, run_module

PACKAGES = ("highspy", "numba", "numpy", "pyarrow", "scipy")
SIDE_M = 34_785.0  # 1,210 km², as Pudong
# Rows per demand: its nearest candidates.
NEAREST = 100


def write_table(path: Path, n_demands: int, n_candidates: int) -> int:
    """
    Write a table of distances, a demand's nearest candidates in `NEAREST` rows.

    Parameters
    ----------
    path
        File to write.
    n_demands
        Demands.
    n_candidates
        Candidates.

    Returns
    -------
    rows
        Number of rows.
    """
    random = np.random.default_rng(2026)
    demands = random.uniform(0, SIDE_M, (n_demands, 2))
    candidates = random.uniform(0, SIDE_M, (n_candidates, 2))
    near = min(NEAREST, n_candidates)
    found = KDTree(candidates).query(demands, k=near)
    metres, candidate = (np.asarray(one).ravel() for one in found)
    people = np.rint(random.gamma(1.0, 47.0, n_demands)).astype(int)
    demand = np.repeat(np.arange(n_demands), near)
    names = np.array([f"K{one:05d}" for one in range(n_candidates)], dtype=object)
    keys = np.array([f"D{one:06d}" for one in range(n_demands)], dtype=object)
    table = pa.table(
        {
            "demand_id": keys[demand],
            "weight": people[demand],
            "candidate_id": names[candidate],
            "distance": metres.round(1),
        }
    )
    csv.write_csv(table, path)
    return int(table.num_rows)


def measure_matrix(n_demands: int, n_candidates: int) -> dict[str, Any]:
    """
    Read and solve one table by every model, each in a process of its own.

    Parameters
    ----------
    n_demands
        Demands.
    n_candidates
        Candidates.

    Returns
    -------
    measured
        Rows of figures, and the size of the table.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "distances.csv"
        n_rows = write_table(file, n_demands, n_candidates)
        megabytes = file.stat().st_size / 1e6
        rows = [run_module("benchmarks.matrix_once", [str(file), one]) for one in TASKS]
    return {
        "rows": rows,
        "pairs": n_rows,
        "megabytes": megabytes,
        "demands": n_demands,
        "candidates": n_candidates,
        "rounds": 1,
        "machine": describe_machine(PACKAGES),
    }


@click.command(help=__doc__)
@click.option("--demands", default=100_000, show_default=True)
@click.option("--candidates", default=4_000, show_default=True)
def main(*, demands: int, candidates: int) -> None:
    """Measure, keep and print."""
    result = measure_matrix(demands, candidates)
    keep_result("matrix", result)
    click.echo(report.matrix_section(result))


if __name__ == "__main__":
    main()
