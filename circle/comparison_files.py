"""Write a comparison: workbook, tables, difference map and an index, whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circle._version import VERSION
from circle.comparison_map import write_comparison_map
from circle.comparison_names import Names
from circle.comparison_sheets import (
    comparison_blocks,
    comparison_facts,
    comparison_sheets,
    plan_blocks,
)
from circle.comparison_summary import (
    comparison_cards,
    comparison_figures,
    logged_rows,
    plan_cards,
    plan_figures,
)
from circle.csv_tables import csv_table
from circle.html_pages import page_template, write_page
from circle.outputs import RECORD, write_whole
from circle.results import RESULTS_FOLDER, write_results
from circle.sheet_parts import clean_text
from circle.workbook import write_sheets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from circle.comparison import Comparison
    from circle.comparison_plans import PlanComparison
    from circle.sheet_parts import Block

_SHOWN = 100
START, MAP, WORKBOOK = "index.html", "difference.html", "difference.xlsx"


@dataclass(frozen=True)
class ComparisonPaths:
    """Where the outputs of a comparison are."""

    folder: Path
    """The folder."""
    start: Path
    """The page to begin with."""
    map: Path
    """The difference map."""
    workbook: Path
    """The difference workbook."""
    tables: tuple[Path, ...]
    """The tables as CSV files."""


def write_comparison(
    comparison: Comparison, folder: Path | str, *, log: pd.DataFrame | None = None
) -> ComparisonPaths:
    """
    Write the difference map, the workbook, its CSV twins and an index page.

    The folder is written whole or not at all. It also keeps the results of the
    second of the two, so that they can be compared again.

    Parameters
    ----------
    comparison
        The comparison.
    folder
        The folder; made, or replaced where it holds outputs of circle, nothing
        else.
    log
        Contract ``change_log`` of the scenario, where there is one.

    Returns
    -------
    paths
        The files, in their final place.

    Raises
    ------
    OutputError
        If the folder holds other files, or something cannot be written.
    """
    target = Path(folder).resolve()
    tables = write_whole(target, lambda place: _write_all(comparison, log, place))
    return ComparisonPaths(
        target,
        target / START,
        target / MAP,
        target / WORKBOOK,
        tuple(target / one for one in tables),
    )


def write_plans(
    plans: PlanComparison, folder: Path | str, *, language: str, title: str
) -> Path:
    """
    Write two siting plans side by side: workbook, CSV tables and an index page.

    Parameters
    ----------
    plans
        The plans.
    folder
        The folder; made, or replaced where it holds outputs of circle, nothing
        else.
    language
        ``zh`` or ``en``.
    title
        What the two are.

    Returns
    -------
    start
        The page to begin with.

    Raises
    ------
    OutputError
        If the folder holds other files, or something cannot be written.
    """
    names = Names({}, {"language": language})
    figures = plan_figures(plans)
    cards = plan_cards(figures, language)

    def write(place: Path) -> None:
        blocks = plan_blocks(plans, names)
        sheets = comparison_sheets(blocks, names, note=title)
        write_sheets(
            place / WORKBOOK, sheets, title=title, language=language, cover=cards
        )
        tables = write_tables(blocks, place / "tables")
        links = [(WORKBOOK, names.say("workbook_link"))]
        links += [(f"tables/{one.name}", f"tables/{one.name}") for one in tables]
        _write_index(place, names, title=title, rows=([], cards), links=links)
        write_small_record(place, {"plans": figures})

    target = Path(folder).resolve()
    write_whole(target, write)
    return target / START


def write_tables(blocks: Mapping[str, Block], folder: Path) -> tuple[Path, ...]:
    """
    Write blocks as CSV files: UTF-8 with a byte-order mark, CRLF lines.

    Parameters
    ----------
    blocks
        Name of each file to its block.
    folder
        The folder; made if it is not there.

    Returns
    -------
    paths
        The files, sorted by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in sorted(blocks):
        path = folder / f"{name}.csv"
        csv_table(blocks[name]).to_csv(
            path, index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
        paths.append(path)
    return tuple(paths)


def write_small_record(folder: Path, facts: Mapping[str, object]) -> None:
    """
    Write the record that lists every other file of a folder.

    Parameters
    ----------
    folder
        The folder.
    facts
        What else the record says.
    """
    files = sorted(
        one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()
    )
    record = {
        "circle": VERSION,
        **facts,
        "outputs": [{"file": one} for one in files],
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _write_all(
    comparison: Comparison, log: pd.DataFrame | None, folder: Path
) -> tuple[str, ...]:
    """Write every file; the record last, as it lists the others."""
    names = Names(comparison.before.facts, comparison.after.facts)
    title = f"{clean_text(comparison.after.facts['title'])} · {names.say('difference')}"
    facts, cards = comparison_facts(comparison), comparison_cards(comparison)
    blocks = comparison_blocks(comparison, log)
    note = " ".join(text for _, text in facts)
    write_sheets(
        folder / WORKBOOK,
        comparison_sheets(blocks, names, note=note),
        title=title,
        language=names.language,
        cover=[*facts, *cards],
    )
    tables = write_tables(blocks, folder / "tables")
    write_comparison_map(comparison, folder / MAP)
    write_results(comparison.after, folder / RESULTS_FOLDER)
    links = [(MAP, names.say("difference_map")), (WORKBOOK, names.say("workbook_link"))]
    links += [(f"tables/{one.name}", f"tables/{one.name}") for one in tables]
    _write_index(
        folder,
        names,
        title=title,
        rows=(facts, cards),
        links=links,
        changes=_changes(log, names),
    )
    write_small_record(folder, {"comparison": comparison_figures(comparison)})
    return tuple(one.relative_to(folder).as_posix() for one in tables)


def _write_index(
    folder: Path,
    names: Names,
    *,
    title: str,
    rows: tuple[list[tuple[str, str]], list[tuple[str, str]]],
    links: list[tuple[str, str]],
    changes: Sequence[list[str]] = (),
) -> None:
    """Write the page that the outputs begin with: facts, figures, changes, links."""
    page = page_template("comparison_index.html").render(
        title=title,
        language="zh-CN" if names.language == "zh" else "en",
        facts=rows[0],
        cards=rows[1],
        heading=names.say("what_changed"),
        changes=changes,
        drawings=[],
        links=links,
    )
    write_page(folder / START, page)


def _changes(log: pd.DataFrame | None, names: Names) -> list[list[str]]:
    """Write the log for the index page: its head, then the first effects."""
    if log is None:
        return []
    head = [names.say(one) for one in ("log_thing", "log_name", "before", "after")]
    rows = [list(one) for one in logged_rows(log, names, most=_SHOWN)]
    more = [[f"… ({len(log):,})", "", "", ""]] if len(log) > _SHOWN else []
    return [head, *rows, *more]
