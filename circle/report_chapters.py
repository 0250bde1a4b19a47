"""The chapters of the report: domains, area classes, subdistricts with figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from circle.facts import (
    HEADLINE_COLUMNS,
    coverage_rows,
    has_committees,
    headline_definition,
    kind_text,
    share_text,
    thresholds_min,
)
from circle.html_pages import as_is
from circle.report_charts import type_chart
from circle.report_maps import subdistrict_svg
from circle.report_measures import area_figures, types_table
from circle.report_tables import Table, block_table
from circle.sheet_lists import sites_block
from circle.sheet_parts import add_names, area_class_label, clean_text
from circle.words_report import report_word

if TYPE_CHECKING:
    from circle.assessment import Assessment

WORST = 5
_LOWEST = 3


def area_table(assessment: Assessment, area_kind: str) -> Table:
    """
    Write the figures of all areas of a kind, and of the district below them.

    Parameters
    ----------
    assessment
        The assessment.
    area_kind
        ``area_class`` or ``subdistrict``.

    Returns
    -------
    table
        Head, rows and number of totals, for the template.
    """
    rows = coverage_rows(assessment, area_kind=area_kind, group_kind="required")
    total = coverage_rows(assessment, area_kind="district", group_kind="required")
    names = _area_names(assessment)
    language = assessment.city.study.language
    shown = [_area_row(assessment, names, row) for _, row in rows.iterrows()]
    shown.append(_area_row(assessment, {}, total.iloc[0]))
    shown[-1][0] = report_word("total", language)
    head = [
        report_word(
            "subdistrict" if area_kind == "subdistrict" else area_kind, language
        ),
        *(text for text, _ in _figures(assessment, total.iloc[0])),
    ]
    return {"head": head, "rows": shown, "totals": 1, "texts": (0,)}


def domain_chapters(assessment: Assessment) -> list[dict[str, Any]]:
    """
    Write one chapter per domain.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    chapters
        Title, figures, chart of the domain's types, areas with the lowest share.
    """
    city = assessment.city
    language = city.study.language
    rows = coverage_rows(assessment, area_kind="district", group_kind="domain")
    own = coverage_rows(assessment, area_kind="subdistrict", group_kind="domain")
    share = HEADLINE_COLUMNS[headline_definition(assessment)][0]
    names = _area_names(assessment)
    chapters = []
    for _, row in rows.iterrows():
        areas = own[own["group_id"] == row["group_id"]].dropna(subset=[share])
        lowest = areas.sort_values([share, "area_id"], kind="stable")[:_LOWEST]
        chapters.append(
            {
                "title": city.profile.domains[row["group_id"]][language],
                "figures": _figures(assessment, row),
                "table": types_table(assessment, row["group_id"]),
                "chart": as_is(type_chart(assessment, row["group_id"])),
                "lowest": [
                    (names[one["area_id"]], share_text(float(one[share]), language))
                    for _, one in lowest.iterrows()
                ],
            }
        )
    return chapters


def class_chapters(assessment: Assessment) -> list[dict[str, Any]]:
    """
    Write one chapter per area class.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    chapters
        Title, figures, and the figures of its subdistricts.
    """
    rows = coverage_rows(assessment, area_kind="area_class", group_kind="required")
    own = coverage_rows(assessment, area_kind="subdistrict", group_kind="required")
    classes = assessment.city.subdistricts.set_index("subdistrict_id")["area_class"]
    names, language = _area_names(assessment), assessment.city.study.language
    chapters = []
    for _, row in rows.iterrows():
        members = own[own["area_id"].map(classes) == row["area_id"]]
        head = [report_word("subdistrict", language)]
        head += [text for text, _ in _figures(assessment, row)]
        shown = [_area_row(assessment, names, one) for _, one in members.iterrows()]
        chapters.append(
            {
                "title": names[row["area_id"]],
                "figures": [
                    *_figures(assessment, row),
                    *area_figures(assessment, "area_class", row["area_id"]),
                ],
                "table": {"head": head, "rows": shown, "totals": 0, "texts": (0,)},
            }
        )
    return chapters


def subdistrict_chapters(assessment: Assessment) -> list[dict[str, Any]]:
    """
    Write half a page per subdistrict.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    chapters
        Title, area class, figures, small map, the worst gaps, the proposed sites.
    """
    rows = coverage_rows(assessment, area_kind="subdistrict", group_kind="required")
    names = _area_names(assessment)
    classes = assessment.city.subdistricts.set_index("subdistrict_id")["area_class"]
    committees = has_committees(assessment)
    return [
        {
            "code": row["area_id"],
            "title": names[row["area_id"]],
            "area_class": area_class_label(classes[row["area_id"]], assessment),
            "figures": [
                *_figures(assessment, row),
                *_counts(assessment, row["area_id"]),
                *area_figures(assessment, "subdistrict", row["area_id"]),
            ],
            "map": as_is(subdistrict_svg(assessment, row["area_id"])),
            "gaps": (
                _worst_items(assessment, row["area_id"])
                if committees
                else _worst_clusters(assessment, row["area_id"])
            ),
            "sites": sites_table(assessment, row["area_id"]),
        }
        for _, row in rows.iterrows()
    ]


def sites_table(assessment: Assessment, subdistrict_id: str | None = None) -> Table:
    """
    List the proposed sites, of the district or of one subdistrict.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of a subdistrict, or None for the district.

    Returns
    -------
    table
        The columns of the workbook that a reader needs; the district's has totals.
    """
    place = ["subdistrict"] if subdistrict_id is None else []
    wanted = ["step", "name", *place, "type_names", "route", "year"]
    wanted += ["items_cleared", "share_after", "cost_10k"]
    block = sites_block(assessment, subdistrict_id)
    return block_table(block, assessment.city.study.language, keys=wanted)


def _figures(assessment: Assessment, row: pd.Series[Any]) -> list[tuple[str, str]]:
    """Write the figures of a row of table coverage, the headline share first."""
    language = assessment.city.study.language
    definition = headline_definition(assessment)
    share, covered, total = HEADLINE_COLUMNS[definition]
    figures = [
        (
            report_word(share, language),
            f"{share_text(float(row[share]), language)} "
            f"({row[covered]:,.0f} / {row[total]:,.0f})",
        )
    ]
    if definition != "person_item":
        figures.append(
            (
                report_word("person_item_share", language),
                share_text(float(row["person_item_share"]), language),
            )
        )
    figures.append(
        (
            report_word("population_complete_share", language),
            share_text(float(row["population_complete_share"]), language),
        )
    )
    if has_committees(assessment):
        missing = row["pairs"] - row["pairs_covered"]
        figures += [
            (report_word("committees_count", language), f"{row['committees']:,.0f}"),
            (report_word("missing_count", language), f"{missing:,.0f}"),
        ]
    figures.append((report_word("people_count", language), f"{row['population']:,.0f}"))
    return figures


def _counts(assessment: Assessment, subdistrict_id: str) -> list[tuple[str, str]]:
    """Count the gap clusters and the sites of a subdistrict."""
    language = assessment.city.study.language
    return [
        (
            report_word(key, language),
            f"{(table['subdistrict_id'] == subdistrict_id).sum():,}",
        )
        for key, table in (
            ("clusters_count", assessment.gap_clusters),
            ("sites_number", assessment.sites),
        )
    ]


def _area_row(
    assessment: Assessment, names: dict[str, str], row: pd.Series[Any]
) -> list[str]:
    """Write the row of one area."""
    figures = [text for _, text in _figures(assessment, row)]
    return [names.get(row["area_id"], ""), *figures]


def _area_names(assessment: Assessment) -> dict[str, str]:
    """Name the subdistricts and the area classes by their codes."""
    city = assessment.city
    places = zip(
        city.subdistricts["subdistrict_id"], city.subdistricts["name"], strict=True
    )
    names = {
        str(key): one[city.study.language]
        for key, one in city.profile.area_classes.items()
    }
    return names | {str(code): clean_text(name) for code, name in places}


def _worst_items(assessment: Assessment, subdistrict_id: str) -> Table:
    """List the first missing required items of a subdistrict."""
    language = assessment.city.study.language
    items = assessment.missing_items
    own = items[
        (items["subdistrict_id"] == subdistrict_id) & items["required"].astype(bool)
    ]
    rows = add_names(own.sort_values("rank")[:WORST], assessment)
    head = ["committee", "facility_type", "travel_time", "nearest_facility"]
    shown = [
        [
            clean_text(one.committee_name),
            clean_text(one.facility_type),
            _time(one, assessment),
            clean_text(one.facility_name) or "–",
            f"{one.population:,.0f}",
        ]
        for one in rows.itertuples(index=False)
    ]
    return {
        "head": [report_word(one, language) for one in (*head, "people_concerned")],
        "rows": shown,
        "totals": 0,
        "texts": (0, 1, 3),
    }


def _worst_clusters(assessment: Assessment, subdistrict_id: str) -> Table:
    """List the first gap clusters of required types of a subdistrict."""
    language = assessment.city.study.language
    clusters = pd.DataFrame(assessment.gap_clusters.drop(columns="geometry"))
    own = clusters[
        (clusters["subdistrict_id"] == subdistrict_id)
        & clusters["required"].astype(bool)
    ]
    rows = add_names(own.sort_values("rank")[:WORST], assessment)
    shown = [
        [
            clean_text(one.name),
            clean_text(one.facility_type),
            f"{one.area_km2:.2f}",
            f"{one.population:,.0f}",
        ]
        for one in rows.itertuples(index=False)
    ]
    keys = ("place", "facility_type", "area_km2", "people_concerned")
    return {
        "head": [report_word(one, language) for one in keys],
        "rows": shown,
        "totals": 0,
        "texts": (0, 1),
    }


def _time(item: Any, assessment: Assessment) -> str:
    """Write the time of a missing item, with its limit where limits differ."""
    language = assessment.city.study.language
    if pd.isna(item.travel_time_min):
        return kind_text(str(item.kind), language)
    # Never shown at the limit that it exceeds.
    limit = float(item.threshold_min)
    minutes = max(round(float(item.travel_time_min), 1), round(limit + 0.1, 1))
    several = len(thresholds_min(assessment)) > 1
    return f"{minutes:.1f} > {limit:g}" if several else f"{minutes:.1f}"
