"""What street offices replied to their items and sites: read for the next run."""

import pandas as pd

from circle.errors import InputError, gather
from circle.reading import read_table
from circle.study import Study
from circle.tables import Column, Contract, conform

REPLY_COLUMNS = ("responsible", "deadline", "done")
# What a CSV file may not begin a text with, and an apostrophe goes before.
_GUARDED = tuple(f"'{one}" for one in "=+-@＝＋－＠")

OFFICE_REPLIES = Contract(
    "office_replies",
    ("reply_to", "row_id"),
    (
        Column(
            "reply_to",
            "choice",
            "What the reply is about.",
            "回复对象",
            choices={"item": ("缺项",), "site": ("选址",)},
        ),
        Column("row_id", "id", "Code of the missing item or of the site.", "编号"),
        Column("responsible", "text", "Who sees to it.", "责任单位", null=True),
        Column("deadline", "text", "By when.", "完成时限", null=True),
        Column("done", "text", "How far it is.", "完成情况", null=True),
        Column(
            "source",
            "text",
            "Workbook that said so last.",
            "来源",
            required=False,
            null=True,
        ),
    ),
)


def read_office_replies(study: Study) -> pd.DataFrame:
    """
    Read the table of replies that `circle merge` wrote.

    Parameters
    ----------
    study
        The study; it need not name such a table.

    Returns
    -------
    replies
        Contract ``office_replies``; empty where the study names none.

    Raises
    ------
    InputError
        With every fault of the file.

    Examples
    --------
    >>> from circle import read_study
    >>> from circle.shipped import shipped_folder
    >>> study = read_study(shipped_folder("demo_district") / "study.yaml")
    >>> len(read_office_replies(study))
    0
    """
    names = list(OFFICE_REPLIES.names)
    if study.office_replies is None:
        return pd.DataFrame(columns=names)
    path = study.input_path(study.office_replies)
    raw = read_table(path, (OFFICE_REPLIES,), columns={})
    table, problems = conform(raw, OFFICE_REPLIES, columns={})
    gather(problems, InputError)
    found = table.reindex(columns=names).reset_index(drop=True)
    for name in ("row_id", *REPLY_COLUMNS, "source"):
        found[name] = found[name].astype(object).map(_plain_text)
    return found


def put_replies(
    table: pd.DataFrame, replies: pd.DataFrame, *, reply_to: str, key: str
) -> pd.DataFrame:
    """
    Put the replies of the offices beside the rows they belong to.

    Parameters
    ----------
    table
        Missing items or sites.
    replies
        Contract ``office_replies``; it may be about rows that are no longer there.
    reply_to
        ``item`` or ``site``.
    key
        Column of `table` with the code of a row.

    Returns
    -------
    table
        A copy with `responsible`, `deadline` and `done`, empty texts where there is
        no reply.
    """
    own = replies[replies["reply_to"] == reply_to] if len(replies) else replies
    found = table.copy()
    for name in REPLY_COLUMNS:
        said = dict(zip(own["row_id"], own[name], strict=True)) if len(own) else {}
        found[name] = [said.get(str(one), "") for one in table[key]]
    return found


def _plain_text(value: object) -> str:
    """Take the apostrophe off that keeps a text from being a formula."""
    text = value.strip() if isinstance(value, str) else ""
    return text[1:] if text.startswith(_GUARDED) else text
