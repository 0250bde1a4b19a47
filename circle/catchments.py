"""Compiled bounded searches: who reaches a place within a limit."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.heap import Queue, make_queue, offer, pop
from circle.search import (
    FROM_END,
    FROM_START,
    LEG,
    TO_END,
    TO_START,
    Ends,
    Links,
    Places,
    same_edge_s,
)


class Members(NamedTuple):
    """The places that may be reached, listed by junction."""

    places: Places
    """The places."""
    first: NDArray[np.int64]
    """Where the list of each junction begins in `member`, shape (junctions + 1,)."""
    member: NDArray[np.int32]
    """Places on the edges that meet at each junction, junction by junction."""


class _Found(NamedTuple):
    """Members found from one source, and the best time of every member."""

    best_s: NDArray[np.float64]
    member: NDArray[np.int32]
    size: NDArray[np.int64]


@njit(cache=True, nogil=True)
def gather_catchments(
    links: Links, ends: Ends, sources: Places, members: Members, limit_s: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """
    List for each source the members that reach it within a limit.

    Parameters
    ----------
    links
        The reversed graph.
    ends
        Ends of the edges.
    sources
        The places to be reached; their labels are not used.
    members
        The places that set out; their labels are not used.
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
    n, n_members = len(links.first) - 1, len(members.places.edge)
    queue = make_queue(n)
    passed = np.empty(n, np.int32)
    found = _Found(
        np.full(n_members, np.inf), np.empty(n_members, np.int32), np.zeros(1, np.int64)
    )
    rows = np.zeros(len(sources.edge) + 1, np.int64)
    member, time_s = np.empty(1024, np.int32), np.empty(1024, np.float64)
    for i in range(len(sources.edge)):
        if sources.edge[i] >= 0:
            _seed(queue, ends, sources, i, limit_s)
            n_passed = _run_out(queue, links, passed, limit_s)
            through = passed[:n_passed]
            _take_through(through, queue.time_s, ends, members, limit_s, found)
            _take_along(ends, sources, i, members, limit_s, found)
        rows[i + 1] = rows[i] + found.size[0]
        while rows[i + 1] > len(member):
            member = np.concatenate((member, np.empty_like(member)))
            time_s = np.concatenate((time_s, np.empty_like(time_s)))
        _write_down(found, rows[i], member, time_s)
    return rows, member[: rows[-1]].copy(), time_s[: rows[-1]].copy()


@njit(cache=True, nogil=True, forceinline=True)
def _seed(queue: Queue, ends: Ends, sources: Places, i: int, limit_s: float) -> None:
    """Begin at both ends of the source's edge."""
    row, edge = sources.columns[i], sources.edge[i]
    if row[LEG] + row[FROM_START] <= limit_s:
        offer(queue, ends.start[edge], row[LEG] + row[FROM_START], 0)
    if row[LEG] + row[FROM_END] <= limit_s:
        offer(queue, ends.end[edge], row[LEG] + row[FROM_END], 0)


@njit(cache=True, nogil=True, forceinline=True)
def _run_out(
    queue: Queue, links: Links, passed: NDArray[np.int32], limit_s: float
) -> int:
    """Search up to the limit; list the junctions passed and give their number."""
    first, neighbour, link_s = links.first, links.neighbour, links.time_s
    time_s, size = queue.time_s, queue.size
    n_passed = 0
    while size[0] > 0:
        node = pop(queue)
        passed[n_passed] = node
        n_passed += 1
        for k in range(first[node], first[node + 1]):
            seconds = time_s[node] + link_s[k]
            if seconds <= limit_s:
                offer(queue, neighbour[k], seconds, 0)
    return n_passed


@njit(cache=True, nogil=True, forceinline=True)
def _take(
    best_s: NDArray[np.float64],
    taken: NDArray[np.int32],
    size: NDArray[np.int64],
    m: int,
    seconds: float,
) -> None:
    """Keep a member's time if it is its best so far."""
    if seconds < best_s[m]:
        if best_s[m] == np.inf:
            taken[size[0]] = m
            size[0] += 1
        best_s[m] = seconds


@njit(cache=True, nogil=True, forceinline=True)
def _take_through(
    nodes: NDArray[np.int32],
    time_s: NDArray[np.float64],
    ends: Ends,
    members: Members,
    limit_s: float,
    found: _Found,
) -> None:
    """Take the members that come through these junctions, and forget their times."""
    start, end, first, member = ends.start, ends.end, members.first, members.member
    columns, member_edge = members.places.columns, members.places.edge
    best_s, taken, size = found.best_s, found.member, found.size
    for node in nodes:
        for k in range(first[node], first[node + 1]):
            m = member[k]
            edge = member_edge[m]
            out_s = np.inf
            if start[edge] == node:
                out_s = columns[m, TO_START]
            if end[edge] == node:
                out_s = min(out_s, columns[m, TO_END])
            seconds = columns[m, LEG] + out_s + time_s[node]
            if seconds <= limit_s:
                _take(best_s, taken, size, m, seconds)
        time_s[node] = np.inf


@njit(cache=True, nogil=True, forceinline=True)
def _take_along(
    ends: Ends,
    sources: Places,
    i: int,
    members: Members,
    limit_s: float,
    found: _Found,
) -> None:
    """Take the members on the source's own edge; they are listed at its start."""
    places, edge = members.places, sources.edge[i]
    node, leg_s = ends.start[edge], sources.columns[i, LEG]
    for k in range(members.first[node], members.first[node + 1]):
        m = members.member[k]
        if places.edge[m] == edge:
            seconds = same_edge_s(places.columns[m], sources.columns[i])
            seconds += places.columns[m, LEG] + leg_s
            if seconds <= limit_s:
                _take(found.best_s, found.member, found.size, m, seconds)


@njit(cache=True, nogil=True, forceinline=True)
def _write_down(
    found: _Found,
    at: int,
    member: NDArray[np.int32],
    time_s: NDArray[np.float64],
) -> None:
    """Write the members found in ascending order, and forget them."""
    listed = np.sort(found.member[: found.size[0]])
    for k in range(len(listed)):
        member[at + k] = listed[k]
        time_s[at + k] = found.best_s[listed[k]]
        found.best_s[listed[k]] = np.inf
    found.size[0] = 0
