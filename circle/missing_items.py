"""Missing items of committees: which, why, how far short, and what is to come."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City
from circle.contracts import MISSING_ITEMS
from circle.reach import Reach, pick_types
from circle.travel import measure_table

# Rows of planned facilities, -1 for none, by committee and type.
Planned = NDArray[np.int32]
# What `write_ages` gives.
AgeTexts = NDArray[np.object_]
# Statuses of facilities to come.
PLANNED = ("planned", "building")


def find_missing_items(
    city: City,
    reach: Reach | None,
    *,
    planned: Planned | None = None,
    ages: AgeTexts | None = None,
) -> pd.DataFrame:
    """
    List every (committee, type) pair outside the rule.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its committees; None where there are none.
    planned
        What `find_planned` gives; looked up if not given.
    ages
        What `write_ages` gives; written if not given.

    Returns
    -------
    missing_items
        Contract ``missing_items``, sorted by rank: required items first, then by
        people concerned (most first), minutes over (most first, unreachable before
        all), then id.
    """
    if reach is None:
        return pd.DataFrame(columns=list(MISSING_ITEMS.names))
    row, column = np.nonzero(~reach.covered)
    to_come = find_planned(city, reach.type_ids) if planned is None else planned
    items = describe_items(city, reach, row, column, ages=ages)
    items["planned_facility_id"] = _looked_up(
        city.facilities["facility_id"], to_come[row, column]
    )
    items["kind"] = _kinds(
        reach.joined[row, column],
        items["travel_time_min"].to_numpy(),
        planned=to_come[row, column] >= 0,
        unplaced=_unplaced(
            city, items["subdistrict_id"], items["type_id"].to_numpy(dtype=object)
        ),
    )
    return _ranked_items(city, items)


def renew_missing_items(
    city: City,
    known: pd.DataFrame,
    reach: Reach | None,
    *,
    planned: Planned,
    type_ids: Sequence[str],
    ages: AgeTexts | None = None,
) -> pd.DataFrame:
    """
    List the missing items again where reach has changed for some types only.

    Parameters
    ----------
    city
        The city.
    known
        Contract ``missing_items``, found before.
    reach
        Reach from its committees; None where there are none.
    planned
        What `find_planned` gives for all types.
    type_ids
        The types whose reach has changed.
    ages
        What `write_ages` gives; written if not given.

    Returns
    -------
    missing_items
        The same as `find_missing_items` gives, to the byte.
    """
    columns = [] if reach is None else [reach.type_ids.index(one) for one in type_ids]
    if reach is None or not columns:
        return known
    fresh = find_missing_items(
        city, pick_types(reach, columns), planned=planned[:, columns], ages=ages
    )
    kept = known[~known["type_id"].isin(list(type_ids))]
    parts = [one for one in (kept, fresh) if len(one)]
    if not parts:
        return fresh
    items = pd.concat(parts, ignore_index=True)
    for name in ("facility_id", "facility_name", "planned_facility_id"):
        # The type of a column says whether it holds any text: let it be found anew.
        is_text = isinstance(items[name].dtype, pd.StringDtype)
        if is_text and items[name].notna().any():
            continue
        values = items[name].to_numpy(dtype=object).copy()
        values[pd.isna(values)] = None
        items[name] = pd.Series(values)
    return _ranked_items(city, items)


def find_planned(city: City, type_ids: Sequence[str]) -> Planned:
    """
    Find the planned facility that would serve each committee in time.

    Parameters
    ----------
    city
        The city.
    type_ids
        The facility types.

    Returns
    -------
    planned
        Row of the nearest planned facility within the rule, -1 where there is none,
        shape (committees, types).
    """
    if not city.facilities["status"].isin(PLANNED).any():
        shape = (len(city.committees), len(type_ids))
        return np.full(shape, -1, dtype=np.int32)
    reach = measure_table(
        city, "committees", type_ids=type_ids, statuses=PLANNED, bounded=True
    )
    return np.where(reach.covered, reach.facility, -1).astype(np.int32)


def describe_items(
    city: City,
    reach: Reach,
    row: NDArray[np.intp],
    column: NDArray[np.intp],
    *,
    ages: AgeTexts | None = None,
) -> pd.DataFrame:
    """
    Describe pairs of committees and types by place, rule and nearest facility.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its committees.
    row
        Row of the committee of each pair.
    column
        Column of the type of each pair.
    ages
        What `write_ages` gives; written if not given.

    Returns
    -------
    items
        The columns of ``missing_items`` but `rank`, `planned_facility_id` and `kind`.
    """
    types = [city.profile.type_of(one) for one in reach.type_ids]
    tiers = city.profile.coverage.tiers
    committees = city.committees.iloc[row].reset_index(drop=True)
    type_ids = np.array(reach.type_ids, dtype=object)[column]
    time_min = reach.time_s[row, column] / 60
    threshold_min = reach.threshold_s[row, column] / 60
    limit_m, distance_m = reach.limit_m[row, column], reach.distance_m[row, column]
    facility = reach.facility[row, column]
    return pd.DataFrame(
        {
            "item_id": committees["committee_id"].astype(str) + ":" + type_ids,
            "subdistrict_id": committees["subdistrict_id"],
            "committee_id": committees["committee_id"],
            "committee_name": committees["name"],
            "type_id": type_ids,
            "domain": [types[i].domain for i in column],
            "tier": [types[i].tier for i in column],
            "required": [types[i].tier in tiers for i in column],
            "mode": reach.mode[row, column],
            "person_group": reach.group[row, column],
            "threshold_min": threshold_min,
            "travel_time_min": time_min,
            "minutes_over": time_min - threshold_min,
            "threshold_m": limit_m,
            "distance_m": distance_m,
            "metres_over": distance_m - limit_m,
            "facility_id": _looked_up(city.facilities["facility_id"], facility),
            "facility_name": _looked_up(city.facilities["name"], facility),
            "population": committees["population"],
            "people_by_age": (write_ages(city) if ages is None else ages)[row],
        }
    )


def age_people(city: City, table: str) -> dict[str, NDArray[np.float64]]:
    """
    Count the people of each origin by age band.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.

    Returns
    -------
    people
        Age band to an array of shape (origins,); only bands that the cells have.
    """
    found = {}
    # Numbers are grouped far quicker than ids.
    ids = pd.Index(city.committees["committee_id"])
    home = ids.get_indexer(city.cells["committee_id"])
    for band in (one.id for one in city.profile.age_bands):
        column = f"population_{band}"
        if column not in city.cells.columns:
            continue
        own = city.cells[column].astype(float)
        if own.isna().all():
            continue
        if table == "committees":
            summed = own.groupby(home).sum()
            own = summed.reindex(range(len(ids))).fillna(0.0)
        found[band] = np.nan_to_num(own.to_numpy(dtype=float))
    return found


def write_ages(city: City) -> AgeTexts:
    """
    Write the people of each committee by age band, as missing items show them.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    texts
        A tuple of ``<band>=<persons>`` for each committee, shape (committees,).
    """
    ages = age_people(city, "committees")
    texts = np.empty(len(city.committees), dtype=object)
    for i in range(len(texts)):
        texts[i] = tuple(f"{band}={own[i]:.0f}" for band, own in ages.items())
    return texts


def _looked_up(values: pd.Series, position: NDArray[np.int32]) -> NDArray[np.object_]:
    """Take values by position; None where the position is negative."""
    found = np.full(len(position), None, dtype=object)
    known = position >= 0
    found[known] = values.to_numpy(dtype=object)[position[known]]
    return found


def _kinds(
    joined: NDArray[np.bool_],
    time_min: NDArray[np.float64],
    *,
    planned: NDArray[np.bool_],
    unplaced: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Say why each item is missing; what can be put right most easily comes first."""
    kind = np.where(np.isnan(time_min), "unreachable", "beyond").astype(object)
    kind[unplaced] = "not_placed"
    kind[planned] = "planned"
    kind[~joined] = "not_joined"
    return kind


