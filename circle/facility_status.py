"""What is open on a day: status, opening and closing dates of facilities."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from circle.errors import CircleWarning, list_ids
from circle.files import RawTable
from circle.input_contracts import FACILITIES, STATUS_WORDS
from circle.problems import problem_in, shown_value
from circle.tables import match_columns

DATES = ("opened", "closed")


def turned_dates(raw: RawTable, table: pd.DataFrame) -> list[str]:
    """
    Name the facilities that close before they open.

    Parameters
    ----------
    raw
        The file, for messages.
    table
        The inventory on the rows of the file; dates as ``2026-01-31``, or without
        them.

    Returns
    -------
    problems
        One message, or none.
    """
    if not set(DATES) <= set(table.columns):
        return []
    both = table.dropna(subset=list(DATES))
    turned = both[both["closed"] <= both["opened"]]
    if turned.empty:
        return []
    found, _ = match_columns(raw, FACILITIES, columns={})
    rows, column = turned.index.unique(), found.get("closed", "")
    return [problem_in(raw, "closes-before-it-opens", rows=rows, column=column)]


def status_on(facilities: gpd.GeoDataFrame, day: date) -> gpd.GeoDataFrame:
    """
    Give each facility the status that it has on a day.

    Parameters
    ----------
    facilities
        Contract ``facilities``; dates that are not given rule nothing out.
    day
        The day.

    Returns
    -------
    facilities
        A copy, with ``status`` on that day: an open or closed facility is planned
        before it opens, open from its opening date on, and closed from its closing
        date on; without a closing date it stays as it is. What is planned or being
        built stays so, whatever its dates: only `open` says that it has opened.
    """
    iso = day.isoformat()
    status = facilities["status"].to_numpy(dtype=object).copy()
    settled = np.isin(status.astype(str), ["open", "closed"])
    opens_later = facilities["opened"].map(lambda one: _later(one, iso)).to_numpy(bool)
    dated = facilities["closed"].notna().to_numpy(bool)
    closes_later = facilities["closed"].map(lambda one: _later(one, iso)).to_numpy(bool)
    status[settled & dated & closes_later] = "open"
    status[settled & dated & ~closes_later] = "closed"
    status[settled & opens_later] = "planned"
    return facilities.assign(status=status)


def date_warnings(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, day: date
) -> tuple[CircleWarning, ...]:
    """
    Say what the day of the assessment changes.

    Parameters
    ----------
    before
        The inventory with its own statuses.
    after
        The same with the statuses of the day.
    day
        The day.

    Returns
    -------
    warnings
        ``status-by-date`` for facilities whose status differs on the day, and
        ``opening-date-passed`` for planned ones that should have opened by then.
    """
    iso = day.isoformat()
    ids = before["facility_id"].astype(str)
    warnings = []
    changed = (before["status"] != after["status"]).to_numpy(bool)
    if changed.any():
        pairs = list(
            zip(
                ids[changed],
                before.loc[changed, "status"],
                after.loc[changed, "status"],
                strict=True,
            )
        )
        told = list_ids(f"{one} ({old} → {new})" for one, old, new in pairs)
        text = f"on {iso}, {len(pairs)} facilities have another status: {told}."
        words = {name: words[0] for name, words in STATUS_WORDS.items()}
        told = shown_value(
            tuple(f"{one}（{words[old]}→{words[new]}）" for one, old, new in pairs),
            "zh",
        )
        zh = f"按{iso}时点，{len(pairs)}处设施的状态与名录不同：{told}。"
        warnings.append(CircleWarning("status-by-date", text, zh))
    due = before["opened"].map(lambda one: isinstance(one, str) and one <= iso)
    late = due.to_numpy(bool) & after["status"].isin(["planned", "building"])
    if late.any():
        told = list_ids(ids[late])
        text = (
            f"{late.sum()} facilities are planned or being built although their "
            f"opening date has passed on {iso}; they do not count: {told}."
        )
        told = shown_value(tuple(ids[late]), "zh")
        zh = (
            f"{late.sum()}处设施启用日期已过（{iso}）但仍为规划或在建，未计入：{told}。"
        )
        warnings.append(CircleWarning("opening-date-passed", text, zh))
    return tuple(warnings)


def _later(one: object, iso: str) -> bool:
    """Tell whether a date is after a day; an unknown one is not."""
    return isinstance(one, str) and one > iso
