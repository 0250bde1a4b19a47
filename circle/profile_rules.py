"""The reach rule of a standard: limits, modes, circles, person groups and speeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from circle.errors import ConfigError
from circle.profile_facts import (
    AREA_CLASSES,
    COMMITTEE_KINDS,
    AreaClass,
    CommitteeKind,
    Id,
    Label,
    Level,
    Mode,
    Number,
    PositiveNumber,
    Sourced,
    Switch,
    Tier,
)
from circle.settings import Settings

Measure = Literal["time", "length", "straight"]
STANDARD = "standard"


@dataclass(frozen=True, order=True)
class Travel:
    """How somebody gets to a facility, and what of the way is measured."""

    mode: Mode
    """``walk`` or ``cycle``."""
    group: str = STANDARD
    """Person group whose speeds count; lengths are the same for every group."""
    measure: Measure = "time"
    """``time`` along the network, ``length`` along it, or ``straight`` line."""

    @property
    def id(self) -> str:
        """Short name: ``walk``, ``walk_elder``, ``walk_length``."""
        if self.measure != "time":
            return f"{self.mode}_{self.measure}"
        return self.mode if self.group == STANDARD else f"{self.mode}_{self.group}"


class Amount(Sourced):
    """A figure that may be zero, which switches it off."""

    value: Annotated[float, Field(ge=0)]
    """The figure; its unit is in the key that holds it."""


class ModeRule(Sourced):
    """How the committees of one kind in one area class are meant to travel."""

    area_class: AreaClass
    """Area class of the committee's subdistrict."""
    committee_kind: CommitteeKind
    """Residents' (`resident`, 居委) or villagers' (`village`, 村委) committee."""
    mode: Mode
    """`walk` or `cycle`."""


class OneMode(Sourced):
    """One mode for every committee."""

    value: Mode
    """`walk` or `cycle`."""


class Circle(Sourced):
    """One of several nested circles, such as those of 5, 10 and 15 minutes."""

    label: Label
    """Its name in Chinese and English."""
    minutes: PositiveNumber | None = None
    """Longest travel time in minutes, inclusive."""
    metres: PositiveNumber | None = None
    """Longest way in metres, inclusive."""
    measure: Measure | None = None
    """`length` (along the network) or `straight`, for metres."""
    least_people: PositiveNumber | None = None
    """People that such a circle holds at least."""
    most_people: PositiveNumber | None = None
    """People that such a circle holds at most."""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        """Check that there is one limit, in minutes or in metres."""
        _check_limit(self.minutes, self.metres, self.measure, needed=True)
        return self


class Limit(Sourced):
    """Another limit, mode or person group for some types and some origins."""

    types: tuple[Id, ...] = ()
    """Facility types it holds for; any if not given."""
    levels: tuple[Level, ...] = ()
    """Levels it holds for; any if not given."""
    domains: tuple[Id, ...] = ()
    """Domains it holds for; any if not given."""
    tiers: tuple[Tier, ...] = ()
    """Tiers it holds for; any if not given."""
    area_classes: tuple[AreaClass, ...] = ()
    """Area classes it holds for; any if not given."""
    committee_kinds: tuple[CommitteeKind, ...] = ()
    """Kinds of committees it holds for; any if not given."""
    person_groups: tuple[Id, ...] = ()
    """Person groups it holds for when their coverage is counted; any if not given."""
    minutes: PositiveNumber | None = None
    """Longest travel time in minutes, inclusive."""
    metres: PositiveNumber | None = None
    """Longest way in metres, inclusive."""
    measure: Measure | None = None
    """`length` (along the network) or `straight`, for metres."""
    mode: Mode | None = None
    """`walk` or `cycle`."""
    group: Id | None = None
    """Person group whose speeds count."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        """Check that the limit changes something, and one thing once."""
        _check_limit(self.minutes, self.metres, self.measure, needed=False)
        if all(
            one is None for one in (self.minutes, self.metres, self.mode, self.group)
        ):
            message = "needs at least one of `minutes`, `metres`, `mode` and `group`"
            raise ValueError(message)
        return self


class ReachRule(Settings):
    """The limit within which, and the mode by which, each facility must be reached."""

    minutes: Number | None = None
    """Longest travel time from origin to facility, in minutes, inclusive."""
    metres: Number | None = None
    """Longest way from origin to facility, in metres, inclusive."""
    measure: Measure | None = None
    """`length` (along the network) or `straight`, for metres."""
    modes: tuple[ModeRule, ...] = ()
    """One entry for each pair of area class and committee kind."""
    mode: OneMode | None = None
    """One mode for all, in place of `modes`."""
    group: Id = STANDARD
    """Person group whose speeds count."""
    limits: tuple[Limit, ...] = ()
    """Other limits for some types or origins; of several that hold, the last one
    counts for each of limit, mode and group."""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        """Check that there is one limit, in minutes or in metres."""
        minutes = None if self.minutes is None else self.minutes.value
        metres = None if self.metres is None else self.metres.value
        _check_limit(minutes, metres, self.measure, needed=True)
        return self

    @model_validator(mode="after")
    def _every_pair_once(self) -> Self:
        """Check that each (area class, committee kind) pair has just one mode."""
        if self.mode is not None and not self.modes:
            return self
        given = [(rule.area_class, rule.committee_kind) for rule in self.modes]
        wanted = [(area, kind) for area in AREA_CLASSES for kind in COMMITTEE_KINDS]
        if self.mode is not None or sorted(given) != sorted(wanted):
            message = (
                "needs one mode for each pair of area class "
                f"({', '.join(AREA_CLASSES)}) and committee kind "
                f"({', '.join(COMMITTEE_KINDS)}), each pair once, or `mode` for all"
            )
            raise ValueError(message)
        return self

    @property
    def facts(self) -> Iterator[Sourced]:
        """Every fact of the rule."""
        yield from (one for one in (self.minutes, self.metres, self.mode) if one)
        yield from self.modes
        yield from self.limits

    def mode_for(self, area_class: str, committee_kind: str) -> Mode:
        """Give the mode for a committee of this kind in this area class."""
        if self.mode is not None:
            return self.mode.value
        for rule in self.modes:
            if (rule.area_class, rule.committee_kind) == (area_class, committee_kind):
                return rule.mode
        message = f"no mode for {committee_kind} committees in {area_class} areas"
        raise ConfigError(message)


class BorderRule(Sourced):
    """Whose facilities count for an origin."""

    value: Literal["open", "district", "subdistrict"]
    """`open`: every facility in reach; `district`: those inside the study's
    subdistricts; `subdistrict`: those of the origin's own subdistrict."""


