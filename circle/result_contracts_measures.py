"""The data dictionary of measures: capacity, access, choice, fairness, acceptance."""

from circle.contracts import MISSING_ITEMS
from circle.tables import Column, Contract

STATE_WORDS = {
    "met": ("达标",),
    "short": ("不足",),
    "undersized": ("规模不足",),
    "unknown": ("数据不全",),
}
RESULT_WORDS = {"passed": ("通过",), "failed": ("未通过",), "unknown": ("数据不全",)}
SIDE_WORDS = {
    "at_least": ("不低于",),
    "at_most": ("不高于",),
    "below": ("低于",),
    "above": ("高于",),
}

_AREA_KIND = Column(
    "area_kind", "text", "district, area_class or subdistrict.", "统计范围"
)
_AREA_ID = Column("area_id", "id", "Code of the area.", "范围编号")
_NORM_ID = Column("norm_id", "id", "Norm of the profile.", "配置标准编号")
_TYPE_ID = Column("type_id", "id", "Facility type of the profile.", "设施类型编号")
_FACILITY_ID = Column("facility_id", "id", "Code of the facility.", "设施编号")
_INDICATOR = Column("indicator", "id", "Name of the indicator.", "指标编号")
_LABEL = Column("label", "text", "Its name.", "指标")


def _count(name: str, zh: str, description: str, unit: str = "") -> Column:
    """Describe a count."""
    return Column(name, "count", description, zh, unit, null=True, minimum=0)


def _share(name: str, zh: str, description: str) -> Column:
    """Describe a share; empty where nothing is counted."""
    return Column(name, "number", description, zh, "0–1", null=True, minimum=0)


def _number(name: str, zh: str, description: str, unit: str = "") -> Column:
    """Describe a number that may be unknown."""
    return Column(name, "number", description, zh, unit, null=True)


COVERAGE_BUILDINGS = Contract(
    "coverage_buildings",
    ("area_kind", "area_id", "group_kind", "group_id"),
    (
        _AREA_KIND,
        _AREA_ID,
        Column(
            "group_kind",
            "text",
            "required, tier, level, domain or type; domains hold required types only.",
            "统计口径",
        ),
        Column("group_id", "id", "Code of the group of facility types.", "口径编号"),
        _count("buildings", "居住建筑数", "Residential buildings."),
        _count(
            "buildings_complete",
            "全部达标居住建筑数",
            "Buildings that reach every type of the group.",
        ),
        _share(
            "building_complete_share",
            "全部达标居住建筑占比",
            "buildings_complete / buildings.",
        ),
        _count(
            "building_items",
            "建筑项数",
            "Buildings times types of the group.",
            "buildings × types",
        ),
        _count(
            "building_items_covered",
            "达标建筑项数",
            "Part of building_items within the threshold.",
            "buildings × types",
        ),
        _share(
            "building_item_share",
            "达标建筑项占比",
            "building_items_covered / building_items.",
        ),
    ),
)

CAPACITY = Contract(
    "capacity",
    ("area_kind", "area_id", "norm_id"),
    (
        _AREA_KIND,
        _AREA_ID,
        _NORM_ID,
        Column("level", "id", "Level that all its types share.", "层级", null=True),
        Column("measure", "id", "What is counted.", "计量"),
        Column("per", "id", "What the norm is counted per.", "基数口径"),
        _number("base", "基数", "People, households or facilities it is counted on."),
        _number("required", "应配置", "base times the rate: the denominator."),
        _number("provided", "已配置", "Known capacity of the open facilities."),
        _number("shortfall", "缺口量", "required less provided; empty if unknown."),
        _number("ratio", "配置达标比", "provided / required; empty if unknown."),
        _count("facilities", "设施数", "Open facilities in the area."),
        _count("facilities_unknown", "容量不明设施数", "Those of unknown capacity."),
        _count("too_small", "规模不足设施数", "Those under the least size."),
        Column(
            "state",
            "choice",
            "met, short, undersized or unknown.",
            "结论",
            choices=STATE_WORDS,
        ),
    ),
)

