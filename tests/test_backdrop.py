import numpy as np
import pytest
import shapely
from toy_city import CRS, EAST, NORTH, STREETS, toy_streets

from circle.backdrop import read_backdrop
from circle.crs import parse_crs
from circle.errors import InputError
from circle.osm_features import read_osm_features
from circle.study import read_study

METRIC = parse_crs(CRS, where="test")
LOOP = ((0, 0), (200, 0), (200, 200), (0, 200), (0, 0))
AREA = shapely.box(EAST - 100, NORTH - 500, EAST + 500, NORTH + 500)


def drawn(path, shapes, tags):
    (path.parent / "streets.osm").write_text(toy_streets(shapes, tags), "utf-8")
    return read_backdrop(read_study(path), crs=METRIC, area=AREA)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        (("highway", "motorway_link"), "motorway"),
        (("highway", "primary"), "major"),
        (("highway", "residential"), "minor"),
        (("waterway", "canal"), "water"),
    ],
)
def test_lines_are_sorted_by_kind_and_cut_to_the_area(toy_path, tag, kind):
    found = drawn(toy_path, STREETS, (tag,))
    assert list(found["kind"]) == [kind]
    assert found.geometry.iloc[0].length == pytest.approx(500.0, abs=0.1)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        (("natural", "water"), "water"),
        (("landuse", "reservoir"), "water"),
        (("leisure", "park"), "green"),
        (("landuse", "forest"), "green"),
        (("natural", "wood"), "green"),
    ],
)
def test_closed_ways_are_areas(toy_path, tag, kind):
    found = drawn(toy_path, (LOOP,), (tag,))
    assert list(found["kind"]) == [kind]
    assert found.area.iloc[0] == pytest.approx(200.0**2, rel=1e-3)


@pytest.mark.parametrize("tag", [("highway", "footway"), ("building", "yes")])
def test_the_rest_is_not_drawn(toy_path, tag):
    found = drawn(toy_path, (LOOP,), (tag,))
    assert found.empty
    assert found.crs == METRIC


def test_small_ponds_are_not_drawn(toy_path):
    small = tuple((x / 4, y / 4) for x, y in LOOP)
    assert drawn(toy_path, (small,), (("natural", "water"),)).empty


def features(path, keys=("highway",)):
    return read_osm_features(path, keys=keys, wanted=lambda _: True, crs=METRIC)


def test_features_carry_id_tags_and_geometry(tmp_path):
    path = tmp_path / "some.osm"
    path.write_text(toy_streets((*STREETS, LOOP)), "utf-8")
    found = features(path)
    # A closed street is a ring to drive round, not an area.
    assert list(found["osm_id"]) == ["w1", "w2", "w3"]
    assert found["tags"].iloc[0] == {"highway": "residential"}
    assert found.length.to_numpy() == pytest.approx([6000, 2000, 800], abs=0.1)
    first = np.array(found.geometry.iloc[0].coords)
    assert first[0] == pytest.approx([EAST, NORTH], abs=0.01)
    assert features(path, keys=("amenity",)).empty


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing", b"<osm version='0.6'><node id='1' lat='x' lon='0'/></osm>",
     b"<html></html>"],
    ids=["empty", "text", "bad number", "web page"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["some.osm", "some.osm.pbf", "some.zip"])
def test_what_is_no_osm_file(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"{name}: cannot be read as an OSM file"):
        features(path)


def test_a_truncated_file_is_told_to_be_fetched_again(demo, tmp_path):
    study = demo.city.study
    whole = study.input_path(study.streets.path).read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="half-downloaded: fetch it again"):
        features(path)
