"""Chinese and English words of the report on a merge."""

from collections.abc import Mapping
from types import MappingProxyType

MERGE_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "added": ("新增", "added"),
        "changed": ("变更", "changed"),
        "closed": ("关闭", "closed"),
        "unchanged": ("未变", "unchanged"),
        "not returned": ("未报送", "not returned"),
        "conflict": ("冲突", "conflict"),
        "duplicate": ("疑似重复", "possible duplicate"),
        "what": ("类型", "what"),
        "row_id": ("编号", "id"),
        "name": ("名称", "name"),
        "column": ("列", "column"),
        "old": ("原值", "old"),
        "new": ("新值", "new"),
        "source": ("来源", "source"),
        "note": ("说明", "note"),
        "sheet": ("汇总记录", "merge"),
        "place": ("点位", "place"),
        "other-type": (
            "设施类型与原有数据不同，未采用；请核对编号",
            "the type differs from the inventory; kept as it was; check the code",
        ),
        "two-returns": (
            "多份填报表内容不一致，未采用：{others}",
            "the returns do not agree; kept as it was: {others}",
        ),
        "looks-like": (
            "编号不在原有数据中，但与 {others} "
            "类型、名称相同且位置相近，未新增，请核对",
            "the code is not in the inventory, but type and name are those of {others} "
            "near by; not added; check the code",
        ),
        "near-alike": (
            "与 {others} 类型相同，相距{distance}米，名称相似度{ratio}；未合并，请核对",
            "same type as {others}, {distance} m away, names {ratio} alike; not merged",
        ),
    }
)


def merge_word(key: str, language: str, **values: str) -> str:
    """
    Give a text of the report.

    Parameters
    ----------
    key
        Its key.
    language
        ``zh`` or ``en``.
    **values
        What fills its braces.

    Returns
    -------
    text
        The text.

    Examples
    --------
    >>> merge_word("added", "zh")
    '新增'
    """
    return MERGE_WORDS[key][0 if language == "zh" else 1].format(**values)
