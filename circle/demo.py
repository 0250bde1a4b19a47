"""The fictional demo district, any size, from a seed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from circle.demo_blocks import draw_blocks
from circle.demo_borders import draw_borders
from circle.demo_candidates import add_more_types, list_candidates
from circle.demo_capacity import add_capacity, build_eras
from circle.demo_committees import Committees, found_committees
from circle.demo_drawing import Drawing
from circle.demo_facilities import Setting, take_inventory
from circle.demo_files import (
    centre_m,
    to_degrees,
    write_areas,
    write_csv,
    write_streets,
    write_study,
    write_workbook,
)
from circle.demo_ground import Floats
from circle.demo_land import Land, make_land
from circle.demo_lattice import block_of_cells, make_lattice
from circle.demo_more import add_more
from circle.demo_names import FIRST, SECOND, make_pairs, name_subdistricts
from circle.demo_people import People, settle_people
from circle.demo_places import sample_places
from circle.demo_readme import write_readme
from circle.demo_roads import draw_footbridges, draw_roads
from circle.demo_scale import DemoScale, read_size
from circle.demo_uses import Use, choose_uses, share_villages
from circle.demo_waters import (
    draw_expressways,
    draw_island,
    draw_river_paths,
    draw_waters,
)
from circle.errors import ConfigError, OutputError
from circle.problems import os_reason, problem_of
from circle.whole_files import passing_folder

AREA_CLASSES = ("城市化地区", "城镇化地区", "远郊地区")
FACILITY_COLUMNS = [
    "设施编号",
    "设施名称",
    "设施类型",
    "所属街镇",
    "地址",
    "经度",
    "纬度",
    "状态",
    "建筑面积",
    "启用日期",
    "建筑编号",
    "容量",
    "容量单位",
    "工作人员",
]
CANDIDATE_COLUMNS = [
    "候选点编号",
    "名称",
    "供给方式",
    "建筑面积",
    "造价_万元",
    "可设类型",
    "街镇编号",
    "经度",
    "纬度",
    "最早年份",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DemoCounts:
    """
    What a demo district holds.

    Attributes
    ----------
    n_cells
        Population cells of one hectare.
    n_people
        People.
    n_subdistricts
        Subdistricts.
    n_residents
        Residents' committees.
    n_villages
        Villagers' committees.
    n_facilities
        Rows of the inventory.
    n_candidates
        Candidate sites.
    n_nodes
        Nodes of the street file.
    n_ways
        Ways of the street file.
    """

    n_cells: int
    n_people: int
    n_subdistricts: int
    n_residents: int
    n_villages: int
    n_facilities: int
    n_candidates: int
    n_nodes: int
    n_ways: int


@dataclass(frozen=True)
class _District:
    """All parts of one district, ready to be written."""

    land: Land
    drawing: Drawing
    people: People
    committees: Committees
    names: list[str]
    facilities: pd.DataFrame
    candidates: pd.DataFrame


def make_demo(
    folder: Path,
    *,
    size: str | float = 1,
    seed: int = 2026,
    on_stage: Callable[[str], None] = lambda _: None,
) -> DemoCounts:
    """
    Make the files of a fictional district, and a study that assesses it.

    The same size and seed give the same bytes of every file. The files are written to a
    temporary folder beside `folder` and moved one by one.

    Parameters
    ----------
    folder
        Where the files go; made if it does not exist.
    size
        A number from 0.05 to 30, where 1 means about 121 km² and 700,000 people, or
        the word ``pudong`` for a district with the counts of Pudong.
    seed
        A whole number of at least 0 from which all chance follows.
    on_stage
        Called with the name of each stage as it begins: ``draw``, ``files``.

    Returns
    -------
    counts
        What the district holds.

    Raises
    ------
    ConfigError
        If `size` or `seed` cannot be used.
    OutputError
        If the files cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     make_demo(Path(folder) / "demo", size=0.1).n_cells
    1210
    """
    scale = read_size(size)
    if seed < 0:
        raise ConfigError(problem_of("demo", "demo-seed", seed=str(seed)))
    on_stage("draw")
    district = _make_district(scale, seed)
    on_stage("files")
    counts = _count(district)
    try:
        with passing_folder(folder) as fresh:
            _write_all(fresh, district)
            write_readme(fresh / "README.md", vars(counts), size=scale.size, seed=seed)
            folder.mkdir(exist_ok=True)
            for path in sorted(fresh.iterdir()):
                path.replace(folder / path.name)
    except OSError as error:
        problem = problem_of(folder, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error
    logger.info("Demo district in %s: %s", folder, counts)
    return counts


def _make_district(scale: DemoScale, seed: int) -> _District:
    """Make all parts; each has its own stream of chance, so that parts stay apart."""
    chance = [np.random.default_rng([seed, k]) for k in range(15)]
    land = make_land(scale, chance[0])
    lattice, blocks = make_lattice(land, chance[1])
    per_subdistrict = share_villages(land, scale.n_villages)
    uses, sites = choose_uses(land, blocks, n_villages=per_subdistrict, rng=chance[2])
    drawing = Drawing()
    pairs = make_pairs(FIRST, SECOND, chance[3])
    roads = draw_roads(drawing, land, lattice=lattice, pairs=pairs, rng=chance[4])
    draw_blocks(drawing, lattice, blocks=blocks, uses=uses, roads=roads, rng=chance[5])
    draw_footbridges(drawing, land, lattice, roads=roads, rng=chance[6])
    draw_waters(drawing, land)
    draw_river_paths(drawing, land, roads.abutments)
    draw_expressways(drawing, land, lattice, roads=roads)
    island = draw_island(drawing, land, lattice, roads=roads)
    people = settle_people(
        land,
        blocks,
        of_cell=block_of_cells(land, lattice, blocks),
        uses=uses,
        n_people=scale.n_people,
        rng=chance[7],
    )
    streets = sample_places(drawing, land)
    committees = found_committees(
        land,
        people,
        villages=np.vstack([blocks.centre[sites], island]),
        streets=streets,
        scale=scale,
        rng=chance[8],
    )
    names = name_subdistricts(land.area_class.tolist(), chance[9])
    setting = Setting(land, streets, committees, names)
    yard = blocks.centre[np.argmax(uses == Use.YARD)]
    facilities = _all_facilities(setting, drawing, scale, yard=yard, chance=chance)
    bare = list_candidates(setting, scale.n_candidates, rng=chance[11])
    candidates = add_more_types(bare, rng=chance[14])
    return _District(land, drawing, people, committees, names, facilities, candidates)


def _all_facilities(
    setting: Setting,
    drawing: Drawing,
    scale: DemoScale,
    *,
    yard: Floats,
    chance: list[np.random.Generator],
) -> pd.DataFrame:
    """Place the facilities of all standards, with their capacities."""
    factor = scale.facility_factor
    first = take_inventory(setting, drawing, factor=factor, yard=yard, rng=chance[10])
    every = add_more(setting, first, factor=factor, rng=chance[12])
    return add_capacity(every, rng=chance[13])


def _write_all(folder: Path, district: _District) -> None:
    """Write every file but the read-me."""
    codes = [f"L{k + 1:02d}" for k in range(len(district.names))]
    properties = [
        {"街镇编号": code, "街镇名称": name, "地区类型": AREA_CLASSES[one]}
        for code, name, one in zip(
            codes, district.names, district.land.area_class, strict=True
        )
    ]
    areas = draw_borders(district.land)
    write_areas(folder / "subdistricts.geojson", areas, properties)
    write_csv(folder / "committees.csv", _committee_table(district, codes))
    write_csv(folder / "population.csv", _population_table(district.people))
    facilities = _placed(district.facilities)[FACILITY_COLUMNS]
    write_csv(folder / "facilities.csv", facilities)
    write_workbook(folder / "facilities.xlsx", facilities, sheet="设施")
    candidates = _placed(district.candidates)
    candidates["街镇编号"] = [codes[one] for one in candidates["subdistrict"]]
    write_csv(folder / "candidates.csv", candidates[CANDIDATE_COLUMNS])
    write_streets(folder / "streets.osm.pbf", district.drawing)
    write_study(folder / "study.yaml")


def _placed(table: pd.DataFrame) -> pd.DataFrame:
    """Add longitude and latitude to a table with places in metres."""
    degrees = to_degrees(table[["x_m", "y_m"]].to_numpy())
    return table.assign(经度=degrees[:, 0], 纬度=degrees[:, 1])


def _committee_table(district: _District, codes: list[str]) -> pd.DataFrame:
    """Write the committees as a table."""
    committees = district.committees
    degrees = to_degrees(committees.xy)
    ending = {False: "居委会", True: "村委会"}
    return pd.DataFrame(
        {
            "编号": committees.code,
            "名称": [
                name + ending[bool(one)]
                for name, one in zip(committees.name, committees.village, strict=True)
            ],
            "类别": np.where(committees.village, "村委", "居委"),
            "街镇编号": [codes[one] for one in committees.subdistrict],
            "经度": degrees[:, 0],
            "纬度": degrees[:, 1],
            "户数": committees.households,
            "住区类别": build_eras(committees),
        }
    )


def _population_table(people: People) -> pd.DataFrame:
    """Write the cells as a table."""
    centre = centre_m()
    return pd.DataFrame(
        {
            "网格编号": [f"G{k + 1:06d}" for k in range(len(people.x))],
            "x": (people.x + centre[0]).astype(np.int64),
            "y": (people.y + centre[1]).astype(np.int64),
            "人口": people.total,
            "人口_0_14": people.bands[:, 0],
            "人口_15_59": people.bands[:, 1],
            "人口_60以上": people.bands[:, 2],
        }
    )


def _count(district: _District) -> DemoCounts:
    """Count what the district holds."""
    n_villages = int(district.committees.village.sum())
    return DemoCounts(
        n_cells=len(district.people.x),
        n_people=int(district.people.total.sum()),
        n_subdistricts=len(district.names),
        n_residents=len(district.committees.code) - n_villages,
        n_villages=n_villages,
        n_facilities=len(district.facilities),
        n_candidates=len(district.candidates),
        n_nodes=len(district.drawing.xy),
        n_ways=len(district.drawing.ways),
    )
