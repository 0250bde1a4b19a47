"""Builders of toy cities: streets, networks and points small enough for a pencil."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import osmium
import pyproj
from numpy.typing import NDArray

from circle.crs import WGS84, project
from circle.network import Network, build_network
from circle.profile import Mode, Number
from circle.profile_rules import Speeds
from circle.reach import measure_catchments, measure_reach
from circle.snapping import Access, Snapper
from circle.street_access import FERRY, RIDING, WALKING
from circle.streets import Streets

CRS = pyproj.CRS.from_epsg(4549)
# A corner in zone 120° E, so that toy metres are true metres of a real system.
EAST_M, NORTH_M = 500_000.0, 3_450_000.0

WALK_BOTH_WAYS = (WALKING, WALKING, WALKING, WALKING)
RIDE_BOTH_WAYS = (WALKING, WALKING, RIDING, RIDING)
RIDE_ONE_WAY = (WALKING, WALKING, RIDING, WALKING)
WALK_ONE_WAY = (WALKING, 0, WALKING, 0)
BOARD = (FERRY, FERRY, FERRY, FERRY)


def speeds(walk_mps: float = 1.0, cycle_mps: float = 4.0) -> Speeds:
    """Speeds with which toy metres are toy seconds."""

    def number(mps: float) -> Number:
        return Number(value=mps * 3.6, source="own", confidence="C")

    return Speeds(
        walk_kmh=number(walk_mps), cycle_kmh=number(cycle_mps), ferry_kmh=number(2.0)
    )


def make_streets(
    nodes: Mapping[int, tuple[float, float]],
    pieces: Sequence[tuple[int, int] | tuple[int, int, tuple[int, int, int, int]]],
) -> Streets:
    """Streets from places of nodes in metres and pieces (from, to, pace)."""
    ids = np.array(sorted(nodes))
    x_m = np.array([nodes[one][0] for one in ids], dtype=float)
    y_m = np.array([nodes[one][1] for one in ids], dtype=float)
    start = np.searchsorted(ids, [one[0] for one in pieces]).astype(np.int32)
    end = np.searchsorted(ids, [one[1] for one in pieces]).astype(np.int32)
    pace = [one[2] if len(one) == 3 else RIDE_BOTH_WAYS for one in pieces]
    return Streets(
        node_id=ids,
        x_m=x_m,
        y_m=y_m,
        start=start,
        end=end,
        length_m=np.hypot(x_m[end] - x_m[start], y_m[end] - y_m[start]),
        pace=np.array(pace, dtype=np.uint8),
        ferry_s=np.full(len(pieces), np.nan),
        way_id=np.arange(1, len(pieces) + 1),
    )


@dataclass(frozen=True)
class Toy:
    """One network with what snaps points to it."""

    network: Network
    snapper: Snapper

    @classmethod
    def of(
        cls, streets: Streets, mode: Mode = "walk", at: Speeds | None = None
    ) -> "Toy":
        network = build_network(streets, mode, speeds=at or speeds())
        return cls(network, Snapper(network))

    def join(
        self, points: Sequence[tuple[float, float]], limit_m: float = 200.0
    ) -> Access:
        xy = np.array(points, dtype=float).reshape(-1, 2)
        return self.snapper.join(xy[:, 0], xy[:, 1], limit_m=limit_m)

    def nearest(
        self,
        origins: Sequence[tuple[float, float]],
        facilities: Sequence[tuple[float, float]],
        threads: int = 2,
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Time and facility of each origin, all facilities being of one type."""
        time_s, facility = measure_reach(
            self.network,
            origins=self.join(origins),
            facilities=self.join(facilities),
            serving=[np.arange(len(facilities), dtype=np.int32)],
            threads=threads,
        )
        return time_s[:, 0], facility[:, 0]

    def matrix(
        self,
        origins: Sequence[tuple[float, float]],
        places: Sequence[tuple[float, float]],
        limit_s: float = 1e6,
        threads: int = 2,
    ) -> NDArray[np.float64]:
        """Seconds from each origin (row) to each place, NaN beyond the limit."""
        found = measure_catchments(
            self.network,
            places=self.join(places),
            origins=self.join(origins),
            limit_s=limit_s,
            threads=threads,
        ).tocoo()
        seconds = np.full((len(origins), len(places)), np.nan)
        seconds[found.col, found.row] = found.data
        return seconds

    def time(self, origin: tuple[float, float], facility: tuple[float, float]) -> float:
        """Seconds of one pair; both searches must agree on it."""
        one = float(self.nearest([origin], [facility])[0][0])
        other = float(self.matrix([origin], [facility])[0, 0])
        assert one == other or (np.isnan(one) and np.isnan(other))
        return one


