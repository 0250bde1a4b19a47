"""Returned workbooks are folded in; nothing is dropped or settled silently."""

import csv
import datetime
from types import SimpleNamespace

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from circle.cli import main
from circle.derived_ids import derived_ids
from circle.duplicates import bare_name, similarity
from circle.errors import InputError, OutputError
from circle.inventory import read_inventory
from circle.merge import merge_returns
from circle.merge_files import merge_summary, write_merge_report, write_merged
from circle.merge_inputs import RowSaid, changes
from circle.merge_rows import Work, fold_in
from circle.profile_reading import read_profile
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


@pytest.fixture
def handed_out(tmp_path, profile, inventory):
    """Give a workbook with the present rows, and let a test correct it."""

    def hand_out(name, change, **options: object):
        path = tmp_path / name
        old = read_inventory(inventory, profile=profile)
        write_template(path, profile=profile, inventories=[old], **options)
        book = openpyxl.load_workbook(path)
        page = book["设施"]
        places = {cell.value: cell.column for cell in page[1]}

        def put(row, header, value):
            page.cell(row, places[header]).value = value

        change(put, page)
        book.save(path)
        return path

    return hand_out


def edited(inventory, old, new):
    """Edit the inventory after a workbook was handed out."""
    text = inventory.read_text("utf-8-sig")
    assert old in text
    inventory.write_text(text.replace(old, new, 1), "utf-8-sig")


def test_a_prefilled_return_says_only_what_the_office_changed(
    inventory, handed_out, profile
):
    path = handed_out("a.xlsx", lambda put, _: put(2, "地址", "九路9号"))
    edited(inventory, "琼荻小学", "琼荻实验小学")
    edited(inventory, "121.5200000", "121.5210000")
    merged = merge_returns(inventory, [path], profile=profile)
    assert merged.rows("conflict") == ()
    assert merged.rows("changed") == ("F1",)
    assert merged.rows("unchanged") == ("F2", "F3", "F4")
    rows = rows_of(merged)
    assert rows["F1"]["地址"] == "九路9号"
    assert rows["F2"]["设施名称"] == "琼荻实验小学"
    assert rows["F3"]["经度"] == "121.5210000"


def test_changes_on_both_sides_are_a_conflict(inventory, handed_out, profile):
    def change(put, _):
        put(2, "设施名称", "听蔷一幼")
        put(2, "地址", "九路9号")
        put(3, "经度", 121.515)
        put(4, "状态", "开放")

    path = handed_out("a.xlsx", change)
    edited(inventory, "听蔷幼儿园", "听蔷二幼")
    edited(inventory, "121.5100000", "121.5190000")
    edited(inventory, "在建", "开放")
    merged = merge_returns(inventory, [path], profile=profile)
    assert merged.rows("conflict") == ("F1", "F2")
    rows = rows_of(merged)
    assert rows["F1"]["设施名称"] == "听蔷二幼"
    # What only the office changed is taken over all the same.
    assert rows["F1"]["地址"] == "九路9号"
    assert rows["F2"]["经度"] == "121.5190000"
    # Both say the same: nothing to settle.
    assert merged.rows("unchanged") == ("F3", "F4")
    name, place = [one for one in merged.lines if one.what == "conflict"]
    assert (name.old, name.new) == ("听蔷二幼", "听蔷一幼")
    assert "下发时为 听蔷幼儿园" in name.note
    assert (place.column, place.old) == ("点位", "121.519 31.21")
    assert "下发时为 121.51 31.21" in place.note


def test_an_office_that_changed_nothing_contradicts_nobody(
    inventory, handed_out, profile
):
    first = handed_out("a.xlsx", lambda put, _: put(2, "设施名称", "听蔷一幼"))
    second = handed_out("b.xlsx", lambda _, __: None)
    merged = merge_returns(inventory, [second, first], profile=profile)
    assert merged.rows("conflict") == ()
    assert rows_of(merged)["F1"]["设施名称"] == "听蔷一幼"
    third = handed_out("c.xlsx", lambda put, _: put(2, "设施名称", "听蔷二幼"))
    merged = merge_returns(inventory, [first, second, third], profile=profile)
    assert merged.rows("conflict") == ("F1",)
    assert rows_of(merged)["F1"]["设施名称"] == "听蔷幼儿园"


def test_rows_taken_out_on_either_side_are_named(inventory, handed_out, profile):
    def change(put, page):
        put(2, "地址", "九路9号")
        page.delete_rows(4)

    path = handed_out("a.xlsx", change)
    lines = inventory.read_text("utf-8-sig").splitlines()
    kept = [one for one in lines if not one.startswith(("F1", "F2"))]
    inventory.write_text("\n".join(kept), "utf-8-sig")
    merged = merge_returns(inventory, [path], profile=profile)
    assert list(rows_of(merged)) == ["F3", "F4"]
    notes = {one.row_id: (one.what, one.note) for one in merged.lines}
    assert notes["F1"][0] == "conflict"
    assert notes["F2"][0] == "left out"
    assert "已从原有数据中删除" in notes["F1"][1]
    assert notes["F3"] == (
        "not returned",
        "a.xlsx 中下发过该行，报送时已删除；停用请改状态为“关闭”",
    )


