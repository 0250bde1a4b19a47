"""The limits of every pair of origin and facility type, as arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circle.city import City
from circle.reached import Limits
from circle.rules import TypeRule, rule_table


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
        By class of origin: area class and committee kind.
    """
    rules = rule_table(city.profile, group=group, type_ids=type_ids or city.type_ids)
    row = getattr(city, table)["rule_class"].to_numpy(dtype=np.intp)
    travels = tuple(city.travels.values())
    seat = {one: i for i, one in enumerate(travels)}
    present = {int(one) for one in np.flatnonzero(np.bincount(row))}
    shape = (len(rules), len(type_ids or city.type_ids))

    def laid_out(values: list[list[float]]) -> NDArray[np.float64]:
        return np.array(values, dtype=float).reshape(shape)

    speeds = city.profile.speeds
    return Limits(
        travels=travels,
        rule_class=row,
        travel=laid_out(
            [
                [float(seat[one.travel]) if i in present else -1.0 for one in line]
                for i, line in enumerate(rules.values())
            ]
        ).astype(np.int8),
        threshold_s=laid_out(
            [[one.limit_s(speeds) for one in line] for line in rules.values()]
        ),
        limit_m=laid_out([[_metres(one) for one in line] for line in rules.values()]),
    )


def _metres(rule: TypeRule) -> float:
    """Give the limit of a rule in metres, NaN where it is in minutes."""
    return np.nan if rule.metres is None else rule.metres
