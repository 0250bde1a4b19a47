"""The data dictionary of inputs: every table circle reads, column by column."""

from dataclasses import replace

from circle.capacity_columns import BUILD_ERA, CAPACITY_COLUMNS
from circle.tables import Column, Contract

AREA_CLASS_WORDS = {
    "urban": ("城市化地区", "城市地区"),
    "urbanising": ("城镇化地区", "城镇化拓展区"),
    "outer": ("远郊地区", "远郊"),
}
COMMITTEE_KIND_WORDS = {
    "resident": ("居委", "居委会", "居民委员会"),
    "village": ("村委", "村委会", "村民委员会"),
}
OPEN_TO_WORDS = {
    "all": ("所有人", "全体居民", "公众", "对外开放", "everybody"),
    "members": ("内部", "内部人员", "特定对象", "会员", "不对外开放"),
}
STATUS_WORDS = {
    "open": (
        *("开放", "已开放", "运营", "在用", "营业", "正常", "运营中", "已启用"),
        *("正常运营", "已建成"),
    ),
    "planned": ("规划", "拟建", "规划中", "待建", "未开工"),
    "building": ("在建", "建设中", "施工中", "under construction"),
    "closed": ("关闭", "停用", "已关闭", "已停用", "停业", "关停", "撤销"),
}
LEVEL_WORDS = {
    "committee": ("居村", "居村级", "居委级", "村居", "村居级"),
    "community": ("社区", "社区级", "街镇级", "街道级"),
    "district": ("市区", "市区级", "市级", "区级"),
}
# Where a point comes from.
MADE_FROM = {
    "table": ("候选点表",),
    "layer": ("用地或建筑图层",),
    "facility": ("现有设施",),
    "cluster": ("缺口聚类点",),
    "committee": ("居村点",),
    "grid": ("格网点",),
    "feedback": ("反馈增补",),
}
ROUTE_WORDS = {"reuse": ("盘活存量",), "co-use": ("复合利用",), "build": ("规划建设",)}

SUBDISTRICT_ID = Column(
    "subdistrict_id",
    "id",
    "Code of the street office or town.",
    "街镇编号",
    synonyms=("subdistrict_code", "街道编号", "街镇代码"),
)
COMMITTEE_ID = Column(
    "committee_id",
    "id",
    "Code of the residents' or villagers' committee.",
    "居村编号",
    synonyms=("编号", "居委编号", "村居编号"),
)
_POPULATION = Column(
    "population",
    "count",
    "People living in the cell.",
    "人口",
    unit="persons",
    minimum=0,
    synonyms=("人口数", "total", "pop"),
)
_NAME = Column("name", "text", "Name.", "名称")
_NAMED_SUBDISTRICT = Column(
    "subdistrict",
    "text",
    "Subdistrict that the file names, by name or code; held against the place.",
    "所属街镇",
    required=False,
    null=True,
    synonyms=(
        *("街镇", "街道", "街道镇", "街镇名称", "所属街道", "所在街镇", "所属街道(镇)"),
        *("街镇编号", "街道编号", "街镇代码", "subdistrict_id"),
    ),
)

SUBDISTRICTS = Contract(
    "subdistricts",
    ("subdistrict_id",),
    (
        replace(SUBDISTRICT_ID, required=False),
        Column(
            "name",
            "text",
            "Name of the subdistrict.",
            "街镇名称",
            synonyms=("名称", "街镇", "街道", "街道名称", "subdistrict"),
        ),
        Column(
            "area_class",
            "choice",
            "Area class, which sets the travel mode of the rule.",
            "地区类型",
            required=False,
            choices=AREA_CLASS_WORDS,
        ),
        Column("geometry", "area", "Area of the subdistrict.", "范围"),
    ),
)

COMMITTEES = Contract(
    "committees",
    ("committee_id",),
    (
        replace(COMMITTEE_ID, required=False),
        Column(
            "name",
            "text",
            "Name of the committee.",
            "居村名称",
            synonyms=(
                *("名称", "居村", "居委名称", "村居名称", "居村委名称", "居委会名称"),
                "committee",
            ),
        ),
        Column(
            "kind",
            "choice",
            "Residents' (居委) or villagers' (村委) committee.",
            "类别",
            choices=COMMITTEE_KIND_WORDS,
            synonyms=("居村类别", "类型", "type"),
        ),
        replace(
            SUBDISTRICT_ID,
            description="Code or name of the street office or town.",
            synonyms=(
                *SUBDISTRICT_ID.synonyms,
                *("所属街镇", "街镇", "街道", "街道镇", "街镇名称", "所属街道"),
                *("所在街镇", "所属街道(镇)", "subdistrict"),
            ),
        ),
        Column(
            "households",
            "count",
            "Households.",
            "户数",
            required=False,
            null=True,
            minimum=0,
        ),
        BUILD_ERA,
        Column("geometry", "point", "Committee point.", "位置"),
    ),
)

CELLS = Contract(
    "cells",
    ("cell_id",),
    (
        Column(
            "cell_id",
            "id",
            "Code of the population cell.",
            "网格编号",
            required=False,
            synonyms=("编号", "id"),
        ),
        _POPULATION,
        Column("geometry", "point", "Middle of the cell.", "位置"),
    ),
)

