"""Plain tables of distances: reading, the four models, the command."""

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from circle.cli import main
from circle.errors import InputError, SitingError
from circle.siting_distance import DistanceProblem, solve_pcenter, solve_pmedian
from circle.siting_highs import Effort
from circle.siting_matrix import MatrixTask, result_record, solve_matrix
from circle.siting_matrix_series import matrix_alternatives, matrix_frontier
from circle.siting_table import read_matrix

PAGE = Path(__file__).parents[1] / "docs" / "siting.md"
SOLVERS = ("greedy", "lp", "exact")
HEAD = "demand_id,weight,candidate_id,distance\n"
SMALL = HEAD + "007,5,甲,3\n007,5,乙,9\n008,2,乙,1.5\n009,1,,\n"


def write(folder, text, *, name="table.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def run(*arguments: object):
    return CliRunner().invoke(main, ["site", *map(str, arguments)])


def solve(path, model, **rest: object):
    return solve_matrix(read_matrix(path), MatrixTask(model, **rest))


@pytest.mark.parametrize("solver", SOLVERS)
def test_models_by_hand(tmp_path, solver):
    path = write(tmp_path, SMALL)
    found = solve(path, "mclp", radius=3, p=1, solver=solver)
    assert (found.plan.objective, found.sites) == (5, ("甲",))
    assert found.uncoverable == ("009",)
    assert solve(path, "lscp", radius=3, solver=solver).plan.objective == 2
    assert solve(path, "lscp", radius=9, solver=solver).plan.objective == 1
    # 乙 serves both: 5 × 9 + 2 × 1.5.
    found = solve(path, "pmedian", p=1, solver=solver)
    assert (found.plan.objective, found.sites) == (48, ("乙",))
    assert solve(path, "pmedian", p=5, solver=solver).plan.objective == 18
    assert solve(path, "pcenter", p=1, solver=solver).plan.objective == 9
    assert solve(path, "pcenter", p=2, solver=solver).plan.objective == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_texts_of_any_office(tmp_path, encoding, separator):
    text = SMALL.replace(",", separator)
    table = read_matrix(write(tmp_path, text, encoding=encoding))
    assert table.demand_id.tolist() == ["007", "008", "009"]
    assert table.candidate_id.tolist() == ["乙", "甲"]
    assert table.weight.tolist() == [5, 2, 1]
    assert table.distance.tolist() == [9, 3, 1.5]


def test_parquet_says_the_same(tmp_path):
    csv = read_matrix(write(tmp_path, SMALL))
    rows = pd.read_csv(tmp_path / "table.csv", dtype={"demand_id": str})
    rows.to_parquet(tmp_path / "table.parquet")
    other = read_matrix(tmp_path / "table.parquet")
    for name, value in vars(csv).items():
        assert value.tolist() == getattr(other, name).tolist()


def test_parquet_with_texts_that_are_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    write(tmp_path, SMALL.replace("甲", "north"))
    rows = pd.read_csv(tmp_path / "table.csv", dtype={"demand_id": str})
    rows.to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"north", b"n\xffrth"))
    with pytest.raises(InputError, match="cannot be read"):
        read_matrix(path)


def test_the_least_of_double_pairs_counts_and_rows_may_stand_in_any_order(tmp_path):
    rows = ["a,1,x,5", "b,2,y,1", "a,1,x,2", "b,2,x,inf", "a,1,y,nan"]
    tables = [
        read_matrix(write(tmp_path, HEAD + "\n".join(order) + "\n"))
        for order in (rows, rows[::-1])
    ]
    for table in tables:
        assert table.distance.tolist() == [2, 1]
        assert table.demand.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty file"),
        ("demand_id,weight,candidate_id\na,1,x\n", "name distance"),
        (HEAD + "a,1,x,-2\n", r"'distance': row 2: found a negative"),
        (HEAD + "a,-1,x,2\n", r"'weight': row 2: found a negative"),
        (HEAD + "a,,x,2\n", r"'weight': row 2: found no number"),
        (HEAD + "a,1,x,2\na,one,x,2\n", r"'weight': row 3: found one"),
        (HEAD + ",1,x,2\n", r"'demand_id': row 2: found no id"),
        (HEAD + "a,1,,2\n", r"'candidate_id': row 2: found no id"),
        (HEAD + "a,1,x,2\na,3,y,2\n", "different weights for the demands a"),
        (HEAD + "a,1,x\n", "cannot be read"),
    ],
)
def test_wrong_tables_are_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_matrix(write(tmp_path, text))
    assert run("--matrix", tmp_path / "table.csv", "--model", "lscp",
               "--radius", 1).exit_code == 3  # fmt: skip


