"""A cover matrix on the streets of a demo district: who walks to which cell."""

import tempfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import load_city
from circle.demo import make_demo
from circle.reach import measure_catchments
from circle.snapping import Access
from circle.study import read_study

WALK = "walk"


def make_street_cover(
    size: str, n_candidates: int, *, seed: int = 2026, radius_m: float = 1_000.0
) -> tuple[csr_array, NDArray[np.float64]]:
    """
    Make a demo district, draw candidates among its cells, and search the streets.

    Parameters
    ----------
    size
        Size as `make_demo` takes it, such as ``pudong`` or ``1``.
    n_candidates
        Candidates, drawn among the cells by the people who live there: as in the
        districts without streets, they are dense where people are.
    seed
        Random seed of the candidates; the district has its own.
    radius_m
        Longest walk in metres, the way to the street included.

    Returns
    -------
    cover
        Sparse matrix (candidates, cells) of metres plus 1, within `radius_m`.
    people
        People of each cell.
    """
    with tempfile.TemporaryDirectory() as name:
        make_demo(Path(name), size=size)
        city = load_city(read_study(Path(name) / "study.yaml"))
    people = city.cells["population"].to_numpy(np.float64)
    random = np.random.default_rng(seed)
    rows = random.choice(
        len(people), n_candidates, replace=False, p=people / people.sum()
    )
    network, cells = city.networks[WALK], city.access["cells", WALK]
    found = measure_catchments(
        network,
        places=_rows_of(cells, np.sort(rows)),
        origins=cells,
        limit_s=radius_m / network.leg_mps,
    )
    found.data = found.data * network.leg_mps + 1
    return found, people


def _rows_of(access: Access, rows: NDArray[np.int64]) -> Access:
    """Pick the access of some points."""
    picked = {one.name: getattr(access, one.name)[rows] for one in fields(Access)}
    return replace(access, **picked)
