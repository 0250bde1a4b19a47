"""Tables and cities kept between runs: equal to those read, never stale or believed."""

import dataclasses
import json
import logging
import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
import yaml
from click.testing import CliRunner
from few_files import write_few_files
from population_toy import write_raster
from toy_city import (
    CANDIDATES,
    CRS,
    EAST,
    NORTH,
    toy_profile,
    toy_study,
    toy_tables,
    write_toy,
)

from circle import city, city_cache
from circle.cache import FOLDER_NAME, Kept, read_entry, write_entry
from circle.check import check_study
from circle.city import City, load_city
from circle.city_cache import (
    APART,
    SECTIONS,
    describe_inputs,
    fetch_city,
    keep_city,
)
from circle.cli import main
from circle.errors import CircleWarning, Words
from circle.kept_tables import join_kept, pack_table, part_of, unpack_table
from circle.profile_reading import read_profile
from circle.shipped import PACKAGE, shipped_folder
from circle.snapping import Access
from circle.study import Study, input_paths, read_study

MOVE = {"change": "close_facility", "id": "F1"}
METRES = pyproj.CRS(CRS)


@pytest.fixture(autouse=True)
def switched_on(monkeypatch, tmp_path_factory):
    """Keep things, but nothing outside the folders of the test."""
    monkeypatch.delenv("CIRCLE_CACHE")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("user")))


def kept_in(folder, name="*"):
    """Name the entries beside a study."""
    return sorted((folder / FOLDER_NAME).glob(f"{name}-*.cache"))


def assert_same_table(one, other, name=""):
    """Every value, type, name, attribute and system is the same."""
    assert type(one) is type(other), name
    assert repr(one.index) == repr(other.index), name
    assert one.columns.tolist() == other.columns.tolist(), name
    assert one.columns.dtype == other.columns.dtype, name
    assert [repr(kind) for kind in one.dtypes] == [repr(kind) for kind in other.dtypes]
    assert list(one.attrs) == list(other.attrs), name
    for key, told in one.attrs.items():
        assert [w.args for w in told] == [w.args for w in other.attrs[key]]
    if isinstance(one, gpd.GeoDataFrame):
        assert one.active_geometry_name == other.active_geometry_name
        assert one.crs.srs == other.crs.srs
        assert one.crs.to_wkt() == other.crs.to_wkt()
    for column in one.columns:
        mine, yours = one[column], other[column]
        if str(mine.dtype) == "geometry":
            a, b = mine.to_numpy(), yours.to_numpy()
            assert shapely.to_wkb(a).tolist() == shapely.to_wkb(b).tolist()
            assert shapely.to_wkt(a).tolist() == shapely.to_wkt(b).tolist()
        elif mine.dtype == object or isinstance(mine.dtype, pd.StringDtype):
            assert list(map(typed, mine)) == list(map(typed, yours)), (name, column)
        else:
            assert mine.to_numpy().tobytes() == yours.to_numpy().tobytes()


def typed(value):
    """Tell a value by type and content; NaN is equal to itself."""
    parts = [typed(one) for one in value] if isinstance(value, tuple) else repr(value)
    return type(value), parts


def assert_same_city(one, other):
    """Two cities are the same in everything but what is built when first asked for."""
    for field in dataclasses.fields(City):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, pd.DataFrame):
            assert_same_table(a, b, field.name)
        elif field.name in {"access", "networks", "snappers"}:
            assert list(a) == list(b)
        elif field.name != "nearer_fragment":
            assert (type(a), told(a)) == (type(b), told(b)), field.name
    for key, access in one.access.items():
        assert_same_arrays(access, other.access[key])
    for x in (one, other):
        for key, snapper in x.snappers.items():
            assert snapper.network is x.networks[key]
    nearer = [x.nearer_fragment for x in (one, other)]
    assert len({(x.dtype, x.tobytes()) for x in nearer}) == 1


def told(value):
    """Tell what two cities may have in common by all that can be seen of it."""
    if isinstance(value, pyproj.CRS):
        return value.srs, value.to_wkt()
    if isinstance(value, tuple) and value and isinstance(value[0], CircleWarning):
        return [(one.args, one.in_language("zh")) for one in value]
    return value


