"""The workbook that street offices fill in."""

import datetime

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from toy_city import write_toy

from circle.areas import study_crs
from circle.check import check_path
from circle.cli import main
from circle.errors import InputError, OutputError
from circle.facilities import read_facilities
from circle.inventory import read_inventory
from circle.profile_reading import read_profile
from circle.returned import read_returned
from circle.shipped import shipped_folder
from circle.study import read_study
from circle.template import write_template

DEMO = shipped_folder("demo_district")


@pytest.fixture
def profile():
    return read_profile("pudong")


@pytest.fixture(params=["zh", "en"])
def book(request, tmp_path, profile):
    write_template(tmp_path / "items.xlsx", profile=profile, language=request.param)
    return openpyxl.load_workbook(tmp_path / "items.xlsx")


def test_the_same_template_has_the_same_bytes(tmp_path, profile):
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, profile=profile)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheets_lists_and_notes(book, profile):
    assert book.sheetnames in (
        ["说明", "居村", "设施", "词表"],
        ["Instructions", "Committees", "Facilities", "Lists"],
    )
    instructions, committees, facilities, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    for page in (instructions, committees, facilities):
        assert page.page_setup.orientation == "landscape"
        assert int(page.page_setup.paperSize) == 9
    for page in (committees, facilities):
        assert all(cell.comment is not None for cell in page[1])
        assert len(page.data_validations.dataValidation) >= 1
    assert len(facilities.data_validations.dataValidation) >= 2
    # The longest list of all is that of the facility types.
    listed = ([one.value for one in cells[1:] if one.value] for cells in lists.columns)
    offered = max(listed, key=len)
    names = {(one.label.zh, one.label.en) for one in profile.types}
    assert len(offered) == len(names)
    assert set(offered) <= {word for pair in names for word in pair}


def test_an_empty_template_says_that_nothing_is_filled_in(tmp_path, profile):
    path = tmp_path / "items.xlsx"
    write_template(path, profile=profile)
    (problem,) = check_path(path).problems
    assert "nothing filled in" in problem


def test_examples_do_not_count_and_faults_are_found(tmp_path, profile):
    path = tmp_path / "items.xlsx"
    write_template(path, profile=profile)
    book = openpyxl.load_workbook(path)
    page = book["居村"]
    columns = {cell.value: cell.column for cell in page[1]}
    heads = ["居村编号", "居村名称", "类别", "街镇编号", "户数", "经度", "纬度"]
    row = ["C9", "九", "家委", "L01", 100, 121.5, 31.2]
    for head, value in zip(heads, row, strict=True):
        page.cell(4, columns[head], value)
    book.save(path)
    (problem,) = check_path(path).problems
    assert problem.key == "unknown-choice"
    assert (problem.sheet, problem.rows) == ("居村", (4,))
    page["C4"] = "居委"
    book["说明"]["B5"] = "Mars"
    book.save(path)
    (problem,) = check_path(path).problems
    assert "not a known coordinate system" in problem
    book["说明"]["B5"] = "GCJ-02"
    book.save(path)
    assert check_path(path).problems == ()


def test_level_is_chosen_and_dates_are_dates(book):
    facilities = book.worksheets[2]
    columns = {cell.value: cell for cell in facilities[1]}
    level = next(columns[one] for one in ("层级", "level") if one in columns)
    opened = next(columns[one] for one in ("启用日期", "opened") if one in columns)
    rules = {
        str(one.sqref).split(":")[0]: one
        for one in facilities.data_validations.dataValidation
    }
    assert rules[f"{level.column_letter}2"].type == "list"
    words = {cell.value for row in book.worksheets[3] for cell in row}
    assert words >= {"居村", "社区", "市区"} or words >= {"committee", "district"}
    rule = rules[f"{opened.column_letter}2"]
    assert rule.type == "date"
    # A year alone, such as 2024, would be a day of 1905.
    assert int(rule.formula1) > 2_100
    assert facilities.column_dimensions[opened.column_letter].width > 10


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_prefilled_template_is_sound_and_keeps_what_was_handed_out(
    tmp_path, profile, language
):
    rows = pd.read_csv(DEMO / "facilities.csv", dtype=str, encoding="utf-8-sig")
    rows.iloc[::10].to_csv(tmp_path / "facilities.csv", index=False)
    inventories = [
        read_inventory(one, profile=profile)
        for one in (tmp_path / "facilities.csv", DEMO / "committees.csv")
    ]
    path = tmp_path / "items.xlsx"
    write_template(path, profile=profile, language=language, inventories=inventories)
    assert check_path(path).problems == ()
    sheets = {one.kind: one for one in read_returned(path, profile=profile)}
    for old in inventories:
        sheet = sheets[old.kind]
        assert list(sheet.checked.table[old.key]) == list(old.table[old.key])
        assert sheet.raw.rows.equals(sheet.handed_out.raw.rows)
    book = openpyxl.load_workbook(path)
    hidden = [one for one in book if one.sheet_state == "veryHidden"]
    assert len(hidden) == 2
    first = [cell.value for cell in book.worksheets[2][2]]
    assert first[:2] == ["F00001", "琼荻幼儿园"]
    assert first[2] == ("幼儿园" if language == "zh" else "kindergarten")
    assert datetime.datetime(2001, 3, 1) in first  # noqa: DTZ001
    again = tmp_path / "again.xlsx"
    write_template(again, profile=profile, language=language, inventories=inventories)
    assert again.read_bytes() == path.read_bytes()


