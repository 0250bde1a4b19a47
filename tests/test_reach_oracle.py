"""Reach against networkx, on the demo district and on random streets.

The oracle shares no code with contraction, snapping or search: it finds the nearest
point of the raw street pieces with shapely, splits the pieces there, hangs each point
on its foot by an access leg, and asks networkx for shortest paths.
"""

import functools
from collections import defaultdict
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from toy_streets import (
    RIDE_BOTH_WAYS,
    RIDE_ONE_WAY,
    WALK_BOTH_WAYS,
    WALK_ONE_WAY,
    make_streets,
)

from circle import read_study
from circle.city import load_city
from circle.network import build_network
from circle.profile_reading import read_profile
from circle.reach import measure_catchments, measure_reach
from circle.shipped import shipped_folder
from circle.snapping import Snapper
from circle.street_access import CLOSED, FERRY, RIDING, STEPS, WALKING

LIMIT_M = 200.0
CLOSE_S = 1e-4


class Oracle:
    """A networkx graph of one mode, with points spliced in."""

    def __init__(self, streets, mode, speeds, points) -> None:
        self.speed = {
            STEPS: (speeds.steps_kmh or speeds.walk_kmh).value / 3.6,
            WALKING: speeds.walk_kmh.value / 3.6,
            RIDING: speeds.cycle_kmh.value / 3.6,
            FERRY: speeds.ferry_kmh.value / 3.6,
        }
        column = 0 if mode == "walk" else 2
        pieces = []
        for i in range(len(streets.start)):
            ahead, back = int(streets.pace[i, column]), int(streets.pace[i, column + 1])
            if ahead or back:
                pieces.append(
                    (i, int(streets.start[i]), int(streets.end[i]), ahead, back)
                )
        main = main_part(streets, pieces)
        lines = {
            one[0]: shapely.LineString(
                [
                    (streets.x_m[one[1]], streets.y_m[one[1]]),
                    (streets.x_m[one[2]], streets.y_m[one[2]]),
                ]
            )
            for one in pieces
            if one[1] in main and FERRY not in one[3:]
        }
        self.cuts = defaultdict(list)
        self.leg_s = {}
        self.graph = nx.MultiDiGraph()
        tree, keys = shapely.STRtree(list(lines.values())), list(lines)
        for name, place in points.items():
            point = shapely.Point(place)
            key = keys[tree.nearest(point)]
            distance_m = point.distance(lines[key])
            if distance_m <= LIMIT_M:
                share = lines[key].project(point, normalized=True)
                self.cuts[key].append((share, name))
                self.leg_s[name] = distance_m / self.speed[WALKING]
        for one in pieces:
            self._lay(streets, one)
        for name, seconds in self.leg_s.items():
            self.graph.add_edge(("from", name), ("foot", name), weight=seconds)
            self.graph.add_edge(("foot", name), ("to", name), weight=seconds)

    def _lay(self, streets, piece):
        i, a, b, ahead, back = piece
        inside = []
        for share, name in sorted(self.cuts[i]):
            if 0.0 < share < 1.0:
                inside.append((share, ("foot", name)))
                continue
            # At the very end of a piece one stands on the corner itself.
            corner = a if share == 0.0 else b
            self.graph.add_edge(("foot", name), corner, weight=0.0)
            self.graph.add_edge(corner, ("foot", name), weight=0.0)
        for (s, one), (t, other) in pairwise([(0.0, a), *inside, (1.0, b)]):
            metres = (t - s) * float(streets.length_m[i])
            if metres == 0.0:  # at one place, whatever the street allows
                self.graph.add_edge(one, other, weight=0.0)
                self.graph.add_edge(other, one, weight=0.0)
                continue
            for pace, pair in ((ahead, (one, other)), (back, (other, one))):
                if pace != CLOSED:
                    self.graph.add_edge(*pair, weight=metres / self.speed[pace])

    @functools.cached_property
    def backwards(self):
        """The graph with every edge turned, the quickest of parallel ones only."""
        turned = nx.DiGraph()
        for a, b, seconds in self.graph.edges(data="weight"):
            known = turned.edges[b, a]["weight"] if turned.has_edge(b, a) else np.inf
            turned.add_edge(b, a, weight=min(seconds, known))
        return turned

    def times_to(self, facilities, limit_s=None):
        """Seconds to the nearest, from every name from which there is a way."""
        goals = {("to", one) for one in facilities if one in self.leg_s}
        if not goals:
            return {}
        found = nx.multi_source_dijkstra_path_length(
            self.backwards, goals, cutoff=limit_s
        )
        return {
            name[1]: seconds
            for name, seconds in found.items()
            if isinstance(name, tuple) and name[0] == "from"
        }


