"""Blocks of measures: capacity, access, choice, fairness, alerts, acceptance."""

import math
from dataclasses import replace

import pandas as pd

from circle.alerts import argument_names
from circle.assessment import Assessment
from circle.fact_texts import percent
from circle.indicators import parse_indicator
from circle.result_contracts_measures import (
    ACCEPTANCE,
    ACCESS,
    ALERTS,
    CAPACITY,
    CHOICE,
    DEPENDENCE,
    FACILITY_LOAD,
    FAIRNESS,
    FULL_ITEMS,
    MEASURE_CONTRACTS,
    REALISATION,
)
from circle.sheet_parts import (
    Block,
    Field,
    Form,
    add_names,
    area_class_label,
    clean_text,
    contract_fields,
    own_field,
    spell_out,
    stack_rows,
)
from circle.tables import Contract, header
from circle.words_standards import STANDARD_WORDS, standard_word
from circle.words_tables import table_word

# Sheets of the workbook, and the contracts of the blocks on each.
MEASURE_SHEETS: dict[str, tuple[Contract, ...]] = {
    "capacity": (CAPACITY, ACCESS, FULL_ITEMS, FACILITY_LOAD),
    "choice": (CHOICE, DEPENDENCE),
    "fairness": (FAIRNESS,),
    "monitoring": (ACCEPTANCE, ALERTS, REALISATION),
}
_MOST_ROWS = 1000
# Lists by rank are looked at from the top.
_FEWER_ROWS = {"dependence": 60, "facility_load": 200, "full_items": 200}
# Share or ratio of a contract to the column, or the words, of what it is a share of.
_DENOMINATORS: dict[tuple[str, str], str] = {
    ("capacity", "ratio"): "required",
    ("access", "full_share"): "demand_in_reach",
    ("access", "access_ratio"): "demand",
    ("facility_load", "supply_per_person"): "demand",
    ("choice", "single_share"): "population",
    ("choice", "facilities_in_reach"): "population",
    ("fairness", "mean"): "people_types",
    ("fairness", "worst_tenth"): "worst_people_types",
    ("realisation", "part"): "target_value",
}
_FORMS: dict[tuple[str, str], Form] = {
    ("capacity", "ratio"): "part",
    ("access", "full_share"): "part",
    ("choice", "single_share"): "part",
    ("fairness", "mean"): "part",
    ("fairness", "gini"): "index",
    ("fairness", "worst_tenth"): "part",
    ("fairness", "palma"): "index",
    ("fairness", "gap"): "part",
    ("realisation", "part"): "part",
    ("acceptance", "numerator"): "count",
    ("acceptance", "denominator"): "count",
}
# What readers need no codes for stands first; all other columns stand aside.
_PRINTED: dict[str, tuple[str, ...]] = {
    "capacity": (
        "area", "norm", "measure", "per", "base", "required", "provided", "shortfall",
        "ratio", "facilities", "facilities_unknown", "too_small", "state",
    ),
    "access": (
        "area", "norm", "demand", "demand_in_reach", "demand_full",
        "demand_uncertain", "full_share", "access_ratio", "norm_ratio",
    ),
    "full_items": (
        "rank", "subdistrict", "committee_name", "facility_type", "norm", "required",
        "kind", "facilities", "supply_per_person", "norm_ratio", "population",
    ),
    "facility_load": (
        "facility_name", "norm", "supply", "demand", "supply_per_person", "load",
    ),
    "choice": (
        "area", "facility_type", "population", "population_none",
        "population_single", "single_share", "facilities_in_reach",
    ),
    "dependence": (
        "rank", "facility_name", "facility_type", "population_lost",
        "committees_lost",
    ),
    "fairness": (
        "group", "across", "population", "mean", "gini", "worst_tenth", "palma",
        "gap",
    ),
    "acceptance": (
        "area", "label", "value", "side", "mark", "result", "numerator",
        "denominator",
    ),
    "alerts": ("area", "label", "value", "side", "line", "beyond"),
    "realisation": ("area", "label", "actual", "target", "part", "weight"),
}  # fmt: skip
# Values of indicators: shares in per cent, others as they are.
_BY_UNIT = {
    "acceptance": ("value", "mark"),
    "alerts": ("value", "line", "beyond"),
    "realisation": ("actual", "target"),
}


def measure_blocks(assessment: Assessment) -> dict[str, Block]:
    """
    Give every table of measures that has rows, whole.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    blocks
        Name of the table to its block.
    """
    return {
        one.name: measure_block(assessment, one)
        for one in MEASURE_CONTRACTS
        if len(getattr(assessment.measures, one.name))
    }


def measure_sheet(assessment: Assessment, sheet: str) -> tuple[Block, ...]:
    """
    Give the blocks of one sheet of the workbook.

    Parameters
    ----------
    assessment
        The assessment.
    sheet
        One of `MEASURE_SHEETS`.

    Returns
    -------
    blocks
        One per table that has rows; long ones are cut, and are whole in the CSV
        tables.
    """
    found = [shown_block(assessment, one) for one in MEASURE_SHEETS[sheet]]
    return tuple(one for one in found if len(one.rows))


