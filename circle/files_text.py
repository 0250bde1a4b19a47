"""Read text tables: encoding and separator are found, never guessed from names."""

import csv
import io
import logging
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from circle.errors import InputError
from circle.problems import Problem, problem_of
from circle.raw_table import RawTable, fold_name
from circle.table_layout import lay_out

_log = logging.getLogger(__name__)

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";"}
# Strict decoding tells UTF-8 from the others without fail: Chinese text in GB18030
# (of which GBK is a part) is hardly ever valid UTF-8.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_UNMARKED = ("utf-8", "gb18030")
_LINES_LOOKED_AT = 30


def decode_text(content: bytes) -> tuple[str, str]:
    """
    Decode text by its byte-order mark, else strictly as UTF-8, else as GB18030.

    Parameters
    ----------
    content
        The bytes.

    Returns
    -------
    text
        The text.
    encoding
        The encoding that fits.

    Raises
    ------
    UnicodeDecodeError
        If none fits.

    Examples
    --------
    >>> decode_text("幼儿园".encode("gbk"))
    ('幼儿园', 'gb18030')
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding), encoding
    try:
        return content.decode(_UNMARKED[0]), _UNMARKED[0]
    except UnicodeDecodeError:
        return content.decode(_UNMARKED[1]), _UNMARKED[1]


def find_separator(text: str, *, known: Collection[str] = (), suffix: str = "") -> str:
    r"""
    Find what separates the cells of a text table.

    Parameters
    ----------
    text
        The table.
    known
        Column names that may stand in the header.
    suffix
        Ending of the file; ``.tsv`` prefers tabs.

    Returns
    -------
    separator
        Comma, tab or semicolon: the one under which most known column names stand
        in one of the first lines, then the one that parts the first line most often.

    Examples
    --------
    >>> find_separator("名称;经度;纬度\n甲,乙;121,5;31,2")
    ';'
    """
    filled = (one for one in text.splitlines() if one.strip())
    lines = list(islice(filled, _LINES_LOOKED_AT))
    names = {fold_name(one) for one in known}

    def fit(separator: str) -> tuple[int, int, bool]:
        rows = list(csv.reader(lines, delimiter=separator))
        named = [sum(fold_name(cell) in names for cell in row) for row in rows]
        first = max((len(row) for row in rows[:1]), default=0)
        preferred = separator == ("\t" if suffix == ".tsv" else ",")
        return max(named, default=0), first, preferred

    return max(SEPARATORS.values(), key=fit)


def read_text_file(path: Path, *, known: Collection[str] = ()) -> RawTable:
    """
    Read a text table, every cell as text.

    Parameters
    ----------
    path
        The file: UTF-8 (with a mark or without), UTF-16 with a mark, GBK or GB18030;
        cells separated by commas, semicolons or tabs.
    known
        Column names by which the header row is found.

    Returns
    -------
    raw
        The rows.

    Raises
    ------
    InputError
        If the text is in no such encoding, or a quote is not closed.
    """
    try:
        text, encoding = decode_text(path.read_bytes())
    except UnicodeDecodeError as error:
        raise InputError(problem_of(path.name, "text-encoding")) from error
    except OSError as error:
        raise InputError(_unreadable(path, error)) from error
    _log.info("%s: text is %s", path.name, encoding)
    if "\0" in text:
        raise InputError(problem_of(path.name, "zero-bytes"))
    separator = find_separator(text, known=known, suffix=path.suffix.lower())
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=separator, strict=True
        )
        content = list(reader)
    except csv.Error as error:
        raise InputError(_unreadable(path, error)) from error
    return lay_out(content, where=path.name, known=known)


def _unreadable(path: Path, error: Exception) -> Problem:
    """Say that a text table cannot be read."""
    return problem_of(path.name, "text-not-read", error=str(error))