def main_part(streets, pieces):
    """The nodes of the longest connected part."""
    whole = nx.Graph()
    for i, a, b, _, _ in pieces:
        whole.add_edge(a, b)
        metres = whole.edges[a, b].get("length", 0.0)
        whole.edges[a, b]["length"] = metres + float(streets.length_m[i])
    return max(
        nx.connected_components(whole),
        key=lambda part: whole.subgraph(part).size("length"),
    )


def compare(streets, mode, speeds, origins, facilities, limit_s):
    """Compare both searches with networkx, pair by pair and to the nearest."""
    points = {("o", i): one for i, one in enumerate(origins)}
    points |= {("f", j): one for j, one in enumerate(facilities)}
    oracle = Oracle(streets, mode, speeds, points)
    expected = np.full((len(origins), len(facilities)), np.nan)
    for j in range(len(facilities)):
        for name, seconds in oracle.times_to([("f", j)]).items():
            if name[0] == "o":
                expected[name[1], j] = seconds
    network = build_network(streets, mode, speeds=speeds)
    snapper = Snapper(network)
    start = snapper.join(*np.array(origins, dtype=float).T, limit_m=LIMIT_M)
    goal = snapper.join(*np.array(facilities, dtype=float).T, limit_m=LIMIT_M)
    caught = measure_catchments(
        network, places=goal, origins=start, limit_s=limit_s
    ).tocoo()
    measured = np.full(expected.shape, np.nan)
    measured[caught.col, caught.row] = caught.data
    clear = ~(np.abs(expected - limit_s) < CLOSE_S)  # rounding may decide those
    wanted = np.where(expected <= limit_s, expected, np.nan)
    np.testing.assert_allclose(measured[clear], wanted[clear], rtol=0, atol=CLOSE_S)

    every = [np.arange(len(facilities), dtype=np.int32)]
    time_s, facility = measure_reach(
        network, origins=start, facilities=goal, serving=every
    )
    best = np.fmin.reduce(expected, axis=1)
    np.testing.assert_allclose(time_s[:, 0], best, rtol=0, atol=CLOSE_S)
    named = facility[:, 0]
    assert ((named >= 0) == np.isfinite(best)).all()
    rows = np.flatnonzero(named >= 0)
    # The facility named is a nearest one, by the times of the oracle.
    np.testing.assert_allclose(
        expected[rows, named[rows]], best[rows], rtol=0, atol=CLOSE_S
    )
    # Both searches give the same bits, and name the lowest of equals.
    full = measure_catchments(network, places=goal, origins=start, limit_s=1e9).tocoo()
    times = np.full(expected.shape, np.inf)
    times[full.col, full.row] = full.data
    least = times.min(axis=1)
    assert np.array_equal(np.where(np.isnan(time_s[:, 0]), np.inf, time_s[:, 0]), least)
    assert (named[rows] == times[rows].argmin(axis=1)).all()
    return expected


