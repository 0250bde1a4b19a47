"""The sheets of a comparison: one block for each of its tables."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from circle.comparison import HEADLINE_SHARES, Comparison
from circle.comparison_names import Names
from circle.comparison_plans import PlanComparison
from circle.contracts import CHANGE_LOG
from circle.contracts_compared import (
    AGE_CHANGES,
    COVERAGE_CHANGES,
    DOMAIN_CHANGES,
    FACILITY_CHANGES,
    GAP_CHANGES,
    INDICATOR_CHANGES,
    ITEM_CHANGES,
    MEASURE_CHANGES,
    PEOPLE_CHANGES,
    PLAN_ITEMS,
    ROUTE_CHANGES,
    SITE_CHANGES,
)
from circle.result_contracts_measures import MEASURE_CONTRACTS
from circle.sheet_names import sheet_names
from circle.sheet_parts import (
    Block,
    Field,
    Form,
    Sheet,
    contract_fields,
    spell_out,
)
from circle.tables import Contract

# Columns with names in place of codes, and how they are written.
_NAMES: Mapping[str, Form] = {
    "area": "text",
    "group": "text",
    "subdistrict": "text",
    "facility_type": "text",
    "domain_name": "text",
    "age": "text",
    "change_points": "points",
}
# Figures of both results that have no decimals.
_WHOLE: Mapping[str, Form] = {
    "step": "rank",
    "year": "year",
    "sites": "count",
    "items_cleared": "count",
}
_COUNTED = ("open_before", "added", "closed", "open_after")
_SUMMED = ("cost_10k", "items_cleared", "person_items_gained")
# Contract and columns of each block, from left to right.
_LAYOUT: Mapping[str, tuple[Contract, tuple[str, ...]]] = {
    "ages": (
        AGE_CHANGES,
        ("area", "age", "population_before", "population_after",
         "person_item_share_before", "person_item_share_after", "change_points"),
    ),
    "items": (
        ITEM_CHANGES,
        ("change", "subdistrict", "facility_type", "domain_name", "item_id",
         "committee_name", "required", "population", "travel_time_min_before",
         "travel_time_min_after"),
    ),
    "domains": (DOMAIN_CHANGES, ("domain_name", *_COUNTED)),
    "facilities": (
        FACILITY_CHANGES,
        ("domain_name", "facility_type", *_COUNTED, "added_ids", "closed_ids"),
    ),
    "people": (
        PEOPLE_CHANGES,
        ("area", "facility_type", "age", "people_gain", "people_lose", "people_net"),
    ),
    "gaps": (
        GAP_CHANGES,
        ("change", "facility_type", "subdistrict", "name", "required",
         "population_before", "population_after", "gap_id"),
    ),
    "routes": (
        ROUTE_CHANGES,
        ("route", *(f"{one}_{key}" for one in ("sites", *_SUMMED)
                    for key in ("before", "after"))),
    ),
    "sites": (
        SITE_CHANGES,
        ("change", "candidate_id", "name", "subdistrict", "route",
         *(f"{one}_{key}" for one in ("step", "type_ids", "year", *_SUMMED)
           for key in ("before", "after"))),
    ),
    "plan_items": (
        PLAN_ITEMS,
        ("cleared_by", "facility_type", "committee_name", "population", "site_before",
         "site_after", "item_id"),
    ),
    "measures": (MEASURE_CHANGES, MEASURE_CHANGES.names),
    "indicators": (INDICATOR_CHANGES, INDICATOR_CHANGES.names),
    "log": (CHANGE_LOG, CHANGE_LOG.names),
}  # fmt: skip
# The blocks of each sheet; those without rows are left out where they may be absent.
_SHEETS: Mapping[str, tuple[str, ...]] = {
    "log": ("log",),
    "coverage": ("coverage",),
    "ages": ("ages",),
    "items": ("items",),
    "facilities": ("domains", "facilities"),
    "people": ("people",),
    "gaps": ("gaps",),
    "sites": ("routes", "sites"),
    "plan_items": ("plan_items",),
    "measures": ("measures",),
    "indicators": ("indicators",),
}
_MAY_BE_ABSENT = ("gaps", "measures")


def comparison_blocks(
    comparison: Comparison, log: pd.DataFrame | None = None
) -> dict[str, Block]:
    """
    Lay out every table of a comparison.

    Parameters
    ----------
    comparison
        The comparison.
    log
        Contract ``change_log`` of the scenario, where there is one.

    Returns
    -------
    blocks
        Name to block; those of sites, gap clusters and measures where there are some.
    """
    names = Names(comparison.before.facts, comparison.after.facts)
    tables = {
        name: getattr(comparison, name)
        for name in ("ages", "items", "domains", "facilities", "people", "gaps",
                     "measures", "indicators")
    }  # fmt: skip
    if log is not None:
        tables["log"] = log
    blocks = {"coverage": _coverage_block(comparison, names)}
    blocks |= {
        name: _block(name, table, names)
        for name, table in tables.items()
        if len(table) or name not in _MAY_BE_ABSENT
    }
    return blocks | plan_blocks(comparison.plans, names)


def plan_blocks(plans: PlanComparison, names: Names) -> dict[str, Block]:
    """
    Lay out the tables of two siting plans.

    Parameters
    ----------
    plans
        The plans.
    names
        What things are called.

    Returns
    -------
    blocks
        Name to block; none where there is no site at all.
    """
    if plans.sites.empty:
        return {}
    tables = {"routes": plans.routes, "sites": plans.sites, "plan_items": plans.items}
    return {name: _block(name, table, names) for name, table in tables.items()}


def comparison_sheets(
    blocks: Mapping[str, Block], names: Names, *, note: str
) -> tuple[Sheet, ...]:
    """
    Build the sheets of the difference workbook.

    Parameters
    ----------
    blocks
        Name to block.
    names
        What things are called.
    note
        What the figures rest on.

    Returns
    -------
    sheets
        The changes that were made first, then what follows from them.
    """
    keys = [one for one, own in _SHEETS.items() if any(each in blocks for each in own)]
    tabs = sheet_names(
        [names.say(f"sheet_{one}") for one in keys], codes=keys, taken=[]
    )
    return tuple(
        Sheet(
            tab,
            names.say(f"title_{one}"),
            note,
            tuple(blocks[each] for each in _SHEETS[one] if each in blocks),
        )
        for tab, one in zip(tabs, keys, strict=True)
    )


def comparison_facts(comparison: Comparison) -> list[tuple[str, str]]:
    """
    Say what was compared, and what to take care of.

    Parameters
    ----------
    comparison
        The comparison.

    Returns
    -------
    facts
        Label and text.
    """
    names = Names(comparison.before.facts, comparison.after.facts)
    facts = []
    for label, results in (("before", comparison.before), ("after", comparison.after)):
        own = results.facts
        parts = [own["title"], own["as_of"], own.get("scenario")]
        parts += [f"{own['profile']} {own['edition']}"]
        facts.append((names.say(label), " · ".join(str(one) for one in parts if one)))
    facts += [
        (names.say("remarks"), names.say(f"remark_{one}")) for one in comparison.remarks
    ]
    return facts


def _coverage_block(comparison: Comparison, names: Names) -> Block:
    """Show every share before and after, the headline's first."""
    share = HEADLINE_SHARES[comparison.after.facts["definition"]]
    rows = _named(comparison.coverage, names)
    shares = [share, *(one for one in HEADLINE_SHARES.values() if one != share)]
    fields = [_field(one, COVERAGE_CHANGES, names) for one in ("area", "group")]
    for one in shares:
        rows[f"{one}_points"] = 100 * rows[f"{one}_change"]
        columns = (f"{one}_before", f"{one}_after", f"{one}_change")
        was, now, change = contract_fields(
            COVERAGE_CHANGES, columns, language=names.language
        )
        points = names.say("change_points")
        header = f"{change.header} {points}" if names.language == "en" else points
        fields += [was, now, Field(f"{one}_points", header, "points")]
    more = ("population_before", "population_after", *COVERAGE_CHANGES.key)
    fields += [_field(one, COVERAGE_CHANGES, names) for one in more]
    return Block("", tuple(fields), _clean(rows, fields), aside=4)


