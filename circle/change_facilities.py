"""What changes to facilities do to a city."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from circle.areas import locate
from circle.change_complexes import renew_complexes
from circle.change_effects import (
    Changed,
    Effect,
    check_known,
    fresh_id,
    insert_rows,
    place_at,
)
from circle.city import City
from circle.contracts import SITES
from circle.errors import ConfigError, InputError, gather
from circle.reading import read_table
from circle.rejoining import with_table
from circle.scenario import (
    AddFacility,
    AdoptPlan,
    CloseFacility,
    EnlargeFacility,
    MoveFacility,
    OpenPlanned,
)
from circle.tables import Contract, conform

# What of a plan's table says which sites open.
_PLAN = Contract(
    "sites",
    SITES.key,
    tuple(
        one for one in SITES.columns if one.name in {"step", "candidate_id", "type_ids"}
    ),
)
FacilityChange = (
    AddFacility | CloseFacility | MoveFacility | EnlargeFacility | OpenPlanned
)


def change_facility(city: City, change: FacilityChange, *, where: str) -> Changed:
    """
    Open, close, move or enlarge one facility.

    Parameters
    ----------
    city
        The city.
    change
        The change.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city with its new table of facilities, and the effects.

    Raises
    ------
    ConfigError
        If there is no such facility, or there is one already.
    """
    changed, effects = _changed(city, change, where)
    whole, more = renew_complexes(city, changed)
    return whole, effects + more


def _changed(city: City, change: FacilityChange, where: str) -> Changed:
    """
    Change one facility itself.

    Raises
    ------
    ConfigError
        If it is to open and is not planned.
    """
    if isinstance(change, AddFacility):
        return _added(city, change, where)
    row = _row_of(city, change.id, where)
    if isinstance(change, MoveFacility):
        return _moved(city, row, change, where)
    old = city.facilities.iloc[row]
    if isinstance(change, CloseFacility):
        return _edited(city, row, {"status": "closed"})
    if isinstance(change, EnlargeFacility):
        given = {
            "capacity": change.capacity,
            "floor_area_m2": change.floor_area_m2,
        }
        return _edited(
            city, row, {name: one for name, one in given.items() if one is not None}
        )
    if old["status"] not in {"planned", "building"}:
        message = (
            f"{where}: facility {change.id} is {old['status']}; expected one that is "
            "planned or being built; to open a new one, use add_facility."
        )
        raise ConfigError(message)
    return _edited(city, row, {"status": "open"})


def adopt_plan(city: City, change: AdoptPlan, *, where: str) -> Changed:
    """
    Open the sites of a siting plan at their candidates.

    Parameters
    ----------
    city
        The city with its candidates.
    change
        The change.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city with one facility for each site and type, and the effects.

    Raises
    ------
    CircleError
        If the table cannot be read, or names other candidates than the study's.
    """
    raw = read_table(Path(change.sites), (_PLAN,), columns={}, layer=None)
    plan, problems = conform(raw, _PLAN, columns={})
    gather(problems, InputError)
    plan = plan.sort_values("step", kind="stable")
    plan = plan.head(change.steps) if change.steps is not None else plan
    places = dict(
        zip(city.candidates["candidate_id"], city.candidates.geometry, strict=True)
    )
    check_known(list(plan["candidate_id"]), list(places), "candidate", where)
    effects: list[Effect] = []
    for key, cell in zip(plan["candidate_id"], plan["type_ids"], strict=True):
        for type_id in cell:
            add = AddFacility(
                change="add_facility",
                type=type_id,
                id=f"{key}:{type_id}",
                at=(places[key].x, places[key].y),
                crs=city.crs.to_string(),
            )
            city, more = _added(city, add, where)
            effects += more
    return city, effects


def _added(city: City, change: AddFacility, where: str) -> Changed:
    """Open a new facility."""
    city.profile.type_of(change.type)
    place = place_at(change.at, change.crs, target=city.crs, where=where)
    ids = city.facilities["facility_id"]
    key = change.id or fresh_id(change.type, place)
    if key in set(ids):
        message = (
            f"{where}: id: there is a facility {key} already; expected a new code; "
            "to move or enlarge it, use move_facility or enlarge_facility."
        )
        raise ConfigError(message)
    row: dict[str, Any] = dict.fromkeys(city.facilities.columns)
    row |= {
        "facility_id": key,
        "name": change.name,
        "type_id": change.type,
        "status": "open",
        "floor_area_m2": np.nan
        if change.floor_area_m2 is None
        else change.floor_area_m2,
        "geometry": place,
    }
    if "capacity" in row:
        row["capacity"] = change.capacity or np.nan
    new = gpd.GeoDataFrame([row], geometry="geometry", crs=city.crs)
    new["subdistrict_id"] = locate(new.geometry, city.subdistricts)
    table, known = insert_rows(city.facilities, new, "facility_id")
    effect = Effect("facility", key, "status", None, "open")
    return with_table(city, "facilities", table, known=known), [effect]


def _moved(city: City, row: int, change: MoveFacility, where: str) -> Changed:
    """Move a facility."""
    place = place_at(change.at, change.crs, target=city.crs, where=where)
    table = city.facilities.copy()
    old = table.geometry.iloc[row]
    shapes = table.geometry.to_numpy().copy()
    shapes[row] = place
    table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=city.crs))
    table["subdistrict_id"] = locate(table.geometry, city.subdistricts)
    # It leaves the building that it shared with others.
    table.loc[table.index[row], "building_id"] = None
    known = np.arange(len(table))
    known[row] = -1
    effect = Effect("facility", change.id, "place", _written(old), _written(place))
    return with_table(city, "facilities", table, known=known), [effect]


def _edited(city: City, row: int, values: dict[str, Any]) -> Changed:
    """Change some columns of one facility."""
    table = city.facilities.copy()
    key, effects = str(table["facility_id"].iloc[row]), []
    for name, value in values.items():
        if name not in table.columns:
            table[name] = np.nan
        old = table[name].iloc[row]
        table.loc[table.index[row], name] = value
        effects.append(
            Effect("facility", key, name, None if pd.isna(old) else old, value)
        )
    return replace(city, facilities=table), effects


def _row_of(city: City, key: str, where: str) -> int:
    """
    Find the row of a facility.

    Raises
    ------
    ConfigError
        If there is none of this code.
    """
    row = np.flatnonzero(city.facilities["facility_id"].to_numpy(dtype=object) == key)
    if not len(row):
        message = (
            f"{where}: id: there is no facility {key}; expected one of the "
            f"{len(city.facilities):,} codes of the inventory."
        )
        raise ConfigError(message)
    return int(row[0])


def _written(place: shapely.Point | None) -> str | None:
    """Write a place for the log, in metres."""
    return None if place is None else f"{place.x:.1f}, {place.y:.1f}"
