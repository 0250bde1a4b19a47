"""Read a spreadsheet, a text table or a layer of any kind into a raw table."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
from python_calamine import CalamineError, CalamineWorkbook

from circle.errors import InputError

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SHEET_SUFFIXES = (".xlsx", ".xls", ".ods", ".xlsb")


@dataclass(frozen=True)
class RawTable:
    """A table as the file holds it, before any meaning is given to it."""

    where: str
    """File and sheet or layer, for messages."""
    rows: pd.DataFrame
    """Columns as named in the file; the index is the row number that a person
    sees in a spreadsheet (the header is row 1), or the feature number."""
    row_word: str
    """``row`` or ``feature``."""


def read_raw_table(path: Path, *, layer: str | None = None) -> RawTable:
    """
    Read a table from a file by its ending.

    Parameters
    ----------
    path
        A text table (.csv, .tsv), a spreadsheet (.xlsx, .xls, .ods), or any
        layer that GDAL reads (.geojson, .gpkg, .shp, …).
    layer
        Sheet or layer; the first if not given.

    Returns
    -------
    raw
        The rows, with a column ``geometry`` where the file carries one.

    Raises
    ------
    InputError
        If the file cannot be read as what its ending says, or has no rows.
    """
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        raw = RawTable(path.name, _read_text(path), "row")
    elif suffix in SHEET_SUFFIXES:
        raw = _read_sheet(path, layer)
    else:
        raw = RawTable(path.name, _read_layer(path, layer), "feature")
    if raw.rows.empty:
        message = f"{raw.where}: found no rows; expected a header and at least one row."
        raise InputError(message)
    return raw


def _read_text(path: Path) -> pd.DataFrame:
    """Read a text table, every cell as text."""
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        rows = pd.read_csv(
            path,
            sep=separator,
            dtype=str,
            encoding="utf-8-sig",
            skip_blank_lines=False,
            keep_default_na=False,
        )
    except UnicodeDecodeError as error:
        message = f"{path.name}: is not UTF-8 text; save it as 'CSV UTF-8'."
        raise InputError(message) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        message = f"{path.name}: cannot be read as a text table: {error}."
        raise InputError(message) from error
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    blank = (rows == "").all(axis=1)
    return rows[~blank]


def _read_sheet(path: Path, sheet: str | None) -> RawTable:
    """Read one sheet of a spreadsheet; the first row is the header."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            name = sheet if sheet is not None else book.sheet_names[0]
            if name not in book.sheet_names:
                message = (
                    f"{path.name}: there is no sheet '{name}'; it has "
                    f"{', '.join(book.sheet_names)}."
                )
                raise InputError(message)
            content = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        message = (
            f"{path.name}: cannot be read as a spreadsheet ({error}); open it in a "
            "spreadsheet program and save it again as .xlsx."
        )
        raise InputError(message) from error
    header = [str(one).strip() for one in content[0]] if content else []
    rows = pd.DataFrame(content[1:], columns=header, dtype=object)
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    blank = rows.isin(["", None]).all(axis=1)
    return RawTable(f"{path.name}: sheet '{name}'", rows[~blank], "row")


def _read_layer(path: Path, layer: str | None) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read a layer with GDAL; its own coordinate system is kept beside it."""
    try:
        rows = pyogrio.read_dataframe(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        message = f"{path.name}: cannot be read as a layer: {error}."
        raise InputError(message) from error
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    return rows
