"""Bands of travel time on a grid of places, and the areas of chosen sites."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from toy_city import EAST, NORTH

from circle.bands import (
    band_limits,
    can_travel,
    measure_bands,
    outline_bands,
    snapper_of,
    split_limit,
)
from circle.map_areas import draw_site_areas, measure_map_areas

WALK_M = 4000 / 60
CYCLE_M = 12000 / 60


@pytest.fixture(scope="module")
def bands(toy):
    return measure_bands(toy.city, most_places=60_000)


def places(bands, crs):
    """Middles of the grid in metres of the toy city, shape (rows, columns)."""
    everywhere = np.ones(bands.grid.shape, dtype=bool)
    xy = bands.grid.middles(everywhere, crs) - (EAST, NORTH)
    return xy.T.reshape(2, *bands.grid.shape)


@pytest.mark.parametrize(
    ("limit", "unit", "expected"),
    [
        (15, "min", (5, 10, 15)),
        (10, "min", (5, 10)),
        (5, "min", (5,)),
        (12, "min", (5, 12)),
        (20, "min", (5, 10, 15, 20)),
        (30, "min", (10, 20, 30)),
        (300, "m", (100, 200, 300)),
        (500, "m", (250, 500)),
        (1000, "m", (250, 500, 750, 1000)),
    ],
)
def test_a_limit_is_split_into_steps(limit, unit, expected):
    assert split_limit(limit, unit) == expected


@given(st.floats(0.5, 1e5), st.sampled_from(["min", "m"]))
def test_bands_of_any_limit_are_few_and_end_at_it(limit, unit):
    found = split_limit(limit, unit)
    assert 1 <= len(found) <= 4
    assert found[-1] == limit
    assert all(0 < low < high for low, high in pairwise(found))


def test_each_place_lies_in_the_band_of_its_time(toy, bands):
    """School F2 at (1500, 0); F8 is off the street, F4 closed.

    A place beside the street that runs east walks in A1 and cycles in B1; the way
    from the place to the street is walked.
    """
    x, y = places(bands, toy.city.crs)
    band = bands.band[bands.type_ids.index("school")]
    beside = (abs(y) < 190) & (x > 1200) & (x < 5990)
    beside &= abs(x - 3000) > 1
    assert beside.sum() > 1000
    metre_min = np.where(x < 3000, 1 / WALK_M, 1 / CYCLE_M)
    minutes = abs(y) / WALK_M + abs(x - 1500) * metre_min
    for number, (low, high) in enumerate(pairwise((0, 5, 10, 15)), start=1):
        sure = beside & (minutes > low + 0.02) & (minutes < high - 0.02)
        assert sure.sum() > 20
        assert (band[sure] == number).all()
    assert (band[beside & (minutes > 15.02)] == 0).all()
    assert (band[abs(y) > 1010] == 0).all()


def test_the_bands_agree_with_the_coverage_of_the_cells(toy, bands):
    """The place nearest to a cell is at most half a square's diagonal from it."""
    x, y = places(bands, toy.city.crs)
    slack_min = 2 * bands.grid.spacing_m / WALK_M
    reach = toy.cell_reach
    for row, place in enumerate(toy.city.cells.geometry):
        far = np.hypot(x - (place.x - EAST), y - (place.y - NORTH))
        at = np.unravel_index(np.argmin(far), far.shape)
        for column in range(len(reach.type_ids)):
            minutes = reach.time_s[row, column] / 60
            if abs(minutes - 15) > slack_min:
                assert (bands.band[column][at] > 0) == reach.covered[row, column]


def test_outlines_hold_each_other_and_cover_their_places(toy, bands):
    crs = toy.city.crs
    found = outline_bands(bands, crs)
    assert shapely.is_valid(found.geometry.to_numpy()).all()
    for _, rows in found.groupby("type_id", sort=False):
        assert list(rows["limit"]) == [15, 10, 5]
        for outer, inner in pairwise(rows.geometry):
            # Straight sides of 2 km bend by 10 cm from one system to the other.
            assert shapely.within(inner, shapely.buffer(outer, 0.1))
    every = round(50 / bands.grid.spacing_m)
    one = found[(found["type_id"] == "clinic") & (found["band"] == 3)]
    n = (bands.band[bands.type_ids.index("clinic")][::every, ::every] > 0).sum()
    square_m2 = bands.grid.every(every).spacing_m ** 2
    assert one.geometry.area.sum() == pytest.approx(n * square_m2, rel=0.01)


def test_a_hole_stays_a_hole(toy, bands):
    ring = np.zeros((1, *bands.grid.shape), dtype=np.uint8)
    ring[0, 10:20, 10:20] = 1
    ring[0, 14:16, 14:16] = 0
    limits = (replace(bands.limits[0], upto=(5.0,)),)
    one = replace(bands, type_ids=("clinic",), limits=limits, band=ring)
    shape = outline_bands(one, toy.city.crs).geometry.iloc[0]
    assert shapely.get_num_interior_rings(shapely.get_parts(shape)).sum() == 1


