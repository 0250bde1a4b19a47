"""What a profile can say: limits, circles, groups, use, complexes, extension."""

import copy

import pytest
import yaml
from toy_city import FACT, toy_profile

from circle.errors import ConfigError
from circle.profile_extends import extended
from circle.profile_reading import read_profile, shipped_profiles
from circle.profile_tables import profile_tables
from circle.rules import rule_table, type_rule

URBAN, OUTER = ("urban", "resident"), ("outer", "village")
LABEL = {"zh": "一", "en": "one"}


def read(tmp_path, content, name="own.yaml"):
    (tmp_path / name).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return read_profile(name, folder=tmp_path)


def with_rule(**changes: object):
    content = copy.deepcopy(toy_profile())
    content["rule"] |= changes
    return content


def limit(**more: object):
    return {**more, **FACT}


def found(profile, type_id, origin=URBAN, group=None):
    rule = type_rule(profile, profile.type_of(type_id), origin, group=group)
    return rule.travel.id, rule.minutes, rule.metres


def test_the_usual_rule_holds_where_no_other_does(tmp_path):
    profile = read(tmp_path, toy_profile())
    assert found(profile, "clinic") == ("walk", 15, None)
    assert found(profile, "clinic", OUTER) == ("cycle", 15, None)


@pytest.mark.parametrize(
    ("entry", "hit", "missed"),
    [
        ({"types": ["school"]}, ("school", URBAN), ("clinic", URBAN)),
        ({"levels": ["community"]}, ("court", URBAN), ("hospital", URBAN)),
        ({"domains": ["health"]}, ("hospital", URBAN), ("school", URBAN)),
        ({"tiers": ["extension"]}, ("court", URBAN), ("clinic", URBAN)),
        ({"area_classes": ["outer"]}, ("clinic", OUTER), ("clinic", URBAN)),
        ({"committee_kinds": ["village"]}, ("clinic", OUTER), ("clinic", URBAN)),
    ],
)
def test_a_limit_holds_for_what_it_names(tmp_path, entry, hit, missed):
    content = with_rule(limits=[limit(minutes=5, **entry)])
    profile = read(tmp_path, content)
    assert found(profile, *hit)[1] == 5
    assert found(profile, *missed)[1] == 15


def test_of_several_limits_the_last_counts_for_limit_mode_and_group_each(tmp_path):
    content = with_rule(
        limits=[
            limit(minutes=5, mode="cycle"),
            limit(types=["school"], metres=500, measure="straight"),
            limit(types=["school"], group="elder"),
            limit(types=["clinic"], group="elder"),
        ]
    )
    content["groups"] = {
        "elder": {"label": LABEL, "walk_kmh": {"value": 2, **FACT}},
    }
    profile = read(tmp_path, content)
    assert found(profile, "school") == ("cycle_straight", None, 500)
    assert found(profile, "clinic") == ("cycle_elder", 5, None)
    assert found(profile, "court") == ("cycle", 5, None)
    assert found(profile, "court", group="elder") == ("cycle_elder", 5, None)
    # A length is as long for elders as for everybody.
    assert found(profile, "school", group="elder") == ("cycle_straight", None, 500)


def test_a_person_group_may_have_a_limit_of_its_own(tmp_path):
    content = with_rule(limits=[limit(minutes=10, person_groups=["elder"])])
    content["groups"] = {"elder": {"label": LABEL, "walk_kmh": {"value": 2, **FACT}}}
    profile = read(tmp_path, content)
    assert found(profile, "clinic") == ("walk", 15, None)
    assert found(profile, "clinic", group="elder") == ("walk_elder", 10, None)
    rows = profile_page_rows(profile)
    assert any("10" in row[1] for row in rows if LABEL["en"] in row[0]), rows
    content["rule"]["group"] = "elder"
    profile = read(tmp_path, content)
    assert found(profile, "clinic") == ("walk_elder", 10, None)
    content["rule"]["limits"] = [limit(minutes=10, person_groups=["nobody"])]
    with pytest.raises(ConfigError, match=r"rule.limits\[0\]: no group 'nobody'"):
        read(tmp_path, content)


def profile_page_rows(profile):
    """The rows that ``circle profiles show`` prints."""
    tables = profile_tables(profile, language="en")
    return [row for table in tables for row in table.rows]


def test_a_circle_holds_for_its_types_and_a_limit_goes_before_it(tmp_path):
    content = with_rule(limits=[limit(types=["school"], metres=700)])
    content["circles"] = {
        "five": {"label": LABEL, "metres": 300, **FACT},
        "ten": {"label": LABEL, "minutes": 10, **FACT},
    }
    for one, circle in zip(content["types"], ("five", "ten", "five"), strict=False):
        one["circle"] = circle
    profile = read(tmp_path, content)
    assert found(profile, "clinic") == ("walk_length", None, 300)
    assert found(profile, "hospital") == ("walk", 10, None)
    assert found(profile, "school") == ("walk_length", None, 700)
    assert found(profile, "court") == ("walk", 15, None)


