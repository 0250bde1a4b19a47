"""Pages that stand alone: templates with every text escaped, nothing from outside."""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser
from pathlib import Path

import jinja2
from markupsafe import Markup

from circle.errors import CircleBug, OutputError
from circle.problems import os_reason, problem_of
from circle.whole_files import whole_file

TEMPLATES = Path(__file__).resolve().parent / "templates"
_RESOURCE_ATTRIBUTES = (
    "src",
    "href",
    "srcset",
    "poster",
    "data",
    "action",
    "xlink:href",
)
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_STYLE_FETCH = re.compile(r"@import|url\((?!\s*[\"']?data:)", re.IGNORECASE)
_TABLE_TAG = re.compile(r"</?t[dr](?: class=\"number\")?>")
_SCRIPT_FETCH = re.compile(
    r"(?:src|href)\s*=\s*\\?[\"'`]?\s*(?:https?:)?//|[\"'`]https?://(?!www\.w3\.org/)"
    r"|\b(?:fetch|importScripts|sendBeacon)\s*\(|XMLHttpRequest|WebSocket",
    re.IGNORECASE,
)


@functools.cache
def page_template(name: str) -> jinja2.Template:
    """
    Compile a template, once for all pages.

    Parameters
    ----------
    name
        File name in the folder of the templates.

    Returns
    -------
    template
        It escapes every text, and refuses a name it is not given.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def as_is(text: str) -> Markup:
    """
    Mark a drawing or a style of circle's own as ready for a page.

    Parameters
    ----------
    text
        Elements or rules in which every text from outside is escaped already.

    Returns
    -------
    ready
        The same; templates do not escape it again.
    """
    return Markup(text)  # noqa: S704  (every text in it is escaped where it is made)


def write_page(path: Path, text: str) -> None:
    """
    Write a page that has been checked to ask for nothing from outside.

    Parameters
    ----------
    path
        The file to write; its folder is made if it does not exist.
    text
        The HTML of the page.

    Raises
    ------
    CircleBug
        If something in the page would be fetched from outside.
    OutputError
        If the file cannot be written.
    """
    check_self_contained(text)
    # Lone surrogates, as from a broken file name, cannot be written as UTF-8.
    plain = re.sub("[\ud800-\udfff]", "\ufffd", text)
    try:
        with whole_file(path) as part:
            part.write_text(plain, encoding="utf-8", newline="\n")
    except OSError as error:
        problem = problem_of(path.name, "not-written", reason=os_reason(error))
        raise OutputError(problem) from error


def check_self_contained(text: str) -> None:
    """
    Refuse a page that would fetch anything from outside.

    Parameters
    ----------
    text
        The HTML of a page.

    Raises
    ------
    CircleBug
        If an element, a style or a script names a resource elsewhere.

    Examples
    --------
    >>> check_self_contained('<a href="gaps.xlsx">gaps</a>')
    """
    reader = _OutsideReader()
    # The cells of long tables ask for nothing, and are most of a page's tags.
    reader.feed(_TABLE_TAG.sub(" ", text))
    reader.close()
    if reader.outside:
        message = (
            "the page refers to resources outside itself: "
            f"{'; '.join(reader.outside[:5])}."
        )
        raise CircleBug(message)


class _OutsideReader(HTMLParser):
    """Lists what a page would fetch from outside."""

    def __init__(self) -> None:
        """Start with nothing found."""
        super().__init__(convert_charrefs=True)
        self.outside: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes that make a browser fetch."""
        given = dict(attrs)
        self._inside = tag
        if tag == "script" and given.get("type") == "application/json":
            self._inside = "data"
        for name in _RESOURCE_ATTRIBUTES:
            value = given.get(name) or ""
            if _ELSEWHERE.match(value) and not value.startswith("data:"):
                self.outside.append(f'<{tag} {name}="{value[:60]}">')
        style = given.get("style") or ""
        if _STYLE_FETCH.search(style):
            self.outside.append(f'<{tag} style="{style[:60]}">')

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  (signature of the parser)
        """Leave an element."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Look through styles and scripts; data of the page is never run."""
        pattern = {"style": _STYLE_FETCH, "script": _SCRIPT_FETCH}.get(self._inside)
        found = pattern.search(data) if pattern else None
        if found:
            near = data[found.start() : found.start() + 60]
            self.outside.append(f"{self._inside}: {near}")
