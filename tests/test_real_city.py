"""A whole real city, where its data are at hand: Las Palmas de Gran Canaria."""

import os
from pathlib import Path

import pytest

from circle.assessment import assess
from circle.city import load_city
from circle.contracts import RESULT_CONTRACTS
from circle.study import read_study
from circle.tables import check_table

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("CIRCLE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
FOLDER = DATA / "las_palmas"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="no real city; set CIRCLE_REAL_DATA to the folder that holds las_palmas",
)


@pytest.fixture(scope="module")
def city():
    study = read_study(REPOSITORY / "config" / "las_palmas.yaml", data=FOLDER)
    return assess(load_city(study))


def test_every_person_is_there_once(city):
    assert city.city.cells["population"].sum() == 443_141
    assert city.figures["population_outside"] == 0.0
    rows = city.coverage
    areas = rows[(rows.area_kind == "subdistrict") & (rows.group_kind == "required")]
    assert areas["population"].sum() == 443_141


def test_its_29_parts_and_its_origins(city):
    assert len(city.city.subdistricts) == 29
    assert city.committee_reach is None
    assert set(city.city.networks) == {"walk"}


def test_every_table_keeps_its_contract(city):
    for contract in RESULT_CONTRACTS:
        check_table(getattr(city, contract.name), contract)


def test_coverage_is_plausible(city):
    types = city.coverage[
        (city.coverage.area_kind == "district") & (city.coverage.group_kind == "type")
    ].set_index("group_id")["person_item_share"]
    # A dense city: most people walk 1 km to a school, few to a hospital.
    assert 0.7 < types["primary_school"] < 1.0
    assert 0.1 < types["district_hospital"] < types["primary_school"]
    assert types.between(0.0, 1.0).all()
    # Only types that OpenStreetMap can tell are measured.
    assert "junior_school" not in types.index
    assert any(one.name == "types-not-in-osm" for one in city.warnings)


def test_few_people_are_off_the_network(city):
    cells = city.unsnapped[city.unsnapped["kind"] == "cell"]
    assert cells["population"].sum() < 0.02 * 443_141
