"""Facilities made of services under one roof, such as community complexes."""

import math
from collections.abc import Collection
from typing import Any

import geopandas as gpd
import pandas as pd

from circle.profile import Profile
from circle.profile_rules import Complex

# Statuses in the order in which a complex takes them: it is open only if enough of
# its services are.
_STATUSES = ("open", "building", "planned")
_SUMS = ("floor_area_m2",)
_TEXTS = ("name", "address", "open_to", "subdistrict")


def with_complexes(facilities: gpd.GeoDataFrame, profile: Profile) -> gpd.GeoDataFrame:
    """
    Add a facility for every building that makes up a complex of the profile.

    A building makes up a complex where at least `at_least` of the named types share
    its ``building_id``. The services stay facilities of their own types. A building
    for which the inventory itself lists the complex gets no second one.

    Parameters
    ----------
    facilities
        Contract ``facilities``.
    profile
        The profile, with its `complexes`.

    Returns
    -------
    facilities
        Contract ``facilities``, sorted by id. A complex is called
        ``<building_id>:<type_id>`` and is named after its service with the lowest id
        that counts. It is open if enough of its services are open, else being built
        or planned if enough are at least that; closed services make up none. It is
        for members only where the services open to everybody are too few. Its floor
        area is the sum of theirs, where known.
    """
    new = [
        row
        for one in profile.complexes
        for row in _complexes(facilities, one, members=_members_count(profile))
    ]
    if not new:
        return facilities
    taken = set(facilities["facility_id"])
    new = [row for row in new if row["facility_id"] not in taken]
    joined = gpd.GeoDataFrame(
        {name: _longer(facilities[name], new, name) for name in facilities.columns},
        geometry="geometry",
        crs=facilities.crs,
    )
    joined = joined.sort_values("facility_id", kind="stable").reset_index(drop=True)
    joined.attrs = dict(facilities.attrs)
    return joined


def _longer(column: pd.Series, rows: list[dict[str, Any]], name: str) -> pd.Series:
    """Put the values of new rows below a column; a number that is not known is NaN."""
    added = [row.get(name) for row in rows]
    if pd.api.types.is_numeric_dtype(column) and name not in _TEXTS:
        added = [math.nan if one is None else one for one in added]
        return pd.Series([*column, *added], dtype=float)
    return pd.Series([*column, *added], dtype=object)


def _members_count(profile: Profile) -> bool:
    """Tell whether services count that are open to some people only."""
    switch = profile.use.members_only
    return switch is not None and switch.value


def _complexes(
    facilities: gpd.GeoDataFrame, one: Complex, *, members: bool
) -> list[dict[str, Any]]:
    """List the complexes of one kind."""
    housed = facilities[facilities["building_id"].notna()]
    listed = set(housed.loc[housed["type_id"] == one.type, "building_id"])
    services = housed[housed["type_id"].isin(one.of)]
    services = services.sort_values("facility_id", kind="stable")
    rows = []
    for building_id, own in services.groupby("building_id", sort=True):
        if building_id in listed:
            continue
        status = _status(own, one.at_least)
        if status is not None:
            counted = own[own["status"].isin(_at_least(status))]
            rows.append(_row(str(building_id), counted, one, members=members))
            rows[-1]["status"] = status
    return rows


def _status(services: pd.DataFrame, at_least: int) -> str | None:
    """Find the status that enough types of services have or are past."""
    for status in _STATUSES:
        if _types(services, _at_least(status)) >= at_least:
            return status
    return None


def _at_least(status: str) -> Collection[str]:
    """List the statuses that are at least as far as this one."""
    return _STATUSES[: _STATUSES.index(status) + 1]


def _types(services: pd.DataFrame, statuses: Collection[str]) -> int:
    """Count the types of services with one of these statuses."""
    return int(services.loc[services["status"].isin(statuses), "type_id"].nunique())


def _row(
    building_id: str, services: gpd.GeoDataFrame, one: Complex, *, members: bool
) -> dict[str, Any]:
    """Describe one complex from the services that make it up, all but its status."""
    public = services[services["open_to"] != "members"]
    few = not members and public["type_id"].nunique() < one.at_least
    placed = services[services.geometry.notna()]
    sums = {name: services[name].sum(min_count=1) for name in _SUMS}
    return {
        "facility_id": f"{building_id}:{one.type}",
        "name": services["name"].iloc[0],
        "type_id": one.type,
        "address": services["address"].iloc[0],
        "open_to": "members" if few else "all",
        "building_id": building_id,
        "subdistrict": services["subdistrict"].iloc[0],
        **sums,
        "geometry": None if placed.empty else placed.geometry.iloc[0],
    }
