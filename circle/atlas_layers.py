"""The data behind the layers of a map page, as plain lists and texts."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from circle.atlas_palette import share_breaks, share_colour
from circle.atlas_pictures import pack_bands, pack_cells, pack_site_areas
from circle.atlas_places import (
    STATUSES,
    facility_types,
    pack_candidates,
    pack_committees,
    pack_facilities,
    pack_sites,
)
from circle.atlas_shapes import pack_areas, pack_backdrop, pack_points
from circle.atlas_sheet import (
    GAP_CLUSTERS_PER_TYPE,
    SHOWN_GAP_CLUSTERS,
    Sheet,
    count,
    frame,
    headline_measure,
    own_area,
    page_names,
    required_coverage,
)
from circle.facts import percent

_DISTRICT_BACKDROP = ("green", "water", "major", "motorway")
_SUBDISTRICT_BACKDROP = ("green", "water", "minor", "major", "motorway")
_DISTRICT_VERTICES = 120_000
_SUBDISTRICT_VERTICES = 30_000
Rows = list[list[str]]


def page_data(sheet: Sheet) -> dict[str, Any]:
    """
    Gather what the script of a page draws.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    data
        Lists, texts and numbers only, ready for JSON.
    """
    return {
        "bounds": _bounds(sheet),
        "words": _script_words(sheet),
        "types": facility_types(sheet),
        "backdrop": _backdrop(sheet),
        "subdistricts": _subdistricts(sheet),
        "committees": pack_committees(sheet),
        "facilities": pack_facilities(sheet),
        "cells": pack_cells(sheet),
        "bands": pack_bands(sheet),
        "gaps": _gap_clusters(sheet),
        "sites": pack_sites(sheet),
        "areas": pack_site_areas(sheet),
        "candidates": pack_candidates(sheet),
        "tiles": _tiles(sheet),
    }


def shown_gap_clusters(sheet: Sheet) -> gpd.GeoDataFrame:
    """
    Choose the gap clusters of a page.

    Parameters
    ----------
    sheet
        The page.

    Returns
    -------
    gap_clusters
        By rank: the first `SHOWN_GAP_CLUSTERS` of the page's area, and after them
        those that are among the first `GAP_CLUSTERS_PER_TYPE` of their type.
    """
    return sheet.once(f"gaps {sheet.subdistrict_id}", lambda: _first_clusters(sheet))


def _first_clusters(sheet: Sheet) -> gpd.GeoDataFrame:
    """Choose the gap clusters of a page by rank."""
    clusters = sheet.assessment.gap_clusters
    own = clusters[sheet.is_own(clusters["subdistrict_id"])].sort_values("rank")
    place = np.arange(len(own))
    place_of_type = own.groupby("type_id").cumcount()
    chosen = (place < SHOWN_GAP_CLUSTERS) | (place_of_type < GAP_CLUSTERS_PER_TYPE)
    return gpd.GeoDataFrame(own[chosen])


def _bounds(sheet: Sheet) -> list[list[float]]:
    """Give the corners of the area the map opens with."""
    box = shapely.box(*shapely.bounds(own_area(sheet)))
    corners = sheet.degrees(np.array([shapely.segmentize(box, 1000)]))
    west, south, east, north = (round(float(x), 6) for x in shapely.bounds(corners[0]))
    return [[south, west], [north, east]]


def _script_words(sheet: Sheet) -> dict[str, str]:
    """Give the texts that the script writes into popups."""
    keys = (
        "facility_type",
        "travel_time",
        "threshold",
        "nearest_facility",
        "covered",
        "missing",
        "unreachable",
        "not_joined",
        "not_required",
        "kind",
        "mode",
        "population",
        "missing_required_items",
        "type",
        "status",
        "subdistrict",
        "open_page",
        "unnamed",
        "zoom_in",
        "zoom_out",
        "whole_area",
        "site",
        "clears_items_of",
        "candidate",
        "route",
        "floor_area_m2",
        "cost_10k",
        "reuse",
        "co-use",
        "build",
        "nothing_found",
        "committee",
        *STATUSES,
        "resident",
        "village",
        "walk",
        "cycle",
    )
    return {key: sheet.say(key) for key in keys}


def _tiles(sheet: Sheet) -> dict[str, str] | None:
    """Describe the tile server of the study, if it names one."""
    tiles = sheet.city.study.outputs.tiles
    if tiles is None:
        return None
    return {
        "url": tiles.url,
        "attribution": tiles.attribution,
        "subdomains": tiles.subdomains,
    }


def _backdrop(sheet: Sheet) -> dict[str, Any]:
    """Pack water, green and streets within the frame of the page."""
    whole = sheet.subdistrict_id is None
    return pack_backdrop(
        sheet.city.backdrop,
        frame(sheet),
        kinds=_DISTRICT_BACKDROP if whole else _SUBDISTRICT_BACKDROP,
        most_vertices=_DISTRICT_VERTICES if whole else _SUBDISTRICT_VERTICES,
        offset=sheet.offset,
    )


def _subdistricts(sheet: Sheet) -> list[dict[str, Any]]:
    """Describe the subdistricts of the page and its neighbours."""
    places = sheet.city.subdistricts
    near = shapely.intersects(places.geometry.to_numpy(), shapely.box(*frame(sheet)))
    own = sheet.is_own(places["subdistrict_id"])
    names = page_names(places["subdistrict_id"].tolist())
    folder = "subdistricts/" if sheet.subdistrict_id is None else ""
    described = sheet.once("subdistricts", lambda: _all_subdistricts(sheet))
    return [
        {
            **described[i],
            "own": bool(own[i]),
            "page": folder + names[places["subdistrict_id"].iloc[i]],
        }
        for i in np.flatnonzero(near)
    ]


def _all_subdistricts(sheet: Sheet) -> list[dict[str, Any]]:
    """Describe each subdistrict of the district, as every page shows it."""
    city = sheet.city
    coverage = required_coverage(sheet.assessment, "subdistrict")
    measure = headline_measure(sheet.assessment)
    breaks = share_breaks(coverage[measure].tolist())
    outlines = city.subdistricts.geometry.to_numpy()
    packed = pack_areas(outlines, city.crs, tolerance_m=2.0, offset=sheet.offset)
    at = pack_points(sheet.degrees(shapely.point_on_surface(outlines)))
    by = _shares_by_choice(sheet, breaks)
    described = []
    for i, row in enumerate(city.subdistricts.itertuples(index=False)):
        figures = coverage.loc[row.subdistrict_id]
        share = float(figures[measure])
        described.append(
            {
                "name": str(row.name),
                "share": percent(share, ""),
                "colour": share_colour(share, breaks),
                "area": packed[i],
                "at": at[i],
                "own": False,
                "page": "",
                "by": by[str(row.subdistrict_id)],
                "rows": _coverage_rows(sheet, row.subdistrict_id, figures),
            }
        )
    return described


def _shares_by_choice(
    sheet: Sheet, breaks: tuple[float, ...]
) -> dict[str, dict[str, list[str]]]:
    """Write share and colour of each subdistrict for every domain and type."""
    profile = sheet.city.profile
    measure = headline_measure(sheet.assessment)
    keys = {("domain", one): f"domain-{i}" for i, one in enumerate(profile.domains)}
    keys |= {("type", one): str(i) for i, one in enumerate(sheet.type_ids)}
    table = sheet.assessment.coverage
    rows = table[table["area_kind"] == "subdistrict"]
    ids = sheet.city.subdistricts["subdistrict_id"]
    shares: dict[str, dict[str, list[str]]] = {str(one): {} for one in ids}
    for area, kind, group, share in zip(
        rows["area_id"],
        rows["group_kind"],
        rows["group_id"],
        rows[measure].astype(float),
        strict=True,
    ):
        key = keys.get((kind, group))
        if key is not None:
            shares[str(area)][key] = [percent(share, ""), share_colour(share, breaks)]
    return shares


def _coverage_rows(sheet: Sheet, subdistrict_id: str, figures: Any) -> Rows:
    """Write the figures of a subdistrict for its popup."""
    city = sheet.city
    rows: Rows = []
    subdistricts = city.subdistricts.set_index("subdistrict_id")
    area_class = subdistricts.get("area_class")
    if area_class is not None and pd.notna(area_class[subdistrict_id]):
        label = city.profile.area_classes[area_class[subdistrict_id]]
        rows.append([sheet.say("area_class"), label[sheet.language]])
    rows += [[label, f"{share} ({of})"] for label, share, of in shares(sheet, figures)]
    rows.append([sheet.say("population"), count(figures["population"])])
    if sheet.has_committees:
        items = sheet.assessment.missing_items
        own = items[(items["subdistrict_id"] == subdistrict_id) & items["required"]]
        rows.append([sheet.say("missing_required_items"), count(len(own))])
    return rows


def shares(sheet: Sheet, figures: Any) -> list[tuple[str, str, str]]:
    """
    Write the shares of an area over the required types, the headline figure first.

    Parameters
    ----------
    sheet
        The page.
    figures
        One row of table ``coverage``.

    Returns
    -------
    shares
        Label, percentage, and what it is a share of.
    """
    parts = {
        "pair_share": ("of_pairs", "pairs_covered", "pairs"),
        "person_item_share": (
            "of_person_items",
            "person_items_covered",
            "person_items",
        ),
        "population_complete_share": (
            "of_people",
            "population_complete",
            "population",
        ),
    }
    first = headline_measure(sheet.assessment)
    if first == "committee_complete_share":
        parts[first] = ("of_committees", "committees_complete", "committees")
    order = sorted(parts, key=lambda one: one != first)
    if not sheet.has_committees:
        order.remove("pair_share")
    written = []
    for measure in order:
        text, part, whole = parts[measure]
        of = sheet.say(text, part=count(figures[part]), whole=count(figures[whole]))
        share = percent(float(figures[measure]), sheet.say("no_figure"))
        written.append((sheet.say(measure), share, of))
    return written


def _gap_clusters(sheet: Sheet) -> list[dict[str, Any]]:
    """Pack the outlines and figures of the gap clusters."""
    clusters = shown_gap_clusters(sheet)
    profile = sheet.city.profile
    packed = pack_areas(
        clusters.geometry.to_numpy(),
        sheet.city.crs,
        tolerance_m=1.0,
        offset=sheet.offset,
    )
    return [
        {
            "name": f"{one.rank}. {one.name}",
            "type": sheet.type_ids.index(one.type_id),
            "top": place < SHOWN_GAP_CLUSTERS,
            "area": area,
            "rows": [
                [
                    sheet.say("facility_type"),
                    profile.type_of(one.type_id).label[sheet.language],
                ],
                [sheet.say("people_concerned"), count(one.population)],
                [sheet.say("area_km2"), f"{one.area_km2:.2f}"],
            ],
        }
        for place, (one, area) in enumerate(
            zip(clusters.itertuples(index=False), packed, strict=True)
        )
    ]
