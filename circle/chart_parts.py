"""The parts of a chart: scales, axes, texts and lines of an SVG drawing."""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Form = Literal["count", "number", "share"]
WIDTH = 640.0
_TOP, _RIGHT, _BOTTOM, LEFT = 14.0, 20.0, 46.0, 64.0
_FONT = (
    "font-family=\"'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif\" "
    'font-size="12"'
)
# What XML cannot hold, and halves of characters that no file can hold.
_ILLEGAL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]"
)


@dataclass(frozen=True)
class Axis:
    """One axis of a chart."""

    label: str
    """What is measured, with its unit."""
    form: Form = "number"
    """How its numbers are written; a ``share`` is from 0 to 1, in per cent."""
    ticks: tuple[str, ...] = ()
    """Names of the places 0, 1, 2 … in place of numbers, such as years."""
    from_zero: bool = True
    """Whether the axis begins at zero whatever the data."""


@dataclass(frozen=True)
class Frame:
    """The field of a chart and its scales."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    height: float

    def x(self, value: float) -> float:
        """Place a value across, in pixels."""
        width = WIDTH - LEFT - _RIGHT
        return LEFT + width * (value - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        """Place a value from the top, in pixels."""
        height = self.height - _TOP - _BOTTOM
        share = (value - self.y_low) / (self.y_high - self.y_low)
        return self.height - _BOTTOM - height * share


def axis_ticks(axis: Axis, values: Sequence[float]) -> list[float]:
    """
    Choose the numbers written at an axis; the first and last are its ends.

    Parameters
    ----------
    axis
        The axis.
    values
        The numbers to show, in its unit.

    Returns
    -------
    ticks
        Rising numbers.
    """
    if axis.ticks:
        # Half a place on either side, so that no name is cut at the edge.
        return [-0.5, *map(float, range(len(axis.ticks))), len(axis.ticks) - 0.5]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if axis.from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12:
        high = low + 1.0
    step = _round_step((high - low) / 5, whole=axis.form == "count")
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if axis.form == "share":
        last = min(last, max(first + 1, math.ceil(1 / step - 1e-9)))
    return [round(i * step, 10) for i in range(first, last + 1)]


def _round_step(raw: float, *, whole: bool) -> float:
    """Round a step up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= raw - 1e-12)
    return max(step, 1.0) if whole else step


def draw_axes(
    frame: Frame, *, x: tuple[Axis, list[float]], y: tuple[Axis, list[float]]
) -> list[str]:
    """
    Draw the grid, the numbers and the labels of both axes.

    Parameters
    ----------
    frame
        The field of the chart.
    x
        Axis across and its numbers.
    y
        Axis upwards and its numbers.

    Returns
    -------
    parts
        SVG elements.
    """
    left, right = frame.x(frame.x_low), frame.x(frame.x_high)
    bottom, top = frame.y(frame.y_low), frame.y(frame.y_high)
    parts = []
    for value in y[1]:
        at = frame.y(value)
        parts += [
            draw_rule((left, at), (right, at), "#dfe4e9"),
            draw_text(
                left - 6, at + 4, written(value, y[0].form, short=True), anchor="end"
            ),
        ]
    if x[0].ticks:
        marks = [(float(i), one) for i, one in enumerate(x[0].ticks)]
    else:
        marks = [(one, written(one, x[0].form, short=True)) for one in x[1]]
    for value, text in marks:
        at = frame.x(value)
        parts += [
            draw_rule((at, bottom), (at, bottom + 4), "#6b7680"),
            draw_text(at, bottom + 17, shortened(text, 14), anchor="middle"),
        ]
    middle = (top + bottom) / 2
    return [
        *parts,
        draw_rule((left, bottom), (right, bottom), "#6b7680"),
        draw_text((left + right) / 2, bottom + 36, x[0].label, anchor="middle"),
        f'<g transform="rotate(-90 14 {middle:g})">'
        f"{draw_text(14, middle + 4, y[0].label, anchor='middle')}</g>",
    ]


def written(value: float, form: Form, *, short: bool = False) -> str:
    """
    Write a number of an axis or at a bar.

    Parameters
    ----------
    value
        The number; NaN is a dash.
    form
        How it is written.
    short
        Whether a share goes without ``.0``.

    Returns
    -------
    text
        Such as ``93.0%``; never 100 % for less than all of it.
    """
    if not math.isfinite(value):
        return "–"
    if form == "share":
        text = "100" if value >= 1 else f"{min(100 * value, 99.9):.1f}"
        return f"{text.removesuffix('.0') if short else text}%"
    return f"{value:,.0f}" if form == "count" else f"{value:,g}"


def shortened(text: str, most: int) -> str:
    """
    Cut a text to so many narrow signs; Chinese ones count double.

    Parameters
    ----------
    text
        The text.
    most
        How many signs fit.

    Returns
    -------
    text
        The text, or its beginning and an ellipsis.
    """
    width = 0
    for i, sign in enumerate(text):
        width += 2 if _WIDE.match(sign) else 1
        if width > most:
            return f"{text[:i]}…"
    return text


def draw_text(
    x: float, y: float, text: str, *, anchor: str = "start", halo: bool = False
) -> str:
    """
    Write a text; every sign of it is only text.

    Parameters
    ----------
    x
        Place across, in pixels.
    y
        Base line from the top, in pixels.
    text
        The text.
    anchor
        ``start``, ``middle`` or ``end``: what stands at `x`.
    halo
        Whether a white edge keeps it apart from what lies under it.

    Returns
    -------
    part
        An SVG element.
    """
    plain = html.escape(_ILLEGAL.sub(" ", text))
    edge = (
        'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke" '
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'{edge if halo else ""}fill="#1c2530">{plain}</text>'
    )


def draw_rule(
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    *,
    dash: str = "",
    width: float = 1.0,
) -> str:
    """
    Draw one straight line.

    Parameters
    ----------
    start
        Its first end, in pixels.
    end
        Its other end.
    colour
        Its colour.
    dash
        Lengths of dashes and gaps; empty for none.
    width
        Its width in pixels.

    Returns
    -------
    part
        An SVG element.
    """
    (x0, y0), (x1, y1) = start, end
    return (
        f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{dash}"/>'
    )


def draw_mark(x: float, y: float, colour: str, *, square: bool = False) -> str:
    """
    Draw a mark at a point of a line.

    Parameters
    ----------
    x
        Place across, in pixels.
    y
        Place from the top, in pixels.
    colour
        Its colour.
    square
        Whether it is square; round if not.

    Returns
    -------
    part
        An SVG element.
    """
    if square:
        place = f'x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"'
        return f'<rect {place} fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def svg_element(parts: Sequence[str], *, title: str, height: float) -> str:
    """
    Put the parts into one element, as wide as the page lets it be.

    Parameters
    ----------
    parts
        SVG elements.
    title
        What it shows, for readers that do not see it.
    height
        Height in pixels, for a width of 640.

    Returns
    -------
    svg
        One ``svg`` element.
    """
    name = html.escape(_ILLEGAL.sub(" ", title))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'width="{WIDTH:g}" height="{height:g}" role="img" {_FONT}>\n'
        f"<title>{name}</title>\n{body}\n</svg>"
    )
