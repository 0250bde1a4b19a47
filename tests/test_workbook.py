"""The workbook and the CSV tables, read back and compared with the assessment."""

import csv
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from table_toy import HOSTILE, toy_assessment

from circle.contracts import MISSING_ITEMS
from circle.csv_tables import csv_text, write_csv_twins
from circle.errors import OutputError
from circle.files import read_raw_table
from circle.sheet_layout import lines_needed, text_width
from circle.sheet_lists import MOST_CLUSTERS
from circle.sheet_names import sheet_names
from circle.sheet_parts import clean_text
from circle.tables import conform, header
from circle.words_tables import TABLE_WORDS
from circle.workbook import write_workbook


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_assessment(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def book_path(toy, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "gaps.xlsx"
    write_workbook(toy, path)
    return path


@pytest.fixture(scope="module")
def book(book_path):
    return openpyxl.load_workbook(book_path)


def block(sheet, first_header):
    """Read the table whose first header is `first_header` into a frame."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(
        at
        for at, row in enumerate(rows)
        if at >= 2 and row[0] == first_header and row[1] is not None
    )
    columns = [at for at, one in enumerate(rows[start]) if one is not None]
    names = [re.sub(r"\s", "", rows[start][at]) for at in columns]
    found = []
    for row in rows[start + 1 :]:
        if all(one is None for one in row):
            break
        found.append([row[at] for at in columns])
    return pd.DataFrame(found, columns=names)


def required(assessment, kind):
    table = assessment.coverage
    found = table[(table.area_kind == kind) & (table.group_kind == "required")]
    return found.reset_index(drop=True)


def test_sheets_stand_in_order_and_one_per_subdistrict(book):
    assert book.sheetnames[:4] == ["封面", "汇总", "按类型", "选址"]
    assert book.sheetnames[4:7] == ["任务清单", "缺口", "未接入"]
    assert book.sheetnames[7:] == ["江东街道", "江西镇", "江南镇"]


def test_cover_names_all_that_a_share_rests_on(book, toy):
    text = "\n".join(
        str(one) for row in book["封面"].iter_rows(values_only=True) for one in row
    )
    profile, row = toy.city.profile, required(toy, "district").iloc[0]
    for wanted in (
        toy.city.study.title,
        profile.title.zh,
        profile.edition,
        profile.note.zh,
        "4 公里/小时（待核实）",
        "12 公里/小时（待核实）",
        "15 分钟（含）",
        f"{row.pair_share:.1%}（{row.pairs_covered:,} ÷ {row.pairs:,}）",
        "分母为全部居村项数",
        "areas.geojson",
        "people.csv is a toy",
    ):
        assert wanted in text
    assert "待核实" in book["江西镇"]["A2"].value


def test_summary_equals_coverage_and_adds_up(book, toy):
    summary = block(book["汇总"], "街镇编号")
    total, rows = summary.iloc[-1], summary.iloc[:-1]
    own = rows[rows["街镇编号"].notna()].reset_index(drop=True)
    expected = required(toy, "subdistrict")
    assert list(own["街镇编号"]) == list(expected["area_id"])
    for zh, name in {
        "居村数": "committees",
        "居村项数": "pairs",
        "达标项数": "pairs_covered",
        "达标项占比（分母：居村项数）": "pair_share",
        "人口": "population",
        "人项数": "person_items",
        "达标人项数": "person_items_covered",
        "达标人项占比（分母：人项数）": "person_item_share",
    }.items():
        np.testing.assert_allclose(own[zh].astype(float), expected[name].astype(float))
        np.testing.assert_allclose(total[zh], required(toy, "district")[name].iloc[0])
        if "占比" not in zh:
            np.testing.assert_allclose(own[zh].sum(), total[zh])
    for zh, table in {
        "必备缺项数": toy.missing_items[toy.missing_items["required"]],
        "全部缺项数": toy.missing_items,
        "缺口片区数": toy.gap_clusters,
        "选址数": toy.sites,
    }.items():
        assert rows[zh].sum() == total[zh] == len(table) > 0
    outside = rows[rows["街镇编号"].isna()].iloc[0]
    assert (outside["街镇"], outside["选址数"]) == ("街镇范围外", 1)


def test_types_equal_coverage(book, toy):
    types = block(book["按类型"], "标准编号")
    table = toy.coverage
    expected = table[(table.area_kind == "district") & (table.group_kind == "type")]
    expected = expected.set_index("group_id").loc[types["设施类型编号"]]
    assert list(types["设施类型"]) == [one.label.zh for one in toy.city.profile.types]
    np.testing.assert_allclose(
        types["达标项占比（分母：居村项数）"].astype(float), expected["pair_share"]
    )
    counts = toy.missing_items["type_id"].value_counts()
    assert list(types["缺项数"]) == [counts.get(one, 0) for one in expected.index]
    assert types["开放设施数"].sum() == 41


def test_missing_items_of_each_subdistrict_are_all_there(book, toy):
    n_items = 0
    for code, name in zip(["007", "008", "009"], book.sheetnames[7:], strict=True):
        shown = block(book[name], "序号")
        items = toy.missing_items
        items = items[items.subdistrict_id == code].sort_values("rank")
        assert list(shown["缺项编号"]) == list(items["item_id"])
        assert list(shown["序号"]) == list(range(1, len(items) + 1))
        np.testing.assert_allclose(
            shown["最近设施时间（分钟）"].astype(float), items["travel_time_min"]
        )
        np.testing.assert_allclose(shown["涉及人口"], items["population"])
        way = items["kind"].map({"beyond": "超出时限", "unreachable": "无法到达"})
        assert list(shown["原因"]) == list(way)
        n_items += len(shown)
    assert n_items == len(toy.missing_items)


def test_each_item_names_the_site_that_clears_it(book, toy):
    shown = pd.concat([block(book[name], "序号") for name in book.sheetnames[7:]])
    found = shown.set_index("缺项编号")["消除选址次序"].dropna()
    cleared = found.to_dict()
    assert cleared == dict.fromkeys(toy.sites["item_ids"][0], 1)


def test_codes_stand_beside_the_printed_columns_of_a_subdistrict(book):
    codes = {"缺项编号", "缺口编号", "候选点编号"}
    for name in book.sheetnames[7:]:
        sheet = book[name]
        # Such as 'name'!$A$1:$L$40
        last = re.fullmatch(r".*\$A\$1:\$([A-Z]+)\$\d+", sheet.print_area)[1]
        printed = openpyxl.utils.column_index_from_string(last)
        headers = {
            str(cell.value): cell.column
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value in codes
        }
        assert "缺项编号" in headers
        assert min(headers.values()) > printed


def test_gap_clusters_and_sites_stand_below_in_their_subdistrict(book, toy):
    gaps = toy.gap_clusters
    every = block(book["缺口"], "序号")
    assert list(every["缺口编号"]) == list(gaps.sort_values("rank")["gap_id"])
    shown = [
        cell
        for name in book.sheetnames[7:]
        for row in book[name].iter_rows(values_only=True)
        for cell in row
    ]
    for _, own in gaps.sort_values("rank").groupby("subdistrict_id"):
        assert set(own["gap_id"][:MOST_CLUSTERS]) <= set(shown)
        assert not set(own["gap_id"][MOST_CLUSTERS:]) & set(shown)
    assert shown.count("-1") == 1
    sites = block(book["选址"], "次序")
    assert list(sites["名称"]) == ["江东街道", "空地", "合计"]
    assert sites["造价（万元）"].iloc[2] == 80.5


def test_without_committees_types_stand_in_place_of_items(tmp_path):
    toy = toy_assessment(tmp_path, committees=False)
    write_workbook(toy, tmp_path / "gaps.xlsx")
    book = openpyxl.load_workbook(tmp_path / "gaps.xlsx")
    shown = block(book["江西镇"], "标准编号")
    assert "居村项数" not in shown.columns
    table = toy.coverage
    expected = table[(table.area_id == "008") & (table.group_kind == "type")]
    np.testing.assert_allclose(
        shown["达标人项占比（分母：人项数）"].astype(float),
        expected["person_item_share"],
    )
    assert "分母为全部人项数" in str(list(book["封面"].values))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_names_stay_plain_text(tmp_path, language):
    toy = toy_assessment(tmp_path, names=HOSTILE, language=language)
    path = tmp_path / "gaps.xlsx"
    write_workbook(toy, path)
    book = openpyxl.load_workbook(path)
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    links = [
        cell.hyperlink
        for sheet in book
        for row in sheet
        for cell in row
        if cell.hyperlink
    ]
    assert links
    assert all(one.location and one.target is None for one in links)
    for one in links:
        name = one.location.rsplit("!", 1)[0][1:-1].replace("''", "'")
        assert name in book.sheetnames
    for name in book.sheetnames:
        assert len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert name.strip("'") == name
    shown = [
        str(one)
        for row in book.worksheets[1].iter_rows(values_only=True)
        for one in row
    ]
    assert clean_text(HOSTILE[0]) in shown
    widths = [one.width for sheet in book for one in sheet.column_dimensions.values()]
    assert max(widths) < 100


def test_calamine_reads_the_same_texts(toy, book, book_path):
    with CalamineWorkbook.from_path(book_path) as other:
        rows = other.get_sheet_by_name("江东街道").to_python(skip_empty_area=False)
    assert rows[2][11:14] == ["责任单位", "完成时限", "完成情况"]
    assert rows[2][14:16] == ["类别", "缺项编号"]
    assert (
        rows[3][15]
        == book["江东街道"]["P4"].value
        == toy.missing_items[toy.missing_items.subdistrict_id == "007"]
        .sort_values("rank")["item_id"]
        .iloc[0]
    )


def test_pages_are_set_up_for_print(book):
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        # One page wide is what the format means where nothing is said.
        assert sheet.page_setup.fitToWidth in {None, 1}
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in sheet.oddFooter.center.text
        assert "A&&B" in sheet.oddHeader.left.text
    for sheet in book.worksheets[1:]:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.freeze_panes == "A4"
        assert sheet.auto_filter.ref.startswith("A3:")


def test_years_are_no_counts_and_texts_keep_away_from_numbers(book):
    sites = book["选址"]
    headers = {folded(one.value): one.column for one in sites[3]}
    assert sites.cell(4, headers["实施年份"]).number_format == "0"
    assert sites.cell(4, headers["名称"]).alignment.indent == 1
    assert sites.cell(4, headers["造价（万元）"]).number_format == "#,##0.0"


def test_only_printed_texts_make_rows_higher(book):
    gaps = book["缺口"]
    headers = {folded(one.value): one.column for one in gaps[3]}
    aside = gaps.cell(4, headers["同缺类型"])
    assert not aside.alignment.wrap_text
    printed = re.search(r":\$([A-Z]+)\$", gaps.print_area)[1]
    assert aside.column > openpyxl.utils.column_index_from_string(printed)
    assert gaps.row_dimensions[4].height is None


def test_a_wide_text_takes_several_columns_below_the_items(book):
    sheet = book["江东街道"]
    (row,) = [one.row for one in sheet["A"] if str(one.value).startswith("缺口片区")]
    below = [one for one in sheet.merged_cells.ranges if one.min_row > row]
    merged = sorted(below, key=lambda one: one.min_row)
    assert {one.size["columns"] for one in merged} == {6}
    texts = [sheet.cell(one.min_row, one.min_col).value for one in merged]
    assert folded(texts[0]) == "同缺类型"


def test_the_worst_subdistricts_have_their_tasks_on_one_sheet(book, toy):
    tasks = block(book["任务清单"], "序号")
    share = required(toy, "subdistrict").sort_values(["pair_share", "area_id"])
    names = dict(
        zip(
            toy.city.subdistricts["subdistrict_id"],
            toy.city.subdistricts["name"],
            strict=True,
        )
    )
    expected = [names[one] for one in share["area_id"]]
    assert list(dict.fromkeys(tasks["街镇"][:-1])) == expected
    assert tasks["街镇"].iloc[-1] == "合计"
    own = toy.sites[toy.sites["subdistrict_id"].isin(names)]
    assert tasks["造价（万元）"].iloc[-1] == own["cost_10k"].sum()


def folded(text):
    return re.sub(r"\s", "", str(text))


def test_totals_stay_out_of_the_filter(book):
    summary = book["汇总"]
    last = int(re.search(r"\d+$", summary.auto_filter.ref).group())
    assert summary.cell(last + 1, 2).value == "合计"


def test_the_same_assessment_gives_the_same_bytes(toy, tmp_path):
    for name in ("one", "two"):
        write_workbook(toy, tmp_path / f"{name}.xlsx")
        write_csv_twins(toy, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_folder_that_is_not_there_is_an_output_error(toy, tmp_path):
    with pytest.raises(OutputError, match="close the file if it is open"):
        write_workbook(toy, tmp_path / "none" / "gaps.xlsx")
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match=r"coverage\.csv"):
        write_csv_twins(toy, tmp_path / "taken")


def test_csv_tables_equal_the_assessment(toy, tmp_path):
    paths = {one.stem: one for one in write_csv_twins(toy, tmp_path / "tables")}
    assert paths["reach"].read_bytes().startswith(b"\xef\xbb\xbf")
    for name in ("reach", "coverage", "missing_items", "gap_clusters", "sites"):
        rows = pd.read_csv(paths[name], encoding="utf-8-sig", dtype={"街镇编号": str})
        assert len(rows) == len(getattr(toy, name)) > 0
    raw = read_raw_table(paths["missing_items"])
    table, problems = conform(raw, MISSING_ITEMS, columns={})
    assert problems == []
    for name in ("item_id", "subdistrict_id", "type_id", "mode", "kind", "tier"):
        assert list(table[name]) == list(toy.missing_items[name])
    for name in ("travel_time_min", "minutes_over", "population"):
        np.testing.assert_allclose(table[name], toy.missing_items[name], atol=1e-6)


def test_csv_headers_are_unique_and_follow_the_language(tmp_path):
    toy = toy_assessment(tmp_path, language="en")
    for path in write_csv_twins(toy, tmp_path / "tables"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file))
        assert len(names) == len(set(names))
        assert all(one.isascii() for one in names)
    assert "type_names" in (tmp_path / "tables" / "sites.csv").read_text("utf-8-sig")


def test_no_csv_cell_begins_like_a_formula(tmp_path):
    toy = toy_assessment(tmp_path, names=HOSTILE)
    texts = []
    for path in write_csv_twins(toy, tmp_path / "tables"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            texts += [one for row in csv.reader(file) for one in row]
    guarded = [one for one in texts if one.startswith("'")]
    assert f"'{clean_text(HOSTILE[0])}" in guarded
    assert "'-1" in guarded
    numbers = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
    loose = [one for one in texts if one.startswith(("=", "+", "-", "@"))]
    assert [one for one in loose if not numbers.fullmatch(one)] == []
    assert not any("\n" in one or "\x07" in one for one in texts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("\t@x", "'@x"),
        ("a\r\nb", "a b"),
        ("\ud800x", "x"),
        (None, ""),
        (float("nan"), ""),
        (("a", "b"), "a、b"),
    ],
)
def test_csv_texts(value, text):
    assert csv_text(value) == text


def test_sheet_names_are_legal_and_unique():
    wanted = ["A" * 40, "a" * 40, "'x'", "[]:*?/\\", "\n", "History", "😀" * 20, "汇总"]
    names = sheet_names(wanted, codes=list("12345678"), taken=["汇总"])
    assert names[0] == "A" * 31
    assert names[1] == "a" * 27 + " (2)"
    assert names[2] == "x"
    assert names[4] == "5"
    assert names[5] == "History (2)"
    assert names[7] == "汇总 (2)"
    assert all(len(one.encode("utf-16-le")) <= 62 for one in names)
    assert len({one.casefold() for one in names}) == len(names)


def test_chinese_signs_count_double():
    assert text_width("街a") == 3
    assert lines_needed("街" * 20, 20) == 2
    assert lines_needed("a\nb", 20) == 2


def test_all_texts_are_there_in_both_languages():
    for key, texts in TABLE_WORDS.items():
        assert all(one.strip() for one in texts), key
        assert set(re.findall(r"\{\w+", texts[0])) == set(
            re.findall(r"\{\w+", texts[1])
        ), key


def test_contract_headers_are_used(book):
    assert header(MISSING_ITEMS.column("item_id"), "zh") == "缺项编号"
    assert book["江东街道"]["B3"].value == "居村名称"


def test_a_task_list_has_its_costs_and_columns_for_the_office(book):
    rows = list(book["江东街道"].iter_rows(values_only=True))
    at = next(i for i, row in enumerate(rows) if row[0] == "设施任务配置清单表")
    head = [re.sub(r"\s", "", str(one)) for one in rows[at + 1] if one is not None]
    task = dict(zip(head, rows[at + 2][: len(head)], strict=True))
    assert task["供给方式"] == "盘活存量"
    office = ("责任单位", "完成时限", "完成情况")
    assert [task[one] for one in office] == [None, None, None]
    assert rows[at + 3][1] == "合计"
    done = book["江东街道"].data_validations.dataValidation
    assert {one.formula1 for one in done} == {'"已完成,进行中,未开始"'}


def test_costs_add_up_over_the_sheets(book, toy):
    summary = block(book["汇总"], "街镇编号")
    shown = summary["选址造价（万元）"].fillna(0).astype(float).to_numpy()
    assert shown[:-1].sum() == pytest.approx(shown[-1])
    assert shown[-1] == pytest.approx(toy.sites["cost_10k"].sum()) == 80.5


def test_shares_and_excess_times_are_coloured(book):
    coloured = {
        name: [str(one.sqref) for one in book[name].conditional_formatting]
        for name in ("汇总", "江东街道")
    }
    assert len(coloured["汇总"]) >= 2
    assert coloured["江东街道"]


def test_every_sheet_has_a_print_area_on_a4(book):
    for name in book.sheetnames[1:]:
        assert book[name].print_area
        assert book[name].page_setup.paperSize == 9
        assert book[name].page_setup.orientation == "landscape"
