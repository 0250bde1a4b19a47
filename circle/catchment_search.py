"""Catchments of many places: how much memory they take, and the search for them."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.catchments import (
    gather_catchments,
    make_scratch,
    put_in_place,
)
from circle.members import Members, Origins, list_members
from circle.network import Network
from circle.search import Places, spread
from circle.search_layout import (
    cut_blocks,
    edge_ends,
    lay_out_places,
    pick_places,
    plant_seeds,
)
from circle.snapping import Access

# A pair takes the row of the origin (4) and the time (8), and both once more while
# what the threads found is put together.
PAIR_BYTES = 24
# Of so many parts of the network, at most this share may have origins for a search to
# be told where there are none.
_PARTS = 256
_MOST_PEOPLED = 0.75
# Pairs that a thread finds room for, beyond one for each origin. Few large pieces of
# memory cost less than many: most of a large one comes in large pages.
_BLOCK = 1 << 22
# Places that are worth a block of their own, which another thread may take.
_LEAST_IN_BLOCK = 16
# Searches from which the number of pairs is estimated.
SAMPLE = 64

_Part = tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]
]


@dataclass(frozen=True)
class CatchmentSearch:
    """All that the search for catchments needs; see `prepare_catchments`."""

    network: Network
    """The network."""
    sources: Places
    """The places to be reached."""
    members: Members
    """The origins."""
    limit_s: float
    """Longest time in seconds, inclusive."""
    threads: int
    """Searches that run side by side."""
    least_s: NDArray[np.float64]
    """Time from the nearest origin to each junction; empty where origins are so many
    that knowing it would not pay."""


def prepare_catchments(
    network: Network,
    *,
    places: Access,
    origins: Access,
    limit_s: float,
    threads: int,
) -> CatchmentSearch:
    """
    Lay out places and origins for the search.

    Parameters
    ----------
    network
        The network.
    places
        Access of the places.
    origins
        Access of the origins.
    limit_s
        Longest time in seconds, inclusive.
    threads
        Searches that run side by side.

    Returns
    -------
    search
        What the other functions of this module take.
    """
    n_junctions, least_s = len(network.chains.junction), np.empty(0)
    starts = Origins(
        edge=_joined_edges(origins),
        position_m=origins.position_m,
        to_start_s=origins.to_start_s,
        to_end_s=origins.to_end_s,
        leg_s=origins.leg_s,
    )
    if _leave_parts_out(network, starts):
        joined = pick_places(lay_out_places(origins), np.flatnonzero(origins.joined))
        seeds = plant_seeds(network, joined, sets_out=True)
        least_s, _ = spread(network.core, seeds, limit_s)
    return CatchmentSearch(
        network=network,
        sources=lay_out_places(places),
        members=list_members(
            edge_ends(network), network.edge_forward_s, starts, n_junctions
        ),
        limit_s=limit_s,
        threads=max(1, threads),
        least_s=least_s,
    )


def _joined_edges(origins: Access) -> NDArray[np.int32]:
    """Give the edge of each origin, -1 where it is not joined."""
    if origins.joined.all():
        return origins.edge
    return np.where(origins.joined, origins.edge, np.int32(-1))


def _leave_parts_out(network: Network, origins: Origins) -> bool:
    """Tell whether so much of the network has no origins that it pays to know where."""
    n_junctions = len(network.chains.junction)
    if len(origins.edge) >= n_junctions:
        return False
    # Junctions are numbered along a curve through the plane: a part is an area.
    near = network.chains.edge_from[origins.edge[origins.edge >= 0]]
    parts = np.bincount(near.astype(np.int64) * _PARTS // n_junctions, minlength=_PARTS)
    return bool(np.count_nonzero(parts) < _MOST_PEOPLED * _PARTS)


def estimate_bytes(search: CatchmentSearch, *, sample: int = SAMPLE) -> int:
    """
    Estimate the memory that the catchments of all places take.

    Parameters
    ----------
    search
        The search.
    sample
        Number of places, evenly spread along the network, that are tried.

    Returns
    -------
    n_bytes
        What is held at most: pairs in reach, origins by edge, and the arrays of each
        thread. Exact in the pairs where there are no more places than `sample`.
    """
    order = _along_edges(search)
    tried = order[:: max(1, -(-len(order) // sample))]
    found = sum(len(member) for _, _, member, _ in _Searcher(search).gather(tried))
    pairs = found * len(order) / max(1, len(tried))
    n_origins = len(search.members.origins.edge)
    n_junctions = len(search.network.chains.junction)
    n_links = len(search.network.reverse.neighbour)
    # An entry of the queue is a time (8), a junction (4) and what follows it (4).
    per_thread = 9 * n_origins + 12 * n_junctions + 16 * n_links
    return round(
        pairs * PAIR_BYTES + n_origins * 72 + len(order) * 64
        + search.threads * per_thread
    )  # fmt: skip


def find_catchments(
    search: CatchmentSearch, rows: NDArray[np.int64] | None = None
) -> csr_array:
    """
    Search from places to the origins that reach them.

    Parameters
    ----------
    search
        The search.
    rows
        Rows of the places, one following the other; all if not given.

    Returns
    -------
    catchments
        Sparse matrix (rows, origins) of seconds.
    """
    order = _along_edges(search, rows)
    begin = 0 if rows is None or not len(rows) else int(rows[0])
    # So small that no thread waits long for the last one, and none for a few places.
    blocks = cut_blocks(
        len(order), min(16 * search.threads, len(order) // _LEAST_IN_BLOCK)
    )
    threads = min(search.threads, len(blocks))
    idle: SimpleQueue[_Searcher] = SimpleQueue()
    for _ in range(threads):
        idle.put(_Searcher(search))

    def gather(block: slice) -> list[_Part]:
        searcher = idle.get()
        parts = searcher.gather(order[block])
        idle.put(searcher)
        return parts

    with ThreadPoolExecutor(threads) if threads > 1 else nullcontext() as pool:
        side_by_side = map if pool is None else pool.map
        found = list(itertools.chain.from_iterable(side_by_side(gather, blocks)))
        counts = np.zeros(len(order) + 1, dtype=np.int64)
        for one, count, _, _ in found:
            counts[one - begin + 1] = count
        first = np.cumsum(counts)
        whole = np.empty(first[-1], np.int32), np.empty(first[-1])

        def place(part: _Part) -> None:
            one, count, member, time_s = part
            put_in_place(one - begin, count, member, time_s, first, whole)

        list(side_by_side(place, found))
    if first[-1] <= np.iinfo(np.int32).max:
        first = first.astype(np.int32)
    shape = (len(order), len(search.members.origins.edge))
    return csr_array((whole[1], whole[0], first), shape=shape)


def find_in_parts(
    search: CatchmentSearch, *, part_bytes: int
) -> Iterator[tuple[int, csr_array]]:
    """
    Search part by part, so that no more than one part is held at a time.

    Parameters
    ----------
    search
        The search.
    part_bytes
        About as much memory as one part may take; at least one place is searched
        from at a time.

    Yields
    ------
    row
        Row of the first place of the part.
    catchments
        Sparse matrix (places of the part, origins) of seconds.
    """
    n = len(search.sources.edge)
    each = max(1.0, estimate_bytes(search) / max(1, n))
    step = max(1, int(part_bytes / each))
    for row in range(0, n, step):
        yield row, find_catchments(search, np.arange(row, min(row + step, n)))


def _along_edges(
    search: CatchmentSearch, rows: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Order places by edge: near searches use the same part of memory."""
    if rows is None:
        return np.argsort(search.sources.edge, kind="stable")
    return rows[np.argsort(search.sources.edge[rows], kind="stable")]


