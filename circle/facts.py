"""The facts that every table names: the headline share, the standard, the rule."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.assessment import Assessment
from circle.fact_texts import (
    kind_text,
    percent,
    screening_text,
    share_text,
    speed_text,
    verify_mark,
)
from circle.time_model import counted_text
from circle.words_tables import table_word

__all__ = [
    "HEADLINE_COLUMNS",
    "Definition",
    "Headline",
    "basis_text",
    "coverage_rows",
    "definition_text",
    "has_committees",
    "headline",
    "headline_definition",
    "headline_text",
    "kind_text",
    "percent",
    "screening_text",
    "share_text",
    "speed_text",
    "threshold_text",
    "thresholds_m",
    "thresholds_min",
    "verify_mark",
    "worst_subdistricts",
]

WORST_SUBDISTRICTS = 5
Definition = Literal["committee_pair", "committee_all", "person_item"]
# Definition to the share's column of COVERAGE, its numerator and its denominator.
HEADLINE_COLUMNS: Mapping[Definition, tuple[str, str, str]] = {
    "committee_pair": ("pair_share", "pairs_covered", "pairs"),
    "committee_all": (
        "committee_complete_share",
        "committees_complete",
        "committees",
    ),
    "person_item": ("person_item_share", "person_items_covered", "person_items"),
}


@dataclass(frozen=True)
class Headline:
    """The headline share of an area, with what it is a share of."""

    definition: Definition
    """What is counted: (committee, type) pairs, committees that have every required
    type, or people times types."""
    share: float
    """`covered` over `total`; NaN where nothing is counted."""
    covered: float
    """Pairs, committees or person-items within the threshold."""
    total: float
    """All of them over the required types: the denominator."""


def has_committees(assessment: Assessment) -> bool:
    """
    Tell whether committees are the origins.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    answer
        False where the study has none and cells are the origins.
    """
    return not assessment.city.committees.empty


def headline(assessment: Assessment, subdistrict_id: str | None = None) -> Headline:
    """
    Find the headline share by the profile's definition.

    Without committees it is always the share of person-items.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of a subdistrict, or None for the district.

    Returns
    -------
    headline
        Share, numerator and denominator of the area's required types.
    """
    row = _required_row(assessment, subdistrict_id)
    definition = headline_definition(assessment)
    share, covered, total = (float(row[one]) for one in HEADLINE_COLUMNS[definition])
    return Headline(definition, share, covered, total)


def headline_definition(assessment: Assessment) -> Definition:
    """
    Name what the headline share counts.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    definition
        The profile's; people times types where there are no committees.
    """
    wanted = assessment.city.profile.coverage.definition
    if wanted == "population" or not has_committees(assessment):
        return "person_item"
    return wanted


def worst_subdistricts(assessment: Assessment) -> tuple[str, ...]:
    """
    Find the subdistricts with the lowest headline share.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    codes
        Of the `WORST_SUBDISTRICTS` lowest, the lowest first; equal shares by code.
        Subdistricts without a share are left out.
    """
    share = HEADLINE_COLUMNS[headline_definition(assessment)][0]
    rows = coverage_rows(assessment, area_kind="subdistrict", group_kind="required")
    rows = rows.dropna(subset=[share]).sort_values([share, "area_id"], kind="stable")
    return tuple(str(one) for one in rows["area_id"][:WORST_SUBDISTRICTS])


def coverage_rows(
    assessment: Assessment, *, area_kind: str, group_kind: str
) -> pd.DataFrame:
    """
    Select the coverage rows of one kind of area and one kind of group.

    Parameters
    ----------
    assessment
        The assessment.
    area_kind
        ``district``, ``area_class`` or ``subdistrict``.
    group_kind
        ``required``, ``tier``, ``domain`` or ``type``.

    Returns
    -------
    rows
        Contract COVERAGE, in the order of the assessment, with a clean index.
    """
    table = assessment.coverage
    wanted = (table["area_kind"] == area_kind) & (table["group_kind"] == group_kind)
    return table[wanted].reset_index(drop=True)


def headline_text(assessment: Assessment, subdistrict_id: str | None = None) -> str:
    """
    Write the headline share with its numerator, its denominator and the counts.

    Parameters
    ----------
    assessment
        The assessment.
    subdistrict_id
        Code of a subdistrict, or None for the district.

    Returns
    -------
    text
        Two clauses, such as ``Coverage 81.0% (81 of 100 …); 9 committees, …``, in
        the language of the study.
    """
    language = assessment.city.study.language
    figure = headline(assessment, subdistrict_id)
    row = _required_row(assessment, subdistrict_id)
    key = "counts_line" if has_committees(assessment) else "counts_line_cells"
    return table_word("headline_line", language).format(
        share=share_text(figure.share, language),
        covered=f"{figure.covered:,.0f}",
        total=f"{figure.total:,.0f}",
        unit=table_word(f"unit_{figure.definition}", language),
    ) + table_word(key, language).format(
        population=f"{row['population']:,.0f}", committees=f"{row['committees']:,.0f}"
    )


def basis_text(assessment: Assessment) -> str:
    """
    Write in one paragraph what the figures rest on.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    text
        Standard, edition, its note, time limit and speeds, each with "to be
        verified" where it is; before them, where it applies, that straight lines
        stand in for a network; behind them, what else counts in times.
    """
    city = assessment.city
    language, profile = city.study.language, city.profile
    basis = table_word("basis", language).format(
        standard=profile.title[language],
        edition=profile.edition,
        note=profile.note[language],
        threshold=threshold_text(assessment),
        walk=speed_text(profile.speeds.walk_kmh, language),
        cycle=speed_text(profile.speeds.cycle_kmh, language),
    )
    return screening_text(city.detour, language) + basis + counted_text(city)


def definition_text(assessment: Assessment) -> str:
    """
    Write how the headline share is defined.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    text
        Numerator, denominator, and the tiers that count.
    """
    language, profile = assessment.city.study.language, assessment.city.profile
    key = f"definition_{headline(assessment).definition}"
    tiers = [table_word(one, language) for one in profile.coverage.tiers]
    measured = assessment.city.type_ids
    required = [one for one in profile.required_types if one.id in measured]
    text = table_word(key, language).format(
        tiers=("、" if language == "zh" else ", ").join(tiers),
        types=len(required),
    )
    return text + verify_mark(profile.coverage.to_be_verified, language)


def thresholds_min(assessment: Assessment) -> tuple[float, ...]:
    """
    List the time limits that were measured against.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    limits
        In minutes, rising, each once; without the rules that give metres.
    """
    reaches = (assessment.committee_reach, assessment.cell_reach)
    limits = [one.limits for one in reaches if one]
    return _distinct(
        one.threshold_s[(one.travel >= 0) & np.isnan(one.limit_m)] / 60
        for one in limits
    )


def thresholds_m(assessment: Assessment) -> tuple[float, ...]:
    """
    List the limits in metres that were measured against.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    limits
        In metres, rising, each once; only of the rules that give metres.
    """
    reaches = (assessment.committee_reach, assessment.cell_reach)
    limits = [one.limits for one in reaches if one]
    return _distinct(one.limit_m[one.travel >= 0] for one in limits)


def _distinct(arrays: Iterable[NDArray[np.float64]]) -> tuple[float, ...]:
    """List the known numbers of some arrays, rising, each once."""
    found: set[float] = set()
    for one in arrays:
        found |= {round(float(x), 3) for x in np.unique(one) if math.isfinite(x)}
    return tuple(sorted(found))


def threshold_text(assessment: Assessment) -> str:
    """
    Write the limit, with "to be verified" where it is.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    text
        Such as ``at most 15 minutes``; all limits where types differ.
    """
    language, rule = assessment.city.study.language, assessment.city.profile.rule
    comma = "、" if language == "zh" else ", "
    parts = [
        table_word(key, language).format(limits=comma.join(f"{x:g}" for x in limits))
        for key, limits in (
            ("limit_min", thresholds_min(assessment)),
            ("limit_m", thresholds_m(assessment)),
        )
        if limits
    ]
    several = len(thresholds_min(assessment) + thresholds_m(assessment)) > 1
    key = "threshold_values" if several else "threshold_value"
    text = table_word(key, language).format(limits=comma.join(parts) or "–")
    unsure = any(
        one is not None and one.to_be_verified
        for one in (rule.minutes, rule.metres, *rule.limits)
    )
    return text + verify_mark(unsure, language)


def _required_row(assessment: Assessment, subdistrict_id: str | None) -> pd.Series:
    """Find the row of an area's required types."""
    kind = "district" if subdistrict_id is None else "subdistrict"
    rows = coverage_rows(assessment, area_kind=kind, group_kind="required")
    if subdistrict_id is not None:
        rows = rows[rows["area_id"] == subdistrict_id]
    return rows.iloc[0]
