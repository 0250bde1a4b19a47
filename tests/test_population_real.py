"""Real population data, where they are at hand: Helsinki and Porto Alegre."""

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from population_toy import PROFILE, settle, study_with

from circle.area_shares import move_people
from circle.population import read_cells

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("CIRCLE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
GRID = DATA / "helsinki" / "helsinki_population_grid_2020.gpkg"
HEXAGONS = DATA / "porto_alegre" / "poa_hexgrid.csv"
ABSENT = "no real data; set CIRCLE_REAL_DATA to the folder that holds {}"
HELSINKI, PORTO_ALEGRE = pyproj.CRS.from_epsg(32635), pyproj.CRS.from_epsg(32722)


SQUARES = {
    "kind": "shapes",
    "path": str(GRID),
    "crs": "EPSG:4326",
    "columns": {"cell_id": "id"},
}


def one_district(shape, crs):
    frame = {"subdistrict_id": ["D"], "name": ["D"], "area_class": ["urban"]}
    return gpd.GeoDataFrame(frame, geometry=[shape], crs=crs)


@pytest.mark.skipif(not GRID.is_file(), reason=ABSENT.format("helsinki"))
class TestHelsinki:
    """92 squares of 250 m with 71,724 people, in longitude and latitude."""

    @pytest.fixture
    def squares(self):
        return gpd.read_file(GRID).to_crs(HELSINKI)

    def test_all_people_are_there(self, squares, tmp_path):
        place = one_district(shapely.box(*squares.total_bounds).buffer(10), HELSINKI)
        settled, outside = settle(tmp_path, SQUARES, place, HELSINKI)
        assert len(settled.cells) == 92
        assert settled.cells["population"].sum() == 71_724
        assert outside.empty
        assert settled.cells["area_km2"].median() == pytest.approx(0.0625, rel=0.01)

    def test_a_district_that_cuts_squares_loses_nobody(self, squares, tmp_path):
        west, south, east, north = squares.total_bounds
        middle = shapely.Point((west + east) / 2, (south + north) / 2)
        place = one_district(middle.buffer(900), HELSINKI)
        settled, outside = settle(tmp_path, SQUARES, place, HELSINKI)
        counted, left = settled.cells["population"].sum(), outside["population"].sum()
        assert 0 < counted < 71_724
        assert counted + left == pytest.approx(71_724, abs=0.5)
        assert outside["cell_id"].str.endswith(":outside").sum() > 5
        moved = move_people(
            squares["population"].to_numpy(dtype=float),
            squares.geometry,
            targets=place.geometry,
        )
        assert moved.people.tolist() == [counted]
        assert moved.outside == 71_724 - counted


@pytest.mark.skipif(not HEXAGONS.is_file(), reason=ABSENT.format("porto_alegre"))
def test_porto_alegre_hexagon_centres_are_a_table(tmp_path):
    rows = pd.read_csv(HEXAGONS)
    at = gpd.points_from_xy(rows["lon"], rows["lat"], crs="EPSG:4326")
    bounds = gpd.GeoSeries(at).to_crs(PORTO_ALEGRE).total_bounds
    place = one_district(shapely.box(*bounds).buffer(10), PORTO_ALEGRE)
    source = {
        "kind": "table",
        "path": str(HEXAGONS),
        "crs": "EPSG:4326",
        "cell_size_m": 324,
    }
    study = study_with(tmp_path, source)
    cells = read_cells(study, profile=PROFILE, crs=PORTO_ALEGRE, subdistricts=place)
    assert len(cells) == 1227
    assert cells["population"].sum() == 812_935
    assert cells["subdistrict_id"].eq("D").all()
