"""Least travel and least worst distance: p-median and p-center on plain matrices."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.errors import SitingError
from circle.problems import problem_of
from circle.siting_bound import bound_by_prices, knapsack_of, plan_worth
from circle.siting_cover import (
    Solver,
    require_reachable,
    solve_cover,
)
from circle.siting_dominance import lessen_problem
from circle.siting_fixing import solve_by_fixing
from circle.siting_greedy import (
    choose_greedily,
    complete_plan,
    cover_values,
    drop_needless,
)
from circle.siting_highs import Effort, solve_model
from circle.siting_model import build_model
from circle.siting_plan import Plan, broken_requirements, exact_amounts
from circle.siting_problem import CoverProblem, plain_problem
from circle.siting_swaps import improve_by_swaps

_QUICK_ROUNDS = 300
# Above so many pairs the fewest sites that serve all are bounded first.
_MANY_PAIRS = 1_000_000


# Whether so few sites can serve everybody at all may take very long to tell: s.
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class DistanceProblem:
    """Candidates, the demands they may serve, and how far these are."""

    option: NDArray[np.int64]
    """Candidate of each pair, shape (pairs,)."""
    demand: NDArray[np.int64]
    """Demand of each pair, shape (pairs,); every demand has a pair."""
    distance: NDArray[np.float64]
    """Distance of each pair, 0 or more, shape (pairs,)."""
    weight: NDArray[np.float64]
    """Weight of each demand, 0 or more, shape (demands,)."""
    n_options: int
    """Number of candidates."""
    n_sites: int
    """Candidates to choose at most."""
    locked: tuple[int, ...] = ()
    """Candidates that must be chosen."""
    forbidden: tuple[int, ...] = ()
    """Candidates that must not be chosen."""

    def cover(self, radius: float = np.inf) -> csr_array:
        """Mark the pairs within a distance, shape (options, demands)."""
        near = self.distance <= radius
        where = self.option[near], self.demand[near]
        shape = self.n_options, len(self.weight)
        return csr_array(coo_array((np.ones(int(near.sum())), where), shape=shape))

    def unlimited(self, radius: float = np.inf) -> CoverProblem:
        """Give the problem of covering within a distance, with any number of sites."""
        return plain_problem(
            self.cover(radius), self.weight, locked=self.locked,
            forbidden=self.forbidden,
        )  # fmt: skip

    def problem(self) -> CoverProblem:
        """Give the problem of serving at any distance, with the number of sites."""
        return self.unlimited().limit_count(self.n_sites)


def solve_pmedian(
    places: DistanceProblem, solver: Solver = "greedy", *, effort: Effort | None = None
) -> Plan:
    """
    Choose sites so that the weighted distances to the nearest are least in sum.

    Parameters
    ----------
    places
        Candidates, demands and distances.
    solver
        ``greedy``: greedy rule and vertex substitution; ``lp``: the same plan with
        the bound of the relaxation; ``exact``: proven unless time runs out.
    effort
        Time limit, and the gap at which to stop.

    Returns
    -------
    plan
        Objective: sum of weight times distance to the nearest chosen candidate.

    Raises
    ------
    SitingError
        If so few sites cannot serve all demands.

    Notes
    -----
    p-median after Hakimi (1964) and ReVelle and Swain (1970). It is solved as savings
    against a distance that is the same for all (see `siting_bound`).

    Examples
    --------
    >>> places = DistanceProblem(
    ...     np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]),
    ...     np.array([1.0, 4.0, 3.0, 1.0]), np.array([1.0, 2.0]), 2, 1)
    >>> plan = solve_pmedian(places, "exact")
    >>> plan.options, plan.objective, plan.status
    ((1,), 5.0, 'optimal')
    """
    begun = time.monotonic()
    effort = effort or Effort()
    deadline = begun + effort.time_limit_s
    worst, values = _savings(places)
    problem = places.problem()
    plan = choose_greedily(problem, values)
    if (_nearest(places, plan) == np.inf).any():
        plan = _serve_all(places, effort)
    until = begun + 0.3 * effort.time_limit_s
    plan = improve_by_swaps(problem, values, plan, deadline=until)
    plan = complete_plan(problem, values, plan)
    found, saved = _bound_savings(problem, values, plan, solver, (effort, deadline))
    objective = travel_sum(places, found)
    bound = max(worst - saved, 0.0)
    # Savings are taken off a large sum: what is left has its rounding.
    if saved <= plan_worth(values, found):
        bound = objective
    made = Plan(tuple(found), objective, bound, "feasible", time.monotonic() - begun)
    late = time.monotonic() >= deadline
    return made.proven(min(bound, objective), timed_out=late)


def solve_pcenter(
    places: DistanceProblem, solver: Solver = "greedy", *, effort: Effort | None = None
) -> Plan:
    """
    Choose sites so that the greatest distance to the nearest is least.

    Parameters
    ----------
    places
        Candidates, demands and distances; weights do not count.
    solver
        How the set covering problems are solved, see `solve_cover`.
    effort
        Time limit for all.

    Returns
    -------
    plan
        Objective: greatest distance of a demand to the nearest chosen candidate.

    Raises
    ------
    SitingError
        If so few sites cannot serve all demands.

    Notes
    -----
    Binary search over the distances, each time with a set covering problem (Minieka,
    1970). A greedy plan is bounded by distances within which so few sites cannot
    serve all, by the relaxation or by its rounding.

    Examples
    --------
    >>> places = DistanceProblem(
    ...     np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]),
    ...     np.array([1.0, 4.0, 3.0, 1.0]), np.ones(2), 2, 1)
    >>> plan = solve_pcenter(places, "exact")
    >>> plan.options, plan.objective, plan.status
    ((1,), 3.0, 'optimal')
    """
    begun = time.monotonic()
    effort = effort or Effort()
    deadline = begun + effort.time_limit_s
    if not len(places.weight):
        return Plan((), 0.0, 0.0, "optimal", time.monotonic() - begun)
    radii = np.unique(places.distance)
    best = _serve_all(places, effort)
    # The radius at `low` and below is proven too small; `high` has a plan.
    low, high = _least_radius(places, radii), _place(radii, _worst(places, best))
    search = _narrow_exactly if solver == "exact" else _narrow
    low, high, best = search(
        places, radii, (low, high, best), solver, deadline=deadline
    )
    objective = _worst(places, best)
    bound = min(float(radii[min(low + 1, len(radii) - 1)]), objective)
    made = Plan(tuple(best), objective, bound, "feasible", time.monotonic() - begun)
    return made.proven(bound, timed_out=time.monotonic() >= deadline)


def _bound_savings(
    problem: CoverProblem,
    values: csr_array,
    plan: list[int],
    solver: Solver,
    limits: tuple[Effort, float],
) -> tuple[list[int], float]:
    """Bound the savings of any plan, and find the best where that is asked."""
    effort, deadline = limits
    knapsack = knapsack_of(problem)
    left = replace(effort, time_limit_s=max(deadline - time.monotonic(), 0.01))
    if solver == "exact":
        return solve_by_fixing(problem, values, plan, effort=left)
    if knapsack is None:
        return plan, float("inf")
    rounds = _QUICK_ROUNDS if solver == "greedy" else 10 * _QUICK_ROUNDS
    return plan, bound_by_prices(
        values, knapsack, plan, deadline=deadline, rounds=rounds
    ).value


def _savings(places: DistanceProblem) -> tuple[float, csr_array]:
    """Give the travel of the worst case, and what each candidate saves against it."""
    n = len(places.weight)
    far = np.zeros(n)
    np.maximum.at(far, places.demand, places.distance)
    worst = far * places.weight
    pairs = np.bincount(places.demand, minlength=n)
    if not (pairs == places.n_options).all():
        # Leaving one demand without a site is worse than any travel of all others.
        worst = worst + 1.0 + float(worst.sum())
    saved = worst[places.demand] - places.weight[places.demand] * places.distance
    # One quantum for all, so that sums are exact whatever their order.
    quantum = 2.0 ** (np.ceil(np.log2(max(float(worst.sum()), 1e-300))) - 52)
    saved = np.rint(saved / quantum) * quantum
    shape = places.n_options, n
    values = csr_array(coo_array((saved, (places.option, places.demand)), shape=shape))
    return float(np.rint(worst / quantum).sum() * quantum), values


def _nearest(places: DistanceProblem, plan: Sequence[int]) -> NDArray[np.float64]:
    """Give the distance of every demand to the nearest candidate of a plan."""
    inside = np.zeros(places.n_options, bool)
    inside[list(plan)] = True
    mine = inside[places.option]
    nearest = np.full(len(places.weight), np.inf)
    np.minimum.at(nearest, places.demand[mine], places.distance[mine])
    return nearest


def travel_sum(places: DistanceProblem, plan: Sequence[int]) -> float:
    """
    Sum weight times the distance to the nearest candidate of a plan.

    Parameters
    ----------
    places
        Candidates, demands and distances.
    plan
        Positions of the candidates.

    Returns
    -------
    total
        Infinite where a demand of some weight has no candidate.
    """
    nearest = _nearest(places, plan)
    return float(exact_amounts(np.where(places.weight > 0, nearest, 0.0)
                               * places.weight).sum())  # fmt: skip


def _worst(places: DistanceProblem, plan: Sequence[int]) -> float:
    """Give the greatest distance."""
    return float(_nearest(places, plan).max(initial=0.0))


def _serve_all(places: DistanceProblem, effort: Effort) -> list[int]:
    """
    Find a plan that serves every demand at whatever distance.

    Raises
    ------
    SitingError
        If there is none with so few sites.
    """
    problem, out = require_reachable(places.problem())
    if len(out):
        raise SitingError(problem_of("siting", "only-forbidden", n=str(len(out))))
    plan = choose_greedily(problem, places.cover())
    if broken_requirements(problem, plan):
        every, _ = require_reachable(places.unlimited())
        many = len(places.distance) > _MANY_PAIRS
        limit_s = effort.time_limit_s if effort.time_limit_s < np.inf else _PATIENCE_S
        effort = replace(effort, time_limit_s=limit_s, enough=float(places.n_sites))
        fewest = solve_cover(every, "greedy" if many else "exact", effort=effort)
        if fewest.bound <= places.n_sites < len(fewest.options):
            fewest = solve_cover(every, "exact", effort=effort)
        if fewest.bound > places.n_sites:
            asked = {"n": str(places.n_sites), "least": f"{fewest.bound:g}"}
            raise SitingError(problem_of("siting", "sites-too-few", **asked))
        plan = list(fewest.options)
        if len(plan) > places.n_sites:
            asked = {"n": str(places.n_sites), "seconds": f"{limit_s:g}"}
            raise SitingError(problem_of("siting", "no-plan-in-time", **asked))
    return plan


def _least_radius(places: DistanceProblem, radii: NDArray[np.float64]) -> int:
    """Find a radius proven too small: someone has nothing nearer."""
    inside = np.ones(places.n_options, bool)
    inside[list(places.forbidden)] = False
    own = _nearest(places, np.flatnonzero(inside).tolist())
    return _place(radii, float(own.max())) - 1


def _place(radii: NDArray[np.float64], radius: float) -> int:
    """Give the place of a radius among all."""
    return int(np.searchsorted(radii, radius))


def _narrow(
    places: DistanceProblem,
    radii: NDArray[np.float64],
    known: tuple[int, int, list[int]],
    solver: Solver,
    *,
    deadline: float,
) -> tuple[int, int, list[int]]:
    """Search for the least radius between one that is too small and one that is not."""
    low, high, best = known
    floor = low
    while high - floor > 1 and time.monotonic() < deadline:
        middle = (floor + high) // 2
        fewest, _ = require_reachable(places.unlimited(float(radii[middle])))
        left = max(deadline - time.monotonic(), 0.01)
        effort = Effort(left, enough=float(places.n_sites))
        plan = solve_cover(fewest, solver, effort=effort)
        if len(plan.options) <= places.n_sites:
            best = list(plan.options)
            high = _place(radii, _worst(places, best))
        elif plan.bound > places.n_sites:
            low, floor = middle, middle
        else:
            floor = middle
    return low, high, best


def _narrow_exactly(
    places: DistanceProblem,
    radii: NDArray[np.float64],
    known: tuple[int, int, list[int]],
    _: Solver,
    *,
    deadline: float,
) -> tuple[int, int, list[int]]:
    """Search for the least radius within which so few sites serve all."""
    low, high, best = known
    while high - low > 1 and time.monotonic() < deadline:
        middle = (low + high) // 2
        found = _serve_within(places, float(radii[middle]), deadline)
        if found is None:
            break
        if found:
            best, high = found, min(middle, _place(radii, _worst(places, found)))
        else:
            low = middle
    return low, high, best


def _serve_within(
    places: DistanceProblem, radius: float, deadline: float
) -> list[int] | None:
    """Serve all within a radius: a plan, an empty one if there is none, or None."""
    fewest, _ = require_reachable(places.unlimited(radius))
    problem, options = lessen_problem(fewest)
    problem = problem.limit_count(places.n_sites)
    plan = drop_needless(problem, choose_greedily(problem, cover_values(problem)))
    if broken_requirements(problem, plan):
        whole = build_model(problem)
        left = max(deadline - time.monotonic(), 0.01)
        found = solve_model(whole.model, Effort(left, enough=float(places.n_sites)))
        if found.outcome == "infeasible":
            return []
        if not len(found.values):
            return None
        plan = whole.plan_of(found.values)
    return [int(one) for one in options[plan]]
