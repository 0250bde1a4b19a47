"""Maps: what is in the pages, that names are only text, that nothing is fetched."""

import base64
import html
import io
import json
import os
import re
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio.features
import shapely
from atlas_toy import CRS, ORIGIN, PROFILE, REQUIRED
from atlas_toy import toy as square_toy
from PIL import Image

from circle.assessment import Assessment
from circle.atlas import _draw, district_map, subdistrict_map, write_atlas
from circle.atlas_page import data_block
from circle.atlas_palette import SHARE_COLOURS, share_breaks
from circle.atlas_raster import CellGrid, lay_out, paint
from circle.atlas_shapes import pack_backdrop, pack_line
from circle.atlas_sheet import AREAS, Sheet, page_names, shown_facilities
from circle.errors import CircleBug, CircleWarning, OutputError
from circle.html_pages import check_self_contained
from circle.map_areas import MapAreas, measure_map_areas
from circle.offsets import shift_to
from circle.output_settings import TileServer
from circle.words import WORDS, word

Pages = tuple[Path, tuple[Path, ...]]
HOSTILE = (
    "</script><script>window.hacked=1</script>",
    '<img src=x onerror="window.hacked=1">',
    "`${window.hacked=1}`",
    "{{ 7 * 7 }}{% raise %}",
    "a\"b'c\nd\u2028e\\",
    "长" * 200,
)


def hostile(kind: str, number: int) -> str:
    return f"{kind}{number}{HOSTILE[number % len(HOSTILE)]}"


@pytest.fixture(scope="module")
def small():
    return square_toy()


