"""Column contracts of every table, and the one reader and checker that holds them."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from circle.dates import parse_date, typed_year
from circle.errors import InputError, gather
from circle.files import RawTable
from circle.problems import Problem, Source, Value, problem_in
from circle.raw_table import fold_name

Kind = Literal[
    "id", "text", "number", "count", "choice", "date", "flag", "list", "point", "area"
]
LIST_SEPARATORS = r"[、;；,，]"
# Spreadsheet programs keep 15 digits of a number and show long ones as 9.99001E+11.
_EXACT_BELOW = 1e15
_CUT_CODE = re.compile(r"\d\.\d+E\+\d+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds and what it may not hold."""

    name: str
    """Name inside circle and in outputs."""
    kind: Kind
    """What the values are."""
    description: str
    """One sentence for the data dictionary."""
    zh: str
    """Header in Chinese outputs, and the first name accepted in files."""
    unit: str = ""
    """Unit of a number."""
    required: bool = True
    """Whether the column must be there."""
    null: bool = False
    """Whether single values may be missing."""
    minimum: float | None = None
    """Least value of a number, inclusive."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of a choice to the words accepted for it in files."""
    synonyms: tuple[str, ...] = ()
    """Other names accepted in files."""


@dataclass(frozen=True)
class Contract:
    """The columns of one table and the column that identifies a row."""

    name: str
    """Name of the table."""
    key: tuple[str, ...]
    """The columns that together identify a row."""
    columns: tuple[Column, ...]
    """All columns, in the order of outputs."""

    def column(self, name: str) -> Column:
        """Give the column with this name."""
        return next(one for one in self.columns if one.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(one.name for one in self.columns)


def conform(
    raw: RawTable, contract: Contract, *, columns: Mapping[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """
    Find the columns of a contract in a raw table and convert their values.

    Geometry is left alone; see `placing`. Rows are neither dropped nor repaired.

    Parameters
    ----------
    raw
        The table as read from a file.
    contract
        The columns wanted.
    columns
        Explicit mapping, column of circle to column of the file.

    Returns
    -------
    table
        The columns found, under their names in circle, on the index of `raw`.
    problems
        One per fault: columns missing, values that break the contract.
    """
    found, missing = match_columns(raw, contract, columns=columns)
    # Coordinates are read apart from the table, whose problems are told once.
    problems: list[str] = [*(raw.problems if contract.key else ()), *missing]
    table = pd.DataFrame(index=raw.rows.index)
    for column in contract.columns:
        if column.name in found:
            values = raw.rows[found[column.name]]
            table[column.name], faults = _convert(
                values, column, _Cells(raw, found[column.name])
            )
            problems += faults
    key = list(contract.key)
    if key and set(key) <= set(table.columns):
        problems += _repeated_keys(table, key, raw, found)
    return table, problems


def check_table(table: pd.DataFrame, contract: Contract) -> None:
    """
    Check a table inside circle against its contract.

    Parameters
    ----------
    table
        The table.
    contract
        Its contract.

    Raises
    ------
    InputError
        With every fault at once: columns missing, nulls where there may be
        none, numbers below the minimum, unknown choices, repeated keys.
    """
    inner = _Inner(f"table {contract.name}")
    problems: list[str] = []
    for column in contract.columns:
        if column.name not in table.columns:
            if column.required:
                problems.append(
                    problem_in(inner, "no-such-inner-column", name=column.name)
                )
            continue
        problems += _value_problems(
            table[column.name], column, _Cells(inner, column.name)
        )
    if not problems and table.duplicated(list(contract.key)).any():
        problems.append(problem_in(inner, "row-twice", name=", ".join(contract.key)))
    gather(problems, InputError)


def header(column: Column, language: str) -> str:
    """
    Give the header of a column on outputs, with its unit.

    Parameters
    ----------
    column
        The column.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``时间（分钟）`` or ``travel_time_min``: English headers are the
        names of the data dictionary.
    """
    return column.zh if language == "zh" else column.name


def match_columns(
    raw: RawTable, contract: Contract, *, columns: Mapping[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """
    Find the file's column for each column of a contract.

    Parameters
    ----------
    raw
        The table as read from a file.
    contract
        The columns wanted.
    columns
        Explicit mapping, column of circle to column of the file.

    Returns
    -------
    found
        Column of circle to column of the file, for those that are there.
    problems
        One for each required column that is not.
    """
    in_file = [str(one) for one in raw.rows.columns]
    folded = {fold_name(one): one for one in reversed(in_file)}
    found, problems = {}, []
    for column in contract.columns:
        wanted = columns.get(column.name)
        names = (column.name, column.zh, *column.synonyms)
        match = next(
            (folded[fold_name(n)] for n in names if fold_name(n) in folded), None
        )
        if wanted is not None and wanted not in in_file:
            problems.append(
                problem_in(
                    raw,
                    "no-mapped-column",
                    name=column.name,
                    wanted=wanted,
                    columns=", ".join(in_file),
                )
            )
        elif wanted is not None or match is not None:
            found[column.name] = str(wanted if wanted is not None else match)
        elif column.required and column.kind not in {"point", "area"}:
            problems.append(
                problem_in(
                    raw,
                    "no-column",
                    name=column.name,
                    header=column.zh,
                    names=", ".join(names),
                    columns=", ".join(in_file),
                )
            )
    return found, problems


@dataclass(frozen=True)
class _Cells:
    """The cells of one column, for messages."""

    source: Source
    """The table."""
    column: str
    """The column, as the file names it."""

    def problem(self, key: str, rows: Iterable[object], **values: Value) -> Problem:
        """Describe a problem of some of the cells."""
        return problem_in(self.source, key, rows=rows, column=self.column, **values)


@dataclass(frozen=True)
class _Inner:
    """A table inside circle, for messages."""

    where: str
    """Its name."""
    row_word: str = "row"
    """What a row is called."""


def _convert(
    values: pd.Series, column: Column, cells: _Cells
) -> tuple[pd.Series, list[Problem]]:
    """Convert the values of one column; faulty ones become null and are named."""
    text = values.map(_as_text)
    filled = text != ""
    choices: tuple[str, ...]
    if column.kind in {"number", "count"}:
        numbers = pd.to_numeric(text.where(filled), errors="coerce").astype(float)
        converted = numbers.where(np.isfinite(numbers))
        key, choices = "not-a-number", ()
    elif column.kind == "choice":
        converted = text.map(fold_name).map(_accepted(column)).astype(object)
        converted = converted.where(converted.notna(), None)
        key, choices = "unknown-choice", _choices_text(column)
    elif column.kind == "list":
        converted = text.map(_split_list)
        key, choices = "", ()
    elif column.kind == "date":
        return _dates(values, column, cells)
    else:
        converted = text.astype(object).where(
            filled & ~_lost_digits(values, column), None
        )
        key, choices = "cut-code", ()
    bad = converted.isna() & filled
    problems = _value_problems(converted[~bad], column, cells)
    if bad.any():
        shown = tuple(repr(v)[:40] for v in values[bad].unique())
        rows = values.index[bad]
        problems.insert(0, cells.problem(key, rows, values=shown, choices=choices))
    return converted, problems


def _dates(
    values: pd.Series, column: Column, cells: _Cells
) -> tuple[pd.Series, list[Problem]]:
    """Read dates; a year that a spreadsheet program has taken for a day is named."""
    filled = values.map(_as_text) != ""
    given = values.astype(object).where(filled, None)
    years = pd.Series([typed_year(one) for one in given], values.index, dtype=float)
    read = pd.Series([parse_date(one) for one in given], values.index, dtype=object)
    problems: list[Problem] = []
    bad = filled & read.isna()
    if bad.any():
        shown = tuple(repr(str(one))[:40] for one in given[bad].unique())
        problems.append(cells.problem("not-a-date", values.index[bad], values=shown))
    if years.notna().any():
        shown = tuple(f"{one:.0f}" for one in years.dropna().unique())
        rows = values.index[years.notna()]
        problems.append(cells.problem("year-as-date", rows, values=shown))
    converted = read.where(read.notna() & years.isna(), None)
    checked = converted[~filled | converted.notna()]
    return converted, [*problems, *_value_problems(checked, column, cells)]


def _choices_text(column: Column) -> tuple[str, ...]:
    """List the words that a choice accepts."""
    return tuple("/".join((v, *w)) for v, w in column.choices.items())


def _accepted(column: Column) -> dict[str, str]:
    """Give the value for each word, folded, that a choice accepts in files."""
    return {
        fold_name(word): value
        for value, accepted in column.choices.items()
        for word in (value, *accepted)
    }


def _split_list(text: str) -> tuple[str, ...]:
    """Split a list at its separators."""
    parts = (part.strip() for part in re.split(LIST_SEPARATORS, text))
    return tuple(part for part in parts if part)


def _lost_digits(values: pd.Series, column: Column) -> pd.Series:
    """Tell which codes a spreadsheet program has cut, as in 9.99001E+11."""
    if column.kind != "id":
        return pd.Series(data=False, index=values.index)
    return values.map(
        lambda one: (
            abs(one) >= _EXACT_BELOW
            if isinstance(one, float)
            else bool(_CUT_CODE.fullmatch(str(one).strip()))
        )
    ).astype(bool)


def _value_problems(values: pd.Series, column: Column, cells: _Cells) -> list[Problem]:
    """Check converted values against null rule, minimum and choices."""
    problems = []
    null = values.isna()
    if null.any() and not column.null:
        problems.append(cells.problem("empty-cell", values.index[null]))
    known = values[~null]
    if column.minimum is not None and (known < column.minimum).any():
        low = known[known < column.minimum]
        problems.append(
            cells.problem(
                "below-minimum",
                low.index,
                values=tuple(f"{one:g}" for one in low),
                minimum=f"{column.minimum:g}",
            )
        )
    if column.kind == "choice" and not known.isin(list(column.choices)).all():
        unknown = known[~known.isin(list(column.choices))]
        problems.append(
            cells.problem(
                "unknown-inner-choice",
                (),
                values=tuple(str(one) for one in unknown.unique()),
                choices=_choices_text(column),
            )
        )
    return problems


def _repeated_keys(
    table: pd.DataFrame, key: list[str], raw: RawTable, found: Mapping[str, str]
) -> list[Problem]:
    """Name ids that stand in more than one row."""
    known = table.dropna(subset=key)
    twice = known.duplicated(key, keep=False)
    if not twice.any():
        return []
    ids = known.loc[twice, key].astype(str).agg(" ".join, axis=1)
    return [
        problem_in(
            raw,
            "repeated-id",
            rows=ids.index,
            column=found[key[0]] if len(key) == 1 else "",
            name=", ".join(key),
            ids=tuple(sorted(set(ids))),
        )
    ]


def _as_text(value: object) -> str:
    """Write a cell's value as text; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
