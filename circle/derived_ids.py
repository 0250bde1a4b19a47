"""Ids for rows that have none: derived from what a row says, not from its position."""

import hashlib
import math
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

_DIGITS = 10
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class IdRule:
    """How the ids of a table are derived."""

    name: str
    """Column of the ids."""
    prefix: str
    """What the ids begin with."""
    content: tuple[str, ...]
    """The columns that make a row what it is."""


# A row gets the same id wherever it is read: out of an inventory, or out of a return.
ID_RULES: Mapping[str, IdRule] = MappingProxyType(
    {
        "subdistricts": IdRule("subdistrict_id", "s", ("name",)),
        "committees": IdRule("committee_id", "c", ("name", "subdistrict_id")),
        "cells": IdRule("cell_id", "p", ()),
        "buildings": IdRule("building_id", "b", ()),
        "facilities": IdRule("facility_id", "f", ("type_id", "name", "address")),
        "candidates": IdRule("candidate_id", "k", ("name", "route")),
    }
)


def derived_ids(
    prefix: str, contents: Sequence[Sequence[object]], *, ties: Sequence[object]
) -> list[str]:
    """
    Derive an id for each row from its content.

    Parameters
    ----------
    prefix
        What the ids begin with.
    contents
        For each row, what makes it what it is: such as type, name and address.
    ties
        For each row, what orders rows of the same content: such as the place.

    Returns
    -------
    ids
        The prefix and ten hexadecimal digits. The same content gives the same id in
        any file, in any order of rows. Rows of the same content get ``-2``, ``-3`` …
        in the order of `ties`.

    Examples
    --------
    >>> a, b, c = derived_ids("f", [("x",), ("y",), (" Ｘ",)], ties=[2, 1, 1])
    >>> a == f"{c}-2", a == b
    (True, False)
    """
    digests = [_digest(one) for one in contents]
    groups: dict[str, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests):
        groups[digest].append(row)
    ids = [""] * len(digests)
    for digest, rows in groups.items():
        for rank, row in enumerate(sorted(rows, key=lambda n: (str(ties[n]), n)), 1):
            ids[row] = f"{prefix}{digest}" + (f"-{rank}" if rank > 1 else "")
    return ids


def with_ids(table: gpd.GeoDataFrame, rule: IdRule) -> gpd.GeoDataFrame:
    """
    Give a table ids derived from its content, if it has none.

    Parameters
    ----------
    table
        A table as read; untouched where it has the column of the ids.
    rule
        How they are derived; columns of its content that are not there are empty.

    Returns
    -------
    table
        With ids. Where all of the content is empty, the place stands for it.
    """
    if rule.name in table.columns or table.empty:
        return table
    places = [_place_text(one) for one in table.geometry]
    columns = [
        table[one] if one in table.columns else pd.Series(None, index=table.index)
        for one in rule.content
    ]
    rows = list(zip(*columns, strict=True)) or [()] * len(table)
    contents = [
        row if any(_plain(one) for one in row) else (place,)
        for row, place in zip(rows, places, strict=True)
    ]
    rest = sorted(one for one in table.columns if one != table.geometry.name)
    others = table[rest].astype(str).agg(_SEPARATOR.join, axis=1) if rest else places
    ties = [f"{a}{_SEPARATOR}{b}" for a, b in zip(places, others, strict=True)]
    return table.assign(**{rule.name: derived_ids(rule.prefix, contents, ties=ties)})


def _digest(content: Sequence[object]) -> str:
    """Shorten a content to ten hexadecimal digits."""
    text = _SEPARATOR.join(_plain(one) for one in content)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _plain(value: object) -> str:
    """Write a value so that blanks, case and width of signs do not count."""
    if value is None or value is pd.NA or value is pd.NaT or _is_nan(value):
        return ""
    return "".join(unicodedata.normalize("NFKC", str(value)).split()).casefold()


def _is_nan(value: object) -> bool:
    """Tell a float that is no number."""
    return isinstance(value, float) and math.isnan(value)


def _place_text(shape: BaseGeometry | None) -> str:
    """Write a place to the metre; shapes by a point inside."""
    if shape is None or shape.is_empty:
        return ""
    point = shapely.point_on_surface(shape)
    return f"{shapely.get_x(point):.0f} {shapely.get_y(point):.0f}"
