"""The exact model of a cover problem: its variables, rows and named requirements."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, hstack

from circle.siting_highs import STRUCTURE, Model
from circle.siting_merge import merge_items
from circle.siting_plan import LOCKED, REQUIRED_ITEMS, ROOM
from circle.siting_problem import CoverProblem
from circle.siting_shares import service_of, share_rows

Row = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class CoverModel:
    """A model and what its variables and requirements stand for."""

    model: Model
    """Variables: options that may open, sites, then served items or pairs."""
    options: NDArray[np.int64]
    """Option of each of the first variables."""
    requirements: tuple[str, ...]
    """Name of each requirement number."""

    def plan_of(self, values: NDArray[np.float64]) -> list[int]:
        """Read the plan out of a solution."""
        return [int(one) for one in self.options[values[: len(self.options)] > 0.5]]


class _Rows:
    """Rows of a model while it is written."""

    def __init__(self) -> None:
        self.row: list[NDArray[np.int64]] = []
        self.column: list[NDArray[np.int64]] = []
        self.value: list[NDArray[np.float64]] = []
        self.lower: list[NDArray[np.float64]] = []
        self.upper: list[NDArray[np.float64]] = []
        self.requirement: list[NDArray[np.int64]] = []
        self.n = 0

    def add(
        self, block: coo_array, lower: float | NDArray[np.float64],
        upper: float | NDArray[np.float64], requirement: int | NDArray[np.int64],
    ) -> None:  # fmt: skip
        """Add a block of rows."""
        n = block.shape[0]
        self.row.append(block.row.astype(np.int64) + self.n)
        self.column.append(block.col.astype(np.int64))
        self.value.append(block.data.astype(np.float64))
        self.lower.append(np.broadcast_to(np.asarray(lower, float), n))
        self.upper.append(np.broadcast_to(np.asarray(upper, float), n))
        self.requirement.append(np.broadcast_to(np.asarray(requirement, int), n))
        self.n += n

    def build(self, n_columns: int) -> csr_array:
        """Put all rows together."""
        if not self.n:
            return csr_array((0, n_columns))
        where = np.concatenate(self.row), np.concatenate(self.column)
        shape = self.n, n_columns
        return csr_array(coo_array((np.concatenate(self.value), where), shape))


def build_model(
    problem: CoverProblem,
    *,
    unlike: Sequence[Sequence[int]] = (),
    tight: bool = True,
) -> CoverModel:
    """
    Write a cover problem as a model.

    Parameters
    ----------
    problem
        The problem.
    unlike
        Earlier plans; the plan must leave out at least one option of each.
    tight
        Hold each pair to the size of its facility as well, which tightens the
        relaxation; not where sizes are to be given up.

    Returns
    -------
    model
        With one number per named requirement.

    Notes
    -----
    Maximal covering after Church and ReVelle (1974), set covering after Toregas et
    al. (1971); items covered by the same options share one variable, which need not
    be a whole number.
    """
    allowed = np.flatnonzero(~problem.forbidden)
    column, site_column, n_opened = _opening_columns(problem, allowed)
    sites = np.unique(problem.site[allowed])
    rows, names = _Rows(), _Names()
    if len(sites) < len(allowed):
        _open_sites(rows, column[allowed], site_column[problem.site[allowed]])
    _limit_rows(problem, rows, names, column=column, site_column=site_column)
    if problem.service is None:
        weight = _item_rows(problem, rows, names, column, n_opened)
    else:
        weight = _share_rows(problem, rows, names, column, n_opened, tight=tight)
    for plan in unlike:
        inside = column[np.asarray(list(plan), np.int64)]
        block = _block([(inside, np.ones(len(inside)))])
        rows.add(block, -np.inf, len(inside) - 1.0, STRUCTURE)
    if problem.aim == "cost":
        worth = np.zeros(n_opened + len(weight))
        worth[column[allowed]] += problem.cost[allowed]
        worth[site_column[sites]] += problem.site_cost[sites]
    else:
        worth = np.concatenate([np.zeros(n_opened), weight])
    n = len(worth)
    model = Model(
        worth=worth,
        lower=np.zeros(n),
        upper=np.ones(n),
        whole=np.arange(n) < len(allowed),
        rows=rows.build(n),
        row_lower=np.concatenate([*rows.lower, np.zeros(0)]),
        row_upper=np.concatenate([*rows.upper, np.zeros(0)]),
        requirement=np.concatenate([*rows.requirement, np.zeros(0, int)]),
        maximise=problem.aim == "cover",
    )
    return CoverModel(model, allowed, tuple(names.names))


def _opening_columns(
    problem: CoverProblem, allowed: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Give each option and site its variable, -1 for those that may not open."""
    column = np.full(problem.n_options, -1, np.int64)
    column[allowed] = np.arange(len(allowed))
    sites = np.unique(problem.site[allowed])
    site_column = np.full(len(problem.site_cost), -1, np.int64)
    if len(sites) == len(allowed):
        # Where no options share a site, opening the option opens the site.
        site_column[problem.site[allowed]] = column[allowed]
        return column, site_column, len(allowed)
    site_column[sites] = len(allowed) + np.arange(len(sites))
    return column, site_column, len(allowed) + len(sites)


