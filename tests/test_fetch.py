"""Fetching a place, from canned answers on loopback; no test asks the internet."""

import contextlib
import socket
import time
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import osmnx
import pandas as pd
import pyproj
import pytest
import yaml
from chinese import is_chinese
from click.testing import CliRunner
from osm_canned import LAT, LON, canned_services

from circle.assessment import assess
from circle.city import load_city
from circle.cli import main
from circle.errors import ConfigError, FetchError, OutputError
from circle.fetch import fetch_place
from circle.osm_service import Services, osm_services
from circle.street_graphml import read_street_graphml
from circle.street_lines import LineRules
from circle.study import read_study

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module", autouse=True)
def without_courtesy():
    """OSMnx waits a second before each question; a server of one's own need not."""
    with pytest.MonkeyPatch.context() as patch:
        at_once = SimpleNamespace(sleep=lambda _: None)
        patch.setattr("osmnx._nominatim.time", at_once)
        patch.setattr("osmnx._overpass.time", at_once)
        yield


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    with canned_services() as (services, queries):
        found = fetch_place(
            "Testland", tmp_path_factory.mktemp("fetch"), day=DAY, services=services
        )
    return found, queries


def test_the_folder_is_dated_and_carries_its_licence(fetched):
    folder = fetched[0].folder
    assert folder.name == "Testland_2026-11-22"
    assert sorted(one.name for one in folder.iterdir()) == [
        "README.md",
        "facilities.geojson",
        "streets.graphml",
        "study.yaml",
        "subdistricts.geojson",
    ]
    note = (folder / "README.md").read_text(encoding="utf-8")
    assert "开放数据库许可（ODbL）" in note
    assert "2026-11-22" in note
    assert [one.name for one in folder.parent.iterdir()] == [folder.name]


def test_the_lowest_level_of_whole_towns_is_taken(fetched):
    towns = gpd.read_file(fetched[0].folder / "subdistricts.geojson")
    assert towns["subdistrict_id"].tolist() == ["w41", "w42"]
    assert towns["name"].tolist() == ["西镇", "东镇"]


def test_facilities_have_all_tags_of_a_set(fetched):
    table = gpd.read_file(fetched[0].folder / "facilities.geojson")
    types = dict(zip(table["building_id"], table["type_id"], strict=True))
    assert set(types) == {"n51", "n52"}
    assert table["facility_id"].is_unique
    assert table.loc[table["building_id"] == "n51", "name"].item() == "第一小学"


def test_streets_and_facilities_reach_beyond_the_place(fetched):
    asked = [one for one in fetched[1] if "highway" in one]
    assert asked
    west = min(
        float(one) for one in asked[0].split("poly:")[1].split("'")[1].split()[1::2]
    )
    # 3 km by bicycle and 500 m that OSMnx adds are 0.0363 degrees here.
    assert west == pytest.approx(LON - 0.0363, abs=0.001)


