"""A folium map as one file that asks nothing of any network."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Element, Figure
from xstatic.pkg import leaflet

from circle.errors import CircleBug
from circle.html_pages import TEMPLATES

_LEAFLET = Path(leaflet.BASE_DIR)
# The browser itself then refuses whatever a slip might ask of a network.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:%s; base-uri 'none'; form-action 'none'"
)


class Verbatim(Element):
    """A piece of a page that is written as it is.

    folium's own elements are rendered twice as Jinja templates, so a name such as
    ``{{ 7 * 7 }}`` in the data would be executed.

    Parameters
    ----------
    text
        The piece of HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self.text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002  (signature of branca)
        """Give the text."""
        return self.text


class PageMap(folium.Map):
    """A folium map with the libraries, the panel and the data inside the page.

    Parameters
    ----------
    bounds
        South-west and north-east corner of what the map opens with, in degrees.
    title
        Title of the page.
    language
        ``zh`` or ``en``.
    data
        What the script of the atlas draws; lists, texts and numbers only.
    panel
        HTML of the panel, already escaped.
    images_from
        The one server that the page may fetch pictures from; none if not given.
    """

    # folium would link to five hosts; nothing here needs jQuery or Bootstrap.
    default_js: list[tuple[str, str]] = []  # noqa: RUF012  (as in folium)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012  (as in folium)

    def __init__(
        self,
        bounds: list[list[float]],
        title: str,
        *,
        language: str,
        data: dict[str, Any],
        panel: str,
        images_from: str | None = None,
    ) -> None:
        (south, west), (north, east) = bounds
        super().__init__(
            location=[round((south + north) / 2, 6), round((west + east) / 2, 6)],
            tiles=None,
            zoom_start=11,
            control_scale=False,
            zoom_control=False,
            prefer_canvas=True,
            attribution_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            max_zoom=18,
            min_zoom=7,
        )
        # folium draws its ids at random; the same results must give the same bytes.
        self._id = "atlas"
        figure = self._page
        figure.title = html.escape(title)
        figure.header.add_child(Verbatim(_head(images_from)), name="head", index=1)
        figure.html.add_child(Verbatim(panel), name="panel")
        figure.html.add_child(Verbatim(data_block(data)), name="data")
        figure.script.add_child(Verbatim(_start(language)), name="start")

    @property
    def _page(self) -> Figure:
        """The figure of folium that holds head, body and script."""
        return cast("Figure", self.get_root())

    def text(self) -> str:
        """Give the HTML of the page."""
        return str(self._page.render())

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as folium
        """Render the map; panel and script of the atlas come after folium's."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        for part, name in ((self._page.html, "panel"), (self._page.script, "start")):
            part.add_child(part._children.pop(name), name=name)


def data_block(data: Any) -> str:
    """
    Write data into a page so that no text in it can end the block or start a tag.

    Parameters
    ----------
    data
        Lists, dictionaries, texts and numbers.

    Returns
    -------
    block
        A ``script`` element of type ``application/json``.

    Raises
    ------
    CircleBug
        If the data holds NaN or something that JSON cannot hold.

    Examples
    --------
    >>> data_block(["<b>"]).count("<")
    2
    """
    try:
        text = json.dumps(
            data, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    except (TypeError, ValueError) as error:
        message = f"atlas: the data of a page cannot be written as JSON: {error}."
        raise CircleBug(message) from error
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # Lone surrogates, as from a broken file name, cannot be written as UTF-8.
    text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return f'<script type="application/json" id="atlas-data">{text}</script>'


@functools.cache
def _head(images_from: str | None) -> str:
    """Write the policy, the styles and Leaflet into the head of the page."""
    policy = _POLICY % ("" if images_from is None else f" {images_from}")
    style = (TEMPLATES / "atlas.css").read_text(encoding="utf-8")
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}" />\n'
        '<link rel="icon" href="data:," />\n'
        f"<style>{_leaflet_style()}</style>\n<script>{_leaflet_script()}</script>\n"
        f"<style>{style}</style>\n"
    )


def _leaflet_style() -> str:
    """Give Leaflet's style sheet with its pictures inside."""
    text = (_LEAFLET / "leaflet.css").read_text(encoding="utf-8")

    def inline(found: re.Match[str]) -> str:
        picture = (_LEAFLET / found.group(1)).read_bytes()
        encoded = base64.b64encode(picture).decode("ascii")
        return f'url("data:image/png;base64,{encoded}")'

    text = re.sub(r"url\((images/[a-z0-9-]+\.png)\)", inline, text)
    # A rule for Internet Explorer 8, which the scripts do not run on.
    return re.sub(r"behavior:\s*url\(#default#VML\);", "", text)


def _leaflet_script() -> str:
    """Give Leaflet without its link to the web and to its source map."""
    text = (_LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    text = re.sub(r'href="https?://[^"]*"', 'href="#"', text)
    return re.sub(r"//# sourceMappingURL=\S*", "", text)


@functools.cache
def _start(language: str) -> str:
    """Write the script of the atlas and its call."""
    script = (TEMPLATES / "atlas.js").read_text(encoding="utf-8")
    tag = "zh-CN" if language == "zh" else "en"
    return (
        f'document.documentElement.lang = "{tag}";\n{script}\n'
        'drawAtlas(map_atlas, JSON.parse(document.getElementById("atlas-data")'
        ".textContent));\n"
    )
