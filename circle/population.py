"""Population cells: out of a table, rasters, polygons, or homes and a total."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from circle.age_bands import band_problems, with_age_bands
from circle.areas import locate
from circle.buildings import read_osm_homes
from circle.contracts import CELLS
from circle.control_totals import read_control_totals
from circle.declared import parse_declared
from circle.derived_ids import ID_RULES, with_ids
from circle.errors import InputError, gather
from circle.placing import COORDINATES, place, without_place
from circle.population_shapes import read_shape_cells
from circle.profile import Profile
from circle.reading import read_table, taken_warnings, with_warnings
from circle.study import (
    BuildingPopulation,
    RasterPopulation,
    ShapesPopulation,
    Study,
    TablePopulation,
)
from circle.tables import conform
from circle.whole_people import share_out_people


def read_cells(
    study: Study, *, profile: Profile, crs: pyproj.CRS, subdistricts: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Read the population cells of a study.

    Parameters
    ----------
    study
        The study.
    profile
        The profile; names the age bands.
    crs
        Metric coordinate system of the result.
    subdistricts
        The subdistricts; a spread total goes to the buildings inside them.

    Returns
    -------
    cells
        Contract ``cells`` with a column ``population_<band>`` for each age band in
        the file, and ``subdistrict_id`` (None outside); from rasters and polygons
        also ``area_km2`` (the whole cell). Sorted by id.

    Raises
    ------
    InputError
        With every fault of the files: the cells and their control totals.
    """
    readers = (
        lambda: _read_source(
            study, profile=profile, crs=crs, subdistricts=subdistricts
        ),
        # Read again when people are settled; here for its faults and warnings.
        lambda: read_control_totals(study, profile=profile, subdistricts=subdistricts),
    )
    frames: list[gpd.GeoDataFrame] = []
    problems: list[str] = []
    for read in readers:
        try:
            frames.append(read())
        except InputError as error:
            problems += error.problems
    gather(problems, InputError)
    cells, totals = frames
    if totals is not None:
        cells = with_warnings(cells, taken_warnings(totals))
    cells["subdistrict_id"] = locate(cells.geometry, subdistricts)
    return cells.sort_values("cell_id", kind="stable").reset_index(drop=True)


def _read_source(
    study: Study, *, profile: Profile, crs: pyproj.CRS, subdistricts: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Read the cells as their source has them."""
    source = study.population
    if isinstance(source, BuildingPopulation):
        return _cells_from_buildings(study, source, crs=crs, subdistricts=subdistricts)
    if isinstance(source, RasterPopulation):
        # Rasters bring a library of their own, which other studies need not load.
        from circle.population_raster import read_raster_cells  # noqa: PLC0415

        return read_raster_cells(
            study, source, profile=profile, crs=crs, subdistricts=subdistricts
        )
    if isinstance(source, ShapesPopulation):
        return read_shape_cells(
            study, source, profile=profile, crs=crs, subdistricts=subdistricts
        )
    return _cells_from_table(study, source, profile=profile, crs=crs)


def cell_size_m(study: Study, cells: gpd.GeoDataFrame) -> float:
    """
    Give the side of the square that stands for a cell.

    Parameters
    ----------
    study
        The study.
    cells
        Its cells, as read.

    Returns
    -------
    size_m
        As the study says, else the root of the median cell area, in metres.
    """
    source = study.population
    if isinstance(source, TablePopulation | BuildingPopulation):
        return source.cell_size_m
    return math.sqrt(float(cells["area_km2"].median()) * 1e6)


def _cells_from_table(
    study: Study, source: TablePopulation, *, profile: Profile, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Read a grid or point table."""
    contract = with_age_bands(CELLS, profile)
    raw = read_table(
        study.input_path(source.path),
        (contract, COORDINATES),
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, contract, columns=source.columns)
    where = f"{study.file}: population.crs"
    geometry, faults = place(
        raw,
        columns=source.columns,
        declared=parse_declared(source.crs, where=where),
        target=crs,
        shape="point",
    )
    problems += faults
    if "population" in table.columns and not problems:
        problems += band_problems(table, where=raw.where, row_word=raw.row_word)
    if not faults:
        problems += without_place(raw, geometry)
    gather(problems, InputError)
    frame = gpd.GeoDataFrame(table, geometry=geometry, crs=crs)
    frame = with_ids(frame, ID_RULES["cells"])
    return with_warnings(frame, raw.warnings)


def _cells_from_buildings(
    study: Study,
    source: BuildingPopulation,
    *,
    crs: pyproj.CRS,
    subdistricts: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Spread a total over homes by floor area and gather them into squares."""
    homes = read_osm_homes(
        study.input_path(source.path), source.path, crs=crs, subdistricts=subdistricts
    )
    floors = homes["footprint_m2"] * homes["storeys"]
    people = share_out_people(source.total, floors.to_numpy(dtype=float))
    places = shapely.get_coordinates(homes.geometry.to_numpy())
    return _gathered(places, people, source.cell_size_m, crs)


def _gathered(
    places: NDArray[np.float64],
    people: NDArray[np.int64],
    cell_size_m: float,
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """Gather homes into squares; a cell stands at the middle of its people."""
    column, row = np.floor(places / cell_size_m).astype(int).T
    homes = pd.DataFrame(
        {
            "column": column,
            "row": row,
            "population": people.astype(float),
            "x": places[:, 0] * people,
            "y": places[:, 1] * people,
        }
    )
    cells = homes[people > 0].groupby(["column", "row"], as_index=False).sum()
    ids = cells["column"].astype(str) + "_" + cells["row"].astype(str)
    return gpd.GeoDataFrame(
        {"cell_id": "c" + ids, "population": cells["population"]},
        geometry=gpd.points_from_xy(
            cells["x"] / cells["population"], cells["y"] / cells["population"]
        ),
        crs=crs,
    )
