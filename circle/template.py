"""The data-item workbook that a street office fills in each period."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
import xlsxwriter.exceptions

from circle.contracts import COMMITTEES, FACILITIES
from circle.errors import OutputError
from circle.inventory import Inventory
from circle.problems import os_reason, problem_of
from circle.profile import Profile
from circle.profile_norms import unasked_columns
from circle.returned import (
    CRS,
    DATE,
    EXAMPLE,
    HANDED_OUT,
    HANDED_OUT_CRS,
    INSTRUCTIONS,
    SHEETS,
    UNIT,
)
from circle.tables import Column, Contract, header
from circle.template_rows import Row, rows_to_send
from circle.whole_files import whole_bytes
from circle.words_template import EXAMPLES, LIST_SHEET, TEMPLATE_TEXTS, TITLE

# A file's date would change its bytes from one writing to the next.
# In memory: parts in a temporary folder would stay there when a disk is full.
_OPTIONS = {"strings_to_formulas": False, "in_memory": True}
_CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
_LAST_ROW, _ROWS_TO_SPARE = 2_000, 500
# A year alone, typed into a date cell, becomes a day of 1905 and is refused.
_DAYS = (datetime.date(1906, 1, 1), datetime.date(2100, 12, 31))
_A4 = 9
_FONTS = {"zh": "等线", "en": "Calibri"}
_SYSTEMS = (HANDED_OUT_CRS, "CGCS2000", "GCJ-02", "BD-09")
_CONTRACTS: Mapping[str, Contract] = {
    "committees": COMMITTEES,
    "facilities": FACILITIES,
}
# Text keeps every digit of a code; numbers are checked as they are typed.
_NUMBERS = frozenset({"number", "count", "x", "y"})
_WIDTHS = {"id": 16, "text": 26, "number": 12, "count": 10, "choice": 12, "date": 13}


@dataclass(frozen=True)
class _Item:
    """One column of a sheet to fill in."""

    name: str
    """Name in circle; ``x`` and ``y`` for the place."""
    header: str
    """Header in the language of the workbook."""
    kind: str
    """What the values are."""
    note: str
    """What to fill in."""
    choices: tuple[str, ...] = ()
    """Words to choose from."""
    needed: bool = True
    """Whether every row needs a value."""


@dataclass(frozen=True)
class _Book:
    """An open workbook with what every sheet needs."""

    file: Any
    """The XlsxWriter workbook."""
    at: int
    """0 for Chinese, 1 for English."""
    styles: Mapping[str, Any]
    """Cell formats by use."""
    rows: Mapping[str, Sequence[Row]]
    """The present rows, by kind of table; none for an empty template."""


def write_template(
    path: Path,
    *,
    profile: Profile,
    language: str = "zh",
    inventories: Sequence[Inventory] = (),
    subdistricts: Sequence[str] = (),
) -> None:
    """
    Write the workbook that a street office fills in.

    With inventories it holds their rows, to be corrected, and a hidden copy of them
    as they are handed out, by which a merge knows what the office has changed.

    Parameters
    ----------
    path
        The .xlsx file to write.
    profile
        The profile whose facility types are offered.
    language
        ``zh`` or ``en``.
    inventories
        Inventories of facilities and committees; none for an empty template.
    subdistricts
        Only the rows of these subdistricts, by name or code as the inventories write
        them.

    Raises
    ------
    InputError
        If no row names one of the subdistricts.
    OutputError
        If the file cannot be written, or is not named .xlsx.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from circle.profile_reading import read_profile
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "items.xlsx"
    ...     write_template(file, profile=read_profile("pudong"))
    ...     file.stat().st_size > 5_000
    True
    """
    if path.suffix.lower() != ".xlsx":
        ending = {"ending": path.suffix, "wanted": ".xlsx"}
        raise OutputError(problem_of(path, "wrong-ending", **ending))
    rows: dict[str, list[Row]] = {}
    for old in inventories:
        rows.setdefault(old.kind, []).extend(
            rows_to_send(
                old, profile=profile, language=language, subdistricts=subdistricts
            )
        )
    try:
        with (
            whole_bytes(path) as content,
            xlsxwriter.Workbook(content, _OPTIONS) as file,
        ):
            file.set_properties({"created": _CREATED, "title": TITLE[language]})
            at = 0 if language == "zh" else 1
            book = _Book(file, at, _styles(file, language), rows)
            items = {kind: _items(kind, profile, language) for kind in SHEETS}
            _write_instructions(book)
            lists = _write_sheets(book, items)
            _write_lists(book, lists)
            _write_handed_out(book, items)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        problem = problem_of(path, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error


def _styles(file: Any, language: str) -> dict[str, Any]:
    """Make the cell formats."""
    base = {"font_name": _FONTS[language], "font_size": 10, "valign": "vcenter"}
    cell = {**base, "border": 1, "border_color": "#BFBFBF"}
    return {
        "title": file.add_format({**base, "bold": True, "font_size": 16}),
        "line": file.add_format({**base, "text_wrap": True}),
        "label": file.add_format({**cell, "bold": True, "bg_color": "#EAF1F8"}),
        "fill": file.add_format({**cell, "num_format": "@"}),
        "header": file.add_format(
            {**cell, "bold": True, "bg_color": "#D6E4F0", "text_wrap": True}
        ),
        "optional": file.add_format(
            {**cell, "bold": True, "bg_color": "#F2F2F2", "text_wrap": True}
        ),
        "text": file.add_format({**base, "num_format": "@"}),
        "number": file.add_format(base),
        "date": file.add_format({**base, "num_format": "yyyy-mm-dd"}),
        "example": file.add_format({**base, "italic": True, "font_color": "#7F7F7F"}),
    }


def _items(kind: str, profile: Profile, language: str) -> tuple[_Item, ...]:
    """List the columns of a sheet: those of the contract, then the place."""
    at = 0 if language == "zh" else 1
    items, unasked = [], unasked_columns(profile.norms)
    for column in _CONTRACTS[kind].columns:
        if column.kind in {"point", "area"} or column.name in unasked:
            continue
        choices = _choices(column, profile, at)
        items.append(
            _Item(
                column.name,
                header(column, language),
                "choice" if choices else column.kind,
                _note(column, kind, at),
                choices,
                column.required and not column.null and column.name != "facility_id",
            )
        )
    for axis, title in (("x", ("经度", "lon")), ("y", ("纬度", "lat"))):
        note = TEMPLATE_TEXTS[f"note_{axis}"][at]
        items.append(_Item(axis, title[at], axis, note, needed=kind == "committees"))
    return tuple(items)


def _choices(column: Column, profile: Profile, at: int) -> tuple[str, ...]:
    """List the words of a drop-down list."""
    if column.name == "type_id":
        return tuple(one.label.zh if at == 0 else one.label.en for one in profile.types)
    if column.kind != "choice":
        return ()
    return tuple(
        words[0] if at == 0 else value for value, words in column.choices.items()
    )


def _note(column: Column, kind: str, at: int) -> str:
    """Say what to fill in; in English the dictionary says it."""
    own = TEMPLATE_TEXTS.get(
        f"note_{kind}_{column.name}", TEMPLATE_TEXTS.get(f"note_{column.name}")
    )
    if own is not None:
        return own[at]
    words = TEMPLATE_TEXTS["required" if column.required else "optional"][at]
    return f"{words}{'' if at == 0 else ' ' + column.description}"


def _write_instructions(book: _Book) -> None:
    """Write how to fill in, and the cells for unit, date and coordinate system."""
    page = book.file.add_worksheet(INSTRUCTIONS[book.at])
    _set_up(page)
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, TEMPLATE_TEXTS["title"][book.at], book.styles["title"])
    page.set_row(0, 28)
    given = {2: (UNIT, ""), 3: (DATE, ""), 4: (CRS, _SYSTEMS[0])}
    for row, (label, value) in given.items():
        page.write_string(row, 0, label[book.at], book.styles["label"])
        page.write_string(row, 1, value, book.styles["fill"])
    page.data_validation(4, 1, 4, 1, {"validate": "list", "source": list(_SYSTEMS)})
    lines = TEMPLATE_TEXTS["instructions"][book.at].split("\n")
    if book.rows:
        lines += TEMPLATE_TEXTS["instructions_prefilled"][book.at].split("\n")
    for row, line in enumerate(lines, start=6):
        page.merge_range(row, 0, row, 1, "", book.styles["line"])
        page.write_string(row, 0, f"{row - 5}. {line}", book.styles["line"])
        page.set_row(row, 30)


def _write_sheets(
    book: _Book, items: Mapping[str, Sequence[_Item]]
) -> list[tuple[str, tuple[str, ...]]]:
    """Write the sheets to fill in; give the lists that their cells refer to."""
    lists: list[tuple[str, tuple[str, ...]]] = []
    for kind, columns in items.items():
        page = book.file.add_worksheet(SHEETS[kind][book.at])
        _set_up(page)
        page.repeat_rows(0)
        page.freeze_panes(1, 1)
        page.set_row(0, 32)
        for number, item in enumerate(columns):
            style = book.styles["header" if item.needed else "optional"]
            page.write_string(0, number, item.header, style)
            page.write_comment(0, number, item.note, {"x_scale": 2, "y_scale": 1.2})
            page.set_column(
                number, number, _WIDTHS.get(item.kind, 13), _style(book, item)
            )
            last = max(_LAST_ROW, len(book.rows.get(kind, ())) + _ROWS_TO_SPARE)
            if item.choices:
                lists.append((item.header, item.choices))
                rule = _list_rule(book, len(lists) - 1, len(item.choices))
                page.data_validation(1, number, last, number, rule)
            elif item.kind == "date":
                page.data_validation(1, number, last, number, _date_rule(book))
        if kind in book.rows:
            _write_rows(page, book, columns, book.rows[kind])
        else:
            _write_examples(page, book, columns, kind)
    return lists


def _style(book: _Book, item: _Item) -> Any:
    """Give the format of a column's cells."""
    if item.kind in _NUMBERS:
        return book.styles["number"]
    return book.styles["date" if item.kind == "date" else "text"]


