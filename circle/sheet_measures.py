"""Blocks of measures: capacity, access, choice, fairness, alerts, acceptance."""

import pandas as pd

from circle.alerts import argument_names
from circle.assessment import Assessment
from circle.result_contracts_measures import (
    ACCEPTANCE,
    ACCESS,
    ALERTS,
    CAPACITY,
    CHOICE,
    DEPENDENCE,
    FACILITY_LOAD,
    FAIRNESS,
    FULL_ITEMS,
    MEASURE_CONTRACTS,
    REALISATION,
)
from circle.sheet_parts import (
    Block,
    add_names,
    area_class_label,
    clean_text,
    contract_fields,
    own_field,
    spell_out,
    stack_rows,
)
from circle.tables import Contract
from circle.words_tables import table_word

# Sheets of the workbook, and the contracts of the blocks on each.
MEASURE_SHEETS: dict[str, tuple[Contract, ...]] = {
    "capacity": (CAPACITY, ACCESS, FULL_ITEMS, FACILITY_LOAD),
    "choice": (CHOICE, DEPENDENCE),
    "fairness": (FAIRNESS,),
    "monitoring": (ACCEPTANCE, ALERTS, REALISATION),
}
_MOST_ROWS = 200


def measure_blocks(assessment: Assessment) -> dict[str, Block]:
    """
    Give every table of measures that has rows, whole.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    blocks
        Name of the table to its block.
    """
    return {
        one.name: measure_block(assessment, one)
        for one in MEASURE_CONTRACTS
        if len(getattr(assessment.measures, one.name))
    }


def measure_sheet(assessment: Assessment, sheet: str) -> tuple[Block, ...]:
    """
    Give the blocks of one sheet of the workbook.

    Parameters
    ----------
    assessment
        The assessment.
    sheet
        One of `MEASURE_SHEETS`.

    Returns
    -------
    blocks
        One per table that has rows; long ones are cut, and are whole in the CSV
        tables.
    """
    found = [measure_block(assessment, one) for one in MEASURE_SHEETS[sheet]]
    language = assessment.city.study.language
    return tuple(
        Block(
            table_word(f"title_{contract.name}", language)
            + _cut_text(contract.name, len(block.rows), language),
            block.fields,
            block.rows.head(_MOST_ROWS),
        )
        for contract, block in zip(MEASURE_SHEETS[sheet], found, strict=True)
        if len(block.rows)
    )


def _cut_text(name: str, n_rows: int, language: str) -> str:
    """Say that a long table is cut, and where it is whole."""
    if n_rows <= _MOST_ROWS:
        return ""
    return table_word("cut_rows", language).format(
        shown=_MOST_ROWS, all=f"{n_rows:,}", name=name
    )


def measure_block(assessment: Assessment, contract: Contract) -> Block:
    """
    Give one table of measures whole, with names beside the codes.

    Parameters
    ----------
    assessment
        The assessment.
    contract
        Its contract.

    Returns
    -------
    block
        The table, in the language of the study.
    """
    language = assessment.city.study.language
    table: pd.DataFrame = getattr(assessment.measures, contract.name)
    rows = spell_out(_named(table, assessment), contract, language=language)
    own = ("area", "norm", "group", "facility_type")
    fields = (
        *(own_field(one, "text", language) for one in own if one in rows.columns),
        *contract_fields(contract, contract.names, language=language),
    )
    return Block("", fields, stack_rows([rows], fields))


def _named(table: pd.DataFrame, assessment: Assessment) -> pd.DataFrame:
    """Add the names of areas, norms, groups and types."""
    city = assessment.city
    language = city.study.language
    named = add_names(table, assessment)
    labels = argument_names(city.profile)
    places = dict(
        zip(city.subdistricts["subdistrict_id"], city.subdistricts["name"], strict=True)
    )
    if "area_id" in named.columns:
        kinds = zip(named["area_kind"], named["area_id"], strict=True)
        named["area"] = [
            table_word("whole_district", language)
            if kind == "district"
            else area_class_label(one, assessment)
            if kind == "area_class"
            else clean_text(places.get(one, one))
            for kind, one in kinds
        ]
    for column, name in (("norm_id", "norm"), ("group_id", "group")):
        if column in named.columns:
            named[name] = [
                labels[one][language]
                if one in labels
                else table_word("required_types", language)
                for one in named[column]
            ]
    return named
