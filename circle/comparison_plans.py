"""Compare two siting plans: their sites, routes, cost, and what they cover."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from circle.contracts_compared import PLAN_ITEMS, ROUTE_CHANGES, SITE_CHANGES
from circle.errors import InputError
from circle.problems import os_reason, problem_of
from circle.site_plan import ROUTES

_SUMS = ("cost_10k", "items_cleared", "person_items_gained")
_TOLD = ("step", "type_ids", "year", *_SUMS)
_KEPT = (
    "candidate_id", "name", "subdistrict_id", "route", *_TOLD, "item_ids",
)  # fmt: skip
_FATES = ("added", "dropped", "changed", "kept")
_WHOSE = ("before_only", "after_only", "both")


@dataclass(frozen=True)
class PlanComparison:
    """What is otherwise in the second of two siting plans."""

    sites: pd.DataFrame
    """Contract ``site_changes``."""
    routes: pd.DataFrame
    """Contract ``route_changes``; the last row holds all routes."""
    items: pd.DataFrame
    """Contract ``plan_items``: what either of the two clears."""


def compare_plans(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    missing_items: pd.DataFrame | None = None,
) -> PlanComparison:
    """
    Compare two siting plans.

    Parameters
    ----------
    before
        Contract ``sites``: the first plan.
    after
        The second.
    missing_items
        Contract ``missing_items``, where names and people of the items are known.

    Returns
    -------
    plans
        Tables of changes. A site is the same where its candidate is; it is changed
        where other types open there, by another route or in another year.

    Examples
    --------
    >>> from circle import assess, load_city, read_study
    >>> from circle.results import results_of
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> one = results_of(assess(city)).sites
    >>> set(compare_plans(one, one).sites["change"])
    {'kept'}
    """
    return PlanComparison(
        sites=_site_changes(before, after),
        routes=_route_changes(before, after),
        items=_plan_items(before, after, missing_items),
    )


def read_plan(path: Path) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    """
    Read a version of a siting plan.

    Parameters
    ----------
    path
        A file such as ``plan-001.json``, as `circle site` writes it.

    Returns
    -------
    sites
        Contract ``sites``, as far as versions keep it.
    record
        All that the file holds.

    Raises
    ------
    InputError
        If it is no version of a plan.
    """
    try:
        record = json.loads(path.read_text("utf-8"))
        sites = pd.DataFrame(record["sites"], columns=list(_KEPT))
        shares = {key: record[key] for key in ("share_before", "share_after")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = os_reason(error)
        raise InputError(problem_of(path, "no-plan", reason=reason)) from error
    for name in ("type_ids", "item_ids"):
        sites[name] = [_listed(one) for one in sites[name]]
    return sites, {**record, **shares}


def _site_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Match the sites of both plans by their candidates."""
    was, now = _by_candidate(before), _by_candidate(after)
    rows = []
    for key in sorted({*was, *now}):
        old, new = was.get(key), now.get(key)
        known = new or old or {}
        row = {
            "change": _fate(old, new),
            "candidate_id": key,
            **{name: known[name] for name in ("name", "subdistrict_id", "route")},
        }
        for name in _TOLD:
            row[f"{name}_before"] = None if old is None else old[name]
            row[f"{name}_after"] = None if new is None else new[name]
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(SITE_CHANGES.names))
    rank = table["change"].map({one: i for i, one in enumerate(_FATES)}).astype(float)
    steps = table["step_after"].fillna(table["step_before"]).astype(float)
    order = np.lexsort((table["candidate_id"].to_numpy(dtype=str), steps, rank))
    return table.iloc[order].reset_index(drop=True)


def _by_candidate(sites: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Give the row of each candidate of a plan."""
    return {
        str(row["candidate_id"]): {str(key): one for key, one in row.items()}
        for row in sites.to_dict("records")
    }


def _fate(old: dict[str, Any] | None, new: dict[str, Any] | None) -> str:
    """Say what became of a site."""
    if old is None:
        return "added"
    if new is None:
        return "dropped"
    same = set(_listed(old["type_ids"])) == set(_listed(new["type_ids"]))
    for name in ("route", "year"):
        one, other = old[name], new[name]
        same &= one == other or (pd.isna(one) and pd.isna(other))
    return "kept" if same else "changed"


def _listed(cell: object) -> tuple[str, ...]:
    """Give the members of a list cell."""
    return tuple(cell) if isinstance(cell, (tuple, list)) else ()


def _route_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Sum up each supply route of both plans, and all of them."""
    columns: dict[str, list[float]] = {}
    for key, table in (("before", before), ("after", after)):
        parts = [table[table["route"] == one] for one in ROUTES] + [table]
        columns[f"sites_{key}"] = [float(len(one)) for one in parts]
        for name in _SUMS:
            columns[f"{name}_{key}"] = [
                float(one[name].astype(float).sum()) for one in parts
            ]
    table = pd.DataFrame({"route": [*ROUTES, "all"], **columns})
    return table[list(ROUTE_CHANGES.names)]


def _plan_items(
    before: pd.DataFrame, after: pd.DataFrame, missing_items: pd.DataFrame | None
) -> pd.DataFrame:
    """List the missing items that one of the plans clears, or both do."""
    was, now = _cleared(before), _cleared(after)
    told: dict[Any, Any] = {}
    if missing_items is not None:
        known = missing_items.drop_duplicates("item_id", keep="last")
        columns = ["committee_name", "type_id", "population"]
        told = known.set_index("item_id")[columns].to_dict("index")
    rows = []
    for item in sorted({*was, *now}):
        whose = "both"
        if item not in was or item not in now:
            whose = "before_only" if item in was else "after_only"
        rows.append(
            {
                "cleared_by": whose,
                "item_id": item,
                "site_before": was.get(item),
                "site_after": now.get(item),
                **told.get(item, {"type_id": item.rpartition(":")[2]}),
            }
        )
    table = pd.DataFrame(rows, columns=list(PLAN_ITEMS.names))
    rank = table["cleared_by"].map({one: i for i, one in enumerate(_WHOSE)})
    order = np.lexsort((table["item_id"].to_numpy(dtype=str), rank.astype(float)))
    return table.iloc[order].reset_index(drop=True)


def _cleared(sites: pd.DataFrame) -> dict[str, str]:
    """Give the site that clears each item of a plan."""
    return {
        str(item): str(key)
        for key, items in zip(sites["candidate_id"], sites["item_ids"], strict=True)
        for item in _listed(items)
    }
