"""The data dictionary of comparisons: what changed between two results."""

from circle.contracts import COVERAGE, GAP_CLUSTERS, MISSING_ITEMS, SITES
from circle.tables import Column, Contract, Kind

__all__ = [
    "AGE_CHANGES",
    "COMPARED_CONTRACTS",
    "COVERAGE_CHANGES",
    "DOMAIN_CHANGES",
    "FACILITY_CHANGES",
    "GAP_CHANGES",
    "INDICATOR_CHANGES",
    "ITEM_CHANGES",
    "MEASURE_CHANGES",
    "PEOPLE_CHANGES",
    "PLAN_ITEMS",
    "ROUTE_CHANGES",
    "SITE_CHANGES",
]

CHANGE_WORDS = {
    "new": ("新增缺项",),
    "newly_asked": ("新纳入考核",),
    "cleared": ("已消除",),
    "not_asked": ("不再考核",),
    "unchanged": ("未变",),
}
FATE_WORDS = {
    "added": ("新增",),
    "dropped": ("取消",),
    "changed": ("调整",),
    "kept": ("保留",),
}
WHOSE_WORDS = {
    "both": ("两方案都消除",),
    "before_only": ("仅前一方案消除",),
    "after_only": ("仅后一方案消除",),
}
GAP_WORDS = {
    "new": ("新增",),
    "gone": ("消失",),
    "grown": ("扩大",),
    "shrunk": ("缩小",),
    "unchanged": ("未变",),
}
_SITE_TEXTS: tuple[tuple[str, Kind, str, str], ...] = (
    ("step", "count", "Step", "次序"),
    ("type_ids", "list", "Types", "设置类型"),
    ("year", "count", "Year", "实施年份"),
)
_WHICH = {"before": ("before", "前"), "after": ("after", "后")}


def _number(name: str, zh: str, text: str, unit: str = "0–1") -> Column:
    """Describe a number that may be absent."""
    return Column(name, "number", text, zh, unit=unit, null=True)


def _of(columns: tuple[Column, ...], names: tuple[str, ...]) -> tuple[Column, ...]:
    """Pick columns of another contract."""
    return tuple(one for name in names for one in columns if one.name == name)


def _before(name: str, text: str, *, zh: str = "", unit: str) -> Column:
    """Describe a figure of the first result."""
    key, end = (f"{name}_before", f"{zh}_前") if name else ("before", "前")
    return _number(key, end, f"{text} before.", unit)


def _after(name: str, text: str, *, zh: str = "", unit: str) -> Column:
    """Describe a figure of the second result."""
    key, end = (f"{name}_after", f"{zh}_后") if name else ("after", "后")
    return _number(key, end, f"{text} after.", unit)


def _both(name: str, text: str, *, zh: str, unit: str) -> tuple[Column, Column]:
    """Describe a figure of both results."""
    return (
        _before(name, text, zh=zh, unit=unit),
        _after(name, text, zh=zh, unit=unit),
    )


def _shares() -> tuple[Column, ...]:
    """Describe each share before, after and its change."""
    found: list[Column] = []
    for one in COVERAGE.columns:
        if not one.name.endswith("_share"):
            continue
        found += [
            _number(f"{one.name}_{key}", f"{one.zh}_{zh}", f"{one.name} {key}.")
            for key, (_, zh) in _WHICH.items()
        ]
        found.append(
            _number(
                f"{one.name}_change", f"{one.zh}_变化", f"{one.name}: after − before."
            )
        )
    return tuple(found)


COVERAGE_CHANGES = Contract(
    "coverage_changes",
    COVERAGE.key,
    (
        *_of(COVERAGE.columns, COVERAGE.key),
        *_shares(),
        *_both("population", "People", zh="人口", unit="persons"),
    ),
)

ITEM_CHANGES = Contract(
    "item_changes",
    ("item_id",),
    (
        Column(
            "change",
            "choice",
            "What became of the item; not_asked and newly_asked where one of the two "
            "results does not know its committee or type.",
            "变化",
            choices=CHANGE_WORDS,
        ),
        *_of(
            MISSING_ITEMS.columns,
            ("item_id", "subdistrict_id", "committee_id", "committee_name", "type_id",
             "domain", "required", "population"),
        ),
        *_both("travel_time_min", "Minutes", zh="时间_分钟", unit="min"),
    ),
)  # fmt: skip

_DOMAIN = Column("domain", "id", "Domain of the type.", "领域")
_OPEN = (
    Column("open_before", "count", "Open facilities before.", "开放_前"),
    Column("added", "count", "Open after and not before.", "新增"),
    Column("closed", "count", "Open before and not after.", "减少"),
    Column("open_after", "count", "Open facilities after.", "开放_后"),
)

FACILITY_CHANGES = Contract(
    "facility_changes",
    ("type_id",),
    (
        _DOMAIN,
        Column("type_id", "id", "Facility type.", "设施类型编号"),
        *_OPEN,
        Column("added_ids", "list", "Codes of those added.", "新增设施"),
        Column("closed_ids", "list", "Codes of those closed.", "减少设施"),
    ),
)

DOMAIN_CHANGES = Contract("domain_changes", ("domain",), (_DOMAIN, *_OPEN))

