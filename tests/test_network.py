"""The network of one mode: times, main component, graph."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_streets import (
    BOARD,
    RIDE_ONE_WAY,
    WALK_BOTH_WAYS,
    WALK_ONE_WAY,
    Toy,
    line,
    make_streets,
    speeds,
)

from circle.errors import NetworkError
from circle.network import build_network
from circle.piece_times import QUANTUM, quantise
from circle.snapping import Snapper

NODES = {1: (0, 0), 2: (100, 0), 3: (300, 0)}


def network(streets, mode="walk"):
    return build_network(streets, mode, speeds=speeds(walk_mps=1.0, cycle_mps=4.0))


def test_a_line_is_walked_and_cycled_at_its_speeds():
    walk, cycle = network(line()), network(line(), "cycle")
    assert walk.edge_forward_s.tolist() == walk.edge_back_s.tolist() == [400.0]
    assert cycle.edge_forward_s.tolist() == [100.0]
    assert walk.run_m.tolist() == [0.0, 100.0, 300.0]
    assert walk.length_m == walk.main_length_m == 400.0


def test_a_one_way_street_is_pushed_against():
    streets = make_streets(NODES, [(1, 2, RIDE_ONE_WAY), (2, 3, RIDE_ONE_WAY)])
    cycle = network(streets, "cycle")
    assert cycle.edge_forward_s.tolist() == [75.0]
    assert cycle.edge_back_s.tolist() == [300.0]


def test_a_street_closed_one_way_has_one_link():
    streets = make_streets(NODES, [(1, 2, WALK_ONE_WAY), (2, 3, WALK_ONE_WAY)])
    walk = network(streets)
    assert walk.edge_back_s.tolist() == [np.inf]
    assert walk.graph.neighbour.tolist() == [1]
    assert walk.reverse.neighbour.tolist() == [0]


def test_a_ferry_without_a_timetable_goes_at_its_speed():
    streets = make_streets(NODES, [(1, 2, BOARD), (2, 3)])
    assert network(streets).edge_forward_s.tolist() == [100 / 2 + 200]
    timed = replace(streets, ferry_s=np.array([480.0, np.nan]))
    assert network(timed).edge_forward_s.tolist() == [680.0]


def test_the_longest_part_is_the_main_component():
    nodes = {**NODES, 7: (0, 500), 8: (299, 500)}
    both = network(make_streets(nodes, [(1, 2), (2, 3), (7, 8)]))
    assert both.length_m == 599.0
    assert both.main_length_m == 300.0


@pytest.mark.parametrize(
    ("island_m", "expected"), [(np.inf, 300), (299.5, 300), (299.0, 599), (0.0, 649)]
)
def test_long_parts_count_as_islands_where_the_rule_says_so(island_m, expected):
    nodes = {**NODES, 7: (0, 500), 8: (299, 500), 9: (0, 900), 10: (50, 900)}
    streets = make_streets(nodes, [(1, 2), (2, 3), (7, 8), (9, 10)])
    found = build_network(streets, "walk", speeds=speeds(), island_m=island_m)
    assert found.main_length_m == expected


def test_a_facility_on_an_island_serves_the_island_only():
    nodes = {**NODES, 7: (0, 100), 8: (200, 100)}
    streets = make_streets(nodes, [(1, 2), (2, 3), (7, 8)])
    network = build_network(streets, "walk", speeds=speeds(), island_m=200.0)
    toy = Toy(network, Snapper(network))
    times = toy.matrix([(0, 0), (50, 100)], [(100, 100), (100, 0)])
    assert times[0, 1] == 100.0
    assert times[1, 0] == 50.0
    assert np.isnan(times[0, 0])
    assert np.isnan(times[1, 1])
    # Without islands all of them are joined to the main component.
    assert np.isfinite(Toy.of(streets).matrix([(0, 0)], [(100, 100)])).all()


@settings(deadline=None)
@given(
    st.lists(st.integers(10, 300), min_size=1, max_size=6),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_a_lower_limit_never_joins_fewer_points_or_farther(sizes, one, other):
    """Parallel streets 100 m apart, none of which meets another."""
    nodes, pieces = {}, []
    for i, size in enumerate(sizes):
        nodes |= {2 * i: (0, 100 * i), 2 * i + 1: (size, 100 * i)}
        pieces.append((2 * i, 2 * i + 1))
    streets = make_streets(nodes, pieces)
    found = []
    for island_m in (max(one, other), min(one, other)):
        network = build_network(streets, "walk", speeds=speeds(), island_m=island_m)
        points = [(5.0, 100.0 * i + 7) for i in range(len(sizes))]
        found.append((network.in_main, Toy(network, Snapper(network)).join(points)))
    (few, far), (many, near) = found
    assert (many | ~few).all()
    assert (near.joined | ~far.joined).all()
    assert (near.snap_distance_m <= far.snap_distance_m).all()


def test_a_mode_without_streets_is_refused():
    closed = make_streets(NODES, [(1, 2, (1, 1, 0, 0))])
    assert network(closed).length_m == 100.0
    with pytest.raises(NetworkError, match="no street is open to this mode"):
        network(closed, "cycle")


def test_pushing_is_no_slower_than_walking():
    streets = make_streets(NODES, [(1, 2, WALK_BOTH_WAYS), (2, 3)])
    assert network(streets, "cycle").edge_forward_s.tolist() == [100 + 50]


def test_quantised_sums_do_not_depend_on_their_order():
    values = quantise(np.random.default_rng(5).uniform(0, 1000, 1000))
    assert np.array_equal(np.mod(values, QUANTUM), np.zeros(1000))
    assert sum(values) == sum(values[::-1]) == sum(sorted(values))
    assert quantise(np.array([np.inf])).tolist() == [np.inf]
