"""Population polygons: grid squares, hexagons and other areas with people."""

import geopandas as gpd
import pyproj
import shapely

from circle.age_bands import band_problems, with_age_bands
from circle.area_shares import cut_at_border, inside_parts
from circle.contracts import CELLS
from circle.declared import parse_declared
from circle.errors import InputError, gather
from circle.placing import place
from circle.profile import Profile
from circle.reading import read_table, with_warnings
from circle.study import ShapesPopulation, Study
from circle.tables import conform


def read_shape_cells(
    study: Study,
    source: ShapesPopulation,
    *,
    profile: Profile,
    crs: pyproj.CRS,
    subdistricts: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """
    Read polygons with people and cut them at the border of the district.

    Parameters
    ----------
    study
        The study.
    source
        The layer of polygons.
    profile
        The profile; names the age bands.
    crs
        Metric coordinate system of the result.
    subdistricts
        Contract ``subdistricts``; together they are the district.

    Returns
    -------
    cells
        Contract ``cells`` with age bands and ``area_km2`` (the whole polygon). The
        people of a polygon on the border are shared by area; those outside stand in
        rows of their own. Decimals are kept.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    contract = with_age_bands(CELLS, profile)
    raw = read_table(
        study.input_path(source.path),
        [contract],
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, contract, columns=source.columns)
    declared = parse_declared(source.crs, where=f"{study.file}: population.crs")
    geometry, faults = place(
        raw, columns={}, declared=declared, target=crs, shape="area"
    )
    problems += faults
    if not problems:
        problems += band_problems(table, where=raw.where, row_word=raw.row_word)
    gather(problems, InputError)
    shapes = geometry.to_numpy()
    table = table.drop(columns="geometry", errors="ignore").reset_index(drop=True)
    table["area_km2"] = shapely.area(shapes) / 1e6
    district = shapely.union_all(subdistricts.geometry.to_numpy())
    share, origin = inside_parts(shapes, district)
    cells = cut_at_border(table, share, origin=origin, crs=crs)
    return with_warnings(cells, raw.warnings)
