"""Blocks of coverage: by subdistrict, area class, facility type and group."""

from typing import Any

import pandas as pd

from circle.assessment import Assessment
from circle.contracts import COVERAGE, MISSING_ITEMS
from circle.facts import coverage_rows, has_committees
from circle.result_contracts_measures import COVERAGE_BUILDINGS
from circle.sheet_parts import (
    Block,
    Field,
    add_names,
    area_class_label,
    clean_text,
    contract_fields,
    own_field,
    share_field,
    stack_rows,
)
from circle.words_standards import standard_word
from circle.words_tables import table_word


def summary_block(assessment: Assessment) -> Block:
    """
    Summarise the subdistricts, one row each, and the district in the last row.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        The shares name their denominators; counts add up to the last row.
    """
    language = assessment.city.study.language
    rows = _rows(assessment, area_kind="subdistrict", group_kind="required")
    rows = rows.rename(columns={"area_id": "subdistrict_id"})
    rows = add_names(rows, assessment)
    classes = assessment.city.subdistricts.set_index("subdistrict_id")["area_class"]
    rows["area_class"] = [
        area_class_label(classes.get(one), assessment) for one in rows["subdistrict_id"]
    ]
    total = _rows(assessment, area_kind="district", group_kind="required")
    total = total.assign(subdistrict=table_word("total", language))
    total = total.drop(columns="area_id")
    counts = _counts_by_subdistrict(assessment)
    for name, by_code in counts.items():
        rows[name] = [by_code.get(one, 0) for one in rows["subdistrict_id"]]
        total[name] = by_code.sum()
    # A candidate may lie beyond the subdistricts, where its site helps them.
    beyond = {
        name: round(float(by_code.sum() - rows[name].sum()), 6)
        for name, by_code in counts.items()
    }
    parts = [rows]
    if any(beyond.values()):
        text = table_word("outside", language)
        parts.append(pd.DataFrame([{"subdistrict": text, **beyond}]))
    fields = (
        *contract_fields(MISSING_ITEMS, ["subdistrict_id"], language=language),
        own_field("subdistrict", "text", language),
        own_field("area_class", "word", language, name="area_class_name"),
        *_coverage_fields(assessment),
        *_missing_fields(assessment),
        own_field("gaps", "count", language, name="gaps_count"),
        own_field("sites", "count", language, name="sites_count"),
        own_field("cost", "money", language, name="sites_cost"),
    )
    return Block("", fields, stack_rows([*parts, total], fields), totals=1)


def area_class_block(assessment: Assessment) -> Block:
    """
    Summarise the area classes, one row each.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        Coverage of the required types.
    """
    language = assessment.city.study.language
    rows = _rows(assessment, area_kind="area_class", group_kind="required")
    rows["area_class"] = [area_class_label(one, assessment) for one in rows["area_id"]]
    classes = assessment.city.subdistricts["area_class"].value_counts()
    rows["subdistricts"] = [int(classes.get(one, 0)) for one in rows["area_id"]]
    fields = (
        own_field("rank", "rank", language, name="number"),
        own_field("area_class", "word", language, name="area_class_name"),
        own_field("subdistricts", "count", language, name="count_subdistricts"),
        *_coverage_fields(assessment),
    )
    rows["rank"] = range(1, len(rows) + 1)
    title = table_word("title_area_classes", language)
    return Block(title, fields, stack_rows([rows], fields))


