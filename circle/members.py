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
    """The places that may be reached, listed by edge."""

    origins: Origins
    """The places, as they were given."""
    first: NDArray[np.int32]
    """Where the list of each edge begins, shape (edges + 1,)."""
    row: NDArray[np.int32]
    """Row of each member in `origins`, edge by edge; shape (members,)."""
    out_s: NDArray[np.float64]
    """Seconds from each member to the start and to the end of its edge, access leg
    included; shape (members, 2)."""
    around: NDArray[np.int32]
    """Where the list of each junction begins in `edge`, shape (junctions + 1,)."""
    edge: NDArray[np.int32]
    """Edges with members that meet at each junction, a loop once."""


@njit(cache=True, nogil=True)
def list_members(ends: Ends, origins: Origins, n_junctions: int) -> Members:
    """
    List places by edge, and the edges that have some by junction.

    Parameters
    ----------
    ends
        Ends of the edges.
    origins
        The places.
    n_junctions
        Number of junctions.

    Returns
    -------
    members
        All places that are joined, ascending on each edge.
    """
    first = np.zeros(len(ends.start) + 2, np.int32)
    for edge in origins.edge:
        if edge >= 0:
            first[edge + 2] += 1
    _add_up(first)
    row = np.empty(first[-1], np.int32)
    out_s = np.empty((first[-1], 2))
    for i in range(len(origins.edge)):
        if origins.edge[i] >= 0:
            at = first[origins.edge[i] + 1]
            first[origins.edge[i] + 1] += 1
            row[at] = i
            out_s[at, 0] = origins.leg_s[i] + origins.to_start_s[i]
            out_s[at, 1] = origins.leg_s[i] + origins.to_end_s[i]
    around, edges = _list_around(ends, first, n_junctions)
    return Members(origins, first[:-1], row, out_s, around, edges)


@njit(cache=True, nogil=True)
def _list_around(
    ends: Ends, first: NDArray[np.int32], n_junctions: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """List the edges that have members by the junctions at which they end."""
    start, end = ends
    around = np.zeros(n_junctions + 2, np.int32)
    for edge in range(len(start)):
        if first[edge + 1] > first[edge]:
            around[start[edge] + 2] += 1
            around[end[edge] + 2] += start[edge] != end[edge]
    _add_up(around)
    edges = np.empty(around[-1], np.int32)
    for edge in range(len(start)):
        if first[edge + 1] > first[edge]:
            edges[around[start[edge] + 1]] = edge
            around[start[edge] + 1] += 1
            if start[edge] != end[edge]:
                edges[around[end[edge] + 1]] = edge
                around[end[edge] + 1] += 1
    return around[:-1], edges


@njit(cache=True, nogil=True)
def _add_up(counts: NDArray[np.int32]) -> None:
    """Turn counts, of `i` at `i + 2`, into where lists begin, of `i` at `i + 1`."""
    for i in range(2, len(counts)):
        counts[i] += counts[i - 1]
