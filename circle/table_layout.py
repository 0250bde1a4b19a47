"""Lay rows of cells out under their header; name what is no row of a table."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.errors import CircleWarning, InputError, gather, list_ids
from circle.problems import problem_in, shown_value
from circle.raw_table import RawTable, fold_name, where_zh

Row = Sequence[object]
MergedRange = tuple[tuple[int, int], tuple[int, int]]

_ROWS_LOOKED_AT = 30
_CLEAR_HEADER = 2
_LONG_TITLE = 60
_TOTAL = re.compile(
    r".{0,12}(合\s*计|总\s*计|小\s*计|共\s*计)\s*([:：(（\d].*)?"
    r"|(grand\s+total|sub-?\s*total|total|sum)s?\s*:?",
    re.IGNORECASE,
)
# What no place or facility is called, even in a row that is filled in throughout.
_PLAIN_TOTAL = re.compile(r"[全本]?[市区县镇]?(合\s*计|总\s*计|小\s*计|共\s*计)")
_NOTE = re.compile(
    r"(备注|注|说明|填表说明|填表人|填报人|填报单位|审核人|制表人|制表|单位负责人"
    r"|联系电话|数据来源|note|notes|remark|remarks|source)\s*\d*\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_DIGITS = frozenset("0123456789")
_NUMERALS, _LETTERS = b"0123456789.-", re.compile(r"[^0-9.\-]", re.DOTALL)
# A row with a single text, in a table of so many columns, is a heading or a remark.
_COLUMNS_OF_A_TABLE = 4


def lay_out(
    content: Sequence[Row],
    *,
    where: str,
    known: Collection[str] = (),
    merged: Sequence[MergedRange] = (),
) -> RawTable:
    """
    Lay rows of cells out under their header.

    Blank rows are left out. Where column names are known, the header is the row with
    most of them, and rows of totals, notes and repeated headers are named.

    Parameters
    ----------
    content
        The cells, row by row; empty ones are "" or None.
    where
        File and sheet, for messages.
    known
        Column names that may stand in the header.
    merged
        First and last cell (row, column), from 0, of each merged range.

    Returns
    -------
    raw
        The rows below the header, numbered as in a spreadsheet, with the problems
        found and the warning ``title-rows`` where titles stand above the header.

    Raises
    ------
    InputError
        If a column name stands twice, or rows are wider than the header.
    """
    names = {fold_name(one) for one in known}
    grid = _as_grid(content)
    leads = _leads(grid)
    filled = [number for number, lead in enumerate(leads) if lead]
    hits = _hits(grid, names)
    top = _header_row(filled, hits)
    header = [str(one).strip() for one in content[top]] if filled else []
    below = {n + 1: content[n] for n in filled if n > top}
    source = RawTable(where, pd.DataFrame(), "row")
    gather(_header_problems(header, below, where, top), InputError)
    again = {
        n + 1: _repeats(below[n + 1], header, names) for n in hits if n + 1 in below
    }
    likely = _likely_odd(grid, leads, again, top) if names else ()
    odd = _odd_rows(below, likely, leads, again, header)
    problems: list[str] = [
        problem_in(source, key, rows=rows, values=_shown(below, rows))
        for key, rows in odd.items()
    ]
    strange = {n for rows in odd.values() for n in rows}
    rows = {n: row for n, row in below.items() if n not in strange}
    problems += _merged_problems(source, merged, top, rows)
    above = {n + 1: content[n] for n in filled if n < top}
    faults, warnings = _titles(source, above, hits, header)
    cells = grid[[n - 1 for n in rows], : len(header)]
    # An empty name never matches a column of circle.
    frame = pd.DataFrame(cells, columns=header, index=list(rows), dtype=object)
    return RawTable(where, frame, "row", (*faults, *problems), warnings)


def _filled(row: Row) -> list[object]:
    """Give the cells that hold something."""
    return [one for one in row if one is not None and str(one).strip()]


def _lead(row: Row) -> str:
    """Give the first cell that holds something as text, "" if none does."""
    for one in row:
        if one is not None and (text := str(one).strip()):
            return text
    return ""


def _texts(column: NDArray[np.object_]) -> list[str]:
    """Write the cells of one column as text, without blanks at the ends."""
    cells = column.tolist()
    try:
        return list(map(str.strip, cells))
    except TypeError:
        return ["" if one is None else str(one).strip() for one in cells]


def _leads(grid: NDArray[np.object_]) -> list[str]:
    """Give the first filled cell of each row as text, "" where none is."""
    leads = [""] * len(grid)
    for column in grid.T:
        if all(leads):
            break
        pairs = zip(leads, _texts(column), strict=True)
        leads = [lead or text for lead, text in pairs]
    return leads


def _is_lone(row: Row) -> bool:
    """Tell whether a row holds a single filled cell."""
    filled = 0
    for one in row:
        if one is not None and str(one).strip():
            filled += 1
            if filled > 1:
                return False
    return filled == 1


def _as_grid(rows: Sequence[Row]) -> NDArray[np.object_]:
    """Lay rows out as one array as wide as the longest, empty cells behind the rest."""
    lengths = {len(one) for one in rows}
    width = max(lengths, default=0)
    if len(lengths) > 1:
        rows = [[*one, *[""] * (width - len(one))] for one in rows]
    cells = chain.from_iterable(rows)
    grid = np.fromiter(cells, dtype=object, count=len(rows) * width)
    return grid.reshape(len(rows), width)


def _hits(grid: NDArray[np.object_], names: Collection[str]) -> Counter[int]:
    """Count the cells of each row that are known names; most rows have none."""
    # Nearly all cells of a large table are numbers and ids, each a text of its own,
    # and folding leaves a digit at either end as it is.
    first = _DIGITS.difference(name[:1] for name in names)
    last = _DIGITS.difference(name[-1:] for name in names)
    hits: Counter[int] = Counter()
    for column in grid.T:
        cells = column.tolist()
        if _surely_none(cells[_ROWS_LOOKED_AT:], names):
            cells = cells[:_ROWS_LOOKED_AT]
        likely = {
            one
            for one in map(str, cells)
            if one[:1] not in first and one[-1:] not in last
        }
        found = {one for one in likely if fold_name(one) in names}
        if found:
            hits.update(n for n, one in enumerate(cells) if str(one) in found)
    return hits


def _surely_none(cells: Sequence[object], names: Collection[str]) -> bool:
    """Tell whether cells are plain ASCII texts none of which is a known name."""
    try:
        whole = "".join(cells)  # type: ignore[arg-type]
    except TypeError:
        return False
    if not (whole.isascii() and whole.isprintable()):
        return False
    # What folding does to such a text, to all of them at once.
    folded = whole.lower().replace(" ", "_")
    # Most columns have few letters, and most names some others.
    signs = {chr(one) for one in set(folded.encode().translate(None, _NUMERALS))}
    likely = (one for one in names if signs.issuperset(_LETTERS.findall(one)))
    return not any(one in folded for one in likely)


def _repeats(row: Row, header: Sequence[str], names: Collection[str]) -> int:
    """Count the cells that can only be column names, not values such as 'closed'."""
    above = [fold_name(one) for one in header]
    cells = [fold_name(str(one)) for one in row][: len(above)]
    return sum(
        cell in names and (cell == top or top not in names)
        for cell, top in zip(cells, above, strict=False)
    )


def _header_row(filled: Sequence[int], hits: Mapping[int, int]) -> int:
    """Find the row with most known names, if there are at least two of them."""
    if not filled:
        return 0
    best = max(filled[:_ROWS_LOOKED_AT], key=lambda n: (hits[n], -n))
    return best if hits[best] >= _CLEAR_HEADER else filled[0]


def _header_problems(
    header: Sequence[str], below: Mapping[int, Row], where: str, top: int
) -> list[str]:
    """Name columns that stand twice, and rows wider than the header."""
    named = [one for one in header if one]
    twice = sorted({one for one in named if named.count(one) > 1})
    source = RawTable(where, pd.DataFrame(), "row")
    problems: list[str] = []
    if twice:
        problems.append(
            problem_in(source, "column-twice", rows=[top + 1], names=tuple(twice))
            if top
            else problem_in(source, "column-twice", names=tuple(twice))
        )
    width = len(header)
    wide = []
    if max(map(len, below.values()), default=0) > width:
        wide = [n for n, row in below.items() if _lead(row[width:])]
    if wide:
        problems.append(problem_in(source, "wide-row", rows=wide, width=str(width)))
    return problems


def _likely_odd(
    grid: NDArray[np.object_],
    leads: Sequence[str],
    again: Mapping[int, int],
    top: int,
) -> list[int]:
    """List the numbers of the rows that may be odd: hardly any, in a large table."""
    # A row whose first two cells are filled is no heading and no remark.
    begun = [_texts(one) for one in grid.T[:2]]
    odd = {n for n, texts in enumerate(zip(*begun, strict=True), 1) if not all(texts)}
    whole = "".join(leads[top + 1 :])
    if not whole.isascii() or _may_tell(whole):
        odd |= {n for n, one in enumerate(leads, 1) if _may_tell(one)}
    return sorted(odd | set(again))


def _odd_rows(
    below: Mapping[int, Row],
    likely: Sequence[int],
    leads: Sequence[str],
    repeats: Mapping[int, int],
    header: Sequence[str],
) -> dict[str, list[int]]:
    """Sort out rows of totals, notes and repeated headers, by key of the problem."""
    columns = sum(1 for one in header if one)
    first_row = min(below, default=0)
    odd: dict[str, list[int]] = {"header-again": [], "total-row": [], "note-row": []}
    for number in likely:
        if number not in below:
            continue
        row, lead = below[number], leads[number - 1]
        telling = _may_tell(lead)
        again = repeats.get(number, 0)
        if again >= _CLEAR_HEADER or (again and number == first_row):
            odd["header-again"].append(number)
        elif telling and _is_total(lead, full=len(_filled(row)) >= columns):
            odd["total-row"].append(number)
        elif (telling and _NOTE.fullmatch(lead)) or (
            columns >= _COLUMNS_OF_A_TABLE and _is_lone(row) and not _is_number(lead)
        ):
            odd["note-row"].append(number)
    return {key: rows for key, rows in odd.items() if rows}


def _may_tell(lead: str) -> bool:
    """Tell whether a row that begins so may be a total or a note; an id never is."""
    if not lead.isascii():
        return True
    text = lead.lower()
    return ":" in text or "total" in text or "sum" in text


def _is_total(lead: str, *, full: bool) -> bool:
    """Tell whether a row that begins so holds totals."""
    return bool((_PLAIN_TOTAL if full else _TOTAL).fullmatch(lead))


def _is_number(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(below: Mapping[int, Row], rows: Sequence[int]) -> tuple[str, ...]:
    """Give the first cell of each row, shortened."""
    return tuple(f"'{_short(_filled(below[n])[0])}'" for n in rows)


def _short(value: object) -> str:
    """Write a cell in one short line."""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONG_TITLE else f"{text[:_LONG_TITLE]}…"


def _merged_problems(
    source: RawTable,
    merged: Sequence[MergedRange],
    top: int,
    rows: Collection[int],
) -> list[str]:
    """Name merged cells of the header and of the rows: only the first holds a value."""
    spans = [
        (f"{_cell(first)}:{_cell(last)}", range(first[0] + 1, last[0] + 2))
        for first, last in merged
    ]
    problems: list[str] = []
    for key, wanted in (("merged-header", {top + 1}), ("merged-cells", set(rows))):
        found = [(name, span) for name, span in spans if wanted & set(span)]
        if found:
            numbers = sorted({n for _, span in found for n in span if n in wanted})
            names = tuple(name for name, _ in found)
            problems.append(problem_in(source, key, rows=numbers, cells=names))
    return problems


def _cell(place: tuple[int, int]) -> str:
    """Write a cell as spreadsheets do."""
    row, column = place
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def _titles(
    source: RawTable,
    above: Mapping[int, Row],
    hits: Mapping[int, int],
    header: Sequence[str],
) -> tuple[list[str], tuple[CircleWarning, ...]]:
    """Take short rows above the header as titles; name those that are none."""
    columns = sum(1 for one in header if one)
    names = [n for n in above if hits[n - 1]]
    full = [n for n in above if len(_filled(above[n])) > max(1, columns // 2)]
    problems: list[str] = []
    if names:
        problems.append(problem_in(source, "header-in-two-rows", rows=names))
    data = [n for n in full if n not in names]
    if data:
        problems.append(problem_in(source, "rows-above-header", rows=data))
    titles = [n for n in above if n not in {*names, *data}]
    if not titles:
        return problems, ()
    rows, texts = list_ids(titles), list_ids(_shown(above, titles))
    text = (
        f"{source.where}: row {rows}: taken as titles above the header and not read: "
        f"{texts}."
    )
    rows = shown_value(tuple(str(one) for one in titles), "zh")
    texts = shown_value(_shown(above, titles), "zh")
    zh = f"{where_zh(source.where)}：第{rows}行在表头之上，视为标题，未读取：{texts}。"
    return problems, (CircleWarning("title-rows", text, zh),)
