"""Heights of street nodes from small rasters."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from toy_streets import CRS, EAST_M, NORTH_M, OsmFile, Toy, line, speeds

import circle.heights
from circle.crs import WGS84, project
from circle.errors import InputError
from circle.heights import with_heights
from circle.piece_times import time_pieces
from circle.streets import read_streets

CORNER = (EAST_M - 105.0, NORTH_M + 105.0)


def write_plane(path, *, crs="EPSG:4549", slope=0.1, holes=(), shape=(21, 81)):
    """A plane that climbs to the east; the cell middles are multiples of 10 m."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    values = (slope * (columns * 10.0 - 100.0)).astype(np.float32) + 0 * rows
    for hole in holes:
        values[hole] = -9999.0
    with rasterio.open(
        path, "w", driver="GTiff", width=shape[1], height=shape[0], count=1,
        dtype="float32", crs=crs, transform=Affine(10, 0, CORNER[0], 0, -10, CORNER[1]),
        nodata=-9999.0,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def placed(streets):
    """Toy streets where the raster is."""
    return replace(streets, x_m=streets.x_m + EAST_M, y_m=streets.y_m + NORTH_M)


def test_heights_lie_between_the_cells(tmp_path):
    streets = placed(replace(line(), x_m=np.array([0.0, 103.0, 300.0, 404.0])))
    found, warnings = with_heights(streets, write_plane(tmp_path / "h.tif"), crs=CRS)
    assert found.height_m == pytest.approx([0.0, 10.3, 30.0, 40.4], abs=1e-5)
    assert not warnings


def test_blocks_change_nothing(tmp_path, monkeypatch):
    path = write_plane(tmp_path / "h.tif")
    generator = np.random.default_rng(1)
    streets = placed(
        replace(
            line(),
            x_m=generator.uniform(-90, 690, 4),
            y_m=generator.uniform(-90, 90, 4),
        )
    )
    whole, _ = with_heights(streets, path, crs=CRS)
    monkeypatch.setattr(circle.heights, "_BLOCK", 4)
    parts, _ = with_heights(streets, path, crs=CRS)
    assert np.array_equal(whole.height_m, parts.height_m)
    assert np.isfinite(whole.height_m).all()


def test_without_data_a_node_has_no_height_and_its_pieces_are_level(tmp_path):
    path = write_plane(tmp_path / "h.tif", holes=[(10, 20)])  # at x = 100
    found, warnings = with_heights(placed(line()), path, crs=CRS)
    assert np.isnan(found.height_m).tolist() == [False, True, False, False]
    (warning,) = warnings
    assert warning.args[0] == "streets-without-height"
    assert "1 of 4" in warning.args[1]
    forward_s, _ = time_pieces(found, "walk", speeds=speeds())
    assert forward_s[:2].tolist() == [100.0, 200.0]
    assert forward_s[2] > 100.0


def test_a_raster_in_degrees_is_read_as_well(tmp_path):
    """Cells of about 10 m in degrees, height 7 everywhere."""
    path = tmp_path / "degrees.tif"
    (west, north) = _lonlat(EAST_M - 500, NORTH_M + 500)
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="int16",
        crs="EPSG:4326", transform=Affine(1e-4, 0, west, 0, -1e-4, north),
    ) as file:  # fmt: skip
        file.write(np.full((200, 200), 7, dtype=np.int16), 1)
    found, _ = with_heights(placed(line()), path, crs=CRS)
    assert found.height_m.tolist() == [7.0] * 4


def test_bridges_have_no_height_of_the_water_below(tmp_path):
    """A bridge of two pieces over a hole 50 m deep: level, both ends on the ground."""
    file = OsmFile(
        nodes={1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (400, 0)},
        ways=[
            ([1, 2], {"highway": "residential"}),
            ([2, 3, 4], {"highway": "residential", "bridge": "yes"}),
            ([4, 5], {"highway": "residential"}),
        ],
    )
    streets = read_streets(file.write(tmp_path / "bridge.osm"), crs=CRS)
    assert streets.node_id[streets.aloft].tolist() == [3]
    path = write_plane(tmp_path / "h.tif", slope=0.0)
    found, warnings = with_heights(streets, path, crs=CRS)
    assert np.isnan(found.height_m).tolist() == [False, False, True, False, False]
    assert not warnings
    toy = Toy.of(found)
    assert toy.time((EAST_M, NORTH_M), (EAST_M + 400, NORTH_M)) == pytest.approx(
        400, abs=0.1
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("no raster"), "cannot be read"),
        (lambda path: write_plane(path, crs=None), "no coordinate system"),
        (lambda path: write_plane(path, crs="EPSG:4547"), "no node of the streets"),
    ],
)
def test_rasters_that_do_not_fit_are_refused(tmp_path, make, said):
    path = tmp_path / "bad.tif"
    make(path)
    with pytest.raises(InputError, match=said):
        with_heights(placed(line()), path, crs=CRS)


def _lonlat(x_m, y_m):
    lon, lat = project(np.array([x_m]), np.array([y_m]), source=CRS, target=WGS84)
    return float(lon[0]), float(lat[0])
