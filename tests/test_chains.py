"""Contraction: nothing is lost, and only plain nodes are passed over."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from circle.chains import contract


def chains_of(pieces, forward=None, back=None):
    """Contract pieces given as (from, to); all are open both ways by default."""
    start, end = np.array(pieces, dtype=np.int32).reshape(-1, 2).T
    is_open = np.ones(len(start), dtype=bool)
    return contract(
        start,
        end,
        open_forward=is_open if forward is None else np.array(forward, dtype=bool),
        open_back=is_open if back is None else np.array(back, dtype=bool),
        n_nodes=int(max(start.max(), end.max())) + 1,
    )


def test_a_line_is_one_edge_whichever_way_its_pieces_run():
    chains = chains_of([(0, 1), (2, 1), (2, 3)])
    assert chains.junction.tolist() == [0, 3]
    assert chains.piece.tolist() == [0, 1, 2]
    assert chains.turned.tolist() == [False, True, False]


def test_a_line_is_one_edge_whichever_node_is_visited_first():
    chains = chains_of([(0, 1), (0, 2)])
    assert chains.junction.tolist() == [1, 2]
    assert len(chains.edge_from) == 1
    assert sorted(chains.piece.tolist()) == [0, 1]


def test_a_crossing_stays_a_junction():
    chains = chains_of([(0, 4), (1, 4), (2, 4), (3, 4)])
    assert chains.junction.tolist() == [0, 1, 2, 3, 4]
    assert len(chains.edge_from) == 4


def test_a_ring_without_junctions_is_kept_as_one_loop():
    chains = chains_of([(0, 1), (1, 2), (2, 0)])
    assert chains.junction.tolist() == [0]
    assert sorted(chains.piece.tolist()) == [0, 1, 2]
    assert chains.edge_from.tolist() == chains.edge_to.tolist() == [0]


def test_two_pieces_between_the_same_nodes_make_a_ring():
    chains = chains_of([(0, 1), (0, 1)])
    assert sorted(chains.piece.tolist()) == [0, 1]
    assert len(chains.edge_from) == 1


def test_the_sense_of_travel_must_go_on():
    both, one_way = [True, True], [False, False]
    assert len(chains_of([(0, 1), (1, 2)], both, one_way).edge_from) == 1
    # Head to head, and one-way beside two-way, the node between is a junction.
    assert len(chains_of([(0, 1), (2, 1)], both, one_way).edge_from) == 2
    assert len(chains_of([(0, 1), (1, 2)], both, [False, True]).edge_from) == 2


def test_closed_pieces_are_left_out():
    chains = chains_of([(0, 1), (1, 2)], [True, False], [True, False])
    assert chains.piece.tolist() == [0]
    assert chains.junction.tolist() == [0, 1]


pairs = st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] != p[1])


@given(st.lists(pairs, min_size=1, max_size=25), st.data())
def test_every_open_piece_is_kept_once_and_in_line(pieces, data):
    ways = st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces))
    forward, back = data.draw(ways), data.draw(ways)
    chains = chains_of(pieces, forward, back)
    is_open = np.flatnonzero(np.array(forward) | np.array(back))
    assert sorted(chains.piece.tolist()) == is_open.tolist()
    for edge in range(len(chains.edge_from)):
        node = chains.junction[chains.edge_from[edge]]
        run = slice(chains.first[edge], chains.first[edge + 1])
        for piece, turned in zip(chains.piece[run], chains.turned[run], strict=True):
            a, b = pieces[piece][::-1] if turned else pieces[piece]
            assert a == node
            node = b
        assert node == chains.junction[chains.edge_to[edge]]
