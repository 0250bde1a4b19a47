"""Sweeps: the same table from anywhere, resumed after a kill; sensitivity."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from toy_city import toy_study, write_toy

from circle import load_city, read_study, sweeps
from circle.change_rules import shift_limits
from circle.cli import main
from circle.errors import ConfigError
from circle.sensitivity import measure_sensitivity
from circle.sensitivity_files import sensitivity_text, write_sensitivity
from circle.sweep_run import run_key, run_one
from circle.sweep_spec import SweepRun, read_sweep
from circle.sweeps import sweep

GRID = {
    "scenario": ["none", "closed"],
    "speed_factor": [1, 1.5],
    "siting": {"sites": [0, 1]},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    close = [{"change": "close_facility", "id": "F1"}]
    content = toy_study() | {"scenarios": {"closed": close}}
    return write_toy(tmp_path_factory.mktemp("toy"), study=content)


def spec_of(folder, study, grid=None, **more: object):
    path = folder / "sweep.yaml"
    content = {"studies": [str(study)], "grid": grid or GRID, **more}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_a_grid_is_every_combination_in_order(study, tmp_path):
    runs = read_sweep(spec_of(tmp_path, study))
    assert len(runs) == 8
    assert [tuple(one.options.values()) for one in runs[:3]] == [
        (None, 1, 0), (None, 1, 1), (None, 1.5, 0),
    ]  # fmt: skip


def test_a_batch_is_one_study_in_each_line(study, tmp_path):
    batch = tmp_path / "districts.txt"
    batch.write_text(f"# all\n{study}\n\n{study.parent / 'other.yaml'}\n")
    assert [one.study.name for one in read_sweep(batch)] == ["study.yaml", "other.yaml"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"grid": {}}, "needs `studies:`"),
        ({"studies": ["a"], "grid": {"siting": {"places": [1]}}}, "no option places"),
        ({"batch": "no.txt"}, "cannot be read"),
    ],
)
def test_a_faulty_sweep_is_told(tmp_path, content, text):
    path = tmp_path / "sweep.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match=text):
        read_sweep(path)


def test_rows_say_what_each_run_found(study, tmp_path):
    found = sweep(read_sweep(spec_of(tmp_path, study)), tmp_path / "t.csv", workers=1)
    table = found.table
    assert (found.n_known, found.n_made) == (0, 8)
    assert set(table["status"]) == {"done"}
    # 5 of 8 pairs; without F1 4; sites do not change the share without them.
    base = table[(table["speed_factor"] == 1)]
    assert base["share"].tolist() == [0.625, 0.625, 0.5, 0.5]
    assert (base["share_with_sites"] >= base["share"]).all()
    assert base["sites"].tolist() == [0, 1, 0, 1]
    written = pd.read_csv(tmp_path / "t.csv")
    assert written["share"].tolist() == table["share"].tolist()
    again = sweep(read_sweep(spec_of(tmp_path, study)), tmp_path / "t.csv", workers=1)
    assert (again.n_known, again.n_made) == (8, 0)
    pd.testing.assert_frame_equal(again.table, table)


def test_snap_limit_and_minutes_are_options(study, tmp_path):
    grid = {"minutes": [15, 30], "snap_limit_m": [200, 400], "siting": {"sites": [0]}}
    runs = read_sweep(spec_of(tmp_path, study, grid))
    table = sweep(runs, tmp_path / "t.csv", workers=1).table
    # 30 minutes: C2 reaches clinic (25.5) and school (19.5), C4 school (22.0).
    assert table["share"].tolist() == [0.625, 0.625, 1.0, 1.0]


def test_a_key_changes_with_what_the_run_depends_on(study, tmp_path):
    run = SweepRun(study, {"speed_factor": 1})
    key = run_key(run)
    assert run_key(SweepRun(study, {"speed_factor": 2})) != key
    other = write_toy(tmp_path, study=yaml.safe_load(study.read_text("utf-8")))
    assert run_key(SweepRun(other, {"speed_factor": 1})) == key
    text = (tmp_path / "facilities.csv").read_text("utf-8")
    changed = tmp_path / "b"
    changed.mkdir()
    moved = write_toy(changed, study=yaml.safe_load(study.read_text("utf-8")))
    (changed / "facilities.csv").write_text(text.replace("F1", "F0"), encoding="utf-8")
    assert run_key(SweepRun(moved, {"speed_factor": 1})) != key


def test_a_run_that_fails_is_a_row_and_is_tried_again(study, tmp_path):
    grid = {"scenario": ["none", "closed"], "siting": {"sites": [-1]}}
    runs = read_sweep(spec_of(tmp_path, study, grid))
    found = sweep(runs, tmp_path / "t.csv", workers=1)
    assert set(found.table["status"]) == {"failed"}
    assert found.table["message"].str.contains("sites").all()
    assert sweep(runs, tmp_path / "t.csv", workers=1).n_made == 2


def test_a_killed_sweep_goes_on_where_it_was(study, tmp_path):
    factors = [1 + i / 100 for i in range(12)]
    spec = spec_of(tmp_path, study, {"speed_factor": factors, "siting": {"sites": [0]}})
    out = tmp_path / "t.csv"
    journal = tmp_path / "t.csv.runs.jsonl"
    command = [sys.executable, "-m", "circle", "sweep", str(spec), "--out", str(out),
               "--workers", "1"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not journal.exists() or journal.read_text("utf-8").count("\n") < 2:
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"key": "half-writ')
    kept = [json.loads(one) for one in journal.read_text("utf-8").splitlines()[:-1]
            if one.startswith('{"key"') and one.endswith("}")]  # fmt: skip
    found = sweep(read_sweep(spec), out, workers=1)
    assert 2 <= len(kept) < 12
    assert found.n_known == len(kept)
    assert found.n_made == 12 - len(kept)
    whole = sweep(read_sweep(spec), tmp_path / "whole.csv", workers=1)
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert whole.n_known == 0


@pytest.mark.filterwarnings("ignore")
def test_processes_and_a_cluster_give_the_same_table(study, tmp_path):
    distributed = pytest.importorskip("distributed")
    runs = read_sweep(spec_of(tmp_path, study, {"speed_factor": [1, 1.2, 1.4]}))
    alone = sweep(runs, tmp_path / "a.csv", workers=1)
    beside = sweep(runs, tmp_path / "b.csv", workers=2)
    # Two workers that talk to the scheduler; `make attack` starts them as processes.
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes="CIRCLE_ATTACK_SECONDS" in os.environ,
        protocol="tcp",
        dashboard_address=None,
        host="127.0.0.1",
    ) as cluster:
        spread = sweep(runs, tmp_path / "c.csv", scheduler=cluster.scheduler_address)
    assert spread.n_made == 3
    pd.testing.assert_frame_equal(beside.table, alone.table)
    pd.testing.assert_frame_equal(spread.table, alone.table)
    files = [(tmp_path / f"{one}.csv").read_bytes() for one in "abc"]
    assert files[0] == files[1] == files[2]


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_told(study, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")

    def refuse(*_: object, **__: object):
        message = "timed out"
        raise OSError(message)

    monkeypatch.setattr(distributed, "Client", refuse)
    runs = read_sweep(spec_of(tmp_path, study))
    with pytest.raises(ConfigError, match="no Dask scheduler answers"):
        sweep(runs, tmp_path / "t.csv", scheduler="tcp://127.0.0.1:1")


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_without_workers_is_told(study, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(sweeps, "WORKER_WAIT_S", 0.2)
    runs = read_sweep(spec_of(tmp_path, study))
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, protocol="tcp", dashboard_address=None
        ) as cluster,
        pytest.raises(ConfigError, match="had no worker for 0 s; start one: dask wor"),
    ):
        sweep(runs, tmp_path / "t.csv", scheduler=cluster.scheduler_address)


def test_the_command_counts_its_runs(tmp_path):
    study = write_toy(tmp_path)
    spec = spec_of(tmp_path, study, {"siting": {"sites": [0, 1]}})
    words = ["sweep", str(spec), "--out", str(tmp_path / "t.csv"), "--workers", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "2 runs: 0 known, 2 made, 0 failed" in done.output
    study.write_text(study.read_text("utf-8").replace("language: en", "language: zh"))
    done = CliRunner().invoke(main, words)
    assert "共2次运行：已有" in done.output
    assert "下一步：打开" in done.output


def test_one_run_gives_the_same_row_twice(study):
    run = SweepRun(study, {"siting.sites": 1})
    assert run_one(run) == run_one(run)


@pytest.fixture(scope="module")
def toy(study):
    return load_city(read_study(study))


def test_what_hangs_on_speed_and_what_is_robust(toy):
    """C4 is 16.0 minutes from a court, C3 10.0 from a school in the other town."""
    found = measure_sensitivity(toy)
    table = found.table.set_index("variant")
    assert table.loc["as it is", "share"] == 0.625
    assert table.loc["speed x1.1", "items_gone"] == 1
    assert table.loc["borders subdistrict", "change"] == -1 / 8
    items = found.items.set_index("item_id")
    assert bool(items.loc["C2:clinic", "robust"])
    assert items["hangs_on"].to_dict() == {
        **dict.fromkeys(
            ("C1:hospital", "C2:clinic", "C2:hospital", "C2:school", "C4:school"), ""
        ),
        "C4:court": "speed",
        "C3:court": "borders",
        "C3:school": "borders",
    }


def test_a_longer_limit_is_a_longer_limit_for_every_rule(toy):
    longer = shift_limits(toy.profile, 10)
    assert longer.rule.minutes.value == 25
    assert shift_limits(toy.profile, -100).rule.minutes.value == 1.5


def test_other_people_are_another_assumption(toy):
    found = measure_sensitivity(toy, others={"worldpop": toy})
    row = found.table.iloc[-1]
    assert (row["assumption"], row["variant"], row["change"]) == (
        "inputs",
        "worldpop",
        0,
    )


def test_a_sensitivity_is_written_in_both_languages(toy, tmp_path):
    found = measure_sensitivity(toy)
    text = sensitivity_text(found, "en")
    robust, fragile = text.split("Hanging on an assumption")
    assert "C2:clinic" in robust.split("Missing in every case")[1]
    assert "C4:court" in fragile
    assert "missing now; depends on speed" in fragile
    assert "covered now; depends on borders" in fragile
    chinese = sensitivity_text(found, "zh")
    assert "速度×0.9" in chinese
    assert "现状缺，取决于速度" in chinese
    for language in ("zh", "en"):
        write_sensitivity(found, tmp_path / language, language=language, title="T")
        names = {one.name for one in (tmp_path / language).rglob("*")}
        assert names >= {"sensitivity.xlsx", "variants.csv", "robust.csv", "run.json"}


def test_the_command_speaks_json(study):
    done = CliRunner().invoke(main, ["sensitivity", str(study), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert "C2:clinic" in found["robust_items"]
    assert found["variants"][0]["share"] == 0.625
