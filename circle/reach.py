"""Travel times: the nearest facility of each type, and who reaches a place in time."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.catchments import Members, gather_catchments
from circle.network import Graph, Network
from circle.search import (
    FROM_END,
    FROM_START,
    LEG,
    Ends,
    Links,
    Places,
    Seeds,
    collect_nearest,
    spread,
)
from circle.snapping import Access

# Covered means time <= threshold + TOLERANCE_S: a millisecond, so that a place laid
# out exactly at the limit is inside whatever the rounding of its coordinates.
TOLERANCE_S: Final = 1e-3


@dataclass(frozen=True)
class Reach:
    """Times from origins to the nearest facility that serves each type."""

    origin_ids: tuple[str, ...]
    """Ids of the committees or cells, in the order of the rows."""
    type_ids: tuple[str, ...]
    """Ids of the facility types, in the order of the columns."""
    threshold_s: NDArray[np.float64]
    """Longest time that counts, in seconds, shape (origins, types)."""
    time_s: NDArray[np.float64]
    """Time in seconds, NaN where there is no way, shape (origins, types)."""
    facility: NDArray[np.int32]
    """Row of the nearest facility in the table of facilities, -1 where there is
    none, shape (origins, types)."""
    joined: NDArray[np.bool_]
    """Whether each origin is joined to the network of its mode, shape (origins,)."""

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Whether each origin reaches each type in time, shape (origins, types)."""
        return within(self.time_s, self.threshold_s)


def within(
    time_s: NDArray[np.float64], threshold_s: NDArray[np.float64] | float
) -> NDArray[np.bool_]:
    """
    Tell which times are at most the threshold: the one place where circle decides.

    Parameters
    ----------
    time_s
        Times in seconds, any shape; NaN is never within.
    threshold_s
        Longest times that count, in seconds, inclusive; broadcast to `time_s`.

    Returns
    -------
    covered
        Same shape as `time_s`.

    Examples
    --------
    >>> within(np.array([899.0, 900.0, 900.01, np.nan]), 900.0).tolist()
    [True, True, False, False]
    """
    return np.asarray(time_s <= threshold_s + TOLERANCE_S)


def measure_reach(
    network: Network,
    *,
    origins: Access,
    facilities: Access,
    serving: Sequence[NDArray[np.int32]],
    threads: int = 2,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Find the nearest facility of every type from every origin.

    One search per type spreads from all its facilities at once against the sense
    of travel, so the cost does not grow with the number of origins. Times run from
    the origin to the facility and include both access legs.

    Parameters
    ----------
    network
        Network of one mode.
    origins
        Access of the origins to it.
    facilities
        Access of all facilities to it.
    serving
        For each type, the rows of the facilities that serve it, ascending.
    threads
        Searches that run side by side; the result does not depend on it.

    Returns
    -------
    time_s
        Seconds, NaN where there is no way; shape (origins, types).
    facility
        Row of the nearest facility, the lower of equals, -1 where there is none;
        shape (origins, types).

    Notes
    -----
    Dijkstra (1959) with many seeds; O(types × (links + origins) log junctions).
    """
    starts, goals = _places(origins), _places(facilities)
    nearest = partial(_nearest_of, network, starts, goals)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = list(pool.map(nearest, serving))
    shape = (len(origins.edge), len(found))
    time_s, facility = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int32)
    for column, (seconds, label) in enumerate(found):
        time_s[:, column] = np.where(np.isfinite(seconds), seconds, np.nan)
        facility[:, column] = label
    return time_s, facility


def measure_catchments(
    network: Network,
    *,
    places: Access,
    origins: Access,
    limit_s: float,
    threads: int = 2,
) -> csr_array:
    """
    Find for each place the origins that reach it within a time.

    Parameters
    ----------
    network
        Network of one mode.
    places
        Access of the places, facilities or candidates.
    origins
        Access of the origins.
    limit_s
        Longest time in seconds, inclusive as in `within`.
    threads
        Blocks of places searched side by side; the result does not depend on it.

    Returns
    -------
    catchments
        Sparse matrix (places, origins) of seconds from origin to place; an entry
        is there only within the limit, and may be an explicit zero.

    Notes
    -----
    One bounded Dijkstra search per place on the reversed network; memory grows with
    the number of pairs in reach, never with places times origins.
    """
    members = _members_of_junctions(network, _places(origins))
    sources = _places(places)
    gather = partial(_gather, network, sources, members, limit_s)
    blocks = np.array_split(np.arange(len(sources.edge)), max(1, threads))
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = list(pool.map(gather, blocks))
    sizes = np.concatenate([np.diff(rows) for rows, _, _ in found])
    first = np.concatenate([[0], np.cumsum(sizes)])
    member = np.concatenate([one for _, one, _ in found])
    seconds = np.concatenate([one for _, _, one in found])
    shape = (len(sources.edge), len(origins.edge))
    return csr_array((seconds, member, first), shape=shape)


def combine_modes(
    parts: Mapping[str, tuple[NDArray[np.float64], NDArray[np.int32]]],
    *,
    mode: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Take for each origin the times of its own mode.

    Parameters
    ----------
    parts
        Mode to times in seconds and facility rows, each of shape (origins, types).
    mode
        Mode of each origin, shape (origins,).

    Returns
    -------
    time_s
        Seconds, NaN where there is no way; shape (origins, types).
    facility
        Row of the nearest facility, -1 where there is none; same shape.
    """
    shape = next(iter(parts.values()))[0].shape
    time_s, facility = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int32)
    for name, (seconds, label) in parts.items():
        own = mode == name
        time_s[own], facility[own] = seconds[own], label[own]
    return time_s, facility


