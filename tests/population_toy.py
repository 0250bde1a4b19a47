"""Small districts and rasters of people, written as real files."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
import shapely
from affine import Affine

from circle.population import read_cells
from circle.population_balance import settle_people
from circle.profile_reading import read_profile
from circle.settings import validate
from circle.shipped import shipped_folder
from circle.study import Study

CRS = pyproj.CRS.from_epsg(4550)
PROFILE = read_profile("pudong", folder=shipped_folder("profiles"))
DEMO = shipped_folder("demo_district")


def two_subdistricts(corner=(500_000.0, 3_400_000.0), side=1000.0):
    """Two squares side by side: A in the west, B in the east."""
    x, y = corner
    return subdistricts(
        A=shapely.box(x, y, x + side, y + side),
        B=shapely.box(x + side, y, x + 2 * side, y + side),
    )


def subdistricts(**shapes: shapely.Polygon):
    """Subdistricts of the metric system CRS."""
    return gpd.GeoDataFrame(
        {
            "subdistrict_id": list(shapes),
            "name": list(shapes),
            "area_class": "urban",
        },
        geometry=list(shapes.values()),
        crs=CRS,
    )


def study_with(folder, population):
    """A study of which only the population is read."""
    content = {
        "version": 1,
        "name": "toy",
        "title": "toy",
        "profile": "pudong",
        "crs": "EPSG:4550",
        "outputs": {"folder": "result"},
        "subdistricts": {"path": "s.geojson", "crs": "EPSG:4550"},
        "population": population,
        "facilities": {"kind": "table", "path": "f.csv", "crs": "EPSG:4550"},
        "streets": {"path": "s.osm"},
    }
    study = validate(Study, content, where="study.yaml")
    study._file = folder / "study.yaml"
    return study


def read(folder, population, places, crs=CRS):
    """Read cells as a run does, decimals and all."""
    study = study_with(folder, population)
    return read_cells(study, profile=PROFILE, crs=crs, subdistricts=places)


def settle(folder, population, places, crs=CRS):
    """Read cells and settle those inside, as a run does; give those outside too."""
    study = study_with(folder, population)
    cells = read_cells(study, profile=PROFILE, crs=crs, subdistricts=places)
    out = cells["subdistrict_id"].isna()
    settled = settle_people(
        study,
        cells[~out].reset_index(drop=True),
        profile=PROFILE,
        subdistricts=places,
    )
    return settled, cells[out]


def write_raster(path, values, *, corner, step, crs="EPSG:4550", **more: object):
    """Write a GeoTIFF; `corner` is its north-west, `step` the side of a cell."""
    tags = more.pop("tags", {})
    values = np.asarray(values)
    layers = values[None] if values.ndim == 2 else values
    profile = {
        "driver": "GTiff",
        "count": layers.shape[0],
        "height": layers.shape[1],
        "width": layers.shape[2],
        "dtype": layers.dtype,
        "crs": crs,
        **more,
    }
    if corner is not None:
        profile["transform"] = Affine(step, 0, corner[0], 0, -step, corner[1])
    with rasterio.open(path, "w", **profile) as file:
        file.write(layers)
        file.update_tags(**tags)
    return path


def demo_subdistricts():
    """The subdistricts of the demo district."""
    places = gpd.read_file(DEMO / "subdistricts.geojson").to_crs(CRS)
    names = {"街镇编号": "subdistrict_id", "街镇名称": "name"}
    return places.rename(columns=names)


def demo_people():
    """The people of the demo district, one row per cell of 100 m."""
    return pd.read_csv(DEMO / "population.csv", encoding="utf-8-sig")


def demo_raster(path, *, crs, step, column="人口", **more: object):
    """Lay the demo people onto a raster: each cell into the one that holds it."""
    people = demo_people()
    to_raster = pyproj.Transformer.from_crs(CRS, crs, always_xy=True)
    x, y = to_raster.transform(people["x"].to_numpy(), people["y"].to_numpy())
    # A margin of ten cells lies around the people.
    west = np.floor(x.min() / step) * step - 10 * step
    north = np.ceil(y.max() / step) * step + 10 * step
    column_at = np.floor((x - west) / step).astype(int)
    row_at = np.floor((north - y) / step).astype(int)
    values = np.zeros((row_at.max() + 11, column_at.max() + 11), dtype=np.float32)
    np.add.at(values, (row_at, column_at), people[column].to_numpy(dtype=np.float32))
    empty = values == 0
    values[empty] = -99999.0
    return write_raster(
        path, values, corner=(west, north), step=step, crs=crs, nodata=-99999.0, **more
    )
