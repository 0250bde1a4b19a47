"""Copies of tables in which the faulty cells are marked and explained."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from python_calamine import CalamineError

from circle.errors import InputError, OutputError
from circle.files import SHEET_SUFFIXES, TEXT_SUFFIXES
from circle.files_text import decode_text, find_separator
from circle.problems import Problem, os_reason, problem_of
from circle.sheet_books import opened_book, refuse_bomb
from circle.whole_files import whole_bytes

MARKABLE = (*SHEET_SUFFIXES, *TEXT_SUFFIXES)
_FILL = PatternFill("solid", start_color="FFFF00")
_KEPT_AS_IS = (".xlsx", ".xlsm")
# Titles may stand above the header, but not more of them than this.
_HEADER_ROWS = 20
_NOTE_SIZE = (320, 120)
_UNREADABLE = (CalamineError, BadZipFile, InvalidFileException, InputError, OSError,
               UnicodeDecodeError, csv.Error, KeyError, ValueError)  # fmt: skip


def mark_copy(
    source: Path, problems: Sequence[Problem], *, out: Path, language: str = "zh"
) -> int:
    """
    Copy a table to a workbook in which the faulty cells are yellow and commented.

    Parameters
    ----------
    source
        A spreadsheet or text table; it is left as it is.
    problems
        Its problems. One that is about no single cell stands at the row's first
        cell, or at the first cell of the sheet.
    out
        The .xlsx file to write.
    language
        Language of the comments, ``zh`` or ``en``.

    Returns
    -------
    cells
        How many cells are marked.

    Raises
    ------
    OutputError
        If the copy would take the place of the table, or one of them cannot be
        opened.
    """
    if out.suffix.lower() != ".xlsx":
        ending = {"ending": out.suffix, "wanted": ".xlsx"}
        raise OutputError(problem_of(out, "wrong-ending", **ending))
    if out.exists() and out.samefile(source):
        raise OutputError(problem_of(out, "copy-is-original"))
    try:
        book = _opened(source)
    except _UNREADABLE as error:
        problem = problem_of(source, "copy-not-made", error=str(error))
        raise OutputError(problem) from error
    texts: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for problem in problems:
        sheet = book[problem.sheet] if problem.sheet in book.sheetnames else book.active
        for row, column in _cells(sheet, problem):
            texts[sheet.title, row, column].append(problem.said(language))
    for (title, row, column), said in texts.items():
        cell = book[title].cell(row, column)
        cell.fill = _FILL
        width, height = _NOTE_SIZE
        cell.comment = Comment("\n".join(said), "circle", height=height, width=width)
    _save(book, out)
    return len(texts)


def _opened(source: Path) -> Any:
    """Open a spreadsheet for marking; lay other tables out as one."""
    suffix = source.suffix.lower()
    refuse_bomb(source)
    if suffix in _KEPT_AS_IS:
        return openpyxl.load_workbook(source)
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    if suffix in TEXT_SUFFIXES:
        text, _ = decode_text(source.read_bytes())
        separator = find_separator(text, suffix=suffix)
        rows = csv.reader(text.splitlines(keepends=True), delimiter=separator)
        _fill_sheet(book.create_sheet(source.stem[:31]), rows)
        return book
    with opened_book(source) as old:
        for name in old.sheet_names:
            page = old.get_sheet_by_name(name)
            content = page.to_python(skip_empty_area=False)
            _fill_sheet(book.create_sheet(name), content)
    return book


def _fill_sheet(sheet: Any, rows: Any) -> None:
    """Lay rows out on a sheet; a text stays a text, even one that begins with '='."""
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row, start=1):
            if value in {"", None}:
                continue
            cell = sheet.cell(number, at)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"


def _cells(sheet: Any, problem: Problem) -> list[tuple[int, int]]:
    """Give the cells, row and column, that a problem is about."""
    column = _column(sheet, problem.column)
    rows = [one for one in problem.rows if isinstance(one, int)]
    if problem.row_word == "row" and rows:
        return [(row, column[1]) for row in rows]
    return [column]


def _column(sheet: Any, name: str) -> tuple[int, int]:
    """Find the header cell of a column; the first cell if there is none."""
    if name:
        for row in islice(sheet.iter_rows(), _HEADER_ROWS):
            for cell in row:
                if cell.value is not None and str(cell.value).strip() == name:
                    return cell.row, cell.column
    return 1, 1


def _save(book: Any, out: Path) -> None:
    """
    Write a workbook whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        with whole_bytes(out) as content:
            book.save(content)
    except OSError as error:
        problem = problem_of(out, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error
