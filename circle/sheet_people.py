"""Coverage by age, by person group and by area, beside that of all people."""

import pandas as pd

from circle.assessment import Assessment
from circle.contracts import COVERAGE_BY
from circle.sheet_parts import (
    Block,
    Field,
    area_class_label,
    clean_text,
    contract_fields,
    own_field,
    stack_rows,
)
from circle.words_tables import table_word


def people_block(assessment: Assessment) -> Block:
    """
    Show who is within the rule by age, by person group and by inhabited area.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    block
        One row per part and area: the district, its area classes and subdistricts,
        for the required types. The weight of age bands and groups is people, that of
        the area is km².
    """
    language = assessment.city.study.language
    table = assessment.coverage_by
    rows = table[table["group_kind"] == "required"].reset_index(drop=True).copy()
    order = {"district": 0, "area_class": 1, "subdistrict": 2}
    rows = rows.sort_values("area_kind", key=lambda x: x.map(order), kind="stable")
    rows = rows.reset_index(drop=True)
    names = _names(assessment)
    rows["by_name"] = [
        names.get(f"{kind}:{one}", table_word(f"by_{kind}", language))
        for kind, one in zip(rows["by_kind"], rows["by_id"], strict=True)
    ]
    rows["area"] = [
        names.get(f"{kind}:{one}", clean_text(one))
        for kind, one in zip(rows["area_kind"], rows["area_id"], strict=True)
    ]
    rows["by"] = [table_word(f"by_{one}", language) for one in rows["by_kind"]]
    fields = (
        own_field("area", "text", language),
        own_field("by", "text", language, name="by_kind"),
        own_field("by_name", "text", language),
        own_field("population", "decimal", language, name="weight"),
        _share("person_item_share", "weighted_share", "weight_types", language),
        _share("population_complete_share", "weighted_complete", "weight", language),
        *contract_fields(COVERAGE_BY, ("area_id", "by_id"), language=language),
    )
    return Block("", fields, stack_rows([rows], fields), aside=2)


def _share(key: str, name: str, total: str, language: str) -> Field:
    """Describe a share with its denominator in the header."""
    text = table_word("share_of", language).format(
        share=table_word(name, language), total=table_word(total, language)
    )
    return Field(key, text, "part")


def _names(assessment: Assessment) -> dict[str, str]:
    """Name the parts and the areas by their kind and code."""
    city = assessment.city
    language, profile = city.study.language, city.profile
    places = pd.DataFrame(city.subdistricts[["subdistrict_id", "name"]])
    return {
        "district:district": table_word("whole_district", language),
        **{f"age_band:{one.id}": one.label[language] for one in profile.age_bands},
        **{
            f"person_group:{key}": one.label[language]
            for key, one in profile.groups.items()
        },
        **{
            f"area_class:{one}": area_class_label(one, assessment)
            for one in profile.area_classes
        },
        **{
            f"subdistrict:{one.subdistrict_id}": clean_text(one.name_)
            for one in places.rename(columns={"name": "name_"}).itertuples(index=False)
        },
    }
