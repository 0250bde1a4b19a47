"""Contract runs of street pieces between junctions into single edges."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Ends = tuple[NDArray[np.int32], NDArray[np.int32]]
# Whether pieces are open from start to end, and from end to start.
_IsOpen = tuple[NDArray[np.bool_], NDArray[np.bool_]]


class _Runs(NamedTuple):
    """Runs of pieces, and the nodes from which and to which they lead."""

    piece: NDArray[np.int32]
    turned: NDArray[np.bool_]
    first: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]


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
    # Nodes under the numbers at which they are visited: neighbours are then close
    # together in memory, and are met in the order wanted.
    ends = (start, end) if order is None else _renumber((start, end), order)
    is_open = open_forward, open_back
    count, through = _pass_over(ends, is_open, n_nodes)
    rows = _list_incident(ends, is_open, count, through)
    n_open = int(count.sum()) // 2
    runs = _walk_chains(ends, rows, through, n_open)
    if len(runs.piece) < n_open:
        runs = _join_runs(runs, _walk_rings(ends, is_open, through, runs.piece))
    junction, edge_from, edge_to = _number(runs.start, runs.end, visit)
    return Chains(
        junction=junction,
        edge_from=edge_from,
        edge_to=edge_to,
        first=runs.first,
        piece=runs.piece,
        turned=runs.turned,
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
def _renumber(ends: _Ends, order: NDArray[np.int32]) -> _Ends:
    """Give the ends of pieces by their places in an order of nodes."""
    place = np.empty(len(order), np.int32)
    for i in range(len(order)):
        place[order[i]] = i
    start, end = np.empty_like(ends[0]), np.empty_like(ends[1])
    for i in range(len(start)):
        start[i], end[i] = place[ends[0][i]], place[ends[1][i]]
    return start, end


@njit(cache=True, nogil=True)
def _pass_over(
    ends: _Ends, is_open: _IsOpen, n_nodes: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """
    Count the open pieces at each node, and tell which nodes are no junctions.

    Returns
    -------
    count
        Pieces that meet at each node; one that returns to it twice.
    through
        At a node that is passed over the two pieces that meet there, by bitwise
        "exclusive or": with one of them it gives the other. -1 at junctions.
    """
    (start, end), (forward, back) = ends, is_open
    count, through = np.zeros(n_nodes, np.int32), np.zeros(n_nodes, np.int32)
    senses = np.zeros(n_nodes, np.int32)
    for i in range(len(start)):
        if forward[i] or back[i]:
            there, away = np.int32(forward[i]), np.int32(back[i])
            for node in (start[i], end[i]):
                count[node] += 1
                through[node] ^= i
                # 1 for a piece that leads to the node, 2 for one that leads away.
                there, away = away, there
                senses[node] += there + 2 * away
    for node in range(n_nodes):
        # Alike: in by one and out by the other (1 + 2), or both by both (3 + 3).
        alike = count[node] == 2 and (senses[node] == 3 or senses[node] == 6)
        if not alike or through[node] == 0:
            through[node] = -1
    return count, through


@njit(cache=True, nogil=True)
def _list_incident(
    ends: _Ends,
    is_open: _IsOpen,
    count: NDArray[np.int32],
    through: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """List the open pieces at each junction, ascending; one that returns twice."""
    (start, end), (forward, back) = ends, is_open
    first = np.zeros(len(count) + 2, np.int32)
    for node in range(len(count)):
        first[node + 2] = first[node + 1] + (count[node] if through[node] < 0 else 0)
    incident = np.empty(first[-1], np.int32)
    for i in range(len(start)):
        if forward[i] or back[i]:
            for node in (start[i], end[i]):
                if through[node] < 0:
                    incident[first[node + 1]] = i
                    first[node + 1] += 1
    return first[:-1], incident


@njit(cache=True, nogil=True)
def _walk_chains(
    ends: _Ends,
    rows: tuple[NDArray[np.int32], NDArray[np.int32]],
    through: NDArray[np.int32],
    n_pieces: int,
) -> _Runs:
    """Follow each chain from the junction with the lower number to the other."""
    first, incident = rows
    used = np.zeros(len(ends[0]), np.bool_)
    runs, edges = _make_runs(n_pieces), 0
    for origin in range(len(through)):
        for k in range(first[origin], first[origin + 1]):
            if not used[incident[k]]:
                _follow(origin, incident[k], ends, through, runs, edges)
                # Who comes from the other end begins with the last piece.
                used[runs.piece[runs.first[edges + 1] - 1]] = True
                edges += 1
    return _cut_runs(runs, edges)


@njit(cache=True, nogil=True)
def _walk_rings(
    ends: _Ends,
    is_open: _IsOpen,
    through: NDArray[np.int32],
    walked: NDArray[np.int32],
) -> _Runs:
    """Follow the rings that pass no junction, each from its node of lowest number."""
    left = is_open[0] | is_open[1]
    left[walked] = False
    begin = np.full(len(through), np.int32(-1))
    for i in range(len(left) - 1, -1, -1):
        if left[i]:
            begin[ends[0][i]] = begin[ends[1][i]] = i
    runs, edges = _make_runs(int(left.sum())), 0
    for origin in range(len(through)):
        if begin[origin] >= 0 and left[begin[origin]]:
            _follow(origin, begin[origin], ends, through, runs, edges)
            left[runs.piece[runs.first[edges] : runs.first[edges + 1]]] = False
            edges += 1
    return _cut_runs(runs, edges)


@njit(cache=True, nogil=True)
def _follow(
    origin: int,
    current: int,
    ends: _Ends,
    through: NDArray[np.int32],
    runs: _Runs,
    edge: int,
) -> None:
    """Write down the chain, or ring, that begins with a piece at a node."""
    start, end = ends
    node, count = origin, runs.first[edge]
    while True:
        runs.piece[count] = current
        runs.turned[count] = end[current] == node
        node ^= start[current] ^ end[current]
        count += 1
        if through[node] < 0 or node == origin:
            break
        current ^= through[node]
    runs.start[edge], runs.end[edge], runs.first[edge + 1] = origin, node, count


@njit(cache=True, nogil=True)
def _make_runs(n_pieces: int) -> _Runs:
    """Make room for runs that hold so many pieces, one each at most."""
    return _Runs(
        np.empty(n_pieces, np.int32),
        np.empty(n_pieces, np.bool_),
        np.zeros(n_pieces + 1, np.int32),
        np.empty(n_pieces, np.int32),
        np.empty(n_pieces, np.int32),
    )


@njit(cache=True, nogil=True)
def _cut_runs(runs: _Runs, edges: int) -> _Runs:
    """Leave what was not written to."""
    n = runs.first[edges]
    return _Runs(
        runs.piece[:n],
        runs.turned[:n],
        runs.first[: edges + 1].copy(),
        runs.start[:edges].copy(),
        runs.end[:edges].copy(),
    )


def _join_runs(some: _Runs, more: _Runs) -> _Runs:
    """Put runs behind others."""
    return _Runs(
        np.concatenate([some.piece, more.piece]),
        np.concatenate([some.turned, more.turned]),
        np.concatenate([some.first, more.first[1:] + some.first[-1]]),
        np.concatenate([some.start, more.start]),
        np.concatenate([some.end, more.end]),
    )


@njit(cache=True, nogil=True)
def _number(
    start: NDArray[np.int32], end: NDArray[np.int32], visit: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Give the nodes at which edges end, and these ends by their numbers among them."""
    place = np.full(len(visit), np.int32(-1))
    for i in range(len(start)):
        place[start[i]] = place[end[i]] = 0
    junction = np.empty(len(visit), np.int32)
    n = 0
    for node in range(len(visit)):
        if place[node] == 0:
            place[node] = n
            junction[n] = visit[node]
            n += 1
    return junction[:n].copy(), place[start], place[end]
