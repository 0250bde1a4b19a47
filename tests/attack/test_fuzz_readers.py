"""Spoilt files of every kind: only errors of circle come out of the readers."""

import os

import pytest
from readers import Target, fuzz, targets, wrong

# `make attack` gives every reader much longer, from another seed each time.
SECONDS = float(os.environ.get("CIRCLE_ATTACK_SECONDS", "0.8"))
SEED = int(os.environ.get("CIRCLE_ATTACK_SEED", "1"))
MOST = 60 if SECONDS < 2 else 10**9
NAMES = (
    "study", "profile", "raster", "returned", "graphml", "osm xml", "osm pbf",
    "osm features", "study/candidates.csv", "study/committees.csv",
    "study/facilities.csv", "study/population.csv", "study/streets.osm",
    "study/areas.geojson", "table/gbk.csv", "table/some.geojson",
    "table/some.gpkg", "table/some.ods", "table/some.parquet", "table/some.xls",
    "table/some.xlsx", "table/tabs.tsv", "table/utf8.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    return targets(tmp_path_factory.mktemp("readers"))


def test_every_reader_is_attacked(readers):
    assert set(readers) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_spoilt_file_is_refused_or_read_and_nothing_else(
    readers, name, record_property
):
    found = fuzz(readers[name], seed=SEED, seconds=SECONDS, at_most=MOST)
    record_property("read", found["read"])
    record_property("refused", found["refused"])
    assert wrong(found) == []
    assert found.total() > 0


def test_another_error_would_be_found(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"text")
    found = fuzz(Target(path, lambda: 1 / 0), seed=1, seconds=1, at_most=1)
    assert wrong(found) == ["ZeroDivisionError: division by zero, seed 1"]
    assert path.read_bytes() == b"text"
