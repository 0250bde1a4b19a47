"""Join the tables of a study to its streets, or to straight lines."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from circle.backdrop import read_backdrop
from circle.coordinate_check import check_shift
from circle.errors import CircleWarning
from circle.network import Network
from circle.profile import Profile
from circle.profile_rules import Travel
from circle.rules import speeds_of
from circle.screening import straight_access
from circle.snapping import Access, Snapper
from circle.street_cache import KeptStreets, fetch_network, fetch_streets
from circle.study import Study

PLACED = ("committees", "cells", "buildings", "facilities", "candidates")
_BACKDROP_MARGIN_M = 1_500.0


@dataclass(frozen=True)
class Joined:
    """How the tables of a study meet its networks."""

    networks: Mapping[str, Network]
    """Id of each way of travel to its network; none in the screening mode."""
    access: Mapping[tuple[str, str], Access]
    """How the rows of each table meet each network, by table and way of travel."""
    nearer_fragment: NDArray[np.bool_]
    """Whether each cell lies nearer to a fragment than to the main component of its
    mode, shape (cells,)."""
    backdrop: gpd.GeoDataFrame
    """What maps are drawn upon."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""
    snappers: Mapping[str, Snapper] = field(default_factory=dict)
    """What joins further points to each network."""
    streets: str = ""
    """What the streets depend on, as `KeptStreets` has it; "" where there are none."""


def join_to_streets(
    study: Study,
    profile: Profile,
    tables: Mapping[str, gpd.GeoDataFrame],
    *,
    travels: Mapping[str, Travel],
    crs: pyproj.CRS,
    cache: bool = True,
) -> Joined:
    """
    Read the streets of a study and join every table to them.

    Parameters
    ----------
    study
        The study; without streets it asks for the screening mode.
    profile
        The standard, for speeds and the snap limit.
    tables
        Committees, cells, facilities and candidates, with the mode of the origins;
        and the subdistricts.
    travels
        The ways of travel that some origin needs, by id.
    crs
        Metric coordinate system of the tables.
    cache
        Whether streets and networks are taken from the cache and kept in it.

    Returns
    -------
    joined
        Networks and access of every way of travel; straight lines need no network.
        In the screening mode there are none, and a warning says so.

    Raises
    ------
    CircleError
        If the streets cannot be read, or none is open to a mode.
    """
    area = _drawn_area(tables["subdistricts"])
    everywhere = {**tables, "cells": tables.get("all_cells", tables["cells"])}
    if study.streets is None:
        shifted = check_shift(study, everywhere, None, crs=crs)
        joined = _without_streets(study, tables, travels, crs, area)
    else:
        kept = fetch_streets(study, study.streets, crs=crs, area=area, cache=cache)
        shifted = check_shift(study, everywhere, kept.source.streets, crs=crs)
        joined = _with_streets(kept, profile, tables, travels)
    return replace(joined, warnings=joined.warnings + shifted)


def fetch_networks(
    study: Study,
    profile: Profile,
    subdistricts: gpd.GeoDataFrame,
    *,
    travels: Mapping[str, Travel],
    crs: pyproj.CRS,
) -> Joined:
    """
    Take streets and networks alone, for tables that are joined to them already.

    Parameters
    ----------
    study
        The study; without streets there is nothing to take.
    profile
        The standard, for speeds.
    subdistricts
        The subdistricts, which say what maps draw.
    travels
        The ways of travel that some origin needs, by id.
    crs
        Metric coordinate system of the subdistricts.

    Returns
    -------
    joined
        As `join_to_streets` gives it, without access and without what needs care.

    Raises
    ------
    CircleError
        If the streets cannot be read, or none is open to a mode.
    """
    nowhere = np.zeros(0, dtype=bool)
    if study.streets is None:
        return Joined({}, {}, nowhere, gpd.GeoDataFrame(), ())
    area = _drawn_area(subdistricts)
    kept = fetch_streets(study, study.streets, crs=crs, area=area)
    networks = _networks(kept, profile, travels)
    snappers = {key: Snapper(network) for key, network in networks.items()}
    backdrop = kept.source.backdrop
    return Joined(networks, {}, nowhere, backdrop, (), snappers, kept.key)


