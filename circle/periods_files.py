"""Write the record of progress: workbook, tables, charts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circle.chart_parts import Axis
from circle.charts import Bar, Series, bar_chart, line_chart
from circle.comparison_files import START, write_small_record, write_tables
from circle.comparison_map import ready
from circle.comparison_names import Names
from circle.html_pages import page_template, write_page
from circle.outputs import write_whole
from circle.sheet_parts import Block, Field, Form, Sheet, clean_text
from circle.workbook import write_sheets

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from circle.periods import Periods

WORKBOOK = "progress.xlsx"
_COUNTS = {"added": "added_count", "closed": "closed_count"}
_FATE_FORMS: dict[str, Form] = {
    "cleared": "count",
    "new": "count",
    "unchanged": "count",
    "newly_asked": "count",
    "not_asked": "count",
}


@dataclass(frozen=True)
class PeriodsPaths:
    """Where the record of progress is."""

    folder: Path
    """The folder."""
    start: Path
    """The page with the charts."""
    workbook: Path
    """The workbook."""
    tables: tuple[Path, ...]
    """The tables as CSV files."""


def write_periods(periods: Periods, folder: Path | str) -> PeriodsPaths:
    """
    Write the record of progress as workbook, CSV tables and a page of charts.

    Parameters
    ----------
    periods
        The record.
    folder
        The folder; made, or replaced where it holds outputs of circle, nothing
        else.

    Returns
    -------
    paths
        The files.

    Raises
    ------
    OutputError
        If the folder holds other files, or something cannot be written.
    """
    target = Path(folder).resolve()
    tables = write_whole(target, lambda place: _write_all(periods, place))
    return PeriodsPaths(
        target,
        target / START,
        target / WORKBOOK,
        tuple(target / "tables" / one for one in tables),
    )


def _write_all(periods: Periods, folder: Path) -> tuple[str, ...]:
    """Write every file; the record last, as it lists the others."""
    names = Names(periods.results[0].facts, periods.results[-1].facts)
    blocks = _blocks(periods, names)
    title = (
        f"{clean_text(periods.results[-1].facts['title'])} · {names.say('progress')}"
    )
    facts = [
        (names.say("period"), clean_text(list(periods.labels))),
        *(
            (names.say("remarks"), names.say(f"remark_{one}"))
            for one in periods.remarks
        ),
    ]
    note = " ".join(text for _, text in facts)
    sheets = tuple(
        Sheet(names.say(f"sheet_{tab}"), names.say(f"progress_{key}"), note, (block,))
        for tab, (key, block) in zip(_TABS, blocks.items(), strict=True)
    )
    write_sheets(
        folder / WORKBOOK, sheets, title=title, language=names.language, cover=facts
    )
    tables = write_tables(blocks, folder / "tables")
    links = [(WORKBOOK, WORKBOOK), *((f"tables/{one.name}",) * 2 for one in tables)]
    page = page_template("comparison_index.html").render(
        title=title,
        language="zh-CN" if names.language == "zh" else "en",
        facts=facts,
        cards=[],
        heading="",
        changes=[],
        drawings=_drawings(periods, names),
        links=links,
    )
    write_page(folder / START, page)
    write_small_record(folder, {"progress": list(periods.labels)})
    return tuple(one.name for one in tables)


_TABS = ("progress", "steps", "added")


def _blocks(periods: Periods, names: Names) -> dict[str, Block]:
    """Lay out the three tables."""
    coverage = periods.coverage.copy()
    coverage["area"] = [
        names.area(*pair)
        for pair in zip(coverage["area_kind"], coverage["area_id"], strict=True)
    ]
    facilities = periods.facilities.copy()
    facilities["domain_name"] = [names.domain(one) for one in facilities["domain"]]
    return {
        "coverage": _block(
            coverage, names, area="text", period="text", share="share",
            population="count",
        ),
        "items": _block(
            periods.items, names, period="text", missing_items="count",
            missing_required="count", **_FATE_FORMS,
        ),
        "facilities": _block(
            facilities.rename(columns=_COUNTS),
            names, domain_name="text", period="text", open_count="count",
            added_count="count", closed_count="count",
        ),
    }  # fmt: skip


def _block(rows: pd.DataFrame, names: Names, **forms: Form) -> Block:
    """Lay out one table."""
    fields = tuple(Field(key, names.say(key), form) for key, form in forms.items())
    return Block("", fields, rows.reset_index(drop=True)[list(forms)])


def _drawings(periods: Periods, names: Names) -> list[tuple[str, Markup]]:
    """Draw coverage, missing items and facilities over the periods."""
    across = Axis(names.say("period"), ticks=periods.labels)
    items = [
        Series(names.say(key), tuple(enumerate(periods.items[key].astype(float))))
        for key in ("missing_required", "cleared", "new")
    ]
    charts = {
        "coverage": line_chart(
            _coverage_lines(periods, names),
            x=across,
            y=Axis(names.say("share"), "share"),
            title=names.say("progress_coverage"),
        ),
        "items": line_chart(
            items,
            x=across,
            y=Axis(names.say("missing_items"), "count"),
            title=names.say("progress_items"),
        ),
        "facilities": bar_chart(
            _facility_bars(periods, names),
            axis=Axis(names.say("added"), "count"),
            title=names.say("progress_facilities"),
        ),
    }
    return [(names.say(f"progress_{key}"), ready(one)) for key, one in charts.items()]


def _coverage_lines(periods: Periods, names: Names) -> list[Series]:
    """Follow the district and its area classes."""
    place = {label: float(i) for i, label in enumerate(periods.labels)}
    table = periods.coverage
    upper = table[table["area_kind"].isin(["district", "area_class"])]
    return [
        Series(
            names.area(*map(str, key)),
            tuple(
                (place[one], share)
                for one, share in zip(own["period"], own["share"], strict=True)
            ),
        )
        for key, own in upper.groupby(["area_kind", "area_id"], sort=False)
    ]


def _facility_bars(periods: Periods, names: Names) -> list[Bar]:
    """Show the facilities added in each domain and period."""
    rows = periods.facilities.dropna(subset="added").to_dict("records")
    return [
        Bar(f"{names.domain(row['domain'])} · {row['period']}", row["added"])
        for row in rows
    ]
