"""The task lists of the subdistricts with the lowest coverage, under one another."""

from dataclasses import replace

import pandas as pd

from circle.assessment import Assessment
from circle.facts import (
    HEADLINE_COLUMNS,
    headline,
    headline_definition,
    worst_subdistricts,
)
from circle.sheet_lists import sites_block, sum_sites
from circle.sheet_parts import (
    Block,
    Field,
    add_names,
    own_field,
    share_field,
    stack_rows,
)
from circle.words_tables import table_word


def worst_tasks_block(assessment: Assessment) -> Block:
    """
    List the tasks of the subdistricts with the lowest headline share.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        Site by site, from the worst of `WORST_SUBDISTRICTS` subdistricts upwards, in
        the order of the plan, with a row of totals; a subdistrict without a site
        says so. No rows where no site is proposed at all.
    """
    language = assessment.city.study.language
    definition = headline_definition(assessment)
    parts = []
    for number, code in enumerate(worst_subdistricts(assessment), start=1):
        own = sites_block(assessment, code)
        rows = own.rows.iloc[: len(own.rows) - own.totals]
        if rows.empty:
            text = table_word("no_tasks", language)
            rows = pd.DataFrame([{"name": text}])
        figure = headline(assessment, code)
        parts.append(
            rows.assign(rank=number, subdistrict_id=code, area_share=figure.share)
        )
    fields = (
        own_field("rank", "rank", language, name="number"),
        own_field("subdistrict", "text", language),
        replace(
            share_field(*HEADLINE_COLUMNS[definition][::2], language=language),
            key="area_share",
        ),
        *(one for one in sites_block(assessment).fields if one.key != "subdistrict"),
    )
    if assessment.sites.empty or not parts:
        return Block("", fields, stack_rows([], fields), aside=3)
    named = add_names(pd.concat(parts, ignore_index=True), assessment)
    last = pd.DataFrame(
        [{"subdistrict": table_word("total", language), **sum_sites(named)}]
    )
    keep = (*fields, Field("subdistrict_id", "", "text"))
    rows = stack_rows([named, last], keep)
    return Block("", fields, rows, totals=1, aside=3)
