import itertools

import numpy as np
import pyproj
import pytest
from toy_city import CRS, EAST, NORTH, toy_profile, toy_study, toy_tables, write_toy

from circle.areas import read_subdistricts
from circle.crs import parse_crs
from circle.errors import InputError
from circle.population import read_cells
from circle.profile_reading import read_profile
from circle.study import read_study

METRIC = parse_crs(CRS, where="test")


def read(tmp_path, *, tables=None, study=None):
    found = read_study(write_toy(tmp_path, tables=tables, study=study))
    profile = read_profile(found.profile, folder=found.folder)
    areas = read_subdistricts(found, crs=METRIC)
    return read_cells(found, profile=profile, crs=METRIC, subdistricts=areas)


def with_column(columns):
    tables = toy_tables()
    table = tables["population"].astype(object)
    for name, changes in columns.items():
        values = list(table[name]) if name in table else [0] * len(table)
        for row, value in changes.items():
            values[row] = value
        table[name] = values
    return tables | {"population": table}


def test_cells_of_the_toy_are_read_and_located(tmp_path):
    cells = read(tmp_path)
    assert cells["population"].sum() == 735.0
    assert list(cells["subdistrict_id"])[:9] == ["A1"] * 5 + ["B1"] * 4
    assert cells["subdistrict_id"].isna().sum() == 1


def test_age_bands_are_read_under_any_known_name(tmp_path):
    cells = read(tmp_path, tables=with_column({"60+": {0: 30, 2: 20}}))
    assert cells["population_old"].sum() == 50.0


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"人口": {1: -3}}, "row 3: found -3; expected 0 or more"),
        ({"人口": {1: "about 50"}}, "row 3: found 'about 50'; expected a number"),
        ({"人口": {1: ""}}, "row 3: empty; expected a value in every row"),
        ({"人口": {1: "inf"}}, "row 3: found 'inf'; expected a number"),
        ({"cell_id": {1: "G01"}}, "row 2, 3: found cell_id G01 more than once"),
        ({"x": {1: "", 4: ""}}, "row 3, 6: found one coordinate without the other"),
        ({"60+": {1: 51}}, "row 3: found age bands that add up to more than the"),
    ],
)
def test_what_is_wrong_with_cells(tmp_path, columns, told):
    with pytest.raises(InputError) as caught:
        read(tmp_path, tables=with_column(columns))
    assert told in str(caught.value)
    assert str(caught.value).startswith("population.csv: ")


def homes(folder, buildings):
    """Write square buildings of the given side at the given places, as OSM XML."""
    back = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    number, nodes, ways = itertools.count(1), [], []
    for x, y, side, tags in buildings:
        refs = []
        for dx, dy in ((0, 0), (side, 0), (side, side), (0, side)):
            lon, lat = back.transform(EAST + x + dx, NORTH + y + dy)
            refs.append(next(number))
            nodes.append(
                f'<node id="{refs[-1]}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>'
            )
        ring = "".join(f'<nd ref="{one}"/>' for one in [*refs, refs[0]])
        keys = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        ways.append(f'<way id="{refs[0]}" version="1">{ring}{keys}</way>')
    lines = ['<osm version="0.6" generator="toy">', *nodes, *ways, "</osm>"]
    (folder / "homes.osm").write_text("\n".join(lines), "utf-8")


def building_study(total):
    study = toy_study()
    study["population"] = {
        "kind": "buildings", "path": "homes.osm", "total": total, "source": "test",
    }  # fmt: skip
    return study


def test_a_total_is_spread_over_homes_by_floor_area(tmp_path):
    homes(
        tmp_path,
        [
            (510, 10, 20, {"building": "apartments", "building:levels": "3"}),
            (560, 10, 20, {"building": "yes"}),
            (810, 10, 20, {"building": "house", "building:levels": "many"}),
            # None of these is a home in the district.
            (900, 10, 20, {"building": "yes", "shop": "mall"}),
            (900, 50, 20, {"building": "church"}),
            (910, 90, 4, {"building": "yes"}),
            (1200, 10, 90, {"building": "yes"}),
            (7000, 10, 20, {"building": "apartments"}),
        ],
    )
    cells = read(tmp_path, study=building_study(1001))
    # 3 + 1 storeys in one square of 100 m, 1 in another: 800 and 200 of 1000.
    assert cells["population"].sum() == 1001.0
    assert sorted(cells["population"]) == [200.0, 801.0]
    assert set(cells["subdistrict_id"]) == {"A1"}
    # A cell stands at the middle of its people: 3/4 of the way to the tall house.
    many = cells.loc[cells["population"].idxmax(), "geometry"]
    assert many.x - EAST == pytest.approx(570 - 0.75 * 50, abs=0.1)


@pytest.mark.parametrize("total", [1, 7, 443_141])
def test_every_person_of_the_total_is_placed(tmp_path, total):
    rng = np.random.default_rng(5)
    places = rng.uniform(0, 2900, (40, 2)).round(2)
    homes(
        tmp_path,
        [(x, y - 1400, 10, {"building": "house", "building:levels": str(1 + i % 9)})
         for i, (x, y) in enumerate(places)],
    )  # fmt: skip
    cells = read(tmp_path, study=building_study(total))
    assert cells["population"].sum() == total
    assert (cells["population"] % 1 == 0).all()


def test_a_map_without_homes_carries_no_people(tmp_path):
    homes(tmp_path, [(7000, 10, 20, {"building": "apartments"})])
    with pytest.raises(InputError, match=r"homes\.osm: found no residential building"):
        read(tmp_path, study=building_study(10))


def test_the_profile_names_the_age_bands(tmp_path):
    tables = with_column({"60+": {0: 30}})
    profile = toy_profile() | {"age_bands": []}
    study = read_study(write_toy(tmp_path, tables=tables, profile=profile))
    cells = read_cells(
        study,
        profile=read_profile("profile.yaml", folder=tmp_path),
        crs=METRIC,
        subdistricts=read_subdistricts(study, crs=METRIC),
    )
    assert not [one for one in cells.columns if one.startswith("population_")]
