"""Travel times: the nearest facility of each type, and who reaches a place in time."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.network import Network
from circle.search import collect_nearest, gather_catchments, spread
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
    origin_columns = _columns(origins)
    origin_edge = np.where(origins.joined, origins.edge, -1).astype(np.int32)

    def nearest(rows: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Search from the facilities of one type."""
        return _nearest_of(network, origin_columns, origin_edge, facilities, rows)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(nearest, serving))
    shape = (len(origin_edge), len(found))
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
    origin_edge = np.where(origins.joined, origins.edge, -1).astype(np.int32)
    lists = _members_of_junctions(network, origin_edge)
    members = _columns(origins)
    sources = _source_columns(places)
    source_edge = np.where(places.joined, places.edge, -1).astype(np.int32)

    def gather(
        block: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        """Search from one block of places."""
        found: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]
        found = gather_catchments(
            network.reverse.first,
            network.reverse.neighbour,
            network.reverse.time_s,
            network.chains.edge_from,
            network.chains.edge_to,
            sources[block],
            source_edge[block],
            members,
            origin_edge,
            *lists,
            limit_s + TOLERANCE_S,
        )
        return found

    blocks = np.array_split(np.arange(len(source_edge)), max(1, threads))
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = list(pool.map(gather, blocks))
    sizes = np.concatenate([np.diff(rows) for rows, _, _ in found])
    first = np.concatenate([[0], np.cumsum(sizes)])
    member = np.concatenate([one for _, one, _ in found])
    seconds = np.concatenate([one for _, _, one in found])
    return csr_array(
        (seconds, member, first), shape=(len(source_edge), len(origin_edge))
    )


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
    network: Network,
    origin_columns: NDArray[np.float64],
    origin_edge: NDArray[np.int32],
    facilities: Access,
    rows: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Search from one set of facilities and read the result at the origins."""
    rows = rows[facilities.joined[rows]]
    rows = rows[np.lexsort((rows, facilities.edge[rows]))].astype(np.int32)
    edge, leg_s = facilities.edge[rows], facilities.leg_s[rows]
    chains = network.chains
    node_s, node_label = spread(
        network.reverse.first,
        network.reverse.neighbour,
        network.reverse.time_s,
        np.concatenate([chains.edge_from[edge], chains.edge_to[edge]]),
        np.concatenate(
            [facilities.from_start_s[rows] + leg_s, facilities.from_end_s[rows] + leg_s]
        ),
        np.concatenate([rows, rows]),
    )
    found: tuple[NDArray[np.float64], NDArray[np.int32]] = collect_nearest(
        node_s,
        node_label,
        chains.edge_from,
        chains.edge_to,
        origin_columns,
        origin_edge,
        _columns(facilities)[rows],
        edge,
        rows,
    )
    return found


def _columns(access: Access) -> NDArray[np.float64]:
    """Lay out what the compiled searches need of outward access."""
    return np.column_stack(
        [access.position_m, access.to_end_s, access.to_start_s, access.leg_s]
    )


def _source_columns(access: Access) -> NDArray[np.float64]:
    """Lay out what the compiled searches need of inward access."""
    return np.column_stack([_columns(access), access.from_start_s, access.from_end_s])


def _members_of_junctions(
    network: Network, edge: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """List for each junction the origins on the edges that meet there."""
    member = np.flatnonzero(edge >= 0).astype(np.int32)
    a = network.chains.edge_from[edge[member]]
    b = network.chains.edge_to[edge[member]]
    apart = a != b
    node = np.concatenate([a, b[apart]])
    both = np.concatenate([member, member[apart]])
    order = np.lexsort((both, node))
    counts = np.bincount(node, minlength=len(network.chains.junction))
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), both[order]
