"""The sheets of one assessment: the district's, and one for each subdistrict."""

import pandas as pd

from circle.assessment import Assessment
from circle.facts import basis_text, has_committees, headline_text
from circle.result_contracts_measures import CAPACITY
from circle.sheet_coverage import (
    area_class_block,
    groups_block,
    open_facilities,
    summary_block,
    supply_block,
    types_block,
)
from circle.sheet_lists import (
    gaps_block,
    missing_block,
    not_placed_block,
    sites_block,
    unsnapped_block,
)
from circle.sheet_measures import MEASURE_SHEETS, measure_sheet, shown_block
from circle.sheet_names import sheet_names
from circle.sheet_parts import Block, Sheet, clean_text
from circle.sheet_people import people_block
from circle.sheet_tasks import worst_tasks_block
from circle.words_tables import table_word

DISTRICT_SHEETS = (
    "summary",
    "types",
    "sites",
    "worst_tasks",
    *MEASURE_SHEETS,
    "people",
    "gaps",
    "unsnapped",
    "not_placed",
)
# Where there is nothing on them, these are left out.
OPTIONAL_SHEETS = frozenset({"worst_tasks", *MEASURE_SHEETS, "people", "not_placed"})


def district_sheets(assessment: Assessment) -> tuple[Sheet, ...]:
    """
    Build the sheets of the whole district.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    sheets
        Summary, types, sites, the tasks of the worst subdistricts, the measures,
        coverage by people, gaps, unsnapped points and facilities without a place, in
        this order; those of `OPTIONAL_SHEETS` only with rows.
    """
    language = assessment.city.study.language
    note = f"{headline_text(assessment)}{_gap(language)}{basis_text(assessment)}"
    blocks: dict[str, tuple[Block, ...]] = {
        "summary": (summary_block(assessment), area_class_block(assessment)),
        "types": (types_block(assessment), groups_block(assessment)),
        "sites": (sites_block(assessment),),
        "worst_tasks": (worst_tasks_block(assessment),)
        if len(assessment.sites)
        else (),
        **{one: measure_sheet(assessment, one) for one in MEASURE_SHEETS},
        "people": (people_block(assessment),),
        "gaps": (gaps_block(assessment),),
        "unsnapped": (unsnapped_block(assessment),),
        "not_placed": (not_placed_block(assessment),),
    }
    return tuple(
        Sheet(
            table_word(f"sheet_{one}", language),
            table_word(f"title_{one}", language),
            note,
            blocks[one],
        )
        for one in DISTRICT_SHEETS
        if one not in OPTIONAL_SHEETS or any(len(block.rows) for block in blocks[one])
    )


def subdistrict_sheets(assessment: Assessment) -> tuple[Sheet, ...]:
    """
    Build one sheet for each subdistrict: what its street office must act on.

    Missing items, tasks, facilities and capacity by type, and gap clusters; where
    cells are the origins, coverage by type stands in place of the missing items.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    sheets
        In the order of the subdistricts.
    """
    language = assessment.city.study.language
    places = assessment.city.subdistricts
    codes = [str(one) for one in places["subdistrict_id"]]
    titles = [clean_text(one) for one in places["name"]]
    taken = [
        table_word(f"sheet_{one}", language) for one in ("cover", *DISTRICT_SHEETS)
    ]
    names = sheet_names(titles, codes=codes, taken=taken)
    heading = table_word("title_subdistrict", language)
    facilities = open_facilities(assessment)
    sheets = []
    for name, code, title in zip(names, codes, titles, strict=True):
        note = (
            f"{headline_text(assessment, code)}{_gap(language)}{basis_text(assessment)}"
        )
        full = f"{title}{'' if language == 'zh' else ': '}{heading}"
        sheets.append(
            Sheet(name, full, note, _own_blocks(assessment, code, facilities), code)
        )
    return tuple(sheets)


def _own_blocks(
    assessment: Assessment, code: str, facilities: pd.DataFrame
) -> tuple[Block, ...]:
    """Build the blocks of one subdistrict."""
    capacity = shown_block(assessment, CAPACITY, code)
    more = (
        sites_block(assessment, code),
        *((capacity,) if len(capacity.rows) else ()),
        gaps_block(assessment, code),
    )
    if has_committees(assessment):
        supply = supply_block(assessment, code, facilities=facilities)
        return (missing_block(assessment, code), more[0], supply, *more[1:])
    return (types_block(assessment, code, facilities=facilities), *more)


def _gap(language: str) -> str:
    """Separate sentences: English ones need a blank."""
    return "" if language == "zh" else " "
