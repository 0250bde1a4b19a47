"""The tables of a run as CSV files that any program reads and none runs."""

from pathlib import Path

import pandas as pd

from circle.assessment import Assessment
from circle.dictionary import dictionary_table
from circle.errors import OutputError
from circle.population_balance import POPULATION_BALANCE
from circle.problems import os_reason, problem_of
from circle.sheet_coverage import groups_block, summary_block, types_block
from circle.sheet_lists import not_placed_block
from circle.sheet_measures import measure_blocks
from circle.sheet_parts import (
    CONTRACTS,
    TEXTS,
    Block,
    Field,
    add_names,
    clean_text,
    contract_fields,
    own_field,
    spell_out,
    stack_rows,
)

# In a spreadsheet program, a text that begins so is taken for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv_twins(assessment: Assessment, folder: Path) -> tuple[Path, ...]:
    """
    Write the tables as CSV files: UTF-8 with a byte-order mark, CRLF lines.

    A text that a spreadsheet program would take for a formula (it begins with
    ``=``, ``+``, ``-`` or ``@``, in either width) gets an apostrophe in front.
    Line breaks and control characters in texts are left out. Numbers carry six
    decimals at most.

    Parameters
    ----------
    assessment
        The assessment.
    folder
        Folder for the files; made if it is not there.

    Returns
    -------
    paths
        The files, sorted by name.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    blocks = {
        "summary": summary_block(assessment),
        "types": types_block(assessment),
        "groups": groups_block(assessment),
        **{name: _contract_block(assessment, name) for name in CONTRACTS},
        **_balance_blocks(assessment),
        "not_placed": not_placed_block(assessment),
        **measure_blocks(assessment),
        "data_dictionary": _dictionary_block(),
    }
    paths = []
    for name in sorted(blocks):
        path = folder / f"{name}.csv"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            csv_table(blocks[name]).to_csv(
                path, index=False, encoding="utf-8-sig", lineterminator="\r\n"
            )
        except OSError as error:
            problem = problem_of(path.name, "not-written", reason=os_reason(error))
            raise OutputError(problem) from error
        paths.append(path)
    return tuple(paths)


def csv_text(value: object) -> str:
    """
    Write a text for a CSV file so that no program takes it for a formula.

    Parameters
    ----------
    value
        A value of a text column.

    Returns
    -------
    text
        One line, with an apostrophe in front where it began like a formula.

    Examples
    --------
    >>> csv_text("=1+1"), csv_text("Lane 5")
    ("'=1+1", 'Lane 5')
    """
    text = clean_text(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _contract_block(assessment: Assessment, name: str) -> Block:
    """Give a contract's table whole, with names beside the codes."""
    contract, language = CONTRACTS[name], assessment.city.study.language
    table: pd.DataFrame = getattr(assessment, name)
    rows = spell_out(add_names(table, assessment), contract, language=language)
    own = ("subdistrict", "facility_type", "domain_name", "tier_name", "type_names")
    fields = (
        *contract_fields(
            contract,
            [one for one in contract.names if one != "geometry"],
            language=language,
        ),
        *(own_field(one, "text", language) for one in own if one in rows.columns),
    )
    return Block("", fields, stack_rows([rows], fields))


def _dictionary_block() -> Block:
    """Give the data dictionary; its column names are the same in every language."""
    table = dictionary_table()
    fields = tuple(Field(str(one), str(one), "text") for one in table.columns)
    return Block("", fields, table)


def _balance_blocks(assessment: Assessment) -> dict[str, Block]:
    """Give people read and people counted, where the city keeps the books."""
    table = assessment.city.population_balance
    if table.empty:
        return {}
    contract, language = POPULATION_BALANCE, assessment.city.study.language
    rows = add_names(table, assessment)
    fields = (
        *contract_fields(contract, contract.names, language=language),
        own_field("subdistrict", "text", language),
    )
    return {contract.name: Block("", fields, stack_rows([rows], fields))}


def csv_table(block: Block) -> pd.DataFrame:
    """
    Turn a block into the table of a CSV file.

    Parameters
    ----------
    block
        The block.

    Returns
    -------
    table
        Headers and texts that no program takes for formulas; numbers with six
        decimals at most, whole ones without any.
    """
    columns: dict[str, pd.Series] = {}
    for field in block.fields:
        name, values = csv_text(field.header), block.rows[field.key]
        if field.form in TEXTS:
            columns[name] = values.map(csv_text)
        else:
            numbers = pd.to_numeric(values).astype(float).round(6)
            whole = bool((numbers.dropna() % 1 == 0).all())
            columns[name] = numbers.astype("Int64" if whole else float)
    return pd.DataFrame(columns)