def assert_same_arrays(one, other):
    """The arrays of two bundles are the same to the bit."""
    for field in dataclasses.fields(Access):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def without_committees(folder):
    study = toy_study()
    del study["committees"]
    return write_toy(folder, study=study)


def screened(folder):
    study = toy_study() | {"screening": {"detour": 1.3}}
    del study["streets"]
    return write_toy(folder, study=study)


def without_candidates(folder):
    study = toy_study()
    del study["candidates"]
    return write_toy(folder, study=study)


def placed_by_itself(folder):
    """The system is chosen by the place of the subdistricts."""
    study = toy_study()
    del study["crs"]
    return write_toy(folder, study=study)


def with_much(folder):
    """Dates, replies, buildings, totals, places by address, groups, odd tables."""
    tables = toy_tables()
    facilities = tables["facilities"].astype(object)
    facilities["opening_date"] = ["2019-01-01", None, "2020年3月"] + [None] * 6
    facilities["building_id"] = ["B1", "B1"] + [None] * 7
    facilities["address"] = ["1 Hill"] + [None] * 3 + ["2 Somewhere"] + [None] * 4
    facilities["capacity"] = ["１２"] + [30] + [None] * 7
    tables["facilities"] = facilities
    east, north = (np.array([900.0, 2800.0, 5600.0]) + EAST, np.zeros(3) + NORTH)
    homes = pd.DataFrame({"building_id": ["H1", "H2", "H3"], "人口": [10, 20, 5]})
    homes["x"], homes["y"] = east, north
    tables["homes"] = homes
    tables["addresses"] = pd.DataFrame(
        {"address": ["2 Somewhere"], "x": [EAST + 2000], "y": [NORTH]}
    )
    tables["totals"] = pd.DataFrame(
        {"subdistrict_id": ["A1", "B1"], "人口": [600, 222]}
    )
    tables["replies"] = pd.DataFrame(
        {
            "reply_to": ["item"],
            "row_id": ["C1:school"],
            "responsible": ["教育局"],
            "deadline": ["2027"],
            "done": [None],
        }
    )
    study = toy_study() | {
        "as_of": "2022-12-31",
        "office_replies": "replies.csv",
        "buildings": {"kind": "layer", "path": "homes.csv", "crs": CRS},
        "groups": ["elder"],
        "language": "zh",
    }
    study["population"] |= {"control_totals": {"path": "totals.csv"}}
    study["facilities"] |= {"address_points": {"path": "addresses.csv", "crs": CRS}}
    fact = {"source": "own", "confidence": "C"}
    elder = {
        "label": {"zh": "老人", "en": "elders"},
        "walk_kmh": {"value": 3.0, **fact},
    }
    profile = toy_profile() | {"groups": {"elder": elder}}
    return write_toy(folder, study=study, tables=tables, profile=profile)


def from_layers(folder):
    """A raster of people and committees out of a Shapefile."""
    path = write_toy(folder)
    study = toy_study()
    people = np.arange(2400, dtype="float32").reshape(40, 60)
    write_raster(folder / "people.tif", people, corner=(EAST, NORTH + 2000), step=100.0)
    rows = pd.read_csv(folder / "committees.csv")
    points = gpd.points_from_xy(rows["x"], rows["y"])
    rows = rows.drop(columns=["x", "y"]).set_axis(
        ["code", "name", "kind", "of"], axis=1
    )
    layer = gpd.GeoDataFrame(rows, geometry=points, crs=CRS)
    layer.to_file(folder / "committees.shp", encoding="utf-8")
    study["population"] = {"kind": "raster", "path": "people.tif"}
    columns = {"committee_id": "code", "subdistrict_id": "of"}
    study["committees"] = {"path": "committees.shp", "crs": CRS, "columns": columns}
    path.write_text(yaml.safe_dump(study, allow_unicode=True), "utf-8")
    return path


STUDIES = {
    "toy": write_toy,
    "without-committees": without_committees,
    "without-candidates": without_candidates,
    "screened": screened,
    "placed": placed_by_itself,
    "much": with_much,
    "layers": from_layers,
}


