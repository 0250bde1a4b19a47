"""Maps of an assessment: one of the district, one of each subdistrict."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from circle.atlas_layers import page_data
from circle.atlas_page import PageMap
from circle.atlas_panel import area_name, write_panel
from circle.atlas_sheet import AREAS, Sheet, page_names
from circle.html_pages import write_page
from circle.map_areas import measure_map_areas

if TYPE_CHECKING:
    from pathlib import Path

    from circle.assessment import Assessment
    from circle.map_areas import MapAreas

_log = logging.getLogger(__name__)


def write_atlas(
    assessment: Assessment, folder: Path, *, areas: MapAreas | None = None
) -> tuple[Path, ...]:
    """
    Write the map of the district and one of each subdistrict.

    The pages need no network, unless the study names a tile server: libraries, data
    and pictures are inside. The same assessment gives the same bytes.

    Parameters
    ----------
    assessment
        The results to draw.
    folder
        Where to write ``district.html`` and ``subdistricts/<code>.html``; made if it
        does not exist.
    areas
        Bands of travel time and areas of the sites; measured if not given.

    Returns
    -------
    paths
        The files: the district first, then the subdistricts by code.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    codes = assessment.city.subdistricts["subdistrict_id"].tolist()
    names = page_names(codes)
    if areas is None:
        areas = measure_map_areas(assessment.city, assessment.sites)
    district = Sheet(assessment, memo={AREAS: areas})
    sheets = {folder / "district.html": district}
    for code in codes:
        page = Sheet(assessment, code, district.memo)
        sheets[folder / "subdistricts" / names[code]] = page
    # One after the other: threads would share shapes, and GEOS ends Python where two
    # ask the same prepared shape; rasterio changes the filters of warnings meanwhile.
    for path, sheet in sheets.items():
        write_page(path, _draw(sheet).text())
    _log.info("atlas: %s pages in %s", len(sheets), folder)
    return tuple(sheets)


def district_map(assessment: Assessment) -> PageMap:
    """
    Draw the map of the whole district.

    Parameters
    ----------
    assessment
        The results to draw.

    Returns
    -------
    page
        A folium map; ``page.save(path)`` writes it as one file.
    """
    return _draw(Sheet(assessment))


def subdistrict_map(assessment: Assessment, subdistrict_id: str) -> PageMap:
    """
    Draw the map of one subdistrict, with the facilities around it.

    Parameters
    ----------
    assessment
        The results to draw.
    subdistrict_id
        Code of the subdistrict.

    Returns
    -------
    page
        A folium map, with the list of missing items beneath it.

    Raises
    ------
    CircleBug
        If the assessment has no such subdistrict.
    """
    return _draw(Sheet(assessment, subdistrict_id))


def _draw(sheet: Sheet) -> PageMap:
    """Put data and panel of a page together."""
    data, tiles = page_data(sheet), sheet.city.study.outputs.tiles
    return PageMap(
        data["bounds"],
        f"{area_name(sheet)} · {sheet.city.study.title}",
        language=sheet.language,
        data=data,
        panel=write_panel(sheet),
        images_from=None if tiles is None else tiles.origin,
    )
