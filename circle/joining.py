"""Join the tables of a study to its streets, or to straight lines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from circle.backdrop import read_backdrop
from circle.coordinate_check import check_shift
from circle.errors import CircleWarning
from circle.network import Network
from circle.profile import MODES, Mode, Profile
from circle.screening import straight_access
from circle.snapping import Access, Snapper
from circle.street_cache import KeptStreets, fetch_network, fetch_streets
from circle.study import Study

PLACED = ("committees", "cells", "facilities", "candidates")
_BACKDROP_MARGIN_M = 1_500.0


@dataclass(frozen=True)
class Joined:
    """How the tables of a study meet its networks."""

    networks: Mapping[Mode, Network]
    """The network of each mode in use; none in the screening mode."""
    access: Mapping[tuple[str, Mode], Access]
    """How the rows of each table meet each network."""
    nearer_fragment: NDArray[np.bool_]
    """Whether each cell lies nearer to a fragment than to the main component of its
    mode, shape (cells,)."""
    backdrop: gpd.GeoDataFrame
    """What maps are drawn upon."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""


def join_to_streets(
    study: Study,
    profile: Profile,
    tables: Mapping[str, gpd.GeoDataFrame],
    *,
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
    crs
        Metric coordinate system of the tables.
    cache
        Whether streets and networks are taken from the cache and kept in it.

    Returns
    -------
    joined
        Networks and access of every mode that an origin travels by. In the screening
        mode there are no networks, and a warning says so.

    Raises
    ------
    CircleError
        If the streets cannot be read, or none is open to a mode.
    """
    area = shapely.box(*tables["subdistricts"].total_bounds).buffer(_BACKDROP_MARGIN_M)
    origins = [*tables["committees"]["mode"], *tables["cells"]["mode"]]
    modes = [one for one in MODES if one in set(origins)]
    everywhere = {**tables, "cells": tables.get("all_cells", tables["cells"])}
    if study.streets is None:
        shifted = check_shift(study, everywhere, None, crs=crs)
        joined = _without_streets(study, tables, modes, crs, area)
    else:
        kept = fetch_streets(study, study.streets, crs=crs, area=area, cache=cache)
        shifted = check_shift(study, everywhere, kept.source.streets, crs=crs)
        joined = _with_streets(kept, profile, tables, modes)
    return replace(joined, warnings=joined.warnings + shifted)


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


def _with_streets(
    kept: KeptStreets,
    profile: Profile,
    tables: Mapping[str, gpd.GeoDataFrame],
    modes: list[Mode],
) -> Joined:
    """Build the network of each mode in use and snap every table to it."""
    cell_mode = tables["cells"]["mode"].to_numpy(dtype=object)
    networks: dict[Mode, Network] = {}
    access: dict[tuple[str, Mode], Access] = {}
    nearer = np.zeros(len(cell_mode), dtype=bool)
    for mode in modes:
        networks[mode] = fetch_network(kept, mode, speeds=profile.speeds)
        snapper = Snapper(networks[mode])
        for name in PLACED:
            x_m, y_m = coordinates(tables[name]).T.copy()
            access[name, mode] = snapper.join(
                x_m, y_m, limit_m=profile.snap.limit_m.value
            )
        x_m, y_m = coordinates(tables["cells"]).T.copy()
        own = cell_mode == mode
        near = snapper.nearer_fragment(x_m, y_m, access=access["cells", mode])
        nearer[own] = near[own]
    return Joined(networks, access, nearer, kept.source.backdrop, kept.source.warnings)


def _without_streets(
    study: Study,
    tables: Mapping[str, gpd.GeoDataFrame],
    modes: list[Mode],
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
    access: dict[tuple[str, Mode], Access] = {
        (name, mode): straight_access(coordinates(tables[name]))
        for mode in modes
        for name in PLACED
    }
    nowhere = np.zeros(len(tables["cells"]), dtype=bool)
    backdrop = read_backdrop(study, crs=crs, area=area)
    return Joined({}, access, nowhere, backdrop, (warning,))
