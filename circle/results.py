"""Results as plain tables: what two assessments are compared by, kept on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from circle.age_bands import band_columns
from circle.city import City
from circle.contracts import GAP_CLUSTERS, SITES
from circle.errors import InputError, OutputError
from circle.problems import os_reason, problem_of
from circle.profile import Profile
from circle.reached import Reach
from circle.result_contracts_measures import MEASURE_CONTRACTS
from circle.tables import Contract

RESULTS_FOLDER = "results"
# Figures of the whole district that follow coverage.
FIGURES = (
    "gap_clusters", "gap_population", "sites", "norms_short", "demand_full",
    "full_items", "gini", "realisation", "alerts", "acceptance_failed",
)  # fmt: skip
_TABLES = ("coverage", "missing_items", "facilities", "cells", "sites")
_MEASURES = tuple(one.name for one in MEASURE_CONTRACTS)
_FACTS = "facts.json"
# Tables of these forms can be compared, whatever version wrote them; the first form
# has no gap clusters, measures and places of sites.
_FORM = 2
_FORMS = (1, _FORM)


class _Evaluated(Protocol):
    """An evaluation or an assessment."""

    @property
    def city(self) -> City:
        """The inputs."""

    @property
    def cell_reach(self) -> Reach:
        """Reach from the cells."""

    @property
    def coverage(self) -> pd.DataFrame:
        """Contract ``coverage``."""

    @property
    def missing_items(self) -> pd.DataFrame:
        """Contract ``missing_items``."""


@dataclass(frozen=True)
class Results:
    """What one assessment found, without the city it was measured on."""

    facts: Mapping[str, Any]
    """Title, profile, date, definition of the headline, names of areas and types."""
    coverage: pd.DataFrame
    """Contract ``coverage``."""
    missing_items: pd.DataFrame
    """Contract ``missing_items``."""
    facilities: pd.DataFrame
    """Code, name, type, status and place (metres) of every facility."""
    cells: pd.DataFrame
    """People, place (metres) and areas of every cell; ``covered_<type>`` says whether
    it reaches the type within the rule."""
    sites: pd.DataFrame
    """Contract ``sites``, with ``x_m`` and ``y_m`` for its places; empty where none
    were chosen."""
    gap_clusters: pd.DataFrame
    """Contract ``gap_clusters`` without outlines; empty where they were not found."""
    measures: Mapping[str, pd.DataFrame]
    """Measures beside coverage by the names of their contracts; none where they were
    not taken."""

    @property
    def type_ids(self) -> tuple[str, ...]:
        """The facility types that were measured."""
        return tuple(self.facts["types"])


def results_of(found: _Evaluated) -> Results:
    """
    Take the plain tables out of an assessment or an evaluation.

    Parameters
    ----------
    found
        The assessment, or an evaluation of a scenario.

    Returns
    -------
    results
        Its tables.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.evaluation import evaluate
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> len(results_of(evaluate(city)).cells) == len(city.cells)
    True
    """
    city = found.city
    clusters = getattr(found, "gap_clusters", _nothing(GAP_CLUSTERS))
    return Results(
        facts=_facts(city, found.cell_reach) | {"figures": _figures(found)},
        coverage=found.coverage,
        missing_items=found.missing_items,
        facilities=_facility_table(city),
        cells=_cell_table(city, found.cell_reach),
        sites=_site_table(getattr(found, "sites", None)),
        gap_clusters=pd.DataFrame(clusters.drop(columns="geometry", errors="ignore")),
        measures=_measure_tables(found),
    )


def write_results(results: Results, folder: Path) -> tuple[Path, ...]:
    """
    Keep results on disk, to be compared with others later.

    Parameters
    ----------
    results
        The results.
    folder
        Folder for the files; made if it is not there.

    Returns
    -------
    paths
        The files, sorted by name.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    tables = {name: getattr(results, name) for name in (*_TABLES, "gap_clusters")}
    tables |= results.measures
    paths = {name: folder / f"{name}.parquet" for name in tables}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_parquet(paths[name], index=False)
        # Types and domains stay in the order of the profile.
        text = json.dumps(results.facts, ensure_ascii=False, indent=1)
        (folder / _FACTS).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        reason = os_reason(error)
        problem = problem_of(folder.name, "not-written", reason=reason)
        raise OutputError(problem) from error
    return tuple(sorted([*paths.values(), folder / _FACTS]))


