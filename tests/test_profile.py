import copy

import pytest
import yaml
from toy_city import toy_profile

from circle.errors import ConfigError
from circle.input_warnings import _inherited_marks
from circle.profile import AREA_CLASSES, COMMITTEE_KINDS
from circle.profile_reading import read_profile, shipped_profiles


def read(tmp_path, content):
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return read_profile("own.yaml", folder=tmp_path)


def changed(change):
    content = copy.deepcopy(toy_profile())
    change(content)
    return content


def test_the_shipped_profile_is_what_it_says():
    profile = read_profile("pudong")
    assert len(profile.types) == 21
    assert len(profile.domains) == 5
    assert profile.rule.minutes.value == 15
    assert {one.tier for one in profile.required_types} == {"basic"}
    modes = {
        (area, kind): profile.rule.mode_for(area, kind)
        for area in AREA_CLASSES
        for kind in COMMITTEE_KINDS
    }
    assert modes == {
        ("urban", "resident"): "walk",
        ("urban", "village"): "walk",
        ("urbanising", "resident"): "walk",
        ("urbanising", "village"): "cycle",
        ("outer", "resident"): "cycle",
        ("outer", "village"): "cycle",
    }
    # Only the count of types is public; every type must be marked for checking.
    assert all(one.to_be_verified for one in profile.types)


def test_higher_levels_serve_lower_ones_by_the_switch(tmp_path):
    on = read(tmp_path, toy_profile())
    assert on.serving_types("clinic") == ("clinic", "hospital")
    assert on.serving_types("hospital") == ("hospital",)
    off = read(
        tmp_path,
        changed(lambda one: one["higher_level_satisfies_lower"].update(value=False)),
    )
    assert off.serving_types("clinic") == ("clinic",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p["types"].append(p["types"][0]), "type id 'clinic' stands twice"),
        (lambda p: p["types"][0].update(domain="helth"), "unknown domain 'helth'"),
        (lambda p: p["types"][0].update(satisfied_by=["spa"]), "no type 'spa'"),
        (
            lambda p: p["types"][1].update(satisfied_by=["clinic"]),
            "'clinic' is not of a higher level",
        ),
        (lambda p: p["rule"]["modes"].pop(), "needs one mode for each pair"),
        (lambda p: p["rule"]["minutes"].update(value=0), "rule.minutes.value: found 0"),
        (lambda p: p["speeds"].pop("walk_kmh"), "speeds.walk_kmh: is missing"),
        (lambda p: p["coverage"].update(source="S9"), "'S9' is not listed"),
        (lambda p: p["coverage"].update(tiers=[]), "no facility type has one of these"),
        (lambda p: p["area_classes"].pop("outer"), "area_classes: no name for 'outer'"),
        (lambda p: p["types"][0].update(Code="x"), "Did you mean 'code'?"),
        (lambda p: p["types"][0].update(code=7), "put it in quotes"),
    ],
)
def test_what_is_wrong_with_a_profile(tmp_path, change, told):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, changed(change))
    assert told in str(caught.value)
    assert "own.yaml" in str(caught.value)


def test_faults_of_references_come_together(tmp_path):
    def change(content):
        content["types"][0].update(domain="x", satisfied_by=["y"])
        content["coverage"].update(source="z")

    with pytest.raises(
        ConfigError, match=r"domain 'x'.*no type 'y'.*'z' is not listed"
    ):
        read(tmp_path, changed(change))


def test_an_unknown_profile_lists_those_there_are():
    with pytest.raises(
        ConfigError, match=r"'shanghai': not found; circle ships: .*pudong"
    ):
        read_profile("shanghai")


def test_a_misspelt_profile_is_told_the_nearest_name():
    with pytest.raises(ConfigError, match=r"did you mean 'pudong'\?") as told:
        read_profile("pudng")
    (problem,) = told.value.problems
    assert "是否指“pudong”？" in problem.in_language("zh")


def test_an_unknown_type_or_pair_is_a_config_error(tmp_path):
    profile = read(tmp_path, toy_profile())
    with pytest.raises(ConfigError, match="no facility type 'spa'"):
        profile.type_of("spa")
    with pytest.raises(ConfigError, match="no mode for nomad"):
        profile.rule.mode_for("urban", "nomad")


def own_profile(folder, text):
    (folder / "mine.yaml").write_text(f"extends: pudong\nname: mine\n{text}", "utf-8")
    return read_profile("mine.yaml", folder=folder)


MORE = (
    "types:\n- {id: market, code: M, label: {zh: 菜市场, en: market}, domain: sport,"
    " level: community, tier: basic, source: own, confidence: C}\n"
)


def test_marks_of_other_required_types_are_named(tmp_path):
    found = own_profile(tmp_path, MORE).inherited
    assert found.sections == ("acceptance", "alerts", "realisation")
    assert (found.base, found.required) == ("pudong", 13)
    # Written anew or left out, they are one's own.
    marks = "acceptance: null\nalerts: null\nrealisation: null\n"
    assert own_profile(tmp_path, MORE + marks).inherited is None
    # Another extension type changes nothing that the marks are held against.
    more = MORE.replace("basic", "extension")
    assert own_profile(tmp_path, more).inherited is None
    # A profile that takes over what was taken over has the same fault.
    own_profile(tmp_path, MORE)
    (tmp_path / "next.yaml").write_text("extends: mine.yaml\nname: next\n", "utf-8")
    assert read_profile("next.yaml", folder=tmp_path).inherited == found


def test_no_shipped_profile_takes_over_marks_of_other_types():
    assert [one for one in shipped_profiles() if read_profile(one).inherited] == []


def test_inherited_marks_are_told(tmp_path):
    profile = own_profile(tmp_path, MORE)
    (told,) = _inherited_marks(profile)
    assert told.name == "marks-inherited"
    assert "'pudong', whose 13 required types are other ones than its 14" in told.text
    assert "13类" in told.in_language("zh")
