"""Propose rows of an inventory that may be the same facility twice."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from circle.facilities import fold_type_name, type_names
from circle.profile import Profile

NEAR_M, SIMILAR = 100.0, 0.8
_KIND_OF_AREA = re.compile("(街道|镇|乡|新区|区)$")
_NO_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Likeness:
    """Two rows that may be one facility."""

    first: int
    """Position of the first row."""
    second: int
    """Position of the second row."""
    distance_m: float
    """Straight line between them in metres."""
    similarity: float
    """Likeness of their names, 0–1."""


def bare_name(name: Any, area: Any = None) -> str:
    """
    Write a name for comparison: without signs, and without its street or town.

    Parameters
    ----------
    name
        Name of a facility.
    area
        Name of the street or town that it lies in, if known.

    Returns
    -------
    bare
        May be empty.

    Examples
    --------
    >>> bare_name("浣岸街道（琼荻）幼儿园", "浣岸街道")
    '琼荻幼儿园'
    """
    text = "" if name is None or pd.isna(name) else str(name)
    if isinstance(area, str) and area.strip():
        short = _KIND_OF_AREA.sub("", area.strip())
        text = text.replace(area.strip(), "")
        if len(short) > 1:
            text = text.replace(short, "")
    return _NO_NAME.sub("", unicodedata.normalize("NFKC", text)).casefold()


def similarity(first: str, second: str) -> float:
    """
    Say how alike two bare names are.

    Parameters
    ----------
    first
        A bare name.
    second
        Another one.

    Returns
    -------
    ratio
        Twice the letters in common through the letters of both, 0–1; 0 if a name is
        empty.

    Examples
    --------
    >>> similarity("琼荻幼儿园", "琼荻幼儿园分部") > 0.8
    True
    """
    if not first or not second:
        return 0.0
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()


def same_types(table: pd.DataFrame, profile: Profile) -> pd.Series:
    """
    Give the facility type of each row as the profile's id.

    Parameters
    ----------
    table
        Contract ``facilities``, with types as the file names them.
    profile
        The profile.

    Returns
    -------
    type_ids
        None for a type that the profile does not know.
    """
    types = type_names(profile)
    ids = [types.get(fold_type_name(str(one))) for one in table["type_id"]]
    return pd.Series(ids, index=table.index, dtype=object)


def propose_duplicates(
    table: gpd.GeoDataFrame, profile: Profile
) -> tuple[Likeness, ...]:
    """
    List pairs of facilities of one type that are near and named alike.

    Parameters
    ----------
    table
        Contract ``facilities`` as read, in metres; rows without a place are left out.
    profile
        The profile, whose type names are used.

    Returns
    -------
    pairs
        At most 100 m apart, names at least 0.8 alike once the name of the street or
        town is taken off; in the order of the rows.
    """
    shapes = table.geometry.to_numpy()
    types = same_types(table, profile).to_numpy(dtype=object)
    areas = table["subdistrict"] if "subdistrict" in table else pd.Series(dtype=object)
    areas = areas.reindex(table.index)
    names = [bare_name(*one) for one in zip(table["name"], areas, strict=True)]
    open_ones = ~(table["status"] == "closed").to_numpy() if "status" in table else None
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=NEAR_M)
    pairs = []
    order = np.lexsort((second, first))
    for a, b in zip(first[order].tolist(), second[order].tolist(), strict=True):
        if a >= b or types[a] is None or types[a] != types[b]:
            continue
        if open_ones is not None and not (open_ones[a] and open_ones[b]):
            continue
        ratio = similarity(names[a], names[b])
        if ratio >= SIMILAR:
            distance_m = float(shapely.distance(shapes[a], shapes[b]))
            pairs.append(Likeness(a, b, distance_m, ratio))
    return tuple(pairs)
