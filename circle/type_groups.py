"""What coverage is counted for: groups of facility types, and kinds of areas."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from circle.city import City
from circle.profile import AREA_CLASSES, LEVELS, TIERS

# (kind of group, id of group, columns of the reach arrays)
Group = tuple[str, str, list[int]]


def type_groups(city: City) -> list[Group]:
    """
    List the groups of types that coverage is counted for.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    groups
        Kind (required, tier, level, domain, type), id, and the columns of the reach
        arrays; empty groups are left out.
    """
    profile = city.profile
    types = [profile.type_of(one) for one in city.type_ids]
    required = [one.tier in profile.coverage.tiers for one in types]
    groups: list[Group] = [("required", "required", np.flatnonzero(required).tolist())]
    groups += [
        ("tier", tier, [i for i, one in enumerate(types) if one.tier == tier])
        for tier in TIERS
    ]
    groups += [
        ("level", level, [i for i, one in enumerate(types) if one.level == level])
        for level in LEVELS
    ]
    for domain in profile.domains:
        columns = [
            i for i, one in enumerate(types) if one.domain == domain and required[i]
        ]
        groups.append(("domain", domain, columns))
    for i, one in enumerate(types):
        groups.append(("type", one.id, [i]))
    return [group for group in groups if group[2]]


def area_kinds(city: City) -> Iterator[tuple[str, list[str], NDArray[np.float64]]]:
    """
    List each kind of area: the district, its area classes, its subdistricts.

    Parameters
    ----------
    city
        The city.

    Yields
    ------
    area_kind
        ``district``, ``area_class`` or ``subdistrict``.
    area_ids
        The areas of this kind.
    members
        One where a subdistrict is part of an area, else zero, shape (areas,
        subdistricts).
    """
    ids = list(city.subdistricts["subdistrict_id"])
    classes = city.subdistricts["area_class"].to_numpy(dtype=object)
    present = [one for one in AREA_CLASSES if one in set(classes)]
    members = [classes == one for one in present]
    yield "district", ["district"], np.ones((1, len(ids)))
    yield "area_class", list(present), np.array(members, dtype=float)
    yield "subdistrict", ids, np.eye(len(ids))
