"""The inventory that goes out to street offices and that returns are folded into."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from circle.declared import DeclaredCrs, from_metric, parse_declared
from circle.derived_ids import ID_RULES, with_ids
from circle.duplicates import same_types
from circle.errors import CircleWarning, InputError, gather
from circle.placing import COORDINATES
from circle.problems import Problem, problem_in
from circle.profile import Profile
from circle.raw_table import RawTable, where_zh
from circle.reading import read_table
from circle.single_tables import KINDS, check_table_rows, table_kind
from circle.tables import match_columns
from circle.type_cells import fold_type_name

INVENTORY_KINDS = ("facilities", "committees")
# How the places of an inventory are rounded.
_DEGREE_DIGITS, _METRE_DIGITS = 7, 3


@dataclass(frozen=True)
class Inventory:
    """The inventory as read."""

    raw: RawTable
    """Its rows as the file holds them; a column of codes is put in front where it
    has none."""
    kind: str
    """``facilities`` or ``committees``."""
    columns: Mapping[str, str]
    """Column of circle to column of the file."""
    table: gpd.GeoDataFrame
    """Its rows converted, in metres, with a code in each."""
    declared: DeclaredCrs
    """The coordinate system of the file."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""

    @property
    def key(self) -> str:
        """Column of the codes."""
        return KINDS[self.kind].key[0]


def read_inventory(
    path: Path, *, profile: Profile, crs: str | None = None
) -> Inventory:
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
        The inventory, without fault. Rows of a file without codes get the ones that
        a study derives when it reads the file.

    Raises
    ------
    InputError
        With every problem of the file, or if it is not there or no table to merge
        into.
    """
    if not path.is_file():
        raise InputError(Problem("no-such-input", path.name))
    contracts = [KINDS[one] for one in INVENTORY_KINDS]
    raw = read_table(path, [*contracts, COORDINATES], columns={})
    kind = table_kind(raw)
    if kind not in INVENTORY_KINDS or isinstance(raw.rows, gpd.GeoDataFrame):
        raise InputError(problem_in(raw, "not-an-inventory"))
    checked = check_table_rows(raw, kind, profile=profile, crs=crs)
    gather(list(dict.fromkeys(checked.problems)), InputError)
    columns, _ = match_columns(raw, KINDS[kind], columns={})
    places, _ = match_columns(raw, COORDINATES, columns={})
    declared = parse_declared(crs or "WGS-84", where="--crs")
    old = Inventory(
        raw, kind, {**columns, **places}, checked.table, declared, checked.warnings
    )
    return old if old.key in columns else _with_codes(old, profile)


def own_types(table: pd.DataFrame, profile: Profile) -> list[str]:
    """
    Give the facility type of each row for comparison.

    Parameters
    ----------
    table
        Contract ``facilities``, with types as the file names them.
    profile
        The profile.

    Returns
    -------
    types
        Id of the type, or the folded name of one that the profile does not have.
    """
    ids = same_types(table, profile)
    return [
        fold_type_name(str(name)) if known is None else str(known)
        for known, name in zip(ids, table["type_id"], strict=True)
    ]


def _with_codes(old: Inventory, profile: Profile) -> Inventory:
    """Give an inventory without codes the ones that a study derives."""
    table = old.table
    if old.kind == "facilities":
        table = table.assign(type_id=own_types(table, profile))
    ids = list(with_ids(table, ID_RULES[old.kind])[old.key])
    header = KINDS[old.kind].column(old.key).zh
    rows = old.raw.rows.copy()
    rows.insert(0, header, ids)
    text = (
        f"{old.raw.where}: has no codes; {len(ids)} are derived from content and "
        f"written into the column '{header}'; keep them."
    )
    zh = (
        f"{where_zh(old.raw.where)}：没有编号，已由内容生成{len(ids)}个编号并写入列“{header}”，"
        "请在今后的数据中保留。"
    )
    return Inventory(
        RawTable(old.raw.where, rows, old.raw.row_word, (), old.raw.warnings),
        old.kind,
        {**old.columns, old.key: header},
        old.table.assign(**{old.key: ids}),
        old.declared,
        (*old.warnings, CircleWarning("codes-derived", text, zh)),
    )


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
