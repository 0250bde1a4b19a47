"""Scenarios: typed records of what would be otherwise, and their reader."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from circle.errors import Words
from circle.profile import (
    AreaClass,
    CommitteeKind,
    Id,
    Label,
    Mode,
    Name,
    PositiveNumber,
)
from circle.settings import Settings, read_yaml, validate

Place = tuple[float, float]
NotNegative = Annotated[float, Field(ge=0)]


class Placed(Settings):
    """Something at a place."""

    at: Place
    """Longitude and latitude, or easting and northing."""
    crs: str = "WGS-84"
    """Coordinate system of `at`."""


class AddFacility(Placed):
    """A new facility opens."""

    change: Literal["add_facility"]
    """Which change it is."""
    type: Id
    """Its type."""
    id: str | None = None
    """Its code; made from type and place if not given."""
    name: str | None = None
    """Its name."""
    capacity: PositiveNumber | None = None
    """Its capacity, in the measure of the type's norm."""
    floor_area_m2: PositiveNumber | None = None
    """Its floor area in m²."""


class CloseFacility(Settings):
    """A facility closes."""

    change: Literal["close_facility"]
    """Which change it is."""
    id: str
    """Its code."""


class MoveFacility(Placed):
    """A facility moves."""

    change: Literal["move_facility"]
    """Which change it is."""
    id: str
    """Its code."""


class EnlargeFacility(Settings):
    """A facility gets more room, or less."""

    change: Literal["enlarge_facility"]
    """Which change it is."""
    id: str
    """Its code."""
    capacity: PositiveNumber | None = None
    """Its capacity afterwards."""
    floor_area_m2: PositiveNumber | None = None
    """Its floor area afterwards, in m²."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        """Ask for at least one figure."""
        if self.capacity is None and self.floor_area_m2 is None:
            message = Words(
                "needs `capacity`, `floor_area_m2` or both",
                zh="应有 `capacity`、`floor_area_m2` 或两者",
            )
            raise ValueError(message)
        return self


class OpenPlanned(Settings):
    """A planned facility, or one being built, opens."""

    change: Literal["open_planned"]
    """Which change it is."""
    id: str
    """Its code."""


class ChangeLimit(Settings):
    """Another limit for some types."""

    change: Literal["change_limit"]
    """Which change it is."""
    types: tuple[Id, ...] = ()
    """The types; all if not given."""
    area_classes: tuple[AreaClass, ...] = ()
    """Area classes; all if not given."""
    committee_kinds: tuple[CommitteeKind, ...] = ()
    """Kinds of committees; all if not given."""
    minutes: PositiveNumber | None = None
    """Longest travel time in minutes."""
    metres: PositiveNumber | None = None
    """Longest way in metres."""
    mode: Mode | None = None
    """`walk` or `cycle`."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        """Ask for a mode or one limit."""
        limits = [one for one in (self.minutes, self.metres) if one is not None]
        if len(limits) == 2 or not (limits or self.mode):
            message = Words(
                "needs `minutes` or `metres`, or a `mode`, or a limit and a mode",
                zh="应有 `minutes` 或 `metres` 之一，或 `mode`，或时限和 `mode`",
            )
            raise ValueError(message)
        return self


class ChangeSpeed(Settings):
    """Another speed."""

    change: Literal["change_speed"]
    """Which change it is."""
    mode: Mode
    """`walk` or `cycle`."""
    kmh: PositiveNumber | None = None
    """The speed in km/h."""
    factor: PositiveNumber | None = None
    """What the speed is multiplied by."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        """Ask for one of the two."""
        if (self.kmh is None) == (self.factor is None):
            message = Words(
                "needs either `kmh` or `factor`", zh="应有 `kmh` 或 `factor` 之一"
            )
            raise ValueError(message)
        return self


class ChangeNorm(Settings):
    """Another figure of a norm."""

    change: Literal["change_norm"]
    """Which change it is."""
    norm: Id
    """Id of the norm in the profile."""
    factor: PositiveNumber
    """What its rates are multiplied by."""


class AddStreet(Settings):
    """A new street, path, bridge or ferry, joined to the network at both ends."""

    change: Literal["add_street"]
    """Which change it is."""
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    """Its points."""
    crs: str = "WGS-84"
    """Coordinate system of the points."""
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = ("walk", "cycle")
    """Who may use it."""
    ferry_min: PositiveNumber | None = None
    """Minutes on board, for a ferry."""
    name: str | None = None
    """Its name."""


class CutStreet(Settings):
    """Streets that cross a line are cut there, such as by works or a closed gate."""

    change: Literal["cut_street"]
    """Which change it is."""
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    """The line that cuts."""
    crs: str = "WGS-84"
    """Coordinate system of the points."""
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = ("walk", "cycle")
    """Who may no longer pass."""


class GrowPopulation(Settings):
    """More people, or fewer."""

    change: Literal["grow_population"]
    """Which change it is."""
    subdistricts: tuple[str, ...] = ()
    """Subdistricts; all if not given."""
    age_bands: tuple[Id, ...] = ()
    """Age bands; all people if not given."""
    factor: NotNegative
    """What the people are multiplied by."""


class NewEstate(Placed):
    """A new housing estate at one point."""

    change: Literal["new_estate"]
    """Which change it is."""
    people: PositiveNumber
    """People who move in."""
    age_bands: dict[Id, NotNegative] = Field(default={})
    """People by age band; spread like the subdistrict's if not given."""
    name: str | None = None
    """Its name."""


class AdoptPlan(Settings):
    """The sites of a siting plan open."""

    change: Literal["adopt_plan"]
    """Which change it is."""
    sites: str
    """Table of sites as circle writes it, relative to the scenario's file."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """The first so many steps only."""


Change = Annotated[
    AddFacility
    | CloseFacility
    | MoveFacility
    | EnlargeFacility
    | OpenPlanned
    | ChangeLimit
    | ChangeSpeed
    | ChangeNorm
    | AddStreet
    | CutStreet
    | GrowPopulation
    | NewEstate
    | AdoptPlan,
    Field(discriminator="change"),
]


class Scenario(Settings):
    """Changes that are made together."""

    version: Literal[1] = 1
    """Format of this file."""
    name: Name
    """Short name, used in file names."""
    title: Label | None = None
    """Title on outputs."""
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]
    """The changes, made in this order."""


def read_scenario(path: Path | str) -> Scenario:
    """
    Read a scenario from a file of its own.

    Parameters
    ----------
    path
        The file (YAML).

    Returns
    -------
    scenario
        The validated scenario.

    Raises
    ------
    ConfigError
        If the file is not a valid scenario.
    """
    file = Path(path)
    scenario = validate(Scenario, read_yaml(file), where=file)
    changes = tuple(_beside(one, file.parent) for one in scenario.changes)
    return scenario.model_copy(update={"changes": changes})


def _beside(change: Change, folder: Path) -> Change:
    """Read the path of a plan against the folder of its scenario."""
    if isinstance(change, AdoptPlan):
        return change.model_copy(update={"sites": str(folder / change.sites)})
    return change
