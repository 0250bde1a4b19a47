"""Travel times: the nearest facility of each type, and who reaches a place in time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.catchment_search import (
    PAIR_BYTES,
    estimate_bytes,
    find_catchments,
    find_in_parts,
    prepare_catchments,
)
from circle.errors import InputError, Words
from circle.network import Network
from circle.profile_rules import Travel
from circle.search import Places, collect_nearest, spread
from circle.search_layout import (
    cut_blocks,
    edge_ends,
    lay_out_places,
    list_targets,
    pick_places,
    plant_seeds,
    reversed_links,
)
from circle.snapping import Access

# Covered means time <= threshold + TOLERANCE_S: a millisecond, so that a place laid
# out exactly at the limit is inside whatever the rounding of its coordinates.
TOLERANCE_S: Final = 1e-3
# Memory that catchments may take unless told otherwise, as an office computer has it.
MOST_BYTES: Final = 4 * 2**30


@dataclass(frozen=True)
class Limits:
    """The rule of every pair of origin and facility type, kept by class of origin."""

    travels: tuple[Travel, ...]
    """The ways of travel in use."""
    rule_class: NDArray[np.intp]
    """Row of each origin in the arrays below, shape (origins,)."""
    travel: NDArray[np.int8]
    """Position in `travels` of the way of travel, shape (classes, types); -1 in a
    class that no origin is of."""
    threshold_s: NDArray[np.float64]
    """Longest time that counts, in seconds, shape (classes, types)."""
    limit_m: NDArray[np.float64]
    """Limit in metres where the rule gives metres, else NaN, shape (classes, types)."""

    def rows(self, seat: int) -> NDArray[np.intp]:
        """
        Find the origins of which some pair goes by one way of travel.

        Parameters
        ----------
        seat
            Position of the way of travel in `travels`.

        Returns
        -------
        rows
            Ascending.
        """
        used = (self.travel == seat).any(axis=1)
        return np.flatnonzero(used[self.rule_class])

    def longest_s(self, seat: int | None = None) -> float:
        """
        Give the longest limit of any pair.

        Parameters
        ----------
        seat
            Only of the pairs that go by this way of travel.

        Returns
        -------
        longest_s
            Seconds; 0 where there is no pair.
        """
        used = self.travel >= 0 if seat is None else self.travel == seat
        return float(self.threshold_s[used].max(initial=0.0))


@dataclass(frozen=True)
class Reach:
    """Times from origins to the nearest facility that serves each type."""

    origin_ids: tuple[str, ...]
    """Ids of the committees or cells, in the order of the rows."""
    type_ids: tuple[str, ...]
    """Ids of the facility types, in the order of the columns."""
    limits: Limits
    """The rule of every pair."""
    time_s: NDArray[np.float64]
    """Time in seconds, NaN where there is no way, shape (origins, types)."""
    facility: NDArray[np.int32]
    """Row of the nearest facility in the table of facilities, -1 where there is
    none, shape (origins, types)."""
    joined_by: NDArray[np.bool_]
    """Whether each origin is joined to the network of each way of travel, shape
    (origins, travels)."""

    @property
    def travels(self) -> tuple[Travel, ...]:
        """The ways of travel in use."""
        return self.limits.travels

    @property
    def travel(self) -> NDArray[np.int8]:
        """Position in `travels` of each pair's way, shape (origins, types)."""
        return np.asarray(self.limits.travel[self.limits.rule_class])

    @property
    def threshold_s(self) -> NDArray[np.float64]:
        """Longest time that counts, in seconds, shape (origins, types)."""
        return np.asarray(self.limits.threshold_s[self.limits.rule_class])

    @property
    def limit_m(self) -> NDArray[np.float64]:
        """Limit in metres where the rule gives metres, else NaN, likewise."""
        return np.asarray(self.limits.limit_m[self.limits.rule_class])

    @property
    def joined(self) -> NDArray[np.bool_]:
        """Whether each origin is joined to the network that each type needs."""
        seat = self.travel
        return np.asarray(np.take_along_axis(self.joined_by, seat, axis=1))

    @property
    def distance_m(self) -> NDArray[np.float64]:
        """Way in metres where the rule gives metres, else NaN."""
        return np.asarray(self.time_s * (self.limit_m / self.threshold_s))

    @property
    def mode(self) -> NDArray[np.object_]:
        """Mode of each pair, shape (origins, types)."""
        return np.array([one.mode for one in self.travels], dtype=object)[self.travel]

    @property
    def group(self) -> NDArray[np.object_]:
        """Person group of each pair, shape (origins, types)."""
        return np.array([one.group for one in self.travels], dtype=object)[self.travel]

    @cached_property
    def covered(self) -> NDArray[np.bool_]:
        """Whether each origin reaches each type in time, shape (origins, types)."""
        covered = np.empty(self.time_s.shape, dtype=bool, order="F")
        for column, seconds in enumerate(self.time_s.T):
            covered[:, column] = within(seconds, self.thresholds_s(column))
        covered.flags.writeable = False
        return covered

    def thresholds_s(self, column: int) -> NDArray[np.float64]:
        """
        Give the limits of one type.

        Parameters
        ----------
        column
            Column of the type.

        Returns
        -------
        thresholds_s
            Seconds, shape (origins,).
        """
        return np.asarray(self.limits.threshold_s[:, column][self.limits.rule_class])


def pick_types(reach: Reach, columns: Sequence[int]) -> Reach:
    """
    Pick some facility types of a reach.

    Parameters
    ----------
    reach
        The reach.
    columns
        Columns of the types, in the order wanted.

    Returns
    -------
    reach
        The same origins, these types only.
    """
    chosen = list(columns)
    limits = replace(
        reach.limits,
        travel=reach.limits.travel[:, chosen],
        threshold_s=reach.limits.threshold_s[:, chosen],
        limit_m=reach.limits.limit_m[:, chosen],
    )
    return replace(
        reach,
        type_ids=tuple(reach.type_ids[one] for one in chosen),
        limits=limits,
        time_s=reach.time_s[:, chosen],
        facility=reach.facility[:, chosen],
    )


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
    Dijkstra (1959) with many seeds; O(types × (links + origins) log junctions).
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
    One bounded Dijkstra search per place on the reversed network; memory grows with
    the number of pairs in reach, never with places times origins.
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
        _check_size(estimate_bytes(search), most_bytes)
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
    return spread(reversed_links(network), seeds, limit_s)


def _check_size(needed: int, most: int) -> None:
    """
    Refuse catchments that would not fit.

    Raises
    ------
    InputError
        If more memory is needed than there may be.
    """
    if needed > most:
        needed_mb, most_mb = f"{needed / 1e6:,.0f}", f"{most / 1e6:,.0f}"
        message = Words(
            f"catchments: they need about {needed_mb} MB of memory; expected at most "
            f"{most_mb} MB; take fewer candidates or a shorter limit, or allow more.",
            zh=f"可达范围矩阵：约需内存 {needed_mb} MB，上限为 {most_mb} MB；"
            "请减少备选点、缩短时限或提高上限。",
        )
        raise InputError(message)
