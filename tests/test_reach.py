"""Reach on toy cities whose answers are worked out with a pencil."""

import numpy as np
import pytest
from toy_limits import quarter_hour_on_foot
from toy_streets import (
    RIDE_ONE_WAY,
    WALK_ONE_WAY,
    Toy,
    diamond,
    line,
    make_streets,
    ring,
    river,
    speeds,
)

from circle.reached import TOLERANCE_S, Reach, is_within, within

LINE, DIAMOND, RING, RIVER = (Toy.of(one()) for one in (line, diamond, ring, river))


@pytest.mark.parametrize(
    ("origin", "facility", "seconds"),
    [
        ((0, 0), (400, 0), 400),
        ((400, 0), (0, 0), 400),
        ((150, 0), (250, 0), 100),  # same edge, both orders
        ((250, 0), (150, 0), 100),
        ((150, 0), (150, 0), 0),  # same place
        ((150, 20), (150, -30), 50),  # same place, on two sides of the street
        ((150, 20), (250, 5), 125),  # access legs of 20 m and 5 m
        ((50, 0), (350, 7), 307),
        ((-30, 40), (0, 0), 50),  # beyond the end: the leg is a straight line
    ],
)
def test_times_along_a_line(origin, facility, seconds):
    assert LINE.time(origin, facility) == seconds


@pytest.mark.parametrize(
    ("origin", "facility", "seconds"),
    [
        ((-100, 0), (700, 0), 100 + 800 + 100),  # by the bottom, not over the top
        ((300, 400), (600, 0), 500),
        ((150, 200), (450, 200), 500),  # mid-block to mid-block over the top
        ((300, 400), (300, -np.sqrt(70_000)), 900),
    ],
)
def test_the_shorter_way_round_the_diamond(origin, facility, seconds):
    assert DIAMOND.time(origin, facility) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    ("origin", "facility", "seconds"),
    [
        ((150, 0), (200, 50), 100),  # along the loop
        ((200, 50), (150, 0), 100),
        ((110, 0), (100, 10), 20),  # round the other way, through the junction
        ((100, 10), (110, 0), 20),
        ((110, 0), (200, 100), 190),
        ((0, 0), (200, 100), 300),  # half round, equal both ways
        ((100, 0), (100, 10), 10),  # from the junction of the loop itself
        ((100, 10), (100, 0), 10),
    ],
)
def test_a_loop_is_gone_round_the_shorter_way(origin, facility, seconds):
    assert RING.time(origin, facility) == seconds


def test_a_river_is_crossed_by_its_bridge():
    assert RIVER.time((0, 0), (0, 50)) == 1000 + 50 + 1000
    assert RIVER.time((900, 10), (900, 45)) == 10 + 100 + 50 + 100 + 5
    time_s, facility = RIVER.nearest([(0, 20)], [(0, 50), (990, 0)])
    assert facility.tolist() == [1]
    assert time_s.tolist() == [20 + 990]


def test_a_way_cut_in_two_has_no_time():
    #  The short part is a fragment, 300 m away: beyond the snap limit.
    streets = make_streets(
        {1: (0, 0), 2: (400, 0), 3: (100, 300), 4: (200, 300)}, [(1, 2), (3, 4)]
    )
    toy = Toy.of(streets)
    time_s, facility = toy.nearest([(150, 300), (0, 0)], [(400, 0)])
    assert np.isnan(time_s[0])
    assert facility.tolist() == [-1, 0]
    assert np.isnan(toy.time((0, 0), (150, 300)))


def test_a_joined_origin_without_a_way_has_no_time():
    #  One way on foot: 1 -> 2; from 2 there is no way back.
    toy = Toy.of(make_streets({1: (0, 0), 2: (100, 0)}, [(1, 2, WALK_ONE_WAY)]))
    assert toy.time((0, 0), (100, 0)) == 100
    assert toy.time((30, 0), (70, 0)) == 40
    assert np.isnan(toy.time((70, 0), (30, 0)))
    assert np.isnan(toy.time((100, 0), (0, 0)))


