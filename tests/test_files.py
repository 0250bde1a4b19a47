import zipfile

import openpyxl
import pandas as pd
import pytest
from inventory_files import write_ods

from circle.errors import InputError
from circle.files import read_raw_table


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def book(tmp_path, rows, name="some.xlsx"):
    content = openpyxl.Workbook()
    for row in rows:
        content.active.append(row)
    content.save(tmp_path / name)
    return tmp_path / name


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path):
    raw = read_raw_table(write(tmp_path, "some.csv", "a,b\r\n1,2\r\n\r\n,\r\n3,\r\n"))
    assert list(raw.rows.index) == [2, 5]
    assert raw.rows.to_dict("list") == {"a": ["1", "3"], "b": ["2", ""]}
    raw = read_raw_table(book(tmp_path, [["a", "b"], [1, "2"], [], ["3", None]]))
    assert list(raw.rows.index) == [2, 4]
    assert raw.rows["a"].tolist() == [1.0, "3"]


def test_short_rows_and_nameless_columns_are_no_fault(tmp_path):
    raw = read_raw_table(write(tmp_path, "some.csv", "a,b,,\n1\n2,3,x,\n"))
    assert raw.rows["b"].tolist() == ["", "3"]


def test_quotes_and_tabs(tmp_path):
    raw = read_raw_table(write(tmp_path, "some.csv", 'a,b\n"x,\ny",2\n'))
    assert raw.rows["a"].tolist() == ["x,\ny"]
    raw = read_raw_table(write(tmp_path, "some.tsv", "a\tb\nx,y\t2\n"))
    assert raw.rows["a"].tolist() == ["x,y"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("some.csv", "", "found no rows; expected a header and at least one row"),
        ("some.csv", "a,b\n", "found no rows"),
        ("some.csv", "a,b\n,\n", "found no rows"),
        ("some.csv", b"a,b\n1,\xff\xff", "save it as 'CSV UTF-8'"),
        ("some.csv", "a,b\n1,2".encode("utf-16-le"), "zero bytes in the text"),
        ("some.csv", "a,b\n1,2,3\n4,5,6", "row 2, 3: found more cells than the header"),
        ("some.csv", "a,b,a\n1,2,3\n", "column a stands twice"),
        ("some.csv", 'a,b\n"1,2\n', "look for a quote that is not closed"),
        ("some.xlsx", b"PK nothing", "cannot be read as a spreadsheet"),
        ("some.geojson", "nothing", "cannot be read as a layer"),
        (
            "some.geojson",
            '{"type":"FeatureCollection","features":[]}',
            "found no rows",
        ),
        ("some.gpkg", b"", "cannot be read as a layer"),
        ("some.pdf", b"x", "expected a file that GDAL reads"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path, name, content, told):
    with pytest.raises(InputError) as caught:
        read_raw_table(write(tmp_path, name, content))
    assert told in str(caught.value)
    assert str(caught.value).startswith(name)


def test_empty_and_doubled_headers_of_sheets(tmp_path):
    with pytest.raises(InputError, match="sheet 'Sheet': found no rows"):
        read_raw_table(book(tmp_path, []))
    with pytest.raises(InputError, match="sheet 'Sheet': column v stands twice"):
        read_raw_table(book(tmp_path, [["v", "v"], [1, 2]]))


def test_sheets_are_chosen_by_name(tmp_path):
    content = openpyxl.Workbook()
    second = content.create_sheet("二")
    second.append(["a"])
    second.append(["x"])
    content.save(tmp_path / "some.xlsx")
    raw = read_raw_table(tmp_path / "some.xlsx", layer="二")
    assert raw.rows["a"].tolist() == ["x"]
    with pytest.raises(InputError, match=r"no sheet '三'; it has Sheet, 二; name one"):
        read_raw_table(tmp_path / "some.xlsx", layer="三")


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    for name in ("no.csv", "no.xlsx", "no.geojson"):
        with pytest.raises(InputError, match=f"{name}: there is no such file"):
            read_raw_table(tmp_path / name)


@pytest.mark.parametrize("name", ["some.xlsx", "some.ods", "some.zip"])
def test_a_bomb_is_not_opened(tmp_path, name):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("content.xml", bytes(21_000_000))
    with pytest.raises(InputError, match="unpacks to 21 MB") as caught:
        read_raw_table(path)
    assert "not opened" in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text.replace("</table:table-row>", "", 1), "mismatched tag"),
        (lambda text: text[:-40], "unclosed token|no element found"),
        (
            lambda text: text.replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', 1),
            "declares entities",
        ),
    ],
    ids=["tag", "end", "entity"],
)
def test_an_ods_that_breaks_off_is_refused_at_once(tmp_path, spoil, told):
    """Its reader would wait for the end of a row for ever."""
    path = tmp_path / "some.ods"
    write_ods(pd.DataFrame({"name": ["A", "B"]}), path)
    assert len(read_raw_table(path).rows) == 2
    with zipfile.ZipFile(path) as packed:
        text = packed.read("content.xml").decode()
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("content.xml", spoil(text))
    with pytest.raises(InputError, match=told):
        read_raw_table(path)