def test_a_file_that_is_not_there(tmp_path):
    found = run("--matrix", tmp_path / "none.csv", "--model", "pmedian", "--p", 1)
    assert found.exit_code == 3
    assert "cannot be read" in found.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--model", "mclp", "--p", 1),
        ("--model", "mclp", "--radius", 3),
        ("--model", "lscp"),
        ("--model", "pmedian"),
        ("--model", "pcenter", "--p", -1),
        ("--model", "lscp", "--radius", -1),
        ("--model", "lscp", "--radius", "nan"),
        ("--model", "other", "--p", 1),
    ],
)
def test_usage(tmp_path, arguments):
    path = write(tmp_path, SMALL)
    assert run("--matrix", path, *arguments).exit_code == 2
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("solver", SOLVERS)
def test_without_demands_or_sites(tmp_path, solver):
    empty = write(tmp_path, HEAD)
    for model in ("mclp", "lscp", "pmedian", "pcenter"):
        found = solve(empty, model, radius=1, p=1, solver=solver)
        assert (found.plan.objective, found.plan.status) == (0, "optimal")
    path = write(tmp_path, SMALL, name="small.csv")
    found = solve(path, "mclp", radius=3, p=0, solver=solver)
    assert (found.plan.objective, found.sites) == (0, ())
    with pytest.raises(SitingError, match="p = 0"):
        solve(path, "pcenter", p=0, solver=solver)


def test_too_few_sites_have_exit_code_4(tmp_path):
    path = write(tmp_path, HEAD + "a,1,x,1\nb,1,y,1\n")
    for model in ("pmedian", "pcenter"):
        found = run("--matrix", path, "--model", model, "--p", 1)
        assert found.exit_code == 4
        assert "expected at least 2" in found.stderr


def test_json_has_the_keys_and_only_numbers_json_knows(tmp_path):
    path = write(tmp_path, SMALL)
    found = run("--matrix", path, "--model", "pmedian", "--p", 1, "--json",
                "--solver", "exact", "--time-limit", 20)  # fmt: skip
    assert found.exit_code == 0
    record = json.loads(found.stdout)
    expected = {"objective": 48, "bound": 48, "gap": 0, "status": "optimal"}
    assert {key: record[key] for key in expected} == expected
    assert record["sites"] == ["乙"]
    assert record["uncoverable"] == 1
    assert record["seconds"] >= 0
    assert "NaN" not in found.stdout


def test_the_example_of_the_page(tmp_path):
    text = PAGE.read_text("utf-8")
    blocks = re.findall(r"example: (\w+) -->\n\n```\n(.*?)```", text, flags=re.DOTALL)
    table, result = (block for _, block in blocks)
    write(tmp_path, table, name="instance.csv")
    (line,) = re.findall(r"^circle site (.*) --json$", text, flags=re.MULTILINE)
    line = line.replace("instance.csv", str(tmp_path / "instance.csv"))
    found = run(*line.split())
    assert re.sub(r", [\d.]+ s\)", ")", found.stdout) == result
    keys = set(result_record(solve(tmp_path / "instance.csv", "pcenter", p=3)))
    assert keys <= set(re.findall(r"`(\w+)`", text))


@st.composite
def tables(draw):
    """Small full or sparse tables in which every demand has a candidate."""
    n_options, n_demands = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    distance = random.integers(0, 20, (n_options, n_demands)).astype(float)
    there = random.random((n_options, n_demands)) < draw(st.sampled_from([0.5, 2.0]))
    there[random.integers(n_options, size=n_demands), np.arange(n_demands)] = True
    option, demand = np.nonzero(there)
    weight = random.integers(0, 9, n_demands).astype(float)
    n_sites = draw(st.integers(1, 7))
    return DistanceProblem(
        option, demand, distance[option, demand], weight, n_options, n_sites
    )


def nearest(places, plan):
    inside = np.isin(places.option, plan)
    found = np.full(len(places.weight), np.inf)
    np.minimum.at(found, places.demand[inside], places.distance[inside])
    return found


