"""Who may use a street, by its OpenStreetMap tags: walk, ride, push or board."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

PrivateWays = Literal["allow", "refuse"]

# Pace of one direction of a street piece, slowest first. A bicycle is ridden where it
# may be, and pushed at walking pace or carried on steps where only walking is allowed,
# so that no place is nearer on foot than by bicycle.
CLOSED: Final = 0
STEPS: Final = 1
WALKING: Final = 2
RIDING: Final = 3
FERRY: Final = 4

_NOT_FOR_WALKING = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "raceway", "bus_guideway"}
)
_NOT_STREETS = frozenset(
    {"construction", "proposed", "planned", "abandoned", "razed", "disused", "no",
     "rest_area", "services", "escape", "bus_stop", "emergency_bay", "via_ferrata"}
)  # fmt: skip
# People walk along what these keys name even where there is no highway tag.
_WALKED = (("man_made", "pier"), ("public_transport", "platform"),
           ("railway", "platform"))  # fmt: skip
_RIDEABLE = frozenset(
    {"primary", "primary_link", "secondary", "secondary_link", "tertiary",
     "tertiary_link", "unclassified", "residential", "living_street", "service",
     "road", "track", "cycleway", "path"}
)  # fmt: skip
_YES = frozenset({"yes", "designated", "permissive", "destination", "customers"})
_PRIVATE = frozenset({"private", "residents", "permit"})
_NO = frozenset({"no", "agricultural", "forestry", "military", "delivery", "emergency"})
_SIDEWALK = frozenset({"both", "left", "right", "yes", "separate"})
_SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_CYCLEWAY_KEYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_OPENABLE = frozenset(
    {"gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "door",
     "turnstile", "full-height_turnstile", "kissing_gate", "hampshire_gate",
     "wicket_gate", "barrier", "debris", "jersey_barrier"}
)  # fmt: skip

# Every key of a way that has a say; ways alike in these are alike in access.
ACCESS_KEYS: Final = (
    "highway", "route", "area", "access", "foot", "bicycle", "vehicle", "motorroad",
    "oneway", "oneway:foot", "oneway:bicycle", "conveying", "junction", "duration",
    *_SIDEWALK_KEYS, *_CYCLEWAY_KEYS, *(key for key, _ in _WALKED),
)  # fmt: skip
# Keys of a node that `blocks_passage` and `has_signals` look at.
GATE_KEYS: Final = ("barrier", "access", "foot", "bicycle", "locked")
SIGNAL_KEYS: Final = ("highway", "crossing", "crossing:signals")


@dataclass(frozen=True)
class WayAccess:
    """Pace in each direction and mode of one way."""

    walk_forward: int
    """Pace on foot along the way."""
    walk_back: int
    """Pace on foot against the way."""
    cycle_forward: int
    """Pace with a bicycle along the way."""
    cycle_back: int
    """Pace with a bicycle against the way."""

    @property
    def closed(self) -> bool:
        """Whether nobody may use the way at all."""
        return not (
            self.walk_forward or self.walk_back or self.cycle_forward or self.cycle_back
        )


SHUT = WayAccess(CLOSED, CLOSED, CLOSED, CLOSED)


def way_access(tags: Mapping[str, str], *, private_ways: PrivateWays) -> WayAccess:
    """
    Read off its tags who may use a way, and at what pace.

    Parameters
    ----------
    tags
        The tags of the way.
    private_ways
        ``allow`` treats ways tagged private as open: the inner streets of
        residential compounds are; ``refuse`` closes them unless foot or bicycle
        is allowed expressly.

    Returns
    -------
    access
        Pace in both directions for walking and cycling.

    Examples
    --------
    >>> way_access({"highway": "steps"}, private_ways="allow").cycle_forward == STEPS
    True
    >>> way_access({"highway": "motorway"}, private_ways="allow").closed
    True
    """
    if tags.get("route") == "ferry":
        return _ferry_access(tags)
    highway = _kind(tags)
    if highway in _NOT_STREETS:
        return SHUT
    on_foot = STEPS if highway == "steps" else WALKING
    walk = on_foot if _may_walk(tags, highway, private_ways) else CLOSED
    walk_direction = _walk_direction(tags)
    walk_forward = walk if walk_direction >= 0 else CLOSED
    walk_back = walk if walk_direction <= 0 else CLOSED
    may_ride = _may_ride(tags, highway, private_ways)
    ride_direction = _ride_direction(tags)
    return WayAccess(
        walk_forward=walk_forward,
        walk_back=walk_back,
        cycle_forward=RIDING if may_ride and ride_direction >= 0 else walk_forward,
        cycle_back=RIDING if may_ride and ride_direction <= 0 else walk_back,
    )


def blocks_passage(tags: Mapping[str, str], *, private_ways: PrivateWays) -> bool:
    """
    Tell whether a barrier node stops people on foot, and so bicycles too.

    Parameters
    ----------
    tags
        The tags of the node.
    private_ways
        ``allow`` lets people through gates tagged private, ``refuse`` does not,
        unless foot is allowed expressly.

    Returns
    -------
    blocked
        True for locked gates, for barriers closed to walkers, and never for
        nodes that carry no gate: bollards and kerbs are walked past.

    Examples
    --------
    >>> blocks_passage({"barrier": "gate", "access": "no"}, private_ways="allow")
    True
    >>> blocks_passage({"barrier": "bollard"}, private_ways="allow")
    False
    """
    foot = _expressly(tags.get("foot"), private_ways)
    if "barrier" not in tags or foot is True:
        return False
    if foot is False:
        return True
    locked = tags.get("locked") == "yes"
    shut = locked or _closed_by(tags.get("access"), private_ways)
    return tags["barrier"] in _OPENABLE and shut


def has_signals(tags: Mapping[str, str]) -> bool:
    """
    Tell whether people wait for a green light at a node.

    Parameters
    ----------
    tags
        The tags of the node.

    Returns
    -------
    signals
        True for traffic lights and for crossings with lights.

    Examples
    --------
    >>> has_signals({"highway": "crossing", "crossing": "traffic_signals"})
    True
    >>> has_signals({"highway": "crossing", "crossing": "uncontrolled"})
    False
    """
    return (
        tags.get("highway") == "traffic_signals"
        or tags.get("crossing") == "traffic_signals"
        or tags.get("crossing:signals") == "yes"
    )


def ferry_seconds(tags: Mapping[str, str]) -> float | None:
    """
    Read the duration of a ferry crossing.

    Parameters
    ----------
    tags
        The tags of the way; ``duration`` is ``hh:mm``, ``hh:mm:ss``, minutes, or
        an ISO 8601 duration such as ``PT8M``.

    Returns
    -------
    seconds
        The duration, or None where there is none that can be read.

    Examples
    --------
    >>> ferry_seconds({"duration": "00:08"})
    480.0
    >>> ferry_seconds({"duration": "PT1H30M"})
    5400.0
    """
    text = tags.get("duration", "").strip()
    if text.startswith("PT"):
        return _iso_seconds(text[2:])
    parts = text.split(":")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return None
    numbers = [float(part) for part in parts]
    if len(numbers) == 1:
        return numbers[0] * 60
    return sum(n * unit for n, unit in zip(numbers, (3600, 60, 1), strict=False))


def _kind(tags: Mapping[str, str]) -> str:
    """Give the highway value, ``platform`` for piers and platforms, else ``no``."""
    highway = tags.get("highway")
    if highway is not None:
        return highway
    walked = any(tags.get(key) == value for key, value in _WALKED)
    return "platform" if walked else "no"


def _may_walk(tags: Mapping[str, str], highway: str, private_ways: PrivateWays) -> bool:
    """Tell whether one may walk along a way."""
    foot = _expressly(tags.get("foot"), private_ways)
    if foot is not None:
        return foot
    sidewalk = any(tags.get(key) in _SIDEWALK for key in _SIDEWALK_KEYS)
    if tags.get("motorroad") == "yes" or (highway in _NOT_FOR_WALKING and not sidewalk):
        return False
    return not _closed_by(tags.get("access"), private_ways)


def _may_ride(tags: Mapping[str, str], highway: str, private_ways: PrivateWays) -> bool:
    """Tell whether one may ride a bicycle along a way."""
    bicycle = _expressly(tags.get("bicycle"), private_ways)
    if bicycle is not None:
        return bicycle and highway != "steps"
    if tags.get("motorroad") == "yes" or highway not in _RIDEABLE:
        return False
    if highway == "path" and tags.get("foot") == "designated":
        return False
    return not any(
        _closed_by(tags.get(key), private_ways) for key in ("vehicle", "access")
    )


def _expressly(value: str | None, private_ways: PrivateWays) -> bool | None:
    """Read what a mode's own tag allows or forbids; None where it says neither."""
    if value in _YES:
        return True
    if value in _NO or value in {"use_sidepath", "dismount"}:
        return False
    if value in _PRIVATE and private_ways == "refuse":
        return False
    return None


