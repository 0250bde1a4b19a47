"""The place nearest to each of many points, in a straight line."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from circle.point_trees import plant_tree

# As many places as a point on a regular grid can have at equal distance.
_TIED = 4
# So many distances take less time than to load what plants trees: a tenth of a second.
_FEW = 50_000_000


def nearest_places(
    places: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.int64]:
    """
    Find the place nearest to each point in a straight line.

    Parameters
    ----------
    places
        Eastings and northings in metres, at least one, shape (places, 2).
    at
        The points likewise, shape (points, 2).

    Returns
    -------
    nearest
        Row of the place, the lowest of equally near ones; shape (points,).

    Examples
    --------
    >>> places = np.array([[0.0, 0.0], [10.0, 0.0]])
    >>> nearest_places(places, np.array([[5.0, 0.0], [6.0, 0.0]])).tolist()
    [0, 1]
    """
    if len(places) * len(at) > _FEW:
        return _nearest_of_many(places, at)
    return np.asarray(_nearest_of_few(places, at))


@njit(cache=True, nogil=True)
def _nearest_of_few(
    places: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Find the first of the places nearest to each point by a look at all of them."""
    nearest = np.zeros(len(at), np.int64)
    for k in range(len(at)):
        best = np.inf
        for i in range(len(places)):
            aside, above = at[k, 0] - places[i, 0], at[k, 1] - places[i, 1]
            distance = np.sqrt(aside * aside + above * above)
            if distance < best:
                best = distance
                nearest[k] = i
    return nearest


def _nearest_of_many(
    places: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Find the same with a tree."""
    ranks = range(1, 1 + min(_TIED, len(places)))
    distance, which = plant_tree(places).query(at, k=ranks)
    tied = distance == np.asarray(distance)[:, :1]
    nearest = np.where(tied, which, len(places)).min(axis=1)
    return np.asarray(nearest, dtype=np.int64)
