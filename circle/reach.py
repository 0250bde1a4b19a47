"""Travel times: the nearest facility of each type, and who reaches a place in time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.catchment_search import (
    PAIR_BYTES,
    CatchmentSearch,
    estimate_bytes,
    find_catchments,
    find_in_parts,
    prepare_catchments,
)
from circle.errors import InputError, Words
from circle.network import Network
from circle.reached import TOLERANCE_S
from circle.search import Places, collect_nearest, spread
from circle.search_layout import (
    cut_blocks,
    edge_ends,
    lay_out_places,
    list_targets,
    pick_places,
    plant_seeds,
)
from circle.snapping import Access

# Memory that catchments may take unless told otherwise, as an office computer has it.
MOST_BYTES: Final = 4 * 2**30
# Searches for a first estimate of the memory, which suffices where there may be this
# many times as much.
_FEW, _PLENTY = 12, 8


def measure_reach(
    network: Network,
    *,
    origins: Access,
    facilities: Access,
    serving: Sequence[NDArray[np.int32]],
    limit_s: float = np.inf,
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
    limit_s
        Longest time to look for, in seconds, inclusive as in `within`; longer times
        are NaN. Infinite for no limit.
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
    Dijkstra (1959) with many seeds, in the core of the network only;
    O(types × (links + origins) log junctions).
    """
    starts, goals = lay_out_places(origins), lay_out_places(facilities)
    limit_s += TOLERANCE_S
    n_types, n = len(serving), len(network.chains.junction)
    nodes = np.empty((n, n_types)), np.empty((n, n_types), np.int32)
    shape = (len(starts.edge), n_types)
    time_s, facility = np.empty(shape), np.empty(shape, np.int32)
    ends, targets = edge_ends(network), list_targets(network, goals, serving)

    def search(column: int) -> None:
        seconds, label = _nearest_of(network, goals, serving[column], limit_s)
        nodes[0][:, column], nodes[1][:, column] = seconds, label

    def collect(block: slice) -> None:
        some, found = pick_places(starts, block), (time_s[block], facility[block])
        collect_nearest(nodes, ends, some, targets, found, limit_s)

    with ThreadPoolExecutor(max(1, threads)) as pool:
        list(pool.map(search, range(n_types)))
        list(pool.map(collect, cut_blocks(len(starts.edge), threads)))
    return time_s, facility


def measure_catchments(
    network: Network,
    *,
    places: Access,
    origins: Access,
    limit_s: float,
    threads: int = 2,
    most_bytes: int = MOST_BYTES,
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
    most_bytes
        Memory that may be used, in bytes; it is estimated before the search.

    Returns
    -------
    catchments
        Sparse matrix (places, origins) of seconds from origin to place; an entry
        is there only within the limit, and may be an explicit zero.

    Raises
    ------
    InputError
        If the catchments would need more than `most_bytes`.

    Notes
    -----
    One bounded Dijkstra search per place on the reversed network, which turns back
    where no origin is near enough; memory grows with the number of pairs in reach,
    never with places times origins.
    """
    search = prepare_catchments(
        network,
        places=places,
        origins=origins,
        limit_s=limit_s + TOLERANCE_S,
        threads=threads,
    )
    # Only where all places times all origins would not fit, it is worth a look.
    if len(places.edge) * len(origins.edge) * PAIR_BYTES > most_bytes:
        _check_size(search, most_bytes)
    return find_catchments(search)


def measure_catchments_in_parts(
    network: Network,
    *,
    places: Access,
    origins: Access,
    limit_s: float,
    part_bytes: int,
    threads: int = 2,
) -> Iterator[tuple[int, csr_array]]:
    """
    Find catchments part by part, for runs that do not fit into memory at once.

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
    part_bytes
        About as much memory as one part may take.
    threads
        Blocks of places searched side by side; the result does not depend on it.

    Yields
    ------
    row
        Row of the first place of the part.
    catchments
        Sparse matrix (places of the part, origins) of seconds. All parts below each
        other are what `measure_catchments` gives.
    """
    search = prepare_catchments(
        network,
        places=places,
        origins=origins,
        limit_s=limit_s + TOLERANCE_S,
        threads=threads,
    )
    yield from find_in_parts(search, part_bytes=part_bytes)


def estimate_catchment_bytes(
    network: Network,
    *,
    places: Access,
    origins: Access,
    limit_s: float,
    threads: int = 2,
) -> int:
    """
    Estimate the memory that `measure_catchments` takes, before it is run.

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
        Blocks of places searched side by side; each has arrays of its own.

    Returns
    -------
    n_bytes
        Bytes held at most, from a few dozen searches that are spread over all places;
        the pairs are counted exactly where there are no more places than these.
    """
    search = prepare_catchments(
        network,
        places=places,
        origins=origins,
        limit_s=limit_s + TOLERANCE_S,
        threads=threads,
    )
    return estimate_bytes(search)


def _nearest_of(
    network: Network, facilities: Places, rows: NDArray[np.int32], limit_s: float
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Search from one set of facilities to all junctions."""
    targets = pick_places(facilities, rows[facilities.edge[rows] >= 0])
    seeds = plant_seeds(network, targets)
    return spread(network.reverse_core, seeds, limit_s)


def _check_size(search: CatchmentSearch, most: int) -> None:
    """
    Refuse catchments that would not fit.

    Raises
    ------
    InputError
        If more memory is needed than there may be.
    """
    # A few searches tell where there is room for far more.
    if _PLENTY * estimate_bytes(search, sample=_FEW) <= most:
        return
    needed = estimate_bytes(search)
    if needed > most:
        needed_mb, most_mb = f"{needed / 1e6:,.0f}", f"{most / 1e6:,.0f}"
        message = Words(
            f"catchments: they need about {needed_mb} MB of memory; expected at most "
            f"{most_mb} MB; take fewer candidates or a shorter limit, or allow more.",
            zh=f"可达范围矩阵：约需内存 {needed_mb} MB，上限为 {most_mb} MB；"
            "请减少备选点、缩短时限或提高上限。",
        )
        raise InputError(message)
