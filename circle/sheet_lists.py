"""Blocks that list missing items, gap clusters, sites and points without a place."""

from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from circle.assessment import Assessment
from circle.contracts import GAP_CLUSTERS, MISSING_ITEMS, SITES, UNSNAPPED
from circle.not_placed import NOT_PLACED, not_placed
from circle.office_replies import REPLY_COLUMNS, put_replies
from circle.sheet_parts import (
    Block,
    Field,
    add_names,
    contract_fields,
    listed,
    own_field,
    spell_out,
    stack_rows,
)
from circle.words_tables import table_word

# A street office sees so many gap clusters; the sheet of the district has all.
MOST_CLUSTERS = 15
TOGETHER_SPAN = 6


def missing_block(assessment: Assessment, subdistrict_id: str) -> Block:
    """
    List the missing items of one subdistrict.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of the subdistrict.

    Returns
    -------
    block
        Ranked within the subdistrict; each item names the site that clears it.
    """
    language = assessment.city.study.language
    table = assessment.missing_items
    rows = table[table["subdistrict_id"] == subdistrict_id].sort_values("rank")
    rows = spell_out(add_names(rows, assessment), MISSING_ITEMS, language=language)
    rows["rank"] = range(1, len(rows) + 1)
    replies = assessment.city.office_replies
    rows = put_replies(rows, replies, reply_to="item", key="item_id")
    steps = {
        item: step
        for step, items in zip(
            assessment.sites["step"], assessment.sites["item_ids"], strict=True
        )
        for item in items
    }
    rows["site_step"] = rows["item_id"].map(steps).astype(float)

    def of(*names: str) -> tuple[Field, ...]:
        return contract_fields(MISSING_ITEMS, names, language=language)

    # Only where the standard gives limits in metres.
    metres = [one for one in ("distance_m", "metres_over") if table[one].notna().any()]
    fields = (
        *of("rank", "committee_name"),
        own_field("facility_type", "text", language),
        *of("required", "population"),
        *of("mode", "travel_time_min", "minutes_over", *metres),
        *of("facility_name", "kind"),
        own_field("site_step", "rank", language),
        *office_fields(language),
        own_field("tier_name", "word", language, name="tier"),
        *of("item_id", "committee_id", "facility_id"),
    )
    title = table_word("title_missing", language)
    return Block(title, fields, stack_rows([rows], fields), aside=4)


def office_fields(language: str) -> tuple[Field, ...]:
    """
    Describe the columns that the office fills in.

    Parameters
    ----------
    language
        ``zh`` or ``en``.

    Returns
    -------
    fields
        Who is responsible, by when, and whether it is done; empty when written, or
        with what the office replied before.
    """
    return tuple(own_field(one, "text", language) for one in REPLY_COLUMNS)


def gaps_block(assessment: Assessment, subdistrict_id: str | None = None) -> Block:
    """
    List the gap clusters of the district or of one subdistrict.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of a subdistrict, or None for the district.

    Returns
    -------
    block
        By rank; a subdistrict's are its first `MOST_CLUSTERS`, ranked within it. The
        sheet of the district has them all.
    """
    language = assessment.city.study.language

    def of(*names: str) -> tuple[Field, ...]:
        return contract_fields(GAP_CLUSTERS, names, language=language)

    rows, title = assessment.gap_clusters.sort_values("rank"), ""
    is_district = subdistrict_id is None
    if not is_district:
        rows = rows[rows["subdistrict_id"] == subdistrict_id]
        title = _gaps_title(len(rows), language)
        rows = rows.head(MOST_CLUSTERS)
    ids = rows["missing_together"].tolist()
    named = spell_out(add_names(rows, assessment), GAP_CLUSTERS, language=language)
    named["missing_together"] = _type_labels(ids, assessment)
    named["together_count"] = [len(one) for one in ids]
    if not is_district:
        named["rank"] = range(1, len(named) + 1)
    together = own_field("missing_together", "text", language)
    # Below the missing items, a wide text takes the columns of several.
    own = (
        (
            own_field("subdistrict", "text", language),
            *of("cells", "area_km2"),
            own_field("together_count", "count", language),
            together,
        )
        if is_district
        else (*of("area_km2"), replace(together, span=TOGETHER_SPAN))
    )
    fields = (
        *of("rank", "name"),
        own_field("facility_type", "text", language),
        *of("required", "population"),
        *own,
        own_field("tier_name", "word", language, name="tier"),
        *of("gap_id"),
    )
    aside = 3 if is_district else 2
    return Block(title, fields, stack_rows([named], fields), aside=aside)


