"""Check a study, a table or a returned workbook: every problem, and no run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from circle.areas import read_committees, read_subdistricts, study_crs
from circle.buildings import read_buildings
from circle.contracts import SUBDISTRICTS
from circle.coordinate_check import (
    check_area,
    check_shift,
    stray_warnings,
    unjudged_warnings,
)
from circle.declared import parse_declared
from circle.errors import CircleError, CircleWarning, ConfigError
from circle.facilities import measured_types, read_candidates, read_facilities
from circle.placing import COORDINATES
from circle.population import read_cells
from circle.population_balance import settle_people
from circle.problems import Problem, as_problems, problem_of
from circle.profile import Profile
from circle.profile_reading import read_profile
from circle.reading import read_table, taken_warnings
from circle.returned import is_returned, read_returned
from circle.single_tables import KINDS, check_table_rows, metric_for, table_kind
from circle.street_sources import read_study_streets
from circle.study import (
    PlacedInput,
    Study,
    TablePopulation,
    input_paths,
    missing_inputs,
    parse_study,
)

STUDY_SUFFIXES = (".yaml", ".yml")
_MARGIN_M = 1_500.0
_SECTIONS = (
    *("subdistricts", "facilities", "candidates", "committees", "population"),
    "buildings",
)
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Checked:
    """What a check has found."""

    problems: tuple[Problem, ...]
    """Every problem of every file."""
    warnings: tuple[CircleWarning, ...]
    """What is no fault but needs care."""
    files: tuple[Path, ...]
    """The files looked at."""
    language: str | None
    """Language of the study; None for a single table."""


@dataclass(frozen=True)
class _Ledger:
    """Gathers problems of one step after the other."""

    problems: list[str] = field(default_factory=list)

    def attempt(self, read: Callable[[], _Read]) -> _Read | None:
        """Take a step; write its problems down if it fails."""
        try:
            return read()
        except CircleError as error:
            self.problems.extend(error.problems)
            return None


def check_path(
    path: Path,
    *,
    kind: str | None = None,
    profile: str = "pudong",
    crs: str | None = None,
) -> Checked:
    """
    Check a study, a single table or a returned workbook.

    Parameters
    ----------
    path
        A study (.yaml), a returned workbook (.xlsx), or a table of any kind.
    kind
        What kind of table it is: a key of `single_tables.KINDS`; found from its
        columns if not given.
    profile
        Profile whose type names are used; a study names its own.
    crs
        Coordinate system of a single table; WGS-84 if not given.

    Returns
    -------
    checked
        Every problem found; none if the input is fit for use.

    Examples
    --------
    >>> from circle.shipped import shipped_folder
    >>> demo = shipped_folder("demo_district")
    >>> check_path(demo / "committees.csv").problems
    ()
    """
    if path.suffix.lower() in STUDY_SUFFIXES:
        return check_study(path)
    ledger = _Ledger()
    warnings: tuple[CircleWarning, ...] = ()
    standard = ledger.attempt(lambda: read_profile(profile, folder=Path.cwd()))
    if standard is not None and kind is None and is_returned(path):
        sheets = ledger.attempt(lambda: read_returned(path, profile=standard))
        for sheet in sheets or ():
            ledger.problems.extend(sheet.checked.problems)
            warnings += sheet.checked.warnings
    elif standard is not None:
        warnings = _check_table(path, ledger, standard, kind=kind, crs=crs)
    return Checked(as_problems(ledger.problems), warnings, (path,), None)


def check_study(path: Path) -> Checked:
    """
    Check a study and all its files.

    Parameters
    ----------
    path
        The study file.

    Returns
    -------
    checked
        The problems of all files at once. A file that needs another one, which is
        faulty, is checked as far as it goes by itself.
    """
    ledger = _Ledger()
    study = ledger.attempt(lambda: parse_study(path))
    if study is None:
        return Checked(as_problems(ledger.problems), (), (path,), None)
    ledger.problems.extend(missing_inputs(study))
    study = _without_missing_totals(study)
    warnings: tuple[CircleWarning, ...] = ()
    profile = ledger.attempt(lambda: read_profile(study.profile, folder=study.folder))
    if profile is not None:
        tables, crs = _read_tables(study, profile, ledger)
        warnings = tuple(one for name in tables for one in taken_warnings(tables[name]))
        if crs is not None and set(tables) == set(_SECTIONS):
            warnings += _check_together(study, profile, ledger, tables=tables, crs=crs)
    files = (path, *dict.fromkeys(input_paths(study).values()))
    return Checked(as_problems(ledger.problems), warnings, files, study.language)


def _check_table(
    path: Path, ledger: _Ledger, profile: Profile, *, kind: str | None, crs: str | None
) -> tuple[CircleWarning, ...]:
    """Check one table by itself; give what needs care about it."""
    contracts = list(KINDS.values()) if kind is None else [KINDS[kind]]
    raw = ledger.attempt(
        lambda: read_table(path, [*contracts, COORDINATES], columns={})
    )
    if raw is None:
        return ()
    found = kind or ledger.attempt(lambda: table_kind(raw))
    if found is not None:
        checked = ledger.attempt(
            lambda: check_table_rows(raw, found, profile=profile, crs=crs)
        )
        if checked is not None:
            ledger.problems.extend(checked.problems)
            return checked.warnings
    return raw.warnings


def _read_tables(
    study: Study, profile: Profile, ledger: _Ledger
) -> tuple[dict[str, gpd.GeoDataFrame], pyproj.CRS | None]:
    """Read every table that is there, and name the problems of each."""
    there = {name for name, path in input_paths(study).items() if path.exists()}
    seen = len(ledger.problems)
    crs = _crs(study, ledger, there)
    if crs is None:
        return {}, None
    tables: dict[str, gpd.GeoDataFrame] = {}
    readers: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "subdistricts": lambda: read_subdistricts(study, crs=crs),
        "facilities": lambda: read_facilities(study, profile=profile, crs=crs),
        "candidates": lambda: read_candidates(study, profile=profile, crs=crs),
        "committees": lambda: read_committees(
            study, crs=crs, subdistricts=tables.get("subdistricts", _no_areas(crs))
        ),
        "population": lambda: read_cells(
            study,
            profile=profile,
            crs=crs,
            subdistricts=tables.get("subdistricts", _no_areas(crs)),
        ),
        "buildings": lambda: read_buildings(
            study, crs=crs, subdistricts=tables.get("subdistricts", _no_areas(crs))
        ),
    }
    alone = isinstance(study.population, TablePopulation)
    for name, read in readers.items():
        needs_areas = name == "population" and not alone
        needs_areas |= name == "buildings"
        absent = getattr(study, name) is not None and not _is_there(name, there)
        if absent or (needs_areas and "subdistricts" not in tables):
            continue
        table = ledger.attempt(read)
        if table is not None:
            tables[name] = table
    # The subdistricts are read twice: for the system, and as a table.
    ledger.problems[seen:] = dict.fromkeys(ledger.problems[seen:])
    return tables, crs


def _without_missing_totals(study: Study) -> Study:
    """Take control totals out whose file is missing, which is told already."""
    totals = study.population.control_totals
    if totals is None or study.input_path(totals.path).exists():
        return study
    people = study.population.model_copy(update={"control_totals": None})
    return study.model_copy(update={"population": people})


def _is_there(section: str, there: set[str]) -> bool:
    """Tell whether the files of a section are there."""
    return any(one == section or one.startswith(f"{section}.") for one in there)


def _crs(study: Study, ledger: _Ledger, there: set[str]) -> pyproj.CRS | None:
    """Give the system to measure in; by another file if the subdistricts fail."""
    if study.crs is not None or "subdistricts" in there:
        crs = ledger.attempt(lambda: study_crs(study))
        if crs is not None or study.crs is not None:
            return crs
    for name in ("committees", "facilities", "population"):
        source = getattr(study, name)
        if name in there and isinstance(source, PlacedInput):
            try:
                raw = read_table(
                    study.input_path(source.path),
                    [COORDINATES],
                    columns=source.columns,
                    layer=source.layer,
                )
                return metric_for(raw, parse_declared(source.crs, where=name))
            except CircleError:
                # The reader of this file will say what is wrong with it.
                continue
    return None


def _no_areas(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Stand in for subdistricts that cannot be read."""
    columns = [one for one in SUBDISTRICTS.names if one != "geometry"]
    empty = pd.DataFrame(columns=columns, dtype=object)
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))


