"""Graphs of OSMnx as streets."""

import re

import networkx as nx
import numpy as np
import osmnx
import pyproj
import pytest
import shapely

from circle.errors import InputError
from circle.network import build_network
from circle.profile_reading import read_profile
from circle.profile_rules import Amount
from circle.street_graphml import read_street_graphml
from circle.street_lines import LineRules

CRS = pyproj.CRS.from_epsg(32651)
SPEEDS = read_profile("pudong").speeds
X, Y = 500_000.0, 3_400_000.0


def write_graph(path, *, edges, nodes=None, crs="EPSG:32651"):
    """Nodes 1 to 4 on a square of 100 m; edges (u, v, attributes)."""
    graph = nx.MultiDiGraph(crs=crs, simplified=True)
    for number, (x, y) in enumerate(((0, 0), (100, 0), (100, 100), (0, 100)), start=1):
        graph.add_node(number, x=X + x, y=Y + y, **(nodes or {}).get(number, {}))
    for u, v, data in edges:
        graph.add_edge(u, v, **{"osmid": u * 10 + v, "length": 100.0, **data})
    osmnx.save_graphml(graph, path)
    return path


def read(path, **rules: object):
    return read_street_graphml(path, crs=CRS, rules=LineRules(**rules))


def both(u, v, **data: object):
    one = {"osmid": 7, "oneway": False, **data}
    return [(u, v, one), (v, u, {**one, "reversed": True})]


def test_twins_are_one_street_and_oneway_holds_for_bicycles_only(tmp_path):
    edges = [
        *both(1, 2, highway="residential"),
        (2, 3, {"highway": "tertiary", "oneway": True}),
        (3, 4, {"highway": "motorway", "oneway": True}),
    ]
    found = read(write_graph(tmp_path / "a.graphml", edges=edges))
    walk = build_network(found.streets, "walk", speeds=SPEEDS)
    cycle = build_network(found.streets, "cycle", speeds=SPEEDS)
    assert walk.length_m == pytest.approx(200)
    assert np.isfinite(walk.piece_back_s).all()
    times = sorted([*cycle.piece_forward_s, *cycle.piece_back_s])
    assert np.round(times, 3).tolist() == [30.0, 30.0, 30.0, 90.0]
    assert [one.name for one in found.warnings] == ["street-graph-without-gates"]


def test_parallel_edges_of_one_way_are_twins_in_pairs(tmp_path):
    one = {"osmid": 7, "oneway": False, "highway": "residential"}
    edges = [(1, 2, one), (1, 2, one), (2, 1, one), (2, 1, one)]
    streets = read(write_graph(tmp_path / "a.graphml", edges=edges)).streets
    assert streets.length_m.tolist() == [100.0, 100.0]


def test_geometry_is_followed_and_turned_where_it_runs_the_other_way(tmp_path):
    bend = shapely.LineString([(X + 100, Y), (X + 50, Y - 50), (X, Y)])
    edges = [(1, 2, {"highway": "path", "geometry": bend, "oneway": False})]
    streets = read(write_graph(tmp_path / "a.graphml", edges=edges)).streets
    assert streets.length_m.sum() == pytest.approx(2 * np.hypot(50, 50))
    assert streets.x_m[streets.start[0]] == pytest.approx(X)


def test_a_stated_length_counts_where_nothing_is_drawn(tmp_path):
    edges = [(1, 2, {"highway": "path", "length": 250.0})]
    streets = read(write_graph(tmp_path / "a.graphml", edges=edges)).streets
    assert streets.length_m.tolist() == [250.0]


def test_a_closed_gate_cuts_the_edges_apart(tmp_path):
    edges = [*both(1, 2, highway="service"), *both(2, 3, highway="service")]
    for access, main_m in (("no", 100), ("yes", 200)):
        gate = {2: {"barrier": "gate", "access": access}}
        path = write_graph(tmp_path / "a.graphml", edges=edges, nodes=gate)
        found = read(path)
        network = build_network(found.streets, "walk", speeds=SPEEDS)
        assert network.main_length_m == pytest.approx(main_m)
        assert not found.warnings


