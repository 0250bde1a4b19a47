"""What the commands share: kinds of arguments, paths as shown, progress."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from circle.errors import CircleWarning

if TYPE_CHECKING:
    from circle.progress import Progress

EXIT_BUG = 1
EXIT_DATA = 3
EXIT_NO_PLAN = 4

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
LANGUAGE = click.Choice(["zh", "en"])


def shown(path: Path) -> str:
    """Write a path from the working directory where it lies below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def show_progress() -> Iterator["Progress"]:
    """Show stages on the error stream, and keep library warnings out of it."""
    from circle.progress import Progress

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", CircleWarning)
        progress = Progress(sys.stderr)
        with progress:
            yield progress
