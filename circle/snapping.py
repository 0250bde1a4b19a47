"""Join points to the nearest place on the network, and report what stays outside."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from circle.network import Network
from circle.piece_grid import PieceGrid, build_grid, draw_pieces, find_nearest
from circle.piece_times import quantise
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
    """Finds the nearest place on one network's main component.

    Parameters
    ----------
    network
        The network to which points are joined.
    """

    def __init__(self, network: Network) -> None:
        self.network = network

    # Many a run joins no further points, and a grid of all streets takes its room.
    @cached_property
    def _edge(self) -> NDArray[np.int32]:
        """The edge of each piece."""
        chains = self.network.chains
        edge = np.repeat(np.arange(len(chains.edge_from)), np.diff(chains.first))
        return edge.astype(np.int32)

    @cached_property
    def _main(self) -> "_Rows":
        """The pieces of the main component, less ferries."""
        in_main = self.network.in_main[self._edge] & ~_aboard(self.network)
        return _Rows.of(self.network, np.flatnonzero(in_main))

    @cached_property
    def _fragments(self) -> "_Rows":
        """The pieces of the other components."""
        in_main = self.network.in_main[self._edge]
        return _Rows.of(self.network, np.flatnonzero(~in_main))

    def join(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64], *, limit_m: float
    ) -> Access:
        """
        Snap points to the nearest place on the main component, or on an island.

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
            then further south is taken; of two pieces that meet there, as at a
            locked gate, the one that begins further west, then further south.
            Ferries are no place to snap to.
        """
        piece, distance_m, share = self._main.nearest(
            x_m, y_m, within_m=np.full(len(x_m), np.inf)
        )
        joined = distance_m <= limit_m
        flipped = self._main.flipped[piece[joined]]
        at = self._main.row[piece[joined]]
        return self._access(at, share[joined], flipped, distance_m, joined)

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
        _, distance_m, _ = self._fragments.nearest(
            x_m, y_m, within_m=access.snap_distance_m
        )
        return np.asarray(distance_m < access.snap_distance_m)

    def _access(
        self,
        at: NDArray[np.int64],
        share: NDArray[np.float64],
        flipped: NDArray[np.bool_],
        distance_m: NDArray[np.float64],
        joined: NDArray[np.bool_],
    ) -> Access:
        """Work out the times from a place on a piece to both ends of its edge."""
        network, edge = self.network, self._edge[at]
        length_m = quantise(network.streets.length_m[network.chains.piece[at]])
        position_m = network.run_m[at] + _along(length_m, share, flipped)
        signals_s = _signal_delays(network, at)
        before_s = np.where(position_m > network.run_m[at], signals_s[0], 0.0)
        before_s += np.where(
            position_m >= network.run_m[at] + length_m, signals_s[1], 0.0
        )
        from_start_s = (
            network.run_forward_s[at]
            + before_s
            + _along(
                network.piece_forward_s[at] - signals_s.sum(axis=0), share, flipped
            )
        )
        to_start_s = (
            network.run_back_s[at]
            + before_s
            + _along(network.piece_back_s[at] - signals_s.sum(axis=0), share, flipped)
        )
        to_end_s = _rest(network.edge_forward_s[edge], from_start_s)
        from_end_s = _rest(network.edge_back_s[edge], to_start_s)
        last = network.chains.first[edge + 1] - 1
        at_start = position_m == 0.0
        at_end = (at == last) & (position_m == network.run_m[at] + length_m)
        # Standing at a junction, even a closed direction costs nothing.
        from_start_s[at_start] = to_start_s[at_start] = 0.0
        to_end_s[at_end] = from_end_s[at_end] = 0.0
        return Access(
            joined=joined,
            snap_distance_m=distance_m,
            leg_s=quantise(np.where(joined, distance_m / network.leg_mps, np.inf)),
            edge=_spread(joined, edge, -1).astype(np.int32),
            position_m=_spread(joined, position_m, np.nan),
            from_start_s=_spread(joined, from_start_s, np.inf),
            to_end_s=_spread(joined, to_end_s, np.inf),
            to_start_s=_spread(joined, to_start_s, np.inf),
            from_end_s=_spread(joined, from_end_s, np.inf),
        )


@dataclass(frozen=True)
class _Rows:
    """Some rows of a network's pieces, sorted into a grid; None without any."""

    row: NDArray[np.int64]
    flipped: NDArray[np.bool_]
    """Whether a piece is drawn, from west to east, against the sense of its edge."""
    grid: PieceGrid | None

    @classmethod
    def of(cls, network: Network, row: NDArray[np.int64]) -> "_Rows":
        """Draw these rows."""
        streets, street_piece = network.streets, network.chains.piece[row]
        turned = network.chains.turned[row]
        if not len(row):
            return cls(row, turned, None)
        nodes, ends = (streets.x_m, streets.y_m), (streets.start, streets.end)
        pieces, back = draw_pieces(nodes, ends, streets.way_id, street_piece)
        return cls(row, back != turned, build_grid(pieces))

    def nearest(
        self,
        x_m: NDArray[np.float64],
        y_m: NDArray[np.float64],
        *,
        within_m: NDArray[np.float64],
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Find the nearest piece of each point, the distance, and where on it."""
        if self.grid is None:
            n = len(x_m)
            return np.full(n, -1, np.int32), np.full(n, np.inf), np.zeros(n)
        return find_nearest(self.grid, x_m, y_m, within_m)


def _aboard(network: Network) -> NDArray[np.bool_]:
    """Mark the pieces that are ferry crossings in either direction."""
    pace = network.streets.pace[network.chains.piece]
    return np.asarray((pace == FERRY).any(axis=1))


def _signal_delays(network: Network, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the delay of signals at the first and at the last node of some rows.

    Whoever stands at a signal is in the middle of it, so half of its delay lies on
    each side; whoever stands before it has none of it behind.
    """
    if network.signal_s == 0.0:
        return np.zeros((2, len(at)))
    streets, piece = network.streets, network.chains.piece[at]
    turned, is_signal = network.chains.turned[at], streets.has_signal
    first = np.where(turned, streets.end[piece], streets.start[piece])
    last = np.where(turned, streets.start[piece], streets.end[piece])
    delays_s = network.signal_s * np.stack([is_signal[first], is_signal[last]])
    return np.asarray(delays_s, dtype=np.float64)


def _along(
    whole: NDArray[np.float64],
    share: NDArray[np.float64],
    flipped: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Give the part of a time or length before a place, in the sense of the edge.

    The part from the western end is the one that is rounded, so that a piece gives
    the same two parts whichever way it is drawn.
    """
    is_open = np.isfinite(whole)
    part = quantise(share * np.where(is_open, whole, 0.0))
    part[flipped] = whole[flipped] - part[flipped]
    return np.where(is_open, part, np.inf)


def _rest(
    whole_s: NDArray[np.float64], part_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give what is left of a time, infinite where the direction is closed."""
    with np.errstate(invalid="ignore"):  # infinite less infinite
        rest_s = whole_s - part_s
    rest_s[np.isnan(rest_s)] = np.inf
    return rest_s


def _spread(
    joined: NDArray[np.bool_], values: NDArray[np.generic], rest: float
) -> NDArray[np.float64]:
    """Put values at the joined points and `rest` at the others."""
    spread = np.full(len(joined), rest, dtype=float)
    spread[joined] = values
    return spread
