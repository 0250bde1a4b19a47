"""Run one contender in a process of its own: ``contender NAME TASK ROUNDS RAW OUT``."""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import MISSING, Stopwatch, find_versions, peak_mb
from benchmarks.raw_graph import Catchments, RawGraph

LIMIT_M = {
    "nearest": 3_000.0,
    "catchments": 1_000.0,
    "beside": 3_000.0,
    "places": 1_000.0,
}


class Contender(Protocol):
    """What a contender answers; one that does not answer a task lacks its function."""

    def nearest(
        self, raw: RawGraph, limit_m: float, watch: Stopwatch
    ) -> NDArray[np.float64]:
        """
        Find the nearest facility of each type from every node.

        Parameters
        ----------
        raw
            The graph.
        limit_m
            Metres beyond which an answer does not count.
        watch
            Notes the laps ``build``, ``snap`` and ``query``.

        Returns
        -------
        metres
            Infinite beyond the limit, shape (nodes, types).
        """

    def catchments(self, raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
        """List the nodes within the limit of each candidate."""

    def places(self, raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
        """List the origins within the limit of each candidate, as a planner asks."""

    def beside(
        self, raw: RawGraph, limit_m: float, watch: Stopwatch
    ) -> NDArray[np.float64]:
        """Find the nearest of the places beside the streets from every node."""


def load(name: str) -> Any:
    """
    Find what answers for a contender.

    Parameters
    ----------
    name
        ``circle``, ``pandana``, ``pandarm``, ``scipy`` or ``plain``.

    Returns
    -------
    contender
        What of `Contender` it answers.

    Raises
    ------
    ImportError
        If a package it needs is not installed.
    """
    if name in {"pandana", "pandarm"}:
        return import_module("benchmarks.peer_pandana").Peer(name)
    return import_module(f"benchmarks.peer_{name}")


def main(arguments: list[str]) -> int:
    """
    Measure one task and write what was measured.

    Parameters
    ----------
    arguments
        Contender, task, rounds, file of the graph, file for the answer (``.npz``),
        file for what was measured (``.json``).

    Returns
    -------
    code
        0, or `MISSING` if the contender is not installed or does not do this task.
    """
    name, task, rounds, graph, answer, measured = arguments
    try:
        contender = load(name)
    except ImportError:
        return MISSING
    raw = RawGraph.load(Path(graph))
    ask, limit_m = getattr(contender, task, None), LIMIT_M[task]
    if ask is None:
        return MISSING
    start_mb, seconds, peaks = peak_mb(), [], []
    warm_up = int(getattr(contender, "WARM_UP", False))
    found = None
    for turn in range(warm_up + int(rounds)):
        found, watch = None, Stopwatch()
        found = ask(raw, limit_m, watch)
        peaks.append(watch.peak_mb)
        if turn >= warm_up:
            seconds.append(watch.seconds)
    arrays = asdict(found) if isinstance(found, Catchments) else {"metres": found}
    np.savez(answer, **arrays)
    # Later rounds' peaks would count what only the comparison needs.
    text = {
        "rounds": seconds,
        "peak_mb": peaks[0],
        "start_mb": start_mb,
        "versions": find_versions([name]),
    }
    Path(measured).write_text(json.dumps(text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
