"""How a study names its streets, or does without any: settings of these sections."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from circle.profile import PositiveNumber
from circle.settings import Settings
from circle.street_access import PrivateWays

Noding = Literal["crossings", "corners"]


class StreetClass(Settings):
    """What one class of street lines is open to."""

    walk: bool
    """Whether people walk along it, both ways."""
    ride: bool
    """Whether bicycles are ridden along it; where not, they are pushed if people
    walk there."""
    walk_kmh: PositiveNumber | None = None
    """Walking speed on it in km/h, where it is not the profile's."""
    cycle_kmh: PositiveNumber | None = None
    """Speed with a bicycle on it in km/h, where it is not the profile's."""


Classes = Mapping[str, str | StreetClass]


class StreetInput(Settings):
    """The file with streets and paths."""

    path: str
    """OSM file (.osm.pbf, .osm), GraphML file of OSMnx (.graphml) or line layer (.shp,
    .gpkg, .geojson, .parquet, …), relative to `data` or absolute."""
    private_ways: PrivateWays = "allow"
    """``allow`` lets people through ways and gates tagged private, such as the inner
    streets of residential compounds; ``refuse`` does not."""
    crs: str | None = None
    """Coordinate system of a line layer; the one that the file names if not given."""
    layer: str | None = None
    """Layer of a file with several; the first one if not given."""
    columns: dict[str, str] = Field(default={})
    """Column of circle (class, oneway, layer, bridge, tunnel) to column of a line
    layer, where the names are not known synonyms."""
    classes: dict[str, str | StreetClass] = Field(default={})
    """Class of the file to a highway value of OpenStreetMap, to ``closed``, or to a
    section with ``walk:``, ``ride:`` and speeds. OpenStreetMap's own values need no
    entry."""
    default_class: str | None = None
    """What stands for empty and unlisted classes; without it they are refused."""
    noding: Noding = "crossings"
    """``crossings`` joins lines of one level wherever they cross; ``corners`` only
    where both have a corner, as in layers made from OpenStreetMap."""
    snap_m: PositiveNumber = 0.5
    """Largest gap between the end of a line and what it joins, in metres."""
    heights: str | None = None
    """Raster of heights in metres (GeoTIFF), relative to `data` or absolute; with it,
    slopes change the speeds."""


class ScreeningOptions(Settings):
    """Straight lines in place of a network, for a first look only."""

    detour: Annotated[float, Field(ge=1, le=5)]
    """How much longer the way is than the straight line; 1.3 is usual in a city."""
