import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from circle.gap_parts import find_parts, lay_out_cells
from circle.outlines import trace_outlines

CORNER_M = (431_234.5, 2_451_000.25)
SIZE_M = 100.0


def drawn(sets):
    owner = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    square = np.concatenate([np.array(one).reshape(-1, 2) for one in sets])
    return trace_outlines(owner, square, size_m=SIZE_M, corner_m=CORNER_M)


def united(squares):
    x_m, y_m = (np.array(squares) * SIZE_M + CORNER_M).T
    boxes = shapely.box(x_m, y_m, x_m + SIZE_M, y_m + SIZE_M)
    return shapely.coverage_union_all(boxes)


squares = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=40
)


@settings(max_examples=150, deadline=None)
@given(st.lists(squares, min_size=1, max_size=6))
def test_outlines_equal_the_union_of_the_squares(sets):
    for one, outline in zip(sets, drawn(sets), strict=True):
        expected = united(sorted(set(one)))
        assert outline.is_valid
        assert outline.geom_type == expected.geom_type
        assert shapely.normalize(outline).equals_exact(
            shapely.normalize(expected), tolerance=0.0
        )
        assert outline.area == len(set(one)) * SIZE_M**2


def test_a_ring_that_closes_at_a_corner_has_a_hole():
    # Seven squares around the middle, closed at a corner only:
    #   # # #
    #   # . .      with the lower row one further to the east
    around = [(0, 2), (1, 2), (2, 2), (0, 1), (0, 0), (1, 0), (2, 0), (3, 1)]
    assert drawn([around])[0].geom_type == "MultiPolygon"
    closed = [*around, (3, 2), (2, 2)]
    (outline,) = drawn([closed])
    assert outline.geom_type == "Polygon"
    assert len(outline.interiors) == 1
    assert outline.is_valid


def test_squares_that_meet_at_a_corner_are_two_parts():
    (outline,) = drawn([[(0, 0), (1, 1)]])
    assert outline.geom_type == "MultiPolygon"
    assert len(outline.geoms) == 2


def test_no_squares_have_no_outline():
    none = np.empty((0, 2), dtype=np.int64)
    assert not len(trace_outlines(none[:, 0], none, size_m=SIZE_M, corner_m=CORNER_M))


def halved(members, places, people, widest_m):
    """Halve a part as the rule says it, one step at a time."""
    extent = np.ptp(places[members], axis=0)
    axis = int(np.argmax(extent))
    if extent[axis] <= widest_m[members].min():
        return [members]
    along = places[members, axis]
    order = np.argsort(along, kind="stable")
    half = np.cumsum(people[members[order]])
    at = along[order[np.searchsorted(half, half[-1] / 2)]]
    if at <= along.min():
        at = along[along > along.min()].min()
    return [
        part
        for side in (members[along < at], members[along >= at])
        for part in halved(side, places, people, widest_m)
    ]


def flooded(rows, pairs):
    """Join rows by their pairs, lowest first."""
    left, parts = set(rows), []
    while left:
        part, front = set(), {min(left)}
        while front:
            part |= front
            front = {b for a, b in pairs if a in front} | {
                a for a, b in pairs if b in front
            }
            front = (front & left) - part
        left -= part
        parts.append(np.array(sorted(part)))
    return parts


@pytest.mark.parametrize("seed", range(8))
def test_parts_are_joined_and_halved_by_the_rule(seed):
    rng = np.random.default_rng(seed)
    n = 120
    places = rng.integers(0, 14, (n, 2)) * 100.0
    people = rng.integers(1, 200, n).astype(float)
    widest_m = rng.choice([300.0, 500.0, 900.0], n)
    lacking = rng.random(n) < 0.7
    away = np.abs(places[:, None] - places[None]).sum(axis=2)
    pairs = np.argwhere(np.triu(away <= 100.0, 1))
    members, cuts = find_parts(
        pairs,
        lacking,
        field=lay_out_cells(places[:, 0].copy(), places[:, 1].copy(), people),
        widest_m=widest_m,
    )
    rows = np.flatnonzero(lacking).tolist()
    near = [(a, b) for a, b in pairs.tolist() if lacking[a] and lacking[b]]
    expected = [
        part
        for whole in flooded(rows, near)
        for part in halved(whole, places, people, widest_m)
    ]
    found = np.split(members, cuts[1:-1])
    assert [one.tolist() for one in found] == [one.tolist() for one in expected]
    assert any(len(one) > 1 for one in found)


@pytest.mark.parametrize(
    ("height_m", "parts"),
    # Columns first, and then each of them by rows where it is too high.
    [(100.0, [[0], [1], [2], [3]]), (99.0, [[0, 1], [2, 3]])],
)
def test_a_part_as_wide_as_high_is_cut_from_north_to_south(height_m, parts):
    x_m, y_m = np.array([0.0, 0.0, 100.0, 100.0]), np.array([0.0, 1.0, 0.0, 1.0])
    members, cuts = find_parts(
        np.array([(0, 1), (1, 3), (3, 2)]),
        np.ones(4, dtype=bool),
        field=lay_out_cells(x_m, y_m * height_m, np.ones(4)),
        widest_m=np.full(4, 99.0),
    )
    assert [one.tolist() for one in np.split(members, cuts[1:-1])] == parts


def test_nothing_lacking_leaves_no_part():
    field = lay_out_cells(np.zeros(2), np.zeros(2), np.ones(2))
    pairs, lacking = np.array([(0, 1)]), np.zeros(2, dtype=bool)
    members, cuts = find_parts(pairs, lacking, field=field, widest_m=np.ones(2))
    assert not len(members)
    assert cuts.tolist() == [0]


@pytest.mark.parametrize("at_once", [1, 3])
def test_outlines_do_not_depend_on_how_many_squares_are_traced_at_once(
    monkeypatch, at_once
):
    sets = [[(0, 0), (1, 0)], [(5, 5)], [(0, 0), (1, 1), (0, 1)], [(-2, 1)]]
    whole = drawn(sets)
    monkeypatch.setattr("circle.outlines._AT_ONCE", at_once)
    assert shapely.to_wkb(drawn(sets)).tolist() == shapely.to_wkb(whole).tolist()
