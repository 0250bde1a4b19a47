"""The contender circle: contraction, snapping and its own searches."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks.measure import Stopwatch, count_cores
from benchmarks.raw_graph import COMPARED, Catchments, RawGraph, ordered_catchments
from circle.network import Network, build_network
from circle.profile import Number
from circle.profile_rules import Speeds
from circle.reach import measure_catchments, measure_reach
from circle.snapping import Access, Snapper
from circle.street_access import CLOSED, WALKING
from circle.streets import Streets

WARM_UP = True
"""A first round is not counted: numba compiles, or loads what it compiled."""
_SNAP_LIMIT_M = 200.0


def nearest(raw: RawGraph, limit_m: float, watch: Stopwatch) -> NDArray[np.float64]:
    """
    Find the nearest facility of each type from every node.

    Parameters
    ----------
    raw
        The graph.
    limit_m
        Metres beyond which an answer does not count. circle searches without limit
        and also gives the facility; both are part of its seconds.
    watch
        Notes the laps ``build``, ``snap`` and ``query``.

    Returns
    -------
    metres
        Infinite beyond the limit, shape (nodes, types).
    """
    flat = raw.facilities.ravel()
    network = lay_out(raw, watch)
    with watch.lap("snap"):
        table = look_up_nodes(network)
        origins, facilities = at_nodes(table), at_nodes(table, flat)
    with watch.lap("query"):
        rows = np.arange(len(flat), dtype=np.int32).reshape(raw.facilities.shape)
        metres, _ = measure_reach(
            network,
            origins=origins,
            facilities=facilities,
            serving=list(rows),
            threads=count_cores(),
        )
    return _within(metres, limit_m)


def beside(raw: RawGraph, limit_m: float, watch: Stopwatch) -> NDArray[np.float64]:
    """
    Find the nearest of the places beside the streets from every node.

    Parameters
    ----------
    raw
        The graph.
    limit_m
        Metres beyond which an answer does not count.
    watch
        Notes the laps.

    Returns
    -------
    metres
        Access leg included; infinite beyond the limit, shape (nodes, 1).
    """
    network = lay_out(raw, watch)
    with watch.lap("snap"):
        snapper = Snapper(network)
        origins = _join(snapper, raw.x_m, raw.y_m)
        facilities = _join(snapper, *raw.beside_m.T.copy())
    with watch.lap("query"):
        metres, _ = measure_reach(
            network,
            origins=origins,
            facilities=facilities,
            serving=[np.arange(len(raw.beside_m), dtype=np.int32)],
        )
    return _within(metres, limit_m)


def catchments(raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
    """Answer `Contender.catchments`, with every node as an origin."""
    return _catchments(raw, limit_m, watch, origins=None)


def places(raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
    """Answer `Contender.places`."""
    return _catchments(raw, limit_m, watch, origins=raw.origins)


def _catchments(
    raw: RawGraph,
    limit_m: float,
    watch: Stopwatch,
    *,
    origins: NDArray[np.int64] | None,
) -> Catchments:
    """Search from all candidates."""
    network = lay_out(raw, watch)
    with watch.lap("snap"):
        table = look_up_nodes(network)
        starts, places = at_nodes(table, origins), at_nodes(table, raw.candidates)
    with watch.lap("query"):
        found = measure_catchments(
            network,
            places=places,
            origins=starts,
            limit_s=limit_m,
            threads=count_cores(),
        )
    # circle's tolerance of a millisecond lets in a few more.
    inside = np.concatenate([[0], np.cumsum(found.data <= limit_m)])
    count = inside[found.indptr[1:]] - inside[found.indptr[:-1]]
    last = found.indptr[min(COMPARED, len(count))]
    rows = np.repeat(np.arange(len(count)), np.diff(found.indptr))[:last]
    keep = found.data[:last] <= limit_m
    return ordered_catchments(
        count, rows[keep], found.indices[:last][keep], found.data[:last][keep]
    )


def lay_out(raw: RawGraph, watch: Stopwatch) -> Network:
    """
    Contract the graph.

    Parameters
    ----------
    raw
        The graph.
    watch
        Notes the lap ``build``.

    Returns
    -------
    network
        The contracted network, at 1 m/s.
    """
    pace = np.full((len(raw.start), 4), CLOSED, dtype=np.uint8)
    pace[:, :2] = WALKING
    streets = Streets(
        node_id=np.arange(len(raw.x_m), dtype=np.int64),
        x_m=raw.x_m,
        y_m=raw.y_m,
        start=raw.start,
        end=raw.end,
        length_m=raw.length_m,
        pace=pace,
        ferry_s=np.full(len(raw.start), np.nan),
        way_id=raw.way_id,
    )
    # At 1 m/s seconds are metres.
    pace_kmh = Number(value=3.6, source="own", confidence="C")
    speeds = Speeds(walk_kmh=pace_kmh, cycle_kmh=pace_kmh, ferry_kmh=pace_kmh)
    with watch.lap("build"):
        return build_network(streets, "walk", speeds=speeds)


@dataclass(frozen=True)
class NodesOnEdges:
    """On which edge each node of the raw graph lies, and how far along it."""

    edge: NDArray[np.int32]
    """One of the edges that pass the node, shape (nodes,)."""
    before_m: NDArray[np.float64]
    """Metres from the edge's start."""
    after_m: NDArray[np.float64]
    """Metres to its end."""


