"""Facts of a standard: names, words, figures with their source and confidence."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from circle.settings import Settings

Confidence = Literal["A", "B", "C", "R"]
AreaClass = Literal["urban", "urbanising", "outer"]
CommitteeKind = Literal["resident", "village"]
Mode = Literal["walk", "cycle"]
Level = Literal["committee", "community", "district"]
Tier = Literal["basic", "extension"]
CoverageDefinition = Literal["committee_pair", "committee_all", "population"]

AREA_CLASSES: tuple[AreaClass, ...] = ("urban", "urbanising", "outer")
COMMITTEE_KINDS: tuple[CommitteeKind, ...] = ("resident", "village")
MODES: tuple[Mode, ...] = ("walk", "cycle")
LEVELS: tuple[Level, ...] = ("committee", "community", "district")
TIERS: tuple[Tier, ...] = ("basic", "extension")

PositiveNumber = Annotated[float, Field(gt=0)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_-]*$")]


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


@dataclass(frozen=True)
class Inherited:
    """Sections with marks that were written for other required types."""

    sections: tuple[str, ...]
    """Which of `acceptance`, `alerts` and `realisation`."""
    base: str
    """Name of the profile that they come from."""
    required: int
    """Types that the base requires."""
