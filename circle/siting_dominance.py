"""Leave out items and options of a set covering problem that do not matter."""

from dataclasses import replace

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.siting_conflict import uncoverable_items
from circle.siting_problem import CoverProblem, plain_problem

# Comparisons of 64 marks that are done in about a second; more are not tried.
_MOST_WORK = 2_000_000_000


def reduce_cover(cover: csr_array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Find the items and options that a least set of options depends on.

    Parameters
    ----------
    cover
        Sparse matrix (options, items); every item is to be covered, every option
        costs the same.

    Returns
    -------
    options
        Options left: the items of the others are all covered by one of these.
    items
        Items left: who covers these covers all that some option covers.

    Notes
    -----
    Row and column dominance (Toregas and ReVelle, 1973), in turn until nothing goes.
    Of equals the one with the lower position stays. Large problems stay as they are.

    Examples
    --------
    >>> cover = csr_array(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]]))
    >>> options, items = reduce_cover(cover)
    >>> options.tolist(), items.tolist()
    ([0, 1], [0, 2])
    """
    n_options, n_items = cover.shape
    options = np.arange(n_options)
    items = np.flatnonzero(np.bincount(cover.indices, minlength=n_items))
    work = len(items) ** 2 * n_options + n_options**2 * len(items)
    if work / 64 > _MOST_WORK or not len(items):
        return options, items
    marks = cover.toarray() != 0
    while True:
        before = len(options), len(items)
        inside = marks[np.ix_(options, items)]
        # An item that all who cover another cover too comes with that one.
        items = items[~_holders(_pack(inside.T))]
        inside = marks[np.ix_(options, items)]
        # An option that covers no more than another is not needed.
        options = options[~_holders(_pack(~inside))]
        if (len(options), len(items)) == before:
            return options, items


def lessen_problem(
    problem: CoverProblem,
) -> tuple[CoverProblem, NDArray[np.int64]]:
    """
    Leave out what a least set of options does not depend on.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    problem
        With an equally good plan; as it is unless it is plain set covering at equal
        costs with nothing else asked.
    options
        Position of each of its options in the problem before.
    """
    n = problem.n_options
    cost = problem.cost + problem.site_cost[problem.site]
    plain = problem.aim == "cost" and problem.one_option_per_site
    plain = plain and not (problem.floors or problem.locked.any())
    plain = plain and problem.service is None and not problem.locks.any()
    plain = plain and not len(problem.limits.at_most) and (cost == cost[:1]).all()
    plain = plain and not (problem.must_cover & uncoverable_items(problem)).any()
    if not plain:
        return problem, np.arange(n)
    allowed = np.flatnonzero(~problem.forbidden)
    asked = np.flatnonzero(problem.must_cover)
    kept, items = reduce_cover(csr_array(problem.cover[allowed][:, asked]))
    options, items = allowed[kept], asked[items]
    cover = csr_array(problem.cover[options][:, items])
    small = plain_problem(cover, problem.weight[items], cost=cost[options])
    return replace(small, required=np.ones(len(items), bool), aim="cost"), options


def _pack(marks: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Write 64 marks of a row into one number."""
    width = -(-marks.shape[1] // 64) * 64
    wide = np.zeros((len(marks), max(width, 64)), bool)
    wide[:, : marks.shape[1]] = marks
    return np.packbits(wide, axis=1).view(np.uint64)


@njit(cache=True, nogil=True)
def _holders(bits: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the rows that hold all marks of another row; of equals the first stays."""
    n, width = bits.shape
    gone = np.zeros(n, np.bool_)
    for one in range(n):
        for other in range(n):
            if one == other or gone[one] or gone[other]:
                continue
            holds, same = True, True
            for k in range(width):
                if bits[other, k] & ~bits[one, k]:
                    holds = False
                    break
                if bits[one, k] != bits[other, k]:
                    same = False
            if holds and (not same or other < one):
                gone[one] = True
    return gone
