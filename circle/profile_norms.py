"""Norms of a standard: capacity, targets, warning lines and pass marks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from circle.indicators import AreaKind, indicator_problem
from circle.profile_facts import (
    AreaClass,
    Id,
    Label,
    PositiveNumber,
    Sourced,
)
from circle.settings import Settings

CapacityMeasure = Literal["places", "beds", "staff", "floor_area", "land_area", "count"]
Basis = Literal["1000_people", "100_households", "facility"]
BuildEra = Literal["new", "old"]
Decay = Literal["none", "bands", "gaussian"]

CAPACITY_MEASURES: tuple[CapacityMeasure, ...] = (
    "places", "beds", "staff", "floor_area", "land_area", "count",
)  # fmt: skip
# Input columns that a measure is read from; floor areas are asked for in any case.
_COLUMNS: Mapping[CapacityMeasure, tuple[str, ...]] = {
    "places": ("capacity", "capacity_unit"),
    "beds": ("capacity", "capacity_unit"),
    "staff": ("staff",),
    "land_area": ("land_area_m2",),
}
BUILD_ERAS: tuple[BuildEra, ...] = ("new", "old")


class Rate(Sourced):
    """How much a norm asks for, for all or for some areas and households."""

    value: PositiveNumber
    """Capacity in the norm's measure, for each unit of its `per`."""
    area_class: AreaClass | None = None
    """The area class it holds for; every class if not given."""
    build_era: BuildEra | None = None
    """`new` or `old` housing, where it is counted per 100 households."""


class LeastSize(Sourced):
    """The least size of one facility."""

    value: PositiveNumber
    """In the norm's measure."""


class PeoplePerFacility(Sourced):
    """How many people one facility is meant for."""

    least: PositiveNumber | None = None
    """With fewer people than this an area needs no facility of its own."""
    most: PositiveNumber
    """One facility for so many people at most."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Check that the range is not upside down."""
        if self.least is not None and self.least > self.most:
            message = f"`least` {self.least:g} is more than `most` {self.most:g}"
            raise ValueError(message)
        return self


