"""The queue of the searches: nothing is lost, and little comes out of order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from circle.buckets import begin, grow, has_room, make_queue, push, take
from circle.core import Links

# Seconds of the links; a bucket is a quarter of their mean, and 1,024 follow another.
SPANS = st.floats(0.0, 1e6) | st.floats(0.0, 3.0) | st.just(0.0)


def links_of(seconds):
    """Give a graph of links that all leave the first of two junctions."""
    n = len(seconds)
    return Links(
        first=np.array([0, n, n], np.int32),
        neighbour=np.ones(n, np.int32),
        time_s=np.array(seconds, float),
    )


@given(st.lists(SPANS, max_size=60), st.lists(SPANS, max_size=60), st.floats(1e-3, 1e3))
def test_every_entry_comes_out_once_and_at_most_a_bucket_late(early, onward, link_s):
    queue, waiting = make_queue(links_of([link_s]), 1), begin()
    put, taken, node = [], [], 0

    def insert(seconds):
        nonlocal queue, waiting, node
        if not has_room(queue, waiting):
            queue = grow(queue)
        waiting = push(queue, waiting, seconds, node)
        put.append((seconds, node))
        node += 1

    for seconds in early:
        insert(seconds)
    while waiting.n:
        waiting, seconds, one = take(queue, waiting)
        assert all(seconds >= before - link_s / 4 - 1e-6 for before, _ in taken)
        taken.append((seconds, one))
        if onward:
            insert(seconds + onward.pop())
    assert sorted(taken) == sorted(put)


def test_entries_of_one_bucket_keep_their_order():
    queue, waiting = make_queue(links_of([4.0]), 3), begin()
    for node, seconds in enumerate((0.9, 0.1, 0.5)):
        waiting = push(queue, waiting, seconds, node)
    order = []
    while waiting.n:
        waiting, _, node = take(queue, waiting)
        order.append(node)
    assert order == [0, 1, 2]


def test_a_queue_that_was_emptied_is_as_it_was_made():
    queue, waiting = make_queue(links_of([1.0]), 40), begin()
    for node in range(40):
        waiting = push(queue, waiting, 7.0**node % 9_000, node)
    while waiting.n:
        waiting, _, _ = take(queue, waiting)
    assert (queue.following[: len(queue.last)] == -1).all()
    assert (queue.last == np.arange(len(queue.last))).all()


def test_there_is_room_for_all_links_of_a_junction():
    queue, waiting = make_queue(links_of([1.0] * 5), 7), begin()
    waiting = push(queue, waiting, 0.0, 0)
    waiting = push(queue, waiting, 0.0, 0)
    assert has_room(queue, waiting)
    waiting = push(queue, waiting, 0.0, 0)
    assert not has_room(queue, waiting)
    larger = grow(queue)
    assert has_room(larger, waiting)
    while waiting.n:
        waiting, _, _ = take(larger, waiting)
    for one in (queue, larger):
        assert (one.following[: len(one.last)] == -1).all()


def test_links_that_take_no_time_and_graphs_without_links_have_buckets():
    assert make_queue(links_of([0.0]), 1).per_s == 1.0
    assert make_queue(links_of([]), 1).per_s == 1.0
