import pytest

from circle.indicators import INDICATORS, indicator_problem, parse_indicator
from circle.profile_norms import (
    PassMark,
    Realisation,
    WarningLine,
    measure_facts,
    measure_problems,
)

FACT = {"source": "own", "confidence": "C"}
LABEL = {"zh": "甲", "en": "a"}
KNOWN = {
    "type": {"clinic"},
    "domain": {"health"},
    "tier": {"basic"},
    "level": {"committee"},
    "age_band": {"old"},
    "norm": {"beds"},
}


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("pair_share", ("required", "required")),
        ("pair_share:domain:health", ("domain", "health")),
        ("person_item_share:level:committee", ("level", "committee")),
        ("capacity_ratio:beds", ("norm", "beds")),
        ("single_share:clinic", ("type", "clinic")),
        ("gini_people", ("", "")),
    ],
)
def test_names_of_indicators(text, group):
    found = parse_indicator(text)
    assert (found.group_kind, found.group_id) == group
    assert indicator_problem(text, KNOWN) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pair_shares", "no indicator 'pair_shares'; there are: pair_share"),
        ("pair_share:health", "expected pair_share, or pair_share:<tier"),
        ("pair_share:domain:spa", "no domain 'spa'"),
        ("capacity_ratio", "expected capacity_ratio:<id of a norm>"),
        ("capacity_ratio:doors", "no norm 'doors'"),
        ("gini_people:type:clinic", "expected gini_people"),
    ],
)
def test_wrong_names_of_indicators(text, told):
    assert told in indicator_problem(text, KNOWN)


def test_an_indicator_that_an_area_does_not_have():
    told = indicator_problem("gini_people", KNOWN, area_kind="subdistrict")
    assert told == "indicator 'gini_people': exists for district, not for subdistrict"


def test_every_indicator_says_what_it_is_in_both_languages():
    for one in INDICATORS.values():
        assert one.label.zh != one.label.en
        assert one.formula.zh
        assert one.formula.en
        # A share or ratio names what it is a share of.
        assert bool(one.denominator.en) == (one.unit != "count")


def test_sections_that_point_nowhere_are_told_together():
    realisation = Realisation.model_validate(
        {
            "indicators": [
                {"id": "a", "label": LABEL, "actual": "pair_share:type:spa",
                 "target": 1, **FACT},
                {"id": "a", "label": LABEL, "actual": "realisation_degree",
                 "target": 1, **FACT},
            ]
        }
    )  # fmt: skip
    alerts = (
        WarningLine.model_validate({"indicator": "gini_people", "above": 0.3, **FACT}),
    )
    acceptance = (
        PassMark.model_validate(
            {"id": "p", "label": LABEL, "indicator": "pair_shar", "at_least": 1, **FACT}
        ),
    )
    sections = {"norms": (), "realisation": realisation, "alerts": alerts,
                "acceptance": acceptance}  # fmt: skip
    told = " / ".join(measure_problems(KNOWN, **sections))
    for text in (
        "indicator id 'a' stands twice",
        "no type 'spa'",
        "may not be the degree itself",
        "not for subdistrict",
        "no indicator 'pair_shar'",
    ):
        assert text in told
    assert len(list(measure_facts(**sections))) == 4


@pytest.mark.parametrize(
    ("model", "content"),
    [
        (WarningLine, {"indicator": "pair_share"}),
        (WarningLine, {"indicator": "pair_share", "below": 1, "above": 2}),
        (PassMark, {"id": "a", "label": LABEL, "indicator": "pair_share"}),
    ],
)
def test_one_line_and_no_more(model, content):
    with pytest.raises(ValueError, match="one of them"):
        model.model_validate({**content, **FACT})
