"""The cache of streets and networks: equal to what was built, and never believed."""

import ast
import dataclasses
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from circle import cache, street_cache
from circle.cache import (
    FOLDER_NAME,
    KEPT_ENTRIES,
    Kept,
    cache_folder,
    hash_files,
    make_key,
    read_entry,
    write_entry,
)
from circle.city import load_city
from circle.cli import main
from circle.core import Links
from circle.network import Network
from circle.shipped import PACKAGE, shipped_folder
from circle.study import read_study

KEPT = Kept(
    {
        "a": np.arange(5000, dtype=np.int32),
        "b.c": np.array([[0.1, np.inf]]),
        "turned": np.arange(6, dtype=">i2").reshape(2, 3).T,
        "one": np.array(7.5),
        "none": np.empty((0, 2), dtype=bool),
    },
    {"words": ["水", "green"]},
)
KEY = make_key("file", "rules")
STREETS = ("streets", "walk", "cycle")


@pytest.fixture(autouse=True)
def switched_on(monkeypatch, tmp_path):
    """Keep things, but nothing outside the folder of the test."""
    monkeypatch.delenv("CIRCLE_CACHE")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))


@pytest.fixture
def folder(tmp_path):
    """A cache with one entry."""
    found = tmp_path / "cache"
    found.mkdir()
    write_entry(found, "streets", KEPT, key=KEY)
    return found


def entry_in(folder):
    """Give the one entry of a cache."""
    (path,) = folder.glob("*.cache")
    return path


def parts_of(bundle, prefix=""):
    """Yield every value of nested dataclasses with its name."""
    for field in dataclasses.fields(bundle):
        value = getattr(bundle, field.name)
        if dataclasses.is_dataclass(value):
            yield from parts_of(value, f"{prefix}{field.name}.")
        elif isinstance(value, Links):
            for name, array in value._asdict().items():
                yield f"{prefix}{field.name}.{name}", array
        else:
            yield prefix + field.name, value


def assert_same_networks(one: Network, other: Network):
    """Every array is equal to the byte and of one type, every number equal."""
    for (name, a), (_, b) in zip(parts_of(one), parts_of(other), strict=True):
        if not isinstance(a, np.ndarray):
            assert a == b, name
            continue
        assert a.dtype == b.dtype, name
        assert a.shape == b.shape, name
        assert a.tobytes() == b.tobytes(), name
        assert b.flags.writeable, name
        assert b.flags.aligned, name
        assert b.flags.c_contiguous == a.flags.c_contiguous, name


def assert_same_city(one, other):
    """Networks, access, backdrop and warnings are the same."""
    assert list(one.networks) == list(other.networks)
    for mode, network in one.networks.items():
        assert_same_networks(network, other.networks[mode])
    for key, access in one.access.items():
        for (name, a), (_, b) in zip(
            parts_of(access), parts_of(other.access[key]), strict=True
        ):
            assert a.tobytes() == b.tobytes(), (key, name)
    assert one.backdrop.crs == other.backdrop.crs
    assert list(one.backdrop.dtypes) == list(other.backdrop.dtypes)
    assert one.backdrop["kind"].tolist() == other.backdrop["kind"].tolist()
    drawn = [shapely.to_wkb(x.backdrop.geometry.to_numpy()) for x in (one, other)]
    assert drawn[0].tolist() == drawn[1].tolist()
    assert [w.args for w in one.warnings] == [w.args for w in other.warnings]


def logged(caplog, level):
    """Give what the cache said."""
    return [r.getMessage() for r in caplog.records if r.levelno >= level]


def test_an_entry_comes_back_equal(folder):
    found = read_entry(folder, "streets", key=KEY)
    assert found.facts == KEPT.facts
    assert set(found.arrays) == set(KEPT.arrays)
    for name, array in KEPT.arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].shape == array.shape
        assert found.arrays[name].flags.writeable
        assert found.arrays[name].tobytes() == array.tobytes()
    assert (folder.stat().st_mode & 0o700) == 0o700
    assert not list(folder.glob("*.part"))