ACCESS = Contract(
    "access",
    ("area_kind", "area_id", "norm_id"),
    (
        _AREA_KIND,
        _AREA_ID,
        _NORM_ID,
        _count("demand", "需求人口", "People whom the norm counts.", "persons"),
        _count("demand_in_reach", "可达人口", "Those with a facility in reach."),
        _count(
            "demand_full",
            "可达但已满人口",
            "Those in reach whose supply per person is below the norm.",
            "persons",
        ),
        _count(
            "demand_uncertain",
            "容量不明人口",
            "Those who reach a facility of unknown capacity; never counted as full.",
            "persons",
        ),
        Column(
            "full_share",
            "number",
            "demand_full / demand_in_reach.",
            "可达但已满占比",
            "0–1",
            null=True,
        ),
        _number(
            "access_ratio",
            "人均可达供给",
            "2SFCA: supply per person in reach, mean over demand.",
        ),
        _number("norm_ratio", "标准人均供给", "The same by the norm."),
    ),
)

FACILITY_LOAD = Contract(
    "facility_load",
    ("norm_id", "facility_id"),
    (
        _NORM_ID,
        _FACILITY_ID,
        Column("facility_name", "text", "Its name.", "设施名称", null=True),
        _number("supply", "供给量", "Capacity in the norm's measure."),
        _number("demand", "服务范围需求人口", "People in its catchment, with decay."),
        _number("supply_per_person", "人均供给", "supply / demand."),
        _number("load", "负荷", "demand / (supply / norm); above 1 it is full."),
    ),
)

# What is full is described as what is missing is.
_OF_ITEM = {one.name: one for one in MISSING_ITEMS.columns}

FULL_ITEMS = Contract(
    "full_items",
    ("item_id", "norm_id"),
    (
        Column("rank", "count", "Order by people concerned, required first.", "序号"),
        Column("item_id", "id", "<committee_id>:<type_id>, stable.", "项目编号"),
        _NORM_ID,
        *(
            _OF_ITEM[one]
            for one in (
                *("subdistrict_id", "committee_id", "committee_name", "type_id"),
                *("domain", "tier", "required", "mode", "person_group"),
                *("threshold_min", "travel_time_min", "threshold_m", "distance_m"),
                *("facility_id", "facility_name"),
            )
        ),
        Column(
            "kind",
            "choice",
            "In reach but full; it counts as covered.",
            "情形",
            choices={"full": ("可达但已满（仍计入达标）",)},
        ),
        _count(
            "facilities", "可达设施数", "Facilities of the type in reach; all full."
        ),
        _number(
            "supply_per_person",
            "最高人均供给",
            "Supply per person of the best of them.",
        ),
        _number("norm_ratio", "标准人均供给", "The same by the norm."),
        _OF_ITEM["population"],
        _OF_ITEM["people_by_age"],
    ),
)

CHOICE = Contract(
    "choice",
    ("area_kind", "area_id", "type_id"),
    (
        _AREA_KIND,
        _AREA_ID,
        _TYPE_ID,
        _count("population", "人口", "People of the cells.", "persons"),
        _count("population_none", "无设施可达人口", "People with none in reach."),
        _count("population_single", "仅一处可达人口", "People with just one."),
        Column(
            "single_share",
            "number",
            "population_single / population.",
            "仅一处可达占比",
            "0–1",
            null=True,
        ),
        _number(
            "facilities_in_reach",
            "人均可达设施数",
            "Facilities in reach, mean over population.",
        ),
    ),
)

