"""Arguments in, exit code out: one command per public function, in the same words."""

import traceback
from typing import Any, NoReturn

import click

from circle import cli_inputs, cli_run
from circle._version import VERSION
from circle.cli_parts import EXIT_DATA, EXIT_NO_PLAN
from circle.errors import CircleError, SitingError


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
    """Plan 15-minute service circles: coverage, gaps and sites of a district.

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


for command in (
    cli_run.run,
    cli_run.demo,
    cli_inputs.fetch,
    cli_inputs.check,
    cli_inputs.template,
    cli_inputs.merge,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
