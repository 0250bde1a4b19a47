"""Sizes of facilities, with everything they go with: by hand and by force."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from circle.errors import SitingError
from circle.siting_conflict import find_clash
from circle.siting_cover import _start, other_plans, require_reachable, solve_cover
from circle.siting_exchange import improve_by_exchanges
from circle.siting_greedy import choose_greedily, cover_values
from circle.siting_groups import merge_problem
from circle.siting_model import build_model
from circle.siting_plan import broken_requirements, covered_weight
from circle.siting_problem import CoverProblem, Service, no_limits, plain_problem
from circle.siting_series import phase_problem, trace_frontier
from circle.siting_shares import service_of, share_out

SOLVERS = ("greedy", "lp", "exact")


def sized(problem, capacity, people=None, period=None):
    """A problem with sizes of facilities."""
    people = problem.weight if people is None else people
    period = np.zeros(problem.n_items, int) if period is None else period
    service = Service(np.asarray(capacity, float), np.asarray(people, float), period)
    return replace(problem, service=service)


def worth_by_program(problem, options):
    """Most weight that options serve, by another solver; None if that is too little."""
    service = problem.service
    pairs = problem.cover[list(options)].tocoo() if options else None
    n = 0 if pairs is None else pairs.nnz
    if not n:
        asked = problem.must_cover.any() or any(f.at_least > 0 for f in problem.floors)
        return None if asked else 0.0
    option, item = np.asarray(options)[pairs.row], pairs.col
    upper, limits = [], []
    for k, period in itertools.product(options, set(service.period.tolist())):
        if np.isfinite(service.capacity[k]):
            mine = (option == k) & (service.period[item] == period)
            upper.append(np.where(mine, service.people[item], 0.0))
            limits.append(service.capacity[k])
    for one in range(problem.n_items):
        upper.append((item == one).astype(float))
        limits.append(1.0)
        if problem.must_cover[one]:
            upper.append(-(item == one).astype(float))
            limits.append(-1.0)
    for floor in problem.floors:
        upper.append(-np.where(np.isin(item, floor.items), problem.weight[item], 0.0))
        limits.append(-floor.at_least)
    found = linprog(
        -problem.weight[item], A_ub=np.array(upper), b_ub=limits, bounds=(0, 1)
    )
    return -found.fun if found.status == 0 else None


def best_by_force(problem):
    """The most that any set of options serves within limits; None if there is none."""
    bare = replace(problem, floors=(), service=None, required=np.zeros(0, bool))
    within_reach = {
        one: float(problem.weight @ problem.cover[list(one)].max(axis=0).toarray())
        if one
        else 0.0
        for size in range(problem.n_options + 1)
        for one in itertools.combinations(range(problem.n_options), size)
        if not broken_requirements(bare, one)
    }
    best = None
    for one in sorted(within_reach, key=within_reach.get, reverse=True):
        # Nobody out of reach is served: no set from here on serves more.
        if best is not None and within_reach[one] <= best:
            break
        worth = worth_by_program(problem, list(one))
        if worth is not None:
            best = worth if best is None else max(best, worth)
    return best


def check_plans(problem):
    """Every solver keeps its promises on a problem with sizes."""
    best = best_by_force(problem)
    for solver in SOLVERS:
        if best is None:
            with pytest.raises(SitingError):
                solve_cover(problem, solver)
            continue
        plan = solve_cover(problem, solver)
        assert not broken_requirements(problem, plan.options)
        assert plan.objective <= best + 1e-5
        assert plan.bound >= best - 1e-5
        worth = worth_by_program(problem, list(plan.options))
        assert plan.objective == pytest.approx(worth, abs=1e-5)
        if solver == "exact":
            assert plan.objective == pytest.approx(best, abs=1e-5)
            assert plan.status == "optimal"
        served = share_out(problem, plan.options)
        check_shares(problem, plan.options, served.share.toarray())
    return best


def check_shares(problem, options, share):
    """Nobody is served twice, by a closed option, out of reach, or without room."""
    service = problem.service
    assert (share >= 0).all()
    assert (share.sum(axis=0) <= 1 + 1e-6).all()
    assert not share[np.setdiff1d(np.arange(problem.n_options), options)].any()
    assert not share[problem.cover.toarray() == 0].any()
    for period in set(service.period.tolist()):
        people = np.where(service.period == period, service.people, 0.0)
        assert (share @ people <= service.capacity + 1e-5).all()


@st.composite
def problems(draw, n_options=5, n_items=6):
    """Small problems with sizes and whatever goes with them."""
    random = np.random.default_rng(draw(st.integers(0, 100_000)))
    cover = csr_array((random.random((n_options, n_items)) < 0.5).astype(float))
    people = random.integers(0, 9, n_items).astype(float)
    weight = people * random.choice([0.5, 1.0], n_items)
    shared = draw(st.booleans())
    site = np.array([0, 0, 1, 2, 2])[:n_options] if shared else np.arange(n_options)
    # Some sites may have no option at all, among the others or after them.
    site = site + draw(st.booleans()) * (site > 0)
    n_sites = int(site.max()) + 1 + draw(st.booleans())
    problem = CoverProblem(
        cover=cover,
        weight=weight,
        cost=random.integers(0, 4, n_options).astype(float),
        site=site,
        site_cost=random.integers(0, 4, n_sites).astype(float),
        locked=np.zeros(n_options, bool),
        forbidden=random.random(n_options) < 0.1,
        limits=no_limits(n_options, n_sites),
    )
    room = random.integers(0, 14, n_options).astype(float)
    room[random.random(n_options) < 0.2] = np.inf
    problem = sized(problem, room, people)
    if draw(st.booleans()):
        problem = problem.limit_count(draw(st.integers(0, n_sites)))
    if draw(st.booleans()):
        problem = problem.limit_cost(draw(st.integers(0, 9)))
    if draw(st.booleans()):
        area = random.integers(1, 4, n_options)
        problem = problem.limit_area(area, random.integers(1, 7, n_sites))
    for name, items in (("north", [0, 1, 2]), ("south", [1, 3])):
        if draw(st.booleans()):
            share = draw(st.sampled_from([0.2, 0.5, 0.9]))
            problem = problem.with_floor(name, items, share)
    if draw(st.booleans()):
        problem = problem.lock_any([np.flatnonzero(site == site[-1])])
    return problem


@settings(max_examples=30, deadline=None)
@given(problems())
def test_sizes_go_with_floors_areas_budgets_and_locks(problem):
    check_plans(problem)


@settings(max_examples=40, deadline=None)
@given(problems(), st.booleans(), st.booleans())
def test_a_plan_to_begin_with_is_a_solution_of_the_model(problem, has_sizes, is_cost):
    """A start that breaks a row would be dropped without a word."""
    if not has_sizes:
        problem = replace(problem, service=None)
    if is_cost:
        problem, _ = require_reachable(replace(problem, floors=()))
    try:
        plan = solve_cover(problem)
    except SitingError:
        return
    whole = build_model(problem)
    model, start = whole.model, _start(problem, whole, list(plan.options))
    rows = model.rows @ start
    assert (rows >= model.row_lower - 1e-6).all()
    assert (rows <= model.row_upper + 1e-6).all()
    assert ((start >= model.lower) & (start <= model.upper)).all()
    assert np.isin(start[model.whole], (0, 1)).all()
    assert whole.plan_of(start) == sorted(plan.options)
    assert float(model.worth @ start) == pytest.approx(plan.objective)


@settings(max_examples=15, deadline=None)
@given(problems(n_options=4, n_items=4), st.integers(0, 8), st.integers(0, 8))
def test_sizes_go_with_years(problem, first, second):
    phased = phase_problem(problem, np.array([0, 0, 0, 1]), [first, second])
    check_plans(phased.problem)


@settings(max_examples=15, deadline=None)
@given(problems())
def test_everybody_is_served_at_the_least_cost(problem):
    problem, _ = require_reachable(replace(problem, floors=()))
    needed = [
        float(problem.cost[list(one)].sum())
        + float(problem.site_cost[np.unique(problem.site[list(one)])].sum())
        for size in range(problem.n_options + 1)
        for one in itertools.combinations(range(problem.n_options), size)
        if not broken_requirements(replace(problem, service=None), one)
        and worth_by_program(problem, list(one)) is not None
    ]
    for solver in SOLVERS:
        if not needed:
            with pytest.raises(SitingError):
                solve_cover(problem, solver)
            continue
        plan = solve_cover(problem, solver)
        assert not broken_requirements(problem, plan.options)
        assert plan.bound - 1e-6 <= min(needed) <= plan.objective + 1e-6
        if solver == "exact":
            assert plan.objective == pytest.approx(min(needed))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 4))
def test_greedy_keeps_its_promise_for_a_number_of_sites(seed, n_sites):
    random = np.random.default_rng(seed)
    cover = csr_array((random.random((5, 6)) < 0.5).astype(float))
    people = random.integers(0, 9, 6).astype(float)
    problem = sized(plain_problem(cover, people), random.integers(0, 20, 5))
    problem = problem.limit_count(n_sites)
    best = check_plans(problem)
    assert solve_cover(problem).objective >= (1 - 1 / np.e) * best - 1e-6


def exchanged(problem, trials=10_000):
    """The greedy plan before and after exchanges."""
    values = cover_values(problem)
    plan = choose_greedily(problem, values)
    return plan, improve_by_exchanges(problem, values, plan, trials=trials)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_exchanges_keep_what_is_asked_and_never_lose(problem):
    before, after = exchanged(problem)
    if broken_requirements(problem, before):
        assert after == before
        return
    assert not broken_requirements(problem, after)
    assert len(set(after)) == len(after)
    gained = covered_weight(problem, after) - covered_weight(problem, before)
    # Another plan is taken only where it is worth more.
    assert gained > 0 or after == before
    assert exchanged(problem)[1] == after
    best = best_by_force(problem)
    assert covered_weight(problem, after) <= best + 1e-5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_no_swap_of_two_sites_gains_more_after_exchanges(seed, n_sites):
    random = np.random.default_rng(seed)
    cover = csr_array((random.random((9, 12)) < 0.3).astype(float))
    people = random.integers(0, 9, 12).astype(float)
    problem = sized(plain_problem(cover, people), random.integers(0, 20, 9))
    problem = problem.limit_count(n_sites)
    _, plan = exchanged(problem)
    worth = covered_weight(problem, plan)
    for place, option in itertools.product(range(len(plan)), range(9)):
        trial = [*plan[:place], option, *plan[place + 1 :]]
        assert covered_weight(problem, trial) <= worth + 1e-6


def test_exchanges_put_right_what_greedy_missed():
    # The middle option serves 10, but the outer two serve 16 together.
    cover = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))
    problem = sized(plain_problem(cover, [3, 5, 5, 3]), [8, 10, 8]).limit_count(2)
    before, after = exchanged(problem)
    assert (covered_weight(problem, before), covered_weight(problem, after)) == (13, 16)
    assert sorted(after) == [0, 2]
    assert solve_cover(problem).objective == 16
    # Of equals the lower site comes in; without trials nothing does.
    equal = sized(
        plain_problem(csr_array(np.eye(4)), [2, 5, 5, 5]), [9, 9, 9, 9]
    ).limit_count(1)
    assert improve_by_exchanges(equal, cover_values(equal), [0]) == [1]
    assert improve_by_exchanges(equal, cover_values(equal), [0], trials=0) == [0]


def test_a_dear_site_takes_the_place_of_several():
    # One site serves 9 for 6; the greedy rule spends on two that serve 4 each for 2.
    cover = csr_array(np.eye(4))
    problem = plain_problem(cover, [4, 4, 9, 1], cost=[2, 2, 6, 5])
    problem = sized(problem, [9, 9, 9, 9]).limit_cost(6)
    before, after = exchanged(problem)
    assert sorted(improve_by_exchanges(problem, cover_values(problem), [0, 1])) == [2]
    assert covered_weight(problem, before) <= covered_weight(problem, after) == 9
    # A locked option stays, and so does what a floor asks for.
    locked = replace(problem, locked=np.array([True, False, False, False]))
    assert improve_by_exchanges(locked, cover_values(locked), [0, 1]) == [0, 1]
    floor = problem.with_floor("north", [1], 1.0)
    assert improve_by_exchanges(floor, cover_values(floor), [0, 1]) == [0, 1]


@settings(max_examples=30, deadline=None)
@given(problems())
def test_items_in_the_reach_of_the_same_options_may_be_one(problem):
    merged = merge_problem(problem)
    assert merged.n_items <= problem.n_items
    for size in range(1, 3):
        for one in itertools.combinations(range(problem.n_options), size):
            some = covered_weight(merged, one), covered_weight(problem, one)
            assert some[0] == pytest.approx(some[1], abs=1e-5)
            both = broken_requirements(merged, one), broken_requirements(problem, one)
            assert both[0] == both[1]


def test_people_are_given_up_to_serve_somebody_else():
    # Option 0 serves both items, option 1 the first one only.
    cover = csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    problem = sized(plain_problem(cover, [5, 4]), [5, 5])
    assert share_out(problem, [0]).worth == 5
    served = share_out(problem, [0, 1])
    assert served.worth == 9
    assert served.share.toarray() @ [5, 4] == pytest.approx([5, 4])
    assert share_out(problem, []).worth == 0
    # Whoever weighs more has the place.
    dear = sized(plain_problem(cover, [5, 8]), [4, 0], people=[5, 4])
    assert share_out(dear, [0]).worth == 8


def test_who_must_be_served_has_the_place_of_who_weighs_more():
    # Room for one of two items, of which the lighter one must be served.
    problem = sized(plain_problem(csr_array(np.ones((1, 2))), [10, 5]), [5], [5, 5])
    assert share_out(problem, [0]).worth == 10
    held = replace(problem, required=np.array([False, True]))
    served = share_out(held, [0])
    assert (served.worth, served.meets) == (5, True)
    assert served.share.toarray().tolist() == [[0, 1]]
    for solver in SOLVERS:
        plan = solve_cover(held.limit_count(1), solver)
        assert (plan.options, plan.objective) == ((0,), 5)
    both = replace(problem, required=np.ones(2, bool))
    assert not share_out(both, [0]).meets


def test_items_without_people_take_no_room():
    cover = csr_array(np.array([[1.0, 1.0]]))
    problem = sized(plain_problem(cover, [5, 3]), [0], people=[5, 0])
    for solver in SOLVERS:
        plan = solve_cover(problem.limit_count(1), solver)
        assert (plan.options, plan.objective) == ((0,), 3)


def test_requirements_that_clash_are_named():
    cover = csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    problem = sized(plain_problem(cover, [10, 10, 10]), [8, 8])
    room = "people that a facility serves at most"
    north = problem.with_floor("north", [0], 0.9)
    assert find_clash(north) == (room, "north")
    both = problem.with_floor("all", [0, 1, 2], 0.5)
    assert find_clash(both.limit_count(1)) == ("at most 1 site", room, "all")
    for solver in SOLVERS:
        with pytest.raises(SitingError, match=f"{room}; north"):
            solve_cover(north, solver)
        with pytest.raises(SitingError, match=f"at most 1 site; {room}; all"):
            solve_cover(both.limit_count(1), solver)
    # The budget of one year is enough for one of two locked sites.
    locked = replace(problem, locked=np.ones(2, bool))
    phased = phase_problem(locked, np.zeros(2, int), [1.0, 0.0])
    names = "the budget of year 1; the budget of year 2; locked sites"
    with pytest.raises(SitingError, match=names):
        solve_cover(phased.problem)


def test_sizes_have_frontiers_and_other_plans():
    cover = csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]]))
    problem = sized(plain_problem(cover, [10, 10, 10]), [12, 9, 8])
    table = trace_frontier(problem, [0, 1, 2, 3], solver="exact")
    assert table["objective"].tolist() == [0, 12, 21, 29]
    plans = other_plans(problem.limit_count(1), 3)
    assert [one.objective for one in plans] == [12, 9, 8]
    assert covered_weight(problem, plans[0].options) == 12


def test_a_problem_without_sizes_is_told():
    with pytest.raises(ValueError, match="expected `service`"):
        service_of(plain_problem(csr_array(np.eye(2))))
