"""The pages in a real browser: no request, no error, right numbers."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from atlas_toy import REQUIRED
from atlas_toy import toy as square_toy
from chromium import BROWSER, Chromium
from table_toy import toy_assessment
from test_atlas import hostile

from circle.assessment import Assessment
from circle.atlas import write_atlas
from circle.output_settings import TileServer
from circle.outputs import write_outputs

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the path"),
]
PLACE = """(() => {
  const place = atlas.map.latLngToContainerPoint(%s);
  const box = atlas.map.getContainer().getBoundingClientRect();
  return [box.left + place.x, box.top + place.y];
})()"""
POPUP = """[...document.querySelectorAll('.leaflet-popup tr')].map(
  (row) => [...row.children].map((cell) => cell.textContent))"""
FIRST_COMMITTEE = (
    "atlas.layers.committees.getLayers().find((one) => one.options.row.name"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    opened = Chromium(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def small():
    return square_toy()


@pytest.fixture(scope="module")
def folder(small: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("atlas")
    write_atlas(small, made)
    return made


def tick(browser: Chromium, layer: str) -> None:
    browser.run(f"document.querySelector('[data-layer=\"{layer}\"]').click(); 1")


def assert_quiet(browser: Chromium) -> None:
    outside = [
        one for one in browser.requests() if not one.startswith(("file:", "data:"))
    ]
    assert outside == []
    pages = [one for one in browser.requests() if one.startswith("file:")]
    assert len(pages) == 1
    assert browser.complaints() == []


@pytest.mark.parametrize("page", ["district.html", "subdistricts/S00.html"])
def test_page_opens_without_request_or_error(
    browser: Chromium, folder: Path, page: str
):
    browser.open((folder / page).as_uri())
    for layer in browser.run(
        "[...document.querySelectorAll('[data-layer]')].map((one) => one.dataset.layer)"
    ):
        tick(browser, layer)
        tick(browser, layer)
    assert_quiet(browser)
    # Somewhere on the map something is painted.
    assert browser.run(
        """[...document.querySelectorAll('.folium-map canvas')].some((one) =>
        one.toDataURL() !== Object.assign(document.createElement('canvas'),
          {width: one.width, height: one.height}).toDataURL())"""
    )


def test_browser_would_notice_a_request(browser: Chromium, tmp_path: Path):
    page = tmp_path / "bad.html"
    page.write_text('<img src="http://tiles.example/1.png"><script>nonsense()</script>')
    browser.open(page.as_uri())
    with pytest.raises(AssertionError):
        assert_quiet(browser)
    assert len(browser.complaints()) >= 2


def test_whole_district_is_in_sight(browser: Chromium, folder: Path):
    browser.open((folder / "district.html").as_uri())
    assert browser.run(
        "atlas.map.getBounds().contains(L.latLngBounds(atlas.data.bounds))"
    )
    assert browser.run(
        "atlas.map.getBoundsZoom(L.latLngBounds(atlas.data.bounds)) "
        "- atlas.map.getZoom() < 0.51"
    )


def test_a_smaller_window_keeps_the_district_in_sight_until_the_map_is_moved(
    browser: Chromium, folder: Path
):
    browser.open((folder / "district.html").as_uri())
    whole = "atlas.map.getBounds().contains(L.latLngBounds(atlas.data.bounds))"
    place = "[atlas.map.getCenter().lat, atlas.map.getZoom()]"
    try:
        browser.resize(390, 780)
        assert browser.run(whole)
        zoom = browser.run("atlas.map.getZoom()")
        browser.resize(1366, 768)
        assert browser.run(whole)
        assert browser.run("atlas.map.getZoom()") > zoom
        browser.click(*browser.run(PLACE % "atlas.map.getCenter()"))
        browser.run("atlas.map.setZoom(17, {animate: false}); 1")
        before = browser.run(place)
        browser.resize(390, 780)
        assert browser.run(place) == pytest.approx(before, abs=1e-5)
    finally:
        browser.resize(1366, 768)


def test_popup_of_a_committee_shows_its_times(
    browser: Chromium, folder: Path, small: Assessment
):
    browser.open((folder / "district.html").as_uri())
    number = 4
    one = small.city.committees.iloc[number]
    marker = f"{FIRST_COMMITTEE} === '{one['name']}')"
    # The name of the subdistrict may stand on the marker; it lets clicks through.
    browser.click(*browser.run(PLACE % f"{marker}.getLatLng()"))
    rows = browser.run(POPUP)
    covered = small.committee_reach.covered[number]
    minutes = small.committee_reach.time_s[number] / 60
    shown = rows[-len(covered) :]
    for row, yes, time, required in zip(shown, covered, minutes, REQUIRED, strict=True):
        assert row[0].endswith("*") != required
        assert row[1] == ("✓ 达标" if yes else "✗ 缺项")
        if np.isnan(time):
            assert row[2] == "无法到达"
        else:
            assert float(row[2]) == pytest.approx(time, abs=0.1)
    assert ["必备缺项", str((~covered & REQUIRED).sum())] in rows
    assert_quiet(browser)


def test_popup_of_a_subdistrict_leads_to_its_page(
    browser: Chromium, folder: Path, small: Assessment
):
    browser.open((folder / "district.html").as_uri())
    south, west = browser.run(
        "(() => { const b = atlas.areas.outlines.getLayers()[0].getBounds();"
        "return [b.getSouth() + 0.0006, b.getWest() + 0.0006]; })()"
    )
    browser.click(*browser.run(PLACE % f"[{south}, {west}]"))
    rows = dict(browser.run(POPUP))
    row = small.coverage.set_index("area_id").loc["S00"]
    assert rows["居村项达标率"].startswith(f"{row.pair_share:.1%}")
    assert f"{row.pairs_covered} / {row.pairs}" in rows["居村项达标率"]
    link = browser.run("document.querySelector('.leaflet-popup a[href$=html]').href")
    assert link == (folder / "subdistricts" / "S00.html").as_uri()


def test_facilities_appear_with_their_type(
    browser: Chromium, folder: Path, small: Assessment
):
    browser.open((folder / "district.html").as_uri())
    drawn = "atlas.layers['type-2'] ? atlas.layers['type-2'].getLayers().length : 0"
    assert browser.run(drawn) == 0
    tick(browser, "type-2")
    own = small.city.facilities.query("type_id == 'junior_school'")
    assert browser.run(drawn) == len(own) == 2
    assert browser.run(
        "atlas.layers['type-2'].getLayers().map((one) => one.options.status)"
    ) == [("open", "planned", "building", "closed").index(one) for one in own["status"]]


def test_choosing_a_type_shows_who_misses_it(
    browser: Chromium, folder: Path, small: Assessment
):
    browser.open((folder / "district.html").as_uri())
    browser.run(
        "(() => { const s = document.getElementById('chosen-type'); s.value = '1';"
        "s.dispatchEvent(new Event('change')); })()"
    )
    dark = browser.run(
        "atlas.layers.committees.getLayers().filter("
        "(one) => one.options.fillColor === '#a50f15').length"
    )
    assert dark == int((~small.committee_reach.covered[:, 1]).sum()) > 0
    assert browser.run("document.querySelector('[data-layer=\"type-1\"]').checked")
    assert browser.run("atlas.layers.gaps.getLayers().length") == 0


def test_picture_of_the_cells_lies_on_the_district(browser: Chromium, folder: Path):
    browser.open((folder / "district.html").as_uri())
    tick(browser, "cells")
    off = browser.run(
        """(() => {
        const picture = document.querySelector('.cell-picture').getBoundingClientRect();
        const latitude = atlas.map.getCenter().lat * Math.PI / 180;
        const metre = 2 ** atlas.map.getZoom() / (156543.034 * Math.cos(latitude));
        const box = atlas.map.getContainer().getBoundingClientRect();
        const area = L.latLngBounds(atlas.data.bounds);
        const corner = atlas.map.latLngToContainerPoint(area.getNorthWest());
        const other = atlas.map.latLngToContainerPoint(area.getSouthEast());
        return [picture.left - box.left - corner.x, picture.top - box.top - corner.y,
          picture.right - box.left - other.x].map((one) => one / metre);
        })()"""
    )
    assert np.abs(off).max() < 100


def test_hostile_names_run_nothing(browser: Chromium, tmp_path: Path):
    one = square_toy(name=hostile, title=hostile("", 2))
    paths = write_atlas(one, tmp_path)
    for path in paths[:2]:
        browser.open(path.as_uri())
        tick(browser, "type-0")
        browser.run(
            """for (const layer of [atlas.layers.sites, atlas.areas.outlines])
            layer.eachLayer((one) => { one.openTooltip(); one.openPopup(); }); 1"""
        )
        browser.run(
            "for (const layer of [atlas.layers.committees, atlas.layers['type-0']])"
            "layer.eachLayer((one) => layer.fire('click', {layer: one, latlng: "
            "one.getLatLng(), propagatedFrom: one}, false)); 1"
        )
        assert browser.run("window.hacked") is None
        assert browser.run("document.images.length") <= 1
        assert browser.complaints() == []
    shown = browser.run("document.querySelector('h1').textContent")
    assert " ".join(shown.split()) == " ".join(one.city.subdistricts.name[0].split())


def test_labels_do_not_cover_one_another(browser: Chromium, folder: Path):
    browser.open((folder / "district.html").as_uri())
    browser.run("atlas.map.setZoom(10, {animate: false}); 1")
    boxes = browser.run(
        "[...document.querySelectorAll('.area-label div:not(.crowded)')].map((one) => {"
        "const b = one.getBoundingClientRect();"
        "return [b.left, b.right, b.top, b.bottom]; })"
    )
    assert 0 < len(boxes) < 4
    for i, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert (
                left >= other[1]
                or right <= other[0]
                or top >= other[3]
                or bottom <= other[2]
            )


def test_paper_has_the_pictures_of_the_canvases(browser: Chromium, folder: Path):
    browser.open((folder / "subdistricts" / "S00.html").as_uri())
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.run("new Promise((done) => setTimeout(done, 300))")
    visible = (
        "[...document.querySelectorAll('.folium-map canvas')]"
        ".filter((one) => !one.hidden).length"
    )
    assert browser.run("document.querySelectorAll('.print-copy').length") == 3
    assert browser.run(visible) == 0
    browser.call("Emulation.setEmulatedMedia", media="screen")
    browser.run("new Promise((done) => setTimeout(done, 300))")
    assert browser.run("document.querySelectorAll('.print-copy').length") == 0
    assert browser.run(visible) == 3
    assert_quiet(browser)


def choose(browser: Chromium, value: str) -> None:
    browser.run(
        "(() => { const s = document.getElementById('chosen-type');"
        f"s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()"
    )


def test_search_finds_a_committee_and_opens_it(
    browser: Chromium, folder: Path, small: Assessment
):
    browser.open((folder / "district.html").as_uri())
    one = small.city.committees.iloc[7]
    found = browser.run(
        "(() => { const s = document.getElementById('search');"
        f"s.value = '{one['name']}'; s.dispatchEvent(new Event('input'));"
        "return [...document.querySelectorAll('#found button')]"
        ".map((one) => one.firstChild.textContent); })()"
    )
    assert one["name"] in found
    browser.run("document.querySelector('#found button').click(); 1")
    title = "document.querySelector('.leaflet-popup h3').textContent"
    assert browser.run(title) == one["name"]
    assert browser.run("document.getElementById('found').hidden")
    browser.run(
        "(() => { const s = document.getElementById('search'); s.value = '没有此名';"
        "s.dispatchEvent(new Event('input')); })()"
    )
    assert browser.run("document.getElementById('found').textContent") == "没有找到"
    assert_quiet(browser)


def test_choosing_a_domain_shows_its_required_types(
    browser: Chromium, folder: Path, small: Assessment
):
    browser.open((folder / "district.html").as_uri())
    choose(browser, "domain-0")
    types = small.city.profile.types
    own = [
        one.domain == "education" and required
        for one, required in zip(types, REQUIRED, strict=True)
    ]
    missing = (~small.committee_reach.covered[:, own]).sum(axis=1)
    fills = browser.run(
        "atlas.layers.committees.getLayers()"
        ".map((one) => [one.options.row.name, one.options.fillColor])"
    )
    colours = dict(zip(small.city.committees["name"], missing, strict=True))
    for name, fill in fills:
        expected = ("#ffffff", "#fdae61", "#fdae61")[min(colours[name], 2)]
        assert fill == (expected if colours[name] < 3 else "#a50f15")
    shown = browser.run(
        "[...document.querySelectorAll('input[data-layer^=\"type-\"]')]"
        ".filter((one) => one.checked).map((one) => Number(one.dataset.layer.slice(5)))"
    )
    assert shown == list(np.flatnonzero(own))
    choose(browser, "")
    assert not browser.run(
        "[...document.querySelectorAll('input[data-layer^=\"type-\"]')]"
        ".some((one) => one.checked)"
    )
    assert_quiet(browser)


def test_a_site_shows_whom_it_serves(browser: Chromium, folder: Path):
    browser.open((folder / "district.html").as_uri())
    lines = (
        "(() => { let n = 0; atlas.map.eachLayer((one) => {"
        "if (one.options.dashArray === '5 4') n += 1; }); return n; })()"
    )
    assert browser.run(lines) == 0
    browser.run("atlas.layers.sites.getLayers()[0].openPopup(); 1")
    served = browser.run("atlas.data.sites[0].serves.length")
    assert browser.run(lines) == served == 1
    browser.run("atlas.map.closePopup(); 1")
    assert browser.run(lines) == 0


@pytest.fixture(scope="module")
def travelled(toy: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of the toy city, which has streets and therefore bands."""
    made = tmp_path_factory.mktemp("travelled")
    write_atlas(toy, made)
    return made


