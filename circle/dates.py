"""Read dates as offices write them."""

import re
import unicodedata
from datetime import date, datetime

_PATTERNS = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][0:.]+)?", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{4})[-/.](\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月", re.ASCII),
    re.compile(r"(\d{4})年?", re.ASCII),
)
# A number of this size in a cell formatted as a date was meant as a year: 2024 in a
# date cell is the 2024th day after 1899.
_FIRST_DAY = date(1899, 12, 30)
_YEARS = range(1900, 2101)


def parse_date(value: object) -> str | None:
    """
    Read a date; a month or a year alone stands for its first day.

    Parameters
    ----------
    value
        A date of a spreadsheet, or a text such as ``2026-01-31``, ``2026/1/31``,
        ``2026.1.31``, ``20260131``, ``2026年1月31日``, ``2026年1月``, ``2026-01`` or
        ``2026``; a whole number is read as its digits.

    Returns
    -------
    iso
        The date as ``2026-01-31``, in which order of text is order of time; None if
        it is no date.

    Examples
    --------
    >>> parse_date("2019年9月"), parse_date("2026/1/31"), parse_date("soon")
    ('2019-09-01', '2026-01-31', None)
    >>> parse_date(datetime(2026, 1, 31, 12)), parse_date(2026.0)
    ('2026-01-31', '2026-01-01')
    """
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    plain = "".join(unicodedata.normalize("NFKC", str(value)).strip().split("\u3000"))
    plain = re.sub(r"\s*([年月日号])\s*", r"\1", plain)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(plain)
        if match is not None:
            year, month, day = (*map(int, match.groups()), 1, 1)[:3]
            try:
                return date(year, month, day).isoformat()
            except ValueError:
                return None
    return None


def typed_year(value: object) -> int | None:
    """
    Find the year that was typed into a cell formatted as a date.

    Parameters
    ----------
    value
        A cell.

    Returns
    -------
    year
        From 1900 to 2100, where the cell holds the day between March 1905 and
        September 1905 that a spreadsheet program makes of the year; else None.

    Examples
    --------
    >>> typed_year(date(1905, 7, 16)), typed_year(date(2024, 5, 1))
    (2024, None)
    """
    if not isinstance(value, date):
        return None
    day = value.date() if isinstance(value, datetime) else value
    days = (day - _FIRST_DAY).days
    return days if days in _YEARS else None
