"""The inventory of facilities and the table of candidates: read and classify."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from circle.contracts import CANDIDATES, FACILITIES
from circle.declared import parse_declared
from circle.errors import ConfigError, InputError, gather, list_ids
from circle.files import RawTable, read_raw_table
from circle.osm_features import read_osm_features
from circle.placing import place
from circle.problems import problem_in
from circle.profile import FacilityType, Profile
from circle.study import OsmFacilities, PlacedInput, Study, TableFacilities
from circle.tables import Contract, conform


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
        coordinates stays, with an empty place.

    Raises
    ------
    InputError
        With every fault of the file: columns, values, ids, unknown types.
    """
    source = study.facilities
    if isinstance(source, OsmFacilities):
        return _facilities_from_osm(study, source, profile=profile, crs=crs)
    return _facilities_from_table(study, source, profile=profile, crs=crs)


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
        return tuple(one.id for one in profile.types if one.osm)
    if study.facilities.types is None:
        return profile.type_ids
    wanted = set(study.facilities.types)
    unknown = sorted(wanted - set(profile.type_ids))
    if unknown or not wanted:
        message = (
            f"{study.file}: facilities.types: found {list_ids(unknown) or 'none'}; "
            f"expected types of the profile: {', '.join(profile.type_ids)}."
        )
        raise ConfigError(message)
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
        types = type_names(profile)
        lists = table["type_ids"].map(lambda names: _known(names, types))
        table["type_ids"] = [ids for ids, _ in lists]
        problems += _unknown_types(
            raw, pd.Series([bad for _, bad in lists], index=table.index).explode()
        )
    gather(problems, InputError)
    return _finished(table, CANDIDATES)


def type_names(profile: Profile) -> dict[str, str]:
    """
    Give every name under which a type may stand in an inventory.

    Parameters
    ----------
    profile
        The profile.

    Returns
    -------
    types
        Folded name (see `fold_type_name`) to type id.

    Examples
    --------
    >>> from circle.profile import read_profile
    >>> type_names(read_profile("pudong"))["幼儿园"]
    'kindergarten'
    """
    return {
        fold_type_name(name): one.id
        for one in profile.types
        for name in (one.id, one.code, one.label.zh, one.label.en, *one.synonyms)
    }


def fold_type_name(name: str) -> str:
    """
    Fold a type name for comparison.

    Parameters
    ----------
    name
        As it stands in the inventory.

    Returns
    -------
    folded
        In lower case, without blanks, with half-width brackets.

    Examples
    --------
    >>> fold_type_name("社区卫生服务站 （村卫生室）")
    '社区卫生服务站(村卫生室)'
    """
    return name.translate(str.maketrans("（）　", "() ")).replace(" ", "").lower()


def _facilities_from_table(
    study: Study, source: TableFacilities, *, profile: Profile, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Read an inventory table and turn type names into type ids."""
    raw, table, problems = _read_placed(study, source, FACILITIES, crs)
    if "type_id" in table.columns:
        types = type_names(profile)
        named = table["type_id"].dropna()
        ids = named.map(lambda name: types.get(fold_type_name(name)))
        problems += _unknown_types(raw, named[ids.isna()])
        table["type_id"] = ids
    if "status" not in table.columns:
        table["status"] = "open"
    gather(problems, InputError)
    return _finished(table, FACILITIES)


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
        message = (
            f"{source.path}: found no feature with a tag set of profile "
            f"'{profile.name}'; expected a full OSM extract, not streets alone."
        )
        raise InputError(message)
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
    raw = read_raw_table(study.input_path(source.path), layer=source.layer)
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


def _known(
    names: tuple[str, ...], types: Mapping[str, str]
) -> tuple[tuple[str, ...], list[str]]:
    """Sort type names into ids and unknown names."""
    ids = [types.get(fold_type_name(name)) for name in names]
    unknown = [name for name, one in zip(names, ids, strict=True) if one is None]
    return tuple(one for one in ids if one is not None), unknown


def _unknown_types(raw: RawTable, names: pd.Series) -> list[str]:
    """Name the types of a file that the profile does not know."""
    names = names.dropna()
    if names.empty:
        return []
    return [
        problem_in(
            raw,
            "unknown-type",
            rows=names.index.unique(),
            values=tuple(names.unique()),
        )
    ]


def _finished(frame: gpd.GeoDataFrame, contract: Contract) -> gpd.GeoDataFrame:
    """Fill absent optional columns, sort by id, give a clean index."""
    frame = frame.reindex(columns=list(contract.names))
    return frame.sort_values(list(contract.key), kind="stable").reset_index(drop=True)
