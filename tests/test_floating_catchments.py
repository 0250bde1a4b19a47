"""2SFCA and E2SFCA against a pencil case and against plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from circle.floating_catchments import catchment_weights, float_catchments


def matrix(entries, shape):
    """A sparse matrix of (facility, origin, seconds); zeros stay entries."""
    entries = sorted(entries)
    row = np.array([one[0] for one in entries], dtype=int)
    first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=shape[0]))])
    column = np.array([one[1] for one in entries], dtype=np.int32)
    data = np.array([one[2] for one in entries], dtype=float)
    return csr_array((data, column, first), shape=shape)


# Clinic 0 (20 places) and clinic 1 (30 places); origins of 100, 300 and 50 people.
# Origin 0 reaches clinic 0, origin 1 both, origin 2 none (its way is too long).
PENCIL = matrix([(0, 0, 0.0), (0, 1, 600.0), (1, 1, 300.0), (1, 2, 901.0)], (2, 3))
PEOPLE = np.array([100.0, 300.0, 50.0])
PLACES = np.array([20.0, 30.0])


def test_by_pencil():
    found = float_catchments(PENCIL, supply=PLACES, demand=PEOPLE, limit_s=900.0)
    # R0 = 20 / (100 + 300) = 0.05; R1 = 30 / 300 = 0.1
    assert found.facility_ratio.tolist() == [0.05, 0.1]
    assert found.ratio == pytest.approx([0.05, 0.15, 0.0])
    assert found.reachable.tolist() == [True, True, False]
    assert found.demand.tolist() == [400.0, 300.0]
    # Norm of 0.1 places per person: origin 0 reaches a clinic, but a full one.
    assert found.full(0.1).tolist() == [True, False, False]
    # Clinic 0 could serve 200 people by the norm and has 400; clinic 1 is just full.
    assert found.load(0.1) == pytest.approx([2.0, 1.0])


def test_unknown_supply_is_not_zero():
    supply = np.array([math.nan, 30.0])
    found = float_catchments(PENCIL, supply=supply, demand=PEOPLE, limit_s=900.0)
    assert found.uncertain.tolist() == [True, True, False]
    assert not found.full(1.0).any()
    assert math.isnan(found.facility_ratio[0])
    assert found.ratio == pytest.approx([0.0, 0.1, 0.0])


def test_an_empty_facility_is_not_an_unknown_one():
    supply = np.array([0.0, 30.0])
    found = float_catchments(PENCIL, supply=supply, demand=PEOPLE, limit_s=900.0)
    assert found.facility_ratio[0] == 0
    assert found.full(0.1).tolist() == [True, False, False]


def test_each_origin_has_its_own_limit():
    limit_s = np.array([900.0, 400.0, 901.0])
    found = float_catchments(PENCIL, supply=PLACES, demand=PEOPLE, limit_s=limit_s)
    # Origin 1 reaches clinic 1 only, and origin 2 reaches it too.
    assert found.demand.tolist() == [100.0, 350.0]
    assert found.ratio == pytest.approx([0.2, 30 / 350, 30 / 350])


def test_the_gaussian_fades_from_one_to_zero():
    seconds = matrix([(0, 0, 0.0), (0, 1, 450.0), (0, 2, 900.0)], (1, 3))
    weights = catchment_weights(seconds, 900.0, decay="gaussian").toarray()[0]
    floor = math.exp(-0.5)
    assert weights[0] == 1.0
    assert weights[1] == pytest.approx((math.exp(-0.125) - floor) / (1 - floor))
    assert weights[2] == 0.0


def test_the_end_of_a_band_belongs_to_it():
    seconds = matrix([(0, i, s) for i, s in enumerate((300, 301, 600, 601))], (1, 4))
    weights = catchment_weights(seconds, 900.0, decay="bands").toarray()[0]
    assert weights.tolist() == [1.0, 0.68, 0.68, 0.22]


def by_loops(entries, supply, demand, limit_s, decay):
    """The two steps as they stand in the papers, one pair after another."""

    def weight(seconds):
        part = seconds / limit_s
        if decay == "none":
            return 1.0
        if decay == "bands":
            return 1.0 if part <= 1 / 3 else 0.68 if part <= 2 / 3 else 0.22
        return (math.exp(-(part**2) / 2) - math.exp(-0.5)) / (1 - math.exp(-0.5))

    near = [(j, i, weight(s)) for j, i, s in entries if s <= limit_s]
    ratio = {}
    for j in range(len(supply)):
        people = sum(w * demand[i] for k, i, w in near if k == j)
        ratio[j] = supply[j] / people if people > 0 else 0.0
    return [sum(w * ratio[j] for j, k, w in near if k == i) for i in range(len(demand))]


@st.composite
def cases(draw):
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), unique=True)
    )
    entries = [(j, i, float(draw(st.integers(0, 1000)))) for j, i in pairs]
    supply = [float(draw(st.integers(0, 500))) for _ in range(n)]
    demand = [float(draw(st.integers(0, 900))) for _ in range(m)]
    return entries, supply, demand


@given(cases(), st.sampled_from(["none", "bands", "gaussian"]))
def test_against_plain_loops(case, decay):
    entries, supply, demand = case
    found = float_catchments(
        matrix(entries, (len(supply), len(demand))),
        supply=np.array(supply),
        demand=np.array(demand),
        limit_s=900.0,
        decay=decay,
    )
    wanted = by_loops(entries, supply, demand, 900.0, decay)
    assert found.ratio == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    # All supply that anybody reaches is shared out, and none of it twice.
    used = sum(s for s, people in zip(supply, found.demand, strict=True) if people > 0)
    assert (found.ratio * np.array(demand)).sum() == pytest.approx(used)
