import ast
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from chinese import is_chinese
from pydantic import Field

from circle import settings
from circle.errors import ConfigError
from circle.settings import Settings, read_yaml, spoken_language, validate
from circle.shipped import shipped_folder
from circle.words_profile import profile_rule_zh
from circle.words_rules import RULE_ZH

CIRCLE = Path(__file__).parents[1] / "circle"


class Inner(Settings):
    limit_m: float
    """Limit."""
    label: str = "x"
    """Label."""


class Outer(Settings):
    name: str
    """Name."""
    parts: tuple[Inner, ...] = ()
    """Parts."""
    inner: Inner | None = None
    """Inner."""
    on: bool = False
    """Switch."""


def read(tmp_path, text):
    path = tmp_path / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def complaint(content):
    with pytest.raises(ConfigError) as caught:
        validate(Outer, content, where="some.yaml")
    return str(caught.value)


def test_yaml_is_read(tmp_path):
    text = "a: 1\nb: [x, 2.5, -3, .5, 1.e+3]\nc: {d: 汉字}\n"
    assert read(tmp_path, text) == {
        "a": 1,
        "b": ["x", 2.5, -3, 0.5, 1000.0],
        "c": {"d": "汉字"},
    }
    assert read(tmp_path, b"\xef\xbb\xbfa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2", "line 2: the key 'a' stands twice"),
        ("a: {b: 1, b: 2}", "the key 'b' stands twice"),
        ("a: [1", "is not valid YAML: line"),
        ("? [a, b]\n: 1", "a key must be a single word"),
        ("- 1", "found a list"),
        ("", "found nothing"),
        ("a: !!python/object:os.system {}", "is not valid YAML"),
        (b"a: \xff\xfe", "is not UTF-8"),
        ("a: 015", "line 1: '015' is no plain decimal number"),
        ("a: 1\nb: 1_2", "line 2: '1_2' is no plain decimal number"),
        ("a: 1:30", "'1:30' is no plain decimal number"),
        ("a: 0x1F", "'0x1F' is no plain decimal number"),
        ("a: 007", "put it in quotes"),
    ],
)
def test_what_is_wrong_with_a_yaml_file(tmp_path, text, told):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert told in str(caught.value)
    assert "some.yaml" in str(caught.value)


def test_a_missing_file_says_which(tmp_path):
    with pytest.raises(
        ConfigError, match=r"no\.yaml: cannot be read .* check the path"
    ):
        read_yaml(tmp_path / "no.yaml")


def test_numbers_in_quotes_stay_text(tmp_path):
    assert read(tmp_path, "a: '007'\nb: \"1_2\"") == {"a": "007", "b": "1_2"}


def test_all_faults_are_told_at_once():
    text = complaint(
        {"nmae": "x", "parts": [{"limit_m": "far"}, {"limit_m": 1, "lable": "y"}]}
    )
    assert text.splitlines() == [
        "some.yaml: name: is missing; add it.",
        "some.yaml: parts.0.limit_m: found 'far'; expected a number; correct it.",
        "some.yaml: parts.1.lable: unknown key. Did you mean 'label'? Known keys here: "
        "label, limit_m.",
        "some.yaml: nmae: unknown key. Did you mean 'name'? Known keys here: inner, "
        "name, on, parts.",
    ]


@pytest.mark.parametrize("value", [7, 1.5])
def test_a_number_for_text_is_told_to_be_quoted(value):
    text = complaint({"name": value})
    assert text.startswith(f"some.yaml: name: found {value}, which YAML takes for a")
    assert "put it in quotes" in text


def test_a_switch_for_a_number_is_refused():
    # YAML reads yes, no, on and off as switches, and Python counts them as 1 and 0.
    assert "limit_m: yes, no, on and off" in complaint(
        {"name": "x", "inner": {"limit_m": True}}
    )
    assert validate(Outer, {"name": "x", "on": True}, where="").on


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_are_finite(value):
    assert "finite" in complaint({"name": "x", "inner": {"limit_m": value}})


def test_sections_are_frozen():
    section = validate(Outer, {"name": "x"}, where="some.yaml")
    with pytest.raises(ValueError, match="frozen"):
        section.name = "y"