def test_places_on_water_are_in_no_band(toy):
    city = toy.city
    water = shapely.box(EAST + 1100, NORTH - 60, EAST + 1400, NORTH + 60)
    backdrop = city.backdrop.iloc[:1].copy()
    backdrop["kind"], backdrop["geometry"] = "water", [water]
    wet = measure_bands(replace(city, backdrop=backdrop), most_places=20_000)
    x, y = places(wet, city.crs)
    afloat = (x > 1100) & (x < 1400) & (abs(y) < 60)
    beside = (x > 1450) & (x < 1600) & (abs(y) < 60)
    assert afloat.any()
    assert not wet.band[:, afloat].any()
    assert wet.band[wet.type_ids.index("school")][beside].all()


def test_the_grid_is_coarser_where_there_are_more_places(toy):
    fine = measure_bands(toy.city, most_places=60_000).grid
    coarse = measure_bands(toy.city, most_places=2_000).grid
    assert (fine.spacing_m, coarse.spacing_m) == (25.0, 100.0)
    assert fine.west == coarse.west
    area_m2 = shapely.area(toy.city.subdistricts.geometry.to_numpy()).sum()
    assert coarse.spacing_m**2 * 2_000 >= area_m2


def test_a_part_of_the_grid_lies_where_it_lay(toy, bands):
    bounds = (EAST + 1000, NORTH - 500, EAST + 2000, NORTH + 500)
    part, (rows, columns) = bands.grid.part(bounds, toy.city.crs)
    assert part.shape == bands.band[0][rows, columns].shape
    x, y = places(bands, toy.city.crs)
    everywhere = np.ones(part.shape, dtype=bool)
    cut = part.middles(everywhere, toy.city.crs) - (EAST, NORTH)
    np.testing.assert_allclose(cut[:, 0], x[rows, columns].ravel())
    np.testing.assert_allclose(cut[:, 1], y[rows, columns].ravel())
    assert cut.min() > -500 - 2 * part.spacing_m
    outside, _ = bands.grid.part((0.0, 0.0, 10.0, 10.0), toy.city.crs)
    assert 0 in outside.shape


def test_without_streets_there_is_nothing_to_draw(toy):
    lost = replace(toy.city, networks={}, snappers={}, detour=None)
    assert not can_travel(lost)
    areas = measure_map_areas(lost, toy.sites)
    assert areas.bands is None
    assert areas.sites.empty


def test_straight_lines_make_round_bands(toy):
    """Screening: 5 minutes on foot with a detour factor of 1.25 are 266.7 m."""
    crow = replace(toy.city, networks={}, snappers={}, detour=1.25)
    found = measure_bands(crow, most_places=60_000)
    x, y = places(found, crow.crs)
    far = np.hypot(x - 1500, y)
    band = found.band[found.type_ids.index("school")]
    assert (band[far < 260] == 1).all()
    assert (band[(far > 280) & (far < 320)] > 1).all()


def test_a_length_is_split_in_metres(toy):
    profile = toy.city.profile
    limits = profile.rule.limits
    short = profile.model_copy(
        update={
            "rule": profile.rule.model_copy(
                update={"minutes": None, "metres": profile.rule.minutes.model_copy(
                    update={"value": 300.0}), "measure": "length"}
            )
        }
    )  # fmt: skip
    assert not limits
    found = band_limits(replace(toy.city, profile=short), "school")
    assert (found.upto, found.unit) == ((100.0, 200.0, 300.0), "m")


def test_a_changed_network_gets_its_own_snapper(toy):
    city = toy.city
    assert snapper_of(city, "walk") is city.snappers["walk"]
    other = replace(city.networks["walk"])
    changed = replace(city, networks={**city.networks, "walk": other})
    assert snapper_of(changed, "walk").network is other


def test_the_area_of_a_site_is_what_reaches_it_in_time(toy):
    """From a site on the street one walks 1,000 m in 15 minutes, in B1 cycles 3,000."""
    sites = toy.sites.iloc[:0].reindex(range(2))
    sites["step"], sites["type_ids"] = [1, 2], [("school",), ("clinic",)]
    points = shapely.points([EAST + 1800, EAST + 5900], [NORTH, NORTH])
    sites = sites.set_geometry(points, crs=toy.city.crs)
    found = draw_site_areas(toy.city, sites)
    assert list(found["step"]) == [1, 2]
    assert list(found["mode"]) == ["walk", "cycle"]
    assert list(found["minutes"]) == [15, 15]
    west, south, east, north = shapely.bounds(found.geometry.iloc[0])
    assert (west - EAST, east - EAST) == pytest.approx((700, 2900), abs=1)
    # 200 m up and down the crossing street are left of the 15 minutes.
    assert (south - NORTH, north - NORTH) == pytest.approx((-300, 300), abs=1)
    assert shapely.bounds(found.geometry.iloc[1])[0] - EAST == pytest.approx(2800, 1)
    assert len(draw_site_areas(toy.city, sites, most_sites=1)) == 1
    assert draw_site_areas(toy.city, sites.iloc[:0]).empty


def test_the_areas_are_in_the_system_of_the_city(toy, bands):
    assert outline_bands(bands, toy.city.crs).crs == toy.city.crs
    south, west, north, east = bands.grid.corners
    lon, lat = pyproj.Transformer.from_crs(
        toy.city.crs, 4326, always_xy=True
    ).transform(EAST + 3000, NORTH)
    assert south < lat < north
    assert west < lon < east
