"""The short summary of a comparison: figures before and after, who gains and loses."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from circle.comparison import Comparison, headline_share
from circle.comparison_names import Names, points_text
from circle.comparison_plans import PlanComparison
from circle.contracts_compared import FATE_WORDS
from circle.words_compared import compared_word

_SHOWN = 20


def comparison_figures(comparison: Comparison) -> dict[str, Any]:
    """
    Sum up a comparison as plain numbers.

    Parameters
    ----------
    comparison
        The comparison.

    Returns
    -------
    figures
        Shares 0 to 1 (None where nothing is counted); counts of items and
        facilities; people times types who gain and who lose, and people who gain or
        lose at least one type.
    """
    items = comparison.items["change"].value_counts()
    district = comparison.people[
        (comparison.people["area_kind"] == "district")
        & (comparison.people["age_band"] == "all")
    ]
    shares = [headline_share(one) for one in (comparison.before, comparison.after)]
    return {
        "share_before": _number(shares[0]),
        "share_after": _number(shares[1]),
        "share_change": _number(shares[1] - shares[0]),
        **{
            f"items_{one}": int(items.get(one, 0))
            for one in ("cleared", "new", "unchanged", "not_asked", "newly_asked")
        },
        "facilities_added": int(comparison.facilities["added"].sum()),
        "facilities_closed": int(comparison.facilities["closed"].sum()),
        "people_gain": float(district["people_gain"].sum()),
        "people_lose": float(district["people_lose"].sum()),
        "people_who_gain": _people_with_any(comparison, "gained_"),
        "people_who_lose": _people_with_any(comparison, "lost_"),
        **plan_figures(comparison.plans),
        "remarks": list(comparison.remarks),
    }


def plan_figures(plans: PlanComparison) -> dict[str, float]:
    """
    Sum up two siting plans as plain numbers.

    Parameters
    ----------
    plans
        The plans.

    Returns
    -------
    figures
        Sites by what became of them, sites, cost and items of both; none where there
        is no site at all.
    """
    if plans.sites.empty:
        return {}
    fates = plans.sites["change"].value_counts()
    whole = plans.routes.iloc[-1]
    return {
        **{f"sites_{one}": int(fates.get(one, 0)) for one in FATE_WORDS},
        **{
            f"plan_{name}_{key}": float(whole[f"{name}_{key}"])
            for name in ("sites", "cost_10k", "items_cleared", "person_items_gained")
            for key in _WHEN
        },
        "plan_items_both": int((plans.items["cleared_by"] == "both").sum()),
    }


def plan_cards(figures: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """
    Write the figures of two siting plans for readers.

    Parameters
    ----------
    figures
        As `plan_figures` gives.
    language
        ``zh`` or ``en``.

    Returns
    -------
    cards
        Label and text of sites, cost and items; none where there is no site at all.
    """
    if "sites_kept" not in figures:
        return []
    fates = {one: f"{figures[f'sites_{one}']:,}" for one in FATE_WORDS}
    both = f"{figures['plan_items_both']:,}"
    return [
        (
            compared_word(f"card_{name}", language),
            compared_word(f"plan_{name}", language).format(
                **{key: f"{figures[f'plan_{name}_{key}']:,.0f}" for key in _WHEN},
                **fates,
                both=both,
            ),
        )
        for name in ("sites", "cost_10k", "items_cleared")
    ]


def comparison_cards(comparison: Comparison) -> list[tuple[str, str]]:
    """
    Write the figures of a comparison for readers.

    Parameters
    ----------
    comparison
        The comparison.

    Returns
    -------
    cards
        Label and text; counts that are nought and rarely asked for are left out.
    """
    names, figures = (
        Names(comparison.before.facts, comparison.after.facts),
        comparison_figures(comparison),
    )
    language = names.language
    before, after = (_share(figures[f"share_{one}"], names) for one in _WHEN)
    change = figures["share_change"]
    moved = points_text(math.nan if change is None else change, language)
    cards = [(names.say("coverage"), f"{before} → {after} ({moved})")]
    for key, label in _CARDS:
        if figures[key] or key not in _RARE:
            cards.append((names.say(label), f"{figures[key]:,.0f}"))
    cards += plan_cards(figures, language)
    return cards


_WHEN = ("before", "after")
_CARDS = (
    ("items_cleared", "items_cleared"),
    ("items_new", "items_new"),
    ("items_unchanged", "items_unchanged"),
    ("items_newly_asked", "items_newly_asked"),
    ("items_not_asked", "items_not_asked"),
    ("facilities_added", "added"),
    ("facilities_closed", "closed"),
    ("people_who_gain", "gain_any"),
    ("people_who_lose", "lose_any"),
    ("people_gain", "people_gain"),
    ("people_lose", "people_lose"),
)
_RARE = ("items_newly_asked", "items_not_asked")


def comparison_text(comparison: Comparison, log: pd.DataFrame | None = None) -> str:
    """
    Write a comparison for a terminal.

    Parameters
    ----------
    comparison
        The comparison.
    log
        Contract ``change_log`` of the scenario, where there is one.

    Returns
    -------
    text
        What changed, old and new; then the figures; then what to take care of.
    """
    names = Names(comparison.before.facts, comparison.after.facts)
    colon = "：" if names.language == "zh" else ": "
    lines = []
    if log is not None:
        lines.append(names.say("what_changed"))
        for thing, name, old, new in logged_rows(log, names, most=_SHOWN):
            lines.append(f"  {thing} · {name}{colon}{old or '–'} → {new or '–'}")
        if len(log) > _SHOWN:
            lines.append(f"  … ({len(log):,})")
    cards = comparison_cards(comparison)
    lines += [f"{label}{colon}{text}" for label, text in cards]
    lines += [names.say(f"remark_{one}") for one in comparison.remarks]
    return "\n".join(lines)


def logged_rows(
    log: pd.DataFrame, names: Names, *, most: int
) -> list[tuple[str, str, str, str]]:
    """
    Write the first effects of a scenario for readers.

    Parameters
    ----------
    log
        Contract ``change_log``.
    names
        What things are called.
    most
        How many effects at most.

    Returns
    -------
    rows
        Thing, what of it changed, old and new; an empty text for none.
    """
    rows = []
    for row in log.head(most).to_dict("records"):
        thing = (
            f"{names.say('log_' + row['kind'])} {names.thing(row['kind'], row['id'])}"
        )
        name, old, new = (names.logged(row[one]) for one in ("name", "old", "new"))
        rows.append((thing, name, old, new))
    return rows


def _people_with_any(comparison: Comparison, prefix: str) -> float:
    """Count the people of cells that gain or lose at least one type."""
    cells = comparison.cells
    columns = [one for one in cells.columns if str(one).startswith(prefix)]
    if not columns:
        return 0.0
    some = cells[columns].to_numpy(dtype=bool).any(axis=1)
    return float(cells["population"].to_numpy(dtype=float)[some].sum())


def _share(share: float | None, names: Names) -> str:
    """Write a share in per cent."""
    return names.say("no_share") if share is None else f"{100 * share:.1f}%"


def _number(value: float) -> float | None:
    """Give None for NaN, as JSON has none."""
    return float(value) if np.isfinite(value) else None
