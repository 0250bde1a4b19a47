"""Small files that unpack to more than memory holds are refused, in little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux"),
    pytest.mark.skipif(
        "CIRCLE_ATTACK_SECONDS" not in os.environ, reason="long: make attack runs it"
    ),
]
HERE = Path(__file__).parent

# What the message must say of each.
SAID = {
    "bomb.xlsx": "unpacks to 600 MB",
    "lying.xlsx": "MB, 20",
    "laughing.xlsx": "cannot be read as a spreadsheet",
    "bomb.ods": "unpacks to 600 MB",
    "lying.ods": "MB, 20",
    "laughing.ods": "it declares entities",
    "returned workbook": "MB, 20",
    "bomb.zip": "unpacks to 600 MB",
    "vertices.parquet": "10,000,001 vertices",
    "rows.parquet": "100,000,000 values",
    "far off": "found coordinates that do not fit",
    "raster fine": "1,024,000,000 cells around",
    "raster block": "blocks of 1,024,000,000 cells",
    "heights": "blocks of 1,024,000,000 cells",
    "bomb.graphml": "amplification",
    "outside.graphml": "undefined entity",
    "bomb.osm": "entities are not supported",
    "outside.osm": "entities are not supported",
    "deep.geojson": "Too many nested",
    "deep.yaml": "a0",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What came of every file, read one after the other in a limited process."""
    paths = [str(HERE), str(HERE.parent), str(HERE.parents[1])]
    done = subprocess.run(
        [sys.executable, str(HERE / "bombs.py"), str(tmp_path_factory.mktemp("bombs"))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return json.loads(done.stdout)


def test_every_bomb_is_tried(outcomes):
    assert set(outcomes) == set(SAID)


@pytest.mark.parametrize("name", SAID)
def test_a_bomb_is_refused_before_memory_goes(outcomes, name):
    kind, said = outcomes[name]
    assert kind == "refused", said
    assert SAID[name] in said
    assert "hidden words" not in said
