"""Problems know where they are, and say what to do in two languages."""

import re
import string
from pathlib import Path
from types import SimpleNamespace

import pytest

from circle.errors import ConfigError, InputError, gather
from circle.problems import Problem, as_problems, problem_in
from circle.words_problems import PROBLEM_TEXTS

SHEET = SimpleNamespace(where="homes.xlsx: sheet '居村'", row_word="row")
MODULES = sorted(Path(__file__).parents[1].joinpath("circle").glob("*.py"))


def braces(texts):
    return {
        name
        for text in texts
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }


@pytest.mark.parametrize("key", PROBLEM_TEXTS)
def test_every_problem_is_told_in_both_languages(key):
    chinese, english = PROBLEM_TEXTS[key]
    assert len(chinese) == len(english) == 3
    assert chinese[0]
    assert english[0]
    assert re.search("[一-鿿]", "".join(chinese))
    values = dict.fromkeys(braces(chinese) | braces(english), "x")
    one = Problem(key, "a.csv", values=values)
    assert one.in_language("zh").startswith("a.csv: ")
    assert str(one).startswith("a.csv: ")


def test_every_text_is_used():
    source = "\n".join(
        path.read_text("utf-8")
        for path in MODULES
        if not path.stem.startswith("words_")
    )
    assert [key for key in PROBLEM_TEXTS if f'"{key}"' not in source] == []


def test_a_problem_points_to_its_cells():
    one = problem_in(SHEET, "empty-cell", rows=[2, 3], column="名称")
    assert (one.file, one.sheet, one.rows, one.column) == (
        "homes.xlsx",
        "居村",
        (2, 3),
        "名称",
    )
    assert one == (
        "homes.xlsx: sheet '居村': column '名称': row 2, 3: empty; expected a value in "
        "every row; fill it in."
    )
    assert one.in_language("zh") == (
        "homes.xlsx: 工作表“居村”: 第2、3行: 列“名称”: 单元格为空；每行都应填写；请补填"
    )
    assert (one.found, one.remedy) == ("empty", "fill it in")
    assert one.expected == "expected a value in every row"


def test_the_first_five_and_the_total_are_shown_and_all_are_kept():
    one = problem_in(SHEET, "empty-cell", rows=range(2, 14), column="名称")
    assert len(one.rows) == 12
    assert "row 2, 3, 4, 5, 6 … (12 in all)" in one
    assert "第2、3、4、5、6行等共12处" in one.in_language("zh")


def test_errors_carry_their_problems():
    one = problem_in(SHEET, "empty-cell", rows=[2], column="名称")
    with pytest.raises(InputError) as caught:
        gather([one, "other.csv: found no rows."], InputError)
    assert caught.value.problems == (one, "other.csv: found no rows.")
    assert str(caught.value) == f"{one}\nother.csv: found no rows."
    assert InputError(one).problems[0] is one
    assert ConfigError("a: b\nc: d").problems == ("a: b", "c: d")


def test_plain_messages_become_problems():
    (one,) = as_problems(
        ["a.xlsx: sheet '一': column 'v': row 3, 4: found x; expected y; do z."]
    )
    assert (one.file, one.sheet, one.column, one.rows) == ("a.xlsx", "一", "v", (3, 4))
    assert (one.found, one.expected, one.remedy) == ("found x", "expected y", "do z")
    assert one.in_language("zh") == (
        "a.xlsx: 工作表“一”: 第3、4行: 列“v”: found x; expected y; do z."
    )
    assert one.in_language("en") == str(one)
    (two,) = as_problems(["study.yaml: crs: found 3"])
    assert (two.file, two.rows) == ("study.yaml", ())
