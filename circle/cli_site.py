"""The command that chooses sites."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from circle.cli_parts import (
    FILE,
    FOLDER,
    echo_json,
    echo_next,
    show_progress,
    shown,
    speak_as,
)
from circle.cli_site_matrix import MODELS, solve_table

if TYPE_CHECKING:
    from circle.evaluation import Evaluation
    from circle.points import Points
    from circle.progress import Progress
    from circle.site_feedback import Feedback
    from circle.site_plan import SitePlan
    from circle.siting_settings import SitingOptions
    from circle.study import Study

    Task = tuple[SitingOptions, Feedback, Path, dict[str, Any]]

SOLVERS = ("greedy", "lp", "exact")
_CITY_ONLY = (
    "budget", "lock", "forbid", "add", "crs", "reason", "fresh", "out", "points_only",
    "versions",
)  # fmt: skip


@click.command()
@click.argument("study", type=FILE, required=False)
@click.option(
    "--matrix",
    type=FILE,
    help="Table of distances: demand_id, weight, candidate_id, distance.",
)
@click.option("--model", type=click.Choice(MODELS), help="Location model.")
@click.option("--radius", type=float, help="With --matrix: covered within it.")
@click.option("--p", "--sites", "n_sites", type=int, help="Sites at most.")
@click.option(
    "--budget", type=click.FloatRange(min=0), help="Budget in ten thousand yuan."
)
@click.option(
    "--solver",
    type=click.Choice(SOLVERS),
    help="How it is solved  [the study's, else greedy].",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds at most; the best plan so far is given then.",
)
@click.option(
    "--gap",
    type=click.FloatRange(min=0),
    help="Stop when this gap is proven, in per cent  [0].",
)
@click.option("--lock", multiple=True, help="Candidate that must be in the plan.")
@click.option("--forbid", multiple=True, help="Candidate that must not be in it.")
@click.option("--add", multiple=True, metavar="TYPES@X,Y[,COST]", help="Point to add.")
@click.option("--crs", help="Coordinate system of --add  [that of the candidates].")
@click.option("--reason", default="", help="Why there is a new version.")
@click.option("--fresh", is_flag=True, help="Without what earlier versions locked.")
@click.option("--out", type=FOLDER, help="Folder of the versions  [beside results].")
@click.option(
    "--points",
    "--points-only",
    "points_only",
    is_flag=True,
    help="Write the points as table and map, and stop.",
)
@click.option("--versions", is_flag=True, help="List the versions and stop.")
@click.option(
    "--alternatives", type=click.IntRange(min=1), help="Best plans that differ."
)
@click.option(
    "--frontier",
    type=click.Choice(["sites", "budget"]),
    help="Coverage against the number of sites or the budget.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def site(study: Path | None, matrix: Path | None, **options: Any) -> None:
    """Choose sites for STUDY, or for a table, and say how good the plan is.

    \b
    Example:
      circle site config/demo.yaml --out maps/plan
      circle site config/demo.yaml --out maps/plan --forbid K0056 --reason "no room"
      circle site --matrix instance.csv --model pmedian --p 5 --json

    With STUDY: gathers the points, chooses sites by the study's siting options and
    those given here, and keeps plan-001.json, -002 and so on with their reasons in
    the folder, each compared with the one before; what earlier versions locked,
    forbade and added holds on. Writes points.csv, points.geojson and points.html
    first.

    With --matrix: solves a published location instance: mclp (most weight within the
    radius), lscp (fewest sites), pmedian (least weight times distance) or pcenter
    (least greatest distance).

    Exit code 4 where no plan meets the requirements.
    """
    _check_usage(study, matrix, options)
    if study is not None:
        plan_study(study, options)
        return
    options["solver"] = options["solver"] or "greedy"
    options["gap"] = options["gap"] or 0.0
    solve_table(matrix, options)


def _check_usage(
    study: Path | None, matrix: Path | None, options: dict[str, Any]
) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    click.UsageError
        If there is neither a study nor a table, or an option of the other one.
    """
    if (study is None) == (matrix is None):
        message = "name a STUDY, or a table of distances with --matrix"
        raise click.UsageError(message)
    given = [name for name in _CITY_ONLY if options[name]]
    message = ""
    if study is not None and options["radius"] is not None:
        message = "--radius goes with --matrix; a study has its own limits"
    elif study is None and options["frontier"] == "budget":
        message = "--frontier budget goes with a STUDY; a table has --frontier sites"
    elif study is None and given:
        named = ", ".join(f"--{one.replace('_', '-')}" for one in given)
        message = f"{named} goes with a STUDY, not with --matrix"
    if message:
        raise click.UsageError(message)


