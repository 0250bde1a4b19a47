"""Choice: how many facilities are in reach, and what depends on a single one."""

import numpy as np
from numpy.typing import NDArray


def count_in_reach(
    facility: NDArray[np.int32], origin: NDArray[np.int32], *, n_origins: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """
    Count the facilities of one type that each origin reaches in time.

    Parameters
    ----------
    facility
        Row of the facility of each pair in reach, shape (pairs,).
    origin
        Row of its origin, shape (pairs,); no pair stands twice.
    n_origins
        Rows of the table of origins.

    Returns
    -------
    count
        Facilities in reach, shape (origins,).
    single
        Row of the facility where it is the only one in reach, else -1, shape
        (origins,).

    Examples
    --------
    >>> count, single = count_in_reach(
    ...     np.array([4, 4, 7]), np.array([0, 1, 1]), n_origins=3
    ... )
    >>> count.tolist(), single.tolist()
    ([1, 2, 0], [4, -1, -1])
    """
    count = np.bincount(origin, minlength=n_origins).astype(np.int32)
    single = np.full(n_origins, -1, dtype=np.int32)
    alone = count[origin] == 1
    single[origin[alone]] = facility[alone]
    return count, single


def weigh_dependence(
    single: NDArray[np.int32], weight: NDArray[np.float64], *, n_facilities: int
) -> NDArray[np.float64]:
    """
    Sum what would lose a type if a facility closed, for each facility.

    Parameters
    ----------
    single
        Row of the only facility in reach, or -1, shape (origins,).
    weight
        People of each origin, or one for each committee, shape (origins,).
    n_facilities
        Rows of the table of facilities.

    Returns
    -------
    lost
        Weight of the origins that have no other facility of the type, shape
        (facilities,).

    Examples
    --------
    >>> weigh_dependence(
    ...     np.array([0, -1, 0]), np.array([5.0, 9.0, 2.0]), n_facilities=2
    ... ).tolist()
    [7.0, 0.0]
    """
    here = single >= 0
    lost = np.bincount(single[here], weights=weight[here], minlength=n_facilities)
    return lost.astype(float)
