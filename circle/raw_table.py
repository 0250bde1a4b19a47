"""A table as a file holds it, before any meaning is given to it."""

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from circle.errors import CircleWarning


@dataclass(frozen=True)
class RawTable:
    """A table as the file holds it, before any meaning is given to it."""

    where: str
    """File and sheet or layer, for messages."""
    rows: pd.DataFrame
    """Columns as named in the file; the index is the row number that a person
    sees in a spreadsheet (the first row is 1), or the feature number."""
    row_word: str
    """``row`` or ``feature``."""
    problems: tuple[str, ...] = ()
    """What of the file is no row of a table: totals, notes, merged cells."""
    warnings: tuple[CircleWarning, ...] = ()
    """What was read in another way than it is written."""


def where_zh(where: str) -> str:
    """
    Write the place of a table in Chinese.

    Parameters
    ----------
    where
        File and sheet or layer, as `RawTable.where` has them.

    Returns
    -------
    text
        The same in Chinese.

    Examples
    --------
    >>> where_zh("homes.xlsx: sheet '居村'"), where_zh("homes.csv")
    ('homes.xlsx：工作表“居村”', 'homes.csv')
    """
    return re.sub(r": sheet '(.*)'$", r"：工作表“\1”", where)


def fold_name(name: str) -> str:
    """
    Fold a column name or a word for comparison.

    Parameters
    ----------
    name
        As it stands in the file.

    Returns
    -------
    folded
        Lower case, half-width, without line breaks, with ``_`` for blanks.

    Examples
    --------
    >>> fold_name(" 建筑面积（㎡） "), fold_name("Floor Area")
    ('建筑面积(m2)', 'floor_area')
    """
    text = unicodedata.normalize("NFKC", name)
    return "".join(text.splitlines()).strip().lower().replace(" ", "_")
