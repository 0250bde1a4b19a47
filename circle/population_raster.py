"""Population rasters: GeoTIFF cells such as WorldPop or GHS-POP, by window."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
import rasterio.errors
import shapely
from numpy.typing import NDArray
from rasterio.windows import Window

from circle.age_bands import PREFIX, band_problems
from circle.area_shares import cut_at_border, inside_parts
from circle.declared import parse_declared
from circle.errors import InputError, gather
from circle.problems import Problem, problem_of
from circle.profile import Profile
from circle.raster_grid import (
    RasterGrid,
    aligned,
    block_problems,
    cell_areas_km2,
    declared_bounds,
    uncovered_subdistricts,
)
from circle.study import RasterPopulation, Study

# A district of 40,000 km² in cells of 100 m; more does not fit a small machine.
MOST_CELLS = 4_000_000
# No district is as dense as this on average; densities taken for counts are.
_DENSEST_PER_KM2 = 200_000.0
_DENSITY = re.compile(
    r"densit|密度|[_ -]pd[_ -]|per[ _]?(sq|km|ha)|/ ?(sq|km|ha)|(km|ha) ?\^?-[12]",
    re.IGNORECASE,
)


def read_raster_cells(
    study: Study,
    source: RasterPopulation,
    *,
    profile: Profile,
    crs: pyproj.CRS,
    subdistricts: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """
    Read the inhabited cells of population rasters inside the district.

    Only the window around the district is read. A raster cell becomes a cell at its
    middle.

    Parameters
    ----------
    study
        The study.
    source
        The raster of all people, one raster for each age band, or both.
    profile
        The profile; names the age bands.
    crs
        Metric coordinate system of the result.
    subdistricts
        Contract ``subdistricts``; together they are the district.

    Returns
    -------
    cells
        Contract ``cells`` with age bands and ``area_km2`` (the whole cell), cells
        with people only; the id ``r<row>c<column>`` counts from the corner of the
        file. The people of a cell on the border are shared by area; those outside
        stand in rows of their own. Decimals are kept.

    Raises
    ------
    InputError
        If a file is no raster of counts that covers the district, or the window is
        too large to read.
    """
    _check_band_names(study, source, profile)
    files = {f"{PREFIX}{band}": path for band, path in source.bands.items()}
    if source.path is not None:
        files = {"population": source.path, **files}
    district = shapely.union_all(subdistricts.geometry.to_numpy())
    grid, layers = _read_layers(
        {name: study.input_path(one) for name, one in files.items()},
        source,
        bounds=district.bounds,
        crs=crs,
    )
    where = " + ".join(dict.fromkeys(Path(one).name for one in files.values()))
    gather(uncovered_subdistricts(grid, subdistricts, where=where), InputError)
    table, row, column = _inhabited(grid, layers)
    if table.empty:
        raise InputError(problem_of(where, "raster-empty"))
    if source.unit == "per_km2":
        people = list(layers)
        table[people] = table[people].mul(table["area_km2"], axis=0)
    if "population" not in layers:
        table.insert(1, "population", table[list(layers)].sum(axis=1))
    by_id = table.set_index("cell_id")
    problems = band_problems(by_id, where=where, row_word="cell")
    if source.unit is None:
        problems += _too_dense(table, where)
    gather(problems, InputError)
    return _cut(table, grid, row, column=column, crs=crs, district=district)


def _check_band_names(study: Study, source: RasterPopulation, profile: Profile) -> None:
    """Refuse age bands that the profile does not know."""
    known = [one.id for one in profile.age_bands]
    unknown = [one for one in source.bands if one not in known]
    if unknown:
        problem = problem_of(
            f"{study.file}: population.bands",
            "bands-not-in-profile",
            values=tuple(unknown),
            known=", ".join(known),
        )
        raise InputError(problem)


def _read_layers(
    files: Mapping[str, Path],
    source: RasterPopulation,
    *,
    bounds: tuple[float, float, float, float],
    crs: pyproj.CRS,
) -> tuple[RasterGrid, dict[str, NDArray[np.float64]]]:
    """Read the same window of each raster; NaN is no data."""
    problems: list[str] = []
    grids: dict[str, RasterGrid] = {}
    layers: dict[str, NDArray[np.float64]] = {}
    for name, path in files.items():
        try:
            grid, layers[name] = _read_layer(path, source, bounds=bounds, crs=crs)
        except InputError as error:
            problems += error.problems
            continue
        first_path, first = next(iter(grids.items()), (path.name, grid))
        if not aligned(first, grid):
            problems.append(
                problem_of(path.name, "rasters-not-aligned", other=first_path)
            )
        grids[path.name] = grid
    gather(problems, InputError)
    return next(iter(grids.values())), layers


def _read_layer(
    path: Path,
    source: RasterPopulation,
    *,
    bounds: tuple[float, float, float, float],
    crs: pyproj.CRS,
) -> tuple[RasterGrid, NDArray[np.float64]]:
    """Read the window of one raster around the district."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path, driver="GTiff") as file:
                gather(_unfit(file, path.name, source), InputError)
                grid = _grid(file, path.name, source, bounds=bounds, crs=crs)
                values = _read_window(file, grid, source)
    except rasterio.errors.RasterioError as error:
        problem = problem_of(path.name, "raster-not-read", error=str(error))
        raise InputError(problem) from error
    gather(_bad_values(values, path.name), InputError)
    return grid, values


