"""Snapping: nearest place, limits, ties, and what is no place to snap to."""

from dataclasses import replace
from itertools import pairwise, permutations
from unittest import mock

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_streets import BOARD, WALK_ONE_WAY, Toy, line, make_streets, renumbered

from circle.piece_times import QUANTUM

LINE = Toy.of(line())


def test_a_place_in_mid_block_is_split_to_both_ends():
    access = LINE.join([(150, 30)])
    assert access.position_m.tolist() == [150.0]
    assert access.leg_s.tolist() == [30.0]
    assert access.from_start_s.tolist() == access.to_start_s.tolist() == [150.0]
    assert access.to_end_s.tolist() == access.from_end_s.tolist() == [250.0]


def test_the_limit_is_inclusive():
    access = LINE.join([(150, 200), (150, 200.01), (-120, 160)])
    assert access.joined.tolist() == [True, False, True]
    assert access.snap_distance_m == pytest.approx([200, 200.01, 200])
    assert access.edge.tolist() == [0, -1, 0]
    assert np.isnan(access.position_m[1])
    assert access.leg_s[1] == access.to_end_s[1] == np.inf


def test_a_point_without_a_place_is_never_joined():
    access = LINE.join([(np.nan, np.nan), (0, 0)])
    assert access.joined.tolist() == [False, True]
    assert access.snap_distance_m.tolist() == [np.inf, 0.0]


def test_far_points_still_tell_their_distance():
    access = LINE.join([(1e6, 0), (-1e6, -1e6), (200, 5e5)])
    expected = [1e6 - 400, 1e6 * np.sqrt(2), 5e5]
    assert access.snap_distance_m == pytest.approx(expected)


def test_no_points_are_no_trouble():
    assert LINE.join([]).joined.tolist() == []


@pytest.mark.parametrize("pieces", list(permutations([(1, 3), (4, 2), (1, 2)])))
@pytest.mark.parametrize("height", [100, -100])
def test_at_a_locked_gate_the_piece_that_begins_further_west_is_taken(pieces, height):
    #  a gate in the middle of one way: two ends at one place, joined by a detour
    nodes = {1: (0, 0), 2: (200, 0), 3: (100, height), 4: (100, height)}
    streets = make_streets(nodes, pieces)
    streets = replace(streets, way_id=np.full(3, 7))
    toy = Toy.of(streets)
    at = (100, 2 * height)
    (to_west,), _ = toy.nearest([(0, 0)], [at])
    assert to_west == pytest.approx(100 * np.sqrt(2) + 100)


def test_of_two_places_equally_near_the_western_then_southern_is_taken():
    #  two streets 100 m apart, joined in the east; the point stands between them
    streets = make_streets(
        {1: (0, 0), 2: (300, 0), 3: (0, 100), 4: (300, 100)}, [(3, 4), (1, 2), (2, 4)]
    )
    toy = Toy.of(streets)
    south = toy.join([(100, 0)])
    middle = toy.join([(100, 50)])
    assert middle.edge.tolist() == south.edge.tolist()
    assert middle.position_m.tolist() == south.position_m.tolist()


def test_fragments_are_no_place_to_snap_to():
    #  main street y = 0, a short fragment at y = 100
    streets = make_streets(
        {1: (0, 0), 2: (400, 0), 3: (100, 100), 4: (200, 100)}, [(1, 2), (3, 4)]
    )
    toy = Toy.of(streets)
    access = toy.join([(150, 90), (150, 10), (150, 50)])
    assert access.snap_distance_m.tolist() == [90.0, 10.0, 50.0]
    x_m, y_m = np.full(3, 150.0), np.array([90.0, 10.0, 50.0])
    nearer = toy.snapper.nearer_fragment(x_m, y_m, access=access)
    # As near as the main street is not nearer.
    assert nearer.tolist() == [True, False, False]


def test_without_fragments_none_is_nearer():
    access = LINE.join([(0, 0)])
    x_m = np.zeros(1)
    assert not LINE.snapper.nearer_fragment(x_m, x_m, access=access).any()


def test_nobody_snaps_to_a_ferry():
    streets = make_streets(
        {1: (0, 0), 2: (100, 0), 3: (400, 0), 4: (500, 0)},
        [(1, 2), (2, 3, BOARD), (3, 4)],
    )
    access = Toy.of(streets).join([(200, 0), (350, 0)])
    assert access.snap_distance_m.tolist() == [100.0, 50.0]


