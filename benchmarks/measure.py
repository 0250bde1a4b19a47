"""Measure seconds and memory, and keep what was measured; standard library only."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results.json"
_STATUS = Path("/proc/self/status")


class Stopwatch:
    """Notes the seconds of each lap, and the peak memory after the last one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak_mb = 0.0

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Measure what runs inside; laps of one name are added up."""
        begun = time.perf_counter()
        yield
        spent = time.perf_counter() - begun
        self.seconds[name] = self.seconds.get(name, 0.0) + spent
        self.peak_mb = peak_mb()


def peak_mb() -> float:
    """
    Give the most memory this process has held so far.

    Returns
    -------
    megabytes
        Peak resident memory in units of 10^6 bytes, imports included; NaN where the
        system does not tell.
    """
    if _STATUS.exists():
        # Not getrusage: on Linux a child begins with the peak of its parent there.
        for line in _STATUS.read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource  # noqa: PLC0415 - does not exist on Windows
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _environment() -> dict[str, str]:
    """Let Python keep what it compiles: an installed circle is compiled already."""
    never = "PYTHONDONTWRITEBYTECODE"
    return {key: value for key, value in os.environ.items() if key != never}


def run_module(
    module: str, arguments: Sequence[str], *, python: str | None = None
) -> dict[str, Any] | None:
    """
    Run one module in a process of its own and read back what it measured.

    Parameters
    ----------
    module
        Module to run; it writes JSON to the path that it gets as its last argument.
    arguments
        Arguments before that path.
    python
        Interpreter; the running one if not given.

    Returns
    -------
    measured
        What the module wrote; None if it found a package missing (exit code 3).

    Raises
    ------
    RuntimeError
        If the module fails in any other way.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [python or sys.executable, "-m", module, *arguments, str(answer)]
        done = subprocess.run(  # noqa: S603 - our own modules
            command,
            cwd=REPOSITORY,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == MISSING:
            return None
        if done.returncode != 0:
            message = f"{module} {' '.join(arguments)} failed:\n{done.stderr[-2000:]}"
            raise RuntimeError(message)
        measured: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        return measured


# Exit code of a process whose optional package is not installed.
MISSING = 3


def middle(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """
    Give the median of each lap over all rounds, and of the rounds' totals.

    Parameters
    ----------
    rounds
        Seconds by lap, one mapping per round; all with the same laps.

    Returns
    -------
    seconds
        Median seconds by lap, and ``total``.

    Examples
    --------
    >>> middle([{"build": 1.0, "query": 2.0}, {"build": 3.0, "query": 2.0}])
    {'build': 2.0, 'query': 2.0, 'total': 4.0}
    """
    laps = {name: median(one[name] for one in rounds) for name in rounds[0]}
    return {**laps, "total": median(sum(one.values()) for one in rounds)}


def describe_machine(packages: Sequence[str]) -> dict[str, Any]:
    """
    Say on what the figures were measured.

    Parameters
    ----------
    packages
        Distributions whose versions matter.

    Returns
    -------
    machine
        Cores this process may use, how busy they are, Python, and the versions found.
    """
    return {
        "cores": count_cores(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "versions": find_versions(packages),
    }


def find_versions(packages: Sequence[str]) -> dict[str, str]:
    """
    Find the versions of those packages that are installed.

    Parameters
    ----------
    packages
        Distributions.

    Returns
    -------
    versions
        Distribution to version.
    """
    versions = {}
    for one in packages:
        try:
            versions[one] = metadata.version(one)
        except metadata.PackageNotFoundError:
            continue
    return versions


def count_cores() -> int:
    """
    Count the cores this process may use.

    Returns
    -------
    cores
        At least 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_results(path: Path = RESULTS) -> dict[str, Any]:
    """
    Read all results kept so far.

    Parameters
    ----------
    path
        The file of results.

    Returns
    -------
    results
        Benchmark to what it measured; empty if nothing was kept yet.
    """
    if not path.exists():
        return {}
    results: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return results


def keep_result(name: str, result: Mapping[str, Any], *, path: Path = RESULTS) -> None:
    """
    Keep what one benchmark measured in place of its last result.

    Parameters
    ----------
    name
        Benchmark.
    result
        What it measured; must fit JSON.
    path
        The file of results.
    """
    text = json.dumps({**read_results(path), name: result}, indent=1, sort_keys=True)
    half = path.with_suffix(".part")
    half.write_text(text + "\n", "utf-8")
    half.replace(path)