@pytest.mark.parametrize("make", STUDIES.values(), ids=STUDIES.keys())
def test_a_kept_city_is_the_city_that_is_read(tmp_path, make, monkeypatch):
    study = read_study(make(tmp_path))
    bare = load_city(study, cache=False)
    assert not (tmp_path / FOLDER_NAME).exists()
    built = load_city(study)
    assert len(kept_in(tmp_path, "city")) == 1
    kept_in(tmp_path, "city")[0].unlink()
    assembled = load_city(study)
    assert len(kept_in(tmp_path, "city")) == 1
    monkeypatch.setattr(city, "_read_tables", lambda *_: pytest.fail("read again"))
    found = load_city(study)
    for one in (built, assembled, found):
        assert_same_city(bare, one)


def test_the_demo_is_kept_too(demo):
    study = read_study(shipped_folder("demo_district") / "study.yaml")
    for _ in range(2):
        assert_same_city(demo.city, load_city(study))


def test_outputs_of_a_kept_city_are_the_same_bytes(tmp_path):
    path, written = with_much(tmp_path), {}
    for name, options in (("bare", ["--no-cache"]), ("new", []), ("kept", [])):
        # Every output says where it lies, so all lie at the same place in turn.
        arguments = ["run", str(path), *options]
        with pytest.MonkeyPatch.context() as patch:
            if name == "new":
                write_few_files(patch)
            result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        folder = (tmp_path / "results").rename(tmp_path / name)
        written[name] = {
            one.relative_to(folder).as_posix(): one.read_bytes()
            for one in sorted(folder.rglob("*"))
            if one.is_file() and one.name != "run.json"
        }
    assert written["bare"] == written["kept"]
    assert len(written["bare"]) > 10
    # All figures stand in the plain tables.
    figures = {one for one in written["new"] if one.startswith("results/")}
    assert len(figures) > 10
    for one in figures:
        assert written["new"][one] == written["bare"][one], one


@pytest.mark.parametrize("make", [with_much, from_layers])
def test_each_file_that_changes_is_read_again(tmp_path, make):
    path = make(tmp_path)
    study = read_study(path)
    before = load_city(study)
    for name, file in input_paths(study).items():
        seen = set(kept_in(tmp_path))
        whole = file.read_bytes()
        if file.suffix == ".csv":
            file.write_bytes(whole + b"\n")
        elif file.suffix == ".geojson":
            file.write_bytes(whole + b" ")
        elif file.suffix == ".osm":
            file.write_bytes(whole + b"<!-- -->")
        else:
            with file.open("ab") as opened:
                opened.write(b"\0")
        after = load_city(study)
        new = {one.name.split("-")[0] for one in set(kept_in(tmp_path)) - seen}
        section = name.split(".")[0]
        tables = {one for one, parts in SECTIONS.items() if section in parts}
        tables = {one for one in tables if one == "cells" or getattr(study, one)}
        assert "city" in new
        assert new - {"streets", "walk", "cycle", "city"} - set(SECTIONS) <= {
            one for one in new if one.startswith(("walk", "cycle"))
        }
        assert new & set(SECTIONS) == tables, name
        assert_same_city(before, after)
        file.write_bytes(whole)
    assert_same_city(before, load_city(study))


@pytest.mark.parametrize("ending", [".dbf", ".shx", ".cpg", ".prj"])
def test_each_part_of_a_layer_counts(tmp_path, ending):
    study = read_study(from_layers(tmp_path))
    profile = read_profile(study.profile, folder=study.folder)
    before = describe_inputs(study, profile)
    with (tmp_path / f"committees{ending}").open("ab") as file:
        file.write(b" ")
    after = describe_inputs(study, profile)
    changed = {
        one for one in before.content if before.content[one] != after.content[one]
    }
    # The table of committees from which the layer was made lies beside it.
    assert changed == {"committees"}


