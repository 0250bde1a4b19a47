"""Read and validate a standard: facility types, reach rule, speeds, definitions."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from circle.errors import ConfigError
from circle.settings import Settings, read_yaml, validate
from circle.shipped import shipped_folder

Confidence = Literal["A", "B", "C", "R"]
AreaClass = Literal["urban", "urbanising", "outer"]
CommitteeKind = Literal["resident", "village"]
Mode = Literal["walk", "cycle"]
Level = Literal["committee", "community", "district"]
Tier = Literal["basic", "extension"]
CoverageDefinition = Literal["committee_pair", "population"]

AREA_CLASSES: tuple[AreaClass, ...] = ("urban", "urbanising", "outer")
COMMITTEE_KINDS: tuple[CommitteeKind, ...] = ("resident", "village")
MODES: tuple[Mode, ...] = ("walk", "cycle")
LEVELS: tuple[Level, ...] = ("committee", "community", "district")
TIERS: tuple[Tier, ...] = ("basic", "extension")

PositiveNumber = Annotated[float, Field(gt=0)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class Label(Settings):
    """A name in Chinese and in English."""

    zh: str
    """The Chinese name."""
    en: str
    """The English name."""

    def __getitem__(self, language: str) -> str:
        """Give the name in `language`, ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


class Sourced(Settings):
    """A fact with where it comes from and how sure it is."""

    source: str
    """Key of `sources`, or ``own`` for a choice made by the profile's author."""
    confidence: Confidence
    """A official text seen; B second-hand; C inferred or chosen; R recalled."""

    @property
    def to_be_verified(self) -> bool:
        """Whether outputs must print "to be verified" beside this fact."""
        return self.confidence != "A"


class Number(Sourced):
    """A positive figure of the standard."""

    value: PositiveNumber
    """The figure; its unit is in the key that holds it."""


class Switch(Sourced):
    """A yes-or-no choice of the standard."""

    value: bool
    """On or off."""


class ModeRule(Sourced):
    """How the committees of one kind in one area class are meant to travel."""

    area_class: AreaClass
    """Area class of the committee's subdistrict."""
    committee_kind: CommitteeKind
    """Residents' (`resident`, 居委) or villagers' (`village`, 村委) committee."""
    mode: Mode
    """`walk` or `cycle`."""


class ReachRule(Settings):
    """The time within which, and the mode by which, each facility must be reached."""

    minutes: Number
    """Longest travel time from origin to facility, in minutes, inclusive."""
    modes: tuple[ModeRule, ...]
    """One entry for each pair of area class and committee kind."""

    @model_validator(mode="after")
    def _every_pair_once(self) -> Self:
        """Check that each (area class, committee kind) pair has just one mode."""
        given = [(rule.area_class, rule.committee_kind) for rule in self.modes]
        wanted = [(area, kind) for area in AREA_CLASSES for kind in COMMITTEE_KINDS]
        if sorted(given) != sorted(wanted):
            message = (
                "needs one mode for each pair of area class "
                f"({', '.join(AREA_CLASSES)}) and committee kind "
                f"({', '.join(COMMITTEE_KINDS)}), each pair once"
            )
            raise ValueError(message)
        return self

    def mode_for(self, area_class: str, committee_kind: str) -> Mode:
        """Give the mode for a committee of this kind in this area class."""
        for rule in self.modes:
            if (rule.area_class, rule.committee_kind) == (area_class, committee_kind):
                return rule.mode
        message = f"no mode for {committee_kind} committees in {area_class} areas"
        raise ConfigError(message)


class Speeds(Settings):
    """Travel speeds; printed on every map and table."""

    walk_kmh: Number
    """Walking speed, km/h."""
    cycle_kmh: Number
    """Cycling speed, km/h; steps and dismount sections go at walking speed."""
    ferry_kmh: Number
    """Speed of a ferry whose duration is not known, km/h."""

    def kmh(self, mode: Mode) -> float:
        """Give the speed of a mode in km/h."""
        return self.walk_kmh.value if mode == "walk" else self.cycle_kmh.value


class SnapRule(Settings):
    """How points are joined to the network."""

    limit_m: Number
    """Longest straight line from a point to the network, in metres, inclusive."""


class CoverageRule(Sourced):
    """Which share is the headline figure, and over what."""

    definition: CoverageDefinition
    """`committee_pair`: satisfied (committee, required type) pairs over all;
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
    higher_level_satisfies_lower: Switch
    """Whether a facility of a higher level serves the needs named by
    `satisfied_by`."""
    coverage: CoverageRule
    """The headline figure."""
    types: tuple[FacilityType, ...]
    """The facility types, in the order of outputs."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Check references between the sections, all at once."""
        problems = _reference_problems(self)
        if problems:
            raise ValueError("; ".join(problems))
        return self

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


def _source_problems(profile: Profile) -> list[str]:
    """Find facts whose source key is not listed."""
    facts: list[Sourced] = [
        *profile.types,
        *profile.rule.modes,
        profile.rule.minutes,
        profile.speeds.walk_kmh,
        profile.speeds.cycle_kmh,
        profile.speeds.ferry_kmh,
        profile.snap.limit_m,
        profile.higher_level_satisfies_lower,
        profile.coverage,
    ]
    known = {*profile.sources, "own"}
    unknown = sorted({one.source for one in facts} - known)
    return [f"source '{one}' is not listed under sources" for one in unknown]


def shipped_profiles() -> tuple[str, ...]:
    """
    List the names of the profiles that come with circle.

    Returns
    -------
    names
        Sorted; each can stand after `profile:` in a study.

    Examples
    --------
    >>> "pudong" in shipped_profiles()
    True
    """
    return tuple(sorted(one.stem for one in shipped_folder("profiles").glob("*.yaml")))


def read_profile(name: str, *, folder: Path | None = None) -> Profile:
    """
    Read a profile by name, or from a file beside the study.

    Parameters
    ----------
    name
        A shipped name such as ``pudong``, or a path ending in ``.yaml``.
    folder
        Folder against which a relative path is read; the working directory if
        not given.

    Returns
    -------
    profile
        The validated profile.

    Raises
    ------
    ConfigError
        If there is no such profile or it is not valid.

    Examples
    --------
    >>> len(read_profile("pudong").types)
    21
    """
    if _is_yaml(name):
        path = (folder or Path()) / name
        return validate(Profile, read_yaml(path), where=path)
    if name not in shipped_profiles():
        message = (
            f"profile '{name}': not found; circle ships: "
            f"{', '.join(shipped_profiles())}; for your own, give a path that ends "
            "in .yaml."
        )
        raise ConfigError(message)
    path = shipped_folder("profiles") / f"{name}.yaml"
    return validate(Profile, read_yaml(path), where=f"profile {path.name}")


def _is_yaml(name: str) -> bool:
    """Tell a YAML path from a profile's name."""
    return name.endswith((".yaml", ".yml"))
