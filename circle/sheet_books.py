"""Open a spreadsheet only after a look that nothing in it loops or fills memory."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    WorksheetNotFound,
    ZipError,
)

from circle.errors import InputError
from circle.problems import Problem, problem_of

# No inventory of a district comes near: 121,000 rows of eight columns unpack to 60 MB,
# and spreadsheets pack ten to twenty times.
UNPACKED_MB, SMALL_MB, PACKED_TIMES = 500, 20, 200
_BYTES_PER_MB = 1e6
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_READ_BYTES = 1 << 20
# A sheet is laid out as a full rectangle: 121,000 rows of 40 columns.
MOST_CELLS = 5_000_000
_XLSX_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,9})(\d{1,12})"')
_ODS_PART = re.compile(
    rb"<table:(table-row|table-cell|covered-table-cell|table)\b([^>]*)>"
)
_ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,12})"')
# Compound files (.xls): Microsoft, MS-CFB.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIRST_DIFAT, _IN_HEADER = 76, 109
_LAST_SECTOR = 0xFFFFFFF9


@contextmanager
def opened_book(path: Path) -> Iterator[CalamineWorkbook]:
    """
    Open a spreadsheet, and refuse one that cannot be read.

    Parameters
    ----------
    path
        The file: .xlsx, .xls, .ods, .xlsb or .xlsm.

    Yields
    ------
    book
        The open workbook.

    Raises
    ------
    InputError
        If the file is damaged, has no sheet, is a ZIP bomb, or a sheet of it is larger
        than `MOST_CELLS`. Whatever the reader of spreadsheets stumbles on while the
        book is open ends so too.
    """
    try:
        refuse_bomb(path)
        refuse_huge_sheets(path)
        _refuse_loops(path)
        with CalamineWorkbook.from_path(path) as book:
            _refuse_no_sheet(path, book)
            yield book
    except (
        CalamineError,
        WorksheetNotFound,
        ZipError,
        zipfile.BadZipFile,
        struct.error,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,  # zipfile asks for a password, or does not know the packing
    ) as error:
        raise InputError(_not_read(path, error)) from error
    # Its compiled reader panics on some damage, past Exception.
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(_not_read(path, error)) from error


def refuse_bomb(path: Path) -> None:
    """
    Refuse a packed file that would unpack to far more than any table needs.

    Parameters
    ----------
    path
        A file; nothing happens if it is not packed as a ZIP.

    Raises
    ------
    InputError
        If it unpacks to more than 500 MB, or to more than 20 MB and 200 times its
        size.
    zipfile.BadZipFile
        If it is damaged.

    Notes
    -----
    What the file says of its unpacked size is not believed: it is unpacked in passing,
    a piece at a time, as far as the limit.
    """
    if not zipfile.is_zipfile(path):
        return
    packed_mb = path.stat().st_size / _BYTES_PER_MB
    most_mb = min(UNPACKED_MB, max(SMALL_MB, PACKED_TIMES * packed_mb))
    try:
        with zipfile.ZipFile(path) as packed:
            said_mb = sum(one.file_size for one in packed.infolist()) / _BYTES_PER_MB
            unpacked_mb = max(said_mb, _unpacked_mb(packed, most_mb))
    except ValueError as error:  # its directory points outside the file
        raise zipfile.BadZipFile(str(error)) from error
    if unpacked_mb > most_mb:
        problem = problem_of(
            path.name,
            "zip-bomb",
            unpacked=f"{unpacked_mb:,.0f}",
            times=f"{unpacked_mb / packed_mb:,.0f}",
            most=str(UNPACKED_MB),
            most_times=str(PACKED_TIMES),
        )
        raise InputError(problem)


def _unpacked_mb(packed: zipfile.ZipFile, most_mb: float) -> float:
    """
    Unpack in passing until the end or a little beyond a limit; give the MB.

    Raises
    ------
    zipfile.BadZipFile
        If something is packed as neither spreadsheets nor layers are.
    """
    n_bytes = 0
    for member in packed.infolist():
        if member.compress_type not in _PACKINGS:
            message = f"{member.filename} is packed by method {member.compress_type}"
            raise zipfile.BadZipFile(message)
        # The reader stops where it is said to end; a lie then shows in the check sum.
        member.file_size = int(most_mb * _BYTES_PER_MB) + _READ_BYTES
        with packed.open(member) as file:
            while piece := file.read(_READ_BYTES):
                n_bytes += len(piece)
                if n_bytes > most_mb * _BYTES_PER_MB:
                    return n_bytes / _BYTES_PER_MB
    return n_bytes / _BYTES_PER_MB


def refuse_huge_sheets(path: Path) -> None:
    """
    Refuse a packed spreadsheet with a value far outside any table.

    Parameters
    ----------
    path
        The file; only .xlsx, .xlsm and .ods are looked into.

    Raises
    ------
    InputError
        If the values of a sheet span more than `MOST_CELLS` cells.
    CalamineError
        If the XML of an .ods is broken.

    Notes
    -----
    A few bytes suffice for a value in the last row and column, and the whole
    rectangle would be laid out in memory.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                rows, columns = _xlsx_span(packed.read(name))
            elif name == "content.xml":
                text = packed.read(name)
                _refuse_broken(text)
                rows, columns = _ods_span(text)
            else:
                continue
            if rows * columns > MOST_CELLS:
                problem = problem_of(
                    path.name,
                    "sheet-too-big",
                    tall=f"{rows:,}",
                    wide=f"{columns:,}",
                    most=f"{MOST_CELLS:,}",
                )
                raise InputError(problem)


