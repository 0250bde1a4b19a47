"""Every pair of facility and origin within the rule, not only the nearest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import City
from circle.reached import Reach, is_within
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
    limits = reach.limits
    # By class of origin: where the rule is another way of travel, nothing is near.
    limit_s = limits.threshold_s[:, column]
    found = [
        _picked(
            rows,
            (seconds.indptr, seconds.indices, seconds.data),
            limits.rule_class,
            np.where(limits.travel[:, column] == seat, limit_s, -np.inf),
        )
        for seat, seconds in catchments.items()
    ]
    facility, origin, part = (np.concatenate(one) for one in zip(*found, strict=True))
    if sum(len(one[0]) > 0 for one in found) > 1:
        number = facility.astype(np.int64) * len(reach.time_s) + origin
        order = np.argsort(number, kind="stable")
        facility, origin, part = facility[order], origin[order], part[order]
    if _is_bordered(city):
        kept = _same_side(city, table, facility, origin)
        facility, origin, part = facility[kept], origin[kept], part[kept]
    return Pairs(facility, origin, part)


@njit(cache=True, nogil=True)
def _picked(
    rows: NDArray[np.int32],
    catchments: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]],
    rule_class: NDArray[np.intp],
    limit_s: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Pick those of some rows of catchments that are within the limits of classes."""
    indptr, indices, seconds = catchments
    most = 0
    for row in rows:
        most += indptr[row + 1] - indptr[row]
    facility, origin = np.empty(most, np.int32), np.empty(most, np.int32)
    part, n = np.empty(most), 0
    for row in rows:
        for i in range(indptr[row], indptr[row + 1]):
            limit = limit_s[rule_class[indices[i]]]
            if is_within(seconds[i], limit):
                facility[n], origin[n] = row, indices[i]
                part[n] = min(seconds[i] / limit, 1.0)
                n += 1
    return facility[:n], origin[:n], part[:n]


def _is_bordered(city: City) -> bool:
    """Tell whether only facilities of an origin's own subdistrict count."""
    borders = city.profile.use.borders
    return borders is not None and borders.value == "subdistrict"


def _same_side(
    city: City, table: str, place: NDArray[np.int32], origin: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Tell which pairs lie in one subdistrict."""
    there = city.facilities["subdistrict_id"].to_numpy(dtype=object)[place]
    here = getattr(city, table)["subdistrict_id"].to_numpy(dtype=object)[origin]
    return np.asarray(there == here, dtype=bool)
