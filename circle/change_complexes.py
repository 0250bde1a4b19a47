"""Complexes after a change: what services under one roof make up is derived again."""

import geopandas as gpd
import numpy as np
import pandas as pd

from circle.areas import locate
from circle.change_effects import Changed, Effect
from circle.city import City
from circle.complexes import with_complexes
from circle.rejoining import with_table

_TOLD = ("status", "floor_area_m2")


def renew_complexes(before: City, after: City) -> Changed:
    """
    Derive the complexes of a city again where the services of a building changed.

    Parameters
    ----------
    before
        The city before a change of one facility.
    after
        The city after it.

    Returns
    -------
    changed
        The city with its complexes as they would be, and the effects on them.
    """
    if not after.profile.complexes or not _touches(before, after):
        return after, []
    old = after.facilities
    derived = _derived(old, after)
    table = with_complexes(old[~derived].reset_index(drop=True), after.profile)
    table = gpd.GeoDataFrame(
        {name: table[name].astype(old[name].dtype) for name in old.columns},
        geometry="geometry",
        crs=old.crs,
    )
    made = _derived(table, after)
    homes = table["subdistrict_id"].to_numpy(dtype=object).copy()
    homes[made] = locate(table.geometry[made], after.subdistricts)
    table["subdistrict_id"] = homes
    known = pd.Index(old["facility_id"]).get_indexer(table["facility_id"])
    there = known >= 0
    same = table.geometry[there].to_numpy() == old.geometry.to_numpy()[known[there]]
    known[np.flatnonzero(there)[~same]] = -1
    city = with_table(after, "facilities", table, known=known.astype(np.intp))
    return city, _effects(old[derived], table[made])


def _touches(before: City, after: City) -> bool:
    """Tell whether a service in a building that may make up a complex changed."""
    services = {one for each in after.profile.complexes for one in each.of}
    parts = []
    for city in (before, after):
        table = city.facilities
        own = table[table["building_id"].notna() & table["type_id"].isin(services)]
        parts.append(
            own[["facility_id", "building_id", "status", "floor_area_m2"]].astype(
                object
            )
        )
    first, second = (one.reset_index(drop=True) for one in parts)
    return not first.equals(second)


def _derived(
    table: gpd.GeoDataFrame, city: City
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which rows are complexes that were derived, by their ids."""
    made = {one.type for one in city.profile.complexes}
    ids = table["building_id"].astype(object).map(str) + ":" + table["type_id"]
    own = table["type_id"].isin(made) & (table["facility_id"] == ids)
    return np.asarray(own.to_numpy(dtype=bool))


def _effects(old: pd.DataFrame, new: pd.DataFrame) -> list[Effect]:
    """List what became of each complex."""
    was = old.set_index("facility_id")
    now = new.set_index("facility_id")
    effects = []
    for key in sorted(set(was.index) | set(now.index)):
        for name in _TOLD:
            values = [
                one.loc[key, name] if key in one.index else None for one in (was, now)
            ]
            before, after = (None if pd.isna(one) else one for one in values)
            if before != after:
                effects.append(Effect("facility", key, name, before, after))
    return effects
