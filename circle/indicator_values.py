"""The values of named indicators, with numerator and denominator, by area."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from circle.indicators import IndicatorRef, parse_indicator

_SHARES = {
    "pair_share": ("pairs_covered", "pairs"),
    "committee_complete_share": ("committees_complete", "committees"),
    "person_item_share": ("person_items_covered", "person_items"),
    "population_complete_share": ("population_complete", "population"),
}
# These stand in the table of residential buildings, the others in that of coverage.
_OF_BUILDINGS = {
    "building_item_share": ("building_items_covered", "building_items"),
    "building_complete_share": ("buildings_complete", "buildings"),
}
_FAIRNESS = {
    "gini_people": ("people", "gini"),
    "gini_subdistricts": ("subdistricts", "gini"),
    "worst_tenth": ("people", "worst_tenth"),
    "area_class_gap": ("area_classes", "gap"),
}
Row = Mapping[str, float]


@dataclass(frozen=True)
class IndicatorValue:
    """The value of one indicator in one area; NaN where it is unknown."""

    value: float = math.nan
    """The value."""
    numerator: float = math.nan
    """What is divided, where the indicator is a quotient."""
    denominator: float = math.nan
    """What it is divided by."""


class IndicatorValues:
    """
    Looks up indicators by name in the tables of an assessment.

    Parameters
    ----------
    tables
        Name to table: `coverage`, `coverage_buildings`, `capacity`, `access`,
        `choice`, `fairness` and `realisation`, each by its contract; those absent
        have no values.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = dict(tables)
        self._rows: dict[str, dict[tuple[str, ...], Row]] = {}

    def find(self, name: str, area_kind: str, area_id: str) -> IndicatorValue:
        """Give the value of an indicator in one area; NaN where it is unknown."""
        found = parse_indicator(name)
        family, area = found.family.id, (area_kind, area_id)
        if family in _SHARES or family in _OF_BUILDINGS or family == "missing_items":
            return self._of_coverage(found, area)
        if family in _FAIRNESS:
            across, column = _FAIRNESS[family]
            wanted = ("required", "required", across)
            row = self._row("fairness", ("group_kind", "group_id", "across"), wanted)
            return IndicatorValue(_number(row, column))
        if family == "realisation_degree":
            keys = ("area_kind", "area_id", "indicator_id")
            row = self._row("realisation", keys, (*area, "degree"))
            return IndicatorValue(_number(row, "part"))
        table, column = _TABLES[family]
        row = self._row(
            table, ("area_kind", "area_id", column), (*area, found.group_id)
        )
        return _READERS[family](row)

    def with_table(self, name: str, table: pd.DataFrame) -> "IndicatorValues":
        """Give the same with one more table."""
        return IndicatorValues({**self._tables, name: table})

    def _of_coverage(
        self, found: IndicatorRef, area: tuple[str, str]
    ) -> IndicatorValue:
        """Read a share, or the count of missing items, off the coverage table."""
        keys = ("area_kind", "area_id", "group_kind", "group_id")
        group = (found.group_kind, found.group_id)
        of_buildings = found.family.id in _OF_BUILDINGS
        table = "coverage_buildings" if of_buildings else "coverage"
        row = self._row(table, keys, (*area, *group))
        if found.family.id == "missing_items":
            pairs, covered = _number(row, "pairs"), _number(row, "pairs_covered")
            return IndicatorValue(pairs - covered if pairs > 0 else math.nan)
        part, whole = {**_SHARES, **_OF_BUILDINGS}[found.family.id]
        return IndicatorValue(
            _number(row, found.family.id), _number(row, part), _number(row, whole)
        )

    def _row(self, name: str, keys: tuple[str, ...], wanted: tuple[str, ...]) -> Row:
        """Find one row of a table; nothing where there is none."""
        if name not in self._rows:
            table = self._tables.get(name, pd.DataFrame(columns=list(keys)))
            records = table.to_dict("records")
            self._rows[name] = {
                tuple(str(one[key]) for key in keys): one  # type: ignore[misc]
                for one in records
            }
        return self._rows[name].get(wanted, {})


def areas_of(subdistricts: pd.DataFrame, area_kind: str) -> list[str]:
    """
    List the areas of one kind.

    Parameters
    ----------
    subdistricts
        Contract ``subdistricts``.
    area_kind
        ``district``, ``area_class`` or ``subdistrict``.

    Returns
    -------
    area_ids
        Ids as in the coverage table.

    Examples
    --------
    >>> areas_of(pd.DataFrame({"subdistrict_id": ["A"], "area_class": ["urban"]}),
    ...          "area_class")
    ['urban']
    """
    if area_kind == "district":
        return ["district"]
    if area_kind == "subdistrict":
        return [str(one) for one in subdistricts["subdistrict_id"]]
    return sorted({str(one) for one in subdistricts["area_class"].dropna()})


def _number(row: Row, name: str) -> float:
    """Read a number; NaN where there is no row or no value."""
    return float(row.get(name, math.nan))


def _quotient(value: str, part: str, whole: str) -> Callable[[Row], IndicatorValue]:
    """Give the reader of a value with its numerator and denominator."""
    return lambda row: IndicatorValue(
        _number(row, value), _number(row, part), _number(row, whole)
    )


def _mean(value: str, whole: str) -> Callable[[Row], IndicatorValue]:
    """Give the reader of a mean with what it is over."""
    return lambda row: IndicatorValue(
        _number(row, value), math.nan, _number(row, whole)
    )


def _size_share(row: Row) -> IndicatorValue:
    """Divide the facilities of the least size by all; unknown sizes leave it open."""
    total = _number(row, "facilities")
    if not total > 0 or _number(row, "facilities_unknown") > 0:
        return IndicatorValue(math.nan, math.nan, total)
    large = total - _number(row, "too_small")
    return IndicatorValue(large / total, large, total)


_TABLES = {
    "capacity_ratio": ("capacity", "norm_id"),
    "size_share": ("capacity", "norm_id"),
    "access_ratio": ("access", "norm_id"),
    "full_share": ("access", "norm_id"),
    "single_share": ("choice", "type_id"),
    "facilities_in_reach": ("choice", "type_id"),
}
_READERS: Mapping[str, Callable[[Row], IndicatorValue]] = {
    "capacity_ratio": _quotient("ratio", "provided", "required"),
    "size_share": _size_share,
    "access_ratio": _mean("access_ratio", "demand"),
    "full_share": _quotient("full_share", "demand_full", "demand_in_reach"),
    "single_share": _quotient("single_share", "population_single", "population"),
    "facilities_in_reach": _mean("facilities_in_reach", "population"),
}


def find_all(
    values: IndicatorValues, names: Iterable[str], areas: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """
    Tabulate indicators over areas.

    Parameters
    ----------
    values
        The values.
    names
        Names of indicators.
    areas
        Kind and id of each area.

    Returns
    -------
    table
        `area_kind`, `area_id`, `indicator`, `value`, `numerator`, `denominator`.
    """
    wanted = list(names)
    rows = [
        {"area_kind": kind, "area_id": area, "indicator": name}
        | vars(values.find(name, kind, area))
        for kind, area in areas
        for name in wanted
        if kind in parse_indicator(name).family.area_kinds
    ]
    columns = ["area_kind", "area_id", "indicator", "value", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=columns)
