"""One line per problem, all files at once, and copies with the faulty cells marked."""

import shutil

import openpyxl
import pytest
from click.testing import CliRunner
from toy_city import write_toy

from circle.check import check_path
from circle.cli import main
from circle.errors import OutputError
from circle.files import read_raw_table
from circle.marking import mark_copy
from circle.problems import Problem
from circle.shipped import shipped_folder
from circle.single_tables import table_kind

DEMO = shipped_folder("demo_district")
YELLOW = "00FFFF00"


def circle(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def broken_table(folder):
    path = folder / "homes.csv"
    path.write_text(
        "编号,名称,类别,街镇编号,经度,纬度,户数\n"
        "C1,=1+1,居委,A1,121.5,31.2,多\n"
        "C2,二,家委,A1,121.6,31.2,5\n",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("facilities.xlsx", "facilities"),
        ("facilities.csv", "facilities"),
        ("committees.csv", "committees"),
        ("candidates.csv", "candidates"),
        ("population.csv", "population"),
        ("subdistricts.geojson", "subdistricts"),
    ],
)
def test_the_kind_of_a_table_is_found_and_the_demo_is_sound(file, kind):
    assert table_kind(read_raw_table(DEMO / file)) == kind
    crs = "EPSG:4550" if kind == "population" else None
    assert check_path(DEMO / file, crs=crs).problems == ()


def test_a_sound_study_has_no_problems(tmp_path):
    result = circle("check", DEMO / "study.yaml")
    said = result.stdout.splitlines()
    assert (result.exit_code, said[0]) == (0, "未发现问题")
    assert said[1].startswith("下一步：circle run ")
    result = circle("check", write_toy(tmp_path), "--language", "en")
    said = result.stdout.splitlines()
    assert (result.exit_code, said[0]) == (0, "no problems")
    assert said[1].startswith("next: circle run ")


def test_a_table_is_checked_in_two_languages(tmp_path):
    path = broken_table(tmp_path)
    result = circle("check", path)
    assert result.exit_code == 3
    assert result.stdout.splitlines()[-1] == "共2个问题"
    assert "homes.csv: 第2行: 列“户数”: 发现 '多'；应为数字" in result.stdout
    result = circle("check", path, "--language", "en")
    assert "column '类别': row 3: found '家委'; expected resident" in result.stdout
    assert result.stdout.splitlines()[-1] == "2 problems"


def test_a_table_of_no_kind_is_named(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    result = circle("check", path, "--language", "en")
    assert result.exit_code == 3
    assert "cannot tell what kind of table it is" in result.stdout
    result = circle("check", path, "--as", "population", "--language", "en")
    assert "no column for 'population'" in result.stdout


def test_faulty_cells_are_marked_in_a_copy_and_texts_stay_texts(tmp_path):
    path = broken_table(tmp_path)
    before = path.read_bytes()
    result = circle("check", path, "--marked", tmp_path / "marked.xlsx")
    assert result.exit_code == 3
    assert path.read_bytes() == before
    page = openpyxl.load_workbook(tmp_path / "marked.xlsx").active
    assert page["G2"].fill.start_color.rgb == YELLOW
    assert page["G2"].comment.text == "发现 '多'；应为数字；请改为数字，未知时留空"
    assert page["C3"].fill.start_color.rgb == YELLOW
    assert page["G3"].comment is None
    assert page["B2"].value == "=1+1"
    assert page["B2"].data_type == "s"


def test_the_right_sheet_and_row_of_a_workbook_are_marked(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "一"
    page = book.create_sheet("二")
    page.append(["题目"])
    page.append(["编号", "=A1"])
    page.append(["x", "=SUM(1,2)"])
    book.save(tmp_path / "a.xlsx")
    one = Problem("empty-cell", "a.xlsx", sheet="二", rows=(3,), column="编号")
    other = Problem("", "a.xlsx", text="a.xlsx: found something.")
    n = mark_copy(
        tmp_path / "a.xlsx", [one, other, one], out=tmp_path / "b.xlsx", language="en"
    )
    assert n == 2
    marked = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert marked["二"]["A3"].comment.text.count("empty; expected") == 2
    assert marked["二"]["B3"].value == "=SUM(1,2)"
    assert marked["一"]["A1"].comment.text == "found something."


def test_a_copy_never_takes_the_place_of_the_table(tmp_path):
    shutil.copy(DEMO / "facilities.xlsx", tmp_path / "a.xlsx")
    with pytest.raises(OutputError, match="is the table itself"):
        mark_copy(tmp_path / "a.xlsx", [], out=tmp_path / "a.xlsx")
    with pytest.raises(OutputError, match=r"expected \.xlsx"):
        mark_copy(tmp_path / "a.xlsx", [], out=tmp_path / "a.csv")
    (tmp_path / "c.xlsx").write_bytes(b"PK nothing")
    with pytest.raises(OutputError, match="cannot be copied to mark it"):
        mark_copy(tmp_path / "c.xlsx", [], out=tmp_path / "d.xlsx")


def test_a_study_gets_a_folder_of_marked_copies(tmp_path):
    folder = tmp_path / "district"
    shutil.copytree(DEMO, folder)
    path = folder / "committees.csv"
    path.write_text(path.read_text("utf-8").replace(",居委,", ",家委,", 1), "utf-8")
    result = circle("check", folder / "study.yaml", "--marked", tmp_path / "marked")
    assert result.exit_code == 3
    assert [one.name for one in (tmp_path / "marked").iterdir()] == [
        "committees.marked.xlsx"
    ]
    result = circle("check", folder / "study.yaml", "--marked", tmp_path / "a.xlsx")
    assert "应写入文件夹" in result.output


def test_a_missing_table_of_totals_is_told_once(tmp_path):
    folder = tmp_path / "district"
    shutil.copytree(DEMO, folder)
    path = folder / "study.yaml"
    old = "population.csv, crs: EPSG:4550"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, f"{old}, control_totals: {{path: no.csv}}"))
    (problem,) = check_path(path).problems
    assert "no.csv" in problem


def test_what_reading_tells_is_told_by_the_check_of_a_study(tmp_path):
    path = write_toy(tmp_path)
    text = (tmp_path / "population.csv").read_text("utf-8")
    (tmp_path / "population.csv").write_text(f"人口表\n{text}", "utf-8")
    assert "title-rows" in {one.name for one in check_path(path).warnings}


def test_several_types_in_a_cell_get_their_own_remedy(tmp_path):
    path = tmp_path / "a.csv"
    rows = [
        "编号,名称,类型,经度,纬度",
        "F1,甲,幼儿园、小学,121.5,31.2",
        "F2,乙,茶楼、小学,,",
    ]
    path.write_text("\n".join(rows), "utf-8")
    checked = check_path(path)
    several, unknown = checked.problems
    assert (several.key, several.rows, several.column) == (
        "several-types",
        (2,),
        "类型",
    )
    assert "`type_separator`" in several.in_language("zh")
    assert (unknown.key, unknown.rows) == ("unknown-type", (3,))
    (warning,) = checked.warnings
    assert warning.name == "facilities-not-placed"
    assert warning.in_language("zh") == (
        "a.csv：1处设施没有坐标，列为未落位：第3行；请补充坐标，或提供地址对照表。"
    )
