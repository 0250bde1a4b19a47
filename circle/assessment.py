"""The chain for one study: reach, coverage, gaps and sites of a city."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.capacity_warnings import capacity_warnings
from circle.city import City, joined_in_own_mode
from circle.collector import collector_at_rest
from circle.contracts import REACH, UNSNAPPED
from circle.coverage import count_coverage_by, reach_table
from circle.cut_off import cut_off_warnings
from circle.errors import CircleWarning, list_ids
from circle.evaluation import Evaluation, Stage, evaluate
from circle.gaps import find_gap_clusters
from circle.measures import Measures, measure_more, no_measures
from circle.points_wanted import points_wanted
from circle.reached import Reach
from circle.site_plan import SitePlan
from circle.siting import site
from circle.travel import measure_table


@dataclass(frozen=True)
class Assessment:
    """What was found for one study."""

    city: City
    """The inputs."""
    committee_reach: Reach | None
    """Reach from the committees; None where there are none."""
    cell_reach: Reach
    """Reach from the cells."""
    reach: pd.DataFrame
    """Contract ``reach``; empty where there are no committees."""
    coverage: pd.DataFrame
    """Contract ``coverage``."""
    coverage_by: pd.DataFrame
    """Contract ``coverage_by``: by age band, by area, by person group."""
    missing_items: pd.DataFrame
    """Contract ``missing_items``, sorted by rank."""
    gap_clusters: gpd.GeoDataFrame
    """Contract ``gap_clusters``, sorted by rank."""
    sites: gpd.GeoDataFrame
    """Contract ``sites``, sorted by step."""
    unsnapped: pd.DataFrame
    """Contract ``unsnapped``."""
    warnings: tuple[CircleWarning, ...]
    """What needs care, from inputs and results."""
    seconds: Mapping[str, float]
    """Stage to seconds."""
    figures: Mapping[str, float]
    """Small facts for the run record, units in the names."""
    measures: Measures = field(default_factory=no_measures)
    """Capacity, access, choice, fairness, realisation, alerts and acceptance."""
    plan: SitePlan | None = None
    """The siting plan of `sites`, with its bound."""

    def _repr_html_(self) -> str:
        """Show a map and a table in notebooks."""
        # By name: what draws stands above what measures.
        shown: str = import_module("circle.notebook").assessment_html(self)
        return shown


class _Clock:
    """Notes the seconds of each stage; results never depend on it."""

    def __init__(self, on_stage: Stage) -> None:
        self.seconds: dict[str, float] = {}
        self._on_stage = on_stage
        self._running: tuple[str, float] | None = None

    def start(self, stage: str) -> None:
        """End the running stage and begin the next; the same one goes on."""
        if self._running is not None and self._running[0] == stage:
            return
        self.stop()
        self._running = (stage, time.perf_counter())
        self._on_stage(stage)

    def stop(self) -> None:
        """End the running stage."""
        if self._running is not None:
            name, begun = self._running
            self.seconds[name] = time.perf_counter() - begun
            self._running = None


@collector_at_rest()
def assess(
    city: City,
    *,
    evaluation: Evaluation | None = None,
    on_stage: Stage = lambda _: None,
) -> Assessment:
    """
    Measure reach and coverage of a city, list its gaps, propose sites.

    Parameters
    ----------
    city
        The city.
    evaluation
        What has been measured of this city already.
    on_stage
        Called with the name of each stage as it begins: ``reach``, ``coverage``,
        ``measures``, ``siting``, ``gaps``. Gaps are joined beside the three stages
        before; theirs is what is waited for them at the end.

    Returns
    -------
    assessment
        All results; the same city gives the same tables to the byte.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> assessment = assess(city)
    >>> assessment.missing_items["item_id"].is_unique
    True
    """
    clock = _Clock(on_stage)
    if evaluation is None:
        evaluation = evaluate(city, on_stage=clock.start)
    committee_reach, cell_reach = evaluation.committee_reach, evaluation.cell_reach
    # Joining gaps is mostly work of kernels: it goes on beside all the rest.
    with ThreadPoolExecutor(1) as beside:
        clusters = beside.submit(find_gap_clusters, city, cell_reach)
        clock.start("coverage")
        coverage_by = count_coverage_by(city, cells=cell_reach, groups=_by_group(city))
        table = _reach_table(city, committee_reach)
        clock.start("measures")
        measures = _measures(city, evaluation)
        clock.start("siting")
        options, unoffered = points_wanted(city, evaluation, city.study.siting)
        plan = site(city, evaluation=evaluation, options=options)
        clock.start("gaps")
        gap_clusters = clusters.result()
    clock.stop()
    unsnapped = _unsnapped(city)
    return Assessment(
        city=city,
        committee_reach=committee_reach,
        cell_reach=cell_reach,
        reach=table,
        coverage=evaluation.coverage,
        coverage_by=coverage_by,
        missing_items=evaluation.missing_items,
        gap_clusters=gap_clusters,
        sites=plan.sites,
        plan=plan,
        unsnapped=unsnapped,
        measures=measures,
        warnings=city.warnings
        + _result_warnings(city, unsnapped)
        + cut_off_warnings(city, committees=committee_reach, cells=cell_reach)
        + capacity_warnings(city, measures.capacity)
        + unoffered,
        seconds=clock.seconds,
        figures=_figures(city),
    )


def _reach_table(city: City, reach: Reach | None) -> pd.DataFrame:
    """List how every committee reaches every type; nothing where there are none."""
    if reach is None:
        return pd.DataFrame(columns=list(REACH.names))
    return reach_table(city, reach)


def _measures(city: City, evaluation: Evaluation) -> Measures:
    """Measure what stands beside coverage."""
    return measure_more(
        city,
        committees=evaluation.committee_reach,
        cells=evaluation.cell_reach,
        coverage=evaluation.coverage,
        missing_items=evaluation.missing_items,
    )


def _by_group(city: City) -> dict[str, tuple[Reach | None, Reach]]:
    """Measure reach at the speeds of each person group that the study names."""
    return {
        group: (
            None
            if city.committees.empty
            else measure_table(city, "committees", group=group),
            measure_table(city, "cells", group=group),
        )
        for group in city.study.groups
    }


def _unsnapped(city: City) -> pd.DataFrame:
    """List every point that is joined to no network it needs."""
    parts = []
    for kind, table, key in (
        ("committee", "committees", "committee_id"),
        ("cell", "cells", "cell_id"),
    ):
        frame = getattr(city, table)
        joined, distance_m = joined_in_own_mode(city, table)
        people = (frame["population"] > 0).to_numpy(dtype=bool)
        out = ~joined & (people | (table == "committees"))
        parts.append(
            _listed(frame[out], kind, key, frame["mode"][out], distance_m[out])
        )
    for kind, table, key in (
        ("facility", "facilities", "facility_id"),
        ("candidate", "candidates", "candidate_id"),
    ):
        frame = getattr(city, table)
        for mode, travel in _one_per_mode(city).items():
            access = city.access[table, travel]
            out = ~access.joined
            modes = pd.Series(mode, index=frame.index[out])
            parts.append(
                _listed(frame[out], kind, key, modes, access.snap_distance_m[out])
            )
    return pd.concat(parts, ignore_index=True)


def _one_per_mode(city: City) -> dict[str, str]:
    """Give one way of travel for each mode: points meet all of a mode's alike."""
    found: dict[str, str] = {}
    for key, travel in city.travels.items():
        if travel.measure != "straight" or city.detour is not None:
            found.setdefault(travel.mode, key)
    return found


