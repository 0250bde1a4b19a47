"""The workbook that street offices fill in."""

import openpyxl
import pytest

from circle.check import check_path
from circle.errors import OutputError
from circle.profile import read_profile
from circle.template import write_template


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
    offered = [one.value for one in lists["B"][1:] if one.value]
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
    for column, value in enumerate(["C9", "九", "家委", "L01", 100, 121.5, 31.2], 1):
        page.cell(4, column, value)
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


def test_only_workbooks_are_written(tmp_path, profile):
    with pytest.raises(OutputError, match=r"expected \.xlsx"):
        write_template(tmp_path / "items.csv", profile=profile)
