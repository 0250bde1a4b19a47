"""The data dictionary of comparisons: what changed between two results."""

from circle.contracts import COVERAGE, MISSING_ITEMS
from circle.tables import Column, Contract

__all__ = [
    "COMPARED_CONTRACTS",
    "COVERAGE_CHANGES",
    "FACILITY_CHANGES",
    "INDICATOR_CHANGES",
    "ITEM_CHANGES",
    "PEOPLE_CHANGES",
]

CHANGE_WORDS = {
    "new": ("新增缺项",),
    "newly_asked": ("新纳入考核",),
    "cleared": ("已消项",),
    "not_asked": ("不再考核",),
    "unchanged": ("未变",),
}
_WHICH = {"before": ("before", "前"), "after": ("after", "后")}


def _number(name: str, zh: str, text: str, unit: str = "0–1") -> Column:
    """Describe a number that may be absent."""
    return Column(name, "number", text, zh, unit=unit, null=True)


def _of(columns: tuple[Column, ...], names: tuple[str, ...]) -> tuple[Column, ...]:
    """Pick columns of another contract."""
    return tuple(one for name in names for one in columns if one.name == name)


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
        _number("population_before", "人口_前", "People before.", "persons"),
        _number("population_after", "人口_后", "People after.", "persons"),
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
        _number("travel_time_min_before", "时间_分钟_前", "Minutes before.", "min"),
        _number("travel_time_min_after", "时间_分钟_后", "Minutes after.", "min"),
    ),
)  # fmt: skip

FACILITY_CHANGES = Contract(
    "facility_changes",
    ("type_id",),
    (
        Column("domain", "id", "Domain of the type.", "领域"),
        Column("type_id", "id", "Facility type.", "设施类型编号"),
        Column("open_before", "count", "Open facilities before.", "开放_前"),
        Column("added", "count", "Open after and not before.", "新增"),
        Column("closed", "count", "Open before and not after.", "减少"),
        Column("open_after", "count", "Open facilities after.", "开放_后"),
        Column("added_ids", "list", "Codes of those added.", "新增设施"),
        Column("closed_ids", "list", "Codes of those closed.", "减少设施"),
    ),
)

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
        _number("before", "前", "Its figure before.", ""),
        _number("after", "后", "Its figure after.", ""),
        Column(
            "state",
            "choice",
            "Whether it was measured in both results, or is left as it was.",
            "状态",
            choices={"recomputed": ("已重新计算",), "not_recomputed": ("未重新计算",)},
        ),
    ),
)

COMPARED_CONTRACTS = (
    INDICATOR_CHANGES,
    COVERAGE_CHANGES,
    ITEM_CHANGES,
    FACILITY_CHANGES,
    PEOPLE_CHANGES,
)