@pytest.fixture(scope="module")
def pages(small: Assessment, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("atlas")
    return folder, write_atlas(small, folder)


def data_of(text: str) -> dict:
    found = re.search(
        r'<script type="application/json" id="atlas-data">(.*?)</script>', text, re.S
    )
    return json.loads(found.group(1))


def test_one_page_for_the_district_and_each_subdistrict(pages: Pages):
    folder, paths = pages
    assert [one.relative_to(folder).as_posix() for one in paths] == [
        "district.html",
        *[f"subdistricts/S0{number}.html" for number in range(4)],
    ]
    assert all(one.is_file() for one in paths)


def test_same_assessment_gives_same_bytes(
    pages: Pages, small: Assessment, tmp_path: Path
):
    again = write_atlas(small, tmp_path)
    for one, other in zip(pages[1], again, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_page_holds_the_headline_with_its_denominator(pages: Pages, small: Assessment):
    pairs = small.committee_reach.covered[:, REQUIRED]
    text = pages[1][0].read_text(encoding="utf-8")
    assert f"{pairs.mean():.1%}" in text
    assert f"{pairs.sum()} / {pairs.size} 个（居村，必备类型）项" in text


@pytest.mark.parametrize("number", [0, 1])
def test_page_says_by_which_standard(pages: Pages, number: int):
    text = html.unescape(pages[1][number].read_text(encoding="utf-8"))
    assert PROFILE.title["zh"] in text
    assert PROFILE.edition in text
    assert PROFILE.note["zh"] in text
    assert "步行 4 公里/小时，骑行 12 公里/小时（待核实）" in text
    assert "时限：15 分钟（含）" in text


def test_links_lead_to_the_other_files(pages: Pages):
    index = pages[1][0].read_text(encoding="utf-8")
    page = pages[1][1].read_text(encoding="utf-8")
    assert 'href="gaps.xlsx"' in index
    assert 'href="run.json"' in index
    assert 'href="subdistricts/S00.html"' in index
    assert 'href="../gaps.xlsx"' in page
    assert 'href="../district.html"' in page


def test_committees_carry_every_time_and_name(pages: Pages, small: Assessment):
    data = data_of(pages[1][0].read_text(encoding="utf-8"))
    reach = small.committee_reach
    assert len(data["committees"]["rows"]) == len(small.city.committees)
    for row, one in enumerate(data["committees"]["rows"]):
        covered = reach.covered[row]
        assert one["covered"] == "".join("01"[int(yes)] for yes in covered)
        assert one["missing"] == int((~covered & REQUIRED).sum())
        for column, minutes in enumerate(one["time"]):
            expected = reach.time_s[row, column] / 60
            if np.isnan(expected):
                assert minutes is None
                assert one["near"][column] == -1
                continue
            assert minutes == pytest.approx(expected, abs=0.1)
            assert (minutes <= 15) == covered[column]
            name = small.city.facilities["name"][reach.facility[row, column]]
            shown = data["committees"]["near"][one["near"][column]]
            assert shown == ("" if pd.isna(name) else name)


def test_every_facility_is_under_its_type_with_its_status(
    pages: Pages, small: Assessment
):
    data = data_of(pages[1][0].read_text(encoding="utf-8"))
    for number, type_id in enumerate(PROFILE.type_ids):
        own = small.city.facilities[small.city.facilities["type_id"] == type_id]
        statuses = ("open", "planned", "building", "closed")
        shown = data["facilities"][number]
        assert [statuses[one[2]] for one in shown] == own["status"].tolist()


def test_places_are_wgs84_to_six_decimals(pages: Pages, small: Assessment):
    data = data_of(pages[1][0].read_text(encoding="utf-8"))
    to_degrees = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    place = small.city.committees.geometry[0]
    lon, lat = to_degrees.transform(place.x, place.y)
    assert data["committees"]["rows"][0]["at"] == [round(lat * 1e6), round(lon * 1e6)]


def test_subdistrict_page_has_its_own_committees_and_items_only(
    pages: Pages, small: Assessment
):
    text = pages[1][1].read_text(encoding="utf-8")
    data = data_of(text)
    own = small.city.committees.query("subdistrict_id == 'S00'")
    items = small.missing_items.query("subdistrict_id == 'S00'")
    names = [one["name"] for one in data["committees"]["rows"]]
    assert names == own["name"].tolist()
    body = text[text.index('<section id="items">') :]
    assert body.count("<tr>") == len(items) + 1
    assert f"({len(items)})" in body
    assert [one["own"] for one in data["subdistricts"]] == [True, False, False, False]


def test_subdistrict_page_has_facilities_within_three_kilometres():
    wide = square_toy(3, 4000, facilities=600)
    area = wide.city.subdistricts.geometry[0]
    near = shown_facilities(Sheet(wide, "S00"))
    distance_m = shapely.distance(wide.city.facilities.geometry.to_numpy(), area)
    assert set(near["facility_id"]) == set(
        wide.city.facilities["facility_id"][distance_m <= 3000]
    )
    assert 0 < len(near) < len(wide.city.facilities)


def test_facilities_without_a_place_are_left_out():
    one = square_toy()
    facilities = one.city.facilities.copy()
    facilities.loc[3, "geometry"] = None
    object.__setattr__(one.city, "facilities", facilities)
    assert len(shown_facilities(Sheet(one))) == len(facilities) - 1
    assert "S01" in str(data_of(district_map(one).get_root().render()))


def test_hostile_names_stay_text(tmp_path: Path):
    one = square_toy(name=hostile, title="<b>标题</b>`${1}`{{ 7 * 7 }}")
    one.warnings = (CircleWarning("x", "<script>window.hacked=1</script>"),)
    for path in write_atlas(one, tmp_path):
        text = path.read_text(encoding="utf-8")
        assert "<script>window.hacked" not in text
        assert "<img" not in text.split("<body>")[1].split("<script>")[0]
        assert "<b>标题" not in text
        assert "49" not in re.search(r"<title>(.*?)</title>", text).group(1)
    data = data_of((tmp_path / "district.html").read_text(encoding="utf-8"))
    names = [row["name"] for row in data["committees"]["rows"]]
    assert names == one.city.committees["name"].tolist()


def test_hostile_codes_stay_in_the_folder(tmp_path: Path):
    codes = ["../../x", "CON", "a", "A", "", "index"]
    one = square_toy(3, code=lambda number: [*codes, "x", "y", "z"][number])
    paths = write_atlas(one, tmp_path / "deep" / "maps")
    inside = tmp_path / "deep" / "maps" / "subdistricts"
    assert all(path.resolve().parent == inside.resolve() for path in paths[1:])
    assert len({path.name.casefold() for path in paths[1:]}) == 9


@pytest.mark.parametrize("code", ["../x", "a/b", "CON", "x.html", "", "街道", "\udc80"])
def test_page_names_are_plain(code: str):
    name = page_names([code])[code]
    assert re.fullmatch(r"[A-Za-z0-9-]+\.html", name)
    assert name != f"{code}.html"


def test_page_name_that_imitates_a_digest_is_refused():
    taken = page_names(["../x"])["../x"].removesuffix(".html")
    with pytest.raises(CircleBug, match="two subdistrict codes"):
        page_names(["../x", taken])


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        "<img src='http://tile.example/1.png'>",
        '<a href="javascript:alert(1)">x</a>',
        "<style>@import 'x.css';</style>",
        "<style>a { background: url( 'https://x.example/a.png' ) }</style>",
        "<style>a { background: url(images/a.png) }</style>",
        '<p style="background: url(//x.example/a)">x</p>',
        '<script>L.tileLayer("https://tile.example/{z}")</script>',
        "<script>fetch('a.json')</script>",
    ],
)
def test_anything_from_outside_is_refused(text: str):
    with pytest.raises(CircleBug, match="resources outside itself"):
        check_self_contained(text)


