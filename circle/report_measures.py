"""The measures in the report: capacity, choice, fairness, alerts, with denominators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from circle.fact_texts import percent
from circle.facts import coverage_rows
from circle.report_tables import Table, block_table
from circle.result_contracts_measures import (
    ACCEPTANCE,
    ACCESS,
    ALERTS,
    CAPACITY,
    CHOICE,
    DEPENDENCE,
    FAIRNESS,
    FULL_ITEMS,
    REALISATION,
)
from circle.sheet_coverage import types_block
from circle.sheet_measures import shown_block
from circle.sheet_parts import Block, stack_rows
from circle.sheet_people import people_block
from circle.words_report import report_word
from circle.words_tables import table_word

if TYPE_CHECKING:
    from circle.assessment import Assessment
    from circle.tables import Contract

_MOST = 40
_WORST_FACILITIES = 10
_SHORT = ("short", "undersized")


@dataclass(frozen=True)
class Section:
    """One measure of the district, with its tables."""

    id: str
    """Name of its place on the page."""
    title: str
    """Its title, as on its sheet of the workbook."""
    line: str
    """The figures of the district in one line, each with its denominator."""
    tables: tuple[tuple[str, Table], ...]
    """Title and table; whole in the workbook."""


def measure_sections(assessment: Assessment) -> list[Section]:
    """
    Write the measures of the district, in the order of the workbook's sheets.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    sections
        Capacity, choice, fairness, people, acceptance. One without figures says why.
    """
    language = assessment.city.study.language
    lines = measure_lines(assessment)
    contents = {
        "capacity": (CAPACITY, ACCESS, FULL_ITEMS),
        "choice": (CHOICE, DEPENDENCE),
        "fairness": (FAIRNESS,),
        "people": (),
        "monitoring": (ACCEPTANCE, ALERTS, REALISATION),
    }
    return [
        Section(
            name,
            table_word(f"title_{name}", language),
            lines[name],
            _people_tables(assessment)
            if name == "people"
            else tuple(
                _table(assessment, one) for one in contracts if _has(assessment, one)
            ),
        )
        for name, contracts in contents.items()
    ]


def measure_lines(assessment: Assessment) -> dict[str, str]:
    """
    Write each measure of the district in one line.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    lines
        Name of the section to its line; every share names its denominator.
    """
    return {
        "capacity": _capacity_line(assessment),
        "choice": _choice_line(assessment),
        "fairness": _fairness_line(assessment),
        "people": _people_line(assessment),
        "monitoring": _monitoring_line(assessment),
    }


def area_figures(
    assessment: Assessment, area_kind: str, area_id: str
) -> list[tuple[str, str]]:
    """
    Count what the measures say of one area.

    Parameters
    ----------
    assessment
        The assessment.
    area_kind
        ``district``, ``area_class`` or ``subdistrict``.
    area_id
        Its code.

    Returns
    -------
    figures
        Label and text: norms that it falls short of, requirements passed, alerts,
        realisation degree; only what the standard asks for.
    """
    language = assessment.city.study.language
    measures = assessment.measures

    def own(table: pd.DataFrame) -> pd.DataFrame:
        here = (table["area_kind"] == area_kind) & (table["area_id"] == area_id)
        return pd.DataFrame(table[here])

    figures = []
    capacity, accepted = own(measures.capacity), own(measures.acceptance)
    if len(capacity):
        short = int(capacity["state"].isin(_SHORT).sum())
        figures.append(("short_norms", f"{short:,} / {len(capacity):,}"))
    if len(accepted):
        passed = int((accepted["result"] == "passed").sum())
        figures.append(("passed_requirements", f"{passed:,} / {len(accepted):,}"))
    lines = assessment.city.profile.alerts
    if any(one.area == area_kind for one in lines):
        figures.append(("alerts_count", f"{len(own(measures.alerts)):,}"))
    degree = own(measures.realisation)
    degree = degree[degree["indicator_id"] == "degree"]
    figures += [("own_degree", percent(float(one))) for one in degree["part"]]
    return [(report_word(key, language), text) for key, text in figures]


def types_table(assessment: Assessment, domain: str) -> Table:
    """
    Show the types of a domain: coverage, choice and what depends on one facility.

    Parameters
    ----------
    assessment
        The assessment.
    domain
        Code of the domain.

    Returns
    -------
    table
        One row per type, for the template.
    """
    language = assessment.city.study.language
    block = types_block(assessment)
    own = {one.id for one in assessment.city.profile.types if one.domain == domain}
    rows = block.rows[block.rows["type_id"].isin(own)]
    keys = ["facility_type", "pair_share", "person_item_share", "open"]
    fields = [one for one in block.fields if one.key in (*keys, "type_id")]
    if _has(assessment, CHOICE):
        choice = shown_block(assessment, CHOICE, "district")
        more = ("population_none", "single_share", "facilities_in_reach")
        fields += [one for one in choice.fields if one.key in more]
        rows = rows.merge(choice.rows[["type_id", *more]], on="type_id", how="left")
        keys += more
    whole = Block("", tuple(fields), stack_rows([rows], tuple(fields)))
    return block_table(whole, language, keys=keys)


def _has(assessment: Assessment, contract: Contract) -> bool:
    """Tell whether a measure has rows."""
    return len(getattr(assessment.measures, contract.name)) > 0


def _table(assessment: Assessment, contract: Contract) -> tuple[str, Table]:
    """Write the rows of a measure that concern the district as a whole."""
    language = assessment.city.study.language
    title = table_word(f"title_{contract.name}", language)
    by_area = "area_id" in contract.names
    # Alerts and pass marks matter wherever they are.
    everywhere = contract in (ALERTS, ACCEPTANCE)
    area = "district" if by_area and not everywhere else None
    block = shown_block(assessment, contract, area)
    if contract is FAIRNESS:
        main = block.rows["group_kind"].isin(["required", "tier", "domain"])
        block = replace(block, rows=block.rows[main])
    if contract is DEPENDENCE:
        block = replace(block, rows=block.rows.head(_WORST_FACILITIES))
        title = table_word("title_dependence", language)
    most = None if area == "district" or contract is FAIRNESS else _MOST
    n_rows = len(block.rows)
    if most is not None and n_rows > most:
        title += table_word("cut_rows", language).format(
            shown=most, all=f"{n_rows:,}", name=contract.name
        )
    return title, block_table(block, language, most=most)


def _people_tables(assessment: Assessment) -> tuple[tuple[str, Table], ...]:
    """Write coverage by age, person group and area for the district."""
    block = people_block(assessment)
    rows = block.rows[block.rows["area_id"] == "district"]
    if rows.empty:
        return ()
    language = assessment.city.study.language
    return (("", block_table(replace(block, rows=rows), language)),)


def _capacity_line(assessment: Assessment) -> str:
    """Say how many norms the district falls short of."""
    language, table = assessment.city.study.language, assessment.measures.capacity
    own = table[table["area_kind"] == "district"]
    if own.empty:
        return report_word("no_norms", language)
    return report_word("capacity_line", language).format(
        short=int(own["state"].isin(_SHORT).sum()),
        unknown=int((own["state"] == "unknown").sum()),
        norms=len(own),
    )


def _choice_line(assessment: Assessment) -> str:
    """Name the required type for which most people depend on one facility."""
    language, profile = assessment.city.study.language, assessment.city.profile
    required = {one.id for one in profile.required_types}
    table = assessment.measures.choice
    own = table[(table["area_kind"] == "district") & table["type_id"].isin(required)]
    own = own[own["single_share"].notna()]
    if own.empty:
        return report_word("no_figures", language)
    worst = own.sort_values(["single_share", "type_id"], ascending=[False, True]).iloc[
        0
    ]
    return report_word("choice_line", language).format(
        type=profile.type_of(worst["type_id"]).label[language],
        share=percent(float(worst["single_share"])),
        single=f"{worst['population_single']:,.0f}",
        people=f"{worst['population']:,.0f}",
    )


def _fairness_line(assessment: Assessment) -> str:
    """Give the Gini coefficient, the worst-served tenth and the gap."""
    language, table = assessment.city.study.language, assessment.measures.fairness
    own = table[table["group_kind"] == "required"].set_index("across")
    if own.empty:
        return report_word("no_figures", language)
    text = report_word("fairness_line", language).format(
        gini=f"{own['gini']['people']:.3f}",
        worst=percent(float(own["worst_tenth"]["people"])),
    )
    gap = float(own["gap"]["area_classes"])
    # One area class differs from none.
    if assessment.city.subdistricts["area_class"].nunique() < 2:
        return text
    return text + report_word("gap_line", language).format(gap=f"{100 * gap:.1f}")


def _people_line(assessment: Assessment) -> str:
    """Give the share of people who reach every required type."""
    language = assessment.city.study.language
    row = coverage_rows(assessment, area_kind="district", group_kind="required").iloc[0]
    return report_word("people_line", language).format(
        share=percent(float(row["population_complete_share"])),
        part=f"{row['population_complete']:,.0f}",
        people=f"{row['population']:,.0f}",
    )


def _monitoring_line(assessment: Assessment) -> str:
    """Count requirements passed and alerts, and give the district's degree."""
    language, measures = assessment.city.study.language, assessment.measures
    parts = []
    if len(measures.acceptance):
        passed = int((measures.acceptance["result"] == "passed").sum())
        parts.append(
            report_word("acceptance_line", language).format(
                passed=passed, all=len(measures.acceptance)
            )
        )
    if assessment.city.profile.alerts:
        parts.append(
            report_word("alerts_line", language).format(alerts=len(measures.alerts))
        )
    degree = measures.realisation
    degree = degree[
        (degree["indicator_id"] == "degree") & (degree["area_kind"] == "district")
    ]
    parts += [
        report_word("degree_line", language).format(degree=percent(float(one)))
        for one in degree["part"]
    ]
    mark = "；" if language == "zh" else "; "
    return mark.join(parts) or report_word("no_requirements", language)
