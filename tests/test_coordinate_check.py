"""Every file of a study held against the others: demo district and small studies."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from chinese import is_chinese
from toy_city import write_toy

from circle.areas import read_committees, read_subdistricts, study_crs
from circle.city import load_city
from circle.coordinate_check import (
    check_area,
    check_shift,
    stray_warnings,
    unjudged_warnings,
)
from circle.crs import WGS84
from circle.declared import from_metric, parse_declared, to_metric
from circle.demo import make_demo
from circle.errors import CrsError, InputError
from circle.facilities import read_candidates, read_facilities
from circle.population import read_cells
from circle.profile_reading import read_profile
from circle.shipped import shipped_folder
from circle.streets import read_streets
from circle.study import RasterPopulation, read_study

OFFSETS = ("GCJ-02", "BD-09")
TABLES = ("committees", "facilities", "candidates", "cells", "subdistricts")


def read_all(path):
    """The study, its tables as read, its streets and its metric system."""
    study = read_study(path)
    crs, profile = study_crs(study), read_profile(study.profile)
    areas = read_subdistricts(study, crs=crs)
    tables = {
        "subdistricts": areas,
        "committees": read_committees(study, crs=crs, subdistricts=areas),
        "facilities": read_facilities(study, profile=profile, crs=crs),
        "candidates": read_candidates(study, profile=profile, crs=crs),
        "cells": read_cells(study, profile=profile, crs=crs, subdistricts=areas),
    }
    streets = read_streets(study.input_path(study.streets.path), crs=crs)
    return study, tables, streets, crs


@pytest.fixture(scope="module")
def district():
    return read_all(shipped_folder("demo_district") / "study.yaml")


def misread(table, *, really, crs):
    """A table whose numbers are true but were taken in another system."""
    wrong, right = parse_declared("WGS-84", where=""), parse_declared(really, where="")

    def convert(places):
        numbers = from_metric(*places.T, declared=right, source=crs)
        return np.column_stack(to_metric(*numbers, declared=wrong, target=crs))

    return table.set_geometry(shapely.transform(table.geometry.to_numpy(), convert))


def test_the_right_demo_district_is_left_alone(district):
    study, tables, streets, crs = district
    check_area(study, tables, crs=crs)
    assert check_shift(study, tables, streets, crs=crs) == ()
    assert check_shift(study, tables, None, crs=crs) == ()
    assert stray_warnings(study, tables) == ()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("offset", OFFSETS)
def test_both_systems_are_found_in_each_file_of_the_demo(district, name, offset):
    study, tables, streets, crs = district
    tables = {**tables, name: misread(tables[name], really=offset, crs=crs)}
    with pytest.raises(CrsError) as caught:
        check_shift(study, tables, streets, crs=crs)
    section = "population" if name == "cells" else name
    message = str(caught.value)
    assert message.startswith(getattr(study, section).path)
    assert len(message.splitlines()) == 1
    assert f"`crs: {offset}" in message
    assert f"under `{section}:` in study.yaml" in message
    assert "shift_check: off" in message


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_whole_study_off_the_streets_is_found(district, offset):
    study, tables, streets, crs = district
    wrong = {
        name: misread(table, really=offset, crs=crs) for name, table in tables.items()
    }
    with pytest.raises(CrsError) as caught:
        check_shift(study, wrong, streets, crs=crs)
    lines = str(caught.value).splitlines()
    assert [one.split(":")[0] for one in lines] == [
        "subdistricts.geojson", "committees.csv", "facilities.xlsx", "candidates.csv",
    ]  # fmt: skip
    assert all(f"`crs: {offset}`" in one for one in lines)


@pytest.mark.parametrize("offset", OFFSETS)
def test_several_shifted_files_are_named_together(district, offset):
    study, tables, streets, crs = district
    shifted = {
        name: misread(tables[name], really=offset, crs=crs)
        for name in ("committees", "facilities", "candidates")
    }
    with pytest.raises(CrsError) as caught:
        check_shift(study, {**tables, **shifted}, streets, crs=crs)
    lines = str(caught.value).splitlines()
    assert [one.split(":")[0] for one in lines] == [
        "committees.csv", "facilities.xlsx", "candidates.csv",
    ]  # fmt: skip


def test_the_check_can_be_switched_off_but_not_silenced(district):
    study, tables, streets, crs = district
    tables = {
        **tables,
        "committees": misread(tables["committees"], really="GCJ-02", crs=crs),
    }
    calm = study.committees.model_copy(update={"shift_check": False})
    study = study.model_copy(update={"committees": calm})
    (warning,) = check_shift(study, tables, streets, crs=crs)
    assert warning.name == "coordinates-shifted"
    assert "committees.csv" in warning.text
    assert "GCJ-02" in warning.in_language("zh")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_small_districts_of_any_seed_are_left_alone_or_found(tmp_path, seed):
    make_demo(tmp_path / "demo", size=0.1, seed=seed)
    study, tables, streets, crs = read_all(tmp_path / "demo" / "study.yaml")
    assert check_shift(study, tables, streets, crs=crs) == ()
    for name in ("facilities", "cells", "subdistricts"):
        for offset in OFFSETS:
            wrong = misread(tables[name], really=offset, crs=crs)
            with pytest.raises(CrsError, match=offset):
                check_shift(study, {**tables, name: wrong}, streets, crs=crs)
    # 21 committees are few: a warning is enough.
    for offset in OFFSETS:
        wrong = misread(tables["committees"], really=offset, crs=crs)
        said = complaint(study, {**tables, "committees": wrong}, streets, crs)
        assert f"`crs: {offset}` under `committees:`" in said


def as_raster(study):
    """The same study with the cells out of a raster."""
    raster = RasterPopulation(kind="raster", path="people.tif")
    return study.model_copy(update={"population": raster})


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_shifted_raster_is_warned_of_by_the_streets(district, offset):
    study, tables, streets, crs = district
    study = as_raster(study)
    assert check_shift(study, tables, streets, crs=crs) == ()
    wrong = {**tables, "cells": misread(tables["cells"], really=offset, crs=crs)}
    (warning,) = check_shift(study, wrong, streets, crs=crs)
    assert warning.name == "coordinates-shifted"
    assert warning.text.startswith("people.tif: ")
    assert f"would not if they were {offset}" in warning.text
    assert is_chinese(warning.in_language("zh"))
    # A raster goes on beyond the district: borders say nothing of it.
    assert check_shift(study, wrong, None, crs=crs) == ()


@pytest.mark.parametrize("offset", OFFSETS)
def test_small_files_are_judged_together(district, offset):
    study, tables, streets, crs = district
    names = ("committees", "facilities", "candidates")
    few = {one: tables[one].iloc[:: len(tables[one]) // 10] for one in names}
    assert check_shift(study, {**tables, **few}, streets, crs=crs) == ()
    wrong = {one: misread(table, really=offset, crs=crs) for one, table in few.items()}
    found = check_shift(study, {**tables, **wrong}, streets, crs=crs)
    assert found
    assert {one.name for one in found} == {"coordinates-shifted"}
    assert all(f"`crs: {offset}`" in one.text for one in found)


def test_a_file_too_small_to_judge_is_noted_by_a_check(district):
    study, tables, _, crs = district
    assert unjudged_warnings(study, tables, crs=crs) == ()
    few = {**tables, "candidates": tables["candidates"].iloc[:6]}
    (warning,) = unjudged_warnings(study, few, crs=crs)
    assert warning.name == "coordinates-not-judged"
    assert warning.text.startswith("candidates.csv: has 6 places")
    assert is_chinese(warning.in_language("zh"))


def complaint(study, tables, streets, crs):
    """The text of the error or else of the warnings."""
    try:
        return " ".join(map(str, check_shift(study, tables, streets, crs=crs)))
    except CrsError as error:
        return str(error)


def rewrite(folder, change):
    """Change the study of a copy of the demo district."""
    target = folder / "study.yaml"
    content = yaml.safe_load(target.read_text("utf-8"))
    change(content)
    target.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return target


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(shipped_folder("demo_district"), tmp_path / "demo")
    return tmp_path / "demo"


def write_in(folder, name, system):
    """Write a table of the demo in another system, and say so in its columns."""
    path = folder / f"{name}.csv"
    table = pd.read_csv(path, dtype=str)
    lon, lat = (table[one].astype(float).to_numpy() for one in ("经度", "纬度"))
    declared = parse_declared(system, where="")
    table["经度"], table["纬度"] = from_metric(
        lon, lat, declared=declared, source=WGS84
    )
    table.to_csv(path, index=False, encoding="utf-8-sig")


@pytest.mark.parametrize(
    "system",
    ["GCJ-02", "百度", "CGCS2000", "EPSG:4550", "CGCS2000 zone 41", "EPSG:3857",
     "GCJ-02 via EPSG:4550", "+proj=tmerc +lon_0=123.5 +ellps=GRS80 +units=m"],
)  # fmt: skip
def test_a_declared_system_gives_the_same_places(copy, system, district):
    _, tables, _, crs = district
    for name in ("committees", "candidates"):
        write_in(copy, name, system)

    def declare(content):
        for name in ("committees", "candidates"):
            content[name]["crs"] = system

    study = read_study(rewrite(copy, declare))
    areas = tables["subdistricts"]
    places = read_committees(study, crs=crs, subdistricts=areas).geometry
    assert places.distance(tables["committees"].geometry).max() < 1e-3
    candidates = read_candidates(study, profile=read_profile("pudong"), crs=crs)
    assert candidates.distance(tables["candidates"].geometry).max() < 1e-3


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_layer_of_subdistricts_in_an_offset_system_is_read_where_it_lies(
    copy, offset, district
):
    path = copy / "subdistricts.geojson"
    content = json.loads(path.read_text("utf-8"))
    declared = parse_declared(offset, where="")

    def shifted(ring):
        if isinstance(ring[0], float):
            x, y = from_metric(
                np.array([ring[0]]),
                np.array([ring[1]]),
                declared=declared,
                source=WGS84,
            )
            return [float(x[0]), float(y[0])]
        return [shifted(one) for one in ring]

    for feature in content["features"]:
        geometry = feature["geometry"]
        geometry["coordinates"] = shifted(geometry["coordinates"])
    path.write_text(json.dumps(content), "utf-8")
    study = read_study(
        rewrite(copy, lambda one: one["subdistricts"].update(crs=offset))
    )
    _, tables, _, crs = district
    areas = read_subdistricts(study, crs=crs)
    assert areas.hausdorff_distance(tables["subdistricts"].geometry).max() < 1e-3


def test_a_shifted_file_stops_the_run_and_the_remedy_works(copy):
    write_in(copy, "committees", "GCJ-02")
    with pytest.raises(CrsError, match=r"committees\.csv: .*`crs: GCJ-02`"):
        load_city(read_study(copy / "study.yaml"))
    city = load_city(
        read_study(rewrite(copy, lambda one: one["committees"].update(crs="GCJ-02")))
    )
    assert "coordinates-shifted" not in {one.name for one in city.warnings}


def toy_with(tmp_path, crs):
    """The toy city with other declared systems, or other numbers in a table."""
    path = write_toy(tmp_path)
    content = yaml.safe_load(path.read_text("utf-8"))
    for section, text in crs.items():
        content[section]["crs"] = text
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


@pytest.mark.parametrize(
    ("declared", "write"),
    [
        ("EPSG:4326", "`crs: EPSG:4550`"),
        ("GCJ-02", "`crs: EPSG:4550`"),
        ("EPSG:4529", "`crs: EPSG:4550`"),
        ("EPSG:4549", "`crs: EPSG:4550`"),
        ("EPSG:4551", "`crs: EPSG:4550`"),
    ],
)
def test_the_wrong_system_is_named_with_the_right_one(tmp_path, declared, write):
    path = toy_with(tmp_path, {"committees": declared, "facilities": declared})
    with pytest.raises(InputError) as caught:
        load_city(read_study(path))
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(write in one for one in lines)
    assert {one.split(":")[0] for one in lines} == {"committees.csv", "facilities.csv"}


def test_a_file_of_another_place_is_refused(district):
    study, tables, _, crs = district
    away = tables["committees"].translate(xoff=90_000.0, yoff=120_000.0)
    moved = tables["committees"].set_geometry(away)
    with pytest.raises(CrsError, match=r"committees\.csv: found no place within 20 km"):
        check_area(study, {**tables, "committees": moved}, crs=crs)


def test_single_strays_are_listed_and_kept(district):
    study, tables, _, _ = district
    committees = tables["committees"].copy()
    points = committees.geometry.to_numpy().copy()
    other = committees["subdistrict_id"] != committees["subdistrict_id"].iloc[0]
    points[0] = points[np.flatnonzero(other)[-1]]
    points[1] = shapely.points(0.0, 0.0)
    facilities = tables["facilities"].copy()
    facilities["subdistrict"] = facilities["subdistrict"].astype(object)
    facilities.loc[3, "subdistrict"] = "外区某街道"
    tables = {
        **tables,
        "committees": committees.set_geometry(points),
        "facilities": facilities,
    }
    found = {one.name: one for one in stray_warnings(study, tables)}
    assert set(found) == {
        "outside-own-subdistrict",
        "far-outside",
        "subdistrict-not-known",
    }
    own = found["outside-own-subdistrict"]
    first, second = committees["committee_id"][:2]
    assert own.text.startswith("2 committees")
    assert f"{first} (" in own.text
    assert first in own.in_language("zh")
    assert second in found["far-outside"].text
    assert "外区某街道" in found["subdistrict-not-known"].text


def test_zero_is_refused_row_by_row(copy):
    path = copy / "committees.csv"
    table = pd.read_csv(path, dtype=str)
    table.loc[[2, 5], ["经度", "纬度"]] = "0"
    table.to_csv(path, index=False)
    with pytest.raises(
        InputError, match=r"committees\.csv: row 4, 7: found the coordinates 0, 0"
    ):
        load_city(read_study(copy / "study.yaml"))


def test_columns_exchanged_are_named(copy):
    path = copy / "committees.csv"
    table = pd.read_csv(path, dtype=str)
    table = table.rename(columns={"经度": "纬度", "纬度": "经度"})
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match="x and y the other way round"):
        load_city(read_study(copy / "study.yaml"))


def test_subdistricts_in_a_wrong_system_are_named(copy):
    path = rewrite(copy, lambda one: one["subdistricts"].update(crs="EPSG:4550"))
    with pytest.raises(
        InputError, match=r"subdistricts\.geojson: .*degrees.*`crs: WGS-84`"
    ):
        load_city(read_study(path))


@pytest.mark.parametrize(
    ("declared", "write"),
    [("EPSG:4550", "`crs: WGS-84`"), ("EPSG:4529", "`crs: WGS-84`")],
)
def test_wrong_subdistricts_are_named_before_a_system_is_chosen(copy, declared, write):
    def change(content):
        content["subdistricts"]["crs"] = declared
        del content["crs"]

    with pytest.raises(InputError) as caught:
        load_city(read_study(rewrite(copy, change)))
    assert str(caught.value).startswith("subdistricts.geojson: ")
    assert write in str(caught.value)