def _listed(
    frame: pd.DataFrame,
    kind: str,
    key: str,
    mode: pd.Series,
    distance_m: NDArray[np.float64],
) -> pd.DataFrame:
    """Describe unsnapped rows of one table."""
    absent = pd.Series(None, index=frame.index, dtype=object)
    people = frame.get("population", pd.Series(0.0, index=frame.index))
    return pd.DataFrame(
        {
            "kind": kind,
            "id": frame[key],
            "name": frame.get("name", absent),
            "mode": mode,
            "snap_distance_m": np.where(np.isfinite(distance_m), distance_m, np.nan),
            "population": people.astype(float),
        },
        columns=list(UNSNAPPED.names),
    )


def _result_warnings(city: City, unsnapped: pd.DataFrame) -> tuple[CircleWarning, ...]:
    """Say what about the results needs care."""
    found = []
    limit_m = city.profile.snap.limit_m.value
    for kind, word, zh in (
        ("committee", "committees", "个居村点"),
        ("facility", "facilities", "处设施"),
        ("candidate", "candidates", "处候选点"),
    ):
        is_far = (unsnapped["kind"] == kind) & unsnapped["snap_distance_m"].notna()
        rows = unsnapped[is_far]
        if len(rows):
            ids = sorted(set(rows["id"]))
            found.append(
                CircleWarning(
                    f"unsnapped-{word}",
                    f"{len(ids)} {word} are more than {limit_m:g} m from a network "
                    f"they need and cannot be reached there: {list_ids(ids)}.",
                    f"有{len(ids)}{zh}距所需路网超过{limit_m:g}米，无法到达："
                    f"{list_ids(ids)}。",
                )
            )
    cells = unsnapped[unsnapped["kind"] == "cell"]
    if len(cells):
        people = cells["population"].sum()
        found.append(
            CircleWarning(
                "unsnapped-cells",
                f"{people:,.0f} people in {len(cells)} cells live more than "
                f"{limit_m:g} m from the network and count as not covered.",
                f"有{len(cells)}个网格、{people:,.0f}人距路网超过{limit_m:g}米，按未达标计。",
            )
        )
    return tuple(found)


def _figures(city: City) -> dict[str, float]:
    """Gather small facts for the run record."""
    figures: dict[str, float] = {}
    for mode, travel in _one_per_mode(city).items():
        if travel not in city.networks:
            continue
        network = city.networks[travel]
        figures |= {
            f"{mode}_network_km": network.length_m / 1000,
            f"{mode}_main_component_km": network.main_length_m / 1000,
            f"{mode}_fragments_km": (network.length_m - network.main_length_m) / 1000,
            f"{mode}_junctions": float(len(network.chains.junction)),
            f"{mode}_edges": float(len(network.chains.edge_from)),
        }
    if city.detour is not None:
        figures["screening_detour"] = city.detour
    people = city.cells["population"].to_numpy(dtype=float)
    figures["population"] = float(people.sum())
    figures["population_outside"] = city.population_outside
    figures["population_nearer_to_a_fragment"] = float(
        people[city.nearer_fragment].sum()
    )
    return figures
