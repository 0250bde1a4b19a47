"""Reading streets: small OpenStreetMap files, drawn in metres and read back."""

from collections import Counter

import numpy as np
import pytest
from toy_streets import CRS, EAST_M, NORTH_M, OsmFile, Toy, speeds

from circle.errors import InputError
from circle.streets import read_streets

ROAD = {"highway": "residential"}
# Places in a file are kept to 1e-7 degrees, about a centimetre.
FILE_M = 0.05


def toy(path, private_ways="allow", mode="walk"):
    streets = read_streets(path, crs=CRS, private_ways=private_ways)
    return Toy.of(streets, mode, speeds())


def at(x, y):
    return (EAST_M + x, NORTH_M + y)


@pytest.mark.parametrize("name", ["line.osm", "line.osm.pbf"])
def test_a_line_keeps_its_lengths(tmp_path, name):
    file = OsmFile({1: (0, 0), 2: (100, 0), 3: (300, 0)}, ways=[([1, 2, 3], ROAD)])
    streets = read_streets(file.write(tmp_path / name), crs=CRS)
    assert streets.node_id.tolist() == [1, 2, 3]
    assert streets.length_m == pytest.approx([100, 200], abs=FILE_M)
    assert streets.way_id.tolist() == [1, 1]


def gate_file(tags):
    """1 --100-- gate 2 --100-- 3, one way, so that the gate is in its middle."""
    return OsmFile(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (-300, 0)},
        node_tags={2: tags},
        ways=[([1, 2, 3], ROAD), ([1, 4], ROAD)],
    )


def test_a_closed_gate_cuts_its_way_in_the_middle(tmp_path):
    file = gate_file({"barrier": "gate", "access": "no"})
    here = toy(file.write(tmp_path / "gate.osm"))
    # What lies behind is a fragment: no point snaps to it, whatever the distance.
    beyond = here.join([at(200, 0)])
    assert beyond.snap_distance_m == pytest.approx([100], abs=FILE_M)
    assert len(here.network.streets.node_id) == 6
    assert (here.network.streets.node_id < 0).sum() == 2


def test_an_open_gate_is_walked_through(tmp_path):
    here = toy(gate_file({"barrier": "gate"}).write(tmp_path / "gate.osm"))
    assert here.time(at(0, 0), at(200, 0)) == pytest.approx(200, abs=FILE_M)


def test_a_private_gate_follows_the_policy(tmp_path):
    path = gate_file({"barrier": "gate", "access": "private"}).write(
        tmp_path / "gate.osm"
    )
    assert toy(path).time(at(0, 0), at(200, 0)) == pytest.approx(200, abs=FILE_M)
    beyond = toy(path, "refuse").join([at(200, 0)])
    assert beyond.snap_distance_m == pytest.approx([100], abs=FILE_M)


def test_a_closed_gate_where_ways_meet_cuts_them_all(tmp_path):
    #      3
    #      |                every arm is 100 m long and ends at the gate
    # 1 -- gate -- 2        a road round from 1 to 2 is 400 m
    file = OsmFile(
        {9: (0, 0), 1: (-100, 0), 2: (100, 0), 3: (0, 100), 4: (-100, -100),
         5: (100, -100)},
        node_tags={9: {"barrier": "gate", "locked": "yes"}},
        ways=[([1, 9, 2], ROAD), ([9, 3], ROAD), ([1, 4, 5, 2], ROAD)],
    )  # fmt: skip
    here = toy(file.write(tmp_path / "gate.osm"))
    assert here.time(at(-100, 0), at(100, 0)) == pytest.approx(400, abs=2 * FILE_M)
    assert (here.network.streets.node_id < 0).sum() == 3