def plan_study(study: Path, asked: dict[str, Any]) -> None:
    """Plan the sites of a study, and keep the plan as a version."""
    from circle.progress import SITE_STAGES
    from circle.site_files import points_text, write_points
    from circle.site_versions import read_versions
    from circle.study import read_study

    speak_as(study)
    settings = read_study(study)
    folder = asked["out"] or settings.output_folder.with_name(
        f"{settings.output_folder.name}-plan"
    )
    earlier = read_versions(folder)
    if asked["versions"]:
        _show_versions(earlier, asked, settings.language)
        return
    with show_progress(SITE_STAGES) as progress:
        progress.title(settings.title)
        points, evaluation, task = _gather_points(
            settings, (folder, asked, earlier), progress
        )
        paths = list(write_points(points, folder))
        record: dict[str, Any] = {"points": len(points.city.candidates)}
        if not asked["points_only"]:
            record, more = _solve_city(points, evaluation, earlier, task)
            paths += more
    if asked["as_json"]:
        echo_json(record)
        return
    click.echo(points_text(points))
    if not asked["points_only"]:
        _show_plan(record, settings.language)
    echo_next("open", file=shown(paths[-1]))


def _gather_points(
    settings: "Study",
    given: tuple[Path, dict[str, Any], list[dict[str, Any]]],
    progress: "Progress",
) -> tuple["Points", "Evaluation", "Task"]:
    """Read and measure the city, take up the feedback, and gather the points."""
    from circle.city import load_city
    from circle.evaluation import evaluate
    from circle.points import make_points
    from circle.points_wanted import points_wanted
    from circle.site_feedback import with_feedback
    from circle.siting_settings import with_answers

    folder, asked, earlier = given
    feedback = _feedback(settings, asked, earlier)
    options = with_answers(settings.siting, _answers(asked))
    city = load_city(settings, on_stage=progress.stage)
    city, options = with_feedback(city, options, feedback)
    evaluation = evaluate(city, on_stage=progress.stage)
    progress.stage("siting")
    if city.candidates.empty and not options.points.makes_any:
        options = options.with_clusters()
    options, unoffered = points_wanted(city, evaluation, options)
    for one in unoffered:
        text = f"{one.name}: {one.in_language(settings.language)}"
        click.secho(text, fg="yellow", err=True)
    points = make_points(city, evaluation, options)
    return points, evaluation, (options, feedback, folder, asked)


