"""Branch and bound, and dominance, against brute force."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from test_siting_solvers import check_plans

from circle.errors import InputError
from circle.siting_bound import Knapsack, bound_by_prices, plan_worth
from circle.siting_branch import Search
from circle.siting_cover import require_reachable, solve_cover
from circle.siting_dominance import reduce_cover
from circle.siting_problem import no_limits, plain_problem
from circle.siting_table import read_matrix


@st.composite
def matrices(draw):
    """Small matrices of whole values, many of them 0."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    shape = draw(st.integers(1, 8)), draw(st.integers(1, 10))
    values = random.integers(1, 20, shape) * (random.random(shape) < 0.6)
    return csr_array(values.astype(float))


@settings(max_examples=60, deadline=None)
@given(matrices(), st.integers(0, 5), st.booleans(), st.integers(0, 7))
def test_branching_finds_the_best(values, at_most, locked, seed):
    n = values.shape[0]
    random = np.random.default_rng(seed)
    held, closed = np.zeros(n, bool), np.zeros(n, bool)
    held[random.integers(n)] = locked and at_most > 0
    closed[random.integers(n)] = True
    closed &= ~held
    limit = Knapsack(np.ones(n), float(at_most), held, closed)
    plans = [
        plan
        for size in range(at_most + 1)
        for plan in itertools.combinations(np.flatnonzero(~closed).tolist(), size)
        if set(np.flatnonzero(held)) <= set(plan)
    ]
    best = max(plan_worth(values, plan) for plan in plans)
    start = np.flatnonzero(held).tolist()
    root = bound_by_prices(values, limit, start, rounds=3)
    search = Search(values, limit, start, 1 - 1e-6)
    plan, bound = search.run(root, gap=0.0, deadline=np.inf, nodes=10_000)
    assert (plan_worth(values, plan), bound) == (best, best)
    assert len(plan) <= at_most
    assert not closed[plan].any()
    assert set(start) <= set(plan)


def test_a_search_cut_short_still_bounds():
    random = np.random.default_rng(3)
    values = csr_array(random.integers(1, 100, (30, 60)).astype(float))
    free = np.zeros(30, bool)
    limit = Knapsack(np.ones(30), 6.0, free, free)
    root = bound_by_prices(values, limit, [0], rounds=20)
    short = Search(values, limit, [0], 1 - 1e-6).run(
        root, gap=0.0, deadline=np.inf, nodes=3
    )
    whole = Search(values, limit, [0], 1 - 1e-6).run(
        root, gap=0.0, deadline=np.inf, nodes=100_000
    )
    assert plan_worth(values, short[0]) <= plan_worth(values, whole[0])
    assert plan_worth(values, whole[0]) == whole[1] < short[1] <= root.value


@settings(max_examples=60, deadline=None)
@given(matrices())
def test_dominance_keeps_the_least_number(values):
    cover = csr_array((values.toarray() > 0).astype(float))
    reached = np.flatnonzero(cover.sum(axis=0))
    options, items = reduce_cover(cover)
    marks = cover.toarray() > 0

    def fewest(rows, columns):
        for size in range(len(rows) + 1):
            for plan in itertools.combinations(rows, size):
                if marks[np.ix_(plan, columns)].any(axis=0).all():
                    return size, plan
        raise AssertionError

    size, _ = fewest(range(cover.shape[0]), reached)
    assert fewest(options, items)[0] == size
    # Nothing is left that something else left makes needless.
    left = marks[np.ix_(options, items)]
    for one, other in itertools.permutations(range(len(options)), 2):
        assert (left[one] & ~left[other]).any() or not len(items)
    for one, other in itertools.permutations(range(len(items)), 2):
        assert (left[:, one] & ~left[:, other]).any()
    # The plan of what is left covers all that can be covered.
    assert marks[list(fewest(options, items)[1])][:, reached].any(axis=0).all()
    problem, _ = require_reachable(plain_problem(cover))
    assert solve_cover(problem, "exact").objective == size


@settings(max_examples=60, deadline=None)
@given(matrices(), st.data())
def test_least_cost_where_more_is_asked_than_that_all_are_covered(values, data):
    """What dominance leaves out must not be what something else asks for."""
    n, n_items = values.shape

    def drawn(most):
        return data.draw(st.lists(st.integers(0, most - 1), max_size=2, unique=True))

    alike = data.draw(st.booleans())
    problem = plain_problem(
        values,
        cost=np.full(n, 2) if alike else np.arange(n) % 3,
        locked=drawn(n),
        forbidden=drawn(n),
    )
    if data.draw(st.booleans()):
        problem = replace(problem, site_cost=np.arange(n) % 2 + 1.0)
    if data.draw(st.booleans()):
        half = replace(problem, site=np.arange(n) // 2)
        n_sites = (n + 1) // 2
        limits = no_limits(n, n_sites)
        problem = replace(half, site_cost=np.ones(n_sites), limits=limits)
    if data.draw(st.booleans()):
        problem = problem.limit_count(data.draw(st.integers(0, n)))
    if group := drawn(n):
        problem = problem.lock_any([group])
    if items := drawn(n_items):
        problem = problem.with_floor("some", items, 1.0)
    problem, _ = require_reachable(problem)
    check_plans(problem)


@pytest.mark.parametrize(
    ("rows", "chinese"),
    [
        ("a,1,x,-2\n", "table.csv: 第2行: 列“distance”: 距离为负数"),
        ("a,1,x,2\na,3,y,2\n", "table.csv: 以下需求点的权重前后不同：a"),
        ("a,one,x,2\n", "table.csv: 第2行: 列“weight”: 发现 one"),
    ],
)
def test_problems_of_tables_are_told_in_chinese(tmp_path, rows, chinese):
    path = tmp_path / "table.csv"
    path.write_text("demand_id,weight,candidate_id,distance\n" + rows, "utf-8")
    with pytest.raises(InputError) as caught:
        read_matrix(path)
    (one,) = caught.value.gathered
    assert one.in_language("zh").startswith(chinese)
