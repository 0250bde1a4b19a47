"""Compiled shortest-path searches: spread from many seeds, bounded catchments."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

NOT_IN_HEAP = -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _before(
    a: int, b: int, time_s: NDArray[np.float64], label: NDArray[np.int32]
) -> bool:
    """Order junctions by time, then by label, so that ties are settled."""
    return time_s[a] < time_s[b] or (time_s[a] == time_s[b] and label[a] < label[b])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _rise(
    at: int,
    heap: NDArray[np.int32],
    place: NDArray[np.int32],
    time_s: NDArray[np.float64],
    label: NDArray[np.int32],
) -> None:
    """Move a junction up the heap to where it belongs."""
    node = heap[at]
    while at > 0:
        parent = (at - 1) >> 1
        if not _before(node, heap[parent], time_s, label):
            break
        heap[at] = heap[parent]
        place[heap[at]] = at
        at = parent
    heap[at] = node
    place[node] = at


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pop(
    size: int,
    heap: NDArray[np.int32],
    place: NDArray[np.int32],
    time_s: NDArray[np.float64],
    label: NDArray[np.int32],
) -> int:
    """Take the first junction off a heap of `size`; the heap then holds one less."""
    top = heap[0]
    place[top] = NOT_IN_HEAP
    last = size - 1
    if last == 0:
        return top
    node = heap[last]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        right = child + 1
        if right < last and _before(heap[right], heap[child], time_s, label):
            child = right
        if not _before(heap[child], node, time_s, label):
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = node
    place[node] = at
    return top


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _offer(
    node: int,
    seconds: float,
    mark: int,
    size: int,
    heap: NDArray[np.int32],
    place: NDArray[np.int32],
    time_s: NDArray[np.float64],
    label: NDArray[np.int32],
) -> int:
    """Improve a junction if (seconds, mark) is better; give the new heap size."""
    better = seconds < time_s[node] or (
        seconds == time_s[node] and mark < label[node]
    )
    if not better:
        return size
    time_s[node] = seconds
    label[node] = mark
    at = place[node]
    if at == NOT_IN_HEAP:
        at = size
        heap[at] = node
        size += 1
    _rise(at, heap, place, time_s, label)
    return size


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def spread(
    first: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    link_s: NDArray[np.float64],
    seed_node: NDArray[np.int32],
    seed_s: NDArray[np.float64],
    seed_label: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Search from many seeds at once (Dijkstra, 1959).

    Parameters
    ----------
    first
        Row starts of the graph, shape (junctions + 1,).
    neighbour
        Other end of each link, shape (links,).
    link_s
        Time of each link in seconds, shape (links,).
    seed_node
        Junction of each seed, shape (seeds,).
    seed_s
        Time already spent at each seed, in seconds; infinite seeds are left out.
    seed_label
        Label of each seed, shape (seeds,).

    Returns
    -------
    time_s
        Least time to each junction, infinite where none leads there.
    label
        Label of the seed it comes from, the lower of equals; -1 where none.
    """
    n = len(first) - 1
    time_s = np.full(n, np.inf)
    label = np.full(n, np.iinfo(np.int32).max, np.int32)
    heap = np.empty(n, np.int32)
    place = np.full(n, NOT_IN_HEAP, np.int32)
    size = 0
    for i in range(len(seed_node)):
        if np.isfinite(seed_s[i]):
            size = _offer(
                seed_node[i], seed_s[i], seed_label[i], size, heap, place, time_s, label
            )
    while size > 0:
        node = _pop(size, heap, place, time_s, label)
        size -= 1
        for k in range(first[node], first[node + 1]):
            size = _offer(
                neighbour[k],
                time_s[node] + link_s[k],
                label[node],
                size,
                heap,
                place,
                time_s,
                label,
            )
    for i in range(n):
        if label[i] == np.iinfo(np.int32).max:
            label[i] = -1
    return time_s, label


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _same_edge_s(
    a_position: float,
    a_to_end: float,
    a_to_start: float,
    b_position: float,
    b_to_end: float,
    b_to_start: float,
) -> float:
    """Give the time from a to b straight along the edge they share."""
    seconds = np.inf
    if a_position <= b_position and np.isfinite(a_to_end):
        seconds = a_to_end - b_to_end
    if a_position >= b_position and np.isfinite(a_to_start):
        seconds = min(seconds, a_to_start - b_to_start)
    return seconds


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def collect_nearest(
    node_s: NDArray[np.float64],
    node_label: NDArray[np.int32],
    edge_from: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    origins: NDArray[np.float64],
    origin_edge: NDArray[np.int32],
    targets: NDArray[np.float64],
    target_edge: NDArray[np.int32],
    target_label: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Give each origin the nearest target, through either end or along its own edge.

    Parameters
    ----------
    node_s
        Time from each junction to its nearest target, shape (junctions,).
    node_label
        Label of that target, shape (junctions,).
    edge_from
        Start junction of each edge.
    edge_to
        End junction of each edge.
    origins
        Columns position_m, to_end_s, to_start_s, leg_s; shape (origins, 4).
    origin_edge
        Edge of each origin, -1 where it is not joined.
    targets
        The same columns for targets, in the order of `target_edge`.
    target_edge
        Edge of each target, ascending.
    target_label
        Label of each target.

    Returns
    -------
    time_s
        Least time from each origin, access legs of both included; infinite where
        there is no way.
    label
        Label of the nearest target, the lower of equals; -1 where none.
    """
    n = len(origin_edge)
    time_s = np.full(n, np.inf)
    label = np.full(n, np.int32(-1), np.int32)
    for i in range(n):
        edge = origin_edge[i]
        if edge < 0:
            continue
        position, to_end, to_start, leg = origins[i]
        best, mark = np.inf, -1
        for seconds, node in (
            (to_start, edge_from[edge]),
            (to_end, edge_to[edge]),
        ):
            total = leg + seconds + node_s[node]
            if total < best or (total == best and node_label[node] < mark):
                best, mark = total, node_label[node]
        k = np.searchsorted(target_edge, edge)
        while k < len(target_edge) and target_edge[k] == edge:
            seconds = _same_edge_s(
                position, to_end, to_start, targets[k, 0], targets[k, 1], targets[k, 2]
            )
            total = leg + seconds + targets[k, 3]
            if total < best or (total == best and target_label[k] < mark):
                best, mark = total, target_label[k]
            k += 1
        if np.isfinite(best):
            time_s[i] = best
            label[i] = mark
    return time_s, label


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def gather_catchments(
    first: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    link_s: NDArray[np.float64],
    edge_from: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    sources: NDArray[np.float64],
    source_edge: NDArray[np.int32],
    members: NDArray[np.float64],
    member_edge: NDArray[np.int32],
    member_first: NDArray[np.int64],
    member_of_node: NDArray[np.int32],
    limit_s: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """
    List for each source the members that reach it within a limit.

    Parameters
    ----------
    first
        Row starts of the reversed graph, shape (junctions + 1,).
    neighbour
        Other end of each reversed link.
    link_s
        Time of each link in seconds.
    edge_from
        Start junction of each edge.
    edge_to
        End junction of each edge.
    sources
        Columns position_m, to_end_s, to_start_s, leg_s, from_start_s, from_end_s;
        shape (sources, 6).
    source_edge
        Edge of each source, -1 where it is not joined.
    members
        Columns position_m, to_end_s, to_start_s, leg_s; shape (members, 4).
    member_edge
        Edge of each member.
    member_first
        For each junction, where its list in `member_of_node` begins.
    member_of_node
        Members on the edges that meet at each junction.
    limit_s
        Longest time, in seconds, inclusive.

    Returns
    -------
    rows
        Where the list of each source begins, shape (sources + 1,).
    member
        Members in reach, ascending within a source.
    time_s
        Time from each member to the source, in seconds.
    """
    n = len(first) - 1
    time_s = np.full(n, np.inf)
    label = np.zeros(n, np.int32)
    heap = np.empty(n, np.int32)
    place = np.full(n, NOT_IN_HEAP, np.int32)
    touched = np.empty(n, np.int32)
    best = np.full(len(member_edge), np.inf)
    found = np.empty(len(member_edge), np.int32)
    rows = np.zeros(len(source_edge) + 1, np.int64)
    out_member = np.empty(1024, np.int32)
    out_s = np.empty(1024, np.float64)
    for i in range(len(source_edge)):
        edge = source_edge[i]
        n_touched, n_found, size = 0, 0, 0
        if edge >= 0:
            leg = sources[i, 3]
            for seconds, node in (
                (sources[i, 4], edge_from[edge]),
                (sources[i, 5], edge_to[edge]),
            ):
                if leg + seconds <= limit_s:
                    if time_s[node] == np.inf:
                        touched[n_touched] = node
                        n_touched += 1
                    size = _offer(
                        node, leg + seconds, 0, size, heap, place, time_s, label
                    )
            while size > 0:
                node = _pop(size, heap, place, time_s, label)
                size -= 1
                for k in range(first[node], first[node + 1]):
                    seconds = time_s[node] + link_s[k]
                    if seconds > limit_s:
                        continue
                    other = neighbour[k]
                    if time_s[other] == np.inf:
                        touched[n_touched] = other
                        n_touched += 1
                    size = _offer(other, seconds, 0, size, heap, place, time_s, label)
                for k in range(member_first[node], member_first[node + 1]):
                    m = member_of_node[k]
                    out = np.inf
                    if edge_from[member_edge[m]] == node:
                        out = members[m, 2]
                    if edge_to[member_edge[m]] == node:
                        out = min(out, members[m, 1])
                    total = members[m, 3] + out + time_s[node]
                    if total <= limit_s and total < best[m]:
                        if best[m] == np.inf:
                            found[n_found] = m
                            n_found += 1
                        best[m] = total
            # Members on the source's own edge hang on its start junction's list.
            start = edge_from[edge]
            for k in range(member_first[start], member_first[start + 1]):
                m = member_of_node[k]
                if member_edge[m] != edge:
                    continue
                seconds = _same_edge_s(
                    members[m, 0],
                    members[m, 1],
                    members[m, 2],
                    sources[i, 0],
                    sources[i, 1],
                    sources[i, 2],
                )
                total = members[m, 3] + seconds + leg
                if total <= limit_s and total < best[m]:
                    if best[m] == np.inf:
                        found[n_found] = m
                        n_found += 1
                    best[m] = total
        while rows[i] + n_found > len(out_member):
            out_member = np.concatenate((out_member, np.empty_like(out_member)))
            out_s = np.concatenate((out_s, np.empty_like(out_s)))
        listed = np.sort(found[:n_found])
        for k in range(n_found):
            out_member[rows[i] + k] = listed[k]
            out_s[rows[i] + k] = best[listed[k]]
            best[listed[k]] = np.inf
        rows[i + 1] = rows[i] + n_found
        for k in range(n_touched):
            time_s[touched[k]] = np.inf
    total_found = rows[len(source_edge)]
    return rows, out_member[:total_found].copy(), out_s[:total_found].copy()
