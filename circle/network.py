"""Routable network of one mode: timed edges, main component, points snapped to it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from circle.chains import Chains, contract
from circle.errors import NetworkError
from circle.profile import MODES, Mode, Speeds
from circle.street_access import CLOSED, FERRY, RIDING, WALKING
from circle.streets import Streets

# Times (in seconds) and places along an edge (in metres) are multiples of 2^-24. Sums
# of such numbers are exact in double precision (up to 2^29), so a time does not
# depend on the order in which pieces are added: not on contraction, node order,
# search direction, chunks or threads.
QUANTUM: Final = 2.0**-24


@dataclass(frozen=True)
class Graph:
    """Compressed rows of a directed graph over junctions."""

    first: NDArray[np.int64]
    """Where the row of each junction begins, shape (junctions + 1,)."""
    neighbour: NDArray[np.int32]
    """Junction at the other end of each link, shape (links,)."""
    time_s: NDArray[np.float64]
    """Time of each link in seconds, shape (links,)."""


@dataclass(frozen=True)
class Network:
    """The network of one mode at one speed."""

    mode: Mode
    """``walk`` or ``cycle``."""
    walk_mps: float
    """Walking speed in metres per second; access legs go at it."""
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
    """Whether each edge is part of the main component, shape (edges,)."""
    graph: Graph
    """Links in the sense of travel."""
    reverse: Graph
    """The same links reversed, for searches from the facilities."""

    @property
    def length_m(self) -> float:
        """Length of the whole network in metres."""
        return float(self.streets.length_m[self.chains.piece].sum())

    @property
    def main_length_m(self) -> float:
        """Length of the main component in metres."""
        inside = np.repeat(self.in_main, np.diff(self.chains.first))
        return float(self.streets.length_m[self.chains.piece[inside]].sum())


def build_network(streets: Streets, mode: Mode, *, speeds: Speeds) -> Network:
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

    Returns
    -------
    network
        Contracted to edges between junctions. Fragments are kept, and the main
        component (the longest) is marked.

    Raises
    ------
    NetworkError
        If no piece is open to the mode.

    Notes
    -----
    A bicycle is pushed at walking speed where riding is not allowed. Times are
    rounded to `QUANTUM` piece by piece; all sums are then exact.
    """
    forward_s, back_s = _piece_times(streets, mode, speeds)
    if not (np.isfinite(forward_s) | np.isfinite(back_s)).any():
        message = (
            f"network {mode}: no street is open to this mode; expected an OSM extract "
            "with streets or paths for it."
        )
        raise NetworkError(message)
    chains = contract(
        streets.start,
        streets.end,
        open_forward=np.isfinite(forward_s),
        open_back=np.isfinite(back_s),
        n_nodes=len(streets.node_id),
    )
    along_s = np.where(chains.turned, back_s[chains.piece], forward_s[chains.piece])
    against_s = np.where(chains.turned, forward_s[chains.piece], back_s[chains.piece])
    edge_forward_s, run_forward_s = _run_sums(along_s, chains.first)
    edge_back_s, run_back_s = _run_sums(against_s, chains.first)
    _, run_m = _run_sums(quantise(streets.length_m[chains.piece]), chains.first)
    graph = _compress(chains, edge_forward_s, edge_back_s)
    reverse = _compress(chains, edge_back_s, edge_forward_s)
    return Network(
        mode=mode,
        walk_mps=speeds.walk_kmh.value / 3.6,
        streets=streets,
        chains=chains,
        edge_forward_s=edge_forward_s,
        edge_back_s=edge_back_s,
        run_m=run_m,
        run_forward_s=run_forward_s,
        run_back_s=run_back_s,
        piece_forward_s=along_s,
        piece_back_s=against_s,
        in_main=_main_component(streets, chains),
        graph=graph,
        reverse=reverse,
    )


def quantise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Round times or lengths to the quantum in which all sums are exact.

    Parameters
    ----------
    values
        Times in seconds or lengths in metres, any shape; infinite values stay.

    Returns
    -------
    values
        The nearest multiples of `QUANTUM`.

    Examples
    --------
    >>> quantise(np.array([0.1, np.inf])).tolist()
    [0.10000002384185791, inf]
    """
    return np.round(values / QUANTUM) * QUANTUM


def _piece_times(
    streets: Streets, mode: Mode, speeds: Speeds
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the time along and against each piece, infinite where closed."""
    mps = np.full(FERRY + 1, np.nan)
    mps[WALKING] = speeds.walk_kmh.value / 3.6
    mps[RIDING] = speeds.cycle_kmh.value / 3.6
    mps[FERRY] = speeds.ferry_kmh.value / 3.6
    column = 2 * MODES.index(mode)
    times = []
    for pace in (streets.pace[:, column], streets.pace[:, column + 1]):
        seconds = streets.length_m / _speed_mps(streets, mode, mps[pace])
        timed_ferry = (pace == FERRY) & np.isfinite(streets.ferry_s)
        seconds[timed_ferry] = streets.ferry_s[timed_ferry]
        seconds[pace == CLOSED] = np.inf
        times.append(quantise(seconds))
    return times[0], times[1]


def _speed_mps(
    streets: Streets, mode: Mode, usual_mps: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the speed on each piece: that of its class, else the profile's."""
    if streets.own_mps is None:
        return usual_mps
    own_mps = streets.own_mps[:, MODES.index(mode)]
    return np.where(np.isfinite(own_mps), own_mps, usual_mps)


def _run_sums(
    values: NDArray[np.float64], first: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum values over each run, and up to each member of it."""
    finite = np.where(np.isfinite(values), values, 0.0)
    before = np.concatenate([[0.0], np.cumsum(finite)])
    totals = before[first[1:]] - before[first[:-1]]
    # Whole runs are open or closed, so the first member tells.
    totals[~np.isfinite(values[first[:-1]])] = np.inf
    sizes = np.diff(first)
    up_to = before[:-1] - np.repeat(before[first[:-1]], sizes)
    up_to[~np.isfinite(values)] = np.inf
    return totals, up_to


def _compress(
    chains: Chains,
    forward_s: NDArray[np.float64],
    back_s: NDArray[np.float64],
) -> Graph:
    """Write the open directions of all edges as compressed rows."""
    origin = np.concatenate([chains.edge_from, chains.edge_to])
    target = np.concatenate([chains.edge_to, chains.edge_from])
    seconds = np.concatenate([forward_s, back_s])
    is_open = np.isfinite(seconds)
    origin, target, seconds = origin[is_open], target[is_open], seconds[is_open]
    order = np.lexsort((seconds, target, origin))
    counts = np.bincount(origin, minlength=len(chains.junction))
    return Graph(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        neighbour=target[order].astype(np.int32),
        time_s=seconds[order],
    )


def _main_component(streets: Streets, chains: Chains) -> NDArray[np.bool_]:
    """Mark the edges of the longest connected part."""
    n = len(chains.junction)
    links = coo_array(
        (np.ones(len(chains.edge_from)), (chains.edge_from, chains.edge_to)),
        shape=(n, n),
    )
    count, label = connected_components(links, directed=False)
    edge_label = label[chains.edge_from]
    piece_label = np.repeat(edge_label, np.diff(chains.first))
    length_m = np.bincount(
        piece_label, weights=quantise(streets.length_m[chains.piece]), minlength=count
    )
    return np.asarray(edge_label == np.argmax(length_m))
