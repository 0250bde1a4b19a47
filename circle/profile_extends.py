"""Lay one profile over another: sections merge, single figures are replaced."""

from pathlib import Path
from typing import Any

from circle.errors import ConfigError
from circle.problems import problem_of
from circle.profile_facts import Inherited

Content = dict[str, Any]
# Sections whose figures are meant for the required types of the profile they stand in.
_MARKS = ("acceptance", "alerts", "realisation")


def extended(base: Content, own: Content, *, where: Path | str) -> Content:
    """
    Lay a profile's own content over that of the profile it extends.

    Sections merge key by key. Lists whose entries have an ``id`` (types, age bands)
    merge entry by entry: an id that the base has is changed, another is added at the
    end, and an entry of ``id`` and ``remove: true`` is taken out. Every other list or
    value replaces that of the base; a null takes a key out.

    Parameters
    ----------
    base
        Content of the profile below.
    own
        Content of the profile that extends it.
    where
        What messages call the extending profile.

    Returns
    -------
    content
        The whole profile; `base` and `own` stay as they are.

    Raises
    ------
    ConfigError
        If an entry to be removed is not there.

    Examples
    --------
    >>> base = {"snap": {"limit_m": 200}, "types": [{"id": "a"}]}
    >>> own = {"snap": {"limit_m": 50}, "types": [{"id": "b"}]}
    >>> extended(base, own, where="mine")
    {'snap': {'limit_m': 50}, 'types': [{'id': 'a'}, {'id': 'b'}]}
    """
    merged = dict(base)
    for key, value in own.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            merged[key] = extended(base[key], value, where=where)
        elif _has_ids(value) and _has_ids(base.get(key)):
            merged[key] = _entries(base[key], value, where=f"{where}: {key}")
        else:
            merged[key] = value
    return merged


def find_inherited(base: Content, own: Content, whole: Content) -> Inherited | None:
    """
    Find marks that an extending profile takes over although it requires other types.

    Parameters
    ----------
    base
        Content of the profile below.
    own
        Content of the profile that extends it.
    whole
        What `extended` makes of the two.

    Returns
    -------
    inherited
        The sections; None where there are none, or the required types are the same.

    Examples
    --------
    >>> base = {
    ...     "name": "b", "coverage": {"tiers": ["basic"]}, "alerts": [{"below": 1}],
    ...     "types": [{"id": "a", "tier": "basic"}],
    ... }
    >>> own = {"types": [{"id": "c", "tier": "basic"}]}
    >>> find_inherited(base, own, extended(base, own, where="mine")).sections
    ('alerts',)
    """
    sections = tuple(one for one in _MARKS if base.get(one) and one not in own)
    before = _required(base)
    if not sections or before == _required(whole):
        return None
    return Inherited(sections, str(base.get("name", "")), len(before))


def _required(content: Content) -> set[str]:
    """List the types of the required tiers; what is malformed is told elsewhere."""
    coverage, types = content.get("coverage"), content.get("types")
    if not isinstance(coverage, dict) or not _has_ids(types):
        return set()
    tiers = coverage.get("tiers") or ()
    return {one["id"] for one in types or () if one.get("tier") in tiers}


def _has_ids(value: object) -> bool:
    """Tell a list whose entries all have an id."""
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in value
    )


def _entries(base: list[Content], own: list[Content], *, where: str) -> list[Content]:
    """
    Merge two lists of entries by their ids.

    Raises
    ------
    ConfigError
        If an entry to be removed is not there.
    """
    merged = {one["id"]: one for one in base}
    for one in own:
        key = one["id"]
        if one.get("remove") is True:
            if key not in merged:
                known = {"key": str(key), "known": ", ".join(map(str, merged))}
                raise ConfigError(problem_of(where, "remove-of-nothing", **known))
            del merged[key]
        elif key in merged:
            merged[key] = extended(merged[key], one, where=where)
        else:
            merged[key] = one
    return list(merged.values())
