"""Collect what offices wrote into the workbook of gap tables that they returned."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from circle.contracts import MISSING_ITEMS, SITES
from circle.csv_tables import csv_text
from circle.errors import InputError
from circle.merge import Merged
from circle.merge_rows import MergeLine
from circle.office_replies import OFFICE_REPLIES, REPLY_COLUMNS
from circle.problems import Problem
from circle.sheet_books import opened_book
from circle.sheet_layout import shown_header
from circle.sheet_parts import clean_text
from circle.tables import header
from circle.words_merge import merge_word
from circle.words_tables import table_word

_LANGUAGES = ("zh", "en")
_CODES = {"item": MISSING_ITEMS.column("item_id"), "site": SITES.column("candidate_id")}
_NAMES = (MISSING_ITEMS.column("committee_name"), SITES.column("name"))
# What is known of a row: its kind and code.
Key = tuple[str, str]


@dataclass(frozen=True)
class ReplyRow:
    """One row of a workbook with room for a reply."""

    name: str
    """Name of the committee or site."""
    place: str
    """Workbook, sheet and row."""
    said: Mapping[str, str]
    """Column of the reply to its text, which may be empty."""


@dataclass
class _Folded:
    """What a merge builds up."""

    replies: dict[Key, dict[str, str]] = field(default_factory=dict)
    lines: list[MergeLine] = field(default_factory=list)


def is_gap_workbook(path: Path) -> bool:
    """
    Tell whether a file is a workbook of gap tables with room for replies.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    is_gap_workbook
        Whether some sheet has the columns to fill in beside the code of a missing
        item or of a site.
    """
    if path.suffix.lower() != ".xlsx":
        return False
    try:
        with opened_book(path) as book:
            return any(
                _seats(row)
                for name in book.sheet_names
                for row in book.get_sheet_by_name(name).to_python()
            )
    except InputError:
        return False


def read_replies(path: Path) -> dict[Key, ReplyRow]:
    """
    Read the columns that offices fill in, row by row.

    Parameters
    ----------
    path
        A workbook ``gaps.xlsx``, as it was written or returned.

    Returns
    -------
    rows
        ``item`` or ``site`` and the code, to what the row says.

    Raises
    ------
    InputError
        If the file is no such workbook.
    """
    rows: dict[Key, ReplyRow] = {}
    with opened_book(path) as book:
        for sheet in book.sheet_names:
            cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            rows |= dict(_rows_of(cells, f"{path.name}: {sheet}"))
    if not rows:
        raise InputError(Problem("no-reply-columns", path.name))
    return rows


def merge_replies(
    handed_out: Path, returned: Sequence[Path], *, language: str = "zh"
) -> Merged:
    """
    Collect the replies of offices into one table, by the codes of the rows.

    Parameters
    ----------
    handed_out
        The workbook ``gaps.xlsx`` as the run wrote it, with earlier replies.
    returned
        Copies of it that offices have filled in.
    language
        Language of headers and notes, ``zh`` or ``en``.

    Returns
    -------
    merged
        Contract ``office_replies``, sorted, for ``office_replies:`` of the study. An
        empty cell changes nothing; where two returns differ, the cell stays as it
        was handed out; a row that was not handed out is left out. Each is listed.

    Raises
    ------
    InputError
        If a file is no workbook of gap tables.
    """
    base = read_replies(handed_out)
    books = [read_replies(one) for one in returned]
    work = _Folded()
    for key, row in base.items():
        _fold_row(key, row, [book[key] for book in books if key in book], work)
    unknown = merge_word("unknown-row", language)
    for book in books:
        for key, row in book.items():
            if key not in base and any(row.said.values()):
                text = "; ".join(one for one in row.said.values() if one)
                work.lines.append(
                    MergeLine("left out", key[1], row.name, "", "", text, row.place,
                              unknown)
                )  # fmt: skip
    rows = [
        [_kind_word(key[0], language), *map(csv_text, (key[1], *said.values()))]
        for key, said in sorted(work.replies.items())
    ]
    names = [header(one, language) for one in OFFICE_REPLIES.columns]
    table = pd.DataFrame(rows, columns=names, dtype=object)
    notes = tuple(_spoken(one, language) for one in work.lines)
    return Merged(table=table, text_columns=tuple(names), lines=notes)


def _fold_row(key: Key, base: ReplyRow, said: list[ReplyRow], work: _Folded) -> None:
    """Fold what the returns say of one row; conflicts stay as they were."""
    now, source, happened = dict(base.said), "", False
    for name in REPLY_COLUMNS:
        old = base.said[name]
        news = {
            one.said[name]: one.place for one in said if one.said[name] not in {"", old}
        }
        if not news:
            continue
        places = "; ".join(news.values())
        what = "conflict" if len(news) > 1 else "changed" if old else "added"
        happened = True
        work.lines.append(
            MergeLine(what, key[1], base.name, name, old, "; ".join(news), places)
        )
        if len(news) == 1:
            now[name], source = next(iter(news)), next(iter(news.values()))
    if not happened:
        what = "unchanged" if said else "not returned"
        work.lines.append(MergeLine(what, key[1], base.name))
    if any(now.values()):
        work.replies[key] = {**now, "source": source.partition(":")[0]}


def _spoken(line: MergeLine, language: str) -> MergeLine:
    """Name the column of a line, and say why it is a conflict."""
    note, column = line.note, line.column
    if line.what == "conflict":
        note = merge_word("two-returns", language, others=line.source)
    if column:
        column = table_word(column, language)
    return MergeLine(
        line.what, line.row_id, line.name, column, line.old, line.new, line.source, note
    )


def _kind_word(kind: str, language: str) -> str:
    """Say what a reply is about."""
    words = OFFICE_REPLIES.column("reply_to").choices[kind]
    return words[0] if language == "zh" else kind


def _rows_of(
    cells: Sequence[Sequence[object]], place: str
) -> Iterator[tuple[Key, ReplyRow]]:
    """Read the rows below each header with columns for replies."""
    seats: dict[str, int] = {}
    for number, row in enumerate(cells, start=1):
        found = _seats(row)
        if found:
            seats = found
            continue
        kind = next((one for one in _CODES if one in seats), "")
        code = _text(row, seats.get(kind))
        if code:
            said = {one: _text(row, seats[one]) for one in REPLY_COLUMNS}
            name = _text(row, seats.get("name"))
            yield (kind, code), ReplyRow(name, f"{place} {number}", said)


def _seats(row: Sequence[object]) -> dict[str, int]:
    """Find the columns of a header row by their names; nothing in other rows."""
    texts = {_folded(one): at for at, one in enumerate(row) if isinstance(one, str)}
    for language in _LANGUAGES:
        wanted = {one: table_word(one, language) for one in REPLY_COLUMNS}
        wanted |= {kind: header(one, language) for kind, one in _CODES.items()}
        seats = {
            name: texts[_folded(shown_header(text, language))]
            for name, text in wanted.items()
            if _folded(shown_header(text, language)) in texts
        }
        if set(REPLY_COLUMNS) <= set(seats) and set(_CODES) & set(seats):
            texts_of = [shown_header(header(one, language), language) for one in _NAMES]
            names = [_folded(one) for one in texts_of]
            known = [texts[one] for one in names if one in texts]
            return seats | {"name": known[0]} if known else seats
    return {}


def _folded(text: str) -> str:
    """Fold a header for comparison: without blanks and line breaks, lower case."""
    return "".join(text.split()).lower()


def _text(row: Sequence[object], at: int | None) -> str:
    """Give a cell as a text: dates by year, whole numbers without a point."""
    if at is None or at >= len(row):
        return ""
    value = row[at]
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_text(value)
