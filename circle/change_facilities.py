"""What changes to facilities do to a city."""

from collections.abc import Mapping, Sequence
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
    Apply,
    Changed,
    Effect,
    check_known,
    fault,
    fresh_id,
    insert_rows,
    place_at,
    written_place,
)
from circle.city import City
from circle.contracts import SITES
from circle.declared import parse_declared
from circle.errors import ConfigError, InputError, Words, gather
from circle.input_contracts import STATUS_WORDS
from circle.missing_items import PLANNED
from circle.placing import COORDINATES, place
from circle.raw_table import RawTable
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
from circle.tables import Contract, conform, match_columns

# What of a plan's table says which sites open.
_PLAN = Contract(
    "sites",
    SITES.key,
    tuple(
        one for one in SITES.columns if one.name in {"step", "candidate_id", "type_ids"}
    ),
)
FACILITY = Words("facility", zh="设施")


def _change_facility(city: City, change: Any, where: Words) -> Changed:
    """Change one facility, then the complex that it is part of."""
    changed, effects = _MADE_BY[type(change)](city, change, where)
    whole, more = renew_complexes(city, changed)
    return whole, effects + more


def _close(city: City, change: CloseFacility, where: Words) -> Changed:
    """Close a facility."""
    return _edited(city, _row_of(city, change.id, where), {"status": "closed"})


def _enlarge(city: City, change: EnlargeFacility, where: Words) -> Changed:
    """Give a facility another size."""
    given = {"capacity": change.capacity, "floor_area_m2": change.floor_area_m2}
    known = {name: one for name, one in given.items() if one is not None}
    return _edited(city, _row_of(city, change.id, where), known)


def _open_planned(city: City, change: OpenPlanned, where: Words) -> Changed:
    """
    Open a planned facility.

    Raises
    ------
    ConfigError
        If it is neither planned nor being built.
    """
    row = _row_of(city, change.id, where)
    status = str(city.facilities["status"].iloc[row])
    if status not in PLANNED:
        named = STATUS_WORDS.get(status, (status,))[0]
        raise ConfigError(
            fault(
                where,
                "change-not-planned",
                id=change.id,
                status=Words(status, zh=named),
            )
        )
    return _edited(city, row, {"status": "open"})


def _adopt_plan(city: City, change: AdoptPlan, where: Words) -> Changed:
    """Open the sites of a siting plan at their candidates."""
    raw = read_table(Path(change.sites), (_PLAN, COORDINATES), columns={}, layer=None)
    plan, problems = conform(raw, _PLAN, columns={})
    gather(problems, InputError)
    plan = plan.sort_values("step", kind="stable")
    plan = plan.head(change.steps) if change.steps is not None else plan
    places = _places(city, raw)
    keys = list(plan["candidate_id"])
    check_known(keys, list(places), Words("candidate", zh="候选点"), where)
    crs = city.crs.to_string()
    adds = [
        AddFacility(
            change="add_facility",
            type=type_id,
            id=f"{key}:{type_id}",
            at=(places[key].x, places[key].y),
            crs=crs,
        )
        for key, cell in zip(keys, plan["type_ids"], strict=True)
        for type_id in cell
    ]
    return _add_all(city, adds, where)


def _places(city: City, raw: RawTable) -> dict[str, shapely.Point]:
    """Give the places of the candidates, and of points that were made for the plan."""
    found: dict[str, shapely.Point] = {}
    _, lacking = match_columns(raw, COORDINATES, columns={})
    if not lacking:
        declared = parse_declared("WGS-84", where=raw.where)
        shapes, problems = place(
            raw, columns={}, declared=declared, target=city.crs, shape="point"
        )
        gather(problems, InputError)
        keys = conform(raw, _PLAN, columns={})[0]["candidate_id"]
        found |= zip(keys[shapes.notna()], shapes.dropna(), strict=True)
    own = city.candidates
    return found | dict(zip(own["candidate_id"], own.geometry, strict=True))


def _add(city: City, change: AddFacility, where: Words) -> Changed:
    """Open a new facility."""
    return _add_all(city, [change], where)


def _add_all(city: City, changes: Sequence[AddFacility], where: Words) -> Changed:
    """
    Open new facilities, all in one step, as each step copies the whole table.

    Raises
    ------
    ConfigError
        If there is one of the same code already.
    """
    rows: list[dict[str, Any]] = []
    effects: list[Effect] = []
    taken = set(city.facilities["facility_id"])
    for change in changes:
        row = _new_row(city, change, where)
        key = row["facility_id"]
        if key in taken:
            raise ConfigError(
                fault(where, "change-id-taken", item="id", what=FACILITY, id=key)
            )
        taken.add(key)
        rows.append(row)
        told = {"status": "open", "type": change.type,
                "place": written_place(row["geometry"]),
                "capacity": change.capacity,
                "floor_area_m2": change.floor_area_m2}  # fmt: skip
        effects += [
            Effect("facility", key, name, None, value)
            for name, value in told.items()
            if value is not None
        ]
    if not rows:
        return city, []
    new = gpd.GeoDataFrame(rows, dtype=object, geometry="geometry", crs=city.crs)
    home = locate(new.geometry, city.subdistricts)
    new["subdistrict_id"] = pd.Series(home, index=new.index, dtype=object)
    table, known = insert_rows(city.facilities, new, "facility_id")
    return with_table(city, "facilities", table, known=known), effects


def _new_row(city: City, change: AddFacility, where: Words) -> dict[str, Any]:
    """Give the row of a new facility; None where nothing is known of it."""
    what = Words("facility type", zh="设施类型")
    check_known([change.type], city.profile.type_ids, what, where)
    place = place_at(change.at, change.crs, target=city.crs, where=where)
    row: dict[str, Any] = dict.fromkeys(city.facilities.columns)
    row |= {
        "facility_id": change.id or fresh_id(change.type, place),
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
    return row


def _move(city: City, change: MoveFacility, where: Words) -> Changed:
    """Move a facility; it leaves the building that it shared with others."""
    row = _row_of(city, change.id, where)
    place = place_at(change.at, change.crs, target=city.crs, where=where)
    table = city.facilities.copy()
    old = table.iloc[row]
    shapes = table.geometry.to_numpy().copy()
    shapes[row] = place
    table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=city.crs))
    table["subdistrict_id"] = locate(table.geometry, city.subdistricts)
    table.loc[table.index[row], "building_id"] = None
    known = np.arange(len(table))
    known[row] = -1
    effects = [
        Effect(
            "facility",
            change.id,
            "place",
            written_place(old["geometry"]),
            written_place(place),
        )
    ]
    for name in ("subdistrict_id", "building_id"):
        was, now = (
            None if pd.isna(one[name]) else str(one[name])
            for one in (old, table.iloc[row])
        )
        if was != now:
            effects.append(Effect("facility", change.id, name, was, now))
    return with_table(city, "facilities", table, known=known), effects


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


def _row_of(city: City, key: str, where: Words) -> int:
    """Find the row of a facility."""
    ids = city.facilities["facility_id"].to_numpy(dtype=object)
    row = np.flatnonzero(ids == key)
    if not len(row):
        check_known([key], ids.tolist(), FACILITY, where)
    return int(row[0])


_MADE_BY: Mapping[type, Apply] = {
    AddFacility: _add,
    CloseFacility: _close,
    MoveFacility: _move,
    EnlargeFacility: _enlarge,
    OpenPlanned: _open_planned,
}
FACILITY_CHANGES: Mapping[type, Apply] = {
    **dict.fromkeys(_MADE_BY, _change_facility),
    AdoptPlan: _adopt_plan,
}
