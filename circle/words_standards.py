"""Texts of the tables that describe a standard, in Chinese and English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STANDARD_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "profile": ("标准", "profile"),
        "title": ("名称", "title"),
        "circle": ("服务圈", "circle"),
        "origin": ("起点", "origin"),
        "mode": ("出行方式", "mode"),
        "group": ("人群", "person group"),
        "limit": ("限值", "threshold"),
        "types": ("类型数（必备/全部）", "types (required/all)"),
        "types_word": ("类型", "types"),
        "definition": ("达标口径", "coverage definition"),
        "sources": ("来源", "source"),
        "source": ("来源", "source"),
        "confidence": ("可信度", "confidence"),
        "code": ("编号", "code"),
        "type": ("设施类型", "facility type"),
        "domain": ("领域", "domain"),
        "level": ("层级", "level"),
        "tier": ("类别", "tier"),
        "satisfied_by": ("可由上级满足", "also served by"),
        "norm": ("配置标准", "norm"),
        "of_types": ("适用类型", "types"),
        "asks": ("要求", "asks for"),
        "fact": ("事项", "fact"),
        "value": ("取值", "value"),
        "key": ("条目", "key"),
        "committee_origin": ("居村委会", "committee"),
        "cell_origin": ("人口网格", "cell"),
        "walk": ("步行", "walk"),
        "cycle": ("骑行", "cycle"),
        "resident": ("居委", "residents' committee"),
        "village": ("村委", "villagers' committee"),
        "standard": ("所有人", "everybody"),
        "minutes": ("{value}分钟", "{value} min"),
        "length": ("{value}米（沿路网）", "{value} m along the network"),
        "straight": ("{value}米（直线）", "{value} m in a straight line"),
        "committee": ("居村", "committee"),
        "community": ("社区", "community"),
        "district": ("市区", "district"),
        "basic": ("基础保障", "basic"),
        "extension": ("拓展", "extension"),
        "committee_pair": ("居村项达标率", "(committee, type) pairs"),
        "committee_all": ("全部达标居村占比", "committees with every required type"),
        "population": ("人项达标率", "people times types"),
        "own": ("本工具自定", "own choice"),
        "A": ("A 已见官方文本", "A official text seen"),
        "B": ("B 二手资料，待核实", "B second-hand, to be verified"),
        "C": ("C 推断或自定，待核实", "C inferred or chosen, to be verified"),
        "R": ("R 凭记忆，待核实", "R recalled, to be verified"),
        "yes": ("是", "yes"),
        "no": ("否", "no"),
        "higher_level_satisfies_lower": ("上级设施可满足下级", "higher serves lower"),
        "walk_kmh": ("步行速度（公里/小时）", "walking speed (km/h)"),
        "cycle_kmh": ("骑行速度（公里/小时）", "cycling speed (km/h)"),
        "ferry_kmh": ("轮渡速度（公里/小时）", "ferry speed (km/h)"),
        "steps_kmh": ("阶梯速度（公里/小时）", "speed on steps (km/h)"),
        "signal_delay_s": ("信号灯等候（秒）", "wait at a signal (s)"),
        "island_km": ("孤岛路网下限（公里）", "least streets of an island (km)"),
        "ferry_wait_min": ("候船时间（分钟）", "wait for a ferry (min)"),
        "planned": ("规划设施计入", "planned facilities count"),
        "members_only": ("不对外开放设施计入", "members-only facilities count"),
        "borders": ("设施边界", "whose facilities count"),
        "open": ("不限行政边界", "all, across borders"),
        "own_district": ("评估区内", "those of the district"),
        "own_subdistrict": ("本街镇内", "those of the own subdistrict"),
        "snap_limit_m": ("接入路网限距（米）", "longest way to the network (m)"),
        "complex": ("综合体：{type}", "complex: {type}"),
        "complex_of": (
            "同一建筑内至少{n}类：{types}",
            "at least {n} under one roof of: {types}",
        ),
        "rate": ("{value} {measure}/{per}", "{value} {measure} per {per}"),
        "rate_new": ("新建小区", "new housing"),
        "rate_old": ("老旧小区", "old housing"),
        "min_size": ("每处至少{value} {measure}", "at least {value} {measure} each"),
        "people_most": ("每{most}人一处", "one for {most} people"),
        "people_range": (
            "每{least}–{most}人一处",
            "one for {least} to {most} people",
        ),
        "places": ("个位", "places"),
        "beds": ("张床", "beds"),
        "staff": ("名人员", "staff"),
        "floor_area": ("平方米建筑面积", "m² of floor"),
        "land_area": ("平方米用地", "m² of land"),
        "count": ("处", "facilities"),
        "1000_people": ("千人", "1,000 people"),
        "100_households": ("百户", "100 households"),
        "facility": ("处", "facility"),
        "title_rule": ("规则", "Rule"),
        "title_types": ("设施类型", "Facility types"),
        "title_norms": ("配置标准", "Norms"),
        "title_sources": ("来源", "Sources"),
        "no_norm": ("未见容量、规模类配置标准", "no norm of capacity or size is known"),
        "group_speed": ("{group}：{speed}", "{group}: {speed}"),
        "alert": ("预警：{label}", "warning line: {label}"),
        "below": ("低于{value}", "below {value}"),
        "above": ("高于{value}", "above {value}"),
        "target": (
            "实现度（本工具自有指数）：{label}",
            "realisation degree (the tool's own index): {label}",
        ),
        "target_value": (
            "目标{target:g}，权重{weight:g}",
            "target {target:g}, weight {weight:g}",
        ),
        "nothing": ("–", "–"),
        "differ": (
            "{first} -> {second}：{n}处不同（键名同标准文件）",
            "{first} -> {second}: {n} differences, by the keys of the files",
        ),
        "requirement": ("验收：{label}", "requirement: {label}"),
        "at_least": ("不低于{value}", "at least {value}"),
        "at_most": ("不高于{value}", "at most {value}"),
        "same": ("两个标准的内容相同。", "The two say the same."),
    }
)


def standard_word(key: str, language: str) -> str:
    """
    Give a text of the tables that describe a standard.

    Parameters
    ----------
    key
        Key of `STANDARD_WORDS`.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        Some hold ``{fields}`` to fill.

    Examples
    --------
    >>> standard_word("walk", "zh"), standard_word("minutes", "en").format(value=15)
    ('步行', '15 min')
    """
    return STANDARD_WORDS[key][0 if language == "zh" else 1]
