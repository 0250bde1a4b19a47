"""The raw, uncontracted graph that all contenders of one comparison are given."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RawGraph:
    """Nodes and two-way pieces of one connected graph, and the places to be asked.

    This module imports nothing of circle, so that a peer can run in an environment
    of its own.
    """

    x_m: NDArray[np.float64]
    """Easting of each node, shape (nodes,)."""
    y_m: NDArray[np.float64]
    """Northing of each node, shape (nodes,)."""
    start: NDArray[np.int32]
    """Node at which each piece starts, shape (pieces,)."""
    end: NDArray[np.int32]
    """Node at which each piece ends, shape (pieces,)."""
    length_m: NDArray[np.float64]
    """Length of each piece, a multiple of 2^-24 m; at 1 m/s also its seconds."""
    way_id: NDArray[np.int64]
    """Id of the way of each piece."""
    settled: NDArray[np.bool_]
    """Whether circle joins the node to a piece that ends there. A node that lies
    exactly on another street as well, as under a bridge, is not settled: circle takes
    the street by its rule for ties. Places are drawn, and answers compared, at
    settled nodes only. Shape (nodes,)."""
    facilities: NDArray[np.int64]
    """Nodes at which facilities stand, shape (types, facilities)."""
    candidates: NDArray[np.int64]
    """Nodes at which candidates stand, shape (candidates,)."""
    origins: NDArray[np.int64]
    """Nodes at which a planner's origins stand, ascending, shape (origins,)."""
    beside_m: NDArray[np.float64]
    """Places beside the streets, eastings and northings, shape (places, 2)."""

    def save(self, path: Path) -> None:
        """Write all arrays to an ``.npz`` file."""
        np.savez(path, **{one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "RawGraph":
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(**{one.name: arrays[one.name] for one in fields(cls)})


@dataclass(frozen=True)
class Catchments:
    """The part of an answer on catchments that is compared."""

    count: NDArray[np.int64]
    """Nodes within the limit of each candidate, shape (candidates,)."""
    node: NDArray[np.int64]
    """Nodes within the limit of the first candidates, ascending for each."""
    metres: NDArray[np.float64]
    """How far each of them is."""


# Candidates whose catchments are compared node by node.
COMPARED = 100


def ordered_catchments(
    count: NDArray[np.int64],
    candidate: NDArray[np.integer],
    node: NDArray[np.integer],
    metres: NDArray[np.float64],
) -> Catchments:
    """
    Bring the catchments of the first candidates into one order.

    Parameters
    ----------
    count
        Nodes within the limit of each candidate.
    candidate
        Row of the candidate of each entry, below `COMPARED`.
    node
        Node of each entry.
    metres
        Length of each entry.

    Returns
    -------
    catchments
        Entries by candidate, then by node.
    """
    order = np.lexsort((node, candidate))
    return Catchments(
        count.astype(np.int64), node[order].astype(np.int64), metres[order]
    )
