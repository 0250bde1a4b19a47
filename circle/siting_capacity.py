"""Siting with capacities: a site serves so many people, who are shared out."""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.errors import SitingError
from circle.siting_conflict import raise_clash
from circle.siting_highs import STRUCTURE, Effort, Model, Solution, solve_model
from circle.siting_plan import SLACK, Plan
from circle.siting_problem import CoverProblem


@dataclass(frozen=True)
class CapacityProblem:
    """Options with capacities, and the items they may serve in part."""

    cover: CoverProblem
    """Who may be served by whom, the people of each item as weights, and the limits.
    All options of a site open together; a site is locked or forbidden where one of
    its options is. Floors and required items do not count."""
    capacity: NDArray[np.float64]
    """People that each option serves at most, may be infinite, shape (options,)."""


@dataclass(frozen=True)
class Allocation:
    """A plan and who is served where."""

    plan: Plan
    """Objective: people served."""
    option: NDArray[np.int64]
    """Option of each share, shape (shares,)."""
    item: NDArray[np.int64]
    """Item of each share, shape (shares,)."""
    people: NDArray[np.float64]
    """People of each share, shape (shares,)."""


def solve_capacitated(
    problem: CapacityProblem, *, exact: bool = True, effort: Effort | None = None
) -> Allocation:
    """
    Choose options so that most people are served within the capacities.

    Parameters
    ----------
    problem
        The problem.
    exact
        Prove the plan; else choose greedily and give the bound of the relaxation.
    effort
        Time limit, and the gap at which to stop.

    Returns
    -------
    allocation
        The plan, and who is served where; the people of an item may be parted. The
        options of a plan are those that serve somebody, and what is locked.

    Raises
    ------
    SitingError
        If no plan keeps to the limits, or none is found in the time given.

    Notes
    -----
    Capacitated maximal covering (Current and Storbeck, 1988) with divisible demand.
    Greedy: the site that lets most more people be served, as the best allocation
    counts them; people served so are a submodular sum, so that with a number of sites
    as the only limit the plan has at least 1 - 1/e of the best.

    Examples
    --------
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 1], [0, 1]]))
    >>> both = plain_problem(cover, [5.0, 4.0]).limit_count(2)
    >>> found = solve_capacitated(CapacityProblem(both, np.array([6.0, 2.0])))
    >>> found.plan.options, found.plan.objective
    ((0, 1), 8.0)
    """
    begun = time.monotonic()
    effort = effort or Effort()
    greedy = _choose(problem)
    start, known = _allocate(problem, greedy)
    model, pairs = _model(problem, None)
    if exact:
        opened = np.isin(_open(problem), greedy).astype(float)
        found = solve_model(model, effort, start=np.concatenate([opened, start]))
    else:
        found = solve_model(model, replace(effort, relaxed=True))
    if found.outcome == "infeasible":
        raise_clash(replace(problem.cover, floors=(), required=np.zeros(0, bool)))
    sites, people, served = greedy, start, known
    if exact and len(found.values):
        taken = _open(problem)[found.values[: len(_open(problem))] > 0.5].tolist()
        other = _allocate(problem, taken)
        if other[1] > served or not _fits(problem, greedy):
            sites, (people, served) = taken, other
    return _allocation(problem, (sites, people, served), pairs, found, begun)


def _allocation(
    problem: CapacityProblem,
    chosen: tuple[list[int], NDArray[np.float64], float],
    pairs: coo_array,
    found: Solution,
    begun: float,
) -> Allocation:
    """
    Write what was found; it is proven where the bound is met.

    Raises
    ------
    SitingError
        If the sites do not keep to the limits.
    """
    sites, people, served = chosen
    if not _fits(problem, sites):
        message = (
            "siting: found no plan in the time given; expected one within the limits; "
            "raise the time limit."
        )
        raise SitingError(message)
    used = people > 1e-9
    inside = np.isin(problem.cover.site[pairs.row], sites)
    own = np.unique(pairs.row[used & inside])
    locked = np.flatnonzero(problem.cover.locked)
    options = [int(one) for one in np.union1d(own, locked)]
    plan = Plan(
        tuple(options), served, found.bound, "feasible", time.monotonic() - begun
    )
    bound = max(found.bound, served)
    # Allocations are rounded to a millionth of a person.
    bound = served if bound <= served + 1e-5 else bound
    return Allocation(
        plan.proven(bound, timed_out=found.outcome == "time_limit"),
        pairs.row[used].astype(np.int64),
        pairs.col[used].astype(np.int64),
        people[used],
    )


def _open(problem: CapacityProblem) -> NDArray[np.int64]:
    """Give the sites that may be chosen."""
    cover = problem.cover
    return np.setdiff1d(np.unique(cover.site), cover.site[cover.forbidden])


def _locked(problem: CapacityProblem) -> list[int]:
    """Give the sites that must be chosen."""
    return [int(one) for one in np.unique(problem.cover.site[problem.cover.locked])]


def _amounts(problem: CapacityProblem) -> csr_array:
    """Give what each site uses of each limit, with all its options."""
    cover, limits = problem.cover, problem.cover.limits
    n = len(cover.site_cost)
    where = np.arange(cover.n_options), cover.site
    joined = csr_array(
        coo_array((np.ones(cover.n_options), where), shape=(cover.n_options, n))
    )
    return csr_array(limits.options @ joined + limits.sites)


