"""A queue of junctions ordered by time, for the compiled searches."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

NOT_QUEUED: Final = -1
# The label of a junction that nothing has reached: above all others.
UNLABELLED: Final = np.int32(np.iinfo(np.int32).max)


class Queue(NamedTuple):
    """A binary heap of junctions with the best time and label of every junction."""

    time_s: NDArray[np.float64]
    """Least time so far, infinite where nothing has come; shape (junctions,)."""
    label: NDArray[np.int32]
    """Label that came with it, shape (junctions,)."""
    heap: NDArray[np.int32]
    """Junctions waiting, the first one on top; shape (junctions,)."""
    place: NDArray[np.int32]
    """Where each junction waits in `heap`, shape (junctions,)."""
    size: NDArray[np.int64]
    """How many wait, shape (1,)."""


@njit(cache=True, nogil=True)
def make_queue(n: int) -> Queue:
    """
    Make an empty queue.

    Parameters
    ----------
    n
        Number of junctions.

    Returns
    -------
    queue
        With all times infinite.
    """
    return Queue(
        np.full(n, np.inf),
        np.full(n, UNLABELLED, np.int32),
        np.empty(n, np.int32),
        np.full(n, np.int32(NOT_QUEUED), np.int32),
        np.zeros(1, np.int64),
    )


@njit(cache=True, nogil=True, forceinline=True)
def offer(queue: Queue, node: int, seconds: float, mark: int) -> None:
    """
    Improve a junction if it is reached sooner, or as soon with a lower label.

    Parameters
    ----------
    queue
        The queue; changed in place.
    node
        The junction.
    seconds
        Time at which it is reached.
    mark
        Label that comes with it.
    """
    time_s, label = queue.time_s, queue.label
    if seconds > time_s[node] or (seconds == time_s[node] and mark >= label[node]):
        return
    time_s[node] = seconds
    label[node] = mark
    at = queue.place[node]
    if at == NOT_QUEUED:
        at = queue.size[0]
        queue.size[0] += 1
    _rise(queue, node, at)


@njit(cache=True, nogil=True, forceinline=True)
def pop(queue: Queue) -> int:
    """
    Take the first junction off a queue that is not empty.

    Parameters
    ----------
    queue
        The queue; changed in place.

    Returns
    -------
    node
        The junction of least time, of equals the one with the lowest label.
    """
    top = queue.heap[0]
    queue.place[top] = NOT_QUEUED
    queue.size[0] -= 1
    if queue.size[0] > 0:
        _sink(queue, queue.heap[queue.size[0]])
    return int(top)


@njit(cache=True, nogil=True, forceinline=True)
def _before(
    time_s: NDArray[np.float64], label: NDArray[np.int32], a: int, b: int
) -> bool:
    """Order junctions by time, then by label, so that ties are settled."""
    return bool(
        time_s[a] < time_s[b] or (time_s[a] == time_s[b] and label[a] < label[b])
    )


@njit(cache=True, nogil=True, forceinline=True)
def _rise(queue: Queue, node: int, at: int) -> None:
    """Move a junction up the heap to where it belongs."""
    heap, place, time_s, label = queue.heap, queue.place, queue.time_s, queue.label
    while at > 0:
        parent = (at - 1) >> 1
        if not _before(time_s, label, node, heap[parent]):
            break
        heap[at] = heap[parent]
        place[heap[at]] = at
        at = parent
    heap[at] = node
    place[node] = at


@njit(cache=True, nogil=True, forceinline=True)
def _sink(queue: Queue, node: int) -> None:
    """Put a junction on top and move it down the heap to where it belongs."""
    heap, place, time_s, label = queue.heap, queue.place, queue.time_s, queue.label
    size = queue.size[0]
    at = 0
    child = 1
    while child < size:
        if child + 1 < size and _before(time_s, label, heap[child + 1], heap[child]):
            child += 1
        if not _before(time_s, label, heap[child], node):
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
        child = 2 * at + 1
    heap[at] = node
    place[node] = at