def test_signals_at_nodes_are_kept_and_crossings_without_are_not(tmp_path):
    edges = [*both(1, 2, highway="residential"), *both(2, 3, highway="residential")]
    nodes = {
        2: {"highway": "traffic_signals"},
        3: {"highway": "crossing", "crossing": "uncontrolled"},
    }
    path = write_graph(tmp_path / "a.graphml", edges=edges, nodes=nodes)
    streets = read(path).streets
    assert streets.x_m[streets.signal].tolist() == [X + 100]
    assert streets.y_m[streets.signal].tolist() == [Y]
    speeds = SPEEDS.model_copy(
        update={"signal_delay_s": Amount(value=20, source="own", confidence="C")}
    )
    plain = build_network(streets, "walk", speeds=SPEEDS)
    waiting = build_network(streets, "walk", speeds=speeds)
    more = waiting.piece_forward_s - plain.piece_forward_s
    assert more.tolist() == pytest.approx([10, 10])


def test_the_edges_of_a_ferry_share_the_time_of_its_way(tmp_path):
    ferry = {"route": "ferry", "duration": "00:12", "osmid": 9}
    edges = [
        *both(1, 2, highway="footway"),
        (2, 3, {**ferry, "length": 100.0}),
        (3, 4, {**ferry, "length": 300.0}),
    ]
    streets = read(write_graph(tmp_path / "a.graphml", edges=edges)).streets
    assert np.isnan(streets.ferry_s[0])
    assert streets.ferry_s[1:].tolist() == pytest.approx([180, 540])


def test_a_ferry_without_an_id_of_its_way_takes_its_own_time(tmp_path):
    ferry = {"route": "ferry", "duration": "00:12", "length": 100.0, "osmid": 9}
    edges = [*both(1, 2, highway="footway"), (2, 3, ferry), (3, 4, ferry)]
    path = write_graph(tmp_path / "a.graphml", edges=edges)
    text = re.sub(r'<data key="\w+">9</data>', "", path.read_text("utf-8"))
    path.write_text(text, encoding="utf-8")
    streets = read(path).streets
    assert streets.ferry_s[1:].tolist() == [720, 720]


def test_merged_classes_are_as_open_as_their_worst_part(tmp_path):
    edges = both(1, 2, highway=["residential", "steps"])
    streets = read(write_graph(tmp_path / "a.graphml", edges=edges)).streets
    cycle = build_network(streets, "cycle", speeds=SPEEDS)
    assert cycle.piece_forward_s[0] == pytest.approx(90)


def test_degrees_are_converted(tmp_path):
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=123.0, y=30.0)
    graph.add_node(2, x=123.0, y=30.001)
    graph.add_edge(1, 2, osmid=1, highway="path", length=110.8)
    osmnx.save_graphml(graph, tmp_path / "a.graphml")
    streets = read(tmp_path / "a.graphml").streets
    assert streets.length_m.sum() == pytest.approx(110.8, abs=0.3)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "cannot be read as a GraphML"),
        ("<graphml", "cannot be read as a GraphML"),
        ("<graphml xmlns='http://graphml.graphdrawing.org/xmlns'/>", "cannot be read"),
    ],
)
def test_what_is_no_graph_is_named(tmp_path, text, found):
    path = tmp_path / "a.graphml"
    path.write_text(text)
    with pytest.raises(InputError, match=found):
        read(path)


def test_unknown_and_closed_classes_are_named(tmp_path):
    path = write_graph(tmp_path / "a.graphml", edges=both(1, 2, highway="lane"))
    with pytest.raises(InputError, match=r"nothing explains: 'lane' \(1 lines\)"):
        read(path)
    with pytest.raises(InputError, match="no edge that can be walked"):
        read(path, default_class="closed")


def test_a_system_there_is_not_is_named(tmp_path):
    edges = both(1, 2, highway="residential")
    path = write_graph(tmp_path / "a.graphml", edges=edges)
    path.write_text(path.read_text("utf-8").replace("32651", "326-1e3"), "utf-8")
    with pytest.raises(InputError, match=r"a\.graphml"):
        read(path)
