"""Population rasters: read by window, counted to the person, refused when unfit."""

import subprocess
import sys

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from population_toy import (
    CRS,
    demo_people,
    demo_raster,
    demo_subdistricts,
    read,
    settle,
    study_with,
    subdistricts,
    two_subdistricts,
    write_raster,
)

from circle.declared import from_metric, parse_declared, to_metric
from circle.errors import ConfigError, InputError
from circle.population import cell_size_m
from circle.raster_grid import RasterGrid, cell_areas_km2

# North-west corner of the toy raster: ten rows and twenty columns of 100 m lie
# exactly on the two subdistricts A (west) and B (east).
CORNER = (500_000.0, 3_401_000.0)
WORLDPOP = {"crs": "EPSG:4326", "step": 3 / 3600}
GHS_POP = {"crs": "ESRI:54009", "step": 100.0}
NO_DATA = -99999.0


def people(shape=(10, 20), seed=1):
    """Whole people; in every third cell none."""
    values = np.random.default_rng(seed).integers(1, 60, shape).astype(np.float32)
    values.ravel()[::3] = 0
    return values


def raster(folder, values=None, name="people.tif", **more: object):
    values = people() if values is None else values
    return write_raster(
        folder / name, values, **{"corner": CORNER, "step": 100.0, **more}
    )


def population(**more: object):
    return {"kind": "raster", "path": "people.tif", **more}


def test_cells_stand_in_their_middles_and_hold_their_people(tmp_path):
    values = people()
    raster(tmp_path, values)
    settled, outside = settle(tmp_path, population(), two_subdistricts())
    cells = settled.cells
    assert outside.empty
    assert len(cells) == np.count_nonzero(values)
    for one in cells.itertuples():
        row, column = int(one.cell_id[1:7]), int(one.cell_id[8:])
        assert one.population == values[row, column]
        assert one.geometry.x == pytest.approx(500_050 + 100 * column)
        assert one.geometry.y == pytest.approx(3_400_950 - 100 * row)
        assert one.subdistrict_id == ("A" if column < 10 else "B")
    by_home = cells.groupby("subdistrict_id")["population"].sum()
    assert by_home["A"] == values[:, :10].sum()
    assert by_home["B"] == values[:, 10:].sum()
    # The scale of the projection is 1 on its central meridian, 123° E.
    assert cells["area_km2"].to_numpy() == pytest.approx(0.01, rel=1e-5)


@pytest.mark.parametrize("grid", [WORLDPOP, GHS_POP], ids=["worldpop", "ghs_pop"])
def test_the_demo_people_survive_a_raster(tmp_path, grid):
    demo_raster(tmp_path / "people.tif", **grid)
    places = demo_subdistricts()
    settled, outside = settle(tmp_path, population(), places)
    counted = settled.cells["population"]
    assert (counted % 1 == 0).all()
    read_in = settled.balance["people_read"].sum()
    # Cells on the border give a part to the sea; nobody else is missing.
    everyone = demo_people()["人口"].sum()
    assert read_in + outside["population"].sum() == pytest.approx(everyone, abs=1e-3)
    assert counted.sum() == int(np.floor(read_in + 0.5))
    assert 0.999 < counted.sum() / everyone <= 1
    assert settled.balance["residual"].abs().max() <= 1


def oracle(path, places):
    """Read a whole raster and cut every inhabited cell with shapely, one by one."""
    district = places.union_all()
    found = {}
    with rasterio.open(path) as file:
        values, t = file.read(1), file.transform
        own = pyproj.CRS.from_wkt(file.crs.to_wkt())
        to_metres = pyproj.Transformer.from_crs(own, CRS, always_xy=True)

        def corner(column, row):
            return to_metres.transform(t.c + t.a * column, t.f + t.e * row)

        for row, column in np.argwhere(values > 0):
            ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
            square = shapely.Polygon([corner(column + a, row + b) for a, b in ring])
            share = square.intersection(district).area / square.area
            if share > 0:
                name = f"r{row:06d}c{column:06d}"
                found[name] = float(values[row, column]) * share
    return found


