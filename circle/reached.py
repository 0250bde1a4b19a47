"""Reach as a table: times, nearest facilities and limits of all pairs, and who is in.

A pair is an origin, a committee or a cell, and a facility type.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.profile_rules import Travel

# Covered means time <= threshold + TOLERANCE_S: a millisecond, so that a place laid
# out exactly at the limit is inside whatever the rounding of its coordinates.
TOLERANCE_S: Final = 1e-3


@dataclass(frozen=True)
class Limits:
    """The rule of every pair of origin and facility type, kept by class of origin."""

    travels: tuple[Travel, ...]
    """The ways of travel in use."""
    rule_class: NDArray[np.intp]
    """Row of each origin in the arrays below, shape (origins,)."""
    travel: NDArray[np.int8]
    """Position in `travels` of the way of travel, shape (classes, types); -1 in a
    class that no origin is of."""
    threshold_s: NDArray[np.float64]
    """Longest time that counts, in seconds, shape (classes, types)."""
    limit_m: NDArray[np.float64]
    """Limit in metres where the rule gives metres, else NaN, shape (classes, types)."""

    def rows(self, seat: int) -> NDArray[np.intp]:
        """
        Find the origins of which some pair goes by one way of travel.

        Parameters
        ----------
        seat
            Position of the way of travel in `travels`.

        Returns
        -------
        rows
            Ascending.
        """
        used = (self.travel == seat).any(axis=1)
        return np.flatnonzero(used[self.rule_class])

    def longest_s(self, seat: int | None = None) -> float:
        """
        Give the longest limit of any pair.

        Parameters
        ----------
        seat
            Only of the pairs that go by this way of travel.

        Returns
        -------
        longest_s
            Seconds; 0 where there is no pair.
        """
        used = self.travel >= 0 if seat is None else self.travel == seat
        return float(self.threshold_s[used].max(initial=0.0))


@dataclass(frozen=True)
class Reach:
    """Times from origins to the nearest facility that serves each type."""

    origin_ids: tuple[str, ...]
    """Ids of the committees or cells, in the order of the rows."""
    type_ids: tuple[str, ...]
    """Ids of the facility types, in the order of the columns."""
    limits: Limits
    """The rule of every pair."""
    time_s: NDArray[np.float64]
    """Time in seconds, NaN where there is no way, shape (origins, types)."""
    facility: NDArray[np.int32]
    """Row of the nearest facility in the table of facilities, -1 where there is
    none, shape (origins, types)."""
    joined_by: NDArray[np.bool_]
    """Whether each origin is joined to the network of each way of travel, shape
    (origins, travels)."""

    @property
    def travels(self) -> tuple[Travel, ...]:
        """The ways of travel in use."""
        return self.limits.travels

    @property
    def travel(self) -> NDArray[np.int8]:
        """Position in `travels` of each pair's way, shape (origins, types)."""
        return np.asarray(self.limits.travel[self.limits.rule_class])

    @property
    def threshold_s(self) -> NDArray[np.float64]:
        """Longest time that counts, in seconds, shape (origins, types)."""
        return np.asarray(self.limits.threshold_s[self.limits.rule_class])

    @property
    def limit_m(self) -> NDArray[np.float64]:
        """Limit in metres where the rule gives metres, else NaN, likewise."""
        return np.asarray(self.limits.limit_m[self.limits.rule_class])

    @property
    def joined(self) -> NDArray[np.bool_]:
        """Whether each origin is joined to the network that each type needs."""
        seat = self.travel
        return np.asarray(np.take_along_axis(self.joined_by, seat, axis=1))

    @property
    def distance_m(self) -> NDArray[np.float64]:
        """Way in metres where the rule gives metres, else NaN."""
        return np.asarray(self.time_s * (self.limit_m / self.threshold_s))

    @property
    def mode(self) -> NDArray[np.object_]:
        """Mode of each pair, shape (origins, types)."""
        return np.array([one.mode for one in self.travels], dtype=object)[self.travel]

    @property
    def group(self) -> NDArray[np.object_]:
        """Person group of each pair, shape (origins, types)."""
        return np.array([one.group for one in self.travels], dtype=object)[self.travel]

    @cached_property
    def covered(self) -> NDArray[np.bool_]:
        """Whether each origin reaches each type in time, shape (origins, types)."""
        covered = np.empty(self.time_s.shape, dtype=bool, order="F")
        for column, seconds in enumerate(self.time_s.T):
            covered[:, column] = within(seconds, self.thresholds_s(column))
        covered.flags.writeable = False
        return covered

    def thresholds_s(self, column: int) -> NDArray[np.float64]:
        """
        Give the limits of one type.

        Parameters
        ----------
        column
            Column of the type.

        Returns
        -------
        thresholds_s
            Seconds, shape (origins,).
        """
        return np.asarray(self.limits.threshold_s[:, column][self.limits.rule_class])


def pick_types(reach: Reach, columns: Sequence[int]) -> Reach:
    """
    Pick some facility types of a reach.

    Parameters
    ----------
    reach
        The reach.
    columns
        Columns of the types, in the order wanted.

    Returns
    -------
    reach
        The same origins, these types only.
    """
    chosen = list(columns)
    limits = replace(
        reach.limits,
        travel=reach.limits.travel[:, chosen],
        threshold_s=reach.limits.threshold_s[:, chosen],
        limit_m=reach.limits.limit_m[:, chosen],
    )
    return replace(
        reach,
        type_ids=tuple(reach.type_ids[one] for one in chosen),
        limits=limits,
        time_s=reach.time_s[:, chosen],
        facility=reach.facility[:, chosen],
    )


def within(
    time_s: NDArray[np.float64], threshold_s: NDArray[np.float64] | float
) -> NDArray[np.bool_]:
    """
    Tell which times are at most the threshold: circle decides here and nowhere else.

    Parameters
    ----------
    time_s
        Times in seconds, any shape; NaN is never within.
    threshold_s
        Longest times that count, in seconds, inclusive; broadcast to `time_s`.

    Returns
    -------
    covered
        Same shape as `time_s`.

    Examples
    --------
    >>> within(np.array([899.0, 900.0, 900.01, np.nan]), 900.0).tolist()
    [True, True, False, False]
    """
    return np.asarray(time_s <= threshold_s + TOLERANCE_S)


@njit(cache=True, nogil=True)
def is_within(time_s: float, threshold_s: float) -> bool:
    """
    Tell what `within` tells, of one time, for kernels.

    Parameters
    ----------
    time_s, threshold_s
        Seconds.

    Returns
    -------
    covered
        Whether the time counts.

    Examples
    --------
    >>> is_within(900.0, 900.0), is_within(900.01, 900.0)
    (True, False)
    """
    return time_s <= threshold_s + TOLERANCE_S
