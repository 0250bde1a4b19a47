"""A siting plan while it grows: gains, limits, and what opens together at a site."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from circle.siting_flow import State
from circle.siting_kernels import gain_of, rows_of, take
from circle.siting_plan import SLACK
from circle.siting_problem import CoverProblem
from circle.siting_shares import Shares

Bundle = tuple[float, int, tuple[int, ...]]
_Served = tuple[State, NDArray[np.bool_]]
_Kept = tuple[NDArray[np.int32], NDArray[np.float64], _Served | None]


class Draft:
    """
    A plan while it grows.

    Parameters
    ----------
    problem
        The problem.
    values
        Value of each item to each option, shape (options, items).
    by_price
        Weigh gains against what they use of the limits, or of the cost.
    """

    def __init__(
        self, problem: CoverProblem, values: csr_array, *, by_price: bool
    ) -> None:
        self.problem, self.by_price = problem, by_price
        self.rows = rows_of(values)
        self.best = np.zeros(problem.n_items)
        # Where facilities have sizes, an item counts as far as it is served.
        self.shares: Shares | None = None
        if problem.service is not None:
            worth = np.zeros(problem.n_items)
            worth[values.indices] = values.data
            self.shares = Shares(problem, worth)
        self.active = np.ones(problem.n_items, bool)
        self.chosen: list[int] = []
        self._closed = problem.forbidden.copy()
        self.is_open = np.zeros(len(problem.site_cost), bool)
        limits = problem.limits
        self.used = np.zeros(len(limits.at_most))
        self.room = limits.at_most + SLACK * np.maximum(1, np.abs(limits.at_most))
        self._amounts = csc_array(limits.options), csc_array(limits.sites)
        self._price = use_prices(problem)
        order = np.argsort(problem.site, kind="stable")
        count = np.bincount(problem.site, minlength=len(problem.site_cost))
        self._at_site = np.split(order, np.cumsum(count)[:-1])

    @property
    def active(self) -> NDArray[np.bool_]:
        """Items that count, shape (items,)."""
        return self._active

    @active.setter
    def active(self, active: NDArray[np.bool_]) -> None:
        """Let some items count."""
        self._active = active
        # To pass over all items for every gain takes longer than the gain.
        self._some = None if active.all() else active

    def add(self, option: int) -> None:
        """Open an option, and its site if need be."""
        site = int(self.problem.site[option])
        self._use(self.used, option, opens=not self.is_open[site])
        self.is_open[site] = True
        self.chosen.append(option)
        self._closed[option] = True
        self._take(option)

    def restart(self, plan: Sequence[int]) -> None:
        """Begin again with a plan."""
        self.best[:] = 0.0
        self.used[:] = 0.0
        self.is_open[:] = False
        self._closed = self.problem.forbidden.copy()
        self.chosen = []
        if self.shares is not None:
            self.shares.clear()
        for option in plan:
            self.add(option)

    def gain_together(self, options: Sequence[int]) -> float:
        """Say what options would add together, whatever the limits."""
        mine = [one for one in options if not self._closed[one]]
        if len(mine) < 2:
            return self._gain_of(mine[0])[0] if mine else 0.0
        kept = self._keep(mine)
        gain = 0.0
        for option in mine:
            gain += self._gain_of(option)[0]
            self._take(option)
        self._restore(kept)
        return gain

    @property
    def worth(self) -> float:
        """What the plan is worth so far."""
        if self.shares is not None:
            return self.shares.total(self.shares.worth)
        return float(self.best.sum())

    @property
    def covered(self) -> NDArray[np.float64]:
        """Part of each item that is covered, or served, so far, shape (items,)."""
        if self.shares is not None:
            return self.shares.served
        covered = np.zeros(self.problem.n_items)
        covered[self.problem.cover[self.chosen].indices] = 1.0
        return covered

    def try_adding(self, option: int) -> None:
        """Open an option if it fits and adds an item."""
        opens = not self.is_open[self.problem.site[option]]
        gains = self._gain_of(option)[1] > 0
        if not self._closed[option] and gains and self._fits(
            self.used, option, opens=opens
        ):  # fmt: skip
            self.add(option)

    def keep_to(self, options: Sequence[int] | None) -> None:
        """Close everything but some options."""
        if options is not None:
            closed = np.ones(len(self._closed), bool)
            closed[list(options)] = False
            self._closed |= closed

    def bundle(self, site: int) -> Bundle:
        """Choose what to open together at a site: its key, items and options."""
        free = [int(one) for one in self._at_site[site] if not self._closed[one]]
        gains = [self._gain_of(one) for one in free]
        if len(free) > 1:
            return self._join(site, free, [one[0] for one in gains])
        if not free or gains[0][0] <= 0:
            return 0.0, 0, ()
        if not self._fits(self.used, free[0], opens=not self.is_open[site]):
            return 0.0, 0, ()
        price = self._price[0][free[0]]
        price += 0.0 if self.is_open[site] else self._price[1][site]
        return self._key(gains[0][0], price), gains[0][1], (free[0],)

    def bundle_over(self, site: int) -> tuple[tuple[int, ...], NDArray[np.float64]]:
        """Choose what to open at a site if limits in use gave way; say what is used."""
        room, used = self.room, self.used.copy()
        self.room = np.where(used > 0, np.inf, room)
        options = self.bundle(site)[2]
        self.room = room
        for k, option in enumerate(options):
            self._use(used, option, opens=k == 0 and not self.is_open[site])
        return options, used

    def _join(self, site: int, free: Sequence[int], gains: Sequence[float]) -> Bundle:
        """Join the options of a site as long as that pays."""
        price = 0.0 if self.is_open[site] else float(self._price[1][site])
        own = self._price[0]
        order = sorted(
            range(len(free)),
            key=lambda k: (-self._key(gains[k], own[free[k]]), free[k]),
        )
        kept, used = self._keep(free), self.used.copy()
        gain, n_items, taken = 0.0, 0, list[int]()
        for option in (free[k] for k in order):
            more, items = self._gain_of(option)
            opens = not self.is_open[site] and not taken
            if more <= 0 or not self._fits(used, option, opens=opens):
                continue
            rate = self._key(gain + more, price + own[option])
            if self.by_price and taken and rate < self._key(gain, price):
                continue
            self._use(used, option, opens=opens)
            self._take(option)
            gain, price, n_items = gain + more, price + own[option], n_items + items
            taken.append(option)
        self._restore(kept)
        return self._key(gain, price), n_items, tuple(taken)

    def _keep(self, options: Sequence[int]) -> _Kept:
        """Keep what is covered and served before options are tried."""
        where = np.concatenate([self._columns(one) for one in options])
        served = self.shares.keep() if self.shares is not None else None
        return where, self.best[where], served

    def _restore(self, kept: _Kept) -> None:
        """Go back to what was covered and served."""
        self.best[kept[0]] = kept[1]
        if self.shares is not None and kept[2] is not None:
            self.shares.restore(kept[2])

    def _gain_of(self, option: int) -> tuple[float, int]:
        """Say what an option would add, and to how many items."""
        if self.shares is not None:
            return self.shares.gain_of(option, self._some)
        return gain_of(self.rows, option, self.best, self.active)

    def _take(self, option: int) -> None:
        """Count what an option adds."""
        if self.shares is not None:
            self.shares.take(option, self._some)
        else:
            take(self.rows, option, self.best)

    def _key(self, gain: float, price: float) -> float:
        """Rate a gain."""
        if not self.by_price or gain <= 0:
            return gain
        return float(gain / price) if price > 0 else np.inf

    def _columns(self, option: int) -> NDArray[np.int32]:
        """Give the items of an option."""
        first = self.rows.first
        return np.asarray(self.rows.column[first[option] : first[option + 1]])

    def _fits(self, used: NDArray[np.float64], option: int, *, opens: bool) -> bool:
        """Say whether an option stays within the limits."""
        after = used.copy()
        self._use(after, option, opens=opens)
        return bool((after <= np.maximum(self.room, used)).all())

    def _use(self, used: NDArray[np.float64], option: int, *, opens: bool) -> None:
        """Add what an option uses."""
        parts = [(self._amounts[0], option)]
        if opens:
            parts.append((self._amounts[1], int(self.problem.site[option])))
        for amounts, column in parts:
            part = slice(amounts.indptr[column], amounts.indptr[column + 1])
            used[amounts.indices[part]] += amounts.data[part]


def use_prices(
    problem: CoverProblem,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Give what each option and each site uses of what is scarce.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    options
        Sum of shares of the limits, or cost where that is the aim, shape (options,).
    sites
        The same for opening a site, shape (sites,).
    """
    if problem.aim == "cost":
        return problem.cost, problem.site_cost
    limits = problem.limits
    scale = np.where(limits.at_most > 0, limits.at_most, 1.0)
    part = limits.priced / scale
    return (
        np.asarray(limits.options.T @ part, np.float64),
        np.asarray(limits.sites.T @ part, np.float64),
    )
