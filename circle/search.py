"""Compiled shortest-path searches from many seeds at once."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.buckets import Queue, Waiting, begin, grow, has_room, make_queue, push, take
from circle.core import MOST_NEIGHBOURS, Core, Links


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


class Spread(NamedTuple):
    """What a search from many seeds at once has found."""

    time_s: NDArray[np.float64]
    """Least time to each junction, infinite where none leads there."""
    label: NDArray[np.int32]
    """Label of the seed it comes from, the lower of equals; -1 where none."""


class Places(NamedTuple):
    """Places on edges; see `snapping.Access` for the times."""

    edge: NDArray[np.int32]
    """Edge of each place, -1 where it is not joined; shape (places,)."""
    label: NDArray[np.int32]
    """Label of each place."""
    columns: NDArray[np.float64]
    """Columns `POSITION` to `FROM_END`, shape (places, 6): one row is read at once,
    so that a place costs one visit to memory."""


class Targets(NamedTuple):
    """The facilities of all types by the edge on which they stand."""

    first: NDArray[np.int32]
    """Where the list of each edge begins, shape (edges + 1,)."""
    places: Places
    """One entry for each type that a facility serves, ordered by edge."""
    column: NDArray[np.int32]
    """Column of the type of each entry."""


POSITION, TO_END, TO_START, LEG, FROM_START, FROM_END = range(6)


@njit(cache=True, nogil=True)
def spread(core: Core, seeds: Seeds, limit_s: float) -> Spread:
    """
    Search from many seeds at once: up into the core, through it, and down again.

    Parameters
    ----------
    core
        The graph, in the sense of the search.
    seeds
        Where it begins.
    limit_s
        Longest time to look for, in seconds, inclusive; infinite for no limit.

    Returns
    -------
    spread
        Times and labels of all junctions.

    Notes
    -----
    Only the core needs a queue (Dijkstra, 1959). A junction that was taken out passes
    on what reaches it before all that were taken out after it, and takes what they
    have when the search is over: two sweeps, as in PHAST (Delling et al., 2011).
    """
    n = len(core.taken) + len(core.node)
    found = Spread(np.full(n, np.inf), np.full(n, np.int32(-1)))
    for i in range(len(seeds.node)):
        if seeds.time_s[i] <= limit_s:
            _sooner(found, seeds.node[i], (seeds.time_s[i], seeds.label[i]))
    _pass_up(core, limit_s, found)
    _search_core(core, limit_s, found)
    _pass_down(core, limit_s, found)
    return found


@njit(cache=True, nogil=True)
def _pass_up(core: Core, limit_s: float, found: Spread) -> None:
    """Pass what was found on to the neighbours above, in the order of taking out."""
    taken, above = core.taken, core.above
    for i in range(len(taken)):
        here_s, mark = found.time_s[taken[i]], found.label[taken[i]]
        if mark < 0:
            continue
        for k in range(MOST_NEIGHBOURS):
            seconds = here_s + core.there_s[i, k]
            if above[i, k] >= 0 and seconds <= limit_s:
                _sooner(found, above[i, k], (seconds, mark))


@njit(cache=True, nogil=True)
def _pass_down(core: Core, limit_s: float, found: Spread) -> None:
    """Take what the neighbours above have, in the opposite order."""
    taken, above = core.taken, core.above
    for i in range(len(taken) - 1, -1, -1):
        for k in range(MOST_NEIGHBOURS):
            node = above[i, k]
            if node < 0:
                break
            seconds = found.time_s[node] + core.back_s[i, k]
            if seconds <= limit_s:
                _sooner(found, taken[i], (seconds, found.label[node]))


@njit(cache=True, nogil=True)
def _search_core(core: Core, limit_s: float, found: Spread) -> None:
    """Search on in the core, from what has been found for its junctions."""
    inner = Spread(found.time_s[core.node], found.label[core.node])
    queue, waiting = make_queue(core.links, 2 * len(core.node)), begin()
    for i in range(len(core.node)):
        if inner.label[i] >= 0:
            waiting = push(queue, waiting, inner.time_s[i], i)
    _settle(core.links, queue, waiting, limit_s, inner)
    for i in range(len(core.node)):
        found.time_s[core.node[i]] = inner.time_s[i]
        found.label[core.node[i]] = inner.label[i]


@njit(cache=True, nogil=True)
def spread_again(links: Links, onward: Links, seeds: Seeds, known: Spread) -> Spread:
    """
    Search again after seeds have come or gone, where that makes a difference.

    Parameters
    ----------
    links
        The graph, in the sense of the search.
    onward
        The same links against it.
    seeds
        All seeds that there are now.
    known
        What a search without limit had found, with the labels that seeds have now;
        -1 where the seed has gone.

    Returns
    -------
    spread
        What `spread` finds from these seeds.

    Notes
    -----
    Junctions whose seed has gone forget their time, and are offered that of each
    neighbour which keeps its own; the search goes on from there, and from all seeds.
    Its cost is that of the junctions whose time or label changes (Ramalingam and Reps,
    1996), and one look at all others.
    """
    label = known.label.copy()
    found = Spread(known.time_s.copy(), label)
    for node in range(len(label)):
        if label[node] < 0:
            found.time_s[node] = np.inf
    queue = make_queue(links, max(1024, 2 * len(seeds.node)))
    waiting = begin()
    for i in range(len(seeds.node)):
        node, seconds = seeds.node[i], seeds.time_s[i]
        if _sooner(found, node, (seconds, seeds.label[i])):
            waiting = push(queue, waiting, seconds, node)
    for node in range(len(label)):
        if known.label[node] >= 0:
            continue
        for k in range(onward.first[node], onward.first[node + 1]):
            other = onward.neighbour[k]
            seconds = found.time_s[other] + onward.time_s[k]
            if known.label[other] >= 0 and _sooner(
                found, node, (seconds, label[other])
            ):
                if not has_room(queue, waiting):
                    queue = grow(queue)
                waiting = push(queue, waiting, seconds, node)
    _settle(links, queue, waiting, np.inf, found)
    return found


@njit(cache=True, nogil=True)
def _settle(
    links: Links, queue: Queue, waiting: Waiting, limit_s: float, found: Spread
) -> None:
    """Search on from all junctions that wait, until none does."""
    while True:
        waiting = _go_on(links, queue, waiting, limit_s, found)
        if waiting.n == 0:
            return
        queue = grow(queue)


@njit(cache=True, nogil=True)
def _go_on(
    links: Links, queue: Queue, waiting: Waiting, limit_s: float, found: Spread
) -> Waiting:
    """Search on while the queue has room."""
    first, neighbour, link_s = links
    time_s, label = found
    while waiting.n > 0 and has_room(queue, waiting):
        waiting, here_s, node = take(queue, waiting)
        if here_s > time_s[node]:
            continue
        for k in range(first[node], first[node + 1]):
            seconds, other = here_s + link_s[k], neighbour[k]
            if seconds <= limit_s and _sooner(found, other, (seconds, label[node])):
                waiting = push(queue, waiting, seconds, other)
    return waiting


@njit(cache=True, nogil=True, forceinline=True)
def _sooner(found: Spread, node: int, offer: tuple[float, int]) -> bool:
    """Improve a junction if it is reached sooner, or as soon with a lower label."""
    time_s, label = found
    seconds, mark = offer
    if seconds == np.inf:
        return False
    if seconds > time_s[node] or (seconds == time_s[node] and mark >= label[node]):
        return False
    time_s[node] = seconds
    label[node] = mark
    return True


@njit(cache=True, nogil=True, forceinline=True)
def same_edge_s(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    """
    Give the time from one place to another straight along the edge they share.

    Parameters
    ----------
    a
        The place one starts from: its position in metres, and the seconds from it to
        the start and to the end of the edge.
    b
        The place one goes to, likewise.

    Returns
    -------
    seconds
        Infinite where the direction is closed. Going round the other way may be
        shorter and is not looked at here.
    """
    seconds = np.inf
    (here_m, to_start_s, to_end_s), (there_m, its_start_s, its_end_s) = a, b
    if here_m <= there_m and np.isfinite(to_end_s):
        seconds = to_end_s - its_end_s
    if here_m >= there_m and np.isfinite(to_start_s):
        seconds = min(seconds, to_start_s - its_start_s)
    # Places a hair's breadth apart may round to one position, yet not to one time.
    return float(max(0.0, seconds))


@njit(cache=True, nogil=True)
def collect_nearest(
    nodes: tuple[NDArray[np.float64], NDArray[np.int32]],
    ends: Ends,
    origins: Places,
    targets: Targets,
    found: tuple[NDArray[np.float64], NDArray[np.int32]],
    limit_s: float,
) -> None:
    """
    Give each origin its nearest targets, through either end or along its own edge.

    Parameters
    ----------
    nodes
        Time from each junction to its nearest target of each type, and the label of
        that target; shape (junctions, types).
    ends
        Ends of the edges.
    origins
        The origins; their labels are not used.
    targets
        The targets of all types.
    found
        Written: least time from each origin, access legs of both included, NaN where
        there is no way; and label of the nearest target, the lower of equals, -1
        where none; shape (origins, types).
    limit_s
        Longest time that counts, in seconds, inclusive; infinite for no limit.
    """
    node_s, node_label = nodes
    time_s, label = found
    n_types = time_s.shape[1]
    for i in range(len(origins.edge)):
        edge, row = origins.edge[i], origins.columns[i]
        if edge < 0:
            time_s[i], label[i] = np.nan, -1
            continue
        start, end = ends.start[edge], ends.end[edge]
        start_s, end_s = row[LEG] + row[TO_START], row[LEG] + row[TO_END]
        for t in range(n_types):
            best, mark = start_s + node_s[start, t], node_label[start, t]
            other = end_s + node_s[end, t]
            other_mark = node_label[end, t]
            if other < best or (other == best and other_mark < mark):
                best, mark = other, other_mark
            time_s[i, t], label[i, t] = best, mark
        for k in range(targets.first[edge], targets.first[edge + 1]):
            _take_along(row, targets, k, time_s[i], label[i])
        for t in range(n_types):
            if not (time_s[i, t] < np.inf and time_s[i, t] <= limit_s):
                time_s[i, t], label[i, t] = np.nan, -1


@njit(cache=True, nogil=True)
def _take_along(
    row: NDArray[np.float64],
    targets: Targets,
    k: int,
    time_s: NDArray[np.float64],
    label: NDArray[np.int32],
) -> None:
    """Improve on time and label by a target on the origin's own edge."""
    place, mark = targets.places.columns[k], targets.places.label[k]
    column = targets.column[k]
    along_s = same_edge_s(
        (row[POSITION], row[TO_START], row[TO_END]),
        (place[POSITION], place[TO_START], place[TO_END]),
    )
    total = row[LEG] + along_s + place[LEG]
    if total < time_s[column] or (total == time_s[column] and mark < label[column]):
        time_s[column], label[column] = total, mark
