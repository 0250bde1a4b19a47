"""Chinese and English names of the stages of a run, and of the step after it."""

from collections.abc import Mapping
from types import MappingProxyType

# Each stage in Chinese, then in English.
PROGRESS_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "read": ("读取数据", "read inputs"),
        "network": ("构建路网并接入", "build networks and snap"),
        "reach": ("计算可达性", "measure reach"),
        "coverage": ("统计达标率", "count coverage"),
        "gaps": ("查找缺口", "find gaps"),
        "measures": ("计算容量、可选择性与公平性", "measure capacity and fairness"),
        "siting": ("选址", "choose sites"),
        "write": ("写出结果", "write maps and tables"),
        "place": ("查找地点", "find the place"),
        "subdistricts": ("下载街镇边界", "fetch subdistricts"),
        "facilities": ("下载设施", "fetch facilities"),
        "streets": ("下载道路", "fetch streets"),
        "draw": ("生成示范区", "draw the district"),
        "files": ("写出文件", "write its files"),
        "runs": ("运行", "runs"),
        "left_s": ("，约剩{n}秒", ", about {n} s left"),
        "left_min": ("，约剩{n}分钟", ", about {n} min left"),
        "took": ("{seconds:.1f} 秒", "{seconds:.1f} s"),
    }
)

# How a sweep ends: Chinese, English.
SWEPT = (
    "共{runs}次运行：已有{known}次，本次完成{made}次，失败{failed}次",
    "{runs} runs: {known} known, {made} made, {failed} failed",
)

# What to do after a command: Chinese, English.
NEXT_STEPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "open": ("下一步：打开 {file}", "next: open {file}"),
        "run": ("下一步：circle run {study}", "next: circle run {study}"),
        "init": (
            "下一步：把数据文件放进 {data}，然后 circle check {study}",
            "next: put the inputs into {data}, then circle check {study}",
        ),
    }
)


def progress_word(key: str, language: str) -> str:
    """
    Give a text of the progress.

    Parameters
    ----------
    key
        Key of `PROGRESS_WORDS`; any other text is given back.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The text in that language.

    Examples
    --------
    >>> progress_word("siting", "zh"), progress_word("speed x0.9", "zh")
    ('选址', 'speed x0.9')
    """
    if key not in PROGRESS_WORDS:
        return key
    return PROGRESS_WORDS[key][language != "zh"]