def _unfit(
    file: rasterio.DatasetReader, where: str, source: RasterPopulation
) -> list[Problem]:
    """Say why a raster cannot be one of people, by what it says of itself."""
    problems = []
    if file.count != 1:
        problems.append(problem_of(where, "raster-bands", n=str(file.count)))
    else:
        problems += block_problems(file, where)
    if file.transform.is_identity:
        problems.append(problem_of(where, "raster-without-place"))
    if file.crs is None and source.crs is None:
        problems.append(problem_of(where, "raster-without-crs"))
    said = [where, *file.units, *file.descriptions, *file.tags().values()]
    said += [text for index in file.indexes for text in file.tags(index).values()]
    hints = [str(one) for one in said if one and _DENSITY.search(str(one))]
    if source.unit is None and hints:
        hint = hints[0][:60]
        problems.append(problem_of(where, "raster-says-density", hint=hint))
    return problems


def _grid(
    file: rasterio.DatasetReader,
    where: str,
    source: RasterPopulation,
    *,
    bounds: tuple[float, float, float, float],
    crs: pyproj.CRS,
) -> RasterGrid:
    """Find the window of a raster around the district, one cell wider."""
    text = source.crs if source.crs is not None else file.crs.to_wkt()
    own = parse_declared(text, where=f"{where}: crs")
    west, south, east, north = declared_bounds(bounds, crs=crs, declared=own)
    x, y = np.array([west, east, west, east]), np.array([south, south, north, north])
    t = ~file.transform
    column, row = t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f
    if not np.isfinite([column, row]).all():
        row = column = np.array([-2.0, -2.0])
    wanted = (
        int(np.floor(row.min())),
        int(np.ceil(row.max())),
        int(np.floor(column.min())),
        int(np.ceil(column.max())),
    )
    rows = _clip(wanted[0] - 1, wanted[1] + 1, file.height)
    columns = _clip(wanted[2] - 1, wanted[3] + 1, file.width)
    n_cells = (rows[1] - rows[0]) * (columns[1] - columns[0])
    if n_cells == 0:
        raise InputError(problem_of(where, "raster-elsewhere"))
    if n_cells > MOST_CELLS:
        n, most = f"{n_cells:,}", f"{MOST_CELLS:,}"
        raise InputError(problem_of(where, "raster-too-fine", n=n, most=most))
    shape = (file.height, file.width)
    return RasterGrid(
        shape,
        file.transform,
        own.crs,
        row=rows,
        column=columns,
        wanted=wanted,
        offset=own.offset,
    )


