"""What changes have in common: their effects, faults, places, new rows and codes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from circle.city import City
from circle.declared import parse_declared, to_metric
from circle.derived_ids import derived_ids
from circle.errors import ConfigError, Words, in_language
from circle.placing import PLACE_DIGITS
from circle.problems import Problem, Value
from circle.scenario import Place


@dataclass(frozen=True)
class Effect:
    """One thing that a change made otherwise."""

    kind: str
    """What kind of thing: facility, cell, subdistrict, rule, speed, norm, street."""
    id: str
    """Its code."""
    name: str
    """What of it changed."""
    old: Any
    """What it was; None where it was not there."""
    new: Any
    """What it is; None where it is no more."""


Changed = tuple[City, list[Effect]]
# How a kind of change is made: from the city, the change and its name in messages to
# the city as it would be and every effect. It refuses what does not fit the city.
Apply = Callable[[City, Any, Words], Changed]


def fault(where: str, key: str, *, item: str = "", **values: Value) -> Problem:
    """
    Say why a change does not fit the city.

    Parameters
    ----------
    where
        The change, for messages.
    key
        Key of the texts of the problem.
    item
        The key of the change it is about.
    **values
        What fills the braces of the texts.

    Returns
    -------
    problem
        To be raised as a `ConfigError`.

    Examples
    --------
    >>> print(fault(Words("change 1", zh="第1项变更"), "change-outside", n="2"))
    change 1: the place lies in none of the 2 subdistricts; expected a place inside \
the district; check the order of the numbers and `crs`.
    """
    return Problem(key, where, item=item, values=values)


def check_known(
    given: Sequence[str], known: Sequence[str], what: Words, where: Words
) -> None:
    """
    Check that all names are known.

    Parameters
    ----------
    given
        The names given.
    known
        The names there are.
    what
        What they name, for messages.
    where
        The change, for messages.

    Raises
    ------
    ConfigError
        If not, with all that are unknown.
    """
    unknown = tuple(sorted(set(given) - set(known)))
    if unknown:
        raise ConfigError(
            fault(where, "change-unknown", what=what, names=unknown, known=tuple(known))
        )


def place_at(
    at: Place, crs: str, *, target: pyproj.CRS, where: str, item: str = "at"
) -> shapely.Point:
    """
    Find the place of a change in the city's coordinate system.

    Parameters
    ----------
    at
        Longitude and latitude, or easting and northing.
    crs
        Their coordinate system, as a study declares it.
    target
        Metric coordinate system of the city.
    where
        The change, for messages.
    item
        The key that holds the place.

    Returns
    -------
    place
        In metres.

    Raises
    ------
    ConfigError
        If the numbers are no place of this system.
    """
    declared = parse_declared(crs, where=_inside(where, "crs"))
    x, y = to_metric(
        np.array([float(at[0])]), np.array([float(at[1])]), declared=declared,
        target=target,
    )  # fmt: skip
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        numbers = {"x": f"{at[0]:g}", "y": f"{at[1]:g}"}
        raise ConfigError(
            fault(where, "change-no-place", item=item, crs=declared.name, **numbers)
        )
    x_m, y_m = (round(float(one[0]), PLACE_DIGITS) for one in (x, y))
    return shapely.Point(x_m, y_m)


def written_place(place: shapely.Point | None) -> str | None:
    """
    Write a place for the log.

    Parameters
    ----------
    place
        The place in metres, or none.

    Returns
    -------
    text
        Easting and northing in metres; None for none.

    Examples
    --------
    >>> written_place(shapely.Point(3, 4.25))
    '3.0, 4.2'
    """
    return None if place is None else f"{place.x:.1f}, {place.y:.1f}"


def insert_rows(
    table: gpd.GeoDataFrame, new: gpd.GeoDataFrame, key: str
) -> tuple[gpd.GeoDataFrame, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """
    Put new rows where their ids belong.

    Parameters
    ----------
    table
        The table, sorted by its ids.
    new
        Rows with the same columns.
    key
        The column of the ids.

    Returns
    -------
    table
        All rows, sorted by id.
    known
        For each row its row in the old table, -1 for new ones, shape (rows,).
    """
    ids, codes = (one[key].to_numpy(dtype=object) for one in (table, new))
    turn = np.argsort(codes, kind="stable")
    at = np.searchsorted(ids, codes[turn], side="right")
    order = np.insert(np.arange(len(ids)), at, len(ids) + turn)
    fresh: dict[str, Any] = {table.geometry.name: new.geometry.reset_index(drop=True)}
    for name in table.columns.drop(table.geometry.name):
        # Each value is converted by itself: by the others nothing is guessed.
        objects = new[name].to_numpy(dtype=object)
        fresh[name] = pd.Series(objects, dtype=object).astype(table[name].dtype)
    rows = gpd.GeoDataFrame(fresh, geometry=table.geometry.name, crs=table.crs)
    both = pd.concat([table, rows[list(table.columns)]], ignore_index=True)
    frame = gpd.GeoDataFrame(both.take(order).reset_index(drop=True))
    known = np.where(order < len(table), order, -1).astype(np.intp)
    return frame, known


def fresh_id(prefix: str, place: shapely.Point) -> str:
    """
    Make a code of what stands where, the same in every run.

    Parameters
    ----------
    prefix
        What the code begins with.
    place
        The place, in metres.

    Returns
    -------
    code
        The prefix and ten hexadecimal digits.
    """
    return derived_ids(f"{prefix}_", [[place.x, place.y]], ties=[0])[0]


def _inside(where: str, key: str) -> Words:
    """Name a key of a change."""
    return Words(f"{where}: {key}", zh=f"{in_language(where, 'zh')}: {key}")
