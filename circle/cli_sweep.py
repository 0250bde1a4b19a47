"""Commands that try many options: sweep and sensitivity."""

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
@click.argument("spec", type=FILE)
@click.option("--out", type=FILE, required=True, help="Table to write (.csv).")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes on this machine [one for each core].",
)
@click.option("--scheduler", help="Address of a Dask scheduler, in place of them.")
@JSON
def sweep(
    spec: Path,
    out: Path,
    *,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Try a grid of options of SPEC over one study or many, one row per run.

    \b
    Example:
      circle sweep sweep.yaml --out sweep.csv
      circle sweep districts.txt --out districts.csv --scheduler tcp://10.0.0.1:8786

    SPEC is a sweep file, or a text file with one study in each line. Finished runs
    are kept beside the table: a sweep that was stopped goes on where it was. Runs
    that fail are listed with their message, and made again next time.
    """
    from circle.sweep_spec import first_study, read_sweep
    from circle.sweeps import sweep as sweep_runs
    from circle.words_progress import SWEPT

    # What is said of all runs is said in the language of the first study, also where
    # the sweep itself is at fault.
    study = first_study(spec)
    language = "en" if study is None else speak_as(study)
    runs = read_sweep(spec)
    with show_progress() as progress:
        found = sweep_runs(
            runs, out, workers=workers, scheduler=scheduler, on_count=progress.count
        )
    failed = int((found.table["status"] == "failed").sum())
    if as_json:
        counts = {"runs": len(runs), "known": found.n_known, "made": found.n_made}
        echo_json({**counts, "failed": failed, "table": str(out)})
        return
    swept = SWEPT[0 if language == "zh" else 1]
    counts = {"known": found.n_known, "made": found.n_made, "failed": failed}
    click.echo(swept.format(runs=len(runs), **counts))
    echo_next("open", file=shown(out))


@click.command()
@click.argument("study", type=FILE)
@click.option(
    "--with",
    "others",
    type=FILE,
    multiple=True,
    help="Another study of the same committees, such as with other people.",
)
@click.option("--data", type=FOLDER, help="Folder of the inputs [the study's].")
@click.option("--out", type=FOLDER, help="Folder to write both tables to.")
@JSON
def sensitivity(
    study: Path,
    others: tuple[Path, ...],
    *,
    data: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Say how far the coverage of STUDY depends on its assumptions.

    \b
    Example:
      circle sensitivity study.yaml --with study-worldpop.yaml --out sensitivity

    Speed 10 % down and up, limits one minute down and up, the way to the network
    50 m down and up, facilities beyond borders, and other studies. Says which
    missing items are missing in every case, and what the others depend on.
    """
    from circle.city import load_city
    from circle.outputs import check_output_folder
    from circle.sensitivity import measure_sensitivity
    from circle.sensitivity_files import sensitivity_text, write_sensitivity
    from circle.study import read_study

    speak_as(study)
    settings = read_study(study, data=data)
    if out is not None:
        check_output_folder(out)
    with show_progress() as progress:
        progress.title(settings.title)
        city = load_city(settings, on_stage=progress.stage)
        more = {str(one): load_city(read_study(one)) for one in others}
        found = measure_sensitivity(city, others=more, on_stage=progress.stage)
    if out is not None:
        write_sensitivity(found, out, language=settings.language, title=settings.title)
    if as_json:
        table = found.table.astype(object).where(found.table.notna(), None)
        items = found.items
        echo_json(
            {
                "variants": table.to_dict("records"),
                "robust_items": items.loc[items["robust"], "item_id"].tolist(),
                "items": items.to_dict("records"),
            }
        )
        return
    click.echo(sensitivity_text(found, settings.language))
    if out is not None:
        echo_next("open", file=shown(out / "sensitivity.xlsx"))
