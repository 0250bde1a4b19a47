"""The closed, frozen base of profiles and studies, and the one safe YAML reader."""

import difflib
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from circle.errors import ConfigError, Words
from circle.problems import Problem, os_reason, problem_of
from circle.shipped import shipped_folder
from circle.words_profile import profile_rule_zh
from circle.words_rules import KINDS, RULE_EN, RULE_ZH, RULES
from circle.words_settings import YAML_FAULT_ZH, YAML_FAULTS_ZH

_TOP = Words("(top level)", zh="（顶层）")
_SECTION = Words("a section", zh="一节内容")
_NOTHING = Words("nothing", zh="空值")
# Found by its text, as the file may be no YAML at all.
_SAYS_ENGLISH = re.compile(r"""^language:\s*["']?en["']?\s*(#|$)""", re.MULTILINE)
_MOST_BYTES = 1_000_000
# How pydantic joins the values that are allowed.
_OR = re.compile(r", | or ")


class Settings(BaseModel):
    """A section of a profile or study: unknown keys refused, values frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        # Most sections are only ever checked as parts of a study or a profile.
        defer_build=True,
        allow_inf_nan=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _no_switch_for_a_number(cls, content: Any) -> Any:
        """Refuse yes and no where a number or text is meant: YAML's ``on`` trap."""
        switches = {
            key
            for key, value in (content.items() if isinstance(content, dict) else ())
            if isinstance(value, bool)
            and key in cls.model_fields
            and cls.model_fields[key].annotation is not bool
        }
        if switches:
            named = ", ".join(sorted(switches))
            message = Words(
                f"{named}: yes, no, on and off are switches; "
                "expected another value; for the word itself, put it in quotes",
                zh=f"{named}：`yes`、`no`、`on`、`off` 是开关，应为其他值；"
                "如确为文字，请加引号",
            )
            raise ValueError(message)
        return content


Section = TypeVar("Section", bound=Settings)


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe YAML loader that refuses a key given twice (PyYAML keeps the last)."""


class _ShippedLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same for standards that come with circle, ten times as fast.

    It is written in C, where PyYAML has it, and takes some files that others refuse.
    """


def _mapping_once(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """Build a mapping, refusing duplicate keys."""
    loader.flatten_mapping(node)
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, (dict, list)):
            problem = Words(
                "a key must be a single word or number", zh="键应为一个词或数"
            )
            raise yaml.constructor.ConstructorError(
                problem=problem, problem_mark=key_node.start_mark
            )
        if key in mapping:
            problem = Words(
                f"the key '{key}' stands twice in one section",
                zh=f"键“{key}”在同一节中重复",
            )
            raise yaml.constructor.ConstructorError(
                problem=problem, problem_mark=key_node.start_mark
            )
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _plain_number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | float:
    """Build a number, refusing spellings that YAML takes for another number."""
    # YAML 1.1 reads 015 as 13, 1_2 as 12 and 1:30 as 90.
    if not _PLAIN_NUMBER.fullmatch(node.value):
        problem = Words(
            f"'{node.value}' is no plain decimal number; write it plainly, or put it "
            "in quotes if it is a name or a code",
            zh=f"“{node.value}”不是普通的十进制数，请改写；如为名称或编号，请加引号",
        )
        raise yaml.constructor.ConstructorError(
            problem=problem, problem_mark=node.start_mark
        )
    if node.tag == _INT_TAG:
        return int(node.value)
    return float(loader.construct_yaml_float(node))


_INT_TAG, _FLOAT_TAG = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_PLAIN_NUMBER = re.compile(
    r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?\.(inf|nan)",
    re.IGNORECASE | re.ASCII,
)
for _one in (_UniqueKeyLoader, _ShippedLoader):
    _one.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_once)
    _one.add_constructor(_INT_TAG, _plain_number)
    _one.add_constructor(_FLOAT_TAG, _plain_number)