LEGEND = (
    "[...document.querySelectorAll('#band-legend li')].map((one) => one.textContent)"
)
BAND_PICTURES = "document.querySelectorAll('.band-picture').length"


@pytest.mark.parametrize("page", ["district.html", "subdistricts/A1.html"])
def test_bands_are_shown_for_one_type_at_a_time(
    browser: Chromium, travelled: Path, page: str
):
    browser.open((travelled / page).as_uri())
    tick(browser, "bands")
    hidden = "document.getElementById('%s').hidden"
    assert browser.run(BAND_PICTURES) == 0
    assert not browser.run(hidden % "band-choose")
    choose(browser, "2")
    assert browser.run(BAND_PICTURES) == 1
    assert browser.run(LEGEND) == ["within 5 min", "5–10 min", "10–15 min"]
    assert browser.run(hidden % "band-choose")
    assert not browser.run(hidden % "band-note")
    first = browser.run("document.querySelector('.band-picture').src")
    choose(browser, "3")
    assert browser.run(BAND_PICTURES) == 1
    assert browser.run("document.querySelector('.band-picture').src") != first
    tick(browser, "bands")
    assert browser.run(BAND_PICTURES) == 0
    assert_quiet(browser)


def test_bands_take_the_place_of_the_shading_and_are_printed(
    browser: Chromium, travelled: Path
):
    browser.open((travelled / "district.html").as_uri())
    shading = "atlas.map.hasLayer(atlas.layers.shading)"
    assert browser.run(shading)
    choose(browser, "2")
    tick(browser, "bands")
    assert not browser.run(shading)
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.run("document.getElementById('band-legend').offsetHeight") > 0
        assert browser.run("document.querySelector('.band-picture').offsetHeight") > 0
    finally:
        browser.call("Emulation.setEmulatedMedia", media="screen")
    tick(browser, "bands")
    assert browser.run(shading)


