"""What profiles may get wrong, in Chinese: each rule by its English words."""

import re

# A part of a message in English, and the same in Chinese.
PROFILE_RULES_ZH: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (r"the type id '(.*)' stands twice", r"设施类型编号“\1”重复"),
        (r"the (.*) id '(.*)' stands twice", r"编号“\2”在 \1 中重复"),
        (r"type '(.*)': unknown domain '(.*)'", r"设施类型“\1”：没有领域“\2”"),
        (
            r"type '(.*)': satisfied_by: '(.*)' is not of a higher level",
            r"设施类型“\1”：satisfied_by 中的“\2”不是更高层级",
        ),
        (r"area_classes: no name for '(.*)'", r"area_classes：缺少“\1”的名称"),
        (
            r"coverage\.tiers: no facility type has one of these tiers",
            r"coverage.tiers：没有设施类型属于这些类别",
        ),
        (
            r"groups: 'standard' is everybody else and has the usual speeds",
            r"groups：“standard”指其他所有人，按通常速度",
        ),
        (r"source '(.*)' is not listed under sources", r"来源“\1”未列入 sources"),
        (
            r"indicator 'realisation_degree': there is no `realisation`",
            r"指标“realisation_degree”：没有 `realisation` 一节",
        ),
        (
            r"realisation: an indicator may not be the degree itself",
            r"realisation：指标不能是实现度本身",
        ),
        (r"(.*): no type '(.*)'", r"\1：没有设施类型“\2”"),
        (r"(.*): no age band '(.*)'", r"\1：没有年龄段“\2”"),
        (r"(.*): no (\S*) '(.*)'", r"\1：\2 中没有“\3”"),
        (r"`of` names '(.*)', which is what it makes up", r"`of` 中不可有“\1”本身"),
        (r"`at_least` (.*) of (.*) types", r"`at_least` 为 \1，而类型只有 \2 个"),
        (r"`least` (.*) is more than `most` (.*)", r"`least` \1 大于 `most` \2"),
        (r"needs `below` or `above`, one of them", r"应写 `below` 或 `above` 之一"),
        (
            r"needs `at_least` or `at_most`, one of them",
            r"应写 `at_least` 或 `at_most` 之一",
        ),
        (
            r"give either `minutes` or `metres`, not both",
            r"应写 `minutes` 或 `metres` 之一，不可都写",
        ),
        (
            r"needs a limit: give `minutes` or `metres`",
            r"缺少限值：请写 `minutes` 或 `metres`",
        ),
        (
            r"`measure` goes with `metres`",
            r"`measure` 只与 `metres` 同用",
        ),
        (
            r"minutes are always time on the network",
            r"分钟总是按路网时间计算",
        ),
        (
            r"metres are measured as `length` or `straight`",
            r"米应按 `length` 或 `straight` 量算",
        ),
        (
            r"needs at least one of `minutes`, `metres`, `mode` and `group`",
            r"应至少写 `minutes`、`metres`、`mode`、`group` 之一",
        ),
        (
            r"needs one mode for each pair of area class \((.*)\) and committee kind "
            r"\((.*)\), each pair once, or `mode` for all",
            r"每种地区类型（\1）与居村类别（\2）的组合应各写一个出行方式，"
            r"或用 `mode` 统一规定",
        ),
    )
)


def profile_rule_zh(text: str) -> str | None:
    """
    Say in Chinese which rules of a profile are broken.

    Parameters
    ----------
    text
        The message in English; several rules are parted by semicolons.

    Returns
    -------
    chinese
        The same in Chinese; None if a part is not known.

    Examples
    --------
    >>> profile_rule_zh("the type id 'clinic' stands twice")
    '设施类型编号“clinic”重复'
    """
    found = []
    for part in text.split("; "):
        known = (
            match.expand(chinese)
            for english, chinese in PROFILE_RULES_ZH
            if (match := english.fullmatch(part))
        )
        chinese = next(known, None)
        if chinese is None:
            return None
        found.append(chinese)
    return "；".join(found)