@settings(max_examples=40, deadline=None)
@given(tables())
def test_distances_by_force(places):
    n = places.n_options
    ways = [
        nearest(places, plan)
        for size in range(1, min(places.n_sites, n) + 1)
        for plan in itertools.combinations(range(n), size)
    ]
    ways = [one for one in ways if np.isfinite(one).all()]
    for solve_model, objective in (
        (solve_pmedian, lambda one: one @ places.weight),
        (solve_pcenter, lambda one: one.max()),
    ):
        if not ways:
            with pytest.raises(SitingError):
                solve_model(places, "exact")
            continue
        best = min(objective(one) for one in ways)
        plans = {solver: solve_model(places, solver) for solver in SOLVERS}
        for plan in plans.values():
            assert plan.objective == objective(nearest(places, plan.options))
            assert plan.objective >= best >= plan.bound - 1e-6
        assert plans["exact"].objective == best
        assert plans["exact"].status == "optimal"


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("solver", SOLVERS)
def test_distances_in_any_unit_have_the_same_plan(unit, solver):
    places, _ = graph_instance(30, 3, seed=5)
    found = solve_pmedian(places, solver)
    same = solve_pmedian(replace(places, distance=places.distance * unit), solver)
    assert same.options == found.options
    assert same.status == found.status
    assert same.objective == pytest.approx(found.objective * unit, rel=1e-9)
    assert same.bound == pytest.approx(found.bound * unit, rel=1e-6)


