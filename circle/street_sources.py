"""The streets of a study, from whichever file it names."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pyproj
import shapely

from circle.backdrop import backdrop_of_lines, read_backdrop
from circle.errors import CircleWarning, ConfigError, Words
from circle.problems import problem_of
from circle.street_classes import check_classes
from circle.street_graphml import read_street_graphml
from circle.street_lines import LineRules, read_street_lines
from circle.street_settings import StreetInput
from circle.streets import Streets, read_streets
from circle.study import Study

OSM_SUFFIXES = (".pbf", ".osm", ".osm.bz2", ".osm.gz", ".o5m", ".opl")
_LINE_KEYS = frozenset({"crs", "layer", "columns", "noding", "snap_m"})
_CLASS_KEYS = frozenset({"classes", "default_class"})
_OSM = Words("an OSM file", zh="OSM 文件")
_GRAPH = Words("a GraphML file", zh="GraphML 文件")


@dataclass(frozen=True)
class StreetSource:
    """The streets of a study and what maps draw of them."""

    streets: Streets
    """The streets."""
    backdrop: gpd.GeoDataFrame
    """What maps are drawn upon; see `backdrop`."""
    warnings: tuple[CircleWarning, ...]
    """What needs care."""


def read_study_streets(
    study: Study, source: StreetInput, *, crs: pyproj.CRS, area: shapely.Geometry
) -> StreetSource:
    """
    Read the streets of a study by the ending of their file.

    Parameters
    ----------
    study
        The study.
    source
        Its section ``streets``.
    crs
        Metric coordinate system of the result.
    area
        The part of the plane that maps draw, in `crs`.

    Returns
    -------
    source
        Streets and backdrop. From an OSM file (.osm.pbf, .osm) the backdrop has
        water and green too; from a GraphML file of OSMnx (.graphml) or a line
        layer (every other ending) it has the streets.

    Raises
    ------
    CircleError
        If the file cannot be read, or the section has keys that mean nothing for
        such a file.
    """
    found = _read(study, source, crs=crs, area=area)
    if source.heights is None:
        return found
    # Rasters bring a library of their own, which other studies need not load.
    from circle.heights import with_heights  # noqa: PLC0415

    raster = study.input_path(source.heights)
    streets, warnings = with_heights(found.streets, raster, crs=crs)
    return replace(found, streets=streets, warnings=found.warnings + warnings)


def _read(
    study: Study, source: StreetInput, *, crs: pyproj.CRS, area: shapely.Geometry
) -> StreetSource:
    """Read the streets, without heights."""
    path = study.input_path(source.path)
    where = f"{study.file}: streets"
    name = path.name.lower()
    if name.endswith(OSM_SUFFIXES):
        _refuse(source, _LINE_KEYS | _CLASS_KEYS, where, _OSM)
        return StreetSource(
            read_streets(path, crs=crs, private_ways=source.private_ways),
            read_backdrop(study, crs=crs, area=area),
            (),
        )
    check_classes(source.classes, source.default_class, where=where)
    rules = _rules(source)
    if name.endswith(".graphml"):
        _refuse(source, _LINE_KEYS, where, _GRAPH)
        found = read_street_graphml(path, crs=crs, rules=rules)
    else:
        found = read_street_lines(path, crs=crs, rules=rules, where=where)
    return StreetSource(
        found.streets, backdrop_of_lines(found.lines, area=area), found.warnings
    )


def _rules(source: StreetInput) -> LineRules:
    """Give the rules for lines that a study sets."""
    return LineRules(
        crs=source.crs,
        layer=source.layer,
        columns=source.columns,
        classes=source.classes,
        default_class=source.default_class,
        private_ways=source.private_ways,
        noding=source.noding,
        snap_m=source.snap_m,
    )


def _refuse(source: StreetInput, keys: frozenset[str], where: str, what: str) -> None:
    """
    Refuse keys that would be passed over in silence.

    Raises
    ------
    ConfigError
        If the section sets one of them.
    """
    found = tuple(sorted(source.model_fields_set & keys))
    if found:
        raise ConfigError(problem_of(where, "key-means-nothing", keys=found, kind=what))
