"""Places, beds and staff of the demo facilities, and the age of the demo housing."""

import numpy as np
import pandas as pd

from circle.demo_committees import Committees
from circle.demo_types import MORE_TYPES, TYPES

NEW, OLD = "新建", "老旧"
# Every so many residents' committees outside the new estates is new as well.
_NEW_EVERY = 4
UNKNOWN_SHARE = 0.08
# Floor area behind one place or bed, in m², by type.
PLACES_M2 = {
    "kindergarten": 13.0,
    "primary_school": 10.0,
    "junior_school": 11.0,
    "senior_school": 16.0,
    "nursery": 12.0,
    "elder_day_care": 9.0,
    "meal_point": 3.0,
}
BEDS_M2 = {
    "district_hospital": 110.0,
    "nursing_home": 38.0,
    "short_stay_care": 32.0,
    "nursing_care_home": 36.0,
}
STAFF_M2 = {
    "district_hospital": 75.0,
    "health_centre": 70.0,
    "health_station": 45.0,
    "outpatient": 60.0,
}


def add_capacity(inventory: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """
    Add capacities in proportion to floor area; some offices have not said theirs.

    Parameters
    ----------
    inventory
        The inventory with types and floor areas.
    rng
        A source of chance of its own.

    Returns
    -------
    inventory
        With the columns 容量, 容量单位 and 工作人员; all other columns as they were.
        What has no floor area or is not known stays empty.
    """
    names = {key: one.name for key, one in (TYPES | MORE_TYPES).items()}
    floor = inventory["建筑面积"].astype(float)
    known = rng.random(len(inventory)) >= UNKNOWN_SHARE
    ease = 0.85 + 0.3 * rng.random(len(inventory))
    kind = inventory["设施类型"]
    capacity = pd.Series(np.nan, index=inventory.index)
    unit = pd.Series("", index=inventory.index)
    for word, ratios in (("座", PLACES_M2), ("床位", BEDS_M2)):
        each = kind.map({names[key]: m2 for key, m2 in ratios.items()})
        own = each.notna() & floor.notna() & known
        capacity[own] = np.maximum(np.round(floor * ease / each), 1)[own]
        unit[own] = word
    each = kind.map({names[key]: m2 for key, m2 in STAFF_M2.items()})
    staff = (floor * ease / each).round().clip(lower=1).where(known)
    return inventory.assign(
        容量=capacity.astype("Int64"),
        容量单位=unit,
        工作人员=staff.astype("Int64"),
    )


def build_eras(committees: Committees) -> list[str]:
    """
    Say which committees have new housing: the new estates, and some of the others.

    Parameters
    ----------
    committees
        The committees.

    Returns
    -------
    eras
        New or old, one per committee.
    """
    number = np.arange(len(committees.code))
    is_new = (committees.hole | (number % _NEW_EVERY == 0)) & ~committees.village
    return [NEW if one else OLD for one in is_new]
