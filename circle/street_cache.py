"""Streets and networks kept between runs, and built where they are not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from circle._version import VERSION
from circle.cache import (
    Array,
    Kept,
    cache_folder,
    hash_files,
    library_version,
    make_key,
    read_entry,
    write_entry,
)
from circle.chains import Chains
from circle.core import Links
from circle.errors import CircleWarning
from circle.network import Network, access_mps, build_network
from circle.piece_times import half_signal_s
from circle.profile import Mode
from circle.profile_rules import Speeds
from circle.shipped import PACKAGE
from circle.street_settings import StreetInput
from circle.street_sources import OSM_SUFFIXES, StreetSource, read_study_streets
from circle.streets import Streets
from circle.study import Study

# Their versions may move a coordinate by a hair.
_LIBRARIES = ("numpy", "osmium", "pyogrio", "pyproj", "rasterio", "shapely")
# The modules that turn a street file into streets and networks: where they change,
# what is kept counts no more, also between two versions of circle.
BUILDERS = (
    *("backdrop", "chains", "collector", "core", "crs", "declared", "edges", "files"),
    *("files_layers", "files_sheets", "files_text", "heights", "network", "noding"),
    *("offsets", "osm_features", "piece_times", "raster_grid", "raw_table", "reading"),
    *("sheet_books", "street_access", "street_cache", "street_classes"),
    "street_graphml",
    *("street_lines", "street_sources", "streets", "table_layout"),
)
# Formats that are one file each, whatever lies beside it.
_SINGLE_FILES = (*OSM_SUFFIXES, ".graphml")


@dataclass(frozen=True)
class KeptStreets:
    """The streets of a study, and where networks built from them are kept."""

    source: StreetSource
    """Streets, backdrop and warnings."""
    folder: Path | None
    """The cache; None for none."""
    key: str
    """What the streets depend on."""


def fetch_streets(
    study: Study,
    source: StreetInput,
    *,
    crs: pyproj.CRS,
    area: shapely.Geometry,
    cache: bool = True,
) -> KeptStreets:
    """
    Take the streets of a study from the cache, or read and keep them.

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
    cache
        False reads the file whatever is kept, and keeps nothing.

    Returns
    -------
    streets
        Equal to the byte to what `read_study_streets` gives.

    Raises
    ------
    CircleError
        As `read_study_streets`.
    """
    folder = cache_folder(study.data_folder) if cache else None
    files = [study.input_path(one) for one in (source.path, source.heights) if one]
    if folder is None or not all(one.exists() for one in files):
        return KeptStreets(
            read_study_streets(study, source, crs=crs, area=area), None, ""
        )
    content = _content(study, source)
    key = make_key(
        *content,
        *_rules(),
        json.dumps(source.model_dump(mode="json"), sort_keys=True),
        study.file,
        crs.to_wkt(),
        shapely.bounds(area).tolist(),
    )
    kept = read_entry(folder, "streets", key=key)
    if kept is not None:
        return KeptStreets(_unpacked(kept, crs), folder, key)
    built = read_study_streets(study, source, crs=crs, area=area)
    # A file that was replaced while it was read must not lend its name to a mixture.
    if _content(study, source) == content:
        write_entry(folder, "streets", _packed(built), key=key)
        return KeptStreets(built, folder, key)
    return KeptStreets(built, None, "")


def fetch_network(
    kept: KeptStreets,
    mode: Mode,
    *,
    speeds: Speeds,
    by_length: bool = False,
    island_m: float = np.inf,
) -> Network:
    """
    Take the network of one mode from the cache, or build and keep it.

    Parameters
    ----------
    kept
        The streets.
    mode
        ``walk`` or ``cycle``.
    speeds
        Speeds of the profile, km/h.
    by_length
        True for a network in which lengths count and not times.
    island_m
        Length from which on a part counts as an island, in metres.

    Returns
    -------
    network
        Equal to the byte to what `build_network` gives.

    Raises
    ------
    NetworkError
        If no piece is open to the mode.
    """
    streets = kept.source.streets

    def build() -> Network:
        return build_network(
            streets, mode, speeds=speeds, by_length=by_length, island_m=island_m
        )

    if kept.folder is None:
        return build()
    key = make_key(
        kept.key,
        mode,
        by_length,
        island_m,
        *speeds.figures,
    )
    found = read_entry(kept.folder, mode, key=key)
    if found is not None:
        return _network(found, streets, mode, speeds=speeds, by_length=by_length)
    network = build()
    write_entry(kept.folder, mode, Kept(dict(_arrays(network)), {}), key=key)
    return network


def _content(study: Study, source: StreetInput) -> tuple[str, ...]:
    """Hash the street file, and the raster of heights where there is one."""
    path = study.input_path(source.path)
    single = path.name.lower().endswith(_SINGLE_FILES)
    streets = hash_files(path, with_siblings=not single)
    if source.heights is None:
        return (streets,)
    return streets, hash_files(study.input_path(source.heights), with_siblings=True)


def _rules() -> Iterator[str]:
    """Yield what stands for the rules in the code: its version, text and libraries."""
    yield VERSION
    for name in BUILDERS:
        yield make_key((PACKAGE / f"{name}.py").read_bytes())
    yield from map(library_version, _LIBRARIES)
    yield pyproj.proj_version_str


def _arrays(
    bundle: Streets | Network | Chains, prefix: str = ""
) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of a bundle and of the bundles in it, but not its streets."""
    for field in fields(bundle):
        value = getattr(bundle, field.name)
        if isinstance(value, np.ndarray):
            yield prefix + field.name, value
        elif isinstance(value, Chains):
            yield from _arrays(value, f"{prefix}{field.name}.")
        elif isinstance(value, Links):
            for name, array in value._asdict().items():
                yield f"{prefix}{field.name}.{name}", array


