"""Items that the same options cover become one item: a smaller problem, equal plans."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_SEED = 20260101


@dataclass(frozen=True)
class Merged:
    """Items that one stands for."""

    first: NDArray[np.int64]
    """Position of the first item of each group, shape (groups,)."""
    group: NDArray[np.int64]
    """Group of each item; -1 where no option covers it, shape (items,)."""


def merge_items(cover: csr_array, labels: Sequence[NDArray[np.bool_]] = ()) -> Merged:
    """
    Find the items that exactly the same options cover.

    Parameters
    ----------
    cover
        Sparse matrix (options, items).
    labels
        Marks, each of shape (items,), in which merged items must agree as well.

    Returns
    -------
    merged
        Groups in the order of their first items.

    Notes
    -----
    Sets are told apart by two sums of random 64-bit numbers, one per option: that two
    different sets agree in both has a chance of about 2^-128 per pair.

    Examples
    --------
    >>> cover = csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 0]]))
    >>> merge_items(cover).group.tolist()
    [0, 0, 1, -1]
    """
    by_item = csr_array(cover.T.tocsr())
    n = by_item.shape[0]
    count = np.diff(by_item.indptr)
    random = np.random.default_rng(_SEED)
    keys = []
    filled = np.flatnonzero(count)
    for _ in range(2):
        number = random.integers(1, 2**63 - 1, max(cover.shape[0], 1))
        key = np.zeros(n, np.int64)
        if len(filled):
            starts = by_item.indptr[:-1][filled]
            key[filled] = np.add.reduceat(number[by_item.indices], starts)
        for label in labels:
            key[label] += random.integers(1, 2**63 - 1)
        keys.append(key)
    both = np.empty(len(filled), dtype=[("one", np.int64), ("two", np.int64)])
    both["one"], both["two"] = keys[0][filled], keys[1][filled]
    _, first, group = np.unique(both, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    groups = np.full(n, -1, np.int64)
    groups[filled] = rank[group]
    return Merged(filled[first[order]], groups)


def merge_columns(
    cover: csr_array, weight: NDArray[np.float64], merged: Merged
) -> tuple[csr_array, NDArray[np.float64]]:
    """
    Keep one column of each group, with the weight of all.

    Parameters
    ----------
    cover
        Sparse matrix (options, items).
    weight
        Weight of each item, shape (items,).
    merged
        The groups.

    Returns
    -------
    cover
        Sparse matrix (options, groups).
    weight
        Shape (groups,).
    """
    inside = merged.group >= 0
    total = np.bincount(
        merged.group[inside], weight[inside], minlength=len(merged.first)
    )
    joined = csr_array(cover.tocsc()[:, merged.first].tocsr())
    return joined, np.asarray(total, np.float64)
