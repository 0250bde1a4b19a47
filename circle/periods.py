"""The record of progress over many periods: coverage, missing items, facilities."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from circle.comparison import HEADLINE_SHARES, Comparison, compare
from circle.errors import InputError, Words
from circle.results import Results

_FATES = ("new", "newly_asked", "cleared", "not_asked", "unchanged")


@dataclass(frozen=True)
class Periods:
    """Results of one district, one after the other."""

    results: tuple[Results, ...]
    """The results in the order of their dates."""
    labels: tuple[str, ...]
    """Name of each period."""
    coverage: pd.DataFrame
    """Period, area and share of the headline, with people and missing items."""
    items: pd.DataFrame
    """Period, and what became of the missing items since the one before."""
    facilities: pd.DataFrame
    """Period and domain: open facilities, added and closed since the one before."""
    remarks: tuple[str, ...]
    """Codes of what makes periods hard to compare."""


def track_periods(results: Sequence[Results], labels: Sequence[str] = ()) -> Periods:
    """
    Put results of several periods in order and follow what changed.

    Parameters
    ----------
    results
        At least two results of one district.
    labels
        Names of the periods; the date of each result if not given, else its number.

    Returns
    -------
    periods
        In the order of the dates where every result has one, else as given.

    Raises
    ------
    InputError
        If there are fewer than two results, or names of another number.
    """
    if len(results) < 2 or (labels and len(labels) != len(results)):
        raise InputError(
            Words(
                f"progress: found {len(results)} results and {len(labels)} names; "
                "expected two results or more, with one name each or none.",
                zh=f"进展：有{len(results)}份结果、{len(labels)}个名称；"
                "应至少两份结果，名称与结果一一对应或不给名称。",
            )
        )
    dates = [one.facts["as_of"] for one in results]
    names = list(labels) or [
        str(date or f"#{number}") for number, date in enumerate(dates, start=1)
    ]
    order = list(range(len(results)))
    if all(dates):
        order.sort(key=lambda i: (dates[i], i))
    ordered = tuple(results[i] for i in order)
    named = tuple(names[i] for i in order)
    steps = [compare(one, other) for one, other in itertools.pairwise(ordered)]
    return Periods(
        results=ordered,
        labels=named,
        coverage=_coverage(ordered, named),
        items=_items(ordered, named, steps),
        facilities=_facilities(named, steps),
        remarks=tuple(dict.fromkeys(code for one in steps for code in one.remarks)),
    )


def _coverage(results: Sequence[Results], labels: Sequence[str]) -> pd.DataFrame:
    """List the headline share of every area in every period."""
    parts = []
    for label, one in zip(labels, results, strict=True):
        share = HEADLINE_SHARES[one.facts["definition"]]
        rows = one.coverage[one.coverage["group_kind"] == "required"]
        parts.append(
            pd.DataFrame(
                {
                    "period": label,
                    "area_kind": rows["area_kind"].to_numpy(dtype=object),
                    "area_id": rows["area_id"].to_numpy(dtype=object),
                    "share": rows[share].to_numpy(dtype=float),
                    "population": rows["population"].to_numpy(dtype=float),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _items(
    results: Sequence[Results], labels: Sequence[str], steps: Sequence[Comparison]
) -> pd.DataFrame:
    """Count the missing items of every period and their fates since the last."""
    rows = []
    for i, (label, one) in enumerate(zip(labels, results, strict=True)):
        row: dict[str, object] = {
            "period": label,
            "missing_items": len(one.missing_items),
            "missing_required": int(one.missing_items["required"].sum()),
        }
        counts = {} if i == 0 else steps[i - 1].items["change"].value_counts().to_dict()
        row |= {fate: None if i == 0 else counts.get(fate, 0) for fate in _FATES}
        rows.append(row)
    return pd.DataFrame(rows)


def _facilities(labels: Sequence[str], steps: Sequence[Comparison]) -> pd.DataFrame:
    """Count the open facilities of every domain and period."""
    parts = []
    for i, step in enumerate(steps):
        sums = step.facilities.groupby("domain", sort=False)[
            ["open_before", "added", "closed", "open_after"]
        ].sum()
        if i == 0:
            first = sums[["open_before"]].rename(columns={"open_before": "open_count"})
            parts.append(first.assign(period=labels[0], added=None, closed=None))
        later = sums.rename(columns={"open_after": "open_count"})
        parts.append(later.drop(columns="open_before").assign(period=labels[i + 1]))
    columns = ["period", "domain", "open_count", "added", "closed"]
    whole = [one.reset_index().astype(object) for one in parts]
    return pd.concat(whole, ignore_index=True)[columns]
