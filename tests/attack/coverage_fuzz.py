"""
Fuzz one reader under atheris, which looks for inputs that reach new code.

python tests/attack/coverage_fuzz.py READER --seconds 60 --folder FOLDER

Needs the group `fuzz` (Linux). Ends with code 0 where only errors of circle came out,
else with that of libFuzzer; the file that shows it is kept in FOLDER.
"""

import argparse
import importlib
import os
import random
import sys
import warnings
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve()
MODULES = Path(__file__).parents[2] / "circle"
# Larger inputs find the same at a slower pace.
MOST_BYTES = 1 << 17
MOST_MB = 2_500
# Of one input, on a machine that others use as well.
SLOWEST_SECONDS = 300


def compiled_modules() -> list[str]:
    """List the modules that cannot be followed: numba compiles them itself."""
    return [
        f"circle.{path.stem}"
        for path in sorted(MODULES.glob("*.py"))
        if "numba" in path.read_text("utf-8")
    ]


def close_left_open(file: Path) -> None:
    """Close what a compiled reader left open of a broken file; it would add up."""
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if one.readlink() == file:
                os.close(int(one.name))


def main() -> None:
    """Fuzz one reader until the time is up; never returns."""
    asked = argparse.ArgumentParser()
    asked.add_argument("reader")
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--folder", type=Path, required=True)
    given = asked.parse_args()
    os.environ["CIRCLE_CACHE"] = "off"
    # Not everybody has it; and circle is followed from its first line.
    atheris = importlib.import_module("atheris")

    sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]
    # Of a name with a dot atheris takes the package: only exclusion goes by module.
    with atheris.instrument_imports(include=["circle"], exclude=compiled_modules()):
        readers = importlib.import_module("readers")
    spoil = importlib.import_module("mutations").spoil
    refusal = importlib.import_module("circle.errors").CircleError

    place = given.folder / "place"
    place.mkdir()
    target = readers.targets(place)[given.reader]
    sound = target.file.read_bytes()
    seeds, kept = given.folder / "corpus", given.folder / "kept"
    seeds.mkdir()
    kept.mkdir()
    (seeds / "sound").write_bytes(sound)
    warnings.simplefilter("ignore")

    def read_once(content: bytes) -> None:
        """Read one spoilt file; what is no error of circle ends the process."""
        target.file.write_bytes(content)
        try:
            target.read()
        except refusal as error:
            if not str(error).strip():
                raise RuntimeError from error
        finally:
            close_left_open(target.file)

    def spoil_more(content: bytes, most: int, seed: int) -> bytes:
        """Spoil as the other fuzzer does, or flip bytes as libFuzzer does."""
        at = random.Random(seed)  # noqa: S311
        if at.random() < 0.5:
            return spoil(content, at)[:most]
        return atheris.Mutate(content, most)

    atheris.Setup(
        [
            sys.argv[0],
            str(seeds),
            f"-max_total_time={given.seconds}",
            f"-max_len={max(MOST_BYTES, 2 * len(sound))}",
            f"-rss_limit_mb={MOST_MB}",
            f"-timeout={SLOWEST_SECONDS}",
            f"-seed={given.seed}",
            f"-artifact_prefix={kept}/",
            "-print_final_stats=1",
        ],
        read_once,
        custom_mutator=spoil_more,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