def read_results(folder: Path | str) -> Results:
    """
    Read the results that a run has left.

    Parameters
    ----------
    folder
        The folder that a run wrote, or its folder ``results``.

    Returns
    -------
    results
        Its tables.

    Raises
    ------
    InputError
        If there are none, or they cannot be read.
    """
    place = Path(folder)
    if (place / RESULTS_FOLDER).is_dir():
        place = place / RESULTS_FOLDER
    try:
        facts = json.loads((place / _FACTS).read_text(encoding="utf-8"))
        tables = {name: _read(place / f"{name}.parquet") for name in _TABLES}
        more = {
            name: _read(place / f"{name}.parquet")
            for name in ("gap_clusters", *_MEASURES)
            if (place / f"{name}.parquet").is_file()
        }
    except (OSError, ValueError) as error:
        raise InputError(
            problem_of(Path(folder), "no-results", reason=os_reason(error))
        ) from error
    if facts.get("form") not in _FORMS:
        form = str(facts.get("form"))
        raise InputError(problem_of(Path(folder), "results-form", form=form))
    clusters = more.pop("gap_clusters", _nothing(GAP_CLUSTERS))
    return Results(facts=facts, **tables, gap_clusters=clusters, measures=more)


def _read(path: Path) -> pd.DataFrame:
    """Read a table; lists come back as the tuples that they were."""
    table = pd.read_parquet(path)
    for name in table.columns:
        values = table[name].to_numpy(dtype=object)
        if any(isinstance(one, np.ndarray) for one in values):
            table[name] = pd.Series(
                [tuple(one) if isinstance(one, np.ndarray) else one for one in values],
                dtype=object,
            )
    return table


def _nothing(contract: Contract) -> pd.DataFrame:
    """Give an empty table of a contract, without shapes."""
    names = [one for one in contract.names if one != "geometry"]
    return pd.DataFrame(columns=names)


def _facts(city: City, reach: Reach) -> dict[str, Any]:
    """Say what was measured, by which rule, and how things are called."""
    study, profile = city.study, city.profile
    return {
        "form": _FORM,
        "name": study.name,
        "title": study.title,
        "language": study.language,
        "as_of": None if study.as_of is None else study.as_of.isoformat(),
        "profile": profile.name,
        "edition": profile.edition,
        "definition": _definition(city, profile),
        "crs": city.crs.to_string(),
        "cell_size_m": city.cell_size_m,
        **_labels(profile, reach),
        "subdistricts": _outlines(city),
    }


def _labels(profile: Profile, reach: Reach) -> dict[str, Any]:
    """Name types, domains, age bands and area classes in both languages."""
    return {
        "types": {
            one: {
                "zh": profile.type_of(one).label.zh,
                "en": profile.type_of(one).label.en,
                "domain": profile.type_of(one).domain,
                "required": profile.type_of(one).tier in profile.coverage.tiers,
            }
            for one in reach.type_ids
        },
        "domains": {
            key: {"zh": one.zh, "en": one.en} for key, one in profile.domains.items()
        },
        "age_bands": {
            one.id: {"zh": one.label.zh, "en": one.label.en}
            for one in profile.age_bands
        },
        "area_classes": {
            key: {"zh": one.zh, "en": one.en}
            for key, one in profile.area_classes.items()
        },
    }


