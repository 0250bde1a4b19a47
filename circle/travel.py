"""Travel in a city: along its networks, or as the crow flies where there are none."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.city import City
from circle.joining import coordinates
from circle.profile import Mode
from circle.reach import measure_catchments, measure_reach
from circle.screening import (
    StraightLine,
    measure_straight_catchments,
    measure_straight_reach,
    straight_line,
)


def travel_reach(
    city: City, table: str, *, serving: Sequence[NDArray[np.int32]]
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.int32]]]:
    """
    Find the nearest facility of every type from one table of origins, by each mode.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.
    serving
        For each type, the rows of the facilities that serve it, ascending.

    Returns
    -------
    parts
        Mode to times in seconds (NaN where there is no way) and facility rows (-1
        where there is none), each of shape (origins, types).
    """
    if city.detour is None:
        return {
            mode: measure_reach(
                network,
                origins=city.access[table, mode],
                facilities=city.access["facilities", mode],
                serving=serving,
            )
            for mode, network in city.networks.items()
        }
    return {
        mode: measure_straight_reach(
            _line(city, mode),
            origins=coordinates(getattr(city, table)),
            facilities=coordinates(city.facilities),
            serving=serving,
        )
        for mode in city.modes
    }


def travel_catchments(
    city: City, table: str, *, limit_s: float
) -> dict[Mode, csr_array]:
    """
    Find for each candidate the origins of one table that reach it, by each mode.

    Parameters
    ----------
    city
        The city with its candidates.
    table
        ``committees`` or ``cells``.
    limit_s
        Longest time in seconds, inclusive as in `reach.within`.

    Returns
    -------
    parts
        Mode to a sparse matrix (candidates, origins) of seconds; an entry is there
        only within the limit, and may be an explicit zero.
    """
    if city.detour is None:
        return {
            mode: measure_catchments(
                network,
                places=city.access["candidates", mode],
                origins=city.access[table, mode],
                limit_s=limit_s,
            )
            for mode, network in city.networks.items()
        }
    return {
        mode: measure_straight_catchments(
            _line(city, mode),
            places=coordinates(city.candidates),
            origins=coordinates(getattr(city, table)),
            limit_s=limit_s,
        )
        for mode in city.modes
    }


def _line(city: City, mode: Mode) -> StraightLine:
    """Give the straight line of a mode in a city without a network."""
    detour = 1.0 if city.detour is None else city.detour
    return straight_line(mode, speeds=city.profile.speeds, detour=detour)
