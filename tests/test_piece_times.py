"""The time model: steps, slopes, ferries, signals, by pencil and against networkx."""

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_streets import (
    BOARD,
    RIDE_BOTH_WAYS,
    RIDE_ONE_WAY,
    Toy,
    line,
    make_streets,
    redrawn,
    renumbered,
    speeds,
)

from circle.network import build_network
from circle.piece_times import QUANTUM, riding_factor, time_pieces, walking_factor
from circle.profile import Number
from circle.profile_rules import Amount, PersonGroup
from circle.street_access import RIDING, STEPS

STAIRS = (STEPS, STEPS, STEPS, STEPS)


def with_figures(**figures: float):
    """Toy speeds (1 and 4 m/s) with more figures."""
    kinds = {"steps_kmh": Number}
    given = {
        key: kinds.get(key, Amount)(value=value, source="own", confidence="C")
        for key, value in figures.items()
    }
    return speeds().model_copy(update=given)


class TestSteps:
    stairs = make_streets(
        {1: (0, 0), 2: (100, 0), 3: (120, 0)}, [(1, 2), (2, 3, STAIRS)]
    )

    def test_steps_go_at_walking_speed_unless_they_have_their_own(self):
        assert Toy.of(self.stairs).time((0, 0), (120, 0)) == 120.0
        slow = with_figures(steps_kmh=1.8)  # 0.5 m/s
        assert Toy.of(self.stairs, at=slow).time((0, 0), (120, 0)) == 140.0

    def test_a_bicycle_is_carried_at_that_speed_too(self):
        slow = with_figures(steps_kmh=1.8)
        toy = Toy.of(self.stairs, "cycle", at=slow)
        assert toy.time((0, 0), (120, 0)) == 100 / 4 + 40

    def test_half_a_flight_takes_half_the_time(self):
        slow = with_figures(steps_kmh=1.8)
        assert Toy.of(self.stairs, at=slow).time((0, 0), (110, 0)) == 120.0

    def test_steps_count_as_length_where_lengths_count(self):
        slow = with_figures(steps_kmh=1.8, signal_delay_s=30)
        forward_s, _ = time_pieces(self.stairs, "walk", speeds=slow, by_length=True)
        assert forward_s.tolist() == [100.0, 20.0]

    def test_a_group_takes_steps_no_faster_than_it_walks(self):
        number = Number(value=2.0, source="own", confidence="C")
        elders = PersonGroup(label={"zh": "老", "en": "old"}, walk_kmh=number)
        assert elders.speeds(with_figures(steps_kmh=3.0)).steps_kmh.value == 2.0
        assert elders.speeds(with_figures(steps_kmh=1.0)).steps_kmh.value == 1.0
        assert elders.speeds(speeds()).steps_kmh is None
        own = elders.model_copy(update={"steps_kmh": number})
        assert own.speeds(with_figures(steps_kmh=1.0)).steps_kmh.value == 2.0


class TestFerry:
    """Land 100 m, a ferry of two pieces 100 m each, land 100 m; ferries go 2 m/s."""

    streets = make_streets(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (400, 0)},
        [(1, 2), (2, 3, BOARD), (3, 4, BOARD), (4, 5)],
    )

    def toy(self, *, known=False, **figures: float):
        streets = self.streets
        if known:
            ferry_s = np.array([np.nan, 90.0, 90.0, np.nan])
            streets = replace(streets, ferry_s=ferry_s)
        return Toy.of(streets, at=with_figures(**figures) if figures else None)

    def test_the_wait_counts_once_for_each_boarding(self):
        assert self.toy().time((0, 0), (400, 0)) == 50 + 100 + 100 + 50 + 0
        assert self.toy(ferry_wait_min=5).time((0, 0), (400, 0)) == 300 + 300

    def test_it_is_the_same_the_other_way_and_with_a_known_duration(self):
        toy = self.toy(known=True, ferry_wait_min=5)
        assert toy.time((0, 0), (400, 0)) == toy.time((400, 0), (0, 0)) == 680.0

    def test_who_stays_on_land_does_not_wait(self):
        assert self.toy(ferry_wait_min=5).time((0, 0), (100, 0)) == 100.0

    def test_no_wait_where_lengths_count(self):
        one = with_figures(ferry_wait_min=5)
        there, _ = time_pieces(self.streets, "walk", speeds=one, by_length=True)
        assert there.tolist() == [100.0] * 4


