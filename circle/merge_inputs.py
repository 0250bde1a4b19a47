"""What a merge reads: the inventory, and what every row of the returns says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from circle.declared import DeclaredCrs, from_metric, parse_declared
from circle.derived_ids import derived_ids
from circle.duplicates import same_types
from circle.errors import InputError, gather
from circle.placing import COORDINATES
from circle.problems import Problem, problem_in
from circle.profile import Profile
from circle.raw_table import RawTable
from circle.reading import read_table
from circle.returned import ReturnedSheet, is_returned, read_returned
from circle.single_tables import KINDS, check_table_rows, table_kind
from circle.tables import match_columns

_MERGED_KINDS = ("facilities", "committees")
# What decides that a place is another one.
_MOVED_M = 1.0
# How the places of an inventory are rounded.
_DEGREE_DIGITS, _METRE_DIGITS = 7, 3
_PREFIX = {"facilities": "f", "committees": "c"}


@dataclass(frozen=True)
class Inventory:
    """The inventory as read."""

    raw: RawTable
    """Its rows as the file holds them."""
    kind: str
    """``facilities`` or ``committees``."""
    columns: Mapping[str, str]
    """Column of circle to column of the file."""
    table: gpd.GeoDataFrame
    """Its rows converted, in metres."""
    declared: DeclaredCrs
    """The coordinate system of the file."""


@dataclass(frozen=True)
class RowSaid:
    """One row of a return."""

    row_id: str
    """Its code; derived from its content where it has none."""
    cells: Mapping[str, object]
    """Column of circle to the value as the return writes it; empty ones left out."""
    meant: Mapping[str, object]
    """The same, converted, for comparison."""
    place: Any
    """Point in the metric system of the inventory, or None."""
    source: str
    """Workbook, unit and row."""

    @property
    def name(self) -> str:
        """Name of the row."""
        return str(self.cells.get("name", ""))


def read_inventory(path: Path, *, profile: Profile, crs: str | None) -> Inventory:
    """
    Read the inventory and check it.

    Parameters
    ----------
    path
        A spreadsheet or text table.
    profile
        The profile whose type names are used.
    crs
        Coordinate system of the file; WGS-84 if not given.

    Returns
    -------
    inventory
        The inventory, without fault.

    Raises
    ------
    InputError
        With every problem of the file, or if it is no table to merge into.
    """
    contracts = [KINDS[one] for one in _MERGED_KINDS]
    raw = read_table(path, [*contracts, COORDINATES], columns={})
    kind = table_kind(raw)
    if kind not in _MERGED_KINDS or isinstance(raw.rows, gpd.GeoDataFrame):
        raise InputError(problem_in(raw, "not-an-inventory"))
    checked = check_table_rows(raw, kind, profile=profile, crs=crs)
    problems: list[str] = [*checked.problems]
    columns, _ = match_columns(raw, KINDS[kind], columns={})
    places, _ = match_columns(raw, COORDINATES, columns={})
    if KINDS[kind].key[0] not in columns:
        problems.append(problem_in(raw, "inventory-without-ids"))
    gather(list(dict.fromkeys(problems)), InputError)
    declared = parse_declared(crs or "WGS-84", where="--crs")
    return Inventory(raw, kind, {**columns, **places}, checked.table, declared)


def read_inventory_returns(
    paths: Sequence[Path], kind: str, profile: Profile
) -> list[ReturnedSheet]:
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

    Raises
    ------
    InputError
        With the problems of all returns.
    """
    problems: list[str] = []
    sheets: list[ReturnedSheet] = []
    for path in paths:
        if not is_returned(path):
            problems.append(Problem("not-a-return", path.name))
            continue
        try:
            read = read_returned(path, profile=profile)
        except InputError as error:
            problems.extend(error.problems)
            continue
        sheets += [one for one in read if one.kind == kind]
        for one in read:
            problems.extend(one.checked.problems)
    gather(problems, InputError)
    return sheets


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
    key = KINDS[old.kind].key[0]
    contract, _ = match_columns(sheet.raw, KINDS[old.kind], columns={})
    places, _ = match_columns(sheet.raw, COORDINATES, columns={})
    table = sheet.checked.table.to_crs(old.table.crs)
    if key in table.columns:
        ids = [None if pd.isna(one) else str(one) for one in table[key]]
    else:
        ids = [None] * len(table)
    types = same_types(table, profile) if old.kind == "facilities" else None
    found = []
    for at, (number, cells) in enumerate(sheet.raw.rows.iterrows()):
        values = {
            name: cells[header]
            for name, header in {**contract, **places}.items()
            if str(cells[header]).strip() not in {"", "None", "nan"} and name != key
        }
        meant = {name: table[name].iloc[at] for name in values if name in table.columns}
        if types is not None:
            meant["type_id"] = types.iloc[at]
        unit = f" ({sheet.unit})" if sheet.unit else ""
        row_id = ids[at] or _new_id(old.kind, meant)
        found.append(
            RowSaid(
                row_id,
                values,
                meant,
                table.geometry.iloc[at],
                f"{sheet.file}{unit}: {number}",
            )
        )
    return found


def _new_id(kind: str, meant: Mapping[str, object]) -> str:
    """Derive a code for a new row from what it says."""
    names = {
        "facilities": ("type_id", "name", "address"),
        "committees": ("subdistrict_id", "name"),
    }[kind]
    content = [meant.get(one) for one in names]
    return derived_ids(_PREFIX[kind], [content], ties=[0])[0]


def agree(one: RowSaid, other: RowSaid) -> bool:
    """
    Tell whether two returns say the same of a row.

    Parameters
    ----------
    one
        A row of a return.
    other
        A row of the same code.

    Returns
    -------
    agree
        Whether all cells filled in by both mean the same.
    """
    names = set(one.meant) & set(other.meant)
    same = all(same_value(one.meant.get(k), other.meant.get(k)) for k in names)
    either = one.place is None or other.place is None
    return same and (either or not moved(one.place, other.place))


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
    Write a value for the report; whole numbers without a point.

    Parameters
    ----------
    value
        A value of a cell.

    Returns
    -------
    text
        Whole numbers without a point; nothing for an empty cell.
    """
    if is_empty(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def written_place(place: Any, old: Inventory) -> dict[str, float]:
    """
    Write a place as the inventory writes places.

    Parameters
    ----------
    place
        A point in metres, or None.
    old
        The inventory.

    Returns
    -------
    numbers
        ``x`` and ``y`` in the coordinate system of its file; none without a place.
    """
    if place is None:
        return {}
    x, y = from_metric(
        shapely.get_x([place]),
        shapely.get_y([place]),
        declared=old.declared,
        source=old.table.crs,
    )
    digits = _METRE_DIGITS if old.declared.crs.is_projected else _DEGREE_DIGITS
    return {"x": round(float(x[0]), digits), "y": round(float(y[0]), digits)}
