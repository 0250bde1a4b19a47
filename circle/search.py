"""Compiled shortest-path searches from many seeds at once."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.heap import UNLABELLED, make_queue, offer, pop


class Links(NamedTuple):
    """Compressed rows of a directed graph over junctions."""

    first: NDArray[np.int64]
    """Where the row of each junction begins, shape (junctions + 1,)."""
    neighbour: NDArray[np.int32]
    """Junction at the other end of each link, shape (links,)."""
    time_s: NDArray[np.float64]
    """Time of each link in seconds, shape (links,)."""


class Ends(NamedTuple):
    """The junctions at both ends of every edge."""

    start: NDArray[np.int32]
    """Junction at which each edge starts, shape (edges,)."""
    end: NDArray[np.int32]
    """Junction at which each edge ends, shape (edges,)."""


class Seeds(NamedTuple):
    """Where a search begins."""

    node: NDArray[np.int32]
    """Junction of each seed, shape (seeds,)."""
    time_s: NDArray[np.float64]
    """Seconds already spent there; infinite seeds are left out."""
    label: NDArray[np.int32]
    """Label of each seed."""


class Places(NamedTuple):
    """Places on edges; see `snapping.Access` for the times."""

    edge: NDArray[np.int32]
    """Edge of each place, -1 where it is not joined; shape (places,)."""
    label: NDArray[np.int32]
    """Label of each place."""
    columns: NDArray[np.float64]
    """Columns `POSITION` to `FROM_END`, shape (places, 6): one row is read at once,
    so that a place costs one visit to memory."""


POSITION, TO_END, TO_START, LEG, FROM_START, FROM_END = range(6)


@njit(cache=True, nogil=True)
def spread(links: Links, seeds: Seeds) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Search from many seeds at once (Dijkstra, 1959).

    Parameters
    ----------
    links
        The graph, in the sense of the search.
    seeds
        Where it begins.

    Returns
    -------
    time_s
        Least time to each junction, infinite where none leads there.
    label
        Label of the seed it comes from, the lower of equals; -1 where none.
    """
    queue = make_queue(len(links.first) - 1)
    for i in range(len(seeds.node)):
        if np.isfinite(seeds.time_s[i]):
            offer(queue, seeds.node[i], seeds.time_s[i], seeds.label[i])
    first, neighbour, link_s = links.first, links.neighbour, links.time_s
    time_s, label, size = queue.time_s, queue.label, queue.size
    while size[0] > 0:
        node = pop(queue)
        for k in range(first[node], first[node + 1]):
            offer(queue, neighbour[k], time_s[node] + link_s[k], label[node])
    return time_s, np.where(label == UNLABELLED, np.int32(-1), label)


@njit(cache=True, nogil=True, forceinline=True)
def same_edge_s(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """
    Give the time from one place to another straight along the edge they share.

    Parameters
    ----------
    a
        Columns of the place one starts from, shape (6,).
    b
        Columns of the place one goes to, shape (6,).

    Returns
    -------
    seconds
        Infinite where the direction is closed. Going round the other way may be
        shorter and is not looked at here.
    """
    seconds = np.inf
    if a[POSITION] <= b[POSITION] and np.isfinite(a[TO_END]):
        seconds = a[TO_END] - b[TO_END]
    if a[POSITION] >= b[POSITION] and np.isfinite(a[TO_START]):
        seconds = min(seconds, a[TO_START] - b[TO_START])
    # Places a hair's breadth apart may round to one position, yet not to one time.
    return float(max(0.0, seconds))


@njit(cache=True, nogil=True)
def collect_nearest(
    nodes: tuple[NDArray[np.float64], NDArray[np.int32]],
    ends: Ends,
    origins: Places,
    targets: Places,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Give each origin the nearest target, through either end or along its own edge.

    Parameters
    ----------
    nodes
        Time from each junction to its nearest target, and the label of that target.
    ends
        Ends of the edges.
    origins
        The origins; their labels are not used.
    targets
        The targets, ordered by edge.

    Returns
    -------
    time_s
        Least time from each origin, access legs of both included; infinite where
        there is no way.
    label
        Label of the nearest target, the lower of equals; -1 where none.
    """
    edge_of, columns, target_edge = origins.edge, origins.columns, targets.edge
    start, end = ends.start, ends.end
    n = len(edge_of)
    time_s = np.full(n, np.inf)
    label = np.full(n, np.int32(-1), np.int32)
    for i in range(n):
        edge = edge_of[i]
        if edge < 0:
            continue
        best, mark = _through_ends(nodes, start[edge], end[edge], columns[i])
        k = np.searchsorted(target_edge, edge)
        if k < len(target_edge) and target_edge[k] == edge:
            best, mark = _along_edge(columns[i], targets, k, best, mark)
        if np.isfinite(best):
            time_s[i] = best
            label[i] = mark
    return time_s, label


@njit(cache=True, nogil=True, forceinline=True)
def _through_ends(
    nodes: tuple[NDArray[np.float64], NDArray[np.int32]],
    start: int,
    end: int,
    row: NDArray[np.float64],
) -> tuple[float, int]:
    """Give time and label of the best target through the ends of the edge."""
    node_s, node_label = nodes
    best = row[LEG] + row[TO_START] + node_s[start]
    mark = node_label[start]
    other = row[LEG] + row[TO_END] + node_s[end]
    if other < best or (other == best and node_label[end] < mark):
        return other, node_label[end]
    return best, mark


@njit(cache=True, nogil=True)
def _along_edge(
    row: NDArray[np.float64], targets: Places, k: int, best: float, mark: int
) -> tuple[float, int]:
    """Improve on time and label by the targets on the origin's own edge."""
    edge = targets.edge[k]
    while k < len(targets.edge) and targets.edge[k] == edge:
        seconds = same_edge_s(row, targets.columns[k])
        total = row[LEG] + seconds + targets.columns[k, LEG]
        if total < best or (total == best and targets.label[k] < mark):
            best, mark = total, targets.label[k]
        k += 1
    return best, mark
