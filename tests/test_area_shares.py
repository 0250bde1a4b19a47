"""People by area: nobody is lost or made between grids and areas."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from circle.area_shares import inside_parts, move_people
from circle.errors import InputError


def squares(corners, side):
    corners = np.asarray(corners, dtype=float)
    return gpd.GeoSeries(
        shapely.box(
            corners[:, 0], corners[:, 1], corners[:, 0] + side, corners[:, 1] + side
        )
    )


def lattice(count, side, start=0.0):
    steps = start + side * np.arange(count)
    return squares([(x, y) for x in steps for y in steps], side)


def test_people_move_by_shared_area():
    """A square of 100 people: 60 % in the west, 30 % in the east, 10 % nowhere."""
    areas = gpd.GeoSeries([shapely.box(-9, 0, 60, 100), shapely.box(60, 0, 90, 100)])
    moved = move_people(np.array([100.0]), squares([(0, 0)], 100), targets=areas)
    assert moved.people.tolist() == [60, 30]
    assert moved.outside == 10


@given(
    st.lists(st.integers(0, 900), min_size=36, max_size=36),
    st.floats(min_value=-150, max_value=450),
)
def test_nobody_is_lost_between_grids(people, start):
    people = np.array(people, dtype=float)
    moved = move_people(people, lattice(6, 50.0), targets=lattice(3, 70.0, start))
    assert moved.people.sum() + moved.outside == people.sum()
    assert (moved.people >= 0).all()


def test_there_and_back_changes_no_area():
    """Sixteen cells to four blocks of 2 × 2 and back: the sums of blocks hold."""
    grid, blocks = lattice(4, 10.0), lattice(2, 20.0)
    people = np.arange(16, dtype=float)
    there = move_people(people, grid, targets=blocks)
    assert there.people.tolist() == [10, 18, 42, 50]
    assert there.outside == 0
    back = move_people(there.people.astype(float), blocks, targets=grid, hold="sources")
    assert back.people.tolist() == [3, 3, 5, 5, 2, 2, 4, 4, 11, 11, 13, 13, 10, 10,
                                    12, 12]  # fmt: skip
    again = move_people(back.people.astype(float), grid, targets=blocks)
    assert again.people.tolist() == there.people.tolist()


def test_targets_that_overlap_are_refused():
    areas = gpd.GeoSeries([shapely.box(0, 0, 80, 100), shapely.box(20, 0, 100, 100)])
    with pytest.raises(InputError, match="1 source areas are covered more than once"):
        move_people(np.array([10.0]), squares([(0, 0)], 100), targets=areas)


def test_origins_lie_inside_the_district():
    """Whole inside; 60 %, middle inside; 25 %, middle outside; touching; far."""
    shapes = squares([(0, 0), (60, 0), (75, 50), (100, 0), (500, 500)], 100).to_numpy()
    shapes[1] = shapely.box(60, 0, 126.66666666666667, 100)
    shapes[2] = shapely.box(75, 0, 175, 100)
    share, origin = inside_parts(shapes, shapely.box(0, 0, 100, 100))
    np.testing.assert_allclose(share, [1.0, 0.6, 0.25, 0.0, 0.0])
    assert origin[0].equals(shapely.Point(50, 50))
    assert origin[1].x == pytest.approx(93.3333333)
    assert 75 < origin[2].x < 100
    assert origin[3].x == 150
    assert origin[4].x == 550
