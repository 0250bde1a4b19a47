"""The short summary of a comparison: figures before and after, who gains and loses."""

import math
from typing import Any

import numpy as np
import pandas as pd

from circle.comparison import Comparison, headline_share
from circle.comparison_names import Names, points_text

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
        "remarks": list(comparison.remarks),
    }


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
        Names(comparison.before, comparison.after),
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
    names = Names(comparison.before, comparison.after)
    lines = []
    if log is not None:
        lines.append(names.say("what_changed"))
        for row in log.head(_SHOWN).itertuples(index=False):
            kind = names.say(f"log_{row.kind}")
            old, new = (names.logged(one) or "–" for one in (row.old, row.new))
            lines.append(f"  {kind} {row.id} · {names.logged(row.name)}: {old} → {new}")
        if len(log) > _SHOWN:
            lines.append(f"  … ({len(log):,})")
    lines += [f"{label}: {text}" for label, text in comparison_cards(comparison)]
    lines += [names.say(f"remark_{one}") for one in comparison.remarks]
    return "\n".join(lines)


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
