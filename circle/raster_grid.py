"""The cells of a raster around a district: their places, areas and extent."""

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyproj
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray

from circle.crs import WGS84
from circle.declared import DeclaredCrs, from_metric, to_metric
from circle.offsets import Offset
from circle.problems import Problem, problem_of

# Part of a subdistrict that the raster must cover; borders are drawn by hand.
_COVERED_SHARE = 0.99
_EDGE_PARTS = 64
# A block is unpacked whole, however small the window that is read.
_MOST_IN_BLOCK = 50_000_000

Positions = NDArray[np.float64] | NDArray[np.int64]


@lru_cache(maxsize=16)
def transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """
    Give the conversion between two systems; some take PROJ long to set up.

    Parameters
    ----------
    source
        Coordinate system of the coordinates, easting or longitude first.
    target
        Coordinate system wanted.

    Returns
    -------
    transformer
        The same one when asked again.
    """
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@dataclass(frozen=True)
class RasterGrid:
    """The cells of one raster that lie around the district."""

    shape: tuple[int, int]
    """Rows and columns of the whole raster."""
    transform: Affine
    """From column and row to x and y."""
    crs: pyproj.CRS
    """Coordinate system of the raster."""
    row: tuple[int, int]
    """First row read, and the row after the last."""
    column: tuple[int, int]
    """First column read, and the column after the last."""
    wanted: tuple[int, int, int, int]
    """First and last row, first and last column of the district, within or beyond
    the raster."""
    offset: Offset | None = None
    """Map offset under the numbers of the raster, such as GCJ-02."""

    def places(
        self, row: Positions, column: Positions, crs: pyproj.CRS
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the places of rows and columns, counted from the raster's corner."""
        t = self.transform
        x = t.a * column + t.b * row + t.c
        y = t.d * column + t.e * row + t.f
        if self.offset is None:
            return transformer(self.crs, crs).transform(x, y)
        declared = DeclaredCrs(self.offset, self.crs, self.offset)
        return to_metric(x.ravel(), y.ravel(), declared=declared, target=crs)


def block_problems(file: rasterio.DatasetReader, where: str) -> list[Problem]:
    """
    Name what keeps even a small window of a raster from being read in little memory.

    Parameters
    ----------
    file
        The open raster.
    where
        Name of the file.

    Returns
    -------
    problems
        One where the raster is kept in too large blocks, else none.
    """
    tall, wide = file.block_shapes[0]
    if tall * wide <= _MOST_IN_BLOCK:
        return []
    n, most = f"{tall * wide:,}", f"{_MOST_IN_BLOCK:,}"
    return [problem_of(where, "raster-block-too-big", n=n, most=most)]


def declared_bounds(
    bounds: tuple[float, float, float, float],
    *,
    crs: pyproj.CRS,
    declared: DeclaredCrs,
) -> tuple[float, float, float, float]:
    """
    Give the bounds of a district in the numbers of a raster.

    Parameters
    ----------
    bounds
        West, south, east and north in `crs`.
    crs
        Metric coordinate system of the district.
    declared
        The system of the raster, also one with a map offset.

    Returns
    -------
    bounds
        West, south, east and north in the system of the raster.
    """
    if declared.offset is None:
        convert = transformer(crs, declared.crs)
        return convert.transform_bounds(*bounds, densify_pts=21)
    rim = shapely.segmentize(
        shapely.box(*bounds).exterior,
        max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / _EDGE_PARTS,
    )
    x, y = from_metric(*shapely.get_coordinates(rim).T, declared=declared, source=crs)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def cell_areas_km2(
    grid: RasterGrid, row: NDArray[np.int64], column: NDArray[np.int64]
) -> NDArray[np.float64]:
    """
    Measure cells on the ellipsoid by their two middle lines.

    Parameters
    ----------
    grid
        The raster.
    row
        Row of each cell in the whole raster, shape (cells,).
    column
        Its column, shape (cells,).

    Returns
    -------
    area_km2
        Shape (cells,); right also where the raster's own system stretches areas.
    """
    sides = []
    middle_row, middle_column = row + np.float64(0.5), column + np.float64(0.5)
    _, latitude = grid.places(middle_row, middle_column, WGS84)
    phi, ellipsoid = np.radians(latitude), pyproj.Geod(ellps="WGS84")
    bend = 1 - ellipsoid.es * np.sin(phi) ** 2
    east_m = ellipsoid.a / np.sqrt(bend) * np.cos(phi)
    north_m = ellipsoid.a * (1 - ellipsoid.es) / bend**1.5
    for down, along in ((0.5, 0.0), (0.0, 0.5)):
        before = grid.places(middle_row - down, middle_column - along, WGS84)
        after = grid.places(middle_row + down, middle_column + along, WGS84)
        step = np.radians(np.subtract(after, before))
        sides.append((step[0] * east_m, step[1] * north_m))
    (down_x, down_y), (along_x, along_y) = sides
    return np.asarray(np.abs(down_x * along_y - down_y * along_x) / 1e6)


def uncovered_subdistricts(
    grid: RasterGrid, subdistricts: gpd.GeoDataFrame, *, where: str
) -> list[Problem]:
    """
    Name the subdistricts that reach beyond the raster.

    Parameters
    ----------
    grid
        The raster.
    subdistricts
        Contract ``subdistricts``.
    where
        The file, for the message.

    Returns
    -------
    problems
        At most one message.
    """
    first_row, last_row, first_column, last_column = grid.wanted
    height, width = grid.shape
    starts = min(first_row, first_column) >= 0
    if starts and last_row <= height and last_column <= width:
        return []
    edge = shapely.segmentize(
        shapely.box(grid.column[0], grid.row[0], grid.column[1], grid.row[1]),
        max(grid.column[1] - grid.column[0], grid.row[1] - grid.row[0]) / _EDGE_PARTS,
    )
    extent = shapely.transform(
        edge,
        lambda at: np.column_stack(
            grid.places(at[:, 1], at[:, 0], pyproj.CRS(subdistricts.crs))
        ),
    )
    shapes = subdistricts.geometry.to_numpy()
    share = shapely.area(shapely.intersection(shapes, extent)) / shapely.area(shapes)
    short = share < _COVERED_SHARE
    if not short.any():
        return []
    ids = subdistricts.loc[short, "subdistrict_id"]
    parts = tuple(f"{a} ({b:.0%})" for a, b in zip(ids, share[short], strict=True))
    return [problem_of(where, "raster-covers-part", values=parts)]


def aligned(one: RasterGrid, other: RasterGrid) -> bool:
    """
    Tell whether two rasters have the same cells.

    Parameters
    ----------
    one
        A raster.
    other
        Another.

    Returns
    -------
    same
        Whether size, place and coordinate system agree.
    """
    return (
        one.shape == other.shape
        and (one.crs, one.offset) == (other.crs, other.offset)
        and bool(one.transform.almost_equals(other.transform))
    )
