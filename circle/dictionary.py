"""The data dictionary for readers: every table and column, as a file and as a page."""

from __future__ import annotations

import re
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

Behind a kind, `?` says that a cell may be empty.
"""
# What the rows of each table are.
_ROWS = {
    "subdistricts": "The areas of street offices and town governments (街镇).",
    "committees": "Residents' and villagers' committees: origins of travel times.",
    "cells": "Where people live: one square or point of the population grid.",
    "buildings": "Residential buildings, where coverage is counted by them as well.",
    "facilities": "The inventory: one row per building and facility type.",
    "candidates": "Where facilities could go.",
    "office_replies": "What street offices replied to missing items and sites.",
    "reach": "The nearest facility of every committee and type.",
    "coverage": "Every share of an area and a group of types, with its denominator.",
    "coverage_by": "The same by age band, by inhabited area and by person group.",
    "coverage_buildings": "The same by residential buildings.",
    "missing_items": "What each committee does not reach within its limit (缺项).",
    "gap_clusters": "Neighbouring cells that lack one type.",
    "sites": "The siting plan, in its order.",
    "unsnapped": "Points too far from the network.",
    "capacity": "What the norms require against what is provided.",
    "access": "Supply in reach of people, against the norms.",
    "facility_load": "People in the catchment of each facility, against its supply.",
    "full_items": "Items within the limit whose facilities are all full.",
    "choice": "How many facilities of each type are in reach of people.",
    "dependence": "Who would have none left if a facility closed.",
    "fairness": "How evenly what is in reach is spread.",
    "lorenz": "Points of the Lorenz curves.",
    "realisation": "Indicators against their targets.",
    "alerts": "Indicators beyond their warning line.",
    "acceptance": "Pass marks, with result and evidence.",
    "not_placed": "Facilities without coordinates, for the office to complete.",
    "population_balance": "People read and people counted, by subdistrict.",
}
_PLACEHOLDERS = re.compile(r"<\w[\w ]*>(?:[:=]<\w[\w ]*>)?")
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
            lines += [f"### `{contract.name}`", "", _ROWS[contract.name]]
            lines += [f"A row is identified by {keys}."] if keys else []
            lines.append("")
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
    # In angle brackets a word would be taken for a tag, and not be shown.
    described = _PLACEHOLDERS.sub(r"`\g<0>`", column.description)
    text = f"{described} {_values(column)}".strip()
    cells = (f"`{column.name}`", column.zh, kind, column.unit, text)
    return "| " + " | ".join(one.replace("|", "\\|") for one in cells) + " |"