def test_extra_columns_and_emptied_cells_are_listed(
    inventory, handed_out, profile, tmp_path
):
    def change(put, page):
        page.cell(1, page.max_column + 1, "联系人")
        page.cell(2, page.max_column, "张三")
        page.cell(3, page.max_column + 1, "待核")
        put(4, "地址", None)

    path = handed_out("a.xlsx", change)
    merged = merge_returns(inventory, [path], profile=profile)
    left = [one for one in merged.lines if one.what == "left out"]
    assert [(one.row_id, one.column, one.old, one.new) for one in left] == [
        ("F1", "联系人", "", "张三"),
        ("F2", "（无列名）", "", "待核"),
        ("F3", "地址", "一路3号", ""),
    ]
    assert rows_of(merged)["F3"]["地址"] == "一路3号"
    assert any(one.startswith("未汇入: F1 ") for one in merge_summary(merged))
    write_merge_report(merged, tmp_path / "report.csv")
    assert "张三" in (tmp_path / "report.csv").read_text("utf-8-sig")


def test_without_a_baseline_an_extra_column_is_listed_too(inventory, fill_in, profile):
    path = fill_in("a.xlsx", facility(0))
    book = openpyxl.load_workbook(path)
    page = book["设施"]
    page.cell(1, page.max_column + 1, "电话")
    page.cell(4, page.max_column, 5_550_000)
    book.save(path)
    merged = merge_returns(inventory, [path], profile=profile)
    (line,) = [one for one in merged.lines if one.what == "left out"]
    assert (line.column, line.new) == ("电话", "5550000")


def test_dates_are_compared_as_days(inventory, fill_in, profile, tmp_path):
    text = inventory.read_text("utf-8-sig").splitlines()
    dates = ["启用日期", "2024/5/1", "2024年5月", "", ""]
    rows = [f"{one},{day}" for one, day in zip(text, dates, strict=True)]
    inventory.write_text("\n".join(rows), "utf-8-sig")
    path = fill_in(
        "a.xlsx",
        facility(0, 启用日期=datetime.date(2024, 5, 1)),
        facility(1, 启用日期=datetime.date(2024, 6, 1)),
    )
    merged = merge_returns(inventory, [path], profile=profile)
    assert merged.rows("unchanged") == ("F1",)
    assert merged.rows("changed") == ("F2",)
    write_merged(merged, tmp_path / "merged.csv")
    assert ",2024-06-01" in (tmp_path / "merged.csv").read_text("utf-8-sig")


def test_an_added_row_gets_the_code_that_reading_would_give(
    inventory, fill_in, profile, tmp_path
):
    """Codes are derived alike in a merge and in a study that reads the result."""
    lines = inventory.read_text("utf-8-sig").splitlines()
    bare = [one.split(",", 1)[1] for one in lines]
    inventory.write_text("\n".join(bare), "utf-8-sig")
    new = facility(0, 设施编号=None, 设施名称="新幼儿园", 经度=121.6, 地址="二路 ９号")
    merged = merge_returns(inventory, [fill_in("a.xlsx", new)], profile=profile)
    assert [one.name for one in merged.warnings] == ["codes-derived"]
    out = tmp_path / "merged.csv"
    write_merged(merged, out)
    text = out.read_text("utf-8-sig").splitlines()
    out.write_text("\n".join(one.split(",", 1)[1] for one in text), "utf-8-sig")
    again = read_inventory(out, profile=profile)
    assert list(again.table["facility_id"]) == list(merged.table["设施编号"])
    # Handed out and returned, the rows are known by these codes.
    back = merge_returns(
        out,
        [fill_in("b.xlsx", {**new, "设施编号": merged.rows("added")[0]})],
        profile=profile,
    )
    assert back.rows("unchanged") == merged.rows("added")


def test_committees_get_the_codes_of_a_study_too(tmp_path, profile):
    table = "名称,类别,街镇编号,经度,纬度\n一居委,居委,L1,121.5,31.2\n"
    (tmp_path / "a.csv").write_text(table, "utf-8")
    old = read_inventory(tmp_path / "a.csv", profile=profile)
    (expected,) = derived_ids("c", [("一居委", "L1")], ties=[0])
    assert list(old.table["committee_id"]) == [expected]


