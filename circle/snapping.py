"""Join points to the nearest place on the network, and report what stays outside."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from circle.network import Network, quantise
from circle.street_access import FERRY


@dataclass(frozen=True)
class Access:
    """Where points meet the network, and the times to both ends of their edge.

    All arrays have the shape (points,). Times are seconds, infinite where the
    direction is closed; they leave out the access leg `leg_s`.
    """

    joined: NDArray[np.bool_]
    """Whether the point is within the snap limit of the main component."""
    snap_distance_m: NDArray[np.float64]
    """Straight line to the main component, also beyond the limit."""
    leg_s: NDArray[np.float64]
    """Time of the access leg at walking speed."""
    edge: NDArray[np.int32]
    """Edge of the network, -1 where not joined."""
    position_m: NDArray[np.float64]
    """Length along the edge from its start."""
    from_start_s: NDArray[np.float64]
    """Time from the edge's start to the point."""
    to_end_s: NDArray[np.float64]
    """Time from the point to the edge's end."""
    to_start_s: NDArray[np.float64]
    """Time from the point back to the edge's start."""
    from_end_s: NDArray[np.float64]
    """Time from the edge's end back to the point."""


class Snapper:
    """A search tree over the pieces of one network's main component.

    Parameters
    ----------
    network
        The network to which points are joined.
    """

    def __init__(self, network: Network) -> None:
        chains = network.chains
        self.network = network
        self._edge = np.repeat(
            np.arange(len(chains.edge_from)), np.diff(chains.first)
        ).astype(np.int32)
        main = network.in_main[self._edge] & ~_aboard(network)
        self._main = np.flatnonzero(main)
        self._fragments = np.flatnonzero(~network.in_main[self._edge])
        self._tree = shapely.STRtree(_lines(network, self._main))
        self._fragment_tree = shapely.STRtree(_lines(network, self._fragments))

    def join(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64], *, limit_m: float
    ) -> Access:
        """
        Snap points to the nearest place on the main component.

        Parameters
        ----------
        x_m
            Eastings in metres, shape (points,); NaN for a point without a place.
        y_m
            Northings in metres, shape (points,).
        limit_m
            Longest straight line to the network, in metres, inclusive.

        Returns
        -------
        access
            One entry per point. Of two places equally near, the one further west,
            then further south, is taken. Ferries are no place to snap to.
        """
        piece, distance_m, fraction = self._nearest(x_m, y_m)
        joined = distance_m <= limit_m
        return self._access(piece, distance_m, fraction, joined)

    def nearer_fragment(
        self,
        x_m: NDArray[np.float64],
        y_m: NDArray[np.float64],
        *,
        access: Access,
    ) -> NDArray[np.bool_]:
        """
        Tell which points lie nearer to a fragment than to the main component.

        Parameters
        ----------
        x_m
            Eastings in metres, shape (points,).
        y_m
            Northings in metres, shape (points,).
        access
            How the same points are joined to the main component.

        Returns
        -------
        nearer
            Shape (points,).
        """
        distance_m = np.full(len(x_m), np.inf)
        places = np.flatnonzero(np.isfinite(x_m))
        if len(self._fragments) and len(places):
            points = shapely.points(x_m[places], y_m[places])
            pairs, distances = self._fragment_tree.query_nearest(
                points, return_distance=True, all_matches=False
            )
            distance_m[places[pairs[0]]] = distances
        return np.asarray(distance_m < access.snap_distance_m)

    def _nearest(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Find the nearest piece of each point, the distance, and where on it."""
        n = len(x_m)
        piece = np.full(n, -1, dtype=np.int64)
        distance_m = np.full(n, np.inf)
        fraction = np.zeros(n)
        places = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
        if not len(places):
            return piece, distance_m, fraction
        points = shapely.points(x_m[places], y_m[places])
        pairs = self._tree.query_nearest(points, all_matches=True)
        who, which = places[pairs[0]], self._main[pairs[1]]
        away_m, share, east_m, north_m = _foot(self.network, which, x_m[who], y_m[who])
        order = np.lexsort((which, north_m, east_m, away_m, who))
        best = order[np.unique(who[order], return_index=True)[1]]
        piece[who[best]] = which[best]
        distance_m[who[best]] = away_m[best]
        fraction[who[best]] = share[best]
        return piece, distance_m, fraction

    def _access(
        self,
        piece: NDArray[np.int64],
        distance_m: NDArray[np.float64],
        fraction: NDArray[np.float64],
        joined: NDArray[np.bool_],
    ) -> Access:
        """Work out the times from a place on a piece to both ends of its edge."""
        network = self.network
        at = piece[joined]
        edge = self._edge[at]
        share = fraction[joined]
        length_m = network.streets.length_m[network.chains.piece[at]]
        ahead_s = quantise(share * network.piece_forward_s[at])
        back_s = quantise(share * network.piece_back_s[at])
        from_start_s = network.run_forward_s[at] + ahead_s
        to_start_s = network.run_back_s[at] + back_s
        with np.errstate(invalid="ignore"):  # closed: infinite less infinite
            to_end_s = network.edge_forward_s[edge] - from_start_s
            from_end_s = network.edge_back_s[edge] - to_start_s
        to_end_s[np.isnan(to_end_s)] = np.inf
        from_end_s[np.isnan(from_end_s)] = np.inf
        along_m = quantise(share * length_m)
        at_start = (at == network.chains.first[edge]) & (share == 0.0)
        at_end = (at == network.chains.first[edge + 1] - 1) & (share == 1.0)
        # Standing at a junction, even a closed direction costs nothing.
        from_start_s[at_start] = to_start_s[at_start] = 0.0
        to_end_s[at_end] = from_end_s[at_end] = 0.0
        return Access(
            joined=joined,
            snap_distance_m=distance_m,
            leg_s=quantise(np.where(joined, distance_m / network.walk_mps, np.inf)),
            edge=_spread(joined, edge, -1).astype(np.int32),
            position_m=_spread(joined, network.run_m[at] + along_m, np.nan),
            from_start_s=_spread(joined, from_start_s, np.inf),
            to_end_s=_spread(joined, to_end_s, np.inf),
            to_start_s=_spread(joined, to_start_s, np.inf),
            from_end_s=_spread(joined, from_end_s, np.inf),
        )


def _aboard(network: Network) -> NDArray[np.bool_]:
    """Mark the pieces that are ferry crossings in either direction."""
    pace = network.streets.pace[network.chains.piece]
    return np.asarray((pace == FERRY).any(axis=1))


def _ends(
    network: Network, pieces: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give the nodes of pieces in the sense of their edge."""
    streets, chains = network.streets, network.chains
    street_piece, turned = chains.piece[pieces], chains.turned[pieces]
    a = np.where(turned, streets.end[street_piece], streets.start[street_piece])
    b = np.where(turned, streets.start[street_piece], streets.end[street_piece])
    return a, b


def _lines(network: Network, pieces: NDArray[np.int64]) -> NDArray[np.object_]:
    """Draw pieces as straight lines."""
    streets = network.streets
    a, b = _ends(network, pieces)
    corners = np.empty((len(pieces), 2, 2))
    corners[:, 0, 0], corners[:, 0, 1] = streets.x_m[a], streets.y_m[a]
    corners[:, 1, 0], corners[:, 1, 1] = streets.x_m[b], streets.y_m[b]
    return np.asarray(shapely.linestrings(corners), dtype=object)


def _foot(
    network: Network,
    pieces: NDArray[np.int64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]
]:
    """Drop a perpendicular: distance, share of the piece, and the foot's place."""
    streets = network.streets
    a, b = _ends(network, pieces)
    dx, dy = streets.x_m[b] - streets.x_m[a], streets.y_m[b] - streets.y_m[a]
    square = dx * dx + dy * dy
    along = (x_m - streets.x_m[a]) * dx + (y_m - streets.y_m[a]) * dy
    share = np.divide(along, square, out=np.zeros_like(along), where=square > 0)
    share = np.clip(share, 0.0, 1.0)
    foot_x, foot_y = streets.x_m[a] + share * dx, streets.y_m[a] + share * dy
    return np.hypot(x_m - foot_x, y_m - foot_y), share, foot_x, foot_y


def _spread(
    joined: NDArray[np.bool_], values: NDArray[np.generic], rest: float
) -> NDArray[np.float64]:
    """Put values at the joined points and `rest` at the others."""
    spread = np.full(len(joined), rest, dtype=float)
    spread[joined] = values
    return spread
