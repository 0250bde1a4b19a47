"""The time model on outputs: what counts in travel times, and what does not."""

from dataclasses import replace

import pytest

from circle.facts import basis_text
from circle.profile_rules import Amount, PersonGroup, Speeds, Travel
from circle.record import run_record
from circle.sheet_cover import cover_rows
from circle.time_model import (
    counted_text,
    time_model_facts,
    time_model_rows,
    time_model_text,
)

FACT = {"source": "own", "confidence": "A"}
KEYS = ("walk_speed", "cycle_speed", "steps_speed", "ferry", "signal_delay", "slopes")


def changed(city, **speeds: object):
    """The city with other speeds."""
    usual = city.profile.speeds.model_copy(update=speeds)
    return replace(city, profile=city.profile.model_copy(update={"speeds": usual}))


def amount(value):
    return Amount(value=value, **FACT)


def test_what_is_not_counted_is_said_as_well(toy):
    rows = dict(time_model_rows(changed(toy.city, signal_delay_s=amount(0))))
    assert tuple(rows) == (*KEYS, "person_groups")
    assert rows["signal_delay"] == "not counted"
    assert rows["steps_speed"] == "as walking"
    assert rows["slopes"] == "not counted"
    assert "wait not counted" in rows["ferry"]
    assert rows["person_groups"] == "everybody at the same speeds"
    assert counted_text(changed(toy.city, signal_delay_s=amount(0))) == ""


def test_what_is_switched_on_stands_under_every_title(toy):
    walk = toy.city.profile.speeds.walk_kmh
    slow = walk.model_copy(update={"value": 2.0})
    city = changed(
        toy.city,
        signal_delay_s=amount(20),
        ferry_wait_min=amount(7.5),
        steps_kmh=slow,
    )
    rows = dict(time_model_rows(city))
    assert rows["signal_delay"].startswith("20 s each")
    assert "7.5 min" in rows["ferry"]
    assert rows["steps_speed"].startswith("2 km/h")
    text = basis_text(replace(toy, city=city))
    assert "20 s each" in text
    assert "7.5 min" in text
    facts = time_model_facts(city)
    assert facts["signal_delay_s"] == {"value": 20.0, "to_be_verified": False}
    assert facts["heights"] is None
    assert set(facts) > set(Speeds.model_fields)


def test_person_groups_in_use_are_named_with_their_speeds(toy):
    label = {"zh": "老年人", "en": "elders"}
    slow = toy.city.profile.speeds.walk_kmh.model_copy(update={"value": 2.88})
    groups = {"elder": PersonGroup(label=label, walk_kmh=slow)}
    profile = toy.city.profile.model_copy(update={"groups": groups})
    unused = replace(toy.city, profile=profile)
    assert dict(time_model_rows(unused))["person_groups"].startswith("everybody")
    travel = Travel("walk", group="elder")
    city = replace(unused, travels={**unused.travels, travel.id: travel})
    text = dict(time_model_rows(city))["person_groups"]
    assert text.startswith("elders (walking 2.88 km/h")
    assert time_model_facts(city)["person_groups"]["elder"]["walk_kmh"]["value"] == 2.88


def test_heights_are_named_by_their_file(toy):
    streets = toy.city.study.streets.model_copy(update={"heights": "dem/hills.tif"})
    study = toy.city.study.model_copy(update={"streets": streets})
    city = replace(toy.city, study=study)
    assert dict(time_model_rows(city))["slopes"] == "counted (heights: hills.tif)"
    assert "hills.tif" in counted_text(city)


def test_straight_lines_have_speeds_only(toy):
    city = replace(toy.city, detour=1.3)
    keys = [key for key, _ in time_model_rows(city)]
    assert keys == ["walk_speed", "cycle_speed", "person_groups"]
    assert counted_text(city) == ""
    assert time_model_facts(city)["straight_line_detour"] == 1.3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_cover_record_and_legend_state_the_same(toy, tmp_path, language):
    study = toy.city.study.model_copy(update={"language": language})
    city = replace(toy.city, study=study)
    texts = [text for _, text in time_model_rows(city)]
    on_cover = [text for _, text in cover_rows(replace(toy, city=city))]
    assert set(texts) <= set(on_cover)
    assert all(one in time_model_text(city) for one in texts)
    record = run_record(replace(toy, city=city), outputs=(), folder=tmp_path)
    speed = record["time_model"]["walk_kmh"]["value"]
    assert speed == city.profile.speeds.walk_kmh.value
