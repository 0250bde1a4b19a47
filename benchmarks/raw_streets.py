"""Make the graph of a comparison out of an OpenStreetMap file."""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import osmium
import pyproj
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.peer_circle import find_settled
from benchmarks.raw_graph import RawGraph
from circle.crs import choose_metric_crs
from circle.piece_times import quantise
from circle.street_access import WALKING
from circle.streets import Streets, read_streets

TYPES, FACILITIES, CANDIDATES, ORIGINS, BESIDE = 21, 200, 4_000, 12_000, 200
BESIDE_M = 40.0
"""Farthest, east and north, that a place beside the streets is put from a node."""


def time_reading(path: Path, rounds: int) -> tuple[Streets, float]:
    """
    Read the streets of a file several times.

    Parameters
    ----------
    path
        OSM file.
    rounds
        How often.

    Returns
    -------
    streets
        What was read.
    seconds
        Median of the rounds.
    """
    crs = _crs_of(path)
    begun = time.perf_counter()
    streets = read_streets(path, crs=crs)
    seconds = [time.perf_counter() - begun]
    for _ in range(rounds - 1):
        begun = time.perf_counter()
        read_streets(path, crs=crs)
        seconds.append(time.perf_counter() - begun)
    return streets, median(seconds)


def make_raw_graph(streets: Streets, *, seed: int = 2026) -> RawGraph:
    """
    Take the largest connected part that is walked both ways, and draw places on it.

    Parameters
    ----------
    streets
        Streets of a file.
    seed
        Seed of the places.

    Returns
    -------
    raw
        Without ferries and one-way pieces; of parallel pieces only the shortest is
        kept, because SciPy would add them up.
    """
    keep = (streets.pace[:, :2] == WALKING).all(axis=1)
    start, end = streets.start[keep], streets.end[keep]
    length_m = quantise(streets.length_m[keep])
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((length_m, high, low))
    again = (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)
    piece = np.sort(order[np.concatenate([[True], ~again])])
    main = _largest_part(start[piece], end[piece], len(streets.x_m))
    piece = piece[main[start[piece]]]
    new = np.cumsum(main) - 1
    raw = RawGraph(
        x_m=streets.x_m[main],
        y_m=streets.y_m[main],
        start=new[start[piece]].astype(np.int32),
        end=new[end[piece]].astype(np.int32),
        length_m=length_m[piece],
        way_id=streets.way_id[keep][piece],
        settled=np.empty(0, dtype=bool),
        facilities=np.empty((0, 0), np.int64),
        candidates=np.empty(0, np.int64),
        origins=np.empty(0, np.int64),
        beside_m=np.empty((0, 2)),
    )
    raw = replace(raw, settled=find_settled(raw))
    return _with_places(raw, np.random.default_rng(seed))


def _with_places(raw: RawGraph, rng: np.random.Generator) -> RawGraph:
    """Draw facilities and candidates at nodes, and places beside the streets."""
    nodes = np.flatnonzero(raw.settled)
    n = len(nodes)
    node = rng.choice(nodes, BESIDE)
    shift_m = rng.uniform(-BESIDE_M, BESIDE_M, size=(BESIDE, 2))
    return replace(
        raw,
        facilities=rng.choice(nodes, (TYPES, FACILITIES)),
        candidates=rng.choice(nodes, min(CANDIDATES, n), replace=False),
        origins=np.sort(rng.choice(nodes, min(ORIGINS, n), replace=False)),
        beside_m=np.column_stack([raw.x_m[node], raw.y_m[node]]) + shift_m,
    )


def _largest_part(
    start: NDArray[np.int32], end: NDArray[np.int32], n: int
) -> NDArray[np.bool_]:
    """Mark the nodes of the connected part with most nodes."""
    links = coo_array((np.ones(len(start)), (start, end)), shape=(n, n))
    _, label = connected_components(links, directed=False)
    return np.asarray(label == np.argmax(np.bincount(label)))


def _crs_of(path: Path) -> pyproj.CRS:
    """Choose metres for the place at which a file begins."""
    for node in osmium.FileProcessor(str(path), osmium.osm.NODE):
        if isinstance(node, osmium.osm.Node) and node.location.valid():
            return choose_metric_crs(node.lon, node.lat)
    message = f"{path.name}: holds no node with a place; expected an OSM extract."
    raise ValueError(message)
