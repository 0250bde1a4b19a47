"""The facts that every table names: the headline share, the standard, the rule."""

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from circle.assessment import Assessment
from circle.profile import Number, Profile
from circle.words_tables import table_word


@dataclass(frozen=True)
class Headline:
    """The headline share of the district, with what it is a share of."""

    definition: Literal["committee_pair", "person_item"]
    """What is counted: (committee, type) pairs, or people times types."""
    share: float
    """`covered` over `total`; NaN where nothing is counted."""
    covered: float
    """Pairs or person-items within the threshold."""
    total: float
    """All pairs or person-items of the required types: the denominator."""


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
    by_pairs = assessment.city.profile.coverage.definition == "committee_pair"
    if by_pairs and has_committees(assessment):
        return Headline(
            "committee_pair",
            float(row["pair_share"]),
            float(row["pairs_covered"]),
            float(row["pairs"]),
        )
    return Headline(
        "person_item",
        float(row["person_item_share"]),
        float(row["person_items_covered"]),
        float(row["person_items"]),
    )


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


def basis_text(profile: Profile, language: str, *, detour: float | None = None) -> str:
    """
    Write in one paragraph what the figures rest on.

    Parameters
    ----------
    profile
        The standard.
    language
        ``zh`` or ``en``.
    detour
        Detour factor of the screening mode; None with a network.

    Returns
    -------
    text
        Standard, edition, its note, time limit and speeds, each with "to be
        verified" where it is; before them, where it applies, that straight lines
        stand in for a network.
    """
    return screening_text(detour, language) + table_word("basis", language).format(
        standard=profile.title[language],
        edition=profile.edition,
        note=profile.note[language],
        threshold=threshold_text(profile, language),
        walk=speed_text(profile.speeds.walk_kmh, language),
        cycle=speed_text(profile.speeds.cycle_kmh, language),
    )


def screening_text(detour: float | None, language: str) -> str:
    """
    Write that straight lines stand in for a network.

    Parameters
    ----------
    detour
        Detour factor of the screening mode; None with a network.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        One sentence; nothing with a network.

    Examples
    --------
    >>> screening_text(None, "en")
    ''
    """
    if detour is None:
        return ""
    return table_word("screening_basis", language).format(detour=detour)


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


def speed_text(speed_kmh: Number, language: str) -> str:
    """
    Write a speed, with "to be verified" where it is.

    Parameters
    ----------
    speed_kmh
        The speed in km/h, with its confidence.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``4 km/h (to be verified)``.
    """
    text = table_word("speed_value", language).format(kmh=speed_kmh.value)
    return text + verify_mark(speed_kmh.to_be_verified, language)


def threshold_text(profile: Profile, language: str) -> str:
    """
    Write the time limit, with "to be verified" where it is.

    Parameters
    ----------
    profile
        The standard; its limit is in minutes.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``at most 15 minutes``.
    """
    minutes = profile.rule.minutes
    text = table_word("threshold_value", language).format(minutes=minutes.value)
    return text + verify_mark(minutes.to_be_verified, language)


def share_text(share: float, language: str) -> str:
    """
    Write a share in per cent, or that there is none.

    Parameters
    ----------
    share
        From 0 to 1, or NaN.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        See `percent`.

    Examples
    --------
    >>> share_text(0.8125, "en"), share_text(float("nan"), "en")
    ('81.2%', 'no data')
    """
    if math.isnan(share):
        return table_word("no_share", language)
    return percent(share)


def percent(share: float, nothing: str = "–") -> str:
    """
    Write a share as a percentage.

    Parameters
    ----------
    share
        From 0 to 1, or NaN.
    nothing
        What to write for NaN.

    Returns
    -------
    text
        With one decimal; never 100 % for less than all of it.

    Examples
    --------
    >>> percent(0.93), percent(0.99999), percent(1), percent(float("nan"))
    ('93.0%', '99.9%', '100%', '–')
    """
    if math.isnan(share):
        return nothing
    if share >= 1:
        return "100%"
    return f"{min(100 * share, 99.9):.1f}%"


def verify_mark(to_be_verified: bool, language: str) -> str:
    """
    Give the mark that stands behind a fact that is not sure.

    Parameters
    ----------
    to_be_verified
        Whether the fact is to be verified.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The mark, or nothing.

    Examples
    --------
    >>> verify_mark(False, "en")
    ''
    """
    return table_word("verify_mark", language) if to_be_verified else ""


def _required_row(assessment: Assessment, subdistrict_id: str | None) -> pd.Series:
    """Find the row of an area's required types."""
    kind = "district" if subdistrict_id is None else "subdistrict"
    rows = coverage_rows(assessment, area_kind=kind, group_kind="required")
    if subdistrict_id is not None:
        rows = rows[rows["area_id"] == subdistrict_id]
    return rows.iloc[0]