class _Searcher:
    """The room that one thread has for its searches and for what they find."""

    def __init__(self, search: CatchmentSearch) -> None:
        n_origins = len(search.members.origins.edge)
        # Few pairs at all need no large piece of memory.
        most_more = min(_BLOCK, len(search.sources.edge) * n_origins)
        self._search, self._room = search, n_origins + most_more
        self._scratch = make_scratch(search.network.reverse, n_origins, search.least_s)
        # What is not written to is not used.
        self._member, self._time_s = self._ask_for_memory()

    def gather(self, rows: NDArray[np.int64]) -> list[_Part]:
        """Search from places; give their rows with what was found, part by part."""
        search, parts = self._search, []
        graph = search.network.reverse, edge_ends(search.network)
        while len(rows):
            if len(self._member) < len(search.members.origins.edge):
                self._member, self._time_s = self._ask_for_memory()
            count = gather_catchments(
                graph,
                pick_places(search.sources, rows),
                search.members,
                search.limit_s,
                self._scratch,
                (self._member, self._time_s),
            )
            used = int(count.sum())
            found = self._member[:used], self._time_s[:used]
            parts.append((rows[: len(count)], count, *found))
            self._member, self._time_s = self._member[used:], self._time_s[used:]
            rows = rows[len(count) :]
        return parts

    def _ask_for_memory(self) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Ask for room to write down rows and times."""
        return np.empty(self._room, np.int32), np.empty(self._room)
