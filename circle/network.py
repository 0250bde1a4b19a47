"""Routable network of one mode: timed edges, main component, points snapped to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from circle.chains import Chains, contract, order_by_place
from circle.core import Core, Links, find_core
from circle.edges import add_up_runs, compress_links, find_main_part
from circle.errors import NetworkError, Words
from circle.piece_times import half_signal_s, quantise, time_pieces
from circle.problems import Problem
from circle.profile import Mode
from circle.profile_rules import Speeds
from circle.streets import Streets

Found = TypeVar("Found")

# Pieces below which another thread costs more than it saves.
_FEW_PIECES = 10_000


@dataclass(frozen=True)
class Network:
    """The network of one mode at one speed."""

    mode: Mode
    """``walk`` or ``cycle``."""
    leg_mps: float
    """Speed of the access legs in metres per second: that of walking, or that at
    which lengths are counted."""
    signal_s: float
    """Half of the delay at a signal, which each side of it takes, in seconds."""
    streets: Streets
    """The streets it is made of."""
    chains: Chains
    """How pieces join into edges."""
    edge_forward_s: NDArray[np.float64]
    """Time along each edge from start to end, infinite where closed."""
    edge_back_s: NDArray[np.float64]
    """Time along each edge from end to start, infinite where closed."""
    run_m: NDArray[np.float64]
    """Length of the edge before each of its pieces, shape (open pieces,)."""
    run_forward_s: NDArray[np.float64]
    """Time from the edge's start to each of its pieces, shape (open pieces,)."""
    run_back_s: NDArray[np.float64]
    """Time from each piece back to the edge's start, shape (open pieces,)."""
    piece_forward_s: NDArray[np.float64]
    """Time along each piece in the sense of its edge, shape (open pieces,)."""
    piece_back_s: NDArray[np.float64]
    """Time along each piece against its edge, shape (open pieces,)."""
    in_main: NDArray[np.bool_]
    """Whether each edge is part of the main component, or of an island that counts
    beside it, shape (edges,)."""
    graph: Links
    """Links in the sense of travel."""
    reverse: Links
    """The same links reversed, for searches from the facilities."""

    @cached_property
    def core(self) -> Core:
        """The core of the links in the sense of travel; found when first wanted."""
        return (
            self.reverse_core if self.graph is self.reverse else find_core(self.graph)
        )

    @cached_property
    def reverse_core(self) -> Core:
        """The core of the reversed links, likewise."""
        return find_core(self.reverse)

    @property
    def length_m(self) -> float:
        """Length of the whole network in metres."""
        return float(self.streets.length_m[self.chains.piece].sum())

    @property
    def main_length_m(self) -> float:
        """Length of the main component, and of islands that count, in metres."""
        inside = np.repeat(self.in_main, np.diff(self.chains.first))
        return float(self.streets.length_m[self.chains.piece[inside]].sum())