def test_standing_at_a_junction_costs_nothing_even_where_a_street_is_closed():
    #  1 -> 2 -> 3 one way on foot, and a stub 1 -- 4
    streets = make_streets(
        {1: (0, 0), 2: (100, 0), 4: (-100, 0)}, [(1, 2, WALK_ONE_WAY), (1, 4)]
    )
    toy = Toy.of(streets)
    assert toy.time((0, 0), (-100, 0)) == 100.0
    assert toy.time((-100, 0), (0, 0)) == 100.0
    assert toy.time((0, 0), (100, 0)) == 100.0
    assert np.isnan(toy.time((50, 0), (0, 0)))
    assert toy.time((0, 0), (50, 0)) == 50.0


def eastern_first(x_m, y_m):
    """Number nodes from east to west."""
    assert len(x_m) == len(y_m)
    return np.argsort(-x_m).astype(np.int32)


@pytest.mark.parametrize("crossing_in", ["east", "west"])
@pytest.mark.parametrize("inwards", [False, True])
def test_standing_at_a_junction_costs_nothing_at_either_end_of_a_street(
    inwards, crossing_in
):
    """
    The crossing 2 is joined to the street of 1, which is open one way only.

    ::

        5                             5
        |                             1
        1 --100-- 2 --100-- 4         |   3 (80, 50)
          3 (50, -80)                 2 --100-- 4
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (50, -80), 4: (200, 0), 5: (0, 100)}
    if crossing_in == "west":
        nodes = {1: (0, 100), 2: (0, 0), 3: (80, 50), 4: (100, 0), 5: (0, 200)}
    # The way round by 3 is open the other way.
    one_way = pairwise([1, 2, 3, 1] if inwards else [2, 1, 3, 2])
    pieces = [(*one, WALK_ONE_WAY) for one in one_way]
    toy = Toy.of(make_streets(nodes, [*pieces, (2, 4), (5, 1)]))
    x, y = nodes[2]
    access = toy.join([(x, y), (0, 20) if crossing_in == "west" else (20, 0)])
    assert access.edge[0] == access.edge[1]
    assert access.position_m[0] == (0 if crossing_in == "west" else 100)
    assert toy.time((x + 50, y), (x, y)) == toy.time((x, y), (x + 50, y)) == 50


def test_a_street_has_the_same_two_parts_from_whichever_end_it_is_told():
    #  Half of an odd number of quanta must be rounded: up on one side of the place
    #  and down on the other, and on the same sides when the ends change numbers.
    length_m = 100 + QUANTUM
    streets = make_streets({1: (0, 0), 2: (length_m, 0)}, [(1, 2)])
    one = Toy.of(streets).join([(length_m / 2, 0)])
    # Junctions are numbered by place; here the other way round.
    with mock.patch("circle.network.order_by_place", eastern_first):
        other = Toy.of(renumbered(streets, np.array([1, 0]))).join([(length_m / 2, 0)])
    assert one.from_start_s + one.to_end_s == length_m
    assert one.from_start_s != one.to_end_s
    assert other.from_start_s == one.to_end_s
    assert other.to_end_s == one.from_start_s


coordinates = st.integers(-500, 500).map(lambda one: one / 4)
places = st.tuples(coordinates, coordinates)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(places, min_size=2, max_size=12, unique=True),
    st.lists(places, min_size=1, max_size=8),
    st.sampled_from([1.0, 40.0, 3000.0]),
)
def test_the_nearest_place_is_the_one_geometry_finds(corners, points, scale):
    corners = [(x * scale, y * scale) for x, y in corners]
    points = [(x * scale, y * scale) for x, y in points]
    pieces = [(i, i + 1) for i in range(len(corners) - 1)]
    toy = Toy.of(make_streets(dict(enumerate(corners)), pieces))
    street = shapely.linestrings(np.array(corners))
    expected = shapely.distance(shapely.points(np.array(points)), street)
    found = toy.join(points, limit_m=np.inf).snap_distance_m
    assert found == pytest.approx(expected, abs=1e-6, rel=1e-9)
