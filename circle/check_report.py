"""Show what a check has found: lines grouped by file, and marked copies."""

from pathlib import Path

from circle.check import Checked
from circle.errors import OutputError
from circle.marking import MARKABLE, mark_copy
from circle.problems import Problem, problem_of

_NONE = ("未发现问题", "no problems")
_TOTAL = ("共{n}个问题", "{n} problems")


def report_lines(checked: Checked, *, language: str) -> list[str]:
    """
    Write one line per problem, grouped by file, and the total.

    Parameters
    ----------
    checked
        What the check has found.
    language
        ``zh`` or ``en``.

    Returns
    -------
    lines
        The problems of a file stand together, in the order in which the first of
        each file was found: first those of the whole file, then row by row.
    """
    at = 0 if language == "zh" else 1
    if not checked.problems:
        return [_NONE[at]]
    files = list(dict.fromkeys(one.file for one in checked.problems))
    ordered = sorted(
        checked.problems,
        key=lambda one: (files.index(one.file), one.sheet, _first_row(one)),
    )
    lines = [one.in_language(language) for one in ordered]
    total = _TOTAL[at].format(n=len(lines))
    return [*lines, "1 problem" if at and len(lines) == 1 else total]


def _first_row(problem: Problem) -> int:
    """Give the first row that a problem is about; 0 where it is about none."""
    return min((one for one in problem.rows if isinstance(one, int)), default=0)


def write_marked(checked: Checked, out: Path, *, language: str) -> list[Path]:
    """
    Write a copy of each faulty table with its faulty cells marked.

    Parameters
    ----------
    checked
        What the check has found.
    out
        The .xlsx file to write; for a study, the folder of the copies.
    language
        Language of the comments.

    Returns
    -------
    copies
        The files written; none if no spreadsheet or text table is at fault.

    Raises
    ------
    OutputError
        If a copy cannot be written, or `out` is a file for a study of many.
    """
    single = checked.language is None
    if not single and out.suffix:
        raise OutputError(problem_of(out, "file-for-folder"))
    copies = []
    for path in dict.fromkeys(checked.files):
        own = [one for one in checked.problems if Path(one.file).name == path.name]
        if not own or path.suffix.lower() not in MARKABLE:
            continue
        copy = out if single else out / f"{path.stem}.marked.xlsx"
        mark_copy(path, own, out=copy, language=language)
        copies.append(copy)
    return copies
