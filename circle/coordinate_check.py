"""Hold the places of every file of a study against the other files."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from circle.accidents import find_accident, within_bounds
from circle.areas import locate
from circle.declared import DeclaredCrs, from_metric, parse_declared
from circle.errors import CircleWarning, CrsError, gather, list_ids
from circle.ground import BORDER_SLACK_M, PlacedFile, lay_ground, outside_areas
from circle.placing import accident_text
from circle.shift import Shift, find_shifts
from circle.streets import Streets
from circle.study import PlacedInput, Study

Tables = Mapping[str, gpd.GeoDataFrame]

# Facilities and candidates count beyond the border, but not further than this.
FAR_OUTSIDE_M = 20_000.0
# Neighbouring cells are no independent witnesses; their middles lie off the streets.
_CELL_SPACING_M, _CELL_FAR_M = 300.0, 100.0
_SECTIONS = ("committees", "facilities", "candidates", "population")
_TABLES = {"population": "cells"}
_ZH = {
    "subdistricts": "街镇范围",
    "committees": "居村点",
    "facilities": "设施",
    "candidates": "候选点",
    "population": "人口",
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
            problems.append(
                f"{where}: found no place within {FAR_OUTSIDE_M / 1000:.0f} km of the "
                f"subdistricts; expected the same district; check `crs:` of both files "
                f"in {study.file.name}, and that it is the right file."
            )
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
        tell, or that the study exempts with ``shift_check: off``.

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
        files, areas=areas, ground=lay_ground(tables["subdistricts"], streets), crs=crs
    )
    problems, warnings = [], []
    for one in shifts:
        source = getattr(study, one.name)
        if one.sure == "strong" and source.shift_check:
            problems.append(_shift_text(study, one))
        else:
            warnings.append(
                CircleWarning(
                    "coordinates-shifted", _shift_text(study, one), _shift_zh(one)
                )
            )
    gather(problems, CrsError)
    return tuple(warnings)


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
        if section == "population" or not len(file.x_m):
            continue
        table = _with_place(tables[section])
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
        if not isinstance(source, PlacedInput):
            continue
        table = _with_place(tables[_TABLES.get(section, section)])
        cells = section == "population"
        if cells:
            table = table[table["population"] > 0]
        places = shapely.get_coordinates(shapely.centroid(table.geometry.to_numpy()))
        if not len(places):
            continue
        files[section] = PlacedFile(
            name=section,
            declared=_declared(study, section, source),
            x_m=places[:, 0],
            y_m=places[:, 1],
            home=_homes(section, table, tables["subdistricts"]),
            **({"spacing_m": _CELL_SPACING_M, "far_m": _CELL_FAR_M} if cells else {}),
        )
    return files


def _with_place(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the rows that have a place."""
    return table[table.geometry.notna() & ~table.geometry.is_empty]


def _declared(study: Study, section: str, source: PlacedInput) -> DeclaredCrs:
    """Parse the declared system of a section again."""
    return parse_declared(source.crs, where=f"{study.file}: {section}.crs")


def _homes(
    section: str, table: gpd.GeoDataFrame, subdistricts: gpd.GeoDataFrame
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Give the id of the subdistrict that each row names, by id or by name."""
    named = {
        "committees": "subdistrict_id",
        "facilities": "subdistrict",
        "candidates": "subdistrict",
    }
    homes = np.full(len(table), None, dtype=object)
    if section not in named or named[section] not in table.columns:
        return homes
    ids = subdistricts["subdistrict_id"].astype(str)
    known = dict(zip(subdistricts["name"].map(_bare), ids, strict=True))
    known |= {_bare(one): one for one in ids}
    for k, text in enumerate(table[named[section]]):
        homes[k] = None if pd.isna(text) else known.get(_bare(text))
    return homes


def _bare(text: object) -> str:
    """Write a name without blanks, for comparison."""
    return "".join(str(text).split())


def _path(study: Study, section: str) -> str:
    """Give the file name of a section."""
    return str(getattr(study, section).path)


def _shift_text(study: Study, shift: Shift) -> str:
    """Say that a file is shifted, by how much, and what to write."""
    seen, name = shift.evidence, shift.fits.offset or "true positions"
    if shift.name == "subdistricts":
        fault = "places of the other files lie outside their subdistrict"
        condition = f"but would not if the borders were {name}"
    else:
        fault = "places lie outside their subdistrict or far from every street"
        condition = f"but would not if they were {name}"
    against = f", against {seen.worse} the other way round" if seen.worse else ""
    return (
        f"{_path(study, shift.name)}: {seen.better} of {seen.places} {fault}, "
        f"{condition}, about {shift.distance_m:.0f} m away{against}; expected "
        f"coordinates in the declared system; write `crs: {shift.fits.text}` under "
        f"`{shift.name}:` in {study.file.name}, or `shift_check: off` there if the "
        "file is right."
    )


def _shift_zh(shift: Shift) -> str:
    """Say the same in Chinese."""
    seen, name = shift.evidence, shift.fits.offset or "真实坐标（未偏移）"
    return (
        f"{_ZH[shift.name]}文件的坐标疑似整体偏移约{shift.distance_m:.0f}米，与{name}相符："
        f"按{name}读取时，{seen.places}个点中有{seen.better}个回到所属街镇内或道路附近，"
        f"{seen.worse}个相反；请核对坐标系（crs: {shift.fits.text}）。"
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
