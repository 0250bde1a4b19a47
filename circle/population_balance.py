"""People read and people counted: settle cells as whole people, and keep the books."""

import logging
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.age_bands import PREFIX, band_columns
from circle.contracts import SUBDISTRICTS
from circle.control_totals import (
    CONTROL_TOTALS,
    POPULATION,
    put_people,
    read_control_totals,
    scale_to_totals,
    split_parts,
)
from circle.errors import CircleWarning, list_ids
from circle.profile import Profile
from circle.study import RasterPopulation, ShapesPopulation, Study
from circle.tables import Column, Contract
from circle.whole_people import round_people

logger = logging.getLogger(__name__)

POPULATION_BALANCE = Contract(
    "population_balance",
    ("subdistrict_id", "group"),
    (
        SUBDISTRICTS.column("subdistrict_id"),
        Column("group", "id", "population, or an age band of the profile.", "人群"),
        Column(
            "people_read",
            "count",
            "People inside the subdistrict as the file has them; empty where it does "
            "not know the age band.",
            "读入人口",
            unit="persons",
            null=True,
            minimum=0,
        ),
        Column(
            "control_total",
            "count",
            "Published people; empty where none is given.",
            "控制总数",
            unit="persons",
            null=True,
            minimum=0,
        ),
        Column(
            "people_counted",
            "count",
            "People that the assessment counts.",
            "计入人口",
            unit="persons",
            minimum=0,
        ),
        Column(
            "residual",
            "count",
            "people_counted - people_read: what scaling and rounding put on or took.",
            "差额",
            unit="persons",
            null=True,
        ),
    ),
)
# Decimal noise of conversions is no residual worth a figure.
_DECIMALS = 6


@dataclass(frozen=True)
class SettledPeople:
    """Cells with the people that count, and how they came about."""

    cells: gpd.GeoDataFrame
    """Contract ``cells`` with age bands."""
    balance: pd.DataFrame
    """Contract ``population_balance``: each subdistrict, people and age bands."""


def settle_people(
    study: Study,
    cells: gpd.GeoDataFrame,
    *,
    profile: Profile,
    subdistricts: gpd.GeoDataFrame,
) -> SettledPeople:
    """
    Scale cells to control totals, if there are any, and say what that changed.

    Parameters
    ----------
    study
        The study.
    cells
        Contract ``cells`` with ``subdistrict_id`` and, or not, age bands; cells
        inside the subdistricts only.
    profile
        The profile; names the age bands.
    subdistricts
        Contract ``subdistricts``.

    Returns
    -------
    settled
        Cells of a subdistrict with a control total hold whole people that add up to
        it. Cells of rasters and polygons hold whole people in any case; those of
        tables and buildings stay as they are without a control total.

    Raises
    ------
    InputError
        With every fault of the table of control totals.
    """
    totals = read_control_totals(study, profile=profile, subdistricts=subdistricts)
    ids = [str(one) for one in subdistricts["subdistrict_id"]]
    whole = isinstance(study.population, RasterPopulation | ShapesPopulation)
    if totals is None:
        settled = (
            _rounded(cells, cells["subdistrict_id"].isin(ids), ids) if whole else cells
        )
        empty = pd.DataFrame(columns=list(CONTROL_TOTALS.names))
        return _settled(cells, settled, totals=empty, ids=ids)
    source = study.population.control_totals
    where = "control totals" if source is None else source.path
    settled = scale_to_totals(cells, totals, where=where)
    if whole:
        free = ~settled["subdistrict_id"].isin(totals["subdistrict_id"])
        settled = _rounded(settled, free, ids)
    return _settled(cells, settled, totals=totals, ids=ids)


