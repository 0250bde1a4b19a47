"""Catchments: memory estimated and bounded, and searches that turn back in time."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import vstack
from test_reach_properties import SPEEDS, modes, several, towns
from toy_streets import WALK_BOTH_WAYS, WALK_ONE_WAY, Toy, line, make_streets

from circle import catchment_search
from circle.buckets import make_queue
from circle.catchment_search import find_catchments, prepare_catchments
from circle.catchments import make_scratch
from circle.errors import InputError
from circle.reach import (
    estimate_catchment_bytes,
    measure_catchments,
    measure_catchments_in_parts,
)
from circle.search import spread
from circle.search_layout import lay_out_places, pick_places, plant_seeds


def asked(toy, origins, places, limit_s=400.0):
    """What all functions on catchments take."""
    return {
        "places": toy.join(places),
        "origins": toy.join(origins),
        "limit_s": limit_s,
    }


@several
@given(towns(), modes, st.integers(1, 20_000), st.integers(1, 4))
def test_parts_below_each_other_are_the_whole(town, mode, part_bytes, threads):
    streets, origins, places = town
    toy = Toy.of(streets, mode, SPEEDS)
    question = asked(toy, origins, places)
    whole = measure_catchments(toy.network, **question)
    parts = list(
        measure_catchments_in_parts(
            toy.network, **question, part_bytes=part_bytes, threads=threads
        )
    )
    rows = [row for row, _ in parts]
    assert rows == np.cumsum([0, *(one.shape[0] for _, one in parts)])[:-1].tolist()
    together = vstack([one for _, one in parts], format="csr")
    assert together.shape == whole.shape
    assert together.indptr.tolist() == whole.indptr.tolist()
    assert together.indices.tolist() == whole.indices.tolist()
    assert together.data.tobytes() == whole.data.tobytes()


def test_a_small_limit_makes_many_parts_and_a_large_one_makes_one():
    toy = Toy.of(line())
    question = asked(
        toy, [(x, 0) for x in range(0, 400, 10)], [(100, 0), (300, 0)] * 20
    )

    def count(part_bytes):
        found = measure_catchments_in_parts(
            toy.network, **question, part_bytes=part_bytes
        )
        return len(list(found))

    assert count(1) == 40
    assert count(2**30) == 1
    # 40 places reach 40 origins each; a pair takes 8 bytes and 4 more at least.
    assert count(40 * 40 * 12 // 5) >= 5


def test_the_estimate_counts_every_pair_of_few_places():
    toy = Toy.of(line())
    near = asked(toy, [(x, 0) for x in range(0, 400, 10)], [(0, 0)] * 8, limit_s=50.0)
    far = {**near, "limit_s": 150.0}
    few = estimate_catchment_bytes(toy.network, **near)
    many = estimate_catchment_bytes(toy.network, **far)
    pairs = [measure_catchments(toy.network, **one).nnz for one in (near, far)]
    assert pairs == [8 * 6, 8 * 16]
    # A row and a time, and both again while they are put together.
    assert many - few == (pairs[1] - pairs[0]) * 2 * (4 + 8)


def test_the_estimate_from_some_places_is_near_the_truth():
    """A grid of streets, so that all places but those at the border reach alike."""
    corners = {i: (100.0 * (i % 30), 100.0 * (i // 30)) for i in range(900)}
    pieces = [(i, i + 1) for i in corners if i % 30 < 29]
    pieces += [(i, i + 30) for i in corners if i < 870]
    toy = Toy.of(make_streets(corners, pieces))
    question = asked(toy, list(corners.values()), list(corners.values()), limit_s=500.0)
    empty = estimate_catchment_bytes(toy.network, **{**question, "limit_s": -1.0})
    estimate = estimate_catchment_bytes(toy.network, **question) - empty
    truth = measure_catchments(toy.network, **question).nnz * 24
    assert estimate == pytest.approx(truth, rel=0.1)


def test_what_would_not_fit_is_refused_before_it_is_tried():
    toy = Toy.of(line())
    question = asked(toy, [(x, 0) for x in range(0, 400, 10)], [(100, 0)] * 50)
    with pytest.raises(InputError, match="expected at most 0 MB") as caught:
        measure_catchments(toy.network, **question, most_bytes=1000)
    assert "take fewer candidates or a shorter limit" in str(caught.value)
    assert "约需内存" in caught.value.args[0].in_language("zh")
    needed = estimate_catchment_bytes(toy.network, **question)
    found = measure_catchments(toy.network, **question, most_bytes=needed)
    assert found.nnz == measure_catchments(toy.network, **question).nnz


def test_exactly_at_the_limit_is_caught_in_parts_as_in_the_whole():
    toy = Toy.of(make_streets({1: (0, 0), 2: (2000, 0)}, [(1, 2)]))
    question = asked(toy, [(900.0, 0), (900.01, 0)], [(0, 0)], limit_s=900.0)
    ((_, part),) = measure_catchments_in_parts(
        toy.network, **question, part_bytes=10**6
    )
    assert part.toarray().tolist() == [[900.0, 0.0]]
    assert measure_catchments(toy.network, **question).nnz == 1


def same(told, untold):
    """Both searches find the same, to the byte; give how many pairs."""
    one, other = find_catchments(told), find_catchments(untold)
    for name in ("indptr", "indices", "data"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    return one.nnz


@several
@given(towns(), modes, st.floats(0, 500))
def test_knowing_where_nobody_sets_out_changes_nothing(town, mode, limit_s):
    streets, origins, facilities = town
    toy = Toy.of(streets, mode, SPEEDS)
    network, starts = toy.network, toy.join(origins)
    untold = prepare_catchments(
        network, places=toy.join(facilities), origins=starts, limit_s=limit_s, threads=1
    )
    untold = dataclasses.replace(untold, least_s=np.empty(0))
    joined = pick_places(lay_out_places(starts), np.flatnonzero(starts.joined))
    seeds = plant_seeds(network, joined, sets_out=True)
    least_s, _ = spread(network.core, seeds, limit_s)
    same(dataclasses.replace(untold, least_s=least_s), untold)


def test_where_nobody_sets_out_a_search_turns_back_and_finds_the_same():
    """A long street with origins at its western end only, places all along it."""
    nodes = {i: (50.0 * i, 0.0) for i in range(600)}
    nodes |= {1000 + i: (50.0 * i, 30.0) for i in range(1, 599)}
    along = [(i, i + 1, WALK_BOTH_WAYS) for i in range(599)]
    aside = [(i, 1000 + i, WALK_BOTH_WAYS) for i in range(1, 599)]
    toy = Toy.of(make_streets(nodes, along + aside))
    origins = toy.join([(50.0 * i + 10.0, 5.0) for i in range(20)])
    places = toy.join([(100.0 * i, -3.0) for i in range(290)])
    given = {"places": places, "origins": origins, "limit_s": 400.0, "threads": 1}
    told = prepare_catchments(toy.network, **given)
    assert len(told.least_s) == len(toy.network.chains.junction)
    assert same(told, dataclasses.replace(told, least_s=np.empty(0))) > 100


def test_whom_one_way_streets_bring_is_not_left_out():
    """
    A ring of one-way streets, and stubs of 50 m at its three junctions.

    ::

             3 -- F     from O by 1, 2 and 3 to F: 10 + 100 + 100 + 20 m
             |
        O -- 1 -- 2 --      one way from 1 to 2 to 3 to 1
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100)}
    nodes |= {4: (-50, 0), 5: (150, 0), 6: (150, 100)}
    ring = [(a, b, WALK_ONE_WAY) for a, b in ((1, 2), (2, 3), (3, 1))]
    stubs = [(a, a + 3, WALK_BOTH_WAYS) for a in (1, 2, 3)]
    toy = Toy.of(make_streets(nodes, ring + stubs))
    assert toy.matrix([(-10, 0)], [(120, 100)], limit_s=230).tolist() == [[230]]
    assert np.isnan(toy.matrix([(-10, 0)], [(120, 100)], limit_s=229)).all()


