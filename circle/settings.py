"""The closed, frozen base of profiles and studies, and the one safe YAML reader."""

import difflib
import re
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

from circle.errors import ConfigError


class Settings(BaseModel):
    """A section of a profile or study: unknown keys refused, values frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
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
            message = (
                f"{', '.join(sorted(switches))}: yes, no, on and off are switches; "
                "expected another value; for the word itself, put it in quotes"
            )
            raise ValueError(message)
        return content


Section = TypeVar("Section", bound=Settings)


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe YAML loader that refuses a key given twice (PyYAML keeps the last)."""


def _mapping_once(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """Build a mapping, refusing duplicate keys."""
    loader.flatten_mapping(node)
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, (dict, list)):
            problem = "a key must be a single word or number"
            raise yaml.constructor.ConstructorError(
                problem=problem, problem_mark=key_node.start_mark
            )
        if key in mapping:
            problem = f"the key '{key}' stands twice in one section"
            raise yaml.constructor.ConstructorError(
                problem=problem, problem_mark=key_node.start_mark
            )
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _plain_number(loader: _UniqueKeyLoader, node: yaml.ScalarNode) -> int | float:
    """Build a number, refusing spellings that YAML takes for another number."""
    # YAML 1.1 reads 015 as 13, 1_2 as 12 and 1:30 as 90.
    if not _PLAIN_NUMBER.fullmatch(node.value):
        problem = (
            f"'{node.value}' is no plain decimal number; write it plainly, or put it "
            "in quotes if it is a name or a code"
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
_UniqueKeyLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_once
)
_UniqueKeyLoader.add_constructor(_INT_TAG, _plain_number)
_UniqueKeyLoader.add_constructor(_FLOAT_TAG, _plain_number)


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
        message = (
            f"{path}: cannot be read ({error.strerror}); expected a YAML file; "
            "check the path."
        )
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path}: is not UTF-8 text; save it as UTF-8."
        raise ConfigError(message) from error
    try:
        # The loader is a SafeLoader; ruff cannot see that from the name.
        content = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        message = f"{path}: is not valid YAML: {_yaml_problem(error)}."
        raise ConfigError(message) from error
    if not isinstance(content, dict):
        message = f"{path}: expected 'key: value' lines, found {_kind(content)}."
        raise ConfigError(message)
    return content


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
        problems = [_explain(model, one, where) for one in error.errors()]
    raise ConfigError("\n".join(problems))


def _explain(model: type[Settings], detail: ErrorDetails, where: str | Path) -> str:
    """Turn one pydantic error into circle's message form."""
    keys, _ = _walk(model, detail["loc"])
    path = ".".join(keys) or "(top level)"
    if detail["type"] == "extra_forbidden":
        _, sections = _walk(model, detail["loc"][:-1])
        known = sorted({name for one in sections for name in one.model_fields})
        close = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return (
            f"{where}: {path}: unknown key.{hint} Known keys here: {', '.join(known)}."
        )
    if detail["type"] == "missing":
        return f"{where}: {path}: is missing; add it."
    found = detail["input"]
    text = repr(found)[:80] if not isinstance(found, dict) else "a section"
    if detail["type"] == "string_type" and isinstance(found, (int, float, date)):
        return (
            f"{where}: {path}: found {found}, which YAML takes for a number or a "
            "date; expected text; put it in quotes."
        )
    expected = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {path}: found {text}; {expected}."


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
    """Give the words after `kind:` that choose this variant of a section."""
    field = section.model_fields.get("kind")
    return () if field is None else get_args(field.annotation)


def _settings_within(annotation: Any) -> list[type[Settings]]:
    """Find the settings classes inside an annotation such as ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    found = [_settings_within(one) for one in get_args(annotation)]
    return [section for sections in found for section in sections]


def _yaml_problem(error: Exception) -> str:
    """Give the fault and its line from a YAML error."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _kind(content: object) -> str:
    """Name what a YAML file holds instead of a mapping."""
    if content is None:
        return "nothing"
    return f"a {type(content).__name__}"