class _Names:
    """Names of requirements while they are numbered."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def number(self, name: str) -> int:
        """Give the number of a name."""
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)


def _block(rows: Sequence[Row]) -> coo_array:
    """Write rows given as columns and values."""
    if not rows:
        return coo_array((0, 0))
    row = np.repeat(np.arange(len(rows)), [len(one[0]) for one in rows])
    columns = np.concatenate([one[0] for one in rows])
    values = np.concatenate([one[1] for one in rows])
    width = int(columns.max()) + 1 if len(columns) else 0
    return coo_array((values, (row, columns)), shape=(len(rows), width))


def _open_sites(
    rows: _Rows, options: NDArray[np.int64], sites: NDArray[np.int64]
) -> None:
    """Say that an option opens only at an open site."""
    n = len(options)
    row = np.concatenate([np.arange(n), np.arange(n)])
    columns = np.concatenate([options, sites])
    values = np.concatenate([np.ones(n), -np.ones(n)])
    block = coo_array((values, (row, columns)), shape=(n, int(columns.max()) + 1))
    rows.add(block, -np.inf, 0.0, STRUCTURE)


def _limit_rows(
    problem: CoverProblem,
    rows: _Rows,
    names: _Names,
    *,
    column: NDArray[np.int64],
    site_column: NDArray[np.int64],
) -> None:
    """Write the limits, and what is locked."""
    limits = problem.limits
    parts = []
    for amounts, where in ((limits.options, column), (limits.sites, site_column)):
        entries = coo_array(amounts)
        kept = where[entries.col] >= 0
        parts.append((entries.data[kept], entries.row[kept], where[entries.col[kept]]))
    n = len(limits.at_most)
    data, row, col = (np.concatenate(one) for one in zip(*parts, strict=True))
    width = int(col.max()) + 1 if len(col) else 0
    numbers = np.array([names.number(one) for one in limits.name], int)
    rows.add(
        coo_array((data, (row, col)), shape=(n, width)),
        -np.inf,
        limits.at_most,
        numbers,
    )
    locked = np.flatnonzero(problem.locked)
    if len(locked):
        number = names.number(LOCKED)
        both = locked[column[locked] >= 0]
        ones = [(column[[one]], np.ones(1)) for one in both]
        # A site both locked and forbidden has no variable: nothing can be 1.
        ones += [(np.zeros(0, int), np.zeros(0))] * (len(locked) - len(both))
        rows.add(_block(ones), 1.0, np.inf, number)


def _item_rows(
    problem: CoverProblem, rows: _Rows, names: _Names, column: NDArray[np.int64],
    n_opened: int,
) -> NDArray[np.float64]:  # fmt: skip
    """Write what is covered; give the weight of each group of items."""
    allowed = np.flatnonzero(column >= 0)
    cover = csr_array(problem.cover[allowed])
    labels = [problem.must_cover, problem.must_open]
    for floor in problem.floors:
        label = np.zeros(problem.n_items, bool)
        label[floor.items] = True
        labels.append(label)
    merged = merge_items(cover, labels)
    by_group = csr_array(cover.tocsc()[:, merged.first].T.tocsr())
    for name, mask in _musts(problem):
        must = np.flatnonzero(mask[merged.first])
        number = names.number(name)
        rows.add(coo_array(by_group[must]), 1.0, np.inf, number)
        if (merged.group[mask] < 0).any():
            rows.add(coo_array((1, 0)), 1.0, np.inf, number)
    inside = merged.group >= 0
    weight = np.bincount(
        merged.group[inside], problem.weight[inside], minlength=len(merged.first)
    )
    counts = problem.aim == "cover" or any(len(one.items) for one in problem.floors)
    if not counts:
        return np.zeros(0)
    n = len(merged.first)
    entries = coo_array(by_group)
    row = np.concatenate([np.arange(n), entries.row])
    columns = np.concatenate([n_opened + np.arange(n), entries.col])
    values = np.concatenate([np.ones(n), -np.ones(entries.nnz)])
    block = coo_array((values, (row, columns)), shape=(n, n_opened + n))
    rows.add(block, -np.inf, 0.0, STRUCTURE)
    for floor in problem.floors:
        groups = np.unique(merged.group[floor.items])
        groups = groups[groups >= 0]
        # Groups do not mix items inside and outside of a floor.
        line = (n_opened + groups, weight[groups].astype(np.float64))
        number = names.number(floor.name)
        rows.add(_block([line]), floor.at_least, np.inf, number)
    return np.asarray(weight, np.float64)


def _share_rows(
    problem: CoverProblem, rows: _Rows, names: _Names, column: NDArray[np.int64],
    n_opened: int, *, tight: bool,
) -> NDArray[np.float64]:  # fmt: skip
    """Write who is served where; give the weight of each pair served whole."""
    pairs = pairs_of(problem)
    service = service_of(problem)
    n, number = pairs.nnz, np.arange(pairs.nnz)
    room, once, server = share_rows(problem, pairs)
    most = np.ones(n)
    people, size = service.people[pairs.col], service.capacity[pairs.row]
    small = (people > size) & tight
    most[small] = size[small] / people[small]
    where = np.concatenate([number, number]), np.concatenate([
        n_opened + number, column[pairs.row],
    ])  # fmt: skip
    opens = np.concatenate([np.ones(n), -most]), where
    rows.add(coo_array(opens, shape=(n, n_opened + n)), -np.inf, 0.0, STRUCTURE)
    rows.add(_shifted(once, n_opened), -np.inf, 1.0, STRUCTURE)
    limited = np.flatnonzero(np.isfinite(service.capacity[server]))
    held = coo_array(room[limited])
    own = coo_array(
        (-service.capacity[server[limited]],
         (np.arange(len(limited)), column[server[limited]])),
        shape=(len(limited), n_opened),
    )  # fmt: skip
    both = coo_array(hstack([own, held]))
    rows.add(both, -np.inf, 0.0, names.number(ROOM))
    for name, mask in _musts(problem):
        block = _shifted(csr_array(once[np.flatnonzero(mask)]), n_opened)
        rows.add(block, 1.0, np.inf, names.number(name))
    worth = problem.weight[pairs.col]
    for floor in problem.floors:
        mine = np.flatnonzero(np.isin(pairs.col, floor.items))
        line = (n_opened + mine, worth[mine])
        rows.add(_block([line]), floor.at_least, np.inf, names.number(floor.name))
    return np.asarray(worth, np.float64)


def pairs_of(problem: CoverProblem) -> coo_array:
    """
    List the pairs that are variables where facilities have sizes.

    Parameters
    ----------
    problem
        A problem with sizes of facilities.

    Returns
    -------
    pairs
        Pairs of an option that may open and an item that counts, (options, items).
    """
    found = coo_array(problem.cover)
    counts = (problem.weight > 0) | problem.must_cover
    kept = ~problem.forbidden[found.row] & counts[found.col]
    where = found.row[kept], found.col[kept]
    return coo_array((found.data[kept], where), shape=found.shape)


def _shifted(block: csr_array, by: int) -> coo_array:
    """Move the columns of a block to the right."""
    found = coo_array(block)
    shape = block.shape[0], block.shape[1] + by
    return coo_array((found.data, (found.row, found.col + by)), shape=shape)


def _musts(problem: CoverProblem) -> list[tuple[str, NDArray[np.bool_]]]:
    """Give the items that must be covered, and what that is called."""
    locks = problem.must_open
    both = (REQUIRED_ITEMS, problem.must_cover & ~locks), (LOCKED, locks)
    return [(name, mask) for name, mask in both if mask.any()]