@pytest.mark.parametrize(
    "text",
    [
        '<a href="../district.html">x</a>',
        '<link rel="icon" href="data:," />',
        '<style>a { background: url("data:image/png;base64,AA") }</style>',
        '<script>document.createElementNS("http://www.w3.org/2000/svg", "g")</script>',
        '<p>src="https://x.example" @import url(//x)</p>',
        data_block(['<img src="https://x.example/1.png">']),
    ],
)
def test_own_parts_and_plain_text_pass(text: str):
    check_self_contained(text)


def test_no_address_of_a_library_is_left(pages: Pages):
    text = pages[1][0].read_text(encoding="utf-8")
    found = set(re.findall(r"https?://[^\s\"'<>)]*", text))
    comments = {
        "https://leafletjs.com",
        "https://bugzilla.mozilla.org/show_bug.cgi?id=888319",
    }
    assert found <= {*comments, "http://www.w3.org/2000/svg"}
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", text)


def test_data_that_json_cannot_hold_is_a_bug():
    with pytest.raises(CircleBug, match="cannot be written as JSON"):
        data_block({"time": float("nan")})


def test_unknown_subdistrict_is_a_bug(small: Assessment):
    with pytest.raises(CircleBug, match="no subdistrict 'S99'"):
        subdistrict_map(small, "S99")


def test_folder_that_is_a_file_is_told(small: Assessment, tmp_path: Path):
    (tmp_path / "maps").write_text("x")
    with pytest.raises(OutputError, match=r"district\.html: cannot be written"):
        write_atlas(small, tmp_path / "maps")


def test_without_committees_cells_and_gap_clusters_take_over(tmp_path: Path):
    one = square_toy(with_committees=False, language="en")
    paths = write_atlas(one, tmp_path)
    row = one.coverage.iloc[0]
    index = paths[0].read_text(encoding="utf-8")
    assert f"{row.person_item_share:.1%}" in index
    assert "pairs" not in index.split('id="panel"')[1].split("</aside>")[0]
    page = paths[1].read_text(encoding="utf-8")
    assert "片区0" in page[page.index('<section id="items">') :]


def test_pages_without_results_can_be_drawn(tmp_path: Path):
    one = square_toy()
    one.missing_items = one.missing_items.iloc[:0]
    one.gap_clusters = one.gap_clusters.iloc[:0]
    one.sites = one.sites.iloc[:0]
    nowhere_far = np.zeros_like(one.cell_reach.time_s)
    one.cell_reach = replace(one.cell_reach, time_s=nowhere_far)
    paths = write_atlas(one, tmp_path)
    page = paths[1].read_text(encoding="utf-8")
    assert word("no_missing_items", "zh") in page
    assert data_of(page)["cells"] is None


def test_subdistrict_without_people_has_no_figure_rather_than_zero():
    one = square_toy()
    own = one.coverage["area_id"] == "S02"
    shares = ["pair_share", "person_item_share", "population_complete_share"]
    one.coverage.loc[own, shares] = np.nan
    text = district_map(one).get_root().render()
    found = data_of(text)["subdistricts"][2]
    assert found["share"] == ""
    assert found["colour"] not in SHARE_COLOURS
    assert word("no_figure", "zh") in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_is_there(language: str):
    for key in WORDS:
        text = word(key, language)
        assert text.strip()
        other = word(key, "en" if language == "zh" else "zh")
        fields = re.findall(r"\{\w+\}", text)
        assert sorted(fields) == sorted(re.findall(r"\{\w+\}", other)), key


def test_english_words_hold_no_chinese():
    han = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")
    assert not [key for key in WORDS if han.search(word(key, "en"))]


def test_unknown_word_is_a_bug():
    with pytest.raises(CircleBug, match="no text 'nonsense'"):
        word("nonsense", "zh")


@pytest.mark.parametrize(
    "shares", [[0.9, 0.91], [0.2, 0.4], [0.99, 0.999], [1.0, 0.95], [0.0, 0.59]]
)
def test_shares_of_one_class_are_told_apart(shares: list[float]):
    breaks = share_breaks(shares)
    assert list(breaks) == sorted(set(breaks))
    assert len({sum(share >= one for one in breaks) for share in shares}) == 2


