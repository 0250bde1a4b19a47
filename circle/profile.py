"""A standard as data: facility types, reach rule, speeds, definitions."""

import math
from typing import Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from circle.errors import ConfigError
from circle.profile_facts import (
    AREA_CLASSES,
    COMMITTEE_KINDS,
    LEVELS,
    MODES,
    TIERS,
    AreaClass,
    CommitteeKind,
    Confidence,
    CoverageDefinition,
    Id,
    Inherited,
    Label,
    Level,
    Mode,
    Name,
    Number,
    PositiveNumber,
    Sourced,
    Switch,
    Tier,
)
from circle.profile_norms import (
    Norm,
    PassMark,
    Realisation,
    WarningLine,
    measure_facts,
    measure_problems,
)
from circle.profile_rules import (
    STANDARD,
    Circle,
    Complex,
    PersonGroup,
    ReachRule,
    Speeds,
    UseRule,
)
from circle.settings import Settings

__all__ = [
    "AREA_CLASSES",
    "COMMITTEE_KINDS",
    "LEVELS",
    "MODES",
    "TIERS",
    "AgeBand",
    "AreaClass",
    "CommitteeKind",
    "Confidence",
    "CoverageDefinition",
    "CoverageRule",
    "FacilityType",
    "Id",
    "Label",
    "Level",
    "Mode",
    "Name",
    "Number",
    "PositiveNumber",
    "Profile",
    "SnapRule",
    "Sourced",
    "Switch",
    "Tier",
]


class SnapRule(Settings):
    """How points are joined to the network."""

    limit_m: Number
    """Longest straight line from a point to the network, in metres, inclusive."""
    island_km: Number | None = None
    """Length of streets from which on a part of the network that is cut off from the
    rest counts as an island, to which points are joined too, in km; none if not
    given."""

    @property
    def island_m(self) -> float:
        """The same in metres; infinite if not given."""
        return math.inf if self.island_km is None else self.island_km.value * 1000.0


class CoverageRule(Sourced):
    """Which share is the headline figure, and over what."""

    definition: CoverageDefinition
    """`committee_pair`: satisfied (committee, required type) pairs over all;
    `committee_all`: committees with every required type over committees;
    `population`: people within reach over people, summed over required types."""
    tiers: tuple[Tier, ...]
    """The tiers whose types are required; others are reported beside them."""


class AgeBand(Settings):
    """One age band that population tables may carry."""

    id: Id
    """Ending of the column ``population_<id>``."""
    label: Label
    """Its name on outputs."""
    synonyms: tuple[str, ...] = ()
    """Other column names accepted in population files."""


class FacilityType(Sourced):
    """One facility type of the standard."""

    id: Id
    """Stable short id, used in missing-item ids."""
    code: str
    """Code of the type in the profile's own numbering."""
    label: Label
    """Its name in Chinese and English."""
    domain: Id
    """Key of `domains`."""
    level: Level
    """`committee` (居村), `community` (社区) or `district` (市区)."""
    tier: Tier
    """`basic` (基础保障) or `extension` (拓展)."""
    circle: Id | None = None
    """Key of `circles` whose limit holds for the type."""
    synonyms: tuple[str, ...] = ()
    """Other names accepted in inventories."""
    satisfied_by: tuple[Id, ...] = ()
    """Types of a higher level that also serve this need, where the switch
    `higher_level_satisfies_lower` is on."""
    osm: tuple[dict[str, str], ...] = ()
    """Tag sets of OpenStreetMap: a feature with all tags of one set is of this
    type."""


