"""What a merge reads: what every row of the returns says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from circle.derived_ids import ID_RULES, derived_ids
from circle.errors import CircleWarning, InputError, gather
from circle.inventory import Inventory, own_types
from circle.placing import COORDINATES
from circle.problems import Problem
from circle.profile import Profile
from circle.raw_table import RawTable, where_zh
from circle.returned import ReturnedSheet, is_returned, read_returned
from circle.single_tables import KINDS, CheckedTable
from circle.tables import match_columns

# What decides that a place is another one.
_MOVED_M = 1.0


@dataclass(frozen=True)
class RowSaid:
    """
    One row of a return.

    Of a row that was handed out, only what the office has changed is said.
    """

    row_id: str
    """Its code; derived from its content where it has none."""
    name: str
    """Its name."""
    cells: Mapping[str, object]
    """Column of circle to the value as the return writes it; empty ones left out."""
    meant: Mapping[str, object]
    """The same, converted, for comparison."""
    place: Any
    """Point in the metric system of the inventory, or None."""
    source: str
    """Workbook, unit and row."""
    coded: bool = True
    """Whether the return gives the code itself."""
    sent: bool = False
    """Whether it was handed out."""
    base: Mapping[str, object] = field(default_factory=dict)
    """Column of circle to what was handed out, converted."""
    base_place: Any = None
    """The place that was handed out."""
    emptied: tuple[str, ...] = ()
    """Columns that were handed out with a value and came back without."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Columns that circle does not know, with their values."""


def read_inventory_returns(
    paths: Sequence[Path], kind: str, profile: Profile
) -> tuple[list[ReturnedSheet], tuple[CircleWarning, ...]]:
    """
    Read the sheets of one kind out of all returns.

    Parameters
    ----------
    paths
        Returned workbooks.
    kind
        ``facilities`` or ``committees``.
    profile
        The profile whose type names are used.

    Returns
    -------
    sheets
        The filled-in sheets of this kind.
    warnings
        What needs care about them, and sheets of the other kind, which are to be
        merged into the inventory of that kind.

    Raises
    ------
    InputError
        With the problems of all returns.
    """
    problems: list[str] = []
    sheets: list[ReturnedSheet] = []
    warnings: list[CircleWarning] = []
    for path in paths:
        if not path.is_file():
            problems.append(Problem("no-such-input", path.name))
            continue
        if not is_returned(path):
            problems.append(Problem("not-a-return", path.name))
            continue
        try:
            read = read_returned(path, profile=profile)
        except InputError as error:
            problems.extend(error.problems)
            continue
        for one in read:
            problems.extend(one.checked.problems)
            if one.kind == kind:
                sheets.append(one)
                warnings += one.checked.warnings
            else:
                warnings.append(_other_sheet(one))
    gather(problems, InputError)
    return sheets, tuple(dict.fromkeys(warnings))


def return_problems(paths: Sequence[Path], profile: Profile) -> tuple[str, ...]:
    """
    List the problems of all returns, where the inventory has some already.

    Parameters
    ----------
    paths
        Returned workbooks.
    profile
        The profile whose type names are used.

    Returns
    -------
    problems
        Those of every sheet.
    """
    try:
        read_inventory_returns(paths, "", profile)
    except InputError as error:
        return error.problems
    return ()


def _other_sheet(sheet: ReturnedSheet) -> CircleWarning:
    """Say that a sheet belongs into another inventory."""
    where, rows = sheet.raw.where, len(sheet.raw.rows)
    text = f"{where}: {rows} rows of {sheet.kind} are not merged into this inventory."
    zh = (
        f"{where_zh(where)}：{rows}行属于另一类数据，未汇入；请与该类原有数据另行汇总。"
    )
    return CircleWarning("sheet-not-merged", text, zh)


def rows_said(sheet: ReturnedSheet, old: Inventory, profile: Profile) -> list[RowSaid]:
    """
    Read what a return says, row by row.

    Parameters
    ----------
    sheet
        One sheet of a return.
    old
        The inventory.
    profile
        The profile whose type names are used.

    Returns
    -------
    rows
        One for each row, in order; a row without a code gets a derived one.
    """
    unit = f" ({sheet.unit})" if sheet.unit else ""
    rows = _read_rows(
        sheet.raw, sheet.checked, old, profile, source=f"{sheet.file}{unit}"
    )
    sent = {one.row_id: one for one in rows_handed_out(sheet, old, profile)}
    return [
        changes(one, sent[one.row_id]) if one.coded and one.row_id in sent else one
        for one in rows
    ]


