"""Stages of a run on a terminal: what is being done and how long it took."""

import time
from typing import TYPE_CHECKING, Final, Self, TextIO

from rich.console import Console

if TYPE_CHECKING:
    from types import TracebackType

    from rich.status import Status

STAGES: Final = {
    "read": "read inputs",
    "network": "build networks and snap",
    "reach": "measure reach",
    "coverage": "count coverage",
    "gaps": "find gaps",
    "measures": "measure capacity, access and fairness",
    "siting": "choose sites",
    "write": "write maps and tables",
}


class Progress:
    """Show one line per stage, with the seconds it took when it is done.

    Parameters
    ----------
    stream
        Where to write, usually the error stream. On a terminal the running stage
        is shown with a spinner.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._status: Status | None = None
        self._running: tuple[str, float] | None = None

    def title(self, text: str) -> None:
        """
        Print the title of the run.

        Parameters
        ----------
        text
            The title.
        """
        self._console.print(text, style="bold", markup=False)

    def stage(self, name: str) -> None:
        """
        End the running stage and begin the next.

        Parameters
        ----------
        name
            Name of the stage, a key of `STAGES`.
        """
        self._finish()
        text = STAGES.get(name, name)
        position = list(STAGES).index(name) + 1 if name in STAGES else 0
        label = f"[{position}/{len(STAGES)}] {text}"
        self._running = (label, time.perf_counter())
        if self._console.is_terminal:
            self._status = self._console.status(label.replace("[", r"\["))
            self._status.start()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        """End the last stage; a stage cut short by an error prints nothing."""
        if error is None:
            self._finish()
        elif self._status is not None:
            self._status.stop()

    def _finish(self) -> None:
        """Print the running stage as done."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._running is not None:
            label, begun = self._running
            seconds = time.perf_counter() - begun
            self._console.print(f"{label:<34} {seconds:6.1f} s", markup=False)
            self._running = None