DEPENDENCE = Contract(
    "dependence",
    ("facility_id", "type_id"),
    (
        Column("rank", "count", "Order by people, then committees.", "序号"),
        _FACILITY_ID,
        Column("facility_name", "text", "Its name.", "设施名称", null=True),
        _TYPE_ID,
        _count(
            "population_lost",
            "关闭后失去可达人口",
            "People with no other facility for the type in reach.",
            "persons",
        ),
        _count("committees_lost", "关闭后失去可达居村数", "Committees with no other."),
    ),
)

FAIRNESS = Contract(
    "fairness",
    ("group_kind", "group_id", "across"),
    (
        Column("group_kind", "text", "required, tier, domain or type.", "统计口径"),
        Column("group_id", "id", "Code of the group of types.", "口径编号"),
        Column("across", "id", "people, subdistricts or area_classes.", "比较对象"),
        _count("population", "人口", "People: the weights.", "persons"),
        _number("mean", "均值", "Share of the types in reach, mean over people."),
        _number("gini", "基尼系数", "One less twice the area under the Lorenz curve."),
        _number("worst_tenth", "最差十分之一", "Mean of the worst-served tenth."),
        _number("palma", "帕尔马比", "Best tenth's share over worst four tenths'."),
        _number("gap", "差距", "Highest less lowest area."),
    ),
)

LORENZ = Contract(
    "lorenz",
    ("across", "point"),
    (
        Column("across", "id", "people or subdistricts.", "比较对象"),
        Column("point", "count", "Number of the point, from the worst served.", "点"),
        _number("population_share", "人口累计占比", "Share of people.", "0–1"),
        _number("item_share", "达标人项累计占比", "Share of person-items.", "0–1"),
    ),
)

REALISATION = Contract(
    "realisation",
    ("area_kind", "area_id", "indicator_id"),
    (
        _AREA_KIND,
        _AREA_ID,
        Column(
            "indicator_id",
            "id",
            "Indicator of the profile; `degree` is the index itself.",
            "指标代码",
        ),
        _LABEL,
        _number("actual", "实际值", "Value of the indicator; empty if unknown."),
        _number("target", "目标值", "Value at which it is fully realised."),
        _number("part", "实现度", "min(actual / target, 1), or the weighted mean."),
        _number("weight", "权重", "Weight; of the degree, the known weights."),
    ),
)

ALERTS = Contract(
    "alerts",
    ("area_kind", "area_id", "indicator", "side"),
    (
        _AREA_KIND,
        _AREA_ID,
        _INDICATOR,
        _LABEL,
        _number("value", "数值", "Value of the indicator."),
        Column("side", "choice", "below or above.", "预警方向", choices=SIDE_WORDS),
        _number("line", "预警线", "The warning line of the profile."),
        _number("beyond", "超出预警线", "How far the value is beyond the line."),
    ),
)

ACCEPTANCE = Contract(
    "acceptance",
    ("requirement_id", "area_kind", "area_id"),
    (
        Column("requirement_id", "id", "Requirement of the profile.", "要求编号"),
        Column("label", "text", "What is required.", "要求"),
        _AREA_KIND,
        _AREA_ID,
        _INDICATOR,
        _number("value", "数值", "Value of the indicator; empty if unknown."),
        Column("side", "choice", "at_least or at_most.", "方向", choices=SIDE_WORDS),
        _number("mark", "合格线", "The pass mark of the profile."),
        Column(
            "result",
            "choice",
            "passed, failed or unknown.",
            "结果",
            choices=RESULT_WORDS,
        ),
        _number("numerator", "分子", "Numerator of the value, where it has one."),
        _number("denominator", "分母", "Denominator of the value."),
        Column("evidence", "text", "What the result rests on.", "依据", null=True),
    ),
)

MEASURE_CONTRACTS = (
    COVERAGE_BUILDINGS,
    CAPACITY,
    ACCESS,
    FACILITY_LOAD,
    FULL_ITEMS,
    CHOICE,
    DEPENDENCE,
    FAIRNESS,
    LORENZ,
    REALISATION,
    ALERTS,
    ACCEPTANCE,
)
