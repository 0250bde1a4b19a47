"""The sheets of a comparison: coverage, missing items, facilities, people, changes."""

import pandas as pd

from circle.comparison import HEADLINE_SHARES, Comparison
from circle.comparison_names import Names
from circle.contracts import CHANGE_LOG
from circle.contracts_compared import (
    COVERAGE_CHANGES,
    FACILITY_CHANGES,
    INDICATOR_CHANGES,
    ITEM_CHANGES,
    PEOPLE_CHANGES,
)
from circle.sheet_parts import (
    Block,
    Field,
    Form,
    Sheet,
    contract_fields,
    sheet_names,
    spell_out,
)
from circle.tables import Contract

_ITEM_COLUMNS = (
    "change", "item_id", "committee_name", "required", "population",
    "travel_time_min_before", "travel_time_min_after",
)  # fmt: skip


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
        Name to block: coverage, items, facilities, people, indicators, log.
    """
    names = Names(comparison.before, comparison.after)
    blocks = {
        "coverage": _coverage_block(comparison, names),
        "items": _items_block(comparison, names),
        "facilities": _facilities_block(comparison, names),
        "people": _people_block(comparison, names),
        "indicators": _indicators_block(comparison, names),
    }
    if log is not None:
        blocks["log"] = _log_block(log, names)
    return blocks


def comparison_sheets(
    comparison: Comparison, log: pd.DataFrame | None = None
) -> tuple[Sheet, ...]:
    """
    Build the sheets of the difference workbook.

    Parameters
    ----------
    comparison
        The comparison.
    log
        Contract ``change_log`` of the scenario, where there is one.

    Returns
    -------
    sheets
        One for each table.
    """
    names = Names(comparison.before, comparison.after)
    blocks = comparison_blocks(comparison, log)
    order = [one for one in ("log", *blocks) if one in blocks]
    keys = list(dict.fromkeys(order))
    tabs = sheet_names(
        [names.say(f"sheet_{one}") for one in keys], codes=keys, taken=[]
    )
    note = " ".join(text for _, text in comparison_facts(comparison))
    return tuple(
        Sheet(tab, names.say(f"title_{one}"), note, (blocks[one],))
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
    names = Names(comparison.before, comparison.after)
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
    """Show the headline's share before and after, by area and group of types."""
    share = HEADLINE_SHARES[comparison.after.facts["definition"]]
    rows = comparison.coverage.copy()
    rows["area"] = [
        names.area(*pair)
        for pair in zip(rows["area_kind"], rows["area_id"], strict=True)
    ]
    rows["group"] = [
        names.group(*pair)
        for pair in zip(rows["group_kind"], rows["group_id"], strict=True)
    ]
    shares = [share, *(one for one in HEADLINE_SHARES.values() if one != share)]
    fields = [_own("area", "text", names), _own("group", "text", names)]
    for one in shares:
        rows[f"{one}_points"] = 100 * rows[f"{one}_change"]
        columns = (f"{one}_before", f"{one}_after", f"{one}_change")
        was, now, change = contract_fields(
            COVERAGE_CHANGES, columns, language=names.language
        )
        points = _own("change_points", "decimal", names).header
        header = f"{change.header} {points}" if names.language == "en" else points
        fields += [was, now, Field(f"{one}_points", header, "decimal")]
    fields += _fields(
        COVERAGE_CHANGES,
        ("population_before", "population_after", *COVERAGE_CHANGES.key),
        names,
    )
    return Block("", tuple(fields), _clean(rows, fields), aside=4)


def _items_block(comparison: Comparison, names: Names) -> Block:
    """List the missing items by what became of them."""
    rows = spell_out(comparison.items, ITEM_CHANGES, language=names.language)
    rows["subdistrict"] = [
        names.area("subdistrict", one) for one in comparison.items["subdistrict_id"]
    ]
    rows["facility_type"] = [names.type_name(one) for one in rows["type_id"]]
    rows["domain_name"] = [names.domain(one) for one in rows["domain"]]
    fields = _fields(ITEM_CHANGES, _ITEM_COLUMNS, names)
    fields[1:1] = [
        _own("subdistrict", "text", names),
        _own("facility_type", "text", names),
        _own("domain_name", "text", names),
    ]
    return Block("", tuple(fields), _clean(rows, fields))


def _facilities_block(comparison: Comparison, names: Names) -> Block:
    """Count the open facilities by type."""
    rows = spell_out(comparison.facilities, FACILITY_CHANGES, language=names.language)
    rows["facility_type"] = [names.type_name(one) for one in rows["type_id"]]
    rows["domain_name"] = [names.domain(one) for one in rows["domain"]]
    fields = [
        _own("domain_name", "text", names),
        _own("facility_type", "text", names),
        *_fields(
            FACILITY_CHANGES,
            ("open_before", "added", "closed", "open_after", "added_ids", "closed_ids"),
            names,
        ),
    ]
    return Block("", tuple(fields), _clean(rows, fields))


def _people_block(comparison: Comparison, names: Names) -> Block:
    """List who gains and who loses, side by side."""
    rows = comparison.people.copy()
    rows["area"] = [
        names.area(*pair)
        for pair in zip(rows["area_kind"], rows["area_id"], strict=True)
    ]
    rows["facility_type"] = [names.type_name(one) for one in rows["type_id"]]
    rows["age"] = [names.age(str(one)) for one in rows["age_band"]]
    fields = [
        _own("area", "text", names),
        _own("facility_type", "text", names),
        _own("age", "text", names),
        *_fields(PEOPLE_CHANGES, ("people_gain", "people_lose", "people_net"), names),
    ]
    return Block("", tuple(fields), _clean(rows, fields))


def _indicators_block(comparison: Comparison, names: Names) -> Block:
    """List what follows coverage, with its state."""
    rows = spell_out(comparison.indicators, INDICATOR_CHANGES, language=names.language)
    rows["indicator"] = [names.say(f"indicator_{one}") for one in rows["indicator"]]
    if names.language == "en":
        rows["state"] = [names.say(one) for one in rows["state"]]
    fields = _fields(INDICATOR_CHANGES, INDICATOR_CHANGES.names, names)
    return Block("", tuple(fields), _clean(rows, fields))


def _log_block(log: pd.DataFrame, names: Names) -> Block:
    """List the effects of a scenario, old and new."""
    rows = log.reset_index(drop=True)
    rows["kind"] = [names.say(f"log_{one}") for one in rows["kind"]]
    rows["change"] = [names.say(f"change_{one}") for one in rows["change"]]
    for name in ("name", "old", "new"):
        rows[name] = [names.logged(one) for one in rows[name]]
    fields = _fields(CHANGE_LOG, CHANGE_LOG.names, names)
    return Block("", tuple(fields), _clean(rows, fields))


def _own(key: str, form: Form, names: Names) -> Field:
    """Describe a column that is not a contract's."""
    return Field(key, names.say(key), form)


def _fields(contract: Contract, wanted: tuple[str, ...], names: Names) -> list[Field]:
    """Describe columns of a contract."""
    return list(contract_fields(contract, wanted, language=names.language))


def _clean(rows: pd.DataFrame, fields: list[Field]) -> pd.DataFrame:
    """Keep the columns of the fields."""
    return rows.reset_index(drop=True)[[one.key for one in fields]]
