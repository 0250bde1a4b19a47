"""The public names, and how little it takes to import them."""

import subprocess
import sys

import pytest

import circle

PUBLIC = [
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
HEAVY = ("geopandas", "pandas", "numpy", "numba", "shapely", "folium", "scipy")


def test_public_names_are_pinned():
    assert circle.__all__ == PUBLIC
    assert dir(circle) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(circle, name)
    assert value.__doc__
    if name != "__version__":
        assert value.__module__.startswith("circle.")
        assert value.__name__ == name


def test_a_module_never_takes_the_place_of_a_function():
    code = (
        "import circle; from circle.assessment import assess;"
        "assert callable(circle.assess) and circle.assess is assess"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'asses'"):
        _ = circle.asses


def imported_by(statement):
    """List which heavy packages a fresh interpreter holds after a statement."""
    code = f"{statement}; import sys; print([x for x in {HEAVY!r} if x in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


@pytest.mark.parametrize("module", ["circle", "circle.cli", "circle.errors"])
def test_importing_is_light(module):
    assert imported_by(f"import {module}") == "[]"


def test_lightness_can_fail():
    assert "numpy" in imported_by("import circle.reach")


def test_the_collector_rests_while_packages_are_imported():
    code = (
        "import circle, gc; found = []; gc.collect(); "
        "gc.callbacks.append(lambda phase, _: found.append(phase)); "
        "circle.assess; print(len(found), gc.isenabled())"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    n, enabled = found.stdout.split()
    # Once before the pause and once after it at most, each with a beginning and an end.
    assert int(n) <= 4
    assert enabled == "True"