def _block(name: str, table: pd.DataFrame, names: Names) -> Block:
    """Lay out a table by its layout."""
    contract, columns = _LAYOUT[name]
    spelled = _SPELLED.get(name)
    if spelled is None:
        table = spell_out(table, contract, language=names.language)
    rows = _named(table, names)
    if spelled is not None:
        rows = spelled(rows, names)
    fields = [_field(one, contract, names) for one in columns]
    title = names.say(f"block_{name}") if name in _TITLED else ""
    return Block(title, tuple(fields), _clean(rows, fields))


_TITLED = ("domains", "facilities", "routes", "sites")


def _named(table: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Add the names of the areas, types, domains and ages that a table has codes of."""
    rows = table.reset_index(drop=True)
    if "area_kind" in rows:
        areas = zip(rows["area_kind"], rows["area_id"], strict=True)
        rows["area"] = [names.area(*one) for one in areas]
    if "group_kind" in rows:
        groups = zip(rows["group_kind"], rows["group_id"], strict=True)
        rows["group"] = [names.group(*one) for one in groups]
    for column, key, name in (
        ("subdistrict", "subdistrict_id", lambda one: names.area("subdistrict", one)),
        ("facility_type", "type_id", names.type_name),
        ("domain_name", "domain", names.domain),
        ("age", "age_band", names.age),
    ):
        if key in rows:
            rows[column] = [name(one) for one in rows[key]]
    if "person_item_share_change" in rows:
        rows["change_points"] = 100 * rows["person_item_share_change"]
    return rows


def _spelled_routes(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Name the routes."""
    return rows.assign(route=[names.route(one) for one in rows["route"]])


def _spelled_sites(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Name the types and routes of the sites, and what became of them."""
    lists = ("type_ids_before", "type_ids_after")
    types = {one: [names.type_names(cell) for cell in rows[one]] for one in lists}
    return spell_out(rows, SITE_CHANGES, language=names.language).assign(**types)


def _spelled_measures(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Name measures, areas and figures as the tables of a run do."""
    contracts = {one.name: one for one in MEASURE_CONTRACTS}
    chinese = names.language == "zh"
    figures = zip(rows["measure"], rows["figure"], strict=True)
    return rows.assign(
        area_id=rows["area"],
        figure=[
            contracts[name].column(figure).zh if chinese else figure
            for name, figure in figures
        ],
        measure=[names.say(f"measure_{one}") for one in rows["measure"]],
        about=[names.type_name(str(one)) for one in rows["about"]],
    )


def _spelled_indicators(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Name indicators and states."""
    return rows.assign(
        indicator=[names.say(f"indicator_{one}") for one in rows["indicator"]],
        state=[names.say(one) for one in rows["state"]],
    )


def _spelled_log(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Name what changed, and its values."""
    texts = {one: [names.logged(each) for each in rows[one]]
             for one in ("name", "old", "new")}  # fmt: skip
    things = zip(rows["kind"], rows["id"], strict=True)
    return rows.assign(
        id=[names.thing(*one) for one in things],
        kind=[names.say(f"log_{one}") for one in rows["kind"]],
        change=[names.say(f"change_{one}") for one in rows["change"]],
        **texts,
    )


_SPELLED: Mapping[str, Callable[[pd.DataFrame, Names], pd.DataFrame]] = {
    "routes": _spelled_routes,
    "sites": _spelled_sites,
    "measures": _spelled_measures,
    "indicators": _spelled_indicators,
    "log": _spelled_log,
}


def _field(key: str, contract: Contract, names: Names) -> Field:
    """Describe a column: of a contract, or with names in place of codes."""
    if key in _NAMES:
        return Field(key, names.say(key), _NAMES[key])
    (field,) = contract_fields(contract, (key,), language=names.language)
    form = _WHOLE.get(key.removesuffix("_before").removesuffix("_after"))
    return field if form is None else replace(field, form=form)


def _clean(rows: pd.DataFrame, fields: list[Field]) -> pd.DataFrame:
    """Keep the columns of the fields."""
    return rows[[one.key for one in fields]]
