"""Chinese and English texts of comparisons, scenarios and progress."""

from collections.abc import Mapping
from types import MappingProxyType

from circle.words import WORDS, first_text
from circle.words_tables import TABLE_WORDS

# key: (Chinese, English); these come before the words of the tables.
COMPARED_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "difference": ("对比", "Comparison"),
        "difference_map": ("差异图", "Difference map"),
        "workbook_link": ("差异工作簿（Excel）", "Difference workbook (Excel)"),
        "tables_link": ("数据表（CSV）", "Tables (CSV)"),
        "before": ("对比前", "Before"),
        "after": ("对比后", "After"),
        "change": ("变化", "Change"),
        "coverage": ("达标率", "Coverage"),
        "points": ("{value:+.2f}个百分点", "{value:+.2f} points"),
        "no_share": ("无数据", "no data"),
        "what_changed": ("变更内容", "What changed"),
        "nothing_logged": ("未记录变更", "No changes logged"),
        "items_cleared": ("已消除缺项", "Missing items cleared"),
        "items_new": ("新增缺项", "New missing items"),
        "items_unchanged": ("未变缺项", "Missing items unchanged"),
        "items_newly_asked": ("新纳入考核的缺项", "Missing items newly asked for"),
        "items_not_asked": ("不再考核的缺项", "Missing items no longer asked for"),
        "added": ("新增设施", "Facilities added"),
        "closed": ("减少设施", "Facilities closed"),
        "people_gain": ("新达标人次（人口×类型）", "People times types gained"),
        "people_lose": ("失去达标人次（人口×类型）", "People times types lost"),
        "gain_any": ("至少新达标一类的人口", "People who gain some type"),
        "lose_any": ("至少失去一类的人口", "People who lose some type"),
        "sheet_coverage": ("达标率变化", "coverage"),
        "sheet_items": ("缺项变化", "items"),
        "sheet_facilities": ("设施变化", "facilities"),
        "sheet_people": ("人口得失", "people"),
        "sheet_log": ("变更记录", "changes"),
        "sheet_indicators": ("其他指标", "indicators"),
        "title_coverage": ("各街镇、领域、类型达标率变化", "Change in coverage"),
        "title_items": ("缺项的消除、新增与未变", "Missing items by change"),
        "title_facilities": ("开放设施数变化", "Open facilities before and after"),
        "title_people": (
            "达标人口得失（分列，不相抵）",
            "People who gain and who lose (never only the net)",
        ),
        "title_log": ("情景中每项变更的前后值", "Every effect of the scenario"),
        "title_indicators": ("其他指标", "Other indicators"),
        "area": ("范围", "area"),
        "group": ("口径", "group"),
        "facility_type": ("设施类型", "facility_type"),
        "domain_name": ("领域", "domain_name"),
        "subdistrict": ("街镇", "subdistrict"),
        "change_points": ("变化（百分点）", "change (points)"),
        "age": ("年龄段", "age_band"),
        "all_ages": ("全部", "all"),
        "indicator": ("指标", "indicator"),
        "state": ("状态", "state"),
        "recomputed": ("已重新计算", "recomputed"),
        "not_recomputed": ("未重新计算", "not recomputed"),
        "indicator_coverage": ("达标率与缺项", "coverage and missing items"),
        "indicator_gap_clusters": ("缺口片区数", "gap clusters"),
        "indicator_gap_population": ("缺口人口（人口×类型）", "people in gap clusters"),
        "indicator_sites": ("建议选址数", "proposed sites"),
        "indicator_norms_short": (
            "全区未达到的配置标准数",
            "norms that the district falls short of",
        ),
        "indicator_demand_full": (
            "可达但已满人口（人口×标准）",
            "people in reach of full facilities, times norms",
        ),
        "indicator_full_items": ("可达但已满项数", "items in reach but full"),
        "indicator_gini": ("达标类型数的基尼系数", "Gini coefficient over people"),
        "indicator_realisation": ("实现度", "realisation degree"),
        "indicator_alerts": ("预警数", "alerts"),
        "indicator_acceptance_failed": ("未通过的验收要求", "requirements failed"),
        "sheet_ages": ("分年龄达标率", "ages"),
        "sheet_gaps": ("缺口变化", "gaps"),
        "sheet_sites": ("选址方案对比", "sites"),
        "sheet_plan_items": ("方案消项对比", "plan_items"),
        "sheet_measures": ("容量与公平等", "measures"),
        "title_ages": ("各年龄段达标率变化", "Change in coverage by age"),
        "title_gaps": ("缺口的新增、消失与变化", "Gap clusters by change"),
        "title_sites": (
            "两个选址方案：选址、供给方式、造价",
            "Two siting plans: sites, routes, cost",
        ),
        "title_plan_items": (
            "两个选址方案各消除哪些缺项",
            "Which missing items each siting plan clears",
        ),
        "title_measures": (
            "容量、可选择性、公平性与验收指标的变化",
            "Change in capacity, access, choice, fairness and acceptance",
        ),
        "block_domains": ("按领域", "By domain"),
        "block_facilities": ("按设施类型", "By facility type"),
        "block_routes": ("按供给方式", "By supply route"),
        "block_sites": ("逐个选址", "Site by site"),
        "all_routes": ("合计", "all"),
        "measure_coverage_buildings": ("住宅楼覆盖", "coverage_buildings"),
        "measure_capacity": ("容量", "capacity"),
        "measure_access": ("可达供给", "access"),
        "measure_choice": ("可选择性", "choice"),
        "measure_realisation": ("实现度", "realisation"),
        "measure_alerts": ("预警", "alerts"),
        "measure_acceptance": ("验收", "acceptance"),
        "card_sites": ("方案选址", "Sites of the plans"),
        "card_cost_10k": ("方案造价", "Cost of the plans"),
        "card_items_cleared": ("方案消项", "Items the plans clear"),
        "plan_sites": (
            "{before} → {after} 处（保留{kept}，调整{changed}，新增{added}，"
            "取消{dropped}）",
            "{before} → {after} ({kept} kept, {changed} changed, {added} added, "
            "{dropped} dropped)",
        ),
        "plan_cost_10k": ("{before} → {after} 万元", "{before} → {after} × 10,000 CNY"),
        "plan_items_cleared": (
            "{before} → {after} 项（共有{both}项）",
            "{before} → {after} ({both} by both)",
        ),
        "log_thing": ("对象", "Of what"),
        "log_name": ("变动内容", "What"),
        "map_sites": (
            "选址（新增实心，取消空心）",
            "Sites (filled: added, hollow: dropped)",
        ),
        "moved_here": ("迁入", "Moved here"),
        "moved_away": ("迁出", "Moved away"),
        "whole_district": ("全区", "Whole district"),
        "required": ("必备类型", "required types"),
        "standard": ("标准", "Standard"),
        "as_of": ("评估时点", "As of"),
        "remarks": ("可比性说明", "What to take care of"),
        "remark_other-cells": (
            "两次结果的人口网格不同，人口得失只按共有网格统计。",
            "The population cells differ; gains and losses count shared cells only.",
        ),
        "remark_other-profile": (
            "两次结果采用的标准不同。",
            "The two results follow different standards.",
        ),
        "remark_other-edition": (
            "两次结果采用的标准版本不同。",
            "The two results follow different editions of the standard.",
        ),
        "remark_other-definition": (
            "两次结果的达标率口径不同。",
            "The two results define coverage differently.",
        ),
        "remark_other-crs": (
            "两次结果的坐标系不同，差异图只画后一次。",
            "The coordinate systems differ; the map draws the second only.",
        ),
        "remark_other-types": (
            "两次结果的设施类型不同，只对比共有类型。",
            "The facility types differ; only shared types are compared.",
        ),
        "remark_other-subdistricts": (
            "两次结果的街镇不同，只有一方的街镇没有变化值。",
            "The subdistricts differ; those of one result only have no change.",
        ),
        "remark_not-recomputed": (
            "快速模式：缺口、选址、容量等指标未重新计算；需要时用 --full。",
            "Quick mode: gap clusters, sites, capacity and the like were not "
            "recomputed; use --full for them.",
        ),
        "gained": ("新达标网格", "Cells that gain"),
        "lost": ("失去达标网格", "Cells that lose"),
        "map_type": ("设施类型", "Facility type"),
        "all_types": ("全部类型", "All types"),
        "map_hint": (
            "滚轮缩放，拖动平移，双击复位。",
            "Wheel to zoom, drag to move, double-click to reset.",
        ),
        "map_caption": (
            "底色为街镇达标率变化（百分点）：蓝升橙降。",
            "Shade: change in coverage by subdistrict, in percentage points; blue "
            "rises, orange falls.",
        ),
        "progress": ("历年进展", "Progress"),
        "period": ("时点", "Period"),
        "progress_coverage": ("各时点达标率", "Coverage by period"),
        "progress_items": ("各时点缺项变化", "Missing items by period"),
        "progress_facilities": ("各时点新增设施（按领域）", "Facilities by period"),
        "sheet_progress": ("达标率", "coverage"),
        "sheet_steps": ("缺项", "items"),
        "sheet_added": ("设施", "facilities"),
        "share": ("达标率", "coverage"),
        "missing_items": ("缺项数", "missing_items"),
        "missing_required": ("必备缺项数", "missing_required"),
        "cleared": ("已消除", "cleared"),
        "new": ("新增缺项", "new"),
        "unchanged": ("未变", "unchanged"),
        "newly_asked": ("新纳入考核", "newly_asked"),
        "not_asked": ("不再考核", "not_asked"),
        "added_count": ("新增", "added"),
        "closed_count": ("减少", "closed"),
        "open_count": ("开放设施数", "open_facilities"),
        "population": ("人口", "population"),
        "number": ("序号", "number"),
        "variant": ("假设", "variant"),
        "items_gone": ("消失的缺项", "items_gone"),
        "items_appear": ("出现的缺项", "items_new"),
        "item_id": ("缺项编号", "item_id"),
        "missing_now": ("现状为缺项", "missing_now"),
        "n_missing": ("为缺项的情形数", "n_missing"),
        "robust": ("各种假设下均缺", "robust"),
        "hangs_on": ("取决于", "hangs_on"),
        "assumption_speed": ("速度", "speed"),
        "assumption_limit": ("时限", "limit"),
        "assumption_snap": ("接入路网", "way to the network"),
        "assumption_borders": ("边界", "borders"),
        "assumption_inputs": ("数据", "inputs"),
        "robust_line": (
            "现有{now}项缺项中，{robust}项在各种假设下均缺；另有{hanging}项取决于假设。",
            "{robust} of {now} missing items are missing in every case; {hanging} hang "
            "on an assumption.",
        ),
        "robust_items": (
            "各种假设下均缺（必备类型在前，按涉及人口排序）：",
            "Missing in every case, required types and most people first:",
        ),
        "fragile_items": (
            "取决于假设（必备类型在前，按涉及人口排序）：",
            "Hanging on an assumption, required types and most people first:",
        ),
        "item_people": ("（{people}人）", " ({people} people)"),
        "missing_line": (
            "：现状缺，取决于{hangs}",
            ": missing now; depends on {hangs}",
        ),
        "covered_line": (
            "：现状达标，取决于{hangs}",
            ": covered now; depends on {hangs}",
        ),
        "committee_name": ("居村", "committee"),
        "is_required": ("是否必备", "required"),
        "sensitivity_note": (
            "每次只改变一项假设，其余不变。",
            "One assumption is changed at a time, all others stay.",
        ),
        "sheet_variants": ("敏感性", "sensitivity"),
        "title_variants": ("达标率对假设的敏感性", "Coverage under other assumptions"),
        "sheet_robust": ("缺项稳健性", "items"),
        "title_robust": ("缺项是否取决于假设", "What missing items depend on"),
        "log_facility": ("设施", "facility"),
        "log_cell": ("网格", "cell"),
        "log_subdistrict": ("街镇", "subdistrict"),
        "log_rule": ("规则", "rule"),
        "log_speed": ("速度", "speed"),
        "log_norm": ("配置标准", "norm"),
        "log_street": ("道路", "street"),
        "change_add_facility": ("新增设施", "add_facility"),
        "change_close_facility": ("关闭设施", "close_facility"),
        "change_move_facility": ("迁移设施", "move_facility"),
        "change_enlarge_facility": ("扩建设施", "enlarge_facility"),
        "change_open_planned": ("规划设施开放", "open_planned"),
        "change_change_limit": ("调整时限", "change_limit"),
        "change_change_speed": ("调整速度", "change_speed"),
        "change_change_norm": ("调整配置标准", "change_norm"),
        "change_add_street": ("新增道路", "add_street"),
        "change_cut_street": ("道路中断", "cut_street"),
        "change_grow_population": ("人口增减", "grow_population"),
        "change_new_estate": ("新建住宅区", "new_estate"),
        "change_adopt_plan": ("采用选址方案", "adopt_plan"),
    }
)


