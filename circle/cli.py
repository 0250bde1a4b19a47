"""Arguments in, exit code out: one command per public function, in the same words."""

import errno
import io
import sys
import traceback
from typing import Any, NoReturn

import click

from circle import (
    cli_accept,
    cli_compare,
    cli_inputs,
    cli_profiles,
    cli_run,
    cli_site,
    cli_study,
    cli_sweep,
)
from circle._version import VERSION
from circle.cli_parts import EXIT_DATA, EXIT_NO_PLAN, SPOKEN
from circle.errors import CircleError, InputError, OutputError, SitingError
from circle.problems import as_problems, os_reason, problem_of

_NO_SUCH_SIGNS = (
    "a path has signs that this system's character set does not have; expected UTF-8; "
    "set the environment variable PYTHONUTF8=1, or use a path of plain letters."
)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ERROR = {"zh": "错误：", "en": "error: "}


class _Commands(click.Group):
    """A command group that turns errors into messages and exit codes."""

    def format_commands(
        self, context: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands, each with its whole first sentence."""
        rows = [
            (name, self.commands[name].get_short_help_str(limit=1000))
            for name in self.list_commands(context)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; signs that the terminal cannot show are spelt out, never an error."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*args, **extra)

    def invoke(self, context: click.Context) -> Any:
        """Run a command; errors a user can put right end without a traceback."""
        try:
            return super().invoke(context)
        except SitingError as error:
            _leave(context, error, EXIT_NO_PLAN)
        except CircleError as error:
            _leave(context, error, EXIT_DATA)
        except UnicodeEncodeError as error:
            if "surrogates" not in error.reason:
                raise
            _leave(context, InputError(_NO_SUCH_SIGNS), EXIT_DATA)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            # Files that circle writes say so themselves; this is what it prints.
            problem = problem_of("stdout", "not-written", reason=os_reason(error))
            _leave(context, OutputError(problem), EXIT_DATA)


def _leave(context: click.Context, error: CircleError, code: int) -> NoReturn:
    """
    Print an error in the language of the command, and end with its exit code.

    Raises
    ------
    SystemExit
        Always.
    """
    if context.params.get("debug"):
        traceback.print_exception(error)
    language = context.meta.get(SPOKEN, "en")
    for one in as_problems(error.problems):
        line = f"{_ERROR[language]}{one.in_language(language)}"
        click.secho(line, fg="red", err=True)
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
    siting plan, 5 not accepted (accept --strict), 1 a bug.
    """
    del debug  # read from the context by the error handler
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    cli_run.run,
    cli_run.demo,
    cli_study.init,
    cli_study.completion,
    cli_site.site,
    cli_compare.whatif,
    cli_compare.compare,
    cli_compare.progress,
    cli_sweep.sweep,
    cli_sweep.sensitivity,
    cli_accept.accept,
    cli_inputs.fetch,
    cli_inputs.check,
    cli_inputs.template,
    cli_inputs.merge,
    cli_profiles.profiles,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
