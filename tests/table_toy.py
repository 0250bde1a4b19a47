"""A toy assessment for the tests of tables: three subdistricts, six committees.

Each subdistrict is a square of 1 km with two committees and 25 cells of 40 people.
Times are drawn from a seed between 0 and 30 minutes; one in ten pairs has no way. The
coverage, the missing items and the gap clusters are counted by circle itself. The
first site clears two items, the second lies outside every subdistrict.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
import yaml
from toy_limits import quarter_hour_on_foot

from circle.assessment import Assessment
from circle.city import City
from circle.contracts import COVERAGE_BY, SITES, UNSNAPPED
from circle.coverage import count_coverage, reach_table
from circle.errors import CircleWarning
from circle.gaps import find_gap_clusters
from circle.missing_items import find_missing_items
from circle.profile_reading import read_profile
from circle.profile_rules import Travel
from circle.reached import Reach
from circle.study import read_study

CRS = pyproj.CRS.from_epsg(4550)
PROFILE = read_profile("pudong")
X0, Y0 = 500_000.0, 3_460_000.0
PLAIN = ("江东街道", "江西镇", "江南镇")
HOSTILE = (
    '=HYPERLINK("http://x","[a]:*?/\\")\'',
    "@SUM(A1)\n\x07第二行",
    "很长的名字" * 60,
)
INPUT_FILES = ("areas.geojson", "people.csv", "places.csv", "roads.osm")


def toy_study(folder, *, language="zh", committees=True):
    for name in INPUT_FILES:
        (folder / name).write_text(name, encoding="utf-8")
    file = folder / "study.yaml"
    placed = {"crs": "EPSG:4550"}
    people = {"path": "people.csv", **placed}
    content = {
        "version": 1,
        "name": "toy",
        "title": "江区服务圈 A&B",
        "language": language,
        "profile": "pudong",
        "data": str(folder.absolute()),
        "outputs": {"folder": "result"},
        "subdistricts": {"path": "areas.geojson", **placed},
        "population": {"kind": "table", **people},
        "facilities": {"kind": "table", "path": "places.csv", **placed},
        "streets": {"path": "roads.osm"},
    }
    if committees:
        content["committees"] = people
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return read_study(file)


def toy_assessment(folder, *, names=PLAIN, language="zh", committees=True, seed=0):
    draw = np.random.default_rng(seed)
    city = _city(toy_study(folder, language=language, committees=committees), names)
    cells = _reach(city.cells["cell_id"], city, draw)
    own = _reach(city.committees["committee_id"], city, draw) if committees else None
    items = find_missing_items(city, own)
    empty = pd.DataFrame(columns=list(UNSNAPPED.names))
    return Assessment(
        city=city,
        committee_reach=own,
        cell_reach=cells,
        reach=empty if own is None else reach_table(city, own),
        coverage=count_coverage(city, committees=own, cells=cells),
        coverage_by=pd.DataFrame(columns=list(COVERAGE_BY.names)),
        missing_items=items,
        gap_clusters=find_gap_clusters(city, cells),
        sites=_sites(names[0], items),
        unsnapped=_unsnapped(city) if committees else empty,
        warnings=(
            CircleWarning("toy-warning", f"{folder.absolute()}/people.csv is a toy"),
        ),
        seconds={"reach": 1.25},
        figures={"walk_network_km": np.float64(3.5), "unknown_km": float("nan")},
    )


def _city(study, names):
    x = X0 + np.arange(3) * 1000.0
    areas = gpd.GeoDataFrame(
        {
            "subdistrict_id": ["007", "008", "009"],
            "name": list(names),
            "area_class": ["urban", "urbanising", "outer"],
        },
        geometry=shapely.box(x, Y0, x + 1000, Y0 + 1000),
        crs=CRS,
    )
    homes = gpd.GeoDataFrame(
        {
            "committee_id": [f"K{one}" for one in range(6)],
            "name": [f"{names[one // 2]}第{one}居委会" for one in range(6)],
            "kind": ["resident", "village"] * 3,
            "subdistrict_id": ["007", "007", "008", "008", "009", "009"],
            "home": np.arange(6) // 2,
            "area_class": np.repeat(["urban", "urbanising", "outer"], 2),
            "committee_kind": ["resident", "village"] * 3,
            "households": np.nan,
            "mode": ["walk", "walk", "walk", "cycle", "cycle", "cycle"],
            "population": 500.0,
        },
        geometry=shapely.points(X0 + 250 + np.arange(6) * 500.0, Y0 + 500),
        crs=CRS,
    )
    if study.committees is None:
        homes = homes.iloc[:0]
    column, row = np.divmod(np.arange(75), 5)
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{one}" for one in range(75)],
            "population": 40.0,
            "subdistrict_id": [f"00{7 + one // 25}" for one in range(75)],
            "home": np.arange(75) // 25,
            "area_class": np.repeat(["urban", "urbanising", "outer"], 25),
            "committee_kind": "resident",
            "committee_id": None
            if study.committees is None
            else [f"K{one * 6 // 75}" for one in range(75)],
            "mode": "walk",
        },
        geometry=shapely.points(X0 + 100 + column * 200, Y0 + 100 + row * 200),
        crs=CRS,
    )
    places = gpd.GeoDataFrame(
        {
            "facility_id": [f"F{one:02d}" for one in range(42)],
            "name": [None, *[f"+{names[1]}{one}" for one in range(1, 42)]],
            "type_id": [PROFILE.type_ids[one % 21] for one in range(42)],
            "status": ["open"] * 41 + ["closed"],
            "subdistrict": None,
            "subdistrict_id": "007",
        },
        geometry=shapely.points(X0 + 30 + np.arange(42) * 70.0, Y0 + 300),
        crs=CRS,
    )
    candidates = gpd.GeoDataFrame(
        {
            "candidate_id": ["-1", "K2"],
            "name": ["旧厂房", "空地"],
            "route": ["reuse", "build"],
            "type_ids": [("primary_school", "nursing_home"), ("ball_court",)],
            "subdistrict_id": ["007", None],
        },
        geometry=shapely.points([X0 + 500, X0 - 500], Y0 + 500),
        crs=CRS,
    )
    return City(
        study=study,
        profile=PROFILE,
        crs=CRS,
        subdistricts=areas,
        committees=homes,
        cells=cells,
        facilities=places,
        candidates=candidates,
        type_ids=PROFILE.type_ids,
        backdrop=gpd.GeoDataFrame({"kind": []}, geometry=[], crs=CRS),
        cell_size_m=200.0,
        grid_corner_m=(X0, Y0),
        travels={one: Travel(one) for one in ("walk", "cycle")},
        networks=dict.fromkeys(("walk", "cycle")),
        access={},
        nearer_fragment=np.zeros(75, dtype=bool),
        population_outside=0.0,
        warnings=(),
    )


def _reach(ids, city, draw):
    shape = (len(ids), len(PROFILE.type_ids))
    time_s = draw.uniform(0, 1800, shape)
    time_s[draw.random(shape) < 0.1] = np.nan
    facility = np.where(np.isnan(time_s), -1, np.arange(shape[1])).astype(np.int32)
    return Reach(
        origin_ids=tuple(ids),
        type_ids=city.type_ids,
        limits=quarter_hour_on_foot(len(ids), len(PROFILE.type_ids)),
        time_s=time_s,
        facility=facility,
        joined_by=np.ones((len(ids), 1), dtype=bool),
    )


def _sites(name, items):
    rows = {
        "step": [1, 2],
        "candidate_id": ["-1", "K2"],
        "name": [name, "空地"],
        "subdistrict_id": ["007", None],
        "route": ["reuse", "build"],
        "type_ids": [("primary_school", "nursing_home"), ("ball_court",)],
        "floor_area_m2": [1200.0, np.nan],
        "cost_10k": [80.5, np.nan],
        "items_cleared": [2, 0],
        "person_items_gained": [1000.0, 0.0],
        "share_after": [0.55, 0.55],
        "item_ids": [tuple(items["item_id"][:2]), ()],
    }
    points = shapely.points([X0 + 500, X0 - 500], Y0 + 500)
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[one for one in SITES.names if one != "geometry"]),
        geometry=points,
        crs=CRS,
    )


def _unsnapped(city):
    rows = [
        ("committee", "K5", city.committees["name"].iloc[5], "cycle", 230.5, 500.0),
        ("cell", "c3", None, "walk", 300.0, 40.0),
        ("facility", "F07", city.facilities["name"].iloc[7], "walk", np.nan, 0.0),
    ]
    return pd.DataFrame(rows, columns=list(UNSNAPPED.names))