@pytest.fixture(scope="module")
def demo():
    """The demo district."""
    return load_city(read_study(shipped_folder("demo_district") / "study.yaml"))


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_the_demo_district_agrees_with_networkx(demo, mode):
    """Sixty committees to all types, and catchments of one facility per type."""
    network = demo.networks[mode]
    every = demo.facilities[demo.facilities.geometry.notna()].reset_index(drop=True)
    few = demo.committees.iloc[:: len(demo.committees) // 60].head(60)
    origins, facilities = (
        shapely.get_coordinates(one.geometry.to_numpy()) for one in (few, every)
    )
    kinds = sorted(set(every["type_id"]))
    serving = [
        np.flatnonzero(every["type_id"] == kind).astype(np.int32) for kind in kinds
    ]
    points = {("o", i): one for i, one in enumerate(origins)}
    points |= {("f", j): one for j, one in enumerate(facilities)}
    oracle = Oracle(network.streets, mode, demo.profile.speeds, points)
    snapper = Snapper(network)
    start = snapper.join(*origins.T, limit_m=LIMIT_M)
    goal = snapper.join(*facilities.T, limit_m=LIMIT_M)
    time_s, facility = measure_reach(
        network, origins=start, facilities=goal, serving=serving
    )
    caught = measure_catchments(
        network, places=goal, origins=start, limit_s=900.0
    ).toarray()
    assert np.isfinite(time_s).mean() > 0.5
    for column, rows in enumerate(serving):
        found = oracle.times_to([("f", j) for j in rows])
        expected = [found.get(("o", i), np.nan) for i in range(len(origins))]
        np.testing.assert_allclose(time_s[:, column], expected, rtol=0, atol=CLOSE_S)
        named = facility[np.isfinite(expected), column]
        assert set(named) <= set(rows)
        # A second more than the limit: what lies beyond is told as missing.
        to_one = oracle.times_to([("f", rows[0])], limit_s=901.0)
        alone = np.array([to_one.get(("o", i), np.inf) for i in range(len(origins))])
        expected = np.where(alone <= 900.0, alone, 0.0)
        np.testing.assert_allclose(caught[rows[0]], expected, rtol=0, atol=CLOSE_S)


PACES = [WALK_BOTH_WAYS, RIDE_BOTH_WAYS, RIDE_ONE_WAY, WALK_ONE_WAY]


@st.composite
def cities(draw):
    """Random streets between places of a coarse grid, and points beside them."""
    n = draw(st.integers(3, 10))
    spots = st.tuples(st.integers(0, 6), st.integers(0, 6))
    corners = draw(st.lists(spots, min_size=n, max_size=n, unique=True))
    node = st.integers(0, n - 1)
    pair = st.tuples(node, node).filter(lambda one: one[0] != one[1])
    pairs = draw(st.lists(pair, min_size=2, max_size=18, unique_by=frozenset))
    pieces = [(a, b, draw(st.sampled_from(PACES))) for a, b in pairs]
    # Odd offsets keep points from being equally near to two streets, where the
    # oracle may choose another one.
    nodes = {
        i: (97.0 * x + 3.1 * i, 89.0 * y + i * i) for i, (x, y) in enumerate(corners)
    }
    # To the millimetre, as input tables are read.
    metres = st.integers(0, 600_000).map(lambda one: one / 1000)
    place = st.tuples(metres, metres)
    return (
        make_streets(nodes, pieces),
        draw(st.lists(place, min_size=1, max_size=6)),
        draw(st.lists(place, min_size=1, max_size=6)),
    )


def nearest_is_clear(streets, points):
    """Whether no point lies as near to a second place as to the first."""
    corners = np.stack(
        [
            np.column_stack([streets.x_m[ends], streets.y_m[ends]])
            for ends in (streets.start, streets.end)
        ],
        axis=1,
    )
    lines = shapely.linestrings(corners)
    for place in points:
        point = shapely.Point(place)
        distance_m = shapely.distance(lines, point)
        near = lines[distance_m < distance_m.min() + 1e-3]
        feet = shapely.line_interpolate_point(
            near, shapely.line_locate_point(near, point)
        )
        if shapely.distance(feet, feet[0]).max() > 1e-6:
            return False
    return True


def parts_are_clear(streets):
    """Whether one connected part is longer than every other."""
    whole = nx.Graph()
    for a, b, metres in zip(streets.start, streets.end, streets.length_m, strict=True):
        whole.add_edge(a, b)
        whole.edges[a, b]["m"] = whole.edges[a, b].get("m", 0.0) + metres
    sizes = sorted(
        whole.subgraph(part).size("m") for part in nx.connected_components(whole)
    )
    return len(sizes) == 1 or sizes[-1] - sizes[-2] > 1e-3


@settings(max_examples=80, deadline=None)
@given(cities(), st.sampled_from(["walk", "cycle"]))
def test_random_streets_agree_with_networkx(city, mode):
    streets, origins, facilities = city
    assume(nearest_is_clear(streets, [*origins, *facilities]))
    assume(parts_are_clear(streets))
    speeds = read_profile("pudong").speeds
    compare(streets, mode, speeds, origins, facilities, limit_s=300.0)
