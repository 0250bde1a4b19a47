"""Problems know where they are, and say what to do in two languages."""

import re
import string
from pathlib import Path
from types import SimpleNamespace

import pytest
from chinese import english_left

from circle.errors import ConfigError, InputError, Words, gather
from circle.problems import Problem, as_problems, os_reason, problem_in, problem_of
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
    assert not english_left(" ".join(chinese))
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


def test_words_know_both_languages_wherever_they_stand():
    file = Words("profile 'x'", zh="标准“x”")
    one = Problem("unknown-profile", file, values={"known": "pudong"})
    assert one.startswith("profile 'x': not found; circle ships: pudong; ")
    assert one.in_language("zh").startswith(
        "标准“x”: 没有这个标准；自带的标准：pudong；"
    )
    kind = Words("an OSM file", zh="OSM 文件")
    two = problem_of("a.yaml: streets", "key-means-nothing", keys=("crs",), kind=kind)
    assert (two.file, two.item) == ("a.yaml", "streets")
    assert two == (
        "a.yaml: streets: found crs, which means nothing for an OSM file; expected it "
        "only for other files; delete it."
    )
    assert two.in_language("zh") == (
        "a.yaml: streets: 发现 crs，对OSM 文件没有意义；仅用于其他文件；请删去"
    )


def test_words_that_were_raised_are_told_in_chinese():
    (one,) = as_problems(InputError(Words("a: too far.", zh="a：太远。")).problems)
    assert (one.in_language("en"), one.in_language("zh")) == (
        "a: too far.",
        "a：太远。",
    )


def test_a_message_of_several_lines_is_one_problem():
    one = problem_of("a.osm", "osm-not-read", error="line 1:\nbad")
    assert InputError(one).problems == (one,)
    assert "\n" not in one


def test_the_reasons_of_the_system_are_told_in_chinese():
    missing = os_reason(FileNotFoundError(2, "No such file or directory"))
    assert (missing, missing.in_language("zh")) == (
        "No such file or directory",
        "文件或文件夹不存在",
    )
    assert os_reason(OSError(9999, "odd")).in_language("zh") == "系统拒绝访问"
    assert os_reason(RuntimeError("odd")) == "odd"
    assert os_reason(RuntimeError("odd")).in_language("zh") == "写入中断"
