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
_LANGUAGE = click.Choice(["zh", "en"])
_TABLES = ["facilities", "committees", "candidates", "population", "subdistricts"]


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
@click.option(
    "--no-cache", is_flag=True, help="Read the streets anew and keep no network."
)
def run(study: Path, data: Path | None, out: Path | None, *, no_cache: bool) -> None:
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
        city = load_city(settings, on_stage=progress.stage, cache=not no_cache)
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


@main.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--language", type=_LANGUAGE, help="Language of messages [the study's].")
@click.option(
    "--marked",
    type=click.Path(path_type=Path),
    help="Copy with faulty cells marked: a .xlsx file; for a study, a folder.",
)
@click.option(
    "--as", "kind", type=click.Choice(_TABLES), help="Kind of table [by its columns]."
)
@click.option(
    "--profile", default="pudong", show_default=True, help="Profile of the types."
)
@click.option("--crs", help="Coordinate system of a single table [WGS-84].")
def check(
    path: Path,
    language: str | None,
    marked: Path | None,
    kind: str | None,
    profile: str,
    crs: str | None,
) -> None:
    r"""Name every problem of PATH: a study, a table or a returned workbook.

    \b
    Example:
      circle check config/demo.yaml
      circle check returned.xlsx --language zh --marked marked.xlsx

    One line per problem, all files at once; nothing is run and no input is changed.
    Exit code 3 if there are problems, else 0.
    """
    from circle.check import check_path
    from circle.check_report import report_lines, write_marked

    with _progress():
        checked = check_path(path, kind=kind, profile=profile, crs=crs)
    spoken = language or checked.language or "zh"
    for warning in checked.warnings:
        text = f"{warning.name}: {warning.in_language(spoken)}"
        click.secho(text, fg="yellow", err=True)
    for line in report_lines(checked, language=spoken):
        click.echo(line)
    if marked is not None:
        for copy in write_marked(checked, marked, language=spoken):
            click.echo(f"marked: {_shown(copy)}", err=True)
    if checked.problems:
        click.get_current_context().exit(EXIT_DATA)


@main.command()
@click.option("--out", type=_FILE, required=True, help="Workbook to write (.xlsx).")
@click.option(
    "--profile", default="pudong", show_default=True, help="Profile of the types."
)
@click.option(
    "--language", type=_LANGUAGE, default="zh", show_default=True, help="Language."
)
def template(out: Path, profile: str, language: str) -> None:
    r"""Write the workbook that a street office fills in each period.

    \b
    Example:
      circle template --out items.xlsx
    """
    from circle.profile import read_profile
    from circle.template import write_template

    standard = read_profile(profile, folder=Path.cwd())
    write_template(out, profile=standard, language=language)
    click.echo(f"next: fill in {_shown(out)}, then circle check {_shown(out)}")


@main.command()
@click.argument("inventory", type=_FILE)
@click.argument("returned", type=_FILE, nargs=-1, required=True)
@click.option("--out", type=_FILE, required=True, help="Inventory to write.")
@click.option("--report", type=_FILE, help="What became of every row (.csv, .xlsx).")
@click.option("--strict", is_flag=True, help="Exit code 3 if there is a conflict.")
@click.option(
    "--profile", default="pudong", show_default=True, help="Profile of the types."
)
@click.option("--crs", help="Coordinate system of the inventory [WGS-84].")
@click.option(
    "--language", type=_LANGUAGE, default="zh", show_default=True, help="Language."
)
def merge(inventory: Path, returned: tuple[Path, ...], **options: Any) -> None:
    r"""Fold RETURNED workbooks into INVENTORY; conflicts stay as they were.

    \b
    Example:
      circle merge facilities.xlsx return-1.xlsx return-2.xlsx --out merged.xlsx

    Rows are added and changed, never deleted. Conflicts and possible duplicates are
    listed, not settled; with --strict a conflict ends with exit code 3. A faulty
    return ends with exit code 3 and nothing is written.
    """
    from circle.merge import merge_returns
    from circle.merge_files import merge_summary, write_merge_report, write_merged
    from circle.profile import read_profile

    language = options["language"]
    merged = merge_returns(
        inventory,
        returned,
        profile=read_profile(options["profile"], folder=Path.cwd()),
        crs=options["crs"],
        language=language,
    )
    write_merged(merged, options["out"])
    if options["report"] is not None:
        write_merge_report(merged, options["report"], language=language)
    for line in merge_summary(merged, language=language):
        click.echo(line)
    click.echo(f"next: circle check {_shown(options['out'])}")
    if options["strict"] and merged.rows("conflict"):
        click.get_current_context().exit(EXIT_DATA)


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
