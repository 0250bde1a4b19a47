"""Who is within the rule: pairs, committees and people, by area and by type."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City
from circle.contracts import COVERAGE, REACH
from circle.profile import AREA_CLASSES, TIERS
from circle.reach import Reach

# (kind of group, id of group, columns of the reach arrays)
Group = tuple[str, str, list[int]]


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
            "mode": np.repeat(city.committees["mode"].to_numpy(dtype=object), k),
            "threshold_min": reach.threshold_s.ravel() / 60,
            "travel_time_min": reach.time_s.ravel() / 60,
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
    groups = type_groups(city)
    home = city.cells["subdistrict_id"].to_numpy(dtype=object)
    people = city.cells["population"].to_numpy(dtype=float)
    committee_home = city.committees["subdistrict_id"].to_numpy(dtype=object)
    rows: list[dict[str, Any]] = []
    for area_kind, area_of, area_ids in _area_kinds(city):
        cell_area = _codes(home, area_of, area_ids)
        committee_area = _codes(committee_home, area_of, area_ids)
        for group_kind, group_id, columns in groups:
            counts = _cell_counts(cells, people, cell_area, columns, len(area_ids))
            counts |= _committee_counts(
                committees, committee_area, columns, len(area_ids)
            )
            for position, area_id in enumerate(area_ids):
                rows.append(
                    {
                        "area_kind": area_kind,
                        "area_id": area_id,
                        "group_kind": group_kind,
                        "group_id": group_id,
                        **{name: values[position] for name, values in counts.items()},
                    }
                )
    return _with_shares(pd.DataFrame(rows))


def type_groups(city: City) -> list[Group]:
    """
    List the groups of types that coverage is counted for.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    groups
        Kind (required, tier, domain, type), id, and the columns of the reach
        arrays; empty groups are left out.
    """
    profile = city.profile
    types = [profile.type_of(one) for one in city.type_ids]
    required = [one.tier in profile.coverage.tiers for one in types]
    groups: list[Group] = [("required", "required", np.flatnonzero(required).tolist())]
    groups += [
        ("tier", tier, [i for i, one in enumerate(types) if one.tier == tier])
        for tier in TIERS
    ]
    for domain in profile.domains:
        columns = [
            i for i, one in enumerate(types) if one.domain == domain and required[i]
        ]
        groups.append(("domain", domain, columns))
    for i, one in enumerate(types):
        groups.append(("type", one.id, [i]))
    return [group for group in groups if group[2]]


def _area_kinds(city: City) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Yield each kind of area, which area a subdistrict is in, and the areas."""
    ids = list(city.subdistricts["subdistrict_id"])
    classes = list(city.subdistricts["area_class"])
    present = [one for one in AREA_CLASSES if one in classes]
    yield "district", dict.fromkeys(ids, "district"), ["district"]
    yield "area_class", dict(zip(ids, classes, strict=True)), list(present)
    yield "subdistrict", {one: one for one in ids}, ids


def _codes(
    home: NDArray[np.object_], area_of: dict[str, str], area_ids: list[str]
) -> NDArray[np.int64]:
    """Give the position of each row's area in the list of areas."""
    position = {one: i for i, one in enumerate(area_ids)}
    return np.array([position[area_of[one]] for one in home], dtype=np.int64)


def _cell_counts(
    cells: Reach,
    people: NDArray[np.float64],
    area: NDArray[np.int64],
    columns: list[int],
    n_areas: int,
) -> dict[str, NDArray[np.float64]]:
    """Count people and people times types by area."""
    covered = cells.covered[:, columns]
    population = _total(people, area, n_areas)
    return {
        "population": population,
        "person_items": population * len(columns),
        "person_items_covered": _total(people * covered.sum(axis=1), area, n_areas),
        "population_complete": _total(people * covered.all(axis=1), area, n_areas),
    }


def _committee_counts(
    committees: Reach | None,
    area: NDArray[np.int64],
    columns: list[int],
    n_areas: int,
) -> dict[str, NDArray[np.float64]]:
    """Count committees and pairs by area."""
    if committees is None:
        zero = np.zeros(n_areas)
        names = ("pairs", "pairs_covered", "committees", "committees_complete")
        return dict.fromkeys(names, zero)
    covered = committees.covered[:, columns]
    count = _total(np.ones(len(area)), area, n_areas)
    complete = np.asarray(covered.all(axis=1), dtype=float)
    return {
        "pairs": count * len(columns),
        "pairs_covered": _total(covered.sum(axis=1).astype(float), area, n_areas),
        "committees": count,
        "committees_complete": _total(complete, area, n_areas),
    }


def _total(
    weight: NDArray[np.float64], area: NDArray[np.int64], n_areas: int
) -> NDArray[np.float64]:
    """Sum a weight by area."""
    return np.bincount(area, weights=weight, minlength=n_areas).astype(float)


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Divide each count by its denominator."""
    shares = {
        "pair_share": ("pairs_covered", "pairs"),
        "committee_complete_share": ("committees_complete", "committees"),
        "person_item_share": ("person_items_covered", "person_items"),
        "population_complete_share": ("population_complete", "population"),
    }
    for name, (part, whole) in shares.items():
        table[name] = table[part] / table[whole].where(table[whole] > 0)
    counts = ["pairs", "pairs_covered", "committees", "committees_complete"]
    table[counts] = table[counts].astype(int)
    return table[list(COVERAGE.names)]
