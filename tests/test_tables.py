import numpy as np
import openpyxl
import pandas as pd
import pytest

from circle.contracts import CANDIDATES, CELLS, COMMITTEES, FACILITIES, INPUT_CONTRACTS
from circle.errors import InputError
from circle.files import RawTable, read_raw_table
from circle.tables import check_table, conform, header

GOOD = {
    "编号": ["C1", "C2"],
    "名称": ["一", "二"],
    "类别": ["居委", "village"],
    "街镇编号": ["A1", "A1"],
    "户数": ["12", ""],
}


def taken(columns, contract=COMMITTEES, mapping=None):
    rows = pd.DataFrame(columns, dtype=object)
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    raw = RawTable("some.csv", rows, "row")
    return conform(raw, contract, columns=mapping or {})


def complaints(columns, contract=COMMITTEES, mapping=None):
    problems = taken(columns, contract, mapping)[1]
    assert all(one.startswith("some.csv: ") for one in problems)
    return problems


def test_columns_are_found_by_any_known_name():
    table, problems = taken(GOOD)
    assert problems == []
    assert list(table["kind"]) == ["resident", "village"]
    assert table["households"].tolist() == pytest.approx([12.0, np.nan], nan_ok=True)
    english = {"committee_id": ["C1"], "NAME ": ["x"], "Kind": ["resident"],
               "Subdistrict ID": ["A1"]}  # fmt: skip
    table, problems = taken(english)
    assert problems == []
    assert list(table["subdistrict_id"]) == ["A1"]


def test_columns_may_be_named_in_the_study():
    own = {"code" if one == "编号" else one: values for one, values in GOOD.items()}
    table, problems = taken(own, mapping={"committee_id": "code"})
    assert problems == []
    assert list(table["committee_id"]) == ["C1", "C2"]
    (problem,) = complaints(own, mapping={"committee_id": "kode"})
    assert "columns.committee_id: no column 'kode'; the file has: code" in problem


def test_missing_columns_say_what_would_do():
    problems = complaints({"编号": ["C1"]})
    assert len(problems) == 3
    assert "no column for 'name'; expected one of: name, 居村名称, 名称" in problems[0]
    assert "name it under `columns:` in the study" in problems[0]
    assert "The file has: 编号." in problems[0]


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        (
            "户数",
            ["many", "3"],
            "column '户数': row 2: found 'many'; expected a number",
        ),
        ("户数", ["1,200", "3"], "found '1,200'; expected a number"),
        ("户数", ["inf", "nan"], "row 2, 3: found 'inf', 'nan'; expected a number"),
        ("户数", ["3", "-1"], "row 3: found -1; expected 0 or more"),
        (
            "类别",
            ["居委", "家委"],
            "row 3: found '家委'; expected resident/居委",
        ),
        ("类别", ["居委", ""], "row 3: empty; expected a value in every row"),
        ("编号", ["C1", "C1"], "row 2, 3: found committee_id C1 more than once"),
        ("编号", ["C1", " C1 "], "found committee_id C1 more than once"),
        ("编号", ["", "C1"], "row 2: empty"),
        ("编号", ["9.99001E+11", "C1"], "expected every digit of the code"),
        ("编号", [9.99e17, "C1"], "a spreadsheet program has cut it"),
    ],
)
def test_what_is_wrong_with_values(column, values, told):
    problems = complaints(GOOD | {column: values})
    assert len(problems) == 1
    assert told in problems[0]


def test_all_faults_of_a_table_come_together():
    problems = complaints(GOOD | {"编号": ["C1", "C1"], "户数": ["x", "-2"]})
    assert len(problems) == 3


def test_the_first_five_and_the_total_are_named():
    wrong = {"cell_id": list("abcdefg"), "population": [-1] * 7}
    (problem,) = complaints(wrong, CELLS)
    assert "row 2, 3, 4, 5, 6 … (7 in all)" in problem


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (999001001001.0, "999001001001"),
        (7, "7"),
        (" C1 ", "C1"),
        ("1E5", "1E5"),
    ],
)
def test_codes_keep_every_digit(value, text):
    table, problems = taken(GOOD | {"编号": [value, "x"]})
    assert problems == []
    assert table["committee_id"].iloc[0] == text


def test_codes_survive_spreadsheets_and_text_files(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(list(GOOD))
    book.active.append([999001001001, "一", "居委", 7, 12])
    book.active.append(["009001001002", "二", "村委", "007", None])
    book.save(tmp_path / "some.xlsx")
    rows = [
        "编号,名称,类别,街镇编号",
        "009001001001,一,居委,007",
        "999001001002,二,村委,1_2",
    ]
    (tmp_path / "some.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    sheet, problems = conform(
        read_raw_table(tmp_path / "some.xlsx"), COMMITTEES, columns={}
    )
    assert problems == []
    assert list(sheet["committee_id"]) == ["999001001001", "009001001002"]
    assert list(sheet["subdistrict_id"]) == ["7", "007"]
    text, problems = conform(
        read_raw_table(tmp_path / "some.csv"), COMMITTEES, columns={}
    )
    assert problems == []
    assert list(text["committee_id"]) == ["009001001001", "999001001002"]
    assert list(text["subdistrict_id"]) == ["007", "1_2"]


def test_lists_are_split_at_any_usual_mark():
    columns = {"编号": ["K1"], "名称": ["x"], "供给方式": ["复合利用"],
               "可设类型": ["幼儿园、小学; 初中，高中,助餐 "]}  # fmt: skip
    table, problems = taken(columns, CANDIDATES)
    assert problems == []
    assert table["type_ids"].iloc[0] == ("幼儿园", "小学", "初中", "高中", "助餐")


def result():
    return pd.DataFrame(
        {"cell_id": ["a", "b"], "population": [1.0, 2.0], "geometry": [1, 2]}
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.drop(columns="population"), "no column 'population'"),
        (
            lambda one: one.assign(population=[1.0, -1.0]),
            "found -1; expected 0 or more",
        ),
        (lambda one: one.assign(population=[1.0, None]), "row 1: empty"),
        (lambda one: one.assign(cell_id=["a", "a"]), "cell_id: found a row twice"),
    ],
)
def test_tables_inside_circle_are_checked(change, told):
    check_table(result(), CELLS)
    with pytest.raises(InputError, match=r"^table cells: ") as caught:
        check_table(change(result()), CELLS)
    assert told in str(caught.value)


def test_unknown_choices_inside_circle_are_found():
    table = pd.DataFrame(
        {"facility_id": ["F"], "name": ["x"], "type_id": ["t"], "status": ["shut"],
         "geometry": [0]}
    )  # fmt: skip
    with pytest.raises(InputError, match="'status': found shut"):
        check_table(table, FACILITIES)


@pytest.mark.parametrize("contract", INPUT_CONTRACTS, ids=lambda one: one.name)
def test_names_of_a_contract_are_told_apart(contract):
    names = [one.name for one in contract.columns]
    assert len(names) == len(set(names))
    assert set(contract.key) <= set(names)
    for column in contract.columns:
        assert header(column, "en") == column.name
        assert header(column, "zh") == column.zh
