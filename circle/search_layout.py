"""Networks and places laid out for the compiled searches."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circle.network import Network
from circle.search import (
    FROM_END,
    FROM_START,
    LEG,
    TO_END,
    TO_START,
    Ends,
    Places,
    Seeds,
    Targets,
)
from circle.snapping import Access


def edge_ends(network: Network) -> Ends:
    """
    Lay out the ends of the edges.

    Parameters
    ----------
    network
        The network.

    Returns
    -------
    ends
        Its junctions by edge.
    """
    return Ends(network.chains.edge_from, network.chains.edge_to)


def lay_out_places(access: Access) -> Places:
    """
    Lay out places, labelled by their rows.

    Parameters
    ----------
    access
        How they are joined to the network.

    Returns
    -------
    places
        One for each row.
    """
    columns = np.column_stack(
        [access.position_m, access.to_end_s, access.to_start_s, access.leg_s,
         access.from_start_s, access.from_end_s]
    )  # fmt: skip
    edge = np.where(access.joined, access.edge, -1).astype(np.int32)
    return Places(edge, np.arange(len(edge), dtype=np.int32), columns)


def pick_places(places: Places, rows: NDArray[np.integer] | slice) -> Places:
    """
    Pick some places; they keep their labels.

    Parameters
    ----------
    places
        The places.
    rows
        Which of them.

    Returns
    -------
    some
        In the order of `rows`.
    """
    return Places(places.edge[rows], places.label[rows], places.columns[rows])


def plant_seeds(network: Network, places: Places, *, sets_out: bool = False) -> Seeds:
    """
    Begin a search at both ends of the edges on which places stand.

    Parameters
    ----------
    network
        The network.
    places
        Places that are joined to it.
    sets_out
        Whether the ways lead from the places, in the sense of travel, and not to them.

    Returns
    -------
    seeds
        Two for each place, access leg included.
    """
    ends, leg_s = edge_ends(network), places.columns[:, LEG]
    start, end = (TO_START, TO_END) if sets_out else (FROM_START, FROM_END)
    return Seeds(
        np.concatenate([ends.start[places.edge], ends.end[places.edge]]),
        np.concatenate(
            [places.columns[:, start] + leg_s, places.columns[:, end] + leg_s]
        ),
        np.concatenate([places.label, places.label]),
    )


def list_targets(
    network: Network, facilities: Places, serving: Sequence[NDArray[np.int32]]
) -> Targets:
    """
    List the facilities of all types by the edge on which they stand.

    Parameters
    ----------
    network
        The network.
    facilities
        The facilities.
    serving
        For each type, the rows of the facilities that serve it.

    Returns
    -------
    targets
        Those that are joined, edge by edge.
    """
    rows = np.concatenate([np.empty(0, np.int32), *serving])
    sizes = [len(one) for one in serving]
    column = np.repeat(np.arange(len(serving), dtype=np.int32), sizes)
    edge = facilities.edge[rows]
    order = np.argsort(edge, kind="stable")[np.count_nonzero(edge < 0) :]
    counts = np.bincount(edge[order], minlength=len(network.chains.edge_from))
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return Targets(first, pick_places(facilities, rows[order]), column[order])


def cut_blocks(n: int, parts: int) -> list[slice]:
    """
    Cut rows into blocks that are worked on side by side.

    Parameters
    ----------
    n
        Number of rows.
    parts
        Number of blocks; one if below.

    Returns
    -------
    blocks
        As even as can be.

    Examples
    --------
    >>> cut_blocks(5, 2)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    bounds = np.linspace(0, n, max(1, parts) + 1).astype(int).tolist()
    return [slice(a, b) for a, b in itertools.pairwise(bounds)]
