"""Branch and bound with prices: exact plans under one limit."""

import heapq
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_bound import Bound, Knapsack, fill_knapsack, plan_worth
from circle.siting_kernels import (
    move_prices,
    price_slopes,
    rows_of,
    some_worths,
    two_best,
)
from circle.siting_plan import SAME_SHARE

# Rounds of prices at each node, and when they are given up.
_ROUNDS = 80
_PATIENCE = 6
_LEAST_STEP = 0.02
_MEMORY = 0.7
# How fast the mean of the relaxed plans forgets.
_FORGET = 0.1


@dataclass(frozen=True)
class _Node:
    """Plans that hold some options and not some others."""

    settled: NDArray[np.bool_]
    """Options that are in, shape (options,)."""
    closed: NDArray[np.bool_]
    """Options that are out, shape (options,)."""
    price: NDArray[np.float64]
    """Prices to begin with, shape (items,)."""


@dataclass(frozen=True)
class _Priced:
    """What the prices say of a node."""

    value: float
    """No plan of the node is worth more."""
    price: NDArray[np.float64]
    """Prices that prove it."""
    surplus: NDArray[np.float64]
    """Worth of each option above what it uses, shape (options,)."""
    share: NDArray[np.float64]
    """Mean share of each option in the relaxed plans, shape (options,)."""


class Search:
    """
    A branch and bound in progress.

    Parameters
    ----------
    values
        Value of each item to each option, shape (options, items).
    knapsack
        The one limit.
    plan
        The best plan known.
    step
        A better plan is better by more than this.
    """

    def __init__(
        self, values: csr_array, knapsack: Knapsack, plan: Sequence[int], step: float
    ) -> None:
        self.values, self.rows, self.knapsack = values, rows_of(values), knapsack
        self.plan, self.step = list(plan), step
        self.known = plan_worth(values, plan)

    def run(
        self, root: Bound, *, gap: float, deadline: float, nodes: int
    ) -> tuple[list[int], float]:
        """
        Search from a bound on.

        Parameters
        ----------
        root
            Bound of all plans, with its prices.
        gap
            Stop when bound and plan are this near, as a share.
        deadline
            Time of `time.monotonic` after which to stop.
        nodes
            Nodes at most.

        Returns
        -------
        plan
            The best plan found.
        bound
            No plan is worth more.
        """
        whole = _Node(self.knapsack.locked, self.knapsack.forbidden, root.item_price)
        heap = [(-root.value, 0, whole)]
        made, top = 1, root.value
        while heap:
            top = -heap[0][0]
            if top <= self._enough(gap) or made > nodes or time.monotonic() > deadline:
                break
            _, _, node = heapq.heappop(heap)
            for value, child in self._split(node, top):
                if value > self._better():
                    heapq.heappush(heap, (-value, made, child))
                    made += 1
            top = -heap[0][0] if heap else self.known
        if top <= self._better():
            top = self.known
        return self.plan, max(top, self.known)

    def _better(self) -> float:
        """Give the worth that a better plan must have more than."""
        return self.known + max(self.step, SAME_SHARE * abs(self.known))

    def _enough(self, gap: float) -> float:
        """Give the bound at which to stop."""
        return max(self._better(), self.known * (1 + gap))

    def _split(self, node: _Node, above: float) -> list[tuple[float, _Node]]:
        """Bound a node; if that is not enough, part its plans in two."""
        priced = self._price(node)
        value = min(above, priced.value)
        room = priced.value - self._better()
        if room <= 0:
            return []
        open_now = ~(node.settled | node.closed)
        settled = node.settled | (open_now & (priced.surplus > room))
        closed = node.closed | (open_now & (priced.surplus < -room))
        limit = self.knapsack
        left = limit.at_most - float(limit.amount[settled].sum())
        slack = 1e-9 * max(1.0, limit.at_most)
        closed |= ~settled & (limit.amount > left + slack)
        free = np.flatnonzero(~(settled | closed))
        if left < -slack:
            return []
        if not len(free) or float(limit.amount[free].sum()) <= left + slack:
            self._try(settled | ~closed)
            return []
        share = priced.share[free]
        chosen = int(free[np.argmin(np.abs(share - 0.5))])
        own = np.arange(len(settled)) == chosen
        surplus = float(priced.surplus[chosen])
        return [
            (min(value, priced.value + min(surplus, 0.0)),
             _Node(settled | own, closed, priced.price)),
            (min(value, priced.value - max(surplus, 0.0)),
             _Node(settled, closed | own, priced.price)),
        ]  # fmt: skip

    def _price(self, node: _Node) -> _Priced:
        """Move prices until the node is not worth a look, or nothing moves."""
        limit = self.knapsack
        part = Knapsack(limit.amount, limit.at_most, node.settled, node.closed)
        alive = np.flatnonzero(~node.closed)
        price, smooth = node.price, np.zeros(len(node.price))
        mean = np.zeros(len(node.closed))
        step, stale = 1.0, 0
        best: _Priced | None = None
        for done in range(_ROUNDS):
            worth = some_worths(self.rows, price, alive)
            share, unit = fill_knapsack(worth, part)
            surplus = worth - unit * limit.amount
            earned = np.where(node.settled, surplus, np.maximum(surplus, 0.0))
            earned[node.closed] = 0.0
            value = float(price.sum() + earned.sum()) + unit * limit.at_most
            mean += (1.0 if not done else _FORGET) * (share - mean)
            if best is None or value < best.value:
                stale = 0 if best is None or value < best.value * (1 - 1e-6) else stale
                best = _Priced(value, price, surplus, mean)
                self._try(share == 1.0)
            else:
                stale += 1
            if best.value <= self._better():
                break
            if stale >= _PATIENCE:
                step, stale = step / 2, 0
                price, smooth = best.price, np.zeros(len(price))
                if step < _LEAST_STEP:
                    break
                continue
            excess = step * (value - self.known)
            slope = price_slopes(self.rows, price, share)
            price = move_prices(price, slope, smooth, excess, _MEMORY)
        if best is None:
            message = "a node was given no rounds"
            raise AssertionError(message)
        return best

    def _try(self, inside: NDArray[np.bool_]) -> None:
        """Keep a plan if it is better."""
        options = np.flatnonzero(inside)
        best, _, _ = two_best(self.rows, options, self.values.shape[1])
        if float(best.sum()) <= self.known:
            return
        worth = plan_worth(self.values, options.tolist())
        if worth > self.known:
            self.known, self.plan = worth, options.tolist()
