"""Write the points, the plan and its versions as files."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from circle.contracts import CANDIDATES, MADE_FROM, SITES
from circle.csv_tables import csv_table, csv_text
from circle.errors import OutputError
from circle.points import Points
from circle.points_map import write_points_map
from circle.problems import os_reason, problem_of
from circle.sheet_parts import Block, Field, contract_fields, spell_out, stack_rows
from circle.site_plan import SitePlan
from circle.site_words import site_word
from circle.whole_files import whole_file
from circle.words import word

_POINT_FORMS: Mapping[str, tuple[str, str]] = {
    "made_from": ("点位来源", "made_from"),
    "made_of": ("来源编号", "made_of"),
    "subdistrict_id": ("所在街镇编号", "subdistrict_id"),
    "refused": ("不可用原因", "refused"),
}
_PLACE: Mapping[str, tuple[str, str]] = {
    "lon": ("经度", "lon"),
    "lat": ("纬度", "lat"),
}


def write_points(points: Points, folder: Path) -> tuple[Path, ...]:
    """
    Write the points as a table, a layer and a map, before anything is solved.

    Parameters
    ----------
    points
        The points.
    folder
        Folder of the files, made if need be.

    Returns
    -------
    paths
        ``points.csv``, ``points.geojson`` (WGS-84) and ``points.html``, the map.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    language = points.city.study.language
    rows = points_rows(points)
    names = ("candidate_id", "name", "route", "floor_area_m2", "cost_10k",
             "type_ids", "earliest_year")  # fmt: skip
    place = 0 if language == "zh" else 1
    fields = (
        *contract_fields(CANDIDATES, names, language=language),
        *(Field(key, text[place], "text") for key, text in _POINT_FORMS.items()),
    )
    table = csv_table(Block("", fields, stack_rows([rows], fields)))
    csv, layer = folder / "points.csv", folder / "points.geojson"
    _write(csv, lambda path: table.to_csv(path, index=False, encoding="utf-8-sig"))
    placed = gpd.GeoDataFrame(
        rows.astype(
            {"earliest_year": float, "floor_area_m2": float, "cost_10k": float}
        ),
        geometry=list(points.city.candidates.geometry),
        crs=points.city.crs,
    )
    _write(layer, lambda path: _write_layer(placed[placed.geometry.notna()], path))
    page = folder / "points.html"
    write_points_map(points, rows, page)
    return csv, layer, page


def points_rows(points: Points) -> pd.DataFrame:
    """
    Lay out the points with where each comes from and what cannot be used of it.

    Parameters
    ----------
    points
        The points.

    Returns
    -------
    rows
        One row per point; words in the language of the study.
    """
    city = points.city
    language = city.study.language
    rows = spell_out(city.candidates, CANDIDATES, language=language)
    rows["made_from"] = [_made_from(one, language) for one in rows["made_from"]]
    notes: dict[str, list[str]] = {}
    for one in points.refused.to_dict("records"):
        label = ""
        if one["type_id"] is not None:
            label = f"{city.profile.type_of(one['type_id']).label[language]}: "
        notes.setdefault(one["candidate_id"], []).append(f"{label}{one['text']}")
    rows["refused"] = [
        "; ".join(notes.get(one, ())) for one in city.candidates["candidate_id"]
    ]
    return rows


def write_plan(plan: SitePlan, path: Path, *, language: str) -> Path:
    """
    Write the sites of a plan as a table, with places, such as a scenario may adopt.

    Parameters
    ----------
    plan
        The plan.
    path
        The file.
    language
        ``zh`` or ``en``.

    Returns
    -------
    path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    names = [one for one in SITES.names if one != "geometry"]
    place = 0 if language == "zh" else 1
    fields = (
        *contract_fields(SITES, names, language=language),
        *(Field(key, text[place], "degrees") for key, text in _PLACE.items()),
    )
    rows = spell_out(plan.sites, SITES, language=language)
    # A point that was made stands in no other table: its place goes with the plan.
    at = plan.sites.geometry.to_crs(4326)
    rows["lon"], rows["lat"] = at.x, at.y
    table = csv_table(Block("", fields, stack_rows([rows], fields)))
    _write(path, lambda to: table.to_csv(to, index=False, encoding="utf-8-sig"))
    return path


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """
    Write a plain table whose texts no program takes for formulas.

    Parameters
    ----------
    table
        The table.
    path
        The file.

    Returns
    -------
    path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    plain = table.copy()
    for name in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].map(csv_text)
    _write(path, lambda to: plain.to_csv(to, index=False, encoding="utf-8-sig"))
    return path


