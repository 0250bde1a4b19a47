"""Changes in what stands beside coverage: age bands, gap clusters, measures."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.contracts_compared import (
    AGE_CHANGES,
    GAP_CHANGES,
    INDICATOR_CHANGES,
    MEASURE_CHANGES,
)
from circle.result_contracts_measures import MEASURE_CONTRACTS
from circle.results import FIGURES, Results
from circle.tables import Contract

_AREA = ["area_kind", "area_id"]
_AGE_KEY = [*_AREA, "age_band"]
# Measures by area whose figures stand side by side; the others list single things.
_BY_AREA = tuple(one for one in MEASURE_CONTRACTS if _AREA[0] in one.key)
_GAPS = ("new", "grown", "shrunk", "gone", "unchanged")


def indicator_changes(before: Results, after: Results) -> pd.DataFrame:
    """
    Set the district's figures side by side, and mark what was not measured again.

    Parameters
    ----------
    before
        The first.
    after
        The second.

    Returns
    -------
    changes
        Contract ``indicator_changes``.
    """
    was, now = before.facts["figures"], after.facts["figures"]
    rows: list[tuple[str, float, float, str]] = [
        ("coverage", np.nan, np.nan, "recomputed")
    ]
    for name in FIGURES:
        state = "recomputed" if name in was and name in now else "not_recomputed"
        values = (one.get(name) for one in (was, now))
        old, new = (np.nan if one is None else float(one) for one in values)
        rows.append((name, old, new, state))
    return pd.DataFrame(rows, columns=list(INDICATOR_CHANGES.names))


def age_changes(before: Results, after: Results) -> pd.DataFrame:
    """
    Set the coverage of each age band side by side.

    Parameters
    ----------
    before
        The first.
    after
        The second.

    Returns
    -------
    changes
        Contract ``age_changes``; required types, people of all cells.
    """
    both = _ages(before).merge(
        _ages(after), on=_AGE_KEY, how="outer", suffixes=("_before", "_after")
    )
    name = "person_item_share"
    both[f"{name}_change"] = both[f"{name}_after"] - both[f"{name}_before"]
    rank = both["area_kind"].map({"district": 0, "area_class": 1, "subdistrict": 2})
    keys = [both[one].to_numpy(dtype=str) for one in ("age_band", "area_id")]
    order = np.lexsort((*keys, rank.to_numpy()))
    return both.iloc[order].reset_index(drop=True)[list(AGE_CHANGES.names)]


def _ages(results: Results) -> pd.DataFrame:
    """Count people and covered shares of each age band and area of one result."""
    cells = results.cells
    types = results.facts["types"]
    required = [one for one in results.type_ids if types[one]["required"]]
    covered = cells[[f"covered_{one}" for one in required]].to_numpy(dtype=bool)
    share = covered.sum(axis=1) / max(len(required), 1)
    columns = [one for one in cells.columns if str(one).startswith("population")]
    names = [band_of(one) for one in columns]
    people = pd.DataFrame(cells[columns].to_numpy(dtype=float), columns=names)
    parts = []
    for kind, area in cell_areas(cells):
        whole, items = (
            one.groupby(area)
            .sum()
            .rename_axis("area_id")
            .reset_index()
            .melt("area_id", var_name="age_band", value_name="population")
            for one in (people, people.mul(share, 0))
        )
        total = whole["population"].where(whole["population"] > 0)
        share_of = items["population"] / total
        parts.append(whole.assign(area_kind=kind, person_item_share=share_of))
    return pd.concat(parts, ignore_index=True)


def cell_areas(cells: pd.DataFrame) -> Iterator[tuple[str, NDArray[np.object_]]]:
    """
    Yield each kind of area, and the area of every cell.

    Parameters
    ----------
    cells
        Cells with ``area_class`` and ``subdistrict_id``.

    Yields
    ------
    kind
        district, area_class or subdistrict.
    area
        Code of the area of each cell, shape (cells,).
    """
    yield "district", np.full(len(cells), "district", dtype=object)
    yield "area_class", cells["area_class"].to_numpy(dtype=object)
    yield "subdistrict", cells["subdistrict_id"].to_numpy(dtype=object)


def band_of(column: str) -> str:
    """
    Name the age band of a column of people.

    Parameters
    ----------
    column
        Such as ``population_0_14``.

    Returns
    -------
    age_band
        The band, or ``all``.

    Examples
    --------
    >>> band_of("population_0_14"), band_of("population")
    ('0_14', 'all')
    """
    return column.removeprefix("population").strip("_") or "all"


def gap_changes(before: Results, after: Results) -> pd.DataFrame:
    """
    Tell gap clusters that are new, gone, grown and shrunk apart by their ids.

    Parameters
    ----------
    before
        The first.
    after
        The second.

    Returns
    -------
    changes
        Contract ``gap_changes``; empty where one of the two has none measured.
    """
    if not (before.measures and after.measures):
        return pd.DataFrame(columns=list(GAP_CHANGES.names))
    told = ["type_id", "required", "subdistrict_id", "name"]
    both = before.gap_clusters[["gap_id", *told, "population"]].merge(
        after.gap_clusters[["gap_id", *told, "population"]],
        on="gap_id",
        how="outer",
        suffixes=("_before", "_after"),
    )
    for name in told:
        later, earlier = both[f"{name}_after"], both[f"{name}_before"]
        both[name] = later.where(later.notna(), earlier)
    was, now = (both[f"population_{one}"].astype(float) for one in ("before", "after"))
    both["change"] = np.select(
        [was.isna(), now.isna(), now > was, now < was],
        ["new", "gone", "grown", "shrunk"],
        default="unchanged",
    ).astype(object)
    rank = both["change"].map({one: i for i, one in enumerate(_GAPS)}).to_numpy()
    people = np.fmax(was.to_numpy(), now.to_numpy())
    order = np.lexsort((both["gap_id"].to_numpy(dtype=str), -people, rank))
    return both.iloc[order].reset_index(drop=True)[list(GAP_CHANGES.names)]


def measure_changes(before: Results, after: Results) -> pd.DataFrame:
    """
    Set every figure of the measures by area side by side.

    Parameters
    ----------
    before
        The first.
    after
        The second.

    Returns
    -------
    changes
        Contract ``measure_changes``: every figure of the district, and of other areas
        those that changed.
    """
    parts = [
        _figures_of(one, before.measures[one.name]).merge(
            _figures_of(one, after.measures[one.name]),
            on=["measure", *_AREA, "about", "figure"],
            how="outer",
            suffixes=("_before", "_after"),
        )
        for one in _BY_AREA
        if one.name in before.measures and one.name in after.measures
    ]
    if not parts:
        return pd.DataFrame(columns=list(MEASURE_CHANGES.names))
    table = pd.concat(parts, ignore_index=True)
    table = table.rename(columns={"value_before": "before", "value_after": "after"})
    table["change"] = table["after"] - table["before"]
    same = (table["change"] == 0) | (table["before"].isna() & table["after"].isna())
    table = table[~same | (table["area_kind"] == "district")]
    return table.reset_index(drop=True)[list(MEASURE_CHANGES.names)]


def _figures_of(contract: Contract, table: pd.DataFrame) -> pd.DataFrame:
    """Lay out the figures of a table of measures, one in each row."""
    figures = [
        one.name
        for one in contract.columns
        if one.kind in {"number", "count"} and one.name not in contract.key
    ]
    about = [one for one in contract.key if one not in _AREA]
    keys = table[about].astype(str).to_numpy(dtype=object)
    named = [" ".join(one) for one in keys]
    whole = table[_AREA].assign(measure=contract.name, about=named)
    long = pd.concat(
        [whole.assign(figure=one, value=table[one].astype(float)) for one in figures]
    )
    return long[["measure", *_AREA, "about", "figure", "value"]]
