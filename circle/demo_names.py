"""Made-up Chinese names for the demo district; none is a real place."""

import numpy as np

FIRST = (
    "望听云澜汀鹭棹帆星霁岚沐澄漪映溯霞皓瑶琼璟曦晗雁鸥鲸珊瑚汐潋涵湛泓沁浣霖虹霓舷舸"
)
SECOND = "潮涛屿汀波影歌晴岸帆滩渚澜岚月曦霜雁鸥鹭舟笛荷菱蓼荻苇枫桐榆楠榕棠梧樱蔷薇萝"
FIELD = "苇稻橘桑藕渔菱芦荻棉蒲茭荞麦粟薯瓜椒菘芥葵麻苎蓝莲蓬艾蒿柿枇"
WATER = "泾浜港塘圩湾渡埭宅堰荡滧沥洼溇墩岗坞埠堤"
ESTATES = ("苑", "新村", "花园", "家园", "里", "公寓", "名邸", "雅庭")
VILLAGE_PARTS = ("", "东", "西", "南", "北", "上", "下", "前", "后")
SECTIONS = {True: ("西", "中", "东"), False: ("南", "中", "北")}
DISTRICT = "临澜区"


def make_pairs(first: str, second: str, rng: np.random.Generator) -> list[str]:
    """
    Pair characters in a random order, each pair once.

    Parameters
    ----------
    first, second
        The characters to choose from.
    rng
        The source of chance.

    Returns
    -------
    pairs
        Words of two different characters.

    Examples
    --------
    >>> sorted(make_pairs("云", "帆舟", np.random.default_rng(1)))
    ['云帆', '云舟']
    """
    words = [a + b for a in dict.fromkeys(first) for b in dict.fromkeys(second)]
    words = [word for word in words if word[0] != word[1]]
    return [words[k] for k in rng.permutation(len(words))]


def name_subdistricts(area_class: list[int], rng: np.random.Generator) -> list[str]:
    """
    Name subdistricts: street offices (街道) where urban, towns (镇) elsewhere.

    Parameters
    ----------
    area_class
        The area class of each; 0 is urban.
    rng
        The source of chance.

    Returns
    -------
    names
        One unique name each.
    """
    pairs = make_pairs(FIRST, SECOND, rng)
    endings = ["街道" if one == 0 else "镇" for one in area_class]
    return [pair + ending for pair, ending in zip(pairs, endings, strict=False)]


def name_estates(n: int, rng: np.random.Generator) -> list[str]:
    """
    Name estates of the city.

    Parameters
    ----------
    n
        How many.
    rng
        The source of chance.

    Returns
    -------
    names
        As many unique names.
    """
    pairs = make_pairs(FIRST, SECOND, rng)
    size = len(pairs)
    first = rng.integers(0, len(ESTATES), size)
    return [
        pairs[k % size] + ESTATES[(first[k % size] + k // size) % len(ESTATES)]
        for k in range(n)
    ]


def name_villages(n: int, rng: np.random.Generator) -> list[str]:
    """
    Name villages.

    Parameters
    ----------
    n
        How many.
    rng
        The source of chance.

    Returns
    -------
    names
        As many unique names that end in 村.
    """
    pairs = make_pairs(FIELD, WATER, rng)
    size = len(pairs)
    return [VILLAGE_PARTS[k // size] + pairs[k % size] + "村" for k in range(n)]


def name_street(pairs: list[str], line: int, along: int, *, eastward: bool) -> str:
    """
    Name a piece of a lattice line; long lines have several names.

    Parameters
    ----------
    pairs
        Words in random order.
    line
        The number of the line.
    along
        Units from the start of the line.
    eastward
        Whether the line runs from west to east.

    Returns
    -------
    name
        Such as 听潮中路.

    Examples
    --------
    >>> name_street(["听潮", "云帆"], 0, 0, eastward=True)
    '云帆西路'
    """
    section = along // 14
    word = pairs[(2 * line + eastward + 617 * (section // 3)) % len(pairs)]
    return f"{word}{SECTIONS[eastward][section % 3]}路"