def _refuse_broken(text: bytes) -> None:
    """
    Refuse XML that breaks off or has entities of its own.

    Raises
    ------
    CalamineError
        If it does. The reader of .ods files would wait for an end that never comes.
    """

    def refuse(*_: object) -> None:
        message = "it declares entities"
        raise CalamineError(message)

    # As the reader does, whatever encoding is declared: it may be one nobody knows.
    parser = expat.ParserCreate("utf-8")
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise CalamineError(str(error)) from error


def _refuse_no_sheet(path: Path, book: CalamineWorkbook) -> None:
    """Refuse a spreadsheet that lists no sheet, as a damaged one may."""
    if not book.sheet_names:
        raise InputError(problem_of(path.name, "no-sheet"))


def _not_read(path: Path, error: BaseException) -> Problem:
    """Say that a spreadsheet cannot be read."""
    return problem_of(path.name, "sheet-not-read", error=str(error))


def _xlsx_span(text: bytes) -> tuple[int, int]:
    """Give the last row and column that a cell of a sheet names."""
    rows, letters = 0, {b""}
    for cell in _XLSX_CELL.finditer(text):
        rows = max(rows, int(cell[2]))
        letters.add(cell[1])
    return rows, max(_column(one) for one in letters)


def _column(letters: bytes) -> int:
    """Give the number of a column, A is 1."""
    number = 0
    for one in letters:
        number = number * 26 + one - ord("A") + 1
    return number


def _ods_span(text: bytes) -> tuple[int, int]:
    """Give the last row and column with a value over all sheets of a file."""
    most = [0, 0]
    row = repeated = column = 0
    for part in _ODS_PART.finditer(text):
        found = _ODS_REPEATED.search(part[2])
        times = int(found[1]) if found else 1
        if part[1] == b"table":
            row = repeated = 0
        elif part[1] == b"table-row":
            row, repeated, column = row + repeated, times, 0
        else:
            column += times
            if b"value" in part[2]:
                most = [max(most[0], row + repeated), max(most[1], column)]
    return most[0], most[1]


def _refuse_loops(path: Path) -> None:
    """
    Refuse a compound file (.xls) whose sectors lead round in a circle.

    Raises
    ------
    CalamineError
        If they do, or the header does not fit the file.
    """
    with path.open("rb") as file:
        if file.read(8) != _COMPOUND:
            return
    content = path.read_bytes()
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in {9, 12}:
        message = "damaged header"
        raise CalamineError(message)
    size = 1 << shift
    sectors = _table_sectors(content, size)
    table = np.concatenate([_sector(content, one, size) for one in sectors])
    first_small = struct.unpack_from("<I", content, 60)[0]
    _follow(table, [])
    small = _follow(table, [first_small]) if first_small < _LAST_SECTOR else []
    if small:
        _follow(np.concatenate([_sector(content, one, size) for one in small]), [])


def _table_sectors(content: bytes, size: int) -> list[int]:
    """
    List the sectors that hold the allocation table.

    Raises
    ------
    CalamineError
        If the list leads round in a circle or the table is missing.
    """
    header = struct.unpack_from(f"<{_IN_HEADER}I", content, _FIRST_DIFAT)
    found, seen = list(header), set()
    following = struct.unpack_from("<I", content, 68)[0]
    while following < _LAST_SECTOR and following not in seen:
        seen.add(following)
        more = _sector(content, following, size).tolist()
        found += more[:-1]
        following = more[-1]
    found = [one for one in found if one < _LAST_SECTOR]
    if not found or following in seen or len(set(found)) < len(found):
        message = "damaged list of sectors"
        raise CalamineError(message)
    return found


def _sector(content: bytes, number: int, size: int) -> NDArray[np.uint32]:
    """
    Read one sector as numbers.

    Raises
    ------
    CalamineError
        If it lies beyond the end of the file.
    """
    start = (number + 1) * size
    if start + size > len(content):
        message = f"sector {number} lies beyond the end"
        raise CalamineError(message)
    return np.frombuffer(content, "<u4", count=size // 4, offset=start)


def _follow(table: NDArray[np.uint32], starts: list[int]) -> list[int]:
    """
    Follow chains of sectors; without starts, only look that none is a circle.

    Raises
    ------
    CalamineError
        If a chain leads round in a circle.
    """
    chain: list[int] = []
    done = np.zeros(len(table), dtype=bool)
    for start in starts or np.flatnonzero(table < len(table)).tolist():
        at, own = start, set()
        while at < len(table) and (starts or not done[at]):
            if at in own:
                message = "its sectors lead round in a circle"
                raise CalamineError(message)
            own.add(at)
            chain.append(at)
            at = int(table[at])
        done[list(own)] = True
    return chain
