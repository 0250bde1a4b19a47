"""Every reader of circle with a sound file to spoil, and what a spoilt one may do."""

import random
import shutil
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pandas as pd
import pyproj
import rasterio
from affine import Affine
from inventory_files import write_inventory
from mutations import spoil
from toy_city import CRS, EAST, FACILITIES, NORTH, toy_study, write_toy

from circle import read_profile
from circle.check import check_path
from circle.errors import CircleError
from circle.osm_features import read_osm_features
from circle.returned import read_returned
from circle.street_graphml import read_street_graphml
from circle.street_lines import LineRules
from circle.streets import read_streets
from circle.study import parse_study
from circle.template import write_template

METRIC = pyproj.CRS(CRS)
TABLES = ("utf8.csv", "gbk.csv", "tabs.tsv", "some.xlsx", "some.xls", "some.ods")
LAYERS = ("some.geojson", "some.gpkg", "some.parquet")


@dataclass(frozen=True)
class Target:
    """One reader and the sound file that it reads."""

    file: Path
    """The file to spoil; the reader finds it in its place."""
    read: object
    """Called without arguments."""


def targets(folder: Path) -> dict[str, Target]:
    """Write a sound file for every reader."""
    (folder / "toy").mkdir()
    study = write_toy(folder / "toy")
    profile = study.parent / "profile.yaml"
    found = {
        "study": Target(study, lambda: parse_study(study)),
        "profile": Target(
            profile, lambda: read_profile("profile.yaml", folder=study.parent)
        ),
    }
    for path in sorted(study.parent.iterdir()):
        if path not in {study, profile} and path.is_file():
            found[f"study/{path.name}"] = Target(path, lambda: check_path(study))
    (folder / "tables").mkdir()
    for name in (*TABLES, *LAYERS):
        path = folder / "tables" / name
        write_inventory(_inventory(), path, crs=CRS)
        found[f"table/{name}"] = Target(path, _table_reader(path))
    found |= _street_targets(folder)
    found |= _raster_target(folder)
    returned = folder / "returned.xlsx"
    pudong = read_profile("pudong")
    write_template(returned, profile=pudong, language="zh")
    found["returned"] = Target(
        returned, lambda: read_returned(returned, profile=pudong)
    )
    return found


def _inventory() -> pd.DataFrame:
    """The facilities of the toy with columns for places."""
    columns = ["facility_id", "name", "type", "status", "x", "y"]
    table = pd.DataFrame(FACILITIES, columns=columns).dropna()
    return table.assign(x=table["x"] + EAST, y=table["y"] + NORTH)


def _table_reader(path: Path):
    return lambda: check_path(path, kind="facilities", profile="pudong", crs=CRS)


def _street_targets(folder: Path) -> dict[str, Target]:
    """Streets as OSM XML, PBF and GraphML."""
    toy = next((folder / "toy").glob("*.osm"))
    plain, packed = folder / "streets.osm", folder / "streets.osm.pbf"
    shutil.copy(toy, plain)
    with osmium.SimpleWriter(str(packed)) as writer:
        for one in osmium.FileProcessor(str(plain)):
            writer.add(one)
    graph = nx.MultiDiGraph(crs="EPSG:32651")
    for i in range(4):
        graph.add_node(i, x=EAST + 100.0 * i, y=NORTH)
    for i in range(3):
        data = {"osmid": i, "highway": "residential", "oneway": False, "length": 100.0}
        graph.add_edge(i, i + 1, **data)
        graph.add_edge(i + 1, i, **data)
    drawn = folder / "streets.graphml"
    osmnx.save_graphml(graph, drawn)
    keys = ("amenity", "highway")
    return {
        "osm xml": Target(plain, lambda: read_streets(plain, crs=METRIC)),
        "osm pbf": Target(packed, lambda: read_streets(packed, crs=METRIC)),
        "osm features": Target(
            plain,
            lambda: read_osm_features(
                plain, keys=keys, wanted=lambda _: True, crs=METRIC
            ),
        ),
        "graphml": Target(
            drawn, lambda: read_street_graphml(drawn, crs=METRIC, rules=LineRules())
        ),
    }


def _raster_target(folder: Path) -> dict[str, Target]:
    """A study whose people stand in a GeoTIFF."""
    (folder / "raster").mkdir()
    population = {"kind": "raster", "path": "people.tif"}
    study = write_toy(folder / "raster", study=toy_study() | {"population": population})
    people = study.parent / "people.tif"
    write_raster(people, np.full((20, 60), 10, dtype=np.float32))
    return {"raster": Target(people, lambda: check_path(study))}


def write_raster(path: Path, people: np.ndarray, **options: object) -> None:
    """Write people per cell of 100 m over the toy city."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=people.shape[0],
        width=people.shape[1],
        count=1,
        dtype=people.dtype,
        crs=CRS,
        transform=Affine(100, 0, EAST, 0, -100, NORTH + 1000),
        **options,
    ) as raster:
        raster.write(people, 1)


def fuzz(target: Target, *, seed: int, seconds: float, at_most: int = 10**9) -> Counter:
    """
    Spoil a file again and again and hand it to its reader.

    Returns how often it was read, refused with a `CircleError`, and what else came
    out, each with the seed that shows it.
    """
    sound = target.file.read_bytes()
    found: Counter = Counter()
    end = time.monotonic() + seconds
    number = seed
    try:
        while time.monotonic() < end and number - seed < at_most:
            target.file.write_bytes(spoil(sound, random.Random(number)))  # noqa: S311
            found[outcome(target, number)] += 1
            number += 1
    finally:
        target.file.write_bytes(sound)
    return found


def outcome(target: Target, number: int) -> str:
    """Read once; say what came of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            target.read()
        except CircleError as error:
            return "refused" if str(error).strip() else f"no message, seed {number}"
        # Compiled readers may panic past Exception.
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return f"{type(error).__name__}: {str(error)[:150]}, seed {number}"
    return "read"


def wrong(found: Counter) -> list[str]:
    """List what should never come out of a reader."""
    return sorted(one for one in found if one not in {"read", "refused"})
