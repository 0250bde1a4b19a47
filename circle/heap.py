"""A queue of junctions ordered by time, for the compiled searches."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Queue(NamedTuple):
    """A binary heap of times and junctions, the least time on top.

    A junction that is reached sooner is put in again; its older entries stay and are
    passed over when they come up. So no entry has to be found, and a queue holds no
    more than what waits at the edge of the search. How many entries wait is kept by
    the search that uses the queue.
    """

    time_s: NDArray[np.float64]
    """Time of each entry, shape (room,)."""
    node: NDArray[np.int32]
    """Junction of each entry, shape (room,)."""


@njit(cache=True, nogil=True)
def make_queue(room: int) -> Queue:
    """
    Make an empty queue.

    Parameters
    ----------
    room
        Number of entries it has room for, at least one.

    Returns
    -------
    queue
        Without entries.
    """
    return Queue(np.empty(room), np.empty(room, np.int32))


@njit(cache=True, nogil=True)
def grow(queue: Queue) -> Queue:
    """
    Double the room of a queue.

    Parameters
    ----------
    queue
        A queue that is full.

    Returns
    -------
    queue
        Another one with the same entries.
    """
    room = len(queue.node)
    larger = make_queue(2 * room)
    larger.time_s[:room] = queue.time_s
    larger.node[:room] = queue.node
    return larger


@njit(cache=True, nogil=True, forceinline=True)
def push(queue: Queue, size: int, seconds: float, node: int) -> None:
    """
    Put an entry in.

    Parameters
    ----------
    queue
        The queue, with room for one more; changed in place.
    size
        Number of entries before.
    seconds
        Time of the entry.
    node
        Its junction.
    """
    time_s, heap = queue
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if time_s[parent] <= seconds:
            break
        time_s[at] = time_s[parent]
        heap[at] = heap[parent]
        at = parent
    time_s[at] = seconds
    heap[at] = node


@njit(cache=True, nogil=True, forceinline=True)
def drop_first(queue: Queue, size: int) -> None:
    """
    Take the top entry out.

    Parameters
    ----------
    queue
        The queue; changed in place. Its first entry is the one of least time.
    size
        Number of entries after.
    """
    time_s, heap = queue
    seconds, node = time_s[size], heap[size]
    at, child = 0, 1
    while child < size:
        if child + 1 < size:
            child += time_s[child + 1] < time_s[child]
        if time_s[child] >= seconds:
            break
        time_s[at] = time_s[child]
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    time_s[at] = seconds
    heap[at] = node
