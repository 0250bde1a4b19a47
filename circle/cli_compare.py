"""Commands about change: whatif, compare and progress."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from circle.cli_parts import (
    FILE,
    FOLDER,
    JSON,
    LANGUAGE,
    echo_json,
    echo_next,
    show_progress,
    shown,
    speak,
    speak_as,
)

if TYPE_CHECKING:
    from circle.results import Results

_ANY = click.Path(path_type=Path)


@click.command()
@click.argument("study", type=FILE)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    help="Scenario file, or name of a scenario in the study; may be given again.",
)
@click.option("--add", multiple=True, help="New facility: type@x,y.")
@click.option("--close", multiple=True, help="Code of a facility that closes.")
@click.option("--move", multiple=True, help="Facility that moves: code@x,y.")
@click.option("--crs", default="WGS-84", show_default=True, help="System of x,y above.")
@click.option("--full", is_flag=True, help="Recompute gap clusters and sites too.")
@click.option("--data", type=FOLDER, help="Folder of the inputs [the study's].")
@click.option("--out", type=FOLDER, help="Folder to write the comparison to.")
@JSON
def whatif(
    study: Path,
    scenarios: tuple[str, ...],
    *,
    full: bool,
    data: Path | None,
    out: Path | None,
    as_json: bool,
    **short: Any,
) -> None:
    """Say what a scenario would change in the district of STUDY.

    \b
    Example:
      circle whatif study.yaml --close F00001
      circle whatif study.yaml --add "kindergarten@123.49,31.00" --out what-if
      circle whatif study.yaml --scenario bridge.yaml --full --out bridge

    Prints every effect, old and new, coverage before and after, missing items
    cleared and new, people who gain and people who lose. With --out it writes the
    difference map, a workbook and CSV tables. Scenarios and short forms combine.
    """
    from circle.city import load_city
    from circle.comparison_files import write_comparison
    from circle.comparison_summary import comparison_figures, comparison_text
    from circle.outputs import check_output_folder
    from circle.scenario_sources import combine, find_scenario, short_changes
    from circle.study import read_study
    from circle.what_if import what_if

    speak_as(study)
    settings = read_study(study, data=data)
    named = [find_scenario(one, settings) for one in scenarios]
    scenario = combine(named, short_changes(**short))
    if out is not None:
        check_output_folder(out)
    with show_progress() as progress:
        progress.title(settings.title)
        city = load_city(settings, on_stage=progress.stage)
        found = what_if(city, scenario, full=full, on_stage=progress.stage)
        log, comparison = found.changed.log, found.comparison
        paths = write_comparison(comparison, out, log=log) if out else None
    if as_json:
        changes = log.astype(object).where(log.notna(), None).to_dict("records")
        echo_json(
            {
                "scenario": scenario.name,
                "changes": [
                    {str(key): _plain(one) for key, one in row.items()}
                    for row in changes
                ],
                **comparison_figures(comparison),
                "folder": None if paths is None else str(paths.folder),
            }
        )
        return
    click.echo(comparison_text(comparison, log))
    if paths is not None:
        echo_next("open", file=shown(paths.start))


@click.command()
@click.argument("before", type=_ANY)
@click.argument("after", type=_ANY)
@click.option("--out", type=FOLDER, help="Folder to write the comparison to.")
@click.option(
    "--language",
    type=LANGUAGE,
    default="zh",
    show_default=True,
    help="Language, where two plans are compared.",
)
@JSON
def compare(
    before: Path, after: Path, *, out: Path | None, language: str, as_json: bool
) -> None:
    """Say what changed from BEFORE to AFTER: result folders, studies or siting plans.

    \b
    Example:
      circle compare results-2020 results-2022 --out progress-2022
      circle compare plans/plan-001.json plans/plan-002.json

    Last year against this year, two standards, two siting plans. A study file is
    assessed first; a result folder needs no inputs. Two versions of a plan are
    compared by sites, routes, cost and the missing items they clear.
    """
    from circle import comparison as comparing
    from circle.comparison_files import write_comparison
    from circle.comparison_summary import comparison_figures, comparison_text
    from circle.outputs import check_output_folder

    if out is not None:
        check_output_folder(out)
    if before.suffix == after.suffix == ".json":
        _compare_plans(before, after, out, language=language, as_json=as_json)
        return
    found = comparing.compare(_results_at(before), _results_at(after))
    speak(found.after.facts["language"])
    paths = write_comparison(found, out) if out else None
    if as_json:
        folder = None if paths is None else str(paths.folder)
        echo_json({**comparison_figures(found), "folder": folder})
        return
    click.echo(comparison_text(found))
    if paths is not None:
        echo_next("open", file=shown(paths.start))


@click.command()
@click.argument("results", type=_ANY, nargs=-1, required=True)
@click.option(
    "--label", "labels", multiple=True, help="Name of each period [its date]."
)
@click.option("--out", type=FOLDER, required=True, help="Folder to write to.")
@JSON
def progress(
    results: tuple[Path, ...], labels: tuple[str, ...], *, out: Path, as_json: bool
) -> None:
    """Write the record of many periods: coverage, missing items, facilities.

    \b
    Example:
      circle progress results-2020 results-2021 results-2022 --out record

    Periods stand in the order of their dates (as_of), or as given where one has no
    date.
    """
    from circle.outputs import check_output_folder
    from circle.periods import track_periods
    from circle.periods_files import write_periods

    check_output_folder(out)
    found = track_periods([_results_at(one) for one in results], labels)
    speak(found.results[-1].facts["language"])
    district = found.coverage[found.coverage["area_kind"] == "district"]
    paths = write_periods(found, out)
    if as_json:
        periods = district.astype(object).where(district.notna(), None)
        rows = [
            {str(key): _plain(one) for key, one in row.items()}
            for row in periods.to_dict("records")
        ]
        echo_json({"periods": rows, "folder": str(out), "start": str(paths.start)})
        return
    for label, share in zip(district["period"], district["share"], strict=True):
        click.echo(f"{label}\t{100 * share:.1f}%")
    echo_next("open", file=shown(paths.start))


def _compare_plans(
    before: Path, after: Path, out: Path | None, *, language: str, as_json: bool
) -> None:
    """Compare two versions of a siting plan."""
    from circle.comparison_files import write_plans
    from circle.comparison_plans import compare_plans, read_plan
    from circle.comparison_summary import plan_cards, plan_figures

    speak(language)
    plans = [read_plan(one) for one in (before, after)]
    found = compare_plans(plans[0][0], plans[1][0])
    figures = plan_figures(found)
    title = f"{before.name} → {after.name}"
    start = write_plans(found, out, language=language, title=title) if out else None
    if as_json:
        shares = {
            f"share_{key}": record["share_after"]
            for key, (_, record) in zip(("before", "after"), plans, strict=True)
        }
        folder = None if out is None else str(out.resolve())
        echo_json({**shares, **figures, "folder": folder})
        return
    colon = "：" if language == "zh" else ": "
    for label, text in plan_cards(figures, language):
        click.echo(f"{label}{colon}{text}")
    if start is not None:
        echo_next("open", file=shown(start))


def _results_at(path: Path) -> "Results":
    """Read a result folder, or assess a study."""
    from circle.results import read_results, results_of

    if path.is_dir():
        return read_results(path)
    from circle.assessment import assess
    from circle.city import load_city
    from circle.study import read_study

    speak_as(path)
    settings = read_study(path)
    with show_progress() as bar:
        bar.title(settings.title)
        city = load_city(settings, on_stage=bar.stage)
        return results_of(assess(city, on_stage=bar.stage))


def _plain(value: object) -> object:
    """Give numbers of numpy as Python's."""
    return value.item() if hasattr(value, "item") else value
