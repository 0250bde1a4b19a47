"""What one map page shows: the district, or one subdistrict with its surroundings."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from circle.atlas_shapes import to_wgs84
from circle.errors import CircleBug
from circle.facts import HEADLINE_COLUMNS, headline_definition
from circle.map_areas import MapAreas, measure_map_areas
from circle.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from circle.assessment import Assessment
    from circle.city import City
    from circle.offsets import Offset

Made = TypeVar("Made")
AREAS = "areas"
SURROUNDINGS_M = 3000.0
FRAME_MARGIN_M = 600.0
SHOWN_GAP_CLUSTERS = 50
GAP_CLUSTERS_PER_TYPE = 10
_PLAIN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
# Names that Windows refuses for files, whatever their ending.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|index)", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One page of the atlas."""

    assessment: Assessment
    """The results to draw."""
    subdistrict_id: str | None = None
    """The subdistrict of the page; None for the district page."""
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What `once` has made; pages of one assessment may share it."""

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """Give what `make` makes; it is called once for all pages with one memo."""
        if key not in self.memo:
            self.memo[key] = make()
        made: Made = self.memo[key]
        return made

    @property
    def city(self) -> City:
        """The city of the assessment."""
        return self.assessment.city

    @property
    def language(self) -> str:
        """Language of the page."""
        return self.city.study.language

    @property
    def has_committees(self) -> bool:
        """Whether the study has committees."""
        return len(self.city.committees) > 0

    @property
    def type_ids(self) -> tuple[str, ...]:
        """The facility types that are measured, in the order of the results."""
        return self.assessment.cell_reach.type_ids

    @property
    def required(self) -> NDArray[np.bool_]:
        """Which of these types are required, shape (types,)."""
        ids = [one.id for one in self.city.profile.required_types]
        return np.isin(np.array(self.type_ids, dtype=object), ids)

    @property
    def offset(self) -> Offset | None:
        """Map offset of the page: that of the tiles it is drawn upon, or none."""
        tiles = self.city.study.outputs.tiles
        return "GCJ-02" if tiles is not None and tiles.crs == "GCJ-02" else None

    @property
    def areas(self) -> MapAreas:
        """Bands of travel time and areas of the sites."""
        sites = self.assessment.sites
        return self.once(AREAS, lambda: measure_map_areas(self.city, sites))

    def degrees(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """Give shapes in degrees as the page draws them."""
        return to_wgs84(geometry, self.city.crs, self.offset)

    def say(self, key: str, **fields: object) -> str:
        """Give a text in the language of the page, with its fields filled."""
        return word(key, self.language).format(**fields)

    def is_own(self, ids: pd.Series[Any]) -> NDArray[np.bool_]:
        """Tell which rows belong to the page, by their subdistrict ids."""
        if self.subdistrict_id is None:
            return np.ones(len(ids), dtype=bool)
        return np.asarray(ids == self.subdistrict_id, dtype=bool)


def own_area(sheet: Sheet) -> shapely.Geometry:
    """
    Give the area a page is about, in the metric system of the city.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    area
        The subdistrict, or all subdistricts together.

    Raises
    ------
    CircleBug
        If the city has no such subdistrict.
    """
    subdistricts = sheet.city.subdistricts
    own = subdistricts.geometry[sheet.is_own(subdistricts["subdistrict_id"])]
    if own.empty:
        message = f"atlas: the city has no subdistrict '{sheet.subdistrict_id}'."
        raise CircleBug(message)
    return sheet.once(
        f"area {sheet.subdistrict_id}", lambda: shapely.union_all(own.to_numpy())
    )


def frame(sheet: Sheet) -> tuple[float, float, float, float]:
    """
    Give the rectangle within which a page is drawn, in metres of the city's system.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    bounds
        West, south, east, north: a subdistrict page reaches as far as the facilities
        it shows, the district page a little beyond the boundary.
    """
    margin = FRAME_MARGIN_M if sheet.subdistrict_id is None else SURROUNDINGS_M
    west, south, east, north = shapely.bounds(own_area(sheet))
    return (
        float(west - margin),
        float(south - margin),
        float(east + margin),
        float(north + margin),
    )


def shown_facilities(sheet: Sheet) -> gpd.GeoDataFrame:
    """
    Choose the facilities of a page.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    facilities
        All of them, or those within `SURROUNDINGS_M` of the subdistrict; without the
        ones that have no place.
    """
    facilities = sheet.once("facilities", lambda: _drawn_facilities(sheet))
    if sheet.subdistrict_id is None:
        return facilities
    area = own_area(sheet)
    shapely.prepare(area)
    near = shapely.dwithin(facilities.geometry.to_numpy(), area, SURROUNDINGS_M)
    return facilities[near]


def _drawn_facilities(sheet: Sheet) -> gpd.GeoDataFrame:
    """Choose the facilities that some page can show."""
    facilities = sheet.city.facilities
    has_place = facilities.geometry.notna()
    return facilities[facilities["type_id"].isin(sheet.type_ids) & has_place]


def headline_measure(assessment: Assessment) -> str:
    """
    Name the share that is the headline figure.

    Parameters
    ----------
    assessment
        The results.

    Returns
    -------
    column
        Of table ``coverage``, by the profile's definition.
    """
    return HEADLINE_COLUMNS[headline_definition(assessment)][0]


def required_coverage(assessment: Assessment, area_kind: str) -> pd.DataFrame:
    """
    Select the rows of table ``coverage`` for all required types together.

    Parameters
    ----------
    assessment
        The results.
    area_kind
        ``district``, ``area_class`` or ``subdistrict``.

    Returns
    -------
    coverage
        Indexed by area id.
    """
    coverage = assessment.coverage
    chosen = (coverage["area_kind"] == area_kind) & (
        coverage["group_kind"] == "required"
    )
    return coverage[chosen].set_index("area_id")


def count(number: float) -> str:
    """
    Write a number of people or things, with thousands separated.

    Parameters
    ----------
    number
        The number; fractions of people are rounded.

    Returns
    -------
    text
        The number, or a dash for NaN.

    Examples
    --------
    >>> count(1275.4)
    '1,275'
    """
    return "–" if math.isnan(number) else f"{number:,.0f}"


def minutes_shown(time_min: float, limit_min: float, *, covered: bool) -> float | None:
    """
    Round a travel time so that it never contradicts the verdict beside it.

    Parameters
    ----------
    time_min
        Travel time in minutes; NaN where there is no way.
    limit_min
        The limit in minutes.
    covered
        Whether the time counts as within the limit.

    Returns
    -------
    minutes
        One decimal; a time beyond the limit is never shown at the limit. None for NaN.

    Examples
    --------
    >>> minutes_shown(14.96, 15.0, covered=True)
    15.0
    >>> minutes_shown(15.004, 15.0, covered=False)
    15.1
    """
    if math.isnan(time_min):
        return None
    rounded = round(time_min, 1)
    if not covered and rounded <= limit_min:
        return math.floor(limit_min * 10 + 1) / 10
    return rounded


def page_names(codes: Sequence[str]) -> dict[str, str]:
    """
    Give each subdistrict's page a file name that every system takes.

    Parameters
    ----------
    codes
        Subdistrict codes, unique; any text.

    Returns
    -------
    names
        Code to file name: the code itself where it is plain, else a plain part of it
        with a digest.

    Raises
    ------
    CircleBug
        If two codes lead to one name.

    Examples
    --------
    >>> page_names(["310115005", "../x"])
    {'310115005': '310115005.html', '../x': 'x-d6b96a97d1.html'}
    """
    folded = [code.casefold() for code in codes]
    names = {}
    for code in codes:
        plain = _PLAIN_CODE.fullmatch(code) and not _RESERVED.fullmatch(code)
        if plain and folded.count(code.casefold()) == 1:
            names[code] = f"{code}.html"
            continue
        digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:10]
        stem = re.sub(r"[^A-Za-z0-9]+", "-", code).strip("-")[:24]
        names[code] = f"{stem}-{digest}.html" if stem else f"page-{digest}.html"
    if len({name.casefold() for name in names.values()}) < len(set(codes)):
        message = "atlas: two subdistrict codes lead to one page name."
        raise CircleBug(message)
    return names
