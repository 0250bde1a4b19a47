"""Capacity: what the norms require against what is provided, area by area."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from circle.profile_norms import CapacityMeasure, Norm
from circle.result_contracts_measures import CAPACITY

# Sums of capacities are held against products of rates: rounding decides nothing.
_ROUNDING: Final = 1e-9
PEOPLE_PER_RATE: Final = 1000.0
HOUSEHOLDS_PER_RATE: Final = 100.0


def facility_amount(
    facilities: pd.DataFrame, measure: CapacityMeasure
) -> "pd.Series[float]":
    """
    Give the capacity of each facility in one measure.

    Parameters
    ----------
    facilities
        Contract ``facilities``; its columns of capacity may be absent.
    measure
        The measure: ``places`` and ``beds`` are read from `capacity` unless
        `capacity_unit` names the other, the others from columns of their own;
        ``count`` is one for each facility.

    Returns
    -------
    amount
        Capacity in the measure, on the index of the facilities; NaN where it is
        unknown, never zero for want of data.

    Examples
    --------
    >>> rows = {"capacity": [30, 12], "capacity_unit": ["places", "beds"]}
    >>> facility_amount(pd.DataFrame(rows), "beds").tolist()
    [nan, 12.0]
    """
    unknown = pd.Series(np.nan, index=facilities.index, dtype=float)
    if measure == "count":
        return pd.Series(1.0, index=facilities.index)
    if measure in {"places", "beds"}:
        if "capacity" not in facilities.columns:
            return unknown
        nothing = pd.Series(None, index=facilities.index, dtype=object)
        unit = facilities.get("capacity_unit", nothing)
        in_unit = (unit == measure) | unit.isna()
        return facilities["capacity"].astype(float).where(in_unit)
    column = "staff" if measure == "staff" else f"{measure}_m2"
    if column not in facilities.columns:
        return unknown
    return facilities[column].astype(float)


def count_capacity(
    norms: Sequence[Norm],
    *,
    subdistricts: pd.DataFrame,
    facilities: pd.DataFrame,
    level_of: Mapping[str, str],
) -> pd.DataFrame:
    """
    Hold provided against required capacity for every norm and area.

    Parameters
    ----------
    norms
        The norms of the profile.
    subdistricts
        One row per subdistrict: `subdistrict_id`, `area_class`, `population`,
        `population_<band>`, `households`, `households_new`, `households_old`; NaN
        where unknown.
    facilities
        The open facilities: contract ``facilities`` with `subdistrict_id`, None
        where they lie in no subdistrict.
    level_of
        Level of each type.

    Returns
    -------
    capacity
        Contract ``capacity``: the district, its area classes and subdistricts.

    Notes
    -----
    required = rate × people / 1,000, rate × households / 100, rate × facilities, or
    people / most people per facility, rounded up. Provided is the sum of the known
    capacities of the open facilities that lie in the area. Where some capacity is
    unknown, an area is met if the known part suffices, else unknown.

    Examples
    --------
    >>> count_capacity(
    ...     (),
    ...     subdistricts=pd.DataFrame(
    ...         {"subdistrict_id": ["A"], "area_class": ["urban"]}
    ...     ),
    ...     facilities=pd.DataFrame({"type_id": [], "subdistrict_id": []}),
    ...     level_of={},
    ... ).empty
    True
    """
    rows = []
    for area_kind, area_id, members in _areas(subdistricts):
        inside = facilities["subdistrict_id"].isin(members["subdistrict_id"])
        for norm in norms:
            own = facilities[inside & facilities["type_id"].isin(norm.types)]
            row = _count_one(norm, members, own)
            if row is not None:
                levels = {level_of[one] for one in norm.types}
                level = levels.pop() if len(levels) == 1 else None
                place = {"area_kind": area_kind, "area_id": area_id, "level": level}
                rows.append({**place, **row})
    return pd.DataFrame(rows, columns=list(CAPACITY.names))


def _areas(subdistricts: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """List the district, its area classes and its subdistricts with their rows."""
    areas = [("district", "district", subdistricts)]
    known = subdistricts["area_class"].dropna()
    for one in dict.fromkeys(known.sort_values()):
        rows = subdistricts[subdistricts["area_class"] == one]
        areas.append(("area_class", str(one), rows))
    for i, one in enumerate(subdistricts["subdistrict_id"]):
        areas.append(("subdistrict", str(one), subdistricts.iloc[[i]]))
    return areas


def _count_one(
    norm: Norm, members: pd.DataFrame, facilities: pd.DataFrame
) -> dict[str, Any] | None:
    """Count one norm in one area; None where it does not hold there."""
    amount = facility_amount(facilities, norm.measure)
    found = _required(norm, members, n_facilities=len(facilities))
    if found is None:
        return None
    base, required = found
    unknown = int(amount.isna().sum())
    provided = float(amount.sum())
    least = norm.min_size.value if norm.min_size is not None else 0.0
    too_small = int((amount < least * (1 - _ROUNDING)).sum())
    counted = bool(norm.rates) or norm.people_per_facility is not None
    enough = provided >= required * (1 - _ROUNDING)
    sure = enough or unknown == 0
    undecided = math.isnan(required) or not sure
    size_unknown = norm.min_size is not None and unknown > 0
    return {
        "norm_id": norm.id,
        "measure": norm.measure,
        "per": norm.per or ("facility" if norm.min_size else "people_per_facility"),
        "base": base,
        "required": required,
        "provided": provided,
        "shortfall": math.nan if undecided else max(required - provided, 0.0),
        "ratio": math.nan if undecided else _ratio(provided, required),
        "facilities": len(facilities),
        "facilities_unknown": unknown,
        "too_small": too_small,
        "state": _state(
            short=counted and not undecided and not enough,
            undersized=too_small > 0,
            unknown=(counted and undecided) or size_unknown,
        ),
    }


def _ratio(provided: float, required: float) -> float:
    """Divide provided by required; NaN where nothing is required."""
    return provided / required if required > 0 else math.nan


def _state(*, short: bool, undersized: bool, unknown: bool) -> str:
    """Say the worst that is sure before what is not known."""
    if short:
        return "short"
    if undersized:
        return "undersized"
    return "unknown" if unknown else "met"


def _required(
    norm: Norm, members: pd.DataFrame, *, n_facilities: int
) -> tuple[float, float] | None:
    """Give base and required capacity; None where no rate holds in the area."""
    if norm.people_per_facility is not None:
        people = _sum(members, "population")
        least = norm.people_per_facility.least or 0.0
        if people < least:
            return people, 0.0
        return people, _whole(people / norm.people_per_facility.most)
    if not norm.rates:
        return float(n_facilities), math.nan
    if norm.per == "facility":
        return _per_facility(norm, members, n_facilities)
    base = required = 0.0
    held = False
    for _, row in members.iterrows():
        for rate, column in _rates(norm, str(row["area_class"])):
            held = True
            value = float(row.get(column, math.nan))
            base += value
            per = PEOPLE_PER_RATE if norm.per == "1000_people" else HOUSEHOLDS_PER_RATE
            required += rate * value / per
    return (base, required) if held else None


def _per_facility(
    norm: Norm, members: pd.DataFrame, n_facilities: int
) -> tuple[float, float] | None:
    """Count on the facilities; in areas of several classes with a rate for each."""
    rates = {norm.rate_for(str(one)) for one in members["area_class"]}
    if rates == {None}:
        return None
    rate = rates.pop() if len(rates) == 1 else None
    required = math.nan if rate is None else rate * n_facilities
    return float(n_facilities), required


def _rates(norm: Norm, area_class: str) -> list[tuple[float, str]]:
    """List the rates that hold in an area class, with the column each counts on."""
    if norm.per == "1000_people":
        column = (
            "population" if norm.age_band is None else f"population_{norm.age_band}"
        )
        rate = norm.rate_for(area_class)
        return [] if rate is None else [(rate, column)]
    eras = ("new", "old") if norm.by_era else (None,)
    found = [(norm.rate_for(area_class, era), era) for era in eras]
    return [
        (rate, "households" if era is None else f"households_{era}")
        for rate, era in found
        if rate is not None
    ]


def _sum(members: pd.DataFrame, column: str) -> float:
    """Sum a column; NaN where any value is unknown."""
    if column not in members.columns:
        return math.nan
    return float(members[column].astype(float).sum(skipna=False))


def _whole(facilities: float) -> float:
    """Round a count of facilities up, past the rounding of its division."""
    if math.isnan(facilities):
        return math.nan
    return float(math.ceil(facilities * (1 - _ROUNDING)))
