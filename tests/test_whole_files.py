"""Files and folders that are written whole or not at all."""

import multiprocessing
import os
import time

import pytest

from circle.whole_files import leftovers, passing_folder, whole_bytes, whole_file


def ended_process():
    """Give the number of a process that has ended."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=time.sleep, args=(0,))
    process.start()
    process.join()
    return process.pid


def write_half(way, file, kind):
    """Fail while writing."""
    with way(file) as place:
        if way is whole_file:
            place.write_text("half", "utf-8")
        raise kind


@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, ValueError])
def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path, kind):
    file = tmp_path / "sites.csv"
    file.write_text("old", "utf-8")
    for way in (whole_file, whole_bytes):
        with pytest.raises(kind):
            write_half(way, file, kind)
    assert file.read_text("utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["sites.csv"]


def test_the_place_to_write_to_has_the_ending_of_the_file(tmp_path):
    with whole_file(tmp_path / "new" / "points.gpkg") as part:
        assert part.suffix == ".gpkg"
        part.write_bytes(b"whole")
    assert (tmp_path / "new" / "points.gpkg").read_bytes() == b"whole"


def test_what_a_killed_run_left_goes_with_the_next_one(tmp_path):
    file, dead = tmp_path / "sites.csv", ended_process()
    with whole_file(file) as part:
        part.write_text("first", "utf-8")
        mine = part.name
        # Of a run that is alive, of another file, and of one that was killed.
        stays = [tmp_path / mine.replace("sites", "other"), tmp_path / ".sites.csv"]
        left = tmp_path / mine.replace(f"-{os.getpid()}-", f"-{dead}-")
        for one in (*stays, left):
            one.write_text("half", "utf-8")
        assert leftovers(file, "part") == [left]
    with whole_file(file) as part:
        part.write_text("second", "utf-8")
    assert not left.exists()
    assert all(one.exists() for one in stays)
    assert file.read_text("utf-8") == "second"


def test_a_folder_that_a_killed_run_left_goes_with_the_next_one(tmp_path):
    target, dead = tmp_path / "fetched", ended_process()
    with passing_folder(target) as folder:
        left = tmp_path / folder.name.replace(f"-{os.getpid()}-", f"-{dead}-")
        (left / "deep").mkdir(parents=True)
        with passing_folder(target) as other:
            assert other != folder
            assert not left.exists()
    assert list(tmp_path.iterdir()) == []
