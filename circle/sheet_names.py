"""Names of sheets that every spreadsheet program accepts."""

import re
from collections.abc import Iterable, Sequence

from circle.sheet_parts import clean_text


def sheet_names(
    names: Sequence[str], *, codes: Sequence[str], taken: Iterable[str]
) -> tuple[str, ...]:
    r"""
    Make names that a spreadsheet program accepts for sheets.

    At most 31 characters, none of ``[]:*?/\``, no apostrophe at either end, and
    each once, letter case aside.

    Parameters
    ----------
    names
        The names wanted.
    codes
        What to use where nothing is left of a name, one per name.
    taken
        Names of sheets that are there already.

    Returns
    -------
    names
        One per name, in order.

    Examples
    --------
    >>> sheet_names(["A/B", "a?b"], codes=["1", "2"], taken=[])
    ('A_B', 'a_b (2)')
    """
    used = {one.casefold() for one in taken} | {"history"}
    given: list[str] = []
    for name, code in zip(names, codes, strict=True):
        base = _sheet_base(name) or _sheet_base(code) or "sheet"
        found, number = base, 1
        while found.casefold() in used:
            number += 1
            ending = f" ({number})"
            found = _shorten(base, 31 - len(ending)) + ending
        used.add(found.casefold())
        given.append(found)
    return tuple(given)


def _sheet_base(name: str) -> str:
    """Replace what a sheet's name may not hold."""
    legal = re.sub(r"[\[\]:*?/\\]", "_", clean_text(name))
    return _shorten(legal.strip("' "), 31)


def _shorten(text: str, longest: int) -> str:
    """Cut a text to so many UTF-16 units, which is how Excel counts."""
    while len(text.encode("utf-16-le")) > 2 * longest:
        text = text[:-1]
    return text.strip("' ")
