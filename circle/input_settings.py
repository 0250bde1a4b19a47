"""The parts of a study that name one input file each."""

from typing import Annotated, Literal

from pydantic import Field

from circle.profile_facts import AreaClass
from circle.settings import Settings


class FileInput(Settings):
    """One input file; its path is relative to the study's `data` folder."""

    path: str
    """File name, relative to `data` or absolute."""
    columns: dict[str, str] = Field(default={})
    """Column of circle to column of the file, where the names are not known
    synonyms."""


class PlacedInput(FileInput):
    """An input file with coordinates."""

    crs: str
    """The coordinate system of the file, such as WGS-84, GCJ-02 or EPSG:4550."""
    layer: str | None = None
    """Layer or sheet of the file; the first one if not given."""
    shift_check: bool = True
    """``off`` keeps the file although it seems to be in GCJ-02 or BD-09."""


class AddressPoints(PlacedInput):
    """A lookup table of addresses and their points."""


class TableFacilities(PlacedInput):
    """A facility inventory: one row per building and type."""

    kind: Literal["table"]
    """A table or layer of facilities."""
    types: tuple[str, ...] | None = None
    """Ids of the types that the inventory can hold, where these are not all of the
    profile; the others are left out of the figures, not counted as missing."""
    type_separator: Annotated[str, Field(min_length=1)] | None = None
    """Sign between several types in one cell, such as ``、``; each type becomes a row
    of its own under one building."""
    other_types: Literal["known", "skip", "refuse"] = "known"
    """What becomes of type names that the profile does not have: ``known`` passes
    over those that another shipped profile has and refuses the rest, ``skip`` passes
    over all, ``refuse`` none."""
    address_points: AddressPoints | None = None
    """Points of addresses, for rows that have an address and no coordinates."""


class LayerBuildings(PlacedInput):
    """A layer of residential buildings: footprints or points, or a table of points."""

    kind: Literal["layer"]
    """A layer or table; every row is one residential building."""


class OsmBuildings(Settings):
    """Residential buildings out of an OpenStreetMap file, by their tags."""

    kind: Literal["osm"]
    """Buildings of an OpenStreetMap file that may be homes."""
    path: str
    """OSM file, relative to `data` or absolute."""


Buildings = Annotated[LayerBuildings | OsmBuildings, Field(discriminator="kind")]


class OsmFacilities(Settings):
    """Facilities out of an OpenStreetMap file, by the tag sets of the profile."""

    kind: Literal["osm"]
    """Features of an OpenStreetMap file."""
    path: str
    """OSM file, relative to `data` or absolute."""


class SubdistrictInput(PlacedInput):
    """Polygons of the subdistricts."""

    area_class: AreaClass | None = None
    """Area class of every subdistrict, where the file has no such column."""


class ControlTotals(FileInput):
    """Published people of each subdistrict, to which the cells are scaled."""

    layer: str | None = None
    """Sheet of the file; the first one if not given."""
