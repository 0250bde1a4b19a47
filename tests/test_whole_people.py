"""Whole people: sums hold to the person, and no place is off by one or more."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circle.errors import InputError
from circle.whole_people import round_people, share_out_people

PEOPLE = st.lists(
    st.floats(min_value=0, max_value=5000, allow_nan=False), min_size=1, max_size=40
)


@given(PEOPLE)
def test_rounding_keeps_the_sum_and_moves_no_place_by_one(exact):
    people = round_people(np.array(exact))
    assert abs(people.sum() - sum(exact)) <= 0.5 + 1e-4
    assert (np.abs(people - exact) < 1 + 1e-5).all()


@given(st.lists(st.integers(min_value=0, max_value=5000), min_size=1, max_size=40))
def test_rounding_leaves_whole_numbers_alone(whole):
    assert round_people(np.array(whole, dtype=float)).tolist() == whole


@given(PEOPLE, st.booleans())
def test_rounding_meets_either_total_next_to_the_sum(exact, up):
    total = round(sum(exact), 4)
    wanted = math.ceil(total) if up else math.floor(total)
    exact = np.round(exact, 4)
    assert round_people(exact, wanted).sum() == wanted


def test_the_largest_decimals_go_up_and_equal_ones_by_order():
    assert round_people(np.array([0.5, 0.5, 0.9, 0.1])).tolist() == [1, 0, 1, 0]


@given(PEOPLE, st.integers(min_value=0, max_value=10**7))
def test_sharing_out_keeps_the_total(weight, total):
    weight = np.array(weight)
    if not weight.sum() > 0:
        with pytest.raises(InputError, match="no place has any weight"):
            share_out_people(total, weight)
        return
    people = share_out_people(total, weight)
    assert people.sum() == total
    assert (people >= 0).all()
    assert (people[weight == 0] == 0).all()
    assert np.abs(people - total * weight / weight.sum()).max() < 1 + 1e-6
