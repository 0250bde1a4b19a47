"""The page that a run begins with: its key figures and links to all that it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from circle.facts import basis_text, headline, headline_text, share_text
from circle.html_pages import TEMPLATES, as_is, page_template, write_page
from circle.report_measures import measure_lines
from circle.sheet_parts import clean_text
from circle.words_report import report_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from circle.assessment import Assessment

START = "index.html"


_DICTIONARY = "data_dictionary"


@dataclass(frozen=True)
class Written:
    """The files of a run, all in one folder or below it."""

    maps: tuple[Path, ...]
    """The map pages: the district first, then the subdistricts by code."""
    report: Path
    """The report."""
    workbook: Path
    """The workbook of gap tables."""
    tables: tuple[Path, ...]
    """The tables as CSV files."""
    layers: tuple[Path, ...]
    """The layers for GIS programs, the GeoPackage first."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        papers = (*self.maps, self.report, self.workbook)
        return (*papers, *self.tables, *self.layers)


@dataclass(frozen=True)
class _Link:
    """One line of the page."""

    address: str
    text: str
    note: str


def write_start_page(
    assessment: Assessment, path: Path, *, written: Written, record: str
) -> None:
    """
    Write the start page.

    Parameters
    ----------
    assessment
        The assessment.
    path
        The file to write, in the folder of the results.
    written
        The files to link.
    record
        Name of the run record, which is written last.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    city = assessment.city
    language = city.study.language

    def say(key: str, **fields: object) -> str:
        return report_word(key, language).format(**fields)

    def link(one: Path, text: str, note: str = "") -> _Link:
        address = quote(one.relative_to(path.parent).as_posix())
        size = _size(one.stat().st_size, language)
        return _Link(address, text, f"{note} · {size}" if note else size)

    tables = written.tables
    dictionary = (say("dictionary"), say("dictionary_note"))
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    text = page_template("start.html").render(
        say=say,
        language="zh-CN" if language == "zh" else "en",
        style=as_is(style),
        title=clean_text(city.study.title),
        share=share_text(headline(assessment).share, language),
        headline=headline_text(assessment),
        basis=basis_text(assessment),
        map=link(written.maps[0], say("district_map")),
        subdistricts=_subdistrict_links(assessment, written.maps[1:], path.parent),
        measures=_measure_links(assessment, written.report.relative_to(path.parent)),
        papers=[
            link(written.report, say("open_report")),
            link(written.workbook, say("open_workbook")),
        ],
        tables=[link(one, one.name) for one in tables if one.stem != _DICTIONARY],
        layers=_listed(
            written.layers, link, {written.layers[0].stem: say("geopackage_note")}
        ),
        records=[
            _Link(quote(record), say("run_record"), say("record_note")),
            *[link(one, *dictionary) for one in tables if one.stem == _DICTIONARY],
        ],
        notices=[one.in_language(language) for one in assessment.warnings],
    )
    write_page(path, text)


def _measure_links(assessment: Assessment, report: Path) -> list[_Link]:
    """Link each measure of the report, with the district's figures."""
    page, language = quote(report.as_posix()), assessment.city.study.language
    return [
        _Link(f"{page}#{name}", report_word(f"title_{name}", language), line)
        for name, line in measure_lines(assessment).items()
    ]


def _subdistrict_links(
    assessment: Assessment, maps: tuple[Path, ...], folder: Path
) -> list[_Link]:
    """Link the map of every subdistrict, with its share."""
    table = assessment.city.subdistricts
    shares = [
        share_text(headline(assessment, one).share, assessment.city.study.language)
        for one in table["subdistrict_id"]
    ]
    names = [clean_text(one) for one in table["name"]]
    return [
        _Link(quote(one.relative_to(folder).as_posix()), name, share)
        for one, name, share in zip(maps, names, shares, strict=False)
    ]


def _listed(
    paths: Iterable[Path],
    link: Callable[[Path, str, str], _Link],
    notes: dict[str, str],
) -> list[_Link]:
    """Link files under their names, some with a note."""
    return [link(one, one.name, notes.get(one.stem, "")) for one in paths]


def _size(size_bytes: int, language: str) -> str:
    """Write the size of a file."""
    if size_bytes >= 1_000_000:
        return report_word("megabytes", language).format(size=f"{size_bytes / 1e6:.1f}")
    kilobytes = max(1, round(size_bytes / 1000))
    return report_word("kilobytes", language).format(size=kilobytes)