def test_another_value_is_never_hidden_by_an_old_one(tmp_path):
    path = write_toy(tmp_path)
    tables = toy_tables()
    load_city(read_study(path))
    people = tables["population"].copy()
    people.loc[0, "人口"] = 101
    people.to_csv(tmp_path / "population.csv", index=False)
    found = load_city(read_study(path))
    assert found.cells["population"].iloc[0] == 101.0
    places = tables["candidates"].copy()
    places.loc[0, "x"] += 5.0
    places.to_csv(tmp_path / "candidates.csv", index=False)
    found = load_city(read_study(path))
    assert len(found.candidates) == len(CANDIDATES)
    assert found.candidates.geometry.x.iloc[0] == EAST + 2705.0
    assert_same_city(load_city(read_study(path), cache=False), found)


CHANGES = {
    "as_of": "2020-01-01",
    "committee_kind": "village",
    "groups": ["elder"],
    "crs": "EPSG:4549",
    "candidates": None,
    "office_replies": None,
    "buildings": None,
}
INNER = {
    "subdistricts": {"area_class": "urban"},
    "population": {"cell_size_m": 50.0},
    "facilities": {"types": ["clinic", "school"]},
    "candidates": {"shift_check": False},
    "committees": {"columns": {"name": "编号"}},
    "streets": {"private_ways": "refuse"},
}


def test_every_option_is_in_the_key_or_has_no_part_in_it(tmp_path):
    content = yaml.safe_load(with_much(tmp_path).read_text("utf-8"))
    path = tmp_path / "other.yaml"

    def rules(changed):
        path.write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")
        study = read_study(path)
        profile = read_profile(study.profile, folder=study.folder)
        return describe_inputs(study, profile).rules

    first = rules(content)
    seen = {first}
    for key, value in CHANGES.items():
        changed = {**content, key: value}
        if value is None:
            del changed[key]
        if changed != content:
            seen.add(rules(changed))
    for key, more in INNER.items():
        seen.add(rules({**content, key: {**content[key], **more}}))
    # The study asks for elders already.
    assert len(seen) == len(CHANGES) + len(INNER)
    apart = {
        "name": "other",
        "title": "Other",
        "language": "en",
        "outputs": {"folder": "elsewhere"},
        "gaps": {"link_m": 100},
        "siting": {"sites": 9},
        "scenarios": {"none": [MOVE]},
    }
    assert set(apart) == APART - {"version"}
    assert rules({**content, **apart}) == first
    assert set(Study.model_fields) - APART == set(CHANGES) | set(INNER) | {
        "profile",
        "data",
        "screening",
    }


def test_what_is_apart_is_never_looked_at(tmp_path, monkeypatch):
    study = read_study(with_much(tmp_path))
    looked = set()
    plain = Study.__getattribute__

    def watched(self, name):
        looked.add(name)
        return plain(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Study, "__getattribute__", watched)
        load_city(study, cache=False)
    # The one way to `siting` is the list of all input files, from which the name of
    # a table is taken.
    assert looked & APART <= {"siting"}
    assert "facilities" in looked


def test_the_standard_is_in_the_key(tmp_path):
    path = write_toy(tmp_path)
    first = load_city(read_study(path))
    profile = toy_profile()
    profile["snap"]["limit_m"]["value"] = 50
    text = yaml.safe_dump(profile, allow_unicode=True)
    (tmp_path / "profile.yaml").write_text(text, "utf-8")
    second = load_city(read_study(path))
    assert len(kept_in(tmp_path, "city")) == 2
    assert_same_city(load_city(read_study(path), cache=False), second)
    joined = [one.access["facilities", "walk"].joined.sum() for one in (first, second)]
    assert joined[1] < joined[0]


def test_the_code_and_what_it_rests_on_is_in_the_key(monkeypatch):
    code = city_cache._code()
    texts = [one.split(" ")[0] for one in code]
    assert {one.name for one in PACKAGE.glob("*.py")} <= set(texts)
    assert "pudong.yaml" in texts
    assert {"numpy", "pandas", "geopandas", "shapely", "pyproj"} <= set(texts)
    monkeypatch.setattr(city_cache, "VERSION", "0.0.0")
    city_cache._code.cache_clear()
    try:
        assert city_cache._code() != code
    finally:
        city_cache._code.cache_clear()


