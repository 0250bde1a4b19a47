"""Heights of street nodes from a raster."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import rasterio
import rasterio.errors
from numpy.typing import NDArray
from rasterio.windows import Window

from circle.crs import project
from circle.errors import CircleWarning, InputError, gather
from circle.problems import problem_of
from circle.raster_grid import block_problems
from circle.streets import Streets

# Cells on each side of what is read at once; a fine raster of a city fits no memory.
_BLOCK = 1024


def with_heights(
    streets: Streets, path: Path, *, crs: pyproj.CRS
) -> tuple[Streets, tuple[CircleWarning, ...]]:
    """
    Read the height of every street node from a raster.

    Parameters
    ----------
    streets
        The streets.
    path
        Raster of heights in metres above any level (GeoTIFF).
    crs
        Coordinate system of the streets.

    Returns
    -------
    streets
        The streets with ``height_m``: between the middles of four cells by distance,
        NaN outside the raster, beside a cell without data, and for nodes that only
        bridges or tunnels meet.
    warnings
        One, ``streets-without-height``, where nodes on the ground have none.

    Raises
    ------
    InputError
        If the file is no raster with a coordinate system, or covers no node.
    """
    try:
        with rasterio.open(path, driver="GTiff") as file:
            if file.crs is None:
                raise InputError(problem_of(path.name, "heights-without-crs"))
            gather(block_problems(file, path.name), InputError)
            own = pyproj.CRS.from_wkt(file.crs.to_wkt())
            x, y = project(streets.x_m, streets.y_m, source=crs, target=own)
            to_cell = ~file.transform
            column = to_cell.a * x + to_cell.b * y + to_cell.c - 0.5
            row = to_cell.d * x + to_cell.e * y + to_cell.f - 0.5
            height_m = _interpolated(file, row, column)
    except rasterio.errors.RasterioError as error:
        problem = problem_of(path.name, "raster-not-read", error=str(error))
        raise InputError(problem) from error
    grounded = np.ones(len(height_m), dtype=bool)
    grounded[streets.aloft] = False
    missing = grounded & np.isnan(height_m)
    if missing.sum() == grounded.sum():
        raise InputError(problem_of(path.name, "heights-elsewhere"))
    height_m[streets.aloft] = np.nan
    return replace(streets, height_m=height_m), _warnings(path, missing)


def _interpolated(
    file: rasterio.DatasetReader, row: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Read heights at places counted in cells, block by block."""
    height_m = np.full(len(row), np.nan)
    inside = np.isfinite(row) & np.isfinite(column)
    inside &= (row >= 0) & (row <= file.height - 1)
    inside &= (column >= 0) & (column <= file.width - 1)
    nodes = np.flatnonzero(inside)
    block = np.column_stack([row[nodes], column[nodes]]).astype(np.int64) // _BLOCK
    blocks, member = np.unique(block, axis=0, return_inverse=True)
    for i, (down, along) in enumerate(blocks.tolist()):
        here = nodes[member.ravel() == i]
        top, left = down * _BLOCK, along * _BLOCK
        # One cell more, as the last places lie between two blocks.
        window = Window.from_slices(
            (top, min(top + _BLOCK + 1, file.height)),
            (left, min(left + _BLOCK + 1, file.width)),
        )
        masked = file.read(1, window=window, masked=True)
        cells = masked.astype(np.float64).filled(np.nan)
        cells = cells * file.scales[0] + file.offsets[0]
        height_m[here] = _between(cells, row[here] - top, column[here] - left)
    return height_m


def _between(
    cells: NDArray[np.float64], row: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weigh the four cells around each place by their nearness."""
    up, left = row.astype(np.int64), column.astype(np.int64)
    down_share, right_share = row - up, column - left
    height = np.zeros(len(row))
    for i, row_share in ((up, 1 - down_share), (up + 1, down_share)):
        for j, column_share in ((left, 1 - right_share), (left + 1, right_share)):
            weight = row_share * column_share
            # On the last row or column there is no next cell, and it weighs nothing.
            known = cells[
                np.minimum(i, cells.shape[0] - 1), np.minimum(j, cells.shape[1] - 1)
            ]
            height += np.where(weight > 0, known, 0.0) * weight
    return height


def _warnings(path: Path, missing: NDArray[np.bool_]) -> tuple[CircleWarning, ...]:
    """Say how many nodes have no height, and that their streets count as level."""
    if not missing.any():
        return ()
    n, total = int(missing.sum()), len(missing)
    return (
        CircleWarning(
            "streets-without-height",
            f"{path.name}: {n:,} of {total:,} street nodes have no height; the pieces "
            "that end there count as level; give a raster that covers the whole "
            "network.",
            f"{path.name}：{total:,}个路网节点中有{n:,}个没有高程，相连路段按平路处理；"
            "请提供覆盖整个路网的高程栅格。",
        ),
    )
