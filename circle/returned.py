"""Read a workbook that a street office has filled in and returned."""

from dataclasses import dataclass, replace
from pathlib import Path

from circle.errors import InputError
from circle.files import RawTable
from circle.placing import COORDINATES
from circle.problems import Problem, problem_in
from circle.profile import Profile
from circle.reading import read_table
from circle.sheet_books import opened_book
from circle.single_tables import KINDS, CheckedTable, check_table_rows
from circle.tables import conform, match_columns

# Kind of table: sheet in Chinese, in English.
SHEETS = {
    "committees": ("居村", "Committees"),
    "facilities": ("设施", "Facilities"),
}
# Hidden sheets with the rows as they were handed out, in a pre-filled workbook.
HANDED_OUT = {
    "committees": ("居村底稿", "Committees as sent"),
    "facilities": ("设施底稿", "Facilities as sent"),
}
HANDED_OUT_CRS = "WGS-84"
INSTRUCTIONS = ("说明", "Instructions")
UNIT = ("填报单位", "Reporting unit")
DATE = ("填报日期", "Date of report")
CRS = ("坐标系", "Coordinate system")
EXAMPLE = ("示例", "EXAMPLE")


@dataclass(frozen=True)
class HandedOut:
    """The rows of a sheet as they were handed out."""

    raw: RawTable
    """The rows as they stood in the sheet."""
    checked: CheckedTable
    """The rows under their names in circle."""


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
    handed_out: HandedOut | None = None
    """The rows as they were handed out; None if the workbook was empty then."""


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
    try:
        names = set(_sheet_names(path))
    except InputError:
        return False
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
        before = _handed_out(path, names, kind, profile)
        problems = (*_but_new_ids(checked, raw, kind), *_unconverted(raw, before, crs))
        checked = replace(checked, problems=problems)
        unit = facts.get("unit", "")
        sheets.append(ReturnedSheet(path.name, kind, unit, raw, checked, before))
    if not sheets:
        raise InputError(Problem("nothing-filled-in", path.name))
    return tuple(sheets)


def _sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook; none if it is no workbook."""
    if path.suffix.lower() not in {".xlsx", ".xls", ".ods"}:
        return []
    with opened_book(path) as book:
        return list(book.sheet_names)


def _is_filled(path: Path, sheet: str) -> bool:
    """Tell whether a sheet has more than its header."""
    with opened_book(path) as book:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return any(any(str(one).strip() for one in row) for row in rows[1:])


def _facts(path: Path, names: set[str]) -> dict[str, str]:
    """Read reporting unit, date and coordinate system off the instructions."""
    title = next((one for one in INSTRUCTIONS if one in names), None)
    if title is None:
        return {}
    with opened_book(path) as book:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    labels = {"unit": UNIT, "date": DATE, "crs": CRS}
    return {
        name: str(row[1]).strip()
        for row in rows
        for name, label in labels.items()
        if len(row) > 1 and str(row[0]).strip() in label
    }


def _handed_out(
    path: Path, names: set[str], kind: str, profile: Profile
) -> HandedOut | None:
    """Read the hidden sheet with the rows as they were handed out, if there is one."""
    title = next((one for one in HANDED_OUT[kind] if one in names), None)
    if title is None or not _is_filled(path, title):
        return None
    raw = read_table(path, [KINDS[kind], COORDINATES], columns={}, layer=title)
    checked = check_table_rows(raw, kind, profile=profile, crs=HANDED_OUT_CRS)
    return HandedOut(raw, checked)


def _unconverted(
    raw: RawTable, before: HandedOut | None, crs: str
) -> tuple[Problem, ...]:
    """Name rows whose numbers were kept although the coordinate system was changed."""
    if before is None or crs == HANDED_OUT_CRS:
        return ()
    sent = set(_numbers(before.raw).values())
    rows = [row for row, numbers in _numbers(raw).items() if numbers in sent]
    if not rows:
        return ()
    values = {"crs": crs, "sent": HANDED_OUT_CRS}
    return (problem_in(raw, "places-not-converted", rows=rows, column="", **values),)


def _numbers(raw: RawTable) -> dict[object, tuple[object, ...]]:
    """Give the two numbers of each row that has a place."""
    table, _ = conform(raw, COORDINATES, columns={})
    table = table.reindex(columns=["x", "y"]).dropna()
    pairs = zip(table["x"], table["y"], strict=True)
    return dict(zip(table.index, pairs, strict=True))


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
