"""Tables of the report, made from the blocks of the workbook: the same figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from circle.fact_texts import share_text
from circle.sheet_layout import header_lines, shown_header
from circle.sheet_parts import TEXTS, clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from circle.sheet_parts import Block, Form

Table = dict[str, Any]
_FIGURE = re.compile(r"-?[\d,.]+%?|–|")
_DECIMALS = {"money": 1, "minutes": 1, "area": 2, "index": 3}


def block_table(
    block: Block, language: str, *, keys: Sequence[str] = (), most: int | None = None
) -> Table:
    """
    Write a block of the workbook as a table of the report.

    Parameters
    ----------
    block
        The block.
    language
        ``zh`` or ``en``.
    keys
        Columns wanted, in order; those that the workbook prints if not given.
    most
        How many rows are shown; all if not given.

    Returns
    -------
    table
        Head, rows, number of totals and places of the texts, for the template.
    """
    printed = block.fields[: len(block.fields) - block.aside]
    by_key = {one.key: one for one in block.fields}
    fields = [by_key[one] for one in keys if one in by_key] if keys else list(printed)
    columns = [_shown_column(block.rows[one.key], one.form, language) for one in fields]
    rows = [list(one) for one in zip(*columns, strict=True)]
    return {
        "head": [_head(one.header, language) for one in fields],
        "rows": rows[:most],
        "totals": block.totals if most is None or len(rows) <= most else 0,
        "texts": tuple(
            i
            for i, one in enumerate(fields)
            if one.form in TEXTS and not _all_figures(columns[i])
        ),
    }


def _head(header: str, language: str) -> str:
    """Write a header on one line, or its unit or denominator on a second one."""
    first, *more = header_lines(shown_header(header, language))
    below = ("" if language == "zh" else " ").join(more)
    return f"{first}\n{below}" if below else first


def _shown_column(values: pd.Series, form: Form, language: str) -> list[str]:
    """Write a column; its decimals stand beneath one another."""
    shown = [shown_value(one, form, language) for one in values]
    if form != "decimal":
        return shown
    places = max((len(one.partition(".")[2]) for one in shown), default=0)
    if places == 0 or any("," in one for one in shown):
        return shown
    return [f"{float(one):.{places}f}" if one else one for one in shown]


def _all_figures(texts: list[str]) -> bool:
    """Whether texts are figures that were written by their own units."""
    return any(texts) and all(_FIGURE.fullmatch(one) for one in texts)


def shown_value(value: Any, form: Form, language: str) -> str:
    """
    Write a value as the workbook shows it.

    Parameters
    ----------
    value
        The value; None and NaN are empty.
    form
        How it is written.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Of one cell.

    Examples
    --------
    >>> shown_value(0.25, "share", "en"), shown_value(2027, "year", "en")
    ('25.0%', '2027')
    >>> shown_value(0.5, "decimal", "en"), shown_value(1234.5, "decimal", "en")
    ('0.5', '1,234')
    """
    if form in TEXTS:
        return clean_text(value)
    return (
        "" if value is None or pd.isna(value) else _number(float(value), form, language)
    )


def _number(value: float, form: Form, language: str) -> str:
    """Write a number that is known."""
    if form in {"share", "part"}:
        return share_text(value, language)
    if form in {"rank", "year"}:
        return f"{value:.0f}"
    if form == "decimal":
        return f"{value:,.0f}" if value >= 1000 else f"{round(value, 3):,}"
    return f"{value:,.{_DECIMALS.get(form, 0)}f}"