def join_tables(
    tables: Mapping[str, gpd.GeoDataFrame],
    networks: Mapping[str, Network],
    *,
    travels: Mapping[str, Travel],
    limit_m: float,
) -> Joined:
    """
    Snap every table to every network.

    Parameters
    ----------
    tables
        Committees, cells, facilities and candidates, with the mode of the cells.
    networks
        Id of each way of travel along a network to that network.
    travels
        All ways of travel by id; those without a network go in straight lines.
    limit_m
        Longest straight line to the network, in metres, inclusive.

    Returns
    -------
    joined
        Networks, access and snappers, without backdrop and warnings.
    """
    cell_mode = tables["cells"]["mode"].to_numpy(dtype=object)
    access: dict[tuple[str, str], Access] = {}
    nearer = np.zeros(len(cell_mode), dtype=bool)
    places = {name: coordinates(tables[name]).T.copy() for name in PLACED}
    snappers = {key: Snapper(network) for key, network in networks.items()}

    def snap(key: str) -> tuple[dict[str, Access], NDArray[np.bool_] | None]:
        snapper = snappers[key]
        found = {
            name: snapper.join(*at, limit_m=limit_m) for name, at in places.items()
        }
        if key != travels[key].mode:
            return found, None
        return found, snapper.nearer_fragment(*places["cells"], access=found["cells"])

    # Most of it is compiled, and each network is snapped to for itself.
    with ThreadPoolExecutor() as threads:
        snapped = dict(zip(snappers, threads.map(snap, snappers), strict=True))
    for key, travel in travels.items():
        if key not in snappers:
            access |= _straight(tables, key)
            continue
        found, near = snapped[key]
        access |= {(name, key): one for name, one in found.items()}
        if near is not None:
            own = cell_mode == travel.mode
            nearer[own] = near[own]
    return Joined(networks, access, nearer, gpd.GeoDataFrame(), (), snappers)


def coordinates(
    table: gpd.GeoDataFrame,
) -> NDArray[np.float64]:
    """
    Give x and y of the points of a table.

    Parameters
    ----------
    table
        A table of points in metres.

    Returns
    -------
    places
        Eastings and northings, NaN where a row has no place, shape (rows, 2).
    """
    shapes = table.geometry.to_numpy()
    return np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])


def _drawn_area(subdistricts: gpd.GeoDataFrame) -> shapely.Geometry:
    """Give the part of the plane that maps draw."""
    box = shapely.box(*subdistricts.total_bounds)
    area: shapely.Geometry = box.buffer(_BACKDROP_MARGIN_M)
    return area


def _networks(
    kept: KeptStreets, profile: Profile, travels: Mapping[str, Travel]
) -> dict[str, Network]:
    """Take the network of each way of travel that needs one."""
    return {
        key: fetch_network(
            kept,
            travel.mode,
            speeds=speeds_of(profile, travel),
            by_length=travel.measure == "length",
            island_m=profile.snap.island_m,
        )
        for key, travel in travels.items()
        if travel.measure != "straight"
    }


def _with_streets(
    kept: KeptStreets,
    profile: Profile,
    tables: Mapping[str, gpd.GeoDataFrame],
    travels: Mapping[str, Travel],
) -> Joined:
    """Build the network of each way of travel and snap every table to it."""
    networks = _networks(kept, profile, travels)
    joined = join_tables(
        tables, networks, travels=travels, limit_m=profile.snap.limit_m.value
    )
    source = kept.source
    return replace(
        joined,
        backdrop=source.backdrop,
        warnings=source.warnings,
        streets=kept.key,
    )


def _without_streets(
    study: Study,
    tables: Mapping[str, gpd.GeoDataFrame],
    travels: Mapping[str, Travel],
    crs: pyproj.CRS,
    area: shapely.Geometry,
) -> Joined:
    """Join nothing, and say so."""
    detour = study.screening.detour if study.screening is not None else 1.0
    warning = CircleWarning(
        "screening-mode",
        "there is no street network: times are the straight line times a detour "
        f"factor of {detour:g}; rivers, railways and walls are not seen; for a first "
        "look only, not for a plan.",
        f"未使用路网：时间按直线距离乘以绕行系数{detour:g}估算，未考虑河流、铁路和围墙阻隔；"
        "仅供初步筛查，不得作为规划依据。",
    )
    access: dict[tuple[str, str], Access] = {}
    for key in travels:
        access |= _straight(tables, key)
    nowhere = np.zeros(len(tables["cells"]), dtype=bool)
    backdrop = read_backdrop(study, crs=crs, area=area)
    return Joined({}, access, nowhere, backdrop, (warning,))


def _straight(
    tables: Mapping[str, gpd.GeoDataFrame], key: str
) -> dict[tuple[str, str], Access]:
    """Say of every table that its points are where they are."""
    return {(name, key): straight_access(coordinates(tables[name])) for name in PLACED}
