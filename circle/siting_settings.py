"""How a study wants its gaps joined, its points made and its sites chosen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from circle.errors import Words
from circle.input_settings import PlacedInput
from circle.profile_facts import Id, PositiveNumber
from circle.settings import Settings, validate

SitingModel = Literal["mclp", "lscp", "pmedian", "pcenter"]
SitingSolver = Literal["greedy", "lp", "exact"]
Route = Literal["reuse", "co-use", "build"]
Made = Literal["clusters", "committees", "grid"]
Amount = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
# Options under which each type at a site is chosen by itself.
_BY_TYPE = ("floor_area", "type_cost_10k", "capacity", "people_per_m2")


class RankingWeights(Settings):
    """Weights by which missing items and gap clusters are ranked."""

    people: Amount = 1.0
    """Weight of the people concerned, as a part of the most that any item concerns."""
    minutes_over: Amount = 0.0
    """Weight of the minutes beyond the limit, as a part of the most of any item; an
    item without any way counts as the most."""
    types: dict[Id, Amount] = Field(default={})
    """Facility type to the factor of its items and clusters; 1 where not given."""

    def type_weights(self, type_ids: Iterable[object]) -> NDArray[np.float64]:
        """Give the factor of each type."""
        return np.array([self.types.get(str(one), 1.0) for one in type_ids], float)


class GapOptions(Settings):
    """How uncovered cells are joined into gap clusters."""

    link_m: PositiveNumber = 250.0
    """Uncovered cells nearer than this to one another join, in metres."""
    smallest_population: Amount = 100.0
    """Clusters with fewer people are not listed, in persons."""
    ranking: RankingWeights | None = None
    """Weights of the ranking; without them missing items are ranked by people, then
    minutes over the limit, and clusters by people. Required ones always come first."""


class CoUseOptions(Settings):
    """Open facilities that may take in further types (复合利用)."""

    types: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Types that may be added to a facility of another type."""
    hosts: tuple[Id, ...] = ()
    """Types of the facilities that may take them in; all if not given."""
    smallest_area_m2: Amount = 0.0
    """Floor area a host must have at least; where above 0, hosts of unknown floor
    area are left out."""


class LayerPoints(PlacedInput):
    """A land-use or building layer whose areas or points may take facilities in."""

    where: dict[str, Annotated[tuple[str | int, ...], Field(min_length=1)]] = Field(
        default={}
    )
    """Column of the file to the values that fit, such as a class of land use; a row
    fits where every column does."""
    smallest_area_m2: Amount = 0.0
    """Floor area a row must have at least, or area of its shape where the file has no
    floor area, in square metres."""
    route: Route = "reuse"
    """Supply route of these points."""
    types: tuple[Id, ...] = ()
    """Types that may go there; all that count if not given."""


class PointOptions(Settings):
    """Points beside the table of candidates (点位制定)."""

    made: tuple[Made, ...] = ()
    """Points to make: ``clusters`` of people in gaps, every point of the
    ``committees``, a ``grid``."""
    clusters: Annotated[int, Field(ge=1)] = 60
    """Points to make of clusters at most."""
    grid_m: Annotated[float, Field(ge=100)] = 1000.0
    """Spacing of the grid in metres; only squares with people have a point."""
    types: tuple[Id, ...] = ()
    """Types that may go to points that are made; all that count if not given."""
    co_use: CoUseOptions | None = None
    """Open facilities as points; none if not given."""
    layers: tuple[LayerPoints, ...] = ()
    """Layers of land use or buildings as points."""

    @property
    def makes_any(self) -> bool:
        """Whether there are points beside the table."""
        return bool(self.made or self.layers) or self.co_use is not None

    @property
    def files(self) -> dict[str, str]:
        """Name of each layer in a study to its path as written."""
        return {
            f"siting.points.layers[{k}]": one.path for k, one in enumerate(self.layers)
        }


