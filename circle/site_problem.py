"""A city's siting problem on plain matrices, from its items, points and options."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from circle.city import City
from circle.errors import Words
from circle.evaluation import Evaluation
from circle.input_contracts import AREA_CLASS_WORDS
from circle.site_candidates import (
    candidate_cost,
    check_candidates,
    closed_candidates,
    least_sizes,
    place_groups,
)
from circle.site_capacity import service_in_city
from circle.site_cover import cover_seconds
from circle.site_demand import Demand, area_of_origins, open_demand
from circle.siting_cover import require_reachable
from circle.siting_distance import DistanceProblem
from circle.siting_plan import Plan
from circle.siting_problem import CoverProblem, Floor, no_limits
from circle.siting_settings import FloorRule, SitingOptions


@dataclass(frozen=True)
class CityProblem:
    """What may open, what it would cover, and what of the city each stands for."""

    demand: Demand
    """The items that are not covered."""
    keys: NDArray[np.object_]
    """Code of each candidate, shape (candidates,)."""
    seconds: csr_array
    """Seconds plus 1 of each pair within the threshold, shape (candidates, items)."""
    cost_10k: NDArray[np.float64]
    """Cost of each candidate in ten thousand yuan, NaN where unknown."""
    cover: CoverProblem
    """The problem; the limit of sites or money that a frontier varies is left out."""
    candidate: NDArray[np.int64]
    """Candidate of each option, shape (options,)."""
    option_type: NDArray[np.object_]
    """Type of each option, None where a site opens what is needed, (options,)."""
    minutes: csr_array
    """Minutes plus 1 of each pair, shape (options, items)."""
    uncoverable: NDArray[np.int64]
    """Items that no candidate reaches that may open."""


def build_problem(
    city: City, evaluation: Evaluation, options: SitingOptions
) -> CityProblem:
    """
    Write the siting problem of a city on plain matrices.

    Parameters
    ----------
    city
        The city with its candidates, in their `type_ids` only what may go there.
    evaluation
        Its reach.
    options
        What is asked for.

    Returns
    -------
    problem
        With all limits but the number of sites and the budget, see `with_limits`.

    Raises
    ------
    ConfigError
        If the options name candidates, areas, types or bands that are not there.
    """
    check_candidates(city, options)
    demand = open_demand(city, evaluation, options)
    seconds = cover_seconds(city, demand)
    candidate, option_type, stored = _options(city, demand, seconds, options)
    cost = candidate_cost(city, options)
    own, open_cost = _counted_costs(cost, option_type, options)
    service = service_in_city(city, demand, (candidate, option_type), options)
    pattern = (np.ones(stored.nnz), stored.indices, stored.indptr)
    problem = CoverProblem(
        cover=csr_array(pattern, shape=stored.shape),
        weight=demand.solver_weight if service is None else demand.weight,
        cost=own,
        site=candidate,
        site_cost=open_cost,
        locked=np.zeros(len(candidate), bool),
        forbidden=closed_candidates(city, options)[candidate],
        limits=no_limits(len(candidate), len(cost)),
        service=service,
    )
    problem = _with_local_limits(city, problem, (candidate, option_type), options)
    problem = _with_floors(city, evaluation, problem, demand, options)
    covered = csr_array(problem.cover[~problem.forbidden])
    out = np.setdiff1d(np.arange(len(demand.origin)), covered.indices)
    problem = _with_locks(city, problem, options)
    if options.model == "lscp":
        problem = _requiring_all(problem)
    return CityProblem(
        demand=demand,
        keys=city.candidates["candidate_id"].to_numpy(dtype=object),
        seconds=seconds,
        cost_10k=cost,
        cover=problem,
        candidate=candidate,
        option_type=option_type,
        minutes=_minutes(stored, problem.n_items),
        uncoverable=out,
    )


def _counted_costs(
    cost: NDArray[np.float64], option_type: NDArray[np.object_], options: SitingOptions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give what options and sites cost; 1 per site where sites are counted."""
    if options.model == "lscp" and options.minimise == "sites":
        return np.zeros(len(option_type)), np.ones(len(cost))
    own = [options.type_cost_10k.get(one, 0.0) for one in option_type]
    return np.array(own, float), np.nan_to_num(cost)


def _minutes(seconds: csr_array, n_items: int) -> csr_array:
    """Turn stored seconds plus 1 into minutes plus 1, of all items there are."""
    stored = 1.0 + (seconds.data - 1.0) / 60, seconds.indices, seconds.indptr
    return csr_array(stored, shape=(seconds.shape[0], n_items))


