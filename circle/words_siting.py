"""Chinese and English texts of the problems of tables of distances."""

from collections.abc import Mapping
from types import MappingProxyType

Parts = tuple[str, str, str]

# key: (Chinese, English); each of them what was found, what was expected, what to do.
SITING_TEXTS: Mapping[str, tuple[Parts, Parts]] = MappingProxyType(
    {
        "matrix-not-read": (
            (
                "无法读取（{reason}）",
                "应为 CSV 或 Parquet 表格",
                "请检查路径和文件内容",
            ),
            (
                "cannot be read ({reason})",
                "expected a CSV or Parquet table",
                "check the path and the content of the file",
            ),
        ),
        "matrix-columns": (
            (
                "发现列：{columns}",
                "应有列：{expected}，各一次",
                "请在首行写明：{missing}",
            ),
            (
                "found the columns {columns}",
                "expected {expected}, each once",
                "name {missing} in the first row",
            ),
        ),
        "matrix-empty": (
            ("文件为空", "应为含以下列的表格：{expected}", "请重新保存该表格"),
            (
                "found an empty file",
                "expected a table with the columns {expected}",
                "save the table again",
            ),
        ),
        "decimal-ids": (
            ("编号为小数", "应为文本或整数", "请将编号保存为文本"),
            (
                "found decimal numbers",
                "expected texts or whole numbers",
                "save the ids as texts",
            ),
        ),
        "two-weights": (
            ("以下需求点的权重前后不同：{ids}", "每个需求点应只有一个权重", "请改正"),
            (
                "found different weights for the demands {ids}",
                "expected one weight for each",
                "correct the rows",
            ),
        ),
        "no-id": (
            ("没有编号", "每行应有编号", "请补充"),
            ("found no id", "expected one in every row", "correct the rows"),
        ),
        "no-id-beside-distance": (
            ("有距离而没有编号", "应有编号", "请补充"),
            ("found no id beside a distance", "expected one", "correct the rows"),
        ),
        "no-weight": (
            ("没有数值", "应为不小于 0 的权重", "请补充"),
            ("found no number", "expected a weight, 0 or more", "correct the rows"),
        ),
        "negative-weight": (
            ("权重为负数或无穷大", "应为不小于 0 的数", "请改正"),
            (
                "found a negative or infinite weight",
                "expected a number, 0 or more",
                "correct the rows",
            ),
        ),
        "negative-distance": (
            ("距离为负数", "应为不小于 0 的数", "请改正"),
            (
                "found a negative distance",
                "expected a number, 0 or more",
                "correct the rows",
            ),
        ),
    }
)
