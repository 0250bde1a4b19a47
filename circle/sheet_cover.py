"""The cover of the workbook: what was measured, by which standard, from what."""

from circle.assessment import Assessment
from circle.facts import (
    definition_text,
    has_committees,
    headline,
    share_text,
    threshold_text,
    verify_mark,
)
from circle.sheet_parts import area_class_label, clean_text
from circle.site_plan import quality_text
from circle.study import input_paths
from circle.time_model import time_model_rows
from circle.words_tables import table_word


def cover_rows(assessment: Assessment) -> tuple[tuple[str, str], ...]:
    """
    Write the facts of the cover, each with its label.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    rows
        Label and text, from top to bottom.
    """
    rows = (
        *_result_rows(assessment),
        *_standard_rows(assessment),
        *_data_rows(assessment),
    )
    language = assessment.city.study.language
    return tuple((table_word(label, language), text) for label, text in rows)


def _result_rows(assessment: Assessment) -> list[tuple[str, str]]:
    """Say what was measured and what came out."""
    language = assessment.city.study.language
    origin = "committee" if has_committees(assessment) else "cell"
    if assessment.city.detour is not None:
        origin = f"{origin}_screening"
    figure = headline(assessment)
    text = table_word("headline_value", language).format(
        share=share_text(figure.share, language),
        covered=f"{figure.covered:,.0f}",
        total=f"{figure.total:,.0f}",
    )
    rows = [
        ("measured", table_word(f"measured_{origin}", language)),
        ("headline", text),
        ("definition", definition_text(assessment)),
    ]
    left_out = [
        one.label[language]
        for one in assessment.city.profile.types
        if one.id not in assessment.city.type_ids
    ]
    if left_out:
        rows.append(("left_out", clean_text(left_out)))
    if assessment.plan is not None and len(assessment.sites):
        rows.append(("siting_plan", quality_text(assessment.plan, language)))
    return rows


def _standard_rows(assessment: Assessment) -> list[tuple[str, str]]:
    """Name the standard and its rule."""
    city = assessment.city
    language, profile = city.study.language, city.profile
    switch = profile.higher_level_satisfies_lower
    substitution = table_word("yes" if switch.value else "no", language)
    return [
        ("standard", profile.title[language]),
        ("edition", profile.edition),
        ("note", profile.note[language]),
        ("threshold", threshold_text(assessment)),
        *time_model_rows(city),
        *_mode_rows(assessment),
        (
            "substitution",
            substitution + verify_mark(switch.to_be_verified, language),
        ),
    ]


def _mode_rows(assessment: Assessment) -> list[tuple[str, str]]:
    """Say who walks and who cycles."""
    language, profile = assessment.city.study.language, assessment.city.profile
    return [
        (
            "mode_rule",
            table_word("mode_rule_value", language).format(
                area=area_class_label(rule.area_class, assessment),
                kind=table_word(rule.committee_kind, language),
                mode=table_word(rule.mode, language),
            )
            + verify_mark(rule.to_be_verified, language),
        )
        for rule in profile.rule.modes
    ]


def _data_rows(assessment: Assessment) -> list[tuple[str, str]]:
    """Name the input files, the counts and the warnings."""
    city = assessment.city
    language = city.study.language
    colon = "：" if language == "zh" else ": "
    sections = [
        (name.split(".")[0], path) for name, path in input_paths(city.study).items()
    ]
    files = [
        f"{table_word(f'input_{name}', language)}{colon}{path.name}"
        for name, path in sections
    ]
    counts = [
        f"{table_word(f'count_{name}', language)}{colon}{text}"
        for name, text in _counts(assessment).items()
    ]
    rows = [("inputs", one) for one in files]
    if city.study.as_of is not None:
        rows.append(("as_of", city.study.as_of.isoformat()))
    rows.append(("crs", city.crs.name))
    rows += [("counts", one) for one in counts]
    rows += [("warnings", one.in_language(language)) for one in assessment.warnings]
    return rows


def _counts(assessment: Assessment) -> dict[str, str]:
    """Count what went in and what came out."""
    city = assessment.city
    language = city.study.language
    n_open = int((city.facilities["status"] == "open").sum())
    n_required = int(assessment.missing_items["required"].astype(bool).sum())
    part_of = table_word("part_of_value", language)
    return {
        "subdistricts": f"{len(city.subdistricts):,}",
        "committees": f"{len(city.committees):,}",
        "cells": f"{len(city.cells):,}",
        "population": f"{city.cells['population'].sum():,.0f}",
        "facilities": part_of.format(all=len(city.facilities), part=n_open),
        "candidates": f"{len(city.candidates):,}",
        "missing": part_of.format(all=len(assessment.missing_items), part=n_required),
        "gaps": f"{len(assessment.gap_clusters):,}",
        "sites": f"{len(assessment.sites):,}",
        "unsnapped": f"{len(assessment.unsnapped):,}",
    }