class UseRule(Settings):
    """Which facilities count; without an entry, all that are open to everybody."""

    planned: Switch | None = None
    """Whether facilities that are planned or being built count as if open."""
    members_only: Switch | None = None
    """Whether facilities count that are open to some people only."""
    borders: BorderRule | None = None
    """Whose facilities count for an origin; `open` if not given."""


class Complex(Sourced):
    """A facility type made of services under one roof."""

    type: Id
    """The type that such a building counts as, beside its services."""
    of: tuple[Id, ...]
    """Types of services that may make it up."""
    at_least: Annotated[int, Field(ge=1)]
    """How many of these types must share one `building_id`."""

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        """Check that there are enough types, and other ones than itself."""
        if self.type in self.of:
            message = f"`of` names '{self.type}', which is what it makes up"
            raise ValueError(message)
        if self.at_least > len(set(self.of)):
            message = f"`at_least` {self.at_least} of {len(set(self.of))} types"
            raise ValueError(message)
        return self


class Speeds(Settings):
    """Travel speeds; printed on every map and table."""

    walk_kmh: Number
    """Walking speed, km/h."""
    cycle_kmh: Number
    """Cycling speed, km/h; dismount sections go at walking speed."""
    steps_kmh: Number | None = None
    """Speed on steps, on foot or with a bicycle carried, km/h; walking speed if not
    given."""
    ferry_kmh: Number
    """Speed of a ferry whose duration is not known, km/h."""
    ferry_wait_min: Amount | None = None
    """Wait for a ferry where it is boarded from land, minutes; none if not given."""
    signal_delay_s: Amount | None = None
    """Wait at each signal that is passed, seconds; none if not given."""

    @property
    def facts(self) -> Iterator[Sourced]:
        """Every fact of the speeds."""
        for name in type(self).model_fields:
            fact = getattr(self, name)
            if fact is not None:
                yield fact

    @property
    def figures(self) -> tuple[float | None, ...]:
        """The figures in the order of their keys, None for those not given."""
        facts = (getattr(self, name) for name in type(self).model_fields)
        return tuple(None if one is None else one.value for one in facts)

    def kmh(self, mode: Mode) -> float:
        """Give the speed of a mode in km/h."""
        return self.walk_kmh.value if mode == "walk" else self.cycle_kmh.value


class PersonGroup(Settings):
    """People who travel at speeds of their own, such as elders."""

    label: Label
    """The group's name in Chinese and English."""
    walk_kmh: Number
    """Walking speed, km/h."""
    cycle_kmh: Number | None = None
    """Cycling speed, km/h; that of everybody if not given."""
    steps_kmh: Number | None = None
    """Speed on steps, km/h; if not given, that of everybody, but never faster than
    the group walks."""

    @property
    def facts(self) -> Iterator[Sourced]:
        """Every fact of the group."""
        given = (self.walk_kmh, self.cycle_kmh, self.steps_kmh)
        yield from (one for one in given if one)

    def speeds(self, usual: Speeds) -> Speeds:
        """Give the speeds of this group; what it leaves open is as usual."""
        steps = self.steps_kmh or usual.steps_kmh
        if self.steps_kmh is None and steps is not None:
            steps = min(steps, self.walk_kmh, key=lambda one: one.value)
        return usual.model_copy(
            update={
                "walk_kmh": self.walk_kmh,
                "cycle_kmh": self.cycle_kmh or usual.cycle_kmh,
                "steps_kmh": steps,
            }
        )


def _check_limit(
    minutes: float | None,
    metres: float | None,
    measure: Measure | None,
    *,
    needed: bool,
) -> None:
    """
    Check that a limit stands once, and that its measure fits it.

    Raises
    ------
    ValueError
        If it does not.
    """
    if minutes is not None and metres is not None:
        message = "give either `minutes` or `metres`, not both"
        raise ValueError(message)
    if needed and minutes is None and metres is None:
        message = "needs a limit: give `minutes` or `metres`"
        raise ValueError(message)
    if metres is None and measure not in {None, "time"}:
        message = "`measure` goes with `metres`; minutes are always time on the network"
        raise ValueError(message)
    if metres is not None and measure == "time":
        message = "metres are measured as `length` or `straight`"
        raise ValueError(message)
