"""The measures beside coverage: capacity, access, choice, fairness, acceptance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from circle.acceptance import find_acceptance
from circle.access_tables import (
    NormAccess,
    access_table,
    choice_table,
    count_choices,
    dependence_table,
    float_norms,
    load_table,
)
from circle.alerts import find_alerts
from circle.capacity import count_capacity
from circle.city import City
from circle.coverage import count_buildings
from circle.fairness_tables import fairness_table, lorenz_table
from circle.full_items import find_full_items
from circle.indicator_values import IndicatorValues, areas_of
from circle.indicators import AREA_KINDS, parse_indicator
from circle.profile_norms import BUILD_ERAS
from circle.reach_pairs import find_pairs
from circle.reached import Reach
from circle.realisation import RealisationDegree, realisation_degree
from circle.result_contracts_measures import (
    COVERAGE_BUILDINGS,
    MEASURE_CONTRACTS,
    REALISATION,
)
from circle.travel import measure_table, serving_rows


@dataclass(frozen=True)
class Measures:
    """What was measured beside coverage."""

    coverage_buildings: pd.DataFrame
    """Contract ``coverage_buildings``; empty where the study names no buildings."""
    capacity: pd.DataFrame
    """Contract ``capacity``."""
    access: pd.DataFrame
    """Contract ``access``."""
    facility_load: pd.DataFrame
    """Contract ``facility_load``."""
    full_items: pd.DataFrame
    """Contract ``full_items``."""
    choice: pd.DataFrame
    """Contract ``choice``."""
    dependence: pd.DataFrame
    """Contract ``dependence``."""
    fairness: pd.DataFrame
    """Contract ``fairness``."""
    lorenz: pd.DataFrame
    """Contract ``lorenz``."""
    realisation: pd.DataFrame
    """Contract ``realisation``; empty where the standard has no targets."""
    alerts: pd.DataFrame
    """Contract ``alerts``."""
    acceptance: pd.DataFrame
    """Contract ``acceptance``."""
    norm_access: tuple[NormAccess, ...]
    """Floating catchments of each norm, cell by cell, for maps and missing items."""


def no_measures() -> Measures:
    """
    Give measures of nothing.

    Returns
    -------
    measures
        Empty tables with the columns of their contracts.

    Examples
    --------
    >>> len(no_measures().alerts)
    0
    """
    tables = {
        one.name: pd.DataFrame(columns=list(one.names)) for one in MEASURE_CONTRACTS
    }
    return Measures(**tables, norm_access=())


def measure_more(
    city: City,
    *,
    committees: Reach | None,
    cells: Reach,
    coverage: pd.DataFrame,
    missing_items: pd.DataFrame,
) -> Measures:
    """
    Measure capacity, access, choice and fairness, and hold them to the standard.

    Parameters
    ----------
    city
        The city.
    committees
        Reach from its committees; None where there are none.
    cells
        Reach from its cells.
    coverage
        Contract ``coverage``.
    missing_items
        Contract ``missing_items``.

    Returns
    -------
    measures
        The tables; see ``result_contracts_measures``.
    """
    types, norms = cells.type_ids, city.profile.norms
    origins = {"cells": cells}
    if committees is not None:
        origins["committees"] = committees
    both = find_pairs(city, origins)
    pairs, found = both["cells"], both.get("committees", ())
    counts, singles = count_choices(pairs, len(city.cells))
    _, of_committees = count_choices(found, len(city.committees))
    norm_access = float_norms(city, types, pairs)
    tables = {
        "coverage": coverage,
        "coverage_buildings": _of_buildings(city),
        "capacity": count_capacity(
            [one for one in norms if set(one.types) <= set(types)],
            subdistricts=_bases(city),
            facilities=_counted_facilities(city),
            level_of={one.id: one.level for one in city.profile.types},
        ),
        "access": access_table(city, norm_access),
        "choice": choice_table(city, types, counts),
        "fairness": fairness_table(city, cells, coverage),
    }
    tables["realisation"] = realisation_table(city, IndicatorValues(tables))
    own = {name: one for name, one in tables.items() if name != "coverage"}
    return Measures(
        **own,
        **_held(city, IndicatorValues(tables), missing_items),
        facility_load=load_table(city, norm_access),
        full_items=find_full_items(city, committees, found, norm_access),
        dependence=dependence_table(city, types, singles, of_committees),
        lorenz=lorenz_table(city, cells, coverage),
        norm_access=norm_access,
    )


def _of_buildings(city: City) -> pd.DataFrame:
    """Count coverage of residential buildings, where the study knows them."""
    if city.buildings.empty:
        return pd.DataFrame(columns=list(COVERAGE_BUILDINGS.names))
    # Only who is within the rule matters here, not how far beyond it others are.
    return count_buildings(city, measure_table(city, "buildings", bounded=True))


def _held(
    city: City, values: IndicatorValues, missing_items: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Hold the indicators to the warning lines and pass marks of the standard."""
    language = city.study.language
    return {
        "alerts": find_alerts(
            city.profile, values, subdistricts=city.subdistricts, language=language
        ),
        "acceptance": find_acceptance(
            city.profile,
            values,
            subdistricts=city.subdistricts,
            missing_items=missing_items,
            language=language,
        ),
    }


