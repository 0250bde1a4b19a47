"""Solve a cover problem greedily, relaxed or exactly, always with a bound."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_bound import knapsack_of
from circle.siting_conflict import raise_clash, uncoverable_items
from circle.siting_dominance import lessen_problem
from circle.siting_exchange import improve_by_exchanges
from circle.siting_fixing import solve_by_fixing
from circle.siting_greedy import (
    choose_greedily,
    complete_plan,
    cover_values,
    drop_needless,
)
from circle.siting_groups import merge_problem
from circle.siting_highs import Effort, solve_model
from circle.siting_model import CoverModel, build_model, pairs_of
from circle.siting_plan import (
    Plan,
    broken_requirements,
    covered_weight,
    plan_cost,
)
from circle.siting_problem import CoverProblem
from circle.siting_quick_bound import quick_bound
from circle.siting_shares import service_of, share_out
from circle.siting_swaps import improve_by_swaps

Solver = Literal["greedy", "lp", "exact"]

# Above so many pairs times options of the plan there are no swaps.
_MOST_SWAPS = 2_000_000_000
_SHARE_OF_SWAPS = 0.25


def solve_cover(
    problem: CoverProblem, solver: Solver = "greedy", *, effort: Effort | None = None
) -> Plan:
    """
    Choose a plan and bound what any plan can be worth.

    Parameters
    ----------
    problem
        The problem.
    solver
        ``greedy``: greedy rule and swaps; ``lp``: linear relaxation, rounded;
        ``exact``: proven optimal unless time runs out.
    effort
        Time limit, and the gap at which to stop.

    Returns
    -------
    plan
        Objective: covered weight, or cost where the aim is ``cost``.

    Raises
    ------
    SitingError
        If no plan meets the requirements; it says which of them clash.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    >>> plan = solve_cover(plain_problem(cover, [5, 1, 2]).limit_count(1), "exact")
    >>> plan.options, plan.objective, plan.bound, plan.status
    ((0,), 6.0, 6.0, 'optimal')
    """
    begun = time.monotonic()
    effort = effort or Effort()
    deadline = begun + effort.time_limit_s
    small, options = lessen_problem(merge_problem(problem))
    plan = _first_plan(small, deadline)
    knapsack = knapsack_of(small)
    if solver == "exact" and knapsack is not None:
        found, bound = solve_by_fixing(
            small, cover_values(small), plan, effort=_left(effort, deadline)
        )
    elif solver == "exact":
        found, bound = _solve_whole(small, plan, _left(effort, deadline))
    elif solver == "lp":
        found, bound = _relax(small, plan, effort, deadline)
    else:
        found, bound = (
            plan,
            quick_bound(small, knapsack, plan, deadline, enough=effort.enough),
        )
    found = [int(one) for one in options[found]]
    bound = _sharpen(problem, found, bound)
    timed_out = time.monotonic() >= deadline
    made = Plan(
        tuple(found), worth_of(problem, found), bound, "feasible",
        time.monotonic() - begun,
    )  # fmt: skip
    return made.proven(bound, timed_out=timed_out)


def require_reachable(problem: CoverProblem) -> tuple[CoverProblem, NDArray[np.int64]]:
    """
    Require every item that some option covers, at the least cost.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    problem
        Location set covering: all coverable items are required, the aim is cost.
    uncoverable
        Positions of the items that no open option covers; they are left out.
    """
    out = uncoverable_items(problem)
    return replace(problem, required=~out, aim="cost"), np.flatnonzero(out)


def other_plans(
    problem: CoverProblem, k: int, *, effort: Effort | None = None
) -> list[Plan]:
    """
    Find the best plans, each without at least one option of every earlier one.

    Parameters
    ----------
    problem
        The problem.
    k
        Plans at most.
    effort
        Time limit for all of them, and the gap at which to stop.

    Returns
    -------
    plans
        The best first; fewer where no other plan is feasible or time runs out.

    Notes
    -----
    No-good cuts: at least one option of each earlier plan stays closed.
    """
    effort = effort or Effort()
    deadline = time.monotonic() + effort.time_limit_s
    small, plans = merge_problem(problem), list[Plan]()
    while len(plans) < k:
        begun = time.monotonic()
        whole = build_model(small, unlike=[one.options for one in plans])
        found = solve_model(whole.model, _left(effort, deadline))
        if not len(found.values):
            break
        options = _tidy(small, whole.plan_of(found.values))
        worth = worth_of(problem, options)
        plan = Plan(tuple(options), worth, found.bound, "feasible",
                    time.monotonic() - begun)  # fmt: skip
        bound = worth if found.outcome == "optimal" and not effort.gap else found.bound
        plans.append(plan.proven(bound, timed_out=found.outcome == "time_limit"))
        if not options:
            break
    return plans


def worth_of(problem: CoverProblem, options: Sequence[int]) -> float:
    """
    Give the objective of a plan.

    Parameters
    ----------
    problem
        The problem.
    options
        Positions of the options.

    Returns
    -------
    objective
        Covered weight, or cost where that is the aim.
    """
    if problem.aim == "cost":
        return plan_cost(problem, options)
    return covered_weight(problem, options)


def _first_plan(problem: CoverProblem, deadline: float) -> list[int]:
    """Choose greedily and swap; where requirements are missed, ask the solver."""
    values = cover_values(problem)
    plan = choose_greedily(problem, values)
    if broken_requirements(problem, plan):
        effort = Effort(deadline - time.monotonic(), gap=0.5)
        whole = build_model(problem)
        found = solve_model(whole.model, effort)
        if not len(found.values):
            raise_clash(problem)
        plan = whole.plan_of(found.values)
    if problem.aim == "cost":
        return drop_needless(problem, plan)
    now = time.monotonic()
    until = now + _SHARE_OF_SWAPS * (deadline - now)
    return _swap(problem, values, plan, until)


def _swap(
    problem: CoverProblem, values: csr_array, plan: list[int], deadline: float
) -> list[int]:
    """Swap as long as that gains, and add what still fits."""
    if problem.service is not None:
        swapped = improve_by_exchanges(problem, values, plan, deadline=deadline)
        return better_plan(problem, plan, complete_plan(problem, values, swapped))
    if problem.cover.nnz * len(plan) > _MOST_SWAPS:
        return plan
    plan = improve_by_swaps(problem, values, plan, deadline=deadline)
    return complete_plan(problem, values, plan)


def _solve_whole(
    problem: CoverProblem, plan: list[int], effort: Effort
) -> tuple[list[int], float]:
    """Solve the whole model, beginning with a plan."""
    whole = build_model(problem)
    found = solve_model(whole.model, effort, start=_start(problem, whole, plan))
    if found.outcome == "infeasible":
        raise_clash(problem)
    best = plan
    if len(found.values):
        best = better_plan(problem, plan, _tidy(problem, whole.plan_of(found.values)))
    if found.outcome == "optimal" and not effort.gap:
        return best, worth_of(problem, best)
    return best, found.bound


def _relax(
    problem: CoverProblem, plan: list[int], effort: Effort, deadline: float
) -> tuple[list[int], float]:
    """Solve the relaxation, round it, and improve what comes of it as a greedy plan."""
    whole = build_model(problem)
    left = _left(effort, deadline)
    found = solve_model(whole.model, replace(left, relaxed=True))
    if not len(found.values):
        return plan, found.bound
    taken = found.values[: len(whole.options)]
    order = np.argsort(-taken, kind="stable")
    wanted = [int(whole.options[k]) for k in order if taken[k] > 1e-6]
    values = cover_values(problem)
    rounded = complete_plan(problem, values, [], wanted=wanted)
    if broken_requirements(problem, rounded):
        return plan, found.bound
    if problem.aim == "cost":
        improved = drop_needless(problem, rounded)
    else:
        improved = _swap(problem, values, rounded, deadline)
    return better_plan(problem, plan, improved), found.bound


def _sharpen(problem: CoverProblem, plan: Sequence[int], bound: float) -> float:
    """Tighten a bound by what is known of the objective without any search."""
    worth = worth_of(problem, plan)
    if problem.aim == "cover":
        reachable = float(problem.weight[~uncoverable_items(problem)].sum())
        if (
            problem.service is None
            and (problem.weight == np.rint(problem.weight)).all()
        ):
            bound = float(np.floor(bound + 1e-6)) if np.isfinite(bound) else bound
        return max(worth, min(bound, reachable))
    paid = np.concatenate([problem.cost, problem.site_cost])
    if (paid == np.rint(paid)).all():
        bound = float(np.ceil(bound - 1e-6))
    return min(worth, bound)


def better_plan(problem: CoverProblem, one: list[int], other: list[int]) -> list[int]:
    """
    Take the better of two plans.

    Parameters
    ----------
    problem
        The problem.
    one
        A plan; taken where both are equal.
    other
        Another plan.

    Returns
    -------
    plan
        A plan that misses a requirement is worse than any that misses none.
    """
    sign = -1.0 if problem.aim == "cost" else 1.0

    def rating(plan: list[int]) -> tuple[bool, float]:
        return not broken_requirements(problem, plan), sign * worth_of(problem, plan)

    return max(one, other, key=rating)


def _tidy(problem: CoverProblem, plan: list[int]) -> list[int]:
    """Order the options of a plan by what they add, and leave out what adds nothing."""
    if problem.aim == "cost":
        return sorted(plan)
    tidied = complete_plan(problem, cover_values(problem), [], only=plan)
    # What adds nothing may still be asked for.
    return sorted(plan) if broken_requirements(problem, tidied) else tidied


def _start(
    problem: CoverProblem, whole: CoverModel, plan: list[int]
) -> NDArray[np.float64] | None:
    """Write a plan as values of the variables, where these are options only."""
    n = len(whole.options)
    inside = np.isin(whole.options, plan).astype(float)
    values = np.zeros(len(whole.model.worth))
    values[:n] = inside
    rows = whole.model.rows
    sites = np.unique(problem.site[whole.options])
    shared = len(sites) < n
    if shared:
        opened = np.isin(sites, problem.site[plan]).astype(float)
        values[n : n + len(sites)] = opened
    if problem.service is not None:
        served = _start_shares(problem, plan)
        values[len(values) - len(served) :] = served
        return values
    # An item is served as far as the rows allow it.
    entries = rows[:, n + (len(sites) if shared else 0) :].tocoo()
    structure = whole.model.requirement[entries.row] < 0
    mine = structure & (entries.data == 1.0) & (whole.model.row_upper[entries.row] == 0)
    open_now = -(rows[entries.row[mine]] @ values)
    first = n + (len(sites) if shared else 0)
    values[first + entries.col[mine]] = np.clip(open_now, 0.0, 1.0)
    return values


def _start_shares(problem: CoverProblem, plan: list[int]) -> NDArray[np.float64]:
    """Share people out, pair by pair; items without people go to one of the options."""
    pairs, people = pairs_of(problem), service_of(problem).people
    if not pairs.nnz:
        return np.zeros(0)
    values = np.asarray(share_out(problem, plan).share[pairs.row, pairs.col])
    roomless = np.flatnonzero(np.isin(pairs.row, plan) & (people[pairs.col] == 0))
    _, first = np.unique(pairs.col[roomless], return_index=True)
    values[roomless[first]] = 1.0
    return values


def _left(effort: Effort, deadline: float) -> Effort:
    """Give what is left of the time."""
    return replace(effort, time_limit_s=max(deadline - time.monotonic(), 0.01))
