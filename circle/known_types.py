"""The names of facility types that any shipped standard knows."""

from functools import cache, lru_cache
from typing import Any

import yaml

from circle.shipped import shipped_folder

# The loader written in C, where PyYAML has it, reads ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=4096)
def fold_type_name(name: str) -> str:
    """
    Fold a type name for comparison.

    Parameters
    ----------
    name
        As it stands in the inventory.

    Returns
    -------
    folded
        In lower case, without blanks, with half-width brackets.

    Examples
    --------
    >>> fold_type_name("社区卫生服务站 （村卫生室）")
    '社区卫生服务站(村卫生室)'
    """
    return name.translate(str.maketrans("（）　", "() ")).replace(" ", "").lower()


@cache
def known_type_names() -> frozenset[str]:
    """
    Gather the type names of all shipped profiles.

    Returns
    -------
    names
        Folded as by `fold_type_name`. An inventory collected for one standard may
        hold types of which another says nothing; a name that no standard knows is
        more likely mistyped.

    Examples
    --------
    >>> "幼儿园" in known_type_names(), "幼儿圆" in known_type_names()
    (True, False)
    """
    names: set[str] = set()
    for path in sorted(shipped_folder("profiles").glob("*.yaml")):
        # Both are safe loaders; ruff cannot see that from the name.
        content = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506
        for one in content.get("types", []):
            names |= {fold_type_name(name) for name in _names(one)}
    return frozenset(names)


def _names(one: dict[str, Any]) -> list[str]:
    """List the names of one type; one that is only changed gives but its id."""
    label = one.get("label", {})
    given = (one["id"], one.get("code"), label.get("zh"), label.get("en"))
    return [name for name in given if name] + list(one.get("synonyms", []))