def test_switches_of_gdal_are_in_the_key(tmp_path, monkeypatch):
    study = read_study(write_toy(tmp_path))
    profile = read_profile(study.profile, folder=study.folder)
    before = describe_inputs(study, profile)
    monkeypatch.setenv("SHAPE_ENCODING", "GBK")
    assert describe_inputs(study, profile).rules != before.rules


def test_each_table_needs_no_file_but_those_of_its_key(tmp_path):
    """Without all other files each table is read just the same."""
    path = with_much(tmp_path)
    study = read_study(path)
    profile = read_profile(study.profile, folder=study.folder)
    inputs = describe_inputs(study, profile)
    whole = city._read_all(study, profile, METRES, None)
    paths = input_paths(study)
    assert set(SECTIONS) == set(whole)
    for name, sections in SECTIONS.items():
        own = {
            part for one in sections for part in city_cache._own(inputs.content, one)
        }
        hidden = [paths[one] for one in paths if one not in own]
        for one in hidden:
            one.rename(one.with_suffix(".hidden"))
        taken = {}

        def read(
            _, key, reader, *, own=(name, *sections), taken=taken, **_more: object
        ):
            if key not in own:
                return whole[key]
            taken[key] = reader()
            return taken[key]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(city, "fetch_table", read)
            city._read_all(study, profile, METRES, None)
        for one in hidden:
            one.with_suffix(".hidden").rename(one)
        if name != "buildings":
            assert_same_table(whole[name], taken[name], name)


def load_once(make, folder):
    """Load a city that is kept; give its study, itself and a copy of its entries."""
    (folder / "here").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CIRCLE_CACHE")
        study = read_study(make(folder / "here"))
        bare = load_city(study)
    shutil.copytree(study.folder / FOLDER_NAME, folder / "entries")
    return study, bare, folder / "entries"


def keep_as_it_was(once):
    """Put the entries of a city back; give its study and itself."""
    study, bare, entries = once
    shutil.rmtree(study.folder / FOLDER_NAME)
    shutil.copytree(entries, study.folder / FOLDER_NAME)
    return study, bare


@pytest.fixture(scope="module")
def much_once(tmp_path_factory):
    return load_once(with_much, tmp_path_factory.mktemp("much"))


@pytest.fixture(scope="module")
def toy_once(tmp_path_factory):
    return load_once(write_toy, tmp_path_factory.mktemp("toy"))


@pytest.fixture
def kept_much(much_once):
    """A kept city with much in it: its study and itself."""
    return keep_as_it_was(much_once)


@pytest.fixture
def kept_toy(toy_once):
    """A kept toy: its study and itself."""
    return keep_as_it_was(toy_once)


@pytest.mark.parametrize("name", ["city", *SECTIONS])
def test_a_damaged_entry_is_read_anew(kept_much, caplog, name):
    study, bare = kept_much
    for one in kept_in(study.folder, "city"):
        if name != "city":
            one.unlink()
    (path,) = kept_in(study.folder, name)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100] + bytes(100))
    assert_same_city(bare, load_city(study))
    assert sum("damaged" in one.getMessage() for one in caplog.records) == 1
    assert path.read_bytes() == whole


@pytest.mark.parametrize("name", ["city", "facilities"])
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"rows": 10**9, "columns": []},
        {"rows": 1, "columns": [{"name": "a", "kind": "plain"}], "names": "str"},
        {"": {"crs": "EPSG:0", "grid_corner_m": ["0x1p0", "0x1p0"], "tables": []}},
        {"": {"crs": CRS, "grid_corner_m": ["x", "y"], "tables": ["cells"]}},
        {"": {"crs": 7, "grid_corner_m": 3}},
    ],
)
def test_an_entry_that_somebody_made_up_is_no_danger(kept_toy, caplog, name, facts):
    study, bare = kept_toy
    (path,) = kept_in(study.folder, name)
    key = described_key(path)
    if name != "city":
        kept_in(study.folder, "city")[0].unlink()
    made_up = Kept({"0.plain": np.zeros(3), "/0.joined": np.zeros(1)}, facts)
    write_entry(study.folder / FOLDER_NAME, name, made_up, key=key)
    assert_same_city(bare, load_city(study))
    told = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(told) == 1


