"""Hold the places of every file of a study against the other files."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from circle.accidents import find_accident, within_bounds
from circle.areas import locate
from circle.crs import WGS84
from circle.declared import DeclaredCrs, from_metric, parse_declared
from circle.errors import CircleWarning, CrsError, Words, gather, list_ids
from circle.ground import BORDER_SLACK_M, PlacedFile, lay_ground, outside_areas
from circle.placing import accident_text
from circle.problems import Problem, problem_of
from circle.shift import Shift, find_shifts, too_small_to_judge
from circle.shift_evidence import FEWEST_PLACES
from circle.streets import Streets
from circle.study import PlacedInput, RasterPopulation, Study, input_paths

Tables = Mapping[str, gpd.GeoDataFrame]

# Facilities and candidates count beyond the border, but not further than this.
FAR_OUTSIDE_M = 20_000.0
# Neighbouring cells are no independent witnesses; their middles lie off the streets.
_CELL_SPACING_M, _CELL_FAR_M = 300.0, 100.0
_RASTER_SPACING_M = 100.0
_SECTIONS = ("committees", "facilities", "candidates", "population", "buildings")
# Sections of many places close to one another, none of which has a name.
_DENSE = frozenset({"population", "buildings"})
_TABLES = {"population": "cells"}
_ZH = {
    "subdistricts": "街镇范围",
    "committees": "居村点",
    "facilities": "设施",
    "candidates": "候选点",
    "population": "人口",
    "buildings": "居住建筑",
}


def check_area(study: Study, tables: Tables, *, crs: pyproj.CRS) -> None:
    """
    Check that every file lies around the subdistricts.

    Parameters
    ----------
    study
        The study.
    tables
        Subdistricts, committees, facilities, candidates and all cells, as read.
    crs
        Metric coordinate system of the tables.

    Raises
    ------
    CrsError
        With every file of which most places lie far outside and would not if it were
        read otherwise (another zone, x and y exchanged …), or all places do.
    """
    bounds = tuple(float(one) for one in tables["subdistricts"].total_bounds)
    west, south, east, north = bounds
    fits = within_bounds((west, south, east, north), margin_m=FAR_OUTSIDE_M)
    problems = []
    for section, file in _placed_files(study, tables).items():
        numbers = from_metric(file.x_m, file.y_m, declared=file.declared, source=crs)
        accident = find_accident(
            *numbers, declared=file.declared, target=crs, fits=fits
        )
        where = _path(study, section)
        if accident is not None:
            problems.append(accident_text(where, file.declared, accident))
        elif not fits(file.x_m, file.y_m).any():
            km, name = f"{FAR_OUTSIDE_M / 1000:.0f}", study.file.name
            problems.append(problem_of(where, "other-district", km=km, study=name))
    gather(problems, CrsError)


def check_shift(
    study: Study, tables: Tables, streets: Streets | None, *, crs: pyproj.CRS
) -> tuple[CircleWarning, ...]:
    """
    Check that no file is shifted as undeclared GCJ-02 or BD-09 would be.

    Parameters
    ----------
    study
        The study.
    tables
        Subdistricts, committees, facilities, candidates and all cells.
    streets
        The streets; None in the screening mode.
    crs
        Metric coordinate system of all of them.

    Returns
    -------
    warnings
        ``coordinates-shifted`` for each file that seems shifted but is too small to
        tell, that the study exempts with ``shift_check: off``, or that is a raster,
        an OSM file or the streets.

    Raises
    ------
    CrsError
        With every file that is shifted beyond doubt, and what to write.
    """
    files = [one for one in _placed_files(study, tables).values() if len(one.x_m)]
    if not files:
        return ()
    areas = _declared(study, "subdistricts", study.subdistricts)
    shifts = find_shifts(
        files,
        areas=areas,
        ground=lay_ground(tables["subdistricts"], streets),
        crs=crs,
        lines=_line_crs(study),
    )
    problems, warnings = [], []
    for one in shifts:
        source = getattr(study, one.name)
        problem = _shifted(study, one)
        # Rasters are too coarse to refuse, and OSM files are never in such a system.
        checked = isinstance(source, PlacedInput) and source.shift_check
        if one.sure == "strong" and checked:
            problems.append(problem)
        else:
            said = str(problem), problem.in_language("zh")
            warnings.append(CircleWarning("coordinates-shifted", *said))
    gather(problems, CrsError)
    return tuple(warnings)


def unjudged_warnings(
    study: Study, tables: Tables, *, crs: pyproj.CRS
) -> tuple[CircleWarning, ...]:
    """
    Say of which files nobody can tell whether they are shifted.

    Parameters
    ----------
    study
        The study.
    tables
        Subdistricts, committees, facilities, candidates and all cells.
    crs
        Metric coordinate system of all of them.

    Returns
    -------
    warnings
        ``coordinates-not-judged``, one for each file with too few places.
    """
    files = list(_placed_files(study, tables).values())
    return tuple(
        CircleWarning(
            "coordinates-not-judged",
            f"{_path(study, one.name)}: has {len(one.x_m)} places apart from one "
            f"another; from fewer than {FEWEST_PLACES} nobody can tell whether they "
            "are in GCJ-02 or BD-09; look at some of them on a map.",
            f"{_path(study, one.name)}：仅有{len(one.x_m)}个不同点位，"
            f"少于{FEWEST_PLACES}个时无法判断是否为未声明的 GCJ-02 或 BD-09 坐标；"
            "请在地图上核对几个点。",
        )
        for one in too_small_to_judge(files, crs=crs)
    )


def stray_warnings(study: Study, tables: Tables) -> tuple[CircleWarning, ...]:
    """
    List single places that are not where their file says, or far outside.

    Parameters
    ----------
    study
        The study.
    tables
        Subdistricts, committees, facilities and candidates.

    Returns
    -------
    warnings
        ``outside-own-subdistrict``, ``subdistrict-not-known`` and
        ``far-outside``, each with the ids, for every table that has such rows.
    """
    ground = lay_ground(tables["subdistricts"], None)
    fits = within_bounds(
        tuple(tables["subdistricts"].total_bounds), margin_m=FAR_OUTSIDE_M
    )
    found: list[CircleWarning] = []
    for section, file in _placed_files(study, tables).items():
        if section in _DENSE or not len(file.x_m):
            continue
        table = tables[section][_has_place(tables[section])]
        ids = table.iloc[:, 0].astype(str).to_numpy()
        told = np.array([one is not None for one in file.home])
        outside = told & outside_areas(file, ground)(file.x_m, file.y_m)
        lies_in = locate(table.geometry, tables["subdistricts"])
        strays = [
            f"{one} ({said} → {is_in or '–'})"
            for one, said, is_in in zip(
                ids[outside], file.home[outside], lies_in[outside], strict=True
            )
        ]
        found += _strays(section, strays)
        found += _far_outside(section, list(ids[~fits(file.x_m, file.y_m)]))
        found += _not_known(section, table, told)
    return tuple(found)


def _placed_files(study: Study, tables: Tables) -> dict[str, PlacedFile]:
    """Gather the places of every file that declares a system, by section."""
    files = {}
    for section in _SECTIONS:
        source = getattr(study, section)
        cells = section == "population"
        if not isinstance(source, PlacedInput) and not cells:
            continue
        table = tables[_TABLES.get(section, section)]
        kept = _has_place(table)
        if cells:
            kept &= (table["population"] > 0).to_numpy(dtype=bool)
        if not kept.any():
            continue
        places = _middles(table.geometry.to_numpy()[kept])
        files[section] = PlacedFile(
            name=section,
            declared=_declared(study, section, source),
            x_m=places[:, 0],
            y_m=places[:, 1],
            home=_homes(section, table, tables["subdistricts"])[kept],
            **_how(source, dense=section in _DENSE),
        )
    return files


def _how(source: object, *, dense: bool) -> dict[str, Any]:
    """Say how the places of a file are looked at."""
    if not isinstance(source, PlacedInput):
        return {"within": False, "spacing_m": _RASTER_SPACING_M}
    return {"spacing_m": _CELL_SPACING_M, "far_m": _CELL_FAR_M} if dense else {}


def _has_place(table: gpd.GeoDataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which rows have a place."""
    shapes = table.geometry.to_numpy()
    return np.asarray(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))


