"""The contenders pandana and pandarm: contraction hierarchies, nodes only."""

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.measure import Stopwatch
from benchmarks.raw_graph import COMPARED, Catchments, RawGraph, ordered_catchments


class Peer:
    """One of the two packages, which share their interface.

    Parameters
    ----------
    name
        ``pandana`` or ``pandarm``.

    Raises
    ------
    ImportError
        If the package is not installed.
    """

    def __init__(self, name: str) -> None:
        self._package: Any = import_module(name)

    def nearest(
        self, raw: RawGraph, limit_m: float, watch: Stopwatch
    ) -> NDArray[np.float64]:
        """Find the nearest facility of each type from every node, without its id."""
        network = self._build(raw, watch)
        found = []
        for nodes in raw.facilities:
            places = np.column_stack([raw.x_m[nodes], raw.y_m[nodes]])
            found.append(_nearest_of(network, places, limit_m, watch))
        return np.column_stack(found)

    def beside(
        self, raw: RawGraph, limit_m: float, watch: Stopwatch
    ) -> NDArray[np.float64]:
        """Find the nearest of the places beside the streets from every node."""
        network = self._build(raw, watch)
        return _nearest_of(network, raw.beside_m, limit_m, watch)[:, None]

    def catchments(self, raw: RawGraph, limit_m: float, watch: Stopwatch) -> Catchments:
        """List the nodes within the limit of each candidate."""
        network = self._build(raw, watch)
        with watch.lap("query"):
            found = network.nodes_in_range(raw.candidates, limit_m)
        # A node drawn twice as a candidate is answered once.
        count = found["source"].value_counts().reindex(raw.candidates, fill_value=0)
        first = pd.DataFrame(
            {"source": raw.candidates[:COMPARED], "row": np.arange(COMPARED)[
                : len(raw.candidates)
            ]}
        )  # fmt: skip
        some = first.merge(found, on="source")
        return ordered_catchments(
            count.to_numpy(),
            some["row"].to_numpy(),
            some["destination"].to_numpy(),
            some["metres"].to_numpy(dtype=float),
        )

    def _build(self, raw: RawGraph, watch: Stopwatch) -> Any:
        """Make the network, contraction hierarchy included."""
        with watch.lap("build"):
            return self._package.Network(
                pd.Series(raw.x_m),
                pd.Series(raw.y_m),
                pd.Series(raw.start),
                pd.Series(raw.end),
                pd.DataFrame({"metres": raw.length_m}),
                twoway=True,
            )


def _nearest_of(
    network: Any, places: NDArray[np.float64], limit_m: float, watch: Stopwatch
) -> NDArray[np.float64]:
    """Snap one set of facilities to nodes and ask for the nearest from every node."""
    with watch.lap("snap"):
        network.set_pois(
            "facilities",
            maxdist=limit_m,
            maxitems=1,
            x_col=pd.Series(places[:, 0]),
            y_col=pd.Series(places[:, 1]),
        )
    with watch.lap("query"):
        found = network.nearest_pois(
            limit_m, "facilities", num_pois=1, max_distance=np.inf
        )
    metres = found[1].to_numpy(dtype=float)
    # Some versions write the limit itself for "none within the limit".
    return np.where(metres <= limit_m, metres, np.inf)
