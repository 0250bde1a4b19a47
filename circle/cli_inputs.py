"""Commands about inputs: fetch, check, template and merge."""

from pathlib import Path
from typing import Any

import click

from circle.cli_parts import EXIT_DATA, FILE, FOLDER, LANGUAGE, show_progress, shown

TABLES = ["facilities", "committees", "candidates", "population", "subdistricts"]


@click.command()
@click.argument("place")
@click.option(
    "--out", type=FOLDER, required=True, help="Folder in which to make a new one."
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
    """Download streets, facilities and boundaries of PLACE from OpenStreetMap.

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

    with show_progress():
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
    click.echo(f"missing: {shown(fetched.folder / POPULATION)} (people per cell)")
    click.echo(f"next: add it, then circle run {shown(fetched.study)}")


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--language", type=LANGUAGE, help="Language of messages [the study's].")
@click.option(
    "--marked",
    type=click.Path(path_type=Path),
    help="Copy with faulty cells marked: a .xlsx file; for a study, a folder.",
)
@click.option(
    "--as", "kind", type=click.Choice(TABLES), help="Kind of table [by its columns]."
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
    """Name every problem of PATH: a study, a table or a returned workbook.

    \b
    Example:
      circle check config/demo.yaml
      circle check returned.xlsx --language zh --marked marked.xlsx

    One line per problem, all files at once; nothing is run and no input is changed.
    Exit code 3 if there are problems, else 0.
    """
    from circle.check import check_path
    from circle.check_report import report_lines, write_marked

    with show_progress():
        checked = check_path(path, kind=kind, profile=profile, crs=crs)
    spoken = language or checked.language or "zh"
    for warning in checked.warnings:
        text = f"{warning.name}: {warning.in_language(spoken)}"
        click.secho(text, fg="yellow", err=True)
    for line in report_lines(checked, language=spoken):
        click.echo(line)
    if marked is not None:
        for copy in write_marked(checked, marked, language=spoken):
            click.echo(f"marked: {shown(copy)}", err=True)
    if checked.problems:
        click.get_current_context().exit(EXIT_DATA)


@click.command()
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@click.option(
    "--profile", default="pudong", show_default=True, help="Profile of the types."
)
@click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
def template(out: Path, profile: str, language: str) -> None:
    """Write the workbook that a street office fills in each period.

    \b
    Example:
      circle template --out items.xlsx
    """
    from circle.profile import read_profile
    from circle.template import write_template

    standard = read_profile(profile, folder=Path.cwd())
    write_template(out, profile=standard, language=language)
    click.echo(f"next: fill in {shown(out)}, then circle check {shown(out)}")


@click.command()
@click.argument("inventory", type=FILE)
@click.argument("returned", type=FILE, nargs=-1, required=True)
@click.option("--out", type=FILE, required=True, help="Inventory to write.")
@click.option("--report", type=FILE, help="What became of every row (.csv, .xlsx).")
@click.option("--strict", is_flag=True, help="Exit code 3 if there is a conflict.")
@click.option(
    "--profile", default="pudong", show_default=True, help="Profile of the types."
)
@click.option("--crs", help="Coordinate system of the inventory [WGS-84].")
@click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
def merge(inventory: Path, returned: tuple[Path, ...], **options: Any) -> None:
    """Fold RETURNED workbooks into INVENTORY; conflicts stay as they were.

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
    click.echo(f"next: circle check {shown(options['out'])}")
    if options["strict"] and merged.rows("conflict"):
        click.get_current_context().exit(EXIT_DATA)
