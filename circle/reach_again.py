"""Times to the nearest facility of a type again, after some have come or gone."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from circle.network import Network
from circle.search import Places, Spread, collect_nearest, spread, spread_again
from circle.search_layout import (
    edge_ends,
    lay_out_places,
    list_targets,
    pick_places,
    plant_seeds,
)
from circle.snapping import Access

Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Serving:
    """The facilities that serve one type."""

    access: Access
    """Access of all facilities to the network."""
    rows: Rows
    """Rows of those that serve the type, ascending."""


@dataclass(frozen=True)
class Renewed:
    """The search from the facilities of one type, and where it has changed."""

    spread: Spread
    """Times and nearest facilities of all junctions."""
    touched: NDArray[np.bool_]
    """Whether an origin on each edge may have another time or facility, shape
    (edges + 1,): the last one, of origins on no edge, is not touched."""


def search_type(network: Network, serving: Serving) -> Spread:
    """
    Search from all facilities of one type at once, without limit.

    Parameters
    ----------
    network
        Network of one mode.
    serving
        The facilities.

    Returns
    -------
    spread
        Seconds to the nearest from every junction, and its row.
    """
    seeds = plant_seeds(network, _joined(serving))
    return spread(network.reverse_core, seeds, np.inf)


def renew_type(
    network: Network,
    known: Spread,
    *,
    before: Serving,
    after: Serving,
    row_now: Rows,
) -> Renewed:
    """
    Search again from the facilities of one type, where some have come or gone.

    Parameters
    ----------
    network
        Network of one mode.
    known
        What `search_type` gave before.
    before
        The facilities then.
    after
        The facilities now; their order among each other is the same.
    row_now
        Row of each facility in the present table, -1 where it is not there any
        more; shape (facilities then,).

    Returns
    -------
    renewed
        The same to the bit as a whole search gives.
    """
    stays = _staying(before, after, row_now)
    # The last place is that of a junction which nothing reaches.
    label_now = np.full(len(row_now) + 1, -1, dtype=np.int32)
    label_now[before.rows[stays]] = row_now[before.rows[stays]]
    old = Spread(known.time_s, label_now[known.label])
    links, onward = network.reverse, network.graph
    goals = _joined(after)
    found = spread_again(links, onward, plant_seeds(network, goals), old)
    changed = (found.time_s != old.time_s) | (found.label != old.label)
    ends = edge_ends(network)
    touched = np.append(changed[ends.start] | changed[ends.end], False)
    came = ~np.isin(after.rows, row_now[before.rows[stays]])
    touched[before.access.edge[before.rows[~stays]]] = True
    touched[after.access.edge[after.rows[came]]] = True
    touched[-1] = False
    return Renewed(found, touched)


def collect_again(
    network: Network, renewed: Renewed, *, origins: Access, after: Serving
) -> tuple[NDArray[np.intp], NDArray[np.float64], Rows]:
    """
    Give the origins on touched edges their nearest facility.

    Parameters
    ----------
    network
        The network.
    renewed
        What `renew_type` gave.
    origins
        Access of the origins.
    after
        The facilities now.

    Returns
    -------
    rows
        Rows of the origins, ascending.
    time_s
        Seconds, NaN where there is no way; shape (rows,).
    facility
        Row of the nearest facility, -1 where there is none; shape (rows,).
    """
    rows = np.flatnonzero(renewed.touched[origins.edge] & origins.joined)
    some = Access(
        **{one.name: getattr(origins, one.name)[rows] for one in fields(Access)}
    )
    targets = list_targets(network, lay_out_places(after.access), [after.rows])
    time_s = np.empty((len(rows), 1))
    facility = np.empty((len(rows), 1), dtype=np.int32)
    nodes = renewed.spread.time_s[:, None], renewed.spread.label[:, None]
    collect_nearest(
        nodes,
        edge_ends(network),
        lay_out_places(some),
        targets,
        (time_s, facility),
        np.inf,
    )
    return rows, time_s[:, 0], facility[:, 0]


def _joined(serving: Serving) -> Places:
    """Lay out the facilities that are joined to the network."""
    rows = serving.rows[serving.access.joined[serving.rows]]
    return pick_places(lay_out_places(serving.access), rows)


def _staying(before: Serving, after: Serving, row_now: Rows) -> NDArray[np.bool_]:
    """Tell which facilities serve as before, from the same place on the network."""
    now = row_now[before.rows]
    stays = np.asarray((now >= 0) & np.isin(now, after.rows))
    for one in fields(Access):
        was = getattr(before.access, one.name)[before.rows]
        there = getattr(after.access, one.name)[now]
        stays &= (was == there) | (np.isnan(was) & np.isnan(there))
    return stays
