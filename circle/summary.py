"""The short summary that ends a run on the terminal."""

from io import StringIO

import pandas as pd
from rich.console import Console
from rich.table import Table

from circle.assessment import Assessment
from circle.facts import (
    coverage_rows,
    headline,
    headline_text,
    screening_text,
    share_text,
)
from circle.profile import Label
from circle.site_plan import quality_text
from circle.words import word

_WIDTH = 100


def summary_text(assessment: Assessment) -> str:
    """
    Write the summary of an assessment for a terminal.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    text
        The headline with its denominator; coverage of required types by area class
        and by domain; missing items, people not covered, sites chosen.
    """
    city = assessment.city
    parts = [headline_text(assessment), _coverage_table(assessment)]
    if city.detour is not None:
        parts.insert(0, screening_text(city.detour, city.study.language))
    parts += _closing_lines(assessment)
    return "\n".join(part.rstrip() for part in parts)


def _coverage_table(assessment: Assessment) -> str:
    """Lay out coverage by area class and domain, one line each."""
    language, profile = assessment.city.study.language, assessment.city.profile
    by_pairs = headline(assessment).definition == "committee_pair"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    if by_pairs:
        table.add_column(word("pair_share", language), justify="right")
    table.add_column(word("person_item_share", language), justify="right")
    table.add_column(word("population_complete_share", language), justify="right")
    shares = ["person_item_share", "population_complete_share"]
    if by_pairs:
        shares.insert(0, "pair_share")

    def _add(label: Label, row: pd.Series) -> None:
        """Add one line."""
        texts = [share_text(float(row[one]), language) for one in shares]
        table.add_row(label[language], *texts)

    by_class = coverage_rows(assessment, area_kind="area_class", group_kind="required")
    for _, row in by_class.iterrows():
        _add(profile.area_classes[row["area_id"]], row)
    by_domain = coverage_rows(assessment, area_kind="district", group_kind="domain")
    for _, row in by_domain.iterrows():
        _add(profile.domains[row["group_id"]], row)
    return _rendered(table)


def _closing_lines(assessment: Assessment) -> list[str]:
    """Count missing items, people not covered, and sites."""
    language = assessment.city.study.language
    colon = "：" if language == "zh" else ": "
    row = coverage_rows(assessment, area_kind="district", group_kind="required").iloc[0]
    short = row["population"] - row["population_complete"]
    lines = []
    if not assessment.city.committees.empty:
        required = int(assessment.missing_items["required"].sum())
        lines.append(f"{word('missing_required_items', language)}{colon}{required:,}")
    lines.append(f"{word('people_lacking', language)}{colon}{short:,.0f}")
    clusters = f"{len(assessment.gap_clusters):,}"
    lines.append(f"{word('gap_clusters', language)}{colon}{clusters}")
    sites = assessment.sites
    if len(sites):
        lines.append(
            word("sites_line", language).format(
                sites=len(sites),
                items=int(sites["items_cleared"].sum()),
                share=share_text(float(sites["share_after"].iloc[-1]), language),
            )
        )
        if assessment.plan is not None:
            lines.append(quality_text(assessment.plan, language))
    return [f"{one[:1].upper()}{one[1:]}" for one in lines]


def _rendered(table: Table) -> str:
    """Render a table without colour."""
    stream = StringIO()
    Console(file=stream, width=_WIDTH, color_system=None).print(table)
    return stream.getvalue()