def test_another_key_name_or_no_folder_finds_nothing(folder, caplog):
    with caplog.at_level(logging.INFO):
        assert read_entry(folder, "streets", key=make_key("other")) is None
        assert read_entry(folder, "walk", key=KEY) is None
        assert read_entry(None, "streets", key=KEY) is None
        assert read_entry(folder / "none", "streets", key=KEY) is None
        write_entry(None, "streets", KEPT, key=KEY)
    assert not caplog.records


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda whole: whole[:10],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: whole + b"x",
        lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
        lambda whole: whole[:20] + bytes([whole[20] ^ 1]) + whole[21:],
        lambda whole: whole[:9000] + bytes([whole[9000] ^ 64]) + whole[9001:],
        lambda whole: whole[:-1] + bytes([whole[-1] ^ 128]),
        lambda whole: bytes(len(whole)),
    ],
    ids=["empty", "head", "half", "last-byte-gone", "longer", "magic", "checksum",
         "bit", "last-bit", "zeros"],
)  # fmt: skip
def test_a_damaged_entry_is_not_believed(folder, caplog, damage):
    path = entry_in(folder)
    path.write_bytes(damage(path.read_bytes()))
    assert read_entry(folder, "streets", key=KEY) is None
    assert "damaged" in logged(caplog, logging.WARNING)[0]
    write_entry(folder, "streets", KEPT, key=KEY)
    assert read_entry(folder, "streets", key=KEY).facts == KEPT.facts


@pytest.mark.parametrize(
    "about",
    [
        {"arrays": [["a", "|O", [1]]]},
        {"arrays": [["a", "<f8", [-1]]]},
        {"arrays": [["a", "<f8", [2**70]]]},
        {"arrays": [["a", "<f8", [2**40]]]},
        {"arrays": [["a", "<f8", "many"]]},
        {"arrays": [["a", "i4,f8", [1]]]},
        {"arrays": 7},
        {},
    ],
    ids=["objects", "negative", "beyond", "huge", "words", "records", "number", "none"],
)
@pytest.mark.parametrize("length", [None, 2**63, 2**64 - 1])
def test_an_entry_that_somebody_made_up_is_not_believed(folder, caplog, about, length):
    text = json.dumps({"key": KEY, "facts": {}, "sha256": "", **about}).encode()
    written = (len(text) if length is None else length).to_bytes(8, "little")
    head = b"circle cache\n" + hashlib.sha256(text).digest()
    entry_in(folder).write_bytes(head + written + text + bytes(64))
    assert read_entry(folder, "streets", key=KEY) is None
    assert "damaged" in logged(caplog, logging.WARNING)[0]


def test_an_entry_under_a_wrong_name_is_not_believed(folder, caplog):
    other = make_key("something else")
    write_entry(folder, "streets", Kept({}, {}), key=other)
    mine = cache._entry(folder, "streets", KEY)
    shutil.copy(cache._entry(folder, "streets", other), mine)
    assert read_entry(folder, "streets", key=KEY) is None
    assert "something else" in caplog.text


def test_arrays_of_objects_are_refused(folder):
    for odd in (np.array([{}]), np.zeros(2, "i4,f8"), np.array(["text"])):
        with pytest.raises(ValueError, match="are not kept"):
            write_entry(folder, "walk", Kept({"a": odd}, {}), key=KEY)
    assert [one.suffix for one in folder.iterdir()] == [".cache"]


def test_the_entries_used_last_are_kept(folder):
    first = entry_in(folder)
    for number in range(KEPT_ENTRIES - 1):
        write_entry(folder, "walk", Kept({}, {}), key=make_key(number))
        os.utime(cache._entry(folder, "walk", make_key(number)), (number, number))
    os.utime(first, (0.5, 0.5))
    assert read_entry(folder, "streets", key=KEY)  # used: now it is the newest
    write_entry(folder, "cycle", Kept({}, {}), key=KEY)
    left = {one.name for one in folder.glob("*.cache")}
    assert len(left) == KEPT_ENTRIES
    assert first.name in left
    assert cache._entry(folder, "walk", make_key(0)).name not in left
    assert cache._entry(folder, "walk", make_key(1)).name in left


def test_only_abandoned_halves_are_swept_up(folder):
    for name, age_s in (("old", 1e6), ("new", 60)):
        path = folder / f"{name}.part"
        path.write_bytes(b"half")
        written = entry_in(folder).stat().st_mtime - age_s
        os.utime(path, (written, written))
    write_entry(folder, "streets", KEPT, key=KEY)
    assert [one.name for one in folder.glob("*.part")] == ["new.part"]


def test_a_failed_write_leaves_the_old_entry_and_nothing_else(
    folder, monkeypatch, caplog
):
    def full(_):
        raise OSError(28, "No space left on device")

    before = entry_in(folder).read_bytes()
    monkeypatch.setattr(cache.os, "fsync", full)
    write_entry(folder, "streets", Kept({}, {}), key=KEY)
    assert "cannot be written" in caplog.text
    assert [one.read_bytes() for one in folder.iterdir()] == [before]


