"""Siting with capacities in a city: facility sizes held against the people."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City
from circle.site_demand import Demand, origin_weight
from circle.siting_problem import CoverProblem, Service
from circle.siting_settings import SitingOptions
from circle.siting_shares import share_out

SERVED = ("candidate_id", "type_id", "people", "capacity")


def service_in_city(
    city: City,
    demand: Demand,
    option: tuple[NDArray[np.int64], NDArray[np.object_]],
    options: SitingOptions,
) -> Service | None:
    """
    Say how many people each type at each site serves at most.

    Parameters
    ----------
    city
        The city with its points as candidates.
    demand
        The items.
    option
        Candidate and type of each option.
    options
        People by type, and by square metre of floor area.

    Returns
    -------
    service
        Capacities are infinite where neither is given, or the floor area is not
        known; None where nothing is asked for.
    """
    if not options.has_capacity:
        return None
    candidate, types = option
    most = np.array([options.capacity.get(one, np.inf) for one in types], float)
    rate = np.array([options.people_per_m2.get(one, np.nan) for one in types], float)
    area = city.candidates["floor_area_m2"].astype(float).to_numpy()
    people = origin_weight(city, demand.table, options)[demand.origin]
    return Service(
        np.asarray(np.fmin(most, rate * area[candidate]), float),
        people,
        np.zeros(len(people), np.int64),
    )


def served_table(
    names: tuple[NDArray[np.object_], NDArray[np.object_]],
    cover: CoverProblem,
    chosen: Sequence[int],
) -> pd.DataFrame:
    """
    List how many people each facility of a plan serves.

    Parameters
    ----------
    names
        Candidate id and type of each option of the problem.
    cover
        The problem as it was solved.
    chosen
        Options of the plan.

    Returns
    -------
    served
        ``candidate_id``, ``type_id``, ``people`` served there, in the last year where
        years are planned, and ``capacity`` (NaN without limit), in the order of the
        plan; empty where no capacities are asked for.
    """
    service = cover.service
    if service is None:
        return pd.DataFrame(columns=list(SERVED))
    last = np.where(service.period == service.period.max(initial=0), service.people, 0)
    rows = np.asarray(chosen, np.int64)
    table = pd.DataFrame(
        {
            "candidate_id": names[0][rows],
            "type_id": names[1][rows],
            "people": (share_out(cover, chosen).share @ last)[rows],
            "capacity": np.where(np.isinf(service.capacity), np.nan, service.capacity)[
                rows
            ],
        },
        columns=list(SERVED),
    )
    return table[table["people"] > 0].reset_index(drop=True)