def look_up_nodes(network: Network) -> NodesOnEdges:
    """
    Find the nodes of the raw graph on the edges of the contracted one.

    Parameters
    ----------
    network
        The contracted network.

    Returns
    -------
    nodes
        All of them.
    """
    chains, streets = network.chains, network.streets
    return NodesOnEdges(
        *_find_on_edges(
            (streets.start, streets.end),
            (chains.first, chains.piece, chains.turned),
            (network.run_forward_s, network.edge_forward_s),
            len(streets.x_m),
        )
    )


@njit(cache=True, nogil=True)
def _find_on_edges(
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    runs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]],
    metres: tuple[NDArray[np.float64], NDArray[np.float64]],
    n_nodes: int,
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Find an edge that passes each node, and how far from its ends that is."""
    (start, end), (first, piece, turned), (run_m, edge_m) = ends, runs, metres
    edge_of = np.empty(n_nodes, np.int32)
    before_m, after_m = np.empty(n_nodes), np.empty(n_nodes)
    for edge in range(len(first) - 1):
        for k in range(first[edge], first[edge + 1]):
            node = end[piece[k]] if turned[k] else start[piece[k]]
            edge_of[node] = edge
            before_m[node], after_m[node] = run_m[k], edge_m[edge] - run_m[k]
        # A junction lies on several edges; any of them will do.
        k = first[edge + 1] - 1
        node = start[piece[k]] if turned[k] else end[piece[k]]
        edge_of[node], before_m[node], after_m[node] = edge, edge_m[edge], 0.0
    return edge_of, before_m, after_m


def at_nodes(table: NodesOnEdges, nodes: NDArray[np.int64] | None = None) -> Access:
    """
    Join places to the very nodes at which they stand, as the peers take them.

    Parameters
    ----------
    table
        Where the nodes lie.
    nodes
        Nodes of the raw graph; all if not given.

    Returns
    -------
    access
        Each at the beginning or the end of a piece, without an access leg.
    """
    at = slice(None) if nodes is None else nodes
    edge, before_m, after_m = table.edge[at], table.before_m[at], table.after_m[at]
    zero = np.zeros(len(edge))
    # Both ways at 1 m/s: times there and back, and metres, are the same.
    return Access(
        joined=np.ones(len(edge), dtype=bool),
        snap_distance_m=zero,
        leg_s=zero,
        edge=edge,
        position_m=before_m,
        from_start_s=before_m,
        to_end_s=after_m,
        to_start_s=before_m,
        from_end_s=after_m,
    )


def find_settled(raw: RawGraph) -> NDArray[np.bool_]:
    """
    Tell which nodes are joined to a piece that ends there.

    Parameters
    ----------
    raw
        The graph; its places are not looked at.

    Returns
    -------
    settled
        Shape (nodes,).
    """
    network = lay_out(raw, Stopwatch())
    access = _join(Snapper(network), raw.x_m, raw.y_m)
    chains = network.chains
    edge = np.repeat(np.arange(len(chains.edge_from)), np.diff(chains.first))
    settled = np.zeros(len(raw.x_m), dtype=bool)
    for end in (raw.start, raw.end):
        node = end[chains.piece]
        settled[node[access.edge[node] == edge]] = True
    return settled


def _join(
    snapper: Snapper, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> Access:
    """Join places to the network."""
    return snapper.join(x_m, y_m, limit_m=_SNAP_LIMIT_M)


def _within(metres: NDArray[np.float64], limit_m: float) -> NDArray[np.float64]:
    """Put infinite where there is no answer within the limit."""
    return np.where(metres <= limit_m, metres, np.inf)
