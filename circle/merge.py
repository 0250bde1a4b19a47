"""Fold returned workbooks into an inventory; nothing is dropped or settled silently."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from circle.duplicates import NEAR_M, bare_name, propose_duplicates, same_types
from circle.merge_inputs import (
    Inventory,
    RowSaid,
    agree,
    cell_text,
    moved,
    read_inventory,
    read_inventory_returns,
    rows_said,
    same_value,
    written_place,
)
from circle.placing import COORDINATES
from circle.profile import Profile
from circle.returned import ReturnedSheet
from circle.single_tables import KINDS
from circle.tables import match_columns
from circle.words_merge import merge_word


@dataclass(frozen=True)
class MergeLine:
    """One line of the report: what happened to a row, or to one of its columns."""

    what: str
    """added, changed, closed, unchanged, not returned, conflict or duplicate."""
    row_id: str
    """Code of the row."""
    name: str
    """Its name."""
    column: str = ""
    """The column that changed, as the inventory names it."""
    old: str = ""
    """What the inventory says."""
    new: str = ""
    """What the return says."""
    source: str = ""
    """Workbook, unit and row that say so."""
    note: str = ""
    """Why it is a conflict or may be a duplicate."""


@dataclass(frozen=True)
class Merged:
    """An inventory with the returns folded in, and what became of every row."""

    table: pd.DataFrame
    """The inventory: its own columns and rows in their order, new ones behind."""
    text_columns: tuple[str, ...]
    """Columns that hold codes and other texts."""
    lines: tuple[MergeLine, ...]
    """At least one line for every row of the inventory and of every return."""

    def rows(self, what: str) -> tuple[str, ...]:
        """Give the codes of the rows to which something happened."""
        return tuple(
            dict.fromkeys(one.row_id for one in self.lines if one.what == what)
        )


@dataclass
class _Work:
    """What a merge builds up, row by row."""

    rows: dict[str, dict[str, object]]
    """Code to the cells of a row, by column of the file."""
    headers: dict[str, str]
    """Column of circle to column of the file."""
    lines: list[MergeLine] = field(default_factory=list)
    places: dict[str, Any] = field(default_factory=dict)


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
        A spreadsheet or text table with a code in every row.
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
        new one, are added. What is in conflict stays as it is in the inventory.

    Raises
    ------
    InputError
        With every problem of the inventory and of all returns at once.
    """
    old = read_inventory(inventory, profile=profile, crs=crs)
    sheets = read_inventory_returns(returned, old.kind, profile)
    said = [one for sheet in sheets for one in rows_said(sheet, old, profile)]
    work = _begin(old, sheets)
    groups: dict[str, list[RowSaid]] = defaultdict(list)
    for one in said:
        groups[one.row_id].append(one)
    types = _types_of(old, profile)
    for row_id, several in groups.items():
        first = _together(several)
        if any(not agree(first, one) for one in several):
            work.lines += _disagreement(several, work, language)
        elif row_id in work.rows:
            _change(first, old, work, types=types, language=language)
        else:
            _add(first, old, work, types=types, language=language)
    for row_id in old.table[KINDS[old.kind].key[0]]:
        if row_id not in groups:
            work.lines.append(MergeLine("not returned", row_id, _name_in(work, row_id)))
    return _finished(work, old, profile, language)


def _begin(old: Inventory, sheets: Sequence[ReturnedSheet]) -> _Work:
    """Lay the inventory out by code, with room for columns that only returns have."""
    key = KINDS[old.kind].key[0]
    headers = dict(old.columns)
    for sheet in sheets:
        for contract in (KINDS[old.kind], COORDINATES):
            for name, header in match_columns(sheet.raw, contract, columns={})[
                0
            ].items():
                headers.setdefault(name, header)
    records = old.raw.rows.to_dict("records")
    ids = [str(one) for one in old.table[key]]
    rows = {
        one: {str(name): value for name, value in record.items()}
        for one, record in zip(ids, records, strict=True)
    }
    return _Work(rows, headers, places=dict(zip(ids, old.table.geometry, strict=True)))


def _types_of(old: Inventory, profile: Profile) -> dict[str, object]:
    """Give the facility type of each row of the inventory."""
    if old.kind != "facilities":
        return {}
    ids = old.table[KINDS[old.kind].key[0]].astype(str)
    return dict(zip(ids, same_types(old.table, profile), strict=True))


def _together(several: Sequence[RowSaid]) -> RowSaid:
    """Join what several returns say of one row; an empty cell says nothing."""
    first = several[0]
    return replace(
        first,
        cells={k: v for one in reversed(several) for k, v in one.cells.items()},
        meant={k: v for one in reversed(several) for k, v in one.meant.items()},
        place=next((one.place for one in several if one.place is not None), None),
        source="; ".join(one.source for one in several),
    )


def _disagreement(
    several: Sequence[RowSaid], work: _Work, language: str
) -> list[MergeLine]:
    """List what several returns say of one row, column by column."""
    lines = []
    sources = "; ".join(one.source for one in several)
    note = merge_word("two-returns", language, others=sources)
    for name in dict.fromkeys(name for one in several for name in one.cells):
        texts = [one.cells.get(name) for one in several]
        if all(same_value(texts[0], one) for one in texts[1:]):
            continue
        old = work.rows.get(several[0].row_id, {}).get(work.headers[name])
        lines.append(
            MergeLine(
                "conflict",
                several[0].row_id,
                several[0].name,
                work.headers[name],
                cell_text(old),
                " / ".join(cell_text(one) or "–" for one in texts),
                sources,
                note,
            )
        )
    return lines


