"""Everything a study brings, read, checked and joined to the network: a city."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from circle.areas import read_committees, read_subdistricts, study_crs
from circle.belonging import assign_origins
from circle.buildings import buildings_inside, no_buildings, read_buildings
from circle.city_cache import (
    Inputs,
    KeptCity,
    describe_inputs,
    fetch_city,
    fetch_table,
    keep_city,
)
from circle.collector import collector_at_rest
from circle.coordinate_check import check_area, stray_warnings
from circle.errors import CircleWarning, ConfigError, InputError, Words, gather
from circle.facilities import measured_types, read_candidates, read_facilities
from circle.input_warnings import input_warnings
from circle.joining import PLACED, Joined, fetch_networks, join_to_streets
from circle.network import Network
from circle.office_replies import read_office_replies
from circle.population import cell_size_m, read_cells
from circle.population_balance import balance_warnings, settle_people
from circle.problems import problem_of
from circle.profile import MODES, Mode, Profile
from circle.profile_reading import read_profile
from circle.profile_rules import Speeds, Travel
from circle.reading import taken_warnings
from circle.rules import speeds_of, travels_of
from circle.snapping import Access, Snapper
from circle.study import BuildingPopulation, Study

Stage = Callable[[str], None]


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
    """Contract ``committees`` with ``area_class``, ``committee_kind``, ``mode`` and
    ``population`` (people of its cells); empty where the study has none."""
    cells: gpd.GeoDataFrame
    """Contract ``cells`` with age bands, ``subdistrict_id``, ``committee_id`` (None
    without committees), ``area_class``, ``committee_kind`` and ``mode``; only cells
    inside the subdistricts."""
    facilities: gpd.GeoDataFrame
    """Contract ``facilities`` with ``subdistrict_id`` (where it lies), of every
    status."""
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
    travels: Mapping[str, Travel]
    """Id to way of travel, of all that some origin needs for some type."""
    networks: Mapping[str, Network]
    """The network of each way of travel by its id; none in the screening mode."""
    access: Mapping[tuple[str, str], Access]
    """How the rows of each table (committees, cells, facilities, candidates) meet
    each network, by table and way of travel."""
    nearer_fragment: NDArray[np.bool_]
    """Whether each cell lies nearer to a fragment than to the main component of its
    mode, shape (cells,)."""
    population_outside: float
    """People of cells outside every subdistrict, who are not counted."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""
    population_balance: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Contract ``population_balance``: people read and people counted."""
    buildings: gpd.GeoDataFrame = field(default_factory=no_buildings)
    """Contract ``buildings`` with the same columns as `cells` from `subdistrict_id`
    on; empty where the study names none."""
    office_replies: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Contract ``office_replies``: what the street offices wrote; empty without."""
    snappers: Mapping[str, Snapper] = field(default_factory=dict)
    """What joins further points to the network of each way of travel."""
    detour: float | None = None
    """Detour factor of the screening mode, in which straight lines stand in for a
    network; None with a network."""

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that some origin travels by, in the order of `profile.MODES`."""
        used = {one.mode for one in self.travels.values()}
        return tuple(one for one in MODES if one in used)

    def speeds(self, travel: Travel) -> Speeds:
        """Give the speeds at which a way of travel is made."""
        return speeds_of(self.profile, travel)


@collector_at_rest()
def load_city(
    study: Study, *, on_stage: Stage = lambda _: None, cache: bool = True
) -> City:
    """
    Read the inputs of a study and join them to the network.

    Parameters
    ----------
    study
        The study.
    on_stage
        Called with the name of each stage as it begins: ``read``, ``network``.
    cache
        False reads and joins everything anew and keeps nothing. Otherwise tables,
        streets, networks and what joins them are kept in ``.circle-cache`` beside
        the inputs, and found again there as long as files, settings and rules are
        the same; the city is the same either way.

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
    inputs = describe_inputs(study, profile) if cache else None
    kept = fetch_city(inputs)
    if kept is not None:
        on_stage("network")
        city = _as_kept(study, profile, kept)
        if city is not None:
            return city
        on_stage = _untold
    crs = study_crs(study)
    tables, outside, balance, reading = _read_tables(study, profile, crs, inputs)
    on_stage("network")
    types = measured_types(study, profile)
    travels = study_travels(study, profile, tables, types)
    joined = join_to_streets(
        study, profile, tables, travels=travels, crs=crs, cache=cache
    )
    warnings = (
        joined.warnings
        + reading
        + stray_warnings(study, tables)
        + input_warnings(tables, profile=profile, types=types, outside=outside)
        + balance_warnings(balance)
    )
    kept = KeptCity(
        crs=crs,
        tables=_all_tables(study, tables, balance, joined),
        access=joined.access,
        nearer_fragment=joined.nearer_fragment,
        warnings=warnings,
        population_outside=outside,
        cell_size_m=cell_size_m(study, tables["cells"]),
        grid_corner_m=_grid_corner(study, tables["cells"]),
        streets=joined.streets,
    )
    keep_city(inputs, kept)
    return _city(study, profile, kept, joined=joined, travels=travels)


def _untold(_: str) -> None:
    """Tell no stage twice."""


def _all_tables(
    study: Study,
    tables: Mapping[str, gpd.GeoDataFrame],
    balance: pd.DataFrame,
    joined: Joined,
) -> dict[str, gpd.GeoDataFrame]:
    """Gather the tables of a city; what maps draw comes with the streets, if any."""
    found = {name: tables[name] for name in ("subdistricts", *PLACED)}
    found["population_balance"] = balance
    found["office_replies"] = read_office_replies(study)
    return found if study.streets else found | {"backdrop": joined.backdrop}


