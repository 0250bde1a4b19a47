"""
The same inventory out of every format and system gives the same assessment.

What a run counts it takes from the tables of a city. So it is shown that each of the
96 ways in which the facilities and the committees may be written leaves every byte of
these tables as it is; and for some ways, that the tables of the whole assessment are
the same to the byte. ``make attack`` makes the whole assessment in all 96 ways.
"""

import os

import pytest
import shapely
import yaml
from inventory_files import LAYER_FORMATS, TABLE_FORMATS, write_inventory

from circle.areas import read_committees, read_subdistricts
from circle.assessment import assess
from circle.city import load_city
from circle.contracts import COMMITTEES
from circle.csv_tables import write_csv_twins
from circle.declared import from_metric, parse_declared
from circle.demo import make_demo
from circle.facilities import read_facilities
from circle.profile_reading import read_profile
from circle.study import read_study

SYSTEMS = ("EPSG:4326", "EPSG:4490", "EPSG:4550", "CGCS2000 zone 41", "GCJ-02", "BD-09")
FORMATS = (*TABLE_FORMATS, *LAYER_FORMATS)
HEADERS = {
    "facility_id": "设施编号",
    "name": "设施名称",
    "type_id": "设施类型",
    "status": "状态",
    "opened": "启用日期",
    "address": "地址",
    "floor_area_m2": "建筑面积",
    "building_id": "建筑编号",
    "subdistrict": "所属街镇",
}
# A text, a spreadsheet and a layer; in degrees, in metres and in an offset system.
PAIRS = [("gbk.csv", "BD-09"), ("some.xls", "EPSG:4490"), ("gbk.shp", "EPSG:4550")]
if "CIRCLE_ATTACK_SECONDS" in os.environ:
    PAIRS = [(name, system) for name in FORMATS for system in SYSTEMS]


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A small demo district with two facilities not placed, and its inventory."""
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder, size=0.1)
    study = read_study(folder / "study.yaml")
    profile = read_profile(study.profile)
    crs = parse_declared(study.crs, where="").crs
    frame = read_facilities(study, profile=profile, crs=crs)
    frame.loc[[5, 50], "geometry"] = None
    study = put(folder, frame, "utf8.csv", "EPSG:4550")
    return folder, read_facilities(study, profile=profile, crs=crs)


@pytest.fixture(scope="module")
def assessed(district):
    """The tables of the assessment of that district."""
    folder, frame = district
    return tables(put(folder, frame, "utf8.csv", "EPSG:4550"))


def put(folder, frame, name, system):
    """Write the inventory to a file in a system; give the study that reads it."""
    target = write_once(folder, frame, HEADERS, name=name, system=system)
    kind = {"kind": "table"}
    return with_input(folder, "facilities", kind, path=target, system=system)


def write_once(folder, frame, headers, *, name, system):
    """Write a table to a file of its own for each format and system."""
    declared = parse_declared(system, where="")
    places = shapely.get_coordinates(
        [one or shapely.Point(0, 0) for one in frame.geometry]
    )
    x, y = from_metric(*places.T, declared=declared, source=frame.crs)
    table = frame[list(headers)].rename(columns=headers)
    digits = 9 if declared.crs.is_geographic else 4
    table["x"], table["y"] = x.round(digits), y.round(digits)
    table.loc[frame.geometry.isna(), ["x", "y"]] = None
    target = folder / system.replace(":", "").replace(" ", "") / name
    target.parent.mkdir(exist_ok=True, parents=True)
    if not target.exists():
        write_inventory(table, target, crs=declared.crs)
    return target


def with_input(folder, section, content, *, path, system):
    """Give the study that reads a section from a file."""
    study = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    own = {"path": path.relative_to(folder).as_posix(), "crs": system}
    study[section] = {**content, **own}
    target = folder / "again.yaml"
    target.write_text(yaml.safe_dump(study, allow_unicode=True), "utf-8")
    return read_study(target)


def tables(study):
    """The bytes of every table of the assessment."""
    folder = study.folder / "tables"
    paths = write_csv_twins(assess(load_city(study)), folder)
    return {one.name: one.read_bytes() for one in paths}


@pytest.fixture(scope="module")
def offices(district):
    """The committees as read, and their subdistricts."""
    folder, facilities = district
    study = read_study(folder / "study.yaml")
    areas = read_subdistricts(study, crs=facilities.crs)
    return read_committees(study, crs=facilities.crs, subdistricts=areas), areas


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", FORMATS)
def test_each_way_gives_the_tables_of_the_city_to_the_byte(
    district, offices, name, system
):
    folder, facilities = district
    study = put(folder, facilities, name, system)
    profile = read_profile(study.profile)
    found = read_facilities(study, profile=profile, crs=facilities.crs)
    assert found.geometry.isna().sum() == 2
    assert table_bytes(found) == table_bytes(facilities)
    committees, areas = offices
    study = put_committees(folder, committees, name, system)
    found = read_committees(study, crs=facilities.crs, subdistricts=areas)
    assert table_bytes(found) == table_bytes(committees)


def put_committees(folder, frame, name, system):
    """Write the committees to a file in a system; give the study that reads it."""
    columns = [one for one in frame.columns if one != "geometry"]
    names = {one: COMMITTEES.column(one).zh for one in columns}
    target = write_once(folder / "committees", frame, names, name=name, system=system)
    return with_input(folder, "committees", {}, path=target, system=system)


def table_bytes(frame):
    """Every value, type and place of a table, as bytes."""
    table = frame.drop(columns="geometry")
    texts = [f"{one} {kind}" for one, kind in table.dtypes.items()]
    values = table.astype(object).where(table.notna(), None).to_csv(index=True)
    places = [b"" if one is None else one.wkb for one in frame.geometry]
    return "\n".join([*texts, values]).encode() + b"|".join(places)


@pytest.mark.parametrize(("name", "system"), PAIRS)
def test_the_assessment_is_the_same_to_the_byte(
    district, offices, assessed, name, system
):
    folder, frame = district
    study = put(folder, frame, name, system)
    committees = put_committees(folder, offices[0], name, system).committees
    both = study.model_copy(update={"committees": committees})
    assert tables(both) == assessed


def test_another_inventory_gives_another_assessment(district, assessed):
    folder, frame = district
    fewer = frame.drop(index=frame.index[0])
    study = put(folder / ".", fewer, "some.xlsx", "EPSG:4549")
    assert tables(study) != assessed
