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
                "应为日期，如 2026-01-01 或 2026年1月",
                "请改正，未知时留空",
            ),
            (
                "found {values}",
                "expected a date such as 2026-01-01",
                "correct the cell, or leave it empty where the date is not known",
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
