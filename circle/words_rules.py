"""Chinese and English texts of what a value of a study or profile should be."""

from collections.abc import Mapping
from types import MappingProxyType

# What pydantic calls a fault: what was expected, (Chinese, English). Braces are filled
# with what pydantic says beside it.
RULES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "literal_error": ("应为 {expected}", "expected {expected}"),
        # numbers
        "greater_than": ("应大于 {gt}", "expected more than {gt}"),
        "greater_than_equal": ("应不小于 {ge}", "expected {ge} or more"),
        "less_than": ("应小于 {lt}", "expected less than {lt}"),
        "less_than_equal": ("应不大于 {le}", "expected {le} or less"),
        "finite_number": ("应为有限的数", "expected a finite number"),
        "float_type": ("应为数字", "expected a number"),
        "float_parsing": ("应为数字", "expected a number"),
        "int_type": ("应为整数", "expected a whole number"),
        "int_parsing": ("应为整数", "expected a whole number"),
        "int_parsing_size": (
            "应为位数较少的整数",
            "expected a whole number of fewer digits",
        ),
        "int_from_float": ("应为整数", "expected a whole number"),
        "bool_type": ("应为 true 或 false", "expected true or false"),
        "bool_parsing": ("应为 true 或 false", "expected true or false"),
        # texts
        "string_type": ("应为文本", "expected text"),
        "string_unicode": (
            "应为可写入文件的文本",
            "expected text of signs that can be written",
        ),
        "string_too_short": (
            "应至少有 {min_length} 个字符",
            "expected {min_length} or more characters",
        ),
        "string_too_long": (
            "应至多有 {max_length} 个字符",
            "expected {max_length} or fewer characters",
        ),
        "string_pattern_mismatch": (
            "应符合格式 `{pattern}`",
            "expected text of the form `{pattern}`",
        ),
        "date_type": ("应为日期，如 2026-01-01", "expected a date such as 2026-01-01"),
        "date_parsing": (
            "应为日期，如 2026-01-01",
            "expected a date such as 2026-01-01",
        ),
        "date_from_datetime_parsing": (
            "应为日期，如 2026-01-01",
            "expected a date such as 2026-01-01",
        ),
        "date_from_datetime_inexact": (
            "应为不带时刻的日期，如 2026-01-01",
            "expected a date without a time of day, such as 2026-01-01",
        ),
        # lists and sections
        "tuple_type": (
            "应为列表，写作 [甲, 乙] 或每行以“- ”开头",
            "expected a list, written as [a, b] or in lines that begin with '- '",
        ),
        "list_type": (
            "应为列表，写作 [甲, 乙] 或每行以“- ”开头",
            "expected a list, written as [a, b] or in lines that begin with '- '",
        ),
        "too_short": (
            "应至少有 {min_length} 项",
            "expected {min_length} or more entries",
        ),
        "too_long": (
            "应至多有 {max_length} 项",
            "expected {max_length} or fewer entries",
        ),
        "dict_type": (
            "应为一节，每行写“键: 值”",
            "expected a section of lines 'key: value'",
        ),
        "model_type": (
            "应为一节，每行写“键: 值”",
            "expected a section of lines 'key: value'",
        ),
        "model_attributes_type": (
            "应为一节，每行写“键: 值”",
            "expected a section of lines 'key: value'",
        ),
        "invalid_key": (
            "键应为文本，数字请加引号",
            "expected a key that is text: put a number in quotes",
        ),
        "recursion_loop": (
            "应为不含自身的内容（请删去指向自身的“*”）",
            "expected a value that does not hold itself: delete the `*` to it",
        ),
        "union_tag_invalid": (
            "`{discriminator}` 应为 {expected_tags} 之一，而不是“{tag}”",
            "expected `{discriminator}` to be one of {expected_tags}, not '{tag}'",
        ),
        "union_tag_not_found": (
            "应写明 `{discriminator}:`",
            "expected a section with `{discriminator}:`",
        ),
    }
)
RULE_ZH, RULE_EN = "应为此项允许的值", "expected a value that may stand here"

# What pydantic calls the kinds of which a value may be one: what each is.
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bool": ("true 或 false", "true or false"),
        "float": ("数字", "a number"),
        "int": ("整数", "a whole number"),
        "str": ("文本", "text"),
    }
)
