"""Every pair of facility and origin within the rule, not only the nearest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import City
from circle.reach import Reach, within
from circle.travel import serving_rows, travel_catchments


@dataclass(frozen=True)
class Pairs:
    """The facilities that origins reach in time for one type, pair by pair."""

    facility: NDArray[np.int32]
    """Row of the facility, shape (pairs,)."""
    origin: NDArray[np.int32]
    """Row of the origin, shape (pairs,)."""
    part: NDArray[np.float64]
    """Time as a part of the limit, from 0 to 1, shape (pairs,)."""


def find_pairs(city: City, table: str, reach: Reach) -> tuple[Pairs, ...]:
    """
    Find for each type every facility that each origin reaches within the rule.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``: the origins.
    reach
        Reach from them, which carries the rule of every pair of origin and type.

    Returns
    -------
    pairs
        One per type of `reach`, by facility, then origin: the facilities that serve
        the type, by the way of travel, limit and borders of the rule. An origin is
        covered just where it stands in some pair.
    """
    catchments = {}
    for seat in np.unique(reach.travel):
        used = reach.travel == seat
        catchments[int(seat)] = travel_catchments(
            city,
            table,
            reach.travels[seat],
            places="facilities",
            limit_s=float(reach.threshold_s[used].max()),
            # A cyclist's circle is wide: leave out who does not travel so.
            rows=np.flatnonzero(used.any(axis=1)),
        )
    return tuple(
        _pairs_of(city, table, reach, catchments, column)
        for column in range(len(reach.type_ids))
    )


def _pairs_of(
    city: City,
    table: str,
    reach: Reach,
    catchments: dict[int, csr_array],
    column: int,
) -> Pairs:
    """Pick the pairs of one type out of the catchments."""
    rows = serving_rows(city, reach.type_ids[column])
    facility, origin, part = [], [], []
    for seat, seconds in catchments.items():
        own = seconds[rows]
        place = np.repeat(rows, np.diff(own.indptr))
        limit_s = reach.threshold_s[own.indices, column]
        kept = (reach.travel[own.indices, column] == seat) & within(own.data, limit_s)
        kept &= _same_side(city, table, place, own.indices)
        facility.append(place[kept])
        origin.append(own.indices[kept])
        part.append(np.minimum(own.data[kept] / limit_s[kept], 1.0))
    places, origins = np.concatenate(facility), np.concatenate(origin)
    order = np.lexsort((origins, places))
    return Pairs(
        places[order].astype(np.int32),
        origins[order].astype(np.int32),
        np.concatenate(part)[order],
    )


def _same_side(
    city: City, table: str, place: NDArray[np.int32], origin: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Tell which pairs the border rule lets count."""
    borders = city.profile.use.borders
    if borders is None or borders.value != "subdistrict":
        return np.ones(len(place), dtype=bool)
    there = city.facilities["subdistrict_id"].to_numpy(dtype=object)[place]
    here = getattr(city, table)["subdistrict_id"].to_numpy(dtype=object)[origin]
    return np.asarray(there == here, dtype=bool)