def write_text(text: str, path: Path) -> Path:
    """
    Write a text, such as a chart.

    Parameters
    ----------
    text
        The text.
    path
        The file.

    Returns
    -------
    path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    _write(path, lambda to: to.write_text(text, encoding="utf-8", newline="\n"))
    return path


def points_text(points: Points) -> str:
    """
    Count the points by where they come from.

    Parameters
    ----------
    points
        The points.

    Returns
    -------
    text
        One line.
    """
    language = points.city.study.language
    counts = points.city.candidates["made_from"].value_counts().sort_index()
    named = [f"{_made_from(one, language)} {n:,}" for one, n in counts.items()]
    return site_word("points", language).format(
        points=f"{len(points.city.candidates):,}",
        from_=_listed(named, language),
        refused=f"{len(points.refused):,}",
    )


def version_text(record: Mapping[str, Any], language: str) -> str:
    """
    Sum up a version for a terminal.

    Parameters
    ----------
    record
        As of `site_versions.version_record`.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Coverage before and after, what each route brings, what no point reaches, and
        what changed since the version before.
    """
    lines = [
        site_word("before_after", language).format(
            before=_share(record["share_before"]),
            after=_share(record["share_after"]),
            sites=len(record["sites"]),
            items=sum(one["items_cleared"] for one in record["sites"]),
            cost=_number(record["cost_10k"]),
        )
    ]
    lines += [
        site_word("route_line", language).format(
            route=word(one["route"], language),
            sites=one["sites"],
            items=_number(one["items_cleared"]),
            cost=_number(one["cost_10k"]),
        )
        for one in record["routes"]
    ]
    number = f"{len(record['unplaceable']):,}"
    told = site_word("unplaceable", language).format(n=number)
    # What set covering leaves out is told first.
    lines.insert(0 if record["model"] == "lscp" else len(lines), told)
    changes = record.get("changes")
    if changes:
        lines.append(changes_text(changes, language))
    return "\n".join(lines)


def changes_text(changes: Mapping[str, Any], language: str) -> str:
    """
    Say in one line what changed between two versions.

    Parameters
    ----------
    changes
        As of `site_versions.compare_versions`.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The line.
    """
    share, cost = changes["share_after"], changes["cost_10k"]
    return site_word("changes", language).format(
        since=changes["since"],
        added=_listed(changes["added"], language),
        removed=_listed(changes["removed"], language),
        kept=len(changes["kept"]),
        share="–" if share is None else f"{100 * share:+.2f}",
        cost="–" if cost is None else f"{cost:+,.1f}",
    )


def _made_from(kind: str, language: str) -> str:
    """Name where a point comes from."""
    return MADE_FROM[kind][0] if language == "zh" else kind


def _listed(names: list[str], language: str) -> str:
    """Join names."""
    return ("、" if language == "zh" else ", ").join(names) or site_word(
        "none", language
    )


def _share(value: float | None) -> str:
    """Write a share in per cent."""
    return "–" if value is None else f"{100 * value:.1f}%"


def _number(value: float | None) -> str:
    """Write a number with one decimal at most."""
    return "–" if value is None else f"{value:,.1f}".removesuffix(".0")


def _write_layer(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write points by RFC 7946."""
    # GDAL does not tell that a disk was full: it writes to memory, Python to the disk.
    content = io.BytesIO()
    pyogrio.write_dataframe(
        layer.to_crs(4326),
        content,
        driver="GeoJSON",
        layer="points",
        geometry_type="Point",
        layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "6"},
    )
    path.write_bytes(content.getbuffer())


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """
    Write a file whole or not at all, and make its folder.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        with whole_file(path) as part:
            write(part)
    except (OSError, RuntimeError, pyogrio.errors.DataSourceError) as error:
        reason = os_reason(error)
        problem = problem_of(path.name, "not-written", reason=reason)
        raise OutputError(problem) from error
