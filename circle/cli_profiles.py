"""Commands that list, print and compare standards."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from circle.cli_parts import LANGUAGE, complete_profile, echo_json, speak

if TYPE_CHECKING:
    from circle.profile_tables import TextTable

_SPOKEN = click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.group(invoke_without_command=True)
@_SPOKEN
@_JSON
@click.pass_context
def profiles(context: click.Context, language: str, *, as_json: bool) -> None:
    """List the standards that come with circle.

    \b
    Example:
      circle profiles --language en
      circle profiles show gb50180
      circle profiles diff pudong pudong-5-3-x
    """
    speak(language)
    if context.invoked_subcommand is not None:
        return
    from circle.profile_reading import read_profile, shipped_profiles
    from circle.profile_tables import profile_list

    every = [read_profile(one) for one in shipped_profiles()]
    if as_json:
        rows = [
            {
                "name": one.name,
                "edition": one.edition,
                "title": one.title.model_dump(),
                "types": len(one.types),
                "required_types": len(one.required_types),
            }
            for one in every
        ]
        echo_json(rows)
        return
    click.echo(_text(profile_list(every, language=language, brief=True)))


@profiles.command()
@click.argument("name", shell_complete=complete_profile)
@_SPOKEN
@_JSON
def show(name: str, *, language: str, as_json: bool) -> None:
    """Print the standard NAME, a shipped name or a path ending in .yaml.

    \b
    Example:
      circle profiles show gb50180 --language en
    """
    from circle.profile_reading import read_profile
    from circle.profile_tables import profile_tables

    speak(language)
    profile = read_profile(name, folder=Path.cwd())
    if as_json:
        content = profile.model_dump(mode="json")
        echo_json(content)
        return
    click.echo(f"{profile.title[language]} ({profile.name}, {profile.edition})")
    click.echo(profile.note[language])
    for table in profile_tables(profile, language=language):
        click.echo(f"\n{table.title}\n{_text(table)}")


@profiles.command()
@click.argument("first", shell_complete=complete_profile)
@click.argument("second", shell_complete=complete_profile)
@_SPOKEN
@_JSON
def diff(first: str, second: str, *, language: str, as_json: bool) -> None:
    """Print what SECOND says differently from FIRST.

    \b
    Example:
      circle profiles diff pudong gb50180 --language en
    """
    from circle.profile_differences import profile_changes, profile_differences
    from circle.profile_reading import read_profile
    from circle.words_standards import standard_word

    speak(language)
    before, after = (read_profile(one, folder=Path.cwd()) for one in (first, second))
    if as_json:
        rows = [vars(one) for one in profile_differences(before, after)]
        echo_json(rows)
        return
    found = profile_changes(before, after, language=language)
    if not found:
        click.echo(standard_word("same", language))
        return
    told = {"first": before.name, "second": after.name, "n": len(found)}
    click.echo(standard_word("differ", language).format(**told))
    for one in found:
        click.echo(f"{one.key}: {one.before or '–'} -> {one.after or '–'}")


def _text(table: "TextTable") -> str:
    """Lay out a table for a terminal; Chinese signs are two columns wide."""
    lines = [table.headers, *table.rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (wide - _width(cell))
            for cell, wide in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """Count the columns of a text."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
