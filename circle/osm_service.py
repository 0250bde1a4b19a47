"""Ask Nominatim and Overpass through OSMnx, within bounds, and leave no trace."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import osmnx
import requests

from circle._version import VERSION
from circle.errors import FetchError
from circle.problems import Problem
from circle.street_access import ACCESS_KEYS, GATE_KEYS, SIGNAL_KEYS

_BUSY: Final = frozenset({429, 502, 503, 504})
_NODE_TAGS = (*GATE_KEYS, *SIGNAL_KEYS)
_WAY_TAGS = (*ACCESS_KEYS, "name", "bridge", "tunnel", "layer")


@dataclass(frozen=True)
class Services:
    """Where places, streets and facilities are asked for."""

    overpass_url: str = "https://overpass-api.de/api"
    """The Overpass API, or a mirror of it."""
    nominatim_url: str = "https://nominatim.openstreetmap.org/"
    """The Nominatim search, or a mirror of it."""
    timeout_s: float = 180.0
    """Longest wait for one answer, in seconds."""


def services_at(
    *, overpass_url: str | None = None, nominatim_url: str | None = None
) -> Services:
    """
    Give the public services, or mirrors of them.

    Parameters
    ----------
    overpass_url
        Address of an Overpass mirror, or None.
    nominatim_url
        Address of a Nominatim mirror, or None.

    Returns
    -------
    services
        With the public address for what is None.

    Examples
    --------
    >>> services_at(overpass_url="https://example.org/api").nominatim_url
    'https://nominatim.openstreetmap.org/'
    """
    usual = Services()
    return Services(
        overpass_url or usual.overpass_url, nominatim_url or usual.nominatim_url
    )


@contextlib.contextmanager
def osm_services(services: Services) -> Iterator[None]:
    """
    Set OSMnx to the services for a while; what it was set to comes back.

    Every request ends: after the timeout, and at once where the service is busy
    (OSMnx by itself would ask again and again). Nothing is cached, and no other
    server is asked.

    Parameters
    ----------
    services
        The addresses and the timeout.

    Yields
    ------
    nothing
        OSMnx is set while the context lasts.

    Raises
    ------
    FetchError
        If a service cannot be reached, is busy, or does not answer as expected.
    """
    wanted: dict[str, Any] = {
        "overpass_url": services.overpass_url,
        "nominatim_url": services.nominatim_url,
        "requests_timeout": services.timeout_s,
        "requests_kwargs": {"hooks": {"response": _refuse_busy}},
        "overpass_rate_limit": False,
        "use_cache": False,
        "doh_url_template": None,
        "http_user_agent": f"service-circle/{VERSION}",
        "http_referer": f"service-circle/{VERSION}",
        "useful_tags_node": [*_NODE_TAGS],
        "useful_tags_way": [*dict.fromkeys(_WAY_TAGS)],
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    # OSMnx bends name look-up to one server and leaves it so.
    look_up = socket.getaddrinfo
    try:
        for name, value in wanted.items():
            setattr(osmnx.settings, name, value)
        yield
    except requests.exceptions.RequestException as error:
        raise FetchError(_unreachable(services, error)) from error
    except osmnx._errors.ResponseStatusCodeError as error:
        raise FetchError(Problem("service-refused", "", values=_said(error))) from error
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = look_up


def _refuse_busy(response: requests.Response, *_: Any, **__: Any) -> requests.Response:
    """
    Stop at an answer that says busy.

    Raises
    ------
    FetchError
        If the server says that it is busy.
    """
    if response.status_code in _BUSY:
        address, code = response.url.split("?")[0], str(response.status_code)
        raise FetchError(Problem("service-busy", address, values={"code": code}))
    return response


def _said(error: Exception) -> dict[str, str]:
    """Give the words of a service."""
    return {"error": str(error)}


def _unreachable(services: Services, error: Exception) -> Problem:
    """Say that there is no internet, and what to do without."""
    addresses = f"{services.nominatim_url}, {services.overpass_url}"
    return Problem("no-internet", addresses, values={"error": type(error).__name__})
