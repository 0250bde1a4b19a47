"""A hundred ways to break the toy city, each with the message it gets."""

import json
import re
import zipfile
from dataclasses import dataclass

import openpyxl
import pandas as pd
import yaml
from toy_city import (
    EAST,
    NORTH,
    toy_areas,
    toy_profile,
    toy_streets,
    toy_study,
    toy_tables,
)

from circle.shipped import shipped_folder


@dataclass(frozen=True)
class Broken:
    """One broken input."""

    name: str
    """What is broken."""
    change: object
    """Breaks a toy city; gets its folder."""
    told: str
    """Part of the message."""
    file: str
    """The file that the message names."""


def table(name, change):
    """Break a table."""

    def write(folder):
        changed = change(toy_tables()[name].astype(object))
        changed.to_csv(folder / f"{name}.csv", index=False)

    return write


def cell(name, row, column, value):
    """Put a value into one cell; the first row below the header is 0."""

    def change(content):
        content.loc[row, column] = value
        return content

    return table(name, change)


def more(name, *rows: str):
    """Put rows of texts below a table."""

    def write(folder):
        path = folder / f"{name}.csv"
        text = path.read_text("utf-8") + "".join(f"{row}\n" for row in rows)
        path.write_text(text, "utf-8")

    return write


def raw(file, content):
    """Write a file as it is."""

    def write(folder):
        data = content if isinstance(content, bytes) else content.encode()
        (folder / file).write_bytes(data)

    return write


def study(change):
    """Break the study file."""

    def write(folder):
        content = toy_study()
        change(content)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / "study.yaml").write_text(text, "utf-8")

    return write


def study_text(old, new):
    """Change the text of the study file."""

    def write(folder):
        path = folder / "study.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return write


def profile(change):
    """Break the profile."""

    def write(folder):
        content = toy_profile()
        change(content)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / "profile.yaml").write_text(text, "utf-8")

    return write


def areas(change):
    """Break the subdistricts."""

    def write(folder):
        content = toy_areas()
        change(content["features"])
        (folder / "areas.geojson").write_text(json.dumps(content), "utf-8")

    return write


def sheet(name, change):
    """Make a spreadsheet of a table, break it, and let the study read it."""

    def write(folder):
        book = openpyxl.Workbook()
        page = book.active
        content = toy_tables()[name]
        page.append(list(content.columns))
        for row in content.itertuples(index=False):
            page.append([None if pd.isna(one) else one for one in row])
        change(page)
        book.save(folder / f"{name}.xlsx")
        study(lambda one: one[name].update(path=f"{name}.xlsx"))(folder)

    return write


def both(*changes: object):
    """Break more than one thing."""

    def write(folder):
        for change in changes:
            change(folder)

    return write


def ring(features, places, kind="Polygon"):
    """Give the first subdistrict another ring, in metres from the corner."""
    corners = [[EAST + x, NORTH + y] for x, y in places]
    features[0]["geometry"] = {"type": kind, "coordinates": [corners]}


def swapped(content):
    """Exchange x and y."""
    content[["x", "y"]] = content[["y", "x"]].to_numpy()
    return content


def shifted(dx=0.0, dy=0.0):
    """Move a table."""

    def change(content):
        content["x"], content["y"] = content["x"] + dx, content["y"] + dy
        return content

    return change


def title_over(page):
    """Put a row of merged titles above the header."""
    page.insert_rows(1)
    page.cell(1, 1, "居村")
    page.merge_cells("A1:D1")
    page.cell(1, 5, "坐标")
    page.merge_cells("E1:F1")


def bomb(folder):
    """Write a small file that unpacks to 30 MB."""
    path = folder / "facilities.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    study(lambda one: one["facilities"].update(path="facilities.xlsx"))(folder)