def _type_labels(lists: Iterable[Iterable[str]], assessment: Assessment) -> list[str]:
    """Write lists of types by their names."""
    language = assessment.city.study.language
    labels = {one.id: one.label[language] for one in assessment.city.profile.types}
    return [listed([labels.get(one, one) for one in ids], language) for ids in lists]


def _gaps_title(n_rows: int, language: str) -> str:
    """Say how many gap clusters are listed, where it is not all of them."""
    title = table_word("title_gaps", language)
    if n_rows <= MOST_CLUSTERS:
        return title
    return title + table_word("first_clusters", language).format(
        shown=MOST_CLUSTERS, all=f"{n_rows:,}"
    )


def sum_sites(sites: pd.DataFrame) -> dict[str, float]:
    """
    Add up what sites cost and gain.

    Parameters
    ----------
    sites
        Sites, spelt out or not.

    Returns
    -------
    total
        By column; costs in 10,000 yuan to the cent.
    """
    summed = ["cost_10k", "items_cleared", "person_items_gained"]
    totals = sites[summed].apply(pd.to_numeric).sum().round(6)
    return {name: float(totals[name]) for name in summed}


def sites_block(assessment: Assessment, subdistrict_id: str | None = None) -> Block:
    """
    List the proposed sites of the district or of one subdistrict.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of a subdistrict, or None for the district.

    Returns
    -------
    block
        In the order of the siting plan, with a row of totals; a subdistrict's is the
        task list of its office, with columns to fill in.
    """
    language = assessment.city.study.language

    def of(*names: str) -> tuple[Field, ...]:
        return contract_fields(SITES, names, language=language)

    rows = assessment.sites.sort_values("step")
    if subdistrict_id is not None:
        rows = rows[rows["subdistrict_id"] == subdistrict_id]
    places = gpd.GeoSeries(rows.geometry, crs=assessment.city.crs).to_crs(4326)
    named = spell_out(add_names(rows, assessment), SITES, language=language)
    replies = assessment.city.office_replies
    named = put_replies(named, replies, reply_to="site", key="candidate_id")
    named["longitude"] = places.x.round(6).to_numpy()
    named["latitude"] = places.y.round(6).to_numpy()
    title, own, parts = "", [own_field("subdistrict", "text", language)], [named]
    if subdistrict_id is not None:
        title, own = table_word("title_tasks", language), []
    if not named.empty:
        text = table_word("total", language)
        parts.append(pd.DataFrame([{"name": text, **sum_sites(named)}]))
    fields = (
        *of("step", "name"),
        own_field("type_names", "text", language, name="facility_types"),
        *of("route", "year", "items_cleared", "person_items_gained", "share_after"),
        *of("floor_area_m2", "cost_10k"),
        *own,
        *(() if subdistrict_id is None else office_fields(language)),
        own_field("longitude", "degrees", language),
        own_field("latitude", "degrees", language),
        *of("candidate_id"),
    )
    rows_shown, totals = stack_rows(parts, fields), len(parts) - 1
    return Block(title, fields, rows_shown, totals=totals, aside=3)


def unsnapped_block(assessment: Assessment) -> Block:
    """
    List the points that could not be joined to the network.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        In the order of the assessment.
    """
    language = assessment.city.study.language
    rows = spell_out(assessment.unsnapped, UNSNAPPED, language=language)
    fields = contract_fields(UNSNAPPED, UNSNAPPED.names, language=language)
    return Block("", fields, stack_rows([rows], fields))


def not_placed_block(assessment: Assessment) -> Block:
    """
    List the facilities without a place, for the office to complete.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        By subdistrict.
    """
    language = assessment.city.study.language
    rows = add_names(not_placed(assessment.city.facilities), assessment)
    rows = spell_out(rows, NOT_PLACED, language=language)
    fields = (
        *contract_fields(NOT_PLACED, ("facility_id", "name"), language=language),
        own_field("facility_type", "text", language),
        *contract_fields(
            NOT_PLACED, ("status", "address", "subdistrict"), language=language
        ),
    )
    return Block("", fields, stack_rows([rows], fields))
