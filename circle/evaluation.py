"""Reach, coverage and missing items of a city, afresh or for some types only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from circle.city import City
from circle.coverage import count_coverage, recount_coverage
from circle.errors import CircleBug
from circle.missing_items import (
    PLANNED,
    AgeTexts,
    find_missing_items,
    find_planned,
    renew_missing_items,
    write_ages,
)
from circle.reach import Reach
from circle.travel import measure_tables, serving_rows

Stage = Callable[[str], None]
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Evaluation:
    """What hangs on reach alone: the part of an assessment that scripts vary."""

    city: City
    """The inputs."""
    committee_reach: Reach | None
    """Reach from the committees; None where there are none."""
    cell_reach: Reach
    """Reach from the cells."""
    coverage: pd.DataFrame
    """Contract ``coverage``."""
    missing_items: pd.DataFrame
    """Contract ``missing_items``, sorted by rank."""
    planned: Rows
    """What `missing_items.find_planned` gives."""
    ages: AgeTexts
    """What `missing_items.write_ages` gives."""


def evaluate(
    city: City,
    *,
    base: Evaluation | None = None,
    type_ids: Sequence[str] | None = None,
    on_stage: Stage = lambda _: None,
) -> Evaluation:
    """
    Measure reach, count coverage and list the missing items of a city.

    Parameters
    ----------
    city
        The city.
    base
        An evaluation of the same city before facilities of some types changed; its
        reach is taken over for all other types.
    type_ids
        With `base`, the types to measure anew; all if not given.
    on_stage
        Called with the name of each stage as it begins: ``reach``, ``coverage``.

    Returns
    -------
    evaluation
        The same to the byte with a base and without.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> whole = evaluate(city)
    >>> again = evaluate(city, base=whole, type_ids=["kindergarten"])
    >>> again.coverage.equals(whole.coverage)
    True
    """
    known = base if base is not None and type_ids is not None else None
    types = city.type_ids if known is None else tuple(type_ids or ())
    on_stage("reach")
    committees, cells = _measured(city, known, types)
    planned = _planned(city, known, types)
    ages = _ages(city, base)
    on_stage("coverage")
    if known is None:
        coverage = count_coverage(city, committees=committees, cells=cells)
        items = find_missing_items(city, committees, planned=planned, ages=ages)
    else:
        coverage = recount_coverage(
            city, known.coverage, committees=committees, cells=cells, type_ids=types
        )
        items = renew_missing_items(
            city,
            known.missing_items,
            committees,
            planned=planned,
            type_ids=types,
            ages=ages,
        )
    return Evaluation(
        city=city,
        committee_reach=committees,
        cell_reach=cells,
        coverage=coverage,
        missing_items=items,
        planned=planned,
        ages=ages,
    )


def _ages(city: City, base: Evaluation | None) -> AgeTexts:
    """Write the people by age, unless no people have changed."""
    if (
        base is not None
        and base.city.cells is city.cells
        and base.city.committees is city.committees
        and base.city.profile.age_bands == city.profile.age_bands
    ):
        return base.ages
    return write_ages(city)


def _measured(
    city: City, known: Evaluation | None, types: tuple[str, ...]
) -> tuple[Reach | None, Reach]:
    """Measure both tables of origins, as far as they are not known."""
    tables = ("cells",) if city.committees.empty else ("cells", "committees")
    if known is None:
        found = measure_tables(city, tables, type_ids=types)
        return (found[1] if len(found) > 1 else None), found[0]
    fresh: tuple[Reach | None, ...] = (None,) * len(tables)
    if types:
        fresh = measure_tables(city, tables, type_ids=types)
    cells = _renewed(known.cell_reach, fresh[0], known.city, city)
    if len(tables) == 1:
        return None, cells
    return _renewed(known.committee_reach, fresh[1], known.city, city), cells


def _planned(city: City, known: Evaluation | None, types: tuple[str, ...]) -> Rows:
    """Find planned facilities, as far as they are not known."""
    if known is None:
        return find_planned(city, types)
    planned = _moved(known.planned, known.city, city)
    anew = [one for one in types if not _same_plans(known.city, city, one)]
    if anew:
        columns = [city.type_ids.index(one) for one in anew]
        planned[:, columns] = find_planned(city, anew)
    return planned


def _same_plans(before: City, after: City, type_id: str) -> bool:
    """Tell whether the planned facilities of a type are the same in two cities."""
    plans = []
    for city in (before, after):
        (rows,) = serving_rows(city, (type_id,), statuses=PLANNED)
        shapes = city.facilities.geometry.to_numpy()[rows]
        plans.append((city.facilities["facility_id"].iloc[rows].tolist(), shapes))
    (ids, places), (other_ids, others) = plans
    return ids == other_ids and bool(shapely.equals_identical(places, others).all())


def _renewed(
    old: Reach | None, fresh: Reach | None, before: City, after: City
) -> Reach:
    """Take over what is known, and put the types that were measured again into it."""
    if old is None:
        message = "evaluate: the base has no reach from committees; the city has some."
        raise CircleBug(message)
    facility = _moved(old.facility, before, after)
    if fresh is None:
        return replace(old, facility=facility)
    time_s, joined = old.time_s.copy(), old.joined.copy()
    columns = [old.type_ids.index(one) for one in fresh.type_ids]
    time_s[:, columns], joined[:, columns] = fresh.time_s, fresh.joined
    facility[:, columns] = fresh.facility
    return replace(old, time_s=time_s, facility=facility, joined=joined)


def _moved(facility: Rows, before: City, after: City) -> Rows:
    """Follow facilities to their rows in the changed table."""
    old = before.facilities["facility_id"]
    new = after.facilities["facility_id"]
    if len(old) == len(new) and old.equals(new):
        return facility.copy()
    row = pd.Index(new).get_indexer(old)
    # The last place stands for "none", which is -1 here and there.
    moved = np.append(row, -1).astype(np.int32)
    return np.asarray(moved[facility], dtype=np.int32)
