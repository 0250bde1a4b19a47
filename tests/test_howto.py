"""The how-tos: their commands run on a demo, their keys are those of the reader."""

import contextlib
import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from circle.cli import main
from circle.demo import make_demo
from circle.profile_reading import read_profile
from circle.study import Study

PAGE = Path(__file__).parents[1] / "docs" / "howto.md"
SCHEDULER = "tcp://10.0.0.1:8786"
BLOCK = re.compile(r"^```(sh|yaml)( \S+)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(kind):
    """Give name and text of the blocks of one kind."""
    text = PAGE.read_text("utf-8")
    return [
        (name.strip(), body) for one, name, body in BLOCK.findall(text) if one == kind
    ]


def commands():
    """List the commands that need neither the internet nor a home folder."""
    lines = [one for _, body in blocks("sh") for one in body.splitlines()]
    return [one for one in lines if one.startswith("circle") and ">" not in one]


@contextlib.contextmanager
def scheduler():
    """Start a Dask scheduler with one worker, as a cluster would have."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=None,
        host="127.0.0.1",
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.filterwarnings("ignore")
def test_the_commands_run_one_after_another(tmp_path, monkeypatch):
    make_demo(tmp_path, size=0.1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "districts.txt").write_text("study.yaml\n", "utf-8")
    lines = commands()
    assert len(lines) >= 8
    with scheduler() as address:
        for line in lines:
            words = [address if one == SCHEDULER else one for one in shlex.split(line)]
            done = CliRunner().invoke(main, words[1:])
            assert done.exit_code == 0, (line, done.output)
    for name in ("plans/plan-002.json", "progress-2026", "record", "districts.csv"):
        assert (tmp_path / name).exists(), name


def test_every_completion_script_is_printed():
    for line in blocks("sh"):
        for one in re.findall(r"circle (completion \w+) >", line[1]):
            assert CliRunner().invoke(main, one.split()).exit_code == 0


def test_keys_of_studies_are_known():
    found = [yaml.safe_load(body) for name, body in blocks("yaml") if not name]
    assert found
    for one in found:
        assert set(one) <= set(Study.model_fields)


def test_the_profile_is_read(tmp_path):
    ((name, body),) = [one for one in blocks("yaml") if one[0]]
    (tmp_path / name).write_text(body, "utf-8")
    profile = read_profile(name, folder=tmp_path)
    assert profile.rule.minutes.value == 12
    known = set(read_profile("pudong").type_ids)
    assert known - set(profile.type_ids) == {"community_school"}


@pytest.mark.parametrize("line", ["circle run nothing.yaml", "circle fly"])
def test_a_command_that_fails_would_be_found(line):
    assert CliRunner().invoke(main, line.split()[1:]).exit_code != 0