def test_a_band_lies_around_its_facility(
    browser: Chromium, travelled: Path, toy: Assessment
):
    browser.open((travelled / "district.html").as_uri())
    choose(browser, str(toy.city.type_ids.index("hospital")))
    tick(browser, "bands")
    seen = browser.run(
        """(async () => {
        const picture = document.querySelector('.band-picture');
        await picture.decode();
        const type = atlas.data.types.findIndex((one) => one.label === 'hospital');
        const place = atlas.layers['type-' + type].getLayers()[0].getLatLng();
        const at = atlas.map.latLngToContainerPoint(place);
        const box = picture.getBoundingClientRect();
        const map = atlas.map.getContainer().getBoundingClientRect();
        const canvas = Object.assign(document.createElement('canvas'),
          {width: picture.naturalWidth, height: picture.naturalHeight});
        const context = canvas.getContext('2d');
        context.drawImage(picture, 0, 0);
        const x = (map.left + at.x - box.left) / box.width * canvas.width;
        const y = (map.top + at.y - box.top) / box.height * canvas.height;
        return [...context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data];
        })()"""
    )
    assert seen == [0x54, 0x27, 0x8F, 255]


def test_areas_of_sites_and_candidates_are_shown(
    browser: Chromium, travelled: Path, toy: Assessment
):
    browser.open((travelled / "district.html").as_uri())
    assert not browser.run("atlas.map.hasLayer(atlas.layers.areas)")
    tick(browser, "areas")
    tick(browser, "candidates")
    assert browser.run("atlas.layers.areas.getLayers().length") == len(toy.sites) > 0
    assert browser.run("atlas.layers.candidates.getLayers().length") == 3
    browser.run(
        "(() => { const layer = atlas.layers.candidates, one = layer.getLayers()[0];"
        "layer.fire('click', {layer: one, latlng: one.getLatLng(),"
        "propagatedFrom: one}, false); })()"
    )
    assert dict(browser.run(POPUP))["supply route"] == "reuse"
    assert_quiet(browser)


