"""Missing items of committees: which, why, how far short, and what is to come."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from circle.city import City
from circle.contracts import MISSING_ITEMS
from circle.item_texts import ItemTexts, find_places, item_ids, write_texts
from circle.reached import Reach, pick_types
from circle.travel import measure_table

# Rows of planned facilities, -1 for none, by committee and type.
Planned = NDArray[np.int32]
# Statuses of facilities to come.
PLANNED = ("planned", "building")
# Columns that hold a text or nothing at all.
_TEXTS = ("facility_id", "facility_name", "planned_facility_id")


def find_missing_items(
    city: City,
    reach: Reach | None,
    *,
    planned: Planned | None = None,
    texts: ItemTexts | None = None,
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
    texts
        What `write_texts` gives; written if not given.

    Returns
    -------
    missing_items
        Contract ``missing_items``, sorted by rank: required items first, then by
        people concerned (most first), minutes over (most first, unreachable before
        all), then id.
    """
    if reach is None:
        return pd.DataFrame(columns=list(MISSING_ITEMS.names))
    texts = write_texts(city) if texts is None else texts
    to_come = find_planned(city, reach.type_ids) if planned is None else planned
    items = _list_items(city, reach, to_come, texts)
    return _sorted(city, items, texts)


@dataclass(frozen=True)
class KnownItems:
    """Missing items that were found before."""

    table: pd.DataFrame
    """Contract ``missing_items``."""
    places: NDArray[np.intp]
    """Places of their ids among those of `ItemTexts.ids`."""

    @classmethod
    def of(cls, table: pd.DataFrame, texts: ItemTexts) -> "KnownItems":
        """Look the ids of missing items up."""
        return cls(table, find_places(texts, table["item_id"]))


