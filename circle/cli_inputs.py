"""Commands about inputs: fetch, check, template and merge."""

from pathlib import Path
from typing import Any

import click

from circle.cli_parts import (
    EXIT_DATA,
    FILE,
    FOLDER,
    JSON,
    LANGUAGE,
    complete_profile,
    echo_json,
    echo_next,
    errors_in,
    show_progress,
    show_warnings,
    shown,
    speak,
)

TABLES = ["facilities", "committees", "candidates", "population", "subdistricts"]


@click.command()
@click.argument("place")
@click.option(
    "--out", type=FOLDER, required=True, help="Folder in which to make a new one."
)
@click.option(
    "--profile",
    shell_complete=complete_profile,
    default="pudong",
    show_default=True,
    help="Profile whose tags say what is a facility.",
)
@click.option("--overpass", help="Address of an Overpass mirror.")
@click.option("--nominatim", help="Address of a Nominatim mirror.")
@click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
@JSON
def fetch(
    place: str,
    out: Path,
    *,
    language: str,
    profile: str,
    as_json: bool,
    **mirrors: str | None,
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

    from circle.fetch import POPULATION, Wanted, fetch_place
    from circle.osm_service import services_at
    from circle.progress import FETCH_STAGES

    with errors_in(language), show_progress(FETCH_STAGES) as progress:
        fetched = fetch_place(
            place,
            out,
            day=datetime.now(UTC).astimezone().date(),
            wanted=Wanted(profile, language),
            services=services_at(
                overpass_url=mirrors["overpass"], nominatim_url=mirrors["nominatim"]
            ),
            on_stage=progress.stage,
        )
    people = fetched.folder / POPULATION
    if as_json:
        facts = {
            key: str(one) if isinstance(one, Path) else one
            for key, one in vars(fetched).items()
        }
        echo_json({**facts, "missing": str(people)})
        return
    for name in ("subdistricts", "facilities", "street_edges"):
        click.echo(f"{_said(name, language)}\t{getattr(fetched, name)}")
    click.echo(_said("missing", language, people=shown(people)))
    click.echo(_said("after_fetch", language, study=shown(fetched.study)))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
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
    "--profile",
    shell_complete=complete_profile,
    default="pudong",
    show_default=True,
    help="Profile of the types.",
)
@click.option("--crs", help="Coordinate system of a single table [WGS-84].")
@JSON
def check(
    path: Path,
    language: str | None,
    marked: Path | None,
    *,
    as_json: bool,
    **options: Any,
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
    from circle.run_summary import check_object
    from circle.settings import spoken_language

    with show_progress():
        checked = check_path(path, **options)
    spoken = language or checked.language or spoken_language(path)
    speak(spoken)
    if as_json:
        echo_json(check_object(checked, language=spoken))
    else:
        show_warnings(checked.warnings, spoken)
        for line in report_lines(checked, language=spoken):
            click.echo(line)
    if marked is not None:
        for copy in write_marked(checked, marked, language=spoken):
            click.echo(_said("marked", spoken, copy=shown(copy)), err=True)
    if checked.problems:
        click.get_current_context().exit(EXIT_DATA)
    if path.suffix in {".yaml", ".yml"} and not as_json:
        echo_next("run", study=shown(path))


@click.command()
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@click.option(
    "--profile",
    shell_complete=complete_profile,
    default="pudong",
    show_default=True,
    help="Profile of the types.",
)
@click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
@click.option(
    "--inventory",
    "inventories",
    type=FILE,
    multiple=True,
    help="Table whose rows are filled in, to be corrected; may be given twice.",
)
@click.option(
    "--subdistrict",
    "subdistricts",
    multiple=True,
    help="Only its rows; by name, code or both.",
)
@click.option("--crs", help="Coordinate system of the inventory [WGS-84].")
def template(out: Path, inventories: tuple[Path, ...], **options: Any) -> None:
    """Write the workbook that a street office fills in each period.

    \b
    Example:
      circle template --out items.xlsx
      circle template --inventory facilities.xlsx --out items.xlsx

    With --inventory it holds the present rows, to be corrected, and keeps a hidden
    copy of them, so that a merge sees what has changed on which side.
    """
    from circle.inventory import read_inventory
    from circle.merge_files import refuse_overwriting
    from circle.profile_reading import read_profile
    from circle.template import write_template

    language = options["language"]
    with errors_in(language):
        refuse_overwriting(out, inventories)
        standard = read_profile(options["profile"], folder=Path.cwd())
        old = [
            read_inventory(one, profile=standard, crs=options["crs"])
            for one in inventories
        ]
        for one in old:
            show_warnings(one.warnings, language)
        write_template(
            out,
            profile=standard,
            language=language,
            inventories=old,
            subdistricts=options["subdistricts"],
        )
    click.echo(_said("after_template", language, out=shown(out)))


@click.command()
@click.argument("inventory", type=FILE)
@click.argument("returned", type=FILE, nargs=-1, required=True)
@click.option("--out", type=FILE, required=True, help="Inventory to write.")
@click.option("--report", type=FILE, help="What became of every row (.csv, .xlsx).")
@click.option("--strict", is_flag=True, help="Exit code 3 if there is a conflict.")
@click.option(
    "--profile",
    shell_complete=complete_profile,
    default="pudong",
    show_default=True,
    help="Profile of the types.",
)
@click.option("--crs", help="Coordinate system of the inventory [WGS-84].")
@click.option(
    "--language", type=LANGUAGE, default="zh", show_default=True, help="Language."
)
@JSON
def merge(
    inventory: Path, returned: tuple[Path, ...], *, as_json: bool, **options: Any
) -> None:
    """Fold RETURNED workbooks into INVENTORY; conflicts stay as they were.

    \b
    Example:
      circle merge facilities.xlsx return-1.xlsx return-2.xlsx --out merged.xlsx
      circle merge maps/demo/gaps.xlsx gaps-returned.xlsx --out replies.csv

    Rows are added and changed, never deleted. Conflicts, cells left out and possible
    duplicates are listed, not settled; with --strict a conflict ends with exit code
    3. A faulty return ends with exit code 3 and nothing is written. Where INVENTORY is
    the gaps.xlsx of a run, what the offices wrote into their copies is collected.
    """
    from circle.merge import merge_returns
    from circle.merge_files import (
        merge_object,
        merge_summary,
        refuse_overwriting,
        write_merge_report,
        write_merged,
    )
    from circle.merge_replies import is_gap_workbook, merge_replies
    from circle.profile_reading import read_profile

    language = options["language"]
    is_reply = is_gap_workbook(inventory)
    with errors_in(language):
        for file in (options["out"], options["report"]):
            refuse_overwriting(file, (inventory, *returned))
        if is_reply:
            merged = merge_replies(inventory, returned, language=language)
        else:
            merged = merge_returns(
                inventory,
                returned,
                profile=read_profile(options["profile"], folder=Path.cwd()),
                crs=options["crs"],
                language=language,
            )
        show_warnings(merged.warnings, language)
        write_merged(merged, options["out"])
        if options["report"] is not None:
            write_merge_report(merged, options["report"], language=language)
    if as_json:
        echo_json({**merge_object(merged), "inventory": str(options["out"])})
    else:
        for line in merge_summary(merged, language=language):
            click.echo(line)
        after = "after_replies" if is_reply else "after_merge"
        click.echo(_said(after, language, out=shown(options["out"])))
    if options["strict"] and merged.rows("conflict"):
        click.get_current_context().exit(EXIT_DATA)


def _said(key: str, language: str, **values: str) -> str:
    """Give what a command says, in Chinese or English."""
    from circle.words_fetch import COMMAND_WORDS

    return COMMAND_WORDS[key][0 if language == "zh" else 1].format(**values)
