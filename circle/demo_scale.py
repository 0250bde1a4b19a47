"""How big the demo district is: the counts that follow from its size."""

from dataclasses import dataclass
from math import isfinite

from circle.errors import ConfigError
from circle.problems import problem_of

LARGEST = 30.0
SMALLEST = 0.05
CELLS = 12_100
PEOPLE = 700_000
RESIDENTS = 150
VILLAGES = 60
CANDIDATES = 120
PUDONG = "pudong"


@dataclass(frozen=True)
class DemoScale:
    """
    The counts of one demo district.

    Attributes
    ----------
    size
        The size in its shortest form.
    factor
        Area as a multiple of the district of size 1.
    n_cells
        Population cells of one hectare.
    n_people
        People, to be split exactly over the cells.
    n_subdistricts
        Urban, urbanising and outer subdistricts.
    n_residents
        Residents' committees.
    n_villages
        Villagers' committees.
    facility_factor
        Facilities per type as a multiple of the district of size 1.
    n_candidates
        Candidate sites.
    """

    size: str
    factor: float
    n_cells: int
    n_people: int
    n_subdistricts: tuple[int, int, int]
    n_residents: int
    n_villages: int
    facility_factor: float
    n_candidates: int


def read_size(size: str | float) -> DemoScale:
    """
    Work out the counts of a demo district from its size.

    Parameters
    ----------
    size
        A number from 0.05 to 30, where 1 means about 121 km² and 700,000 people, or
        the word ``pudong`` for a district with the counts of Pudong.

    Returns
    -------
    scale
        The counts.

    Raises
    ------
    ConfigError
        If `size` is neither a number in range nor ``pudong``.

    Examples
    --------
    >>> read_size(1).n_cells
    12100
    >>> read_size("pudong").n_subdistricts
    (12, 16, 8)
    """
    if isinstance(size, str) and size.strip().lower() == PUDONG:
        return DemoScale(
            PUDONG, 10, 121_000, 5_681_512, (12, 16, 8), 910, 365, 4.24, 1_000
        )
    try:
        factor = float(size)
    except (TypeError, ValueError):
        factor = float("nan")
    if not isfinite(factor) or not SMALLEST <= factor <= LARGEST:
        bounds = {"least": str(SMALLEST), "most": f"{LARGEST:g}", "word": PUDONG}
        raise ConfigError(problem_of("demo", "demo-size", size=repr(size), **bounds))
    return DemoScale(
        size=f"{factor:g}",
        factor=factor,
        n_cells=round(CELLS * factor),
        n_people=round(PEOPLE * factor),
        n_subdistricts=(
            max(1, round(4 * factor)),
            max(1, round(5 * factor)),
            max(1, round(3 * factor)),
        ),
        n_residents=max(6, round(RESIDENTS * factor)),
        n_villages=max(4, round(VILLAGES * factor)),
        facility_factor=factor,
        n_candidates=max(8, round(CANDIDATES * factor)),
    )
