"""Alerts: indicators beyond their warning line, for regular monitoring."""

import math

import pandas as pd

from circle.indicator_values import IndicatorValues, areas_of
from circle.indicators import indicator_label, parse_indicator
from circle.profile import Profile
from circle.profile_facts import Label
from circle.result_contracts_measures import ALERTS


def find_alerts(
    profile: Profile,
    values: IndicatorValues,
    *,
    subdistricts: pd.DataFrame,
    language: str,
) -> pd.DataFrame:
    """
    List the indicators that are beyond their warning line.

    Parameters
    ----------
    profile
        The standard, whose section `alerts` draws the lines.
    values
        The values of the indicators.
    subdistricts
        Contract ``subdistricts``.
    language
        Language of the labels, ``zh`` or ``en``.

    Returns
    -------
    alerts
        Contract ``alerts``, in the order of the profile, then of the areas. A value
        that is not known raises none.
    """
    names = argument_names(profile)
    rows = []
    for line in profile.alerts:
        side = "below" if line.below is not None else "above"
        level = line.below if line.below is not None else line.above
        label = indicator_label(parse_indicator(line.indicator), names, language)
        for area in areas_of(subdistricts, line.area):
            value = values.find(line.indicator, line.area, area).value
            beyond = _beyond(value, line.below, line.above)
            if beyond > 0:
                rows.append(
                    {
                        "area_kind": line.area,
                        "area_id": area,
                        "indicator": line.indicator,
                        "label": label,
                        "value": value,
                        "side": side,
                        "line": level,
                        "beyond": beyond,
                    }
                )
    return pd.DataFrame(rows, columns=list(ALERTS.names))


def argument_names(profile: Profile) -> dict[str, Label]:
    """
    Name what stands behind the colon of an indicator.

    Parameters
    ----------
    profile
        The standard.

    Returns
    -------
    names
        Labels of types, domains, tiers, levels and norms, by id.
    """
    fixed = {
        "basic": Label(zh="基础保障", en="basic"),
        "extension": Label(zh="拓展", en="extension"),
        "committee": Label(zh="居村级", en="committee level"),
        "community": Label(zh="社区级", en="community level"),
        "district": Label(zh="市区级", en="district level"),
    }
    return {
        **fixed,
        **{str(key): one for key, one in profile.domains.items()},
        **{one.id: one.label for one in profile.types},
        **{one.id: one.label for one in profile.norms},
    }


def _beyond(value: float, below: float | None, above: float | None) -> float:
    """Say how far a value is beyond its line; NaN where it is unknown."""
    if below is not None:
        return below - value
    return value - above if above is not None else math.nan