def line() -> Streets:
    """
    A line of three blocks.

    ::

        1 --100-- 2 --200-- 3 --100-- 4        along y = 0 from x = 0 to x = 400
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (400, 0)}
    return make_streets(nodes, [(1, 2), (2, 3), (3, 4)])


def diamond() -> Streets:
    """
    Two ways round: over the top 500 + 500 m, by the bottom 400 + 400 m.

    ::

               2 (300, 400)
            500  500
        1 (0, 0)     3 (600, 0)      1 and 3 also have stubs of 100 m west and east
            400  400                 4 lies at (300, -sqrt(400^2 - 300^2))
               4
    """
    nodes = {
        1: (0, 0), 2: (300, 400), 3: (600, 0), 4: (300, -np.sqrt(70_000)),
        5: (-100, 0), 6: (700, 0),
    }  # fmt: skip
    return make_streets(nodes, [(1, 2), (2, 3), (3, 4), (4, 1), (1, 5), (3, 6)])


def ring() -> Streets:
    """
    A loop edge: a square of 100 m sides on a stub.

    ::

        (100,100) 4 ------- 3 (200,100)
                  |         |
        1 --100-- 2 ------- 5 (200, 0)
      (0,0)    (100,0)
    """
    nodes = {1: (0, 0), 2: (100, 0), 5: (200, 0), 3: (200, 100), 4: (100, 100)}
    return make_streets(nodes, [(1, 2), (2, 5), (5, 3), (3, 4), (4, 2)])


def river() -> Streets:
    """
    Two banks 50 m apart and one bridge 1,000 m to the east.

    ::

        3 ------------1000------------ 4      y = 50
        ~~~~~~~~~~~~ river ~~~~~~~~~~~~ 50
        1 ------------1000------------ 2      y = 0
    """
    nodes = {1: (0, 0), 2: (1000, 0), 3: (0, 50), 4: (1000, 50)}
    return make_streets(nodes, [(1, 2), (3, 4), (2, 4)])


def reordered(streets: Streets, order: NDArray[np.int64]) -> Streets:
    """The same streets with their pieces in another order."""
    return replace(
        streets,
        start=streets.start[order],
        end=streets.end[order],
        length_m=streets.length_m[order],
        pace=streets.pace[order],
        ferry_s=streets.ferry_s[order],
        way_id=streets.way_id[order],
    )


def redrawn(streets: Streets, flip: NDArray[np.bool_]) -> Streets:
    """The same streets with some pieces drawn the other way."""
    pace = streets.pace.copy()
    pace[flip] = pace[flip][:, [1, 0, 3, 2]]
    return replace(
        streets,
        start=np.where(flip, streets.end, streets.start).astype(np.int32),
        end=np.where(flip, streets.start, streets.end).astype(np.int32),
        pace=pace,
    )


def renumbered(streets: Streets, shuffle: NDArray[np.int64]) -> Streets:
    """The same streets with node `i` at position `shuffle[i]`."""
    back = np.argsort(shuffle)
    return replace(
        streets,
        x_m=streets.x_m[back],
        y_m=streets.y_m[back],
        start=shuffle[streets.start].astype(np.int32),
        end=shuffle[streets.end].astype(np.int32),
    )


@dataclass
class OsmFile:
    """A small OpenStreetMap file, drawn in metres from the corner of `CRS`."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)
    """Nodes that ways name but the file does not hold."""

    def write(self, path: Path) -> Path:
        ids = sorted(self.nodes)
        xy = np.array([self.nodes[one] for one in ids], dtype=float)
        lon, lat = project(
            xy[:, 0] + EAST_M, xy[:, 1] + NORTH_M, source=CRS, target=WGS84
        )
        with osmium.SimpleWriter(str(path)) as writer:
            for i, one in enumerate(ids):
                if one not in self.left_out:
                    writer.add_node(
                        osmium.osm.mutable.Node(
                            id=one,
                            location=(lon[i], lat[i]),
                            tags=self.node_tags.get(one, {}),
                        )
                    )
            for k, (refs, tags) in enumerate(self.ways):
                writer.add_way(osmium.osm.mutable.Way(id=k + 1, nodes=refs, tags=tags))
        return path
