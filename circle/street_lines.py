"""Streets from line layers: Shapefile, GeoPackage, GeoParquet, GeoJSON and the like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyproj
import shapely
from numpy.typing import NDArray

from circle.declared import DeclaredCrs, parse_declared, shapes_to_metric
from circle.errors import CircleWarning, CrsError, InputError, gather, list_ids
from circle.files import RawTable, read_raw_table
from circle.files_layers import PARQUET_SUFFIXES, with_sound_texts
from circle.noding import Noded, node_lines
from circle.problems import Problem, problem_in, problem_of
from circle.reading import with_whole_names
from circle.street_access import PrivateWays
from circle.street_classes import LineUse, use_of_lines
from circle.street_settings import Classes, Noding
from circle.streets import Streets, nodes_aloft
from circle.tables import Column, Contract, conform

_LINES = frozenset({"LineString", "MultiLineString", "LinearRing"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_YES = frozenset(
    {"yes", "true", "t", "1", "y", "是", "viaduct", "movable", "covered", "boardwalk",
     "cantilever", "trestle", "building_passage", "culvert"}
)  # fmt: skip

STREET_LINES = Contract(
    "street_lines",
    (),
    (
        Column(
            "class",
            "text",
            "Class of the street, mapped under `classes:`.",
            "道路等级",
            required=False,
            null=True,
            synonyms=("highway", "fclass", "road_class", "道路类型", "等级", "type"),
        ),
        Column(
            "oneway",
            "text",
            "yes along the line, -1 against it, no both ways; bicycles keep to it.",
            "单行",
            required=False,
            null=True,
            synonyms=("单行道", "是否单行", "one_way"),
        ),
        Column(
            "layer",
            "text",
            "Level: 0 on the ground, 1 on a bridge, -1 in a tunnel.",
            "层",
            required=False,
            null=True,
            synonyms=("level", "层级", "z_order"),
        ),
        Column(
            "bridge",
            "text",
            "Whether it is a bridge; level 1 where no level is given.",
            "桥梁",
            required=False,
            null=True,
            synonyms=("是否桥梁",),
        ),
        Column(
            "tunnel",
            "text",
            "Whether it is a tunnel; level -1 where no level is given.",
            "隧道",
            required=False,
            null=True,
            synonyms=("是否隧道",),
        ),
        *(
            Column(
                key,
                "text",
                f"Tag {key} of OpenStreetMap.",
                key,
                required=False,
                null=True,
            )
            for key in ("access", "foot", "bicycle")
        ),
    ),
)


@dataclass(frozen=True)
class LineRules:
    """How a line layer is to be read; one for each study."""

    crs: str | None = None
    """Coordinate system that the study declares; the file's own if None."""
    layer: str | None = None
    """Layer of the file; the first if None."""
    columns: Mapping[str, str] | None = None
    """Column of `STREET_LINES` to column of the file."""
    classes: Classes | None = None
    """Class of the file to a highway value, ``closed``, or modes and speeds."""
    default_class: str | None = None
    """What stands for empty and unlisted classes."""
    private_ways: PrivateWays = "allow"
    """Whether lines tagged private may be used."""
    noding: Noding = "crossings"
    """Where lines join; see `noding.node_lines`."""
    snap_m: float = 0.5
    """Largest gap between an end and what it joins, in metres."""


@dataclass(frozen=True)
class LineStreets:
    """Streets read from lines, with the lines themselves for drawing."""

    streets: Streets
    """The streets."""
    lines: gpd.GeoDataFrame
    """Columns ``highway`` and ``geometry``, in metres."""
    warnings: tuple[CircleWarning, ...] = ()
    """What needs care."""


