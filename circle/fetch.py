"""Fetch streets, facilities and boundaries of a place into a ready study folder."""

import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import osmnx
import pandas as pd
import shapely
import yaml

from circle.crs import choose_metric_crs
from circle.errors import FetchError, OutputError
from circle.osm_service import Services, osm_services
from circle.problems import Problem, os_reason, problem_of
from circle.profile import Profile
from circle.profile_reading import read_profile
from circle.rules import rule_table
from circle.street_access import ACCESS_KEYS, SIGNAL_KEYS, has_signals
from circle.whole_files import passing_folder
from circle.words_fetch import NOTE, STUDY_COMMENTS

if TYPE_CHECKING:
    import networkx as nx

# Ferries too; what nobody may use is sorted out at reading.
_STREETS: Final = ('["highway"]["area"!~"yes"]', '["route"="ferry"]')
_EMPTY = osmnx._errors.InsufficientResponseError
POPULATION = "population.csv"
Stage = Callable[[str], None]


@dataclass(frozen=True)
class Fetched:
    """What was fetched, and where it is."""

    folder: Path
    """The folder with the inputs."""
    study: Path
    """The study file in it."""
    subdistricts: int
    """Subdistricts; 1 where the map has none and the place stands for all."""
    facilities: int
    """Facilities, one row per type."""
    street_edges: int
    """Edges of the street graph."""


@dataclass(frozen=True)
class Wanted:
    """What the fetched study is to be."""

    profile: str = "pudong"
    """Profile whose tag sets say what is a facility."""
    language: str = "zh"
    """Language of the study and of the note, ``zh`` or ``en``."""


