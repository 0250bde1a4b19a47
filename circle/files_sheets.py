"""Read one sheet of a spreadsheet."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook

from circle.errors import CircleWarning, InputError, list_ids
from circle.problems import problem_of
from circle.raw_table import RawTable
from circle.sheet_books import opened_book
from circle.table_layout import MergedRange, lay_out

SHEET_SUFFIXES = (".xlsx", ".xls", ".ods", ".xlsb", ".xlsm")


def read_sheet_file(
    path: Path, *, sheet: str | None = None, known: Collection[str] = ()
) -> RawTable:
    """
    Read one sheet of a spreadsheet; formulas are not run, their stored results read.

    Parameters
    ----------
    path
        The file: .xlsx, .xls, .ods.
    sheet
        Name of the sheet; the first one if not given.
    known
        Column names by which the header row is found.

    Returns
    -------
    raw
        The rows, with the warning ``sheets-not-read`` where other sheets hold
        something and none was named.

    Raises
    ------
    InputError
        If the file cannot be read, is a ZIP bomb or has no such sheet.
    """
    with opened_book(path) as book:
        name = sheet if sheet is not None else book.sheet_names[0]
        if name not in book.sheet_names:
            has = ", ".join(book.sheet_names)
            problem = problem_of(path.name, "no-such-sheet", name=name, names=has)
            raise InputError(problem)
        page = book.get_sheet_by_name(name)
        content = page.to_python(skip_empty_area=False)
        merged = _merged(page)
        others = [] if sheet is not None else _others(book, name)
    where = f"{path.name}: sheet '{name}'"
    raw = lay_out(content, where=where, known=known, merged=merged)
    return replace(raw, warnings=(*raw.warnings, *not_read(where, others, "sheet")))


def not_read(where: str, others: Sequence[str], word: str) -> tuple[CircleWarning, ...]:
    """
    Say which sheets or layers of a file were not read.

    Parameters
    ----------
    where
        What was read.
    others
        Names of the others that hold something.
    word
        ``sheet`` or ``layer``.

    Returns
    -------
    warnings
        One warning ``sheets-not-read``, or none.
    """
    if not others:
        return ()
    text = (
        f"{where}: the file has {len(others)} more {word}s, which are not read: "
        f"{list_ids(others)}; name the one that is meant under `layer:`."
    )
    zh = (
        f"{where}：文件中另有{len(others)}个工作表或图层未读取："
        f"{list_ids(others)}；请在`layer:`中指明所用的一个。"
    )
    return (CircleWarning("sheets-not-read", text, zh),)


def _merged(page: CalamineSheet) -> tuple[MergedRange, ...]:
    """Give the merged ranges of a sheet, where the format tells them."""
    ranges = page.merged_cell_ranges or ()
    return tuple((first, last) for first, last in ranges)


def _others(book: CalamineWorkbook, name: str) -> list[str]:
    """Name the other sheets that hold something."""
    return [
        one
        for one in book.sheet_names
        if one != name and book.get_sheet_by_name(one).height
    ]
