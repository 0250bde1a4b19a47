"""The areas that maps draw: bands of travel time, and from where sites are reached."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from circle.bands import Bands, can_travel, measure_bands, snapper_of
from circle.city import City
from circle.isochrones import draw_bands
from circle.joining import coordinates
from circle.rules import TypeRule, rule_table
from circle.screening import straight_line

# Areas are drawn of so many sites, the first ones.
MOST_SITES: Final = 100
# An area reaches this far to both sides of a street: about a block.
_WIDTH_M: Final = 100.0


@dataclass(frozen=True)
class MapAreas:
    """What is drawn on maps beside the results, and decides nothing."""

    bands: Bands | None
    """Bands of travel time; None where there is nothing to travel on."""
    sites: gpd.GeoDataFrame
    """From where each site is reached, see `draw_site_areas`."""


def measure_map_areas(city: City, sites: gpd.GeoDataFrame) -> MapAreas:
    """
    Measure the bands of travel time and the areas of the chosen sites.

    Parameters
    ----------
    city
        The city.
    sites
        Contract ``sites``; may be empty.

    Returns
    -------
    areas
        Both; nothing where there is neither a network nor a detour factor.
    """
    chosen = sites if can_travel(city) else sites.iloc[:0]
    return MapAreas(measure_bands(city), draw_site_areas(city, chosen))


def draw_site_areas(
    city: City, sites: gpd.GeoDataFrame, *, most_sites: int = MOST_SITES
) -> gpd.GeoDataFrame:
    """
    Draw from where each chosen site is reached in time.

    Parameters
    ----------
    city
        The city.
    sites
        Contract ``sites``, in the coordinate system of the city.
    most_sites
        How many sites to draw at most, from the first step on.

    Returns
    -------
    areas
        Columns ``step``, ``mode``, ``minutes`` and ``geometry`` (multipolygons, holes
        kept), by step. The way is that of the nearest cell's rule, the limit the
        longest one of the types that open at the site. Sites off the network have
        none. For maps only: coverage is decided by the time at each origin.
    """
    first = sites.sort_values("step").iloc[:most_sites]
    water = _water(city)
    rows: list[tuple[int, str, float]] = []
    shapes: list[shapely.Geometry] = []
    rules = _rules(city, first)
    for site, rule in zip(first.itertuples(index=False), rules, strict=True):
        limit_s = rule.limit_s(city.speeds(rule.travel))
        shape = _area(city, site.geometry, rule=rule, limit_s=limit_s, water=water)
        if not shapely.is_empty(shape):
            rows.append((int(site.step), rule.travel.mode, limit_s / 60))
            shapes.append(shape)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("step", "mode", "minutes")
    return gpd.GeoDataFrame(
        {name: list(one) for name, one in zip(names, columns, strict=True)},
        geometry=shapes,
        crs=city.crs,
    )


def _water(city: City) -> NDArray[np.object_]:
    """Give the water areas of the backdrop; streams drawn as lines are none."""
    shapes = city.backdrop.loc[city.backdrop["kind"] == "water"].geometry.to_numpy()
    parts = np.asarray(shapely.get_parts(shapes), dtype=object)
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.asarray(parts[is_area], dtype=object)


def _rules(city: City, sites: gpd.GeoDataFrame) -> list[TypeRule]:
    """Give the rule of each site: of its types the one that reaches farthest."""
    if sites.empty:
        return []
    _, nearest = cKDTree(coordinates(city.cells)).query(coordinates(sites))
    classes = city.cells["rule_class"].to_numpy()[nearest]
    table = list(rule_table(city.profile).values())
    position = {one: i for i, one in enumerate(city.profile.type_ids)}

    def longest(rule_class: int, type_ids: Any) -> TypeRule:
        rules = [table[rule_class][position[one]] for one in type_ids]
        return max(rules, key=lambda one: one.limit_s(city.speeds(one.travel)))

    return [
        longest(one, types)
        for one, types in zip(classes.tolist(), sites["type_ids"], strict=True)
    ]


def _area(
    city: City,
    place: shapely.Point,
    *,
    rule: TypeRule,
    limit_s: float,
    water: NDArray[np.object_],
) -> shapely.MultiPolygon:
    """Draw from where one place is reached: along streets, or in a straight line."""
    travel = rule.travel
    if travel.id in city.networks:
        x_m, y_m = np.array([place.x]), np.array([place.y])
        limit_m = city.profile.snap.limit_m.value
        access = snapper_of(city, travel.id).join(x_m, y_m, limit_m=limit_m)
        network = city.networks[travel.id]
        area: shapely.MultiPolygon = draw_bands(
            network, access, limits_s=[limit_s], water=water, width_m=_WIDTH_M
        )[0]
        return area
    detour = 1.0 if travel.measure == "straight" else city.detour or 1.0
    line = straight_line(travel.mode, speeds=city.speeds(travel), detour=detour)
    return shapely.MultiPolygon([shapely.buffer(place, limit_s / line.s_per_m)])
