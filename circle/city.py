"""Everything a study brings, read, checked and joined to the network: a city."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from circle.areas import (
    overlaps,
    locate,
    nearest_committee,
    read_committees,
    read_subdistricts,
    study_crs,
)
from circle.backdrop import read_backdrop
from circle.errors import CircleWarning, InputError, list_ids
from circle.facilities import measured_types, read_candidates, read_facilities
from circle.network import Network, build_network
from circle.population import read_cells
from circle.profile import MODES, Mode, Profile, read_profile
from circle.snapping import Access, Snapper
from circle.streets import Streets, read_streets
from circle.study import BuildingPopulation, Study

Stage = Callable[[str], None]
_BACKDROP_MARGIN_M = 1_500.0
_PLACED = ("committees", "cells", "facilities", "candidates")


@dataclass(frozen=True)
class City:
    """One study's inputs, ready to be measured."""

    study: Study
    """The study."""
    profile: Profile
    """The standard."""
    crs: pyproj.CRS
    """Metric coordinate system of every geometry below."""
    subdistricts: gpd.GeoDataFrame
    """Contract ``subdistricts``."""
    committees: gpd.GeoDataFrame
    """Contract ``committees`` with ``mode`` and ``population`` (people of its
    cells); empty where the study has none."""
    cells: gpd.GeoDataFrame
    """Contract ``cells`` with age bands, ``subdistrict_id``, ``committee_id`` (None
    without committees) and ``mode``; only cells inside the subdistricts."""
    facilities: gpd.GeoDataFrame
    """Contract ``facilities``, of every status."""
    candidates: gpd.GeoDataFrame
    """Contract ``candidates`` with ``subdistrict_id``; may be empty."""
    type_ids: tuple[str, ...]
    """Facility types that the inventory can hold, in the order of the profile."""
    backdrop: gpd.GeoDataFrame
    """Water, green and streets for drawing."""
    cell_size_m: float
    """Side of a cell's square in metres."""
    grid_corner_m: tuple[float, float]
    """A corner of the grid of squares, easting and northing in metres."""
    networks: Mapping[Mode, Network]
    """The network of each mode that some origin travels by."""
    access: Mapping[tuple[str, Mode], Access]
    """How the rows of each table (committees, cells, facilities, candidates) meet
    each network."""
    nearer_fragment: NDArray[np.bool_]
    """Whether each cell lies nearer to a fragment than to the main component of its
    mode, shape (cells,)."""
    population_outside: float
    """People of cells outside every subdistrict, who are not counted."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""


def load_city(study: Study, *, on_stage: Stage = lambda _: None) -> City:
    """
    Read the inputs of a study and join them to the network.

    Parameters
    ----------
    study
        The study.
    on_stage
        Called with the name of each stage as it begins: ``read``, ``network``.

    Returns
    -------
    city
        The city.

    Raises
    ------
    CircleError
        With every fault of every table at once.

    Examples
    --------
    >>> from circle import read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> sorted(city.networks)
    ['cycle', 'walk']
    """
    on_stage("read")
    profile = read_profile(study.profile, folder=study.folder)
    crs = study_crs(study)
    tables, outside = _read_tables(study, profile, crs)
    subdistricts = tables["subdistricts"]
    area = shapely.box(*subdistricts.total_bounds).buffer(_BACKDROP_MARGIN_M)
    backdrop = read_backdrop(study, crs=crs, area=area)
    on_stage("network")
    streets = read_streets(
        study.input_path(study.streets.path),
        crs=crs,
        private_ways=study.streets.private_ways,
    )
    networks, access, nearer = _join(streets, profile, tables)
    types = measured_types(study, profile)
    return City(
        study=study,
        profile=profile,
        crs=crs,
        subdistricts=subdistricts,
        committees=tables["committees"],
        cells=tables["cells"],
        facilities=tables["facilities"],
        candidates=tables["candidates"],
        type_ids=types,
        backdrop=backdrop,
        cell_size_m=study.population.cell_size_m,
        grid_corner_m=_grid_corner(study, tables["cells"]),
        networks=networks,
        access=access,
        nearer_fragment=nearer,
        population_outside=outside,
        warnings=_input_warnings(tables, profile, types, outside),
    )


def _read_tables(
    study: Study, profile: Profile, crs: pyproj.CRS
) -> tuple[dict[str, gpd.GeoDataFrame], float]:
    """Read all tables; the faults of several files are raised together."""
    subdistricts = read_subdistricts(study, crs=crs)
    readers: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "committees": lambda: read_committees(
            study, crs=crs, subdistricts=subdistricts
        ),
        "cells": lambda: read_cells(
            study, profile=profile, crs=crs, subdistricts=subdistricts
        ),
        "facilities": lambda: read_facilities(study, profile=profile, crs=crs),
        "candidates": lambda: read_candidates(study, profile=profile, crs=crs),
    }
    tables, problems = {"subdistricts": subdistricts}, []
    for name, read in readers.items():
        try:
            tables[name] = read()
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))
    outside = tables["cells"]["subdistrict_id"].isna()
    left_out = float(tables["cells"].loc[outside, "population"].sum())
    tables["cells"] = tables["cells"][~outside].reset_index(drop=True)
    if tables["cells"].empty:
        message = (
            f"{study.file}: population: no cell lies inside the subdistricts; check "
            "the declared coordinate systems of both files."
        )
        raise InputError(message)
    return _assign(study, profile, tables), left_out


def _assign(
    study: Study, profile: Profile, tables: dict[str, gpd.GeoDataFrame]
) -> dict[str, gpd.GeoDataFrame]:
    """Give committees and cells their mode, cells their committee."""
    area_class = tables["subdistricts"].set_index("subdistrict_id")["area_class"]
    committees, cells = tables["committees"].copy(), tables["cells"].copy()
    cells["committee_id"] = nearest_committee(cells, committees)
    committees["mode"] = [
        profile.rule.mode_for(area_class[home], kind)
        for home, kind in zip(
            committees["subdistrict_id"], committees["kind"], strict=True
        )
    ]
    kind = committees.set_index("committee_id")["kind"]
    kinds = cells["committee_id"].map(kind).fillna(study.committee_kind)
    cells["mode"] = [
        profile.rule.mode_for(area_class[home], one)
        for home, one in zip(cells["subdistrict_id"], kinds, strict=True)
    ]
    people = cells.groupby("committee_id")["population"].sum()
    committees["population"] = (
        committees["committee_id"].map(people).fillna(0.0).astype(float)
    )
    return {**tables, "committees": committees, "cells": cells,
            "candidates": _candidates_with_home(tables)}  # fmt: skip


def _grid_corner(study: Study, cells: gpd.GeoDataFrame) -> tuple[float, float]:
    """Find a corner of the squares: cells of a table stand in their middles."""
    if isinstance(study.population, BuildingPopulation):
        return 0.0, 0.0
    half_m = study.population.cell_size_m / 2
    first = cells.geometry.iloc[0]
    return float(first.x) - half_m, float(first.y) - half_m


def _candidates_with_home(tables: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Say in which subdistrict each candidate lies."""
    candidates = tables["candidates"].copy()
    candidates["subdistrict_id"] = locate(
        candidates.geometry, tables["subdistricts"]
    )
    return candidates


