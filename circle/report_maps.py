"""Small maps for paper: the study's own shapes as SVG, in metres from the corner."""

from __future__ import annotations

import html
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from circle.atlas_palette import (
    BACKDROP_COLOURS,
    COMMITTEE_CLASSES,
    COMMITTEE_COLOURS,
    SHARE_COLOURS,
    class_of,
    share_breaks,
    share_colour,
)
from circle.chart_parts import draw_text, shortened
from circle.facts import headline
from circle.report_signs import Taken, place_names, spread_signs
from circle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from circle.assessment import Assessment

Bounds = tuple[float, float, float, float]
_MARGIN = 0.06
_STREETS = ("minor", "major", "motorway")
_WIDTHS = {"minor": 0.5, "major": 0.9, "motorway": 1.6, "stream": 1.2}
_SCALE_STEPS_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_RADII = (2.2, 3.0, 4.2)


class _Paper:
    """Turns metres into places on a drawing of a given width and height."""

    def __init__(self, bounds: Bounds, width: float, height: float) -> None:
        west, south, east, north = bounds
        self.per_m = min(width / (east - west), height / (north - south)) * (
            1 - 2 * _MARGIN
        )
        self.width, self.height = width, height
        self._x = (west + east) / 2 - width / 2 / self.per_m
        self._y = (south + north) / 2 + height / 2 / self.per_m

    @property
    def bounds(self) -> Bounds:
        """What the drawing shows, in metres."""
        south = self._y - self.height / self.per_m
        return self._x, south, self._x + self.width / self.per_m, self._y

    def place(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn places in metres, shape (n, 2), into places on the drawing."""
        flipped: NDArray[np.float64] = (xy - [self._x, self._y]) * [
            self.per_m,
            -self.per_m,
        ]
        return flipped

    def path(self, geometry: Iterable[shapely.Geometry]) -> str:
        """Write lines and areas as the steps of an SVG path."""
        steps = []
        parts = shapely.get_parts(
            shapely.simplify(np.array(list(geometry), dtype=object), 0.4 / self.per_m)
        )
        areas = shapely.get_dimensions(parts) == 2
        rings = [*shapely.get_rings(parts[areas]), *parts[~areas]]
        for ring in rings:
            places = self.place(shapely.get_coordinates(ring)).round(1)
            if len(places) < 2:
                continue
            kept = np.concatenate([[True], (np.diff(places, axis=0) != 0).any(axis=1)])
            corners = "L".join(f"{x:g} {y:g}" for x, y in places[kept])
            steps.append(f"M{corners}")
        return "".join(steps)


def district_svg(assessment: Assessment) -> str:
    """
    Draw the district: its subdistricts shaded by the headline share, its sites.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    svg
        One ``svg`` element; every text is escaped.
    """
    city = assessment.city
    areas = city.subdistricts.geometry.to_numpy()
    west, south, east, north = shapely.total_bounds(areas)
    tall = 640 * min(1.05, max(0.55, (north - south) / (east - west)))
    paper = _Paper((west, south, east, north), 640, tall)
    codes = city.subdistricts["subdistrict_id"].tolist()
    shares = [headline(assessment, one).share for one in codes]
    breaks = share_breaks(shares)
    parts = _backdrop(assessment, paper, ("green", "water"))
    for area, share in zip(areas, shares, strict=True):
        parts.append(
            f'<path d="{paper.path([area])}" fill="{share_colour(share, breaks)}" '
            'fill-opacity="0.85" stroke="#48535d" stroke-width="0.9"/>'
        )
    parts += _backdrop(assessment, paper, ("water", "major", "motorway"))
    scale = _scale(paper)
    signs, taken = _sites(assessment, paper, Taken(640, tall, (scale.box,)))
    names = _names(city.subdistricts["name"].astype(str).tolist(), areas, paper, taken)
    return _svg([*parts, *signs, *names, *scale.parts], paper, assessment)


def share_legend(assessment: Assessment) -> list[tuple[str, str]]:
    """
    Write the legend of the district's map.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    legend
        Colour and text of each class, the highest first.
    """
    language = assessment.city.study.language
    codes = assessment.city.subdistricts["subdistrict_id"]
    breaks = share_breaks([headline(assessment, one).share for one in codes])
    limits = [f"{round(100 * one, 2):g}%" for one in breaks]
    texts = [
        word("share_below", language).format(high=limits[0]),
        *(
            word("share_between", language).format(low=low, high=high)
            for low, high in itertools.pairwise(limits)
        ),
        word("share_from", language).format(low=limits[-1]),
    ]
    return list(zip(SHARE_COLOURS, texts, strict=True))[::-1]


def subdistrict_svg(assessment: Assessment, subdistrict_id: str) -> str:
    """
    Draw one subdistrict: committees by their missing items, and the sites.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of the subdistrict.

    Returns
    -------
    svg
        One ``svg`` element; every text is escaped.
    """
    city = assessment.city
    own = (city.subdistricts["subdistrict_id"] == subdistrict_id).to_numpy()
    areas = city.subdistricts.geometry.to_numpy()
    west, south, east, north = map(float, shapely.bounds(areas[own][0]))
    paper = _Paper((west, south, east, north), 320, 300)
    parts = _backdrop(assessment, paper, ("green", "water", *_STREETS))
    near = shapely.intersects(areas, shapely.box(*paper.bounds))
    window = shapely.clip_by_rect(areas[near & ~own], *paper.bounds)
    if len(window):
        parts.append(
            f'<path d="{paper.path(window)}" fill="#ffffff" fill-opacity="0.6" '
            'stroke="#8a949d" stroke-width="0.7" stroke-dasharray="3 2"/>'
        )
    parts.append(
        f'<path d="{paper.path(areas[own])}" fill="none" stroke="#101820" '
        'stroke-width="2"/>'
    )
    if assessment.committee_reach is not None:
        parts += _committees(assessment, paper, subdistrict_id)
    scale = _scale(paper)
    taken = Taken(paper.width, paper.height, (scale.box,))
    signs, _ = _sites(assessment, paper, taken)
    return _svg([*parts, *signs, *scale.parts], paper, assessment)


def _backdrop(
    assessment: Assessment, paper: _Paper, kinds: tuple[str, ...]
) -> list[str]:
    """Draw water, green and streets, as far as the drawing shows them."""
    backdrop = assessment.city.backdrop
    near = backdrop.iloc[np.sort(backdrop.sindex.query(shapely.box(*paper.bounds)))]
    parts = []
    for kind in kinds:
        geometry = near.geometry.to_numpy()[(near["kind"] == kind).to_numpy()]
        cut = shapely.get_parts(shapely.clip_by_rect(geometry, *paper.bounds))
        for dimension in (2, 1):
            drawn = cut[shapely.get_dimensions(cut) == dimension]
            if len(drawn) == 0:
                continue
            colour = BACKDROP_COLOURS[kind]
            width = _WIDTHS.get(kind, _WIDTHS["stream"])
            style = (
                f'fill="{colour}"'
                if dimension == 2
                else f'fill="none" stroke="{colour}" stroke-width="{width}"'
            )
            parts.append(f'<path d="{paper.path(drawn)}" {style}/>')
    return parts


def _committees(
    assessment: Assessment, paper: _Paper, subdistrict_id: str
) -> list[str]:
    """Draw the committees of a subdistrict; those that miss most lie on top."""
    committees = assessment.city.committees
    own = committees[committees["subdistrict_id"] == subdistrict_id]
    items = assessment.missing_items
    missing = items[items["required"].astype(bool)]["committee_id"].value_counts()
    counts = [int(missing.get(one, 0)) for one in own["committee_id"]]
    places = paper.place(shapely.get_coordinates(own.geometry.to_numpy()))
    parts = []
    for i in np.argsort(counts, kind="stable"):
        number = class_of(counts[i], COMMITTEE_CLASSES) - 1
        x, y = places[i]
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADII[number]}" '
            f'fill="{COMMITTEE_COLOURS[number]}" stroke="#222" stroke-width="0.8"/>'
        )
    return parts


def _sites(
    assessment: Assessment, paper: _Paper, taken: Taken
) -> tuple[list[str], Taken]:
    """Draw the proposed sites with their steps; lines lead to those beside a sign."""
    sites: pd.DataFrame = assessment.sites
    places = paper.place(shapely.get_coordinates(assessment.sites.geometry.to_numpy()))
    shown = ((places >= 0) & (places <= [paper.width, paper.height])).all(axis=1)
    places = places[shown]
    steps = [str(one) for one in sites["step"].to_numpy()[shown]]
    sizes = [(13.0 + 5 * max(0, len(one) - 2), 13.0) for one in steps]
    centres, taken = spread_signs(places, sizes, taken)
    lines, signs = [], []
    for step, (wide, high), own, centre in zip(
        steps, sizes, places.tolist(), centres.tolist(), strict=True
    ):
        (x, y), (place_x, place_y) = centre, own
        if centre != own:
            lines.append(
                f'<path d="M{place_x:.1f} {place_y:.1f}L{x:.1f} {y:.1f}" '
                'stroke="#1a1a1a" stroke-width="1.2"/>'
                f'<circle cx="{place_x:.1f}" cy="{place_y:.1f}" r="2.4" '
                'fill="#1a1a1a" stroke="#ffd400" stroke-width="0.8"/>'
            )
        signs.append(
            f'<rect x="{x - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:g}" '
            f'height="{high:g}" rx="2" fill="#1a1a1a" stroke="#ffd400"/>'
            f'<text x="{x:.1f}" y="{y + 3.6:.1f}" font-size="9.5" fill="#fff" '
            f'font-weight="700" text-anchor="middle">{html.escape(step)}</text>'
        )
    return [*lines, *signs], taken


def _names(
    names: list[str], areas: NDArray[np.object_], paper: _Paper, taken: Taken
) -> list[str]:
    """Write the names of areas where they cover neither signs nor one another."""
    places = paper.place(shapely.get_coordinates(shapely.point_on_surface(areas)))
    drawn = shapely.transform(areas, paper.place)
    texts = [shortened(one, 24) for one in names]
    widths = [
        13.0 * len(one) / (1 if any(ord(sign) > 255 for sign in one) else 2)
        for one in texts
    ]
    found = place_names(widths, list(drawn), places, line=14.0, taken=taken)
    return [
        draw_text(centre[0], centre[1] + 4, text, anchor="middle", halo=True)
        for text, centre in zip(texts, found, strict=True)
        if centre is not None
    ]


@dataclass(frozen=True)
class _Scale:
    """The scale of a drawing and the room that it takes."""

    parts: list[str]
    box: shapely.Geometry


def _scale(paper: _Paper) -> _Scale:
    """Draw a scale of a round length, at most a quarter of the width."""
    most = paper.width / 4 / paper.per_m
    length = next((one for one in reversed(_SCALE_STEPS_M) if one <= most), 100)
    wide = length * paper.per_m
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length} m"
    x, y = paper.width - wide - 10, paper.height - 8
    parts = [
        f'<path d="M{x:.1f} {y - 4:.1f}v4h{wide:.1f}v-4" fill="none" '
        'stroke="#1c2530" stroke-width="1.2"/>',
        draw_text(x + wide / 2, y - 6, text, anchor="middle"),
    ]
    half = max(wide / 2, 20.0)
    middle = x + wide / 2
    return _Scale(parts, shapely.box(middle - half, y - 18, middle + half, y))


def _svg(parts: list[str], paper: _Paper, assessment: Assessment) -> str:
    """Put a drawing into one element."""
    title = html.escape(assessment.city.study.title)
    body = "\n".join(parts)
    width, height = math.ceil(paper.width), math.ceil(paper.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-size="12">\n'
        f'<title>{title}</title>\n<rect width="{width}" height="{height}" '
        f'fill="#f7f7f4"/>\n{body}\n</svg>'
    )
