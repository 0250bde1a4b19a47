"""The sheets of one assessment: the district's, and one for each subdistrict."""

from circle.assessment import Assessment
from circle.facts import basis_text, has_committees, headline_text
from circle.sheet_coverage import (
    area_class_block,
    groups_block,
    summary_block,
    types_block,
)
from circle.sheet_lists import (
    gaps_block,
    missing_block,
    not_placed_block,
    sites_block,
    unsnapped_block,
)
from circle.sheet_measures import MEASURE_SHEETS, measure_sheet
from circle.sheet_parts import (
    Sheet,
    clean_text,
    sheet_names,
)
from circle.words_tables import table_word

DISTRICT_SHEETS = ("summary", "types", "sites", "gaps", "unsnapped")
# Only where there is something on it.
EXTRA_SHEETS = ("not_placed", *MEASURE_SHEETS)


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
        Summary, types, sites, gaps, unsnapped points and, if there are any,
        facilities without a place, then the measures, in this order.
    """
    language = assessment.city.study.language
    note = f"{headline_text(assessment)}{_gap(language)}{basis_text(assessment)}"
    blocks = {
        "summary": (summary_block(assessment), area_class_block(assessment)),
        "types": (types_block(assessment), groups_block(assessment)),
        "sites": (sites_block(assessment),),
        "gaps": (gaps_block(assessment),),
        "unsnapped": (unsnapped_block(assessment),),
        "not_placed": (not_placed_block(assessment),),
        **{one: measure_sheet(assessment, one) for one in MEASURE_SHEETS},
    }
    return tuple(
        Sheet(
            table_word(f"sheet_{one}", language),
            table_word(f"title_{one}", language),
            note,
            blocks[one],
        )
        for one in (*DISTRICT_SHEETS, *EXTRA_SHEETS)
        if one in DISTRICT_SHEETS or any(len(block.rows) for block in blocks[one])
    )


def subdistrict_sheets(assessment: Assessment) -> tuple[Sheet, ...]:
    """
    Build one sheet for each subdistrict: what its street office must act on.

    Missing items, gap clusters and sites; where cells are the origins, coverage
    by type stands in place of the missing items.

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
        table_word(f"sheet_{one}", language)
        for one in ("cover", *DISTRICT_SHEETS, *EXTRA_SHEETS)
    ]
    names = sheet_names(titles, codes=codes, taken=taken)
    heading = table_word("title_subdistrict", language)
    sheets = []
    for name, code, title in zip(names, codes, titles, strict=True):
        first = (
            missing_block(assessment, code)
            if has_committees(assessment)
            else types_block(assessment, code)
        )
        blocks = (first, gaps_block(assessment, code), sites_block(assessment, code))
        note = (
            f"{headline_text(assessment, code)}{_gap(language)}{basis_text(assessment)}"
        )
        full = f"{title}{_gap(language)}{heading}"
        sheets.append(Sheet(name, full, note, blocks, code))
    return tuple(sheets)


def _gap(language: str) -> str:
    """Separate sentences: English ones need a blank."""
    return "" if language == "zh" else " "
