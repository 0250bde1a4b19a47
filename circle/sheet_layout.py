"""How wide and how high texts are in a table: Chinese signs count double."""

import functools
import math
import unicodedata
from collections.abc import Sequence

import pandas as pd

from circle.sheet_parts import TEXTS, Block, Form, clean_text

NARROWEST = 7.0
WIDEST = 32.0
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
    "decimal": 9,
}
# A header may take so many lines before its column is made wider.
HEADER_LINES = 3
# Column widths count digits at 11 points; cells are written at 10, bold at times.
RELATIVE_FONT = 0.95


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
    return max(len(one.fields) - one.aside for one in blocks)


def block_columns(block: Block, blocks: Sequence[Block]) -> tuple[int, ...]:
    """
    Find in which columns of a sheet the fields of a block stand.

    Parameters
    ----------
    block
        One block of the sheet.
    blocks
        All blocks of the sheet.

    Returns
    -------
    columns
        One per field, from 0; fields that stand aside come after all printed ones.
    """
    printed, own = printed_columns(blocks), len(block.fields) - block.aside
    return (*range(own), *range(printed, printed + block.aside))


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
        In digits, each from 7 to 32; longer texts wrap.
    """
    n_columns = 1 + max(block_columns(block, blocks)[-1] for block in blocks)
    widths = [NARROWEST] * n_columns
    for block in blocks:
        columns = block_columns(block, blocks)
        for column, field in zip(columns, block.fields, strict=True):
            wanted = text_width(field.header) / HEADER_LINES + 3
            if field.form in TEXTS:
                wanted = max(
                    wanted, RELATIVE_FONT * _widest_text(block.rows[field.key]) + 2
                )
            else:
                wanted = max(wanted, FORM_WIDTHS[field.form])
            widths[column] = min(max(widths[column], wanted), WIDEST)
    return tuple(widths)


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


def shown_header(header: str, language: str) -> str:
    """
    Write a header for readers: a unit stands in brackets.

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
    >>> shown_header("造价_万元", "zh")
    '造价（万元）'
    """
    text = clean_text(header)
    if language == "zh" and "_" in text:
        name, unit = text.rsplit("_", 1)
        text = f"{name}（{unit}）"
    return text
