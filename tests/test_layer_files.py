"""Layers for GIS programs: styles that can be read, files in their own systems."""

import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from table_toy import CRS, toy_assessment

from circle.atlas_palette import SHARE_COLOURS
from circle.contracts import INPUT_CONTRACTS, RESULT_CONTRACTS
from circle.dictionary import dictionary_page, dictionary_table
from circle.errors import OutputError
from circle.geopackage import result_layers, write_geopackage
from circle.layer_files import GEOJSON_LAYERS, PARQUET_LAYERS, write_layer_files
from circle.styles import layer_styles


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_assessment(tmp_path_factory.mktemp("layers"))


def style(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  (a text of our own)


def test_every_layer_of_the_geopackage_has_a_default_style(toy, tmp_path):
    path = tmp_path / "coverage.gpkg"
    write_geopackage(toy, path)
    with sqlite3.connect(path) as file:
        found = file.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML "
            "FROM layer_styles"
        ).fetchall()
        listed = file.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchall()
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert listed == [("attributes",)]
    assert {name for name, *_ in found} == set(result_layers(toy))
    assert {(column, default) for _, column, default, _ in found} == {("geom", 1)}
    for _, _, _, text in found:
        assert style(text).tag == "qgis"
    assert len(pyogrio.read_dataframe(path, layer="cells")) == 75


def test_styles_name_fields_of_their_layer_and_every_class_has_a_sign(toy):
    layers = result_layers(toy)
    for name, text in layer_styles(toy).items():
        renderer = style(text).find("renderer-v2")
        signs = {one.get("name") for one in renderer.iter("symbol")}
        classes = [*renderer.iter("range"), *renderer.iter("category")]
        classes += renderer.findall("rules/rule/rule")
        assert {one.get("symbol") for one in classes} <= signs
        if renderer.get("type") == "RuleRenderer":
            fields = {one.get("filter").split('"')[1] for one in renderer.iter("rule")}
            assert fields <= set(layers[name].columns)
        elif renderer.get("type") != "singleSymbol":
            assert renderer.get("attr") in layers[name].columns
            assert classes
        label = style(text).find("labeling/settings/text-style")
        if label is not None:
            assert label.get("fieldName") in layers[name].columns


def test_shades_are_those_of_the_maps(toy):
    renderer = style(layer_styles(toy)["subdistricts"]).find("renderer-v2")
    colours = [
        one.get("value")
        for one in renderer.iter("Option")
        if one.get("name") == "color"
    ]
    shown = [
        "#" + "".join(f"{int(part):02x}" for part in one.split(",")[:3])
        for one in colours
    ]
    assert shown == list(SHARE_COLOURS)[::-1]
    lows = [float(one.get("lower")) for one in renderer.iter("range")]
    assert lows == sorted(lows, reverse=True)


def test_files_hold_the_layers(toy, tmp_path):
    paths = {one.name: one for one in write_layer_files(toy, tmp_path / "layers")}
    layers = result_layers(toy)
    for name in PARQUET_LAYERS:
        read = gpd.read_parquet(paths[f"{name}.parquet"])
        assert read.crs == CRS
        assert len(read) == len(layers[name])
        assert list(read.columns) == list(layers[name].columns)
    for name in GEOJSON_LAYERS:
        text = paths[f"{name}.geojson"].read_text(encoding="utf-8")
        found = json.loads(text)["features"]
        assert len(found) == len(layers[name])
        read = gpd.read_file(paths[f"{name}.geojson"])
        assert read.crs == "OGC:CRS84" or read.crs.to_epsg() == 4326
        if len(read):
            moved = read.to_crs(CRS).geometry.distance(
                layers[name].geometry, align=False
            )
            assert float(np.nanmax(moved)) < 0.2
    again = write_layer_files(toy, tmp_path / "again")
    assert [one.read_bytes() for one in again] == [
        paths[one.name].read_bytes() for one in again
    ]


def test_a_folder_that_is_a_file_is_an_output_error(toy, tmp_path):
    (tmp_path / "layers").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_layer_files(toy, tmp_path / "layers")


def test_dictionary_holds_every_column_of_every_table():
    table, page = dictionary_table(), dictionary_page()
    for contract in (*INPUT_CONTRACTS, *RESULT_CONTRACTS):
        rows = table[table["table"] == contract.name]
        assert list(rows["column"]) == list(contract.names)
        assert f"### `{contract.name}`" in page
        for name in contract.names:
            assert f"| `{name}` |" in page
    assert not table[["table", "column", "kind", "description"]].eq("").any().any()


def test_the_page_of_tables_is_up_to_date():
    page = Path(__file__).parents[1] / "docs" / "tables.md"
    assert page.read_text(encoding="utf-8") == dictionary_page()
