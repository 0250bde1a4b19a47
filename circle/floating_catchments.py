"""Floating catchments: how much supply is in reach, shared with all who reach it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.profile_norms import Decay
from circle.reached import within

# Upper ends of the bands as parts of the limit, and their weights: Luo and Qi (2009)
# take three bands of 10 minutes each.
BAND_ENDS: Final = (1 / 3, 2 / 3)
BAND_WEIGHTS: Final = (1.0, 0.68, 0.22)


@dataclass(frozen=True)
class FloatingCatchments:
    """Supply per person in reach, and how full each facility is."""

    ratio: NDArray[np.float64]
    """Known supply per unit of demand in reach of each origin; zero where there is
    none, shape (origins,)."""
    reachable: NDArray[np.bool_]
    """Whether any facility is in reach, its supply known or not, shape (origins,)."""
    uncertain: NDArray[np.bool_]
    """Whether a facility of unknown supply is in reach, so that `ratio` is a least
    value, shape (origins,)."""
    demand: NDArray[np.float64]
    """Demand in the catchment of each facility, weighted by the decay, shape
    (facilities,)."""
    facility_ratio: NDArray[np.float64]
    """Supply over demand of each facility; NaN where the supply is unknown or
    nobody is in reach, shape (facilities,)."""

    def full(self, norm: float) -> NDArray[np.bool_]:
        """Tell which origins surely reach facilities, and too little supply there."""
        short = self.ratio < norm * (1 - 1e-12)
        return self.reachable & ~self.uncertain & short

    def load(self, norm: float) -> NDArray[np.float64]:
        """Give demand over the demand that each facility can serve by the norm."""
        with np.errstate(divide="ignore"):
            return np.asarray(norm / self.facility_ratio)


def float_catchments(
    seconds: csr_array,
    *,
    supply: NDArray[np.float64],
    demand: NDArray[np.float64],
    limit_s: NDArray[np.float64] | float,
    decay: Decay = "none",
) -> FloatingCatchments:
    """
    Share the supply of facilities among all who reach them, in two steps.

    Parameters
    ----------
    seconds
        Sparse matrix (facilities, origins) of times in seconds; an entry is there
        only in reach, and may be an explicit zero.
    supply
        Capacity of each facility, such as places; NaN where unknown, shape
        (facilities,).
    demand
        People of each origin, shape (origins,).
    limit_s
        Longest time in seconds, inclusive; one, or one per origin.
    decay
        ``none`` (2SFCA), ``bands`` (E2SFCA) or ``gaussian``.

    Returns
    -------
    catchments
        Ratios of origins and facilities.

    Notes
    -----
    Step one gives each facility R = supply / sum of (weight × demand) over the origins
    in reach; step two gives each origin the sum of weight × R over the facilities in
    reach (Luo and Wang 2003; with weights by bands Luo and Qi 2009; Gaussian Dai
    2010). The demand-weighted sum of the ratios is the supply that anybody reaches.

    Examples
    --------
    Two facilities; the second origin reaches both.

    >>> seconds = csr_array(np.array([[60.0, 120.0, 0.0], [0.0, 60.0, 60.0]]))
    >>> found = float_catchments(
    ...     seconds,
    ...     supply=np.array([10.0, 6.0]),
    ...     demand=np.array([50.0, 50.0, 10.0]),
    ...     limit_s=900.0,
    ... )
    >>> found.ratio.tolist()
    [0.1, 0.2, 0.1]
    """
    weights = catchment_weights(seconds, limit_s, decay=decay)
    in_reach = csr_array(
        (np.ones(len(weights.data)), weights.indices, weights.indptr),
        shape=weights.shape,
    )
    known = np.isfinite(supply)
    competing = np.asarray(weights @ demand, dtype=float)
    served = known & (competing > 0)
    facility_ratio = np.full(len(supply), np.nan)
    facility_ratio[served] = supply[served] / competing[served]
    shared = np.where(served, facility_ratio, 0.0)
    return FloatingCatchments(
        ratio=np.asarray(weights.T @ shared, dtype=float),
        reachable=np.asarray(in_reach.T @ np.ones(len(supply))) > 0,
        uncertain=np.asarray(in_reach.T @ (~known).astype(float)) > 0,
        demand=competing,
        facility_ratio=facility_ratio,
    )


def catchment_weights(
    seconds: csr_array,
    limit_s: NDArray[np.float64] | float,
    *,
    decay: Decay = "none",
) -> csr_array:
    """
    Turn times into weights; entries beyond the limit are left out.

    Parameters
    ----------
    seconds
        Sparse matrix (facilities, origins) of times in seconds.
    limit_s
        Longest time in seconds, inclusive; one, or one per origin.
    decay
        ``none``, ``bands`` or ``gaussian``.

    Returns
    -------
    weights
        Sparse matrix of the same shape, from 0 to 1; an explicit zero stands where
        the Gaussian reaches zero, at the limit.

    Examples
    --------
    >>> seconds = csr_array(np.array([[100.0, 500.0, 900.0, 901.0]]))
    >>> catchment_weights(seconds, 900.0, decay="bands").toarray().tolist()
    [[1.0, 0.68, 0.22, 0.0]]
    """
    row = np.repeat(np.arange(seconds.shape[0]), np.diff(seconds.indptr))
    limit = np.broadcast_to(np.asarray(limit_s, dtype=float), seconds.shape[1:])
    own_limit = limit[seconds.indices]
    kept = within(seconds.data, own_limit)
    part = np.minimum(seconds.data[kept] / own_limit[kept], 1.0)
    counts = np.bincount(row[kept], minlength=seconds.shape[0])
    first = np.concatenate([[0], np.cumsum(counts)])
    return csr_array(
        (_weight(part, decay), seconds.indices[kept], first), shape=seconds.shape
    )


def _weight(part: NDArray[np.float64], decay: Decay) -> NDArray[np.float64]:
    """Give the weight for a time as a part of the limit."""
    if decay == "bands":
        weights = np.array(BAND_WEIGHTS)
        return np.asarray(weights[np.searchsorted(BAND_ENDS, part - 1e-12)])
    if decay == "gaussian":
        floor = np.exp(-0.5)
        return np.asarray((np.exp(-0.5 * part**2) - floor) / (1 - floor))
    return np.ones(len(part))
