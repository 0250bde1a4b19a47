"""People by area: cut cells at a border, and move people between grids and areas."""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from circle.errors import InputError, Words
from circle.whole_people import round_people, share_out_people


@dataclass(frozen=True)
class MovedPeople:
    """Whole people moved from one set of areas to another."""

    people: NDArray[np.int64]
    """People of each target area, shape (targets,)."""
    outside: int
    """People of the parts of source areas that no target covers."""


def move_people(
    people: NDArray[np.float64],
    sources: gpd.GeoSeries,
    *,
    targets: gpd.GeoSeries,
    hold: Literal["targets", "sources"] = "targets",
) -> MovedPeople:
    """
    Move people between grids and areas by the area they share.

    Parameters
    ----------
    people
        People of each source area, not negative, shape (sources,).
    sources
        Polygons that hold the people, such as grid squares, in metres.
    targets
        Polygons that are to hold them, such as subdistricts, which do not overlap;
        in the same coordinate system.
    hold
        Which figures hold to the person, besides the sum of all: ``targets`` rounds
        the people of each target up or down, which suits a grid that goes to areas;
        ``sources`` lets each source give just its rounded people, which suits areas
        that go to a grid.

    Returns
    -------
    moved
        Whole people; with those outside they add up to the rounded sum of `people`.

    Raises
    ------
    InputError
        If targets overlap, so that people would be counted twice.

    Examples
    --------
    >>> grid = gpd.GeoSeries([shapely.box(0, 0, 100, 100)])
    >>> areas = gpd.GeoSeries([shapely.box(0, 0, 50, 100), shapely.box(50, 0, 90, 100)])
    >>> moved = move_people(np.array([100.0]), grid, targets=areas)
    >>> moved.people.tolist(), moved.outside
    ([50, 40], 10)
    """
    source_shapes, target_shapes = sources.to_numpy(), targets.to_numpy()
    source, target = shapely.STRtree(target_shapes).query(
        source_shapes, predicate="intersects"
    )
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    shared_m2 = shapely.area(
        shapely.intersection(source_shapes[source], target_shapes[target])
    )
    share = shared_m2 / shapely.area(source_shapes)[source]
    covered = np.bincount(source, weights=share, minlength=len(people))
    # Borders drawn twice differ by hairs; more than that is a doubled area.
    if (covered > 1 + 1e-6).any():
        n = int((covered > 1 + 1e-6).sum())
        message = Words(
            f"{n} source areas are covered more than once; expected target areas that "
            "do not overlap; repair them in a GIS program.",
            zh=f"有{n}个人口网格被重复覆盖；目标范围不应重叠；请在 GIS 软件中修复。",
        )
        raise InputError(message)
    nowhere = len(target_shapes)
    # The part of each source that no target covers comes last.
    source = np.append(source, np.arange(len(people)))
    target = np.append(target, np.full(len(people), nowhere))
    share = np.append(share, np.clip(1 - covered, 0.0, None))
    exact = people[source] * share
    if hold == "targets":
        arrived: NDArray[np.float64] = np.bincount(
            target, weights=exact, minlength=nowhere + 1
        ).astype(np.float64)
        whole = round_people(arrived)
    else:
        parts = np.zeros(len(exact), dtype=np.int64)
        for one, total in enumerate(round_people(people).tolist()):
            of_one = np.flatnonzero(source == one)
            parts[of_one] = _given(exact[of_one], total)
        whole = np.zeros(nowhere + 1, dtype=np.int64)
        np.add.at(whole, target, parts)
    return MovedPeople(people=whole[:-1], outside=int(whole[-1]))


def _given(exact: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Split what one source gives; a source of no people gives none."""
    if total == 0:
        return np.zeros(len(exact), dtype=np.int64)
    return share_out_people(total, exact)


def inside_parts(
    shapes: NDArray[np.object_], district: shapely.Geometry
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """
    Measure the part of each polygon inside the district and give it an origin.

    Parameters
    ----------
    shapes
        Polygons in metres, shape (n,).
    district
        The union of the subdistricts, in the same coordinate system.

    Returns
    -------
    share
        Part of the area inside, 0–1, shape (n,).
    origin
        The middle of each polygon, shape (n,); where that lies outside but a part
        does not, a point inside that part.
    """
    shapely.prepare(district)
    share = shapely.covers(district, shapes).astype(float)
    origin = shapely.centroid(shapes)
    cut = np.flatnonzero((share == 0) & shapely.intersects(district, shapes))
    part = shapely.intersection(shapes[cut], district)
    share[cut] = np.clip(shapely.area(part) / shapely.area(shapes[cut]), 0.0, 1.0)
    astray = (share[cut] > 0) & ~shapely.intersects(district, origin[cut])
    origin[cut[astray]] = shapely.point_on_surface(part[astray])
    return share, origin


def cut_at_border(
    table: pd.DataFrame,
    share: NDArray[np.float64],
    *,
    origin: NDArray[np.object_],
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """
    Share the people of border cells between inside and outside by area.

    Parameters
    ----------
    table
        Cells with ``cell_id`` and one or more columns ``population…``.
    share
        Part of each cell's area inside the district, 0–1, shape (cells,).
    origin
        Point of each cell, shape (cells,).
    crs
        Metric coordinate system of `origin`.

    Returns
    -------
    cells
        One row per cell; of a cell that is cut, the people inside, and a second row
        ``<cell_id>:outside`` without a place for the others, so that no one is lost.
    """
    people = [one for one in table.columns if str(one).startswith("population")]
    # A cell wholly outside keeps its people; its place says that it is outside.
    kept = np.where(share > 0, share, 1.0)
    cells = gpd.GeoDataFrame(table, geometry=origin, crs=crs)
    cells[people] = table[people].mul(kept, axis=0)
    cut = kept < 1
    rest = cells[cut].copy()
    rest["cell_id"] = rest["cell_id"] + ":outside"
    rest[people] = table.loc[cut, people].mul(1 - kept[cut], axis=0)
    rest["geometry"] = gpd.GeoSeries([None] * len(rest), index=rest.index, crs=crs)
    together = pd.concat([cells, rest], ignore_index=True)
    return gpd.GeoDataFrame(together, geometry="geometry", crs=crs)
