"""Why a site is in a plan, and how good the plan is, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circle.city import City
from circle.site_demand import Demand
from circle.siting_settings import SitingOptions

_WORDS: Mapping[str, tuple[str, str]] = {
    "clears": (
        "消除{items}项缺项（{types}），涉及{origins}个{unit}、{people}人",
        "Clears {items} missing items ({types}) of {origins} {unit}, {people} people",
    ),
    "nothing": ("不消除缺项", "Clears no missing item"),
    "committees": ("居村", "committees"),
    "cells": ("网格", "cells"),
    "locked": ("，按意见锁定。", "; locked."),
    "best": ("，是此步增益最大的点位。", "; no other point adds more at this step."),
    "together": (
        "，与方案中其他点位合起来最优。",
        "; chosen for what the plan covers as a whole.",
    ),
    "shorter": ("，使出行时间缩短。", "; it shortens ways."),
    "quality": (
        "{model}·{solver}：目标值{objective}，上界{bound}，差距{gap}%，{status}",
        "{model}, {solver}: objective {objective}, bound {bound}, gap {gap} %, "
        "{status}",
    ),
    "least": (
        "{model}·{solver}：目标值{objective}，下界{bound}，差距{gap}%，{status}",
        "{model}, {solver}: objective {objective}, bound {bound}, gap {gap} %, "
        "{status}",
    ),
    "frontier": ("达标率与投入", "Coverage against effort"),
    "frontier_sites": ("选址数", "sites"),
    "frontier_budget": ("预算（万元）", "budget (10,000 CNY)"),
    "frontier_share": ("实施后达标率", "coverage after"),
    "before_after": (
        "达标率 {before} → {after}；{sites} 处，消除缺项 {items} 项，造价 {cost} 万元",
        "coverage {before} to {after}; {sites} sites clear {items} items, cost {cost} "
        "(10,000 CNY)",
    ),
    "unplaceable": (
        "没有任何可用点位能消除的缺项：{n} 项",
        "missing items that no point reaches: {n}",
    ),
    "route_line": (
        "{route}：{sites} 处，消除缺项 {items} 项，造价 {cost} 万元",
        "{route}: {sites} sites, {items} items cleared, cost {cost} (10,000 CNY)",
    ),
    "changes": (
        "与第 {since} 版相比：新增 {added}；移除 {removed}；保留 {kept} 处；"
        "达标率变化 {share} 个百分点；造价变化 {cost} 万元",
        "against version {since}: added {added}; removed {removed}; {kept} kept; "
        "coverage {share} percentage points; cost {cost} (10,000 CNY)",
    ),
    "points": (
        "点位 {points} 处（{from_}）；不可用或受限 {refused} 条",
        "{points} points ({from_}); {refused} notes on what cannot be used",
    ),
    "points_map": ("选址点位", "points for siting"),
    "points_shown": (
        "图上 {shown} 处点位，{lost} 处没有坐标。",
        "{shown} points on the map, {lost} without a place.",
    ),
    "points_note": (
        "淡色为不可用或受限的点位，指向点位可见详情；尚未求解。",
        "Pale points cannot be used, or not for all types: point at one to see why. "
        "Nothing has been solved yet.",
    ),
    "none": ("无", "none"),
    "mclp": ("最大覆盖", "maximal covering"),
    "lscp": ("集合覆盖", "set covering"),
    "pmedian": ("总出行最小", "p-median"),
    "pcenter": ("最远出行最小", "p-center"),
    "greedy": ("贪心", "greedy"),
    "lp": ("线性松弛", "LP rounding"),
    "exact": ("精确", "exact"),
    "optimal": ("已证明最优", "proven optimal"),
    "feasible": ("可行解", "feasible"),
    "time_limit": ("到达时限", "time limit reached"),
}


@dataclass(frozen=True)
class Step:
    """One site of a plan."""

    candidate: int
    """Row of the candidate."""
    items: NDArray[np.int64]
    """Items that it newly covers, ascending."""
    type_ids: tuple[str, ...]
    """Types that open there."""
    best: bool
    """Whether no other point adds more at this step."""
    year: int | None = None
    """Year in which it opens."""


def site_word(key: str, language: str) -> str:
    """
    Give a word of siting.

    Parameters
    ----------
    key
        Key of the word.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The word.
    """
    return _WORDS[key][0 if language == "zh" else 1]


def site_reason(city: City, demand: Demand, step: Step, options: SitingOptions) -> str:
    """
    Say in one sentence why a site is in the plan.

    Parameters
    ----------
    city
        The city with its points as candidates.
    demand
        The items.
    step
        The site.
    options
        What was asked for.

    Returns
    -------
    text
        In the language of the study.
    """
    language = city.study.language
    text = site_word("nothing", language)
    if len(step.items):
        origins = np.unique(demand.origin[step.items])
        people = getattr(city, demand.table)["population"].to_numpy(dtype=float)
        columns, number = np.unique(demand.type_column[step.items], return_counts=True)
        named = [
            f"{city.profile.type_of(demand.reach.type_ids[one]).label[language]} {n}"
            for one, n in zip(columns, number, strict=True)
        ]
        text = site_word("clears", language).format(
            items=f"{len(step.items):,}",
            types=("、" if language == "zh" else ", ").join(named),
            origins=f"{len(origins):,}",
            unit=site_word(demand.table, language),
            people=f"{people[origins].sum():,.0f}",
        )
    key = city.candidates["candidate_id"].iloc[step.candidate]
    why = "best" if step.best else "together"
    if options.model in {"pmedian", "pcenter"}:
        why = "shorter"
    if key in options.locked:
        why = "locked"
    return text + site_word(why, language)
