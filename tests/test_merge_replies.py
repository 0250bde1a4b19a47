"""Replies of offices: out in gaps.xlsx, back by codes, shown by the next run."""

import datetime

import openpyxl
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from toy_city import toy_study, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.cli import main
from circle.errors import InputError
from circle.merge_replies import is_gap_workbook, merge_replies, read_replies
from circle.study import read_study
from circle.workbook import write_workbook


@pytest.fixture
def handed_out(tmp_path):
    study = write_toy(tmp_path, study={**toy_study(), "language": "zh"})
    write_workbook(assess(load_city(read_study(study))), tmp_path / "gaps.xlsx")
    return study, tmp_path / "gaps.xlsx"


def reply(source, target, said):
    """Fill columns in, by code of the row and header; give how many cells were met."""
    book, met = openpyxl.load_workbook(source), 0
    for page in book.worksheets:
        seats = {}
        for row in page.iter_rows():
            names = {str(one.value).strip(): one.column for one in row}
            if "责任单位" in names:
                seats = names
                continue
            codes = [row[seats[one] - 1].value for one in ("缺项编号", "候选点编号")
                     if one in seats]  # fmt: skip
            for code in codes:
                for header, value in said.get(code, {}).items():
                    page.cell(row[0].row, seats[header], value)
                    met += 1
    book.save(target)
    return met


def first_item(path):
    return sorted(code for kind, code in read_replies(path) if kind == "item")[0]


def test_replies_go_out_come_back_and_are_shown(handed_out, tmp_path):
    study, book = handed_out
    item = first_item(book)
    site = next(code for kind, code in read_replies(book) if kind == "site")
    said = {
        item: {"责任单位": "社区办", "完成时限": datetime.date(2027, 6, 30)},
        site: {"责任单位": "@街道", "完成情况": "进行中"},
    }
    assert reply(book, tmp_path / "back.xlsx", said) == 4
    out = tmp_path / "replies.csv"
    done = CliRunner().invoke(
        main, ["merge", str(book), str(tmp_path / "back.xlsx"), "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert "office_replies" in done.output
    assert "'@街道" in out.read_text("utf-8-sig")
    content = yaml.safe_load(study.read_text("utf-8"))
    study.write_text(yaml.safe_dump({**content, "office_replies": str(out)}), "utf-8")
    again = tmp_path / "again.xlsx"
    write_workbook(assess(load_city(read_study(study))), again)
    rows = read_replies(again)
    assert rows["item", item].said == {
        "responsible": "社区办",
        "deadline": "2027-06-30",
        "done": "",
    }
    assert rows["site", site].said["responsible"] == "@街道"
    assert rows["site", site].said["done"] == "进行中"
    kept = merge_replies(again, [again]).table
    assert kept["编号"].tolist() == [item, site]


def test_an_english_workbook_is_read_alike(toy, tmp_path):
    write_workbook(toy, tmp_path / "gaps.xlsx")
    rows = read_replies(tmp_path / "gaps.xlsx")
    items = {code for kind, code in rows if kind == "item"}
    sites = {code for kind, code in rows if kind == "site"}
    assert items == set(toy.missing_items["item_id"])
    assert sites == set(toy.sites["candidate_id"][toy.sites["subdistrict_id"].notna()])
    names = dict(
        zip(
            toy.missing_items["item_id"],
            toy.missing_items["committee_name"],
            strict=True,
        )
    )
    assert all(rows["item", one].name == names[one] for one in items)


def test_what_differs_stays_and_what_is_unknown_is_left_out(handed_out, tmp_path):
    _, book = handed_out
    item = first_item(book)
    for name, unit in (("a", "甲"), ("b", "乙")):
        reply(book, tmp_path / f"{name}.xlsx", {item: {"责任单位": unit}})
    other = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for page in other.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.value == item:
                    cell.value = "C9:gone"
    other.save(tmp_path / "c.xlsx")
    paths = [tmp_path / f"{name}.xlsx" for name in "abc"]
    merged = merge_replies(book, paths)
    assert merged.rows("conflict") == (item,)
    assert merged.rows("left out") == ("C9:gone",)
    assert merged.table.empty
    both = merge_replies(book, [paths[0], paths[0]])
    assert both.rows("added") == (item,)
    assert both.table["责任单位"].tolist() == ["甲"]


def test_other_files_are_no_gap_workbooks(tmp_path):
    path = tmp_path / "other.xlsx"
    pd.DataFrame({"责任单位": ["x"]}).to_excel(path, index=False)
    assert not is_gap_workbook(path)
    assert not is_gap_workbook(tmp_path / "facilities.csv")
    with pytest.raises(InputError, match="columns for replies"):
        read_replies(path)
