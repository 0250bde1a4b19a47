"""The report and the start page: figures as in the workbook, names only text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from atlas_toy import toy as map_toy
from table_toy import toy_assessment
from test_atlas import hostile

from circle.assessment import Assessment
from circle.html_pages import check_self_contained
from circle.outputs import write_outputs
from circle.report import report_text, write_report
from circle.report_chapters import sites_table, subdistrict_chapters
from circle.report_charts import people_chart, sites_chart
from circle.report_maps import district_svg
from circle.words_report import REPORT_WORDS, report_word
from circle.workbook import write_workbook


class Tables(HTMLParser):
    """Reads the tables of a page into lists of rows of texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables, self._in_cell = [], False
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data):
        if self._in_cell:
            self.tables[-1][-1][-1] += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def toy(folder: Path) -> Assessment:
    return toy_assessment(folder)


@pytest.fixture(scope="module")
def text(toy: Assessment) -> str:
    return report_text(toy)


def table_of(text: str, first: str) -> list[list[str]]:
    """Give the table whose first header is `first` and that names subdistricts."""
    return [one for one in Tables(text).tables if one and one[0][0] == first][-1]


def test_figures_of_the_subdistricts_are_those_of_the_workbook(
    toy: Assessment, text: str, tmp_path: Path
):
    write_workbook(toy, tmp_path / "gaps.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "gaps.xlsx")["汇总"]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    head = [re.sub(r"\s", "", str(one)) for one in rows[0]]
    own = {row[1]: dict(zip(head, row, strict=True)) for row in rows[1:] if row[1]}
    shown = table_of(text[text.index('id="subdistricts"') :], "街镇")
    assert {row[0] for row in shown[1:]} <= set(own)
    assert len(shown) == 1 + len(toy.city.subdistricts) + 1
    for name, share, person_share, _, committees, missing, people in shown[1:]:
        book = own[name]
        covered, pairs = book["达标项数"], book["居村项数"]
        assert share.endswith(f"({covered:,} / {pairs:,})")
        assert float(share.split("%")[0]) == pytest.approx(
            100 * covered / pairs if pairs else 0, abs=0.1
        )
        assert float(person_share.rstrip("%")) == pytest.approx(
            100 * book["达标人项占比（分母：人项数）"], abs=0.1
        )
        assert committees == f"{book['居村数']:,}"
        assert missing == f"{book['必备缺项数']:,}"
        assert people == f"{book['人口']:,.0f}"


def test_worst_gaps_are_the_first_five_of_the_subdistrict(toy: Assessment):
    for one in subdistrict_chapters(toy):
        items = toy.missing_items
        own = items[(items["subdistrict_id"] == one["code"]) & items["required"]]
        first = own.sort_values("rank")["committee_name"][:5]
        assert [row[0] for row in one["gaps"]["rows"]] == list(first)
        counts = dict(one["figures"])
        assert counts["必备缺项（项）"] == str(len(own))


def test_sites_carry_their_order_and_their_totals(toy: Assessment):
    table = sites_table(toy)
    assert [row[0] for row in table["rows"]] == ["1", "2", ""]
    assert table["totals"] == 1
    assert table["rows"][-1][-1] == "80.5"


def test_sites_chart_begins_at_todays_share(toy: Assessment):
    assert "建议" not in sites_chart(toy)
    assert "<polyline" in sites_chart(toy)
    assert sites_chart(replace(toy, sites=toy.sites.iloc[:0])) == ""


def test_lorenz_curve_counts_people(toy: Assessment):
    svg, coefficient = people_chart(toy)
    assert svg.count("<polyline") == 1
    assert 0 <= coefficient < 1


def test_report_says_what_is_to_be_verified(text: str, toy: Assessment):
    assert toy.city.profile.note.zh in text
    unsure = text[text.index("待核实的依据") :]
    assert "步行速度（待核实）" in unsure
    assert "设施类型名录、层级和类别（21类）（待核实）" in unsure


def test_report_stands_alone_and_is_the_same_twice(text: str, toy: Assessment):
    check_self_contained(text)
    assert "http-equiv" in text
    assert report_text(toy) == text


def test_map_has_a_scale_and_the_sites(toy: Assessment):
    svg = district_svg(toy)
    assert re.search(r">\d+ k?m<", svg)
    assert svg.count('fill="#1a1a1a"') >= 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_committees_gap_clusters_stand_in(tmp_path: Path, language: str):
    toy = toy_assessment(tmp_path, committees=False, language=language)
    text = report_text(toy)
    assert report_word("person_item_share", language) in text
    assert report_word("pair_share", language) not in text
    assert report_word("small_map_caption_cells", language) in text


def test_english_report_has_no_chinese_but_names(tmp_path: Path):
    text = report_text(toy_assessment(tmp_path, language="en"))
    body = re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", text, flags=re.S)
    for zh, en in REPORT_WORDS.values():
        if "{" not in zh and zh != en and len(zh) > 3:
            assert zh not in body


def test_hostile_names_stay_text(tmp_path: Path):
    names = tuple(hostile("", number) for number in range(3))
    toy = toy_assessment(tmp_path, names=names)
    write_report(toy, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    assert "49" not in re.findall(r"\{\{.*?\}\}", text)
    check_self_contained(text)


def test_start_page_links_everything_that_was_written(toy: Assessment, tmp_path: Path):
    paths = write_outputs(toy, tmp_path / "result")
    assert paths.start == tmp_path / "result" / "index.html"
    page = paths.start.read_text(encoding="utf-8")
    check_self_contained(page)
    linked = {
        (paths.folder / one.partition("#")[0]).resolve()
        for one in re.findall(r'href="([^"]+)"', page)
        if not one.startswith("data:")
    }
    # What lies under results/ is for `circle compare`, not for readers.
    every = {
        one
        for one in paths.folder.rglob("*")
        if one.is_file() and "results" not in one.relative_to(paths.folder).parts
    }
    assert linked == {one.resolve() for one in every} - {paths.start.resolve()}


def test_report_of_a_map_without_results_can_be_written():
    one = map_toy()
    assert "街道0" in district_svg(one)
