"""Exchanges that improve a plan of facilities with sizes: one site for others."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_draft import Draft
from circle.siting_greedy import complete_plan
from circle.siting_plan import broken_requirements, covered_weight
from circle.siting_problem import CoverProblem

# Exchanges measured for one plan at most, and pairs of option and item passed for that.
_MOST_TRIALS = 10_000
_MOST_PAIRS = 2_000_000_000
# Exchanges that seem to gain, tried in full at a time: some may miss a requirement.
_TRIES = 20
# Part of the objective below which exchanges gain the same.
_SAME = 1e-9


@dataclass(frozen=True)
class _Part:
    """What may be taken out of a plan at once: a site, or one of several options."""

    options: tuple[int, ...]
    """Its options."""
    loss: float
    """What the plan loses without it."""
    use: NDArray[np.float64]
    """What it uses of each limit."""


def improve_by_exchanges(
    problem: CoverProblem,
    values: csr_array,
    plan: Sequence[int],
    *,
    deadline: float = np.inf,
    trials: int = _MOST_TRIALS,
) -> list[int]:
    """
    Exchange a site of a plan, or one option there, for another site while that gains.

    Parameters
    ----------
    problem
        The problem, with or without sizes of facilities; its requirements are kept.
    values
        Value of each item to each option, shape (options, items).
    plan
        Options.
    deadline
        Time of `time.monotonic` after which to stop.
    trials
        Exchanges measured at most.

    Returns
    -------
    options
        A plan that is worth more, people shared out anew, or the plan itself where it
        misses a requirement or nothing is found. What is put in comes last.

    Notes
    -----
    Vertex substitution (Teitz and Bart, 1968) for sites with all their options, in two
    ways. One for one: parts go in the order of what is lost, the least first; for each
    the best is taken that the greedy rule would open in its place. One for several,
    where nothing else gains: a site is put in, and parts go that lose least for what
    they use of the limits that it breaks, until it fits; the best is taken. Of equals
    the lower site comes in. Then what fits is added, and all begins again.

    One for one gains no more than the new site on top of the plan, nor than the new
    site alone less what is lost, as what is served is submodular; what gains nothing by
    that is not measured. It ends when nothing gains, after `trials` measurements, or
    after 2 × 10⁹ divided by the pairs of option and item: counts, so that a result does
    not depend on the clock.

    Examples
    --------
    >>> from circle.siting_greedy import cover_values
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))
    >>> problem = plain_problem(cover, [3, 2, 2, 3]).limit_count(2)
    >>> improve_by_exchanges(problem, cover_values(problem), [1, 0])
    [0, 2]
    """
    current = list(plan)
    if not current or broken_requirements(problem, current):
        return current
    search = _Search(problem, values, deadline)
    search.left = min(trials, int(_MOST_PAIRS // max(problem.cover.nnz, 1)))
    while search.goes_on:
        found = search.improve(current)
        if found is None:
            break
        fuller = complete_plan(problem, values, found)
        kept = not broken_requirements(problem, fuller)
        current = fuller if kept and search.gains(fuller, found) else found
    return current


class _Search:
    """The search for exchanges: what is known of sites, and how much may be tried."""

    def __init__(
        self, problem: CoverProblem, values: csr_array, deadline: float
    ) -> None:
        self.problem, self._deadline = problem, deadline
        self.left = 0
        self._whole = Draft(problem, values, by_price=False)
        self._less = Draft(problem, values, by_price=False)
        order = np.argsort(problem.site, kind="stable")
        order = order[~problem.forbidden[order]]
        bounds = np.searchsorted(
            problem.site[order], np.arange(1, len(problem.site_cost))
        )
        self._at_site = [list(map(int, part)) for part in np.split(order, bounds)]
        # What each site is worth alone, whatever the limits.
        self._alone: list[float] = []

    @property
    def goes_on(self) -> bool:
        """Whether more may be tried."""
        return self.left > 0 and time.monotonic() < self._deadline

    def gains(self, plan: Sequence[int], over: Sequence[int]) -> bool:
        """Say whether a plan is worth more than another."""
        return covered_weight(self.problem, plan) > covered_weight(self.problem, over)

    def improve(self, plan: list[int]) -> list[int] | None:
        """Find an exchange that gains; None if there is none."""
        if not self._alone:
            self._whole.restart(())
            self._alone = [self._on_top(site) for site in range(len(self._at_site))]
        self._whole.restart(plan)
        worth = self._whole.worth
        parts = self._parts_of(plan, worth)
        on_top: dict[int, float] = {}
        for part in parts:
            found = self._one_for_one(plan, part, worth, on_top)
            if found is not None:
                return found
        return self._one_for_several(plan, parts, worth)

    def _parts_of(self, plan: list[int], worth: float) -> list[_Part]:
        """List what may be taken out, that which loses least first."""
        groups: list[tuple[int, ...]] = []
        for site in dict.fromkeys(self.problem.site[plan].tolist()):
            own = tuple(one for one in plan if self.problem.site[one] == site)
            groups += [own, *((one,) for one in own if len(own) > 1)]
        used, parts = self._whole.used.copy(), []
        for group in groups:
            if self.problem.locked[list(group)].any():
                continue
            self.left -= 1
            self._less.restart([one for one in plan if one not in group])
            loss = worth - self._less.worth
            parts.append(_Part(group, loss, used - self._less.used))
        return sorted(parts, key=lambda one: one.loss)

    def _one_for_one(
        self, plan: list[int], part: _Part, worth: float, on_top: dict[int, float]
    ) -> list[int] | None:
        """Find the best site to put in the place of a part of a plan."""
        rest = [one for one in plan if one not in part.options]
        self._less.restart(rest)
        order = sorted(range(len(self._alone)), key=lambda k: (-self._alone[k], k))
        least = best = _SAME * (worth or 1.0)
        # The best may miss a requirement: then the others count too.
        asks = bool(self.problem.floors) or bool(self.problem.must_cover.any())
        found = []
        for site in order:
            if self._alone[site] - part.loss <= best or not self.goes_on:
                break
            if site not in on_top:
                on_top[site] = self._on_top(site)
            if on_top[site] <= best:
                continue
            self.left -= 1
            gain, _, options = self._less.bundle(site)
            if gain - part.loss > least:
                # In steps, so that rounding does not tell equals apart.
                steps = round((gain - part.loss) / least)
                found.append((-steps, site, [*rest, *options]))
                best = best if asks else max(best, gain - part.loss - least)
        return self._first_that_gains(plan, found)

    def _one_for_several(
        self, plan: list[int], parts: Sequence[_Part], worth: float
    ) -> list[int] | None:
        """Find the best site to put in, with parts that make room for it."""
        least = _SAME * (worth or 1.0)
        found = []
        for site in range(len(self._at_site)):
            if not self.goes_on:
                break
            self.left -= 1
            options, used = self._whole.bundle_over(site)
            gone = _make_room(parts, used, self._whole.room)
            if not options or gone is None:
                continue
            self.left -= 1
            trial = [*(one for one in plan if one not in gone), *options]
            self._less.restart(trial)
            if self._less.worth - worth > least:
                steps = round((self._less.worth - worth) / least)
                found.append((-steps, site, trial))
        return self._first_that_gains(plan, found)

    def _first_that_gains(
        self, plan: list[int], found: list[tuple[int, int, list[int]]]
    ) -> list[int] | None:
        """Take the best that keeps all requirements and is worth more for sure."""
        for _, _, trial in sorted(found)[:_TRIES]:
            if not broken_requirements(self.problem, trial) and self.gains(trial, plan):
                return trial
        return None

    def _on_top(self, site: int) -> float:
        """Say what all that may open at a site adds, whatever the limits."""
        self.left -= 1
        return self._whole.gain_together(self._at_site[site])


def _make_room(
    parts: Sequence[_Part], used: NDArray[np.float64], room: NDArray[np.float64]
) -> set[int] | None:
    """Choose options to take out until limits hold; None if that cannot be."""
    gone: set[int] = set()
    use = np.array([one.use for one in parts]).reshape(len(parts), len(used))
    loss = np.array([one.loss for one in parts])
    free = np.ones(len(parts), bool)
    used = used.copy()
    while True:
        broken = np.flatnonzero(used > room)
        if not len(broken):
            return gone
        over = used[broken] - room[broken]
        frees = (np.minimum(use[:, broken], over) / over).sum(axis=1)
        fit = np.flatnonzero(free & (frees > 0))
        if not len(fit):
            return None
        taken = int(fit[np.argmin(loss[fit] / frees[fit])])
        gone.update(parts[taken].options)
        used -= use[taken]
        free &= [gone.isdisjoint(one.options) for one in parts]
