"""What the commands share: kinds of arguments, paths as shown, progress."""

import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from circle.errors import CircleWarning
from circle.shipped import shipped_folder

if TYPE_CHECKING:
    from circle.progress import Progress

EXIT_BUG = 1
EXIT_DATA = 3
EXIT_NO_PLAN = 4
EXIT_NOT_PASSED = 5

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
LANGUAGE = click.Choice(["zh", "en"])
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
# Where a command notes the language in which its errors are told.
SPOKEN = "circle.language"


def complete_profile(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer a shell the names of shipped standards, or files where none fits."""
    del context, parameter
    names = sorted(one.stem for one in shipped_folder("profiles").glob("*.yaml"))
    fitting = [one for one in names if one.startswith(incomplete)]
    if not fitting:
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(one) for one in fitting]


def speak(language: str) -> None:
    """Tell the errors of the running command in a language."""
    click.get_current_context().meta[SPOKEN] = language


def speak_as(study: Path) -> str:
    """Tell errors in the language of a study, even where the study is at fault."""
    from circle.settings import spoken_language

    language = spoken_language(study)
    speak(language)
    return language


def shown(path: Path) -> str:
    """Write a path from the working directory where it lies below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def echo_next(key: str, **values: str) -> None:
    """Name the next step, in the language that the command speaks."""
    from circle.words_progress import NEXT_STEPS

    language = click.get_current_context().meta.get(SPOKEN, "en")
    click.echo(NEXT_STEPS[key][0 if language == "zh" else 1].format(**values))


def echo_json(value: object) -> None:
    """Print one object for scripts, in ASCII, so that every pipe carries it."""
    import json

    click.echo(json.dumps(value, indent=2))


@contextmanager
def errors_in(language: str) -> Iterator[None]:
    """Let errors say what is wrong in a language, where it is known in that one."""
    speak(language)
    yield


def show_warnings(warnings: Iterable[CircleWarning], language: str) -> None:
    """Write warnings to the error stream."""
    for warning in warnings:
        text = f"{warning.name}: {warning.in_language(language)}"
        click.secho(text, fg="yellow", err=True)


@contextmanager
def show_progress(
    stages: "Mapping[str, float] | None" = None,
) -> Iterator["Progress"]:
    """
    Show stages on the error stream, and keep library warnings out of it.

    Without stages, those of a run.
    """
    from circle.progress import RUN_STAGES, Progress

    language = click.get_current_context().meta.get(SPOKEN, "en")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", CircleWarning)
        progress = Progress(sys.stderr, stages or RUN_STAGES, language=language)
        with progress:
            yield progress
