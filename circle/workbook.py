"""The workbook of gap tables: a cover, the district, one sheet per subdistrict."""

import datetime
import io
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
import xlsxwriter.exceptions

from circle.assessment import Assessment
from circle.errors import OutputError
from circle.problems import os_reason, problem_of
from circle.result_contracts_measures import RESULT_WORDS, STATE_WORDS
from circle.sheet_cover import cover_rows
from circle.sheet_layout import (
    Seat,
    block_seats,
    block_widths,
    header_lines,
    lines_needed,
    printed_columns,
    row_lines,
    shown_header,
)
from circle.sheet_parts import TEXTS, Block, Field, Sheet, clean_text
from circle.sheet_styles import COLOUR_SCALES, FONTS, MARKED, cell_styles, field_style
from circle.sheets import district_sheets, subdistrict_sheets
from circle.words_tables import table_word

# A file's date would change its bytes from run to run.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
LONGEST_CELL = 32_767
LINE_HEIGHT = 14.0
MOST_LINES = 12
HEADER_FOOTER_LENGTH = 80
FIRST_HEADER_ROW = 2
COVER_WIDTHS = (24, 96)
DONE_WORDS = ("yes", "going", "no")


@dataclass(frozen=True)
class _Book:
    """An open workbook with what every sheet needs."""

    file: Any
    """The XlsxWriter workbook."""
    language: str
    """``zh`` or ``en``."""
    title: str
    """Title of the study."""
    style: Callable[..., Any]
    """Makes a cell format."""


@dataclass(frozen=True)
class _Link:
    """A text that leads to a sheet."""

    text: str
    """What is shown."""
    sheet: str
    """Name of the sheet."""


