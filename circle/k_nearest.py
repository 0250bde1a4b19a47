"""The several nearest facilities of each origin: for choice, and if one closes."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.core import Links
from circle.network import Network
from circle.reached import TOLERANCE_S
from circle.search import (
    LEG,
    POSITION,
    TO_END,
    TO_START,
    Ends,
    Places,
    Seeds,
    Targets,
    same_edge_s,
)
from circle.search_layout import (
    cut_blocks,
    edge_ends,
    lay_out_places,
    list_targets,
    pick_places,
    plant_seeds,
)
from circle.snapping import Access

_THREADS = 2


class _Best(NamedTuple):
    """The nearest facilities of each junction or origin, ascending."""

    time_s: NDArray[np.float64]
    """Seconds, shape (rows, k)."""
    label: NDArray[np.int32]
    """Rows of facilities, shape (rows, k)."""
    held: NDArray[np.int32]
    """How many there are so far, shape (rows,)."""


class _Entries(NamedTuple):
    """A binary heap ordered by time, then by label."""

    time_s: NDArray[np.float64]
    label: NDArray[np.int32]
    node: NDArray[np.int32]


def measure_k_nearest(
    network: Network,
    *,
    origins: Access,
    facilities: Access,
    rows: NDArray[np.int32],
    k: int,
    limit_s: float = np.inf,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Find the several nearest facilities of one type from every origin.

    One search spreads from all facilities at once against the sense of travel and
    lets up to `k` of them pass each junction. The second column is the way that is
    left where the nearest facility closes.

    Parameters
    ----------
    network
        Network of one mode.
    origins
        Access of the origins to it.
    facilities
        Access of all facilities to it.
    rows
        Rows of the facilities to choose from.
    k
        How many to find, at least one.
    limit_s
        Longest time to look for, in seconds, inclusive as in `reach.within`.
        Infinite for no limit.

    Returns
    -------
    time_s
        Seconds, ascending, access legs included, NaN where there are no more; shape
        (origins, k). The first column is what `reach.measure_reach` gives.
    facility
        Rows of these facilities, of equal times the lower first, -1 where there are
        no more; shape (origins, k).

    Raises
    ------
    ValueError
        If `k` is below one.

    Notes
    -----
    Dijkstra (1959) with up to k labels for each junction: a facility that is among
    the k nearest of a place is among the k nearest of every junction on the way.
    O(k × (links + origins) log (k × junctions)).
    """
    if k < 1:
        message = f"k: {k} — expected at least 1"
        raise ValueError(message)
    starts, goals = lay_out_places(origins), lay_out_places(facilities)
    targets = pick_places(goals, np.unique(rows[goals.edge[rows] >= 0]))
    links, ends = network.reverse, edge_ends(network)
    limit_s += TOLERANCE_S
    nodes = _spread_several(links, plant_seeds(network, targets), k, limit_s)
    own = list_targets(network, goals, [targets.label])
    n = len(starts.edge)
    time_s, facility = np.empty((n, k)), np.empty((n, k), np.int32)

    def collect(block: slice) -> None:
        some = pick_places(starts, block)
        found = _Best(
            time_s[block], facility[block], np.zeros(len(some.edge), np.int32)
        )
        _collect_several(nodes, ends, some, own, found, limit_s)

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(collect, cut_blocks(n, _THREADS)))
    return time_s, facility


@njit(cache=True, nogil=True)
def _spread_several(links: Links, seeds: Seeds, k: int, limit_s: float) -> _Best:
    """Search from many seeds at once; up to `k` labels pass each junction."""
    first, neighbour, link_s = links
    n, size = len(first) - 1, 0
    best = _Best(np.empty((n, k)), np.empty((n, k), np.int32), np.zeros(n, np.int32))
    heap = _make_entries(max(1024, len(seeds.node)))
    for i in range(len(seeds.node)):
        if seeds.time_s[i] < np.inf and seeds.time_s[i] <= limit_s:
            _push(heap, size, (seeds.time_s[i], seeds.label[i], seeds.node[i]))
            size += 1
    while size > 0:
        here_s, label, node = heap.time_s[0], heap.label[0], heap.node[0]
        size -= 1
        _drop_first(heap, size)
        if best.held[node] == k or _holds(best, node, label):
            continue
        best.time_s[node, best.held[node]] = here_s
        best.label[node, best.held[node]] = label
        best.held[node] += 1
        while size + first[node + 1] - first[node] > len(heap.node):
            heap = _double(heap)
        for at in range(first[node], first[node + 1]):
            seconds, other = here_s + link_s[at], neighbour[at]
            if seconds <= limit_s and best.held[other] < k:
                _push(heap, size, (seconds, label, other))
                size += 1
    return best


