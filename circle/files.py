"""Read a spreadsheet, a text table or a layer of any kind into a raw table."""

from collections.abc import Collection
from pathlib import Path

from circle.errors import InputError
from circle.files_layers import PARQUET_SUFFIXES, read_layer_file, read_parquet_file
from circle.files_sheets import SHEET_SUFFIXES, read_sheet_file
from circle.files_text import TEXT_SUFFIXES, read_text_file
from circle.problems import problem_in, problem_of
from circle.raw_table import RawTable

__all__ = ["SHEET_SUFFIXES", "TEXT_SUFFIXES", "RawTable", "read_raw_table"]


def read_raw_table(
    path: Path, *, layer: str | None = None, known: Collection[str] = ()
) -> RawTable:
    """
    Read a table from a file by its ending.

    Parameters
    ----------
    path
        A text table (.csv, .tsv, .txt), a spreadsheet (.xlsx, .xls, .ods), a
        GeoParquet file (.parquet), or any layer that GDAL reads (.geojson, .gpkg,
        .shp, .gdb, or .zip with one of them).
    layer
        Sheet or layer; the first if not given.
    known
        Column names by which the header row is found under rows of titles.

    Returns
    -------
    raw
        The rows, with a column ``geometry`` where the file carries one.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read as what its ending says, or it has
        no rows.
    """
    if not path.exists():
        raise InputError(problem_of(path, "no-file"))
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        raw = read_text_file(path, known=known)
    elif suffix in SHEET_SUFFIXES:
        raw = read_sheet_file(path, sheet=layer, known=known)
    elif suffix in PARQUET_SUFFIXES:
        raw = read_parquet_file(path)
    else:
        raw = read_layer_file(path, layer=layer)
    if raw.rows.empty and not raw.problems:
        raise InputError(problem_in(raw, "no-rows"))
    return raw