def _fits(problem: CapacityProblem, sites: list[int]) -> bool:
    """Say whether sites keep to the limits and hold what is locked."""
    inside = np.zeros(len(problem.cover.site_cost))
    inside[sites] = 1.0
    most = problem.cover.limits.at_most
    slack = SLACK * np.maximum(1.0, np.abs(most))
    held = set(_locked(problem)) <= set(sites) and set(sites) <= set(
        _open(problem).tolist()
    )
    return held and bool((_amounts(problem) @ inside <= most + slack).all())


def _choose(problem: CapacityProblem) -> list[int]:
    """Choose greedily by the best allocation; an old gain is at least the new one."""
    cover = problem.cover
    most = np.minimum(problem.capacity, cover.cover @ cover.weight)
    gains = np.bincount(cover.site, most, minlength=len(cover.site_cost))
    gains[np.setdiff1d(np.arange(len(gains)), _open(problem))] = 0.0
    chosen = [one for one in _locked(problem) if one in _open(problem)]
    gains[chosen] = 0.0
    served = _allocate(problem, chosen)[1] if chosen else 0.0
    fresh = np.zeros(len(gains), bool)
    while gains.max(initial=0.0) > 1e-9:
        site = int(np.argmax(gains))
        if not _fits(problem, [*chosen, site]):
            gains[site] = 0.0
        elif not fresh[site]:
            gains[site] = _allocate(problem, [*chosen, site])[1] - served
            fresh[site] = True
        else:
            chosen.append(site)
            served += float(gains[site])
            gains[site] = 0.0
            fresh[:] = False
    return chosen


def _allocate(
    problem: CapacityProblem, sites: list[int]
) -> tuple[NDArray[np.float64], float]:
    """Share people out among chosen sites so that most are served."""
    model, _ = _model(problem, sites)
    found = solve_model(model, Effort(relaxed=True))
    people = found.values[len(_open(problem)) :]
    return people, round(float(people.sum()), 6)


def _model(
    problem: CapacityProblem, sites: list[int] | None
) -> tuple[Model, coo_array]:
    """Write the model: sites that may open, then people of each pair."""
    cover, allowed = problem.cover, _open(problem)
    place = np.full(len(cover.site_cost), -1, np.int64)
    place[allowed] = np.arange(len(allowed))
    found = coo_array(cover.cover)
    kept = place[cover.site[found.row]] >= 0
    where = found.row[kept], found.col[kept]
    pairs = coo_array((found.data[kept], where), shape=cover.cover.shape)
    n, m = len(allowed), pairs.nnz
    room = np.minimum(problem.capacity, float(cover.weight.sum()))
    most = np.minimum(room[pairs.row], cover.weight[pairs.col])
    used = csr_array(_amounts(problem).tocsc()[:, allowed].tocsr())
    rows = _capacity_rows(pairs, place[cover.site], (room, most), used, n)
    at_most = cover.limits.at_most
    if sites is not None:
        # What opens is settled: the limits do not matter any more.
        at_most = np.full(len(at_most), np.inf)
    upper = [np.zeros(cover.n_options), cover.weight, np.zeros(m), at_most]
    lower, top = np.zeros(n + m), np.concatenate([np.ones(n), most])
    lower[:n][np.isin(allowed, _locked(problem))] = 1.0
    if sites is not None:
        lower[:n] = top[:n] = np.isin(allowed, sites).astype(float)
    return Model(
        worth=np.concatenate([np.zeros(n), np.ones(m)]),
        lower=lower,
        upper=top,
        whole=np.arange(n + m) < n,
        rows=rows,
        row_lower=np.full(rows.shape[0], -np.inf),
        row_upper=np.concatenate(upper),
        requirement=np.full(rows.shape[0], STRUCTURE),
        maximise=True,
    ), pairs


def _capacity_rows(
    pairs: coo_array,
    place: NDArray[np.int64],
    sizes: tuple[NDArray[np.float64], NDArray[np.float64]],
    used: csr_array,
    n: int,
) -> csr_array:
    """
    Write the rows of the model.

    Capacity of each option, people of each item, each pair only if its site is open,
    then the limits. Sites that may open are the first n variables.
    """
    (room, most), m = sizes, pairs.nnz
    variable, limits = n + np.arange(m), coo_array(used)
    own = np.flatnonzero(place >= 0)
    begin = np.cumsum([0, *pairs.shape, m, used.shape[0]])
    only = begin[2] + np.arange(m)
    row = (pairs.row, own, begin[1] + pairs.col, only, only, begin[3] + limits.row)
    column = (
        variable, place[own], variable, variable, place[pairs.row], limits.col
    )  # fmt: skip
    value = (np.ones(m), -room[own], np.ones(m), np.ones(m), -most, limits.data)
    where = (
        np.concatenate(row).astype(np.int64),
        np.concatenate(column).astype(np.int64),
    )
    shape = int(begin[-1]), n + m
    return csr_array(coo_array((np.concatenate(value), where), shape=shape))