def test_the_study_misses_nothing_but_people_and_then_runs_offline(fetched):
    study = fetched[0].study
    assert "人口无法下载" in study.read_text(encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_study(study)
    assert str(caught.value).count("there is no file") == 1
    people = study.with_name("population.csv")
    assert str(people) in str(caught.value)
    cells = [("a", 10, LON + 0.003, LAT + 0.01), ("b", 20, LON + 0.017, LAT + 0.01)]
    table = pd.DataFrame(cells, columns=["cell_id", "population", "x", "y"])
    table.to_csv(people, index=False)
    found = assess(load_city(read_study(study)))
    people.unlink()
    # The gate at the crossing shuts the path off and cuts the street in the middle;
    # its east end goes on by ferry (965 m each).
    assert found.figures["walk_network_km"] == pytest.approx(3.97, abs=0.1)
    assert found.figures["walk_main_component_km"] == pytest.approx(1.93, abs=0.05)
    assert found.city.type_ids[0] == "kindergarten"
    names = {one.name for one in found.warnings}
    assert "types-without-facility" in names
    assert "street-graph-without-gates" not in names


def test_signals_and_the_time_of_the_ferry_are_fetched(fetched):
    streets = read_study_graph(fetched[0].folder)
    assert len(streets.signal) == 1
    # The crossing with lights is 0.005 degrees from the west end of the street.
    east_m = streets.x_m[streets.signal[0]] - streets.x_m.min()
    assert east_m == pytest.approx(0.005 * 96_486, abs=2)
    assert np.nansum(streets.ferry_s) == pytest.approx(600)


def read_study_graph(folder):
    crs = pyproj.CRS.from_epsg(4549)
    path = folder / "streets.graphml"
    return read_street_graphml(path, crs=crs, rules=LineRules()).streets


def test_a_place_without_towns_stands_for_itself(tmp_path):
    with canned_services(towns=[]) as (services, _):
        found = fetch_place("Testland", tmp_path, day=DAY, services=services)
    assert found.subdistricts == 1
    towns = gpd.read_file(found.folder / "subdistricts.geojson")
    assert towns["name"].tolist() == ["Testland"]


def test_settings_of_osmnx_and_name_lookup_come_back(tmp_path):
    before = (osmnx.settings.overpass_url, osmnx.settings.requests_kwargs,
              osmnx.settings.use_cache, socket.getaddrinfo)  # fmt: skip
    with canned_services() as (services, _):
        fetch_place("Testland", tmp_path, day=DAY, services=services)
    with contextlib.suppress(ZeroDivisionError), osm_services(Services()):
        assert osmnx.settings.use_cache is False
        raise ZeroDivisionError
    assert before == (osmnx.settings.overpass_url, osmnx.settings.requests_kwargs,
                      osmnx.settings.use_cache, socket.getaddrinfo)  # fmt: skip


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_without_internet_the_message_says_so(tmp_path):
    address = f"http://127.0.0.1:{closed_port()}"
    services = Services(f"{address}/api", f"{address}/", timeout_s=2.0)
    with pytest.raises(FetchError, match="expected internet"):
        fetch_place("Testland", tmp_path / "out", day=DAY, services=services)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("status", [429, 504])
def test_a_busy_server_is_not_asked_again(tmp_path, status):
    begun = time.monotonic()
    with (
        canned_services(status=status) as (services, _),
        pytest.raises(FetchError, match="is busy"),
    ):
        fetch_place("Testland", tmp_path, day=DAY, services=services)
    assert time.monotonic() - begun < 20


def test_a_refusal_is_named(tmp_path):
    with (
        canned_services(status=400) as (services, _),
        pytest.raises(FetchError, match="did not accept the question"),
    ):
        fetch_place("Testland", tmp_path, day=DAY, services=services)


def test_an_unknown_place_is_named(tmp_path):
    with (
        canned_services() as (services, _),
        pytest.raises(FetchError, match="Nowhere: Nominatim knows no area"),
    ):
        fetch_place("Nowhere", tmp_path, day=DAY, services=services)


def test_an_earlier_fetch_is_not_overwritten(tmp_path):
    (tmp_path / "Testland_2026-11-22").mkdir()
    with pytest.raises(OutputError, match="is there already"):
        fetch_place("Testland", tmp_path, day=DAY)


@pytest.mark.parametrize(
    ("language", "missing"),
    [("zh", "population.csv（网格人口）"), ("en", "population.csv (people per cell)")],
)
def test_the_command_says_what_is_missing_and_what_is_next(tmp_path, language, missing):
    with canned_services() as (services, _):
        result = CliRunner().invoke(
            main,
            ["fetch", "Testland", "--out", str(tmp_path), "--overpass",
             services.overpass_url, "--nominatim", services.nominatim_url,
             "--language", language],
        )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert missing in result.output
    study = next(tmp_path.glob("Testland_*/study.yaml"))
    content = yaml.safe_load(study.read_text(encoding="utf-8"))
    assert (content["name"], content["language"]) == ("testland", language)
    note = study.with_name("README.md").read_text(encoding="utf-8")
    assert "ODbL" in note
    assert is_chinese(note, names=["OpenStreetMap contributors"]) == (language == "zh")
    assert f"circle run {study}" in result.output
