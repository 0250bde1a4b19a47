"""Tables as read, and whole cities joined to their streets, kept between runs."""

import json
import logging
import os
import platform
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from circle._version import VERSION
from circle.cache import (
    Array,
    Kept,
    cache_folder,
    hash_files,
    library_version,
    make_key,
    read_entry,
    write_entry,
)
from circle.errors import CircleWarning
from circle.files import SHEET_SUFFIXES, TEXT_SUFFIXES
from circle.files_layers import PARQUET_SUFFIXES
from circle.kept_tables import (
    join_kept,
    pack_table,
    pack_warnings,
    part_of,
    unpack_table,
    unpack_warnings,
)
from circle.profile import Profile
from circle.shipped import PACKAGE, shipped_folder
from circle.snapping import Access
from circle.street_sources import OSM_SUFFIXES
from circle.study import Study, input_paths

# What no table and no join depends on: the ways in which a city is measured, planned
# for, shown and changed afterwards.
APART = frozenset(
    {"version", "name", "title", "language", "outputs", "gaps", "siting", "scenarios"}
)
# The sections of which each table is made, with the subdistricts that it is cut by.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "subdistricts": ("subdistricts",),
    "facilities": ("facilities",),
    "candidates": ("candidates",),
    "committees": ("committees", "subdistricts"),
    "cells": ("population", "subdistricts"),
    "buildings": ("buildings", "subdistricts"),
}
# Their versions may move a coordinate, or read a cell, otherwise.
_LIBRARIES = (
    *("geopandas", "numba", "numpy", "openpyxl", "osmium", "pandas", "pyarrow"),
    *("pydantic", "pyogrio", "pyproj", "python-calamine", "rasterio", "scipy"),
    "shapely",
)
# Files that are all of an input, whatever lies beside them.
_SINGLE = (
    *(*TEXT_SUFFIXES, *SHEET_SUFFIXES, *PARQUET_SUFFIXES, *OSM_SUFFIXES),
    *(".graphml", ".zip"),
)
# Of these it is known which files beside them belong to them.
_WITH_SIBLINGS = (".geojson", ".json", ".gpkg", ".shp", ".gdb", ".tif", ".tiff")
# Of the raster of a country a window is read in less time than all of it is hashed.
_MOST_BYTES = 300_000_000
_HEAD_BYTES = 4096
# A file of such content is a list of others, which may change while it does not.
_LISTS = (b"VRTDataset", b"VRTDataSource", b"VRTRasterBand")
# Switches by which GDAL and PROJ read the same file otherwise.
_SWITCHES = ("GDAL_", "OGR_", "OSR_", "PROJ_", "SHAPE_")
# What comes of an entry that another program has made up.
_FAULTS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, TypeError),
    *(ValueError, pyproj.exceptions.ProjError, shapely.errors.ShapelyError),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """What the tables of a study depend on."""

    study: Study
    """The study."""
    folder: Path
    """The cache."""
    rules: str
    """Key of all that is no file: the settings, the standard, the code."""
    content: Mapping[str, str]
    """Section of the study to the SHA-256 of its file."""


@dataclass(frozen=True)
class KeptCity:
    """All of a city that reading and joining have found, less its networks."""

    crs: pyproj.CRS
    """Metric coordinate system of the tables."""
    tables: Mapping[str, gpd.GeoDataFrame]
    """Every table of the city by name."""
    access: Mapping[tuple[str, str], Access]
    """How the rows of each table meet each network."""
    nearer_fragment: NDArray[np.bool_]
    """Whether each cell lies nearer to a fragment."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""
    population_outside: float
    """People who are not counted."""
    cell_size_m: float
    """Side of a cell's square in metres."""
    grid_corner_m: tuple[float, float]
    """A corner of the grid of squares."""
    streets: str
    """Key of the streets, "" where there are none or they are not kept."""