def _nearest_of(
    network: Network, origins: Places, facilities: Places, rows: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Search from one set of facilities and read the result at the origins."""
    rows = rows[facilities.edge[rows] >= 0]
    targets = _some(facilities, rows[np.lexsort((rows, facilities.edge[rows]))])
    ends, leg_s = _ends(network), targets.columns[:, LEG]
    seeds = Seeds(
        np.concatenate([ends.start[targets.edge], ends.end[targets.edge]]),
        np.concatenate(
            [
                targets.columns[:, FROM_START] + leg_s,
                targets.columns[:, FROM_END] + leg_s,
            ]
        ),
        np.concatenate([targets.label, targets.label]),
    )
    nodes = spread(_links(network.reverse), seeds)
    return collect_nearest(nodes, ends, origins, targets)


def _gather(
    network: Network,
    sources: Places,
    members: Members,
    limit_s: float,
    block: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Search from one block of places."""
    return gather_catchments(
        _links(network.reverse),
        _ends(network),
        _some(sources, block),
        members,
        limit_s + TOLERANCE_S,
    )


def _links(graph: Graph) -> Links:
    """Lay out a graph for the compiled searches."""
    return Links(graph.first, graph.neighbour, graph.time_s)


def _ends(network: Network) -> Ends:
    """Lay out the ends of the edges for the compiled searches."""
    return Ends(network.chains.edge_from, network.chains.edge_to)


def _places(access: Access) -> Places:
    """Lay out places for the compiled searches, labelled by their rows."""
    columns = np.column_stack(
        [access.position_m, access.to_end_s, access.to_start_s, access.leg_s,
         access.from_start_s, access.from_end_s]
    )  # fmt: skip
    edge = np.where(access.joined, access.edge, -1).astype(np.int32)
    return Places(edge, np.arange(len(edge), dtype=np.int32), columns)


def _some(places: Places, rows: NDArray[np.integer]) -> Places:
    """Pick some places; they keep their labels."""
    return Places(places.edge[rows], places.label[rows], places.columns[rows])


def _members_of_junctions(network: Network, places: Places) -> Members:
    """List for each junction the places on the edges that meet there."""
    member = np.flatnonzero(places.edge >= 0).astype(np.int32)
    a = network.chains.edge_from[places.edge[member]]
    b = network.chains.edge_to[places.edge[member]]
    apart = a != b
    node = np.concatenate([a, b[apart]])
    both = np.concatenate([member, member[apart]])
    order = np.lexsort((both, node))
    counts = np.bincount(node, minlength=len(network.chains.junction))
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Members(places, first, both[order])
