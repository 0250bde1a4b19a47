"""Read a plain table of demands, candidates and distances; millions of rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from circle.errors import InputError, gather
from circle.problems import os_reason, problem_in, problem_of
from circle.raw_table import fold_name

COLUMNS = ("demand_id", "weight", "candidate_id", "distance")
_IDS = ("demand_id", "candidate_id")
_SEPARATORS = (",", "\t", ";")
_ENCODINGS = ("utf8", "gb18030")
# Bytes read at once: large enough that few dictionaries of ids are to be joined.
_BLOCK = 16_777_216
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class MatrixTable:
    """A table of distances, by position."""

    demand_id: NDArray[np.object_]
    """Id of each demand, ascending, shape (demands,)."""
    weight: NDArray[np.float64]
    """Weight of each demand, shape (demands,)."""
    candidate_id: NDArray[np.object_]
    """Id of each candidate, ascending, shape (candidates,)."""
    demand: NDArray[np.integer[Any]]
    """Demand of each pair, shape (pairs,)."""
    candidate: NDArray[np.integer[Any]]
    """Candidate of each pair, shape (pairs,)."""
    distance: NDArray[np.float64]
    """Distance of each pair, the least where a pair stands twice, shape (pairs,)."""


@dataclass(frozen=True)
class _File:
    """A file, for messages."""

    where: str
    row_word: str = "row"


def read_matrix(path: Path) -> MatrixTable:
    """
    Read a table of distances.

    Parameters
    ----------
    path
        CSV (UTF-8, GBK or GB18030; commas, semicolons or tabs) or Parquet with the
        columns ``demand_id``, ``weight``, ``candidate_id`` and ``distance``, in any
        order; one row per pair. A row without a distance (empty, NaN or infinite)
        only names its demand and its candidate.

    Returns
    -------
    table
        Ids are texts, so that leading zeros stay. Where a pair stands twice, the
        least distance counts.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, a weight or distance is
        negative or no number, an id is empty, or a demand has two weights.
    """
    table = _read_table(path)
    problems: list[str] = []
    demand, demand_id = _ids(path, table, "demand_id", problems)
    candidate, candidate_id = _ids(path, table, "candidate_id", problems)
    weights = _numbers(path, table, "weight", problems)
    distance = _numbers(path, table, "distance", problems)
    del table
    weight, least, most, sound = weigh_demands(
        (demand, candidate, weights, distance), len(demand_id)
    )
    if not sound or problems:
        _check_rows(path, (demand, candidate, weights, distance), problems)
        gather(problems, InputError)
    twice = np.flatnonzero(least != most)
    if len(twice):
        ids = tuple(str(one) for one in demand_id[twice])
        one = problem_in(_File(path.name), "two-weights", ids=ids)
        gather([one], InputError)
    pairs = sort_pairs(demand, candidate, distance, len(demand_id))
    return MatrixTable(demand_id, weight, candidate_id, *pairs)


def _read_table(path: Path) -> pa.Table:
    """
    Read the four columns of a file.

    Raises
    ------
    InputError
        If it cannot be read, or a column is missing.
    """
    try:
        if path.suffix.lower() in _PARQUET:
            table = parquet.read_table(path)
            table.validate(full=True)
        else:
            table = _read_csv(path)
    except (OSError, pa.ArrowException, UnicodeError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else str(error)
        one = problem_of(path.name, "matrix-not-read", reason=reason.splitlines()[0])
        failed = InputError(str(one))
        failed.gathered = (one,)
        raise failed from error
    names = [fold_name(one) for one in table.column_names]
    missing = [one for one in COLUMNS if names.count(one) != 1]
    if missing:
        one = problem_of(
            path.name, "matrix-columns", columns=", ".join(table.column_names),
            expected=", ".join(COLUMNS), missing=", ".join(missing),
        )  # fmt: skip
        gather([one], InputError)
    return table.rename_columns(names).select(list(COLUMNS))


def _read_csv(path: Path) -> pa.Table:
    """
    Read a text table, ids as texts and the rest as numbers where they are.

    Raises
    ------
    InputError
        If it is empty.
    ArrowInvalid
        If it is no table.
    UnicodeError
        If the text is in no known encoding.
    """
    with path.open("rb") as file:
        head = file.read(65_536)
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].strip()
    if not first:
        one = problem_of(path.name, "matrix-empty", expected=", ".join(COLUMNS))
        gather([one], InputError)
    separator = max(_SEPARATORS, key=lambda one: first.count(one.encode()))
    names = [one.decode("utf-8", "replace") for one in first.split(separator.encode())]
    names = [one.strip().strip('"') for one in names]
    id_type = pa.dictionary(pa.int32(), pa.string())
    for encoding in _ENCODINGS:
        for number_type in (pa.float64(), pa.string()):
            kinds = {
                one: id_type if fold_name(one) in _IDS else number_type
                for one in names
                if fold_name(one) in COLUMNS
            }
            try:
                return arrow_csv.read_csv(
                    path,
                    read_options=arrow_csv.ReadOptions(
                        encoding=encoding, block_size=_BLOCK
                    ),
                    parse_options=arrow_csv.ParseOptions(delimiter=separator),
                    convert_options=arrow_csv.ConvertOptions(column_types=kinds),
                )
            except pa.ArrowInvalid as error:
                if "UTF8" in str(error) or "utf8" in str(error):
                    break
                # Words where numbers should be: read as texts, reported later.
                if number_type == pa.string():
                    raise
    message = "the text is neither UTF-8 nor GB18030"
    raise UnicodeError(message)


def _ids(
    path: Path, table: pa.Table, name: str, problems: list[str]
) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Give a number to the ids of a column ascending; -1 where there is none."""
    column = table.column(name)
    if pa.types.is_floating(column.type):
        problems.append(problem_in(_File(path.name), "decimal-ids", column=name))
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    column = column.unify_dictionaries()
    parts = [
        one.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        for one in column.chunks
    ]
    raw = np.concatenate([np.zeros(0, np.int32), *parts]).astype(np.int32, copy=False)
    texts = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
    texts = ["" if one is None else str(one).strip() for one in texts]
    # A Parquet dictionary may hold ids that stand in no row.
    used = np.bincount(raw[raw >= 0], minlength=len(texts)) > 0
    named = {one for one, there in zip(texts, used, strict=True) if there}
    found = np.array(sorted(named - {""}), dtype=object)
    place = {one: k for k, one in enumerate(found)}
    numbers = np.array([place.get(one, -1) for one in texts] + [-1], np.int32)
    return numbers[raw], found


