"""Frontier, years, cover then minutes: by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from circle.errors import SitingError
from circle.siting_cover import solve_cover
from circle.siting_problem import no_limits, plain_problem
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
    problem = plain_problem(csr_array(np.eye(2)))
    for wrong in ({"required": np.ones(2, bool)}, {"aim": "cost"}):
        with pytest.raises(ValueError, match="no required items"):
            phase_problem(replace(problem, **wrong), np.zeros(2, int), [1.0])


def test_years_hold_floors_in_the_last_year_and_open_a_site_once():
    # Site 0 has options 0 and 1 and costs 4 whatever opens; option 2 stands alone.
    cover = csr_array(np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]))
    base = replace(
        plain_problem(cover, [9, 1, 2], cost=[0, 0, 3]),
        site=np.array([0, 0, 1]), site_cost=np.array([4.0, 0.0]),
        limits=no_limits(3, 2),
    )  # fmt: skip
    phased = phase_problem(base, np.zeros(3, int), [4, 3])
    plan = solve_cover(phased.problem, "exact")
    years = {int(phased.option[k]): int(phased.year[k]) for k in plan.options}
    assert (years, plan.objective) == ({0: 0, 1: 0, 2: 1}, 22)
    # What must be covered in the end need not be there in the first year.
    floor = base.with_floor("north", [2], 1.0)
    held = phase_problem(floor, np.zeros(3, int), [3, 4])
    for solver in ("greedy", "exact"):
        assert 2 in held.option[list(solve_cover(held.problem, solver).options)]
    never = phase_problem(floor, np.zeros(3, int), [2, 2])
    names = "the budget of year 1; the budget of year 2; north"
    with pytest.raises(SitingError, match=names):
        solve_cover(never.problem, "greedy")


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
