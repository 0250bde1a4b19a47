"""Streets from GraphML files of OSMnx."""

import logging
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
from circle.street_access import ACCESS_KEYS, PrivateWays, blocks_passage
from circle.street_classes import use_of_lines
from circle.street_lines import LineRules, LineStreets, line_levels, streets_of

if TYPE_CHECKING:
    import networkx as nx

_LOG = logging.getLogger(__name__)
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
        their edges apart.

    Raises
    ------
    InputError
        If the file is no graph of OSMnx, or no edge is open to anyone.

    Notes
    -----
    The two directions of a two-way street become one line. An edge that OSMnx marks
    ``oneway``, and that has no twin, is ridden one way; people walk it both ways. The
    length of an edge is that of its line, or what the graph states where it has no
    line and the stated length is more than 1 % longer.
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
    noded = _pieces(lines, ends, _shut(nodes, rules.private_ways))
    streets = streets_of(
        noded,
        use,
        way_id=np.arange(1, len(edges) + 1),
        off_ground=line_levels(edges[["bridge", "tunnel"]])[0] != 0,
    )
    streets.length_m[:] = _stated_lengths(streets.length_m, noded.line, edges)
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
    twins: dict[tuple[object, ...], int] = {}
    rows: list[dict[str, object]] = []
    for u, v, data in graph.edges(data=True):
        row = {name: _text(data.get(key)) for name, key in _ATTRIBUTES.items()}
        length_m = _number(data.get("length"))
        back = twins.pop((v, u, _text(data.get("osmid")), round(length_m, 2)), None)
        if back is not None:
            rows[back]["oneway"] = "no"
            continue
        twins[u, v, _text(data.get("osmid")), round(length_m, 2)] = len(rows)
        rows.append(
            {"u": u, "v": v, "length_m": length_m, "line": data.get("geometry"), **row}
        )
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
) -> Noded:
    """Cut lines at their corners; only their ends are shared."""
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
    return Noded(
        places[at, 0],
        places[at, 1],
        a[apart],
        b[apart],
        line[:-1][inside][apart].astype(np.int32),
    )


def _shut(nodes: pd.DataFrame, private_ways: PrivateWays) -> NDArray[np.bool_]:
    """Mark the nodes that are closed gates."""
    if "barrier" not in nodes.columns:
        return np.zeros(len(nodes), dtype=bool)
    keys = [
        one
        for one in ("barrier", "access", "foot", "bicycle", "locked")
        if one in nodes.columns
    ]
    rows = nodes[keys].to_dict("records")
    return np.array(
        [
            blocks_passage(
                {
                    str(key): value
                    for key, value in row.items()
                    if isinstance(value, str)
                },
                private_ways=private_ways,
            )
            for row in rows
        ],
        dtype=bool,
    )


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