class Norm(Settings):
    """How much capacity some facility types must have together."""

    id: Id
    """Short id; indicators refer to it."""
    label: Label
    """Its name in Chinese and English."""
    types: Annotated[tuple[Id, ...], Field(min_length=1)]
    """The types whose open facilities provide it together."""
    measure: CapacityMeasure
    """`places`, `beds`, `staff` (persons), `floor_area` or `land_area` (m²), or
    `count` (facilities)."""
    per: Basis | None = None
    """What the rates are counted per: `1000_people`, `100_households`, `facility`."""
    rates: tuple[Rate, ...] = ()
    """How much is asked for."""
    age_band: Id | None = None
    """Age band that is counted in place of all people."""
    min_size: LeastSize | None = None
    """Least size of one facility."""
    people_per_facility: PeoplePerFacility | None = None
    """People that one facility is meant for; goes with `measure: count`."""
    decay: Decay = "none"
    """How supply fades with time in the floating catchments: `none` (2SFCA),
    `bands` (E2SFCA) or `gaussian`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        """Check that the parts of the norm fit one another."""
        problems = [text for wrong, text in _norm_faults(self) if wrong]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def facts(self) -> Iterator[Sourced]:
        """Every fact of the norm."""
        yield from self.rates
        yield from (one for one in (self.min_size, self.people_per_facility) if one)

    @property
    def to_be_verified(self) -> bool:
        """Whether outputs must print "to be verified" beside it."""
        return any(one.to_be_verified for one in self.facts)

    def rate_for(self, area_class: str, build_era: str | None = None) -> float | None:
        """Give the rate for this area class and era; None where there is none."""
        for rate in self.rates:
            fits_class = rate.area_class in {None, area_class}
            if fits_class and rate.build_era in {None, build_era}:
                return rate.value
        return None

    @property
    def by_era(self) -> bool:
        """Whether new and old housing have rates of their own."""
        return any(rate.build_era is not None for rate in self.rates)


class RealisationIndicator(Sourced):
    """One indicator of the realisation degree, with its target and weight."""

    id: Id
    """Short id."""
    label: Label
    """Its name in Chinese and English."""
    actual: str
    """Name of the indicator that is held against the target."""
    target: PositiveNumber
    """Value at which it is fully realised."""
    weight: PositiveNumber = 1.0
    """Weight in the mean."""


class Realisation(Settings):
    """The realisation degree (实现度): weighted mean of min(actual / target, 1)."""

    indicators: Annotated[tuple[RealisationIndicator, ...], Field(min_length=1)]
    """The indicators, in the order of outputs."""


class WarningLine(Sourced):
    """An indicator whose value asks for attention."""

    indicator: str
    """Name of the indicator."""
    below: float | None = None
    """Alert where the value is below this."""
    above: float | None = None
    """Alert where the value is above this."""
    area: AreaKind = "subdistrict"
    """Kind of area it is watched for."""

    @model_validator(mode="after")
    def _one_line(self) -> Self:
        """Check that there is just one line."""
        if (self.below is None) == (self.above is None):
            message = "needs `below` or `above`, one of them"
            raise ValueError(message)
        return self


class PassMark(Sourced):
    """One requirement of the acceptance (验收)."""

    id: Id
    """Short id of the requirement."""
    label: Label
    """What is required, in Chinese and English."""
    indicator: str
    """Name of the indicator."""
    at_least: float | None = None
    """Passed where the value is at least this."""
    at_most: float | None = None
    """Passed where the value is at most this."""
    area: AreaKind = "subdistrict"
    """Kind of area that must pass."""

    @model_validator(mode="after")
    def _one_mark(self) -> Self:
        """Check that there is just one mark."""
        if (self.at_least is None) == (self.at_most is None):
            message = "needs `at_least` or `at_most`, one of them"
            raise ValueError(message)
        return self


def unasked_columns(norms: Sequence[Norm]) -> frozenset[str]:
    """
    List the input columns that only norms need, and none of these does.

    Parameters
    ----------
    norms
        Section `norms`.

    Returns
    -------
    columns
        Columns of committees and facilities that nobody has to be asked for.

    Examples
    --------
    >>> sorted(unasked_columns(()))
    ['build_era', 'capacity', 'capacity_unit', 'land_area_m2', 'staff']
    """
    asked = {name for norm in norms for name in _COLUMNS.get(norm.measure, ())}
    if any(norm.by_era for norm in norms):
        asked.add("build_era")
    every = {"build_era", *(name for names in _COLUMNS.values() for name in names)}
    return frozenset(every - asked)


def measure_facts(
    norms: Sequence[Norm],
    realisation: Realisation | None,
    alerts: Sequence[WarningLine],
    acceptance: Sequence[PassMark],
) -> Iterator[Sourced]:
    """
    List every sourced fact of the four sections.

    Parameters
    ----------
    norms
        Section `norms`.
    realisation
        Section `realisation`, if there is one.
    alerts
        Section `alerts`.
    acceptance
        Section `acceptance`.

    Yields
    ------
    fact
        One at a time, in the order of the sections.
    """
    for norm in norms:
        yield from norm.facts
    if realisation is not None:
        yield from realisation.indicators
    yield from alerts
    yield from acceptance


def measure_problems(
    known: Mapping[str, Collection[str]],
    *,
    norms: Sequence[Norm],
    realisation: Realisation | None,
    alerts: Sequence[WarningLine],
    acceptance: Sequence[PassMark],
) -> list[str]:
    """
    Find ids that stand twice or point nowhere in the four sections.

    Parameters
    ----------
    known
        The ids of the profile under ``type``, ``domain``, ``tier``, ``level`` and
        ``age_band``.
    norms
        Section `norms`.
    realisation
        Section `realisation`, if there is one.
    alerts
        Section `alerts`.
    acceptance
        Section `acceptance`.

    Returns
    -------
    problems
        One clause each.

    Examples
    --------
    >>> measure_problems({}, norms=(), realisation=None, alerts=(), acceptance=())
    []
    """
    problems = []
    for norm in norms:
        where = f"norm '{norm.id}'"
        unknown = [one for one in norm.types if one not in known["type"]]
        problems += [f"{where}: no type '{one}'" for one in unknown]
        if norm.age_band is not None and norm.age_band not in known["age_band"]:
            problems.append(f"{where}: no age band '{norm.age_band}'")
    targets = realisation.indicators if realisation is not None else ()
    for what, ids in (
        ("norm", [one.id for one in norms]),
        ("realisation indicator", [one.id for one in targets]),
        ("requirement", [one.id for one in acceptance]),
    ):
        problems += [f"the {what} id '{one}' stands twice" for one in _twice(ids)]
    every = {**known, "norm": {one.id for one in norms}}
    wanted: list[tuple[str, str | None]] = [(one.actual, None) for one in targets]
    wanted += [(one.indicator, one.area) for one in alerts]
    wanted += [(one.indicator, one.area) for one in acceptance]
    if realisation is None and any(name == "realisation_degree" for name, _ in wanted):
        problems.append("indicator 'realisation_degree': there is no `realisation`")
    if any(one.actual == "realisation_degree" for one in targets):
        problems.append("realisation: an indicator may not be the degree itself")
    found = [indicator_problem(name, every, area_kind=area) for name, area in wanted]
    return problems + [one for one in found if one is not None]


def _norm_faults(norm: Norm) -> Iterator[tuple[bool, str]]:
    """Yield each rule between the parts of a norm, and whether it is broken."""
    says = bool(norm.rates or norm.min_size or norm.people_per_facility)
    yield not says, "needs `rates`, `min_size` or `people_per_facility`"
    yield bool(norm.rates) != (norm.per is not None), "`rates` and `per` go together"
    yield (
        norm.age_band is not None and norm.per != "1000_people",
        "`age_band` goes with `per: 1000_people`",
    )
    yield (
        norm.by_era and norm.per != "100_households",
        "`build_era` goes with `per: 100_households`",
    )
    yield (
        norm.people_per_facility is not None and norm.measure != "count",
        "`people_per_facility` goes with `measure: count`",
    )
    yield (
        norm.people_per_facility is not None and bool(norm.rates),
        "give either `rates` or `people_per_facility`, in one norm",
    )
    yield (
        norm.min_size is not None and norm.measure == "count",
        "`min_size` goes with a measure of size",
    )
    yield (
        norm.measure == "count" and norm.per == "facility",
        "`per: facility` goes with a measure of size",
    )
    pairs = [(one.area_class, one.build_era) for one in norm.rates]
    yield len(set(pairs)) < len(pairs), "two rates hold for the same households"
    eras = {one.build_era for one in norm.rates}
    yield len(eras) > 1 and None in eras, "rates name a `build_era` all or none"
    classes = {one.area_class for one in norm.rates}
    yield (
        len(classes) > 1 and None in classes,
        "rates name an `area_class` all or none",
    )


def _twice(ids: Iterable[str]) -> list[str]:
    """Find ids that stand twice."""
    every = list(ids)
    return sorted({one for one in every if every.count(one) > 1})