def _under(kept: Kept, prefix: str) -> dict[str, Array]:
    """Give the arrays whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in kept.arrays.items()
        if name.startswith(prefix)
    }


def _network(
    kept: Kept, streets: Streets, mode: Mode, *, speeds: Speeds, by_length: bool
) -> Network:
    """Put a network together again."""
    own = {name: one for name, one in kept.arrays.items() if "." not in name}
    return Network(
        mode=mode,
        leg_mps=access_mps(mode, speeds, by_length=by_length),
        signal_s=half_signal_s(speeds, by_length=by_length),
        streets=streets,
        chains=Chains(**_under(kept, "chains.")),
        graph=Links(**_under(kept, "graph.")),
        reverse=Links(**_under(kept, "reverse.")),
        **own,
    )


def _packed(source: StreetSource) -> Kept:
    """Write streets, backdrop and warnings as arrays and facts."""
    backdrop = source.backdrop
    drawn = shapely.to_wkb(backdrop.geometry.to_numpy())
    arrays = {f"streets.{name}": one for name, one in _arrays(source.streets)}
    arrays["backdrop.shape"] = np.frombuffer(b"".join(drawn), dtype=np.uint8)
    arrays["backdrop.size"] = np.array([len(one) for one in drawn], dtype=np.int64)
    kinds, kind = np.unique(backdrop["kind"].to_numpy(str), return_inverse=True)
    arrays["backdrop.kind"] = kind.astype(np.int8)
    facts = {
        "kinds": kinds.tolist(),
        "kind_type": str(backdrop["kind"].dtype),
        "warnings": [one.args for one in source.warnings],
    }
    return Kept(arrays, facts)


def _unpacked(kept: Kept, crs: pyproj.CRS) -> StreetSource:
    """Put streets, backdrop and warnings together again."""
    end = np.cumsum(kept.arrays["backdrop.size"]).tolist()
    whole = kept.arrays["backdrop.shape"].tobytes()
    drawn = [whole[a:b] for a, b in zip([0, *end], end, strict=False)]
    kinds = np.array(kept.facts["kinds"], dtype=object)
    kind = kinds[kept.arrays["backdrop.kind"]]
    backdrop = gpd.GeoDataFrame(
        {"kind": kind}, geometry=shapely.from_wkb(drawn), crs=crs
    ).astype({"kind": kept.facts["kind_type"]})
    warnings = tuple(CircleWarning(*one) for one in kept.facts["warnings"])
    return StreetSource(Streets(**_under(kept, "streets.")), backdrop, warnings)