def shown_block(
    assessment: Assessment, contract: Contract, subdistrict_id: str | None = None
) -> Block:
    """
    Give one table of measures for readers: words and names, codes aside.

    Parameters
    ----------
    assessment
        The assessment.
    contract
        Its contract, of one of `MEASURE_SHEETS`.
    subdistrict_id
        Code of a subdistrict, for its rows alone; None for all.

    Returns
    -------
    block
        With its title; cut where it is long.
    """
    language = assessment.city.study.language
    whole = measure_block(assessment, contract)
    rows, name = whole.rows, contract.name
    if subdistrict_id is not None:
        key = "area_id" if "area_id" in rows.columns else "subdistrict_id"
        rows = rows[rows[key] == subdistrict_id].reset_index(drop=True)
    rows = _in_words(rows, assessment, contract)
    fields = {one.key: one for one in whole.fields}
    printed = [
        one
        for one in _PRINTED[name]
        if one in fields and not (subdistrict_id is not None and one == "area")
    ]
    texts = _BY_UNIT.get(name, ())
    shown = tuple(
        replace(fields[one], form="word") if one in texts else fields[one]
        for one in printed
    )
    aside = tuple(one for key, one in fields.items() if key not in (*printed, "area"))
    title = table_word(f"title_{name}", language)
    return Block(
        title + _cut_text(name, len(rows), language),
        (*shown, *aside),
        rows.head(_most_rows(name)),
        aside=len(aside),
    )


def _in_words(
    rows: pd.DataFrame, assessment: Assessment, contract: Contract
) -> pd.DataFrame:
    """Write the codes that readers meet as words, and indicators by their unit."""
    found, language = rows.copy(), assessment.city.study.language
    for column, prefix in (("across", "across_"), ("area_kind", "area_kind_")):
        if column in found.columns:
            found[column] = [
                table_word(f"{prefix}{x}", language) for x in found[column]
            ]
    if "side" in found.columns:
        found["side"] = [str(one).replace("_", " ") for one in found["side"]]
    if contract is CAPACITY:
        measures = found["measure"]
        found["measure"] = [standard_word(str(one), language) for one in measures]
        found["per"] = [_basis(str(one), language) for one in found["per"]]
    for column in _BY_UNIT.get(contract.name, ()):
        found[column] = [
            indicator_text(float(value), indicator)
            for value, indicator in zip(
                rows[column], _indicators(rows, assessment), strict=True
            )
        ]
    return found


def _indicators(rows: pd.DataFrame, assessment: Assessment) -> list[str]:
    """Name the indicator of each row; of the realisation degree, those it is of."""
    if "indicator" in rows.columns:
        return [str(one) for one in rows["indicator"]]
    realisation = assessment.city.profile.realisation
    names = (
        {one.id: one.actual for one in realisation.indicators} if realisation else {}
    )
    return [names.get(str(one), str(one)) for one in rows["indicator_id"]]


def _basis(per: str, language: str) -> str:
    """Say what a norm is counted per."""
    if per in STANDARD_WORDS:
        return standard_word(per, language)
    return table_word(f"per_{per}", language)


def indicator_text(value: float, indicator: str) -> str:
    """
    Write the value of an indicator by its unit.

    Parameters
    ----------
    value
        The value; NaN where it is unknown.
    indicator
        Name of the indicator, as a profile writes it.

    Returns
    -------
    text
        Shares in per cent.

    Examples
    --------
    >>> indicator_text(0.9, "pair_share"), indicator_text(3.0, "missing_items")
    ('90.0%', '3')
    """
    if math.isnan(value):
        return "–"
    unit = parse_indicator(indicator).family.unit
    if unit == "share":
        return percent(value)
    return f"{value:,.0f}" if unit == "count" else f"{value:,.3g}"


def _cut_text(name: str, n_rows: int, language: str) -> str:
    """Say that a long table is cut, and where it is whole."""
    if n_rows <= _most_rows(name):
        return ""
    return table_word("cut_rows", language).format(
        shown=_most_rows(name), all=f"{n_rows:,}", name=name
    )


def _most_rows(name: str) -> int:
    """Give how many rows of a table are shown."""
    return _FEWER_ROWS.get(name, _MOST_ROWS)


def measure_block(assessment: Assessment, contract: Contract) -> Block:
    """
    Give one table of measures whole, with names beside the codes.

    Parameters
    ----------
    assessment
        The assessment.
    contract
        Its contract.

    Returns
    -------
    block
        The table, in the language of the study.
    """
    language = assessment.city.study.language
    table: pd.DataFrame = getattr(assessment.measures, contract.name)
    rows = spell_out(_named(table, assessment), contract, language=language)
    own = ("area", "norm", "group", "facility_type")
    fields = (
        *(own_field(one, "text", language) for one in own if one in rows.columns),
        *(
            _own_form(one, contract, language)
            for one in contract_fields(contract, contract.names, language=language)
        ),
    )
    return Block("", fields, stack_rows([rows], fields))


def _own_form(field: Field, contract: Contract, language: str) -> Field:
    """Name the denominator of a share in its header, and write it as a share."""
    place = (contract.name, field.key)
    form, name = _FORMS.get(place, field.form), field.header
    if place in _DENOMINATORS:
        total = _DENOMINATORS[place]
        name = table_word("share_of", language).format(
            share=name,
            total=header(contract.column(total), language)
            if total in contract.names
            else table_word(total, language),
        )
    return Field(field.key, name, form)


def _named(table: pd.DataFrame, assessment: Assessment) -> pd.DataFrame:
    """Add the names of areas, norms, groups and types."""
    city = assessment.city
    language = city.study.language
    named = add_names(table, assessment)
    labels = argument_names(city.profile)
    places = dict(
        zip(city.subdistricts["subdistrict_id"], city.subdistricts["name"], strict=True)
    )
    if "area_id" in named.columns:
        kinds = zip(named["area_kind"], named["area_id"], strict=True)
        named["area"] = [
            table_word("whole_district", language)
            if kind == "district"
            else area_class_label(one, assessment)
            if kind == "area_class"
            else clean_text(places.get(one, one))
            for kind, one in kinds
        ]
    for column, name in (("norm_id", "norm"), ("group_id", "group")):
        if column in named.columns:
            named[name] = [
                labels[one][language]
                if one in labels
                else table_word("required_types", language)
                for one in named[column]
            ]
    return named
