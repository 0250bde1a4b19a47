"""The how-tos: all that they show is executed, on a small demo district."""

import contextlib
import re
import shlex
import shutil
import socket
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from click.testing import CliRunner
from few_files import write_few_files

from circle.assessment import assess
from circle.city import load_city
from circle.cli import main
from circle.demo import make_demo
from circle.facts import has_committees, headline
from circle.offsets import shift_to
from circle.profile_reading import read_profile
from circle.streets import read_streets
from circle.study import Study, read_study

PAGE = Path(__file__).parents[1] / "docs" / "howto.md"
SCHEDULER = "tcp://10.0.0.1:8786"
BLOCK = re.compile(r"^```(\w+)( \S+)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def sections():
    """Give the blocks under each heading: their kind, name and text."""
    parts = PAGE.read_text("utf-8").split("\n## ")[1:]
    return {
        part.partition("\n")[0]: [
            (kind, name.strip(), body) for kind, name, body in BLOCK.findall(part)
        ]
        for part in parts
    }


def block(heading, kind):
    """Give the only block of a kind under a heading, as an object if it is YAML."""
    ((name, body),) = [one[1:] for one in sections()[heading] if one[0] == kind]
    return (name, body) if name or kind != "yaml" else yaml.safe_load(body)


def commands(heading):
    """List the lines of shell under a heading."""
    found = [body for kind, _, body in sections()[heading] if kind == "sh"]
    return [line for body in found for line in body.splitlines()]


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A small demo district, and what is found in it."""
    folder = tmp_path_factory.mktemp("district")
    make_demo(folder, size=0.1)
    return folder, assess(load_city(read_study(folder / "study.yaml")))


@pytest.fixture
def folder(district, tmp_path):
    """The files of the district, to change."""
    shutil.copytree(district[0], tmp_path / "district")
    return tmp_path / "district"


def change(folder, *, without=(), **sections: object):
    """Change sections of the study; give its path."""
    path = folder / "study.yaml"
    study = yaml.safe_load(path.read_text("utf-8")) | sections
    for name in without:
        del study[name]
    path.write_text(yaml.safe_dump(study, allow_unicode=True), "utf-8")
    return path


def do(line, folder, monkeypatch):
    """Run one command in a folder; give what it printed."""
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, shlex.split(line)[1:])
    assert done.exit_code == 0, (line, done.output, done.exception)
    return done.stdout


def test_my_own_streets(district, folder):
    """The streets of the district as a shapefile, with classes of one's own."""
    city = district[1].city
    streets = read_streets(folder / "streets.osm.pbf", crs=city.crs)
    ends = np.stack([streets.start, streets.end], axis=1)
    corners = np.stack([streets.x_m, streets.y_m], axis=1)[ends]
    walk, ride = (streets.pace[:, [i, i + 2]].any(axis=1) for i in (0, 1))
    kinds = np.select([walk & ride, walk], ["小区路", "步行街"], "主干路")
    open_ = (walk | ride) & np.isnan(streets.ferry_s)
    lines = gpd.GeoDataFrame(
        {"道路等级": kinds[open_]},
        geometry=list(shapely.linestrings(corners[open_])),
        crs=city.crs,
    )
    # As offices write shapefiles: in UTF-8 the name of the column would be cut.
    lines.to_crs(4549).to_file(folder / "roads.shp", encoding="gbk")
    path = change(folder, **block("Use my own streets", "yaml"))
    found = assess(load_city(read_study(path)))
    # All but ferries and closed gates is as in the file that the lines were taken from.
    before, after = headline(district[1]).share, headline(found).share
    assert after == pytest.approx(before, abs=0.02)


def test_tables_in_gcj_02_and_bd_09(district, folder, monkeypatch):
    systems = {"facilities.xlsx": "GCJ-02", "committees.xlsx": "BD-09"}
    for name, system in systems.items():
        table = pd.read_csv(folder / name.replace("xlsx", "csv"), dtype=str)
        lon, lat = (table[one].astype(float).to_numpy() for one in ("经度", "纬度"))
        table["经度"], table["纬度"] = shift_to(lon, lat, system=system)
        table.to_excel(folder / name, index=False)
    block_of = block("Use tables in GCJ-02 or BD-09", "yaml")
    path = change(folder, **block_of)
    found = assess(load_city(read_study(path)))
    assert headline(found) == headline(district[1])
    pd.testing.assert_frame_equal(found.missing_items, district[1].missing_items)
    # Without a word of it, the run stops and names the system.
    change(folder, facilities={**block_of["facilities"], "crs": "WGS-84"})
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["run", "study.yaml"])
    assert done.exit_code == 3
    assert "crs: GCJ-02" in done.output


def test_without_committees(folder):
    path = change(folder, without=["committees"])
    found = assess(load_city(read_study(path)))
    assert not has_committees(found)
    assert headline(found).definition == "person_item"


def test_without_internet(folder, monkeypatch):
    """Nothing but the lines of pip would ask for anything."""

    def refuse(*_: object, **__: object):
        message = "a run asked the internet"
        raise AssertionError(message)

    heading = "Work without internet"
    assert all(one.startswith("python -m pip ") for one in commands(heading))
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for line in ("circle check study.yaml", "circle run study.yaml"):
        do(line, folder, monkeypatch)
    for page in (folder / "results").rglob("*.html"):
        asked = re.findall(r'(?:src|href)="(https?:[^"]+)"', page.read_text("utf-8"))
        # Who made the data is linked, never fetched.
        assert all("openstreetmap.org" in one for one in asked), (page, asked)


