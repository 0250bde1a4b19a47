"""What missing items show of a committee whatever it reaches: ids, people by age."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.city import City


@dataclass(frozen=True)
class ItemTexts:
    """What is written into missing items and does not depend on reach."""

    ages: NDArray[np.object_]
    """A tuple of ``<band>=<persons>`` for each committee, shape (committees,)."""
    ids: pd.Index
    """The ids of the items of every committee and type, sorted."""


def age_people(city: City, table: str) -> dict[str, NDArray[np.float64]]:
    """
    Count the people of each origin by age band.

    Parameters
    ----------
    city
        The city.
    table
        ``committees`` or ``cells``.

    Returns
    -------
    people
        Age band to an array of shape (origins,); only bands that the cells have.
    """
    found = {}
    # Numbers are grouped far quicker than ids.
    ids = pd.Index(city.committees["committee_id"])
    home = ids.get_indexer(city.cells["committee_id"])
    for band in (one.id for one in city.profile.age_bands):
        column = f"population_{band}"
        if column not in city.cells.columns:
            continue
        own = city.cells[column].astype(float)
        if own.isna().all():
            continue
        if table == "committees":
            summed = own.groupby(home).sum()
            own = summed.reindex(range(len(ids))).fillna(0.0)
        found[band] = np.nan_to_num(own.to_numpy(dtype=float))
    return found


def write_texts(city: City) -> ItemTexts:
    """
    Write what missing items show of a committee whatever it reaches.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    texts
        Its people by age band, and the ids of all items that may be missing.
    """
    ages = age_people(city, "committees")
    written = np.empty(len(city.committees), dtype=object)
    for i in range(len(written)):
        written[i] = tuple(f"{band}={own[i]:.0f}" for band, own in ages.items())
    committee_id = city.committees["committee_id"].to_numpy(dtype=object)
    type_id = np.array(city.type_ids, dtype=object)
    ids = item_ids(
        np.repeat(committee_id, len(type_id)), np.tile(type_id, len(committee_id))
    )
    return ItemTexts(ages=written, ids=pd.Index(sorted(ids), dtype=object))


def find_places(texts: ItemTexts, item_id: pd.Series) -> NDArray[np.intp]:
    """
    Find ids among those of all items that may be missing.

    Parameters
    ----------
    texts
        What `write_texts` gives.
    item_id
        Ids of some items.

    Returns
    -------
    places
        Their places in sorted order: numbers are sorted quicker than texts.
    """
    return texts.ids.get_indexer(pd.Index(item_id, dtype=object))


def item_ids(
    committee_id: NDArray[np.object_], type_id: NDArray[np.object_]
) -> NDArray[np.object_]:
    """
    Write the ids of items, the same from year to year.

    Parameters
    ----------
    committee_id
        The committee of each item.
    type_id
        Its facility type.

    Returns
    -------
    ids
        ``<committee_id>:<type>``.

    Examples
    --------
    >>> item_ids(np.array(["K1"], object), np.array(["library"], object)).tolist()
    ['K1:library']
    """
    return np.asarray(committee_id + (":" + type_id), dtype=object)
