"""Give the rows of a raw table their geometry, in metres."""

from collections.abc import Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from circle.accidents import Accident, at_zero, find_accident, within_zone
from circle.declared import DeclaredCrs, shapes_to_metric, to_metric
from circle.errors import Words
from circle.files import RawTable
from circle.problems import Problem, problem_in
from circle.tables import Column, Contract, conform, match_columns

Shape = Literal["point", "area", "footprint"]
_KINDS: Mapping[Shape, frozenset[str]] = {
    "point": frozenset({"Point"}),
    "area": frozenset({"Polygon", "MultiPolygon"}),
    "footprint": frozenset({"Point", "Polygon", "MultiPolygon"}),
}

# Millimetres: finer than any survey, coarser than what formats and conversions lose,
# so that the same place is the same number out of every file.
PLACE_DIGITS = 3
# Twice round the Earth, and more than any number of a zone before an easting.
_FARTHEST_M = 1e8

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


def place(
    raw: RawTable,
    *,
    columns: Mapping[str, str],
    declared: DeclaredCrs,
    target: pyproj.CRS,
    shape: Shape,
) -> tuple[gpd.GeoSeries, list[str]]:
    """
    Give each row of a raw table its geometry in the metric system.

    Parameters
    ----------
    raw
        A layer with geometry, or a table with a column each for x (longitude or
        easting) and y (latitude or northing).
    columns
        Explicit mapping, ``x`` and ``y`` to columns of the file.
    declared
        The coordinate system that the study declares for the file; it goes before
        one that the file itself names.
    target
        The metric coordinate system of the study.
    shape
        ``point``, ``area``, or ``footprint`` for either; what is wanted.

    Returns
    -------
    geometry
        On the index of `raw`, in `target`; None where a row has none.
    problems
        One message per fault.
    """
    if isinstance(raw.rows, gpd.GeoDataFrame):
        return _from_layer(raw, declared=declared, target=target, shape=shape)
    if shape == "area":
        return _nowhere(raw, target), [problem_in(raw, "no-polygons")]
    table, problems = conform(raw, COORDINATES, columns=columns)
    if not {"x", "y"} <= set(table.columns):
        return _nowhere(raw, target), problems
    x, y = table["x"].to_numpy(float), table["y"].to_numpy(float)
    slips = _slips(raw, x, y, declared=declared, target=target)
    if slips:
        return _nowhere(raw, target), [*problems, *slips]
    given = ~np.isnan(x) & ~np.isnan(y)
    if not problems and (np.isnan(x) != np.isnan(y)).any():
        problems += _halves(raw, np.isnan(x), np.isnan(y), columns)
    easting, northing = to_metric(x, y, declared=declared, target=target)
    fits = (np.abs([easting, northing]) <= _FARTHEST_M).all(axis=0)
    if (given & ~fits).any():
        back = to_metric(y, x, declared=declared, target=target)
        turned = given & ~fits & np.isfinite(back).all(axis=0)
        column = _header_of(raw, "x", columns)
        problems += _misfits(raw, given & ~fits & ~turned, declared, column=column)
        problems += _turned(raw, turned, column=column)
    points = np.full(len(x), None, dtype=object)
    places = np.column_stack([easting, northing]).round(PLACE_DIGITS)
    points[given & fits] = shapely.points(places[given & fits])
    return gpd.GeoSeries(points, index=raw.rows.index, crs=target), problems


def without_place(raw: RawTable, geometry: gpd.GeoSeries) -> list[str]:
    """
    Name the rows that have no coordinates, where every row needs a point.

    Parameters
    ----------
    raw
        The table.
    geometry
        Its geometry, as `place` gives it.

    Returns
    -------
    problems
        One message, or none.
    """
    nowhere = geometry.isna().to_numpy()
    if not nowhere.any():
        return []
    return [problem_in(raw, "no-coordinates", rows=raw.rows.index[nowhere])]


def _from_layer(
    raw: RawTable, *, declared: DeclaredCrs, target: pyproj.CRS, shape: Shape
) -> tuple[gpd.GeoSeries, list[str]]:
    """Take the geometry of a layer; empty shapes become None."""
    series = gpd.GeoSeries(raw.rows.geometry.to_numpy(), index=raw.rows.index)
    series = series.where(~series.is_empty, None)
    west, south, east, north = shapely.bounds(series.to_numpy()).T
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    slips = _slips(raw, middle_x, middle_y, declared=declared, target=target)
    if slips:
        return _nowhere(raw, target), [*slips]
    series = shapes_to_metric(series, declared=declared, target=target)
    shapes = shapely.transform(series.to_numpy(), lambda at: at.round(PLACE_DIGITS))
    series = gpd.GeoSeries(shapes, index=series.index, crs=target)
    fits = (np.abs(shapely.bounds(shapes)) <= _FARTHEST_M).all(axis=1)
    given = ~shapely.is_missing(shapes)
    problems: list[str] = [*_misfits(raw, given & ~fits, declared)]
    return series, [*problems, *_shape_problems(series, shape, raw, given & fits)]


