"""Who is served where: people shared out among open options within their sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from circle.siting_flow import Net, State, make_scratch, serve_more
from circle.siting_highs import STRUCTURE, Effort, Model, solve_model
from circle.siting_problem import CoverProblem, Service

# Rates are told apart to so many digits; people and sizes to 2^-52 of their sum.
_DIGITS = 12
# Floors are met to this part: shares are those of a linear program.
_SLACK = 1e-7


@dataclass(frozen=True)
class Served:
    """What some options serve."""

    share: csr_array
    """Part of each item that each option serves, shape (options, items)."""
    worth: float
    """Weight served."""
    meets: bool
    """Whether floors are met and required items are served whole."""


class Shares:
    """
    People shared out among options that open one by one.

    Parameters
    ----------
    problem
        A problem with sizes of facilities.
    worth
        What serving each item whole is worth, shape (items,).

    Notes
    -----
    What is served is always worth the most that the open options can serve: every
    new option takes people along the ways that bring most, also such whom others
    give up to serve somebody else (augmenting paths; Ford and Fulkerson, 1956).
    """

    def __init__(self, problem: CoverProblem, worth: NDArray[np.float64]) -> None:
        service = service_of(problem)
        self.cover, self.worth = problem.cover, worth
        self.net, self._servers, room, self.people = _net_of(problem, service)
        some = self.people > 0
        rate = np.zeros(problem.n_items)
        rate[some] = worth[some] / self.people[some]
        scale = 10.0 ** (
            _DIGITS - np.ceil(np.log10(max(float(rate.max(initial=0)), 1)))
        )
        self.rate = np.rint(rate * scale) / scale
        # Items without people take no room.
        self._roomless = (self.people == 0) & (worth > 0)
        self._some_roomless = bool(self._roomless.any())
        self._room, self._scratch = room, make_scratch(self.net)
        self.clear()

    def clear(self) -> None:
        """Close everything again."""
        self.state = State(
            np.zeros(len(self.net.item)), self._room.copy(), self.people.copy()
        )
        self.covered = np.zeros(len(self.people), bool)

    def gain_of(
        self, option: int, active: NDArray[np.bool_] | None = None
    ) -> tuple[float, int]:
        """Say what an option would add, and how many items it would serve."""
        kept = self.keep()
        gain, n_items = self.take(option, active)
        self.restore(kept)
        return gain, n_items

    def take(
        self, option: int, active: NDArray[np.bool_] | None = None
    ) -> tuple[float, int]:
        """Open an option; say what it adds, and how many items it serves."""
        rate = self.rate if active is None else np.where(active, self.rate, 0.0)
        cover = self.cover
        items = cover.indices[cover.indptr[option] : cover.indptr[option + 1]]
        gain, n_items = 0.0, 0
        if self._some_roomless:
            fresh = items[~self.covered[items] & self._roomless[items]]
            if active is not None:
                fresh = fresh[active[fresh]]
            gain, n_items = float(self.worth[fresh].sum()), len(fresh)
        for server in range(*self._servers[option : option + 2]):
            gain += serve_more(self.net, self.state, self._scratch, server, rate)
            part = slice(self.net.first[server], self.net.first[server + 1])
            n_items += int(np.count_nonzero(self.state.people[part]))
        self.covered[items] = True
        return gain, n_items

    def keep(self) -> tuple[State, NDArray[np.bool_]]:
        """Copy what is served."""
        return State(*(one.copy() for one in self.state)), self.covered.copy()

    def restore(self, kept: tuple[State, NDArray[np.bool_]]) -> None:
        """Go back to what was served."""
        self.state, self.covered = kept

    def total(self, weight: NDArray[np.float64]) -> float:
        """Sum the weight served, whole items with their own weight."""
        whole = weight * self.served
        part = np.flatnonzero((self.people > 0) & (self.state.waiting > 0))
        heads = self.people[part] - self.state.waiting[part]
        # Heads times weight per head: without rounding where both are the same.
        whole[part] = heads * (weight[part] / self.people[part])
        return float(whole.sum())

    @property
    def served(self) -> NDArray[np.float64]:
        """Part of each item that is served, shape (items,)."""
        part = self.covered.astype(float)
        some = self.people > 0
        part[some] = 1.0 - self.state.waiting[some] / self.people[some]
        return part

    def matrix(self) -> csr_array:
        """Give the part of each item that each option serves, (options, items)."""
        used = np.flatnonzero(self.state.people > 0)
        server, item = self.net.server[used], self.net.item[used]
        option = np.searchsorted(self._servers, server, side="right") - 1
        part = self.state.people[used] / self.people[item]
        return csr_array(coo_array((part, (option, item)), shape=self.cover.shape))


def share_out(problem: CoverProblem, options: Sequence[int]) -> Served:
    """
    Share people out among open options so that most weight is served.

    Parameters
    ----------
    problem
        A problem with sizes of facilities.
    options
        Positions of the open options; they keep to the limits.

    Returns
    -------
    served
        The best within the sizes; floors and required items are met where any way of
        sharing out meets them.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from circle.siting_problem import plain_problem
    >>> cover = csr_array(np.array([[1, 1], [0, 1]]))
    >>> people = np.array([5.0, 4.0])
    >>> size = Service(np.array([6.0, 2.0]), people, np.zeros(2, int))
    >>> problem = replace(plain_problem(cover, people), service=size)
    >>> share_out(problem, [0, 1]).worth
    8.0
    """
    shares = Shares(problem, problem.weight)
    for option in options:
        shares.take(int(option))
    part = shares.served
    worth = shares.total(problem.weight)
    meets = not unmet_floors(problem, part) and bool(
        (part[problem.must_cover] >= 1 - _SLACK).all()
    )
    if meets or not (problem.floors or problem.must_cover.any()):
        return Served(shares.matrix(), worth, meets)
    return _share_by_program(problem, options) or Served(shares.matrix(), worth, meets)


def service_of(problem: CoverProblem) -> Service:
    """
    Give the sizes of a problem.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    service
        The sizes.

    Raises
    ------
    ValueError
        If it has none.
    """
    if problem.service is None:
        message = "found a problem without sizes of facilities; expected `service`"
        raise ValueError(message)
    return problem.service


def unmet_floors(problem: CoverProblem, part: NDArray[np.float64]) -> list[str]:
    """
    Name the floors that are not met.

    Parameters
    ----------
    problem
        The problem.
    part
        Part of each item that is covered or served, shape (items,).

    Returns
    -------
    names
        In the order of the floors.
    """
    return [
        floor.name
        for floor in problem.floors
        if float((problem.weight * part)[floor.items].sum())
        < floor.at_least - _SLACK * max(1.0, floor.at_least)
    ]


def share_rows(
    problem: CoverProblem, pairs: coo_array
) -> tuple[csr_array, csr_array, NDArray[np.int64]]:
    """
    Write what sharing out is about as rows over pairs of option and item.

    Parameters
    ----------
    problem
        A problem with sizes of facilities.
    pairs
        Pairs that may be used, shape (options, items).

    Returns
    -------
    room
        People of the pairs of each option in each period, shape (servers, pairs).
    once
        Ones for the pairs of each item, shape (items, pairs).
    option
        Option of each server.
    """
    service = service_of(problem)
    n = pairs.nnz
    n_periods = int(service.period.max(initial=0)) + 1
    key = pairs.row.astype(np.int64) * n_periods + service.period[pairs.col]
    keys, server = np.unique(key, return_inverse=True)
    where = server, np.arange(n)
    people = service.people[pairs.col]
    room = csr_array(coo_array((people, where), shape=(len(keys), n)))
    ones = (np.ones(n), (pairs.col, np.arange(n)))
    once = csr_array(coo_array(ones, shape=(problem.n_items, n)))
    return room, once, keys // n_periods


def _share_by_program(problem: CoverProblem, options: Sequence[int]) -> Served | None:
    """Share people out under floors, which takes a linear program."""
    inside = np.isin(np.arange(problem.n_options), list(options))
    found = coo_array(problem.cover)
    kept = inside[found.row]
    pairs = coo_array(
        (np.ones(int(kept.sum())), (found.row[kept], found.col[kept])),
        shape=found.shape,
    )
    room, once, option = share_rows(problem, pairs)
    worth = problem.weight[pairs.col]
    floors = [csr_array(once[one.items].sum(axis=0)[None, :] * worth)
              for one in problem.floors]  # fmt: skip
    lower = np.concatenate([
        np.full(room.shape[0], -np.inf), problem.must_cover.astype(float),
        [one.at_least for one in problem.floors],
    ])  # fmt: skip
    upper = np.concatenate([
        service_of(problem).capacity[option], np.ones(problem.n_items),
        np.full(len(floors), np.inf),
    ])  # fmt: skip
    n = pairs.nnz
    program = Model(
        worth=worth, lower=np.zeros(n), upper=np.ones(n), whole=np.zeros(n, bool),
        rows=csr_array(vstack([room, once, *floors])), row_lower=lower,
        row_upper=upper, requirement=np.full(len(lower), STRUCTURE), maximise=True,
    )  # fmt: skip
    solved = solve_model(program, Effort(relaxed=True))
    if not len(solved.values):
        return None
    part = np.clip(solved.values, 0.0, 1.0)
    share = csr_array(coo_array((part, (pairs.row, pairs.col)), shape=found.shape))
    share.eliminate_zeros()
    return Served(share, round(float(part @ worth), 6), True)


def _net_of(
    problem: CoverProblem, service: Service
) -> tuple[Net, NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Write servers and pairs; give where those of each option begin, and the room."""
    found = coo_array(problem.cover)
    kept = (service.people[found.col] > 0) & (service.capacity[found.row] > 0)
    option, item = found.row[kept].astype(np.int64), found.col[kept].astype(np.int64)
    period = service.period[item]
    order = np.lexsort((item, period, option))
    option, item, period = option[order], item[order], period[order]
    fresh = np.ones(len(option), bool)
    fresh[1:] = (np.diff(option) != 0) | (np.diff(period) != 0)
    server = np.cumsum(fresh) - 1
    begin = np.flatnonzero(fresh)
    whole = float(service.people.sum())
    people, most = _rounded(
        service.people, np.minimum(service.capacity[option[begin]], whole)
    )
    by_item = np.argsort(item, kind="stable")
    net = Net(
        np.append(begin, len(option)).astype(np.int64), item, server,
        np.searchsorted(item[by_item], np.arange(problem.n_items + 1)), by_item,
    )  # fmt: skip
    servers = np.searchsorted(option[begin], np.arange(problem.n_options + 1))
    return net, servers.astype(np.int64), most, people


def _rounded(
    people: NDArray[np.float64], room: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Round people and room to one fine step, so that sums of them are exact."""
    total = float(people.sum())
    if not total:
        return people, room
    step = 2.0 ** (np.ceil(np.log2(total)) - 50)
    return (
        np.asarray(np.rint(people / step) * step, np.float64),
        np.asarray(np.rint(room / step) * step, np.float64),
    )
