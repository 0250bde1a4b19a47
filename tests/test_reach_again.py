"""What a what-if searches again is what a whole search finds, to the last bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reach_properties import SPEEDS, modes, towns
from toy_streets import Toy, line, make_streets

from circle.reach import measure_reach
from circle.reach_again import Serving, collect_again, renew_type, search_type

several = settings(max_examples=60, deadline=None)


def renewed(toy, origins, before, after, row_now):
    """Search before, renew, and write what was touched into what was known."""
    network = toy.network
    starts = toy.join(origins)
    then, now = (Serving(toy.join(one), rows) for one, rows in (before, after))
    known = whole(toy, origins, before)
    spread = search_type(network, then)
    again = renew_type(network, spread, before=then, after=now, row_now=row_now)
    time_s, facility = known[0].copy(), np.append(row_now, -1)[known[1]]
    rows, seconds, nearest = collect_again(network, again, origins=starts, after=now)
    time_s[rows], facility[rows] = seconds, nearest
    return (time_s, facility), again, rows


def whole(toy, origins, facilities):
    """Search everything."""
    places, rows = facilities
    time_s, facility = measure_reach(
        toy.network,
        origins=toy.join(origins),
        facilities=toy.join(places),
        serving=[rows],
    )
    return time_s[:, 0], facility[:, 0]


def as_rows(flags):
    return np.flatnonzero(flags).astype(np.int32)


@several
@given(towns(), modes, st.data())
def test_facilities_that_come_go_and_move_are_found_again(town, mode, data):
    streets, origins, places = town
    toy = Toy.of(streets, mode, SPEEDS)
    n = len(places)
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    before, after, moved = (np.array(data.draw(flags)) for _ in range(3))
    there = [
        (x + 120.0, y - 40.0) if goes else (x, y)
        for (x, y), goes in zip(places, moved, strict=True)
    ]
    then, now = (places, as_rows(before)), (there, as_rows(after))
    row_now = np.arange(n, dtype=np.int32)
    found, again, _ = renewed(toy, origins, then, now, row_now)
    expected = whole(toy, origins, now)
    assert found[0].tobytes() == expected[0].tobytes()
    assert found[1].tolist() == expected[1].tolist()
    spread = search_type(toy.network, Serving(toy.join(there), now[1]))
    assert again.spread.time_s.tobytes() == spread.time_s.tobytes()
    assert again.spread.label.tolist() == spread.label.tolist()


@several
@given(towns(), modes, st.data())
def test_rows_that_shift_in_the_table_keep_their_facilities(town, mode, data):
    streets, origins, places = town
    toy = Toy.of(streets, mode, SPEEDS)
    kept = np.array(
        data.draw(st.lists(st.booleans(), min_size=1, max_size=len(places)))
    )
    kept = np.append(kept, np.ones(len(places) - len(kept), dtype=bool))
    place = data.draw(st.integers(0, int(kept.sum())))
    there = [one for one, stays in zip(places, kept, strict=True) if stays]
    there.insert(place, (210.0, 190.0))
    row_now = np.where(kept, np.cumsum(kept) - 1, -1)
    row_now = np.where(row_now >= place, row_now + 1, row_now).astype(np.int32)
    every = (
        np.arange(len(places), dtype=np.int32),
        np.arange(len(there), dtype=np.int32),
    )
    now = there, every[1]
    found, _, _ = renewed(toy, origins, (places, every[0]), now, row_now)
    expected = whole(toy, origins, now)
    assert found[0].tobytes() == expected[0].tobytes()
    assert found[1].tolist() == expected[1].tolist()


def test_only_origins_whose_facility_changes_are_looked_at():
    toy = Toy.of(line())
    places = [(0, 0), (400, 0)]
    origins = [(10, 0), (90, 0), (210, 0), (310, 0), (390, 0)]
    both, one = np.array([0, 1], np.int32), np.array([0], np.int32)
    found, _, rows = renewed(
        toy, origins, (places, both), (places, one), np.arange(2, dtype=np.int32)
    )
    assert found[0].tolist() == [10, 90, 210, 310, 390]
    assert found[1].tolist() == [0] * 5
    assert set(rows) >= {2, 3, 4}


def test_a_facility_between_two_others_matters_to_its_own_stretch_only():
    """
    One facility at each of the middle junctions; a third comes between, and goes.

    ::

             |     |     |
        0 --100---200---300-- 400      stubs of 50 m at the three junctions
             F0 F2 F1
    """
    nodes = {k: (100 * k, 0) for k in range(5)} | {
        k + 4: (100 * k, 50) for k in (1, 2, 3)
    }
    stubs = [(k, k + 4) for k in (1, 2, 3)]
    toy = Toy.of(make_streets(nodes, [(k, k + 1) for k in range(4)] + stubs))
    places = [(100, 0), (200, 0), (140, 0)]
    origins = [(50, 0), (110, 0), (145, 0), (190, 0), (250, 0), (350, 0)]
    two, three = np.array([0, 1], np.int32), np.array([0, 1, 2], np.int32)
    row_now = np.arange(3, dtype=np.int32)
    without = [50, 10, 45, 10, 50, 150], [0, 0, 0, 1, 1, 1]
    between = [50, 10, 5, 10, 50, 150], [0, 0, 2, 1, 1, 1]
    for before, after, expected in ((two, three, between), (three, two, without)):
        then, now = (places, before), (places, after)
        found, _, rows = renewed(toy, origins, then, now, row_now)
        assert (found[0].tolist(), found[1].tolist()) == expected
        assert rows.tolist() == [1, 2, 3]
