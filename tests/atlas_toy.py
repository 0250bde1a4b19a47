"""A square toy district with straight-line times, for the tests of the maps.

``side × side`` square subdistricts ``S00``, ``S01`` … (row, column) of `width_m`, each
with `committees` committees in a row and 100 m cells with ten people; cells of the
southernmost row have none. Walking and cycling go straight. Every figure of the
assessment is summed from these times, so tests can count them again.
"""

from collections.abc import Callable
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from scipy.spatial import cKDTree
from toy_limits import quarter_hour_on_foot

from circle.city import City
from circle.contracts import MISSING_ITEMS, SITES, UNSNAPPED
from circle.errors import CircleWarning
from circle.profile_reading import read_profile
from circle.profile_rules import Travel
from circle.reached import Reach
from circle.study import Study

Name = Callable[[str, int], str]
CRS = pyproj.CRS.from_epsg(4549)
ORIGIN = (640_000.0, 3_450_000.0)
PROFILE = read_profile("pudong")
AREA_CLASSES = ("urban", "urbanising", "outer")
SPEED_M_S = {"walk": 4 / 3.6, "cycle": 12 / 3.6}


def toy_study(language: str = "zh", title: str = "玩具区服务圈评估"):
    source = {"path": "none.csv", "crs": "EPSG:4549"}
    return Study.model_validate(
        {
            "version": 1,
            "name": "toy",
            "title": title,
            "language": language,
            "profile": "pudong",
            "outputs": {"folder": "maps"},
            "subdistricts": source,
            "committees": source,
            "population": {"kind": "table", **source},
            "facilities": {"kind": "table", **source},
            "streets": {"path": "none.osm"},
        }
    )


def toy(
    side: int = 2,
    width_m: int = 1000,
    committees: int = 3,
    *,
    facilities: int = 40,
    language: str = "zh",
    name: Name = lambda kind, number: f"{kind}{number}",
    code: Callable[[int], str] = lambda number: f"S{number:02d}",
    with_committees: bool = True,
    title: str = "玩具区服务圈评估",
):
    areas = _subdistricts(side, width_m, name, code)
    people = _cells(areas, width_m)
    homes = _committees(areas, committees, width_m, name)
    if not with_committees:
        homes = homes.iloc[:0]
    mode = dict(zip(areas.subdistrict_id, areas.pop("mode"), strict=True))
    people["mode"] = people.subdistrict_id.map(mode)
    homes["mode"] = homes.subdistrict_id.map(mode)
    places = _facilities(facilities, side * width_m, name)
    city = City(
        study=toy_study(language, title),
        profile=PROFILE,
        crs=CRS,
        subdistricts=areas,
        committees=homes,
        cells=people,
        facilities=places,
        candidates=_candidates(areas, name),
        backdrop=_backdrop(side * width_m),
        cell_size_m=100.0,
        networks={},
        **_rest(people),
    )
    return _assessment(city, name, with_committees)


def _rest(people: gpd.GeoDataFrame):
    rest = {
        "type_ids": PROFILE.type_ids,
        "access": {},
        "travels": {one: Travel(one) for one in ("walk", "cycle")},
        "nearer_fragment": np.zeros(len(people), dtype=bool),
        "grid_corner_m": ORIGIN,
        "population_outside": 0.0,
        "warnings": (),
    }
    return {key: rest[key] for key in City.__dataclass_fields__ if key in rest}


def _subdistricts(side: int, width_m: int, name: Name, code: Callable[[int], str]):
    rows, columns = np.divmod(np.arange(side * side), side)
    west, south = ORIGIN[0] + columns * width_m, ORIGIN[1] + rows * width_m
    kinds = [AREA_CLASSES[one % 3] for one in range(side * side)]
    return gpd.GeoDataFrame(
        {
            "subdistrict_id": [code(one) for one in range(side * side)],
            "name": [name("街道", one) for one in range(side * side)],
            "area_class": kinds,
            "mode": ["cycle" if kind == "outer" else "walk" for kind in kinds],
        },
        geometry=shapely.box(west, south, west + width_m, south + width_m),
        crs=CRS,
    )


def _cells(areas: gpd.GeoDataFrame, width_m: int):
    n = round(width_m / 100)
    corner = shapely.bounds(areas.geometry.to_numpy())[:, :2]
    steps = np.arange(n) * 100.0 + 50
    x, y = np.meshgrid(steps, steps)
    xy = corner[:, None, :] + np.stack([x.ravel(), y.ravel()], axis=1)[None]
    xy = xy.reshape(-1, 2)
    inhabited = xy[:, 1] > xy[:, 1].min()
    return gpd.GeoDataFrame(
        {
            "cell_id": [f"c{one}" for one in range(len(xy))],
            "population": np.where(inhabited, 10.0, 0.0),
            "subdistrict_id": np.repeat(areas.subdistrict_id.to_numpy(), n * n),
            "committee_id": None,
        },
        geometry=shapely.points(xy),
        crs=CRS,
    )