def renew_missing_items(
    city: City,
    known: KnownItems,
    reach: Reach | None,
    *,
    planned: Planned,
    type_ids: Sequence[str],
    texts: ItemTexts,
) -> pd.DataFrame:
    """
    List the missing items again where reach has changed for some types only.

    Parameters
    ----------
    city
        The city.
    known
        Missing items that were found before.
    reach
        Reach from its committees; None where there are none.
    planned
        What `find_planned` gives for all types.
    type_ids
        The types whose reach has changed.
    texts
        What `write_texts` gives.

    Returns
    -------
    missing_items
        The same as `find_missing_items` gives, to the byte.
    """
    columns = [] if reach is None else [reach.type_ids.index(one) for one in type_ids]
    if reach is None or not columns:
        return known.table
    fresh = _list_items(city, pick_types(reach, columns), planned[:, columns], texts)
    other = ~known.table["type_id"].isin(list(type_ids)).to_numpy(dtype=bool)
    if not other.any():
        return _sorted(city, fresh, texts)
    # Rows of other types are left where they are, and all are picked at once.
    both, n = known.table, len(known.table)
    if len(fresh):
        both = pd.concat([known.table, fresh], ignore_index=True)
    rows = np.concatenate([np.flatnonzero(other), np.arange(n, len(both))])
    keys = both[list(_RANKED_BY)].take(rows)
    places = np.concatenate([known.places, find_places(texts, fresh["item_id"])])
    items = _numbered(both.take(rows[_ranked(city, keys, places[rows])]))
    for name in _TEXTS:
        # The type of a column says whether it holds any text: let it be found anew.
        is_text = isinstance(items[name].dtype, pd.StringDtype)
        if is_text and items[name].notna().any():
            continue
        values = items[name].to_numpy(dtype=object).copy()
        values[pd.isna(values)] = None
        items[name] = pd.Series(values)
    return items


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
    texts: ItemTexts | None = None,
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
    texts
        What `write_texts` gives; written if not given.

    Returns
    -------
    items
        The columns of ``missing_items`` but `rank`, `planned_facility_id` and `kind`.
    """
    types = [city.profile.type_of(one) for one in reach.type_ids]
    tiers = city.profile.coverage.tiers
    committees = city.committees
    rule = _PairRules.of(reach, row, column)
    time_s, facility = reach.time_s[row, column], reach.facility[row, column]
    time_min, threshold_min = time_s / 60, rule.threshold_s / 60
    distance_m = time_s * (rule.limit_m / rule.threshold_s)
    committee_id = committees["committee_id"].to_numpy(dtype=object)[row]
    type_id = np.array(reach.type_ids, dtype=object)[column]

    def of_type(values: Sequence[object]) -> NDArray[np.object_]:
        return np.array(values, dtype=object)[column]

    return pd.DataFrame(
        {
            "item_id": item_ids(committee_id, type_id),
            "subdistrict_id": committees["subdistrict_id"].to_numpy(dtype=object)[row],
            "committee_id": committee_id,
            "committee_name": committees["name"].to_numpy(dtype=object)[row],
            "type_id": type_id,
            "domain": of_type([one.domain for one in types]),
            "tier": of_type([one.tier for one in types]),
            "required": np.array([one.tier in tiers for one in types])[column],
            "mode": rule.travelled([one.mode for one in reach.travels]),
            "person_group": rule.travelled([one.group for one in reach.travels]),
            "threshold_min": threshold_min,
            "travel_time_min": time_min,
            "minutes_over": time_min - threshold_min,
            "threshold_m": rule.limit_m,
            "distance_m": distance_m,
            "metres_over": distance_m - rule.limit_m,
            "facility_id": _looked_up(city.facilities["facility_id"], facility),
            "facility_name": _looked_up(city.facilities["name"], facility),
            "population": committees["population"].to_numpy()[row],
            "people_by_age": (write_texts(city) if texts is None else texts).ages[row],
        }
    )


@dataclass(frozen=True)
class _PairRules:
    """The rules of some pairs of committee and type."""

    seat: NDArray[np.int8]
    """Position of the way of travel, shape (pairs,)."""
    threshold_s: NDArray[np.float64]
    """Limit in seconds."""
    limit_m: NDArray[np.float64]
    """Limit in metres, or NaN."""

    @classmethod
    def of(
        cls, reach: Reach, row: NDArray[np.intp], column: NDArray[np.intp]
    ) -> "_PairRules":
        """Look the rules of pairs up."""
        limits = reach.limits
        pair = limits.rule_class[row], column
        return cls(limits.travel[pair], limits.threshold_s[pair], limits.limit_m[pair])

    def travelled(self, values: Sequence[object]) -> NDArray[np.object_]:
        """Pick what belongs to the way of travel of each pair."""
        return np.array(values, dtype=object)[self.seat]


def _list_items(
    city: City, reach: Reach, planned: Planned, texts: ItemTexts
) -> pd.DataFrame:
    """List the pairs outside the rule with all columns but their ranks, unsorted."""
    row, column = np.nonzero(~reach.covered)
    items = describe_items(city, reach, row, column, texts=texts)
    items["planned_facility_id"] = _looked_up(
        city.facilities["facility_id"], planned[row, column]
    )
    seat = _PairRules.of(reach, row, column).seat
    items["kind"] = _kinds(
        reach.joined_by[row, seat],
        items["travel_time_min"].to_numpy(),
        planned=planned[row, column] >= 0,
        unplaced=_unplaced(
            city,
            items["subdistrict_id"].to_numpy(dtype=object),
            items["type_id"].to_numpy(dtype=object),
        ),
    )
    return items


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
    city: City, subdistrict_id: NDArray[np.object_], type_ids: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Tell whether an open facility without a place would belong to the subdistrict."""
    names = dict(
        zip(city.subdistricts["name"], city.subdistricts["subdistrict_id"], strict=True)
    )
    facilities = city.facilities
    lost = shapely.is_missing(facilities.geometry.to_numpy())
    lost &= facilities["status"].to_numpy(dtype=object) == "open"
    there = {
        (names.get(declared, declared), type_id)
        for declared, type_id in zip(
            facilities["subdistrict"].to_numpy(dtype=object)[lost],
            facilities["type_id"].to_numpy(dtype=object)[lost],
            strict=True,
        )
    }
    if not there:
        return np.zeros(len(type_ids), dtype=bool)
    serving = {one: city.profile.serving_types(one) for one in set(type_ids)}
    lost_to = {
        (home, type_id)
        for home, found in there
        for type_id, serves in serving.items()
        if found in serves
    }
    pairs = zip(subdistrict_id, type_ids, strict=True)
    return np.array([pair in lost_to for pair in pairs], dtype=bool)


# The columns that the rank of an item follows from, beside its id.
_RANKED_BY = ("required", "type_id", "population", "minutes_over")


def _sorted(city: City, items: pd.DataFrame, texts: ItemTexts) -> pd.DataFrame:
    """Sort missing items by weight."""
    place = find_places(texts, items["item_id"])
    return _numbered(items.take(_ranked(city, items, place)))


def _ranked(
    city: City, items: pd.DataFrame, place: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Order missing items by weight, and those alike by the places of their ids."""
    over = items["minutes_over"].to_numpy(dtype=float)
    over = np.where(np.isnan(over), np.inf, over)
    people = items["population"].to_numpy(dtype=float)
    score = _scores(city, items["type_id"], people, over)
    required = items["required"].to_numpy(dtype=bool)
    return np.lexsort((place, -over, -people, -score, ~required))


def _numbered(items: pd.DataFrame) -> pd.DataFrame:
    """Give sorted items their ranks."""
    items = items.reset_index(drop=True)
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
