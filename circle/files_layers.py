"""Read a layer of points, lines or polygons: GDAL formats and GeoParquet."""

import struct
import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import shapely
from pyarrow.lib import ArrowException
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from circle.errors import InputError
from circle.files_sheets import not_read
from circle.files_text import decode_text
from circle.problems import problem_of
from circle.raw_table import RawTable
from circle.sheet_books import UNPACKED_MB, refuse_bomb

_Rows = TypeVar("_Rows", bound=pd.DataFrame)

PARQUET_SUFFIXES = (".parquet", ".geoparquet")
FOLDER_SUFFIX = ".gdb"
# Tables by which programs remember styles are no data.
_STYLE_LAYERS = frozenset({"layer_styles"})
# What its description of places is damaged in comes out as any of these.
_PARQUET_FAULTS = (ArrowException, OSError, ValueError, KeyError, TypeError,
                   AttributeError, ProjError, ShapelyError)  # fmt: skip
# The streets of a province; borders of a district have some ten thousand.
MOST_VERTICES = 5_000_000
# Cells of a large district, with fifty columns each.
MOST_VALUES = 50_000_000
# dBASE: the header has 32 bytes, then 32 for each field, ended by 0x0D.
_DBF_BLOCK, _DBF_END = 32, 0x0D
# Every byte is one character of Latin-1.
_AS_BYTES = "ISO-8859-1"


def is_layer_folder(path: Path) -> bool:
    """
    Tell a file geodatabase, which is a folder.

    Parameters
    ----------
    path
        A path.

    Returns
    -------
    found
        Whether it is a folder that ends in .gdb.
    """
    return path.suffix.lower() == FOLDER_SUFFIX and path.is_dir()


def read_layer_file(path: Path, *, layer: str | None = None) -> RawTable:
    """
    Read a layer with GDAL; its own coordinate system is kept beside it.

    Parameters
    ----------
    path
        The file or, for a file geodatabase, the folder. A .zip may hold a Shapefile
        or a file geodatabase.
    layer
        Name of the layer; the first one if not given.

    Returns
    -------
    raw
        The features, with the warning ``sheets-not-read`` where there are other
        layers and none was named.

    Raises
    ------
    InputError
        If the file cannot be read, has no such layer, or has more than
        `MOST_VERTICES` vertices.
    """
    errors = import_module("pyogrio.errors")
    try:
        if path.suffix.lower() == ".zip":
            refuse_bomb(path)
        names = _layer_names(path)
        encoding = _shapefile_encoding(path)
        rows = _features(path, layer, encoding)
    except (
        errors.DataSourceError,
        errors.DataLayerError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,  # of a ZIP that breaks off
        OSError,
        RuntimeError,  # of a ZIP: a password, or packed in an unknown way; of PROJ
        ShapelyError,
    ) as error:
        problem = problem_of(path.name, "layer-not-read", error=str(error))
        raise InputError(problem) from error
    except UnicodeDecodeError as error:
        raise InputError(problem_of(path.name, "layer-encoding")) from error
    _refuse_vertices(rows, path.name)
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    others = [] if layer is not None else names[1:]
    return RawTable(
        path.name, rows, "feature", warnings=not_read(path.name, others, "layer")
    )


def read_parquet_file(path: Path) -> RawTable:
    """
    Read a GeoParquet file, or a Parquet table without geometry.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    raw
        The features, or the rows of a table, numbered from 1.

    Raises
    ------
    InputError
        If it is no such file, or holds more than any district needs.
    """
    try:
        _refuse_size(path)
        rows = _parquet(path)
    except InputError:
        raise
    except _PARQUET_FAULTS as error:
        problem = problem_of(path.name, "parquet-not-read", error=str(error))
        raise InputError(problem) from error
    _refuse_vertices(rows, path.name)
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    return RawTable(path.name, rows, "feature")


def _refuse_size(path: Path) -> None:
    """
    Refuse a Parquet file that a few bytes make large: equal values are kept once.

    Raises
    ------
    InputError
        If it unpacks to more than any district needs.
    """
    held = import_module("pyarrow.parquet").read_metadata(path)
    groups = (held.row_group(i) for i in range(held.num_row_groups))
    unpacked_mb = sum(one.total_byte_size for one in groups) / 1e6
    n_values = held.num_rows * held.num_columns
    if n_values > MOST_VALUES or unpacked_mb > UNPACKED_MB:
        problem = problem_of(
            path.name,
            "parquet-too-big",
            n=f"{n_values:,}",
            unpacked=f"{unpacked_mb:,.0f}",
            most=f"{MOST_VALUES:,}",
            most_mb=str(UNPACKED_MB),
        )
        raise InputError(problem)


