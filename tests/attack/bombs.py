"""
Small files that unpack to more than memory holds, and what reads each of them.

Run as a program, with a folder, it writes and reads all of them in little memory and
prints what came of each as JSON.
"""

import json
import resource
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import rasterio
import shapely
from affine import Affine
from inventory_files import write_ods, write_xlsx
from toy_city import CRS, EAST, NORTH, toy_study, write_toy

from circle import read_profile
from circle.check import check_path
from circle.errors import CircleError
from circle.files import read_raw_table
from circle.heights import with_heights
from circle.returned import read_returned
from circle.street_graphml import read_street_graphml
from circle.street_lines import LineRules
from circle.streets import read_streets
from circle.study import parse_study

METRIC = pyproj.CRS(CRS)
MB = 1_000_000
# Beyond what the program holds once all is imported.
MOST_MB = 700
LAUGHS = 12
MANY = 10_000_000
Bomb = Callable[[], object]


def entity_bomb(name: str) -> str:
    """Declare entities that unfold to a few 10^12 signs."""
    lines = [f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, LAUGHS)]
    return f'<!DOCTYPE {name} [<!ENTITY b0 "ha ha ha">{"".join(lines)}]>'


def packed(path: Path, members: dict[str, bytes]) -> None:
    """Pack members as tightly as may be."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        for name, content in members.items():
            book.writestr(name, content)


def repacked(sound: Path, path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Pack a sound file again with changed members."""
    with zipfile.ZipFile(sound) as book:
        members = {one: change(one, book.read(one)) for one in book.namelist()}
    packed(path, members)


def claim_small(path: Path) -> None:
    """Let the directory of an archive claim that every member unpacks to 10 bytes."""
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = (10).to_bytes(4, "little")
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)


def write_spreadsheets(folder: Path) -> dict[str, Bomb]:
    """Write spreadsheets: too much to unpack, lies about it, entities."""
    table = pd.DataFrame({"name": ["a"], "type": ["b"]})
    zeros = bytes(600 * MB)
    found = {}
    kinds = (
        ("xlsx", "xl/worksheets/sheet1.xml", write_xlsx),
        ("ods", "content.xml", write_ods),
    )
    for ending, sheet, write in kinds:
        sound = folder / f"sound.{ending}"
        write(table, sound)

        def swollen(name: str, content: bytes, sheet: str = sheet) -> bytes:
            return content + zeros if name == sheet else content

        def laughing(name: str, content: bytes, sheet: str = sheet) -> bytes:
            if name != sheet:
                return content
            body = content.partition(b"?>")[2] or content
            bomb = b'<?xml version="1.0"?>' + entity_bomb("worksheet").encode()
            return bomb + body.replace(b">a<", b">&b11;<")

        repacked(sound, folder / f"bomb.{ending}", swollen)
        repacked(sound, folder / f"laughing.{ending}", laughing)
        lying = folder / f"lying.{ending}"
        lying.write_bytes((folder / f"bomb.{ending}").read_bytes())
        claim_small(lying)
        for kind in ("bomb", "lying", "laughing"):
            path = folder / f"{kind}.{ending}"
            found[path.name] = lambda path=path: read_raw_table(path)
    pudong = read_profile("pudong")
    lying = folder / "lying.xlsx"
    found["returned workbook"] = lambda: read_returned(lying, profile=pudong)
    packed(folder / "bomb.zip", {"a.shp": zeros, "a.dbf": b""})
    found["bomb.zip"] = lambda: read_raw_table(folder / "bomb.zip")
    return found


