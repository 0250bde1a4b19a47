"""The difference map: one page with who gains and who loses, type by type."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from markupsafe import Markup

from circle.atlas_page import data_block
from circle.comparison import HEADLINE_SHARES, Comparison
from circle.comparison_names import Names, points_text
from circle.comparison_sheets import comparison_facts
from circle.comparison_summary import comparison_cards
from circle.html_pages import TEMPLATES, page_template, write_page
from circle.sheet_parts import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

# Falling is orange, rising blue: told apart by colour-blind readers.
FALLS, RISES = ("#e66101", "#fdb863"), ("#92c5de", "#0571b0")
NO_CHANGE = "#f0f0ec"
_STEPS = (0.0005, 0.02)
# No less of the ground is shown than this, in metres.
_LEAST_M = 500.0
# What lies nearer to where it was than this has not moved.
_MOVED_M = 1.0


def write_comparison_map(comparison: Comparison, path: Path) -> None:
    """
    Write the difference map as one page that needs no network.

    Parameters
    ----------
    comparison
        The comparison.
    path
        The .html file to write; replaced where it is there already.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    names = Names(comparison.before.facts, comparison.after.facts)
    corner, box = _ground(comparison)
    data = _page_data(comparison, names, corner)
    text = page_template("comparison.html").render(
        say=names.say,
        language="zh-CN" if names.language == "zh" else "en",
        title=clean_text(comparison.after.facts["title"]),
        facts=comparison_facts(comparison),
        cards=comparison_cards(comparison),
        areas=_areas(comparison, names, corner),
        box=box,
        legend=_legend(),
        sites=not comparison.plans.sites.empty,
        types=[(one["id"], one["name"]) for one in data["types"]],
        style=_own("comparison.css"),
        script=_own("comparison.js"),
        data=ready(data_block(data)),
    )
    write_page(path, text)


def ready(text: str) -> Markup:
    """
    Mark a piece of circle's own as ready for a page.

    Parameters
    ----------
    text
        A style, a script, a drawing or data, in which every text is escaped already.

    Returns
    -------
    piece
        The same, which the template writes as it is.
    """
    return Markup(text)  # noqa: S704  (see above)


def _own(name: str) -> Markup:
    """Give a style or a script of circle's own."""
    return ready((TEMPLATES / name).read_text(encoding="utf-8"))


def _ground(
    comparison: Comparison,
) -> tuple[NDArray[np.float64], tuple[int, int, int, int]]:
    """Give the north-west corner in metres, and the view box from there."""
    cells = comparison.cells
    places = np.column_stack([cells["x_m"], cells["y_m"]]).astype(float)
    outlines = list(_outlines(comparison).values())
    every = np.concatenate([places, shapely.get_coordinates(outlines)])
    corner = np.array([np.floor(every[:, 0].min()), np.ceil(every[:, 1].max())])
    size_m = float(comparison.after.facts["cell_size_m"])
    span = np.maximum(np.ptp(every, axis=0), _LEAST_M) + 2 * size_m
    edge = -round(size_m)
    return corner, (edge, edge, math.ceil(span[0]), math.ceil(span[1]))


def _page_data(
    comparison: Comparison, names: Names, corner: NDArray[np.float64]
) -> dict[str, Any]:
    """Lay out cells and facilities in metres from the north-west corner."""
    cells = comparison.cells
    types = [
        {
            "id": one,
            "name": names.type_name(one),
            "gained": _squares(cells, f"gained_{one}", corner),
            "lost": _squares(cells, f"lost_{one}", corner),
        }
        for one in comparison.after.type_ids
        if f"gained_{one}" in cells.columns
    ]
    facilities = [
        *_facilities(comparison, names, "added", corner),
        *_facilities(comparison, names, "closed", corner),
        *_moved(comparison, names, corner),
        *_sites(comparison, names, corner),
    ]
    size_m = float(comparison.after.facts["cell_size_m"])
    return {"size": size_m, "types": types, "facilities": facilities}


def _outlines(comparison: Comparison) -> dict[str, shapely.Geometry]:
    """Read the outlines of the subdistricts of the second result."""
    return {
        code: shapely.from_wkt(one["outline"])
        for code, one in comparison.after.facts["subdistricts"].items()
    }


def _squares(
    cells: pd.DataFrame, column: str, corner: NDArray[np.float64]
) -> list[list[float]]:
    """Give place and people of the cells that gain or lose."""
    own = cells[cells[column].to_numpy(dtype=bool) & (cells["population"] > 0)]
    x = own["x_m"].to_numpy(dtype=float) - corner[0]
    y = corner[1] - own["y_m"].to_numpy(dtype=float)
    people = own["population"].to_numpy(dtype=float)
    values = np.column_stack([x.round(), y.round(), people.round(1)])
    return [list(map(float, one)) for one in values]


