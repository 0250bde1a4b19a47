"""Age bands of population tables: their columns, and how they fit the total."""

from dataclasses import replace

import pandas as pd

from circle.problems import Problem
from circle.profile import Profile
from circle.tables import Column, Contract

PREFIX = "population_"
# Published bands are rounded one by one.
_ROUNDING = 0.5


def with_age_bands(contract: Contract, profile: Profile) -> Contract:
    """
    Add the profile's age bands to a contract with people.

    Parameters
    ----------
    contract
        Such as contract ``cells``.
    profile
        The profile; names the age bands.

    Returns
    -------
    contract
        The contract with an optional column ``population_<band>`` for each.
    """
    bands = tuple(
        Column(
            f"{PREFIX}{band.id}",
            "count",
            f"People: {band.label.en}.",
            f"人口_{band.label.zh}",
            unit="persons",
            required=False,
            minimum=0,
            synonyms=band.synonyms,
        )
        for band in profile.age_bands
    )
    return replace(contract, columns=contract.columns + bands)


def band_columns(table: pd.DataFrame) -> list[str]:
    """
    List the age band columns of a table.

    Parameters
    ----------
    table
        A table with people.

    Returns
    -------
    columns
        Such as ``population_age_0_14``, in the order of the table.

    Examples
    --------
    >>> band_columns(pd.DataFrame(columns=["population", "population_age_0_14"]))
    ['population_age_0_14']
    """
    return [str(one) for one in table.columns if str(one).startswith(PREFIX)]


def band_problems(table: pd.DataFrame, *, where: str, row_word: str) -> list[str]:
    """
    Say where age bands add up to more people than there are.

    Parameters
    ----------
    table
        A table with ``population`` and, or not, age bands; its index names the rows.
    where
        The file, for the message.
    row_word
        What a row is called in the message.

    Returns
    -------
    problems
        At most one message; rounding by half a person is let pass.
    """
    bands = band_columns(table)
    over = table[bands].sum(axis=1) > table["population"] + _ROUNDING
    if not over.any():
        return []
    return [
        Problem(
            "bands-over-population",
            where,
            rows=tuple(table.index[over]),
            row_word=row_word,
        )
    ]