class Kinds(Settings):
    choice: Literal["a", "b"] = "a"
    """Choice."""
    count: Annotated[int, Field(gt=0, le=9)] = 1
    """Count."""
    share: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Share."""
    code: Annotated[str, Field(pattern="^[a-z]+$", min_length=2, max_length=3)] = "ab"
    """Code."""
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("a",)
    """Names."""
    switch: bool = True
    """Switch."""
    day: date | None = None
    """Day."""
    words: dict[str, str] | None = None
    """Words."""
    inner: Inner | None = None
    """Inner."""


@pytest.mark.parametrize(
    "content",
    [
        {"choice": "c"}, {"count": 0}, {"count": 10}, {"count": "x"}, {"count": 1.5},
        {"count": [1]}, {"share": -1}, {"share": 1}, {"share": "x"}, {"share": [1]},
        {"share": float("nan")}, {"code": "AB"}, {"code": "a"}, {"code": "abcd"},
        {"code": ["x"]}, {"code": 12}, {"names": []}, {"names": ["a", "b", "c"]},
        {"names": "a"}, {"switch": "x"}, {"switch": [1]}, {"day": "x"}, {"day": [1]},
        {"words": 1}, {"inner": 1}, {"inner": {}}, {"nmaes": 1}, {"count": True},
    ],
    ids=str,
)  # fmt: skip
def test_every_fault_of_a_setting_is_told_in_chinese(content):
    with pytest.raises(ConfigError) as caught:
        validate(Kinds, content, where="a.yaml")
    for one in caught.value.problems:
        line = one.in_language("zh")
        assert is_chinese(line), line
        assert RULE_ZH not in line
        assert line.startswith("a.yaml: ")


def own_rules():
    """The texts of the rules that profiles check themselves, holes as x."""
    for path in sorted(CIRCLE.glob("profile*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for text in rule_texts(function):
                yield pytest.param(text, id=f"{function.name}: {text[:30]}")


def rule_texts(function):
    """The messages of one function, if it raises a ValueError or lists problems."""
    raises = [
        one.exc.func.id
        for one in ast.walk(function)
        if isinstance(one, ast.Raise) and isinstance(one.exc, ast.Call)
        and isinstance(one.exc.func, ast.Name)
    ]  # fmt: skip
    if raises and "ValueError" in raises:
        given = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and one.targets[0].id == "message"
        ]
    elif function.name.endswith("_problems"):
        given = [
            one
            for one in ast.walk(function)
            if isinstance(one, (ast.JoinedStr, ast.Constant))
        ]
    else:
        return
    inside = {one.body[0].value for one in [function] if ast.get_docstring(one)} | {
        part
        for one in given
        if isinstance(one, ast.JoinedStr)
        for part in ast.walk(one)
        if part is not one
    }
    for one in given:
        text = shown_text(one)
        # Without a verb it names a place in the file.
        if one not in inside and len(text.split()) > 2 and text[-1] != ".":
            yield text


def shown_text(node):
    """A text or f-string as it may be shown."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "x"
            for part in node.values
        )
    return node.value if isinstance(node.value, str) else ""


@pytest.mark.parametrize("text", [*own_rules()])
def test_every_rule_of_a_profile_is_told_in_chinese(text):
    assert is_chinese(profile_rule_zh(text) or text), text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("language: en\n", "en"),
        ("name: x\nlanguage: 'en' # why\n[", "en"),
        ("language: zh\n", "zh"),
        ("  language: en\n", "zh"),
        ("name: language en\n", "zh"),
        ("", "zh"),
    ],
)
def test_the_language_of_a_study_is_known_before_it_is_read(tmp_path, text, language):
    path = tmp_path / "study.yaml"
    path.write_text(text, "utf-8")
    assert spoken_language(path) == language
    assert spoken_language(tmp_path / "none.yaml") == "en"


SHIPPED = sorted(shipped_folder("profiles").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda one: one.stem)
def test_shipped_standards_are_the_same_by_either_loader(path, tmp_path):
    assert settings._loader_for(path) is settings._ShippedLoader
    own = tmp_path / path.name
    own.write_bytes(path.read_bytes())
    assert settings._loader_for(own) is settings._UniqueKeyLoader
    assert repr(read_yaml(path)) == repr(read_yaml(own))


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: 015", "a: 1_2", "[a]: 1", "a: [b"])
def test_the_loader_of_shipped_standards_refuses_the_same(text, tmp_path, monkeypatch):
    path, told = tmp_path / "profile.yaml", []
    path.write_text(text, "utf-8")
    for loader in (settings._UniqueKeyLoader, settings._ShippedLoader):
        monkeypatch.setattr(settings, "_loader_for", lambda _, one=loader: one)
        with pytest.raises(ConfigError) as caught:
            read_yaml(path)
        told.append(str(caught.value))
    assert "line" in told[1]
    if "b" not in text:
        assert told[0] == told[1]
