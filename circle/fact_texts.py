"""Figures and marks as every output writes them: shares, speeds, reasons."""

import math

from circle.contracts import KIND_WORDS
from circle.profile import Number
from circle.words_tables import table_word


def screening_text(detour: float | None, language: str) -> str:
    """
    Write that straight lines stand in for a network.

    Parameters
    ----------
    detour
        Detour factor of the screening mode; None with a network.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        One sentence; nothing with a network.

    Examples
    --------
    >>> screening_text(None, "en")
    ''
    """
    if detour is None:
        return ""
    return table_word("screening_basis", language).format(detour=detour)


def speed_text(speed_kmh: Number, language: str) -> str:
    """
    Write a speed, with "to be verified" where it is.

    Parameters
    ----------
    speed_kmh
        The speed in km/h, with its confidence.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``4 km/h (to be verified)``.
    """
    text = table_word("speed_value", language).format(kmh=speed_kmh.value)
    return text + verify_mark(speed_kmh.to_be_verified, language)


def kind_text(kind: str, language: str) -> str:
    """
    Write why an item is missing.

    Parameters
    ----------
    kind
        Value of ``kind`` in table ``missing_items``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        In Chinese the word of the data dictionary.

    Examples
    --------
    >>> kind_text("beyond", "zh"), kind_text("not_joined", "en")
    ('超出时限', 'not joined')
    """
    if language == "zh":
        return KIND_WORDS[kind][0]
    return kind.replace("_", " ")


def share_text(share: float, language: str) -> str:
    """
    Write a share in per cent, or that there is none.

    Parameters
    ----------
    share
        From 0 to 1, or NaN.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        See `percent`.

    Examples
    --------
    >>> share_text(0.8125, "en"), share_text(float("nan"), "en")
    ('81.2%', 'no data')
    """
    if math.isnan(share):
        return table_word("no_share", language)
    return percent(share)


def percent(share: float, nothing: str = "–") -> str:
    """
    Write a share as a percentage.

    Parameters
    ----------
    share
        From 0 to 1, or NaN.
    nothing
        What to write for NaN.

    Returns
    -------
    text
        With one decimal; never 100 % for less than all of it.

    Examples
    --------
    >>> percent(0.93), percent(0.99999), percent(1), percent(float("nan"))
    ('93.0%', '99.9%', '100%', '–')
    """
    if math.isnan(share):
        return nothing
    if share >= 1:
        return "100%"
    return f"{min(100 * share, 99.9):.1f}%"


def verify_mark(to_be_verified: bool, language: str) -> str:
    """
    Give the mark that stands behind a fact that is not sure.

    Parameters
    ----------
    to_be_verified
        Whether the fact is to be verified.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The mark, or nothing.

    Examples
    --------
    >>> verify_mark(False, "en")
    ''
    """
    return table_word("verify_mark", language) if to_be_verified else ""
