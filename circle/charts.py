"""Charts as SVG texts that stand in a page or in a file of their own."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circle.chart_parts import (
    LEFT,
    WIDTH,
    Axis,
    Frame,
    axis_ticks,
    draw_axes,
    draw_mark,
    draw_rule,
    draw_text,
    shortened,
    svg_element,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "COLOURS",
    "Axis",
    "Bar",
    "Series",
    "bar_chart",
    "gini",
    "line_chart",
    "lorenz_chart",
    "lorenz_points",
]
# Okabe and Ito (2008): safe for colour-blind readers; darkest first, for grey print.
COLOURS = ("#0b3c6f", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")


@dataclass(frozen=True)
class Series:
    """One line of a chart."""

    name: str
    """Name in the legend; empty for none."""
    points: tuple[tuple[float, float], ...]
    """Places in the units of the axes, from left to right; NaN breaks the line."""
    steps: bool = False
    """Whether the value holds until the next point."""


@dataclass(frozen=True)
class Bar:
    """One bar of a chart."""

    label: str
    """What it stands for."""
    value: float
    """Its length in the unit of the axis; NaN draws no bar."""
    note: str = ""
    """Text behind its value, such as the fraction behind a share."""
    group: int = 0
    """Number of its colour."""


def line_chart(
    series: Sequence[Series],
    *,
    x: Axis,
    y: Axis,
    title: str = "",
    height: float = 300.0,
) -> str:
    """
    Draw lines over two axes, such as coverage over sites or over periods.

    Lines differ by colour, dash and a mark at each point, so that they can be told
    apart in grey print.

    Parameters
    ----------
    series
        The lines; their points in the units of the axes.
    x
        The axis across.
    y
        The axis upwards.
    title
        What the chart shows, for readers that do not see it; not drawn.
    height
        Height in pixels, for a width of 640.

    Returns
    -------
    svg
        One ``svg`` element; every text is escaped.

    Examples
    --------
    >>> year = Axis("year", ticks=("2020", "2022"))
    >>> line = Series("coverage", ((0, 0.81), (1, 0.93)))
    >>> svg = line_chart([line], x=year, y=Axis("share", "share"))
    >>> svg.startswith("<svg"), ">2022<" in svg
    (True, True)
    """
    known = [
        (one, other)
        for line in series
        for one, other in line.points
        if math.isfinite(one) and math.isfinite(other)
    ]
    x_ticks = axis_ticks(x, [one for one, _ in known])
    y_ticks = axis_ticks(y, [one for _, one in known])
    frame = Frame(x_ticks[0], x_ticks[-1], y_ticks[0], y_ticks[-1], height)
    parts = draw_axes(frame, x=(x, x_ticks), y=(y, y_ticks))
    parts += [part for i, one in enumerate(series) for part in _line(frame, one, i)]
    parts += _legend(series, height)
    legend_height = 18.0 * math.ceil(sum(bool(one.name) for one in series) / 2)
    return svg_element(parts, title=title, height=height + legend_height)


def bar_chart(
    bars: Sequence[Bar], *, axis: Axis, title: str = "", mark: float = math.nan
) -> str:
    """
    Draw bars that lie, one beneath the other; their values stand in one column.

    Parameters
    ----------
    bars
        The bars from top to bottom.
    axis
        What their length measures; it begins at zero.
    title
        What the chart shows, for readers that do not see it; not drawn.
    mark
        A value to draw a dashed line at, such as the share of the whole district;
        NaN for none.

    Returns
    -------
    svg
        One ``svg`` element; every text is escaped.

    Examples
    --------
    >>> svg = bar_chart([Bar("a < b", 0.5)], axis=Axis("share", "share"))
    >>> "a &lt; b" in svg, ">50.0%<" in svg
    (True, True)
    """
    line, left, right = 20.0, 168.0, 172.0
    top = 6.0
    height = top + line * len(bars) + 34
    values = [one.value for one in bars if math.isfinite(one.value)]
    highest = 1.0 if axis.form == "share" else max([*values, 1e-9])
    scale = (WIDTH - left - right) / highest
    bottom = top + line * len(bars)
    parts = [draw_rule((left, top), (left, bottom), "#6b7680")]
    if math.isfinite(mark):
        place = left + scale * mark
        parts += [
            draw_rule((place, top), (place, bottom), "#000", dash="4 3"),
            draw_text(place, bottom + 12, written(mark, axis.form), anchor="middle"),
        ]
    for i, one in enumerate(bars):
        middle = top + line * (i + 0.5)
        wide = scale * one.value if math.isfinite(one.value) else 0.0
        colour = COLOURS[one.group % len(COLOURS)]
        text = f"{written(one.value, axis.form)}  {one.note}".strip()
        parts += [
            draw_text(left - 6, middle + 4, shortened(one.label, 26), anchor="end"),
            f'<rect x="{left:g}" y="{middle - 7:g}" width="{wide:.1f}" height="14" '
            f'fill="{colour}"/>',
            draw_text(WIDTH - right + 8, middle + 4, text),
        ]
    parts.append(draw_text(left, height - 6, axis.label))
    return svg_element(parts, title=title, height=height)


def lorenz_chart(
    values: Sequence[float],
    weights: Sequence[float],
    *,
    x: Axis,
    y: Axis,
    title: str = "",
) -> str:
    """
    Draw how unevenly something is spread: a Lorenz curve with the line of equality.

    Parameters
    ----------
    values
        What each has, at least 0, such as facility types within reach.
    weights
        How many have it, such as people of a cell; same length.
    x
        The axis across: share of the weights, from those who have least.
    y
        The axis upwards: share of all that there is to have.
    title
        What the chart shows, for readers that do not see it; not drawn.

    Returns
    -------
    svg
        One ``svg`` element.

    Examples
    --------
    >>> axis = Axis("people", "share")
    >>> lorenz_chart([0, 2], [5, 5], x=axis, y=axis).count("<polyline")
    1
    """
    size = 340.0
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    frame = Frame(0, 1, 0, 1, size)
    curve = Series("", tuple(lorenz_points(values, weights)))
    parts = draw_axes(frame, x=(x, ticks), y=(y, ticks))
    equal = draw_rule(
        (frame.x(0), frame.y(0)), (frame.x(1), frame.y(1)), "#6b7680", dash="4 3"
    )
    return svg_element(
        [*parts, equal, *_line(frame, curve, 0, marks=False)], title=title, height=size
    )


def lorenz_points(
    values: Sequence[float], weights: Sequence[float]
) -> list[tuple[float, float]]:
    """
    Compute the corners of a Lorenz curve.

    Parameters
    ----------
    values
        What each has, at least 0.
    weights
        How many have it, at least 0; same length.

    Returns
    -------
    points
        Share of the weights and share of what they have, from those who have least;
        from (0, 0) to (1, 1). Equal values are one step. The line of equality where
        nobody has anything.

    Notes
    -----
    Lorenz (1905), Methods of measuring the concentration of wealth.

    Examples
    --------
    >>> lorenz_points([3, 1], [1, 1])
    [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)]
    """
    has = np.asarray(values, dtype=float)
    people = np.asarray(weights, dtype=float)
    levels, level_of = np.unique(has[people > 0], return_inverse=True)
    n_people = np.bincount(level_of, weights=people[people > 0], minlength=len(levels))
    total = float(n_people @ levels)
    if total <= 0:
        return [(0.0, 0.0), (1.0, 1.0)]
    across = np.cumsum(n_people) / n_people.sum()
    upwards = np.cumsum(n_people * levels) / total
    found = zip(across.tolist(), upwards.tolist(), strict=True)
    return [(0.0, 0.0), *list(found)[:-1], (1.0, 1.0)]


def gini(values: Sequence[float], weights: Sequence[float]) -> float:
    """
    Compute the Gini coefficient: twice the area between curve and equality.

    Parameters
    ----------
    values
        What each has, at least 0.
    weights
        How many have it, at least 0; same length.

    Returns
    -------
    coefficient
        0 where all have the same, near 1 where one has all.

    Examples
    --------
    >>> gini([1, 1], [2, 3]), gini([0, 4], [3, 1])
    (0.0, 0.75)
    """
    points = lorenz_points(values, weights)
    area = sum(
        (x1 - x0) * (y0 + y1) / 2 for (x0, y0), (x1, y1) in itertools.pairwise(points)
    )
    return round(1 - 2 * area, 12)


def _line(
    frame: Frame, series: Series, number: int, *, marks: bool = True
) -> list[str]:
    """Draw one line, broken where a point is missing, with a mark at each point."""
    colour = COLOURS[number % len(COLOURS)]
    style = (
        f'fill="none" stroke="{colour}" stroke-width="2.2" '
        f'stroke-dasharray="{_DASHES[number % len(_DASHES)]}"'
    )
    runs: list[list[tuple[float, float]]] = [[]]
    for one, other in series.points:
        if not (math.isfinite(one) and math.isfinite(other)):
            runs.append([])
            continue
        place = (frame.x(one), frame.y(other))
        if series.steps and runs[-1]:
            runs[-1].append((place[0], runs[-1][-1][1]))
        runs[-1].append(place)
    drawn = [
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}" {style}/>'
        for run in runs
        if len(run) > 1
    ]
    if marks:
        places = sorted({one for run in runs for one in run})
        square = number % 2 == 1
        marked = places if len(places) <= 60 else []
        drawn += [draw_mark(x, y, colour, square=square) for x, y in marked]
    return drawn


def _legend(series: Sequence[Series], top: float) -> list[str]:
    """Name the lines below the chart, two in a row."""
    parts = []
    named = [(i, one) for i, one in enumerate(series) if one.name]
    for place, (number, one) in enumerate(named):
        x, y = LEFT + (place % 2) * 280, top + 4 + 18 * (place // 2)
        colour = COLOURS[number % len(COLOURS)]
        parts += [
            draw_rule(
                (x, y),
                (x + 26, y),
                colour,
                dash=_DASHES[number % len(_DASHES)],
                width=2.2,
            ),
            draw_text(x + 32, y + 4, shortened(one.name, 36)),
        ]
    return parts