def _solve_city(
    points: "Points",
    evaluation: "Evaluation",
    earlier: list[dict[str, Any]],
    task: "Task",
) -> tuple[dict[str, Any], list[Path]]:
    """Solve, keep the version, and write what else was asked for."""
    from circle.site_choices import frontier_chart, other_sites, site_frontier
    from circle.site_files import write_plan, write_table, write_text
    from circle.site_plan import plans_table, quality_text
    from circle.site_versions import keep_version, version_record
    from circle.siting import site_points

    options, feedback, folder, asked = task
    language = points.city.study.language
    plan = site_points(points, evaluation, options)
    record = version_record(plan, feedback, reason=asked["reason"], earlier=earlier)
    record["text"] = quality_text(plan, language)
    # Series first: where one is refused, no version is kept.
    others, frontier = None, None
    if asked["alternatives"]:
        k = asked["alternatives"]
        others = plans_table(other_sites(points, evaluation, options, k=k))
    by_budget = asked["frontier"] == "budget"
    if asked["frontier"]:
        frontier = site_frontier(
            points,
            evaluation,
            options,
            amounts=frontier_amounts(plan, budget=by_budget),
            budget=by_budget,
        )
    # The record comes last: a version that is there is there with its tables.
    kept, stem, paths = dict(record), f"plan-{record['number']:03d}", []
    if others is not None:
        paths.append(write_table(others, folder / f"{stem}-alternatives.csv"))
        record["alternatives"] = others.to_dict("records")
    if frontier is not None:
        svg = frontier_chart(frontier, budget=by_budget, language=language)
        paths.append(write_table(frontier, folder / f"{stem}-frontier.csv"))
        paths.append(write_text(svg, folder / f"{stem}-frontier.svg"))
        record["frontier"] = frontier.to_dict("records")
    paths.append(write_plan(plan, folder / f"{stem}.csv", language=language))
    return record, [keep_version(kept, folder), *paths]


def frontier_amounts(plan: "SitePlan", *, budget: bool) -> list[float]:
    """Choose the amounts of a frontier: up to twice what the plan has, in ten steps."""
    if budget:
        most = plan.options.budget_10k or plan.cost_10k
        return [most * 2 * step / 10 for step in range(11)]
    most = 2 * max(plan.options.sites or len(plan.sites), 1)
    step = max(most // 10, 1)
    return [float(one) for one in range(0, most + 1, step)]


def _answers(asked: dict[str, Any]) -> dict[str, Any]:
    """Gather the siting options that the command line gives."""
    names = {
        "n_sites": "sites",
        "budget": "budget_10k",
        "model": "model",
        "solver": "solver",
        "time_limit": "time_limit_s",
        "gap": "gap_pct",
    }
    given = {key: asked[name] for name, key in names.items() if asked[name] is not None}
    if "budget_10k" in given and "sites" not in given:
        # A budget in place of the study's number of sites.
        given["sites"] = None
    return given


def _feedback(
    settings: "Study", asked: dict[str, Any], earlier: list[dict[str, Any]]
) -> "Feedback":
    """Read what is locked, forbidden and added, on top of earlier versions."""
    from circle.site_feedback import (
        Feedback,
        check_feedback,
        parse_addition,
        read_feedback,
    )

    own = settings.candidates.crs if settings.candidates is not None else "WGS-84"
    crs = asked["crs"] or own
    feedback = Feedback(
        asked["lock"],
        asked["forbid"],
        tuple(parse_addition(one, crs=crs) for one in asked["add"]),
    )
    check_feedback(feedback)
    if earlier and not asked["fresh"]:
        feedback = feedback.after(read_feedback(earlier[-1]["feedback"]))
    return feedback


def _show_versions(
    versions: list[dict[str, Any]], asked: dict[str, Any], language: str
) -> None:
    """List the versions of a plan."""
    from circle.site_files import version_text

    if asked["as_json"]:
        echo_json(versions)
        return
    for one in versions:
        click.echo(f"{one['number']:03d}  {one['reason']}  {one.get('text', '')}")
        click.echo(version_text(one, language))


def _show_plan(record: dict[str, Any], language: str) -> None:
    """Print a version: its sites in order, how good it is, and what changed."""
    from circle.site_files import version_text

    facts = [f"{record['number']:03d}  {record['text']}"]
    facts.append(version_text(record, language))
    sites = []
    for one in record["sites"]:
        share = one["share_after"]
        after = "" if share is None else f"{100 * share:.1f}%"
        line = f"{one['step']:>3}  {one['candidate_id']}  {after}  {one['reason']}"
        sites.append(line)
    # Set covering tells first what it leaves out.
    lines = [*facts, *sites] if record["model"] == "lscp" else [*sites, *facts]
    click.echo("\n".join(lines))
