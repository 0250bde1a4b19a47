"""Siting with capacities in a city: facility sizes held against the people."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City
from circle.site_problem import CityProblem
from circle.siting_capacity import Allocation, CapacityProblem, solve_capacitated
from circle.siting_highs import Effort
from circle.siting_problem import CoverProblem
from circle.siting_settings import SitingOptions

SERVED = ("candidate_id", "type_id", "people", "capacity")


def option_capacity(
    city: City, problem: CityProblem, options: SitingOptions
) -> NDArray[np.float64]:
    """
    Say how many people each type at each site serves at most.

    Parameters
    ----------
    city
        The city with its points as candidates.
    problem
        The problem, with an option for each type at each site.
    options
        People by type, and by square metre of floor area.

    Returns
    -------
    capacity
        Infinite where neither is given, or the floor area is not known, (options,).
    """
    types = problem.option_type
    most = np.array([options.capacity.get(one, np.inf) for one in types], float)
    rate = np.array([options.people_per_m2.get(one, np.nan) for one in types], float)
    area = city.candidates["floor_area_m2"].astype(float).to_numpy()
    return np.asarray(np.fmin(most, rate * area[problem.candidate]), float)


def solve_capacities(
    city: City,
    problem: CityProblem,
    cover: CoverProblem,
    options: SitingOptions,
    *,
    effort: Effort,
) -> tuple[Allocation, pd.DataFrame]:
    """
    Choose sites so that most people are served within the sizes of facilities.

    Parameters
    ----------
    city
        The city with its points as candidates.
    problem
        The problem, built without what is locked.
    cover
        The problem with all limits.
    options
        What is asked for.
    effort
        Time limit, and the gap at which to stop.

    Returns
    -------
    allocation
        The plan over the options, and who is served where.
    served
        ``candidate_id``, ``type_id``, ``people`` served there and ``capacity`` (NaN
        without limit), in the order of the options.
    """
    keys = city.candidates["candidate_id"].to_numpy(dtype=object)
    locked = np.isin(keys, list(options.locked))[problem.candidate]
    weight = problem.demand.weight
    asked = replace(cover, weight=weight, locked=locked & ~cover.forbidden)
    room = option_capacity(city, problem, options)
    found = solve_capacitated(
        CapacityProblem(asked, room), exact=options.solver == "exact", effort=effort
    )
    people = np.bincount(found.option, found.people, minlength=len(room))
    rows = np.array(found.plan.options, np.int64)
    table = pd.DataFrame(
        {
            "candidate_id": keys[problem.candidate[rows]],
            "type_id": problem.option_type[rows],
            "people": people[rows],
            "capacity": np.where(np.isinf(room), np.nan, room)[rows],
        },
        columns=list(SERVED),
    )
    return found, table[table["people"] > 0].reset_index(drop=True)
