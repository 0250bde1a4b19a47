"""Chinese and English texts of the problems of files, sheets and inventories."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
INPUT_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        # the layout of a sheet
        "column-twice": (
            ("列 {names} 重复出现", "每个列名只应出现一次", "请改名或删去其中一列"),
            (
                "column {names} stands twice",
                "expected each name once",
                "rename or delete one",
            ),
        ),
        "wide-row": (
            (
                "单元格多于表头（{width}列）",
                "每列都应有列名",
                "请检查值中的分隔符并加引号",
            ),
            (
                "found more cells than the header has ({width})",
                "expected a name for each column",
                "look for commas within values and quote these",
            ),
        ),
        "header-again": (
            ("再次出现表头", "表头应只有一行", "请删去重复的表头行"),
            (
                "found a header again",
                "expected one header row, then data only",
                "delete the row",
            ),
        ),
        "header-in-two-rows": (
            (
                "表头分为两行",
                "列名应写在同一行",
                "请取消合并单元格，并将全部列名写在一行",
            ),
            (
                "found column names above the header row",
                "expected all names in one row",
                "unmerge the header and write each name in the same row",
            ),
        ),
        "rows-above-header": (
            ("表头之上有数据", "数据应在表头之下", "请将表头移到数据之前"),
            (
                "found data above the header",
                "expected the header first",
                "move the header above all rows",
            ),
        ),
        "total-row": (
            (
                "发现合计行 {values}",
                "每行应为一条记录",
                "请删去合计行；合计由程序计算",
            ),
            (
                "found a row of totals {values}",
                "expected one record in each row",
                "delete it; totals are counted by circle",
            ),
        ),
        "note-row": (
            (
                "发现说明文字 {values}",
                "表格内应只有数据",
                "请将说明移到表头之上或另一工作表",
            ),
            (
                "found a text that is no record {values}",
                "expected data only",
                "move it above the header or to another sheet",
            ),
        ),
        "merged-header": (
            ("表头有合并单元格 {cells}", "每列应有自己的列名", "请取消合并并补全列名"),
            (
                "found merged cells in the header ({cells})",
                "expected a name of its own for each column",
                "unmerge them and write every name",
            ),
        ),
        "merged-cells": (
            (
                "有合并单元格 {cells}，仅第一格有值",
                "每行应填写完整",
                "请取消合并并在每行填写",
            ),
            (
                "found merged cells ({cells}), of which only the first holds a value",
                "expected every row to be complete",
                "unmerge them and fill in each row",
            ),
        ),
        # dates and inventories
        "not-a-date": (
            (
                "发现 {values}",
                "应为日期，如 2026-01-31、2026/1/31、2026年1月31日或 2026年1月",
                "请改正，未知时留空",
            ),
            (
                "found {values}",
                "expected a date such as 2026-01-01",
                "correct the cell, or leave it empty where the date is not known",
            ),
        ),
        "year-as-date": (
            (
                "年份 {values} 填在日期格式的单元格中，已被表格软件当作1905年的某一天",
                "应为日期",
                "请改填完整日期，如 2024-01-01",
            ),
            (
                "found the year {values} in a cell formatted as a date, which a "
                "spreadsheet program takes for a day of 1905",
                "expected a date",
                "write it in full, such as 2024-01-01",
            ),
        ),
        "closes-before-it-opens": (
            ("关闭日期不晚于启用日期", "关闭日期应晚于启用日期", "请改正两个日期"),
            (
                "found a closing date that is not after the opening date",
                "expected it to be later",
                "correct one of the dates",
            ),
        ),
        # control totals
        "people-with-decimals": (
            ("发现小数", "人数应为整数", "请改为整数"),
            (
                "found {name} with decimals",
                "expected whole people",
                "write whole numbers",
            ),
        ),
        "total-twice": (
            ("街镇 {ids} 有多行控制总数", "每个街镇应只有一行", "请合并或删去多余的行"),
            (
                "found more than one row for subdistrict {ids}",
                "expected one row for each",
                "put them together or delete one",
            ),
        ),
        "total-without-cells": (
            (
                "街镇 {home} 的控制总数为 {total} 人，但其中没有有人口的网格",
                "应有可分配人口的网格",
                "请核对坐标系；或删去该行，这些人口将不计入",
            ),
            (
                "subdistrict {home}: found a control total of {total} people, but no "
                "cell with people to put them in",
                "expected inhabited cells",
                "check the coordinate systems, or take the row out to leave these "
                "people uncounted",
            ),
        ),
        "band-without-cells": (
            (
                "街镇 {home} 的年龄段 {band} 控制总数为 {total} 人，"
                "但网格中没有该年龄段人口",
                "网格中应有该年龄段人口",
                "请核对两份文件",
            ),
            (
                "subdistrict {home}: found a control total of {total} people of "
                "{band}, but no cell with any",
                "expected some in the cells",
                "check both files",
            ),
        ),
        "band-totals-missing": (
            (
                "街镇 {ids} 没有控制总数；人口网格不含年龄段 {bands}",
                "每个街镇都应有这些年龄段的控制总数",
                "请补充这些街镇，或去掉这些年龄段",
            ),
            (
                "found no row for subdistrict {ids}; the cells do not know the age "
                "bands {bands}",
                "expected totals for every subdistrict",
                "add the rows or take the age bands out",
            ),
        ),
        # returned workbooks
        "places-not-converted": (
            (
                "“说明”表中坐标系改为 {crs}，但坐标仍是下发时 {sent} 的数值",
                "坐标应与所选坐标系一致",
                "请将坐标系改回 {sent}，或将全部坐标转换到 {crs}",
            ),
            (
                "the coordinate system was changed to {crs}, but the numbers are those "
                "handed out in {sent}",
                "expected places in the system chosen",
                "choose {sent} again, or convert all places",
            ),
        ),
        "out-is-an-input": (
            ("既是输入又是输出", "输出应为另一个文件", "请另取文件名"),
            (
                "is read and would be written over",
                "expected another file for the result",
                "choose another name",
            ),
        ),
        "no-such-input": (
            ("没有这个文件", "应为已有的文件", "请核对文件名和所在文件夹"),
            (
                "there is no such file",
                "expected one that is there",
                "check its name and folder",
            ),
        ),
        "several-types": (
            (
                "同一单元格中有几种设施类型 {values}",
                "每行应为一种类型",
                "请每种类型各写一行，并填写相同的建筑编号；或在评估任务的 facilities 中"
                "声明 `type_separator`",
            ),
            (
                "found several facility types in one cell: {values}",
                "expected one type in each row",
                "write a row for each, with the same building_id, or declare "
                "`type_separator` under facilities in the study",
            ),
        ),
        "no-rows-of-subdistrict": (
            (
                "没有街镇“{name}”的行",
                "应为 {known} 之一",
                "请改正 --subdistrict，写法与表中一致",
            ),
            (
                "found no row of the subdistrict '{name}'",
                "expected one of {known}",
                "write --subdistrict as the table does",
            ),
        ),
        "type-twice-in-cell": (
            (
                "同一单元格中设施类型 {values} 重复",
                "每个类型只应写一次",
                "请删去重复的类型",
            ),
            (
                "found the facility type {values} twice in one cell",
                "expected each type once",
                "delete one of them",
            ),
        ),
    }
)
