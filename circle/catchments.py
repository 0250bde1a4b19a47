"""Compiled bounded searches: who reaches a place within a limit."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numba import config, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from circle.buckets import (
    Queue,
    Waiting,
    begin,
    grow,
    has_room,
    make_queue,
    push,
    take,
)
from circle.core import Links
from circle.members import Members
from circle.search import (
    FROM_END,
    FROM_START,
    LEG,
    POSITION,
    TO_END,
    TO_START,
    Ends,
    Places,
    same_edge_s,
)

_WORD = 64
_LOW = np.uint64(63)
_SIX = np.uint64(6)
_ONE = np.uint64(1)


def _write_lowest_bit(_typing: Any, word: Any) -> Any:
    """Write the one order of the processor that finds the lowest bit that is set."""
    signature = types.int64(word)

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.cttz(values[0], context.get_constant(types.boolean, True))

    return signature, generate


def _find_lowest_bit(word: Any) -> int:
    """Find it where nothing is compiled, as tests may ask for."""
    return (int(word) & -int(word)).bit_length() - 1


# The place of the lowest bit of a word that is not zero.
_lowest_bit: Callable[[Any], int] = _find_lowest_bit
if not getattr(config, "DISABLE_JIT", False):
    _lowest_bit = cast("Callable[[Any], int]", intrinsic(_write_lowest_bit))


class Scratch(NamedTuple):
    """What one thread uses for one source after the other."""

    queue: Queue
    time_s: NDArray[np.float64]
    """Time from each junction, infinite between two searches."""
    passed: NDArray[np.int32]
    """Junctions that were met, shape (junctions + 1,)."""
    best_s: NDArray[np.float64]
    """Time from each place, shape (places,); counts where its bit is set."""
    bits: NDArray[np.uint64]
    """One bit for each place, so that they are met in ascending order."""
    words: NDArray[np.uint64]
    """One bit for each word of `bits` that is not empty."""
    least_s: NDArray[np.float64]
    """Time from the nearest member to each junction, not changed: where it is too long
    no member comes by that junction, and a search turns back. Empty for not knowing."""


@njit(cache=True, nogil=True)
def gather_catchments(
    graph: tuple[Links, Ends],
    sources: Places,
    members: Members,
    limit_s: float,
    scratch: Scratch,
    written: tuple[NDArray[np.int32], NDArray[np.float64]],
) -> NDArray[np.int64]:
    """
    List for each source the members that reach it within a limit.

    Parameters
    ----------
    graph
        The links against the sense of travel, and the ends of the edges.
    sources
        The places to be reached; their labels are not used.
    members
        The places that set out.
    limit_s
        Longest time, in seconds, inclusive.
    scratch
        What the thread uses; changed in place and left as it was.
    written
        Written: rows of the members in reach, ascending, source by source; and the
        time from each of them to the source, in seconds. There is room for all
        members at least.

    Returns
    -------
    count
        Members in reach of the first sources, at least of one; shape (sources,) or
        fewer where there was no room for all.
    """
    (links, ends), (member, time_s) = graph, written
    room = len(members.origins.edge)
    count, used = np.zeros(len(sources.edge), np.int64), 0
    for i in range(len(sources.edge)):
        if sources.edge[i] < 0:
            continue
        if used + room > len(member):
            return count[:i]
        n_passed = _search(links, ends, sources, i, limit_s, scratch)
        _take(n_passed, members.list_of[sources.edge[i]], members, limit_s, scratch)
        _take_own(ends, sources, i, members, limit_s, scratch)
        for k in range(n_passed):
            scratch.time_s[scratch.passed[k]] = np.inf
        count[i] = _write_down(scratch, member, time_s, used)
        used += count[i]
    return count


@njit(cache=True, nogil=True)
def make_scratch(links: Links, n_places: int, least_s: NDArray[np.float64]) -> Scratch:
    """
    Make room for the searches of one thread.

    Parameters
    ----------
    links
        The graph.
    n_places
        Number of places that may be reached.
    least_s
        Time from the nearest of them to each junction; empty for not knowing.

    Returns
    -------
    scratch
        As it is between two searches.
    """
    n = len(links.first) - 1
    n_words = n_places // _WORD + 1
    return Scratch(
        make_queue(links, len(links.neighbour) + 2),
        np.full(n, np.inf),
        # One row more: a junction that is met again is written past the last one.
        np.empty(n + 1, np.int32),
        np.empty(n_places),
        np.zeros(n_words, np.uint64),
        np.zeros(n_words // _WORD + 1, np.uint64),
        least_s,
    )


@njit(cache=True, nogil=True)
def _search(
    links: Links,
    ends: Ends,
    sources: Places,
    i: int,
    limit_s: float,
    scratch: Scratch,
) -> int:
    """Search from one source up to the limit; give the number of junctions passed."""
    queue, time_s, waiting, n_passed = scratch.queue, scratch.time_s, begin(), 0
    row, edge = sources.columns[i], sources.edge[i]
    for side in range(2):
        node = ends.end[edge] if side else ends.start[edge]
        seconds = row[LEG] + row[FROM_END if side else FROM_START]
        if seconds <= limit_s and seconds < time_s[node]:
            n_passed = _note(node, time_s, scratch.passed, n_passed)
            time_s[node] = seconds
            waiting = push(queue, waiting, seconds, node)
    while True:
        waiting, n_passed = _go_on(links, queue, waiting, limit_s, scratch, n_passed)
        if waiting.n == 0:
            return n_passed
        queue = grow(queue)


@njit(cache=True, nogil=True)
def _go_on(
    links: Links,
    queue: Queue,
    waiting: Waiting,
    limit_s: float,
    scratch: Scratch,
    n_passed: int,
) -> tuple[Waiting, int]:
    """Search on while the queue has room; give what waits, and the number met."""
    first, neighbour, link_s = links.first, links.neighbour, links.time_s
    time_s, passed, least_s = scratch.time_s, scratch.passed, scratch.least_s
    knows = len(least_s) > 0
    while waiting.n > 0 and has_room(queue, waiting):
        waiting, here_s, node = take(queue, waiting)
        if here_s > time_s[node]:
            continue
        for k in range(first[node], first[node + 1]):
            seconds, other = here_s + link_s[k], neighbour[k]
            if seconds <= limit_s and seconds < time_s[other]:
                if knows and seconds + least_s[other] > limit_s:
                    continue
                n_passed = _note(other, time_s, passed, n_passed)
                time_s[other] = seconds
                back = first[other]
                if first[other + 1] - back == 1 and neighbour[back] == node:
                    continue  # From a dead end one only comes back.
                waiting = push(queue, waiting, seconds, other)
    return waiting, n_passed


@njit(cache=True, nogil=True, forceinline=True)
def _note(
    node: int, time_s: NDArray[np.float64], passed: NDArray[np.int32], n_passed: int
) -> int:
    """Note a junction that is met for the first time; give how many there are."""
    passed[n_passed] = node
    return n_passed + int(time_s[node] == np.inf)


@njit(cache=True, nogil=True, forceinline=True)
def _mark(scratch: Scratch, row: int, seconds: float) -> None:
    """Note the time of a place."""
    scratch.best_s[row] = seconds
    at = np.uint64(row)
    word = at >> _SIX
    scratch.bits[word] |= _ONE << (at & _LOW)
    scratch.words[word >> _SIX] |= _ONE << (word & _LOW)


@njit(cache=True, nogil=True)
def _take(
    n_passed: int, own: int, members: Members, limit_s: float, scratch: Scratch
) -> None:
    """Take the members of all lists that were met but the source's own."""
    time_s, first, out_s = scratch.time_s, members.first, members.out_s
    # Where a search may turn back, no start is sure to have been met.
    turned = len(scratch.least_s) > 0
    for p in range(n_passed):
        node = scratch.passed[p]
        for one in range(members.leaving[node], members.leaving[node + 1]):
            if one == own:
                continue
            start_s, end_s = time_s[node], time_s[members.end[one]]
            for m in range(first[one], first[one + 1]):
                seconds = min(start_s + out_s[m, 0], end_s + out_s[m, 1])
                if seconds <= limit_s:
                    _mark(scratch, members.row[m], seconds)
        if turned or time_s[node] + members.longest_s[node] > limit_s:
            _take_from_end(node, own, members, limit_s, scratch)