BUILDINGS = Contract(
    "buildings",
    ("building_id",),
    (
        Column(
            "building_id",
            "id",
            "Code of the residential building.",
            "建筑编号",
            required=False,
            synonyms=("编号", "楼栋编号", "楼号", "id", "fid"),
        ),
        Column("geometry", "point", "Middle of the building.", "位置"),
    ),
)

FACILITIES = Contract(
    "facilities",
    ("facility_id",),
    (
        Column(
            "facility_id",
            "id",
            "Code of the facility: one building and one type.",
            "设施编号",
            required=False,
            synonyms=("编号", "设施编码", "设施代码", "id"),
        ),
        Column(
            "name",
            "text",
            "Name of the facility.",
            "设施名称",
            null=True,
            synonyms=("名称", "机构名称", "单位名称", "facility_name"),
        ),
        Column(
            "type_id",
            "text",
            "Facility type of the profile.",
            "设施类型",
            synonyms=("类型", "设施类别", "类别", "功能", "type", "facility_type"),
        ),
        Column(
            "level",
            "choice",
            "Level of the facility; held against the level of its type.",
            "层级",
            required=False,
            null=True,
            choices=LEVEL_WORDS,
            synonyms=("设施层级", "服务层级"),
        ),
        Column(
            "status",
            "choice",
            "Only open facilities count.",
            "状态",
            required=False,
            choices=STATUS_WORDS,
            synonyms=("设施状态", "运营状态", "使用状态"),
        ),
        Column(
            "opened",
            "date",
            "First day on which it is open.",
            "启用日期",
            required=False,
            null=True,
            synonyms=(
                *("开放日期", "开业日期", "投用日期", "启用时间", "建成时间"),
                *("opening_date", "open_date"),
            ),
        ),
        Column(
            "closed",
            "date",
            "First day on which it is closed.",
            "关闭日期",
            required=False,
            null=True,
            synonyms=(
                *("停用日期", "撤销日期", "关闭时间", "closing_date", "close_date"),
            ),
        ),
        Column(
            "address",
            "text",
            "Address.",
            "地址",
            required=False,
            null=True,
            synonyms=("详细地址", "设施地址", "门牌地址"),
        ),
        Column(
            "floor_area_m2",
            "number",
            "Floor area.",
            "建筑面积",
            unit="m²",
            required=False,
            null=True,
            minimum=0,
            synonyms=(
                *("建筑面积_m2", "建筑面积(m²)", "建筑面积(平方米)", "面积"),
                "floor_area",
            ),
        ),
        *CAPACITY_COLUMNS,
        Column(
            "open_to",
            "choice",
            "Whom it serves; only what is open to all counts by default.",
            "开放对象",
            required=False,
            null=True,
            choices=OPEN_TO_WORDS,
            synonyms=("服务对象", "开放范围", "open_to"),
        ),
        Column(
            "building_id",
            "id",
            "Code shared by facilities under one roof.",
            "建筑编号",
            required=False,
            null=True,
            synonyms=("楼宇编号", "综合体编号", "building"),
        ),
        _NAMED_SUBDISTRICT,
        Column("geometry", "point", "Place of the facility.", "位置", null=True),
    ),
)

CANDIDATES = Contract(
    "candidates",
    ("candidate_id",),
    (
        Column(
            "candidate_id",
            "id",
            "Code of the candidate.",
            "候选点编号",
            required=False,
            synonyms=("编号", "id"),
        ),
        _NAME,
        Column(
            "route",
            "choice",
            "Supply route: reuse 盘活存量, co-use 复合利用, build 规划建设.",
            "供给方式",
            choices=ROUTE_WORDS,
        ),
        Column(
            "floor_area_m2",
            "number",
            "Floor area on offer.",
            "建筑面积",
            unit="m²",
            required=False,
            null=True,
            minimum=0,
            synonyms=("建筑面积_m2",),
        ),
        Column(
            "cost_10k",
            "number",
            "Cost in ten thousand yuan.",
            "造价_万元",
            unit="10,000 CNY",
            required=False,
            null=True,
            minimum=0,
            synonyms=("造价", "造价（万元）"),
        ),
        Column("type_ids", "list", "Types that may go there.", "可设类型"),
        Column(
            "earliest_year",
            "count",
            "First year in which it can open.",
            "最早年份",
            required=False,
            null=True,
        ),
        Column(
            "place_id",
            "id",
            "Code shared by the routes that one place could take.",
            "地点编号",
            required=False,
            null=True,
            synonyms=("地块编号", "place"),
        ),
        _NAMED_SUBDISTRICT,
        Column("geometry", "point", "Place of the candidate.", "位置", null=True),
    ),
)

ADDRESS_POINTS = Contract(
    "address_points",
    (),
    (
        Column(
            "address",
            "text",
            "Address, as inventories write it.",
            "地址",
            synonyms=("详细地址", "门牌地址"),
        ),
        Column("geometry", "point", "Place of the address.", "位置"),
    ),
)

INPUT_CONTRACTS = (
    *(SUBDISTRICTS, COMMITTEES, CELLS, BUILDINGS),
    *(FACILITIES, CANDIDATES),
)