def test_places_are_handed_out_in_wgs84(tmp_path, profile):
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,类型,x,y\nF1,=1+1,幼儿园,500000,3430000\n", "utf-8")
    old = read_inventory(path, profile=profile, crs="EPSG:4549")
    write_template(tmp_path / "b.xlsx", profile=profile, inventories=[old])
    page = openpyxl.load_workbook(tmp_path / "b.xlsx")["设施"]
    row = {head.value: cell for head, cell in zip(page[1], page[2], strict=True)}
    assert row["经度"].value == pytest.approx(120.0, abs=1e-6)
    assert row["纬度"].value == pytest.approx(30.99, abs=0.01)
    assert (row["设施名称"].value, row["设施名称"].data_type) == ("=1+1", "s")


def test_an_office_gets_its_own_rows(tmp_path, profile):
    old = read_inventory(DEMO / "facilities.csv", profile=profile)
    path = tmp_path / "items.xlsx"
    write_template(
        path, profile=profile, inventories=[old], subdistricts=["浣岸街道", "L01"]
    )
    (sheet,) = read_returned(path, profile=profile)
    assert set(sheet.checked.table["subdistrict"]) == {"浣岸街道"}
    with pytest.raises(InputError, match="no row of the subdistrict '某某街道'"):
        write_template(
            path, profile=profile, inventories=[old], subdistricts=["某某街道"]
        )


def test_places_left_in_the_old_system_are_named(tmp_path, profile):
    path = tmp_path / "items.xlsx"
    old = read_inventory(DEMO / "committees.csv", profile=profile)
    write_template(path, profile=profile, inventories=[old])
    book = openpyxl.load_workbook(path)
    book["说明"]["B5"] = "GCJ-02"
    book.save(path)
    (problem,) = check_path(path).problems
    assert problem.key == "places-not-converted"
    assert len(problem.rows) == len(old.table)
    assert "请将坐标系改回 WGS-84" in problem.in_language("zh")


def test_rows_without_codes_get_those_of_a_study(tmp_path):
    path = write_toy(tmp_path)
    table = pd.read_csv(tmp_path / "facilities.csv").drop(columns="facility_id")
    table.to_csv(tmp_path / "facilities.csv", index=False)
    study = read_study(path)
    toy = read_profile(study.profile, folder=study.folder)
    read = read_facilities(study, profile=toy, crs=study_crs(study))
    old = read_inventory(tmp_path / "facilities.csv", profile=toy, crs="EPSG:4549")
    assert sorted(old.table["facility_id"]) == list(read["facility_id"])
    names = [one.name for one in old.warnings]
    assert names == ["facilities-not-placed", "codes-derived"]


def test_the_command_refuses_to_write_over_the_inventory(tmp_path):
    path = tmp_path / "facilities.csv"
    path.write_bytes((DEMO / "facilities.csv").read_bytes())
    arguments = ["template", "--inventory", str(path), "--out", str(path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 3
    assert "既是输入又是输出" in result.stderr
    assert path.read_bytes() == (DEMO / "facilities.csv").read_bytes()


def test_a_folder_that_cannot_be_made_is_named(tmp_path, profile):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_template(tmp_path / "file" / "items.xlsx", profile=profile)


def test_only_workbooks_are_written(tmp_path, profile):
    with pytest.raises(OutputError, match=r"expected \.xlsx"):
        write_template(tmp_path / "items.csv", profile=profile)
