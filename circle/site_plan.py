"""A siting plan: its sites in order, what each clears, and how good the plan is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import City
from circle.contracts import SITES
from circle.item_texts import age_people
from circle.site_candidates import candidate_cost
from circle.site_demand import (
    Demand,
    headline_columns,
    headline_counts,
    origin_people,
)
from circle.site_words import Step, site_reason, site_word
from circle.siting_plan import Plan, Status
from circle.siting_settings import SitingOptions

# Objectives from here on are written without decimals.
_LARGE = 100_000
ROUTES = ("reuse", "co-use", "build")


@dataclass(frozen=True)
class SitePlan:
    """Where the next facilities go, in order, and how good that is at most."""

    sites: gpd.GeoDataFrame
    """Contract ``sites``, sorted by step."""
    options: SitingOptions
    """What was asked for."""
    objective: float
    """What the plan is worth in the terms of its model."""
    bound: float
    """No plan is better than this."""
    status: Status
    """``optimal``: proven; ``time_limit``: the time ran out; else ``feasible``."""
    seconds: float
    """How long it took to solve."""
    share_before: float
    """Headline share before any site; NaN where nothing is counted."""
    points: gpd.GeoDataFrame
    """The points it was chosen from: contract ``candidates``, ``made_from`` and
    ``made_of``."""
    refused: pd.DataFrame
    """Why points, or types at points, could not be chosen."""
    unplaceable: tuple[str, ...]
    """Ids of the missing items that no point reaches that may open."""
    rows: tuple[int, ...] = field(default=())
    """Rows of the points of each step."""
    served: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Where capacities hold: ``candidate_id``, ``type_id``, ``people`` served there,
    and ``capacity`` (NaN without limit); else empty."""

    @property
    def gap_pct(self) -> float:
        """How far objective and bound are apart, in per cent of the objective."""
        return Plan((), self.objective, self.bound, self.status, 0.0).gap_pct

    @property
    def share_after(self) -> float:
        """The headline share once all sites are open."""
        if self.sites.empty:
            return self.share_before
        return float(self.sites["share_after"].iloc[-1])

    @property
    def cost_10k(self) -> float:
        """Cost of all sites whose cost is known, in ten thousand yuan."""
        return float(self.sites["cost_10k"].astype(float).sum())

    @property
    def routes(self) -> pd.DataFrame:
        """What each supply route brings: sites, items, person items, cost."""
        named = ["items_cleared", "person_items_gained", "cost_10k"]
        table = pd.DataFrame(self.sites[["route", *named]])
        table[named] = table[named].astype(float)
        found = table.groupby("route")[named].sum().reindex(ROUTES, fill_value=0.0)
        number = table["route"].value_counts().reindex(ROUTES, fill_value=0)
        found.insert(0, "sites", number.astype(int))
        return found.reset_index()


def order_steps(
    weight: NDArray[np.float64],
    seconds: csr_array,
    candidates: Sequence[int],
    *,
    allowed: NDArray[np.bool_],
) -> list[tuple[int, NDArray[np.int64], bool]]:
    """
    Put sites into the order of what they newly cover.

    Parameters
    ----------
    weight
        Weight of each item, shape (items,).
    seconds
        What each candidate covers, shape (candidates, items).
    candidates
        Rows of the candidates of the plan.
    allowed
        Candidates that may open, shape (candidates,).

    Returns
    -------
    steps
        Candidate, the items it newly covers, and whether no candidate that may open
        adds more at this step. Equal gains go to more items, then to the lower row.

    Examples
    --------
    >>> cover = csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    >>> [(row, items.tolist(), best) for row, items, best in order_steps(
    ...     np.array([1.0, 1.0, 5.0]), cover, [0, 1], allowed=np.ones(2, bool))]
    [(1, [1, 2], True), (0, [0], True)]
    """
    left = list(candidates)
    steps: list[tuple[int, NDArray[np.int64], bool]] = []
    is_open = np.ones(len(weight), bool)
    while left:
        value = np.where(is_open, weight, 0.0)[seconds.indices]
        gain = np.add.reduceat(np.append(value, 0.0), seconds.indptr[:-1])
        gain[np.diff(seconds.indptr) == 0] = 0.0
        keyed = []
        for row in left:
            items = seconds.indices[seconds.indptr[row] : seconds.indptr[row + 1]]
            items = np.sort(items[is_open[items]])
            keyed.append((-float(weight[items].sum()), -len(items), row, items))
        _, _, row, items = min(keyed, key=lambda one: one[:3])
        most = float(gain[allowed].max(initial=0.0))
        steps.append(
            (
                row,
                np.asarray(items, np.int64),
                bool(gain[row] >= most * (1 - 1e-9)) and most > 0,
            )
        )
        is_open[items] = False
        left.remove(row)
    return steps


