"""Write every output of a run, whole or not at all."""

import contextlib
import errno
import itertools
import json
import logging
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from circle.assessment import Assessment
from circle.atlas import write_atlas
from circle.csv_tables import write_csv_twins
from circle.errors import OutputError
from circle.geopackage import result_layers, write_geopackage
from circle.layer_files import write_layer_files
from circle.map_areas import measure_map_areas
from circle.problems import os_reason, problem_of
from circle.record import write_record
from circle.report import write_report
from circle.results import RESULTS_FOLDER, results_of, write_results
from circle.start_page import START, Written, write_start_page
from circle.whole_files import leftovers, passing_folder, passing_path, remove
from circle.workbook import write_workbook

RECORD = "run.json"
_LOG = logging.getLogger(__name__)
Made = TypeVar("Made")
_ATTEMPTS = 5
# Each time another run has put its result there: no more than run at once.
_MOST_RUNS = 100
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST}
# What desktops, spreadsheet and GIS programs leave beside files they open.
_LITTER = re.compile(
    r"(\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\.~lock\..*#|.*\.gpkg-(wal|shm|journal)"
    r"|.*\.qmd)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class OutputPaths:
    """Where the outputs of a run are."""

    folder: Path
    """The result folder."""
    start: Path
    """The page to begin with, which links all others."""
    maps: tuple[Path, ...]
    """The map pages: the district first, then the subdistricts."""
    report: Path
    """The report."""
    workbook: Path
    """The workbook of gap tables."""
    tables: tuple[Path, ...]
    """The tables as CSV files."""
    layers: tuple[Path, ...]
    """The layers for GIS programs, the GeoPackage first."""
    results: tuple[Path, ...]
    """The plain tables that a later comparison reads."""
    record: Path
    """The run record."""


def write_outputs(assessment: Assessment, folder: Path | None = None) -> OutputPaths:
    """
    Write maps, report, workbook, CSV tables, layers, start page and run record.

    Everything is written into a folder beside the target, which then takes its
    place: a run that fails or is stopped leaves the old result whole, and two runs
    at once never mix. What stopped runs left behind is removed.

    Parameters
    ----------
    assessment
        The assessment.
    folder
        The result folder; the study's own if not given. It is made, or replaced
        where it holds a result of circle, nothing else.

    Returns
    -------
    paths
        The files, in their final place.

    Raises
    ------
    OutputError
        If the folder holds other files than a result of circle, or if something
        cannot be written.
    """
    target = (folder or assessment.city.study.output_folder).resolve()
    paths = write_whole(target, lambda staging: _write_all(assessment, staging))
    _LOG.info("wrote %s", target)
    return _moved(paths, target)


def write_whole(target: Path, write: Callable[[Path], Made]) -> Made:
    """
    Write a folder whole or not at all.

    Parameters
    ----------
    target
        The folder, made or replaced.
    write
        Writes everything into the folder it is given, with a record ``run.json``
        that lists the other files.

    Returns
    -------
    made
        What `write` gave; its paths are those before the move.

    Raises
    ------
    OutputError
        If the folder holds files that circle did not write, or if something cannot
        be written.
    """
    check_output_folder(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _put_back(target)
        with passing_folder(target) as staging:
            made = write(staging)
            check_output_folder(target)
            _swap(staging, target)
    except OSError as error:
        reason = os_reason(error)
        problem = problem_of(target, "results-not-written", reason=reason)
        own = isinstance(error, OutputError)
        raise OutputError(error.args[0] if own else problem) from error
    return made


def check_output_folder(folder: Path) -> None:
    """
    Check that a result may be written to a folder without loss of other files.

    Parameters
    ----------
    folder
        The result folder; it need not be there.

    Raises
    ------
    OutputError
        If it is a file, or holds anything that circle did not write.
    """
    target = folder.resolve()
    # Asked in one step, as another run may set the folder aside between two.
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if target.parent == target or not stat.S_ISDIR(target.stat().st_mode):
            raise OutputError(problem_of(target, "no-folder"))
    try:
        foreign = _foreign_files(target)
    except OSError as error:
        problem = problem_of(target, "folder-not-read", reason=os_reason(error))
        raise OutputError(problem) from error
    if not foreign:
        return
    found = tuple(sorted(foreign))
    raise OutputError(problem_of(target, "foreign-files", values=found))


def _write_all(assessment: Assessment, folder: Path) -> OutputPaths:
    """Write every output; the record last, as it lists the others."""
    areas = measure_map_areas(assessment.city, assessment.sites)
    maps = write_atlas(assessment, folder, areas=areas)
    report, workbook = folder / "report.html", folder / "gaps.xlsx"
    write_report(assessment, report)
    write_workbook(assessment, workbook)
    tables = write_csv_twins(assessment, folder / "tables")
    geopackage = folder / "coverage.gpkg"
    drawn = result_layers(assessment, areas)
    write_geopackage(assessment, geopackage, layers=drawn)
    files = write_layer_files(assessment, folder / "layers", layers=drawn)
    layers = (geopackage, *files)
    written = Written(maps, report, workbook, tables, layers)
    start, record = folder / START, folder / RECORD
    write_start_page(assessment, start, written=written, record=RECORD)
    results = write_results(results_of(assessment), folder / RESULTS_FOLDER)
    write_record(assessment, record, outputs=(start, *written.files, *results))
    return OutputPaths(
        folder, start, maps, report, workbook, tables, layers, results, record
    )


def _moved(paths: OutputPaths, target: Path) -> OutputPaths:
    """Give the paths as they are after the move."""

    def moved(path: Path) -> Path:
        return target / path.relative_to(paths.folder)

    return OutputPaths(
        folder=target,
        start=moved(paths.start),
        maps=tuple(moved(one) for one in paths.maps),
        report=moved(paths.report),
        workbook=moved(paths.workbook),
        tables=tuple(moved(one) for one in paths.tables),
        layers=tuple(moved(one) for one in paths.layers),
        results=tuple(moved(one) for one in paths.results),
        record=moved(paths.record),
    )


def _foreign_files(folder: Path) -> set[str]:
    """List the files in a folder that circle did not write."""
    found: set[str] = set()
    # Another run may change the folder between the two looks: look again.
    for _ in range(_ATTEMPTS):
        found = _files_in(folder) - _recorded_files(folder)
        if not found:
            break
    return found


def _files_in(folder: Path) -> set[str]:
    """List what is in a folder, at any depth, but for litter; follow no links."""
    if not folder.exists():
        return set()
    found = set()
    for place, folders, files in os.walk(folder, onerror=_raise):
        links = [one for one in folders if (Path(place) / one).is_symlink()]
        for name in (*files, *links):
            if not _LITTER.fullmatch(name):
                found.add((Path(place) / name).relative_to(folder).as_posix())
        if not files and not folders and Path(place) != folder:
            found.add(f"{Path(place).relative_to(folder).as_posix()}/")
    return found


def _raise(error: OSError) -> None:
    """
    Let a folder that cannot be listed be an error, not an empty one.

    Raises
    ------
    OSError
        Unless the folder has just gone, as another run replaced it.
    """
    if not isinstance(error, FileNotFoundError):
        raise error


def _recorded_files(folder: Path) -> set[str]:
    """Read from a run record what circle wrote; nothing without a record."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        names = {str(PurePosixPath(one["file"])) for one in record["outputs"]}
        is_own = "circle" in record
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return set()
    return {RECORD, *names} if is_own else set()


def _swap(staging: Path, target: Path) -> None:
    """
    Put a finished folder in place of the target, and remove the old one.

    Raises
    ------
    OSError
        If the target cannot be replaced; the old one is then in its place.
    """
    for attempt in itertools.count(1):
        old = _set_aside(target)
        try:
            staging.rename(target)
        except OSError as error:
            if old is not None:
                _restore(old, target)
            # Another run may have put its result there in between: try again.
            if error.errno not in _TAKEN or attempt == _MOST_RUNS:
                raise
        else:
            break
        finally:
            if old is not None:
                remove(old)


def _set_aside(target: Path) -> Path | None:
    """Rename the old result, as a folder in use cannot be replaced in one step."""
    old = passing_path(target, "old")
    try:
        target.rename(old)
    except FileNotFoundError:
        return None
    return old


def _restore(old: Path, target: Path) -> None:
    """
    Put the old result back, unless another run has put its own there.

    Raises
    ------
    OSError
        If it cannot be put back.
    """
    try:
        old.rename(target)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise


def _put_back(target: Path) -> None:
    """Put back, or remove, what a run set aside that was then stopped."""
    for left in leftovers(target, "old"):
        if target.exists():
            remove(left)
        else:
            # Stopped between the two renames: the old result is the result.
            left.rename(target)
