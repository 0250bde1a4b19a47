"""The measures in report, start page and workbook: one set of figures."""

import re
from pathlib import Path

import openpyxl
import pytest
from measures_toy import measured_profile, measured_tables
from test_report import Tables
from toy_city import toy_study, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.csv_tables import write_csv_twins
from circle.html_pages import check_self_contained
from circle.report import report_text
from circle.report_measures import area_figures, measure_lines, measure_sections
from circle.report_tables import block_table
from circle.sheet_measures import MEASURE_SHEETS, shown_block
from circle.sheet_tasks import worst_tasks_block
from circle.study import read_study
from circle.words_tables import table_word
from circle.workbook import write_workbook

HOSTILE = '=1+1 <script>alert("x")</script>\n@cmd \'`${7*7}'


def measured(folder, **study: object):
    path = write_toy(
        folder,
        tables=measured_tables(),
        profile=measured_profile(),
        study={**toy_study(), **study},
    )
    return assess(load_city(read_study(path)))


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return measured(tmp_path_factory.mktemp("measured"))


@pytest.fixture(scope="module")
def book(toy, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "gaps.xlsx"
    write_workbook(toy, path)
    return openpyxl.load_workbook(path)


def folded(text):
    return re.sub(r"\s", "", str(text))


def blocks_of(book):
    """Every block of the workbook: its headers and its rows, as they stand."""
    found, head = [], None
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows():
            values = [one.value for one in row]
            if row[0].fill.fgColor.rgb == "FFDCE6F1":
                head = [folded(one) for one in values if one is not None]
                found.append((head, []))
            elif head and any(one is not None for one in values):
                found[-1][1].append(values)
    return found


def same(text, value):
    """Whether the report writes what the cell holds, to the digits that it shows."""
    if value is None:
        return text == ""
    if isinstance(value, str):
        return text == value
    number, scale = (text[:-1], 100) if text.endswith("%") else (text, 1)
    digits = len(number.partition(".")[2])
    return abs(float(number.replace(",", "")) - scale * value) <= 0.51 * 10**-digits


def test_every_measure_of_the_report_is_that_of_the_workbook(toy, book):
    blocks, n_rows = blocks_of(book), 0
    for section in measure_sections(toy):
        for title, table in section.tables:
            head = [folded(one) for one in table["head"]]
            # The report leaves the area out where it is the district in every row.
            own = [
                cells[at : at + len(head)]
                for one, rows in blocks
                for at in (0, 1)
                if one[at : at + len(head)] == head
                for cells in rows
            ]
            assert own, title
            for row in table["rows"]:
                assert any(all(map(same, row, cells)) for cells in own), row
                n_rows += 1
    assert n_rows > 30


def test_two_figures_that_differ_are_told_apart():
    assert same("33.3%", 1 / 3)
    assert not same("33.4%", 1 / 3)
    assert not same("1,235", 1236)
    assert not same("a", "b")


def test_every_measure_has_a_sheet_and_a_place_in_the_report(toy, book):
    text = report_text(toy)
    check_self_contained(text)
    for section in measure_sections(toy):
        assert f'id="{section.id}"' in text
        assert f'href="#{section.id}"' in text
        assert section.tables, section.id
    names = {one for _, one in area_figures(toy, "subdistrict", "S1")}
    assert len(Tables(text).tables) > 20
    assert names
    for name in MEASURE_SHEETS:
        assert table_word(f"sheet_{name}", "en") in book.sheetnames


def test_shares_name_their_denominators(toy):
    for sheet in MEASURE_SHEETS.values():
        for contract in sheet:
            block = shown_block(toy, contract)
            shares = [one for one in block.fields if one.form in {"share", "part"}]
            assert all("(of" in one.header or one.key == "gap" for one in shares), (
                contract.name
            )
    lines = measure_lines(toy)
    assert re.search(r"\d of \d", lines["choice"])
    assert re.search(r"\d of \d+\)", lines["people"])
    assert "own index" in lines["monitoring"]


def test_codes_are_words_for_readers_and_stay_codes_in_csv(toy, tmp_path):
    for sheet in MEASURE_SHEETS.values():
        for contract in sheet:
            block = shown_block(toy, contract)
            shown = {x for row in block_table(block, "en")["rows"] for x in row}
            assert not shown & {"area_class", "area_classes", "1000_people"}
    paths = {one.stem: one for one in write_csv_twins(toy, tmp_path)}
    assert "area_class" in paths["capacity"].read_text("utf-8-sig")
    assert "coverage_by" in paths


def test_the_worst_subdistricts_come_first_with_their_tasks(toy):
    block = worst_tasks_block(toy)
    rows = block.rows.iloc[: len(block.rows) - block.totals]
    shares = rows["area_share"].astype(float).tolist()
    assert shares == sorted(shares)
    tasks = rows[rows["step"].notna()]
    inside = toy.sites[toy.sites["subdistrict_id"].isin(set(rows["subdistrict_id"]))]
    assert sorted(tasks["candidate_id"]) == sorted(inside["candidate_id"])
    total = block.rows.iloc[-1]
    assert total["cost_10k"] == pytest.approx(inside["cost_10k"].sum())


def test_hostile_names_run_in_no_measure(tmp_path: Path):
    tables = measured_tables()
    tables["facilities"]["name"] = HOSTILE
    tables["committees"]["name"] = HOSTILE + "长" * 200
    path = write_toy(tmp_path, tables=tables, profile=measured_profile())
    toy = assess(load_city(read_study(path)))
    write_workbook(toy, tmp_path / "gaps.xlsx")
    cells = [
        one
        for sheet in openpyxl.load_workbook(tmp_path / "gaps.xlsx")
        for row in sheet
        for one in row
    ]
    assert not [one for one in cells if one.data_type == "f"]
    assert any(str(one.value).startswith("=1+1") for one in cells)
    text = report_text(toy)
    assert "<script" not in text
    check_self_contained(text)
    for one in write_csv_twins(toy, tmp_path / "tables"):
        assert "\n=1+1" not in one.read_text("utf-8-sig")
        assert ",=1+1" not in one.read_text("utf-8-sig")
