"""What places are held against: in their subdistrict or not, near a street or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from circle.declared import DeclaredCrs
from circle.street_points import StreetPoints, lie_far, spread_points
from circle.streets import Streets

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Misfit = Callable[[Floats, Floats], Flags]

# Borders drawn by hand are this true at best.
BORDER_SLACK_M = 30.0
# Buildings stand nearer to a street or path than this where the map is complete.
FAR_M = 60.0
_MOST_PLACES = 1_500


@dataclass(frozen=True)
class Ground:
    """What places are held against: the subdistricts and the streets."""

    areas: Mapping[str, shapely.Geometry]
    """Subdistrict id to its area, widened by the slack of borders."""
    district: shapely.Geometry
    """All of them together."""
    streets: StreetPoints | None
    """Points along the streets; None where there are no streets."""


@dataclass(frozen=True)
class PlacedFile:
    """The places of one file, as declared."""

    name: str
    """Section of the study, such as ``facilities``."""
    declared: DeclaredCrs
    """The system that the study declares."""
    x_m: Floats
    """Eastings in the study's metric system, shape (n,), all finite."""
    y_m: Floats
    """Northings, shape (n,)."""
    home: NDArray[np.object_]
    """The subdistrict that the file names for each place, None where it names none
    or one that is not known; shape (n,)."""
    spacing_m: float = 10.0
    """Places nearer than this count as one, in metres: many rows in one building, or
    neighbouring cells, are no independent witnesses."""
    far_m: float = FAR_M
    """A place is far from the streets beyond this, in metres."""
    within: bool = True
    """Whether the file ends at the border, so that a place outside is misplaced; a
    raster goes on beyond."""


def lay_ground(subdistricts: gpd.GeoDataFrame, streets: Streets | None) -> Ground:
    """
    Prepare what places are held against.

    Parameters
    ----------
    subdistricts
        Contract ``subdistricts``, in metres.
    streets
        The streets in the same system; None where a study has none.

    Returns
    -------
    ground
        Ready for the tests below.
    """
    wide = shapely.buffer(
        shapely.make_valid(subdistricts.geometry.to_numpy()), BORDER_SLACK_M
    )
    shapely.prepare(wide)
    district = shapely.union_all(wide)
    shapely.prepare(district)
    areas = dict(zip(subdistricts["subdistrict_id"].astype(str), wide, strict=True))
    return Ground(areas, district, None if streets is None else spread_points(streets))


def far_from_streets(file: PlacedFile, ground: Ground) -> Misfit:
    """
    Make a test of which places of a file lie far from every street.

    Parameters
    ----------
    file
        The file; says what is far.
    ground
        The streets.

    Returns
    -------
    misfit
        True for places far away; False for all if there are no streets.
    """
    points = ground.streets

    def misfit(x: Floats, y: Floats) -> Flags:
        if points is None:
            return np.zeros(len(x), dtype=bool)
        return lie_far(points, x, y, far_m=file.far_m)

    return misfit


def outside_areas(file: PlacedFile, ground: Ground) -> Misfit:
    """
    Make a test of which places of a file lie outside their subdistrict.

    Parameters
    ----------
    file
        The file; the test is for its places, moved or not, in their order.
    ground
        The subdistricts.

    Returns
    -------
    misfit
        True for places outside the subdistrict that the file names for them, or
        outside the whole district if it names none; False for all of a file that
        goes on beyond the border.
    """
    own = np.array(
        [ground.areas.get(one, ground.district) for one in file.home], dtype=object
    )

    def misfit(x: Floats, y: Floats) -> Flags:
        if not file.within:
            return np.zeros(len(x), dtype=bool)
        return ~np.asarray(shapely.contains_xy(own, x, y), dtype=bool)

    return misfit


def thin_out(file: PlacedFile) -> PlacedFile:
    """
    Keep one place per square of the file's spacing, and not too many in all.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    thinned
        The same file with fewer places; the same for every order of equal places.
    """
    squares = np.floor(np.column_stack([file.x_m, file.y_m]) / file.spacing_m)
    _, first = np.unique(squares, axis=0, return_index=True)
    keep = np.sort(first)
    keep = keep[:: max(1, -(-len(keep) // _MOST_PLACES))]
    return replace(file, x_m=file.x_m[keep], y_m=file.y_m[keep], home=file.home[keep])
