"""Several nearest facilities: by pencil, against all pairs, and against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reach_properties import SPEEDS, modes, several, towns
from toy_streets import (
    RIDE_ONE_WAY,
    WALK_ONE_WAY,
    Toy,
    line,
    make_streets,
    renumbered,
    reordered,
    ring,
)

from circle.k_nearest import measure_k_nearest
from circle.reach import measure_reach


def several_nearest(toy, origins, facilities, k, rows=None, limit_s=np.inf):
    """Times and facilities of each origin."""
    rows = np.arange(len(facilities)) if rows is None else np.array(rows)
    return measure_k_nearest(
        toy.network,
        origins=toy.join(origins),
        facilities=toy.join(facilities),
        rows=rows.astype(np.int32),
        k=k,
        limit_s=limit_s,
    )


def by_all_pairs(matrix, k):
    """The k least of each row of all times, of equals the lower column first."""
    time_s = np.full((len(matrix), k), np.nan)
    facility = np.full((len(matrix), k), -1, dtype=np.int32)
    for i, row in enumerate(matrix):
        ranked = sorted((t, j) for j, t in enumerate(row) if not np.isnan(t))[:k]
        for at, (seconds, label) in enumerate(ranked):
            time_s[i, at], facility[i, at] = seconds, label
    return time_s, facility


def test_on_a_line_they_come_in_order_and_then_nothing():
    toy = Toy.of(line())
    time_s, facility = several_nearest(
        toy, [(50, 0), (310, 0)], [(0, 0), (100, 0), (400, 0)], k=4
    )
    # From 50: the ends of the first block are as far; the lower row comes first.
    assert facility.tolist() == [[0, 1, 2, -1], [2, 1, 0, -1]]
    assert time_s[:, :3].tolist() == [[50, 50, 350], [90, 210, 310]]
    assert np.isnan(time_s[:, 3]).all()


def test_of_equals_at_both_ends_of_a_street_the_lower_row_is_kept():
    """A street of 100 m between two cross streets: 50 and 20 m to each facility."""
    nodes = {1: (0, 0), 2: (100, 0)}
    nodes |= {3: (0, 50), 4: (0, -50), 5: (100, 50), 6: (100, -50)}
    toy = Toy.of(make_streets(nodes, [(1, 2), (1, 3), (1, 4), (2, 5), (2, 6)]))
    for places in ([(0, 20), (100, 20)], [(100, 20), (0, 20)]):
        time_s, facility = several_nearest(toy, [(50, 0)], places, k=1)
        assert (time_s.tolist(), facility.tolist()) == ([[70]], [[0]])


def test_a_facility_reached_by_both_ways_round_counts_once():
    toy = Toy.of(ring())
    time_s, facility = several_nearest(toy, [(150, 100)], [(150, 0), (0, 0)], k=2)
    assert facility.tolist() == [[0, 1]]
    assert time_s.tolist() == [[200, 250]]


def test_a_closed_direction_is_not_taken():
    one_way = make_streets({1: (0, 0), 2: (300, 0)}, [(1, 2, WALK_ONE_WAY)])
    toy = Toy.of(one_way)
    time_s, facility = several_nearest(toy, [(100, 0)], [(50, 0), (200, 0)], k=2)
    assert facility.tolist() == [[1, -1]]
    assert time_s[0, 0] == 100
    assert np.isnan(time_s[0, 1])


def test_rows_choose_and_the_limit_is_inclusive():
    toy, facilities = Toy.of(line()), [(0, 0), (100, 0), (400, 0)]
    time_s, facility = several_nearest(
        toy, [(100, 0)], facilities, k=3, rows=[2, 0], limit_s=100.0
    )
    assert facility.tolist() == [[0, -1, -1]]
    assert time_s[0, 0] == 100


def test_points_and_facilities_off_the_network_have_nothing():
    toy = Toy.of(line())
    time_s, facility = several_nearest(toy, [(0, 900)], [(0, 0)], k=2)
    assert np.isnan(time_s).all()
    assert facility.tolist() == [[-1, -1]]
    time_s, facility = several_nearest(toy, [(0, 0)], [(0, 900)], k=1)
    assert np.isnan(time_s).all()
    time_s, _ = several_nearest(toy, [(0, 0)], [(0, 0)], k=1, rows=[])
    assert np.isnan(time_s).all()


def test_no_facility_at_all_is_refused():
    with pytest.raises(ValueError, match="expected at least 1"):
        several_nearest(Toy.of(line()), [(0, 0)], [(0, 0)], k=0)


@several
@given(towns(), modes, st.integers(1, 7))
def test_they_are_the_least_of_all_pairs(town, mode, k):
    streets, origins, facilities = town
    # Twice the same place: ties at every junction.
    facilities = [*facilities, facilities[0]]
    toy = Toy.of(streets, mode, SPEEDS)
    time_s, facility = several_nearest(toy, origins, facilities, k)
    expected_s, expected = by_all_pairs(toy.matrix(origins, facilities), k)
    assert np.array_equal(time_s, expected_s, equal_nan=True)
    assert np.array_equal(facility, expected)


@several
@given(towns(), modes)
def test_the_first_is_what_reach_gives(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    rows = np.arange(len(facilities), dtype=np.int32)
    places, goals = toy.join(origins), toy.join(facilities)
    one_s, one = measure_reach(
        toy.network, origins=places, facilities=goals, serving=[rows]
    )
    time_s, facility = several_nearest(toy, origins, facilities, k=2)
    assert np.array_equal(time_s[:, :1], one_s, equal_nan=True)
    assert np.array_equal(facility[:, :1], one)


@several
@given(towns(), modes)
def test_the_second_is_the_nearest_once_the_first_has_closed(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    time_s, facility = several_nearest(toy, origins, facilities, k=2)
    for i, closed in enumerate(facility[:, 0]):
        left = [one for one in range(len(facilities)) if one != closed]
        again_s, again = several_nearest(toy, origins[i : i + 1], facilities, 1, left)
        assert np.array_equal(again_s[0, 0], time_s[i, 1], equal_nan=True)
        assert again[0, 0] == facility[i, 1]


@several
@given(towns(), modes, st.randoms(use_true_random=False))
def test_order_and_numbering_of_streets_change_nothing(town, mode, random):
    streets, origins, facilities = town
    rng = np.random.default_rng(random.randrange(2**32))
    expected = several_nearest(Toy.of(streets, mode, SPEEDS), origins, facilities, 3)
    for changed in (
        reordered(streets, rng.permutation(len(streets.start))),
        renumbered(streets, rng.permutation(len(streets.node_id))),
    ):
        found = several_nearest(Toy.of(changed, mode, SPEEDS), origins, facilities, 3)
        assert np.array_equal(found[0], expected[0], equal_nan=True)
        assert np.array_equal(found[1], expected[1])


def test_they_are_those_of_networkx_between_corners():
    rng = np.random.default_rng(7)
    corners = [(float(x) * 100, float(y) * 100) for x in range(6) for y in range(6)]
    pairs = [
        (i, j)
        for i in range(36)
        for j in range(36)
        if abs(corners[i][0] - corners[j][0]) + abs(corners[i][1] - corners[j][1])
        == 100
        and rng.random() < 0.6
    ]
    streets = make_streets(
        dict(enumerate(corners)), [(i, j, RIDE_ONE_WAY) for i, j in pairs]
    )
    toy = Toy.of(streets, "cycle")
    graph = nx.DiGraph()
    for i, j in pairs:
        # Riding with the arrow at 4 m/s, pushing against it at 1 m/s.
        for a, b, seconds in ((i, j, 25.0), (j, i, 100.0)):
            known = graph.get_edge_data(a, b, {"seconds": np.inf})["seconds"]
            graph.add_edge(a, b, seconds=min(seconds, known))
    main = max(nx.weakly_connected_components(graph), key=len)
    corner = sorted(main)
    chosen = corner[::5]
    time_s, facility = several_nearest(
        toy, [corners[i] for i in corner], [corners[i] for i in chosen], k=3
    )
    matrix = np.array(
        [
            [nx.dijkstra_path_length(graph, i, j, weight="seconds") for j in chosen]
            for i in corner
        ]
    )
    expected_s, expected = by_all_pairs(matrix, 3)
    assert np.array_equal(time_s, expected_s)
    assert np.array_equal(facility, expected)
