"""Control totals: scale the people of cells to what is published for an area."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.age_bands import PREFIX, band_columns, band_problems, with_age_bands
from circle.areas import home_ids
from circle.contracts import CELLS, COMMITTEES
from circle.errors import InputError, gather
from circle.files import RawTable
from circle.problems import Problem, Value, problem_in
from circle.profile import Profile
from circle.reading import read_table, with_warnings
from circle.study import Study
from circle.tables import Contract, conform, match_columns
from circle.whole_people import share_out_people

CONTROL_TOTALS = Contract(
    "control_totals",
    ("subdistrict_id",),
    (
        replace(
            COMMITTEES.column("subdistrict_id"),
            description="Code or name of the street office or town.",
        ),
        replace(
            CELLS.column("population"),
            description="Published people of the subdistrict, whole.",
            synonyms=(*CELLS.column("population").synonyms, "常住人口", "总人口"),
        ),
    ),
)
POPULATION = "population"
REST = "rest"

Exact = NDArray[np.float64]


def read_control_totals(
    study: Study, *, profile: Profile, subdistricts: gpd.GeoDataFrame
) -> pd.DataFrame | None:
    """
    Read the control totals of a study.

    Parameters
    ----------
    study
        The study.
    profile
        The profile; names the age bands.
    subdistricts
        Contract ``subdistricts``; an empty table if they are not known, and then no
        row is held against them.

    Returns
    -------
    totals
        ``subdistrict_id``, ``population`` and the age bands given, whole people;
        None where the study has no control totals.

    Raises
    ------
    InputError
        With every fault of the table: columns, values, ids, decimals, unknown
        subdistricts, age bands beyond the total.
    """
    source = study.population.control_totals
    if source is None:
        return None
    contract = with_age_bands(CONTROL_TOTALS, profile)
    raw = read_table(
        study.input_path(source.path),
        [contract],
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, contract, columns=source.columns)
    found, _ = match_columns(raw, contract, columns=source.columns)
    people = [one for one in table.columns if str(one).startswith(POPULATION)]
    for name in people:
        split = table[name].notna() & (table[name] % 1 != 0)
        if split.any():
            rows, column = raw.rows.index[split], found[name]
            problems.append(
                problem_in(
                    raw, "people-with-decimals", rows=rows, column=column, name=name
                )
            )
    if "subdistrict_id" in table.columns and len(subdistricts):
        table["subdistrict_id"] = home_ids(table["subdistrict_id"], subdistricts)
        problems += _strange_homes(raw, table["subdistrict_id"], subdistricts)
    if not problems:
        problems += band_problems(table, where=raw.where, row_word=raw.row_word)
    gather(problems, InputError)
    totals = table.astype(dict.fromkeys(people, float)).reset_index(drop=True)
    return with_warnings(totals, raw.warnings)


def _strange_homes(
    raw: RawTable, home: pd.Series, subdistricts: gpd.GeoDataFrame
) -> list[str]:
    """Name subdistricts that the study does not have, and those named twice."""
    known = tuple(str(one) for one in subdistricts["subdistrict_id"])
    strange = home.notna() & ~home.isin(known)
    values = tuple(dict.fromkeys(str(one) for one in home[strange]))
    problems = _named(raw, strange, "unknown-subdistrict", values=values, known=known)
    # One row may give the code and another the name.
    twice = home.notna() & ~strange & home.duplicated(keep=False)
    ids = tuple(sorted({str(one) for one in home[twice]}))
    return problems + _named(raw, twice, "total-twice", ids=ids)


def scale_to_totals(
    cells: gpd.GeoDataFrame, totals: pd.DataFrame, *, where: str
) -> gpd.GeoDataFrame:
    """
    Scale the cells of each subdistrict to its control total, to the person.

    Parameters
    ----------
    cells
        Contract ``cells`` with ``subdistrict_id`` and, or not, age bands.
    totals
        ``subdistrict_id``, ``population`` and, or not, age bands; whole people.
    where
        The table of totals, for messages.

    Returns
    -------
    cells
        Whole people in the subdistricts of `totals`; the others as they were. An
        age band without a total of its own is scaled like all people. An age band
        that the cells do not know is spread over them like all people.

    Raises
    ------
    InputError
        If a subdistrict or age band with people has no cell to put them in, or a
        new age band is not given for every subdistrict.
    """
    old = band_columns(cells)
    given = band_columns(totals)
    new = [one for one in given if one not in old]
    scaled = cells.copy()
    scaled[new] = 0.0
    problems = _without_totals(cells, totals, new, where)
    exact = split_parts(cells, old)
    home = cells["subdistrict_id"].to_numpy(dtype=object)
    columns = [*old, *new]
    for row in totals.to_dict("records"):
        at = np.flatnonzero(home == row["subdistrict_id"])
        wanted = {name: int(row[name]) for name in (POPULATION, *given)}
        # A new age band lives where people live.
        everyone = exact[at].sum(axis=1)
        weights = dict.fromkeys(new, everyone)
        weights |= {one: exact[at, n] for n, one in enumerate([*old, REST])}
        told = {"where": where, "home": str(row["subdistrict_id"])}
        try:
            people = _shared(wanted, weights, everyone, (*columns, REST), **told)
        except InputError as error:
            problems += error.problems
            continue
        put_people(scaled, at, columns, people)
    gather(problems, InputError)
    return scaled


def _named(raw: RawTable, bad: pd.Series, key: str, **values: Value) -> list[str]:
    """Name faulty rows of a table."""
    if not bad.any():
        return []
    return [problem_in(raw, key, rows=raw.rows.index[bad], column="", **values)]


def split_parts(cells: pd.DataFrame, bands: list[str]) -> Exact:
    """
    Split people into age bands and the rest.

    Parameters
    ----------
    cells
        Cells with ``population`` and the columns of `bands`.
    bands
        Columns of age bands.

    Returns
    -------
    parts
        Shape (cells, bands + 1); the last column is people of no band. Rows add up
        to ``population``.
    """
    people = cells[POPULATION].to_numpy(dtype=float)
    parts: Exact = cells[bands].to_numpy(dtype=float, copy=True)
    together = parts.sum(axis=1)
    # Bands rounded one by one may pass the total by half a person; it goes first.
    over = together > people
    parts[over] *= (people[over] / together[over])[:, None]
    return np.column_stack([parts, np.clip(people - parts.sum(axis=1), 0.0, None)])


def _without_totals(
    cells: pd.DataFrame, totals: pd.DataFrame, new: list[str], where: str
) -> list[str]:
    """Name subdistricts that lack a total of an age band the cells do not know."""
    if not new:
        return []
    lived_in = cells[cells[POPULATION] > 0]["subdistrict_id"].dropna().unique()
    short = sorted(set(lived_in) - set(totals["subdistrict_id"]))
    if not short:
        return []
    bands = ", ".join(one.removeprefix(PREFIX) for one in new)
    values: dict[str, Value] = {"ids": tuple(map(str, short)), "bands": bands}
    return [Problem("band-totals-missing", where, values=values)]


def _shared(
    wanted: Mapping[str, int],
    weights: Mapping[str, Exact],
    everyone: Exact,
    parts: Sequence[str],
    *,
    where: str,
    home: str,
) -> NDArray[np.int64]:
    """
    Share the totals of one subdistrict out over its cells, one part at a time.

    Raises
    ------
    InputError
        If people have no cell to live in.
    """
    total = wanted[POPULATION]
    if total > 0 and not everyone.sum() > 0:
        told = {"home": home, "total": f"{total:,}"}
        raise InputError(Problem("total-without-cells", where, values=told))
    target = dict(wanted)
    del target[POPULATION]
    left = total - sum(target.values())
    free = [one for one in parts if one not in target]
    sums = np.array([weights[one].sum() for one in free])
    if not sums.sum() > 0:
        sums = np.array([float(one == REST) for one in free])
    shares = share_out_people(left, sums).tolist()
    target |= dict(zip(free, shares, strict=True))
    people = np.zeros((len(everyone), len(parts)), dtype=np.int64)
    for column, part in enumerate(parts):
        weight = weights[part]
        if part == REST and not weight.sum() > 0:
            weight = everyone
        if target[part] > 0 and not weight.sum() > 0:
            told = {"home": home, "total": f"{target[part]:,}"}
            told["band"] = part.removeprefix(PREFIX)
            raise InputError(Problem("band-without-cells", where, values=told))
        if target[part] > 0:
            people[:, column] = share_out_people(target[part], weight)
    return people


def put_people(
    cells: gpd.GeoDataFrame,
    at: NDArray[np.int64],
    columns: Sequence[str],
    people: NDArray[np.int64],
) -> None:
    """
    Write whole people into some rows of a table of cells, in place.

    Parameters
    ----------
    cells
        The cells.
    at
        Positions of the rows, shape (rows,).
    columns
        Columns of age bands.
    people
        Shape (rows, columns + 1); the last column is people of no band.
    """
    for number, name in enumerate((POPULATION, *columns)):
        values = cells[name].to_numpy(dtype=float, copy=True)
        values[at] = people.sum(axis=1) if number == 0 else people[:, number - 1]
        cells[name] = values