def _clip(first: int, after: int, size: int) -> tuple[int, int]:
    """Keep a range of rows or columns within the raster."""
    return min(max(first, 0), size), max(min(after, size), 0)


def _read_window(
    file: rasterio.DatasetReader, grid: RasterGrid, source: RasterPopulation
) -> NDArray[np.float64]:
    """Read the values of the window; NaN is no data."""
    window = Window.from_slices(grid.row, grid.column)
    masked = file.read(1, window=window, masked=True)
    values: NDArray[np.float64] = masked.astype(np.float64).filled(np.nan)
    if source.nodata is not None:
        # The file's own precision decides what equals the declared number.
        values[values == np.float64(masked.dtype.type(source.nodata))] = np.nan
    return np.asarray(values * file.scales[0] + file.offsets[0])


def _bad_values(values: NDArray[np.float64], where: str) -> list[Problem]:
    """Name values that cannot be people."""
    problems = []
    low = values[values < 0]
    if len(low):
        n, lowest = f"{len(low):,}", f"{low.min():g}"
        problems.append(problem_of(where, "raster-below-zero", n=n, lowest=lowest))
    if np.isinf(values).any():
        n = f"{int(np.isinf(values).sum()):,}"
        problems.append(problem_of(where, "raster-infinite", n=n))
    return problems


def _inhabited(
    grid: RasterGrid, layers: Mapping[str, NDArray[np.float64]]
) -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.int64]]:
    """List the cells with people, with their area, and their rows and columns."""
    filled = {name: np.nan_to_num(one, nan=0.0) for name, one in layers.items()}
    some = np.any([one > 0 for one in filled.values()], axis=0)
    row, column = np.nonzero(some)
    table = pd.DataFrame({name: one[row, column] for name, one in filled.items()})
    row, column = row + grid.row[0], column + grid.column[0]
    ids = [f"r{r:06d}c{c:06d}" for r, c in zip(row, column, strict=True)]
    table.insert(0, "cell_id", pd.Series(ids, dtype=object))
    table["area_km2"] = cell_areas_km2(grid, row, column)
    return table, row, column


def _too_dense(table: pd.DataFrame, where: str) -> list[Problem]:
    """Refuse people so dense that the numbers must be densities."""
    lived_in = table["population"] > 0
    people = table.loc[lived_in, "population"].sum()
    per_km2 = people / table.loc[lived_in, "area_km2"].sum()
    if per_km2 <= _DENSEST_PER_KM2:
        return []
    return [problem_of(where, "raster-too-dense", people=f"{per_km2:,.0f}")]


def _cut(
    table: pd.DataFrame,
    grid: RasterGrid,
    row: NDArray[np.int64],
    *,
    column: NDArray[np.int64],
    crs: pyproj.CRS,
    district: shapely.Geometry,
) -> gpd.GeoDataFrame:
    """Keep the cells that touch the district; cut those on its border."""
    half = np.float64(0.5)
    middles = grid.places(row + half, column + half, crs)
    origin = np.asarray(shapely.points(np.column_stack(middles)), dtype=object)
    shapely.prepare(district)
    share = shapely.intersects(district, origin).astype(float)
    # Squares are drawn only where the border may cut them.
    border = shapely.boundary(district)
    shapely.prepare(border)
    # Far from its middle a world map leans its cells over, so they reach out.
    far_m = 4 * float(np.sqrt(table["area_km2"].max() * 1e6))
    near = np.flatnonzero(shapely.dwithin(border, origin, far_m))
    corners = [
        np.column_stack(grid.places(row[near] + down, column[near] + along, crs))
        for down, along in ((0, 0), (0, 1), (1, 1), (1, 0))
    ]
    squares = np.asarray(shapely.polygons(np.stack(corners, axis=1)), dtype=object)
    share[near], origin[near] = inside_parts(squares, district)
    kept = share > 0
    return cut_at_border(
        table[kept].reset_index(drop=True), share[kept], origin=origin[kept], crs=crs
    )