def test_keys_tell_parts_apart(monkeypatch):
    assert make_key("a", "bc") != make_key("ab", "c")
    before = make_key("a")
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    assert make_key("a") != before


def test_a_file_is_hashed_with_what_belongs_to_it(tmp_path):
    roads = tmp_path / "roads.shp"
    roads.write_bytes(b"lines")
    alone = hash_files(roads)
    (tmp_path / "roads.dbf").write_bytes(b"classes")
    (tmp_path / "rivers.shp").write_bytes(b"other")
    assert hash_files(roads) == alone
    both = hash_files(roads, with_siblings=True)
    assert both != alone
    (tmp_path / "roads.dbf").write_bytes(b"Classes")
    assert hash_files(roads, with_siblings=True) != both
    assert hash_files(tmp_path) != both
    with pytest.raises(FileNotFoundError):
        hash_files(tmp_path / "none.shp")


def test_folders(tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    assert cache_folder(data) == data / FOLDER_NAME
    assert (data / FOLDER_NAME / ".gitignore").read_text() == "*\n"
    for word in ("off", "OFF", "0", " no "):
        monkeypatch.setenv("CIRCLE_CACHE", word)
        assert cache_folder(data) is None
    monkeypatch.setenv("CIRCLE_CACHE", "on")
    assert cache_folder(data) == data / FOLDER_NAME


def test_the_environment_may_name_the_folder(tmp_path, monkeypatch):
    named = tmp_path / "kept 这里"
    monkeypatch.setenv("CIRCLE_CACHE", str(named))
    for data in (tmp_path, shipped_folder("demo_district")):
        assert cache_folder(data) == named
    monkeypatch.setenv("CIRCLE_CACHE", str(tmp_path / "file"))
    (tmp_path / "file").write_bytes(b"")
    assert cache_folder(tmp_path) is None


@pytest.mark.parametrize(
    "data", [shipped_folder("demo_district"), PACKAGE / "demo_district"]
)
def test_what_comes_with_circle_is_not_littered(tmp_path, data):
    found = cache_folder(data)
    assert found.is_relative_to(tmp_path / "user")
    assert found.is_dir()
    assert found != cache_folder(PACKAGE / "other")


def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.write_text("a file, so that no folder can be made in it")
    assert cache_folder(data).is_relative_to(tmp_path / "user")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(data))
    assert cache_folder(data) is None


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder(toy_path, tmp_path):
    toy_path.parent.chmod(0o500)
    try:
        built, again = (load_city(read_study(toy_path)) for _ in range(2))
    finally:
        toy_path.parent.chmod(0o700)
    assert_same_city(built, again)
    assert list((tmp_path / "user").rglob("*.cache"))


def test_a_city_from_the_cache_is_the_city_that_was_built(toy_path, monkeypatch):
    study = read_study(toy_path)
    bare = load_city(study, cache=False)
    assert not (study.data_folder / FOLDER_NAME).exists()
    built = load_city(study)
    kept = sorted(one.name for one in (study.data_folder / FOLDER_NAME).glob("*.cache"))
    names = [one.split("-")[0] for one in kept]
    assert [one for one in names if one in STREETS] == ["cycle", "streets", "walk"]

    def never(*_: object, **__: object):
        pytest.fail("built again")

    monkeypatch.setattr(street_cache, "read_study_streets", never)
    monkeypatch.setattr(street_cache, "build_network", never)
    found = load_city(study)
    assert_same_city(bare, built)
    assert_same_city(bare, found)


def test_the_demo_from_the_cache_is_the_demo_that_was_built(demo):
    study = read_study(shipped_folder("demo_district") / "study.yaml")
    before = sorted(study.data_folder.rglob("*"))
    load_city(study)
    assert_same_city(demo.city, load_city(study))
    assert sorted(study.data_folder.rglob("*")) == before


@pytest.mark.parametrize("name", ["streets", "walk", "cycle"])
def test_a_damaged_city_is_built_again(toy_path, caplog, name):
    study = read_study(toy_path)
    bare = load_city(study)
    (path,) = (study.data_folder / FOLDER_NAME).glob(f"{name}-*.cache")
    whole = path.read_bytes()
    path.write_bytes(whole[:-2])
    assert_same_city(bare, load_city(study))
    assert len(logged(caplog, logging.WARNING)) == 1
    assert path.stat().st_size == len(whole)