def write_layers(folder: Path) -> dict[str, Bomb]:
    """Write layers: absurd polygons, absurd coordinates, very many equal rows."""
    teeth = np.tile([[EAST, NORTH], [EAST + 9.0, NORTH + 9.0]], (MANY // 2, 1))
    ring = shapely.polygons(shapely.linearrings(np.vstack([teeth, teeth[:1]])))
    many = folder / "vertices.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[ring], crs=CRS).to_parquet(
        many, compression="zstd"
    )
    rows = folder / "rows.parquet"
    equal = pa.table({"n": pa.nulls(MANY * 10, pa.float64())})
    pq.write_table(equal, rows)
    return {
        many.name: lambda: read_raw_table(many),
        rows.name: lambda: read_raw_table(rows),
    }


def write_far_off(folder: Path) -> dict[str, Bomb]:
    """Write a study whose subdistricts reach to 10^300."""
    folder.mkdir()
    study = write_toy(folder)
    path = study.parent / "areas.geojson"
    layer = json.loads(path.read_text("utf-8"))
    layer["features"][0]["geometry"]["coordinates"][0][1] = [1e300, -1e300]
    path.write_text(json.dumps(layer), "utf-8")
    return {"far off": lambda: check_path(study)}


def write_rasters(folder: Path) -> dict[str, Bomb]:
    """Write rasters of 10^9 cells: too fine, and kept in one block."""
    found = {}
    for name, size_m, block in (("fine", 0.05, 512), ("block", 100.0, 32_000)):
        place = folder / name
        place.mkdir()
        population = {"kind": "raster", "path": "people.tif"}
        study = write_toy(place, study=toy_study() | {"population": population})
        path = study.parent / "people.tif"
        with rasterio.open(
            path, "w", driver="GTiff", height=32_000, width=32_000, count=1,
            dtype="uint8", crs=CRS, sparse_ok=True, tiled=True, blockxsize=block,
            blockysize=block, compress="deflate",
            transform=Affine(size_m, 0, EAST, 0, -size_m, NORTH + 1000),
        ):  # fmt: skip
            pass
        found[f"raster {name}"] = lambda study=study: check_path(study)
        streets = read_streets(next(place.rglob("*.osm")), crs=METRIC)
        if name == "block":
            found["heights"] = lambda path=path, streets=streets: with_heights(
                streets, path, crs=METRIC
            )
    return found


def write_graphs(folder: Path) -> dict[str, Bomb]:
    """Write streets with entities: unfolding without end, and of another file."""
    secret = folder / "secret.txt"
    secret.write_text("hidden words", "utf-8")
    outside = f'<!DOCTYPE g [<!ENTITY b11 SYSTEM "{secret.as_uri()}">]>'
    head = '<?xml version="1.0" encoding="utf-8"?>'
    graph = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" '
        'for="node" attr.name="x" attr.type="string"/><graph edgedefault="directed">'
        '<node id="1"><data key="d0">&b11;</data></node></graph></graphml>'
    )
    osm = (
        '<osm version="0.6"><node id="1" version="1" lon="1" lat="1"/><way id="1" '
        'version="1"><tag k="highway" v="path"/><tag k="name" v="&b11;"/></way></osm>'
    )
    found: dict[str, Bomb] = {}
    for kind, doctype in (("bomb", entity_bomb("g")), ("outside", outside)):
        drawn, plain = folder / f"{kind}.graphml", folder / f"{kind}.osm"
        drawn.write_text(head + doctype + graph, "utf-8")
        plain.write_text(head + doctype + osm, "utf-8")
        found[drawn.name] = lambda drawn=drawn: read_street_graphml(
            drawn, crs=METRIC, rules=LineRules()
        )
        found[plain.name] = lambda plain=plain: read_streets(plain, crs=METRIC)
    return found


def write_deep(folder: Path) -> dict[str, Bomb]:
    """Write texts of deep brackets and of names that stand for each other."""
    layer, study = folder / "deep.geojson", folder / "deep.yaml"
    layer.write_text('{"type": "FeatureCollection", "features": ' + "[" * MB, "utf-8")
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    study.write_text("\n".join(lines), "utf-8")
    return {
        layer.name: lambda: read_raw_table(layer),
        study.name: lambda: parse_study(study),
    }


WRITERS = (
    write_spreadsheets, write_layers, write_far_off, write_rasters, write_graphs,
    write_deep,
)  # fmt: skip


def outcome(read: Bomb) -> tuple[str, str]:
    """Read once; give the kind of the outcome and what was said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = read()
        except CircleError as error:
            return "refused", str(error)
        # MemoryError, and whatever compiled readers throw past Exception.
        except BaseException as error:
            return type(error).__name__, str(error)[:300]
    problems = getattr(found, "problems", ())
    if problems:
        return "refused", " | ".join(str(one) for one in problems)
    return "read", str(found)[:300]


def main() -> None:
    """Write all, limit the memory, read all."""
    folder = Path(sys.argv[1])
    bombs: dict[str, Bomb] = {}
    for write in WRITERS:
        place = folder / write.__name__
        if write is not write_far_off:
            place.mkdir()
        bombs |= write(place)
    limit = memory_mb("VmData") * MB + MOST_MB * MB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    outcomes = {name: outcome(read) for name, read in bombs.items()}
    sys.stdout.write(json.dumps(outcomes))


def memory_mb(what: str) -> int:
    """Give a figure of this process."""
    text = Path("/proc/self/status").read_text("utf-8")
    return int(text.partition(f"{what}:")[2].split()[0]) // 1000


if __name__ == "__main__":
    main()
