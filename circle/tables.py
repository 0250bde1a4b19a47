"""Column contracts of every table, and the one reader and checker that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from circle.crs import project
from circle.errors import InputError, gather, list_ids
from circle.files import RawTable

Kind = Literal[
    "id", "text", "number", "count", "choice", "flag", "list", "point", "area"
]
LIST_SEPARATORS = r"[、;；,，]"


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds and what it may not hold."""

    name: str
    """Name inside circle and in outputs."""
    kind: Kind
    """What the values are."""
    description: str
    """One sentence for the data dictionary."""
    zh: str
    """Header in Chinese outputs, and the first name accepted in files."""
    unit: str = ""
    """Unit of a number."""
    required: bool = True
    """Whether the column must be there."""
    null: bool = False
    """Whether single values may be missing."""
    minimum: float | None = None
    """Least value of a number, inclusive."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value of a choice to the words accepted for it in files."""
    synonyms: tuple[str, ...] = ()
    """Other names accepted in files."""


@dataclass(frozen=True)
class Contract:
    """The columns of one table and the column that identifies a row."""

    name: str
    """Name of the table."""
    key: tuple[str, ...]
    """The columns that together identify a row."""
    columns: tuple[Column, ...]
    """All columns, in the order of outputs."""

    def column(self, name: str) -> Column:
        """Give the column with this name."""
        return next(one for one in self.columns if one.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(one.name for one in self.columns)


def conform(
    raw: RawTable, contract: Contract, *, columns: Mapping[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """
    Find the columns of a contract in a raw table and convert their values.

    Geometry is left alone; see `place`. Rows are neither dropped nor repaired.

    Parameters
    ----------
    raw
        The table as read from a file.
    contract
        The columns wanted.
    columns
        Explicit mapping, column of circle to column of the file.

    Returns
    -------
    table
        The columns found, under their names in circle, on the index of `raw`.
    problems
        One message per fault: columns missing, values that break the contract.
    """
    found, problems = _match_columns(raw, contract, columns)
    table = pd.DataFrame(index=raw.rows.index)
    for column in contract.columns:
        if column.name in found:
            where = f"{raw.where}: column '{found[column.name]}'"
            values = raw.rows[found[column.name]]
            table[column.name], faults = _convert(values, column, where, raw.row_word)
            problems += faults
    key = [one for one in contract.key if one in table.columns]
    if len(key) == len(contract.key):
        problems += _repeated_keys(table, key, raw)
    return table, problems


def place(
    raw: RawTable,
    *,
    columns: Mapping[str, str],
    declared: pyproj.CRS,
    target: pyproj.CRS,
    shape: Literal["point", "area"],
) -> tuple[gpd.GeoSeries, list[str]]:
    """
    Give each row of a raw table its geometry in the metric system.

    Parameters
    ----------
    raw
        A table with a ``geometry`` column, or with a column each for x
        (longitude or easting) and y (latitude or northing).
    columns
        Explicit mapping, ``x`` and ``y`` to columns of the file.
    declared
        The coordinate system that the study declares for the file.
    target
        The metric coordinate system of the study.
    shape
        ``point`` or ``area``, what is wanted.

    Returns
    -------
    geometry
        On the index of `raw`, in `target`; missing where a row has none.
    problems
        One message per fault.
    """
    if "geometry" in raw.rows.columns:
        series = gpd.GeoSeries(raw.rows["geometry"], crs=None)
        series = series.set_crs(declared, allow_override=True).to_crs(target)
        return series, _shape_problems(series, shape, raw)
    if shape == "area":
        problem = f"{raw.where}: has no polygons; expected a layer such as .geojson."
        return gpd.GeoSeries(index=raw.rows.index, crs=target), [problem]
    found, problems = _match_columns(raw, COORDINATES, columns)
    if problems:
        return gpd.GeoSeries(index=raw.rows.index, crs=target), problems
    x, faults_x = _convert(
        raw.rows[found["x"]], COORDINATES.column("x"), raw.where, raw.row_word
    )
    y, faults_y = _convert(
        raw.rows[found["y"]], COORDINATES.column("y"), raw.where, raw.row_word
    )
    easting, northing = project(
        x.to_numpy(float), y.to_numpy(float), source=declared, target=target
    )
    outside = x.notna() & y.notna() & ~np.isfinite(easting)
    problems = faults_x + faults_y
    if outside.any():
        rows = list_ids(raw.rows.index[outside])
        problems.append(
            f"{raw.where}: {raw.row_word} {rows}: coordinates do not fit the declared "
            f"{declared.name}; check the column order and the declared system."
        )
    points = shapely.points(easting, northing)
    points[~np.isfinite(easting)] = None
    return gpd.GeoSeries(points, index=raw.rows.index, crs=target), problems


def check_table(table: pd.DataFrame, contract: Contract) -> None:
    """
    Check a table inside circle against its contract.

    Parameters
    ----------
    table
        The table.
    contract
        Its contract.

    Raises
    ------
    InputError
        With every fault at once: columns missing, nulls where there may be
        none, numbers below the minimum, unknown choices, repeated keys.
    """
    problems = []
    for column in contract.columns:
        if column.name not in table.columns:
            if column.required:
                problems.append(f"table {contract.name}: no column '{column.name}'.")
            continue
        problems += _value_problems(
            table[column.name], column, f"table {contract.name}: '{column.name}'", "row"
        )
    if not problems and table.duplicated(list(contract.key)).any():
        problems.append(f"table {contract.name}: {contract.key} is not unique.")
    gather(problems, InputError)


def header(column: Column, language: str) -> str:
    """
    Give the header of a column on outputs, with its unit.

    Parameters
    ----------
    column
        The column.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``时间（分钟）`` or ``travel_time_min``: English headers are the
        names of the data dictionary.
    """
    return column.zh if language == "zh" else column.name


def _match_columns(
    raw: RawTable, contract: Contract, columns: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Find the file's column for each column of the contract."""
    in_file = [str(one) for one in raw.rows.columns]
    folded = {_fold(one): one for one in reversed(in_file)}
    found, problems = {}, []
    for column in contract.columns:
        wanted = columns.get(column.name)
        if wanted is not None:
            if wanted not in in_file:
                problems.append(
                    f"{raw.where}: columns.{column.name}: no column '{wanted}'; the "
                    f"file has: {', '.join(in_file)}."
                )
                continue
            found[column.name] = wanted
            continue
        names = (column.name, column.zh, *column.synonyms)
        match = next((folded[_fold(n)] for n in names if _fold(n) in folded), None)
        if match is not None:
            found[column.name] = match
        elif column.required and column.kind not in {"point", "area"}:
            problems.append(
                f"{raw.where}: no column for '{column.name}'; expected one of: "
                f"{', '.join(names)}; or name it under `columns:` in the study. The "
                f"file has: {', '.join(in_file)}."
            )
    return found, problems


def _fold(name: str) -> str:
    """Fold a column name for comparison: case, blanks and full-width signs."""
    table = str.maketrans("（）　", "() ")
    return name.translate(table).strip().lower().replace(" ", "_")


def _convert(
    values: pd.Series, column: Column, where: str, row_word: str
) -> tuple[pd.Series, list[str]]:
    """Convert the values of one column; faulty ones become null and are named."""
    text = values.map(_as_text)
    empty = text == ""
    problems: list[str] = []
    if column.kind in {"number", "count"}:
        converted = pd.to_numeric(text.where(~empty), errors="coerce").astype(float)
        bad = converted.isna() & ~empty
        expected = "a number"
    elif column.kind == "choice":
        words = {
            _fold(word): value
            for value, accepted in column.choices.items()
            for word in (value, *accepted)
        }
        converted = text.map(_fold).map(words).astype(object).where(~empty, None)
        bad = converted.isna() & ~empty
        expected = " or ".join("/".join((v, *w)) for v, w in column.choices.items())
    elif column.kind == "list":
        converted = text.str.split(LIST_SEPARATORS, regex=True).map(
            lambda parts: tuple(part.strip() for part in parts if part.strip())
        )
        bad = pd.Series(data=False, index=values.index)
        expected = ""
    else:
        converted = text.astype(object).where(~empty, None)
        bad = pd.Series(data=False, index=values.index)
        expected = ""
    if bad.any():
        problems.append(
            f"{where}: {row_word} {list_ids(values.index[bad])}: found "
            f"{list_ids(repr(v)[:40] for v in values[bad].unique())}; expected "
            f"{expected}."
        )
    return converted, problems + _value_problems(
        converted[~bad], column, where, row_word
    )


def _value_problems(
    values: pd.Series, column: Column, where: str, row_word: str
) -> list[str]:
    """Check converted values against null rule, minimum, whole numbers, choices."""
    problems = []
    null = values.isna()
    if null.any() and not column.null:
        problems.append(
            f"{where}: {row_word} {list_ids(values.index[null])}: empty; expected a "
            "value in every row."
        )
    known = values[~null]
    if column.minimum is not None and (known < column.minimum).any():
        low = known[known < column.minimum]
        problems.append(
            f"{where}: {row_word} {list_ids(low.index)}: found "
            f"{list_ids(f'{one:g}' for one in low)}; expected {column.minimum:g} or "
            "more."
        )
    if column.kind == "choice" and not known.isin(list(column.choices)).all():
        unknown = known[~known.isin(list(column.choices))]
        problems.append(f"{where}: found {list_ids(unknown.unique())}.")
    return problems


def _repeated_keys(table: pd.DataFrame, key: list[str], raw: RawTable) -> list[str]:
    """Name ids that stand in more than one row."""
    known = table.dropna(subset=key)
    twice = known.duplicated(key, keep=False)
    if not twice.any():
        return []
    ids = known.loc[twice, key].astype(str).agg(" ".join, axis=1)
    return [
        f"{raw.where}: {', '.join(key)} {list_ids(sorted(set(ids)))} stand in more than "
        f"one {raw.row_word} ({list_ids(ids.index)}); expected each id once."
    ]


def _shape_problems(series: gpd.GeoSeries, shape: str, raw: RawTable) -> list[str]:
    """Name geometries that are missing, invalid or of the wrong kind."""
    wanted = {
        "point": {"Point"},
        "area": {"Polygon", "MultiPolygon"},
    }[shape]
    problems = []
    kind = series.geom_type
    wrong = series.notna() & ~series.is_empty & ~kind.isin(wanted)
    if wrong.any():
        problems.append(
            f"{raw.where}: {raw.row_word} {list_ids(series.index[wrong])}: found "
            f"{list_ids(sorted(set(kind[wrong])))}; expected "
            f"{' or '.join(sorted(wanted))}."
        )
    if shape == "area":
        none = series.isna() | series.is_empty
        invalid = ~none & ~series.is_valid
        for bad, text in ((none, "is empty"), (invalid, "is not a valid polygon")):
            if bad.any():
                problems.append(
                    f"{raw.where}: {raw.row_word} {list_ids(series.index[bad])}: {text}"
                    "; repair it in a GIS program."
                )
    return problems


def _as_text(value: object) -> str:
    """Write a cell's value as text; whole numbers without a decimal point."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


COORDINATES = Contract(
    "coordinates",
    (),
    (
        Column(
            "x",
            "number",
            "Longitude in degrees, or easting in metres.",
            "经度",
            null=True,
            synonyms=("lon", "lng", "longitude", "x坐标", "x_m"),
        ),
        Column(
            "y",
            "number",
            "Latitude in degrees, or northing in metres.",
            "纬度",
            null=True,
            synonyms=("lat", "latitude", "y坐标", "y_m"),
        ),
    ),
)