# Words in the log of changes, as whole words; in English they stay as they are.
LOGGED_ZH: Mapping[str, str] = MappingProxyType(
    {
        "status": "状态",
        "type": "设施类型",
        "subdistrict_id": "街镇编号",
        "building_id": "建筑编号",
        "ferry_min": "摆渡时间（分钟）",
        "people_per_facility": "每处服务人口",
        "least": "下限",
        "most": "上限",
        "new": "新建",
        "old": "既有",
        "m": "米",
        "place": "位置",
        "capacity": "容量",
        "floor_area_m2": "建筑面积（平方米）",
        "population": "人口",
        "limit": "时限",
        "rate": "标准值",
        "walk_kmh": "步行速度（公里/小时）",
        "cycle_kmh": "骑行速度（公里/小时）",
        "open_to": "开放对象",
        "length_m": "长度（米）",
        "open": "开放",
        "closed": "关闭",
        "planned": "规划",
        "building": "在建",
        "walk": "步行",
        "cycle": "骑行",
        "min": "分钟",
        "urban": "城市化地区",
        "urbanising": "城镇化地区",
        "outer": "远郊地区",
        "resident": "居委",
        "village": "村委",
    }
)


def compared_word(key: str, language: str) -> str:
    """
    Give a text of comparisons; other words come from the tables.

    Parameters
    ----------
    key
        Key of `COMPARED_WORDS`, or of the words of the tables.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The text in that language, with ``{fields}`` to fill where it has them.

    Examples
    --------
    >>> compared_word("cleared", "zh")
    '已消除'
    """
    return first_text(key, language, COMPARED_WORDS, TABLE_WORDS, WORDS)
