"""What a siting problem is on plain matrices."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, hstack, vstack

from circle.errors import Words

Aim = Literal["cover", "cost"]
# What limits are called where no other name is given.
_VERSIONS = Words("one version each", zh="同一设施只取一种方案")
_ROUTES = Words("one route per place", zh="同一地点只取一种供给方式")
_AREA = Words("floor area of the sites", zh="各点位的建筑面积")


@dataclass(frozen=True)
class Limits:
    """Amounts that a plan may use at most: counts, budgets, floor area, one of many."""

    name: tuple[str, ...]
    """What each limit is called when requirements clash."""
    options: csr_array
    """Amount that each option uses, shape (limits, options)."""
    sites: csr_array
    """Amount that each site uses once if anything opens there, (limits, sites)."""
    at_most: NDArray[np.float64]
    """Shape (limits,)."""
    priced: NDArray[np.bool_]
    """Whether the greedy rule weighs gains against this limit, shape (limits,)."""


@dataclass(frozen=True)
class Floor:
    """A group of items of which a weight must be covered at least."""

    name: str
    """What the floor is called when requirements clash."""
    items: NDArray[np.int64]
    """Positions of the items."""
    at_least: float
    """Weight of them that must be covered."""


@dataclass(frozen=True)
class Service:
    """How many people options serve, where facilities have sizes."""

    capacity: NDArray[np.float64]
    """People that each option serves at most in each period, may be infinite,
    shape (options,)."""
    people: NDArray[np.float64]
    """People of each item, who may be parted among options; an item without people
    takes no room, shape (items,)."""
    period: NDArray[np.int64]
    """Period of each item, 0 for the first, shape (items,)."""


@dataclass(frozen=True)
class CoverProblem:
    """Options that may open, the items they would cover, and what is required."""

    cover: csr_array
    """Ones where an option covers an item, shape (options, items)."""
    weight: NDArray[np.float64]
    """Weight of each item, 0 or more, shape (items,)."""
    cost: NDArray[np.float64]
    """Cost of each option, shape (options,)."""
    site: NDArray[np.int64]
    """Site of each option, 0 to sites - 1, shape (options,)."""
    site_cost: NDArray[np.float64]
    """Cost of opening each site, paid once whatever opens there, shape (sites,)."""
    locked: NDArray[np.bool_]
    """Options that must be in every plan, shape (options,)."""
    forbidden: NDArray[np.bool_]
    """Options that must be in no plan, shape (options,)."""
    limits: Limits
    """What a plan may use at most."""
    floors: tuple[Floor, ...] = ()
    """What a plan must cover at least."""
    required: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    """Items that must be covered, shape (items,); of length 0 if there are none."""
    locks: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    """Items without weight that stand for sites that must open, with any of their
    options, shape (items,); of length 0 if there are none."""
    service: Service | None = None
    """Sizes of facilities: an item counts as far as its people are served; None where
    who is covered is served."""
    aim: Aim = "cover"
    """Most weight covered, or least cost."""

    @property
    def n_options(self) -> int:
        """Number of options."""
        return int(self.cover.shape[0])

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.cover.shape[1])

    @property
    def one_option_per_site(self) -> bool:
        """Whether no two options share a site."""
        return len(np.unique(self.site)) == len(self.site)

    @property
    def must_open(self) -> NDArray[np.bool_]:
        """The locks as a mask, shape (items,)."""
        return self.locks if len(self.locks) else np.zeros(self.n_items, bool)

    @property
    def must_cover(self) -> NDArray[np.bool_]:
        """The required items and the locks as a mask, shape (items,)."""
        return self.must_open | (self.required if len(self.required) else False)

    def with_limits(self, *more: Limits) -> Self:
        """Add limits."""
        return replace(self, limits=join_limits((self.limits, *more)))

    def limit_count(self, at_most: int, name: str = "") -> Self:
        """Allow so many sites at most."""
        row = csr_array(np.ones((1, len(self.site_cost))))
        none = csr_array((1, self.n_options))
        sites = "site" if at_most == 1 else "sites"
        name = name or Words(f"at most {at_most} {sites}", zh=f"最多 {at_most} 处选址")
        return self.with_limits(_one_limit(name, none, row, float(at_most)))

    def limit_cost(
        self, at_most: float, name: str = "", *, options: ArrayLike | None = None
    ) -> Self:
        """Allow a cost, of all options or of a group of them and their sites."""
        inside = np.ones(self.n_options, bool)
        if options is not None:
            inside = np.zeros(self.n_options, bool)
            inside[np.asarray(options)] = True
        own = np.zeros(len(self.site_cost))
        own[self.site[inside]] = self.site_cost[self.site[inside]]
        rows = csr_array((self.cost * inside)[None, :]), csr_array(own[None, :])
        name = name or Words(f"a budget of {at_most:g}", zh=f"预算 {at_most:g}")
        return self.with_limits(_one_limit(name, *rows, at_most))

    def one_version(self, version: ArrayLike, name: str = _VERSIONS) -> Self:
        """Allow one option of each version group; negative numbers are in no group."""
        rows = _groups(np.asarray(version, np.int64))
        none = csr_array((rows.shape[0], len(self.site_cost)))
        return self.with_limits(_one_of(name, rows, none))

    def one_of_place(self, place: ArrayLike, name: str = _ROUTES) -> Self:
        """Open one site of each place at most; negative numbers are no place."""
        rows = _groups(np.asarray(place, np.int64))
        none = csr_array((rows.shape[0], self.n_options))
        return self.with_limits(_one_of(name, none, rows))

    def limit_area(self, area: ArrayLike, room: ArrayLike, name: str = _AREA) -> Self:
        """Hold the area of the options at each site to the room there is."""
        used = np.asarray(area, np.float64)
        n = len(self.site_cost)
        where = (self.site, np.arange(self.n_options))
        rows = csr_array(coo_array((used, where), (n, self.n_options)))
        limit = np.asarray(room, np.float64)
        none = csr_array((n, n))
        kept = np.flatnonzero(np.isfinite(limit))
        rule = Limits(
            (name,) * len(kept),
            csr_array(rows[kept]),
            csr_array(none[kept]),
            limit[kept],
            np.zeros(len(kept), bool),
        )
        return self.with_limits(rule)

    def lock_any(self, groups: Sequence[ArrayLike]) -> Self:
        """Require that of each group of options at least one opens."""
        if not groups:
            return self
        rows = [np.asarray(one, np.int64) for one in groups]
        column = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
        where = np.concatenate(rows), column
        shape = self.n_options, len(rows)
        more = csr_array(coo_array((np.ones(len(column)), where), shape=shape))
        none = np.zeros(len(rows))
        return replace(
            self,
            cover=csr_array(hstack([self.cover, more])),
            weight=np.concatenate([self.weight, none]),
            required=np.concatenate([self.required, none > 0])
            if len(self.required)
            else self.required,
            locks=np.concatenate([self.must_open, none == 0]),
            service=None
            if self.service is None
            else replace(
                self.service,
                people=np.concatenate([self.service.people, none]),
                period=np.concatenate([self.service.period, none.astype(np.int64)]),
            ),
        )

    def with_floor(self, name: str, items: ArrayLike, share: float) -> Self:
        """Require that a share of the weight of some items is covered."""
        inside = np.asarray(items, np.int64)
        at_least = share * float(self.weight[inside].sum())
        floor = Floor(name, inside, at_least)
        return replace(self, floors=(*self.floors, floor))


def plain_problem(
    cover: csr_array,
    weight: ArrayLike | None = None,
    *,
    locked: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    cost: ArrayLike | None = None,
) -> CoverProblem:
    """
    Make a problem whose options stand at a site each.

    Parameters
    ----------
    cover
        Sparse matrix (options, items); whatever is stored counts as covered.
    weight
        Weight of each item; 1 if not given.
    locked
        Options that must be in every plan.
    forbidden
        Options that must be in no plan.
    cost
        Cost of each option; 1 if not given.

    Returns
    -------
    problem
        Without limits.

    Examples
    --------
    >>> cover = csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    >>> plain_problem(cover, [5, 1, 2]).limit_count(1).limits.name
    ('at most 1 site',)
    """
    n_options, n_items = cover.shape
    ones = np.ones(n_options)
    marks = [np.zeros(n_options, bool), np.zeros(n_options, bool)]
    marks[0][list(locked)] = True
    marks[1][list(forbidden)] = True
    pattern = (np.ones(cover.nnz), cover.indices, cover.indptr)
    return CoverProblem(
        cover=csr_array(pattern, shape=cover.shape),
        weight=np.ones(n_items) if weight is None else np.asarray(weight, np.float64),
        cost=ones if cost is None else np.asarray(cost, np.float64),
        site=np.arange(n_options),
        site_cost=np.zeros(n_options),
        locked=marks[0],
        forbidden=marks[1],
        limits=no_limits(n_options, n_options),
    )


def no_limits(n_options: int, n_sites: int) -> Limits:
    """
    Make an empty list of limits.

    Parameters
    ----------
    n_options
        Number of options.
    n_sites
        Number of sites.

    Returns
    -------
    limits
        None.
    """
    none = np.zeros(0)
    options, sites = csr_array((0, n_options)), csr_array((0, n_sites))
    return Limits((), options, sites, none, none.astype(bool))


def join_limits(parts: Sequence[Limits]) -> Limits:
    """
    Put lists of limits one below the other.

    Parameters
    ----------
    parts
        Limits over the same options and sites, one list or more.

    Returns
    -------
    limits
        All of them.
    """
    return Limits(
        tuple(name for one in parts for name in one.name),
        csr_array(vstack([one.options for one in parts])),
        csr_array(vstack([one.sites for one in parts])),
        np.concatenate([one.at_most for one in parts]),
        np.concatenate([one.priced for one in parts]),
    )


def _one_limit(
    name: str, options: csr_array, sites: csr_array, at_most: float
) -> Limits:
    """Make one limit that the greedy rule weighs gains against."""
    return Limits((name,), options, sites, np.array([at_most]), np.ones(1, bool))


def _groups(group: NDArray[np.int64]) -> csr_array:
    """Write the members of each group as a row; negative numbers are in no group."""
    inside = np.flatnonzero(group >= 0)
    _, row = np.unique(group[inside], return_inverse=True)
    shape = int(row.max(initial=-1)) + 1, len(group)
    return csr_array(coo_array((np.ones(len(inside)), (row, inside)), shape=shape))


def _one_of(name: str, options: csr_array, sites: csr_array) -> Limits:
    """Allow one of each row."""
    n = options.shape[0]
    return Limits((name,) * n, options, sites, np.ones(n), np.zeros(n, bool))
