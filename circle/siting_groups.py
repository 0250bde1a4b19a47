"""A siting problem with fewer items, where the same options cover several of them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from circle.siting_merge import Merged, merge_columns, merge_items
from circle.siting_problem import CoverProblem, Service


def merge_problem(problem: CoverProblem) -> CoverProblem:
    """
    Merge the items that the same options cover, where nothing tells them apart.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    problem
        With the same plans and objectives; as it is where there are floors without
        sizes of facilities, or where nobody covers an item that must be covered. Where
        facilities have sizes, merged items have the same weight per person, period and
        floors.

    Examples
    --------
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 1, 0], [1, 1, 1]]))
    >>> merge_problem(plain_problem(cover, [5, 1, 2])).weight.tolist()
    [6.0, 2.0]
    """
    if problem.floors and problem.service is None:
        return problem
    must = problem.must_cover
    locks = problem.must_open
    labels = [must, locks, *_labels_of_sizes(problem)]
    merged = merge_items(problem.cover, labels)
    if (must & (merged.group < 0)).any():
        return problem
    cover, weight = merge_columns(problem.cover, problem.weight, merged)
    none = np.zeros(0, bool)
    return replace(
        problem, cover=cover, weight=weight,
        required=(must & ~locks)[merged.first] if must.any() else none,
        locks=locks[merged.first] if locks.any() else none,
        service=_merged_service(problem.service, merged),
        floors=tuple(
            replace(one, items=_groups_of(one.items, merged)) for one in problem.floors
        ),
    )  # fmt: skip


def _labels_of_sizes(problem: CoverProblem) -> list[NDArray[np.bool_]]:
    """Mark items so that those differ that sharing people out tells apart."""
    service = problem.service
    if service is None:
        return []
    some = service.people > 0
    rate = np.full(problem.n_items, -1.0)
    rate[some] = problem.weight[some] / service.people[some]
    kinds = [np.unique(rate, return_inverse=True)[1], service.period]
    # Numbers as marks: one for each of their binary digits.
    labels = [
        (kind >> digit) % 2 > 0
        for kind in kinds
        for digit in range(int(kind.max(initial=0)).bit_length())
    ]
    for floor in problem.floors:
        label = np.zeros(problem.n_items, bool)
        label[floor.items] = True
        labels.append(label)
    return labels


def _merged_service(service: Service | None, merged: Merged) -> Service | None:
    """Add up the people of merged items."""
    if service is None:
        return None
    inside = merged.group >= 0
    people = np.bincount(
        merged.group[inside], service.people[inside], minlength=len(merged.first)
    )
    return replace(
        service,
        people=np.asarray(people, np.float64),
        period=service.period[merged.first],
    )


def _groups_of(items: NDArray[np.int64], merged: Merged) -> NDArray[np.int64]:
    """Give the groups of items; those that nobody covers have none."""
    groups = np.unique(merged.group[items])
    return groups[groups >= 0]