def _list_rule(book: _Book, place: int, n: int) -> dict[str, object]:
    """Make a drop-down list."""
    letter = xlsxwriter.utility.xl_col_to_name(place)
    return {
        "validate": "list",
        "source": f"='{LIST_SHEET[book.at]}'!${letter}$2:${letter}${n + 1}",
        "error_title": TEMPLATE_TEXTS["choose_title"][book.at],
        "error_message": TEMPLATE_TEXTS["choose"][book.at],
    }


def _date_rule(book: _Book) -> dict[str, object]:
    """Ask for a date."""
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": _DAYS[0],
        "maximum": _DAYS[1],
        "error_title": TEMPLATE_TEXTS["date_title"][book.at],
        "error_message": TEMPLATE_TEXTS["date"][book.at],
    }


def _write_rows(
    page: Any, book: _Book, columns: Sequence[_Item], rows: Sequence[Row]
) -> None:
    """Write the present rows; no text becomes a formula."""
    for number, row in enumerate(rows, start=1):
        for at, item in enumerate(columns):
            value = row.get(item.name)
            if isinstance(value, str):
                page.write_string(number, at, value, book.styles["text"])
            elif isinstance(value, datetime.date):
                page.write_datetime(number, at, value, book.styles["date"])
            elif value is not None:
                page.write_number(number, at, value, book.styles["number"])


