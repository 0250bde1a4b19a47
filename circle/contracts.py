"""The data dictionary: every table circle reads or writes, column by column."""

from circle.input_contracts import (
    ADDRESS_POINTS,
    BUILDINGS,
    CANDIDATES,
    CELLS,
    COMMITTEE_ID,
    COMMITTEES,
    FACILITIES,
    INPUT_CONTRACTS,
    MADE_FROM,
    ROUTE_WORDS,
    SUBDISTRICT_ID,
    SUBDISTRICTS,
)
from circle.tables import Column, Contract

__all__ = [
    "ADDRESS_POINTS",
    "BUILDINGS",
    "CANDIDATES",
    "CELLS",
    "CHANGE_LOG",
    "COMMITTEES",
    "COVERAGE",
    "COVERAGE_BY",
    "FACILITIES",
    "GAP_CLUSTERS",
    "INPUT_CONTRACTS",
    "MADE_FROM",
    "MISSING_ITEMS",
    "REACH",
    "RESULT_CONTRACTS",
    "SITES",
    "SUBDISTRICTS",
    "UNSNAPPED",
]

MODE_WORDS = {"walk": ("步行",), "cycle": ("骑行",)}
KIND_WORDS = {
    "beyond": ("超出时限",),
    "unreachable": ("无法到达",),
    "planned": ("规划设施建成后可达",),
    "not_placed": ("本街镇有未落位设施",),
    "not_joined": ("居村点未接入路网",),
}

_TYPE_ID = Column("type_id", "id", "Facility type of the profile.", "设施类型编号")
_MODE = Column("mode", "choice", "Travel mode of the rule.", "方式", choices=MODE_WORDS)
_THRESHOLD = Column(
    "threshold_min",
    "number",
    "Longest travel time that counts, inclusive.",
    "时限_分钟",
    unit="min",
)
_TIME = Column(
    "travel_time_min",
    "number",
    "Time from origin to the nearest facility; empty where there is no way.",
    "最近设施时间_分钟",
    unit="min",
    null=True,
    minimum=0,
)
_PERSONS = Column(
    "person_group",
    "id",
    "Person group whose speeds count; standard for everybody.",
    "人群",
)
_THRESHOLD_M = Column(
    "threshold_m",
    "number",
    "Longest way that counts, inclusive, where the rule gives metres.",
    "限距_米",
    unit="m",
    null=True,
)
_DISTANCE = Column(
    "distance_m",
    "number",
    "Way from origin to the nearest facility, where the rule gives metres.",
    "最近设施距离_米",
    unit="m",
    null=True,
    minimum=0,
)
_NEAREST = Column(
    "facility_id",
    "id",
    "The nearest facility that serves the type; equal times go to the lower code.",
    "最近设施编号",
    null=True,
)

REACH = Contract(
    "reach",
    ("committee_id", "type_id"),
    (
        COMMITTEE_ID,
        _TYPE_ID,
        _MODE,
        _PERSONS,
        _THRESHOLD,
        _TIME,
        _THRESHOLD_M,
        _DISTANCE,
        _NEAREST,
        Column("covered", "flag", "Time is at most the threshold.", "是否达标"),
    ),
)


def _share(name: str, zh: str, description: str) -> Column:
    """Describe a share of the coverage table; empty where nothing is counted."""
    return Column(name, "number", description, zh, "0–1", null=True, minimum=0)


def _count(name: str, zh: str, description: str, unit: str = "") -> Column:
    """Describe a count of the coverage table."""
    return Column(name, "count", description, zh, unit, minimum=0)


