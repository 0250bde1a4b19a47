"""Measure a city: each origin and facility type by the rule that holds for them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import City
from circle.joining import coordinates
from circle.limits import find_limits
from circle.profile_rules import Travel
from circle.reach import measure_catchments, measure_reach
from circle.reached import Reach
from circle.screening import (
    StraightLine,
    measure_straight_catchments,
    measure_straight_reach,
    straight_line,
)
from circle.snapping import Access

Rows = NDArray[np.integer]
# Ways of travel that are searched at once: each holds its times until written down.
_AT_ONCE = 2


def measure_table(
    city: City,
    table: str,
    *,
    group: str | None = None,
    type_ids: Sequence[str] | None = None,
    statuses: Sequence[str] = (),
    bounded: bool = False,
) -> Reach:
    """
    Measure reach from one table of origins to the nearest facility of each type.

    Parameters
    ----------
    city
        The city.
    table
        ``committees``, ``cells`` or ``buildings``.
    group
        Person group to measure in place of the rule's own.
    type_ids
        The facility types; all that are measured if not given.
    statuses
        Statuses of the facilities that count, in place of the standard's.
    bounded
        Whether to look no further than the longest limit of the rules; times beyond
        it may then be NaN.

    Returns
    -------
    reach
        Times, nearest facilities and limits, each pair by its own rule.
    """
    return measure_tables(
        city,
        (table,),
        group=group,
        type_ids=type_ids,
        statuses=statuses,
        bounded=bounded,
    )[0]


def measure_tables(
    city: City,
    tables: Sequence[str],
    *,
    group: str | None = None,
    type_ids: Sequence[str] | None = None,
    statuses: Sequence[str] = (),
    bounded: bool = False,
) -> tuple[Reach, ...]:
    """
    Measure reach from several tables of origins with one search for all of them.

    Parameters
    ----------
    city
        The city.
    tables
        ``committees``, ``cells`` or both.
    group
        Person group to measure in place of the rule's own.
    type_ids
        The facility types; all that are measured if not given.
    statuses
        Statuses of the facilities that count, in place of the standard's.
    bounded
        Whether to look no further than the longest limit of the rules; times beyond
        it may then be NaN.

    Returns
    -------
    reach
        What `measure_table` gives for each table.
    """
    types = tuple(type_ids or city.type_ids)
    found = [_unmeasured(city, one, group, types) for one in tables]
    serving = serving_rows(city, types, statuses=statuses)
    longest_s = max(one.limits.longest_s() for one in found)
    limit_s = longest_s if bounded else np.inf
    searches = _searches(city, tables, found)

    def search(one: _Search) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        counting = [serving[column] for column in one.columns]
        return _nearest(city, one.parts, one.travel, counting, limit_s)

    # Each way of travel has a network of its own: they are searched side by side.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for one, values in zip(searches, pool.map(search, searches), strict=True):
            _put_in(dict(zip(tables, found, strict=True)), one, values)
    return tuple(found)


@dataclass(frozen=True)
class _Search:
    """One search: a way of travel, and the origins and types that go by it."""

    seat: int
    """Position of the way of travel among those of the city."""
    travel: Travel
    """The way of travel."""
    parts: Mapping[str, Rows]
    """Table of origins to those of its rows that go by it for some type."""
    columns: NDArray[np.intp]
    """Columns of the types that some origin goes to by it."""


def _searches(
    city: City, tables: Sequence[str], found: Sequence[Reach]
) -> list[_Search]:
    """List the searches that some pair of origin and type asks for."""
    searches = []
    for seat, travel in enumerate(city.travels.values()):
        uses = [one.limits.travel == seat for one in found]
        columns = np.flatnonzero(np.any([one.any(axis=0) for one in uses], axis=0))
        if len(columns):
            rows = [one.limits.rows(seat) for one in found]
            parts = dict(zip(tables, rows, strict=True))
            searches.append(_Search(seat, travel, parts, columns))
    return searches


def _put_in(
    found: Mapping[str, Reach],
    search: _Search,
    values: tuple[NDArray[np.float64], NDArray[np.int32]],
) -> None:
    """Write what a search found into reach, for the pairs that go by it."""
    cuts = np.cumsum([len(one) for one in search.parts.values()])[:-1]
    split = zip(*(np.split(one, cuts) for one in values), strict=True)
    for (table, rows), (seconds, nearest) in zip(
        search.parts.items(), split, strict=True
    ):
        reach = found[table]
        row_class = reach.limits.rule_class[rows]
        for k, column in enumerate(search.columns):
            own = (reach.limits.travel[:, column] == search.seat)[row_class]
            mine = slice(None) if own.all() else own
            reach.time_s[rows[mine], column] = seconds[mine, k]
            reach.facility[rows[mine], column] = nearest[mine, k]


def _unmeasured(
    city: City, table: str, group: str | None, types: tuple[str, ...]
) -> Reach:
    """Lay out reach with its rules, and nothing reached so far."""
    limits = find_limits(city, table, group=group, type_ids=types)
    shape = (len(limits.rule_class), len(types))
    key = {"committees": "committee_id", "cells": "cell_id"}.get(table, "building_id")
    joined_by = np.zeros((shape[0], len(city.travels)), dtype=bool)
    for seat, one in enumerate(city.travels):
        joined_by[:, seat] = city.access[table, one].joined
    return Reach(
        origin_ids=tuple(getattr(city, table)[key].to_numpy(dtype=object).tolist()),
        type_ids=types,
        limits=limits,
        # Column by column: most of what follows looks at one type at a time.
        time_s=np.full(shape, np.nan, order="F"),
        facility=np.full(shape, -1, dtype=np.int32, order="F"),
        joined_by=joined_by,
    )


def serving_rows(
    city: City, type_ids: Sequence[str], *, statuses: Sequence[str] = ()
) -> list[NDArray[np.int32]]:
    """
    List the facilities that count for each of some types.

    Parameters
    ----------
    city
        The city.
    type_ids
        The facility types.
    statuses
        Statuses that count, in place of the standard's.

    Returns
    -------
    rows
        For each type rows of the table of facilities, ascending: those of
        `counting_rows` that are of the type or of one that serves it.
    """
    counting = counting_rows(city, statuses=statuses)
    known = pd.Index(city.profile.type_ids, dtype=object)
    type_of = city.facilities["type_id"].to_numpy(dtype=object)[counting]
    own = known.get_indexer(pd.Index(type_of, dtype=object))
    # The last column is that of types which the standard does not know.
    serves = np.zeros((len(type_ids), len(known) + 1), dtype=bool)
    for row, one in zip(serves, type_ids, strict=True):
        row[:-1] = known.isin(city.profile.serving_types(one))
    return [counting[row[own]] for row in serves]


def counting_rows(city: City, *, statuses: Sequence[str] = ()) -> NDArray[np.int32]:
    """
    List the facilities that count, of whatever type.

    Parameters
    ----------
    city
        The city.
    statuses
        Statuses that count, in place of the standard's.

    Returns
    -------
    rows
        Rows of the table of facilities, ascending: open (planned ones where the
        standard counts them), and open to everybody unless the standard says
        otherwise.
    """
    use, facilities = city.profile.use, city.facilities
    counted = statuses or (
        ("open", "planned", "building")
        if use.planned is not None and use.planned.value
        else ("open",)
    )
    counts = facilities["status"].isin(counted)
    if use.members_only is None or not use.members_only.value:
        counts &= facilities["open_to"] != "members"
    if use.borders is not None and use.borders.value != "open":
        counts &= facilities["subdistrict_id"].notna()
    return np.flatnonzero(counts).astype(np.int32)


def travel_catchments(
    city: City,
    parts: Mapping[str, Rows],
    travel: Travel,
    *,
    places: str,
    limit_s: float,
) -> csr_array:
    """
    Find for each place the origins that reach it by one way of travel.

    Parameters
    ----------
    city
        The city.
    parts
        The origins: ``committees``, ``cells`` or both, and which of their rows,
        ascending.
    travel
        The way of travel.
    places
        ``candidates`` or ``facilities``.
    limit_s
        Longest time in seconds, inclusive as in `reach.within`.

    Returns
    -------
    catchments
        Sparse matrix (places, origins) of seconds, one table of origins beside the
        other; an entry is there only within the limit, and may be an explicit zero.
    """
    if travel.id in city.networks:
        return measure_catchments(
            city.networks[travel.id],
            places=city.access[places, travel.id],
            origins=_joined_of(city, parts, travel),
            limit_s=limit_s,
        )
    origins = [coordinates(getattr(city, one))[own] for one, own in parts.items()]
    return measure_straight_catchments(
        _line(city, travel),
        places=coordinates(getattr(city, places)),
        origins=np.concatenate(origins),
        limit_s=limit_s,
    )


def _nearest(
    city: City,
    parts: Mapping[str, Rows],
    travel: Travel,
    serving: list[NDArray[np.int32]],
    limit_s: float,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Find the nearest facility of some types from some origins, as borders allow."""
    borders = city.profile.use.borders
    if borders is None or borders.value != "subdistrict":
        return _nearest_anywhere(city, parts, travel, serving, limit_s)
    homes = [
        getattr(city, table)["subdistrict_id"].to_numpy(dtype=object)[rows]
        for table, rows in parts.items()
    ]
    home, place = np.concatenate(homes), city.facilities["subdistrict_id"]
    lies = place.to_numpy(dtype=object)
    shape = (len(home), len(serving))
    time_s, facility = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int32)
    for one in sorted(set(home)):
        own = [found[lies[found] == one] for found in serving]
        here = {
            table: rows[its == one]
            for (table, rows), its in zip(parts.items(), homes, strict=True)
        }
        time_s[home == one], facility[home == one] = _nearest_anywhere(
            city, here, travel, own, limit_s
        )
    return time_s, facility