def test_a_ferry_takes_the_time_of_its_timetable(tmp_path):
    #  1 --100-- 2 ~~~ 300 m in two pieces, 8 minutes ~~~ 4 --100-- 5
    file = OsmFile(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (400, 0), 5: (500, 0)},
        ways=[
            ([1, 2], ROAD),
            ([2, 3, 4], {"route": "ferry", "duration": "00:08"}),
            ([4, 5], ROAD),
        ],
    )
    path = file.write(tmp_path / "ferry.osm")
    assert toy(path).time(at(0, 0), at(500, 0)) == pytest.approx(680, abs=FILE_M)
    by_bicycle = toy(path, mode="cycle").time(at(0, 0), at(500, 0))
    assert by_bicycle == pytest.approx(25 + 480 + 25, abs=FILE_M)
    # Nobody boards between the landings: 1 m from the ferry's middle is 100 m away.
    midway = toy(path).join([at(201, 1)])
    assert midway.snap_distance_m == pytest.approx([np.hypot(101, 1)], abs=FILE_M)


def test_a_ferry_without_a_timetable_goes_at_the_ferry_speed(tmp_path):
    file = OsmFile(
        {1: (0, 0), 2: (100, 0), 3: (400, 0), 4: (500, 0)},
        ways=[([1, 2], ROAD), ([2, 3], {"route": "ferry"}), ([3, 4], ROAD)],
    )
    here = toy(file.write(tmp_path / "ferry.osm"))
    assert here.time(at(0, 0), at(500, 0)) == pytest.approx(350, abs=FILE_M)


def test_steps_are_climbed_pushing(tmp_path):
    file = OsmFile(
        {1: (0, 0), 2: (100, 0), 3: (140, 0), 4: (240, 0)},
        ways=[([1, 2], ROAD), ([2, 3], {"highway": "steps"}), ([3, 4], ROAD)],
    )
    here = toy(file.write(tmp_path / "steps.osm"), mode="cycle")
    assert here.time(at(0, 0), at(240, 0)) == pytest.approx(25 + 40 + 25, abs=FILE_M)


def test_missing_nodes_end_a_way(tmp_path):
    file = OsmFile(
        {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (400, 0), 6: (500, 0)},
        ways=[([1, 2, 3, 4, 5, 6], ROAD), ([6, 1], ROAD)],
        left_out={3, 6},
    )
    streets = read_streets(file.write(tmp_path / "torn.osm"), crs=CRS)
    pairs = zip(
        streets.node_id[streets.start], streets.node_id[streets.end], strict=True
    )
    assert set(pairs) == {(1, 2), (4, 5)}


def test_a_square_counts_only_where_it_joins_a_street(tmp_path):
    square = {"highway": "pedestrian", "area": "yes"}
    file = OsmFile(
        {1: (0, 0), 2: (100, 0), 3: (100, 50), 4: (150, 50),
         11: (0, 20), 12: (50, 20), 13: (50, 70), 21: (0, 90), 22: (50, 90)},
        ways=[
            ([1, 2], ROAD),
            ([2, 3, 4, 2], square),
            ([11, 12, 13, 11], square),
            ([21, 22], {"man_made": "pier"}),
        ],
    )  # fmt: skip
    streets = read_streets(file.write(tmp_path / "square.osm"), crs=CRS)
    assert Counter(streets.way_id.tolist()) == {1: 1, 2: 3}


def test_repeated_nodes_make_no_pieces(tmp_path):
    file = OsmFile({1: (0, 0), 2: (100, 0)}, ways=[([1, 1, 2, 2], ROAD)])
    streets = read_streets(file.write(tmp_path / "twice.osm"), crs=CRS)
    assert len(streets.start) == 1


def test_a_file_without_streets_is_refused(tmp_path):
    file = OsmFile({1: (0, 0), 2: (1, 0)}, ways=[([1, 2], {"building": "yes"})])
    with pytest.raises(InputError, match=r"empty\.osm: found no street"):
        read_streets(file.write(tmp_path / "empty.osm"), crs=CRS)


def test_a_broken_file_is_refused_with_advice(tmp_path):
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(b"\x00\x00\x00\x0d half of a file")
    with pytest.raises(InputError, match="half-downloaded: fetch it again"):
        read_streets(path, crs=CRS)