def write_workbook(assessment: Assessment, path: Path) -> None:
    """
    Write the workbook: cover, district tables, and one sheet per subdistrict.

    Texts are never formulas or links. The same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        The assessment.
    path
        The .xlsx file to write; replaced where it is there already.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    study = assessment.city.study
    write_sheets(
        path,
        (*district_sheets(assessment), *subdistrict_sheets(assessment)),
        title=study.title,
        language=study.language,
        cover=cover_rows(assessment),
    )


def write_sheets(
    path: Path,
    sheets: tuple[Sheet, ...],
    *,
    title: str,
    language: str,
    cover: Iterable[tuple[str, str]],
) -> None:
    """
    Write a workbook: a cover with a list of the sheets, then the sheets.

    Parameters
    ----------
    path
        The .xlsx file to write; replaced where it is there already.
    sheets
        The sheets in order; those with a code are linked from the others.
    title
        Title of the workbook.
    language
        ``zh`` or ``en``.
    cover
        Labels and texts of the cover.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Parts in a temporary folder would stay there when a disk is full.
        "in_memory": True,
    }
    try:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, options) as file:
            book = _Book(file, language, title, cell_styles(file, FONTS[language]))
            file.set_properties({"title": title, "created": CREATED})
            _write_cover(book, cover, sheets=sheets)
            links = {one.code: one.name for one in sheets if one.code}
            for sheet in sheets:
                _write_sheet(book, sheet, links=links)
        path.write_bytes(content.getbuffer())
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        problem = problem_of(path.name, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error


def _write_sheet(book: _Book, sheet: Sheet, *, links: Mapping[str, str]) -> None:
    """Write one sheet: title, note, then its blocks from top to bottom."""
    page = book.file.add_worksheet(sheet.name)
    widths, n_printed = block_widths(sheet.blocks), printed_columns(sheet.blocks)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    _write_heading(book, page, sheet, widths=widths[:n_printed])
    row = FIRST_HEADER_ROW
    for number, block in enumerate(sheet.blocks):
        seats = block_seats(block, sheet.blocks, widths)
        if number > 0:
            _write_band(book, page, block, row=row, last=n_printed - 1)
            row += 1
        _write_header(book, page, block, row=row, seats=seats)
        if number == 0:
            page.freeze_panes(row + 1, 0)
            page.repeat_rows(0, row)
            if not block.rows.empty:
                # Totals stay out of the filter, or sorting would move them.
                last = row + len(block.rows) - block.totals
                page.autofilter(row, 0, last, seats[-1].column)
        end = _write_rows(book, page, block, row=row + 1, seats=seats, links=links)
        _add_aids(book, page, block, rows=(row + 1, end), seats=seats)
        row = end + 1
    _set_up_page(book, page, title=sheet.title)
    page.print_area(0, 0, row - 2, n_printed - 1)


def _write_band(book: _Book, page: Any, block: Block, *, row: int, last: int) -> None:
    """Write the title of a block below the first over the full width."""
    style = book.style(bold=True, font_size=12, bottom=2, bottom_color="#1F4E79")
    for column in range(1, last + 1):
        page.write_blank(row, column, None, style)
    page.write_string(row, 0, clean_text(block.title), style)
    page.set_row(row, 22)


def _write_heading(
    book: _Book, page: Any, sheet: Sheet, *, widths: tuple[float, ...]
) -> None:
    """Write the title and the note over the full width of the blocks."""
    last, note = len(widths) - 1, clean_text(sheet.note)
    title_style = book.style(bold=True, font_size=14)
    note_style = book.style(text_wrap=True, font_color="#404040", valign="top")
    page.merge_range(0, 0, 0, last, "", title_style)
    page.write_string(0, 0, clean_text(sheet.title), title_style)
    page.set_row(0, 24)
    page.merge_range(1, 0, 1, last, "", note_style)
    page.write_string(1, 0, note, note_style)
    page.set_row(1, 6 + LINE_HEIGHT * lines_needed(note, sum(widths)))


def _write_header(
    book: _Book, page: Any, block: Block, *, row: int, seats: tuple[Seat, ...]
) -> None:
    """Write the headers of a block into its seats."""
    style = book.style(
        bold=True, text_wrap=True, align="center", bg_color="#DCE6F1", border=1
    )
    headers = [
        "\n".join(header_lines(shown_header(one.header, book.language)))
        for one in block.fields
    ]
    for seat, text in zip(seats, headers, strict=True):
        _write_cell(page, row, seat, text, style)
    page.set_row(row, 4 + LINE_HEIGHT * row_lines(headers, [x.width for x in seats]))


def _write_cell(page: Any, row: int, seat: Seat, value: Any, style: Any) -> None:
    """Write a text or a number into one seat, whichever columns it takes."""
    if seat.span > 1:
        page.merge_range(row, seat.column, row, seat.column + seat.span - 1, "", style)
    if value is None or value == "":
        page.write_blank(row, seat.column, None, style)
    elif isinstance(value, str):
        page.write_string(row, seat.column, value, style)
    else:
        page.write_number(row, seat.column, value, style)


def _write_rows(
    book: _Book,
    page: Any,
    block: Block,
    *,
    row: int,
    seats: tuple[Seat, ...],
    links: Mapping[str, str],
) -> int:
    """Write the rows of a block; give the row below the last one."""
    if block.rows.empty:
        page.write_string(row, 0, table_word("none", book.language), book.style())
        return row + 1
    first_total = len(block.rows) - block.totals
    codes = block.rows.get("subdistrict_id", block.rows.iloc[:, 0]).tolist()
    styles = {
        total: [
            field_style(book.style, field, total=total, aside=seat.aside)
            for field, seat in zip(block.fields, seats, strict=True)
        ]
        for total in (False, True)
    }
    shown = [_shown_values(block, field) for field in block.fields]
    lines = _lines_of_rows(block, shown, seats)
    for number, values in enumerate(zip(*shown, strict=True)):
        row_styles, code = styles[number >= first_total], codes[number]
        cells = zip(seats, block.fields, values, row_styles, strict=True)
        for seat, field, value, style in cells:
            if field.key == "subdistrict" and code in links:
                place = (row + number, seat.column)
                _write_link(book, page, place, _Link(str(value), links[code]))
            else:
                _write_cell(page, row + number, seat, value, style)
        if lines[number] > 1:
            height = LINE_HEIGHT * min(lines[number], MOST_LINES)
            page.set_row(row + number, height)
    return row + len(block.rows)


def _lines_of_rows(
    block: Block, shown: list[list[Any]], seats: tuple[Seat, ...]
) -> list[int]:
    """Count the lines of each row; texts beside the printed page do not wrap."""
    lines = [1] * len(block.rows)
    for field, seat, values in zip(block.fields, seats, shown, strict=True):
        if field.form not in TEXTS or seat.aside:
            continue
        room = seat.width - (1.5 if field.form == "text" else 0.0)
        for number, text in enumerate(values):
            # Most texts fit, whatever signs they are made of.
            if 2 * len(text) > room:
                lines[number] = max(lines[number], lines_needed(text, room))
    return lines


def _add_aids(
    book: _Book,
    page: Any,
    block: Block,
    *,
    rows: tuple[int, int],
    seats: tuple[Seat, ...],
) -> None:
    """Colour shares and excess times by their size; offer words for what is done."""
    first, last = rows[0], rows[1] - 1 - block.totals
    if block.rows.empty or last < first:
        return
    for seat, field in zip(seats, block.fields, strict=True):
        place = (first, seat.column, last, seat.column)
        if field.form in COLOUR_SCALES:
            page.conditional_format(*place, dict(COLOUR_SCALES[field.form]))
        if field.key in MARKED:
            for text in _marked_words(field.key, book.language):
                rule = {"type": "cell", "criteria": "==", "value": f'"{text}"'}
                fill = book.style(bg_color="#F4B183", bold=True)
                page.conditional_format(*place, {**rule, "format": fill})
        if field.key == "done":
            words = [table_word(f"done_{one}", book.language) for one in DONE_WORDS]
            choice = {"validate": "list", "source": words, "error_type": "warning"}
            page.data_validation(*place, choice)


def _marked_words(key: str, language: str) -> list[str]:
    """Give the results that are marked, as the sheet writes them."""
    words = {"result": RESULT_WORDS, "state": STATE_WORDS}[key]
    return [words[one][0] if language == "zh" else one for one in MARKED[key]]


def _shown_values(block: Block, field: Field) -> list[str] | list[float | None]:
    """Give the texts of a column, or its numbers with None where it has none."""
    values = block.rows[field.key].tolist()
    if field.form in TEXTS:
        return [clean_text(one)[:LONGEST_CELL] for one in values]
    numbers = [math.nan if one is None else float(one) for one in values]
    return [one if math.isfinite(one) else None for one in numbers]


def _write_link(book: _Book, page: Any, place: tuple[int, int], link: _Link) -> None:
    """Write a text that leads to a sheet."""
    style = book.style(
        font_color="#1F4E79", underline=1, border=1, border_color="#BFBFBF"
    )
    name = link.sheet.replace("'", "''")
    page.write_url(*place, f"internal:'{name}'!A1", style, clean_text(link.text))


def _write_cover(
    book: _Book, rows: Iterable[tuple[str, str]], *, sheets: tuple[Sheet, ...]
) -> None:
    """Write the cover: the facts, then the list of sheets."""
    page = book.file.add_worksheet(table_word("sheet_cover", book.language))
    for column, width in enumerate(COVER_WIDTHS):
        page.set_column(column, column, width)
    page.write_string(0, 0, clean_text(book.title), book.style(bold=True, font_size=18))
    page.set_row(0, 32)
    label_style = book.style(
        bold=True, text_wrap=True, valign="top", bg_color="#DCE6F1", border=1
    )
    value_style = book.style(text_wrap=True, border=1, valign="top")
    row, last_label = 2, ""
    for label, text in rows:
        shown = "" if label == last_label else clean_text(label)
        value = clean_text(text)[:LONGEST_CELL]
        page.write_string(row, 0, shown, label_style)
        page.write_string(row, 1, value, value_style)
        lines = row_lines([shown, value], COVER_WIDTHS)
        page.set_row(row, 3 + LINE_HEIGHT * min(lines, MOST_LINES))
        row, last_label = row + 1, label
    contents = table_word("contents", book.language)
    page.write_string(row + 1, 0, contents, book.style(bold=True))
    for number, sheet in enumerate(sheets, start=row + 2):
        page.write_string(number, 0, sheet.code, book.style())
        _write_link(book, page, (number, 1), _Link(sheet.title, sheet.name))
    _set_up_page(book, page, title="")
    page.set_portrait()


def _set_up_page(book: _Book, page: Any, *, title: str) -> None:
    """Set a sheet up for printing: A4 across, as wide as the page, numbered."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    # In headers and footers, & begins a code.
    study, own = (
        clean_text(one)[:HEADER_FOOTER_LENGTH].replace("&", "&&")
        for one in (book.title, title)
    )
    page.set_header(f"&L{study}&R{own}")
    page.set_footer(f"&C{table_word('page', book.language)}")