def with_limits(problem: CityProblem, options: SitingOptions) -> CoverProblem:
    """
    Add the number of sites and the budget.

    Parameters
    ----------
    problem
        The problem.
    options
        What is asked for.

    Returns
    -------
    cover
        Ready to be solved. Covering everything (``lscp``) has no number of sites.
    """
    cover = problem.cover
    if options.sites is not None and options.model != "lscp":
        cover = cover.limit_count(options.sites)
    if options.budget_10k is not None:
        cover = limit_money(problem, cover, options.budget_10k)
    return cover


def limit_money(
    problem: CityProblem, cover: CoverProblem, amount: float
) -> CoverProblem:
    """
    Hold the cost in ten thousand yuan to an amount, also where sites are counted.

    Parameters
    ----------
    problem
        The problem, for the cost of its candidates.
    cover
        The problem to limit.
    amount
        Budget in ten thousand yuan.

    Returns
    -------
    cover
        With the limit.
    """
    paid = replace(cover, site_cost=np.nan_to_num(problem.cost_10k))
    name = Words(f"a budget of {amount:g} (10,000 CNY)", zh=f"预算 {amount:g} 万元")
    return replace(cover, limits=paid.limit_cost(amount, name).limits)


def take_cheaper_routes(
    city: City, problem: CityProblem, cover: CoverProblem, plan: Plan
) -> Plan:
    """
    Take the cheapest of the routes of a place that cover no less.

    Parameters
    ----------
    city
        The city with its candidates.
    problem
        The problem, for the cost of its candidates.
    cover
        The problem as it was solved.
    plan
        Its plan; as many sites and as much cover come back.

    Returns
    -------
    plan
        Unchanged where types are chosen by themselves.
    """
    routes = place_groups(city)
    if not (routes >= 0).any() or any(problem.option_type):
        return plan
    cost = np.where(np.isnan(problem.cost_10k), np.inf, problem.cost_10k)
    taken = []
    for one in plan.options:
        own = set(cover.cover[[one]].indices.tolist())
        group = routes[one] if not cover.locked[one] else -1
        others = [
            other
            for other in np.flatnonzero((routes == group) & (routes >= 0)).tolist()
            if not cover.forbidden[other]
            and own <= set(cover.cover[[other]].indices.tolist())
        ]
        taken.append(min([one, *others], key=lambda k: (float(cost[k]), k)))
    return replace(plan, options=tuple(taken))


def distance_problem(
    city: City, evaluation: Evaluation, options: SitingOptions
) -> tuple[Demand, DistanceProblem]:
    """
    Write the problem of short ways: today's facilities stay, sites shorten ways.

    Parameters
    ----------
    city
        The city with its candidates.
    evaluation
        Its reach.
    options
        What is asked for.

    Returns
    -------
    demand
        All items that count, covered or not.
    places
        Candidates, then one more option, which is locked: what there is today.
        Distances are minutes, at most `longest_min`.
    """
    check_candidates(city, options)
    demand = open_demand(city, evaluation, options, every=True)
    found = coo_array(cover_seconds(city, demand, limit_s=options.longest_min * 60))
    n, n_items = len(city.candidates), len(demand.origin)
    today = demand.reach.time_s[demand.origin, demand.type_column] / 60
    today = np.where(np.isnan(today), np.inf, today)
    today = np.minimum(today, options.longest_min)
    minutes = (found.data - 1.0) / 60
    # A way that is no shorter than today's serves nobody.
    better = minutes < today[found.col]
    keys = city.candidates["candidate_id"].to_numpy(dtype=object)
    locked = np.flatnonzero(np.isin(keys, list(options.locked))).tolist()
    return demand, DistanceProblem(
        option=np.concatenate([found.row[better], np.full(n_items, n)]).astype(
            np.int64
        ),
        demand=np.concatenate([found.col[better], np.arange(n_items)]).astype(np.int64),
        distance=np.concatenate([minutes[better], today]),
        weight=demand.weight,
        n_options=n + 1,
        n_sites=(options.sites or 0) + 1,
        locked=(*locked, n),
        forbidden=tuple(np.flatnonzero(closed_candidates(city, options)).tolist()),
    )


