"""Choose sites for a district of the size of Pudong, and compare with spopt."""

import time
import warnings
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

from benchmarks import report
from benchmarks.measure import describe_machine, keep_result, peak_mb
from benchmarks.street_cover import make_street_cover
from circle.siting_cover import Solver, solve_cover
from circle.siting_highs import Effort
from circle.siting_problem import CoverProblem, no_limits, plain_problem

PACKAGES = ("highspy", "numba", "numpy", "scipy", "spopt", "PuLP")
SIDE_M = 34_785.0  # 1,210 km², as Pudong
RADIUS_M = 1_000.0
N_SITES = 50
N_TYPES = 21
# Demands and candidates of the comparison: what spopt builds and solves in seconds.
SMALL = (1_000, 150, 10)
LIMIT_S = 60.0
# What each layout is called, its seed, and the part of the points around town centres.
# In the first towns, many centres lie close together.
LAYOUTS = (
    ("evenly spread", 2026, 0.0),
    ("in towns", 2026, 0.6),
    ("in other towns", 1, 0.6),
    ("in third towns", 2, 0.6),
    ("nearly all in towns", 3, 0.9),
)
TASKS: tuple[tuple[str, Solver, float], ...] = (
    ("greedy with bound", "greedy", 0.0),
    ("exact within 1 %", "exact", 0.01),
)


def make_cover(
    n_demands: int,
    n_candidates: int,
    *,
    seed: int = 2026,
    side_m: float = SIDE_M,
    in_towns: float = 0.6,
) -> tuple[csr_array, NDArray[np.float64]]:
    """
    Make a district of points and say who is within reach of whom.

    Parameters
    ----------
    n_demands
        Demands.
    n_candidates
        Candidates.
    seed
        Random seed.
    side_m
        Side of the square in metres.
    in_towns
        Part of the points that lie around 60 centres; the others lie anywhere.

    Returns
    -------
    cover
        Sparse matrix (candidates, demands) of metres in a straight line plus 1,
        within `RADIUS_M`.
    people
        People of each demand.
    """
    random = np.random.default_rng(seed)
    centres = random.uniform(0, side_m, (60, 2))

    def points(n: int) -> NDArray[np.float64]:
        near = centres[random.integers(0, 60, n)] + random.normal(0, 2_500, (n, 2))
        far = random.uniform(0, side_m, (n, 2))
        return np.where(random.random((n, 1)) < in_towns, near, far)

    demands, candidates = KDTree(points(n_demands)), KDTree(points(n_candidates))
    pairs = candidates.sparse_distance_matrix(demands, RADIUS_M, output_type="ndarray")
    people = np.rint(random.gamma(1.0, 47.0, n_demands))
    where = pairs["i"], pairs["j"]
    shape = n_candidates, n_demands
    return csr_array(coo_array((pairs["v"] + 1, where), shape=shape)), people


def _warm_up() -> None:
    """Solve a small problem, so that what numba compiles is compiled before."""
    solve_cover(plain_problem(*make_cover(500, 50)).limit_count(3), "exact")


def measure_plans(n_demands: int, n_candidates: int) -> dict[str, Any]:
    """
    Solve one type greedily and exactly, and all types together greedily.

    Parameters
    ----------
    n_demands
        Demands.
    n_candidates
        Candidates.

    Returns
    -------
    measured
        Rows of figures, and the size of the problem.
    """
    _warm_up()
    cover, people = make_cover(n_demands, n_candidates)
    rows = []
    for place, seed, in_towns in LAYOUTS:
        instance = make_cover(n_demands, n_candidates, seed=seed, in_towns=in_towns)
        one_type = plain_problem(*instance).limit_count(N_SITES)
        rows += _timed_tasks(place, one_type)
    name = f"all {N_TYPES} types, greedy with bound, in towns"
    every = _all_types(cover, people)
    rows.append(_timed(name, every, "greedy", Effort()))
    return {
        "rows": rows,
        "demands": n_demands,
        "candidates": n_candidates,
        "pairs": int(cover.nnz),
        "sites": N_SITES,
        "peak_mb": peak_mb(),
    }


def measure_streets(size: str, n_candidates: int) -> dict[str, Any]:
    """
    Solve one type on the streets of a demo district.

    Parameters
    ----------
    size
        Size of the demo, such as ``pudong``.
    n_candidates
        Candidates.

    Returns
    -------
    measured
        Rows of figures, and the size of the problem.
    """
    _warm_up()
    cover, people = make_street_cover(size, n_candidates)
    one_type = plain_problem(cover, people).limit_count(N_SITES)
    return {
        "rows": _timed_tasks(f"streets of the demo ({size})", one_type),
        "demands": cover.shape[1],
        "candidates": cover.shape[0],
        "pairs": int(cover.nnz),
    }