def _facilities(
    comparison: Comparison, names: Names, what: str, corner: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """List the facilities that are added, or closed."""
    results = comparison.after if what == "added" else comparison.before
    ids = {
        (type_id, one)
        for type_id, codes in zip(
            comparison.facilities["type_id"],
            comparison.facilities[f"{what}_ids"],
            strict=True,
        )
        for one in codes
    }
    table = results.facilities
    found = []
    for row in table.to_dict("records"):
        if (row["type_id"], row["facility_id"]) in ids and np.isfinite(row["x_m"]):
            name = clean_text(row["name"]) or clean_text(row["facility_id"])
            kind = names.type_name(row["type_id"])
            text = f"{names.say(what)}: {name} ({kind})"
            found.append(_sign(what, row, text, corner))
    return found


def _moved(
    comparison: Comparison, names: Names, corner: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Mark where facilities that moved were, and where they are now."""
    was, now = (
        one.facilities[
            (one.facilities["status"] == "open") & np.isfinite(one.facilities["x_m"])
        ].set_index("facility_id")
        for one in (comparison.before, comparison.after)
    )
    if comparison.before.facts["crs"] != comparison.after.facts["crs"]:
        return []
    both = was.index.intersection(now.index)
    away_m = np.hypot(*(was.loc[both, ["x_m", "y_m"]] - now.loc[both, ["x_m", "y_m"]])
                      .to_numpy(dtype=float).T)  # fmt: skip
    found = []
    for key in both[away_m > _MOVED_M]:
        for what, said, table in (
            ("closed", "moved_away", was),
            ("added", "moved_here", now),
        ):
            row = table.loc[key].to_dict()
            name = clean_text(row["name"]) or clean_text(key)
            text = f"{names.say(said)}: {name} ({names.type_name(row['type_id'])})"
            found.append(_sign(what, row, text, corner))
    return found


def _sites(
    comparison: Comparison, names: Names, corner: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Mark the sites of both plans by what became of them."""
    places = {
        row["candidate_id"]: row
        for one in (comparison.before, comparison.after)
        for row in one.sites.to_dict("records")
        if np.isfinite(row.get("x_m", np.nan))
    }
    fates = comparison.plans.sites[["candidate_id", "change"]].to_numpy()
    return [
        _sign(
            "sites",
            places[key] | {"fate": fate},
            f"{clean_text(places[key]['name'])} ({names.fate(fate)}): "
            f"{names.type_names(places[key]['type_ids'])}",
            corner,
        )
        for key, fate in fates
        if key in places
    ]


def _sign(
    what: str, row: Mapping[Any, Any], text: str, corner: NDArray[np.float64]
) -> dict[str, Any]:
    """Describe a sign on the map, in metres from the north-west corner."""
    types = row["type_ids"] if "type_ids" in row else (row["type_id"],)
    return {
        "what": what,
        "fate": row.get("fate", ""),
        "types": list(types),
        "text": text,
        "x": round(float(row["x_m"] - corner[0])),
        "y": round(float(corner[1] - row["y_m"])),
    }


def _areas(
    comparison: Comparison, names: Names, corner: NDArray[np.float64]
) -> list[dict[str, str]]:
    """Draw the subdistricts, shaded by the change of their headline share."""
    column = f"{HEADLINE_SHARES[comparison.after.facts['definition']]}_change"
    table = comparison.coverage
    own = (table["area_kind"] == "subdistrict") & (table["group_kind"] == "required")
    change = dict(zip(table["area_id"][own], table[column][own], strict=True))
    return [
        {
            "path": _path(shape, corner),
            "colour": _colour(float(change.get(code, math.nan))),
            "name": names.area("subdistrict", code),
            "points": points_text(float(change.get(code, math.nan)), names.language),
            "place": _middle(shape, corner),
        }
        for code, shape in _outlines(comparison).items()
    ]


def _middle(shape: shapely.Geometry, corner: NDArray[np.float64]) -> str:
    """Give a place inside an area for its name."""
    x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    return f"{x - corner[0]:.0f} {corner[1] - y:.0f}"


def _path(shape: shapely.Geometry, corner: NDArray[np.float64]) -> str:
    """Write an area as the steps of an SVG path."""
    steps = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        places = (shapely.get_coordinates(ring) - corner) * [1, -1]
        steps.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in places) + "Z")
    return "".join(steps)


def _colour(change: float) -> str:
    """Choose the shade of a change."""
    if not abs(change) >= _STEPS[0]:
        return NO_CHANGE
    far = abs(change) >= _STEPS[1]
    return RISES[far] if change > 0 else FALLS[not far]


def _legend() -> list[tuple[str, str]]:
    """Write colour and limits of each shade."""
    far = f"{100 * _STEPS[1]:g}"
    return [
        (RISES[1], f"≥ +{far}"),
        (RISES[0], f"0 … +{far}"),
        (NO_CHANGE, "0"),
        (FALLS[1], f"−{far} … 0"),
        (FALLS[0], f"≤ −{far}"),
    ]