class FloorRule(Settings):
    """Nobody below a share: a floor for each area."""

    share: Annotated[float, Field(gt=0, le=1)]
    """Share that must be covered, of the weight of all items of the area."""
    by: Literal["subdistrict", "area_class", "district"] = "subdistrict"
    """Areas that it holds for, each by itself."""
    only: tuple[str, ...] = ()
    """Ids of the areas it holds for; all if not given."""


class YearBudget(Settings):
    """What may be spent in a year."""

    year: Annotated[int, Field(ge=1900, le=2200)]
    """The year."""
    budget_10k: Amount
    """Budget in ten thousand yuan; what is left over is not carried on."""


class SitingOptions(Settings):
    """How new sites are chosen."""

    sites: Count | None = 10
    """Number of sites to choose at most; ``null`` for no limit."""
    budget_10k: Amount | None = None
    """Budget in ten thousand yuan; sites of unknown cost are left out then."""
    model: SitingModel = "mclp"
    """``mclp`` covers most, ``lscp`` covers all that can be covered with least,
    ``pmedian`` has the least travel, ``pcenter`` the least worst way."""
    solver: SitingSolver = "greedy"
    """``greedy``, ``lp`` (relaxed, then rounded) or ``exact``."""
    time_limit_s: PositiveNumber | None = None
    """Seconds at most; results may differ between machines where it is reached."""
    gap_pct: Amount = 0.0
    """The exact solver may stop at this gap, in per cent."""
    weight: str = "people"
    """What an item weighs: ``people``, ``pairs`` (each 1), or ``age:<age band>``."""
    tiers: dict[str, Amount] = Field(default={})
    """Weight of each tier, by which items are multiplied; tiers of the headline count
    1 and others 0 where not given."""
    minimise: Literal["sites", "cost"] = "sites"
    """What ``lscp`` makes least."""
    floors: tuple[FloorRule, ...] = ()
    """Shares that every area must reach."""
    budgets: dict[str, Amount] = Field(default={})
    """Budget of single subdistricts by their id, in ten thousand yuan."""
    cost_per_m2: dict[Route, Amount] = Field(default={})
    """Cost by supply route where a point has none, in ten thousand yuan per m²."""
    floor_area: bool = False
    """Whether types share the floor area of a site, each with its least size."""
    type_cost_10k: dict[Id, Amount] = Field(default={})
    """Cost of fitting out each type, on top of the shared cost of the site."""
    capacity: dict[Id, Amount] = Field(default={})
    """People that a new facility of a type serves at most; no limit where not given."""
    people_per_m2: dict[Id, PositiveNumber] = Field(default={})
    """People that a type serves per square metre of floor area of its site; the lesser
    number holds where `capacity` is given too."""
    years: tuple[YearBudget, ...] = ()
    """Years of the plan with their budgets; sites open as early as it pays."""
    locked: tuple[str, ...] = ()
    """Candidates that must be in the plan."""
    forbidden: tuple[str, ...] = ()
    """Candidates that must not be in the plan."""
    then_minutes: bool = False
    """Among plans that cover no less, prefer shorter ways."""
    longest_min: PositiveNumber = 60.0
    """``pmedian`` and ``pcenter`` count longer ways, and none, as this many minutes."""
    points: PointOptions = PointOptions()
    """Points beside the table of candidates."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """
        Refuse options that exclude one another.

        Raises
        ------
        ValueError
            With every clash.
        """
        found = [words for wrong, words in _option_faults(self) if wrong]
        if found:
            text = Words(
                "; ".join(str(one) for one in found),
                zh="；".join(one.in_language("zh") for one in found),
            )
            raise ValueError(text)
        return self

    @property
    def by_type(self) -> bool:
        """Whether each type at a site is chosen by itself."""
        return any(getattr(self, one) for one in _BY_TYPE)

    @property
    def has_capacity(self) -> bool:
        """Whether facilities serve so many people only."""
        return bool(self.capacity or self.people_per_m2)

    @property
    def asks_for_cost(self) -> bool:
        """Whether a site of unknown cost cannot be chosen."""
        least = self.model == "lscp" and self.minimise == "cost"
        return bool(self.budget_10k is not None or self.budgets or self.years or least)

    def with_clusters(self) -> Self:
        """Make points of clusters, where there are no others."""
        points = self.points.model_copy(update={"made": ("clusters",)})
        return self.model_copy(update={"points": points})


def with_answers(options: SitingOptions, given: Mapping[str, object]) -> SitingOptions:
    """
    Put single options in place of those of a study.

    Parameters
    ----------
    options
        The study's.
    given
        Name to value.

    Returns
    -------
    options
        Checked as a whole.

    Raises
    ------
    ConfigError
        If they do not fit together.

    Examples
    --------
    >>> with_answers(SitingOptions(), {"sites": 3}).sites
    3
    """
    content = {**options.model_dump(exclude_unset=True), **given}
    return validate(SitingOptions, content, where="siting")


def _option_faults(options: SitingOptions) -> Iterator[tuple[bool, Words]]:
    """Yield each rule between the options, and whether it is broken."""
    yield from _model_faults(options)
    both = sorted(set(options.locked) & set(options.forbidden))
    yield (
        bool(both),
        Words(
            f"a candidate is both locked and forbidden: {', '.join(both)}",
            zh=f"候选点既锁定又禁用：{'、'.join(both)}",
        ),
    )
    years = [one.year for one in options.years]
    yield (
        years != sorted(set(years)),
        Words("`years` must ascend, each once", zh="`years` 应按年份递增且不重复"),
    )
    yield from _capacity_faults(options)
    kind, _, band = options.weight.partition(":")
    yield (
        not (options.weight in {"people", "pairs"} or (kind == "age" and band)),
        Words(
            "weight: expected people, pairs or age:<age band>",
            zh="weight：应为 people、pairs 或 age:<年龄段>",
        ),
    )


def _model_faults(options: SitingOptions) -> Iterator[tuple[bool, Words]]:
    """Yield each rule of what goes with which model."""
    distance = options.model in {"pmedian", "pcenter"}
    yield (
        distance and options.sites is None,
        Words(f"{options.model} needs `sites`", zh=f"{options.model} 需要 `sites`"),
    )
    extras: Mapping[str, object] = {
        "budget_10k": options.budget_10k is not None,
        "budgets": options.budgets,
        "floors": options.floors,
        "years": options.years,
        "floor_area": options.floor_area,
        "type_cost_10k": options.type_cost_10k,
        "then_minutes": options.then_minutes,
    }
    used = [name for name, one in extras.items() if one]
    yield (
        distance and bool(used),
        Words(
            f"{options.model} does not go with {', '.join(used)}",
            zh=f"{options.model} 不能与 {'、'.join(used)} 同用",
        ),
    )
    yield (
        bool(options.years) and options.model == "lscp",
        Words(
            "`years` does not go with lscp: what must be covered has no order in time",
            zh="`years` 不能与 lscp 同用：必须覆盖的内容没有先后",
        ),
    )
    wrong = [one for one in ("years", *_BY_TYPE) if getattr(options, one)]
    wrong += ["lscp"] * (options.model == "lscp")
    yield (
        options.then_minutes and bool(wrong),
        Words(
            "`then_minutes` goes with mclp and whole sites, not with "
            f"{', '.join(wrong)}",
            zh=f"`then_minutes` 只用于 mclp 和整处点位，不能与 {'、'.join(wrong)} 同用",
        ),
    )


def _capacity_faults(options: SitingOptions) -> Iterator[tuple[bool, Words]]:
    """Yield each rule of what goes with capacities."""
    distance = options.model in {"pmedian", "pcenter"}
    used: list[str] = [options.model] * distance
    used += ["weight: pairs"] * (options.weight == "pairs")
    yield (
        options.has_capacity and bool(used),
        Words(
            "`capacity` and `people_per_m2` go with mclp or lscp and people, not with "
            f"{', '.join(used)}",
            zh="`capacity` 和 `people_per_m2` 只用于 mclp 或 lscp 并按人口计，不能与 "
            f"{'、'.join(used)} 同用",
        ),
    )
