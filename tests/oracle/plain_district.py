"""
The demo district worked out a second time, as plainly as it can be.

Nothing here is shared with circle: files are read by pandas, PyYAML and osmium, the
streets become one networkx graph in which every committee, cell, facility and
candidate is a node of its own, and the Dijkstra search of SciPy does the rest. It knows
only what the demo district needs and stops where it meets anything else.
"""

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pyproj
import shapely
import yaml
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

MODES = ("walk", "cycle")
# Tags of streets that the oracle knows; whatever else is in the file stops it.
WALKED = {
    "service", "footway", "residential", "living_street", "pedestrian", "unclassified",
    "tertiary", "secondary", "primary", "track", "steps", "path", "cycleway",
}  # fmt: skip
PUSHED = {"footway", "pedestrian", "steps"}
MOTOR_ONLY = {"motorway", "motorway_link"}
HARMLESS = {"highway", "name", "ref", "bridge", "tunnel", "layer"}
TIE_M = 1e-9
TOLERANCE_MIN = 0.001 / 60


@dataclass(frozen=True)
class Rules:
    """What the profile says, as far as the demo district needs it."""

    types: list[str]
    required: list[bool]
    tier: dict[str, str]
    domain: dict[str, str]
    level: dict[str, str]
    serving: dict[str, list[str]]
    type_of_name: dict[str, str]
    mode_of: dict[tuple[str, str], str]
    minutes: float
    mps: dict[str, float]
    ferry_mps: float
    snap_m: float


@dataclass(frozen=True)
class Tables:
    """The inputs, placed in metres."""

    subdistricts: pd.DataFrame
    committees: pd.DataFrame
    cells: pd.DataFrame
    facilities: pd.DataFrame
    planned: pd.DataFrame
    candidates: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Answers:
    """What the oracle finds; equal to itself alone, so that counts may be kept."""

    rules: Rules
    tables: Tables
    minutes: pd.DataFrame
    """Committees × types, minutes to the nearest facility."""
    nearest: pd.DataFrame
    """Committees × types, id of that facility."""
    cell_minutes: pd.DataFrame
    """Cells × types."""
    to_candidates: pd.DataFrame
    """Committees × candidates, minutes."""
    to_come: pd.DataFrame
    """Committees × types, minutes to the nearest facility to come."""


def work_out(data: Path, profile: Path) -> Answers:
    """Work out every time that the figures of the demo district rest on."""
    rules = read_rules(profile)
    tables = read_tables(data, rules)
    pieces, shut = read_streets(data / "streets.osm.pbf", rules)
    places = {
        **_points("committee", tables.committees),
        **_points("candidate", tables.candidates),
        **_points("planned", tables.planned),
        **_points("facility", tables.facilities),
        **_points("cell", tables.cells),
    }
    graphs = {mode: draw_graph(pieces, shut, places, mode, rules) for mode in MODES}
    minutes, nearest, to_candidates, to_come = committee_times(graphs, tables, rules)
    return Answers(
        rules=rules,
        tables=tables,
        minutes=minutes,
        nearest=nearest,
        cell_minutes=cell_times(graphs, tables, rules),
        to_candidates=to_candidates,
        to_come=to_come,
    )


def _points(
    kind: str, table: pd.DataFrame
) -> dict[tuple[str, str], tuple[float, float]]:
    """Name the points of a table."""
    return {(kind, one.Index): (one.x, one.y) for one in table.itertuples()}


def read_rules(path: Path) -> Rules:
    """Read the profile."""
    text = yaml.safe_load(path.read_text("utf-8"))
    types = text["types"]
    substitutes = text["higher_level_satisfies_lower"]["value"]
    tiers = set(text["coverage"]["tiers"])
    assert text["coverage"]["definition"] == "committee_pair"
    names: dict[str, str] = {}
    for one in types:
        for name in (one["id"], *one["label"].values(), *one.get("synonyms", ())):
            names[name] = one["id"]
    return Rules(
        types=[one["id"] for one in types],
        required=[one["tier"] in tiers for one in types],
        tier={one["id"]: one["tier"] for one in types},
        domain={one["id"]: one["domain"] for one in types},
        level={one["id"]: one["level"] for one in types},
        serving={
            one["id"]: [
                one["id"],
                *(one.get("satisfied_by", ()) if substitutes else ()),
            ]
            for one in types
        },
        type_of_name=names,
        mode_of={
            (one["area_class"], one["committee_kind"]): one["mode"]
            for one in text["rule"]["modes"]
        },
        minutes=float(text["rule"]["minutes"]["value"]),
        mps={
            mode: float(text["speeds"][f"{mode}_kmh"]["value"]) / 3.6 for mode in MODES
        },
        ferry_mps=float(text["speeds"]["ferry_kmh"]["value"]) / 3.6,
        snap_m=float(text["snap"]["limit_m"]["value"]),
    )


