"""The charts of the report: coverage by type, over the sites, and over people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circle.charts import (
    Axis,
    Bar,
    Series,
    bar_chart,
    gini,
    line_chart,
    lorenz_chart,
)
from circle.facts import (
    HEADLINE_COLUMNS,
    coverage_rows,
    headline,
    headline_definition,
)
from circle.words_report import report_word

if TYPE_CHECKING:
    from circle.assessment import Assessment

_LIGHT = 5


def type_chart(assessment: Assessment, domain: str | None = None) -> str:
    """
    Draw the coverage of each facility type, for all domains or for one.

    Parameters
    ----------
    assessment
        The assessment.
    domain
        Code of a domain, or None for all.

    Returns
    -------
    svg
        One bar per type, in the order of the profile.
    """
    city = assessment.city
    language, profile = city.study.language, city.profile
    share, covered, total = HEADLINE_COLUMNS[headline_definition(assessment)]
    rows = coverage_rows(assessment, area_kind="district", group_kind="type")
    by_type = rows.set_index("group_id")[[share, covered, total]].astype(float)
    required = {one.id for one in profile.required_types}
    bars = [
        Bar(
            one.label[language],
            float(by_type[share][one.id]),
            f"{by_type[covered][one.id]:,.0f}/{by_type[total][one.id]:,.0f}",
            0 if one.id in required else _LIGHT,
        )
        for one in map(profile.type_of, city.type_ids)
        if one.id in by_type.index and domain in {None, one.domain}
    ]
    axis = Axis(report_word(share, language), "share")
    return bar_chart(
        bars,
        axis=axis,
        title=report_word("type_chart", language),
        mark=headline(assessment).share,
    )


def sites_chart(assessment: Assessment) -> str:
    """
    Draw the headline share as the proposed sites open one after another.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    svg
        From today's share; an empty text where no site is proposed.
    """
    sites = assessment.sites.sort_values("step")
    if len(sites) == 0:
        return ""
    language = assessment.city.study.language
    after = [float(one) for one in sites["share_after"]]
    shares = [headline(assessment).share, *after]
    points = tuple((float(i), one) for i, one in enumerate(shares))
    label = report_word(HEADLINE_COLUMNS[headline_definition(assessment)][0], language)
    return line_chart(
        [Series("", points, steps=True)],
        x=Axis(report_word("sites_axis", language), "count"),
        y=Axis(label, "share", from_zero=False),
        title=report_word("sites_chart", language),
    )


def people_chart(assessment: Assessment) -> tuple[str, float]:
    """
    Draw how evenly required types are within reach of people.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    svg
        Lorenz curve: each person counts the required types within the limit.
    gini
        Its Gini coefficient.
    """
    language = assessment.city.study.language
    reach = assessment.cell_reach
    required = {one.id for one in assessment.city.profile.required_types}
    counted = np.array([one in required for one in reach.type_ids], dtype=bool)
    within = reach.covered[:, counted].sum(axis=1).astype(float).tolist()
    people = assessment.city.cells["population"].astype(float).tolist()
    svg = lorenz_chart(
        within,
        people,
        x=Axis(report_word("lorenz_x", language), "share"),
        y=Axis(report_word("lorenz_y", language), "share"),
        title=report_word("lorenz_chart", language),
    )
    return svg, gini(within, people)
