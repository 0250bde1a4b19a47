"""Fairness: how evenly what is in reach is spread over people and areas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Lorenz:
    """A Lorenz curve: the share of the good that the worst-served share holds."""

    weight_share: NDArray[np.float64]
    """Share of the people, from the worst served up; begins with 0, ends with 1."""
    value_share: NDArray[np.float64]
    """Share of the good that these people hold; begins with 0, ends with 1."""


def lorenz(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Lorenz:
    """
    Draw the Lorenz curve of a value per person, weighted by people.

    Parameters
    ----------
    values
        Value per person in each area or cell, not negative, shape (areas,).
    weights
        People of each, not negative, shape (areas,).

    Returns
    -------
    curve
        One point more than there are different values; the order of the areas does
        not matter. Both shares are NaN where nobody holds anything.

    Notes
    -----
    Lorenz (1905); between points the curve is straight, as all people of an area
    have its value.

    Examples
    --------
    >>> curve = lorenz(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    >>> curve.value_share.tolist()
    [0.0, 0.25, 1.0]
    """
    value, people_of = _by_value(values, weights)
    people = np.concatenate([[0.0], np.cumsum(people_of)])
    goods = np.concatenate([[0.0], np.cumsum(people_of * value)])
    if goods[-1] <= 0:
        nothing = np.full(len(goods), np.nan)
        return Lorenz(nothing, nothing)
    return Lorenz(people / people[-1], goods / goods[-1])


def gini(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """
    Give the Gini coefficient of a value per person, weighted by people.

    Parameters
    ----------
    values
        Value per person in each area or cell, not negative, shape (areas,).
    weights
        People of each, shape (areas,).

    Returns
    -------
    coefficient
        0 where all have the same, towards 1 where few have all; NaN where nobody
        has anything.

    Notes
    -----
    Gini (1912), as one less twice the area under the Lorenz curve.

    Examples
    --------
    >>> gini(np.array([0.0, 0.0, 0.0, 1.0]), np.ones(4))
    0.75
    """
    curve = lorenz(values, weights)
    step = np.diff(curve.weight_share)
    height = curve.value_share[1:] + curve.value_share[:-1]
    return float(1 - (step * height).sum()) if len(step) else float("nan")


def tail_mean(
    values: NDArray[np.float64], weights: NDArray[np.float64], *, share: float = 0.1
) -> float:
    """
    Give the mean value of the worst-served share of people.

    Parameters
    ----------
    values
        Value per person in each area or cell, shape (areas,).
    weights
        People of each, shape (areas,).
    share
        Share of the people, from 0 (not included) to 1. The area at the edge counts
        in part.

    Returns
    -------
    mean
        People-weighted mean; NaN without people.

    Examples
    --------
    >>> tail_mean(np.array([0.2, 1.0]), np.array([5.0, 95.0]))
    0.6
    """
    value, people = _by_value(values, weights)
    wanted = share * people.sum()
    if wanted <= 0:
        return float("nan")
    before = np.concatenate([[0.0], np.cumsum(people)[:-1]])
    taken = np.clip(wanted - before, 0.0, people)
    return float((taken * value).sum() / wanted)


def palma(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """
    Compare what the best-served tenth holds with the worst-served four tenths.

    Parameters
    ----------
    values
        Value per person in each area or cell, not negative, shape (areas,).
    weights
        People of each, shape (areas,).

    Returns
    -------
    ratio
        Share held by the best-served tenth over the share held by the worst-served
        four tenths; 0.25 where all have the same, NaN where the latter have nothing.

    Notes
    -----
    The ratio that Palma (2011) gives for incomes, here of what is in reach.

    Examples
    --------
    >>> palma(np.ones(10), np.ones(10))
    0.25
    """
    best = -tail_mean(-values, weights, share=0.1)
    worst = tail_mean(values, weights, share=0.4)
    return 0.1 * best / (0.4 * worst) if worst > 0 else float("nan")


def widest_gap(values: NDArray[np.float64]) -> float:
    """
    Give the difference between the highest and the lowest known value.

    Parameters
    ----------
    values
        One value per area class; NaN where nothing is known.

    Returns
    -------
    gap
        Not negative; NaN where fewer than two values are known.

    Examples
    --------
    >>> widest_gap(np.array([0.75, np.nan, 0.5]))
    0.25
    """
    known = values[np.isfinite(values)]
    return float(known.max() - known.min()) if len(known) > 1 else float("nan")


def _by_value(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum the people of each different value, ascending; no order of rows is left."""
    held = weights > 0
    value, place = np.unique(values[held], return_inverse=True)
    people = np.bincount(place.ravel(), weights=weights[held], minlength=len(value))
    return value, people.astype(float)