def _options(
    city: City, demand: Demand, seconds: csr_array, options: SitingOptions
) -> tuple[NDArray[np.int64], NDArray[np.object_], csr_array]:
    """List what may open: whole sites, or each type at each site."""
    n = len(city.candidates)
    if not options.by_type:
        return np.arange(n), np.full(n, None, dtype=object), seconds
    candidate, types = [], []
    for row, own in enumerate(city.candidates["type_ids"]):
        candidate += [row] * len(own)
        types += list(own)
    option_type = np.array(types, dtype=object)
    place = {one: i for i, one in enumerate(city.profile.type_ids)}
    serves = np.zeros((len(place), len(demand.reach.type_ids)), bool)
    for column, one in enumerate(demand.reach.type_ids):
        serves[
            [place[type_id] for type_id in city.profile.serving_types(one)], column
        ] = True
    rows = np.array(candidate, np.int64)
    found = coo_array(seconds[rows])
    own_type = np.array([place[one] for one in types], np.int64)
    kept = serves[own_type[found.row], demand.type_column[found.col]]
    where = found.row[kept], found.col[kept]
    stored = csr_array(coo_array((found.data[kept], where), shape=found.shape))
    return rows, option_type, stored


def _with_local_limits(
    city: City,
    problem: CoverProblem,
    option: tuple[NDArray[np.int64], NDArray[np.object_]],
    options: SitingOptions,
) -> CoverProblem:
    """Hold floor area, one route per place, and the budgets of subdistricts."""
    candidate, types = option
    if options.floor_area:
        size = least_sizes(city)
        area = np.array([size.get(one, 0.0) for one in types])
        room = city.candidates["floor_area_m2"].astype(float).to_numpy()
        room = np.where(np.isnan(room), np.inf, room)
        problem = problem.limit_area(area, room)
    routes = place_groups(city)
    if (routes >= 0).any():
        problem = problem.one_of_place(routes)
    paid = replace(problem, site_cost=np.nan_to_num(candidate_cost(city, options)))
    home = city.candidates["subdistrict_id"].to_numpy(dtype=object)
    for key, amount in options.budgets.items():
        rows = np.flatnonzero(home[candidate] == key)
        name = Words(
            f"a budget of {amount:g} (10,000 CNY) in subdistrict {key}",
            zh=f"街镇 {key} 的预算 {amount:g} 万元",
        )
        limits = paid.limit_cost(amount, name, options=rows).limits
        paid = replace(paid, limits=limits)
    return replace(problem, limits=paid.limits)


def _with_floors(
    city: City,
    evaluation: Evaluation,
    problem: CoverProblem,
    demand: Demand,
    options: SitingOptions,
) -> CoverProblem:
    """Ask for a share of every area, of all items, covered already or not."""
    if not options.floors:
        return problem
    every = open_demand(city, evaluation, options, every=True)
    floors: list[Floor] = []
    for rule in options.floors:
        area = area_of_origins(city, demand.table, rule.by)
        whole_of, open_of = area[every.origin], area[demand.origin]
        for key in rule.only or sorted(set(map(str, area))):
            items = np.flatnonzero(open_of == key)
            whole = float(every.weight[whole_of == key].sum())
            lacking = float(demand.weight[items].sum())
            at_least = rule.share * whole - (whole - lacking)
            if at_least > 0:
                floors.append(Floor(_floor_name(rule, key), items, at_least))
    return replace(problem, floors=(*problem.floors, *floors))


def _floor_name(rule: FloorRule, key: str) -> Words:
    """Name a floor as it is called when requirements clash."""
    english, chinese = {
        "area_class": (f"area class {key}", AREA_CLASS_WORDS.get(key, (key,))[0]),
        "subdistrict": (f"subdistrict {key}", f"街镇 {key} "),
        "district": (key, "全区"),
    }[rule.by]
    return Words(
        f"at least {rule.share:.1%} covered in {english}",
        zh=f"{chinese}覆盖不低于 {rule.share:.1%}",
    )


def _with_locks(
    city: City, problem: CoverProblem, options: SitingOptions
) -> CoverProblem:
    """Require what is locked; of a site with several types, any of them."""
    keys = city.candidates["candidate_id"].to_numpy(dtype=object)
    locked = np.flatnonzero(np.isin(keys, list(options.locked)))
    if not len(locked):
        return problem
    if not options.by_type:
        return replace(problem, locked=np.isin(problem.site, locked))
    return problem.lock_any([np.flatnonzero(problem.site == one) for one in locked])


def _requiring_all(problem: CoverProblem) -> CoverProblem:
    """Require all that can be covered, and keep what must open."""
    whole, _ = require_reachable(problem)
    return replace(whole, required=whole.required & ~problem.must_open)