def without_sheets(folder):
    """Take the list of sheets out of a workbook."""
    sheet(F, lambda _: None)(folder)
    path = folder / "facilities.xlsx"
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    listed = re.compile(rb"<sheets>.*</sheets>", re.DOTALL)
    parts["xl/workbook.xml"] = listed.sub(b"<sheets/>", parts["xl/workbook.xml"])
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def totals(text):
    """Give the population control totals; None names a file that is not there."""

    def write(folder):
        if text is not None:
            (folder / "totals.csv").write_text(text, "utf-8")
        given = {"path": "totals.csv"}
        study(lambda one: one["population"].update(control_totals=given))(folder)

    return write


def year_as_date(page):
    """Type a year into a cell formatted as a date."""
    page.cell(1, 7, "启用日期")
    page.cell(2, 7, 2024).number_format = "yyyy-mm-dd"


def half_pbf(folder):
    """Write the first half of a street file, as a broken download leaves it."""
    whole = (shipped_folder("demo_district") / "streets.osm.pbf").read_bytes()
    (folder / "streets.osm.pbf").write_bytes(whole[: len(whole) // 2])
    study(lambda one: one["streets"].update(path="streets.osm.pbf"))(folder)


def drop(*path: str):
    """Take a key out of the study."""

    def change(content):
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return study(change)


def put(value, *path: str):
    """Put a value into the study."""

    def change(content):
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return study(change)


F, C, P, K = "facilities", "committees", "population", "candidates"
FILE = {name: f"{name}.csv" for name in (F, C, P, K)}
A, S, Y, R = "areas.geojson", "study.yaml", "profile.yaml", "streets.osm"


BROKEN = (
    # files
    Broken("empty-file", raw("facilities.csv", ""), "found no rows", FILE[F]),
    Broken(
        "header-only",
        raw("committees.csv", "编号,名称,类别,街镇编号,x,y\n"),
        "expected a header and at least one row",
        FILE[C],
    ),
    Broken(
        "blank-rows-only",
        raw("population.csv", "cell_id,人口,x,y\n,,,\n,,,\n"),
        "found no rows",
        FILE[P],
    ),
    Broken(
        "binary-as-csv",
        raw("facilities.csv", bytes(range(128, 256)) * 20),
        "neither UTF-8 nor GB18030",
        FILE[F],
    ),
    Broken(
        "open-quote",
        raw("facilities.csv", 'facility_id,name,type,x,y\n"F1,a,b,1,2\n'),
        "quote",
        FILE[F],
    ),
    Broken(
        "more-cells-than-header",
        more(F, "F20,a,clinic,open,501000,3430000,x,y"),
        "more cells than the header",
        FILE[F],
    ),
    Broken(
        "column-twice",
        raw(
            "candidates.csv",
            "candidate_id,name,name,route,type_ids,x,y\n"
            "K1,a,b,build,clinic,501000,3430000\n",
        ),
        "twice",
        FILE[K],
    ),
    Broken(
        "missing-file", put("nowhere.csv", "facilities", "path"), "there is no file", S
    ),
    Broken("folder-for-a-file", put(".", "facilities", "path"), "there is no file", S),
    Broken(
        "not-a-spreadsheet",
        both(
            raw("facilities.xlsx", "PK nothing"),
            put("facilities.xlsx", "facilities", "path"),
        ),
        "cannot be read as a spreadsheet",
        "facilities.xlsx",
    ),
    Broken(
        "no-such-sheet",
        both(
            sheet(F, lambda _: None),
            study(
                lambda one: one["facilities"].update(
                    path="facilities.xlsx", layer="设施"
                )
            ),
        ),
        "found no sheet '设施'",
        "facilities.xlsx",
    ),
    Broken("no-sheet", without_sheets, "found no sheet in it", "facilities.xlsx"),
    Broken("zip-bomb", bomb, "unpacks to 30 MB", "facilities.xlsx"),
    Broken(
        "not-a-layer", raw("areas.geojson", "nothing"), "cannot be read as a layer", A
    ),
    Broken(
        "half-a-layer",
        raw("areas.geojson", json.dumps(toy_areas())[:300]),
        "cannot be read as a layer",
        A,
    ),
    Broken(
        "empty-layer",
        raw("areas.geojson", '{"type":"FeatureCollection","features":[]}'),
        "found no rows",
        A,
    ),
    Broken(
        "unknown-ending",
        both(raw("facilities.pdf", "x"), put("facilities.pdf", "facilities", "path")),
        "expected a file that GDAL reads",
        "facilities.pdf",
    ),
    # dates and levels
    Broken(
        "not-a-date",
        table(F, lambda one: one.assign(启用日期="去年")),
        "found '去年'; expected a date",
        FILE[F],
    ),
    Broken(
        "no-such-day",
        table(F, lambda one: one.assign(关闭日期="2026-02-30")),
        "found '2026-02-30'; expected a date",
        FILE[F],
    ),
    Broken(
        "closed-before-it-opened",
        table(F, lambda one: one.assign(opened="2020-01", closed="2019年12月")),
        "a closing date that is not after the opening date",
        FILE[F],
    ),
    Broken("year-in-a-date-cell", sheet(F, year_as_date), "found the year 2024", F),
    Broken(
        "unknown-level",
        table(F, lambda one: one.assign(level="国家级")),
        "found '国家级'; expected committee",
        FILE[F],
    ),
    # control totals
    Broken("totals-missing", totals(None), "there is no file", S),
    Broken(
        "totals-of-nowhere",
        totals("街镇编号,人口\nZ9,100\n"),
        "found subdistrict Z9",
        "totals.csv",
    ),
    Broken(
        "totals-in-halves",
        totals("街镇编号,人口\nA1,100.5\n"),
        "with decimals",
        "totals.csv",
    ),
    Broken(
        "totals-with-a-sum",
        totals("街镇编号,人口\nA1,100\nB1,200\n合计,300\n"),
        "a row of totals",
        "totals.csv",
    ),
    Broken(
        "total-of-the-district",
        totals("街镇编号,人口\nA1,100\nB1,200\n全区合计,300\n"),
        "a row of totals '全区合计'",
        "totals.csv",
    ),
    Broken(
        "totals-with-a-note",
        totals("街镇编号,人口\nA1,100\n注：含流动人口,\n"),
        "a text that is no record",
        "totals.csv",
    ),
    Broken(
        "totals-without-people",
        totals("街镇编号,户数\nA1,100\n"),
        "no column for 'population'",
        "totals.csv",
    ),
    Broken(
        "negative-total",
        totals("街镇编号,人口\nA1,-100\n"),
        "found -100",
        "totals.csv",
    ),
    Broken(
        "total-in-words",
        totals("街镇编号,人口\nA1,约一百\n"),
        "expected a number",
        "totals.csv",
    ),
    Broken(
        "subdistrict-with-two-totals",
        totals("街镇,人口\nA1,100\nCross Street,90\n"),
        "more than one row for subdistrict A1",
        "totals.csv",
    ),
    # headers and rows
    Broken(
        "missing-column",
        table(C, lambda one: one.drop(columns="类别")),
        "no column for 'kind'",
        FILE[C],
    ),
    Broken(
        "two-missing-columns",
        table(K, lambda one: one.drop(columns=["route", "type_ids"])),
        "no column for 'type_ids'",
        FILE[K],
    ),
    Broken(
        "no-coordinate-columns",
        table(C, lambda one: one.drop(columns=["x", "y"])),
        "no column for 'x'; expected one of: x, 经度",
        FILE[C],
    ),
    Broken(
        "no-people-column",
        table(P, lambda one: one.drop(columns="人口")),
        "no column for 'population'",
        FILE[P],
    ),
    Broken(
        "mapped-column-missing",
        put({"facility_id": "kode"}, "facilities", "columns"),
        "no column 'kode'",
        FILE[F],
    ),
    Broken(
        "header-in-two-rows",
        sheet(C, title_over),
        "column names above the header row",
        "committees.xlsx",
    ),
    Broken(
        "merged-cells",
        sheet(C, lambda page: page.merge_cells("D2:D3")),
        "merged",
        "committees.xlsx",
    ),
    Broken("total-row", more(P, "合计,735,,"), "total", FILE[P]),
    Broken("subtotal-row", more(P, "小计,100,,"), "total", FILE[P]),
    Broken(
        "note-row",
        more(F, "备注：以上为2025年底数据,,,,,"),
        "found a text that is no record",
        FILE[F],
    ),
    Broken(
        "header-repeated",
        more(C, "编号,名称,类别,街镇编号,x,y"),
        "found a header again",
        FILE[C],
    ),
    # values
    Broken(
        "text-in-a-number",
        cell(P, 2, "人口", "约200"),
        "found '约200'; expected a number",
        FILE[P],
    ),
    Broken(
        "number-with-unit",
        cell(K, 0, "floor_area_m2", "300平方米"),
        "expected a number",
        FILE[K],
    ),
    Broken("thousands-comma", cell(P, 2, "人口", "1,200"), "found '1,200'", FILE[P]),
    Broken("infinite-number", cell(P, 2, "人口", "inf"), "found 'inf'", FILE[P]),
    Broken(
        "full-width-words", cell(P, 2, "人口", "２００人"), "expected a number", FILE[P]
    ),
    Broken(
        "negative-population",
        cell(P, 3, "人口", -5),
        "found -5; expected 0 or more",
        FILE[P],
    ),
    Broken(
        "negative-area", cell(K, 0, "floor_area_m2", -1), "expected 0 or more", FILE[K]
    ),
    Broken("negative-cost", cell(K, 1, "cost_10k", -800), "found -800", FILE[K]),
    Broken(
        "empty-population", cell(P, 3, "人口", None), "empty; expected a value", FILE[P]
    ),
    Broken("formula-error", cell(P, 3, "人口", "#REF!"), "found '#REF!'", FILE[P]),
    Broken(
        "duplicate-facility",
        cell(F, 1, "facility_id", "F1"),
        "facility_id F1 more than once",
        FILE[F],
    ),
    Broken(
        "duplicate-committee",
        cell(C, 1, "编号", "C1"),
        "committee_id C1 more than once",
        FILE[C],
    ),
    Broken(
        "duplicate-cell",
        cell(P, 1, "cell_id", "G01"),
        "cell_id G01 more than once",
        FILE[P],
    ),
    Broken(
        "duplicate-candidate",
        cell(K, 1, "candidate_id", "K1"),
        "candidate_id K1 more than once",
        FILE[K],
    ),
    Broken(
        "empty-id", cell(F, 2, "facility_id", None), "empty; expected a value", FILE[F]
    ),
    Broken(
        "cut-code",
        cell(C, 0, "编号", "9.99001E+11"),
        "expected every digit of the code",
        FILE[C],
    ),
    Broken(
        "unknown-type",
        cell(F, 0, "type", "teahouse"),
        "unknown facility type teahouse",
        FILE[F],
    ),
    Broken("empty-type", cell(F, 0, "type", None), "empty; expected a value", FILE[F]),
    Broken(
        "unknown-type-of-candidate",
        cell(K, 0, "type_ids", "clinic、teahouse"),
        "unknown facility type teahouse",
        FILE[K],
    ),
    Broken(
        "unknown-status",
        cell(F, 0, "status", "maybe"),
        "found 'maybe'; expected open",
        FILE[F],
    ),
    Broken(
        "unknown-kind",
        cell(C, 0, "类别", "家委"),
        "found '家委'; expected resident",
        FILE[C],
    ),
    Broken(
        "unknown-route",
        cell(K, 0, "route", "buy"),
        "found 'buy'; expected reuse",
        FILE[K],
    ),
    Broken(
        "unknown-subdistrict",
        cell(C, 0, "街镇编号", "Z9"),
        "found subdistrict Z9; expected one of A1, B1",
        FILE[C],
    ),
    Broken(
        "empty-subdistrict",
        cell(C, 0, "街镇编号", None),
        "empty; expected a value",
        FILE[C],
    ),
    # places
    Broken(
        "committee-without-place",
        table(
            C, lambda one: one.assign(x=[None, *one["x"][1:]], y=[None, *one["y"][1:]])
        ),
        "found no coordinates",
        FILE[C],
    ),
    Broken(
        "cell-without-place",
        table(
            P, lambda one: one.assign(x=[None, *one["x"][1:]], y=[None, *one["y"][1:]])
        ),
        "found no coordinates",
        FILE[P],
    ),
    Broken(
        "half-a-place",
        cell(F, 0, "y", None),
        "found one coordinate without the other",
        FILE[F],
    ),
    Broken(
        "text-as-coordinate",
        cell(F, 0, "x", "121°30′"),
        "found '121°30′'; expected a number",
        FILE[F],
    ),
    Broken(
        "zero-place",
        both(
            table(F, lambda one: one.assign(x=[0, *one["x"][1:]], y=[0, *one["y"][1:]]))
        ),
        "the coordinates 0, 0",
        FILE[F],
    ),
    Broken("swapped", table(F, swapped), "the other way round", FILE[F]),
    Broken("swapped-committees", table(C, swapped), "the other way round", FILE[C]),
    Broken("zone-prefix", table(F, shifted(41e6)), "zone number 41", FILE[F]),
    Broken(
        "degrees-in-metres",
        table(C, lambda one: one.assign(x=123.0, y=31.0)),
        "longitude and latitude in degrees",
        FILE[C],
    ),
    Broken(
        "metres-in-degrees",
        put("WGS-84", "facilities", "crs"),
        "they look like metres",
        FILE[F],
    ),
    Broken(
        "wrong-zone",
        put("EPSG:4548", "facilities", "crs"),
        "write `crs: EPSG:4550`",
        FILE[F],
    ),
    Broken(
        "other-district",
        table(F, shifted(0, 200_000)),
        "km of the subdistricts",
        FILE[F],
    ),
    Broken(
        "no-people-inside",
        table(P, shifted(8_000)),
        "no cell lies inside the subdistricts",
        S,
    ),
    Broken(
        "unknown-crs",
        put("Mars 2000", "committees", "crs"),
        "is not a known coordinate system",
        S,
    ),
    Broken(
        "no-public-crs",
        put("上海2000", "facilities", "crs"),
        "its parameters are not public",
        S,
    ),
    Broken(
        "web-mercator-to-measure-in",
        put("EPSG:3857", "crs"),
        "refused for measuring: web Mercator stretches",
        S,
    ),
    Broken(
        "degrees-to-measure-in",
        put("EPSG:4326", "crs"),
        "expected a projected system in metres",
        S,
    ),
    # areas
    Broken(
        "empty-area",
        areas(lambda one: one[0].update(geometry=None)),
        "an empty area",
        A,
    ),
    Broken(
        "bow-tie",
        areas(
            lambda one: ring(
                one, [(0, -1500), (3000, 1500), (3000, -1500), (0, 1500), (0, -1500)]
            )
        ),
        "an area that is not valid",
        A,
    ),
    Broken(
        "point-for-area",
        areas(
            lambda one: one[0].update(
                geometry={"type": "Point", "coordinates": [EAST, NORTH]}
            )
        ),
        "found Point; expected MultiPolygon or Polygon",
        A,
    ),
    Broken(
        "overlapping-areas",
        areas(
            lambda one: ring(
                one,
                [
                    (2000, -1500),
                    (6000, -1500),
                    (6000, 1500),
                    (2000, 1500),
                    (2000, -1500),
                ],
            )
        ),
        "more than half of the smaller one",
        A,
    ),
    Broken(
        "duplicate-area",
        areas(lambda one: one[1]["properties"].update(街镇编号="A1")),
        "subdistrict_id A1 more than once",
        A,
    ),
    Broken(
        "unknown-area-class",
        areas(lambda one: one[0]["properties"].update(地区类型="市区")),
        "found '市区'; expected urban",
        A,
    ),
    Broken(
        "no-area-class",
        areas(lambda one: [x["properties"].pop("地区类型") for x in one]),
        "no area class",
        A,
    ),
    Broken(
        "no-area-name",
        areas(lambda one: [x["properties"].pop("街镇名称") for x in one]),
        "no column for 'name'",
        A,
    ),
    Broken(
        "table-for-areas",
        both(
            raw("areas.csv", "街镇编号,街镇名称,地区类型\nA1,x,urban\n"),
            put("areas.csv", "subdistricts", "path"),
        ),
        "has no polygons",
        "areas.csv",
    ),
    # streets
    Broken(
        "half-downloaded-pbf", half_pbf, "it may be half-downloaded", "streets.osm.pbf"
    ),
    Broken(
        "broken-xml",
        raw("streets.osm", toy_streets()[:400]),
        "it may be half-downloaded",
        R,
    ),
    Broken(
        "no-streets",
        raw("streets.osm", '<osm version="0.6"></osm>'),
        "found no street",
        R,
    ),
    Broken(
        "no-ways-for-people",
        raw("streets.osm", toy_streets(tags=(("railway", "rail"),))),
        "found no street that can be walked",
        R,
    ),
    Broken(
        "web-page-for-streets",
        raw("streets.osm", "<html><body>404</body></html>"),
        "Unknown top-level element: html",
        R,
    ),
    # study and profile
    Broken("not-yaml", study_text("name: toy", "name: [toy"), "is not valid YAML", S),
    Broken(
        "key-twice",
        study_text("language: en", "language: en\nlanguage: zh"),
        "the key 'language' stands twice",
        S,
    ),
    Broken(
        "tabs-in-yaml", study_text("name: toy", "\tname: toy"), "is not valid YAML", S
    ),
    Broken(
        "list-for-a-study",
        raw("study.yaml", "- a\n- b\n"),
        "expected 'key: value' lines",
        S,
    ),
    Broken("empty-study", raw("study.yaml", ""), "found nothing", S),
    Broken(
        "study-in-gbk",
        raw("study.yaml", "name: 评估\n".encode("gbk")),
        "is not UTF-8",
        S,
    ),
    Broken("unknown-key", put(1, "facilites"), "Did you mean 'facilities'?", S),
    Broken("missing-key", drop("facilities"), "facilities: is missing", S),
    Broken("no-crs-of-a-file", drop("facilities", "crs"), "crs: is missing", S),
    Broken("wrong-version", put(2, "version"), "version: found 2", S),
    Broken("unknown-language", put("fr", "language"), "language: found 'fr'", S),
    Broken("switch-for-a-number", put(True, "siting", "sites"), "switches", S),
    Broken(
        "negative-sites", put(-1, "siting", "sites"), "found -1; expected 0 or more", S
    ),
    Broken(
        "unknown-population-kind",
        put("guess", "population", "kind"),
        "population: found",
        S,
    ),
    Broken(
        "streets-missing", drop("streets"), "give either `streets:` or `screening:`", S
    ),
    Broken("unknown-profile", put("nowhere", "profile"), "circle ships", "nowhere"),
    Broken(
        "profile-with-unknown-key",
        profile(lambda one: one.update(colour="red")),
        "colour: unknown key",
        Y,
    ),
    Broken(
        "profile-type-twice",
        profile(lambda one: one["types"].append(one["types"][0])),
        "clinic",
        Y,
    ),
    Broken(
        "profile-without-rule",
        profile(lambda one: one.pop("rule")),
        "rule: is missing",
        Y,
    ),
    Broken(
        "types-not-in-profile",
        put(["teahouse"], "facilities", "types"),
        "found teahouse",
        S,
    ),
)
