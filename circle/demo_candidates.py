"""Candidate sites of the demo district, with supply route, floor area and cost."""

import numpy as np
import pandas as pd

from circle.demo_facilities import Setting
from circle.demo_ground import Ints
from circle.demo_places import place_beside
from circle.demo_types import MORE_TYPES, TYPES

ROUTES = ("盘活存量", "复合利用", "规划建设")
ROUTE_SHARES = (0.42, 0.33, 0.25)
FLOOR_M2 = {"盘活存量": (150, 900), "复合利用": (80, 450), "规划建设": (1_500, 12_000)}
COST_PER_M2 = {
    "盘活存量": (0.25, 0.45),
    "复合利用": (0.10, 0.22),
    "规划建设": (0.65, 1.0),
}
FIRST_YEAR = {
    "盘活存量": (2026, 2027),
    "复合利用": (2026, 2026),
    "规划建设": (2027, 2030),
}
PREMISES = {
    "盘活存量": ("闲置厂房", "旧商铺", "老办公楼", "闲置仓库"),
    "复合利用": ("居委办公楼", "学校操场", "商场底层", "公园管理用房"),
    "规划建设": ("规划地块", "待建地块", "储备地块"),
}
SHARE_NEAR_HOLES = 0.4
# a build plot of this floor area may take one of these, in square metres
PLOT_TYPES = {
    "幼儿园": 3_000,
    "小学": 8_000,
    "初中": 10_000,
    "社区学校": 1_500,
    "社区卫生服务中心": 3_000,
    "养老院": 3_000,
    "综合为老服务中心": 1_500,
    "长者照护之家": 1_500,
    "社区文化活动中心": 2_500,
    "社区健身中心": 1_500,
    "社区球场": 1_500,
}
# What needs a plot of its own, and what several services under one roof are called.
OPEN_AIR = ("bus_stop", "park", "large_ground", "medium_ground")
COMPLEX, COMPLEX_M2 = "社区综合体", 600


def list_candidates(
    setting: Setting, n: int, *, rng: np.random.Generator
) -> pd.DataFrame:
    """
    List candidate sites, many of them where facilities are missing.

    Parameters
    ----------
    setting
        Where facilities may go.
    n
        How many.
    rng
        The source of chance.

    Returns
    -------
    candidates
        One row per site with the columns of ``candidates.csv``, and the place in
        metres as ``x_m`` and ``y_m``.
    """
    committees = setting.committees
    hosts = _choose_hosts(setting, n, rng)
    label = committees.subdistrict[hosts]
    targets = committees.xy[hosts] + rng.normal(0, 170, (n, 2))
    points = place_beside(
        setting.land, setting.streets, targets=targets, subdistricts=label, rng=rng
    )
    routes = [ROUTES[k] for k in rng.choice(3, n, p=ROUTE_SHARES)]
    rows = [_describe(route, rng) for route in routes]
    table = pd.DataFrame(
        rows, columns=["what", "建筑面积", "造价_万元", "可设类型", "最早年份"]
    )
    table["候选点编号"] = [f"K{k + 1:04d}" for k in range(n)]
    hosts_named = [committees.name[host] for host in hosts]
    plain = [f"{a}{b}" for a, b in zip(hosts_named, table["what"], strict=True)]
    count = pd.Series(plain).groupby(plain).cumcount()
    table["名称"] = [
        name if k == 0 else f"{name}（{k + 1}）"
        for name, k in zip(plain, count, strict=True)
    ]
    table["供给方式"] = routes
    table["subdistrict"] = label
    table["x_m"], table["y_m"] = points[:, 0], points[:, 1]
    return table


def add_more_types(
    candidates: pd.DataFrame, *, rng: np.random.Generator
) -> pd.DataFrame:
    """
    Add types of other standards to what may go to each site.

    Parameters
    ----------
    candidates
        What `list_candidates` gives, whose types stay as they are.
    rng
        A source of chance of its own.

    Returns
    -------
    candidates
        With further names in 可设类型, each of a least size that the site has.
    """
    cells = []
    for cell, route, floor in zip(
        candidates["可设类型"],
        candidates["供给方式"],
        candidates["建筑面积"],
        strict=True,
    ):
        is_plot = route == "规划建设"
        fitting = [COMPLEX] if floor >= COMPLEX_M2 else []
        fitting += [
            one.name
            for key, one in MORE_TYPES.items()
            if one.floor_m2[0] <= floor
            and one.level != "district"
            and (is_plot or key not in OPEN_AIR)
        ]
        chosen = rng.permutation(len(fitting))[: rng.integers(3, 8)]
        cells.append("、".join([cell, *(fitting[k] for k in sorted(chosen))]))
    return candidates.assign(可设类型=cells)


def _choose_hosts(setting: Setting, n: int, rng: np.random.Generator) -> Ints:
    """Choose committees: the island, the holes, then any."""
    committees = setting.committees
    holes = np.flatnonzero(committees.hole)
    n_holes = round(SHARE_NEAR_HOLES * n)
    island = np.flatnonzero(committees.island)
    near_holes = rng.choice(holes, n_holes - len(island))
    anywhere = rng.choice(len(committees.code), n - n_holes)
    return rng.permutation(np.concatenate([island, near_holes, anywhere]))


def _describe(route: str, rng: np.random.Generator) -> tuple[str, int, float, str, int]:
    """Make up one site of a supply route."""
    low, high = FLOOR_M2[route]
    floor = int(np.round(low * (high / low) ** rng.random(), -1))
    cost = floor * rng.uniform(*COST_PER_M2[route])
    first, last = FIRST_YEAR[route]
    small = [one.name for one in TYPES.values() if one.level == "committee"]
    if route == "规划建设":
        large = [name for name, least in PLOT_TYPES.items() if floor >= least]
        chosen = [large[k] for k in rng.permutation(len(large))[: rng.integers(2, 6)]]
        if rng.random() < 0.5:
            chosen += [small[k] for k in rng.permutation(len(small))[:2]]
    else:
        chosen = [small[k] for k in rng.permutation(len(small))[: rng.integers(2, 5)]]
    order = [one.name for one in TYPES.values()]
    types = "、".join(sorted(chosen, key=order.index))
    what = PREMISES[route][int(rng.integers(len(PREMISES[route])))]
    return what, floor, round(float(cost), 1), types, int(rng.integers(first, last + 1))
