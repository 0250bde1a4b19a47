"""Items in reach but full: committees whose facilities of a type all lack room."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from circle.access_tables import NormAccess
from circle.capacity import PEOPLE_PER_RATE
from circle.city import City
from circle.missing_items import describe_items
from circle.reach_pairs import Pairs
from circle.reached import Reach
from circle.result_contracts_measures import FULL_ITEMS


def find_full_items(
    city: City,
    reach: Reach | None,
    pairs: Sequence[Pairs],
    access: Sequence[NormAccess],
) -> pd.DataFrame:
    """
    List the pairs of committee and type that are covered, but by full facilities only.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its committees; None where there are none.
    pairs
        For each type, the facilities and committees in reach of one another; nothing
        where there are no committees.
    access
        The floating catchments of each norm, from the cells.

    Returns
    -------
    full_items
        Contract ``full_items``, sorted by rank. They count as covered: the headline
        share asks for reach, not for room.

    Notes
    -----
    A facility is full where its supply per person of its catchment is below the norm
    that holds at the committee. A pair is listed where every facility of the type in
    reach is full; one whose supply is unknown may have room, so it is none of them.
    """
    if reach is None:
        return pd.DataFrame(columns=list(FULL_ITEMS.names))
    column = {one: i for i, one in enumerate(reach.type_ids)}
    parts = [
        _full_of_type(city, reach, column[type_id], pairs[column[type_id]], one)
        for one in access
        for type_id in one.norm.types
        if type_id in column
    ]
    some = [one for one in parts if len(one)]
    if not some:
        return pd.DataFrame(columns=list(FULL_ITEMS.names))
    items = pd.concat(some, ignore_index=True)
    order = np.lexsort(
        (
            items["norm_id"].to_numpy(dtype=str),
            items["item_id"].to_numpy(dtype=str),
            -items["population"].to_numpy(dtype=float),
            ~items["required"].to_numpy(dtype=bool),
        )
    )
    items = items.iloc[order].reset_index(drop=True)
    items["rank"] = np.arange(1, len(items) + 1)
    return items[list(FULL_ITEMS.names)]


def _full_of_type(
    city: City, reach: Reach, column: int, pairs: Pairs, access: NormAccess
) -> pd.DataFrame:
    """List the committees that reach full facilities of one type only."""
    committees, n = city.committees, len(city.committees)
    rates = [access.norm.rate_for(str(one)) for one in committees["area_class"]]
    per_1000 = np.array([np.nan if one is None else one for one in rates], dtype=float)
    norm_ratio = per_1000 / PEOPLE_PER_RATE
    supply = access.catchments.facility_ratio[pairs.facility]
    is_full = supply < norm_ratio[pairs.origin] * (1 - 1e-12)
    reached = np.bincount(pairs.origin, minlength=n)
    full = np.bincount(pairs.origin, weights=is_full, minlength=n)
    best = np.full(n, -np.inf)
    np.maximum.at(best, pairs.origin, np.where(np.isnan(supply), -np.inf, supply))
    rows = np.flatnonzero((reached > 0) & (full == reached))
    items = describe_items(city, reach, rows, np.full(len(rows), column))
    return items.assign(
        norm_id=access.norm.id,
        kind="full",
        facilities=reached[rows],
        supply_per_person=best[rows],
        norm_ratio=norm_ratio[rows],
        population=items["population"].astype(float),
    )
