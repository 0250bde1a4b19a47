"""What is known of candidates before anything is solved: cost, size, what is closed."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City
from circle.errors import ConfigError, gather
from circle.problems import problem_of
from circle.siting_settings import SitingOptions


def candidate_cost(city: City, options: SitingOptions) -> NDArray[np.float64]:
    """
    Give what each candidate costs.

    Parameters
    ----------
    city
        The city with its candidates.
    options
        Cost per square metre by route, where a candidate has no cost of its own.

    Returns
    -------
    cost
        In ten thousand yuan, NaN where unknown, shape (candidates,).
    """
    table = city.candidates
    own = table["cost_10k"].astype(float).to_numpy()
    rate = table["route"].map(dict(options.cost_per_m2)).astype(float).to_numpy()
    area = table["floor_area_m2"].astype(float).to_numpy()
    return np.asarray(np.where(np.isnan(own), rate * area, own), dtype=float)


def closed_candidates(city: City, options: SitingOptions) -> NDArray[np.bool_]:
    """
    Mark the candidates that may not open.

    Parameters
    ----------
    city
        The city with its candidates.
    options
        What is forbidden, and whether costs and years must be known.

    Returns
    -------
    closed
        Forbidden, of unknown cost where cost is asked for, or later than the last
        year; shape (candidates,).
    """
    keys = city.candidates["candidate_id"].to_numpy(dtype=object)
    closed = np.isin(keys, list(options.forbidden))
    if options.asks_for_cost:
        closed |= np.isnan(candidate_cost(city, options))
    if options.years:
        first = city.candidates["earliest_year"].astype(float).to_numpy()
        closed |= first > options.years[-1].year
    return np.asarray(closed, dtype=bool)


def check_candidates(city: City, options: SitingOptions) -> None:
    """
    Check that the candidates, subdistricts and types that options name are there.

    Parameters
    ----------
    city
        The city with its candidates.
    options
        The options.

    Raises
    ------
    ConfigError
        With every name that is not there.
    """
    homes = city.subdistricts
    known = {
        "locked": (options.locked, city.candidates["candidate_id"]),
        "forbidden": (options.forbidden, city.candidates["candidate_id"]),
        "budgets": (options.budgets, homes["subdistrict_id"]),
        "type_cost_10k": (options.type_cost_10k, city.profile.type_ids),
        "capacity": (options.capacity, city.profile.type_ids),
        "people_per_m2": (options.people_per_m2, city.profile.type_ids),
    }
    for i, rule in enumerate(options.floors):
        areas = homes["subdistrict_id"] if rule.by == "subdistrict" else (
            homes["area_class"] if rule.by == "area_class" else ["district"]
        )  # fmt: skip
        known[f"floors[{i}].only"] = (rule.only, areas)
    problems = []
    routes = place_groups(city)
    if options.model in {"pmedian", "pcenter"} and (routes >= 0).any():
        n = len(np.unique(routes[routes >= 0]))
        problems.append(
            problem_of("siting.model", "routes-not-here", model=options.model, n=str(n))
        )
    for key, (given, there) in known.items():
        names = {str(one) for one in there}
        strange = sorted(set(given) - names)
        if strange:
            problems.append(
                problem_of(
                    f"siting.{key}",
                    "siting-unknown-ids",
                    values=tuple(strange),
                    n=f"{len(names):,}",
                )
            )
    if problems:
        gather(problems, ConfigError)


def place_groups(city: City) -> NDArray[np.int64]:
    """
    Give candidates of one place, each by another route, the same number.

    Parameters
    ----------
    city
        The city with its candidates.

    Returns
    -------
    group
        The same number for candidates of one place; -1 where a candidate is the only
        one of its place, shape (candidates,).
    """
    place = city.candidates["place_id"].astype(object)
    several = place.notna() & place.duplicated(keep=False)
    codes = pd.factorize(place.where(several))[0]
    return np.asarray(codes, np.int64)


def least_sizes(city: City) -> dict[str, float]:
    """
    Give the least floor area of one facility of each type.

    Parameters
    ----------
    city
        The city; its standard says so.

    Returns
    -------
    sizes
        Type to square metres, for the types that have such a norm.
    """
    return {
        type_id: float(one.min_size.value)
        for one in city.profile.norms
        if one.min_size is not None and one.measure == "floor_area"
        for type_id in one.types
    }
