"""Columns of inputs that say how much a facility or a committee holds."""

from circle.tables import Column

CAPACITY_UNIT_WORDS = {
    "places": ("座", "学位", "座位", "人", "名", "个学位", "个座位"),
    "beds": ("床", "床位", "张", "张床", "张床位"),
}
BUILD_ERA_WORDS = {
    "new": ("新建", "新建住区", "新建小区", "新"),
    "old": ("已建", "已建成", "既有", "老旧", "老旧小区", "旧"),
}

CAPACITY_COLUMNS = (
    Column(
        "land_area_m2",
        "number",
        "Land area.",
        "用地面积",
        unit="m²",
        required=False,
        null=True,
        minimum=0,
        synonyms=(
            *("用地面积_m2", "用地面积(m²)", "用地面积(平方米)", "占地面积"),
            "land_area",
        ),
    ),
    Column(
        "capacity",
        "number",
        "Places or beds; empty where it is not known.",
        "容量",
        required=False,
        null=True,
        minimum=0,
        synonyms=("设施容量", "服务容量", "学位数", "床位数", "座位数"),
    ),
    Column(
        "capacity_unit",
        "choice",
        "What the capacity counts: places or beds.",
        "容量单位",
        required=False,
        null=True,
        choices=CAPACITY_UNIT_WORDS,
        synonyms=("计量单位",),
    ),
    Column(
        "staff",
        "number",
        "People who work there.",
        "工作人员",
        unit="persons",
        required=False,
        null=True,
        minimum=0,
        synonyms=("工作人员数", "从业人员", "职工数", "人员数"),
    ),
)
BUILD_ERA = Column(
    "build_era",
    "choice",
    "Whether its housing counts as new or old, where norms tell them apart.",
    "住区类别",
    required=False,
    null=True,
    choices=BUILD_ERA_WORDS,
    synonyms=("新旧住区", "建成时期"),
)
