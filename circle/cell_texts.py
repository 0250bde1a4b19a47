"""Read the cells of a column as texts and numbers, a whole column at once."""

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Spreadsheet programs keep 15 digits of a number and show long ones as 9.99001E+11.
_EXACT_BELOW = 1e15
_CUT_CODE = re.compile(r"\d\.\d+E\+\d+", re.IGNORECASE | re.ASCII)


def distinct_texts(
    values: pd.Series,
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """
    Write the cells of a column as text, each distinct one once.

    Parameters
    ----------
    values
        Cells of any kind.

    Returns
    -------
    code
        Place of the text of each cell in `texts`, shape (cells,).
    texts
        Without blanks at the ends, "" for an empty cell; whole numbers without a
        decimal point. In a large table most of them repeat.

    Examples
    --------
    >>> code, texts = distinct_texts(pd.Series([" a ", 7.0, None, "7"], dtype=object))
    >>> texts[code].tolist()
    ['a', '7', '', '7']
    """
    cells = values.to_numpy(dtype=object).tolist()
    try:
        text = list(map(str.strip, cells))
    except TypeError:
        text = [one.strip() if type(one) is str else _as_text(one) for one in cells]
    code, texts = pd.factorize(apart(text))
    return code, np.asarray(texts, dtype=object)


def apart(values: Sequence[object]) -> NDArray[np.object_]:
    """
    Lay values side by side, whatever they are.

    Parameters
    ----------
    values
        Texts, tuples or None.

    Returns
    -------
    array
        One element each; tuples stay tuples.

    Examples
    --------
    >>> apart([("a", "b"), ("c", "d")]).shape
    (2,)
    """
    return np.fromiter(values, dtype=object, count=len(values))


def as_numbers(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    """
    Read texts as numbers.

    Parameters
    ----------
    texts
        Without blanks at the ends.

    Returns
    -------
    numbers
        Finite numbers, NaN where a text is none, same shape.

    Examples
    --------
    >>> as_numbers(apart(["1.5", "", "inf", "x"])).tolist()
    [1.5, nan, nan, nan]
    """
    given = np.where(texts == "", np.nan, texts)
    numbers = np.asarray(pd.to_numeric(given, errors="coerce"), dtype=float)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def lost_digits(values: pd.Series) -> pd.Series:
    """
    Tell which codes a spreadsheet program has cut, as in 9.99001E+11.

    Parameters
    ----------
    values
        Codes as the file has them.

    Returns
    -------
    cut
        On the same index.

    Examples
    --------
    >>> lost_digits(pd.Series(["9.99001E+11", "999001001001", 1e16])).tolist()
    [True, False, True]
    """
    if _holds_no_plus(values):
        return pd.Series(data=False, index=values.index)
    return values.map(
        lambda one: (
            abs(one) >= _EXACT_BELOW
            if isinstance(one, float)
            else bool(_CUT_CODE.fullmatch(str(one).strip()))
        )
    ).astype(bool)


def _holds_no_plus(values: pd.Series) -> bool:
    """Tell whether a column is of texts only, none of which can be a cut code."""
    try:
        return "+" not in "".join(values.to_numpy(dtype=object).tolist())
    except TypeError:
        return False


def _as_text(value: object) -> str:
    """Write a cell's value as text; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
