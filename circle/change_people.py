"""What changes to the people do to a city."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from circle.age_bands import band_columns
from circle.areas import locate, nearest_committee
from circle.change_effects import (
    Changed,
    Effect,
    check_known,
    fresh_id,
    insert_rows,
    place_at,
)
from circle.city import City, origin_codes
from circle.errors import ConfigError
from circle.rejoining import with_table
from circle.scenario import GrowPopulation, NewEstate


def grow_population(city: City, change: GrowPopulation, *, where: str) -> Changed:
    """
    Multiply the people of some subdistricts, of all ages or of some.

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
        The city with its new people, and the effects by subdistrict.

    Raises
    ------
    ConfigError
        If a subdistrict or an age band is not known.
    """
    known = list(city.subdistricts["subdistrict_id"])
    wanted = list(change.subdistricts) or known
    bands = [f"population_{one}" for one in change.age_bands]
    check_known(wanted, known, "subdistrict", where)
    check_known(bands, band_columns(city.cells), "age band", where)
    cells = city.cells.copy()
    here = cells["subdistrict_id"].isin(wanted)
    before = cells.groupby("subdistrict_id")["population"].sum()
    names = bands or ["population", *band_columns(cells)]
    gained = pd.Series(0.0, index=cells.index)
    for name in names:
        more = cells.loc[here, name] * (change.factor - 1.0)
        cells.loc[here, name] += more
        gained.loc[here] += more
    if bands:
        cells["population"] += gained
    after = cells.groupby("subdistrict_id")["population"].sum()
    effects = [
        Effect("subdistrict", one, "population", float(before[one]), float(after[one]))
        for one in wanted
        if one in before.index
    ]
    return _with_people(replace(city, cells=cells)), effects


def add_estate(city: City, change: NewEstate, *, where: str) -> Changed:
    """
    Add people at one point.

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
        The city with one more cell, and the effect.

    Raises
    ------
    ConfigError
        If the point lies in no subdistrict, or an age band is not known.
    """
    place = place_at(change.at, change.crs, target=city.crs, where=where)
    home = locate(gpd.GeoSeries([place], crs=city.crs), city.subdistricts)[0]
    if home is None:
        message = (
            f"{where}: at: the place lies in none of the {len(city.subdistricts)} "
            "subdistricts; expected a place inside the district; check the order of "
            "the numbers and `crs`."
        )
        raise ConfigError(message)
    bands = band_columns(city.cells)
    check_known(
        [f"population_{one}" for one in change.age_bands], bands, "age band", where
    )
    key = fresh_id("estate", place)
    row: dict[str, Any] = dict.fromkeys(city.cells.columns)
    row |= {
        "cell_id": key,
        "population": float(change.people),
        "subdistrict_id": home,
        "geometry": place,
        **_bands_of(city, change, home, bands),
    }
    new = gpd.GeoDataFrame([row], geometry="geometry", crs=city.crs)
    new["committee_id"] = nearest_committee(new, city.committees)
    _take_rule(city, new)
    table, known = insert_rows(city.cells, new, "cell_id")
    nearer = np.append(city.nearer_fragment, False)[known]
    grown = with_table(
        replace(city, nearer_fragment=nearer), "cells", table, known=known
    )
    effect = Effect("cell", key, "population", None, float(change.people))
    return _with_people(grown), [effect]


def _bands_of(
    city: City, change: NewEstate, home: str, bands: list[str]
) -> dict[str, float]:
    """Share the newcomers out over the age bands: as given, else as the neighbours."""
    if change.age_bands:
        return {
            one: float(change.age_bands.get(one.removeprefix("population_"), 0.0))
            for one in bands
        }
    here = city.cells[city.cells["subdistrict_id"] == home]
    people = float(here["population"].sum())
    return {
        one: float(here[one].sum()) / people * change.people if people else 0.0
        for one in bands
    }


def _take_rule(city: City, cells: gpd.GeoDataFrame) -> None:
    """Give new cells the area class, committee kind and mode of their place."""
    homes = city.subdistricts.set_index("subdistrict_id")["area_class"]
    kinds = city.committees.set_index("committee_id")["committee_kind"]
    cells["area_class"] = [homes[one] for one in cells["subdistrict_id"]]
    cells["committee_kind"] = [
        kinds.get(one, city.study.committee_kind) for one in cells["committee_id"]
    ]
    pairs = zip(cells["area_class"], cells["committee_kind"], strict=True)
    cells["mode"] = [city.profile.rule.mode_for(*pair) for pair in pairs]
    cells["home"], cells["rule_class"] = origin_codes(cells, city.subdistricts)


def _with_people(city: City) -> City:
    """Count the people of every committee again."""
    people = city.cells.groupby("committee_id")["population"].sum()
    committees = city.committees.copy()
    committees["population"] = (
        committees["committee_id"].map(people).fillna(0.0).astype(float)
    )
    return replace(city, committees=committees)
