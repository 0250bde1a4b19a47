"""Places without any way to a facility, such as islands without a ferry, by name."""

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from circle.city import City
from circle.errors import CircleWarning
from circle.reached import Reach


def cut_off_warnings(
    city: City, *, committees: Reach | None, cells: Reach
) -> tuple[CircleWarning, ...]:
    """
    Name the places from which no facility can be reached at all.

    Parameters
    ----------
    city
        The city.
    committees
        Reach from its committees; None where there are none.
    cells
        Reach from its cells.

    Returns
    -------
    warnings
        One warning ``cut-off``, or none. Where there are committees it names all of
        them that reach no facility of any type; else the subdistricts in which people
        live who reach none. Their items count as missing, of the kind
        ``unreachable`` or ``not_joined``.
    """
    if committees is None:
        return _told(
            _homes(city, _cut_off(cells)),
            "subdistricts with people who",
            "以下街镇有居民",
        )
    return _told(
        _offices(city.committees, _cut_off(committees)), "committees", "以下居村"
    )


def _cut_off(reach: Reach) -> NDArray[np.bool_]:
    """Tell which origins reach nothing of what others reach."""
    known = np.isfinite(reach.time_s)
    some = known.any(axis=0)
    return np.asarray(~known[:, some].any(axis=1) & some.any())


def _offices(committees: gpd.GeoDataFrame, out: NDArray[np.bool_]) -> dict[str, float]:
    """Give the people of each committee that is cut off, by its name."""
    rows = committees[out]
    return {
        f"{one.name} ({one.committee_id})": float(one.population)
        for one in rows[["name", "committee_id", "population"]].itertuples(index=False)
    }


def _homes(city: City, out: NDArray[np.bool_]) -> dict[str, float]:
    """Give the people who are cut off in each subdistrict, by its name."""
    cells = city.cells[out & (city.cells["population"] > 0).to_numpy()]
    people = cells.groupby("subdistrict_id")["population"].sum()
    names = city.subdistricts.set_index("subdistrict_id")["name"]
    return {str(names[one]): float(n) for one, n in people.items()}


def _told(people: dict[str, float], who: str, who_zh: str) -> tuple[CircleWarning, ...]:
    """Put the names into words."""
    if not people:
        return ()
    total = sum(people.values())
    text = (
        f"{len(people)} {who} reach no facility of any type, by land or by ferry "
        f"({total:,.0f} people): {', '.join(people)}."
    )
    zh = (
        f"{who_zh}经陆路和轮渡均无法到达任何设施，共{len(people)}处、{total:,.0f}人："
        f"{'、'.join(people)}。"
    )
    return (CircleWarning("cut-off", text, zh),)
