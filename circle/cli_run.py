"""Commands that assess a district, or make one to try."""

from pathlib import Path

import click

from circle.cli_parts import (
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
@click.option("--out", type=FOLDER, help="Folder of the results [the study's].")
@click.option(
    "--no-cache", is_flag=True, help="Read all inputs anew and keep nothing of them."
)
@JSON
def run(
    study: Path, data: Path | None, out: Path | None, *, no_cache: bool, as_json: bool
) -> None:
    """Assess the district of STUDY and write maps, tables and the run record.

    \b
    Example:
      circle run config/demo.yaml
      circle run config/demo.yaml --json > summary.json

    Reads the study file, its profile and all inputs, measures coverage, lists the
    missing items and gap clusters, chooses sites, and writes index.html, which
    links all else: district.html, subdistricts/, report.html, gaps.xlsx, tables/,
    coverage.gpkg, layers/ and run.json.
    """
    from circle.assessment import assess
    from circle.city import load_city
    from circle.outputs import check_output_folder, write_outputs
    from circle.run_summary import run_object
    from circle.study import read_study
    from circle.summary import summary_text

    speak_as(study)
    settings = read_study(study, data=data, out=out)
    check_output_folder(settings.output_folder)
    with show_progress() as progress:
        progress.title(settings.title)
        city = load_city(settings, on_stage=progress.stage, cache=not no_cache)
        assessment = assess(city, on_stage=progress.stage)
        progress.stage("write")
        paths = write_outputs(assessment)
    for warning in assessment.warnings:
        text = f"{warning.name}: {warning.in_language(settings.language)}"
        click.secho(text, fg="yellow", err=True)
    if as_json:
        echo_json(run_object(assessment, paths))
        return
    click.echo(summary_text(assessment))
    echo_next("open", file=shown(paths.start))


@click.command()
@click.option(
    "--out", type=FOLDER, required=True, help="Folder to write the district to."
)
@click.option(
    "--size",
    default="1",
    show_default=True,
    help="Multiple of the base size (about 120 km²), or 'pudong'.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Random seed.")
@JSON
def demo(out: Path, size: str, seed: int, *, as_json: bool) -> None:
    """Make a fictional district with a ready study file.

    \b
    Example:
      circle demo --out small-district --size 0.2
    """
    from circle.demo import make_demo
    from circle.progress import DEMO_STAGES

    with show_progress(DEMO_STAGES) as progress:
        counts = make_demo(out, size=size, seed=seed, on_stage=progress.stage)
    if as_json:
        echo_json({**vars(counts), "study": str(out / "study.yaml")})
        return
    click.echo(
        f"A fictional district: {counts.n_subdistricts:,} subdistricts with "
        f"{counts.n_residents:,} residents' and {counts.n_villages:,} villagers' "
        f"committees; {counts.n_people:,} people on {counts.n_cells:,} cells; "
        f"{counts.n_facilities:,} facilities, {counts.n_candidates:,} candidate sites."
    )
    echo_next("run", study=shown(out / "study.yaml"))
