"""The command that holds a district to the pass marks of its standard."""

from pathlib import Path

import click

from circle.cli_parts import (
    EXIT_NOT_PASSED,
    FILE,
    FOLDER,
    JSON,
    echo_json,
    echo_next,
    show_progress,
    shown,
    speak_as,
)


@click.command()
@click.argument("study", type=FILE)
@click.option("--data", type=FOLDER, help="Folder of the inputs [the study's].")
@click.option(
    "--out", type=FOLDER, help="Folder for the two files [acceptance, by the results]."
)
@click.option(
    "--strict", is_flag=True, help="End with code 5 unless every requirement is passed."
)
@click.option(
    "--no-cache", is_flag=True, help="Read all inputs anew and keep nothing of them."
)
@JSON
def accept(
    study: Path,
    data: Path | None,
    out: Path | None,
    *,
    strict: bool,
    no_cache: bool,
    as_json: bool,
) -> None:
    """Hold the district of STUDY to the pass marks of its standard.

    \b
    Example:
      circle accept my-district/study.yaml --out acceptance

    Prints which requirements each subdistrict passes or fails, with the evidence,
    and writes acceptance.csv and acceptance.json. What is not known is neither.
    """
    from circle.acceptance_files import (
        acceptance_record,
        acceptance_text,
        check_acceptance,
        write_acceptance,
    )
    from circle.assessment import assess
    from circle.city import load_city
    from circle.study import read_study

    speak_as(study)
    settings = read_study(study, data=data)
    with show_progress() as progress:
        progress.title(settings.title)
        city = load_city(settings, on_stage=progress.stage, cache=not no_cache)
        check_acceptance(city.profile)
        assessment = assess(city, on_stage=progress.stage)
        folder = out or settings.output_folder.parent / "acceptance"
        paths = write_acceptance(assessment, folder)
    if as_json:
        files = {"table": str(paths.table), "record": str(paths.record)}
        echo_json({**acceptance_record(assessment), **files})
    else:
        click.echo(acceptance_text(assessment))
        echo_next("open", file=shown(paths.table))
    results = assessment.measures.acceptance["result"]
    if strict and (results != "passed").any():
        click.get_current_context().exit(EXIT_NOT_PASSED)