def test_what_the_streets_depend_on_is_in_the_key(toy_path, monkeypatch):
    def used(study=None):
        load_city(study or read_study(toy_path))
        folder = toy_path.parent / FOLDER_NAME
        names = {one.name for one in folder.glob("*.cache")}
        return {one for one in names if one.startswith(STREETS)}

    first = used()
    assert used() == first
    text = toy_path.read_text()
    # The speeds change networks only; the rules for private ways change all.
    study = read_study(toy_path)
    streets = study.streets.model_copy(update={"private_ways": "refuse"})
    second = used(study.model_copy(update={"streets": streets})) - first
    assert {one.split("-")[0] for one in second} == {"streets", "walk", "cycle"}
    monkeypatch.setattr(street_cache, "VERSION", "0.0.0")
    third = used() - first - second
    assert {one.split("-")[0] for one in third} == {"streets", "walk", "cycle"}
    assert toy_path.read_text() == text


def test_another_speed_is_another_network(toy, tmp_path):
    kept = street_cache.KeptStreets(
        street_cache.StreetSource(toy.city.networks["walk"].streets, None, ()),
        tmp_path,
        KEY,
    )
    speeds = toy.city.profile.speeds
    faster = speeds.walk_kmh.model_copy(update={"value": 5.0})
    for given in (speeds, speeds.model_copy(update={"walk_kmh": faster})) * 2:
        found = street_cache.fetch_network(kept, "walk", speeds=given)
        assert found.leg_mps == given.walk_kmh.value / 3.6
        plain = street_cache.build_network(kept.source.streets, "walk", speeds=given)
        assert_same_networks(plain, found)
    assert len(list(tmp_path.glob("walk-*.cache"))) == 2


def test_a_file_replaced_while_it_is_read_is_not_kept(toy_path, monkeypatch):
    study = read_study(toy_path)
    read = street_cache.read_study_streets

    def replaced(*given: object, **named: object):
        found = read(*given, **named)
        with study.input_path(study.streets.path).open("ab") as file:
            file.write(b"\n")
        return found

    monkeypatch.setattr(street_cache, "read_study_streets", replaced)
    load_city(study)
    kept = [one.name for one in (study.data_folder / FOLDER_NAME).glob("*.cache")]
    assert not [one for one in kept if one.startswith((*STREETS, "city"))]


def test_every_module_that_builds_is_in_the_key():
    """Follow the imports: all but settings, messages and words count."""
    beside = {"errors", "problems", "profile", "settings", "shipped", "study"}
    beside |= {"street_settings", "tables", "input_settings", "dates"}
    beside |= {"profile_facts", "profile_rules"}
    seen, waiting = set(), {"street_sources", "network", "street_cache"}
    while waiting:
        name = waiting.pop()
        if name in seen | beside or name.startswith(("words", "_", "cache")):
            continue
        seen.add(name)
        tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
        modules = (
            one.module or ""
            for one in ast.walk(tree)
            if isinstance(one, ast.ImportFrom)
        )
        waiting |= {one[7:] for one in modules if one.startswith("circle.")}
    assert seen <= set(street_cache.BUILDERS)


_RUN = """
import sys
from circle.cache import Kept, read_entry, write_entry
import numpy as np, pathlib
folder = pathlib.Path(sys.argv[1])
for turn in range(40):
    write_entry(folder, "walk", Kept({"a": np.full(20_000, 7.0)}, {}), key="k" * 64)
    found = read_entry(folder, "walk", key="k" * 64)
    assert found is not None and (found.arrays["a"] == 7.0).all(), turn
"""


def test_two_runs_at_once_do_each_other_no_harm(tmp_path):
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _RUN, str(tmp_path)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for one in runs:
        _, said = one.communicate(timeout=120)
        assert one.returncode == 0, said
        assert "damaged" not in said
    assert [one.suffix for one in tmp_path.iterdir()] == [".cache"]


@pytest.mark.usefixtures("few_files")
def test_no_cache_on_the_command_line(toy_path):
    for options, kept in ((["--no-cache"], 0), ([], 9)):
        result = CliRunner().invoke(main, ["run", str(toy_path), *options])
        assert result.exit_code == 0, result.output
        found = list((toy_path.parent / FOLDER_NAME).glob("*.cache"))
        assert len(found) == kept
