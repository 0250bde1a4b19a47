"""Population polygons: squares and hexagons, cut where the district ends."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from population_toy import CRS, read, settle, study_with, subdistricts, two_subdistricts

from circle.errors import InputError
from circle.population import cell_size_m
from circle.reading import taken_warnings

X, Y = 500_000.0, 3_400_000.0
SHAPES = {"kind": "shapes", "path": "grid.gpkg", "crs": "EPSG:4550"}


def hexagon(x, y, side):
    """A hexagon with flat top and bottom around (x, y)."""
    turn = np.radians(np.arange(0, 360, 60))
    return shapely.Polygon(
        np.column_stack([x + side * np.cos(turn), y + side * np.sin(turn)])
    )


def write(folder, shapes, people, crs=CRS, **columns: object):
    frame = gpd.GeoDataFrame(
        {"id": range(len(shapes)), "population": people, **columns},
        geometry=list(shapes),
        crs=CRS,
    )
    frame.to_crs(crs).to_file(folder / "grid.gpkg", layer="people")


def squares(count, side, start=(X, Y)):
    """A row of squares eastward."""
    x = start[0] + side * np.arange(count)
    return shapely.box(x, start[1], x + side, start[1] + side)


def test_squares_inside_keep_their_people(tmp_path):
    write(tmp_path, squares(8, 250.0), np.arange(8) * 10)
    settled, outside = settle(tmp_path, SHAPES, two_subdistricts())
    cells = settled.cells
    assert outside.empty
    assert cells["population"].tolist() == [0, 10, 20, 30, 40, 50, 60, 70]
    assert cells["subdistrict_id"].tolist() == ["A"] * 4 + ["B"] * 4
    assert cells.geometry.x.to_numpy() == pytest.approx(X + 125 + 250 * np.arange(8))
    assert cell_size_m(study_with(tmp_path, SHAPES), cells) == pytest.approx(250)


def test_border_squares_are_cut_by_area_and_the_rest_is_counted(tmp_path):
    """Squares of 1 km and 100 people: whole, 30 % in B's last 300 m, outside."""
    places = subdistricts(
        A=shapely.box(X, Y, X + 1000, Y + 1000),
        B=shapely.box(X + 1000, Y, X + 1300, Y + 1000),
    )
    write(tmp_path, squares(3, 1000.0), [100, 100, 100], population_age_0_14=[20] * 3)
    settled, outside = settle(tmp_path, SHAPES, places)
    assert settled.cells["population"].tolist() == [100, 30]
    assert settled.cells["population_age_0_14"].tolist() == [20, 6]
    assert settled.cells["cell_id"].tolist() == ["0", "1"]
    # The middle of the second square lies outside; its origin does not.
    assert X + 1000 < settled.cells.geometry.x[1] < X + 1300
    assert outside["cell_id"].tolist() == ["1:outside", "2"]
    assert outside["population"].tolist() == pytest.approx([70, 100])


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.integers(0, 400), min_size=42, max_size=42),
    st.floats(min_value=60, max_value=260),
)
def test_hexagons_conserve_everyone(tmp_path, people, side):
    shapes = [
        hexagon(
            X + 1.5 * side * column,
            Y + side * np.sqrt(3) * (row + column % 2 / 2),
            side,
        )
        for column in range(7)
        for row in range(6)
    ]
    (tmp_path / "grid.gpkg").unlink(missing_ok=True)
    write(tmp_path, shapes, people)
    settled, outside = settle(tmp_path, SHAPES, two_subdistricts())
    counted = settled.cells["population"]
    assert (counted % 1 == 0).all()
    assert abs(counted.sum() + outside["population"].sum() - sum(people)) <= 0.5 + 1e-6


def test_a_shape_that_only_touches_the_district_is_outside(tmp_path):
    write(tmp_path, squares(3, 1000.0, start=(X, Y)), [5, 6, 7])
    settled, outside = settle(tmp_path, SHAPES, two_subdistricts())
    assert settled.cells["population"].tolist() == [5, 6]
    assert outside["population"].tolist() == [7]


def test_another_coordinate_system_gives_the_same_people(tmp_path):
    write(tmp_path, squares(8, 250.0), np.arange(8) * 10, crs="EPSG:4326")
    settled, _ = settle(tmp_path, SHAPES | {"crs": "EPSG:4326"}, two_subdistricts())
    # The first squares lie on the border; a hair of them is outside.
    assert settled.cells["population"].sum() == 280


def test_all_faults_come_at_once(tmp_path):
    bow_tie = shapely.Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])
    shapes = [*squares(2, 250.0), bow_tie]
    write(tmp_path, shapes, [1, -4, 3], population_age_0_14=[1, 1, -2])
    with pytest.raises(InputError) as caught:
        read(tmp_path, SHAPES, two_subdistricts())
    text = str(caught.value)
    assert "column 'population': feature 2: found -4; expected 0 or more" in text
    assert "column 'population_age_0_14': feature 3: found -2" in text
    assert "feature 3: found an area that is not valid" in text


def test_points_are_not_shapes(tmp_path):
    write(tmp_path, shapely.points([[X, Y], [X + 9, Y]]), [1, 2])
    with pytest.raises(InputError, match="found Point; expected MultiPolygon or Poly"):
        read(tmp_path, SHAPES, two_subdistricts())


def test_bands_beyond_the_total_are_refused(tmp_path):
    write(tmp_path, squares(2, 250.0), [10, 10], population_age_0_14=[10, 11])
    with pytest.raises(InputError, match="feature 2: found age bands that add up to"):
        read(tmp_path, SHAPES, two_subdistricts())


def test_polygons_are_read_like_every_other_table(tmp_path):
    """Full-width digits are told; so are cut names of a Shapefile."""
    frame = gpd.GeoDataFrame(
        {"编号": ["a", "b"], "人口数": ["１０", "20"]},
        geometry=list(squares(2, 250.0)),
        crs=CRS,
    )
    frame.to_file(tmp_path / "grid.gpkg", layer="people")
    cells = read(tmp_path, SHAPES, two_subdistricts())
    assert cells["population"].tolist() == [10, 20]
    assert [one.name for one in taken_warnings(cells)] == ["full-width-digits"]


def test_faults_of_polygons_and_of_their_totals_come_at_once(tmp_path):
    write(tmp_path, squares(2, 250.0), [10, -5])
    (tmp_path / "totals.csv").write_text("街镇编号,人口\nC,7\n", "utf-8")
    totals = SHAPES | {"control_totals": {"path": "totals.csv"}}
    with pytest.raises(InputError) as caught:
        read(tmp_path, totals, two_subdistricts())
    assert {one.key for one in caught.value.problems} == {
        "below-minimum",
        "unknown-subdistrict",
    }
