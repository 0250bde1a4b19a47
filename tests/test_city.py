import numpy as np
import pytest
from toy_city import toy_study, toy_tables, write_toy

from circle.city import joined_in_own_mode, load_city
from circle.errors import CircleError, InputError
from circle.study import read_study


def load(path):
    return load_city(read_study(path))


def complaint(path):
    with pytest.raises(CircleError) as caught:
        load(path)
    return str(caught.value)


def test_origins_take_mode_and_committee(toy):
    cells = toy.city.cells.set_index("cell_id")
    assert list(cells["committee_id"]) == [
        "C1", "C1", "C2", "C2", "C2", "C3", "C3", "C4", "C4",
    ]  # fmt: skip
    assert list(cells["mode"]) == ["walk"] * 5 + ["cycle"] * 4
    committees = toy.city.committees.set_index("committee_id")
    assert list(committees["mode"]) == ["walk", "walk", "cycle", "cycle"]
    assert list(committees["population"]) == [150.0, 350.0, 120.0, 90.0]
    assert toy.city.population_outside == 25.0
    assert list(toy.city.candidates["subdistrict_id"]) == ["A1", "B1", "A1"]


def test_a_village_of_an_urbanising_town_cycles(tmp_path):
    study = toy_study()
    study["subdistricts"]["area_class"] = "urbanising"
    city = load(write_toy(tmp_path, study=study))
    assert list(city.committees["mode"]) == ["walk", "cycle", "walk", "cycle"]
    modes = dict(zip(city.cells["cell_id"], city.cells["mode"], strict=True))
    assert (modes["G01"], modes["G03"], modes["G07"]) == ("walk", "cycle", "walk")


def test_without_committees_cells_follow_the_kind_of_the_study(tmp_path):
    study = toy_study() | {"committee_kind": "village"}
    study["subdistricts"]["area_class"] = "urbanising"
    study.pop("committees")
    city = load(write_toy(tmp_path, study=study))
    assert set(city.cells["mode"]) == {"cycle"}
    assert city.cells["committee_id"].isna().all()
    assert set(city.networks) == {"cycle"}


def test_the_faults_of_several_files_come_together(tmp_path):
    tables = toy_tables()
    tables["committees"].loc[0, "街镇编号"] = "Z9"
    tables["population"].loc[0, "人口"] = -1
    tables["facilities"].loc[0, "type"] = "spa"
    tables["candidates"].loc[0, "route"] = "steal"
    text = complaint(write_toy(tmp_path, tables=tables))
    assert len(text.splitlines()) == 4
    for name in ("committees", "population", "facilities", "candidates"):
        assert f"{name}.csv: " in text


def test_wrong_subdistricts_do_not_hide_the_faults_of_other_files(tmp_path):
    tables = toy_tables()
    tables["facilities"].loc[0, "type"] = "spa"
    path = write_toy(tmp_path, tables=tables)
    areas = tmp_path / "areas.geojson"
    areas.write_text(areas.read_text("utf-8").replace("urban", "rural"), "utf-8")
    text = complaint(path)
    assert "areas.geojson" in text
    assert "facilities.csv" in text


def test_cells_elsewhere_point_at_the_coordinate_systems(tmp_path):
    tables = toy_tables()
    tables["population"]["x"] += 20_000
    text = complaint(write_toy(tmp_path, tables=tables))
    assert "no cell lies inside the subdistricts" in text
    assert "check the declared coordinate systems" in text


@pytest.mark.parametrize("section", ["committees", "facilities", "population"])
def test_a_wrong_declared_system_is_found(tmp_path, section):
    study = toy_study()
    study[section] = study[section] | {"crs": "EPSG:4326"}
    assert "do not fit the declared WGS 84" in complaint(
        write_toy(tmp_path, study=study)
    )


def test_an_unknown_declared_system_names_its_key(tmp_path):
    study = toy_study()
    study["facilities"]["crs"] = "GCJ-2000"
    text = complaint(write_toy(tmp_path, study=study))
    assert "study.yaml: facilities.crs: 'GCJ-2000' is not a known" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "cannot be read as an OSM file"),
        ("nothing", "cannot be read as an OSM file"),
        ('<osm version="0.6"></osm>', "found no street"),
    ],
)
def test_streets_that_are_none(toy_path, content, told):
    (toy_path.parent / "streets.osm").write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        load(toy_path)
    assert told in str(caught.value)
    assert "streets.osm" in str(caught.value)


def test_who_is_joined_in_the_own_mode(toy):
    joined, distance_m = joined_in_own_mode(toy.city, "cells")
    assert joined.all()
    assert np.abs(distance_m).max() < 0.02


def test_overlapping_subdistricts_are_warned_about(tmp_path):
    path = write_toy(tmp_path)
    areas = tmp_path / "areas.geojson"
    # The western area reaches 100 m into the eastern one.
    text = areas.read_text("utf-8").replace("503000.0", "503100.0", 2)
    areas.write_text(text, "utf-8")
    warnings = {one.name: one.text for one in load(path).warnings}
    assert "A1/B1 (0.30 km²)" in warnings["subdistricts-overlap"]
