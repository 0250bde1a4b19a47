"""Plan 15-minute service circles: coverage, gaps and sites of a district."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from circle._version import VERSION

if TYPE_CHECKING:
    from circle.assessment import Assessment, assess
    from circle.city import City, load_city
    from circle.demo import make_demo
    from circle.errors import CircleError
    from circle.outputs import write_outputs
    from circle.profile import Profile, read_profile
    from circle.siting import site
    from circle.study import Study, read_study

__all__ = [
    "Assessment",
    "CircleError",
    "City",
    "Profile",
    "Study",
    "__version__",
    "assess",
    "load_city",
    "make_demo",
    "read_profile",
    "read_study",
    "site",
    "write_outputs",
]

__version__: Final = VERSION

# Imported when first used: geopandas and numba take seconds, `circle --help` must not.
_HOME = {
    "Assessment": "assessment",
    "CircleError": "errors",
    "City": "city",
    "Profile": "profile",
    "Study": "study",
    "assess": "assessment",
    "load_city": "city",
    "make_demo": "demo",
    "read_profile": "profile",
    "read_study": "study",
    "site": "siting",
    "write_outputs": "outputs",
}


def __getattr__(name: str) -> object:
    """
    Import a public name from its module when it is first asked for.

    Raises
    ------
    AttributeError
        If there is no such name.
    """
    if name not in _HOME:
        message = f"module 'circle' has no attribute '{name}'"
        raise AttributeError(message)
    return getattr(import_module(f"circle.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
