"""How wide and how high texts are in a table: Chinese signs count double."""

import functools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from circle.sheet_parts import TEXTS, Block, Field, Form, clean_text

NARROWEST = 7.0
# Texts are cut into lines earlier where a page holds many columns.
WIDEST, WIDEST_OF_MANY, MANY = 30.0, 21.0, 12
# The columns are made for the first block; those below wrap their texts.
WIDEST_BELOW = 14.0
# Room for what an office writes by hand.
OFFICE_WIDTHS = {"responsible": 14.0, "deadline": 11.0, "done": 11.0}
# Room for the digits of each form, thousands separators and all.
FORM_WIDTHS: dict[Form, float] = {
    "rank": 7,
    "count": 10,
    "minutes": 8,
    "over": 8,
    "share": 9,
    "area": 8,
    "money": 10,
    "metres": 9,
    "degrees": 12,
    "part": 9,
    "year": 7,
    "index": 8,
    "points": 8,
    "decimal": 9,
}
# A part of a header up to this wide stands on one line; a longer one takes two.
ONE_LINE = 10
# Column widths count digits at 11 points; cells are written at 10, bold at times.
RELATIVE_FONT = 0.95


@dataclass(frozen=True)
class Seat:
    """Where a field of a block stands on its sheet."""

    column: int
    """Its first column, from 0."""
    span: int
    """How many columns it takes."""
    width: float
    """Width of them all, in digits."""
    aside: bool
    """Whether it stands beside the printed page."""


@functools.lru_cache(maxsize=65_536)
def text_width(text: str) -> int:
    """
    Measure a text in digits of the normal font; Chinese signs are two wide.

    Parameters
    ----------
    text
        One line of text.

    Returns
    -------
    width
        In digits.

    Examples
    --------
    >>> text_width("街镇 12")
    7
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def lines_needed(text: str, width: float) -> int:
    """
    Count the lines a text takes in a cell that wraps.

    Parameters
    ----------
    text
        The text.
    width
        Width of the cell, in digits.

    Returns
    -------
    lines
        At least one.

    Examples
    --------
    >>> lines_needed("abc", 10), lines_needed("a" * 25, 10)
    (1, 3)
    """
    return sum(
        max(1, math.ceil(text_width(line) * RELATIVE_FONT / width))
        for line in text.split("\n")
    )


def printed_columns(blocks: Sequence[Block]) -> int:
    """
    Count the columns of a sheet that are printed.

    Parameters
    ----------
    blocks
        The blocks of the sheet.

    Returns
    -------
    columns
        As many as the widest block has, without those that stand aside.
    """
    return max(sum(field.span for field in _printed(one)) for one in blocks)


def block_seats(
    block: Block, blocks: Sequence[Block], widths: Sequence[float]
) -> tuple[Seat, ...]:
    """
    Find where on a sheet the fields of a block stand.

    Parameters
    ----------
    block
        One block of the sheet.
    blocks
        All blocks of the sheet.
    widths
        Widths of the sheet's columns, in digits.

    Returns
    -------
    seats
        One per field; fields that stand aside come after all printed ones.
    """
    seats, n_printed = [], len(_printed(block))
    at = 0
    for number, field in enumerate(block.fields):
        if number == n_printed:
            at = printed_columns(blocks)
        width = sum(widths[at : at + field.span])
        seats.append(Seat(at, field.span, width, number >= n_printed))
        at += field.span
    return tuple(seats)


def block_widths(blocks: Sequence[Block]) -> tuple[float, ...]:
    """
    Find the widths of a sheet's columns, shared by the blocks under one another.

    Parameters
    ----------
    blocks
        The blocks of the sheet.

    Returns
    -------
    widths
        In digits, each from 7 to 30; longer texts wrap.
    """
    n_columns = printed_columns(blocks) + max(one.aside for one in blocks)
    widths = [NARROWEST] * n_columns
    widest = WIDEST_OF_MANY if printed_columns(blocks) > MANY else WIDEST
    for number, block in enumerate(blocks):
        seats = block_seats(block, blocks, widths)
        for seat, field in zip(seats, block.fields, strict=True):
            if field.span == 1:
                most = widest if number == 0 or seat.aside else WIDEST_BELOW
                wanted = min(_wanted_width(block, field), most)
                widths[seat.column] = max(widths[seat.column], wanted)
    return tuple(widths)


def _printed(block: Block) -> tuple[Field, ...]:
    """Give the fields of a block that are printed."""
    return block.fields[: len(block.fields) - block.aside]


def _wanted_width(block: Block, field: Field) -> float:
    """Find the width at which a field is read well."""
    parts = [text_width(one) for one in header_lines(field.header)]
    wanted = max(one + 2 if one <= ONE_LINE else one / 2 + 3 for one in parts)
    if field.form not in TEXTS:
        return max(wanted, FORM_WIDTHS[field.form])
    room = 2 if field.form == "word" else 3.5
    texts = RELATIVE_FONT * _widest_text(block.rows[field.key]) + room
    return max(wanted, texts, OFFICE_WIDTHS.get(field.key, 0.0))


def row_lines(texts: Sequence[str], widths: Sequence[float]) -> int:
    """
    Count the lines of a row whose cells wrap.

    Parameters
    ----------
    texts
        The texts of its cells; empty for numbers.
    widths
        Widths of their columns, in digits.

    Returns
    -------
    lines
        Of the cell with most lines.

    Examples
    --------
    >>> row_lines(["abc", "a" * 25], [10, 10])
    3
    """
    pairs = ((text, width) for text, width in zip(texts, widths, strict=False) if text)
    return max((lines_needed(text, width) for text, width in pairs), default=1)


def _widest_text(values: pd.Series) -> int:
    """Measure the widest text of a column."""
    texts = {str(one) for one in values if isinstance(one, str)}
    return max((text_width(one) for one in texts), default=0)


def header_lines(header: str) -> list[str]:
    """
    Part a header: the unit or the denominator stands on a line of its own.

    Parameters
    ----------
    header
        A header as readers see it.

    Returns
    -------
    lines
        One or more.

    Examples
    --------
    >>> header_lines("用时（分钟）"), header_lines("share (of pairs)")
    (['用时', '（分钟）'], ['share', '(of pairs)'])
    """
    parted = header.replace("（", "\n（").replace(" (", "\n(")
    return parted.replace("（分母：", "（分母：\n").split("\n")


def shown_header(header: str, language: str) -> str:
    """
    Write a header for readers: words with blanks, a Chinese unit in brackets.

    Parameters
    ----------
    header
        Header of a column.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        One line.

    Examples
    --------
    >>> shown_header("造价_万元", "zh"), shown_header("cost_10k", "en")
    ('造价（万元）', 'cost 10k')
    """
    text = clean_text(header)
    if language != "zh":
        return text.replace("_", " ")
    if "_" in text:
        name, unit = text.rsplit("_", 1)
        text = f"{name}（{unit}）"
    return text