class TestSignals:
    """The line of three blocks (x 0, 100, 300, 400) with a signal at x = 100."""

    streets = replace(line(), signal=np.array([1], dtype=np.int32))

    def toy(self, streets=None, mode="walk"):
        return Toy.of(streets or self.streets, mode, at=with_figures(signal_delay_s=30))

    def test_off_by_default(self):
        assert Toy.of(self.streets).time((0, 0), (400, 0)) == 400.0

    def test_passing_a_signal_costs_its_delay_once(self):
        assert self.toy().time((0, 0), (400, 0)) == 430.0
        assert self.toy(mode="cycle").time((0, 0), (400, 0)) == 130.0

    @pytest.mark.parametrize(
        ("origin", "facility", "expected"),
        [
            ((50, 0), (90, 0), 40),  # both before it
            ((110, 0), (250, 0), 140),  # both behind it
            ((99, 0), (101, 0), 32),  # across, however near
            ((0, 0), (100, 0), 115),  # up to it: in its middle
            ((100, 0), (400, 0), 315),
            ((100, 0), (100, 0), 0),
            ((99, 0), (0, 0), 99),
            ((100.001, 0), (400, 0), 299.999),
        ],
    )
    def test_points_beside_a_signal(self, origin, facility, expected):
        there = self.toy().time(origin, facility)
        assert there == pytest.approx(expected, abs=1e-6)
        assert there == self.toy().time(facility, origin)

    def test_a_signal_at_a_junction(self):
        """Four arms of 100 m; from arm to arm all of the delay, whichever way."""
        nodes = {1: (-100, 0), 2: (100, 0), 3: (0, -100), 4: (0, 100), 5: (0, 0)}
        cross = make_streets(nodes, [(1, 5), (2, 5), (5, 3), (5, 4)])
        toy = self.toy(replace(cross, signal=np.array([4], dtype=np.int32)))
        assert toy.time((-100, 0), (100, 0)) == toy.time((-100, 0), (0, 100)) == 230
        assert toy.time((-1, 0), (0, 1)) == 32.0
        assert toy.time((0, 0), (0, 1)) == 16.0


class TestSlope:
    """100 m up by 10 m, 200 m level, 100 m down by 20 m."""

    heights = np.array([0.0, 10.0, 10.0, -10.0])
    streets = replace(line(), height_m=heights)

    def test_factors_of_walking_and_riding(self):
        assert walking_factor(np.array([0.0])).tolist() == [1.0]
        slope = np.linspace(-0.4, 0.4, 81)
        assert walking_factor(slope).argmax() == 35  # -5 %
        assert walking_factor(slope).max() == pytest.approx(np.exp(0.175))
        assert (np.diff(riding_factor(slope)) <= 0).all()

    def test_up_takes_longer_than_down(self):
        toy = Toy.of(self.streets)
        up, down = np.exp(3.5 * 0.1), np.exp(3.5 * (0.2 - 0.05 - 0.05))
        assert toy.time((0, 0), (400, 0)) == pytest.approx(
            100 * up + 200 + 100 * down, abs=1e-6
        )
        back_up, back_down = np.exp(3.5 * 0.2), np.exp(3.5 * (0.05 - 0.05))
        assert toy.time((400, 0), (0, 0)) == pytest.approx(
            100 * back_up + 200 + 100 * back_down, abs=1e-6
        )

    def test_riding_loses_uphill_and_gains_nothing_downhill(self):
        toy = Toy.of(self.streets, "cycle")
        assert toy.time((0, 0), (400, 0)) == pytest.approx(
            25 / (1 - 0.7) + 50 + 25, abs=1e-6
        )
        # Up 20 % the bicycle is pushed, at the walking speed of the slope.
        assert toy.time((400, 0), (300, 0)) == pytest.approx(
            100 * np.exp(3.5 * 0.2), abs=1e-6
        )

    def test_ferries_and_steps_with_a_speed_of_their_own_have_no_slope(self):
        pace = np.array([STAIRS, RIDE_BOTH_WAYS, BOARD], dtype=np.uint8)
        streets = replace(self.streets, pace=pace)
        slow = with_figures(steps_kmh=1.8)
        there, back = time_pieces(streets, "walk", speeds=slow)
        assert there[[0, 2]].tolist() == back[[0, 2]].tolist() == [200.0, 50.0]
        there, back = time_pieces(streets, "walk", speeds=speeds())
        assert there[0] == pytest.approx(100 * np.exp(0.35), abs=1e-6)

    def test_unknown_heights_and_points_of_no_length_are_level(self):
        streets = replace(self.streets, height_m=np.array([0, np.nan, 10.0, -10.0]))
        there, _ = time_pieces(streets, "walk", speeds=speeds())
        assert there[:2].tolist() == [100.0, 200.0]
        flat = replace(self.streets, length_m=np.array([0.0, 200.0, 100.0]))
        assert time_pieces(flat, "walk", speeds=speeds())[0][0] == 0.0

    def test_steeper_than_the_steepest_counts_as_the_steepest(self):
        high = replace(self.streets, height_m=np.array([0.0, 90.0, 90.0, 90.0]))
        low = replace(self.streets, height_m=np.array([0.0, 40.0, 40.0, 40.0]))
        assert np.array_equal(
            time_pieces(high, "walk", speeds=speeds())[0],
            time_pieces(low, "walk", speeds=speeds())[0],
        )

    def test_no_slope_where_lengths_count(self):
        there, back = time_pieces(self.streets, "walk", speeds=speeds(), by_length=True)
        assert there is back
        assert there.tolist() == [100.0, 200.0, 100.0]


