"""Arguments in, exit code out: one command per public function, in the same words."""

import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from circle._version import VERSION
from circle.errors import CircleError, CircleWarning, SitingError

if TYPE_CHECKING:
    from circle.progress import Progress

EXIT_BUG = 1
EXIT_DATA = 3
EXIT_NO_PLAN = 4

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


class _Commands(click.Group):
    """A command group that turns errors into messages and exit codes."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command; errors a user can put right end without a traceback."""
        try:
            return super().invoke(context)
        except SitingError as error:
            _leave(context, error, EXIT_NO_PLAN)
        except CircleError as error:
            _leave(context, error, EXIT_DATA)


def _leave(context: click.Context, error: CircleError, code: int) -> NoReturn:
    """
    Print an error and end with its exit code.

    Raises
    ------
    SystemExit
        Always.
    """
    if context.params.get("debug"):
        traceback.print_exception(error)
    for line in str(error).splitlines():
        click.secho(f"error: {line}", fg="red", err=True)
    raise SystemExit(code) from error


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="circle")
@click.option("--debug", is_flag=True, help="Show the traceback of every error.")
@click.pass_context
def main(context: click.Context, *, debug: bool) -> None:
    r"""Plan 15-minute service circles: coverage, gaps and sites of a district.

    \b
    Example:
      circle demo --out my-district
      circle run my-district/study.yaml

    Exit codes: 0 done, 2 usage, 3 study, profile or data wrong, 4 no feasible
    siting plan, 1 a bug.
    """
    del debug  # read from the context by the error handler
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@main.command()
@click.argument("study", type=_FILE)
@click.option("--data", type=_FOLDER, help="Folder of the inputs [the study's].")
@click.option("--out", type=_FOLDER, help="Folder of the results [the study's].")
def run(study: Path, data: Path | None, out: Path | None) -> None:
    r"""Assess the district of STUDY and write maps, tables and the run record.

    \b
    Example:
      circle run config/demo.yaml

    Reads the study file, its profile and all inputs, measures coverage, lists the
    missing items and gap clusters, chooses sites, and writes index.html,
    subdistricts/, gaps.xlsx, tables/, coverage.gpkg and run.json.
    """
    from circle.assessment import assess
    from circle.city import load_city
    from circle.outputs import check_output_folder, write_outputs
    from circle.study import read_study
    from circle.summary import summary_text

    settings = read_study(study, data=data, out=out)
    check_output_folder(settings.output_folder)
    with _progress() as progress:
        progress.title(settings.title)
        city = load_city(settings, on_stage=progress.stage)
        assessment = assess(city, on_stage=progress.stage)
        progress.stage("write")
        paths = write_outputs(assessment)
    for warning in assessment.warnings:
        text = f"{warning.name}: {warning.in_language(settings.language)}"
        click.secho(text, fg="yellow", err=True)
    click.echo(summary_text(assessment))
    click.echo(f"next: open {_shown(paths.maps[0])}")


@main.command()
@click.option(
    "--out", type=_FOLDER, required=True, help="Folder to write the district to."
)
@click.option(
    "--size",
    default="1",
    show_default=True,
    help="Multiple of the base size (about 120 km²), or 'pudong'.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Random seed.")
def demo(out: Path, size: str, seed: int) -> None:
    r"""Make a fictional district with a ready study file.

    \b
    Example:
      circle demo --out my-district --size 1
    """
    from circle.demo import make_demo

    counts = make_demo(out, size=size, seed=seed)
    for name, value in vars(counts).items():
        click.echo(f"{name}\t{value}")
    click.echo(f"next: circle run {_shown(out / 'study.yaml')}")


@main.command()
@click.argument("place")
@click.option(
    "--out", type=_FOLDER, required=True, help="Folder in which to make a new one."
)
@click.option(
    "--profile",
    default="pudong",
    show_default=True,
    help="Profile whose tags say what is a facility.",
)
@click.option("--overpass", help="Address of an Overpass mirror.")
@click.option("--nominatim", help="Address of a Nominatim mirror.")
def fetch(
    place: str,
    out: Path,
    profile: str,
    overpass: str | None,
    nominatim: str | None,
) -> None:
    r"""Download streets, facilities and boundaries of PLACE from OpenStreetMap.

    \b
    Example:
      circle fetch "浦东新区, 上海" --out data

    Makes a folder named after the place and the day, with a ready study file and a
    note on source and licence. People cannot be fetched: the study says which file
    is missing. Needs internet; no other command does.
    """
    from datetime import UTC, datetime

    from circle.fetch import POPULATION, fetch_place
    from circle.osm_service import services_at

    with _progress():
        fetched = fetch_place(
            place,
            out,
            day=datetime.now(UTC).astimezone().date(),
            profile=profile,
            services=services_at(overpass_url=overpass, nominatim_url=nominatim),
            on_stage=lambda stage: click.echo(f"fetching: {stage}", err=True),
        )
    for name in ("subdistricts", "facilities", "street_edges"):
        click.echo(f"{name}\t{getattr(fetched, name)}")
    click.echo(f"missing: {_shown(fetched.folder / POPULATION)} (people per cell)")
    click.echo(f"next: add it, then circle run {_shown(fetched.study)}")


def _shown(path: Path) -> str:
    """Write a path from the working directory where it lies below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def _progress() -> Iterator["Progress"]:
    """Show stages on the error stream, and keep library warnings out of it."""
    from circle.progress import Progress

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", CircleWarning)
        progress = Progress(sys.stderr)
        with progress:
            yield progress


if __name__ == "__main__":
    main()
