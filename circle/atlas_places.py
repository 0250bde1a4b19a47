"""What the maps show at points: committees, facilities, sites."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from circle.atlas_palette import (
    COMMITTEE_CLASSES,
    DOMAIN_COLOURS,
    SHAPES,
    class_of,
)
from circle.atlas_shapes import pack_points
from circle.atlas_sheet import (
    Sheet,
    count,
    minutes_shown,
    shown_facilities,
)
from circle.facts import percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from circle.reached import Reach

STATUSES = ("open", "planned", "building", "closed")


def facility_types(sheet: Sheet) -> list[dict[str, Any]]:
    """
    Describe the facility types of the profile with their colours and shapes.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    types
        In the order of the profile: label, domain, required, colour, shape.
    """
    profile = sheet.city.profile
    domains = list(profile.domains)
    seen = dict.fromkeys(domains, 0)
    types = []
    for one in map(profile.type_of, sheet.type_ids):
        shape = SHAPES[seen[one.domain] % len(SHAPES)]
        seen[one.domain] += 1
        types.append(
            {
                "label": one.label[sheet.language],
                "domain": one.domain,
                "group": domains.index(one.domain),
                "required": one.tier in profile.coverage.tiers,
                "colour": DOMAIN_COLOURS[
                    domains.index(one.domain) % len(DOMAIN_COLOURS)
                ],
                "shape": shape,
            }
        )
    return types


def pack_committees(sheet: Sheet) -> dict[str, Any]:
    """
    Pack the committees with their travel times to every type.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    committees
        ``rows``, one per committee of the page, and ``near``: the names of the
        facilities that the rows point to.
    """
    city, reach = sheet.city, sheet.assessment.committee_reach
    if reach is None:
        return {"near": [], "rows": []}
    own = city.committees[sheet.is_own(city.committees["subdistrict_id"])]
    row_of = {one: i for i, one in enumerate(reach.origin_ids)}
    at = pack_points(sheet.degrees(own.geometry.to_numpy()))
    names = city.subdistricts.set_index("subdistrict_id")["name"]
    near: dict[int, int] = {}
    rows = [
        {
            "name": str(one.name),
            "kind": str(one.kind),
            "mode": str(one.mode),
            "in": str(names[one.subdistrict_id]),
            "people": count(one.population),
            "at": place,
            **_times(sheet, reach, row_of[one.committee_id], near=near),
        }
        for place, one in zip(at, own.itertuples(index=False), strict=True)
    ]
    facility_names = city.facilities["name"].to_numpy()
    return {"near": [_text(facility_names[i]) for i in near], "rows": rows}


def _times(
    sheet: Sheet, reach: Reach, row: int, *, near: dict[int, int]
) -> dict[str, Any]:
    """Pack the times of one committee; `near` numbers the facilities it names."""
    covered = reach.covered[row]
    limits, rule_class = reach.limits, reach.limits.rule_class[row]
    thresholds_s = limits.threshold_s[rule_class]
    joined = reach.joined_by[row, limits.travel[rule_class]]
    missing = int((~covered & sheet.required).sum())
    return {
        "missing": missing,
        "class": class_of(missing, COMMITTEE_CLASSES) - 1,
        "adrift": not joined.all(),
        "limit": _limits(thresholds_s / 60),
        "time": [
            minutes_shown(time / 60, limit / 60, covered=bool(yes))
            for time, limit, yes in zip(
                reach.time_s[row].tolist(),
                thresholds_s.tolist(),
                covered,
                strict=True,
            )
        ],
        "near": [
            near.setdefault(i, len(near)) if i >= 0 else -1
            for i in reach.facility[row].tolist()
        ],
        "covered": "".join("1" if yes else "0" for yes in covered),
    }


def _limits(limits_min: NDArray[np.float64]) -> float | list[float]:
    """Give one limit where all types share it, else one per type."""
    rounded = [round(float(one), 1) for one in limits_min]
    return rounded[0] if len(set(rounded)) == 1 else rounded


def pack_facilities(sheet: Sheet) -> list[list[list[Any]]]:
    """
    Pack the facilities of each type.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    facilities
        Per type a list of latitude, longitude (millionths of a degree), number of
        the status, name.
    """
    facilities = shown_facilities(sheet)
    at = pack_points(sheet.degrees(facilities.geometry.to_numpy()))
    by_type: dict[str, list[list[Any]]] = {one: [] for one in sheet.type_ids}
    for place, type_id, status, name in zip(
        at,
        facilities["type_id"],
        facilities["status"],
        facilities["name"],
        strict=True,
    ):
        by_type[type_id].append([*place, STATUSES.index(status), _text(name)])
    return list(by_type.values())


def pack_sites(sheet: Sheet) -> list[dict[str, Any]]:
    """
    Pack the places and figures of the proposed sites.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    sites
        Step, name, place, places of the committees it serves, rows of the popup.
    """
    sites = sheet.assessment.sites
    if sites.empty:
        return []
    own = sites[sheet.is_own(sites["subdistrict_id"])]
    at = pack_points(sheet.degrees(own.geometry.to_numpy()))
    committees = sheet.once("committee places", lambda: _committee_places(sheet))
    return [
        {
            "step": int(one.step),
            "name": str(one.name),
            "at": place,
            "serves": [committees[key] for key in _served(one) if key in committees],
            "rows": _site_rows(sheet, one),
        }
        for one, place in zip(own.itertuples(index=False), at, strict=True)
    ]


def pack_candidates(sheet: Sheet) -> list[list[Any]]:
    """
    Pack the candidate sites of a page.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    candidates
        Latitude, longitude (millionths of a degree), name, route, floor area and
        cost of each, as texts.
    """
    candidates = sheet.city.candidates
    own = candidates[sheet.is_own(candidates["subdistrict_id"])]
    own = own[own.geometry.notna()]
    at = pack_points(sheet.degrees(own.geometry.to_numpy()))
    texts = [
        own[one].tolist() if one in own.columns else [None] * len(own)
        for one in ("name", "route", "floor_area_m2", "cost_10k")
    ]
    return [
        [*place, _text(name), _text(route), _number(area), _number(cost)]
        for place, name, route, area, cost in zip(at, *texts, strict=True)
    ]


def _number(value: Any) -> str:
    """Write a number that may be missing."""
    return "–" if _is_nothing(value) else f"{value:,.0f}"


def _committee_places(sheet: Sheet) -> dict[str, list[int]]:
    """Pack the place of every committee of the city."""
    committees = sheet.city.committees
    at = pack_points(sheet.degrees(committees.geometry.to_numpy()))
    return dict(zip(committees["committee_id"], at, strict=True))


def _served(site: Any) -> list[str]:
    """List the committees whose items a site clears, each once."""
    items = site.item_ids if isinstance(site.item_ids, (tuple, list)) else ()
    return list(dict.fromkeys(str(one).rsplit(":", 1)[0] for one in items))


def _site_rows(sheet: Sheet, site: Any) -> list[list[str]]:
    """Write the figures of a site for its popup."""
    profile = sheet.city.profile
    separator = "、" if sheet.language == "zh" else ", "
    labels = [profile.type_of(one).label[sheet.language] for one in site.type_ids]
    return [
        [sheet.say("step"), str(site.step)],
        [sheet.say("type_ids"), separator.join(labels)],
        [sheet.say("route"), sheet.say(str(site.route))],
        [sheet.say("cost_10k"), _number(site.cost_10k)],
        [sheet.say("items_cleared"), count(site.items_cleared)],
        [sheet.say("share_after"), percent(float(site.share_after))],
    ]


def _text(value: Any) -> str:
    """Write a name that may be missing."""
    return "" if _is_nothing(value) else str(value)


def _is_nothing(value: Any) -> bool:
    """Tell None and NaN."""
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (value is pd.NA)
    )
