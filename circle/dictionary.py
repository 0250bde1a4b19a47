"""The data dictionary for readers: every table and column, as a file and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from circle.contracts import INPUT_CONTRACTS, RESULT_CONTRACTS
from circle.not_placed import NOT_PLACED
from circle.office_replies import OFFICE_REPLIES
from circle.population_balance import POPULATION_BALANCE
from circle.result_contracts_measures import MEASURE_CONTRACTS

if TYPE_CHECKING:
    from circle.tables import Column, Contract

COLUMNS = (
    "table",
    "column",
    "header_zh",
    "kind",
    "unit",
    "may_be_empty",
    "values",
    "key",
    "description",
)
_INTRO = """# Tables

Every table that circle reads or writes, column by column, made from the contracts in
`circle/contracts.py` and `circle/input_contracts.py` by `python docs/generate.py`. The
same list lies in every result folder as `tables/data_dictionary.csv`. CSV files carry
the Chinese headers in Chinese outputs and the column names in English ones; the layers
of `coverage.gpkg` and `layers/` carry the column names in both. In these layers,
`min_<type>` is the time in minutes to the nearest facility of a type (empty: no way),
and `n_missing_required` counts the required types out of reach. The cells of
`coverage.gpkg` have `s_<type>` instead: whole seconds, rounded up. The layer `bands`
holds the bands of travel time of each type (`band` from 1, the innermost; `limit` in
`unit`), `site_areas` from where each chosen site is reached; both are for looking at.
"""
_INPUTS = (*INPUT_CONTRACTS, OFFICE_REPLIES)
_RESULTS = (*RESULT_CONTRACTS, *MEASURE_CONTRACTS, NOT_PLACED, POPULATION_BALANCE)


def dictionary_table() -> pd.DataFrame:
    """
    Tabulate every column of every table.

    Returns
    -------
    table
        One row per column: inputs first, then results, in the order of the tables.

    Examples
    --------
    >>> table = dictionary_table()
    >>> table.query("table == 'sites' and column == 'cost_10k'")["unit"].item()
    '10,000 CNY'
    """
    rows = [
        _row(contract, column)
        for contract in (*_INPUTS, *_RESULTS)
        for column in contract.columns
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def dictionary_page() -> str:
    """
    Write the page of the documentation.

    Returns
    -------
    markdown
        One section per table.

    Examples
    --------
    >>> "## Results" in dictionary_page()
    True
    """
    lines = [_INTRO]
    for heading, contracts in (("Inputs", _INPUTS), ("Results", _RESULTS)):
        lines += [f"## {heading}", ""]
        for contract in contracts:
            keys = ", ".join(f"`{one}`" for one in contract.key)
            lines += [f"### `{contract.name}`", ""]
            lines += [f"A row is identified by {keys}.", ""] if keys else []
            lines += ["| column | header | kind | unit | description |"]
            lines += ["| --- | --- | --- | --- | --- |"]
            lines += [_line(one) for one in contract.columns]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(contract: Contract, column: Column) -> tuple[str, ...]:
    """Describe one column."""
    return (
        contract.name,
        column.name,
        column.zh,
        column.kind,
        column.unit,
        "yes" if column.null or not column.required else "no",
        _values(column),
        "yes" if column.name in contract.key else "",
        column.description,
    )


def _values(column: Column) -> str:
    """Write the values of a choice, each with its Chinese word."""
    return "; ".join(
        f"{value} ({words[0]})" if words else value
        for value, words in column.choices.items()
    )


def _line(column: Column) -> str:
    """Write one column as a row of a table."""
    kind = column.kind if not column.null and column.required else f"{column.kind}?"
    text = f"{column.description} {_values(column)}".strip()
    cells = (f"`{column.name}`", column.zh, kind, column.unit, text)
    return "| " + " | ".join(one.replace("|", "\\|") for one in cells) + " |"
