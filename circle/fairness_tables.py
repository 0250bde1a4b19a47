"""Tables of fairness: across people, subdistricts and area classes."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City
from circle.fairness import gini, lorenz, palma, tail_mean, widest_gap
from circle.reached import Reach
from circle.result_contracts_measures import FAIRNESS, LORENZ
from circle.type_groups import type_groups

# A curve for drawing needs no more points than this.
_MOST_POINTS = 101
_AREAS = {"subdistricts": "subdistrict", "area_classes": "area_class"}


def fairness_table(city: City, cells: Reach, coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Measure how evenly each group of types is spread.

    Parameters
    ----------
    city
        The city.
    cells
        Reach from its cells.
    coverage
        Contract ``coverage``.

    Returns
    -------
    fairness
        Contract ``fairness``. The value of a person is the share of the group's
        types in reach; that of an area is its `person_item_share`.
    """
    people = city.cells["population"].to_numpy(dtype=float)
    areas = {
        key: rows.reset_index(drop=True)
        for key, rows in coverage.groupby(["group_kind", "group_id", "area_kind"])
    }
    rows = []
    for kind, group, columns in type_groups(city):
        values = {"people": _by_share(cells, columns, people)}
        for across, area_kind in _AREAS.items():
            own = areas[kind, group, area_kind]
            share = own["person_item_share"].to_numpy(dtype=float)
            weight = own["population"].to_numpy(dtype=float)
            # An area without people has no share, and no weight either.
            values[across] = (share, np.where(np.isfinite(share), weight, 0.0))
        for across, (value, weight) in values.items():
            gap = np.nan if across == "people" else widest_gap(value)
            rows.append(
                {
                    "group_kind": kind,
                    "group_id": group,
                    "across": across,
                    "population": float(weight.sum()),
                    "mean": tail_mean(value, weight, share=1.0),
                    "gini": gini(value, weight),
                    "worst_tenth": tail_mean(value, weight, share=0.1),
                    "palma": palma(value, weight),
                    "gap": gap,
                }
            )
    return pd.DataFrame(rows, columns=list(FAIRNESS.names))


def lorenz_table(city: City, cells: Reach, coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Draw the Lorenz curves of the required types across people and subdistricts.

    Parameters
    ----------
    city
        The city.
    cells
        Reach from its cells.
    coverage
        Contract ``coverage``.

    Returns
    -------
    curves
        Contract ``lorenz``; long curves keep every so many points.
    """
    people = city.cells["population"].to_numpy(dtype=float)
    _, _, required = type_groups(city)[0]
    areas = coverage[
        (coverage["group_kind"] == "required")
        & (coverage["area_kind"] == "subdistrict")
    ]
    share = areas["person_item_share"].to_numpy(dtype=float)
    weight = areas["population"].to_numpy(dtype=float)
    parts = []
    for across, value, each in (
        ("people", *_by_share(cells, required, people)),
        ("subdistricts", share, np.where(np.isfinite(share), weight, 0.0)),
    ):
        curve = lorenz(value, each)
        n = len(curve.weight_share)
        kept = np.unique(np.linspace(0, n - 1, min(n, _MOST_POINTS)).round()).astype(
            int
        )
        parts.append(
            pd.DataFrame(
                {
                    "across": across,
                    "point": np.arange(len(kept)),
                    "population_share": curve.weight_share[kept],
                    "item_share": curve.value_share[kept],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[list(LORENZ.names)]


def _by_share(
    cells: Reach, columns: list[int], people: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum the people by the share of some types that they reach in time."""
    reached = np.zeros(len(people), dtype=np.intp)
    for column in columns:
        reached += cells.covered[:, column]
    weight = np.bincount(reached, weights=people, minlength=len(columns) + 1)
    return np.arange(len(columns) + 1) / len(columns), weight.astype(float)
