"""What inventories mean: several types, dates, addresses, derived ids, messy sheets."""

import datetime

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from toy_city import CRS, EAST, NORTH, toy_study, toy_tables, write_toy

from circle.address_points import fold_address
from circle.city import load_city
from circle.contracts import FACILITIES
from circle.crs import parse_crs
from circle.dates import parse_date, typed_year
from circle.derived_ids import derived_ids
from circle.errors import InputError
from circle.facilities import read_candidates, read_facilities
from circle.facility_status import status_on
from circle.input_contracts import LEVEL_WORDS
from circle.not_placed import not_placed
from circle.placing import COORDINATES
from circle.profile_reading import read_profile
from circle.reading import half_width, read_table, taken_warnings
from circle.single_tables import check_table_rows
from circle.study import read_study

METRIC = parse_crs("EPSG:4550", where="test")
DAY = datetime.date(2026, 1, 1)


def read(folder, tables=None, *, reader=read_facilities, **settings: object):
    study = toy_study()
    top = {key: settings.pop(key) for key in ("as_of",) if key in settings}
    study |= top
    study["facilities"] |= settings
    found = read_study(write_toy(folder, tables=tables, study=study))
    profile = read_profile(found.profile, folder=found.folder)
    return reader(found, profile=profile, crs=METRIC)


def inventory(**columns: list):
    tables = toy_tables()
    table = tables["facilities"]
    for name, values in columns.items():
        table[name] = values + [None] * (len(table) - len(values))
    return tables


def names_of(frame):
    return {one.name: one for one in taken_warnings(frame)}


def test_a_cell_of_several_types_becomes_rows_of_one_building(tmp_path):
    tables = inventory()
    tables["facilities"]["type"] = tables["facilities"]["type"].astype(object)
    tables["facilities"].loc[0, "type"] = "clinic、学校、"
    found = read(tmp_path, tables, type_separator="、").set_index("facility_id")
    assert len(found) == 10
    assert list(found.loc[["F1:clinic", "F1:school"], "type_id"]) == [
        "clinic",
        "school",
    ]
    assert set(found.loc[["F1:clinic", "F1:school"], "building_id"]) == {"F1"}
    # Rows of one type keep their ids and have no building of their own.
    assert pd.isna(found.loc["F2", "building_id"])


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("clinic、spa", "row 2: found unknown facility type spa"),
        ("clinic、clinic", "row 2: found the facility type clinic twice in one cell"),
        ("、", "row 2: found unknown facility type 、"),
    ],
)
def test_what_is_wrong_with_cells_of_several_types(tmp_path, cell, told):
    tables = inventory()
    tables["facilities"].loc[0, "type"] = cell
    with pytest.raises(InputError) as caught:
        read(tmp_path, tables, type_separator="、")
    assert told in str(caught.value)


def test_without_a_separator_such_a_cell_is_no_type(tmp_path):
    tables = inventory()
    tables["facilities"].loc[0, "type"] = "clinic、school"
    with pytest.raises(InputError, match="unknown facility type clinic、school"):
        read(tmp_path, tables)


@pytest.mark.parametrize(
    ("status", "opened", "closed", "expected"),
    [
        ("open", None, None, "open"),
        ("open", "2026-01-01", None, "open"),
        ("open", "2026-01-02", None, "planned"),
        ("open", None, "2026-01-01", "closed"),
        ("open", None, "2026-01-02", "open"),
        ("closed", None, None, "closed"),
        ("closed", None, "2026-01-02", "open"),
        ("closed", None, "2025-12-31", "closed"),
        ("closed", "2026-06-01", "2027-01-01", "planned"),
        ("planned", "2020-01-01", None, "planned"),
        ("building", "2020-01-01", None, "building"),
    ],
)
def test_status_on_a_day(status, opened, closed, expected):
    frame = gpd.GeoDataFrame(
        {"status": [status], "opened": [opened], "closed": [closed]}, geometry=[None]
    )
    assert list(status_on(frame, DAY)["status"]) == [expected]


def test_an_assessment_as_of_a_day_says_what_it_changes(tmp_path):
    # F1 F2 open, F3 planned, F4 closed, F5 F6 open …
    tables = inventory(
        启用日期=["2027年3月", "2010/9/1", "2020", "", "20110131"],
        关闭日期=["", "2025.12.31", "", "2026-06"],
    )
    found = read(tmp_path, tables, as_of=DAY)
    assert list(found["status"])[:5] == ["planned", "closed", "planned", "open", "open"]
    assert list(found["opened"])[:3] == ["2027-03-01", "2010-09-01", "2020-01-01"]
    told = names_of(found)
    assert (
        "on 2026-01-01, 3 facilities have another status" in told["status-by-date"].text
    )
    assert "F1 (open → planned), F2 (open → closed)" in told["status-by-date"].text
    assert told["opening-date-passed"].text.endswith("F3.")
    assert "按2026-01-01时点" in told["status-by-date"].in_language("zh")
    plain = read(tmp_path, tables)
    assert list(plain["status"])[:4] == ["open", "open", "planned", "closed"]
    assert names_of(plain) == {}


