"""Place facilities that have an address and no coordinates by a lookup table."""

import unicodedata
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from circle.contracts import ADDRESS_POINTS
from circle.declared import parse_declared
from circle.errors import CircleWarning, InputError, gather, list_ids
from circle.placing import COORDINATES, place, without_place
from circle.reading import read_table
from circle.study import AddressPoints, Study
from circle.tables import conform

_SAME_PLACE_M = 1.0


def read_address_points(
    study: Study, source: AddressPoints, *, crs: pyproj.CRS
) -> tuple[dict[str, shapely.Point], dict[str, int]]:
    """
    Read a lookup table of addresses.

    Parameters
    ----------
    study
        The study, for paths and messages.
    source
        The table: address, x and y, or a layer of points.
    crs
        Metric coordinate system of the result.

    Returns
    -------
    points
        Folded address (see `fold_address`) to its point.
    ambiguous
        Addresses that have several points more than 1 m apart, and how many rows.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    raw = read_table(
        study.input_path(source.path),
        (ADDRESS_POINTS, COORDINATES),
        columns=source.columns,
        layer=source.layer,
    )
    table, problems = conform(raw, ADDRESS_POINTS, columns=source.columns)
    where = f"{study.file}: facilities.address_points.crs"
    geometry, faults = place(
        raw,
        columns=source.columns,
        declared=parse_declared(source.crs, where=where),
        target=crs,
        shape="point",
    )
    problems += faults
    if not faults:
        problems += without_place(raw, geometry)
    gather([*raw.problems, *problems], InputError)
    points: dict[str, shapely.Point] = {}
    ambiguous: dict[str, int] = {}
    addresses = table["address"].map(fold_address)
    for address, group in geometry.groupby(addresses.to_numpy(), sort=True):
        spread = shapely.get_coordinates(group.to_numpy())
        if np.hypot(*np.ptp(spread, axis=0)) > _SAME_PLACE_M:
            ambiguous[str(address)] = len(group)
        else:
            # The westernmost, then southernmost: not the first in the file.
            west = np.lexsort((spread[:, 1], spread[:, 0]))[0]
            points[str(address)] = group.iloc[west]
    return points, ambiguous


def fold_address(address: str) -> str:
    """
    Fold an address for comparison.

    Parameters
    ----------
    address
        As a table writes it.

    Returns
    -------
    folded
        Half-width, lower case, without blanks.

    Examples
    --------
    >>> fold_address("浦东大道 １２号")
    '浦东大道12号'
    """
    return "".join(unicodedata.normalize("NFKC", address).split()).lower()


def placed_by_address(
    facilities: gpd.GeoDataFrame,
    points: Mapping[str, shapely.Point],
    ambiguous: Mapping[str, int],
) -> tuple[gpd.GeoDataFrame, tuple[CircleWarning, ...]]:
    """
    Place the facilities without coordinates whose address is known.

    Parameters
    ----------
    facilities
        Contract ``facilities`` with ids; rows that have a place keep it.
    points
        Folded address to point.
    ambiguous
        Folded addresses that stand for several points.

    Returns
    -------
    facilities
        A copy with more places.
    warnings
        ``placed-by-address`` with the ids placed, and ``address-ambiguous`` with
        the ids whose address has several points, which stay without a place.
    """
    if "address" not in facilities.columns:
        return facilities, ()
    missing = facilities.geometry.isna().to_numpy() & facilities["address"].notna()
    wanted = facilities["address"].where(missing, "").map(fold_address).to_numpy()
    shapes = facilities.geometry.to_numpy(copy=True).astype(object)
    found = np.array([one in points for one in wanted], dtype=bool)
    shapes[found] = [points[one] for one in wanted[found]]
    unsure = np.array([one in ambiguous for one in wanted], dtype=bool)
    placed = facilities.set_geometry(
        gpd.GeoSeries(shapes, index=facilities.index, crs=facilities.crs)
    )
    ids = facilities["facility_id"].to_numpy(dtype=object)
    return placed, (*_placed(ids[found]), *_unsure(ids[unsure]))


def _placed(ids: np.ndarray[tuple[int], np.dtype[np.object_]]) -> list[CircleWarning]:
    """Say which facilities were placed."""
    if not len(ids):
        return []
    told = list_ids(sorted(ids))
    text = f"{len(ids)} facilities without coordinates are placed by address: {told}."
    zh = f"{len(ids)}处无坐标设施已按地址对照表落位：{told}。"
    return [CircleWarning("placed-by-address", text, zh)]


def _unsure(ids: np.ndarray[tuple[int], np.dtype[np.object_]]) -> list[CircleWarning]:
    """Say which facilities have an address of several points."""
    if not len(ids):
        return []
    told = list_ids(sorted(ids))
    text = (
        f"{len(ids)} facilities have an address with several points in the lookup "
        f"table and are not placed: {told}."
    )
    zh = f"{len(ids)}处设施的地址在对照表中对应多个点位，未落位：{told}。"
    return [CircleWarning("address-ambiguous", text, zh)]
