"""The report of an assessment: one page to read in a browser and to print on A4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from circle.facts import (
    basis_text,
    coverage_rows,
    definition_text,
    headline,
    headline_text,
    share_text,
    verify_mark,
)
from circle.html_pages import TEMPLATES, as_is, page_template, write_page
from circle.report_chapters import (
    area_table,
    class_chapters,
    domain_chapters,
    sites_table,
    subdistrict_chapters,
)
from circle.report_charts import people_chart, sites_chart, type_chart
from circle.report_maps import district_svg, share_legend
from circle.report_measures import measure_sections
from circle.sheet_cover import cover_rows
from circle.sheet_parts import clean_text
from circle.site_plan import quality_text
from circle.time_model import time_model_rows
from circle.words_report import report_word

if TYPE_CHECKING:
    from pathlib import Path

    from circle.assessment import Assessment
    from circle.profile import Sourced

# Label of a part of the time model, and its fact.
_SPEEDS = (
    ("walk_speed", "walk_kmh"),
    ("cycle_speed", "cycle_kmh"),
    ("steps_speed", "steps_kmh"),
    ("ferry", "ferry_kmh"),
    ("ferry_wait", "ferry_wait_min"),
    ("signal_delay", "signal_delay_s"),
)


def write_report(assessment: Assessment, path: Path) -> None:
    """
    Write the report as one page that needs no network.

    The district on one page, then chapters by domain, area class and subdistrict,
    then methods and limits. Maps and charts are drawings inside the page; every
    figure comes from the tables that the workbook holds. The same assessment gives
    the same bytes.

    Parameters
    ----------
    assessment
        The assessment.
    path
        The .html file to write; replaced where it is there already.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_page(path, report_text(assessment))


def report_text(assessment: Assessment) -> str:
    """
    Write the report.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    html
        The whole page, with every text escaped.
    """
    city = assessment.city
    language = city.study.language
    people, coefficient = people_chart(assessment)

    def say(key: str, **fields: object) -> str:
        return report_word(key, language).format(**fields)

    return page_template("report.html").render(
        say=say,
        language="zh-CN" if language == "zh" else "en",
        style=as_is((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        title=clean_text(city.study.title),
        as_of=None if city.study.as_of is None else city.study.as_of.isoformat(),
        headline=headline_text(assessment),
        share=share_text(headline(assessment).share, language),
        basis=basis_text(assessment),
        definition=definition_text(assessment),
        cards=_key_figures(assessment),
        map=as_is(district_svg(assessment)),
        legend=share_legend(assessment),
        areas=area_table(assessment, "area_class"),
        subdistricts=area_table(assessment, "subdistrict"),
        type_chart=as_is(type_chart(assessment)),
        sites_chart=as_is(sites_chart(assessment)),
        plan_text=_plan_text(assessment),
        people_chart=as_is(people),
        gini=f"{coefficient:.3f}",
        measures=measure_sections(assessment),
        sites=sites_table(assessment),
        domains=domain_chapters(assessment),
        classes=class_chapters(assessment),
        chapters=subdistrict_chapters(assessment),
        has_committees=not city.committees.empty,
        facts=_facts(assessment),
        unsure=_to_be_verified(assessment),
        notices=[one.in_language(language) for one in assessment.warnings],
    )


def _plan_text(assessment: Assessment) -> str:
    """Say how good the siting plan is; empty where there is none."""
    if assessment.plan is None or assessment.sites.empty:
        return ""
    return quality_text(assessment.plan, assessment.city.study.language)


def _key_figures(assessment: Assessment) -> list[tuple[str, str]]:
    """Count what the first page shows in large figures."""
    language = assessment.city.study.language
    row = coverage_rows(assessment, area_kind="district", group_kind="required").iloc[0]
    figures = {
        "subdistricts_count": len(assessment.city.subdistricts),
        "committees_count": row["committees"],
        "people_count": row["population"],
        "missing_count": row["pairs"] - row["pairs_covered"],
        "clusters_count": len(assessment.gap_clusters),
        "sites_number": len(assessment.sites),
    }
    if assessment.city.committees.empty:
        del figures["committees_count"], figures["missing_count"]
    return [
        (report_word(key, language), f"{value:,.0f}") for key, value in figures.items()
    ]


def _facts(assessment: Assessment) -> list[tuple[str, str]]:
    """Take the facts of the standard from the cover of the workbook."""
    language = assessment.city.study.language
    wanted = (
        "measured",
        "definition",
        "left_out",
        "standard",
        "edition",
        "note",
        "threshold",
        *(key for key, _ in time_model_rows(assessment.city)),
        "mode_rule",
        "substitution",
        "inputs",
        "crs",
    )
    labels = {report_word(one, language) for one in wanted}
    return [row for row in cover_rows(assessment) if row[0] in labels]


def _to_be_verified(assessment: Assessment) -> list[tuple[str, str]]:
    """List what of the standard is to be verified, with where it comes from."""
    city = assessment.city
    language, profile = city.study.language, city.profile
    types = [one for one in profile.types if one.to_be_verified]
    modes = [one for one in profile.rule.modes if one.to_be_verified]

    def say(key: str, **fields: object) -> str:
        return report_word(key, language).format(**fields)

    groups: list[tuple[str, list[Any]]] = [
        (
            say("threshold"),
            [profile.rule.minutes, profile.rule.metres, *profile.rule.limits],
        ),
        (say("verify_modes", count=len(modes)), modes),
        *((say(key), [getattr(profile.speeds, fact)]) for key, fact in _SPEEDS),
        (say("verify_types", count=len(types)), types),
        (say("verify_substitution"), [profile.higher_level_satisfies_lower]),
        (say("verify_definition"), [profile.coverage]),
        (say("verify_snap"), [profile.snap.limit_m]),
    ]
    found = []
    for label, facts in groups:
        unsure: list[Sourced] = [
            one for one in facts if one is not None and one.to_be_verified
        ]
        if unsure:
            levels = "、".join(sorted({one.confidence for one in unsure}))
            sources = "、".join(sorted({one.source for one in unsure}))
            text = f"{levels} · {say('sources')} {sources}"
            mark = verify_mark(True, language)
            found.append((f"{label}{mark}", text))
    return found
