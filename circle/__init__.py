"""Plan 15-minute service circles: coverage, gaps and sites of a district."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from circle._version import VERSION
from circle.collector import collector_at_rest

if TYPE_CHECKING:
    from circle.assessment import Assessment, assess
    from circle.changes import apply_changes
    from circle.city import City, load_city
    from circle.comparison import Comparison, compare
    from circle.comparison_files import write_comparison
    from circle.demo import make_demo
    from circle.errors import CircleError
    from circle.evaluation import Evaluation, evaluate
    from circle.outputs import write_outputs
    from circle.profile import Profile
    from circle.profile_reading import read_profile
    from circle.results import Results, read_results, results_of
    from circle.scenario import Scenario, read_scenario
    from circle.siting import site
    from circle.study import Study, read_study

__all__ = [
    "Assessment",
    "CircleError",
    "City",
    "Comparison",
    "Evaluation",
    "Profile",
    "Results",
    "Scenario",
    "Study",
    "__version__",
    "apply_changes",
    "assess",
    "compare",
    "evaluate",
    "load_city",
    "make_demo",
    "read_profile",
    "read_results",
    "read_scenario",
    "read_study",
    "results_of",
    "site",
    "write_comparison",
    "write_outputs",
]

__version__: Final = VERSION

# Imported when first used: geopandas and numba take seconds, `circle --help` must not.
_HOME = {
    "Assessment": "assessment",
    "CircleError": "errors",
    "City": "city",
    "Comparison": "comparison",
    "Evaluation": "evaluation",
    "Profile": "profile",
    "Results": "results",
    "Scenario": "scenario",
    "Study": "study",
    "apply_changes": "changes",
    "assess": "assessment",
    "compare": "comparison",
    "evaluate": "evaluation",
    "load_city": "city",
    "make_demo": "demo",
    "read_profile": "profile_reading",
    "read_results": "results",
    "read_scenario": "scenario",
    "read_study": "study",
    "results_of": "results",
    "site": "siting",
    "write_comparison": "comparison_files",
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
    with collector_at_rest():
        return getattr(import_module(f"circle.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
