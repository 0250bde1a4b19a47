"""The same inventory out of every format and system gives the same assessment."""

import pytest
import shapely
import yaml
from inventory_files import LAYER_FORMATS, TABLE_FORMATS, write_inventory

from circle.assessment import assess
from circle.city import load_city
from circle.csv_tables import write_csv_twins
from circle.declared import from_metric, parse_declared
from circle.demo import make_demo
from circle.facilities import read_facilities
from circle.profile import read_profile
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
# Each format and each system once.
PAIRS = [(one, SYSTEMS[n % len(SYSTEMS)]) for n, one in enumerate(FORMATS)]


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A small demo district with two facilities not placed, and its tables."""
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder, size=0.1)
    study = read_study(folder / "study.yaml")
    profile = read_profile(study.profile)
    crs = parse_declared(study.crs, where="").crs
    frame = read_facilities(study, profile=profile, crs=crs)
    frame.loc[[5, 50], "geometry"] = None
    study = put(folder, frame, "utf8.csv", "EPSG:4550")
    return folder, read_facilities(study, profile=profile, crs=crs), tables(study)


def put(folder, frame, name, system):
    """Write the inventory to a file in a system; give the study that reads it."""
    declared = parse_declared(system, where="")
    places = shapely.get_coordinates(
        [one or shapely.Point(0, 0) for one in frame.geometry]
    )
    x, y = from_metric(*places.T, declared=declared, source=frame.crs)
    table = frame[list(HEADERS)].rename(columns=HEADERS)
    digits = 9 if declared.crs.is_geographic else 4
    table["x"], table["y"] = x.round(digits), y.round(digits)
    table.loc[frame.geometry.isna(), ["x", "y"]] = None
    target = folder / system.replace(":", "").replace(" ", "") / name
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        write_inventory(table, target, crs=declared.crs)
    content = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    path = target.relative_to(folder).as_posix()
    content["facilities"] = {"kind": "table", "path": path, "crs": system}
    study = folder / "again.yaml"
    study.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return read_study(study)


def tables(study):
    """The bytes of every table of the assessment."""
    folder = study.folder / "tables"
    paths = write_csv_twins(assess(load_city(study)), folder)
    return {one.name: one.read_bytes() for one in paths}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_in_every_system_reads_the_same(district, name, system):
    folder, expected, _ = district
    study = put(folder, expected, name, system)
    profile = read_profile(study.profile)
    found = read_facilities(study, profile=profile, crs=expected.crs)
    assert found.geometry.isna().sum() == 2
    assert (
        found.geometry.geom_equals_exact(expected.geometry, 0).sum() == len(found) - 2
    )
    for column in HEADERS:
        known = expected[column].notna()
        assert (found[column].notna() == known).all(), column
        assert (found.loc[known, column] == expected.loc[known, column]).all(), column


@pytest.mark.parametrize(("name", "system"), PAIRS[::3])
def test_the_assessment_is_the_same_to_the_byte(district, name, system):
    folder, frame, expected = district
    assert tables(put(folder, frame, name, system)) == expected


def test_another_inventory_gives_another_assessment(district):
    folder, frame, expected = district
    fewer = frame.drop(index=frame.index[0])
    study = put(folder / ".", fewer, "some.xlsx", "EPSG:4549")
    assert tables(study) != expected
