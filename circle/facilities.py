"""The inventory of facilities and the table of candidates: read and classify."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from circle.address_points import placed_by_address, read_address_points
from circle.complexes import with_complexes
from circle.contracts import CANDIDATES, FACILITIES
from circle.declared import parse_declared
from circle.derived_ids import ID_RULES, with_ids
from circle.errors import ConfigError, InputError, Words, gather
from circle.facility_levels import level_warnings
from circle.facility_status import date_warnings, status_on, turned_dates
from circle.files import RawTable
from circle.osm_features import read_osm_features
from circle.placing import COORDINATES, place
from circle.problems import problem_of
from circle.profile import FacilityType, Profile
from circle.reading import read_table, with_warnings
from circle.study import OsmFacilities, PlacedInput, Study, TableFacilities
from circle.tables import Contract, conform
from circle.type_cells import (
    fold_type_name,
    is_other_type,
    type_names,
    unknown_types,
    with_types,
)

__all__ = [
    "fold_type_name",
    "measured_types",
    "read_candidates",
    "read_facilities",
    "type_names",
]


def read_facilities(
    study: Study, *, profile: Profile, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """
    Read the facility inventory of a study.

    Parameters
    ----------
    study
        The study; facilities come from a table or out of an OSM file.
    profile
        The profile whose type names or tag sets classify them.
    crs
        Metric coordinate system of the result.

    Returns
    -------
    facilities
        Contract ``facilities``, sorted by id, of every status. A row without
        coordinates stays, with an empty place. Services under one roof add a
        facility of their own where the profile says so (`complexes`).

    Raises
    ------
    InputError
        With every fault of the file: columns, values, ids, unknown types.
    """
    source = study.facilities
    if isinstance(source, OsmFacilities):
        table = _facilities_from_osm(study, source, profile=profile, crs=crs)
    else:
        table = _facilities_from_table(study, source, profile=profile, crs=crs)
    return with_complexes(table, profile)


def measured_types(study: Study, profile: Profile) -> tuple[str, ...]:
    """
    List the facility types that the study's inventory can hold.

    Parameters
    ----------
    study
        The study.
    profile
        The profile.

    Returns
    -------
    type_ids
        All types for a table. For OSM data only the types that have tag sets:
        the absence of the others from the map says nothing about the place. For a
        table with ``types:`` only these.

    Raises
    ------
    ConfigError
        If the study names types that the profile does not have.
    """
    if isinstance(study.facilities, OsmFacilities):
        tagged = {one.id for one in profile.types if one.osm}
        tagged |= {one.type for one in profile.complexes if tagged & set(one.of)}
        return tuple(one for one in profile.type_ids if one in tagged)
    if study.facilities.types is None:
        return profile.type_ids
    wanted = set(study.facilities.types)
    unknown = sorted(wanted - set(profile.type_ids))
    if unknown or not wanted:
        problem = problem_of(
            f"{study.file}: facilities.types",
            "types-not-in-profile",
            values=tuple(unknown) or Words("none", zh="空列表"),
            known=", ".join(profile.type_ids),
        )
        raise ConfigError(problem)
    return tuple(one for one in profile.type_ids if one in wanted)


def read_candidates(
    study: Study, *, profile: Profile, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """
    Read the candidate sites of a study.

    Parameters
    ----------
    study
        The study.
    profile
        The profile whose type names are used.
    crs
        Metric coordinate system of the result.

    Returns
    -------
    candidates
        Contract ``candidates``, sorted by id; empty where the study has none.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    if study.candidates is None:
        columns = [one for one in CANDIDATES.names if one != "geometry"]
        empty = pd.DataFrame(columns=columns, dtype=object)
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))
    raw, table, problems = _read_placed(study, study.candidates, CANDIDATES, crs)
    if "type_ids" in table.columns:
        types, others = type_names(profile), _other_types(study)
        lists = table["type_ids"].map(lambda names: _known(names, types))
        table["type_ids"] = [ids for ids, _ in lists]
        strange = [(row, name) for row, (_, bad) in lists.items() for name in bad]
        refused = [one for one in strange if not is_other_type(one[1], others)]
        problems += unknown_types(raw, refused)
    gather(problems, InputError)
    table = with_ids(table, ID_RULES["candidates"])
    return with_warnings(_finished(table, CANDIDATES), raw.warnings)