def read_yaml(path: Path) -> dict[str, Any]:
    """
    Read one YAML file safely into a mapping.

    Parameters
    ----------
    path
        The file, in UTF-8.

    Returns
    -------
    mapping
        The file's top level, with every key checked to stand only once.

    Raises
    ------
    ConfigError
        If the file is missing, is not UTF-8, is not YAML, repeats a key, or
        holds something else than a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        problem = problem_of(path, "yaml-not-read", reason=os_reason(error))
        raise ConfigError(problem) from error
    except UnicodeDecodeError as error:
        raise ConfigError(problem_of(path, "yaml-not-utf8")) from error
    try:
        # Both are safe loaders; ruff cannot see that from the name.
        content = yaml.load(text, Loader=_loader_for(path))  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = problem_of(path, "yaml-not-valid", fault=_yaml_problem(error))
        raise ConfigError(problem) from error
    if not isinstance(content, dict):
        raise ConfigError(problem_of(path, "yaml-no-mapping", kind=_kind(content)))
    return content


def _loader_for(path: Path) -> type[_UniqueKeyLoader] | type[_ShippedLoader]:
    """Choose the loader of a file by where it comes from."""
    is_shipped = path.parent == shipped_folder("profiles")
    return _ShippedLoader if is_shipped else _UniqueKeyLoader


def spoken_language(path: Path) -> str:
    """
    Give the language in which to speak of a study that may be at fault.

    Parameters
    ----------
    path
        The study file; nothing is raised, whatever it holds.

    Returns
    -------
    language
        As the file says; ``zh`` where it says nothing, as a study means it; ``en``,
        in which the commands speak, where it cannot be read.

    Examples
    --------
    >>> spoken_language(Path("nowhere.yaml"))
    'en'
    """
    try:
        text = path.read_bytes()[:_MOST_BYTES].decode("utf-8-sig", errors="replace")
    except OSError:
        return "en"
    return "en" if _SAYS_ENGLISH.search(text) else "zh"


def validate(
    model: type[Section], content: dict[str, Any], *, where: str | Path
) -> Section:
    """
    Check a mapping against its settings model and report all faults at once.

    Parameters
    ----------
    model
        The settings class that `content` should fit.
    content
        The mapping, as read from YAML.
    where
        What to name in messages, usually the file.

    Returns
    -------
    section
        The validated, frozen section.

    Raises
    ------
    ConfigError
        With one line per fault: key path, what was found and expected, and the
        nearest known key for an unknown one.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        found = _first_causes(error.errors())
        problems = [_explain(model, one, str(where)) for one in found]
    failed = ConfigError("\n".join(problems))
    failed.gathered = tuple(problems)
    raise failed


def _first_causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """
    Make one fault of what is one: a value that is of none of several kinds.

    Lists that are too short only because their entries are at fault are left out.
    """
    details = _of_no_kind(details)
    inside = {path[:n] for path in (one["loc"] for one in details)
              for n in range(len(path))}  # fmt: skip
    return [
        one for one in details if one["type"] != "too_short" or one["loc"] not in inside
    ]