def _nowhere(raw: RawTable, target: pyproj.CRS) -> gpd.GeoSeries:
    """Give every row no place."""
    return gpd.GeoSeries([None] * len(raw.rows), index=raw.rows.index, crs=target)


def accident_text(where: str, declared: DeclaredCrs, accident: Accident) -> str:
    """
    Say what went wrong with the coordinates of a file.

    Parameters
    ----------
    where
        The file.
    declared
        The system that the study declares.
    accident
        What went wrong.

    Returns
    -------
    message
        A `Problem` of the whole file.
    """
    return Problem(
        "coordinate-accident",
        where,
        values={
            "declared": declared.name,
            "seen": accident.seen,
            "write": accident.write,
        },
    )


def _slips(
    raw: RawTable,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    declared: DeclaredCrs,
    target: pyproj.CRS,
) -> list[str]:
    """Name a slip that concerns the whole file, or else the rows at 0, 0."""
    zero = at_zero(x, y, declared=declared)
    accident = find_accident(
        np.where(zero, np.nan, x),
        np.where(zero, np.nan, y),
        declared=declared,
        target=target,
        fits=within_zone(target),
    )
    if accident is not None:
        return [accident_text(raw.where, declared, accident)]
    if not zero.any():
        return []
    return [problem_in(raw, "zero-coordinates", rows=raw.rows.index[zero])]


def _misfits(
    raw: RawTable,
    outside: NDArray[np.bool_],
    declared: DeclaredCrs,
    *,
    column: str = "",
) -> list[Problem]:
    """Name rows whose coordinates cannot be meant in the declared system."""
    if not outside.any():
        return []
    rows, name = raw.rows.index[outside], declared.name
    key = "misfit-coordinates"
    return [problem_in(raw, key, rows=rows, column=column, declared=name)]


def _turned(raw: RawTable, turned: NDArray[np.bool_], *, column: str) -> list[Problem]:
    """Name rows whose coordinates fit the other way round."""
    if not turned.any():
        return []
    rows = raw.rows.index[turned]
    return [problem_in(raw, "turned-coordinates", rows=rows, column=column)]


def _halves(
    raw: RawTable,
    no_x: NDArray[np.bool_],
    no_y: NDArray[np.bool_],
    columns: Mapping[str, str],
) -> list[Problem]:
    """Name rows with one coordinate, in the column of the one that is missing."""
    return [
        problem_in(
            raw,
            "half-a-place",
            rows=raw.rows.index[half],
            column=_header_of(raw, axis, columns),
        )
        for axis, half in (("x", no_x & ~no_y), ("y", no_y & ~no_x))
        if half.any()
    ]


def _header_of(raw: RawTable, axis: str, columns: Mapping[str, str]) -> str:
    """Give the column that holds x or y, as the file names it."""
    found, _ = match_columns(raw, COORDINATES, columns=columns)
    return found.get(axis, "")


def _either(words: list[str]) -> Words:
    """Join words by or."""
    return Words(" or ".join(words), zh=" 或 ".join(words))


def _shape_problems(
    series: gpd.GeoSeries, shape: Shape, raw: RawTable, known: NDArray[np.bool_]
) -> list[Problem]:
    """Name geometries that are missing, invalid or of the wrong kind."""
    problems = []
    kind = series.geom_type
    wrong = known & ~kind.isin(_KINDS[shape]).to_numpy()
    if wrong.any():
        problems.append(
            problem_in(
                raw,
                "wrong-shape",
                rows=series.index[wrong],
                shapes=tuple(sorted(set(kind[wrong]))),
                wanted=_either(sorted(_KINDS[shape])),
            )
        )
    if shape == "area":
        faults = {
            "empty-area": series.isna().to_numpy(),
            "invalid-area": known & ~wrong & ~series.is_valid.to_numpy(),
        }
        problems += [
            problem_in(raw, key, rows=series.index[bad])
            for key, bad in faults.items()
            if bad.any()
        ]
    return problems
