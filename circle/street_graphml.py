"""Streets from GraphML files of OSMnx."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pyproj.exceptions
import shapely
from numpy.typing import NDArray

from circle.crs import project
from circle.errors import CircleWarning, InputError, gather
from circle.noding import Noded
from circle.problems import problem_of
from circle.street_access import (
    ACCESS_KEYS,
    GATE_KEYS,
    SIGNAL_KEYS,
    PrivateWays,
    blocks_passage,
    ferry_seconds,
    has_signals,
)
from circle.street_classes import use_of_lines
from circle.street_lines import LineRules, LineStreets, line_levels, streets_of

if TYPE_CHECKING:
    import networkx as nx

# The edge attributes that have a say; OSMnx calls the class highway.
_ATTRIBUTES = {"class": "highway"} | {
    one: one for one in (*ACCESS_KEYS, "bridge", "tunnel") if one != "highway"
}
# Beyond this a stated length tells of a way that was not drawn.
_LONGER = 1.01


def read_street_graphml(
    path: Path, *, crs: pyproj.CRS, rules: LineRules
) -> LineStreets:
    """
    Read a graph that OSMnx saved as GraphML.

    Parameters
    ----------
    path
        The file (.graphml), of a drive, walk, bike or full network.
    crs
        Metric coordinate system to measure in.
    rules
        Classes, default class and private ways as for line layers; its coordinate
        system, columns and noding are not asked: a graph holds its own.

    Returns
    -------
    line_streets
        Pieces along the geometry of each edge. Nodes tagged as closed gates cut
        their edges apart; nodes tagged as signals are kept as such.

    Raises
    ------
    InputError
        If the file is no graph of OSMnx, or no edge is open to anyone.

    Notes
    -----
    The two directions of a two-way street become one line. An edge that OSMnx marks
    ``oneway``, and that has no twin, is ridden one way; people walk it both ways. The
    length of an edge is that of its line, or what the graph states where it has no
    line and the stated length is more than 1 % longer. The duration of a ferry is that
    of its way; the edges of one way share it by their lengths.
    """
    graph = _load(path)
    nodes = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    edges = _edges(graph)
    if edges.empty or not {"x", "y"} <= set(nodes.columns):
        raise InputError(problem_of(path.name, "graph-without-edges"))
    own = _own_crs(path, str(graph.graph.get("crs", "EPSG:4326")))
    use, problems = use_of_lines(
        edges,
        classes=rules.classes or {},
        default_class=rules.default_class,
        private_ways=rules.private_ways,
    )
    gather([replace(one, file=path.name) for one in problems], InputError)
    if not use.is_open.any():
        raise InputError(problem_of(path.name, "no-open-edge"))
    x_m, y_m = project(
        nodes["x"].to_numpy(float), nodes["y"].to_numpy(float), source=own, target=crs
    )
    at = nodes.index.get_indexer
    ends = np.column_stack([at(pd.Index(edges["u"])), at(pd.Index(edges["v"]))])
    lines = _lines(edges, ends, np.column_stack([x_m, y_m]), own, crs)
    noded, node = _pieces(lines, ends, _shut(nodes, rules.private_ways))
    streets = streets_of(
        noded,
        use,
        way_id=np.arange(1, len(edges) + 1),
        off_ground=line_levels(edges[["bridge", "tunnel"]])[0] != 0,
    )
    length_m = _stated_lengths(streets.length_m, noded.line, edges)
    streets = replace(
        streets,
        length_m=length_m,
        ferry_s=_ferry_times(length_m, noded.line, edges),
        signal=_with_signals(node, nodes),
    )
    return LineStreets(
        streets,
        gpd.GeoDataFrame({"highway": use.highway}, geometry=lines, crs=crs),
        _warnings(path, nodes),
    )


def _load(path: Path) -> "nx.MultiDiGraph[Any]":
    """
    Load a graph with OSMnx.

    Raises
    ------
    InputError
        If the file is no GraphML of OSMnx.
    """
    import networkx as nx  # noqa: PLC0415
    import osmnx  # noqa: PLC0415

    try:
        return osmnx.load_graphml(path)
    except (
        ParseError,
        nx.NetworkXException,
        shapely.errors.ShapelyError,
        ValueError,
        pyproj.exceptions.ProjError,
        LookupError,
        TypeError,
        OSError,
    ) as error:
        problem = problem_of(path.name, "graph-not-read", error=str(error))
        raise InputError(problem) from error


def _own_crs(path: Path, text: str) -> pyproj.CRS:
    """
    Read the coordinate system that the graph names.

    Raises
    ------
    InputError
        If there is no such system.
    """
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        problem = problem_of(path.name, "graph-not-read", error=str(error))
        raise InputError(problem) from error


def _number(value: object) -> float:
    """Read a length; NaN where there is none, as on edges that were merged."""
    try:
        return float(str(value))
    except ValueError:
        return np.nan


def _edges(graph: "nx.MultiDiGraph[Any]") -> pd.DataFrame:
    """List the edges; of the two directions of one street only the first."""
    # Parallel edges of one way and length each wait for a twin of their own.
    alone: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    rows: list[dict[str, object]] = []
    for u, v, data in graph.edges(data=True):
        row = {name: _text(data.get(key)) for name, key in _ATTRIBUTES.items()}
        length_m, way = _number(data.get("length")), data.get("osmid")
        alike = _text(way), round(length_m, 2)
        if alone[v, u, *alike]:
            rows[alone[v, u, *alike].pop()]["oneway"] = "no"
            continue
        alone[u, v, *alike].append(len(rows))
        own = {"length_m": length_m, "line": data.get("geometry"), "way": _text(way)}
        own["n_ways"] = len(way) if isinstance(way, list) else 1
        rows.append({"u": u, "v": v, **own, **row})
    return pd.DataFrame(rows)


def _text(value: object) -> str | None:
    """Write an attribute as text; lists of merged edges in one fixed order."""
    if value is None:
        return None
    if isinstance(value, (list, tuple, set)):
        return str(sorted({str(one) for one in value}))
    return str(value)


def _lines(
    edges: pd.DataFrame,
    ends: NDArray[np.int64],
    places: NDArray[np.float64],
    own: pyproj.CRS,
    crs: pyproj.CRS,
) -> NDArray[np.object_]:
    """Give each edge its line in metres, from its first node to its second."""
    straight = np.asarray(shapely.linestrings(places[ends]), dtype=object)
    drawn = gpd.GeoSeries(edges["line"].to_numpy(), crs=own).to_crs(crs).to_numpy()
    has_line = ~(shapely.is_missing(drawn) | shapely.is_empty(drawn))
    first = shapely.get_coordinates(shapely.get_point(drawn[has_line], 0))
    from_m = np.hypot(*(first - places[ends[has_line, 0]]).T)
    to_m = np.hypot(*(first - places[ends[has_line, 1]]).T)
    turned = np.zeros(len(edges), dtype=bool)
    turned[has_line] = to_m < from_m
    drawn[turned] = shapely.reverse(drawn[turned])
    straight[has_line] = drawn[has_line]
    return straight


def _pieces(
    lines: NDArray[np.object_], ends: NDArray[np.int64], shut: NDArray[np.bool_]
) -> tuple[Noded, NDArray[np.int64]]:
    """
    Cut lines at their corners; only their ends are shared.

    Beside the pieces stands the node of the graph that each of their nodes is; where
    it is none, a number beyond.
    """
    places, line = shapely.get_coordinates(lines, return_index=True)
    is_first = np.concatenate([[True], line[1:] != line[:-1]])
    is_last = np.concatenate([line[1:] != line[:-1], [True]])
    node = len(shut) + np.arange(len(places))
    # At a closed gate every edge keeps an end of its own.
    for mask, column in ((is_first, 0), (is_last, 1)):
        own = ends[:, column]
        node[mask] = np.where(shut[own], node[mask], own)
    inside = line[1:] == line[:-1]
    start, end = node[:-1][inside], node[1:][inside]
    apart = start != end
    _, at = np.unique(node, return_index=True)
    used, back = np.unique(np.concatenate([start, end]), return_inverse=True)
    at = at[np.searchsorted(np.unique(node), used)]
    a, b = back.astype(np.int32).reshape(2, -1)
    of_line = line[:-1][inside][apart].astype(np.int32)
    return Noded(places[at, 0], places[at, 1], a[apart], b[apart], of_line), used


def _shut(nodes: pd.DataFrame, private_ways: PrivateWays) -> NDArray[np.bool_]:
    """Mark the nodes that are closed gates."""
    return _tagged(
        nodes, GATE_KEYS, lambda tags: blocks_passage(tags, private_ways=private_ways)
    )


def _tagged(
    nodes: pd.DataFrame,
    keys: Sequence[str],
    holds: Callable[[Mapping[str, str]], bool],
) -> NDArray[np.bool_]:
    """Mark the nodes of which something holds, by their tags with some keys."""
    table = nodes[[one for one in keys if one in nodes.columns]]
    marked = np.zeros(len(nodes), dtype=bool)
    for at in np.flatnonzero(table.notna().any(axis=1)):
        row = table.iloc[at].to_dict()
        marked[at] = holds(
            {str(key): value for key, value in row.items() if isinstance(value, str)}
        )
    return marked


def _with_signals(node: NDArray[np.int64], nodes: pd.DataFrame) -> NDArray[np.int32]:
    """Find the street nodes that stand for a node with signals."""
    with_lights = np.flatnonzero(_tagged(nodes, SIGNAL_KEYS, has_signals))
    return np.flatnonzero(np.isin(node, with_lights)).astype(np.int32)


def _ferry_times(
    length_m: NDArray[np.float64], line: NDArray[np.int32], edges: pd.DataFrame
) -> NDArray[np.float64]:
    """Spread the duration of each ferry over its pieces; NaN for all other pieces."""
    if not {"route", "duration"} <= set(edges.columns):
        return np.full(len(line), np.nan)
    seconds = np.full(len(edges), np.nan)
    for at in np.flatnonzero((edges["route"] == "ferry") & edges["duration"].notna()):
        told = ferry_seconds({"duration": str(edges["duration"].iloc[at])})
        seconds[at] = np.nan if told is None else told * edges["n_ways"].iloc[at]
    alone = pd.Series([f"edge {i}" for i in range(len(edges))], index=edges.index)
    way = pd.factorize(edges["way"].fillna(alone))[0][line]
    total_m = np.bincount(way, weights=length_m)[way]
    share = np.divide(length_m, total_m, out=np.zeros(len(line)), where=total_m > 0)
    return np.asarray(seconds[line] * share)


def _stated_lengths(
    length_m: NDArray[np.float64], line: NDArray[np.int32], edges: pd.DataFrame
) -> NDArray[np.float64]:
    """Lengthen undrawn edges to what the graph states."""
    drawn_m = np.bincount(line, weights=length_m, minlength=len(edges))
    stated_m = edges["length_m"].to_numpy(float)
    longer = edges["line"].isna().to_numpy() & (stated_m > _LONGER * drawn_m)
    scale = np.divide(
        stated_m, drawn_m, out=np.ones(len(edges)), where=longer & (drawn_m > 0)
    )
    return np.asarray(length_m * scale[line])


def _warnings(path: Path, nodes: pd.DataFrame) -> tuple[CircleWarning, ...]:
    """Say that a graph without barriers lets people through closed gates."""
    if "barrier" in nodes.columns:
        return ()
    return (
        CircleWarning(
            "street-graph-without-gates",
            f"{path.name}: the graph holds no barriers: closed gates are walked "
            "through; read the streets from an OSM file to respect them.",
            f"{path.name}：路网图不含门禁信息，按可通行处理；如需考虑，请改用OSM文件。",
        ),
    )
