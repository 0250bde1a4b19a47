"""
Every number of the workbook: compared with the second implementation, or named here.

A sheet or a column that comes new to the workbook fails this test until its numbers
are compared, or stand below with the reason why they are not.
"""

from collections import Counter

import plain_district as plain
import pytest
from test_plain_district import (
    EXACT_MIN,
    areas,
    counts,
    groups,
    missing,
    ranked,
    subdistrict_row,
)

pytestmark = pytest.mark.slow

CLASSES = {"城市化地区": "urban", "城镇化地区": "urbanising", "远郊地区": "outer"}
CLUSTERS = "the halving of clusters is compared on toys (test_gaps) only"
CATCHMENTS = "compared with brute force on random cities (test_choice) only"
# Sheet (一街镇一表 for the lists) and column, with the reason.
NOT_COMPARED = {
    ("汇总", "缺口片区数"): CLUSTERS,
    ("缺口", "序号"): CLUSTERS,
    ("缺口", "涉及人口"): CLUSTERS,
    ("缺口", "网格数"): CLUSTERS,
    ("缺口", "面积"): CLUSTERS,
    ("缺口", "同缺类型数"): CLUSTERS,
    ("一街镇一表", "面积"): CLUSTERS,
    ("可选择性", "仅一处可达人口"): CATCHMENTS,
    ("可选择性", "仅一处可达占比"): CATCHMENTS,
    ("可选择性", "人均可达设施数"): CATCHMENTS,
    ("可选择性", "关闭后失去可达人口"): CATCHMENTS,
    ("可选择性", "关闭后失去可达居村数"): CATCHMENTS,
    ("可选择性", "序号"): CATCHMENTS,
    ("公平性", "帕尔马比"): "compared with integrals on random people (test_fairness)",
    ("公平性", "最差十分之一"): "compared with integrals (test_fairness)",
    ("验收与预警", "权重"): "is the profile's own",
    ("验收与预警", "目标值"): "is the profile's own",
    ("验收与预警", "实际值"): "an indicator of the other sheets (test_measures)",
    ("验收与预警", "实现度"): "the tool's own index (test_realisation)",
    ("验收与预警", "数值"): "an indicator of the other sheets (test_measures)",
    ("验收与预警", "分子"): "an indicator of the other sheets (test_measures)",
    ("验收与预警", "分母"): "an indicator of the other sheets (test_measures)",
    ("未接入", "距路网"): "distances are compared on random streets (test_snapping)",
}


def short(header):
    """Name a column without its unit and denominator."""
    return str(header).replace("\n", "").split("（")[0]


def blocks(rows):
    """Yield each table of a sheet: rows of column to value."""
    at = 0
    while at < len(rows):
        filled = [one for one in rows[at] if one not in {None, ""}]
        headers = len(filled) >= 4 and all(isinstance(one, str) for one in filled)
        if not headers or at + 1 == len(rows):
            at += 1
            continue
        names = [None if one is None else short(one) for one in rows[at]]
        found, at = [], at + 1
        while at < len(rows) and len([x for x in rows[at] if x is not None]) > 2:
            pairs = zip(names, rows[at], strict=True)
            found.append({name: value for name, value in pairs if name is not None})
            at += 1
        if any(is_number(value) for row in found for value in row.values()):
            yield found


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


