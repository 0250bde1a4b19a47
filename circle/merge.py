"""Fold returned workbooks into an inventory; nothing is dropped or settled silently."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from circle.duplicates import propose_duplicates
from circle.errors import CircleWarning, InputError, gather
from circle.inventory import Inventory, own_types, read_inventory
from circle.merge_inputs import (
    RowSaid,
    cell_text,
    read_inventory_returns,
    return_problems,
    rows_handed_out,
    rows_said,
)
from circle.merge_rows import MergeLine, Work, fold_in
from circle.placing import COORDINATES
from circle.profile import Profile
from circle.returned import ReturnedSheet
from circle.single_tables import KINDS
from circle.tables import match_columns


@dataclass(frozen=True)
class Merged:
    """An inventory with the returns folded in, and what became of every row."""

    table: pd.DataFrame
    """The inventory: its own columns and rows in their order, new ones behind."""
    text_columns: tuple[str, ...]
    """Columns that hold codes and other texts."""
    lines: tuple[MergeLine, ...]
    """At least one line for every row of the inventory and of every return."""
    warnings: tuple[CircleWarning, ...] = ()
    """What needs care about the inventory and the returns."""

    def rows(self, what: str) -> tuple[str, ...]:
        """Give the codes of the rows to which something happened."""
        return tuple(
            dict.fromkeys(one.row_id for one in self.lines if one.what == what)
        )


def merge_returns(
    inventory: Path,
    returned: Sequence[Path],
    *,
    profile: Profile,
    crs: str | None = None,
    language: str = "zh",
) -> Merged:
    """
    Fold returned workbooks into an inventory of facilities or committees.

    Parameters
    ----------
    inventory
        A spreadsheet or text table; codes are derived where it has none.
    returned
        Workbooks made by `template.write_template`, filled in.
    profile
        The profile whose type names are used.
    crs
        Coordinate system of the inventory; WGS-84 if not given.
    language
        Language of the notes, ``zh`` or ``en``.

    Returns
    -------
    merged
        Rows whose code is known are changed column by column; an empty cell of a
        return changes nothing, and no row is deleted. Rows without a code, or with a
        new one, are added. What is in conflict stays as it is in the inventory. Of a
        workbook that was handed out with rows, only what the office has changed
        counts; where the inventory has changed too since, that is a conflict.

    Raises
    ------
    InputError
        With every problem of the inventory and of all returns at once.
    """
    try:
        old = read_inventory(inventory, profile=profile, crs=crs)
    except InputError as error:
        gather([*error.problems, *return_problems(returned, profile)], InputError)
        raise
    sheets, warnings = read_inventory_returns(returned, old.kind, profile)
    work = _begin(old, sheets, profile, language)
    groups: dict[str, list[RowSaid]] = defaultdict(list)
    handed_out: dict[str, str] = {}
    for sheet in sheets:
        for one in rows_said(sheet, old, profile):
            groups[one.row_id].append(one)
        for one in rows_handed_out(sheet, old, profile):
            handed_out.setdefault(one.row_id, sheet.file)
    for several in groups.values():
        fold_in(several, work)
    for row_id in work.at:
        if row_id not in groups:
            work.lines.append(_not_returned(row_id, handed_out.get(row_id, ""), work))
    return _finished(work, profile, (*old.warnings, *warnings))


def _begin(
    old: Inventory, sheets: Sequence[ReturnedSheet], profile: Profile, language: str
) -> Work:
    """Lay the inventory out by code, with room for columns that only returns have."""
    headers = dict(old.columns)
    for sheet in sheets:
        for contract in (KINDS[old.kind], COORDINATES):
            found, _ = match_columns(sheet.raw, contract, columns={})
            for name, header in found.items():
                headers.setdefault(name, header)
    records = old.raw.rows.to_dict("records")
    ids = [str(one) for one in old.table[old.key]]
    rows = {
        one: {str(name): value for name, value in record.items()}
        for one, record in zip(ids, records, strict=True)
    }
    return Work(
        old,
        language,
        rows,
        headers,
        at={one: n for n, one in enumerate(ids)},
        types=_types_of(old, profile),
        places=dict(zip(ids, old.table.geometry, strict=True)),
    )


def _not_returned(row_id: str, file: str, work: Work) -> MergeLine:
    """Say that no return names a row, and which workbook it was deleted from."""
    note = work.word("row-deleted", file=file) if file else ""
    name = _name_in(work, row_id)
    return MergeLine("not returned", row_id, name, source=file, note=note)


def _types_of(old: Inventory, profile: Profile) -> dict[str, object]:
    """Give the facility type of each row of the inventory."""
    if old.kind != "facilities":
        return {}
    ids = old.table[KINDS[old.kind].key[0]].astype(str)
    return dict(zip(ids, own_types(old.table, profile), strict=True))


def _name_in(work: Work, row_id: str) -> str:
    """Give the name of a row."""
    return cell_text(work.rows[row_id].get(work.headers.get("name", "")))


def _finished(
    work: Work, profile: Profile, warnings: tuple[CircleWarning, ...]
) -> Merged:
    """Lay the rows out as a table again, and propose duplicates."""
    old = work.old
    columns = list(dict.fromkeys([*map(str, old.raw.rows.columns)]))
    columns += [one for row in work.rows.values() for one in row if one not in columns]
    columns = list(dict.fromkeys(columns))
    table = pd.DataFrame(list(work.rows.values()), columns=columns, dtype=object)
    contract = KINDS[old.kind]
    texts = tuple(
        work.headers[one.name]
        for one in contract.columns
        if one.name in work.headers and one.kind not in {"number", "count"}
    )
    lines = [*work.lines, *_duplicate_lines(work, profile)]
    return Merged(table, texts, tuple(lines), warnings)


def _duplicate_lines(work: Work, profile: Profile) -> list[MergeLine]:
    """Propose rows that may be one facility."""
    old = work.old
    if old.kind != "facilities":
        return []
    ids = list(work.rows)
    named = {
        name: [work.rows[one].get(work.headers.get(name, "")) for one in ids]
        for name in ("name", "type_id", "subdistrict")
    }
    table = gpd.GeoDataFrame(
        named, geometry=[work.places.get(one) for one in ids], crs=old.table.crs
    )
    return [
        MergeLine(
            "duplicate",
            ids[one.first],
            _name_in(work, ids[one.first]),
            new=_name_in(work, ids[one.second]),
            note=work.word(
                "near-alike",
                others=ids[one.second],
                distance=f"{one.distance_m:.0f}",
                ratio=f"{one.similarity:.2f}",
            ),
        )
        for one in propose_duplicates(table, profile)
    ]
