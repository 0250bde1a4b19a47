"""The limits of every pair of origin and facility type, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circle.city import City
from circle.profile_rules import Travel
from circle.rules import TypeRule, rule_table


@dataclass(frozen=True)
class Limits:
    """The rule of every pair of origin and type, as arrays (origins, types)."""

    travels: tuple[Travel, ...]
    """The ways of travel in use, in the order of the city's."""
    travel: NDArray[np.int8]
    """Position in `travels` of each pair's way of travel."""
    threshold_s: NDArray[np.float64]
    """Limit in seconds."""
    limit_m: NDArray[np.float64]
    """Limit in metres where the rule gives metres, else NaN."""


def find_limits(
    city: City,
    table: str,
    *,
    group: str | None = None,
    type_ids: Sequence[str] | None = None,
) -> Limits:
    """
    Lay out the rule of every pair of origin and facility type.

    Parameters
    ----------
    city
        The city.
    table
        ``committees``, ``cells`` or ``buildings``.
    group
        Person group to measure in place of the rule's own.
    type_ids
        The facility types; all that are measured if not given.

    Returns
    -------
    limits
        Arrays of shape (origins, types).
    """
    rules = rule_table(city.profile, group=group)
    position = {one: i for i, one in enumerate(city.profile.type_ids)}
    columns = [position[one] for one in type_ids or city.type_ids]
    origins = getattr(city, table)
    row = origins["rule_class"].to_numpy(dtype=np.intp)
    travels = tuple(city.travels.values())
    seat = {one: i for i, one in enumerate(travels)}
    chosen = [[line[i] for i in columns] for line in rules.values()]
    present = {int(one) for one in np.unique(row)}

    def laid_out(values: list[list[float]]) -> NDArray[np.float64]:
        shape = (len(rules), len(columns))
        return np.asarray(np.array(values, dtype=float).reshape(shape)[row])

    speeds = city.profile.speeds
    return Limits(
        travels=travels,
        travel=laid_out(
            [
                [float(seat[one.travel]) if i in present else -1.0 for one in line]
                for i, line in enumerate(chosen)
            ]
        ).astype(np.int8),
        threshold_s=laid_out(
            [[one.limit_s(speeds) for one in line] for line in chosen]
        ),
        limit_m=laid_out([[_metres(one) for one in line] for line in chosen]),
    )


def _metres(rule: TypeRule) -> float:
    """Give the limit of a rule in metres, NaN where it is in minutes."""
    return np.nan if rule.metres is None else rule.metres
