"""Signs and names of the report's maps lie on nothing, and lines lead to places."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from table_toy import toy_assessment

from circle.assessment import Assessment
from circle.report_maps import district_svg, subdistrict_svg
from circle.report_signs import Taken, place_names, spread_signs

SIGN = re.compile(
    r'<rect x="([\d.-]+)" y="([\d.-]+)" width="(\d+)" height="13" rx="2".*?'
    r">(\d+)</text>"
)
LINE = re.compile(r'<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" stroke="#1a1a1a"')
NAME = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*stroke="#fff"[^>]*>([^<]+)<')


def signs_of(svg: str) -> dict[str, shapely.Geometry]:
    """Read the box of each numbered sign."""
    found = {}
    for x, y, wide, step in SIGN.findall(svg):
        west, north = float(x), float(y)
        found[step] = shapely.box(west, north, west + float(wide), north + 13)
    return found


def names_of(svg: str) -> dict[str, shapely.Geometry]:
    """Read the box that each Chinese name takes."""
    found = {}
    for x, y, text in NAME.findall(svg):
        middle, base, half = float(x), float(y), 6 * len(text)
        found[text] = shapely.box(middle - half, base - 10, middle + half, base + 2)
    return found


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """The toy with fifteen sites at, and beside, the middle of a subdistrict."""
    toy = toy_assessment(tmp_path_factory.mktemp("signs"))
    middle = toy.city.subdistricts.geometry.iloc[0].representative_point()
    rows = toy.sites.iloc[np.zeros(15, dtype=int)].reset_index(drop=True)
    rows["step"] = range(1, 16)
    beside = [shapely.Point(middle.x + 9 * i, middle.y - 4 * i) for i in range(14)]
    sites = gpd.GeoDataFrame(
        pd.DataFrame(rows.drop(columns="geometry")),
        geometry=[middle, *beside],
        crs=toy.sites.crs,
    )
    return replace(toy, sites=sites)


def test_signs_and_names_do_not_overlap(crowded: Assessment):
    svg = district_svg(crowded)
    signs, names = signs_of(svg), names_of(svg)
    assert list(signs) == [str(one) for one in range(1, 16)]
    assert len(names) == len(crowded.city.subdistricts)
    for one, other in itertools.combinations([*signs.values(), *names.values()], 2):
        assert not one.intersects(other)


def test_lines_lead_from_each_moved_sign_to_its_place(crowded: Assessment):
    svg = district_svg(crowded)
    signs, lines = signs_of(svg), LINE.findall(svg)
    ends = {(float(x), float(y)) for _, _, x, y in lines}
    moved = [
        step
        for step, box in signs.items()
        if (round(box.centroid.x, 1), round(box.centroid.y, 1)) in ends
    ]
    assert len(moved) == len(lines) >= 12
    # On the drawing the places lie in one row, as they do in the city.
    places = np.array([[float(x), float(y)] for x, y, _, _ in lines])
    row = shapely.LineString([places.min(axis=0), places.max(axis=0)])
    assert shapely.distance(shapely.points(places), row).max() < 0.3


def test_maps_are_the_same_twice(crowded: Assessment):
    code = str(crowded.city.subdistricts["subdistrict_id"].iloc[0])
    assert district_svg(crowded) == district_svg(crowded)
    assert subdistrict_svg(crowded, code) == subdistrict_svg(crowded, code)


def test_signs_with_room_stay_where_they_are(tmp_path: Path):
    toy = toy_assessment(tmp_path)
    assert LINE.findall(district_svg(toy)) == []
    assert len(signs_of(district_svg(toy))) == 1  # the other lies beyond the edge


places_strategy = st.lists(
    st.tuples(st.integers(40, 260), st.integers(40, 260)), min_size=1, max_size=12
)


@given(places_strategy)
@settings(max_examples=60, deadline=None)
def test_moved_signs_lie_on_nothing(places: list[tuple[int, int]]):
    own = np.array(places, dtype=float)
    centres, taken = spread_signs(own, [(13.0, 13.0)] * len(own), Taken(300, 300))
    boxes = shapely.box(*(centres - 6.5).T, *(centres + 6.5).T)
    moved = (centres != own).any(axis=1)
    # Room for twelve: only signs of one and the same place may stay on each other.
    for i, j in itertools.combinations(range(len(own)), 2):
        assert not boxes[i].intersects(boxes[j])
        for a, b in ((i, j), (j, i)):
            if moved[a]:
                assert not boxes[a].intersects(shapely.Point(own[b]))
    assert len(taken.shapes) == len(own) + moved.sum()


def test_where_no_room_is_left_signs_stay_and_names_go():
    own = np.array([[10.0, 10.0], [11.0, 10.0]])
    field = Taken(20, 20)
    centres, taken = spread_signs(own, [(13.0, 13.0)] * 2, field)
    assert centres.tolist() == own.tolist()
    assert place_names(
        [18.0], [shapely.box(0, 0, 20, 20)], own[:1], line=14.0, taken=taken
    ) == [None]


def test_a_name_stays_within_its_area():
    sign = Taken(300, 100, (shapely.box(40, 0, 60, 100),))
    areas = [shapely.box(30, 0, 70, 100), shapely.box(0, 0, 100, 100)]
    places = np.array([[50.0, 50.0]])
    narrow, wide = (
        place_names([30.0], [one], places, line=14.0, taken=sign)[0] for one in areas
    )
    assert narrow is None
    assert wide is not None
    assert shapely.box(0, 0, 100, 100).contains(shapely.Point(wide))
