"""The run record: what went in, what came out, by which versions, how fast."""

import hashlib
import json
import math
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import pyogrio
import pyproj

from circle._version import VERSION
from circle.assessment import Assessment
from circle.errors import OutputError
from circle.facts import definition_text, headline, thresholds_m, thresholds_min
from circle.problems import os_reason, problem_of
from circle.profile import Number, Profile
from circle.site_plan import SitePlan
from circle.study import Study, input_paths
from circle.time_model import time_model_facts

RECORD_FORMAT = 1
PACKAGES = (
    "folium",
    "geopandas",
    "numba",
    "numpy",
    "osmium",
    "osmnx",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyogrio",
    "pyproj",
    "rasterio",
    "scikit-learn",
    "scipy",
    "shapely",
    "XlsxWriter",
)
_PATH_KEYS = ("bands", "data", "folder", "office_replies", "path", "profile")
_RESULTS = ("reach", "coverage", "missing_items", "gap_clusters", "sites", "unsnapped")
_INPUTS = ("subdistricts", "committees", "cells", "facilities", "candidates")


def run_record(
    assessment: Assessment, *, outputs: Sequence[Path], folder: Path
) -> dict[str, Any]:
    """
    Gather what is needed to understand and to repeat a run.

    No path of the machine stands in it: inputs are named by file, outputs
    relative to the result folder. Seconds stand here and in no other output.

    Parameters
    ----------
    assessment
        The assessment.
    outputs
        The files written so far.
    folder
        The result folder that holds them.

    Returns
    -------
    record
        Ready for JSON; unknown numbers are None.

    Raises
    ------
    OSError
        If an input or output file cannot be read.
    """
    city = assessment.city
    study, profile = city.study, city.profile
    figure = headline(assessment)
    record = {
        "circle": VERSION,
        "format": RECORD_FORMAT,
        "study": _study_facts(study),
        "profile": {
            **_profile_facts(profile, study.language),
            "thresholds_min": thresholds_min(assessment),
            "thresholds_m": thresholds_m(assessment),
        },
        "time_model": time_model_facts(city),
        "coverage": {
            "definition": figure.definition,
            "text": definition_text(assessment),
            "tiers": profile.coverage.tiers,
            "share": figure.share,
            "covered": figure.covered,
            "total": figure.total,
        },
        "inputs": _input_facts(study),
        "crs": {"name": city.crs.name, "code": city.crs.to_string()},
        "rows": {
            **{name: len(getattr(city, name)) for name in _INPUTS},
            **{name: len(getattr(assessment, name)) for name in _RESULTS},
        },
        "warnings": [
            {"name": one.name, "text": _without_folder(one.text, study)}
            for one in assessment.warnings
        ],
        "siting": _plan_facts(assessment.plan),
        "seconds": {key: round(one, 3) for key, one in assessment.seconds.items()},
        "figures": dict(assessment.figures),
        "versions": _versions(),
        "resolved_study": _without_paths(study.model_dump(mode="json")),
        "outputs": [_file_facts(one, one.relative_to(folder)) for one in outputs],
    }
    return {key: _for_json(value) for key, value in record.items()}


def _study_facts(study: Study) -> dict[str, str | None]:
    """Name the study and its day."""
    return {
        "name": study.name,
        "title": study.title,
        "as_of": None if study.as_of is None else study.as_of.isoformat(),
    }


def write_record(
    assessment: Assessment, path: Path, *, outputs: Sequence[Path]
) -> None:
    """
    Write the run record as JSON beside the outputs.

    Parameters
    ----------
    assessment
        The assessment.
    path
        The file to write, in the result folder.
    outputs
        The files written so far, in the same folder or below it.

    Raises
    ------
    OutputError
        If the file cannot be written, or an input can no longer be read.
    """
    try:
        record = run_record(assessment, outputs=outputs, folder=path.parent)
        text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
        path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        reason = os_reason(error)
        problem = problem_of(path.name, "record-not-written", reason=reason)
        raise OutputError(problem) from error