def _committees(areas: gpd.GeoDataFrame, each: int, width_m: int, name: Name):
    corner = shapely.bounds(areas.geometry.to_numpy())[:, :2]
    x = (np.arange(each) + 0.5) * width_m / each
    xy = corner[:, None, :] + np.stack([x, np.full(each, width_m / 2 + 5)], axis=1)
    number = np.arange(each * len(areas))
    return gpd.GeoDataFrame(
        {
            "committee_id": [f"K{one:04d}" for one in number],
            "name": [name("居委会", one) for one in number],
            "kind": ["village" if one % 4 == 3 else "resident" for one in number],
            "subdistrict_id": np.repeat(areas.subdistrict_id.to_numpy(), each),
            "households": np.nan,
            "population": 1000.0 / each,
        },
        geometry=shapely.points(xy.reshape(-1, 2)),
        crs=CRS,
    )


def _facilities(number: int, extent_m: float, name: Name):
    draw = np.random.default_rng(7)
    xy = ORIGIN + draw.uniform(0, extent_m, (number, 2))
    status = np.array(["open", "open", "open", "planned", "closed", "building"])
    names = [name("设施", one) for one in range(number)]
    names[0] = None
    return gpd.GeoDataFrame(
        {
            "facility_id": [f"F{one:05d}" for one in range(number)],
            "name": names,
            # The last type has no facility at all.
            "type_id": [PROFILE.type_ids[one % 20] for one in range(number)],
            "status": status[np.arange(number) // 20 % 6],
        },
        geometry=shapely.points(xy),
        crs=CRS,
    )


def _candidates(areas: gpd.GeoDataFrame, name: Name):
    """One in each subdistrict, where `_sites` puts a site."""
    bounds = shapely.bounds(areas.geometry.to_numpy())
    n = len(areas)
    return gpd.GeoDataFrame(
        {
            "candidate_id": [f"P{one}" for one in range(n)],
            "name": [name("候选点", one) for one in range(n)],
            "route": [("reuse", "co-use", "build")[one % 3] for one in range(n)],
            "floor_area_m2": 500.0,
            "cost_10k": [np.nan if one == 1 else 1234.5 for one in range(n)],
            "subdistrict_id": areas["subdistrict_id"],
        },
        geometry=shapely.points(bounds[:, 0] + 700, bounds[:, 1] + 300),
        crs=CRS,
    )


def _backdrop(extent_m: float):
    x, y = ORIGIN
    river = shapely.box(
        x - 500, y + 0.45 * extent_m, x + extent_m + 500, y + 0.48 * extent_m
    )
    park = shapely.box(x + 150, y + 150, x + 420, y + 380)
    lines = [
        ("major", [(x + 300, y - 400), (x + 320, y + extent_m + 400)]),
        ("motorway", [(x - 400, y + 700), (x + extent_m + 400, y + 900)]),
        ("minor", [(x, y + 250), (x + extent_m, y + 260)]),
        ("water", [(x + 600, y), (x + 650, y + extent_m)]),
    ]
    return gpd.GeoDataFrame(
        {"kind": ["water", "green", *[kind for kind, _ in lines]]},
        geometry=[river, park, *[shapely.LineString(one) for _, one in lines]],
        crs=CRS,
    )


def _reach(city: City, table: gpd.GeoDataFrame, ids: str):
    xy = shapely.get_coordinates(table.geometry.to_numpy())
    speed = table["mode"].map(SPEED_M_S).to_numpy(dtype=float)
    time_s = np.full((len(xy), len(PROFILE.types)), np.nan)
    facility = np.full(time_s.shape, -1, dtype=np.int32)
    open_ones = city.facilities["status"] == "open"
    for column, type_id in enumerate(PROFILE.type_ids):
        rows = np.flatnonzero(open_ones & (city.facilities.type_id == type_id))
        if len(rows) == 0 or len(xy) == 0:
            continue
        tree = cKDTree(
            shapely.get_coordinates(city.facilities.geometry.to_numpy()[rows])
        )
        length_m, nearest = tree.query(xy)
        time_s[:, column] = length_m / speed
        facility[:, column] = rows[nearest]
    fields = {
        "origin_ids": tuple(table[ids]),
        "type_ids": PROFILE.type_ids,
        "limits": quarter_hour_on_foot(*time_s.shape),
        "time_s": time_s,
        "facility": facility,
        "joined_by": np.ones((len(time_s), 1), dtype=bool),
    }
    return Reach(**{key: fields[key] for key in Reach.__dataclass_fields__})


def _assessment(city: City, name: Name, with_committees: bool):
    cell_reach = _reach(city, city.cells, "cell_id")
    committee_reach = _reach(city, city.committees, "committee_id")
    fields = {
        "city": city,
        "committee_reach": committee_reach if with_committees else None,
        "cell_reach": cell_reach,
        "reach": pd.DataFrame(),
        "coverage": _coverage(city, committee_reach, cell_reach),
        "missing_items": _missing_items(city, committee_reach),
        "gap_clusters": _gap_clusters(city),
        "sites": _sites(city, name),
        "unsnapped": pd.DataFrame(columns=[one.name for one in UNSNAPPED.columns]),
        "warnings": (CircleWarning("toy-figures", "straight lines only"),),
        "seconds": {},
        "figures": {},
    }
    return SimpleNamespace(**fields)


REQUIRED = np.array([one.tier == "basic" for one in PROFILE.types])


def _coverage(city: City, committee_reach: Reach, cell_reach: Reach):
    rows = []
    pairs = committee_reach.covered[:, REQUIRED]
    cells = cell_reach.covered[:, REQUIRED]
    people = city.cells.population.to_numpy()
    for kind, area_id in [
        ("district", "district"),
        *[("subdistrict", one) for one in city.subdistricts.subdistrict_id],
    ]:
        whole = kind == "district"
        own = whole | (city.committees.subdistrict_id == area_id).to_numpy()
        here = whole | (city.cells.subdistrict_id == area_id).to_numpy()
        items = people[here, None] * cells[here]
        complete = people[here] @ cells[here].all(axis=1)
        total = people[here].sum()
        rows.append(
            {
                "area_kind": kind,
                "area_id": area_id,
                "group_kind": "required",
                "group_id": "required",
                "pairs": pairs[own].size,
                "pairs_covered": int(pairs[own].sum()),
                "pair_share": pairs[own].mean() if pairs[own].size else np.nan,
                "population": total,
                "person_items": total * REQUIRED.sum(),
                "person_items_covered": items.sum(),
                "person_item_share": items.sum() / (total * REQUIRED.sum()),
                "population_complete": complete,
                "population_complete_share": complete / total,
            }
        )
    return pd.DataFrame(rows)


def _missing_items(city: City, reach: Reach):
    rows = []
    for row, column in np.argwhere(~reach.covered):
        one, kind = city.committees.iloc[row], PROFILE.types[column]
        found = reach.facility[row, column]
        minutes = reach.time_s[row, column] / 60
        rows.append(
            {
                "rank": len(rows) + 1,
                "item_id": f"{one.committee_id}:{kind.id}",
                "subdistrict_id": one.subdistrict_id,
                "committee_id": one.committee_id,
                "committee_name": one["name"],
                "type_id": kind.id,
                "domain": kind.domain,
                "tier": kind.tier,
                "required": kind.tier == "basic",
                "mode": one["mode"],
                "threshold_min": 15.0,
                "travel_time_min": minutes,
                "minutes_over": minutes - 15,
                "facility_id": None,
                "facility_name": None if found < 0 else city.facilities["name"][found],
                "population": one.population,
                "kind": "unreachable" if np.isnan(minutes) else "beyond",
            }
        )
    return pd.DataFrame(rows, columns=[one.name for one in MISSING_ITEMS.columns])


def _gap_clusters(city: City):
    rows = []
    for number, area in enumerate(city.subdistricts.geometry[:60]):
        west, south, _, _ = area.bounds
        rows.append(
            {
                "rank": number + 1,
                "gap_id": f"fitness_point:c{number}",
                "type_id": "fitness_point",
                "required": True,
                "subdistrict_id": city.subdistricts.subdistrict_id[number],
                "name": f"片区{number}",
                "cells": 9,
                "population": 900.0 - number,
                "area_km2": 0.09,
                "geometry": shapely.box(
                    west + 100, south + 600, west + 400, south + 900
                ),
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _sites(city: City, name: Name):
    columns = [one.name for one in SITES.columns]
    rows = []
    for number in range(min(4, len(city.subdistricts))):
        west, south, _, _ = city.subdistricts.geometry[number].bounds
        rows.append(
            {
                "step": number + 1,
                "candidate_id": f"P{number}",
                "name": name("候选点", number),
                "subdistrict_id": city.subdistricts.subdistrict_id[number],
                "route": ("reuse", "co-use", "build")[number % 3],
                "type_ids": ("fitness_point", "meal_point"),
                "floor_area_m2": 500.0,
                "cost_10k": np.nan if number == 1 else 1234.5,
                "items_cleared": 4 - number,
                "person_items_gained": 1000.0,
                "share_after": 0.9,
                "item_ids": (
                    f"K{number:04d}:fitness_point",
                    f"K{number:04d}:meal_point",
                ),
                "geometry": shapely.Point(west + 700, south + 300),
            }
        )
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=CRS)
