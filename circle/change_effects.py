"""What changes have in common: their effects, places, new rows and codes."""

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
from circle.errors import ConfigError
from circle.placing import PLACE_DIGITS
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


def place_at(at: Place, crs: str, *, target: pyproj.CRS, where: str) -> shapely.Point:
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

    Returns
    -------
    place
        In metres.

    Raises
    ------
    ConfigError
        If the numbers are no place of this system.
    """
    declared = parse_declared(crs, where=f"{where}: crs")
    x, y = to_metric(
        np.array([float(at[0])]), np.array([float(at[1])]), declared=declared,
        target=target,
    )  # fmt: skip
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        message = (
            f"{where}: at: found {at[0]:g}, {at[1]:g}; expected x (or longitude) and "
            f"y (or latitude) in {declared.name}; put them in this order, or name "
            "their system with `crs`."
        )
        raise ConfigError(message)
    x_m, y_m = (round(float(one[0]), PLACE_DIGITS) for one in (x, y))
    return shapely.Point(x_m, y_m)


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
    ids = table[key].to_numpy(dtype=object)
    values: dict[str, Any] = {}
    order = np.argsort(np.append(ids, new[key].to_numpy(dtype=object)), kind="stable")
    for name in table.columns:
        both = np.append(
            table[name].to_numpy(dtype=object), new[name].to_numpy(dtype=object)
        )
        values[name] = pd.Series(both[order]).astype(table[name].dtype)
    frame = gpd.GeoDataFrame(values, geometry="geometry", crs=table.crs)
    known = np.where(order < len(table), order, -1).astype(np.intp)
    return frame, known


def check_known(given: list[str], known: list[str], what: str, where: str) -> None:
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
    unknown = sorted(set(given) - set(known))
    if unknown:
        message = (
            f"{where}: no {what} {', '.join(unknown)}; expected some of: "
            f"{', '.join(known)}."
        )
        raise ConfigError(message)


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
