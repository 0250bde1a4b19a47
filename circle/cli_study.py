"""Commands to begin with: init and completion."""

from pathlib import Path

import click

from circle.cli_parts import (
    FOLDER,
    JSON,
    LANGUAGE,
    complete_profile,
    echo_json,
    echo_next,
    shown,
    speak,
)

SHELLS = ("bash", "fish", "zsh")


@click.command()
@click.argument("name", type=FOLDER)
@click.option(
    "--profile",
    shell_complete=complete_profile,
    default="pudong",
    show_default=True,
    help="Profile of the study.",
)
@click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
@JSON
def init(name: Path, profile: str, language: str, *, as_json: bool) -> None:
    """Make a study folder NAME with commented files.

    \b
    Example:
      circle init our-district

    Writes study.yaml with every key explained, the workbook that street offices fill
    in, and a read-me. The inputs go into data/; circle check names what is missing.
    """
    from circle.profile_reading import read_profile
    from circle.study_folder import make_study_folder

    speak(language)
    standard = read_profile(profile, folder=name)
    made = make_study_folder(
        name, profile=standard, profile_name=profile, language=language
    )
    if as_json:
        echo_json({key: str(path) for key, path in vars(made).items()})
        return
    for path in (made.study, made.workbook, made.readme):
        click.echo(shown(path))
    echo_next("init", data=shown(made.data), study=shown(made.study))


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that completes commands and options in SHELL.

    \b
    Example:
      circle completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    source = "" if kind is None else kind.source_template
    names = {
        "complete_func": "_circle_completion",
        "complete_var": "_CIRCLE_COMPLETE",
        "prog_name": "circle",
    }
    # The script alone; click would ask bash for its version first.
    click.echo(source % names)