def changes(said: RowSaid, sent: RowSaid) -> RowSaid:
    """
    Keep of a row what is not as it was handed out.

    Parameters
    ----------
    said
        A row of a return.
    sent
        The same row as it was handed out.

    Returns
    -------
    said
        What the office has changed, and what was handed out beside it.
    """
    kept = {
        name
        for name in said.cells
        if name in said.meant and not same_value(said.meant[name], sent.meant.get(name))
    }
    stays = said.place is None or not moved(said.place, sent.place)
    if not stays:
        kept |= {"x", "y"}
    return replace(
        said,
        cells={k: v for k, v in said.cells.items() if k in kept},
        meant={k: v for k, v in said.meant.items() if k in kept},
        place=None if stays else said.place,
        sent=True,
        base=sent.meant,
        base_place=sent.place,
        emptied=tuple(one for one in sent.cells if one not in said.cells),
    )


def rows_handed_out(
    sheet: ReturnedSheet, old: Inventory, profile: Profile
) -> list[RowSaid]:
    """
    Read the rows of a sheet as they were handed out.

    Parameters
    ----------
    sheet
        One sheet of a return.
    old
        The inventory.
    profile
        The profile whose type names are used.

    Returns
    -------
    rows
        One for each row; none where the workbook was handed out empty.
    """
    before = sheet.handed_out
    if before is None:
        return []
    return _read_rows(before.raw, before.checked, old, profile, source=sheet.file)


def _read_rows(
    raw: RawTable,
    checked: CheckedTable,
    old: Inventory,
    profile: Profile,
    *,
    source: str,
) -> list[RowSaid]:
    """Read the rows of a sheet, each with its code."""
    contract = KINDS[old.kind]
    own, _ = match_columns(raw, contract, columns={})
    places, _ = match_columns(raw, COORDINATES, columns={})
    named = {**own, **places}
    headers = [str(one) for one in raw.rows.columns]
    column = {name: headers.index(header) for name, header in named.items()}
    strange = [n for n, one in enumerate(headers) if one not in set(named.values())]
    table = checked.table.to_crs(old.table.crs)
    if old.kind == "facilities" and "type_id" in table.columns:
        table["type_id"] = own_types(table, profile)
    ids = list(table[old.key]) if old.key in table.columns else [None] * len(table)
    dates = {one.name for one in contract.columns if one.kind == "date"}
    # Cell by cell, a table is slow to ask.
    converted = {name: list(table[name].array) for name in table.columns}
    found = []
    for at, (number, row) in enumerate(raw.rows.iterrows()):
        cells = list(row.array)
        values = {
            name: converted[name][at] if name in dates else cells[n]
            for name, n in column.items()
            if name != old.key and not _blank(cells[n])
        }
        meant = {name: converted[name][at] for name in values if name in converted}
        row_id = cell_text(ids[at])
        found.append(
            RowSaid(
                row_id or _new_id(old.kind, meant),
                cell_text(values.get("name")),
                values,
                meant,
                converted[table.geometry.name][at],
                f"{source}: {number}",
                coded=bool(row_id),
                extra={headers[n]: cells[n] for n in strange if not _blank(cells[n])},
            )
        )
    return found


def _blank(value: Any) -> bool:
    """Tell whether a cell holds nothing."""
    return is_empty(value) or not str(value).strip()


def _new_id(kind: str, meant: Mapping[str, object]) -> str:
    """Derive a code for a new row, the one that a study would derive."""
    rule = ID_RULES[kind]
    content = [meant.get(one) for one in rule.content]
    return derived_ids(rule.prefix, [content], ties=[0])[0]


def same_value(one: object, other: object) -> bool:
    """
    Tell whether two values mean the same.

    Parameters
    ----------
    one
        A value.
    other
        Another one.

    Returns
    -------
    same
        Whether both are empty, or both mean the same.
    """
    if is_empty(one) or is_empty(other):
        return is_empty(one) and is_empty(other)
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other))
    return str(one).strip() == str(other).strip()


def is_empty(value: Any) -> bool:
    """
    Tell whether a value says nothing.

    Parameters
    ----------
    value
        A value of a cell.

    Returns
    -------
    empty
        Whether it says nothing.
    """
    return value is None or bool(pd.isna(value)) or value == ""


def moved(one: Any, other: Any) -> bool:
    """
    Tell whether two places are more than a metre apart.

    Parameters
    ----------
    one
        A point in metres, or None.
    other
        Another one.

    Returns
    -------
    moved
        Whether they are more than a metre apart, or only one is there.
    """
    if one is None or other is None:
        return one is not other
    return float(shapely.distance(one, other)) > _MOVED_M


def cell_text(value: object) -> str:
    """
    Write a value for the report; whole numbers without a point, dates without time.

    Parameters
    ----------
    value
        A value of a cell.

    Returns
    -------
    text
        Nothing for an empty cell.
    """
    if is_empty(value):
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
