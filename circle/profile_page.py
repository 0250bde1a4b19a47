"""The reference page of the shipped standards, as Markdown."""

from collections.abc import Iterable

from circle.profile import Profile
from circle.profile_tables import Row, TextTable, profile_list, profile_tables

_INTRO = """# Standards

A standard is data: one file in `config/profiles/`, named after `profile:` in a study.
`circle profiles` lists them, `circle profiles show NAME` prints one, `circle profiles
diff A B` says what tells two apart. A profile of your own may begin with `extends:` and
the name or path of another one: sections merge, entries with an `id` are changed, added
or (with `remove: true`) taken out, a null takes a key out.

Every fact names its source and how sure it is: **A** official text seen, **B**
second-hand, **C** inferred or chosen here, **R** recalled and not seen. Everything but
A is to be verified before it goes into a plan. **No list of facility types here is
official**, and no source was found for mode, origin or radius of most circles: what the
notes call chosen is a choice of this project.

An inventory may hold types that a profile does not have. A name that another shipped
profile knows is passed over, and the warning `other-types` counts such rows; a name
that none knows is refused as mistyped. `facilities.other_types` in a study changes
that: `skip` passes over every unknown name, `refuse` none.

This page is made from the files by `python docs/generate.py`.
"""


def profiles_page(profiles: Iterable[Profile]) -> str:
    """
    Write the page of standards.

    Parameters
    ----------
    profiles
        The standards.

    Returns
    -------
    text
        Markdown: a table of all, then each with its note, rule, types, norms and
        sources.

    Examples
    --------
    >>> from circle import read_profile
    >>> profiles_page([read_profile("pudong")]).splitlines()[0]
    '# Standards'
    """
    every = list(profiles)
    parts = [
        _INTRO,
        "## All of them",
        "",
        _markdown(profile_list(every, language="en")),
    ]
    for one in every:
        parts += ["", f"## {one.name}", "", f"**{one.title.zh}** – {one.title.en}", ""]
        parts += [one.note.zh, "", one.note.en]
        for table in profile_tables(one, language="en"):
            parts += ["", f"### {table.title} of {one.name}", "", _markdown(table)]
    return "\n".join(parts).rstrip() + "\n"


def _markdown(table: TextTable) -> str:
    """Write one table."""
    rule = ("---",) * len(table.headers)
    return "\n".join(_line(one) for one in (table.headers, rule, *table.rows))


def _line(row: Row) -> str:
    """Write one row."""
    cells = (one.replace("|", "\\|").strip() for one in row)
    return f"| {' | '.join(cells)} |"