def _outlines(city: City) -> dict[str, Any]:
    """Give name, area class and simple outline of every subdistrict."""
    areas = city.subdistricts
    simple = shapely.simplify(areas.geometry.to_numpy(), 20.0)
    outlines = shapely.to_wkt(simple, rounding_precision=0)
    columns = ("subdistrict_id", "name", "area_class")
    rows = zip(*(areas[one] for one in columns), outlines, strict=True)
    return {
        key: {"name": name, "area_class": area_class, "outline": outline}
        for key, name, area_class, outline in rows
    }


def _figures(found: _Evaluated) -> dict[str, float | None]:
    """Gather figures of what follows coverage; none where it was not measured."""
    clusters = getattr(found, "gap_clusters", None)
    measures = getattr(found, "measures", None)
    if clusters is None or measures is None:
        return {}
    capacity, access = (
        _of_district(one) for one in (measures.capacity, measures.access)
    )
    degree = _of_district(measures.realisation)
    gini = measures.fairness[
        (measures.fairness["group_kind"] == "required")
        & (measures.fairness["across"] == "people")
    ]
    return {
        "gap_clusters": len(clusters),
        "gap_population": float(clusters["population"].sum()),
        "sites": len(getattr(found, "sites", ())),
        "norms_short": int((~capacity["state"].isin(["met", "unknown"])).sum()),
        "demand_full": float(access["demand_full"].astype(float).sum()),
        "full_items": len(measures.full_items),
        "gini": _first(gini["gini"]),
        "realisation": _first(degree.loc[degree["indicator_id"] == "degree", "part"]),
        "alerts": len(measures.alerts),
        "acceptance_failed": int((measures.acceptance["result"] == "failed").sum()),
    }


def _of_district(table: pd.DataFrame) -> pd.DataFrame:
    """Pick the rows of the whole district."""
    return table[table["area_kind"] == "district"]


def _first(values: "pd.Series[Any]") -> float | None:
    """Give the only figure there is; None where there is none, as JSON has no NaN."""
    known = values.dropna()
    return None if known.empty else float(known.iloc[0])


def _measure_tables(found: _Evaluated) -> dict[str, pd.DataFrame]:
    """Give the measures beside coverage; none where they were not taken."""
    measures = getattr(found, "measures", None)
    if measures is None:
        return {}
    return {name: getattr(measures, name) for name in _MEASURES}


def _site_table(sites: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """List the sites with their places as numbers."""
    if sites is None:
        return _nothing(SITES).assign(x_m=[], y_m=[])
    shapes = sites.geometry.to_numpy()
    table = pd.DataFrame(sites.drop(columns="geometry"))
    return table.assign(x_m=shapely.get_x(shapes), y_m=shapely.get_y(shapes))


def _definition(city: City, profile: Profile) -> str:
    """Name the headline's definition; without committees, people are counted."""
    return "population" if city.committees.empty else profile.coverage.definition


def _facility_table(city: City) -> pd.DataFrame:
    """List the facilities with their places as numbers."""
    facilities = city.facilities
    shapes = facilities.geometry.to_numpy()
    names = ("facility_id", "name", "type_id", "status", "subdistrict_id")
    return pd.DataFrame(
        {
            **{name: facilities[name].to_numpy(dtype=object) for name in names},
            "x_m": shapely.get_x(shapes),
            "y_m": shapely.get_y(shapes),
        }
    )


def _cell_table(city: City, reach: Reach) -> pd.DataFrame:
    """List the cells with their people and what they reach."""
    shapes = city.cells.geometry.to_numpy()
    names = ("cell_id", "subdistrict_id", "committee_id", "area_class")
    covered = reach.covered
    return pd.DataFrame(
        {
            **{name: city.cells[name].to_numpy(dtype=object) for name in names},
            "x_m": shapely.get_x(shapes),
            "y_m": shapely.get_y(shapes),
            "population": city.cells["population"].to_numpy(dtype=float),
            **{
                name: city.cells[name].to_numpy(dtype=float)
                for name in band_columns(city.cells)
            },
            **{
                f"covered_{one}": np.ascontiguousarray(covered[:, i])
                for i, one in enumerate(reach.type_ids)
            },
        }
    )
