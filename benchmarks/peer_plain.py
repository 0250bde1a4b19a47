"""The contender plain: a compiled Dijkstra on the uncontracted graph, no frills."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.measure import Stopwatch, count_cores
from benchmarks.raw_graph import COMPARED, Catchments, RawGraph, ordered_catchments

WARM_UP = True
"""A first round is not counted: numba compiles, or loads what it compiled."""


class Rows(NamedTuple):
    """The graph as compressed rows, both ways."""

    first: NDArray[np.int64]
    """Where the row of each node begins, shape (nodes + 1,)."""
    neighbour: NDArray[np.int32]
    """Node at the other end of each link."""
    metres: NDArray[np.float64]
    """Length of each link."""


class Heap(NamedTuple):
    """A binary heap with entries that may be out of date."""

    metres: NDArray[np.float64]
    """Keys."""
    node: NDArray[np.int32]
    """Node of each key."""


def nearest(raw: RawGraph, limit_m: float, watch: Stopwatch) -> NDArray[np.float64]:
    """Answer `Contender.nearest`, type by type on all cores."""
    rows = _build(raw, watch)
    with watch.lap("query"), ThreadPoolExecutor(count_cores()) as pool:
        found = list(pool.map(partial(_spread, rows, limit_m), raw.facilities))
    return np.column_stack(found)


def catchments(raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
    """Answer `Contender.catchments`, with every node as an origin."""
    every = np.arange(len(raw.x_m), dtype=np.int32)
    return _catchments(raw, limit_m, watch, row_of=every)


def places(raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
    """Answer `Contender.places`."""
    row_of = np.full(len(raw.x_m), -1, np.int32)
    row_of[raw.origins] = np.arange(len(raw.origins))
    return _catchments(raw, limit_m, watch, row_of=row_of)


def _catchments(
    raw: RawGraph, limit_m: float, watch: Stopwatch, *, row_of: NDArray[np.int32]
) -> Catchments:
    """Search from all candidates; give the same sparse matrix as circle."""
    rows = _build(raw, watch)
    with watch.lap("query"):
        blocks = np.array_split(raw.candidates, count_cores())
        gather = partial(_gather, rows, limit_m, row_of)
        with ThreadPoolExecutor(count_cores()) as pool:
            found = list(pool.map(gather, blocks))
        count = np.concatenate([one for one, _, _ in found])
        node = np.concatenate([one for _, one, _ in found])
        metres = np.concatenate([one for _, _, one in found])
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        shape = (len(count), int(row_of.max()) + 1)
        matrix = csr_array((metres, node, first), shape=shape)
    node, metres = matrix.indices, matrix.data
    row = np.repeat(np.arange(len(count[:COMPARED])), count[:COMPARED])
    return ordered_catchments(count, row, node[: len(row)], metres[: len(row)])


def _build(raw: RawGraph, watch: Stopwatch) -> Rows:
    """Write the graph as compressed rows."""
    with watch.lap("build"):
        start = np.concatenate([raw.start, raw.end])
        order = np.argsort(start, kind="stable")
        count = np.bincount(start, minlength=len(raw.x_m))
        return Rows(
            np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
            np.concatenate([raw.end, raw.start])[order],
            np.concatenate([raw.length_m, raw.length_m])[order],
        )


@njit(cache=True, nogil=True)
def _push(heap: Heap, size: int, metres: float, node: int) -> None:
    """Put an entry at place `size` and let it rise."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if heap.metres[parent] <= metres:
            break
        heap.metres[at] = heap.metres[parent]
        heap.node[at] = heap.node[parent]
        at = parent
    heap.metres[at] = metres
    heap.node[at] = node


@njit(cache=True, nogil=True)
def _close_gap(heap: Heap, size: int) -> None:
    """Move the last entry, at place `size`, to the top and let it sink."""
    metres, node = heap.metres[size], heap.node[size]
    at, child = 0, 1
    while child < size:
        if child + 1 < size and heap.metres[child + 1] < heap.metres[child]:
            child += 1
        if heap.metres[child] >= metres:
            break
        heap.metres[at] = heap.metres[child]
        heap.node[at] = heap.node[child]
        at = child
        child = 2 * at + 1
    heap.metres[at] = metres
    heap.node[at] = node


@njit(cache=True, nogil=True)
def _run(
    rows: Rows,
    limit_m: float,
    heap: Heap,
    size: int,
    best_m: NDArray[np.float64],
    passed: NDArray[np.int32],
) -> int:
    """Search until the heap is empty; list the nodes passed, give their number."""
    n_passed = 0
    while size > 0:
        metres, node = heap.metres[0], heap.node[0]
        size -= 1
        _close_gap(heap, size)
        if metres > best_m[node]:
            continue
        passed[n_passed] = node
        n_passed += 1
        for k in range(rows.first[node], rows.first[node + 1]):
            other, beyond = rows.neighbour[k], metres + rows.metres[k]
            if beyond <= limit_m and beyond < best_m[other]:
                best_m[other] = beyond
                _push(heap, size, beyond, other)
                size += 1
    return n_passed


@njit(cache=True, nogil=True)
def _spread(
    rows: Rows, limit_m: float, sources: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Search from all sources at once."""
    n, room = len(rows.first) - 1, len(rows.neighbour) + len(sources) + 1
    heap = Heap(np.empty(room), np.empty(room, np.int32))
    best_m, passed = np.full(n, np.inf), np.empty(n, np.int32)
    for i in range(len(sources)):
        best_m[sources[i]] = 0.0
        _push(heap, i, 0.0, sources[i])
    # A source drawn twice is passed twice, hence the room.
    passed = np.empty(n + len(sources), np.int32)
    _run(rows, limit_m, heap, len(sources), best_m, passed)
    return best_m


@njit(cache=True, nogil=True)
def _gather(
    rows: Rows, limit_m: float, row_of: NDArray[np.int32], sources: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Search from each source on its own; write down the rows of the nodes passed."""
    n, room = len(rows.first) - 1, len(rows.neighbour) + 2
    heap = Heap(np.empty(room), np.empty(room, np.int32))
    best_m, passed = np.full(n, np.inf), np.empty(n, np.int32)
    count = np.zeros(len(sources), np.int64)
    node, metres = np.empty(1024, np.int32), np.empty(1024, np.float64)
    used = 0
    for i in range(len(sources)):
        best_m[sources[i]] = 0.0
        _push(heap, 0, 0.0, sources[i])
        n_passed = _run(rows, limit_m, heap, 1, best_m, passed)
        while used + n_passed > len(node):
            node = np.concatenate((node, np.empty_like(node)))
            metres = np.concatenate((metres, np.empty_like(metres)))
        # Rows ascend with nodes; a sparse matrix has its columns in this order.
        for one in np.sort(passed[:n_passed]):
            if row_of[one] >= 0:
                node[used] = row_of[one]
                metres[used] = best_m[one]
                used += 1
                count[i] += 1
            best_m[one] = np.inf
    return count, node[:used].copy(), metres[:used].copy()
