"""The named indicators: what targets, warning lines and pass marks may refer to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from circle.profile_facts import Label

AreaKind = Literal["district", "area_class", "subdistrict"]
Argument = Literal["none", "group", "norm", "type"]
Unit = Literal["share", "ratio", "count", "index"]

AREA_KINDS: tuple[AreaKind, ...] = ("district", "area_class", "subdistrict")
GROUP_KINDS = ("tier", "domain", "level", "type")
_DISTRICT: tuple[AreaKind, ...] = ("district",)


@dataclass(frozen=True)
class Indicator:
    """One family of indicators, computed alike for every argument and area."""

    id: str
    """What a profile writes, before the argument."""
    label: Label
    """Name in Chinese and English."""
    formula: Label
    """Numerator over denominator, in words."""
    denominator: Label
    """What it is a share of; empty for a count."""
    unit: Unit
    """``share`` and ``index`` run from 0 to 1, ``ratio`` may pass 1."""
    argument: Argument = "none"
    """What stands after the first colon: nothing, an optional group of types
    (`tier:basic`, `domain:health`, `level:committee`, `type:clinic`), the id of a
    norm, or the id of a type."""
    area_kinds: tuple[AreaKind, ...] = AREA_KINDS
    """The kinds of areas it exists for."""


@dataclass(frozen=True)
class IndicatorRef:
    """An indicator with its argument, as a profile names it."""

    family: Indicator
    """The family."""
    group_kind: str = ""
    """``required``, ``tier``, ``domain``, ``level`` or ``type``; ``norm``; empty."""
    group_id: str = ""
    """Id of the group, type or norm; ``required`` for all required types."""


def _family(  # noqa: PLR0913 (a row of the table below)
    one_id: str,
    label: tuple[str, str],
    formula: tuple[str, str],
    denominator: tuple[str, str],
    unit: Unit,
    *,
    argument: Argument = "none",
    area_kinds: tuple[AreaKind, ...] = AREA_KINDS,
) -> Indicator:
    """Write one family shortly; texts are pairs of Chinese and English."""
    texts = (Label(zh=one[0], en=one[1]) for one in (label, formula, denominator))
    name, words, below = texts
    return Indicator(one_id, name, words, below, unit, argument, area_kinds)


_FAMILIES = (
    _family(
        "pair_share",
        ("居村项达标率", "share of satisfied pairs"),
        ("达标项数÷居村项数", "satisfied (committee, type) pairs over all pairs"),
        ("居村项数", "(committee, type) pairs"),
        "share",
        argument="group",
    ),
    _family(
        "committee_complete_share",
        ("全部达标居村占比", "share of complete committees"),
        ("全部达标居村数÷居村数", "committees that reach every type over committees"),
        ("居村数", "committees"),
        "share",
        argument="group",
    ),
    _family(
        "person_item_share",
        ("人项达标率", "share of person-items in reach"),
        ("达标人项数÷人项数", "people times types in reach over people times types"),
        ("人项数", "people times types"),
        "share",
        argument="group",
    ),
    _family(
        "population_complete_share",
        ("全部达标人口占比", "share of people who reach every type"),
        ("全部达标人口÷人口", "people who reach every type over people"),
        ("人口", "people"),
        "share",
        argument="group",
    ),
    _family(
        "building_item_share",
        ("达标建筑项占比", "share of building-items in reach"),
        (
            "达标建筑项数÷建筑项数",
            "residential buildings times types in reach over buildings times types",
        ),
        ("建筑项数", "residential buildings times types"),
        "share",
        argument="group",
    ),
    _family(
        "building_complete_share",
        (
            "全部达标居住建筑占比",
            "share of complete residential buildings",
        ),
        (
            "全部达标居住建筑数÷居住建筑数",
            "residential buildings that reach every type over residential buildings",
        ),
        ("居住建筑数", "residential buildings"),
        "share",
        argument="group",
    ),
    _family(
        "missing_items",
        ("缺项数", "missing items"),
        ("居村项数−达标项数", "(committee, type) pairs that are not satisfied"),
        ("", ""),
        "count",
        argument="group",
    ),
    _family(
        "capacity_ratio",
        ("配置达标比", "provided over required"),
        ("已配置÷应配置", "capacity provided over capacity required"),
        ("应配置量", "capacity required by the norm"),
        "ratio",
        argument="norm",
    ),
    _family(
        "size_share",
        ("规模达标设施占比", "share of facilities of the least size"),
        (
            "达到最小规模的设施数÷设施数",
            "facilities of at least the least size over all",
        ),
        ("设施数", "open facilities"),
        "share",
        argument="norm",
    ),
    _family(
        "access_ratio",
        ("两步移动搜索可达性", "2SFCA ratio"),
        ("可达设施的人均供给", "supply per person in reach, mean over people"),
        ("人口", "people"),
        "ratio",
        argument="norm",
    ),
    _family(
        "full_share",
        ("可达但已满人口占比", "share of people who reach only full facilities"),
        (
            "可达但已满人口÷可达人口",
            "people in reach whose supply is below the norm over people in reach",
        ),
        ("可达人口", "people in reach"),
        "share",
        argument="norm",
    ),
    _family(
        "single_share",
        ("仅一处可达人口占比", "share of people with a single choice"),
        ("仅一处可达人口÷人口", "people with just one facility in reach over people"),
        ("人口", "people"),
        "share",
        argument="type",
    ),
    _family(
        "facilities_in_reach",
        ("人均可达设施数", "facilities in reach"),
        ("可达设施数按人口平均", "facilities in reach, mean over people"),
        ("人口", "people"),
        "ratio",
        argument="type",
    ),
    _family(
        "gini_people",
        ("人口基尼系数", "Gini across people"),
        (
            "人均达标项数的基尼系数",
            "Gini coefficient of required types in reach, across people",
        ),
        ("人口", "people"),
        "index",
        area_kinds=_DISTRICT,
    ),
    _family(
        "gini_subdistricts",
        ("街镇基尼系数", "Gini across subdistricts"),
        (
            "各街镇人项达标率的基尼系数（按人口加权）",
            "Gini coefficient of person_item_share across subdistricts, by people",
        ),
        ("人口", "people"),
        "index",
        area_kinds=_DISTRICT,
    ),
    _family(
        "worst_tenth",
        ("最差十分之一人口达标占比", "share in reach of the worst-served tenth"),
        (
            "达标最少的十分之一人口的达标人项÷其人项",
            "person-items in reach over person-items of the worst-served tenth",
        ),
        ("最差十分之一人口的人项数", "person-items of the worst-served tenth"),
        "share",
        area_kinds=_DISTRICT,
    ),
    _family(
        "area_class_gap",
        ("地区类型差距", "gap between area classes"),
        (
            "人项达标率最高与最低地区类型之差",
            "highest less lowest person_item_share of an area class",
        ),
        ("人项数", "people times types"),
        "share",
        area_kinds=_DISTRICT,
    ),
    _family(
        "realisation_degree",
        ("实现度（本工具自有指数）", "realisation degree (the tool's own index)"),
        (
            "min（实际值÷目标值，1）的加权平均",
            "weighted mean of min(actual / target, 1)",
        ),
        ("权重之和", "sum of the weights"),
        "index",
    ),
)
INDICATORS: Mapping[str, Indicator] = {one.id: one for one in _FAMILIES}


def parse_indicator(text: str) -> IndicatorRef:
    """
    Read the name of an indicator.

    Parameters
    ----------
    text
        Such as ``pair_share``, ``pair_share:domain:health`` or
        ``capacity_ratio:elder_beds``.

    Returns
    -------
    reference
        The family and its argument.

    Raises
    ------
    ValueError
        If there is no such indicator or its argument has another form.

    Examples
    --------
    >>> found = parse_indicator("person_item_share:type:clinic")
    >>> found.family.id, found.group_kind, found.group_id
    ('person_item_share', 'type', 'clinic')
    """
    name, *rest = text.split(":")
    family = INDICATORS.get(name)
    if family is None:
        message = f"no indicator '{name}'; there are: {', '.join(INDICATORS)}"
        raise ValueError(message)
    if family.argument == "none" and not rest:
        return IndicatorRef(family)
    if family.argument == "group" and not rest:
        return IndicatorRef(family, "required", "required")
    if family.argument == "group" and len(rest) == 2 and rest[0] in GROUP_KINDS:
        return IndicatorRef(family, *rest)
    if family.argument in {"norm", "type"} and len(rest) == 1 and rest[0]:
        return IndicatorRef(family, family.argument, rest[0])
    forms = {
        "none": name,
        "group": f"{name}, or {name}:<{'|'.join(GROUP_KINDS)}>:<id>",
        "norm": f"{name}:<id of a norm>",
        "type": f"{name}:<id of a type>",
    }
    message = f"found '{text}'; expected {forms[family.argument]}"
    raise ValueError(message)


def indicator_problem(
    text: str, known: Mapping[str, Collection[str]], *, area_kind: str | None = None
) -> str | None:
    """
    Say what is wrong with the name of an indicator.

    Parameters
    ----------
    text
        The name, as in a profile.
    known
        The ids there are, under ``tier``, ``domain``, ``level``, ``type``, ``norm``.
    area_kind
        Kind of area that it is wanted for, if any.

    Returns
    -------
    problem
        One clause, or None.

    Examples
    --------
    >>> indicator_problem("pair_share:type:spa", {"type": ["clinic"]})
    "indicator 'pair_share:type:spa': no type 'spa'"
    """
    try:
        found = parse_indicator(text)
    except ValueError as error:
        return str(error)
    if found.group_kind in known and found.group_id not in known[found.group_kind]:
        return f"indicator '{text}': no {found.group_kind} '{found.group_id}'"
    if area_kind is not None and area_kind not in found.family.area_kinds:
        kinds = ", ".join(found.family.area_kinds)
        return f"indicator '{text}': exists for {kinds}, not for {area_kind}"
    return None


def indicator_label(
    reference: IndicatorRef, names: Mapping[str, Label], language: str
) -> str:
    """
    Write the name of an indicator with that of its argument.

    Parameters
    ----------
    reference
        The indicator.
    names
        Labels of types, domains, tiers, levels and norms, by id.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Such as ``share of satisfied pairs: health``.

    Examples
    --------
    >>> names = {"health": Label(zh="卫生", en="health")}
    >>> indicator_label(parse_indicator("pair_share:domain:health"), names, "zh")
    '居村项达标率：卫生'
    """
    text = reference.family.label[language]
    if reference.group_kind in {"", "required"}:
        return text
    label = names.get(reference.group_id)
    name = reference.group_id if label is None else label[language]
    return f"{text}：{name}" if language == "zh" else f"{text}: {name}"
