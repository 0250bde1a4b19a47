"""Find what two standards say differently."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from circle.profile import Profile


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
