"""Every pair of facility and origin within the rule, not only the nearest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import City
from circle.reached import Reach, within
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


def find_pairs(
    city: City, reaches: Mapping[str, Reach]
) -> dict[str, tuple[Pairs, ...]]:
    """
    Find for each type every facility that each origin reaches within the rule.

    Parameters
    ----------
    city
        The city.
    reaches
        ``committees``, ``cells`` or both, the origins, to the reach from them, which
        carries the rule of every pair of origin and type.

    Returns
    -------
    pairs
        For each table of origins one per type of its reach, by facility, then
        origin: the facilities that serve the type, by the way of travel, limit and
        borders of the rule. An origin is covered just where it stands in some pair.
    """
    catchments: dict[str, dict[int, csr_array]] = {table: {} for table in reaches}
    for seat, travel in enumerate(city.travels.values()):
        # A cyclist's circle is wide: leave out who does not travel so.
        rows = {table: reach.limits.rows(seat) for table, reach in reaches.items()}
        parts = {table: own for table, own in rows.items() if len(own)}
        if not parts:
            continue
        limits_s = [reaches[one].limits.longest_s(seat) for one in parts]
        # One search for all tables: it costs by place, not by origin.
        seconds = travel_catchments(
            city, parts, travel, places="facilities", limit_s=max(limits_s)
        )
        begin = 0
        for table, own in parts.items():
            part = seconds[:, begin : begin + len(own)]
            catchments[table][seat] = csr_array(
                (part.data, own.astype(np.int32)[part.indices], part.indptr),
                shape=(part.shape[0], len(reaches[table].time_s)),
            )
            begin += len(own)
    return {
        table: _pairs_of(city, table, reach, catchments[table])
        for table, reach in reaches.items()
    }


def _pairs_of(
    city: City, table: str, reach: Reach, catchments: Mapping[int, csr_array]
) -> tuple[Pairs, ...]:
    """Pick the pairs of each type out of the catchments of each way of travel."""
    return tuple(
        _pairs_of_type(city, table, reach, catchments, column=column, rows=rows)
        for column, rows in enumerate(serving_rows(city, reach.type_ids))
    )


def _pairs_of_type(
    city: City,
    table: str,
    reach: Reach,
    catchments: Mapping[int, csr_array],
    *,
    column: int,
    rows: NDArray[np.int32],
) -> Pairs:
    """Pick the pairs of one type, whose facilities are given by their rows."""
    facility, origin, part = [], [], []
    for seat, seconds in catchments.items():
        own = seconds[rows]
        place = np.repeat(rows, np.diff(own.indptr))
        rule_class = reach.limits.rule_class[own.indices]
        limit_s = reach.limits.threshold_s[rule_class, column]
        kept = reach.limits.travel[rule_class, column] == seat
        kept &= within(own.data, limit_s)
        kept &= _same_side(city, table, place, own.indices)
        facility.append(place[kept])
        origin.append(own.indices[kept])
        part.append(np.minimum(own.data[kept] / limit_s[kept], 1.0))
    places, origins = np.concatenate(facility), np.concatenate(origin)
    number = places.astype(np.int64) * len(reach.time_s) + origins
    order = np.argsort(number, kind="stable")
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
