"""Contract runs of street pieces between junctions into single edges."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True)
class Chains:
    """Edges between junctions, each an ordered run of street pieces."""

    junction: NDArray[np.int32]
    """Street node of each junction, ascending, shape (junctions,)."""
    edge_from: NDArray[np.int32]
    """Position of the junction at which each edge starts, shape (edges,)."""
    edge_to: NDArray[np.int32]
    """Position of the junction at which each edge ends, shape (edges,)."""
    first: NDArray[np.int32]
    """Where the run of each edge begins in `piece`; shape (edges + 1,)."""
    piece: NDArray[np.int32]
    """Street pieces in the order of edges and along them, shape (open pieces,)."""
    turned: NDArray[np.bool_]
    """Whether a piece runs against its edge, shape (open pieces,)."""


def contract(
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    *,
    open_forward: NDArray[np.bool_],
    open_back: NDArray[np.bool_],
    n_nodes: int,
) -> Chains:
    """
    Join pieces at every node where just two of them meet alike.

    A node is passed over when exactly two open pieces meet there and both
    directions of travel are open, or closed, on both. Nothing is lost: the pieces
    keep their order, so lengths, times and geometry along an edge stay exact.

    Parameters
    ----------
    start
        Node at which each piece starts, shape (pieces,).
    end
        Node at which each piece ends, shape (pieces,).
    open_forward
        Whether each piece may be travelled from start to end, shape (pieces,).
    open_back
        Whether each piece may be travelled from end to start, shape (pieces,).
    n_nodes
        Number of nodes.

    Returns
    -------
    chains
        Edges that together hold every piece open in either direction once.

    Examples
    --------
    >>> two_way = np.array([True, True])
    >>> chains = contract(np.array([0, 1], dtype=np.int32),
    ...                   np.array([1, 2], dtype=np.int32),
    ...                   open_forward=two_way, open_back=two_way, n_nodes=3)
    >>> chains.edge_from.tolist(), chains.edge_to.tolist(), chains.piece.tolist()
    ([0], [1], [0, 1])
    """
    pieces = np.flatnonzero(open_forward | open_back).astype(np.int32)
    ends = np.concatenate([start[pieces], end[pieces]])
    twice = np.concatenate([pieces, pieces])
    order = np.lexsort((twice, ends))
    incident = twice[order]
    degree = np.bincount(ends, minlength=n_nodes)
    first = np.concatenate([[0], np.cumsum(degree)]).astype(np.int64)
    passed = _passed_over(end, open_forward, open_back, first=first, incident=incident)
    piece, turned, run_first, from_node, to_node = _walk_chains(
        (start, end), (first, incident), passed
    )
    junction = np.unique(np.concatenate([from_node, to_node]))
    return Chains(
        junction=junction,
        edge_from=np.searchsorted(junction, from_node).astype(np.int32),
        edge_to=np.searchsorted(junction, to_node).astype(np.int32),
        first=run_first,
        piece=piece,
        turned=turned,
    )


def _passed_over(
    end: NDArray[np.int32],
    open_forward: NDArray[np.bool_],
    open_back: NDArray[np.bool_],
    *,
    first: NDArray[np.int64],
    incident: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Mark the nodes that are no junctions."""
    passed = np.zeros(len(first) - 1, dtype=bool)
    nodes = np.flatnonzero(np.diff(first) == 2)
    a, b = incident[first[nodes]], incident[first[nodes] + 1]
    a_enters, b_enters = end[a] == nodes, end[b] == nodes
    toward_a = np.where(a_enters, open_forward[a], open_back[a])
    away_a = np.where(a_enters, open_back[a], open_forward[a])
    toward_b = np.where(b_enters, open_forward[b], open_back[b])
    away_b = np.where(b_enters, open_back[b], open_forward[b])
    passed[nodes] = (toward_a == away_b) & (toward_b == away_a)
    return passed


@njit(cache=True, nogil=True)
def _walk_chains(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    rows: tuple[NDArray[np.int64], NDArray[np.int32]],
    passed: NDArray[np.bool_],
) -> tuple[
    NDArray[np.int32],
    NDArray[np.bool_],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int32],
]:
    """Follow each chain from junction to junction, then the closed rings."""
    first, incident = rows
    n = len(incident) // 2
    used = np.zeros(len(ends[0]), np.bool_)
    piece, turned = np.empty(n, np.int32), np.empty(n, np.bool_)
    run_first = np.zeros(n + 1, np.int32)
    from_node, to_node = np.empty(n, np.int32), np.empty(n, np.int32)
    edges = 0
    # The first sweep leaves from junctions; what is left then are rings that pass
    # no junction, and the second sweep opens each at its lowest node.
    for sweep in range(2):
        for origin in range(len(passed)):
            if sweep == 0 and passed[origin]:
                continue
            for i in range(first[origin], first[origin + 1]):
                if used[incident[i]]:
                    continue
                count, node = _follow(
                    (origin, incident[i], run_first[edges]),
                    ends,
                    rows,
                    passed,
                    (piece, turned, used),
                )
                from_node[edges], to_node[edges] = origin, node
                edges += 1
                run_first[edges] = count
    return (
        piece,
        turned,
        run_first[: edges + 1].copy(),
        from_node[:edges].copy(),
        to_node[:edges].copy(),
    )


@njit(cache=True, nogil=True)
def _follow(
    begin: tuple[int, int, int],
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    rows: tuple[NDArray[np.int64], NDArray[np.int32]],
    passed: NDArray[np.bool_],
    written: tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.bool_]],
) -> tuple[int, int]:
    """Write down one chain; give the count of pieces so far and the last node."""
    origin, current, count = begin
    start, end = ends
    first, incident = rows
    piece, turned, used = written
    node = origin
    while True:
        used[current] = True
        piece[count] = current
        turned[count] = end[current] == node
        count += 1
        node = start[current] if turned[count - 1] else end[current]
        if not passed[node] or node == origin:
            return count, node
        k = first[node]
        current = incident[k] if incident[k] != current else incident[k + 1]
