"""The page on tables and layers says what the contracts accept."""

from pathlib import Path

import pytest

from circle.contracts import ADDRESS_POINTS, INPUT_CONTRACTS
from circle.placing import COORDINATES

PAGE = Path(__file__).parents[1] / "docs" / "inputs_tables.md"


def column_table(contracts):
    """Write the names of columns as the page shows them."""
    lines = [
        "| table | column | accepted names | needed |",
        "| --- | --- | --- | --- |",
    ]
    for contract in contracts:
        for column in contract.columns:
            if column.kind in {"point", "area"}:
                continue
            names = ", ".join(dict.fromkeys((column.zh, *column.synonyms)))
            needed = "yes" if column.required else "no"
            lines.append(f"| {contract.name} | {column.name} | {names} | {needed} |")
    return "\n".join(lines)


def written(text, part):
    return text.split(f"<!-- {part}: begin -->\n")[1].split(f"\n<!-- {part}: end")[0]


@pytest.mark.parametrize(
    ("part", "contracts"),
    [
        ("columns", (*INPUT_CONTRACTS, ADDRESS_POINTS)),
        ("coordinates", (COORDINATES,)),
    ],
)
def test_the_page_lists_every_accepted_name(part, contracts):
    assert written(PAGE.read_text("utf-8"), part) == column_table(contracts)


def test_a_name_left_out_would_be_found():
    text = (
        f"<!-- columns: begin -->\n{column_table(INPUT_CONTRACTS)}\n<!-- columns: end"
    )
    assert written(text.replace("启用日期", ""), "columns") != column_table(
        INPUT_CONTRACTS
    )