@pytest.mark.parametrize("grid", [WORLDPOP, GHS_POP], ids=["worldpop", "ghs_pop"])
def test_the_window_gives_what_the_whole_raster_gives(tmp_path, grid):
    path = demo_raster(tmp_path / "people.tif", **grid)
    whole = demo_subdistricts()
    x, y = whole.union_all().centroid.coords[0]
    # A star inside the district, whose edge crosses many cells.
    arms = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    reach = np.where(np.arange(14) % 2, 1200.0, 500.0)
    star = shapely.Polygon(
        np.column_stack([x + reach * np.cos(arms), y + reach * np.sin(arms)])
    )
    places = subdistricts(A=star)
    cells = read(tmp_path, population(), places)
    inside = cells[cells["subdistrict_id"].notna()]
    wanted = oracle(path, places)
    got = dict(zip(inside["cell_id"], inside["population"], strict=True))
    assert got.keys() == wanted.keys()
    for name, share in wanted.items():
        assert got[name] == pytest.approx(share, rel=1e-6, abs=1e-9)
    assert star.covers(inside.geometry.to_numpy()).all() or (
        inside.geometry.distance(star).max() < 1e-6
    )


def test_a_wider_raster_changes_nothing_but_the_ids(tmp_path):
    values = people()
    raster(tmp_path, values)
    near, _ = settle(tmp_path, population(), two_subdistricts())
    wide = np.full((210, 320), 7, dtype=np.float32)
    wide[100:110, 200:220] = values
    corner = (CORNER[0] - 200 * 100, CORNER[1] + 100 * 100)
    raster(tmp_path, wide, corner=corner)
    far, outside = settle(tmp_path, population(), two_subdistricts())
    assert outside.empty
    columns = ["population", "subdistrict_id", "area_km2"]
    assert near.cells[columns].equals(far.cells[columns])
    assert near.cells.geometry.geom_equals_exact(far.cells.geometry, 1e-6).all()


def test_border_cells_are_shared_by_area(tmp_path):
    """A is 250 m wide: the third column of four cells is cut in half."""
    values = np.full((10, 4), 10, dtype=np.int16)
    raster(tmp_path, values)
    places = subdistricts(A=shapely.box(500_000, 3_400_000, 500_250, 3_401_000))
    settled, outside = settle(tmp_path, population(), places)
    assert settled.cells["population"].sum() == 10 * (10 + 10 + 5)
    assert outside["population"].sum() == pytest.approx(10 * 5)
    assert len(outside) == 10
    # The middle of a cell cut in half lies on the border, which belongs to A.
    assert settled.cells.geometry.x.max() == pytest.approx(500_250)


def test_a_cell_whose_middle_lies_outside_gets_an_origin_inside(tmp_path):
    """A is 220 m wide: a fifth of the third column is inside."""
    raster(tmp_path, np.full((10, 4), 10, dtype=np.int16))
    places = subdistricts(A=shapely.box(500_000, 3_400_000, 500_220, 3_401_000))
    settled, outside = settle(tmp_path, population(), places)
    assert settled.cells["population"].sum() == 10 * (10 + 10 + 2)
    assert outside["population"].sum() == pytest.approx(10 * 8)
    assert 500_200 < settled.cells.geometry.x.max() < 500_220


def test_decimals_become_whole_people_that_add_up(tmp_path):
    values = np.full((10, 20), 0.3, dtype=np.float64)
    raster(tmp_path, values)
    settled, _ = settle(tmp_path, population(), two_subdistricts())
    assert settled.cells["population"].sum() == 60
    by_home = settled.cells.groupby("subdistrict_id")["population"].sum()
    assert by_home.to_list() == [30, 30]


@pytest.mark.parametrize(
    ("fill", "in_file", "declared"),
    [
        (NO_DATA, NO_DATA, {}),
        (NO_DATA, None, {"nodata": NO_DATA}),
        (-3.4028235e38, None, {"nodata": -3.4028235e38}),
        (np.nan, None, {}),
        (65535.0, 65535.0, {}),
    ],
)
def test_no_data_is_no_people(tmp_path, fill, in_file, declared):
    values = people()
    hole = values.copy()
    hole[:, :5] = fill
    raster(tmp_path, hole, nodata=in_file)
    settled, _ = settle(tmp_path, population(**declared), two_subdistricts())
    assert settled.cells["population"].sum() == values[:, 5:].sum()