@pytest.mark.parametrize("pieces", [[(1, 2), (3, 2)], [(1, 2), (2, 3)]])
def test_at_the_end_of_a_one_way_street_one_also_stands_on_the_next(pieces):
    """Of two streets that meet there, a point is joined to the western one."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 90)}
    west, east = pieces
    toy = Toy.of(make_streets(nodes, [(*west, WALK_ONE_WAY), east, (2, 4)]))
    assert toy.join([(100, 0)]).position_m.tolist() == [100.0]
    assert toy.time((200, 0), (100, 0)) == 100
    assert toy.time((100, 0), (200, 0)) == 100
    assert np.isnan(toy.time((100, 0), (0, 0)))
    # And at the start of one, joined to it: what leads there need not come along it.
    turned = Toy.of(make_streets(nodes, [(*west[::-1], WALK_ONE_WAY), east, (2, 4)]))
    assert turned.time((200, 0), (100, 0)) == 100
    assert turned.time((100, 0), (200, 0)) == 100
    assert turned.time((100, 0), (0, 0)) == 100
    assert np.isnan(turned.time((0, 0), (100, 0)))


def test_a_one_way_street_is_ridden_one_way_and_pushed_the_other():
    nodes = {1: (0, 0), 2: (400, 0)}
    toy = Toy.of(make_streets(nodes, [(1, 2, RIDE_ONE_WAY)]), "cycle")
    assert toy.time((0, 0), (400, 0)) == 100
    assert toy.time((400, 0), (0, 0)) == 400
    assert toy.time((100, 0), (300, 0)) == 50
    assert toy.time((300, 0), (100, 0)) == 200


def test_access_legs_go_at_walking_speed_for_bicycles_too():
    toy = Toy.of(line(), "cycle", speeds(walk_mps=0.5, cycle_mps=4.0))
    assert toy.time((0, 10), (400, 20)) == 10 / 0.5 + 400 / 4 + 20 / 0.5


def test_riding_round_a_one_way_block_may_beat_pushing():
    #  A square block ridden clockwise; 4 m/s round it, 1 m/s against it.
    nodes = {1: (0, 0), 2: (0, 100), 3: (100, 100), 4: (100, 0)}
    pieces = [(1, 2, RIDE_ONE_WAY), (2, 3, RIDE_ONE_WAY), (3, 4, RIDE_ONE_WAY),
              (4, 1, RIDE_ONE_WAY)]  # fmt: skip
    toy = Toy.of(make_streets(nodes, pieces), "cycle")
    assert toy.time((0, 0), (0, 100)) == 25
    assert toy.time((0, 100), (0, 0)) == 75
    assert toy.time((0, 60), (0, 40)) == 20


def test_exactly_at_the_threshold_is_covered():
    times = np.array([900.0, 900.0 + TOLERANCE_S, 900.01, np.nan, np.inf])
    assert within(times, 900.0).tolist() == [True, True, False, False, False]
    assert [is_within(one, 900.0) for one in times] == within(times, 900.0).tolist()
    toy = Toy.of(make_streets({1: (0, 0), 2: (2000, 0)}, [(1, 2)]))
    origins = [(900.0, 0), (900.01, 0), (895, 5)]
    time_s, _ = toy.nearest(origins, [(0, 0)])
    assert within(time_s, 900.0).tolist() == [True, False, True]
    caught = toy.matrix(origins, [(0, 0)], limit_s=900.0)[:, 0]
    assert np.isfinite(caught).tolist() == [True, False, True]


def test_of_equally_near_facilities_the_lower_row_is_named():
    for facilities in ([(100, 0), (300, 0)], [(300, 0), (100, 0)], [(100, 0)] * 3):
        _, facility = LINE.nearest([(200, 0)], facilities)
        assert facility.tolist() == [0]
    _, facility = LINE.nearest([(200, 0)], [(0, 0), (250, 0), (150, 0), (250, 0)])
    assert facility.tolist() == [1]


def test_a_tie_between_both_ends_of_a_street_is_settled_by_the_row():
    #  From the top of the diamond both stubs end 600 m away, one through each end.
    for facilities in ([(-100, 0), (700, 0)], [(700, 0), (-100, 0)]):
        time_s, facility = DIAMOND.nearest([(300, 400)], facilities)
        assert facility.tolist() == [0]
        assert time_s.tolist() == [600]


def test_types_without_facilities_have_no_time():
    time_s, facility = LINE.nearest([(0, 0)], [])
    assert np.isnan(time_s).all()
    assert facility.tolist() == [-1]


def test_a_catchment_may_hold_an_explicit_zero():
    seconds = LINE.matrix([(100, 0), (150, 0)], [(100, 0)], limit_s=10)
    assert seconds[:, 0].tolist()[0] == 0
    assert np.isnan(seconds[1, 0])


def test_reach_tells_who_is_covered():
    reach = Reach(
        origin_ids=("C1", "C2"),
        type_ids=("library",),
        limits=quarter_hour_on_foot(2, 1),
        time_s=np.array([[900.0], [np.nan]]),
        facility=np.array([[0], [-1]], dtype=np.int32),
        joined_by=np.array([[True], [False]]),
    )
    assert reach.covered.tolist() == [[True], [False]]
