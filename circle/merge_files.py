"""Write a merged inventory, and the report on what became of every row."""

import csv
import datetime
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
import xlsxwriter.exceptions

from circle.errors import OutputError, Words
from circle.merge import Merged
from circle.merge_inputs import is_empty
from circle.problems import Problem, os_reason, problem_of
from circle.whole_files import whole_bytes, whole_file
from circle.words_merge import merge_word

# In memory: parts in a temporary folder would stay there when a disk is full.
_OPTIONS = {"strings_to_formulas": False, "in_memory": True}
_CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
_COLUMNS = ("what", "row_id", "name", "column", "old", "new", "source", "note")
WHATS = ("added", "changed", "closed", "unchanged", "not returned", "conflict",
         "left out", "duplicate")  # fmt: skip
_WIDTH = 18
_ENDINGS = (".csv", ".xlsx")


def write_merged(merged: Merged, path: Path) -> None:
    """
    Write the merged inventory.

    Parameters
    ----------
    merged
        The merged inventory.
    path
        A .csv or .xlsx file; an old one is replaced only when the new one is whole.

    Raises
    ------
    OutputError
        If the file cannot be written, or has another ending.
    """
    rows = [
        [_plain(value, text=name in merged.text_columns)
         for name, value in zip(merged.table.columns, row, strict=True)]
        for row in merged.table.itertuples(index=False)
    ]  # fmt: skip
    _write(path, [str(one) for one in merged.table.columns], rows)


def write_merge_report(merged: Merged, path: Path, *, language: str = "zh") -> None:
    """
    Write the report on a merge: one line per row, and per column that changed.

    Parameters
    ----------
    merged
        The merged inventory.
    path
        A .csv or .xlsx file.
    language
        ``zh`` or ``en``.

    Raises
    ------
    OutputError
        If the file cannot be written, or has another ending.
    """
    header = [merge_word(one, language) for one in _COLUMNS]
    rows: list[list[object]] = [
        [merge_word(one.what, language), *(getattr(one, k) for k in _COLUMNS[1:])]
        for one in merged.lines
    ]
    _write(path, header, rows)


def merge_summary(merged: Merged, *, language: str = "zh") -> list[str]:
    """
    Count what happened; list conflicts, what is left out and possible duplicates.

    Parameters
    ----------
    merged
        The merged inventory.
    language
        ``zh`` or ``en``.

    Returns
    -------
    lines
        One per kind with the number of rows, then one per conflict, cell left out
        and duplicate.
    """
    lines = [
        f"{merge_word(what, language)}\t{len(merged.rows(what))}" for what in WHATS
    ]
    for one in merged.lines:
        if one.what in {"conflict", "left out", "duplicate"}:
            values = f" {one.column}: {one.old} → {one.new}" if one.column else ""
            head = f"{merge_word(one.what, language)}: {one.row_id} {one.name}{values}"
            lines.append(f"{head}: {one.note}")
    return lines


def merge_object(merged: Merged) -> dict[str, object]:
    """
    Sum up a merge for scripts.

    Parameters
    ----------
    merged
        The merged inventory.

    Returns
    -------
    summary
        ``rows``, how many of each kind, and ``to_settle``: every conflict, cell left
        out and possible duplicate.
    """
    open_kinds = {"conflict", "left out", "duplicate"}
    lines = [one for one in merged.lines if one.what in open_kinds]
    return {
        "rows": {what.replace(" ", "_"): len(merged.rows(what)) for what in WHATS},
        "to_settle": [
            {key: None if is_empty(value) else str(value) for key, value in row.items()}
            for row in map(vars, lines)
        ],
    }


def refuse_overwriting(out: Path | None, inputs: Sequence[Path]) -> None:
    """
    Refuse to write a file over one that is read.

    Parameters
    ----------
    out
        The file to write; None writes nothing.
    inputs
        The files that are read.

    Raises
    ------
    OutputError
        If they are the same file.
    """
    if out is None or not out.exists():
        return
    if any(one.exists() and out.samefile(one) for one in inputs):
        raise OutputError(Problem("out-is-an-input", out.name))


def _plain(value: object, *, text: bool) -> object:
    """Write codes as texts with every digit, and nothing for an empty cell."""
    if is_empty(value):
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if text else int(value)
    return str(value) if text else value


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """
    Write a table beside its place, then move it there.

    Raises
    ------
    OutputError
        If that fails.
    """
    if path.suffix.lower() not in _ENDINGS:
        wanted = Words(".csv or .xlsx", zh=".csv 或 .xlsx")
        ending = {"ending": path.suffix, "wanted": wanted}
        raise OutputError(problem_of(path, "wrong-ending", **ending))
    try:
        if path.suffix.lower() == ".csv":
            with (
                whole_file(path) as part,
                part.open("w", encoding="utf-8-sig", newline="") as file,
            ):
                csv.writer(file).writerows([header, *rows])
        else:
            _write_sheet(path, header, rows)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        problem = problem_of(path, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error


def _write_sheet(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Write a table as the only sheet of a workbook; no text becomes a formula."""
    with (
        whole_bytes(path) as content,
        xlsxwriter.Workbook(content, _OPTIONS) as book,
    ):
        book.set_properties({"created": _CREATED})
        page = book.add_worksheet()
        page.freeze_panes(1, 0)
        page.set_column(0, len(header) - 1, _WIDTH)
        bold = book.add_format({"bold": True})
        for at, name in enumerate(header):
            page.write_string(0, at, name, bold)
        for number, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                if isinstance(value, int | float):
                    page.write_number(number, at, value)
                elif value != "":
                    page.write_string(number, at, str(value))
