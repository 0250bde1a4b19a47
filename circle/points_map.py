"""The map of the points, before anything is solved: one page that needs no network."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from circle.atlas_palette import BACKDROP_COLOURS
from circle.city import City
from circle.contracts import MADE_FROM
from circle.html_pages import page_template, write_page
from circle.points import Points
from circle.sheet_parts import clean_text
from circle.site_words import site_word

# Colours that colour-blind readers tell apart (Okabe and Ito, 2008).
_COLOURS = dict(
    zip(
        MADE_FROM,
        ("#0072b2", "#cc79a7", "#009e73", "#d55e00", "#f0e442", "#56b4e9", "#000000"),
        strict=True,
    )
)
# Areas and lines of the ground, with the width of the lines in parts of a sign.
_GROUND = {"green": 0.0, "water": 0.0, "major": 0.15, "motorway": 0.3}
# A sign is this part of the map wide; lines are simplified to a tenth of that.
_SIGN = 1 / 110
_LEAST_M = 500.0


def write_points_map(points: Points, rows: pd.DataFrame, path: Path) -> None:
    """
    Draw the points over the subdistricts, each kind of source in its colour.

    Parameters
    ----------
    points
        The points.
    rows
        The points as `site_files.points_rows` spells them out.
    path
        The .html file to write.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    city = points.city
    language = city.study.language
    areas = city.subdistricts.geometry.to_numpy()
    shapes = city.candidates.geometry.to_numpy()
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    every = np.concatenate([areas, shapes[placed]])
    west, south, east, north = shapely.total_bounds(every)
    span = max(east - west, north - south, _LEAST_M)
    corner, size = np.array([west, north]), max(round(span * _SIGN), 1)
    signs = _signs(city, rows, placed, corner)
    box = (-2 * size, -2 * size, east - west + 4 * size, north - south + 4 * size)
    text = page_template("points.html").render(
        language="zh-CN" if language == "zh" else "en",
        title=f"{clean_text(city.study.title)} · {site_word('points_map', language)}",
        summary=site_word("points_shown", language).format(
            shown=f"{int(placed.sum()):,}", lost=f"{int((~placed).sum()):,}"
        ),
        note=site_word("points_note", language),
        kinds=_kinds(city, language),
        box=" ".join(f"{one:.0f}" for one in box),
        ground=_ground(city, corner, size),
        areas=_areas(city, corner, size),
        points=signs,
        size=size,
    )
    write_page(path, text)


def _kinds(city: City, language: str) -> list[dict[str, Any]]:
    """List where the points come from, with colour and number."""
    counts = city.candidates["made_from"].value_counts()
    return [
        {
            "id": one,
            "name": words[0] if language == "zh" else one,
            "colour": _COLOURS[one],
            "number": f"{counts[one]:,}",
        }
        for one, words in MADE_FROM.items()
        if one in counts
    ]


def _signs(
    city: City, rows: pd.DataFrame, placed: NDArray[np.bool_], corner: NDArray[Any]
) -> list[dict[str, Any]]:
    """Give place, colour and text of each point."""
    at = shapely.get_coordinates(city.candidates.geometry.to_numpy()[placed])
    kinds = city.candidates["made_from"].to_numpy(dtype=object)[placed]
    shown = ("candidate_id", "name", "made_from", "route", "type_ids", "refused")
    return [
        {
            "kind": kind,
            "colour": _COLOURS[kind],
            "x": f"{x:.0f}",
            "y": f"{y:.0f}",
            "refused": bool(row["refused"]),
            "text": "\n".join(
                text for text in (clean_text(row[name]) for name in shown) if text
            ),
        }
        for kind, (x, y), row in zip(
            kinds,
            (at - corner) * [1, -1],
            rows[placed].to_dict("records"),
            strict=True,
        )
    ]


def _ground(
    city: City, corner: NDArray[np.float64], size: int
) -> list[tuple[str, str, float]]:
    """Draw water, green and large streets below the points."""
    table = city.backdrop
    found = []
    for kind, width in _GROUND.items():
        own = table.geometry.to_numpy()[(table["kind"] == kind).to_numpy()]
        parts = shapely.get_parts(own)
        mine = parts[shapely.get_dimensions(parts) == (1 if width else 2)]
        if len(mine):
            path = _path(mine, corner, size)
            found.append((path, BACKDROP_COLOURS[kind], round(width * size, 1)))
    return found


def _areas(city: City, corner: NDArray[np.float64], size: int) -> list[dict[str, str]]:
    """Draw the outlines of the subdistricts, with their names."""
    table = city.subdistricts
    middles = shapely.get_coordinates(shapely.point_on_surface(table.geometry))
    return [
        {
            "path": _path(shapely.get_parts(shape), corner, size),
            "name": clean_text(name),
            "x": f"{x - corner[0]:.0f}",
            "y": f"{corner[1] - y:.0f}",
        }
        for shape, name, (x, y) in zip(
            table.geometry, table["name"], middles, strict=True
        )
    ]


def _path(parts: NDArray[np.object_], corner: NDArray[np.float64], size: int) -> str:
    """Write areas and lines as the steps of an SVG path, in metres from a corner."""
    steps = []
    simple = shapely.simplify(parts, size / 10)
    flat = shapely.get_dimensions(simple) == 2
    for line in [*shapely.get_rings(simple[flat]), *simple[~flat]]:
        places = (shapely.get_coordinates(line) - corner) * [1, -1]
        if len(places):
            steps.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in places))
    return "".join(steps)
