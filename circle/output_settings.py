"""Where the results of a study go, and what its maps are drawn upon."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import field_validator

from circle.errors import Words
from circle.settings import Settings

# No sign that could end an attribute, a policy or a text of a page.
_TILE_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&()*+=%{}-]+")
_FIELDS = ("{z}", "{x}", "{y}")


class TileServer(Settings):
    """A map from a tile server beneath the maps; readers then need a network."""

    url: str
    """Address of a tile with ``{z}``, ``{x}`` and ``{y}``, and ``{s}`` where there
    are subdomains."""
    attribution: str
    """Whose map it is, as the server asks to be named."""
    crs: Literal["WGS-84", "GCJ-02"] = "WGS-84"
    """Coordinate system of the tiles; for ``GCJ-02`` the maps are shifted to it."""
    subdomains: str = "abc"
    """What ``{s}`` stands for: one letter or digit each."""

    @field_validator("url")
    @classmethod
    def _is_template(cls, url: str) -> str:
        """Ask for the address of a tile."""
        fields = all(one in url for one in _FIELDS)
        host = urlsplit(url).netloc
        if not fields or not _TILE_URL.fullmatch(url) or not _is_host(host):
            message = Words(
                "expected an address such as https://example.org/{z}/{x}/{y}.png",
                zh="应为 https://example.org/{z}/{x}/{y}.png 形式的地址",
            )
            raise ValueError(message)
        return url

    @field_validator("subdomains")
    @classmethod
    def _are_letters(cls, signs: str) -> str:
        """Ask for letters and digits."""
        if not re.fullmatch(r"[A-Za-z0-9]+", signs):
            message = Words("expected letters or digits", zh="应为字母或数字")
            raise ValueError(message)
        return signs

    @property
    def origin(self) -> str:
        """The server as a policy of a page names it; ``*`` for its subdomains."""
        parts = urlsplit(self.url)
        host = parts.netloc
        if "{s}" in host:
            host = "*" + host.rpartition("{s}")[2]
        return f"{parts.scheme}://{host}"


class OutputOptions(Settings):
    """Where the results go, and what the maps are drawn upon."""

    folder: str
    """Output folder, relative to the study file or absolute."""
    tiles: TileServer | None = None
    """Tile server for the maps; without it no page asks for anything."""


def _is_host(text: str) -> bool:
    """Tell a host, with or without a port, whose first part may hold ``{s}``."""
    before, _, _ = text.partition("{s}")
    plain = text.replace("{s}", "s", 1)
    is_first = before == text or "." not in before
    return is_first and re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?", plain) is not None