def test_undeclared_no_data_is_refused_with_the_remedy(tmp_path):
    values = people()
    values[0, :7] = NO_DATA
    raster(tmp_path, values)
    with pytest.raises(InputError, match=r"7 cells below 0 .*write `nodata: -99999`"):
        read(tmp_path, population(), two_subdistricts())


def test_infinite_people_are_refused(tmp_path):
    values = people()
    values[3, 3] = np.inf
    raster(tmp_path, values)
    with pytest.raises(InputError, match="1 cells that are infinite"):
        read(tmp_path, population(), two_subdistricts())


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("people.tif", {"units": "persons per sq km"}),
        ("people.tif", {"TIFFTAG_IMAGEDESCRIPTION": "Population density 2020"}),
        ("chn_pd_2020_1km.tif", {}),
    ],
)
def test_a_density_is_refused_unless_declared(tmp_path, name, tags):
    raster(tmp_path, np.full((10, 20), 2000, np.float32), name=name, tags=tags)
    where = {"kind": "raster", "path": name}
    with pytest.raises(InputError, match=r"speaks of a density.*`unit: per_km2`"):
        read(tmp_path, where, two_subdistricts())
    settled, _ = settle(tmp_path, where | {"unit": "per_km2"}, two_subdistricts())
    # 2,000 people per km² on 2 km².
    assert settled.cells["population"].sum() == pytest.approx(4000, abs=1)
    settled, _ = settle(tmp_path, where | {"unit": "count"}, two_subdistricts())
    assert settled.cells["population"].sum() == 2000 * 200


def test_numbers_too_dense_for_counts_are_refused(tmp_path):
    """2,500 people in each hectare would be 250,000 on a km²."""
    raster(tmp_path, np.full((10, 20), 2500, dtype=np.float32))
    with pytest.raises(InputError, match=r"250,00\d people live on a km² on average"):
        read(tmp_path, population(), two_subdistricts())


@pytest.mark.parametrize(
    ("crs", "corner", "step"),
    [
        ("EPSG:4326", (123.0, 31.0), 30 / 3600),
        ("EPSG:4490", (123.0, 60.0), 3 / 3600),
        ("ESRI:54009", (11_000_000.0, 3_800_000.0), 1000.0),
        ("EPSG:3857", (13_700_000.0, 3_600_000.0), 100.0),
        ("EPSG:32651", (500_000.0, 3_400_000.0), 250.0),
    ],
)
def test_cell_areas_agree_with_the_ellipsoid(crs, corner, step):
    """Against areas of the cells' outlines by geographiclib, many points a side."""
    grid = RasterGrid(
        shape=(40, 40),
        transform=Affine(step, 0, corner[0], 0, -step, corner[1]),
        crs=pyproj.CRS.from_user_input(crs),
        row=(0, 40),
        column=(0, 40),
        wanted=(0, 40, 0, 40),
    )
    row, column = np.array([0, 17, 39]), np.array([3, 39, 0])
    to_degrees = pyproj.Transformer.from_crs(grid.crs, 4326, always_xy=True)
    for r, c, area in zip(row, column, cell_areas_km2(grid, row, column), strict=True):
        west, north = corner[0] + c * step, corner[1] - r * step
        square = shapely.box(west, north - step, west + step, north)
        outline = shapely.segmentize(square, step / 50)
        lon, lat = to_degrees.transform(*outline.exterior.coords.xy)
        wanted = abs(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0])
        assert area * 1e6 == pytest.approx(wanted, rel=2e-6)


def bands(folder, values, shares=(0.25, 0.5, 0.25), **more: object):
    """Write a raster for each age band, with whole people."""
    files = {}
    for band, share in zip(
        ("age_0_14", "age_15_59", "age_60_plus"), shares, strict=True
    ):
        files[band] = f"{band}.tif"
        raster(folder, np.floor(values * share), name=files[band], **more)
    return files


def test_age_bands_are_carried_through(tmp_path):
    values = people() * 4
    raster(tmp_path, values)
    files = bands(tmp_path, values)
    settled, _ = settle(tmp_path, population(bands=files), two_subdistricts())
    cells = settled.cells
    assert cells["population"].sum() == values.sum()
    for band, share in (("age_0_14", 1), ("age_15_59", 2), ("age_60_plus", 1)):
        of_band = cells[f"population_{band}"]
        assert (of_band * 4 == cells["population"] * share).all()
    groups = settled.balance["group"].unique().tolist()
    assert groups == ["population", "age_0_14", "age_15_59", "age_60_plus"]


