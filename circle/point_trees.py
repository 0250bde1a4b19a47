"""Trees of points that find what lies near: SciPy's, imported where one is planted."""

from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree


def plant_tree(places: NDArray[np.float64], *, balanced: bool = True) -> "cKDTree":
    """
    Plant a tree over points.

    Parameters
    ----------
    places
        Eastings and northings in metres, shape (points, 2).
    balanced
        False plants it faster, for points that are spread evenly.

    Returns
    -------
    tree
        SciPy's. Its part for geometry takes a quarter of a second to import, and a
        study that is kept needs no tree to load.

    Examples
    --------
    >>> plant_tree(np.array([[0.0, 0.0], [3.0, 4.0]])).query([3.0, 3.0])
    (1.0, 1)
    """
    plant = import_module("scipy.spatial").cKDTree
    tree: cKDTree = plant(places, balanced_tree=balanced)
    return tree