def _numbers(
    path: Path, table: pa.Table, name: str, problems: list[str]
) -> NDArray[np.float64]:
    """Read a column as numbers, NaN where it is empty."""
    column = table.column(name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = pd.Series(column.to_pylist(), dtype=object).fillna("")
        texts = texts.astype(str).str.strip()
        numbers = pd.to_numeric(texts, errors="coerce").to_numpy(float)
        bad = np.isnan(numbers) & ~texts.str.lower().isin(["", "nan"]).to_numpy()
        if bad.any():
            found = tuple(dict.fromkeys(texts[bad]))
            _add(problems, path, name, bad, "not-a-number", values=found)
            numbers = np.where(bad, 0.0, numbers)
        return np.asarray(numbers, np.float64)
    return np.asarray(
        column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64
    )


def _check_rows(
    path: Path,
    columns: "Columns",
    problems: list[str],
) -> None:
    """Add what is wrong with rows."""
    demand, candidate, weight, distance = columns
    lost = (candidate < 0) & (distance < np.inf)
    wrong = (weight < 0) | np.isinf(weight)
    for name, bad, key in (
        ("demand_id", demand < 0, "no-id"),
        ("candidate_id", lost, "no-id-beside-distance"),
        ("weight", np.isnan(weight), "no-weight"),
        ("weight", wrong, "negative-weight"),
        ("distance", distance < 0, "negative-distance"),
    ):
        if bad.any():
            _add(problems, path, name, bad, key)


def _add(
    problems: list[str], path: Path, name: str, bad: NDArray[np.bool_], key: str,
    **values: tuple[str, ...],
) -> None:  # fmt: skip
    """Add a problem of some rows; the header is row 1."""
    rows = (np.flatnonzero(bad) + 2).tolist()
    problems.append(problem_in(_File(path.name), key, rows=rows, column=name, **values))


Columns = tuple[
    NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]
]


@njit(cache=True, nogil=True)
def weigh_demands(
    columns: Columns, n_demands: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], bool]:
    """
    Give each demand its weight, and say whether all rows are sound, in one pass.

    Parameters
    ----------
    columns
        Demand, candidate, weight and distance of each row; -1 where there is no id.
    n_demands
        Number of demands.

    Returns
    -------
    weight
        Weight in the first row of each demand, shape (demands,).
    least
        Least weight of each demand, shape (demands,).
    most
        Greatest weight of each demand, shape (demands,).
    sound
        No row lacks an id or has a wrong number.
    """
    demand, candidate, weights, distance = columns
    weight = np.full(n_demands, np.nan)
    least, most = np.full(n_demands, np.inf), np.full(n_demands, -np.inf)
    sound = True
    for row in range(len(demand)):
        one, own, far = demand[row], weights[row], distance[row]
        lost = candidate[row] < 0 and not np.isnan(far) and far != np.inf
        if one < 0 or lost or not 0.0 <= own < np.inf or far < 0.0:
            sound = False
            continue
        if np.isnan(weight[one]):
            weight[one] = own
        least[one], most[one] = min(least[one], own), max(most[one], own)
    return weight, least, most, sound


@njit(cache=True, nogil=True)
def sort_pairs(
    demand: NDArray[np.int32],
    candidate: NDArray[np.int32],
    distance: NDArray[np.float64],
    n_demands: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """
    Sort pairs by demand, then candidate, and keep the least distance of each.

    Parameters
    ----------
    demand
        Demand of each row, 0 or more.
    candidate
        Candidate of each row; -1 where there is none.
    distance
        Distance of each row; NaN or infinite where the pair is out of reach.
    n_demands
        Number of demands.

    Returns
    -------
    demand
        Demand of each pair, ascending.
    candidate
        Candidate of each pair.
    distance
        Distance of each pair.
    """
    first = np.zeros(n_demands + 1, np.int64)
    for row in range(len(demand)):
        if distance[row] < np.inf:
            first[demand[row] + 1] += 1
    first = np.cumsum(first)
    place, n = first.copy(), first[-1]
    other, far = np.empty(n, np.int32), np.empty(n, np.float64)
    for row in range(len(demand)):
        if distance[row] < np.inf:
            k = place[demand[row]]
            other[k], far[k] = candidate[row], distance[row]
            place[demand[row]] += 1
    owner = np.empty(n, np.int32)
    done = 0
    for one in range(n_demands):
        mine, own = other[first[one] : first[one + 1]], far[first[one] : first[one + 1]]
        rising = True
        for k in range(1, len(mine)):
            rising = rising and mine[k - 1] < mine[k]
        if not rising:
            order = np.argsort(mine)
            mine, own = mine[order], own[order]
        begin = done
        for k in range(len(mine)):
            if done > begin and other[done - 1] == mine[k]:
                far[done - 1] = min(far[done - 1], own[k])
            else:
                owner[done], other[done], far[done] = one, mine[k], own[k]
                done += 1
    return owner[:done], other[:done], far[:done]
