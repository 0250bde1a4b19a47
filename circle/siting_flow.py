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


@njit(cache=True, nogil=True)
def serve_more(net: Net, state: State, server: int, rate: NDArray[np.float64]) -> float:
    """
    Fill a server with people, also such whom others give up to serve somebody else.

    Parameters
    ----------
    net
        Who may be served by whom.
    state
        Who is served by whom; is changed.
    server
        The server.
    rate
        What serving one person of each item is worth, shape (items,).

    Returns
    -------
    gain
        Worth added.
    """
    n_servers, n_items = len(net.first) - 1, len(rate)
    # Pair by which the one before takes over people, and that which gives them up.
    takes, gives = np.full(n_servers, -1, np.int64), np.full(n_servers, -1, np.int64)
    turn_of, seen = np.zeros(n_servers, np.int64), np.zeros(n_items, np.int64)
    queue = np.empty(n_servers, np.int64)
    gain, level, turn = 0.0, np.inf, 0
    while state.room[server] > 0:
        turn += 1
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
