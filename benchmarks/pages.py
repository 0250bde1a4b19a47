"""Write the pages of a demo district, and switch types in them in a real browser."""

import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks import report
from benchmarks.measure import (
    REPOSITORY,
    Stopwatch,
    describe_machine,
    keep_result,
    peak_mb,
    run_module,
)

PACKAGES = ("numpy", "pandas", "geopandas", "folium", "shapely")
# Each facility type is chosen once; a switch ends when the next frame has been drawn.
_SWITCH = """(async () => {
  const chooser = document.getElementById("chosen-type"), spent = [];
  const frame = () => new Promise(
    (done) => requestAnimationFrame(() => setTimeout(done, 0)));
  for (const one of [...chooser.options]) {
    await frame();
    const begun = performance.now();
    chooser.value = one.value;
    chooser.dispatchEvent(new Event("change"));
    await frame();
    spent.push(performance.now() - begun);
  }
  return spent;
})()"""
_BANDS = "document.querySelector('[data-layer=\"bands\"]').click(); 1"


def measure_pages(size: str) -> dict[str, Any]:
    """
    Write every output of a demo district, and open its map pages.

    Parameters
    ----------
    size
        Size as `make_demo` takes it, such as ``pudong`` or ``1``.

    Returns
    -------
    result
        What `report` prints: seconds and megabytes of each output, milliseconds of
        switches without and with bands.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "district"
        import_module("circle.demo").make_demo(folder, size=size)
        study = str(folder / "study.yaml")
        out = folder / "pages"
        written = run_module("benchmarks.pages", ["--once", study, str(out)]) or {}
        pages = sorted((out / "subdistricts").iterdir(), key=lambda one: one.name)
        largest = max(pages, key=lambda one: one.stat().st_size)
        shown = {
            "district.html": out / "district.html",
            "largest subdistrict page": largest,
        }
        switches = {one: _switch(path) for one, path in shown.items()}
        sizes = {one: path.stat().st_size / 1e6 for one, path in shown.items()}
    return {
        "size": size,
        "machine": describe_machine(PACKAGES),
        "rounds": 1,
        "n_pages": len(pages) + 1,
        "pages_mb": sizes,
        "switch_ms": switches,
        **written,
    }


def write_once(study: Path, folder: Path) -> dict[str, Any]:
    """
    Assess one study and write its maps and layers in this process.

    Parameters
    ----------
    study
        The study.
    folder
        Where to write.

    Returns
    -------
    measured
        Seconds of each part, megabytes of the files, peak megabytes.
    """
    circle = import_module("circle")
    parts = {
        name: getattr(import_module(f"circle.{module}"), name)
        for module, name in (
            ("map_areas", "measure_map_areas"),
            ("atlas", "write_atlas"),
            ("geopackage", "result_layers"),
            ("geopackage", "write_geopackage"),
            ("layer_files", "write_layer_files"),
        )
    }
    found = circle.assess(circle.load_city(circle.read_study(study)))
    watch = Stopwatch()
    with watch.lap("bands and areas of sites"):
        areas = parts["measure_map_areas"](found.city, found.sites)
    with watch.lap("map pages"):
        parts["write_atlas"](found, folder, areas=areas)
    with watch.lap("layers gathered"):
        layers = parts["result_layers"](found, areas)
    with watch.lap("GeoPackage"):
        parts["write_geopackage"](found, folder / "coverage.gpkg", layers=layers)
    with watch.lap("GeoParquet and GeoJSON"):
        parts["write_layer_files"](found, folder / "layers", layers=layers)
    files = {"coverage.gpkg": folder / "coverage.gpkg"}
    files |= {one.name: one for one in sorted((folder / "layers").iterdir())}
    return {
        "seconds": watch.seconds,
        "files_mb": {one: path.stat().st_size / 1e6 for one, path in files.items()},
        "peak_mb": peak_mb(),
    }


def _switch(page: Path) -> dict[str, float]:
    """Give the median milliseconds of choosing each type, without and with bands."""
    # The tests speak to a browser already.
    sys.path.insert(0, str(REPOSITORY / "tests"))
    chromium = import_module("chromium")
    with tempfile.TemporaryDirectory() as name:
        browser = chromium.Chromium(Path(name), width=1600, height=1000)
        try:
            browser.open(page.as_uri(), timeout=180)
            browser.run(_SWITCH)  # layers are made when they are first shown
            plain = browser.run(_SWITCH)
            browser.run(_BANDS)
            browser.run(_SWITCH)
            banded = browser.run(_SWITCH)
        finally:
            browser.close()
    return {"without bands": median(plain), "with bands": median(banded)}


@click.command(help=__doc__)
@click.option("--size", default="pudong", show_default=True, help="Size of the demo.")
def main(*, size: str) -> None:
    """Measure, keep and print."""
    result = measure_pages(size)
    keep_result("pages", result)
    click.echo(report.pages_section(result))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        study, folder, out = (Path(one) for one in sys.argv[2:5])
        out.write_text(json.dumps(write_once(study, folder)), "utf-8")
    else:
        main()