def balance_warnings(balance: pd.DataFrame) -> tuple[CircleWarning, ...]:
    """
    Say what control totals changed, and where they are missing.

    Parameters
    ----------
    balance
        Contract ``population_balance``.

    Returns
    -------
    warnings
        ``population-scaled`` and ``control-totals-missing``; empty where nothing
        needs care.
    """
    rows = balance[balance["group"] == POPULATION]
    under = rows[rows["control_total"].notna()]
    if under.empty:
        return ()
    read, counted = under["people_read"].sum(), under["people_counted"].sum()
    order = (under["residual"].abs()).sort_values(ascending=False, kind="stable")
    moves = under.loc[order.index]
    told = list_ids(
        f"{a} {b:+,.0f}"
        for a, b in zip(moves["subdistrict_id"], moves["residual"], strict=True)
    )
    warnings = [
        CircleWarning(
            "population-scaled",
            f"{read:,.0f} people of {len(under)} subdistricts were scaled to control "
            f"totals of {counted:,.0f}, by {told}; see the table population_balance.",
            f"{len(under)}个街镇的人口由{read:,.0f}人按控制总数调整为{counted:,.0f}人，"
            f"差额：{told}；详见 population_balance 表。",
        )
    ]
    free = rows[rows["control_total"].isna() & (rows["people_read"] > 0)]
    if len(free):
        ids = list_ids(free["subdistrict_id"])
        warnings.append(
            CircleWarning(
                "control-totals-missing",
                f"found no control total for subdistrict {ids}; the people of the "
                "cells stay as they were read there.",
                f"以下街镇没有控制总数，人口按网格原值计：{ids}。",
            )
        )
    return tuple(warnings)


def _rounded(
    cells: gpd.GeoDataFrame, free: pd.Series, ids: list[str]
) -> gpd.GeoDataFrame:
    """Round the people of free cells: the district first, then each subdistrict."""
    bands = band_columns(cells)
    at = np.flatnonzero(free.to_numpy(dtype=bool))
    exact = split_parts(cells, bands)[at]
    homes = pd.Index(cells["subdistrict_id"].iloc[at])
    home = pd.Index(ids).get_indexer(homes)
    people = np.zeros(exact.shape, dtype=np.int64)
    of_part = round_people(exact.sum(axis=0))
    for part, total in enumerate(of_part.tolist()):
        sums = _sums(home, exact[:, part], len(ids))
        for place, people_there in enumerate(round_people(sums, total).tolist()):
            rows = np.flatnonzero(home == place)
            people[rows, part] = round_people(exact[rows, part], people_there)
    rounded = cells.copy()
    put_people(rounded, at, bands, people)
    return rounded


def _sums(
    home: NDArray[np.intp], people: NDArray[np.float64], n_areas: int
) -> NDArray[np.float64]:
    """Add people up by area."""
    added: NDArray[np.float64] = np.bincount(
        home, weights=people, minlength=n_areas
    ).astype(np.float64)
    return added


def _settled(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    totals: pd.DataFrame,
    ids: list[str],
) -> SettledPeople:
    """Set the people read beside the people counted, by subdistrict and group."""
    names = [POPULATION, *band_columns(after)]
    read = before.groupby("subdistrict_id")[[*band_columns(before), POPULATION]].sum()
    counted = after.groupby("subdistrict_id")[names].sum()
    control = totals.set_index("subdistrict_id")
    rows = []
    for place in ids:
        for name in names:
            known = name in read.columns
            was = float(read[name].get(place, 0.0)) if known else np.nan
            now = float(counted[name].get(place, 0.0))
            asked = control[name].get(place) if name in control.columns else None
            rows.append(
                {
                    "subdistrict_id": place,
                    "group": name.removeprefix(PREFIX),
                    "people_read": round(was, _DECIMALS),
                    "control_total": np.nan if asked is None else float(asked),
                    "people_counted": round(now, _DECIMALS),
                    "residual": round(now - was, _DECIMALS),
                }
            )
            logger.info(
                "population of %s, %s: %.1f read, %.1f counted", place, name, was, now
            )
    table = pd.DataFrame(rows, columns=list(POPULATION_BALANCE.names))
    return SettledPeople(cells=after, balance=table)