def _join(
    streets: Streets, profile: Profile, tables: Mapping[str, gpd.GeoDataFrame]
) -> tuple[
    dict[Mode, Network], dict[tuple[str, Mode], Access], NDArray[np.bool_]
]:
    """Build the network of each mode in use and snap every table to it."""
    cell_mode = tables["cells"]["mode"].to_numpy(dtype=object)
    used = set(cell_mode) | set(tables["committees"]["mode"])
    networks: dict[Mode, Network] = {}
    access: dict[tuple[str, Mode], Access] = {}
    nearer = np.zeros(len(cell_mode), dtype=bool)
    for mode in MODES:
        if mode not in used:
            continue
        networks[mode] = build_network(streets, mode, speeds=profile.speeds)
        snapper = Snapper(networks[mode])
        for name in _PLACED:
            x_m, y_m = _coordinates(tables[name])
            access[name, mode] = snapper.join(
                x_m, y_m, limit_m=profile.snap.limit_m.value
            )
        x_m, y_m = _coordinates(tables["cells"])
        own = cell_mode == mode
        near = snapper.nearer_fragment(x_m, y_m, access=access["cells", mode])
        nearer[own] = near[own]
    return networks, access, nearer


def _coordinates(
    table: gpd.GeoDataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give x and y of points, NaN where a row has no place."""
    shapes = table.geometry.to_numpy()
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _input_warnings(
    tables: Mapping[str, gpd.GeoDataFrame],
    profile: Profile,
    types: tuple[str, ...],
    outside: float,
) -> tuple[CircleWarning, ...]:
    """Say what about the inputs needs care."""
    found = []
    unmeasured = [one for one in profile.type_ids if one not in types]
    if unmeasured:
        found.append(
            CircleWarning(
                "types-not-in-osm",
                f"{len(unmeasured)} types have no tag set in the profile and are left "
                f"out: {', '.join(unmeasured)}.",
            )
        )
    shared = overlaps(tables["subdistricts"])
    if shared:
        pairs = list_ids(f"{a}/{b} ({size / 1e6:.2f} km²)" for a, b, size in shared)
        found.append(
            CircleWarning(
                "subdistricts-overlap",
                f"{len(shared)} pairs of subdistricts overlap: {pairs}; what lies in "
                "both counts for the one with the lower code.",
            )
        )
    facilities = tables["facilities"]
    is_open = facilities[facilities["status"] == "open"]
    absent = [one for one in types if one not in set(is_open["type_id"])]
    if absent:
        found.append(
            CircleWarning(
                "types-without-facility",
                f"the inventory holds no open facility of: {', '.join(absent)}.",
            )
        )
    unplaced = facilities[facilities.geometry.isna()]
    if len(unplaced):
        found.append(
            CircleWarning(
                "facilities-not-placed",
                f"{len(unplaced)} facilities have no coordinates and do not count: "
                f"{list_ids(unplaced['facility_id'])}.",
            )
        )
    if outside > 0:
        found.append(
            CircleWarning(
                "people-outside",
                f"{outside:,.0f} people live in cells outside every subdistrict and "
                "are not counted.",
            )
        )
    return tuple(found)


def joined_in_own_mode(
    city: City, table: str
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """
    Tell which origins are joined to the network of their own mode.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.

    Returns
    -------
    joined
        Shape (rows,).
    snap_distance_m
        Straight line to that network in metres, shape (rows,).
    """
    mode = getattr(city, table)["mode"].to_numpy(dtype=object)
    joined, distance_m = np.zeros(len(mode), dtype=bool), np.full(len(mode), np.inf)
    for one in city.networks:
        own, access = mode == one, city.access[table, one]
        joined[own] = access.joined[own]
        distance_m[own] = access.snap_distance_m[own]
    return joined, distance_m