def types_block(
    assessment: Assessment,
    subdistrict_id: str | None = None,
    *,
    facilities: pd.DataFrame | None = None,
) -> Block:
    """
    Show coverage by facility type, for the district or for one subdistrict.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of a subdistrict, or None for the district.
    facilities
        What `open_facilities` gives, where it is known already.

    Returns
    -------
    block
        One row per type, in the order of the profile.
    """
    city = assessment.city
    language = city.study.language
    kind = "district" if subdistrict_id is None else "subdistrict"
    rows = _rows(assessment, area_kind=kind, group_kind="type")
    if subdistrict_id is not None:
        rows = rows[rows["area_id"] == subdistrict_id]
    rows = rows.set_index("group_id").reindex(list(city.type_ids))
    rows = rows.reset_index(names="type_id")
    named = add_names(rows, assessment)
    required = {one.id for one in city.profile.required_types}
    yes, no = table_word("yes", language), table_word("no", language)
    types = [city.profile.type_of(one) for one in city.type_ids]
    named["type_code"] = [one.code for one in types]
    named["level"] = [table_word(f"level_{one.level}", language) for one in types]
    named["required"] = [yes if one.id in required else no for one in types]
    open_types = _open_types(assessment, subdistrict_id, facilities).value_counts()
    named["open"] = [int(open_types.get(one.id, 0)) for one in types]
    named["missing"] = named["pairs"] - named["pairs_covered"]
    fields = (
        own_field("type_code", "text", language),
        own_field("facility_type", "text", language),
        *_coverage_fields(assessment),
        *_missing_of_type(assessment),
        own_field("open", "count", language, name="open_facilities"),
        own_field("required", "word", language),
        own_field("tier_name", "word", language, name="tier"),
        own_field("domain_name", "word", language, name="domain"),
        own_field("level", "word", language),
        *contract_fields(MISSING_ITEMS, ["type_id"], language=language),
    )
    return Block("", fields, stack_rows([named], fields))


def supply_block(
    assessment: Assessment, subdistrict_id: str, *, facilities: pd.DataFrame
) -> Block:
    """
    Show for one subdistrict what it has of each type, and who reaches it.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of the subdistrict.
    facilities
        What `open_facilities` gives.

    Returns
    -------
    block
        One row per type: coverage, open facilities in the subdistrict, and the
        capacity that the inventory gives for them.
    """
    language = assessment.city.study.language
    whole = types_block(assessment, subdistrict_id, facilities=facilities)
    rows, fields = whole.rows, {one.key: one for one in whole.fields}
    if not has_committees(assessment):
        wanted = ["type_code", "facility_type", "domain_name", "tier_name"]
        wanted += ["required", "population", "person_item_share", "open"]
    else:
        wanted = ["type_code", "facility_type", "domain_name", "tier_name", "required"]
        wanted += ["pairs", "pairs_covered", "missing", "pair_share"]
        wanted += ["person_item_share", "open"]
    own = facilities[facilities["subdistrict_id"] == subdistrict_id]
    known = _known_capacity(own, language)
    rows["capacity"] = [known.get(one, "") for one in rows["type_id"]]
    shown = (
        *(fields[one] for one in wanted),
        own_field("capacity", "text", language, name="known_capacity"),
        fields["type_id"],
    )
    title = table_word("title_supply", language)
    return Block(title, shown, rows, aside=1)


def _open_types(
    assessment: Assessment, subdistrict_id: str | None, facilities: pd.DataFrame | None
) -> "pd.Series[Any]":
    """Give the types of the open facilities, of the subdistrict or of all."""
    if subdistrict_id is None:
        every = pd.DataFrame(assessment.city.facilities)
        return pd.Series(every["type_id"][every["status"] == "open"])
    held = open_facilities(assessment) if facilities is None else facilities
    return pd.Series(held["type_id"][held["subdistrict_id"] == subdistrict_id])


def _known_capacity(facilities: pd.DataFrame, language: str) -> dict[str, str]:
    """Sum the capacity that the inventory gives for the facilities of each type."""
    if not {"capacity", "capacity_unit"} <= set(facilities.columns):
        return {}
    known = facilities[facilities["capacity"].notna()]
    units = known["capacity_unit"].astype(object)
    sums = known.groupby([known["type_id"], units])["capacity"].sum().reset_index()
    sums["text"] = [
        f"{total:,.0f} {standard_word(str(unit), language)}"
        for total, unit in zip(sums["capacity"], sums["capacity_unit"], strict=True)
    ]
    comma = "、" if language == "zh" else ", "
    return {
        str(type_id): comma.join(one)
        for type_id, one in sums.groupby("type_id")["text"]
    }


