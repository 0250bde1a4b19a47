"""Whole people: share out and round counts so that totals hold to the person."""

import numpy as np
from numpy.typing import NDArray

from circle.errors import InputError, Words

# Millionths of a person are noise of conversions, not people.
_DECIMALS = 6


def share_out_people(total: int, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """
    Split whole people by weight, to the person (largest remainder).

    Parameters
    ----------
    total
        People to share out.
    weight
        Weight of each place, not negative, shape (places,).

    Returns
    -------
    people
        Whole people, shape (places,); they add up to `total`. Equal remainders go
        to the earlier place.

    Raises
    ------
    InputError
        If no place has a weight.

    Examples
    --------
    >>> share_out_people(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    if not weight.sum() > 0:
        message = Words(
            "population: no place has any weight to carry people; expected at least "
            "one; check that people, homes or areas are not all zero.",
            zh="人口：没有可分配人口的位置；应至少有一处权重大于零；"
            "请核对人口、住宅或面积是否全为零。",
        )
        raise InputError(message)
    exact = total * (weight / weight.sum())
    people: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = total - int(people.sum())
    order = np.argsort(-(exact - people), kind="stable")
    people[order[:left]] += 1
    return people


def round_people(
    exact: NDArray[np.float64], total: int | None = None
) -> NDArray[np.int64]:
    """
    Round people so that they add up: each goes down or up to the next whole number.

    Parameters
    ----------
    exact
        People with decimals, not negative, shape (places,).
    total
        Sum wanted, one of the whole numbers next to the sum of `exact`; the nearest
        if not given.

    Returns
    -------
    people
        Whole people, shape (places,); whole numbers stay as they are. The largest
        decimals go up; of equal ones the earlier place.

    Examples
    --------
    >>> round_people(np.array([0.4, 2.0, 1.4, 0.3])).tolist()
    [1, 2, 1, 0]
    """
    exact = np.round(exact, _DECIMALS)
    people: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    wanted = int(np.floor(exact.sum() + 0.5)) if total is None else total
    order = np.argsort(people - exact, kind="stable")
    people[order[: wanted - int(people.sum())]] += 1
    return people