def test_where_one_way_streets_part_a_search_goes_on():
    """
    From 2 against the traffic there is one link, and it does not lead back.

    ::

        5     8     4
        |     |     |      from O by 1, 2 and 3 to F: 10 + 100 + 100 + 20 m
    O - 1 --- 2 --- 3 - F  one way from 1 to 2, and from there to 3 and to 8
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 8: (110, 100)}
    nodes |= {4: (220, 100), 5: (-20, 100), 6: (-50, 0), 7: (250, 0)}
    one_way = [(a, b, WALK_ONE_WAY) for a, b in ((1, 2), (2, 3), (2, 8))]
    stubs = [(a, b, WALK_BOTH_WAYS) for a, b in ((1, 5), (1, 6), (3, 4), (3, 7))]
    toy = Toy.of(make_streets(nodes, one_way + stubs))
    assert toy.matrix([(-10, 0)], [(220, 0)], limit_s=230).tolist() == [[230]]


@several
@given(towns(), modes, st.integers(1, 3))
def test_little_room_changes_nothing(town, mode, threads):
    """Pairs that need sheet after sheet, and a queue that grows in every search."""
    streets, origins, places = town
    toy = Toy.of(streets, mode, SPEEDS)
    question = {**asked(toy, origins, places), "threads": threads}
    whole = measure_catchments(toy.network, **question)

    def make_small(links, n_places, least_s):
        scratch = make_scratch(links, n_places, least_s)
        return scratch._replace(queue=make_queue(links, 2))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catchment_search, "_BLOCK", 0)
        patch.setattr(catchment_search, "make_scratch", make_small)
        again = measure_catchments(toy.network, **question)
    assert again.indptr.tolist() == whole.indptr.tolist()
    assert again.indices.tolist() == whole.indices.tolist()
    assert again.data.tobytes() == whole.data.tobytes()
