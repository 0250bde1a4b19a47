"""Screening without a network: the straight line, lengthened by a detour factor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.piece_times import quantise
from circle.point_trees import plant_tree
from circle.profile import Mode
from circle.profile_rules import Speeds
from circle.reached import within
from circle.snapping import Access

# Nearest places looked at in search of equals: the four corners of a square.
_EQUALS: Final = 4
# A little more than the limit is searched, and `within` then decides.
_MARGIN: Final = 1.0 + 1e-6

Places = NDArray[np.float64]


@dataclass(frozen=True)
class StraightLine:
    """How far a straight line takes one in a mode."""

    mps: float
    """Speed along the way in metres per second."""
    detour: float
    """Length of the way over that of the straight line."""

    @property
    def s_per_m(self) -> float:
        """Seconds for each metre of straight line."""
        return self.detour / self.mps


def straight_line(mode: Mode, *, speeds: Speeds, detour: float) -> StraightLine:
    """
    Give the straight line of one mode.

    Parameters
    ----------
    mode
        ``walk`` or ``cycle``.
    speeds
        Speeds of the profile, km/h.
    detour
        Length of the way over that of the straight line, at least 1.

    Returns
    -------
    line
        The straight line.
    """
    return StraightLine(speeds.kmh(mode) / 3.6, detour)


def straight_access(places: Places) -> Access:
    """
    Say of points that they are where they are: there is no network to join.

    Parameters
    ----------
    places
        Eastings and northings in metres, NaN for points without a place, shape
        (points, 2).

    Returns
    -------
    access
        Joined wherever there is a place, at no distance and on no edge.
    """
    n = len(places)
    joined = np.asarray(np.isfinite(places).all(axis=1))
    nowhere = np.full(n, np.inf)
    return Access(
        joined=joined,
        snap_distance_m=np.where(joined, 0.0, np.inf),
        leg_s=np.where(joined, 0.0, np.inf),
        edge=np.full(n, -1, dtype=np.int32),
        position_m=np.full(n, np.nan),
        from_start_s=nowhere,
        to_end_s=nowhere,
        to_start_s=nowhere,
        from_end_s=nowhere,
    )


def measure_straight_reach(
    line: StraightLine,
    *,
    origins: Places,
    facilities: Places,
    serving: Sequence[NDArray[np.int32]],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Find the nearest facility of every type from every origin, as the crow flies.

    Parameters
    ----------
    line
        Straight line of one mode.
    origins
        Eastings and northings in metres, shape (origins, 2).
    facilities
        The same of all facilities, NaN for those without a place.
    serving
        For each type, the rows of the facilities that serve it, ascending.

    Returns
    -------
    time_s
        Seconds, NaN where there is no facility; shape (origins, types).
    facility
        Row of the nearest facility, the lower of equals, -1 where there is none;
        shape (origins, types).

    Examples
    --------
    >>> line = StraightLine(mps=1.0, detour=1.5)
    >>> time_s, facility = measure_straight_reach(
    ...     line, origins=np.array([[0.0, 0.0]]),
    ...     facilities=np.array([[900.0, 0.0], [0.0, 100.0]]),
    ...     serving=[np.array([0, 1], dtype=np.int32)])
    >>> time_s.tolist(), facility.tolist()
    ([[150.0]], [[1]])
    """
    shape = (len(origins), len(serving))
    time_s, facility = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int32)
    known = np.flatnonzero(np.isfinite(origins).all(axis=1))
    for column, rows in enumerate(serving):
        placed = rows[np.isfinite(facilities[rows]).all(axis=1)]
        if not (len(placed) and len(known)):
            continue
        # Facilities at one place: the first stands for all.
        places, first = np.unique(facilities[placed], axis=0, return_index=True)
        lowest = placed[first]
        k = min(_EQUALS, len(places))
        _, which = plant_tree(places).query(origins[known], k=k)
        which = np.asarray(which).reshape(len(known), k)
        seconds = _seconds(line, origins[known][:, None, :], places[which])
        row = np.where(seconds == seconds.min(axis=1)[:, None], lowest[which], np.inf)
        time_s[known, column] = seconds.min(axis=1)
        facility[known, column] = row.min(axis=1).astype(np.int32)
    return time_s, facility


def measure_straight_catchments(
    line: StraightLine, *, places: Places, origins: Places, limit_s: float
) -> csr_array:
    """
    Find for each place the origins that reach it within a time, as the crow flies.

    Parameters
    ----------
    line
        Straight line of one mode.
    places
        Eastings and northings in metres, NaN for those without a place, shape
        (places, 2).
    origins
        The same of the origins.
    limit_s
        Longest time in seconds, inclusive as in `reach.within`.

    Returns
    -------
    catchments
        Sparse matrix (places, origins) of seconds; an entry is there only within
        the limit, and may be an explicit zero.
    """
    here = np.flatnonzero(np.isfinite(places).all(axis=1))
    there = np.flatnonzero(np.isfinite(origins).all(axis=1))
    shape = (len(places), len(origins))
    if not (len(here) and len(there)):
        return csr_array(shape)
    radius_m = limit_s / line.s_per_m * _MARGIN + 1.0
    found = plant_tree(origins[there]).query_ball_point(
        places[here], radius_m, return_sorted=True
    )
    members = [there[np.asarray(one, dtype=np.int64)] for one in found]
    row = np.repeat(here, [len(one) for one in members])
    column = np.concatenate([np.empty(0, np.int64), *members])
    seconds = _seconds(line, places[row], origins[column])
    in_time = within(seconds, limit_s)
    first = np.concatenate(
        [[0], np.cumsum(np.bincount(row[in_time], minlength=len(places)))]
    )
    return csr_array((seconds[in_time], column[in_time], first), shape=shape)


def _seconds(line: StraightLine, a: Places, b: Places) -> NDArray[np.float64]:
    """Give the time along the lengthened straight line between places."""
    step_m = b - a
    return quantise(np.hypot(step_m[..., 0], step_m[..., 1]) * line.s_per_m)
