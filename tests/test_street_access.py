"""Who may use a street: the tag rules, one by one."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circle.street_access import (
    ACCESS_KEYS,
    CLOSED,
    FERRY,
    RIDING,
    SHUT,
    STEPS,
    WALKING,
    blocks_passage,
    ferry_seconds,
    has_signals,
    way_access,
)

WALK_ONLY = (WALKING, WALKING, WALKING, WALKING)
OPEN = (WALKING, WALKING, RIDING, RIDING)
ON_STEPS = (STEPS, STEPS, STEPS, STEPS)
NOBODY = (CLOSED, CLOSED, CLOSED, CLOSED)


def paces(text: str, private_ways="allow"):
    """Pace of a way with tags written like ``highway=path foot=no``."""
    tags = dict(one.split("=") for one in text.split())
    one = way_access(tags, private_ways=private_ways)
    return (one.walk_forward, one.walk_back, one.cycle_forward, one.cycle_back)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("highway=residential", OPEN),
        ("highway=footway", WALK_ONLY),
        ("highway=steps", ON_STEPS),
        ("highway=steps bicycle=yes", ON_STEPS),
        ("highway=pedestrian", WALK_ONLY),
        ("highway=footway bicycle=yes", OPEN),
        ("highway=cycleway", OPEN),
        ("highway=cycleway foot=no", (CLOSED, CLOSED, RIDING, RIDING)),
        ("highway=path foot=designated", WALK_ONLY),
        ("highway=path foot=designated bicycle=designated", OPEN),
        ("highway=residential bicycle=dismount", WALK_ONLY),
        ("highway=secondary bicycle=use_sidepath", WALK_ONLY),
        ("highway=secondary foot=use_sidepath", (CLOSED, CLOSED, RIDING, RIDING)),
        ("highway=service vehicle=no", WALK_ONLY),
        ("highway=service access=no", NOBODY),
        ("highway=service access=no foot=yes", WALK_ONLY),
        ("highway=motorway", NOBODY),
        ("highway=trunk", NOBODY),
        ("highway=trunk sidewalk=both", WALK_ONLY),
        ("highway=trunk sidewalk:right=yes", WALK_ONLY),
        ("highway=primary motorroad=yes", NOBODY),
        ("highway=construction", NOBODY),
        ("highway=elevator", WALK_ONLY),
        ("highway=platform", WALK_ONLY),
        ("railway=platform", WALK_ONLY),
        ("public_transport=platform", WALK_ONLY),
        ("man_made=pier", WALK_ONLY),
        ("man_made=pier access=no", NOBODY),
        ("railway=rail", NOBODY),
        ("building=yes", NOBODY),
    ],
)
def test_a_way_is_open_to_whom_its_tags_say(tags, expected):
    assert paces(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("oneway=yes", (WALKING, WALKING, RIDING, WALKING)),
        ("oneway=-1", (WALKING, WALKING, WALKING, RIDING)),
        ("oneway=yes oneway:bicycle=no", OPEN),
        ("oneway=yes cycleway=opposite_lane", OPEN),
        ("oneway=yes cycleway:left=opposite_track", OPEN),
        ("oneway:bicycle=-1", (WALKING, WALKING, WALKING, RIDING)),
        ("junction=roundabout", (WALKING, WALKING, RIDING, WALKING)),
        ("junction=roundabout oneway=no", OPEN),
        ("oneway:foot=yes", (WALKING, CLOSED, RIDING, RIDING)),
        ("oneway:foot=-1", (CLOSED, WALKING, RIDING, RIDING)),
        ("oneway=yes oneway:foot=yes", (WALKING, CLOSED, RIDING, CLOSED)),
    ],
)
def test_one_way_streets_are_pushed_against_unless_walkers_are_bound_too(
    tags, expected
):
    assert paces(f"highway=residential {tags}") == expected


def test_escalators_run_one_way():
    forward = (STEPS, CLOSED, STEPS, CLOSED)
    assert paces("highway=steps conveying=forward") == forward
    assert paces("highway=steps conveying=backward") == (0, STEPS, 0, STEPS)
    assert paces("highway=steps conveying=reversible") == ON_STEPS


@pytest.mark.parametrize("value", ["private", "residents", "permit"])
def test_private_ways_follow_the_policy(value):
    assert paces(f"highway=service access={value}") == OPEN
    assert paces(f"highway=service access={value}", "refuse") == NOBODY
    assert paces(f"highway=service access={value} foot=yes", "refuse") == WALK_ONLY
    by_bicycle = (CLOSED, CLOSED, RIDING, RIDING)
    assert paces(f"highway=residential foot={value}", "refuse") == by_bicycle
    assert paces(f"highway=residential bicycle={value}", "refuse") == WALK_ONLY


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("", (FERRY, FERRY, FERRY, FERRY)),
        ("bicycle=no", (FERRY, FERRY, CLOSED, CLOSED)),
        ("oneway=yes", (FERRY, CLOSED, FERRY, CLOSED)),
        ("foot=no", NOBODY),
        ("access=private", NOBODY),
        ("access=no foot=yes", (FERRY, FERRY, FERRY, FERRY)),
    ],
)
def test_ferries_take_whom_their_tags_let_aboard(tags, expected):
    assert paces(f"route=ferry {tags}") == expected


@pytest.mark.parametrize(
    ("tags", "allow", "refuse"),
    [
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, False, True),
        ({"barrier": "gate", "foot": "private"}, False, True),
        ({"barrier": "gate", "access": "no"}, True, True),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, False, False),
        ({"barrier": "gate", "locked": "yes"}, True, True),
        ({"barrier": "gate", "locked": "yes", "foot": "designated"}, False, False),
        ({"barrier": "bollard"}, False, False),
        ({"barrier": "bollard", "access": "no"}, False, False),
        ({"barrier": "bollard", "foot": "no"}, True, True),
        ({"highway": "crossing", "foot": "no"}, False, False),
    ],
)
def test_gates_stop_people_by_tags_and_policy(tags, allow, refuse):
    assert blocks_passage(tags, private_ways="allow") is allow
    assert blocks_passage(tags, private_ways="refuse") is refuse


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:08", 480.0),
        ("01:02:03", 3723.0),
        ("8", 480.0),
        ("PT8M", 480.0),
        ("PT1H30M", 5400.0),
        ("PT90S", 90.0),
        ("", None),
        ("soon", None),
        ("1:2:3:4", None),
        ("PT8", None),
        ("PTM", None),
        ("PT8X", None),
    ],
)
def test_ferry_durations_are_read_in_every_usual_form(text, seconds):
    assert ferry_seconds({"duration": text}) == seconds


class Listening(Mapping[str, str]):
    """Tags that note which keys are asked for."""

    def __init__(self, tags: dict[str, str]) -> None:
        self.tags, self.asked = tags, set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return self.tags[key]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError

    def __len__(self) -> int:
        raise AssertionError


words = st.sampled_from(
    ["yes", "no", "private", "residential", "trunk", "path", "steps", "designated",
     "dismount", "both", "opposite", "-1", "forward", "roundabout", "pier", "platform"]
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(ACCESS_KEYS), words))
def test_access_hangs_on_the_declared_keys_alone(tags):
    listening = Listening(tags)
    access = way_access(listening, private_ways="refuse")
    assert listening.asked <= set(ACCESS_KEYS)
    assert access == way_access({**tags, "name": "x"}, private_ways="refuse")


@given(st.dictionaries(st.sampled_from(ACCESS_KEYS), words))
def test_a_bicycle_goes_wherever_its_rider_may_walk(tags):
    one = way_access(tags, private_ways="allow")
    if FERRY not in {one.walk_forward, one.walk_back}:
        assert one.cycle_forward >= one.walk_forward
        assert one.cycle_back >= one.walk_back


@given(st.dictionaries(st.sampled_from(ACCESS_KEYS), words))
def test_refusing_private_ways_opens_nothing(tags):
    if way_access(tags, private_ways="allow") == SHUT:
        assert way_access(tags, private_ways="refuse") == SHUT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("highway=traffic_signals", True),
        ("highway=crossing crossing=traffic_signals", True),
        ("highway=crossing crossing=marked crossing:signals=yes", True),
        ("highway=crossing crossing=marked", False),
        ("highway=stop", False),
        ("railway=signal", False),
    ],
)
def test_people_wait_at_traffic_lights_only(text, expected):
    assert has_signals(dict(one.split("=") for one in text.split())) is expected
