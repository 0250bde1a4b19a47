"""Where scenarios come from: files, studies, and short forms of a command line."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd

from circle.errors import ConfigError, Words
from circle.scenario import (
    AddFacility,
    AdoptPlan,
    Change,
    CloseFacility,
    MoveFacility,
    Scenario,
    read_scenario,
)
from circle.study import Study

_SHORT = "what-if"


def find_scenario(text: str, study: Study) -> Scenario:
    """
    Find a scenario by its name in a study, else read it from a file.

    Parameters
    ----------
    text
        Name of a scenario of the study, or path of a scenario file.
    study
        The study.

    Returns
    -------
    scenario
        The scenario; the path of a plan in a study is relative to the study file.

    Raises
    ------
    ConfigError
        If there is neither, or the file is not a valid scenario.
    """
    if text in study.scenarios:
        changes = tuple(
            one.model_copy(update={"sites": str(study.folder / one.sites)})
            if isinstance(one, AdoptPlan)
            else one
            for one in study.scenarios[text]
        )
        return Scenario(name=text, changes=changes)
    if Path(text).suffix or Path(text).exists():
        return read_scenario(text)
    known = ", ".join(study.scenarios) or "none"
    raise ConfigError(
        Words(
            f"{study.file}: scenarios: no scenario '{text}'; expected one of: {known}, "
            "or the path of a scenario file.",
            zh=f"{study.file}：scenarios：没有情景“{text}”；应为：{known}，"
            "或情景文件的路径。",
        )
    )


def short_changes(
    *,
    add: Sequence[str] = (),
    close: Sequence[str] = (),
    move: Sequence[str] = (),
    crs: str = "WGS-84",
) -> tuple[Change, ...]:
    """
    Read the short forms of the commonest changes.

    Parameters
    ----------
    add
        ``type@x,y`` each.
    close
        Codes of facilities.
    move
        ``code@x,y`` each.
    crs
        Coordinate system of the places; x is the longitude or the easting.

    Returns
    -------
    changes
        The changes, in this order.

    Raises
    ------
    ConfigError
        If a short form cannot be read; all of them at once.

    Examples
    --------
    >>> short_changes(add=["kindergarten@121.52,31.23"])[0].at
    (121.52, 31.23)
    """
    changes: list[Change] = []
    problems = []
    for option, texts in (("--add", add), ("--move", move)):
        for text in texts:
            found = _split(text)
            if found is None:
                problems.append(_unreadable(option, text))
            elif option == "--add":
                changes.append(
                    AddFacility(
                        change="add_facility", type=found[0], at=found[1], crs=crs
                    )
                )
            else:
                changes.append(
                    MoveFacility(
                        change="move_facility", id=found[0], at=found[1], crs=crs
                    )
                )
    if problems:
        raise (
            ConfigError("\n".join(problems))
            if len(problems) > 1
            else ConfigError(problems[0])
        )
    closed = [CloseFacility(change="close_facility", id=one) for one in close]
    return (*changes, *closed)


def plan_changes(sites: gpd.GeoDataFrame) -> tuple[Change, ...]:
    """
    Turn the sites of a plan into facilities that open.

    Parameters
    ----------
    sites
        Contract ``sites`` with places, as `site` gives; also of points that the study
        has no candidates for.

    Returns
    -------
    changes
        One for each site and type, in the order of the steps, with the ids that
        `adopt_plan` gives.
    """
    crs = sites.crs.to_string()
    return tuple(
        AddFacility(
            change="add_facility",
            type=type_id,
            id=f"{key}:{type_id}",
            at=(float(place.x), float(place.y)),
            crs=crs,
        )
        for key, cell, place in zip(
            sites["candidate_id"], sites["type_ids"], sites.geometry, strict=True
        )
        for type_id in cell
    )


def combine(scenarios: Sequence[Scenario], changes: Sequence[Change] = ()) -> Scenario:
    """
    Put scenarios and single changes together into one scenario.

    Parameters
    ----------
    scenarios
        The scenarios, made in this order.
    changes
        Further changes, made after them.

    Returns
    -------
    scenario
        All changes; named after the scenarios.

    Raises
    ------
    ConfigError
        If there is no change at all.
    """
    every = [*(one for each in scenarios for one in each.changes), *changes]
    if not every:
        raise ConfigError(
            Words(
                "there is nothing to change; expected a scenario or one of --add, "
                "--close and --move.",
                zh="没有任何变更；应给出情景，或 --add、--close、--move 之一。",
            )
        )
    names = [one.name for one in scenarios] + ([_SHORT] if changes else [])
    title = scenarios[0].title if len(scenarios) == 1 and not changes else None
    return Scenario(name="-".join(names), title=title, changes=tuple(every))


def _split(text: str) -> tuple[str, tuple[float, float]] | None:
    """Split ``name@x,y``; None where it is not of this form."""
    name, _, place = text.rpartition("@")
    parts = place.split(",")
    if not name or len(parts) != 2:
        return None
    try:
        return name.strip(), (float(parts[0]), float(parts[1]))
    except ValueError:
        return None


def _unreadable(option: str, text: str) -> str:
    """Say how a short form is written."""
    what = "type" if option == "--add" else "code"
    return Words(
        f"{option}: found '{text}'; expected {what}@x,y, such as "
        f"{'kindergarten' if what == 'type' else 'F0123'}@121.52,31.23 (longitude, "
        "then latitude).",
        zh=f"{option}：为“{text}”；应为 {what}@x,y，先经度后纬度，"
        f"例如 {'kindergarten' if what == 'type' else 'F0123'}@121.52,31.23。",
    )
