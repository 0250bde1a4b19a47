"""The part of the siting command that solves plain tables of distances."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from circle.siting_matrix import MatrixResult, MatrixTask
    from circle.siting_table import MatrixTable

MODELS = ("mclp", "lscp", "pmedian", "pcenter")


def solve_table(path: Path | None, options: dict[str, Any]) -> None:
    """Solve a model on a table of distances and print the result.

    Raises
    ------
    click.UsageError
        If an option is missing or out of range.
    """
    if path is None:
        message = "name a table of distances with --matrix"
        raise click.UsageError(message)
    if options["model"] is None:
        message = f"--matrix needs --model, one of {', '.join(MODELS)}"
        raise click.UsageError(message)
    from circle.siting_highs import Effort
    from circle.siting_matrix import (
        MatrixTask,
        check_task,
        result_record,
        solve_matrix,
    )
    from circle.siting_table import read_matrix

    limit = options["time_limit"]
    task = MatrixTask(
        options["model"],
        radius=options["radius"],
        p=options["n_sites"],
        solver=options["solver"],
        effort=Effort(float("inf") if limit is None else limit, options["gap"] / 100),
    )
    try:
        check_task(task)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    table = read_matrix(path)
    result = solve_matrix(table, task)
    more = _matrix_series(table, task, options)
    if options["as_json"]:
        record = {**result_record(result), **more}
        click.echo(json.dumps(record, ensure_ascii=False, indent=1))
        return
    click.echo(result_text(result, task))
    for name, rows in more.items():
        click.echo(f"{name}:")
        for one in rows:
            click.echo(_series_line(one))


def _matrix_series(
    table: "MatrixTable", task: "MatrixTask", options: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Solve what is asked for beside the plan.

    Raises
    ------
    click.UsageError
        If it does not go with the model.
    """
    from circle.siting_matrix_series import matrix_alternatives, matrix_frontier

    more = {}
    try:
        if options["alternatives"]:
            k = options["alternatives"]
            more["alternatives"] = matrix_alternatives(table, task, k)
        if options["frontier"]:
            more["frontier"] = matrix_frontier(table, task)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return more


def _series_line(one: dict[str, Any]) -> str:
    """Write one plan of a series."""
    count = f"p {one['p']}: " if "p" in one else ""
    return (
        f"  {count}{one['objective']:,.10g} (gap {one['gap'] or 0:.4g} %, "
        f"{one['status']})  {', '.join(one['sites'])}"
    )


def result_text(result: "MatrixResult", task: "MatrixTask") -> str:
    """Write a result for reading."""
    plan, counts = result.plan, result.counts
    named = {
        "mclp": "weight covered",
        "lscp": "sites needed",
        "pmedian": "weight × distance",
        "pcenter": "greatest distance",
    }
    lines = [
        f"{counts['demands']:,} demands, {counts['candidates']:,} candidates, "
        f"{counts['pairs']:,} pairs; {task.model}, {task.solver}",
        f"{named[task.model]}: {plan.objective:,.10g} (bound {plan.bound:,.10g}, gap "
        f"{plan.gap_pct:.4g} %, {plan.status}, {result.seconds:.2f} s)",
        f"{len(result.sites)} sites: {', '.join(result.sites)}",
    ]
    if result.uncoverable:
        # What set covering leaves out is told first.
        place = 1 if task.model == "lscp" else len(lines)
        told = f"{len(result.uncoverable)} demands that no candidate reaches"
        lines.insert(place, told)
    return "\n".join(lines)
