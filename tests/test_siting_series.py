"""Frontier, years, cover then minutes, capacities: by hand and by force."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from circle.errors import SitingError
from circle.siting_capacity import CapacityProblem, solve_capacitated
from circle.siting_cover import solve_cover
from circle.siting_problem import CoverProblem, no_limits, plain_problem
from circle.siting_series import (
    phase_problem,
    shorten_ways,
    trace_frontier,
    weighted_minutes,
)


def test_the_frontier_never_falls():
    random = np.random.default_rng(1)
    cover = csr_array((random.random((12, 60)) < 0.15).astype(float))
    cost = random.integers(1, 9, 12)
    problem = plain_problem(cover, random.integers(1, 9, 60), cost=cost)
    for budget in (False, True):
        found = trace_frontier(problem, [6, 0, 3, 1], budget=budget, solver="exact")
        assert found["amount"].tolist() == [0, 1, 3, 6]
        assert found["objective"].is_monotonic_increasing
        assert found["objective"].iloc[0] == 0
        assert (found["gap_pct"] == 0).all()


def test_years_open_what_they_can_pay():
    # A covers 5, B covers 3, C covers 4 but only from the second year.
    problem = plain_problem(csr_array(np.eye(3)), [5, 3, 4], cost=[2, 2, 2])
    phased = phase_problem(problem, np.array([0, 0, 1]), [2, 2])
    plan = solve_cover(phased.problem, "exact")
    opened = {(int(phased.option[one]), int(phased.year[one])) for one in plan.options}
    assert opened == {(0, 0), (2, 1)}
    # 5 in both years, 4 in the second.
    assert plan.objective == 14


def test_locked_options_open_in_some_year():
    problem = plain_problem(csr_array(np.eye(3)), [5, 3, 4], cost=[2, 2, 2], locked=[1])
    phased = phase_problem(problem, np.array([0, 0, 1]), [2, 2])
    for solver in ("greedy", "exact"):
        plan = solve_cover(phased.problem, solver)
        assert 1 in phased.option[list(plan.options)]
    # B first and A later: 3 + 3 + 5; A first and B later: 5 + 5 + 3.
    assert plan.objective == 13


def test_phases_refuse_what_they_do_not_hold():
    problem = plain_problem(csr_array(np.eye(2))).with_floor("all", [0, 1], 1.0)
    with pytest.raises(ValueError, match="no floors"):
        phase_problem(problem, np.zeros(2, int), [1.0])


def test_of_equal_cover_the_shorter_ways_are_taken():
    minutes = csr_array(np.array([[9.0, 9.0], [4.0, 5.0]]))
    cover = csr_array((minutes.toarray() > 0).astype(float))
    problem = plain_problem(cover, [2, 1]).limit_count(1)
    plan = solve_cover(problem, "greedy")
    assert plan.options == (0,)
    better = shorten_ways(problem, plan, minutes)
    assert better.options == (1,)
    assert better.objective == plan.objective
    # Stored minutes are one too many: 2 × 3 + 1 × 4.
    assert weighted_minutes(problem, better.options, minutes) == 10


def served_by(problem, options):
    """Most people served by some options, by another solver."""
    pairs = problem.cover.cover[list(options)].tocoo() if options else None
    if pairs is None or not pairs.nnz:
        return 0.0
    n = pairs.nnz
    rows = [
        *((pairs.row == k).astype(float) for k in range(len(options))),
        *((pairs.col == k).astype(float) for k in range(problem.cover.n_items)),
    ]
    limits = [*problem.capacity[list(options)], *problem.cover.weight]
    found = linprog(-np.ones(n), A_ub=np.array(rows), b_ub=limits)
    return -found.fun


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 4))
def test_capacities_by_force(seed, n_sites):
    random = np.random.default_rng(seed)
    cover = csr_array((random.random((4, 6)) < 0.5).astype(float))
    people = random.integers(0, 9, 6).astype(float)
    room = random.integers(0, 20, 4).astype(float)
    plain = plain_problem(cover, people, forbidden=[3]).limit_count(n_sites)
    problem = CapacityProblem(plain, room)
    best = max(
        served_by(problem, one)
        for size in range(n_sites + 1)
        for one in itertools.combinations(range(3), min(size, 3))
    )
    exact = solve_capacitated(problem)
    assert exact.plan.objective == pytest.approx(best, abs=1e-5)
    greedy = solve_capacitated(problem, exact=False)
    assert greedy.plan.objective >= (1 - 1 / np.e) * best - 1e-5
    assert greedy.plan.bound >= best - 1e-5
    for found in (exact, greedy):
        assert len(found.plan.options) <= n_sites
        used = np.bincount(found.option, found.people, minlength=4)
        assert (used <= problem.capacity + 1e-6).all()
        assert used[3] == 0
        served = np.bincount(found.item, found.people, minlength=6)
        assert (served <= people + 1e-6).all()


def test_capacities_keep_to_limits_and_sites_open_as_a_whole():
    # Site 0 has options 0 and 1, which serve items of their own; site 1 serves both.
    cover = csr_array(np.array([[1.0, 0], [0, 1], [1, 1]]))
    plain = CoverProblem(
        cover=cover,
        weight=np.array([10.0, 6.0]),
        cost=np.zeros(3),
        site=np.array([0, 0, 1]),
        site_cost=np.array([5.0, 3.0]),
        locked=np.zeros(3, bool),
        forbidden=np.zeros(3, bool),
        limits=no_limits(3, 2),
    )
    room = np.array([7.0, np.inf, 12.0])
    both = solve_capacitated(CapacityProblem(plain.limit_count(2), room))
    assert both.plan.objective == 16
    one = solve_capacitated(CapacityProblem(plain.limit_count(1), room))
    assert (one.plan.options, one.plan.objective) == ((0, 1), 13)
    poor = solve_capacitated(CapacityProblem(plain.limit_cost(4), room), exact=False)
    assert (poor.plan.options, poor.plan.objective) == ((2,), 12)
    locked = replace(plain.limit_count(1), locked=np.array([False, False, True]))
    assert solve_capacitated(CapacityProblem(locked, room)).plan.options == (2,)
    clash = replace(locked, limits=plain.limit_count(0).limits)
    for exact in (True, False):
        with pytest.raises(SitingError, match="at most 0 sites; locked sites"):
            solve_capacitated(CapacityProblem(clash, room), exact=exact)