@st.composite
def hilly_towns(draw, *, two_way=False):
    """Random streets with steps, signals and, where wanted, heights."""
    n = draw(st.integers(3, 9))
    spots = st.tuples(st.integers(0, 6), st.integers(0, 6))
    corners = draw(st.lists(spots, min_size=n, max_size=n, unique=True))
    node = st.integers(0, n - 1)
    pair = st.tuples(node, node).filter(lambda one: one[0] != one[1])
    pairs = draw(st.lists(pair, min_size=2, max_size=14, unique_by=frozenset))
    paces = [RIDE_BOTH_WAYS, STAIRS] + ([] if two_way else [RIDE_ONE_WAY])
    pieces = [(a, b, draw(st.sampled_from(paces))) for a, b in pairs]
    nodes = {i: (97.0 * x, 89.0 * y + i) for i, (x, y) in enumerate(corners)}
    signals = draw(st.sets(node))
    streets = replace(
        make_streets(nodes, pieces), signal=np.array(sorted(signals), dtype=np.int32)
    )
    if two_way:
        return streets
    heights = draw(st.lists(st.floats(0, 40), min_size=n, max_size=n))
    return replace(streets, height_m=np.array(heights))


FIGURES = with_figures(steps_kmh=1.1, signal_delay_s=17.3)


def spliced(streets, mode, places):
    """The pieces as a graph for networkx, with places on them spliced in.

    Every signal becomes a hub, with an arm of half of its delay to each piece.
    """
    column, graph = (0 if mode == "walk" else 2), nx.MultiDiGraph()
    signals = set(streets.signal.tolist())
    foot = FIGURES.walk_kmh.value / 3.6
    for i, (a, b) in enumerate(zip(streets.start, streets.end, strict=True)):
        arms = []
        for at in (int(a), int(b)):
            half = 17.3 / 2 if at in signals else 0.0
            arms.append(("arm", i, at))
            graph.add_edge(at, arms[-1], weight=half)
            graph.add_edge(arms[-1], at, weight=half)
        slope = 0.0
        if streets.height_m is not None:
            slope = (streets.height_m[b] - streets.height_m[a]) / streets.length_m[i]
        inside = sorted((s, name) for name, (j, s) in places.items() if j == i)
        along = [
            (0.0, arms[0]),
            *((s, ("at", name)) for s, name in inside),
            (1.0, arms[1]),
        ]
        for sense in (0, 1):
            pace = int(streets.pace[i, column + sense])
            steep = float(np.clip(slope * (1, -1)[sense], -0.4, 0.4))
            level = {STEPS: 1.1 / 3.6, RIDING: FIGURES.cycle_kmh.value / 3.6}
            speed = level.get(pace, foot)
            tobler = np.exp(-3.5 * (abs(steep + 0.05) - 0.05))
            if pace == RIDING:
                ridden = speed * min(max(1 - 7 * steep, 0), 1)
                speed = max(ridden, min(foot, speed) * tobler)
            elif pace not in {0, STEPS}:
                speed *= tobler
            if not pace:
                continue
            for (s, one), (t, other) in pairwise(along):
                pair = (one, other) if sense == 0 else (other, one)
                seconds = (t - s) * float(streets.length_m[i]) / speed
                graph.add_edge(*pair, weight=seconds)
    return graph


