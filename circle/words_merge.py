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
        "left out": ("未汇入", "left out"),
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
        "both-changed": (
            "下发后原有数据也有改动（下发时为 {sent}），未采用，请核对",
            "the inventory has changed as well since this was handed out as {sent}; "
            "kept as it was; check both",
        ),
        "taken-out": (
            "该行下发后已从原有数据中删除，未恢复，请核对",
            "the row has been taken out of the inventory since it was handed out; not "
            "added again; check",
        ),
        "row-deleted": (
            "{file} 中下发过该行，报送时已删除；停用请改状态为“关闭”",
            "handed out in {file} and deleted there; write the status closed instead",
        ),
        "same-content": (
            "无编号，类型、名称、地址与 {others} 相同但相距100米以上，未新增；"
            "如为另一处设施，请区分名称或地址",
            "no code, and type, name and address are those of {others} more than 100 m "
            "away; not added; tell them apart by name or address",
        ),
        "unknown-row": (
            "下发的缺口表中没有该编号，未采用",
            "the workbook that was handed out has no such code; left out",
        ),
        "extra-column": (
            "模板中没有的列，未汇入，请核对",
            "a column that the template does not have; not merged; check",
        ),
        "no-header": ("（无列名）", "(no header)"),
        "emptied": (
            "该格在报送时被清空，保留原值；如确应清空，请直接修改原有数据",
            "the cell was emptied; the inventory keeps its value; clear it there if "
            "that is meant",
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
