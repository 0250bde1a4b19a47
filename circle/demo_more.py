"""Further facilities of the demo district, for the standards that ask for them."""

import numpy as np
import pandas as pd

from circle.demo_facilities import STATUSES, Setting, place_type
from circle.demo_places import name_places, place_beside
from circle.demo_types import MORE_TYPES


def add_more(
    setting: Setting,
    inventory: pd.DataFrame,
    *,
    factor: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """
    Add facilities of further types below the inventory of the first 21.

    Parameters
    ----------
    setting
        Where facilities may go.
    inventory
        The inventory so far, whose rows stay as they are.
    factor
        Facilities per type as a multiple of the district of size 1.
    rng
        A source of chance of its own.

    Returns
    -------
    inventory
        Longer by one row per further facility; ids go on from the last one. All are
        open but for the odd planned one.
    """
    kinds = list(MORE_TYPES.values())
    parts = [place_type(setting, kind, factor, rng=rng) for kind in kinds]
    table = pd.concat(parts, ignore_index=True)
    points = place_beside(
        setting.land,
        setting.streets,
        targets=table[["x_m", "y_m"]].to_numpy(),
        subdistricts=table["subdistrict"].to_numpy(),
        rng=rng,
    )
    table["x_m"], table["y_m"] = points[:, 0], points[:, 1]
    table["地址"] = name_places(setting.streets, points, rng)
    first = ~table.duplicated("设施类型").to_numpy()
    is_open = first | (rng.random(len(table)) > 0.03)
    table["状态"] = np.where(is_open, STATUSES[0], STATUSES[1])
    floor = {kind.name: kind.floor_m2 for kind in kinds}
    low, high = np.array([floor[name] for name in table["设施类型"]]).T
    table["建筑面积"] = np.round(low * (high / low) ** rng.random(len(table)), -1)
    table["设施编号"] = [f"F{len(inventory) + k + 1:05d}" for k in range(len(table))]
    table["设施名称"] = _names(setting, table, inventory)
    table["所属街镇"] = [setting.names[one] for one in table["subdistrict"]]
    table["启用日期"] = table["建筑编号"] = ""
    more = table.reindex(columns=inventory.columns)
    return pd.concat([inventory, more], ignore_index=True)


def _names(setting: Setting, table: pd.DataFrame, inventory: pd.DataFrame) -> list[str]:
    """Name each facility after its committee or its subdistrict."""
    seen = dict.fromkeys(inventory["设施名称"], 1)
    names = []
    for kind, level, host, home in zip(
        table["设施类型"],
        table["level"],
        table["host"],
        table["subdistrict"],
        strict=True,
    ):
        near = setting.committees.name[host]
        name = (near if level == "committee" else setting.names[home]) + kind
        if level == "district":
            name = "临澜区" + kind.removeprefix("区级")
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return names
