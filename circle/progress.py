"""Progress on a terminal: what is being done, how long it took, what is left."""

import math
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from circle.words_progress import progress_word

if TYPE_CHECKING:
    from types import TracebackType

    from rich.status import Status

# The stages of each command, with the part of the whole time that each one takes, as
# seen on a district of the size of Pudong.
RUN_STAGES: Final = MappingProxyType(
    {"read": 0.2, "network": 0.15, "reach": 0.15, "coverage": 0.05, "measures": 0.15,
     "siting": 0.07, "gaps": 0.03, "write": 0.2}
)  # fmt: skip
SITE_STAGES: Final = MappingProxyType(
    {"read": 0.3, "network": 0.2, "reach": 0.2, "coverage": 0.05, "siting": 0.25}
)
FETCH_STAGES: Final = MappingProxyType(
    {"place": 0.03, "subdistricts": 0.07, "facilities": 0.2, "streets": 0.7}
)
DEMO_STAGES: Final = MappingProxyType({"draw": 0.55, "files": 0.45})
# What takes less than this in all tells no time that is left.
_LEAST_S = 2.0
_WIDTH = 44


class Progress:
    """Show one line per stage, with the seconds it took when it is done.

    Parameters
    ----------
    stream
        Where to write, usually the error stream. On a terminal the running stage
        is shown with the time that is left; elsewhere each stage is one plain line.
    stages
        Name of each stage to its part of the whole time.
    language
        ``zh`` or ``en``.
    clock
        Gives the time in seconds.
    """

    def __init__(
        self,
        stream: TextIO,
        stages: Mapping[str, float] = RUN_STAGES,
        *,
        language: str = "en",
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._console = Console(file=stream, highlight=False)
        self._stages = dict(stages)
        self._language = language
        self._clock = clock
        self._begun = clock()
        self._running: tuple[str, float] | None = None
        self._whole_s: float | None = None
        self._later = 0.0
        self._last = -1
        self._status: Status | None = None

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
            Name of the stage; one that is not of the stages given is shown as it is.
        """
        self._finish()
        names = list(self._stages)
        label = progress_word(name, self._language)
        self._whole_s = None
        if name in names:
            place = names.index(name)
            label = f"[{place + 1}/{len(names)}] {label}"
            self._estimate(place)
        self._begin(label)

    def count(self, done: int, total: int) -> None:
        """
        Tell how many runs of several are done.

        Parameters
        ----------
        done
            Runs that are done.
        total
            All runs.
        """
        label = f"{done:,}/{total:,} {progress_word('runs', self._language)}"
        passed_s = self._clock() - self._begun
        self._later = 0.0
        self._whole_s = passed_s / done * total if done else None
        began = self._running[1] if self._running else self._begun
        self._running = (label, began)
        self._show()

    def line(self) -> str:
        """
        Say what is being done now, and about how long all will still take.

        Returns
        -------
        text
            One line.
        """
        label = self._running[0] if self._running else ""
        if self._whole_s is None or self._whole_s < _LEAST_S:
            return label
        left_s = self._whole_s - (self._clock() - self._begun)
        # A stage that takes longer than expected leaves those after it as they were.
        left_s = max(left_s, self._whole_s * self._later)
        return label + left_text(left_s, self._language)

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

    def _estimate(self, place: int) -> None:
        """Estimate the whole time, where stages go by in their order."""
        shares = list(self._stages.values())
        done, whole = sum(shares[:place]), sum(shares)
        if place > self._last and done:
            self._whole_s = (self._clock() - self._begun) * whole / done
            self._later = sum(shares[place + 1 :]) / whole
        # Stages that come again make every estimate from here on wrong.
        self._last = place if place > self._last else len(shares)

    def _begin(self, label: str) -> None:
        """Show a stage as running."""
        self._running = (label, self._clock())
        self._show()

    def _show(self) -> None:
        """Draw the line that is running, on a terminal only."""
        if self._status is None and self._console.is_terminal:
            self._status = self._console.status(_Line(self))
            self._status.start()

    def _finish(self) -> None:
        """Print the running stage as done."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._running is not None:
            label, begun = self._running
            seconds = self._clock() - begun
            took = progress_word("took", self._language).format(seconds=seconds)
            room = " " * max(_WIDTH - cell_len(label) - len(took), 1)
            self._console.print(f"{label}{room}{took}", markup=False)
            self._running = None


class _Line:
    """The line of a progress, drawn anew whenever the terminal is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __rich__(self) -> Text:
        """Draw it."""
        return Text(self._progress.line())


def left_text(seconds: float, language: str) -> str:
    """
    Say about how long something will still take.

    Parameters
    ----------
    seconds
        The estimate, in seconds.
    language
        ``zh`` or ``en``.

    Returns
    -------
    text
        In whole seconds, or from 100 seconds on in minutes.

    Examples
    --------
    >>> left_text(12.3, "en"), left_text(150, "en")
    (', about 13 s left', ', about 3 min left')
    """
    if seconds < 100:
        return progress_word("left_s", language).format(n=math.ceil(max(seconds, 0)))
    return progress_word("left_min", language).format(n=math.ceil(seconds / 60))
