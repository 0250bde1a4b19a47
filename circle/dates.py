"""Read dates as offices write them."""

import re
import unicodedata
from datetime import date

_PATTERNS = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][0:.]+)?", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{4})[-/.](\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月", re.ASCII),
    re.compile(r"(\d{4})年?", re.ASCII),
)


def parse_date(text: str) -> str | None:
    """
    Read a date; a month or a year alone stands for its first day.

    Parameters
    ----------
    text
        Such as ``2026-01-31``, ``2026/1/31``, ``2026.1.31``, ``20260131``,
        ``2026年1月31日``, ``2026年1月``, ``2026-01`` or ``2026``.

    Returns
    -------
    iso
        The date as ``2026-01-31``, in which order of text is order of time; None if
        it is no date.

    Examples
    --------
    >>> parse_date("2019年9月"), parse_date("2026/1/31"), parse_date("soon")
    ('2019-09-01', '2026-01-31', None)
    """
    plain = "".join(unicodedata.normalize("NFKC", text).strip().split("\u3000"))
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
