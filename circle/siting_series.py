"""Plans in series: coverage against sites or budget, years, cover then minutes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.errors import Words
from circle.siting_cover import Solver, solve_cover
from circle.siting_highs import Effort
from circle.siting_plan import Plan, broken_requirements, covered_weight
from circle.siting_problem import CoverProblem, Service, no_limits
from circle.siting_swaps import improve_by_swaps

_ONE_YEAR = Words("one year of opening each", zh="每处点位只在一年开放")
_FIRST_COVER = Words("the cover of the first plan", zh="不低于原方案的覆盖")


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
    years: Sequence[int] = (),
) -> Phased:
    """
    Spread a problem over years with a budget each.

    Parameters
    ----------
    problem
        A problem; its own limits hold over all years, its floors in the last year.
    earliest
        Place of the first year in which each option may open, shape (options,).
    budgets
        Budget of each year; what is left over is not carried on.
    years
        Years that go into the names of the limits; 1, 2 and so on if not given.

    Returns
    -------
    phased
        A site opens in one year at most, with all its options, and covers from then
        on, so that the objective is the covered weight summed over the years: cover
        early. Where facilities have sizes, these hold in each year.

    Raises
    ------
    ValueError
        If the problem has required items, or the aim is cost.
    """
    if len(problem.required) or problem.aim == "cost":
        message = "phases need the aim to cover, and no required items"
        raise ValueError(message)
    n_years = len(budgets)
    option, year = (one.ravel() for one in np.mgrid[0 : problem.n_options, 0:n_years])
    kept = year >= np.asarray(earliest)[option]
    option, year = option[kept], year[kept]
    parts = [
        # Every item once for each year from the opening on.
        _late_cover(problem.cover, option, np.flatnonzero(year <= later), later)
        for later in range(n_years)
    ]
    row, column = (np.concatenate(one) for one in zip(*parts, strict=True))
    shape = len(option), problem.n_items * n_years
    cover = csr_array(coo_array((np.ones(len(row)), (row, column)), shape=shape))
    spread = _spread(problem, cover, (option, year), n_years)
    for k, amount in enumerate(budgets):
        name = Words(f"the budget of year {k + 1}", zh=f"第 {k + 1} 年的预算")
        if years:
            name = Words(f"the budget of {years[k]}", zh=f"{years[k]} 年的预算")
        spread = spread.limit_cost(amount, name, options=np.flatnonzero(year == k))
    locked = np.flatnonzero(problem.locked)
    spread = spread.lock_any([np.flatnonzero(option == one) for one in locked])
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
    held = problem.with_floor(_FIRST_COVER, everything, share)
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
    opening: tuple[NDArray[np.int64], NDArray[np.int64]],
    n_years: int,
) -> CoverProblem:
    """Carry weights, costs, limits, floors and sizes over to all years."""
    option, year = opening
    n, last = len(option), (n_years - 1) * problem.n_items
    _, first, site = np.unique(
        problem.site[option] * n_years + year, return_index=True, return_inverse=True
    )
    of_site = problem.site[option[first]]
    spread = CoverProblem(
        cover=cover,
        weight=np.tile(problem.weight, n_years),
        cost=problem.cost[option],
        site=site,
        site_cost=problem.site_cost[of_site],
        locked=np.zeros(n, bool),
        forbidden=problem.forbidden[option],
        limits=no_limits(n, len(of_site)),
        floors=tuple(replace(one, items=one.items + last) for one in problem.floors),
        locks=_in_last(problem.locks, n_years),
        service=_tile_service(problem.service, option, n_years),
    )
    limits = problem.limits
    return spread.with_limits(
        replace(
            limits,
            options=csr_array(limits.options.tocsc()[:, option].tocsr()),
            sites=csr_array(limits.sites.tocsc()[:, of_site].tocsr()),
        )
    ).one_of_place(of_site, _ONE_YEAR)


def _in_last(locks: NDArray[np.bool_], n_years: int) -> NDArray[np.bool_]:
    """Ask for what must open by the last year."""
    earlier = np.zeros(len(locks) * (n_years - 1), bool)
    return np.concatenate([earlier, locks])


def _tile_service(
    service: Service | None, option: NDArray[np.int64], n_years: int
) -> Service | None:
    """Let a facility serve as many people in each year."""
    if service is None:
        return None
    n_periods = int(service.period.max(initial=0)) + 1
    later = np.repeat(np.arange(n_years), len(service.period)) * n_periods
    return Service(
        service.capacity[option],
        np.tile(service.people, n_years),
        np.tile(service.period, n_years) + later,
    )


def _late_cover(
    cover: csr_array,
    option: NDArray[np.int64],
    opened: NDArray[np.int64],
    year: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Say what the options opened so far cover in a year."""
    entries = coo_array(cover[option[opened]])
    return opened[entries.row], entries.col.astype(np.int64) + year * cover.shape[1]