def test_packed_line_unpacks_to_the_same_places():
    line = shapely.LineString([(121.5, 31.2), (121.6, 31.25), (121.55, 31.3)])
    steps = np.array(pack_line(line)).reshape(-1, 2)
    places = np.cumsum(steps, axis=0)[:, ::-1] / 1e6
    assert np.allclose(places, shapely.get_coordinates(line), atol=1e-6)


def test_backdrop_keeps_to_its_budget(small: Assessment):
    x, y = ORIGIN
    t = np.linspace(0, 400, 40_000)
    wave = shapely.LineString(np.column_stack([x + t * 10, y + 300 * np.sin(t)]))
    backdrop = small.city.backdrop.iloc[:1].copy()
    backdrop.loc[0, "kind"] = "major"
    backdrop.loc[0, "geometry"] = wave
    packed = pack_backdrop(
        backdrop, (x, y - 400, x + 4000, y + 400), kinds=["major"], most_vertices=500
    )
    assert sum(len(line) // 2 for line in packed["major"]) <= 500
    assert packed["major"]


def test_pixels_lie_on_their_cells():
    draw = np.random.default_rng(3)
    n = 60
    x, y = np.meshgrid(np.arange(n) * 100.0, np.arange(n) * 100.0)
    xy = np.column_stack([x.ravel(), y.ravel()]) + ORIGIN
    classes = draw.integers(0, 3, len(xy))
    lattice = lay_out(CellGrid(xy, 100.0, CRS))
    uri = paint(lattice, classes, colours=("#ff0000", "#00ff00"))
    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    south, west, north, east = lattice.corners
    mercator = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    (left, right), (bottom, top) = mercator.transform([west, east], [south, north])
    to_mercator = pyproj.Transformer.from_crs(CRS, 3857, always_xy=True)
    # The middle of each cell, found as a web map would place the picture.
    at_x, at_y = to_mercator.transform(xy[:, 0], xy[:, 1])
    column = ((at_x - left) / (right - left) * picture.shape[1]).astype(int)
    row = ((top - at_y) / (top - bottom) * picture.shape[0]).astype(int)
    seen = picture[row, column]
    expected = np.array([[255, 255, 255, 0], [255, 0, 0, 255], [0, 255, 0, 255]])
    assert (seen[:, 3] == expected[classes][:, 3]).all()
    assert (seen[classes > 0] == expected[classes[classes > 0]]).all()


def pixels(uri: str) -> np.ndarray:
    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


@pytest.fixture(scope="module")
def travelled(toy: Assessment, tmp_path_factory: pytest.TempPathFactory):
    """Pages of the toy city, which has streets."""
    areas = measure_map_areas(toy.city, toy.sites)
    return areas, write_atlas(toy, tmp_path_factory.mktemp("toy"), areas=areas)


def test_bands_are_painted_as_they_are_measured(travelled):
    areas, paths = travelled
    bands = areas.bands
    shown = data_of(paths[0].read_text(encoding="utf-8"))["bands"]
    south, west, north, east = bands.grid.corners
    np.testing.assert_allclose(
        shown["bounds"], [[south, west], [north, east]], atol=1e-6
    )
    for band, uri, legend in zip(
        bands.band, shown["types"], shown["legends"], strict=True
    ):
        colours = [tuple(bytes.fromhex(one[1:])) for one, _ in legend]
        assert [text for _, text in legend] == ["within 5 min", "5–10 min", "10–15 min"]
        picture = pixels(uri)
        assert ((picture[..., 3] > 0) == (band > 0)).all()
        for number, colour in enumerate(colours, start=1):
            assert (picture[band == number][:, :3] == colour).all()
    own = data_of(paths[1].read_text(encoding="utf-8"))["bands"]
    assert own["bounds"] != shown["bounds"]
    assert pixels(own["types"][0]).shape[1] < pixels(shown["types"][0]).shape[1]


def test_pages_are_drawn_without_threads(toy, tmp_path: Path, monkeypatch):
    """Threads shared prepared shapes and filters of warnings: one run in many fell."""
    burn, started = rasterio.features.rasterize, []

    def noted(*args: object, **kwargs: object) -> np.ndarray:
        started.append(threading.current_thread())
        return burn(*args, **kwargs)

    monkeypatch.setattr(rasterio.features, "rasterize", noted)
    write_atlas(toy, tmp_path)
    assert len(started) > len(toy.city.subdistricts)
    assert set(started) == {threading.main_thread()}


def test_sites_carry_their_areas_and_candidates_are_there(travelled, toy: Assessment):
    areas, paths = travelled
    data = data_of(paths[0].read_text(encoding="utf-8"))
    assert len(toy.sites) > 0
    assert [int(one) for one in data["areas"]] == list(areas.sites["step"])
    assert [one[2] for one in data["candidates"]] == list(toy.city.candidates["name"])
    text = paths[0].read_text(encoding="utf-8")
    switches = re.findall(r'type="checkbox" data-layer="(\w+)"', text)
    assert {"bands", "areas", "candidates"} <= set(switches)
    assert "tiles" not in switches
    assert "img-src data:;" in text


def test_a_city_without_streets_has_no_bands(pages: Pages):
    text = pages[1][0].read_text(encoding="utf-8")
    assert data_of(text)["bands"] is None
    assert 'id="band-legend"' not in text


TILES = {
    "url": "https://{s}.tiles.example/{z}/{x}/{y}.png",
    "attribution": "<b>map</b> of somebody",
}


def on_tiles(toy: Assessment, **more: object) -> Assessment:
    server = TileServer(**TILES, **more)
    study = toy.city.study
    outputs = study.outputs.model_copy(update={"tiles": server})
    city = replace(toy.city, study=study.model_copy(update={"outputs": outputs}))
    return replace(toy, city=city)


def test_a_tile_server_is_the_one_place_that_pictures_may_come_from(
    travelled, toy: Assessment
):
    areas, paths = travelled
    text = draw_page(on_tiles(toy), areas)
    assert "img-src data: https://*.tiles.example;" in text
    assert "<b>map" not in text
    assert 'data-layer="tiles"' in text
    data = data_of(text)
    assert data["tiles"]["url"] == TILES["url"]
    plain = data_of(paths[0].read_text(encoding="utf-8"))
    assert data["committees"] == plain["committees"]


def test_the_page_is_shifted_for_tiles_in_gcj02(travelled, toy: Assessment):
    areas, paths = travelled
    shifted = data_of(draw_page(on_tiles(toy, crs="GCJ-02"), areas))
    plain = data_of(paths[0].read_text(encoding="utf-8"))
    for moved, one in zip(
        shifted["committees"]["rows"], plain["committees"]["rows"], strict=True
    ):
        lat, lon = np.array(one["at"]) / 1e6
        there = shift_to(np.array([lon]), np.array([lat]), system="GCJ-02")
        np.testing.assert_allclose(
            np.array(moved["at"]) / 1e6, [there[1][0], there[0][0]], atol=2e-6
        )
    for name in ("bounds", "bands", "cells"):
        old, new = plain[name], shifted[name]
        old, new = (old, new) if name == "bounds" else (old["bounds"], new["bounds"])
        step = np.array(new) - np.array(old)
        assert (np.abs(step) > 1e-4).all()
        assert (np.abs(step) < 1e-2).all()
    first = [one["subdistricts"][0]["area"][0][0][:2] for one in (plain, shifted)]
    assert 100 < np.abs(np.subtract(*first)).max() < 10_000


def draw_page(assessment: Assessment, areas: MapAreas) -> str:
    return _draw(Sheet(assessment, memo={AREAS: areas})).text()


@pytest.mark.parametrize(
    "url",
    [
        "tiles/{z}/{x}/{y}.png",
        "https://a.example/{z}/{x}.png",
        "https://a.example;script-src/{z}/{x}/{y}",
        "https://a.example/{z}/{x}/{y}' onload='1",
        "https://{z}/{x}/{y}",
        "https://example.{s}/{z}/{x}/{y}",
    ],
)
def test_an_address_that_is_no_tile_is_refused(url: str):
    with pytest.raises(ValueError, match="such as https"):
        TileServer(url=url, attribution="somebody")


@pytest.mark.slow
@pytest.mark.skipif(
    "CIRCLE_ATTACK_SECONDS" not in os.environ, reason="long: make attack runs it"
)
def test_pages_stay_small_for_a_district_of_pudongs_size(tmp_path: Path):
    one = square_toy(6, 5800, 36, facilities=5000)
    assert len(one.city.cells) > 120_000
    paths = write_atlas(one, tmp_path)
    assert paths[0].stat().st_size < 8_000_000
    assert max(path.stat().st_size for path in paths[1:]) < 1_000_000
