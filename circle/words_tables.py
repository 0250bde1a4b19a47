"""Texts of the workbook and the tables in Chinese and English."""

from collections.abc import Mapping
from types import MappingProxyType

from circle.words import WORDS, first_text

# key: (Chinese, English); these come before the words shared by all outputs.
TABLE_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # names of sheets
        "sheet_cover": ("封面", "cover"),
        "sheet_summary": ("汇总", "summary"),
        "sheet_types": ("按类型", "types"),
        "sheet_sites": ("选址", "sites"),
        "sheet_gaps": ("缺口", "gaps"),
        "sheet_worst_tasks": ("任务清单", "tasks"),
        "title_worst_tasks": (
            "达标率最低的五个街镇：设施任务配置清单表",
            "Task lists of the five subdistricts with the lowest coverage",
        ),
        "no_tasks": ("（没有建议选址）", "(no site is proposed)"),
        "sheet_people": ("分人群", "people"),
        "title_people": (
            "分年龄段、人群和面积的达标情况（必备类型）",
            "Coverage by age, person group and area (required types)",
        ),
        "by_age_band": ("年龄段", "age band"),
        "by_person_group": ("人群（按其速度）", "person group, at its speeds"),
        "by_area": ("有人居住的面积（平方千米）", "inhabited area (km²)"),
        "by_building": ("居住建筑", "residential buildings"),
        "by_kind": ("分项", "by"),
        "by_name": ("分项名称", "group"),
        "weight": ("人数或面积", "people_or_km2"),
        "weight_types": ("人数或面积×类型", "people or km² times types"),
        "weighted_share": ("达标占比", "share in reach"),
        "weighted_complete": ("全部必备设施可达占比", "share that reaches every type"),
        "title_supply": ("各类设施配置与达标", "Facilities by type"),
        "known_capacity": ("名录所列容量", "capacity in the inventory"),
        "together_count": ("同缺类型数", "missing_together_count"),
        "first_clusters": (
            "（显示前{shown}处，共{all}处；全部见“缺口”工作表）",
            " (the first {shown} of {all}; all are on sheet 'gaps')",
        ),
        "sheet_unsnapped": ("未接入", "unsnapped"),
        "sheet_not_placed": ("未落位", "not placed"),
        # titles of tables
        "title_summary": ("各街镇达标情况汇总表", "Coverage by subdistrict"),
        "title_area_classes": ("按地区类型", "By area class"),
        "title_types": ("各类设施达标情况表", "Coverage by facility type"),
        "title_groups": (
            "按类别、层级和领域（领域仅统计必备类型）",
            "By tier, level and domain (domains hold required types only)",
        ),
        "title_sites": ("选址建议表", "Proposed sites"),
        "title_tasks": ("设施任务配置清单表", "Task list"),
        "title_gaps": ("缺口片区", "Gap clusters"),
        "title_unsnapped": ("未接入路网的点位", "Points not joined to the network"),
        "title_not_placed": (
            "未落位设施（请补充空间落位）",
            "Facilities without a place, to be completed",
        ),
        "title_missing": ("缺项清单", "Missing items"),
        "title_subdistrict": ("缺项与选址清单", "Missing items and sites"),
        # measures beside coverage
        "sheet_capacity": ("配置与容量", "capacity"),
        "sheet_choice": ("可选择性", "choice"),
        "sheet_fairness": ("公平性", "fairness"),
        "sheet_monitoring": ("验收与预警", "acceptance"),
        "title_capacity": ("应配置与已配置", "Required and provided capacity"),
        "title_access": (
            "可达供给（两步移动搜索）",
            "Supply in reach (two-step floating catchments)",
        ),
        "title_facility_load": ("设施负荷", "Load of facilities"),
        "title_full_items": (
            "可达但已满的项目（仍计入达标率）",
            "In reach but full (they count as covered)",
        ),
        "cut_rows": (
            "（显示前{shown}行，共{all}行；完整数据见 tables/{name}.csv）",
            " (the first {shown} of {all} rows; all are in tables/{name}.csv)",
        ),
        "missing_together": ("同缺类型", "missing_together"),
        "title_choice": ("可达设施数", "Facilities in reach"),
        "title_dependence": ("仅靠一处设施的人口", "What depends on one facility"),
        "title_fairness": ("公平性", "Fairness"),
        "title_monitoring": ("验收、预警与实现度", "Acceptance, alerts, realisation"),
        "title_acceptance": ("验收清单", "Acceptance"),
        "title_alerts": ("预警指标", "Indicators beyond their warning line"),
        "title_realisation": (
            "实现度（本工具自有指数，非官方）",
            "Realisation degree (the tool's own index, not an official one)",
        ),
        "per_people_per_facility": ("每处服务人口", "people per facility"),
        "people_types": ("人口×类型", "people times types"),
        "worst_people_types": (
            "可达最少的十分之一人口×类型",
            "the worst-served tenth of people times types",
        ),
        "target_value": ("目标值", "target"),
        "across_people": ("居民之间", "between people"),
        "across_subdistricts": ("街镇之间", "between subdistricts"),
        "across_area_classes": ("地区类型之间", "between area classes"),
        "area_kind_district": ("全区", "district"),
        "area_kind_area_class": ("地区类型", "area class"),
        "area_kind_subdistrict": ("街镇", "subdistrict"),
        "whole_district": ("全区", "district"),
        "area": ("范围", "area"),
        "norm": ("配置标准", "norm"),
        "none": ("无", "none"),
        "total": ("合计", "total"),
        "outside": ("街镇范围外", "outside"),
        # headers that are not columns of a contract
        "subdistrict": ("街镇", "subdistrict"),
        "facility_type": ("设施类型", "facility_type"),
        "type_names": ("设置类型名称", "type_names"),
        "facility_types": ("设置类型", "facility_types"),
        "domain_name": ("领域名称", "domain_name"),
        "tier_name": ("类别名称", "tier_name"),
        "level": ("层级", "level"),
        "type_code": ("标准编号", "type_code"),
        "area_class_name": ("地区类型", "area_class"),
        "number": ("序号", "number"),
        "gaps_count": ("缺口片区数", "gap_clusters"),
        "group": ("统计口径", "group"),
        "required": ("是否必备", "required"),
        "missing_required": ("必备缺项数", "missing_required"),
        "missing_all": ("全部缺项数", "missing_all"),
        "missing_of_type": ("缺项数", "missing_items"),
        "sites_count": ("选址数", "sites"),
        "open_facilities": ("开放设施数", "open_facilities"),
        "site_step": ("消除选址次序", "cleared_by_site"),
        "responsible": ("责任单位", "responsible"),
        "deadline": ("完成时限", "deadline"),
        "done": ("完成情况", "done"),
        "done_yes": ("已完成", "done"),
        "done_going": ("进行中", "under way"),
        "done_no": ("未开始", "not begun"),
        "sites_cost": ("选址造价_万元", "sites_cost_10k"),
        "longitude": ("经度", "longitude"),
        "latitude": ("纬度", "latitude"),
        "share_of": ("{share}（分母：{total}）", "{share} (of {total})"),
        # words of the field
        "level_committee": ("居村级", "committee"),
        "level_community": ("社区级", "community"),
        "level_district": ("市区级", "district"),
        "required_types": ("必备类型", "required types"),
        "resident": ("居委", "residents' committee"),
        "village": ("村委", "villagers' committee"),
        "kind_committee": ("居村点", "committee"),
        "kind_cell": ("人口网格", "cell"),
        "kind_facility": ("设施", "facility"),
        "kind_candidate": ("候选点", "candidate"),
        # the cover
        "measured": ("测算内容", "What was measured"),
        "measured_committee": (
            "各居村到最近一处各类公共设施的路网时间是否在时限以内；"
            "人口按所在网格单独测算。",
            "Whether each committee reaches the nearest facility of each type within "
            "the time limit along the network; people are measured from their cells.",
        ),
        "measured_cell": (
            "无居村点数据，以人口网格为起点，测算到最近一处各类公共设施的路网时间是否在"
            "时限以内。",
            "There are no committee points: whether each population cell reaches the "
            "nearest facility of each type within the time limit along the network.",
        ),
        "measured_committee_screening": (
            "各居村到最近一处各类公共设施的直线距离估算时间是否在时限以内（筛查模式，"
            "未使用路网）；人口按所在网格单独测算。",
            "Whether each committee reaches the nearest facility of each type within "
            "the time limit by the straight line (screening mode, no network); people "
            "are measured from their cells.",
        ),
        "measured_cell_screening": (
            "无居村点数据，以人口网格为起点，测算到最近一处各类公共设施的直线距离估算时间"
            "是否在时限以内（筛查模式，未使用路网）。",
            "There are no committee points: whether each population cell reaches the "
            "nearest facility of each type within the time limit by the straight line "
            "(screening mode, no network).",
        ),
        "headline": ("达标率", "Coverage"),
        "headline_value": (
            "{share}（{covered} ÷ {total}）",
            "{share} ({covered} of {total})",
        ),
        "siting_plan": ("选址方案", "Siting plan"),
        "definition": ("达标率口径", "Definition of coverage"),
        "definition_committee_pair": (
            "分子为时限内可达的居村项数，分母为全部居村项数；"
            "居村项＝居村×必备设施类型（{tiers}，共{types}类）",
            "(committee, type) pairs within the limit, over all pairs of committees "
            "and required types ({tiers}; {types} types)",
        ),
        "definition_committee_all": (
            "分子为全部必备设施均在时限内可达的居村数，分母为全部居村数（{tiers}，共{types}类）",
            "committees that reach every required type within the limit, over all "
            "committees ({tiers}; {types} types)",
        ),
        "definition_person_item": (
            "分子为时限内可达的人项数，分母为全部人项数；"
            "人项＝网格人口×必备设施类型（{tiers}，共{types}类）",
            "people times required types within the limit, over people times all "
            "required types ({tiers}; {types} types)",
        ),
        "left_out": (
            "未测算的设施类型（名录无法识别）",
            "Types not measured (the inventory cannot hold them)",
        ),
        "standard": ("采用标准", "Standard"),
        "edition": ("标准版本", "Edition of the standard"),
        "note": ("重要说明", "Please note"),
        "verify_mark": ("（待核实）", " (to be verified)"),
        "walk_speed": ("步行速度", "Walking speed"),
        "cycle_speed": ("骑行速度", "Cycling speed"),
        "speed_value": ("{kmh:g} 公里/小时", "{kmh:g} km/h"),
        "steps_speed": ("梯道速度", "Speed on steps"),
        "as_walking": ("同步行", "as walking"),
        "ferry": ("轮渡", "Ferries"),
        "ferry_value": (
            "道路数据有航时的按航时，其余{speed}；候船{wait}",
            "by their duration in the street data, else {speed}; wait {wait}",
        ),
        "ferry_wait": ("候船时间", "Wait for a ferry"),
        "signal_delay": ("路口信号等候", "Delay at signals"),
        "slopes": ("坡度", "Slopes"),
        "slopes_value": ("计入（高程栅格：{file}）", "counted (heights: {file})"),
        "also_counted": ("另计：{parts}。", " Also counted: {parts}."),
        "not_counted": ("不计", "not counted"),
        "seconds_value": ("每处 {value:g} 秒", "{value:g} s each"),
        "minutes_value": ("{value:g} 分钟", "{value:g} min"),
        "person_groups": ("人群", "Person groups"),
        "person_group_value": (
            "{group}（步行 {walk}，骑行 {cycle}）",
            "{group} (walking {walk}, cycling {cycle})",
        ),
        "no_groups": ("按全体人群统一速度", "everybody at the same speeds"),
        "threshold": ("时限", "Time limit"),
        "limit_min": ("{limits} 分钟", "{limits} minutes"),
        "limit_m": ("{limits} 米", "{limits} metres"),
        "threshold_value": ("{limits}（含）", "at most {limits}"),
        "threshold_values": (
            "按设施类型为 {limits}（含）",
            "by facility type at most {limits}",
        ),
        "mode_rule": ("出行方式", "Travel mode"),
        "mode_rule_value": ("{area}{kind}：{mode}", "{area}, {kind}: {mode}"),
        "substitution": ("上级设施向下兼容", "Higher levels serve lower ones"),
        "crs": ("坐标系", "Coordinate system"),
        "as_of": ("评估时点", "As of"),
        "inputs": ("数据文件", "Data files"),
        "counts": ("数据与结果数量", "Counts"),
        "warnings": ("提示", "Warnings"),
        "contents": ("目录", "Contents"),
        "committee_kind": ("居村类别", "Kind of committee"),
        "item": ("项目", "item"),
        "value": ("内容", "value"),
        "input_subdistricts": ("街镇范围", "subdistricts"),
        "input_committees": ("居村点", "committees"),
        "input_population": ("人口", "population"),
        "input_buildings": ("居住建筑", "residential buildings"),
        "input_facilities": ("设施名录", "facilities"),
        "input_candidates": ("候选点", "candidates"),
        "input_streets": ("道路", "streets"),
        "input_siting": ("选址点位图层", "layers of points for sites"),
        "input_office_replies": ("街镇回复", "replies of the offices"),
        "count_subdistricts": ("街镇数", "subdistricts"),
        "count_committees": ("居村数", "committees"),
        "count_cells": ("人口网格数", "population cells"),
        "count_population": ("人口", "people"),
        "count_facilities": ("设施数（其中开放）", "facilities (of which open)"),
        "part_of_value": ("{all:,}（{part:,}）", "{all:,} ({part:,})"),
        "count_candidates": ("候选点数", "candidates"),
        "count_missing": (
            "缺项数（其中必备）",
            "missing items (of which required)",
        ),
        "count_gaps": ("缺口片区数", "gap clusters"),
        "count_sites": ("选址数", "proposed sites"),
        "count_unsnapped": ("未接入路网点位数", "points not joined"),
        # the line under each title
        "basis": (
            "标准：{standard}，{edition}版。{note}时限：{threshold}；"
            "步行{walk}，骑行{cycle}。",
            "Standard: {standard}, edition {edition}. {note} Limit: {threshold}; "
            "walking {walk}, cycling {cycle}.",
        ),
        "screening_basis": (
            "筛查模式：无路网，时间按直线距离×{detour:g}估算，仅供初步筛查。",
            "Screening mode: no network, times are the straight line × {detour:g}, for "
            "a first look only. ",
        ),
        "headline_line": (
            "达标率{share}（{covered} ÷ {total}，分母为{unit}）",
            "Coverage {share} ({covered} of {total} {unit})",
        ),
        "counts_line": (
            "；居村{committees}个，人口{population}人。",
            "; {committees} committees, {population} people.",
        ),
        "counts_line_cells": ("；人口{population}人。", "; {population} people."),
        "unit_committee_pair": (
            "居村项数：居村×必备类型",
            "pairs of committees and required types",
        ),
        "unit_committee_all": ("居村数", "committees"),
        "unit_person_item": (
            "人项数：人口×必备类型",
            "people times required types",
        ),
        "no_share": ("无数据", "no data"),
        "page": ("第 &P 页，共 &N 页", "page &P of &N"),
    }
)


def table_word(key: str, language: str) -> str:
    """
    Give a text of the tables; shared words come from `circle.words`.

    Parameters
    ----------
    key
        Key of `TABLE_WORDS`, or of the words that all outputs share.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The text in that language, with ``{fields}`` to fill where it has them.

    Examples
    --------
    >>> table_word("total", "zh"), table_word("tier", "en")
    ('合计', 'tier')
    """
    return first_text(key, language, TABLE_WORDS, WORDS)
