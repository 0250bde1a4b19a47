"""The one matrix of siting: how long each item takes to each candidate, if in time."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.city import City
from circle.reached import Reach, within
from circle.site_demand import Demand
from circle.travel import travel_catchments


def cover_seconds(
    city: City, demand: Demand, *, limit_s: float | None = None
) -> csr_array:
    """
    Measure which candidate would serve which item, and how far it is.

    Parameters
    ----------
    city
        The city with its candidates, in their `type_ids` only what may go there.
    demand
        The items.
    limit_s
        Longest time in seconds that counts, in place of each item's own threshold.

    Returns
    -------
    seconds
        Sparse matrix (candidates, items): seconds plus 1, so that no stored entry is
        zero. An entry is there where one of the candidate's types serves the item's
        type and the origin reaches it in time: by the same network, access and
        threshold as coverage itself.
    """
    reach = demand.reach
    n_candidates, n_items = len(city.candidates), len(demand.origin)
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    rule_class = reach.limits.rule_class[demand.origin]
    item_seat = reach.limits.travel[rule_class, demand.type_column]
    for seat in np.unique(item_seat):
        catchments = _catchments(city, demand, int(seat), limit_s)
        for column, type_id in enumerate(reach.type_ids):
            its = (demand.type_column == column) & (item_seat == seat)
            items, able = np.flatnonzero(its), able_candidates(city, type_id)
            if not (len(items) and len(able)):
                continue
            pairs = coo_array(catchments[able][:, demand.origin[items]])
            most_s = reach.limits.threshold_s[rule_class[items[pairs.col]], column]
            if limit_s is not None:
                most_s = np.full(len(pairs.data), limit_s)
            in_time = within(pairs.data - 1.0, most_s)
            parts.append(
                (
                    able[pairs.row[in_time]],
                    items[pairs.col[in_time]],
                    pairs.data[in_time],
                )
            )
    row, column_of, stored = (np.concatenate(one) for one in zip(*parts, strict=True))
    found = coo_array((stored, (row, column_of)), shape=(n_candidates, n_items))
    return csr_array(found)


def able_candidates(city: City, type_id: str) -> NDArray[np.int64]:
    """
    Find the candidates at which a type that serves another may open.

    Parameters
    ----------
    city
        The city with its candidates.
    type_id
        The type to serve.

    Returns
    -------
    rows
        Rows of the candidates, ascending.
    """
    serving = set(city.profile.serving_types(type_id))
    return np.flatnonzero(
        [bool(serving & set(types)) for types in city.candidates["type_ids"]]
    )


def _catchments(
    city: City, demand: Demand, seat: int, limit_s: float | None
) -> csr_array:
    """Measure who reaches each candidate by one way of travel, as borders allow."""
    reach: Reach = demand.reach
    longest = reach.limits.longest_s(seat)
    found = coo_array(
        travel_catchments(
            city,
            {demand.table: np.arange(len(getattr(city, demand.table)))},
            reach.travels[seat],
            places="candidates",
            limit_s=longest if limit_s is None else limit_s,
        )
    )
    counts = np.ones(len(found.data), dtype=bool)
    borders = city.profile.use.borders
    if borders is not None and borders.value != "open":
        place = city.candidates["subdistrict_id"].to_numpy(dtype=object)[found.row]
        counts = np.array([one is not None for one in place], dtype=bool)
        if borders.value == "subdistrict":
            origins = getattr(city, demand.table)["subdistrict_id"]
            counts = np.asarray(place == origins.to_numpy(object)[found.col], bool)
    # Stored seconds are one too many, so that no entry is a stored zero.
    stored = (found.data[counts] + 1.0, (found.row[counts], found.col[counts]))
    return csr_array(coo_array(stored, shape=found.shape))