@settings(max_examples=60, deadline=None)
@given(
    hilly_towns(),
    st.sampled_from(["walk", "cycle"]),
    st.lists(st.floats(0.05, 0.95), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_equal_to_networkx_on_the_graph_with_points_inserted(
    streets, mode, shares, random
):
    network = build_network(streets, mode, speeds=FIGURES)
    inside = np.repeat(network.in_main, np.diff(network.chains.first))
    main = network.chains.piece[inside]
    places = {i: (int(random.choice(list(main))), s) for i, s in enumerate(shares)}
    points = [_place(streets, *one) for one in places.values()]
    toy = Toy.of(streets, mode, at=FIGURES)
    access = toy.join(points)
    # Streets may cross; points that were joined to another one are not compared.
    piece = _piece_of(network, access)
    graph = spliced(streets, mode, places)
    found = toy.matrix(points, points)
    for i in places:
        times = nx.single_source_dijkstra_path_length(graph, ("at", i))
        for j in places:
            if piece[i] == places[i][0] and piece[j] == places[j][0]:
                expected = times.get(("at", j), np.nan)
                assert found[i, j] == pytest.approx(expected, abs=1e-4, nan_ok=True)


def _place(streets, piece, share):
    """The point at a share of a piece."""
    a, b = streets.start[piece], streets.end[piece]
    return (
        streets.x_m[a] + share * (streets.x_m[b] - streets.x_m[a]),
        streets.y_m[a] + share * (streets.y_m[b] - streets.y_m[a]),
    )


def _piece_of(network, access):
    """The piece on which each point was joined."""
    found = []
    for edge, at_m in zip(access.edge, access.position_m, strict=True):
        first, after = network.chains.first[edge], network.chains.first[edge + 1]
        row = np.searchsorted(network.run_m[first:after], at_m, side="right") - 1
        found.append(network.chains.piece[first + row])
    return found


@settings(max_examples=60, deadline=None)
@given(hilly_towns(), st.sampled_from(["walk", "cycle"]))
def test_all_times_are_exact(streets, mode):
    network = build_network(streets, mode, speeds=FIGURES)
    for name in ("edge_forward_s", "edge_back_s", "run_forward_s", "piece_back_s"):
        values = getattr(network, name)
        values = values[np.isfinite(values)]
        assert (np.mod(values, QUANTUM) == 0).all()
    access = Toy.of(streets, mode, at=FIGURES).join(
        list(zip(streets.x_m + 1.3, streets.y_m + 0.7, strict=True))
    )
    for name in ("from_start_s", "to_end_s", "to_start_s", "from_end_s"):
        values = getattr(access, name)
        values = values[np.isfinite(values)]
        assert (np.mod(values, QUANTUM) == 0).all()
        assert (values >= 0).all()


@settings(max_examples=60, deadline=None)
@given(hilly_towns(two_way=True), st.sampled_from(["walk", "cycle"]))
def test_two_way_streets_without_slope_are_symmetric(streets, mode):
    points = list(zip(streets.x_m + 2.0, streets.y_m + 1.0, strict=True))
    found = Toy.of(streets, mode, at=FIGURES).matrix(points, points)
    assert np.array_equal(found, found.T, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(hilly_towns(), st.sampled_from(["walk", "cycle"]), st.data())
def test_numbering_and_drawing_change_nothing(streets, mode, data):
    n = len(streets.node_id)
    shuffle = np.array(data.draw(st.permutations(range(n))))
    flip = np.array(
        data.draw(
            st.lists(
                st.booleans(),
                min_size=len(streets.start),
                max_size=len(streets.start),
            )
        )
    )
    other = renumbered(redrawn(streets, flip), shuffle)
    other = replace(
        other,
        signal=np.sort(shuffle[streets.signal]).astype(np.int32),
        height_m=streets.height_m[np.argsort(shuffle)],
    )
    points = list(zip(streets.x_m + 2.0, streets.y_m + 1.0, strict=True))
    assert np.array_equal(
        Toy.of(streets, mode, at=FIGURES).matrix(points, points),
        Toy.of(other, mode, at=FIGURES).matrix(points, points),
        equal_nan=True,
    )
