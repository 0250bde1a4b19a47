"""Read the types of an inventory: names, synonyms, several types in one cell."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from circle.errors import CircleWarning
from circle.files import RawTable
from circle.known_types import fold_type_name, known_type_names
from circle.problems import problem_in
from circle.profile import Profile
from circle.raw_table import where_zh
from circle.tables import LIST_SEPARATORS

__all__ = [
    "fold_type_name",
    "is_other_type",
    "other_types_warning",
    "type_names",
    "unknown_types",
    "with_types",
]

_HOME = "building_id"


def type_names(profile: Profile) -> dict[str, str]:
    """
    Give every name under which a type may stand in an inventory.

    Parameters
    ----------
    profile
        The profile.

    Returns
    -------
    types
        Folded name (see `fold_type_name`) to type id.

    Examples
    --------
    >>> from circle.profile_reading import read_profile
    >>> type_names(read_profile("pudong"))["幼儿园"]
    'kindergarten'
    """
    return {
        fold_type_name(name): one.id
        for one in profile.types
        for name in (one.id, one.code, one.label.zh, one.label.en, *one.synonyms)
    }


def is_other_type(name: str, policy: str = "known") -> bool:
    """
    Tell whether a name that the profile does not know is passed over.

    Parameters
    ----------
    name
        As it stands in the inventory.
    policy
        The study's `other_types`: ``known`` passes over names that another shipped
        standard knows, ``skip`` every name, ``refuse`` none.

    Returns
    -------
    other
        False for a name that is refused.

    Examples
    --------
    >>> is_other_type("幼儿园"), is_other_type("幼儿圆"), is_other_type("x", "skip")
    (True, False, True)
    """
    if policy == "known":
        return fold_type_name(name) in known_type_names()
    return policy == "skip"


def other_types_warning(
    raw: RawTable, names: Iterable[str]
) -> tuple[CircleWarning, ...]:
    """
    Say which rows are passed over because the profile does not have their type.

    Parameters
    ----------
    raw
        The file.
    names
        Type name of each such row.

    Returns
    -------
    warnings
        One warning ``other-types``, or none.
    """
    counts = Counter(names)
    if not counts:
        return ()
    told = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    total = sum(counts.values())
    text = (
        f"{raw.where}: {total} entries are of {len(counts)} types that the profile "
        "does not have and are left out: "
        f"{', '.join(f'{name} ({n})' for name, n in told)}."
    )
    zh = (
        f"{where_zh(raw.where)}：有{total}条记录属于本标准之外的{len(counts)}类设施，未计入："
        f"{'、'.join(f'{name}（{n}）' for name, n in told)}。"
    )
    return (CircleWarning("other-types", text, zh),)


def with_types(
    raw: RawTable,
    table: gpd.GeoDataFrame,
    *,
    types: Mapping[str, str],
    separator: str | None,
    others: str = "known",
) -> tuple[gpd.GeoDataFrame, list[str], tuple[CircleWarning, ...]]:
    """
    Turn type names into type ids, one row for each type of a cell.

    Parameters
    ----------
    raw
        The file, for messages.
    table
        The inventory with type names in ``type_id``.
    types
        Folded name to type id.
    separator
        Sign between several types in one cell; None if a cell holds one.
    others
        What becomes of names that are not in `types`, see `is_other_type`.

    Returns
    -------
    table
        A row for each type; rows out of one cell share ``building_id`` (the id of
        their row where none is given) and are called ``<id>:<type_id>``. Types that
        are passed over have none.
    problems
        Types that are refused, or that stand twice in a cell.
    warnings
        What was passed over.
    """
    if "type_id" not in table.columns:
        return table, [], ()
    names = table["type_id"].map(lambda one: _names(one, types, separator))
    several = names.map(len).to_numpy() > 1
    pairs = [
        (row, name, types.get(fold_type_name(name or "")))
        for row, cell in names.items()
        for name in cell
    ]
    strange = [(row, name) for row, name, one in pairs if name and one is None]
    passed = [is_other_type(name, others) for _, name in strange]
    told = dict(zip(strange, passed, strict=True))
    problems = unknown_types(raw, [one for one in strange if not told[one]])
    ids = names.map(lambda cell: [types.get(fold_type_name(one or "")) for one in cell])
    problems += _twice(raw, dict(zip(table.index, ids, strict=True)))
    split = table.assign(type_id=ids, _several=several).explode("type_id")
    split["type_id"] = split["type_id"].where(split["type_id"].notna(), None)
    out = [told.get((row, name), False) for row, name, _ in pairs]
    split = _named_apart(split)[~np.array(out, dtype=bool)]
    return split, problems, other_types_warning(raw, _passed(told, pairs))


def unknown_types(
    raw: RawTable, named: Iterable[tuple[object, str]], *, column: str = ""
) -> list[str]:
    """
    Name the types of a file that the profile does not know.

    Parameters
    ----------
    raw
        The file.
    named
        Row number and type name of each.
    column
        The column, as the file names it.

    Returns
    -------
    problems
        One message for cells that hold several known types, one for unknown types.
    """
    pairs: dict[str, list[tuple[object, str]]] = {
        "several-types": [],
        "unknown-type": [],
    }
    for row, name in named:
        key = "several-types" if _holds_several(name) else "unknown-type"
        pairs[key].append((row, name))
    return [
        problem_in(
            raw,
            key,
            rows=dict.fromkeys(row for row, _ in found),
            column=column,
            values=tuple(dict.fromkeys(name for _, name in found)),
        )
        for key, found in pairs.items()
        if found
    ]


def _holds_several(name: str) -> bool:
    """Tell whether a cell holds several types that some shipped standard knows."""
    parts = re.split(LIST_SEPARATORS, name)
    known = known_type_names()
    return len(parts) > 1 and all(fold_type_name(one) in known for one in parts)


def _passed(
    told: Mapping[tuple[object, str], bool],
    pairs: Iterable[tuple[object, str | None, str | None]],
) -> list[str]:
    """List the names that are passed over, once for each entry."""
    return [name for row, name, _ in pairs if name and told.get((row, name), False)]


def _names(
    cell: object, types: Mapping[str, str], separator: str | None
) -> list[str | None]:
    """Split a cell at the separator, unless it is one name that contains it."""
    if not isinstance(cell, str):
        return [None]
    if separator is None or fold_type_name(cell) in types:
        return [cell]
    return [one.strip() for one in cell.split(separator) if one.strip()] or [cell]


def _twice(raw: RawTable, ids: Mapping[object, list[str | None]]) -> list[str]:
    """Name types that stand twice in one cell."""
    twice = {
        row: [one for one in cell if one is not None and cell.count(one) > 1]
        for row, cell in ids.items()
    }
    rows = [row for row, cell in twice.items() if cell]
    if not rows:
        return []
    values = tuple(dict.fromkeys(one for cell in twice.values() for one in cell))
    return [problem_in(raw, "type-twice-in-cell", rows=rows, values=values)]


def _named_apart(split: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give rows out of one cell ids of their own and a common building."""
    several = split.pop("_several").to_numpy(dtype=bool)
    if not several.any():
        return split
    if "facility_id" in split.columns:
        ids, types = split["facility_id"], split["type_id"]
        given = split[_HOME] if _HOME in split.columns else pd.Series(None, split.index)
        split[_HOME] = given.astype(object).where(~several | given.notna(), ids)
        split["facility_id"] = ids.where(~several, ids + ":" + types.fillna(""))
    return split
