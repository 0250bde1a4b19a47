"""The core of a graph: what is left when junctions of few neighbours are taken out.

Most junctions of streets have three neighbours. One that is taken out leaves the ways
through it behind, as links between its neighbours; so times in what is left stay what
they were, and a search need only queue up there.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

# The most neighbours with which a junction is taken out: with more of them, the links
# that it leaves behind outnumber those it had.
MOST_NEIGHBOURS = 4


class Links(NamedTuple):
    """Compressed rows of a directed graph over junctions."""

    first: NDArray[np.int64]
    """Where the row of each junction begins, shape (junctions + 1,)."""
    neighbour: NDArray[np.int32]
    """Junction at the other end of each link, shape (links,)."""
    time_s: NDArray[np.float64]
    """Time of each link in seconds, shape (links,)."""


class Core(NamedTuple):
    """A graph in two parts: junctions taken out one after the other, and the core."""

    taken: NDArray[np.int32]
    """Junctions taken out, in this order; shape (taken,)."""
    above: NDArray[np.int32]
    """The neighbours that each one had when it was taken out, -1 past the last of
    them; shape (taken, `MOST_NEIGHBOURS`)."""
    there_s: NDArray[np.float64]
    """Time to each of these neighbours, infinite where closed; same shape."""
    back_s: NDArray[np.float64]
    """Time from each of these neighbours; same shape."""
    node: NDArray[np.int32]
    """Junctions of the core, ascending; shape (core,)."""
    links: Links
    """Links between these, by their places in `node`."""


class _Lists(NamedTuple):
    """Neighbours of every junction as linked lists, each pair of them in both."""

    head: NDArray[np.int32]
    """First entry of each junction, -1 for none; shape (junctions,)."""
    next_one: NDArray[np.int32]
    """Entry after each entry, -1 for none; shape (room,)."""
    to: NDArray[np.int32]
    """The neighbour."""
    there_s: NDArray[np.float64]
    """Time to it."""
    n_neighbours: NDArray[np.int32]
    """Neighbours of each junction, shape (junctions,)."""
    room: NDArray[np.int32]
    """First entry that is free again, -1 for none; and how many were ever used."""


@njit(cache=True, nogil=True)
def find_core(links: Links) -> Core:
    """
    Take junctions of at most `MOST_NEIGHBOURS` neighbours out while there are any.

    Parameters
    ----------
    links
        The graph, in the sense of the search.

    Returns
    -------
    core
        Both parts. Times between junctions of the core, through links of the core
        only, are those of the whole graph.

    Notes
    -----
    Junctions are looked at in their order, again and again, so that those that are
    taken out one after the other lie near each other. This is the contraction of
    highways (Geisberger et al., 2008) without a search for witnesses, and the order
    that eliminates unknowns of few equations first (Tinney and Walker, 1967).
    """
    n = len(links.first) - 1
    lists = _list_neighbours(links)
    taken = np.empty(n, np.int32)
    above = np.full((n, MOST_NEIGHBOURS), np.int32(-1))
    there_s = np.full((n, MOST_NEIGHBOURS), np.inf)
    back_s = np.full((n, MOST_NEIGHBOURS), np.inf)
    is_out = np.zeros(n, np.bool_)
    n_taken, before = 0, -1
    while n_taken > before:
        before = n_taken
        for node in range(n):
            if is_out[node] or lists.n_neighbours[node] > MOST_NEIGHBOURS:
                continue
            i = n_taken
            _take_out(lists, node, above[i], there_s[i], back_s[i])
            taken[i], is_out[node] = node, True
            n_taken += 1
    inside, inner = _lay_out_core(lists, is_out)
    return Core(
        taken[:n_taken].copy(),
        above[:n_taken].copy(),
        there_s[:n_taken].copy(),
        back_s[:n_taken].copy(),
        inside,
        inner,
    )


@njit(cache=True, nogil=True)
def _list_neighbours(links: Links) -> _Lists:
    """List the neighbours of every junction, each once, without loops."""
    n = len(links.first) - 1
    # A junction of four that is taken out has eight entries, and leaves twelve.
    room = 2 * len(links.neighbour) + 4 * n
    lists = _Lists(
        np.full(n, np.int32(-1)),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room),
        np.zeros(n, np.int32),
        np.array([-1, 0], np.int32),
    )
    for node in range(n):
        for k in range(links.first[node], links.first[node + 1]):
            if links.neighbour[k] != node:
                _link(lists, node, links.neighbour[k], links.time_s[k], np.inf)
    return lists


@njit(cache=True, nogil=True)
def _take_out(
    lists: _Lists,
    node: int,
    above: NDArray[np.int32],
    there_s: NDArray[np.float64],
    back_s: NDArray[np.float64],
) -> None:
    """Take one junction out, and link its neighbours with each other."""
    n, entry = 0, lists.head[node]
    while entry >= 0:
        above[n], there_s[n] = lists.to[entry], lists.there_s[entry]
        after = lists.next_one[entry]
        _free(lists, entry)
        entry = after
        n += 1
    lists.head[node] = -1
    for i in range(n):
        back_s[i] = _unlink(lists, above[i], node)
    for i in range(n):
        for k in range(i):
            seconds, other_s = back_s[i] + there_s[k], back_s[k] + there_s[i]
            if seconds < np.inf or other_s < np.inf:
                _link(lists, above[i], above[k], seconds, other_s)


@njit(cache=True, nogil=True)
def _link(lists: _Lists, a: int, b: int, there_s: float, back_s: float) -> None:
    """Link two junctions both ways, or improve the link that they have."""
    entry, other = _entry_of(lists, a, b), _entry_of(lists, b, a)
    if entry < 0:
        entry, other = _add(lists, a, b), _add(lists, b, a)
    lists.there_s[entry] = min(lists.there_s[entry], there_s)
    lists.there_s[other] = min(lists.there_s[other], back_s)


@njit(cache=True, nogil=True)
def _add(lists: _Lists, node: int, to: int) -> int:
    """Put a neighbour at the head of a list, at an infinite time."""
    entry = lists.room[0]
    if entry >= 0:
        lists.room[0] = lists.next_one[entry]
    else:
        entry = lists.room[1]
        lists.room[1] += 1
    lists.to[entry], lists.there_s[entry] = to, np.inf
    lists.next_one[entry] = lists.head[node]
    lists.head[node] = entry
    lists.n_neighbours[node] += 1
    return int(entry)


@njit(cache=True, nogil=True)
def _entry_of(lists: _Lists, node: int, to: int) -> int:
    """Find the entry of a neighbour, -1 where there is none."""
    entry = lists.head[node]
    while entry >= 0 and lists.to[entry] != to:
        entry = lists.next_one[entry]
    return int(entry)


@njit(cache=True, nogil=True)
def _unlink(lists: _Lists, node: int, to: int) -> float:
    """Take a neighbour off the list of a junction, and give the time to it."""
    entry, before = lists.head[node], -1
    while lists.to[entry] != to:
        before, entry = entry, lists.next_one[entry]
    if before < 0:
        lists.head[node] = lists.next_one[entry]
    else:
        lists.next_one[before] = lists.next_one[entry]
    lists.n_neighbours[node] -= 1
    _free(lists, entry)
    return float(lists.there_s[entry])


@njit(cache=True, nogil=True)
def _free(lists: _Lists, entry: int) -> None:
    """Let an entry be used again."""
    lists.next_one[entry] = lists.room[0]
    lists.room[0] = entry


@njit(cache=True, nogil=True)
def _lay_out_core(
    lists: _Lists, is_out: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], Links]:
    """Lay out what was not taken out as compressed rows."""
    node = np.flatnonzero(~is_out).astype(np.int32)
    place = np.full(len(is_out), np.int32(-1))
    for i in range(len(node)):
        place[node[i]] = i
    first = np.zeros(len(node) + 1, np.int64)
    room = lists.n_neighbours[node].sum()
    neighbour, time_s = np.empty(room, np.int32), np.empty(room)
    n = 0
    for i in range(len(node)):
        entry = lists.head[node[i]]
        while entry >= 0:
            if lists.there_s[entry] < np.inf:
                neighbour[n] = place[lists.to[entry]]
                time_s[n] = lists.there_s[entry]
                n += 1
            entry = lists.next_one[entry]
        first[i + 1] = n
    return node, Links(first, neighbour[:n].copy(), time_s[:n].copy())