COVERAGE = Contract(
    "coverage",
    ("area_kind", "area_id", "group_kind", "group_id"),
    (
        Column("area_kind", "text", "district, area_class or subdistrict.", "统计范围"),
        Column("area_id", "id", "Code of the area.", "范围编号"),
        Column(
            "group_kind",
            "text",
            "required, tier, level, domain or type; domains hold required types only.",
            "统计口径",
        ),
        Column("group_id", "id", "Code of the group of facility types.", "口径编号"),
        _count("pairs", "居村项数", "(committee, type) pairs."),
        _count("pairs_covered", "达标项数", "Pairs within the threshold."),
        _share("pair_share", "达标项占比", "pairs_covered / pairs."),
        _count("committees", "居村数", "Committees."),
        _count(
            "committees_complete",
            "全部达标居村数",
            "Committees that reach every type of the group.",
        ),
        _share(
            "committee_complete_share",
            "全部达标居村占比",
            "committees_complete / committees.",
        ),
        _count("population", "人口", "People of the cells.", "persons"),
        _count(
            "person_items",
            "人项数",
            "People times types of the group.",
            "persons × types",
        ),
        _count(
            "person_items_covered",
            "达标人项数",
            "Part of person_items within the threshold.",
            "persons × types",
        ),
        _share(
            "person_item_share", "达标人项占比", "person_items_covered / person_items."
        ),
        _count(
            "population_complete",
            "全部达标人口",
            "People who reach every type of the group.",
            "persons",
        ),
        _share(
            "population_complete_share",
            "全部达标人口占比",
            "population_complete / population.",
        ),
    ),
)

COVERAGE_BY = Contract(
    "coverage_by",
    ("by_kind", "by_id", *COVERAGE.key),
    (
        Column(
            "by_kind",
            "text",
            "age_band, area or person_group: what counts in place of all people.",
            "分项",
        ),
        Column("by_id", "id", "Age band, km2 or person group.", "分项编号"),
        *COVERAGE.columns,
    ),
)

MISSING_ITEMS = Contract(
    "missing_items",
    ("item_id",),
    (
        Column(
            "rank", "count", "Order by people concerned, then minutes over.", "序号"
        ),
        Column("item_id", "id", "<committee_id>:<type_id>, stable.", "缺项编号"),
        SUBDISTRICT_ID,
        COMMITTEE_ID,
        Column("committee_name", "text", "Name of the committee.", "居村名称"),
        _TYPE_ID,
        Column("domain", "id", "Domain of the type.", "领域"),
        Column("tier", "id", "basic or extension.", "类别"),
        Column("required", "flag", "Counts in the headline figure.", "是否必备"),
        _MODE,
        _PERSONS,
        _THRESHOLD,
        _TIME,
        Column(
            "minutes_over",
            "number",
            "Minutes beyond the threshold.",
            "超出_分钟",
            unit="min",
            null=True,
        ),
        _THRESHOLD_M,
        _DISTANCE,
        Column(
            "metres_over",
            "number",
            "Metres beyond the threshold, where the rule gives metres.",
            "超出_米",
            unit="m",
            null=True,
        ),
        _NEAREST,
        Column(
            "facility_name",
            "text",
            "Name of the nearest facility.",
            "最近设施",
            null=True,
        ),
        _count("population", "涉及人口", "People of the committee's cells.", "persons"),
        Column("people_by_age", "list", "The same by age band.", "分年龄涉及人口"),
        Column(
            "planned_facility_id",
            "id",
            "The nearest planned facility, where it would clear the item.",
            "规划设施编号",
            null=True,
        ),
        Column(
            "kind", "choice", "Why the item is missing.", "原因", choices=KIND_WORDS
        ),
    ),
)

GAP_CLUSTERS = Contract(
    "gap_clusters",
    ("gap_id",),
    (
        Column("rank", "count", "Order by people, over all types.", "序号"),
        Column("gap_id", "id", "<type_id>:<cell_id of most people>.", "缺口编号"),
        _TYPE_ID,
        Column("required", "flag", "Counts in the headline figure.", "是否必备"),
        Column(
            "subdistrict_id", "id", "Subdistrict with most of the people.", "街镇编号"
        ),
        Column("name", "text", "Named after the nearest committee or area.", "位置"),
        _count("cells", "网格数", "Cells of the cluster."),
        _count("population", "涉及人口", "People of the cells.", "persons"),
        Column("area_km2", "number", "Area of the cells.", "面积_平方千米", unit="km²"),
        Column(
            "missing_together",
            "list",
            "Other types that half of them lack.",
            "同缺类型",
        ),
        Column("geometry", "area", "Union of the cell squares.", "范围"),
    ),
)

