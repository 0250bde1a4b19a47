"""Gini and friends against pencil cases and against their plain definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circle.fairness import gini, lorenz, palma, tail_mean, widest_gap

whole = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 30)), min_size=1, max_size=12
)


def split(rows):
    values, weights = np.array(rows, dtype=float).T
    return values, weights


def test_by_pencil():
    # Three areas of 1, 2 and 1 people who hold 0, 1 and 2 each: 4 in all.
    values, weights = np.array([2.0, 0.0, 1.0]), np.array([1.0, 1.0, 2.0])
    curve = lorenz(values, weights)
    assert curve.weight_share.tolist() == [0, 0.25, 0.75, 1]
    assert curve.value_share.tolist() == [0, 0, 0.5, 1]
    # Area under it: 0 + 0.5 × 0.25 + 0.25 × 0.75 = 0.3125.
    assert gini(values, weights) == pytest.approx(1 - 2 * 0.3125)
    assert tail_mean(values, weights, share=0.5) == pytest.approx(0.5)
    # Best tenth: 0.4 people × 2 = 0.8; worst four tenths: 1.6 people hold 0.6.
    assert palma(values, weights) == pytest.approx(0.8 / 0.6)


def test_all_alike_is_zero_and_nothing_is_unknown():
    assert gini(np.full(5, 3.0), np.arange(1.0, 6.0)) == pytest.approx(0)
    assert math.isnan(gini(np.zeros(3), np.ones(3)))
    assert math.isnan(gini(np.ones(2), np.zeros(2)))
    assert math.isnan(tail_mean(np.ones(2), np.zeros(2)))
    assert math.isnan(palma(np.array([0.0, 1.0]), np.array([9.0, 1.0])))


def test_the_gap_is_between_known_values():
    assert widest_gap(np.array([0.9, np.nan, 0.6])) == pytest.approx(0.3)
    assert math.isnan(widest_gap(np.array([0.9, np.nan])))


@given(whole)
def test_gini_is_half_the_relative_mean_difference(rows):
    values, weights = split(rows)
    people, total = weights.sum(), (values * weights).sum()
    if total == 0:
        assert math.isnan(gini(values, weights))
        return
    apart = sum(
        w * v * abs(x - y) for x, w in rows for y, v in rows
    )  # every pair of people
    assert gini(values, weights) == pytest.approx(
        apart / (2 * people * total), abs=1e-12
    )


@given(whole, st.sampled_from([0.1, 0.4, 1.0]))
def test_the_tail_is_the_mean_over_single_people(rows, share):
    values, weights = split(rows)
    # Ten parts of each person, so that a tenth of the people is a whole number.
    parts = np.sort(np.repeat(values, 10 * weights.astype(int)))
    wanted = round(share * len(parts))
    found = tail_mean(values, weights, share=share)
    if wanted == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(parts[:wanted].mean())


@given(whole, st.randoms())
def test_the_order_of_areas_changes_no_bit(rows, chance):
    values, weights = split(rows)
    order = list(range(len(rows)))
    chance.shuffle(order)
    for measure in (gini, tail_mean, palma):
        first = measure(values, weights)
        second = measure(values[order], weights[order])
        assert first == second or (math.isnan(first) and math.isnan(second))


@given(whole)
def test_the_curve_lies_under_the_diagonal(rows):
    values, weights = split(rows)
    curve = lorenz(values, weights)
    if np.isnan(curve.value_share).any():
        return
    assert (curve.value_share <= curve.weight_share + 1e-12).all()
    assert (np.diff(curve.value_share) >= 0).all()