def read_street_lines(
    path: Path, *, crs: pyproj.CRS, rules: LineRules, where: str
) -> LineStreets:
    """
    Read a line layer and join its lines where they meet.

    Parameters
    ----------
    path
        The layer: .shp, .gpkg, .geojson, .parquet, or another that GDAL reads.
    crs
        Metric coordinate system to measure in.
    rules
        How to read it.
    where
        The study and its section, for messages.

    Returns
    -------
    line_streets
        Pieces open at least one way to someone; ``way_id`` is the number of the
        feature in the file, from 1. Lines without a shape are counted in a warning.

    Raises
    ------
    InputError
        With every fault of the file: shapes that are no lines, classes that nothing
        explains, places that do not fit the declared system, nothing open.
    CrsError
        If neither the study nor the file names a coordinate system.
    """
    raw, columns = _read_lines(path, rules.layer), rules.columns or {}
    raw = with_whole_names(raw, path, [STREET_LINES], columns=columns)
    table, problems = conform(raw, STREET_LINES, columns=columns)
    if "class" not in table.columns and rules.default_class is None:
        names = ", ".join((STREET_LINES.column("class").zh, "highway", "fclass"))
        problems.append(problem_in(raw, "no-class-column", names=names))
    use, faults = use_of_lines(
        table,
        classes=rules.classes or {},
        default_class=rules.default_class,
        private_ways=rules.private_ways,
    )
    level, unknown = line_levels(table)
    problems += [replace(one, file=raw.where) for one in (*faults, *unknown)]
    declared = _declared(raw, rules.crs, where)
    shapes, misfits = _shapes(raw, declared, crs)
    gather([*problems, *misfits], InputError)
    drawn = ~shapely.is_missing(shapes)
    if not (drawn & use.is_open).any():
        raise InputError(problem_in(raw, "no-open-line"))
    streets = _streets(shapes, level, use, rules)
    return LineStreets(
        streets,
        gpd.GeoDataFrame(
            {"highway": use.highway[drawn]}, geometry=shapes[drawn], crs=crs
        ),
        _warnings(raw, ~drawn),
    )


def streets_of(
    noded: Noded,
    use: LineUse,
    *,
    way_id: NDArray[np.int64],
    off_ground: NDArray[np.bool_],
) -> Streets:
    """
    Make streets of pieces that are joined already.

    Parameters
    ----------
    noded
        Pieces between nodes, each of one line.
    use
        Who may use each line.
    way_id
        Id of each line, shape (lines,).
    off_ground
        Whether each line is a bridge or a tunnel, shape (lines,).

    Returns
    -------
    streets
        One piece for each of `noded`, lengths planar; no signals, no ferry durations.
    """
    start, end, line = noded.start, noded.end, noded.line
    own_mps = use.own_mps[line]
    return Streets(
        node_id=np.arange(len(noded.x_m), dtype=np.int64),
        x_m=noded.x_m,
        y_m=noded.y_m,
        start=start,
        end=end,
        length_m=np.hypot(
            noded.x_m[end] - noded.x_m[start], noded.y_m[end] - noded.y_m[start]
        ),
        pace=use.pace[line],
        ferry_s=np.full(len(line), np.nan),
        way_id=way_id[line],
        own_mps=own_mps if np.isfinite(own_mps).any() else None,
        aloft=nodes_aloft((start, end), off_ground[line], len(noded.x_m)),
    )


def line_levels(table: pd.DataFrame) -> tuple[NDArray[np.int64], list[Problem]]:
    """
    Read the level of each line: what crosses on different levels stays apart.

    Parameters
    ----------
    table
        Text or None in the columns ``layer``, ``bridge`` and ``tunnel``, as far as
        there are any.

    Returns
    -------
    level
        The layer where it is given and not 0, else 1 for a bridge, -1 for a tunnel,
        0 for the rest; shape (lines,).
    problems
        One for layers that are no numbers, still without the file.

    Examples
    --------
    >>> table = pd.DataFrame({"layer": [None, "2"], "bridge": ["yes", "yes"]})
    >>> line_levels(table)[0].tolist()
    [1, 2]
    """
    level = np.zeros(len(table), dtype=np.int64)
    for key, value in (("tunnel", -1), ("bridge", 1)):
        if key in table.columns:
            words = table[key].fillna("").astype(str)
            level[words.map(_says_yes).to_numpy(dtype=bool)] = value
    if "layer" not in table.columns:
        return level, []
    text = table["layer"].fillna("").astype(str).str.strip()
    known = text.map(lambda one: bool(_NUMBER.fullmatch(one))).to_numpy(dtype=bool)
    number = pd.to_numeric(text.where(known), errors="coerce").fillna(0).to_numpy()
    level = np.where(number != 0, number, level).astype(np.int64)
    bad = text[~known & (text != "").to_numpy()]
    if bad.empty:
        return level, []
    return level, [problem_of("", "unknown-levels", values=tuple(sorted(set(bad))))]