@njit(cache=True, nogil=True)
def _take_from_end(
    node: int, own: int, members: Members, limit_s: float, scratch: Scratch
) -> None:
    """Take the members of the lists of which only the end was met, a junction."""
    time_s, first, out_s = scratch.time_s, members.first, members.out_s
    for k in range(members.arriving[node], members.arriving[node + 1]):
        one = members.arrives[k]
        # Reached at its start too, it is taken from there.
        if one == own or time_s[members.start[k]] < np.inf:
            continue
        for m in range(first[one], first[one + 1]):
            seconds = time_s[node] + out_s[m, 1]
            if seconds <= limit_s:
                _mark(scratch, members.row[m], seconds)


@njit(cache=True, nogil=True)
def _take_own(
    ends: Ends,
    sources: Places,
    i: int,
    members: Members,
    limit_s: float,
    scratch: Scratch,
) -> None:
    """Take the members on the source's own edge."""
    edge, origins, place = sources.edge[i], members.origins, sources.columns[i]
    one = members.list_of[edge]
    if one < 0:
        return
    start_s, end_s = scratch.time_s[ends.start[edge]], scratch.time_s[ends.end[edge]]
    for m in range(members.first[one], members.first[one + 1]):
        row = members.row[m]
        along_s = same_edge_s(
            (origins.position_m[row], origins.to_start_s[row], origins.to_end_s[row]),
            (place[POSITION], place[TO_START], place[TO_END]),
        )
        seconds = min(
            start_s + members.out_s[m, 0],
            end_s + members.out_s[m, 1],
            along_s + origins.leg_s[row] + place[LEG],
        )
        if seconds <= limit_s:
            _mark(scratch, row, seconds)


