"""What all tests share: how properties are tried, and assessments made once."""

import os

import pytest
from few_files import write_few_files
from hypothesis import settings
from toy_city import write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.shipped import shipped_folder
from circle.study import read_study

# A change is judged by the same examples everywhere; `make attack` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("explore" if "CIRCLE_ATTACK_SECONDS" in os.environ else "steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where files are dealt out, keep both files of the oracle on one worker."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - may be missing

    class OneOracle(LoadFileScheduling):
        def _split_scope(self, nodeid):
            folder = "tests/oracle"
            return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)

    return OneOracle(config, log)


@pytest.fixture(scope="session", autouse=True)
def without_cache():
    """No test finds what another has kept; those of the cache switch it on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIRCLE_CACHE", "off")
        yield


@pytest.fixture(scope="session")
def demo():
    """The demo district that comes with circle, assessed."""
    return assess(load_city(read_study(shipped_folder("demo_district") / "study.yaml")))


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    """The toy city, assessed; see `toy_city` for its numbers."""
    return assess(load_city(read_study(write_toy(tmp_path_factory.mktemp("toy")))))


@pytest.fixture
def few_files(monkeypatch):
    """Let runs write a few small files, where more is not looked at."""
    write_few_files(monkeypatch)


@pytest.fixture
def toy_path(tmp_path):
    """A toy city of one's own to change: the path of its study."""
    return write_toy(tmp_path)
