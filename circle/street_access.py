"""Who may use a street, by its OpenStreetMap tags: walk, ride, push or board."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

PrivateWays = Literal["allow", "refuse"]

# Pace of one direction of a street piece. A bicycle is ridden where it may be and
# pushed at walking pace where only walking is allowed, so that no place is nearer on
# foot than by bicycle.
CLOSED: Final = 0
WALKING: Final = 1
RIDING: Final = 2
FERRY: Final = 3

_NOT_FOR_WALKING = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "raceway", "bus_guideway"}
)
_NOT_STREETS = frozenset(
    {"construction", "proposed", "abandoned", "razed", "disused", "platform", "no",
     "rest_area", "services", "escape", "elevator", "bus_stop", "emergency_bay"}
)  # fmt: skip
_RIDEABLE = frozenset(
    {"primary", "primary_link", "secondary", "secondary_link", "tertiary",
     "tertiary_link", "unclassified", "residential", "living_street", "service",
     "road", "track", "cycleway", "path"}
)  # fmt: skip
_YES = frozenset({"yes", "designated", "permissive", "destination", "customers"})
_PRIVATE = frozenset({"private", "residents", "permit"})
_NO = frozenset({"no", "agricultural", "forestry", "military", "delivery", "emergency"})
_SIDEWALK = frozenset({"both", "left", "right", "yes", "separate"})
_OPENABLE = frozenset(
    {"gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "door",
     "turnstile", "full-height_turnstile", "kissing_gate", "hampshire_gate",
     "wicket_gate", "barrier", "debris", "jersey_barrier"}
)  # fmt: skip


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
            self.walk_forward
            or self.walk_back
            or self.cycle_forward
            or self.cycle_back
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
    >>> way_access({"highway": "steps"}, private_ways="allow").cycle_forward == WALKING
    True
    >>> way_access({"highway": "motorway"}, private_ways="allow").closed
    True
    """
    if tags.get("route") == "ferry":
        return _ferry_access(tags)
    highway = tags.get("highway", "no")
    if highway in _NOT_STREETS or tags.get("area") == "yes" and highway == "no":
        return SHUT
    walk = WALKING if _may_walk(tags, highway, private_ways) else CLOSED
    ride = RIDING if _may_ride(tags, highway, private_ways) else walk
    oneway_ride = _ride_direction(tags)
    oneway_walk = {"yes": 1, "-1": -1}.get(tags.get("oneway:foot", ""), 0)
    return WayAccess(
        walk_forward=walk if oneway_walk >= 0 else CLOSED,
        walk_back=walk if oneway_walk <= 0 else CLOSED,
        cycle_forward=ride if oneway_ride >= 0 else walk,
        cycle_back=ride if oneway_ride <= 0 else walk,
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
    if "barrier" not in tags:
        return False
    foot = tags.get("foot")
    if foot in _YES:
        return False
    if foot == "no":
        return True
    if tags["barrier"] not in _OPENABLE:
        return False
    if tags.get("locked") == "yes":
        return True
    return _closed_by(tags.get("access"), private_ways)


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


def _may_walk(
    tags: Mapping[str, str], highway: str, private_ways: PrivateWays
) -> bool:
    """Tell whether one may walk along a way."""
    foot = tags.get("foot")
    if foot in _YES:
        return True
    if foot in _NO or foot == "use_sidepath":
        return False
    if foot in _PRIVATE and private_ways == "refuse":
        return False
    if tags.get("motorroad") == "yes":
        return False
    if highway in _NOT_FOR_WALKING and tags.get("sidewalk") not in _SIDEWALK:
        return False
    if highway == "cycleway" and tags.get("segregated") == "no":
        return True
    return not _closed_by(tags.get("access"), private_ways)


def _may_ride(
    tags: Mapping[str, str], highway: str, private_ways: PrivateWays
) -> bool:
    """Tell whether one may ride a bicycle along a way."""
    bicycle = tags.get("bicycle")
    if bicycle in _YES:
        return highway != "steps"
    if bicycle in _NO or bicycle == "dismount":
        return False
    if bicycle in _PRIVATE and private_ways == "refuse":
        return False
    if tags.get("motorroad") == "yes" or highway not in _RIDEABLE:
        return False
    if highway == "path" and tags.get("foot") == "designated":
        return False
    return not _closed_by(
        tags.get("vehicle", tags.get("access")), private_ways
    ) and not _closed_by(tags.get("access"), private_ways)


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


_CYCLEWAY_KEYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")


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
