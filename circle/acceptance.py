"""Acceptance (验收): which requirements each area passes, with the evidence."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.indicator_values import IndicatorValue, IndicatorValues, areas_of
from circle.indicators import IndicatorRef, parse_indicator
from circle.profile import Profile
from circle.profile_norms import PassMark
from circle.result_contracts_measures import ACCEPTANCE

# Shares are quotients of counts: rounding fails nobody.
_ROUNDING = 1e-9
_LISTED = 10
# Columns of missing items by name.
_Items = dict[str, NDArray[np.object_]]
_WORDS = {
    "missing": ("缺项{n}项：{ids}", "{n} missing items: {ids}"),
    "more": ("等", " and more"),
    "none_missing": ("无缺项", "no missing items"),
    "quotient": ("{part} ÷ {whole}", "{part} of {whole}"),
    "over": ("分母：{whole}", "over {whole}"),
    "unknown": ("数据不全，无法判定", "data are missing, so it cannot be told"),
}


def find_acceptance(
    profile: Profile,
    values: IndicatorValues,
    *,
    subdistricts: pd.DataFrame,
    missing_items: pd.DataFrame,
    language: str,
) -> pd.DataFrame:
    """
    Hold every pass mark of a standard against its indicator, area by area.

    Parameters
    ----------
    profile
        The standard, whose section `acceptance` holds the requirements.
    values
        The values of the indicators.
    subdistricts
        Contract ``subdistricts``.
    missing_items
        Contract ``missing_items``: the evidence of shares of pairs.
    language
        Language of the evidence, ``zh`` or ``en``.

    Returns
    -------
    acceptance
        Contract ``acceptance``: by area, then in the order of the profile. What is
        not known neither passes nor fails.
    """
    class_of = dict(
        zip(subdistricts["subdistrict_id"], subdistricts["area_class"], strict=True)
    )
    level_of = {one.id: one.level for one in profile.types}
    columns = ["item_id", "subdistrict_id", "type_id", "domain", "tier", "required"]
    items = {name: missing_items[name].to_numpy(dtype=object) for name in columns}
    homes, types = items["subdistrict_id"], items["type_id"]
    items["area_class"] = np.array([class_of[one] for one in homes], dtype=object)
    items["level"] = np.array([level_of[one] for one in types], dtype=object)
    rows = []
    for kind in ("district", "area_class", "subdistrict"):
        marks = [one for one in profile.acceptance if one.area == kind]
        for area in areas_of(subdistricts, kind):
            own = _within(items, kind, area)
            for mark in marks:
                value = values.find(mark.indicator, kind, area)
                found = parse_indicator(mark.indicator)
                rows.append(
                    {
                        "requirement_id": mark.id,
                        "label": mark.label[language],
                        "area_kind": kind,
                        "area_id": area,
                        "indicator": mark.indicator,
                        "value": value.value,
                        "side": "at_least" if mark.at_least is not None else "at_most",
                        "mark": _mark(mark),
                        "result": judge(
                            value.value, at_least=mark.at_least, at_most=mark.at_most
                        ),
                        "numerator": value.numerator,
                        "denominator": value.denominator,
                        "evidence": _evidence(
                            found, value, _items_of(own, found), language
                        ),
                    }
                )
    return pd.DataFrame(rows, columns=list(ACCEPTANCE.names))


def judge(value: float, *, at_least: float | None, at_most: float | None) -> str:
    """
    Say whether a value passes its mark.

    Parameters
    ----------
    value
        The value; NaN where it is unknown.
    at_least
        Least value that passes, inclusive, if there is one.
    at_most
        Greatest value that passes, inclusive, if there is one.

    Returns
    -------
    result
        ``passed``, ``failed`` or ``unknown``.

    Examples
    --------
    >>> judge(0.9, at_least=0.9, at_most=None), judge(2.0, at_least=None, at_most=1.0)
    ('passed', 'failed')
    """
    if math.isnan(value):
        return "unknown"
    low = at_least is not None and value < at_least - _ROUNDING
    high = at_most is not None and value > at_most + _ROUNDING
    return "failed" if low or high else "passed"


def _mark(mark: PassMark) -> float | None:
    """Give the pass mark, whichever side it is on."""
    return mark.at_least if mark.at_least is not None else mark.at_most


def _within(items: _Items, area_kind: str, area_id: str) -> _Items:
    """Pick the items of one area."""
    if area_kind == "district":
        return items
    column = "subdistrict_id" if area_kind == "subdistrict" else "area_class"
    return _picked(items, items[column] == area_id)


def _picked(items: _Items, wanted: NDArray[np.bool_]) -> _Items:
    """Pick some items."""
    return {name: values[wanted] for name, values in items.items()}


def _items_of(items: _Items, found: IndicatorRef) -> list[str] | None:
    """List the missing items behind an indicator; None where items are no evidence."""
    if found.family.id not in {
        "pair_share",
        "committee_complete_share",
        "missing_items",
    }:
        return None
    wanted = np.ones(len(items["item_id"]), dtype=bool)
    if found.group_kind in {"required", "domain"}:
        wanted &= items["required"].astype(bool)
    column = {"type": "type_id", "domain": "domain", "tier": "tier", "level": "level"}
    if found.group_kind in column:
        wanted &= items[column[found.group_kind]] == found.group_id
    return [str(one) for one in items["item_id"][wanted]]


def _evidence(
    found: IndicatorRef,
    value: IndicatorValue,
    item_ids: list[str] | None,
    language: str,
) -> str:
    """Write what a result rests on."""
    at = 0 if language == "zh" else 1
    if math.isnan(value.value):
        return _WORDS["unknown"][at]
    parts = []
    if not math.isnan(value.numerator):
        parts.append(
            _WORDS["quotient"][at].format(
                part=_plain(value.numerator), whole=_plain(value.denominator)
            )
        )
    elif not math.isnan(value.denominator):
        parts.append(_WORDS["over"][at].format(whole=_plain(value.denominator)))
    if item_ids is not None and not item_ids:
        parts.append(_WORDS["none_missing"][at])
    elif item_ids is not None:
        between = "、" if language == "zh" else ", "
        ids = between.join(item_ids[:_LISTED])
        if len(item_ids) > _LISTED:
            ids += _WORDS["more"][at]
        parts.append(_WORDS["missing"][at].format(n=len(item_ids), ids=ids))
    if not parts:
        parts.append(found.family.formula[language])
    return ("；" if language == "zh" else "; ").join(parts)


def _plain(value: float) -> str:
    """Write a number without powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.6g}"
