"""Column contracts of every table, and the one reader and checker that holds them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from circle.cell_texts import apart, as_numbers, distinct_texts, lost_digits
from circle.dates import parse_date, typed_year
from circle.errors import InputError, Words, gather
from circle.files import RawTable
from circle.problems import Problem, Source, Value, problem_in
from circle.raw_table import fold_name

Kind = Literal[
    "id", "text", "number", "count", "choice", "date", "flag", "list", "point", "area"
]
LIST_SEPARATORS = r"[、;；,，]"


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
    code, texts = distinct_texts(values)
    filled = pd.Series((texts != "")[code], index=values.index)
    choices: tuple[str, ...] = ()
    distinct: Any = texts  # an array of texts, numbers or tuples
    if column.kind in {"number", "count"}:
        distinct, key = as_numbers(texts), "not-a-number"
    elif column.kind == "choice":
        accepted = _accepted(column)
        distinct = apart([accepted.get(fold_name(one)) for one in texts])
        key, choices = "unknown-choice", _choices_text(column)
    elif column.kind == "list":
        distinct, key = apart([_split_list(one) for one in texts]), ""
    elif column.kind == "date":
        return _dates(values, filled, column, cells)
    else:
        distinct, key = apart([one or None for one in texts]), "cut-code"
    dtype = None if distinct.dtype.kind == "f" else object
    converted = pd.Series(distinct[code], index=values.index, dtype=dtype)
    if column.kind == "id":
        converted = converted.where(~lost_digits(values), None)
    bad = converted.isna() & filled
    if not bad.any():
        return converted, _value_problems(converted, column, cells)
    problems = _value_problems(converted[~bad], column, cells)
    shown = tuple(repr(v)[:40] for v in values[bad].unique())
    rows = values.index[bad]
    problems.insert(0, cells.problem(key, rows, values=shown, choices=choices))
    return converted, problems


def _dates(
    values: pd.Series, filled: pd.Series, column: Column, cells: _Cells
) -> tuple[pd.Series, list[Problem]]:
    """Read dates; a year that a spreadsheet program has taken for a day is named."""
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
    """List the choices by their first words; files may write others as well."""
    return tuple(
        Words("/".join((value, *words[:1])), zh=words[0] if words else value)
        for value, words in column.choices.items()
    )


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