def _of_no_kind(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Put together what pydantic says of each kind that a value might be of."""
    groups: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for one in details:
        kind = one["loc"][-1] if one["loc"] else ""
        path = one["loc"][:-1] if kind in KINDS else one["loc"]
        groups.setdefault(path, []).append(one)
    found: list[ErrorDetails] = []
    for path, group in groups.items():
        kinds = [str(one["loc"][-1]) for one in group if one["loc"] != path]
        same = all(one["input"] is group[0]["input"] for one in group)
        if len(kinds) < 2 or len(kinds) < len(group) or not same:
            found += group
            continue
        own = [KINDS[one] for one in kinds if one != "int" or "float" not in kinds]
        text = Words(
            f"expected {' or '.join(english for _, english in own)}",
            zh=f"应为{'或'.join(chinese for chinese, _ in own)}",
        )
        found.append(
            {**group[0], "loc": path, "type": "value_error",
             "ctx": {"error": ValueError(text)}}
        )  # fmt: skip
    return found


def _explain(model: type[Settings], detail: ErrorDetails, where: str) -> Problem:
    """Turn one pydantic error into a problem of the file."""
    keys, _ = _walk(model, detail["loc"])
    path = ".".join(keys) or _TOP
    found = detail["input"]
    if detail["type"] == "extra_forbidden":
        _, sections = _walk(model, detail["loc"][:-1])
        known = sorted({name for one in sections for name in one.model_fields})
        return _at(where, path, "unknown-key", **_known_keys(detail["loc"][-1], known))
    if detail["type"] == "missing":
        return _at(where, path, "missing-key")
    if detail["type"] == "string_type" and isinstance(found, (int, float, date)):
        return _at(where, path, "number-for-text", found=str(found))
    return _at(where, path, "bad-setting", found=_shown(found), wanted=_wanted(detail))


def _shown(found: object) -> str:
    """Write a value as a study has it, in short."""
    if isinstance(found, dict):
        return _SECTION
    if found is None:
        return _NOTHING
    text = str(found) if isinstance(found, date) else repr(found)
    # Signs that no file can hold are spelt out.
    return text[:80].encode("utf-8", "backslashreplace").decode("utf-8")


def _at(where: str, path: str, key: str, **values: str) -> Problem:
    """Describe a problem of one key of a file."""
    return Problem(key, where, item=path, values=values)


def _known_keys(key: object, known: Sequence[str]) -> dict[str, str]:
    """Say which key may be meant, and which there are."""
    close = difflib.get_close_matches(str(key), known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    hint_zh = f"，是否应为“{close[0]}”？" if close else ""
    return {"hint": Words(hint, zh=hint_zh), "known": ", ".join(known)}


def _wanted(detail: ErrorDetails) -> str:
    """Say what a value should have been, in both languages."""
    context = detail.get("ctx", {})
    own = context.get("error")
    if isinstance(own, ValueError) and own.args:
        said = own.args[0]
        if isinstance(said, Words):
            return said
        return Words(str(said), zh=profile_rule_zh(str(said)) or RULE_ZH)
    chinese, english = RULES.get(detail["type"], (RULE_ZH, RULE_EN))
    said = {key: str(value).strip("'") if key == "discriminator" else str(value)
            for key, value in context.items()}  # fmt: skip
    listed = {key: _OR.sub("、", value) for key, value in said.items()}
    return Words(english.format(**said), zh=chinese.format(**listed))


def _walk(
    model: type[Settings], path: tuple[int | str, ...]
) -> tuple[list[str], tuple[type[Settings], ...]]:
    """Follow an error path: the keys as in the file, and the sections it ends at."""
    keys: list[str] = []
    sections: tuple[type[Settings], ...] = (model,)
    for part in path:
        chosen = tuple(one for one in sections if part in _kinds(one))
        if len(sections) > 1 and chosen:
            # pydantic names the variant of a section, which the file does not.
            sections = chosen
            continue
        keys.append(str(part))
        fields = [one.model_fields.get(str(part)) for one in sections]
        found = [one.annotation for one in fields if one is not None]
        if found:
            sections = tuple(inner for one in found for inner in _settings_within(one))
    return keys, sections


def _kinds(section: type[Settings]) -> tuple[Any, ...]:
    """Give the words after `kind:` or `change:` that choose this variant."""
    fields = (section.model_fields.get(key) for key in ("kind", "change"))
    return tuple(
        word for one in fields if one is not None for word in get_args(one.annotation)
    )


def _settings_within(annotation: Any) -> list[type[Settings]]:
    """Find the settings classes inside an annotation such as ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    found = [_settings_within(one) for one in get_args(annotation)]
    return [section for sections in found for section in sections]


def _yaml_problem(error: Exception) -> Words:
    """Give the fault and its line from a YAML error."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    zh = YAML_FAULT_ZH
    if isinstance(problem, Words):
        zh = problem.in_language("zh")
    else:
        known = (own for start, own in YAML_FAULTS_ZH if problem.startswith(start))
        zh = next(known, YAML_FAULT_ZH)
    if mark is None:
        return Words(str(problem), zh=zh)
    line = mark.line + 1
    return Words(f"line {line}: {problem}", zh=f"第{line}行：{zh}")


def _kind(content: object) -> Words:
    """Name what a YAML file holds instead of a mapping."""
    if content is None:
        return Words("nothing", zh="空文件")
    zh = "列表" if isinstance(content, list) else "单个值"
    return Words(f"a {type(content).__name__}", zh=zh)