def _walk_direction(tags: Mapping[str, str]) -> int:
    """Give 1 or -1 for a way to be walked one way only (escalators too), else 0."""
    words = {"yes": 1, "1": 1, "-1": -1}
    if "oneway:foot" in tags:
        return words.get(tags["oneway:foot"], 0)
    return {"forward": 1, "backward": -1}.get(tags.get("conveying", ""), 0)


def _ride_direction(tags: Mapping[str, str]) -> int:
    """Give 1 or -1 for a way to be ridden one way only, else 0."""
    own = tags.get("oneway:bicycle")
    if own is not None:
        return {"yes": 1, "1": 1, "-1": -1}.get(own, 0)
    if any(tags.get(key, "").startswith("opposite") for key in _CYCLEWAY_KEYS):
        return 0
    if tags.get("junction") == "roundabout" and "oneway" not in tags:
        return 1
    return {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}.get(
        tags.get("oneway", ""), 0
    )


def _closed_by(access: str | None, private_ways: PrivateWays) -> bool:
    """Tell whether an access value keeps the public out."""
    if access in _NO:
        return True
    return access in _PRIVATE and private_ways == "refuse"


def _ferry_access(tags: Mapping[str, str]) -> WayAccess:
    """Read off its tags who may board a ferry; bicycles board where people do."""
    if tags.get("foot") in _NO or (
        tags.get("access") in _NO | _PRIVATE and tags.get("foot") not in _YES
    ):
        return SHUT
    cycle = CLOSED if tags.get("bicycle") in _NO else FERRY
    if tags.get("oneway") == "yes":
        return WayAccess(FERRY, CLOSED, cycle, CLOSED)
    return WayAccess(FERRY, FERRY, cycle, cycle)


def _iso_seconds(text: str) -> float | None:
    """Read the time part of an ISO 8601 duration."""
    seconds, digits = 0.0, ""
    for sign in text:
        if sign.isdigit() or sign == ".":
            digits += sign
        elif sign in "HMS" and digits.replace(".", "", 1).isdigit():
            seconds += float(digits) * {"H": 3600, "M": 60, "S": 1}[sign]
            digits = ""
        else:
            return None
    return seconds if seconds and not digits else None