def read_tables(data: Path, rules: Rules) -> Tables:
    """Read the spreadsheets and polygons, and give every origin its mode."""
    study = yaml.safe_load((data / "study.yaml").read_text("utf-8"))
    crs = study["crs"]
    subdistricts = read_subdistricts(data / "subdistricts.geojson", crs)
    home_class = subdistricts["area_class"]
    committees = _placed(pd.read_csv(data / "committees.csv", dtype=str), crs)
    committees = committees.set_index("编号").sort_index()
    committees["kind"] = committees["类别"].map({"居委": "resident", "村委": "village"})
    committees["mode"] = [
        rules.mode_of[home_class[home], kind]
        for home, kind in zip(committees["街镇编号"], committees["kind"], strict=True)
    ]
    cells = _cells(data / "population.csv", subdistricts, committees)
    kind = committees["kind"]
    cells["mode"] = [
        rules.mode_of[home_class[home], kind[committee]]
        for home, committee in zip(cells["home"], cells["committee"], strict=True)
    ]
    people = cells.groupby("committee")["people"].sum()
    committees["people"] = people.reindex(committees.index).fillna(0).astype(int)
    facilities = pd.read_excel(data / "facilities.xlsx", dtype=str, engine="openpyxl")
    facilities = _placed(facilities, crs).set_index("设施编号").sort_index()
    facilities["type"] = facilities["设施类型"].map(rules.type_of_name)
    # Types that another standard asks for are no business of this one.
    facilities = facilities[facilities["type"].notna()]
    candidates = _placed(pd.read_csv(data / "candidates.csv", dtype=str), crs)
    candidates = candidates.set_index("候选点编号").sort_index()
    candidates["types"] = [
        [
            rules.type_of_name[name]
            for name in names.split("、")
            if name in rules.type_of_name
        ]
        for names in candidates["可设类型"]
    ]
    opened = facilities[facilities["状态"] == "开放"]
    planned = facilities[facilities["状态"].isin(["规划", "在建"])]
    return Tables(subdistricts, committees, cells, opened, planned, candidates)


def read_subdistricts(path: Path, crs: str) -> pd.DataFrame:
    """Read the polygons, in metres."""
    move = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    rows = []
    for one in json.loads(path.read_text("utf-8"))["features"]:
        shape = shapely.geometry.shape(one["geometry"])
        placed = shapely.transform(
            shape,
            lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1])).round(3),
        )
        rows.append({"shape": placed, **one["properties"]})
    words = {"城市化地区": "urban", "城镇化地区": "urbanising", "远郊地区": "outer"}
    table = pd.DataFrame(rows).set_index("街镇编号").sort_index()
    table["area_class"] = table["地区类型"].map(words)
    assert table["area_class"].notna().all()
    return table


def _placed(table: pd.DataFrame, crs: str) -> pd.DataFrame:
    """Give rows with longitude and latitude their place in metres, to the mm."""
    move = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = move.transform(
        table["经度"].astype(float).to_numpy(), table["纬度"].astype(float).to_numpy()
    )
    return table.assign(x=np.round(x, 3), y=np.round(y, 3))


def _cells(
    path: Path, subdistricts: pd.DataFrame, committees: pd.DataFrame
) -> pd.DataFrame:
    """Read the cells: their subdistrict, and the nearest committee in it."""
    cells = pd.read_csv(path).rename(columns={"人口": "people"})
    cells = cells.set_index("网格编号").sort_index()
    points = shapely.points(cells["x"], cells["y"])
    cells["home"] = None
    for home in reversed(subdistricts.index):
        inside = shapely.intersects(subdistricts.loc[home, "shape"], points)
        cells.loc[inside, "home"] = home
    cells = cells[cells["home"].notna()].copy()
    cells["committee"] = None
    for home, members in committees.groupby("街镇编号"):
        here = cells["home"] == home
        away = np.hypot(
            cells.loc[here, "x"].to_numpy()[:, None] - members["x"].to_numpy(),
            cells.loc[here, "y"].to_numpy()[:, None] - members["y"].to_numpy(),
        )
        cells.loc[here, "committee"] = members.index[away.argmin(axis=1)]
    assert cells["committee"].notna().all()
    return cells