def test_age_bands_alone_are_everybody(tmp_path):
    values = people() * 4
    files = bands(tmp_path, values)
    only = {"kind": "raster", "bands": files}
    settled, _ = settle(tmp_path, only, two_subdistricts())
    assert settled.cells["population"].sum() == values.sum()


def test_whole_bands_never_pass_the_total(tmp_path):
    values = np.full((10, 20), 0.7)
    raster(tmp_path, values)
    files = bands(tmp_path, values * 0, shares=(1, 1, 1))
    for name, share in (("age_0_14", 0.2), ("age_60_plus", 0.3)):
        raster(tmp_path, values * share, name=files[name])
    settled, _ = settle(tmp_path, population(bands=files), two_subdistricts())
    cells = settled.cells
    assert cells["population"].sum() == 140
    assert cells["population_age_0_14"].sum() == 28
    assert cells["population_age_60_plus"].sum() == 42
    parts = cells.filter(like="population_").sum(axis=1)
    assert (parts <= cells["population"]).all()


def test_bands_beyond_the_total_are_refused(tmp_path):
    values = people()
    raster(tmp_path, values)
    files = bands(tmp_path, values * 4)
    with pytest.raises(InputError, match=r"cell r000000c000001, .* age bands that add"):
        read(tmp_path, population(bands=files), two_subdistricts())


def test_bands_of_another_grid_are_refused(tmp_path):
    values = people()
    raster(tmp_path, values)
    files = bands(tmp_path, values, corner=(CORNER[0] + 50, CORNER[1]))
    with pytest.raises(InputError, match="its cells are not those of") as caught:
        read(tmp_path, population(bands=files), two_subdistricts())
    assert str(caught.value).count("are not those of people.tif") == 3


def test_unknown_bands_are_named(tmp_path):
    raster(tmp_path)
    with pytest.raises(InputError, match=r"found age_0_4; expected age bands of the"):
        read(tmp_path, population(bands={"age_0_4": "people.tif"}), two_subdistricts())


def test_a_raster_section_needs_a_file(tmp_path):
    with pytest.raises(ConfigError, match="needs a raster: give `path:`, `bands:`"):
        read(tmp_path, {"kind": "raster"}, two_subdistricts())


def test_a_raster_elsewhere_is_refused(tmp_path):
    raster(tmp_path, corner=(600_000.0, 3_401_000.0))
    with pytest.raises(InputError, match="does not reach the subdistricts"):
        read(tmp_path, population(), two_subdistricts())


def test_a_raster_cut_too_tight_is_refused(tmp_path):
    raster(tmp_path, people((10, 18)))
    with pytest.raises(InputError, match=r"only a part of subdistrict B \(80%\)"):
        read(tmp_path, population(), two_subdistricts())


def test_a_raster_on_the_border_is_enough(tmp_path):
    raster(tmp_path)
    assert len(read(tmp_path, population(), two_subdistricts())) > 0


def test_a_raster_of_no_people_is_refused(tmp_path):
    raster(tmp_path, np.zeros((10, 20), dtype=np.uint8))
    with pytest.raises(InputError, match="no people around the subdistricts"):
        read(tmp_path, population(), two_subdistricts())


def test_a_huge_window_is_refused_before_memory_goes(tmp_path):
    """A thousand million cells, of which the file stores none."""
    write_raster_of_nothing(tmp_path / "people.tif", side=32_000, step=1.0)
    x, y = 500_000, 3_400_000
    places = subdistricts(A=shapely.box(x, y, x + 32_000, y + 32_000))
    with pytest.raises(InputError, match=r"1,024,000,000 cells .* at most 4,000,000"):
        read(tmp_path, population(), places)


def test_a_huge_raster_with_a_small_window_is_read(tmp_path):
    path = tmp_path / "people.tif"
    write_raster_of_nothing(path, side=32_000, step=100.0)
    with rasterio.open(path, "r+") as file:
        window = rasterio.windows.Window(0, 31_990, 20, 10)
        file.write(people().astype(np.uint8), 1, window=window)
    settled, _ = settle(tmp_path, population(), two_subdistricts())
    assert settled.cells["population"].sum() == people().sum()
    assert settled.cells["cell_id"].min().startswith("r031990c")