def test_dates_that_are_none_and_that_are_turned(tmp_path):
    tables = inventory(启用日期=["soon", "2020-01-01"], 关闭日期=["", "2019-01-01"])
    with pytest.raises(InputError) as caught:
        read(tmp_path, tables)
    assert "column '启用日期': row 2: found 'soon'; expected a date" in str(
        caught.value
    )
    assert "row 3: found a closing date that is not after" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026年 1月 31日", "2026-01-31"),
        ("２０２６．１．３", "2026-01-03"),
        ("2026-01-31 00:00:00", "2026-01-31"),
        ("2026年", "2026-01-01"),
        ("2026-02-30", None),
        ("45000", None),
        ("", None),
    ],
)
def test_dates_as_offices_write_them(text, iso):
    assert parse_date(text) == iso


def excel_inventory(folder, *, opened, formats=None):
    """Write an inventory as a spreadsheet with one row for each opening date."""
    folder.mkdir(exist_ok=True)
    path = folder / "facilities.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["编号", "名称", "类型", "启用日期", "经度", "纬度"])
    for number, day in enumerate(opened, start=1):
        page.append([f"F{number}", f"{number}园", "幼儿园", None, 121.5, 31.2])
        page.cell(number + 1, 4).value = day
        if formats:
            page.cell(number + 1, 4).number_format = formats
    book.save(path)
    return path


def checked(path):
    contracts = [FACILITIES, COORDINATES]
    raw = read_table(path, contracts, columns={})
    return check_table_rows(raw, "facilities", profile=read_profile("pudong"))


def test_dates_of_spreadsheets_are_dates(tmp_path):
    days = [
        datetime.date(2024, 5, 1),
        datetime.datetime(2024, 5, 1, 8, 30),  # noqa: DTZ001
        "2024年5月1日",
        "2024/5/1",
        2024,
        20_240_501,
        "2024年5月",
        None,
    ]
    found = checked(excel_inventory(tmp_path, opened=days))
    assert found.problems == ()
    read_days = [None if pd.isna(one) else one for one in found.table["opened"]]
    assert read_days == [
        *["2024-05-01"] * 4,
        "2024-01-01",
        "2024-05-01",
        "2024-05-01",
        None,
    ]


def test_a_year_in_a_date_cell_is_named(tmp_path):
    path = excel_inventory(tmp_path, opened=[2024, 45_413], formats="yyyy-mm-dd")
    (problem,) = checked(path).problems
    assert (problem.key, problem.rows) == ("year-as-date", (2,))
    assert "年份 2024 填在日期格式的单元格中" in problem.in_language("zh")
    assert typed_year(datetime.datetime(2024, 5, 1)) is None  # noqa: DTZ001


def test_a_faulty_date_is_named_with_its_cell_in_two_languages(tmp_path):
    path = excel_inventory(tmp_path, opened=["去年", "2024-02-30"])
    (problem,) = checked(path).problems
    assert (problem.rows, problem.column) == ((2, 3), "启用日期")
    zh = problem.in_language("zh")
    assert "第2、3行: 列“启用日期”: 发现 '去年'、'2024-02-30'；应为日期" in zh
    assert "found '去年', '2024-02-30'; expected a date" in str(problem)


def test_dates_of_layers_are_dates(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "编号": ["F1", "F2"],
            "名称": ["一", "二"],
            "类型": "幼儿园",
            "启用日期": pd.to_datetime(["2024-05-01", None]),
        },
        geometry=gpd.points_from_xy([121.5, 121.6], [31.2, 31.2]),
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "a.gpkg")
    found = checked(tmp_path / "a.gpkg")
    assert found.problems == ()
    assert found.table["opened"].iloc[0] == "2024-05-01"
    assert pd.isna(found.table["opened"].iloc[1])


def test_a_level_that_is_not_that_of_the_type_is_told(tmp_path):
    levels = ["社区", "committee", "", "市区"]  # clinic, 学校, clinic, school
    found = read(tmp_path, inventory(层级=levels))
    study = read_study(tmp_path / "study.yaml")
    standard = read_profile(study.profile, folder=study.folder)
    profile = {one.id: one.level for one in standard.types}
    given = {"F1": "community", "F2": "committee", "F4": "district"}
    types = dict(zip(found["facility_id"], found["type_id"], strict=True))
    wrong = [one for one, level in given.items() if profile[types[one]] != level]
    assert wrong
    warning = names_of(found)["level-differs"]
    assert f"{len(wrong)} facilities have another level" in warning.text
    for one in wrong:
        assert f"row {int(one[1:]) + 1} (" in warning.text
    assert f"{len(wrong)}处设施所填层级与标准" in warning.in_language("zh")


