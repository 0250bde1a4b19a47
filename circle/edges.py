"""Sums along edges, the compressed rows of a graph of edges, and its main part."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def add_up_runs(
    values: NDArray[np.float64], first: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Add up values over each run, and up to each member of it.

    Parameters
    ----------
    values
        Times in seconds or lengths in metres, run by run; infinite throughout a run
        that is closed. Shape (members,).
    first
        Where each run begins, shape (runs + 1,).

    Returns
    -------
    total
        Sum of each run, infinite where closed; shape (runs,).
    before
        Sum of the members before each one in its run, infinite where closed; shape
        (members,).
    """
    total, before = np.empty(len(first) - 1), np.empty(len(values))
    for run in range(len(total)):
        added = 0.0
        for i in range(first[run], first[run + 1]):
            before[i] = added if values[i] < np.inf else np.inf
            added += values[i]
        total[run] = added
    return total, before


@njit(cache=True, nogil=True)
def compress_links(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    forward_s: NDArray[np.float64],
    back_s: NDArray[np.float64],
    n_junctions: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """
    Write the open directions of all edges as compressed rows.

    Parameters
    ----------
    ends
        Junctions at which each edge starts and ends, each of shape (edges,).
    forward_s
        Time from start to end in seconds, infinite where closed.
    back_s
        Time from end to start, infinite where closed.
    n_junctions
        Number of junctions.

    Returns
    -------
    first
        Where the row of each junction begins, shape (junctions + 1,).
    neighbour
        Junction at the other end of each link, by edge within a row.
    time_s
        Time of each link in seconds.
    """
    start, end = ends
    first = np.zeros(n_junctions + 2, np.int64)
    for edge in range(len(start)):
        first[start[edge] + 2] += forward_s[edge] < np.inf
        first[end[edge] + 2] += back_s[edge] < np.inf
    for i in range(2, len(first)):
        first[i] += first[i - 1]
    neighbour, time_s = np.empty(first[-1], np.int32), np.empty(first[-1])
    for edge in range(len(start)):
        if forward_s[edge] < np.inf:
            at = first[start[edge] + 1]
            first[start[edge] + 1] += 1
            neighbour[at], time_s[at] = end[edge], forward_s[edge]
        if back_s[edge] < np.inf:
            at = first[end[edge] + 1]
            first[end[edge] + 1] += 1
            neighbour[at], time_s[at] = start[edge], back_s[edge]
    return first[:-1], neighbour, time_s


@njit(cache=True, nogil=True)
def find_main_part(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    length_m: NDArray[np.float64],
    n_junctions: int,
    least_m: float = np.inf,
) -> NDArray[np.bool_]:
    """
    Mark the edges of the longest connected part, and of others long enough.

    Parameters
    ----------
    ends
        Junctions at which each edge starts and ends, each of shape (edges,).
    length_m
        Length of each edge in metres.
    n_junctions
        Number of junctions.
    least_m
        Length from which on another part counts too, in metres.

    Returns
    -------
    in_main
        Shape (edges,). Of parts equally long, that with the first junction counts.

    Notes
    -----
    Union-find with halved paths (Tarjan and van Leeuwen, 1984).
    """
    start, end = ends
    above = np.arange(n_junctions)
    for edge in range(len(start)):
        a, b = _root(above, start[edge]), _root(above, end[edge])
        above[max(a, b)] = min(a, b)
    part_m = np.zeros(n_junctions)
    for edge in range(len(start)):
        part_m[_root(above, start[edge])] += length_m[edge]
    main = np.argmax(part_m)
    in_main = np.empty(len(start), np.bool_)
    for edge in range(len(start)):
        root = _root(above, start[edge])
        in_main[edge] = root == main or part_m[root] >= least_m
    return in_main


@njit(cache=True, nogil=True)
def _root(above: NDArray[np.int64], node: int) -> int:
    """Climb to the first junction of a part."""
    while above[node] != node:
        above[node] = above[above[node]]
        node = above[node]
    return node
