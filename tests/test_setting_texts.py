"""Whatever a study or profile holds, its faults are told in plain words, twice."""

import pkgutil
from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from chinese import is_chinese

import circle
from circle.errors import ConfigError
from circle.settings import Settings, validate
from circle.sweep_spec import SweepSpec
from circle.words_rules import RULE_EN, RULE_ZH, RULES

for _module in pkgutil.iter_modules(circle.__path__):
    if _module.name not in {"__main__", "_version"}:
        import_module(f"circle.{_module.name}")


def sections_of(parent):
    """All kinds of sections there are."""
    for one in parent.__subclasses__():
        if one.__module__.startswith("circle."):
            yield one
            yield from sections_of(one)


SECTIONS = sorted(set(sections_of(Settings)), key=lambda one: one.__name__)
# What pydantic can find wrong with each kind of value, of its list of all errors.
FAULTS = {
    "bool": {"bool_type", "bool_parsing"},
    "date": {
        "date_type", "date_parsing", "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    },
    "dict": {"dict_type", "recursion_loop"},
    "float": {"float_type", "float_parsing", "finite_number", "greater_than",
              "greater_than_equal", "less_than", "less_than_equal"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float",
            "finite_number", "greater_than", "greater_than_equal", "less_than",
            "less_than_equal"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type", "recursion_loop"},
    "model-fields": {"model_type", "model_attributes_type", "invalid_key"},
    "str": {"string_type", "string_unicode", "string_too_short", "string_too_long",
            "string_pattern_mismatch"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found",
                     "model_attributes_type", "recursion_loop"},
    "tuple": {"tuple_type", "too_short", "too_long", "recursion_loop"},
}  # fmt: skip
# Kinds that find nothing wrong themselves, or whose rules are circle's own.
OTHERS = {
    "default", "definition-ref", "definitions", "function-after", "function-before",
    "model-field", "no-info", "nullable", "union",
}  # fmt: skip

_endless: list[object] = []
_endless.append(_endless)
_deep: dict[str, object] = {}
_deep["x"] = _deep
WRONG = (
    None, True, 1, -1, 1.5, float("nan"), 10**400, "x", "", "9" * 5000, "\ud800",
    [], [1], ["x"], [[1]], {}, {"x": 1}, {1: 2}, {"x": {"y": [1]}}, {"x": [[1]]},
    {"sites": [1]}, {"moon": [1]}, date(2026, 1, 1),
    datetime(2026, 1, 1, 5, tzinfo=UTC), _endless, _deep,
    {"kind": "x"}, [{"kind": "x"}, {"change": "y"}], {"change": 1}, b"x",
)  # fmt: skip


def kinds_of(schema, seen):
    """The kinds of values that a schema of pydantic is made of."""
    if id(schema) in seen:
        return set()
    seen.add(id(schema))
    found = set()
    if isinstance(schema, dict):
        found = {schema["type"]} if isinstance(schema.get("type"), str) else set()
        parts = [one for key, one in schema.items() if key != "metadata"]
    else:
        parts = list(schema) if isinstance(schema, (list, tuple)) else []
    return found.union(*(kinds_of(one, seen) for one in parts))


def test_every_fault_that_pydantic_can_find_has_texts():
    kinds = set()
    for one in SECTIONS:
        one.model_rebuild()
        kinds |= kinds_of(one.__pydantic_core_schema__, set())
    # A new kind of value needs its faults here, and texts for them.
    assert kinds - OTHERS == set(FAULTS)
    assert set().union(*FAULTS.values()) - set(RULES) == set()


@pytest.mark.parametrize("one", SECTIONS, ids=lambda one: one.__name__)
def test_no_words_of_pydantic_are_told(one):
    for name in [*one.model_fields, "nosuch", "sites"]:
        for wrong in WRONG:
            try:
                validate(one, {name: wrong}, where="a.yaml")
            except ConfigError as error:
                problems = error.problems
            else:
                continue
            for problem in problems:
                english, chinese = str(problem), problem.in_language("zh")
                # Keys may be such words as `of` and `only`.
                keys = [problem.item, *one.model_fields, "by", "of", "only", "where"]
                assert is_chinese(chinese, names=keys), chinese
                assert RULE_ZH not in chinese
                assert RULE_EN not in english
                assert "Input" not in english
                assert "should" not in english
                assert "valid " not in english
                chinese.encode()


@pytest.mark.parametrize(
    ("wrong", "english", "chinese"),
    [
        ([1], "grid.siting: found [1]; expected a section of lines 'key: value'; "
         "correct it.", "grid.siting: 发现 [1]；应为一节，每行写“键: 值”；请改正"),
        ({"sites": 3}, "grid.siting.sites: found 3; expected a list, written as [a, b]",
         "grid.siting.sites: 发现 3；应为列表，写作 [甲, 乙]"),
        ({"sites": [[2]]}, "grid.siting.sites.0: found [2]; expected a number or text",
         "grid.siting.sites.0: 发现 [2]；应为数字或文本"),
        ({"moon": [1]}, "siting: no option moon; expected: `sites`",
         "siting 没有选项 moon；应为以下各项：`sites`"),
        (None, "grid.siting: found nothing; expected a section",
         "grid.siting: 发现 空值；应为一节"),
    ],
    ids=str,
)  # fmt: skip
def test_a_sweep_says_what_it_expects(wrong, english, chinese):
    content = {"studies": ["a.yaml"], "grid": {"siting": wrong}}
    with pytest.raises(ConfigError) as caught:
        validate(SweepSpec, content, where="s.yaml")
    (problem,) = caught.value.problems
    assert english in str(problem)
    assert chinese in problem.in_language("zh")