def build_network(
    streets: Streets,
    mode: Mode,
    *,
    speeds: Speeds,
    by_length: bool = False,
    island_m: float = np.inf,
) -> Network:
    """
    Build the network of one mode.

    Parameters
    ----------
    streets
        Street pieces with lengths in metres and paces.
    mode
        ``walk`` or ``cycle``.
    speeds
        Speeds of the profile, km/h.
    by_length
        True for a network in which lengths count and not times: every open piece,
        ferries too, goes at the speed of the mode.
    island_m
        Length from which on a part of the network counts as an island, to which
        points may be joined as to the main component, in metres; infinite for none.

    Returns
    -------
    network
        Contracted to edges between junctions. Fragments are kept; the main component
        (the longest) is marked, and islands beside it.

    Raises
    ------
    NetworkError
        If no piece is open to the mode.

    Notes
    -----
    Times are those of `piece_times.time_pieces`, rounded piece by piece so that all
    sums are exact.
    """
    # The second core takes what the times are not needed for, where that pays.
    few = len(streets.start) < _FEW_PIECES
    with nullcontext() if few else ThreadPoolExecutor(1) as beside:
        order = _begin(beside, lambda: order_by_place(streets.x_m, streets.y_m))
        times = time_pieces(streets, mode, speeds=speeds, by_length=by_length)
        if not any(np.isfinite(one).any() for one in times):
            where = Words(f"network {mode}", zh="路网")
            named = {"mode": Words(mode, zh="步行" if mode == "walk" else "骑行")}
            raise NetworkError(Problem("no-street-for-mode", where, values=named))
        chains = _contracted(streets, times, order())
        lengths = _begin(beside, lambda: _measure(streets, chains, island_m))
        along_s, against_s = _turned(chains, *times)
        edge_forward_s, run_forward_s = add_up_runs(along_s, chains.first)
        edge_back_s, run_back_s = edge_forward_s, run_forward_s
        # Where both directions are alike, half of the work does for all.
        if against_s is not along_s:
            edge_back_s, run_back_s = add_up_runs(against_s, chains.first)
        graph, reverse = _compress(chains, edge_forward_s, edge_back_s)
        run_m, in_main = lengths()
    return Network(
        mode=mode,
        leg_mps=access_mps(mode, speeds, by_length=by_length),
        signal_s=half_signal_s(speeds, by_length=by_length),
        streets=streets,
        chains=chains,
        edge_forward_s=edge_forward_s,
        edge_back_s=edge_back_s,
        run_m=run_m,
        run_forward_s=run_forward_s,
        run_back_s=run_back_s,
        piece_forward_s=along_s,
        piece_back_s=against_s,
        in_main=in_main,
        graph=graph,
        reverse=reverse,
    )


def access_mps(mode: Mode, speeds: Speeds, *, by_length: bool) -> float:
    """
    Give the speed of the way from a point to the network.

    Parameters
    ----------
    mode
        ``walk`` or ``cycle``.
    speeds
        Speeds of the profile, km/h.
    by_length
        Whether lengths count and not times.

    Returns
    -------
    leg_mps
        Metres per second: walking speed, or that at which lengths are counted.
    """
    return (speeds.kmh(mode) if by_length else speeds.walk_kmh.value) / 3.6


def _begin(
    beside: ThreadPoolExecutor | None, work: Callable[[], Found]
) -> Callable[[], Found]:
    """Begin to work beside, if that is possible; give what waits for the result."""
    return work if beside is None else beside.submit(work).result


def _contracted(
    streets: Streets,
    times: tuple[NDArray[np.float64], NDArray[np.float64]],
    order: NDArray[np.int32],
) -> Chains:
    """Contract what is open, numbered in an order of nodes."""
    return contract(
        streets.start,
        streets.end,
        open_forward=np.isfinite(times[0]),
        open_back=np.isfinite(times[1]),
        n_nodes=len(streets.node_id),
        order=order,
    )


def _measure(
    streets: Streets, chains: Chains, island_m: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the length of each edge before each of its pieces; mark the main part."""
    length_m, run_m = add_up_runs(
        quantise(streets.length_m[chains.piece]), chains.first
    )
    ends, n = (chains.edge_from, chains.edge_to), len(chains.junction)
    return run_m, find_main_part(ends, length_m, n, island_m)


def _compress(
    chains: Chains, forward_s: NDArray[np.float64], back_s: NDArray[np.float64]
) -> tuple[Links, Links]:
    """Write the links in the sense of travel, and reversed; one graph if alike."""
    ends, n = (chains.edge_from, chains.edge_to), len(chains.junction)
    graph = Links(*compress_links(ends, forward_s, back_s, n))
    if back_s is forward_s:
        return graph, graph
    return graph, Links(*compress_links(ends, back_s, forward_s, n))


def _turned(
    chains: Chains, forward_s: NDArray[np.float64], back_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give times in the sense of the edges and against it, in one array if alike."""
    if back_s is forward_s:
        along_s = forward_s[chains.piece]
        return along_s, along_s
    forward_s, back_s = forward_s[chains.piece], back_s[chains.piece]
    along_s = np.where(chains.turned, back_s, forward_s)
    return along_s, np.where(chains.turned, forward_s, back_s)
