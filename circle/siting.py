"""Greedy siting: which candidates clear the most missing items, step by step."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.city import City
from circle.contracts import SITES
from circle.reach import Reach, within
from circle.travel import travel_catchments


@dataclass(frozen=True)
class Demand:
    """The items that new sites may clear: uncovered pairs of origin and type."""

    origin: NDArray[np.int64]
    """Row of each item's origin, shape (items,)."""
    type_column: NDArray[np.int64]
    """Column of each item's type in the reach arrays, shape (items,)."""
    weight: NDArray[np.float64]
    """People of each item, shape (items,)."""
    item_id: NDArray[np.object_]
    """Id of each item, ``<origin>:<type>``, shape (items,)."""


@dataclass(frozen=True)
class Pick:
    """One step of a greedy plan."""

    candidate: int
    """Row of the candidate."""
    cleared: NDArray[np.int64]
    """Items that it newly covers, ascending."""


def site(city: City, *, committees: Reach | None, cells: Reach) -> gpd.GeoDataFrame:
    """
    Choose sites greedily from the candidates of the study.

    Existing facilities stay; what they cover already counts for nothing. A site
    opens those of its types that clear something there.

    Parameters
    ----------
    city
        The city with its candidates; its study gives the number of sites.
    committees
        Reach from the committees. Where the headline counts pairs, items are missing
        (committee, required type) pairs, weighted by the people of the committee.
    cells
        Reach from the cells. Without committees, or where the headline counts
        people, items are (cell, required type) pairs, weighted by the people of the
        cell.

    Returns
    -------
    sites
        Contract ``sites``, sorted by step. Shorter than asked for when no candidate
        is left that clears anything.

    Notes
    -----
    Maximal covering (Church and ReVelle, 1974) by the greedy rule, which reaches at
    least 1 - 1/e of the best possible weight (Nemhauser, Wolsey and Fisher, 1978).
    Equal gains are settled by more items, then by the lower candidate id.
    """
    by_pairs = city.profile.coverage.definition == "committee_pair"
    if committees is not None and by_pairs:
        reach, table = committees, "committees"
    else:
        reach, table = cells, "cells"
    demand = open_demand(city, reach, table)
    cover = cover_matrix(city, reach, table, demand)
    picks = choose_greedily(cover, demand.weight, n_sites=city.study.siting.sites)
    return _sites_table(city, reach, demand, picks, people=table == "cells")


def open_demand(city: City, reach: Reach, table: str) -> Demand:
    """
    List the required items that are not covered.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from its committees or cells.
    table
        ``committees`` or ``cells``, whichever the reach starts from.

    Returns
    -------
    demand
        The items, by origin, then type. Cells without people are left out.
    """
    tiers = city.profile.coverage.tiers
    required = np.array(
        [city.profile.type_of(one).tier in tiers for one in reach.type_ids], dtype=bool
    )
    people = getattr(city, table)["population"].to_numpy(dtype=float)
    wanted = ~reach.covered & required[None, :]
    if table == "cells":
        wanted &= (people > 0)[:, None]
    origin, column = np.nonzero(wanted)
    ids = np.array(reach.origin_ids, dtype=object)[origin]
    types = np.array(reach.type_ids, dtype=object)[column]
    return Demand(origin, column, people[origin], np.asarray(ids + ":" + types))


def cover_matrix(city: City, reach: Reach, table: str, demand: Demand) -> csr_array:
    """
    Say which candidate would cover which item.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from the same origins; its thresholds decide.
    table
        ``committees`` or ``cells``.
    demand
        The items.

    Returns
    -------
    cover
        Sparse matrix (candidates, items) of ones. A candidate covers an item when
        one of its types serves the item's type and the origin reaches it in time:
        by the same network, access and threshold as coverage itself.
    """
    catchments = _catchments(city, reach, table)
    n_candidates, n_items = len(city.candidates), len(demand.origin)
    rows, columns = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for column, type_id in enumerate(reach.type_ids):
        items = np.flatnonzero(demand.type_column == column)
        able = _able(city, type_id)
        if not (len(items) and len(able)):
            continue
        pairs = coo_array(catchments[able][:, demand.origin[items]])
        limit_s = reach.threshold_s[demand.origin[items[pairs.col]], column]
        # Stored seconds are one too many, so that no entry is a stored zero.
        in_time = within(pairs.data - 1.0, limit_s)
        rows.append(able[pairs.row[in_time]])
        columns.append(items[pairs.col[in_time]])
    row, col = np.concatenate(rows), np.concatenate(columns)
    cover = coo_array((np.ones(len(row)), (row, col)), shape=(n_candidates, n_items))
    return csr_array(cover)


