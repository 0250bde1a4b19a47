"""The demo district: counts, geometry, streets and the promise of equal bytes."""

import functools
import os
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from circle.demo import make_demo
from circle.demo_drawing import Drawing
from circle.demo_files import write_streets
from circle.demo_types import MORE_TYPES, TYPES
from circle.errors import ConfigError, OutputError

REAL_NAMES = (
    *("浦东", "南汇", "潍坊", "陆家嘴", "周家渡", "塘桥", "上钢", "南码头"),
    *("沪东", "金杨", "洋泾", "浦兴", "东明", "花木", "川沙", "高桥"),
    *("北蔡", "合庆", "唐镇", "曹路", "金桥", "高行", "高东", "张江"),
    *("三林", "惠南", "周浦", "新场", "大团", "康桥", "航头", "祝桥"),
    *("泥城", "宣桥", "书院", "万祥", "老港"),
)
METRIC = 4550


@dataclass(frozen=True)
class Osm:
    xy: np.ndarray
    node_tags: dict[int, dict[str, str]]
    ways: list[tuple[list[int], dict[str, str]]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "small"
    make_demo(folder, size=0.1)
    return folder


@pytest.fixture(scope="session")
def osm(demo: Path) -> Osm:
    return read_osm(demo / "streets.osm.pbf")


@pytest.fixture(scope="session")
def areas(demo: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(demo / "subdistricts.geojson").to_crs(METRIC)


def read_osm(path: Path) -> Osm:
    places, node_tags, ways = [], {}, []
    for one in osmium.FileProcessor(str(path)):
        if one.is_node():
            assert one.id == len(places) + 1
            assert one.version == 1
            places.append((one.lon, one.lat))
            if len(one.tags):
                node_tags[one.id - 1] = dict(one.tags)
        elif one.is_way():
            ways.append(([node.ref - 1 for node in one.nodes], dict(one.tags)))
    return Osm(
        np.column_stack(to_metres().transform(*np.array(places).T)), node_tags, ways
    )


@functools.cache
def to_metres() -> Transformer:
    """Prepare the conversion, which takes longer than to convert."""
    return Transformer.from_crs(4326, METRIC, always_xy=True)


def metres(table: pd.DataFrame) -> np.ndarray:
    return np.column_stack(to_metres().transform(table["经度"], table["纬度"]))


def located(table: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    points = gpd.points_from_xy(*metres(table).T, crs=METRIC)
    return gpd.GeoDataFrame(table, geometry=points).sjoin(areas, predicate="within")


def walked(osm: Osm) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts, stops = [], []
    for nodes, tags in osm.ways:
        road = tags.get("highway", "motorway")
        if not road.startswith("motorway") or tags.get("route") == "ferry":
            starts += nodes[:-1]
            stops += nodes[1:]
    a, b = np.array(starts), np.array(stops)
    return a, b, np.hypot(*(osm.xy[a] - osm.xy[b]).T)


def components(osm: Osm) -> tuple[np.ndarray, np.ndarray]:
    a, b, length = walked(osm)
    shape = (len(osm.xy), len(osm.xy))
    graph = coo_array((np.ones(len(a)), (a, b)), shape=shape)
    part = connected_components(graph, directed=False)[1]
    return part, np.bincount(part[a], length)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_same_seed_same_bytes(demo: Path, tmp_path: Path):
    make_demo(tmp_path / "again", size="0.10")
    assert bytes_of(demo) == bytes_of(tmp_path / "again")


def test_other_seed_other_bytes(demo: Path, tmp_path: Path):
    make_demo(tmp_path / "other", size=0.1, seed=7)
    first, other = bytes_of(demo), bytes_of(tmp_path / "other")
    assert first.keys() == other.keys()
    same = {name for name in first if first[name] == other[name]}
    assert same == {"study.yaml"}


def test_files_and_counts(demo: Path, tmp_path: Path):
    counts = make_demo(tmp_path / "counted", size=0.1)
    assert counts.n_cells == len(pd.read_csv(demo / "population.csv")) == 1_210
    assert counts.n_people == 70_000
    assert (counts.n_residents, counts.n_villages) == (15, 6)
    assert counts.n_candidates == len(pd.read_csv(demo / "candidates.csv")) == 12
    assert {path.name for path in demo.iterdir()} == {
        "README.md",
        "candidates.csv",
        "committees.csv",
        "facilities.csv",
        "facilities.xlsx",
        "population.csv",
        "streets.osm.pbf",
        "study.yaml",
        "subdistricts.geojson",
    }


def test_nothing_is_left_beside_the_folder(demo: Path):
    assert [path.name for path in demo.parent.iterdir()] == [demo.name]


@pytest.mark.parametrize("size", ["big", "", 0, -1, 0.01, 31, "nan", "inf"])
def test_bad_size_is_refused(tmp_path: Path, size: str | float):
    with pytest.raises(ConfigError, match="expected a number from"):
        make_demo(tmp_path / "none", size=size)
    assert not list(tmp_path.iterdir())


def test_negative_seed_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="expected 0 or more"):
        make_demo(tmp_path / "none", size=0.1, seed=-1)


def test_unwritable_folder_is_named(tmp_path: Path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(OutputError, match="taken"):
        make_demo(tmp_path / "taken", size=0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_people_add_up(demo: Path):
    cells = pd.read_csv(demo / "population.csv", encoding="utf-8-sig")
    bands = cells[["人口_0_14", "人口_15_59", "人口_60以上"]]
    assert (bands >= 0).all().all()
    assert (bands.sum(axis=1) == cells["人口"]).all()
    assert cells["人口"].sum() == 70_000
    assert (cells["人口"] == 0).any()
    assert (cells[["x", "y"]] % 100 == 50).all().all()
    assert not cells.duplicated(["x", "y"]).any()


def test_subdistricts_tile_the_cells(demo: Path, areas: gpd.GeoDataFrame):
    cells = pd.read_csv(demo / "population.csv")
    assert areas.is_valid.all()
    whole = shapely.union_all(areas.geometry.to_numpy())
    assert areas.area.sum() == pytest.approx(whole.area, abs=1)
    # corners are cut at half a cell, so a hectare here and there is short
    assert whole.area == pytest.approx(len(cells) * 1e4, rel=2e-3)
    points = gpd.points_from_xy(cells["x"], cells["y"], crs=METRIC)
    homes = gpd.GeoDataFrame(cells, geometry=points).sjoin(areas, predicate="within")
    assert len(homes) == len(cells)
    assert set(areas["地区类型"]) == {"城市化地区", "城镇化地区", "远郊地区"}


def test_committees_lie_in_their_subdistrict(demo: Path, areas: gpd.GeoDataFrame):
    committees = pd.read_csv(demo / "committees.csv", dtype={"编号": str})
    assert committees["编号"].is_unique
    assert committees["编号"].str.fullmatch(r"999\d{9}").all()
    assert committees["名称"].is_unique
    assert (committees["户数"] > 0).all()
    homes = located(committees, areas)
    assert (homes["街镇编号_left"] == homes["街镇编号_right"]).all()
    assert len(homes) == len(committees)
    village = committees["类别"] == "村委"
    assert committees.loc[village, "名称"].str.endswith("村委会").all()
    urban = areas.loc[areas["地区类型"] == "城市化地区", "街镇编号"]
    assert not committees.loc[village, "街镇编号"].isin(urban).any()


def test_offices_stand_beside_streets(demo: Path, osm: Osm):
    a, b, _ = walked(osm)
    lines = shapely.STRtree(shapely.linestrings(np.stack([osm.xy[a], osm.xy[b]], 1)))
    for name in ("committees.csv", "candidates.csv", "facilities.csv"):
        points = shapely.points(metres(pd.read_csv(demo / name)))
        away = lines.query_nearest(points, return_distance=True, all_matches=False)[1]
        assert (away > 4).mean() > 0.95
        assert (away > 60).sum() <= 3


def test_three_facilities_cannot_be_reached(demo: Path, osm: Osm):
    part, length = components(osm)
    a, b, _ = walked(osm)
    main = part[a] == np.argmax(length)
    lines = shapely.linestrings(np.stack([osm.xy[a[main]], osm.xy[b[main]]], 1))
    points = shapely.points(metres(pd.read_csv(demo / "facilities.csv")))
    tree = shapely.STRtree(lines)
    away = tree.query_nearest(points, return_distance=True, all_matches=False)[1]
    assert 2 <= (away > 200).sum() <= 3


def test_streets_have_real_tags(osm: Osm):
    roads = [tags for _, tags in osm.ways]
    kinds = {tags["highway"] for tags in roads if "highway" in tags}
    assert kinds >= {
        "motorway",
        "motorway_link",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "service",
        "footway",
        "steps",
        "track",
    }
    assert sum(tags.get("waterway") == "river" for tags in roads) >= 1
    assert sum(tags.get("natural") == "water" for tags in roads) >= 2
    assert sum(tags.get("barrier") == "wall" for tags in roads) >= 5
    motorways = [tags for tags in roads if tags.get("highway") == "motorway"]
    assert all(tags["oneway"] == "yes" for tags in motorways)
    ferries = [tags for tags in roads if tags.get("route") == "ferry"]
    assert [(one["duration"], one["foot"]) for one in ferries] == [("00:08", "yes")]
    assert any(
        tags.get("oneway") == "yes" and tags["highway"] == "residential"
        for tags in roads
        if "highway" in tags
    )
    gates = [one for one in osm.node_tags.values() if one.get("barrier") == "gate"]
    assert any(one.get("access") == "no" for one in gates)
    assert sum(one.get("access") != "no" for one in gates) >= 5
    signals = [one for one in osm.node_tags.values() if "highway" in one]
    assert any(one["highway"] == "traffic_signals" for one in signals)


def test_water_is_crossed_only_on_bridges(osm: Osm):
    water = shapely.union_all(
        [
            shapely.Polygon(osm.xy[nodes])
            for nodes, tags in osm.ways
            if tags.get("natural") == "water"
        ]
    )
    crossing = [
        tags
        for nodes, tags in osm.ways
        if "highway" in tags and shapely.LineString(osm.xy[nodes]).crosses(water)
    ]
    assert len(crossing) >= 3
    assert all(tags.get("bridge") == "yes" for tags in crossing)


def test_expressway_is_crossed_only_on_bridges_and_in_tunnels(osm: Osm):
    def lines(kind: str) -> list[shapely.LineString]:
        return [
            shapely.LineString(osm.xy[nodes])
            for nodes, tags in osm.ways
            if tags.get("highway") == kind
        ]

    motorway = shapely.union_all(lines("motorway"))
    crossing = [
        tags
        for nodes, tags in osm.ways
        if tags.get("highway", "motorway") not in {"motorway", "motorway_link"}
        and shapely.LineString(osm.xy[nodes]).crosses(motorway)
    ]
    assert len(crossing) >= 2
    assert all("bridge" in tags or "tunnel" in tags for tags in crossing)


def test_streets_hang_together(osm: Osm):
    _, length = components(osm)
    assert length.max() / length.sum() > 0.98
    assert 2 <= (length > 0).sum() <= 4


def test_island_needs_the_ferry(osm: Osm):
    dry = Osm(
        osm.xy,
        osm.node_tags,
        [way for way in osm.ways if way[1].get("route") != "ferry"],
    )
    with_ferry, without = components(osm)[1], components(dry)[1]
    assert (without > 0).sum() == (with_ferry > 0).sum() + 1


def test_capacities_are_given_and_some_are_not_known(demo: Path):
    inventory = pd.read_csv(demo / "facilities.csv", encoding="utf-8-sig")
    homes = inventory[inventory["设施类型"] == "养老院"]
    assert (homes["容量单位"].dropna() == "床位").all()
    assert (homes["容量"].dropna() >= 1).all()
    assert inventory.loc[inventory["容量单位"].isna(), "容量"].isna().all()
    stations = inventory["设施类型"] == "社区卫生服务站（村卫生室）"
    assert inventory.loc[stations, "工作人员"].notna().any()
    assert (
        inventory.loc[~inventory["设施类型"].str.contains("医|卫生|门诊"), "工作人员"]
        .isna()
        .all()
    )
    eras = pd.read_csv(demo / "committees.csv")["住区类别"]
    assert set(eras) == {"新建", "老旧"}


def test_all_types_and_some_not_open(demo: Path, areas: gpd.GeoDataFrame):
    inventory = pd.read_csv(demo / "facilities.csv", encoding="utf-8-sig")
    every = [kind.name for kind in (*TYPES.values(), *MORE_TYPES.values())]
    assert set(inventory["设施类型"]) == set(every)
    assert len(TYPES) == 21
    # Those of the first standard come first: the others were added below them.
    first = inventory["设施类型"].isin(every[:21])
    assert first.is_monotonic_decreasing
    assert inventory["设施编号"].is_unique
    assert inventory["设施名称"].is_unique
    assert set(inventory["状态"]) > {"开放", "规划"}
    opened = inventory[inventory["状态"] == "开放"]
    assert set(opened["设施类型"]) == set(inventory["设施类型"])
    homes = located(inventory, areas)
    assert (homes["所属街镇"] == homes["街镇名称"]).all()


def test_complexes_share_a_roof(demo: Path):
    inventory = pd.read_csv(demo / "facilities.csv", encoding="utf-8-sig")
    roofs = inventory.dropna(subset="建筑编号").groupby("建筑编号")
    assert len(roofs) >= 1
    assert roofs.size().between(3, 6).all()
    assert all(
        len(one[["经度", "纬度", "地址"]].drop_duplicates()) == 1 for _, one in roofs
    )
    assert (roofs["设施类型"].nunique() == roofs.size()).all()


def test_whole_neighbourhoods_lack_facilities(demo: Path):
    inventory = pd.read_csv(demo / "facilities.csv", encoding="utf-8-sig")
    committees = pd.read_csv(demo / "committees.csv")
    opened = inventory[inventory["状态"] == "开放"]
    near, places = np.zeros(len(committees), dtype=int), metres(committees)
    for kind in TYPES.values():
        own = opened[opened["设施类型"] == kind.name]
        away = cKDTree(metres(own)).query(places)[0]
        near += away < 700
    # of 21 types: some places lack most, others have most
    assert near.min() <= 5
    assert near.max() >= 12


def test_workbook_equals_csv(demo: Path):
    plain = pd.read_csv(demo / "facilities.csv", encoding="utf-8-sig", dtype=object)
    book = pd.read_excel(demo / "facilities.xlsx", sheet_name=None, engine="calamine")
    assert list(book) == ["设施"]
    sheet = book["设施"]
    assert list(sheet.columns) == list(plain.columns)
    numbers = ("经度", "纬度", "建筑面积", "容量", "工作人员")
    for name in numbers:
        np.testing.assert_array_equal(sheet[name], plain[name].astype(float))
    words = [name for name in plain if name not in numbers]
    for name in words:
        left = sheet[name].fillna("").astype(str)
        assert list(left) == list(plain[name].fillna(""))


def test_candidates_fit_their_route(demo: Path, areas: gpd.GeoDataFrame):
    table = pd.read_csv(demo / "candidates.csv", encoding="utf-8-sig")
    level = {kind.name: kind.level for kind in TYPES.values()}
    small = table["供给方式"] != "规划建设"
    levels = table["可设类型"].map(
        lambda one: {level[kind] for kind in one.split("、") if kind in level}
    )
    assert (levels[small] == {"committee"}).all()
    assert levels[~small].map(lambda one: "community" in one).all()
    assert (table["造价_万元"] > 0).all()
    assert (table["建筑面积"] > 0).all()
    assert table["最早年份"].between(2026, 2030).all()
    homes = located(table, areas)
    assert (homes["街镇编号_left"] == homes["街镇编号_right"]).all()


def test_candidates_offer_types_of_other_standards_that_fit(demo: Path):
    table = pd.read_csv(demo / "candidates.csv", encoding="utf-8-sig")
    least = {kind.name: kind.floor_m2[0] for kind in MORE_TYPES.values()}
    offered = table.assign(kind=table["可设类型"].str.split("、")).explode("kind")
    more = offered[offered["kind"].isin(least)]
    assert (more["建筑面积"] >= more["kind"].map(least)).all()
    assert len(more) > len(table)
    open_air = more["kind"].isin({"公交站", "公园绿地"})
    assert set(more.loc[open_air, "供给方式"]) <= {"规划建设"}


def test_names_are_plainly_fictional(demo: Path):
    for name in ("committees.csv", "facilities.csv", "candidates.csv"):
        text = (demo / name).read_text(encoding="utf-8-sig")
        assert [real for real in REAL_NAMES if real in text] == []
    assert "虚构" in (demo / "README.md").read_text(encoding="utf-8")
    assert "虚构" in (demo / "study.yaml").read_text(encoding="utf-8")
    areas = gpd.read_file(demo / "subdistricts.geojson")
    assert areas["街镇名称"].is_unique
    assert not areas["街镇名称"].isin(REAL_NAMES).any()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("n_nodes", [2, 100_000])
def test_streets_on_a_full_disk_end_in_an_error_and_not_in_the_process(n_nodes):
    drawing = Drawing(xy=[(500_000.0 + i, 3_400_000.0) for i in range(n_nodes)])
    with pytest.raises(OSError, match=r"to writer|No space left") as caught:
        write_streets(Path("/dev/full"), drawing)
    assert caught.value.filename == "/dev/full"


@pytest.mark.slow
@pytest.mark.skipif(
    "CIRCLE_ATTACK_SECONDS" not in os.environ, reason="long: make attack runs it"
)
def test_pudong_has_the_counts_of_pudong(tmp_path: Path):
    counts = make_demo(tmp_path / "pudong", size="pudong")
    assert (counts.n_cells, counts.n_people) == (121_000, 5_681_512)
    assert (counts.n_residents, counts.n_villages) == (910, 365)
    inventory = pd.read_csv(tmp_path / "pudong" / "facilities.csv")
    assert counts.n_facilities == len(inventory)
    names = [kind.name for kind in TYPES.values()]
    assert 4_900 <= inventory["设施类型"].isin(names).sum() <= 5_100
    assert 900 <= counts.n_candidates <= 1_100
    areas = gpd.read_file(tmp_path / "pudong" / "subdistricts.geojson")
    assert areas.is_valid.all()
    kinds = areas["地区类型"].value_counts().to_dict()
    assert kinds == {"城市化地区": 12, "城镇化地区": 16, "远郊地区": 8}
    cells = pd.read_csv(tmp_path / "pudong" / "population.csv")
    assert cells["人口"].sum() == 5_681_512
    _, length = components(read_osm(tmp_path / "pudong" / "streets.osm.pbf"))
    assert length.max() / length.sum() > 0.98