def _middles(
    shapes: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Give the middles of shapes; a point is its own."""
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    middles = shapes if is_point.all() else shapely.centroid(shapes)
    return np.asarray(shapely.get_coordinates(middles))


def _declared(study: Study, section: str, source: object) -> DeclaredCrs:
    """Parse the declared system of a section again; OSM files tell it themselves."""
    if isinstance(source, RasterPopulation) and source.crs is not None:
        return parse_declared(source.crs, where=f"{study.file}: {section}.crs")
    if not isinstance(source, PlacedInput):
        return DeclaredCrs("WGS-84", WGS84)
    return parse_declared(source.crs, where=f"{study.file}: {section}.crs")


def _line_crs(study: Study) -> DeclaredCrs | None:
    """Give the declared system of a line layer; only these have one in the study."""
    if study.streets is None or study.streets.crs is None:
        return None
    return parse_declared(study.streets.crs, where=f"{study.file}: streets.crs")


def _homes(
    section: str, table: gpd.GeoDataFrame, subdistricts: gpd.GeoDataFrame
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Give the id of the subdistrict that each row names, by id or by name."""
    named = {
        "committees": "subdistrict_id",
        "facilities": "subdistrict",
        "candidates": "subdistrict",
    }
    if section not in named or named[section] not in table.columns:
        return np.full(len(table), None, dtype=object)
    ids = subdistricts["subdistrict_id"].astype(str)
    known = dict(zip(subdistricts["name"].map(_bare), ids, strict=True))
    known |= {_bare(one): one for one in ids}
    code, texts = pd.factorize(table[named[section]].to_numpy(dtype=object))
    # A row that names none has the code -1, the last place.
    homes = [*(known.get(_bare(one)) for one in texts), None]
    return np.array(homes, dtype=object)[code]


def _bare(text: object) -> str:
    """Write a name without blanks, for comparison."""
    return "".join(str(text).split())


def _path(study: Study, section: str) -> str:
    """Give the file name of a section."""
    paths = input_paths(study)
    source = getattr(study, section)
    if source.path is not None:
        return str(source.path)
    return next(one.name for key, one in paths.items() if key.startswith(f"{section}."))


def _shifted(study: Study, shift: Shift) -> Problem:
    """Say that a file is shifted, by how much, and what to write."""
    seen, name = shift.evidence, shift.fits.offset
    against = ""
    if seen.worse:
        against = Words(
            f", against {seen.worse} the other way round",
            zh=f"（相反的有{seen.worse}个）",
        )
    key = "shifted-file"
    if shift.name == "subdistricts":
        key = "shifted-with-files" if shift.with_files else "shifted-subdistricts"
    elif shift.name == "streets":
        key = "shifted-streets"
    elif not isinstance(getattr(study, shift.name), PlacedInput):
        is_raster = isinstance(getattr(study, shift.name), RasterPopulation)
        key = "shifted-raster" if is_raster else "shifted-osm"
    return problem_of(
        _path(study, shift.name),
        key,
        better=str(seen.better),
        places=str(seen.places),
        name=name or Words("true positions", zh="真实坐标（未偏移）"),
        metres=f"{shift.distance_m:.0f}",
        against=against,
        write=shift.fits.text,
        section=shift.name,
        study=study.file.name,
    )


def _strays(section: str, strays: list[str]) -> list[CircleWarning]:
    """Warn of places outside the subdistrict that their file names."""
    if not strays:
        return []
    listed = list_ids(strays)
    return [
        CircleWarning(
            "outside-own-subdistrict",
            f"{len(strays)} {section} lie more than {BORDER_SLACK_M:.0f} m outside the "
            f"subdistrict that the file names (named → lies in): {listed}; their place "
            "is used as it is; check the point or the name.",
            f"{len(strays)}个{_ZH[section]}位于所填街镇范围之外{BORDER_SLACK_M:.0f}米以上"
            f"（所填→实际）：{listed}；仍按坐标计算，请核对坐标或所属街镇。",
        )
    ]


def _far_outside(section: str, ids: list[str]) -> list[CircleWarning]:
    """Warn of places far away from the district."""
    if not ids:
        return []
    distance = f"{FAR_OUTSIDE_M / 1000:.0f}"
    return [
        CircleWarning(
            "far-outside",
            f"{len(ids)} {section} lie more than {distance} km away from the "
            f"subdistricts: {list_ids(ids)}; check their coordinates.",
            f"{len(ids)}个{_ZH[section]}距评估范围{distance}公里以上：{list_ids(ids)}；"
            "请核对坐标。",
        )
    ]


def _not_known(
    section: str,
    table: gpd.GeoDataFrame,
    told: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> list[CircleWarning]:
    """Warn of subdistricts named in a file that the study does not have."""
    if section == "committees" or "subdistrict" not in table.columns:
        return []
    names = sorted(set(table["subdistrict"][~told].dropna().astype(str)))
    if not names:
        return []
    return [
        CircleWarning(
            "subdistrict-not-known",
            f"{section} name subdistricts that the study does not have: "
            f"{list_ids(names)}; they were not held against their place.",
            f"{_ZH[section]}文件所填街镇不在评估范围内：{list_ids(names)}；未核对其位置。",
        )
    ]
