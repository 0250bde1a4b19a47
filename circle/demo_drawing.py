"""The drawing of the demo streets: nodes and ways before they are written."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from circle.demo_ground import Floats

Tags = dict[str, str]
WALKED = {
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "pedestrian",
    "footway",
    "cycleway",
    "path",
    "track",
}
CLOSED = ("access", "bridge", "tunnel")


@dataclass(frozen=True)
class Drawing:
    """
    Nodes and ways to which the drawing functions add.

    Attributes
    ----------
    xy
        Place of each node in metres; the number of a node is its position.
    node_tags
        Tags of the nodes that have any.
    ways
        Nodes and tags of each way.
    """

    xy: list[tuple[float, float]] = field(default_factory=list)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)


def add_nodes(drawing: Drawing, points: Floats) -> list[int]:
    """
    Add nodes to a drawing.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    points
        Places in metres, shape (n, 2).

    Returns
    -------
    nodes
        The numbers of the new nodes.
    """
    first = len(drawing.xy)
    drawing.xy.extend((float(x), float(y)) for x, y in points)
    return list(range(first, len(drawing.xy)))


def add_way(drawing: Drawing, nodes: Iterable[int], **tags: str) -> None:
    """
    Add a way to a drawing.

    Parameters
    ----------
    drawing
        The drawing, which grows.
    nodes
        Node numbers in order; a closed way repeats its first node.
    **tags
        OSM tags; a double underscore stands for a colon.
    """
    named = {key.replace("__", ":"): value for key, value in tags.items() if value}
    drawing.ways.append(([int(node) for node in nodes], named))


def sample_streets(
    drawing: Drawing, spacing_m: float, *, public: bool
) -> tuple[Floats, list[str]]:
    """
    Sample the streets at short steps.

    Parameters
    ----------
    drawing
        The drawing.
    spacing_m
        Longest distance between samples, in metres.
    public
        Whether to leave out bridges and whatever not everybody may walk on.

    Returns
    -------
    points, names
        Places in metres, shape (n, 2), and the name of the street of each, if any.
    """
    xy = np.array(drawing.xy)
    starts, stops, names = [], [], []
    for nodes, tags in drawing.ways:
        walked = tags.get("highway") in WALKED
        closed = public and not tags.keys().isdisjoint(CLOSED)
        if walked and not closed:
            starts += nodes[:-1]
            stops += nodes[1:]
            names += [tags.get("name", "")] * (len(nodes) - 1)
    step = xy[stops] - xy[starts]
    pieces = np.ceil(np.hypot(step[:, 0], step[:, 1]) / spacing_m).astype(np.int64)
    pieces = np.maximum(pieces, 1)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    part = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (part + 0.5) / pieces[edge]
    points = xy[starts][edge] + step[edge] * share[:, None]
    return points, [names[k] for k in edge]
