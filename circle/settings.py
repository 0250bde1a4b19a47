"""The closed, frozen base of profiles and studies, and the one safe YAML reader."""

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
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


_UniqueKeyLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_once
)


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
    path = ".".join(str(part) for part in detail["loc"]) or "(top level)"
    if detail["type"] == "extra_forbidden":
        known = _known_keys(model, detail["loc"][:-1])
        close = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return (
            f"{where}: {path}: unknown key.{hint} Known keys here: {', '.join(known)}."
        )
    if detail["type"] == "missing":
        return f"{where}: {path}: is missing; add it."
    found = detail["input"]
    text = repr(found) if not isinstance(found, dict) else "a section"
    return f"{where}: {path}: found {text[:80]}; {detail['msg']}."


def _known_keys(model: type[Settings], path: tuple[int | str, ...]) -> list[str]:
    """Walk down a model along an error path and list the keys known there."""
    current: Any = model
    for part in path:
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            continue
        current = _settings_within(field.annotation) or current
    return sorted(getattr(current, "model_fields", {}))


def _settings_within(annotation: Any) -> Any:
    """Find the settings class inside an annotation such as ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _settings_within(argument)
        if found is not None:
            return found
    return None


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
