"""A toy city whose every number can be worked out with a pencil, as real files.

::

      y
    1000      |
     900      G2 (50)
     500      F1 clinic
              |                                A1 urban (walks)   B1 outer (cycles)
       0  ----C1--F2-----------G3,C2=G4--|--G6--C3----F6--G7-----G8,G9,C4----
              |   school      (200)(150) |  (80)   hospital (40) (60)(30)     G10
    -800      F7 court                F9 court, 100 m north of the border      (25)
          x: 900 G1 (100)

Two streets cross at (1000, 0): one from west to east (x 0 to 6000 at y = 0), one from
south to north (y -1000 to 1000 at x = 1000). Subdistrict A1 is x 0 to 3000, B1 x 3000
to 6000. Walking 4 km/h: 15 minutes are 1000 m. Cycling 12 km/h: 3000 m. Clinics and
schools are required; the hospital also serves as a clinic. F3 is planned, F4 closed, F5
has no coordinates, F8 lies 300 m from the street.

Minutes from the committees (x marks more than 15):

====== ============= ======= ========= ======== =======
       place         clinic  hospital  school   court
====== ============= ======= ========= ======== =======
C1     (1000, 0)     7.5 F1  52.5x F6  7.5 F2   12.0 F7
C2     (2800, 0)     25.5x   25.5x F6  19.5x F2 4.5 F9
C3     (3500, 0)     5.0 F6  5.0 F6    10.0 F2  4.0 F9
C4     (5900, 0)     7.0 F6  7.0 F6    22.0x F2 16.0x F9
====== ============= ======= ========= ======== =======

(C2 walks 1700 m to the hospital; C4 cycles 2900 m and walks 100 m to court F9.)

Minutes from the cells:

====== ============= ====== ====== ======= ========= ======= =======
       place         people home   clinic  hospital  school  court
====== ============= ====== ====== ======= ========= ======= =======
G01    (900, 0)      100    C1     9.0     54.0x     9.0     13.5
G02    (1000, 900)   50     C1     6.0     66.0x     21.0x   25.5x
G03    (2700, 0)     200    C2     27.0x   27.0x     18.0x   6.0
G04    (2800, 0)     150    C2     25.5x   25.5x     19.5x   4.5
G05    (2900, 0)     0      C2     24.0x   24.0x     21.0x   3.0
G06    (3300, 0)     80     C3     6.0     6.0       9.0     3.0
G07    (4700, 0)     40     C3     1.0     1.0       16.0x   10.0
G08    (5600, 0)     60     C4     5.5     5.5       20.5x   14.5
G09    (5800, 0)     30     C4     6.5     6.5       21.5x   15.5x
G10    (6500, 0)     25     outside, not counted
====== ============= ====== ====== ======= ========= ======= =======

(G07 is as far from C3 as from C4: the lower id has it.)
"""

import json
from functools import cache

import pandas as pd
import pyproj
import yaml

EAST, NORTH = 500_000.0, 3_430_000.0
CRS = "EPSG:4550"

COMMITTEES = (
    ("C1", "First", "居委", "A1", 1000, 0),
    ("C2", "Second", "村委", "A1", 2800, 0),
    ("C3", "Third", "resident", "B1", 3500, 0),
    ("C4", "Fourth", "village", "B1", 5900, 0),
)
CELLS = (
    ("G01", 100, 900, 0),
    ("G02", 50, 1000, 900),
    ("G03", 200, 2700, 0),
    ("G04", 150, 2800, 0),
    ("G05", 0, 2900, 0),
    ("G06", 80, 3300, 0),
    ("G07", 40, 4700, 0),
    ("G08", 60, 5600, 0),
    ("G09", 30, 5800, 0),
    ("G10", 25, 6500, 0),
)
FACILITIES = (
    ("F1", "Clinic on the hill", "clinic", "open", 1000, 500),
    ("F2", "School", "学校", "开放", 1500, 0),
    ("F3", "Clinic to come", "clinic", "planned", 2800, 0),
    ("F4", "Old school", "school", "closed", 5900, 0),
    ("F5", "Clinic somewhere", "clinic", "open", None, None),
    ("F6", "Hospital", "HOSPITAL", "open", 4500, 0),
    ("F7", "South court", "court", "open", 1000, -800),
    ("F8", "School off the street", "school", "open", 2000, 300),
    ("F9", "Border court", "court", "open", 3000, 100),
)
CANDIDATES = (
    ("K1", "Old office", "盘活存量", "clinic、school", 300, 50, 2700, 0),
    ("K2", "New plot", "build", "school, clinic", 900, 800, 5900, 0),
    ("K3", "Ward", "co-use", "hospital", 400, 90, 2800, 0),
)
AREAS = (("A1", "Cross Street", "urban", 0), ("B1", "Outer Town", "远郊地区", 3000))
STREETS = (((0, 0), (1000, 0), (6000, 0)), ((1000, -1000), (1000, 0), (1000, 1000)))
COLUMNS = {
    "committees": ("编号", "名称", "类别", "街镇编号", "x", "y"),
    "population": ("cell_id", "人口", "x", "y"),
    "facilities": ("facility_id", "name", "type", "status", "x", "y"),
    "candidates": (
        "candidate_id", "name", "route", "type_ids", "floor_area_m2", "cost_10k",
        "x", "y",
    ),
}  # fmt: skip
FACT = {"source": "own", "confidence": "C"}