def _check_together(
    study: Study,
    profile: Profile,
    ledger: _Ledger,
    *,
    tables: dict[str, gpd.GeoDataFrame],
    crs: pyproj.CRS,
) -> tuple[CircleWarning, ...]:
    """Check what only shows when all files are seen together."""
    named = {**tables, "cells": tables["population"]}
    seen = len(ledger.problems)
    ledger.attempt(lambda: check_area(study, named, crs=crs))
    ledger.attempt(lambda: measured_types(study, profile))
    ledger.attempt(lambda: _people_inside(study, tables["population"]))
    ledger.attempt(lambda: _settled(study, profile, tables))
    area = shapely.box(*tables["subdistricts"].total_bounds).buffer(_MARGIN_M)
    streets = None
    found: tuple[CircleWarning, ...] = ()
    if study.streets is not None and "streets" in input_paths(study):
        given = study.streets
        if not study.input_path(given.path).exists():
            return ()
        source = ledger.attempt(
            lambda: read_study_streets(study, given, crs=crs, area=area)
        )
        if source is None:
            return ()
        streets, found = source.streets, source.warnings
    if len(ledger.problems) > seen:
        return found
    shifted = ledger.attempt(lambda: check_shift(study, named, streets, crs=crs))
    unjudged = unjudged_warnings(study, named, crs=crs)
    return (*found, *(shifted or ()), *unjudged, *stray_warnings(study, named))


def _settled(
    study: Study, profile: Profile, tables: dict[str, gpd.GeoDataFrame]
) -> None:
    """Scale people to control totals, which fails where nobody lives."""
    cells = tables["population"]
    inside = cells[cells["subdistrict_id"].notna()].reset_index(drop=True)
    settle_people(study, inside, profile=profile, subdistricts=tables["subdistricts"])


def _people_inside(study: Study, cells: gpd.GeoDataFrame) -> None:
    """
    Ask for people inside the subdistricts.

    Raises
    ------
    ConfigError
        If no cell lies inside.
    """
    if cells["subdistrict_id"].isna().all():
        where = f"{study.file}: population"
        raise ConfigError(problem_of(where, "no-cell-inside"))
