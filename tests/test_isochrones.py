"""Reached pieces of street and the bands around them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_piece_times import FIGURES, hilly_towns, with_figures
from toy_streets import BOARD, WALK_ONE_WAY, Toy, line, make_streets, ring, river

from circle.isochrones import draw_bands, find_reached, reached_lines

NO_WATER = np.empty(0, dtype=object)


def reached_m(toy, points, limit_s, direction="to"):
    """Length from which one of the points is reached in time, in metres."""
    reached = find_reached(
        toy.network, toy.join(points), limit_s=limit_s - 1e-3, direction=direction
    )
    length_m = reached.length_m(toy.network)
    drawn_m = shapely.length(reached_lines(toy.network, reached)).sum()
    assert drawn_m == pytest.approx(length_m)
    return length_m


def bands(toy, points, limits_s, water=NO_WATER, **more: float):
    return draw_bands(
        toy.network, toy.join(points), limits_s=limits_s, water=water, **more
    )


class TestReached:
    @pytest.mark.parametrize(
        ("points", "limit_s", "expected"),
        [
            ([(150, 0)], 30, 60),
            ([(150, 20)], 30, 20),  # 20 s of it are the access leg
            ([(150, 20)], 20, 0),
            ([(150, 20)], 10, 0),
            ([(0, 0)], 150, 150),
            ([(100, 0)], 50, 100),  # at a corner that is passed over
            ([(150, 0), (200, 0)], 30, 110),  # they overlap
            ([(0, 0), (400, 0)], 200, 400),
            ([(0, 0)], 1e6, 400),
            ([(0, 900)], 1e6, 0),  # beyond the snap limit
        ],
    )
    def test_along_a_line(self, points, limit_s, expected):
        toy = Toy.of(line())
        assert reached_m(toy, points, limit_s) == pytest.approx(expected, abs=1e-5)
        assert reached_m(toy, points, limit_s, "from") == pytest.approx(
            expected, abs=1e-5
        )

    def test_round_a_ring_and_into_its_stub(self):
        toy = Toy.of(ring())
        assert reached_m(toy, [(100, 0)], 50) == pytest.approx(150)
        assert reached_m(toy, [(150, 0)], 230) == pytest.approx(400 + 100)
        assert reached_m(toy, [(200, 100)], 150) == pytest.approx(300)

    def test_a_one_way_street_is_reached_from_one_side(self):
        streets = make_streets(
            {1: (0, 0), 2: (100, 0), 3: (300, 0)},
            [(1, 2, WALK_ONE_WAY), (2, 3, WALK_ONE_WAY)],
        )
        toy = Toy.of(streets)
        lines = {}
        for direction in ("to", "from"):
            reached = find_reached(
                toy.network, toy.join([(150, 0)]), limit_s=60, direction=direction
            )
            lines[direction] = shapely.bounds(reached_lines(toy.network, reached))
        assert lines["to"][0, [0, 2]] == pytest.approx([90, 150], abs=0.01)
        assert lines["from"][0, [0, 2]] == pytest.approx([150, 210], abs=0.01)

    def test_nobody_stands_on_a_ferry(self):
        streets = make_streets(
            {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (400, 0)},
            [(1, 2), (2, 3, BOARD), (3, 4)],
        )
        toy = Toy.of(streets)  # 100 s on board
        assert reached_m(toy, [(50, 0)], 1000) == pytest.approx(200)
        assert reached_m(toy, [(0, 0)], 230) == pytest.approx(100 + 30)
        waited = Toy.of(streets, at=with_figures(ferry_wait_min=0.5))
        assert reached_m(waited, [(0, 0)], 240) == pytest.approx(100 + 10)

    def test_a_signal_holds_the_band_up(self):
        streets = replace(line(), signal=np.array([1], dtype=np.int32))
        toy = Toy.of(streets, at=with_figures(signal_delay_s=30))
        assert reached_m(toy, [(0, 0)], 110) == pytest.approx(100)
        assert reached_m(toy, [(0, 0)], 150) == pytest.approx(120)
        assert reached_m(toy, [(90, 0)], 45) == pytest.approx(45 + 10 + 5)


@settings(max_examples=60, deadline=None)
@given(
    hilly_towns(),
    st.sampled_from(["walk", "cycle"]),
    st.sampled_from(["to", "from"]),
    st.floats(1, 400),
    st.lists(st.tuples(st.integers(0, 99), st.floats(0.02, 0.98)), min_size=3),
)
def test_a_place_is_reached_where_its_time_is_enough(
    streets, mode, direction, limit_s, spots
):
    """Points all over the streets, each timed by the search itself."""
    toy = Toy.of(streets, mode, at=FIGURES)
    goals = list(zip(streets.x_m[:2] + 1.0, streets.y_m[:2] + 1.0, strict=True))
    pieces = toy.network.chains.piece
    points = []
    for number, share in spots:
        piece = pieces[number % len(pieces)]
        a, b = streets.start[piece], streets.end[piece]
        points.append(
            (
                streets.x_m[a] + share * (streets.x_m[b] - streets.x_m[a]),
                streets.y_m[a] + share * (streets.y_m[b] - streets.y_m[a]),
            )
        )
    here, there = toy.join(points), toy.join(goals)
    times = (
        toy.matrix(points, goals) if direction == "to" else toy.matrix(goals, points).T
    )
    seconds = np.where(np.isnan(times), np.inf, times).min(axis=1) - np.where(
        here.joined, here.leg_s, 0.0
    )
    reached = find_reached(toy.network, there, limit_s=limit_s, direction=direction)
    assert ((reached.end > reached.begin) & (reached.begin >= 0)).all()
    assert (np.diff(reached.row) >= 0).all()
    first, length_m = toy.network.chains.first, toy.network.streets.length_m
    for i in np.flatnonzero(here.joined):
        rows = np.arange(first[here.edge[i]], first[here.edge[i] + 1])
        row = rows[
            np.searchsorted(toy.network.run_m[rows], here.position_m[i], "right") - 1
        ]
        share = (here.position_m[i] - toy.network.run_m[row]) / length_m[pieces[row]]
        share = np.clip(share, 0.0, 1.0)  # positions are rounded to 2^-24 m
        mine = reached.row == row
        inside = ((reached.begin <= share) & (share <= reached.end))[mine].any()
        if abs(seconds[i] - limit_s) > 0.01:
            assert inside == (seconds[i] < limit_s)


class TestBands:
    def test_a_band_is_as_wide_as_it_says(self):
        (band,) = bands(Toy.of(line()), [(200, 0)], [100], width_m=10)
        west, south, east, north = shapely.bounds(band)
        assert (west, east) == pytest.approx((90, 310), abs=0.01)
        assert (south, north) == pytest.approx((-10, 10))

    def test_holes_are_kept(self):
        (band,) = bands(Toy.of(ring()), [(150, 0)], [1000], width_m=20)
        assert shapely.get_num_interior_rings(shapely.get_geometry(band, 0)) == 1
        assert not shapely.contains_xy(band, 150, 50)
        assert shapely.contains_xy(band, 150, 0)

    def test_without_a_place_a_band_is_empty(self):
        found = bands(Toy.of(line()), [(0, 900)], [300, 600])
        assert all(shapely.is_empty(found))

    def test_water_cuts_the_far_bank_off(self):
        """Both banks 50 m apart; the bridge is 1,000 m away."""
        water = np.array([shapely.box(-100, 10, 990, 40)])
        toy = Toy.of(river())
        (near,) = bands(toy, [(100, 0)], [300], water, width_m=60)
        assert shapely.contains_xy(near, 100, 5)
        assert not shapely.contains_xy(near, 100, 45)  # within 60 m, but across
        (wide,) = bands(toy, [(100, 0)], [300], width_m=60)
        assert shapely.contains_xy(wide, 100, 45)

    def test_a_bridge_carries_a_narrow_band_over(self):
        water = np.array([shapely.box(-100, 10, 2000, 40)])
        (band,) = bands(Toy.of(river()), [(950, 0)], [200], water)
        assert shapely.contains_xy(band, 1000, 25)
        assert not shapely.contains_xy(band, 970, 25)
        assert shapely.contains_xy(band, 970, 50)
        assert len(shapely.get_parts(band)) == 1


@settings(max_examples=25, deadline=None)
@given(
    hilly_towns(),
    st.lists(st.floats(1, 500), min_size=2, max_size=4),
    st.floats(0, 500),
    st.floats(5, 120),
)
def test_bands_are_nested(streets, limits_s, west_m, wide_m):
    toy = Toy.of(streets, at=FIGURES)
    water = np.array([shapely.box(west_m, -100, west_m + wide_m, 900)])
    goals = list(zip(streets.x_m[:2] + 1.0, streets.y_m[:2] + 1.0, strict=True))
    limits_s = sorted(limits_s)
    lengths = [
        find_reached(toy.network, toy.join(goals), limit_s=one).length_m(toy.network)
        for one in limits_s
    ]
    assert (np.diff(lengths) >= -1e-9).all()
    found = bands(toy, goals, limits_s, water)
    for inner, outer in pairwise(found):
        assert shapely.area(shapely.difference(inner, outer)) < 1e-3
    # What is reached on land lies inside its band.
    for limit_s, band in zip(limits_s, found, strict=True):
        reached = find_reached(toy.network, toy.join(goals), limit_s=limit_s)
        lines = shapely.union_all(reached_lines(toy.network, reached))
        assert shapely.length(shapely.difference(lines, band)) < 1e-3
