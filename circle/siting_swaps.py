"""Swaps that improve a siting plan, one option for another."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_kernels import Rows, all_gains, rows_of, swap_profits, two_best
from circle.siting_plan import broken_requirements
from circle.siting_problem import CoverProblem

# Swaps looked at for one option of the plan before giving up on those that do not fit.
_TRIES = 200


def improve_by_swaps(
    problem: CoverProblem,
    values: csr_array,
    plan: Sequence[int],
    *,
    deadline: float = np.inf,
) -> list[int]:
    """
    Replace one option of a plan by another as long as that gains.

    Parameters
    ----------
    problem
        The problem; its requirements are kept where the plan meets them.
    values
        Value of each item to each option, shape (options, items).
    plan
        Options.
    deadline
        Time of `time.monotonic` after which to stop.

    Returns
    -------
    options
        A plan that no single swap improves, in the order of `plan` with the new
        option in the place of the old one.

    Notes
    -----
    Vertex substitution (Teitz and Bart, 1968) with the sums of Whitaker (1983). Of
    equal swaps the one with the lower positions is taken.
    """
    current = list(plan)
    if not current or broken_requirements(problem, current):
        return current
    rows, by_item = rows_of(values), rows_of(csr_array(values.T.tocsr()))
    active = np.ones(problem.n_items, bool)
    place = 0
    unchanged = 0
    # In turn, so that a swap is made as soon as one is found.
    while unchanged < len(current) and time.monotonic() < deadline:
        chosen = np.array(current, np.int64)
        best, second, owner = two_best(rows, chosen, problem.n_items)
        gain, _ = all_gains(rows, best, active)
        for _ in range(len(current)):
            if unchanged >= len(current):
                break
            found = _best_swap(
                problem, current, place, (by_item, best, second, owner, gain)
            )
            unchanged += 1
            if found is not None:
                current[place] = found
                unchanged = 0
            place = (place + 1) % len(current)
            if found is not None:
                break
    return current


def _best_swap(
    problem: CoverProblem,
    plan: list[int],
    place: int,
    table: tuple[Rows, NDArray[np.float64], NDArray[np.float64],
                 NDArray[np.int64], NDArray[np.float64]],
) -> int | None:  # fmt: skip
    """Find the best option to put in the place of one, if any is better."""
    by_item, best, second, owner, gain = table
    if problem.locked[plan[place]]:
        return None
    mine = np.flatnonzero(owner == place)
    profit = swap_profits(by_item, mine, best, second, gain)
    profit[problem.forbidden] = -np.inf
    profit[plan] = -np.inf
    least = 1e-12 * float(best.sum())
    better = np.flatnonzero(profit > least)
    order = better[np.argsort(-profit[better], kind="stable")]
    simple = _swaps_always_fit(problem)
    for option in order[:_TRIES]:
        trial = [*plan[:place], int(option), *plan[place + 1 :]]
        if simple or not broken_requirements(problem, trial):
            return int(option)
    return None


def _swaps_always_fit(problem: CoverProblem) -> bool:
    """Say whether all options use the same of every limit and nothing is required."""
    limits = problem.limits
    same = limits.options.nnz == 0 and problem.one_option_per_site
    if not same or problem.floors or problem.must_cover.any():
        return False
    rows = limits.sites.toarray()
    return bool((rows == rows[:, :1]).all()) if rows.size else True
