"""The ground of the demo district: its raster of cells and the barriers on it.

All coordinates are metres east and north of the centre of the district.
"""

from dataclasses import dataclass
from math import pi
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CELL_M = 100.0
URBAN, URBANISING, OUTER = 0, 1, 2


@dataclass(frozen=True)
class Barrier:
    """
    A river, creek or expressway that streets cross only here and there.

    Attributes
    ----------
    kind
        What it is.
    north_south
        Whether it runs from south to north rather than from west to east.
    base_m
        Its mean place across its direction.
    waves
        Amplitude (m), wavelength (m) and phase of each bend.
    half_width_m
        Half of its width.
    margin_m
        Free space that streets keep from its edge.
    """

    kind: Literal["river", "creek", "expressway"]
    north_south: bool
    base_m: float
    waves: tuple[tuple[float, float, float], ...]
    half_width_m: float
    margin_m: float


def line_of(barrier: Barrier, along: Floats) -> Floats:
    """
    Find the centre line of a barrier.

    Parameters
    ----------
    barrier
        The barrier.
    along
        Places along its direction, in metres.

    Returns
    -------
    across
        Its place across its direction, in metres.
    """
    across = np.full(np.shape(along), barrier.base_m)
    for amplitude, wavelength, phase in barrier.waves:
        across += amplitude * np.sin(2 * pi * along / wavelength + phase)
    return across


def offset_of(barrier: Barrier, x: Floats, y: Floats) -> Floats:
    """
    Measure how far points lie from a barrier, with the side as sign.

    Parameters
    ----------
    barrier
        The barrier.
    x, y
        Points in metres.

    Returns
    -------
    offset
        Metres east of a barrier that runs northward, else metres north of it.
    """
    if barrier.north_south:
        return x - line_of(barrier, y)
    return y - line_of(barrier, x)


def waves(
    x: Floats, y: Floats, lengths_m: tuple[float, ...], rng: np.random.Generator
) -> Floats:
    """
    Make a smooth random field from plane waves.

    Parameters
    ----------
    x, y
        Points in metres.
    lengths_m
        The wavelength of each wave.
    rng
        The source of chance.

    Returns
    -------
    field
        Values between -1 and 1.
    """
    field = np.zeros(np.shape(x))
    for length in lengths_m:
        angle, phase = rng.uniform(0, 2 * pi, 2)
        turn = (x * np.cos(angle) + y * np.sin(angle)) * 2 * pi / length
        field += np.sin(turn + phase)
    return field / len(lengths_m)


def raster_centres(n: int, corner_m: float) -> tuple[Floats, Floats]:
    """
    Give the cell centres of a square raster.

    Parameters
    ----------
    n
        Cells along each side.
    corner_m
        Lower left corner, in both directions, in metres.

    Returns
    -------
    x, y
        Two arrays of shape (n, n), in metres.
    """
    line = corner_m + CELL_M * (np.arange(n) + 0.5)
    x, y = np.meshgrid(line, line)
    return x, y
