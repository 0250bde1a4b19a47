"""Find what two standards say differently."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from circle.profile import Profile

_SOURCED = ("source", "confidence")


@dataclass(frozen=True)
class Difference:
    """One thing that two standards say differently."""

    key: str
    """Path of the key, entries by their id: ``types.kindergarten.tier``."""
    before: str
    """What the first says, as JSON; empty where it says nothing."""
    after: str
    """What the second says."""


def profile_differences(before: Profile, after: Profile) -> tuple[Difference, ...]:
    """
    Say what two standards say differently.

    Parameters
    ----------
    before
        The first standard.
    after
        The second one.

    Returns
    -------
    differences
        Sorted by key; names of the standards are not compared.

    Examples
    --------
    >>> from circle import read_profile
    >>> both = [read_profile(one) for one in ("pudong", "pudong-5-3-x")]
    >>> [one.after for one in profile_differences(*both) if "park.tier" in one.key]
    ['"extension"']
    """
    first, second = (
        dict(_leaves(one.model_dump(mode="json", exclude={"name"}), ""))
        for one in (before, after)
    )
    return tuple(
        Difference(key, first.get(key, ""), second.get(key, ""))
        for key in sorted({*first, *second})
        if first.get(key) != second.get(key)
    )


def profile_changes(
    before: Profile, after: Profile, *, language: str
) -> tuple[Difference, ...]:
    """
    Say what two standards say differently, in few words, for people to read.

    Parameters
    ----------
    before
        The first standard.
    after
        The second one.
    language
        Language of names, ``zh`` or ``en``.

    Returns
    -------
    changes
        As `profile_differences`, but an entry that only one of the two has is one
        line with its name, and a name stands in one language.

    Examples
    --------
    >>> from circle import read_profile
    >>> both = [read_profile(one) for one in ("pudong", "pudong-5-3-x")]
    >>> found = profile_changes(*both, language="en")
    >>> [vars(one) for one in found if one.key == "types.park"]
    [{'key': 'types.park', 'before': '', 'after': 'park (GRE-01)'}]
    """
    first, second = (
        one.model_dump(mode="json", exclude={"name"}) for one in (before, after)
    )
    return tuple(_changes(first, second, "", language))


def _changes(first: Any, second: Any, path: str, language: str) -> Iterator[Difference]:
    """Yield what differs below a key, going down only where both have something."""
    parts = _parts(first), _parts(second)
    if parts[0] is None or parts[1] is None or _is_label(first) or _is_label(second):
        texts = _short(first, language), _short(second, language)
        if texts[0] != texts[1]:
            yield Difference(path, *texts)
        return
    for key in sorted({*parts[0], *parts[1]}):
        own = f"{path}.{key}" if path else key
        yield from _changes(parts[0].get(key), parts[1].get(key), own, language)


def _parts(value: Any) -> dict[str, Any] | None:
    """Give what a value is made of by key; None for what is one thing."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        keys = [_entry_key(one, i) for i, one in enumerate(value, start=1)]
        return (
            dict(zip(keys, value, strict=True)) if len(set(keys)) == len(keys) else None
        )
    return None


def _entry_key(one: dict[str, Any], number: int) -> str:
    """Give what tells an entry from the others of its list, or its number."""
    for names in (("id",), ("indicator",), ("area_class", "committee_kind")):
        found = [one.get(name) for name in names]
        if all(isinstance(text, str) for text in found):
            return ".".join(str(text) for text in found)
    return str(number)


def _is_label(value: Any) -> bool:
    """Tell a name in two languages."""
    return isinstance(value, dict) and set(value) == {"zh", "en"}


def _short(value: Any, language: str) -> str:
    """Write a value in few words."""
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, dict):
        return _short_entry(value, language)
    if isinstance(value, list):
        return "; ".join(_short(one, language) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _short_entry(entry: dict[str, Any], language: str) -> str:
    """Write an entry by its name, or else by what it says."""
    if _is_label(entry):
        return str(entry[language])
    if _is_label(entry.get("label")):
        code = f" ({entry['code']})" if entry.get("code") else ""
        return f"{entry['label'][language]}{code}"
    facts = {key: one for key, one in entry.items() if one not in (None, [], {})}
    sure = " ".join(str(facts.pop(key)) for key in _SOURCED if key in facts)
    said = ", ".join(f"{key} {_short(one, language)}" for key, one in facts.items())
    return f"{said} [{sure}]" if sure else said


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every single value with its path; entries that have an id by it."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and all(_has_id(one) for one in value):
        for one in value:
            rest = {key: inner for key, inner in one.items() if key != "id"}
            yield from _leaves(rest, f"{path}.{one['id']}")
    elif value is not None and value not in ([], {}):
        yield path, json.dumps(value, ensure_ascii=False)


def _has_id(one: object) -> bool:
    """Tell an entry that has an id."""
    return isinstance(one, dict) and isinstance(one.get("id"), str)