def test_levels_that_fit_are_no_matter_and_unknown_ones_are_named(tmp_path):
    profile = read_profile("pudong")
    rows = ["编号,名称,类型,设施层级,经度,纬度"]
    rows += [
        f"F{n},{n},{one.label.zh},{LEVEL_WORDS[one.level][n % 2]},121.5,31.2"
        for n, one in enumerate(profile.types)
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows), "utf-8")
    assert (checked(path).problems, checked(path).warnings) == ((), ())
    path.write_text("\n".join(rows).replace("居村", "三级甲等", 1), "utf-8")
    (problem,) = checked(path).problems
    assert (problem.key, problem.column) == ("unknown-choice", "设施层级")


def address_table(folder, rows):
    table = pd.DataFrame(rows, columns=["地址", "x", "y"])
    table["x"], table["y"] = table["x"] + EAST, table["y"] + NORTH
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / "addresses.csv", index=False)
    return {"path": "addresses.csv", "crs": CRS}


def test_rows_without_coordinates_are_placed_by_address(tmp_path):
    points = address_table(
        tmp_path, [("Road 5", 700, 0), ("Lane 1", 0, 0), ("Lane 1", 0, 50)]
    )
    tables = inventory(address=["Road 5", None, None, None, "ROAD ５"])
    found = read(tmp_path, tables, address_points=points).set_index("facility_id")
    assert found.geometry["F5"].x == EAST + 700
    assert found.geometry["F1"].x == EAST + 1000  # its own place goes first
    assert names_of(found)["placed-by-address"].text.endswith("by address: F5.")
    tables = inventory(address=[None] * 4 + ["Lane 1"])
    found = read(tmp_path, tables, address_points=points)
    assert found.geometry.isna().sum() == 1
    assert "several points" in names_of(found)["address-ambiguous"].text
    assert list(not_placed(found)["facility_id"]) == ["F5"]
    assert list(not_placed(found)["address"]) == ["Lane 1"]
    assert fold_address(" Ａ 1") == "a1"


def test_faults_of_the_lookup_table_are_named(tmp_path):
    table = pd.DataFrame({"地址": ["Road 5", ""], "x": ["east", EAST], "y": NORTH})
    table.to_csv(tmp_path / "addresses.csv", index=False)
    points = {"path": "addresses.csv", "crs": CRS}
    with pytest.raises(InputError) as caught:
        read(tmp_path, address_points=points)
    assert "addresses.csv: column 'x': row 2: found 'east'" in str(caught.value)
    assert "addresses.csv: column '地址': row 3: empty" in str(caught.value)


def without_ids():
    tables = toy_tables()
    tables["facilities"] = tables["facilities"].drop(columns="facility_id")
    return tables


def by_name(frame):
    return dict(zip(frame["name"], frame["facility_id"], strict=True))


def test_derived_ids_do_not_depend_on_order_or_other_columns(tmp_path):
    first = by_name(read(tmp_path, without_ids()))
    assert len(set(first.values())) == 9
    tables = without_ids()
    tables["facilities"] = tables["facilities"].iloc[::-1]
    tables["facilities"]["建筑面积"] = 5
    tables["facilities"]["x"] += 30
    tables["facilities"]["type"] = tables["facilities"]["type"].replace(
        "学校", "SCHOOL"
    )
    assert by_name(read(tmp_path, tables)) == first
    blank = toy_tables()
    blank["facilities"]["facility_id"] = ""
    assert by_name(read(tmp_path, blank)) == first


def test_rows_of_the_same_content_are_told_apart_by_place(tmp_path):
    def ids(order):
        tables = without_ids()
        twins = tables["facilities"].iloc[[0, 0]].reset_index(drop=True)
        twins.loc[1, "x"] += 500
        tables["facilities"] = twins.iloc[order]
        found = read(tmp_path, tables)
        return dict(zip(found.geometry.x, found["facility_id"], strict=True))

    assert ids([0, 1]) == ids([1, 0])
    assert sorted(ids([0, 1]).values())[1].endswith("-2")


def test_a_gap_among_the_ids_is_a_fault(tmp_path):
    tables = toy_tables()
    tables["facilities"].loc[2, "facility_id"] = None
    with pytest.raises(InputError, match="column 'facility_id': row 4: empty"):
        read(tmp_path, tables)


def test_nothing_to_say_gives_the_place_as_id():
    a, b = derived_ids("f", [("x", None)] * 2, ties=[1, 1])
    assert b == f"{a}-2"


