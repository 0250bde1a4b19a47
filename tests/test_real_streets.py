"""Street lines of Wuhan and facilities of Shanghai; skipped where they are not."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
import yaml

from circle.assessment import assess
from circle.city import load_city
from circle.errors import InputError
from circle.network import build_network
from circle.profile_reading import read_profile
from circle.street_lines import LineRules, read_street_lines
from circle.study import read_study

REPOSITORY = Path(__file__).parent.parent
DATA = Path(os.environ.get("CIRCLE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
PROFILE = read_profile("pudong")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the data are not part of circle"),
]


def wuhan(name, **rules: object):
    return read_street_lines(
        DATA / "wuhan" / f"wuhan_streets_osm_{name}.parquet",
        crs=pyproj.CRS.from_epsg(4547),
        rules=LineRules(**rules),
        where="streets",
    )


@pytest.mark.parametrize("noding", ["crossings", "corners"])
def test_the_lines_of_wuhan_become_one_network(noding):
    found = wuhan("original", noding=noding)
    network = build_network(found.streets, "walk", speeds=PROFILE.speeds)
    # 7,185 km less motorways and trunk roads.
    assert 5_600_000 < network.length_m < 5_800_000
    assert network.main_length_m / network.length_m > 0.99
    assert not found.warnings


def test_lines_without_a_class_are_named_before_anything_is_left_out():
    with pytest.raises(InputError, match=r"nothing explains: '' \(4,907 lines\)"):
        wuhan("simplified")
    found = wuhan("simplified", default_class="residential")
    network = build_network(found.streets, "walk", speeds=PROFILE.speeds)
    assert network.main_length_m / network.length_m > 0.99


def inventory():
    """Facilities by the tag sets of the profile that have one tag."""
    table = gpd.read_file(
        DATA / "shanghai/facilities_osm/osm_facilities_shanghai_2026-05.gpkg"
    )
    parts = []
    for one in PROFILE.types:
        for (key, value), *more in (list(tags.items()) for tags in one.osm):
            rows = table[(table["key"] == key) & (table["value"] == value)]
            if more or rows.empty:
                continue
            ids = rows["osm_type"].str[0] + rows["osm_id"].astype(str) + ":" + one.id
            points = shapely.point_on_surface(rows.geometry.to_numpy())
            parts.append(
                gpd.GeoDataFrame(
                    {"facility_id": ids, "name": rows["name"], "type_id": one.id},
                    geometry=points,
                    crs=table.crs,
                )
            )
    return pd.concat(parts).drop_duplicates("facility_id")


@pytest.fixture(scope="module")
def pudong_towns(tmp_path_factory):
    """Four towns of Pudong, with 1,000 people on every point of a 500 m grid."""
    folder = tmp_path_factory.mktemp("shanghai")
    towns = gpd.read_file(DATA / "shanghai/boundaries/osm_town_references_8.geojson")
    names = ["张江镇", "金桥镇", "三林镇", "北蔡镇"]
    towns = towns[towns["referenceAdminName"].isin(names)]
    towns = towns[["id", "referenceAdminName", "geometry"]]
    towns.columns = ["subdistrict_id", "name", "geometry"]
    towns.to_file(folder / "towns.geojson")
    facilities = inventory()
    facilities.to_file(folder / "facilities.gpkg")
    x0, y0, x1, y1 = towns.to_crs(4549).total_bounds // 500 * 500 + 250
    x, y = np.meshgrid(np.arange(x0, x1 + 500, 500), np.arange(y0, y1 + 500, 500))
    cells = {"cell_id": [f"c{i}" for i in range(x.size)], "population": 1000,
             "x": x.ravel(), "y": y.ravel()}  # fmt: skip
    pd.DataFrame(cells).to_csv(folder / "people.csv", index=False)
    return folder, sorted(set(facilities["type_id"]))


def screened(folder, types, detour):
    placed = {"crs": "EPSG:4326"}
    study = {
        "version": 1,
        "name": "towns",
        "title": "浦东四镇（筛查）",
        "profile": "pudong",
        "outputs": {"folder": "results"},
        "subdistricts": {"path": "towns.geojson", "area_class": "urbanising", **placed},
        "population": {"kind": "table", "path": "people.csv", "crs": "EPSG:4549",
                       "cell_size_m": 500},
        "facilities": {"kind": "table", "path": "facilities.gpkg", "types": types,
                       **placed},
        "screening": {"detour": detour},
    }  # fmt: skip
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return assess(load_city(read_study(path)))


def test_four_towns_of_pudong_are_screened_without_a_network(pudong_towns):
    near, far = (screened(*pudong_towns, detour) for detour in (1.0, 1.3))
    assert near.warnings[0].name == far.warnings[0].name == "screening-mode"
    assert len(far.city.subdistricts) == 4
    assert len(far.city.cells) > 400
    assert set(far.city.type_ids) == set(pudong_towns[1])
    assert not (far.cell_reach.covered & ~near.cell_reach.covered).any()
    share = far.cell_reach.covered.mean(axis=0)
    assert 0 < share.min() < share.max() < 1