def test_only_a_named_tile_server_is_asked(
    browser: Chromium, toy: Assessment, tmp_path: Path
):
    server = TileServer(
        url="https://{s}.tiles.example/{z}/{x}/{y}.png", attribution="<i>somebody</i>"
    )
    study = toy.city.study
    outputs = study.outputs.model_copy(update={"tiles": server})
    city = replace(toy.city, study=study.model_copy(update={"outputs": outputs}))
    paths = write_atlas(replace(toy, city=city), tmp_path)
    browser.open(paths[0].as_uri())
    asked = [one for one in browser.requests() if one.startswith("http")]
    assert asked
    assert all(".tiles.example/" in one for one in asked)
    credit = "document.querySelector('.credit-control').textContent"
    assert browser.run(credit) == "<i>somebody</i>"
    assert not browser.run("atlas.map.hasLayer(atlas.layers.backdrop)")


@pytest.mark.parametrize(("paper", "width_mm"), [("A4", 297), ("A3", 420)])
def test_the_view_of_the_screen_is_what_is_printed(
    browser: Chromium, folder: Path, paper: str, width_mm: float
):
    browser.open((folder / "district.html").as_uri())
    browser.run(
        f"(() => {{ const s = document.getElementById('paper'); s.value = '{paper}';"
        "s.dispatchEvent(new Event('change')); })()"
    )
    browser.run("atlas.map.setView(atlas.map.getCenter(), 15, {animate: false}); 1")
    before = browser.run("Object.values(atlas.map.getCenter())")
    # On the sheet of paper as the browser lays it out, at 96 dots an inch.
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=round((width_mm - 20) / 25.4 * 96),
        height=round((width_mm / 2**0.5 - 20) / 25.4 * 96),
        deviceScaleFactor=1,
        mobile=False,
    )
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.run("new Promise((done) => setTimeout(done, 300))")
    try:
        after = browser.run("Object.values(atlas.map.getCenter())")
        np.testing.assert_allclose(after, before, atol=1e-4)
        day = browser.run("document.getElementById('printed-on').textContent")
        assert len(day) == 10
        boxes = browser.run(
            "['.folium-map', '#panel', '.leaflet-control-scale', 'h1'].map((one) => {"
            "const b = document.querySelector(one).getBoundingClientRect();"
            "return [b.left, b.top, b.right, b.bottom, innerWidth, innerHeight]; })"
        )
        for left, top, right, bottom, width, height in boxes:
            assert left >= -1
            assert top >= -1
            assert right <= width + 1
            assert bottom <= height + 1
            assert right > left
        assert not browser.run(
            "getComputedStyle(document.querySelector('.tools')).display !== 'none'"
        )
    finally:
        browser.call("Emulation.setEmulatedMedia", media="screen")
        browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=1366,
            height=768,
            deviceScaleFactor=1,
            mobile=False,
        )


def test_report_and_start_page_open_and_print(browser: Chromium, tmp_path: Path):
    toy = toy_assessment(tmp_path, names=tuple(hostile("", one) for one in range(3)))
    paths = write_outputs(toy, tmp_path / "result")
    for page in (paths.start, paths.report):
        browser.open(page.as_uri())
        assert_quiet(browser)
        assert browser.run("window.hacked") is None
        assert browser.run("document.images.length") == 0
        # Nothing is wider than the page, whatever the names.
        assert browser.run(
            "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)"
            "(document.documentElement)"
        )
    printed = browser.call(
        "Page.printToPDF", preferCSSPageSize=True, printBackground=True
    )
    pdf = base64.b64decode(printed["data"])
    boxes = set(re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)", pdf))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    assert 5 <= len(re.findall(rb"/Type ?/Page\b", pdf)) <= 20
