"""Points along streets: as many and as far away as a tree of points says."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from circle.street_points import SPACING_M, lie_far, spread_points


def streets_of(x_m, y_m, start, end):
    """Streets with places and lengths alone."""
    x_m, y_m = np.array(x_m, float), np.array(y_m, float)
    start, end = np.array(start, np.int32), np.array(end, np.int32)
    length_m = np.hypot(x_m[end] - x_m[start], y_m[end] - y_m[start])
    return SimpleNamespace(x_m=x_m, y_m=y_m, start=start, end=end, length_m=length_m)


def plain_points(streets):
    """Spread the points in one step, as plain arrays."""
    parts = np.maximum(1, np.ceil(streets.length_m / SPACING_M)).astype(int)
    piece = np.repeat(np.arange(len(parts)), parts)
    first = np.repeat(np.cumsum(parts) - parts, parts)
    along = (np.arange(len(piece)) - first + 0.5) / parts[piece]
    start, end = streets.start[piece], streets.end[piece]
    x_m = streets.x_m[start] + along * (streets.x_m[end] - streets.x_m[start])
    y_m = streets.y_m[start] + along * (streets.y_m[end] - streets.y_m[start])
    return np.column_stack([x_m, y_m])


def both_say(streets, places, far_m):
    """Ask the squares and the tree; they must agree."""
    distance_m, _ = cKDTree(plain_points(streets)).query(
        places, distance_upper_bound=far_m
    )
    found = lie_far(spread_points(streets), *places.T, far_m=far_m)
    assert found.tolist() == np.isinf(distance_m).tolist()
    return found


@given(
    seed=st.integers(0, 10_000),
    far_m=st.sampled_from([1.0, 60.0, 100.0, 250.0]),
    wide_m=st.sampled_from([0.0, 30.0, 1_000.0, 30_000.0]),
)
def test_squares_say_what_a_tree_says(seed, far_m, wide_m):
    draw = np.random.default_rng(seed)
    x_m = 500_000 + draw.uniform(0, 1, 40) * wide_m
    y_m = 3_400_000 + draw.uniform(0, 1, 40) * wide_m / draw.choice([1, 50])
    streets = streets_of(x_m, y_m, draw.integers(0, 40, 30), draw.integers(0, 40, 30))
    places = np.column_stack([x_m, y_m]) + draw.normal(0, 1, (40, 2)) * far_m
    both_say(streets, places, far_m)
    points = plain_points(streets)
    order = spread_points(streets)
    held = np.column_stack([order.x_m, order.y_m])
    assert sorted(held.tolist()) == sorted(points.tolist())


def test_a_place_at_the_distance_itself_is_far():
    streets = streets_of([0, 20], [0, 0], [0], [1])
    places = np.array([[10, 60.0], [10, np.nextafter(60, 0)], [70, 0], [9, -59.9]])
    assert both_say(streets, places, 60.0).tolist() == [True, False, True, False]


@pytest.mark.parametrize("place", [(np.nan, 0.0), (np.inf, 0.0), (1e300, -1e300)])
def test_a_place_that_is_nowhere_is_far(place):
    points = spread_points(streets_of([0, 20], [0, 0], [0], [1]))
    x_m, y_m = np.array([place, (10.0, 0.0)]).T
    assert lie_far(points, x_m, y_m, far_m=60.0).tolist() == [True, False]


def test_without_streets_every_place_is_far():
    points = spread_points(streets_of([], [], [], []))
    assert lie_far(points, np.zeros(2), np.zeros(2), far_m=60.0).all()