def toy_tables():
    """The tables as they go into files; edit a copy and hand it to `write_toy`."""
    rows = {
        "committees": COMMITTEES,
        "population": CELLS,
        "facilities": FACILITIES,
        "candidates": CANDIDATES,
    }
    tables = {}
    for name, content in rows.items():
        table = pd.DataFrame(content, columns=list(COLUMNS[name]))
        table["x"], table["y"] = table["x"] + EAST, table["y"] + NORTH
        tables[name] = table
    return tables


def toy_profile():
    """A standard of four types, two of them required."""

    def label(text):
        return {"zh": text, "en": text}

    def type_of(code, type_id, domain, level, tier, more=None):
        name = label(type_id)
        return {"id": type_id, "code": code, "label": name, "domain": domain,
                "level": level, "tier": tier, **(more or {}), **FACT}  # fmt: skip

    modes = {"urban": ("walk", "walk"), "urbanising": ("walk", "cycle"),
             "outer": ("cycle", "cycle")}  # fmt: skip
    return {
        "version": 1,
        "name": "toy",
        "edition": "toy",
        "title": label("toy"),
        "note": label("toy"),
        "sources": {},
        "origin": "committee",
        "domains": {one: label(one) for one in ("education", "health", "sport")},
        "area_classes": {one: label(one) for one in modes},
        "age_bands": [{"id": "old", "label": label("old"), "synonyms": ["60+"]}],
        "rule": {
            "minutes": {"value": 15, **FACT},
            "modes": [
                {"area_class": area, "committee_kind": kind, "mode": mode, **FACT}
                for area, pair in modes.items()
                for kind, mode in zip(("resident", "village"), pair, strict=True)
            ],
        },
        "speeds": {
            "walk_kmh": {"value": 4, **FACT},
            "cycle_kmh": {"value": 12, **FACT},
            "ferry_kmh": {"value": 15, **FACT},
        },
        "snap": {"limit_m": {"value": 200, **FACT}},
        "higher_level_satisfies_lower": {"value": True, **FACT},
        "coverage": {"definition": "committee_pair", "tiers": ["basic"], **FACT},
        "types": [
            type_of("H1", "clinic", "health", "committee", "basic",
                    {"satisfied_by": ["hospital"], "osm": [{"amenity": "clinic"}]}),
            type_of("H2", "hospital", "health", "district", "extension"),
            type_of("E1", "school", "education", "community", "basic",
                    {"synonyms": ["学校"], "osm": [{"amenity": "school"}]}),
            type_of("S1", "court", "sport", "community", "extension"),
        ],
    }  # fmt: skip


def toy_study():
    """The study file as a mapping."""
    return {
        "version": 1,
        "name": "toy",
        "title": "Toy",
        "language": "en",
        "profile": "profile.yaml",
        "crs": CRS,
        "outputs": {"folder": "results"},
        "subdistricts": {"path": "areas.geojson", "crs": CRS},
        "committees": {"path": "committees.csv", "crs": CRS},
        "population": {"kind": "table", "path": "population.csv", "crs": CRS},
        "facilities": {"kind": "table", "path": "facilities.csv", "crs": CRS},
        "candidates": {"path": "candidates.csv", "crs": CRS},
        "streets": {"path": "streets.osm"},
        "siting": {"sites": 3},
        "gaps": {"link_m": 250, "smallest_population": 60},
    }


def toy_areas():
    """The subdistricts as GeoJSON, in metres like all the rest."""

    def feature(area, x):
        west, east = EAST + x, EAST + x + 3000
        south, north = NORTH - 1500, NORTH + 1500
        ring = [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]
        names = ("街镇编号", "街镇名称", "地区类型")
        return {
            "type": "Feature",
            "properties": dict(zip(names, area, strict=True)),
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    features = [feature(one[:3], one[3]) for one in AREAS]
    return {"type": "FeatureCollection", "features": features}


@cache
def _to_degrees():
    """Prepare the conversion, which takes longer than all the rest of a toy."""
    return pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def toy_streets(streets=STREETS, tags=(("highway", "residential"),)):
    """The streets as OSM XML."""
    back = _to_degrees()
    places = sorted({place for street in streets for place in street})
    number = {place: i for i, place in enumerate(places, start=1)}
    lines = ['<osm version="0.6" generator="toy">']
    for (x, y), i in number.items():
        lon, lat = back.transform(EAST + x, NORTH + y)
        lines.append(f'<node id="{i}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
    keys = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags)
    for i, street in enumerate(streets, start=1):
        refs = "".join(f'<nd ref="{number[place]}"/>' for place in street)
        lines.append(f'<way id="{i}" version="1">{refs}{keys}</way>')
    return "\n".join([*lines, "</osm>"])


def write_toy(folder, *, tables=None, study=None, profile=None):
    """Write the whole city into a folder and give the path of its study."""
    tables = toy_tables() | (tables or {})
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    for name, content in {
        "areas.geojson": json.dumps(toy_areas(), ensure_ascii=False),
        "streets.osm": toy_streets(),
        "profile.yaml": _yaml(profile or toy_profile()),
        "study.yaml": _yaml(study or toy_study()),
    }.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder / "study.yaml"


def _yaml(content):
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
