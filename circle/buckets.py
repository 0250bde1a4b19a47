"""A queue of junctions sorted roughly by time, for the compiled searches."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.core import Links

# One bucket more than these holds all that is later.
_LATER = 1024
# Buckets for the time of a link of mean length: fewer let junctions be passed before
# their time is final, more are looked at in vain.
_PER_LINK = 4.0
# Links of which the mean is taken.
_SAMPLE = 1024


class Queue(NamedTuple):
    """Entries in buckets of equal width, each bucket a list in order of arrival.

    A search empties bucket after bucket. Within one it may take a junction before the
    time of that junction is final; then the junction is put in again and passed once
    more. So the times found are those of a search in strict order, without the work of
    keeping one (Dial, 1969; delta-stepping of Meyer and Sanders, 2003).
    """

    following: NDArray[np.int32]
    """Entry after each one in its bucket, -1 at the end; shape (room,). Those of the
    first rows are the buckets themselves."""
    last: NDArray[np.int32]
    """Last entry of each bucket, the bucket itself where it is empty."""
    time_s: NDArray[np.float64]
    """Time of each entry, shape (room,)."""
    node: NDArray[np.int32]
    """Junction of each entry, shape (room,)."""
    per_s: float
    """Buckets for each second."""
    most_links: int
    """Links that leave a junction at most: what taking one entry may put in."""


class Waiting(NamedTuple):
    """How far a search has come with its queue."""

    n: int
    """Number of entries that wait."""
    used: int
    """Rows of the queue that were used."""
    bucket: int
    """The bucket being emptied."""
    begin_s: float
    """Time at which the first bucket begins."""


@njit(cache=True, nogil=True)
def make_queue(links: Links, room: int) -> Queue:
    """
    Make an empty queue.

    Parameters
    ----------
    links
        The graph to be searched; its mean link gives the width of the buckets.
    room
        Number of entries it has room for.

    Returns
    -------
    queue
        Without entries. A search that has emptied it leaves it as it was.
    """
    n, first, mean_s, most_links = _LATER + 1, links.first, 0.0, 0
    for node in range(len(first) - 1):
        most_links = max(most_links, first[node + 1] - first[node])
    if len(links.time_s) > 0:
        mean_s = links.time_s[:: len(links.time_s) // _SAMPLE + 1].mean()
    following = np.empty(n + room, np.int32)
    following[:n] = -1
    return Queue(
        following,
        np.arange(n).astype(np.int32),
        np.empty(n + room),
        np.empty(n + room, np.int32),
        _PER_LINK / mean_s if mean_s > 0 else 1.0,
        most_links,
    )


@njit(cache=True, nogil=True)
def begin() -> Waiting:
    """
    Begin with a queue that is empty.

    Returns
    -------
    waiting
        Nothing.
    """
    return Waiting(0, _LATER + 1, 0, 0.0)


@njit(cache=True, nogil=True, forceinline=True)
def has_room(queue: Queue, waiting: Waiting) -> bool:
    """
    Tell whether what taking an entry may put in finds room.

    Parameters
    ----------
    queue
        The queue.
    waiting
        What waits in it.

    Returns
    -------
    has_room
        False if the queue has to `grow` first.
    """
    return waiting.used + queue.most_links <= len(queue.node)


@njit(cache=True, nogil=True)
def grow(queue: Queue) -> Queue:
    """
    Double the room of a queue.

    Parameters
    ----------
    queue
        A queue that lacks room. It is empty afterwards, and may be used for another
        search when the larger one is empty too: they share the ends of the buckets.

    Returns
    -------
    queue
        Another one with the same entries.
    """
    room = len(queue.node)
    following, node = np.empty(2 * room, np.int32), np.empty(2 * room, np.int32)
    time_s = np.empty(2 * room)
    following[:room], node[:room] = queue.following, queue.node
    time_s[:room] = queue.time_s
    queue.following[: len(queue.last)] = -1
    return Queue(following, queue.last, time_s, node, queue.per_s, queue.most_links)


@njit(cache=True, nogil=True, forceinline=True)
def push(queue: Queue, waiting: Waiting, seconds: float, node: int) -> Waiting:
    """
    Put an entry in.

    Parameters
    ----------
    queue
        The queue, with room for one more; changed in place.
    waiting
        What waited before.
    seconds
        Time of the entry, not less than that of the entry taken last.
    node
        Its junction.

    Returns
    -------
    waiting
        What waits now.
    """
    entry = waiting.used
    queue.time_s[entry], queue.node[entry] = seconds, node
    _append(queue, waiting.begin_s, entry)
    return Waiting(waiting.n + 1, entry + 1, waiting.bucket, waiting.begin_s)


@njit(cache=True, nogil=True, forceinline=True)
def take(queue: Queue, waiting: Waiting) -> tuple[Waiting, float, int]:
    """
    Take the next entry out: one of the first bucket that holds any.

    Parameters
    ----------
    queue
        The queue; changed in place.
    waiting
        What waits in it, at least one entry.

    Returns
    -------
    waiting
        What waits now.
    seconds
        Time of the entry.
    node
        Its junction.
    """
    following, bucket, begin_s = queue.following, waiting.bucket, waiting.begin_s
    while following[bucket] < 0:
        bucket += 1
    if bucket == _LATER:
        bucket, begin_s = 0, _spread_later(queue)
    entry = following[bucket]
    following[bucket] = following[entry]
    if following[entry] < 0:
        queue.last[bucket] = bucket
    left = Waiting(waiting.n - 1, waiting.used, bucket, begin_s)
    return left, queue.time_s[entry], queue.node[entry]


@njit(cache=True, nogil=True, forceinline=True)
def _append(queue: Queue, begin_s: float, entry: int) -> None:
    """Append an entry to the bucket of its time."""
    place = (queue.time_s[entry] - begin_s) * queue.per_s
    bucket = int(min(float(_LATER), place))
    queue.following[entry] = -1
    queue.following[queue.last[bucket]] = entry
    queue.last[bucket] = entry


@njit(cache=True, nogil=True)
def _spread_later(queue: Queue) -> float:
    """Spread what was later over all buckets; give the time at which they begin."""
    following, first = queue.following, queue.following[_LATER]
    begin_s, entry = np.inf, first
    while entry >= 0:
        begin_s = min(begin_s, queue.time_s[entry])
        entry = following[entry]
    following[_LATER], queue.last[_LATER] = -1, _LATER
    entry = first
    while entry >= 0:
        after = following[entry]
        _append(queue, begin_s, entry)
        entry = after
    return float(begin_s)
