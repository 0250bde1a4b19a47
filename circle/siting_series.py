"""Plans in series: coverage against sites or budget, years, cover then minutes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.siting_cover import Solver, solve_cover
from circle.siting_highs import Effort
from circle.siting_plan import Plan, broken_requirements, covered_weight
from circle.siting_problem import CoverProblem, no_limits
from circle.siting_swaps import improve_by_swaps


@dataclass(frozen=True)
class Phased:
    """A problem over years, and what its options and items stand for."""

    problem: CoverProblem
    """One option per option and year of opening, one item per item and year."""
    option: NDArray[np.int64]
    """Option of each option of the problem."""
    year: NDArray[np.int64]
    """Place of the year in which it opens, 0 for the first."""


def trace_frontier(
    problem: CoverProblem,
    amounts: Sequence[float],
    *,
    budget: bool = False,
    solver: Solver = "greedy",
    effort: Effort | None = None,
) -> pd.DataFrame:
    """
    Solve a problem for several numbers of sites or budgets.

    Parameters
    ----------
    problem
        The problem without that limit.
    amounts
        Numbers of sites, or budgets.
    budget
        The amounts are budgets.
    solver
        How each is solved.
    effort
        Time limit of each, and the gap at which to stop.

    Returns
    -------
    frontier
        One row per amount, ascending: ``amount``, ``objective``, ``bound``,
        ``gap_pct``, ``status``, ``options``. A plan of a smaller amount stands in
        where the one found for more is worth less.

    Examples
    --------
    >>> from circle.siting_problem import plain_problem
    >>> problem = plain_problem(csr_array(np.eye(3)), [5, 3, 2])
    >>> trace_frontier(problem, [1, 2])["objective"].tolist()
    [5.0, 8.0]
    """
    rows: list[dict[str, object]] = []
    last: Plan | None = None
    for amount in sorted(amounts):
        limited = (
            problem.limit_cost(amount) if budget else problem.limit_count(int(amount))
        )
        plan = solve_cover(limited, solver, effort=effort)
        if last is not None and last.objective > plan.objective:
            bound = max(plan.bound, last.objective)
            plan = replace(last, seconds=plan.seconds).proven(bound)
        rows.append(
            {
                "amount": amount,
                "objective": plan.objective,
                "bound": plan.bound,
                "gap_pct": plan.gap_pct,
                "status": plan.status,
                "options": plan.options,
            }
        )
        last = plan
    columns = ["amount", "objective", "bound", "gap_pct", "status", "options"]
    return pd.DataFrame(rows, columns=columns)


def phase_problem(
    problem: CoverProblem,
    earliest: NDArray[np.int64],
    budgets: Sequence[float],
) -> Phased:
    """
    Spread a problem over years with a budget each.

    Parameters
    ----------
    problem
        A problem with a site per option; its own limits hold over all years.
    earliest
        Place of the first year in which each option may open, shape (options,).
    budgets
        Budget of each year; what is left over is not carried on.

    Returns
    -------
    phased
        An option opens in one year at most and covers from then on, so that the
        objective is the covered weight summed over the years: cover early.

    Raises
    ------
    ValueError
        If options share sites, or the problem has floors or required items.
    """
    if not problem.one_option_per_site or problem.floors or len(problem.required):
        message = "phases need a site per option, and no floors or required items"
        raise ValueError(message)
    n_years = len(budgets)
    option, year = (one.ravel() for one in np.mgrid[0 : problem.n_options, 0:n_years])
    kept = year >= np.asarray(earliest)[option]
    option, year = option[kept], year[kept]
    n = len(option)
    parts = [
        # Every item once for each year from the opening on.
        _late_cover(problem.cover, option, np.flatnonzero(year <= later), later)
        for later in range(n_years)
    ]
    row, column = (np.concatenate(one) for one in zip(*parts, strict=True))
    shape = n, problem.n_items * n_years
    cover = csr_array(coo_array((np.ones(len(row)), (row, column)), shape=shape))
    spread = _spread(problem, cover, option, n_years)
    for k, amount in enumerate(budgets):
        name = f"the budget of year {k + 1}"
        spread = spread.limit_cost(amount, name, options=np.flatnonzero(year == k))
    if problem.locked.any():
        spread = _lock_some_year(spread, problem, option)
    return Phased(spread, option, year)


def shorten_ways(
    problem: CoverProblem,
    plan: Plan,
    minutes: csr_array,
    *,
    time_limit_s: float = np.inf,
) -> Plan:
    """
    Among plans that cover no less, seek one with shorter ways.

    Parameters
    ----------
    problem
        The problem that the plan solves.
    plan
        The plan.
    minutes
        Minutes of each pair plus 1, stored where an option covers an item.
    time_limit_s
        Seconds at most.

    Returns
    -------
    plan
        As good as before by its objective, bound and status; the weighted minutes of
        what it covers are no more than before, and no single swap makes them less.

    Notes
    -----
    First cover, then minutes: swaps under the requirement that the covered weight
    does not fall.
    """
    begun = time.monotonic()
    everything = np.arange(problem.n_items)
    whole = float(problem.weight.sum())
    share = covered_weight(problem, plan.options) / whole if whole else 0.0
    held = problem.with_floor("the cover of the first plan", everything, share)
    entries = coo_array(minutes)
    far = float(entries.data.max(initial=0.0)) + 1.0
    saved = problem.weight[entries.col] * (far - entries.data)
    values = csr_array(coo_array((saved, (entries.row, entries.col)), minutes.shape))
    options = improve_by_swaps(
        held, values, plan.options, deadline=begun + time_limit_s
    )
    if broken_requirements(held, options):
        return plan
    seconds = plan.seconds + time.monotonic() - begun
    return replace(plan, options=tuple(options), seconds=seconds)


def weighted_minutes(
    problem: CoverProblem, options: Sequence[int], minutes: csr_array
) -> float:
    """
    Sum weight times minutes over what a plan covers, each item to its nearest option.

    Parameters
    ----------
    problem
        The problem.
    options
        Positions of the options.
    minutes
        Minutes of each pair plus 1, stored where an option covers an item.

    Returns
    -------
    total
        Weight times minutes.
    """
    entries = coo_array(minutes)
    inside = np.isin(entries.row, list(options))
    nearest = np.full(problem.n_items, np.inf)
    np.minimum.at(nearest, entries.col[inside], entries.data[inside] - 1.0)
    covered = np.isfinite(nearest)
    return float((nearest[covered] * problem.weight[covered]).sum())


def _spread(
    problem: CoverProblem,
    cover: csr_array,
    option: NDArray[np.int64],
    n_years: int,
) -> CoverProblem:
    """Carry weights, costs and limits over to the options of all years."""
    n = len(option)
    cost = (problem.cost + problem.site_cost[problem.site])[option]
    limits = problem.limits
    amounts = csr_array(limits.options + limits.sites[:, problem.site])
    spread = CoverProblem(
        cover=cover,
        weight=np.tile(problem.weight, n_years),
        cost=cost,
        site=np.arange(n),
        site_cost=np.zeros(n),
        locked=np.zeros(n, bool),
        forbidden=problem.forbidden[option],
        limits=no_limits(n, n),
    )
    return spread.with_limits(
        replace(
            limits,
            options=csr_array(amounts.tocsc()[:, option].tocsr()),
            sites=csr_array((len(limits.name), n)),
        )
    ).one_version(option, "one year of opening each")


def _late_cover(
    cover: csr_array,
    option: NDArray[np.int64],
    opened: NDArray[np.int64],
    year: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Say what the options opened so far cover in a year."""
    entries = coo_array(cover[option[opened]])
    return opened[entries.row], entries.col.astype(np.int64) + year * cover.shape[1]


def _lock_some_year(
    spread: CoverProblem, problem: CoverProblem, option: NDArray[np.int64]
) -> CoverProblem:
    """Require that locked options open in some year."""
    locked = np.flatnonzero(problem.locked)
    mine = np.flatnonzero(np.isin(option, locked))
    column = spread.n_items + np.searchsorted(locked, option[mine])
    entries = coo_array(spread.cover)
    row = np.concatenate([entries.row, mine])
    columns = np.concatenate([entries.col, column])
    shape = spread.n_options, spread.n_items + len(locked)
    cover = csr_array(coo_array((np.ones(len(row)), (row, columns)), shape=shape))
    # An item of no weight that only the years of the locked option cover.
    required = np.arange(shape[1]) >= spread.n_items
    weight = np.concatenate([spread.weight, np.zeros(len(locked))])
    return replace(spread, cover=cover, weight=weight, required=required)
