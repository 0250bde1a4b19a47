"""The items that sites may clear: what each weighs, and what is covered already."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circle.city import City
from circle.errors import ConfigError, Words
from circle.evaluation import Evaluation
from circle.item_texts import age_people
from circle.problems import problem_of
from circle.reached import Reach
from circle.siting_settings import SitingOptions

# Items of no weight still count a little, so that they are cleared where that is free.
_LEAST = 1e-6


@dataclass(frozen=True)
class Demand:
    """Pairs of origin and facility type that sites may serve."""

    reach: Reach
    """Reach from the origins, before any site."""
    table: str
    """``committees`` or ``cells``: the origins."""
    origin: NDArray[np.int64]
    """Row of each item's origin, shape (items,)."""
    type_column: NDArray[np.int64]
    """Column of each item's type in the reach arrays, shape (items,)."""
    weight: NDArray[np.float64]
    """Weight of each item, shape (items,)."""
    people: NDArray[np.float64]
    """People of each item, shape (items,)."""
    required: NDArray[np.bool_]
    """Whether the item counts in the headline figure, shape (items,)."""
    item_id: NDArray[np.object_]
    """Id of each item, ``<origin>:<type>``, shape (items,)."""

    @property
    def solver_weight(self) -> NDArray[np.float64]:
        """The weights with a very small one in place of none, shape (items,)."""
        some = self.weight[self.weight > 0]
        least = _LEAST * float(some.min()) if len(some) else 1.0
        return np.where(self.weight > 0, self.weight, least)


def demand_table(city: City, evaluation: Evaluation) -> tuple[str, Reach]:
    """
    Say whose items siting counts.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach.

    Returns
    -------
    table
        ``committees`` where there are some and the headline counts them or their
        pairs, else ``cells``.
    reach
        Reach from these.
    """
    by_people = city.profile.coverage.definition == "population"
    if evaluation.committee_reach is not None and not by_people:
        return "committees", evaluation.committee_reach
    return "cells", evaluation.cell_reach


def open_demand(
    city: City, evaluation: Evaluation, options: SitingOptions, *, every: bool = False
) -> Demand:
    """
    List the items that are not covered.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach.
    options
        What items weigh, and which tiers count.
    every
        List covered items as well.

    Returns
    -------
    demand
        The items, by origin, then type. Cells without people are left out, and so
        are the types whose tier weighs nothing.

    Raises
    ------
    ConfigError
        If the options name an age band or a tier that the profile does not have.
    """
    table, reach = demand_table(city, evaluation)
    by_type = tier_weights(city, reach, options)
    people = origin_people(city, table)
    wanted = np.broadcast_to(by_type > 0, reach.covered.shape).copy()
    if not every:
        wanted &= ~reach.covered
    if table == "cells":
        wanted &= (people > 0)[:, None]
    origin, column = np.nonzero(wanted)
    ids = np.array(reach.origin_ids, dtype=object)[origin]
    types = np.array(reach.type_ids, dtype=object)[column]
    own = origin_weight(city, table, options)
    return Demand(
        reach=reach,
        table=table,
        origin=origin,
        type_column=column,
        weight=own[origin] * by_type[column],
        people=people[origin],
        required=headline_columns(city, reach)[column],
        item_id=np.asarray(ids + ":" + types),
    )


def headline_columns(city: City, reach: Reach) -> NDArray[np.bool_]:
    """
    Mark the types that count in the headline figure.

    Parameters
    ----------
    city
        The city.
    reach
        Reach with the types.

    Returns
    -------
    required
        Shape (types,).
    """
    tiers = city.profile.coverage.tiers
    return np.array(
        [city.profile.type_of(one).tier in tiers for one in reach.type_ids], dtype=bool
    )


def tier_weights(
    city: City, reach: Reach, options: SitingOptions
) -> NDArray[np.float64]:
    """
    Weigh each type by its tier.

    Parameters
    ----------
    city
        The city.
    reach
        Reach with the types.
    options
        Weights of tiers.

    Returns
    -------
    weight
        Shape (types,).

    Raises
    ------
    ConfigError
        If there is no such tier.
    """
    tier = [city.profile.type_of(one).tier for one in reach.type_ids]
    _check_known("tiers", options.tiers, {one.tier for one in city.profile.types})
    usual = headline_columns(city, reach).astype(float)
    return np.array(
        [options.tiers.get(one, usual[i]) for i, one in enumerate(tier)], dtype=float
    )


def origin_people(city: City, table: str) -> NDArray[np.float64]:
    """
    Count the people of each origin.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.

    Returns
    -------
    people
        Shape (origins,).
    """
    return np.asarray(getattr(city, table)["population"].to_numpy(dtype=float))


def origin_weight(
    city: City, table: str, options: SitingOptions
) -> NDArray[np.float64]:
    """
    Weigh each origin.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.
    options
        What counts: people, pairs, or an age band.

    Returns
    -------
    weight
        Shape (origins,).

    Raises
    ------
    ConfigError
        If the people of this age band are not known.
    """
    people = origin_people(city, table)
    if options.weight == "people":
        return people
    if options.weight == "pairs":
        return np.ones(len(people))
    bands = age_people(city, table)
    band = options.weight.removeprefix("age:")
    _check_known("weight", [band], bands)
    return bands[band]


def headline_counts(city: City, reach: Reach, table: str) -> tuple[float, float]:
    """
    Count the headline share before any site.

    Parameters
    ----------
    city
        The city.
    reach
        Reach from the origins.
    table
        ``committees``, which are counted whole or by pairs as the headline is, or
        ``cells``, whose people are counted.

    Returns
    -------
    whole
        Denominator.
    covered
        What is covered of it.
    """
    covered = reach.covered[:, headline_columns(city, reach)]
    if table == "committees" and city.profile.coverage.definition == "committee_all":
        return float(len(covered)), float(covered.all(axis=1).sum())
    if table == "committees":
        return float(covered.size), float(covered.sum())
    weight = origin_people(city, table)
    whole = float(weight.sum() * covered.shape[1])
    return whole, float(weight @ covered.sum(axis=1))


def area_of_origins(city: City, table: str, kind: str) -> NDArray[np.object_]:
    """
    Name the area of each origin.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.
    kind
        ``subdistrict``, ``area_class`` or ``district``.

    Returns
    -------
    area
        Ids, shape (origins,).
    """
    origins = getattr(city, table)
    if kind == "district":
        return np.full(len(origins), "district", dtype=object)
    column = "subdistrict_id" if kind == "subdistrict" else "area_class"
    return np.asarray(origins[column].to_numpy(dtype=object))


def _check_known(key: str, given: Iterable[str], known: Iterable[str]) -> None:
    """
    Refuse what the profile or the data do not have.

    Raises
    ------
    ConfigError
        With the names that are known.
    """
    names, there = sorted(given), sorted(known)
    strange = [one for one in names if one not in there]
    if strange:
        known = ", ".join(there) or Words("none", zh="无")
        problem = problem_of(
            f"siting.{key}", "siting-unknown", values=tuple(strange), known=known
        )
        raise ConfigError(problem)