def _change(
    said: RowSaid,
    old: Inventory,
    work: _Work,
    *,
    types: Mapping[str, object],
    language: str,
) -> None:
    """Change a row of the inventory where a return says something else."""
    key = KINDS[old.kind].key[0]
    at = list(old.table[key].astype(str)).index(said.row_id)
    row = work.rows[said.row_id]
    before = {
        name: old.table[name].iloc[at]
        for name in said.meant
        if name in old.table.columns
    }
    if old.kind == "facilities":
        before["type_id"] = types[said.row_id]
        if not same_value(before["type_id"], said.meant.get("type_id")):
            work.lines.append(_other_type(said, work, language))
            return
    changes = {
        name: value
        for name, value in said.cells.items()
        if name in said.meant and not same_value(before.get(name), said.meant[name])
    }
    lines = [
        _line("changed", said, work.headers[name], row.get(work.headers[name]), value)
        for name, value in changes.items()
    ]
    row |= {work.headers[name]: value for name, value in changes.items()}
    if said.place is not None and moved(work.places[said.row_id], said.place):
        lines += _move(said, old, work, row)
    closed = said.meant.get("status") == "closed" and "status" in changes
    if closed:
        header = work.headers["status"]
        lines = [
            MergeLine(**{**vars(one), "what": "closed"})
            if one.column == header
            else one
            for one in lines
        ]
    work.lines += lines or [_line("unchanged", said, "", "", "")]


def _other_type(said: RowSaid, work: _Work, language: str) -> MergeLine:
    """Say that a known code comes with another facility type."""
    header = work.headers["type_id"]
    old = work.rows[said.row_id].get(header)
    note = merge_word("other-type", language)
    return _line("conflict", said, header, old, said.cells["type_id"], note=note)


def _move(
    said: RowSaid, old: Inventory, work: _Work, row: dict[str, object]
) -> list[MergeLine]:
    """Write a new place into a row, in the coordinate system of the inventory."""
    lines = []
    for name, value in written_place(said.place, old).items():
        header = work.headers[name]
        lines.append(_line("changed", said, header, row.get(header), value))
        row[header] = value
    work.places[said.row_id] = said.place
    return lines


def _add(
    said: RowSaid,
    old: Inventory,
    work: _Work,
    *,
    types: Mapping[str, object],
    language: str,
) -> None:
    """Add a row, unless it seems to be one that is there under another code."""
    twin = _twin(said, old, types)
    if twin:
        note = merge_word("looks-like", language, others=twin)
        shown = "; ".join(
            f"{work.headers[k]}={cell_text(v)}" for k, v in said.cells.items()
        )
        work.lines.append(_line("conflict", said, "", twin, shown, note=note))
        return
    row: dict[str, object] = {work.headers[KINDS[old.kind].key[0]]: said.row_id}
    row |= {
        work.headers[name]: value
        for name, value in said.cells.items()
        if name not in {"x", "y"}
    }
    row |= {work.headers[k]: v for k, v in written_place(said.place, old).items()}
    work.rows[said.row_id] = row
    work.places[said.row_id] = said.place
    work.lines.append(_line("added", said, "", "", ""))


def _twin(said: RowSaid, old: Inventory, types: Mapping[str, object]) -> str:
    """Find the row of the inventory that a row with an unknown code may be."""
    table, key = old.table, KINDS[old.kind].key[0]
    area = said.meant.get("subdistrict")
    name = bare_name(said.cells.get("name"), area)
    for at, (row_id, other) in enumerate(zip(table[key], table["name"], strict=True)):
        place = table.geometry.iloc[at]
        if types and types[str(row_id)] != said.meant.get("type_id"):
            continue
        if name != bare_name(other, area):
            continue
        known = place is not None and said.place is not None
        if not known or float(shapely.distance(place, said.place)) <= NEAR_M:
            return str(row_id)
    return ""


def _line(
    what: str, said: RowSaid, column: str, old: object, new: object, *, note: str = ""
) -> MergeLine:
    """Write a line of the report."""
    return MergeLine(
        what,
        said.row_id,
        said.name,
        column,
        cell_text(old),
        cell_text(new),
        said.source,
        note,
    )


def _name_in(work: _Work, row_id: str) -> str:
    """Give the name of a row."""
    return cell_text(work.rows[row_id].get(work.headers.get("name", "")))


def _finished(work: _Work, old: Inventory, profile: Profile, language: str) -> Merged:
    """Lay the rows out as a table again, and propose duplicates."""
    columns = list(dict.fromkeys([*map(str, old.raw.rows.columns)]))
    columns += [one for row in work.rows.values() for one in row if one not in columns]
    columns = list(dict.fromkeys(columns))
    table = pd.DataFrame(list(work.rows.values()), columns=columns, dtype=object)
    contract = KINDS[old.kind]
    texts = tuple(
        work.headers[one.name]
        for one in contract.columns
        if one.name in work.headers and one.kind in {"id", "text", "choice", "list"}
    )
    lines = [*work.lines, *_duplicate_lines(work, old, profile, language)]
    return Merged(table, texts, tuple(lines))


def _duplicate_lines(
    work: _Work, old: Inventory, profile: Profile, language: str
) -> list[MergeLine]:
    """Propose rows that may be one facility."""
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
            note=merge_word(
                "near-alike",
                language,
                others=ids[one.second],
                distance=f"{one.distance_m:.0f}",
                ratio=f"{one.similarity:.2f}",
            ),
        )
        for one in propose_duplicates(table, profile)
    ]