def choose_greedily(
    cover: csr_array, weight: NDArray[np.float64], *, n_sites: int
) -> list[Pick]:
    """
    Pick the candidate that newly covers the most weight, again and again.

    Parameters
    ----------
    cover
        Sparse matrix (candidates, items).
    weight
        Weight of each item, shape (items,).
    n_sites
        Picks at most.

    Returns
    -------
    picks
        In order; ends early when nothing is left to gain.

    Notes
    -----
    Lazy evaluation (Minoux, 1978): gains never grow, so a candidate whose old gain
    is below another's fresh gain need not be counted again.

    Examples
    --------
    >>> cover = csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    >>> [pick.candidate for pick in
    ...  choose_greedily(cover, np.array([5.0, 1.0, 2.0]), n_sites=2)]
    [0, 1]
    """
    is_open = np.ones(cover.shape[1], dtype=bool)
    heap = [
        _rank_key(candidate, _items_of(cover, candidate), weight)
        for candidate in range(cover.shape[0])
    ]
    heapq.heapify(heap)
    picks: list[Pick] = []
    while heap and len(picks) < n_sites:
        candidate = heapq.heappop(heap)[2]
        items = _items_of(cover, candidate)
        items = items[is_open[items]]
        fresh = _rank_key(candidate, items, weight)
        if heap and heap[0] < fresh:
            heapq.heappush(heap, fresh)
            continue
        if not len(items):
            break
        picks.append(Pick(candidate, np.sort(items)))
        is_open[items] = False
    return picks


def _rank_key(
    candidate: int, items: NDArray[np.int64], weight: NDArray[np.float64]
) -> tuple[float, int, int]:
    """Order candidates by what they would newly cover; the least key is the best."""
    return -float(weight[items].sum()), -len(items), candidate


def _items_of(cover: csr_array, candidate: int) -> NDArray[np.int64]:
    """Give the items that a candidate covers."""
    found = cover.indices[cover.indptr[candidate] : cover.indptr[candidate + 1]]
    return np.asarray(found, dtype=np.int64)


def _catchments(city: City, reach: Reach, table: str) -> csr_array:
    """Measure who reaches each candidate, each origin by its own mode."""
    mode = getattr(city, table)["mode"].to_numpy(dtype=object)
    total = csr_array((len(city.candidates), len(mode)))
    limit_s = float(reach.threshold_s.max())
    for one, catchments in travel_catchments(city, table, limit_s=limit_s).items():
        found = coo_array(catchments)
        own = mode[found.col] == one
        part = coo_array(
            (found.data[own] + 1.0, (found.row[own], found.col[own])),
            shape=total.shape,
        )
        total = total + csr_array(part)
    return csr_array(total)


def _able(city: City, type_id: str) -> NDArray[np.int64]:
    """Give the candidates at which a type that serves `type_id` may open."""
    serving = set(city.profile.serving_types(type_id))
    return np.flatnonzero(
        [bool(serving & set(types)) for types in city.candidates["type_ids"]]
    )


def _opened_types(
    city: City, reach: Reach, demand: Demand, pick: Pick
) -> tuple[str, ...]:
    """Name the types a site opens: those that clear something there."""
    allowed = city.candidates["type_ids"].iloc[pick.candidate]
    needed = set()
    for column in np.unique(demand.type_column[pick.cleared]):
        serving = city.profile.serving_types(reach.type_ids[column])
        needed.add(next(one for one in serving if one in allowed))
    return tuple(one for one in city.profile.type_ids if one in needed)


def _sites_table(
    city: City,
    reach: Reach,
    demand: Demand,
    picks: Sequence[Pick],
    *,
    people: bool,
) -> gpd.GeoDataFrame:
    """Write the plan as a table."""
    whole, covered = _headline_counts(city, reach, people=people)
    rows = []
    for step, pick in enumerate(picks, start=1):
        candidate = city.candidates.iloc[pick.candidate]
        gained = float(demand.weight[pick.cleared].sum())
        covered += gained if people else len(pick.cleared)
        rows.append(
            {
                "step": step,
                **{
                    name: candidate[name]
                    for name in SITES.names
                    if name in candidate.index and name != "type_ids"
                },
                "type_ids": _opened_types(city, reach, demand, pick),
                "items_cleared": len(pick.cleared),
                "person_items_gained": gained,
                "share_after": covered / whole if whole else np.nan,
                "item_ids": tuple(demand.item_id[pick.cleared]),
            }
        )
    table = pd.DataFrame(rows, columns=list(SITES.names))
    return gpd.GeoDataFrame(table, geometry="geometry", crs=city.crs)


def _headline_counts(city: City, reach: Reach, *, people: bool) -> tuple[float, float]:
    """Give the denominator of the headline share and what is covered before."""
    tiers = city.profile.coverage.tiers
    columns = [
        i
        for i, one in enumerate(reach.type_ids)
        if city.profile.type_of(one).tier in tiers
    ]
    covered = reach.covered[:, columns]
    if not people:
        return float(covered.size), float(covered.sum())
    weight = city.cells["population"].to_numpy(dtype=float)
    return float(weight.sum() * len(columns)), float(weight @ covered.sum(axis=1))
