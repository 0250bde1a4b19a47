"""A grid of places over a city, evenly spaced as pictures on web maps are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import geopandas as gpd
import numpy as np
import pyproj
import rasterio
import rasterio.features
import shapely
from numpy.typing import NDArray

from circle.crs import WEB_MERCATOR_EPSG, WGS84, project
from circle.outlines import trace_outlines

# Ground between two places in metres, from fine to coarse.
_SPACINGS_M: Final = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0)
_MERCATOR: Final = pyproj.CRS.from_epsg(WEB_MERCATOR_EPSG)
# A straight side has a corner this often, as it bends in another projection.
_STRAIGHT_M: Final = 1000.0
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class PlaceGrid:
    """Rows and columns of squares in Web Mercator, whose middles are the places."""

    west: float
    """Western edge in metres of Web Mercator."""
    north: float
    """Northern edge in metres of Web Mercator."""
    step: float
    """Side of a square in metres of Web Mercator."""
    spacing_m: float
    """Side of a square in metres on the ground."""
    shape: tuple[int, int]
    """Rows and columns."""

    @classmethod
    def over(cls, areas: gpd.GeoDataFrame, *, most_places: int) -> Self:
        """Lay the finest grid over areas that keeps the places within a number."""
        flat = areas.to_crs(_MERCATOR).geometry.to_numpy()
        ground_m2 = float(shapely.area(areas.geometry.to_numpy()).sum())
        coarsest = float(np.sqrt(ground_m2 / most_places))
        spacing_m = next((one for one in _SPACINGS_M if one >= coarsest), coarsest)
        step = spacing_m * float(np.sqrt(shapely.area(flat).sum() / ground_m2))
        west, south, east, north = shapely.total_bounds(flat).tolist()
        rows = int(np.ceil((north - south) / step))
        columns = int(np.ceil((east - west) / step))
        return cls(west, north, step, spacing_m, (rows, columns))

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """The south, west, north and east edge in degrees."""
        rows, columns = self.shape
        x = np.array([self.west, self.west + columns * self.step])
        y = np.array([self.north - rows * self.step, self.north])
        lon, lat = project(x, y, source=_MERCATOR, target=WGS84)
        return float(lat[0]), float(lon[0]), float(lat[1]), float(lon[1])

    def part(
        self, bounds: tuple[float, float, float, float], crs: pyproj.CRS
    ) -> tuple[Self, tuple[slice, slice]]:
        """Cut out the squares that a rectangle (metres of `crs`) touches."""
        box = shapely.segmentize(shapely.box(*bounds), _STRAIGHT_M)
        flat = _moved(np.array([box], dtype=object), crs, _MERCATOR)
        west, south, east, north = shapely.total_bounds(flat)
        first = np.array([self.north - north, west - self.west]) / self.step
        last = np.array([self.north - south, east - self.west]) / self.step
        top, left = np.clip(np.floor(first).astype(int), 0, self.shape).tolist()
        bottom, right = np.clip(np.ceil(last).astype(int), 0, self.shape).tolist()
        cut = replace(
            self,
            west=self.west + left * self.step,
            north=self.north - top * self.step,
            shape=(max(0, bottom - top), max(0, right - left)),
        )
        return cut, (slice(top, bottom), slice(left, right))

    def every(self, number: int) -> Self:
        """Keep the first of so many rows and columns, with their middles in place."""
        rows, columns = self.shape
        beyond = (number - 1) / 2 * self.step
        return replace(
            self,
            west=self.west - beyond,
            north=self.north + beyond,
            step=self.step * number,
            spacing_m=self.spacing_m * number,
            shape=(-(-rows // number), -(-columns // number)),
        )

    def middles(self, inside: Mask, crs: pyproj.CRS) -> NDArray[np.float64]:
        """Give the middles of some squares in metres of `crs`, shape (places, 2)."""
        row, column = np.nonzero(inside)
        x = self.west + (column.astype(np.float64) + 0.5) * self.step
        y = self.north - (row.astype(np.float64) + 0.5) * self.step
        return np.column_stack(project(x, y, source=_MERCATOR, target=crs))

    def locate(self, areas: NDArray[np.object_], crs: pyproj.CRS) -> NDArray[np.int32]:
        """Give the row of the last area (metres of `crs`) that holds each middle.

        -1 where there is none.
        """
        if not len(areas):
            return np.full(self.shape, -1, dtype=np.int32)
        flat = gpd.GeoSeries(areas, crs=crs).to_crs(_MERCATOR)
        found = rasterio.features.rasterize(
            zip(flat.to_numpy(), range(len(areas)), strict=True),
            out_shape=self.shape,
            transform=rasterio.Affine(
                self.step, 0.0, self.west, 0.0, -self.step, self.north
            ),
            fill=-1,
            dtype="int32",
        )
        return np.asarray(found)

    def outline(self, masks: Sequence[Mask], crs: pyproj.CRS) -> NDArray[np.object_]:
        """Draw the outline of each set of squares, none of them empty, in `crs`."""
        found = [np.nonzero(one) for one in masks]
        owner = np.repeat(np.arange(len(found)), [len(row) for row, _ in found])
        row = np.concatenate([one for one, _ in found])
        column = np.concatenate([one for _, one in found])
        # Rows count from the north, squares from the south.
        traced = trace_outlines(
            owner,
            np.column_stack([column, self.shape[0] - 1 - row]),
            size_m=self.step,
            corner_m=(self.west, self.north - self.shape[0] * self.step),
        )
        simple = shapely.simplify(traced, 0.0)
        return _moved(simple, _MERCATOR, crs)


def _moved(
    shapes: NDArray[np.object_], source: pyproj.CRS, target: pyproj.CRS
) -> NDArray[np.object_]:
    """Move the corners of shapes to another coordinate system."""

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(project(*xy.T, source=source, target=target))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)
