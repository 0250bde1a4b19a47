"""Reach, coverage and missing items of a city, afresh or for some types only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from circle.city import City
from circle.coverage import count_coverage, recount_coverage
from circle.errors import CircleBug
from circle.item_texts import ItemTexts, write_texts
from circle.missing_items import (
    PLANNED,
    KnownItems,
    find_missing_items,
    find_planned,
    renew_missing_items,
)
from circle.reached import Reach
from circle.travel import counting_rows, measure_tables
from circle.travel_again import Spreads, find_moves, follow, remeasure_tables

Stage = Callable[[str], None]
Rows = NDArray[np.int32]
# Which facility it is, and of which type.
_WHAT = ("facility_id", "type_id")


@dataclass(frozen=True)
class Evaluation:
    """What depends on reach alone: the part of an assessment that scripts vary."""

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
    texts: ItemTexts
    """What `item_texts.write_texts` gives."""
    spreads: Spreads
    """Searches that what-ifs go on from; made when they are first wanted."""

    @cached_property
    def known_items(self) -> KnownItems:
        """Its missing items as what-ifs go on from them; looked up when wanted."""
        return KnownItems.of(self.missing_items, self.texts)


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
    moved = None if known is None else find_moves(known.city, city)
    committees, cells = _measured(city, known, types, moved)
    planned = _planned(city, known, types, moved)
    texts = _texts(city, base)
    on_stage("coverage")
    if known is None:
        coverage = count_coverage(city, committees=committees, cells=cells)
        items = find_missing_items(city, committees, planned=planned, texts=texts)
    else:
        same = texts is known.texts
        coverage = recount_coverage(
            city, known.coverage, committees=committees, cells=cells, type_ids=types
        )
        items = renew_missing_items(
            city,
            known.known_items if same else KnownItems.of(known.missing_items, texts),
            committees,
            planned=planned,
            type_ids=types,
            texts=texts,
        )
    return Evaluation(
        city=city,
        committee_reach=committees,
        cell_reach=cells,
        coverage=coverage,
        missing_items=items,
        planned=planned,
        texts=texts,
        spreads=Spreads(city),
    )


def _texts(city: City, base: Evaluation | None) -> ItemTexts:
    """Write what items show of committees, unless no people have changed."""
    if (
        base is not None
        and base.city.cells is city.cells
        and base.city.committees is city.committees
        and base.city.profile.age_bands == city.profile.age_bands
        and base.city.type_ids == city.type_ids
    ):
        return base.texts
    return write_texts(city)


def _measured(
    city: City,
    known: Evaluation | None,
    types: tuple[str, ...],
    moved: Rows | None,
) -> tuple[Reach | None, Reach]:
    """Measure both tables of origins, as far as they are not known."""
    tables = ("cells",) if city.committees.empty else ("cells", "committees")
    if known is None:
        found = measure_tables(city, tables, type_ids=types)
    else:
        old = [_old_reach(known, one) for one in tables]
        found = remeasure_tables(
            city, tables, old, type_ids=types, spreads=known.spreads, moved=moved
        )
    return (found[1] if len(found) > 1 else None), found[0]


def _old_reach(known: Evaluation, table: str) -> Reach:
    """Take over the reach of a table."""
    old = known.cell_reach if table == "cells" else known.committee_reach
    if old is None:
        message = "evaluate: the base has no reach from committees; the city has some."
        raise CircleBug(message)
    return old


def _planned(
    city: City,
    known: Evaluation | None,
    types: tuple[str, ...],
    moved: Rows | None,
) -> Rows:
    """Find planned facilities, as far as they are not known."""
    if known is None:
        return find_planned(city, types)
    planned = follow(known.planned, moved)
    if types and not _same_plans(known.city, city):
        columns = [city.type_ids.index(one) for one in types]
        planned = planned.copy()
        planned[:, columns] = find_planned(city, types)
    return planned


def _same_plans(before: City, after: City) -> bool:
    """Tell whether the planned facilities are the same in two cities."""
    plans = []
    for city in (before, after):
        rows = counting_rows(city, statuses=PLANNED)
        table = city.facilities
        shapes = table.geometry.to_numpy()[rows]
        names = [table[one].to_numpy(dtype=object)[rows] for one in _WHAT]
        plans.append(([one.tolist() for one in names], shapes))
    (what, places), (other_what, others) = plans
    return what == other_what and bool(shapely.equals_identical(places, others).all())
