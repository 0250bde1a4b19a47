"""What is open on a day: status, opening and closing dates of facilities."""

from collections.abc import Mapping
from datetime import date

import geopandas as gpd
import numpy as np

from circle.dates import parse_date
from circle.errors import CircleWarning, list_ids
from circle.files import RawTable
from circle.problems import problem_in

DATES = ("opened", "closed")


def with_dates(
    raw: RawTable, table: gpd.GeoDataFrame, *, headers: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """
    Read the opening and closing dates of an inventory.

    Parameters
    ----------
    raw
        The file, for messages.
    table
        The inventory with ``opened`` and ``closed`` as text, or without them.
    headers
        Column of circle to column of the file, for messages.

    Returns
    -------
    table
        With dates as ``2026-01-31``.
    problems
        Cells that hold no date, and facilities that close before they open.
    """
    problems: list[str] = []
    table = table.copy()
    for name in DATES:
        if name not in table.columns:
            continue
        given = table[name].dropna()
        read = given.map(parse_date)
        bad = given[read.isna()]
        if len(bad):
            values = tuple(f"'{one}'" for one in bad.unique())
            problems.append(
                problem_in(
                    raw,
                    "not-a-date",
                    rows=bad.index.unique(),
                    column=headers.get(name, ""),
                    values=values,
                )
            )
        table[name] = read.reindex(table.index).astype(object)
    if set(DATES) <= set(table.columns):
        both = table.dropna(subset=list(DATES))
        turned = both[both["closed"] <= both["opened"]]
        if len(turned):
            rows = turned.index.unique()
            problems.append(problem_in(raw, "closes-before-it-opens", rows=rows))
    return table, problems


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
        told = list_ids(
            f"{one} ({old} → {new})"
            for one, old, new in zip(
                ids[changed],
                before.loc[changed, "status"],
                after.loc[changed, "status"],
                strict=True,
            )
        )
        text = f"on {iso}, {changed.sum()} facilities have another status: {told}."
        zh = f"按{iso}时点，{changed.sum()}处设施的状态与名录不同：{told}。"
        warnings.append(CircleWarning("status-by-date", text, zh))
    due = before["opened"].map(lambda one: isinstance(one, str) and one <= iso)
    late = due.to_numpy(bool) & after["status"].isin(["planned", "building"])
    if late.any():
        told = list_ids(ids[late])
        text = (
            f"{late.sum()} facilities are planned or being built although their "
            f"opening date has passed on {iso}; they do not count: {told}."
        )
        zh = (
            f"{late.sum()}处设施启用日期已过（{iso}）但仍为规划或在建，未计入：{told}。"
        )
        warnings.append(CircleWarning("opening-date-passed", text, zh))
    return tuple(warnings)


def _later(one: object, iso: str) -> bool:
    """Tell whether a date is after a day; an unknown one is not."""
    return isinstance(one, str) and one > iso