def test_every_table_may_come_without_ids(tmp_path):
    tables = without_ids()
    for name, column in (
        ("committees", "编号"),
        ("population", "cell_id"),
        ("candidates", "candidate_id"),
    ):
        tables[name] = tables[name].drop(columns=column)
    # Committees name their subdistrict as people do.
    tables["committees"]["街镇编号"] = ["Cross Street"] * 2 + ["Outer Town", "B1"]
    city = load_city(read_study(write_toy(tmp_path, tables=tables)))
    assert list(city.committees.groupby("subdistrict_id").size()) == [2, 2]
    for table in (city.committees, city.cells, city.facilities, city.candidates):
        assert table.iloc[:, 0].is_unique
    assert len(read(tmp_path, tables, reader=read_candidates)) == 3


# --- messy sheets ---


def sheet(folder, rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for one in merged:
        book.active.merge_cells(one)
    folder.mkdir(exist_ok=True)
    book.save(folder / "messy.xlsx")


HEADER = ["设施编号", "设施名称", "设施类型", "经度", "纬度"]
ROWS = [
    ["F1", "One", "clinic", EAST + 1000, NORTH],
    ["F2", "Two", "school", EAST + 1500, NORTH],
]


def messy(folder, rows, merged=()):
    sheet(folder, rows, merged)
    return read(folder, path="messy.xlsx")


def test_titles_above_the_header_are_told(tmp_path):
    rows = [["Inventory of 2026"], [], ["填报单位：A", None, "日期"], HEADER, *ROWS]
    found = messy(tmp_path, rows)
    assert list(found["facility_id"]) == ["F1", "F2"]
    told = names_of(found)["title-rows"]
    assert "row 1, 3: taken as titles above the header" in told.text
    assert "Inventory of 2026" in told.in_language("zh")


@pytest.mark.parametrize(
    ("rows", "merged", "told"),
    [
        ([HEADER, *ROWS, ["合计", None, 2]], (), "row 4: found a row of totals '合计'"),
        ([HEADER, ROWS[0], [None, "小计", 1], ROWS[1]], (), "row 3: found a row of to"),
        ([HEADER, *ROWS, ["注：自行填报"]], (), "row 4: found a text that is no rec"),
        ([HEADER, ["一、卫生"], *ROWS], (), "row 2: found a text that is no record"),
        ([HEADER, ROWS[0], HEADER, ROWS[1]], (), "row 3: found a header again"),
        ([HEADER, *ROWS], ["A2:A3"], "row 2, 3: found merged cells (A2:A3)"),
        (
            [
                ["设施编号", "名称", "类型", "位置", None],
                [None] * 3 + ["x", "y"],
                *ROWS,
            ],
            ["D1:E1"],
            "row 2: found a header again",
        ),
        (
            [
                ["设施编号", "名称", "类型", "位置", None],
                [None] * 3 + ["x", "y"],
                *ROWS,
            ],
            ["D1:E1"],
            "row 1: found merged cells in the header (D1:E1)",
        ),
        ([ROWS[0], HEADER, ROWS[1]], (), "row 1: found data above the header"),
    ],
)
def test_what_is_no_row_of_the_table_is_named(tmp_path, rows, merged, told):
    with pytest.raises(InputError) as caught:
        messy(tmp_path, rows, merged)
    assert told in str(caught.value)
    assert "messy.xlsx: sheet 'Sheet'" in str(caught.value)


def test_totals_and_other_faults_come_together(tmp_path):
    rows = [HEADER, ["F1", "One", "spa", EAST, NORTH], ROWS[1], ["总计", None, "2"]]
    with pytest.raises(InputError) as caught:
        messy(tmp_path, rows)
    assert "row 4: found a row of totals" in str(caught.value)
    assert "row 2: found unknown facility type spa" in str(caught.value)
    assert "empty" not in str(caught.value)


def test_full_width_digits_are_read_and_told(tmp_path):
    tables = toy_tables()
    table = tables["facilities"].astype(object)
    table.loc[0, "x"] = "５０１０００．０"
    tables["facilities"] = table
    found = read(tmp_path, tables)
    assert found.geometry.iloc[0].x == 501_000
    assert "row 2: numbers in full-width" in names_of(found)["full-width-digits"].text
    assert half_width("第５号") == "第５号"


def test_warnings_of_reading_reach_the_city(tmp_path):
    rows = [["Inventory"], HEADER, *ROWS]
    sheet(tmp_path, rows)
    study = toy_study()
    study["facilities"]["path"] = "messy.xlsx"
    city = load_city(read_study(write_toy(tmp_path, study=study)))
    assert "title-rows" in [one.name for one in city.warnings]