@pytest.mark.parametrize("declared", ["UTFF-8", "gbk", "unicode_escape", "base64"])
def test_an_ods_is_read_as_utf_8_whatever_it_declares(tmp_path, declared):
    path = tmp_path / "some.ods"
    write_ods(pd.DataFrame({"name": ["甲", "B"]}), path)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist()}
    body = parts["content.xml"].rpartition("?>")[2]
    parts["content.xml"] = f'<?xml version="1.0" encoding="{declared}"?>{body}'
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    assert read_raw_table(path).rows["name"].tolist() == ["甲", "B"]


@pytest.mark.parametrize("name", ["some.xlsx", "some.ods", "some.zip"])
@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_otherwise_is_refused(tmp_path, name, packing):
    with zipfile.ZipFile(tmp_path / name, "w", packing) as packed:
        packed.writestr("content.xml", "<a/>")
    with pytest.raises(InputError, match=r"content\.xml is packed by method 1[24]"):
        read_raw_table(tmp_path / name)


@pytest.mark.parametrize("name", ["some.xlsx", "some.ods", "some.zip"])
def test_an_archive_that_breaks_off_is_refused(tmp_path, name):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("content.xml", "<a/>")
    content = bytearray(path.read_bytes())
    # The directory says that the member is longer than the file.
    at = content.rindex(b"PK\x01\x02") + 20
    content[at : at + 4] = (10**6).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_raw_table(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_found(tmp_path, encoding, separator):
    rows = [["名称", "经度", "纬度"], ["甲，乙", "121.5", "31.2"]]
    text = "\n".join(separator.join(row) for row in rows)
    raw = read_raw_table(write(tmp_path, "some.csv", text.encode(encoding)))
    assert raw.rows.to_numpy().tolist() == rows[1:]
    assert list(raw.rows.columns) == rows[0]


def test_sheets_with_content_that_are_not_read_are_told(tmp_path):
    content = openpyxl.Workbook()
    content.active.append(["a"])
    content.active.append(["x"])
    content.create_sheet("二").append(["b"])
    content.create_sheet("空")
    content.save(tmp_path / "some.xlsx")
    (told,) = read_raw_table(tmp_path / "some.xlsx").warnings
    assert told.name == "sheets-not-read"
    assert "1 more sheets, which are not read: 二" in told.text
    assert not read_raw_table(tmp_path / "some.xlsx", layer="Sheet").warnings


def test_a_value_that_is_also_a_column_name_is_no_header(tmp_path):
    path = tmp_path / "facilities.csv"
    path.write_text("facility_id,name,status\nF1,A,closed\nF2,B,open\n")
    raw = read_raw_table(
        path, known=("facility_id", "name", "status", "closed", "open")
    )
    assert raw.problems == ()
    assert list(raw.rows["status"]) == ["closed", "open"]


def test_parquet_with_texts_that_are_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "some.parquet"
    rows = pd.DataFrame({"name": ["South court", "球场"], "x": [1.0, 2.0]})
    rows.to_parquet(path, compression=None)
    assert list(read_raw_table(path).rows["name"]) == list(rows["name"])
    path.write_bytes(path.read_bytes().replace(b"South", b"Sou\xffh"))
    with pytest.raises(InputError, match="cannot be read as GeoParquet"):
        read_raw_table(path)