SITES = Contract(
    "sites",
    ("step",),
    (
        Column("step", "count", "Order in which the sites are chosen.", "次序"),
        Column("candidate_id", "id", "Code of the candidate.", "候选点编号"),
        Column("name", "text", "Name of the candidate.", "名称"),
        Column("subdistrict_id", "id", "Where it lies.", "街镇编号", null=True),
        Column("route", "choice", "Supply route.", "供给方式", choices=ROUTE_WORDS),
        Column(
            "made_from",
            "choice",
            "Where the point comes from.",
            "点位来源",
            choices=MADE_FROM,
            null=True,
        ),
        Column("type_ids", "list", "Types that open there.", "设置类型"),
        Column(
            "year",
            "count",
            "Year in which it opens; the earliest one where no years are planned.",
            "实施年份",
            null=True,
        ),
        Column(
            "floor_area_m2",
            "number",
            "Floor area.",
            "建筑面积_平方米",
            unit="m²",
            null=True,
        ),
        Column(
            "cost_10k",
            "number",
            "Cost in ten thousand yuan.",
            "造价_万元",
            unit="10,000 CNY",
            null=True,
        ),
        _count("items_cleared", "消除缺项数", "Required items newly covered."),
        _count(
            "person_items_gained",
            "惠及人项数",
            "People of these items, summed over items.",
            "persons × types",
        ),
        _count("people_gained", "惠及人口", "People of the items' origins.", "persons"),
        Column(
            "people_by_age",
            "list",
            "The same by age band: <band>=<persons>.",
            "分年龄惠及人口",
        ),
        _share("share_after", "全区实施后达标占比", "District share after this step."),
        Column("item_ids", "list", "The items it clears.", "消除缺项"),
        Column("reason", "text", "Why it is in the plan.", "理由", null=True),
        Column("geometry", "point", "Place of the site.", "位置"),
    ),
)

UNSNAPPED = Contract(
    "unsnapped",
    ("kind", "id", "mode"),
    (
        Column("kind", "id", "committee, cell, facility or candidate.", "对象"),
        Column("id", "id", "Its code.", "编号"),
        Column("name", "text", "Its name.", "名称", null=True),
        Column(
            "mode", "choice", "Network it is not joined to.", "路网", choices=MODE_WORDS
        ),
        Column(
            "snap_distance_m",
            "number",
            "Straight line to the network; empty where there is no place.",
            "距路网_米",
            unit="m",
            null=True,
        ),
        _count("population", "涉及人口", "People of the cell.", "persons"),
    ),
)

CHANGE_LOG = Contract(
    "change_log",
    ("number", "kind", "id", "name"),
    (
        Column("number", "count", "Number of the change in its scenario.", "序号"),
        Column("change", "text", "What kind of change.", "变动"),
        Column(
            "kind",
            "text",
            "Of what: facility, cell, subdistrict, rule, speed, norm or street.",
            "对象类别",
        ),
        Column("id", "id", "Code of the thing that changed.", "对象编号"),
        Column("name", "text", "What of it changed.", "变动内容"),
        Column(
            "old", "text", "Before; empty where it was not there.", "变动前", null=True
        ),
        Column("new", "text", "After; empty where it is no more.", "变动后", null=True),
    ),
)

RESULT_CONTRACTS = (
    REACH,
    COVERAGE,
    COVERAGE_BY,
    MISSING_ITEMS,
    GAP_CLUSTERS,
    SITES,
    UNSNAPPED,
)
