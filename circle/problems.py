"""One problem of an input: where it is and what to do, in Chinese or English."""

import errno
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from circle.errors import SHOWN_IDS, Words, in_language, list_ids
from circle.words_problems import PROBLEM_TEXTS, Parts

Value = str | tuple[str, ...]

_SHEET = re.compile(r"(?P<file>.+?): sheet '(?P<sheet>[^']*)'")
_FILE = re.compile(r"(?P<file>[^:\n]+\.\w+)(?=: )")
_ROWS = re.compile(r": (?P<word>row|feature) (?P<rows>\d+(?:, \d+)*)")
_COLUMN = re.compile(r": column '(?P<column>[^']+)'")
_ROWS_ZH = {"row": "第{}行", "feature": "第{}个要素", "cell": "栅格 {}"}
_REASONS_ZH = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已存在",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件过大",
    errno.EROFS: "磁盘为只读",
    errno.EIO: "读写时出错",
    errno.ENAMETOOLONG: "文件名过长",
}


class Source(Protocol):
    """What a raw table says of where it comes from."""

    @property
    def where(self) -> str:
        """File and sheet or layer, for messages."""

    @property
    def row_word(self) -> str:
        """What a row is called: ``row`` or ``feature``."""


@dataclass(frozen=True, eq=False, repr=False)
class Problem(Words):
    """
    One problem of an input; taken as a text, it is its message in English.

    So problems stand in one list with messages that have no texts of their own yet.
    """

    key: str
    """Key of its texts in `PROBLEM_TEXTS`; empty where `text` holds the message."""
    file: str
    """The file, as messages name it."""
    item: str = ""
    """The key of a study or profile it is about, such as ``facilities.crs``."""
    sheet: str = ""
    """The sheet of a workbook; empty for other files."""
    rows: tuple[object, ...] = ()
    """Numbers of the rows, as a spreadsheet program shows them."""
    row_word: str = "row"
    """What a row is called: ``row`` or ``feature``."""
    column: str = ""
    """The column, as the file names it; empty if it is not about one."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """What fills the braces of its texts."""
    text: str = ""
    """The whole message, where there is no key."""

    def __new__(cls, key: str, file: str, **rest: Any) -> Self:
        """Make the text that the problem is."""
        text = rest.get("text", "")
        return str.__new__(cls, text or _line_en(key, file, rest))

    @property
    def found(self) -> str:
        """What was found, in English."""
        return self.parts("en")[0]

    @property
    def expected(self) -> str:
        """What was expected, in English."""
        return self.parts("en")[1]

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return self.parts("en")[2]

    def parts(self, language: str) -> Parts:
        """Give what was found and expected, and what to do, in a language."""
        if self.key:
            return _parts(self.key, self.values, language)
        found, *rest = _without_place(self.text, self).rstrip(".").split("; ")
        return (found, "; ".join(rest[:-1] or rest), rest[-1] if rest[1:] else "")

    def in_language(self, language: str) -> str:
        """Write the problem in one line, in Chinese (``zh``) or English (``en``)."""
        if language != "zh":
            return str(self)
        if isinstance(self.text, Words):
            return self.text.in_language(language)
        places = [in_language(self.file, language), self.item]
        if self.sheet:
            places.append(f"工作表“{self.sheet}”")
        if self.rows:
            places.append(_rows_zh(self.rows, self.row_word))
        if self.column:
            places.append(f"列“{self.column}”")
        return ": ".join([*(one for one in places if one), self.said("zh")])

    def said(self, language: str) -> str:
        """Say what is wrong without saying where."""
        mark, end = ("；", "") if language == "zh" and self.key else ("; ", ".")
        return mark.join(one for one in self.parts(language) if one) + end


def problem_in(
    source: Source,
    key: str,
    *,
    rows: Iterable[object] = (),
    column: str = "",
    **values: Value,
) -> Problem:
    """
    Describe a problem of a table.

    Parameters
    ----------
    source
        The raw table, which knows its file and sheet.
    key
        Key of the texts.
    rows
        Numbers of the rows concerned.
    column
        The column concerned, as the file names it.
    **values
        What fills the braces of the texts; a tuple is shown as its first five
        members and their number.

    Returns
    -------
    problem
        The problem.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = SimpleNamespace(where="homes.csv", row_word="row")
    >>> one = problem_in(table, "not-a-number", rows=[14], column="户数", values="abc")
    >>> print(one)
    homes.csv: column '户数': row 14: found abc; expected a number; correct the cell.
    >>> print(one.in_language("zh"))
    homes.csv: 第14行: 列“户数”: 发现 abc；应为数字；请改为数字，未知时留空
    """
    inside = _SHEET.fullmatch(source.where)
    return Problem(
        key,
        inside["file"] if inside else source.where,
        sheet=inside["sheet"] if inside else "",
        rows=tuple(rows),
        row_word=source.row_word,
        column=column,
        values=values,
    )


def problem_of(
    where: str | Path, key: str, /, *, rows: Iterable[object] = (), **values: Value
) -> Problem:
    """
    Describe a problem of a whole file, or of one key of a study or profile.

    Parameters
    ----------
    where
        The file; behind a colon the key it is about.
    key
        Key of the texts.
    rows
        Ids of the cells concerned, where it is about some.
    **values
        What fills the braces of the texts.

    Returns
    -------
    problem
        The problem.

    Examples
    --------
    >>> one = problem_of("study.yaml: facilities", "missing-key")
    >>> print(one)
    study.yaml: facilities: is missing; add it.
    >>> print(one.in_language("zh"))
    study.yaml: facilities: 缺少此项；请补充
    """
    file, item = where, ""
    if type(where) is str and ": " in where:
        file, _, item = where.rpartition(": ")
    return Problem(
        key,
        file if isinstance(file, str) else str(file),
        item=item,
        rows=tuple(rows),
        row_word="cell" if rows else "row",
        values=values,
    )


def os_reason(error: Exception) -> Words:
    """
    Say why a file could not be read or written.

    Parameters
    ----------
    error
        What the system, or a library that writes files, said.

    Returns
    -------
    reason
        In English the words of the system.

    Examples
    --------
    >>> os_reason(FileNotFoundError(2, "No such file or directory")).in_language("zh")
    '文件或文件夹不存在'
    """
    # SQLite, GDAL and libosmium give no number of their own.
    said = str(error)
    if "disk is full" in said or "Write failed: No space" in said:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os_reason(full)
    if not isinstance(error, OSError) or not error.strerror:
        return Words(str(error) or type(error).__name__, zh="写入中断")
    return Words(error.strerror, zh=_REASONS_ZH.get(error.errno or 0, "系统拒绝访问"))


def as_problems(messages: Iterable[str]) -> tuple[Problem, ...]:
    """
    Make problems of messages, such as those that an error holds.

    Parameters
    ----------
    messages
        Problems, or messages that are only texts; what these say of file, sheet,
        rows and column is taken from them.

    Returns
    -------
    problems
        One per message.

    Examples
    --------
    >>> (one,) = as_problems(["homes.csv: row 2, 3: found more cells."])
    >>> one.file, one.rows
    ('homes.csv', (2, 3))
    """
    return tuple(
        one if isinstance(one, Problem) else _from_text(one) for one in messages
    )


def _from_text(text: str) -> Problem:
    """Describe a message that is only a text."""
    inside, file = _SHEET.match(text), _FILE.match(text)
    rows, column = _ROWS.search(text), _COLUMN.search(text)
    named = inside or file
    return Problem(
        "",
        named["file"] if named else "",
        sheet=inside["sheet"] if inside else "",
        rows=tuple(int(one) for one in rows["rows"].split(", ")) if rows else (),
        row_word=rows["word"] if rows else "row",
        column=column["column"] if column else "",
        text=text,
    )


def _without_place(text: str, problem: Problem) -> str:
    """Take what a message says of its place off its beginning."""
    rows = rf"{problem.row_word} [\d, ]+(?:… \(\d+ in all\))?"
    for place in (
        re.escape(problem.file),
        re.escape(f"sheet '{problem.sheet}'"),
        re.escape(f"column '{problem.column}'"),
        rows,
    ):
        text = re.sub(rf"^{place}: ", "", text)
    return text


def _line_en(key: str, file: str, rest: Mapping[str, Any]) -> str:
    """Write a problem in one English line."""
    places = [one for one in (file, rest.get("item", "")) if one]
    if rest.get("sheet"):
        places.append(f"sheet '{rest['sheet']}'")
    if rest.get("column"):
        places.append(f"column '{rest['column']}'")
    if rest.get("rows"):
        places.append(f"{rest.get('row_word', 'row')} {list_ids(rest['rows'])}")
    said = "; ".join(one for one in _parts(key, rest.get("values", {}), "en") if one)
    return ": ".join([*places, said if said.endswith("?") else f"{said}."])


def _parts(key: str, values: Mapping[str, Value], language: str) -> Parts:
    """Fill the texts of a key."""
    texts = PROBLEM_TEXTS[key][0 if language == "zh" else 1]
    filled = {name: shown_value(value, language) for name, value in values.items()}
    found, expected, remedy = (one.format(**filled) for one in texts)
    return found, expected, remedy


def shown_value(value: Value, language: str) -> str:
    """
    Write a value in one line, or the first five of several and their number.

    Parameters
    ----------
    value
        A text, or several.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        The value as messages show it.

    Examples
    --------
    >>> shown_value(("a", "b"), "zh"), shown_value(("a", "b"), "en")
    ('a、b', 'a, b')
    """
    if isinstance(value, str):
        return in_language(value, language).replace("\n", " ")
    said = [in_language(one, language) for one in value]
    if language != "zh":
        return list_ids(said)
    shown = "、".join(said[:SHOWN_IDS])
    return f"{shown} 等{len(said)}个" if len(said) > SHOWN_IDS else shown


def _rows_zh(rows: tuple[object, ...], row_word: str) -> str:
    """Name rows in Chinese."""
    shown = "、".join(str(one) for one in rows[:SHOWN_IDS])
    named = _ROWS_ZH.get(row_word, f"{row_word} {{}}").format(shown)
    return f"{named}等共{len(rows)}处" if len(rows) > SHOWN_IDS else named
