"""Files that would fill memory or never end are refused before they do."""

import json
import struct
import zipfile

import geopandas as gpd
import openpyxl
import pyproj
import pytest
import shapely
import xlwt
from pyproj.exceptions import CRSError
from toy_city import write_toy

from circle.check import check_path
from circle.errors import CircleError, InputError
from circle.files import read_raw_table
from circle.settings import read_yaml
from circle.sheet_books import MOST_CELLS
from circle.streets import read_streets
from circle.study import parse_study


def small_xlsx(path, at):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active[at] = "name", "x", "y"
    book.save(path)


def test_a_value_in_the_last_cell_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    small_xlsx(path, "XFD1048576")
    with pytest.raises(InputError, match="1,048,576 rows and 16,384 columns"):
        read_raw_table(path)


def test_a_value_somewhat_far_off_is_read(tmp_path):
    path = tmp_path / "a.xlsx"
    small_xlsx(path, "Z400")
    assert MOST_CELLS > 26 * 400
    assert len(read_raw_table(path).rows) > 0


@pytest.mark.parametrize("where", ["cell", "row"])
def test_a_repeated_value_is_refused(tmp_path, where):
    path = tmp_path / "a.ods"
    many = {"cell": "columns", "row": "rows"}
    times = {
        one: f'table:number-{kind}-repeated="900000"' for one, kind in many.items()
    }
    row, cell = times["row"], times["cell"] if where == "cell" else ""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:'
        'office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="a">'
        f'<table:table-row {row}><table:table-cell {cell} office:value-type="float" '
        'office:value="1"/>'
        + '<table:table-cell office:value="1"/>'
        * 9
        + "</table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
    with pytest.raises(InputError, match="900,000 rows"):
        read_raw_table(path)


def test_a_compound_file_that_leads_round_in_a_circle_is_refused(tmp_path):
    path = tmp_path / "a.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for i in range(200):
        sheet.write(i, 0, f"row {i}")
    book.save(str(path))
    content = bytearray(path.read_bytes())
    (first_table,) = struct.unpack_from("<I", content, 76)
    struct.pack_into("<I", content, (first_table + 1) * 512 + 8, 2)  # sector 2 -> 2
    assert len(read_raw_table(path).rows) == 199
    path.write_bytes(content)
    with pytest.raises(InputError, match="round in a circle"):
        read_raw_table(path)


def test_a_yaml_that_laughs_is_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    path = tmp_path / "study.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(CircleError, match="a0"):
        parse_study(path)


def test_entities_of_xml_are_never_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words", encoding="utf-8")
    bomb = "".join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, 12))
    head = (
        f'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY s SYSTEM "{secret.as_uri()}">'
        f'<!ENTITY b0 "ha">{bomb}]>'
    )

    for entity in ("&s;", "&b11;"):
        path = tmp_path / "streets.osm"
        path.write_text(
            f'{head}<osm version="0.6"><node id="1" version="1" lon="1" lat="1"/>'
            f'<way id="1" version="1"><tag k="highway" v="path"/>'
            f'<tag k="name" v="{entity.replace("&s;", "")}"/></way>{entity}</osm>',
            encoding="utf-8",
        )
        with pytest.raises(InputError) as caught:
            read_streets(path, crs=pyproj.CRS("EPSG:4550"))
        assert "hidden" not in str(caught.value)


def test_an_archive_that_points_outside_itself_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    small_xlsx(path, "B2")
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x05\x06")
    content[at + 16 : at + 20] = struct.pack("<I", len(content) + 5_000)
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as a spreadsheet"):
        read_raw_table(path)


def test_a_claim_to_be_small_is_not_believed(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(30_000_000))
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(InputError, match="times its size"):
        read_raw_table(path)


def test_a_layer_with_a_damaged_system_is_refused(tmp_path, monkeypatch):
    """The fuzzer found one; what it changed depends on the version of the writer."""

    def stumble(_: object):
        message = "Invalid projection"
        raise CRSError(message)

    path = tmp_path / "a.parquet"
    shape = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(1, 2)])
    shape.to_parquet(path)
    monkeypatch.setattr(gpd, "read_parquet", stumble)
    with pytest.raises(InputError, match="cannot be read as GeoParquet"):
        read_raw_table(path)


@pytest.mark.parametrize("value", [1e300, -2e8])
def test_coordinates_beyond_the_earth_are_refused(tmp_path, value):
    study = write_toy(tmp_path)
    path = tmp_path / "areas.geojson"
    layer = json.loads(path.read_text("utf-8"))
    layer["features"][0]["geometry"]["coordinates"][0][1] = [value, value]
    path.write_text(json.dumps(layer), "utf-8")
    (problem,) = check_path(study).problems
    assert problem.key == "misfit-coordinates"


def test_a_deep_yaml_is_refused(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: " + "[" * 20_000, encoding="utf-8")
    with pytest.raises(CircleError):
        read_yaml(path)
