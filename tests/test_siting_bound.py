"""Bounds by prices, swaps, and the ways of large problems: by hand and by force."""

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from test_siting_solvers import best_by_force, shared_problem

from circle.siting_bound import (
    Bound,
    Knapsack,
    bound_by_prices,
    fill_knapsack,
    knapsack_of,
    plan_worth,
    reduce_by_bound,
)
from circle.siting_cover import require_reachable, solve_cover
from circle.siting_fixing import solve_by_fixing
from circle.siting_greedy import cover_values
from circle.siting_highs import Effort, solve_model
from circle.siting_problem import no_limits, plain_problem
from circle.siting_quick_bound import bound_cost
from circle.siting_swaps import improve_by_swaps


@st.composite
def towns(draw):
    """Values of up to 7 options, a limit on what they use, one held, one closed."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, n_items = draw(st.integers(1, 7)), draw(st.integers(1, 8))
    values = random.integers(1, 20, (n, n_items)) * (random.random((n, n_items)) < 0.6)
    amount = random.integers(0, 5, n).astype(float)
    held, closed = np.zeros(n, bool), np.zeros(n, bool)
    closed[random.integers(n)] = draw(st.booleans())
    held[random.integers(n)] = draw(st.booleans())
    held &= ~closed
    at_most = float(amount[held].sum() + draw(st.integers(0, 8)))
    return csr_array(values.astype(float)), Knapsack(amount, at_most, held, closed)


def all_plans(limit):
    """All plans within a limit, each a tuple of options."""
    n = len(limit.amount)
    return [
        plan
        for size in range(n + 1)
        for plan in itertools.combinations(range(n), size)
        if limit.amount[list(plan)].sum() <= limit.at_most
        and set(np.flatnonzero(limit.locked)) <= set(plan)
        and not limit.forbidden[list(plan)].any()
    ]


@settings(max_examples=80, deadline=None)
@given(towns(), st.integers(1, 40))
def test_no_plan_is_worth_more_than_the_bound(town, rounds):
    values, limit = town
    start = np.flatnonzero(limit.locked).tolist()
    bound = bound_by_prices(values, limit, start, rounds=rounds)
    best = max(plan_worth(values, plan) for plan in all_plans(limit))
    assert bound.value >= best - 1e-9 * best


@settings(max_examples=80, deadline=None)
@given(towns(), st.integers(1, 40))
def test_what_a_bound_leaves_out_is_in_no_better_plan(town, rounds):
    """Better plans lie within what is left, and are worth there what they are worth."""
    values, limit = town
    plans = all_plans(limit)
    start = np.flatnonzero(limit.locked).tolist()
    bound = bound_by_prices(values, limit, start, rounds=rounds)
    known = sorted(plan_worth(values, plan) for plan in plans)[len(plans) // 2]
    left = reduce_by_bound(values, limit, bound, known)
    assert not (left.options & limit.forbidden).any()
    assert not (left.settled & limit.forbidden).any()
    assert (left.options & left.settled)[limit.locked].all()
    for plan in plans:
        if plan_worth(values, plan) > known:
            inside = np.isin(np.arange(len(limit.amount)), plan)
            assert (left.options | ~inside).all()
            assert (inside | ~left.settled).all()
            assert plan_worth(left.values, plan) == plan_worth(values, plan)


def test_a_limit_is_filled_with_the_best_for_their_amount():
    """Worth 6, 4, 3 and 8 for 2, 2, 3 and 8; locked and closed ones are set apart."""
    worth, amount = np.array([6.0, 4.0, 3.0, 8.0]), np.array([2.0, 2.0, 3.0, 8.0])
    none = np.zeros(4, bool)

    def filled(at_most, locked=(), forbidden=()):
        held, closed = none.copy(), none.copy()
        held[list(locked)] = closed[list(forbidden)] = True
        share, unit = fill_knapsack(worth, Knapsack(amount, at_most, held, closed))
        return share.tolist(), unit

    assert filled(3.0) == ([1.0, 0.5, 0.0, 0.0], 2.0)
    assert filled(4.0) == ([1.0, 1.0, 0.0, 0.0], 1.0)
    assert filled(8.0) == ([1.0, 1.0, 1.0, 0.125], 1.0)
    assert filled(15.0) == ([1.0, 1.0, 1.0, 1.0], 0.0)
    assert filled(4.0, locked=[2]) == ([0.5, 0.0, 1.0, 0.0], 3.0)
    assert filled(3.0, forbidden=[0]) == ([0.0, 1.0, 1 / 3, 0.0], 1.0)


def test_options_too_weak_are_left_out_and_strong_ones_are_settled():
    """
    Three options serve an item each, worth 10, 7 and 1; two of them may open.

    Where items cost nothing and a place 7, options are worth 3, 0 and -6 above that,
    and no plan is worth more than 2 * 7 + 3. With option 2 it would be worth 11.
    """
    values = csr_array(np.diag([10.0, 7.0, 1.0]))
    free = np.zeros(3, bool)
    limit = Knapsack(np.ones(3), 2.0, free, free)
    bound = Bound(17.0, np.zeros(3), 7.0, np.array([3.0, 0.0, -6.0]))
    left = reduce_by_bound(values, limit, bound, 15.0)
    assert left.options.tolist() == [True, True, False]
    assert left.settled.tolist() == [True, False, False]
    assert left.values.toarray().tolist() == np.diag([10.0, 7.0, 0.0]).tolist()
    # A closed one is never settled, a locked one never left out.
    closed = replace(limit, forbidden=np.arange(3) == 0)
    left = reduce_by_bound(values, closed, bound, 15.0)
    assert left.options.tolist() == [False, True, False]
    assert not left.settled.any()
    held = replace(limit, locked=np.arange(3) == 2)
    left = reduce_by_bound(values, held, bound, 15.0)
    assert left.options.tolist() == [True, True, True]
    assert left.settled.tolist() == [True, False, True]


def test_only_one_limit_on_options_with_a_site_each_is_a_knapsack():
    cover = csr_array(np.eye(3))
    plain = plain_problem(cover, [5, 3, 2], cost=[4, 5, 6], locked=[1])
    limit = knapsack_of(plain.limit_cost(9))
    assert limit is not None
    assert (limit.amount.tolist(), limit.at_most) == ([4.0, 5.0, 6.0], 9.0)
    assert limit.locked.tolist() == [False, True, False]
    one = plain.limit_count(1)
    assert knapsack_of(one) is not None
    assert knapsack_of(plain) is None
    assert knapsack_of(one.limit_cost(9)) is None
    assert knapsack_of(one.with_floor("north", [0], 1.0)) is None
    assert knapsack_of(replace(one, required=np.arange(3) == 1)) is None
    assert knapsack_of(replace(one, aim="cost")) is None
    assert knapsack_of(replace(one, site=np.array([0, 0, 1]))) is None
    assert knapsack_of(plain.limit_cost(9, options=[0])) is not None


def checked_solver(model, effort, *, start=None):
    """The solver, once what it is to begin with has been found to keep all rows."""
    if start is not None:
        rows = model.rows @ start
        assert (rows >= model.row_lower - 1e-9).all()
        assert (rows <= model.row_upper + 1e-9).all()
    return solve_model(model, effort, start=start)


@pytest.mark.parametrize("pairs", [0, 100_000])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", ["sites", "budget", "distances"])
def test_fixing_finds_the_best_whatever_the_size(monkeypatch, kind, whole, pairs):
    """Small problems by the ways of small ones and by those of large ones."""
    monkeypatch.setattr("circle.siting_fixing._SMALL_PAIRS", pairs)
    monkeypatch.setattr("circle.siting_fixing.solve_model", checked_solver)
    for seed in range(3):
        random = np.random.default_rng(seed)
        cover = csr_array((random.random((8, 25)) < 0.3).astype(float))
        weight = random.integers(1, 30, 25) / (1 if whole else 32)
        problem = plain_problem(
            cover, weight, cost=random.integers(1, 5, 8), locked=[2], forbidden=[5]
        )
        budget = kind == "budget"
        problem = problem.limit_cost(9) if budget else problem.limit_count(3)
        values = cover_values(problem)
        if kind == "distances":
            near = random.integers(1, 5, values.nnz) / 4
            values = csr_array((values.data * near, values.indices, values.indptr))
        limit = knapsack_of(problem)
        best = max(plan_worth(values, plan) for plan in all_plans(limit))
        plan, bound = solve_by_fixing(problem, values, [2], effort=Effort())
        assert (plan_worth(values, plan), bound) == (best, best)
        assert tuple(sorted(plan)) in all_plans(limit)


def two_types(random, n_sites):
    """Six options of two types at three sites, one of them closed; twelve items."""
    cover = csr_array((random.random((6, 12)) < 0.35).astype(float))
    plain = plain_problem(
        cover, random.integers(0, 9, 12), cost=random.integers(1, 6, 6), forbidden=[3]
    )
    shared = replace(
        plain,
        site=np.array([0, 0, 1, 1, 2, 2]),
        site_cost=random.integers(0, 4, 3).astype(float),
        limits=no_limits(6, 3),
    )
    return shared.limit_count(n_sites)


@pytest.mark.parametrize("seed", range(12))
def test_bounds_that_large_problems_get_hold(seed, monkeypatch):
    monkeypatch.setattr("circle.siting_quick_bound._MOST_PAIRS", 0)
    monkeypatch.setattr("circle.siting_quick_bound._MOST_PAIRS_OF_COST", 0)
    random = np.random.default_rng(seed)
    problem = two_types(random, n_sites=1 + seed % 3)
    best = best_by_force(problem)
    for one in (problem, problem.limit_cost(12)):
        plan = solve_cover(one)
        assert (
            plan.objective <= best_by_force(one) <= plan.bound <= problem.weight.sum()
        )
    # With money enough all opens at the sites that are chosen: no more than that.
    assert solve_cover(problem).bound <= 1.5 * best
    least, _ = require_reachable(replace(problem, limits=no_limits(6, 3)))
    apart = replace(least, site=np.arange(6), site_cost=np.ones(6))
    for one in (least, replace(apart, limits=no_limits(6, 6))):
        plan = solve_cover(one)
        assert 0 < plan.bound <= best_by_force(one) <= plan.objective


def test_a_ring_is_bounded_by_half_a_site_for_each_item():
    """
    Each of five options covers an item and the next one: 3 are needed, 2.5 in parts.

    Where option 0 is closed, items 0 and 1 ask for options 4 and 1, which leaves item
    3 to one more. Opening a site at a cost of 1 doubles what is paid.
    """
    cover = csr_array(np.eye(5) + np.roll(np.eye(5), 1, axis=1))
    ring, _ = require_reachable(plain_problem(cover))
    assert bound_cost(ring, [0, 2, 4]) == pytest.approx(2.5, rel=1e-3)
    assert 2 < bound_cost(ring, [0, 2, 4], enough=2) <= 2.5 + 1e-9
    closed = replace(ring, forbidden=np.arange(5) == 0)
    assert bound_cost(closed, [1, 2, 4]) == pytest.approx(3, rel=1e-3)
    dear = replace(ring, site_cost=np.ones(5))
    assert bound_cost(dear, [0, 2, 4]) == pytest.approx(5, rel=1e-3)
    # What several options share is left out of account.
    shared = replace(dear, site=np.zeros(5, int), site_cost=np.ones(1))
    assert bound_cost(shared, [0, 2, 4]) == pytest.approx(2.5, rel=1e-3)
    # Items that are not asked for ask for nothing.
    some = replace(ring, required=np.array([True, False, False, True, False]))
    assert bound_cost(some, [0, 3]) == pytest.approx(2)


def test_a_number_of_sites_is_bounded_as_if_all_opened_at_every_site(monkeypatch):
    """Site 0 serves 5 + 4 with both types, site 1 only 6 + 1."""
    monkeypatch.setattr("circle.siting_quick_bound._MOST_PAIRS", 0)
    for n_sites, most in ((1, 9), (2, 16)):
        plan = solve_cover(shared_problem(n_sites))
        assert (plan.objective, plan.bound, plan.status) == (most, most, "optimal")


@pytest.mark.parametrize("seed", range(20))
def test_no_single_swap_improves_what_swaps_have_improved(seed):
    random = np.random.default_rng(seed)
    values = random.integers(1, 20, (12, 10)) * (random.random((12, 10)) < 0.5)
    values = csr_array(values.astype(float))
    locked = [3] if seed % 2 else []
    problem = plain_problem(csr_array(values > 0), locked=locked).limit_count(4)
    # Swaps that take each other back would go on for ever.
    found = improve_by_swaps(
        problem, values, [0, 1, 2, 3], deadline=time.monotonic() + 20
    )
    worth = plan_worth(values, found)
    assert worth >= plan_worth(values, [0, 1, 2, 3])
    assert len(set(found)) == 4
    assert set(locked) <= set(found)
    for place, other in itertools.product(range(4), range(12)):
        if found[place] not in locked:
            trial = [*found[:place], other, *found[place + 1 :]]
            assert plan_worth(values, trial) <= worth


def test_no_swap_gives_up_what_must_be_covered():
    """Option 1 is worth more, but leaves out item 0, which must be covered."""
    problem = plain_problem(csr_array(np.eye(2)), [1, 9]).limit_count(1)
    values = cover_values(problem)
    assert improve_by_swaps(problem, values, [0]) == [1]
    held = replace(problem, required=np.array([True, False]))
    assert improve_by_swaps(held, values, [0]) == [0]
    floor = problem.with_floor("north", [0], 1.0)
    assert improve_by_swaps(floor, values, [0]) == [0]
    dear = replace(problem, cost=np.array([1.0, 2.0])).limit_cost(1)
    assert improve_by_swaps(dear, values, [0]) == [0]


def test_costs_far_below_one_are_bounded_too():
    """Options of 0.1 each: two do, and the third of the plan is not needed."""
    cover = csr_array(np.array([[1, 0], [0, 1], [1, 0]]))
    cheap = replace(
        plain_problem(cover),
        required=np.ones(2, bool),
        aim="cost",
        cost=np.full(3, 0.1),
    )
    assert bound_cost(cheap, [0, 1, 2]) == pytest.approx(0.2)
