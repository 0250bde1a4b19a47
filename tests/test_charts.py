"""Charts: places worked out by hand, texts that stay texts, well-formed SVG."""

import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circle.charts import (
    Axis,
    Bar,
    Series,
    bar_chart,
    gini,
    line_chart,
    lorenz_chart,
    lorenz_points,
)

SVG = "{http://www.w3.org/2000/svg}"

SHARE = Axis("share", "share")


def drawing(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (a text of our own)


def texts(svg: str) -> list[str]:
    return [one.text for one in drawing(svg).iter(f"{SVG}text")]


def lines(svg: str) -> list[list[tuple[float, float]]]:
    return [
        [tuple(map(float, one.split(","))) for one in element.get("points").split()]
        for element in drawing(svg).iter(f"{SVG}polyline")
    ]


def test_points_lie_where_the_axes_say():
    svg = line_chart(
        [Series("coverage", ((0, 0.0), (10, 1.0)))], x=Axis("sites", "count"), y=SHARE
    )
    # The field is 640 - 64 - 20 wide and 300 - 14 - 46 high.
    assert lines(svg) == [[(64.0, 254.0), (620.0, 14.0)]]
    assert {"0", "10", "0%", "100%", "sites", "share", "coverage"} <= set(texts(svg))


def test_steps_hold_and_gaps_break_the_line():
    steps = Series("", ((0, 0.0), (5, 0.5), (10, 1.0)), steps=True)
    (line,) = lines(line_chart([steps], x=Axis("x", "count"), y=SHARE))
    assert [y for _, y in line] == [254.0, 254.0, 134.0, 134.0, 14.0]
    broken = Series("", ((0, 0.1), (1, 0.2), (2, math.nan), (3, 0.2), (4, 0.4)))
    assert len(lines(line_chart([broken], x=Axis("x", "count"), y=SHARE))) == 2


def test_lines_differ_by_more_than_colour():
    many = [Series(f"s{i}", ((0, i), (1, i + 1))) for i in range(3)]
    svg = line_chart(many, x=Axis("x"), y=Axis("y"))
    dashes = [
        one.get("stroke-dasharray") for one in drawing(svg).iter(f"{SVG}polyline")
    ]
    assert len(set(dashes)) == 3


def test_periods_are_named_at_the_axis():
    svg = line_chart(
        [Series("", ((0, 0.81), (1, 0.93)))],
        x=Axis("year", ticks=("2020", "2022")),
        y=Axis("share", "share", from_zero=False),
    )
    assert {"2020", "2022"} <= set(texts(svg))


def test_bars_are_as_long_as_their_values():
    svg = bar_chart(
        [Bar("a", 0.5, "1/2"), Bar("b", 1.0), Bar("c", math.nan)], axis=SHARE, mark=0.75
    )
    widths = [float(one.get("width")) for one in drawing(svg).iter(f"{SVG}rect")]
    assert widths == [150.0, 300.0, 0.0]
    assert {"50.0%  1/2", "100%", "–", "75.0%"} <= set(texts(svg))


def test_less_than_all_is_never_written_as_all():
    assert "99.9%" in texts(bar_chart([Bar("a", 0.99999)], axis=SHARE))


@pytest.mark.parametrize("name", ["<script>x</script>", "a\x00\ud800&\"'", "长" * 200])
def test_names_stay_text_and_the_drawing_well_formed(name: str):
    axis = Axis(name, "share")
    for svg in (
        line_chart([Series(name, ((0, 1),))], x=axis, y=axis, title=name),
        bar_chart([Bar(name, 1.0, name)], axis=axis, title=name),
        lorenz_chart([1], [1], x=axis, y=axis, title=name),
    ):
        assert not list(drawing(svg).iter(f"{SVG}script"))


def test_a_chart_of_nothing_can_be_drawn():
    for svg in (
        line_chart([], x=Axis("x"), y=SHARE),
        bar_chart([], axis=SHARE),
        lorenz_chart([], [], x=SHARE, y=SHARE),
    ):
        drawing(svg)


def test_lorenz_curve_by_hand():
    # Two of ten people reach nothing, three one type, five four: 23 in all.
    points = lorenz_points([4, 0, 1], [5, 2, 3])
    assert points == [(0, 0), (0.2, 0), (0.5, pytest.approx(3 / 23)), (1, 1)]
    area = 0.3 * (3 / 23) / 2 + 0.5 * (3 / 23 + 1) / 2
    assert gini([4, 0, 1], [5, 2, 3]) == pytest.approx(1 - 2 * area)


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 1000)), min_size=1, max_size=40
    )
)
def test_lorenz_curve_rises_below_equality_and_order_does_not_matter(pairs):
    values, weights = zip(*pairs, strict=True)
    points = lorenz_points(values, weights)
    assert all(y <= x + 1e-9 for x, y in points)
    assert points == sorted(points)
    assert points[-1] == (1, 1)
    assert points == lorenz_points(values[::-1], weights[::-1])
    assert 0 <= gini(values, weights) < 1
