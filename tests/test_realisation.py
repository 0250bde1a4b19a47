import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circle.realisation import realisation_degree

parts = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats(0, 1e6)),
        st.floats(1e-3, 1e6),
        st.floats(1e-3, 1e3),
    ),
    min_size=1,
    max_size=8,
)


def test_by_pencil():
    found = realisation_degree(
        np.array([0.45, 2.0, np.nan]),
        target=np.array([0.9, 1.0, 5.0]),
        weight=np.array([3.0, 1.0, 4.0]),
    )
    # 0.5 three times, 1 once (more than the target is not more than fully).
    assert found.part[:2].tolist() == [0.5, 1.0]
    assert found.degree == pytest.approx(2.5 / 4)
    assert (found.weight_known, found.weight_unknown) == (4.0, 4.0)


def test_nothing_known_is_not_zero():
    found = realisation_degree(
        np.array([np.nan]), target=np.array([1.0]), weight=np.array([1.0])
    )
    assert math.isnan(found.degree)


@given(parts)
def test_against_a_plain_loop(rows):
    actual = np.array([math.nan if one is None else one for one, _, _ in rows])
    target, weight = (np.array([one[i] for one in rows]) for i in (1, 2))
    found = realisation_degree(actual, target=target, weight=weight)
    known = [one for one in rows if one[0] is not None]
    total = sum(w * min(a / t, 1) for a, t, w in known)
    if known:
        assert found.degree == pytest.approx(total / sum(w for _, _, w in known))
    else:
        assert math.isnan(found.degree)