def realisation_table(city: City, values: IndicatorValues) -> pd.DataFrame:
    """
    Measure the realisation degree (实现度) of every area.

    Parameters
    ----------
    city
        The city, whose standard gives targets and weights.
    values
        The values of the indicators.

    Returns
    -------
    realisation
        Contract ``realisation``: one row per indicator, then the degree; empty where
        the standard has no targets. An indicator that an area does not have or whose
        value is unknown has no part in its degree.
    """
    given = city.profile.realisation
    rows: list[dict[str, object]] = []
    targets = () if given is None else given.indicators
    target = np.array([one.target for one in targets])
    weight = np.array([one.weight for one in targets])
    language = city.study.language
    for kind in AREA_KINDS if targets else ():
        for area in areas_of(city.subdistricts, kind):
            actual = [
                values.find(one.actual, kind, area).value
                if kind in parse_indicator(one.actual).family.area_kinds
                else np.nan
                for one in targets
            ]
            found = realisation_degree(np.array(actual), target=target, weight=weight)
            place = {"area_kind": kind, "area_id": area}
            rows += [
                {
                    **place,
                    "indicator_id": one.id,
                    "label": one.label[language],
                    "actual": actual[i],
                    "target": one.target,
                    "part": found.part[i],
                    "weight": one.weight,
                }
                for i, one in enumerate(targets)
            ]
            rows.append(_degree_row(place, found, language))
    return pd.DataFrame(rows, columns=list(REALISATION.names))


def _degree_row(
    place: dict[str, str], found: RealisationDegree, language: str
) -> dict[str, object]:
    """Write the index itself below its indicators."""
    return {
        **place,
        "indicator_id": "degree",
        "label": parse_indicator("realisation_degree").family.label[language],
        "actual": np.nan,
        "target": np.nan,
        "part": found.degree,
        "weight": found.weight_known,
    }


def _counted_facilities(city: City) -> pd.DataFrame:
    """Pick the facilities that count by the standard, each in its own type."""
    rows = serving_rows(city, city.type_ids)
    every = np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int32)
    return pd.DataFrame(city.facilities.iloc[every])


def _bases(city: City) -> pd.DataFrame:
    """Count by subdistrict what norms are counted on; NaN where it is unknown."""
    cells = city.cells
    bases = city.subdistricts[["subdistrict_id", "area_class"]].copy()
    people = [one for one in cells.columns if one.startswith("population")]
    home = bases["subdistrict_id"]
    sums = cells.groupby("subdistrict_id")[people].sum(min_count=1)
    for column in people:
        # A subdistrict without cells has no people; that much is known.
        bases[column] = home.map(sums[column]).fillna(0.0).astype(float)
    committees = city.committees
    households = pd.Series(np.nan, index=committees.index, dtype=float)
    if "households" in committees.columns:
        households = committees["households"].astype(float)
    era = pd.Series(None, index=committees.index, dtype=object)
    if "build_era" in committees.columns:
        era = committees["build_era"]
    own = {"households": households}
    for one in BUILD_ERAS:
        # Where the era is not known, neither share of the households is.
        part = households.where(era == one, 0.0)
        own[f"households_{one}"] = part.where(era.notna() & households.notna())
    for name, values in own.items():
        total = values.groupby(committees["subdistrict_id"]).sum(min_count=1)
        unknown = values.isna().groupby(committees["subdistrict_id"]).any()
        total = total.where(~unknown)
        bases[name] = home.map(total).astype(float)
    return pd.DataFrame(bases)
