"""Returned workbooks are folded in; nothing is dropped or settled silently."""

import csv

import openpyxl
import pytest
from click.testing import CliRunner

from circle.cli import main
from circle.duplicates import bare_name, similarity
from circle.errors import InputError, OutputError
from circle.merge import merge_returns
from circle.merge_files import merge_summary, write_merge_report, write_merged
from circle.profile import read_profile
from circle.template import write_template

HEADER = ["设施编号", "设施名称", "设施类型", "状态", "地址", "经度", "纬度", "备注"]
INVENTORY = [
    [
        "F1",
        "听蔷幼儿园",
        "幼儿园",
        "开放",
        "一路1号",
        "121.5000000",
        "31.2000000",
        "甲",
    ],
    ["F2", "琼荻小学", "小学", "开放", "一路2号", "121.5100000", "31.2100000", "=乙"],
    ["F3", "虹岚小学", "小学", "在建", "一路3号", "121.5200000", "31.2200000", ""],
    ["F4", "瑚屿幼儿园", "幼儿园", "开放", "一路4号", "121.5300000", "31.2300000", ""],
]


@pytest.fixture
def profile():
    return read_profile("pudong")


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "inventory.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *INVENTORY])
    return path


@pytest.fixture
def fill_in(tmp_path, profile):
    def fill(name, *rows: dict):
        path = tmp_path / name
        write_template(path, profile=profile)
        book = openpyxl.load_workbook(path)
        page = book["设施"]
        places = {cell.value: cell.column for cell in page[1]}
        for number, row in enumerate(rows, start=4):
            for header, value in row.items():
                page.cell(number, places[header], value)
        book["说明"]["B3"] = "某某街道"
        book.save(path)
        return path

    return fill


def facility(row, **changes: object):
    own = dict(zip(HEADER, INVENTORY[row], strict=True))
    own = {k: v for k, v in own.items() if k != "备注"}
    own["经度"], own["纬度"] = float(own["经度"]), float(own["纬度"])
    return own | changes


def rows_of(merged):
    return {row["设施编号"]: row for row in merged.table.to_dict("records")}


def test_rows_are_added_changed_closed_and_kept(inventory, fill_in, profile):
    path = fill_in(
        "a.xlsx",
        facility(0, 设施名称="听蔷第一幼儿园"),
        facility(1, 状态="关闭"),
        facility(2),
        facility(0, 设施编号=None, 设施名称="新幼儿园", 经度=121.6, 地址="二路9号"),
    )
    merged = merge_returns(inventory, [path], profile=profile)
    assert merged.rows("changed") == ("F1",)
    assert merged.rows("closed") == ("F2",)
    assert merged.rows("unchanged") == ("F3",)
    assert merged.rows("not returned") == ("F4",)
    (new,) = merged.rows("added")
    rows = rows_of(merged)
    assert list(rows) == ["F1", "F2", "F3", "F4", new]
    assert rows["F1"]["设施名称"] == "听蔷第一幼儿园"
    assert rows["F1"]["备注"] == "甲"
    assert rows["F2"]["状态"] == "关闭"
    assert rows[new]["地址"] == "二路9号"
    line = next(one for one in merged.lines if one.what == "changed")
    assert (line.old, line.new) == ("听蔷幼儿园", "听蔷第一幼儿园")
    assert line.source == "a.xlsx (某某街道): 4"
    again = merge_returns(inventory, [path], profile=profile)
    assert again.rows("added") == (new,)


def test_an_empty_cell_changes_nothing(inventory, fill_in, profile):
    path = fill_in("a.xlsx", facility(0, 地址=None, 经度=None, 纬度=None))
    merged = merge_returns(inventory, [path], profile=profile)
    assert merged.rows("unchanged") == ("F1",)
    assert rows_of(merged)["F1"]["地址"] == "一路1号"


def test_a_moved_place_is_written_in_the_system_of_the_inventory(
    inventory, fill_in, profile
):
    path = fill_in("a.xlsx", facility(0, 经度=121.501))
    merged = merge_returns(inventory, [path], profile=profile)
    assert rows_of(merged)["F1"]["经度"] == pytest.approx(121.501, abs=1e-7)
    assert merged.rows("changed") == ("F1",)


