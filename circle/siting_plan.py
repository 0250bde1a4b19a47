"""What a siting plan reports, what it is worth, and which requirements it misses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from circle.errors import Words
from circle.siting_problem import CoverProblem
from circle.siting_shares import share_out

Status = Literal["optimal", "feasible", "time_limit"]


# Gaps below this, as a share, are rounding: bound and objective are then the same.
SAME_SHARE = 1e-9


@dataclass(frozen=True)
class Plan:
    """The options chosen, what they are worth, and how good that is at most."""

    options: tuple[int, ...]
    """Positions of the chosen options, in the order they were chosen."""
    objective: float
    """What the plan is worth: weight covered, cost, or distance."""
    bound: float
    """No plan is better than this; NaN if nothing is known."""
    status: Status
    """``optimal``: proven; ``time_limit``: the time ran out before; else feasible."""
    seconds: float
    """How long it took."""

    @property
    def gap_pct(self) -> float:
        """How far objective and bound are apart, in per cent of the objective."""
        apart = abs(self.bound - self.objective)
        if apart <= SAME_SHARE * max(abs(self.objective), abs(self.bound)):
            return 0.0
        return 100.0 * apart / abs(self.objective) if self.objective else float("inf")

    def proven(self, bound: float, *, timed_out: bool = False) -> Self:
        """Give the plan a bound and the status that follows from it."""
        one = replace(self, bound=bound)
        if one.gap_pct == 0:
            return replace(one, bound=self.objective, status="optimal")
        return replace(one, status="time_limit" if timed_out else "feasible")


def exact_amounts(amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Round amounts so that every sum of them is exact, whatever its order.

    Parameters
    ----------
    amount
        Amounts, 0 or more.

    Returns
    -------
    rounded
        Multiples of a power of two; each differs by at most 2^-52 of the total. Whole
        numbers below 2^52 stay as they are.

    Notes
    -----
    Gains are then equal or not whatever the order of rows, and ties are settled by
    the stated rule and not by rounding.

    Examples
    --------
    >>> float(exact_amounts(np.array([3.0, 0.5])).sum())
    3.5
    """
    total = float(amount.sum())
    if not total:
        return amount
    quantum = 2.0 ** (np.ceil(np.log2(total)) - 52)
    return np.asarray(np.rint(amount / quantum) * quantum)


def covered_weight(problem: CoverProblem, options: Sequence[int]) -> float:
    """
    Sum the weight that options cover together.

    Parameters
    ----------
    problem
        The problem.
    options
        Positions of the options.

    Returns
    -------
    weight
        Each item counts once; where facilities have sizes, as far as it is served.
    """
    if problem.service is not None:
        return share_out(problem, options).worth
    return float(exact_amounts(problem.weight)[covered_items(problem, options)].sum())


def covered_items(problem: CoverProblem, options: Sequence[int]) -> NDArray[np.bool_]:
    """
    Say which items are covered by any of some options.

    Parameters
    ----------
    problem
        The problem.
    options
        Positions of the options.

    Returns
    -------
    covered
        Shape (items,).
    """
    covered = np.zeros(problem.n_items, bool)
    chosen = np.asarray(options, np.int64)
    if len(chosen):
        covered[problem.cover[chosen].indices] = True
    return covered


def plan_cost(problem: CoverProblem, options: Sequence[int]) -> float:
    """
    Sum the cost of options and of the sites they open.

    Parameters
    ----------
    problem
        The problem.
    options
        Positions of the options.

    Returns
    -------
    cost
        Each site is paid once.
    """
    chosen = np.sort(np.asarray(options, np.int64))
    sites = np.unique(problem.site[chosen])
    return float(problem.cost[chosen].sum() + problem.site_cost[sites].sum())


def broken_requirements(problem: CoverProblem, options: Sequence[int]) -> list[str]:
    """
    Name the requirements that a plan does not meet.

    Parameters
    ----------
    problem
        The problem.
    options
        Positions of the options.

    Returns
    -------
    names
        Empty if the plan is feasible.
    """
    chosen = np.asarray(sorted(set(options)), np.int64)
    inside = np.zeros(problem.n_options)
    inside[chosen] = 1.0
    opened = np.zeros(len(problem.site_cost))
    opened[problem.site[chosen]] = 1.0
    limits = problem.limits
    used = limits.options @ inside + limits.sites @ opened
    room = SLACK * np.maximum(1.0, np.abs(limits.at_most))
    names = [limits.name[i] for i in np.flatnonzero(used > limits.at_most + room)]
    covered = covered_items(problem, options)
    for floor in problem.floors:
        got = float(problem.weight[floor.items[covered[floor.items]]].sum())
        if got < floor.at_least - SLACK * max(1.0, floor.at_least):
            names.append(floor.name)
    missed = problem.must_cover & ~covered
    locks = problem.must_open
    if (missed & ~locks).any():
        names.append(REQUIRED_ITEMS)
    if (missed & locks).any() or (problem.locked & (inside == 0)).any():
        names.append(LOCKED)
    if (problem.forbidden & (inside == 1)).any():
        names.append(_FORBIDDEN)
    asks = bool(problem.floors) or problem.must_cover.any()
    if not names and asks and problem.service is not None:
        # Those in reach are enough: is there room for them?
        names += [] if share_out(problem, options).meets else [ROOM]
    return names


# Amounts are sums of decimals: this much over a limit, as a share, is rounding.
SLACK = 1e-9


REQUIRED_ITEMS = Words("items that must be covered", zh="必须覆盖的缺项或需求点")


LOCKED = Words("locked sites", zh="锁定的点位")


ROOM = Words("people that a facility serves at most", zh="每处设施最多服务的人数")


_FORBIDDEN = Words("forbidden sites", zh="禁用的点位")