def write_raster_of_nothing(path, *, side, step):
    """Write a raster whose tiles are all left out; south-west corner as the toy's."""
    profile = {
        "driver": "GTiff",
        "count": 1,
        "height": side,
        "width": side,
        "dtype": "uint8",
        "crs": "EPSG:4550",
        "transform": Affine(step, 0, 500_000, 0, -step, 3_400_000 + side * step),
        "tiled": True,
        "SPARSE_OK": True,
    }
    with rasterio.open(path, "w", **profile):
        pass
    assert path.stat().st_size < 2_000_000


def test_several_bands_in_one_file_are_refused(tmp_path):
    raster(tmp_path, np.stack([people()] * 3))
    with pytest.raises(InputError, match="found 3 bands; expected one"):
        read(tmp_path, population(), two_subdistricts())


def test_no_coordinate_system_can_be_declared(tmp_path):
    raster(tmp_path, crs=None)
    with pytest.raises(InputError, match=r"names no coordinate system; declare it"):
        read(tmp_path, population(), two_subdistricts())
    cells = read(tmp_path, population(crs="EPSG:4550"), two_subdistricts())
    assert cells["population"].sum() == people().sum()


def test_no_place_is_refused(tmp_path):
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        raster(tmp_path, corner=None)
    with pytest.raises(InputError, match="has no coordinates; expected a GeoTIFF with"):
        read(tmp_path, population(), two_subdistricts())


@pytest.mark.parametrize("keep", [0, 4, 300])
def test_a_broken_file_is_named(tmp_path, keep):
    path = raster(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"people\.tif: cannot be read as a GeoTIFF"):
        read(tmp_path, population(), two_subdistricts())


def test_the_cell_size_follows_the_raster(tmp_path):
    raster(tmp_path)
    study_cells = read(tmp_path, population(), two_subdistricts())
    size_m = cell_size_m(study_with(tmp_path, population()), study_cells)
    assert size_m == pytest.approx(100, rel=1e-5)


def test_both_readers_of_gdal_live_together():
    """rasterio and pyogrio carry a GDAL each; either order must read its files."""
    code = (
        "import rasterio, pyogrio, rasterio.crs; "
        "assert rasterio.crs.CRS.from_epsg(4326).to_epsg() == 4326; "
        "import pyproj; assert pyproj.CRS(4550).is_projected; "
        "assert 'GPKG' in pyogrio.list_drivers()"
    )
    for first in ("", "import pyogrio; "):
        subprocess.run(
            [sys.executable, "-W", "error", "-c", first + code], check=True, timeout=60
        )


@pytest.mark.parametrize("system", ["GCJ-02", "BD-09"])
def test_a_raster_with_a_map_offset_is_converted_cell_by_cell(tmp_path, system):
    """A raster laid out in GCJ-02: with the system declared, nobody is lost."""
    declared = parse_declared(system, where="")
    x, y = from_metric(
        np.array([499_800.0]), np.array([3_401_200.0]), declared=declared, source=CRS
    )
    corner = {"corner": (float(x[0]), float(y[0])), "step": 0.001, "crs": "EPSG:4326"}
    values = np.zeros((30, 40), dtype=np.float32)
    values[4:8, 6:10] = 7.0
    raster(tmp_path, values, **corner)
    cells = read(tmp_path, population(crs=system), two_subdistricts())
    assert cells["population"].sum() == pytest.approx(values.sum(), abs=1e-3)
    row = cells["cell_id"].str[1:7].astype(int).to_numpy()
    column = cells["cell_id"].str[8:].astype(int).to_numpy()
    east, north = to_metric(
        x[0] + 0.001 * (column + 0.5),
        y[0] - 0.001 * (row + 0.5),
        declared=declared,
        target=CRS,
    )
    # Near the border a cell stands in the middle of its converted square, which is
    # not quite its converted middle.
    assert cells.geometry.x.to_numpy() == pytest.approx(east, abs=0.05)
    assert cells.geometry.y.to_numpy() == pytest.approx(north, abs=0.05)
