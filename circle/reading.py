"""Read a table for its contracts: header row by name, full-width digits, warnings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from circle.collector import collector_at_rest
from circle.errors import CircleWarning, list_ids
from circle.files import RawTable, read_raw_table
from circle.problems import shown_value
from circle.raw_table import fold_name, where_zh
from circle.tables import Column, Contract, match_columns

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_WARNINGS = "circle_warnings"
# Shapefiles cut names of columns to ten bytes; half a character at the end is lost.
_CUTTING_SUFFIXES = frozenset({".shp", ".zip"})
_CUT_NAME_BYTES = 8
_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def read_table(
    path: Path,
    contracts: Sequence[Contract],
    *,
    columns: Mapping[str, str],
    layer: str | None = None,
) -> RawTable:
    """
    Read a table whose columns are known.

    Parameters
    ----------
    path
        A file of any kind that `read_raw_table` reads.
    contracts
        What the table may hold; their column names find the header row.
    columns
        Explicit mapping, column of circle to column of the file.
    layer
        Sheet or layer; the first if not given.

    Returns
    -------
    raw
        The rows. Numbers in full-width digits are written in plain ones, which the
        warning ``full-width-digits`` counts. A column of ids without any value is
        left out, as if it were not there. Names that a Shapefile has cut are whole.

    Raises
    ------
    InputError
        If the file cannot be read, or has no rows.
    """
    known = known_names(contracts, columns=columns)
    with collector_at_rest():
        raw = read_raw_table(path, layer=layer, known=known)
    raw = with_whole_names(raw, path, contracts, columns=columns)
    rows, changed = raw.rows.copy(), []
    for contract in contracts:
        found, _ = match_columns(raw, contract, columns=columns)
        for name, header in found.items():
            column = contract.column(name)
            if column.kind in {"number", "count"} and header in rows.columns:
                if _is_plain(rows[header]):
                    continue
                values = rows[header].map(half_width)
                changed += list(rows.index[_differ(values, rows[header])])
                rows[header] = values
            elif name in contract.key and not column.required and _blank(rows[header]):
                rows = rows.drop(columns=header)
    warnings = (*raw.warnings, *_full_width(raw, sorted(set(changed))))
    return replace(raw, rows=rows, warnings=warnings)


def known_names(
    contracts: Sequence[Contract], *, columns: Mapping[str, str]
) -> tuple[str, ...]:
    """
    List the names under which columns may stand in a file.

    Parameters
    ----------
    contracts
        What the table may hold.
    columns
        Explicit mapping, column of circle to column of the file.

    Returns
    -------
    names
        Names in circle, Chinese names, synonyms, and the names of the mapping.
    """
    known = [
        name
        for contract in contracts
        for column in contract.columns
        if column.kind not in {"point", "area"}
        for name in (column.name, column.zh, *column.synonyms)
    ]
    return tuple(dict.fromkeys([*known, *columns.values()]))


def half_width(value: object) -> object:
    """
    Write a number in full-width digits in plain ones; leave all else as it is.

    Parameters
    ----------
    value
        A cell.

    Returns
    -------
    value
        The number as text, or the cell as it was.

    Examples
    --------
    >>> half_width("１２１．５"), half_width("约５"), half_width(7)
    ('121.5', '约５', 7)
    """
    if not isinstance(value, str) or value.isascii():
        return value
    plain = unicodedata.normalize("NFKC", value).strip()
    return plain if _NUMBER.fullmatch(plain) else value


def with_warnings(frame: _Frame, warnings: Sequence[CircleWarning]) -> _Frame:
    """
    Attach what needs care about a table to it, for `taken_warnings`.

    Parameters
    ----------
    frame
        A table as read.
    warnings
        What was read in another way than it is written.

    Returns
    -------
    frame
        The same table.
    """
    if warnings:
        frame.attrs[_WARNINGS] = (*frame.attrs.get(_WARNINGS, ()), *warnings)
    return frame


def taken_warnings(frame: pd.DataFrame) -> tuple[CircleWarning, ...]:
    """
    Take the warnings off a table that `with_warnings` has attached.

    Parameters
    ----------
    frame
        A table as read.

    Returns
    -------
    warnings
        In the order in which they were attached.
    """
    taken: tuple[CircleWarning, ...] = frame.attrs.pop(_WARNINGS, ())
    return taken


def with_whole_names(
    raw: RawTable,
    path: Path,
    contracts: Sequence[Contract],
    *,
    columns: Mapping[str, str],
) -> RawTable:
    """
    Complete column names that a Shapefile has cut, where they fit one column only.

    Parameters
    ----------
    raw
        The rows of the file.
    path
        The file; of other kinds than Shapefiles names are never cut.
    contracts
        What the table may hold.
    columns
        Explicit mapping, column of circle to column of the file.

    Returns
    -------
    raw
        The rows under whole names.
    """
    if path.suffix.lower() not in _CUTTING_SUFFIXES:
        return raw
    rows = raw.rows
    known = {fold_name(one) for one in known_names(contracts, columns=columns)}
    whole = {}
    for header in map(str, rows.columns):
        start = fold_name(header)
        if len(header.encode()) < _CUT_NAME_BYTES or start in known:
            continue
        fits = {
            column.name: name
            for contract in contracts
            for column in contract.columns
            for name in _names_of(column, columns)
            if fold_name(name).startswith(start)
        }
        if len(fits) == 1:
            whole[header] = fits.popitem()[1]
    return replace(raw, rows=rows.rename(columns=whole))


def _names_of(column: Column, columns: Mapping[str, str]) -> tuple[str, ...]:
    """List the names of a column; the one that a mapping gives it comes last."""
    mapped = (columns[column.name],) if column.name in columns else ()
    return (*column.synonyms, column.zh, column.name, *mapped)


def _is_plain(values: pd.Series) -> bool:
    """Tell whether every text of a column is ASCII, as plain numbers are."""
    cells = values.to_numpy(dtype=object).tolist()
    try:
        return "".join(cells).isascii()
    except TypeError:
        return all(one.isascii() for one in cells if isinstance(one, str))


def _differ(new: pd.Series, old: pd.Series) -> list[bool]:
    """Tell which cells have changed."""
    return [isinstance(b, str) and a != b for a, b in zip(new, old, strict=True)]


def _blank(values: pd.Series) -> bool:
    """Tell whether a column holds nothing at all."""
    return all(pd.isna(one) or not str(one).strip() for one in values)


def _full_width(raw: RawTable, changed: Sequence[object]) -> tuple[CircleWarning, ...]:
    """Say which rows have numbers in full-width digits."""
    if not changed:
        return ()
    rows = shown_value(tuple(str(one) for one in changed), "zh")
    text = (
        f"{raw.where}: {raw.row_word} {list_ids(changed)}: numbers in full-width "
        "digits are read as plain numbers."
    )
    zh = f"{where_zh(raw.where)}：第{rows}行的数字为全角字符，已按普通数字读取。"
    return (CircleWarning("full-width-digits", text, zh),)
