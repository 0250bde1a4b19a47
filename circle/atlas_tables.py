"""The list beneath the map of a subdistrict: missing items or gap clusters."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import markupsafe

from circle.atlas_layers import shown_gap_clusters
from circle.atlas_sheet import Sheet, count, minutes_shown
from circle.facts import kind_text

if TYPE_CHECKING:
    import geopandas as gpd


def item_table(sheet: Sheet) -> dict[str, Any] | None:
    """
    Write the list beneath the map of a subdistrict.

    Parameters
    ----------
    sheet
        What the page shows.

    Returns
    -------
    table
        Title, head, count and body for the template: missing items, or gap clusters
        where there are no committees. None on the district page.
    """
    if sheet.subdistrict_id is None:
        return None
    if not sheet.has_committees:
        return _gap_table(sheet, shown_gap_clusters(sheet))
    items = sheet.assessment.missing_items
    own = items[sheet.is_own(items["subdistrict_id"])]
    rows = [_item_row(sheet, one) for one in own.itertuples(index=False)]
    keys = (
        "rank_in_district",
        "committee",
        "facility_type",
        "tier",
        "mode",
        "travel_time",
        "minutes_over",
        "nearest_facility",
        "people_concerned",
    )
    head = [sheet.say(key) for key in keys]
    return _table(sheet.say("missing_items_of"), head, rows, numeric=(0, 5, 6, 8))


def _table(
    title: str, head: list[str], rows: list[list[str]], *, numeric: tuple[int, ...]
) -> dict[str, Any]:
    """Write the rows of a long table as one text: the template would take seconds."""
    opening = [
        '<td class="number">' if i in numeric else "<td>" for i in range(len(head))
    ]
    body = "\n".join(
        "<tr>\n"
        + "".join(
            f"{tag}{_escape(text)}</td>\n"
            for tag, text in zip(opening, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return {
        "title": title,
        "head": head,
        "numeric": numeric,
        "count": len(rows),
        "body": markupsafe.Markup(body),  # noqa: S704  (every text is escaped above)
    }


@functools.lru_cache(maxsize=4096)
def _escape(text: str) -> str:
    """Escape a text for the page; most texts of a table come again and again."""
    return str(markupsafe.escape(text))


def _item_row(sheet: Sheet, item: Any) -> list[str]:
    """Write one missing item."""
    profile, language = sheet.city.profile, sheet.language
    minutes = minutes_shown(
        float(item.travel_time_min), float(item.threshold_min), covered=False
    )
    over = None if minutes is None else minutes - float(item.threshold_min)
    facility = item.facility_name if isinstance(item.facility_name, str) else "–"
    return [
        str(item.rank),
        str(item.committee_name),
        profile.type_of(item.type_id).label[language],
        sheet.say(str(item.tier)),
        sheet.say(str(item.mode)),
        kind_text(str(item.kind), language) if minutes is None else f"{minutes:.1f}",
        "–" if over is None else f"{over:.1f}",
        facility,
        count(item.population),
    ]


def _gap_table(sheet: Sheet, clusters: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write the gap clusters as a list, where there are no committees."""
    keys = (
        "rank_in_district",
        "place",
        "facility_type",
        "people_concerned",
        "area_km2",
    )
    profile, language = sheet.city.profile, sheet.language
    rows = [
        [
            str(one.rank),
            str(one.name),
            profile.type_of(one.type_id).label[language],
            count(one.population),
            f"{one.area_km2:.2f}",
        ]
        for one in clusters.itertuples(index=False)
    ]
    head = [sheet.say(key) for key in keys]
    return _table(sheet.say("gap_clusters"), head, rows, numeric=(0, 3, 4))