def _as_kept(study: Study, profile: Profile, kept: KeptCity) -> City | None:
    """Give a kept city its networks; None if the streets are others meanwhile."""
    types = measured_types(study, profile)
    travels = study_travels(study, profile, kept.tables, types)
    joined = fetch_networks(
        study, profile, kept.tables["subdistricts"], travels=travels, crs=kept.crs
    )
    if joined.streets != kept.streets:
        return None
    return _city(study, profile, kept, joined=joined, travels=travels)


def _city(
    study: Study,
    profile: Profile,
    kept: KeptCity,
    *,
    joined: Joined,
    travels: Mapping[str, Travel],
) -> City:
    """Make a city of what was read and joined, now or in an earlier run."""
    tables = kept.tables
    return City(
        study=study,
        profile=profile,
        crs=kept.crs,
        subdistricts=tables["subdistricts"],
        committees=tables["committees"],
        cells=tables["cells"],
        facilities=tables["facilities"],
        candidates=tables["candidates"],
        type_ids=measured_types(study, profile),
        backdrop=tables.get("backdrop", joined.backdrop),
        cell_size_m=kept.cell_size_m,
        grid_corner_m=kept.grid_corner_m,
        travels=travels,
        networks=joined.networks,
        access=kept.access,
        nearer_fragment=kept.nearer_fragment,
        population_outside=kept.population_outside,
        warnings=kept.warnings,
        population_balance=tables["population_balance"],
        buildings=tables["buildings"],
        office_replies=tables["office_replies"],
        snappers=joined.snappers,
        detour=None if study.screening is None else study.screening.detour,
    )


def _read_tables(
    study: Study, profile: Profile, crs: pyproj.CRS, inputs: Inputs | None
) -> tuple[dict[str, gpd.GeoDataFrame], float, pd.DataFrame, tuple[CircleWarning, ...]]:
    """Read all tables, people inside the subdistricts only; count those outside."""
    tables = _read_all(study, profile, crs, inputs)
    reading = tuple(one for name in tables for one in taken_warnings(tables[name]))
    tables["all_cells"] = tables["cells"]
    outside = tables["cells"]["subdistrict_id"].isna()
    left_out = float(tables["cells"].loc[outside, "population"].sum())
    tables["cells"] = tables["cells"][~outside].reset_index(drop=True)
    if tables["cells"].empty:
        where = f"{study.file}: population"
        raise InputError(problem_of(where, "no-cell-inside"))
    settled = settle_people(
        study,
        tables["cells"],
        profile=profile,
        subdistricts=tables["subdistricts"],
    )
    tables["cells"] = settled.cells
    return assign_origins(study, profile, tables), left_out, settled.balance, reading


def _read_all(
    study: Study, profile: Profile, crs: pyproj.CRS, inputs: Inputs | None
) -> dict[str, gpd.GeoDataFrame]:
    """Read all tables; the faults of several files are raised together."""
    tables: dict[str, gpd.GeoDataFrame] = {}
    readers: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "subdistricts": lambda: read_subdistricts(study, crs=crs),
        "facilities": lambda: read_facilities(study, profile=profile, crs=crs),
        "candidates": lambda: read_candidates(study, profile=profile, crs=crs),
        "committees": lambda: read_committees(study, crs=crs, subdistricts=areas),
        "cells": lambda: read_cells(
            study, profile=profile, crs=crs, subdistricts=areas
        ),
        "buildings": lambda: read_buildings(study, crs=crs, subdistricts=areas),
    }
    problems: list[str] = []
    for name, read in readers.items():
        areas = tables.get("subdistricts")
        if areas is None and name in {"committees", "cells", "buildings"}:
            continue
        try:
            tables[name] = fetch_table(inputs, name, read, crs=crs)
        except InputError as error:
            problems += error.problems
    gather(problems, InputError)
    check_area(study, tables, crs=crs)
    return tables | {"buildings": buildings_inside(tables["buildings"])}


def _grid_corner(study: Study, cells: gpd.GeoDataFrame) -> tuple[float, float]:
    """Find a corner of the squares: cells of a table stand in their middles."""
    if isinstance(study.population, BuildingPopulation):
        return 0.0, 0.0
    half_m = cell_size_m(study, cells) / 2
    west, south, _, _ = cells.total_bounds
    return float(west) - half_m, float(south) - half_m


def study_travels(
    study: Study,
    profile: Profile,
    tables: Mapping[str, gpd.GeoDataFrame],
    types: tuple[str, ...],
) -> Mapping[str, Travel]:
    """
    List the ways of travel that the origins need.

    Parameters
    ----------
    study
        The study, which may ask for person groups.
    profile
        The standard.
    tables
        Committees, cells and buildings with ``area_class`` and ``committee_kind``.
    types
        The facility types that are measured.

    Returns
    -------
    travels
        Id to way of travel.

    Raises
    ------
    ConfigError
        If the study asks for person groups that the profile does not have.
    """
    unknown = sorted(set(study.groups) - set(profile.groups))
    if unknown:
        known = tuple(profile.groups) or (Words("none", zh="无"),)
        problem = problem_of(
            f"{study.file}: groups",
            "unknown-groups",
            values=tuple(unknown),
            profile=profile.name,
            known=known,
        )
        raise ConfigError(problem)
    pairs = ["area_class", "committee_kind"]
    classes = {
        pair
        for name in ("committees", "cells", "buildings")
        for pair in tables[name]
        .reindex(columns=pairs)
        .drop_duplicates()
        .itertuples(index=False, name=None)
    }
    return travels_of(profile, classes, type_ids=types, groups=study.groups)


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
    for one in city.modes:
        own, access = mode == one, city.access[table, one]
        joined[own] = access.joined[own]
        distance_m[own] = access.snap_distance_m[own]
    return joined, distance_m
