import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from circle.choice import count_in_reach, weigh_dependence


def columns(pairs):
    facility, origin = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    return facility, origin


def test_by_pencil():
    # Origin 0 reaches clinics 0 and 1, origin 1 clinic 1 only, origin 2 none.
    count, single = count_in_reach(*columns([(0, 0), (1, 0), (1, 1)]), n_origins=3)
    assert count.tolist() == [2, 1, 0]
    assert single.tolist() == [-1, 1, -1]
    lost = weigh_dependence(single, np.array([10.0, 7.0, 5.0]), n_facilities=2)
    assert lost.tolist() == [0.0, 7.0]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), unique=True),
    st.lists(st.integers(0, 90), min_size=5, max_size=5),
)
def test_what_is_lost_is_what_closing_takes(pairs, people):
    people = np.array(people, dtype=float)

    def covered(pairs):
        count, _ = count_in_reach(*columns(pairs), n_origins=5)
        return people[count > 0].sum()

    _, single = count_in_reach(*columns(pairs), n_origins=5)
    lost = weigh_dependence(single, people, n_facilities=4)
    for closed in range(4):
        left = [one for one in pairs if one[0] != closed]
        assert lost[closed] == covered(pairs) - covered(left)