def _unplaced(
    city: City, subdistrict_id: pd.Series, type_ids: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Tell whether an open facility without a place would belong to the subdistrict."""
    names = dict(
        zip(city.subdistricts["name"], city.subdistricts["subdistrict_id"], strict=True)
    )
    facilities = city.facilities
    lost = facilities[facilities.geometry.isna() & (facilities["status"] == "open")]
    there = {
        (names.get(declared, declared), type_id)
        for declared, type_id in zip(lost["subdistrict"], lost["type_id"], strict=True)
    }
    pairs = zip(subdistrict_id, type_ids, strict=True)
    serving = {one: city.profile.serving_types(one) for one in set(type_ids)}
    lost_to = {
        (home, type_id)
        for home, found in there
        for type_id, serves in serving.items()
        if found in serves
    }
    return np.array([pair in lost_to for pair in pairs], dtype=bool)


def _ranked_items(city: City, items: pd.DataFrame) -> pd.DataFrame:
    """Sort missing items by weight and number them."""
    over = items["minutes_over"].fillna(np.inf).to_numpy(dtype=float)
    people = items["population"].to_numpy(dtype=float)
    order = np.lexsort(
        (
            items["item_id"].to_numpy(dtype=str),
            -over,
            -people,
            -_scores(city, items["type_id"], people, over),
            ~items["required"].to_numpy(dtype=bool),
        )
    )
    items = items.iloc[order].reset_index(drop=True)
    items["rank"] = np.arange(1, len(items) + 1)
    return items[list(MISSING_ITEMS.names)]


def _scores(
    city: City,
    type_ids: pd.Series,
    people: NDArray[np.float64],
    over: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Weigh items by the study's own weights; all alike where it has none."""
    weights = city.study.gaps.ranking
    if weights is None:
        return np.zeros(len(people))
    most = over[np.isfinite(over)].max(initial=0.0)
    parts = np.where(np.isfinite(over), over / (most or 1.0), 1.0)
    whole = people.max(initial=0.0) or 1.0
    score = weights.people * people / whole + weights.minutes_over * parts
    return np.asarray(score * weights.type_weights(type_ids))
