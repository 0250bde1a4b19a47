"""Compare circle with its peers on the raw walking graph of one OSM file."""

import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks import report
from benchmarks.measure import describe_machine, keep_result, middle, run_module
from benchmarks.raw_graph import RawGraph
from benchmarks.raw_streets import make_raw_graph, time_reading

CONTENDERS = ("circle", "plain", "scipy", "pandana", "pandarm")
TASKS = ("nearest", "catchments", "places")
PACKAGES = ("numpy", "numba", "scipy")
COMPILED_ELSEWHERE = frozenset({"pandana", "pandarm"})
"""AGPL packages, never a dependency of circle: they may have their own Python."""

Answer = dict[str, NDArray[Any]]


def compare_peers(
    path: Path,
    *,
    rounds: int = 3,
    contenders: tuple[str, ...] = CONTENDERS,
    peer_python: str | None = None,
) -> dict[str, Any]:
    """
    Let every contender answer the same questions on the same graph.

    Parameters
    ----------
    path
        OSM file.
    rounds
        Counted rounds; medians are given.
    contenders
        Some of `CONTENDERS`; those not installed are left out.
    peer_python
        Interpreter that has pandana and pandarm; the running one if not given.

    Returns
    -------
    result
        What `report` prints: the graph, seconds and megabytes by task and contender,
        and how far the answers agree.
    """
    streets, read_s = time_reading(path, rounds)
    raw = make_raw_graph(streets)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw.save(folder / "raw.npz")
        ask = _Asker(folder, peer_python)
        measured: dict[str, dict[str, Any]] = {task: {} for task in TASKS}
        answers: dict[tuple[str, str], Answer] = {}
        for task in TASKS:
            # Rounds take turns, so that a busy spell of the machine hits all alike.
            for one in contenders * rounds:
                ask.about(task, one, measured[task], answers)
        beside: dict[str, Any] = {}
        for one in ("circle", "pandana"):
            if one in measured["nearest"]:
                ask.about("beside", one, beside, answers)
    machine = describe_machine(PACKAGES)
    for one in measured["nearest"].values():
        machine["versions"] |= one["versions"]
    return {
        "file": path.name,
        "read_s": read_s,
        "rounds": rounds,
        "graph": _describe(raw),
        "machine": machine,
        **measured,
        "agreement": _agreement(raw, answers),
    }


class _Asker:
    """Runs one contender on one task, each in its own process."""

    def __init__(self, folder: Path, peer_python: str | None) -> None:
        self._folder, self._peer_python = folder, peer_python

    def about(
        self,
        task: str,
        name: str,
        measured: dict[str, Any],
        answers: dict[tuple[str, str], Answer],
    ) -> None:
        """Add one round and the answer, unless the contender is missing."""
        out = self._folder / f"{task}-{name}.npz"
        python = self._peer_python if name in COMPILED_ELSEWHERE else None
        arguments = [name, task, "1", str(self._folder / "raw.npz"), str(out)]
        found = run_module("benchmarks.contender", arguments, python=python)
        if found is None:
            return
        known = measured.get(name, {"rounds": [], "peak_mb": 0.0})
        turns = known["rounds"] + found["rounds"]
        measured[name] = {
            "rounds": turns,
            "seconds": middle(turns),
            "peak_mb": max(known["peak_mb"], found["peak_mb"]),
            "start_mb": found["start_mb"],
            "versions": found["versions"],
        }
        with np.load(out) as arrays:
            answers[task, name] = dict(arrays)
        click.echo(f"{task} {name}: {sum(found['rounds'][0].values()):.2f} s")


def _describe(raw: RawGraph) -> dict[str, int]:
    """Count what the graph holds."""
    return {
        "nodes": len(raw.x_m),
        "pieces": len(raw.start),
        "types": raw.facilities.shape[0],
        "facilities_per_type": raw.facilities.shape[1],
        "candidates": len(raw.candidates),
        "origins": len(raw.origins),
        "unsettled": int((~raw.settled).sum()),
    }


def _agreement(
    raw: RawGraph, answers: dict[tuple[str, str], Answer]
) -> list[dict[str, Any]]:
    """Compare every answer with that of circle."""
    rows = []
    for (task, name), answer in answers.items():
        own = answers.get((task, "circle"))
        if name == "circle" or own is None:
            continue
        if "count" in own:
            settled = raw.settled if task == "catchments" else np.ones_like(raw.settled)
            found = _catchments_differ(own, answer, settled)
        else:
            found = _nearest_differ(own["metres"], answer["metres"], raw.settled)
        rows.append({"task": task, "peer": name, **found})
    return rows


def _nearest_differ(
    own: NDArray[np.float64], other: NDArray[np.float64], settled: NDArray[np.bool_]
) -> dict[str, Any]:
    """Compare metres to the nearest facility at the settled nodes."""
    own, other = own[settled], other[settled]
    both = np.isfinite(own) & np.isfinite(other)
    only_one = np.isfinite(own) != np.isfinite(other)
    return {"only_one": int(only_one.sum()), **_spread_of(own[both] - other[both])}


def _catchments_differ(
    own: Answer, other: Answer, settled: NDArray[np.bool_]
) -> dict[str, Any]:
    """Compare who is in reach of the first candidates, and how far."""
    key, metres = _keys(own, settled)
    other_key, other_metres = _keys(other, settled)
    _, a, b = np.intersect1d(key, other_key, return_indices=True)
    only_one = len(key) + len(other_key) - 2 * len(a)
    return {"only_one": only_one, **_spread_of(metres[a] - other_metres[b])}


def _keys(
    answer: Answer, settled: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give one number to each pair of first candidate and settled node."""
    count, node = answer["count"], answer["node"]
    first = np.repeat(np.arange(len(count)), count)[: len(node)]
    keep = settled[node]
    return (first * len(settled) + node)[keep], answer["metres"][keep]


def _spread_of(differences_m: NDArray[np.float64]) -> dict[str, float]:
    """Describe differences in metres."""
    apart_m = np.abs(differences_m)
    if not len(apart_m):
        return {"compared": 0, "same_share": 1.0, "median_m": 0.0, "over_1_m": 0}
    return {
        "compared": len(apart_m),
        "same_share": float((apart_m == 0).mean()),
        "median_m": float(np.median(apart_m)),
        "over_1_m": int((apart_m > 1).sum()),
    }


@click.command(help=__doc__)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rounds", default=3, show_default=True, help="Rounds to count.")
@click.option(
    "--peer-python",
    envvar="PEER_PYTHON",
    help="Python that has pandana and pandarm (AGPL, optional); else this one.",
)
def main(path: Path, *, rounds: int, peer_python: str | None) -> None:
    """Measure, keep and print."""
    result = compare_peers(path, rounds=rounds, peer_python=peer_python)
    keep_result("peers", result)
    click.echo(report.peers_section(result))


if __name__ == "__main__":
    main()
