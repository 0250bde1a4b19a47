"""Population cells as one picture: each pixel shows the class of its cell."""

from __future__ import annotations

import base64
import functools
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
from PIL import Image
from scipy.spatial import cKDTree

from circle.crs import WEB_MERCATOR_EPSG, WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WEB_MERCATOR = pyproj.CRS.from_epsg(WEB_MERCATOR_EPSG)
_MOST_PIXELS = 1_500_000
_FINEST_PIXELS_PER_CELL = 4
_MOST_RASTER_CELLS = 20_000_000
# How far a cell may lie from its place in the raster, as a share of its side.
_RASTER_TOLERANCE = 1e-6


@dataclass(frozen=True)
class CellGrid:
    """Squares of population cells in a metric coordinate system."""

    xy_m: NDArray[np.float64]
    """Middles, shape (n, 2), metres."""
    size_m: float
    """Side of a square, metres."""
    crs: pyproj.CRS
    """The coordinate system."""


@dataclass(frozen=True)
class Lattice:
    """Pixels in Web Mercator rows and columns, and the cell under each."""

    cell: NDArray[np.intp]
    """Row of the cell under the middle of each pixel, shape (rows, columns); the
    number of cells where there is none."""
    corners: tuple[float, float, float, float]
    """South, west, north, east edge in degrees."""


def lay_out(grid: CellGrid) -> Lattice:
    """
    Lay a picture over cells.

    Web maps stretch a picture between two corners in Web Mercator, so its rows must
    be evenly spaced there, not in metres or degrees.

    Parameters
    ----------
    grid
        The cells; at least one.

    Returns
    -------
    lattice
        Each pixel with the cell that its middle falls in.
    """
    to_mercator = _transformer(grid.crs, WEB_MERCATOR)
    corners = _corners(grid.xy_m, grid.size_m)
    x, y = to_mercator.transform(corners[:, 0], corners[:, 1])
    west, east, south, north = x.min(), x.max(), y.min(), y.max()
    # A metre of the ground is longer in Web Mercator, the more the further north.
    stretch = (east - west) / np.ptp(corners[:, 0])
    pixel = _pixel_size(grid.size_m * stretch, (east - west) * (north - south))
    columns = max(1, int(np.ceil((east - west) / pixel)))
    rows = max(1, int(np.ceil((north - south) / pixel)))
    column_x = west + (np.arange(columns) + 0.5) * pixel
    row_y = north - (np.arange(rows) + 0.5) * pixel
    (west, east), (south, north) = _transformer(WEB_MERCATOR, WGS84).transform(
        [west, west + columns * pixel], [north - rows * pixel, north]
    )
    cell = _cell_at(grid, column_x=column_x, row_y=row_y)
    return Lattice(cell, (south, west, north, east))


def paint(
    lattice: Lattice, classes: NDArray[np.int64], *, colours: Sequence[str]
) -> str:
    """
    Paint classed cells as a picture.

    Parameters
    ----------
    lattice
        The pixels.
    classes
        Class of each cell, shape (n,): 0 leaves it clear, k paints it with
        ``colours[k - 1]``.
    colours
        Hexadecimal colours, one per class.

    Returns
    -------
    data_uri
        A PNG as text for a page; empty where no cell is painted.
    """
    with_none = np.append(classes, 0).astype(np.uint8)
    return picture_of(with_none[lattice.cell], colours)


def picture_of(classes: NDArray[np.uint8], colours: Sequence[str]) -> str:
    """
    Write classed pixels as a picture.

    Parameters
    ----------
    classes
        Class of each pixel, shape (rows, columns): 0 leaves it clear, k paints it
        with ``colours[k - 1]``; at most 15 classes.
    colours
        Hexadecimal colours, one per class.

    Returns
    -------
    data_uri
        A PNG as text for a page; empty where no pixel is painted.
    """
    if not classes.any():
        return ""
    image = Image.fromarray(classes)
    palette = [255, 255, 255]
    for colour in colours:
        palette += [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    image.putpalette(palette)
    bits = 1 if len(colours) < 2 else 2 if len(colours) < 4 else 4
    stream = io.BytesIO()
    image.save(stream, format="PNG", compress_level=6, transparency=0, bits=bits)
    encoded = base64.b64encode(stream.getvalue()).decode("ascii")
    return f"data:image/png;base64,{encoded}"


@functools.lru_cache(maxsize=8)
def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Give a transformer; making one takes longer than using it."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _corners(xy: NDArray[np.float64], size_m: float) -> NDArray[np.float64]:
    """List the corners of all squares."""
    half = size_m / 2
    steps = np.array([[-half, -half], [-half, half], [half, -half], [half, half]])
    corners: NDArray[np.float64] = (xy[:, None, :] + steps[None, :, :]).reshape(-1, 2)
    return corners


def _pixel_size(cell: float, area: float) -> float:
    """Choose the finest pixel that keeps the picture within its budget."""
    return max(cell / _FINEST_PIXELS_PER_CELL, float(np.sqrt(area / _MOST_PIXELS)))


def _cell_at(
    grid: CellGrid, *, column_x: NDArray[np.float64], row_y: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Look up the cell under each pixel middle."""
    x, y = np.meshgrid(column_x, row_y)
    back = _transformer(WEB_MERCATOR, grid.crs)
    pixels = np.column_stack([one.ravel() for one in back.transform(x, y)])
    found = _in_raster(grid, pixels)
    if found is None:
        reach = grid.size_m / 2 * (1 + 1e-9)
        tree = cKDTree(grid.xy_m)
        found = np.asarray(
            tree.query(pixels, p=np.inf, distance_upper_bound=reach, workers=-1)[1]
        )
    return found.reshape(x.shape)


def _in_raster(grid: CellGrid, points: NDArray[np.float64]) -> NDArray[np.intp] | None:
    """Look up the cell under each point, where the cells form one raster."""
    first, n_cells = grid.xy_m.min(axis=0), len(grid.xy_m)
    steps = (grid.xy_m - first) / grid.size_m
    places = np.rint(steps).astype(np.intp)
    # A margin of one empty row and column catches all points beyond the cells.
    shape = places.max(axis=0) + 3
    is_raster = np.abs(steps - places).max() < _RASTER_TOLERANCE
    if not is_raster or shape.prod() > _MOST_RASTER_CELLS:
        return None
    raster = np.full(shape, n_cells, dtype=np.intp)
    raster[tuple((places + 1).T)] = np.arange(n_cells)
    if np.count_nonzero(raster < n_cells) < n_cells:  # cells upon each other
        return None
    nearest = np.floor((points - first) / grid.size_m + 0.5)
    inside = np.clip(nearest, -1, shape - 2).astype(np.intp)
    found: NDArray[np.intp] = raster[tuple((inside + 1).T)]
    return found