def read_streets(path: Path, rules: Rules) -> tuple[pd.DataFrame, set[int]]:
    """Read the streets as straight pieces, and the gates that are shut."""
    study = yaml.safe_load((path.parent / "study.yaml").read_text("utf-8"))
    move = pyproj.Transformer.from_crs("EPSG:4326", study["crs"], always_xy=True)
    places: dict[int, tuple[float, float]] = {}
    ways, shut = [], set()
    for one in osmium.FileProcessor(str(path)):
        tags = dict(one.tags)
        if one.is_node():
            places[one.id] = (one.lon, one.lat)
            if tags.get("access") == "no":
                assert tags == {"barrier": "gate", "access": "no"}
                shut.add(one.id)
        elif one.is_way() and ("highway" in tags or "route" in tags):
            ways.append((one.id, tags, [node.ref for node in one.nodes]))
    ids = list(places)
    x, y = move.transform(*np.array([places[one] for one in ids]).T)
    at = dict(zip(ids, zip(x, y, strict=True), strict=True))
    rows = []
    for way_id, tags, refs in ways:
        lengths = [np.hypot(*np.subtract(at[b], at[a])) for a, b in pairwise(refs)]
        speeds = way_speeds(tags, sum(lengths), rules)
        for (a, b), length in zip(pairwise(refs), lengths, strict=True):
            rows.append((way_id, a, b, *at[a], *at[b], length, *speeds))
    columns = ["way", "a", "b", "ax", "ay", "bx", "by", "length"]
    columns += ["walk_there", "walk_back", "cycle_there", "cycle_back", "afloat"]
    return pd.DataFrame(rows, columns=columns), shut


def way_speeds(
    tags: dict[str, str], length: float, rules: Rules
) -> tuple[float, float, float, float, bool]:
    """Give metres per second there and back, on foot and by bicycle; 0 is closed."""
    if tags.get("route") == "ferry":
        assert set(tags) <= {"route", "foot", "bicycle", "duration", "name"}
        hours, minutes = tags["duration"].split(":")
        speed = length / (int(hours) * 3600 + int(minutes) * 60)
        return speed, speed, speed, speed, True
    kind = tags["highway"]
    known = HARMLESS | {"oneway", "oneway:bicycle", "foot", "access"}
    assert set(tags) <= known, tags
    assert tags.get("access") in {None, "private"}
    if kind in MOTOR_ONLY:
        return 0.0, 0.0, 0.0, 0.0, False
    assert kind in WALKED, kind
    walk = rules.mps["walk"]
    ride = walk if kind in PUSHED else rules.mps["cycle"]
    # Against a one-way street the bicycle is pushed.
    one_way = tags.get("oneway") == "yes" and tags.get("oneway:bicycle") != "no"
    return walk, walk, ride, walk if one_way else ride, False


def draw_graph(
    pieces: pd.DataFrame,
    shut: set[int],
    points: dict[tuple[str, str], tuple[float, float]],
    mode: str,
    rules: Rules,
) -> nx.DiGraph:
    """
    Draw one mode's graph with every point as a node of its own.

    A point hangs on the nearest place of the longest connected part by a leg walked
    in a straight line, both ways. Weights are minutes.
    """
    there, back = pieces[f"{mode}_there"], pieces[f"{mode}_back"]
    usable = pieces[(there > 0) | (back > 0)].reset_index(drop=True)
    ends = [
        [
            (i, "end", side) if node in shut else node
            for side, node in (("a", a), ("b", b))
        ]
        for i, (a, b) in enumerate(zip(usable["a"], usable["b"], strict=True))
    ]
    joined = nx.Graph()
    for (a, b), length in zip(ends, usable["length"], strict=True):
        if not joined.has_edge(a, b):
            joined.add_edge(a, b, length=0.0)
        joined[a][b]["length"] += length
    length_at = dict(joined.degree(weight="length"))
    parts = nx.connected_components(joined)
    main = max(parts, key=lambda part: sum(length_at[one] for one in part))
    on_main = np.array([a in main for a, _ in ends]) & ~usable["afloat"].to_numpy()
    hung = hang_points(usable, np.flatnonzero(on_main), points, rules.snap_m)
    graph = nx.DiGraph()
    for row in usable.itertuples():
        a, b = ends[row.Index]
        stops = sorted(hung.get(row.Index, ()), key=lambda stop: stop[1])
        chain = [(a, 0.0), *((("at", key), share) for key, share, _ in stops), (b, 1.0)]
        ways = getattr(row, f"{mode}_there"), getattr(row, f"{mode}_back")
        for (one, low), (two, high) in pairwise(chain):
            _link(graph, one, two, row.length * (high - low), ways)
        for key, _, leg_m in stops:
            minutes = leg_m / rules.mps["walk"] / 60
            _link(graph, key, ("at", key), minutes, (1 / 60, 1 / 60))
    return graph