PEOPLE_CHANGES = Contract(
    "people_changes",
    ("area_kind", "area_id", "age_band", "type_id"),
    (
        *_of(COVERAGE.columns, ("area_kind", "area_id")),
        Column("age_band", "id", "Age band, or all.", "年龄段"),
        Column("type_id", "id", "Facility type.", "设施类型编号"),
        _number("people_gain", "新达标人口", "People who reach it now.", "persons"),
        _number(
            "people_lose", "失去达标人口", "People who reach it no more.", "persons"
        ),
        _number("people_net", "净变化人口", "people_gain − people_lose.", "persons"),
    ),
)

INDICATOR_CHANGES = Contract(
    "indicator_changes",
    ("indicator",),
    (
        Column("indicator", "id", "The indicator.", "指标"),
        _before("", "Its figure", unit=""),
        _after("", "Its figure", unit=""),
        Column(
            "state",
            "choice",
            "Whether it was measured in both results, or is left as it was.",
            "状态",
            choices={"recomputed": ("已重新计算",), "not_recomputed": ("未重新计算",)},
        ),
    ),
)

AGE_CHANGES = Contract(
    "age_changes",
    ("area_kind", "area_id", "age_band"),
    (
        *_of(COVERAGE.columns, ("area_kind", "area_id")),
        Column("age_band", "id", "Age band, or all.", "年龄段"),
        *_both("population", "People", zh="人口", unit="persons"),
        *_both(
            "person_item_share",
            "Of people times required types, those within the rule,",
            zh="达标人项占比",
            unit="0–1",
        ),
        _number(
            "person_item_share_change",
            "达标人项占比_变化",
            "person_item_share: after − before.",
        ),
    ),
)

GAP_CHANGES = Contract(
    "gap_changes",
    ("gap_id",),
    (
        Column(
            "change",
            "choice",
            "What became of the gap cluster, by its people.",
            "变化",
            choices=GAP_WORDS,
        ),
        *_of(
            GAP_CLUSTERS.columns,
            ("gap_id", "type_id", "required", "subdistrict_id", "name"),
        ),
        *_both("population", "People", zh="涉及人口", unit="persons"),
    ),
)

MEASURE_CHANGES = Contract(
    "measure_changes",
    ("measure", "area_kind", "area_id", "about", "figure"),
    (
        Column("measure", "id", "Table of the measure.", "指标表"),
        *_of(COVERAGE.columns, ("area_kind", "area_id")),
        Column("about", "id", "Norm, type or indicator it is about.", "对象编号"),
        Column("figure", "id", "Column of that table.", "数值项"),
        _before("", "The figure", unit=""),
        _after("", "The figure", unit=""),
        _number("change", "变化", "after − before.", ""),
    ),
)

SITE_CHANGES = Contract(
    "site_changes",
    ("candidate_id",),
    (
        Column(
            "change",
            "choice",
            "kept, changed (other types, route or year), added or dropped.",
            "变化",
            choices=FATE_WORDS,
        ),
        *_of(SITES.columns, ("candidate_id", "name", "subdistrict_id", "route")),
        *(
            Column(f"{name}_{key}", kind, f"{text} {key}.", f"{zh}_{end}", null=True)
            for name, kind, text, zh in _SITE_TEXTS
            for key, end in _WHICH.values()
        ),
        *_both("cost_10k", "Cost", zh="造价_万元", unit="10,000 CNY"),
        *_both("items_cleared", "Items it clears", zh="消除缺项数", unit=""),
        *_both(
            "person_items_gained",
            "People of these items",
            zh="惠及人项数",
            unit="persons × types",
        ),
    ),
)

ROUTE_CHANGES = Contract(
    "route_changes",
    ("route",),
    (
        Column("route", "id", "Supply route, or all.", "供给方式"),
        *_both("sites", "Sites", zh="选址数", unit=""),
        *_both("cost_10k", "Cost", zh="造价_万元", unit="10,000 CNY"),
        *_both("items_cleared", "Items cleared", zh="消除缺项数", unit=""),
        *_both(
            "person_items_gained",
            "People of these items",
            zh="惠及人项数",
            unit="persons × types",
        ),
    ),
)

PLAN_ITEMS = Contract(
    "plan_items",
    ("item_id",),
    (
        Column(
            "cleared_by",
            "choice",
            "Which of the two plans clears the item.",
            "消除情况",
            choices=WHOSE_WORDS,
        ),
        Column("item_id", "id", "<committee_id>:<type_id>, stable.", "缺项编号"),
        Column(
            "site_before", "id", "Site that clears it before.", "选址_前", null=True
        ),
        Column("site_after", "id", "Site that clears it after.", "选址_后", null=True),
        *_of(MISSING_ITEMS.columns, ("committee_name", "type_id")),
        _number("population", "涉及人口", "People of the committee.", "persons"),
    ),
)

COMPARED_CONTRACTS = (
    INDICATOR_CHANGES,
    COVERAGE_CHANGES,
    AGE_CHANGES,
    ITEM_CHANGES,
    FACILITY_CHANGES,
    DOMAIN_CHANGES,
    PEOPLE_CHANGES,
    GAP_CHANGES,
    MEASURE_CHANGES,
    SITE_CHANGES,
    ROUTE_CHANGES,
    PLAN_ITEMS,
)
