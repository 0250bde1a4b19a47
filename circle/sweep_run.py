"""One run of a sweep: a study with some options otherwise, as one row of figures."""

import functools
import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from circle._version import VERSION
from circle.changes import apply_changes
from circle.city import City, load_city
from circle.comparison import headline_share
from circle.errors import CircleError
from circle.evaluation import Evaluation, evaluate
from circle.profile_reading import read_profile
from circle.rejoining import with_snap_limit
from circle.results import results_of
from circle.scenario import AdoptPlan, Scenario
from circle.scenario_sources import find_scenario
from circle.settings import validate
from circle.siting import site
from circle.siting_settings import SitingOptions
from circle.study import input_paths, read_study
from circle.sweep_spec import SweepRun

FIGURES = (
    "share",
    "pair_share",
    "committee_complete_share",
    "person_item_share",
    "population_complete_share",
    "missing_items",
    "missing_required",
    "sites",
    "share_with_sites",
    "cost_10k",
)
_CHUNK = 1 << 20


def run_key(run: SweepRun) -> str:
    """
    Give the digest of everything a run depends on.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    key
        Of study, standard, contents of the input files, options and version.

    Raises
    ------
    CircleError
        If the study or one of its files cannot be read.
    """
    whole = {"study": study_digest(run.study), "options": run.options}
    if run.options.get("scenario") is not None:
        scenario = find_scenario(run.options["scenario"], read_study(run.study))
        whole["scenario"] = scenario.model_dump_json()
        whole["plans"] = [
            hashlib.sha256(Path(one.sites).read_bytes()).hexdigest()
            for one in scenario.changes
            if isinstance(one, AdoptPlan) and Path(one.sites).is_file()
        ]
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@functools.lru_cache(maxsize=4096)
def study_digest(path: Path) -> str:
    """
    Give the digest of a study, its standard and its input files.

    Parameters
    ----------
    path
        The study file.

    Returns
    -------
    digest
        Hexadecimal.
    """
    study = read_study(path)
    profile = read_profile(study.profile, folder=study.folder)
    found = hashlib.sha256(VERSION.encode())
    for text in (study.model_dump_json(), profile.model_dump_json()):
        found.update(text.encode())
    for name, file in sorted(input_paths(study).items()):
        found.update(name.encode())
        parts = sorted(file.rglob("*")) if file.is_dir() else [file]
        for one in (part for part in parts if part.is_file()):
            with one.open("rb") as opened:
                while block := opened.read(_CHUNK):
                    found.update(block)
    return found.hexdigest()


def run_one(run: SweepRun) -> dict[str, Any]:
    """
    Make one run.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    row
        Study, options, ``status`` (done or failed), ``message``, and the figures;
        plain values that JSON can hold. The same run gives the same row anywhere.
    """
    row: dict[str, Any] = {"study": run.study.as_posix(), **run.options}
    try:
        city, base = _measured(run.study)
        figures = _figures(city, base, run)
    except CircleError as error:
        empty = dict.fromkeys(FIGURES)
        return {**row, "status": "failed", "message": str(error), **empty}
    return {**row, "status": "done", "message": None, **figures}


@functools.lru_cache(maxsize=1)
def _measured(study: Path) -> tuple[City, Evaluation]:
    """Load and measure a study once for all its runs in this process."""
    city = load_city(read_study(study))
    return city, evaluate(city)


def _figures(city: City, base: Evaluation, run: SweepRun) -> dict[str, Any]:
    """Measure a city under other options."""
    options = run.options
    changed: City = city
    types: tuple[str, ...] | None = ()
    scenario = _scenario(city, options)
    if scenario is not None:
        made = apply_changes(city, scenario)
        changed, types = made.city, made.type_ids
    if options.get("snap_limit_m") is not None:
        changed, types = with_snap_limit(changed, options["snap_limit_m"]), None
    found = base
    if changed is not city:
        known = None if types is None else base
        found = evaluate(changed, base=known, type_ids=types)
    asked = {
        key.removeprefix("siting."): value
        for key, value in options.items()
        if key.startswith("siting.")
    }
    given = {**city.study.siting.model_dump(), **asked}
    chosen = validate(SitingOptions, given, where=f"{city.study.file}: siting")
    study = changed.study.model_copy(update={"siting": chosen})
    plan = site(replace(changed, study=study), evaluation=found, options=chosen)
    results = results_of(found)
    shares = results.coverage.iloc[0]
    numbers: dict[str, float] = {
        "share": headline_share(results),
        **{name: float(shares[name]) for name in FIGURES[1:5]},
        "missing_items": len(results.missing_items),
        "missing_required": int(results.missing_items["required"].sum()),
        "sites": len(plan.sites),
        "share_with_sites": float(plan.share_after),
        "cost_10k": float(plan.cost_10k),
    }
    return {key: None if math.isnan(one) else one for key, one in numbers.items()}


def _scenario(city: City, options: dict[str, Any]) -> Scenario | None:
    """Gather the options of a run that are changes of the city."""
    changes: list[Any] = []
    if options.get("scenario") is not None:
        changes += find_scenario(options["scenario"], city.study).changes
    factor = options.get("speed_factor")
    if factor is not None and factor != 1:
        changes += [
            {"change": "change_speed", "mode": mode, "factor": factor}
            for mode in ("walk", "cycle")
        ]
    if options.get("minutes") is not None:
        changes.append({"change": "change_limit", "minutes": options["minutes"]})
    if not changes:
        return None
    return Scenario.model_validate({"name": "run", "changes": changes})