def _link(
    graph: nx.DiGraph,
    one: object,
    two: object,
    length: float,
    speeds: tuple[float, float],
) -> None:
    """Join two nodes each way that is open, by the quicker of parallel pieces."""
    for a, b, speed in ((one, two, speeds[0]), (two, one, speeds[1])):
        # Standing at the end of a piece, even a closed direction costs nothing.
        if speed > 0 or length == 0:
            minutes = length / speed / 60 if length else 0.0
            known = graph.edges[a, b]["minutes"] if graph.has_edge(a, b) else np.inf
            graph.add_edge(a, b, minutes=min(minutes, known))


def hang_points(
    pieces: pd.DataFrame,
    rows: np.ndarray,
    points: dict[tuple[str, str], tuple[float, float]],
    limit_m: float,
) -> dict[int, list[tuple[tuple[str, str], float, float]]]:
    """
    Find for every point the nearest place on these pieces.

    Returns for each piece its points: key, share of the piece, length of the leg. Of
    places equally near, the western, then the southern; at a locked gate, where two
    pieces end beside each other, the one that begins further west.
    """
    used = pieces.iloc[rows]
    drawn = np.stack([used[["ax", "ay"]].to_numpy(), used[["bx", "by"]]], axis=1)
    way = used["way"].to_numpy()
    lines = shapely.linestrings(drawn)
    tree = shapely.STRtree(lines)
    keys = list(points)
    shapes = shapely.points(np.array([points[key] for key in keys]))
    (who, nearest), gap = tree.query_nearest(
        shapes, all_matches=False, return_distance=True
    )
    near = dict(zip(who, zip(nearest, gap, strict=True), strict=True))
    hung: dict[int, list[tuple[tuple[str, str], float, float]]] = {}
    for i, key in enumerate(keys):
        gap_m = near[i][1]
        if gap_m > limit_m:
            continue
        best = None
        for line in tree.query(shapes[i], predicate="dwithin", distance=gap_m + TIE_M):
            share, east, north, away = _foot(drawn[line], points[key])
            west_first = sorted(map(tuple, drawn[line].tolist()))
            rank = (round(east, 5), round(north, 5), west_first, way[line], line)
            if away <= gap_m + TIE_M and (best is None or rank < best[0]):
                best = rank, line, share, away
        assert best is not None
        hung.setdefault(int(rows[best[1]]), []).append((key, best[2], best[3]))
    return hung


