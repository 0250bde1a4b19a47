"""The places that set out in searches for catchments, listed by edge and junction."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.search import Ends


class Origins(NamedTuple):
    """Places that set out, as `snapping.Access` has them: nothing is copied."""

    edge: NDArray[np.int32]
    """Edge of each place, -1 where it is not joined; shape (places,)."""
    position_m: NDArray[np.float64]
    """Length along the edge from its start."""
    to_start_s: NDArray[np.float64]
    """Time to the edge's start."""
    to_end_s: NDArray[np.float64]
    """Time to the edge's end."""
    leg_s: NDArray[np.float64]
    """Time of the access leg."""


class Members(NamedTuple):
    """The places that may be reached, in one list for each edge that has some."""

    origins: Origins
    """The places, as they were given."""
    list_of: NDArray[np.int32]
    """List of each edge, -1 where it has none; shape (edges,). Lists are numbered by
    the junctions at which the edges start."""
    leaving: NDArray[np.int32]
    """First list of the edges that start at each junction, shape (junctions + 1,)."""
    end: NDArray[np.int32]
    """Junction at which the edge of each list ends."""
    first: NDArray[np.int32]
    """Where each list begins, shape (lists + 1,)."""
    row: NDArray[np.int32]
    """Row of each member in `origins`, list by list; shape (members,)."""
    out_s: NDArray[np.float64]
    """Seconds from each member to the start and to the end of its edge, access leg
    included; shape (members, 2)."""
    arriving: NDArray[np.int32]
    """First of the edges that end at each junction in what follows, shape (junctions +
    1,)."""
    start: NDArray[np.int32]
    """Junction at which each of them starts, shape (lists,)."""
    arrives: NDArray[np.int32]
    """Its list."""
    longest_s: NDArray[np.float64]
    """Longest time along an edge that ends at each junction, shape (junctions,). Where
    a search has that long left, it meets the starts of all of them."""


@njit(cache=True, nogil=True)
def list_members(
    ends: Ends, forward_s: NDArray[np.float64], origins: Origins, n_junctions: int
) -> Members:
    """
    List places by edge, and the edges that have some by junction.

    Parameters
    ----------
    ends
        Ends of the edges.
    forward_s
        Time from start to end of each edge, infinite where it is closed.
    origins
        The places.
    n_junctions
        Number of junctions.

    Returns
    -------
    members
        All places that are joined, ascending on each edge.
    """
    count = np.zeros(len(ends.start), np.int32)
    for edge in origins.edge:
        if edge >= 0:
            count[edge] += 1
    leaving, edges = _sort_by_junction(ends.start, count, n_junctions)
    list_of = np.full(len(count), np.int32(-1))
    first = np.zeros(len(edges) + 1, np.int32)
    for i in range(len(edges)):
        list_of[edges[i]] = i
        first[i + 1] = first[i] + count[edges[i]]
    row, out_s = _fill(origins, list_of, first)
    end, start = ends.end[edges], ends.start[edges]
    arriving, arrives = _sort_by_junction(end, first[1:], n_junctions)
    longest_s = np.zeros(n_junctions)
    for i in range(len(edges)):
        longest_s[end[i]] = max(longest_s[end[i]], forward_s[edges[i]])
    return Members(
        origins,
        list_of,
        leaving,
        end,
        first,
        row,
        out_s,
        arriving,
        start[arrives],
        arrives,
        longest_s,
    )


@njit(cache=True, nogil=True)
def _fill(
    origins: Origins, list_of: NDArray[np.int32], first: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Write down the members of each list, with their times to both ends."""
    row, out_s = np.empty(first[-1], np.int32), np.empty((first[-1], 2))
    used = first.copy()
    for i in range(len(origins.edge)):
        if origins.edge[i] >= 0:
            at = used[list_of[origins.edge[i]]]
            used[list_of[origins.edge[i]]] += 1
            row[at] = i
            out_s[at, 0] = origins.leg_s[i] + origins.to_start_s[i]
            out_s[at, 1] = origins.leg_s[i] + origins.to_end_s[i]
    return row, out_s


@njit(cache=True, nogil=True)
def _sort_by_junction(
    junction: NDArray[np.int32], count: NDArray[np.int32], n_junctions: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Sort what has any members; give where each junction begins, and the order."""
    first = np.zeros(n_junctions + 2, np.int32)
    for i in range(len(junction)):
        first[junction[i] + 2] += count[i] > 0
    for i in range(2, len(first)):
        first[i] += first[i - 1]
    order = np.empty(first[-1], np.int32)
    for i in range(len(junction)):
        if count[i] > 0:
            order[first[junction[i] + 1]] = i
            first[junction[i] + 1] += 1
    return first[:-1], order
