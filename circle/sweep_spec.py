"""What a sweep tries: a grid of options over one study or many."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from circle.errors import ConfigError, Words
from circle.problems import os_reason
from circle.profile import PositiveNumber
from circle.settings import Settings, read_yaml, validate
from circle.siting_settings import SitingOptions

_BASE = "none"


class SweepGrid(Settings):
    """Values to try; every combination of them is one run."""

    scenario: tuple[str, ...] = ()
    """Scenarios of the studies by name; `none` for the study as it is."""
    speed_factor: tuple[PositiveNumber, ...] = ()
    """What walking and cycling speed are multiplied by."""
    minutes: tuple[PositiveNumber, ...] = ()
    """Limit of every type in minutes, in place of the standard's."""
    snap_limit_m: tuple[PositiveNumber, ...] = ()
    """Longest way to the network in metres."""
    siting: dict[str, tuple[int | float | str | None, ...]] = Field(default={})
    """Siting options of a study, each with values to try: `sites`, `budget_10k`."""

    @model_validator(mode="after")
    def _known_options(self) -> Self:
        """Refuse siting options that there are not."""
        unknown = sorted(set(self.siting) - set(SitingOptions.model_fields))
        if unknown:
            known = ", ".join(f"`{one}`" for one in SitingOptions.model_fields)
            message = Words(
                f"siting: no option {', '.join(unknown)}; expected: {known}",
                zh=f"siting 没有选项 {'、'.join(unknown)}；应为以下各项：{known}",
            )
            raise ValueError(message)
        return self


class SweepSpec(Settings):
    """A sweep: studies and the grid of options."""

    version: Literal[1] = 1
    """Format of this file."""
    studies: tuple[str, ...] = ()
    """Study files, relative to this file or absolute."""
    batch: str | None = None
    """Text file with one study file in each line, relative to that file; empty lines
    and lines that begin with # are passed over."""
    grid: SweepGrid = SweepGrid()
    """Values to try; none for one run of each study."""

    @model_validator(mode="after")
    def _some_study(self) -> Self:
        """Ask for at least one study."""
        if not self.studies and self.batch is None:
            message = Words(
                "needs `studies:`, `batch:` or both", zh="缺少 `studies:` 或 `batch:`"
            )
            raise ValueError(message)
        return self


@dataclass(frozen=True)
class SweepRun:
    """One run of a sweep."""

    study: Path
    """The study file."""
    options: dict[str, Any]
    """Name of each option to its value, in the order of the table's columns."""


def read_sweep(path: Path | str) -> tuple[SweepRun, ...]:
    """
    Read a sweep and lay out its runs.

    Parameters
    ----------
    path
        The sweep file (YAML), or a batch file (.txt) with one study in each line.

    Returns
    -------
    runs
        Every combination for every study, in the order of the files.

    Raises
    ------
    ConfigError
        If the file is not a valid sweep, or names no study.
    """
    file = Path(path)
    if file.suffix == ".txt":
        studies, grid = _batch(file), SweepGrid()
    else:
        spec = validate(SweepSpec, read_yaml(file), where=file)
        studies, grid = [file.parent / one for one in spec.studies], spec.grid
        if spec.batch is not None:
            studies += _batch(file.parent / spec.batch)
    if not studies:
        raise ConfigError(
            Words(
                f"{file}: found no study; expected one study file in each line.",
                zh=f"{file}：没有任何评估文件；应每行一个。",
            )
        )
    tried = _tried(grid)
    return tuple(
        SweepRun(study, dict(zip(tried, values, strict=True)))
        for study in dict.fromkeys(one.resolve() for one in studies)
        for values in itertools.product(*tried.values())
    )


def first_study(path: Path) -> Path | None:
    """
    Name the first study of a sweep that may be at fault, to speak in its language.

    Parameters
    ----------
    path
        The sweep file, or a batch file; nothing is raised, whatever it holds.

    Returns
    -------
    study
        The study file as it is named, which may not be there; None if none is named.

    Examples
    --------
    >>> first_study(Path("nowhere.yaml"))
    """
    named: list[Path] = []
    try:
        content = {"batch": path.name} if path.suffix == ".txt" else read_yaml(path)
        listed, batch = content.get("studies"), content.get("batch")
        if isinstance(listed, list):
            named = [path.parent / one for one in listed if isinstance(one, str)]
        if isinstance(batch, str):
            named += _batch(path.parent / batch)
    except ConfigError:
        pass
    return next(iter(named), None)


def _tried(grid: SweepGrid) -> dict[str, tuple[Any, ...]]:
    """List the options that vary, with their values."""
    names = ("scenario", "speed_factor", "minutes", "snap_limit_m")
    tried: dict[str, tuple[Any, ...]] = {
        name: getattr(grid, name) for name in names if getattr(grid, name)
    }
    if "scenario" in tried:
        tried["scenario"] = tuple(
            None if one == _BASE else one for one in tried["scenario"]
        )
    own = {f"siting.{key}": values for key, values in grid.siting.items() if values}
    return tried | own


def _batch(file: Path) -> list[Path]:
    """
    Read a batch file.

    Raises
    ------
    ConfigError
        If it cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = Words("it is not UTF-8", zh="不是 UTF-8 编码")
        reason = os_reason(error) if isinstance(error, OSError) else why
        raise ConfigError(
            Words(
                f"{file}: the batch file cannot be read ({reason}); expected a text "
                "file with one study file in each line.",
                zh=f"{file}：批处理文件无法读取（{reason.in_language('zh')}）；应为文本"
                "文件，每行一个评估文件。",
            )
        ) from error
    named = (line.strip() for line in lines)
    return [file.parent / one for one in named if one and not one.startswith("#")]
