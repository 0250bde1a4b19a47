"""Hold the level that an inventory gives a facility against that of its type."""

import pandas as pd

from circle.errors import CircleWarning, list_ids
from circle.input_contracts import LEVEL_WORDS
from circle.problems import shown_value
from circle.profile import Profile
from circle.raw_table import RawTable, where_zh
from circle.type_cells import fold_type_name, type_names


def level_warnings(
    raw: RawTable, table: pd.DataFrame, *, profile: Profile
) -> tuple[CircleWarning, ...]:
    """
    Name the rows whose level is not the one that the profile gives the type.

    Parameters
    ----------
    raw
        The file, for messages.
    table
        The inventory on the rows of the file, with ``type_id`` (names or ids) and
        ``level``, or without them.
    profile
        The profile.

    Returns
    -------
    warnings
        One warning ``level-differs``, or none. The level of the type is what counts.
    """
    if not {"type_id", "level"} <= set(table.columns):
        return ()
    names = type_names(profile)
    known = {one.id: str(one.level) for one in profile.types}
    types = [names.get(fold_type_name(str(one)), "") for one in table["type_id"]]
    cases = [
        (row, type_id, str(level))
        for row, type_id, level in zip(table.index, types, table["level"], strict=True)
        if isinstance(level, str) and known.get(type_id, level) != level
    ]
    if not cases:
        return ()
    told = list_ids(
        f"{raw.row_word} {row} ({type_id}: {level}, not {known[type_id]})"
        for row, type_id, level in cases
    )
    label = {one.id: one.label.zh for one in profile.types}
    told_zh = shown_value(
        tuple(
            f"第{row}行（{label[type_id]}：填{LEVEL_WORDS[level][0]}，"
            f"标准为{LEVEL_WORDS[known[type_id]][0]}）"
            for row, type_id, level in cases
        ),
        "zh",
    )
    text = (
        f"{raw.where}: {len(cases)} facilities have another level than the profile "
        f"gives their type: {told}; the level of the type counts; correct type or "
        "level."
    )
    zh = (
        f"{where_zh(raw.where)}：{len(cases)}处设施所填层级与标准中该类型的层级不一致，"
        f"按标准的层级计算；请核对类型或层级：{told_zh}。"
    )
    return (CircleWarning("level-differs", text, zh),)
