"""Classes and colours of the maps: safe for colour-blind readers and in grey print."""

import math
from collections.abc import Sequence

# ColorBrewer BuGn, RdPu and Okabe-Ito: lightness falls with every class.
SHARE_COLOURS = ("#d5eee9", "#99d8c9", "#5dbd9b", "#238b4d", "#00531f")
NO_FIGURE_COLOUR = "#d0d0d0"
CELL_COLOURS = ("#fbb4b9", "#e7559b", "#7a0177")
MISSING_COLOUR = "#a50f15"
CELL_CLASSES = (1, 3, 6)
COMMITTEE_COLOURS = ("#ffffff", "#fdae61", "#a50f15")
COMMITTEE_CLASSES = (0, 1, 3)
# ColorBrewer Purples, for one to four bands: the nearer the darker.
_BAND_COLOURS = ("#54278f", "#8c6bb1", "#b3a6d3", "#d9d2e9")
AREA_COLOUR = "#b35806"
DOMAIN_COLOURS = (
    "#0072b2",
    "#d55e00",
    "#7b3294",
    "#009e73",
    "#b8860b",
    "#cc79a7",
    "#333333",
)
SHAPES = ("circle", "square", "triangle", "diamond", "plus", "pentagon", "wedge")
BACKDROP_COLOURS = {
    "water": "#c3dcec",
    "green": "#e3ecd9",
    "motorway": "#9a9a9a",
    "major": "#adadad",
    "minor": "#cfcfcf",
}
_FIXED_BREAKS = (0.6, 0.7, 0.8, 0.9)
_STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


def share_breaks(shares: Sequence[float]) -> tuple[float, ...]:
    """
    Choose the limits between the five classes of a share.

    Assumes that maps of different years are compared: the limits are 60, 70, 80 and
    90 % unless all areas would fall into one class.

    Parameters
    ----------
    shares
        From 0 to 1; NaN is passed over.

    Returns
    -------
    breaks
        Four limits, rising.

    Examples
    --------
    >>> share_breaks([0.55, 0.93])
    (0.6, 0.7, 0.8, 0.9)
    >>> share_breaks([0.91, 0.98])
    (0.92, 0.94, 0.96, 0.98)
    """
    known = [one for one in shares if not math.isnan(one)]
    if len({class_of(one, _FIXED_BREAKS) for one in known}) != 1 or len(known) < 2:
        return _FIXED_BREAKS
    lowest, highest = min(known), max(known)
    for step in _STEPS:
        first = math.floor(lowest / step + 1e-9)
        if highest < (first + 5) * step:
            # Near 100 % the top class would otherwise start beyond it.
            first = min(first, round(1 / step) - 5)
            return tuple(round((first + i) * step, 4) for i in range(1, 5))
    return _FIXED_BREAKS


def class_of(value: float, breaks: Sequence[float]) -> int:
    """
    Count the limits that a value reaches.

    Parameters
    ----------
    value
        The value, in the unit of the limits.
    breaks
        Rising limits; a value equal to a limit belongs to the class above it.

    Returns
    -------
    number
        0 below the first limit.

    Examples
    --------
    >>> class_of(0.7, (0.6, 0.7, 0.8, 0.9))
    2
    """
    return sum(value >= one - 1e-12 for one in breaks)


def share_colour(share: float, breaks: Sequence[float]) -> str:
    """
    Give the fill of an area.

    Parameters
    ----------
    share
        From 0 to 1, or NaN.
    breaks
        The four limits.

    Returns
    -------
    colour
        Hexadecimal; grey for NaN.
    """
    if math.isnan(share):
        return NO_FIGURE_COLOUR
    return SHARE_COLOURS[class_of(share, breaks)]


def band_colours(number: int) -> tuple[str, ...]:
    """
    Give the colours of bands of travel time.

    Parameters
    ----------
    number
        How many bands there are, one to four.

    Returns
    -------
    colours
        Hexadecimal, the innermost band first.

    Examples
    --------
    >>> band_colours(2)
    ('#54278f', '#b3a6d3')
    """
    return {1: _BAND_COLOURS[1:2], 2: _BAND_COLOURS[:3:2]}.get(
        number, _BAND_COLOURS[:number]
    )


def ranges(firsts: Sequence[int], most: int) -> tuple[tuple[int, int | None], ...]:
    """
    Turn the first values of classes into ranges for a legend.

    Parameters
    ----------
    firsts
        First value of each class, rising.
    most
        The greatest possible value; classes beyond it are left out.

    Returns
    -------
    ranges
        First and last value of each class; the last class is open (None).

    Examples
    --------
    >>> ranges((1, 3, 6), 13)
    ((1, 2), (3, 5), (6, None))
    """
    shown = [one for one in firsts if one <= most]
    lasts = [one - 1 for one in shown[1:]]
    return tuple(zip(shown, [*lasts, None], strict=True))