def groups_block(assessment: Assessment) -> Block:
    """
    Show the district's coverage by tier, level and domain, and of all required types.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        One row per group.
    """
    city = assessment.city
    language = city.study.language
    names = {
        "required": table_word("required_types", language),
        **{one: table_word(one, language) for one in ("basic", "extension")},
        **{key: one[language] for key, one in city.profile.domains.items()},
    }
    parts = [
        _rows(assessment, area_kind="district", group_kind=one)
        for one in ("required", "tier", "domain")
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["group"] = [names.get(one, clean_text(one)) for one in rows["group_id"]]
    rows["rank"] = range(1, len(rows) + 1)
    fields = (
        own_field("rank", "rank", language, name="number"),
        own_field("group", "text", language),
        *_coverage_fields(assessment),
    )
    title = table_word("title_groups", language)
    return Block(title, fields, stack_rows([rows], fields))


def _rows(assessment: Assessment, *, area_kind: str, group_kind: str) -> pd.DataFrame:
    """Select coverage rows, with those of residential buildings beside them."""
    rows = coverage_rows(assessment, area_kind=area_kind, group_kind=group_kind)
    buildings = assessment.measures.coverage_buildings
    if buildings.empty:
        return rows
    return rows.merge(buildings, on=list(COVERAGE_BUILDINGS.key), how="left")


def _coverage_fields(assessment: Assessment) -> tuple[Field, ...]:
    """Describe the coverage columns; those of pairs only where there are any."""
    language = assessment.city.study.language

    def of(*names: str) -> tuple[Field, ...]:
        return contract_fields(COVERAGE, names, language=language)

    people = (
        *of("population", "person_items", "person_items_covered"),
        share_field("person_item_share", "person_items", language=language),
        *_building_fields(assessment),
    )
    if not has_committees(assessment):
        return people
    return (
        *of("committees", "pairs", "pairs_covered"),
        share_field("pair_share", "pairs", language=language),
        *people,
    )


def _building_fields(assessment: Assessment) -> tuple[Field, ...]:
    """Describe the columns of residential buildings, where they are known."""
    language = assessment.city.study.language
    if assessment.measures.coverage_buildings.empty:
        return ()
    return (
        *contract_fields(
            COVERAGE_BUILDINGS, ["buildings", "buildings_complete"], language=language
        ),
        share_field(
            "building_complete_share",
            "buildings",
            language=language,
            contract=COVERAGE_BUILDINGS,
        ),
    )


def _missing_fields(assessment: Assessment) -> tuple[Field, ...]:
    """Describe the counts of missing items, where there are committees."""
    if not has_committees(assessment):
        return ()
    language = assessment.city.study.language
    return (
        own_field("missing_required", "count", language),
        own_field("missing_all", "count", language),
    )


def _missing_of_type(assessment: Assessment) -> tuple[Field, ...]:
    """Describe the count of missing items of one type."""
    if not has_committees(assessment):
        return ()
    language = assessment.city.study.language
    return (own_field("missing", "count", language, name="missing_of_type"),)


def _counts_by_subdistrict(assessment: Assessment) -> dict[str, "pd.Series[Any]"]:
    """Count missing items, gap clusters, sites and their cost by subdistrict."""
    items = assessment.missing_items
    required = items[items["required"].astype(bool)]
    # Sites beyond the subdistricts have no code; they are counted all the same.
    tables = {
        "missing_required": required,
        "missing_all": items,
        "gaps": assessment.gap_clusters,
        "sites": assessment.sites,
    }
    counts = {
        name: table["subdistrict_id"].astype(object).value_counts(dropna=False)
        for name, table in tables.items()
    }
    sites = pd.DataFrame(assessment.sites.drop(columns="geometry"))
    by_code = sites.groupby(sites["subdistrict_id"].astype(object), dropna=False)
    return {**counts, "cost": by_code["cost_10k"].sum().round(6)}


def open_facilities(assessment: Assessment) -> pd.DataFrame:
    """
    Say in which subdistricts the open facilities lie.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    facilities
        One row per open facility and subdistrict that holds its point, with
        `subdistrict_id`, `type_id` and, where the inventory has them, `capacity` and
        `capacity_unit`.
    """
    city = assessment.city
    found = city.facilities[city.facilities["status"] == "open"]
    at, area = city.subdistricts.sindex.query(found.geometry, predicate="intersects")
    wanted = ["type_id", "capacity", "capacity_unit"]
    held = pd.DataFrame(found[[one for one in wanted if one in found.columns]])
    held = held.iloc[at].reset_index(drop=True)
    codes = city.subdistricts["subdistrict_id"].to_numpy(dtype=object)
    return pd.DataFrame(held.assign(subdistrict_id=codes[area]))
