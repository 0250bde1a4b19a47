"""Read the types of an inventory: names, synonyms, several types in one cell."""

from collections.abc import Iterable, Mapping

import geopandas as gpd
import pandas as pd

from circle.files import RawTable
from circle.problems import problem_in
from circle.profile import Profile

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
    >>> from circle.profile import read_profile
    >>> type_names(read_profile("pudong"))["幼儿园"]
    'kindergarten'
    """
    return {
        fold_type_name(name): one.id
        for one in profile.types
        for name in (one.id, one.code, one.label.zh, one.label.en, *one.synonyms)
    }


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


def with_types(
    raw: RawTable,
    table: gpd.GeoDataFrame,
    *,
    types: Mapping[str, str],
    separator: str | None,
) -> tuple[gpd.GeoDataFrame, list[str]]:
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

    Returns
    -------
    table
        A row for each type; rows out of one cell share ``building_id`` (the id of
        their row where none is given) and are called ``<id>:<type_id>``.
    problems
        Types that the profile does not know, or that stand twice in a cell.
    """
    if "type_id" not in table.columns:
        return table, []
    names = table["type_id"].map(lambda one: _names(one, types, separator))
    several = names.map(len).to_numpy() > 1
    ids = names.map(lambda cell: [types.get(fold_type_name(one or "")) for one in cell])
    pairs = [
        (row, name, one)
        for row, cell, found in zip(table.index, names, ids, strict=True)
        for name, one in zip(cell, found, strict=True)
    ]
    problems = unknown_types(
        raw, [(row, name) for row, name, one in pairs if name and one is None]
    )
    problems += _twice(raw, dict(zip(table.index, ids, strict=True)))
    split = table.assign(type_id=ids, _several=several).explode("type_id")
    split["type_id"] = split["type_id"].where(split["type_id"].notna(), None)
    return _named_apart(split), problems


def unknown_types(raw: RawTable, named: Iterable[tuple[object, str]]) -> list[str]:
    """
    Name the types of a file that the profile does not know.

    Parameters
    ----------
    raw
        The file.
    named
        Row number and type name of each.

    Returns
    -------
    problems
        One message, or none.
    """
    pairs = list(named)
    if not pairs:
        return []
    rows = dict.fromkeys(row for row, _ in pairs)
    names = tuple(dict.fromkeys(name for _, name in pairs))
    return [problem_in(raw, "unknown-type", rows=rows, values=names)]


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