def sites_table(
    city: City, demand: Demand, steps: Sequence[Step], options: SitingOptions
) -> gpd.GeoDataFrame:
    """
    Write the plan as a table.

    Parameters
    ----------
    city
        The city with its points as candidates.
    demand
        The items.
    steps
        The sites in order.
    options
        What was asked for.

    Returns
    -------
    sites
        Contract ``sites``.
    """
    shares = _shares_after(city, demand, steps)
    people = origin_people(city, demand.table)
    ages = age_people(city, demand.table)
    cost = candidate_cost(city, options)
    rows = []
    for number, step in enumerate(steps, start=1):
        candidate = city.candidates.iloc[step.candidate]
        required = step.items[demand.required[step.items]]
        gained = float(demand.people[required].sum())
        origins = np.unique(demand.origin[step.items])
        first = candidate.get("earliest_year")
        year = step.year if step.year is not None else first
        copied = {
            name: candidate[name] for name in SITES.names if name in candidate.index
        }
        rows.append(
            {
                **copied,
                "step": number,
                "type_ids": step.type_ids,
                "year": None if year is None or pd.isna(year) else int(year),
                "cost_10k": cost[step.candidate]
                + sum(options.type_cost_10k.get(one, 0.0) for one in step.type_ids),
                "items_cleared": len(required),
                "person_items_gained": gained,
                "people_gained": float(people[origins].sum()),
                "people_by_age": tuple(
                    f"{band}={own[origins].sum():.0f}" for band, own in ages.items()
                ),
                "share_after": shares[number - 1],
                "item_ids": tuple(demand.item_id[step.items]),
                "reason": site_reason(city, demand, step, options),
            }
        )
    table = pd.DataFrame(rows, columns=list(SITES.names))
    return gpd.GeoDataFrame(table, geometry="geometry", crs=city.crs)


def _shares_after(city: City, demand: Demand, steps: Sequence[Step]) -> list[float]:
    """Give the headline share after each step."""
    whole, count = headline_counts(city, demand.reach, demand.table)
    by_people = demand.table == "cells"
    by_all = not by_people and city.profile.coverage.definition == "committee_all"
    columns = headline_columns(city, demand.reach)
    # A committee counts from the step on that clears the last of its items.
    covered = demand.reach.covered.copy() if by_all else demand.reach.covered
    shares = []
    for step in steps:
        required = step.items[demand.required[step.items]]
        if by_all:
            covered[demand.origin[required], demand.type_column[required]] = True
            count = float(covered[:, columns].all(axis=1).sum())
        elif by_people:
            count += float(demand.people[required].sum())
        else:
            count += len(required)
        shares.append(count / whole if whole else float("nan"))
    return shares


def share_before(city: City, demand: Demand) -> float:
    """
    Give the headline share before any site.

    Parameters
    ----------
    city
        The city.
    demand
        The items, for their origins.

    Returns
    -------
    share
        0 to 1; NaN where nothing is counted.
    """
    whole, covered = headline_counts(city, demand.reach, demand.table)
    return covered / whole if whole else float("nan")


def opened_types(
    city: City, demand: Demand, candidate: int, items: NDArray[np.int64]
) -> tuple[str, ...]:
    """
    Name the types that a site opens: those that serve some items there.

    Parameters
    ----------
    city
        The city with its points as candidates.
    demand
        The items.
    candidate
        Row of the candidate.
    items
        The items to serve.

    Returns
    -------
    type_ids
        In the order of the profile; all that may go there where none is needed.
    """
    allowed = city.candidates["type_ids"].iloc[candidate]
    needed = set()
    for column in np.unique(demand.type_column[items]):
        serving = city.profile.serving_types(demand.reach.type_ids[column])
        needed.add(next(one for one in serving if one in allowed))
    if not needed:
        needed = set(allowed)
    return tuple(one for one in city.profile.type_ids if one in needed)


def quality_text(plan: SitePlan, language: str) -> str:
    """
    Say how good a plan is against the best possible one.

    Parameters
    ----------
    plan
        The plan.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Model, solver, objective, bound, gap in per cent, status; no seconds.
    """
    kind = "quality" if plan.options.model == "mclp" else "least"
    return site_word(kind, language).format(
        model=site_word(plan.options.model, language),
        solver=site_word(plan.options.solver, language),
        objective=_amount(plan.objective),
        bound=_amount(plan.bound),
        gap=f"{plan.gap_pct:.2f}",
        status=site_word(plan.status, language),
    )


def plans_table(plans: Sequence[SitePlan]) -> pd.DataFrame:
    """
    List plans side by side.

    Parameters
    ----------
    plans
        The plans, the best first.

    Returns
    -------
    table
        ``rank``, ``objective``, ``bound``, ``gap_pct``, ``status``, ``share_after``,
        ``cost_10k``, ``sites`` (ids), and what the first plan has not: ``other``.
    """
    listed = [list(one.sites["candidate_id"].astype(str)) for one in plans]
    rows = []
    for rank, (plan, ids) in enumerate(zip(plans, listed, strict=True), start=1):
        rows.append(
            {
                "rank": rank,
                "objective": plan.objective,
                "bound": plan.bound,
                "gap_pct": plan.gap_pct,
                "status": plan.status,
                "share_after": plan.share_after,
                "cost_10k": plan.cost_10k,
                "sites": ", ".join(ids),
                "other": ", ".join(one for one in ids if one not in listed[0]),
            }
        )
    return pd.DataFrame(rows)


def _amount(value: float) -> str:
    """Write an objective: large ones without decimals."""
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:,.6g}"