def _foot(
    piece: np.ndarray, point: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Drop a perpendicular on a piece: share, place, distance."""
    (ax, ay), (bx, by) = piece.tolist()
    x, y = point
    share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / (
        (bx - ax) ** 2 + (by - ay) ** 2
    )
    share = min(1.0, max(0.0, share))
    east, north = ax + share * (bx - ax), ay + share * (by - ay)
    return share, east, north, math.hypot(x - east, y - north)


def _serving(facilities: pd.DataFrame, rules: Rules) -> dict[str, list[object]]:
    """List for each type the facilities that serve it."""
    kinds = list(facilities["type"].items())
    return {
        one: [key for key, kind in kinds if kind in rules.serving[one]]
        for one in rules.types
    }


def committee_times(
    graphs: dict[str, nx.DiGraph], tables: Tables, rules: Rules
) -> tuple[pd.DataFrame, ...]:
    """Search from every committee, one after another, to everything, by SciPy."""
    of_type = _serving(tables.facilities, rules)
    to_come_of = _serving(tables.planned, rules)
    drawn = {mode: _matrix(graph) for mode, graph in graphs.items()}
    asked = [
        *(("facility", key) for key in tables.facilities.index),
        *(("planned", key) for key in tables.planned.index),
        *(("candidate", key) for key in tables.candidates.index),
    ]
    minutes, nearest, candidates, to_come = {}, {}, {}, {}
    for committee, mode in tables.committees["mode"].items():
        position, forwards = drawn[mode]
        times = {}
        if ("committee", committee) in position:
            start = position["committee", committee]
            reached = dijkstra(forwards, indices=start)
            times = {key: reached[position[key]] for key in asked if key in position}
        ranks = {
            key: (round(times.get(("facility", key), np.inf), 9), key)
            for key in tables.facilities.index
        }
        found = {
            one: min((ranks[key] for key in keys), default=(np.inf, None))
            for one, keys in of_type.items()
        }
        minutes[committee] = {one: found[one][0] for one in rules.types}
        nearest[committee] = {
            one: found[one][1] if found[one][0] < np.inf else None
            for one in rules.types
        }
        to_come[committee] = {
            one: min(
                (times.get(("planned", key), np.inf) for key in keys),
                default=np.inf,
            )
            for one, keys in to_come_of.items()
        }
        candidates[committee] = {
            key: times.get(("candidate", key), np.inf)
            for key in tables.candidates.index
        }
    return tuple(
        pd.DataFrame.from_dict(one, orient="index")
        for one in (minutes, nearest, candidates, to_come)
    )


def _matrix(graph: nx.DiGraph) -> tuple[dict[object, int], csr_array]:
    """Write a graph as a matrix of minutes, from row to column; give the rows."""
    position = {node: i for i, node in enumerate(graph)}
    a, b, minutes = zip(*graph.edges(data="minutes"), strict=True)
    row = np.array([position[one] for one in a])
    column = np.array([position[one] for one in b])
    # A stored zero would be no link for SciPy.
    weight = np.maximum(np.array(minutes), 1e-12)
    size = len(position)
    return position, csr_array((weight, (row, column)), shape=(size, size))


def cell_times(
    graphs: dict[str, nx.DiGraph], tables: Tables, rules: Rules
) -> pd.DataFrame:
    """Search backwards from all facilities of a type at once, by SciPy."""
    result = pd.DataFrame(np.inf, index=tables.cells.index, columns=rules.types)
    for mode, graph in graphs.items():
        position, forwards = _matrix(graph)
        backwards = csr_array(forwards.T)
        mine = tables.cells.index[tables.cells["mode"] == mode]
        for one in rules.types:
            kinds = tables.facilities["type"].isin(rules.serving[one])
            seeds = [
                position["facility", key]
                for key in tables.facilities.index[kinds]
                if ("facility", key) in position
            ]
            if not seeds:
                continue
            times = dijkstra(backwards, indices=seeds, min_only=True)
            result.loc[mine, one] = [
                times[position["cell", key]] if ("cell", key) in position else np.inf
                for key in mine
            ]
    return result


def covered(minutes: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Tell what is within the rule; a time exactly at the limit is."""
    return minutes <= rules.minutes + TOLERANCE_MIN


def greedy_plan(answers: Answers, n_sites: int) -> list[dict[str, object]]:
    """
    Choose sites one after another by trying every candidate anew each time.

    The candidate whose missing required items concern the most people is taken; of
    equals the one with more items, then the lower code.
    """
    rules, tables = answers.rules, answers.tables
    required = [
        one for one, needed in zip(rules.types, rules.required, strict=True) if needed
    ]
    good = covered(answers.minutes, rules)
    near = covered(answers.to_candidates, rules)
    people = tables.committees["people"]
    missing = {(c, t) for c in good.index for t in required if not good.loc[c, t]}
    clears = {}
    for k, kinds in tables.candidates["types"].items():
        in_reach = set(near.index[near[k]])
        served = {t for t in required if set(rules.serving[t]) & set(kinds)}
        clears[k] = {(c, t) for c, t in missing if c in in_reach and t in served}
    n_pairs = len(good.index) * len(required)
    done = n_pairs - len(missing)
    plan: list[dict[str, object]] = []
    while len(plan) < n_sites:
        best = min(
            clears,
            key=lambda k: (-sum(people[c] for c, _ in clears[k]), -len(clears[k]), k),
        )
        items = clears[best]
        if not items:
            break
        done += len(items)
        opened = {
            next(s for s in rules.serving[t] if s in tables.candidates["types"][best])
            for _, t in items
        }
        plan.append(
            {
                "candidate": best,
                "items": {f"{c}:{t}" for c, t in items},
                "gained": int(sum(people[c] for c, _ in items)),
                "share_after": done / n_pairs,
                "types": [one for one in rules.types if one in opened],
            }
        )
        clears = {k: rest - items for k, rest in clears.items()}
    return plan