def _says_yes(text: str) -> bool:
    """Tell whether a bridge or tunnel column says yes."""
    return text.strip().lower() in _YES


def _read_lines(path: Path, layer: str | None) -> RawTable:
    """
    Read a layer as it is, GeoParquet by its own reader.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, or carries no shapes.
    """
    if path.suffix.lower() not in PARQUET_SUFFIXES:
        raw = read_raw_table(path, layer=layer)
    else:
        try:
            rows = with_sound_texts(gpd.read_parquet(path))
        except (ValueError, OSError, pyarrow.ArrowException) as error:
            problem = problem_of(path.name, "lines-not-parquet", error=str(error))
            raise InputError(problem) from error
        rows.index = pd.RangeIndex(1, len(rows) + 1)
        raw = RawTable(path.name, rows, "feature")
    if not isinstance(raw.rows, gpd.GeoDataFrame) or raw.rows.empty:
        raise InputError(problem_in(raw, "no-lines"))
    return raw


def _declared(raw: RawTable, text: str | None, where: str) -> DeclaredCrs:
    """
    Give the coordinate system of the lines: the study's word goes before the file's.

    Raises
    ------
    CrsError
        If neither names one.
    """
    if text is not None:
        return parse_declared(text, where=f"{where}.crs")
    own = raw.rows.crs if isinstance(raw.rows, gpd.GeoDataFrame) else None
    if own is None:
        raise CrsError(problem_in(raw, "lines-without-crs", section=where))
    return DeclaredCrs(own.name, own)


def _shapes(
    raw: RawTable, declared: DeclaredCrs, crs: pyproj.CRS
) -> tuple[NDArray[np.object_], list[Problem]]:
    """Give each row its line in metres, None where it has none; name the faults."""
    shapes = shapely.force_2d(raw.rows.geometry.to_numpy())
    shapes[shapely.is_empty(shapes)] = None
    given = ~shapely.is_missing(shapes)
    kind = raw.rows.geometry.geom_type.to_numpy(dtype=object)
    problems = []
    wrong = given & ~np.isin(kind, list(_LINES))
    if wrong.any():
        found = tuple(sorted(set(kind[wrong])))
        rows = raw.rows.index[wrong]
        problems.append(problem_in(raw, "not-lines", rows=rows, shapes=found))
    series = gpd.GeoSeries(shapes, index=raw.rows.index)
    moved = shapes_to_metric(series, declared=declared, target=crs).to_numpy()
    with np.errstate(invalid="ignore"):
        outside = given & ~np.isfinite(shapely.bounds(moved)).all(axis=1)
    if outside.any():
        rows, name = raw.rows.index[outside], declared.name
        problems.append(problem_in(raw, "misfit-lines", rows=rows, declared=name))
    return np.asarray(moved, dtype=object), problems


def _streets(
    shapes: NDArray[np.object_],
    level: NDArray[np.int64],
    use: LineUse,
    rules: LineRules,
) -> Streets:
    """Join the open lines; closed ones would only cut the others."""
    rows = np.flatnonzero(use.is_open & ~shapely.is_missing(shapes))
    lines, which = shapely.get_parts(shapes[rows], return_index=True)
    rows = rows[which]
    whole = shapely.length(lines) > 0
    lines, rows = lines[whole], rows[whole]
    noded = node_lines(
        lines, level=level[rows], noding=rules.noding, snap_m=rules.snap_m
    )
    own = LineUse(use.pace[rows], use.own_mps[rows], use.highway[rows])
    way_id = rows.astype(np.int64) + 1
    return streets_of(noded, own, way_id=way_id, off_ground=level[rows] != 0)


def _warnings(raw: RawTable, absent: NDArray[np.bool_]) -> tuple[CircleWarning, ...]:
    """Say which lines have no shape and so are no streets."""
    if not absent.any():
        return ()
    return (
        CircleWarning(
            "street-lines-without-shape",
            f"{raw.where}: {int(absent.sum())} of {len(absent)} lines have no shape "
            f"and are no part of the network: {raw.row_word} "
            f"{list_ids(raw.rows.index[absent])}.",
            f"{raw.where}：{len(absent)}条线中有{int(absent.sum())}条没有图形，未计入路网。",
        ),
    )