def _facilities_from_table(
    study: Study, source: TableFacilities, *, profile: Profile, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Read an inventory table: types, dates, ids, places by address, status."""
    raw, table, problems = _read_placed(study, source, FACILITIES, crs)
    table, faults, others = with_types(
        raw,
        table,
        types=type_names(profile),
        separator=source.type_separator,
        others=source.other_types,
    )
    problems += faults
    problems += turned_dates(raw, table)
    levels = level_warnings(raw, table, profile=profile)
    if "status" not in table.columns:
        table["status"] = "open"
    points, unread = _address_points(study, source, crs)
    gather([*problems, *unread], InputError)
    table = with_ids(table, ID_RULES["facilities"])
    table, told = placed_by_address(table, *points)
    table = _finished(table, FACILITIES)
    warnings = [*raw.warnings, *levels, *others, *told]
    if study.as_of is not None:
        today = status_on(table, study.as_of)
        warnings += date_warnings(table, today, study.as_of)
        table = today
    return with_warnings(table, warnings)


def _address_points(
    study: Study, source: TableFacilities, crs: pyproj.CRS
) -> tuple[tuple[dict[str, shapely.Point], dict[str, int]], tuple[str, ...]]:
    """Read the lookup table of addresses, if there is one; gather its faults."""
    if source.address_points is None:
        return ({}, {}), ()
    try:
        return read_address_points(study, source.address_points, crs=crs), ()
    except InputError as error:
        return ({}, {}), error.problems


def _facilities_from_osm(
    study: Study, source: OsmFacilities, *, profile: Profile, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Read features and give each one row for every type whose tags it has."""
    tagged = [one for one in profile.types if one.osm]
    keys = sorted({key for one in tagged for tags in one.osm for key in tags})
    features = read_osm_features(
        study.input_path(source.path),
        keys=tuple(keys),
        wanted=lambda tags: any(_has_tags(tags, one) for one in tagged),
        crs=crs,
    )
    points = shapely.point_on_surface(features.geometry.to_numpy())
    rows = [
        {
            "facility_id": f"{osm_id}:{one.id}",
            "name": tags.get("name"),
            "type_id": one.id,
            "status": "open",
            "building_id": osm_id,
            "geometry": point,
        }
        for osm_id, tags, point in zip(
            features["osm_id"], features["tags"], points, strict=True
        )
        for one in tagged
        if _has_tags(tags, one)
    ]
    if not rows:
        name = profile.name
        raise InputError(problem_of(source.path, "no-tagged-feature", profile=name))
    return _finished(gpd.GeoDataFrame(rows, geometry="geometry", crs=crs), FACILITIES)


def _has_tags(tags: Mapping[str, str], one: FacilityType) -> bool:
    """Tell whether a feature has all tags of one of the type's tag sets."""
    return any(
        all(tags.get(key) == value for key, value in wanted.items())
        for wanted in one.osm
    )


def _read_placed(
    study: Study, source: PlacedInput, contract: Contract, crs: pyproj.CRS
) -> tuple[RawTable, gpd.GeoDataFrame, list[str]]:
    """Read a table with points and find its columns; faults are gathered."""
    raw = read_table(
        study.input_path(source.path),
        (contract, COORDINATES),
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, contract, columns=source.columns)
    where = f"{study.file}: {contract.name}.crs"
    geometry, faults = place(
        raw,
        columns=source.columns,
        declared=parse_declared(source.crs, where=where),
        target=crs,
        shape="point",
    )
    return raw, gpd.GeoDataFrame(table, geometry=geometry, crs=crs), problems + faults


def _other_types(study: Study) -> str:
    """Say what becomes of type names that the profile does not have."""
    source = study.facilities
    return source.other_types if isinstance(source, TableFacilities) else "known"


def _known(
    names: tuple[str, ...], types: Mapping[str, str]
) -> tuple[tuple[str, ...], list[str]]:
    """Sort type names into ids and unknown names."""
    ids = [types.get(fold_type_name(name)) for name in names]
    unknown = [name for name, one in zip(names, ids, strict=True) if one is None]
    return tuple(one for one in ids if one is not None), unknown


def _finished(frame: gpd.GeoDataFrame, contract: Contract) -> gpd.GeoDataFrame:
    """Fill absent optional columns, sort by id, give a clean index."""
    frame = frame.reindex(columns=list(contract.names))
    return frame.sort_values(list(contract.key), kind="stable").reset_index(drop=True)
