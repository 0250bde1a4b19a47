"""A whole run on population rasters and control totals, from study to record."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from population_toy import DEMO, demo_people, demo_raster, demo_subdistricts, study_with
from pydantic import TypeAdapter

from circle.assessment import assess
from circle.city import load_city
from circle.csv_tables import write_csv_twins
from circle.errors import ConfigError
from circle.input_settings import Buildings
from circle.population_balance import POPULATION_BALANCE
from circle.record import run_record
from circle.sheet_cover import cover_rows
from circle.study import (
    ControlledPopulation,
    ControlTotals,
    RasterPopulation,
    read_study,
)
from circle.tables import check_table

BANDS = {
    "age_0_14": "人口_0_14",
    "age_15_59": "人口_15_59",
    "age_60_plus": "人口_60以上",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The demo district with rasters in the place of its population table."""
    folder = tmp_path_factory.mktemp("rasters") / "demo"
    shutil.copytree(DEMO, folder)
    grid = {"crs": "EPSG:4326", "step": 3 / 3600}
    demo_raster(folder / "people.tif", **grid)
    for band, column in BANDS.items():
        demo_raster(folder / f"{band}.tif", column=column, **grid)
    ids = sorted(demo_subdistricts()["subdistrict_id"])
    totals = {"街镇编号": ids[:-1], "人口": [50_000 + n for n in range(len(ids) - 1)]}
    pd.DataFrame(totals).to_csv(folder / "totals.csv", index=False)
    content = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    content["population"] = {
        "kind": "raster",
        "path": "people.tif",
        "bands": {band: str(folder / f"{band}.tif") for band in BANDS},
        "control_totals": {"path": "totals.csv"},
    }
    text = yaml.safe_dump(content, allow_unicode=True)
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def assessment(folder):
    return assess(load_city(read_study(folder / "study.yaml")))


def test_the_totals_are_met_and_told(assessment):
    people = assessment.city.cells.groupby("subdistrict_id")["population"].sum()
    assert people.iloc[:-1].to_list() == [50_000 + n for n in range(len(people) - 1)]
    names = [one.name for one in assessment.warnings]
    assert {"population-scaled", "control-totals-missing"} <= set(names)
    assert "people-outside" in names
    check_table(assessment.city.population_balance, POPULATION_BALANCE)


def test_the_cells_cover_what_the_table_covers(assessment, demo):
    """Committees are measured alike; who lives where differs by a cell's width."""
    assert assessment.missing_items["item_id"].is_unique
    both = [
        one.coverage.query("group_kind == 'required' and area_kind == 'subdistrict'")
        for one in (assessment, demo)
    ]
    shares = [one.set_index("area_id")["person_item_share"] for one in both]
    assert (shares[0] - shares[1]).abs().max() < 0.03
    assert shares[0].nunique() > 5


def test_the_books_are_written(assessment, tmp_path):
    paths = {one.stem: one for one in write_csv_twins(assessment, tmp_path)}
    rows = pd.read_csv(paths["population_balance"], encoding="utf-8-sig")
    assert len(rows) == 12 * 4
    assert list(rows)[:3] == ["街镇编号", "人群", "读入人口"]
    both = rows[rows["控制总数"].notna()]
    assert (both["控制总数"] == both["计入人口"]).all()
    assert rows["读入人口"].sum() < 2 * demo_people()["人口"].sum()


def test_the_record_names_every_file_and_no_folder(assessment, folder, tmp_path):
    record = run_record(assessment, outputs=[], folder=tmp_path)
    sections = {one["section"]: one["file"] for one in record["inputs"]}
    assert sections["population.bands.age_0_14"] == "age_0_14.tif"
    assert sections["population.control_totals"] == "totals.csv"
    assert str(folder) not in str(record)
    assert "age_0_14.tif" in str(cover_rows(assessment))


def test_a_missing_raster_is_named_by_its_key(folder):
    text = (folder / "study.yaml").read_text("utf-8")
    broken = folder / "broken.yaml"
    broken.write_text(text.replace("age_60_plus.tif", "gone.tif"), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"population\.bands\.age_60_plus: there is no file"
    ):
        read_study(broken)


def documented(name="population"):
    """The sections of one name that the page on population inputs shows."""
    page = Path(__file__).resolve().parents[1] / "docs" / "inputs_population.md"
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    sections = [yaml.safe_load(one) for one in blocks]
    return [one[name] for one in sections if name in one]


@pytest.mark.parametrize("section", documented())
def test_the_documented_sections_are_valid(section, tmp_path):
    assert study_with(tmp_path, section).population.kind == section["kind"]


def test_the_documented_buildings_are_valid():
    (section,) = documented("buildings")
    read = TypeAdapter(Buildings).validate_python(section)
    assert read.kind == section["kind"]


def test_every_key_is_documented():
    shown = {key for section in documented() for key in section}
    kinds = (RasterPopulation, ControlledPopulation)
    assert {key for one in kinds for key in one.model_fields} <= shown
    totals = [one.get("control_totals", {}) for one in documented()]
    assert {key for one in totals for key in one} == set(ControlTotals.model_fields)
