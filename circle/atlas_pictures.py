"""Cells, bands of travel time and areas of sites, as the map pages draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from circle.atlas_palette import (
    CELL_CLASSES,
    CELL_COLOURS,
    MISSING_COLOUR,
    band_colours,
)
from circle.atlas_raster import CellGrid, lay_out, paint, picture_of
from circle.atlas_shapes import pack_areas, picture_bounds
from circle.atlas_sheet import Sheet, own_area

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circle.bands import BandLimits

_TOLERANCE_M = 8.0


def pack_cells(sheet: Sheet) -> dict[str, Any] | None:
    """
    Paint the inhabited cells out of reach.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    cells
        Corners, and a picture for all required types together, for each type and for
        each domain; empty texts where no cell is out of reach, None where no cell is
        out of reach of any type.
    """
    city = sheet.city
    own = sheet.is_own(city.cells["subdistrict_id"])
    people = city.cells["population"].to_numpy()[own] > 0
    beyond = ~sheet.assessment.cell_reach.covered[own] & people[:, None]
    if not beyond.any():
        return None
    grid = CellGrid(
        shapely.get_coordinates(city.cells.geometry.to_numpy()[own]),
        city.cell_size_m,
        city.crs,
    )
    lattice = lay_out(grid)
    missing = beyond[:, sheet.required].sum(axis=1)
    return {
        "bounds": picture_bounds(lattice.corners, sheet.offset),
        "all": paint(
            lattice,
            np.searchsorted(CELL_CLASSES, missing, side="right"),
            colours=CELL_COLOURS,
        ),
        "types": [
            paint(lattice, one.astype(np.int64), colours=(MISSING_COLOUR,))
            for one in beyond.T
        ],
        "domains": [
            paint(lattice, one, colours=CELL_COLOURS)
            for one in _missing_by_domain(sheet, beyond)
        ],
    }


def _missing_by_domain(
    sheet: Sheet, beyond: NDArray[np.bool_]
) -> list[NDArray[np.int64]]:
    """Class the cells by the required types of each domain out of reach."""
    profile = sheet.city.profile
    domain = np.array([profile.type_of(one).domain for one in sheet.type_ids])
    return [
        np.searchsorted(
            CELL_CLASSES,
            beyond[:, sheet.required & (domain == one)].sum(axis=1),
            side="right",
        ).astype(np.int64)
        for one in profile.domains
    ]


def pack_bands(sheet: Sheet) -> dict[str, Any] | None:
    """
    Paint the bands of travel time of each facility type.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    bands
        Corners, a picture for each type (empty where nothing is reached), and its
        legend: colour and text of each band. None where there are no bands.
    """
    bands = sheet.areas.bands
    if bands is None:
        return None
    grid, shown = bands.grid, bands.band
    if sheet.subdistrict_id is not None:
        area, crs = own_area(sheet), sheet.city.crs
        grid, cut = grid.part(shapely.bounds(area).tolist(), crs)
        own = grid.locate(np.array([area], dtype=object), crs) >= 0
        shown = np.where(own, shown[:, *cut], 0).astype(np.uint8)
    legends = [_legend(sheet, one) for one in bands.limits]
    return {
        "bounds": picture_bounds(grid.corners, sheet.offset),
        "legends": legends,
        "types": [
            picture_of(band, [colour for colour, _ in legend])
            for band, legend in zip(shown, legends, strict=True)
        ],
    }


def _legend(sheet: Sheet, limits: BandLimits) -> list[list[str]]:
    """Write colour and text of each band, the innermost first."""
    colours = band_colours(len(limits.upto))
    lows = (0.0, *limits.upto)
    return [
        [
            colour,
            sheet.say(
                f"{'between' if low else 'within'}_{limits.unit}",
                low=f"{low:g}",
                high=f"{high:g}",
            ),
        ]
        for colour, low, high in zip(colours, lows, limits.upto, strict=False)
    ]


def pack_site_areas(sheet: Sheet) -> dict[int, Any]:
    """
    Pack from where the sites of a page are reached in time.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    areas
        Step of the site to its packed area.
    """
    areas = sheet.areas.sites
    steps = sheet.assessment.sites["step"]
    own = steps[sheet.is_own(sheet.assessment.sites["subdistrict_id"])]
    here = areas[areas["step"].isin(own)]
    packed = pack_areas(
        here.geometry.to_numpy(),
        sheet.city.crs,
        tolerance_m=_TOLERANCE_M,
        offset=sheet.offset,
    )
    return dict(zip(here["step"].tolist(), packed, strict=True))