def _profile_facts(profile: Profile, language: str) -> dict[str, object]:
    """State the standard with its rule, and what of it is to be verified."""

    def number(fact: Number) -> dict[str, object]:
        return {"value": fact.value, "to_be_verified": fact.to_be_verified}

    return {
        "name": profile.name,
        "edition": profile.edition,
        "title": profile.title[language],
        "note": profile.note[language],
        "walk_kmh": number(profile.speeds.walk_kmh),
        "cycle_kmh": number(profile.speeds.cycle_kmh),
        "snap_limit_m": number(profile.snap.limit_m),
        "higher_level_satisfies_lower": profile.higher_level_satisfies_lower.value,
    }


def _plan_facts(plan: SitePlan | None) -> dict[str, object]:
    """State how good the siting plan is, and what it was chosen from."""
    if plan is None:
        return {}
    return {
        "model": plan.options.model,
        "solver": plan.options.solver,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap_pct": plan.gap_pct,
        "status": plan.status,
        "seconds": round(plan.seconds, 3),
        "cost_10k": plan.cost_10k,
        "share_before": plan.share_before,
        "share_after": plan.share_after,
        "points": len(plan.points),
        "points_refused": len(plan.refused),
        "unplaceable_items": len(plan.unplaceable),
        "routes": plan.routes.to_dict("records"),
    }


def _input_facts(study: Study) -> list[dict[str, object]]:
    """Name each input file, with its size and its checksum."""
    # A study may be made in Python, without a file of its own.
    paths = {"study": study.file} if study.file.is_file() else {}
    paths |= input_paths(study)
    if study.profile.endswith((".yaml", ".yml")):
        paths["profile"] = study.folder / study.profile
    return [
        {"section": section, **_file_facts(path, path.name)}
        for section, path in paths.items()
    ]


def _file_facts(path: Path, name: Path | str) -> dict[str, object]:
    """Give a file's name, size in bytes and SHA-256."""
    shown = name if isinstance(name, str) else name.as_posix()
    if not path.is_dir():
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"file": shown, "bytes": path.stat().st_size, "sha256": digest}
    # A file geodatabase is a folder: its files in order of their names.
    parts = [one for one in sorted(path.iterdir()) if one.is_file()]
    whole = hashlib.sha256()
    for one in parts:
        whole.update(one.read_bytes())
    size = sum(one.stat().st_size for one in parts)
    return {"file": shown, "bytes": size, "sha256": whole.hexdigest()}


def _versions() -> dict[str, str]:
    """Give the versions of Python, the packages and the libraries below them."""
    found = {"python": platform.python_version()}
    found |= {name: metadata.version(name) for name in PACKAGES}
    found["GDAL"] = pyogrio.__gdal_version_string__
    found["PROJ"] = pyproj.proj_version_str
    return found


def _without_paths(value: object, key: str = "") -> object:
    """Shorten absolute paths in a resolved study to their last part."""
    if isinstance(value, Mapping):
        below = {name: key if key in _PATH_KEYS else str(name) for name in value}
        return {name: _without_paths(one, below[name]) for name, one in value.items()}
    if key in _PATH_KEYS and isinstance(value, str):
        for kind in (PurePosixPath(value), PureWindowsPath(value)):
            if kind.is_absolute():
                return kind.name
    return value


def _without_folder(text: str, study: Study) -> str:
    """Take the folders of the machine out of a warning."""
    for folder in (study.data_folder, study.folder.resolve()):
        text = text.replace(f"{folder}/", "").replace(f"{folder}\\", "")
    return text


def _for_json(value: object) -> object:
    """Turn a value into what JSON can hold; unknown numbers become None."""
    if isinstance(value, Mapping):
        return {str(key): _for_json(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return [_for_json(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)
