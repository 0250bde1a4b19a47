"""What changes to the people do to a city."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from circle.age_bands import band_columns
from circle.areas import locate, nearest_committee
from circle.belonging import origin_codes
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
from circle.errors import ConfigError, Words
from circle.rejoining import with_table
from circle.scenario import GrowPopulation, NewEstate

_BAND = Words("age band", zh="年龄段")


def _grow(city: City, change: GrowPopulation, where: Words) -> Changed:
    """Multiply the people of some subdistricts, of all ages or of some."""
    known = list(city.subdistricts["subdistrict_id"])
    wanted = list(change.subdistricts) or known
    check_known(wanted, known, Words("subdistrict", zh="街镇"), where)
    _check_bands(city, change.age_bands, where)
    bands = [f"population_{one}" for one in change.age_bands]
    cells = city.cells.copy()
    here = cells["subdistrict_id"].isin(wanted)
    names = bands or ["population", *band_columns(cells)]
    gained = pd.Series(0.0, index=cells.index)
    for name in names:
        more = cells.loc[here, name] * (change.factor - 1.0)
        cells.loc[here, name] += more
        gained.loc[here] += more
    if bands:
        cells["population"] += gained
    told = list(dict.fromkeys(["population", *names]))
    before, after = (
        one.groupby("subdistrict_id")[told].sum() for one in (city.cells, cells)
    )
    effects = [
        Effect("subdistrict", area, _band_name(name), *map(float, pair))
        for area in wanted
        if area in before.index
        for name in told
        for pair in [(before.loc[area, name], after.loc[area, name])]
    ]
    return _with_people(replace(city, cells=cells)), effects


def _add_estate(city: City, change: NewEstate, where: Words) -> Changed:
    """
    Add people at one point.

    Raises
    ------
    ConfigError
        If the point lies in no subdistrict, or there is an estate already.
    """
    place = place_at(change.at, change.crs, target=city.crs, where=where)
    home = locate(gpd.GeoSeries([place], crs=city.crs), city.subdistricts)[0]
    if home is None:
        number = str(len(city.subdistricts))
        raise ConfigError(fault(where, "change-outside", item="at", n=number))
    _check_bands(city, tuple(change.age_bands), where)
    key = fresh_id("estate", place)
    if key in set(city.cells["cell_id"]):
        what = Words("cell", zh="网格")
        raise ConfigError(fault(where, "change-id-taken", item="at", what=what, id=key))
    shares = _bands_of(city, change, home, band_columns(city.cells))
    row: dict[str, Any] = dict.fromkeys(city.cells.columns)
    row |= {
        "cell_id": key,
        "population": float(change.people),
        "subdistrict_id": home,
        "geometry": place,
        **shares,
    }
    new = gpd.GeoDataFrame([row], geometry="geometry", crs=city.crs)
    new["committee_id"] = nearest_committee(new, city.committees)
    _take_rule(city, new)
    table, known = insert_rows(city.cells, new, "cell_id")
    nearer = np.append(city.nearer_fragment, False)[known]
    grown = with_table(
        replace(city, nearer_fragment=nearer), "cells", table, known=known
    )
    told = {"population": float(change.people), **shares}
    effects = [Effect("cell", key, _band_name(one), None, told[one]) for one in told]
    effects.append(Effect("cell", key, "place", None, written_place(place)))
    return _with_people(grown), effects


def _check_bands(city: City, bands: tuple[str, ...], where: Words) -> None:
    """Check that the cells know these age bands."""
    known = [one.removeprefix("population_") for one in band_columns(city.cells)]
    check_known(bands, known, _BAND, where)


def _band_name(column: str) -> str:
    """Name a column of people for the log."""
    band = column.removeprefix("population").removeprefix("_")
    return f"population {band}".rstrip()


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


PEOPLE_CHANGES: Mapping[type, Apply] = {
    GrowPopulation: _grow,
    NewEstate: _add_estate,
}