def describe_inputs(study: Study, profile: Profile) -> Inputs | None:
    """
    Describe all that the tables of a study depend on.

    Parameters
    ----------
    study
        The study.
    profile
        Its standard.

    Returns
    -------
    inputs
        None where nothing is kept: the cache is switched off or cannot be written
        to, a file is missing, it is a very large layer or raster, or of a format
        that may name further files.
    """
    folder = cache_folder(study.data_folder)
    content = _hash_inputs(study, tuple(_read_sections(study)))
    if folder is None or content is None:
        return None
    rules = make_key(
        *_code(),
        json.dumps(study.model_dump(mode="json", exclude=set(APART)), sort_keys=True),
        profile.model_dump_json(),
        study.file,
        study.data_folder,
        # What pandas takes a text for is a matter of its options.
        *_text_type(),
        sorted(one for one in os.environ.items() if one[0].startswith(_SWITCHES)),
    )
    return Inputs(study, folder, rules, content)


def fetch_table(
    inputs: Inputs | None,
    name: str,
    read: Callable[[], gpd.GeoDataFrame],
    *,
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """
    Take one table of a study from the cache, or read and keep it.

    Parameters
    ----------
    inputs
        What it depends on; None to read it whatever is kept.
    name
        A key of `SECTIONS`.
    read
        Reads it.
    crs
        Metric coordinate system of the table.

    Returns
    -------
    table
        Equal in every value, type and warning to what `read` gives.
    """
    if inputs is None or not _own(inputs.content, SECTIONS[name][0]):
        return read()
    sections = [key for one in SECTIONS[name] for key in _own(inputs.content, one)]
    content = {one: inputs.content[one] for one in sections}
    key = make_key(inputs.rules, name, crs.srs, crs.to_wkt(), sorted(content.items()))
    kept = read_entry(inputs.folder, name, key=key)
    if kept is not None:
        try:
            return unpack_table(kept, crs=crs)
        except _FAULTS as error:
            _log.warning("cache: %s is damaged (%s); reading anew", name, error)
    table = read()
    # A file that was replaced while it was read must not lend its name to a mixture.
    if _hash_inputs(inputs.study, sections) == content:
        _keep(inputs, name, lambda: pack_table(table, crs=crs), key)
    return table


def fetch_city(inputs: Inputs | None) -> KeptCity | None:
    """
    Take what was read and joined for a study from the cache.

    Parameters
    ----------
    inputs
        What it depends on; None for no cache.

    Returns
    -------
    city
        None where it is not kept, or cannot be trusted.
    """
    if inputs is None:
        return None
    kept = read_entry(inputs.folder, "city", key=_city_key(inputs))
    if kept is None:
        return None
    try:
        return _unpacked(kept)
    except _FAULTS as error:
        _log.warning("cache: the city is damaged (%s); reading anew", error)
        return None


def keep_city(inputs: Inputs | None, city: KeptCity) -> None:
    """
    Keep what was read and joined for a study.

    Parameters
    ----------
    inputs
        What it depends on, as described before anything was read; nothing is kept if
        a file has changed since.
    city
        What was found.
    """
    if inputs is None or (inputs.study.streets is not None and not city.streets):
        return
    if _hash_inputs(inputs.study, inputs.content) == inputs.content:
        _keep(inputs, "city", lambda: _packed(city), _city_key(inputs))


def _keep(inputs: Inputs, name: str, pack: Callable[[], Kept], key: str) -> None:
    """Write an entry, unless it would not come back as it is."""
    try:
        kept = pack()
    except ValueError as error:
        _log.info("cache: %s is not kept (%s)", name, error)
        return
    write_entry(inputs.folder, name, kept, key=key)


def _city_key(inputs: Inputs) -> str:
    """Make the key of the whole city."""
    return make_key(inputs.rules, "city", sorted(inputs.content.items()))


def _read_sections(study: Study) -> Iterator[str]:
    """Yield the sections whose files a load reads: points for sites come later."""
    later = study.siting.points.files
    return (one for one in input_paths(study) if one not in later)


def _own(content: Mapping[str, str], section: str) -> list[str]:
    """List a section with its parts, such as its control totals."""
    return [one for one in content if one.split(".")[0] == section]


def _hash_inputs(study: Study, sections: Collection[str]) -> dict[str, str] | None:
    """Hash the files of sections; None if one is missing or of an unknown format."""
    paths = input_paths(study)
    found = {}
    try:
        for one in sections:
            digest = _hash_input(paths[one])
            if digest is None:
                return None
            found[one] = digest
    except OSError:
        return None
    return found


def _hash_input(path: Path) -> str | None:
    """Hash a file with all that belongs to it, if it is known what that is."""
    name = path.name.lower()
    if name.endswith(_SINGLE):
        return hash_files(path)
    if not name.endswith(_WITH_SIBLINGS):
        return None
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        too_big = path.stat().st_size > _MOST_BYTES
        if too_big or any(one in head for one in _LISTS):
            return None
    return hash_files(path, with_siblings=True)


def _text_type() -> tuple[str, str]:
    """Tell as what pandas holds texts."""
    dtype = pd.Series(["text"]).dtype
    return repr(dtype), str(getattr(dtype, "storage", ""))


@cache
def _code() -> tuple[str, ...]:
    """Give what stands for the code: text of all modules and standards, versions."""
    modules = sorted(PACKAGE.glob("*.py"))
    texts = [*modules, *sorted(shipped_folder("profiles").glob("*.yaml"))]
    return (
        VERSION,
        sys.version,
        platform.platform(),
        pyproj.proj_version_str,
        *(f"{one.name} {sha256(one.read_bytes()).hexdigest()}" for one in texts),
        *map(library_version, _LIBRARIES),
    )


def _packed(city: KeptCity) -> Kept:
    """
    Write a city as arrays and facts.

    Raises
    ------
    ValueError
        If anything of it would not come back as it is.
    """
    if pyproj.CRS(city.crs.srs).to_wkt() != city.crs.to_wkt():
        message = "its coordinate system is not known by its name"
        raise ValueError(message)
    tables = {name: pack_table(one, crs=city.crs) for name, one in city.tables.items()}
    arrays: dict[str, Array] = {"nearer_fragment": city.nearer_fragment}
    for n, one in enumerate(city.access.values()):
        arrays |= {f"{n}.{part.name}": getattr(one, part.name) for part in fields(one)}
    facts = {
        "crs": city.crs.srs,
        "tables": list(tables),
        "access": list(city.access),
        "warnings": pack_warnings(city.warnings),
        "population_outside": float(city.population_outside).hex(),
        "cell_size_m": float(city.cell_size_m).hex(),
        "grid_corner_m": [float(one).hex() for one in city.grid_corner_m],
        "streets": city.streets,
    }
    return join_kept({**tables, "": Kept(arrays, facts)})


def _unpacked(kept: Kept) -> KeptCity:
    """Put a city together again."""
    whole = part_of(kept, "")
    facts: Mapping[str, Any] = whole.facts
    crs = pyproj.CRS(facts["crs"])
    east, north = map(float.fromhex, facts["grid_corner_m"])
    tables = {
        name: unpack_table(part_of(kept, name), crs=crs) for name in facts["tables"]
    }
    access = {
        (table, travel): _access(whole.arrays, n)
        for n, (table, travel) in enumerate(facts["access"])
    }
    rows: Sequence[int] = [len(tables[table]) for table, _ in access]
    if [len(one.joined) for one in access.values()] != rows:
        message = "its tables and arrays do not fit"
        raise ValueError(message)
    return KeptCity(
        crs=crs,
        tables=tables,
        access=access,
        nearer_fragment=whole.arrays["nearer_fragment"],
        warnings=unpack_warnings(facts["warnings"]),
        population_outside=float.fromhex(facts["population_outside"]),
        cell_size_m=float.fromhex(facts["cell_size_m"]),
        grid_corner_m=(east, north),
        streets=facts["streets"],
    )


def _access(arrays: Mapping[str, Array], number: int) -> Access:
    """Put together how one table meets one network."""
    names = (one.name for one in fields(Access))
    return Access(**{name: arrays[f"{number}.{name}"] for name in names})