@njit(cache=True, nogil=True)
def _collect_several(
    nodes: _Best,
    ends: Ends,
    origins: Places,
    targets: Targets,
    found: _Best,
    limit_s: float,
) -> None:
    """Join what is known at both ends of an origin's edge, and on the edge itself."""
    for i in range(len(origins.edge)):
        edge, row = origins.edge[i], origins.columns[i]
        if edge >= 0:
            start_s, end_s = row[LEG] + row[TO_START], row[LEG] + row[TO_END]
            _join(nodes, ends.start[edge], start_s, found, i)
            _join(nodes, ends.end[edge], end_s, found, i)
            for at in range(targets.first[edge], targets.first[edge + 1]):
                place = targets.places.columns[at]
                along_s = same_edge_s(
                    (row[POSITION], row[TO_START], row[TO_END]),
                    (place[POSITION], place[TO_START], place[TO_END]),
                )
                along_s += row[LEG] + place[LEG]
                _insert(found, i, along_s, targets.places.label[at])
        for at in range(found.time_s.shape[1]):
            if at >= found.held[i] or found.time_s[i, at] > limit_s:
                found.time_s[i, at] = np.nan
                found.label[i, at] = -1


@njit(cache=True, nogil=True)
def _join(nodes: _Best, node: int, way_s: float, found: _Best, i: int) -> None:
    """Take in the facilities of a junction that is `way_s` away."""
    if way_s < np.inf:
        for at in range(nodes.held[node]):
            _insert(found, i, way_s + nodes.time_s[node, at], nodes.label[node, at])


@njit(cache=True, nogil=True)
def _insert(found: _Best, i: int, seconds: float, label: int) -> None:
    """Put a facility where it belongs, once, if it is among the nearest."""
    time_s, labels = found.time_s[i], found.label[i]
    n = found.held[i]
    if not seconds < np.inf:
        return
    at = n
    for j in range(n):
        if labels[j] == label:
            if seconds >= time_s[j]:
                return
            at = j
    if at == n:
        if n < len(labels):
            found.held[i] += 1
        else:
            at = n - 1
            if seconds > time_s[at] or (seconds == time_s[at] and label > labels[at]):
                return
    # What stands at `at` is left out or is the same facility; others make room.
    while at > 0 and (
        time_s[at - 1] > seconds
        or (time_s[at - 1] == seconds and labels[at - 1] > label)
    ):
        time_s[at], labels[at] = time_s[at - 1], labels[at - 1]
        at -= 1
    time_s[at], labels[at] = seconds, label


@njit(cache=True, nogil=True)
def _holds(best: _Best, node: int, label: int) -> bool:
    """Tell whether a facility has passed a junction already."""
    at = 0
    while at < best.held[node] and best.label[node, at] != label:
        at += 1
    return bool(at < best.held[node])


@njit(cache=True, nogil=True)
def _make_entries(room: int) -> _Entries:
    """Make an empty heap."""
    return _Entries(np.empty(room), np.empty(room, np.int32), np.empty(room, np.int32))


@njit(cache=True, nogil=True)
def _double(heap: _Entries) -> _Entries:
    """Give a heap twice the room."""
    room = len(heap.node)
    larger = _make_entries(2 * room)
    larger.time_s[:room], larger.label[:room] = heap.time_s, heap.label
    larger.node[:room] = heap.node
    return larger


@njit(cache=True, nogil=True)
def _before(heap: _Entries, at: int, seconds: float, label: int) -> bool:
    """Tell whether an entry comes before a time and a label."""
    return bool(
        heap.time_s[at] < seconds
        or (heap.time_s[at] == seconds and heap.label[at] < label)
    )


@njit(cache=True, nogil=True)
def _move(heap: _Entries, source: int, target: int) -> None:
    """Copy an entry to another place."""
    heap.time_s[target] = heap.time_s[source]
    heap.label[target] = heap.label[source]
    heap.node[target] = heap.node[source]


@njit(cache=True, nogil=True)
def _push(heap: _Entries, size: int, entry: tuple[float, int, int]) -> None:
    """Put an entry at place `size` and let it rise."""
    seconds, label, node = entry
    at = size
    while at > 0 and not _before(heap, (at - 1) >> 1, seconds, label):
        _move(heap, (at - 1) >> 1, at)
        at = (at - 1) >> 1
    heap.time_s[at], heap.label[at], heap.node[at] = seconds, label, node


@njit(cache=True, nogil=True)
def _drop_first(heap: _Entries, size: int) -> None:
    """Move the last entry, at place `size`, to the top and let it sink."""
    seconds, label, node = heap.time_s[size], heap.label[size], heap.node[size]
    at, child = 0, 1
    while child < size:
        if child + 1 < size and _before(
            heap, child + 1, heap.time_s[child], heap.label[child]
        ):
            child += 1
        if not _before(heap, child, seconds, label):
            break
        _move(heap, child, at)
        at = child
        child = 2 * at + 1
    heap.time_s[at], heap.label[at], heap.node[at] = seconds, label, node
