"""Bands of travel time around the facilities of each type, for maps."""

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from circle.city import City
from circle.isochrones import WIDTH_M, draw_bands
from circle.snapping import Access
from circle.travel import serving_rows

MINUTES: Final = (5, 10, 15)


def measure_bands(
    city: City,
    *,
    minutes: Sequence[int] = MINUTES,
    type_ids: Sequence[str] | None = None,
    width_m: float = WIDTH_M,
) -> gpd.GeoDataFrame:
    """
    Draw from where the nearest facility of each type is reached within some minutes.

    Parameters
    ----------
    city
        The city.
    minutes
        Time limits of the bands.
    type_ids
        The facility types; all that are measured if not given.
    width_m
        How far a band reaches to both sides of a street, in metres.

    Returns
    -------
    bands
        Columns ``type_id``, ``mode``, ``minutes`` and ``geometry`` (multipolygons in
        the coordinate system of the city), by type, mode and time: everybody's way
        to the facilities that count for the type. Bands without ground are left out,
        and in the screening mode there are none. For maps only: coverage is decided
        by the time at each origin.
    """
    limits = sorted(set(minutes))
    water = _water(city)
    rows: list[tuple[str, str, int]] = []
    shapes: list[shapely.Geometry] = []
    for type_id in type_ids or city.type_ids:
        serving = serving_rows(city, type_id)
        for mode in city.modes if city.networks else ():
            access = _some(city.access["facilities", mode], serving)
            found = draw_bands(
                city.networks[mode],
                access,
                limits_s=[60.0 * one for one in limits],
                water=water,
                width_m=width_m,
            )
            for limit, shape in zip(limits, found, strict=True):
                if not shapely.is_empty(shape):
                    rows.append((type_id, mode, limit))
                    shapes.append(shape)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("type_id", "mode", "minutes")
    return gpd.GeoDataFrame(
        {name: list(one) for name, one in zip(names, columns, strict=True)},
        geometry=shapes,
        crs=city.crs,
    )


def _water(city: City) -> NDArray[np.object_]:
    """Give the water areas of the backdrop; streams drawn as lines cut nothing."""
    shapes = city.backdrop.loc[city.backdrop["kind"] == "water"].geometry.to_numpy()
    parts = np.asarray(shapely.get_parts(shapes), dtype=object)
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.asarray(parts[is_area], dtype=object)


def _some(access: Access, rows: NDArray[np.int32]) -> Access:
    """Keep some rows of an access."""
    return Access(**{name: values[rows] for name, values in vars(access).items()})
