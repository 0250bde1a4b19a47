"""Tables of access: who finds room, who has a choice, what depends on one facility."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.capacity import PEOPLE_PER_RATE, facility_amount
from circle.choice import count_in_reach, weigh_dependence
from circle.city import City
from circle.floating_catchments import FloatingCatchments, float_catchments
from circle.profile import AREA_CLASSES
from circle.profile_norms import Norm
from circle.reach_pairs import Pairs
from circle.result_contracts_measures import (
    ACCESS,
    CHOICE,
    DEPENDENCE,
    FACILITY_LOAD,
)


@dataclass(frozen=True)
class NormAccess:
    """Floating catchments of one norm from the cells of a city."""

    norm: Norm
    """The norm, counted per 1,000 people."""
    demand: NDArray[np.float64]
    """People of each cell whom the norm counts, shape (cells,)."""
    norm_ratio: NDArray[np.float64]
    """Supply per person by the norm, NaN where it does not hold, shape (cells,)."""
    catchments: FloatingCatchments
    """Ratios of cells and facilities."""

    @property
    def full(self) -> NDArray[np.bool_]:
        """Cells that surely reach facilities, and too little supply there."""
        found = self.catchments
        short = found.ratio < self.norm_ratio * (1 - 1e-12)
        return np.asarray(found.reachable & ~found.uncertain & short)


def float_norms(
    city: City, type_ids: Sequence[str], pairs: Sequence[Pairs]
) -> tuple[NormAccess, ...]:
    """
    Share the supply of each norm among the people in reach of it.

    Parameters
    ----------
    city
        The city.
    type_ids
        The types that the pairs belong to.
    pairs
        For each type, the facilities and cells in reach of one another.

    Returns
    -------
    access
        One for each norm per 1,000 people whose types are measured, whose measure
        some facility carries and whose age band the population carries.
    """
    found = []
    by_type = dict(zip(type_ids, pairs, strict=True))
    for norm in city.profile.norms:
        column = "population"
        if norm.age_band is not None:
            column = f"population_{norm.age_band}"
        known = set(norm.types) <= set(type_ids) and column in city.cells.columns
        supply = facility_amount(city.facilities, norm.measure).astype(float)
        own = city.facilities["type_id"].isin(norm.types)
        if norm.per == "1000_people" and known and supply[own].notna().any():
            demand = city.cells[column].to_numpy(dtype=float)
            found.append(
                _float_one(
                    city, norm, demand, by_type, supply=np.asarray(supply, dtype=float)
                )
            )
    return tuple(found)


def access_table(city: City, access: Sequence[NormAccess]) -> pd.DataFrame:
    """
    Sum by area who reaches facilities with room, or full ones.

    Parameters
    ----------
    city
        The city.
    access
        The floating catchments of each norm.

    Returns
    -------
    table
        Contract ``access``.
    """
    parts = []
    for one in access:
        found, holds = one.catchments, np.isfinite(one.norm_ratio)
        demand = np.where(holds, one.demand, 0.0)
        sums = pd.DataFrame(
            roll_up(
                city,
                {
                    "demand": demand,
                    "demand_in_reach": demand * found.reachable,
                    "demand_full": demand * one.full,
                    "demand_uncertain": demand * found.uncertain,
                    "supplied": demand * found.ratio,
                    "wanted": demand * np.where(holds, one.norm_ratio, 0.0),
                },
            )
        )
        some = sums["demand"].where(sums["demand"] > 0)
        reached = sums["demand_in_reach"].where(sums["demand_in_reach"] > 0)
        sums["norm_id"] = one.norm.id
        sums["full_share"] = sums["demand_full"] / reached
        sums["access_ratio"] = sums["supplied"] / some
        sums["norm_ratio"] = sums["wanted"] / some
        parts.append(sums)
    return _joined(parts, list(ACCESS.names))


def load_table(city: City, access: Sequence[NormAccess]) -> pd.DataFrame:
    """
    List how full each facility is by each norm.

    Parameters
    ----------
    city
        The city.
    access
        The floating catchments of each norm.

    Returns
    -------
    table
        Contract ``facility_load``: facilities that count, fullest first; those of
        unknown capacity last.
    """
    parts = []
    for one in access:
        rates = {rate.value for rate in one.norm.rates}
        # Where area classes have rates of their own, the lowest tells who is full.
        norm = min(rates) / PEOPLE_PER_RATE
        own = city.facilities["type_id"].isin(one.norm.types)
        rows = np.flatnonzero(own & (one.catchments.demand > 0))
        supply = facility_amount(city.facilities, one.norm.measure)
        table = pd.DataFrame(
            {
                "norm_id": one.norm.id,
                "facility_id": city.facilities["facility_id"].to_numpy(object)[rows],
                "facility_name": city.facilities["name"].to_numpy(object)[rows],
                "supply": supply.to_numpy(dtype=float)[rows],
                "demand": one.catchments.demand[rows],
                "supply_per_person": one.catchments.facility_ratio[rows],
                "load": one.catchments.load(norm)[rows],
            }
        )
        # A facility without any capacity has no load to speak of.
        table["load"] = table["load"].where(np.isfinite(table["load"]))
        order = np.lexsort((table["facility_id"].astype(str), -table["load"]))
        parts.append(table.iloc[order])
    return _joined(parts, list(FACILITY_LOAD.names))


def choice_table(
    city: City, type_ids: Sequence[str], counts: Sequence[NDArray[np.int32]]
) -> pd.DataFrame:
    """
    Sum by area and type how many facilities people can choose between.

    Parameters
    ----------
    city
        The city.
    type_ids
        The types.
    counts
        For each type, the facilities in reach of each cell, shape (cells,).

    Returns
    -------
    table
        Contract ``choice``.
    """
    people = city.cells["population"].to_numpy(dtype=float)
    values = {("population", ""): people}
    for type_id, count in zip(type_ids, counts, strict=True):
        values |= {
            ("none", type_id): people * (count == 0),
            ("single", type_id): people * (count == 1),
            ("choices", type_id): people * count,
        }
    sums = roll_up(city, values)
    population = sums["population", ""]
    some = np.where(population > 0, population, np.nan)
    # Types below one another: each of these begins with all areas of the first.
    none, single, choices = (
        np.array([sums[name, one] for one in type_ids]).reshape(-1, len(some))
        for name in ("none", "single", "choices")
    )
    table = {
        "area_kind": np.tile(sums["area_kind"], len(type_ids)),
        "area_id": np.tile(sums["area_id"], len(type_ids)),
        "type_id": np.repeat(np.array(type_ids, dtype=object), len(some)),
        "population": np.tile(population, len(type_ids)),
        "population_none": none.ravel(),
        "population_single": single.ravel(),
        "single_share": (single / some).ravel(),
        "facilities_in_reach": (choices / some).ravel(),
    }
    return pd.DataFrame(table, columns=list(CHOICE.names))


def dependence_table(
    city: City,
    type_ids: Sequence[str],
    cells: Sequence[NDArray[np.int32]],
    committees: Sequence[NDArray[np.int32]],
) -> pd.DataFrame:
    """
    List the facilities whose closing would leave somebody without a type.

    Parameters
    ----------
    city
        The city.
    type_ids
        The types.
    cells
        For each type, the only facility in reach of each cell, or -1.
    committees
        The same for each committee; nothing where there are none.

    Returns
    -------
    table
        Contract ``dependence``, sorted by rank.
    """
    people = city.cells["population"].to_numpy(dtype=float)
    each = np.ones(len(city.committees))
    facilities, n = city.facilities, len(city.facilities)
    shape = (len(type_ids), n)
    lost, left = np.zeros(shape), np.zeros(shape)
    for i in range(len(type_ids)):
        lost[i] = weigh_dependence(cells[i], people, n_facilities=n)
        if committees:
            left[i] = weigh_dependence(committees[i], each, n_facilities=n)
    column, row = np.nonzero((lost > 0) | (left > 0))
    table = pd.DataFrame(
        {
            "facility_id": facilities["facility_id"].to_numpy(object)[row],
            "facility_name": facilities["name"].to_numpy(object)[row],
            "type_id": np.array(type_ids, dtype=object)[column],
            "population_lost": lost[column, row],
            "committees_lost": left[column, row].astype(int),
        }
    )
    order = np.lexsort(
        (
            table["type_id"].astype(str),
            table["facility_id"].astype(str),
            -table["committees_lost"],
            -table["population_lost"],
        )
    )
    table = table.iloc[order].reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    return table[list(DEPENDENCE.names)]


def roll_up(
    city: City, values: Mapping[Any, NDArray[np.float64]]
) -> dict[Any, NDArray[Any]]:
    """
    Sum values of cells over the district, its area classes and its subdistricts.

    Parameters
    ----------
    city
        The city.
    values
        Key to one value per cell.

    Returns
    -------
    sums
        `area_kind`, `area_id` and each key to one value per area.
    """
    ids = city.subdistricts["subdistrict_id"].to_numpy(dtype=object)
    classes = city.subdistricts["area_class"].to_numpy(dtype=object)
    home = city.cells["home"].to_numpy(dtype=np.intp)
    present = [one for one in AREA_CLASSES if one in set(classes)]
    kinds = ["district", *["area_class"] * len(present), *["subdistrict"] * len(ids)]
    members = np.vstack(
        [
            np.ones((1, len(ids))),
            np.array([classes == one for one in present], dtype=float).reshape(
                len(present), len(ids)
            ),
            np.eye(len(ids)),
        ]
    )
    sums: dict[Any, NDArray[Any]] = {
        "area_kind": np.array(kinds, dtype=object),
        "area_id": np.array(["district", *present, *ids], dtype=object),
    }
    for key, value in values.items():
        by_home = np.bincount(home, weights=value, minlength=len(ids))
        sums[key] = members @ by_home
    return sums


def count_choices(
    pairs: Sequence[Pairs], n_origins: int
) -> tuple[list[NDArray[np.int32]], list[NDArray[np.int32]]]:
    """
    Count the facilities in reach of each origin, type by type.

    Parameters
    ----------
    pairs
        For each type, the facilities and origins in reach of one another.
    n_origins
        Rows of the table of origins.

    Returns
    -------
    counts
        For each type, the facilities in reach, shape (origins,).
    singles
        For each type, the only facility in reach, or -1, shape (origins,).
    """
    found = [
        count_in_reach(one.facility, one.origin, n_origins=n_origins) for one in pairs
    ]
    return [count for count, _ in found], [single for _, single in found]


def _float_one(
    city: City,
    norm: Norm,
    demand: NDArray[np.float64],
    pairs: Mapping[str, Pairs],
    *,
    supply: NDArray[np.float64],
) -> NormAccess:
    """Float the catchments of one norm over the facilities of its own types."""
    of_type = city.facilities["type_id"].to_numpy(dtype=object)
    facility, origin, part = [], [], []
    for type_id in norm.types:
        one = pairs[type_id]
        own = of_type[one.facility] == type_id
        facility.append(one.facility[own])
        origin.append(one.origin[own])
        part.append(one.part[own])
    entries = (np.concatenate(facility), np.concatenate(origin))
    shape = (len(city.facilities), len(city.cells))
    rates = [norm.rate_for(str(one)) for one in city.cells["area_class"]]
    per_1000 = np.array([np.nan if one is None else one for one in rates], dtype=float)
    return NormAccess(
        norm=norm,
        demand=demand,
        norm_ratio=per_1000 / PEOPLE_PER_RATE,
        # Times are parts of the limit of their own pair, so the limit is one.
        catchments=float_catchments(
            csr_array((np.concatenate(part), entries), shape=shape),
            supply=supply,
            demand=demand,
            limit_s=1.0,
            decay=norm.decay,
        ),
    )


def _joined(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Put tables under one another with these columns; an empty one of none."""
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]
