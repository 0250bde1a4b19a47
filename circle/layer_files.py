"""The main layers as single files: GeoParquet in metres, GeoJSON in WGS-84."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pyogrio.errors

from circle.errors import OutputError
from circle.geopackage import Layers, result_layers
from circle.problems import os_reason, problem_of

if TYPE_CHECKING:
    from pathlib import Path

    from circle.assessment import Assessment

PARQUET_LAYERS = (
    "subdistricts",
    "committees",
    "cells",
    "facilities",
    "gap_clusters",
    "sites",
)
# Cells would make a file of GeoJSON that programs for the web cannot open.
GEOJSON_LAYERS = ("subdistricts", "committees", "facilities", "gap_clusters", "sites")
_AREAS = ("subdistricts", "gap_clusters")


def write_layer_files(
    assessment: Assessment, folder: Path, *, layers: Layers | None = None
) -> tuple[Path, ...]:
    """
    Write the main layers, one file each.

    The fields are those of the GeoPackage. GeoParquet keeps the metric system of the
    study and holds the cells too; GeoJSON is in WGS-84 with six decimals, as its
    standard asks. The same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        The assessment.
    folder
        Folder for the files; made if it is not there.
    layers
        What `result_layers` gives; gathered if not given.

    Returns
    -------
    paths
        The files, sorted by name.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    layers = layers or result_layers(assessment)
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in PARQUET_LAYERS:
            paths.append(folder / f"{name}.parquet")
            _with_short_times(layers[name]).to_parquet(paths[-1], compression="zstd")
        for name in GEOJSON_LAYERS:
            paths.append(folder / f"{name}.geojson")
            _write_geojson(layers[name], paths[-1], name)
    except (OSError, RuntimeError, pyogrio.errors.DataSourceError) as error:
        where = paths[-1].name if paths else folder.name
        problem = problem_of(where, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error
    return tuple(sorted(paths))


def _with_short_times(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep minutes in single precision, which halves the file of the cells."""
    times = [one for one in layer.columns if str(one).startswith("min_")]
    return gpd.GeoDataFrame(layer.astype(dict.fromkeys(times, "float32")))


def _write_geojson(layer: gpd.GeoDataFrame, path: Path, name: str) -> None:
    """Write one layer by RFC 7946."""
    # GDAL does not tell that a disk was full: it writes to memory, Python to the disk.
    content = io.BytesIO()
    pyogrio.write_dataframe(
        layer.to_crs(4326),
        content,
        driver="GeoJSON",
        layer=name,
        geometry_type="MultiPolygon" if name in _AREAS else "Point",
        promote_to_multi=name in _AREAS,
        layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "6"},
    )
    path.write_bytes(content.getbuffer())
