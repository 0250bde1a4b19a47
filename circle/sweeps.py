"""Sweeps: many runs side by side, kept as they finish, resumed where they stopped."""

import importlib
import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from circle.csv_tables import csv_text
from circle.errors import ConfigError, OutputError, Words
from circle.problems import os_reason, problem_of
from circle.sweep_run import FIGURES, run_key, run_one
from circle.sweep_spec import SweepRun
from circle.whole_files import whole_file

OnCount = Callable[[int, int], None]
# How long a cluster may have no worker: time enough for a queue to start one.
WORKER_WAIT_S = 120.0


@dataclass(frozen=True)
class Sweep:
    """What a sweep found."""

    table: pd.DataFrame
    """One row for each run, in the order of the runs."""
    n_known: int
    """Runs that were finished before."""
    n_made: int
    """Runs made now."""


def sweep(
    runs: Sequence[SweepRun],
    out: Path | str,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    on_count: OnCount = lambda *_: None,
) -> Sweep:
    """
    Make all runs of a sweep that are not finished yet, and write their table.

    Each finished run is kept at once in a journal beside the table
    (``<table>.runs.jsonl``), under the digest of everything it depends on: a sweep
    that was stopped, at whatever moment, goes on from there. Runs that failed are
    made again. The table is the same whatever makes the runs.

    Parameters
    ----------
    runs
        The runs.
    out
        The table to write (.csv).
    workers
        Processes on this machine; one for each core if not given.
    scheduler
        Address of a Dask scheduler, in place of processes of this machine; its
        workers need circle and the same files at the same paths.
    on_count
        Called with the number of runs made now and of all that are to be made: at the
        beginning, and whenever one is finished.

    Returns
    -------
    sweep
        The table, and how many runs were known and made.

    Raises
    ------
    CircleError
        If a study cannot be read.
    OutputError
        If the table cannot be written.
    """
    path = Path(out)
    journal = path.with_name(f"{path.name}.runs.jsonl")
    keys = [run_key(one) for one in runs]
    rows = _read_journal(journal)
    known = {one for one in keys if one in rows}
    missing = {
        key: run for key, run in zip(keys, runs, strict=True) if key not in known
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with journal.open("a", encoding="utf-8", newline="\n") as file:
            # Whatever a killed run left half-written ends here.
            file.write("\n" if journal.stat().st_size else "")
            on_count(0, len(missing))
            made = _made(missing, workers=workers, scheduler=scheduler)
            for number, (key, row) in enumerate(made, start=1):
                rows[key] = row
                if row["status"] == "done":
                    file.write(json.dumps({"key": key, "row": row}) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                on_count(number, len(missing))
        table = _table([rows[one] for one in keys])
        _write(table, path)
    except OSError as error:
        reason = os_reason(error)
        raise OutputError(
            problem_of(path.name, "not-written", reason=reason)
        ) from error
    return Sweep(table, len(known), len(missing))


def _read_journal(path: Path) -> dict[str, dict[str, Any]]:
    """Read the finished runs; a line that was not written whole is passed over."""
    if not path.exists():
        return {}
    rows = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
            rows[str(entry["key"])] = dict(entry["row"])
        except (ValueError, TypeError, KeyError):
            continue
    return rows


def _made(
    missing: Mapping[str, SweepRun], *, workers: int | None, scheduler: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Make runs, and give each as it is finished."""
    n_workers = min(workers or os.cpu_count() or 1, len(missing))
    if scheduler is not None and missing:
        yield from _on_cluster(missing, scheduler)
    elif n_workers > 1:
        yield from _in_processes(missing, n_workers)
    else:
        for key, run in missing.items():
            yield key, run_one(run)


def _in_processes(
    missing: Mapping[str, SweepRun], workers: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Make runs in processes of this machine."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_end_with_parent
    ) as pool:
        waiting = {pool.submit(run_one, run): key for key, run in missing.items()}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def _end_with_parent() -> None:
    """End this process when the one that started it is killed."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _on_cluster(
    missing: Mapping[str, SweepRun], scheduler: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Make runs on a Dask cluster.

    Raises
    ------
    ConfigError
        If Dask is not installed, no scheduler answers, or it has no worker.
    """
    try:
        # An extra of the installation, without types.
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise ConfigError(
            Words(
                "--scheduler needs Dask, which is not installed; install "
                "service-circle[cluster].",
                zh="--scheduler 需要 Dask，尚未安装；请安装 service-circle[cluster]。",
            )
        ) from error
    try:
        client = distributed.Client(scheduler, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ConfigError(
            Words(
                f"--scheduler: no Dask scheduler answers at {scheduler}; expected an "
                "address such as tcp://127.0.0.1:8786.",
                zh=f"--scheduler：{scheduler} 没有 Dask 调度器应答；"
                "应为地址，例如 tcp://127.0.0.1:8786。",
            )
        ) from error
    with client:
        _wait_for_worker(client, scheduler)
        futures = {
            client.submit(run_one, run, pure=False): key for key, run in missing.items()
        }
        for done in distributed.as_completed(futures, loop=client.loop):
            yield futures[done], done.result()


def _wait_for_worker(client: Any, scheduler: str) -> None:
    """
    Wait until a cluster can make a run; without workers it would wait for ever.

    Raises
    ------
    ConfigError
        If no worker joins in time.
    """
    try:
        client.wait_for_workers(1, timeout=WORKER_WAIT_S)
    except TimeoutError as error:
        raise ConfigError(
            Words(
                f"--scheduler: the Dask scheduler at {scheduler} had no worker for "
                f"{WORKER_WAIT_S:.0f} s; start one: dask worker {scheduler}",
                zh=f"--scheduler：{scheduler} 的 Dask 调度器在 {WORKER_WAIT_S:.0f} 秒内"
                f"没有工作进程；请启动一个：dask worker {scheduler}",
            )
        ) from error


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay out the rows: study, options, status, figures."""
    named = dict.fromkeys(key for one in rows for key in one)
    last = ("status", *FIGURES, "message")
    columns = [*(one for one in named if one not in last), *last]
    return pd.DataFrame([dict(one) for one in rows], columns=columns)


def _write(table: pd.DataFrame, path: Path) -> None:
    """Write the table whole."""
    safe = table.copy()
    for name in safe.columns:
        values = safe[name].to_numpy(dtype=object)
        if any(isinstance(one, str) for one in values):
            safe[name] = [
                csv_text(one) if isinstance(one, str) else one for one in values
            ]
    with whole_file(path) as part:
        safe.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\r\n")
