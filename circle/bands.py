"""Bands of travel time on a grid of places: what maps draw around the facilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from circle.city import City
from circle.joining import coordinates
from circle.place_grid import Mask, PlaceGrid
from circle.reached import Reach, within
from circle.rules import TypeRule, rule_table
from circle.screening import straight_access
from circle.snapping import Snapper
from circle.travel import measure_table

Unit = Literal["min", "m"]
# At most so many places are measured; beyond that the grid is coarser.
MOST_PLACES: Final = 500_000
# Ground between two places of an outline in metres, and how many places it has at most.
_OUTLINE_M: Final = 50.0
_OUTLINE_PLACES: Final = 125_000
# Places measured at once: about 200 MB of times, limits and facilities.
_AT_ONCE: Final = 150_000
_MOST_BANDS: Final = 4
_STEPS: Final = {
    "min": (5.0, 10.0, 15.0, 30.0, 60.0),
    "m": (100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0),
}


@dataclass(frozen=True)
class BandLimits:
    """The limits of the bands of one facility type."""

    upto: tuple[float, ...]
    """Rising, inclusive; the last one is the longest limit of the type."""
    unit: Unit
    """``min`` for minutes, ``m`` for metres of way."""


@dataclass(frozen=True)
class Bands:
    """In which band of travel time each place lies, for each facility type."""

    grid: PlaceGrid
    """The places."""
    type_ids: tuple[str, ...]
    """The facility types."""
    limits: tuple[BandLimits, ...]
    """The limits of the bands of each type."""
    band: NDArray[np.uint8]
    """Number of the innermost band of each place, from 1; 0 beyond the last one, on
    water and outside the city; shape (types, rows, columns)."""


def can_travel(city: City) -> bool:
    """
    Tell whether a city has what bands are measured along.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    can
        False without networks and without a detour factor for straight lines.
    """
    return bool(city.snappers) or city.detour is not None


def snapper_of(city: City, travel_id: str) -> Snapper:
    """
    Give what joins points to a network of a city.

    Parameters
    ----------
    city
        The city.
    travel_id
        Id of a way of travel along a network.

    Returns
    -------
    snapper
        The city's own, or a new one where a scenario has changed the network.
    """
    kept, network = city.snappers.get(travel_id), city.networks[travel_id]
    return kept if kept is not None and kept.network is network else Snapper(network)


def band_limits(city: City, type_id: str) -> BandLimits:
    """
    Give the limits of the bands of a facility type.

    Parameters
    ----------
    city
        The city.
    type_id
        The facility type.

    Returns
    -------
    limits
        Steps of 5 minutes up to the longest limit that holds for some cell, or of
        100 m where all limits are lengths; wider steps where there would be more
        than four bands. A step too near the limit, by half a step, is passed over.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> band_limits(city, "kindergarten").upto
    (5.0, 10.0, 15.0)
    """
    rules = _rules_of(city, type_id)
    minutes = [one.minutes for one in rules if one.minutes is not None]
    if minutes:
        return BandLimits(split_limit(max(minutes), "min"), "min")
    metres = max(one.metres or 0.0 for one in rules)
    return BandLimits(split_limit(metres, "m"), "m")


def split_limit(limit: float, unit: Unit) -> tuple[float, ...]:
    """
    Split a limit into bands.

    Parameters
    ----------
    limit
        Minutes or metres.
    unit
        ``min`` or ``m``.

    Returns
    -------
    values
        At most four, rising up to the limit.

    Examples
    --------
    >>> split_limit(15, "min"), split_limit(10, "min"), split_limit(30, "min")
    ((5.0, 10.0, 15), (5.0, 10), (10.0, 20.0, 30))
    >>> split_limit(300, "m"), split_limit(800, "m")
    ((100.0, 200.0, 300), (250.0, 500.0, 800))
    """
    steps = _STEPS[unit]
    step = next((one for one in steps if one * _MOST_BANDS >= limit), limit)
    inner = np.arange(step, limit - step / 2, step)
    return (*inner.tolist(), limit)


def measure_bands(city: City, *, most_places: int = MOST_PLACES) -> Bands | None:
    """
    Measure from every place of a grid how near the facilities of each type are.

    Parameters
    ----------
    city
        The city.
    most_places
        How many places to measure at most; sets the spacing of the grid.

    Returns
    -------
    bands
        Each place is measured as a population cell there would be: joined to the
        nearest street, by the rule of the nearest cell, to the facilities that count
        for the type. None where there is neither a network nor a detour factor.

    Notes
    -----
    For maps; coverage is decided by the time at each origin. As a place has one time,
    the bands lie within each other.
    """
    if not can_travel(city):
        return None
    grid = PlaceGrid.over(city.subdistricts, most_places=most_places)
    inside, places = _places(city, grid)
    row, column = np.nonzero(inside)
    limits = tuple(band_limits(city, one) for one in city.type_ids)
    band = np.zeros((len(limits), *grid.shape), dtype=np.uint8)
    for first in range(0, len(places), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        reach = measure_table(_peopled(city, places.iloc[some]), "cells", bounded=True)
        band[:, row[some], column[some]] = _banded(city, reach, limits)
    return Bands(grid, city.type_ids, limits, band)


def outline_bands(bands: Bands, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """
    Draw the outlines of the bands.

    Parameters
    ----------
    bands
        The bands.
    crs
        Coordinate system of the outlines, metric.

    Returns
    -------
    outlines
        Columns ``type_id``, ``band`` (from 1, the innermost), ``limit``, ``unit``
        (``min`` or ``m``) and ``geometry``; by type, the widest band first, so that
        narrower ones are drawn upon it. Holes are kept. Each band holds the next one,
        but for the bend of long straight sides in another system (centimetres). Every
        second place or fewer are used where they are closer than 50 m or more than
        125,000 in number.
    """
    rows: list[tuple[str, int, float, str]] = []
    shapes: list[shapely.Geometry] = []
    reached = np.count_nonzero(bands.band.any(axis=0))
    few = math.ceil(math.sqrt(reached / _OUTLINE_PLACES))
    every = max(1, few, round(_OUTLINE_M / bands.grid.spacing_m))
    grid = bands.grid.every(every)
    for type_id, limits, finest in zip(
        bands.type_ids, bands.limits, bands.band, strict=True
    ):
        here = finest[::every, ::every]
        numbers = [one for one in range(len(limits.upto), 0, -1) if (here == one).any()]
        masks = [(here > 0) & (here <= one) for one in numbers]
        if masks:
            shapes += grid.outline(masks, crs).tolist()
        rows += [(type_id, one, limits.upto[one - 1], limits.unit) for one in numbers]
    names = ("type_id", "band", "limit", "unit")
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    fields = {name: list(one) for name, one in zip(names, columns, strict=True)}
    return gpd.GeoDataFrame(fields, geometry=shapes, crs=crs)


def _rules_of(city: City, type_id: str) -> list[TypeRule]:
    """List the rules of a type that hold for some cell."""
    column = city.profile.type_ids.index(type_id)
    present = np.unique(city.cells["rule_class"].to_numpy())
    rules = list(rule_table(city.profile).values())
    return [rules[one][column] for one in present.tolist()]


def _places(city: City, grid: PlaceGrid) -> tuple[Mask, gpd.GeoDataFrame]:
    """Give the squares on land in the city, and their middles as cells."""
    own = city.subdistricts.geometry.to_numpy()
    water = city.backdrop.loc[city.backdrop["kind"] == "water"].geometry.to_numpy()
    areas = water[shapely.get_dimensions(water) == 2]
    home = grid.locate(own, city.crs)
    inside = (home >= 0) & (grid.locate(areas, city.crs) < 0)
    xy_m = grid.middles(inside, city.crs)
    nearest = _nearest_cells(city, xy_m, home[inside])
    columns = ["cell_id", "subdistrict_id", "rule_class"]
    likes = pd.DataFrame(city.cells[columns].iloc[nearest]).reset_index(drop=True)
    return inside, gpd.GeoDataFrame(likes, geometry=shapely.points(xy_m), crs=city.crs)


def _nearest_cells(
    city: City, xy_m: NDArray[np.float64], home: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Find the nearest cell of each place in its subdistrict, whose rule holds there.

    Where a subdistrict has no cells, the nearest of all.
    """
    cell_xy_m = coordinates(city.cells)
    codes = city.cells["subdistrict_id"].to_numpy(dtype=object)
    found = np.zeros(len(xy_m), dtype=np.int64)
    for number, code in enumerate(city.subdistricts["subdistrict_id"]):
        mine = home == number
        cells = np.flatnonzero(codes == code)
        if not len(cells):
            cells = np.arange(len(codes))
        _, nearest = cKDTree(cell_xy_m[cells]).query(xy_m[mine])
        found[mine] = cells[nearest]
    return found


def _peopled(city: City, places: gpd.GeoDataFrame) -> City:
    """Put places in the place of the cells of a city, joined to its networks."""
    xy_m = coordinates(places)
    limit_m = city.profile.snap.limit_m.value
    access = {
        ("cells", key): (
            snapper_of(city, key).join(*xy_m.T.copy(), limit_m=limit_m)
            if key in city.networks
            else straight_access(xy_m)
        )
        for key in city.travels
    }
    return replace(city, cells=places, access={**city.access, **access})


def _banded(
    city: City, reach: Reach, limits: Sequence[BandLimits]
) -> NDArray[np.uint8]:
    """Find the innermost band of each place, shape (types, places)."""
    kmh = [city.speeds(one).kmh(one.mode) for one in reach.travels]
    s_per_m = (3.6 / np.array(kmh))[reach.limits.travel]
    rule_class = reach.limits.rule_class
    band = np.zeros(reach.time_s.T.shape, dtype=np.uint8)
    for column, one in enumerate(limits):
        unit_s = 60.0 if one.unit == "min" else s_per_m[:, column][rule_class]
        for number in range(len(one.upto), 0, -1):
            reached = within(reach.time_s[:, column], one.upto[number - 1] * unit_s)
            band[column, reached] = number
    return band
