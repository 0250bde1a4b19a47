"""Siting on plain matrices: against brute force, another solver, and by hand."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from circle.errors import SitingError
from circle.siting_anneal import anneal
from circle.siting_bound import bound_by_prices, knapsack_of, plan_worth
from circle.siting_conflict import find_clash, raise_clash
from circle.siting_cover import other_plans, require_reachable, solve_cover
from circle.siting_fixing import join_plans
from circle.siting_greedy import choose_greedily, cover_values
from circle.siting_highs import Effort, solve_model
from circle.siting_merge import merge_items
from circle.siting_plan import (
    broken_requirements,
    covered_weight,
    exact_amounts,
    plan_cost,
)
from circle.siting_problem import plain_problem

SOLVERS = ("greedy", "lp", "exact")


@st.composite
def instances(draw):
    """Small covers with whole weights and costs."""
    n_options, n_items = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    numbers = st.integers(0, 1)
    line = st.lists(numbers, min_size=n_items, max_size=n_items)
    rows = draw(st.lists(line, min_size=n_options, max_size=n_options))
    size = {"min_size": n_items, "max_size": n_items}
    weight = draw(st.lists(st.integers(0, 9), **size))
    size = {"min_size": n_options, "max_size": n_options}
    cost = draw(st.lists(st.integers(0, 9), **size))
    return csr_array(np.array(rows, float)), np.array(weight, float), np.array(cost)


def test_greedy_opens_what_a_required_item_asks_for_before_what_gains_most():
    """Option 0 gains 9, option 1 gains 1 and alone covers what must be covered."""
    cover = csr_array(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]))
    free = plain_problem(cover, np.array([9.0, 1.0, 0.0])).limit_count(1)
    assert choose_greedily(free, cover_values(free)) == [0]
    for item in (1, 2):
        bound = dataclasses.replace(free, required=np.arange(3) == item)
        assert choose_greedily(bound, cover_values(bound)) == [1]


def subsets(n):
    """All sets of positions."""
    return itertools.chain.from_iterable(
        itertools.combinations(range(n), size) for size in range(n + 1)
    )


def best_by_force(problem):
    """The best objective of all feasible plans; None if there is none."""
    worths = [
        plan_cost(problem, one) if problem.aim == "cost" else
        covered_weight(problem, one)
        for one in subsets(problem.n_options)
        if not broken_requirements(problem, one)
    ]  # fmt: skip
    if not worths:
        return None
    return min(worths) if problem.aim == "cost" else max(worths)


def check_plans(problem):
    """Every solver keeps its promises on a problem."""
    best = best_by_force(problem)
    if best is None:
        for solver in SOLVERS:
            with pytest.raises(SitingError):
                solve_cover(problem, solver)
        return
    sign = -1 if problem.aim == "cost" else 1
    plans = {solver: solve_cover(problem, solver) for solver in SOLVERS}
    for plan in plans.values():
        assert not broken_requirements(problem, plan.options)
        assert sign * plan.objective <= sign * best
        assert sign * plan.bound >= sign * best - 1e-6
        assert plan.gap_pct >= 0
        assert plan.status in {"optimal", "feasible"}
    # The relaxation is rounded, or the greedy plan kept where that is better.
    assert sign * plans["lp"].objective >= sign * plans["greedy"].objective
    assert plans["exact"].objective == best
    assert plans["exact"].bound == best
    assert plans["exact"].status == "optimal"


@settings(max_examples=40, deadline=None)
@given(instances(), st.integers(0, 7))
def test_with_a_number_of_sites(instance, n_sites):
    cover, weight, _ = instance
    problem = plain_problem(cover, weight).limit_count(n_sites)
    check_plans(problem)
    plan = choose_greedily(problem, cover_values(problem))
    assert covered_weight(problem, plan) >= (1 - 1 / np.e) * best_by_force(problem)


@settings(max_examples=30, deadline=None)
@given(instances(), st.integers(0, 20))
def test_with_a_budget(instance, budget):
    cover, weight, cost = instance
    problem = plain_problem(cover, weight, cost=cost).limit_cost(budget)
    check_plans(problem)
    plan = choose_greedily(problem, cover_values(problem))
    promised = (1 - 1 / np.e) / 2 * best_by_force(problem)
    assert covered_weight(problem, plan) >= promised


@settings(max_examples=30, deadline=None)
@given(instances())
def test_with_the_cheapest_sites(instance):
    cover, weight, cost = instance
    problem, out = require_reachable(plain_problem(cover, weight, cost=cost))
    assert list(out) == list(np.flatnonzero(cover.toarray().sum(axis=0) == 0))
    check_plans(problem)


@settings(max_examples=30, deadline=None)
@given(instances(), st.integers(0, 4), st.data())
def test_with_floors_locks_and_versions(instance, n_sites, data):
    cover, weight, cost = instance
    n_options, n_items = cover.shape
    marks = st.lists(st.integers(0, n_options - 1), max_size=2)
    problem = plain_problem(
        cover, weight, cost=cost, locked=data.draw(marks), forbidden=data.draw(marks)
    ).limit_count(n_sites)
    half = np.arange(n_items // 2)
    problem = problem.with_floor("the first half", half, 0.5)
    version = np.arange(n_options) // 2
    problem = problem.one_version(version).limit_cost(12, options=[0])
    check_plans(problem)


def shared_problem(n_sites=1):
    """Two sites with two types each; opening a site costs 3."""
    cover = csr_array(
        np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], float)
    )
    plain = plain_problem(cover, [5, 4, 6, 1], cost=[1, 1, 1, 1])
    shared = vars(plain) | {
        "site": np.array([0, 0, 1, 1]),
        "site_cost": np.array([3.0, 3.0]),
        "limits": type(plain.limits)(
            (), csr_array((0, 4)), csr_array((0, 2)), np.zeros(0), np.zeros(0, bool)
        ),
    }
    return type(plain)(**shared).limit_count(n_sites)


def test_several_types_share_a_site_and_its_cost():
    problem = shared_problem()
    for solver in SOLVERS:
        plan = solve_cover(problem, solver)
        # Site 0 serves 5 + 4 with both types, site 1 only 6 + 1.
        assert sorted(plan.options) == [0, 1]
        assert plan.objective == 9
    assert plan_cost(problem, [0, 1]) == 5
    assert solve_cover(shared_problem(2).limit_cost(8), "exact").objective == 11
    assert solve_cover(shared_problem(2).limit_cost(9), "exact").objective == 15
    check_plans(shared_problem(2).limit_cost(8))
    check_plans(shared_problem(2).limit_area([4, 4, 4, 4], [4, 9]))


def test_equal_gains_go_to_more_items_then_to_the_lower_position():
    cover = csr_array(np.array([[1, 0, 0], [0, 1, 1], [0, 1, 1]], float))
    problem = plain_problem(cover, [2, 1, 1]).limit_count(1)
    assert choose_greedily(problem, cover_values(problem)) == [1]


def test_greedy_takes_the_example_where_it_is_short():
    # Greedy takes the middle and then one side: 9 of 10; a swap puts it right.
    cover = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], float))
    problem = plain_problem(cover, [2, 3, 3, 2]).limit_count(2)
    assert covered_weight(problem, choose_greedily(problem, cover_values(problem))) == 8
    assert solve_cover(problem, "greedy").objective == 10


@pytest.mark.parametrize("solver", SOLVERS)
def test_nothing_to_choose_from(solver):
    none = plain_problem(csr_array((0, 3)), [1, 1, 1]).limit_count(2)
    plan = solve_cover(none, solver)
    assert (plan.options, plan.objective, plan.status) == ((), 0.0, "optimal")
    cover = csr_array(np.ones((2, 3)))
    closed = plain_problem(cover, [1, 1, 1], forbidden=[0, 1]).limit_count(2)
    assert solve_cover(closed, solver).objective == 0
    many = plain_problem(cover, [1, 1, 1]).limit_count(9)
    assert solve_cover(many, solver).objective == 3


def test_a_clash_is_named_and_holds_nothing_needless():
    problem = plain_problem(csr_array(np.eye(4)), cost=[1, 1, 9, 9]).limit_count(2)
    problem = problem.limit_cost(10, "the budget of 10")
    problem = problem.with_floor("north", [2, 3], 1.0).with_floor("south", [0, 1], 0.5)
    assert find_clash(problem) == ("the budget of 10", "north")
    with pytest.raises(SitingError, match="the budget of 10; north"):
        raise_clash(problem)
    with pytest.raises(SitingError, match="the budget of 10; north"):
        solve_cover(problem, "greedy")


def test_no_clash_is_found_where_there_is_a_plan():
    assert find_clash(plain_problem(csr_array(np.eye(2))).limit_count(1)) == ()


def test_a_locked_site_that_is_forbidden_clashes():
    problem = plain_problem(csr_array(np.eye(2)), locked=[0], forbidden=[0])
    with pytest.raises(SitingError, match="locked sites"):
        solve_cover(problem.limit_count(2), "exact")


def test_other_plans_come_in_order_and_differ():
    cover = csr_array(np.eye(3))
    problem = plain_problem(cover, [5, 3, 2]).limit_count(2)
    plans = other_plans(problem, 5)
    assert [plan.objective for plan in plans] == [8, 7, 5, 5, 3]
    assert {plan.status for plan in plans} == {"optimal"}
    assert len({frozenset(plan.options) for plan in plans}) == 5


def test_other_plans_of_a_search_cut_short_are_not_called_the_best(monkeypatch):
    """As if the solver had run out of time, with a bound 3 above what it found."""

    def cut_short(model, effort):
        found = solve_model(model, effort)
        return dataclasses.replace(found, outcome="time_limit", bound=found.bound + 3)

    monkeypatch.setattr("circle.siting_cover.solve_model", cut_short)
    problem = plain_problem(csr_array(np.eye(3)), [5, 3, 2]).limit_count(2)
    (plan,) = other_plans(problem, 1)
    assert (plan.objective, plan.bound, plan.status) == (8, 11, "time_limit")


def test_a_bound_of_whole_weights_is_whole():
    """Money for one and a half: the relaxation covers one item and half the other."""
    for weight, bound in ((5, 7), (5.5, 8.25)):
        problem = plain_problem(csr_array(np.eye(2)), [weight] * 2, cost=[2, 2])
        plan = solve_cover(problem.limit_cost(3), "lp")
        assert (plan.objective, plan.bound) == (weight, bound)


def test_weights_are_rounded_so_that_order_does_not_matter():
    weight = exact_amounts(np.random.default_rng(3).random(1000))
    assert len({float(weight[np.random.default_rng(k).permutation(1000)].sum())
                for k in range(20)}) == 1  # fmt: skip


def test_merging_keeps_marked_items_apart():
    cover = csr_array(np.ones((1, 3)))
    mark = np.array([True, False, True])
    assert merge_items(cover, [mark]).group.tolist() == [0, 1, 0]


def random_cover(seed, n_options=60, n_items=400, near=0.09):
    random = np.random.default_rng(seed)
    sites, people = random.random((n_options, 2)), random.random((n_items, 2))
    apart = np.linalg.norm(sites[:, None] - people[None], axis=2)
    return csr_array((apart < near).astype(float)), random.integers(1, 90, n_items)


def test_bounds_by_prices_lie_between_the_relaxation_and_twice_its_gap():
    cover, weight = random_cover(1)
    problem = plain_problem(cover, weight).limit_count(8)
    values = cover_values(problem)
    plan = choose_greedily(problem, values)
    bound = bound_by_prices(values, knapsack_of(problem), plan).value
    relaxed = solve_cover(problem, "lp").bound
    assert plan_worth(values, plan) <= relaxed <= bound + 1e-6
    assert bound <= relaxed * 1.02


def test_a_time_limit_ends_with_a_plan_and_an_honest_status():
    cover, weight = random_cover(2, n_options=200, n_items=3000)
    problem = plain_problem(cover, weight).limit_count(12)
    plan = solve_cover(problem, "exact", effort=Effort(0.01))
    assert plan.status in {"time_limit", "optimal"}
    assert plan.objective > 0
    assert plan.bound >= plan.objective


def test_a_gap_ends_the_search_early():
    cover, weight = random_cover(3)
    problem = plain_problem(cover, weight).limit_count(8)
    plan = solve_cover(problem, "exact", effort=Effort(gap=0.05))
    best = solve_cover(problem, "exact").objective
    assert plan.gap_pct <= 5
    assert plan.objective <= best <= plan.bound


@pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")
@pytest.mark.parametrize("seed", range(3))
def test_objectives_equal_those_of_spopt(seed):
    pulp = pytest.importorskip("pulp")
    locate = pytest.importorskip("spopt.locate")
    cover, weight = random_cover(seed, n_options=25, n_items=120, near=0.15)
    weight = weight.astype(float)
    apart = np.where(cover.toarray().T > 0, 1.0, 2.0)
    solver = pulp.HiGHS(msg=False)
    theirs = locate.MCLP.from_cost_matrix(apart, weight, 1.5, 5).solve(solver)
    problem = plain_problem(cover, weight).limit_count(5)
    mine = solve_cover(problem, "exact").objective
    assert mine == pytest.approx(pulp.value(theirs.problem.objective))
    reached = apart[cover.toarray().sum(axis=0) > 0]
    theirs = locate.LSCP.from_cost_matrix(reached, 1.5).solve(solver)
    fewest, _ = require_reachable(plain_problem(cover))
    mine = solve_cover(fewest, "exact").objective
    assert mine == pytest.approx(pulp.value(theirs.problem.objective))


@pytest.mark.parametrize("seed", range(4))
def test_annealing_finds_the_best_of_small_problems_and_keeps_what_is_held(seed):
    random = np.random.default_rng(seed)
    cover = csr_array((random.random((9, 30)) < 0.25).astype(float))
    values = cover_values(plain_problem(cover, random.integers(0, 9, 30)))
    free = np.arange(9) != 4
    found = anneal(values, [0, 1, 4], free, swaps=20_000)
    assert found == anneal(values, [0, 1, 4], free, swaps=20_000)
    assert 4 in found
    best = max(
        plan_worth(values, (*pair, 4))
        for pair in itertools.combinations(np.flatnonzero(free).tolist(), 2)
    )
    assert plan_worth(values, found) == best
    assert 4 in anneal(values, [0, 1, 4], free, swaps=20_000, course=1)
    held = np.zeros(9, bool)
    assert anneal(values, [0, 1], held) == [0, 1]
    assert anneal(values, [0, 1, 4], free, deadline=0.0) == [0, 1, 4]


def test_plans_put_together_are_no_worse_than_the_best_of_them():
    cover = csr_array(np.eye(6))
    problem = plain_problem(cover, [6, 5, 4, 3, 2, 1]).limit_count(3)
    values, knapsack = cover_values(problem), knapsack_of(problem)
    plans = [[0, 4, 5], [1, 3, 5]]
    joined = join_plans(values, knapsack, plans, deadline=np.inf)
    # Of the options of both, without the third that neither has.
    assert sorted(joined) == [0, 1, 3]
    assert join_plans(values, knapsack, plans[:1], deadline=np.inf) == plans[0]
