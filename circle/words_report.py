"""Chinese and English texts of the report and the start page."""

from collections.abc import Mapping
from types import MappingProxyType

from circle.words import WORDS, first_text
from circle.words_tables import TABLE_WORDS

# key: (Chinese, English); these come before the words of the tables.
REPORT_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "report": ("评估报告", "Report"),
        "as_of": ("评估时点", "As of"),
        "at_a_glance": ("全区一页", "The district on one page"),
        "contents": ("目录", "Contents"),
        "by_domain": ("分领域", "By domain"),
        "by_class": ("分地区类型", "By area class"),
        "by_subdistrict": ("分街镇", "By subdistrict"),
        "charts": ("图表", "Charts"),
        "methods": ("方法与局限", "Methods and limits"),
        "map_caption": (
            "底色为各街镇达标率，越深越高；黑色方块为建议选址及其次序，移开的方块以引线"
            "指向实际位置。",
            "Shade: coverage of each subdistrict, darker is higher; black squares: "
            "proposed sites in their order; a line leads from a square that had to be "
            "moved to its place.",
        ),
        "small_map_caption": (
            "圆点为居村：白色无缺项，橙色缺1–2项，红色缺3项及以上；黑色方块为建议选址。",
            "Dots: committees; white none missing, orange 1–2, red 3 or more. Black "
            "squares: proposed sites.",
        ),
        "small_map_caption_cells": (
            "黑色方块为建议选址。",
            "Black squares: proposed sites.",
        ),
        "type_chart": ("各类设施达标率", "Coverage by facility type"),
        "type_chart_note": (
            "深色为必备类型，浅色为其他类型；虚线为全区必备设施达标率。",
            "Dark: required types, light: others; dashed line: the district's required "
            "types together.",
        ),
        "sites_chart": ("逐处实施后的达标率", "Coverage as the sites open"),
        "sites_axis": ("已实施的选址数（处）", "sites opened"),
        "lorenz_chart": (
            "必备设施在居民间分布的洛伦兹曲线",
            "Lorenz curve of required types over people",
        ),
        "lorenz_x": (
            "人口累计占比（从可达类型最少者起）",
            "people, from those who reach fewest types",
        ),
        "lorenz_y": ("可达类型累计占比", "types within reach"),
        "lorenz_note": (
            "虚线表示人人相同；曲线越低越不均衡。基尼系数 {gini}。",
            "Dashed: everybody reaches the same; the lower the curve, the less even. "
            "Gini coefficient {gini}.",
        ),
        "measures": (
            "配置、选择、公平与监测",
            "Capacity, choice, fairness, monitoring",
        ),
        "measures_note": (
            "各表摘自缺项表（Excel）的同名工作表，分母写在表头；各街镇的数字见工作表。",
            "The tables are those of the workbook's sheets of the same names; headers "
            "name denominators. The sheets have the figures of each subdistrict.",
        ),
        "short_norms": ("配置不足（项 / 标准数）", "norms not met (of norms)"),
        "passed_requirements": (
            "验收通过（项 / 要求数）",
            "requirements passed (of requirements)",
        ),
        "alerts_count": ("预警（项）", "alerts"),
        "own_degree": (
            "实现度（本工具自有指数）",
            "realisation degree (the tool's own index)",
        ),
        "no_norms": (
            "所用标准没有配置标准，不比较应配置与已配置。",
            "The standard has no capacity norms: nothing is required or provided.",
        ),
        "no_figures": ("没有可用的数字。", "There are no figures."),
        "no_requirements": (
            "所用标准没有验收要求、预警线和实现度目标。",
            "The standard has no pass marks, warning lines or targets.",
        ),
        "capacity_line": (
            "全区{norms}项配置标准中{short}项不足，{unknown}项数据不全",
            "The district falls short of {short} of {norms} norms; {unknown} unknown",
        ),
        "choice_line": (
            "必备类型中，{type}仅靠一处设施的人口最多：{share}（{single} ÷ {people}，"
            "分母为人口）",
            "Of required types, most people depend on one facility for {type}: {share} "
            "({single} of {people} people)",
        ),
        "fairness_line": (
            "必备设施可达类型数在居民之间的基尼系数{gini}；最差十分之一人口可达必备类型的"
            "{worst}（分母：人口×必备类型）",
            "Gini coefficient over people {gini}; the worst-served tenth of people "
            "reach {worst} of the required types",
        ),
        "gap_line": (
            "；地区类型之间人项达标率相差{gap}个百分点",
            "; person items of area classes differ by {gap} percentage points",
        ),
        "people_line": (
            "全部必备设施可达人口{share}（{part} ÷ {people}，分母为人口）",
            "{share} of people reach every required type ({part} of {people})",
        ),
        "acceptance_line": (
            "验收{all}项，通过{passed}项",
            "{passed} of {all} requirements passed",
        ),
        "alerts_line": ("预警{alerts}项", "{alerts} alerts"),
        "degree_line": (
            "全区实现度{degree}（本工具自有指数，非官方）",
            "realisation degree {degree} (the tool's own index, not an official one)",
        ),
        "worst_gaps": ("最突出的缺项（前五）", "The five worst gaps"),
        "no_gaps": ("没有必备缺项。", "No required item is missing."),
        "no_clusters": ("没有缺口片区。", "There is no gap cluster."),
        "own_sites": ("建议选址", "Proposed sites"),
        "no_sites": ("没有建议选址。", "No site is proposed."),
        "lowest": ("达标率最低的街镇", "Subdistricts with the lowest coverage"),
        "committees_count": ("居村（个）", "committees"),
        "missing_count": ("必备缺项（项）", "missing required items"),
        "clusters_count": ("缺口片区（处）", "gap clusters"),
        "sites_number": ("建议选址（处）", "proposed sites"),
        "people_count": ("人口（人）", "people"),
        "cost_total": ("造价（万元）", "cost (10,000 CNY)"),
        "subdistricts_count": ("街镇（个）", "subdistricts"),
        "measured_how": ("测算内容", "What was measured"),
        "how_1": (
            "从每个起点沿路网找到最近的一处各类设施，用时不超过时限即为达标（含时限本身）。"
            "无法到达的不计时间，按未达标计。",
            "From each origin the nearest facility of each type is found; it counts "
            "if the time is at most the limit. Where there is no way there is no "
            "time, and the item counts as not covered.",
        ),
        "how_2": (
            "缺项是一个居村在时限内到不了的一类必备设施；缺口片区是同一类设施未达标、"
            "彼此相邻的有人居住的网格。",
            "A missing item is a required type that a committee does not reach within "
            "the limit; a gap cluster is a group of neighbouring inhabited cells that "
            "lack one type.",
        ),
        "how_3": (
            "建议选址逐处选出，每一步选增益最大的候选点；次序即建议的先后。",
            "Sites are chosen one after another, at each step the candidate that helps "
            "most; their order is the proposed order of work.",
        ),
        "limits_head": ("局限", "Limits"),
        "limit_1": (
            "只看能否到达，不看质量、班次和实际使用；容量只有在名录填写时才能比较。",
            "Reach only: not quality, opening hours or use; capacity is compared only "
            "where the inventory gives it.",
        ),
        "limit_2": (
            "人口为网格估计值；速度为平均值，除标准另有规定外不计路口等候。",
            "People are estimates by cell; speeds are averages, without waiting at "
            "crossings unless the standard says so.",
        ),
        "limit_3": (
            "结果取决于名录、路网和人口数据的完整程度；未落位和未接入的点位另表列出。",
            "Results are as good as inventory, streets and people are complete; points "
            "without a place or without a street are listed in the workbook.",
        ),
        "verify_head": ("待核实的依据", "To be verified"),
        "verify_intro": (
            "下列规定未见官方原文（B 转引，C 推断或自选，R 凭记忆），使用前请核实。",
            "The official text of these rules was not seen (B second-hand, C inferred "
            "or chosen, R recalled); verify them before use.",
        ),
        "verify_none": ("全部依据已见官方原文。", "All rules were seen officially."),
        "verify_types": (
            "设施类型名录、层级和类别（{count}类）",
            "list, levels and tiers of {count} facility types",
        ),
        "verify_modes": ("出行方式规定（{count}条）", "travel modes ({count} rules)"),
        "verify_substitution": ("上级设施向下兼容", "higher levels serve lower ones"),
        "verify_definition": ("达标率口径", "definition of coverage"),
        "verify_snap": ("接入路网的距离", "distance to the network"),
        "sources": ("来源", "source"),
        "warnings_head": ("数据提示", "Notices about the data"),
        "to_print": (
            "打印：A4 纵向，浏览器“打印”中可另存为 PDF。",
            "To print: A4 upright; a browser saves it as PDF.",
        ),
        "year": ("年份", "year"),
        "clears": ("消除缺项（项）", "items cleared"),
        # the start page
        "start": ("成果目录", "Results"),
        "start_maps": ("地图", "Maps"),
        "district_map": ("全区地图", "District map"),
        "start_measures": ("主要测度", "Measures"),
        "start_papers": ("报告与表格", "Report and tables"),
        "open_report": (
            "评估报告（可打印）",
            "Report, to read and to print",
        ),
        "open_workbook": (
            "缺项表（Excel，一街镇一表）",
            "Workbook: gap tables, one sheet per subdistrict",
        ),
        "start_tables": ("数据表（CSV）", "Tables (CSV)"),
        "start_layers": ("图层（供 GIS 使用）", "Layers for GIS programs"),
        "geopackage_note": (
            "GeoPackage，含样式，QGIS 打开即着色",
            "GeoPackage with styles: QGIS opens it coloured",
        ),
        "start_record": ("运行记录与数据字典", "Run record and data dictionary"),
        "dictionary": ("数据字典", "Data dictionary"),
        "dictionary_note": (
            "各表各列的含义、单位与取值",
            "What every column of every table means",
        ),
        "record_note": (
            "输入、版本、耗时、全部文件的校验值",
            "Inputs, versions, seconds, checksums of all files",
        ),
        "megabytes": ("{size} MB", "{size} MB"),
        "kilobytes": ("{size} KB", "{size} KB"),
    }
)


def report_word(key: str, language: str) -> str:
    """
    Give a text of the report; other words come from the tables and the maps.

    Parameters
    ----------
    key
        Key of `REPORT_WORDS`, of `TABLE_WORDS` or of `WORDS`.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The text in that language, with ``{fields}`` to fill where it has them.

    Examples
    --------
    >>> report_word("report", "zh"), report_word("committees", "en")
    ('评估报告', 'Committees')
    """
    return first_text(key, language, REPORT_WORDS, TABLE_WORDS, WORDS)