def test_the_same_content_far_away_is_a_conflict(inventory, fill_in, profile):
    new = facility(0, 设施编号=None, 设施名称="新幼儿园", 经度=121.6, 地址="二路9号")
    merged = merge_returns(inventory, [fill_in("a.xlsx", new)], profile=profile)
    write_merged(merged, inventory)
    again = merge_returns(inventory, [fill_in("b.xlsx", new)], profile=profile)
    assert again.rows("added") == ()
    assert again.rows("unchanged") == merged.rows("added")
    far = fill_in("c.xlsx", {**new, "经度": 121.7})
    again = merge_returns(inventory, [far], profile=profile)
    assert again.rows("conflict") == merged.rows("added")
    (line,) = [one for one in again.lines if one.what == "conflict"]
    assert "相距100米以上" in line.note


def test_the_other_sheet_of_a_return_is_named(inventory, fill_in, profile):
    path = fill_in("a.xlsx", facility(0))
    book = openpyxl.load_workbook(path)
    columns = {cell.value: cell.column for cell in book["居村"][1]}
    heads = ["居村编号", "居村名称", "类别", "街镇编号", "户数", "经度", "纬度"]
    row = ["C9", "九", "居委", "L01", 100, 121.5, 31.2]
    for head, value in zip(heads, row, strict=True):
        book["居村"].cell(4, columns[head], value)
    book.save(path)
    merged = merge_returns(inventory, [path], profile=profile)
    (warning,) = merged.warnings
    assert warning.name == "sheet-not-merged"
    assert "工作表“居村”：1行属于另一类数据" in warning.in_language("zh")


def test_the_command_speaks_chinese_and_never_writes_over_its_inputs(
    inventory, fill_in, tmp_path
):
    bad = fill_in("a.xlsx", facility(0, 设施类型="茶馆"))
    before = inventory.read_bytes()
    arguments = ["merge", str(inventory), str(bad), "--out", str(tmp_path / "m.csv")]
    result = CliRunner().invoke(main, arguments)
    assert "第4行: 列“设施类型”: 发现未知的设施类型 茶馆" in result.stderr
    result = CliRunner().invoke(main, [*arguments[:-1], str(inventory)])
    assert result.exit_code == 3
    assert "既是输入又是输出" in result.stderr
    assert inventory.read_bytes() == before


@given(data=st.data())
def test_three_ways_never_lose_an_edit(data):
    """Every value of either side stands in the result, or in the report."""
    values = st.sampled_from(["甲", "乙", "丙"])
    sent, now, back = (data.draw(values) for _ in range(3))
    said = RowSaid("F1", "", {"name": back}, {"name": back}, None, "a.xlsx: 2")
    base = RowSaid("F1", "", {"name": sent}, {"name": sent}, None, "a.xlsx")
    table = gpd.GeoDataFrame({"facility_id": ["F1"], "name": [now]}, geometry=[None])
    old = SimpleNamespace(table=table, key="facility_id")
    work = Work(
        old,
        "zh",
        {"F1": {"名称": now}},
        {"name": "名称"},
        at={"F1": 0},
        types={},
        places={"F1": None},
    )
    fold_in([changes(said, base)], work)
    result, (line,) = work.rows["F1"]["名称"], work.lines
    if back == sent:
        assert (result, line.what) == (now, "unchanged")
    elif now in {sent, back}:
        assert result == back
    else:
        assert result == now
        assert (line.what, line.new) == ("conflict", back)


def test_files_that_are_not_there_are_named_with_the_other_faults(
    fill_in, profile, tmp_path
):
    bad = fill_in("a.xlsx", facility(0, 设施类型="茶馆"))
    with pytest.raises(InputError) as caught:
        merge_returns(
            tmp_path / "no.csv", [bad, tmp_path / "none.xlsx"], profile=profile
        )
    assert [(one.key, one.file) for one in caught.value.problems] == [
        ("no-such-input", "no.csv"),
        ("unknown-type", "a.xlsx"),
        ("no-such-input", "none.xlsx"),
    ]


def test_types_of_other_standards_go_out_and_come_back(tmp_path, profile):
    """A bus stop is no type of the profile, but stays in the inventory."""
    path = tmp_path / "all.csv"
    rows = [
        "编号,名称,类型,状态,经度,纬度",
        "F1,一站,公交站,开放,121.5,31.2",
        "F2,一站,公园绿地,开放,121.5,31.2",
    ]
    path.write_text("\n".join(rows), "utf-8")
    old = read_inventory(path, profile=profile)
    assert [one.name for one in old.warnings] == ["other-types"]
    out = tmp_path / "out.xlsx"
    write_template(out, profile=profile, inventories=[old])
    merged = merge_returns(path, [out], profile=profile)
    assert merged.rows("unchanged") == ("F1", "F2")
    book = openpyxl.load_workbook(out)
    book["设施"]["A2"] = "F9"
    book.save(out)
    merged = merge_returns(path, [out], profile=profile)
    # Of one name at one place, it is the stop and not the park.
    (line,) = [one for one in merged.lines if one.what == "conflict"]
    assert (line.row_id, line.old) == ("F9", "F1")