def test_a_tile_server(folder, monkeypatch):
    write_few_files(monkeypatch, but=["measure_map_areas", "write_atlas"])
    change(folder, **block("Put a tile server beneath the maps", "yaml"))
    do("circle run study.yaml", folder, monkeypatch)
    page = (folder / "results" / "district.html").read_text("utf-8")
    assert "tiles.example.org" in page


def test_without_streets(folder):
    path = change(folder, without=["streets"], **block("Do without streets", "yaml"))
    found = assess(load_city(read_study(path)))
    assert found.city.detour == 1.3
    assert 0 < headline(found).share < 1


def test_a_new_profile(district, folder):
    name, body = block("Write a new profile", "yaml")
    (folder / name).write_text(body, "utf-8")
    profile = read_profile(name, folder=folder)
    assert profile.rule.minutes.value == 12
    known = set(read_profile("pudong").type_ids)
    assert known - set(profile.type_ids) == {"community_school"}
    (said,) = re.findall(r"`(profile: \S+)`", PAGE.read_text("utf-8"))
    found = assess(load_city(read_study(change(folder, **yaml.safe_load(said)))))
    assert headline(found).share < headline(district[1]).share


def test_rounds_of_feedback(folder, monkeypatch):
    lines = commands("Go through rounds of feedback on sites")
    first, second, last = [do(line, folder, monkeypatch) for line in lines]
    assert first != second
    assert "no room" in last
    for number in (1, 2):
        assert (folder / "plans" / f"plan-{number:03d}.json").is_file()
    sites = pd.read_csv(folder / "plans" / "plan-002.csv", dtype=str)
    assert "K0001" not in set(sites.to_numpy().ravel())


@pytest.mark.usefixtures("few_files")
def test_progress_from_year_to_year(folder, monkeypatch):
    for line in commands("Follow progress from year to year"):
        do(line, folder, monkeypatch)
    for name in ("results-2025", "results-2026", "progress-2026", "record"):
        assert (folder / name / "run.json").is_file()


def test_every_completion_script_is_printed(folder, monkeypatch):
    for line in commands("Complete commands with the tab key"):
        command = line.partition(">")[0]
        assert "circle" in do(command, folder, monkeypatch)


def test_scripts(folder, monkeypatch):
    for line in commands("Use circle in scripts"):
        assert isinstance(yaml.safe_load(do(line, folder, monkeypatch)), dict)


def test_a_notebook(folder, monkeypatch):
    monkeypatch.chdir(folder)
    _, code = block("Work in a notebook", "python")
    *lines, last = code.strip().splitlines()
    names = {}
    exec("\n".join(lines), names)  # noqa: S102
    shown = eval(last, names)._repr_html_()  # noqa: S307
    assert "<table" in shown
    assert "<svg" in shown


@contextlib.contextmanager
def scheduler():
    """Start a Dask scheduler with one worker, as a cluster would have."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=None,
        host="127.0.0.1",
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.filterwarnings("ignore")
def test_a_cluster(folder, monkeypatch):
    (folder / "districts.txt").write_text("study.yaml\n", "utf-8")
    lines = commands("Run on a cluster, or several runs at once")
    assert any(SCHEDULER in one for one in lines)
    with scheduler() as address:
        for line in lines:
            do(line.replace(SCHEDULER, address), folder, monkeypatch)
    tables = [
        pd.read_csv(folder / one) for one in ("districts.csv", "all-districts.csv")
    ]
    pd.testing.assert_frame_equal(*tables)
    assert tables[0]["status"].tolist() == ["done"]


EXECUTED = {
    "Use my own streets": test_my_own_streets,
    "Use tables in GCJ-02 or BD-09": test_tables_in_gcj_02_and_bd_09,
    "Do without committees": test_without_committees,
    "Work without internet": test_without_internet,
    "Put a tile server beneath the maps": test_a_tile_server,
    "Do without streets": test_without_streets,
    "Write a new profile": test_a_new_profile,
    "Go through rounds of feedback on sites": test_rounds_of_feedback,
    "Follow progress from year to year": test_progress_from_year_to_year,
    "Complete commands with the tab key": test_every_completion_script_is_printed,
    "Use circle in scripts": test_scripts,
    "Work in a notebook": test_a_notebook,
    "Run on a cluster, or several runs at once": test_a_cluster,
}


def test_every_how_to_is_executed():
    assert set(EXECUTED) == set(sections())


def test_keys_of_studies_are_known():
    found = [
        yaml.safe_load(body)
        for blocks in sections().values()
        for kind, name, body in blocks
        if kind == "yaml" and not name
    ]
    assert len(found) >= 4
    for one in found:
        assert set(one) <= set(Study.model_fields)


@pytest.mark.parametrize("line", ["circle run nothing.yaml", "circle fly"])
def test_a_command_that_fails_would_be_found(line, tmp_path, monkeypatch):
    with pytest.raises(AssertionError):
        do(line, tmp_path, monkeypatch)