class Numbers:
    """What the second implementation says of each row of each table."""

    def __init__(self, oracle, plan) -> None:
        self.oracle, self.plan = oracle, plan
        self.tables = oracle.tables
        self.everywhere = set(self.tables.subdistricts.index)
        self.items = missing(oracle)
        self.order = ranked(self.items)
        home = self.tables.committees["街镇编号"]
        self.n_items = Counter((one[4], home[one[3]]) for one in self.items.values())
        self.step_of = {one["candidate"]: i for i, one in enumerate(plan, start=1)}
        self.cleared = {
            item: step
            for step, one in enumerate(plan, start=1)
            for item in one["items"]
        }
        required = next(groups(oracle.rules))[2]
        self.shares = {
            one: self.count({one}, required)["达标项占比"] for one in self.everywhere
        }
        self.homes = dict(
            zip(
                self.tables.subdistricts["街镇名称"],
                self.tables.subdistricts.index,
                strict=True,
            )
        )

    def of(self, sheet, row, number, block):
        """Give the numbers that a row must hold, by column."""
        kinds = (
            ("候选点编号" in row, lambda: self.site(row, block)),
            (sheet == "汇总" and "街镇编号" in row, lambda: self.subdistrict(row)),
            (sheet == "汇总", lambda: self.area_class(row, number)),
            (sheet == "按类型" and "标准编号" in row, lambda: self.type_of(row)),
            (sheet == "按类型", lambda: self.group(number)),
            (sheet == "分人群", lambda: self.weighed(row)),
            (sheet == "可选择性" and "范围编号" in row, lambda: self.without(row)),
            (sheet == "公平性", lambda: self.fairness(row)),
            (sheet == "未接入", lambda: self.unsnapped(row)),
            ("缺项编号" in row, lambda: self.item(row, number)),
            ("标准编号" in row, lambda: self.type_of(row, self.homes.get(sheet))),
            ("缺口编号" in row, lambda: {"序号": number, "涉及人口": None}),
        )
        return next((wanted() for holds, wanted in kinds if holds), {})

    def group(self, number):
        listed = {"required", "tier", "domain"}
        kinds = [one for one in groups(self.oracle.rules) if one[0] in listed]
        types = kinds[number - 1][2]
        return {"序号": number, **self.count(self.everywhere, types)}

    def count(self, homes, types):
        """Count, with shares."""
        found = counts(self.oracle, homes, types)
        found["达标项占比"] = found["达标项数"] / found["居村项数"]
        found["达标人项占比"] = found["达标人项数"] / found["人项数"]
        return found

    def subdistrict(self, row):
        code = row["街镇编号"]
        homes = {code} if code in self.everywhere else self.everywhere
        found = subdistrict_row(self.oracle, self.plan, homes)
        sites = self.tables.candidates.loc[list(self.step_of)]
        cost = sites.loc[sites["街镇编号"].isin(homes), "造价_万元"].astype(float)
        required = next(groups(self.oracle.rules))[2]
        return {
            **found,
            **self.count(homes, required),
            "选址造价": float(cost.sum()),
        }

    def area_class(self, row, number):
        classes = self.tables.subdistricts["area_class"]
        homes = set(classes.index[classes == CLASSES[row["地区类型"]]])
        required = next(groups(self.oracle.rules))[2]
        return {"序号": number, "街镇数": len(homes), **self.count(homes, required)}

    def type_of(self, row, home_id=None):
        type_id = row["设施类型编号"]
        homes = self.everywhere if home_id is None else {home_id}
        here = self.tables.facilities["type"] == type_id
        if home_id is not None:
            here &= self.inside(home_id)
        return {
            **self.count(homes, [type_id]),
            "缺项数": sum(self.n_items[type_id, home] for home in homes),
            "开放设施数": int(here.sum()),
        }

    def inside(self, code):
        """Tell which facilities lie in a subdistrict."""
        shape = self.tables.subdistricts.loc[code, "shape"]
        places = plain.shapely.points(self.tables.facilities[["x", "y"]].to_numpy())
        return plain.shapely.intersects(shape, places)

    def weighed(self, row):
        cells = self.tables.cells
        weight = {
            "age_0_14": cells["人口_0_14"],
            "age_15_59": cells["人口_15_59"],
            "age_60_plus": cells["人口_60以上"],
            "km2": (cells["people"] > 0) * 0.01,
        }[row["分项编号"]]
        homes = {area: homes for _, area, homes in areas(self.tables)}
        here = cells["home"].isin(homes[row["范围编号"]])
        types = next(groups(self.oracle.rules))[2]
        good = plain.covered(self.oracle.cell_minutes, self.oracle.rules)[types]
        weight, good = weight[here], good[here]
        return {
            "人数或面积": weight.sum(),
            "达标占比": (good.sum(axis=1) * weight).sum() / weight.sum() / len(types),
            "全部必备设施可达占比": weight[good.all(axis=1)].sum() / weight.sum(),
        }

    def without(self, row):
        cells = self.tables.cells
        homes = {area: homes for _, area, homes in areas(self.tables)}
        here = cells["home"].isin(homes[row["范围编号"]])
        good = plain.covered(self.oracle.cell_minutes, self.oracle.rules)
        people = cells.loc[here, "people"]
        lacking = people[~good.loc[here, row["设施类型编号"]]]
        return {"人口": int(people.sum()), "无设施可达人口": int(lacking.sum())}

    def fairness(self, row):
        kinds = {name: types for _, name, types in groups(self.oracle.rules)}
        types = kinds[row["口径编号"]]
        cells = self.tables.cells
        good = plain.covered(self.oracle.cell_minutes, self.oracle.rules)[types]
        people = cells["people"].astype(float)
        shares = good.mean(axis=1)
        if row["比较对象"] != "居民之间":
            by = cells["home"]
            if "街镇" not in row["比较对象"]:
                by = by.map(self.tables.subdistricts["area_class"])
            shares = (shares * people).groupby(by).sum() / people.groupby(by).sum()
            people = people.groupby(by).sum()
        mean = float((shares * people).sum() / people.sum())
        # Half the mean difference between two people, over the mean.
        grouped = people.groupby(shares.round(12)).sum()
        level, weight = grouped.index.to_numpy(), grouped.to_numpy()
        apart = abs(level[:, None] - level) * weight[:, None] * weight
        gini = apart.sum() / weight.sum() ** 2 / 2 / mean
        found = {"人口": int(people.sum()), "均值": mean, "基尼系数": float(gini)}
        return {**found, "差距": float(shares.max() - shares.min())}

    def unsnapped(self, row):
        kinds = {"人口网格": self.tables.cells, "居村": self.tables.committees}
        if row["对象"] == "设施":
            return {"涉及人口": 0}
        return {"涉及人口": int(kinds[row["对象"]]["people"][row["编号"]])}

    def item(self, row, number):
        required, people, minutes, *_ = self.items[row["缺项编号"]]
        return {
            "序号": number,
            "涉及人口": people,
            "最近设施时间": minutes,
            "超出": minutes - self.oracle.rules.minutes,
            "消除选址次序": self.cleared.get(row["缺项编号"]) if required else None,
        }

    def place_of(self, home):
        """Count the subdistricts that are worse off, and the one itself."""
        return 1 + sum(one < self.shares[home] for one in self.shares.values())

    def site(self, row, block):
        if row["候选点编号"] is None:
            sums = ("消除缺项数", "惠及人项数", "建筑面积", "造价")
            listed = [one for one in block if one["候选点编号"] is not None]
            rows = [self.site(one, block) for one in listed]
            return {name: sum(one[name] for one in rows) for name in sums}
        step = self.step_of[row["候选点编号"]]
        one = self.plan[step - 1]
        candidate = self.tables.candidates.loc[one["candidate"]]
        home = candidate["街镇编号"]
        return {
            "序号": self.place_of(home),
            "次序": step,
            "消除缺项数": len(one["items"]),
            "惠及人项数": one["gained"],
            "全区实施后达标占比": one["share_after"],
            "实施年份": int(candidate["最早年份"]),
            "建筑面积": float(candidate["建筑面积"]),
            "造价": float(candidate["造价_万元"]),
            "经度": pytest.approx(float(candidate["经度"]), abs=1e-6),
            "纬度": pytest.approx(float(candidate["纬度"]), abs=1e-6),
            "达标项占比": self.shares[home],
        }


def test_every_number_of_the_workbook(oracle, book, plan):
    numbers = Numbers(oracle, plan)
    unknown, wrong, n_compared = set(), [], 0
    for title, rows in book.items():
        group = "一街镇一表" if title in numbers.homes else title
        for block in blocks(rows):
            for number, row in enumerate(block, start=1):
                wanted = numbers.of(title, row, number, block)
                for column, value in row.items():
                    if not is_number(value) or (group, column) in NOT_COMPARED:
                        continue
                    if column not in wanted:
                        unknown.add((group, column))
                    elif wanted[column] is not None:
                        n_compared += 1
                        same = pytest.approx(wanted[column], abs=EXACT_MIN)
                        if value != same:
                            at = title, column, number
                            wrong.append((*at, value, wanted[column]))
    assert sorted(unknown) == []
    assert wrong[:10] == []
    assert n_compared > 10_000


def test_the_reasons_are_still_needed(book):
    """What is no longer in the workbook needs no reason."""
    held = {
        (title, column)
        for title, rows in book.items()
        for block in blocks(rows)
        for column in block[0]
    }
    assert {one for one in NOT_COMPARED if one[0] != "一街镇一表"} <= held
