"""Read a workbook that a street office has filled in and returned."""

from dataclasses import dataclass, replace
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from circle.errors import InputError
from circle.files import RawTable
from circle.placing import COORDINATES
from circle.problems import Problem
from circle.profile import Profile
from circle.reading import read_table
from circle.single_tables import KINDS, CheckedTable, check_table_rows
from circle.tables import match_columns

# Kind of table: sheet in Chinese, in English.
SHEETS = {
    "committees": ("居村", "Committees"),
    "facilities": ("设施", "Facilities"),
}
INSTRUCTIONS = ("说明", "Instructions")
UNIT = ("填报单位", "Reporting unit")
DATE = ("填报日期", "Date of report")
CRS = ("坐标系", "Coordinate system")
EXAMPLE = ("示例", "EXAMPLE")


@dataclass(frozen=True)
class ReturnedSheet:
    """One filled-in sheet of a returned workbook."""

    file: str
    """Name of the workbook."""
    kind: str
    """``committees`` or ``facilities``."""
    unit: str
    """The reporting unit, as it is filled in; may be empty."""
    raw: RawTable
    """The rows as they stand in the sheet, without the examples."""
    checked: CheckedTable
    """The rows under their names in circle, and what is wrong with them."""


def is_returned(path: Path) -> bool:
    """
    Tell whether a file is a workbook made by `template.write_template`.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    returned
        Whether it has the sheets of the template.
    """
    names = set(_sheet_names(path))
    return any(
        INSTRUCTIONS[at] in names and SHEETS["facilities"][at] in names
        for at in range(2)
    )


def read_returned(path: Path, *, profile: Profile) -> tuple[ReturnedSheet, ...]:
    """
    Read the filled-in sheets of a returned workbook and check them.

    Parameters
    ----------
    path
        The workbook.
    profile
        The profile whose type names are used.

    Returns
    -------
    sheets
        Those with at least one row that is no example; with their problems.

    Raises
    ------
    InputError
        If the file is no returned workbook, or nothing is filled in.
    CrsError
        If the coordinate system that it names is not known.
    """
    names = set(_sheet_names(path))
    facts = _facts(path, names)
    sheets = []
    for kind, titles in SHEETS.items():
        title = next((one for one in titles if one in names), None)
        if title is None or not _is_filled(path, title):
            continue
        contracts = [KINDS[kind], COORDINATES]
        raw = read_table(path, contracts, columns={}, layer=title)
        raw = _without_examples(raw, kind)
        if raw.rows.empty:
            continue
        crs = facts.get("crs") or "WGS-84"
        checked = check_table_rows(raw, kind, profile=profile, crs=crs)
        checked = replace(checked, problems=_but_new_ids(checked, raw, kind))
        sheets.append(
            ReturnedSheet(path.name, kind, facts.get("unit", ""), raw, checked)
        )
    if not sheets:
        raise InputError(Problem("nothing-filled-in", path.name))
    return tuple(sheets)


def _sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook; none if it is no workbook."""
    if path.suffix.lower() not in {".xlsx", ".xls", ".ods"}:
        return []
    try:
        with CalamineWorkbook.from_path(path) as book:
            return list(book.sheet_names)
    except (CalamineError, OSError):
        return []


def _is_filled(path: Path, sheet: str) -> bool:
    """Tell whether a sheet has more than its header."""
    with CalamineWorkbook.from_path(path) as book:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return any(any(str(one).strip() for one in row) for row in rows[1:])


def _facts(path: Path, names: set[str]) -> dict[str, str]:
    """Read reporting unit, date and coordinate system off the instructions."""
    title = next((one for one in INSTRUCTIONS if one in names), None)
    if title is None:
        return {}
    with CalamineWorkbook.from_path(path) as book:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    labels = {"unit": UNIT, "date": DATE, "crs": CRS}
    return {
        name: str(row[1]).strip()
        for row in rows
        for name, label in labels.items()
        if len(row) > 1 and str(row[0]).strip() in label
    }


def _without_examples(raw: RawTable, kind: str) -> RawTable:
    """Leave out the rows that the template marks as examples."""
    found, _ = match_columns(raw, KINDS[kind], columns={})
    column = found.get(KINDS[kind].key[0])
    if column is None:
        return raw
    ids = raw.rows[column].astype(str).str.strip().str.upper()
    examples = ids.map(lambda one: one.startswith(EXAMPLE)).astype(bool)
    return replace(raw, rows=raw.rows[~examples])


def _but_new_ids(
    checked: CheckedTable, raw: RawTable, kind: str
) -> tuple[Problem, ...]:
    """Let rows without a code pass: an office cannot know the code of a new one."""
    found, _ = match_columns(raw, KINDS[kind], columns={})
    column = found.get(KINDS[kind].key[0], "")
    return tuple(
        one
        for one in checked.problems
        if not (one.key == "empty-cell" and one.column == column)
    )
