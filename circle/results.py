"""Results as plain tables: what two assessments are compared by, kept on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import shapely

from circle.age_bands import band_columns
from circle.city import City
from circle.errors import InputError, OutputError
from circle.profile import Profile
from circle.reach import Reach

RESULTS_FOLDER = "results"
_TABLES = ("coverage", "missing_items", "facilities", "cells", "sites")
_FACTS = "facts.json"
# Tables of the same form can be compared, whatever version wrote them.
_FORM = 1


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
    """Contract ``sites`` without places; empty where none were chosen."""

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
    sites = getattr(found, "sites", pd.DataFrame())
    return Results(
        facts=_facts(city, found.cell_reach) | {"figures": _figures(found)},
        coverage=found.coverage,
        missing_items=found.missing_items,
        facilities=_facility_table(city),
        cells=_cell_table(city, found.cell_reach),
        sites=pd.DataFrame(sites.drop(columns="geometry", errors="ignore")),
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
    paths = [folder / f"{name}.parquet" for name in _TABLES] + [folder / _FACTS]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in zip(_TABLES, paths, strict=False):
            getattr(results, name).to_parquet(path, index=False)
        text = json.dumps(results.facts, ensure_ascii=False, indent=1, sort_keys=True)
        paths[-1].write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        message = (
            f"{folder}: the results cannot be written ({error}); expected a folder "
            "with room and the right to write; name another folder."
        )
        raise OutputError(message) from error
    return tuple(sorted(paths))


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
        tables = {name: pd.read_parquet(place / f"{name}.parquet") for name in _TABLES}
    except (OSError, ValueError) as error:
        message = (
            f"{folder}: there are no results to read ({error}); expected a folder that "
            "circle run has written, with the folder results in it; run the study "
            "again."
        )
        raise InputError(message) from error
    if facts.get("form") != _FORM:
        message = (
            f"{folder}: the results have form {facts.get('form')!r}; expected {_FORM}; "
            "run the study again with this version."
        )
        raise InputError(message)
    return Results(facts=facts, **tables)


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
    if clusters is None:
        return {}
    return {
        "gap_clusters": len(clusters),
        "gap_population": float(clusters["population"].sum()),
        "sites": len(getattr(found, "sites", ())),
    }


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
