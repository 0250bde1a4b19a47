"""Contract runs of street pieces between junctions into single edges."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True)
class Chains:
    """Edges between junctions, each an ordered run of street pieces."""

    junction: NDArray[np.int32]
    """Street node of each junction, in the order of visiting, shape (junctions,)."""
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
    order: NDArray[np.int32] | None = None,
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
    order
        All nodes in the order in which junctions and edges are to be numbered, such
        as that of `order_by_place`; ascending if not given.

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
    visit = np.arange(n_nodes, dtype=np.int32) if order is None else order
    is_open = open_forward | open_back
    rows = _list_incident((start, end), is_open, n_nodes)
    passed = _pass_over((start, end), (open_forward, open_back), rows)
    piece, turned, first, from_node, to_node = _walk_chains(
        (start, end), rows, passed, visit
    )
    junction, edge_from, edge_to = _number(from_node, to_node, visit)
    return Chains(
        junction=junction,
        edge_from=edge_from,
        edge_to=edge_to,
        first=first,
        piece=piece,
        turned=turned,
    )


def order_by_place(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> NDArray[np.int32]:
    """
    Order nodes along a curve on which neighbours mostly stay near each other.

    Searches then find what they need close together in memory.

    Parameters
    ----------
    x_m
        Eastings in metres, shape (nodes,).
    y_m
        Northings in metres, shape (nodes,).

    Returns
    -------
    order
        Nodes by square cell along the curve, then ascending; shape (nodes,).

    Notes
    -----
    Morton (1966): the bits of column and row of a cell take turns.

    Examples
    --------
    >>> order_by_place(np.array([0.0, 90.0, 0.0]), np.array([0.0, 90.0, 1.0])).tolist()
    [0, 2, 1]
    """
    if not len(x_m):
        return np.empty(0, dtype=np.int32)
    west_m, south_m = x_m.min(), y_m.min()
    side_m = max(float(x_m.max() - west_m), float(y_m.max() - south_m), 1.0)
    # About one cell for each node, so that counting them costs no more than reading.
    bits = min(11, max(1, int(np.log2(len(x_m)) / 2)))
    return _sort_cells(x_m, y_m, (west_m, south_m, side_m), bits)


@njit(cache=True, nogil=True)
def _sort_cells(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    frame: tuple[float, float, float],
    bits: int,
) -> NDArray[np.int32]:
    """Sort nodes by cell, counting how many lie in each."""
    west_m, south_m, side_m = frame
    n, top = len(x_m), (1 << bits) - 1
    scale = (1 << bits) / side_m
    cell = np.empty(n, np.int32)
    first = np.zeros((1 << (2 * bits)) + 1, np.int32)
    for i in range(n):
        column = min(top, int((x_m[i] - west_m) * scale))
        row = min(top, int((y_m[i] - south_m) * scale))
        code = _spaced(column) | (_spaced(row) << 1)
        cell[i] = code
        first[code + 1] += 1
    for i in range(len(first) - 1):
        first[i + 1] += first[i]
    order = np.empty(n, np.int32)
    for i in range(n):
        order[first[cell[i]]] = i
        first[cell[i]] += 1
    return order


@njit(cache=True, nogil=True, forceinline=True)
def _spaced(number: int) -> int:
    """Put a zero before each bit of a number below 2^16."""
    number = (number | (number << 8)) & 0x00FF00FF
    number = (number | (number << 4)) & 0x0F0F0F0F
    number = (number | (number << 2)) & 0x33333333
    return (number | (number << 1)) & 0x55555555


@njit(cache=True, nogil=True)
def _list_incident(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    is_open: NDArray[np.bool_],
    n_nodes: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """List the open pieces at each node, ascending; one that returns to it twice."""
    start, end = ends
    first = np.zeros(n_nodes + 2, np.int32)
    for i in range(len(start)):
        if is_open[i]:
            first[start[i] + 2] += 1
            first[end[i] + 2] += 1
    for i in range(2, len(first)):
        first[i] += first[i - 1]
    incident = np.empty(first[-1], np.int32)
    for i in range(len(start)):
        if is_open[i]:
            for node in (start[i], end[i]):
                incident[first[node + 1]] = i
                first[node + 1] += 1
    return first[:-1], incident


@njit(cache=True, nogil=True)
def _pass_over(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    is_open: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    rows: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> NDArray[np.bool_]:
    """Mark the nodes that are no junctions."""
    end, (first, incident) = ends[1], rows
    forward, back = is_open
    passed = np.zeros(len(first) - 1, np.bool_)
    for node in range(len(passed)):
        if first[node + 1] - first[node] == 2:
            a, b = incident[first[node]], incident[first[node] + 1]
            a_in, b_in = end[a] == node, end[b] == node
            toward_a, away_a = (forward[a], back[a]) if a_in else (back[a], forward[a])
            toward_b, away_b = (forward[b], back[b]) if b_in else (back[b], forward[b])
            passed[node] = toward_a == away_b and toward_b == away_a
    return passed


@njit(cache=True, nogil=True)
def _walk_chains(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    rows: tuple[NDArray[np.int32], NDArray[np.int32]],
    passed: NDArray[np.bool_],
    visit: NDArray[np.int32],
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
    # no junction, and the second sweep opens each at the node visited first.
    for sweep in range(2):
        for origin in visit:
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
        if run_first[edges] == n:
            break
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
    rows: tuple[NDArray[np.int32], NDArray[np.int32]],
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


@njit(cache=True, nogil=True)
def _number(
    from_node: NDArray[np.int32],
    to_node: NDArray[np.int32],
    visit: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Give the junctions numbers in the order of visiting."""
    place = np.full(len(visit), np.int32(-1))
    for i in range(len(from_node)):
        place[from_node[i]] = place[to_node[i]] = 0
    junction = np.empty(len(visit), np.int32)
    n = 0
    for node in visit:
        if place[node] == 0:
            place[node] = n
            junction[n] = node
            n += 1
    return junction[:n].copy(), place[from_node], place[to_node]