def test_conflicts_stay_as_they_were(inventory, fill_in, profile):
    first = fill_in(
        "a.xlsx",
        facility(0, 设施名称="甲园"),
        facility(1, 设施类型="幼儿园"),
        facility(3, 设施编号="F99"),
    )
    second = fill_in("b.xlsx", facility(0, 设施名称="乙园"), facility(2))
    merged = merge_returns(inventory, [first, second], profile=profile)
    assert merged.rows("conflict") == ("F1", "F2", "F99")
    rows = rows_of(merged)
    assert list(rows) == ["F1", "F2", "F3", "F4"]
    assert rows["F1"]["设施名称"] == "听蔷幼儿园"
    assert rows["F2"]["设施类型"] == "小学"
    notes = " ".join(one.note for one in merged.lines if one.what == "conflict")
    assert "a.xlsx (某某街道): 4; b.xlsx (某某街道): 4" in notes
    assert "F4" in notes


def test_two_returns_that_agree_are_no_conflict(inventory, fill_in, profile):
    first = fill_in("a.xlsx", facility(0, 设施名称="甲园"))
    second = fill_in("b.xlsx", facility(0, 设施名称="甲园", 地址=None))
    merged = merge_returns(inventory, [first, second], profile=profile)
    assert merged.rows("conflict") == ()
    assert rows_of(merged)["F1"]["设施名称"] == "甲园"


def test_duplicates_are_proposed_not_applied(inventory, fill_in, profile):
    path = fill_in(
        "a.xlsx",
        facility(0, 设施编号=None, 设施名称="听蔷幼儿园东部", 经度=121.5005),
        facility(1, 设施编号=None, 设施名称="完全不同小学", 经度=121.5105),
    )
    merged = merge_returns(inventory, [path], profile=profile)
    assert len(merged.rows("added")) == 2
    (line,) = [one for one in merged.lines if one.what == "duplicate"]
    assert line.row_id == "F1"
    assert line.new == "听蔷幼儿园东部"


def test_names_are_compared_without_their_street():
    assert bare_name("浣岸街道助餐点", "浣岸街道") == "助餐点"
    assert bare_name("浣岸（东）助餐点", "浣岸街道") == "东助餐点"
    assert bare_name(None) == ""
    assert similarity("", "") == 0.0


def test_faulty_files_are_refused_together(inventory, fill_in, profile, tmp_path):
    bad = fill_in("a.xlsx", facility(0, 设施类型="茶馆"))
    with pytest.raises(InputError) as caught:
        merge_returns(inventory, [bad, inventory], profile=profile)
    assert "unknown facility type 茶馆" in str(caught.value)
    assert "is no returned workbook" in str(caught.value)
    people = tmp_path / "people.csv"
    people.write_text("cell_id,人口,x,y\na,1,121.5,31.2\n", "utf-8")
    with pytest.raises(InputError, match="cannot be merged into"):
        merge_returns(people, [bad], profile=profile)


@pytest.mark.parametrize("name", ["merged.csv", "merged.xlsx"])
def test_the_command_writes_inventory_and_report(name, inventory, fill_in, tmp_path):
    path = fill_in(
        "a.xlsx", facility(0, 设施名称="甲园"), facility(1, 设施类型="幼儿园")
    )
    out, report = tmp_path / name, tmp_path / "report.csv"
    arguments = ["merge", inventory, path, "--out", out, "--report", report]
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    assert "变更\t1" in result.stdout
    assert "冲突: F2" in result.stdout
    assert len(report.read_text("utf-8-sig").splitlines()) == 1 + 4
    assert CliRunner().invoke(main, ["check", str(out)]).exit_code == 0
    if name.endswith(".xlsx"):
        page = openpyxl.load_workbook(out).active
        assert [cell.value for cell in page[1]] == HEADER
        assert page["H3"].value == "=乙"
        assert page["H3"].data_type == "s"
    strict = CliRunner().invoke(main, [*(str(one) for one in arguments), "--strict"])
    assert strict.exit_code == 3


def test_a_refused_merge_leaves_the_old_file(inventory, fill_in, tmp_path):
    bad = fill_in("a.xlsx", facility(0, 设施类型="茶馆"))
    out = tmp_path / "merged.csv"
    out.write_text("old", "utf-8")
    arguments = ["merge", str(inventory), str(bad), "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 3
    assert out.read_text("utf-8") == "old"


def test_other_endings_are_refused(inventory, fill_in, profile, tmp_path):
    merged = merge_returns(inventory, [fill_in("a.xlsx", facility(0))], profile=profile)
    with pytest.raises(OutputError, match=r"expected \.csv or \.xlsx"):
        write_merged(merged, tmp_path / "a.gpkg")
    with pytest.raises(OutputError, match=r"expected \.csv or \.xlsx"):
        write_merge_report(merged, tmp_path / "a.pdf")
    assert merge_summary(merged, language="en")[3] == "unchanged\t1"