def _write_handed_out(book: _Book, items: Mapping[str, Sequence[_Item]]) -> None:
    """Write the rows as they are handed out onto sheets that stay hidden."""
    for kind, rows in book.rows.items():
        page = book.file.add_worksheet(HANDED_OUT[kind][book.at])
        for at, item in enumerate(items[kind]):
            page.write_string(0, at, item.header)
        _write_rows(page, book, items[kind], rows)
        page.very_hidden()


def _write_examples(
    page: Any, book: _Book, columns: Sequence[_Item], kind: str
) -> None:
    """Write the example rows, which check and merge leave out."""
    style = book.styles["example"]
    for row, example in enumerate(EXAMPLES[kind], start=1):
        for number, item in enumerate(columns):
            value = example.get(item.name)
            if number == 0:
                page.write_string(row, 0, f"{EXAMPLE[book.at]}{row}", style)
            elif isinstance(value, tuple):
                # A profile may lack the type of the example: take one that it has.
                word = str(value[book.at])
                offered = not item.choices or word in item.choices
                page.write_string(
                    row, number, word if offered else item.choices[0], style
                )
            elif value is not None:
                page.write_number(row, number, value, style)


def _write_lists(book: _Book, lists: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Write the words of the drop-down lists onto a hidden sheet."""
    page = book.file.add_worksheet(LIST_SHEET[book.at])
    for number, (title, words) in enumerate(lists):
        page.write_string(0, number, title)
        for row, word in enumerate(words, start=1):
            page.write_string(row, number, word)
    page.hide()


def _set_up(page: Any) -> None:
    """Set a sheet up for print: A4 across, all columns on one page."""
    page.set_paper(_A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer("&C&P / &N")
