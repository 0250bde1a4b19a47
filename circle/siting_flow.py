"""Compiled loops of sharing out: people move to where there is room for them."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Net(NamedTuple):
    """Who may be served by whom. A server is one option in one period."""

    first: NDArray[np.int64]
    """Where the pairs of each server begin, shape (servers + 1,)."""
    item: NDArray[np.int64]
    """Item of each pair, shape (pairs,)."""
    server: NDArray[np.int64]
    """Server of each pair, shape (pairs,)."""
    item_first: NDArray[np.int64]
    """Where the pairs of each item begin in `item_pair`, shape (items + 1,)."""
    item_pair: NDArray[np.int64]
    """Pairs in the order of their items, shape (pairs,)."""


class State(NamedTuple):
    """Who is served by whom so far; changed in place."""

    people: NDArray[np.float64]
    """People of each pair, shape (pairs,)."""
    room: NDArray[np.float64]
    """Room that each server has left, shape (servers,)."""
    waiting: NDArray[np.float64]
    """People of each item who are not served, shape (items,)."""


class Scratch(NamedTuple):
    """Room to search in; what it holds from one search to the next means nothing."""

    takes: NDArray[np.int64]
    """Pair by which the server before takes over people, shape (servers,)."""
    gives: NDArray[np.int64]
    """Pair that gives them up, shape (servers,)."""
    turn_of: NDArray[np.int64]
    """Turn in which each server was last reached, shape (servers,)."""
    seen: NDArray[np.int64]
    """Turn in which each item was last seen, shape (items,)."""
    queue: NDArray[np.int64]
    """Servers reached, shape (servers,)."""
    turn: NDArray[np.int64]
    """Number of the last turn, shape (1,)."""


def make_scratch(net: Net) -> Scratch:
    """
    Make room to search in.

    Parameters
    ----------
    net
        Who may be served by whom.

    Returns
    -------
    scratch
        For `serve_more`.
    """
    n, n_items = len(net.first) - 1, len(net.item_first) - 1
    none = np.zeros(n, np.int64)
    return Scratch(
        none, none.copy(), none.copy(), np.zeros(n_items, np.int64), none.copy(),
        np.zeros(1, np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def serve_more(
    net: Net, state: State, scratch: Scratch, server: int, rate: NDArray[np.float64]
) -> float:
    """
    Fill a server with people, also such whom others give up to serve somebody else.

    Parameters
    ----------
    net
        Who may be served by whom.
    state
        Who is served by whom; is changed.
    scratch
        Room to search in.
    server
        The server.
    rate
        What serving one person of each item is worth, shape (items,).

    Returns
    -------
    gain
        Worth added.
    """
    takes, gives, turn_of, seen, queue, last_turn = scratch
    gain, level = 0.0, np.inf
    while state.room[server] > 0:
        last_turn[0] += 1
        turn = last_turn[0]
        queue[0], turn_of[server], takes[server] = server, turn, -1
        first, last, best, top = 0, 1, -1, 0.0
        while first < last and (best < 0 or top < level):
            here = queue[first]
            first += 1
            for pair in range(net.first[here], net.first[here + 1]):
                item = net.item[pair]
                if seen[item] == turn:
                    continue
                seen[item] = turn
                if state.waiting[item] > 0 and rate[item] > top:
                    best, top = pair, rate[item]
                    if top >= level:
                        break
                for k in range(net.item_first[item], net.item_first[item + 1]):
                    other = net.item_pair[k]
                    holder = net.server[other]
                    if state.people[other] > 0 and turn_of[holder] != turn:
                        turn_of[holder], takes[holder] = turn, pair
                        gives[holder] = other
                        queue[last] = holder
                        last += 1
        if best < 0:
            break
        level = top
        gain += top * _shift(net, state, best, takes, gives)
    return gain


@njit(cache=True, nogil=True)
def _shift(
    net: Net,
    state: State,
    pair: int,
    takes: NDArray[np.int64],
    gives: NDArray[np.int64],
) -> float:
    """Move as many people along a way as it holds, and say how many."""
    amount = float(state.waiting[net.item[pair]])
    here = net.server[pair]
    while takes[here] >= 0:
        amount = min(amount, state.people[gives[here]])
        here = net.server[takes[here]]
    amount = min(amount, state.room[here])
    state.room[here] -= amount
    state.waiting[net.item[pair]] -= amount
    state.people[pair] += amount
    here = net.server[pair]
    while takes[here] >= 0:
        state.people[gives[here]] -= amount
        state.people[takes[here]] += amount
        here = net.server[takes[here]]
    return float(amount)
