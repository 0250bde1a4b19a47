"""Every number of the demo's tables and workbook against the plain oracle."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import plain_district as plain
import pytest

pytestmark = pytest.mark.slow

# The tables carry six decimals; times differ by rounding to 2^-24 s per piece.
EXACT_MIN = 2e-6
ZH_MODE = {"walk": "步行", "cycle": "骑行"}


def table(folder: Path, name: str) -> pd.DataFrame:
    codes = ["街镇编号", "居村编号", "范围编号", "最近设施编号", "候选点编号"]
    text = dict.fromkeys(codes, str)
    return pd.read_csv(folder / f"{name}.csv", dtype=text, encoding="utf-8-sig")


def sheet(book: dict[str, list[list]], name: str, first: str) -> pd.DataFrame:
    """Give the rows of a sheet under the header row that begins with `first`."""
    rows = book[name]
    start = next(i for i, row in enumerate(rows) if row and row[0] == first)
    header = [str(one).replace("\n", "") for one in rows[start] if one is not None]
    body = []
    for row in rows[start + 1 :]:
        if not row or row[0] is None:
            break
        body.append(row[: len(header)])
    return pd.DataFrame(body, columns=header)


def groups(rules):
    """Give each group of types: kind, id, types."""
    need = dict(zip(rules.types, rules.required, strict=True))
    yield "required", "required", [one for one in rules.types if need[one]]
    for tier in ("basic", "extension"):
        yield "tier", tier, [one for one in rules.types if rules.tier[one] == tier]
    for level in dict.fromkeys(rules.level.values()):
        yield "level", level, [x for x in rules.types if rules.level[x] == level]
    for domain in dict.fromkeys(rules.domain.values()):
        mine = [one for one in rules.types if rules.domain[one] == domain and need[one]]
        yield "domain", domain, mine
    for one in rules.types:
        yield "type", one, [one]


def areas(tables):
    """Give each area: kind, id, its subdistricts."""
    homes = tables.subdistricts["area_class"]
    yield "district", "district", set(homes.index)
    for one in ("urban", "urbanising", "outer"):
        yield "area_class", one, set(homes.index[homes == one])
    for one in homes.index:
        yield "subdistrict", one, {one}


@cache
def covered_in(oracle, homes):
    """Tell what is covered in one area, by committee and by cell, with the people."""
    committees, cells = oracle.tables.committees, oracle.tables.cells
    at = cells["home"].isin(homes)
    here = committees["街镇编号"].isin(homes)
    good = plain.covered(oracle.minutes, oracle.rules)[here]
    lived = plain.covered(oracle.cell_minutes, oracle.rules)[at]
    return (
        {one: good[one].to_numpy() for one in good},
        {one: lived[one].to_numpy() for one in lived},
        cells.loc[at, "people"].to_numpy(),
    )


def counts(oracle, homes, types):
    """Count one area and one group of types."""
    good, lived, people = covered_in(oracle, frozenset(homes))
    good, lived = (
        np.stack([one[name] for name in types], axis=1) for one in (good, lived)
    )
    return {
        "居村项数": good.size,
        "达标项数": int(good.sum()),
        "居村数": len(good),
        "全部达标居村数": int(good.all(axis=1).sum()),
        "人口": int(people.sum()),
        "人项数": int(people.sum()) * len(types),
        "达标人项数": int((lived.sum(axis=1) * people).sum()),
        "全部达标人口": int(people[lived.all(axis=1)].sum()),
    }


SHARES = {
    "达标项占比": ("达标项数", "居村项数"),
    "全部达标居村占比": ("全部达标居村数", "居村数"),
    "达标人项占比": ("达标人项数", "人项数"),
    "全部达标人口占比": ("全部达标人口", "人口"),
}


def same_counts(found, wanted):
    """Hold a row of a table to the counts, and its shares to their quotients."""
    for name, value in found.items():
        short = str(name).split("（")[0]
        if short in wanted:
            assert value == wanted[short], (name, value, wanted[short])
        elif short in SHARES:
            part, whole = SHARES[short]
            assert value == pytest.approx(wanted[part] / wanted[whole], abs=1e-6), name


def test_reach_of_every_committee(oracle, written):
    found = table(written, "reach")
    assert len(found) == oracle.minutes.size
    for row in found.itertuples(index=False):
        key = row.居村编号, row.设施类型编号
        minutes = oracle.minutes.loc[key]
        assert row.方式 == ZH_MODE[oracle.tables.committees["mode"][key[0]]]
        if np.isinf(minutes):
            assert np.isnan(row.最近设施时间_分钟)
            continue
        assert row.最近设施时间_分钟 == pytest.approx(minutes, abs=EXACT_MIN), key
        assert row.最近设施编号 == oracle.nearest.loc[key], key
        assert row.是否达标 == ("是" if minutes <= 15 else "否")


def test_every_coverage_figure(oracle, written):
    found = table(written, "coverage").set_index(
        ["统计范围", "范围编号", "统计口径", "口径编号"]
    )
    wanted = {
        (kind, area, group, name): counts(oracle, homes, types)
        for kind, area, homes in areas(oracle.tables)
        for group, name, types in groups(oracle.rules)
    }
    assert sorted(found.index) == sorted(wanted)
    rows = found.to_dict("index")
    assert len(rows) == len(found)
    for key, values in wanted.items():
        assert len(set(found.columns) & set(values)) == len(values)
        same_counts(rows[key], values)


def test_coverage_by_age_and_area(oracle, demo):
    """Weigh cells by an age band, and by their area where anybody lives."""
    cells = oracle.tables.cells
    good = plain.covered(oracle.cell_minutes, oracle.rules)
    weights = {
        ("area", "km2"): (cells["people"] > 0) * 0.01,
        ("age_band", "age_0_14"): cells["人口_0_14"],
        ("age_band", "age_15_59"): cells["人口_15_59"],
        ("age_band", "age_60_plus"): cells["人口_60以上"],
    }
    keys = ["by_kind", "by_id", "area_kind", "area_id", "group_kind", "group_id"]
    found = {
        tuple(row[key] for key in keys): row
        for row in demo.coverage_by.to_dict("records")
    }
    assert len(found) == len(demo.coverage_by)
    assert {(by_kind, by_id) for by_kind, by_id, *_ in found} == set(weights)
    n_wanted = 0
    for by, weight in weights.items():
        for kind, area, homes in areas(oracle.tables):
            here = cells["home"].isin(homes)
            weighed = weight[here].to_numpy()
            good_here = {one: good.loc[here, one].to_numpy() for one in good}
            for group, name, types in groups(oracle.rules):
                row = found[(*by, kind, area, group, name)]
                lived = np.stack([good_here[one] for one in types], axis=1)
                wanted = {
                    "population": weighed.sum(),
                    "person_items": weighed.sum() * len(types),
                    "person_items_covered": (lived.sum(axis=1) * weighed).sum(),
                    "population_complete": weighed[lived.all(axis=1)].sum(),
                }
                assert {one: row[one] for one in wanted} == pytest.approx(
                    wanted, abs=1e-9
                )
                n_wanted += 1
    assert n_wanted == len(found)


def test_people_of_gap_clusters(oracle, demo):
    """Clusters hold uncovered people of their type, and nearly all of them."""
    people = oracle.tables.cells["people"]
    good = plain.covered(oracle.cell_minutes, oracle.rules)
    listed = demo.gap_clusters.groupby("type_id")["population"].sum()
    for one in oracle.rules.types:
        uncovered = people[~good[one]].sum()
        assert listed.get(one, 0) <= uncovered
        assert listed.get(one, 0) >= 0.8 * uncovered, one


@cache
def missing(oracle):
    """List the missing items as the oracle sees them, by id."""
    rules, people = oracle.rules, oracle.tables.committees["people"]
    good = plain.covered(oracle.minutes, rules)
    need = dict(zip(rules.types, rules.required, strict=True))
    minutes = oracle.minutes.to_dict("index")
    return {
        f"{c}:{t}": (need[t], int(people[c]), float(minutes[c][t]), c, t)
        for c, covered in good.to_dict("index").items()
        for t in rules.types
        if not covered[t]
    }


def ranked(items):
    """Order items: required, people, minutes over, id."""

    def weight(key):
        required, people, minutes, *_ = items[key]
        return not required, -people, -round(minutes, 5), key

    return sorted(items, key=weight)


def test_every_missing_item(oracle, written):
    items = missing(oracle)
    found = table(written, "missing_items")
    assert list(found["缺项编号"]) == ranked(items)
    assert list(found["序号"]) == list(range(1, len(items) + 1))
    for row in found.to_dict("records"):
        required, people, minutes, committee, type_id = items[row["缺项编号"]]
        assert row["是否必备"] == ("是" if required else "否")
        assert row["涉及人口"] == people
        assert (row["居村编号"], row["设施类型编号"]) == (committee, type_id)
        assert row["街镇编号"] == oracle.tables.committees["街镇编号"][committee]
        assert row["领域"] == oracle.rules.domain[type_id]
        assert row["类别"] == oracle.rules.tier[type_id]
        assert row["时限_分钟"] == 15
        to_come = oracle.to_come.loc[committee, type_id] <= oracle.rules.minutes
        if np.isinf(minutes):
            assert np.isnan(row["最近设施时间_分钟"])
            assert row["原因"] in {"无法到达", "居村点未接入路网"}
            continue
        assert row["原因"] == ("规划设施建成后可达" if to_come else "超出时限")
        assert row["最近设施时间_分钟"] == pytest.approx(minutes, abs=EXACT_MIN)
        assert row["超出_分钟"] == pytest.approx(minutes - 15, abs=EXACT_MIN)
        nearest = oracle.nearest.loc[committee, type_id]
        assert row["最近设施编号"] == nearest
        assert row["最近设施"] == oracle.tables.facilities["设施名称"][nearest]


def test_the_greedy_plan_step_by_step(oracle, written, plan):
    found = table(written, "sites").to_dict("records")
    assert [row["候选点编号"] for row in found] == [one["candidate"] for one in plan]
    for step, (row, one) in enumerate(zip(found, plan, strict=True), start=1):
        assert row["次序"] == step
        assert row["消除缺项数"] == len(one["items"])
        assert set(row["消除缺项"].split("、")) == one["items"]
        assert row["惠及人项数"] == one["gained"]
        assert row["全区实施后达标占比"] == pytest.approx(one["share_after"], abs=1e-6)
        assert row["设置类型"].split("、") == one["types"]
        candidate = oracle.tables.candidates.loc[one["candidate"]]
        assert row["名称"] == candidate["名称"]
        assert row["建筑面积_平方米"] == float(candidate["建筑面积"])
        assert row["造价_万元"] == float(candidate["造价_万元"])
        assert row["街镇编号"] == candidate["街镇编号"]


def subdistrict_row(oracle, plan, homes):
    """Count what the summary says of one subdistrict, or of the district."""
    required = next(groups(oracle.rules))[2]
    home = oracle.tables.committees["街镇编号"]
    lacking = [one for one in missing(oracle).values() if home[one[3]] in homes]
    placed = oracle.tables.candidates["街镇编号"]
    return {
        **counts(oracle, homes, required),
        "必备缺项数": sum(one[0] for one in lacking),
        "全部缺项数": len(lacking),
        "选址数": sum(placed[one["candidate"]] in homes for one in plan),
    }


def test_the_summary_and_its_sheet(oracle, written, book, plan):
    for found in (table(written, "summary"), sheet(book, "汇总", "街镇编号")):
        named = found[found["街镇编号"].isin(oracle.tables.subdistricts.index)]
        assert list(named["街镇编号"]) == list(oracle.tables.subdistricts.index)
        for row in named.to_dict("records"):
            same_counts(row, subdistrict_row(oracle, plan, {row["街镇编号"]}))


def test_the_figures_of_every_type_and_their_sheet(oracle, written, book):
    names = pd.Series(oracle.rules.type_of_name)
    everywhere = set(oracle.tables.subdistricts.index)
    items = pd.Series([one[4] for one in missing(oracle).values()]).value_counts()
    opened = oracle.tables.facilities["type"].value_counts()
    for found in (table(written, "types"), sheet(book, "按类型", "标准编号")):
        rows = found[found["设施类型"].isin(names.index)]
        assert list(rows["设施类型"].map(names)) == oracle.rules.types
        for row in rows.to_dict("records"):
            type_id = names[row["设施类型"]]
            wanted = counts(oracle, everywhere, [type_id])
            wanted["缺项数"] = int(items.get(type_id, 0))
            wanted["开放设施数"] = int(opened.get(type_id, 0))
            same_counts(row, wanted)


def test_the_sheet_of_sites(book, plan):
    found = sheet(book, "选址", "次序")
    assert list(found["候选点编号"]) == [one["candidate"] for one in plan]
    assert list(found["消除缺项数"]) == [len(one["items"]) for one in plan]
    assert list(found["惠及人项数"]) == [one["gained"] for one in plan]
    shares = [one["share_after"] for one in plan]
    assert list(found["全区实施后达标占比"]) == pytest.approx(shares, abs=1e-12)


def test_the_list_of_every_subdistrict(oracle, book):
    items = missing(oracle)
    order = ranked(items)
    home = oracle.tables.committees["街镇编号"]
    names = oracle.tables.committees["名称"]
    for code, name in oracle.tables.subdistricts["街镇名称"].items():
        found = sheet(book, name, "序号")
        here = [items[one] for one in order if home[items[one][3]] == code]
        assert list(found["居村名称"]) == [names[one[3]] for one in here], name
        assert list(found["涉及人口"]) == [one[1] for one in here]
        assert [
            np.inf if one is None else one for one in found["最近设施时间（分钟）"]
        ] == pytest.approx([one[2] for one in here], abs=EXACT_MIN)


def test_a_wrong_number_would_be_found(oracle):
    wanted = counts(oracle, {"L01"}, oracle.rules.types)
    same_counts(
        {"达标项占比（分母：居村项数）": wanted["达标项数"] / wanted["居村项数"]},
        wanted,
    )
    with pytest.raises(AssertionError):
        same_counts({"达标项数": wanted["达标项数"] + 1}, wanted)
    with pytest.raises(AssertionError):
        same_counts(
            {"达标项占比": wanted["达标项数"] / wanted["居村项数"] + 1e-5}, wanted
        )
