"""Who is within the rule: pairs, committees and people, by area and by type."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from circle.age_bands import band_columns
from circle.city import City
from circle.contracts import COVERAGE, COVERAGE_BY, REACH
from circle.reached import Reach
from circle.result_contracts_measures import COVERAGE_BUILDINGS
from circle.type_groups import area_kinds, type_groups

# What `coverage_by` counts in place of all people at the speeds of the rule.
AGE, AREA, PERSONS = "age_band", "area", "person_group"

_COUNTED = (
    "pairs",
    "pairs_covered",
    "committees",
    "committees_complete",
    "population",
    "person_items",
    "person_items_covered",
    "population_complete",
)


def reach_table(city: City, reach: Reach) -> pd.DataFrame:
    """
    Write the reach of committees as a table.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its committees.

    Returns
    -------
    table
        Contract ``reach``, one row per committee and type, sorted by both.
    """
    n, k = reach.time_s.shape
    ids = city.facilities["facility_id"].to_numpy(dtype=object)
    facility = reach.facility.ravel()
    nearest = np.full(facility.shape, None, dtype=object)
    nearest[facility >= 0] = ids[facility[facility >= 0]]
    return pd.DataFrame(
        {
            "committee_id": np.repeat(np.array(reach.origin_ids, dtype=object), k),
            "type_id": np.tile(np.array(reach.type_ids, dtype=object), n),
            "mode": reach.mode.ravel(),
            "person_group": reach.group.ravel(),
            "threshold_min": reach.threshold_s.ravel() / 60,
            "travel_time_min": reach.time_s.ravel() / 60,
            "threshold_m": reach.limit_m.ravel(),
            "distance_m": reach.distance_m.ravel(),
            "facility_id": nearest,
            "covered": reach.covered.ravel(),
        },
        columns=list(REACH.names),
    )


def count_coverage(
    city: City, *, committees: Reach | None, cells: Reach
) -> pd.DataFrame:
    """
    Count coverage by every definition, area and group of types.

    Parameters
    ----------
    city
        The city.
    committees
        Reach from its committees; None where there are none.
    cells
        Reach from its cells.

    Returns
    -------
    coverage
        Contract ``coverage``. Areas: the district, its area classes, its
        subdistricts. Groups: all required types together, tiers, domains (required
        types only) and single types. A share whose denominator is zero is NaN.

    Notes
    -----
    Three shares, each with its own denominator: (committee, type) pairs within the
    rule over all pairs; committees that reach every type of the group over
    committees; people times types within the rule over people times types, and
    people who reach every type over people.
    """
    return _table(city, _counts(city, committees, cells))


def recount_coverage(
    city: City,
    known: pd.DataFrame,
    *,
    committees: Reach | None,
    cells: Reach,
    type_ids: Collection[str],
) -> pd.DataFrame:
    """
    Count coverage again where reach has changed for some types only.

    Parameters
    ----------
    city
        The city.
    known
        Contract ``coverage``, counted before with the same people.
    committees
        Reach from its committees; None where there are none.
    cells
        Reach from its cells.
    type_ids
        The types whose reach has changed.

    Returns
    -------
    coverage
        The same as `count_coverage` gives, to the byte.
    """
    columns = {i for i, one in enumerate(cells.type_ids) if one in type_ids}
    groups = type_groups(city)
    changed = [i for i, one in enumerate(groups) if columns & set(one[2])]
    homes = known["area_kind"].to_numpy(dtype=object) == "subdistrict"
    shape = (len(city.subdistricts), len(groups))
    counts = {
        name: known[name].to_numpy(dtype=float)[homes].reshape(shape)
        for name in _COUNTED
    }
    single = [i for i, one in enumerate(groups) if one[0] == "type"]
    fresh = _counts(
        city,
        committees,
        cells,
        groups=[groups[i][2] for i in changed],
        known=_Known(
            columns=columns,
            people=counts["population_complete"][:, single].T,
            committees=counts["committees_complete"][:, single].T,
        ),
    )
    for name, values in fresh.items():
        counts[name][:, changed] = values
    parts = [
        {name: (members @ values).ravel() for name, values in counts.items()}
        for _, _, members in area_kinds(city)
    ]
    whole = {name: np.concatenate([one[name] for one in parts]) for name in counts}
    return _with_shares(known.assign(**whole))


def count_coverage_by(
    city: City, *, cells: Reach, groups: Mapping[str, tuple[Reach | None, Reach]]
) -> pd.DataFrame:
    """
    Count coverage again with other weights and for other people.

    Parameters
    ----------
    city
        The city.
    cells
        Reach from its cells by the rule.
    groups
        Person group to reach from committees (None without) and from cells at its
        speeds.

    Returns
    -------
    coverage_by
        Contract ``coverage_by``: the rows of ``coverage`` for each age band that the
        population carries (its people in place of all people), for the inhabited
        area (km² of the cells' squares in place of people), and for each person
        group. Pairs and committees are counted for person groups only.
    """
    parts = []
    for column in band_columns(city.cells):
        weight = city.cells[column].to_numpy(dtype=float)
        counts = _counts(city, None, cells, weight=weight)
        parts.append((AGE, column.removeprefix("population_"), counts))
    square_km2 = np.full(len(city.cells), city.cell_size_m**2 / 1e6)
    inhabited = city.cells["population"].to_numpy(dtype=float) > 0
    parts.append(
        (AREA, "km2", _counts(city, None, cells, weight=square_km2 * inhabited))
    )
    for group, (from_committees, from_cells) in groups.items():
        parts.append((PERSONS, group, _counts(city, from_committees, from_cells)))
    tables = [
        _table(city, counts).assign(by_kind=kind, by_id=name)
        for kind, name, counts in parts
    ]
    return pd.concat(tables, ignore_index=True)[list(COVERAGE_BY.names)]


def count_buildings(city: City, reach: Reach) -> pd.DataFrame:
    """
    Count coverage of residential buildings, each of which counts as one.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its buildings.

    Returns
    -------
    coverage_buildings
        Contract ``coverage_buildings``, in the order of ``coverage``.
    """
    each = np.ones(len(city.buildings))
    groups = [columns for _, _, columns in type_groups(city)]
    whole, items, complete = _sums(city, "buildings", reach, each, groups)
    sizes = np.array([len(one) for one in groups], dtype=float)
    counts = {
        "buildings": whole,
        "buildings_complete": complete,
        "building_items": whole * sizes,
        "building_items_covered": items,
    }
    table = _rolled_up(city, counts)
    for share, part, over in (
        ("building_complete_share", "buildings_complete", "buildings"),
        ("building_item_share", "building_items_covered", "building_items"),
    ):
        table[share] = table[part] / table[over].where(table[over] > 0)
    table[list(counts)] = table[list(counts)].astype(int)
    return table[list(COVERAGE_BUILDINGS.names)]


@dataclass(frozen=True)
class _Known:
    """What was counted of single types before some of them changed."""

    columns: Collection[int]
    """Columns of the types that have changed."""
    people: NDArray[np.float64]
    """People who reach each type, shape (types, subdistricts)."""
    committees: NDArray[np.float64]
    """Committees that reach each type, likewise."""


def _counts(
    city: City,
    committees: Reach | None,
    cells: Reach,
    *,
    weight: NDArray[np.float64] | None = None,
    groups: Sequence[list[int]] | None = None,
    known: _Known | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Count by subdistrict and group of types, each of shape (subdistricts, groups)."""
    if groups is None:
        groups = [columns for _, _, columns in type_groups(city)]
    if weight is None:
        weight = city.cells["population"].to_numpy(dtype=float)
    single = None if known is None else (known.columns, known.people)
    whole, items, complete = _sums(city, "cells", cells, weight, groups, single)
    sizes = np.array([len(one) for one in groups], dtype=float)
    counts = {
        "population": whole,
        "person_items": whole * sizes,
        "person_items_covered": items,
        "population_complete": complete,
    }
    if committees is None:
        zero = np.zeros_like(whole)
        names = ("pairs", "pairs_covered", "committees", "committees_complete")
        return counts | dict.fromkeys(names, zero)
    each = np.ones(len(city.committees))
    single = None if known is None else (known.columns, known.committees)
    whole, items, complete = _sums(city, "committees", committees, each, groups, single)
    return counts | {
        "pairs": whole * sizes,
        "pairs_covered": items,
        "committees": whole,
        "committees_complete": complete,
    }


def _sums(
    city: City,
    table: str,
    reach: Reach,
    weight: NDArray[np.float64],
    groups: Sequence[list[int]],
    known: tuple[Collection[int], NDArray[np.float64]] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Sum the weight of all origins, of covered items, and of complete origins."""
    n_homes = len(city.subdistricts)
    home = getattr(city, table)["home"].to_numpy(dtype=np.intp, copy=True)
    fresh = range(reach.covered.shape[1]) if known is None else list(known[0])
    several = [columns for columns in groups if len(columns) > 1]
    masks = [reach.covered[:, one] for one in fresh]
    masks += [_all_of(reach.covered, columns) for columns in several]
    masks_of = np.array(masks, dtype=bool).reshape(len(masks), len(home))
    sums = _sums_by_home(home, np.array(weight), masks_of, n_homes)
    types = sums[: len(fresh)]
    if known is not None:
        types = known[1].copy()
        types[fresh] = sums[: len(fresh)]
    whole = np.bincount(home, weights=weight, minlength=n_homes)
    items = np.array([types[columns].sum(axis=0) for columns in groups])
    together = iter(sums[len(fresh) :])
    complete = np.array(
        [types[one[0]] if len(one) == 1 else next(together) for one in groups]
    )
    return np.repeat(whole[:, None], len(groups), axis=1), items.T, complete.T


def _all_of(covered: NDArray[np.bool_], columns: list[int]) -> NDArray[np.bool_]:
    """Tell which origins reach every type of a group."""
    found: NDArray[np.bool_] = np.logical_and.reduce([covered[:, k] for k in columns])
    return found


@njit(cache=True, nogil=True)
def _sums_by_home(
    home: NDArray[np.intp],
    weight: NDArray[np.float64],
    masks: NDArray[np.bool_],
    n_homes: int,
) -> NDArray[np.float64]:
    """Sum the weights that each mask picks by subdistrict, shape (masks, homes)."""
    sums = np.zeros((len(masks), n_homes))
    for k in range(len(masks)):
        for i in range(len(home)):
            if masks[k, i]:
                sums[k, home[i]] += weight[i]
    return sums


def _table(city: City, counts: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Roll counts by subdistrict up to every kind of area, and divide."""
    return _with_shares(_rolled_up(city, counts))


def _rolled_up(city: City, counts: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Roll counts by subdistrict up to every kind of area."""
    groups = type_groups(city)
    parts = []
    for area_kind, area_ids, members in area_kinds(city):
        k = len(groups)
        frame = pd.DataFrame(
            {
                "area_kind": area_kind,
                "area_id": np.repeat(np.array(area_ids, dtype=object), k),
                "group_kind": [kind for kind, _, _ in groups] * len(area_ids),
                "group_id": [name for _, name, _ in groups] * len(area_ids),
            }
        )
        for name, values in counts.items():
            frame[name] = (members @ values).ravel()
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Divide each count by its denominator."""
    shares = {
        "pair_share": ("pairs_covered", "pairs"),
        "committee_complete_share": ("committees_complete", "committees"),
        "person_item_share": ("person_items_covered", "person_items"),
        "population_complete_share": ("population_complete", "population"),
    }
    counts = ["pairs", "pairs_covered", "committees", "committees_complete"]
    new = {name: table[name].to_numpy().astype(int) for name in counts}
    for name, (part, whole) in shares.items():
        over = table[whole].to_numpy().astype(float)
        over[over <= 0] = np.nan
        new[name] = table[part].to_numpy() / over
    return table.assign(**new)[list(COVERAGE.names)]