@njit(cache=True, nogil=True)
def _write_down(
    scratch: Scratch,
    member: NDArray[np.int32],
    time_s: NDArray[np.float64],
    at: int,
) -> int:
    """Write the members found in ascending order, forget them, and count them."""
    begin, bits, words = at, scratch.bits, scratch.words
    for i in range(len(words)):
        waiting = words[i]
        words[i] = 0
        while waiting:
            word = i * _WORD + _lowest_bit(waiting)
            waiting &= waiting - _ONE
            rows = bits[word]
            bits[word] = 0
            while rows:
                row = word * _WORD + _lowest_bit(rows)
                rows &= rows - _ONE
                member[at] = row
                time_s[at] = scratch.best_s[row]
                at += 1
    return at - begin


@njit(cache=True, nogil=True)
def put_in_place(
    source: NDArray[np.int64],
    count: NDArray[np.int64],
    member: NDArray[np.int32],
    time_s: NDArray[np.float64],
    first: NDArray[np.int64],
    whole: tuple[NDArray[np.int32], NDArray[np.float64]],
) -> None:
    """
    Copy the catchments of some sources to where they belong among all.

    Parameters
    ----------
    source
        Row of each source.
    count
        Members in reach of each of them.
    member
        Rows of the members, source by source.
    time_s
        Their times in seconds.
    first
        Where the list of each row begins in `whole`.
    whole
        Rows of members and times of all sources; written.
    """
    at = 0
    for i in range(len(source)):
        begin, n = first[source[i]], count[i]
        for k in range(n):
            whole[0][begin + k] = member[at + k]
            whole[1][begin + k] = time_s[at + k]
        at += n