def _refuse_vertices(rows: pd.DataFrame, where: str) -> None:
    """
    Refuse shapes with more detail than a district can be measured with.

    Raises
    ------
    InputError
        If they have more than `MOST_VERTICES` vertices.
    """
    if not isinstance(rows, gpd.GeoDataFrame):
        return
    n = int(shapely.get_num_coordinates(rows.geometry.to_numpy()).sum())
    if n > MOST_VERTICES:
        most = f"{MOST_VERTICES:,}"
        raise InputError(problem_of(where, "too-many-vertices", n=f"{n:,}", most=most))


def _parquet(path: Path) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read a Parquet file, with its geometry where it has one."""
    try:
        return with_sound_texts(gpd.read_parquet(path))
    except ValueError as error:
        if "geo metadata" not in str(error):
            raise
    return with_sound_texts(pd.read_parquet(path))


def with_sound_texts(rows: _Rows) -> _Rows:
    """
    Look at every text of a table at once: Arrow itself does so when one is asked for.

    Parameters
    ----------
    rows
        A table as read from Parquet.

    Returns
    -------
    rows
        The same table.

    Raises
    ------
    ArrowException
        If a text is not UTF-8.
    """
    for name in rows.columns:
        if isinstance(rows[name].dtype, pd.StringDtype):
            rows[name].to_numpy(dtype=object)
    return rows


def _features(
    path: Path, layer: str | None, encoding: str | None
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read the features; of a Shapefile also those whose .cpg file is wrong."""
    pyogrio = _pyogrio()
    try:
        return pyogrio.read_dataframe(path, layer=layer, encoding=encoding)
    except UnicodeDecodeError:
        if path.suffix.lower() != ".shp":
            raise
    # Names of columns end in half a character, or the .cpg names another encoding.
    rows: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, encoding=_AS_BYTES)
    texts = [one for one in rows.columns if rows[one].dtype.kind in "OT"]
    texts = [one for one in texts if one != "geometry"]
    held = b"\n".join(
        one.encode(_AS_BYTES) for name in texts for one in rows[name].dropna()
    )
    _, found = decode_text(held)

    def decoded(text: object) -> object:
        if not isinstance(text, str):
            return text
        return text.encode(_AS_BYTES).decode(found)

    for name in texts:
        rows[name] = rows[name].map(decoded).astype(object)
    return rows.rename(
        columns=lambda one: one.encode(_AS_BYTES).decode(found, errors="ignore")
    )


def _pyogrio() -> Any:
    """Import GDAL where a layer is read: a study that is kept reads none."""
    return import_module("pyogrio")


def _layer_names(path: Path) -> list[str]:
    """Name the layers of a file, without those that hold styles."""
    names = [str(one) for one in _pyogrio().list_layers(path)[:, 0]]
    return [one for one in names if one not in _STYLE_LAYERS]


def _shapefile_encoding(path: Path) -> str | None:
    """Find the encoding of a Shapefile that does not name it in a .cpg file."""
    if path.suffix.lower() == ".shp":
        beside = {one.suffix.lower(): one for one in path.parent.glob(f"{path.stem}.*")}
        if ".cpg" in beside or ".dbf" not in beside:
            return None
        return _dbf_encoding(beside[".dbf"].read_bytes())
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as packed:
            inside = {Path(one).suffix.lower(): one for one in packed.namelist()}
            if ".cpg" in inside or ".dbf" not in inside:
                return None
            return _dbf_encoding(packed.read(inside[".dbf"]))
    return None


def _dbf_encoding(content: bytes) -> str | None:
    """Decode the names and texts of a dBASE table to find their encoding."""
    if len(content) < _DBF_BLOCK:
        return None
    rows, start, width = struct.unpack("<IHH", content[4:12])
    fields, at = [], 1
    names = []
    for offset in range(_DBF_BLOCK, start - _DBF_BLOCK, _DBF_BLOCK):
        block = content[offset : offset + _DBF_BLOCK]
        if len(block) < _DBF_BLOCK or block[0] == _DBF_END:
            break
        names.append(block[:11].split(b"\0")[0])
        if block[11:12] == b"C":
            fields.append((at, at + block[16]))
        at += block[16]
    records = (
        content[start + n * width : start + (n + 1) * width] for n in range(rows)
    )
    texts = [record[a:b].rstrip() for record in records for a, b in fields]
    return decode_text(b"\n".join([*names, *texts]))[1].removesuffix("-sig")
