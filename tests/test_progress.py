"""Progress: plain lines for a pipe, the time that is left on a terminal."""

import io

import pytest
from chinese import english_left
from click.testing import CliRunner

from circle.cli import main
from circle.progress import DEMO_STAGES, RUN_STAGES, SITE_STAGES, Progress
from circle.words_progress import PROGRESS_WORDS


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def clock():
    return Clock()


def test_a_pipe_gets_one_plain_line_for_each_stage(clock):
    stream = io.StringIO()
    with Progress(stream, {"a": 0.5, "b": 0.5}, clock=clock) as progress:
        progress.stage("a")
        clock.now = 3.0
        progress.stage("b")
        clock.now = 4.0
    assert stream.getvalue().splitlines() == [
        "[1/2] a                                3.0 s",
        "[2/2] b                                1.0 s",
    ]


def test_what_is_left_follows_from_what_the_stages_took_so_far(clock):
    """A quarter took 5 s: 15 s are left, and no fewer than later stages need."""
    progress = Progress(io.StringIO(), {"a": 1, "b": 1, "c": 2}, clock=clock)
    progress.stage("a")
    clock.now = 1.0
    assert progress.line() == "[1/3] a"
    clock.now = 5.0
    progress.stage("b")
    assert progress.line() == "[2/3] b, about 15 s left"
    clock.now = 8.0
    assert progress.line() == "[2/3] b, about 12 s left"
    clock.now = 60.0
    assert progress.line() == "[2/3] b, about 10 s left"


def test_what_takes_less_than_two_seconds_tells_no_time(clock):
    progress = Progress(io.StringIO(), {"a": 1, "b": 1}, clock=clock)
    progress.stage("a")
    clock.now = 0.9
    progress.stage("b")
    assert progress.line() == "[2/2] b"


def test_stages_that_come_again_tell_no_time(clock):
    progress = Progress(io.StringIO(), {"a": 1, "b": 1}, clock=clock)
    for name in ("a", "b", "a", "b"):
        progress.stage(name)
        clock.now += 10
    assert progress.line() == "[2/2] b"


def test_runs_are_counted(clock):
    progress = Progress(io.StringIO(), clock=clock)
    progress.count(0, 60)
    assert progress.line() == "0/60 runs"
    clock.now = 10.0
    progress.count(2, 60)
    assert progress.line() == "2/60 runs, about 5 min left"
    clock.now = 280.0
    progress.count(56, 60)
    assert progress.line() == "56/60 runs, about 20 s left"


def test_a_terminal_sees_the_line_that_is_running(clock, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    progress = Progress(stream, {"a": 1, "b": 1}, language="zh", clock=clock)
    with progress:
        progress.stage("a")
        clock.now = 5.0
        progress.stage("b")
    text = stream.getvalue()
    assert "[2/2] b，约剩5秒" in text
    assert "\x1b[" in text


def test_a_stage_that_fails_is_not_told_as_done(clock):
    stream = io.StringIO()
    progress = Progress(stream, clock=clock)
    progress.stage("read")
    progress.__exit__(ValueError, ValueError("x"), None)
    assert stream.getvalue() == ""


def test_every_stage_has_its_name_in_both_languages():
    for stages in (RUN_STAGES, SITE_STAGES, DEMO_STAGES):
        assert sum(stages.values()) == pytest.approx(1)
        assert set(stages) <= set(PROGRESS_WORDS)
    assert not english_left(" ".join(zh for zh, _ in PROGRESS_WORDS.values()))


def test_a_command_writes_its_stages_to_the_error_stream_only(tmp_path):
    done = CliRunner().invoke(main, ["demo", "--out", str(tmp_path), "--size", "0.05"])
    assert done.exit_code == 0, done.output
    assert "[2/2] write its files" in done.stderr
    assert "[2/2]" not in done.stdout
    assert "\x1b[" not in done.stderr