def _timed_tasks(place: str, problem: CoverProblem) -> list[dict[str, Any]]:
    """Solve greedily and exactly."""
    return [
        _timed(f"{name}, {place}", problem, solver, Effort(LIMIT_S, gap=gap))
        for name, solver, gap in TASKS
    ]


def _timed(
    name: str, problem: CoverProblem, solver: Solver, effort: Effort
) -> dict[str, Any]:
    """Solve, and keep the figures of the plan."""
    begun, work = time.perf_counter(), time.process_time()
    plan = solve_cover(problem, solver, effort=effort)
    return {
        "name": name,
        "seconds": time.perf_counter() - begun,
        "processor_seconds": time.process_time() - work,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap_pct": plan.gap_pct,
        "status": plan.status,
    }


def compare_spopt(n_demands: int, n_candidates: int, n_sites: int) -> dict[str, Any]:
    """
    Solve one problem with circle and with spopt, both with HiGHS.

    Parameters
    ----------
    n_demands
        Demands.
    n_candidates
        Candidates.
    n_sites
        Sites.

    Returns
    -------
    compared
        Seconds and objectives of both; without spopt's where it is not installed.
    """
    side_m = SIDE_M / 6
    cover, people = make_cover(n_demands, n_candidates, side_m=side_m)
    problem = plain_problem(cover, people).limit_count(n_sites)
    plan = solve_cover(problem, "exact", effort=Effort(LIMIT_S))
    compared = {
        "demands": n_demands,
        "candidates": n_candidates,
        "sites": n_sites,
        "circle": {"seconds": plan.seconds, "objective": plan.objective},
    }
    try:
        import pulp  # noqa: PLC0415 - optional
        from spopt.locate import MCLP  # noqa: PLC0415 - optional
    except ImportError:
        return compared
    metres = cover.T.toarray()
    metres = np.where(metres > 0, metres - 1, 10 * RADIUS_M)
    begun = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MCLP.from_cost_matrix(metres, people, RADIUS_M, n_sites)
        solved = model.solve(pulp.HiGHS(msg=False, timeLimit=LIMIT_S))
    seconds = time.perf_counter() - begun
    found = float(pulp.value(solved.problem.objective))
    compared["spopt"] = {"seconds": seconds, "objective": found}
    return compared


def _all_types(cover: csr_array, people: NDArray[np.float64]) -> CoverProblem:
    """Put all types at all candidates, each with demands of its own."""
    n_candidates, n_demands = cover.shape
    random = np.random.default_rng(7)
    entries = coo_array(cover)
    where: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for one in range(N_TYPES):
        # What exists covers some already: another part for each type.
        missing = random.random(n_demands) < random.uniform(0.1, 0.6)
        kept = missing[entries.col]
        row = entries.row[kept].astype(np.int64) * N_TYPES + one
        where.append((row, entries.col[kept].astype(np.int64) + one * n_demands))
    row = np.concatenate([one[0] for one in where])
    column = np.concatenate([one[1] for one in where])
    shape = n_candidates * N_TYPES, n_demands * N_TYPES
    n_options = shape[0]
    shared = CoverProblem(
        cover=csr_array(coo_array((np.ones(len(row)), (row, column)), shape=shape)),
        weight=np.tile(people, N_TYPES),
        cost=np.ones(n_options),
        site=np.repeat(np.arange(n_candidates), N_TYPES),
        site_cost=np.zeros(n_candidates),
        locked=np.zeros(n_options, bool),
        forbidden=np.zeros(n_options, bool),
        limits=no_limits(n_options, n_candidates),
    )
    return shared.limit_count(N_SITES)


@click.command(help=__doc__)
@click.option("--demands", default=120_000, show_default=True)
@click.option("--candidates", default=4_000, show_default=True)
@click.option("--size", default="pudong", show_default=True, help="Size of the demo.")
@click.option("--only-streets", is_flag=True, help="Print the demo's rows, keep none.")
def main(*, demands: int, candidates: int, size: str, only_streets: bool) -> None:
    """Measure, keep and print."""
    streets = measure_streets(size, candidates)
    if only_streets:
        click.echo(report.street_rows(streets))
        return
    result = {
        **measure_plans(demands, candidates),
        "streets": streets,
        "spopt": compare_spopt(*SMALL),
        "rounds": 1,
        "machine": describe_machine(PACKAGES),
    }
    keep_result("siting", result)
    click.echo(report.siting_section(result))


if __name__ == "__main__":
    main()
