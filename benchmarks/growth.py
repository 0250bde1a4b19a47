"""Assess demo districts of several sizes, and see how seconds and megabytes grow."""

from typing import Any

import click
import numpy as np

from benchmarks import report
from benchmarks.district import PACKAGES, measure_district
from benchmarks.measure import describe_machine, keep_result

SIZES = (1.0, 3.0, 10.0, 30.0)


def measure_growth(
    sizes: tuple[float, ...] = SIZES, *, rounds: int = 1
) -> dict[str, Any]:
    """
    Measure districts of several sizes.

    Parameters
    ----------
    sizes
        Sizes as multiples of 121 km², ascending, two or more.
    rounds
        Counted rounds for each.

    Returns
    -------
    result
        What `report` prints: one row per size, and the exponents with which seconds
        and megabytes grow (1 means in proportion).
    """
    rows = []
    for size in sizes:
        # What the first district compiled serves the others.
        one = measure_district(f"{size:g}", rounds=rounds, warm_up=size == sizes[0])
        rows.append(
            {
                "size": size,
                "cells": one["counts"]["n_cells"],
                "nodes": one["counts"]["n_nodes"],
                "facilities": one["counts"]["n_facilities"],
                "file_s": one["from_file"]["seconds"]["total"],
                "again_s": one["again"]["seconds"]["total"],
                "working_s": _working_s(one["again"]["seconds"]),
                "peak_mb": one["from_file"]["peak_mb"],
            }
        )
        click.echo(f"size {size:g}: {rows[-1]['file_s']:.1f} s")
    figures = ("file_s", "again_s", "working_s", "peak_mb")
    return {
        "rounds": rounds,
        "machine": describe_machine(PACKAGES),
        "rows": rows,
        "exponents": {
            name: growth_exponent([row["cells"] for row in rows],
                                  [row[name] for row in rows])
            for name in figures
        },
    }  # fmt: skip


def growth_exponent(sizes: list[float], figures: list[float]) -> float:
    """
    Fit how a figure grows with a size: the slope of logarithm on logarithm.

    Parameters
    ----------
    sizes
        Sizes, positive.
    figures
        A figure for each size, positive.

    Returns
    -------
    exponent
        1 if in proportion, 2 if with the square.

    Examples
    --------
    >>> round(growth_exponent([1, 10, 100], [2, 20, 200]), 6)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(figures), 1)[0])


def _working_s(seconds: dict[str, float]) -> float:
    """Leave out the imports, which take the same whatever the size."""
    return seconds["total"] - seconds["import"]


@click.command(help=__doc__)
@click.option(
    "--sizes", default="1,3,10,30", show_default=True, help="Sizes, comma-separated."
)
@click.option("--rounds", default=1, show_default=True, help="Rounds for each size.")
def main(*, sizes: str, rounds: int) -> None:
    """Measure, keep and print."""
    result = measure_growth(tuple(map(float, sizes.split(","))), rounds=rounds)
    keep_result("growth", result)
    click.echo(report.growth_section(result))


if __name__ == "__main__":
    main()
