"""Measure a city again after facilities of some types have come or gone."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from circle.city import City
from circle.profile_rules import Travel
from circle.reach_again import (
    Renewed,
    Serving,
    collect_again,
    renew_type,
    search_type,
)
from circle.reached import Reach
from circle.search import Spread
from circle.travel import measure_tables, serving_rows

Rows = NDArray[np.int32]
# Searches that run side by side.
_AT_ONCE = 2


@dataclass(frozen=True)
class Spreads:
    """The searches of one city that were asked for, kept for the next what-if.

    Nothing is searched before it is wanted; what is found never changes, so that two
    askers at once do the work twice at worst.
    """

    city: City
    """The city."""
    found: dict[tuple[str, str], Spread] = field(
        default_factory=dict, repr=False, compare=False
    )
    """By way of travel and facility type."""
    rows: dict[str, Rows] = field(default_factory=dict, repr=False, compare=False)
    """Facilities that serve each type."""

    def serving(self, travel: Travel, type_id: str) -> Serving:
        """
        Give the facilities that serve a type, as one way of travel joins them.

        Parameters
        ----------
        travel
            The way of travel.
        type_id
            The facility type.

        Returns
        -------
        serving
            Their access and rows.
        """
        if type_id not in self.rows:
            (self.rows[type_id],) = serving_rows(self.city, (type_id,))
        return Serving(self.city.access["facilities", travel.id], self.rows[type_id])

    def of(self, travel: Travel, type_id: str) -> Spread:
        """
        Give the search from the facilities of a type by one way of travel.

        Parameters
        ----------
        travel
            The way of travel.
        type_id
            The facility type.

        Returns
        -------
        spread
            Times and nearest facilities of all junctions.
        """
        key = (travel.id, type_id)
        if key not in self.found:
            serving = self.serving(travel, type_id)
            self.found[key] = search_type(self.city.networks[travel.id], serving)
        return self.found[key]


def remeasure_tables(
    city: City,
    tables: Sequence[str],
    known: Sequence[Reach],
    *,
    type_ids: Sequence[str],
    spreads: Spreads,
    moved: Rows | None,
) -> tuple[Reach, ...]:
    """
    Measure reach to some facility types again, and take over what is known of others.

    Parameters
    ----------
    city
        The city, with facilities of these types changed.
    tables
        ``committees``, ``cells`` or both.
    known
        Reach from each table before.
    type_ids
        The facility types to measure.
    spreads
        Searches of the city before.
    moved
        What `find_moves` gives.

    Returns
    -------
    reach
        What `travel.measure_tables` gives for each table, to the byte.

    Notes
    -----
    Where networks and origins are the same, only junctions and origins are looked at
    whose nearest facility has changed. Straight lines, and facilities that count in
    their own subdistrict only, are measured anew.
    """
    found = tuple(_copied(one, moved) for one in known)
    by_table = dict(zip(tables, found, strict=True))
    row_now = _rows_now(spreads.city, moved)
    if row_now is None or not _alike(spreads.city, city, tables):
        _take_fresh(city, by_table, type_ids)
        return found

    def renew(task: _Task) -> None:
        renewed = renew_type(
            city.networks[task.travel.id],
            spreads.of(task.travel, task.type_id),
            before=task.before,
            after=task.after,
            row_now=row_now,
        )
        for table, reach in by_table.items():
            _write(city, table, reach, task, renewed)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(renew, _tasks(spreads, city, found, type_ids)))
    return found


@dataclass(frozen=True)
class _Task:
    """One search to renew."""

    seat: int
    """Position of the way of travel among those of the city."""
    travel: Travel
    """The way of travel."""
    type_id: str
    """The facility type."""
    before: Serving
    """The facilities that served the type."""
    after: Serving
    """The facilities that serve it now."""


def _copied(reach: Reach, moved: Rows | None) -> Reach:
    """Copy the arrays of a reach that are written to, with facilities as they are."""
    facility = follow(reach.facility, moved)
    if facility is reach.facility:
        facility = facility.copy(order="F")
    return replace(reach, time_s=reach.time_s.copy(order="F"), facility=facility)


def find_moves(before: City, after: City) -> Rows | None:
    """
    Find the facilities of a city in the changed table.

    Parameters
    ----------
    before
        The city before facilities have come or gone.
    after
        The city now.

    Returns
    -------
    moved
        New row of each facility, -1 where it is gone; None if all rows are the same.
    """
    old, new = (one.facilities["facility_id"] for one in (before, after))
    if len(old) == len(new) and old.equals(new):
        return None
    rows: Rows = pd.Index(new).get_indexer(pd.Index(old)).astype(np.int32)
    return rows


def follow(facility: Rows, moved: Rows | None) -> Rows:
    """
    Follow facilities to their rows in the changed table.

    Parameters
    ----------
    facility
        Rows before, -1 for none, shape (origins, types).
    moved
        What `find_moves` gives.

    Returns
    -------
    facility
        Rows now, -1 for none: a new array, or the same one if none has moved.
    """
    if moved is None:
        return facility
    # Turned, so that the columns stay together in memory.
    turned = facility.T
    return _followed(turned.ravel(), moved).reshape(turned.shape).T


@njit(cache=True, nogil=True)
def _followed(facility: Rows, moved: Rows) -> Rows:
    """Take the new row of each facility."""
    now = np.empty_like(facility)
    for i in range(len(facility)):
        now[i] = moved[facility[i]] if facility[i] >= 0 else -1
    return now


def _tasks(
    spreads: Spreads, after: City, found: Sequence[Reach], type_ids: Sequence[str]
) -> list[_Task]:
    """List the searches that some pair of origin and type asks for."""
    now = serving_rows(after, type_ids)
    tasks = []
    for seat, travel in enumerate(after.travels.values()):
        access = after.access["facilities", travel.id]
        for type_id, rows in zip(type_ids, now, strict=True):
            if any(_seated(one, type_id, seat).any() for one in found):
                served = spreads.serving(travel, type_id), Serving(access, rows)
                tasks.append(_Task(seat, travel, type_id, *served))
    return tasks


def _seated(reach: Reach, type_id: str, seat: int) -> NDArray[np.bool_]:
    """Tell which classes of origins go to a type by one way of travel."""
    column = reach.type_ids.index(type_id)
    return np.asarray(reach.limits.travel[:, column] == seat)


def _write(city: City, table: str, reach: Reach, task: _Task, renewed: Renewed) -> None:
    """Write what has changed into a reach, for the pairs that go by this way."""
    rows, time_s, facility = collect_again(
        city.networks[task.travel.id],
        renewed,
        origins=city.access[table, task.travel.id],
        after=task.after,
    )
    own = _seated(reach, task.type_id, task.seat)[reach.limits.rule_class[rows]]
    column = reach.type_ids.index(task.type_id)
    reach.time_s[rows[own], column] = time_s[own]
    reach.facility[rows[own], column] = facility[own]


def _take_fresh(
    city: City, found: Mapping[str, Reach], type_ids: Sequence[str]
) -> None:
    """Measure some types anew and write them into reach."""
    if not type_ids:
        return
    fresh = measure_tables(city, tuple(found), type_ids=type_ids)
    for reach, new in zip(found.values(), fresh, strict=True):
        columns = [reach.type_ids.index(one) for one in type_ids]
        reach.time_s[:, columns] = new.time_s
        reach.facility[:, columns] = new.facility


def _rows_now(before: City, moved: Rows | None) -> Rows | None:
    """Give the present row of each facility, -1 for none; None if reordered."""
    if moved is None:
        return np.arange(len(before.facilities), dtype=np.int32)
    # Of facilities equally near the first one counts: their order has to be the same.
    stay = moved[moved >= 0]
    return moved if (np.diff(stay) > 0).all() else None


def _alike(before: City, after: City, tables: Sequence[str]) -> bool:
    """Tell whether networks and origins are the very same, and borders are open."""
    borders = after.profile.use.borders
    if borders is not None and borders.value == "subdistrict":
        return False
    return tuple(before.travels) == tuple(after.travels) and all(
        key in after.networks
        and before.networks[key] is after.networks[key]
        and all(before.access[one, key] is after.access[one, key] for one in tables)
        for key in after.travels
    )
