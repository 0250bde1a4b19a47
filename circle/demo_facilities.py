"""The facility inventory of the demo district, with its deliberate holes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from circle.demo_committees import Committees
from circle.demo_drawing import Drawing
from circle.demo_ground import Flags, Floats, Ints
from circle.demo_land import Land, value_at
from circle.demo_names import FIRST, SECOND, make_pairs
from circle.demo_places import StreetPoints, find_remote, name_places, place_beside
from circle.demo_types import TYPES, DemoType

STATUSES = ("开放", "规划", "在建", "关闭")
STATUS_SHARES = (0.925, 0.04, 0.015, 0.02)
PUBLIC_SCHOOLS = ("幼儿园", "小学", "初中", "高中")
COMPLEX_TYPES = (
    "社区文化活动中心",
    "综合为老服务中心",
    "社区助餐点",
    "老年人日间照护中心",
    "社区健身中心",
    "社区卫生服务站（村卫生室）",
    "社区学校",
)
COMPLEXES = 5
COMPLEX_REACH_M = 1_600.0
N_REMOTE = 3
# how far a facility serves in a straight line, allowing for detours
WALK_M, CYCLE_M = 700.0, 1_900.0
GAIN_POWER = 8.0
Ragged = list[list[int]]
ISLAND_TYPES = ("老年活动室", "健身苑点")


@dataclass(frozen=True)
class Setting:
    """
    Where facilities may go.

    Attributes
    ----------
    land
        The land.
    streets
        Points along the streets.
    committees
        The committees.
    names
        Names of the subdistricts.
    """

    land: Land
    streets: StreetPoints
    committees: Committees
    names: list[str]


def take_inventory(
    setting: Setting,
    drawing: Drawing,
    *,
    factor: float,
    yard: Floats,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """
    Place all facilities and write their inventory.

    Parameters
    ----------
    setting
        Where facilities may go.
    drawing
        The drawn streets.
    factor
        Facilities per type as a multiple of the district of size 1.
    yard
        Middle of a works that no public street reaches, in metres.
    rng
        The source of chance.

    Returns
    -------
    inventory
        One row per facility and type, with the columns of ``facilities.csv`` and the
        place in metres as ``x_m`` and ``y_m``.
    """
    parts = [place_type(setting, kind, factor, rng=rng) for kind in TYPES.values()]
    table = pd.concat(parts, ignore_index=True)
    table = _add_status(setting, table, rng)
    points = place_beside(
        setting.land,
        setting.streets,
        targets=table[["x_m", "y_m"]].to_numpy(),
        subdistricts=table["subdistrict"].to_numpy(),
        rng=rng,
    )
    table["x_m"], table["y_m"] = points[:, 0], points[:, 1]
    table["地址"] = name_places(setting.streets, points, rng)
    table = _share_roofs(table, factor, rng)
    table = _put_out_of_the_way(setting, table, drawing, yard=yard)
    return _finish(setting, table, rng)


def place_type(
    setting: Setting, kind: DemoType, factor: float, *, rng: np.random.Generator
) -> pd.DataFrame:
    """
    Choose hosts for all facilities of one type, and wanted places.

    Parameters
    ----------
    setting
        Where facilities may go.
    kind
        The type.
    factor
        Facilities as a multiple of the district of size 1.
    rng
        The source of chance.

    Returns
    -------
    table
        One row per facility: type, level, committee that hosts it (``host``) and
        which of its facilities of the type it is (``number``), subdistrict, and the
        wanted place in metres.
    """
    committees = setting.committees
    n = max(1, round(kind.count * factor))
    free = np.flatnonzero(~committees.hole)
    if kind.level == "committee":
        hosts = _host_each(free, n, rng)
        if kind.name in ISLAND_TYPES:
            hosts[-1] = np.flatnonzero(committees.island)[0]
    else:
        hosts = _host_widely(setting, free, n, rng=rng)
    spread = 90.0 if kind.level == "committee" else 160.0
    xy = committees.xy[hosts] + rng.normal(0, spread, (n, 2))
    number = pd.Series(hosts).groupby(hosts).cumcount().to_numpy()
    return pd.DataFrame(
        {
            "设施类型": kind.name,
            "level": kind.level,
            "host": hosts,
            "number": number,
            "subdistrict": committees.subdistrict[hosts],
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
        }
    )


def _host_each(free: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Give each committee without a hole one before any has two."""
    rounds = [rng.permutation(free) for _ in range(-(-n // len(free)))]
    return np.concatenate(rounds)[:n]


def _host_gains(committees: Committees, free: Ints) -> tuple[Ragged, Ragged]:
    """List the committees in reach of each free host, and the reverse."""
    reach = np.where(committees.cycles, CYCLE_M, WALK_M)
    hosts = cKDTree(committees.xy[free])
    hosts_of: Ragged = [
        list(map(int, one)) for one in hosts.query_ball_point(committees.xy, reach)
    ]
    served_by: Ragged = [[] for _ in free]
    for committee, near in enumerate(hosts_of):
        for host in near:
            served_by[host].append(committee)
    return hosts_of, served_by


def _host_widely(
    setting: Setting, free: Ints, n: int, *, rng: np.random.Generator
) -> Ints:
    """Choose hosts by the unserved households they reach, once per subdistrict."""
    committees = setting.committees
    hosts_of, served_by = _host_gains(committees, free)
    households = committees.households
    gain = np.array([households[one].sum() for one in served_by], dtype=np.float64)
    open_label = committees.subdistrict[free]
    size = np.bincount(committees.subdistrict, households, len(setting.names))
    turns = [one for one in np.argsort(-size, kind="stable") if one in open_label]
    served = np.zeros(len(households), dtype=np.bool_)
    chosen: list[int] = []
    for k in range(n):
        weight = gain + 0.02 * households[free]
        weight = weight**GAIN_POWER
        if k < len(turns):
            weight = weight * (open_label == turns[k])
        host = int(rng.choice(len(free), p=weight / weight.sum()))
        chosen.append(host)
        for committee in served_by[host]:
            if not served[committee]:
                served[committee] = True
                gain[hosts_of[committee]] -= households[committee]
    return free[chosen]


def _add_status(
    setting: Setting, table: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give each facility a status; half of the planned ones go where holes are."""
    table = table.copy()
    status = rng.choice(len(STATUSES), len(table), p=STATUS_SHARES)
    status[table.groupby("设施类型").cumcount() == 0] = 0
    holes = np.flatnonzero(setting.committees.hole & ~setting.committees.island)
    planned = np.flatnonzero(np.isin(status, (1, 2)))[::2]
    if len(holes):
        hosts = rng.choice(holes, len(planned))
        table.loc[planned, "host"] = hosts
        table.loc[planned, "number"] = 0
        table.loc[planned, "subdistrict"] = setting.committees.subdistrict[hosts]
        table.loc[planned, ["x_m", "y_m"]] = setting.committees.xy[hosts]
    table["状态"] = np.array(STATUSES)[status]
    return table


def _share_roofs(
    table: pd.DataFrame, factor: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Bring facilities of some neighbourhoods together in community complexes."""
    table = table.copy()
    table["建筑编号"] = ""
    is_open = table["状态"] == STATUSES[0]
    seats = table.index[(table["设施类型"] == COMPLEX_TYPES[0]) & is_open]
    n = max(1, round(COMPLEXES * factor))
    for number, seat in enumerate(seats[:n]):
        others = rng.permutation(len(COMPLEX_TYPES) - 1)[: rng.integers(2, 6)]
        away = np.hypot(
            table["x_m"] - table.loc[seat, "x_m"], table["y_m"] - table.loc[seat, "y_m"]
        )
        same = is_open & (table["subdistrict"] == table.loc[seat, "subdistrict"])
        fit = same & (away < COMPLEX_REACH_M) & (table["建筑编号"] == "")
        members = [seat]
        for other in others:
            own = fit & (table["设施类型"] == COMPLEX_TYPES[1 + other])
            if own.any():
                members.append(away[own].idxmin())
        if len(members) >= 3:
            table.loc[members, "建筑编号"] = f"B{number + 1:04d}"
            for column in ("x_m", "y_m", "地址"):
                table.loc[members, column] = table.loc[seat, column]
    return table


def _put_out_of_the_way(
    setting: Setting, table: pd.DataFrame, drawing: Drawing, *, yard: Floats
) -> pd.DataFrame:
    """Move two facilities far from any street, and one into a closed works."""
    table = table.copy()
    points = [*find_remote(drawing, setting.land, N_REMOTE - 1), yard]
    free = (table["建筑编号"] == "") & (table["状态"] == STATUSES[0])
    kinds = ("社区球场", "健身苑点", "老年活动室")
    for kind, point in zip(kinds, points, strict=True):
        row = table.index[free & (table["设施类型"] == kind)]
        # the last of its type is always one of several
        row_id = row[-2] if len(row) > 1 else row[-1]
        label = value_at(setting.land, setting.land.label, *point[:, None])
        table.loc[row_id, ["x_m", "y_m"]] = point
        table.loc[row_id, "subdistrict"] = int(label[0])
    return table


def _finish(
    setting: Setting, table: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Add ids, names, floor areas and dates."""
    table = table.copy()
    n = len(table)
    table["设施编号"] = [f"F{k + 1:05d}" for k in range(n)]
    table["设施名称"] = _name_all(setting, table, rng)
    table["所属街镇"] = [setting.names[one] for one in table["subdistrict"]]
    by_name = {kind.name: kind.floor_m2 for kind in TYPES.values()}
    low, high = np.array([by_name[name] for name in table["设施类型"]]).T
    floor = np.round(low * (high / low) ** rng.random(n), -1)
    table["建筑面积"] = np.where(rng.random(n) < 0.12, np.nan, floor)
    table["启用日期"] = _dates(table["状态"].isin(["开放", "关闭"]).to_numpy(), rng)
    return table


def _dates(opened: Flags, rng: np.random.Generator) -> list[str]:
    """Give most opened facilities an opening date."""
    year = 2025 - np.floor(38 * rng.random(len(opened)) ** 1.6).astype(int)
    month = rng.choice([1, 3, 5, 6, 7, 9, 9, 10, 12], len(opened))
    known = opened & (rng.random(len(opened)) > 0.15)
    return [
        f"{a}-{b:02d}-01" if c else ""
        for a, b, c in zip(year, month, known, strict=True)
    ]


def _name_all(
    setting: Setting, table: pd.DataFrame, rng: np.random.Generator
) -> list[str]:
    """Name each facility after its committee, its subdistrict or a word of its own."""
    words = make_pairs(FIRST, SECOND, rng)
    committees = setting.committees
    names, seen = [], dict[str, int]()
    for k, row in enumerate(table.itertuples(index=False, name=None)):
        kind, level, host, _, subdistrict = row[:5]
        if kind in PUBLIC_SCHOOLS:
            name = words[k % len(words)] + kind
        elif level == "committee":
            name = committees.name[host] + _short(kind, bool(committees.village[host]))
        elif level == "community":
            name = setting.names[subdistrict] + kind
        else:
            name = "临澜区" + words[k % len(words)] + kind.removeprefix("区级")
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return names


def _short(kind: str, village: bool) -> str:
    """Shorten the type as the sign at the door does."""
    if kind.endswith("（村卫生室）"):
        return "卫生室" if village else "社区卫生服务站"
    return kind.removeprefix("居村")
