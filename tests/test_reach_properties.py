"""What must hold for reach on any streets, tested on random ones, bit by bit."""

from unittest import mock

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from toy_streets import (
    RIDE_BOTH_WAYS,
    RIDE_ONE_WAY,
    WALK_BOTH_WAYS,
    Toy,
    make_streets,
    redrawn,
    renumbered,
    reordered,
    speeds,
)

from circle.chains import Chains

SIDE = 5
SPEEDS = speeds(walk_mps=4 / 3.6, cycle_mps=12 / 3.6)


def uncontracted(start, end, *, open_forward, open_back, n_nodes, order):
    """Give every open piece an edge of its own: contraction that joins nothing."""
    piece = np.flatnonzero(open_forward | open_back).astype(np.int32)
    ends = np.concatenate([start[piece], end[piece]])
    junction = np.unique(ends).astype(np.int32)
    assert n_nodes == len(order) > junction.max()
    return Chains(
        junction=junction,
        edge_from=np.searchsorted(junction, start[piece]).astype(np.int32),
        edge_to=np.searchsorted(junction, end[piece]).astype(np.int32),
        first=np.arange(len(piece) + 1, dtype=np.int32),
        piece=piece,
        turned=np.zeros(len(piece), dtype=bool),
    )


@st.composite
def towns(draw, paces=(WALK_BOTH_WAYS, RIDE_BOTH_WAYS, RIDE_ONE_WAY)):
    """A bent grid with streets missing: connected, with dead ends and long chains."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    xy = np.column_stack([x.ravel(), y.ravel()]) * 100.0 + rng.uniform(-30, 30, (25, 2))
    across = [(i, i + 1) for i in range(25) if i % SIDE < SIDE - 1]
    along = [(i, i + SIDE) for i in range(25 - SIDE)]
    kept = rng.random(len(along)) < 0.4
    kept[::SIDE] = True  # the western street joins all others
    pairs = across + [one for one, keep in zip(along, kept, strict=True) if keep]
    pieces = [(a, b, paces[rng.integers(len(paces))]) for a, b in pairs]
    streets = make_streets({i: tuple(one) for i, one in enumerate(xy)}, pieces)
    count = draw(st.integers(1, 6))
    places = [tuple(one) for one in rng.uniform(-60, 460, (10 + count, 2))]
    return streets, places[:10], places[10:]


modes = st.sampled_from(["walk", "cycle"])
several = settings(max_examples=30, deadline=None)


def results(toy, origins, facilities, threads=2):
    """Everything reach says, as bytes."""
    time_s, facility = toy.nearest(origins, facilities, threads=threads)
    matrix = toy.matrix(origins, facilities, limit_s=400.0, threads=threads)
    return time_s.tobytes(), facility.tobytes(), matrix.tobytes()


@several
@given(towns(), modes)
def test_contraction_changes_nothing(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    with mock.patch("circle.network.contract", uncontracted):
        plain = Toy.of(streets, mode, SPEEDS)
    assert len(plain.network.chains.edge_from) > len(toy.network.chains.edge_from)
    assert results(plain, origins, facilities) == results(toy, origins, facilities)


@several
@given(towns(), modes, st.randoms(use_true_random=False))
def test_order_sense_and_numbering_of_pieces_change_nothing(town, mode, random):
    streets, origins, facilities = town
    expected = results(Toy.of(streets, mode, SPEEDS), origins, facilities)
    rng = np.random.default_rng(random.randrange(2**32))
    pieces, nodes = len(streets.start), len(streets.node_id)
    for changed in (
        reordered(streets, rng.permutation(pieces)),
        redrawn(streets, rng.random(pieces) < 0.5),
        renumbered(streets, rng.permutation(nodes)),
    ):
        assert results(Toy.of(changed, mode, SPEEDS), origins, facilities) == expected


@several
@given(towns(), modes)
def test_threads_and_runs_change_nothing(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    expected = results(toy, origins, facilities, threads=1)
    for threads in (1, 2, 5):
        assert results(toy, origins, facilities, threads=threads) == expected
    again = Toy.of(streets, mode, SPEEDS)
    assert results(again, origins, facilities) == expected


@several
@given(towns(), modes)
def test_catchments_and_nearest_agree_exactly(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    time_s, facility = toy.nearest(origins, facilities)
    matrix = toy.matrix(origins, facilities)
    assert np.array_equal(np.fmin.reduce(matrix, axis=1), time_s, equal_nan=True)
    reached = np.flatnonzero(facility >= 0)
    lowest = np.where(np.isnan(matrix), np.inf, matrix)[reached].argmin(axis=1)
    assert facility[reached].tolist() == lowest.tolist()


@several
@given(towns(), modes, st.floats(0, 500), st.floats(0, 500))
def test_a_longer_limit_takes_in_all_that_a_shorter_does(town, mode, one, other):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    short = toy.matrix(origins, facilities, limit_s=min(one, other))
    long = toy.matrix(origins, facilities, limit_s=max(one, other))
    caught = np.isfinite(short)
    assert np.array_equal(long[caught], short[caught])


@several
@given(towns(paces=(RIDE_BOTH_WAYS, WALK_BOTH_WAYS)), modes)
def test_two_way_streets_take_as_long_there_as_back(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    there = toy.matrix(origins, facilities)
    back = toy.matrix(facilities, origins)
    assert np.array_equal(there, back.T, equal_nan=True)


@several
@given(towns(), modes)
def test_another_facility_never_lengthens_a_time(town, mode):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    fewer, _ = toy.nearest(origins, facilities[:-1])
    more, _ = toy.nearest(origins, facilities)
    reached = np.isfinite(fewer)
    assert (more[reached] <= fewer[reached]).all()


@several
@given(towns(), modes, st.integers(0, 24), st.integers(0, 24))
def test_another_street_never_lengthens_a_time(town, mode, a, b):
    """Points stand at street corners: a nearer street may move a point elsewhere."""
    assume(a != b)
    streets, _, _ = town
    corners = list(zip(streets.x_m.tolist(), streets.y_m.tolist(), strict=True))
    nodes = dict(enumerate(corners))
    pieces = [
        (int(i), int(j), tuple(pace))
        for i, j, pace in zip(
            streets.start, streets.end, streets.pace.tolist(), strict=True
        )
    ]
    before = Toy.of(make_streets(nodes, pieces), mode, SPEEDS)
    after = Toy.of(make_streets(nodes, [*pieces, (a, b)]), mode, SPEEDS)
    old, new = before.matrix(corners, corners[:5]), after.matrix(corners, corners[:5])
    assert np.isfinite(old).all()
    assert (new <= old).all()


@several
@given(towns())
def test_a_bicycle_is_never_slower_than_its_rider_on_foot(town):
    streets, _, _ = town
    corners = list(zip(streets.x_m.tolist(), streets.y_m.tolist(), strict=True))
    walk = Toy.of(streets, "walk", SPEEDS).matrix(corners, corners[:5])
    cycle = Toy.of(streets, "cycle", SPEEDS).matrix(corners, corners[:5])
    assert (cycle <= walk).all()
