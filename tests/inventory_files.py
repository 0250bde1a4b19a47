"""Writes one inventory in every format that offices send, for tests."""

import zipfile
from xml.sax.saxutils import escape

import geopandas as gpd
import openpyxl
import pandas as pd
import xlwt

_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'office:version="1.2"><office:body><office:spreadsheet>'
    '<table:table table:name="设施">{}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
    'manifest:1.0"><manifest:file-entry manifest:full-path="/" '
    f'manifest:media-type="{_ODS_TYPE}"/></manifest:manifest>'
)


def rows_of(table):
    """Header and rows, nothing as an empty text."""
    body = table.astype(object).where(table.notna(), "")
    return [list(table.columns), *body.to_numpy().tolist()]


def write_xlsx(table, path):
    book = openpyxl.Workbook()
    for row in rows_of(table):
        book.active.append([None if one == "" else one for one in row])
    book.save(path)


def write_xls(table, path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("设施")
    for i, row in enumerate(rows_of(table)):
        for j, one in enumerate(row):
            sheet.write(i, j, one)
    book.save(str(path))


def write_ods(table, path):
    def cell(value):
        if isinstance(value, float):
            return (
                '<table:table-cell office:value-type="float" '
                f'office:value="{value!r}"/>'
            )
        if value == "":
            return "<table:table-cell/>"
        return (
            '<table:table-cell office:value-type="string"><text:p>'
            f"{escape(str(value))}</text:p></table:table-cell>"
        )

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        for row in rows_of(table)
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", _ODS_TYPE)
        packed.writestr("content.xml", _ODS.format(rows))
        packed.writestr("META-INF/manifest.xml", _MANIFEST)


def write_text(encoding, separator=","):
    def write(table, path):
        text = table.to_csv(index=False, sep=separator, lineterminator="\r\n")
        path.write_bytes(text.encode(encoding))

    return write


def write_shapefile(layer, path, *, driver, encoding):
    """Cut the names of columns to ten bytes, as other programs do; GBK has no .cpg."""
    names = [one for one in layer.columns if one != "geometry"]
    plain = layer.rename(columns={one: f"c{i}" for i, one in enumerate(names)})
    plain.to_file(path, engine="pyogrio", driver=driver, encoding=encoding)
    content = bytearray(path.with_suffix(".dbf").read_bytes())
    for i, one in enumerate(names, 1):
        content[32 * i : 32 * i + 11] = one.encode(encoding)[:10].ljust(11, b"\0")
    path.with_suffix(".dbf").write_bytes(content)
    if encoding != "UTF-8":
        path.with_suffix(".cpg").unlink()


def write_layer(crs, options):
    """Write points; `crs` is what the file names, x and y are its numbers."""

    def write(table, path):
        layer = gpd.GeoDataFrame(
            table.drop(columns=["x", "y"]),
            geometry=gpd.points_from_xy(table["x"], table["y"]),
            crs=crs,
        )
        layer.loc[table["x"].isna().to_numpy(), "geometry"] = None
        if path.suffix == ".parquet":
            layer.to_parquet(path)
        elif path.suffix == ".shp":
            write_shapefile(layer, path, **options)
        else:
            layer.to_file(path, engine="pyogrio", **options)

    return write


TABLE_FORMATS = {
    "utf8.csv": write_text("utf-8"),
    "utf8-mark.csv": write_text("utf-8-sig"),
    "utf16.csv": write_text("utf-16"),
    "gbk.csv": write_text("gbk"),
    "gb18030-semicolon.csv": write_text("gb18030", ";"),
    "tabs.tsv": write_text("utf-8", "\t"),
    "tabs.csv": write_text("utf-8", "\t"),
    "some.xlsx": write_xlsx,
    "some.xls": write_xls,
    "some.ods": write_ods,
}
LAYER_FORMATS = {
    "some.gpkg": {"driver": "GPKG"},
    "some.shp": {"driver": "ESRI Shapefile", "encoding": "UTF-8"},
    "gbk.shp": {"driver": "ESRI Shapefile", "encoding": "GB18030"},
    "some.geojson": {"driver": "GeoJSON", "COORDINATE_PRECISION": 9},
    "some.gdb": {"driver": "OpenFileGDB"},
    "some.parquet": {},
}


def write_inventory(table: pd.DataFrame, path, *, crs):
    """Write `table` with x and y to `path`, whose name is a key of the formats."""
    if path.name in TABLE_FORMATS:
        TABLE_FORMATS[path.name](table, path)
    else:
        write_layer(crs, LAYER_FORMATS[path.name])(table, path)
