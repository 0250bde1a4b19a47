"""Fold what a return says of one row into the inventory, or say why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from circle.duplicates import NEAR_M, bare_name
from circle.inventory import Inventory, written_place
from circle.merge_inputs import RowSaid, cell_text, moved, same_value
from circle.words_merge import merge_word


@dataclass(frozen=True)
class MergeLine:
    """One line of the report: what happened to a row, or to one of its columns."""

    what: str
    """added, changed, closed, unchanged, not returned, conflict, left out or
    duplicate."""
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
    """Why it is a conflict, is left out or may be a duplicate."""


@dataclass
class Work:
    """What a merge builds up, row by row."""

    old: Inventory
    """The inventory."""
    language: str
    """Language of the notes."""
    rows: dict[str, dict[str, object]]
    """Code to the cells of a row, by column of the file."""
    headers: dict[str, str]
    """Column of circle to column of the file."""
    at: Mapping[str, int]
    """Code to the position of the row in the inventory."""
    types: Mapping[str, object]
    """Code to the facility type in the inventory."""
    lines: list[MergeLine] = field(default_factory=list)
    """The report so far."""
    places: dict[str, Any] = field(default_factory=dict)
    """Code to place."""

    def word(self, key: str, **values: str) -> str:
        """Give a text of the report."""
        return merge_word(key, self.language, **values)


def fold_in(several: Sequence[RowSaid], work: Work) -> None:
    """
    Fold what the returns say of one row into the inventory.

    Parameters
    ----------
    several
        The rows of one code, out of one return or more.
    work
        The merge; rows and lines are written into it.
    """
    for one in several:
        work.lines += _left_out(one, work)
    said = _together(several)
    if any(not _agree(first, one) for first in several for one in several):
        work.lines += _disagreement(several, work)
    elif said.row_id not in work.at:
        _add(said, work)
    elif not said.coded and _is_elsewhere(said, work):
        note = work.word("same-content", others=said.row_id)
        place = work.word("place")
        old, new = work.places[said.row_id], said.place
        work.lines.append(
            _line("conflict", said, place, _shown(old, work), _shown(new, work), note)
        )
    else:
        _change(said, work)


def _agree(one: RowSaid, other: RowSaid) -> bool:
    """Tell whether all cells that two returns fill in mean the same."""
    names = set(one.meant) & set(other.meant)
    same = all(same_value(one.meant.get(k), other.meant.get(k)) for k in names)
    either = one.place is None or other.place is None
    return same and (either or not moved(one.place, other.place))


def _together(several: Sequence[RowSaid]) -> RowSaid:
    """Join what several returns say of one row; an empty cell says nothing."""
    placed = next((one for one in several if one.place is not None), several[0])
    back = list(reversed(several))
    return replace(
        several[0],
        cells={k: v for one in back for k, v in one.cells.items()},
        meant={k: v for one in back for k, v in one.meant.items()},
        place=placed.place,
        source="; ".join(one.source for one in several),
        coded=any(one.coded for one in several),
        sent=any(one.sent for one in several),
        base={k: one.base.get(k) for one in back if one.sent for k in one.meant},
        base_place=placed.base_place,
    )


def _left_out(said: RowSaid, work: Work) -> list[MergeLine]:
    """List the columns that circle does not know, and the cells that were emptied."""
    note = work.word("extra-column")
    lines = [
        _line("left out", said, header or work.word("no-header"), "", value, note)
        for header, value in said.extra.items()
    ]
    row = work.rows.get(said.row_id, {})
    for name in said.emptied:
        header = work.headers.get(name, name)
        lines.append(
            _line("left out", said, header, row.get(header), "", work.word("emptied"))
        )
    return lines


def _disagreement(several: Sequence[RowSaid], work: Work) -> list[MergeLine]:
    """List what several returns say of one row, column by column."""
    lines = []
    sources = "; ".join(one.source for one in several)
    note = work.word("two-returns", others=sources)
    for name in dict.fromkeys(name for one in several for name in one.cells):
        texts = [one.cells.get(name) for one in several]
        if all(same_value(texts[0], one) for one in texts[1:]):
            continue
        header = work.headers[name]
        old = work.rows.get(several[0].row_id, {}).get(header)
        new = " / ".join(cell_text(one) or "–" for one in texts)
        said = replace(several[0], source=sources)
        lines.append(_line("conflict", said, header, old, new, note))
    return lines


def _change(said: RowSaid, work: Work) -> None:
    """Change a row of the inventory where a return says something else."""
    row, before = work.rows[said.row_id], _before(said, work)
    if "type_id" in said.meant and not same_value(
        before.get("type_id"), said.meant["type_id"]
    ):
        header = work.headers["type_id"]
        note = work.word("other-type")
        work.lines.append(
            _line(
                "conflict",
                said,
                header,
                row.get(header),
                said.cells["type_id"],
                note,
            )
        )
        return
    lines = []
    for name, meant in said.meant.items():
        if same_value(before.get(name), meant):
            continue
        header, value = work.headers[name], said.cells[name]
        old = row.get(header)
        if name in said.base and not same_value(before.get(name), said.base[name]):
            note = work.word("both-changed", sent=_base_text(said.base[name]))
            lines.append(_line("conflict", said, header, old, value, note))
            continue
        closed = name == "status" and meant == "closed"
        what = "closed" if closed else "changed"
        lines.append(_line(what, said, header, old, value))
        row[header] = value
    lines += _move(said, work, row)
    work.lines += lines or [_line("unchanged", said)]


def _before(said: RowSaid, work: Work) -> dict[str, object]:
    """Give what the inventory says in the columns of a return, converted."""
    table, at = work.old.table, work.at[said.row_id]
    before = {
        name: table[name].iloc[at] for name in said.meant if name in table.columns
    }
    if said.row_id in work.types:
        before["type_id"] = work.types[said.row_id]
    return before


def _move(said: RowSaid, work: Work, row: dict[str, object]) -> list[MergeLine]:
    """Write a new place into a row, in the coordinate system of the inventory."""
    old = work.places[said.row_id]
    if said.place is None or not moved(old, said.place):
        return []
    if said.sent and moved(old, said.base_place):
        note = work.word("both-changed", sent=_shown(said.base_place, work))
        texts = _shown(old, work), _shown(said.place, work)
        return [_line("conflict", said, work.word("place"), *texts, note)]
    lines = []
    for name, value in written_place(said.place, work.old).items():
        header = work.headers[name]
        lines.append(_line("changed", said, header, row.get(header), value))
        row[header] = value
    work.places[said.row_id] = said.place
    return lines


def _add(said: RowSaid, work: Work) -> None:
    """Add a row, unless it was taken out or is there under another code."""
    if said.sent:
        what = "conflict" if said.cells else "left out"
        work.lines.append(_line(what, said, note=work.word("taken-out")))
        return
    twin = _twin(said, work)
    if twin:
        note = work.word("looks-like", others=twin)
        shown = "; ".join(
            f"{work.headers[k]}={cell_text(v)}" for k, v in said.cells.items()
        )
        work.lines.append(_line("conflict", said, "", twin, shown, note))
        return
    row: dict[str, object] = {work.headers[work.old.key]: said.row_id}
    row |= {
        work.headers[name]: value
        for name, value in said.cells.items()
        if name not in {"x", "y"}
    }
    row |= {work.headers[k]: v for k, v in written_place(said.place, work.old).items()}
    work.rows[said.row_id] = row
    work.places[said.row_id] = said.place
    work.lines.append(_line("added", said))


def _twin(said: RowSaid, work: Work) -> str:
    """Find the row of the inventory that a row with an unknown code may be."""
    table = work.old.table
    area = said.meant.get("subdistrict")
    name = bare_name(said.cells.get("name"), area)
    for row_id, other, place in zip(
        work.at, table["name"], table.geometry, strict=True
    ):
        if work.types and work.types[row_id] != said.meant.get("type_id"):
            continue
        if name != bare_name(other, area):
            continue
        known = place is not None and said.place is not None
        if not known or float(shapely.distance(place, said.place)) <= NEAR_M:
            return row_id
    return ""


def _is_elsewhere(said: RowSaid, work: Work) -> bool:
    """Tell whether a row without a code lies far from the one of the same content."""
    place = work.places[said.row_id]
    if place is None or said.place is None:
        return False
    return float(shapely.distance(place, said.place)) > NEAR_M


def _shown(place: Any, work: Work) -> str:
    """Write a place for the report, as the inventory writes places."""
    return " ".join(str(one) for one in written_place(place, work.old).values())


def _base_text(value: object) -> str:
    """Write what was handed out for the report."""
    return cell_text(value) or "–"


def _line(
    what: str,
    said: RowSaid,
    column: str = "",
    old: object = "",
    new: object = "",
    note: str = "",
) -> MergeLine:
    """Write a line of the report."""
    texts = cell_text(old), cell_text(new)
    return MergeLine(what, said.row_id, said.name, column, *texts, said.source, note)
