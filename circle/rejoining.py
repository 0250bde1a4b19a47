"""Join a changed city again: only the rows, or the networks, that changed."""

from collections.abc import Mapping
from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from circle.belonging import modes_of
from circle.city import City, study_travels
from circle.joining import PLACED, coordinates, join_tables
from circle.network import Network, build_network
from circle.profile import Profile
from circle.profile_rules import Travel
from circle.rules import speeds_of
from circle.screening import straight_access
from circle.snapping import Access
from circle.streets import Streets


def with_table(
    city: City, name: str, table: gpd.GeoDataFrame, *, known: NDArray[np.intp]
) -> City:
    """
    Put a changed table into a city, and join only its new rows to the networks.

    Parameters
    ----------
    city
        The city.
    name
        ``facilities`` or ``cells``.
    table
        The whole table, in metres.
    known
        For each row its row in the old table where its place is unchanged, else -1,
        shape (rows,).

    Returns
    -------
    city
        Equal to a city read with this table.
    """
    fresh = np.flatnonzero(known < 0)
    places = coordinates(table.iloc[fresh])
    access = dict(city.access)
    for key in city.travels:
        new = _join_places(city, key, places)
        access[name, key] = _mixed(city.access[name, key], new, known, fresh)
    return replace(city, **{name: table, "access": access})


def with_rules(city: City, profile: Profile, *, streets: Streets | None = None) -> City:
    """
    Put other rules or streets into a city; networks that stay the same are kept.

    Parameters
    ----------
    city
        The city.
    profile
        Its standard from now on.
    streets
        Its streets from now on; unchanged if not given.

    Returns
    -------
    city
        Equal to a city read with these rules and streets.
    """
    tables = {name: getattr(city, name).copy() for name in PLACED}
    for name in ("committees", "cells", "buildings"):
        if tables[name].empty:
            continue
        rule_class = tables[name]["rule_class"].to_numpy(dtype=np.int8)
        tables[name]["mode"] = modes_of(tables[name], rule_class, profile)
    travels = study_travels(city.study, profile, tables, city.type_ids)
    networks = _networks(city, profile, travels=travels, streets=streets)
    cell_mode = tables["cells"]["mode"].to_numpy(dtype=object)
    moved = (cell_mode != city.cells["mode"].to_numpy(dtype=object)).any()
    kept = set() if moved else _unchanged(city, networks, travels)
    anew = {key: one for key, one in travels.items() if key not in kept}
    joined = join_tables(
        tables,
        {key: one for key, one in networks.items() if key in anew},
        travels=anew,
        limit_m=profile.snap.limit_m.value,
    )
    old = {pair: one for pair, one in city.access.items() if pair[1] in kept}
    nearer = np.where(
        np.isin(cell_mode.astype(str), sorted(anew)),
        joined.nearer_fragment,
        city.nearer_fragment,
    )
    return replace(
        city,
        profile=profile,
        committees=tables["committees"],
        cells=tables["cells"],
        buildings=tables["buildings"],
        travels=travels,
        networks=networks,
        access=old | dict(joined.access),
        snappers={**city.snappers, **joined.snappers},
        nearer_fragment=nearer,
    )


def with_snap_limit(city: City, limit_m: float) -> City:
    """
    Join a city again with another limit on the way to the network.

    Parameters
    ----------
    city
        The city.
    limit_m
        Longest straight line to the network, in metres, inclusive.

    Returns
    -------
    city
        Equal to a city read under a standard with this limit.
    """
    limit = city.profile.snap.limit_m.model_copy(update={"value": limit_m})
    snap = city.profile.snap.model_copy(update={"limit_m": limit})
    tables = {name: getattr(city, name) for name in PLACED}
    joined = join_tables(tables, city.networks, travels=city.travels, limit_m=limit_m)
    return replace(
        city,
        profile=city.profile.model_copy(update={"snap": snap}),
        access=joined.access,
        snappers=joined.snappers,
        nearer_fragment=joined.nearer_fragment,
    )


def streets_of(city: City) -> Streets | None:
    """
    Give the streets of a city.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    streets
        The streets of all its networks; None in the screening mode.
    """
    for network in city.networks.values():
        return network.streets
    return None


def _unchanged(
    city: City, networks: Mapping[str, Network], travels: Mapping[str, Travel]
) -> set[str]:
    """List the ways of travel whose network is the very same as before."""
    return {
        key
        for key in travels
        if ("cells", key) in city.access and networks.get(key) is city.networks.get(key)
    }


def _networks(
    city: City,
    profile: Profile,
    *,
    travels: Mapping[str, Travel],
    streets: Streets | None,
) -> dict[str, Network]:
    """Build the networks that are new or have other speeds or streets."""
    usual = streets_of(city)
    if usual is None:
        return {}
    found: dict[str, Network] = {}
    for key, travel in travels.items():
        if travel.measure == "straight":
            continue
        speeds = speeds_of(profile, travel)
        kept = streets is None and key in city.networks
        kept &= city.profile.snap.island_m == profile.snap.island_m
        if kept and city.speeds(travel).figures == speeds.figures:
            found[key] = city.networks[key]
            continue
        found[key] = build_network(
            streets or usual,
            travel.mode,
            speeds=speeds,
            by_length=travel.measure == "length",
            island_m=profile.snap.island_m,
        )
    return found


def _join_places(city: City, key: str, places: NDArray[np.float64]) -> Access:
    """Join places to the network of one way of travel, shape (places, 2)."""
    # Where no place is new, the grid of pieces need not be made: a third of the siting.
    if not len(places) or key not in city.snappers:
        return straight_access(places)
    x_m, y_m = places.T.copy()
    limit_m = city.profile.snap.limit_m.value
    return city.snappers[key].join(x_m, y_m, limit_m=limit_m)


def _mixed(
    old: Access, new: Access, known: NDArray[np.intp], fresh: NDArray[np.intp]
) -> Access:
    """Take the rows that are known from the old access, the others from the new."""
    columns = {}
    for one in fields(Access):
        values = getattr(old, one.name)
        # With no old row at all, there is none to stand in for the new ones.
        taken = values[known] if len(values) else np.empty(len(known), values.dtype)
        taken[fresh] = getattr(new, one.name)
        columns[one.name] = taken
    return Access(**columns)