class Profile(Settings):
    """A standard as data: what must be reached, by whom, how, within what time."""

    version: Literal[1]
    """Format of this file."""
    name: Name
    """The name a study gives after `profile:`."""
    edition: str
    """Edition of the profile, printed on every output."""
    title: Label
    """Title on outputs."""
    note: Label
    """What a reader must know before trusting the figures."""
    sources: dict[str, str]
    """Source key to address or document."""
    origin: Literal["committee", "cell"]
    """Where the test of the standard starts."""
    domains: dict[Id, Label]
    """Domain ids and names, in the order of outputs."""
    area_classes: dict[AreaClass, Label]
    """Names of the three area classes."""
    age_bands: tuple[AgeBand, ...]
    """Age bands that population tables may carry."""
    rule: ReachRule
    """Time limit and modes."""
    speeds: Speeds
    """Travel speeds."""
    snap: SnapRule
    """Joining points to the network."""
    circles: dict[Id, Circle] = Field(default={})
    """Nested circles, where the standard has several."""
    groups: dict[Id, PersonGroup] = Field(default={})
    """Person groups with speeds of their own; `standard` is everybody else."""
    use: UseRule = UseRule()
    """Which facilities count."""
    complexes: tuple[Complex, ...] = ()
    """Types made of services under one roof."""
    higher_level_satisfies_lower: Switch
    """Whether a facility of a higher level serves the needs named by
    `satisfied_by`."""
    coverage: CoverageRule
    """The headline figure."""
    types: tuple[FacilityType, ...]
    """The facility types, in the order of outputs."""
    norms: tuple[Norm, ...] = ()
    """How much capacity there must be."""
    realisation: Realisation | None = None
    """Targets and weights of the realisation degree."""
    alerts: tuple[WarningLine, ...] = ()
    """Warning lines of indicators."""
    acceptance: tuple[PassMark, ...] = ()
    """Requirements of the acceptance."""

    _inherited: Inherited | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Check references between the sections, all at once."""
        problems = _reference_problems(self)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def inherited(self) -> Inherited | None:
        """Marks taken over from a profile that requires other types; None if none."""
        return self._inherited

    @property
    def type_ids(self) -> tuple[str, ...]:
        """Ids of all facility types, in order."""
        return tuple(one.id for one in self.types)

    @property
    def required_types(self) -> tuple[FacilityType, ...]:
        """The types whose tier is required by the coverage rule."""
        return tuple(one for one in self.types if one.tier in self.coverage.tiers)

    def type_of(self, type_id: str) -> FacilityType:
        """Give the facility type with this id."""
        for one in self.types:
            if one.id == type_id:
                return one
        message = (
            f"profile '{self.name}' has no facility type '{type_id}'; "
            f"it has: {', '.join(self.type_ids)}"
        )
        raise ConfigError(message)

    def serving_types(self, type_id: str) -> tuple[str, ...]:
        """Give the types whose facilities satisfy `type_id`, itself first."""
        own = self.type_of(type_id)
        if not self.higher_level_satisfies_lower.value:
            return (own.id,)
        return (own.id, *own.satisfied_by)


def _reference_problems(profile: Profile) -> list[str]:
    """Find ids that stand twice or point nowhere."""
    ids = list(profile.type_ids)
    twice = sorted({one for one in ids if ids.count(one) > 1})
    problems = [f"the type id '{one}' stands twice" for one in twice]
    for one in profile.types:
        if one.domain not in profile.domains:
            problems.append(f"type '{one.id}': unknown domain '{one.domain}'")
        unknown = sorted(set(one.satisfied_by) - set(ids))
        problems += [f"type '{one.id}': satisfied_by: no type '{x}'" for x in unknown]
    problems += _level_problems(profile)
    problems += _rule_problems(profile)
    problems += _measure_problems(profile)
    problems += _source_problems(profile)
    missing = sorted(set(AREA_CLASSES) - set(profile.area_classes))
    problems += [f"area_classes: no name for '{one}'" for one in missing]
    if not profile.required_types:
        problems.append("coverage.tiers: no facility type has one of these tiers")
    return problems


def _level_problems(profile: Profile) -> list[str]:
    """Find substitutions by a type of the same or a lower level."""
    level = {one.id: LEVELS.index(one.level) for one in profile.types}
    return [
        f"type '{one.id}': satisfied_by: '{other}' is not of a higher level"
        for one in profile.types
        for other in one.satisfied_by
        if other in level and level[other] <= level[one.id]
    ]


def _rule_problems(profile: Profile) -> list[str]:
    """Find rules that name types, domains, circles or groups there are not."""
    known: dict[str, set[str]] = {
        "type": set(profile.type_ids),
        "domain": set(profile.domains),
        "circle": set(profile.circles),
        "group": {STANDARD, *profile.groups},
    }
    named = [("rule", "group", profile.rule.group)]
    for i, limit in enumerate(profile.rule.limits):
        where = f"rule.limits[{i}]"
        named += [(where, "type", one) for one in limit.types]
        named += [(where, "domain", one) for one in limit.domains]
        named += [(where, "group", limit.group or STANDARD)]
        named += [(where, "group", one) for one in limit.person_groups]
    named += [
        (f"type '{one.id}'", "circle", one.circle)
        for one in profile.types
        if one.circle is not None
    ]
    for i, one in enumerate(profile.complexes):
        named += [(f"complexes[{i}]", "type", name) for name in (one.type, *one.of)]
    problems = [
        f"{where}: no {kind} '{name}'"
        for where, kind, name in named
        if name not in known[kind]
    ]
    if STANDARD in profile.groups:
        problems.append("groups: 'standard' is everybody else and has the usual speeds")
    return problems


def _measure_problems(profile: Profile) -> list[str]:
    """Find norms, targets, warning lines and pass marks that point nowhere."""
    known: dict[str, set[str]] = {
        "type": set(profile.type_ids),
        "domain": set(profile.domains),
        "tier": set(TIERS),
        "level": set(LEVELS),
        "age_band": {one.id for one in profile.age_bands},
    }
    return measure_problems(
        known,
        norms=profile.norms,
        realisation=profile.realisation,
        alerts=profile.alerts,
        acceptance=profile.acceptance,
    )


def _source_problems(profile: Profile) -> list[str]:
    """Find facts whose source key is not listed."""
    use = profile.use
    facts: list[Sourced | None] = [
        *profile.types,
        *profile.rule.facts,
        *profile.speeds.facts,
        *(fact for one in profile.groups.values() for fact in one.facts),
        *profile.circles.values(),
        *profile.complexes,
        *(use.planned, use.members_only, use.borders),
        profile.snap.limit_m,
        profile.snap.island_km,
        profile.higher_level_satisfies_lower,
        profile.coverage,
        *measure_facts(
            profile.norms, profile.realisation, profile.alerts, profile.acceptance
        ),
    ]
    known = {*profile.sources, "own"}
    unknown = sorted({one.source for one in facts if one is not None} - known)
    return [f"source '{one}' is not listed under sources" for one in unknown]
