"""Chinese and English texts of the workbook that street offices fill in."""

from collections.abc import Mapping
from types import MappingProxyType

Example = Mapping[str, tuple[str, str] | float]

TITLE = {"zh": "十五分钟服务圈数据填报表", "en": "Service circle data items"}
LIST_SHEET = ("词表", "Lists")

TEMPLATE_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "title": ("十五分钟服务圈数据填报表", "Data items of the service circle"),
        "required": ("必填。", "Needed in every row."),
        "optional": ("选填，未知时留空。", "May be left empty."),
        "choose_title": ("请从列表中选择", "Choose from the list"),
        "choose": ("该列只接受下拉列表中的选项。", "Only words of the list are known."),
        "date_title": ("请填写日期", "Fill in a date"),
        "date": (
            "请填写完整日期，如 2024-05-01 或 2024年5月1日；只知年月的填当月1日。",
            "Write a full date such as 2024-05-01; the first day of a month or year "
            "where only that is known.",
        ),
        "note_x": (
            "经度，十进制度，至少六位小数，如 121.512345；坐标系见“说明”表。"
            "暂无坐标的设施可留空，将列为“未落位”。",
            "Longitude in degrees with six decimals, such as 121.512345, in the "
            "coordinate system named on the first sheet. A facility without a place is "
            "listed as not placed.",
        ),
        "note_y": (
            "纬度，十进制度，至少六位小数，如 31.212345；坐标系与经度相同。"
            "经度、纬度应都填写，或都留空。",
            "Latitude in degrees with six decimals, such as 31.212345. Fill in both "
            "longitude and latitude, or neither.",
        ),
        "note_floor_area_m2": (
            "选填。建筑面积，单位平方米，只填数字。",
            "May be left empty. Floor area in square metres; the number only.",
        ),
        "note_land_area_m2": (
            "选填。用地面积，单位平方米，只填数字。",
            "May be left empty. Area of the site in square metres; the number only.",
        ),
        "note_committees_committee_id": (
            "必填。统计用区划代码，按文本填写，不得省略前导零。",
            "Needed. Statistical code; text, with every digit.",
        ),
        "note_committees_kind": (
            "必填。居委或村委，从列表中选择。",
            "Needed. Residents' (resident) or villagers' (village) committee.",
        ),
        "note_facilities_facility_id": (
            "已有设施填原编号，不得改动；新增设施留空，汇总时统一编号。",
            "The code of the inventory; leave it empty for a new facility, which gets "
            "its code when the returns are merged.",
        ),
        "note_facilities_type_id": (
            "必填。从列表中选择；同一建筑内有多种设施的，每种各填一行。",
            "Needed. Choose from the list; one row for each type under one roof.",
        ),
        "note_facilities_level": (
            "选填。居村、社区或市区，从列表中选择；应与设施类型的层级一致，不一致时会提示核对。",
            "May be left empty. committee, community or district; the check says where "
            "it is not the level of the type.",
        ),
        "note_facilities_opened": (
            "选填。启用日期，如 2024-05-01；只知年月的填当月1日。",
            "May be left empty. First day on which it is open, such as 2024-05-01.",
        ),
        "note_facilities_closed": (
            "选填。停止服务的第一天，如 2026-01-01；应晚于启用日期。",
            "May be left empty. First day on which it is closed, later than the "
            "opening date.",
        ),
        "note_facilities_status": (
            "开放、规划、在建或关闭。设施停用请改为“关闭”，不要删除该行。",
            "open, planned, building or closed. Write closed; do not delete the row.",
        ),
        "note_facilities_building_id": (
            "选填。同一建筑内的多个设施填相同编号。",
            "May be left empty. Facilities under one roof share it.",
        ),
        "instructions": (
            "请先填写上方的填报单位、填报日期，并选择坐标系。\n"
            "“居村”表填写居（村）委会，“设施”表填写公共服务设施，每行一个。\n"
            "深色表头为必填列，浅色表头为选填列；填写要求见表头批注。\n"
            "带下拉列表的列请从列表中选择，不要自行录入其他名称。\n"
            "示例行（编号以“示例”开头）仅供参考，汇总时不计入，可以保留或删除。\n"
            "请勿改动表头、工作表名称，不要合并单元格，不要插入合计行或备注行。\n"
            "没有变化的设施可以不填；未填的设施按原有数据保留，不会删除。\n"
            "报送前可运行 circle check 检查，问题单元格会在副本中标出。",
            "Fill in reporting unit and date above, and choose the coordinate system.\n"
            "Fill in committees and facilities on their sheets, one per row.\n"
            "Dark headers are needed, light ones may stay empty; see their notes.\n"
            "Choose from the list where there is one.\n"
            "Example rows (code beginning with EXAMPLE) do not count.\n"
            "Do not change headers or sheet names, merge cells, or add total rows.\n"
            "What has not changed may be left out: nothing is deleted from the "
            "inventory.\n"
            "Before sending it back, run circle check: it marks the faulty cells.",
        ),
        "instructions_prefilled": (
            "本表已预填下发时的现有数据：请逐行核对，直接修改有变化的单元格，其余不必改动。\n"
            "新增的填在末尾，编号留空；停用的把状态改为“关闭”，不要删除行。\n"
            "请在本工作簿内填写并报送，不要复制到新工作簿：其中保存了下发时的底稿。",
            "The present rows are filled in: correct the cells that have changed, and "
            "leave all others.\n"
            "Write new ones below, without a code; what has closed gets the status "
            "closed.\n"
            "Return this workbook itself: it keeps the rows as they were handed out.",
        ),
    }
)

# Names are made up, and so are places.
EXAMPLES: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "committees": (
            {
                "name": ("晴川苑居委会", "Qingchuan Garden"),
                "kind": ("居委", "resident"),
                "subdistrict_id": ("L01", "L01"),
                "households": 1280.0,
                "x": 121.512345,
                "y": 31.223456,
            },
            {
                "name": ("芦汀村委会", "Luting Village"),
                "kind": ("村委", "village"),
                "subdistrict_id": ("L02", "L02"),
                "households": 860.0,
                "x": 121.534567,
                "y": 31.201234,
            },
        ),
        "facilities": (
            {
                "name": ("晴川幼儿园", "Qingchuan Kindergarten"),
                "type_id": ("幼儿园", "Kindergarten"),
                "status": ("开放", "open"),
                "address": ("晴川路18号", "18 Qingchuan Road"),
                "floor_area_m2": 3200.0,
                "subdistrict": ("晴川街道", "Qingchuan"),
                "x": 121.513456,
                "y": 31.224567,
            },
            {
                "name": ("芦汀卫生室", "Luting Health Station"),
                "type_id": ("社区卫生服务站", "Health station"),
                "status": ("在建", "building"),
                "address": ("芦汀村100号", "100 Luting"),
                "floor_area_m2": 120.0,
                "subdistrict": ("芦汀镇", "Luting"),
                "x": 121.535678,
                "y": 31.202345,
            },
        ),
    }
)