def test_metres_are_walked_at_the_speed_of_everybody(tmp_path):
    content = with_rule(metres={"value": 1000, **FACT})
    del content["rule"]["minutes"]
    profile = read(tmp_path, content)
    rule = type_rule(profile, profile.type_of("clinic"), URBAN)
    assert rule.limit_s(profile.speeds) == pytest.approx(900)
    rule = type_rule(profile, profile.type_of("clinic"), OUTER)
    assert rule.limit_s(profile.speeds) == pytest.approx(300)


def test_one_mode_may_stand_for_all(tmp_path):
    content = with_rule(mode={"value": "walk", **FACT})
    del content["rule"]["modes"]
    rules = rule_table(read(tmp_path, content))
    assert len(rules) == 6
    assert {one.travel.id for line in rules.values() for one in line} == {"walk"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"metres": {"value": 9, **FACT}}, "not both"),
        ({"minutes": None}, "give `minutes` or `metres`"),
        ({"measure": "length"}, "goes with `metres`"),
        ({"mode": {"value": "walk", **FACT}}, "or `mode` for all"),
        ({"group": "elder"}, "no group 'elder'"),
        ({"limits": [limit(types=["school"])]}, "needs at least one of"),
        ({"limits": [limit(types=["spa"], minutes=5)]}, "no type 'spa'"),
        ({"limits": [limit(domains=["spa"], minutes=5)]}, "no domain 'spa'"),
        ({"limits": [limit(group="old")]}, "no group 'old'"),
        ({"limits": [limit(minutes=5, metres=5)]}, "not both"),
        ({"limits": [limit(metres=5, measure="time")]}, "`length` or `straight`"),
    ],
)
def test_what_is_wrong_with_a_rule(tmp_path, change, told):
    content = with_rule(**change)
    content["rule"] = {k: v for k, v in content["rule"].items() if v is not None}
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, content)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p["types"][0].update(circle="big"), "no circle 'big'"),
        (
            lambda p: p.update(
                groups={"standard": {"label": LABEL, "walk_kmh": {"value": 4, **FACT}}}
            ),
            "everybody else",
        ),
        (
            lambda p: p.update(
                complexes=[limit(type="court", of=["clinic"], at_least=2)]
            ),
            "`at_least` 2 of 1 types",
        ),
        (
            lambda p: p.update(
                complexes=[limit(type="court", of=["court"], at_least=1)]
            ),
            "which is what it makes up",
        ),
        (
            lambda p: p.update(complexes=[limit(type="spa", of=["court"], at_least=1)]),
            "no type 'spa'",
        ),
        (
            lambda p: p.update(
                use={"planned": {"value": True, "source": "S9", "confidence": "A"}}
            ),
            "'S9' is not listed",
        ),
    ],
)
def test_what_is_wrong_with_circles_groups_complexes_and_use(tmp_path, change, told):
    content = copy.deepcopy(toy_profile())
    change(content)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, content)
    assert told in str(caught.value)


def test_a_profile_extends_another_and_overrides_single_figures(tmp_path):
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(toy_profile()), "utf-8")
    own = {
        "extends": "base.yaml",
        "name": "mine",
        "rule": {"minutes": {"value": 10}},
        "types": [
            {"id": "school", "tier": "extension"},
            {"id": "court", "remove": True},
            {**toy_profile()["types"][3], "id": "pool", "code": "S2"},
        ],
    }
    profile = read(tmp_path, own)
    assert profile.name == "mine"
    assert profile.rule.minutes.value == 10
    assert profile.rule.minutes.source == "own"
    assert profile.type_ids == ("clinic", "hospital", "school", "pool")
    assert profile.type_of("school").tier == "extension"
    assert profile.type_of("school").synonyms == ("学校",)


def test_extending_changes_neither_side():
    base = {"a": {"b": 1, "c": 2}, "types": [{"id": "x", "n": 1}], "list": [1, 2]}
    own = {"a": {"b": 5, "c": None}, "types": [{"id": "x", "n": 2}], "list": [3]}
    before = copy.deepcopy((base, own))
    merged = extended(base, own, where="own")
    assert merged == {"a": {"b": 5}, "types": [{"id": "x", "n": 2}], "list": [3]}
    assert (base, own) == before
    assert extended(base, {}, where="own") == base


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"extends": "own.yaml"}, "extends itself"),
        ({"extends": 7}, "found 7"),
        ({"extends": "nowhere"}, "not found"),
        (
            {"extends": "pudong", "types": [{"id": "spa", "remove": True}]},
            "'spa', which is not there",
        ),
    ],
)
def test_what_is_wrong_with_an_extension(tmp_path, own, told):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, own)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped_profiles_say_what_they_rest_on(name):
    profile = read_profile(name)
    assert profile.name == name
    # Nothing is presented as the official text of a standard.
    assert any(word in profile.note.zh for word in ("待核实", "非官方"))
    assert "to be verified" in profile.note.en.lower()
    assert any(one.to_be_verified for one in profile.types)
    assert all(one.label.zh and one.label.en for one in profile.types)
    assert profile.coverage.to_be_verified