def described_key(path):
    """Find the key that an entry was made for."""
    whole = path.read_bytes()
    about = len(b"circle cache\n") + 32 + 8
    length = int.from_bytes(whole[about - 8 : about], "little")
    return json.loads(whole[about : about + length])["key"]


def test_tables_and_arrays_that_do_not_fit_are_not_believed(kept_toy):
    study, bare = kept_toy
    (path,) = kept_in(study.folder, "city")
    key = described_key(path)
    kept = read_entry(study.folder / FOLDER_NAME, "city", key=key)
    arrays = {
        name: one[:-1] if name.startswith("/0.") else one
        for name, one in kept.arrays.items()
    }
    write_entry(study.folder / FOLDER_NAME, "city", Kept(arrays, kept.facts), key=key)
    assert_same_city(bare, load_city(study))


def test_a_file_replaced_while_it_is_read_is_not_kept(tmp_path, monkeypatch):
    study = read_study(write_toy(tmp_path))
    read = city.read_facilities

    def replaced(*given: object, **named: object):
        found = read(*given, **named)
        with (tmp_path / "facilities.csv").open("ab") as file:
            file.write(b"\n")
        return found

    monkeypatch.setattr(city, "read_facilities", replaced)
    load_city(study)
    assert not kept_in(tmp_path, "city")
    assert not kept_in(tmp_path, "facilities")
    assert kept_in(tmp_path, "cells")


def test_streets_replaced_after_the_tables_were_found(tmp_path, monkeypatch):
    study = read_study(write_toy(tmp_path))
    load_city(study)
    fetch = city.fetch_city

    def replaced(inputs):
        found = fetch(inputs)
        with (tmp_path / "streets.osm").open("ab") as file:
            file.write(b"<!-- another road -->")
        return found

    monkeypatch.setattr(city, "fetch_city", replaced)
    before = set(kept_in(tmp_path, "city"))
    found = load_city(study)
    assert_same_city(load_city(study, cache=False), found)
    assert set(kept_in(tmp_path, "city")) == before


def test_nothing_is_kept_of_a_city_that_cannot_be_read(tmp_path):
    tables = toy_tables()
    tables["facilities"].loc[0, "type"] = "no such type"
    path = write_toy(tmp_path, tables=tables)
    with pytest.raises(ValueError, match="no such type"):
        load_city(read_study(path))
    assert not kept_in(tmp_path, "city")
    assert not kept_in(tmp_path, "facilities")
    assert kept_in(tmp_path, "cells")


