"""What no candidate offers is told, and made where no candidate offers anything."""

from dataclasses import replace

import pandas as pd
import pytest
from toy_city import EAST, NORTH, toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.evaluation import evaluate
from circle.points_wanted import points_wanted
from circle.study import read_study


def city_of(folder, types):
    """The toy city whose candidates may hold these types; C2 lacks both required."""
    tables = toy_tables()
    tables["candidates"]["type_ids"] = types
    return load_city(read_study(write_toy(folder, tables=tables)))


def wanted(city):
    return points_wanted(city, evaluate(city), city.study.siting)


def test_candidates_that_offer_what_is_missing_are_enough(toy):
    options, told = wanted(toy.city)
    assert options == toy.city.study.siting
    assert told == ()


def test_where_none_offers_anything_missing_points_are_made_and_told(tmp_path):
    assessment = assess(city_of(tmp_path, "court"))
    assert set(assessment.sites["made_from"]) == {"cluster"}
    assert assessment.sites["items_cleared"].sum() > 0
    (told,) = [one for one in assessment.warnings if one.name == "points-made"]
    assert "clinic, school" in told.text
    assert "clinic、school" in told.in_language("zh")


def test_a_type_that_no_candidate_offers_is_told(tmp_path):
    options, told = wanted(city_of(tmp_path, "clinic"))
    assert not options.points.makes_any
    assert [one.name for one in told] == ["types-without-candidate"]
    assert "no candidate offers school" in told[0].text


def test_what_nobody_lacks_need_not_be_offered(tmp_path):
    tables = toy_tables()
    tables["candidates"]["type_ids"] = "clinic"
    nearby = (
        tables["facilities"].iloc[:1].assign(facility_id="F0", x=EAST + 2800, y=NORTH)
    )
    tables["facilities"] = pd.concat([tables["facilities"], nearby])
    city = load_city(read_study(write_toy(tmp_path, tables=tables)))
    options, told = wanted(city)
    assert options.points.makes_any
    assert [one.name for one in told] == ["points-made"]
    assert "(school)" in told[0].text


def test_a_higher_level_on_offer_is_enough(tmp_path):
    # A hospital serves as a clinic.
    _, told = wanted(city_of(tmp_path, "hospital、school"))
    assert told == ()


@pytest.mark.parametrize("part", ["candidates", "points"])
def test_nothing_is_made_unasked_without_candidates_or_beside_own_points(part, toy):
    city, options = toy.city, toy.city.study.siting
    if part == "points":
        options = options.with_clusters()
    else:
        city = replace(city, candidates=city.candidates.iloc[:0])
    assert points_wanted(city, evaluate(toy.city), options) == (options, ())
