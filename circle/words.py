"""Chinese and English texts of the outputs."""

from collections.abc import Mapping
from types import MappingProxyType

from circle.errors import CircleBug

# key: (Chinese, English). Braces are filled by str.format where a key has them.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # areas and origins
        "district": ("全区", "Whole district"),
        "subdistrict": ("街镇", "subdistrict"),
        "subdistricts": ("街镇", "Subdistricts"),
        "area_class": ("地区类型", "area class"),
        "committee": ("居村", "committee"),
        "committees": ("居村委会", "Committees"),
        "resident": ("居民委员会", "residents' committee"),
        "village": ("村民委员会", "villagers' committee"),
        "kind": ("类别", "kind"),
        "place": ("位置", "place"),
        "name": ("名称", "name"),
        "unnamed": ("（未命名）", "(no name)"),
        "population": ("人口", "people"),
        "people_unit": ("人", "people"),
        # facilities
        "facility": ("设施", "facility"),
        "facilities": ("设施", "Facilities"),
        "facility_type": ("设施类型", "facility type"),
        "type": ("类型", "type"),
        "types": ("类型", "types"),
        "domain": ("领域", "domain"),
        "tier": ("类别", "tier"),
        "basic": ("基础保障", "basic"),
        "extension": ("拓展", "extension"),
        "required": ("必备", "required"),
        "not_required": ("非必备", "not required"),
        "yes": ("是", "yes"),
        "no": ("否", "no"),
        "status": ("状态", "status"),
        "open": ("开放", "open"),
        "planned": ("规划", "planned"),
        "building": ("在建", "being built"),
        "closed": ("关闭", "closed"),
        "nearest_facility": ("最近设施", "nearest facility"),
        # travel
        "mode": ("出行方式", "mode"),
        "walk": ("步行", "on foot"),
        "cycle": ("骑行", "by bicycle"),
        "minutes": ("分钟", "minutes"),
        "travel_time": ("用时（分钟）", "time (min)"),
        "minutes_over": ("超出（分钟）", "over (min)"),
        "threshold": ("时限（分钟）", "limit (min)"),
        "unreachable": ("无法到达", "no way"),
        "beyond": ("超出时限", "beyond the limit"),
        "not_joined": ("居村点未接入路网", "committee not joined to the network"),
        "speeds": (
            "速度：步行 {walk} 公里/小时，骑行 {cycle} 公里/小时",
            "Speeds: walking {walk} km/h, cycling {cycle} km/h",
        ),
        "limit": ("时限：{threshold}", "Limit: {threshold}"),
        # coverage
        "coverage": ("达标率", "coverage"),
        "covered": ("达标", "within limit"),
        "missing": ("缺项", "missing"),
        "no_figure": ("无数据", "no figure"),
        "pair_share": ("居村项达标率", "Coverage of committee items"),
        "person_item_share": ("人项达标率", "Coverage of person items"),
        "committee_complete_share": (
            "全部必备设施可达居村占比",
            "Committees that reach every required type",
        ),
        "of_committees": ("{part} / {whole} 个居村", "{part} of {whole} committees"),
        "population_complete_share": (
            "全部必备设施可达人口占比",
            "People who reach every required type",
        ),
        "of_pairs": (
            "{part} / {whole} 个（居村，必备类型）项",
            "{part} of {whole} (committee, required type) pairs",
        ),
        "of_person_items": (
            "{part} / {whole} 人项（人 × 必备类型）",
            "{part} of {whole} person items (people × required types)",
        ),
        "of_people": ("{part} / {whole} 人", "{part} of {whole} people"),
        "required_types": ("必备设施类型：{count} 类", "Required types: {count}"),
        # gaps
        "missing_items": ("缺项", "missing items"),
        "missing_required_items": ("必备缺项", "missing required items"),
        "missing_items_of": ("缺项清单", "Missing items"),
        "gap_clusters": ("缺口片区", "Gap clusters"),
        "gap_clusters_top": (
            "缺口片区（人口最多的 {count} 处以内）",
            "Gap clusters (up to {count} with most people)",
        ),
        "uncovered_cells": (
            "有人居住的网格：未达标类型数",
            "Inhabited cells: types out of reach",
        ),
        "cells_beyond": ("该类设施未达标", "this type is out of reach"),
        "all_required_types": ("全部必备类型", "all required types"),
        "show_type": ("按设施类型查看", "Show one facility type"),
        "rank_in_district": ("全区序号", "rank in district"),
        "rank": ("序号", "rank"),
        "reason": ("原因", "reason"),
        "people_concerned": ("涉及人口", "people concerned"),
        "area_km2": ("面积（平方千米）", "area (km²)"),
        "no_missing_items": ("没有缺项。", "Nothing is missing."),
        # siting
        "sites": ("建议选址", "Proposed sites"),
        "site": ("建议选址", "proposed site"),
        "step": ("次序", "step"),
        "route": ("供给方式", "supply route"),
        "reuse": ("盘活存量", "reuse"),
        "co-use": ("复合利用", "co-use"),
        "build": ("规划建设", "build"),
        "type_ids": ("设置类型", "types that open"),
        "cost_10k": ("造价（万元）", "cost (10,000 CNY)"),
        "floor_area_m2": ("建筑面积（平方米）", "floor area (m²)"),
        "items_cleared": ("消除缺项", "items cleared"),
        "share_after": ("实施后达标率", "coverage after this step"),
        "clears_items_of": ("为以下居村消除缺项", "clears items of"),
        "site_areas": ("建议选址的服务范围", "Areas that reach the sites in time"),
        "candidate": ("候选点", "candidate"),
        "candidates": ("候选点", "Candidate sites"),
        # bands of travel time
        "bands": ("等时圈：到最近设施的用时", "Bands of travel time to the nearest"),
        "bands_choose": (
            "先在上方选择一类设施。",
            "Choose one facility type above first.",
        ),
        "bands_note": (
            "每 {spacing} 米取一点，按该处居村的出行方式计时；仅供看图，"
            "是否达标以居村、网格的用时为准。",
            "One place every {spacing} m, by the mode of the nearest committee or "
            "cell; for looking at only, coverage is counted at committees and cells.",
        ),
        "within_min": ("{high} 分钟以内", "within {high} min"),
        "between_min": ("{low}–{high} 分钟", "{low}–{high} min"),
        "within_m": ("{high} 米以内", "within {high} m"),
        "between_m": ("{low}–{high} 米", "{low}–{high} m"),
        # page furniture
        "tiles": ("网络底图", "Map from a tile server"),
        "tiles_note": (
            "底图来自网络；断网时不显示，其余内容不受影响。",
            "It comes from a network; without one it stays empty, all else is shown.",
        ),
        "search": ("查找居村或设施", "Find a committee or facility"),
        "search_facility": ("查找设施", "Find a facility"),
        "nothing_found": ("没有找到", "Nothing found"),
        "print_view": ("打印当前视图", "Print this view"),
        "printed_on": ("打印日期", "Printed"),
        "as_of_day": ("评估时点", "As of"),
        "all_of_domain": ("{domain}（全部必备类型）", "{domain} (all required types)"),
        "start_page": ("成果目录", "All results"),
        "report_page": ("评估报告", "Report"),
        "layers": ("图层", "Layers"),
        "legend": ("图例", "Legend"),
        "links": ("相关文件", "Files"),
        "back_to_district": ("返回全区地图", "Back to the district map"),
        "open_page": ("打开街镇页面", "Open its page"),
        "gap_workbook": ("缺项表（Excel）", "Gap tables (Excel)"),
        "run_record": ("运行记录", "Run record"),
        "profile": ("标准", "Standard"),
        "edition": ("版本", "edition"),
        "to_be_verified": ("待核实", "to be verified"),
        "notices": ("提示", "Notices"),
        "show_map": ("地图", "Map"),
        "water": ("水域", "water"),
        "green": ("绿地", "green space"),
        "streets": ("道路", "streets"),
        "labels": ("街镇名称", "Subdistrict names"),
        "whole_area": ("全图", "Whole area"),
        "close": ("关闭", "Close"),
        "zoom_in": ("放大", "Zoom in"),
        "zoom_out": ("缩小", "Zoom out"),
        "not_open": ("空心：未开放", "hollow: not open"),
        "drawn_with": ("地图组件：Leaflet", "Map library: Leaflet"),
        "none_missing": ("无缺项", "none missing"),
        "missing_1_2": ("缺 1–2 项", "1–2 missing"),
        "missing_3_more": ("缺 3 项及以上", "3 or more missing"),
        "types_range": ("{first}–{last} 类", "{first}–{last} types"),
        "types_more": ("{first} 类及以上", "{first} or more types"),
        "share_below": ("低于 {high}", "below {high}"),
        "share_between": ("{low} 至 {high}", "{low} to {high}"),
        "share_from": ("{low} 及以上", "{low} and above"),
        "own_area": ("本街镇", "this subdistrict"),
        "within_distance": (
            "含街镇界外 {km} 公里以内的设施",
            "with facilities up to {km} km beyond the boundary",
        ),
        # terminal summary
        "people_lacking": (
            "至少缺一类必备设施的人口",
            "people who lack at least one required type",
        ),
        "sites_line": (
            "建议选址：{sites} 处，消除必备缺项 {items} 项，实施后达标率 {share}",
            "proposed sites: {sites}, clearing {items} required items; "
            "coverage after: {share}",
        ),
        "title_separator": ("·", "·"),
    }
)
LANGUAGES = ("zh", "en")


def word(key: str, language: str) -> str:
    """
    Give a text of the outputs.

    Parameters
    ----------
    key
        Key of `WORDS`.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        In official Chinese or plain English; some texts hold ``{fields}`` to fill.

    Examples
    --------
    >>> word("committees", "zh")
    '居村委会'
    >>> word("of_people", "en").format(part="5", whole="8")
    '5 of 8 people'
    """
    return first_text(key, language, WORDS)


def first_text(key: str, language: str, *tables: Mapping[str, tuple[str, str]]) -> str:
    """
    Give a text out of the first of several tables of words that has it.

    Parameters
    ----------
    key
        Key of the text.
    language
        ``zh`` or ``en``.
    *tables
        Keys to Chinese and English texts.

    Returns
    -------
    text
        The text in that language.

    Raises
    ------
    CircleBug
        If there is no such text or language.

    Examples
    --------
    >>> first_text("a", "en", {}, {"a": ("甲", "first")}, {"a": ("乙", "second")})
    'first'
    """
    if language in LANGUAGES:
        for one in tables:
            if key in one:
                return one[key][LANGUAGES.index(language)]
    message = f"words: no text '{key}' in language '{language}'."
    raise CircleBug(message)
