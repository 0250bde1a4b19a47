"""Taking junctions out changes no time: the core against the whole graph."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from circle.core import MOST_NEIGHBOURS, Core, Links, find_core
from circle.search import Seeds, spread

SECONDS = st.integers(0, 40)
several = settings(max_examples=150, deadline=None)


def rows_of(n: int, pairs: list[tuple[int, int, int]]) -> Links:
    """Write links as compressed rows, loops and doubles among them."""
    pairs = sorted(pairs)
    counts = np.bincount([a for a, _, _ in pairs], minlength=n)
    return Links(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([b for _, b, _ in pairs], dtype=np.int32),
        np.array([seconds for _, _, seconds in pairs], dtype=float),
    )


@st.composite
def graphs(draw):
    """Directed links between up to 14 junctions, from none to very many."""
    n = draw(st.integers(1, 14))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node, SECONDS), max_size=5 * n))
    seeds = draw(st.lists(st.tuples(node, SECONDS), min_size=1, max_size=4))
    return n, pairs, seeds


def expected(n, pairs, seeds, limit_s=np.inf):
    """Search each seed on its own with networkx; the least time, then label, counts."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(pairs)
    best = [(np.inf, -1)] * n
    for label, (node, begun) in enumerate(seeds):
        for other, seconds in nx.single_source_dijkstra_path_length(
            graph, node
        ).items():
            total = begun + seconds
            if total <= limit_s and (total, label) < best[other]:
                best[other] = (total, label)
    return best


def found(core: Core, seeds, limit_s=np.inf):
    planted = Seeds(
        np.array([node for node, _ in seeds], dtype=np.int32),
        np.array([seconds for _, seconds in seeds], dtype=float),
        np.arange(len(seeds), dtype=np.int32),
    )
    time_s, label = spread(core, planted, limit_s)
    return list(zip(time_s.tolist(), label.tolist(), strict=True))


@several
@given(graphs())
def test_times_and_labels_are_those_of_the_whole_graph(graph):
    n, pairs, seeds = graph
    core = find_core(rows_of(n, pairs))
    assert found(core, seeds) == expected(n, pairs, seeds)


@several
@given(graphs(), st.integers(0, 60))
def test_a_limit_leaves_out_what_lies_beyond(graph, limit_s):
    n, pairs, seeds = graph
    core = find_core(rows_of(n, pairs))
    assert found(core, seeds, float(limit_s)) == expected(n, pairs, seeds, limit_s)


@several
@given(graphs())
def test_every_junction_is_taken_out_once_or_stays(graph):
    n, pairs, _ = graph
    core = find_core(rows_of(n, pairs))
    assert sorted([*core.taken.tolist(), *core.node.tolist()]) == list(range(n))
    place = {one: i for i, one in enumerate(core.taken.tolist())}
    for i, above in enumerate(core.above.tolist()):
        later = [one for one in above if one >= 0]
        assert all(place.get(one, n) > i for one in later)
        assert len(later) == len(set(later)) <= MOST_NEIGHBOURS


def test_a_full_graph_is_all_core():
    n = 8
    pairs = [(a, b, 1 + (a * b) % 5) for a in range(n) for b in range(n) if a != b]
    core = find_core(rows_of(n, pairs))
    assert core.node.tolist() == list(range(n))
    assert found(core, [(0, 3)]) == expected(n, pairs, [(0, 3)])


def test_neighbours_that_were_strangers_are_linked_anew():
    """Of four strangers, six pairs are linked, both ways: more than there was."""
    n = 600
    rng = np.random.default_rng(1)
    rings = [rng.permutation(n).tolist() for _ in range(2)]
    pairs = [(ring[i - 1], ring[i], 1 + i % 3) for ring in rings for i in range(n)]
    pairs += [(b, a, seconds) for a, b, seconds in pairs]
    core = find_core(rows_of(n, pairs))
    links_kept = len(pairs) - 2 * np.count_nonzero(core.above >= 0)
    assert len(core.links.neighbour) > links_kept
    assert found(core, [(5, 0), (40, 2)]) == expected(n, pairs, [(5, 0), (40, 2)])


def test_a_search_that_passes_junctions_again_and_again_finds_room():
    """One long link widens the buckets, and in each the farthest is met first."""
    n = 40
    pairs = [(a, b, (a - b) ** 2) for a in range(n) for b in range(n) if a != b]
    pairs += [(0, 1, 10**7)]
    core = find_core(rows_of(n, pairs))
    assert len(core.node) == n
    assert found(core, [(n - 1, 0)]) == [(n - 1.0 - node, 0) for node in range(n)]


def test_a_tree_has_no_core():
    """A junction with eight arms is the last: its neighbours were taken out before."""
    n = 17
    pairs = [(arm, 0, 1) for arm in range(1, 9)] + [
        (arm + 8, arm, 1) for arm in range(1, 9)
    ]
    pairs += [(b, a, seconds) for a, b, seconds in pairs]
    core = find_core(rows_of(n, pairs))
    assert core.node.tolist() == []
    assert found(core, [(9, 0)]) == expected(n, pairs, [(9, 0)])