def _nearest_anywhere(
    city: City,
    parts: Mapping[str, Rows],
    travel: Travel,
    serving: list[NDArray[np.int32]],
    limit_s: float,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Find the nearest facility of some types from some origins."""
    if travel.id in city.networks:
        return measure_reach(
            city.networks[travel.id],
            origins=_joined_of(city, parts, travel),
            facilities=city.access["facilities", travel.id],
            serving=serving,
            limit_s=limit_s,
        )
    places = [coordinates(getattr(city, table))[rows] for table, rows in parts.items()]
    return measure_straight_reach(
        _line(city, travel),
        origins=np.concatenate(places),
        facilities=coordinates(city.facilities),
        serving=serving,
    )


def _line(city: City, travel: Travel) -> StraightLine:
    """Give the straight line of a way of travel; only a rule's own has no detour."""
    detour = 1.0 if city.detour is None or travel.measure == "straight" else city.detour
    return straight_line(travel.mode, speeds=city.speeds(travel), detour=detour)


def _joined_of(city: City, parts: Mapping[str, Rows], travel: Travel) -> Access:
    """Pick the access of some rows, one table below the other; a whole as it is."""
    every = [(city.access[one, travel.id], rows) for one, rows in parts.items()]
    used = [(access, rows) for access, rows in every if len(rows)] or every[:1]
    if len(used) == 1 and len(used[0][1]) == len(used[0][0].edge):
        return used[0][0]
    return Access(
        **{
            one.name: np.concatenate(
                [getattr(access, one.name)[rows] for access, rows in used]
            )
            for one in fields(Access)
        }
    )
