"""The contender SciPy: Dijkstra searches of scipy.sparse.csgraph, one thread."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import Stopwatch
from benchmarks.raw_graph import COMPARED, Catchments, RawGraph, ordered_catchments

WARM_UP = False
"""Nothing is compiled at the first call."""
# SciPy answers in dense rows: so many at once keep memory bounded.
_ROWS = 50


def nearest(raw: RawGraph, limit_m: float, watch: Stopwatch) -> NDArray[np.float64]:
    """Answer `Contender.nearest`, type by type."""
    graph = _build(raw, watch)
    with watch.lap("query"):
        found = [
            dijkstra(graph, indices=nodes, limit=limit_m, min_only=True)
            for nodes in raw.facilities
        ]
    return np.column_stack(found)


def catchments(raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
    """Answer `Contender.catchments`, some candidates at a time."""
    graph = _build(raw, watch)
    rows, nodes, metres = [], [], []
    with watch.lap("query"):
        for begin in range(0, len(raw.candidates), _ROWS):
            some = raw.candidates[begin : begin + _ROWS]
            dense = dijkstra(graph, indices=some, limit=limit_m)
            row, node = np.nonzero(np.isfinite(dense))
            rows.append(row.astype(np.int32) + begin)
            nodes.append(node.astype(np.int32))
            metres.append(dense[row, node])
        row, node = np.concatenate(rows), np.concatenate(nodes)
        metre = np.concatenate(metres)
    count = np.bincount(row, minlength=len(raw.candidates))
    first = np.flatnonzero(row < COMPARED)
    return ordered_catchments(count, row[first], node[first], metre[first])


def _build(raw: RawGraph, watch: Stopwatch) -> csr_array:
    """Write the graph as compressed rows, both ways."""
    n = len(raw.x_m)
    with watch.lap("build"):
        start = np.concatenate([raw.start, raw.end])
        end = np.concatenate([raw.end, raw.start])
        metres = np.concatenate([raw.length_m, raw.length_m])
        return csr_array(coo_array((metres, (start, end)), shape=(n, n)))