def fetch_place(
    place: str,
    out: Path,
    *,
    day: date,
    wanted: Wanted | None = None,
    services: Services | None = None,
    on_stage: Stage = lambda _: None,
) -> Fetched:
    """
    Download streets, facilities and boundaries of a place from OpenStreetMap.

    Parameters
    ----------
    place
        Name of the place as Nominatim knows it, such as ``浦东新区, 上海``.
    out
        Folder in which a new folder is made, named after the place and the day.
    day
        The day of the fetch; it stands in the folder's name and in the note.
    wanted
        Profile and language; Pudong's in Chinese if not given.
    services
        Addresses of Nominatim and Overpass; the public ones if not given.
    on_stage
        Called with the name of each stage as it begins.

    Returns
    -------
    fetched
        The folder with ``study.yaml``, ``subdistricts.geojson``,
        ``facilities.geojson``, ``streets.graphml`` and a note on source and licence.
        Population cannot be fetched: the study names the file that is missing.

    Raises
    ------
    FetchError
        If there is no internet, the place is unknown, or the map holds nothing.
    OutputError
        If the folder is there already, or cannot be written.

    Notes
    -----
    Streets and facilities reach beyond the place by the distance that the profile's
    fastest mode covers within the time limit.
    """
    wanted = wanted or Wanted()
    profile, language = wanted.profile, wanted.language
    standard = read_profile(profile)
    folder = out / f"{_file_name(place)}_{day.isoformat()}"
    is_new = not out.exists()
    if folder.exists():
        raise OutputError(problem_of(folder, "fetched-already"))
    try:
        with passing_folder(folder) as part:
            with osm_services(services or Services()):
                counts = _fetch_into(part, place, standard, on_stage)
            _write_study(part, place, profile=standard, name=profile, language=language)
            _write_note(part, place, day=day, counts=counts, language=language)
            part.rename(folder)
    except FetchError:
        raise
    except OSError as error:
        problem = problem_of(folder, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error
    finally:
        if is_new and not folder.exists():
            with contextlib.suppress(OSError):
                out.rmdir()
    return Fetched(folder, folder / "study.yaml", *counts)


def _fetch_into(
    folder: Path, place: str, profile: Profile, on_stage: Stage
) -> tuple[int, int, int]:
    """
    Fetch everything and write it; count subdistricts, facilities and edges.

    Raises
    ------
    FetchError
        If the place is unknown or the map holds nothing there.
    """
    on_stage("place")
    boundary = _boundary(place)
    around = _around(boundary, profile)
    on_stage("subdistricts")
    subdistricts = _subdistricts(boundary, place)
    on_stage("facilities")
    facilities = _facilities(around, profile)
    on_stage("streets")
    try:
        graph = osmnx.graph_from_polygon(
            around, simplify=False, retain_all=True, custom_filter=[*_STREETS]
        )
    except (_EMPTY, ValueError) as error:
        raise FetchError(Problem("place-without-streets", place)) from error
    _forget_plain_crossings(graph)
    graph = osmnx.simplify_graph(
        graph,
        node_attrs_include=["barrier", *SIGNAL_KEYS],
        edge_attrs_differ=[*ACCESS_KEYS, "bridge", "tunnel"],
        remove_rings=False,
    )
    osmnx.save_graphml(graph, folder / "streets.graphml")
    for name, table in (("subdistricts", subdistricts), ("facilities", facilities)):
        text = json.dumps(
            json.loads(table.to_json(drop_id=True)), ensure_ascii=False, indent=1
        )
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8", newline="\n")
    return len(subdistricts), len(facilities), graph.number_of_edges()


def _forget_plain_crossings(graph: "nx.MultiDiGraph[Any]") -> None:
    """Take tags like those of signals off all other nodes, which need not be kept."""
    for _, tags in graph.nodes(data=True):
        if not has_signals(tags):
            for key in SIGNAL_KEYS:
                tags.pop(key, None)


def _boundary(place: str) -> shapely.Polygon | shapely.MultiPolygon:
    """
    Find the area of a place.

    Raises
    ------
    FetchError
        If no such place with an area is known.
    """
    try:
        found = osmnx.geocode_to_gdf(place)
    except (_EMPTY, TypeError) as error:
        raise FetchError(Problem("unknown-place", place)) from error
    area: shapely.Polygon | shapely.MultiPolygon = found.geometry.iloc[0]
    if area.geom_type not in {"Polygon", "MultiPolygon"}:
        raise FetchError(Problem("place-is-a-point", place))
    return area


def _around(
    boundary: shapely.Polygon | shapely.MultiPolygon, profile: Profile
) -> shapely.Polygon | shapely.MultiPolygon:
    """Widen a place by the longest way that the standard allows."""
    rules = [one for line in rule_table(profile).values() for one in line]
    margin_m = max(
        one.limit_s(profile.speeds) * profile.speeds.kmh(one.travel.mode) / 3.6
        for one in rules
    )
    middle = boundary.centroid
    series = gpd.GeoSeries([boundary], crs="EPSG:4326")
    metric = series.to_crs(choose_metric_crs(middle.x, middle.y))
    wide: shapely.Polygon | shapely.MultiPolygon = (
        metric.buffer(margin_m).simplify(margin_m / 50).to_crs(series.crs).iloc[0]
    )
    return wide


def _subdistricts(
    boundary: shapely.Polygon | shapely.MultiPolygon, place: str
) -> gpd.GeoDataFrame:
    """Find the administrative areas just below a place, or take the place itself."""
    columns = ["subdistrict_id", "name", "geometry"]
    whole = gpd.GeoDataFrame(
        [("place", place, boundary)], columns=columns, geometry="geometry", crs=4326
    )
    try:
        found = osmnx.features_from_polygon(boundary, {"boundary": "administrative"})
    except _EMPTY:
        return whole
    found = found.reset_index()
    if not {"admin_level", "name"} <= set(found.columns):
        return whole
    is_area = found.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    inside = found.representative_point().within(boundary)
    # In square degrees: good enough to tell a part from the whole.
    smaller = shapely.area(found.geometry.to_numpy()) < 0.9 * boundary.area
    found = found[is_area & inside & smaller & found["name"].notna()]
    level = pd.to_numeric(found["admin_level"], errors="coerce")
    found = found[level == level.min()].sort_values("id")
    if len(found) < 2:
        return whole
    return gpd.GeoDataFrame(
        {
            "subdistrict_id": [
                _osm_id(*one) for one in zip(found["element"], found["id"], strict=True)
            ],
            "name": found["name"].to_list(),
        },
        geometry=shapely.make_valid(found.geometry.to_numpy()),
        crs=4326,
    )


def _facilities(
    around: shapely.Polygon | shapely.MultiPolygon, profile: Profile
) -> gpd.GeoDataFrame:
    """
    Find the facilities of a profile: one row for each feature and type.

    Raises
    ------
    FetchError
        If the map holds none.
    """
    tagged = [one for one in profile.types if one.osm]
    values: dict[str, set[str]] = {}
    for one in tagged:
        for wanted in one.osm:
            # The first tag of a set is asked for; the others are checked here.
            key, value = next(iter(wanted.items()))
            values.setdefault(key, set()).add(value)
    tags: dict[str, bool | str | list[str]] = {
        key: sorted(found) for key, found in sorted(values.items())
    }
    try:
        features = osmnx.features_from_polygon(around, tags).reset_index()
    except _EMPTY as error:
        raise FetchError(Problem("place-without-facilities", "")) from error
    points = shapely.point_on_surface(features.geometry.to_numpy())
    rows = [
        {
            "facility_id": f"{_osm_id(row['element'], row['id'])}:{one.id}",
            "name": row.get("name") if isinstance(row.get("name"), str) else None,
            "type_id": one.id,
            "status": "open",
            "building_id": _osm_id(row["element"], row["id"]),
            "geometry": point,
        }
        for row, point in zip(features.to_dict("records"), points, strict=True)
        for one in tagged
        if _has_tags(row, one.osm)
    ]
    table = pd.DataFrame(rows).sort_values("facility_id", kind="stable")
    return gpd.GeoDataFrame(table, geometry="geometry", crs=4326)


def _has_tags(row: dict[Any, Any], tag_sets: tuple[dict[str, str], ...]) -> bool:
    """Tell whether a feature has all tags of one set."""
    return any(
        all(row.get(key) == value for key, value in one.items()) for one in tag_sets
    )


def _osm_id(element: str, number: int) -> str:
    """Write the id of an element as circle does: n, w or r, and its number."""
    return f"{element[0]}{number}"


def _file_name(place: str) -> str:
    """Turn a place into a folder name."""
    return re.sub(r"[^\w\-]+", "_", place).strip("_") or "place"


def _write_study(
    folder: Path, place: str, *, profile: Profile, name: str, language: str
) -> None:
    """Write a study that runs once the population is there."""
    title = " ".join(place.split())
    measured = [one.id for one in profile.types if one.osm]
    parts = {
        "version": 1,
        "name": re.sub(r"^[^a-z]+|[^a-z0-9_-]+", "", _file_name(place).lower())
        or "fetched",
        "title": title,
        "language": language,
        "profile": name,
        "outputs": {"folder": "results"},
        "subdistricts": {
            "path": "subdistricts.geojson",
            "crs": "EPSG:4326",
            "area_class": "urban",
        },
        "facilities": {
            "kind": "table",
            "path": "facilities.geojson",
            "crs": "EPSG:4326",
            "types": measured,
        },
        "streets": {"path": "streets.graphml", "default_class": "closed"},
    }
    people = {"population": {"kind": "table", "path": POPULATION, "crs": "EPSG:4326"}}
    at = 0 if language == "zh" else 1
    text = (
        STUDY_COMMENTS["head"][at]
        + yaml.safe_dump(parts, allow_unicode=True, sort_keys=False)
        + STUDY_COMMENTS["people"][at].format(people=POPULATION)
        + yaml.safe_dump(people, allow_unicode=True, sort_keys=False)
    )
    (folder / "study.yaml").write_text(text, encoding="utf-8", newline="\n")


def _write_note(
    folder: Path, place: str, *, day: date, counts: tuple[int, int, int], language: str
) -> None:
    """Write what was fetched, when, and under which licence."""
    subdistricts, facilities, edges = counts
    text = NOTE[language].format(
        place=place,
        day=day.isoformat(),
        osmnx=osmnx.__version__,
        subdistricts=subdistricts,
        facilities=facilities,
        edges=edges,
        people=POPULATION,
    )
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