def graph_instance(n, n_sites, seed):
    """A random graph as in the OR-Library: every node is demand and candidate."""
    random = np.random.default_rng(seed)
    edges = random.integers(0, n, (n * n // 25, 2))
    length = random.integers(1, 101, len(edges)).astype(float)
    ring = np.arange(n), np.roll(np.arange(n), 1)
    row, column = np.concatenate([edges[:, 0], ring[0]]), np.concatenate(
        [edges[:, 1], ring[1]]
    )  # fmt: skip
    whole = np.full((n, n), np.inf)
    np.minimum.at(whole, (row, column), np.concatenate([length, np.full(n, 100.0)]))
    whole[~np.isfinite(whole)] = 0
    distance = shortest_path(csr_array(whole), directed=False)
    option, demand = np.nonzero(np.isfinite(distance))
    return (
        DistanceProblem(
            option, demand, distance[option, demand], np.ones(n), n, n_sites
        ),
        distance,
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")
@pytest.mark.parametrize(("n", "n_sites"), [(40, 4), (60, 10)])
def test_distances_equal_those_of_spopt(n, n_sites):
    pulp = pytest.importorskip("pulp")
    locate = pytest.importorskip("spopt.locate")
    places, distance = graph_instance(n, n_sites, seed=n)
    solver = pulp.HiGHS(msg=False)
    theirs = locate.PMedian.from_cost_matrix(distance, places.weight, n_sites)
    value = pulp.value(theirs.solve(solver).problem.objective)
    assert solve_pmedian(places, "exact").objective == pytest.approx(value)
    theirs = locate.PCenter.from_cost_matrix(distance, n_sites)
    value = pulp.value(theirs.solve(solver).problem.objective)
    assert solve_pcenter(places, "exact").objective == pytest.approx(value)


def small_instance(seed, n=9, m=7):
    """A random table with some pairs missing, and its matrix of distances."""
    random = np.random.default_rng(seed)
    far = random.integers(1, 30, (n, m)).astype(float)
    far[random.random((n, m)) < 0.25] = np.inf
    far[:, 0] = np.where(np.isinf(far).all(axis=1), 5.0, far[:, 0])
    weight = random.integers(0, 6, n).astype(float)
    rows = [f"d{i},{weight[i]:g},k{j},{far[i, j]}" for i in range(n) for j in range(m)]
    return HEAD + "\n".join(rows) + "\n", far, weight


def worth_by_force(model, far, weight, radius):
    """Give the objective of a plan, worse than all where someone is not served."""

    def worth(plan):
        near = far[:, list(plan)].min(axis=1) if plan else np.full(len(far), np.inf)
        if model == "mclp":
            return -float(weight[near <= radius].sum())
        if np.isinf(near).any():
            return np.inf
        if model == "pcenter":
            return float(near.max())
        return float((weight * near).sum())

    return worth


@pytest.mark.parametrize("model", ["mclp", "pmedian", "pcenter"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_frontier_has_the_best_of_each_number(tmp_path, model, seed):
    text, far, weight = small_instance(seed)
    worth = worth_by_force(model, far, weight, 10)
    task = MatrixTask(model, radius=10, p=2, solver="exact")
    found = matrix_frontier(read_matrix(write(tmp_path, text)), task)
    sign = -1 if model == "mclp" else 1
    best = {
        p: min(
            worth(plan)
            for n in range(p + 1)
            for plan in itertools.combinations(range(far.shape[1]), n)
        )
        for p in range(5)
    }
    feasible = {p: one for p, one in best.items() if np.isfinite(one)}
    assert {one["p"]: sign * one["objective"] for one in found} == pytest.approx(
        feasible
    )
    assert all(one["status"] == "optimal" for one in found)


@pytest.mark.parametrize("model", ["mclp", "pmedian"])
@pytest.mark.parametrize("seed", [4, 5])
def test_alternatives_are_the_best_that_differ(tmp_path, model, seed):
    text, far, weight = small_instance(seed)
    worth = worth_by_force(model, far, weight, 10)
    task = MatrixTask(model, radius=10, p=3, solver="exact")
    table = read_matrix(write(tmp_path, text))
    found = matrix_alternatives(table, task, 4)
    assert len(found) == 4
    seen, before = [], -np.inf
    for one in found:
        plan = tuple(sorted(int(key[1:]) for key in one["sites"]))
        value = worth(plan)
        assert abs(value) == pytest.approx(one["objective"])
        assert one["status"] == "optimal"
        assert value >= before - 1e-9
        assert not any(set(old) <= set(plan) for old in seen)
        seen, before = [*seen, plan], value
    # No plan that differs from the first in this way is better than the second.
    plans = [
        plan
        for n in range(4)
        for plan in itertools.combinations(range(far.shape[1]), n)
        if not set(seen[0]) <= set(plan)
    ]
    assert min(map(worth, plans)) == pytest.approx(worth(seen[1]))


def test_series_of_a_table_on_the_command_line(tmp_path):
    path = write(tmp_path, SMALL)
    asked = ("--matrix", path, "--p", 1, "--radius", 3)
    record = json.loads(
        run(*asked, "--model", "mclp", "--alternatives", 2, "--frontier", "sites",
            "--json").stdout
    )  # fmt: skip
    assert [one["objective"] for one in record["alternatives"]] == [5, 2]
    assert [(one["p"], one["objective"]) for one in record["frontier"]] == [
        (0, 0), (1, 5), (2, 7)
    ]  # fmt: skip
    text = run(*asked, "--model", "mclp", "--frontier", "sites").output
    assert "  p 2: 7 (gap 0 %, optimal)  甲, 乙" in text
    for model, series in (
        ("pcenter", ("--alternatives", 2)),
        ("lscp", ("--frontier", "sites")),
        ("mclp", ("--frontier", "budget")),
    ):
        assert run(*asked, "--model", model, *series).exit_code == 2


def test_no_more_levels_than_the_model_holds(tmp_path, monkeypatch):
    monkeypatch.setattr("circle.siting_matrix_series._MOST_ENTRIES", 3)
    table = read_matrix(write(tmp_path, SMALL))
    with pytest.raises(ValueError, match="found 4 pairs of levels"):
        matrix_alternatives(table, MatrixTask("pmedian", p=1), 2)


@pytest.mark.parametrize("model", ["mclp", "lscp", "pmedian", "pcenter"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_short_time_limit_still_gives_a_plan_and_a_true_bound(
    tmp_path, model, solver
):
    text, *_ = small_instance(7, n=40, m=15)
    table = read_matrix(write(tmp_path, text))
    task = MatrixTask(model, radius=10, p=6, solver=solver)
    known = solve_matrix(table, replace(task, solver="exact")).plan
    assert known.status == "optimal"
    quick = replace(task, effort=Effort(1e-6))
    plan = solve_matrix(table, quick).plan
    sign = 1 if model == "mclp" else -1
    slack = 1e-9 * abs(known.objective)
    assert sign * plan.objective <= sign * known.objective + slack
    assert sign * plan.bound >= sign * known.objective - slack
    assert plan.gap_pct == 0 or plan.status == "time_limit"


def test_all_weights_zero_and_more_sites_than_candidates(tmp_path):
    path = write(tmp_path, HEAD + "a,0,x,1\nb,0,y,2\nb,0,y,1\n")
    for model in ("mclp", "pmedian", "pcenter"):
        for solver in SOLVERS:
            plan = solve(path, model, radius=5, p=9, solver=solver).plan
            assert plan.objective == (1 if model == "pcenter" else 0)
            assert (plan.gap_pct, plan.status) == (0, "optimal")
