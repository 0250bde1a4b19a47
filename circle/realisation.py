"""The realisation degree (实现度): how far targets are met. The tool's own index."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RealisationDegree:
    """The weighted mean of min(actual / target, 1)."""

    part: NDArray[np.float64]
    """min(actual / target, 1) of each indicator; NaN where the actual value is
    unknown."""
    degree: float
    """Weighted mean of the known parts; NaN where none is known."""
    weight_known: float
    """Sum of the weights of the known parts: the denominator."""
    weight_unknown: float
    """Sum of the weights of indicators without a known value, left out."""


def realisation_degree(
    actual: NDArray[np.float64],
    *,
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> RealisationDegree:
    """
    Measure how far targets are met, no target more than fully.

    Parameters
    ----------
    actual
        Value of each indicator; NaN where unknown.
    target
        Value at which each is fully realised, above zero.
    weight
        Weight of each, above zero.

    Returns
    -------
    degree
        The parts, their mean, and what it rests on. Unknown values are left out, not
        counted as zero.

    Notes
    -----
    The formula behind the published realisation degree of Haiyan is not public; this
    is a usual form, and the index is the tool's own.

    Examples
    --------
    >>> found = realisation_degree(
    ...     np.array([0.9, 40.0]),
    ...     target=np.array([1.0, 30.0]),
    ...     weight=np.array([3.0, 1.0]),
    ... )
    >>> round(found.degree, 3)
    0.925
    """
    part = np.clip(actual / target, 0.0, 1.0)
    known = np.isfinite(part)
    weight_known = float(weight[known].sum())
    total = float((weight[known] * part[known]).sum())
    return RealisationDegree(
        part=part,
        degree=total / weight_known if weight_known > 0 else float("nan"),
        weight_known=weight_known,
        weight_unknown=float(weight[~known].sum()),
    )