def test_a_check_takes_nothing_from_a_cache_and_keeps_nothing(tmp_path):
    path = write_toy(tmp_path)
    assert check_study(path).problems == ()
    assert not (tmp_path / FOLDER_NAME).exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.vrt", b""),
        ("people.tif", b"<VRTDataset rasterXSize='60'>"),
        ("people.geojson", b"<OGRVRTDataSource>"),
        ("people.mif", b"Version 300"),
    ],
)
def test_files_that_may_name_others_are_not_kept(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert city_cache._hash_input(tmp_path / name) is None
    (tmp_path / "people.gpkg").write_bytes(b"SQLite")
    assert city_cache._hash_input(tmp_path / "people.gpkg") is not None


def test_a_raster_of_a_whole_country_is_not_hashed(tmp_path, monkeypatch):
    (tmp_path / "people.tif").write_bytes(b"II*\0" + bytes(1000))
    assert city_cache._hash_input(tmp_path / "people.tif") is not None
    monkeypatch.setattr(city_cache, "_MOST_BYTES", 1003)
    assert city_cache._hash_input(tmp_path / "people.tif") is None


def test_a_missing_file_or_no_cache(tmp_path, monkeypatch):
    study = read_study(write_toy(tmp_path))
    profile = read_profile(study.profile, folder=study.folder)
    (tmp_path / "population.csv").unlink()
    assert describe_inputs(study, profile) is None
    monkeypatch.setenv("CIRCLE_CACHE", "off")
    write_toy(tmp_path)
    assert describe_inputs(study, profile) is None
    assert fetch_city(None) is None
    load_city(study)
    assert not kept_in(tmp_path)


def test_a_city_in_a_system_without_a_name_is_not_kept(tmp_path, caplog):
    study = read_study(write_toy(tmp_path))
    load_city(study)
    inputs = describe_inputs(study, read_profile("profile.yaml", folder=tmp_path))
    kept = fetch_city(inputs)
    (path,) = kept_in(tmp_path, "city")
    path.unlink()
    odd = pyproj.CRS(CRS)
    tables = {"population_balance": kept.tables["population_balance"]}
    tables["complex"] = pd.DataFrame({"a": [1j]})
    with caplog.at_level(logging.INFO):
        keep_city(inputs, dataclasses.replace(kept, tables=tables, crs=odd))
    assert "is not kept" in caplog.text
    assert not path.exists()


ODD = {
    "index": pd.DataFrame({"a": [1.0]}, index=[5]),
    "named-index": pd.DataFrame({"a": [1.0]}, index=pd.RangeIndex(1, name="n")),
    "numbered-columns": pd.DataFrame({0: [1.0]}),
    "category": pd.DataFrame({"a": pd.Categorical(["x"])}),
    "set": pd.DataFrame({"a": [{1}]}),
    "words": pd.DataFrame({"a": pd.Series([Words("a", zh="b")], dtype=object)}),
    "attrs": pd.DataFrame({"a": [1.0]}),
    "shape-beside": pd.DataFrame({"a": gpd.GeoSeries([shapely.Point(0, 0)])}),
    "other-system": gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326),
    "no-system": gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)]),
    "ring": gpd.GeoDataFrame(
        geometry=[shapely.LinearRing([(0, 0), (1, 0), (1, 1)])], crs=CRS
    ),
}
ODD["attrs"].attrs["a"] = ["b"]


@pytest.mark.parametrize("table", ODD.values(), ids=ODD.keys())
def test_what_would_not_come_back_is_refused(table):
    with pytest.raises(ValueError, match=r"type|holds|plain"):
        pack_table(table, crs=METRES)


def test_tables_of_every_kind_come_back(tmp_path):
    shapes = [shapely.Point(1, 2), None, shapely.Point(), shapely.Point(1, 2, 3),
              shapely.box(0, 0, 1, 1)]  # fmt: skip
    rows = {
        "whole": np.array([1, 2, 3, -4, 5], dtype=np.int8),
        "share": [0.1, np.nan, -0.0, np.inf, 1e-300],
        "true": [True, False, True, True, False],
        "text": pd.Series(["a", None, "二", "a", ""], dtype="str"),
        "python": pd.Series(["a", None, "b", "c", "d"], dtype="string[python]"),
        "any": pd.Series([1, True, 1.0, "1", None], dtype=object),
        "more": pd.Series([float("nan"), (), ("a", 1), "\ud800", ""], dtype=object),
        "none": pd.Series([None] * 5, dtype=object),
        "day": pd.Series([None, *pd.date_range("2024", periods=4).date], dtype=object),
    }
    table = gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)
    table.attrs["told"] = (CircleWarning("a", "b", "c"),)
    for one in (table, table.iloc[:0], pd.DataFrame(rows), table[:1]):
        whole = join_kept({"x": pack_table(one, crs=METRES), "": Kept({}, {})})
        write_entry(tmp_path, "x", whole, key="k" * 64)
        found = part_of(read_entry(tmp_path, "x", key="k" * 64), "x")
        assert_same_table(one, unpack_table(found, crs=METRES))


def test_a_changed_title_takes_the_same_city(tmp_path):
    path = write_toy(tmp_path)
    load_city(read_study(path))
    study = read_study(path).model_copy(update={"title": "Another"})
    again = load_city(study)
    assert len(kept_in(tmp_path, "city")) == 1
    assert again.study.title == "Another"


def test_a_moved_folder_is_read_anew(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    path = write_toy(here)
    load_city(read_study(path))
    shutil.copytree(here, there)
    load_city(read_study(there / path.name))
    assert len(kept_in(there, "city")) == 2
